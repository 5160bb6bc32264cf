#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Keys are renewed by each side, asked for and not, with data under way.

. "$(dirname "$0")/common.sh"

need openssl
setup
daemon_start
profiles
megabytes=4

# s_client: k renews its own key, K asks for ours as well.
tsec_server s 4211 -- send begin recv recv recv info send end
start c openssl s_client -connect 127.0.0.1:4211 -CAfile "$pki/ca.pem" -tls1_3
wait_line "$work/c.out" '^begin'
tell c one
wait_line "$work/s.out" '^DATA one'
tell c k
wait_line "$work/c.out" '^KEYUPDATE'
tell c two
wait_line "$work/s.out" '^DATA two'
tell c K
eventually eval '[ "$(grep -c ^KEYUPDATE "$work/c.out")" = 2 ]'
tell c three
wait_line "$work/c.out" '^end'
finish c
tap_like 's_client renews its key, then asks for ours' "$(last s)" \
	'^DATA one$' '^DATA two$' '^DATA three$' '^INFO .*tx-epoch=1 rx-epoch=2'

# s_server: the same from the other side.
start s2 openssl s_server -accept 127.0.0.1:4212 -cert "$pki/good.pem" \
	-key "$pki/good.key" -tls1_3
wait_port 4212
start t "$peer" client --profile cli --name localhost 127.0.0.1 4212 \
	send begin recv send two recv send three recv info
wait_line "$work/s2.out" '^begin'
# A command is one only at the start of what it reads.
tell s2 k
wait_line "$work/s2.out" '^SSL_do_handshake'
tell s2 one
wait_line "$work/s2.out" '^two'
tell s2 K
eventually eval '[ "$(grep -c ^SSL_do_handshake "$work/s2.out")" = 2 ]'
tell s2 two
wait_line "$work/s2.out" '^three'
tell s2 three
finish t
tap_like 's_server renews its key, then asks for ours' "$(out t)" \
	'^DATA one$' '^DATA two$' '^DATA three$' '^INFO .*tx-epoch=1 rx-epoch=2'
stop s2

# Ours, with data under way, to stock peers: s_server throws nothing away.
for request in '' --request; do
	start s3 sh -c "openssl s_server -accept 127.0.0.1:4213 -quiet -naccept 1 \
		-cert '$pki/good.pem' -key '$pki/good.key' -tls1_3 2>'$work/s3.err' |
		'$peer' check $megabytes"
	wait_port 4213
	said=$(tsec_client 4213 --name localhost --update 8 --write 16384 \
		$request -- bulk $megabytes info)
	# shellcheck disable=SC2086
	finish s3
	tap_like "to s_server, a new key every 128 kB ${request:-(own key only)}" \
		"$said
$(out s3)" "^SENT $megabytes" "^SAME $megabytes" \
		"^INFO .*tx-epoch=$((megabytes * 8))"
done
start s4 "$peer" server --profile web --update 8 --write 16384 127.0.0.1 4214 \
	bulk $megabytes info
wait_port 4214
said=$(openssl s_client -connect 127.0.0.1:4214 -CAfile "$pki/ca.pem" -quiet \
	2>/dev/null </dev/null | "$peer" check $megabytes)
finish s4
tap_like 'to s_client, a new key every 128 kB' "$said
$(out s4)" "^SAME $megabytes" "^INFO .*tx-epoch=$((megabytes * 8))"

# Both of our ends at once, each asking the other.
tsec_server s5 4215 --update 16 --write 8192 --request -- both $megabytes info end
said=$(tsec_client 4215 --name localhost --update 16 --write 8192 --request -- \
	both $megabytes info shutdown end)
wait_line "$work/s5.out" '^END'
tap_like 'both directions at once, each asking the other' "$said
$(last s5)" "^SAME $megabytes" '^INFO .*role=client.*rx-epoch=[1-9]' \
	'^INFO .*role=server.*rx-epoch=[1-9]'
tap_unlike '... and nothing failed' "$said
$(last s5)" '^(FAILED|DIFFERENT)'

# By the administrator.
tsec_server s6 4216 -- send a recv info send b recv info
start t6 "$peer" client --profile cli --name localhost 127.0.0.1 4216 \
	info recv wait send c recv send d
wait_line "$work/t6.out" '^WAITING'
id=$(sed -n 's/^INFO id=\([0-9]*\).*/\1/p' "$work/t6.out")
tap_run 'tsec session rekey' "$tsec" session rekey id "$id"
tap_run 'tsec session rekey request' "$tsec" session rekey id "$id" request
tell t6 go
finish t6
wait_line "$work/s6.out" '^DATA d'
tap_like '... both took place' "$(last s6)" '^INFO .*rx-epoch=2'
tap_like '... ours, which was asked for, too' "$(last s6)" '^INFO .*tx-epoch=1'

# By a soft limit of the profile.
profile short trust "$pki/ca.pem" soft-records 10
tsec_server s7 4217 -- check 1 info send ok
said=$(tsec_client 4217 --profile short --name localhost --write 1024 -- bulk 1 recv info)
tap_like 'by the soft limit of a profile, all by itself' "$said" '^DATA ok$' \
	'^INFO .*tx-epoch=([5-9][0-9]|1[0-9][0-9])'
tap_like '... which the peer follows' "$(last s7)" '^SAME 1$' \
	'^INFO .*rx-epoch=([5-9][0-9]|1[0-9][0-9])'

# TLS 1.2 has no key update.
tap_like 'TLS 1.2: EOPNOTSUPP' \
	"$(tsec_client 4216 --name localhost --max 1.2 -- update 0)" \
	'^FAILED update EOPNOTSUPP'
tap_like 'the counters have counted' \
	"$(counter KeyUpdatesSent) $(counter KeyUpdatesReceived) $(counter KeyUpdatesFailed)" \
	'^[1-9][0-9]* [1-9][0-9]* 0$'
tap_done
