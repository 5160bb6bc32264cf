// SPDX-License-Identifier: GPL-2.0
/*
 * The UDP header inside records: written before a payload is sealed, taken off
 * once it is open.
 *
 * Whoever knows the key wrote it, so a receiver asks only whether it is the
 * session's, and leaves the checksum alone: the ICV has proven more than
 * it could (RFC 3948 section 3.1.2).
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/string.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "encap_header.h"
#include "packet.h"

/**
 * tsec_encap_header_init() - note what the header of a session says
 * @header: set
 * @local_port: this end's port, as its program knows it
 * @ends: the addresses, and the peer's port, as the program knows it
 *
 * Context: Any.
 */
void tsec_encap_header_init(struct tsec_encap_header *header,
			    __be16 local_port,
			    const struct tsec_udp_ends *ends)
{
	header->local_port = local_port;
	header->ends = *ends;
}

/* IPv4 does without (RFC 768), IPv6 does not (RFC 8200 section 8.1). */
static __sum16 checksum(const struct tsec_encap_header *header,
			const struct udphdr *udp, const u8 *payload, u32 len)
{
	__wsum sum;

	if (!tsec_udp_ends_v6(&header->ends))
		return 0;
	sum = csum_partial(payload, len, csum_partial(udp, sizeof(*udp), 0));
	return csum_ipv6_magic(&header->ends.local, &header->ends.remote,
			       sizeof(*udp) + len, IPPROTO_UDP, sum) ?:
	       CSUM_MANGLED_0;
}

/**
 * tsec_encap_header_push() - write the header before a payload
 * @header: the session's
 * @packet: the payload, with that much room more before it; set to what is
 *	to be sealed
 *
 * Context: Any.
 */
void tsec_encap_header_push(const struct tsec_encap_header *header,
			    struct tsec_packet *packet)
{
	struct udphdr udp = {
		.source	= header->local_port,
		.dest	= header->ends.port,
		.len	= htons(packet->len + sizeof(udp)),
	};

	udp.check = checksum(header, &udp, packet->data, packet->len);
	packet->data -= sizeof(udp);
	packet->len += sizeof(udp);
	packet->content = IPPROTO_UDP;
	memcpy(packet->data, &udp, sizeof(udp));
}

/**
 * tsec_encap_header_pull() - take the header off a payload
 * @header: the session's
 * @packet: what a record held; set to the payload
 *
 * Padding may follow what the UDP header speaks of (RFC 4303 section 2.7).
 *
 * Context: Any.
 * Return: 0; -EINVAL if there is no whole header, -EADDRNOTAVAIL if it is one
 * of another protocol or of other ports.
 */
int tsec_encap_header_pull(const struct tsec_encap_header *header,
			   struct tsec_packet *packet)
{
	struct udphdr udp;
	u16 len;

	if (packet->content != IPPROTO_UDP)
		return -EADDRNOTAVAIL;
	if (packet->len < sizeof(udp))
		return -EINVAL;
	memcpy(&udp, packet->data, sizeof(udp));
	len = ntohs(udp.len);
	if (len < sizeof(udp) || len > packet->len)
		return -EINVAL;
	if (udp.source != header->ends.port ||
	    udp.dest != header->local_port)
		return -EADDRNOTAVAIL;
	packet->data += sizeof(udp);
	packet->len = len - sizeof(udp);
	return 0;
}
