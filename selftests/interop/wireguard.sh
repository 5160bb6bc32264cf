#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Our ends of WireGuard and the kernel's own, in another network namespace, with an
# ordinary UDP program behind it.

. "$(dirname "$0")/common.sh"

need wg ip tc python3
setup
modprobe wireguard 2>/dev/null || tap_skip_all "the kernel has no WireGuard"

there='ip netns exec tsec-wg'
inside4='10.9.0' inside6='fd09::' outside4='192.0.2' outside6='fd02::'

network_end()
{
	ip netns del tsec-wg
	cleanup
}

network()
{
	mkdir -p /run/netns
	ip netns add tsec-wg || tap_skip_all "no network namespaces"
	trap network_end EXIT
	ip link add veth-here type veth peer name veth-there netns tsec-wg
	ip addr add $outside4.1/24 dev veth-here
	ip addr add ${outside6}1/64 dev veth-here nodad
	ip link set veth-here up
	$there ip addr add $outside4.2/24 dev veth-there
	$there ip addr add ${outside6}2/64 dev veth-there nodad
	$there ip link set veth-there up
	$there ip link set lo up
	$there ip link add wg0 type wireguard
	$there ip addr add $inside4.2/24 dev wg0
	$there ip addr add ${inside6}2/64 dev wg0 nodad
	$there ip link set wg0 up
}

keys()
{
	local who

	for who in here there stranger; do
		(umask 077 && wg genkey >"$work/$who.key")
		wg pubkey <"$work/$who.key" >"$work/$who.pub"
	done
	(umask 077 && wg genpsk >"$work/psk")
	echo "$(<"$work/there.pub") - box" >"$work/peers"
	echo "$(<"$work/there.pub") $(<"$work/psk") box" >"$work/peers-psk"
	echo "$(<"$work/stranger.pub")" >"$work/peers-wrong"
	chmod 644 "$work"/*.key "$work"/peers*
}

# wg_there [SETTING]...: the kernel's end, which knows ours
wg_there()
{
	$there wg set wg0 private-key "$work/there.key" listen-port 51820 \
		peer "$(<"$work/here.pub")" \
		allowed-ips "$inside4.1/32,${inside6}1/128" "$@"
}

# wg_value WHAT: what "wg show" says of us
wg_value()
{
	$there wg show wg0 "$1" | cut -f 2-
}

# wg_profile NAME INSIDE-FAMILY [SETTING]...
wg_profile()
{
	local name=$1 inside=$2 local=$inside4.1:0 remote=$inside4.2:7

	shift 2
	[ "$inside" = 4 ] || local="[${inside6}1]:0" remote="[${inside6}2]:7"
	profile "$name" privkey "$work/here.key" trust "$work/peers" \
		tunnel-local "$local" tunnel-remote "$remote" "$@"
}

# Sends back what it gets.
echo_there()
{
	start echo $there python3 -uc '
import select, socket
socks = []
for family in socket.AF_INET, socket.AF_INET6:
    s = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind(("", 7))
    socks.append(s)
print("READY")
while True:
    for s in select.select(socks, [], [])[0]:
        data, addr = s.recvfrom(65536)
        s.sendto(data, addr)
'
	wait_line "$work/echo.out" READY || bail_out "no echo: $(out echo)"
}

# wg_client HOST [OPTION]... -- ACTION...
wg_client()
{
	local host=$1 options=()

	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	timeout "$patience" "$peer" client --datagrams --protocol wireguard "${options[@]}" "$host" \
		51820 "$@" 2>&1
}

network
keys
wg_there
echo_there
daemon_start
wg_profile in4 4
wg_profile in6 6

for inside in 4 6; do
	for host in $outside4.2 ${outside6}2; do
		tap_like "IPv$inside inside, $host outside" \
			"$(wg_client "$host" --profile in$inside -- \
				send there-and-back datagram info)" \
			'^CONNECTED' '^DATA there-and-back$' \
			"^PEER_ID $(<"$work/there.pub" sed 's/[+]/[+]/g')$" \
			'cipher=chacha20-poly1305'
	done
done

shown=$("$tsec" session show)
tap_unlike 'no session is left' "$shown" wireguard

# --- who it is

tap_like 'a peer by its public key' \
	"$(wg_client $outside4.2 --profile in4 --name "$(<"$work/there.pub")" -- \
		send me datagram)" '^DATA me$'
tap_like 'a peer by the name in the file' \
	"$(wg_client $outside4.2 --profile in4 --name box -- send me datagram)" \
	'^DATA me$'
tap_failure 'a name that nobody has' \
	"$(wg_client $outside4.2 --profile in4 --name nobody --)" ENOKEY \
	'no peer that profile'
wg_profile wrong 4
"$tsec" profile set wrong trust "$work/peers-wrong"
sysctl -qw net.tsec.handshake_timeout_ms=2000
tap_failure 'somebody else there does not answer' \
	"$(wg_client $outside4.2 --profile wrong --)" ETIMEDOUT .
wg_there preshared-key "$work/psk"
tap_failure 'a peer that wants a preshared key does not answer' \
	"$(wg_client $outside4.2 --profile in4 --)" ETIMEDOUT .
sysctl -qw net.tsec.handshake_timeout_ms=10000
wg_profile psk 4
"$tsec" profile set psk trust "$work/peers-psk"
tap_like 'with a preshared key' \
	"$(wg_client $outside4.2 --profile psk -- send psk datagram)" '^DATA psk$'
wg_there preshared-key /dev/null
tap_failure 'nobody is there' "$(wg_client $outside4.1 --profile in4 --)" \
	ECONNREFUSED port
printf 'not a key\n' >"$work/bad.key"
chmod 644 "$work/bad.key"
wg_profile bad 4
"$tsec" profile set bad privkey "$work/bad.key"
tap_failure 'a file that is no key' "$(wg_client $outside4.2 --profile bad --)" \
	ENOKEY 'no private key of WireGuard'

# --- new keys, while datagrams go to and fro

wg_profile quick 4 soft-seconds 2
before=$(wg_value latest-handshakes)
begun=$(counter KeysInstalled)
start quick "$peer" client --datagrams --protocol wireguard --profile quick \
	$outside4.2 51820 rounds 9 info wait
wait_line "$work/quick.out" ROUNDS
tap_like 'nothing is lost while keys are replaced' "$(out quick)" \
	'^ROUNDS [0-9]{3,} lost=0$'
installed=$(($(counter KeysInstalled) - begun))
tap_is 'keys were replaced each two seconds' \
	$((installed >= 8 && installed <= 12)) 1
after=$(wg_value latest-handshakes)
tap_is "the kernel's end has seen the last of them" \
	$((after > before + 5)) 1
shown=$("$tsec" -j session show | python3 -c '
import json, sys
session = json.load(sys.stdin)[0]
print(session["tx"]["records"], session["rx"]["records"], session["tx_bytes"],
      session["tx"]["epoch"])')
tap_like 'epochs count the keys' "$shown" ' [3-5]$'
tell quick go
finish quick

# --- an idle session stays, with new keys

start idle "$peer" client --datagrams --protocol wireguard --profile quick \
	$outside4.2 51820 wait send still-there datagram
wait_line "$work/idle.out" WAITING
before=$(wg_value latest-handshakes)
eventually eval '[ "$(wg_value latest-handshakes)" -ge $((before + 4)) ]'
tell idle go
finish idle
tap_like 'an idle session gets new keys' "$(out idle)" '^DATA still-there$'

# --- whole packets: ping

profile raw privkey "$work/here.key" trust "$work/peers"
tap_like 'whole packets: ping, of both families' "$(timeout "$patience" python3 -c '
import ctypes, socket, struct, sys
def checksum(data):
    data += b"\0" * (len(data) % 2)
    s = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    s = (s & 0xffff) + (s >> 16)
    return ~(s + (s >> 16)) & 0xffff
def with_checksum(data, at, extra=b""):
    return data[:at] + struct.pack(">H", checksum(extra + data)) + data[at + 2:]
def packet4(a, b, data):
    icmp = with_checksum(struct.pack(">BBHHH", 8, 0, 0, 1, 1) + data, 2)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), 0, 0, 64, 1, 0,
                     socket.inet_aton(a), socket.inet_aton(b))
    return with_checksum(ip, 10) + icmp
def packet6(a, b, data):
    a, b = [socket.inet_pton(socket.AF_INET6, x) for x in (a, b)]
    icmp = struct.pack(">BBHHH", 128, 0, 0, 1, 1) + data
    pseudo = a + b + struct.pack(">II", len(icmp), 58)
    icmp = with_checksum(icmp, 2, pseudo)
    return struct.pack(">IHBB", 6 << 28, len(icmp), 58, 64) + a + b + icmp
s = socket.socket(14, socket.SOCK_DGRAM, 5)
s.setsockopt(314, 1, b"raw")
addr = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(51820),
                   socket.inet_aton(sys.argv[1]))
libc = ctypes.CDLL(None, use_errno=True)
if libc.connect(s.fileno(), addr, len(addr)):
    sys.exit("connect: %d" % ctypes.get_errno())
for make, a, b in (packet4, sys.argv[2] + ".1", sys.argv[2] + ".2"), (
        packet6, sys.argv[3] + "1", sys.argv[3] + "2"):
    s.send(make(a, b, b"ping-data" * 11))
    reply = s.recv(2000)
    print("REPLY", reply[0] >> 4, len(reply), reply.endswith(b"ping-data" * 11))
' $outside4.2 $inside4 $inside6 2>&1)" '^REPLY 4 127 True$' '^REPLY 6 147 True$'

# --- what both count

before=$(wg_value transfer)
start count "$peer" client --datagrams --protocol wireguard --profile in4 $outside4.2 51820 \
	send 1234567 datagram send 1234567 datagram wait
wait_line "$work/count.out" WAITING
after=$(wg_value transfer)
# An initiation (148), a response (92), a keepalive (32), and data of 8 bytes behind
# headers of 28, padded to 48, in 32 of the message's own.
tap_is 'both have counted the same' \
	"$((${after%%	*} - ${before%%	*})) $((${after##*	} - ${before##*	}))" \
	"$((148 + 32 + 2 * 80)) $((92 + 2 * 80))"
tell count go
finish count

# --- it connects to us

tap_failure 'a listener without its public key is told so' \
	"$(timeout "$patience" "$peer" server --datagrams --protocol wireguard --profile in4 \
		$outside4.1 51821 2>&1)" ENOKEY 'no pubkey'
wg_profile web4 4 pubkey "$(<"$work/here.pub")"
"$tsec" profile set web4 tunnel-local $inside4.1:7 tunnel-remote 0.0.0.0
wg_profile web6 6 pubkey "$(<"$work/here.pub")"
"$tsec" profile set web6 tunnel-local "[${inside6}1]:7" tunnel-remote ::

# wg_server NAME HOST PORT PROFILE [OPTION]...
wg_server()
{
	local name=$1 host=$2 port=$3 profile=$4

	shift 4
	start "$name" "$peer" server --datagrams --protocol wireguard --profile "$profile" \
		--count 1000 --fork "$@" "$host" "$port" info echo
	wait_line "$work/$name.out" LISTENING ||
		bail_out "no server: $(out "$name")"
}

# Without what it knew of us: else it goes on with the keys that it has.
wg_forget()
{
	$there wg set wg0 peer "$(<"$work/here.pub")" remove
}

asks='
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.settimeout(3)
s.connect((sys.argv[1], 7))
s.send(sys.argv[2].encode())
print("GOT", s.recv(2000).decode())
'

# wg_ask ENDPOINT HOST-INSIDE TEXT [SETTING]...: what a program over there gets
# back of ours
wg_ask()
{
	wg_forget
	wg_there endpoint "$1" "${@:4}"
	timeout "$patience" $there python3 -c "$asks" "$2" "$3" 2>&1
}

wg_server s4 0.0.0.0 51821 web4
wg_server s6 :: 51822 web6
tap_like 'it connects to us, IPv4 in IPv4' \
	"$(wg_ask $outside4.1:51821 $inside4.1 four-in-four)" '^GOT four-in-four$'
tap_like '... and who it is' "$(out s4)" \
	"^PEER_ID $(<"$work/there.pub" sed 's/[+]/[+]/g')$"
tap_like 'IPv6 in IPv6' \
	"$(wg_ask "[${outside6}1]:51822" ${inside6}1 six-in-six)" '^GOT six-in-six$'
stop s6
wg_server s6 0.0.0.0 51823 web6
tap_like 'IPv6 in IPv4' \
	"$(wg_ask $outside4.1:51823 ${inside6}1 six-in-four)" '^GOT six-in-four$'
stop s4
wg_server s4 :: 51824 web4
tap_like 'IPv4 in IPv6' \
	"$(wg_ask "[${outside6}1]:51824" $inside4.1 four-in-six)" '^GOT four-in-six$'
"$tsec" profile set web4 trust "$work/peers-psk"
wg_server p4 0.0.0.0 51825 web4
tap_like 'with a preshared key' \
	"$(wg_ask $outside4.1:51825 $inside4.1 shared preshared-key "$work/psk")" \
	'^GOT shared$'
tap_unlike 'without it, nothing' \
	"$(wg_ask $outside4.1:51825 $inside4.1 not-shared)" '^GOT not-shared'
stop p4
"$tsec" profile set web4 trust "$work/peers"

# --- its handshakes in a session that is open: the same session, new keys

wg_server again 0.0.0.0 51826 web4
wg_ask $outside4.1:51826 $inside4.1 first >/dev/null
begun=$(counter SessionsOpened)
for round in 1 2 3; do
	wg_ask $outside4.1:51826 $inside4.1 "round-$round"
done >"$work/rounds"
tap_like 'a peer that begins anew finds its session' "$(<"$work/rounds")" \
	'^GOT round-1' '^GOT round-2' '^GOT round-3'
tap_is '... which is still the same' $(($(counter SessionsOpened) - begun)) 0

# --- it moves: what it sends under the last of these keys finds its session

# wg_again TEXT: the same without new keys
wg_again()
{
	timeout "$patience" $there python3 -c "$asks" $inside4.1 "$1" 2>&1
}

moved=$(counter PeersMoved)
$there wg set wg0 listen-port 51840
tap_like 'from another port' "$(wg_again other-port)" '^GOT other-port$'
$there ip addr del $outside4.2/24 dev veth-there
$there ip addr add $outside4.3/24 dev veth-there
tap_like 'from another address' "$(wg_again other-address)" '^GOT other-address$'
tap_is '... which were followed' $(($(counter PeersMoved) - moved)) 2
tap_like '... and are shown' "$("$tsec" session show)" "$outside4.3:51840"
tap_is '... in the same session' $(($(counter SessionsOpened) - begun)) 0
$there ip addr del $outside4.3/24 dev veth-there
$there ip addr add $outside4.2/24 dev veth-there

# --- it begins anew somewhere else: it is the same peer, and its session goes on

# wg_rounds NAME SECONDS: begins a program over there that counts what comes back
wg_rounds()
{
	start "$1" $there python3 -uc '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(2)
s.connect((sys.argv[1], 7))
end = time.monotonic() + int(sys.argv[2])
n = lost = 0
while time.monotonic() < end:
    text = b"round %d" % n
    try:
        s.send(text)
    except OSError:     # there is no peer at this moment
        time.sleep(0.01)
        continue
    n += 1
    if n == 10:
        print("BEGUN")
    try:
        while s.recv(2000) != text:
            pass
    except socket.timeout:
        lost += 1
print("ROUNDS", n, "lost=%d" % lost)
' $inside4.1 "$2"
	wait_line "$work/$1.out" BEGUN
}

# wg_anew PORT-THERE PORT: not within the time in which a second one is a flood
wg_anew()
{
	sleep 0.1
	wg_forget
	$there wg set wg0 listen-port "$1"
	$there wg set wg0 peer "$(<"$work/here.pub")" endpoint $outside4.1:"$2" \
		allowed-ips "$inside4.1/32"
}

joined=$(counter HandshakesJoined)
start events "$tsec" monitor
wg_rounds busy 10
for port in 51841 51842 51843; do
	moved=$(counter PeersMoved)
	wg_anew $port 51826
	eventually eval '[ "$(counter PeersMoved)" -gt "$moved" ]'
done
wait_line "$work/busy.out" ROUNDS
tap_like 'a busy peer that begins anew from other ports loses what was on its way' \
	"$(out busy)" '^ROUNDS [0-9]{3,} lost=[0-3]$'
finish busy
stop events
tap_is '... its handshakes gave new keys' $(($(counter HandshakesJoined) - joined)) 3
tap_is '... it was followed each time' $(($(counter PeersMoved) - moved)) 1
tap_like '... as the monitor tells' "$(out events)" "session move.*$outside4.2:51843"
tap_is '... in the same session' $(($(counter SessionsOpened) - begun)) 0

# Nobody follows an initiation: the one who has sent it does not get the answer.
moved=$(counter PeersMoved) joined=$(counter HandshakesJoined)
tc qdisc add dev veth-here root netem loss 100%
wg_anew 51844 51826
$there python3 -c "import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('$inside4.1', 7))"
eventually eval '[ "$(counter HandshakesJoined)" -gt "$joined" ]'
tap_like 'an initiation alone moves nothing' \
	"$(counter PeersMoved) $("$tsec" session show)" "^$moved " "$outside4.2:51843"
tc qdisc del dev veth-here root
wg_rounds later 7
wait_line "$work/later.out" ROUNDS
finish later
tap_like '... but its keys do' "$("$tsec" session show)" "$outside4.2:51844"
tap_is '... once' $(($(counter PeersMoved) - moved)) 1
stop again
$there wg set wg0 listen-port 51820

# --- a new tsecd goes on with the sessions of the one before

"$tsec" profile set web4 soft-seconds 2 hard-seconds 6
wg_server over 0.0.0.0 51827 web4
tap_like 'a session of this tsecd' \
	"$(wg_ask $outside4.1:51827 $inside4.1 before)" '^GOT before$'
begun=$(counter SessionsOpened)
wg_rounds there 8
daemon_stop -KILL
daemon_start
wait_line "$work/there.out" ROUNDS
tap_like 'a server that outlives its tsecd loses nothing' "$(out there)" \
	'^ROUNDS [0-9]{3,} lost=0$'
tap_is '... in the same session' $(($(counter SessionsOpened) - begun)) 0
finish there
stop over
"$tsec" profile set web4 soft-seconds 0 hard-seconds 0
start here "$peer" client --datagrams --protocol wireguard --profile quick \
	$outside4.2 51820 rounds 7 wait info
eventually eval '[ "$(counter SessionsOpened)" -gt "$begun" ]'
daemon_stop -KILL
begun=$(counter KeysInstalled)
daemon_start
wait_line "$work/here.out" ROUNDS
tap_run '... nor does a client, which gets new keys' \
	eventually eval '[ "$(counter KeysInstalled)" -gt "$begun" ]'
tell here go
finish here
tap_like '... of which it makes use' "$(out here)" \
	'^ROUNDS [0-9]{3,} lost=0$' 'tx-epoch=[2-9] '

# --- we move, and it follows

start away "$peer" client --datagrams --protocol wireguard --profile in4 \
	$outside4.2 51820 send here datagram wait send there datagram
wait_line "$work/away.out" WAITING
own=$(counter OwnMoves)
ip addr del $outside4.1/24 dev veth-here
ip addr add $outside4.5/24 dev veth-here
tell away go
finish away
tap_like 'from our other address' "$(out away)" '^DATA here$' '^DATA there$'
tap_is '... which is counted' $(($(counter OwnMoves) - own)) 1
tap_like '... and where it answers' "$(wg_value endpoints)" "^$outside4.5:"
ip addr del $outside4.5/24 dev veth-here
ip addr add $outside4.1/24 dev veth-here

# --- a peer that only sends

start mute "$peer" client --datagrams --protocol wireguard --profile in4 \
	$outside4.2 51820 send hello wait
wait_line "$work/mute.out" WAITING
begun=$(wg_value latest-handshakes) sent=$(counter KeepalivesSent) from=$SECONDS
$there python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(26):
    s.sendto(b"and you?", (sys.argv[1], 9))
    time.sleep(1)
' $inside4.1
tap_is 'hears of us and begins no handshake' "$(wg_value latest-handshakes)" "$begun"
sent=$(($(counter KeepalivesSent) - sent)) took=$((SECONDS - from + 1))
if [ $sent -ge 2 ] && [ $((10 * sent)) -le $took ]; then
	tap_ok '... each ten seconds'
else
	tap_not_ok '... each ten seconds' "$sent times in $took seconds"
fi
tell mute go
finish mute

# --- both ends are ours

profile ours privkey "$work/stranger.key" trust "$work/us" pubkey \
	"$(<"$work/stranger.pub")" tunnel-local $inside4.2:7 tunnel-remote 0.0.0.0
cat "$work/here.pub" "$work/there.pub" >"$work/us"
chmod 644 "$work/us"
wg_profile mine 4 soft-seconds 2
"$tsec" profile set mine trust "$work/peers-wrong"
start ours "$peer" server --datagrams --protocol wireguard --profile ours --count 1000 --fork \
	0.0.0.0 51820 echo
wait_line "$work/ours.out" LISTENING || bail_out "no server: $(out ours)"
tap_like 'our client and our server' \
	"$(wg_client 127.0.0.1 --profile mine -- rounds 5 info)" \
	'^ROUNDS [0-9]{3,} lost=0$' 'tx-epoch=[12] '

# A handshake that does not end is load enough, if there may be no more than eight.
sysctl -qw net.tsec.max_handshakes_listener=8
answered=$(counter HellosAnswered)
# shellcheck disable=SC2034 # for eval
proven=$(counter HellosProven)
tc qdisc add dev veth-here root netem loss 100%
$there wg set wg0 peer "$(<"$work/stranger.pub")" endpoint $outside4.1:51820 \
	allowed-ips $inside4.9/32
$there python3 -c "import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('$inside4.9', 9))"
eventually eval '[ "$(counter HellosProven)" -gt "$proven" ]'
tap_like 'under load a client has to show a cookie' \
	"$(wg_client 127.0.0.1 --profile mine -- send with-a-cookie datagram)" \
	'^DATA with-a-cookie$'
tap_is '... which it was given' $(($(counter HellosAnswered) > answered)) 1
$there wg set wg0 peer "$(<"$work/stranger.pub")" remove
tc qdisc del dev veth-here root
sysctl -qw net.tsec.max_handshakes_listener=1024

tc qdisc add dev lo root netem loss 30%
sysctl -qw net.tsec.handshake_timeout_ms=60000
patience=60
tap_like '... over a network that loses a third' \
	"$(wg_client 127.0.0.1 --profile mine -- rounds 5 info)" \
	'^ROUNDS [0-9]+ lost=[0-9]+$' 'version=WireGuard'
tc qdisc del dev lo root
stop ours

# --- a bad network

tc qdisc add dev veth-here root netem loss 30% duplicate 10% delay 2ms 2ms
start lossy "$peer" client --datagrams --protocol wireguard --profile quick \
	$outside4.2 51820 rounds 15 send done
wait_line "$work/lossy.out" ROUNDS
tap_like 'a session over a network that loses a third' "$(out lossy)" \
	'^ROUNDS [0-9]{2,} lost=[0-9]+$'
finish lossy
tc qdisc del dev veth-here root
tap_done
