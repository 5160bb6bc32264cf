#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A proxy changes, repeats, drops or cuts one record: never is wrong data taken
# for right, nor a cut stream for a whole one.

. "$(dirname "$0")/common.sh"

need python3
setup
daemon_start
profiles
# A length that was made larger leaves both ends waiting: no longer than this.
sysctl -qw net.tsec.handshake_timeout_ms=3000
trap 'sysctl -qw net.tsec.handshake_timeout_ms=30000; cleanup' EXIT
tsec_server s 5040 --fork --timeout 10 -- both 1 end
hostile proxy proxy 5041 5040 none c2s 0

# through ACTION DIRECTION RECORD [OPTION]...: in $said what the client says, then
# what the server's session said; in $took how long the client took
through()
{
	local action="$1 $2 $3"

	shift 3
	tell proxy "$action"
	eventually eval '[[ $(out proxy) == *"DOES $action" ]]'
	mark s
	milliseconds tsec_client 5041 --name localhost --cache off --timeout 10 \
		"$@" -- both 1 shutdown end
	# The server's session, if any, has come to its end as well.
	eventually counter_is CurrSessions 0
	said+=$'\n'$(since s)
}

for version in 1.3 1.2; do
	v=(--min $version --max $version)

	for case in 'flip c2s 1' 'head c2s 1' 'cut c2s 1' 'fin c2s 1' 'flip s2c 1' \
		    'head s2c 1' 'cut s2c 1' 'fin s2c 1' 'flip s2c 4' 'cut s2c 4' \
		    'flip c2s 3' 'cut c2s 3'; do
		# shellcheck disable=SC2086
		through $case "${v[@]}"
		tap_failure "TLS $version, handshake: $case" "$said" 'E[A-Z]+' .
		tap_unlike '... nothing was carried' "$said" '^(SAME|DIFFERENT|END)'
		tap_quick '... heard at once' 5000
	done

	# The type of a record of TLS 1.3 is inside it; that outside has no meaning.
	changes='flip head drop replay swap insert'
	[ $version = 1.3 ] || changes+=' type'
	for direction in c2s s2c; do
		for action in $changes; do
			through $action $direction 20 "${v[@]}"
			tap_failure "TLS $version, data: $action $direction" "$said" \
				'(EBADMSG|EPROTO)' .
			tap_unlike '... nothing wrong was taken for right' "$said" \
				'^(DIFFERENT|END)'
		done
		for action in cut fin reset; do
			through $action $direction 20 "${v[@]}"
			tap_failure "TLS $version, data: $action $direction" "$said" \
				'(ECONNABORTED|EPIPE|ECONNRESET)' .
			tap_unlike '... no end that is not authenticated' "$said" \
				'^(DIFFERENT|END)'
		done
	done
done
tap_is 'bad records were counted' $(($(counter BadRecords) > 0)) 1
tap_no_sessions 'nothing is left of all that'
tap_kernel_calm
tap_done
