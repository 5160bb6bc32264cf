#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Our client and OpenSSL's server: versions, ciphers, addresses, names.

. "$(dirname "$0")/common.sh"

need openssl
setup
daemon_start
profiles
good_server s4 4111 -servername_fatal -servername localhost \
	-cert2 "$pki/good.pem" -key2 "$pki/good.key"

talk='info send abc recv'
for version in 1.3 1.2; do
	for cipher in $ciphers; do
		# shellcheck disable=SC2086 # words
		said=$(tsec_client 4111 --name localhost --min $version \
			--max $version --cipher "$cipher" -- $talk)
		tap_session "s_server, TLS $version, $cipher" "$said" $version \
			"$cipher" '^DATA cba$' '^PEER_ID localhost$'
	done
done

# shellcheck disable=SC2086
{
	tap_like 'connect() that does not wait, then poll()' \
		"$(tsec_client 4111 --defer --name localhost -- $talk)" '^DATA cba$'
	tap_like 'a name that the server refuses' \
		"$(tsec_client 4111 --name 127.0.0.1.test -- $talk)" '^FAILED connect E'
	tap_like 'the address is verified when there is no name' \
		"$(tsec_client 4111 -- $talk)" '^DATA cba$' '^PEER_ID localhost$'
	tap_like 'the address is verified when it is given as the name' \
		"$(tsec_client 4111 --name 127.0.0.1 -- $talk)" '^DATA cba$'
}

tsec_client 4111 --name localhost -- cert "$work/peer.der" >/dev/null
openssl x509 -in "$pki/good.pem" -outform DER -out "$work/good.der"
tap_run "TSEC_PEER_CERT is the server's certificate" \
	cmp -n "$(stat -c %s "$work/good.der")" "$work/peer.der" "$work/good.der"

TSEC_BIND='[::1]' good_server s6 4112
for version in 1.3 1.2; do
	# shellcheck disable=SC2086
	said=$(TSEC_HOST=::1 tsec_client 4112 --min $version --max $version -- $talk)
	tap_like "s_server over IPv6, TLS $version" "$said" \
		"^INFO .*version=$version" '^DATA cba$'
done
tap_done
