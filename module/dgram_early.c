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
		tsec_dgram_set_aside(skb);
		__skb_queue_tail(&dgram->sealed, skb);
		dgram->sealed_size += skb->truesize;
	}
	spin_unlock(&dgram->sealed.lock);
	if (!kept)
		tsec_drop(dgram->session->tn, skb, TSEC_STAT_PACKETS_NO_ROOM);
}

/* Connection IDs come before keys. */
static const struct tsec_packet_ops *
outside_read(const struct tsec_session *session, const u8 *data, u32 len,
	     struct tsec_packet_header *header)
{
	u8 cid_len = READ_ONCE(session->rx.key.cid_len) ?:
		     session->dgram->peer.chosen.id.len;

	return tsec_record_peek(session->record, data, len, cid_len, header);
}

/* The daemon looks at it, and it waits for its key all the same. */
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
	return header->kind == TSEC_PACKET_HANDSHAKE ||
	       header->kind == TSEC_PACKET_CONTROL || session->record->stays ||
	       tsec_packet_is_handshake(ops, header);
}

/**
 * struct outsides - what the records of a datagram show
 * @any: there is one
 * @daemons: the daemon has to see one
 * @sealed: one is sealed for the program
 * @sealed_at: where the first of those begins
 */
struct outsides {
	bool any;
	bool daemons;
	bool sealed;
	u32 sealed_at;
};

/*
 * Under the keys of data a server may already say that it has got a client's
 * last flight, or why it refuses that.  Where it does not even show who a
 * record is for, any may be for the daemon.
 */
static bool may_be_daemons(const struct tsec_session *session,
			   const struct tsec_packet_ops *ops,
			   const struct tsec_packet_header *header)
{
	return header->kind == TSEC_PACKET_HIDDEN ||
	       (ops->handshake_id && session->role == TSEC_ROLE_CLIENT);
}

/* Peers put several records into one datagram, up to one that is cut off. */
static void outsides_read(const struct tsec_session *session,
			  const struct sk_buff *skb, struct outsides *found)
{
	const struct tsec_packet_ops *ops;
	struct tsec_packet_header header;
	u32 at;

	*found = (struct outsides){ };
	for (at = 0; at < skb->len; at += header.len) {
		ops = outside_read(session, skb->data + at, skb->len - at,
				   &header);
		if (!ops)
			return;
		found->any = true;
		if (is_daemons(session, ops, &header)) {
			found->daemons = true;
		} else if (header.sealed) {
			if (!found->sealed)
				found->sealed_at = at;
			found->sealed = true;
			found->daemons |= may_be_daemons(session, ops, &header);
		}
	}
}

/* What both have to see, the daemon gets as a copy. */
static void datagram_sort(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	struct tsec_session *session = dgram->session;
	struct outsides found;

	outsides_read(session, skb, &found);
	if (!found.any) {
		tsec_drop(session->tn, skb, TSEC_STAT_PACKETS_MALFORMED);
	} else if (found.sealed) {
		if (found.daemons)
			copy_show(dgram, skb);
		__skb_pull(skb, found.sealed_at);
		sealed_queue(dgram, skb);
	} else if (found.daemons) {
		handshake_queue(dgram, skb);
	} else {
		tsec_drop(session->tn, skb, TSEC_STAT_PACKETS_UNPROTECTED);
	}
}

/* What the daemon was shown and has not looked at is there twice. */
static bool is_copy(const struct tsec_session *session,
		    const struct sk_buff *skb)
{
	struct outsides found;

	outsides_read(session, skb, &found);
	return found.sealed;
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

/* As long as no trains have come, all that is there is the daemon's. */
static void queue_take(struct tsec_dgram *dgram)
{
	struct sk_buff *skb;

	if (!tsec_udp_train_hold(&dgram->train))
		return;
	while ((skb = tsec_udp_train_next(dgram->isk))) {
		if (is_copy(dgram->session, skb)) {
			consume_skb(skb);
			continue;
		}
		skb->ip_summed = CHECKSUM_NONE;
		tsec_dgram_rx_defer(dgram, skb);
	}
	tsec_udp_train_end(&dgram->train);
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
		queue_take(dgram);
		tsec_dgram_train_take(dgram);
		rcu_read_unlock();
		local_bh_enable();
	}
	mutex_unlock(&session->rx.lock);
}
