// SPDX-License-Identifier: GPL-2.0
/*
 * The peers of a UDP socket that is connected to none: who has sent a
 * datagram, an answer that leaves nothing behind, and a socket of its own for
 * a peer that stays.
 *
 * That socket is a child: it is bound and connected as any other, but no
 * table of the kernel's knows it.  What is sent by it is as if its parent had
 * sent it; what comes in is its parent's, who has to find out whom it is for.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "udp.h"
#include "udp_peer.h"

static void ends4_set(struct tsec_udp_ends *ends, __be32 local, __be32 remote)
{
	ipv6_addr_set_v4mapped(local, &ends->local);
	ipv6_addr_set_v4mapped(remote, &ends->remote);
}

static void ends6_set(struct tsec_udp_ends *ends, const struct in6_addr *local,
		      const struct in6_addr *remote, u32 interface)
{
	ends->local = *local;
	ends->remote = *remote;
	if (ipv6_addr_type(remote) & IPV6_ADDR_LINKLOCAL)
		ends->scope = interface;
}

/**
 * tsec_udp_ends_read() - between whom a datagram has gone
 * @skb: a datagram that came in, its headers still in memory
 * @ends: set
 *
 * Context: Any.
 */
void tsec_udp_ends_read(const struct sk_buff *skb, struct tsec_udp_ends *ends)
{
	memset(ends, 0, sizeof(*ends));
	ends->port = udp_hdr(skb)->source;
	if (ip_hdr(skb)->version == 4)
		ends4_set(ends, ip_hdr(skb)->daddr, ip_hdr(skb)->saddr);
	else
		ends6_set(ends, &ipv6_hdr(skb)->daddr, &ipv6_hdr(skb)->saddr,
			  skb->skb_iif);
}

/**
 * tsec_udp_ends_of() - between whom a socket sends
 * @isk: a UDP socket that is connected
 * @ends: set
 *
 * Context: Any.
 */
void tsec_udp_ends_of(const struct sock *isk, struct tsec_udp_ends *ends)
{
	memset(ends, 0, sizeof(*ends));
	ends->port = inet_sk(isk)->inet_dport;
#if IS_ENABLED(CONFIG_IPV6)
	if (isk->sk_family == AF_INET6) {
		ends6_set(ends, &inet6_sk(isk)->saddr, &isk->sk_v6_daddr,
			  READ_ONCE(isk->sk_bound_dev_if));
		return;
	}
#endif
	ends4_set(ends, inet_sk(isk)->inet_saddr, inet_sk(isk)->inet_daddr);
}

static int remote_named(const struct sock *isk, const struct msghdr *msg,
			struct tsec_udp_ends *ends)
{
	const struct sockaddr_in6 *v6 = msg->msg_name;
	const struct sockaddr_in *v4 = msg->msg_name;

	if (msg->msg_namelen < (int)sizeof(*v4))
		return -EINVAL;
	ends->port = v4->sin_port;
	if (v4->sin_family == AF_INET) {
		ipv6_addr_set_v4mapped(v4->sin_addr.s_addr, &ends->remote);
		return 0;
	}
	if (v6->sin6_family != AF_INET6 || isk->sk_family != AF_INET6)
		return -EAFNOSUPPORT;
	if (msg->msg_namelen < SIN6_LEN_RFC2133)
		return -EINVAL;
	ends->remote = v6->sin6_addr;
	if (!(ipv6_addr_type(&ends->remote) & IPV6_ADDR_LINKLOCAL))
		return 0;
	if (msg->msg_namelen >= (int)sizeof(*v6))
		ends->scope = v6->sin6_scope_id;
	if (!ends->scope)
		ends->scope = READ_ONCE(isk->sk_bound_dev_if);
	return 0;
}

/* The rest of the control data is the sender's. */
static int local_asked(struct msghdr *msg, struct tsec_udp_ends *ends)
{
	struct cmsghdr *cmsg;

	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		if (cmsg->cmsg_level == SOL_IP &&
		    cmsg->cmsg_type == IP_PKTINFO) {
			const struct in_pktinfo *info = CMSG_DATA(cmsg);

			if (cmsg->cmsg_len != CMSG_LEN(sizeof(*info)))
				return -EINVAL;
			ipv6_addr_set_v4mapped(info->ipi_spec_dst.s_addr,
					       &ends->local);
		} else if (cmsg->cmsg_level == SOL_IPV6 &&
			   cmsg->cmsg_type == IPV6_PKTINFO) {
			const struct in6_pktinfo *info = CMSG_DATA(cmsg);

			if (cmsg->cmsg_len < CMSG_LEN(sizeof(*info)))
				return -EINVAL;
			ends->local = info->ipi6_addr;
		}
	}
	return 0;
}

/**
 * tsec_udp_ends_named() - between whom a program wants to send
 * @isk: the UDP socket, connected to nobody
 * @msg: the program's message, which has an address, and may have IP_PKTINFO
 *	or IPV6_PKTINFO in its control data
 * @ends: set; the local address is unspecified (or a mapped one that is) if
 *	the program leaves it open
 *
 * Context: process context.
 * Return: 0, -EINVAL, or -EAFNOSUPPORT for an address of another family.
 */
int tsec_udp_ends_named(const struct sock *isk, struct msghdr *msg,
			struct tsec_udp_ends *ends)
{
	memset(ends, 0, sizeof(*ends));
	return remote_named(isk, msg, ends) ?: local_asked(msg, ends);
}

/* What is sent has no options and no further headers of IPv6. */
static const struct udphdr *sent4(const struct iphdr *header,
				  struct tsec_udp_ends *ends)
{
	ends4_set(ends, header->saddr, header->daddr);
	return (const void *)header + header->ihl * 4;
}

static const struct udphdr *sent6(const struct ipv6hdr *header, u32 interface,
				  struct tsec_udp_ends *ends)
{
	if (header->nexthdr != IPPROTO_UDP)
		return NULL;
	ends6_set(ends, &header->saddr, &header->daddr, interface);
	return (const void *)(header + 1);
}

/**
 * tsec_udp_ends_failed() - between whom a datagram should have gone
 * @skb: an ICMP error about one that was sent, as the hook got it
 * @ends: set
 *
 * Context: Any.
 * Return: false if the error does not tell.
 */
bool tsec_udp_ends_failed(const struct sk_buff *skb,
			  struct tsec_udp_ends *ends)
{
	const struct udphdr *udp;

	memset(ends, 0, sizeof(*ends));
	if (skb->protocol == htons(ETH_P_IP))
		udp = sent4((const struct iphdr *)skb->data, ends);
	else
		udp = sent6((const struct ipv6hdr *)skb->data, skb->skb_iif,
			    ends);
	if (!udp)
		return false;
	ends->port = udp->dest;
	return true;
}

/*
 * By hand what bind() does, but for the port, which is the parent's, as is what
 * else decides which way a datagram takes.
 */
static void child_bind(struct sock *isk, struct sock *parent,
		       const struct in6_addr *local)
{
	struct inet_sock *inet = inet_sk(isk);

	lock_sock(isk);
	isk->sk_uid = parent->sk_uid;
	isk->sk_bound_dev_if = READ_ONCE(parent->sk_bound_dev_if);
	isk->sk_mark = READ_ONCE(parent->sk_mark);
	isk->sk_priority = READ_ONCE(parent->sk_priority);
	sock_valbool_flag(isk, SOCK_LOCALROUTE,
			  sock_flag(parent, SOCK_LOCALROUTE));
	/* Softirqs find it by the session, as others by the kernel's tables. */
	sock_set_flag(isk, SOCK_RCU_FREE);
	inet->inet_num = inet_sk(parent)->inet_num;
	inet->inet_sport = htons(inet->inet_num);
	if (ipv6_addr_v4mapped(local)) {
		inet->inet_saddr = local->s6_addr32[3];
		inet->inet_rcv_saddr = local->s6_addr32[3];
	}
#if IS_ENABLED(CONFIG_IPV6)
	if (isk->sk_family == AF_INET6) {
		inet6_sk(isk)->saddr = *local;
		isk->sk_v6_rcv_saddr = *local;
	}
#endif
	release_sock(isk);
}

static int child_connect(struct socket *child,
			 const struct tsec_udp_ends *ends)
{
	struct sockaddr_in v4 = {
		.sin_family		= AF_INET,
		.sin_port		= ends->port,
		.sin_addr.s_addr	= ends->remote.s6_addr32[3],
	};
	struct sockaddr_in6 v6 = {
		.sin6_family	= AF_INET6,
		.sin6_port	= ends->port,
		.sin6_addr	= ends->remote,
		.sin6_scope_id	= ends->scope,
	};

	if (child->sk->sk_family == AF_INET)
		return kernel_connect(child, (struct sockaddr *)&v4,
				      sizeof(v4), 0);
	return kernel_connect(child, (struct sockaddr *)&v6, sizeof(v6), 0);
}

/**
 * tsec_udp_child() - make a new socket the one for a peer
 * @child: the socket, neither bound nor connected
 * @parent: the socket whose datagrams it shares, of the same family
 * @ends: the peer, and where it has sent to
 *
 * Context: process context.
 * Return: 0 or a negative errno, as from connect(2).
 */
int tsec_udp_child(struct socket *child, struct sock *parent,
		   const struct tsec_udp_ends *ends)
{
	child_bind(child->sk, parent, &ends->local);
	return child_connect(child, ends);
}

static struct sk_buff *reply_make(const struct tsec_udp_route *route,
				  const void *data, size_t len)
{
	size_t room = tsec_udp_headroom(route);
	struct sk_buff *skb = alloc_skb(room + len, GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	__skb_put_data(skb, data, len);
	return skb;
}

/**
 * tsec_udp_reply() - answer a peer, and keep nothing
 * @isk: the socket that it has sent to
 * @ends: who it is, as tsec_udp_ends_read() says
 * @data: the answer
 * @len: bytes of it
 *
 * It goes as what a program sends by the socket: its mark, for one, may have
 * it take another way than the rest of the machine's datagrams.  What cannot
 * be sent is lost, as any datagram may be.
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_udp_reply(struct sock *isk, const struct tsec_udp_ends *ends,
		    const void *data, size_t len)
{
	struct tsec_udp_route route;
	struct tsec_udp_ask ask;
	struct sk_buff *skb;

	tsec_udp_ask_plain(isk, tsec_udp_ends_v6(ends), &ask);
	if (tsec_udp_route_to(isk, ends, &ask, &route))
		return;
	skb = reply_make(&route, data, len);
	if (skb)
		tsec_udp_send(isk, &route, skb);
	else
		tsec_udp_route_put(&route);
}
