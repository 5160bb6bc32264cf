// SPDX-License-Identifier: GPL-2.0
/*
 * The socket family: sockets of streams.
 */
#include <linux/module.h>
#include <linux/splice.h>
#include <net/tcp.h>
#include <asm/ioctls.h>

#include "compat.h"
#include "inner.h"
#include "session.h"
#include "socket.h"
#include "stream.h"

static int stream_accept(struct socket *sock, struct socket *newsock,
			 TSEC_ACCEPT_ARGS)
{
	return tsec_socket_accept(sock, newsock, TSEC_ACCEPT_FLAGS);
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
		return tsec_socket_listen_poll(sk);
	case TCP_CLOSE:
		mask = EPOLLOUT | EPOLLWRNORM | EPOLLHUP;
		break;
	}
	return mask | tsec_socket_poll_error(sk);
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
		tsec_socket_session_drop(tsk);
		return false;
	case TCP_LISTEN:
		if (mask & RCV_SHUTDOWN)
			tsec_socket_listen_stop(tsk);
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
	.listen		= tsec_socket_listen,
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

/**
 * tsec_socket_stream_init() - make a new socket one of streams
 * @sock: the program's socket
 */
void tsec_socket_stream_init(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct net *net = sock_net(sk);

	sk->sk_sndbuf = READ_ONCE(net->ipv4.sysctl_tcp_wmem[1]);
	sk->sk_rcvbuf = READ_ONCE(net->ipv4.sysctl_tcp_rmem[1]);
	sock->ops = &stream_ops;
}
