// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of pieces.c: messages of 20 bytes behind headers of two.
 */
#include "../packet.h"
#include "../pieces.h"
#include "kunit.h"

enum { HEADER = 2, TOTAL = 20 };

static const char text[] = "abcdefghijklmnopqrst";

/* A part of the message, and whether that is complete by now. */
static bool take(struct kunit *test, struct tsec_pieces *pieces, u16 port,
		 u16 seq, u32 offset, u32 len)
{
	struct tsec_udp_ends ends = { .port = htons(port) };
	struct tsec_packet_piece piece = {
		.header	= HEADER,
		.seq	= seq,
		.total	= TOTAL,
		.offset	= offset,
		.len	= len,
	};
	struct sk_buff *skb = alloc_skb(HEADER + TOTAL, GFP_KERNEL), *whole;
	bool complete;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_data(skb, "##", HEADER);
	skb_put_data(skb, text + offset, len);
	local_bh_disable();
	whole = tsec_pieces_take(pieces, &ends, skb, &piece);
	local_bh_enable();
	complete = whole;
	if (whole) {
		KUNIT_EXPECT_EQ(test, whole->len, HEADER + TOTAL);
		EXPECT_BYTES(test, whole->data, "##abcdefghijklmnopqrst",
			     HEADER + TOTAL);
	}
	kfree_skb(whole);
	kfree_skb(skb);
	return complete;
}

static struct tsec_pieces *pieces_make(struct kunit *test)
{
	struct tsec_pieces *pieces =
		kunit_kzalloc(test, sizeof(*pieces), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pieces);
	tsec_pieces_init(pieces);
	return pieces;
}

static void take__in_order(struct kunit *test)
{
	struct tsec_pieces *pieces = pieces_make(test);

	KUNIT_EXPECT_FALSE(test, take(test, pieces, 1, 0, 0, 8));
	KUNIT_EXPECT_FALSE(test, take(test, pieces, 1, 0, 8, 8));
	KUNIT_EXPECT_TRUE(test, take(test, pieces, 1, 0, 16, 4));
	/* It is gone then. */
	KUNIT_EXPECT_FALSE(test, take(test, pieces, 1, 0, 16, 4));
	tsec_pieces_free(pieces);
}

static void take__out_of_order(struct kunit *test)
{
	struct tsec_pieces *pieces = pieces_make(test);

	KUNIT_EXPECT_FALSE(test, take(test, pieces, 1, 0, 8, 12));
	KUNIT_EXPECT_FALSE(test, take(test, pieces, 1, 0, 0, 8));
	KUNIT_EXPECT_FALSE(test, take(test, pieces, 1, 0, 12, 8));
	/* The client sends all of it once more. */
	KUNIT_EXPECT_FALSE(test, take(test, pieces, 1, 0, 0, 8));
	KUNIT_EXPECT_TRUE(test, take(test, pieces, 1, 0, 8, 12));
	tsec_pieces_free(pieces);
}

/* Another client, another message: nothing of one gets into the other. */
static void take__others(struct kunit *test)
{
	struct tsec_pieces *pieces = pieces_make(test);
	u16 port;

	KUNIT_EXPECT_FALSE(test, take(test, pieces, 1, 0, 0, 8));
	KUNIT_EXPECT_FALSE(test, take(test, pieces, 1, 1, 8, 12));
	for (port = 2; port < 500; port++)
		KUNIT_EXPECT_FALSE(test, take(test, pieces, port, 0, 8, 12));
	KUNIT_EXPECT_TRUE(test, take(test, pieces, 1, 0, 8, 12));
	tsec_pieces_free(pieces);
}

/* The newest one has the room. */
static void take__flood(struct kunit *test)
{
	struct tsec_pieces *pieces = pieces_make(test);
	unsigned int complete = 0;
	u16 port;

	for (port = 1; port <= 1000; port++)
		KUNIT_EXPECT_FALSE(test, take(test, pieces, port, 0, 0, 8));
	for (port = 1; port <= 1000; port++)
		complete += take(test, pieces, port, 0, 8, 12);
	KUNIT_EXPECT_GT(test, complete, 0);
	KUNIT_EXPECT_LE(test, complete, TSEC_PIECES_SLOTS);
	KUNIT_EXPECT_FALSE(test, take(test, pieces, 1, 0, 0, 8));
	KUNIT_EXPECT_TRUE(test, take(test, pieces, 1, 0, 8, 12));
	tsec_pieces_free(pieces);
}

static struct kunit_case pieces_cases[] = {
	KUNIT_CASE(take__in_order),
	KUNIT_CASE(take__out_of_order),
	KUNIT_CASE(take__others),
	KUNIT_CASE(take__flood),
	{}
};

static struct kunit_suite pieces_suite = {
	.name		= "tsec_pieces",
	.test_cases	= pieces_cases,
};

kunit_test_suite(pieces_suite);
