// SPDX-License-Identifier: GPL-2.0
/*
 * The socket family: sockets of datagrams.
 */
#include <linux/module.h>
#include <asm/ioctls.h>

#include "compat.h"
#include "dgram.h"
#include "inner.h"
#include "session.h"
#include "socket.h"

static int dgram_accept(struct socket *sock, struct socket *newsock,
			TSEC_ACCEPT_ARGS)
{
	return tsec_socket_accept(sock, newsock, TSEC_ACCEPT_FLAGS);
}

/* The first call that has to do with peers decides what a listener is. */
static bool is_unconnected(struct sock *sk)
{
	if (likely(tsec_sk_endpoint(sk)))
		return true;
	return sk->sk_state != TCP_ESTABLISHED && !tsec_unconnected_begin(sk);
}

static int dgram_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	struct tsec_session *session;
	int err;

	if (tsec_sk_endpoint(sk) || (msg->msg_name && is_unconnected(sk)))
		return tsec_unconnected_sendmsg(sk, msg, len);
	session = tsec_socket_session(sk, msg->msg_flags & MSG_DONTWAIT);
	if (IS_ERR(session)) {
		err = PTR_ERR(session);
		/* As UDP says it: there is no one to send to. */
		return err == -ENOTCONN && !msg->msg_name ? -EDESTADDRREQ :
							    err;
	}
	err = sock_error(sk);
	if (err)
		return err;
	return tsec_socket_result(sk, tsec_dgram_sendmsg(session, msg, len));
}

static int dgram_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			 int flags)
{
	struct sock *sk = sock->sk;
	struct tsec_session *session;

	if (tsec_sk_state(sk) != TCP_ESTABLISHED && is_unconnected(sk))
		return tsec_unconnected_recvmsg(sk, msg, len, flags);
	session = tsec_socket_session(sk, flags & MSG_DONTWAIT);
	if (IS_ERR(session))
		return PTR_ERR(session);
	return tsec_socket_result(sk, tsec_dgram_recvmsg(session, sk, msg, len,
							 flags));
}

static __poll_t dgram_poll(struct file *file, struct socket *sock,
			   struct poll_table_struct *wait)
{
	struct sock *sk = sock->sk;

	if (tsec_sk_endpoint(sk) ||
	    (tsec_sk_state(sk) == TCP_CLOSE && is_unconnected(sk)))
		return tsec_unconnected_poll(sk, file, wait);
	switch (tsec_sk_state(sk)) {
	case TCP_ESTABLISHED:
		tsec_inner_sync(sk, tsec_sk(sk)->session->inner->sk);
		return tsec_dgram_poll(tsec_sk(sk)->session, file, sock, wait);
	case TCP_SYN_SENT:
		sock_poll_wait(file, sock, wait);
		return tsec_socket_poll_error(sk);
	case TCP_LISTEN:
		sock_poll_wait(file, sock, wait);
		return tsec_socket_listen_poll(sk);
	default:
		return datagram_poll(file, sock, wait);
	}
}

static int dgram_ioctl(struct socket *sock, unsigned int cmd,
		       unsigned long arg)
{
	struct sock *sk = sock->sk;
	int value = 0;

	switch (cmd) {
	case SIOCINQ:
		if (sk->sk_state == TCP_LISTEN && !tsec_sk_endpoint(sk))
			return -EINVAL;
		value = tsec_dgram_queue_next(sk);
		break;
	case SIOCOUTQ:
		if (tsec_sk_endpoint(sk))
			value = tsec_unconnected_outq(sk);
		else if (sk->sk_state == TCP_LISTEN)
			return -EINVAL;
		else if (tsec_sk_state(sk) == TCP_ESTABLISHED)
			value = sk_wmem_alloc_get(tsec_sk(sk)->session->inner->sk);
		break;
	default:
		/* The rest is about interfaces: dev_ioctl() has it. */
		return -ENOIOCTLCMD;
	}
	return put_user(value, (int __user *)arg);
}

static int dgram_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	int mask = how + 1, err = -ENOTCONN;	/* SHUT_RD to RCV_SHUTDOWN */

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	lock_sock(sk);
	switch (sk->sk_state) {
	case TCP_ESTABLISHED:
		err = tsec_dgram_shutdown(tsec_sk(sk)->session, mask);
		break;
	case TCP_LISTEN:
		if (mask & RCV_SHUTDOWN)
			tsec_socket_listen_stop(tsec_sk(sk));
		if (tsec_sk(sk)->endpoint)
			sk->sk_shutdown |= mask;
		sk->sk_state_change(sk);
		err = 0;
		break;
	}
	release_sock(sk);
	return err;
}

static const struct proto_ops dgram_ops = {
	.owner		= THIS_MODULE,
	.release	= tsec_socket_release,
	.bind		= tsec_socket_bind,
	.connect	= tsec_socket_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= dgram_accept,
	.getname	= tsec_socket_getname,
	.poll		= dgram_poll,
	.ioctl		= dgram_ioctl,
	.listen		= tsec_socket_listen,
	.shutdown	= dgram_shutdown,
	.setsockopt	= tsec_socket_setsockopt,
	.getsockopt	= tsec_socket_getsockopt,
	.sendmsg	= dgram_sendmsg,
	.recvmsg	= dgram_recvmsg,
	.mmap		= sock_no_mmap,
};

/* A softirq may have queued to it after close(), up to a grace period. */
static void dgram_destruct(struct sock *sk)
{
	skb_queue_purge(&sk->sk_receive_queue);
}

/**
 * tsec_socket_dgram_init() - make a new socket one of datagrams
 * @sock: the program's socket
 */
void tsec_socket_dgram_init(struct socket *sock)
{
	sock_set_flag(sock->sk, SOCK_RCU_FREE);
	sock->sk->sk_destruct = dgram_destruct;
	sock->ops = &dgram_ops;
}
