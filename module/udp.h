/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inner UDP socket: datagrams in, datagrams out.
 */
#ifndef TSEC_UDP_H
#define TSEC_UDP_H

#include <linux/in6.h>
#include <linux/net.h>
#include <linux/seqlock.h>
#include <linux/skbuff.h>
#include <net/dst_cache.h>
#include <net/sock.h>
#include <net/udp_tunnel.h>

#include "udp_peer.h"

/**
 * struct tsec_udp_ask - how a datagram is to be sent
 * @mark: SO_MARK
 * @tos: IP_TOS or IPV6_TCLASS
 * @segment: UDP_SEGMENT: bytes of payload in each record, 0 for one record
 */
struct tsec_udp_ask {
	u32 mark;
	u8 tos;
	u16 segment;
};

/**
 * struct tsec_udp_path - the way to the peer, as last looked up
 * @lock: protects @ends, and what is told of it elsewhere
 * @ends: from where to where
 * @roams: this end may get another address
 * @cache: the route, for each CPU
 * @mark: SO_MARK that it was looked up with
 * @tos: IP_TOS or IPV6_TCLASS that it was looked up with, without the bits
 *	of ECN
 * @local_port: the port that datagrams go from; 0 for the socket's own
 */
struct tsec_udp_path {
	seqlock_t lock;		/* the ends change together */
	struct tsec_udp_ends ends;
	bool roams;
	struct dst_cache cache;
	u32 mark;
	u8 tos;
	__be16 local_port;
};

/**
 * struct tsec_udp_route - the way of one datagram
 * @dst: the route, with a reference
 * @mark: SO_MARK
 * @tos: IP_TOS or IPV6_TCLASS
 * @is_v6: by IPv6; an IPv6 socket may well have an IPv4 peer
 * @src: IPv4: the source address
 * @src6: IPv6: the source address
 * @to: the peer
 * @local_port: the port that it goes from
 * @moved: this end has got another address: @path->ends.local is new
 * @mtu: bytes that the longest datagram may have, without its UDP header
 */
struct tsec_udp_route {
	struct dst_entry *dst;
	u32 mark;
	u8 tos;
	bool is_v6;
	__be32 src;
	struct in6_addr src6;
	struct tsec_udp_ends to;
	__be16 local_port;
	bool moved;
	u32 mtu;
};

void tsec_udp_hook(struct socket *inner, udp_tunnel_encap_rcv_t receive,
		   udp_tunnel_encap_err_rcv_t error);
int tsec_udp_icmp_errno(const struct sk_buff *skb);
int tsec_udp_path_init(struct tsec_udp_path *path, const struct sock *isk);
void tsec_udp_path_free(struct tsec_udp_path *path);
void tsec_udp_path_ends(const struct tsec_udp_path *path,
			struct tsec_udp_ends *ends);
bool tsec_udp_path_is_from(const struct tsec_udp_path *path,
			   const struct sk_buff *skb);
int tsec_udp_disconnect(struct socket *inner);
bool tsec_udp_is_bound(const struct sock *isk);
void tsec_udp_ask_plain(const struct sock *isk, bool by_v6,
			struct tsec_udp_ask *ask);
int tsec_udp_ask(const struct tsec_udp_path *path, struct sock *isk,
		 struct msghdr *msg, struct tsec_udp_ask *ask);
void tsec_udp_tell(struct sock *isk, struct msghdr *msg,
		   const struct sk_buff *skb);
int tsec_udp_route(struct tsec_udp_path *path, struct sock *isk,
		   const struct tsec_udp_ask *ask,
		   struct tsec_udp_route *route);
int tsec_udp_route_to(struct sock *isk, const struct tsec_udp_ends *to,
		      const struct tsec_udp_ask *ask,
		      struct tsec_udp_route *route);
void tsec_udp_route_put(struct tsec_udp_route *route);
size_t tsec_udp_headroom(const struct tsec_udp_route *route);
void tsec_udp_send(struct sock *isk, struct tsec_udp_route *route,
		   struct sk_buff *skb);

#endif /* TSEC_UDP_H */
