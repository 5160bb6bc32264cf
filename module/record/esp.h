/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets of ESP in UDP.
 */
#ifndef TSEC_RECORD_ESP_H
#define TSEC_RECORD_ESP_H

#include <linux/types.h>

#include "../packet.h"

/*
 * The numbers that the user interface gets: enum tsec_protocol, and versions
 * that tell the two kinds of sequence numbers apart, as IKEv2's transform
 * type 5 does (RFC 7296 section 3.3.2).
 */
enum tsec_esp_numbers {
	TSEC_PROTO_ESP		= 4,
	TSEC_VERSION_ESP	= 0x1400,	/* numbers of 32 bits */
	TSEC_VERSION_ESP_ESN	= 0x1401,	/* and of 64 bits */
};

enum tsec_esp_limits {
	TSEC_ESP_HEADER		= 8,		/* SPI and number */
	TSEC_ESP_IV		= 8,		/* RFC 4106, RFC 7634 */
	TSEC_ESP_TRAILER	= 2,		/* behind the padding */
	TSEC_ESP_ICV		= 16,
	TSEC_ESP_ALIGN		= 4,		/* RFC 4303 section 2.4 */
	TSEC_ESP_HEADER_ROOM	= TSEC_ESP_HEADER + TSEC_ESP_IV,
	TSEC_ESP_TRAILER_ROOM	= TSEC_ESP_ALIGN - 1 + TSEC_ESP_TRAILER +
				  TSEC_ESP_ICV,
	TSEC_ESP_PAYLOAD_MAX	= ((TSEC_PACKET_DATAGRAM_MAX -
				    TSEC_ESP_HEADER_ROOM - TSEC_ESP_ICV) &
				   ~(TSEC_ESP_ALIGN - 1)) - TSEC_ESP_TRAILER,
	TSEC_ESP_SALT		= 4,
	TSEC_ESP_SPI_MIN	= 256,		/* RFC 4303 section 2.1 */
};

/* What the payload is, where no protocol number says more. */
enum tsec_esp_next {
	TSEC_ESP_NEXT_NONE	= 59,	/* dummy: RFC 4303 section 2.6 */
	TSEC_ESP_NEXT_LOCAL	= 61,	/* "any host internal protocol" */
};

extern const struct tsec_packet_ops tsec_packet_esp_ops;

#endif /* TSEC_RECORD_ESP_H */
