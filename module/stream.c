// SPDX-License-Identifier: GPL-2.0
/*
 * A session over an inner TCP socket: its keys, what it sends, its end.
 *
 * Data goes through kTLS straight from the program's memory into the record.
 */
#include <net/tcp.h>

#include "compat.h"
#include "control.h"
#include "handshake.h"
#include "inner.h"
#include "ktls.h"
#include "net.h"
#include "session.h"
#include "stream.h"

static int half_install(struct tsec_session *session, struct tsec_half *half,
			enum tsec_direction direction)
{
	int err;

	err = tsec_ktls_install(session->inner, direction, &half->key);
	tsec_key_forget(&half->key);
	if (err)
		return err;
	half->key.born = ktime_get_boottime_seconds();
	tsec_control_watch(half);
	return 0;
}

static int transport_open(struct tsec_session *session, const char **why)
{
	int err;

	*why = "kTLS does not take the key";
	err = half_install(session, &session->tx, TSEC_DIR_TX);
	if (!err)
		err = half_install(session, &session->rx, TSEC_DIR_RX);
	if (err)
		return err;
	session->version = session->tx.key.version;
	session->cipher = session->tx.key.cipher;
	tsec_tls_rx_init(&session->reader, session->version, session->role);
	return 0;
}

static int tx_broken(struct tsec_session *session, int flags)
{
	int status = READ_ONCE(session->status);

	if (unlikely(status))
		return -status;
	if (unlikely(test_bit(TSEC_SESSION_CLOSED, &session->flags))) {
		if (!(flags & MSG_NOSIGNAL))
			send_sig(SIGPIPE, current, 0);
		return -EPIPE;
	}
	return 0;
}

/* Whether the records of @len more bytes could reach a mark of the key. */
static bool tx_is_due(const struct tsec_session *session, size_t len)
{
	const struct tsec_half *tx = &session->tx;
	u64 records = len / TSEC_TLS_PAYLOAD_MAX + 2;

	return tx->watch.timed ||
	       tsec_ktls_seq(session->inner, TSEC_DIR_TX) + records >
	       tx->watch.records;
}

static void tx_account(struct tsec_session *session, int bytes)
{
	atomic64_add(bytes, &session->tx.bytes);
	tsec_stats_add(session->tn->stats, TSEC_STAT_TX_BYTES, bytes);
}

static int tx_chunk(struct socket *inner, struct msghdr *msg, size_t chunk)
{
	size_t len = iov_iter_count(&msg->msg_iter);
	int flags = msg->msg_flags, ret;

	if (chunk >= len)
		return inner->ops->sendmsg(inner, msg, len);

	/* More follows under the next key: this record ends here. */
	msg->msg_flags &= ~MSG_MORE;
	iov_iter_truncate(&msg->msg_iter, chunk);
	ret = inner->ops->sendmsg(inner, msg, chunk);
	iov_iter_reexpand(&msg->msg_iter, len - max(ret, 0));
	msg->msg_flags = flags;
	return ret;
}

/* Send piece by piece, with a look at the key's limits before each. */
static int tx_pieces(struct tsec_session *session, struct msghdr *msg,
		     size_t len)
{
	size_t done = 0, room;
	int ret;

	do {
		ret = tsec_control_tx_due(session, len - done, &room);
		if (ret)
			break;
		room = min(room, len - done);
		ret = tx_chunk(session->inner, msg, room);
		if (ret <= 0)
			break;
		done += ret;
		tx_account(session, ret);
	} while (done < len && ret == room);
	return done ? done : ret;
}

static int tx_whole(struct tsec_session *session, struct msghdr *msg,
		    size_t len)
{
	int ret = session->inner->ops->sendmsg(session->inner, msg, len);

	if (ret > 0)
		tx_account(session, ret);
	return ret;
}

static int tx_lock(struct tsec_session *session, int flags)
{
	int err;

	err = mutex_lock_interruptible(&session->tx.lock);
	if (err)
		return err;
	err = tx_broken(session, flags);
	if (err)
		mutex_unlock(&session->tx.lock);
	return err;
}

/* @ret: what the inner socket said; returns what the program is told. */
static ssize_t tx_unlock(struct tsec_session *session, ssize_t ret)
{
	if (unlikely(ret < 0))
		ret = tsec_control_tx_error(session, ret);
	WRITE_ONCE(session->tx.next,
		   tsec_ktls_seq(session->inner, TSEC_DIR_TX));
	tsec_control_tx_unlock(session);
	return ret;
}

/**
 * tsec_stream_prompt() - send small segments at once, up to the next data
 * @session: a session with a connected transport
 *
 * What the protocol itself sends, a handshake's last flight or a key update,
 * is small.  Nagle's algorithm would hold it, or the program's data after it,
 * until the peer's delayed acknowledgment; on plain TCP there is nothing that
 * the data would have to wait for.
 *
 * Context: process context.
 */
void tsec_stream_prompt(struct tsec_session *session)
{
	if (!test_bit(TSEC_SESSION_PROMPT, &session->flags) &&
	    tsec_inner_prompt(session->inner))
		set_bit(TSEC_SESSION_PROMPT, &session->flags);
}

/**
 * tsec_stream_unprompt() - undo tsec_stream_prompt()
 * @session: an open session
 *
 * Context: process context.
 */
void tsec_stream_unprompt(struct tsec_session *session)
{
	if (test_and_clear_bit(TSEC_SESSION_PROMPT, &session->flags))
		tsec_inner_unprompt(session->inner);
}

/* What kTLS understands; the rest means nothing to a stream, as with TCP. */
static int tx_flags(unsigned int flags)
{
	unsigned int keep = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_SPLICE_PAGES;

	if (!(flags & MSG_EOR))
		keep |= MSG_MORE;
	return flags & keep;
}

/**
 * tsec_stream_sendmsg() - send data
 * @session: an open session
 * @msg: the program's message; its control data is ignored
 * @len: bytes
 *
 * Context: process context.
 * Return: bytes taken, or a negative errno: as for TCP, the session's status
 * once it has failed, -EKEYEXPIRED at the key's hard limit, -ENOMEM when a
 * record cannot be sealed, which ends the session, -EOPNOTSUPP for MSG_OOB
 * and MSG_FASTOPEN, which would bypass the records.
 */
int tsec_stream_sendmsg(struct tsec_session *session, struct msghdr *msg,
			size_t len)
{
	int ret;

	if (unlikely(msg->msg_flags & (MSG_OOB | MSG_FASTOPEN)))
		return -EOPNOTSUPP;
	/* A record type must not come from the program. */
	msg->msg_controllen = 0;
	msg->msg_flags = tx_flags(msg->msg_flags);

	ret = tx_lock(session, msg->msg_flags);
	if (ret)
		return ret;
	if (unlikely(tx_is_due(session, len)))
		ret = tx_pieces(session, msg, len);
	else
		ret = tx_whole(session, msg, len);
	if (unlikely(test_bit(TSEC_SESSION_PROMPT, &session->flags)) &&
	    !(msg->msg_flags & MSG_MORE))
		tsec_stream_unprompt(session);
	return tx_unlock(session, ret);
}

#ifdef TSEC_HAVE_SENDPAGE
/**
 * tsec_stream_sendpage() - send part of a page without a copy
 * @session: an open session
 * @page: the page
 * @offset: where in it
 * @size: bytes
 * @flags: MSG_*
 *
 * Context: process context.
 * Return: as tsec_stream_sendmsg().
 */
ssize_t tsec_stream_sendpage(struct tsec_session *session, struct page *page,
			     int offset, size_t size, int flags)
{
	struct socket *inner = session->inner;
	size_t room;
	ssize_t ret;

	ret = tx_lock(session, flags);
	if (ret)
		return ret;
	if (unlikely(tx_is_due(session, size)))
		ret = tsec_control_tx_due(session, size, &room);
	if (!ret)
		ret = inner->ops->sendpage(inner, page, offset, size, flags);
	if (ret > 0)
		tx_account(session, ret);
	return tx_unlock(session, ret);
}
#endif

/**
 * tsec_stream_shutdown() - end one direction or both
 * @session: an open session
 * @how: RCV_SHUTDOWN, SEND_SHUTDOWN
 *
 * The end of the sending direction is authenticated before the transport's.
 * That the receiving direction has ended is noted in the program's socket.
 *
 * Context: process context; waits for a sender at work, interruptibly.
 * Return: 0 or a negative errno.
 */
int tsec_stream_shutdown(struct tsec_session *session, int how)
{
	struct socket *inner = session->inner;
	int err = 0;

	if (how & RCV_SHUTDOWN)
		tsec_ktls_expel_readers(inner);
	if (how & SEND_SHUTDOWN) {
		err = mutex_lock_interruptible(&session->tx.lock);
		if (err)
			return err;
		if (!session->status)
			err = tsec_control_close(session);
		/* Not SHUT_RDWR: the peer's close_notify is still wanted. */
		if (!err)
			err = inner->ops->shutdown(inner, SHUT_WR);
		mutex_unlock(&session->tx.lock);
		tsec_control_flush(session);
	}
	tsec_session_advance(session, TSEC_STATE_ESTABLISHED,
			     TSEC_STATE_CLOSING);
	return err;
}

/**
 * tsec_stream_key_update() - renew the sending key now
 * @session: an open session, or one that its program closes meanwhile
 * @request: ask the peer to renew its own as well
 *
 * If a sender is at work it takes over, so this never waits for long.
 *
 * Context: process context.
 * Return: 0, or -EOPNOTSUPP if the key cannot renew itself, -ENOTCONN.
 */
int tsec_stream_key_update(struct tsec_session *session, bool request)
{
	if (!tsec_session_open(session))
		return -ENOTCONN;
	if (!tsec_key_renewable(&session->tx.key))
		return -EOPNOTSUPP;
	if (request)
		set_bit(TSEC_SESSION_UPDATE_ASK, &session->flags);
	set_bit(TSEC_SESSION_UPDATE_OWED, &session->flags);
	tsec_control_flush(session);
	return 0;
}

/*
 * Control records that have come are taken out before a close: TCP answers a
 * close with data unread by a reset, which could cost the peer what was just
 * sent to it.
 */
static void close_absorb(struct tsec_session *session)
{
	u8 type, byte;

	do {
		type = 0;
		tsec_ktls_control_recv(session->inner, &type, &byte, 1,
				       MSG_PEEK);
	} while (type && type != TSEC_TLS_RECORD_DATA &&
		 !tsec_control_receive(session));
}

static bool resets(const struct sock *isk)
{
	return sock_flag(isk, SOCK_LINGER) && !isk->sk_lingertime;
}

static void transport_close(struct tsec_session *session)
{
	struct socket *inner = session->inner;

	if (resets(inner->sk))
		return;
	if (!session->status)
		close_absorb(session);
	mutex_lock(&session->tx.lock);
	if (!session->status)
		tsec_control_close(session);
	mutex_unlock(&session->tx.lock);
	tsec_ktls_drain(inner);
}

static int transport_connect(struct tsec_session *session,
			     struct sockaddr *addr, int len)
{
	tsec_handshake_begin(session);
	return kernel_connect(session->inner, addr, len, O_NONBLOCK);
}

static int transport_prepare(struct tsec_session *session, const char **why)
{
	int err = tsec_ktls_prepare(session->inner);

	if (!err)
		tsec_stream_prompt(session);
	*why = err == -ENOENT ? "the kernel has no kTLS (module tls)" :
				"the peer closed the connection at once";
	return err == -ENOTCONN ? -ECONNRESET : err;
}

static void transport_abort(struct sock *isk)
{
	tcp_abort(isk, ECONNABORTED);
}

static void transport_free(struct tsec_session *session)
{
	tsec_tls_rx_free(&session->reader);
}

const struct tsec_transport tsec_transport_stream = {
	.connect	= transport_connect,
	.prepare	= transport_prepare,
	.open		= transport_open,
	.key_update	= tsec_stream_key_update,
	.close		= transport_close,
	.abort		= transport_abort,
	.free		= transport_free,
};
