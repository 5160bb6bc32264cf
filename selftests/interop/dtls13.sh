#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two ends of our own with DTLS 1.3, in good networks and bad.

. "$(dirname "$0")/common.sh"

need openssl tc
setup
daemon_start
profiles

# dtls13_server NAME PORT [OPTION]...: each client in a process of its own
dtls13_server()
{
	local name=$1 port=$2

	shift 2
	tsec_server "$name" "$port" --datagrams --fork "$@" -- \
		info datagram send cba info
}

# dtls13_client PORT [OPTION]...
dtls13_client()
{
	local port=$1

	shift
	tsec_client "$port" --datagrams --min 1.3 "$@" -- \
		info send abc datagram end
}

# --- the version is what both want, and the server's choice

dtls13_server own 4501
for cipher in $ciphers; do
	mark own
	tap_session "DTLS 1.3, $cipher" \
		"$(dtls13_client 4501 --name localhost --cipher "$cipher")" \
		DTLS-1.3 "$cipher" '^DATA cba$' '^PEER_ID localhost$'
	tap_session '... as the server sees it' "$(since own)" \
		DTLS-1.3 "$cipher" '^DATA abc$'
done
tap_like 'a client of both versions gets 1.2' \
	"$(tsec_client 4501 --datagrams --name localhost -- info)" \
	'version=DTLS-1.2'
tap_like '... and so does one of another make' \
	"$(openssl_client 4501 -dtls1_2 -mtu 1200)" '^cba$'

dtls13_server only12 4502 --max 1.2
tap_failure 'a server of 1.2 alone' \
	"$(dtls13_client 4502 --name localhost)" EPROTONOSUPPORT 'DTLS 1.3'
dtls13_server only13 4503 --min 1.3
tap_like 'a server of 1.3 alone' \
	"$(dtls13_client 4503 --name localhost)" 'version=DTLS-1.3' '^DATA cba$'
tap_failure '... and a client of 1.2' \
	"$(tsec_client 4503 --datagrams --name localhost --max 1.2 -- info)" \
	EPROTONOSUPPORT 'alert 70'
dtls13_server aes 4504 --cipher aes-128-gcm
tap_failure 'no cipher in common, says the kernel' \
	"$(dtls13_client 4504 --name localhost --cipher aes-256-gcm)" \
	EPROTONOSUPPORT 'alert 40'

# --- a second session is resumed

tap_like 'a client comes again' \
	"$(dtls13_client 4501 --name localhost
	   dtls13_client 4501 --name localhost)" 'resumed=1' '^DATA cba$' \
	'^PEER_ID localhost$'
tap_like '... unless it does not want to' \
	"$(dtls13_client 4501 --name localhost --cache off)" 'resumed=0'
tap_like '... as the counters say' \
	"$(counter HandshakesResumed) $(counter TicketsPassed)" \
	'^[1-9][0-9]* [1-9]'

# --- who it is

tap_failure 'the certificate of another name' \
	"$(dtls13_client 4501 --name other.test)" EKEYREJECTED 'not for'
dtls13_server who 4505 --verify require --trust "$pki/ca.pem"
tap_like 'a client shows its certificate' \
	"$(dtls13_client 4505 --name localhost --cert "$pki/client.pem" \
		--key "$pki/client.key")" 'version=DTLS-1.3' '^DATA cba$'
tap_like '... which the program can see' "$(out who)" '^PEER_ID .'
tap_failure '... and one that has none is told so by connect()' \
	"$(dtls13_client 4505 --name localhost)" EKEYREJECTED 'alert 116'
key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
dtls13_server psk 4506 --psk "alice:$key"
tap_like 'a PSK' \
	"$(dtls13_client 4506 --psk "alice:$key")" 'version=DTLS-1.3' \
	'^DATA cba$' '^PEER_ID alice$'
tap_failure '... another one' \
	"$(dtls13_client 4506 --psk "alice:${key//0/f}")" EKEYREJECTED .
dtls13_server names 4507 --alpn one,two
tap_like 'an application protocol' \
	"$(dtls13_client 4507 --name localhost --alpn two)" '^ALPN two$'
TSEC_BIND=::1 dtls13_server six 4508
tap_like 'over IPv6' "$(TSEC_HOST=::1 dtls13_client 4508 --name localhost)" \
	'version=DTLS-1.3' '^DATA cba$'

# --- afterwards: keys renew themselves, exporters agree

start r "$peer" server --profile web --datagrams 127.0.0.1 4509 \
	datagram send two datagram send four datagram renewed 1 send six \
	info export EXPORTER-x y 32
wait_line "$work/r.out" LISTENING
said=$(tsec_client 4509 --datagrams --min 1.3 --name localhost -- \
	send one datagram update 1 send three datagram renewed 1 send five datagram \
	info export EXPORTER-x y 32)
finish r
tap_like 'the keys of both directions renew themselves' "$said" \
	'^INFO .*tx-epoch=1 rx-epoch=1' '^DATA six$'
tap_like '... at both ends' "$(out r)" '^INFO .*tx-epoch=1 rx-epoch=1' \
	'^DATA five$'
exported=$(grep '^EXPORT' <<<"$said")
tap_is 'both ends export the same' "$(out r | grep '^EXPORT')" "$exported"

# --- a bad network: what is lost, doubled and overtaken is made good

sysctl -qw net.tsec.handshake_timeout_ms=300000
tsec_server bad 4510 --datagrams --fork --timeout 300 -- info datagram
tap_bad_network '30 % lost, doubled and reordered' 4510 \
	'INFO .*version=DTLS-1.3' --datagrams --min 1.3
tap_done
