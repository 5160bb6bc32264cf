#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsec run: programs that know nothing of it, against peers that speak TLS.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_module

pids=()

need() {
	local program
	for program; do
		command -v "$program" >/dev/null && continue
		echo "1..0 # SKIP no $program"
		exit 0
	done
	[ -x "$tsecd" ] && return
	echo "1..0 # SKIP no tsecd"
	exit 0
}

# background LOG COMMAND...
background() {
	local log=$tmp/$1
	shift
	"$@" >"$log" 2>&1 </dev/null &
	pids+=($!)
}

# listening PORT: until somebody does, by /proc/net/tcp; 5 seconds at most
listening() {
	local i port
	port=$(printf '%04X' "$1")
	for ((i = 0; i < 50; i++)); do
		grep -qs "^ *[0-9]*: [0-9A-F]*:$port [0-9A-F]*:0000 0A" \
			/proc/net/tcp /proc/net/tcp6 && return
		sleep 0.1
	done
	return 1
}

make_certificates() {
	cd "$tmp" || exit 1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 2 -subj /CN=authority -keyout ca.key -out ca.pem
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj /CN=here.example -keyout server.key -out server.csr
	printf 'subjectAltName=DNS:here.example,DNS:localhost\n' >ext
	openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key \
		-CAcreateserial -days 2 -extfile ext -out server.pem
	cd - || exit 1
} >/dev/null 2>&1

start_daemon() {
	printf 'user = "root"\nsandbox = false\n' >"$tmp/tsecd.conf"
	background tsecd "$tsecd" --foreground \
		--config "$tmp/tsecd.conf" --log-level debug
	local i
	for ((i = 0; i < 50; i++)); do
		"$tsec" daemon | grep -q '^none' || break
		sleep 0.1
	done
	like "$("$tsec" daemon)" "*port * since *" "the daemon is there"
	"$tsec" -j daemon | json 'j["port"] and j["version"] and
		j["family"] == 14' "and in JSON"
}

# the ends of all tests: out is what the program said
has() { # text what
	like "$out" "*$1*" "$2"
}

need openssl curl wget python3
grep -q here.example /etc/hosts || echo '127.0.0.1 here.example' >>/etc/hosts
make_certificates
chmod 755 "$tmp"
start_daemon
"$tsec" profile add client trust "$tmp/ca.pem"
"$tsec" profile add server cert "$tmp/server.pem" privkey "$tmp/server.key"

# Clients
background openssl openssl s_server -accept 4430 -www -cert "$tmp/server.pem" \
	-key "$tmp/server.key"
listening 4430
run=("$tsec" run --profile client --loopback)
out=$("${run[@]}" curl -sS http://here.example:4430/ 2>&1)
has "TLSv1.3" "curl"
out=$("${run[@]}" wget -q -O - http://here.example:4430/ 2>&1)
has "TLSv1.3" "wget"
out=$("${run[@]}" python3 -c '
import urllib.request
print(urllib.request.urlopen("http://here.example:4430/").read())' 2>&1)
has "TLSv1.3" "Python"
out=$("${run[@]}" bash -c 'exec 3<>/dev/tcp/here.example/4430
printf "GET / HTTP/1.0\r\n\r\n" >&3; cat <&3' 2>&1)
has "TLSv1.3" "bash, and its child"
out=$("${run[@]}" --name localhost curl -sS http://127.0.0.1:4430/ 2>&1)
has "TLSv1.3" "a name that is given"
out=$("${run[@]}" --debug curl -sS http://127.0.0.1:4430/ 2>&1)
has "connect to 127.0.0.1 port 4430 is secured" "an address is its own name"
[[ $out != *TLSv1.3* ]]
ok $? "which this certificate has not" "$out"
out=$("$tsec" run --loopback --debug python3 -c '
import socket
try: socket.create_connection(("here.example", 4430))
except OSError as e: print("errno", e.errno)' 2>&1)
has "errno 129" "an unknown authority is EKEYREJECTED"
has "tsec run" "and is told with --debug"
out=$("${run[@]}" --no-ports 4430 curl -sS -m 5 http://here.example:4430/ 2>&1)
[[ $out != *TLSv1.3* ]]
ok $? "a port that is left alone is in the clear"
out=$("$tsec" run curl -sS -m 5 http://here.example:4430/ 2>&1)
[[ $out != *TLSv1.3* ]]
ok $? "loopback is left alone without --loopback"
out=$("${run[@]}" --profile nobody --debug curl -sS http://here.example:4430/ \
	2>&1)
has "refused" "a profile that is not there"
like "$("$tsec" stats show HandshakesDone HandshakesFailed 2>&1)" "*" "counters"

# Servers
run=("$tsec" run --profile server --loopback --listen)
mkdir "$tmp/www"
head -c 3000000 /dev/urandom >"$tmp/www/file"
background python "${run[@]}" python3 -u -m http.server -d "$tmp/www" 4431
listening 4431
curl -sS --cacert "$tmp/ca.pem" https://here.example:4431/file 2>&1 |
	cmp - "$tmp/www/file"
ok $? "Python serves curl" "$(cat "$tmp/python")"
"$tsec" run --profile client --loopback curl -sS \
	http://here.example:4431/file 2>&1 | cmp - "$tmp/www/file"
ok $? "Python serves curl, both carried"
if command -v nginx >/dev/null; then
	cat >"$tmp/nginx.conf" <<-END
		daemon off; user root; worker_processes 1;
		pid $tmp/nginx.pid; error_log $tmp/nginx.log;
		events { use epoll; }
		http {
			access_log off; client_body_temp_path $tmp/b;
			proxy_temp_path $tmp/p; fastcgi_temp_path $tmp/f;
			uwsgi_temp_path $tmp/u; scgi_temp_path $tmp/s;
			server { listen 4432; root $tmp/www; }
			server {
				listen 4433;
				location / { proxy_pass http://here.example:4430; }
			}
		}
	END
	background nginx "${run[@]}" --ports 4432 nginx -c "$tmp/nginx.conf"
	listening 4432
	curl -sS --cacert "$tmp/ca.pem" https://here.example:4432/file 2>&1 |
		cmp - "$tmp/www/file"
	ok $? "nginx serves curl" "$(cat "$tmp/nginx" "$tmp/nginx.log")"
	kill "${pids[-1]}"
	sleep 1
	# As a client: its connections are watched before they are made.
	background nginx2 "$tsec" run --profile client --loopback \
		--ports 4430 --name here.example nginx -c "$tmp/nginx.conf"
	listening 4433
	out=$(curl -sS -m 10 http://localhost:4433/ 2>&1)
	has "TLSv1.3" "nginx as a proxy"
fi

# A server of UDP, which knows no sessions
cat >"$tmp/echo.py" <<-'END'
	import select, socket, sys
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("127.0.0.1", int(sys.argv[1])))
	poll = select.epoll()
	while True:
	    if sys.argv[2] == "epoll":
	        poll.register(s, select.EPOLLIN)
	        poll.poll()
	        poll.unregister(s)
	    data, peer = s.recvfrom(2000)
	    s.sendto(data.upper(), peer)
END
cat >"$tmp/ask.py" <<-'END'
	import socket, sys
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.settimeout(5)
	s.connect(("127.0.0.1", int(sys.argv[1])))
	for i in range(3):
	    s.send(b"question %d" % i)
	    print(s.recv(2000).decode(), flush=True)
END
ask() { # PORT
	"$tsec" run --profile client --loopback --datagrams --name localhost \
		python3 "$tmp/ask.py" "$1" 2>&1
}
for way in receive epoll; do
	port=$([ $way = epoll ] && echo 4435 || echo 4434)
	background "echo.$way" "${run[@]}" --datagrams --ports "$port" --debug \
		python3 "$tmp/echo.py" "$port" "$way"
	wait_for "port $port is secured" "$tmp/echo.$way"
	sleep 0.5
	for client in 1 2 3 4; do
		ask "$port" >"$tmp/client.$client" &
		clients[client]=$!
	done
	wait "${clients[@]}"
	is "$(cat "$tmp"/client.*)" "$(for client in 1 2 3 4; do
		printf 'QUESTION %d\n' 0 1 2
	done)" "an echo server of UDP that begins with $way, and clients"
	out=$( (printf 'hello\n'; sleep 1) | timeout 10 openssl s_client \
		-dtls1_2 -connect "127.0.0.1:$port" -CAfile "$tmp/ca.pem" -quiet \
		2>&1)
	has HELLO "and OpenSSL ($way)"
done

kill "${pids[@]}" 2>/dev/null
wait 2>/dev/null
finish
