// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of dgram_move.c: what it leaves alone once a session is closed.
 */
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "../dgram.h"
#include "../net.h"
#include "../packet.h"
#include "../record/dtls13.h"
#include "../session.h"
#include "kunit.h"
#include "net.h"

enum dgram_move_test_limits {
	RECEIVED	= 1000,		/* bytes: enough for a challenge */
};

/**
 * struct bench - a session whose inner socket is gone
 * @tn: the state of a namespace, as far as there is one before the module is
 *	at work
 * @own_wq: the same with its workqueue
 * @session: the session
 * @dgram: its datagrams
 */
struct bench {
	struct tsec_net tn;
	bool own_wq;
	struct tsec_session session;
	struct tsec_dgram dgram;
};

static int bench_setup(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	test->priv = b;
	if (!b || net_make(&b->tn, &b->own_wq))
		return -ENOMEM;
	refcount_set(&b->session.refs, 1);
	mutex_init(&b->session.tx.lock);
	mutex_init(&b->session.rx.lock);
	b->session.tn = &b->tn;
	b->session.state = TSEC_STATE_CLOSING;
	b->session.dgram = &b->dgram;
	b->dgram.session = &b->session;
	b->dgram.ops = &tsec_packet_dtls13_ops;
	seqlock_init(&b->dgram.path.lock);
	tsec_dgram_move_init(&b->dgram);
	return 0;
}

static void bench_teardown(struct kunit *test)
{
	struct bench *b = test->priv;

	cancel_delayed_work_sync(&b->dgram.move.timer);
	net_end(&b->tn, b->own_wq);
}

/* A softirq that was under way may still see the peer elsewhere. */
static void seen_after_the_end(struct kunit *test)
{
	struct bench *b = test->priv;

	tsec_dgram_move_stop(&b->dgram);
	b->dgram.move.state = TSEC_DGRAM_SEEN;
	b->dgram.move.received = RECEIVED;
	tsec_dgram_move_work(&b->dgram);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&b->dgram.move.timer));
	KUNIT_EXPECT_EQ(test, refcount_read(&b->session.refs), 1);
}

static void proven_after_the_end(struct kunit *test)
{
	struct tsec_udp_ends before = { };
	struct bench *b = test->priv;

	tsec_dgram_move_stop(&b->dgram);
	b->dgram.move.state = TSEC_DGRAM_PROVEN;
	b->dgram.move.to.port = htons(9);
	tsec_dgram_move_work(&b->dgram);
	EXPECT_BYTES(test, &b->dgram.path.ends, &before, sizeof(before));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(seen_after_the_end),
	KUNIT_CASE(proven_after_the_end),
	{ }
};

static struct kunit_suite suite = {
	.name		= "tsec_dgram_move",
	.init		= bench_setup,
	.exit		= bench_teardown,
	.test_cases	= cases,
};

kunit_test_suites(&suite);
