#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Exported keying material is the same at both ends.

. "$(dirname "$0")/common.sh"

need openssl
setup
daemon_start
profiles
label=EXPORTER-tsec-test

for cipher in $ciphers; do
	tsec_server "s-$cipher" 4231 --cipher "$cipher" -- \
		export $label - 40 export $label context 40 recv send bye
	# shellcheck disable=SC2046
	said=$(echo x | timeout "$patience" openssl s_client -connect 127.0.0.1:4231 \
		-CAfile "$pki/ca.pem" -tls1_3 -keymatexport $label -keymatexportlen 40 \
		-ign_eof 2>&1)
	stock=$(sed -n 's/.*Keying material: *//p' <<<"$said")
	ours=$(sed -n 's/^EXPORT //p;T;q' "$work/s-$cipher.out")
	tap_is "s_client and TSEC_EXPORT, $cipher" "${ours:-nothing}" "$stock"
	stop "s-$cipher"
done

tsec_server s 4232 -- export $label - 32 export $label context 32 \
	export other - 32 recv
said=$(tsec_client 4232 --name localhost -- export $label - 32 \
	export $label context 32 export other - 32 send x)
wait_line "$work/s.out" '^DATA x'
tap_is 'both ends ours, with and without context' \
	"$(grep ^EXPORT <<<"$said")" "$(grep ^EXPORT "$work/s.out")"
tap_is 'label and context make a difference' \
	"$(grep ^EXPORT <<<"$said" | sort -u | wc -l)" 3
tap_like 'TLS 1.2: EOPNOTSUPP' \
	"$(tsec_client 4232 --name localhost --max 1.2 -- export $label - 32)" \
	'^FAILED export EOPNOTSUPP'
tap_done
