// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions: birth, lookup, state, failure and end.
 */
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "channel.h"
#include "compat.h"
#include "daemon.h"
#include "dgram.h"
#include "event.h"
#include "handshake.h"
#include "inner.h"
#include "listener.h"
#include "net.h"
#include "session.h"
#include "stream.h"
#include "trace.h"

static struct kmem_cache *session_cache;
static atomic_t count;	/* of sessions, in all namespaces */

/**
 * tsec_sessions_init() - prepare for sessions
 *
 * Return: 0 or -ENOMEM.
 */
int __init tsec_sessions_init(void)
{
	/* What a program has set is copied out to it from here. */
	session_cache = KMEM_CACHE_USERCOPY(tsec_session, SLAB_ACCOUNT,
					    app.ciphers);
	return session_cache ? 0 : -ENOMEM;
}

/**
 * tsec_sessions_wait() - wait until there is no session any more
 *
 * That needs nobody's help once no socket is left: whoever else holds a session
 * lets go of it when it is done.
 *
 * Context: process context, as the module goes.
 */
void tsec_sessions_wait(void)
{
	wait_var_event(&count, !atomic_read(&count));
}

/**
 * tsec_sessions_exit() - clean up when there is no session any more
 *
 * Context: process context; waits for sessions on their way out.
 */
void tsec_sessions_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(session_cache);
}

static void session_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(session_cache,
			container_of(rcu, struct tsec_session, rcu));
}

static int number_take(struct tsec_session *session)
{
	struct tsec_net *tn = session->tn;
	int err;

	/* Numbers go round, so that an old one names nothing new for long. */
	err = xa_alloc_cyclic(&tn->sessions, &session->id, session,
			      XA_LIMIT(1, INT_MAX), &tn->next_session,
			      GFP_KERNEL);
	return err < 0 ? err : 0;
}

/**
 * tsec_session_new() - begin a session on a transport socket
 * @tn: the network namespace's state
 * @protocol: enum tsec_protocol, one that there is
 * @role: enum tsec_role
 * @inner: the transport socket; the session owns it from success on
 * @profile: the profile; the session takes a reference of its own
 *
 * Context: process context.
 * Return: the session in state CONNECTING with one reference, or an ERR_PTR:
 * -ENOMEM, -EBUSY when all numbers are taken.
 */
struct tsec_session *tsec_session_new(struct tsec_net *tn, u8 protocol,
				      u8 role, struct socket *inner,
				      struct tsec_profile *profile)
{
	struct tsec_session *session;
	int err;

	session = kmem_cache_zalloc(session_cache, GFP_KERNEL);
	if (!session)
		return ERR_PTR(-ENOMEM);
	refcount_set(&session->refs, 1);
	spin_lock_init(&session->lock);
	INIT_LIST_HEAD(&session->entry);
	INIT_LIST_HEAD(&session->pending);
	/* Two places, two lock classes: rx.lock is taken inside tx.lock. */
	mutex_init(&session->tx.lock);
	mutex_init(&session->rx.lock);
	session->tn = tn;
	session->role = role;
	session->protocol = protocol;
	session->record = tsec_record_ops_find(protocol);
	session->transport = session->record->packet ? &tsec_transport_dgram :
						       &tsec_transport_stream;
	session->born = ktime_get();
	session->uid = current_euid();
	session->profile = tsec_profile_get(profile);
	session->inner = inner;
	tsec_handshake_init(session);

	/* From here on others find it. */
	err = number_take(session);
	if (err) {
		tsec_profile_put(profile);
		kmem_cache_free(session_cache, session);
		return ERR_PTR(err);
	}
	TSEC_INC_STATS(tn, TSEC_STAT_CURR_SESSIONS);
	atomic_inc(&count);
	return session;
}

/**
 * tsec_session_find() - look a session up by its number
 * @tn: the network namespace's state
 * @id: the number
 *
 * Return: the session with a reference, or NULL.
 */
struct tsec_session *tsec_session_find(struct tsec_net *tn, u32 id)
{
	struct tsec_session *session;

	rcu_read_lock();
	session = xa_load(&tn->sessions, id);
	if (session && !refcount_inc_not_zero(&session->refs))
		session = NULL;
	rcu_read_unlock();
	return session;
}

/**
 * tsec_session_next() - walk the sessions of a namespace
 * @tn: the network namespace's state
 * @id: where to start looking; set to the number of the session found
 *
 * Return: the session with the smallest number not below @id, with a
 * reference, or NULL at the end.
 */
struct tsec_session *tsec_session_next(struct tsec_net *tn,
				       unsigned long *id)
{
	struct tsec_session *session;

	rcu_read_lock();
	session = xa_find(&tn->sessions, id, ULONG_MAX, XA_PRESENT);
	while (session && !refcount_inc_not_zero(&session->refs))
		session = xa_find_after(&tn->sessions, id, ULONG_MAX,
					XA_PRESENT);
	rcu_read_unlock();
	return session;
}

static void peer_free(struct tsec_peer *peer)
{
	kfree(peer->name);
	kfree(peer->id);
	kfree(peer->alpn);
	kvfree(peer->cert);
	memzero_explicit(peer->exporter, sizeof(peer->exporter));
}

static void session_free(struct tsec_session *session)
{
	struct tsec_net *tn = session->tn;

	xa_erase(&tn->sessions, session->id);
	tsec_stats_dec(tn->stats, TSEC_STAT_CURR_SESSIONS);
	session->transport->free(session);
	if (session->inner)
		sock_release(session->inner);
	tsec_key_wipe(&session->tx.key);
	tsec_key_wipe(&session->rx.key);
	tsec_settings_free(&session->settings);
	tsec_overrides_free(&session->app);
	peer_free(&session->peer);
	tsec_profile_put(session->profile);
	kfree(session->error);
	call_rcu(&session->rcu, session_free_rcu);
	if (atomic_dec_and_test(&count))
		wake_up_var(&count);
}

/**
 * tsec_session_put() - let go of a session
 * @session: the session
 *
 * The last reference releases the transport socket and wipes the keys.
 *
 * Context: process context, no locks of the session or its sockets held.
 */
void tsec_session_put(struct tsec_session *session)
{
	if (refcount_dec_and_test(&session->refs))
		session_free(session);
}

/**
 * tsec_session_queue() - have a work of a session's done
 * @session: the session, which the caller holds, or found under RCU or the
 *	lock of its inner socket's callbacks
 * @work: the work, which lets go of a reference when it is done
 *
 * Context: Any but hard interrupts.
 */
void tsec_session_queue(struct tsec_session *session, struct work_struct *work)
{
	if (!refcount_inc_not_zero(&session->refs))
		return;
	/*
	 * One that is queued already has a reference of its own.  But it may
	 * be done by now, and then this one is the last: the work has to let
	 * go of it, which takes a process.
	 */
	while (!queue_work(tsec_wq, work))
		if (refcount_dec_not_one(&session->refs))
			break;
}

static void state_set(struct tsec_session *session, u8 state)
{
	/* Pairs with the acquire in tsec_session_state(). */
	smp_store_release(&session->state, state);
}

/**
 * tsec_session_advance() - go from one state to another
 * @session: the session
 * @from: the state it must be in
 * @to: the state it gets
 *
 * TSEC_SESSION_OPENED goes with TSEC_STATE_ESTABLISHED.
 *
 * Return: false, and nothing done, if it is in another state.
 */
bool tsec_session_advance(struct tsec_session *session, u8 from, u8 to)
{
	bool moved = false;

	spin_lock_bh(&session->lock);
	if (session->state == from) {
		if (to == TSEC_STATE_ESTABLISHED)
			set_bit(TSEC_SESSION_OPENED, &session->flags);
		state_set(session, to);
		moved = true;
	}
	spin_unlock_bh(&session->lock);
	return moved;
}

/* The program's socket follows its session.  Called under session->lock. */
static void sk_follow(struct tsec_session *session)
{
	struct sock *sk = session->sk;
	bool opened = test_bit(TSEC_SESSION_OPENED, &session->flags);

	if (opened) {
		tsec_inner_graft(session->inner, sk);
		sk->sk_socket->state = SS_CONNECTED;
		/* Pairs with the acquire in tsec_sk_state(). */
		smp_store_release(&sk->sk_state, TCP_ESTABLISHED);
	}
	if (session->state == TSEC_STATE_FAILED) {
		/* One of those who wait takes the error: the others see that. */
		if (opened && session->dgram)
			sk->sk_shutdown |= RCV_SHUTDOWN;
		WRITE_ONCE(sk->sk_err, session->status);
		sk_error_report(sk);
	}
	sk->sk_state_change(sk);
	sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
}

/**
 * tsec_session_attach() - give a session its socket, or take it away
 * @session: the session
 * @sk: the program's socket, or NULL when it is closed
 *
 * From here on the program waits where the transport wakes: the transport's
 * wait queue becomes the socket's own (once the daemon is done with it).
 */
void tsec_session_attach(struct tsec_session *session, struct sock *sk)
{
	bool open = test_bit(TSEC_SESSION_OPENED, &session->flags);

	spin_lock_bh(&session->lock);
	session->sk = sk;
	if (sk && session->state >= TSEC_STATE_ESTABLISHED)
		sk_follow(session);
	spin_unlock_bh(&session->lock);
	if (sk && open && session->transport->opened)
		session->transport->opened(session);
}

/**
 * tsec_session_wake() - tell the program's socket that the state has changed
 * @session: the session, just established or failed
 */
void tsec_session_wake(struct tsec_session *session)
{
	spin_lock_bh(&session->lock);
	if (session->sk)
		sk_follow(session);
	if (session->channel)
		tsec_channel_wake(session->channel);
	spin_unlock_bh(&session->lock);
}

/* @before: only in a state before this one */
static bool fail_note(struct tsec_session *session, int err, u8 before,
		      char **error)
{
	bool first;

	spin_lock_bh(&session->lock);
	first = session->state < before;
	if (first) {
		session->error = *error;
		*error = NULL;
		WRITE_ONCE(session->status, err);
		state_set(session, TSEC_STATE_FAILED);
	}
	spin_unlock_bh(&session->lock);
	return first;
}

static __printf(4, 0) bool session_fail(struct tsec_session *session, int err,
					u8 before, const char *fmt,
					va_list args)
{
	char *error = kvasprintf(GFP_KERNEL, fmt, args);
	bool first = fail_note(session, err, before, &error);

	kfree(error);
	if (!first)
		return false;
	trace_tsec_session_failed(session);
	if (test_bit(TSEC_SESSION_OPENED, &session->flags)) {
		TSEC_INC_STATS(session->tn, TSEC_STAT_SESSIONS_ABORTED);
		tsec_listener_ended(session);
	} else {
		tsec_handshake_failed(session, err);
	}
	tsec_session_wake(session);
	return true;
}

/**
 * tsec_session_fail() - end a session by an error
 * @session: the session
 * @err: positive errno for its program
 * @fmt: the reason, in words for people
 *
 * The first failure counts; a later one changes nothing.  The transport is
 * told separately: an alert may have to go out first.
 *
 * Context: process context.
 * Return: true for the first failure.
 */
bool tsec_session_fail(struct tsec_session *session, int err,
		       const char *fmt, ...)
{
	va_list args;
	bool first;

	va_start(args, fmt);
	first = session_fail(session, err, TSEC_STATE_FAILED, fmt, args);
	va_end(args);
	return first;
}

/**
 * tsec_session_give_up() - end a handshake by an error, transport and all
 * @session: the session; nothing happens once it has been opened
 * @err: positive errno for its program
 * @fmt: the reason, in words for people
 *
 * Context: process context.
 */
void tsec_session_give_up(struct tsec_session *session, int err,
			  const char *fmt, ...)
{
	va_list args;
	bool first;

	va_start(args, fmt);
	first = session_fail(session, err, TSEC_STATE_ESTABLISHED, fmt, args);
	va_end(args);
	/* Without having been opened, it keeps its socket up to its end. */
	if (first)
		kernel_sock_shutdown(session->inner, SHUT_RDWR);
}

static struct socket *inner_take(struct tsec_session *session)
{
	struct socket *inner;

	mutex_lock(&session->tx.lock);
	mutex_lock(&session->rx.lock);
	spin_lock_bh(&session->lock);
	inner = session->inner;
	WRITE_ONCE(session->inner, NULL);
	spin_unlock_bh(&session->lock);
	mutex_unlock(&session->rx.lock);
	mutex_unlock(&session->tx.lock);
	return inner;
}

static void close_open(struct tsec_session *session)
{
	struct socket *inner;

	session->transport->close(session);
	inner = inner_take(session);
	tsec_daemon_withdraw(session);
	sock_release(inner);
	if (!session->status)
		TSEC_INC_STATS(session->tn, TSEC_STAT_SESSIONS_CLOSED);
}

static void close_unopened(struct tsec_session *session)
{
	tsec_session_fail(session, ECONNABORTED,
			  "the program closed the socket");
	kernel_sock_shutdown(session->inner, SHUT_RDWR);
}

/**
 * tsec_session_close() - end a session for good
 * @session: the session; the caller's reference is used up
 *
 * The end of an open session is authenticated (close_notify) and its
 * transport closed as its program asked (SO_LINGER).
 *
 * Context: process context; may sleep as long as SO_LINGER says.
 */
void tsec_session_close(struct tsec_session *session)
{
	tsec_session_attach(session, NULL);
	if (test_bit(TSEC_SESSION_OPENED, &session->flags))
		close_open(session);
	else
		close_unopened(session);
	xa_erase(&session->tn->sessions, session->id);
	trace_tsec_session_end(session);
	tsec_event_session(session, TSEC_CMD_SESSION_DEL_NTF);
	tsec_session_wake(session);
	tsec_session_put(session);
}

static void transport_abort(struct tsec_session *session)
{
	struct sock *isk = NULL;

	spin_lock_bh(&session->lock);
	if (session->inner) {
		isk = session->inner->sk;
		sock_hold(isk);
	}
	spin_unlock_bh(&session->lock);
	if (!isk)
		return;
	session->transport->abort(isk);
	sock_put(isk);
}

/**
 * tsec_session_abort() - end a session by an error, transport and all
 * @session: the session
 * @err: positive errno for its program
 * @fmt: the reason, in words for people
 *
 * The peer of a stream sees a reset.
 *
 * Context: process context.
 */
void tsec_session_abort(struct tsec_session *session, int err,
			const char *fmt, ...)
{
	va_list args;
	bool first;

	va_start(args, fmt);
	first = session_fail(session, err, TSEC_STATE_FAILED, fmt, args);
	va_end(args);
	if (first)
		transport_abort(session);
}
