#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Our client and GnuTLS's server: versions, ciphers, key updates by request.

. "$(dirname "$0")/common.sh"

need gnutls-serv
setup
daemon_start
profiles
start s gnutls-serv --echo --port 4131 --x509certfile "$pki/good.pem" \
	--x509keyfile "$pki/good.key" --disable-client-cert
wait_port 4131 || bail_out "no server: $(out s)"

for version in 1.3 1.2; do
	for cipher in $ciphers; do
		said=$(tsec_client 4131 --name localhost --min $version \
			--max $version --cipher "$cipher" -- info send abc recv)
		tap_session "gnutls-serv, TLS $version, $cipher" "$said" \
			$version "$cipher" '^DATA abc$' '^PEER_ID localhost$'
	done
done

said=$(TSEC_HOST=::1 tsec_client 4131 -- info send abc recv)
tap_like 'gnutls-serv over IPv6' "$said" '^DATA abc$'
said=$(tsec_client 4131 --name localhost -- send abc recv update 1 \
	send def recv update 1 send ghi recv info)
tap_like 'gnutls-serv renews its key when asked to' "$said" '^DATA abc$' \
	'^DATA def$' '^DATA ghi$' '^INFO .*tx-epoch=2 rx-epoch=2'
tap_done
