// SPDX-License-Identifier: GPL-2.0
/*
 * A session over an inner UDP socket: its keys, what it sends, its end.
 *
 * What a program sends is copied once, into the packet that is sealed in
 * place and handed to IP.  Senders share nothing but the key's number.  The
 * inner socket is charged for what is on its way, and wakes the program's
 * socket when there is room again.
 */
#include <linux/slab.h>

#include "aead.h"
#include "compat.h"
#include "control.h"
#include "dgram.h"
#include "handshake.h"
#include "inner.h"
#include "net.h"
#include "packet.h"
#include "session.h"

/* An ICMP error reaches the program as it would on a UDP socket. */
static void icmp_error(TSEC_ENCAP_ERR_ARGS)
{
	struct tsec_session *session = rcu_dereference_sk_user_data(isk);
	int errnum = -tsec_udp_icmp_errno(skb);
	struct sock *sk;

	if (!session || !errnum || !tsec_session_open(session))
		return;
	sk = rcu_dereference(session->dgram->sk);
	if (!sk)
		return;
	WRITE_ONCE(sk->sk_err, errnum);
	sk_error_report(sk);
}

/**
 * tsec_dgram_hook() - take over what comes in for an inner socket
 * @inner: a new UDP socket
 *
 * Up to a session's keys, what comes is dropped.
 *
 * Context: process context.
 */
void tsec_dgram_hook(struct socket *inner)
{
	tsec_udp_hook(inner, tsec_dgram_receive, icmp_error);
}

static int dgram_connect(struct tsec_session *session, struct sockaddr *addr,
			 int len)
{
	int err = kernel_connect(session->inner, addr, len, 0);

	if (!err)
		tsec_handshake_start(session);
	return err;
}

static int dgram_prepare(struct tsec_session *session, const char **why)
{
	struct tsec_dgram *dgram;

	*why = "no memory for the session";
	dgram = kzalloc(sizeof(*dgram), GFP_KERNEL_ACCOUNT);
	if (!dgram)
		return -ENOMEM;
	if (tsec_udp_path_init(&dgram->path)) {
		kfree(dgram);
		return -ENOMEM;
	}
	dgram->session = session;
	dgram->net = get_net(session->tn->net);
	tsec_dgram_rx_init(dgram);
	session->dgram = dgram;
	return 0;
}

/* The numbers of the protocol end as well. */
static void limit_numbers(struct tsec_key *key,
			  const struct tsec_packet_ops *ops)
{
	struct tsec_limits numbers = { .hard_records = ops->seq_max + 1 };

	tsec_limits_merge(&key->limits, &numbers);
}

static int half_open(struct tsec_session *session, struct tsec_half *half,
		     enum tsec_direction direction, const char **why)
{
	const struct tsec_packet_ops *ops = session->record->packet;
	struct tsec_packet_params as = {
		.key_id		= session->record->key_id,
		.sending	= direction == TSEC_DIR_TX,
	};
	struct tsec_dgram_key *slot;

	limit_numbers(&half->key, ops);
	slot = tsec_dgram_key_new(ops, &half->key, &as, why);
	tsec_key_forget(&half->key);
	if (IS_ERR(slot))
		return PTR_ERR(slot);
	half->key.born = ktime_get_boottime_seconds();
	tsec_control_watch(half);
	rcu_assign_pointer(half->slot, slot);
	return 0;
}

static int dgram_open(struct tsec_session *session, const char **why)
{
	int err;

	err = half_open(session, &session->tx, TSEC_DIR_TX, why);
	if (!err)
		err = half_open(session, &session->rx, TSEC_DIR_RX, why);
	if (err)
		return err;
	session->version = session->tx.key.version;
	session->cipher = session->tx.key.cipher;
	rcu_assign_pointer(session->dgram->sk, session->sk);
	rcu_assign_sk_user_data(session->inner->sk, session);
	return 0;
}

static int tx_broken(const struct tsec_session *session)
{
	int status = READ_ONCE(session->status);

	if (unlikely(status))
		return -status;
	if (unlikely(test_bit(TSEC_SESSION_CLOSED, &session->flags)))
		return -EPIPE;
	return 0;
}

/* What is given up once its number is taken leaves a gap, and no harm. */
static int number_take(struct tsec_session *session,
		       struct tsec_dgram_key *slot, u64 *seq)
{
	switch (tsec_dgram_key_take(slot, &session->tx, seq)) {
	case TSEC_KEY_HARD:
		return tsec_control_expire(session, TSEC_DIR_TX);
	case TSEC_KEY_SOFT:
		tsec_control_rekey_needed(session, TSEC_DIR_TX);
		return 0;
	default:
		return 0;
	}
}

/*
 * Seals the payload that @skb holds.  The key in use stays: only the end of
 * the session takes it away.
 */
static int skb_seal(struct tsec_session *session, struct sk_buff *skb,
		    enum tsec_packet_kind kind, u8 content)
{
	struct tsec_dgram_key *slot =
		rcu_dereference_protected(session->tx.slot,
					  refcount_read(&session->refs));
	struct tsec_packet packet = {
		.data		= skb->data,
		.len		= skb->len,
		.kind		= kind,
		.content	= content,
	};
	int err;

	err = number_take(session, slot, &packet.seq);
	if (err)
		return err;
	local_bh_disable();
	err = slot->ops->seal(slot->key, &packet);
	local_bh_enable();
	if (err)
		return err;
	__skb_push(skb, skb->data - packet.data);
	__skb_put(skb, packet.len - skb->len);
	return 0;
}

/* What a packet of the session takes before its payload. */
static size_t room_before(const struct tsec_session *session,
			  const struct tsec_udp_route *route)
{
	return tsec_udp_headroom(route) + session->record->packet->header_room;
}

/* Waits until there is room in the send buffer. */
static struct sk_buff *skb_make(struct tsec_session *session,
				const struct tsec_udp_route *route, size_t len,
				int flags, int *err)
{
	size_t room = room_before(session, route);
	struct sk_buff *skb;

	skb = sock_alloc_send_skb(session->inner->sk, room + len +
				  session->record->packet->trailer_room,
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

	skb = sock_wmalloc(session->inner->sk, room + len +
			   session->record->packet->trailer_room, 1,
			   GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	__skb_put_data(skb, message, len);
	return skb;
}

static int packet_send(struct tsec_session *session,
		       struct tsec_udp_route *route, struct msghdr *msg,
		       size_t len)
{
	struct sock *isk = session->inner->sk;
	struct sk_buff *skb;
	int err;

	if (len > route->mtu)
		return -EMSGSIZE;
	skb = skb_make(session, route, len, msg->msg_flags, &err);
	if (!skb)
		return err;
	err = -EFAULT;
	if (!copy_from_iter_full(skb->data, len, &msg->msg_iter))
		goto free_skb;
	/* It may have waited for room. */
	err = tx_broken(session) ?:
	      skb_seal(session, skb, TSEC_PACKET_DATA, 0);
	if (err)
		goto free_skb;
	err = -EMSGSIZE;
	if (skb->len > route->mtu)
		goto free_skb;
	tsec_udp_send(isk, route, skb);
	return 0;

free_skb:
	kfree_skb(skb);
	return err;
}

/**
 * tsec_dgram_sendmsg() - send a datagram
 * @session: an open session
 * @msg: the program's message
 * @len: bytes
 *
 * Context: process context.
 * Return: @len, or a negative errno: as for UDP, -EMSGSIZE for what one
 * record or one packet on the path does not hold, -EISCONN for a message
 * with an address, -EOPNOTSUPP for MSG_OOB and MSG_MORE, -EKEYEXPIRED at the
 * key's hard limit, the session's status once it has failed.
 */
int tsec_dgram_sendmsg(struct tsec_session *session, struct msghdr *msg,
		       size_t len)
{
	struct tsec_udp_route route;
	int err;

	if (unlikely(msg->msg_flags & (MSG_OOB | MSG_MORE)))
		return -EOPNOTSUPP;
	if (unlikely(msg->msg_name))
		return -EISCONN;
	if (len > session->record->packet->payload_max)
		return -EMSGSIZE;
	err = tx_broken(session) ?:
	      tsec_udp_route(&session->dgram->path, session->inner->sk,
			     &route);
	if (err)
		return err;
	err = packet_send(session, &route, msg, len);
	if (err) {
		tsec_udp_route_put(&route);
		return err;
	}
	atomic64_add(len, &session->tx.bytes);
	tsec_stats_add(session->tn->stats, TSEC_STAT_TX_BYTES, len);
	return len;
}

/* Tells the peer that nothing more comes.  It may get lost, as all may. */
static void close_send(struct tsec_session *session)
{
	struct sock *isk = session->inner->sk;
	u8 message[TSEC_RECORD_CONTROL_MAX], type;
	struct tsec_udp_route route;
	struct sk_buff *skb;
	size_t len;

	if (session->status ||
	    test_and_set_bit(TSEC_SESSION_CLOSED, &session->flags) ||
	    tsec_udp_route(&session->dgram->path, isk, &route))
		return;
	len = session->record->build_close(message, &type);
	skb = skb_make_control(session, &route, message, len);
	if (!skb)
		goto put_route;
	if (skb_seal(session, skb, TSEC_PACKET_CONTROL, type))
		goto free_skb;
	tsec_udp_send(isk, &route, skb);
	TSEC_INC_STATS(session->tn, TSEC_STAT_CLOSE_NOTIFY_SENT);
	return;

free_skb:
	kfree_skb(skb);
put_route:
	tsec_udp_route_put(&route);
}

/**
 * tsec_dgram_poll() - what could be done now
 * @session: an open session
 * @file: the program's file
 * @sock: the program's socket
 * @wait: where to register
 *
 * Context: process context.
 * Return: EPOLL* as for a UDP socket.
 */
__poll_t tsec_dgram_poll(struct tsec_session *session, struct file *file,
			 struct socket *sock, struct poll_table_struct *wait)
{
	__poll_t mask = datagram_poll(file, sock, wait);

	if (READ_ONCE(session->status))
		return mask | EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM |
		       EPOLLHUP | EPOLLRDHUP;
	/* Room is a matter of the inner socket, which wakes us as well. */
	if (!sock_writeable(session->inner->sk))
		mask &= ~(EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND);
	return mask;
}

/**
 * tsec_dgram_shutdown() - end one direction or both
 * @session: an open session
 * @how: RCV_SHUTDOWN, SEND_SHUTDOWN
 *
 * That the receiving direction has ended is noted in the program's socket.
 *
 * Context: process context.
 * Return: 0.
 */
int tsec_dgram_shutdown(struct tsec_session *session, int how)
{
	if (how & SEND_SHUTDOWN)
		close_send(session);
	tsec_session_advance(session, TSEC_STATE_ESTABLISHED,
			     TSEC_STATE_CLOSING);
	return 0;
}

static void softirqs_detach(struct tsec_session *session)
{
	if (session->inner)
		rcu_assign_sk_user_data(session->inner->sk, NULL);
	RCU_INIT_POINTER(session->dgram->sk, NULL);
}

static void dgram_close(struct tsec_session *session)
{
	close_send(session);
	softirqs_detach(session);
}

/* Whoever waits for room wakes up, and finds the session's status. */
static void dgram_abort(struct sock *isk)
{
	WRITE_ONCE(isk->sk_err, ECONNABORTED);
	sk_error_report(isk);
}

static void end_work(struct work_struct *work)
{
	struct tsec_dgram *dgram = container_of(to_rcu_work(work),
						struct tsec_dgram, end);

	tsec_dgram_rx_free(dgram);
	tsec_dgram_key_free(dgram->tx);
	tsec_dgram_key_free(dgram->rx);
	tsec_udp_path_free(&dgram->path);
	put_net(dgram->net);
	kfree(dgram);
}

/* A softirq that saw the session may be at work until a grace period ends. */
static void dgram_free(struct tsec_session *session)
{
	struct tsec_dgram *dgram = session->dgram;

	if (!dgram)
		return;
	softirqs_detach(session);
	dgram->tx = rcu_dereference_protected(session->tx.slot, true);
	dgram->rx = rcu_dereference_protected(session->rx.slot, true);
	INIT_RCU_WORK(&dgram->end, end_work);
	queue_rcu_work(tsec_wq, &dgram->end);
}

const struct tsec_transport tsec_transport_dgram = {
	.connect	= dgram_connect,
	.prepare	= dgram_prepare,
	.open		= dgram_open,
	.close		= dgram_close,
	.abort		= dgram_abort,
	.free		= dgram_free,
};
