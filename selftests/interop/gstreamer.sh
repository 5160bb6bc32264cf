#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DTLS-SRTP with GStreamer in both roles, which sends back what it gets.

. "$(dirname "$0")/common.sh"

need gst-launch-1.0 gst-inspect-1.0
setup
export GST_REGISTRY=$work/registry HOME=$work
for element in udpsrc dtlssrtpdec; do
	gst-inspect-1.0 --exists $element || tap_skip_all "$element is missing"
done
daemon_start
profile web cert "$pki/good.pem" privkey "$pki/good.key"
profile any verify none cert "$pki/good.pem" privkey "$pki/good.key"

# mirror IS-CLIENT PORT THEIR-PORT: decrypts what comes, and encrypts it again.
# Two elements share the port: the one with the closer address gets what comes.
mirror()
{
	start gst gst-launch-1.0 -v \
		dtlssrtpenc name=e connection-id=c is-client="$1" ! \
		udpsink bind-port="$2" host=127.0.0.1 port="$3" sync=false \
			async=false \
		udpsrc address=127.0.0.1 port="$2" ! \
		dtlssrtpdec name=d connection-id=c \
		d.rtp_src ! e.rtp_sink_0 d.rtcp_src ! e.rtcp_sink_0
}

tsec_server own 4601 --datagrams --protocol srtp -- info mirror 5
mirror true 4602 4601
eventually eval 'has_line "$(out own)" "^(RTP 5|WRONG|FAILED)"'
tap_session 'GStreamer as the client' "$(out own)" SRTP \
	aes-128-cm-hmac-sha1-80 '^RTP 5$'
if wait_line "$work/gst.out" 'connection-state = closed'; then
	tap_ok '... which sees the end'
else
	tap_not_ok '... which sees the end' "$(out gst)"
fi
stop gst

mirror false 4604 4603
wait_line "$work/gst.out" 'Setting pipeline to PLAYING'
tap_session 'GStreamer as the server' \
	"$(timeout "$patience" "$peer" client --datagrams --protocol srtp --profile any --from 4603 \
		127.0.0.1 4604 info mirror 5 2>&1)" \
	SRTP aes-128-cm-hmac-sha1-80 '^RTP 5$'
if wait_line "$work/gst.out" 'connection-state = closed'; then
	tap_ok '... which sees the end'
else
	tap_not_ok '... which sees the end' "$(out gst)"
fi
stop gst
tap_done
