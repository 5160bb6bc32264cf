/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The peers of a UDP socket that is connected to none.
 */
#ifndef TSEC_UDP_PEER_H
#define TSEC_UDP_PEER_H

#include <linux/in6.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>
#include <net/sock.h>

/**
 * struct tsec_udp_ends - the two ends of a datagram, as a key for tables
 * @local: this end's address; those of IPv4 are mapped ones
 * @remote: the peer's address
 * @port: the peer's port
 * @unused: zero
 * @scope: number of the interface if @remote is of the link only, else 0
 */
struct tsec_udp_ends {
	struct in6_addr local;
	struct in6_addr remote;
	__be16 port;
	u16 unused;
	u32 scope;
};

/**
 * tsec_udp_ends_v6() - whether a datagram goes by IPv6
 * @ends: from where to where; a socket of IPv6 may well have a peer of IPv4
 *
 * Return: false for IPv4.
 */
static inline bool tsec_udp_ends_v6(const struct tsec_udp_ends *ends)
{
	return !ipv6_addr_v4mapped(&ends->remote);
}

void tsec_udp_ends_read(const struct sk_buff *skb,
			struct tsec_udp_ends *ends);
void tsec_udp_ends_of(const struct sock *isk, struct tsec_udp_ends *ends);
int tsec_udp_ends_named(const struct sock *isk, struct msghdr *msg,
			struct tsec_udp_ends *ends);
bool tsec_udp_ends_failed(const struct sk_buff *skb,
			  struct tsec_udp_ends *ends);
int tsec_udp_child(struct socket *child, struct sock *parent,
		   const struct tsec_udp_ends *ends);
void tsec_udp_reply(struct sock *isk, const struct tsec_udp_ends *ends,
		    const void *data, size_t len);

#endif /* TSEC_UDP_PEER_H */
