// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of handshake.c: sessions that end while they begin.
 */
#include <linux/in.h>
#include <linux/net.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "../handshake.h"
#include "../net.h"
#include "../session.h"
#include "kunit.h"
#include "net.h"

enum handshake_test_limits {
	TIMEOUT_MS	= 60 * 1000,
};

/**
 * struct bench - a session, and a namespace without a daemon
 * @tn: the state of the namespace, as far as there is one before the module is
 *	at work
 * @own_wq: the same with its workqueue
 * @session: the session
 * @inner: its socket
 */
struct bench {
	struct tsec_net tn;
	bool own_wq;
	struct tsec_session session;
	struct socket *inner;
};

static int prepare(struct tsec_session *session, const char **why)
{
	return 0;
}

static int open(struct tsec_session *session, const char **why)
{
	return 0;
}

/* It fails between its keys and its opening. */
static int open_late(struct tsec_session *session, const char **why)
{
	tsec_session_fail(session, ETIMEDOUT, "it took too long");
	return 0;
}

static const struct tsec_transport transport = {
	.prepare	= prepare,
	.open		= open,
};

static const struct tsec_transport late_transport = {
	.prepare	= prepare,
	.open		= open_late,
};

static void session_init(struct bench *b)
{
	struct tsec_session *session = &b->session;

	refcount_set(&session->refs, 1);
	spin_lock_init(&session->lock);
	INIT_LIST_HEAD(&session->entry);
	INIT_LIST_HEAD(&session->pending);
	mutex_init(&session->tx.lock);
	mutex_init(&session->rx.lock);
	session->tn = &b->tn;
	session->record = tsec_record_ops_find(TSEC_PROTO_DTLS);
	session->transport = &transport;
	session->inner = b->inner;
	session->state = TSEC_STATE_CONNECTING;
	tsec_handshake_init(session);
}

static int bench_setup(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);
	int err;

	test->priv = b;
	if (!b || net_make(&b->tn, &b->own_wq))
		return -ENOMEM;
	b->tn.max_handshakes = 1;
	b->tn.handshake_timeout_ms = TIMEOUT_MS;
	err = sock_create_kern(&init_net, AF_INET, SOCK_DGRAM, IPPROTO_UDP,
			       &b->inner);
	if (!err)
		session_init(b);
	return err;
}

static void bench_teardown(struct kunit *test)
{
	struct bench *b = test->priv;

	cancel_delayed_work_sync(&b->session.timeout);
	kfree(b->session.error);
	sock_release(b->inner);
	net_end(&b->tn, b->own_wq);
}

/* Nothing is left behind that would count or come back. */
static void expect_over(struct kunit *test, struct bench *b)
{
	KUNIT_EXPECT_EQ(test, atomic_read(&b->tn.handshakes), 0);
	KUNIT_EXPECT_FALSE(test, test_bit(TSEC_SESSION_COUNTED,
					  &b->session.flags));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&b->session.timeout));
	KUNIT_EXPECT_EQ(test, refcount_read(&b->session.refs), 1);
}

static void start_without_daemon(struct kunit *test)
{
	struct bench *b = test->priv;

	tsec_handshake_start(&b->session);
	KUNIT_EXPECT_EQ(test, b->session.state, TSEC_STATE_FAILED);
	KUNIT_EXPECT_EQ(test, b->session.status, EUNATCH);
	expect_over(test, b);
}

/* Made room for others, or deleted, just as its transport was connected. */
static void start_after_the_end(struct kunit *test)
{
	struct bench *b = test->priv;

	tsec_session_fail(&b->session, EUSERS, "made room");
	tsec_handshake_start(&b->session);
	KUNIT_EXPECT_EQ(test, b->session.status, EUSERS);
	expect_over(test, b);
}

static void opened_goes_with_the_state(struct kunit *test)
{
	struct bench *b = test->priv;

	b->session.state = TSEC_STATE_HANDSHAKE;
	KUNIT_EXPECT_TRUE(test, tsec_session_advance(&b->session,
						     TSEC_STATE_HANDSHAKE,
						     TSEC_STATE_ESTABLISHED));
	KUNIT_EXPECT_TRUE(test, test_bit(TSEC_SESSION_OPENED,
					 &b->session.flags));
}

static void open_after_the_end(struct kunit *test)
{
	struct bench *b = test->priv;
	const char *why;

	b->session.state = TSEC_STATE_HANDSHAKE;
	b->session.transport = &late_transport;
	set_bit(TSEC_SESSION_COUNTED, &b->session.flags);
	atomic_set(&b->tn.handshakes, 1);
	KUNIT_EXPECT_EQ(test, tsec_handshake_open(&b->session, &why), -ESTALE);
	KUNIT_EXPECT_FALSE(test, test_bit(TSEC_SESSION_OPENED,
					  &b->session.flags));
	KUNIT_EXPECT_EQ(test, b->session.status, ETIMEDOUT);
	expect_over(test, b);
}

/* The time is over just as it is open, and closed: its socket may be gone. */
static void give_up_too_late(struct kunit *test)
{
	struct bench *b = test->priv;

	b->session.state = TSEC_STATE_ESTABLISHED;
	b->session.inner = NULL;
	tsec_session_give_up(&b->session, ETIMEDOUT, "it took too long");
	KUNIT_EXPECT_EQ(test, b->session.state, TSEC_STATE_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, b->session.status, 0);
}

static void give_up(struct kunit *test)
{
	struct bench *b = test->priv;

	b->session.state = TSEC_STATE_HANDSHAKE;
	tsec_session_give_up(&b->session, ETIMEDOUT, "it took too long");
	KUNIT_EXPECT_EQ(test, b->session.state, TSEC_STATE_FAILED);
	KUNIT_EXPECT_EQ(test, b->session.status, ETIMEDOUT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(start_without_daemon),
	KUNIT_CASE(start_after_the_end),
	KUNIT_CASE(opened_goes_with_the_state),
	KUNIT_CASE(open_after_the_end),
	KUNIT_CASE(give_up),
	KUNIT_CASE(give_up_too_late),
	{ }
};

static struct kunit_suite suite = {
	.name		= "tsec_handshake",
	.init		= bench_setup,
	.exit		= bench_teardown,
	.test_cases	= cases,
};

kunit_test_suites(&suite);
