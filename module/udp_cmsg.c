// SPDX-License-Identifier: GPL-2.0
/*
 * Control data of datagrams: how a program wants one sent, and what it is told
 * of one that came.
 */
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "compat.h"
#include "udp.h"

static int tos_take(const struct cmsghdr *cmsg, u8 *tos)
{
	int value;

	if (cmsg->cmsg_len == CMSG_LEN(sizeof(value)))
		value = *(int *)CMSG_DATA(cmsg);
	else if (cmsg->cmsg_len == CMSG_LEN(sizeof(*tos)))
		value = *(u8 *)CMSG_DATA(cmsg);
	else
		return -EINVAL;
	if (value < 0 || value > U8_MAX)
		return -EINVAL;
	*tos = value;
	return 0;
}

static int mark_take(struct sock *isk, const struct cmsghdr *cmsg, u32 *mark)
{
	struct user_namespace *user_ns = sock_net(isk)->user_ns;

	if (!ns_capable(user_ns, CAP_NET_RAW) &&
	    !ns_capable(user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (cmsg->cmsg_len != CMSG_LEN(sizeof(*mark)))
		return -EINVAL;
	*mark = *(u32 *)CMSG_DATA(cmsg);
	return 0;
}

static int segment_take(const struct cmsghdr *cmsg, u16 *segment)
{
	if (cmsg->cmsg_len != CMSG_LEN(sizeof(*segment)))
		return -EINVAL;
	*segment = *(u16 *)CMSG_DATA(cmsg);
	return 0;
}

#define WISH(level, type)	((u64)(u32)(level) << 32 | (u32)(type))

static int wish_take(struct sock *isk, const struct cmsghdr *cmsg,
		     struct tsec_udp_ask *ask)
{
	switch (WISH(cmsg->cmsg_level, cmsg->cmsg_type)) {
	case WISH(SOL_SOCKET, SO_MARK):
		return mark_take(isk, cmsg, &ask->mark);
	case WISH(SOL_IP, IP_TOS):
	case WISH(SOL_IPV6, IPV6_TCLASS):
		return tos_take(cmsg, &ask->tos);
	case WISH(SOL_UDP, UDP_SEGMENT):
		return segment_take(cmsg, &ask->segment);
	case WISH(SOL_IP, IP_PKTINFO):
	case WISH(SOL_IPV6, IPV6_PKTINFO):
		/* Of many peers it has chosen one: tsec_udp_ends_named(). */
		return isk->sk_state == TCP_ESTABLISHED ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

static u8 socket_tos(const struct sock *isk, bool by_v6)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (isk->sk_family == AF_INET6 && by_v6)
		return inet6_sk(isk)->tclass;
#endif
	return READ_ONCE(inet_sk(isk)->tos);
}

/**
 * tsec_udp_ask_plain() - how a socket's datagrams are sent, unless one says
 * otherwise
 * @isk: the inner socket
 * @by_v6: they go by IPv6
 * @ask: set
 *
 * Context: Any.
 */
void tsec_udp_ask_plain(const struct sock *isk, bool by_v6,
			struct tsec_udp_ask *ask)
{
	ask->mark = READ_ONCE(isk->sk_mark);
	ask->tos = socket_tos(isk, by_v6);
	ask->segment = READ_ONCE(udp_sk(isk)->gso_size);
}

/**
 * tsec_udp_ask() - how a datagram is to be sent
 * @path: where to
 * @isk: the inner socket
 * @msg: the program's message, whose control data has the last word; NULL for
 *	none
 * @ask: set
 *
 * Context: process context.
 * Return: 0; -EINVAL for control data other than SO_MARK, IP_TOS,
 * IPV6_TCLASS and UDP_SEGMENT, -EPERM for a mark without the right to set it.
 */
int tsec_udp_ask(const struct tsec_udp_path *path, struct sock *isk,
		 struct msghdr *msg, struct tsec_udp_ask *ask)
{
	struct cmsghdr *cmsg;
	int err;

	/* Half of an address tells as much: its family stays. */
	tsec_udp_ask_plain(isk, tsec_udp_ends_v6(&path->ends), ask);
	if (!msg || !msg->msg_controllen)
		return 0;
	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		err = wish_take(isk, cmsg, ask);
		if (err)
			return err;
	}
	return 0;
}

static void int_put(struct msghdr *msg, int level, int type, int value)
{
	put_cmsg(msg, level, type, sizeof(value), &value);
}

/* A reply comes from the address that the session has. */
static void info4_put(struct sock *isk, struct msghdr *msg,
		      const struct sk_buff *skb)
{
	struct in_pktinfo info = {
		.ipi_ifindex		= skb->skb_iif,
		.ipi_spec_dst.s_addr	= inet_sk(isk)->inet_saddr ?:
					  ip_hdr(skb)->daddr,
		.ipi_addr.s_addr	= ip_hdr(skb)->daddr,
	};

	put_cmsg(msg, SOL_IP, IP_PKTINFO, sizeof(info), &info);
}

static void put4(struct sock *isk, struct msghdr *msg,
		 const struct sk_buff *skb)
{
	unsigned long flags = tsec_inet_cmsg_flags(isk);
	const struct iphdr *header = ip_hdr(skb);
	u8 tos = header->tos;

	if (flags & IP_CMSG_PKTINFO)
		info4_put(isk, msg, skb);
	if (flags & IP_CMSG_TTL)
		int_put(msg, SOL_IP, IP_TTL, header->ttl);
	if (flags & IP_CMSG_TOS)
		put_cmsg(msg, SOL_IP, IP_TOS, sizeof(tos), &tos);
}

#if IS_ENABLED(CONFIG_IPV6)
/* An IPv4 address is one of IPv6 as well. */
static void info6_put(struct sock *isk, struct msghdr *msg,
		      const struct sk_buff *skb)
{
	struct in6_pktinfo info = { .ipi6_ifindex = skb->skb_iif };

	if (!inet6_sk(isk)->rxopt.bits.rxinfo)
		return;
	if (ip_hdr(skb)->version == 4)
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, &info.ipi6_addr);
	else
		info.ipi6_addr = ipv6_hdr(skb)->daddr;
	put_cmsg(msg, SOL_IPV6, IPV6_PKTINFO, sizeof(info), &info);
}

static void put6(struct sock *isk, struct msghdr *msg,
		 const struct ipv6hdr *header)
{
	const struct ipv6_pinfo *np = inet6_sk(isk);

	if (np->rxopt.bits.rxhlim)
		int_put(msg, SOL_IPV6, IPV6_HOPLIMIT, header->hop_limit);
	if (np->rxopt.bits.rxtclass)
		int_put(msg, SOL_IPV6, IPV6_TCLASS,
			ipv6_get_dsfield(header));
}
#else
static void info6_put(struct sock *isk, struct msghdr *msg,
		      const struct sk_buff *skb)
{
}

static void put6(struct sock *isk, struct msghdr *msg,
		 const struct ipv6hdr *header)
{
}
#endif

/**
 * tsec_udp_tell() - give a program the control data that it has asked for
 * @isk: the inner socket
 * @msg: the program's message
 * @skb: what it receives, its IP header still in memory
 *
 * That is IP_PKTINFO, IP_RECVTTL, IP_RECVTOS, IPV6_RECVPKTINFO,
 * IPV6_RECVHOPLIMIT and IPV6_RECVTCLASS.
 *
 * Context: process context.
 */
void tsec_udp_tell(struct sock *isk, struct msghdr *msg,
		   const struct sk_buff *skb)
{
	if (isk->sk_family == AF_INET6)
		info6_put(isk, msg, skb);
	if (ip_hdr(skb)->version == 4)
		put4(isk, msg, skb);
	else if (isk->sk_family == AF_INET6)
		put6(isk, msg, ipv6_hdr(skb));
}
