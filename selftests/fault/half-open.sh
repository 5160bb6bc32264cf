#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Clients that connect and then are silent, slow, or talk nonsense, by the
# hundred (TSEC_CROWD), do not keep good clients from being served.

. "$(dirname "$0")/common.sh"

need python3
setup
daemon_start
profiles
crowd=${TSEC_CROWD:-1000}
ulimit -n 65536
sysctl -qw net.core.somaxconn=4096
tsec_server s 5051 --backlog 4096 -- recv send 'hello from tsec'

for mode in silent slow garbage; do
	hostile "$mode" connect 5051 $mode "$crowd"
	tap_ok "$crowd $mode clients have connected"
	worst=0 served=0
	for _ in 1 2 3 4 5; do
		milliseconds tsec_client 5051 --name localhost -- send x recv
		[ $took -lt $worst ] || worst=$took
		[[ $said != *'DATA hello'* ]] || served=$((served + 1))
	done
	tap_is "... five good clients are served ($mode)" $served 5
	took=$worst
	tap_quick "... each within three seconds ($worst ms)" 3000
	tap_is "... the program has accepted none of the bad ($mode)" \
		"$(grep -c '^ACCEPTED' "$work/s.out")" \
		"$(grep -c '^DATA x' "$work/s.out")"
	stop "$mode"
	tap_no_sessions "... gone with their clients ($mode)"
done

# More than a listener may have: the oldest make room.
sysctl -qw net.tsec.max_handshakes_listener=50
evicted=$(counter HandshakesEvicted)
hostile many connect 5051 silent 200
eventually eval '[ $(($(counter HandshakesEvicted) - evicted)) -ge 150 ]'
tap_is 'of 200 silent clients 150 made room' \
	"$(($(counter HandshakesEvicted) - evicted))" 150
tap_like '... and a good client is served' \
	"$(tsec_client 5051 --name localhost -- send x recv)" '^DATA hello'
stop many
tap_no_sessions 'nothing is left of all that'
tap_kernel_calm
tap_done
