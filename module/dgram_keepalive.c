// SPDX-License-Identifier: GPL-2.0
/*
 * A sign of life for a peer whose data nobody has answered.
 *
 * A peer of WireGuard that sends and hears nothing takes the session for dead,
 * and begins another handshake.  So who has got data, and has nothing to send
 * for a while, sends a message without content.
 *
 * What is sent and received only notes that: the timer runs from the first
 * data that is not answered, and finds out itself whether it was meanwhile.
 */
#include "dgram.h"
#include "dgram_keepalive.h"
#include "net.h"
#include "session.h"

static unsigned long wait_of(const struct tsec_dgram *dgram)
{
	return dgram->session->record->keepalive * HZ;
}

/* Under the lock.  One that is armed looks at @since when it fires. */
static void timer_arm(struct tsec_dgram *dgram, unsigned long wait)
{
	struct tsec_dgram_keepalive *keepalive = &dgram->keepalive;

	if (keepalive->stopped || delayed_work_pending(&keepalive->timer) ||
	    !refcount_inc_not_zero(&dgram->session->refs))
		return;
	queue_delayed_work(tsec_wq, &keepalive->timer, wait);
}

/* Whether it is time; else the timer runs on, if anybody waits. */
static bool is_due(struct tsec_dgram *dgram)
{
	struct tsec_dgram_keepalive *keepalive = &dgram->keepalive;
	unsigned long since, due, now = jiffies;
	bool is;

	spin_lock_bh(&keepalive->lock);
	since = READ_ONCE(keepalive->since);
	due = since + wait_of(dgram);
	is = since && time_after_eq(now, due);
	if (since && !is)
		timer_arm(dgram, due - now);
	spin_unlock_bh(&keepalive->lock);
	return is;
}

/* Whether or not it can be sent, it is done with. */
static void keepalive_send(struct tsec_session *session)
{
	u64 seq;

	tsec_dgram_keepalive_sent(&session->dgram->keepalive);
	mutex_lock(&session->tx.lock);
	/* With this lock held the inner socket stays. */
	if (session->inner && tsec_session_open(session) &&
	    !tsec_dgram_tx_broken(session) &&
	    tsec_dgram_send_message(session, 0, "", 0, &seq))
		TSEC_INC_STATS(session->tn, TSEC_STAT_KEEPALIVES_SENT);
	mutex_unlock(&session->tx.lock);
}

static void timer_work(struct work_struct *work)
{
	struct tsec_dgram *dgram = container_of(to_delayed_work(work),
						struct tsec_dgram,
						keepalive.timer);
	struct tsec_session *session = dgram->session;

	if (is_due(dgram))
		keepalive_send(session);
	tsec_session_put(session);
}

/**
 * tsec_dgram_keepalive_init() - prepare the sign of life of a session
 * @dgram: all zeros but for its session
 */
void tsec_dgram_keepalive_init(struct tsec_dgram *dgram)
{
	spin_lock_init(&dgram->keepalive.lock);
	INIT_DELAYED_WORK(&dgram->keepalive.timer, timer_work);
}

/**
 * tsec_dgram_keepalive_stop() - the session ends
 * @dgram: the session; the caller holds a reference
 *
 * Context: process context.
 */
void tsec_dgram_keepalive_stop(struct tsec_dgram *dgram)
{
	spin_lock_bh(&dgram->keepalive.lock);
	dgram->keepalive.stopped = true;
	spin_unlock_bh(&dgram->keepalive.lock);
	if (cancel_delayed_work(&dgram->keepalive.timer))
		tsec_session_put(dgram->session);
}

/**
 * tsec_dgram_keepalive_owe() - data has come, which the peer wants to know
 * @dgram: a session of a protocol that tells so
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_dgram_keepalive_owe(struct tsec_dgram *dgram)
{
	struct tsec_dgram_keepalive *keepalive = &dgram->keepalive;

	if (likely(READ_ONCE(keepalive->since)))
		return;
	spin_lock(&keepalive->lock);
	WRITE_ONCE(keepalive->since, jiffies | 1);
	timer_arm(dgram, wait_of(dgram));
	spin_unlock(&keepalive->lock);
}
