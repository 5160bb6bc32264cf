# shellcheck shell=bash disable=SC2034,SC2119 # used by those that source it
# SPDX-License-Identifier: GPL-2.0
# For the tests of the tool: results in TAP, the module, a pair of sessions.
# Sourced by tests that run as root in the test machine, with what is installed
# there, or else with what is built in the tree and the module $TSEC_MODULE.

# A test at the end of a pipe must count, and fail, in this shell.
shopt -s lastpipe

here=$(dirname "$(readlink -f "$0")")
tools=$here/../../tools
tsecd=$(command -v tsecd || echo "$tools/tsecd/tsecd")
if ! tsec=$(command -v tsec); then
	tsec=$tools/tsec/tsec
	export TSEC_RUN=$tools/run/tsec-run
	export TSEC_RUN_LIBRARY=$tools/run/libtsec-run.so
fi
tmp=$(mktemp -d)
n=0
failed=0
pair_pid=

# What a test has left must not be the next one's.
wipe_profiles() {
	local name
	"$tsec" profile 2>/dev/null | while read -r name _; do
		[ "$name" = default ] || "$tsec" profile del "$name"
	done
}

cleanup() {
	stop_pair
	wipe_profiles
	rm -rf "$tmp"
}
trap cleanup EXIT

ok() { # passed what [why]
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return
	fi
	echo "not ok $n - $2"
	[ -z "${3-}" ] || echo "#   ${3//$'\n'/$'\n'#   }"
	failed=1
}

is() { # got expected what
	[ "$1" = "$2" ]
	ok $? "$3" "got: $1"$'\n'"expected: $2"
}

like() { # got pattern what
	# shellcheck disable=SC2053 # the right side is a pattern
	[[ $1 == $2 ]]
	ok $? "$3" "got: $1"$'\n'"expected: $2"
}

# does CODE PATTERN ARGS...: run the tool; its exit code, and what it says
does() {
	local code=$1 pattern=$2 out got
	shift 2
	out=$("$tsec" "$@" 2>&1 </dev/null)
	got=$?
	# shellcheck disable=SC2053
	[ $got = "$code" ] && [[ $out == $pattern ]]
	ok $? "tsec $*" "exit code $got, expected $code
$out
expected: $pattern"
}

# json EXPRESSION WHAT: Python's view of JSON on standard input, named "j"
json() {
	local got
	got=$(python3 -c '
import json, sys
j = json.load(sys.stdin)
sys.exit(not eval("(" + sys.argv[1] + ")"))' "$1" 2>&1)
	ok $? "$2" "$1 $got"
}

finish() {
	echo "1..$n"
	exit $failed
}

need_module() {
	"$tsec" daemon >/dev/null 2>&1 && return
	if [ -n "$TSEC_MODULE" ]; then
		modprobe tls && insmod "$TSEC_MODULE"
	else
		modprobe tsec
	fi
	"$tsec" daemon >/dev/null && return
	echo "1..0 # SKIP no tsec in this kernel"
	exit 0
}

# hex FILE BYTES SEED: a secret that nobody else may read
hex() {
	(
		umask 077
		printf '%0*x' $(($2 * 2)) "$3" >"$1"
	)
}

# Profiles "left" and "right" with keys that fit; each is good for one session.
make_keys() { # cipher version key-bytes iv-bytes
	local dir other
	for dir in left right; do
		"$tsec" profile add $dir manual on 2>/dev/null
		"$tsec" key del $dir 2>/dev/null
	done
	hex "$tmp/key1" "$3" 11
	hex "$tmp/key2" "$3" 12
	hex "$tmp/iv1" "$4" 21
	hex "$tmp/iv2" "$4" 22
	for dir in tx rx; do
		other=$([ $dir = tx ] && echo 1 || echo 2)
		"$tsec" key add left $dir cipher "$1" version "$2" \
			key-file "$tmp/key$other" iv-file "$tmp/iv$other"
		"$tsec" key add right $dir cipher "$1" version "$2" \
			key-file "$tmp/key$((3 - other))" \
			iv-file "$tmp/iv$((3 - other))"
	done
}

# The same, with traffic secrets, which make keys that renew themselves.
make_secrets() { # cipher secret-bytes
	local dir other
	for dir in left right; do
		"$tsec" profile add $dir manual on 2>/dev/null
		"$tsec" key del $dir 2>/dev/null
	done
	hex "$tmp/secret1" "$2" 31
	hex "$tmp/secret2" "$2" 32
	for dir in tx rx; do
		other=$([ $dir = tx ] && echo 1 || echo 2)
		"$tsec" key add left $dir cipher "$1" \
			secret-file "$tmp/secret$other"
		"$tsec" key add right $dir cipher "$1" \
			secret-file "$tmp/secret$((3 - other))"
	done
}

# A pair of sessions that stays until stop_pair; the port may be given.
# shellcheck disable=SC2120
start_pair() {
	rm -f "$tmp/in" "$tmp/out"
	mkfifo "$tmp/in"
	"$here/pair" left right "$@" <"$tmp/in" >"$tmp/out" 2>"$tmp/err" &
	pair_pid=$!
	exec 9>"$tmp/in"
	wait_for ready "$tmp/out" || cat "$tmp/err" >&2
}

stop_pair() {
	[ -n "$pair_pid" ] || return 0
	exec 9>&-
	wait "$pair_pid" 2>/dev/null
	pair_pid=
}

send_pair() { # messages
	: >"$tmp/out"
	echo "send $1" >&9
	wait_for sent "$tmp/out"
}

# wait_for TEXT FILE: until a line has the text, 5 seconds at most
wait_for() {
	local i
	for ((i = 0; i < 50; i++)); do
		grep -q -- "$1" "$2" 2>/dev/null && return
		sleep 0.1
	done
	return 1
}

# The id of the session with that role.
session_of() {
	"$tsec" -j session show role "$1" | python3 -c '
import json, sys
print(json.load(sys.stdin)[0]["id"])'
}
