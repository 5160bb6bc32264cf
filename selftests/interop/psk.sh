#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Pre-shared keys: of programs and of profiles, known, unknown, wrong.

. "$(dirname "$0")/common.sh"

need openssl gnutls-serv
setup
daemon_start
key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
wrong=ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
printf 'alice:%s\nbob:%s\n' $key ${key//0/1} >"$work/psk"
printf 'alice:%s\n' $key >"$work/alice"
printf 'alice:%s\n' $wrong >"$work/wrong"
printf 'mallory:%s\n' $key >"$work/mallory"
chmod 644 "$work"/{psk,alice,wrong,mallory}
profile web psk "$work/psk"
profile alice psk "$work/alice"
profile wrong psk "$work/wrong"
profile mallory psk "$work/mallory"
profile many psk "$work/psk"
profile bob psk "$work/psk" psk-identity bob
profile cli

tsec_server s 4191 -- info recv send 'hello from tsec'
tsec_server own 4192 --profile default --psk alice:$key -- info recv send 'hello from tsec'
# With -psk TLS 1.2 of s_client needs its PSK suites, which have no AEAD but these.
suites=(-cipher ECDHE-PSK-CHACHA20-POLY1305:DHE-PSK-AES128-GCM-SHA256:PSK-AES128-GCM-SHA256)

for server in 4191:s 4192:own; do
	name=${server#*:} port=${server%:*}
	for v in -tls1_3 -tls1_2; do
		said=$(openssl_client "$port" $v "${suites[@]}" -psk $key \
			-psk_identity alice)
		tap_like "s_client $v, $name: good" "$said
$(last "$name")" '^hello from tsec$' '^PEER_ID alice$'
	done
	log_mark
	said=$(openssl_client "$port" -tls1_3 -psk $key -psk_identity mallory)
	tap_unlike "s_client, $name: identity unknown" "$said" '^hello'
	server_failed '... and the daemon says why' \
		'failed: .*(PSK identity "mallory" is not known|PSK|common)'
	said=$(openssl_client "$port" -tls1_3 -psk $wrong -psk_identity alice)
	tap_unlike "s_client, $name: wrong key" "$said" '^hello'
	server_failed '... and the daemon says why' 'failed: .*another PSK'
done

talk=(-- info send abc recv)
openssl_server stock 4193 -nocert -psk $key -psk_identity alice "${suites[@]}"
for version in 1.3 1.2; do
	only=(--min $version --max $version)
	tap_like "TLS $version, s_server: PSK of the profile" \
		"$(tsec_client 4193 --profile alice "${only[@]}" "${talk[@]}")" \
		'^DATA cba$' "^INFO .*version=$version"
	tap_like "TLS $version, s_server: PSK of the program" \
		"$(tsec_client 4193 --psk alice:$key "${only[@]}" "${talk[@]}")" \
		'^DATA cba$'
	tap_failure "TLS $version, s_server: wrong key" \
		"$(tsec_client 4193 --profile wrong "${only[@]}" "${talk[@]}")" \
		'(EKEYREJECTED|EPROTO)' .
	tap_failure "TLS $version, our server: identity unknown" \
		"$(tsec_client 4191 --profile mallory "${only[@]}" "${talk[@]}")" \
		'(EKEYREJECTED|EPROTONOSUPPORT)' .
	tap_failure "TLS $version, our server: wrong key" \
		"$(tsec_client 4191 --profile wrong "${only[@]}" "${talk[@]}")" \
		'EKEYREJECTED' .
	tap_like "TLS $version, our server: good" \
		"$(tsec_client 4191 --profile bob "${only[@]}" -- info send x recv)
$(last s)" '^DATA hello from tsec$' '^PEER_ID bob$'
done
tap_failure 'many identities and none chosen' \
	"$(tsec_client 4191 --profile many "${talk[@]}")" ENOKEY 'psk'
tap_failure 'a PSK at a server with certificates only' \
	"$(profile certs cert "$pki/good.pem" privkey "$pki/good.key"
	   tsec_server certs 4194 --profile certs -- recv
	   tsec_client 4194 --profile alice "${talk[@]}")" 'E[A-Z]+' .

start gs gnutls-serv --echo --port 4195 --pskpasswd "$work/alice" \
	--priority NORMAL:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK
wait_port 4195
for version in 1.3 1.2; do
	tap_like "TLS $version, gnutls-serv: good" \
		"$(tsec_client 4195 --profile alice --min $version \
			--max $version -- info send abc recv)" '^DATA abc$'
done
tap_like 'gnutls-cli: good' "$(echo hello |
	timeout "$patience" gnutls-cli --port 4191 --pskusername bob \
		--pskkey ${key//0/1} 127.0.0.1 \
		--priority NORMAL:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK 2>&1)" \
	'^hello from tsec$'
tap_done
