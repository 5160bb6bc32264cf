// SPDX-License-Identifier: GPL-2.0
/*
 * The inner socket: creation, its wait queue, and the SOL_SOCKET options
 * that it shares with the program's socket.
 */
#include <net/tcp.h>

#include "compat.h"
#include "inner.h"

/* Flags that SOL_SOCKET options set and that TCP looks at. */
#define MIRRORED_FLAGS	(BIT(SOCK_LINGER) | BIT(SOCK_KEEPOPEN) | \
			 BIT(SOCK_URGINLINE) | BIT(SOCK_LOCALROUTE))

/**
 * tsec_inner_new() - make an inner socket
 * @net: the network namespace
 * @family: AF_INET or AF_INET6
 * @type: SOCK_STREAM for TCP, SOCK_DGRAM for UDP
 *
 * It is made as if the program itself had asked for it: it pins the
 * namespace, and security modules see a socket of the task.
 *
 * Context: process context.
 * Return: the socket or an ERR_PTR, as from socket(2).
 */
struct socket *tsec_inner_new(struct net *net, sa_family_t family, int type)
{
	struct socket *inner;
	int err;

	if (family != AF_INET && family != AF_INET6)
		return ERR_PTR(-EAFNOSUPPORT);
	err = __sock_create(net, family, type, type == SOCK_STREAM ?
			    IPPROTO_TCP : IPPROTO_UDP, &inner, 0);
	return err ? ERR_PTR(err) : inner;
}

/**
 * tsec_inner_graft_wq() - choose who is woken by an inner socket
 * @inner: the inner socket
 * @wq: a wait queue that lives until the next graft, or longer than @inner
 *
 * Nobody may be asleep in the inner socket's own calls meanwhile.
 */
void tsec_inner_graft_wq(struct socket *inner, struct socket_wq *wq)
{
	struct sock *isk = inner->sk;

	write_lock_bh(&isk->sk_callback_lock);
	rcu_assign_pointer(isk->sk_wq, wq);
	/* SIGIO goes by the list in the wait queue; empty means no one. */
	sock_set_flag(isk, SOCK_FASYNC);
	write_unlock_bh(&isk->sk_callback_lock);
}

/**
 * tsec_inner_ungraft_wq() - wake a wait queue no longer
 * @inner: the inner socket
 * @wq: the wait queue, about to go
 *
 * Unless somebody else's has taken its place, the inner socket's own is back.
 */
void tsec_inner_ungraft_wq(struct socket *inner, struct socket_wq *wq)
{
	if (rcu_access_pointer(inner->sk->sk_wq) == wq)
		tsec_inner_graft_wq(inner, &inner->wq);
}

/**
 * tsec_inner_graft() - let an inner socket wake the program's socket
 * @inner: the inner socket
 * @sk: the program's socket
 */
void tsec_inner_graft(struct socket *inner, struct sock *sk)
{
	tsec_inner_graft_wq(inner, &sk->sk_socket->wq);
}

static void nodelay_set(struct socket *inner, int on)
{
	inner->ops->setsockopt(inner, SOL_TCP, TCP_NODELAY, KERNEL_SOCKPTR(&on),
			       sizeof(on));
}

/**
 * tsec_inner_prompt() - set TCP_NODELAY unless the program has
 * @inner: the inner socket
 *
 * Return: true if tsec_inner_unprompt() has to undo it.
 */
bool tsec_inner_prompt(struct socket *inner)
{
	if (tcp_sk(inner->sk)->nonagle & TCP_NAGLE_OFF)
		return false;
	nodelay_set(inner, 1);
	return true;
}

/**
 * tsec_inner_unprompt() - undo tsec_inner_prompt()
 * @inner: the inner socket
 */
void tsec_inner_unprompt(struct socket *inner)
{
	nodelay_set(inner, 0);
}

static bool buffers_differ(const struct sock *sk, const struct sock *isk)
{
	u8 locks = sk->sk_userlocks;

	return ((locks & SOCK_RCVBUF_LOCK) &&
		READ_ONCE(isk->sk_rcvbuf) != READ_ONCE(sk->sk_rcvbuf)) ||
	       ((locks & SOCK_SNDBUF_LOCK) &&
		READ_ONCE(isk->sk_sndbuf) != READ_ONCE(sk->sk_sndbuf));
}

/**
 * tsec_inner_differs() - whether tsec_inner_sync_all() has work to do
 * @sk: the program's socket
 * @isk: the inner one
 *
 * Return: true if an option has changed since the last call.
 */
bool tsec_inner_differs(const struct sock *sk, const struct sock *isk)
{
	return READ_ONCE(sk->sk_rcvtimeo) != READ_ONCE(isk->sk_rcvtimeo) ||
	       READ_ONCE(sk->sk_sndtimeo) != READ_ONCE(isk->sk_sndtimeo) ||
	       READ_ONCE(sk->sk_rcvlowat) != READ_ONCE(isk->sk_rcvlowat) ||
	       READ_ONCE(sk->sk_priority) != READ_ONCE(isk->sk_priority) ||
	       READ_ONCE(sk->sk_mark) != READ_ONCE(isk->sk_mark) ||
	       READ_ONCE(sk->sk_max_pacing_rate) !=
	       READ_ONCE(isk->sk_max_pacing_rate) ||
	       ((READ_ONCE(sk->sk_flags) ^ READ_ONCE(isk->sk_flags)) &
		MIRRORED_FLAGS) ||
	       READ_ONCE(sk->sk_lingertime) != READ_ONCE(isk->sk_lingertime) ||
	       buffers_differ(sk, isk);
}

static void copy_buffers(struct sock *sk, struct sock *isk)
{
	u8 locks = sk->sk_userlocks;

	if (locks & SOCK_RCVBUF_LOCK)
		WRITE_ONCE(isk->sk_rcvbuf, sk->sk_rcvbuf);
	if (locks & SOCK_SNDBUF_LOCK)
		WRITE_ONCE(isk->sk_sndbuf, sk->sk_sndbuf);
	isk->sk_userlocks |= locks & (SOCK_RCVBUF_LOCK | SOCK_SNDBUF_LOCK);
}

static void copy_keepalive(struct sock *sk, struct sock *isk)
{
	bool keep = sock_flag(sk, SOCK_KEEPOPEN);

	if (keep != sock_flag(isk, SOCK_KEEPOPEN) && isk->sk_prot->keepalive)
		isk->sk_prot->keepalive(isk, keep);
}

/* These take effect before the inner socket is bound or connected. */
static void copy_binding(struct sock *sk, struct sock *isk)
{
	isk->sk_reuse = sk->sk_reuse;
	isk->sk_reuseport = sk->sk_reuseport;
	if (isk->sk_state == TCP_CLOSE)
		isk->sk_bound_dev_if = sk->sk_bound_dev_if;
}

/**
 * tsec_inner_sync_all() - copy all SOL_SOCKET options to the inner socket
 * @sk: the program's socket
 * @isk: the inner one
 *
 * Context: process context; takes the inner socket's lock.
 */
void tsec_inner_sync_all(struct sock *sk, struct sock *isk)
{
	lock_sock(isk);
	copy_keepalive(sk, isk);
	copy_buffers(sk, isk);
	copy_binding(sk, isk);
	WRITE_ONCE(isk->sk_rcvtimeo, sk->sk_rcvtimeo);
	WRITE_ONCE(isk->sk_sndtimeo, sk->sk_sndtimeo);
	WRITE_ONCE(isk->sk_rcvlowat, sk->sk_rcvlowat);
	WRITE_ONCE(isk->sk_priority, sk->sk_priority);
	WRITE_ONCE(isk->sk_mark, sk->sk_mark);
	WRITE_ONCE(isk->sk_max_pacing_rate, sk->sk_max_pacing_rate);
	WRITE_ONCE(isk->sk_lingertime, sk->sk_lingertime);
	isk->sk_flags = (isk->sk_flags & ~MIRRORED_FLAGS) |
			(sk->sk_flags & MIRRORED_FLAGS);
	release_sock(isk);
}

/**
 * tsec_inner_inherit() - an accepted socket starts with its listener's options
 * @sk: the new socket
 * @listener: the one that listened
 */
void tsec_inner_inherit(struct sock *sk, const struct sock *listener)
{
	sk->sk_userlocks = listener->sk_userlocks;
	sk->sk_rcvbuf = listener->sk_rcvbuf;
	sk->sk_sndbuf = listener->sk_sndbuf;
	sk->sk_rcvtimeo = listener->sk_rcvtimeo;
	sk->sk_sndtimeo = listener->sk_sndtimeo;
	sk->sk_rcvlowat = listener->sk_rcvlowat;
	sk->sk_priority = listener->sk_priority;
	sk->sk_mark = listener->sk_mark;
	sk->sk_max_pacing_rate = listener->sk_max_pacing_rate;
	sk->sk_lingertime = listener->sk_lingertime;
	sk->sk_reuse = listener->sk_reuse;
	sk->sk_reuseport = listener->sk_reuseport;
	sk->sk_bound_dev_if = listener->sk_bound_dev_if;
	sk->sk_flags = (sk->sk_flags & ~MIRRORED_FLAGS) |
		       (listener->sk_flags & MIRRORED_FLAGS);
}
