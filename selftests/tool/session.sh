#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsec session, stats and daemon, with sessions to look at.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_module

does 0 "" session
"$tsec" -j session | json 'j == []' "no sessions in JSON"
does 0 "none family 14" daemon
"$tsec" -j daemon show | json 'j == {"family": 14}' "no daemon in JSON"

make_secrets aes-256-gcm 48
start_pair 4433
client=$(session_of client)
server=$(session_of server)
does 0 "$client: established client TLSv1.3 aes-256-gcm 127.0.0.1:* -> 127.0.0.1:4433 profile right*flags manual,renewable" \
	session show id "$client"
does 0 "$server: established server TLSv1.3 aes-256-gcm 127.0.0.1:4433 -> 127.0.0.1:* profile left*" \
	session show role server
does 0 "*uid 0 inode *tx: total 1 bytes, this key: epoch 0 seq 1 records 1 *rx: total 1 bytes*" \
	-s session show profile right
does 0 "" session show profile default
does 0 "" session show state failed
like "$("$tsec" session show state established | wc -l)" 2 "a line each"
"$tsec" -j session show id "$client" | json 'len(j) == 1 and
	j[0]["role"] == "client" and j[0]["state"] == "established" and
	j[0]["version"] == "TLSv1.3" and j[0]["cipher"] == "aes-256-gcm" and
	j[0]["remote"] == {"address": "127.0.0.1", "port": 4433} and
	j[0]["uid"] == 0 and j[0]["tx_bytes"] == 1 and
	j[0]["tx"]["records"] == 1 and "manual" in j[0]["flags"] and
	not {"key", "iv", "secret"} & (set(j[0]["tx"]) | set(j[0]["rx"]))' \
	"a session in JSON"
"$tsec" -j -p -s session | json 'len(j) == 2' "all sessions, laid out"
setpriv --reuid 65534 --clear-groups "$tsec" session | grep -q client
ok $? "anybody may look"
out=$(setpriv --reuid 65534 --clear-groups "$tsec" session del id 1 2>&1)
is "$? $out" "2 tsec: Operation not permitted" "but not end one"

# Renewal
does 0 "" session rekey id "$client"
send_pair 3
does 0 "*tx: *epoch 1 seq *rx: *epoch 0 *" -s session show id "$client"
does 0 "*tx: *epoch 0 *rx: *epoch 1 *" -s session show id "$server"
does 0 "" session rekey id "$server" request
send_pair 3
does 0 "*tx: *epoch 2 *rx: *epoch 1 *" -s session show id "$client"

# Counters
does 0 "*KeyUpdatesSent *" stats
does 0 "KeyUpdatesSent * 3" stats show KeyUpdatesSent
does 0 "BadRecords * 0" stats show BadRecords
does 1 "tsec: there is no counter \"Nothing\"" stats show Nothing
"$tsec" -j stats | json 'j["KeyUpdatesSent"] == 3 and "BadRecords" not in j' \
	"counters in JSON"
"$tsec" -j -s stats | json 'j["BadRecords"] == 0' "with those that are zero"
is "$("$tsec" -s stats | awk '{ print $1, $2 }')" \
	"$(awk '{ print $1, $2 }' /proc/net/tsec_stat)" \
	"the same as in /proc/net/tsec_stat"

# The end
does 0 "" session del id "$client"
echo "send 1" >&9
wait_for "Software caused connection abort" "$tmp/err"
ok $? "its program gets ECONNABORTED" "$(cat "$tmp/err")"
stop_pair
does 2 "tsec: there is no session of that number" session del id "$client"
does 2 "tsec: there is no session of that number" session show id "$client"
does 2 "tsec: there is no session of that number" session rekey id "$client"
does 0 "" session

# Keys that cannot renew themselves
make_keys chacha20-poly1305 1.2 32 12
start_pair
does 2 "tsec: *" session rekey id "$(session_of client)"
does 0 "*TLSv1.2 chacha20-poly1305*flags manual*" session show role client
stop_pair
finish
