// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams received before a session has its keys.
 *
 * Those of the handshake wait in the inner socket, from which the daemon has
 * them by its channel.  Data waits for its key: a peer may send some as soon
 * as its part of the handshake is done, and datagrams overtake each other.
 */
#include <net/udp.h>

#include "compat.h"
#include "dgram.h"
#include "net.h"
#include "packet.h"
#include "session.h"

static void handshake_queue(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (__udp_enqueue_schedule_skb(dgram->isk, skb))
		tsec_drop(dgram->session->tn, skb, TSEC_STAT_PACKETS_NO_ROOM);
}

/* Data waits for its key, as far as the receive buffer has room. */
static void sealed_queue(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	bool kept;

	spin_lock(&dgram->sealed.lock);
	kept = dgram->sealed_size < READ_ONCE(dgram->isk->sk_rcvbuf);
	if (kept) {
		__skb_queue_tail(&dgram->sealed, skb);
		dgram->sealed_size += skb->truesize;
	}
	spin_unlock(&dgram->sealed.lock);
	if (!kept)
		tsec_drop(dgram->session->tn, skb, TSEC_STAT_PACKETS_NO_ROOM);
}

/* Connection IDs come before keys. */
static const struct tsec_packet_ops *
outside_read(const struct tsec_session *session, const struct sk_buff *skb,
	     struct tsec_packet_header *header)
{
	u8 cid_len = READ_ONCE(session->rx.key.cid_len) ?:
		     session->dgram->peer.chosen.id.len;

	return tsec_record_peek(session->record, skb->data, skb->len, cid_len,
				header);
}

/*
 * Under the keys of data a server may already say that it has got a client's
 * last flight, or why it refuses that: the daemon looks at a copy.
 */
static void copy_show(struct tsec_dgram *dgram, const struct sk_buff *skb)
{
	struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC);

	if (copy)
		handshake_queue(dgram, copy);
}

/* A daemon may have to see, beside handshakes, that the peer uses its keys. */
static bool is_daemons(const struct tsec_session *session,
		       const struct tsec_packet_ops *ops,
		       const struct tsec_packet_header *header)
{
	return header->kind != TSEC_PACKET_DATA || session->record->stays ||
	       tsec_packet_is_handshake(ops, header);
}

static void datagram_sort(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	struct tsec_session *session = dgram->session;
	const struct tsec_packet_ops *ops;
	struct tsec_packet_header header;

	ops = outside_read(session, skb, &header);
	if (!ops) {
		tsec_drop(session->tn, skb, TSEC_STAT_PACKETS_MALFORMED);
	} else if (is_daemons(session, ops, &header)) {
		handshake_queue(dgram, skb);
	} else if (header.sealed) {
		if (ops->handshake_id && session->role == TSEC_ROLE_CLIENT)
			copy_show(dgram, skb);
		sealed_queue(dgram, skb);
	} else {
		tsec_drop(session->tn, skb, TSEC_STAT_PACKETS_UNPROTECTED);
	}
}

/**
 * tsec_dgram_early_take() - a datagram has come before the handshake is over
 * @dgram: the session
 * @skb: the datagram, as tsec_dgram_own() leaves it; used up
 *
 * If the end of the handshake comes right now, tsec_dgram_early_open() may
 * have looked too soon.
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_dgram_early_take(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	datagram_sort(dgram, skb);
	/* Pairs with the one in tsec_dgram_early_open(). */
	smp_mb();
	if (!tsec_session_busy(dgram->session))
		tsec_dgram_rx_tell(dgram, TSEC_DGRAM_RX_EARLY);
}

/**
 * tsec_dgram_early_open() - take what came before the keys were at work
 * @dgram: a session that has been opened
 *
 * Context: process context, no locks of the session held.
 */
void tsec_dgram_early_open(struct tsec_dgram *dgram)
{
	struct tsec_session *session = dgram->session;
	struct sk_buff *skb;

	/* Pairs with the one in tsec_dgram_early_take(). */
	smp_mb();
	mutex_lock(&session->rx.lock);
	while ((skb = skb_dequeue(&dgram->sealed)))
		tsec_dgram_rx_defer(dgram, skb);
	if (session->inner) {
		/* One that waits there as well is none of this session's. */
		sock_error(dgram->isk);
		local_bh_disable();
		rcu_read_lock();
		tsec_dgram_train_take(dgram);
		rcu_read_unlock();
		local_bh_enable();
	}
	mutex_unlock(&session->rx.lock);
}
