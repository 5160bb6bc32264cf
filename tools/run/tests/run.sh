#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The wrapper with fake sockets: rules, names, what a program sees.

cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
program=./tsec-run title='tsec run'
# shellcheck source=../../lib/tests/tap.sh
. ../lib/tests/tap.sh

export TSEC_RUN_LIBRARY=$PWD/tests/libfake.so TSEC_RUN_FAMILY=14
if [ "$SAN" = 1 ]; then
	# The sanitizer must come before everything else that is preloaded.
	LD_PRELOAD=$(cc -print-file-name=libasan.so)
	export LD_PRELOAD ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
fi

# connects TEXT OPTIONS... -- HOST PORT: what is said of a connection
connects() {
	local text=$1 options=() out
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	out=$(./tsec-run --debug "${options[@]}" -- python3 -c '
import socket, sys
s = socket.socket(); s.setblocking(False)
to = socket.getaddrinfo(sys.argv[1], int(sys.argv[2]), socket.AF_INET)[0][4]
s.connect_ex(to)' "$2" "$3" 2>&1)
	[[ $out == *"$text"* ]]
	ok $? "${options[*]} $2 $3: $text"
	[[ $out == *"$text"* ]] || echo "#   ${out//$'\n'/$'\n'#   }"
}

# datagrams PATTERN OPTIONS... -- CALL HOST PORT: what is said of a UDP socket
# shellcheck disable=SC2053 # the right side is a pattern
datagrams() {
	local text=$1 options=() out
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	out=$(./tsec-run --debug "${options[@]}" -- python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_IP, socket.IP_TOS, 32)
getattr(s, sys.argv[1])((sys.argv[2], int(sys.argv[3])))
print("tos", s.getsockopt(socket.SOL_IP, socket.IP_TOS),
      "protocol", s.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL))' \
		"$2" "$3" "$4" 2>&1)
	[[ $out == $text ]]
	ok $? "${options[*]} $2 $3 $4: $text"
	[[ $out == $text ]] || echo "#   ${out//$'\n'/$'\n'#   }"
}

expect 125 "Usage: tsec run"
expect 0 "Usage: tsec run" --help
expect 125 "is not a list of ports" --ports 443, true
expect 125 "is not a list of ports" --no-ports 70000 true
expect 125 "a name has 1 to 63 bytes" --profile "$(printf '%064d' 0)" true
expect 125 "a name has 1 to 255 bytes" --name '' true
expect 127 "No such file" no-such-program
expect 126 "Permission denied" /etc/passwd
expect 7 "" -- sh -c 'exit 7'
expect 0 "LD_PRELOAD=$TSEC_RUN_LIBRARY" env
expect 0 "TSEC_RUN_PORTS=1-5" --ports 1-5 env
TSEC_RUN_NAME=outer expect 1 "" sh -c 'env | grep TSEC_RUN_NAME'
TSEC_RUN_LIBRARY=/nonexistent expect 126 "cannot load /nonexistent" true
if [ -u /bin/su ] && [ "$(id -u)" != 0 ]; then
	expect 126 "cannot be carried: it is set-user-id" su
fi
printf '#include <stdio.h>\nint main(void) { return 0; }\n' >"$tmp/static.c"
if cc -static -o "$tmp/static" "$tmp/static.c" 2>/dev/null; then
	expect 126 "cannot be carried: it is statically linked" "$tmp/static"
	printf '#!%s\n' "$tmp/static" >"$tmp/script"
	chmod +x "$tmp/script"
	expect 126 "cannot be carried: it is statically linked" "$tmp/script"
fi

./tsec-run --listen --loopback -- tests/test-sockets >"$tmp/out" 2>"$tmp/err"
ok $? "a program that uses its sockets in many ways"
grep '^not ok' -A2 "$tmp/out" | sed 's/^/# /'
[ ! -s "$tmp/err" ]
ok $? "nothing is said without --debug"
head -20 "$tmp/err" | sed 's/^/#   /'

connects 'connect to 192.0.2.1 port 443 is secured' -- 192.0.2.1 443
connects 'connect to port 53 is left alone' -- 192.0.2.1 53
connects 'connect to 192.0.2.1 port 53 is secured' --ports all -- 192.0.2.1 53
connects 'port 80 is left alone' --ports 443,8443 -- 192.0.2.1 80
connects 'port 8443 is secured' --ports 443,8443 -- 192.0.2.1 8443
connects 'port 80 is left alone' --no-ports 80 -- 192.0.2.1 80
connects 'port 81 is secured' --no-ports 80 -- 192.0.2.1 81
connects 'port 80 is left alone' --ports 1-99 --no-ports 80 -- 192.0.2.1 80
connects 'port 443 is left alone' -- 127.0.0.1 443
connects 'connect to localhost port 443 is secured' --loopback -- localhost 443
connects 'name "here.example"' --name here.example -- 192.0.2.1 443
connects 'name "192.0.2.1"' -- 192.0.2.1 443
connects 'profile "web"' --profile web -- 192.0.2.1 443
connects 'is refused: Required key not available' \
	--profile unknown -- 192.0.2.1 443

same='tos 32 protocol 17'
udp=(--datagrams --loopback)
datagrams "*connect to 127.0.0.1 port 4433 is secured*$same" "${udp[@]}" -- \
	connect 127.0.0.1 4433
datagrams "$same" --loopback -- connect 127.0.0.1 4433
datagrams "*bind to port 4433 is secured*$same" "${udp[@]}" --listen -- \
	bind 127.0.0.1 4433
datagrams "*bind to port 4433 is secured*$same" --datagrams --listen -- \
	bind 0.0.0.0 4433
datagrams "*bind to port 4433 is left alone*$same" --datagrams --listen -- \
	bind 127.0.0.1 4433
datagrams "$same" "${udp[@]}" -- bind 127.0.0.1 4433
datagrams "$same" "${udp[@]}" --listen -- bind 127.0.0.1 0
datagrams "*bind to port 4433 is left alone*$same" "${udp[@]}" --listen \
	--no-ports 4433 -- bind 127.0.0.1 4433
datagrams "$same" --loopback --listen -- bind 127.0.0.1 4433

# listens TEXT OPTIONS...: what is said of a TCP socket at 127.0.0.1, port 4434
listens() {
	local text=$1 out
	shift
	out=$(./tsec-run --debug "$@" -- python3 -c '
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 4434))
s.listen()' 2>&1)
	[[ $out == *"$text"* ]]
	ok $? "$*: $text"
	[[ $out == *"$text"* ]] || echo "#   ${out//$'\n'/$'\n'#   }"
}

listens 'listen on port 4434 is left alone' --listen
listens 'listen on port 4434 is secured' --listen --loopback

out=$(./tsec-run --debug --loopback sh -c 'python3 -c "
import socket
socket.socket().connect_ex((\"127.0.0.1\", 1))"' 2>&1)
[[ $out == *"port 1 is secured"* ]]
ok $? "a program's children are secured"
[[ $out == *"Connection refused: a fake reason"* ]]
ok $? "and a failure is explained"

done_testing
