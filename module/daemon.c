// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon of a network namespace: who it is, and which handshakes wait for
 * it.
 *
 * Those that have not begun wait for as long as their time limit says.  Where
 * handshakes go on while a session is open, that waits as well when it has
 * lost the daemon that gave it new keys.
 */
#include "compat.h"
#include "daemon.h"
#include "event.h"
#include "handshake.h"
#include "net.h"
#include "session.h"

/**
 * tsec_daemon_pend() - have the daemon claim a handshake
 * @session: a session in state CONNECTING
 *
 * Context: process context.
 * Return: false if there is no daemon, or the session has ended meanwhile.
 */
bool tsec_daemon_pend(struct tsec_session *session)
{
	struct tsec_net *tn = session->tn;
	bool added = false;

	spin_lock_bh(&tn->lock);
	if (tn->daemon.port &&
	    tsec_session_advance(session, TSEC_STATE_CONNECTING,
				 TSEC_STATE_PENDING)) {
		list_add_tail(&session->pending, &tn->pending);
		tsec_session_get(session);
		added = true;
	}
	spin_unlock_bh(&tn->lock);
	return added;
}

/**
 * tsec_daemon_withdraw() - offer a session to no daemon any more
 * @session: the session; nothing happens unless it waits to be claimed
 *
 * Context: process context.
 */
void tsec_daemon_withdraw(struct tsec_session *session)
{
	struct tsec_net *tn = session->tn;
	bool listed;

	spin_lock_bh(&tn->lock);
	listed = !list_empty(&session->pending);
	list_del_init(&session->pending);
	spin_unlock_bh(&tn->lock);
	if (listed)
		tsec_session_put(session);
}

static struct tsec_session *pending_find(struct tsec_net *tn, u32 id)
{
	struct tsec_session *session;

	list_for_each_entry(session, &tn->pending, pending)
		if (!id || session->id == id)
			return session;
	return NULL;
}

/* Its handshakes go on, and its program has not closed it. */
static bool is_alive(const struct tsec_session *session)
{
	return tsec_session_stays(session) && tsec_session_open(session) &&
	       READ_ONCE(session->inner);
}

/* Under the lock.  Whoever has it may be about to let go of it. */
static bool is_free(struct tsec_session *session)
{
	if (!test_bit(TSEC_SESSION_HELD, &session->flags))
		return true;
	set_bit(TSEC_SESSION_OWED, &session->flags);
	return false;
}

/**
 * tsec_daemon_offer() - have a daemon take up handshakes that go on
 * @session: a session; nothing happens unless it is open and its handshakes
 *	go on, or if there is no daemon
 *
 * What a daemon has already is offered once that lets go of it.
 *
 * If that comes to nothing, it would the next time: a daemon is offered a
 * session once for each key.
 *
 * Context: process context.
 */
void tsec_daemon_offer(struct tsec_session *session)
{
	struct tsec_net *tn = session->tn;
	bool added;

	spin_lock_bh(&tn->lock);
	added = tn->daemon.port && list_empty(&session->pending) &&
		is_alive(session) && is_free(session) &&
		!test_and_set_bit(TSEC_SESSION_OFFERED, &session->flags);
	if (added)
		list_add_tail(&tsec_session_get(session)->pending,
			      &tn->pending);
	spin_unlock_bh(&tn->lock);
	if (added)
		tsec_event_handshake(session);
}

/**
 * tsec_daemon_release() - the daemon that had a session has it no longer
 * @session: the session
 *
 * If somebody wanted one to take it up meanwhile, or new keys were asked for
 * and the daemon has gone without having heard it, another one may.
 *
 * Context: process context.
 */
void tsec_daemon_release(struct tsec_session *session)
{
	struct tsec_net *tn = session->tn;
	bool owed;

	/* Who asks later finds it free, who asked before has left word. */
	spin_lock_bh(&tn->lock);
	clear_bit(TSEC_SESSION_HELD, &session->flags);
	owed = test_and_clear_bit(TSEC_SESSION_OWED, &session->flags) ||
	       tsec_session_asks(session);
	spin_unlock_bh(&tn->lock);
	if (owed)
		tsec_daemon_offer(session);
}

/* Sessions outlive the daemon that has made them. */
static void orphans_offer(struct tsec_net *tn)
{
	struct tsec_session *session;
	unsigned long id = 0;

	while ((session = tsec_session_next(tn, &id))) {
		clear_bit(TSEC_SESSION_OFFERED, &session->flags);
		tsec_daemon_offer(session);
		tsec_session_put(session);
		id++;
		cond_resched();
	}
}

/* Nobody else gets it as well: HELD is set under the lock. */
static struct tsec_session *pending_take(struct tsec_net *tn, u32 id)
{
	struct tsec_session *session;

	spin_lock_bh(&tn->lock);
	session = pending_find(tn, id);
	if (session) {
		list_del_init(&session->pending);
		set_bit(TSEC_SESSION_HELD, &session->flags);
	}
	spin_unlock_bh(&tn->lock);
	return session;
}

/**
 * tsec_daemon_unclaim() - count a session as claimed no longer
 * @session: the session; nothing happens unless it is counted
 *
 * Context: Any.
 */
void tsec_daemon_unclaim(struct tsec_session *session)
{
	if (test_and_clear_bit(TSEC_SESSION_CLAIMED, &session->flags))
		atomic_dec(&session->tn->running);
}

/*
 * False if it has ended meanwhile.  It is counted first, so that whoever ends
 * it later finds it counted.
 */
static bool claim(struct tsec_session *session)
{
	atomic_inc(&session->tn->running);
	set_bit(TSEC_SESSION_CLAIMED, &session->flags);
	if (tsec_session_advance(session, TSEC_STATE_PENDING,
				 TSEC_STATE_HANDSHAKE))
		return true;
	tsec_daemon_unclaim(session);
	return is_alive(session);
}

/**
 * tsec_daemon_claim() - give a pending handshake to the daemon
 * @tn: the network namespace's state
 * @id: which one, 0 for the oldest
 *
 * Return: the session in state HANDSHAKE, or an open one whose handshakes go
 * on, with a reference; NULL if there is none, or it has ended meanwhile.
 */
struct tsec_session *tsec_daemon_claim(struct tsec_net *tn, u32 id)
{
	struct tsec_session *session;

	do {
		session = pending_take(tn, id);
		if (!session || claim(session))
			return session;
		tsec_session_put(session);
	} while (!id);
	return NULL;
}

/**
 * tsec_daemon_register() - a daemon takes over the handshakes of a namespace
 * @tn: the network namespace's state
 * @port: its netlink port id
 * @version: what it calls itself
 *
 * Open sessions whose handshakes go on are offered to it.
 *
 * Context: process context.
 * Return: 0 or -EBUSY if another daemon is there.
 */
int tsec_daemon_register(struct tsec_net *tn, u32 port, const char *version)
{
	int err = -EBUSY;

	spin_lock_bh(&tn->lock);
	if (!tn->daemon.port) {
		WRITE_ONCE(tn->daemon.port, port);
		tn->daemon.since = ktime_get_boottime_seconds();
		strscpy(tn->daemon.version, version,
			sizeof(tn->daemon.version));
		err = 0;
	}
	spin_unlock_bh(&tn->lock);
	if (err)
		return err;
	tsec_event_daemon(tn);
	orphans_offer(tn);
	return 0;
}

/**
 * tsec_daemon_unregister() - a daemon's netlink socket was closed
 * @tn: the network namespace's state
 * @port: the socket's port id; nothing happens unless it is the daemon's
 *
 * Handshakes that it had not claimed fail at once: nobody is left to run
 * them.  Open sessions do not notice.
 *
 * Context: process context.
 */
void tsec_daemon_unregister(struct tsec_net *tn, u32 port)
{
	struct tsec_session *session;

	spin_lock_bh(&tn->lock);
	if (tn->daemon.port != port) {
		spin_unlock_bh(&tn->lock);
		return;
	}
	WRITE_ONCE(tn->daemon.port, 0);
	spin_unlock_bh(&tn->lock);

	while ((session = tsec_daemon_claim(tn, 0))) {
		tsec_handshake_abandon(session);
		tsec_session_put(session);
	}
	tsec_event_daemon(tn);
}
