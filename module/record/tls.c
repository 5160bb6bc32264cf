// SPDX-License-Identifier: GPL-2.0
/*
 * Control records of TLS 1.2 and 1.3: alerts, what follows the handshake, and
 * the announcement of new keys.
 *
 * The records come decrypted and authenticated, so that whatever is wrong
 * here was sent by the peer itself.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsec.h>

#include "../key.h"
#include "tls.h"

enum {
	ROOM_MIN	= 64,	/* first size of the reassembly buffer */
	BODY_MAX	= TSEC_TLS_MESSAGE_MAX - TSEC_TLS_MESSAGE_HEADER,
};

/* What becomes of a handshake message. */
enum action {
	ACTION_PASS,		/* the daemon's */
	ACTION_UPDATE,		/* the next record is under a new key */
	ACTION_IGNORE,		/* a wish that may be ignored */
	ACTION_REFUSE,		/* renegotiation */
};

/**
 * struct rule - a handshake message that may come after the handshake
 * @action: what becomes of it
 * @type: its type
 * @role: the role of this end
 * @version: the protocol version
 * @len_min: least bytes of its body
 * @len_max: most bytes of its body
 */
struct rule {
	enum action action;
	u8 type;
	u8 role;
	u16 version;
	u32 len_min;
	u32 len_max;
};

/* Everything that is not here is an unexpected_message. */
static const struct rule rules[] = {
	{ ACTION_PASS, TSEC_TLS_NEW_SESSION_TICKET, TSEC_ROLE_CLIENT,
	  TSEC_VERSION_TLS_1_3, 0, BODY_MAX },
	{ ACTION_UPDATE, TSEC_TLS_KEY_UPDATE, TSEC_ROLE_CLIENT,
	  TSEC_VERSION_TLS_1_3, 1, 1 },
	{ ACTION_UPDATE, TSEC_TLS_KEY_UPDATE, TSEC_ROLE_SERVER,
	  TSEC_VERSION_TLS_1_3, 1, 1 },
	{ ACTION_IGNORE, TSEC_TLS_HELLO_REQUEST, TSEC_ROLE_CLIENT,
	  TSEC_VERSION_TLS_1_2, 0, 0 },
	{ ACTION_REFUSE, TSEC_TLS_CLIENT_HELLO, TSEC_ROLE_SERVER,
	  TSEC_VERSION_TLS_1_2, 0, BODY_MAX },
};

/* A whole handshake message and what becomes of it. */
struct message {
	const struct rule *rule;
	const u8 *data;
	size_t len;
};

/* Bytes of a handshake message with its header. */
static size_t message_len(const u8 *head)
{
	return TSEC_TLS_MESSAGE_HEADER +
	       (head[1] << 16 | head[2] << 8 | head[3]);
}

static void buffer_free(struct tsec_tls_rx *rx)
{
	/* A ticket together with the session's secrets makes a key. */
	if (rx->buf)
		kvfree_sensitive(rx->buf, rx->room);
	rx->buf = NULL;
	rx->have = 0;
	rx->room = 0;
}

/* A buffer with nothing in it held the message of the event before. */
static void buffer_drop(struct tsec_tls_rx *rx)
{
	if (!rx->have)
		buffer_free(rx);
}

static int buffer_grow(struct tsec_tls_rx *rx, size_t need)
{
	size_t room = max_t(size_t, roundup_pow_of_two(need), ROOM_MIN);
	u32 have = rx->have;
	u8 *buf;

	if (need <= rx->room)
		return 0;
	buf = kvmalloc(room, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	if (have)
		memcpy(buf, rx->buf, have);
	buffer_free(rx);
	rx->buf = buf;
	rx->have = have;
	rx->room = room;
	return 0;
}

/* Bytes at the end of the input that are only a part of a message. */
static size_t tail_len(const struct tsec_record_input *in)
{
	const u8 *p = in->data;
	size_t len = in->len;

	while (len >= TSEC_TLS_MESSAGE_HEADER && len >= message_len(p)) {
		len -= message_len(p);
		p += message_len(p);
	}
	return len;
}

/*
 * All memory that a record may need is there before any of it is taken, so
 * that a record that found no memory can be tried again.  The buffer grows
 * with what has come, not with what a header promises.
 */
static int buffer_reserve(struct tsec_tls_rx *rx,
			  const struct tsec_record_input *in)
{
	size_t need = rx->have ? rx->have + in->len : tail_len(in);

	return need ? buffer_grow(rx, need) : 0;
}

/**
 * tsec_tls_rx_init() - get ready to receive control records
 * @rx: the receiver
 * @version: TSEC_VERSION_TLS_1_2 or TSEC_VERSION_TLS_1_3
 * @role: enum tsec_role of this end
 *
 * Context: Any.
 */
void tsec_tls_rx_init(struct tsec_tls_rx *rx, u16 version, u8 role)
{
	memset(rx, 0, sizeof(*rx));
	rx->version = version;
	rx->role = role;
}

/**
 * tsec_tls_rx_free() - free what a receiver has buffered
 * @rx: the receiver, initialised or all zeros
 *
 * Context: Process context, may sleep.
 */
void tsec_tls_rx_free(struct tsec_tls_rx *rx)
{
	buffer_free(rx);
}

static int violation(struct tsec_tls_rx *rx, struct tsec_record_event *ev,
		     u8 alert, const char *why)
{
	buffer_free(rx);
	rx->failed = alert;
	ev->alert = alert;
	ev->why = why;
	return -EPROTO;
}

static int warn(struct tsec_tls_rx *rx, struct tsec_record_event *ev)
{
	if (++rx->warnings <= TSEC_TLS_WARNINGS_MAX)
		return 0;
	return violation(rx, ev, TSEC_TLS_ALERT_UNEXPECTED_MESSAGE,
			 "too many warnings without data between them");
}

static const struct rule *rule_find(const struct tsec_tls_rx *rx, u8 type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].type == type && rules[i].role == rx->role &&
		    rules[i].version == rx->version)
			return &rules[i];
	return NULL;
}

/* Judged by its header, before any of its body is kept. */
static int header_check(struct tsec_tls_rx *rx, const u8 *head,
			struct message *msg, struct tsec_record_event *ev)
{
	size_t len = message_len(head) - TSEC_TLS_MESSAGE_HEADER;

	msg->rule = rule_find(rx, head[0]);
	if (!msg->rule)
		return violation(rx, ev, TSEC_TLS_ALERT_UNEXPECTED_MESSAGE,
				 "unexpected handshake message");
	if (len > BODY_MAX)
		return violation(rx, ev, TSEC_TLS_ALERT_ILLEGAL_PARAMETER,
				 "handshake message too long");
	if (len < msg->rule->len_min || len > msg->rule->len_max)
		return violation(rx, ev, TSEC_TLS_ALERT_DECODE_ERROR,
				 "wrong length of a handshake message");
	return 0;
}

static void skip(struct tsec_record_input *in, size_t len)
{
	in->data += len;
	in->len -= len;
}

/* Moves input to the buffer until that has @want bytes, if it can. */
static void fill(struct tsec_tls_rx *rx, struct tsec_record_input *in,
		 size_t want)
{
	size_t len;

	if (rx->have >= want)
		return;
	len = min(want - rx->have, in->len);
	memcpy(rx->buf + rx->have, in->data, len);
	rx->have += len;
	skip(in, len);
}

/* A message in parts: 1 once it is whole, 0 if it is not yet. */
static int collect(struct tsec_tls_rx *rx, struct tsec_record_input *in,
		   struct message *msg, struct tsec_record_event *ev)
{
	int err;

	fill(rx, in, TSEC_TLS_MESSAGE_HEADER);
	if (rx->have < TSEC_TLS_MESSAGE_HEADER)
		return 0;
	err = header_check(rx, rx->buf, msg, ev);
	if (err)
		return err;
	msg->len = message_len(rx->buf);
	fill(rx, in, msg->len);
	if (rx->have < msg->len)
		return 0;
	msg->data = rx->buf;
	rx->have = 0;
	return 1;
}

/* The next message: 1 if it is whole, 0 if more records are needed. */
static int gather(struct tsec_tls_rx *rx, struct tsec_record_input *in,
		  struct message *msg, struct tsec_record_event *ev)
{
	int err;

	if (rx->have || in->len < TSEC_TLS_MESSAGE_HEADER)
		return collect(rx, in, msg, ev);
	err = header_check(rx, in->data, msg, ev);
	if (err)
		return err;
	msg->data = in->data;
	msg->len = message_len(in->data);
	if (in->len < msg->len)
		return collect(rx, in, msg, ev);
	skip(in, msg->len);
	return 1;
}

static int take_update(struct tsec_tls_rx *rx,
		       const struct tsec_record_input *in, u8 request,
		       struct tsec_record_event *ev)
{
	if (in->len)
		return violation(rx, ev, TSEC_TLS_ALERT_UNEXPECTED_MESSAGE,
				 "more after a key update in its record");
	if (request > 1)
		return violation(rx, ev, TSEC_TLS_ALERT_ILLEGAL_PARAMETER,
				 "key update with an unknown request");
	if (READ_ONCE(rx->update_due))
		WRITE_ONCE(rx->update_due, false);
	else if (++rx->updates > TSEC_TLS_UPDATES_MAX)
		return violation(rx, ev, TSEC_TLS_ALERT_UNEXPECTED_MESSAGE,
				 "too many key updates without data between");
	ev->type = TSEC_RECORD_KEY_UPDATE;
	ev->requested = request;
	return 1;
}

static int take_message(struct tsec_tls_rx *rx,
			const struct tsec_record_input *in,
			const struct message *msg,
			struct tsec_record_event *ev)
{
	switch (msg->rule->action) {
	case ACTION_UPDATE:
		return take_update(rx, in, msg->data[TSEC_TLS_MESSAGE_HEADER],
				   ev);
	case ACTION_IGNORE:
		return warn(rx, ev);
	case ACTION_REFUSE:
		ev->type = TSEC_RECORD_REPLY;
		ev->alert = TSEC_TLS_ALERT_NO_RENEGOTIATION;
		return warn(rx, ev) ?: 1;
	case ACTION_PASS:
		break;
	}
	ev->type = TSEC_RECORD_HANDSHAKE;
	ev->data = msg->data;
	ev->len = msg->len;
	return 1;
}

static int take_messages(struct tsec_tls_rx *rx, struct tsec_record_input *in,
			 struct tsec_record_event *ev)
{
	struct message msg;
	int err = 0;

	while (in->len && !err) {
		err = gather(rx, in, &msg, ev);
		if (err > 0)
			err = take_message(rx, in, &msg, ev);
	}
	if (!err)
		buffer_drop(rx);
	return err;
}

/* TLS 1.3 gives the level no meaning (RFC 8446 section 6). */
static bool alert_is_fatal(const struct tsec_tls_rx *rx, u8 level,
			   u8 description)
{
	if (rx->version == TSEC_VERSION_TLS_1_2)
		return level == TSEC_TLS_ALERT_FATAL;
	return description != TSEC_TLS_ALERT_USER_CANCELED;
}

static bool level_is_bad(const struct tsec_tls_rx *rx, u8 level)
{
	return rx->version == TSEC_VERSION_TLS_1_2 &&
	       level != TSEC_TLS_ALERT_WARNING &&
	       level != TSEC_TLS_ALERT_FATAL;
}

static int take_alert(struct tsec_tls_rx *rx, struct tsec_record_input *in,
		      struct tsec_record_event *ev)
{
	if (in->len != TSEC_TLS_ALERT_LEN)
		return violation(rx, ev, TSEC_TLS_ALERT_DECODE_ERROR,
				 "a record that is not exactly one alert");
	if (level_is_bad(rx, in->data[0]))
		return violation(rx, ev, TSEC_TLS_ALERT_ILLEGAL_PARAMETER,
				 "alert of an unknown level");
	ev->type = TSEC_RECORD_ALERT;
	ev->level = in->data[0];
	ev->alert = in->data[1];
	skip(in, TSEC_TLS_ALERT_LEN);

	if (ev->alert == TSEC_TLS_ALERT_CLOSE_NOTIFY)
		ev->type = TSEC_RECORD_CLOSE;
	else if (!alert_is_fatal(rx, ev->level, ev->alert))
		return warn(rx, ev) ?: 1;
	ev->fatal = ev->type == TSEC_RECORD_ALERT;
	rx->ended = true;
	buffer_free(rx);
	return 1;
}

/* Only TLS 1.3 forbids other records between the parts of a message. */
static bool interleaved(const struct tsec_tls_rx *rx)
{
	return rx->have && rx->version == TSEC_VERSION_TLS_1_3;
}

static const char *record_fault(const struct tsec_tls_rx *rx,
				const struct tsec_record_input *in)
{
	if (in->type == TSEC_TLS_RECORD_CCS)
		return "change_cipher_spec after the handshake";
	if (in->type != TSEC_TLS_RECORD_ALERT &&
	    in->type != TSEC_TLS_RECORD_HANDSHAKE)
		return "record of an unknown type";
	if (!in->len)
		return "empty control record";
	if (in->type == TSEC_TLS_RECORD_ALERT && interleaved(rx))
		return "alert between the parts of a handshake message";
	return NULL;
}

static int begin(struct tsec_tls_rx *rx, struct tsec_record_input *in,
		 struct tsec_record_event *ev)
{
	const char *fault;

	buffer_drop(rx);
	fault = record_fault(rx, in);
	if (fault)
		return violation(rx, ev, TSEC_TLS_ALERT_UNEXPECTED_MESSAGE,
				 fault);
	if (in->type == TSEC_TLS_RECORD_HANDSHAKE && buffer_reserve(rx, in)) {
		ev->alert = TSEC_TLS_ALERT_INTERNAL_ERROR;
		ev->why = "no memory for a handshake message";
		return -ENOMEM;
	}
	in->started = true;
	return 0;
}

/**
 * tsec_tls_control() - take the next event out of a control record
 * @rx: the receiver
 * @in: the record; a new one has @started false.  Its bytes must stay where
 *	they are until this returns 0 or an error
 * @ev: set to the event; after an error, to the alert to send and the reason
 *
 * Call it for each record until it returns 0.  After close_notify or a fatal
 * alert whatever comes is ignored, after a violation it is refused.  After
 * -ENOMEM nothing has been taken: the same record can be tried again.
 *
 * Context: Process context, may sleep; the caller serialises the calls for
 * one receiver.
 * Return: 1 for an event, 0 when the record is used up, -EPROTO if the peer
 * broke the protocol, -ENOMEM.
 */
int tsec_tls_control(struct tsec_tls_rx *rx, struct tsec_record_input *in,
		     struct tsec_record_event *ev)
{
	int err;

	memset(ev, 0, sizeof(*ev));
	if (rx->failed)
		return violation(rx, ev, rx->failed,
				 "record after a protocol error");
	if (rx->ended)
		return 0;
	if (!in->started) {
		err = begin(rx, in, ev);
		if (err)
			return err;
	}
	if (!in->len) {
		buffer_drop(rx);
		return 0;
	}
	if (in->type == TSEC_TLS_RECORD_ALERT)
		return take_alert(rx, in, ev);
	return take_messages(rx, in, ev);
}

/**
 * tsec_tls_data() - note that application data came between control records
 * @rx: the receiver
 * @ev: after an error, set to the alert to send and the reason
 *
 * Context: Process context, may sleep; the caller serialises the calls for
 * one receiver.
 * Return: 0, or -EPROTO if it came between the parts of a handshake message
 * or after a protocol error.
 */
int tsec_tls_data(struct tsec_tls_rx *rx, struct tsec_record_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	buffer_drop(rx);
	if (rx->failed)
		return violation(rx, ev, rx->failed,
				 "record after a protocol error");
	if (interleaved(rx))
		return violation(rx, ev, TSEC_TLS_ALERT_UNEXPECTED_MESSAGE,
				 "data between the parts of a handshake message");
	rx->updates = 0;
	rx->warnings = 0;
	return 0;
}

/**
 * tsec_tls_update_asked() - note that this end asked for a key update
 * @rx: the receiver
 *
 * The answer does not count as one that nobody asked for: a peer that only
 * listens sends no data between its answers.
 *
 * Context: Any, no lock needed: at worst one answer counts that should not.
 */
void tsec_tls_update_asked(struct tsec_tls_rx *rx)
{
	WRITE_ONCE(rx->update_due, true);
}

/**
 * tsec_tls_data_sent() - this end has sent application data
 * @rx: the receiver
 *
 * A peer that only receives may ask for a new key each time its limit for the
 * present one is reached: it has no data to put between its KeyUpdates.
 *
 * Context: Any; serialised with the other calls.
 */
void tsec_tls_data_sent(struct tsec_tls_rx *rx)
{
	rx->updates = 0;
}

/**
 * tsec_tls_build_key_update() - write a KeyUpdate (RFC 8446 section 4.6.3)
 * @buf: TSEC_TLS_KEY_UPDATE_LEN bytes
 * @request: ask the peer to renew its key as well
 *
 * Context: Any.
 * Return: its length.
 */
size_t tsec_tls_build_key_update(u8 *buf, bool request)
{
	buf[0] = TSEC_TLS_KEY_UPDATE;
	buf[1] = 0;
	buf[2] = 0;
	buf[3] = 1;
	buf[4] = request;
	return TSEC_TLS_KEY_UPDATE_LEN;
}

static size_t build_close(u8 *buf, u8 *type)
{
	*type = TSEC_TLS_RECORD_ALERT;
	return tsec_tls_build_alert(buf, TSEC_TLS_ALERT_CLOSE_NOTIFY);
}

static size_t build_key_update(u8 *buf, u8 *type, bool request)
{
	*type = TSEC_TLS_RECORD_HANDSHAKE;
	return tsec_tls_build_key_update(buf, request);
}

const struct tsec_record_ops tsec_record_tls_ops = {
	.name			= "tls",
	.protocol		= TSEC_PROTO_TLS,
	.version_min		= TSEC_VERSION_TLS_1_2,
	.version_max		= TSEC_VERSION_TLS_1_3,
	.header_room		= TSEC_TLS_HEADER_ROOM,
	.trailer_room		= TSEC_TLS_TRAILER_ROOM,
	.payload_max		= TSEC_TLS_PAYLOAD_MAX,
	.control		= tsec_tls_control,
	.data			= tsec_tls_data,
	.build_close		= build_close,
	.build_key_update	= build_key_update,
	.renew			= tsec_key_renew,
	.handshake		= true,
};
