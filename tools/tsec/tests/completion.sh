#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The bash completion offers what the tool takes.

cd "$(dirname "$0")/.." || exit 1
n=0
failed=0

# What the completion asks the tool for, as the tool would answer.
# shellcheck disable=SC2317
tsec() {
	case "$*" in
	*session*) echo '[{"id":3,"role":"client"},{"id":12,"tx":{}}]' ;;
	*profile*) echo '[{"name":"default"},{"name":"web"}]' ;;
	*stats*) printf 'TsecHandshakeOk   3\nTsecHandshakeFail 0\n' ;;
	esac
}
# shellcheck source=/dev/null
. completion/tsec

# offers WORDS... -- COMMAND LINE: the last word is the one being completed
offers() {
	local want=() word

	n=$((n + 1))
	while [ "$1" != -- ]; do
		want+=("$1")
		shift
	done
	shift
	COMP_WORDS=(tsec "$@")
	COMP_CWORD=$#
	_tsec 2>/dev/null
	if [ "${COMPREPLY[*]}" = "${want[*]}" ]; then
		echo "ok $n - tsec $*"
		return
	fi
	failed=1
	echo "not ok $n - tsec $*"
	echo "#   got ${COMPREPLY[*]}"
	for word in "${want[@]}"; do
		echo "#   expected $word"
	done
}

offers session profile key stats monitor daemon run help -- ''
offers session stats -- s
offers -json -- -j
offers show del rekey help -- session ''
offers 3 12 -- session show id ''
offers 12 -- -j session show id 1
offers established -- session show state e
offers default web -- session show profile ''
offers id -- session del ''
offers request -- session rekey id 3 ''
offers show set save -- profile s
offers default web -- profile set ''
offers version-min version-max verify -- profile set web ve
offers none -- profile set web verify n
offers tx rx -- key add web ''
offers session default web -- key add ''
offers 3 12 -- key add session ''
offers tx rx -- key add session 3 ''
offers cipher cid -- key add session 3 tx c
offers cipher cid -- key add web tx c
offers esp esp-esn -- key add web tx version e
offers spi seq secret-file soft-records soft-bytes soft-seconds -- \
	key add web tx s
offers aes-128-gcm aes-256-gcm aes-128-cm-hmac-sha1-80 \
	aes-128-cm-hmac-sha1-32 aes-256-cm-hmac-sha1-80 \
	aes-256-cm-hmac-sha1-32 -- key add web tx cipher aes
offers TsecHandshakeOk TsecHandshakeFail -- stats show ''
offers profile -- monitor p
offers default web -- run --profile ''
offers --listen --loopback -- run --l

echo "1..$n"
exit $failed
