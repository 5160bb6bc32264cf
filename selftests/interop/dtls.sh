#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Our DTLS client and the servers of OpenSSL and GnuTLS, in good networks and bad.

. "$(dirname "$0")/common.sh"

need openssl gnutls-serv tc
setup
daemon_start
profiles

# Its answers are typed.
dtls_server()
{
	local name=$1 port=$2

	shift 2
	start "$name" openssl s_server -dtls1_2 -mtu 1200 \
		-accept "${TSEC_BIND:-127.0.0.1}:$port" "$@"
	wait_line "$work/$name.out" '^ACCEPT'
}

# dtls_talk SERVER PORT [OPTION]...: one session with it, there and back
dtls_talk()
{
	local server=$1 port=$2

	shift 2
	mark "$server"
	start c "$peer" client --datagrams --profile cli "$@" \
		"${TSEC_HOST:-127.0.0.1}" "$port" info send abc datagram info
	wait_line "$work/c.out" '^(CONNECTED|FAILED)'
	if file_has "$work/c.out" '^CONNECTED'; then
		eventually eval "has_line \"\$(since $server)\" '^abc$'" &&
			tell "$server" cba
	fi
	finish c
	out c
}

dtls_server os 4301 -cert "$pki/good.pem" -key "$pki/good.key"
for cipher in $ciphers; do
	tap_session "s_server, DTLS 1.2, $cipher" \
		"$(dtls_talk os 4301 --name localhost --cipher "$cipher" --cache off)" \
		DTLS-1.2 "$cipher" '^DATA cba$' '^PEER_ID localhost$'
done
tap_like 'connect() that does not wait, then poll()' \
	"$(dtls_talk os 4301 --name localhost --defer)" '^DATA cba$'
tap_like 'a second session is resumed' \
	"$(dtls_talk os 4301 --name localhost)" 'resumed=1' '^DATA cba$'
tap_like 'connection IDs, of which it knows nothing, are not insisted on' \
	"$(dtls_talk os 4301 --name localhost --connection-id 8 --cache off)" \
	'^DATA cba$'
tap_failure 'another name is refused' \
	"$(dtls_talk os 4301 --name other.test)" EKEYREJECTED 'not for'
tap_failure 'an unknown issuer is refused' \
	"$(dtls_talk os 4301 --profile default --name localhost)" EKEYREJECTED .
tap_failure 'a program that wants 1.3 is told that the server has not' \
	"$(dtls_talk os 4301 --name localhost --min 1.3)" EPROTONOSUPPORT 'DTLS 1.3'
tap_like '... and the next session is as good as the first' \
	"$(dtls_talk os 4301 --name localhost)" '^DATA cba$'
stop os

TSEC_BIND='[::1]' dtls_server os6 4302 -cert "$pki/good.pem" -key "$pki/good.key"
tap_like 's_server over IPv6' "$(TSEC_HOST=::1 dtls_talk os6 4302)" '^DATA cba$'
stop os6
tap_failure 'nobody is there' "$(dtls_talk os6 4302 --name localhost)" \
	ECONNREFUSED port

key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
suites=ECDHE-PSK-CHACHA20-POLY1305:DHE-PSK-AES128-GCM-SHA256
dtls_server psk 4303 -nocert -psk $key -psk_identity alice -cipher $suites
tap_like 's_server with a PSK' \
	"$(dtls_talk psk 4303 --psk alice:$key)" '^DATA cba$'
stop psk

dtls_server who 4304 -cert "$pki/good.pem" -key "$pki/good.key" -Verify 1 \
	-verify_return_error -CAfile "$pki/ca.pem"
tap_like 's_server that wants our certificate' \
	"$(dtls_talk who 4304 --name localhost --cert "$pki/client.pem" \
		--key "$pki/client.key")" '^DATA cba$'
tap_failure '... and is not shown one' \
	"$(dtls_talk who 4304 --name localhost)" 'E(KEYREJECTED|PROTO.*)' .
stop who

# Of its own accord, this one asks for a cookie first, and answers by itself.  It
# has one client at a time, and none before the last one's end has got there.
gnutls_talk()
{
	timeout "$patience" "$peer" client --datagrams --profile cli \
		--name localhost "$@" 127.0.0.1 4305 info send abc datagram 2>&1
}
gnutls_server()
{
	start gs gnutls-serv --udp --echo --mtu 1200 --port 4305 \
		--x509certfile "$pki/good.pem" --x509keyfile "$pki/good.key" \
		--disable-client-cert
	wait_line "$work/gs.out" 'UDP'
}
for cipher in $ciphers; do
	gnutls_server
	tap_session "gnutls-serv, DTLS 1.2, $cipher" \
		"$(gnutls_talk --cipher "$cipher")" DTLS-1.2 "$cipher" \
		'^DATA abc$' '^PEER_ID localhost$'
	stop gs
done
gnutls_server
tap_like '... and connection IDs, of which it knows nothing' \
	"$(gnutls_talk --connection-id 8)" '^DATA abc$'
stop gs

# --- a bad network: what is lost, doubled and overtaken is made good

sysctl -qw net.tsec.handshake_timeout_ms=300000
for i in 1 2 3 4; do
	dtls_server "bad$i" 431$i -timeout -cert "$pki/good.pem" \
		-key "$pki/good.key"
done
network_spoil
for i in 1 2 3 4; do
	start "c$i" "$peer" client --datagrams --profile cli --cache off \
		--name localhost --timeout 300 127.0.0.1 431$i info
done
network_mend all_gone c1 c2 c3 c4
for i in 1 2 3 4; do
	finish "c$i"
	tap_like "a network that loses 30 %, doubles and reorders: $i" \
		"$(out "c$i")" '^CONNECTED' 'version=DTLS-1.2'
done
tap_done
