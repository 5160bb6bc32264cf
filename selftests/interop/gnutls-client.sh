#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# GnuTLS's client and our server: versions, ciphers, addresses.

. "$(dirname "$0")/common.sh"

need gnutls-cli
setup
daemon_start
profiles

# gnutls_client HOST PORT PRIORITY: says a line, prints what comes back
gnutls_client()
{
	echo 'hello from gnutls' | timeout "$patience" gnutls-cli --port "$2" \
		--x509cafile "$pki/ca.pem" --priority "$3" \
		--verify-hostname localhost "$1" 2>&1
}

tsec_server s4 4121 -- info recv send 'hello from tsec'
for version in 1.3 1.2; do
	for cipher in $ciphers; do
		said=$(gnutls_client 127.0.0.1 4121 \
			"$(gnutls_priority $version "$cipher")")
		tap_session "gnutls-cli, TLS $version, $cipher" "$said
$(last s4)" $version "$cipher" '^hello from tsec$' '^DATA hello from gnutls$'
	done
done

TSEC_BIND=::1 tsec_server s6 4122 -- info recv send 'hello from tsec'
tap_like 'gnutls-cli over IPv6' "$(gnutls_client ::1 4122 NORMAL)" \
	'^hello from tsec$'
tap_done
