// SPDX-License-Identifier: GPL-2.0
/*
 * DTLS: what both versions have in common, and which record layer is whose.
 *
 * KeyUpdates and acknowledgements, which DTLS 1.3 has besides alerts, are in
 * dtls13_message.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <uapi/linux/tsec.h>

#include "dtls.h"
#include "dtls12.h"
#include "dtls13.h"
#include "dtls_piece.h"
#include "tls.h"

static const char *alert_fault(const struct tsec_record_input *in)
{
	if (in->type != TSEC_TLS_RECORD_ALERT)
		return "control record of an unknown type";
	if (in->len != TSEC_TLS_ALERT_LEN)
		return "a record that is not exactly one alert";
	if (in->data[0] != TSEC_TLS_ALERT_WARNING &&
	    in->data[0] != TSEC_TLS_ALERT_FATAL)
		return "alert of an unknown level";
	return NULL;
}

/*
 * Alerts as in TLS 1.2, with one difference: what is wrong with one ends
 * nothing (RFC 6347 section 4.1.2.7).
 */
static int control(struct tsec_tls_rx *rx, struct tsec_record_input *in,
		   struct tsec_record_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	if (in->started)
		return 0;
	ev->why = alert_fault(in);
	if (ev->why)
		return -EPROTO;
	in->started = true;
	ev->level = in->data[0];
	ev->alert = in->data[1];
	ev->type = ev->alert == TSEC_TLS_ALERT_CLOSE_NOTIFY ?
		   TSEC_RECORD_CLOSE : TSEC_RECORD_ALERT;
	ev->fatal = ev->type == TSEC_RECORD_ALERT &&
		    ev->level == TSEC_TLS_ALERT_FATAL;
	return 1;
}

static size_t build_close(u8 *buf, u8 *type)
{
	*type = TSEC_TLS_RECORD_ALERT;
	return tsec_tls_build_alert(buf, TSEC_TLS_ALERT_CLOSE_NOTIFY);
}

static const struct tsec_packet_ops *packet_of(u16 version)
{
	return version == TSEC_VERSION_DTLS_1_3 ? &tsec_packet_dtls13_ops :
						  &tsec_packet_dtls12_ops;
}

/* Who offers DTLS 1.3 gets it, where it is allowed. */
static enum tsec_greeting_verdict greet(struct tsec_greeting *greeting)
{
	enum tsec_greeting_verdict verdict = tsec_dtls13_greet(greeting);

	return verdict == TSEC_GREETING_NONE ? tsec_dtls12_greet(greeting) :
					       verdict;
}

/* The numbers of versions go down. */
const struct tsec_record_ops tsec_record_dtls_ops = {
	.name		= "dtls",
	.protocol	= TSEC_PROTO_DTLS,
	.version_min	= TSEC_VERSION_DTLS_1_2,
	.version_max	= TSEC_VERSION_DTLS_1_3,
	.header_room	= TSEC_DTLS12_HEADER_ROOM,
	.trailer_room	= TSEC_DTLS12_TRAILER_ROOM,
	.payload_max	= TSEC_DTLS12_PAYLOAD_MAX,
	.control	= control,
	.build_close	= build_close,
	.renew		= tsec_dtls13_renew,
	.packet		= &tsec_packet_dtls12_ops,
	.packet_of	= packet_of,
	.greet		= greet,
	.piece		= tsec_dtls_piece_read,
	.whole		= tsec_dtls_piece_whole,
	.key_id		= TSEC_DTLS12_EPOCH,
	.handshake	= true,
};
