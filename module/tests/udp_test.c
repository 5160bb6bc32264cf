// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of udp.c and udp_cmsg.c, with UDP sockets that are connected to
 * nobody.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#include "../udp.h"
#include "kunit.h"

enum udp_test_limits {
	LO_MTU	= 65536,		/* of the loopback device */
};

/**
 * struct bench - a socket of each family, and where it sends
 * @v4: connected to 127.0.0.1
 * @v6: connected to ::1
 * @path: the way of @v4
 * @path6: the way of @v6
 */
struct bench {
	struct socket *v4;
	struct socket *v6;
	struct tsec_udp_path path;
	struct tsec_udp_path path6;
};

static int option_set(struct socket *sock, int level, int name, int value)
{
	return sock->ops->setsockopt(sock, level, name, KERNEL_SOCKPTR(&value),
				     sizeof(value));
}

static int socket_make(struct socket **sock, struct sockaddr *addr, int len)
{
	int err = sock_create_kern(&init_net, addr->sa_family, SOCK_DGRAM,
				   IPPROTO_UDP, sock);

	return err ?: kernel_connect(*sock, addr, len, 0);
}

static int bench_setup(struct kunit *test)
{
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(9),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	test->priv = b;
	if (!b)
		return -ENOMEM;
	return socket_make(&b->v4, (struct sockaddr *)&v4, sizeof(v4)) ?:
	       socket_make(&b->v6, (struct sockaddr *)&v6, sizeof(v6)) ?:
	       tsec_udp_path_init(&b->path, b->v4->sk) ?:
	       tsec_udp_path_init(&b->path6, b->v6->sk);
}

static void bench_teardown(struct kunit *test)
{
	struct bench *b = test->priv;

	if (b->v4)
		sock_release(b->v4);
	if (b->v6)
		sock_release(b->v6);
	tsec_udp_path_free(&b->path);
	tsec_udp_path_free(&b->path6);
}

/* What an ICMP error of this type and code comes to. */
static int icmp_errno(struct kunit *test, u16 protocol, u8 type, u8 code)
{
	struct sk_buff *skb = alloc_skb(sizeof(struct icmp6hdr), GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_transport_header(skb);
	skb_put_zero(skb, sizeof(struct icmp6hdr));
	skb->protocol = htons(protocol);
	skb->data[0] = type;
	skb->data[1] = code;
	err = tsec_udp_icmp_errno(skb);
	kfree_skb(skb);
	return err;
}

struct icmp_row {
	u8 type;
	u8 code;
	int err;
};

static void icmp_check(struct kunit *test, u16 protocol,
		       const struct icmp_row *row, size_t n)
{
	for (; n--; row++)
		KUNIT_EXPECT_EQ_MSG(test,
				    icmp_errno(test, protocol, row->type,
					       row->code), row->err,
				    "type %u code %u", row->type, row->code);
}

static void icmp_errno__v4(struct kunit *test)
{
	static const struct icmp_row rows[] = {
		{ ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0 },
		{ ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0 },
		{ ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, -ENOPROTOOPT },
		{ ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, -ECONNREFUSED },
		{ ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 0 },
		{ ICMP_DEST_UNREACH, ICMP_SR_FAILED, 0 },
		{ ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, -EHOSTUNREACH },
		{ ICMP_DEST_UNREACH, NR_ICMP_UNREACH + 1, 0 },
		{ ICMP_DEST_UNREACH, 255, 0 },
		{ ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0 },
		{ ICMP_PARAMETERPROB, ICMP_PORT_UNREACH, 0 },
		{ ICMP_SOURCE_QUENCH, ICMP_PORT_UNREACH, 0 },
	};

	icmp_check(test, ETH_P_IP, rows, ARRAY_SIZE(rows));
}

static void icmp_errno__v6(struct kunit *test)
{
	static const struct icmp_row rows[] = {
		{ ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE, 0 },
		{ ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED, -EACCES },
		{ ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0 },
		{ ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, -ECONNREFUSED },
		{ ICMPV6_DEST_UNREACH, ICMPV6_POLICY_FAIL, -EACCES },
		{ ICMPV6_DEST_UNREACH, ICMPV6_REJECT_ROUTE, -EACCES },
		{ ICMPV6_DEST_UNREACH, 255, 0 },
		{ ICMPV6_PKT_TOOBIG, ICMPV6_PORT_UNREACH, 0 },
		{ ICMPV6_TIME_EXCEED, ICMPV6_PORT_UNREACH, 0 },
		/* What ICMP calls a port that nobody listens at. */
		{ ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0 },
	};

	icmp_check(test, ETH_P_IPV6, rows, ARRAY_SIZE(rows));
}

static int ask_of(struct socket *sock, struct msghdr *msg,
		  struct tsec_udp_ask *ask)
{
	struct tsec_udp_path path = { };

	tsec_udp_ends_of(sock->sk, &path.ends);
	return tsec_udp_ask(&path, sock->sk, msg, ask);
}

/* Asks with one word of control data, of any length up to a long. */
static int ask_with(struct socket *sock, int level, int type,
		    const void *value, size_t len, struct tsec_udp_ask *ask)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(long))];
	} control = {
		.header = {
			.cmsg_len = CMSG_LEN(len),
			.cmsg_level = level,
			.cmsg_type = type,
		},
	};
	struct msghdr msg = {
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(len),
	};

	memcpy(CMSG_DATA(&control.header), value, len);
	return ask_of(sock, &msg, ask);
}

static int ask_int(struct socket *sock, int level, int type, int value,
		   struct tsec_udp_ask *ask)
{
	return ask_with(sock, level, type, &value, sizeof(value), ask);
}

static void ask__as_the_socket_says(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_udp_ask ask;
	struct msghdr msg = { };

	KUNIT_EXPECT_EQ(test, option_set(b->v4, SOL_IP, IP_TOS, 0x28), 0);
	KUNIT_EXPECT_EQ(test, option_set(b->v6, SOL_IPV6, IPV6_TCLASS, 0x30),
			0);
	KUNIT_EXPECT_EQ(test, option_set(b->v4, SOL_UDP, UDP_SEGMENT, 700), 0);
	b->v4->sk->sk_mark = 7;
	KUNIT_EXPECT_EQ(test, ask_of(b->v4, NULL, &ask), 0);
	KUNIT_EXPECT_EQ(test, ask.tos, 0x28);
	KUNIT_EXPECT_EQ(test, ask.mark, 7);
	KUNIT_EXPECT_EQ(test, ask.segment, 700);
	KUNIT_EXPECT_EQ(test, ask_of(b->v6, &msg, &ask), 0);
	KUNIT_EXPECT_EQ(test, ask.tos, 0x30);
	KUNIT_EXPECT_EQ(test, ask.mark, 0);
	KUNIT_EXPECT_EQ(test, ask.segment, 0);
}

static void ask__as_the_message_says(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_udp_ask ask;
	u16 segment = 1200;
	u8 tos = 0x28;

	b->v4->sk->sk_mark = 7;
	KUNIT_EXPECT_EQ(test, ask_int(b->v4, SOL_SOCKET, SO_MARK, 9, &ask), 0);
	KUNIT_EXPECT_EQ(test, ask.mark, 9);
	/* A byte or an int. */
	KUNIT_EXPECT_EQ(test, ask_int(b->v4, SOL_IP, IP_TOS, 0xb8, &ask), 0);
	KUNIT_EXPECT_EQ(test, ask.tos, 0xb8);
	KUNIT_EXPECT_EQ(test, ask_with(b->v4, SOL_IP, IP_TOS, &tos,
				       sizeof(tos), &ask), 0);
	KUNIT_EXPECT_EQ(test, ask.tos, tos);
	KUNIT_EXPECT_EQ(test, ask_int(b->v6, SOL_IPV6, IPV6_TCLASS, 0xff,
				      &ask), 0);
	KUNIT_EXPECT_EQ(test, ask.tos, 0xff);
	KUNIT_EXPECT_EQ(test, ask_with(b->v4, SOL_UDP, UDP_SEGMENT, &segment,
				       sizeof(segment), &ask), 0);
	KUNIT_EXPECT_EQ(test, ask.segment, segment);
}

static void ask__refused(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_udp_ask ask;
	u8 byte = 1;

	KUNIT_EXPECT_EQ(test, ask_int(b->v4, SOL_IP, IP_TOS, 256, &ask),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ask_int(b->v4, SOL_IP, IP_TOS, -1, &ask),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ask_with(b->v4, SOL_IP, IP_TOS, "ab", 2, &ask),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ask_with(b->v4, SOL_SOCKET, SO_MARK, &byte, 1,
				       &ask), -EINVAL);
	KUNIT_EXPECT_EQ(test, ask_int(b->v4, SOL_UDP, UDP_SEGMENT, 100, &ask),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ask_int(b->v4, SOL_UDP, UDP_GRO, 100, &ask),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ask_int(b->v4, SOL_IP, IP_TTL, 1, &ask),
			-EINVAL);
	/* SOL_IP and SOL_TCP differ in the level alone. */
	KUNIT_EXPECT_EQ(test, ask_int(b->v4, SOL_TCP, IP_TOS, 1, &ask),
			-EINVAL);
}

/* A header that says it is longer than what there is. */
static void ask__too_short(struct kunit *test)
{
	struct cmsghdr header = {
		.cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SO_MARK,
	};
	struct msghdr msg = {
		.msg_control = &header,
		.msg_controllen = sizeof(header),
	};
	struct bench *b = test->priv;
	struct tsec_udp_ask ask;

	KUNIT_EXPECT_EQ(test, ask_of(b->v4, &msg, &ask), -EINVAL);
	header.cmsg_len = 0;
	KUNIT_EXPECT_EQ(test, ask_of(b->v4, &msg, &ask), -EINVAL);
}

static const struct tsec_udp_ask plain = { .mark = 3, .tos = 0x2a };

static void route__v4(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_udp_route route = { };

	KUNIT_ASSERT_EQ(test, tsec_udp_route(&b->path, b->v4->sk, &plain,
					     &route), 0);
	KUNIT_EXPECT_FALSE(test, route.is_v6);
	KUNIT_EXPECT_EQ(test, route.mark, 3);
	KUNIT_EXPECT_EQ(test, route.tos, 0x2a);
	KUNIT_EXPECT_EQ(test, ntohl(route.src), INADDR_LOOPBACK);
	/* A packet's length has 16 bits, whatever the device could take. */
	KUNIT_EXPECT_EQ(test, route.mtu, IP_MAX_MTU - sizeof(struct iphdr) -
			sizeof(struct udphdr));
	KUNIT_EXPECT_GE(test, tsec_udp_headroom(&route),
			ETH_HLEN + sizeof(struct iphdr) +
			sizeof(struct udphdr));
	tsec_udp_route_put(&route);
}

static void route__v6(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_udp_route route = { };

	KUNIT_ASSERT_EQ(test, tsec_udp_route(&b->path6, b->v6->sk, &plain,
					     &route), 0);
	KUNIT_EXPECT_TRUE(test, route.is_v6);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_loopback(&route.src6));
	/* The length in an IPv6 header does not count that header. */
	KUNIT_EXPECT_EQ(test, route.mtu, LO_MTU - sizeof(struct ipv6hdr) -
			sizeof(struct udphdr));
	KUNIT_EXPECT_GE(test, tsec_udp_headroom(&route),
			ETH_HLEN + sizeof(struct ipv6hdr) +
			sizeof(struct udphdr));
	tsec_udp_route_put(&route);
}

/* Found again without a look-up, until mark or traffic class change. */
static void route__remembered(struct kunit *test)
{
	struct tsec_udp_ask other = plain;
	struct bench *b = test->priv;
	struct tsec_udp_route first, again;

	KUNIT_ASSERT_EQ(test, tsec_udp_route(&b->path, b->v4->sk, &plain,
					     &first), 0);
	KUNIT_EXPECT_EQ(test, b->path.mark, 3);
	/* The bits of ECN have no say in where a packet goes. */
	KUNIT_EXPECT_EQ(test, b->path.tos, 0x28);
	other.tos = 0x29;
	KUNIT_ASSERT_EQ(test, tsec_udp_route(&b->path, b->v4->sk, &other,
					     &again), 0);
	KUNIT_EXPECT_PTR_EQ(test, again.dst, first.dst);
	KUNIT_EXPECT_EQ(test, again.src, first.src);
	KUNIT_EXPECT_EQ(test, b->path.tos, 0x28);
	tsec_udp_route_put(&again);
	tsec_udp_route_put(&first);
	other.mark = 4;
	KUNIT_ASSERT_EQ(test, tsec_udp_route(&b->path, b->v4->sk, &other,
					     &again), 0);
	KUNIT_EXPECT_EQ(test, b->path.mark, 4);
	KUNIT_EXPECT_EQ(test, again.mark, 4);
	tsec_udp_route_put(&again);
}

/* To an address that is not the path's: looked up, and not remembered. */
static void route_to(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_udp_route route;
	struct tsec_udp_ends to;

	tsec_udp_path_ends(&b->path, &to);
	ipv6_addr_set_v4mapped(htonl(INADDR_LOOPBACK + 7), &to.remote);
	to.port = htons(77);
	KUNIT_ASSERT_EQ(test, tsec_udp_route_to(b->v4->sk, &to, &plain,
						&route), 0);
	KUNIT_EXPECT_EQ(test, route.to.port, htons(77));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&route.to.remote, &to.remote));
	KUNIT_EXPECT_FALSE(test, route.moved);
	KUNIT_EXPECT_EQ(test, b->path.mark, 0);
	tsec_udp_route_put(&route);
}

/* From the address that the kernel chooses, whatever it was before. */
static void route__roams(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_udp_route route;
	struct tsec_udp_ends ends;

	b->path.roams = true;
	ipv6_addr_set_v4mapped(htonl(INADDR_LOOPBACK + 7),
			       &b->path.ends.local);
	KUNIT_ASSERT_EQ(test, tsec_udp_route(&b->path, b->v4->sk, &plain,
					     &route), 0);
	KUNIT_EXPECT_TRUE(test, route.moved);
	KUNIT_EXPECT_EQ(test, ntohl(route.src), INADDR_LOOPBACK);
	tsec_udp_route_put(&route);
	tsec_udp_path_ends(&b->path, &ends);
	KUNIT_EXPECT_EQ(test, ntohl(ends.local.s6_addr32[3]), INADDR_LOOPBACK);
	KUNIT_ASSERT_EQ(test, tsec_udp_route(&b->path, b->v4->sk, &plain,
					     &route), 0);
	KUNIT_EXPECT_FALSE(test, route.moved);
	tsec_udp_route_put(&route);
}

/* A datagram without content from a port of the loopback address. */
static struct sk_buff *datagram_from(struct kunit *test, u32 addr, u16 port)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct iphdr *ip;
	struct udphdr *udp;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->saddr = htonl(addr);
	ip->daddr = htonl(INADDR_LOOPBACK + 3);
	skb_set_transport_header(skb, sizeof(*ip));
	udp = skb_put_zero(skb, sizeof(*udp));
	udp->source = htons(port);
	return skb;
}

static bool is_from(struct kunit *test, u32 addr, u16 port)
{
	struct sk_buff *skb = datagram_from(test, addr, port);
	struct bench *b = test->priv;
	bool is = tsec_udp_path_is_from(&b->path, skb);

	kfree_skb(skb);
	return is;
}

static void path_is_from(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, is_from(test, INADDR_LOOPBACK, 9));
	KUNIT_EXPECT_FALSE(test, is_from(test, INADDR_LOOPBACK, 10));
	KUNIT_EXPECT_FALSE(test, is_from(test, INADDR_LOOPBACK + 1, 9));
}

/* The port stays, and the kernel's own tables know it. */
static void disconnect_check(struct kunit *test, struct socket *sock)
{
	__be16 port = inet_sk(sock->sk)->inet_sport;
	struct tsec_udp_ends ends;

	KUNIT_EXPECT_FALSE(test, tsec_udp_is_bound(sock->sk));
	sock->sk->sk_bound_dev_if = 1;
	KUNIT_ASSERT_EQ(test, tsec_udp_disconnect(sock), 0);
	tsec_udp_ends_of(sock->sk, &ends);
	KUNIT_EXPECT_EQ(test, ends.port, 0);
	KUNIT_EXPECT_EQ(test, ends.remote.s6_addr32[3], 0);
	KUNIT_EXPECT_EQ(test, inet_sk(sock->sk)->inet_sport, port);
	KUNIT_EXPECT_EQ(test, sock->sk->sk_bound_dev_if, 1);
	KUNIT_EXPECT_FALSE(test, sk_unhashed(sock->sk));
}

static void disconnect(struct kunit *test)
{
	struct bench *b = test->priv;

	disconnect_check(test, b->v4);
	disconnect_check(test, b->v6);
}

static struct kunit_case udp_cases[] = {
	KUNIT_CASE(icmp_errno__v4),
	KUNIT_CASE(icmp_errno__v6),
	KUNIT_CASE(ask__as_the_socket_says),
	KUNIT_CASE(ask__as_the_message_says),
	KUNIT_CASE(ask__refused),
	KUNIT_CASE(ask__too_short),
	KUNIT_CASE(route__v4),
	KUNIT_CASE(route__v6),
	KUNIT_CASE(route__remembered),
	KUNIT_CASE(route_to),
	KUNIT_CASE(route__roams),
	KUNIT_CASE(path_is_from),
	KUNIT_CASE(disconnect),
	{ }
};

static struct kunit_suite udp_suite = {
	.name		= "tsec_udp",
	.init		= bench_setup,
	.exit		= bench_teardown,
	.test_cases	= udp_cases,
};

kunit_test_suites(&udp_suite);
