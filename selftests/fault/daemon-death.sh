#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The daemon is killed at every stage. Who waits for it hears of it at once;
# established sessions go on, and renew their keys while it is away.

. "$(dirname "$0")/common.sh"

need openssl python3
setup

# Without a daemon.
milliseconds tsec_client 5001 --profile default
tap_failure 'no daemon: EUNATCH' "$said" EUNATCH 'no daemon'
tap_quick '... at once' 1000
profile web cert "$pki/good.pem" privkey "$pki/good.key"
profile cli trust "$pki/ca.pem"
tsec_server early 5002 -- recv send 'hello from tsec'
milliseconds openssl_client 5002
tap_unlike 'no daemon: a server takes no connection' "$said" '^hello'
tap_quick '... and says so at once' 5000
daemon_start
tap_like 'the daemon comes: the same server serves' "$(openssl_client 5002)" \
	'^hello from tsec$'

# Before it has claimed anything.
kill -STOP "$daemon_pid"
lost=$(counter DaemonLost)
start pending "$peer" client --profile cli --name localhost 127.0.0.1 5002 recv
eventually eval '[[ $("$tsec" session show state pending) == *client* ]]'
daemon_stop -KILL
finish pending
tap_failure 'killed before the claim' "$(out pending)" '(EUNATCH|ECONNABORTED)' .
tap_is '... counted' "$(($(counter DaemonLost) > lost))" 1

# While it talks to a peer that has stopped talking.
daemon_start
hostile silent listen 5003 silent
start client "$peer" client --profile cli --name localhost 127.0.0.1 5003 recv
hostile mute connect 5002 half 3
eventually eval '[[ $("$tsec" daemon show) == *"running 4 "* ]]'
daemon_stop -KILL
milliseconds finish client
tap_failure 'killed in mid-handshake' "$(out client)" \
	'(EUNATCH|ECONNABORTED|ECONNRESET)' .
tap_quick '... heard at once' 2000
tap_no_sessions '... and nothing of it stays'
stop silent
stop mute

# After keys are in.
daemon_start
tsec_server echo 5004 --fork -- echo
start alive "$peer" client --profile cli --name localhost 127.0.0.1 5004 commands
start stock openssl s_client -connect 127.0.0.1:5004 -CAfile "$pki/ca.pem" -tls1_3
wait_line "$work/alive.out" '^CONNECTED'
wait_line "$work/stock.out" 'Verify return code: 0'
tell alive 'send one'
tell alive recv
wait_line "$work/alive.out" '^DATA one'
daemon_stop -KILL
tell alive 'send two recv update 0 send three recv update 1 send four recv info'
wait_line "$work/alive.out" '^INFO'
tap_like 'killed later: our session goes on, with new keys' "$(out alive)" \
	'^DATA two$' '^DATA three$' '^DATA four$' '^INFO .*tx-epoch=2 rx-epoch=1'
tell stock K
wait_line "$work/stock.out" '^KEYUPDATE'
tell stock five
wait_line "$work/stock.out" '^five'
tap_like '... and one with OpenSSL, which asks for new keys' "$(out stock)" \
	'^five$'
tap_failure '... while a new connection is refused' \
	"$(tsec_client 5004 --name localhost)" EUNATCH 'no daemon'
daemon_start
tap_like 'restarted: new sessions' \
	"$(tsec_client 5004 --name localhost -- send six recv)" '^DATA six$'
tell alive 'update 1 send seven recv quit'
finish alive
tap_like '... and the old one still goes on' "$(out alive)" '^DATA seven$'
stop stock

# While it waits for tickets: the proxy holds what follows the handshake.
good_server tickets 5005 -tls1_3
hostile proxy proxy 5006 5005 hold s2c 7
start waits "$peer" client --profile cli --name localhost 127.0.0.1 5006 commands
wait_line "$work/waits.out" '^CONNECTED'
daemon_stop -KILL
tell proxy release
tell waits 'send abc recv update 1 send def recv info quit'
finish waits
tap_like 'killed while it waited for tickets' "$(out waits)" '^DATA cba$' \
	'^DATA fed$' '^INFO '
stop proxy
daemon_start
stop echo
stop tickets
tap_no_sessions 'nothing is left of all that'
tap_kernel_calm
tap_done
