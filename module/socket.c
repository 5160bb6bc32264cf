// SPDX-License-Identifier: GPL-2.0
/*
 * The socket family: creation, addresses, options and release, for streams
 * and datagrams alike.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/tcp.h>

#include "compat.h"
#include "dgram.h"
#include "handshake.h"
#include "inner.h"
#include "listener.h"
#include "net.h"
#include "session.h"
#include "socket.h"
#include "stream.h"

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

/**
 * tsec_socket_family() - the family of an address that a program gave
 * @addr: the address
 * @len: bytes of it
 *
 * Context: Any.
 * Return: AF_INET, AF_INET6, or a negative errno, as from connect(2).
 */
int tsec_socket_family(const struct sockaddr *addr, int len)
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
	int err = tsec_socket_family(addr, len);

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

/**
 * tsec_socket_make() - give a socket its substance
 * @net: the network namespace
 * @sock: the program's socket, with its type
 * @protocol: enum tsec_protocol
 * @kern: as for sk_alloc()
 *
 * Context: process context.
 * Return: the socket without a session, or NULL.
 */
struct tsec_sock *tsec_socket_make(struct net *net, struct socket *sock,
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
	tsk->endpoint = NULL;
	tsk->accepts = false;
	tsk->inner = NULL;
	tsk->app = NULL;
	tsk->recorded = NULL;
	tsk->gro = false;
	tsk->error = NULL;
	if (sock->type == SOCK_DGRAM)
		tsec_socket_dgram_init(sock);
	else
		tsec_socket_stream_init(sock);
	tsec_socket_own_options(sock);
	return tsk;
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
	union tsec_address address;
	struct socket *inner;
	int ret = 0;

	lock_sock(&tsk->sk);
	inner = tsec_socket_inner(tsk);
	if (tsk->session && tsk->session->dgram) {
		tsec_session_address(tsk->session, peer, &address);
		ret = tsec_address_copy(addr, &address);
	} else if (inner) {
		ret = inner->ops->getname(inner, addr, peer);
	} else if (peer) {
		ret = -ENOTCONN;
	}
	release_sock(&tsk->sk);
	if (inner || ret)
		return ret;
	/* No family yet, and so no address: as an unnamed AF_UNIX socket. */
	addr->sa_family = AF_UNSPEC;
	return sizeof(addr->sa_family);
}

/**
 * tsec_socket_poll_error() - what poll() says of a socket without a session
 * @sk: the program's socket
 *
 * While it connects that is nothing, until an error is there to be fetched.
 *
 * Return: a mask of EPOLL*.
 */
__poll_t tsec_socket_poll_error(const struct sock *sk)
{
	if (!READ_ONCE(sk->sk_err))
		return 0;
	return EPOLLERR | EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLOUT |
	       EPOLLWRNORM | EPOLLHUP;
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
	if (!err && level == SOL_UDP && name == UDP_GRO)
		WRITE_ONCE(tsk->gro, tsec_udp_gro(inner->sk));
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
	if (!tsec_option_allowed(sock->type, level, name, true))
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
	if (!tsec_option_allowed(sock->type, level, name, false))
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
		tsec_socket_listen_stop(tsk);
	tsec_unconnected_end(tsk);
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
	tsk = tsec_socket_make(net, sock, protocol, kern);
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
