#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Resumption is seen to happen, in both roles and both versions.

. "$(dirname "$0")/common.sh"

need openssl gnutls-cli
setup
daemon_start
profiles
tsec_server s 4201 -- info send hello recv
start os openssl s_server -accept 127.0.0.1:4202 -cert "$pki/good.pem" \
	-key "$pki/good.key"
wait_port 4202

# s_client_once NUMBER PORT [OPTION]...: is told to end when data have come, and with
# them the tickets
s_client_once()
{
	local name=c$1 port=$2

	shift 2
	start "$name" openssl s_client -connect "127.0.0.1:$port" \
		-CAfile "$pki/ca.pem" "$@"
	wait_line "$work/$name.out" '^hello$'
	tell "$name" Q
	finish "$name"
	out "$name"
}

for v in -tls1_3 -tls1_2; do
	said=$(s_client_once 1 4201 $v -sess_out "$work/session")
	tap_like "s_client $v: new at first" "$said
$(last s)" '^New, TLS' '^INFO .*resumed=0'
	said=$(s_client_once 2 4201 $v -sess_in "$work/session")
	tap_like "s_client $v: then resumed" "$said
$(last s)" '^Reused, TLS' '^INFO .*resumed=1'
done

for version in 1.3 1.2; do
	only=(--name localhost --min $version --max $version)
	before=$(grep -c '^Reused\|Reused session-id' "$work/os.out")
	for i in first second; do
		start "t$i" "$peer" client --profile cli "${only[@]}" \
			127.0.0.1 4202 info recv info
		wait_line "$work/t$i.out" '^CONNECTED'
		tell os hello
		wait_line "$work/t$i.out" '^DATA'
		finish "t$i"
	done
	tap_like "TLS $version, s_server: new at first" "$(out tfirst)" 'resumed=0'
	tap_like "TLS $version, s_server: then resumed" "$(out tsecond)" 'resumed=1'
	tap_is '... as the server says, too' \
		$(($(grep -c '^Reused\|Reused session-id' "$work/os.out") > before)) 1
	# To another name, or with the cache off, never.
	start other "$peer" client --profile cli "${only[@]}" --cache off \
		127.0.0.1 4202 info recv
	wait_line "$work/other.out" '^CONNECTED'
	tell os hello
	finish other
	tap_like "TLS $version: not with the cache off" "$(out other)" 'resumed=0'
done

said=$(tsec_client 4201 --name localhost -- info recv send x
       tsec_client 4201 --name localhost -- info recv send x)
tap_like 'our client at our server' "$said" 'resumed=0' 'resumed=1'

# Another profile may trust others: nothing of one is resumed by another.
profile second trust "$pki/ca.pem"
tap_like 'not with another profile' \
	"$(tsec_client 4201 --profile second --name localhost -- info recv)" \
	'resumed=0'

said=$(timeout "$patience" gnutls-cli --resume --port 4201 --x509cafile \
	"$pki/ca.pem" --verify-hostname localhost 127.0.0.1 </dev/null 2>&1)
tap_like 'gnutls-cli --resume' "$said" '\*\*\* This is a resumed session'
tap_like 'the counter of resumed handshakes has counted' \
	"$(counter HandshakesResumed)" '^[1-9]'

# A server that was restarted has other ticket keys: full handshake, no failure.
s_client_once 3 4201 -tls1_3 -sess_out "$work/session" >/dev/null
daemon_stop
daemon_start
said=$(s_client_once 4 4201 -tls1_3 -sess_in "$work/session")
tap_like 'after a restart of the daemon a ticket is no more than ignored' \
	"$said" '^New, TLS' '^hello$'
tap_done
