// SPDX-License-Identifier: GPL-2.0
/*
 * The socket family: connect(), and the way from a program's call to its
 * session, for streams and datagrams alike.
 */
#include "compat.h"
#include "handshake.h"
#include "inner.h"
#include "net.h"
#include "profile_keys.h"
#include "session.h"
#include "socket.h"

/* What is sure to fail is told before the peer is troubled with it. */
static int client_check(struct tsec_net *tn, struct tsec_profile *profile,
			u8 protocol, const char **why)
{
	if (profile->settings.manual)
		return tsec_profile_keys_check(profile, protocol, why);
	if (tsec_handshake_possible(tn, profile, protocol))
		return 0;
	if (!tsec_record_ops_find(protocol)->handshake) {
		*why = "this protocol has manual keys alone, and the profile is not for those";
		return -ENOKEY;
	}
	TSEC_INC_STATS(tn, TSEC_STAT_HANDSHAKES_NO_DAEMON);
	*why = "no daemon is registered";
	return -EUNATCH;
}

static struct tsec_session *client_session(struct tsec_sock *tsk,
					   const char **why)
{
	struct tsec_net *tn = tsec_net_get(sock_net(&tsk->sk));
	u8 protocol = tsk->sk.sk_protocol;
	struct tsec_session *session;
	struct tsec_profile *profile;
	int err;

	*why = "there is no profile of that name";
	profile = tsec_profile_find(&tn->profiles, tsk->app->profile);
	if (!profile)
		return ERR_PTR(-ENOKEY);
	err = client_check(tn, profile, protocol, why);
	if (err) {
		session = ERR_PTR(err);
	} else {
		*why = NULL;
		session = tsec_session_new(tn, protocol, TSEC_ROLE_CLIENT,
					   tsk->inner, profile);
	}
	tsec_profile_put(profile);
	return session;
}

/**
 * tsec_socket_session_drop() - end an attempt to connect
 * @tsk: the program's socket, locked
 *
 * The session goes, with its inner socket; a later connect() makes both.
 *
 * Context: process context.
 */
void tsec_socket_session_drop(struct tsec_sock *tsk)
{
	struct tsec_session *session = tsk->session;

	tsk->session = NULL;
	tsk->sk.sk_socket->state = SS_UNCONNECTED;
	tsk->sk.sk_state = TCP_CLOSE;
	tsec_session_close(session);
}

/**
 * tsec_socket_error_set() - set what TSEC_ERROR says without a session
 * @tsk: the program's socket, locked
 * @error: the reason in words, or NULL
 *
 * Context: process context.
 */
void tsec_socket_error_set(struct tsec_sock *tsk, const char *error)
{
	if (tsk->error && error && !strcmp(tsk->error, error))
		return;
	kfree(tsk->error);
	tsk->error = kstrdup(error, GFP_KERNEL);
}

static int connect_start(struct tsec_sock *tsk, struct sockaddr *addr, int len)
{
	struct tsec_session *session;
	const char *why;
	int err;

	session = client_session(tsk, &why);
	tsec_socket_error_set(tsk, why);
	if (IS_ERR(session))
		return PTR_ERR(session);
	tsk->inner = NULL;
	tsk->session = session;
	session->uid = tsk->sk.sk_uid;
	memcpy(&session->remote, addr,
	       min_t(size_t, len, sizeof(session->remote)));
	tsk->sk.sk_state = TCP_SYN_SENT;
	tsk->sk.sk_socket->state = SS_CONNECTING;
	tsec_session_attach(session, &tsk->sk);

	err = tsec_handshake_prepare(session, tsk->app);
	if (!err) {
		tsec_inner_sync_all(&tsk->sk, session->inner->sk);
		err = session->transport->connect(session, addr, len);
	}
	if (err && err != -EINPROGRESS) {
		tsec_socket_session_drop(tsk);
		return err;
	}
	return 0;
}

static bool connect_over(struct tsec_sock *tsk)
{
	return tsec_sk_state(&tsk->sk) != TCP_SYN_SENT ||
	       !tsec_session_busy(tsk->session);
}

/*
 * Wait for the handshake's end without the lock; whoever else has the socket
 * may end the attempt meanwhile.
 */
static int connect_wait(struct tsec_sock *tsk, long timeo)
{
	struct tsec_session *session = tsec_session_get(tsk->session);
	long left;

	release_sock(&tsk->sk);
	left = wait_event_interruptible_timeout(*sk_sleep(&tsk->sk),
						!tsec_session_busy(session),
						timeo);
	lock_sock(&tsk->sk);
	tsec_session_put(session);
	if (left > 0)
		return 0;
	return left ? sock_intr_errno(timeo) : -EINPROGRESS;
}

/*
 * Tell how the attempt ended.  After a failure the socket can be connected
 * anew; the reason stays readable (TSEC_ERROR) until then.
 */
static int connect_result(struct tsec_sock *tsk)
{
	int status;

	if (tsk->sk.sk_state == TCP_ESTABLISHED)
		return 0;
	if (!tsk->session)
		return sock_error(&tsk->sk) ?: -ECONNABORTED;
	if (test_bit(TSEC_SESSION_OPENED, &tsk->session->flags)) {
		/* Just open, and the socket not yet told. */
		tsec_session_wake(tsk->session);
		return 0;
	}
	status = tsk->session->status;
	tsec_socket_error_set(tsk, tsk->session->error);
	tsec_socket_session_drop(tsk);
	/* Only now: up to here the session may have set it. */
	sock_error(&tsk->sk);
	return -status;
}

static int connect_locked(struct tsec_sock *tsk, struct sockaddr *addr,
			  int len, int flags)
{
	long timeo = sock_sndtimeo(&tsk->sk, flags & O_NONBLOCK);
	int family = tsec_socket_family(addr, len), err;

	if (family < 0)
		return family;
	if (tsk->listener || tsk->sk.sk_state == TCP_ESTABLISHED)
		return -EISCONN;
	if (tsk->sk.sk_state == TCP_CLOSE) {
		err = tsec_socket_inner_make(tsk, family);
		if (!err)
			err = connect_start(tsk, addr, len);
		if (err)
			return err;
		/* As with TCP, even if the peer is quick. */
		if (!timeo && (tsk->sk.sk_type == SOCK_STREAM ||
			       !connect_over(tsk)))
			return -EINPROGRESS;
	} else if (!timeo && !connect_over(tsk)) {
		return -EALREADY;
	}
	if (!connect_over(tsk)) {
		err = connect_wait(tsk, timeo);
		if (err)
			return err;
	}
	return connect_result(tsk);
}

/**
 * tsec_socket_connect() - connect(), up to the end of the handshake
 * @sock: the program's socket
 * @addr: the peer's address
 * @len: bytes of it
 * @flags: O_NONBLOCK
 *
 * Context: process context.
 * Return: 0 or a negative errno, as from connect(2) or what the handshake
 * came to.
 */
int tsec_socket_connect(struct socket *sock, struct sockaddr *addr, int len,
			int flags)
{
	int err;

	lock_sock(sock->sk);
	err = connect_locked(tsec_sk(sock->sk), addr, len, flags);
	release_sock(sock->sk);
	return err;
}

/*
 * The session of a data call, once its handshake is over.  Up to there the
 * call waits as it would for a TCP connection.
 */
static struct tsec_session *session_wait(struct sock *sk, bool nonblock)
{
	struct tsec_sock *tsk = tsec_sk(sk);
	struct tsec_session *session;
	int err = 0;

	lock_sock(sk);
	if (sk->sk_state == TCP_SYN_SENT && !connect_over(tsk))
		err = nonblock ? -EAGAIN :
				 connect_wait(tsk, sock_sndtimeo(sk, false));
	if (err == -EINPROGRESS)
		err = -EAGAIN;
	if (!err && sk->sk_state == TCP_SYN_SENT)
		err = connect_result(tsk);
	if (!err && sk->sk_state != TCP_ESTABLISHED)
		err = sock_error(sk) ?: -ENOTCONN;
	session = err ? ERR_PTR(err) : tsk->session;
	release_sock(sk);
	return session;
}

/**
 * tsec_socket_session() - the session of a data call
 * @sk: the program's socket
 * @nonblock: do not wait for the handshake
 *
 * Fast for an open session: it stays until the socket is released.
 *
 * Context: process context.
 * Return: the session, or an ERR_PTR: -ENOTCONN, or how connect() ended.
 */
struct tsec_session *tsec_socket_session(struct sock *sk, bool nonblock)
{
	struct tsec_session *session;

	if (likely(tsec_sk_state(sk) == TCP_ESTABLISHED))
		session = tsec_sk(sk)->session;
	else
		session = session_wait(sk, nonblock);
	if (!IS_ERR(session))
		tsec_inner_sync(sk, session->inner->sk);
	return session;
}

/**
 * tsec_socket_result() - what a data call returns
 * @sk: the program's socket
 * @ret: what the session returned
 *
 * An error that poll() has shown is taken by the call that returns one.
 *
 * Context: process context.
 * Return: @ret.
 */
int tsec_socket_result(struct sock *sk, int ret)
{
	if (unlikely(ret < 0 && ret != -EAGAIN && READ_ONCE(sk->sk_err)))
		sock_error(sk);
	return ret;
}
