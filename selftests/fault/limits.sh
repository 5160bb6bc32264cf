#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Limits: handshakes at a time, how long one may take, the backlog, a second daemon,
# a daemon short of descriptors.

. "$(dirname "$0")/common.sh"

need python3 prlimit
setup
daemon_start
profiles

# One daemon for each network namespace.
said=$("$tsecd" --foreground --config "$work/tsecd.conf" 2>&1)
tap_is 'a second daemon ends with an error' "$(($? != 0))" 1
tap_like '... that says why' "$said" '([Bb]usy|already|another|is there)'
tap_run '... and the first is still there' daemon_is_there

# The time of a handshake.
timeout_was=$(sysctl -n net.tsec.handshake_timeout_ms)
sysctl -qw net.tsec.handshake_timeout_ms=1000
hostile silent listen 5061 silent
timed=$(counter HandshakesTimedOut)
milliseconds tsec_client 5061 --name localhost
tap_failure 'a silent server: ETIMEDOUT' "$said" ETIMEDOUT .
tap_quick '... after net.tsec.handshake_timeout_ms' 3000
tap_is '... not before it' $((took >= 900)) 1
tsec_server s 5062 --backlog 64 -- recv send 'hello from tsec'
hostile mute connect 5062 half 20
eventually counter_is HandshakesTimedOut $((timed + 21))
tap_is 'clients that stop in mid-hello time out, too, and are counted' \
	"$(counter HandshakesTimedOut)" $((timed + 21))
stop mute
stop silent
tap_no_sessions '... and forgotten'
sysctl -qw net.tsec.handshake_timeout_ms="$timeout_was"

# How many at a time.
sysctl -qw net.tsec.max_handshakes=10
refused=$(counter HandshakesRefused)
hostile crowd connect 5062 half 30
eventually eval '[ $(($(counter HandshakesRefused) - refused)) -ge 20 ]'
tap_is 'of 30 handshakes 20 are refused' \
	"$(($(counter HandshakesRefused) - refused))" 20
tap_failure '... and so is a client: EUSERS' \
	"$(tsec_client 5062 --name localhost)" EUSERS 'too many handshakes'
stop crowd
tap_no_sessions '... all forgotten'
sysctl -qw net.tsec.max_handshakes=4096
tap_like '... and then it is served' \
	"$(tsec_client 5062 --name localhost -- send x recv)" '^DATA hello'

# Finished handshakes that wait for accept(): the backlog holds the rest back.
start slow sh -c "read -r _; exec '$peer' server --profile web --backlog 2 \
	--count 8 127.0.0.1 5063 wait recv send ok"
tell slow go
wait_port 5063
for i in 1 2 3 4 5 6 7; do
	start "b$i" "$peer" client --profile cli --name localhost 127.0.0.1 5063 \
		send "$i" recv
done
wait_line "$work/slow.out" '^WAITING'
pause
established=$("$tsec" -j session show role server state established |
	grep -o '"id":' | wc -l)
tap_is 'a backlog of 2: no more than 4 are through' $((established <= 4)) 1
for i in 1 2 3 4 5 6 7; do
	tell slow go
done
failed=0
for i in 1 2 3 4 5 6 7; do
	finish "b$i" || failed=$((failed + 1))
done
tap_is '... in the end all are served' $failed 0
stop slow

# A daemon without descriptors.
prlimit --pid "$daemon_pid" --nofile=40:4096
hostile flood connect 5062 half 100
tap_run 'the daemon is short of descriptors, and lives' daemon_is_there
stop flood
eventually counter_is CurrSessions 0
milliseconds tsec_client 5062 --name localhost -- send x recv
tap_like '... and serves again when it has some' "$said" '^DATA hello'
tap_no_sessions 'nothing is left of all that'
tap_kernel_calm
tap_done
