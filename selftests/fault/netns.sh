#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Network namespaces: each has its own daemon, profiles, limits and sessions, and
# one that is deleted under traffic takes nothing with it.

. "$(dirname "$0")/common.sh"

need ip
setup
trap 'namespaces_gone; cleanup' EXIT

has_daemon()
{
	[[ $("$tsec" -n "$1" daemon show) == *' port '* ]]
}

# start_daemons: one for each
start_daemons()
{
	printf '%s\n' 'user = "nobody"' >"$work/ns.conf"
	start da $a "$tsecd" --foreground --config "$work/ns.conf" --log-level info
	start db $b "$tsecd" --foreground --config "$work/ns.conf" --log-level info
	eventually has_daemon tsec-a
	eventually has_daemon tsec-b
	"$tsec" -n tsec-a profile add web cert "$pki/good.pem" privkey "$pki/good.key"
	"$tsec" -n tsec-b profile add cli trust "$pki/ca.pem"
}

namespaces_make || tap_skip_all 'this kernel has no veth or no namespaces'
start_daemons
tap_like 'profiles are of one namespace' "$("$tsec" -n tsec-b profile show web 2>&1)" \
	'(no|not|unknown|ENOENT)'
tap_failure 'the first namespace has no daemon' \
	"$(tsec_client 5091 --profile default)" EUNATCH .
start s $a "$peer" server --profile web --fork --count 100 192.0.2.1 5091 both 512
wait_line "$work/s.out" LISTENING
client=("$peer" client --profile cli --name localhost --timeout 5)
start c1 $b "${client[@]}" 192.0.2.1 5091 both 512
start c2 $b "${client[@]}" 192.0.2.1 5091 both 512
wait_line "$work/c1.out" '^CONNECTED'
wait_line "$work/c2.out" '^CONNECTED'
tap_is 'sessions are of one namespace' "$("$tsec" session show)" ''
tap_is '... seen there' \
	"$("$tsec" -j -n tsec-b session show role client | grep -o '"id":' |
	   wc -l)" 2

# The server's namespace goes, with all that runs in it, in mid-flight.
ip netns pids tsec-a | xargs -r kill -9
ip netns del tsec-a
finish s 2>/dev/null
finish da 2>/dev/null
gone()
{
	! ip -n tsec-b link show veth-b >/dev/null 2>&1
}
tap_run 'deleted under traffic: it is gone' eventually gone
finish c1 2>/dev/null
finish c2 2>/dev/null
tap_like '... and its clients have not waited for ever' "$(out c1)
$(out c2)" '^FAILED'
ip netns pids tsec-b | xargs -r kill -9
ip netns del tsec-b
finish db 2>/dev/null

# Deleted with the daemon still there: the daemon keeps the namespace, then goes.
namespaces_make
start_daemons
namespaces_die da db
tap_run 'the module is unused in the end' eventually is_unused

# Ten more, made and deleted.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	ip netns add tsec-a
	"$tsec" -n tsec-a profile add p verify none
	ip netns exec tsec-a "$peer" client --profile p 127.0.0.1 1 >/dev/null 2>&1
	ip netns del tsec-a
done
tap_is 'namespaces with profiles come and go' "$(rmmod tsec 2>&1)" ''
module_load
tap_kernel_calm
tap_done
