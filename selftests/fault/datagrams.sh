#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Datagram sockets: bad networks, forgers, namespaces that go, atomic allocations
# that fail, and the module's end.

. "$(dirname "$0")/common.sh"

need ip tc
setup
trap 'namespaces_gone; cleanup' EXIT

# Whatever comes in is received, or dropped for one of these reasons, or no data.
reasons='BadRecords PacketsMalformed PacketsUnprotected PacketsNoKey
	PacketsMisaddressed PacketsElsewhere PacketsReplayed PacketsLate
	PacketsTooLong PacketsNoRoom PacketsNoMemory PacketsFiltered PacketsEnded
	PacketsNoSession TicketsDropped ControlRecords'

# Protocol and version of each kind of session.
kinds='dtls:DTLSv1.2 dtls:DTLSv1.3 srtp:srtp esp:esp-esn wireguard:wireguard'

# keys OPTIONS-FOR-A OPTIONS-FOR-B [VERSION]: one session's, for the profiles "a"
# and "b"; the options of "tsec" choose a namespace
keys()
{
	local version=${3:-DTLSv1.2} way

	secrets "$version"
	profile_put "$1" "$version" a
	profile_put "$2" "$version" b
	for way in one:tx:a one:rx:b other:rx:a other:tx:b; do
		key_put "$1" "$2" "$version" ${way//:/ }
	done
}

# secrets VERSION: "one" direction's, the "other" one's, and a "salt" for both
secrets()
{
	local one=00112233445566778899aabbccddeeff salt=5a175a17
	local other=ffeeddccbbaa99887766554433221100

	case $1 in
	DTLSv1.3|wireguard)	one+=$one other+=$other ;;
	srtp)			salt+=$salt$salt ;;
	esac
	(umask 077; cd "$work" || exit
		echo $one >one; echo $other >other; echo $salt >salt)
}

# profile_put OPTIONS VERSION PROFILE
profile_put()
{
	local options=($1) tunnel=()

	case $2:$3 in
	wireguard:a)	tunnel=(tunnel-local 10.9.0.1:7 tunnel-remote 10.9.0.2:7) ;;
	wireguard:b)	tunnel=(tunnel-local 10.9.0.2:7 tunnel-remote 10.9.0.1:7) ;;
	esac
	"$tsec" "${options[@]}" profile add "$3" manual on "${tunnel[@]}" 2>/dev/null
}

# key_put OPTIONS-FOR-A OPTIONS-FOR-B VERSION FILE DIRECTION PROFILE
key_put()
{
	local options=() cipher=aes-128-gcm words=()

	[ "$6" = a ] && options=($1) || options=($2)
	case $3 in
	DTLSv1.3)	words=(secret-file "$work/$4") ;;
	wireguard)	words=(id ${#4} key-file "$work/$4")
			cipher=chacha20-poly1305 ;;
	*)		words=(key-file "$work/$4" iv-file "$work/salt") ;;
	esac
	[[ $3 != esp* ]] || words+=(spi $((0x1000 + ${#4})))
	"$tsec" "${options[@]}" key add "$6" "$5" version "$3" cipher $cipher \
		"${words[@]}" || bail_out "no key for $6"
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

for kind in $kinds; do
	# What was counted of the last one is not in the way.
	namespaces_gone
	namespaces_make ||
		tap_skip_all 'this kernel has no veth or no namespaces'
	bad_network "${kind%:*}" "${kind#*:}"
done

# --- the other end's namespace goes, in mid-flight

namespaces_gone
namespaces_make
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

for kind in $kinds; do
	namespaces_end "${kind%:*}" "${kind#*:}"
done

# --- what a program can be made to meet

[ ! -e /proc/self/fail-nth ] || failslab_prepare
tap_take_program storm
tap_take_program forged

tap_no_sessions 'nothing is left of all that'
tap_run 'the module is unused' eventually is_unused
tap_kernel_calm
tap_done
