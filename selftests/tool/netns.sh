#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsec -n: namespaces have nothing in common.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_module

mkdir -p /run/netns
ip netns add tsec-a && ip netns add tsec-b
ok $? "two namespaces"
does 0 "" -n tsec-a profile add web verify require
does 0 "*web *" -n tsec-a profile
does 2 "tsec: there is no profile of that name" -n tsec-b profile show web
does 2 "tsec: there is no profile of that name" profile show web
does 0 "*web *" -netns tsec-a profile show web
does 1 'tsec: cannot open network namespace "tsec-c": No such file*' \
	-n tsec-c profile
"$tsec" -n tsec-b monitor >"$tmp/b" 2>&1 &
b=$!
"$tsec" -n tsec-a monitor >"$tmp/a" 2>&1 &
a=$!
sleep 0.5
does 0 "" -n tsec-a profile set web verify none
wait_for "profile set web" "$tmp/a"
ok $? "its own monitor sees a change"
is "$(cat "$tmp/b")" "" "the other's does not"
kill $a $b

# A user who is root in a namespace of his own
out=$(setpriv --reuid 65534 --clear-groups unshare -Urn \
	"$tsec" profile add mine 2>&1)
if [[ $out == *unshare* ]]; then
	echo "ok $((n += 1)) - in a user's own namespace # SKIP $out"
else
	is "$out" "" "a user rules a namespace of his own"
fi
ip netns del tsec-a
ip netns del tsec-b
finish
