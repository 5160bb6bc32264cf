#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Datagram sockets: bad networks, forgers, namespaces that go, atomic allocations
# that fail, and the module's end.

. "$(dirname "$0")/common.sh"

need ip tc
setup
trap 'namespaces_gone; cleanup' EXIT
datagram=$faults/datagram

# Whatever comes in is received, or dropped for one of these reasons, or no data.
reasons='BadRecords PacketsMalformed PacketsUnprotected PacketsNoKey
	PacketsMisaddressed PacketsReplayed PacketsLate PacketsTooLong PacketsNoRoom PacketsNoMemory
	PacketsFiltered PacketsEnded PacketsNoSession TicketsDropped ControlRecords'

# keys OPTIONS-FOR-A OPTIONS-FOR-B [VERSION]: one session's, for the profiles "a"
# and "b"; the options of "tsec" choose a namespace
keys()
{
	local way

	(umask 077; cd "$work" || exit; echo 00112233445566778899aabbccddeeff >one
		echo ffeeddccbbaa99887766554433221100 >other; echo 5a175a17 >salt)
	for way in one:tx:a one:rx:b other:rx:a other:tx:b; do
		key_put "$1" "$2" "${3:-DTLSv1.2}" ${way//:/ }
	done
}

# key_put OPTIONS-FOR-A OPTIONS-FOR-B VERSION FILE DIRECTION PROFILE
key_put()
{
	local options=() spi=()

	[ "$6" = a ] && options=($1) || options=($2)
	[[ $3 != esp* ]] || spi=(spi $((0x1000 + ${#4})))
	"$tsec" "${options[@]}" profile add "$6" manual on 2>/dev/null
	"$tsec" "${options[@]}" key add "$6" "$5" version "$3" "${spi[@]}" \
		cipher aes-128-gcm key-file "$work/$4" iv-file "$work/salt" ||
		bail_out "no key for $6"
}

# dropped: by the counters in namespace b
dropped()
{
	local name value sum=0

	while read -r name value; do
		[[ " $(echo $reasons) " != *" $name "* ]] || sum=$((sum + value))
	done < <($b cat /proc/net/tsec_stat)
	echo $sum
}

counter_b()
{
	$b cat /proc/net/tsec_stat | awk -v name="$1" '$1 == name { print $2 }'
}

# udp_counter NAME: of namespace b
udp_counter()
{
	$b cat /proc/net/snmp | awk -v name="$1" '$1 == "Udp:" {
		if (!n) { for (i = 1; i <= NF; i++) at[$i] = i; n = 1 }
		else print $at[name] }'
}

# datagrams_in: handed to UDP sockets of namespace b
datagrams_in()
{
	udp_counter InDatagrams
}

# ask: what the receiver has received, in $received, $double and $wrong
ask()
{
	local words

	mark r
	tell r report
	eventually eval '[ -n "$(since r)" ]'
	read -ra words <<<"$(since r)"
	received=${words[1]} double=${words[3]} wrong=${words[5]}
}

all_accounted_for()
{
	ask
	[ $((received + $(dropped))) = "$(datagrams_in)" ]
}

# --- a bad network between two namespaces

# bad_network PROTOCOL VERSION
bad_network()
{
	keys '-n tsec-a' '-n tsec-b' "$2"
	start r $b "$datagram" "$1" b 192.0.2.2 4433 192.0.2.1 4433 receive
	wait_line "$work/r.out" CONNECTED
	if ! $a tc qdisc add dev veth-a root netem loss 30% duplicate 10% \
		corrupt 5% delay 3ms 3ms reorder 20% limit 10000 \
		2>"$work/netem"; then
		tap_not_ok "a bad network, $2" "$(cat "$work/netem")"
		stop r
		return
	fi
	tap_run "a bad network, $2: all is sent" $a "$datagram" "$1" a \
		192.0.2.1 4433 192.0.2.2 4433 send 4000
	$a tc qdisc del dev veth-a root
	tap_run '... what arrives is received, or dropped and counted' \
		eventually all_accounted_for
	ask
	echo "# of 4000 came $(datagrams_in), of them $received received," \
		"$(counter_b PacketsReplayed) for the second time;" \
		"the checksum of UDP was wrong $(udp_counter InCsumErrors) times"
	tap_is '... many are lost, and many are not' \
		"$((received > 2000 && received < 3500))" 1
	tap_is '... none comes twice' "$double" 0
	tap_is '... though some were sent twice' \
		"$(($(counter_b PacketsReplayed) > 50))" 1
	tap_is '... none is other than what was sent' "$wrong" 0
	stop r
}

namespaces_make || tap_skip_all 'this kernel has no veth or no namespaces'
bad_network dtls DTLSv1.2
# What was counted of the last one is not in the way.
namespaces_gone
namespaces_make
bad_network esp esp-esn

# --- the other end's namespace goes, in mid-flight

keys '-n tsec-a' '-n tsec-b'
start sa $a "$datagram" dtls a 192.0.2.1 4434 192.0.2.2 4434 both
start sb $b "$datagram" dtls b 192.0.2.2 4434 192.0.2.1 4434 both
wait_line "$work/sa.out" FLOWS
wait_line "$work/sb.out" FLOWS
tap_stays 'the module is not unloaded: sessions'
kill -9 "${pids[sa]}"
ip netns del tsec-a
finish sa 2>/dev/null
gone()
{
	! ip -n tsec-b link show veth-b >/dev/null 2>&1
}
tap_run 'a namespace is deleted under traffic' eventually gone
# Nobody tells a sender of datagrams but the routes that have gone with the link.
tap_run '... and the other end has not waited for ever' \
	wait_line "$work/sb.out" '^FAILED'
finish sb 2>/dev/null
ip netns del tsec-b

# namespaces_end PROTOCOL VERSION: both at once, with the sockets still open: the
# processes keep them for a moment
namespaces_end()
{
	namespaces_make
	keys '-n tsec-a' '-n tsec-b' "$2"
	start sa $a "$datagram" "$1" a 192.0.2.1 4434 192.0.2.2 4434 both
	start sb $b "$datagram" "$1" b 192.0.2.2 4434 192.0.2.1 4434 both
	wait_line "$work/sa.out" FLOWS
	wait_line "$work/sb.out" FLOWS
	namespaces_die sa sb
	tap_run "the module is unused after all have gone, $2" \
		eventually is_unused
	tap_is '... and unloaded' "$(module_unload)" ''
	tap_run '... and loaded again' module_load
}

namespaces_end dtls DTLSv1.2
namespaces_end esp esp

# --- what a program can be made to meet

[ ! -e /proc/self/fail-nth ] || failslab_prepare
# Its harness puts no dash between number and name.
storm()
{
	"$faults/storm" | sed -E 's/^((not )?ok [0-9]+) /\1 - /'
}
tap_take storm storm

tap_no_sessions 'nothing is left of all that'
tap_run 'the module is unused' eventually is_unused
tap_kernel_calm
tap_done
