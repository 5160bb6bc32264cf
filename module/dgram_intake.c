// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams as they come: from UDP to where they are opened.
 *
 * A datagram is opened in the softirq that brought it.  Where the softirq
 * cannot (see aead.c), and as long as anything waits for that reason,
 * datagrams go to a list that the session's work opens, so that they stay in
 * order.
 */
#include <linux/filter.h>
#include <linux/udp.h>
#include <net/dst.h>

#include "aead.h"
#include "dgram.h"
#include "net.h"
#include "session.h"
#include "udp_train.h"

enum intake_limits {
	BACKLOG_MAX = 1024,		/* datagrams that wait to be opened */
	BACKLOG_SIZE_MAX = 4 << 20,	/* memory that they may take */
};

/**
 * tsec_dgram_rx_defer() - leave a datagram to the session's work
 * @dgram: the session, which the caller holds, or found under RCU
 * @skb: the datagram, as tsec_dgram_own() leaves it; used up
 *
 * Context: Any but hard interrupts.
 */
void tsec_dgram_rx_defer(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	if (atomic_inc_return(&dgram->behind) > BACKLOG_MAX ||
	    atomic_read(&dgram->behind_size) > BACKLOG_SIZE_MAX) {
		atomic_dec(&dgram->behind);
		tsec_drop(dgram->session->tn, skb, TSEC_STAT_PACKETS_NO_ROOM);
		return;
	}
	atomic_add(skb->truesize, &dgram->behind_size);
	tsec_dgram_set_aside(skb);
	skb_queue_tail(&dgram->backlog, skb);
	tsec_dgram_rx_work(dgram);
}

/**
 * tsec_dgram_own_memory() - give a packet memory of its own
 * @skb: what came in; left in linear memory that nobody else looks at
 *
 * Context: Any but hard interrupts.
 * Return: false if there is none; @skb is as it was.
 */
bool tsec_dgram_own_memory(struct sk_buff *skb)
{
	bool pieces = skb_is_nonlinear(skb);

	if (skb_linearize_cow(skb))
		return false;
	/* The pages that it came in are free: it counts for what it is. */
	if (pieces)
		skb->truesize = SKB_TRUESIZE(skb_end_offset(skb));
	skb->ip_summed = CHECKSUM_NONE;
	skb_dst_drop(skb);
	skb_ext_reset(skb);
	return true;
}

/**
 * tsec_dgram_own() - take a datagram over from its socket
 * @tn: the network namespace's state
 * @isk: the inner socket
 * @skb: the datagram with its UDP header; left with its payload, in linear
 *	memory that nobody else looks at
 *
 * Context: softirq, under RCU.
 * Return: false if it was dropped, and counted.
 */
bool tsec_dgram_own(struct tsec_net *tn, struct sock *isk,
		    struct sk_buff *skb)
{
	if (sk_filter_trim_cap(isk, skb, sizeof(struct udphdr))) {
		tsec_drop(tn, skb, TSEC_STAT_PACKETS_FILTERED);
		return false;
	}
	if (!tsec_dgram_own_memory(skb)) {
		tsec_drop(tn, skb, TSEC_STAT_PACKETS_NO_MEMORY);
		return false;
	}
	__skb_pull(skb, sizeof(struct udphdr));
	return true;
}

/**
 * tsec_dgram_can_open() - whether records are opened where they come
 * @dgram: the session
 *
 * Context: softirq or bottom halves off, under RCU.
 * Return: false if its datagrams go by tsec_dgram_take().
 */
bool tsec_dgram_can_open(const struct tsec_dgram *dgram)
{
	return !tsec_session_busy(dgram->session) &&
	       tsec_session_open(dgram->session) && tsec_aead_usable() &&
	       !atomic_read(&dgram->behind);
}

/**
 * tsec_dgram_take() - a datagram of a session has come
 * @dgram: the session
 * @skb: the datagram, as tsec_dgram_own() leaves it; used up
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_dgram_take(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	struct tsec_session *session = dgram->session;

	if (unlikely(tsec_session_busy(session)))
		tsec_dgram_early_take(dgram, skb);
	else if (unlikely(!tsec_session_open(session)))
		tsec_drop(session->tn, skb, TSEC_STAT_PACKETS_ENDED);
	else if (tsec_aead_usable() && !atomic_read(&dgram->behind))
		tsec_dgram_open(session, skb);
	else
		tsec_dgram_rx_defer(dgram, skb);
}

static void session_receive(struct tsec_session *session, struct sock *isk,
			    struct sk_buff *skb)
{
	struct tsec_dgram *dgram = session->dgram;

	/* Up to there the queue is the daemon's: see dgram_early.c. */
	if (tsec_session_open(session))
		tsec_udp_train_expect(&dgram->train, isk, skb,
				      tsec_dgram_train_ready);
	if (tsec_dgram_own(session->tn, isk, skb))
		tsec_dgram_take(dgram, skb);
}

/**
 * tsec_dgram_receive() - a datagram has come to a socket of one session
 * @isk: the inner socket
 * @skb: the datagram with its UDP header; used up
 *
 * Context: softirq, under RCU.
 * Return: 0.
 */
int tsec_dgram_receive(struct sock *isk, struct sk_buff *skb)
{
	struct tsec_session *session = rcu_dereference_sk_user_data(isk);
	struct tsec_net *tn = tsec_net_get(sock_net(isk));

	if (!session)
		tsec_drop(tn, skb, TSEC_STAT_PACKETS_NO_SESSION);
	else if (session->record->port)
		/* Its records come to another port: nothing protects this. */
		tsec_drop(tn, skb, TSEC_STAT_PACKETS_UNPROTECTED);
	else
		session_receive(session, isk, skb);
	return 0;
}
