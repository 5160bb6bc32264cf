#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Handshakes of the TLS engine with OpenSSL and GnuTLS programs.
# usage: interop.sh ENGINE
engine=$1
dir=$(mktemp -d /tmp/tsecd-interop-XXXXXX) || exit 1
pids=
n=0
failed=0
trap 'kill $pids 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

result() { # STATUS DESCRIPTION
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
		sed 's/^/# /' "$dir/out"
	fi
}

has() { # PATTERN DESCRIPTION
	grep -q -- "$1" "$dir/out"
	result $? "$2"
}

make_cert() { # NAME SUBJECT EXTENSIONS
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$dir/$1.key" -out "$dir/$1.csr" -subj "$2" \
		2>/dev/null &&
	printf '%s\n' "$3" >"$dir/$1.ext" &&
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.pem" \
		-CAkey "$dir/ca.key" -days 2 -extfile "$dir/$1.ext" \
		-out "$dir/$1.pem" 2>/dev/null
}

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/ca.key" -days 2 \
	-out "$dir/ca.pem" -subj "/CN=Interop CA" 2>/dev/null || exit 1
make_cert server /CN=server "subjectAltName=DNS:a.example" || exit 1
make_cert client "/CN=the client" "basicConstraints=CA:FALSE" || exit 1
printf 'someone:00112233445566778899aabbccddeeff\n' >"$dir/psk"

port=$((20000 + $$ % 20000))
wait_port() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		ss -Hltn "sport = :$port" 2>/dev/null | grep -q . && return
		sleep 0.1
	done
}

start() { # COMMAND...: a server in the background
	port=$((port + 1))
	"$@" >"$dir/server" 2>&1 &
	pid=$!
	pids="$pids $pid"
}

stop() {
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}

as_client() { # SETTING...
	timeout 20 "$engine" client $port "$@" >"$dir/out" 2>&1
}

server_is() { # ARGUMENT...: openssl s_server, which answers reversed
	port=$((port + 1))
	openssl s_server -accept 127.0.0.1:$port -cert "$dir/server.pem" \
		-key "$dir/server.key" -rev "$@" >"$dir/server" 2>&1 &
	pid=$!
	pids="$pids $pid"
	wait_port
}

for version in 1.2:0303 1.3:0304; do
	tls=${version%:*}
	for cipher in 1:aes-128-gcm 2:aes-256-gcm 3:chacha20-poly1305; do
		server_is
		as_client "trust=$dir/ca.pem" name=a.example \
			"version=${version#*:}" "cipher=${cipher%:*}"
		has "answer olleh" "client with OpenSSL: $tls ${cipher#*:}"
		stop
	done
	server_is
	as_client "trust=$dir/ca.pem" name=a.example "version=${version#*:}" \
		count=2
	has "TLSv$tls .* resumed" "client with OpenSSL: $tls resumed"
	[ "$(grep -c "answer olleh" "$dir/out")" = 2 ]
	result $? "client with OpenSSL: $tls data after resumption"
	as_client "trust=$dir/ca.pem" name=b.example "version=${version#*:}"
	has "certificate is for a.example, not for b.example" \
		"client with OpenSSL: $tls name mismatch"
	as_client name=a.example "version=${version#*:}" \
		trust="$dir/client.pem"
	has "its issuer 'CN=Interop CA' is unknown" \
		"client with OpenSSL: $tls unknown issuer"
	stop
	server_is -Verify 1 -verify_return_error -CAfile "$dir/ca.pem"
	as_client "trust=$dir/ca.pem" name=a.example "version=${version#*:}" \
		"cert=$dir/client.pem" "privkey=$dir/client.key"
	has "answer olleh" "client with OpenSSL: $tls mutual authentication"
	stop
	server_is -nocert -psk_identity someone \
		-psk 00112233445566778899aabbccddeeff
	as_client "psk=$dir/psk" "version=${version#*:}"
	has "answer olleh" "client with OpenSSL: $tls PSK"
	stop
done

s_client() { # ARGUMENT...
	{ echo hello; sleep 1; } | timeout 20 openssl s_client -connect \
		127.0.0.1:$port -CAfile "$dir/ca.pem" -servername a.example \
		-verify_hostname a.example -verify_return_error "$@" \
		>"$dir/out" 2>&1
}

engine_is() { # SETTING...
	port=$((port + 1))
	"$engine" server $port "$@" >"$dir/server" 2>&1 &
	pid=$!
	pids="$pids $pid"
	wait_port
}

for tls in 1_2 1_3; do
	engine_is "cert=$dir/server.pem" "privkey=$dir/server.key" count=2
	s_client -tls$tls -sess_out "$dir/session"
	has HELLO "OpenSSL with server: $tls"
	s_client -tls$tls -sess_in "$dir/session"
	has "Reused, TLSv" "OpenSSL with server: $tls resumed"
	wait "$pid"
	engine_is "cert=$dir/server.pem" "privkey=$dir/server.key" verify=3 \
		"trust=$dir/ca.pem" count=2
	s_client -tls$tls -cert "$dir/client.pem" -key "$dir/client.key"
	has HELLO "OpenSSL with server: $tls mutual authentication"
	s_client -tls$tls
	cp "$dir/server" "$dir/out"
	wait "$pid"
	grep -q "failed .*shown no certificate" "$dir/server"
	result $? "OpenSSL with server: $tls without a certificate"
	grep -q "peer=CN=the client" "$dir/server"
	result $? "OpenSSL with server: $tls knows the client"
	engine_is "psk=$dir/psk"
	s_client -tls$tls -psk_identity someone \
		-psk 00112233445566778899aabbccddeeff
	has HELLO "OpenSSL with server: $tls PSK"
	wait "$pid"
	engine_is "psk=$dir/psk"
	s_client -tls$tls -psk_identity someone \
		-psk ff112233445566778899aabbccddeeff
	wait "$pid"
	cp "$dir/server" "$dir/out"
	has "failed .*another PSK" "OpenSSL with server: $tls wrong PSK"
done

engine_is "cert=$dir/server.pem" "privkey=$dir/server.key"
s_client -tls1_1 -cipher DEFAULT:@SECLEVEL=0
wait "$pid"
cp "$dir/server" "$dir/out"
has "failed" "OpenSSL with server: TLS 1.1 is refused"

gnutls_is() { # PRIORITY
	port=$((port + 1))
	gnutls-serv --echo --port $port --x509certfile "$dir/server.pem" \
		--x509keyfile "$dir/server.key" --priority "$1" \
		>"$dir/server" 2>&1 &
	pid=$!
	pids="$pids $pid"
	wait_port
}

if command -v gnutls-serv >/dev/null; then
	for tls in 1.2 1.3; do
		gnutls_is "NORMAL:-VERS-ALL:+VERS-TLS$tls"
		as_client "trust=$dir/ca.pem" name=a.example count=2
		has "answer hello" "client with gnutls-serv: $tls"
		has "TLSv$tls .* resumed" "client with gnutls-serv: $tls resumed"
		stop
	done
	gnutls_is "NORMAL:-VERS-ALL:+VERS-TLS1.2:%NO_SESSION_HASH"
	as_client "trust=$dir/ca.pem" name=a.example
	has "failed 93: .*extended master secret" \
		"client with gnutls-serv: no extended master secret"
	stop
fi

echo "1..$n"
exit $failed
