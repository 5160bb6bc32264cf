#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Peers that reset, end, or talk nonsense, at every stage.

. "$(dirname "$0")/common.sh"

need python3
setup
daemon_start
profiles

# Servers. What connect() returns, and how long that took.
port=5010
while read -r mode errno; do
	hostile "$mode" listen $port "$mode"
	milliseconds tsec_client $port --name localhost
	tap_failure "our client, server does: $mode" "$said" "$errno" .
	tap_quick '... heard at once' 2000
	stop "$mode"
	port=$((port + 1))
done <<'END'
reset E(CONNRESET|CONNABORTED)
fin E(CONNRESET|CONNABORTED)
hello-reset E(CONNRESET|CONNABORTED)
hello-fin E(CONNRESET|CONNABORTED)
half-reset E(CONNRESET|CONNABORTED)
half-fin E(CONNRESET|CONNABORTED|PROTO)
garbage EPROTO
alert EPROTONOSUPPORT
huge EPROTO
END
tap_failure 'nobody listens' "$(tsec_client 5009 --name localhost)" ECONNREFUSED .

# Clients: none of them reaches accept(), all of them are forgotten.
tsec_server s 5030 -- recv send 'hello from tsec'
for mode in reset fin half-reset half-fin garbage http alert; do
	hostile "c-$mode" connect 5030 $mode 5
	if [[ $mode == *reset || $mode == *fin ]]; then
		tap_no_sessions "our server, clients do: $mode"
	fi
	tap_like "... a good client is served ($mode)" \
		"$(tsec_client 5030 --name localhost -- send x recv)" '^DATA hello'
	stop "c-$mode"
done
tap_is 'accept() has yielded good clients only' \
	"$(grep -c ^ACCEPTED "$work/s.out")" 7

# Established sessions.
tsec_server resets 5031 -- recv reset
tap_failure 'a reset from the peer' \
	"$(tsec_client 5031 --name localhost -- send x recv)" \
	'E(CONNRESET|CONNABORTED)' .
tsec_server hangs 5032 -- recv recv end
start dies "$peer" client --profile cli --name localhost 127.0.0.1 5032 send x wait
wait_line "$work/hangs.out" '^DATA x'
kill -9 "${pids[dies]}"
finish dies 2>/dev/null
wait_line "$work/hangs.out" '^(END|FAILED)'
tap_like 'a program that is killed has ended its session in order' \
	"$(last hangs)" '^END'

# A key that is to be renewed while the peer has gone.
tsec_server quits 5033 -- recv
said=$(tsec_client 5033 --name localhost -- send x end update 1)
tap_like 'a key update after the end of the peer does no harm' "$said" '^END 0' \
	'^(UPDATED|FAILED update E)'

# The administrator ends it.
tsec_server ended 5034 -- recv recv
start victim "$peer" client --profile cli --name localhost 127.0.0.1 5034 info send x recv
wait_line "$work/victim.out" '^INFO'
wait_line "$work/ended.out" '^DATA x'
id=$(sed -n 's/^INFO id=\([0-9]*\).*/\1/p' "$work/victim.out")
tap_run 'tsec session del' "$tsec" session del id "$id"
finish victim
tap_failure '... the program is told' "$(out victim)" ECONNABORTED .
tap_no_sessions 'nothing is left of all that'
tap_kernel_calm
tap_done
