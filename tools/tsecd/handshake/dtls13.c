// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gnutls/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "dtls13.h"

enum dtls13_limits {
	DATAGRAM_MAX = 17 << 10, /* longer than any record */
	DATAGRAMS_MAX = 64, /* in one step */
	DATAGRAM_FIRST = 20, /* as its first byte, RFC 7983 */
	ACK_MS = 250, /* a flight that does not go on for so long */
	IDLE_MS = 60 * 1000,
	/* A client that has not got its acknowledgement asks so long */
	LINGER_SECONDS = 240,
	/* Tickets come within a round trip, or are repeated after a second. */
	TICKETS_SECONDS = 5,
};

static struct dtls13 *dtls_of(const struct handshake *handshake)
{
	struct tls *tls = handshake->state;

	return tls ? tls->carrier : NULL;
}

/* What goes wrong ******************************************************** */

int dtls13_refuse(struct dtls13 *dtls, int alert, int status,
		  const char *format, ...)
{
	struct reason *reason = &dtls->tls->handshake->reason;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!reason->status && dtls->tls->alert < 0)
		dtls->tls->alert = alert;
	return reason_set(reason, status, "%s", text);
}

int dtls13_malformed(struct dtls13 *dtls, int alert, const char *message)
{
	const char *name = gnutls_alert_get_name(alert);

	return dtls13_refuse(dtls, alert, EPROTO,
			     "the peer's %s breaks the protocol: %s", message,
			     name ? name : "unknown reason");
}

int dtls13_broken(struct dtls13 *dtls)
{
	return dtls13_refuse(dtls, GNUTLS_A_INTERNAL_ERROR, ENOMEM,
			     "out of memory");
}

/* What ICMP says, or the route. */
static int refuse_errno(struct dtls13 *dtls, int err)
{
	dtls->tls->over = true;
	if (err == ECONNREFUSED)
		return dtls13_refuse(dtls, 0, err,
				     "nobody is there at the peer's port");
	return dtls13_refuse(dtls, 0, err, "cannot reach the peer: %s",
			     strerror(err));
}

/* Sending **************************************************************** */

int dtls13_say(struct dtls13 *dtls, uint16_t epoch, uint8_t type,
	       const struct wire_writer *body)
{
	if (body->full ||
	    dtls13_transcript_add(&dtls->transcript, type, body->data,
				  body->len) ||
	    dtls13_flight_add(&dtls->flight, epoch, type, body->data,
			      body->len))
		return dtls13_broken(dtls);
	return 0;
}

void dtls13_send(struct dtls13 *dtls)
{
	dtls->acks.n = 0;
	dtls->ack_at = 0;
	dtls13_flight_send(&dtls->flight, &dtls->sender);
}

bool dtls13_cids_agree(struct dtls13 *dtls, struct wire_reader cid, bool rrc)
{
	if (cid.left > sizeof(dtls->peer_cid.bytes))
		return false;
	memcpy(dtls->peer_cid.bytes, cid.at, cid.left);
	dtls->peer_cid.len = cid.left;
	dtls->cids = true;
	dtls->rrc = rrc;
	return true;
}

void dtls13_cids_decline(struct dtls13 *dtls)
{
	dtls->cid.len = 0;
}

int dtls13_handshake_keys(struct dtls13 *dtls)
{
	const struct dtls13_schedule *schedule = &dtls->schedule;
	bool client = tls_is_client(dtls->tls);
	const uint8_t *own = client ? schedule->client : schedule->server;
	const uint8_t *peer = client ? schedule->server : schedule->client;

	if (dtls13_keys_init(&dtls->sender.keys, schedule->suite, own,
			     DTLS13_EPOCH_HANDSHAKE) ||
	    dtls13_keys_init(&dtls->receive, schedule->suite, peer,
			     DTLS13_EPOCH_HANDSHAKE))
		return dtls13_broken(dtls);
	dtls->sender.keys.cid = dtls->peer_cid;
	/* What comes in the clear from now on may be anybody's. */
	dtls13_inbox_raise(&dtls->inbox, DTLS13_EPOCH_HANDSHAKE);
	return 0;
}

static void ack(struct dtls13 *dtls)
{
	if (dtls->acks.n)
		dtls13_acks_send(&dtls->acks, &dtls->sender);
	dtls->ack_at = 0;
}

/* Receiving ************************************************************** */

/* All that is whole by now. */
static int messages_take(struct dtls13 *dtls)
{
	struct dtls13_message message;
	int err = 0;

	while (!err && dtls->state != DTLS13_OVER &&
	       dtls13_inbox_take(&dtls->inbox, &message)) {
		err = tls_is_client(dtls->tls) ?
			      dtls13_client_take(dtls, &message) :
			      dtls13_server_take(dtls, &message);
		free(message.body);
	}
	return err;
}

/* A record is acknowledged if all of it is kept, or was used before. */
static int fragments_take(struct dtls13 *dtls,
			  const struct dtls13_record *record)
{
	struct wire_reader reader = wire_reader(record->data, record->len);
	bool all = true, any = false;

	while (reader.left) {
		switch (dtls13_inbox_put(&dtls->inbox, record->epoch,
					 &reader)) {
		case INBOX_TAKEN:
			any = true;
			break;
		case INBOX_AGAIN:
			dtls->asked_again = true;
			break;
		case INBOX_NO_ROOM:
			all = false;
			break;
		case INBOX_BAD:
			/* In the clear, it may be anybody's. */
			if (record->epoch == DTLS13_EPOCH_PLAIN)
				return 0;
			return dtls13_malformed(dtls, GNUTLS_A_DECODE_ERROR,
						"fragment of a message");
		}
	}
	if (all)
		dtls13_acks_note(&dtls->acks, record);
	if (any)
		dtls->ack_at = clock_ms() + ACK_MS;
	return any ? messages_take(dtls) : 0;
}

static int alert_take(struct dtls13 *dtls, const struct dtls13_record *record)
{
	enum { CLOSE_NOTIFY = 0, USER_CANCELED = 90 };

	/* Who has keys uses them: the rest may be anybody's. */
	if (record->len != 2 ||
	    (record->epoch == DTLS13_EPOCH_PLAIN && dtls->receive.suite))
		return 0;
	if (record->data[1] == USER_CANCELED)
		return 0;
	if (record->data[1] != CLOSE_NOTIFY)
		return tls_error_alert(dtls->tls, record->data[1]);
	dtls->tls->over = true;
	return dtls13_refuse(dtls, 0, ECONNRESET,
			     "the peer closed the connection in the midst of "
			     "the handshake");
}

/*
 * In the clear it may be anybody's, who would have this end wait forever: what
 * was sent so is answered, or sent again.
 */
static void ack_take(struct dtls13 *dtls, const struct dtls13_record *record)
{
	if (record->epoch == DTLS13_EPOCH_PLAIN ||
	    !dtls13_flight_acked(&dtls->flight, record->data, record->len))
		return;
	if (!dtls13_flight_is_done(&dtls->flight))
		dtls->hurried = true;
	else if (dtls->state == DTLS13_WAIT_ACK)
		dtls->state = DTLS13_OVER;
}

/*
 * A server may acknowledge a client's last flight, or refuse it, under the
 * keys of data.  The rest of what comes under those is the kernel's, which has
 * kept it.
 */
static int record_take(struct dtls13 *dtls, const struct dtls13_record *record)
{
	switch (record->type) {
	case DTLS13_HANDSHAKE:
		if (record->epoch == DTLS13_EPOCH_DATA)
			return 0;
		return fragments_take(dtls, record);
	case DTLS13_ALERT:
		return alert_take(dtls, record);
	case DTLS13_ACK:
		ack_take(dtls, record);
		return 0;
	default:
		return 0;
	}
}

static int datagram_take(struct dtls13 *dtls, uint8_t *data, size_t len)
{
	struct dtls13_keys *const keys[] = { &dtls->receive, &dtls->data };
	enum dtls13_verdict verdict;
	struct dtls13_record record;
	int err = 0;

	while (!err && dtls->state != DTLS13_OVER) {
		verdict = dtls13_record_take(keys, 2, &dtls->cid, &data, &len,
					     &record);
		if (verdict == DTLS13_AT_END)
			break;
		if (verdict == DTLS13_NO_KEYS)
			dtls->missed = true;
		if (verdict == DTLS13_TAKEN)
			err = record_take(dtls, &record);
	}
	return err;
}

/* 0 with nothing more to read, or a negative errno. */
static int all_take(struct dtls13 *dtls)
{
	uint8_t data[DATAGRAM_MAX];
	int err = 0;

	for (int i = 0; i < DATAGRAMS_MAX && !err; i++) {
		ssize_t len;

		if (dtls->state == DTLS13_OVER)
			break;
		len = recv(dtls->tls->handshake->fd, data, sizeof(data),
			   MSG_DONTWAIT);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		err = len < 0 ? refuse_errno(dtls, errno) :
				datagram_take(dtls, data, len);
	}
	return err;
}

/* Steps ****************************************************************** */

/* A peer that has a part of the flight gets the rest at once. */
static void hurry(struct dtls13 *dtls)
{
	struct dtls13_flight *flight = &dtls->flight;
	bool soon = clock_ms() < flight->sent_at + DTLS13_AGAIN_MS;

	if (!dtls13_flight_is_done(flight) &&
	    (dtls->hurried || (dtls->asked_again && !soon)))
		dtls13_flight_send(flight, &dtls->sender);
	dtls->hurried = dtls->asked_again = false;
	if (!dtls->ack_at)
		return;
	if (dtls13_inbox_gap(&dtls->inbox) ||
	    (dtls->missed && dtls->receive.suite)) {
		ack(dtls);
		dtls->missed = false;
	}
}

static void timers_run(struct dtls13 *dtls)
{
	struct dtls13_flight *flight = &dtls->flight;

	if (dtls->ack_at && clock_ms() >= dtls->ack_at)
		ack(dtls);
	if (dtls13_flight_is_done(flight) || dtls13_flight_due(flight))
		return;
	dtls13_flight_send(flight, &dtls->sender);
	dtls13_flight_back_off(flight);
}

static int dtls13_step(struct handshake *handshake)
{
	struct dtls13 *dtls = dtls_of(handshake);
	int err = all_take(dtls);

	if (err)
		return err;
	if (dtls->state == DTLS13_OVER) {
		if (!tls_is_client(dtls->tls))
			ack(dtls);
		return HANDSHAKE_OVER;
	}
	hurry(dtls);
	timers_run(dtls);
	if (dtls->sender.err)
		return refuse_errno(dtls, dtls->sender.err);
	return HANDSHAKE_WANT_READ;
}

static unsigned int dtls13_timer(struct handshake *handshake)
{
	const struct dtls13 *dtls = dtls_of(handshake);
	unsigned int ms = IDLE_MS, ack_ms;
	uint64_t now = clock_ms();

	if (!dtls13_flight_is_done(&dtls->flight))
		ms = dtls13_flight_due(&dtls->flight);
	if (!dtls->ack_at)
		return ms;
	ack_ms = dtls->ack_at > now ? dtls->ack_at - now : 0;
	return ack_ms < ms ? ack_ms : ms;
}

static void dtls13_abort(struct handshake *handshake)
{
	struct dtls13 *dtls = dtls_of(handshake);
	uint8_t alert[] = { 2, 0 }; /* fatal */

	/* A session that was refused is not tried again. */
	if (dtls && dtls->tls->saved.data.data)
		sessions_drop(dtls->tls->name);
	if (!dtls || dtls->tls->over || handshake->reason.status == ETIMEDOUT)
		return;
	alert[1] = tls_alert_of(dtls->tls);
	dtls13_send_record(&dtls->sender, DTLS13_ALERT, alert, sizeof(alert));
}

/* Beginning ************************************************************** */

/* The client's first message that comes here, whole, in one datagram. */
enum first_layout {
	AT_NUMBER = 5,
	AT_MESSAGE = DTLS13_PLAIN_HEADER,
	AT_MESSAGE_LEN = AT_MESSAGE + 1,
	AT_MESSAGE_SEQ = AT_MESSAGE + 4,
	AT_BODY = AT_MESSAGE + DTLS13_MESSAGE_HEADER,
};

static ssize_t first_peek(const struct handshake *handshake,
			  uint8_t data[DATAGRAM_MAX])
{
	ssize_t len = recv(handshake->fd, data, DATAGRAM_MAX,
			   MSG_PEEK | MSG_DONTWAIT);

	return len > AT_BODY && data[0] == DTLS13_HANDSHAKE &&
			       data[AT_MESSAGE] == DTLS13_CLIENT_HELLO ?
		       len : -1;
}

/*
 * Who has sent back a cookie of DTLS 1.2 goes on with that version: it is
 * what the kernel has chosen, by the same rule.
 */
static bool hello_offers_13(const struct handshake *handshake)
{
	uint8_t data[DATAGRAM_MAX];
	ssize_t len = first_peek(handshake, data);
	struct wire_reader reader = wire_reader(data + AT_MESSAGE_LEN, 3);
	struct dtls13_client_hello hello;
	size_t body;

	if (len < 0)
		return false;
	/* Other records may follow it. */
	body = wire_get(&reader, 3);
	return body <= (size_t)len - AT_BODY &&
	       !dtls13_client_hello_read(data + AT_BODY, body, &hello) &&
	       hello.offers_13 && !hello.old_cookie;
}

bool dtls13_is_for(struct handshake *handshake,
		   const struct tsec_handshake_info *info)
{
	const struct tsec_profile_info *settings = &info->settings;

	if (settings->version_max < TSEC_VERSION_TLS_1_3)
		return false;
	if (settings->version_min >= TSEC_VERSION_TLS_1_3)
		return true;
	return handshake->role == TSEC_ROLE_SERVER &&
	       hello_offers_13(handshake);
}

/* A server goes on with the numbers of the exchange that the kernel had. */
static int take_over(struct dtls13 *dtls)
{
	uint8_t data[DATAGRAM_MAX];
	struct wire_reader number, seq;

	if (first_peek(dtls->tls->handshake, data) < 0)
		return dtls13_refuse(dtls, GNUTLS_A_UNEXPECTED_MESSAGE, EPROTO,
				     "the client's first message is missing");
	number = wire_reader(data + AT_NUMBER, 6);
	seq = wire_reader(data + AT_MESSAGE_SEQ, 2);
	dtls->sender.plain_seq = wire_get(&number, 6);
	dtls->inbox.next = dtls->flight.next = wire_get(&seq, 2);
	dtls->state = DTLS13_WAIT_CLIENT_HELLO;
	return 0;
}

static void wishes_take(struct dtls13 *dtls,
			const struct tsec_handshake_info *info)
{
	const char *name = dtls->tls->handshake->peer_name;
	size_t len;

	memcpy(dtls->ciphers, info->settings.ciphers, sizeof(dtls->ciphers));
	dtls->n_ciphers = info->settings.n_ciphers;
	tsec_copy(dtls->alpn_wanted, sizeof(dtls->alpn_wanted),
		  info->settings.alpn);
	if (info->cid.len && info->cid.len <= sizeof(dtls->cid.bytes)) {
		memcpy(dtls->cid.bytes, info->cid.data, info->cid.len);
		dtls->cid.len = info->cid.len;
	}
	if (!tls_is_client(dtls->tls) || tls_is_address(name))
		return;
	tsec_copy(dtls->name_wanted, sizeof(dtls->name_wanted), name);
	len = strlen(name);
	if (len && name[len - 1] == '.')
		dtls->name_wanted[len - 1] = '\0';
}

static int state_new(struct handshake *handshake)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	struct dtls13 *dtls = calloc(1, sizeof(*dtls));

	if (!tls || !dtls) {
		free(tls);
		free(dtls);
		return reason_set(&handshake->reason, ENOMEM, "out of memory");
	}
	handshake->state = tls;
	tls->handshake = handshake;
	tls->alert = -1;
	tls->datagrams = true;
	tls->carrier = dtls;
	dtls->tls = tls;
	dtls->sender.fd = handshake->fd;
	return 0;
}

static int dtls13_open(struct handshake *handshake,
		       const struct tsec_handshake_info *info)
{
	struct dtls13 *dtls;
	int err = state_new(handshake);

	if (err)
		return err;
	dtls = dtls_of(handshake);
	if (!tls_is_client(dtls->tls))
		err = take_over(dtls);
	if (!err)
		err = tls_setup_credentials(dtls->tls, info);
	if (err)
		return err;
	wishes_take(dtls, info);
	err = dtls13_resume_setup(dtls, info);
	if (err)
		return err;
	if (gnutls_rnd(GNUTLS_RND_NONCE, dtls->random,
		       sizeof(dtls->random)) < 0)
		return dtls13_broken(dtls);
	return tls_is_client(dtls->tls) ? dtls13_client_start(dtls) : 0;
}

/* Outcome **************************************************************** */

static void put_key(const struct dtls13 *dtls, struct outcome *outcome,
		    int direction)
{
	const struct dtls13_schedule *schedule = &dtls->schedule;
	bool client = (direction == TSEC_DIR_TX) == tls_is_client(dtls->tls);
	struct tsec_key_info *key = &outcome->key[direction];
	const struct dtls13_cid *cid = direction == TSEC_DIR_TX ?
					       &dtls->peer_cid : &dtls->cid;
	size_t len = schedule->suite->hash_len;

	memcpy(outcome->secret[direction],
	       client ? schedule->client_data : schedule->server_data, len);
	tsec_set(key, KEY_SESSION, session, dtls->tls->handshake->session);
	tsec_set(key, KEY_DIRECTION, direction, direction);
	tsec_set(key, KEY_VERSION, version, outcome->done.version);
	tsec_set(key, KEY_CIPHER, cipher, outcome->done.cipher);
	tsec_set(key, KEY_SEQ, seq, 0);
	/* What the kernel has to say later goes on with the numbers here. */
	if (direction == TSEC_DIR_TX)
		tsec_set(key, KEY_MESSAGE_SEQ, message_seq,
			 dtls->flight.next);
	tsec_set(key, KEY_SECRET, secret,
		 ((struct tsec_blob){ outcome->secret[direction], len }));
	outcome_put_cid(outcome, direction, cid->bytes, cid->len);
}

static void put_exporter(const struct dtls13 *dtls, struct outcome *outcome)
{
	size_t len = dtls->schedule.suite->hash_len;

	memcpy(outcome->exporter, dtls->schedule.exporter, len);
	tsec_set(&outcome->done, HANDSHAKE_EXPORTER, exporter,
		 ((struct tsec_blob){ outcome->exporter, len }));
}

static int dtls13_finish(struct handshake *handshake, struct outcome *outcome)
{
	struct dtls13 *dtls = dtls_of(handshake);
	struct tsec_handshake_info *done = &outcome->done;
	int err;

	tsec_set(done, HANDSHAKE_VERSION, version, TSEC_VERSION_DTLS_1_3);
	tsec_set(done, HANDSHAKE_CIPHER, cipher,
		 dtls->schedule.suite->cipher);
	put_key(dtls, outcome, TSEC_DIR_TX);
	put_key(dtls, outcome, TSEC_DIR_RX);
	put_exporter(dtls, outcome);
	if (dtls->rrc)
		tsec_set(done, HANDSHAKE_RRC, rrc, 1);
	if (*dtls->alpn)
		tsec_set_str(done, HANDSHAKE_ALPN, alpn, dtls->alpn);
	if (*dtls->server_name)
		tsec_set_str(done, HANDSHAKE_PEER_NAME, peer_name,
			     dtls->server_name);
	if (*dtls->tls->peer_id)
		tsec_set_str(done, HANDSHAKE_PEER_ID, peer_id,
			     dtls->tls->peer_id);
	if (dtls->resumed)
		tsec_set(done, HANDSHAKE_RESUMED, resumed, 1);
	err = dtls13_resume_secret(dtls);
	return err ? err : tls_put_peer_cert(dtls->tls, outcome);
}

/* Afterwards ************************************************************* */

static void dtls13_handed_over(struct handshake *handshake)
{
	struct dtls13 *dtls = dtls_of(handshake);

	if (!tls_is_client(dtls->tls))
		dtls13_resume_say(dtls);
}

static unsigned int dtls13_lingers(struct handshake *handshake)
{
	const struct tls *tls = dtls_of(handshake)->tls;

	if (!tls_is_client(tls))
		return LINGER_SECONDS;
	return tls->resume && sessions_count(tls->name) < SESSIONS_PER_NAME ?
		       TICKETS_SECONDS : 0;
}

/*
 * A client that repeats its last flight has not got the acknowledgement.  The
 * flight is authentic: nobody else can make this end send anything.
 */
static bool flight_late(struct dtls13 *dtls, const void *data, size_t len)
{
	struct dtls13_keys *const keys[] = { &dtls->receive };
	uint8_t copy[DATAGRAM_MAX], *at = copy;
	enum dtls13_verdict verdict;
	struct dtls13_record record;
	bool repeated = false;

	if (len > sizeof(copy))
		return true;
	memcpy(copy, data, len);
	do {
		verdict = dtls13_record_take(keys, 1, &dtls->cid, &at, &len,
					     &record);
		if (verdict != DTLS13_TAKEN ||
		    record.epoch != DTLS13_EPOCH_HANDSHAKE ||
		    record.type != DTLS13_HANDSHAKE)
			continue;
		dtls13_acks_note(&dtls->acks, &record);
		repeated = true;
	} while (verdict != DTLS13_AT_END);
	if (repeated)
		ack(dtls);
	return true;
}

/* The kernel brings messages as they were in records, and datagrams. */
static bool dtls13_late(struct handshake *handshake, const void *data,
			size_t len)
{
	struct dtls13 *dtls = dtls_of(handshake);

	bool is_datagram = len && *(const uint8_t *)data >= DATAGRAM_FIRST;

	if (!tls_is_client(dtls->tls))
		return flight_late(dtls, data, len);
	return is_datagram || dtls13_resume_message(dtls, data, len);
}

static void dtls13_close(struct handshake *handshake)
{
	struct dtls13 *dtls = dtls_of(handshake);

	tls_close(handshake);
	if (!dtls)
		return;
	dtls13_keys_free(&dtls->sender.keys);
	dtls13_keys_free(&dtls->receive);
	dtls13_keys_free(&dtls->data);
	dtls13_flight_clear(&dtls->flight);
	dtls13_inbox_free(&dtls->inbox);
	dtls13_transcript_free(&dtls->transcript);
	free(dtls->certificate.body);
	free(dtls->cookie);
	explicit_bzero(dtls, sizeof(*dtls));
	free(dtls);
}

const struct handshake_ops dtls13_handshake_ops = {
	.protocol = TSEC_PROTO_DTLS,
	.name = "DTLS 1.3",
	.open = dtls13_open,
	.step = dtls13_step,
	.timer = dtls13_timer,
	.abort = dtls13_abort,
	.finish = dtls13_finish,
	.handed_over = dtls13_handed_over,
	.lingers = dtls13_lingers,
	.message = dtls13_late,
	.close = dtls13_close,
};
