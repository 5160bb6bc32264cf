#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module stays as long as it is used, and goes without a trace.

. "$(dirname "$0")/common.sh"

setup

daemon_start
profiles
tsec_server s 5081 --fork -- echo
tap_stays 'refused: a socket listens'
start c "$peer" client --profile cli --name localhost 127.0.0.1 5081 commands
wait_line "$work/c.out" '^CONNECTED'
kill "${pids[s]}"
finish s
tap_stays 'refused: a session'
tell c 'send one recv quit'
finish c
daemon_stop -KILL
tap_run 'unused after all have gone' eventually is_unused

for round in 1 2 3; do
	tap_is "unloaded, $round" "$(module_unload)" ''
	tap_is '... nothing is left in /proc and /sys' \
		"$(ls -d /proc/net/tsec_stat /proc/sys/net/tsec /sys/module/tsec 2>/dev/null)" ''
	# Where it is installed, a socket would load it again.
	modprobe -n -q net-pf-14 ||
		tap_is '... nor a socket family' \
			"$("$peer" client 127.0.0.1 1 2>&1)" \
			'peer: socket: Address family not supported by protocol'
	tap_run '... and loaded again' module_load
	daemon_start
	profiles
	start s "$peer" server --profile web 127.0.0.1 5082 echo
	wait_port 5082
	tap_like '... and it works' \
		"$(tsec_client 5082 --name localhost -- send x recv)" '^DATA x$'
	finish s
	daemon_stop
	eventually is_unused
done

# With connections in every state, left to themselves a moment before.
daemon_start
profiles
tsec_server s 5083 --fork -- echo
for i in 1 2 3 4 5; do
	start "k$i" "$peer" client --profile cli --name localhost 127.0.0.1 5083 both 64
done
tsec_server d 5084 --datagrams --fork -- echo
for i in 6 7 8; do
	start "k$i" "$peer" client --datagrams --profile cli --name localhost \
		127.0.0.1 5084 send x datagram wait
done
for i in 1 2 3 4 5; do
	wait_line "$work/k$i.out" '^CONNECTED'
done
for i in 6 7 8; do
	wait_line "$work/k$i.out" '^DATA x'
done
for name in "${!pids[@]}"; do
	kill -9 "${pids[$name]}"
done 2>/dev/null
for name in "${!pids[@]}"; do
	finish "$name" 2>/dev/null
done
daemon_stop -KILL
tap_run 'unused soon after all were killed' eventually is_unused
tap_is '... and unloaded' "$(module_unload)" ''
tap_run '... and loaded' module_load

tap_take_program unload
tap_run 'loaded after that' module_load
tap_kernel_calm
tap_done
