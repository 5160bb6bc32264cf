// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes: from a connected transport to keys in place.
 *
 * A session goes CONNECTING -> PENDING (the daemon has been told) ->
 * HANDSHAKE (the daemon has its channel) -> ESTABLISHED, or FAILED from any of
 * them.  Each step has an owner and a time limit; whoever moves the session
 * out of a state has the right to go on with it, all others find it gone.
 */
#include <linux/slab.h>
#include <net/tcp.h>

#include "compat.h"
#include "control.h"
#include "daemon.h"
#include "event.h"
#include "handshake.h"
#include "inner.h"
#include "listener.h"
#include "net.h"
#include "profile_keys.h"
#include "trace.h"

static void timeout_work(struct work_struct *work)
{
	struct tsec_session *session = container_of(to_delayed_work(work),
						    struct tsec_session,
						    timeout);

	tsec_session_give_up(session, ETIMEDOUT,
			     "the handshake took longer than %u ms",
			     READ_ONCE(session->tn->handshake_timeout_ms));
	tsec_session_put(session);
}

static void timeout_disarm(struct tsec_session *session)
{
	if (cancel_delayed_work(&session->timeout))
		tsec_session_put(session);
}

static void timeout_arm(struct tsec_session *session)
{
	unsigned int ms = READ_ONCE(session->tn->handshake_timeout_ms);

	session->deadline = ktime_add_ms(ktime_get(), ms);
	tsec_session_get(session);
	if (!queue_delayed_work(tsec_wq, &session->timeout,
				msecs_to_jiffies(ms)))
		tsec_session_put(session);
	/* Who has ended it meanwhile found nothing to disarm. */
	if (!tsec_session_busy(session))
		timeout_disarm(session);
}

/* Called by the inner socket, in softirq: hand over to process context. */
static void inner_event(struct sock *isk)
{
	struct tsec_session *session;

	read_lock_bh(&isk->sk_callback_lock);
	session = isk->sk_user_data;
	if (session)
		tsec_session_queue(session, &session->work);
	read_unlock_bh(&isk->sk_callback_lock);
}

static void state_change(struct sock *isk)
{
	if (isk->sk_state != TCP_SYN_SENT && isk->sk_state != TCP_SYN_RECV)
		inner_event(isk);
}

static void data_ready(struct sock *isk)
{
	inner_event(isk);
}

static void callbacks_hook(struct tsec_session *session)
{
	struct sock *isk = session->inner->sk;

	write_lock_bh(&isk->sk_callback_lock);
	session->saved_state_change = isk->sk_state_change;
	session->saved_data_ready = isk->sk_data_ready;
	isk->sk_user_data = session;
	isk->sk_state_change = state_change;
	isk->sk_data_ready = data_ready;
	write_unlock_bh(&isk->sk_callback_lock);
}

/* True for the one who unhooks; it goes on with the session. */
static bool callbacks_unhook(struct tsec_session *session)
{
	struct sock *isk = session->inner->sk;
	bool hooked;

	write_lock_bh(&isk->sk_callback_lock);
	hooked = isk->sk_data_ready == data_ready;
	if (hooked) {
		isk->sk_user_data = NULL;
		isk->sk_state_change = session->saved_state_change;
		isk->sk_data_ready = session->saved_data_ready;
	}
	write_unlock_bh(&isk->sk_callback_lock);
	return hooked;
}

static void transport_fail(struct tsec_session *session, int err)
{
	if (err == -EINPROGRESS || err == -EALREADY)
		err = -ETIMEDOUT;
	tsec_session_fail(session, -err, "cannot connect to the peer");
}

/*
 * A second connect() tells how the first one ended, and moves the inner
 * socket to its connected state.
 */
static int transport_result(struct tsec_session *session)
{
	struct socket *inner = session->inner;

	if (session->role == TSEC_ROLE_SERVER)
		return inner->sk->sk_state == TCP_ESTABLISHED ||
		       inner->sk->sk_state == TCP_CLOSE_WAIT ? 0 : -ECONNRESET;
	return inner->ops->connect(inner, &session->remote.sa,
				   sizeof(session->remote), O_NONBLOCK);
}

static void step_work(struct work_struct *work)
{
	struct tsec_session *session = container_of(work, struct tsec_session,
						    work);
	int err;

	if (!callbacks_unhook(session))
		goto put;
	err = transport_result(session);
	if (err)
		transport_fail(session, err);
	else
		tsec_handshake_start(session);
put:
	tsec_session_put(session);
}

/**
 * tsec_handshake_init() - prepare the parts of a session that serve here
 * @session: a session just made
 */
void tsec_handshake_init(struct tsec_session *session)
{
	INIT_WORK(&session->work, step_work);
	INIT_DELAYED_WORK(&session->timeout, timeout_work);
}

/**
 * tsec_handshake_possible() - whether a handshake could begin now
 * @tn: the network namespace's state
 * @profile: the profile it would use
 * @protocol: enum tsec_protocol of the session
 *
 * Return: false if it needs a daemon and there is none, or none that knows
 * the protocol.
 */
bool tsec_handshake_possible(struct tsec_net *tn,
			     const struct tsec_profile *profile, u8 protocol)
{
	if (profile->settings.manual)
		return true;
	return READ_ONCE(tn->daemon.port) &&
	       tsec_record_ops_find(protocol)->handshake;
}

/**
 * tsec_handshake_prepare() - freeze the settings of a session
 * @session: a session just made
 * @app: what the program set by socket options
 *
 * Return: 0, -EPROTONOSUPPORT if nothing is left that both the profile and
 * the program allow, -EPERM if the program asks for less than the profile,
 * -ENOMEM.
 */
int tsec_handshake_prepare(struct tsec_session *session,
			   const struct tsec_overrides *app)
{
	int err;

	err = tsec_overrides_copy(&session->app, app);
	if (err)
		return err;
	return tsec_settings_narrow(&session->settings,
				    &session->profile->settings, app,
				    session->role);
}

static bool handshake_count(struct tsec_session *session)
{
	struct tsec_net *tn = session->tn;

	if (atomic_inc_return(&tn->handshakes) > READ_ONCE(tn->max_handshakes)) {
		atomic_dec(&tn->handshakes);
		return false;
	}
	set_bit(TSEC_SESSION_COUNTED, &session->flags);
	return true;
}

static void handshake_uncount(struct tsec_session *session)
{
	if (test_and_clear_bit(TSEC_SESSION_COUNTED, &session->flags))
		atomic_dec(&session->tn->handshakes);
	tsec_daemon_unclaim(session);
}

/**
 * tsec_handshake_begin() - wait for the transport, then start the handshake
 * @session: a session in state CONNECTING, counted by no one yet
 *
 * A client waits for its connection, a server for the client's first bytes,
 * so that a silent client costs the daemon nothing.  Of datagrams the first
 * one is there already.
 *
 * Context: process context.
 */
void tsec_handshake_begin(struct tsec_session *session)
{
	struct sock *isk;

	if (session->dgram) {
		tsec_handshake_start(session);
		return;
	}
	/* The transport of a client has time limits of its own. */
	if (session->role == TSEC_ROLE_SERVER)
		timeout_arm(session);
	/* From then on others may open the session, and close it again. */
	isk = session->inner->sk;
	sock_hold(isk);
	callbacks_hook(session);
	/* What came before the callbacks were there has called nobody. */
	if (session->role == TSEC_ROLE_SERVER &&
	    (tcp_inq(isk) || session->settings.manual ||
	     isk->sk_state != TCP_ESTABLISHED))
		inner_event(isk);
	sock_put(isk);
}

/* Keys of a session that could not open have sealed nothing. */
static int manual_open(struct tsec_session *session, u32 serial,
		       const char **why)
{
	struct tsec_key tx = session->tx.key, rx = session->rx.key;
	int err = tsec_handshake_open(session, why);

	/* -ESTALE: it was open for a moment. */
	if (err && err != -ESTALE)
		tsec_profile_keys_return(session->profile, &tx, &rx, serial);
	tsec_key_wipe(&tx);
	tsec_key_wipe(&rx);
	return err;
}

static void manual_start(struct tsec_session *session)
{
	const char *why;
	u32 serial;
	int err;

	err = tsec_profile_keys_take(session->profile, session->protocol,
				     &session->tx.key, &session->rx.key,
				     &serial, &why);
	if (err) {
		tsec_session_fail(session, -err, "profile %s: %s",
				  session->profile->name, why);
		return;
	}
	set_bit(TSEC_SESSION_MANUAL, &session->flags);
	if (!tsec_session_advance(session, TSEC_STATE_CONNECTING,
				  TSEC_STATE_HANDSHAKE))
		return;
	err = manual_open(session, serial, &why);
	if (err)
		tsec_session_fail(session, -err, "%s", why);
}

static void daemon_start(struct tsec_session *session)
{
	struct tsec_net *tn = session->tn;

	if (!handshake_count(session)) {
		TSEC_INC_STATS(tn, TSEC_STAT_HANDSHAKES_REFUSED);
		tsec_session_fail(session, EUSERS,
				  "too many handshakes: net.tsec.max_handshakes");
		return;
	}
	if (!tsec_daemon_pend(session)) {
		if (!READ_ONCE(tn->daemon.port))
			TSEC_INC_STATS(tn, TSEC_STAT_HANDSHAKES_NO_DAEMON);
		tsec_session_fail(session, EUNATCH, "no daemon is registered");
		/* If it had ended before that, it was not counted then. */
		handshake_uncount(session);
		return;
	}
	TSEC_INC_STATS(tn, TSEC_STAT_HANDSHAKES_STARTED);
	trace_tsec_handshake_start(session);
	tsec_event_handshake(session);
}

/**
 * tsec_handshake_start() - the transport is ready: get keys
 * @session: a session in state CONNECTING
 *
 * Context: process context.
 */
void tsec_handshake_start(struct tsec_session *session)
{
	const char *why;
	int err;

	if (!session->deadline)
		timeout_arm(session);
	tsec_session_addresses(session);
	err = session->transport->prepare(session, &why);
	if (err) {
		tsec_session_fail(session, -err, "%s", why);
		return;
	}
	if (session->settings.manual)
		manual_start(session);
	else
		daemon_start(session);
}

/* What only the handshake needed goes as soon as that is over; tx.lock held. */
static void handshake_forget(struct tsec_session *session)
{
	/* The next daemon needs it as well. */
	if (tsec_session_stays(session))
		return;
	tsec_settings_free(&session->settings);
	tsec_overrides_free(&session->app);
}

static void time_taken(struct tsec_session *session)
{
	s64 us = ktime_us_delta(ktime_get(), session->born);

	session->handshake_us = min_t(s64, us, U32_MAX);
}

/**
 * tsec_handshake_open() - the keys are in: open the session
 * @session: a session in state HANDSHAKE with a key for each direction
 * @why: set to the reason of a failure
 *
 * Context: process context.
 * Return: 0, -ESTALE if the handshake has ended meanwhile, or what the
 * transport's open() returns.
 */
int tsec_handshake_open(struct tsec_session *session, const char **why)
{
	int err = -ESTALE;

	*why = "the handshake has ended already";
	mutex_lock(&session->tx.lock);
	mutex_lock(&session->rx.lock);
	if (tsec_session_state(session) == TSEC_STATE_HANDSHAKE)
		err = session->transport->open(session, why);
	if (!err) {
		time_taken(session);
		if (!tsec_session_advance(session, TSEC_STATE_HANDSHAKE,
					  TSEC_STATE_ESTABLISHED))
			err = -ESTALE;
	}
	if (!err)
		handshake_forget(session);
	mutex_unlock(&session->rx.lock);
	tsec_control_tx_unlock(session);
	if (err)
		return err;

	if (session->transport->opened)
		session->transport->opened(session);
	handshake_uncount(session);
	timeout_disarm(session);
	trace_tsec_handshake_done(session);
	tsec_event_session(session, TSEC_CMD_SESSION_NEW_NTF);
	tsec_session_wake(session);
	tsec_listener_ready(session);
	/* Last: a session that is counted can be accepted. */
	TSEC_INC_STATS(session->tn, TSEC_STAT_SESSIONS_OPENED);
	return 0;
}

static enum tsec_stat failure_counter(int err)
{
	switch (err) {
	case ETIMEDOUT:
		return TSEC_STAT_HANDSHAKES_TIMED_OUT;
	case ECONNABORTED:
		return TSEC_STAT_HANDSHAKES_CANCELED;
	case EALREADY:
		return TSEC_STAT_HANDSHAKES_JOINED;
	case EUNATCH:
		return TSEC_STAT_DAEMON_LOST;
	default:
		return TSEC_STAT_HANDSHAKES_FAILED;
	}
}

/**
 * tsec_handshake_failed() - tidy up after a handshake that came to nothing
 * @session: a session that has just gone to FAILED
 * @err: its status
 *
 * Context: process context.
 */
void tsec_handshake_failed(struct tsec_session *session, int err)
{
	/* Who raises EUSERS has counted the reason. */
	if (test_bit(TSEC_SESSION_COUNTED, &session->flags) && err != EUSERS)
		TSEC_INC_STATS(session->tn, failure_counter(err));
	callbacks_unhook(session);
	tsec_daemon_withdraw(session);
	handshake_uncount(session);
	timeout_disarm(session);
	tsec_listener_forget(session);
}

/**
 * tsec_handshake_abandon() - the daemon has closed its channel, or gets none
 * @session: the session; if it is open it goes on, without new keys unless
 *	it is offered to a daemon again
 *
 * Context: process context.
 */
void tsec_handshake_abandon(struct tsec_session *session)
{
	tsec_daemon_release(session);
	if (tsec_session_busy(session))
		tsec_session_give_up(session, EUNATCH,
				     "the daemon went away during the handshake");
}

/**
 * tsec_handshake_time_left() - how long the handshake may still take
 * @session: the session
 *
 * Return: milliseconds, at least 1.
 */
u32 tsec_handshake_time_left(const struct tsec_session *session)
{
	return max_t(s64, 1, ktime_ms_delta(session->deadline, ktime_get()));
}
