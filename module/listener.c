// SPDX-License-Identifier: GPL-2.0
/*
 * Listening: many handshakes at a time, finished ones to accept().
 *
 * Each client gets its session as soon as its transport has it, and handshakes
 * run side by side, so a slow client delays nobody.  When too many are under way
 * the oldest gives way, a silent one first: a flood of half-open clients costs
 * other clients nothing but the eviction of their like.
 */
#include <linux/slab.h>

#include "handshake.h"
#include "listener.h"
#include "net.h"
#include "session.h"
#include "trace.h"

enum listener_limits {
	LOAD_SHARE	= 8,	/* as WireGuard has it */
};

/**
 * tsec_listener_put() - let go of a listener
 * @listener: the listener
 *
 * Context: Any.
 */
void tsec_listener_put(struct tsec_listener *listener)
{
	if (refcount_dec_and_test(&listener->refs))
		kfree_rcu(listener, rcu);
}

/**
 * tsec_listener_kick() - have a listener accept
 * @listener: the listener, found under RCU or held
 *
 * Context: Any.
 * Return: false if it is about to go.
 */
bool tsec_listener_kick(struct tsec_listener *listener)
{
	if (!refcount_inc_not_zero(&listener->refs))
		return false;
	/* Work that is queued has its own, unless it is done by now. */
	if (!queue_work(tsec_wq, &listener->work))
		tsec_listener_put(listener);
	return true;
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

/**
 * tsec_listener_is_loaded() - whether many handshakes are under way
 * @listener: the listener
 * @tn: the network namespace's state
 *
 * Return: true from one in LOAD_SHARE of those on that there may be.
 */
bool tsec_listener_is_loaded(const struct tsec_listener *listener,
			     struct tsec_net *tn)
{
	return READ_ONCE(listener->open_count) * LOAD_SHARE >=
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

static bool is_possible(const struct tsec_listener *listener,
			struct tsec_net *tn, const struct tsec_profile *profile)
{
	/* Nothing that comes in would show who has the manual keys. */
	if (profile->settings.manual && listener->endpoint)
		return false;
	return tsec_handshake_possible(tn, profile, listener->protocol);
}

/**
 * tsec_listener_session() - make the session of a client
 * @listener: the listener
 * @child: the client's transport socket; the session owns it from success on
 *
 * Context: process context.
 * Return: the session, to be admitted or closed, or an ERR_PTR: -ENOKEY
 * without the profile, -EUNATCH without a daemon, -ENOMEM, -EBUSY.
 */
struct tsec_session *tsec_listener_session(struct tsec_listener *listener,
					   struct socket *child)
{
	struct tsec_net *tn = tsec_net_get(sock_net(child->sk));
	struct tsec_session *session;
	struct tsec_profile *profile;

	profile = tsec_profile_find(&tn->profiles, listener->app->profile);
	if (!profile)
		return ERR_PTR(-ENOKEY);
	if (!is_possible(listener, tn, profile)) {
		TSEC_INC_STATS(tn, TSEC_STAT_HANDSHAKES_NO_DAEMON);
		session = ERR_PTR(-EUNATCH);
	} else {
		session = tsec_session_new(tn, listener->protocol,
					   TSEC_ROLE_SERVER, child, profile);
	}
	tsec_profile_put(profile);
	return session;
}

/**
 * tsec_listener_admit() - begin the handshake of a client
 * @listener: the listener
 * @session: the client's session; the caller's reference is used up
 *
 * Context: process context.
 */
void tsec_listener_admit(struct tsec_listener *listener,
			 struct tsec_session *session)
{
	struct tsec_net *tn = session->tn;
	int err;

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
	if (is_crowded(listener, tn))
		evict(listener);
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
		if (count)
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
	tsec_listener_put(listener);
	tsec_session_close(session);
}

static void list_drop(struct tsec_listener *listener, struct list_head *list,
		      unsigned int *count)
{
	struct tsec_session *session;

	while ((session = entry_pop(listener, list, count)))
		session_drop(listener, session);
}

/**
 * tsec_listener_may_accept() - whether there is room for another client
 * @listener: the listener
 *
 * Finished handshakes that nobody accepts hold back further clients.  Where
 * nobody has to, it is those that nobody uses that make room.
 *
 * Return: false also once the program has closed its socket.
 */
bool tsec_listener_may_accept(const struct tsec_listener *listener)
{
	return READ_ONCE(listener->sk) &&
	       (READ_ONCE(listener->shared) ||
		READ_ONCE(listener->ready_count) <= listener->backlog);
}

static void accept_work(struct work_struct *work)
{
	struct tsec_listener *listener = container_of(work,
						      struct tsec_listener,
						      work);

	/* Once it stops, they are closed there, before the socket goes. */
	if (READ_ONCE(listener->sk))
		list_drop(listener, &listener->ended, NULL);
	listener->ops->accept(listener);
	tsec_listener_put(listener);
}

static void backlog_set(struct tsec_listener *listener, int backlog)
{
	struct net *net = sock_net(listener->inner->sk);

	listener->backlog = min_t(unsigned int, backlog,
				  READ_ONCE(net->core.sysctl_somaxconn));
}

static struct tsec_listener *listener_alloc(struct sock *sk,
					    struct socket *inner)
{
	struct tsec_listener *listener;

	listener = kzalloc(sizeof(*listener), GFP_KERNEL_ACCOUNT);
	if (!listener)
		return NULL;
	refcount_set(&listener->refs, 1);
	spin_lock_init(&listener->lock);
	INIT_LIST_HEAD(&listener->open);
	INIT_LIST_HEAD(&listener->ready);
	INIT_LIST_HEAD(&listener->ended);
	INIT_WORK(&listener->work, accept_work);
	tsec_listener_shared_init(listener);
	listener->sk = sk;
	listener->uid = sk->sk_uid;
	listener->inner = inner;
	listener->protocol = sk->sk_protocol;
	listener->ops = sk->sk_type == SOCK_DGRAM ? &tsec_listener_dgram_ops :
						    &tsec_listener_stream_ops;
	return listener;
}

/**
 * tsec_listener_new() - begin to listen
 * @sk: the program's socket
 * @inner: the inner socket; the listener owns it from success on
 * @app: the program's settings; outlives the listener's use by @sk
 * @recorded: the same of options of other levels
 * @backlog: finished handshakes that may wait for accept()
 *
 * Context: process context.
 * Return: the listener with one reference, or an ERR_PTR: -ENOMEM, or what
 * listen(2) returns.
 */
struct tsec_listener *tsec_listener_new(struct sock *sk, struct socket *inner,
					const struct tsec_overrides *app,
					const struct tsec_recorded *recorded,
					int backlog)
{
	struct tsec_listener *listener = listener_alloc(sk, inner);
	int err;

	if (!listener)
		return ERR_PTR(-ENOMEM);
	listener->app = app;
	listener->recorded = recorded;
	backlog_set(listener, backlog);
	err = listener->ops->start(listener);
	if (!err)
		return listener;
	tsec_listener_put(listener);
	return ERR_PTR(err);
}

/**
 * tsec_listener_listen() - change the backlog
 * @listener: the listener
 * @backlog: finished handshakes that may wait for accept()
 *
 * Context: process context.
 * Return: 0 or what listen(2) returns.
 */
int tsec_listener_listen(struct tsec_listener *listener, int backlog)
{
	backlog_set(listener, backlog);
	return listener->ops->listen ? listener->ops->listen(listener) : 0;
}

/**
 * tsec_listener_stop() - stop listening
 * @listener: the listener; the socket's reference is used up
 *
 * Sessions that nobody accepted end, finished handshakes in good order.
 *
 * Context: process context.
 * Return: the inner socket, or NULL if it is gone as well.
 */
struct socket *tsec_listener_stop(struct tsec_listener *listener)
{
	struct socket *inner;

	spin_lock_bh(&listener->lock);
	WRITE_ONCE(listener->sk, NULL);
	spin_unlock_bh(&listener->lock);
	if (cancel_delayed_work_sync(&listener->idle))
		tsec_listener_put(listener);
	if (cancel_work_sync(&listener->work))
		tsec_listener_put(listener);

	list_drop(listener, &listener->open, &listener->open_count);
	list_drop(listener, &listener->ready, &listener->ready_count);
	list_drop(listener, &listener->ended, NULL);
	inner = listener->ops->stop(listener);
	tsec_listener_put(listener);
	return inner;
}

static void move_to_ready(struct tsec_listener *listener,
			  struct tsec_session *session)
{
	spin_lock_bh(&listener->lock);
	if (!list_empty(&session->entry)) {
		list_move_tail(&session->entry, &listener->ready);
		listener->open_count--;
		listener->ready_count++;
		if (listener->shared)
			tsec_listener_adopt(listener, session);
		else if (listener->sk)
			listener->sk->sk_data_ready(listener->sk);
	}
	spin_unlock_bh(&listener->lock);
}

/**
 * tsec_listener_of() - the listener of a session
 * @session: the session
 *
 * Context: Any.
 * Return: the listener with a reference, or NULL.
 */
struct tsec_listener *tsec_listener_of(struct tsec_session *session)
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
	struct tsec_listener *listener = tsec_listener_of(session);

	if (!listener)
		return;
	move_to_ready(listener, session);
	tsec_listener_put(listener);
}

/**
 * tsec_listener_forget() - a handshake has failed: let its session go
 * @session: a failed session; nothing happens if it has no listener
 *
 * Context: process context.
 */
void tsec_listener_forget(struct tsec_session *session)
{
	struct tsec_listener *listener = tsec_listener_of(session);
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
	tsec_listener_put(listener);
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
	tsec_listener_put(listener);
	/* There is room again for clients that were held back. */
	tsec_listener_kick(listener);
	return session;
}
