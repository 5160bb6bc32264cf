#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs test programs that speak TAP, some at a time, for they wait for their clocks
# most of the time; fails if any test of any of them did.

here=$(dirname "$0")
results=$(mktemp -d "${TMPDIR:-/tmp}/tsecd-tests.XXXXXX")
trap 'rm -rf "$results"' EXIT
! command -v openssl >/dev/null || set -- "$@" "$here/interop.sh"

for test; do
	echo "$test"
done | xargs -P 4 -I '{}' sh -c '
	results=$1 test=$2
	case $test in
	*.sh)	set -- sh "$test" "${test%/*}/engine" ;;
	*)	set -- "$test" ;;
	esac
	"$@" >"$results/${test##*/}" 2>&1 || : >"$results/${test##*/}.failed"
' sh "$results" '{}'

status=0
for test; do
	echo "# $test"
	cat "$results/${test##*/}" || status=1
	[ ! -e "$results/${test##*/}.failed" ] || status=1
done
exit $status
