#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsec monitor sees what happens, as text and as JSON.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_module

monitors=()
watch() { # file arguments...
	local file=$1
	shift
	"$tsec" "$@" >"$tmp/$file" 2>&1 &
	monitors+=($!)
}

watch all monitor
watch session monitor session
watch key monitor key
watch profile mon prof
watch timed -t monitor profile
watch timed2 monitor -t profile
watch json -j -t monitor all
sleep 0.5

make_secrets aes-128-gcm 32
start_pair
id=$(session_of client)
"$tsec" session rekey id "$id"
send_pair 1
"$tsec" profile add web verify require
"$tsec" profile set web verify none
"$tsec" profile del web
stop_pair
wait_for "profile del web" "$tmp/all"
wait_for "session end" "$tmp/session"
sleep 0.3

all=$(cat "$tmp/all")
like "$all" "*session new $id: established client TLSv1.3 aes-128-gcm *" "new"
like "$all" "*session end $id: * client *total 2 bytes*" "end"
like "$all" "*key renewed session $id tx * epoch 1*" "a key renewed"
like "$all" "*key renewed-by-peer session * rx * epoch 1*" "by the peer"
like "$all" "*profile set web *verify require*" "a profile"
like "$all" "*profile set web *verify none*" "changed"
like "$all" "*profile del web*" "deleted"
is "$(grep -vc '^session \|^    ' "$tmp/session")" 0 "sessions alone"
is "$(grep -vc '^key ' "$tmp/key")" 0 "keys alone"
is "$(grep -vc '^profile ' "$tmp/profile")" 0 "profiles alone"
for file in timed timed2; do
	like "$(tail -1 "$tmp/$file")" \
		"[[]20??-??-??T??:??:??.??????] profile del web" "the time"
done
python3 -c '
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
kinds = {(e["event"], o) for e in events for o in e if o not in
         ("event", "time")}
assert all("time" in e for e in events)
want = {("new", "session"), ("end", "session"), ("renewed", "key"),
        ("set", "profile"), ("del", "profile")}
assert want <= kinds, kinds
end = [e for e in events if e["event"] == "end"][0]["session"]
assert end["tx_bytes"] == 2, end
' "$tmp/json"
ok $? "a JSON object a line" "$(cat "$tmp/json")"
"$tsec" monitor | head -n 1 >/dev/null &
reader=$!
sleep 0.3
"$tsec" profile add web
"$tsec" profile del web
sleep 0.3
"$tsec" profile add web
wait $reader
ok $? "a monitor ends with its reader"
kill "${monitors[@]}"
finish
