/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A peer of another make: packets of ESP sealed and opened by hand, with UDP
 * headers inside.
 */
#ifndef TSEC_SELFTEST_ESP_H
#define TSEC_SELFTEST_ESP_H

#include "keys.h"

enum {
	ESP_PORT	= 4500,
	ESP_ROOM	= 2048,		/* bytes of a packet */
	ESP_HEADER	= 16,		/* SPI, number and IV */
	ESP_UDP_HEADER	= 8,
	ESP_ALIGN	= 4,
};

/* What is in a packet, the padding taken off. */
struct esp_content {
	uint64_t seq;
	uint8_t next;			/* header, IPPROTO_* */
	size_t len;
	uint8_t data[ESP_ROOM];
};

/* Bytes of the packet that a program's datagram becomes. */
size_t esp_packet_len(size_t len);
/* The content of a program's datagram: a UDP header, and the datagram. */
void esp_udp_make(struct esp_content *content, uint16_t source, uint16_t dest,
		  const void *data, size_t len);

size_t esp_seal(const struct kind *kind, const struct key *key,
		const struct esp_content *content, uint8_t *packet);
/* The number's high half is as in @content already. */
void esp_open(const struct kind *kind, const struct key *key,
	      const uint8_t *packet, size_t len, struct esp_content *content);

#endif /* TSEC_SELFTEST_ESP_H */
