# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the scripts of interop/ and fault/ share: TAP, the module, the daemon,
# background programs, certificates. A script sources this, calls "setup", makes
# its assertions and ends with "tap_done".
#
# TSEC_MODULE	file of the module, loaded by insmod; default: modprobe tsec
# TSEC_PATIENCE	seconds that something may take before it counts as not happening
# TSEC_SCRATCH	directory for files that scripts share (certificates)

selftests=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
top=$(dirname "$selftests")
tsec=${TSEC_CLI:-$top/tools/tsec/tsec}
tsecd=${TSEC_DAEMON:-$top/tools/tsecd/tsecd}
export TSEC_RUN=${TSEC_RUN:-$top/tools/run/tsec-run}
export TSEC_RUN_LIBRARY=${TSEC_RUN_LIBRARY:-$top/tools/run/libtsec-run.so}
peer=$selftests/interop/peer
patience=${TSEC_PATIENCE:-20}

tap_count=0 tap_failed=0
work='' daemon_pid=''
declare -A pids=()

# --- TAP

tap_ok()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

# tap_not_ok NAME WHAT-BROKE...
tap_not_ok()
{
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/#   /'
}

tap_skip()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

tap_skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# tap_is NAME GOT WANTED
tap_is()
{
	if [ "$2" = "$3" ]; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "got:    $2" "wanted: $3"
	fi
}

# has_line TEXT PATTERN: as grep -E does, without a process: a machine without
# much of a processor starts them slowly
has_line()
{
	local line

	while IFS= read -r line; do
		[[ ! $line =~ $2 ]] || return 0
	done <<<"$1"
	return 1
}

# file_has FILE PATTERN
file_has()
{
	local line

	[ -r "$1" ] || return 1
	while IFS= read -r line || [ -n "$line" ]; do
		[[ ! $line =~ $2 ]] || return 0
	done <"$1"
	return 1
}

# tap_like NAME TEXT PATTERN: each PATTERN (extended) matches a line of TEXT
tap_like()
{
	local name=$1 text=$2 pattern

	shift 2
	for pattern; do
		if ! has_line "$text" "$pattern"; then
			tap_not_ok "$name" "no line like: $pattern" "in:" "${text:-(nothing)}"
			return 1
		fi
	done
	tap_ok "$name"
}

# tap_unlike NAME TEXT PATTERN
tap_unlike()
{
	if has_line "$2" "$3"; then
		tap_not_ok "$1" "a line like: $3" "in:" "$2"
		return 1
	fi
	tap_ok "$1"
}

# tap_run NAME COMMAND...: ends with status 0
tap_run()
{
	local name=$1 out

	shift
	if out=$("$@" 2>&1); then
		tap_ok "$name"
	else
		tap_not_ok "$name" "$*: status $?" "$out"
	fi
}

tap_done()
{
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ]
	exit
}

# tap_run_all DIRECTORY SCRIPT...: each script's results, numbered anew; a script
# that ends otherwise than by its plan is one failure more
tap_run_all()
{
	local dir=$1 scratch script started

	shift
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/tsec-run.XXXXXX")
	chmod 755 "$scratch"
	export TSEC_SCRATCH=$scratch
	[ -x "$peer" ] || make -s -C "$selftests/interop" peer >&2
	for script; do
		echo "# $script"
		started=$SECONDS
		tap_take "$script" timeout -k 5 "${TSEC_LIMIT:-300}" \
			"$dir/${script%.sh}.sh"
		echo "# $script took $((SECONDS - started)) seconds"
	done
	rm -rf "$scratch"
	tap_done
}

# tap_take SCRIPT COMMAND...
tap_take()
{
	local script=$1 line plan='' status

	shift
	while IFS= read -r line; do
		case $line in
		'ok '*)
			tap_count=$((tap_count + 1))
			echo "ok $tap_count - $script: ${line#* - }" ;;
		'not ok '*)
			tap_count=$((tap_count + 1))
			tap_failed=$((tap_failed + 1))
			echo "not ok $tap_count - $script: ${line#* - }" ;;
		1..0*)
			plan=yes
			tap_skip "$script" "${line#*SKIP }" ;;
		1..*)
			plan=yes ;;
		'status '*)
			status=${line#status } ;;
		*)
			echo "# ${line###}" ;;
		esac
	done < <("$@" 2>&1; echo "status $?")
	[ -n "$plan" ] || tap_not_ok "$script" "ended before its end, status $status"
}

bail_out()
{
	echo "Bail out! $*"
	exit 1
}

# --- waiting: no longer than it takes, and never for ever

pause()
{
	read -rt 0.02 _ <&"$never" || :
}

# eventually COMMAND...: until it succeeds
eventually()
{
	local end=$((SECONDS + patience))

	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		pause
	done
}

# wait_line FILE PATTERN
wait_line()
{
	eventually file_has "$1" "$2"
}

is_listening()
{
	local pattern

	printf -v pattern ': [0-9A-F]+:%04X [0-9A-F]+:0000 0A ' "$1"
	file_has /proc/net/tcp "$pattern" || file_has /proc/net/tcp6 "$pattern"
}

wait_port()
{
	eventually is_listening "$1"
}

# Ended, whether or not the shell has noticed: it may not while it runs nothing
# but builtins.
is_gone()
{
	local stat

	read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
	[[ $stat == *') Z '* ]]
}

# --- background programs: output in $work/NAME.out, input from fd ${in[NAME]}

declare -A in=()

start()
{
	local name=$1 fd

	shift
	rm -f "$work/$name.in" "$work/$name.out"
	mkfifo "$work/$name.in"
	"$@" <>"$work/$name.in" >"$work/$name.out" 2>&1 {never}<&- &
	pids[$name]=$!
	exec {fd}<>"$work/$name.in"
	in[$name]=$fd
}

# tell NAME LINE
tell()
{
	echo "$2" >&"${in[$1]}"
}

out()
{
	cat "$work/$1.out"
}

# last NAME: what a server said since it last accepted
last()
{
	local line said=''

	while IFS= read -r line; do
		[[ $line != ACCEPTED* ]] || said=''
		said+=$line$'\n'
	done <"$work/$1.out"
	printf %s "$said"
}

declare -A marks=()

# mark NAME, later since NAME: what it has said in between
mark()
{
	local lines

	mapfile -t lines <"$work/$1.out"
	marks[$1]=${#lines[@]}
}

since()
{
	local lines

	mapfile -t -s "${marks[$1]:-0}" lines <"$work/$1.out"
	printf '%s\n' "${lines[@]}"
}

# finish NAME: wait for its end and return its status
finish()
{
	local name=$1 pid=${pids[$1]} fd=${in[$1]} status=0

	eventually is_gone "$pid" || kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null || status=$?
	exec {fd}>&-
	unset "pids[$name]" "in[$name]"
	return $status
}

stop()
{
	[ -n "${pids[$1]:-}" ] || return 0
	kill "${pids[$1]}" 2>/dev/null
	finish "$1"
	return 0
}

# --- the module, the daemon

module_load()
{
	[ ! -d /sys/module/tsec ] || return 0
	if [ -n "${TSEC_MODULE:-}" ]; then
		modprobe tls 2>/dev/null
		insmod "$TSEC_MODULE"
	else
		modprobe tsec
	fi
}

daemon_is_there()
{
	[[ $("$tsec" daemon show 2>/dev/null) == *' port '* ]]
}

daemon_is_away()
{
	! daemon_is_there
}

# daemon_start [LINE-OF-CONFIGURATION]...
daemon_start()
{
	local user=nobody

	printf '%s\n' "user = \"$user\"" 'workers = 2' "$@" >"$work/tsecd.conf"
	"$tsecd" --foreground --config "$work/tsecd.conf" --log-level info \
		</dev/null >>"$work/tsecd.log" 2>&1 {never}<&- &
	daemon_pid=$!
	eventually daemon_is_there && return
	bail_out "tsecd does not start: $(tail -3 "$work/tsecd.log")"
}

# daemon_stop [-SIGNAL]
# shellcheck disable=SC2120 # some scripts give one
daemon_stop()
{
	[ -n "$daemon_pid" ] || return 0
	kill "${1:--TERM}" "$daemon_pid" 2>/dev/null
	wait "$daemon_pid" 2>/dev/null
	daemon_pid=''
	eventually daemon_is_away
}

# daemon_said PATTERN: in its log, sooner or later
daemon_said()
{
	wait_line "$work/tsecd.log" "$1"
}

# profile NAME SETTING VALUE...: made anew
profile()
{
	"$tsec" profile add "$@" 2>/dev/null && return
	"$tsec" profile del "$1" && "$tsec" profile add "$@" || bail_out "tsec profile add $*"
}

counter()
{
	local name value

	while read -r name value; do
		[ "$name" != "$1" ] || echo "$value"
	done </proc/net/tsec_stat
}

# --- two hosts

# namespaces_make: "tsec-a" and "tsec-b", 192.0.2.1 and 192.0.2.2 on a link of
# their own; $a and $b run a command there
# shellcheck disable=SC2034 # the scripts use them
a='ip netns exec tsec-a' b='ip netns exec tsec-b'

namespaces_make()
{
	ip netns add tsec-a
	ip netns add tsec-b
	ip link add veth-a netns tsec-a type veth peer name veth-b netns tsec-b
	$a ip addr add 192.0.2.1/24 dev veth-a
	$b ip addr add 192.0.2.2/24 dev veth-b
	$a ip link set veth-a up
	$b ip link set veth-b up
	$a ip link set lo up
	$b ip link set lo up
}

namespaces_gone()
{
	ip netns del tsec-a
	ip netns del tsec-b
} 2>/dev/null

# --- certificates

# pki_template FILE CN [LINE]...
pki_template()
{
	local file=$1 cn=$2

	shift 2
	printf '%s\n' "cn = \"$cn\"" 'expiration_days = 30' "$@" >"$file"
}

# pki_leaf NAME CA CN LINE...: NAME.pem and NAME.key; most have the same key, which
# is quicker
pki_leaf()
{
	local name=$1 ca=$2 cn=$3

	shift 3
	pki_template "$name.tmpl" "$cn" signing_key tls_www_server tls_www_client "$@"
	case $name in
	good|renewed|client)
		certtool --generate-privkey --key-type ecdsa --curve secp256r1 \
			--outfile "$name.key" ;;
	*)
		cp good.key "$name.key" ;;
	esac
	if [ "$ca" = self ]; then
		certtool --generate-self-signed --load-privkey "$name.key" \
			--template "$name.tmpl" --outfile "$name.pem"
	else
		certtool --generate-certificate --load-privkey "$name.key" \
			--load-ca-certificate "$ca.pem" --load-ca-privkey "$ca.key" \
			--template "$name.tmpl" --outfile "$name.pem"
	fi
}

pki_ca()
{
	pki_template "$1.tmpl" "$2" ca cert_signing_key crl_signing_key
	certtool --generate-privkey --key-type ecdsa --curve secp256r1 \
		--outfile "$1.key"
	certtool --generate-self-signed --load-privkey "$1.key" \
		--template "$1.tmpl" --outfile "$1.pem"
}

pki_crl()
{
	echo 'crl_next_update = 30' >crl.tmpl
	certtool --generate-crl --load-ca-privkey ca.key --load-ca-certificate ca.pem \
		--load-certificate "$1.pem" --template crl.tmpl --outfile crl.pem
}

pki_make_all()
{
	local names='dns_name = "localhost"' ips='ip_address = "127.0.0.1"' six='ip_address = "::1"'

	pki_ca ca 'tsec test authority'
	pki_ca other-ca 'another authority'
	pki_leaf good ca localhost "$names" "$ips" "$six"
	pki_leaf renewed ca localhost "$names" "$ips" "$six" 'serial = 4242'
	pki_leaf expired ca localhost "$names" "$ips" \
		'activation_date = "2020-01-01 00:00:00"' \
		'expiration_date = "2021-02-03 00:00:00"'
	pki_leaf future ca localhost "$names" "$ips" \
		'activation_date = "2090-01-02 00:00:00"' \
		'expiration_date = "2091-01-01 00:00:00"'
	pki_leaf other-name ca other.test 'dns_name = "other.test"' \
		'ip_address = "192.0.2.1"'
	pki_leaf unknown other-ca localhost "$names" "$ips"
	pki_leaf self self localhost "$names" "$ips"
	pki_leaf revoked ca localhost "$names" "$ips"
	pki_leaf client ca 'Client One' 'dns_name = "client.test"'
	pki_leaf client-unknown other-ca 'Client Two' 'dns_name = "client.test"'
	pki_crl revoked
	chmod 644 ./*.key	# the daemon is another user
}

# The certificates are made once for all scripts of a run; $pki is where.
pki_setup()
{
	pki=${TSEC_SCRATCH:-$work}/pki
	[ ! -d "$pki" ] || return 0
	mkdir -p "$pki"
	(cd "$pki" && pki_make_all) >"$pki/log" 2>&1
	[ -s "$pki/crl.pem" ] || bail_out "no certificates: $(tail -3 "$pki/log")"
}

# --- beginning and end

# shellcheck disable=SC2317 # called by trap
cleanup()
{
	local name

	for name in "${!pids[@]}"; do
		kill -9 "${pids[$name]}" 2>/dev/null
		wait "${pids[$name]}" 2>/dev/null
	done
	daemon_stop
	rm -rf "$work"
}

# need PROGRAM...: without them there is nothing to test
need()
{
	local program

	for program; do
		command -v "$program" >/dev/null || tap_skip_all "$program is missing"
	done
}

# setup: module, working directory, certificates, daemon
setup()
{
	[ "$(id -u)" = 0 ] || tap_skip_all "only root can load the module"
	work=$(mktemp -d "${TMPDIR:-/tmp}/tsec-test.XXXXXX")
	chmod 755 "$work"
	trap cleanup EXIT
	exec {never}<> <(:)
	module_load || bail_out "the module cannot be loaded"
	ip link set lo up 2>/dev/null
	[ -x "$peer" ] || make -s -C "$selftests/interop" peer ||
		bail_out "no peer"
	pki_setup
}
