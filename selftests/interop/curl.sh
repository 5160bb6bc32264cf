#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A server that knows read() and write() and nothing of TLS, served to curl.

. "$(dirname "$0")/common.sh"

need curl
setup
daemon_start
profiles

# fetch PORT [OPTION]...
fetch()
{
	local port=$1

	shift
	timeout "$patience" curl -sS --cacert "$pki/ca.pem" --resolve \
		"localhost:$port:127.0.0.1" "$@" "https://localhost:$port/" 2>&1
}

tsec_server get 4241 -- info until '' send 'HTTP/1.0 200 OK' send '' bulk 2
for version in 1.3 1.2; do
	v=(--tlsv$version --tls-max $version)
	tap_like "curl, TLS $version: GET" "$(fetch 4241 "${v[@]}" |
		"$peer" check 2)
$(last get)" '^SAME 2$' "^INFO .*version=$version" '^DATA GET / HTTP/1.1$'
done

tsec_server put 4242 -- until '' check 2 send 'HTTP/1.0 200 OK' send '' send thanks
"$peer" pattern 2 >"$work/body"
for version in 1.3 1.2; do
	v=(--tlsv$version --tls-max $version)
	tap_like "curl, TLS $version: POST" "$(fetch 4242 "${v[@]}" -H Expect: \
		--data-binary "@$work/body")
$(last put)" '^thanks$' '^SAME 2$'
done

tap_like 'curl refuses another name' \
	"$(timeout "$patience" curl -sS --cacert "$pki/ca.pem" --resolve \
		other.test:4241:127.0.0.1 https://other.test:4241/ 2>&1)" \
	'no alternative certificate subject name matches'
tap_like 'curl refuses an unknown authority' \
	"$(fetch 4241 --cacert "$pki/other-ca.pem")" 'certificate problem'
tap_like 'curl, one connection after another, resumed or not' \
	"$(for _ in 1 2 3 4; do fetch 4241 | "$peer" check 2; done | sort | uniq -c)" \
	'^ *4 SAME 2$'

# HTTP/2 needs ALPN; a server of HTTP/1.1 only says so.
tsec_server alpn 4243 --alpn http/1.1 -- info until '' send 'HTTP/1.0 200 OK' \
	send '' send done
tap_like 'curl --http2 and ALPN: falls back to HTTP/1.1' \
	"$(fetch 4243 --http2)
$(last alpn)" '^done$' '^ALPN http/1.1$'
tap_done
