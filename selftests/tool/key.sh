#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsec key: manual keys, from files alone, and never shown.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_module

does 0 "" key
"$tsec" -j key | json 'j == []' "no keys in JSON"
does 0 "" profile add manual manual on
does 0 "" profile add plain
hex "$tmp/16" 16 0xabcdef01
hex "$tmp/32" 32 0xabcdef02
hex "$tmp/48" 48 0xabcdef03
hex "$tmp/12" 12 0xabcdef04
hex "$tmp/4" 4 0xabcdef05

# Every cipher in every version
for version in 1.2 1.3; do
	for cipher in aes-128-gcm:16:4 aes-256-gcm:32:4 \
		chacha20-poly1305:32:12; do
		IFS=: read -r name key iv <<<$cipher
		[ $version = 1.2 ] || iv=12
		does 0 "" key add manual tx cipher "$name" version $version \
			key-file "$tmp/$key" iv-file "$tmp/$iv"
		does 0 "profile manual tx TLSv$version $name epoch 0*" key
		does 0 "" key del manual tx
	done
done
# Security associations of ESP have an SPI and a salt.
for cipher in aes-128-gcm:16 aes-256-gcm:32 chacha20-poly1305:32; do
	IFS=: read -r name key <<<$cipher
	does 0 "" key add manual tx version esp-esn cipher "$name" \
		spi 0x1001 key-file "$tmp/$key" iv-file "$tmp/4"
	does 0 "profile manual tx esp-esn $name spi 0x1001 epoch 0*" key
	does 0 "" key del manual tx
done
does 0 "" key add manual rx version esp cipher aes-128-gcm spi 4294967295 \
	key-file "$tmp/16" iv-file "$tmp/4"
"$tsec" -j key show profile manual | json 'len(j) == 1 and
	j[0]["version"] == "esp" and j[0]["id"] == 4294967295' \
	"an SPI in JSON"
does 0 "" key del manual rx
does 0 "" key add manual rx cipher aes-256-gcm secret-file "$tmp/48" seq 5 \
	soft-records 100 hard-records 200 hard-bytes 1000000 idle-seconds 60
does 0 "profile manual rx TLSv1.3 aes-256-gcm epoch 0 seq 5 age ?s renewable soft-records 100 hard-records 200 *hard-bytes 1000000 idle-seconds 60" -s key
"$tsec" -j key show profile manual | json 'len(j) == 1 and
	j[0]["seq"] == 5 and j[0]["cipher"] == "aes-256-gcm" and
	j[0]["direction"] == "rx" and j[0]["renewable"] and
	not {"key", "iv", "secret"} & set(j[0])' "the same in JSON"
does 0 "" key show profile plain
does 2 "tsec: there is no session of that number" key show session 1
does 2 "tsec: there is no profile of that name" key show profile nobody
does 0 "" key del manual
does 0 "" key show

# From standard input
does_stdin() {
	"$tsec" key add manual tx cipher aes-128-gcm secret-file - <"$1"
}
does_stdin "$tmp/32"
ok $? "a secret from standard input"
does 0 "" key del manual
"$tsec" key add manual tx cipher aes-128-gcm key-file <(cat "$tmp/16") \
	iv-file <(cat "$tmp/12")
ok $? "a key from pipes"
does 0 "" key del manual tx

# Refusals of the files
does 1 "tsec: $tmp/32: the key has 32 bytes and needs 16" key add manual tx \
	cipher aes-128-gcm key-file "$tmp/32" iv-file "$tmp/12"
does 1 "tsec: $tmp/12: the IV has 12 bytes and needs 4" key add manual tx \
	cipher aes-128-gcm version 1.2 key-file "$tmp/16" iv-file "$tmp/12"
does 1 "tsec: $tmp/32: the secret has 32 bytes and needs 48" \
	key add manual tx cipher aes-256-gcm secret-file "$tmp/32"
does 1 "tsec: $tmp/none: No such file*" \
	key add manual tx cipher aes-128-gcm secret-file "$tmp/none"
cp "$tmp/32" "$tmp/open"
chmod 644 "$tmp/open"
does 1 "tsec: $tmp/open: others than its owner may use this file (mode 0644); it is not read" \
	key add manual tx cipher aes-128-gcm secret-file "$tmp/open"
touch "$tmp/bad"
chmod 600 "$tmp/bad"
for text in "not hex" "012" ""; do
	echo "$text" >"$tmp/bad"
	does 1 "tsec: $tmp/bad: not 1 to 48 bytes in hexadecimal digits, two for each" \
		key add manual tx cipher aes-128-gcm secret-file "$tmp/bad"
done

# Refusals of the kernel
add=(key add manual tx cipher aes-128-gcm)
does 2 "tsec: there is no profile of that name" key add nobody tx \
	cipher aes-128-gcm secret-file "$tmp/32"
does 2 "tsec: the profile is not for manual keys" key add plain tx \
	cipher aes-128-gcm secret-file "$tmp/32"
hex "$tmp/zero" 16 0
does 2 "tsec: the key is all zeros" "${add[@]}" key-file "$tmp/zero" \
	iv-file "$tmp/12"
does 2 "tsec: sequence number beyond the limit of the cipher" \
	"${add[@]}" seq 18446744073709551615 secret-file "$tmp/32"
does 2 "tsec: the profile has no such key" key del manual
does 2 "tsec: the profile has no such key" key del manual rx
does 2 "tsec: there is no profile of that name" key del nobody
out=$(setpriv --reuid 65534 --clear-groups "$tsec" key del manual 2>&1)
is "$? $out" "2 tsec: Operation not permitted" "nobody may not delete"

# A key protects one stream
make_keys aes-128-gcm 1.3 16 12
start_pair
does 0 "*profile left tx TLSv1.3 aes-128-gcm*used*" key show profile left
does 0 "session * tx TLSv1.3 aes-128-gcm epoch 0 records 1 bytes 1 *" \
	key show session "$(session_of client)"
stop_pair
start_pair 2>/dev/null
like "$(cat "$tmp/err")" "*another session has used the manual key*" \
	"a second session does not get it"
stop_pair
finish
