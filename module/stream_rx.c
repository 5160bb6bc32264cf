// SPDX-License-Identifier: GPL-2.0
/*
 * A session over an inner TCP socket: what it receives.
 *
 * Data goes through kTLS straight from the record into the program's memory.
 * When kTLS meets a control record it stops with -EIO, as the program's
 * message has no room for the record's type; the record is then taken out of
 * the way (control.c) and the call goes on.
 */
#include <linux/slab.h>
#include <linux/splice.h>

#include "compat.h"
#include "control.h"
#include "ktls.h"
#include "net.h"
#include "session.h"
#include "stream.h"

enum stream_limits {
	DISCARD_ROOM = 4096,		/* bytes read at a time by MSG_TRUNC */
};

/* After shutdown(SHUT_RD) what is there is read, and nothing waited for. */
static bool rx_shut(const struct tsec_session *session)
{
	return READ_ONCE(session->sk->sk_shutdown) & RCV_SHUTDOWN;
}

/* The transport has nothing more.  Was that the peer's will? */
static int rx_ended(struct tsec_session *session)
{
	if (test_bit(TSEC_SESSION_PEER_CLOSED, &session->flags) ||
	    rx_shut(session))
		return 0;
	if (!tsec_ktls_ended(session->inner))
		return -EAGAIN;
	TSEC_INC_STATS(session->tn, TSEC_STAT_TRUNCATED);
	tsec_session_fail(session, ECONNABORTED,
			  "the stream was cut off: no close_notify before its end");
	return -ECONNABORTED;
}

static int rx_bad_record(struct tsec_session *session)
{
	/* kTLS marks the socket broken; the alert still has to get out. */
	sock_error(session->inner->sk);
	TSEC_INC_STATS(session->tn, TSEC_STAT_BAD_RECORDS);
	tsec_session_fail(session, EBADMSG,
			  "a record from the peer failed authentication");
	tsec_control_alert(session, TSEC_TLS_ALERT_BAD_RECORD_MAC);
	return -EBADMSG;
}

/* Errors of the transport that nothing follows. */
static bool is_final(int err)
{
	switch (err) {
	case -ECONNRESET:
	case -ECONNABORTED:
	case -ETIMEDOUT:
	case -EHOSTUNREACH:
	case -ENETUNREACH:
	case -ENETDOWN:
		return true;
	default:
		return false;
	}
}

/* TCP's word for a reset after a FIN: what was cut off was cut off before. */
static int rx_broken(struct tsec_session *session, int err)
{
	if (err == -EPIPE)
		err = -ECONNABORTED;
	else if (!is_final(err))
		return err;
	TSEC_INC_STATS(session->tn, TSEC_STAT_TRUNCATED);
	tsec_session_fail(session, -err,
			  "the connection broke: no close_notify before its end");
	return err;
}

static int rx_bad_header(struct tsec_session *session, u8 alert)
{
	TSEC_INC_STATS(session->tn, TSEC_STAT_PROTOCOL_ERRORS);
	tsec_session_fail(session, EPROTO,
			  "the peer broke the protocol: bad record header");
	tsec_control_alert(session, alert);
	return -EPROTO;
}

/*
 * What to do when the inner call gave no data.
 * Return: 1 to try again, 0 at the end of the stream, or a negative errno.
 */
static int rx_resolve(struct tsec_session *session, int err)
{
	int ret;

	switch (err) {
	case -EIO:
		ret = tsec_control_receive(session);
		if (ret)
			return ret;
		return !test_bit(TSEC_SESSION_PEER_CLOSED, &session->flags);
	case -EBADMSG:
		return rx_bad_record(session);
	case -EMSGSIZE:
		return rx_bad_header(session, TSEC_TLS_ALERT_RECORD_OVERFLOW);
	case -EINVAL:
		return rx_bad_header(session, TSEC_TLS_ALERT_PROTOCOL_VERSION);
	case 0:
		ret = rx_ended(session);
		return ret == -EAGAIN ? 1 : ret;
	case -EAGAIN:
		return rx_shut(session) ? 0 : -EAGAIN;
	default:
		return rx_broken(session, err);
	}
}

/* Errors and ends that are known before anything is read. */
static int rx_stopped(struct tsec_session *session)
{
	int status = READ_ONCE(session->status);

	if (unlikely(status))
		return -status;
	if (unlikely(test_bit(TSEC_SESSION_PEER_CLOSED, &session->flags)))
		return 0;
	if (unlikely(session->rx.watch.timed ||
		     session->rx.next >= session->rx.watch.records)) {
		int err = tsec_control_rx_due(session);

		if (err)
			return err;
	}
	return 1;
}

static void rx_account(struct tsec_session *session, int bytes, int flags)
{
	if (flags & MSG_PEEK)
		return;
	WRITE_ONCE(session->rx.next,
		   tsec_ktls_seq(session->inner, TSEC_DIR_RX));
	atomic64_add(bytes, &session->rx.bytes);
	tsec_stats_add(session->tn->stats, TSEC_STAT_RX_BYTES, bytes);
}

/* SO_RCVTIMEO counts for the whole call, however many records it meets. */
static unsigned long rx_deadline(const struct tsec_session *session)
{
	long timeo = READ_ONCE(session->inner->sk->sk_rcvtimeo);

	return jiffies + min_t(long, timeo, MAX_JIFFY_OFFSET);
}

/* Data, the end (0), or an error; control records are not seen. */
static int rx_data(struct tsec_session *session, struct msghdr *msg,
		   size_t len, int flags, unsigned long deadline)
{
	struct socket *inner = session->inner;
	int ret;

	for (;;) {
		ret = rx_stopped(session);
		if (ret <= 0)
			return ret;
		if (unlikely(rx_shut(session)))
			flags |= MSG_DONTWAIT;
		ret = inner->ops->recvmsg(inner, msg, len, flags);
		if (likely(ret > 0)) {
			rx_account(session, ret, flags);
			return ret;
		}
		ret = rx_resolve(session, ret);
		if (ret <= 0)
			return ret;
		if (time_after(jiffies, deadline))
			return -EAGAIN;
	}
}

/*
 * MSG_WAITALL: a control record makes kTLS return early, so carry on while
 * there is more.  What stops the continuation is found by the next call.
 */
static int rx_rest(struct tsec_session *session, struct msghdr *msg,
		   size_t len, int flags, unsigned long deadline, int got)
{
	int ret;

	while (got < len && !signal_pending(current) &&
	       time_before(jiffies, deadline)) {
		ret = rx_data(session, msg, len - got, flags, deadline);
		if (ret <= 0)
			break;
		got += ret;
	}
	return got;
}

/* recv(MSG_TRUNC): read and throw away, as TCP does; needs no buffer. */
static int rx_discard(struct tsec_session *session, size_t len, int flags)
{
	unsigned long deadline = rx_deadline(session);
	void *scratch = kmalloc(DISCARD_ROOM, GFP_KERNEL);
	int ret, done = 0;

	if (!scratch)
		return -ENOMEM;
	do {
		size_t chunk = min_t(size_t, len - done, DISCARD_ROOM);
		struct kvec vec = { .iov_base = scratch, .iov_len = chunk };
		struct msghdr msg = { };

		iov_iter_kvec(&msg.msg_iter, ITER_DEST, &vec, 1, chunk);
		ret = rx_data(session, &msg, chunk, flags, deadline);
		if (ret > 0)
			done += ret;
		flags |= MSG_DONTWAIT;
	} while (ret > 0 && done < len);
	kfree_sensitive(scratch);
	return done ? done : ret;
}

/**
 * tsec_stream_recvmsg() - receive data
 * @session: an open session
 * @msg: the program's message; gets no control data
 * @len: bytes of room
 * @flags: MSG_PEEK, MSG_WAITALL, MSG_DONTWAIT, MSG_TRUNC
 *
 * Context: process context.
 * Return: bytes; 0 after the peer's close_notify, and only then; or a
 * negative errno: as for TCP, -ECONNABORTED when the stream ended without
 * close_notify, -EBADMSG for a record that failed authentication, -EPROTO,
 * -EKEYEXPIRED, or what an alert of the peer stands for.
 */
int tsec_stream_recvmsg(struct tsec_session *session, struct msghdr *msg,
			size_t len, int flags)
{
	unsigned long deadline = rx_deadline(session);
	size_t controllen = msg->msg_controllen;
	int ret;

	if (unlikely(flags & (MSG_OOB | MSG_ERRQUEUE)))
		return flags & MSG_OOB ? -EINVAL : -EAGAIN;
	if (!len)
		return 0;
	flags &= MSG_PEEK | MSG_WAITALL | MSG_DONTWAIT | MSG_TRUNC;
	if (unlikely((flags & (MSG_TRUNC | MSG_PEEK)) == MSG_TRUNC))
		return rx_discard(session, len, flags & ~MSG_TRUNC);
	flags &= ~MSG_TRUNC;

	/* Without room for the type, kTLS stops at a control record. */
	msg->msg_controllen = 0;
	ret = rx_data(session, msg, len, flags, deadline);
	if (unlikely(ret > 0 && ret < len &&
		     (flags & (MSG_WAITALL | MSG_PEEK | MSG_DONTWAIT)) ==
		     MSG_WAITALL))
		ret = rx_rest(session, msg, len, flags, deadline, ret);
	msg->msg_controllen = controllen;
	msg->msg_flags &= ~(MSG_CTRUNC | MSG_EOR);
	return ret;
}

/**
 * tsec_stream_splice_read() - splice data into a pipe
 * @session: an open session
 * @ppos: unused
 * @pipe: the pipe
 * @len: bytes
 * @flags: SPLICE_F_*
 *
 * Context: process context.
 * Return: as tsec_stream_recvmsg().
 */
ssize_t tsec_stream_splice_read(struct tsec_session *session, loff_t *ppos,
				struct pipe_inode_info *pipe, size_t len,
				unsigned int flags)
{
	struct socket *inner = session->inner;
	ssize_t ret;

	for (;;) {
		ret = rx_stopped(session);
		if (ret <= 0)
			return ret;
		if (rx_shut(session))
			flags |= SPLICE_F_NONBLOCK;
		ret = inner->ops->splice_read(inner, ppos, pipe, len, flags);
		if (ret > 0) {
			rx_account(session, ret, 0);
			return ret;
		}
		/* Here kTLS says -EINVAL where recvmsg() says -EIO. */
		if (ret == -EINVAL && !tsec_ktls_stopped(inner))
			ret = -EIO;
		ret = rx_resolve(session, ret);
		if (ret <= 0)
			return ret;
	}
}

/*
 * Look whether data can be read, and take control records out of the way, so
 * that "readable" is never said for what a program cannot see.
 * Return: 1 if recv() would return data, 0 at the end of the stream, -EAGAIN
 * if it would wait, or the error that it would return.
 */
static int rx_settle(struct tsec_session *session)
{
	u8 type, byte;
	int ret;

	for (;;) {
		ret = rx_stopped(session);
		if (ret <= 0)
			return ret;
		ret = tsec_ktls_control_recv(session->inner, &type, &byte, 1,
					     MSG_PEEK);
		if (type == TSEC_TLS_RECORD_DATA && ret > 0)
			return 1;
		/* Of empty records of data, kTLS reports what follows them. */
		if (type && type != TSEC_TLS_RECORD_DATA)
			ret = -EIO;
		ret = rx_resolve(session, ret);
		if (ret <= 0)
			return ret;
	}
}

/**
 * tsec_stream_poll() - what could be done now
 * @session: an open session
 * @file: the program's file
 *
 * The caller has registered the program's wait queue, which the inner socket
 * wakes.
 *
 * Context: process context, may sleep.
 * Return: EPOLL* as for a TCP socket.
 */
__poll_t tsec_stream_poll(struct tsec_session *session, struct file *file)
{
	struct socket *inner = session->inner;
	struct sock *sk = session->sk;
	__poll_t mask;

	mask = inner->ops->poll(file, inner, NULL);
	if ((mask & EPOLLIN) && !(sk->sk_shutdown & RCV_SHUTDOWN) &&
	    rx_settle(session) == -EAGAIN)
		mask &= ~(EPOLLIN | EPOLLRDNORM);
	mask &= ~EPOLLPRI;

	if (READ_ONCE(session->status)) {
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM |
			EPOLLHUP | EPOLLRDHUP;
	} else if (READ_ONCE(inner->sk->sk_err)) {
		/* SO_ERROR looks at the program's socket. */
		WRITE_ONCE(sk->sk_err, inner->sk->sk_err);
	}
	if (READ_ONCE(sk->sk_err))
		mask |= EPOLLERR;
	if (test_bit(TSEC_SESSION_PEER_CLOSED, &session->flags) ||
	    (sk->sk_shutdown & RCV_SHUTDOWN)) {
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
		if (test_bit(TSEC_SESSION_CLOSED, &session->flags))
			mask |= EPOLLHUP;
	}
	return mask;
}

/**
 * tsec_stream_inq() - payload that can be read at once (SIOCINQ)
 * @session: an open session
 *
 * Return: bytes, 0 if a recv() would wait or has ended.
 */
int tsec_stream_inq(struct tsec_session *session)
{
	if (rx_settle(session) != 1)
		return 0;
	return tsec_ktls_inq(session->inner);
}
