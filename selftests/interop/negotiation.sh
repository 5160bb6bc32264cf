#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ALPN, versions and ciphers: what is agreed on, and what happens if nothing is.

. "$(dirname "$0")/common.sh"

need openssl
setup
daemon_start
profiles
talk=(-- info send abc recv)

good_server alpn 4171 -alpn h2,http/1.1
good_server plain 4172
good_server only13 4173 -tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256
good_server only12 4174 -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256
good_server cbc 4175 -tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384
me=(--name localhost)

for version in 1.3 1.2; do
	only=("${me[@]}" --min $version --max $version)
	tap_like "TLS $version, s_server: ALPN agreed on" \
		"$(tsec_client 4171 "${only[@]}" --alpn foo,http/1.1 "${talk[@]}")" \
		'^ALPN http/1.1$' '^DATA cba$'
	tap_failure "TLS $version, s_server: no ALPN in common" \
		"$(tsec_client 4171 "${only[@]}" --alpn foo "${talk[@]}")" \
		EPROTONOSUPPORT .
	tap_like "TLS $version, s_server: the server has no ALPN" \
		"$(tsec_client 4172 "${only[@]}" --alpn foo "${talk[@]}")" \
		'^ALPN $' '^DATA cba$'
done
tap_failure 'the server has TLS 1.3 only' \
	"$(tsec_client 4173 "${me[@]}" --max 1.2)" EPROTONOSUPPORT .
tap_failure 'the server has TLS 1.2 only' \
	"$(tsec_client 4174 "${me[@]}" --min 1.3)" EPROTONOSUPPORT .
tap_failure 'no cipher in common, TLS 1.3' \
	"$(tsec_client 4173 "${me[@]}" --min 1.3 --cipher chacha20-poly1305)" \
	EPROTONOSUPPORT .
tap_failure 'no cipher in common, TLS 1.2' \
	"$(tsec_client 4174 "${me[@]}" --max 1.2 --cipher chacha20-poly1305)" \
	EPROTONOSUPPORT .
tap_failure 'the server has CBC only' "$(tsec_client 4175 "${me[@]}")" \
	EPROTONOSUPPORT .
tap_like "of many ciphers the server's choice" \
	"$(tsec_client 4173 "${me[@]}" "${talk[@]}")" \
	'version=1.3 cipher=aes-128-gcm'

# Our server.
reply=(-- info recv send 'hello from tsec')
tsec_server both 4181 "${reply[@]}"
tsec_server h2 4182 --alpn h2,http/1.1 "${reply[@]}"
tsec_server our13 4183 --min 1.3 "${reply[@]}"
tsec_server our12 4184 --max 1.2 "${reply[@]}"
tsec_server chacha 4185 --cipher chacha20-poly1305 "${reply[@]}"

for v in -tls1_3 -tls1_2; do
	said=$(openssl_client 4182 $v -alpn http/1.1,h2)
	tap_like "s_client $v: ALPN, the server's preference" "$said
$(last h2)" '^hello from tsec$' '^ALPN h2$'
	log_mark
	said=$(openssl_client 4182 $v -alpn foo)
	tap_like "s_client $v: no ALPN in common" "$said" 'alert number 120'
	server_failed '... and the daemon says why' 'failed: no application protocol'
	tap_like "s_client $v: no ALPN offered" "$(openssl_client 4182 $v)" \
		'^hello from tsec$'
	tap_like "s_client $v: ALPN offered to a server without" \
		"$(openssl_client 4181 $v -alpn foo)" '^hello from tsec$'
	log_mark
	said=$(openssl_client 4185 $v -cipher ECDHE-ECDSA-AES128-GCM-SHA256 \
		-ciphersuites TLS_AES_128_GCM_SHA256)
	tap_like "s_client $v: no cipher in common" "$said" 'alert number (40|71)'
	server_failed '... and the daemon says why' 'failed: .*(common|cipher)'
done
log_mark
tap_like 's_client without TLS 1.3' "$(openssl_client 4183 -tls1_2)" \
	'alert number (70|40)'
server_failed '... and the daemon says why' 'failed: .*version'
tap_like 's_client without TLS 1.2' "$(openssl_client 4184 -tls1_3)" \
	'alert number (70|40)'
server_failed '... and the daemon says why' 'failed: .*version'
tap_like 's_client with TLS 1.1 only' \
	"$(openssl_client 4181 -tls1_1 -cipher DEFAULT@SECLEVEL=0)" 'alert number (70|40)'
server_failed '... and the daemon says why' 'failed: .*version'

tap_failure "a profile's versions cannot be widened" \
	"$(profile narrow version-min 1.3 trust "$pki/ca.pem"
	   tsec_client 4181 --profile narrow --max 1.2)" '(EPERM|EPROTONOSUPPORT)' ''
tap_done
