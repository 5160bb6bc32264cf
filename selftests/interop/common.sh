# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the interoperability scripts have in common: both roles of stock peers.

# shellcheck source=../lib.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lib.sh"

# shellcheck disable=SC2034 # the scripts use it
ciphers='aes-128-gcm aes-256-gcm chacha20-poly1305'

# Profiles "web" (a server's) and "cli" (a client's) that suit each other.
profiles()
{
	profile web cert "$pki/good.pem" privkey "$pki/good.key" "$@"
	profile cli trust "$pki/ca.pem"
}

# tsec_server NAME PORT [OPTION]... [-- ACTION...]: any number of connections
tsec_server()
{
	local name=$1 port=$2 options=()

	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	start "$name" "$peer" server --profile web --count 1000 \
		"${options[@]}" "${TSEC_BIND:-127.0.0.1}" "$port" "$@"
	wait_line "$work/$name.out" LISTENING ||
		bail_out "no server: $(out "$name")"
}

# tsec_client PORT [OPTION]... [-- ACTION...]: prints what came of it
tsec_client()
{
	local port=$1 options=()

	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	timeout "$patience" "$peer" client --profile cli "${options[@]}" \
		"${TSEC_HOST:-127.0.0.1}" "$port" "$@" 2>&1
}

# openssl_client PORT [OPTION]...: says a line, prints what comes back
openssl_client()
{
	local port=$1

	shift
	echo "${OPENSSL_SAYS:-hello from openssl}" |
		timeout "$patience" openssl s_client -connect \
			"${TSEC_HOST:-127.0.0.1}:$port" -CAfile "$pki/ca.pem" \
			-verify_return_error -quiet "$@" 2>&1
}

# openssl_server NAME PORT [OPTION]...: sends every line back, reversed
openssl_server()
{
	local name=$1 port=$2

	shift 2
	start "$name" openssl s_server -accept "${TSEC_BIND:-127.0.0.1}:$port" \
		-rev "$@"
	wait_port "$port" || bail_out "no server: $(out "$name")"
}

# good_server NAME PORT [OPTION]...: the same, with the good certificate
good_server()
{
	openssl_server "$@" -cert "$pki/good.pem" -key "$pki/good.key"
}

openssl_suite()
{
	case $1:$2 in
	1.3:aes-128-gcm)	echo -ciphersuites TLS_AES_128_GCM_SHA256 ;;
	1.3:aes-256-gcm)	echo -ciphersuites TLS_AES_256_GCM_SHA384 ;;
	1.3:chacha*)		echo -ciphersuites TLS_CHACHA20_POLY1305_SHA256 ;;
	1.2:aes-128-gcm)	echo -cipher ECDHE-ECDSA-AES128-GCM-SHA256 ;;
	1.2:aes-256-gcm)	echo -cipher ECDHE-ECDSA-AES256-GCM-SHA384 ;;
	1.2:chacha*)		echo -cipher ECDHE-ECDSA-CHACHA20-POLY1305 ;;
	esac
}

gnutls_priority()
{
	local cipher

	case $2 in
	aes-128-gcm)	cipher=AES-128-GCM ;;
	aes-256-gcm)	cipher=AES-256-GCM ;;
	chacha*)	cipher=CHACHA20-POLY1305 ;;
	esac
	echo "NORMAL:-VERS-ALL:+VERS-TLS$1:-CIPHER-ALL:+$cipher"
}

# tap_session NAME TEXT VERSION CIPHER PATTERN...
tap_session()
{
	local name=$1 text=$2 version=$3 cipher=$4

	shift 4
	tap_like "$name" "$text" "^INFO .*version=$version cipher=$cipher " "$@"
}

# tap_failure NAME TEXT ERRNO SENTENCE: the documented errno, and a reason
tap_failure()
{
	tap_like "$1" "$2" "^FAILED [a-z-]+ $3 .*$4"
}

# server_failed NAME PATTERN: the daemon's log since the last call tells why
server_failed()
{
	local name=$1 pattern=$2

	if eventually log_has "$pattern"; then
		tap_ok "$name"
	else
		tap_not_ok "$name" "tsecd did not say: $pattern" \
			"$(log_since)"
	fi
	log_mark
}

# network_spoil: what is lost, doubled and overtaken has to be made good
network_spoil()
{
	tc qdisc add dev lo root netem loss 30% duplicate 10% delay 2ms 2ms \
		reorder 20% limit 10000 || bail_out 'no netem'
}

# all_gone NAME...
all_gone()
{
	local name

	for name; do
		is_gone "${pids[$name]}" || return 1
	done
}

# all_say PATTERN NAME...
all_say()
{
	local pattern=$1 name

	shift
	for name; do
		file_has "$work/$name.out" "$pattern" || return 1
	done
}

# network_mend CONDITION [ARG]...: waits for clients to get through, of which most
# need some seconds.  Each loss doubles the wait, so that one in a few hundred has
# no luck in five minutes.  After one the network is good again: then each must.
network_mend()
{
	local patience=60

	eventually "$@"
	tc qdisc del dev lo root
	patience=240
	eventually "$@"
}

# tap_bad_network NAME PORT PATTERN [OPTION]...: six of our clients get through to
# a server of ours, and say PATTERN
tap_bad_network()
{
	local name=$1 port=$2 pattern=$3 said='' i

	shift 3
	network_spoil
	for i in 1 2 3 4 5 6; do
		start "c$i" "$peer" client --profile cli --name localhost \
			--timeout 300 "$@" 127.0.0.1 "$port" info
	done
	network_mend all_gone c1 c2 c3 c4 c5 c6
	for i in 1 2 3 4 5 6; do
		finish "c$i"
		said+="$i: $(out "c$i" | tr '\n' ' ')"$'\n'
	done
	if [ "$(grep -Ec "$pattern" <<<"$said")" = 6 ]; then
		tap_ok "$name"
	else
		tap_not_ok "$name" "not all of them say: $pattern" "$said"
	fi
}

log_lines=0

log_mark()
{
	mapfile -t log <"$work/tsecd.log"
	log_lines=${#log[@]}
}

log_since()
{
	mapfile -t log -s "$log_lines" <"$work/tsecd.log"
	printf '%s\n' "${log[@]}"
}

log_has()
{
	has_line "$(log_since)" "$1"
}
