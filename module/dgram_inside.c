// SPDX-License-Identifier: GPL-2.0
/*
 * What stands inside of a session's records beside the program's data: none,
 * a UDP header (ESP), or the headers of IP and UDP (WireGuard).
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/dsfield.h>

#include "dgram.h"
#include "dgram_inside.h"
#include "packet.h"
#include "session.h"

/**
 * tsec_dgram_inside_init() - note what stands inside of a session's records
 * @session: about to be opened
 *
 * Context: process context.
 */
void tsec_dgram_inside_init(struct tsec_session *session)
{
	struct tsec_dgram *dgram = session->dgram;
	struct tsec_dgram_inside *inside = &dgram->inside;

	inside->kind = session->record->encap;
	switch (inside->kind) {
	case TSEC_ENCAP_DATA:
		break;
	case TSEC_ENCAP_UDP:
		inside->room = sizeof(struct udphdr);
		tsec_encap_header_init(&inside->header,
				       inet_sk(dgram->isk)->inet_sport,
				       &dgram->path.ends);
		break;
	case TSEC_ENCAP_IP:
		tsec_tunnel_init(&inside->tunnel, &session->settings.tunnel,
				 tsec_address_port(&session->local));
		inside->room = inside->tunnel.header_len;
		break;
	}
}

/**
 * tsec_dgram_inside_push() - write the headers before a payload
 * @inside: the session's
 * @packet: the payload, with @inside->room writable bytes before it; set to
 *	what is to be sealed
 *
 * Context: Any.
 * Return: 0, or what tsec_tunnel_push() returns.
 */
int tsec_dgram_inside_push(struct tsec_dgram_inside *inside,
			   struct tsec_packet *packet)
{
	if (packet->kind != TSEC_PACKET_DATA)
		return 0;
	switch (inside->kind) {
	case TSEC_ENCAP_UDP:
		tsec_encap_header_push(&inside->header, packet);
		return 0;
	case TSEC_ENCAP_IP:
		return tsec_tunnel_push(&inside->tunnel, packet);
	default:
		return 0;
	}
}

/**
 * tsec_dgram_inside_pull() - take the headers off a payload
 * @inside: the session's
 * @packet: what a record held; set to the program's data
 *
 * Context: Any.
 * Return: 0, or what tsec_encap_header_pull() or tsec_tunnel_pull() returns.
 */
int tsec_dgram_inside_pull(struct tsec_dgram_inside *inside,
			   struct tsec_packet *packet)
{
	if (packet->kind != TSEC_PACKET_DATA)
		return 0;
	switch (inside->kind) {
	case TSEC_ENCAP_UDP:
		return tsec_encap_header_pull(&inside->header, packet);
	case TSEC_ENCAP_IP:
		return tsec_tunnel_pull(&inside->tunnel, packet);
	default:
		return 0;
	}
}

/**
 * tsec_dgram_inside_tos() - what the inside has to know of the outside
 * @inside: the session's
 * @skb: the packet around its records
 *
 * Context: Any.
 * Return: the packet's DS field where packets of IP are inside, else 0.
 */
u8 tsec_dgram_inside_tos(const struct tsec_dgram_inside *inside,
			 const struct sk_buff *skb)
{
	if (inside->kind != TSEC_ENCAP_IP)
		return 0;
	return ip_hdr(skb)->version == 4 ? ip_hdr(skb)->tos :
					   ipv6_get_dsfield(ipv6_hdr(skb));
}
