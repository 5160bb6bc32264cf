// SPDX-License-Identifier: GPL-2.0
/*
 * A session over an inner UDP socket: its keys, its state, its end.
 */
#include <linux/slab.h>
#include <net/ipv6.h>

#include "compat.h"
#include "dgram.h"
#include "handshake.h"
#include "inner.h"
#include "net.h"
#include "packet.h"
#include "session.h"

/*
 * Whose error it is: during the handshake the channel's, by the inner one.  A
 * socket of many peers has none for the sake of one of them, as with UDP.
 */
static struct sock *error_sock(const struct tsec_dgram *dgram)
{
	if (tsec_session_busy(dgram->session))
		return dgram->isk;
	if (test_bit(TSEC_SESSION_SHARED, &dgram->session->flags))
		return NULL;
	return tsec_session_open(dgram->session) ? rcu_dereference(dgram->sk) :
						   NULL;
}

/**
 * tsec_dgram_error() - an ICMP error has come
 * @dgram: the session that it is about
 * @skb: the error, as the hook got it
 *
 * It reaches the program as it would on a UDP socket.
 *
 * Context: softirq, under RCU.
 */
void tsec_dgram_error(struct tsec_dgram *dgram, const struct sk_buff *skb)
{
	int errnum = -tsec_udp_icmp_errno(skb);
	struct sock *sk = errnum ? error_sock(dgram) : NULL;

	if (!sk)
		return;
	WRITE_ONCE(sk->sk_err, errnum);
	sk_error_report(sk);
}

static void icmp_error(TSEC_ENCAP_ERR_ARGS)
{
	struct tsec_session *session = rcu_dereference_sk_user_data(isk);
	struct tsec_udp_ends failed, ends;

	if (!session || !tsec_udp_ends_failed(skb, &failed))
		return;
	/* What was sent elsewhere is nobody's business. */
	tsec_udp_path_ends(&session->dgram->path, &ends);
	if (failed.port == ends.port &&
	    ipv6_addr_equal(&failed.remote, &ends.remote))
		tsec_dgram_error(session->dgram, skb);
}

/**
 * tsec_dgram_hook() - take over what comes in for an inner socket
 * @inner: a new UDP socket
 *
 * Before a session begins, what comes is dropped.
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

/**
 * tsec_dgram_new() - give a session what it needs for datagrams
 * @session: the session, without keys
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int tsec_dgram_new(struct tsec_session *session)
{
	struct tsec_dgram *dgram;

	dgram = kzalloc(sizeof(*dgram), GFP_KERNEL_ACCOUNT);
	if (!dgram)
		return -ENOMEM;
	if (tsec_udp_path_init(&dgram->path, session->inner->sk)) {
		kfree(dgram);
		return -ENOMEM;
	}
	dgram->session = session;
	dgram->ops = session->record->packet;
	dgram->isk = session->inner->sk;
	dgram->out = dgram->isk;
	dgram->used = jiffies;
	dgram->net = get_net(session->tn->net);
	spin_lock_init(&dgram->keys_lock);
	tsec_dgram_update_init(dgram);
	tsec_dgram_rx_init(dgram);
	tsec_dgram_move_init(dgram);
	tsec_dgram_keepalive_init(dgram);
	session->dgram = dgram;
	return 0;
}

/* Of keys by hand, those who give them have chosen it. */
static void cid_choose(struct tsec_session *session)
{
	const struct tsec_settings *settings = &session->settings;

	if (settings->cid_len && !settings->manual &&
	    session->record->packet->mobility == TSEC_MOBILITY_CHECKED)
		tsec_endpoint_choose(session->dgram, settings->cid_len);
}

static int dgram_prepare(struct tsec_session *session, const char **why)
{
	int err;

	/* A client of an endpoint has got it already. */
	if (!session->dgram) {
		*why = "no memory for the session";
		err = tsec_dgram_new(session);
		if (err)
			return err;
		rcu_assign_sk_user_data(session->inner->sk, session);
	}
	cid_choose(session);
	return 0;
}

/* Records that all go by one port tell the session's own inside. */
static int port_open(struct tsec_session *session, const char **why)
{
	const struct tsec_record_ops *record = session->record;
	struct tsec_dgram *dgram = session->dgram;

	if (!record->port)
		return 0;
	dgram->path.local_port = htons(record->port);
	dgram->path.ends.port = htons(record->port);
	return tsec_encap_open(dgram, why);
}

static int dgram_open(struct tsec_session *session, const char **why)
{
	u16 version = session->tx.key.version;
	int err;

	*why = "the keys are of two versions";
	if (version != session->rx.key.version)
		return -EINVAL;
	if (session->record->packet_of)
		session->dgram->ops = session->record->packet_of(version);
	tsec_dgram_inside_init(session);
	err = port_open(session, why) ?: tsec_dgram_rekey_first(session, why);
	if (err)
		return err;
	/* The peer did not want it. */
	if (!session->rx.key.cid_len)
		tsec_endpoint_unname(session->dgram,
				     &session->dgram->peer.chosen);
	tsec_dgram_move_open(session->dgram);
	session->version = session->tx.key.version;
	session->cipher = session->tx.key.cipher;
	return 0;
}

/*
 * A peer may send data as soon as its part of the handshake is done, and
 * datagrams overtake each other.
 */
static void dgram_opened(struct tsec_session *session)
{
	spin_lock_bh(&session->lock);
	if (session->sk)
		tsec_dgram_rx_told(session->dgram, session->sk);
	spin_unlock_bh(&session->lock);
	tsec_dgram_early_open(session->dgram);
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
 * tsec_dgram_ended() - note in the program's socket what has ended
 * @session: an open session
 * @how: RCV_SHUTDOWN, SEND_SHUTDOWN
 *
 * Whoever waits there wakes up.
 *
 * Context: process context.
 */
void tsec_dgram_ended(struct tsec_session *session, int how)
{
	struct sock *sk;

	spin_lock_bh(&session->lock);
	sk = session->sk;
	if (sk) {
		sk->sk_shutdown |= how;
		sk->sk_state_change(sk);
	}
	spin_unlock_bh(&session->lock);
}

/**
 * tsec_dgram_shutdown() - end one direction or both
 * @session: an open session
 * @how: RCV_SHUTDOWN, SEND_SHUTDOWN
 *
 * Context: process context.
 * Return: 0.
 */
int tsec_dgram_shutdown(struct tsec_session *session, int how)
{
	if (how & SEND_SHUTDOWN)
		tsec_dgram_send_close(session);
	tsec_session_advance(session, TSEC_STATE_ESTABLISHED,
			     TSEC_STATE_CLOSING);
	tsec_dgram_ended(session, how);
	return 0;
}

static void softirqs_detach(struct tsec_session *session)
{
	tsec_endpoint_leave(session->dgram);
	tsec_dgram_rekey_leave(session);
	if (session->inner)
		rcu_assign_sk_user_data(session->inner->sk, NULL);
	RCU_INIT_POINTER(session->dgram->sk, NULL);
}

/*
 * From here on nothing may be sent, and whoever was about to is done once
 * rx.lock was taken: a clock that is stopped after that stands still.
 */
static void dgram_close(struct tsec_session *session)
{
	tsec_dgram_send_close(session);
	softirqs_detach(session);
	tsec_dgram_update_stop(session);
	tsec_dgram_move_stop(session->dgram);
	tsec_dgram_keepalive_stop(session->dgram);
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
	tsec_dgram_update_free(dgram);
	tsec_dgram_rekey_end(dgram);
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
	if (dgram->peer.endpoint)
		tsec_endpoint_put(dgram->peer.endpoint);
	if (dgram->encap)
		tsec_encap_put(dgram->encap);
	tsec_dgram_rekey_stop(session);
	INIT_RCU_WORK(&dgram->end, end_work);
	queue_rcu_work(tsec_wq, &dgram->end);
}

const struct tsec_transport tsec_transport_dgram = {
	.connect	= dgram_connect,
	.prepare	= dgram_prepare,
	.open		= dgram_open,
	.opened		= dgram_opened,
	.key_update	= tsec_dgram_key_update,
	.close		= dgram_close,
	.abort		= dgram_abort,
	.free		= dgram_free,
};
