// SPDX-License-Identifier: GPL-2.0
/*
 * What control records mean for a session: key updates, alerts, its end.
 *
 * Sending anything takes tx.lock, which a program that waits for room in its
 * send buffer may hold for long.  A receiver never waits for it: it leaves a
 * note in the session's flags, and whoever holds the lock sends what is owed
 * when letting go.
 */
#include <linux/slab.h>
#include <net/tcp.h>

#include "channel.h"
#include "compat.h"
#include "control.h"
#include "event.h"
#include "ktls.h"
#include "net.h"
#include "stream.h"
#include "trace.h"

enum control_limits {
	CONTROL_UPDATES_MAX = 16,	/* own, without data between them */
};

static u64 half_records(const struct tsec_half *half)
{
	return READ_ONCE(half->next) - half->key.seq;
}

/**
 * tsec_control_watch() - set the marks that the data path looks at
 * @half: the direction, its key just installed
 */
void tsec_control_watch(struct tsec_half *half)
{
	half->next = half->key.seq;
	tsec_watch_begin(&half->watch, &half->key.limits,
			 atomic64_read(&half->bytes));
}

/* A key without a secret, or inside a device, stays the only one. */
static bool half_renewable(struct tsec_session *session,
			   enum tsec_direction direction)
{
	const struct tsec_half *half;

	half = tsec_session_half(session, direction);
	return tsec_key_renewable(&half->key) &&
	       tsec_ktls_replaceable(session->inner, direction);
}

/*
 * Make the next key and hand it over.  The old one is of no use any more once
 * the KeyUpdate is out (or in), so a failure ends the session.
 */
static int half_renew(struct tsec_session *session,
		      enum tsec_direction direction)
{
	struct tsec_half *half;
	int err;

	half = tsec_session_half(session, direction);
	err = session->record->renew(&half->key);
	if (!err)
		err = tsec_ktls_replace(session->inner, direction, &half->key);
	tsec_key_forget(&half->key);
	if (err) {
		TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_UPDATES_FAILED);
		tsec_session_fail(session, EKEYEXPIRED,
				  "cannot renew the %s key: error %d",
				  direction == TSEC_DIR_TX ? "sending" :
							     "receiving", -err);
		return -EKEYEXPIRED;
	}
	tsec_control_watch(half);
	trace_tsec_key_renewed(session, direction, half->key.epoch);
	return 0;
}

/*
 * A key that has sealed nothing yet is as good as the next one, and a peer
 * takes too many updates in a row for a flood (as this end does, record/tls.c).
 */
static bool update_needless(struct tsec_session *session, bool request)
{
	struct tsec_half *tx = &session->tx;

	if (tsec_ktls_seq(session->inner, TSEC_DIR_TX) != tx->key.seq)
		session->tx_updates = 0;
	return !request && session->tx_updates >= CONTROL_UPDATES_MAX;
}

/**
 * tsec_control_tx_error() - take an error of the inner socket's sendmsg
 * @session: an open session
 * @err: the error
 *
 * What a record that could not be sealed was to carry is gone, earlier calls'
 * data included, so the stream cannot go on.
 *
 * Context: process context; the caller holds tx.lock.
 * Return: the error for the program.
 */
int tsec_control_tx_error(struct tsec_session *session, int err)
{
	if (err != -EBADMSG || !tsec_ktls_unsealed(session->inner))
		return err;
	tsec_session_fail(session, ENOMEM, "no memory to seal a record");
	return -session->status;
}

static int control_send(struct tsec_session *session, u8 type,
			const u8 *message, size_t len)
{
	int err = tsec_ktls_control_send(session->inner, type, message, len);

	return err ? tsec_control_tx_error(session, err) : 0;
}

/**
 * tsec_control_key_update() - renew the sending key (RFC 8446 section 4.6.3)
 * @session: an open session
 * @request: ask the peer to renew its own as well
 *
 * Context: process context; the caller holds tx.lock.
 * Return: 0, also if there is no need; -EOPNOTSUPP if the key cannot renew
 * itself, or another negative errno.
 */
int tsec_control_key_update(struct tsec_session *session, bool request)
{
	u8 message[TSEC_RECORD_CONTROL_MAX], type;
	size_t len;
	int err;

	if (!half_renewable(session, TSEC_DIR_TX))
		return -EOPNOTSUPP;
	if (test_bit(TSEC_SESSION_CLOSED, &session->flags))
		return -EPIPE;
	/* One request is enough until it is answered. */
	request = request && !test_bit(TSEC_SESSION_UPDATE_ASKED,
				       &session->flags);
	if (update_needless(session, request))
		return 0;

	len = session->record->build_key_update(message, &type, request);
	err = control_send(session, type, message, len);
	if (err)
		return err;
	err = half_renew(session, TSEC_DIR_TX);
	if (err)
		return err;
	session->tx_updates++;
	tsec_stream_prompt(session);
	if (request) {
		set_bit(TSEC_SESSION_UPDATE_ASKED, &session->flags);
		tsec_tls_update_asked(&session->reader);
	}
	clear_bit(TSEC_SESSION_TX_SOFT_TOLD, &session->flags);
	TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_UPDATES_SENT);
	tsec_event_key(session, TSEC_DIR_TX, TSEC_KEY_RENEWED_LOCAL);
	return 0;
}

static void update_owed_send(struct tsec_session *session)
{
	bool ask;

	if (!test_and_clear_bit(TSEC_SESSION_UPDATE_OWED, &session->flags))
		return;
	ask = test_and_clear_bit(TSEC_SESSION_UPDATE_ASK, &session->flags);
	if (session->status || !session->inner)
		return;
	tsec_control_key_update(session, ask);
}

static void alert_owed_send(struct tsec_session *session)
{
	u8 message[TSEC_TLS_ALERT_LEN];
	size_t len;

	if (!test_and_clear_bit(TSEC_SESSION_ALERT_OWED, &session->flags) ||
	    !session->inner)
		return;
	len = tsec_tls_build_alert(message, session->alert);
	/* The session has an error of its own: this one says nothing new. */
	if (!tsec_ktls_control_send(session->inner, TSEC_TLS_RECORD_ALERT,
				    message, len))
		TSEC_INC_STATS(session->tn, TSEC_STAT_ALERTS_SENT);
}

/**
 * tsec_control_flush() - send what is owed, unless somebody else will
 * @session: the session
 *
 * Context: process context, tx.lock not held.
 */
void tsec_control_flush(struct tsec_session *session)
{
	/* Pairs with the holder's, in tsec_control_tx_unlock(). */
	smp_mb();
	while (tsec_control_owed(session)) {
		if (!mutex_trylock(&session->tx.lock))
			return;
		update_owed_send(session);
		alert_owed_send(session);
		mutex_unlock(&session->tx.lock);
		/* As before the first look. */
		smp_mb();
	}
}

/**
 * tsec_control_tx_unlock() - release tx.lock, and send what was left to it
 * @session: the session, whose tx.lock the caller holds
 *
 * Whoever found the lock taken has left to its holder what is owed.
 *
 * Context: process context.
 */
void tsec_control_tx_unlock(struct tsec_session *session)
{
	mutex_unlock(&session->tx.lock);
	tsec_control_flush(session);
}

/**
 * tsec_control_alert() - tell the peer why the session ends
 * @session: the session, failed or about to
 * @description: the alert (RFC 8446 section 6)
 *
 * Context: process context, tx.lock not held.
 */
void tsec_control_alert(struct tsec_session *session, u8 description)
{
	session->alert = description;
	set_bit(TSEC_SESSION_ALERT_OWED, &session->flags);
	tsec_control_flush(session);
}

/**
 * tsec_control_close() - send the authenticated end, once
 * @session: an open session
 *
 * Context: process context; the caller holds tx.lock.
 * Return: 0, also if it was sent before, or a negative errno.
 */
int tsec_control_close(struct tsec_session *session)
{
	u8 message[TSEC_RECORD_CONTROL_MAX], type;
	size_t len;
	int err;

	if (test_bit(TSEC_SESSION_CLOSED, &session->flags))
		return 0;
	len = session->record->build_close(message, &type);
	err = control_send(session, type, message, len);
	if (err)
		return err;
	set_bit(TSEC_SESSION_CLOSED, &session->flags);
	TSEC_INC_STATS(session->tn, TSEC_STAT_CLOSE_NOTIFY_SENT);
	return 0;
}

static int fail_protocol(struct tsec_session *session,
			 const struct tsec_record_event *ev)
{
	TSEC_INC_STATS(session->tn, TSEC_STAT_PROTOCOL_ERRORS);
	tsec_session_fail(session, EPROTO, "the peer broke the protocol: %s",
			  ev->why);
	tsec_control_alert(session, ev->alert);
	return -EPROTO;
}

static void take_close(struct tsec_session *session)
{
	TSEC_INC_STATS(session->tn, TSEC_STAT_CLOSE_NOTIFY_RECEIVED);
	set_bit(TSEC_SESSION_PEER_CLOSED, &session->flags);
}

static int take_alert(struct tsec_session *session,
		      const struct tsec_record_event *ev)
{
	int err = tsec_tls_alert_errno(ev->alert);

	TSEC_INC_STATS(session->tn, TSEC_STAT_ALERTS_RECEIVED);
	if (!ev->fatal)
		return 0;
	err = err < 0 ? -err : err;
	tsec_session_fail(session, err, "the peer sent the alert %s",
			  tsec_tls_alert_name(ev->alert));
	return -err;
}

static int take_key_update(struct tsec_session *session,
			   const struct tsec_record_event *ev)
{
	int err = half_renew(session, TSEC_DIR_RX);

	if (err)
		return err;
	clear_bit(TSEC_SESSION_UPDATE_ASKED, &session->flags);
	TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_UPDATES_RECEIVED);
	tsec_event_key(session, TSEC_DIR_RX, TSEC_KEY_RENEWED_PEER);
	if (ev->requested)
		set_bit(TSEC_SESSION_UPDATE_OWED, &session->flags);
	return 0;
}

static void take_handshake(struct tsec_session *session,
			   const struct tsec_record_event *ev)
{
	if (tsec_channel_pass(session, ev->data, ev->len))
		TSEC_INC_STATS(session->tn, TSEC_STAT_TICKETS_PASSED);
	else
		TSEC_INC_STATS(session->tn, TSEC_STAT_TICKETS_DROPPED);
}

/**
 * tsec_control_take() - do what a control record asks for
 * @session: an open session
 * @ev: the event
 *
 * Context: process context.
 * Return: 0, or the negative errno that ended the session.
 */
int tsec_control_take(struct tsec_session *session,
		      const struct tsec_record_event *ev)
{
	switch (ev->type) {
	case TSEC_RECORD_CLOSE:
		take_close(session);
		return 0;
	case TSEC_RECORD_ALERT:
		return take_alert(session, ev);
	case TSEC_RECORD_KEY_UPDATE:
		return take_key_update(session, ev);
	case TSEC_RECORD_HANDSHAKE:
		take_handshake(session, ev);
		return 0;
	case TSEC_RECORD_REPLY:
		session->alert = ev->alert;
		set_bit(TSEC_SESSION_ALERT_OWED, &session->flags);
		return 0;
	}
	return 0;
}

static int take_record(struct tsec_session *session, u8 type, const u8 *data,
		       size_t len)
{
	struct tsec_record_input in = { .data = data, .len = len, .type = type };
	struct tsec_record_event ev;
	int ret;

	TSEC_INC_STATS(session->tn, TSEC_STAT_CONTROL_RECORDS);
	while ((ret = session->record->control(&session->reader, &in, &ev)) > 0) {
		ret = tsec_control_take(session, &ev);
		if (ret)
			return ret;
	}
	return ret == -EPROTO ? fail_protocol(session, &ev) : ret;
}

/* Data between control records ends a flood, or breaks a split message. */
static int note_data(struct tsec_session *session)
{
	struct tsec_record_event ev;
	u64 sent = atomic64_read(&session->tx.bytes);
	u64 received = atomic64_read(&session->rx.bytes);
	int ret;

	if (sent != session->tx_seen)
		tsec_tls_data_sent(&session->reader);
	session->tx_seen = sent;
	if (received == session->rx_seen)
		return 0;
	session->rx_seen = received;
	ret = session->record->data(&session->reader, &ev);
	return ret == -EPROTO ? fail_protocol(session, &ev) : ret;
}

/*
 * The record stays at the head of kTLS's list until it has been dealt with:
 * no other reader gets past it, and nothing is lost if memory runs out.
 */
static int receive_locked(struct tsec_session *session, u8 *buf)
{
	u8 type;
	int len, ret;

	len = tsec_ktls_control_recv(session->inner, &type, buf,
				     TSEC_TLS_PAYLOAD_MAX, MSG_PEEK);
	if (!type || type == TSEC_TLS_RECORD_DATA)
		return 0;	/* another reader was faster */
	if (len < 0)
		return len;
	ret = note_data(session);
	if (!ret)
		ret = take_record(session, type, buf, len);
	if (ret == -ENOMEM)
		return ret;
	tsec_ktls_control_recv(session->inner, &type, buf,
			       TSEC_TLS_PAYLOAD_MAX, 0);
	WRITE_ONCE(session->rx.next,
		   tsec_ktls_seq(session->inner, TSEC_DIR_RX));
	return ret;
}

/**
 * tsec_control_receive() - deal with the control record that readers met
 * @session: an open session, whose inner recvmsg() said -EIO
 *
 * Context: process context, no locks held.
 * Return: 0 to go on reading, or the negative errno that ended the session;
 * -ENOMEM leaves it as it was.
 */
int tsec_control_receive(struct tsec_session *session)
{
	u8 *buf = kmalloc(TSEC_TLS_PAYLOAD_MAX, GFP_KERNEL);
	int ret;

	if (!buf)
		return -ENOMEM;
	mutex_lock(&session->rx.lock);
	ret = receive_locked(session, buf);
	mutex_unlock(&session->rx.lock);
	kfree_sensitive(buf);
	tsec_control_flush(session);
	return ret;
}

/**
 * tsec_control_expire() - a key has reached its hard limit: fail closed
 * @session: an open session
 * @direction: which key
 *
 * Context: process context.
 * Return: -EKEYEXPIRED.
 */
int tsec_control_expire(struct tsec_session *session,
			enum tsec_direction direction)
{
	TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_LIMIT_HARD);
	if (tsec_session_fail(session, EKEYEXPIRED,
			      "the %s key has reached its hard limit",
			      direction == TSEC_DIR_TX ? "sending" :
							 "receiving"))
		tsec_event_key(session, direction, TSEC_KEY_EXPIRED);
	return -EKEYEXPIRED;
}

/**
 * tsec_control_rekey_needed() - a key that cannot renew itself nears its end
 * @session: an open session
 * @direction: which key
 *
 * Told once for each key.
 *
 * Context: process context.
 */
void tsec_control_rekey_needed(struct tsec_session *session,
			       enum tsec_direction direction)
{
	if (test_and_set_bit(tsec_session_soft_told(direction),
			     &session->flags))
		return;
	TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_LIMIT_SOFT);
	tsec_event_key(session, direction, TSEC_KEY_REKEY_NEEDED);
	if (session->record->stays)
		tsec_channel_ask(session);
}

static enum tsec_key_verdict half_check(struct tsec_half *half)
{
	return tsec_watch_check(&half->watch, &half->key, half_records(half),
				atomic64_read(&half->bytes));
}

/* How much goes out before the key has to be looked at again. */
static size_t tx_room(const struct tsec_half *tx)
{
	const struct tsec_limits *limits = &tx->key.limits;
	u64 budget = tsec_key_budget(&tx->key, half_records(tx));
	u64 room = SIZE_MAX, left;

	if (budget < SIZE_MAX / TSEC_TLS_PAYLOAD_MAX)
		room = max(budget, 1ULL) * TSEC_TLS_PAYLOAD_MAX;
	if (limits->hard_bytes) {
		left = limits->hard_bytes - tsec_half_bytes(tx);
		room = min(room, left);
	}
	return room;
}

/**
 * tsec_control_tx_due() - let the sending key be used once more, or renew it
 * @session: an open session
 * @len: payload that is to be sent
 * @room: set to how much of it may go out before the next look
 *
 * Context: process context; the caller holds tx.lock.
 * Return: 0, or -EKEYEXPIRED past the hard limit: the session has failed.
 */
int tsec_control_tx_due(struct tsec_session *session, size_t len, size_t *room)
{
	struct tsec_half *tx = &session->tx;
	enum tsec_key_verdict verdict;
	int err = 0;

	tx->next = tsec_ktls_seq(session->inner, TSEC_DIR_TX);
	verdict = half_check(tx);
	if (verdict == TSEC_KEY_HARD)
		return tsec_control_expire(session, TSEC_DIR_TX);
	if (verdict == TSEC_KEY_SOFT) {
		if (half_renewable(session, TSEC_DIR_TX)) {
			TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_LIMIT_SOFT);
			err = tsec_control_key_update(session, false);
		} else {
			tsec_control_rekey_needed(session, TSEC_DIR_TX);
		}
	}
	*room = tx_room(tx);
	return err;
}

/**
 * tsec_control_rx_due() - let the receiving key be used once more
 * @session: an open session
 *
 * At the soft limit the peer is asked to renew its key.
 *
 * Context: process context, no locks held.
 * Return: 0, or -EKEYEXPIRED past the hard limit: the session has failed.
 */
int tsec_control_rx_due(struct tsec_session *session)
{
	struct tsec_half *rx = &session->rx;

	switch (half_check(rx)) {
	case TSEC_KEY_HARD:
		return tsec_control_expire(session, TSEC_DIR_RX);
	case TSEC_KEY_SOFT:
		if (!half_renewable(session, TSEC_DIR_RX)) {
			tsec_control_rekey_needed(session, TSEC_DIR_RX);
			break;
		}
		if (test_bit(TSEC_SESSION_UPDATE_ASKED, &session->flags))
			break;
		TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_LIMIT_SOFT);
		set_bit(TSEC_SESSION_UPDATE_ASK, &session->flags);
		set_bit(TSEC_SESSION_UPDATE_OWED, &session->flags);
		tsec_control_flush(session);
		break;
	case TSEC_KEY_OK:
		break;
	}
	return 0;
}
