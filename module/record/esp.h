/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets of ESP in UDP.
 */
#ifndef TSEC_RECORD_ESP_H
#define TSEC_RECORD_ESP_H

#include <linux/types.h>

#include "../packet.h"
#include "../record.h"

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
	TSEC_ESP_PORT		= 4500,		/* RFC 3948 */
};

/* What the payload is, where no protocol number says more. */
enum tsec_esp_next {
	TSEC_ESP_NEXT_NONE	= 59,	/* dummy: RFC 4303 section 2.6 */
	TSEC_ESP_NEXT_LOCAL	= 61,	/* "any host internal protocol" */
};

extern const struct tsec_packet_ops tsec_packet_esp_ops;
extern const struct tsec_record_ops tsec_record_esp_ops;

#endif /* TSEC_RECORD_ESP_H */
