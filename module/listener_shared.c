// SPDX-License-Identifier: GPL-2.0
/*
 * Listening without accept(): finished sessions share the socket that listens.
 *
 * Nobody closes such a session, so its time is watched: it ends when it fails,
 * a moment after its peer's close_notify, when it was idle for as long as its
 * profile allows, or when too many are there and it is the one that was idle
 * for the longest time.
 */
#include "dgram.h"
#include "listener.h"
#include "net.h"
#include "session.h"

enum shared_limits {
	LINGER	= 2 * HZ,	/* answers to a peer that sends no more */
};

static void session_end(struct tsec_listener *listener,
			struct tsec_session *session)
{
	list_move_tail(&session->entry, &listener->ended);
	listener->ready_count--;
	tsec_listener_kick(listener);
}

static bool has_closed(const struct tsec_session *session)
{
	return test_bit(TSEC_SESSION_PEER_CLOSED, &session->flags) ||
	       tsec_session_state(session) == TSEC_STATE_FAILED;
}

/* In jiffies, 0 if it is over, MAX_JIFFY_OFFSET if nothing ends it. */
static unsigned long time_left(const struct tsec_session *session)
{
	u32 seconds = session->profile->settings.limits.idle_seconds;
	unsigned long limit = MAX_JIFFY_OFFSET, idle;

	if (tsec_session_state(session) == TSEC_STATE_FAILED)
		return 0;
	if (seconds)
		limit = min_t(u64, (u64)seconds * HZ, MAX_JIFFY_OFFSET - 1);
	if (has_closed(session))
		limit = min_t(unsigned long, limit, LINGER);
	if (limit == MAX_JIFFY_OFFSET)
		return limit;
	idle = jiffies - READ_ONCE(session->dgram->used);
	return idle < limit ? limit - idle : 0;
}

/* Sets the clock forward if it would ring too late; under the lock. */
static void idle_arm(struct tsec_listener *listener, unsigned long left)
{
	unsigned long at = jiffies + left;

	if (!listener->sk || left == MAX_JIFFY_OFFSET ||
	    (delayed_work_pending(&listener->idle) &&
	     time_before_eq(listener->idle_at, at)))
		return;
	listener->idle_at = at;
	refcount_inc(&listener->refs);
	/* Not the last one: the caller has its own. */
	if (mod_delayed_work(tsec_wq, &listener->idle, left))
		refcount_dec(&listener->refs);
}

static void idle_work(struct work_struct *work)
{
	struct tsec_listener *listener = container_of(to_delayed_work(work),
						      struct tsec_listener,
						      idle);
	unsigned long left, least = MAX_JIFFY_OFFSET;
	struct tsec_session *session, *next;

	spin_lock_bh(&listener->lock);
	list_for_each_entry_safe(session, next, &listener->ready, entry) {
		left = time_left(session);
		least = left ? min(least, left) : least;
		if (left)
			continue;
		if (!has_closed(session))
			TSEC_INC_STATS(session->tn, TSEC_STAT_SESSIONS_IDLE);
		session_end(listener, session);
	}
	idle_arm(listener, least);
	spin_unlock_bh(&listener->lock);
	tsec_listener_put(listener);
}

/**
 * tsec_listener_shared_init() - prepare for sessions that share the socket
 * @listener: a new listener
 */
void tsec_listener_shared_init(struct tsec_listener *listener)
{
	INIT_LIST_HEAD(&listener->ended);
	INIT_DELAYED_WORK(&listener->idle, idle_work);
}

/* Who is missed the least. */
static struct tsec_session *victim_find(struct tsec_listener *listener)
{
	struct tsec_session *session, *victim = NULL;

	list_for_each_entry(session, &listener->ready, entry) {
		if (has_closed(session))
			return session;
		if (!victim || time_before(READ_ONCE(session->dgram->used),
					   READ_ONCE(victim->dgram->used)))
			victim = session;
	}
	return victim;
}

static bool is_crowded(const struct tsec_listener *listener,
		       struct tsec_net *tn)
{
	return listener->ready_count > READ_ONCE(tn->max_sessions_listener);
}

static struct tsec_session *evict(struct tsec_listener *listener,
				  struct tsec_net *tn)
{
	struct tsec_session *victim = victim_find(listener);

	TSEC_INC_STATS(tn, TSEC_STAT_SESSIONS_EVICTED);
	session_end(listener, victim);
	return victim;
}

/* Of the list of those that are ready, it takes no other off. */
static void adopt(struct tsec_listener *listener,
		  struct tsec_session *session)
{
	if (listener->ops->adopt(listener, session))
		idle_arm(listener, time_left(session));
	else
		session_end(listener, session);
}

/**
 * tsec_listener_adopt() - let a finished session share the socket
 * @listener: a listener that is shared
 * @session: the session, in its list of those that are ready
 *
 * Context: Any, under the listener's lock, bottom halves off.
 */
void tsec_listener_adopt(struct tsec_listener *listener,
			 struct tsec_session *session)
{
	struct tsec_net *tn = session->tn;

	if (!listener->sk)
		return;
	if (is_crowded(listener, tn) && evict(listener, tn) == session)
		return;
	adopt(listener, session);
}

/**
 * tsec_listener_share() - accept no more: let sessions share the socket
 * @listener: the listener, of a transport whose sessions can do that
 *
 * Context: process context, under the lock of the program's socket.
 */
void tsec_listener_share(struct tsec_listener *listener)
{
	struct tsec_net *tn = tsec_net_get(sock_net(listener->sk));
	struct tsec_session *session, *next;

	spin_lock_bh(&listener->lock);
	listener->shared = true;
	while (is_crowded(listener, tn))
		evict(listener, tn);
	list_for_each_entry_safe(session, next, &listener->ready, entry)
		adopt(listener, session);
	spin_unlock_bh(&listener->lock);
	/* Those that the backlog has held back. */
	tsec_listener_kick(listener);
}

/**
 * tsec_listener_ended() - a session may have ended
 * @session: the session; nothing happens unless it shares a listener's socket
 *
 * Context: process context.
 */
void tsec_listener_ended(struct tsec_session *session)
{
	struct tsec_listener *listener = tsec_listener_of(session);

	if (!listener)
		return;
	spin_lock_bh(&listener->lock);
	if (listener->shared && session->dgram)
		idle_arm(listener, time_left(session));
	spin_unlock_bh(&listener->lock);
	tsec_listener_put(listener);
}

/**
 * tsec_listener_inode() - the socket that a session shares
 * @session: the session, under its lock
 *
 * Context: Any.
 * Return: the inode of the program's socket, 0 if it shares none.
 */
u64 tsec_listener_inode(const struct tsec_session *session)
{
	struct tsec_listener *listener = session->listener;
	u64 inode = 0;

	if (!listener)
		return 0;
	spin_lock_bh(&listener->lock);
	if (listener->shared && listener->sk)
		inode = SOCK_INODE(listener->sk->sk_socket)->i_ino;
	spin_unlock_bh(&listener->lock);
	return inode;
}
