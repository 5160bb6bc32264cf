// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of dgram_inside.c: which headers a session's payloads get.  The
 * headers themselves are tested with encap_header.c and tunnel.c.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "../dgram_inside.h"
#include "../packet.h"
#include "kunit.h"

enum dgram_inside_test_limits {
	ROOM	= 64,
	UDP	= 8,
};

struct bench {
	struct tsec_dgram_inside inside;
	struct tsec_packet packet;
	u8 data[ROOM];
};

static void begin(struct bench *b, enum tsec_encap_kind kind,
		  enum tsec_packet_kind carried)
{
	struct tsec_udp_ends ends = { .port = htons(6000) };
	struct tsec_tunnel_ends whole = { };

	memset(b, 0, sizeof(*b));
	ipv6_addr_set_v4mapped(htonl(INADDR_LOOPBACK), &ends.local);
	ends.remote = ends.local;
	b->inside.kind = kind;
	if (kind == TSEC_ENCAP_UDP)
		tsec_encap_header_init(&b->inside.header, htons(6000), &ends);
	if (kind == TSEC_ENCAP_IP)
		tsec_tunnel_init(&b->inside.tunnel, &whole, 0);
	b->packet.data = b->data + ROOM / 2;
	b->packet.len = 5;
	b->packet.kind = carried;
}

static void push_and_pull(struct kunit *test, struct bench *b, u32 more)
{
	KUNIT_EXPECT_EQ(test, tsec_dgram_inside_push(&b->inside, &b->packet),
			0);
	KUNIT_EXPECT_EQ(test, b->packet.len, 5 + more);
	KUNIT_EXPECT_PTR_EQ(test, b->packet.data, b->data + ROOM / 2 - more);
	KUNIT_EXPECT_EQ(test, tsec_dgram_inside_pull(&b->inside, &b->packet),
			0);
	KUNIT_EXPECT_EQ(test, b->packet.len, 5);
	KUNIT_EXPECT_PTR_EQ(test, b->packet.data, b->data + ROOM / 2);
}

static void inside__data(struct kunit *test)
{
	struct bench b;

	begin(&b, TSEC_ENCAP_DATA, TSEC_PACKET_DATA);
	push_and_pull(test, &b, 0);
}

static void inside__udp(struct kunit *test)
{
	struct bench b;

	begin(&b, TSEC_ENCAP_UDP, TSEC_PACKET_DATA);
	push_and_pull(test, &b, UDP);
}

/* Five bytes are no packet of IP. */
static void inside__ip(struct kunit *test)
{
	struct bench b;

	begin(&b, TSEC_ENCAP_IP, TSEC_PACKET_DATA);
	KUNIT_EXPECT_EQ(test, tsec_dgram_inside_push(&b.inside, &b.packet),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsec_dgram_inside_pull(&b.inside, &b.packet),
			-EINVAL);
}

/* What keeps a session alive, and other control records, have none. */
static void inside__control(struct kunit *test)
{
	struct bench b;
	int kind;

	for (kind = TSEC_ENCAP_DATA; kind <= TSEC_ENCAP_IP; kind++) {
		begin(&b, kind, TSEC_PACKET_CONTROL);
		push_and_pull(test, &b, 0);
	}
}

static void inside_tos__only_ip(struct kunit *test)
{
	struct iphdr v4 = { .version = 4, .tos = 0x2e };
	struct ipv6hdr v6 = { .version = 6, .priority = 2,
			      .flow_lbl = { 0xe0 } };
	struct sk_buff skb = { .head = (void *)&v4 };
	struct bench b;

	begin(&b, TSEC_ENCAP_UDP, TSEC_PACKET_DATA);
	KUNIT_EXPECT_EQ(test, tsec_dgram_inside_tos(&b.inside, &skb), 0);
	begin(&b, TSEC_ENCAP_IP, TSEC_PACKET_DATA);
	KUNIT_EXPECT_EQ(test, tsec_dgram_inside_tos(&b.inside, &skb), 0x2e);
	skb.head = (void *)&v6;
	KUNIT_EXPECT_EQ(test, tsec_dgram_inside_tos(&b.inside, &skb), 0x2e);
}

static struct kunit_case dgram_inside_cases[] = {
	KUNIT_CASE(inside__data),
	KUNIT_CASE(inside__udp),
	KUNIT_CASE(inside__ip),
	KUNIT_CASE(inside__control),
	KUNIT_CASE(inside_tos__only_ip),
	{ }
};

static struct kunit_suite dgram_inside_suite = {
	.name		= "tsec_dgram_inside",
	.test_cases	= dgram_inside_cases,
};

kunit_test_suites(&dgram_inside_suite);
