#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Clients that show certificates too: asked for, required, wrong, missing.

. "$(dirname "$0")/common.sh"

need openssl
setup
daemon_start
profiles
profile asks cert "$pki/good.pem" privkey "$pki/good.key" trust "$pki/ca.pem" \
	verify request
profile requires cert "$pki/good.pem" privkey "$pki/good.key" \
	trust "$pki/ca.pem" verify require
profile member trust "$pki/ca.pem" cert "$pki/client.pem" \
	privkey "$pki/client.key"

tsec_server asks 4161 --profile asks -- info recv send 'hello from tsec'
tsec_server requires 4162 --profile requires -- info recv send 'hello from tsec'
tsec_server program 4163 --trust "$pki/ca.pem" --verify require -- \
	info recv send 'hello from tsec'
good=(-cert "$pki/client.pem" -key "$pki/client.key")
bad=(-cert "$pki/client-unknown.pem" -key "$pki/client-unknown.key")

for version in 1.3 1.2; do
	v=-tls${version/./_}
	for server in 4161:asks 4162:requires 4163:program; do
		name=${server#*:}
		said=$(openssl_client "${server%:*}" $v "${good[@]}")
		tap_like "TLS $version, $name: good" "$said
$(last "$name")" '^hello from tsec$' '^PEER_ID client\.test$'
		log_mark
		said=$(openssl_client "${server%:*}" $v "${bad[@]}")
		tap_unlike "TLS $version, $name: not trusted" "$said" '^hello from'
		server_failed '... and the daemon says why' "issuer '.*another authority.*' is unknown"
	done
	said=$(openssl_client 4161 $v)
	tap_like "TLS $version, asks: none is good enough" "$said
$(last asks)" '^hello from tsec$' '^PEER_ID $'
	log_mark
	said=$(openssl_client 4162 $v)
	tap_unlike "TLS $version, requires: none is not" "$said" '^hello from'
	server_failed '... and the daemon says why' 'shown no certificate'
done

# Our client's certificate, at OpenSSL's server.
good_server strict 4165 -Verify 2 -verify_return_error -CAfile "$pki/ca.pem"
for version in 1.3 1.2; do
	only=(--name localhost --min $version --max $version)
	said=$(tsec_client 4165 --profile member "${only[@]}" -- send abc recv)
	tap_like "TLS $version, s_server: certificate of the profile" "$said" '^DATA cba$'
	said=$(tsec_client 4165 --cert "$pki/client.pem" \
		--key "$pki/client.key" "${only[@]}" -- send abc recv)
	tap_like "TLS $version, s_server: certificate of the program" "$said" '^DATA cba$'
	said=$(tsec_client 4165 "${only[@]}" -- send abc recv)
	# In TLS 1.3 a client is through before the server has judged it.
	tap_like "TLS $version, s_server: none" "$said" \
		'^FAILED [a-z]+ (EKEYREJECTED|EPROTO|EPROTONOSUPPORT|ECONNRESET) .'
	said=$(tsec_client 4165 --cert "$pki/client-unknown.pem" \
		--key "$pki/client-unknown.key" "${only[@]}" -- send abc recv)
	tap_like "TLS $version, s_server: not trusted" "$said" \
		'^FAILED [a-z]+ (EKEYREJECTED|EPROTO) .'
done
tap_done
