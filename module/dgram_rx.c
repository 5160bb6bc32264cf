// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams received: what is in their records, to the program.
 *
 * A datagram is opened in the softirq that brought it, if that can (see
 * dgram_intake.c), and what was in it queued to the program's socket.  What
 * opens and is not data goes to the session's work (see dgram_control.c).
 */
#include "compat.h"
#include "dgram.h"
#include "net.h"
#include "packet.h"
#include "session.h"

enum rx_limits {
	EARLY_MAX = 64,			/* that wait for the program's socket */
	EARLY_SIZE_MAX = 256 * 1024,	/* memory that they may take */
};

/**
 * tsec_dgram_rx_work() - have the session's work look at what waits
 * @dgram: the session, which the caller holds, or found under RCU
 *
 * Context: Any but hard interrupts.
 */
void tsec_dgram_rx_work(struct tsec_dgram *dgram)
{
	tsec_session_queue(dgram->session, &dgram->work);
}

/**
 * tsec_dgram_rx_tell() - leave something to the session's work
 * @dgram: the session, which the caller holds, or found under RCU
 * @event: what it is to do, after what has come before
 *
 * Context: Any but hard interrupts.
 */
void tsec_dgram_rx_tell(struct tsec_dgram *dgram, enum tsec_dgram_events event)
{
	if (!test_and_set_bit(event, &dgram->events))
		tsec_dgram_rx_work(dgram);
}

static enum tsec_stat stat_of(int err)
{
	switch (err) {
	case -EALREADY:
		return TSEC_STAT_PACKETS_REPLAYED;
	case -ESTALE:
		return TSEC_STAT_PACKETS_LATE;
	case -EBADMSG:
		return TSEC_STAT_BAD_RECORDS;
	case -EMSGSIZE:
		return TSEC_STAT_PACKETS_TOO_LONG;
	case -ENOBUFS:
		return TSEC_STAT_PACKETS_NO_ROOM;
	case -EADDRNOTAVAIL:
		return TSEC_STAT_PACKETS_MISADDRESSED;
	default:
		return TSEC_STAT_PACKETS_MALFORMED;
	}
}

static void open_failed(struct tsec_session *session,
			struct tsec_dgram_key *slot, int err)
{
	TSEC_INC_STATS(session->tn, stat_of(err));
	if (err == -EBADMSG && tsec_dgram_key_forgery(slot))
		tsec_dgram_rx_tell(session->dgram, TSEC_DGRAM_RX_HARD);
}

/* The key for a record that may be opened; else it has been counted. */
static struct tsec_dgram_key *
key_for(struct tsec_session *session, const struct tsec_packet_header *header,
	const struct tsec_packet *packet)
{
	struct tsec_dgram_key *slot;

	if (!header->sealed) {
		TSEC_INC_STATS(session->tn, TSEC_STAT_PACKETS_UNPROTECTED);
		return NULL;
	}
	if (unlikely(session->dgram->ops->matches))
		slot = tsec_dgram_rx_match(session->dgram, packet);
	else
		slot = tsec_dgram_rx_key(session->dgram, header->key_id);
	if (!slot)
		TSEC_INC_STATS(session->tn, TSEC_STAT_PACKETS_NO_KEY);
	return slot;
}

/* The end of a key that has been replaced is not the session's. */
static bool key_allows(struct tsec_session *session,
		       struct tsec_dgram_key *slot)
{
	bool newest = slot == rcu_access_pointer(session->rx.slot);

	switch (tsec_dgram_key_look(slot, &session->rx)) {
	case TSEC_KEY_HARD:
		if (newest)
			tsec_dgram_rx_tell(session->dgram, TSEC_DGRAM_RX_HARD);
		TSEC_INC_STATS(session->tn, TSEC_STAT_PACKETS_ENDED);
		return false;
	case TSEC_KEY_SOFT:
		if (newest && !test_bit(TSEC_SESSION_RX_SOFT_TOLD,
					&session->flags))
			tsec_dgram_rx_tell(session->dgram, TSEC_DGRAM_RX_SOFT);
		return true;
	default:
		return true;
	}
}

/**
 * tsec_dgram_record_open() - open a record in place
 * @session: an open session
 * @header: the record's outside
 * @packet: the record; left with what was in it
 *
 * Context: softirq or bottom halves off, under RCU.
 * Return: the key that has opened it; NULL if none did: whatever is wrong with
 * it has been counted.
 */
const struct tsec_dgram_key *
tsec_dgram_record_open(struct tsec_session *session,
		       const struct tsec_packet_header *header,
		       struct tsec_packet *packet)
{
	struct tsec_dgram_key *slot = key_for(session, header, packet);
	int err;

	if (!slot || !key_allows(session, slot))
		return NULL;
	err = slot->ops->open(slot->key, packet);
	if (err) {
		open_failed(session, slot, err);
		return NULL;
	}
	atomic64_inc(&slot->next);
	/* Pairs with the one in tx_wait(). */
	smp_mb__after_atomic();
	if (unlikely(READ_ONCE(slot->confirms)))
		tsec_dgram_rekey_confirmed(session, slot);
	packet->newest = packet->newest &&
			 tsec_dgram_move_newest(session->dgram,
						slot->about.epoch);
	if (session->record->keepalive && packet->kind == TSEC_PACKET_DATA)
		tsec_dgram_keepalive_owe(session->dgram);
	err = tsec_dgram_inside_pull(&session->dgram->inside, packet);
	if (!err)
		return slot;
	TSEC_INC_STATS(session->tn, stat_of(err));
	return NULL;
}

/* Under the lock of the list. */
static bool early_has_room(const struct tsec_dgram *dgram)
{
	return skb_queue_len(&dgram->early) < EARLY_MAX &&
	       dgram->early_size < EARLY_SIZE_MAX;
}

/* Kept up to accept(); true if the datagram is used up. */
static bool early_keep(struct tsec_dgram *dgram, struct sk_buff *skb)
{
	bool kept;

	spin_lock(&dgram->early.lock);
	kept = !dgram->told && early_has_room(dgram);
	if (kept) {
		tsec_dgram_set_aside(skb);
		__skb_queue_tail(&dgram->early, skb);
		dgram->early_size += skb->truesize;
	}
	spin_unlock(&dgram->early.lock);
	return kept;
}

/* Drops as many datagrams as @skb has, each of @size bytes but the last. */
static void data_drop(struct tsec_session *session, struct sk_buff *skb,
		      unsigned int size, enum tsec_stat why)
{
	if (skb->len > size)
		tsec_stats_add(session->tn->stats, why, (skb->len - 1) / size);
	tsec_drop(session->tn, skb, why);
}

/* Filters look at the device, of what has waited as far as it is there. */
static void device_find(struct sock *sk, struct sk_buff *skb)
{
	if (!skb->dev)
		skb->dev = dev_get_by_index_rcu(sock_net(sk), skb->skb_iif);
}

static void sk_queue(struct tsec_session *session, struct sock *sk,
		     struct sk_buff *skb, unsigned int size)
{
	union tsec_address from;

	device_find(sk, skb);
	tsec_session_address(session, true, &from);
	switch (tsec_dgram_queue(sk, skb, size, &from)) {
	case 0:
		return;
	case -ENOMEM:
	case -ENOBUFS:
		data_drop(session, skb, size, TSEC_STAT_PACKETS_NO_ROOM);
		return;
	default:
		/* The program's own filter does not want it. */
		data_drop(session, skb, size, TSEC_STAT_PACKETS_FILTERED);
	}
}

/**
 * tsec_dgram_data_queue() - what was in records goes to the program
 * @session: an open session
 * @skb: the data, in linear memory; used up
 * @size: bytes of each datagram, the last one excepted, which may be shorter
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_dgram_data_queue(struct tsec_session *session, struct sk_buff *skb,
			   unsigned int size)
{
	struct tsec_dgram *dgram = session->dgram;
	struct sock *sk = rcu_dereference(dgram->sk);
	unsigned int len = skb->len;

	if (unlikely(!sk)) {
		if (early_keep(dgram, skb)) {
			atomic64_add(len, &session->rx.bytes);
			return;
		}
		/* It may have got its socket meanwhile. */
		sk = rcu_dereference(dgram->sk);
	}
	if (!sk || (READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN)) {
		data_drop(session, skb, size, TSEC_STAT_PACKETS_ENDED);
		return;
	}
	tsec_dgram_use(dgram);
	atomic64_add(len, &session->rx.bytes);
	sk_queue(session, sk, skb, size);
}

/* Hands on what a record held; @skb begins where the record began. */
static void deliver(struct tsec_session *session, struct sk_buff *skb,
		    const struct tsec_packet *packet,
		    const struct tsec_dgram_key *slot)
{
	__skb_pull(skb, packet->data - skb->data);
	__skb_trim(skb, packet->len);
	if (packet->kind == TSEC_PACKET_DATA)
		tsec_dgram_data_queue(session, skb, skb->len);
	else if (packet->kind == TSEC_PACKET_CONTROL ||
		 session->dgram->ops->messages)
		tsec_dgram_control_queue(session, skb, packet->content,
					 slot->about.id, packet->seq);
	else
		tsec_drop(session->tn, skb, TSEC_STAT_TICKETS_DROPPED);
}

/**
 * tsec_dgram_deliver_clone() - hand on what a record held that is not alone
 * @session: an open session
 * @skb: what it came in, which others keep
 * @packet: the record, opened
 * @slot: by which key
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_dgram_deliver_clone(struct tsec_session *session,
			      struct sk_buff *skb,
			      const struct tsec_packet *packet,
			      const struct tsec_dgram_key *slot)
{
	struct sk_buff *clone = skb_clone(skb, GFP_ATOMIC);

	if (clone)
		deliver(session, clone, packet, slot);
	else
		TSEC_INC_STATS(session->tn, TSEC_STAT_PACKETS_NO_MEMORY);
}

/* Is it under a key of the daemon's, if a protocol has such? */
static bool is_daemons(const struct tsec_session *session,
		       const struct tsec_packet_header *header)
{
	/* Of IDs that are shown in part, a later key may look like that. */
	return tsec_packet_is_handshake(session->dgram->ops, header) &&
	       !tsec_dgram_rx_key(session->dgram, header->key_id);
}

/**
 * tsec_dgram_is_flight() - whether a record is the daemon's
 * @session: an open session
 * @header: the record's outside
 *
 * A peer that repeats its last flight has not got ours: the daemon has it
 * still, for a while.
 *
 * Context: under RCU.
 * Return: false if it is opened here.
 */
bool tsec_dgram_is_flight(const struct tsec_session *session,
			  const struct tsec_packet_header *header)
{
	if (!READ_ONCE(session->channel) && !tsec_session_stays(session))
		return false;
	return is_daemons(session, header) ||
	       (!header->sealed && header->kind == TSEC_PACKET_HANDSHAKE);
}

/* How far it goes: records of a flight may have others behind them. */
static u32 flight_len(const struct tsec_session *session,
		      const struct sk_buff *skb, u32 len)
{
	const struct tsec_packet_ops *ops = session->dgram->ops;
	u8 cid_len = session->rx.key.cid_len;
	struct tsec_packet_header header;

	while (len < skb->len) {
		if (ops->peek(skb->data + len, skb->len - len, cid_len,
			      &header))
			return skb->len;
		if (!tsec_dgram_is_flight(session, &header))
			break;
		len += header.len;
	}
	return len;
}

/* Leaves what is behind it in @skb; true if that is used up. */
static bool flight_take(struct tsec_session *session, struct sk_buff *skb,
			u32 len)
{
	struct sk_buff *clone;

	len = flight_len(session, skb, len);
	if (len == skb->len) {
		tsec_dgram_control_flight(session, skb);
		return true;
	}
	clone = skb_clone(skb, GFP_ATOMIC);
	if (clone) {
		__skb_trim(clone, len);
		tsec_dgram_control_flight(session, clone);
	} else {
		TSEC_INC_STATS(session->tn, TSEC_STAT_PACKETS_NO_MEMORY);
	}
	__skb_pull(skb, len);
	return false;
}

/**
 * tsec_dgram_is_elsewhere() - whether a peer that may move seems to have moved
 * @dgram: the session
 * @skb: a datagram of its peer's, its headers still in memory
 *
 * Context: Any.
 * Return: false if it comes from where the peer is known to be.
 */
bool tsec_dgram_is_elsewhere(const struct tsec_dgram *dgram,
			     const struct sk_buff *skb)
{
	return READ_ONCE(dgram->mobile) &&
	       !tsec_udp_path_is_from(&dgram->path, skb);
}

/**
 * tsec_dgram_place_note() - the newest record so far has come
 * @session: an open session
 * @skb: what it came in, its headers still in memory
 * @len: bytes of the datagram
 * @elsewhere: as tsec_dgram_is_elsewhere() says
 *
 * Of a peer that may move, it tells where the peer is.
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_dgram_place_note(struct tsec_session *session,
			   const struct sk_buff *skb, u32 len, bool elsewhere)
{
	if (tsec_dgram_move_seen(session->dgram, skb, len, elsewhere))
		tsec_dgram_rx_tell(session->dgram, TSEC_DGRAM_RX_MOVED);
}

/**
 * tsec_dgram_open() - open all records of a datagram
 * @session: the session, for which tsec_dgram_can_open()
 * @skb: the datagram, in linear memory that nobody else looks at; used up
 *
 * Context: softirq or bottom halves off, under RCU.
 */
void tsec_dgram_open(struct tsec_session *session, struct sk_buff *skb)
{
	const struct tsec_packet_ops *ops = session->dgram->ops;
	bool elsewhere = tsec_dgram_is_elsewhere(session->dgram, skb);
	u8 tos = tsec_dgram_inside_tos(&session->dgram->inside, skb);
	u8 cid_len = session->rx.key.cid_len;
	struct tsec_packet_header header;
	u32 len = skb->len;

	while (!ops->peek(skb->data, skb->len, cid_len, &header)) {
		struct tsec_packet packet = {
			.data	= skb->data,
			.len	= header.len,
			.tos	= tos,
		};
		const struct tsec_dgram_key *slot;

		if (elsewhere && !header.cid) {
			tsec_drop(session->tn, skb, TSEC_STAT_PACKETS_ELSEWHERE);
			return;
		}
		if (tsec_dgram_is_flight(session, &header)) {
			if (flight_take(session, skb, header.len))
				return;
			continue;
		}
		slot = tsec_dgram_record_open(session, &header, &packet);
		if (slot && packet.newest)
			tsec_dgram_place_note(session, skb, len, elsewhere);
		if (slot && header.len == skb->len) {
			deliver(session, skb, &packet, slot);
			return;
		}
		if (slot)
			tsec_dgram_deliver_clone(session, skb, &packet, slot);
		if (header.len == skb->len) {
			kfree_skb(skb);
			return;
		}
		__skb_pull(skb, header.len);
	}
	tsec_drop(session->tn, skb, TSEC_STAT_PACKETS_MALFORMED);
}

/**
 * tsec_dgram_rx_told() - there is a program's socket for the data now
 * @dgram: an open session
 * @sk: the socket
 *
 * Context: process context, bottom halves off; under session->lock, or
 * listener->lock for a socket of many sessions.
 */
void tsec_dgram_rx_told(struct tsec_dgram *dgram, struct sock *sk)
{
	struct tsec_session *session = dgram->session;
	struct sk_buff *skb;

	spin_lock(&dgram->early.lock);
	while ((skb = __skb_dequeue(&dgram->early)))
		sk_queue(session, sk, skb, skb->len);
	if (test_bit(TSEC_SESSION_PEER_CLOSED, &session->flags) &&
	    !test_bit(TSEC_SESSION_SHARED, &session->flags))
		sk->sk_shutdown |= RCV_SHUTDOWN;
	dgram->told = true;
	rcu_assign_pointer(dgram->sk, sk);
	spin_unlock(&dgram->early.lock);
}

static void backlog_open(struct tsec_dgram *dgram)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&dgram->backlog))) {
		atomic_sub(skb->truesize, &dgram->behind_size);
		local_bh_disable();
		rcu_read_lock();
		tsec_dgram_open(dgram->session, skb);
		rcu_read_unlock();
		local_bh_enable();
		/* Only now may a softirq open what comes next. */
		atomic_dec(&dgram->behind);
		cond_resched();
	}
}

static void rx_work(struct work_struct *work)
{
	struct tsec_dgram *dgram = container_of(work, struct tsec_dgram, work);

	if (test_and_clear_bit(TSEC_DGRAM_RX_EARLY, &dgram->events))
		tsec_dgram_early_open(dgram);
	backlog_open(dgram);
	tsec_dgram_control_work(dgram);
	tsec_session_put(dgram->session);
}

/**
 * tsec_dgram_rx_init() - prepare the receiving part
 * @dgram: all zeros but for its session
 */
void tsec_dgram_rx_init(struct tsec_dgram *dgram)
{
	skb_queue_head_init(&dgram->sealed);
	skb_queue_head_init(&dgram->early);
	skb_queue_head_init(&dgram->backlog);
	skb_queue_head_init(&dgram->control);
	INIT_WORK(&dgram->work, rx_work);
}

/**
 * tsec_dgram_rx_free() - end the receiving part
 * @dgram: no softirq and no work looks at it any more
 */
void tsec_dgram_rx_free(struct tsec_dgram *dgram)
{
	skb_queue_purge(&dgram->sealed);
	skb_queue_purge(&dgram->early);
	skb_queue_purge(&dgram->backlog);
	skb_queue_purge(&dgram->control);
}

/**
 * tsec_dgram_recvmsg() - receive a datagram
 * @session: an open session
 * @sk: the program's socket
 * @msg: the program's message; gets the control data that it has asked for
 * @len: bytes of room
 * @flags: MSG_PEEK, MSG_DONTWAIT, MSG_TRUNC
 *
 * Context: process context.
 * Return: bytes, the datagram's whole length with MSG_TRUNC; 0 also once the
 * peer has ended the session or this end stopped reading; or a negative
 * errno: as for UDP, or the session's status once it has failed.
 */
int tsec_dgram_recvmsg(struct tsec_session *session, struct sock *sk,
		       struct msghdr *msg, size_t len, int flags)
{
	int status = READ_ONCE(session->status), ret;

	if (unlikely(status))
		return -status;
	ret = tsec_dgram_queue_recv(sk, session->inner->sk, msg, len, flags);
	if (likely(ret > 0))
		return ret;
	/* It may have waited. */
	status = READ_ONCE(session->status);
	return status ? -status : ret;
}
