/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets of SRTP and SRTCP.
 */
#ifndef TSEC_RECORD_SRTP_H
#define TSEC_RECORD_SRTP_H

#include <linux/types.h>

#include "../packet.h"
#include "../record.h"
#include "srtp_kdf.h"
#include "srtp_stream.h"

/* What a packet's content says. */
enum tsec_srtp_content {
	TSEC_SRTP_RTP	= 0,
	TSEC_SRTP_RTCP	= 1,
};

enum tsec_srtp_limits {
	TSEC_SRTP_WORD		= 4,	/* SRTCP: its index and a flag */
	TSEC_SRTP_TRAILER_ROOM	= TSEC_SRTP_TAG_MAX + TSEC_SRTP_WORD +
				  TSEC_PACKET_CID_MAX,
	TSEC_SRTP_PAYLOAD_MAX	= TSEC_PACKET_DATAGRAM_MAX -
				  TSEC_SRTP_TRAILER_ROOM,
};

extern const struct tsec_packet_ops tsec_packet_srtp_ops;
extern const struct tsec_record_ops tsec_record_srtp_ops;

#endif /* TSEC_RECORD_SRTP_H */
