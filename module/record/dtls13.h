/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of DTLS 1.3, with and without connection IDs.
 */
#ifndef TSEC_RECORD_DTLS13_H
#define TSEC_RECORD_DTLS13_H

#include <linux/bits.h>
#include <linux/types.h>

#include "../packet.h"

enum tsec_dtls13_limits {
	TSEC_DTLS13_PLAIN_HEADER = 13,		/* of unprotected records */
	TSEC_DTLS13_HEADER	= 5,		/* without a connection ID */
	TSEC_DTLS13_HEADER_ROOM	= TSEC_DTLS13_HEADER + TSEC_PACKET_CID_MAX,
	TSEC_DTLS13_TAG		= 16,
	TSEC_DTLS13_TRAILER_ROOM = 1 + TSEC_DTLS13_TAG,	/* inner type, tag */
	TSEC_DTLS13_PAYLOAD_MAX	= 16384,	/* RFC 9147 section 4.4 */
	TSEC_DTLS13_EPOCH_MASK	= 3,		/* as much of it as travels */
	TSEC_DTLS13_EPOCH_HANDSHAKE = 2,	/* the daemon's own */
	TSEC_DTLS13_EPOCH	= 3,		/* the first one of data */
};

/* What unprotected records have room for; AEADs end long before. */
#define TSEC_DTLS13_SEQ_MAX	(BIT_ULL(48) - 1)

/* Types of content are those of TLS, and this one (RFC 9147 section 7). */
#define TSEC_DTLS13_ACK		26

extern const struct tsec_packet_ops tsec_packet_dtls13_ops;

int tsec_dtls13_renew(struct tsec_key *key);
enum tsec_greeting_verdict tsec_dtls13_greet(struct tsec_greeting *greeting);

#endif /* TSEC_RECORD_DTLS13_H */
