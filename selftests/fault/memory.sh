#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Memory runs out, in every allocation of every call, and while a daemon works.

. "$(dirname "$0")/common.sh"

[ -e /proc/self/fail-nth ] || tap_skip_all 'this kernel cannot make allocations fail'
setup
failslab_prepare
[ -x "$faults/failing" ] || make -s -C "$faults" || bail_out 'no program "failing"'
tap_take memory "$faults/failing" | grep -v '^1\.\.' >"$work/said"
cat "$work/said"
tap_count=$(grep -Ec '^(not )?ok ' "$work/said")
tap_failed=$(grep -c '^not ok ' "$work/said")
tap_no_sessions 'nothing is left of all that'

# Failures at random, in the tasks of the daemon and of the clients only.
daemon_start
profiles
# Never while they fork, which user-mode Linux does not survive.
tsec_server s 5098 --fork --timeout 5 -- recv send 'hello from tsec'
echo N >$slab/ignore-gfp-wait
echo 0 >$slab/verbose
echo 1 >$slab/probability
echo 1 >$slab/interval
echo Y >$slab/task-filter
echo -1 >$slab/times
for task in /proc/"$daemon_pid"/task/*; do
	echo 1 >"$task/make-it-fail"
done
good=0
for i in 1 2 3 4 5 6 7 8 9 10; do
	said=$(timeout 30 sh -c 'echo 1 >/proc/self/make-it-fail; exec "$@"' - \
		"$peer" client --profile cli --name localhost --timeout 5 127.0.0.1 \
		5098 send "$i" recv 2>&1)
	[[ $said != *DATA* ]] || good=$((good + 1))
done
echo 0 >$slab/probability
echo N >$slab/task-filter
echo "# of ten sessions short of memory $good came about"
kill -0 "$daemon_pid" 2>/dev/null || {
	daemon_stop -KILL
	daemon_start
}
stop s
tsec_server after 5097 -- recv send 'hello from tsec'
tap_like 'with memory again sessions come about' \
	"$(tsec_client 5097 --name localhost -- send x recv)" '^DATA hello'
stop after
tap_no_sessions '... and nothing is left of the others'
tap_kernel_calm
tap_done
