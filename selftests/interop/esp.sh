#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ESP in UDP with the kernel's own IPsec on another host, and a program of plain UDP
# behind it.

. "$(dirname "$0")/common.sh"

need ip python3
setup
trap 'namespaces_gone; cleanup' EXIT

key_out=00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210
key_in=ffeeddccbbaa99887766554433221100f0e1d2c3b4a5968778695a4b3c2d1e0f
salt_out=5a17aaaa salt_in=5a17bbbb
spi_out=0x1001 spi_in=0x2002

# The stock host: port 4500 for its IPsec, and a program that sends back what it
# gets, reversed.  IPsec takes what it has protected as is, and the program must not
# get anything else.
stock='
import socket, sys
UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
encap = socket.socket(family, socket.SOCK_DGRAM)
encap.bind((sys.argv[1], 4500))
encap.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
program = socket.socket(family, socket.SOCK_DGRAM)
program.bind((sys.argv[1], 7777))
print("READY", flush=True)
while True:
    data, peer = program.recvfrom(65536)
    text = data.rstrip(b"\n")
    print("GOT", len(text), peer[1], flush=True)
    program.sendto(text[::-1] + b"\n", peer)
'

# aead CIPHER KEY SALT: what iproute2 calls it
aead()
{
	case $1 in
	aes-128-gcm)	echo "rfc4106(gcm(aes)) 0x${2:0:32}$3" ;;
	aes-256-gcm)	echo "rfc4106(gcm(aes)) 0x$2$3" ;;
	chacha*)	echo "rfc7539esp(chacha20,poly1305) 0x$2$3" ;;
	esac
}

# xfrm CIPHER VERSION OURS STOCK: on the stock host, for a program on port 7777
xfrm()
{
	local esn=() any=0.0.0.0

	[ "$2" = esp ] || esn=(flag esn)
	[[ $3 != *:* ]] || any=::
	$b ip xfrm state flush
	$b ip xfrm policy flush
	# shellcheck disable=SC2046 # words
	$b ip xfrm state add src "$3" dst "$4" proto esp spi $spi_out reqid 1 \
		mode transport aead $(aead "$1" $key_out $salt_out) 128 \
		replay-window 128 "${esn[@]}" encap espinudp 4500 4500 $any &&
	$b ip xfrm state add src "$4" dst "$3" proto esp spi $spi_in reqid 1 \
		mode transport aead $(aead "$1" $key_in $salt_in) 128 \
		replay-window 128 "${esn[@]}" encap espinudp 4500 4500 $any &&
	# Ports inside are named, or 4500 itself would have to be protected.
	$b ip xfrm policy add src "$4" dst "$3" proto udp sport 7777 dir out \
		tmpl src "$4" dst "$3" proto esp reqid 1 mode transport &&
	$b ip xfrm policy add src "$3" dst "$4" proto udp dport 7777 dir in \
		tmpl src "$3" dst "$4" proto esp reqid 1 mode transport
}

# keys CIPHER VERSION: the same, on ours
keys()
{
	local digits=64

	[ "$1" != aes-128-gcm ] || digits=32
	(umask 077; cd "$work" || exit
		echo ${key_out:0:digits} >out; echo ${key_in:0:digits} >in
		echo $salt_out >out.salt; echo $salt_in >in.salt)
	"$tsec" -n tsec-a profile del esp 2>/dev/null
	"$tsec" -n tsec-a profile add esp manual on
	"$tsec" -n tsec-a key add esp tx version "$2" cipher "$1" spi $spi_out \
		key-file "$work/out" iv-file "$work/out.salt" &&
	"$tsec" -n tsec-a key add esp rx version "$2" cipher "$1" spi $spi_in \
		key-file "$work/in" iv-file "$work/in.salt"
}

# talk STOCK [ACTION]...: our program
talk()
{
	local address=$1

	shift
	timeout "$patience" $a "$peer" client --datagrams --protocol esp \
		--profile esp --from 5555 --timeout 5 "$address" 7777 "$@" 2>&1
}

namespaces_make || tap_skip_all 'this kernel has no veth or no namespaces'
$a ip addr add 2001:db8::1/64 dev veth-a nodad
$b ip addr add 2001:db8::2/64 dev veth-b nodad

printf -v long 'abcde%.0s' {1..260}

# tap_talk NAME CIPHER VERSION OURS STOCK
tap_talk()
{
	local name=$1 cipher=$2 version=$3 ours=$4 stock_host=$5 said

	said=$(xfrm "$cipher" "$version" "$ours" "$stock_host" 2>&1 &&
		keys "$cipher" "$version" 2>&1) ||
		{ tap_not_ok "$name" "$said"; return; }
	mark s
	tap_session "$name" "$(talk "$stock_host" info send abc datagram \
		send "$long" datagram send xyzzy datagram)" "$version" "$cipher" \
		'^DATA cba$' '^DATA (edcba){260}$' '^DATA yzzyx$'
	tap_like '... the program there has got it from our port' "$(since s)" \
		'^GOT 3 5555$' '^GOT 1300 5555$' '^GOT 5 5555$'
}

for pair in 192.0.2.1,192.0.2.2 2001:db8::1,2001:db8::2; do
	ours=${pair%,*} host=${pair#*,}
	start s $b python3 -c "$stock" "$host"
	wait_line "$work/s.out" '^READY' || bail_out "$(out s)"
	for version in esp esp-esn; do
		for cipher in $ciphers; do
			tap_talk "$host, $cipher, $version" "$cipher" "$version" \
				"$ours" "$host"
		done
	done
	stop s
done
tap_is 'nothing of the stock host was refused' \
	"$($a awk '/BadRecords|Malformed|Misaddressed/ { n += $2 } END { print n }' \
		/proc/net/tsec_stat)" 0
tap_is '... nor by it' "$($b awk '/XfrmIn|XfrmOut/ { n += $2 } END { print n }' \
	/proc/net/xfrm_stat)" 0
tap_done
