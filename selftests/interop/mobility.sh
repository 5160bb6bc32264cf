#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Peers that change their address after a handshake: behind a NAT that forgets them
# or of their own accord, in good networks and bad.

. "$(dirname "$0")/common.sh"

need ip python3
setup
daemon_start
profiles connection-id 8
profile cli trust "$pki/ca.pem" connection-id 8
profile still trust "$pki/ca.pem"

# What comes to port IN goes on to port OUT; a line with an address on standard
# input makes it go on from another port, there, and what still comes back to the
# one before is dropped. "lose N" drops N of a hundred datagrams.
cat >"$work/nat.py" <<-'END'
	import random, select, socket, sys

	def door(host, port):
	    six = socket.AF_INET6 if ":" in host else socket.AF_INET
	    s = socket.socket(six, socket.SOCK_DGRAM)
	    s.bind((host, port))
	    return s

	host, port, server = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	inside, outside = door(host, port), door(host, 0)
	client, old, lose = None, [], 0
	random.seed(1)
	print("NAT", flush=True)
	while True:
	    for s in select.select([inside, outside, sys.stdin] + old, [], [])[0]:
	        if s is sys.stdin:
	            word = sys.stdin.readline().split()
	            if word[0] == "lose":
	                lose = int(word[1])
	            else:
	                old.append(outside)
	                outside = door(word[0], 0)
	            print("NOW", *outside.getsockname()[:2], flush=True)
	            continue
	        data, source = s.recvfrom(65536)
	        if s in old:
	            print("DROPPED", flush=True)
	        elif random.randrange(100) < lose:
	            continue
	        elif s is inside:
	            client = source
	            outside.sendto(data, (host, server))
	        elif client:
	            inside.sendto(data, client)
END

# nat_start HOST IN OUT
nat_start()
{
	start nat python3 "$work/nat.py" "$@"
	wait_line "$work/nat.out" '^NAT' || bail_out "no NAT: $(out nat)"
}

# nat_now WORDS: and it is so
nat_now()
{
	mark nat
	tell nat "$*"
	eventually eval "has_line \"\$(since nat)\" '^NOW '"
}

# Where the client seems to be.
nat_place()
{
	local line host port

	line=$(since nat)
	read -r host port _ <<<"${line#*NOW}"
	[[ $host != *:* ]] || host="[$host]"
	echo "$host:$port"
}

version=1.2

# client_start HOST PORT [OPTION]...: a session of $version, and commands for it
client_start()
{
	local host=$1 port=$2

	shift 2
	start c "$peer" client --datagrams --name localhost --timeout 60 \
		--profile cli --min $version --max $version "$@" \
		"$host" "$port" info commands
	wait_line "$work/c.out" '^INFO' || out c
}

# rounds SECONDS PATTERN: of datagrams that are echoed, and what came of them
rounds()
{
	mark c
	tell c "rounds $1"
	eventually eval "has_line \"\$(since c)\" '^ROUNDS $2\$'"
}

talks()
{
	rounds 1 '[0-9]+ lost=0'
}

has_moved()
{
	[ "$(counter PeersMoved)" -ge "$1" ]
}

# moves NAME: the client sends, is asked, and answered where it is now
moves()
{
	local moved=$(($(counter PeersMoved) + 1))

	tell c "send moving"
	if eventually has_moved $moved && talks; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "$(out c)" "$(out s)" "$("$tsec" session)" \
			"$("$tsec" stats)"
	fi
}

remote_of()
{
	local line pattern='server .* -> ([^ ]+) '

	line=$("$tsec" session show role server)
	[[ ! $line =~ $pattern ]] || echo "${BASH_REMATCH[1]}"
}

is_at()
{
	[ "$(remote_of)" = "$1" ]
}

end_all()
{
	stop c
	stop nat
	stop s
}

mobile_server()
{
	tsec_server s "$@" --datagrams --fork --timeout 300 -- info echo
}

# --- a NAT that forgets

# through_nat HOST PLACE...: from one to the other
through_nat()
{
	local host=$1 before place

	shift
	TSEC_BIND=$host mobile_server 4601
	nat_start "$host" 4600 4601
	client_start "$host" 4600
	tap_like "DTLS $version through a NAT, $host" "$(out c)" \
		"^INFO .*version=DTLS-$version"
	talks || bail_out "no echo: $(out c)"
	before=$(counter PathsChallenged)
	nat_now "$1"
	moves '... which forgets the client: the session goes on'
	tap_is '... with its new address' "$(remote_of)" "$(nat_place)"
	tap_is '... after one challenge' \
		"$(counter PathsChallenged)" "$((before + 1))"
	start m "$tsec" monitor session
	for place in "${@:2}"; do
		nat_now "$place"
		moves "... and forgets it again, now at $place"
	done
	tap_run '... of which there are events' wait_line "$work/m.out" \
		"^session move .* -> $(nat_place | sed 's/[][]/\\&/g') "
	stop m
}

# Keys go on naming the session when they renew themselves.
keys_renewed()
{
	[[ $("$tsec" -s session show role server) == *tx:*epoch\ 1\ *rx:*epoch\ 1\ * ]]
}

renew_keys()
{
	tell c 'update 1'
	tap_run '... keys renew themselves' eventually keys_renewed
	nat_now 127.0.0.2
	moves '... and it is forgotten once more'
}

# arrives PLACE: what is said now is heard there
arrives()
{
	rounds 1 '.*'
	is_at "$1"
}

lose_some()
{
	local place

	nat_now lose 30
	for place in 127.0.0.1 127.0.0.2 127.0.0.3; do
		nat_now $place
		rounds 3 '.*'
	done
	nat_now lose 0
	# A challenge that has got lost is over before there is another.
	tap_run '... also if 30 % of all datagrams get lost' \
		eventually arrives "$(nat_place)"
	tap_run '... and nothing is amiss after that' talks
}

for version in 1.2 1.3; do
	through_nat 127.0.0.1 127.0.0.2 127.0.0.1 127.0.0.3
	[ $version = 1.2 ] || renew_keys
	lose_some
	end_all
	through_nat ::1 ::1 ::1 ::1
	end_all
done

# The client of the second one has met the server before.
version=1.2
for resumed in 0 1; do
	mobile_server 4606
	nat_start 127.0.0.1 4605 4606
	client_start 127.0.0.1 4605
	[ $resumed = 1 ] || end_all
done
tap_like 'a session that is resumed' "$(out c)" '^INFO .*resumed=1'
nat_now 127.0.0.2
moves '... may be forgotten as well'
end_all

# --- the handshake itself, where datagrams get lost

sysctl -qw net.tsec.handshake_timeout_ms=300000
for version in 1.2 1.3; do
	mobile_server 4611
	nat_start 127.0.0.1 4610 4611
	nat_now lose 30
	patience=120 client_start 127.0.0.1 4610 --cache off
	nat_now lose 0
	tap_like "a handshake of DTLS $version where 30 % get lost" \
		"$(out c)" "^INFO .*version=DTLS-$version"
	nat_now 127.0.0.2
	moves '... after which the client may move as well'
	end_all
done
sysctl -qw net.tsec.handshake_timeout_ms=30000

# --- who asks for it

# goes_nowhere NAME: nobody knows the client at its new address
goes_nowhere()
{
	local before

	talks || bail_out "no echo: $(out c)"
	before=$(counter PacketsNoSession)
	nat_now 127.0.0.2
	tell c 'send lost'
	tap_run "$1" eventually eval "[ \$(counter PacketsNoSession) -gt $before ]"
	end_all
}

for version in 1.2 1.3; do
	mobile_server 4621
	nat_start 127.0.0.1 4620 4621
	client_start 127.0.0.1 4620 --profile still
	goes_nowhere "a client of DTLS $version that does not ask has no ID"
	mobile_server 4631 --connection-id 0
	nat_start 127.0.0.1 4630 4631
	client_start 127.0.0.1 4630
	goes_nowhere '... nor one whose server does not ask'
	mobile_server 4641
	nat_start 127.0.0.1 4640 4641
	client_start 127.0.0.1 4640 --profile still --connection-id 20
	talks
	nat_now 127.0.0.2
	moves 'a program may ask for them itself'
	end_all
done

# --- a client whose own address changes

own_moves()
{
	local own

	ip addr add 10.9.0.1/32 dev lo
	ip route replace local 10.9.0.9 dev lo table local src 10.9.0.1
	TSEC_BIND=10.9.0.9 mobile_server 4651
	client_start 10.9.0.9 4651
	talks || bail_out "no echo: $(out c)"
	own=$(counter OwnMoves)
	ip route replace local 10.9.0.9 dev lo table local src 10.9.0.2
	moves "a client of DTLS $version goes on from another address of its own"
	tap_is '... which it knows' "$(counter OwnMoves)" "$((own + 1))"
	tap_like '... and the server, too' "$(remote_of)" '^10\.9\.0\.2:'
	ip addr del 10.9.0.1/32 dev lo
	tap_run '... also when the one before goes away' talks
	end_all
}

ip addr add 10.9.0.2/32 dev lo
ip addr add 10.9.0.9/32 dev lo
for version in 1.2 1.3; do
	own_moves
done
tap_done
