#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SRTP with FFmpeg, which has the keys as we have them: by hand. A second of a tone goes
# each way, and comes as it was.

. "$(dirname "$0")/common.sh"

need ffmpeg openssl python3 ss
setup
suite=AES_CM_128_HMAC_SHA1_80
tone=$work/tone heard=$work/heard
ff=(ffmpeg -nostdin -hide_banner -loglevel warning -y)

# What is said: PCMU, of which 20 ms have 160 bytes.
"${ff[@]}" -f lavfi -i sine=frequency=440:sample_rate=8000:duration=1 -c:a pcm_mulaw \
	-f mulaw "$tone" >"$work/tone.out" 2>&1 || bail_out "no tone: $(out tone)"

# master NAME: a master key and its salt, in the forms that both ends want
master()
{
	(umask 077
	openssl rand -hex 16 >"$work/$1.key"
	openssl rand -hex 14 >"$work/$1.salt")
	cat "$work/$1.key" "$work/$1.salt" | python3 -c '
import base64, sys
print(base64.b64encode(bytes.fromhex(sys.stdin.read())).decode())' >"$work/$1.base64"
}

# call NAME: a profile with both masters, each for one direction
call()
{
	local direction

	profile "$1" manual on
	for direction in tx rx; do
		"$tsec" key add "$1" $direction version srtp \
			cipher aes-128-cm-hmac-sha1-80 key-file "$work/$direction.key" \
			iv-file "$work/$direction.salt"
	done
}

# ours PROFILE OWN-PORT THEIR-PORT hear|say FILE: an end of ours, that writes what it hears
# or says what it reads
ours='
import ctypes, socket, struct, sys, time
profile, own, peer, verb, name = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
s = socket.socket(14, socket.SOCK_DGRAM, 3)
s.setsockopt(314, 1, profile.encode())
for call, port in (libc.bind, own), (libc.connect, peer):
    addr = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(int(port)),
                       socket.inet_aton("127.0.0.1"))
    if call(s.fileno(), addr, len(addr)):
        sys.exit("FAILED %d" % ctypes.get_errno())
print("READY")
if verb == "hear":
    heard, last = b"", None
    while len(heard) < 8000:
        packet = s.recv(2000)
        kind, seq = packet[1] & 0x7f, packet[2] << 8 | packet[3]
        if kind == 0 and last in (None, seq - 1):
            heard, last = heard + packet[12:], seq
        elif kind == 0:
            sys.exit("packet %d after %s" % (seq, last))
    open(name, "wb").write(heard)
else:
    data = open(name, "rb").read()
    for n in range(len(data) // 160):
        s.send(struct.pack(">BBHII", 0x80, 0, 500 + n, 160 * n, 0xcafe) +
               data[160 * n:][:160])
        time.sleep(0.02)
print("DONE")
'

master tx
master rx

call hears
start ours python3 -uc "$ours" hears 4701 4703 hear "$heard"
wait_line "$work/ours.out" READY
timeout "$patience" "${ff[@]}" -re -f mulaw -ar 8000 -ac 1 -i "$tone" -c:a copy -f rtp \
	-srtp_out_suite $suite -srtp_out_params "$(<"$work/rx.base64")" \
	"srtp://127.0.0.1:4701?localrtpport=4703&pkt_size=200" >"$work/ff.out" 2>&1
tap_is 'FFmpeg sends' "$?" 0
wait_line "$work/ours.out" DONE
finish ours
tap_is '... what is heard here' "$(head -c 8000 "$heard" | cksum)" \
	"$(head -c 8000 "$tone" | cksum)"

call says
cat >"$work/call.sdp" <<SDP
v=0
o=- 0 0 IN IP4 127.0.0.1
s=tone
c=IN IP4 127.0.0.1
t=0 0
m=audio 4706 RTP/SAVP 0
a=crypto:1 $suite inline:$(<"$work/tx.base64")
SDP
rm -f "$heard"
start ff "${ff[@]}" -protocol_whitelist file,udp,rtp,srtp -i "$work/call.sdp" -t 0.7 \
	-c:a copy -f mulaw "$heard"
eventually eval 'ss -Hlnu "sport = 4706" | grep -q .'
start ours python3 -uc "$ours" says 4704 4706 say "$tone"
wait_line "$work/ours.out" DONE
finish ours
finish ff
tap_is 'FFmpeg hears what is sent here' "$(head -c 4800 "$heard" | cksum)" \
	"$(head -c 4800 "$tone" | cksum)"
tap_done
