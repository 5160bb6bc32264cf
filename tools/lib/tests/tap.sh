# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# TAP of the tests of a tool's command lines.  $program is the tool, $title what
# it is called.

n=0
failed=0

ok() { # passed what
	n=$((n + 1))
	[ "$1" = 0 ] && echo "ok $n - $2" && return
	echo "not ok $n - $2"
	failed=1
}

# expect CODE TEXT ARGS...: the exit code, and text on either output
expect() {
	local code=$1 text=$2 out got
	shift 2
	# shellcheck disable=SC2154 # the caller's
	out=$("$program" "$@" 2>&1 </dev/null)
	got=$?
	[ $got = "$code" ] && [[ $out == *"$text"* ]]
	# shellcheck disable=SC2154
	ok $? "$title $*"
	[ $got = "$code" ] || echo "#   exit code $got, expected $code"
	[[ $out == *"$text"* ]] || echo "#   ${out//$'\n'/$'\n'#   }"
}

done_testing() {
	echo "1..$n"
	exit $failed
}
