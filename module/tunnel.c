// SPDX-License-Identifier: GPL-2.0
/*
 * IP packets inside of records.
 *
 * A tunnel with ends carries UDP: the headers are written before a payload is
 * sealed, and taken off once it is open.  One without carries the program's
 * own packets, which have to be whole ones: whoever gets them goes by the
 * length in their headers, for nothing else tells them from their padding.
 */
#include <linux/errno.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/string.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "packet.h"
#include "tunnel.h"

enum {
	HOP_LIMIT	= 64,
	V4_LEN		= sizeof(struct iphdr) + sizeof(struct udphdr),
	V6_LEN		= sizeof(struct ipv6hdr) + sizeof(struct udphdr),
};

static_assert((int)V6_LEN == (int)TSEC_TUNNEL_HEADER_MAX);

/* What is left to be said of an address once its port is not looked at. */
static bool is_any(const union tsec_address *address)
{
	if (address->sa.sa_family == AF_INET)
		return !address->in.sin_addr.s_addr;
	return ipv6_addr_any(&address->in6.sin6_addr);
}

static bool is_group(const union tsec_address *address)
{
	if (address->sa.sa_family == AF_INET)
		return ipv4_is_multicast(address->in.sin_addr.s_addr) ||
		       ipv4_is_lbcast(address->in.sin_addr.s_addr);
	return ipv6_addr_is_multicast(&address->in6.sin6_addr);
}

static bool same_address(const union tsec_address *a,
			 const union tsec_address *b)
{
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return ipv6_addr_equal(&a->in6.sin6_addr, &b->in6.sin6_addr);
}

/**
 * tsec_tunnel_fault() - what is wrong with the ends of a tunnel?
 * @ends: the ends
 *
 * Context: Any.
 * Return: what is wrong, in words for people, or NULL.
 */
const char *tsec_tunnel_fault(const struct tsec_tunnel_ends *ends)
{
	sa_family_t family = ends->local.sa.sa_family;

	if (!family && !ends->remote.sa.sa_family)
		return NULL;
	if (!family || !ends->remote.sa.sa_family)
		return "a tunnel has two ends";
	if (family != AF_INET && family != AF_INET6)
		return "the ends of a tunnel are of IPv4 or of IPv6";
	if (ends->remote.sa.sa_family != family)
		return "the ends of a tunnel are of one family";
	if (is_any(&ends->local))
		return "the local end of a tunnel needs an address";
	if (is_group(&ends->local) || is_group(&ends->remote))
		return "an end of a tunnel is no group";
	return NULL;
}

/**
 * tsec_tunnel_init() - begin with the packets of a session
 * @tunnel: set
 * @ends: who speaks inside of the records, without fault
 * @port: of the socket, which is the local one's if that has none of its own
 *
 * Context: Any.
 */
void tsec_tunnel_init(struct tsec_tunnel_state *tunnel,
		      const struct tsec_tunnel_ends *ends, __be16 port)
{
	sa_family_t family = ends->local.sa.sa_family;

	seqlock_init(&tunnel->lock);
	tunnel->ends = *ends;
	tunnel->heard = ends->remote;
	tunnel->header_len = !family ? 0 : family == AF_INET ? V4_LEN : V6_LEN;
	if (!family)
		return;
	if (!tsec_address_port(&ends->local))
		tunnel->ends.local.in.sin_port = port;
	tunnel->any_address = is_any(&ends->remote);
	tunnel->any_port = !tsec_address_port(&ends->remote);
}

/* Whole packets ********************************************************** */

/*
 * Bytes of the packet that @data begins with, 0 if it is none or not whole.
 * Its own headers end at *@header_len.
 */
static u32 packet_len(const u8 *data, u32 len, u32 *header_len)
{
	const struct ipv6hdr *v6 = (const void *)data;
	const struct iphdr *v4 = (const void *)data;
	u32 total = 0;

	if (len >= sizeof(*v4) && v4->version == 4) {
		*header_len = v4->ihl * 4;
		total = ntohs(v4->tot_len);
		if (*header_len < sizeof(*v4))
			return 0;
	} else if (len >= sizeof(*v6) && v6->version == 6) {
		*header_len = sizeof(*v6);
		total = sizeof(*v6) + ntohs(v6->payload_len);
	}
	return total >= *header_len && total <= len ? total : 0;
}

/* The outside was marked on its way, and the inside can tell (RFC 6040). */
static void mark_take(u8 *data, u8 outside)
{
	struct iphdr *v4 = (void *)data;

	if (!INET_ECN_is_ce(outside))
		return;
	if (v4->version == 4)
		IP_ECN_set_ce(v4);
	else if (INET_ECN_is_capable(ipv6_get_dsfield((void *)data)))
		ipv6_change_dsfield((void *)data, U8_MAX, INET_ECN_CE);
}

static int whole_check(struct tsec_packet *packet)
{
	u32 header_len, len;

	len = packet_len(packet->data, packet->len, &header_len);
	if (!len)
		return -EINVAL;
	packet->len = len;
	return 0;
}

/* Headers written ******************************************************** */

static __sum16 checksum(const struct tsec_tunnel_ends *ends, const void *udp,
			u32 len)
{
	__wsum sum = csum_partial(udp, len, 0);

	if (ends->local.sa.sa_family == AF_INET)
		return csum_tcpudp_magic(ends->local.in.sin_addr.s_addr,
					 ends->remote.in.sin_addr.s_addr, len,
					 IPPROTO_UDP, sum);
	return csum_ipv6_magic(&ends->local.in6.sin6_addr,
			       &ends->remote.in6.sin6_addr, len, IPPROTO_UDP,
			       sum);
}

static void udp_push(const struct tsec_tunnel_ends *ends,
		     struct tsec_packet *packet)
{
	struct udphdr *udp;

	packet->data -= sizeof(*udp);
	packet->len += sizeof(*udp);
	udp = (void *)packet->data;
	udp->source = tsec_address_port(&ends->local);
	udp->dest = tsec_address_port(&ends->remote);
	udp->len = htons(packet->len);
	udp->check = 0;
	udp->check = checksum(ends, udp, packet->len) ?: CSUM_MANGLED_0;
}

/* Nobody takes it apart, so it needs no number (RFC 6864 section 4.1). */
static void v4_push(const struct tsec_tunnel_ends *ends,
		    struct tsec_packet *packet)
{
	struct iphdr *ip;

	packet->data -= sizeof(*ip);
	packet->len += sizeof(*ip);
	ip = (void *)packet->data;
	*ip = (struct iphdr){
		.version	= 4,
		.ihl		= sizeof(*ip) / 4,
		.tos		= packet->tos,
		.tot_len	= htons(packet->len),
		.frag_off	= htons(IP_DF),
		.ttl		= HOP_LIMIT,
		.protocol	= IPPROTO_UDP,
		.saddr		= ends->local.in.sin_addr.s_addr,
		.daddr		= ends->remote.in.sin_addr.s_addr,
	};
	ip_send_check(ip);
}

static void v6_push(const struct tsec_tunnel_ends *ends,
		    struct tsec_packet *packet)
{
	u32 len = packet->len;
	struct ipv6hdr *ip;

	packet->data -= sizeof(*ip);
	packet->len += sizeof(*ip);
	ip = (void *)packet->data;
	ip6_flow_hdr(ip, packet->tos, 0);
	ip->payload_len = htons(len);
	ip->nexthdr = IPPROTO_UDP;
	ip->hop_limit = HOP_LIMIT;
	ip->saddr = ends->local.in6.sin6_addr;
	ip->daddr = ends->remote.in6.sin6_addr;
}

/**
 * tsec_tunnel_now() - who speaks inside of the records at present
 * @tunnel: the session's
 * @ends: set
 *
 * Context: Any.
 */
void tsec_tunnel_now(struct tsec_tunnel_state *tunnel,
		     struct tsec_tunnel_ends *ends)
{
	unsigned int seq;

	ends->local = tunnel->ends.local;
	do {
		seq = read_seqbegin(&tunnel->lock);
		ends->remote = tunnel->heard;
	} while (read_seqretry(&tunnel->lock, seq));
}

/**
 * tsec_tunnel_push() - make a program's message a packet
 * @tunnel: the session's
 * @packet: the message, with room for the headers before it; set to what is
 *	to be sealed
 *
 * Context: Any.
 * Return: 0; -EINVAL if it has to be a whole IP packet and is none,
 * -EDESTADDRREQ as long as nobody was heard who could be answered.
 */
int tsec_tunnel_push(struct tsec_tunnel_state *tunnel,
		     struct tsec_packet *packet)
{
	struct tsec_tunnel_ends ends;

	if (!tunnel->header_len)
		return whole_check(packet);
	tsec_tunnel_now(tunnel, &ends);
	if (is_any(&ends.remote) || !tsec_address_port(&ends.remote))
		return -EDESTADDRREQ;
	udp_push(&ends, packet);
	if (ends.local.sa.sa_family == AF_INET)
		v4_push(&ends, packet);
	else
		v6_push(&ends, packet);
	return 0;
}

/* Headers read *********************************************************** */

/* The ends that an IP header names; false if there is no UDP behind it. */
static bool ip_read(const u8 *data, struct tsec_tunnel_ends *from)
{
	const struct ipv6hdr *v6 = (const void *)data;
	const struct iphdr *v4 = (const void *)data;

	memset(from, 0, sizeof(*from));
	if (v4->version == 4) {
		from->local.sa.sa_family = AF_INET;
		from->remote.sa.sa_family = AF_INET;
		from->local.in.sin_addr.s_addr = v4->daddr;
		from->remote.in.sin_addr.s_addr = v4->saddr;
		return v4->protocol == IPPROTO_UDP && !ip_is_fragment(v4);
	}
	from->local.sa.sa_family = AF_INET6;
	from->remote.sa.sa_family = AF_INET6;
	from->local.in6.sin6_addr = v6->daddr;
	from->remote.in6.sin6_addr = v6->saddr;
	return v6->nexthdr == IPPROTO_UDP;
}

/*
 * Whoever wrote the packet may have had it from somewhere else, so its sum
 * says something.
 */
static bool udp_is_whole(const struct tsec_tunnel_ends *from,
			 const struct udphdr *udp, u32 len)
{
	u32 udp_len = ntohs(udp->len);

	if (udp_len < sizeof(*udp) || udp_len > len)
		return false;
	if (!udp->check)
		return from->local.sa.sa_family == AF_INET;
	return !checksum(from, udp, udp_len);
}

static bool is_for_us(const struct tsec_tunnel_state *tunnel,
		      const struct tsec_tunnel_ends *from)
{
	const struct tsec_tunnel_ends *ends = &tunnel->ends;

	if (from->local.sa.sa_family != ends->local.sa.sa_family ||
	    !same_address(&from->local, &ends->local) ||
	    tsec_address_port(&from->local) != tsec_address_port(&ends->local))
		return false;
	return (tunnel->any_address ||
		same_address(&from->remote, &ends->remote)) &&
	       (tunnel->any_port || tsec_address_port(&from->remote) ==
				    tsec_address_port(&ends->remote));
}

static void remote_note(struct tsec_tunnel_state *tunnel,
			const union tsec_address *remote)
{
	struct tsec_tunnel_ends now;

	if (!tunnel->any_address && !tunnel->any_port)
		return;
	tsec_tunnel_now(tunnel, &now);
	if (same_address(&now.remote, remote) &&
	    tsec_address_port(&now.remote) == tsec_address_port(remote))
		return;
	write_seqlock_bh(&tunnel->lock);
	tunnel->heard = *remote;
	write_sequnlock_bh(&tunnel->lock);
}

static int udp_pull(struct tsec_tunnel_state *tunnel,
		    struct tsec_packet *packet, u32 header_len)
{
	struct tsec_tunnel_ends from;
	const struct udphdr *udp;

	if (!ip_read(packet->data, &from))
		return -EADDRNOTAVAIL;
	if (packet->len < header_len + sizeof(*udp))
		return -EINVAL;
	udp = (const void *)(packet->data + header_len);
	if (!udp_is_whole(&from, udp, packet->len - header_len))
		return -EINVAL;
	from.local.in.sin_port = udp->dest;
	from.remote.in.sin_port = udp->source;
	if (!is_for_us(tunnel, &from))
		return -EADDRNOTAVAIL;
	remote_note(tunnel, &from.remote);
	packet->data += header_len + sizeof(*udp);
	packet->len = ntohs(udp->len) - sizeof(*udp);
	return 0;
}

/**
 * tsec_tunnel_pull() - make what a record held a message for the program
 * @tunnel: the session's
 * @packet: what a record held; set to the message
 *
 * Context: Any.
 * Return: 0; -EINVAL if it is no whole IP packet, or a damaged one;
 * -EADDRNOTAVAIL if it is not UDP, or between other ends.
 */
int tsec_tunnel_pull(struct tsec_tunnel_state *tunnel,
		     struct tsec_packet *packet)
{
	u32 header_len, len;

	len = packet_len(packet->data, packet->len, &header_len);
	if (!len || (packet->data[0] >> 4 == 4 &&
		     ip_fast_csum(packet->data, header_len / 4)))
		return -EINVAL;
	packet->len = len;
	if (tunnel->header_len)
		return udp_pull(tunnel, packet, header_len);
	mark_take(packet->data, packet->tos);
	return 0;
}
