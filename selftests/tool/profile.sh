#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsec profile: every verb, every refusal, save and restore.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_module

default="version-min TLSv1.2 version-max TLSv1.3 ciphers aes-256-gcm,aes-128-gcm,chacha20-poly1305,aes-128-cm-hmac-sha1-80 verify default session-cache on"
does 0 "default $default" profile
does 0 "default $default" profile show default
does 0 "" profile add web cert /etc/tsec/web.pem privkey /etc/tsec/web.key
does 0 "web cert /etc/tsec/web.pem privkey /etc/tsec/web.key $default" \
	profile show web
does 0 "" profile set web verify require version-min 1.3 \
	ciphers chacha20-poly1305,aes-128-gcm alpn h2,http/1.1 \
	trust /a crl /b psk /c psk-identity me session-cache off connection-id 8 \
	soft-records 1000 hard-records 2000 soft-bytes 3000 hard-bytes 4000 \
	soft-seconds 5 hard-seconds 6 idle-seconds 7
does 0 "web cert /etc/tsec/web.pem privkey /etc/tsec/web.key trust /a crl /b psk /c psk-identity me alpn h2,http/1.1 version-min TLSv1.3 version-max TLSv1.3 ciphers chacha20-poly1305,aes-128-gcm verify require session-cache off connection-id 8 soft-records 1000 hard-records 2000 soft-bytes 3000 hard-bytes 4000 soft-seconds 5 hard-seconds 6 idle-seconds 7" \
	profile show web
"$tsec" -j profile show web | json 'j == [{"name": "web",
	"cert": "/etc/tsec/web.pem", "privkey": "/etc/tsec/web.key",
	"trust": "/a", "crl": "/b", "psk": "/c", "psk_identity": "me",
	"alpn": "h2,http/1.1", "version_min": "TLSv1.3",
	"version_max": "TLSv1.3",
	"ciphers": ["chacha20-poly1305", "aes-128-gcm"], "verify": "require",
	"session_cache": False, "connection_id": 8, "soft_records": 1000, "hard_records": 2000,
	"soft_bytes": 3000, "hard_bytes": 4000, "soft_seconds": 5,
	"hard_seconds": 6, "idle_seconds": 7}]' "the same in JSON"
"$tsec" -j -p profile | json 'len(j) == 2' "all of them, laid out"

# Saving and restoring
does 0 "" profile add wg tunnel-local 10.9.0.1 tunnel-remote 10.9.0.2:53 \
	pubkey MeAwP9ZBjS+MDni5HyLoyu0Pvkhlbc9HZ+SDT3Abj2I=
does 0 "*tunnel-local 10.9.0.1:0 pubkey MeAwP9ZBjS+MDni5HyLoyu0Pvkhlbc9HZ+SDT3Abj2I= tunnel-remote 10.9.0.2:53" \
	profile show wg
"$tsec" -j profile show wg | json 'j[0]["tunnel_remote"] == {
	"address": "10.9.0.2", "port": 53} and j[0]["pubkey"][:4] == "MeAw"' \
	"a tunnel and a public key in JSON"
"$tsec" profile save wg >"$tmp/wg"
does 0 "" profile set wg tunnel-local default tunnel-remote default pubkey default
does 0 "wg version-min*session-cache on" profile show wg
does 0 "" profile restore "$tmp/wg"
does 0 "*tunnel-remote 10.9.0.2:53" profile show wg
does 0 "" profile del wg
does 0 "" profile add other verify none
"$tsec" profile save >"$tmp/1"
ok $? "save"
"$tsec" profile restore "$tmp/1"
ok $? "restore over what is there"
"$tsec" profile save | cmp - "$tmp/1"
ok $? "is the same"
does 0 "" profile del other
does 0 "" profile set web cert "" alpn x
does 0 "" profile set default verify require
"$tsec" profile restore <"$tmp/1"
ok $? "restore after changes, from standard input"
"$tsec" profile save | cmp - "$tmp/1"
ok $? "is the same again"
"$tsec" profile save web >"$tmp/2"
json 'len(j) == 1 and j[0]["name"] == "web"' "save of one" <"$tmp/2"
echo '[{"name":"x","version_min":"TLSv1.3","version_max":"TLSv1.2"}]' >"$tmp/3"
does 2 'tsec: profile "x": lowest version is above the highest' \
	profile restore "$tmp/3"
echo '[{"name":"y"},{"name":"z","verify":"maybe"}]' >"$tmp/3"
does 1 "tsec: *profile 2: \"verify\" has a bad value" profile restore "$tmp/3"
does 2 "tsec: there is no profile of that name" profile show y

# Defaults again
does 0 "" profile set web cert "" privkey "" trust "" crl "" psk "" \
	psk-identity "" alpn "" version-min default version-max default \
	ciphers default verify default session-cache default connection-id 0 \
	soft-records 0 hard-records 0 soft-bytes 0 hard-bytes 0 \
	soft-seconds 0 hard-seconds 0 idle-seconds 0
does 0 "web $default" profile show web

# Refusals
does 2 "tsec: there is a profile of that name" profile add web
does 2 "tsec: there is no profile of that name" profile set nobody
does 2 "tsec: there is no profile of that name" profile del nobody
does 2 "tsec: the default profile always exists" profile del default
does 2 "tsec: lowest version is above the highest" \
	profile set web version-min 1.3 version-max 1.2
does 2 "tsec: a name has 1 to 63 letters*" profile add "a b"
does 1 "tsec: soft-seconds is a number from 0 to 4294967295, *" \
	profile set web soft-seconds 4294967296
does 1 "tsec: connection-id is a number from 0 to 20, *" \
	profile set web connection-id 21
does 0 "web $default" profile show web
does 0 "" profile add "$(printf '%063d' 0)"
does 0 "" profile del "$(printf '%063d' 0)"

# Who may do what
setpriv --reuid 65534 --clear-groups "$tsec" profile show >/dev/null
ok $? "anybody may look"
out=$(setpriv --reuid 65534 --clear-groups "$tsec" profile del web 2>&1)
is "$? $out" "2 tsec: Operation not permitted" "but not change"

does 0 "" profile del web
does 2 "tsec: there is no profile of that name" profile del web
finish
