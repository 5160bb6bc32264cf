// SPDX-License-Identifier: GPL-2.0
/*
 * The socket family: sockets that listen, of streams and datagrams alike.
 */
#include "compat.h"
#include "inner.h"
#include "listener.h"
#include "net.h"
#include "session.h"
#include "socket.h"

/* Who is asked for something it does not have is told before it waits. */
static int listen_check(struct tsec_sock *tsk)
{
	struct tsec_net *tn = tsec_net_get(sock_net(&tsk->sk));
	struct tsec_profile *profile;
	bool lacking;

	if (!tsec_record_ops_find(tsk->sk.sk_protocol)->pubkey)
		return 0;
	profile = tsec_profile_find(&tn->profiles, tsk->app->profile);
	lacking = profile && !profile->settings.manual &&
		  !tsec_settings_has_pubkey(&profile->settings);
	tsec_profile_put(profile);
	if (!lacking)
		return 0;
	tsec_socket_error_set(tsk, "listeners need a public key, and the profile has no pubkey");
	return -ENOKEY;
}

/**
 * tsec_socket_listen_locked() - begin to listen
 * @tsk: the program's socket, locked
 * @backlog: as for listen(2)
 *
 * Context: process context.
 * Return: as tsec_socket_listen().
 */
int tsec_socket_listen_locked(struct tsec_sock *tsk, int backlog)
{
	struct tsec_listener *listener;
	int err;

	if (tsk->session)
		return -EINVAL;
	if (tsk->listener)
		return tsec_listener_listen(tsk->listener, backlog);
	/* As with TCP, a socket without a name gets a port of its own. */
	err = listen_check(tsk);
	if (!err && !tsk->inner)
		err = tsec_socket_inner_make(tsk, AF_INET);
	if (err)
		return err;
	tsec_inner_sync_all(&tsk->sk, tsk->inner->sk);
	listener = tsec_listener_new(&tsk->sk, tsk->inner, tsk->app,
				     tsk->recorded, backlog);
	if (listener == ERR_PTR(-EOPNOTSUPP))
		tsec_socket_error_set(tsk, "no datagram tells which client has manual keys");
	if (IS_ERR(listener))
		return PTR_ERR(listener);
	tsk->inner = NULL;
	tsk->listener = listener;
	tsk->sk.sk_state = TCP_LISTEN;
	return 0;
}

/**
 * tsec_socket_listen() - listen()
 * @sock: the program's socket
 * @backlog: finished handshakes that may wait for accept()
 *
 * Context: process context.
 * Return: 0 or a negative errno, as from listen(2); -ENOKEY without the public
 * key that the protocol needs; -EOPNOTSUPP for datagrams
 * of a protocol, or of a profile with manual keys, that has no clients.
 */
int tsec_socket_listen(struct socket *sock, int backlog)
{
	int err;

	lock_sock(sock->sk);
	err = tsec_socket_listen_locked(tsec_sk(sock->sk), backlog);
	release_sock(sock->sk);
	return err;
}

/* One more connection wakes one more waiter, as with TCP. */
static int accept_wait(struct sock *sk, long *timeo)
{
	DEFINE_WAIT(wait);
	bool ready;

	if (!*timeo)
		return -EAGAIN;
	prepare_to_wait_exclusive(sk_sleep(sk), &wait, TASK_INTERRUPTIBLE);
	ready = tsec_listener_has_ready(tsec_sk(sk)->listener);
	release_sock(sk);
	if (!ready)
		*timeo = schedule_timeout(*timeo);
	finish_wait(sk_sleep(sk), &wait);
	lock_sock(sk);
	return signal_pending(current) ? sock_intr_errno(*timeo) : 0;
}

static int session_take(struct sock *sk, int flags,
			struct tsec_session **session)
{
	long timeo = sock_rcvtimeo(sk, flags & O_NONBLOCK);
	int err;

	for (;;) {
		if (!tsec_sk(sk)->listener)
			return -EINVAL;
		*session = tsec_listener_take(tsec_sk(sk)->listener);
		if (*session)
			return 0;
		err = accept_wait(sk, &timeo);
		if (err)
			return err;
	}
}

/* Options that have changed since hold for what is still to come. */
static void listener_sync(struct sock *sk)
{
	struct tsec_listener *listener = tsec_sk(sk)->listener;

	if (listener)
		tsec_inner_sync(sk, listener->inner->sk);
}

/**
 * tsec_socket_accept() - accept()
 * @sock: the program's socket
 * @newsock: gets the session
 * @flags: O_NONBLOCK
 *
 * Context: process context.
 * Return: 0 or a negative errno, as from accept(2); -EINVAL also for a socket
 * of datagrams that is one for all peers.
 */
int tsec_socket_accept(struct socket *sock, struct socket *newsock, int flags)
{
	struct sock *sk = sock->sk;
	struct tsec_session *session;
	struct tsec_sock *tsk;
	int err;

	lock_sock(sk);
	if (tsec_sk(sk)->endpoint) {
		err = -EINVAL;
	} else {
		tsec_sk(sk)->accepts = true;
		listener_sync(sk);
		err = session_take(sk, flags, &session);
	}
	release_sock(sk);
	if (err)
		return err;

	tsk = tsec_socket_make(sock_net(sk), newsock, sk->sk_protocol, 0);
	if (!tsk) {
		tsec_session_close(session);
		return -ENOMEM;
	}
	tsec_inner_inherit(&tsk->sk, sk);
	tsk->gro = READ_ONCE(tsec_sk(sk)->gro);
	tsk->session = session;
	newsock->state = SS_CONNECTED;
	tsk->sk.sk_state = TCP_ESTABLISHED;
	tsec_session_attach(session, &tsk->sk);
	return 0;
}

/**
 * tsec_socket_listen_poll() - what a socket that listens could do now
 * @sk: the program's socket
 *
 * Return: a mask of EPOLL*.
 */
__poll_t tsec_socket_listen_poll(struct sock *sk)
{
	struct tsec_listener *listener;
	__poll_t mask = 0;

	rcu_read_lock();
	listener = READ_ONCE(tsec_sk(sk)->listener);
	if (listener && tsec_listener_has_ready(listener))
		mask = EPOLLIN | EPOLLRDNORM;
	rcu_read_unlock();
	return mask;
}

/**
 * tsec_socket_listen_stop() - listen no longer
 * @tsk: the program's socket, locked or about to go
 *
 * Context: process context.
 */
void tsec_socket_listen_stop(struct tsec_sock *tsk)
{
	struct tsec_listener *listener = tsk->listener;

	WRITE_ONCE(tsk->listener, NULL);
	tsk->sk.sk_state = TCP_CLOSE;
	tsk->accepts = false;
	tsk->inner = tsec_listener_stop(listener);
}
