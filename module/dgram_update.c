// SPDX-License-Identifier: GPL-2.0
/*
 * What DTLS 1.3 has to say in an open session: each message is repeated until
 * the peer has acknowledged it (RFC 9147 section 5.8.4), and the next one has
 * to wait for that.
 *
 * Keys renew themselves (section 8), and take up new connection IDs as they do
 * (section 9).
 *
 * This end says that its next key comes, in a KeyUpdate that it repeats until
 * the peer has acknowledged it, and only then uses that key.  The peer does
 * the same: its next key is there before the acknowledgment is sent, and the
 * ones before it go on opening what was under way (dgram_rekey.c).
 *
 * What the daemon has for the peer (NewSessionTicket) goes the same way; what
 * the peer has for it comes by the channel.
 *
 * All of it takes tx.lock and rx.lock, in this order, and a process: records
 * that are not data come here from the session's work.
 */
#include <linux/overflow.h>

#include "channel.h"
#include "compat.h"
#include "dgram.h"
#include "event.h"
#include "net.h"
#include "packet.h"
#include "record/dtls13.h"
#include "record/dtls13_message.h"
#include "record/tls.h"
#include "session.h"
#include "trace.h"

enum update_limits {
	RESEND_SECONDS		= 1,	/* RFC 9147 section 5.8.2, */
	RESEND_SECONDS_MAX	= 60,	/* doubled up to this */
};

static void lock(struct tsec_session *session)
{
	mutex_lock(&session->tx.lock);
	mutex_lock(&session->rx.lock);
}

static void unlock(struct tsec_session *session)
{
	mutex_unlock(&session->rx.lock);
	mutex_unlock(&session->tx.lock);
}

/* Its program may have closed it meanwhile, or said that it sends no more. */
static bool can_send(const struct tsec_session *session)
{
	return session->inner && tsec_session_open(session) &&
	       !test_bit(TSEC_SESSION_CLOSED, &session->flags);
}

static bool is_renewable(const struct tsec_session *session)
{
	return session->version == TSEC_VERSION_DTLS_1_3 &&
	       tsec_key_renewable(&session->tx.key);
}

static void resend_arm(struct tsec_session *session)
{
	struct tsec_dgram_update *update = &session->dgram->update;

	tsec_session_get(session);
	if (!queue_delayed_work(tsec_wq, &update->resend,
				update->wait_seconds * HZ))
		tsec_session_put(session);
}

static size_t message_build(const struct tsec_dgram_update *update, u8 *message)
{
	if (update->type == TSEC_DTLS13_NEW_IDS) {
		tsec_dtls13_new_ids_build(message, update->message_seq);
		return TSEC_DTLS13_NEW_IDS_LEN;
	}
	tsec_dtls13_key_update_build(message, update->message_seq,
				     update->request);
	return TSEC_DTLS13_KEY_UPDATE_LEN;
}

static bool ticket_send(struct tsec_session *session, u64 *seq)
{
	const struct tsec_dgram_update *update = &session->dgram->update;

	tsec_dtls13_message_number(update->ticket, update->message_seq);
	return tsec_dgram_send_message(session, TSEC_TLS_RECORD_HANDSHAKE,
				       update->ticket, update->ticket_len,
				       seq);
}

static bool message_send(struct tsec_session *session, u64 *seq)
{
	const struct tsec_dgram_update *update = &session->dgram->update;
	u8 message[TSEC_DTLS13_NEW_IDS_LEN];
	size_t len;

	if (update->type == TSEC_TLS_NEW_SESSION_TICKET)
		return ticket_send(session, seq);
	len = message_build(update, message);
	return tsec_dgram_send_message(session, TSEC_TLS_RECORD_HANDSHAKE,
				       message, len, seq);
}

/* What does not get out now is sent again when the time has come. */
static void update_send(struct tsec_session *session)
{
	struct tsec_dgram_update *update = &session->dgram->update;
	u64 seq;

	if (message_send(session, &seq))
		update->sent[update->times++ % TSEC_DGRAM_UPDATE_TIMES] = seq;
	resend_arm(session);
}

static void resend_work(struct work_struct *work)
{
	struct tsec_dgram_update *update =
		container_of(to_delayed_work(work), struct tsec_dgram_update,
			     resend);
	struct tsec_session *session =
		container_of(update, struct tsec_dgram, update)->session;

	lock(session);
	if (update->pending && can_send(session)) {
		update->wait_seconds = min_t(unsigned int, RESEND_SECONDS_MAX,
					     2 * update->wait_seconds);
		update_send(session);
	}
	unlock(session);
	tsec_session_put(session);
}

/**
 * tsec_dgram_update_init() - prepare for messages
 * @dgram: all zeros but for its session
 */
void tsec_dgram_update_init(struct tsec_dgram *dgram)
{
	INIT_DELAYED_WORK(&dgram->update.resend, resend_work);
}

/**
 * tsec_dgram_update_stop() - no message is sent any more
 * @session: a session that ends
 *
 * Context: process context.
 */
void tsec_dgram_update_stop(struct tsec_session *session)
{
	if (cancel_delayed_work(&session->dgram->update.resend))
		tsec_session_put(session);
}

static void ticket_free(struct tsec_dgram_update *update)
{
	kfree_sensitive(update->ticket);
	update->ticket = NULL;
}

/**
 * tsec_dgram_update_free() - undo tsec_dgram_update_init()
 * @dgram: no work looks at it any more
 */
void tsec_dgram_update_free(struct tsec_dgram *dgram)
{
	ticket_free(&dgram->update);
}

static void message_begin(struct tsec_session *session, u8 type, bool request)
{
	struct tsec_dgram_update *update = &session->dgram->update;

	WRITE_ONCE(update->pending, true);
	update->type = type;
	update->request = request;
	update->times = 0;
	update->wait_seconds = RESEND_SECONDS;
	update_send(session);
}

/* One at a time: another wish waits until this one is acknowledged. */
static void update_begin(struct tsec_session *session, bool request)
{
	struct tsec_dgram_update *update = &session->dgram->update;

	if (update->pending) {
		update->owed = true;
		update->ask |= request && !update->request;
		return;
	}
	if (request)
		set_bit(TSEC_SESSION_UPDATE_ASKED, &session->flags);
	message_begin(session, TSEC_TLS_KEY_UPDATE, request);
}

/**
 * tsec_dgram_key_update() - renew the sending key
 * @session: a session, open or not
 * @request: ask the peer to renew its own as well
 *
 * Context: process context.
 * Return: 0 once it is under way, -ENOTCONN, -EOPNOTSUPP if its keys cannot
 * renew themselves, -EPIPE after the end of the sending direction.
 */
int tsec_dgram_key_update(struct tsec_session *session, bool request)
{
	int err = 0;

	lock(session);
	if (!session->inner || !tsec_session_open(session))
		err = -ENOTCONN;
	else if (!is_renewable(session))
		err = -EOPNOTSUPP;
	else if (!can_send(session))
		err = -EPIPE;
	else
		update_begin(session, request);
	unlock(session);
	return err;
}

static int ticket_keep(struct tsec_dgram_update *update, const u8 *message,
		       size_t len)
{
	size_t room = TSEC_DTLS13_MESSAGE_HEADER + len;
	int err;

	update->ticket = kmalloc(room, GFP_KERNEL);
	if (!update->ticket)
		return -ENOMEM;
	err = tsec_dtls13_message_build(update->ticket, message, len);
	if (err)
		ticket_free(update);
	update->ticket_len = room - TSEC_TLS_MESSAGE_HEADER;
	return err;
}

/**
 * tsec_dgram_update_say() - send a message of the daemon's to the peer
 * @session: a session that has been opened
 * @message: the message, with the header that TLS gives it
 * @len: bytes of @message, TSEC_DGRAM_MESSAGE_MAX at most
 *
 * It is repeated until the peer has acknowledged it.
 *
 * Context: process context.
 * Return: 0 once it is under way, -EPIPE if the session does not send any
 * more, -EBUSY if there is such a message already, -EINVAL if it is malformed,
 * -ENOMEM.
 */
int tsec_dgram_update_say(struct tsec_session *session, const u8 *message,
			  size_t len)
{
	struct tsec_dgram_update *update = &session->dgram->update;
	int err;

	lock(session);
	if (!can_send(session) || !is_renewable(session))
		err = -EPIPE;
	else if (update->ticket)
		err = -EBUSY;
	else
		err = ticket_keep(update, message, len);
	if (!err && !update->pending)
		message_begin(session, TSEC_TLS_NEW_SESSION_TICKET, false);
	unlock(session);
	return err;
}

/**
 * tsec_dgram_update_due() - a key has reached its soft limit
 * @session: an open session
 * @direction: which key; the peer is asked to renew a receiving one
 *
 * Context: process context.
 * Return: false if nothing renews it.
 */
bool tsec_dgram_update_due(struct tsec_session *session,
			   enum tsec_direction direction)
{
	bool request = direction == TSEC_DIR_RX;

	if (!is_renewable(session))
		return false;
	if (test_and_set_bit(tsec_session_soft_told(direction),
			     &session->flags))
		return true;
	if (request && test_bit(TSEC_SESSION_UPDATE_ASKED, &session->flags))
		return true;
	TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_LIMIT_SOFT);
	tsec_dgram_key_update(session, request);
	return true;
}

/* The old key is of no use any more, so a failure ends the session. */
static int half_renew(struct tsec_session *session,
		      enum tsec_direction direction)
{
	struct tsec_half *half = tsec_session_half(session, direction);
	const char *why = "no next secret";
	int err;

	err = session->record->renew(&half->key);
	if (!err && check_add_overflow(half->key.id, 1U, &half->key.id)) {
		why = "it was the one of the last epoch";
		err = -EOVERFLOW;
	}
	if (!err)
		err = tsec_dgram_rekey_renewed(session, direction, &why);
	if (!err) {
		trace_tsec_key_renewed(session, direction, half->key.epoch);
		return 0;
	}
	TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_UPDATES_FAILED);
	tsec_session_fail(session, EKEYEXPIRED, "cannot renew the %s key: %s",
			  direction == TSEC_DIR_TX ? "sending" : "receiving",
			  why);
	return err;
}

static bool is_acked(const struct tsec_session *session, const u8 *data,
		     size_t len)
{
	const struct tsec_dgram_update *update = &session->dgram->update;
	unsigned int i;

	for (i = 0; i < min_t(unsigned int, update->times,
			      TSEC_DGRAM_UPDATE_TIMES); i++)
		if (tsec_dtls13_ack_has(data, len, session->tx.key.id,
					update->sent[i]))
			return true;
	return false;
}

static void update_owed(struct tsec_session *session)
{
	struct tsec_dgram_update *update = &session->dgram->update;
	bool ask = update->ask;

	if (update->pending || !can_send(session))
		return;
	if (update->ticket) {
		message_begin(session, TSEC_TLS_NEW_SESSION_TICKET, false);
	} else if (update->ids_owed) {
		update->ids_owed = false;
		message_begin(session, TSEC_DTLS13_NEW_IDS, false);
	} else if (update->owed) {
		update->owed = false;
		update->ask = false;
		update_begin(session, ask);
	}
}

/* The peer has got this end's KeyUpdate. */
static int own_update(struct tsec_session *session)
{
	int err = half_renew(session, TSEC_DIR_TX);

	if (err)
		return err;
	TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_UPDATES_SENT);
	tsec_event_key(session, TSEC_DIR_TX, TSEC_KEY_RENEWED_LOCAL);
	return 0;
}

static void ack_take(struct tsec_session *session, const u8 *data, size_t len)
{
	struct tsec_dgram_update *update = &session->dgram->update;

	if (!update->pending || !is_acked(session, data, len))
		return;
	tsec_dgram_update_stop(session);
	update->message_seq++;
	if (update->type == TSEC_TLS_KEY_UPDATE && own_update(session))
		return;
	if (update->type == TSEC_TLS_NEW_SESSION_TICKET)
		ticket_free(update);
	WRITE_ONCE(update->pending, false);
	update_owed(session);
}

/* Numbers begin anew after 2^16, so that it is distances that count. */
static bool is_new(const struct tsec_dgram_heard *heard, u16 seq)
{
	return !heard->any || (s16)(seq - heard->seq) > 0;
}

static void heard_note(struct tsec_dgram_heard *heard, u16 seq)
{
	heard->any = true;
	heard->seq = seq;
}

/* The key is the one after that of the record; else it was asked before. */
static int peer_update(struct tsec_session *session, u32 epoch,
		       const struct tsec_dtls13_message *message)
{
	struct tsec_dgram_update *update = &session->dgram->update;

	if (!is_new(&update->updates, message->seq))
		return 0;
	if (epoch != session->rx.key.id)
		return -EINVAL;
	if (half_renew(session, TSEC_DIR_RX))
		return -EKEYEXPIRED;
	heard_note(&update->updates, message->seq);
	clear_bit(TSEC_SESSION_UPDATE_ASKED, &session->flags);
	TSEC_INC_STATS(session->tn, TSEC_STAT_KEY_UPDATES_RECEIVED);
	tsec_event_key(session, TSEC_DIR_RX, TSEC_KEY_RENEWED_PEER);
	update->owed |= message->request;
	return 0;
}

static void ack_send(struct tsec_session *session, u32 epoch, u64 seq)
{
	u8 ack[TSEC_DTLS13_ACK_LEN];
	u64 own;

	if (!can_send(session))
		return;
	tsec_dtls13_ack_build(ack, epoch, seq);
	tsec_dgram_send_message(session, TSEC_DTLS13_ACK, ack, sizeof(ack),
				&own);
}

/* RFC 9147 section 9: who asks, or gives, without any IDs breaks a rule. */
static bool ids_possible(const struct tsec_session *session, u8 type)
{
	if (type == TSEC_DTLS13_NEW_IDS)
		return session->tx.key.cid_len;
	return session->rx.key.cid_len;
}

static void ids_refuse(struct tsec_session *session)
{
	u8 alert[TSEC_TLS_ALERT_LEN];
	u64 own;

	tsec_tls_build_alert(alert, TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	if (can_send(session))
		tsec_dgram_send_message(session, TSEC_TLS_RECORD_ALERT, alert,
					sizeof(alert), &own);
	tsec_session_fail(session, EPROTO,
			  "the peer broke the protocol: it speaks of connection IDs, of which there are none");
}

/* The next key has it, and is to come at once. */
static void id_take(struct tsec_session *session, const u8 *id, u8 len)
{
	struct tsec_key *key = &session->tx.key;

	memcpy(key->cid, id, len);
	key->cid_len = len;
	session->dgram->update.owed = true;
}

/*
 * A session has one ID, and gives no second one (which RFC 9147 section 9
 * leaves to it); it takes a new one when it has to.
 */
static int peer_ids(struct tsec_session *session,
		    const struct tsec_dtls13_message *message)
{
	struct tsec_dgram_update *update = &session->dgram->update;

	if (!ids_possible(session, message->type)) {
		ids_refuse(session);
		return -EPROTO;
	}
	if (!is_new(&update->ids, message->seq))
		return 0;
	heard_note(&update->ids, message->seq);
	if (message->type == TSEC_DTLS13_REQUEST_IDS)
		update->ids_owed = true;
	else if (message->id)
		id_take(session, message->id, message->id_len);
	return 0;
}

/* Acknowledged even if nobody is there who has a use for it. */
static int message_pass(struct tsec_session *session, const u8 *data,
			size_t len)
{
	if (tsec_channel_pass(session, data, len))
		TSEC_INC_STATS(session->tn, TSEC_STAT_TICKETS_PASSED);
	else
		TSEC_INC_STATS(session->tn, TSEC_STAT_TICKETS_DROPPED);
	return 0;
}

static int message_do(struct tsec_session *session, u32 epoch,
		      const struct tsec_dtls13_message *message,
		      const u8 *data, size_t len)
{
	switch (message->type) {
	case TSEC_TLS_KEY_UPDATE:
		return peer_update(session, epoch, message);
	case TSEC_DTLS13_NEW_IDS:
	case TSEC_DTLS13_REQUEST_IDS:
		return peer_ids(session, message);
	default:
		return message_pass(session, data, len);
	}
}

static void message_take(struct tsec_session *session, u32 epoch, u64 seq,
			 const u8 *data, size_t len)
{
	struct tsec_dtls13_message message;
	int err;

	err = tsec_dtls13_message_read(data, len, &message) ?:
	      message_do(session, epoch, &message, data, len);
	if (err) {
		TSEC_INC_STATS(session->tn, TSEC_STAT_PROTOCOL_ERRORS);
		return;
	}
	ack_send(session, epoch, seq);
	update_owed(session);
}

/**
 * tsec_dgram_update_take() - deal with an acknowledgment or a message
 * @session: an open session
 * @content: TSEC_DTLS13_ACK or TSEC_TLS_RECORD_HANDSHAKE
 * @epoch: of the record that brought it
 * @seq: the record's number
 * @data: what was in there
 * @len: bytes of @data
 *
 * Context: process context.
 */
void tsec_dgram_update_take(struct tsec_session *session, u8 content,
			    u32 epoch, u64 seq, const u8 *data, size_t len)
{
	TSEC_INC_STATS(session->tn, TSEC_STAT_CONTROL_RECORDS);
	lock(session);
	if (!session->inner || !is_renewable(session))
		goto out;
	if (content == TSEC_DTLS13_ACK)
		ack_take(session, data, len);
	else
		message_take(session, epoch, seq, data, len);
out:
	unlock(session);
}
