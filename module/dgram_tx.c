// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams sent: from the program to IP.
 *
 * What a program sends is copied once, into the packet that is sealed in
 * place and handed to IP.  Senders share nothing but the key's number.  The
 * inner socket is charged for what is on its way, and wakes the program's
 * socket when there is room again.
 */
#include "compat.h"
#include "control.h"
#include "dgram.h"
#include "net.h"
#include "packet.h"
#include "session.h"

/**
 * tsec_dgram_tx_broken() - whether the session can send no more
 * @session: an open session
 *
 * Return: 0, -EPIPE after the end of the sending direction, or the session's
 * status once it has failed.
 */
int tsec_dgram_tx_broken(const struct tsec_session *session)
{
	int status = READ_ONCE(session->status);

	if (unlikely(status))
		return -status;
	if (unlikely(test_bit(TSEC_SESSION_CLOSED, &session->flags)))
		return -EPIPE;
	return 0;
}

/*
 * Seals under the key in use, which another one may replace meanwhile.  What
 * is given up once its number is taken leaves a gap, and no harm.
 */
static enum tsec_key_verdict packet_seal(struct tsec_session *session,
					 struct tsec_packet *packet, int *err)
{
	enum tsec_key_verdict verdict;
	struct tsec_dgram_key *slot;

	local_bh_disable();
	rcu_read_lock();
	slot = rcu_dereference(session->tx.slot);
	verdict = tsec_dgram_key_take(slot, &session->tx, &packet->seq);
	if (verdict != TSEC_KEY_HARD) {
		*err = slot->ops->seal(slot->key, packet);
		if (!*err)
			tsec_dgram_keepalive_sent(&session->dgram->keepalive);
	}
	rcu_read_unlock();
	local_bh_enable();
	return verdict;
}

/* To renew a key takes locks that the sender may hold. */
static void soft_limit(struct tsec_session *session)
{
	if (!tsec_key_renewable(&session->tx.key))
		tsec_control_rekey_needed(session, TSEC_DIR_TX);
	else if (!test_bit(TSEC_SESSION_TX_SOFT_TOLD, &session->flags))
		tsec_dgram_rx_tell(session->dgram, TSEC_DGRAM_TX_SOFT);
}

/**
 * tsec_dgram_seal() - seal a packet under the next number
 * @session: an open session
 * @packet: the payload, with room around it; set to the record
 *
 * Context: process context.
 * Return: 0, -EKEYEXPIRED at the key's hard limit, or what the protocol's
 * seal() or tsec_dgram_inside_push() returns.
 */
int tsec_dgram_seal(struct tsec_session *session, struct tsec_packet *packet)
{
	int err = tsec_dgram_inside_push(&session->dgram->inside, packet);

	if (err)
		return err;
	switch (packet_seal(session, packet, &err)) {
	case TSEC_KEY_HARD:
		return tsec_control_expire(session, TSEC_DIR_TX);
	case TSEC_KEY_SOFT:
		soft_limit(session);
		return err;
	default:
		return err;
	}
}

/**
 * tsec_dgram_header_room() - what a record takes before its payload
 * @session: an open session
 *
 * Return: bytes.
 */
u32 tsec_dgram_header_room(const struct tsec_session *session)
{
	return session->dgram->ops->header_room + session->dgram->inside.room;
}

static u32 packet_fit(const struct tsec_session *session, u32 mtu)
{
	const struct tsec_packet_ops *ops = session->dgram->ops;
	u32 around = ops->header_room + ops->trailer_room;
	u32 len;

	if (!ops->fit)
		return mtu > around ? min(mtu - around, ops->payload_max) : 0;
	rcu_read_lock();
	len = ops->fit(rcu_dereference(session->tx.slot)->key, mtu);
	rcu_read_unlock();
	return len;
}

/**
 * tsec_dgram_fit() - the longest payload that a datagram can carry
 * @session: an open session
 * @mtu: bytes that the datagram may have
 *
 * Return: bytes, 0 if not even an empty record fits.
 */
u32 tsec_dgram_fit(const struct tsec_session *session, u32 mtu)
{
	u32 fit = packet_fit(session, mtu);
	u32 room = session->dgram->inside.room;

	return fit > room ? fit - room : 0;
}

/**
 * tsec_dgram_sealed_len() - how long a packet would be as a record
 * @session: an open session
 * @packet: the payload
 *
 * Return: bytes; of a protocol whose records take the same room around all
 * payloads, those of the payload alone, which compare alike.
 */
u32 tsec_dgram_sealed_len(const struct tsec_session *session,
			  const struct tsec_packet *packet)
{
	const struct tsec_packet_ops *ops = session->dgram->ops;
	u32 len;

	if (!ops->sealed_len)
		return packet->len;
	rcu_read_lock();
	len = ops->sealed_len(rcu_dereference(session->tx.slot)->key,
			      packet->data, packet->len);
	rcu_read_unlock();
	return len;
}

/* @packet says what it carries. */
static int skb_seal(struct tsec_session *session, struct sk_buff *skb,
		    struct tsec_packet *packet)
{
	int err;

	packet->data = skb->data;
	packet->len = skb->len;
	err = tsec_dgram_seal(session, packet);
	if (err)
		return err;
	__skb_push(skb, skb->data - packet->data);
	skb->len = packet->len;
	skb_set_tail_pointer(skb, packet->len);
	return 0;
}

/* What a packet of the session takes before its payload. */
static size_t room_before(const struct tsec_session *session,
			  const struct tsec_udp_route *route)
{
	return tsec_udp_headroom(route) + tsec_dgram_header_room(session);
}

/* Waits until there is room in the send buffer. */
static struct sk_buff *skb_make(struct tsec_session *session,
				const struct tsec_udp_route *route, size_t len,
				int flags, int *err)
{
	size_t room = room_before(session, route);
	struct sk_buff *skb;

	skb = sock_alloc_send_skb(session->dgram->out, room + len +
				  session->dgram->ops->trailer_room,
				  flags & MSG_DONTWAIT, err);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	__skb_put(skb, len);
	return skb;
}

/* A message of the protocol itself: a full send buffer does not keep it. */
static struct sk_buff *skb_make_control(struct tsec_session *session,
					const struct tsec_udp_route *route,
					const u8 *message, size_t len)
{
	size_t room = room_before(session, route);
	struct sk_buff *skb;

	skb = sock_wmalloc(session->dgram->out, room + len +
			   session->dgram->ops->trailer_room, 1,
			   GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	__skb_put_data(skb, message, len);
	return skb;
}

static struct sk_buff *packet_make(struct tsec_session *session,
				   const struct tsec_udp_route *route,
				   struct msghdr *msg, size_t len, int *err)
{
	struct tsec_packet packet = {
		.kind	= TSEC_PACKET_DATA,
		.tos	= route->tos,
	};
	struct sk_buff *skb;

	skb = skb_make(session, route, len, msg->msg_flags, err);
	if (!skb)
		return NULL;
	*err = -EFAULT;
	if (!copy_from_iter_full(skb->data, len, &msg->msg_iter))
		goto free_skb;
	/* It may have waited for room. */
	*err = tsec_dgram_tx_broken(session) ?:
	       skb_seal(session, skb, &packet);
	if (!*err)
		return skb;
free_skb:
	kfree_skb(skb);
	return NULL;
}

static int packet_send(struct tsec_session *session,
		       const struct tsec_udp_ask *ask, struct msghdr *msg,
		       size_t len)
{
	struct sock *isk = session->dgram->out;
	struct tsec_udp_route route;
	struct sk_buff *skb;
	int err;

	err = tsec_dgram_route(session, ask, &route);
	if (err)
		return err;
	err = -EMSGSIZE;
	if (len > tsec_dgram_fit(session, route.mtu))
		goto put_route;
	skb = packet_make(session, &route, msg, len, &err);
	if (!skb)
		goto put_route;
	tsec_udp_send(isk, &route, skb);
	return len;

put_route:
	tsec_udp_route_put(&route);
	return err;
}

static int wish(struct tsec_session *session, struct msghdr *msg,
		struct tsec_udp_ask *ask)
{
	if (unlikely(msg->msg_flags & (MSG_OOB | MSG_MORE)))
		return -EOPNOTSUPP;
	if (unlikely(msg->msg_name))
		return -EISCONN;
	return tsec_dgram_tx_broken(session) ?:
	       tsec_udp_ask(&session->dgram->path, session->dgram->out,
			    msg, ask);
}

/**
 * tsec_dgram_sendmsg() - send a datagram, or several of one size
 * @session: an open session
 * @msg: the program's message
 * @len: bytes
 *
 * Context: process context.
 * Return: bytes sent, or a negative errno: as for UDP, -EMSGSIZE for what one
 * record or one packet on the path does not hold, -EISCONN for a message
 * with an address, -EOPNOTSUPP for MSG_OOB and MSG_MORE, -EKEYEXPIRED at the
 * key's hard limit, the session's status once it has failed.
 */
int tsec_dgram_sendmsg(struct tsec_session *session, struct msghdr *msg,
		       size_t len)
{
	struct tsec_udp_ask ask;
	int ret;

	ret = wish(session, msg, &ask);
	if (ret)
		return ret;
	if (ask.segment && len > ask.segment)
		ret = tsec_dgram_send_segments(session, &ask, msg, len);
	else
		ret = packet_send(session, &ask, msg, len);
	if (ret < 0)
		return ret;
	tsec_dgram_use(session->dgram);
	atomic64_add(ret, &session->tx.bytes);
	tsec_stats_add(session->tn->stats, TSEC_STAT_TX_BYTES, ret);
	return ret;
}

static int route_find(struct tsec_session *session,
		      struct tsec_udp_route *route)
{
	struct sock *isk = session->dgram->out;
	struct tsec_udp_ask ask;

	return tsec_udp_ask(&session->dgram->path, isk, NULL, &ask) ?:
	       tsec_dgram_route(session, &ask, route);
}

/* Uses up the route. */
static bool control_send(struct tsec_session *session,
			 struct tsec_udp_route *route, u8 type,
			 const u8 *message, size_t len, u64 *seq)
{
	struct sk_buff *skb = skb_make_control(session, route, message, len);
	struct tsec_packet packet = {
		.kind		= TSEC_PACKET_CONTROL,
		.content	= type,
	};

	if (!skb)
		goto put_route;
	if (skb_seal(session, skb, &packet))
		goto free_skb;
	if (seq)
		*seq = packet.seq;
	tsec_udp_send(session->dgram->out, route, skb);
	return true;

free_skb:
	kfree_skb(skb);
put_route:
	tsec_udp_route_put(route);
	return false;
}

static bool has_close(const struct tsec_session *session)
{
	return session->record->build_close || session->dgram->farewell_len;
}

/* The daemon has sealed it, when it had the keys for that. */
static bool farewell_send(struct tsec_session *session,
			  struct tsec_udp_route *route)
{
	const struct tsec_dgram *dgram = session->dgram;
	struct sk_buff *skb;

	skb = skb_make_control(session, route, dgram->farewell,
			       dgram->farewell_len);
	if (skb)
		tsec_udp_send(dgram->out, route, skb);
	else
		tsec_udp_route_put(route);
	return skb;
}

static bool close_send(struct tsec_session *session,
		       struct tsec_udp_route *route)
{
	u8 message[TSEC_RECORD_CONTROL_MAX], type;
	size_t len;

	if (!session->record->build_close)
		return farewell_send(session, route);
	len = session->record->build_close(message, &type);
	return control_send(session, route, type, message, len, NULL);
}

/**
 * tsec_dgram_send_close() - tell the peer that nothing more comes, once
 * @session: an open session
 *
 * It may get lost, as any datagram may.
 *
 * Context: process context.
 */
void tsec_dgram_send_close(struct tsec_session *session)
{
	struct tsec_udp_route route;

	if (session->status ||
	    test_and_set_bit(TSEC_SESSION_CLOSED, &session->flags) ||
	    !has_close(session) || route_find(session, &route))
		return;
	if (close_send(session, &route))
		TSEC_INC_STATS(session->tn, TSEC_STAT_CLOSE_NOTIFY_SENT);
}

/**
 * tsec_dgram_send_message() - send a message of the protocol to the peer
 * @session: an open session
 * @type: the message's type
 * @message: what goes into one record
 * @len: bytes of @message
 * @seq: set to the record's number
 *
 * Context: process context; @session->inner is there, and stays.
 * Return: false if it was not sent.
 */
bool tsec_dgram_send_message(struct tsec_session *session, u8 type,
			     const u8 *message, size_t len, u64 *seq)
{
	struct tsec_udp_route route;

	return !route_find(session, &route) &&
	       control_send(session, &route, type, message, len, seq);
}

/**
 * tsec_dgram_send_control() - send a message of the protocol to an address
 * @session: a session that has been opened; nothing happens if it has ended
 * @to: from where to where
 * @type: the message's type
 * @message: the message
 * @len: bytes of it
 *
 * Context: process context, no locks held.
 */
void tsec_dgram_send_control(struct tsec_session *session,
			     const struct tsec_udp_ends *to, u8 type,
			     const u8 *message, size_t len)
{
	struct tsec_dgram *dgram = session->dgram;
	struct tsec_udp_route route;
	struct tsec_udp_ask ask;

	mutex_lock(&session->tx.lock);
	/* With this lock held the inner socket stays. */
	if (session->inner && !tsec_dgram_tx_broken(session) &&
	    !tsec_udp_ask(&dgram->path, dgram->out, NULL, &ask) &&
	    !tsec_udp_route_to(dgram->out, to, &ask, &route))
		control_send(session, &route, type, message, len, NULL);
	mutex_unlock(&session->tx.lock);
}

/**
 * tsec_dgram_mtu() - the longest datagram that a program can send now
 * @session: an open session
 *
 * Context: process context.
 * Return: bytes, or a negative errno if there is no way to the peer.
 */
int tsec_dgram_mtu(struct tsec_session *session)
{
	struct tsec_udp_route route;
	int err = route_find(session, &route);

	if (err)
		return err;
	tsec_udp_route_put(&route);
	return tsec_dgram_fit(session, route.mtu);
}
