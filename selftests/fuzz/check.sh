#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A short run of each fuzz target, in TAP.

if ! command -v clang >/dev/null; then
	echo "1..0 # SKIP libFuzzer needs clang"
	exit 4
fi

n=0
status=0
echo "TAP version 13"
echo "1..$#"
for target in "$@"; do
	n=$((n + 1))
	log=$(mktemp)
	if ${MAKE:-make} -s "$target" >"$log" 2>&1 &&
	   ./"$target" -dict="${target%_fuzz}.dict" -runs="${RUNS:-200000}" \
		-seed=1 -max_len=4096 -rss_limit_mb=512 >>"$log" 2>&1; then
		echo "ok $n - $target"
	else
		tail -n 40 "$log" | sed 's/^/# /'
		echo "not ok $n - $target"
		status=1
	fi
	rm -f "$log"
done
exit $status
