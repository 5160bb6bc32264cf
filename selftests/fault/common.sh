# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the fault scripts have in common.

faults=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=../interop/common.sh
. "$faults/../interop/common.sh"

# shellcheck disable=SC2034 # the scripts use it
datagram=$faults/datagram

# hostile NAME WORD...: see hostile.py
hostile()
{
	local name=$1

	shift
	start "$name" python3 "$faults/hostile.py" "$@"
	wait_line "$work/$name.out" '^READY' || bail_out "$(out "$name")"
}

# ask: what "r", a program "datagram", has received, in $received, $double and $wrong
# shellcheck disable=SC2034 # the scripts use them
ask()
{
	local words

	mark r
	tell r report
	eventually eval '[ -n "$(since r)" ]'
	read -ra words <<<"$(since r)"
	received=${words[1]} double=${words[3]} wrong=${words[5]}
}

# milliseconds COMMAND...: how long it took, in $took; what it said, in $said
milliseconds()
{
	local began=${EPOCHREALTIME/./}

	said=$("$@" 2>&1)
	took=$(((${EPOCHREALTIME/./} - began) / 1000))
}

# tap_quick NAME MILLISECONDS: of $took
tap_quick()
{
	local limit=$(($2 * patience / 20))

	if [ "$took" -le $limit ]; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "took $took ms, not $limit" "$said"
	fi
}

counter_is()
{
	[ "$(counter "$1")" = "$2" ]
}

# no_sessions_left: all are gone, sooner or later
tap_no_sessions()
{
	if eventually counter_is CurrSessions 0; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "$(grep '^Curr' /proc/net/tsec_stat
			"$tsec" session show 2>&1)"
	fi
}

# namespaces_die NAME...: both, and only then the programs in them
namespaces_die()
{
	local name

	ip netns del tsec-a
	ip netns del tsec-b
	for name; do
		kill -9 "${pids[$name]}"
	done
	for name; do
		finish "$name" 2>/dev/null
	done
}

module_unload()
{
	rmmod tsec 2>&1
}

# tap_stays NAME: the module, however one tries to unload it
tap_stays()
{
	if module_unload >/dev/null; then
		tap_not_ok "$1" 'rmmod took it away'
		module_load
	else
		tap_ok "$1"
	fi
}

is_unused()
{
	[ "$(cat /sys/module/tsec/refcnt)" = 0 ]
}

slab=/sys/kernel/debug/failslab

# What mappings are made of does not fail: user-mode Linux takes a page that it
# could not map in the midst of a copy for one that it has mapped.
failslab_prepare()
{
	local cache

	mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
	for cache in /sys/kernel/slab/{kmalloc-*,sk*,sock*,TCP*,TSEC*,tsec*,filp,dentry}; do
		[ ! -e "$cache/failslab" ] || echo 1 >"$cache/failslab"
	done
	echo Y >$slab/cache-filter
}

program_run()
{
	"$faults/$1" | sed -E 's/^((not )?ok [0-9]+) /\1 - /'
}

# tap_take_program NAME: its harness puts no dash between number and name
tap_take_program()
{
	tap_take "$1" program_run "$1"
}

# What the kernel said since the script began, and must not have.
tap_kernel_calm()
{
	tap_unlike 'the kernel has not complained' "$(dmesg 2>/dev/null |
		tail -n +$((dmesg_lines + 1)))" \
		'BUG|WARNING|Oops|KASAN|possible circular|suspicious RCU|refcount|leak'
}

dmesg_lines=$(dmesg 2>/dev/null | wc -l)
