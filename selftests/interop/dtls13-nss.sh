#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# DTLS 1.3 with NSS, in both roles.  Debian's libnss3 knows only a draft of it;
# the library in its Firefox speaks RFC 9147.

. "$(dirname "$0")/common.sh"

need openssl certutil pk12util
libraries=/usr/lib/firefox-esr
[ -e $libraries/libssl3.so ] || tap_skip_all 'firefox-esr is missing'
setup
[ -x "$selftests/interop/nss" ] || make -s -C "$selftests/interop" nss ||
	bail_out 'no peer with NSS'
daemon_start
profiles

key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
label=EXPORTER-x

# The database of NSS: authority, and certificates with their keys
database_make()
{
	local name

	mkdir "$work/db"
	certutil -N -d "$work/db" --empty-password
	certutil -A -d "$work/db" -n ca -t CT,, -i "$pki/ca.pem"
	for name in good client; do
		openssl pkcs12 -export -in "$pki/$name.pem" -inkey "$pki/$name.key" \
			-name $name -passout pass: -out "$work/$name.p12"
		pk12util -i "$work/$name.p12" -d "$work/db" -W '' -K ''
	done
}

# nss DIRECTORY ROLE PORT [OPTION]... -- ACTION...: with the libraries there
nss()
{
	local where=$1 role=$2 port=$3 options=()

	shift 3
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	LD_LIBRARY_PATH=$where timeout $((3 * patience)) "$selftests/interop/nss" \
		"${options[@]}" "$role" "$work/db" "$port" "$@" 2>&1
}

# nss_server PORT [OPTION]... -- ACTION...
nss_server()
{
	start ns nss "${nss_library-$libraries}" server "$1" --cert good "${@:2}"
	wait_line "$work/ns.out" LISTENING || bail_out "no server: $(out ns)"
}

nss_client()
{
	nss "${nss_library-$libraries}" client "$@"
}

# our_client PORT [OPTION]... [-- ACTION...]
our_client()
{
	local port=$1

	shift
	tsec_client "$port" --datagrams --min 1.3 --name localhost "$@"
}

# our_server NAME PORT [OPTION]... -- ACTION...
our_server()
{
	tsec_server "$1" "$2" --datagrams --fork "${@:3}"
}

nss_cipher()
{
	case $1 in
	aes-128-gcm)	echo TLS_AES_128_GCM_SHA256 ;;
	aes-256-gcm)	echo TLS_AES_256_GCM_SHA384 ;;
	chacha*)	echo TLS_CHACHA20_POLY1305_SHA256 ;;
	esac
}

exported()
{
	grep ^EXPORT <<<"$1"
}

database_make >"$work/db.log" 2>&1 || bail_out "no database: $(tail -3 "$work/db.log")"
talk=(info send abc datagram info export $label - 32)
answer=(info recv send cba export $label recv)

# --- its server

for cipher in $ciphers; do
	nss_server 4601 --cipher "$cipher" -- "${answer[@]}"
	said=$(our_client 4601 -- "${talk[@]}")
	finish ns
	tap_session "its server, $cipher" "$said" DTLS-1.3 "$cipher" \
		'^DATA cba$' '^PEER_ID localhost$'
	tap_like '... as it sees it, and the end' "$(out ns)" \
		"^INFO version=304 cipher=$(nss_cipher "$cipher") " '^DATA abc$' \
		'^END$'
	tap_is '... both export the same' "$(exported "$said")" \
		"$(exported "$(out ns)")"
done

# server_talks NAME [OPTION OF NSS]... [-- OPTION OF OURS...]
server_talks()
{
	local name=$1 theirs=()

	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		theirs+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	nss_server 4602 ${theirs[@]+"${theirs[@]}"} -- "${answer[@]}"
	said=$(our_client 4602 "$@" -- "${talk[@]}")
	finish ns
	tap_like "$name" "$said" 'version=DTLS-1.3' '^DATA cba$'
}

server_talks 'its server asks for a cookie' --cookie
server_talks 'its server wants another group' --group secp256r1
server_talks 'its server wants another group, and a cookie' \
	--group secp256r1 --cookie
server_talks 'its server wants our certificate' --verify -- \
	--cert "$pki/client.pem" --key "$pki/client.key"
server_talks 'its server has a PSK' --psk "alice:$key" -- --psk "alice:$key"
tap_like '... and has used it' "$(out ns)" 'psk=1'
server_talks 'its server has a PSK, and asks for a cookie' --cookie \
	--psk "alice:$key" -- --psk "alice:$key"
server_talks 'its server has a PSK for SHA-384' --sha384 --cipher aes-256-gcm \
	--psk "alice:$key" -- --psk "alice:$key" --cipher aes-256-gcm
tap_like '... and has used it' "$(out ns)" 'psk=1'

server_talks 'its server has both versions' --min 1.2
nss_server 4606 --min 1.2 -- "${answer[@]}"
tap_like '... and our client of both speaks 1.2 with it' \
	"$(tsec_client 4606 --datagrams --name localhost -- info send abc datagram)" \
	'version=DTLS-1.2' '^DATA cba$'
finish ns
nss_server 4607 --min 1.2 --max 1.2 -- info
tap_failure 'its server of 1.2 alone' "$(our_client 4607 -- info)" \
	EPROTONOSUPPORT 'alert 70'
stop ns

# Its ticket is there once its end is: data may overtake it on its way to us.
for cipher in aes-128-gcm aes-256-gcm; do
	nss_server 4605 --cipher "$cipher" --times 2 -- info recv send x
	said=$(our_client 4605 --cipher "$cipher" -- info send abc datagram end
	       our_client 4605 --cipher "$cipher" -- info send abc datagram end)
	finish ns
	tap_like "our second session with its server is resumed, $cipher" \
		"$said" 'resumed=0' 'resumed=1'
	tap_like '... as it says, too' "$(out ns)" 'resumed=0' 'resumed=1'
done

nss_server 4603 -- info
tap_failure 'its certificate of another name' \
	"$(tsec_client 4603 --datagrams --min 1.3 --name other.test -- info)" \
	EKEYREJECTED 'not for'
finish ns
tap_like '... of which it is told' "$(out ns)" 'FAILED handshake SSL_ERROR_BAD_CERT_ALERT'

# A new key is used once the KeyUpdate is acknowledged, and what an end wishes
# meanwhile is one wish: each waits.  The last epoch of NSS is its answer to ours.
nss_server 4604 -- recv update 0 epoch 4 send two recv update 1 epoch 5 \
	send four recv send six recv epoch 6 send eight recv
said=$(our_client 4604 -- send one datagram send three datagram send five \
	datagram renewed 1 update 1 send seven datagram renewed 2 info)
finish ns
tap_like 'its server renews its key, and asks for ours; then we do' "$said" \
	'^DATA two$' '^DATA four$' '^DATA six$' '^DATA eight$' \
	'^INFO .*tx-epoch=2 rx-epoch=3'
tap_like '... and all that we say arrives' "$(out ns)" '^DATA one$' \
	'^DATA three$' '^DATA five$' '^DATA seven$' '^END$'

# --- its client

our_server own 4611 -- "${talk[@]}"
for cipher in $ciphers; do
	mark own
	said=$(nss_client 4611 --cipher "$cipher" -- "${answer[@]}")
	tap_like "its client, $cipher" "$said" \
		"^INFO version=304 cipher=$(nss_cipher "$cipher") " '^DATA abc$' \
		'^END$'
	tap_session '... as the program sees it' "$(since own)" DTLS-1.3 \
		"$cipher" '^DATA cba$'
	tap_is '... both export the same' "$(exported "$(since own)")" \
		"$(exported "$said")"
done
tap_like 'its client of both versions gets 1.3' \
	"$(nss_client 4611 --min 1.2 -- "${answer[@]}")" '^INFO version=304' \
	'^DATA abc$'
tap_like '... and one of 1.2 alone 1.2' \
	"$(nss_client 4611 --min 1.2 --max 1.2 -- "${answer[@]}")" \
	'^INFO version=303' '^DATA abc$'
tap_like 'its client has a share of another group' \
	"$(nss_client 4611 --group secp256r1 -- "${answer[@]}")" '^DATA abc$'
our_server who 4612 --verify require --trust "$pki/ca.pem" -- "${talk[@]}"
tap_like 'its client shows its certificate' \
	"$(nss_client 4612 --cert client -- "${answer[@]}")" '^DATA abc$'
tap_like '... which the program can see' "$(out who)" '^PEER_ID .'
log_mark
nss_client 4612 -- recv >/dev/null
server_failed '... and one that has none is refused' certificate
# With the share of its post-quantum group as well, the ClientHello has two datagrams.
our_server psk 4613 --psk "alice:$key" -- "${talk[@]}"
tap_like 'its client has a PSK' \
	"$(nss_client 4613 --psk "alice:$key" -- "${answer[@]}")" \
	'psk=1' '^DATA abc$'
tap_like '... whose name the program can see' "$(out psk)" '^PEER_ID alice$'
tap_like 'its client has another PSK' \
	"$(nss_client 4613 --psk "alice:${key//0/f}" -- recv)" \
	'^FAILED handshake SSL_ERROR_DECRYPT_ERROR_ALERT'

tap_like 'its client has a PSK for SHA-384, ours are for SHA-256: by certificate' \
	"$(nss_client 4613 --psk "alice:$key" --sha384 \
		--cipher aes-256-gcm -- info)" 'psk=0'
our_server psk384 4615 --psk "alice:$key" --cipher aes-256-gcm -- "${talk[@]}"
tap_like '... and so has the server' \
	"$(nss_client 4615 --psk "alice:$key" --sha384 \
		--cipher aes-256-gcm -- "${answer[@]}")" 'psk=1' '^DATA abc$'

for cipher in aes-128-gcm aes-256-gcm; do
	mark own
	tap_like "its second session with our server is resumed, $cipher" \
		"$(nss_client 4611 --cipher "$cipher" --times 2 -- \
			"${answer[@]}")" 'resumed=0' 'resumed=1'
	tap_like '... as the program sees it' "$(since own)" 'resumed=0' \
		'resumed=1'
done

our_server keys 4614 -- datagram send two datagram send four datagram \
	renewed 1 update 1 send six datagram renewed 2 info
said=$(nss_client 4614 -- send one recv update 0 epoch 4 send three recv \
	update 1 epoch 5 send five recv epoch 6 send seven recv)
tap_like 'its client renews its key, and asks for ours; we do so, too' "$said" \
	'^DATA two$' '^DATA four$' '^DATA six$' '^END$'
tap_like '... and all that it says arrives' "$(out keys)" '^DATA one$' \
	'^DATA three$' '^DATA five$' '^DATA seven$' \
	'^INFO .*tx-epoch=2 rx-epoch=3'

# --- the draft, whose nonces, transcripts and acknowledgements are others

nss_library=''
nss_server 4621 -- info recv
tap_failure 'the server of a draft' "$(our_client 4621 --timeout 10 -- info)" \
	EPROTONOSUPPORT 'alert 70'
stop ns
log_mark
tap_like 'the client of a draft' "$(nss_client 4611 -- info recv)" \
	'^NSS 3.87' '^FAILED handshake '
server_failed '... and the log tells so' 'no version.* is common'
tap_done
