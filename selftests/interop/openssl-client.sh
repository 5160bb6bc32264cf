#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# OpenSSL's client and our server: versions, ciphers, addresses, names.

. "$(dirname "$0")/common.sh"

need openssl
setup
daemon_start
profiles
tsec_server s4 4101 -- info recv send 'hello from tsec'

for version in 1.3 1.2; do
	for cipher in $ciphers; do
		# shellcheck disable=SC2046 # two words
		said=$(openssl_client 4101 "-tls${version/./_}" \
			$(openssl_suite $version "$cipher"))
		tap_session "s_client, TLS $version, $cipher" "$said
$(last s4)" $version "$cipher" '^hello from tsec$' '^DATA hello from openssl$'
	done
done

openssl_client 4101 -servername some.name.test >/dev/null
tap_like 'the server program sees the name that was asked for' "$(last s4)" \
	'^PEER_NAME some\.name\.test$'
openssl_client 4101 -noservername >/dev/null
tap_like 'no name asked for, none seen' "$(last s4)" '^PEER_NAME $'
tap_like 'RSA-PSS and other groups: s_client with P-256 only' \
	"$(openssl_client 4101 -groups P-256)" '^hello from tsec$'
tap_like 'a HelloRetryRequest: s_client guesses a group we refuse' \
	"$(openssl_client 4101 -groups P-521:X25519)" '^hello from tsec$'

TSEC_BIND=::1 tsec_server s6 4102 -- info recv send 'hello from tsec'
for version in 1.3 1.2; do
	said=$(TSEC_HOST='[::1]' openssl_client 4102 "-tls${version/./_}")
	tap_like "s_client over IPv6, TLS $version" "$said
$(last s6)" "^INFO .*version=$version" '^hello from tsec$' '^DATA hello'
done

# A socket bound to :: takes IPv4, too.
TSEC_BIND=:: tsec_server s46 4103 -- info recv send 'hello from tsec'
tap_like 's_client over IPv4 to a socket of IPv6' \
	"$(openssl_client 4103)" '^hello from tsec$'
tap_done
