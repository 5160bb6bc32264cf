// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of dgram_intake.c: how much may wait to be opened.
 */
#include <linux/skbuff.h>

#include "../dgram.h"
#include "../net.h"
#include "../session.h"
#include "kunit.h"

enum dgram_intake_test_limits {
	SMALL		= 1500,		/* bytes of datagrams, short ones, */
	SMALL_MANY	= 1100,		/* more than may wait, */
	SMALL_KEPT	= 1024,
	LONG		= 60000,	/* and long ones */
	LONG_MANY	= 200,
	MEMORY_MAX	= 5 << 20,	/* one more than fits, included */
};

/**
 * struct bench - a session that is about to go, so that no work opens anything
 * @tn: the state of a namespace, as far as there is one
 * @session: the session
 * @dgram: its datagrams
 */
struct bench {
	struct tsec_net tn;
	struct tsec_session session;
	struct tsec_dgram dgram;
};

static int bench_setup(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	test->priv = b;
	if (!b)
		return -ENOMEM;
	b->tn.stats = tsec_stats_alloc();
	b->session.tn = &b->tn;
	b->dgram.session = &b->session;
	tsec_dgram_rx_init(&b->dgram);
	return b->tn.stats ? 0 : -ENOMEM;
}

static void bench_teardown(struct kunit *test)
{
	struct bench *b = test->priv;

	tsec_dgram_rx_free(&b->dgram);
	tsec_stats_free(b->tn.stats);
}

static void defer_many(struct kunit *test, int count, unsigned int size)
{
	struct bench *b = test->priv;
	struct sk_buff *skb;

	while (count--) {
		skb = alloc_skb(size, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		tsec_dgram_rx_defer(&b->dgram, skb);
	}
}

static void defer__bounds_their_number(struct kunit *test)
{
	struct bench *b = test->priv;

	defer_many(test, SMALL_MANY, SMALL);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&b->dgram.backlog), SMALL_KEPT);
	KUNIT_EXPECT_EQ(test, atomic_read(&b->dgram.behind), SMALL_KEPT);
}

static void defer__bounds_their_memory(struct kunit *test)
{
	struct bench *b = test->priv;
	struct sk_buff *skb;
	size_t memory = 0;

	defer_many(test, LONG_MANY, LONG);
	skb_queue_walk(&b->dgram.backlog, skb)
		memory += skb->truesize;
	KUNIT_EXPECT_LT(test, memory, MEMORY_MAX);
	KUNIT_EXPECT_EQ(test, atomic_read(&b->dgram.behind),
			skb_queue_len(&b->dgram.backlog));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(defer__bounds_their_number),
	KUNIT_CASE(defer__bounds_their_memory),
	{ }
};

static struct kunit_suite suite = {
	.name		= "tsec_dgram_intake",
	.init		= bench_setup,
	.exit		= bench_teardown,
	.test_cases	= cases,
};

kunit_test_suites(&suite);
