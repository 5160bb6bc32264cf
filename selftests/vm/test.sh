#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does the test machine tell the truth? usage: test.sh [KIND]
#
# A machine that passes what failed is worse than none: most cases here are
# failures that it must notice.

# shellcheck disable=SC2016 # what the machine expands, we must not
set -u

here=$(dirname "$(readlink -f "$0")")
kind=${1:-uml}
number=0
failures=0

ok()
{
	number=$((number + 1))
	echo "ok $number $*"
}

not_ok()
{
	number=$((number + 1))
	failures=$((failures + 1))
	echo "not ok $number $*"
	# Guarded: a machine that never started has said nothing.
	[ ! -s "$work/err" ] || sed 's/^/# /' "$work/err" | head -n 30
}

vm()
{
	"$here/run" --kernel "$kind" --console "$work/console" "$@" \
		>"$work/out" 2>"$work/err"
}

# expect STATUS NAME ARGUMENTS...
expect()
{
	local want=$1 name=$2 got=0

	shift 2
	vm "$@" || got=$?
	if [ "$got" = "$want" ]; then
		ok "$name"
	else
		not_ok "$name: status $got, not $want"
	fi
}

# said NAME TEXT: the machine printed exactly this
said()
{
	if [ "$(cat "$work/out")" = "$2" ]; then
		ok "$1"
	else
		not_ok "$1: $(head -c 200 "$work/out")"
	fi
}

# blamed NAME PATTERN: the run's report names the reason
blamed()
{
	if grep -qE "$2" "$work/err"; then
		ok "$1"
	else
		not_ok "$1"
	fi
}

build_trip()
{
	local build arch answer

	answer=$("$here/kernel" "$kind") || return
	build=$(sed -n 's/^build=//p' <<<"$answer")
	arch=$(sed -n 's/^arch=//p' <<<"$answer")
	mkdir "$work/trip" && cp "$here"/trip/{Kbuild,trip.c} "$work/trip/" &&
		make -s -C "$build" M="$work/trip" ARCH="$arch" modules \
			>"$work/err" 2>&1
}

test_status()
{
	expect 0 "status 0" -- true
	expect 3 "status 3" -- sh -c 'exit 3'
	expect 127 "a command that does not exist" -- ./no-such-command
	expect 143 "a command killed by a signal" -- sh -c 'kill -TERM $$'
}

test_output()
{
	vm -- sh -c 'echo out; echo err >&2; printf "%s\n" "$@"' sh 'a  b' "it's" '$x'
	said "output and arguments arrive as they are" $'out\nerr\na  b\nit\'s\n$x'
	vm -- seq 1 50000
	said "much output arrives whole" "$(seq 1 50000)"
	VAR_A='one  two' vm --env VAR_A --env VAR_B=3 -- sh -c 'echo "$VAR_A-$VAR_B"'
	said "variables" 'one  two-3'
}

test_files()
{
	local token=$RANDOM$RANDOM

	echo $token >"$work/token"
	(cd "$work" && vm -- sh -c 'pwd; cat token; echo changed >token; cat token')
	said "the host's files, from the caller's directory" \
		"$work"$'\n'"$token"$'\nchanged'
	if [ "$(cat "$work/token")" = $token ]; then
		ok "what it writes is thrown away"
	else
		not_ok "what it writes is thrown away"
	fi
	mkdir "$work/share"
	vm --share "$work/share" -- sh -c "echo $token >$work/share/back"
	if [ "$(cat "$work/share/back")" = $token ]; then
		ok "what it writes to --share stays"
	else
		not_ok "what it writes to --share stays"
	fi
}

test_machine()
{
	expect 0 "loopback" -- sh -c 'ip address show up dev lo | grep -q 127.0.0.1'
	expect 0 "modprobe tls" -- modprobe tls
	expect 0 "modprobe tls in a new network" -- unshare -n modprobe tls
	expect 0 "user namespaces" -- unshare -Urn true
	expect 0 "modules can be installed" -- sh -c "
		make -s -C /lib/modules/\$(uname -r)/build M=$work/trip $um \
			modules_install && depmod && modprobe trip"
	expect 0 "file systems of the kernel" -- sh -c '
		ls /sys/kernel/tracing/events/sched /sys/kernel/debug/tracing \
			/sys/fs/cgroup/cgroup.controllers /dev/pts/ptmx /proc/self/ns/net'
	expect 0 "the clock is the host's" -- sh -c "
		d=\$((\$(date +%s) - $(date +%s))); test \$d -ge 0 -a \$d -lt 600"
}

test_two_at_once()
{
	local a b

	"$here/run" --kernel "$kind" -- sh -c 'echo 1 >/var/tmp/x; sleep 3; cat /var/tmp/x' >"$work/1" 2>&1 &
	a=$!
	"$here/run" --kernel "$kind" -- sh -c 'echo 2 >/var/tmp/x; sleep 3; cat /var/tmp/x' >"$work/2" 2>&1 &
	b=$!
	wait $a
	wait $b
	cat "$work/1" "$work/2" >"$work/out"
	said "two at once do not see each other" $'1\n2'
}

test_failures()
{
	local trip="$work/trip/trip.ko"

	expect 125 "a warning fails the run" -- insmod "$trip" how=warn
	blamed "and is shown" 'WARNING:|tripped'
	expect 125 "an oops fails the run" -- insmod "$trip" how=oops
	blamed "and is shown" 'trip_init'
	expect 125 "a machine that is switched off fails the run" -- busybox poweroff -f
	blamed "and the reason is given" 'without saying'
	expect 125 "so does one that hangs" --timeout 15 -- sleep 1000
	blamed "and the reason is given" 'within 15 seconds'
}

test_debug()
{
	local trip="$work/trip/trip.ko"

	expect 125 "KASAN" -- insmod "$trip" how=overrun
	blamed "and is shown" 'KASAN: slab-out-of-bounds'
	expect 125 "kmemleak" -- insmod "$trip" how=leak
	blamed "and is shown, with its origin" 'trip_leak'
	expect 125 "lockdep" -- insmod "$trip" how=deadlock
	blamed "and is shown" 'possible circular locking'
	expect 125 "sleeping in atomic context" -- insmod "$trip" how=sleep
	blamed "and is shown" 'sleeping function|scheduling while atomic'
	expect 0 "allocations can be made to fail" -- sh -c '
		test -d /sys/kernel/debug/failslab && test -w /proc/self/fail-nth'
}

work=$(mktemp -d "${TMPDIR:-/tmp}/tsec-vm-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
case $kind in
uml|debug)	um=ARCH=um count=26 ;;
*)		um='' count=26 ;;
esac
[ "$kind" != debug ] || count=$((count + 9))

echo "TAP version 13"
if ! build_trip; then
	echo "Bail out! there is no kernel, or no module can be built for it"
	exit 1
fi
echo "1..$count"
test_status
test_output
test_files
test_machine
test_two_at_once
test_failures
[ "$kind" != debug ] || test_debug
[ "$failures" = 0 ] && [ "$number" = "$count" ]
