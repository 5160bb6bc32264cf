/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program's socket.
 */
#ifndef TSEC_SOCKET_H
#define TSEC_SOCKET_H

#include <net/sock.h>

#include "options.h"
#include "settings.h"

struct tsec_endpoint;
struct tsec_listener;
struct tsec_session;

/**
 * struct tsec_sock - the program's socket
 * @sk: must be first.  sk_state: TCP_CLOSE, TCP_SYN_SENT (handshake included),
 *	TCP_ESTABLISHED, TCP_LISTEN
 * @session: its session; set while sk_state is TCP_SYN_SENT, and from
 *	TCP_ESTABLISHED until the socket is released
 * @listener: set while sk_state is TCP_LISTEN
 * @endpoint: datagrams: set once the socket is one for all peers, up to its
 *	release
 * @accepts: sk_state is TCP_LISTEN, and accept() was called
 * @inner: the inner socket while neither of the two owns it
 * @app: what the program set by SOL_TSEC options
 * @error: why the last connect() failed, in words, or NULL
 * @gro: datagrams: several may be received in one call (UDP_GRO); written
 *	under the lock, read anywhere
 * @recorded: options of other levels, for an inner socket yet to be made
 *
 * All under the socket's lock; in state TCP_ESTABLISHED @session may be read
 * without, and so may @endpoint.
 */
struct tsec_sock {
	struct sock sk;
	struct tsec_session *session;
	struct tsec_listener *listener;
	struct tsec_endpoint *endpoint;
	bool accepts;
	struct socket *inner;
	struct tsec_overrides *app;
	struct tsec_recorded *recorded;
	bool gro;
	char *error;
};

static inline struct tsec_sock *tsec_sk(const struct sock *sk)
{
	return container_of(sk, struct tsec_sock, sk);
}

/**
 * tsec_sk_state() - sk_state, without the socket's lock
 * @sk: the program's socket
 *
 * Return: once it is TCP_ESTABLISHED, the session is there and stays.
 */
static inline u8 tsec_sk_state(const struct sock *sk)
{
	/* Pairs with the release in session.c. */
	return smp_load_acquire(&sk->sk_state);
}

/**
 * tsec_sk_endpoint() - what all peers share, without the socket's lock
 * @sk: the program's socket, of datagrams
 *
 * Return: the endpoint, or NULL as long as the socket is none for all peers.
 */
static inline struct tsec_endpoint *tsec_sk_endpoint(const struct sock *sk)
{
	/* Pairs with the release in socket_unconnected.c. */
	return smp_load_acquire(&tsec_sk(sk)->endpoint);
}

int tsec_socket_family(const struct sockaddr *addr, int len);
int tsec_socket_bind(struct socket *sock, struct sockaddr *addr, int len);
int tsec_socket_connect(struct socket *sock, struct sockaddr *addr, int len,
			int flags);
int tsec_socket_getname(struct socket *sock, struct sockaddr *addr, int peer);
int tsec_socket_setsockopt(struct socket *sock, int level, int name,
			   sockptr_t optval, unsigned int optlen);
int tsec_socket_getsockopt(struct socket *sock, int level, int name,
			   char __user *optval, int __user *optlen);
int tsec_socket_release(struct socket *sock);
struct tsec_session *tsec_socket_session(struct sock *sk, bool nonblock);
int tsec_socket_result(struct sock *sk, int ret);
__poll_t tsec_socket_poll_error(const struct sock *sk);
void tsec_socket_session_drop(struct tsec_sock *tsk);
void tsec_socket_error_set(struct tsec_sock *tsk, const char *error);
struct tsec_sock *tsec_socket_make(struct net *net, struct socket *sock,
				   int protocol, int kern);
void tsec_socket_stream_init(struct socket *sock);
void tsec_socket_dgram_init(struct socket *sock);
int tsec_socket_listen(struct socket *sock, int backlog);
int tsec_socket_listen_locked(struct tsec_sock *tsk, int backlog);
int tsec_socket_accept(struct socket *sock, struct socket *newsock, int flags);
__poll_t tsec_socket_listen_poll(struct sock *sk);
void tsec_socket_listen_stop(struct tsec_sock *tsk);

int tsec_unconnected_begin(struct sock *sk);
void tsec_unconnected_end(struct tsec_sock *tsk);
int tsec_unconnected_sendmsg(struct sock *sk, struct msghdr *msg, size_t len);
int tsec_unconnected_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
			     int flags);
__poll_t tsec_unconnected_poll(struct sock *sk, struct file *file,
			       struct poll_table_struct *wait);
int tsec_unconnected_outq(const struct sock *sk);

int tsec_socket_register(void);
void tsec_socket_unregister(void);
struct socket *tsec_socket_inner(struct tsec_sock *tsk);
int tsec_socket_inner_make(struct tsec_sock *tsk, sa_family_t family);

int tsec_sockopt_set(struct socket *sock, int name, sockptr_t optval,
		     unsigned int optlen);
int tsec_sockopt_get(struct socket *sock, int name, char __user *optval,
		     int __user *optlen);

#endif /* TSEC_SOCKET_H */
