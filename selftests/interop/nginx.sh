#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Our client and nginx: versions, a file of some size, client certificates.

. "$(dirname "$0")/common.sh"

PATH=$PATH:/usr/sbin
need nginx
setup
daemon_start
profiles
profile member trust "$pki/ca.pem" cert "$pki/client.pem" \
	privkey "$pki/client.key"
"$peer" pattern 4 >"$work/file"

cat >"$work/nginx.conf" <<END
daemon off; pid $work/nginx.pid; error_log stderr; worker_processes 1;
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path $work/body; proxy_temp_path $work/proxy;
	fastcgi_temp_path $work/fastcgi; uwsgi_temp_path $work/uwsgi;
	scgi_temp_path $work/scgi;
	ssl_certificate $pki/good.pem; ssl_certificate_key $pki/good.key;
	ssl_protocols TLSv1.2 TLSv1.3; root $work;
	ssl_session_tickets on;
	server {
		listen 127.0.0.1:4251 ssl;
		location /who { return 200 "\$ssl_protocol \$ssl_cipher \$ssl_session_reused\n"; }
	}
	server {
		listen 127.0.0.1:4252 ssl;
		ssl_client_certificate $pki/ca.pem; ssl_verify_client on;
		location /who { return 200 "\$ssl_client_verify \$ssl_client_s_dn\n"; }
	}
}
END
start nginx nginx -p "$work" -c "$work/nginx.conf"
wait_port 4251 || bail_out "no nginx: $(out nginx)"

# get PORT PATH [OPTION]... -- ACTION...
get()
{
	local port=$1 path=$2 options=()

	shift 2
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	tsec_client "$port" --name localhost "${options[@]}" -- \
		send "GET $path HTTP/1.0" send '' until '' "$@" end info
}

for version in 1.3 1.2; do
	for cipher in $ciphers; do
		said=$(get 4251 /who --min $version --max $version \
			--cipher "$cipher" --cache off -- recv)
		tap_session "nginx, TLS $version, $cipher" "$said" $version \
			"$cipher" "^DATA TLSv$version " '^END 0$' 'closed=1'
	done
	only=(--min $version --max $version)
	tap_like "nginx, TLS $version: 4 MB and an authenticated end" \
		"$(get 4251 /file "${only[@]}" -- check 4)" '^SAME 4$' '^END 0$'
	said=$(get 4251 /who "${only[@]}" -- recv
	       get 4251 /who "${only[@]}" -- recv)
	tap_like "nginx, TLS $version: resumed" "$said" '^DATA TLS.* r$' \
		'^INFO .*resumed=1'
	tap_like "nginx, TLS $version: client certificate" \
		"$(get 4252 /who --profile member "${only[@]}" -- recv)" \
		'^DATA SUCCESS CN=Client One'
	tap_like "nginx, TLS $version: none, which HTTP refuses" \
		"$(get 4252 /who "${only[@]}" --)" '^DATA HTTP/1.1 400'
done
tap_done
