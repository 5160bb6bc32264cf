#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SSLKEYLOGFILE: nobody can make the daemon write its secrets down.

. "$(dirname "$0")/common.sh"

setup
touch "$work/keylog"
chmod 666 "$work/keylog"
export SSLKEYLOGFILE=$work/keylog
daemon_start
profiles
tsec_server s 4261 -- recv send done
for version in 1.3 1.2; do
	tap_like "TLS $version: a session with SSLKEYLOGFILE set" \
		"$(tsec_client 4261 --name localhost --min $version \
			--max $version -- send x recv)" '^DATA done$'
done
daemon_stop
tap_is 'nothing is in the file' "$(stat -c %s "$work/keylog")" 0
tap_unlike 'the log names no secret' "$(cat "$work/tsecd.log")" \
	'[0-9a-fA-F]{32}|PRIVATE|SECRET'
tap_done
