#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Command lines that need no kernel: help, versions, complaints.

cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
program=./tsec title=tsec
# shellcheck source=../../lib/tests/tap.sh
. ../lib/tests/tap.sh

expect 1 "Usage: tsec"
expect 0 "Usage: tsec" help
expect 0 "Usage: tsec" -h
expect 0 "tsec utility, tsec-" -V
expect 0 "tsec utility, tsec-" -Version
expect 0 "tsec utility, tsec-" --Version
expect 1 'unknown option "-x"' -x
expect 1 'unknown object "wrong"' wrong
expect 1 'ambiguous object "s"' s
expect 1 '-netns needs the name' -n
expect 1 'cannot name a network namespace' -n ../net session
expect 1 'cannot open network namespace' -netns nonexistent session
for object in session profile key stats monitor daemon; do
	expect 0 "Usage: tsec $object" $object help
done
expect 0 "Usage: tsec session" ses help
expect 1 'unknown command "wrong"' session wrong
expect 1 'ambiguous command "s"' profile s
expect 1 'id needs the number' session show id
expect 1 'id needs the number' session show id x
expect 1 'id needs the number' session del id 0
expect 1 'id needs the number' session del id 4294967296
expect 1 'which session?' session del
expect 1 'which session?' session del 5
expect 1 'unexpected "now"' session del id 5 now
expect 1 'unexpected "now"' session rekey id 5 request now
expect 1 '"up" is not a state' session show state up
expect 1 'state needs a value' session show state
for word in 'id 1' 'state failed' 'role client' 'profile web'; do
	# shellcheck disable=SC2086 # two words
	expect 1 "${word% *} is given twice" session show $word $word
done
expect 1 '"peer" is not a role' session show role peer
expect 1 'unknown condition "uid"' session show uid 0
expect 1 'which profile?' profile add
expect 1 'has 63 bytes at most' profile add "$(printf '%064d' 0)"
expect 1 'no setting "colour"' profile add web colour red
expect 1 'cert needs a value' profile add web cert
expect 1 'must be an absolute path' profile add web cert web.pem
expect 1 'verify is one of default|none|request|require' \
	profile set web verify maybe
expect 1 'version-min is one of default|TLSv1.2|TLSv1.3|1.2|1.3, not' \
	profile set web version-min DTLSv1.3
expect 1 'connection-id is a number from 0 to 20, not "21"' \
	profile set web connection-id 21
expect 1 'hard-seconds is a number from 0 to 4294967295, not "4294967296"' \
	profile set web hard-seconds 4294967296
expect 1 'soft-bytes is a number from 0 to 18446744073709551615, not "x"' \
	profile set web soft-bytes x
expect 1 'is not a list of ciphers' profile set web ciphers null
expect 1 'tunnel-local is an address' profile add web tunnel-local host
expect 1 'tunnel-remote is an address' profile add web tunnel-remote 10.0.0.1:x
expect 1 'pubkey is a key in base64' profile add web pubkey abc
expect 1 'unexpected "x"' profile del web x
expect 1 'whose key?' key add
expect 1 'which direction?' key add web
expect 1 'which cipher?' key add web tx
expect 1 'either key-file and iv-file, or secret-file' \
	key add web tx cipher aes-128-gcm
expect 1 'either key-file and iv-file, or secret-file' \
	key add web tx cipher aes-128-gcm key-file a
expect 1 'either key-file and iv-file, or secret-file' \
	key add web tx cipher aes-128-gcm key-file a iv-file b secret-file c
expect 1 'only one file can be standard input' \
	key add web tx cipher aes-128-gcm key-file - iv-file -
expect 1 'TLS 1.2 has no traffic secrets' \
	key add web tx cipher aes-128-gcm version 1.2 secret-file a
expect 1 'DTLS 1.2 has no traffic secrets' \
	key add web tx cipher aes-128-gcm version DTLSv1.2 secret-file a
for cid in xyz 123 '' 00112233445566778899aabbccddeeff0011223344; do
	expect 1 "cid is 1 to 20 bytes in hexadecimal digits, two for each, not \"$cid\"" \
		key add web tx cid "$cid"
done
expect 1 'session needs the number of a session' key add session 0 tx
expect 1 'session needs the number of a session' key show session x
expect 1 'which direction' key add session 7
expect 1 'id is given twice' key add web tx id 1 id 2
expect 1 'id, is given twice' key add web tx id 1 spi 2
expect 1 'id is given twice' key add web tx spi 1 id 2
expect 1 'id is a number from 0 to 4294967295, not "4294967296"' \
	key add web tx id 4294967296
expect 1 'spi is a number from 256 to 4294967295, not "0x100000000"' \
	key add web tx spi 0x100000000
expect 1 'seq is a number from 0 to 18446744073709551615, not' \
	key add web tx seq 18446744073709551616
expect 1 'an id is 1 or more' key add web tx cipher aes-128-gcm \
	version DTLSv1.2 id 0 key-file a iv-file b
for version in 1.2 1.3 DTLSv1.2 DTLSv1.3 srtp wireguard; do
	expect 1 'only ESP has an spi' key add web tx version $version spi 0x1001 \
		cipher "$([ $version = wireguard ] && echo chacha20-poly1305 ||
			echo aes-128-gcm)" key-file a iv-file b
done
expect 1 'SRTP has no cipher chacha20-poly1305' key add web tx version srtp \
	cipher chacha20-poly1305 key-file a iv-file b
expect 1 'WireGuard has no cipher aes-256-gcm' key add web tx \
	version wireguard cipher aes-256-gcm key-file a iv-file b
expect 1 'TLS 1.3 has no cipher aes-128-cm-hmac-sha1-80' key add web tx \
	cipher aes-128-cm-hmac-sha1-80 secret-file a
expect 1 'DTLS 1.3 has no cipher aes-256-cm-hmac-sha1-32' key add web tx \
	version DTLSv1.3 cipher aes-256-cm-hmac-sha1-32 secret-file a
expect 1 'ESP has no cipher aes-128-cm-hmac-sha1-32' key add web tx \
	version esp cipher aes-128-cm-hmac-sha1-32 spi 0x1001 key-file a \
	iv-file b
expect 1 'key-file needs the name of a file' key add web tx \
	cipher aes-128-gcm key-file '' iv-file b
expect 1 'ESP needs an spi, of 256 or more' \
	key add web tx cipher aes-128-gcm version esp key-file a iv-file b
expect 1 'ESP needs an spi, of 256 or more' key add web tx \
	cipher aes-128-gcm version esp-esn spi 255 key-file a iv-file b
expect 1 'ESP has no traffic secrets' \
	key add web tx cipher aes-128-gcm version esp spi 0x1001 secret-file a
expect 1 'cid is given twice' key add web tx cid 01 cid 02
expect 1 'more than one key of DTLS 1.3 comes of its secret' \
	key add web tx cipher aes-128-gcm version DTLSv1.3 key-file a \
	iv-file b
expect 1 'only keys of DTLS and SRTP have a cid' \
	key add web tx cipher aes-128-gcm cid 01 key-file a iv-file b
expect 1 'unexpected "key"' key add web tx key 00112233
expect 1 'seq is given twice' key add web tx seq 1 seq 2
expect 1 'aes-256-cm-hmac-sha1-80|aes-256-cm-hmac-sha1-32, not "null"' \
	key add web tx cipher null
expect 1 'comes tx, rx or nothing' key del web both
expect 1 'cannot monitor "wrong"' monitor wrong
expect 1 'unexpected "x"' daemon show x
echo '[{"name":"x","verify":"maybe"}]' >"$tmp/bad"
expect 1 'profile 1: "verify" has a bad value' profile restore "$tmp/bad"
echo '[{"name":"x","connection_id":21}]' >"$tmp/bad"
expect 1 'profile 1: "connection_id" has a bad value' profile restore "$tmp/bad"
echo '[{"name":"x","version_min":"srtp"}]' >"$tmp/bad"
expect 1 'profile 1: "version_min" has a bad value' profile restore "$tmp/bad"
echo '[{"verify":"none"}]' >"$tmp/bad"
expect 1 'profile 1: it has no name' profile restore "$tmp/bad"
echo '{}' >"$tmp/bad"
expect 1 'not a list of profiles' profile restore "$tmp/bad"
printf '[\n{"name" "x"}]' >"$tmp/bad"
expect 1 "bad:2: " profile restore "$tmp/bad"
expect 1 'No such file' profile restore "$tmp/none"
TSEC_RUN=/nonexistent expect 1 '/nonexistent: No such file' run true
TSEC_RUN=/bin/echo expect 0 '-- true -x' run -- true -x

# Where the kernel has no tsec, every object says so.
if ! grep -q '^tsec ' /proc/modules 2>/dev/null && ! ./tsec daemon \
	>/dev/null 2>&1; then
	for object in session profile key stats monitor daemon; do
		expect 2 'the kernel has no tsec' $object
	done
fi

# The completion knows every object and every command.
bash -n completion/tsec
ok $? "the completion is a shell script"

done_testing
