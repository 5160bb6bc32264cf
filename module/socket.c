// SPDX-License-Identifier: GPL-2.0
/*
 * The socket family: creation, addresses, connect, listen, accept, and the
 * way from a program's call to its session.  What is named tsec_socket_ here
 * serves streams and datagrams, the rest streams.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/splice.h>
#include <net/tcp.h>
#include <asm/ioctls.h>

#include "compat.h"
#include "dgram.h"
#include "handshake.h"
#include "inner.h"
#include "listener.h"
#include "net.h"
#include "session.h"
#include "socket.h"
#include "stream.h"

static const struct proto_ops stream_ops;

static struct proto tsec_proto = {
	.name		= "TSEC",
	.owner		= THIS_MODULE,
	.obj_size	= sizeof(struct tsec_sock),
};

/**
 * tsec_socket_inner() - the inner socket, whoever owns it
 * @tsk: the program's socket, locked
 *
 * Return: the inner socket, or NULL before there is one.
 */
struct socket *tsec_socket_inner(struct tsec_sock *tsk)
{
	if (tsk->session)
		return tsk->session->inner;
	if (tsk->listener)
		return tsk->listener->inner;
	return tsk->inner;
}

/**
 * tsec_socket_inner_make() - have an inner socket of a family
 * @tsk: the program's socket, locked
 * @family: AF_INET or AF_INET6
 *
 * A provisional one of the other family is replaced, with its options.
 *
 * Context: process context.
 * Return: 0 or a negative errno, as from socket(2).
 */
int tsec_socket_inner_make(struct tsec_sock *tsk, sa_family_t family)
{
	struct socket *inner;

	if (tsk->inner && tsk->inner->sk->sk_family == family)
		return 0;
	/* Once bound, the family is chosen. */
	if (tsk->inner && inet_sk(tsk->inner->sk)->inet_num)
		return -EAFNOSUPPORT;
	inner = tsec_inner_new(sock_net(&tsk->sk), family, tsk->sk.sk_type);
	if (IS_ERR(inner))
		return PTR_ERR(inner);
	if (tsk->sk.sk_type == SOCK_DGRAM)
		tsec_dgram_hook(inner);
	if (tsk->inner)
		sock_release(tsk->inner);
	tsk->inner = inner;
	tsec_options_replay(inner, tsk->recorded);
	return 0;
}

static int address_family(const struct sockaddr *addr, int len)
{
	if (len < (int)sizeof(addr->sa_family))
		return -EINVAL;
	switch (addr->sa_family) {
	case AF_INET:
		if (len < (int)sizeof(struct sockaddr_in))
			return -EINVAL;
		return AF_INET;
	case AF_INET6:
		if (len < SIN6_LEN_RFC2133)
			return -EINVAL;
		return AF_INET6;
	default:
		return -EAFNOSUPPORT;
	}
}

/**
 * tsec_socket_bind() - bind()
 * @sock: the program's socket
 * @addr: the address
 * @len: bytes of it
 *
 * Context: process context.
 * Return: 0 or a negative errno, as from bind(2).
 */
int tsec_socket_bind(struct socket *sock, struct sockaddr *addr, int len)
{
	struct tsec_sock *tsk = tsec_sk(sock->sk);
	int err = address_family(addr, len);

	if (err < 0)
		return err;
	lock_sock(&tsk->sk);
	if (tsk->session || tsk->listener)
		err = -EINVAL;
	else
		err = tsec_socket_inner_make(tsk, err);
	if (!err) {
		tsec_inner_sync_all(&tsk->sk, tsk->inner->sk);
		err = kernel_bind(tsk->inner, addr, len);
	}
	release_sock(&tsk->sk);
	return err;
}

/* What is sure to fail is told before the peer is troubled with it. */
static int client_check(struct tsec_net *tn, struct tsec_profile *profile,
			u8 protocol, const char **why)
{
	if (profile->settings.manual)
		return tsec_profile_keys_check(profile, protocol, why);
	if (tsec_handshake_possible(tn, profile, protocol))
		return 0;
	TSEC_INC_STATS(tn, TSEC_STAT_HANDSHAKES_NO_DAEMON);
	*why = READ_ONCE(tn->daemon.port) ?
	       "no daemon runs handshakes over datagrams" :
	       "no daemon is registered";
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

/* The session goes, with its inner socket; a later connect() makes both. */
static void session_drop(struct tsec_sock *tsk)
{
	struct tsec_session *session = tsk->session;

	tsk->session = NULL;
	tsk->sk.sk_socket->state = SS_UNCONNECTED;
	tsk->sk.sk_state = TCP_CLOSE;
	tsec_session_close(session);
}

static void error_set(struct tsec_sock *tsk, const char *error)
{
	kfree(tsk->error);
	tsk->error = kstrdup(error, GFP_KERNEL);
}

static int connect_start(struct tsec_sock *tsk, struct sockaddr *addr, int len)
{
	struct tsec_session *session;
	const char *why;
	int err;

	session = client_session(tsk, &why);
	error_set(tsk, why);
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
		session_drop(tsk);
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
	error_set(tsk, tsk->session->error);
	sock_error(&tsk->sk);
	session_drop(tsk);
	return -status;
}

static int connect_locked(struct tsec_sock *tsk, struct sockaddr *addr,
			  int len, int flags)
{
	long timeo = sock_sndtimeo(&tsk->sk, flags & O_NONBLOCK);
	int family = address_family(addr, len), err;

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

static int listen_locked(struct tsec_sock *tsk, int backlog)
{
	struct tsec_listener *listener;
	int err;

	if (tsk->session)
		return -EINVAL;
	if (tsk->listener)
		return tsec_listener_listen(tsk->listener, backlog);
	/* As with TCP, a socket without a name gets a port of its own. */
	err = tsk->inner ? 0 : tsec_socket_inner_make(tsk, AF_INET);
	if (err)
		return err;
	tsec_inner_sync_all(&tsk->sk, tsk->inner->sk);
	listener = tsec_listener_new(&tsk->sk, tsk->inner, tsk->app);
	if (!listener)
		return -ENOMEM;
	tsk->inner = NULL;
	tsk->listener = listener;
	err = tsec_listener_listen(listener, backlog);
	if (err) {
		tsk->inner = listener->inner;
		tsk->listener = NULL;
		tsec_listener_undo(listener);
		return err;
	}
	tsk->sk.sk_state = TCP_LISTEN;
	return 0;
}

static int stream_listen(struct socket *sock, int backlog)
{
	int err;

	lock_sock(sock->sk);
	err = listen_locked(tsec_sk(sock->sk), backlog);
	release_sock(sock->sk);
	return err;
}

static void stream_init(struct net *net, struct socket *sock)
{
	struct sock *sk = sock->sk;

	sk->sk_sndbuf = READ_ONCE(net->ipv4.sysctl_tcp_wmem[1]);
	sk->sk_rcvbuf = READ_ONCE(net->ipv4.sysctl_tcp_rmem[1]);
	sock->ops = &stream_ops;
}

static struct tsec_sock *sock_make(struct net *net, struct socket *sock,
				   int protocol, int kern)
{
	struct tsec_sock *tsk;
	struct sock *sk;

	sk = sk_alloc(net, tsec_family, GFP_KERNEL, &tsec_proto, kern);
	if (!sk)
		return NULL;
	sock_init_data(sock, sk);
	sk->sk_protocol = protocol;
	tsk = tsec_sk(sk);
	tsk->session = NULL;
	tsk->listener = NULL;
	tsk->inner = NULL;
	tsk->app = NULL;
	tsk->recorded = NULL;
	tsk->error = NULL;
	if (sock->type == SOCK_DGRAM)
		tsec_socket_dgram_init(sock);
	else
		stream_init(net, sock);
	tsec_socket_own_options(sock);
	return tsk;
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

static int stream_accept(struct socket *sock, struct socket *newsock,
			 TSEC_ACCEPT_ARGS)
{
	struct sock *sk = sock->sk;
	struct tsec_session *session;
	struct tsec_sock *tsk;
	int err;

	lock_sock(sk);
	err = session_take(sk, TSEC_ACCEPT_FLAGS, &session);
	release_sock(sk);
	if (err)
		return err;

	tsk = sock_make(sock_net(sk), newsock, sk->sk_protocol, 0);
	if (!tsk) {
		tsec_session_close(session);
		return -ENOMEM;
	}
	tsec_inner_inherit(&tsk->sk, sk);
	tsk->session = session;
	newsock->state = SS_CONNECTED;
	tsk->sk.sk_state = TCP_ESTABLISHED;
	tsec_session_attach(session, &tsk->sk);
	return 0;
}

/**
 * tsec_socket_getname() - getsockname() and getpeername()
 * @sock: the program's socket
 * @addr: set to the address
 * @peer: the peer's, not the own
 *
 * Context: process context.
 * Return: bytes of the address, or a negative errno.
 */
int tsec_socket_getname(struct socket *sock, struct sockaddr *addr, int peer)
{
	struct tsec_sock *tsk = tsec_sk(sock->sk);
	struct socket *inner;
	int ret = 0;

	lock_sock(&tsk->sk);
	inner = tsec_socket_inner(tsk);
	if (inner)
		ret = inner->ops->getname(inner, addr, peer);
	else if (peer)
		ret = -ENOTCONN;
	release_sock(&tsk->sk);
	if (inner || ret)
		return ret;
	/* No family yet, and so no address: as an unnamed AF_UNIX socket. */
	addr->sa_family = AF_UNSPEC;
	return sizeof(addr->sa_family);
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

static int stream_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	struct tsec_session *session;
	int ret;

	session = tsec_socket_session(sk, msg->msg_flags & MSG_DONTWAIT);
	if (IS_ERR(session)) {
		ret = PTR_ERR(session);
		/* Not connected: the signal that TCP sends. */
		if (ret == -ENOTCONN)
			ret = sk_stream_error(sk, msg->msg_flags, -EPIPE);
		return ret;
	}
	return tsec_socket_result(sk, tsec_stream_sendmsg(session, msg, len));
}

static int stream_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			  int flags)
{
	struct sock *sk = sock->sk;
	struct tsec_session *session;

	session = tsec_socket_session(sk, flags & MSG_DONTWAIT);
	if (IS_ERR(session))
		return PTR_ERR(session);
	return tsec_socket_result(sk, tsec_stream_recvmsg(session, msg, len,
							  flags));
}

#ifdef TSEC_HAVE_SENDPAGE
static ssize_t stream_sendpage(struct socket *sock, struct page *page,
			       int offset, size_t size, int flags)
{
	struct tsec_session *session;

	session = tsec_socket_session(sock->sk, flags & MSG_DONTWAIT);
	if (IS_ERR(session))
		return PTR_ERR(session);
	return tsec_socket_result(sock->sk,
				  tsec_stream_sendpage(session, page, offset,
						       size, flags));
}
#endif

static ssize_t stream_splice_read(struct socket *sock, loff_t *ppos,
				  struct pipe_inode_info *pipe, size_t len,
				  unsigned int flags)
{
	struct tsec_session *session;

	session = tsec_socket_session(sock->sk, flags & SPLICE_F_NONBLOCK);
	if (IS_ERR(session))
		return PTR_ERR(session);
	return tsec_socket_result(sock->sk,
				  tsec_stream_splice_read(session, ppos, pipe,
							  len, flags));
}

static void stream_splice_eof(struct socket *sock)
{
	struct socket *inner;

	if (sock->sk->sk_state != TCP_ESTABLISHED)
		return;
	inner = tsec_sk(sock->sk)->session->inner;
	if (inner->ops->splice_eof)
		inner->ops->splice_eof(inner);
}

static __poll_t listener_poll(struct sock *sk)
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

static __poll_t stream_poll(struct file *file, struct socket *sock,
			    struct poll_table_struct *wait)
{
	struct sock *sk = sock->sk;
	__poll_t mask = 0;

	sock_poll_wait(file, sock, wait);
	switch (tsec_sk_state(sk)) {
	case TCP_ESTABLISHED:
		tsec_inner_sync(sk, tsec_sk(sk)->session->inner->sk);
		return tsec_stream_poll(tsec_sk(sk)->session, file);
	case TCP_LISTEN:
		return listener_poll(sk);
	case TCP_CLOSE:
		mask = EPOLLOUT | EPOLLWRNORM | EPOLLHUP;
		break;
	}
	/* Connecting: nothing, until an error is there to be fetched. */
	if (READ_ONCE(sk->sk_err))
		mask |= EPOLLERR | EPOLLIN | EPOLLRDNORM | EPOLLRDHUP |
			EPOLLOUT | EPOLLWRNORM | EPOLLHUP;
	return mask;
}

static void listen_stop(struct tsec_sock *tsk)
{
	struct tsec_listener *listener = tsk->listener;

	WRITE_ONCE(tsk->listener, NULL);
	tsk->sk.sk_state = TCP_CLOSE;
	tsk->inner = tsec_listener_stop(listener);
}

/* Ends what is not a connection yet; true if there is one to shut down. */
static bool shutdown_begin(struct tsec_sock *tsk, int mask, int *err)
{
	*err = 0;
	switch (tsk->sk.sk_state) {
	case TCP_ESTABLISHED:
		/* Receivers see it at once; senders after close_notify. */
		tsk->sk.sk_shutdown |= mask & RCV_SHUTDOWN;
		return true;
	case TCP_SYN_SENT:
		session_drop(tsk);
		return false;
	case TCP_LISTEN:
		if (mask & RCV_SHUTDOWN)
			listen_stop(tsk);
		return false;
	default:
		*err = -ENOTCONN;
		return false;
	}
}

static int stream_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	int mask = how + 1, err;	/* SHUT_RD.. to RCV_SHUTDOWN.. */
	bool open;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	lock_sock(sk);
	open = shutdown_begin(tsec_sk(sk), mask, &err);
	release_sock(sk);

	/* Without the lock: a sender may have to finish first. */
	if (open)
		err = tsec_stream_shutdown(tsec_sk(sk)->session, mask);
	if (err)
		return err;
	lock_sock(sk);
	if (open)
		sk->sk_shutdown |= mask;
	sk->sk_state_change(sk);
	release_sock(sk);
	return 0;
}

static int inner_ioctl(struct socket *inner, unsigned int cmd,
		       unsigned long arg)
{
	return inner->ops->ioctl(inner, cmd, arg);
}

static int stream_ioctl(struct socket *sock, unsigned int cmd,
			unsigned long arg)
{
	struct sock *sk = sock->sk;
	struct tsec_session *session;

	switch (cmd) {
	case SIOCINQ:
	case SIOCOUTQ:
	case SIOCOUTQNSD:
		break;
	default:
		/* The rest is about interfaces: dev_ioctl() has it. */
		return -ENOIOCTLCMD;
	}
	if (sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	if (tsec_sk_state(sk) != TCP_ESTABLISHED)
		return put_user(0, (int __user *)arg);
	session = tsec_sk(sk)->session;
	if (cmd == SIOCINQ)
		return put_user(tsec_stream_inq(session), (int __user *)arg);
	return inner_ioctl(session->inner, cmd, arg);
}

/* The program's own word on Nagle's algorithm ends the handshake's. */
static void unprompt(struct tsec_sock *tsk, int level, int name)
{
	if (level == SOL_TCP && name == TCP_NODELAY &&
	    tsk->sk.sk_state == TCP_ESTABLISHED)
		tsec_stream_unprompt(tsk->session);
}

static int inner_option_set(struct tsec_sock *tsk, int level, int name,
			    sockptr_t optval, unsigned int optlen)
{
	struct socket *inner;
	int err;

	if (!tsec_socket_inner(tsk)) {
		err = tsec_socket_inner_make(tsk, level == SOL_IPV6 ?
					     AF_INET6 : AF_INET);
		if (err)
			return err;
	}
	unprompt(tsk, level, name);
	inner = tsec_socket_inner(tsk);
	if (inner == tsk->inner)
		err = tsec_option_set(inner, &tsk->recorded, level, name,
				      optval, optlen);
	else
		err = inner->ops->setsockopt(inner, level, name, optval,
					     optlen);
	/* It sets the priority, where the program's socket has the last word. */
	if (!err && level == SOL_IP && name == IP_TOS)
		tsk->sk.sk_priority = inner->sk->sk_priority;
	return err;
}

/*
 * Kernels that ask us (SOCK_CUSTOM_SOCKOPT) let SO_REUSEPORT through, which
 * the core keeps for its own families.
 */
static int core_option_set(struct socket *sock, int name, sockptr_t optval,
			   unsigned int optlen)
{
	int on;

	if (name != SO_REUSEPORT)
		return sock_setsockopt(sock, SOL_SOCKET, name, optval, optlen);
	if (optlen < sizeof(on))
		return -EINVAL;
	if (copy_from_sockptr(&on, optval, sizeof(on)))
		return -EFAULT;
	lock_sock(sock->sk);
	sock->sk->sk_reuseport = !!on;
	release_sock(sock->sk);
	return 0;
}

/**
 * tsec_socket_setsockopt() - setsockopt()
 * @sock: the program's socket
 * @level: SOL_TSEC, or the level of an option of the inner socket
 * @name: the option
 * @optval: its value
 * @optlen: bytes of it
 *
 * Context: process context.
 * Return: 0 or a negative errno, as from setsockopt(2).
 */
int tsec_socket_setsockopt(struct socket *sock, int level, int name,
			   sockptr_t optval, unsigned int optlen)
{
	struct sock *sk = sock->sk;
	int err;

	if (level == SOL_SOCKET)
		return core_option_set(sock, name, optval, optlen);
	if (level == SOL_TSEC)
		return tsec_sockopt_set(sock, name, optval, optlen);
	if (!tsec_option_allowed(level, name, true))
		return -ENOPROTOOPT;
	lock_sock(sk);
	err = inner_option_set(tsec_sk(sk), level, name, optval, optlen);
	release_sock(sk);
	return err;
}

/**
 * tsec_socket_getsockopt() - getsockopt()
 * @sock: the program's socket
 * @level: SOL_TSEC, or the level of an option of the inner socket
 * @name: the option
 * @optval: where its value goes
 * @optlen: room in bytes; set to what was written
 *
 * Context: process context.
 * Return: 0 or a negative errno, as from getsockopt(2).
 */
int tsec_socket_getsockopt(struct socket *sock, int level, int name,
			   char __user *optval, int __user *optlen)
{
	struct tsec_sock *tsk = tsec_sk(sock->sk);
	struct socket *inner;
	int err = 0;

	if (level == SOL_TSEC)
		return tsec_sockopt_get(sock, name, optval, optlen);
	if (!tsec_option_allowed(level, name, false))
		return -ENOPROTOOPT;
	lock_sock(&tsk->sk);
	if (!tsec_socket_inner(tsk))
		err = tsec_socket_inner_make(tsk, level == SOL_IPV6 ?
					     AF_INET6 : AF_INET);
	unprompt(tsk, level, name);
	inner = tsec_socket_inner(tsk);
	if (!err)
		err = inner->ops->getsockopt(inner, level, name, optval,
					     optlen);
	release_sock(&tsk->sk);
	return err;
}

/**
 * tsec_socket_release() - close()
 * @sock: the program's socket
 *
 * Context: process context; may sleep as long as SO_LINGER says.
 * Return: 0.
 */
int tsec_socket_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct tsec_sock *tsk;

	if (!sk)
		return 0;
	tsk = tsec_sk(sk);
	if (tsk->session) {
		if (tsk->session->inner)
			tsec_inner_sync(sk, tsk->session->inner->sk);
		tsec_session_close(tsk->session);
	}
	if (tsk->listener)
		listen_stop(tsk);
	if (tsk->inner)
		sock_release(tsk->inner);
	tsec_options_free(&tsk->recorded);
	if (tsk->app)
		tsec_overrides_free(tsk->app);
	kfree(tsk->app);
	kfree(tsk->error);
	sock_orphan(sk);
	sock->sk = NULL;
	sock_put(sk);
	return 0;
}

static const struct proto_ops stream_ops = {
	.owner		= THIS_MODULE,
	.release	= tsec_socket_release,
	.bind		= tsec_socket_bind,
	.connect	= tsec_socket_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= stream_accept,
	.getname	= tsec_socket_getname,
	.poll		= stream_poll,
	.ioctl		= stream_ioctl,
	.listen		= stream_listen,
	.shutdown	= stream_shutdown,
	.setsockopt	= tsec_socket_setsockopt,
	.getsockopt	= tsec_socket_getsockopt,
	.sendmsg	= stream_sendmsg,
	.recvmsg	= stream_recvmsg,
	.mmap		= sock_no_mmap,
#ifdef TSEC_HAVE_SENDPAGE
	.sendpage	= stream_sendpage,
#endif
	.splice_read	= stream_splice_read,
	.splice_eof	= stream_splice_eof,
};

/* The type says what carries the records, the protocol what they are. */
static int protocol_choose(int type, int protocol)
{
	const struct tsec_record_ops *record;
	bool packets = type == SOCK_DGRAM;

	if (type != SOCK_STREAM && type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	if (protocol == TSEC_PROTO_DEFAULT)
		protocol = packets ? TSEC_PROTO_DTLS : TSEC_PROTO_TLS;
	if (protocol < 0 || protocol > U8_MAX)
		return -EPROTONOSUPPORT;
	record = tsec_record_ops_find(protocol);
	if (!record || !record->packet == packets)
		return -EPROTONOSUPPORT;
	return protocol;
}

static int socket_create(struct net *net, struct socket *sock, int protocol,
			 int kern)
{
	struct tsec_overrides *app;
	struct tsec_sock *tsk;

	protocol = protocol_choose(sock->type, protocol);
	if (protocol < 0)
		return protocol;
	app = kzalloc(sizeof(*app), GFP_KERNEL_ACCOUNT);
	if (!app)
		return -ENOMEM;
	tsec_overrides_init(app);
	tsk = sock_make(net, sock, protocol, kern);
	if (!tsk) {
		kfree(app);
		return -ENOMEM;
	}
	tsk->app = app;
	return 0;
}

/* Its number is set by a module parameter. */
static struct net_proto_family socket_family = {
	.create	= socket_create,
	.owner	= THIS_MODULE,
};

/**
 * tsec_socket_register() - register the socket family
 *
 * Return: 0, -EEXIST if the family number is taken, or another negative
 * errno.
 */
int tsec_socket_register(void)
{
	int err;

	err = proto_register(&tsec_proto, 1);
	if (err)
		return err;
	socket_family.family = tsec_family;
	err = sock_register(&socket_family);
	if (err)
		proto_unregister(&tsec_proto);
	return err;
}

/**
 * tsec_socket_unregister() - undo tsec_socket_register()
 */
void tsec_socket_unregister(void)
{
	sock_unregister(tsec_family);
	proto_unregister(&tsec_proto);
}
