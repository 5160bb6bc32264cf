#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs test programs that speak TAP; fails if any test of any of them did.
status=0
for test in "$@"; do
	echo "# $test"
	"$test" || status=1
done
if command -v openssl >/dev/null; then
	echo "# tests/interop.sh"
	sh tests/interop.sh tests/engine || status=1
fi
exit $status
