// SPDX-License-Identifier: GPL-2.0
/*
 * The handshake channel: a socket that the daemon gets for one handshake.
 *
 * Until the session is open it passes straight through to the inner socket,
 * so the daemon's TLS library reads and writes the handshake's own bytes, or
 * datagrams.  From then on it receives what came later of the handshake, one
 * whole message (NewSessionTicket) or datagram each time, and sends only over
 * datagrams: where the last flight may have to be repeated, and in sessions of
 * DTLS 1.3 messages for the peer.  If the end of the session comes by the
 * handshake's own protocol, the daemon passes that on by shutdown().
 */
#include <linux/file.h>
#include <linux/module.h>
#include <net/sock.h>

#include "channel.h"
#include "compat.h"
#include "daemon.h"
#include "dgram.h"
#include "handshake.h"
#include "inner.h"
#include "net.h"
#include "packet.h"
#include "record/tls.h"
#include "session.h"

enum channel_limits {
	CHANNEL_MESSAGES_MAX = 16,	/* unread messages; more are dropped */
};

/**
 * struct tsec_channel - the daemon's end of a handshake
 * @sk: must be first; its receive queue holds later handshake messages
 * @session: the session, referenced
 */
struct tsec_channel {
	struct sock sk;
	struct tsec_session *session;
};

static struct proto channel_proto = {
	.name		= "TSEC-CHANNEL",
	.owner		= THIS_MODULE,
	.obj_size	= sizeof(struct tsec_channel),
};

static struct tsec_channel *channel_of(const struct socket *sock)
{
	return container_of(sock->sk, struct tsec_channel, sk);
}

/* Nothing more will come: the session has failed, or its program closed it. */
static bool is_over(const struct tsec_session *session)
{
	return !tsec_session_open(session) || !READ_ONCE(session->inner);
}

/*
 * Pass-through ends with the handshake, whichever way that ended; but over
 * datagrams a flight can be sent again.
 */
static bool passes_through(const struct tsec_session *session,
			   const struct tsec_half *half)
{
	if (tsec_session_state(session) == TSEC_STATE_HANDSHAKE)
		return true;
	return half == &session->tx && session->dgram && !is_over(session);
}

/*
 * The half's lock keeps the inner socket from being released, and the session
 * from opening, while the channel is in it.
 */
static struct socket *inner_enter(struct tsec_session *session,
				  struct tsec_half *half)
{
	mutex_lock(&half->lock);
	if (passes_through(session, half))
		return session->inner;
	mutex_unlock(&half->lock);
	return NULL;
}

static void inner_leave(struct tsec_half *half)
{
	mutex_unlock(&half->lock);
}

static __poll_t channel_poll(struct file *file, struct socket *sock,
			     struct poll_table_struct *wait)
{
	struct tsec_channel *channel = channel_of(sock);
	struct tsec_session *session = channel->session;
	struct socket *inner;
	__poll_t mask = 0;

	/* The inner socket wakes this one's queue: tsec_inner_graft_wq(). */
	sock_poll_wait(file, sock, wait);
	inner = inner_enter(session, &session->rx);
	if (inner) {
		mask = inner->ops->poll(file, inner, NULL);
		inner_leave(&session->rx);
		return mask;
	}
	if (tsec_session_asks(session) ||
	    !skb_queue_empty_lockless(&channel->sk.sk_receive_queue))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (is_over(session))
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLHUP;
	return mask;
}

/*
 * A message for the session to send: its first byte is lower than that of any
 * datagram (RFC 7983).
 */
static bool is_message(const struct tsec_session *session, struct msghdr *msg)
{
	u8 type;

	if (!tsec_session_open(session) || !session->dgram ||
	    !session->dgram->ops->messages ||
	    copy_from_iter(&type, sizeof(type), &msg->msg_iter) != sizeof(type))
		return false;
	iov_iter_revert(&msg->msg_iter, sizeof(type));
	return type < TSEC_TLS_RECORD_CCS;
}

static int message_send(struct tsec_session *session, struct msghdr *msg,
			size_t len)
{
	u8 *message;
	int err;

	if (len > TSEC_DGRAM_MESSAGE_MAX)
		return -EMSGSIZE;
	message = kmalloc(len, GFP_KERNEL);
	if (!message)
		return -ENOMEM;
	err = -EFAULT;
	if (copy_from_iter_full(message, len, &msg->msg_iter))
		err = tsec_dgram_update_say(session, message, len);
	kfree_sensitive(message);
	return err ?: len;
}

static int channel_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct tsec_session *session = channel_of(sock)->session;
	union tsec_address remote;
	struct socket *inner;
	int ret;

	if (is_message(session, msg))
		return message_send(session, msg, len);
	inner = inner_enter(session, &session->tx);
	if (!inner)
		return -EPIPE;
	/* No sleep inside: the wait queue changes when the session opens. */
	msg->msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	msg->msg_controllen = 0;
	msg->msg_name = NULL;
	if (session->dgram) {
		/* Connected or not, and to wherever. */
		tsec_session_address(session, true, &remote);
		msg->msg_name = &remote;
		msg->msg_namelen = tsec_address_len(&remote);
	}
	ret = inner->ops->sendmsg(inner, msg, len);
	inner_leave(&session->tx);
	return ret;
}

/* True for the one who is to hear it. */
static bool ask_take(struct tsec_session *session, int flags)
{
	if (flags & MSG_PEEK)
		return tsec_session_asks(session);
	/* In this order: whoever asks meanwhile is heard the next time. */
	return test_and_clear_bit(TSEC_SESSION_ASKED, &session->flags) &&
	       tsec_session_needs_keys(session);
}

/* One byte that is zero begins no message of any handshake. */
static int ask_recv(struct msghdr *msg)
{
	static const u8 ask;

	return copy_to_iter(&ask, sizeof(ask), &msg->msg_iter) == sizeof(ask) ?
	       sizeof(ask) : -EFAULT;
}

static int message_recv(struct tsec_channel *channel, struct msghdr *msg,
			size_t len, int flags)
{
	struct sk_buff *skb;
	int err;

	if (len && ask_take(channel->session, flags))
		return ask_recv(msg);
	skb = skb_recv_datagram(&channel->sk, flags | MSG_DONTWAIT, &err);
	if (!skb)
		return is_over(channel->session) ? 0 : err;
	if (skb->len > len)
		msg->msg_flags |= MSG_TRUNC;
	len = min_t(size_t, len, skb->len);
	err = skb_copy_datagram_msg(skb, 0, msg, len);
	skb_free_datagram(&channel->sk, skb);
	return err ? err : len;
}

static int channel_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			   int flags)
{
	struct tsec_channel *channel = channel_of(sock);
	struct tsec_half *rx = &channel->session->rx;
	struct socket *inner = inner_enter(channel->session, rx);
	int ret;

	if (!inner)
		return message_recv(channel, msg, len, flags & MSG_PEEK);
	msg->msg_controllen = 0;
	ret = inner->ops->recvmsg(inner, msg, len,
				  (flags & MSG_PEEK) | MSG_DONTWAIT);
	inner_leave(rx);
	return ret;
}

static int channel_getname(struct socket *sock, struct sockaddr *addr, int peer)
{
	struct tsec_session *session = channel_of(sock)->session;
	union tsec_address address;

	tsec_session_address(session, peer, &address);
	return tsec_address_copy(addr, &address);
}

/*
 * Where only the daemon can read that the peer has ended, it tells so: there
 * is nothing more to receive.
 */
static int channel_shutdown(struct socket *sock, int how)
{
	struct tsec_session *session = channel_of(sock)->session;

	if (how != SHUT_RD || !session->dgram || session->record->control)
		return -EOPNOTSUPP;
	if (!tsec_session_open(session))
		return -ENOTCONN;
	tsec_dgram_rx_tell(session->dgram, TSEC_DGRAM_RX_END);
	return 0;
}

static void messages_purge(struct sock *sk)
{
	skb_queue_purge(&sk->sk_receive_queue);
}

static int channel_release(struct socket *sock)
{
	struct tsec_channel *channel = channel_of(sock);
	struct tsec_session *session = channel->session;
	struct sock *sk = &channel->sk;

	spin_lock_bh(&session->lock);
	session->channel = NULL;
	if (session->inner)
		tsec_inner_ungraft_wq(session->inner, &sock->wq);
	spin_unlock_bh(&session->lock);
	tsec_handshake_abandon(session);

	sock_orphan(sk);
	sock->sk = NULL;
	messages_purge(sk);
	sock_put(sk);
	tsec_session_put(session);
	return 0;
}

static const struct proto_ops channel_ops = {
	.family		= PF_UNSPEC,
	.owner		= THIS_MODULE,
	.release	= channel_release,
	.bind		= sock_no_bind,
	.connect	= sock_no_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= sock_no_accept,
	.getname	= channel_getname,
	.poll		= channel_poll,
	.ioctl		= sock_no_ioctl,
	.listen		= sock_no_listen,
	.shutdown	= channel_shutdown,
	.sendmsg	= channel_sendmsg,
	.recvmsg	= channel_recvmsg,
	.mmap		= sock_no_mmap,
};

static struct tsec_channel *channel_alloc(struct tsec_session *session,
					  struct socket *sock)
{
	struct tsec_channel *channel;
	struct sock *sk;

	sk = sk_alloc(session->tn->net, tsec_family, GFP_KERNEL,
		      &channel_proto, 0);
	if (!sk)
		return NULL;
	sock_init_data(sock, sk);
	channel = container_of(sk, struct tsec_channel, sk);
	channel->session = tsec_session_get(session);
	return channel;
}

static struct socket *channel_socket(struct tsec_session *session)
{
	struct tsec_channel *channel;
	struct socket *sock;
	int err;

	err = sock_create_lite(tsec_family, SOCK_STREAM, 0, &sock);
	if (err)
		return ERR_PTR(err);
	channel = channel_alloc(session, sock);
	if (!channel) {
		sock_release(sock);
		return ERR_PTR(-ENOMEM);
	}
	sock->ops = &channel_ops;
	__module_get(THIS_MODULE);
	return sock;
}

/**
 * tsec_channel_new() - make the handshake channel of a session
 * @session: a session in state HANDSHAKE, or an open one whose handshakes go
 *	on, without a channel
 *
 * During the handshake the inner socket wakes the channel, and closing the
 * file fails the session, as does this function if it fails.
 *
 * Context: process context.
 * Return: a file for the daemon to be given, or an ERR_PTR.
 */
struct file *tsec_channel_new(struct tsec_session *session)
{
	struct socket *sock = channel_socket(session);
	struct tsec_channel *channel;

	if (IS_ERR(sock)) {
		tsec_handshake_abandon(session);
		return ERR_CAST(sock);
	}
	channel = channel_of(sock);
	spin_lock_bh(&session->lock);
	session->channel = channel;
	if (tsec_session_busy(session))
		tsec_inner_graft_wq(session->inner, &sock->wq);
	spin_unlock_bh(&session->lock);
	/* Releases the socket when it fails. */
	return sock_alloc_file(sock, O_NONBLOCK | O_CLOEXEC, "TSEC-CHANNEL");
}

/**
 * tsec_channel_wake() - tell the daemon that its session has changed state
 * @channel: the channel
 *
 * Context: under session->lock, which keeps @channel.
 */
void tsec_channel_wake(struct tsec_channel *channel)
{
	channel->sk.sk_state_change(&channel->sk);
}

static struct sk_buff *message_skb(const u8 *message, size_t len)
{
	struct sk_buff *skb = alloc_skb(len, GFP_KERNEL);

	if (skb)
		skb_put_data(skb, message, len);
	return skb;
}

/**
 * tsec_channel_pass() - hand a handshake message to the daemon
 * @session: an open session
 * @message: the message with its header, in plaintext
 * @len: bytes of it
 *
 * Context: process context.
 * Return: false if nobody is there to take it; it is dropped then.
 */
bool tsec_channel_pass(struct tsec_session *session, const u8 *message,
		       size_t len)
{
	struct tsec_channel *channel;
	struct sk_buff *skb;

	if (!READ_ONCE(session->channel))
		return false;
	skb = message_skb(message, len);
	if (!skb)
		return false;

	spin_lock_bh(&session->lock);
	channel = session->channel;
	if (channel && skb_queue_len(&channel->sk.sk_receive_queue) <
			CHANNEL_MESSAGES_MAX) {
		skb_queue_tail(&channel->sk.sk_receive_queue, skb);
		channel->sk.sk_data_ready(&channel->sk);
		skb = NULL;
	}
	spin_unlock_bh(&session->lock);
	kfree_skb(skb);
	return !skb;
}

/* False if there is none. */
static bool channel_tell(struct tsec_session *session)
{
	struct tsec_channel *channel;

	spin_lock_bh(&session->lock);
	channel = session->channel;
	if (channel)
		channel->sk.sk_data_ready(&channel->sk);
	spin_unlock_bh(&session->lock);
	return channel;
}

/**
 * tsec_channel_ask() - ask the daemon for new keys
 * @session: an open session, whose handshakes go on
 *
 * It reads a message of one byte that is zero, unless the keys have come before
 * it does.  If none has the session's channel, or closes it without having read
 * that, one is asked to take it.
 *
 * Context: process context.
 */
void tsec_channel_ask(struct tsec_session *session)
{
	set_bit(TSEC_SESSION_ASKED, &session->flags);
	if (!channel_tell(session))
		tsec_daemon_offer(session);
}

/**
 * tsec_channel_register() - register the socket type of channels
 *
 * Return: 0 or a negative errno.
 */
int tsec_channel_register(void)
{
	return proto_register(&channel_proto, 1);
}

/**
 * tsec_channel_unregister() - undo tsec_channel_register()
 */
void tsec_channel_unregister(void)
{
	proto_unregister(&channel_proto);
}
