/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of DTLS 1.2, with and without connection IDs.
 */
#ifndef TSEC_RECORD_DTLS12_H
#define TSEC_RECORD_DTLS12_H

#include <linux/bits.h>
#include <linux/types.h>

#include "../packet.h"
#include "../record.h"

enum tsec_dtls12_limits {
	TSEC_DTLS12_HEADER	= 13,		/* without a connection ID */
	TSEC_DTLS12_NONCE	= 8,		/* GCM: the part that travels */
	TSEC_DTLS12_HEADER_ROOM	= TSEC_DTLS12_HEADER + TSEC_PACKET_CID_MAX +
				  TSEC_DTLS12_NONCE,
	TSEC_DTLS12_TRAILER_ROOM = 1 + 16,	/* inner type and tag */
	TSEC_DTLS12_PAYLOAD_MAX	= 16384,	/* RFC 6347 section 4.1 */
	TSEC_DTLS12_EPOCH	= 1,		/* the first with keys */
};

#define TSEC_DTLS12_SEQ_MAX	(BIT_ULL(48) - 1)

/* Types of content are those of TLS; this one stands around them. */
#define TSEC_DTLS12_CID		25		/* RFC 9146 section 4 */

extern const struct tsec_packet_ops tsec_packet_dtls12_ops;

enum tsec_greeting_verdict tsec_dtls12_greet(struct tsec_greeting *greeting);

#endif /* TSEC_RECORD_DTLS12_H */
