#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What our client makes of the certificates that servers show.

. "$(dirname "$0")/common.sh"

need openssl
setup
daemon_start
profile cli trust "$pki/ca.pem"
profile crl trust "$pki/ca.pem" crl "$pki/crl.pem"
profile trusting verify none

port=4140
for name in good expired future other-name unknown self revoked; do
	openssl_server "$name" $port -cert "$pki/$name.pem" -key "$pki/$name.key"
	declare "port_${name/-/_}=$port"
	port=$((port + 1))
done

try()
{
	local port="port_${1/-/_}"

	shift
	tsec_client "${!port}" "$@" -- info send abc recv
}

for version in 1.3 1.2; do
	only=(--min $version --max $version)
	tap_like "TLS $version: good" "$(try good --name localhost "${only[@]}")" \
		'^DATA cba$' '^PEER_ID localhost$'
	tap_failure "TLS $version: expired" \
		"$(try expired --name localhost "${only[@]}")" EKEYEXPIRED \
		'certificate of localhost expired 2021-02-03'
	tap_failure "TLS $version: not yet valid" \
		"$(try future --name localhost "${only[@]}")" EKEYREJECTED \
		'certificate of localhost is not valid before 2090-01-02'
	tap_failure "TLS $version: another name" \
		"$(try other-name --name localhost "${only[@]}")" EKEYREJECTED \
		'certificate is for other.test, not for localhost'
	tap_failure "TLS $version: another address" \
		"$(try other-name "${only[@]}")" EKEYREJECTED \
		'certificate is for .*, not for 127.0.0.1'
	tap_failure "TLS $version: issuer unknown" \
		"$(try unknown --name localhost "${only[@]}")" EKEYREJECTED \
		"issuer '.*another authority.*' is unknown"
	tap_failure "TLS $version: self-signed" \
		"$(try self --name localhost "${only[@]}")" EKEYREJECTED self-signed
	tap_failure "TLS $version: revoked" \
		"$(try revoked --profile crl --name localhost "${only[@]}")" \
		EKEYREVOKED 'certificate of localhost has been revoked'
done

tap_like 'with a CRL a good one is good' \
	"$(try good --profile crl --name localhost)" '^DATA cba$'
tap_like 'without the CRL the revoked one is good' \
	"$(try revoked --name localhost)" '^DATA cba$'
tap_like 'verify none takes a self-signed one, but gives no identity' \
	"$(try self --profile trusting)" '^DATA cba$' '^PEER_ID $'
tap_failure 'verify none in the profile, require by the program' \
	"$(try self --profile trusting --verify require --name localhost)" \
	EKEYREJECTED self-signed
tap_failure 'verify require in the profile cannot be made less' \
	"$(try self --verify none)" EPERM ''
tap_failure 'a profile that does not exist' \
	"$(try good --profile nowhere)" ENOKEY ''
tap_like 'trust given by the program' \
	"$(try self --profile default --trust "$pki/self.pem" --name localhost)" \
	'^DATA cba$'
tap_failure "trust given by the program does not replace the profile's" \
	"$(try self --trust "$pki/self.pem" --name localhost)" EPERM ''
tap_failure "the system's certificates do not know our authority" \
	"$(try good --profile default --name localhost)" EKEYREJECTED ''
tap_like 'a name in capitals' "$(try good --name LOCALHOST)" '^DATA cba$'
tap_like 'a name with a dot at its end' "$(try good --name localhost.)" \
	'^DATA cba$'

# Our server's certificate, as others see it.
profile web cert "$pki/expired.pem" privkey "$pki/expired.key"
tsec_server s 4150 -- recv send 'hello from tsec'
log_mark
said=$(openssl_client 4150 -tls1_2)
tap_like 's_client refuses what has expired' "$said" 'certificate has expired'
server_failed 'our server hears of the refusal' 'handshake with client .* failed: .*alert 45'
tap_failure 'our client refuses what has expired' \
	"$(tsec_client 4150 --name localhost)" EKEYEXPIRED 'expired 2021-02-03'
profile empty verify none
start none "$peer" server --profile empty 127.0.0.1 4151 recv
wait_port 4151
log_mark
tap_failure 'a server without a certificate' \
	"$(tsec_client 4151 --name localhost)" 'E[A-Z]+' .
server_failed '... says so itself' 'failed: .*(certificate|cert)'
tap_done
