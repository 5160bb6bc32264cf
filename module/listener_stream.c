// SPDX-License-Identifier: GPL-2.0
/*
 * Listening for streams: the connections of a TCP socket.
 */
#include <net/tcp.h>

#include "compat.h"
#include "listener.h"
#include "session.h"

/* Called by the inner socket, in softirq. */
static void listener_data_ready(struct sock *isk)
{
	struct tsec_listener *listener;

	read_lock_bh(&isk->sk_callback_lock);
	rcu_read_lock();
	listener = __rcu_dereference_sk_user_data_with_flags(isk,
							     SK_USER_DATA_NOCOPY);
	if (listener)
		tsec_listener_kick(listener);
	rcu_read_unlock();
	read_unlock_bh(&isk->sk_callback_lock);
}

static void inner_hook(struct tsec_listener *listener)
{
	struct sock *isk = listener->inner->sk;

	write_lock_bh(&isk->sk_callback_lock);
	/* A child inherits the callback; it must not inherit this. */
	__rcu_assign_sk_user_data_with_flags(isk, listener,
					     SK_USER_DATA_NOCOPY);
	listener->saved_data_ready = isk->sk_data_ready;
	isk->sk_data_ready = listener_data_ready;
	write_unlock_bh(&isk->sk_callback_lock);
}

static void inner_unhook(struct tsec_listener *listener)
{
	struct sock *isk = listener->inner->sk;

	write_lock_bh(&isk->sk_callback_lock);
	rcu_assign_sk_user_data(isk, NULL);
	isk->sk_data_ready = listener->saved_data_ready;
	write_unlock_bh(&isk->sk_callback_lock);
}

static int stream_listen(struct tsec_listener *listener)
{
	return kernel_listen(listener->inner, listener->backlog);
}

static int stream_start(struct tsec_listener *listener)
{
	int err;

	inner_hook(listener);
	err = stream_listen(listener);
	if (err)
		inner_unhook(listener);
	return err;
}

/* A child of the listening socket starts with copies of its callbacks. */
static void child_reset(struct tsec_listener *listener, struct socket *child)
{
	struct sock *csk = child->sk;

	write_lock_bh(&csk->sk_callback_lock);
	csk->sk_data_ready = listener->saved_data_ready;
	write_unlock_bh(&csk->sk_callback_lock);
}

static void connection_take(struct tsec_listener *listener,
			    struct socket *child)
{
	struct tsec_session *session;

	child_reset(listener, child);
	session = tsec_listener_session(listener, child);
	if (IS_ERR(session))
		sock_release(child);
	else
		tsec_listener_admit(listener, session);
}

static void stream_accept(struct tsec_listener *listener)
{
	struct socket *child;

	while (tsec_listener_may_accept(listener) &&
	       !kernel_accept(listener->inner, &child, O_NONBLOCK)) {
		connection_take(listener, child);
		cond_resched();
	}
}

/* As TCP does it: no longer listening, still bound. */
static struct socket *stream_stop(struct tsec_listener *listener)
{
	struct socket *inner = listener->inner;

	inner_unhook(listener);
	inner->ops->shutdown(inner, SHUT_RD);
	return inner;
}

const struct tsec_listener_ops tsec_listener_stream_ops = {
	.start	= stream_start,
	.listen	= stream_listen,
	.accept	= stream_accept,
	.stop	= stream_stop,
};
