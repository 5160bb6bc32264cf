#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Our DTLS server and the clients of OpenSSL, GnuTLS and our own, in good
# networks and bad.

. "$(dirname "$0")/common.sh"

need openssl gnutls-cli tc
setup
daemon_start
profiles

# dtls_server NAME PORT [OPTION]...: each client in a process of its own, so
# that one which is lost delays no other
dtls_server()
{
	local name=$1 port=$2

	shift 2
	tsec_server "$name" "$port" --datagrams --fork "$@" -- \
		info datagram send cba
}

openssl_dtls()
{
	local port=$1

	shift
	openssl_client "$port" -dtls1_2 -mtu 1200 "$@"
}

# Of its own accord, this one leaves when its input ends.
gnutls_dtls()
{
	local port=$1

	shift
	{ echo 'hello from gnutls'; sleep 1; } |
		timeout "$patience" gnutls-cli --udp --mtu 1200 --port "$port" \
			--x509cafile "$pki/ca.pem" "$@" localhost 2>&1
}

# dtls_client PORT [OPTION]...: ours
dtls_client()
{
	local port=$1

	shift
	tsec_client "$port" --datagrams "$@" -- info send abc datagram
}

dtls_server own 4401
for cipher in $ciphers; do
	mark own
	# shellcheck disable=SC2046 # words
	tap_like "s_client, DTLS 1.2, $cipher" \
		"$(openssl_dtls 4401 $(openssl_suite 1.2 "$cipher"))" '^cba$'
	tap_session '... as the program sees it' "$(since own)" \
		DTLS-1.2 "$cipher" '^DATA hello from openssl$'
	mark own
	said=$(gnutls_dtls 4401 \
		--priority "$(gnutls_priority 1.2 "$cipher" | sed s/TLS1/DTLS1/)")
	tap_like "gnutls-cli, DTLS 1.2, $cipher" "$said" '^cba$'
	tap_session '... as the program sees it' "$(since own)" \
		DTLS-1.2 "$cipher" '^DATA hello from gnutls$'
	tap_session "our own client, $cipher" \
		"$(dtls_client 4401 --name localhost --cipher "$cipher" \
			--cache off)" \
		DTLS-1.2 "$cipher" '^DATA cba$' '^PEER_ID localhost$'
done

openssl_dtls 4401 -sess_out "$work/session" >/dev/null
mark own
tap_like 's_client resumes its session' \
	"$(openssl_dtls 4401 -sess_in "$work/session")" '^cba$'
tap_like '... as the program sees it' "$(since own)" 'resumed=1'
dtls_client 4401 --name localhost >/dev/null
tap_like 'our own client resumes its session' \
	"$(dtls_client 4401 --name localhost)" 'resumed=1' '^DATA cba$'
tap_failure 'our own client wants another name' \
	"$(dtls_client 4401 --name other.test)" EKEYREJECTED 'not for'

dtls_server cid 4407 --connection-id 8
tap_like 's_client, where connection IDs could be had' \
	"$(openssl_dtls 4407)" '^cba$'
tap_like '... and gnutls-cli' "$(gnutls_dtls 4407 \
	--priority NORMAL:-VERS-ALL:+VERS-DTLS1.2)" '^cba$'

TSEC_BIND=::1 dtls_server six 4402
tap_like 's_client over IPv6' \
	"$(TSEC_HOST='[::1]' openssl_dtls 4402)" '^cba$'
TSEC_BIND=:: dtls_server any 4403
mark any
tap_like 's_client over IPv4, and the server has an IPv6 socket' \
	"$(openssl_dtls 4403)" '^cba$'
tap_like '... and over IPv6' "$(TSEC_HOST='[::1]' openssl_dtls 4403)" '^cba$'

dtls_server who 4404 --verify require --trust "$pki/ca.pem"
tap_like 'a client shows its certificate' \
	"$(openssl_dtls 4404 -cert "$pki/client.pem" -key "$pki/client.key")" \
	'^cba$'
tap_like '... which the program can see' "$(out who)" '^PEER_ID .'
log_mark
openssl_dtls 4404 >/dev/null
server_failed '... and one that has none is refused' certificate

key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
dtls_server psk 4405 --psk "alice:$key"
tap_like 's_client with a PSK' \
	"$(openssl_dtls 4405 -psk $key -psk_identity alice \
		-cipher ECDHE-PSK-CHACHA20-POLY1305)" '^cba$'

# --- a bad network: what is lost, doubled and overtaken is made good

sysctl -qw net.tsec.handshake_timeout_ms=300000
tsec_server bad 4406 --datagrams --fork --timeout 300 -- info datagram
network_spoil
for i in 1 2 3 4; do
	start "o$i" openssl s_client -dtls1_2 -timeout -mtu 1200 \
		-connect 127.0.0.1:4406 -CAfile "$pki/ca.pem"
done
network_mend all_say '^ *Verify return code' o1 o2 o3 o4
for i in 1 2 3 4; do
	stop "o$i"
	tap_like "s_client, 30 % lost, doubled and reordered: $i" \
		"$(out "o$i")" '^ *Verify return code: 0'
done
tap_bad_network 'our two ends, 30 % lost, doubled and reordered' 4406 \
	'INFO .*version=DTLS-1.2' --datagrams --cache off
tap_done
