#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Much data in both directions, compared byte for byte. TSEC_BULK_MB: how much.

. "$(dirname "$0")/common.sh"

need openssl
setup
daemon_start
profiles
mb=${TSEC_BULK_MB:-64}
patience=$((patience + mb * 2))

tsec_server both 4221 -- both "$mb" info end
said=$(tsec_client 4221 --name localhost -- both "$mb" info shutdown end)
wait_line "$work/both.out" '^(END|FAILED)'
tap_like "both ends ours, $mb MB each way" "$said
$(last both)" "^SAME $mb" 'role=server.*tx-bytes=[1-9]'
tap_unlike '... and nothing failed' "$said
$(last both)" '^(FAILED|DIFFERENT)'
tap_like "... all bytes are counted" "$(last both)" \
	"^INFO .*tx-bytes=$((mb << 20)) rx-bytes=$((mb << 20))"

tsec_server sends 4222 -- bulk "$mb"
said=$(openssl s_client -connect 127.0.0.1:4222 -CAfile "$pki/ca.pem" -quiet \
	2>/dev/null </dev/null | "$peer" check "$mb")
tap_like "our server to s_client, $mb MB" "$said" "^SAME $mb"

start s sh -c "openssl s_server -accept 127.0.0.1:4223 -quiet -naccept 1 \
	-cert '$pki/good.pem' -key '$pki/good.key' 2>/dev/null | '$peer' check $mb"
wait_port 4223
said=$(tsec_client 4223 --name localhost -- bulk "$mb")
finish s
tap_like "our client to s_server, $mb MB" "$said
$(out s)" "^SENT $mb" "^SAME $mb"

# sendfile(2), with a size that is no multiple of anything
"$peer" pattern 3 >"$work/file"
printf odd >>"$work/file"
tsec_server files 4224 --max 1.2 -- sendfile "$work/file"
tsec_client 4224 --name localhost -- recvfile "$work/copy" >"$work/said"
tap_run 'sendfile, TLS 1.2' cmp "$work/file" "$work/copy"
tsec_server files13 4225 -- sendfile "$work/file"
tsec_client 4225 --name localhost -- recvfile "$work/copy" >"$work/said"
tap_run 'sendfile, TLS 1.3' cmp "$work/file" "$work/copy"
tap_done
