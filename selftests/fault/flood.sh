#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# First messages of clients that there are not, from everywhere and without end: a
# listener answers or drops each and keeps nothing, and the session that it has loses
# nothing.

. "$(dirname "$0")/common.sh"

need python3 wg
setup
daemon_start
messages=2000
# A machine without time for all its programs has room for what they have to read:
# that it would lose it, and count it, is not the matter.
sysctl -qw net.core.netdev_max_backlog=100000 net.core.rmem_max=4194304

# KiB of the kernel's memory that it cannot get back, and how many of them others
# may have taken; KASAN keeps what was freed.
slab_kib()
{
	awk '$1 == "SUnreclaim:" { print $2 }' /proc/meminfo
}
slack=2048
[ ! -e /proc/self/fail-nth ] || slack=40960

# What becomes of a first message: one of these counters tells.
fates='HellosAnswered HellosProven PacketsNoSession PacketsNoRoom'

met()
{
	local name sum=0

	for name in $fates; do
		sum=$((sum + $(counter $name)))
	done
	echo $sum
}

all_met()
{
	[ $(($(met) - met_before)) = "$flooded" ]
}

# A WireGuard that has not been shown to be a flood takes those who know its key at
# their word: so many sessions there may be, beside the two ends of ours.
sessions_max=$((2 + 256 + $(sysctl -n net.tsec.max_handshakes_listener) / 8))

# Is the client through?  Meanwhile, the most sessions that were seen.
is_through()
{
	local now

	now=$(counter CurrSessions)
	[ "$now" -le $most ] || most=$now
	file_has "$work/client.out" '^SENT'
}

# A client that has sent all is gone, and the server's end may be.
two_sessions()
{
	[ "$(counter CurrSessions)" -le 2 ]
}

# flood NAME PROTOCOL PORT MOST-SESSIONS KIND [PUBKEY]
flood()
{
	local name=$1 protocol=$2 port=$3 allowed=$4 most=0 kib

	shift 4
	start r "$datagram" "$protocol" web 127.0.0.1 "$port" - 0 receive
	wait_line "$work/r.out" LISTENING || bail_out "$(out r)"
	start client "$datagram" "$protocol" cli 127.0.0.1 $((port + 1)) \
		127.0.0.1 "$port" send $messages wait
	wait_line "$work/client.out" CONNECTED || bail_out "$(out client)"
	met_before=$(met)
	hostile flood flood "$port" "$@"
	# What a first one takes for good is no leak.
	sleep 1
	kib=$(slab_kib)
	tell client go
	eventually is_through
	tap_is "$name: a session sends all it has" $? 0
	tell flood enough
	wait_line "$work/flood.out" '^SENT'
	flooded=$(sed -n 's/^SENT //p' "$work/flood.out")
	finish flood
	tap_is "... while a flood goes on ($flooded)" $((flooded >= 500)) 1
	ask
	tap_is '... and loses nothing' "$received $double $wrong" "$messages 0 0"
	tap_run '... each first message is answered, or dropped and counted' \
		eventually all_met
	tap_is "... no more than $allowed sessions ($most)" \
		$((most <= allowed)) 1
	tap_run '... and none but ours in the end' eventually two_sessions
	kib=$(($(slab_kib) - kib))
	tap_is "... nor any memory ($kib KiB)" $((kib <= slack)) 1
	tap_like '... and the next client is welcome' \
		"$(timeout "$patience" "$datagram" "$protocol" cli 127.0.0.1 \
			$((port + 2)) 127.0.0.1 "$port" send 1)" '^SENT 1$'
	finish client
	stop r
}

profile web cert "$pki/good.pem" privkey "$pki/good.key"
profile cli verify none
flood 'ClientHellos, DTLS 1.2' dtls 5201 2 dtls12
profile cli verify none version-min 1.3
flood 'ClientHellos, DTLS 1.3' dtls 5211 2 dtls13

for who in web cli; do
	(umask 077 && wg genkey >"$work/$who.key")
	wg pubkey <"$work/$who.key" >"$work/$who.pub"
done
echo "$(<"$work/web.pub") - web" >"$work/cli.peers"
echo "$(<"$work/cli.pub") - cli" >"$work/web.peers"
chmod 644 "$work"/*.key "$work"/*.peers
profile web privkey "$work/web.key" trust "$work/web.peers" \
	pubkey "$(<"$work/web.pub")" \
	tunnel-local 10.9.0.2:7 tunnel-remote 10.9.0.1:7
profile cli privkey "$work/cli.key" trust "$work/cli.peers" \
	tunnel-local 10.9.0.1:7 tunnel-remote 10.9.0.2:7
flood 'initiations by strangers, WireGuard' wireguard 5221 2 wireguard
flood 'initiations by who knows the key, WireGuard' wireguard 5231 $sessions_max \
	wireguard "$(<"$work/web.pub")"

tap_no_sessions 'nothing is left of all that'
tap_kernel_calm
tap_done
