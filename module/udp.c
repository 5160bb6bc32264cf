// SPDX-License-Identifier: GPL-2.0
/*
 * The inner UDP socket: datagrams in, datagrams out.
 *
 * What comes in for it is
 * handed over where it arrives, in softirq; what goes out goes to IP at once,
 * with the UDP header that the socket would have written.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/icmp.h>
#include <net/inet_ecn.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include <net/udp.h>

#include "compat.h"
#include "udp.h"

enum udp_limits {
	/* Any kind that is not zero: the kernel asks no more of it. */
	ENCAP_TYPE = 1,
};

/**
 * tsec_udp_hook() - take over what comes in
 * @inner: a new UDP socket
 * @receive: takes a datagram with its UDP header, in softirq
 * @error: is told of an ICMP error, in softirq
 *
 * sk_user_data of the socket is the caller's, to be read and written by the
 * rules of RCU.
 *
 * Context: process context.
 */
void tsec_udp_hook(struct socket *inner, udp_tunnel_encap_rcv_t receive,
		   udp_tunnel_encap_err_rcv_t error)
{
	struct udp_tunnel_sock_cfg cfg = {
		.encap_type	= ENCAP_TYPE,
		.encap_rcv	= receive,
		.encap_err_rcv	= error,
	};

	setup_udp_tunnel_sock(sock_net(inner->sk), inner, &cfg);
	/* Inside there is nothing that another checksum could tell of. */
	inet_dec_convert_csum(inner->sk);
}

static int icmp4_errno(const struct icmphdr *icmp)
{
	if (icmp->type != ICMP_DEST_UNREACH || icmp->code > NR_ICMP_UNREACH ||
	    icmp->code == ICMP_FRAG_NEEDED)
		return 0;
	if (!icmp_err_convert[icmp->code].fatal)
		return 0;
	return -icmp_err_convert[icmp->code].errno;
}

static int icmp6_errno(const struct icmp6hdr *icmp)
{
	if (icmp->icmp6_type != ICMPV6_DEST_UNREACH)
		return 0;
	switch (icmp->icmp6_code) {
	case ICMPV6_PORT_UNREACH:
		return -ECONNREFUSED;
	case ICMPV6_ADM_PROHIBITED:
	case ICMPV6_POLICY_FAIL:
	case ICMPV6_REJECT_ROUTE:
		return -EACCES;
	default:
		return 0;
	}
}

/**
 * tsec_udp_icmp_errno() - what a program is told of an ICMP error
 * @skb: the error, as the hook got it
 *
 * As for a connected UDP socket, only what leaves no hope is an error.  A
 * path MTU that has changed is none: the route knows it already.
 *
 * Context: Any.
 * Return: 0 for nothing, or a negative errno.
 */
int tsec_udp_icmp_errno(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return icmp4_errno(icmp_hdr(skb));
	return icmp6_errno(icmp6_hdr(skb));
}

/**
 * tsec_udp_path_init() - begin with a way that is not known
 * @path: set
 * @isk: an inner socket that is connected to the peer
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int tsec_udp_path_init(struct tsec_udp_path *path, const struct sock *isk)
{
	seqlock_init(&path->lock);
	tsec_udp_ends_of(isk, &path->ends);
	return dst_cache_init(&path->cache, GFP_KERNEL_ACCOUNT);
}

/**
 * tsec_udp_path_ends() - from where to where a way leads
 * @path: the way
 * @ends: set
 *
 * Context: Any.
 */
void tsec_udp_path_ends(const struct tsec_udp_path *path,
			struct tsec_udp_ends *ends)
{
	unsigned int seq;

	do {
		seq = read_seqbegin(&path->lock);
		*ends = path->ends;
	} while (read_seqretry(&path->lock, seq));
}

/**
 * tsec_udp_path_is_from() - whether a datagram comes from the peer's address
 * @path: the way to the peer
 * @skb: the datagram, its headers still in memory
 *
 * To which address of this end it has come makes no difference.
 *
 * Context: Any.
 * Return: false if it comes from elsewhere.
 */
bool tsec_udp_path_is_from(const struct tsec_udp_path *path,
			   const struct sk_buff *skb)
{
	struct tsec_udp_ends ends, from;

	tsec_udp_path_ends(path, &ends);
	tsec_udp_ends_read(skb, &from);
	return ends.port == from.port && ends.scope == from.scope &&
	       ipv6_addr_equal(&ends.remote, &from.remote);
}

/**
 * tsec_udp_disconnect() - let a socket get datagrams from everywhere
 * @inner: a UDP socket that is connected
 *
 * It keeps its port, its device, and the address that it was bound to.
 *
 * Context: process context.
 * Return: 0 or a negative errno.
 */
int tsec_udp_disconnect(struct socket *inner)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct sock *isk = inner->sk;
	int device, err;

	lock_sock(isk);
	isk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	device = isk->sk_bound_dev_if;
	release_sock(isk);
	err = kernel_connect(inner, &nobody, sizeof(nobody), 0);
	if (err)
		return err;
	/* What the kernel forgets to restore, and what to forget. */
	lock_sock(isk);
	WRITE_ONCE(isk->sk_bound_dev_if, device);
#if IS_ENABLED(CONFIG_IPV6)
	isk->sk_v6_daddr = in6addr_any;
#endif
	release_sock(isk);
	return 0;
}

/**
 * tsec_udp_is_bound() - whether a program has chosen the socket's address
 * @isk: the UDP socket
 *
 * Return: true if it gets what is sent to this address alone.
 */
bool tsec_udp_is_bound(const struct sock *isk)
{
	return isk->sk_userlocks & SOCK_BINDADDR_LOCK;
}

/**
 * tsec_udp_path_free() - forget the way
 * @path: the way; nobody looks it up any more
 *
 * Context: Any but hard interrupts.
 */
void tsec_udp_path_free(struct tsec_udp_path *path)
{
	dst_cache_destroy(&path->cache);
}

static bool uses_pmtu(u8 pmtudisc)
{
	return pmtudisc < IP_PMTUDISC_PROBE;
}

/* The cache knows routes by CPU, not by what they were looked up with. */
static void path_check(struct tsec_udp_path *path,
		       const struct tsec_udp_route *route)
{
	u32 mark = route->mark;
	u8 tos = route->tos & ~INET_ECN_MASK;

	if (likely(READ_ONCE(path->mark) == mark &&
		   READ_ONCE(path->tos) == tos))
		return;
	WRITE_ONCE(path->mark, mark);
	WRITE_ONCE(path->tos, tos);
	dst_cache_reset(&path->cache);
}

static struct rtable *lookup4(struct sock *isk, struct tsec_udp_route *route)
{
	const struct tsec_udp_ends *to = &route->to;
	struct flowi4 fl4;
	struct rtable *rt;

	flowi4_init_output(&fl4, READ_ONCE(isk->sk_bound_dev_if),
			   route->mark, RT_TOS(route->tos),
			   sock_flag(isk, SOCK_LOCALROUTE) ?
			   RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
			   IPPROTO_UDP, inet_sk_flowi_flags(isk),
			   to->remote.s6_addr32[3], to->local.s6_addr32[3],
			   to->port, route->local_port, isk->sk_uid);
	security_sk_classify_flow(isk, flowi4_to_flowi_common(&fl4));
	rt = ip_route_output_flow(sock_net(isk), &fl4, isk);
	route->src = fl4.saddr;
	return rt;
}

static int route4(struct dst_cache *cache, struct sock *isk,
		  struct tsec_udp_route *route)
{
	const struct inet_sock *inet = inet_sk(isk);
	struct rtable *rt = NULL;
	u32 mtu;

	if (cache)
		rt = dst_cache_get_ip4(cache, &route->src);
	if (!rt) {
		rt = lookup4(isk, route);
		if (IS_ERR(rt))
			return PTR_ERR(rt);
		if (cache)
			dst_cache_set_ip4(cache, &rt->dst, route->src);
	}
	route->is_v6 = false;
	route->dst = &rt->dst;
	mtu = uses_pmtu(inet->pmtudisc) ? dst_mtu(route->dst) :
					  READ_ONCE(route->dst->dev->mtu);
	route->mtu = min_t(u32, mtu, IP_MAX_MTU) - sizeof(struct iphdr) -
		     sizeof(struct udphdr);
	return 0;
}

static void send4(struct sock *isk, struct tsec_udp_route *route,
		  struct sk_buff *skb)
{
	const struct inet_sock *inet = inet_sk(isk);
	struct rtable *rt = container_of(route->dst, struct rtable, dst);
	int ttl = READ_ONCE(inet->uc_ttl);

	if (ttl < 0)
		ttl = ip4_dst_hoplimit(&rt->dst);
	udp_tunnel_xmit_skb(rt, isk, skb, route->src,
			    route->to.remote.s6_addr32[3], route->tos, ttl,
			    ip_dont_fragment(isk, &rt->dst) ? htons(IP_DF) : 0,
			    route->local_port, route->to.port, false, false);
}

#if IS_ENABLED(CONFIG_IPV6)
static struct dst_entry *lookup6(struct sock *isk,
				 struct tsec_udp_route *route)
{
	const struct tsec_udp_ends *to = &route->to;
	struct flowi6 fl6 = {
		.flowi6_proto	= IPPROTO_UDP,
		.flowi6_oif	= to->scope ?:
				  READ_ONCE(isk->sk_bound_dev_if),
		.flowi6_mark	= route->mark,
		.flowi6_uid	= isk->sk_uid,
		.daddr		= to->remote,
		.saddr		= to->local,
		.flowlabel	= ip6_make_flowinfo(route->tos,
						    inet6_sk(isk)->flow_label),
		.fl6_dport	= to->port,
		.fl6_sport	= route->local_port,
	};
	struct dst_entry *dst;

	security_sk_classify_flow(isk, flowi6_to_flowi_common(&fl6));
	dst = ipv6_stub->ipv6_dst_lookup_flow(sock_net(isk), isk, &fl6, NULL);
	route->src6 = fl6.saddr;
	return dst;
}

static int route6(struct dst_cache *cache, struct sock *isk,
		  struct tsec_udp_route *route)
{
	const struct ipv6_pinfo *np = inet6_sk(isk);
	struct dst_entry *dst = NULL;
	u32 mtu;

	if (cache)
		dst = dst_cache_get_ip6(cache, &route->src6);
	if (!dst) {
		dst = lookup6(isk, route);
		if (IS_ERR(dst))
			return PTR_ERR(dst);
		if (cache)
			dst_cache_set_ip6(cache, dst, &route->src6);
	}
	route->is_v6 = true;
	route->dst = dst;
	mtu = uses_pmtu(np->pmtudisc) ? dst_mtu(dst) :
					READ_ONCE(dst->dev->mtu);
	route->mtu = min_t(u32, mtu, IP6_MAX_MTU) - sizeof(struct ipv6hdr) -
		     sizeof(struct udphdr);
	return 0;
}

static void send6(struct sock *isk, struct tsec_udp_route *route,
		  struct sk_buff *skb)
{
	const struct ipv6_pinfo *np = inet6_sk(isk);
	int ttl = np->hop_limit;

	if (ttl < 0)
		ttl = ip6_dst_hoplimit(route->dst);
	udp_tunnel6_xmit_skb(route->dst, isk, skb, NULL, &route->src6,
			     &route->to.remote, route->tos, ttl,
			     np->flow_label, route->local_port,
			     route->to.port, false);
}
#else
static int route6(struct dst_cache *cache, struct sock *isk,
		  struct tsec_udp_route *route)
{
	return -EAFNOSUPPORT;
}

static void send6(struct sock *isk, struct tsec_udp_route *route,
		  struct sk_buff *skb)
{
	kfree_skb(skb);
}
#endif

/* Bottom halves off. */
static int route_find(struct dst_cache *cache, struct sock *isk,
		      struct tsec_udp_route *route)
{
	if (tsec_udp_ends_v6(&route->to))
		return route6(cache, isk, route);
	return route4(cache, isk, route);
}

/* Where this end sends from now on, if that is new. */
static bool path_moves(struct tsec_udp_path *path,
		       const struct tsec_udp_route *route)
{
	struct in6_addr src = route->src6;

	if (!route->is_v6)
		ipv6_addr_set_v4mapped(route->src, &src);
	if (likely(ipv6_addr_equal(&path->ends.local, &src)))
		return false;
	write_seqlock(&path->lock);
	path->ends.local = src;
	write_sequnlock(&path->lock);
	return true;
}

/**
 * tsec_udp_route() - find the way of a datagram
 * @path: the way, as last looked up
 * @isk: the inner socket
 * @ask: how it is to be sent
 * @route: set; ends with tsec_udp_send() or tsec_udp_route_put()
 *
 * Context: process context.
 * Return: 0 or a negative errno, as from send(2).
 */
int tsec_udp_route(struct tsec_udp_path *path, struct sock *isk,
		   const struct tsec_udp_ask *ask,
		   struct tsec_udp_route *route)
{
	unsigned int seq;
	int err;

	route->mark = ask->mark;
	route->tos = ask->tos;
	route->local_port = path->local_port ?: inet_sk(isk)->inet_sport;
	route->moved = false;
	local_bh_disable();
	path_check(path, route);
	do {
		seq = read_seqbegin(&path->lock);
		route->to = path->ends;
	} while (read_seqretry(&path->lock, seq));
	if (path->roams)
		route->to.local = in6addr_any;
	err = route_find(&path->cache, isk, route);
	/* The route to where the peer was is not to be remembered. */
	if (unlikely(read_seqretry(&path->lock, seq)))
		dst_cache_reset(&path->cache);
	else if (path->roams && !err)
		route->moved = path_moves(path, route);
	local_bh_enable();
	return err;
}

/**
 * tsec_udp_route_to() - find the way of a datagram that goes elsewhere
 * @isk: the inner socket
 * @to: from where to where
 * @ask: how it is to be sent
 * @route: set; ends with tsec_udp_send() or tsec_udp_route_put()
 *
 * Context: Any but hard interrupts.
 * Return: 0 or a negative errno, as from send(2).
 */
int tsec_udp_route_to(struct sock *isk, const struct tsec_udp_ends *to,
		      const struct tsec_udp_ask *ask,
		      struct tsec_udp_route *route)
{
	int err;

	route->mark = ask->mark;
	route->tos = ask->tos;
	route->local_port = inet_sk(isk)->inet_sport;
	route->moved = false;
	route->to = *to;
	local_bh_disable();
	err = route_find(NULL, isk, route);
	local_bh_enable();
	return err;
}

/**
 * tsec_udp_route_put() - a route is not needed after all
 * @route: the route
 *
 * Context: Any.
 */
void tsec_udp_route_put(struct tsec_udp_route *route)
{
	dst_release(route->dst);
}

/**
 * tsec_udp_headroom() - what has to be free before a datagram
 * @route: its way
 *
 * Return: bytes, for all headers.
 */
size_t tsec_udp_headroom(const struct tsec_udp_route *route)
{
	return LL_RESERVED_SPACE(route->dst->dev) + route->dst->header_len +
	       sizeof(struct udphdr) + (route->is_v6 ? sizeof(struct ipv6hdr) :
						       sizeof(struct iphdr));
}

/**
 * tsec_udp_send() - send a datagram
 * @isk: the inner socket; charged for @skb if a program sends that
 * @route: its way, used up
 * @skb: the datagram, tsec_udp_headroom() bytes free before it; used up
 *
 * A packet of many segments (gso_size) gets its UDP headers from the device,
 * or right before it.
 *
 * Context: Any but hard interrupts.
 */
void tsec_udp_send(struct sock *isk, struct tsec_udp_route *route,
		   struct sk_buff *skb)
{
	if (skb_is_gso(skb)) {
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_headroom(skb) - sizeof(struct udphdr);
		skb->csum_offset = offsetof(struct udphdr, check);
	}
	skb->mark = route->mark;
	skb->priority = READ_ONCE(isk->sk_priority);
	if (route->is_v6)
		send6(isk, route, skb);
	else
		send4(isk, route, skb);
}
