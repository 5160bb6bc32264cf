#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SRTP with keys by DTLS: the DTLS of OpenSSL and the SRTP of libsrtp in both
# roles, with each protection profile, and our own two ends.

. "$(dirname "$0")/common.sh"

need openssl tc
setup
media=$selftests/interop/media
[ -x "$media" ] || make -s -C "$selftests/interop" || bail_out "no media"
daemon_start

# OpenSSL's name, the number (RFC 5764, RFC 7714), bytes of all keys and salts
protections='
	aes-128-cm-hmac-sha1-80 SRTP_AES128_CM_SHA1_80 1 60
	aes-128-cm-hmac-sha1-32 SRTP_AES128_CM_SHA1_32 2 60
	aes-128-gcm SRTP_AEAD_AES_128_GCM 7 56
	aes-256-gcm SRTP_AEAD_AES_256_GCM 8 88'

# media_start client|server NUMBER PORT DTLS-PORT: the media of OpenSSL's end
media_start()
{
	start media "$media" "$@" "$work/os.out"
	wait_line "$work/media.out" READY || bail_out "no media: $(out media)"
}

# stock_server PORT NAME NUMBER BYTES [OPTION]...
stock_server()
{
	local port=$1 name=$2 number=$3 bytes=$4

	shift 4
	start os openssl s_server -dtls1_2 -mtu 1200 \
		-accept 127.0.0.1:$((port + 1)) -cert "$pki/good.pem" \
		-key "$pki/good.key" -use_srtp "$name" \
		-keymatexport EXTRACTOR-dtls_srtp -keymatexportlen "$bytes" "$@"
	wait_line "$work/os.out" '^ACCEPT'
	media_start server "$number" "$port" $((port + 1))
}

# stock_client PORT NAME NUMBER BYTES [OPTION]...
stock_client()
{
	local port=$1 name=$2 number=$3 bytes=$4

	shift 4
	: >"$work/os.out"
	media_start client "$number" "$port" $((port + 1))
	start os openssl s_client -dtls1_2 -mtu 1200 \
		-connect 127.0.0.1:$((port + 1)) -CAfile "$pki/ca.pem" \
		-use_srtp "$name" -keymatexport EXTRACTOR-dtls_srtp \
		-keymatexportlen "$bytes" "$@"
}

stock_stop()
{
	stop media
	stop os
}

# srtp_server NAME PORT [OPTION]... [-- ACTION...]
srtp_server()
{
	local name=$1 port=$2

	shift 2
	tsec_server "$name" "$port" --datagrams --protocol srtp --fork "$@"
}

# srtp_client PORT [OPTION]... [-- ACTION...]
srtp_client()
{
	local port=$1

	shift
	tsec_client "$port" --datagrams --protocol srtp --name localhost "$@"
}

# tap_media: what libsrtp took
tap_media()
{
	tap_like '... packets of both kinds, and back' "$(out media)" \
		'^RTP 172$' '^RTCP 172$'
	tap_unlike '... and refused none' "$(out media)" '^BAD'
}

all=aes-256-gcm,aes-128-gcm,aes-128-cm-hmac-sha1-80,aes-128-cm-hmac-sha1-32
profile web cert "$pki/good.pem" privkey "$pki/good.key" ciphers "$all"
profile cli trust "$pki/ca.pem" ciphers "$all"

# --- each protection profile, with their servers and with their clients

srtp_server own 4511 -- info rtp 5 end
while read -r cipher name number bytes; do
	stock_server 4501 "$name" "$number" "$bytes"
	tap_session "s_server and libsrtp, $cipher" \
		"$(srtp_client 4501 -- info rtp 5)" SRTP "$cipher" \
		'^RTP 5$' '^PEER_ID localhost$'
	tap_media
	if wait_line "$work/os.out" '^DONE$'; then
		tap_ok '... and s_server ends as our program does'
	else
		tap_not_ok '... and s_server ends as our program does' \
			"$(out os)"
	fi
	stock_stop

	mark own
	stock_client 4511 "$name" "$number" "$bytes"
	eventually eval 'has_line "$(since own)" "^RTP 5$"'
	tap_media
	tell os Q
	eventually eval 'has_line "$(since own)" "^END 0$"'
	tap_session "s_client and libsrtp, $cipher, up to its end" \
		"$(since own)" SRTP "$cipher" '^RTP 5$' '^END 0$'
	stock_stop
done <<<"${protections#?}"

# --- our own two ends

srtp_server echo 4512 -- info answer
while read -r cipher _; do
	mark echo
	tap_session "our own two ends, $cipher" \
		"$(srtp_client 4512 --cipher "$cipher" -- info rtp 5)" \
		SRTP "$cipher" '^RTP 5$'
	eventually eval 'has_line "$(since echo)" "^END"'
	tap_like '... and the other sees the end' "$(since echo)" \
		'^ANSWERED 10$' '^END$'
done <<<"${protections#?}"
tap_session 'the server chooses what it likes best' \
	"$(srtp_client 4512 --cipher \
		aes-128-cm-hmac-sha1-80,aes-128-gcm,aes-256-gcm -- info)" \
	SRTP aes-256-gcm
tap_like 'no session is resumed' "$(srtp_client 4512 -- info)" 'resumed=0'

srtp_server short 4517 -- rtp 2
tap_like 'the client sees the end of the server' \
	"$(srtp_client 4517 -- answer)" '^ANSWERED 4$' '^END$'

TSEC_BIND=::1 srtp_server six 4513 -- info answer
tap_session 'over IPv6' "$(TSEC_HOST=::1 srtp_client 4513 -- info rtp 2)" \
	SRTP aes-256-gcm '^RTP 2$'

# --- who the other end is

srtp_server who 4514 --verify require --trust "$pki/ca.pem" -- info answer
mark who
tap_like 'both ends show certificates' \
	"$(srtp_client 4514 --cert "$pki/client.pem" --key "$pki/client.key" \
		-- rtp 1)" '^RTP 1$'
tap_like '... and the server knows the client' "$(since who)" \
	'^PEER_ID client.test$'
log_mark
srtp_client 4514 -- rtp 1 >/dev/null
server_failed '... and refuses one that has none' certificate

key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
srtp_server psk 4515 --psk "alice:$key" -- info answer
tap_like 'a PSK' "$(srtp_client 4515 --psk "alice:$key" -- rtp 1)" '^RTP 1$'
tap_failure 'another name' \
	"$(tsec_client 4512 --datagrams --protocol srtp --name other.test -- rtp 1)" EKEYREJECTED \
	'not for'

# --- ends that do not speak it, or speak it otherwise

start plain openssl s_server -dtls1_2 -mtu 1200 -accept 127.0.0.1:4520 \
	-cert "$pki/good.pem" -key "$pki/good.key"
wait_line "$work/plain.out" '^ACCEPT'
tap_failure 'a server without SRTP' "$(srtp_client 4520 -- rtp 1)" \
	EPROTONOSUPPORT 'without SRTP'
stop plain
log_mark
openssl_client 4512 -dtls1_2 -mtu 1200 >/dev/null
server_failed 'a client without SRTP' 'the client speaks DTLS without SRTP'
profile other trust "$pki/ca.pem" ciphers chacha20-poly1305
tap_failure 'ciphers that SRTP does not have' \
	"$(srtp_client 4512 --profile other)" EPROTONOSUPPORT \
	'leaves no cipher of SRTP'
tap_failure 'a program that wants TLS 1.3' "$(srtp_client 4512 --min 1.3)" \
	EPROTONOSUPPORT 'DTLS 1.2'
mark echo
tap_like '... and the next session is as good as the first' \
	"$(srtp_client 4512 -- rtp 1)" '^RTP 1$'

# --- a bad network: what is lost, doubled and overtaken is made good

sysctl -qw net.tsec.handshake_timeout_ms=300000
srtp_server bad 4516 --timeout 300 -- info end
tap_bad_network 'our two ends, 30 % lost, doubled and reordered' 4516 \
	'INFO .*version=SRTP' --datagrams --protocol srtp
tap_done
