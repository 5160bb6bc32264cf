// SPDX-License-Identifier: GPL-2.0
/*
 * Trains of records: all are opened in one buffer, and what was in them goes
 * to the program as one, which it is anyway to one that has asked for UDP_GRO.
 *
 * Opened records of one size make a run: what was in them is moved together.
 * Whatever does not fit there ends the run, and goes on as if it had come
 * alone.
 */
#include <linux/skbuff.h>

#include "aead.h"
#include "dgram.h"
#include "net.h"
#include "packet.h"
#include "session.h"
#include "socket.h"
#include "udp_train.h"

/**
 * struct run - what was in records of one size, one behind the other
 * @skb: the train
 * @data: where it begins
 * @len: bytes of @data, 0 if there is none
 * @size: bytes of each, the last one excepted
 */
struct run {
	struct sk_buff *skb;
	u8 *data;
	u32 len;
	u16 size;
};

static bool run_takes(const struct run *run, const struct tsec_packet *packet)
{
	return !run->len ||
	       (!(run->len % run->size) && packet->len <= run->size);
}

static bool run_add(struct run *run, const struct tsec_packet *packet)
{
	if (packet->kind != TSEC_PACKET_DATA || !packet->len ||
	    !run_takes(run, packet))
		return false;
	if (run->len) {
		memmove(run->data + run->len, packet->data, packet->len);
	} else {
		run->data = packet->data;
		run->size = packet->len;
	}
	run->len += packet->len;
	return true;
}

/* Leaves @skb, or a clone of it, with a part of the buffer. */
static struct sk_buff *part(struct sk_buff *skb, const u8 *data, u32 len)
{
	__skb_pull(skb, data - skb->data);
	__skb_trim(skb, len);
	return skb;
}

/* The run goes to the program in the train's skb, or a clone. */
static void run_queue(struct tsec_session *session, struct run *run,
		      struct sk_buff *skb)
{
	if (skb)
		tsec_dgram_data_queue(session, part(skb, run->data, run->len),
				      run->size);
	else
		tsec_stats_add(session->tn->stats, TSEC_STAT_PACKETS_NO_MEMORY,
			       DIV_ROUND_UP(run->len, run->size));
	run->len = 0;
}

static void run_end(struct tsec_session *session, struct run *run)
{
	if (run->len)
		run_queue(session, run, skb_clone(run->skb, GFP_ATOMIC));
}

/* A datagram that has to be looked at for itself. */
static void aside(struct tsec_session *session, struct run *run, u8 *data,
		  u32 len)
{
	struct sk_buff *skb;

	run_end(session, run);
	skb = skb_clone(run->skb, GFP_ATOMIC);
	if (skb)
		tsec_dgram_open(session, part(skb, data, len));
	else
		TSEC_INC_STATS(session->tn, TSEC_STAT_PACKETS_NO_MEMORY);
}

/* Whether a datagram is one record, and opened here. */
static bool is_plain(const struct tsec_session *session, const u8 *data,
		     u32 len, struct tsec_packet_header *header)
{
	return !session->dgram->ops->peek(data, len, session->rx.key.cid_len,
					  header) &&
	       header->len == len && !tsec_dgram_is_flight(session, header);
}

static void datagram_take(struct tsec_session *session, struct run *run,
			  u8 *data, u32 len, u8 tos)
{
	struct tsec_packet packet = { .data = data, .len = len, .tos = tos };
	const struct tsec_dgram_key *slot;
	struct tsec_packet_header header;

	if (!is_plain(session, data, len, &header)) {
		aside(session, run, data, len);
		return;
	}
	slot = tsec_dgram_record_open(session, &header, &packet);
	if (!slot)
		return;
	if (packet.newest)
		tsec_dgram_place_note(session, run->skb, len, false);
	if (run_add(run, &packet))
		return;
	run_end(session, run);
	if (!run_add(run, &packet))
		tsec_dgram_deliver_clone(session, run->skb, &packet, slot);
}

static void train_open(struct tsec_session *session, struct sk_buff *skb)
{
	u8 tos = tsec_dgram_inside_tos(&session->dgram->inside, skb);
	u32 size = skb_shinfo(skb)->gso_size;
	u8 *at = skb->data, *end = skb_tail_pointer(skb);
	struct run run = { .skb = skb };
	u32 len;

	skb_gso_reset(skb);
	for (; at < end; at += len) {
		len = min_t(u32, size, end - at);
		datagram_take(session, &run, at, len, tos);
	}
	if (run.len)
		run_queue(session, &run, skb);
	else
		consume_skb(skb);
}

/* Whether the program takes what was in a train as one. */
static bool is_wanted(const struct tsec_dgram *dgram)
{
	const struct sock *sk = rcu_dereference(dgram->sk);

	/* A filter wants to see each for itself. */
	return sk && READ_ONCE(tsec_sk(sk)->gro) &&
	       !rcu_access_pointer(sk->sk_filter);
}

static bool can_open(const struct tsec_dgram *dgram, const struct sk_buff *skb)
{
	const struct tsec_session *session = dgram->session;

	return !session->record->port && is_wanted(dgram) &&
	       tsec_dgram_can_open(dgram) &&
	       !tsec_dgram_is_elsewhere(dgram, skb);
}

static void single_take(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	struct tsec_net *tn = dgram->session->tn;

	if (!tsec_udp_train_intact(skb))
		tsec_drop(tn, skb, TSEC_STAT_PACKETS_MALFORMED);
	else if (tsec_dgram_own(tn, dgram->isk, skb))
		tsec_dgram_take(dgram, skb);
}

static void train_take(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	if (can_open(dgram, skb) && tsec_dgram_own_memory(skb))
		train_open(dgram->session, skb);
	else
		tsec_udp_train_split(dgram->isk, skb, tsec_dgram_receive);
}

static void packet_take(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	if (skb_is_gso(skb)) {
		dgram->train.singles = 0;
		train_take(dgram, skb);
	} else {
		tsec_udp_train_over(&dgram->train, dgram->isk,
				    tsec_dgram_receive);
		single_take(dgram, skb);
	}
}

/**
 * tsec_dgram_train_take() - take what is in the inner socket's queue
 * @dgram: the session, which has been opened
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_dgram_train_take(struct tsec_dgram *dgram)
{
	struct sk_buff *skb;

	while (tsec_udp_train_begin(&dgram->train, dgram->isk)) {
		while ((skb = tsec_udp_train_next(dgram->isk)))
			packet_take(dgram, skb);
		tsec_udp_train_end(&dgram->train);
	}
}

/* The session is gone. */
static void queue_drop(struct sock *isk)
{
	struct tsec_net *tn = tsec_net_get(sock_net(isk));
	struct sk_buff *skb;

	while ((skb = tsec_udp_train_next(isk)))
		tsec_drop(tn, skb, TSEC_STAT_PACKETS_NO_SESSION);
}

/**
 * tsec_dgram_train_ready() - something is in the inner socket's queue
 * @isk: the inner socket, after tsec_udp_train_expect()
 *
 * Context: softirq.
 */
void tsec_dgram_train_ready(struct sock *isk)
{
	struct tsec_session *session;

	rcu_read_lock();
	session = rcu_dereference_sk_user_data(isk);
	if (session)
		tsec_dgram_train_take(session->dgram);
	else
		queue_drop(isk);
	rcu_read_unlock();
}
