// SPDX-License-Identifier: GPL-2.0
/*
 * Listening: many handshakes at a time, finished ones to accept().
 *
 * Each connection gets its session as soon as TCP has it, and handshakes run
 * side by side, so a slow client delays nobody.  When too many are under way
 * the oldest gives way, a silent one first: a flood of half-open clients costs
 * other clients nothing but the eviction of their like.
 */
#include <linux/slab.h>
#include <net/tcp.h>

#include "compat.h"
#include "handshake.h"
#include "inner.h"
#include "listener.h"
#include "net.h"
#include "session.h"
#include "trace.h"

static void listener_put(struct tsec_listener *listener)
{
	if (refcount_dec_and_test(&listener->refs))
		kfree_rcu(listener, rcu);
}

static void work_queue(struct tsec_listener *listener)
{
	refcount_inc(&listener->refs);
	if (!queue_work(tsec_wq, &listener->work))
		refcount_dec(&listener->refs);
}

/* Called by the inner socket, in softirq. */
static void listener_data_ready(struct sock *isk)
{
	struct tsec_listener *listener;

	read_lock_bh(&isk->sk_callback_lock);
	rcu_read_lock();
	listener = __rcu_dereference_sk_user_data_with_flags(isk,
							     SK_USER_DATA_NOCOPY);
	if (listener)
		work_queue(listener);
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

/* A child of the listening socket starts with copies of its callbacks. */
static void child_reset(struct tsec_listener *listener, struct socket *child)
{
	struct sock *csk = child->sk;

	write_lock_bh(&csk->sk_callback_lock);
	csk->sk_data_ready = listener->saved_data_ready;
	write_unlock_bh(&csk->sk_callback_lock);
}

static struct tsec_session *victim_find(struct tsec_listener *listener)
{
	struct tsec_session *session;

	list_for_each_entry(session, &listener->open, entry)
		if (tsec_session_state(session) == TSEC_STATE_CONNECTING)
			return session;
	return list_first_entry_or_null(&listener->open, struct tsec_session,
					entry);
}

static void evict(struct tsec_listener *listener)
{
	struct tsec_session *session;

	spin_lock_bh(&listener->lock);
	session = victim_find(listener);
	if (session)
		tsec_session_get(session);
	spin_unlock_bh(&listener->lock);
	if (!session)
		return;
	/* Ends in tsec_listener_forget(), which takes it off the list. */
	if (tsec_session_fail(session, EUSERS,
			      "made room for newer handshakes"))
		TSEC_INC_STATS(session->tn, TSEC_STAT_HANDSHAKES_EVICTED);
	tsec_session_put(session);
}

static bool is_crowded(struct tsec_listener *listener, struct tsec_net *tn)
{
	return READ_ONCE(listener->open_count) >
	       READ_ONCE(tn->max_handshakes_listener);
}

/* The listener's list takes over the caller's reference. */
static void open_add(struct tsec_listener *listener,
		     struct tsec_session *session)
{
	refcount_inc(&listener->refs);
	session->listener = listener;
	spin_lock_bh(&listener->lock);
	list_add_tail(&session->entry, &listener->open);
	listener->open_count++;
	spin_unlock_bh(&listener->lock);
}

static struct tsec_session *session_make(struct tsec_listener *listener,
					 struct socket *child)
{
	struct tsec_net *tn = tsec_net_get(sock_net(child->sk));
	struct tsec_session *session;
	struct tsec_profile *profile;

	profile = tsec_profile_find(&tn->profiles, listener->app->profile);
	if (!profile)
		return ERR_PTR(-ENOKEY);
	if (!tsec_handshake_possible(tn, profile, TSEC_PROTO_TLS)) {
		TSEC_INC_STATS(tn, TSEC_STAT_HANDSHAKES_NO_DAEMON);
		session = ERR_PTR(-EUNATCH);
	} else {
		session = tsec_session_new(tn, TSEC_PROTO_TLS, TSEC_ROLE_SERVER,
					   child, profile);
	}
	tsec_profile_put(profile);
	return session;
}

static void connection_take(struct tsec_listener *listener,
			    struct socket *child)
{
	struct tsec_session *session;
	int err;

	child_reset(listener, child);
	session = session_make(listener, child);
	if (IS_ERR(session)) {
		sock_release(child);
		return;
	}
	session->uid = listener->uid;
	open_add(listener, session);
	tsec_session_get(session);
	err = tsec_handshake_prepare(session, listener->app);
	if (err)
		tsec_session_fail(session, -err,
				  "profile %s and the program's options exclude each other",
				  session->profile->name);
	else
		tsec_handshake_begin(session);
	tsec_session_put(session);
	if (is_crowded(listener, session->tn))
		evict(listener);
}

/* Finished handshakes that nobody accepts hold back further connections. */
static bool may_accept(struct tsec_listener *listener)
{
	return READ_ONCE(listener->sk) &&
	       READ_ONCE(listener->ready_count) <= listener->backlog;
}

static void accept_work(struct work_struct *work)
{
	struct tsec_listener *listener = container_of(work,
						      struct tsec_listener,
						      work);
	struct socket *child;

	while (may_accept(listener) &&
	       !kernel_accept(listener->inner, &child, O_NONBLOCK)) {
		connection_take(listener, child);
		cond_resched();
	}
	listener_put(listener);
}

/**
 * tsec_listener_new() - make a bound socket ready to listen
 * @sk: the program's socket
 * @inner: the inner socket, bound; the listener owns it from success on
 * @app: the program's settings; outlives the listener's use by @sk
 *
 * Context: process context.
 * Return: the listener with one reference, or NULL without memory.
 */
struct tsec_listener *tsec_listener_new(struct sock *sk, struct socket *inner,
					const struct tsec_overrides *app)
{
	struct tsec_listener *listener;

	listener = kzalloc(sizeof(*listener), GFP_KERNEL_ACCOUNT);
	if (!listener)
		return NULL;
	refcount_set(&listener->refs, 1);
	spin_lock_init(&listener->lock);
	INIT_LIST_HEAD(&listener->open);
	INIT_LIST_HEAD(&listener->ready);
	INIT_WORK(&listener->work, accept_work);
	listener->sk = sk;
	listener->uid = sk->sk_uid;
	listener->inner = inner;
	listener->app = app;
	listener->saved_data_ready = inner->sk->sk_data_ready;
	inner_hook(listener);
	return listener;
}

/**
 * tsec_listener_listen() - begin to listen, or change the backlog
 * @listener: the listener
 * @backlog: finished handshakes that may wait for accept()
 *
 * Return: 0 or what listen(2) returns.
 */
int tsec_listener_listen(struct tsec_listener *listener, int backlog)
{
	int somaxconn = READ_ONCE(sock_net(listener->inner->sk)->core.sysctl_somaxconn);

	listener->backlog = min_t(unsigned int, backlog, somaxconn);
	return kernel_listen(listener->inner, backlog);
}

/**
 * tsec_listener_undo() - take back tsec_listener_new()
 * @listener: a listener that never listened; its inner socket stays
 */
void tsec_listener_undo(struct tsec_listener *listener)
{
	inner_unhook(listener);
	kfree(listener);
}

static struct tsec_session *entry_pop(struct tsec_listener *listener,
				      struct list_head *list,
				      unsigned int *count)
{
	struct tsec_session *session;

	spin_lock_bh(&listener->lock);
	session = list_first_entry_or_null(list, struct tsec_session, entry);
	if (session) {
		list_del_init(&session->entry);
		(*count)--;
	}
	spin_unlock_bh(&listener->lock);
	return session;
}

static void session_drop(struct tsec_listener *listener,
			 struct tsec_session *session)
{
	spin_lock_bh(&session->lock);
	session->listener = NULL;
	spin_unlock_bh(&session->lock);
	listener_put(listener);
	tsec_session_close(session);
}

/**
 * tsec_listener_stop() - stop listening
 * @listener: the listener; the socket's reference is used up
 *
 * Sessions that nobody accepted end, finished handshakes in good order.
 *
 * Context: process context.
 * Return: the inner socket, which keeps its name.
 */
struct socket *tsec_listener_stop(struct tsec_listener *listener)
{
	struct socket *inner = listener->inner;
	struct tsec_session *session;

	inner_unhook(listener);
	spin_lock_bh(&listener->lock);
	WRITE_ONCE(listener->sk, NULL);
	spin_unlock_bh(&listener->lock);
	if (cancel_work_sync(&listener->work))
		listener_put(listener);

	while ((session = entry_pop(listener, &listener->open,
				    &listener->open_count)))
		session_drop(listener, session);
	while ((session = entry_pop(listener, &listener->ready,
				    &listener->ready_count)))
		session_drop(listener, session);
	listener_put(listener);
	/* As TCP does it: no longer listening, still bound. */
	inner->ops->shutdown(inner, SHUT_RD);
	return inner;
}

static bool move_to_ready(struct tsec_listener *listener,
			  struct tsec_session *session)
{
	bool moved = false;

	spin_lock_bh(&listener->lock);
	if (!list_empty(&session->entry)) {
		list_move_tail(&session->entry, &listener->ready);
		listener->open_count--;
		listener->ready_count++;
		moved = true;
		if (listener->sk)
			listener->sk->sk_data_ready(listener->sk);
	}
	spin_unlock_bh(&listener->lock);
	return moved;
}

/* The listener of a session, kept while the caller looks at it. */
static struct tsec_listener *listener_of(struct tsec_session *session)
{
	struct tsec_listener *listener;

	spin_lock_bh(&session->lock);
	listener = session->listener;
	if (listener)
		refcount_inc(&listener->refs);
	spin_unlock_bh(&session->lock);
	return listener;
}

/**
 * tsec_listener_ready() - a handshake is finished: let accept() have it
 * @session: an open session; nothing happens if it has no listener
 *
 * Context: process context.
 */
void tsec_listener_ready(struct tsec_session *session)
{
	struct tsec_listener *listener = listener_of(session);

	if (!listener)
		return;
	move_to_ready(listener, session);
	listener_put(listener);
}

/**
 * tsec_listener_forget() - a handshake has failed: let its session go
 * @session: a failed session; nothing happens if it has no listener
 *
 * Context: process context.
 */
void tsec_listener_forget(struct tsec_session *session)
{
	struct tsec_listener *listener = listener_of(session);
	bool mine;

	if (!listener)
		return;
	spin_lock_bh(&listener->lock);
	mine = !list_empty(&session->entry);
	if (mine) {
		list_del_init(&session->entry);
		listener->open_count--;
	}
	spin_unlock_bh(&listener->lock);
	if (mine)
		session_drop(listener, session);
	listener_put(listener);
}

/**
 * tsec_listener_take() - take the oldest finished session
 * @listener: the listener
 *
 * Context: process context.
 * Return: the session with the list's reference, or NULL if there is none.
 */
struct tsec_session *tsec_listener_take(struct tsec_listener *listener)
{
	struct tsec_session *session;

	session = entry_pop(listener, &listener->ready,
			    &listener->ready_count);
	if (!session)
		return NULL;
	spin_lock_bh(&session->lock);
	session->listener = NULL;
	spin_unlock_bh(&session->lock);
	listener_put(listener);
	/* There is room again for connections that were held back. */
	work_queue(listener);
	return session;
}
