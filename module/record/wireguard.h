/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of WireGuard, of which those with data are records.
 */
#ifndef TSEC_RECORD_WIREGUARD_H
#define TSEC_RECORD_WIREGUARD_H

#include <linux/bits.h>
#include <linux/types.h>

#include "../packet.h"
#include "../record.h"

/* Types of messages. */
enum tsec_wireguard_type {
	TSEC_WIREGUARD_INITIATION	= 1,
	TSEC_WIREGUARD_RESPONSE		= 2,
	TSEC_WIREGUARD_COOKIE		= 3,
	TSEC_WIREGUARD_DATA		= 4,
};

enum tsec_wireguard_limits {
	TSEC_WIREGUARD_HEADER	= 16,
	TSEC_WIREGUARD_TAG	= 16,
	TSEC_WIREGUARD_PADDING	= 16,		/* to a multiple of this */
	TSEC_WIREGUARD_TRAILER_ROOM = TSEC_WIREGUARD_PADDING - 1 +
				      TSEC_WIREGUARD_TAG,
	/* Padded, and a multiple of the padding itself. */
	TSEC_WIREGUARD_PAYLOAD_MAX = (TSEC_PACKET_DATAGRAM_MAX -
				      TSEC_WIREGUARD_HEADER -
				      TSEC_WIREGUARD_TAG) &
				     ~(TSEC_WIREGUARD_PADDING - 1),
	TSEC_WIREGUARD_WINDOW	= 8192,		/* packets, by default */

	TSEC_WIREGUARD_KEEPALIVE_TIMEOUT = 10,	/* seconds */

	TSEC_WIREGUARD_INITIATION_LEN	= 148,
	TSEC_WIREGUARD_RESPONSE_LEN	= 92,
	TSEC_WIREGUARD_COOKIE_LEN	= 64,
};

/* A key is renewed after so many messages, and refused after so many. */
#define TSEC_WIREGUARD_REKEY_AFTER	BIT_ULL(60)
#define TSEC_WIREGUARD_REJECT_AFTER	(U64_MAX - BIT_ULL(13))

enum tsec_greeting_verdict tsec_wireguard_greet(struct tsec_greeting *greeting);

extern const struct tsec_packet_ops tsec_packet_wireguard_ops;
extern const struct tsec_record_ops tsec_record_wireguard_ops;

#endif /* TSEC_RECORD_WIREGUARD_H */
