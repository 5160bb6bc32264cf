/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets of SRTP and SRTCP.
 */
#ifndef TSEC_RECORD_SRTP_H
#define TSEC_RECORD_SRTP_H

#include <linux/types.h>

#include "../packet.h"
#include "srtp_kdf.h"
#include "srtp_stream.h"

/*
 * The numbers that the user interface gets: enum tsec_protocol, and a version
 * (that of RTP itself is 2).
 */
enum tsec_srtp_numbers {
	TSEC_PROTO_SRTP		= 3,
	TSEC_VERSION_SRTP	= 0x1302,
};

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

#endif /* TSEC_RECORD_SRTP_H */
