// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of udp_peer.c, over the loopback device.
 */
#include <linux/in.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

#include "../udp_peer.h"
#include "kunit.h"

enum udp_peer_test_limits {
	PORT	= 4711,		/* of a peer */
	LINK	= 3,		/* number of an interface */
	WAIT_MS	= 5000,
};

static struct in6_addr in6(const char *text)
{
	struct in6_addr addr = { };

	in6_pton(text, -1, addr.s6_addr, -1, NULL);
	return addr;
}

/* Headers only; @sent: as an ICMP error quotes them. */
static struct sk_buff *headers4(struct kunit *test, bool sent)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct iphdr *ip;
	struct udphdr *udp;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->protocol = htons(ETH_P_IP);
	skb_reset_network_header(skb);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->saddr = in_aton(sent ? "192.0.2.1" : "198.51.100.2");
	ip->daddr = in_aton(sent ? "198.51.100.2" : "192.0.2.1");
	skb_set_transport_header(skb, sizeof(*ip));
	udp = skb_put_zero(skb, sizeof(*udp));
	udp->source = htons(sent ? 443 : PORT);
	udp->dest = htons(sent ? PORT : 443);
	return skb;
}

static struct sk_buff *headers6(struct kunit *test, bool sent,
				const char *peer)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct in6_addr local = in6("2001:db8::1"), remote = in6(peer);
	struct ipv6hdr *ip;
	struct udphdr *udp;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->protocol = htons(ETH_P_IPV6);
	skb->skb_iif = LINK;
	skb_reset_network_header(skb);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 6;
	ip->nexthdr = IPPROTO_UDP;
	ip->saddr = sent ? local : remote;
	ip->daddr = sent ? remote : local;
	skb_set_transport_header(skb, sizeof(*ip));
	udp = skb_put_zero(skb, sizeof(*udp));
	udp->source = htons(sent ? 443 : PORT);
	udp->dest = htons(sent ? PORT : 443);
	return skb;
}

static void expect_ends(struct kunit *test, const struct tsec_udp_ends *ends,
			const char *local, const char *remote, u32 scope)
{
	struct tsec_udp_ends want = {
		.local	= in6(local),
		.remote	= in6(remote),
		.port	= htons(PORT),
		.scope	= scope,
	};

	EXPECT_BYTES(test, ends, &want, sizeof(want));
}

static void ends_read__v4(struct kunit *test)
{
	struct sk_buff *skb = headers4(test, false);
	struct tsec_udp_ends ends;

	memset(&ends, 0xff, sizeof(ends));
	tsec_udp_ends_read(skb, &ends);
	expect_ends(test, &ends, "::ffff:192.0.2.1", "::ffff:198.51.100.2", 0);
	kfree_skb(skb);
}

static void ends_read__v6(struct kunit *test)
{
	struct sk_buff *skb = headers6(test, false, "2001:db8::2");
	struct tsec_udp_ends ends;

	memset(&ends, 0xff, sizeof(ends));
	tsec_udp_ends_read(skb, &ends);
	expect_ends(test, &ends, "2001:db8::1", "2001:db8::2", 0);
	kfree_skb(skb);
}

/* One address may be on two links. */
static void ends_read__link_local(struct kunit *test)
{
	struct sk_buff *skb = headers6(test, false, "fe80::2");
	struct tsec_udp_ends ends;

	tsec_udp_ends_read(skb, &ends);
	expect_ends(test, &ends, "2001:db8::1", "fe80::2", LINK);
	kfree_skb(skb);
}

/* What was sent and what comes in are of one session. */
static void ends_failed(struct kunit *test)
{
	struct sk_buff *v4 = headers4(test, true);
	struct sk_buff *v6 = headers6(test, true, "2001:db8::2");
	struct tsec_udp_ends ends;

	KUNIT_EXPECT_TRUE(test, tsec_udp_ends_failed(v4, &ends));
	expect_ends(test, &ends, "::ffff:192.0.2.1", "::ffff:198.51.100.2", 0);
	KUNIT_EXPECT_TRUE(test, tsec_udp_ends_failed(v6, &ends));
	expect_ends(test, &ends, "2001:db8::1", "2001:db8::2", 0);
	ipv6_hdr(v6)->nexthdr = IPPROTO_FRAGMENT;
	KUNIT_EXPECT_FALSE(test, tsec_udp_ends_failed(v6, &ends));
	kfree_skb(v4);
	kfree_skb(v6);
}

static struct socket *socket_bound(struct kunit *test, sa_family_t family,
				   const char *address)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct socket *sock;
	int err;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, family, SOCK_DGRAM,
					       IPPROTO_UDP, &sock), 0);
	v6.sin6_addr = in6(address);
	v4.sin_addr.s_addr = v6.sin6_addr.s6_addr32[3];
	err = family == AF_INET ?
	      kernel_bind(sock, (struct sockaddr *)&v4, sizeof(v4)) :
	      kernel_bind(sock, (struct sockaddr *)&v6, sizeof(v6));
	KUNIT_ASSERT_EQ(test, err, 0);
	return sock;
}

static struct tsec_udp_ends named(struct kunit *test, sa_family_t family,
				  void *name, int len, int want)
{
	struct socket *sock = socket_bound(test, family, "::");
	struct msghdr msg = { .msg_name = name, .msg_namelen = len };
	struct tsec_udp_ends ends;

	sock->sk->sk_bound_dev_if = LINK;
	memset(&ends, 0xff, sizeof(ends));
	KUNIT_EXPECT_EQ(test, tsec_udp_ends_named(sock->sk, &msg, &ends), want);
	sock_release(sock);
	return ends;
}

static void ends_named__v4(struct kunit *test)
{
	struct sockaddr_in v4 = {
		.sin_family	= AF_INET,
		.sin_port	= htons(PORT),
		.sin_addr	= { in_aton("198.51.100.2") },
	};
	struct tsec_udp_ends ends;

	ends = named(test, AF_INET, &v4, sizeof(v4), 0);
	expect_ends(test, &ends, "::", "::ffff:198.51.100.2", 0);
	ends = named(test, AF_INET6, &v4, sizeof(v4), 0);
	expect_ends(test, &ends, "::", "::ffff:198.51.100.2", 0);
	named(test, AF_INET, &v4, sizeof(v4) - 1, -EINVAL);
	v4.sin_family = AF_UNIX;
	named(test, AF_INET, &v4, sizeof(v4), -EAFNOSUPPORT);
}

static void ends_named__v6(struct kunit *test)
{
	struct sockaddr_in6 v6 = {
		.sin6_family	= AF_INET6,
		.sin6_port	= htons(PORT),
		.sin6_addr	= in6("2001:db8::2"),
		.sin6_scope_id	= 9,
	};
	struct tsec_udp_ends ends;

	/* An interface says something of an address of the link alone. */
	ends = named(test, AF_INET6, &v6, sizeof(v6), 0);
	expect_ends(test, &ends, "::", "2001:db8::2", 0);
	named(test, AF_INET6, &v6, SIN6_LEN_RFC2133 - 1, -EINVAL);
	named(test, AF_INET, &v6, sizeof(v6), -EAFNOSUPPORT);
	v6.sin6_addr = in6("fe80::2");
	ends = named(test, AF_INET6, &v6, sizeof(v6), 0);
	expect_ends(test, &ends, "::", "fe80::2", 9);
	ends = named(test, AF_INET6, &v6, SIN6_LEN_RFC2133, 0);
	expect_ends(test, &ends, "::", "fe80::2", LINK);
}

/* The address of this end, as control data has it. */
static int named_from(struct kunit *test, int level, int type,
		      const void *info, size_t len, struct tsec_udp_ends *ends)
{
	struct sockaddr_in v4 = {
		.sin_family	= AF_INET,
		.sin_port	= htons(PORT),
		.sin_addr	= { in_aton("198.51.100.2") },
	};
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control = {
		.header = {
			.cmsg_len = CMSG_LEN(len),
			.cmsg_level = level,
			.cmsg_type = type,
		},
	};
	struct msghdr msg = {
		.msg_name = &v4,
		.msg_namelen = sizeof(v4),
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(len),
	};
	struct socket *sock = socket_bound(test, AF_INET6, "::");
	int err;

	memcpy(CMSG_DATA(&control.header), info, len);
	err = tsec_udp_ends_named(sock->sk, &msg, ends);
	sock_release(sock);
	return err;
}

static void ends_named__from(struct kunit *test)
{
	struct in_pktinfo v4 = { .ipi_spec_dst = { in_aton("192.0.2.1") } };
	struct in6_pktinfo v6 = { .ipi6_addr = in6("2001:db8::1") };
	struct tsec_udp_ends ends;

	KUNIT_EXPECT_EQ(test, named_from(test, SOL_IP, IP_PKTINFO, &v4,
					 sizeof(v4), &ends), 0);
	expect_ends(test, &ends, "::ffff:192.0.2.1", "::ffff:198.51.100.2", 0);
	KUNIT_EXPECT_EQ(test, named_from(test, SOL_IPV6, IPV6_PKTINFO, &v6,
					 sizeof(v6), &ends), 0);
	expect_ends(test, &ends, "2001:db8::1", "::ffff:198.51.100.2", 0);
	/* All else is left to who sends. */
	KUNIT_EXPECT_EQ(test, named_from(test, SOL_IP, IP_TTL, &v4,
					 sizeof(int), &ends), 0);
	expect_ends(test, &ends, "::", "::ffff:198.51.100.2", 0);
	KUNIT_EXPECT_EQ(test, named_from(test, SOL_IP, IP_PKTINFO, &v4,
					 sizeof(v4) - 1, &ends), -EINVAL);
	KUNIT_EXPECT_EQ(test, named_from(test, SOL_IPV6, IPV6_PKTINFO, &v6,
					 sizeof(v6) - 1, &ends), -EINVAL);
}

/* What the kernel finds at the address: the peer, and the parent's port. */
static void child_check(struct kunit *test, sa_family_t family,
			const char *local, const char *remote)
{
	struct socket *parent = socket_bound(test, family, "::");
	struct socket *peer = socket_bound(test, family, remote);
	struct tsec_udp_ends ends = {
		.local	= in6(local),
		.remote	= in6(remote),
		.port	= inet_sk(peer->sk)->inet_sport,
	};
	const struct inet_sock *inet;
	struct tsec_udp_ends of;
	struct socket *child;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, family, SOCK_DGRAM,
					       IPPROTO_UDP, &child), 0);
	parent->sk->sk_mark = 7;
	parent->sk->sk_priority = 5;
	sock_set_flag(parent->sk, SOCK_LOCALROUTE);
	KUNIT_ASSERT_EQ(test, tsec_udp_child(child, parent->sk, &ends), 0);
	tsec_udp_ends_of(child->sk, &of);
	EXPECT_BYTES(test, &of, &ends, sizeof(ends));
	inet = inet_sk(child->sk);
	KUNIT_EXPECT_EQ(test, child->sk->sk_state, TCP_ESTABLISHED);
	KUNIT_EXPECT_TRUE(test, sk_unhashed(child->sk));
	KUNIT_EXPECT_EQ(test, child->sk->sk_mark, 7);
	KUNIT_EXPECT_EQ(test, child->sk->sk_priority, 5);
	KUNIT_EXPECT_TRUE(test, sock_flag(child->sk, SOCK_LOCALROUTE));
	KUNIT_EXPECT_EQ(test, inet->inet_sport, inet_sk(parent->sk)->inet_sport);
	KUNIT_EXPECT_EQ(test, inet->inet_dport, ends.port);
	if (ipv6_addr_v4mapped(&ends.local))
		KUNIT_EXPECT_EQ(test, inet->inet_saddr,
				ends.local.s6_addr32[3]);
	if (family == AF_INET6)
		EXPECT_BYTES(test, &child->sk->sk_v6_daddr, &ends.remote,
			     sizeof(ends.remote));
	sock_release(child);
	sock_release(peer);
	sock_release(parent);
}

static void child__v4(struct kunit *test)
{
	child_check(test, AF_INET, "::ffff:127.0.0.1", "::ffff:127.0.0.2");
}

static void child__v6(struct kunit *test)
{
	child_check(test, AF_INET6, "::1", "::1");
}

static void child__mapped(struct kunit *test)
{
	child_check(test, AF_INET6, "::ffff:127.0.0.1", "::ffff:127.0.0.2");
}

static void reply_check(struct kunit *test, sa_family_t family,
			const char *local, const char *remote)
{
	struct socket *sock = socket_bound(test, family, "::");
	struct socket *peer = socket_bound(test, family, remote);
	struct tsec_udp_ends ends = {
		.local	= in6(local),
		.remote	= in6(remote),
		.port	= inet_sk(peer->sk)->inet_sport,
	};
	struct sockaddr_storage from = { };
	u8 buf[16];
	struct kvec vec = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_name = &from };

	peer->sk->sk_rcvtimeo = msecs_to_jiffies(WAIT_MS);
	local_bh_disable();
	rcu_read_lock();
	tsec_udp_reply(sock->sk, &ends, "answer", 6);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, kernel_recvmsg(peer, &msg, &vec, 1, sizeof(buf),
					     0), 6);
	EXPECT_BYTES(test, buf, "answer", 6);
	/* The port stands at the same place in both kinds of addresses. */
	KUNIT_EXPECT_EQ(test, ((struct sockaddr_in *)&from)->sin_port,
			inet_sk(sock->sk)->inet_sport);
	sock_release(peer);
	sock_release(sock);
}

static void reply__v4(struct kunit *test)
{
	reply_check(test, AF_INET, "::ffff:127.0.0.1", "::ffff:127.0.0.2");
}

static void reply__v6(struct kunit *test)
{
	reply_check(test, AF_INET6, "::1", "::1");
}

static void reply__mapped(struct kunit *test)
{
	reply_check(test, AF_INET6, "::ffff:127.0.0.1", "::ffff:127.0.0.2");
}

static struct kunit_case udp_peer_cases[] = {
	KUNIT_CASE(ends_read__v4),
	KUNIT_CASE(ends_read__v6),
	KUNIT_CASE(ends_read__link_local),
	KUNIT_CASE(ends_failed),
	KUNIT_CASE(ends_named__v4),
	KUNIT_CASE(ends_named__v6),
	KUNIT_CASE(ends_named__from),
	KUNIT_CASE(child__v4),
	KUNIT_CASE(child__v6),
	KUNIT_CASE(child__mapped),
	KUNIT_CASE(reply__v4),
	KUNIT_CASE(reply__v6),
	KUNIT_CASE(reply__mapped),
	{ }
};

static struct kunit_suite udp_peer_suite = {
	.name		= "tsec_udp_peer",
	.test_cases	= udp_peer_cases,
};

kunit_test_suites(&udp_peer_suite);
