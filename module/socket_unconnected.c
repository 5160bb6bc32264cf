// SPDX-License-Identifier: GPL-2.0
/*
 * The socket family: one socket of datagrams for all peers.
 *
 * That is how servers use UDP: a socket that is bound and not connected, and
 * addresses with what is received and sent.  It listens from the moment that
 * a program receives from it or waits for it, or from listen() on; each client
 * whose handshake is over is a peer, and there is no accept().
 */
#include "dgram.h"
#include "endpoint.h"
#include "inner.h"
#include "listener.h"
#include "session.h"
#include "socket.h"

static bool is_bound(const struct tsec_sock *tsk)
{
	return tsk->sk.sk_state == TCP_CLOSE && tsk->inner &&
	       inet_sk(tsk->inner->sk)->inet_num;
}

static int begin_locked(struct tsec_sock *tsk)
{
	struct tsec_listener *listener;
	int err;

	if (tsk->endpoint)
		return 0;
	if (is_bound(tsk)) {
		err = tsec_socket_listen_locked(tsk, 0);
		if (err)
			return err == -EOPNOTSUPP ? -ENOTCONN : err;
	}
	listener = tsk->listener;
	if (!listener || tsk->accepts)
		return -ENOTCONN;
	tsec_inner_graft(listener->inner, &tsk->sk);
	/* Pairs with the acquire in tsec_sk_endpoint(). */
	smp_store_release(&tsk->endpoint,
			  tsec_endpoint_get(listener->endpoint));
	tsec_listener_share(listener);
	return 0;
}

/**
 * tsec_unconnected_begin() - let a socket be one for all peers
 * @sk: the program's socket, of datagrams
 *
 * Context: process context.
 * Return: 0, also if it is one already; -ENOTCONN if it is connected, not
 * bound, or one to accept() from, or if its clients have no handshakes; or
 * what listen(2) returns.
 */
int tsec_unconnected_begin(struct sock *sk)
{
	int err;

	lock_sock(sk);
	err = begin_locked(tsec_sk(sk));
	release_sock(sk);
	return err;
}

/**
 * tsec_unconnected_end() - let go of what all peers share
 * @tsk: the program's socket, about to go, which has stopped to listen
 *
 * Context: process context.
 */
void tsec_unconnected_end(struct tsec_sock *tsk)
{
	struct tsec_endpoint *endpoint = tsk->endpoint;

	if (!endpoint)
		return;
	tsec_inner_ungraft_wq(tsec_endpoint_socket(endpoint),
			      &tsk->sk.sk_socket->wq);
	tsec_endpoint_put(endpoint);
}

/* The inner socket, with the options that the program's socket has now. */
static struct sock *inner_synced(struct sock *sk)
{
	struct sock *isk = tsec_endpoint_socket(tsec_sk(sk)->endpoint)->sk;

	tsec_inner_sync(sk, isk);
	return isk;
}

static struct tsec_session *peer_find(struct sock *sk, struct msghdr *msg)
{
	struct tsec_endpoint *endpoint = tsec_sk(sk)->endpoint;
	struct tsec_session *session;
	struct tsec_udp_ends ends;
	int err;

	if (READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN)
		return ERR_PTR(-EPIPE);
	if (!msg->msg_name)
		return ERR_PTR(-EDESTADDRREQ);
	err = tsec_udp_ends_named(inner_synced(sk), msg, &ends);
	if (err)
		return ERR_PTR(err);
	session = tsec_endpoint_find(endpoint, &ends);
	if (session)
		return session;
	lock_sock(sk);
	tsec_socket_error_set(tsec_sk(sk),
			      "no session is established with this address");
	release_sock(sk);
	return ERR_PTR(-ENOTCONN);
}

/**
 * tsec_unconnected_sendmsg() - send to one of the peers
 * @sk: the program's socket, one for all peers
 * @msg: the program's message, with the peer's address
 * @len: bytes
 *
 * IP_PKTINFO or IPV6_PKTINFO chooses between sessions of one peer with
 * several addresses of this end.
 *
 * Context: process context.
 * Return: bytes sent, or a negative errno as from tsec_dgram_sendmsg(), and
 * -EDESTADDRREQ without an address, -ENOTCONN if there is no session.
 */
int tsec_unconnected_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct tsec_session *session = peer_find(sk, msg);
	void *name = msg->msg_name;
	int ret;

	if (IS_ERR(session))
		return PTR_ERR(session);
	msg->msg_name = NULL;
	ret = tsec_dgram_sendmsg(session, msg, len);
	msg->msg_name = name;
	tsec_session_put(session);
	return ret;
}

/**
 * tsec_unconnected_recvmsg() - receive from any of the peers
 * @sk: the program's socket, one for all peers
 * @msg: the program's message; gets the peer's address
 * @len: bytes of room
 * @flags: MSG_PEEK, MSG_DONTWAIT, MSG_TRUNC
 *
 * Context: process context.
 * Return: as tsec_dgram_queue_recv().
 */
int tsec_unconnected_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
			     int flags)
{
	return tsec_dgram_queue_recv(sk, inner_synced(sk), msg, len, flags);
}

/**
 * tsec_unconnected_poll() - what could be done now
 * @sk: the program's socket, one for all peers
 * @file: its file
 * @wait: where to register
 *
 * Context: process context.
 * Return: EPOLL* as for a UDP socket.
 */
__poll_t tsec_unconnected_poll(struct sock *sk, struct file *file,
			       struct poll_table_struct *wait)
{
	__poll_t mask = datagram_poll(file, sk->sk_socket, wait);

	if (!sock_writeable(inner_synced(sk)))
		mask &= ~(EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND);
	return mask;
}

/**
 * tsec_unconnected_outq() - bytes on their way out (SIOCOUTQ)
 * @sk: the program's socket, one for all peers
 *
 * Return: bytes.
 */
int tsec_unconnected_outq(const struct sock *sk)
{
	struct tsec_endpoint *endpoint = tsec_sk(sk)->endpoint;

	return sk_wmem_alloc_get(tsec_endpoint_socket(endpoint)->sk);
}
