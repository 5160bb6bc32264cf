#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Sessions over datagrams: the tool shows those of each protocol as it does TLS.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_module

"$tsec" monitor >"$tmp/monitor" 2>&1 &
monitors=($!)
"$tsec" -j monitor >"$tmp/json" 2>&1 &
monitors+=($!)
sleep 0.5

# key_words N: the words after the direction for key N, 1 and 2 for the first
# ones: it goes one way, and is called differently from the others.
key_words() {
	words=(version "$version" cipher "$cipher")
	hex "$tmp/key$1" "$key" $((0x10 + $1))
	if [ "$version" = DTLSv1.3 ]; then
		words+=(secret-file "$tmp/key$1")
	else
		words+=(key-file "$tmp/key$1")
	fi
	if [ "$iv" -gt 0 ]; then
		hex "$tmp/iv$1" "$iv" $((0x20 + $1))
		words+=(iv-file "$tmp/iv$1")
	fi
	case $version in
	DTLSv1.2) words+=(cid "c$1" id $((($1 + 1) / 2))) ;;
	srtp) words+=(cid "c$1") ;;
	esp*) words+=(spi "0x100$1") ;;
	wireguard) words+=(id "1$1") ;;
	esac
}

# What records call key N, as people read it.
called() {
	case $version in
	DTLSv1.2) echo "id $((($1 + 1) / 2)) cid c$1 " ;;
	DTLSv1.3) echo "id 3 " ;;
	srtp) echo "cid c$1 " ;;
	esp*) echo "spi 0x100$1 " ;;
	wireguard) echo "id 1$1 " ;;
	esac
}

start() { # protocol
	local name
	for name in left right; do
		"$tsec" profile add $name manual on tunnel-local 10.9.0.1:53 \
			tunnel-remote 10.9.0.1:53
	done
	key_words 1
	"$tsec" key add left tx "${words[@]}"
	"$tsec" key add right rx "${words[@]}"
	key_words 2
	"$tsec" key add left rx "${words[@]}"
	"$tsec" key add right tx "${words[@]}"
	start_pair 4434 "$1"
}

# The session that has that local port.
session_at() {
	"$tsec" -j session show | python3 -c '
import json, sys
print(*(s["id"] for s in json.load(sys.stdin)
        if s["local"]["port"] == int(sys.argv[1])))' "$1"
}

looks() { # the name of the protocol, flags
	local left right
	left=$(session_at 4434)
	right=$(session_at 4435)
	does 0 "$left: established client $version $cipher 127.0.0.1:4434 -> 127.0.0.1:4435 profile left flags $2" \
		session show id "$left"
	does 0 "*tx: total 12 bytes, this key: $(called 1)epoch 0 seq * records 1 bytes 12 *rx: total 12 bytes, this key: $(called 2)epoch 0 *" \
		-s session show id "$left"
	does 0 "session $right tx $version $cipher $(called 2)epoch 0 records 1 bytes 12 age *session $right rx *" \
		key show session "$right"
	does 0 "profile left tx $version $cipher *used*" key show profile left
	"$tsec" -j session show id "$left" | json "len(j) == 1 and
		j[0]['protocol'] == '$1' and j[0]['version'] == '$version' and
		j[0]['cipher'] == '$cipher' and 'manual' in j[0]['flags'] and
		j[0]['tx_bytes'] == 12 and j[0]['rx']['records'] == 1 and
		j[0]['local'] == {'address': '127.0.0.1', 'port': 4434}" \
		"a session of $version in JSON"
	wait_for "session new $left: established client $version" "$tmp/monitor"
	ok $? "the monitor tells of a session of $version"
	[ "$version" = DTLSv1.3 ] || replaced "$left" "$right"
	does 0 "" session del id "$left"
	stop_pair
	wait_for "session end $left: failed client $version $cipher .* status ECONNABORTED error \"ended by the administrator\"" \
		"$tmp/monitor"
	ok $? "and of its end"
	wipe_profiles
}

# The next key of the way from left to right.
replaced() { # left right
	key_words 3
	does 0 "" key add session "$2" rx "${words[@]}"
	does 0 "" key add session "$1" tx "${words[@]}"
	does 2 "tsec: the session has a key of that *" \
		key add session "$1" tx "${words[@]}"
	send_pair 1
	does 0 "session $1 tx $version $cipher $(called 3)epoch 1 records 1 *" \
		key show session "$1"
	does 2 "tsec: this session's keys cannot renew themselves" \
		session rekey id "$1"
	wait_for "key renewed session $1 tx epoch 1" "$tmp/monitor"
	ok $? "the monitor tells of the next key of $version"
}

while read -r protocol name version cipher key iv flags; do
	start "$protocol"
	looks "$name" "$flags"
done <<-END
	2 dtls DTLSv1.2 aes-128-gcm 16 4 manual
	2 dtls DTLSv1.3 aes-256-gcm 48 0 manual,renewable
	3 srtp srtp aes-128-cm-hmac-sha1-80 16 14 manual
	4 esp esp aes-256-gcm 32 4 manual
	4 esp esp-esn chacha20-poly1305 32 4 manual
	5 wireguard wireguard chacha20-poly1305 32 0 manual
END
python3 -c '
import json, sys
for line in open(sys.argv[1]):
    json.loads(line)' "$tmp/json"
ok $? "what the monitor says is JSON" "$(tail -n 3 "$tmp/json")"
kill "${monitors[@]}"
finish
