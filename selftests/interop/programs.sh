#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Unmodified programs by "tsec run", and Python's HTTP server on our sockets.

. "$(dirname "$0")/common.sh"

need curl python3 openssl
[ -x "$TSEC_RUN" ] || tap_skip_all 'tools/run is not built'
setup
daemon_start
profiles
run=("$tsec" run --loopback --ports 4271-4279 --profile cli --name localhost --)

# A stock server of TLS, a client that speaks HTTP in the clear.
start www openssl s_server -accept 127.0.0.1:4271 -cert "$pki/good.pem" \
	-key "$pki/good.key" -www
wait_port 4271
said=$(timeout "$patience" "${run[@]}" curl -sS http://127.0.0.1:4271/ 2>&1)
tap_like 'tsec run -- curl http://... speaks TLS' "$said" \
	'New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384'
said=$(timeout "$patience" "${run[@]}" python3 -c '
import http.client
c = http.client.HTTPConnection("127.0.0.1", 4271)
c.request("GET", "/")
print(c.getresponse().read().decode())' 2>&1)
tap_like 'tsec run -- python3, http.client' "$said" '(New|Reused), TLSv1.3, Cipher is'
said=$(timeout "$patience" "$tsec" run --loopback --ports 4271 --profile cli \
	--name other.test -- curl -sS http://127.0.0.1:4271/ 2>&1)
tap_unlike 'another name: nothing is read' "$said" 'Cipher is'
said=$(timeout "$patience" "$tsec" run --ports 4280 --loopback -- \
	curl -sS -m 5 http://127.0.0.1:4271/ 2>&1)
tap_unlike 'a port that is left alone is left alone' "$said" 'Cipher is'

# A server in the clear that does not know.
mkdir "$work/www"
"$peer" pattern 1 >"$work/www/file"
start py "$tsec" run --listen --loopback --profile web -- python3 -m http.server \
	--directory "$work/www" --bind 127.0.0.1 4281
wait_port 4281
said=$(timeout "$patience" curl -sS --cacert "$pki/ca.pem" --resolve \
	localhost:4281:127.0.0.1 https://localhost:4281/file 2>"$work/curl" |
	"$peer" check 1; cat "$work/curl")
tap_like 'tsec run --listen -- python3 -m http.server, to curl' "$said" '^SAME 1$'
stop py

# Python with a socket of the family itself.
cat >"$work/httpd.py" <<'END'
import http.server, os, socket, sys

class Server(http.server.ThreadingHTTPServer):
    def server_bind(self):
        tsec = socket.socket(14, socket.SOCK_STREAM)
        tsec.setsockopt(314, 1, b'web')
        self.socket.close()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0,
                                    fileno=tsec.detach())
        super().server_bind()

os.chdir(sys.argv[1])
Server(('127.0.0.1', 4282), http.server.SimpleHTTPRequestHandler).serve_forever()
END
start py python3 "$work/httpd.py" "$work/www"
wait_port 4282
said=$(timeout "$patience" curl -sS --cacert "$pki/ca.pem" --resolve \
	localhost:4282:127.0.0.1 'https://localhost:4282/file' \
	2>"$work/curl" | "$peer" check 1; cat "$work/curl" "$work/py.out")
tap_like "Python's http.server on a socket of ours, to curl" "$said" '^SAME 1$'
tap_done
