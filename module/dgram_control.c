// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams received that are not data: what the session's work does about
 * them.  They may end the session, which takes a process.
 */
#include "channel.h"
#include "control.h"
#include "daemon.h"
#include "dgram.h"
#include "listener.h"
#include "net.h"
#include "packet.h"
#include "record/tls.h"
#include "session.h"

enum control_limits {
	CONTROL_MAX = 64,		/* records that wait to be dealt with */
};

/**
 * struct control_cb - what goes with a packet for the work
 * @content: a control record: its type
 * @flight: no record that was opened, but a datagram for the daemon
 * @epoch: the record's key
 * @seq: its number under that key
 */
struct control_cb {
	u8 content;
	bool flight;
	u32 epoch;
	u64 seq;
};

static void cb_queue(struct tsec_session *session, struct sk_buff *skb,
		     struct control_cb cb)
{
	struct tsec_dgram *dgram = session->dgram;

	if (skb_queue_len_lockless(&dgram->control) >= CONTROL_MAX) {
		tsec_drop(session->tn, skb, TSEC_STAT_PACKETS_NO_ROOM);
		return;
	}
	*(struct control_cb *)skb->cb = cb;
	tsec_dgram_set_aside(skb);
	skb_queue_tail(&dgram->control, skb);
	tsec_dgram_rx_work(dgram);
}

/**
 * tsec_dgram_control_queue() - leave an opened record to the work
 * @session: an open session
 * @skb: what the record held; used up
 * @content: the record's type
 * @epoch: the ID of its key
 * @seq: its number under that key
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_dgram_control_queue(struct tsec_session *session,
			      struct sk_buff *skb, u8 content, u32 epoch,
			      u64 seq)
{
	/*
	 * Of what keeps a session alive, and of dummy packets (RFC 4303
	 * section 2.6), there is no more to say.
	 */
	if (!session->record->control)
		tsec_drop(session->tn, skb, TSEC_STAT_CONTROL_RECORDS);
	else
		cb_queue(session, skb, (struct control_cb){
			 .content = content, .epoch = epoch, .seq = seq });
}

/**
 * tsec_dgram_control_flight() - leave a datagram of the handshake to the work
 * @session: an open session
 * @skb: the datagram; used up
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_dgram_control_flight(struct tsec_session *session,
			       struct sk_buff *skb)
{
	cb_queue(session, skb, (struct control_cb){ .flight = true });
}

/* The peer has ended: a program that has read what there is reads 0. */
static void peer_closed(struct tsec_session *session)
{
	tsec_control_take(session, &(struct tsec_record_event){
			  .type = TSEC_RECORD_CLOSE });
	tsec_listener_ended(session);
	tsec_dgram_ended(session, RCV_SHUTDOWN);
}

static void alert_take(struct tsec_session *session, struct sk_buff *skb)
{
	struct tsec_record_input in = {
		.data	= skb->data,
		.len	= skb->len,
		.type	= ((struct control_cb *)skb->cb)->content,
	};
	struct tsec_record_event ev;
	int ret;

	TSEC_INC_STATS(session->tn, TSEC_STAT_CONTROL_RECORDS);
	if (tsec_dgram_move_control(session->dgram, skb, in.type))
		return;
	while ((ret = session->record->control(NULL, &in, &ev)) > 0) {
		/* RFC 8446 section 6: the level means nothing any more. */
		if (session->dgram->ops->messages && ev.type == TSEC_RECORD_ALERT)
			ev.fatal = ev.alert != TSEC_TLS_ALERT_USER_CANCELED;
		if (ev.type == TSEC_RECORD_CLOSE)
			peer_closed(session);
		else
			tsec_control_take(session, &ev);
	}
	if (ret == -EPROTO)
		TSEC_INC_STATS(session->tn, TSEC_STAT_PROTOCOL_ERRORS);
}

/* Messages, and their acknowledgments; alerts and checks all have. */
static bool is_for_update(const struct tsec_session *session, u8 content)
{
	return session->dgram->ops->messages &&
	       content != TSEC_TLS_RECORD_ALERT && content != TSEC_RRC_CONTENT;
}

static void control_take(struct tsec_session *session, struct sk_buff *skb)
{
	const struct control_cb *cb = (struct control_cb *)skb->cb;

	if (is_for_update(session, cb->content))
		tsec_dgram_update_take(session, cb->content, cb->epoch,
				       cb->seq, skb->data, skb->len);
	else
		alert_take(session, skb);
}

static bool is_near_end(struct tsec_half *half)
{
	struct tsec_dgram_key *slot;
	bool is;

	rcu_read_lock();
	slot = rcu_dereference(half->slot);
	is = tsec_dgram_key_look(slot, half) != TSEC_KEY_OK;
	rcu_read_unlock();
	return is;
}

/*
 * The key that has met its limit may have been replaced since, and under the
 * lock it is not replaced just now: the next one, told of in its place, would
 * not be told of at its own limit.
 */
static void rx_soft_limit(struct tsec_session *session)
{
	struct tsec_half *rx = &session->rx;

	if (tsec_dgram_update_due(session, TSEC_DIR_RX))
		return;
	mutex_lock(&rx->lock);
	if (is_near_end(rx))
		tsec_control_rekey_needed(session, TSEC_DIR_RX);
	mutex_unlock(&rx->lock);
}

static void flight_pass(struct tsec_session *session, struct sk_buff *skb)
{
	if (tsec_channel_pass(session, skb->data, skb->len))
		return;
	TSEC_INC_STATS(session->tn, TSEC_STAT_PACKETS_UNPROTECTED);
	/* What is not answered comes again. */
	tsec_daemon_offer(session);
}

/**
 * tsec_dgram_control_work() - deal with what waits, and with what is to be told
 * @dgram: an open session
 *
 * Context: process context; the session's work.
 */
void tsec_dgram_control_work(struct tsec_dgram *dgram)
{
	struct tsec_session *session = dgram->session;
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&dgram->control))) {
		if (((struct control_cb *)skb->cb)->flight)
			flight_pass(session, skb);
		else
			control_take(session, skb);
		kfree_skb(skb);
	}
	if (test_and_clear_bit(TSEC_DGRAM_TX_SOFT, &dgram->events))
		tsec_dgram_update_due(session, TSEC_DIR_TX);
	if (test_and_clear_bit(TSEC_DGRAM_RX_END, &dgram->events))
		peer_closed(session);
	if (test_and_clear_bit(TSEC_DGRAM_RX_MOVED, &dgram->events))
		tsec_dgram_move_work(dgram);
	if (test_and_clear_bit(TSEC_DGRAM_RX_SOFT, &dgram->events))
		rx_soft_limit(session);
	if (test_bit(TSEC_DGRAM_RX_HARD, &dgram->events))
		tsec_control_expire(session, TSEC_DIR_RX);
}
