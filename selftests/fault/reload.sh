#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SIGHUP: certificates that have changed are used, what is wrong is refused, and
# no session notices.

. "$(dirname "$0")/common.sh"

need openssl
setup
cp "$pki/good.pem" "$work/web.pem"
cp "$pki/good.key" "$work/web.key"
chmod 644 "$work/web.key"
daemon_start "profile \"web\" { cert = \"$work/web.pem\" privkey = \"$work/web.key\" }"
profile cli trust "$pki/ca.pem"
tsec_server s 5071 --fork -- echo

serial()
{
	openssl s_client -connect 127.0.0.1:5071 -CAfile "$pki/ca.pem" \
		</dev/null 2>/dev/null | openssl x509 -noout -serial 2>/dev/null
}

serial_is()
{
	[ "$(serial)" = "$1" ]
}

start old "$peer" client --profile cli --name localhost 127.0.0.1 5071 commands
wait_line "$work/old.out" '^CONNECTED'
first=$(serial)
tap_like 'the first certificate' "$first" '^serial='

cp "$pki/renewed.pem" "$work/web.pem"
cp "$pki/renewed.key" "$work/web.key"
kill -HUP "$daemon_pid"
tap_run 'SIGHUP: the new certificate' eventually serial_is serial=1092
tap_run '... without a new daemon' daemon_is_there
tell old 'send one recv update 1 send two recv'
wait_line "$work/old.out" '^DATA two'
tap_like '... the old session goes on' "$(out old)" '^DATA one$' '^DATA two$'

# A configuration that is wrong changes nothing.
echo 'nonsense = ' >>"$work/tsecd.conf"
log_mark
kill -HUP "$daemon_pid"
server_failed 'a wrong configuration is complained about' 'tsecd.conf'
tap_is '... and changes nothing' "$(serial)" serial=1092

# A certificate that does not fit its key.
sed -i '/nonsense/d' "$work/tsecd.conf"
cp "$pki/good.pem" "$work/web.pem"
log_mark
kill -HUP "$daemon_pid"
eventually eval '[ -n "$(log_since)" ]'
said=$(tsec_client 5071 --name localhost --cache off -- send x recv)
tap_like 'a certificate that does not fit its key: the old one, or a clear error' \
	"$said
$(log_since)" '^DATA x$|cannot use|does not (fit|match|belong)'

# Under load: not one connection may fail.
cp "$pki/renewed.pem" "$work/web.pem"
kill -HUP "$daemon_pid"
eventually serial_is serial=1092
failed=0
for _ in 1 2 3 4 5 6 7 8 9 10; do
	kill -HUP "$daemon_pid"
	said=$(tsec_client 5071 --name localhost -- send x recv)
	[[ $said == *'DATA x'* ]] || failed=$((failed + 1))
done
tap_is 'ten reloads, ten connections' $failed 0
tell old 'send three recv quit'
finish old
tap_like 'the first session still goes on' "$(out old)" '^DATA three$'
tap_no_sessions 'nothing is left of all that'
tap_done
