// SPDX-License-Identifier: GPL-2.0
/*
 * DTLS 1.2 over UDP (RFC 6347), by GnuTLS: the handshake of tls.c, in flights
 * of datagrams that are repeated until the peer answers.
 *
 * Nobody answers the last flight.  Whoever sent it keeps the channel for a
 * while: if the peer repeats its own flight, it has not got the last one.  That
 * is repeated in new records (RFC 6347 section 4.2.2): of the others the peer
 * may have taken some, and thrown the messages away because one before them was
 * missing.
 */
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/dtls.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "dtls.h"
#include "dtls13.h"
#include "dtls_cid.h"
#include "flight.h"
#include "tls.h"

/* Bytes of UDP payload that get through IPv6 everywhere, and tunnels. */
#define MTU 1200

/* RFC 6347 section 4.2.4.1; when to give up is the kernel's decision. */
#define RESEND_MS 1000
#define GIVE_UP_MS (60 * 60 * 1000)

/*
 * A peer may go on to repeat its flight: twice the lifetime of a TCP segment
 * (RFC 6347 section 4.2.4).  So many repeats are more than it has time for.
 */
#define LINGER_SECONDS 240
#define REPEATS_MAX 16

struct dtls {
	struct tls *tls;
	struct dtls_cid cid;
	struct flight flight;
	size_t taken; /* of the datagram that is at the front of the socket */
	bool dry; /* nothing was there: what comes now is for the next step */
	unsigned int repeats; /* since the handshake was over */
	uint64_t next_plain; /* number that no record of epoch 0 has had */
	const void *late; /* a datagram from then, for the library */
	size_t late_len;
	struct {
		void *data;
		size_t room, len;
	} farewell;
};

static struct dtls *dtls_of(const struct handshake *handshake)
{
	struct tls *tls = handshake->state;

	return tls->carrier;
}

/* Datagrams ************************************************************** */

/* Not an end: there is nothing to receive now, or no room to send. */
static bool passes(int err)
{
	return err == EAGAIN || err == EINTR || err == ENOBUFS;
}

/* What ICMP says, or the route, is better told than what the library makes. */
static void note_errno(struct dtls *dtls, int err)
{
	struct reason *reason = &dtls->tls->handshake->reason;

	if (passes(err))
		return;
	dtls->tls->over = true;
	if (err == ECONNREFUSED)
		reason_set(reason, err, "nobody is there at the peer's port");
	else
		reason_set(reason, err, "cannot reach the peer: %s",
			   strerror(err));
}

/* What finds no room is lost, as anywhere; the library would forget it. */
static ssize_t push(gnutls_transport_ptr_t ptr, const void *data, size_t len)
{
	struct dtls *dtls = ptr;
	uint8_t room[MTU];
	size_t size = len;
	const void *record = dtls_cid_seal(&dtls->cid, data, &size, room,
					   sizeof(room));

	if (!record) {
		errno = EIO;
		return -1;
	}
	if (send(dtls->tls->handshake->fd, record, size,
		 MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && !passes(errno)) {
		note_errno(dtls, errno);
		return -1;
	}
	flight_add(&dtls->flight, record, size);
	if (!dtls12_record_epoch(record, size))
		dtls->next_plain = dtls12_record_number(record, size) + 1;
	return len;
}

/* What came after the handshake does not come from the socket any more. */
static ssize_t pull_late(gnutls_transport_ptr_t ptr, void *data, size_t len)
{
	struct dtls *dtls = ptr;

	if (!dtls->late) {
		errno = EAGAIN;
		return -1;
	}
	if (len > dtls->late_len)
		len = dtls->late_len;
	memcpy(data, dtls->late, len);
	dtls->late = NULL;
	return len;
}

/*
 * Moves the next record of the datagram at the front of the socket to its
 * beginning; its length.  With the last one the socket lets go of it.
 */
static size_t next_record(struct dtls *dtls, uint8_t *datagram, size_t len)
{
	size_t at = dtls->taken < len ? dtls->taken : 0;
	size_t whole = dtls12_record_len(datagram + at, len - at,
					 dtls->cid.own.len);

	dtls->taken = at + whole;
	if (dtls->taken == len) {
		recv(dtls->tls->handshake->fd, datagram, 0, MSG_DONTWAIT);
		dtls->taken = 0;
	}
	memmove(datagram, datagram + at, whole);
	return whole;
}

/*
 * The library gets one record at a time: how one is to be read is known only
 * when the one before has been.
 */
static ssize_t pull(gnutls_transport_ptr_t ptr, void *data, size_t size)
{
	struct dtls *dtls = ptr;
	ssize_t ret = recv(dtls->tls->handshake->fd, data, size,
			   MSG_PEEK | MSG_DONTWAIT);
	size_t len;

	if (ret < 0) {
		note_errno(dtls, errno);
		return -1;
	}
	if (!dtls->taken)
		flight_end(&dtls->flight);
	len = next_record(dtls, data, ret);
	len = dtls_cid_open(&dtls->cid, data, len, size);
	if (!ret || len)
		return len;
	/* There may be more, of which the event loop tells. */
	errno = EAGAIN;
	return -1;
}

/*
 * The event loop waits, never the library.  That looks twice before it repeats
 * a flight.  What it found only then would end the flight, and lie there
 * unread until yet another datagram came.
 */
static int pull_timeout(gnutls_transport_ptr_t ptr, unsigned int ms)
{
	struct dtls *dtls = ptr;
	struct pollfd poll_fd = { .fd = dtls->tls->handshake->fd,
				  .events = POLLIN };

	(void)ms;
	if (!dtls->dry)
		dtls->dry = poll(&poll_fd, 1, 0) <= 0;
	return !dtls->dry;
}

/* The handshake ********************************************************** */

/*
 * A client's first message that comes here answers the kernel, which has made
 * it prove its address (RFC 6347 section 4.2.1).  The library has to go on
 * with the numbers of that exchange, which stand in the headers of record and
 * message (sections 4.1 and 4.2.2).
 */
static int take_over(struct tls *tls)
{
	enum { RECORD_SEQ = 10, MESSAGE_SEQ = 18, HEADERS_LEN = 25 };
	gnutls_dtls_prestate_st state = { .hsk_write_seq = 0 };
	uint8_t data[HEADERS_LEN];
	ssize_t len = recv(tls->handshake->fd, data, sizeof(data),
			   MSG_PEEK | MSG_DONTWAIT);

	if (len < HEADERS_LEN)
		return reason_set(&tls->handshake->reason, EPROTO,
				  "the client's first message is missing");
	state.record_seq = data[RECORD_SEQ];
	state.hsk_read_seq = data[MESSAGE_SEQ];
	gnutls_dtls_prestate_set(tls->session, &state);
	return 0;
}

int dtls_open(struct handshake *handshake,
	      const struct tsec_handshake_info *info)
{
	int err = tls_open(handshake, info);
	struct tls *tls = handshake->state;
	struct dtls *dtls;

	if (err)
		return err;
	dtls = calloc(1, sizeof(*dtls));
	if (!dtls)
		return reason_set(&handshake->reason, ENOMEM, "out of memory");
	dtls->tls = tls;
	tls->carrier = dtls;
	gnutls_transport_set_ptr(tls->session, dtls);
	gnutls_transport_set_push_function(tls->session, push);
	gnutls_transport_set_pull_function(tls->session, pull);
	gnutls_transport_set_pull_timeout_function(tls->session, pull_timeout);
	gnutls_dtls_set_timeouts(tls->session, RESEND_MS, GIVE_UP_MS);
	err = dtls_cid_offer(&dtls->cid, tls, info);
	gnutls_dtls_set_mtu(tls->session, MTU - dtls_cid_room(&dtls->cid));
	if (err || tls_is_client(tls))
		return err;
	return take_over(tls);
}

/* The library asks for room to write while it waits for an answer. */
int dtls_step(struct handshake *handshake)
{
	struct dtls *dtls = dtls_of(handshake);
	int want;

	flight_end(&dtls->flight);
	dtls->dry = false;
	want = tls_step(handshake);
	return want == HANDSHAKE_WANT_WRITE ? HANDSHAKE_WANT_READ : want;
}

/*
 * What is still due right after a step is not repeated: the peer has begun to
 * answer, and what is missing of that comes from there.
 */
unsigned int dtls_timer(struct handshake *handshake)
{
	const struct tls *tls = handshake->state;
	unsigned int ms = gnutls_dtls_get_timeout(tls->session);

	return ms ? ms : RESEND_MS;
}

/* Afterwards ************************************************************* */

/* A client sends the last flight of a resumed handshake, else a server. */
static unsigned int dtls_lingers(struct handshake *handshake)
{
	const struct tls *tls = handshake->state;

	return tls_is_client(tls) == !!gnutls_session_is_resumed(tls->session) ?
		       LINGER_SECONDS : 0;
}

/* Leaves out the numbers that Finished may get when it is repeated. */
static int dtls_finish(struct handshake *handshake, struct outcome *outcome)
{
	int err = tls_finish(handshake, outcome);

	if (err)
		return err;
	dtls_cid_put(&dtls_of(handshake)->cid, outcome);
	if (dtls_lingers(handshake))
		outcome->key[TSEC_DIR_TX].seq += REPEATS_MAX;
	return 0;
}

/* One that the library has not used, and neither it nor the kernel will. */
static uint64_t next_number(struct dtls *dtls, const void *data, size_t len)
{
	if (!dtls12_record_epoch(data, len))
		return dtls->next_plain++;
	return tls_keys_sequence(dtls->tls, TSEC_DIR_TX) + dtls->repeats;
}

/*
 * One record of a flight is protected, Finished, and each datagram has one.
 * What does not get through is lost, as on any network.
 */
static void repeat(struct dtls *dtls)
{
	const struct flight_datagram *datagram = dtls->flight.datagrams;
	struct dtls12_key key;
	uint8_t room[MTU];
	int len;

	if (!dtls_cid_key(&dtls->cid, dtls->tls->session, false, &key))
		return;
	for (unsigned int i = 0; i < dtls->flight.n; i++, datagram++) {
		len = dtls12_record_renumber(
			&key, next_number(dtls, datagram->data, datagram->len),
			datagram->data, datagram->len, room, sizeof(room));
		if (len > 0)
			send(dtls->tls->handshake->fd, room, len,
			     MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	dtls->repeats++;
}

/*
 * Every flight that the last one answers has one message that a peer sends
 * nowhere else.  Such a datagram begins with the headers of record and
 * message (RFC 6347 sections 4.1 and 4.2.2), in the clear: epoch 0.
 */
static bool repeats_flight(const struct tls *tls, const uint8_t *data,
			   size_t len)
{
	enum { TYPE = 0, EPOCH = 3, MESSAGE = 13, HEADERS_LEN = 25 };
	uint8_t awaited = tls_is_client(tls) ?
				  GNUTLS_HANDSHAKE_SERVER_HELLO :
				  GNUTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE;

	return len > HEADERS_LEN && data[TYPE] == 22 && !data[EPOCH] &&
	       !data[EPOCH + 1] && data[MESSAGE] == awaited;
}

bool dtls_message(struct handshake *handshake, const void *data, size_t len)
{
	struct dtls *dtls = dtls_of(handshake);

	if (!repeats_flight(dtls->tls, data, len))
		return true;
	if (dtls->repeats == REPEATS_MAX || !flight_is_whole(&dtls->flight))
		return false;
	repeat(dtls);
	return true;
}

/* The library's next datagram goes nowhere. */
static ssize_t push_nowhere(gnutls_transport_ptr_t ptr, const void *data,
			    size_t len)
{
	struct dtls *dtls = ptr;

	if (len > dtls->farewell.room)
		len = 0;
	memcpy(dtls->farewell.data, data, len);
	dtls->farewell.len = len;
	return len;
}

size_t dtls_farewell(struct handshake *handshake, void *data, size_t size)
{
	struct dtls *dtls = dtls_of(handshake);
	gnutls_session_t session = dtls->tls->session;

	dtls->farewell.data = data;
	dtls->farewell.room = size;
	gnutls_transport_set_push_function(session, push_nowhere);
	gnutls_bye(session, GNUTLS_SHUT_WR);
	return dtls->farewell.len;
}

/*
 * Only alerts get to the library, of the epoch that the handshake has begun:
 * it would repeat flights of its own, and renegotiate.
 */
bool dtls_is_over(struct handshake *handshake, const void *data, size_t len)
{
	enum { TYPE = 0, EPOCH = 3, ALERT = 21, HEADER_LEN = 13 };
	struct dtls *dtls = dtls_of(handshake);
	gnutls_session_t session = dtls->tls->session;
	const uint8_t *header = data;
	uint8_t content[16];
	ssize_t ret;

	if (len < HEADER_LEN || header[TYPE] != ALERT || header[EPOCH] ||
	    header[EPOCH + 1] != 1)
		return false;
	dtls->late = data;
	dtls->late_len = len;
	gnutls_transport_set_pull_function(session, pull_late);
	ret = gnutls_record_recv(session, content, sizeof(content));
	return !ret || ret == GNUTLS_E_FATAL_ALERT_RECEIVED;
}

void dtls_close(struct handshake *handshake)
{
	struct dtls *dtls = handshake->state ? dtls_of(handshake) : NULL;

	tls_close(handshake);
	if (!dtls)
		return;
	flight_free(&dtls->flight);
	free(dtls);
}

/*
 * A server that would speak 1.3 says so in its random when it speaks 1.2 (RFC
 * 8446 section 4.1.3): a client that has offered 1.3 sees by it that somebody
 * has taken the offer away.
 */
static int mark_random(struct tls *tls)
{
	static const uint8_t mark[] = "DOWNGRD\1"; /* and no zero */
	uint8_t random[32];
	gnutls_datum_t datum = { random, sizeof(random) };
	size_t at = sizeof(random) - (sizeof(mark) - 1);

	memcpy(random + at, mark, sizeof(mark) - 1);
	if (gnutls_rnd(GNUTLS_RND_NONCE, random, at) < 0 ||
	    gnutls_handshake_set_random(tls->session, &datum) < 0)
		return reason_set(&tls->handshake->reason, ENOMEM,
				  "out of memory");
	return 0;
}

/* The library has no DTLS 1.3, so that is another engine. */
static int open_version(struct handshake *handshake,
			const struct tsec_handshake_info *info)
{
	int err;

	if (dtls13_is_for(handshake, info)) {
		handshake->ops = &dtls13_handshake_ops;
		return handshake->ops->open(handshake, info);
	}
	err = dtls_open(handshake, info);
	if (err || handshake->role == TSEC_ROLE_CLIENT ||
	    info->settings.version_max < TSEC_VERSION_TLS_1_3)
		return err;
	return mark_random(handshake->state);
}

const struct handshake_ops dtls_handshake_ops = {
	.protocol = TSEC_PROTO_DTLS,
	.name = "DTLS",
	.open = open_version,
	.step = dtls_step,
	.timer = dtls_timer,
	.abort = tls_abort,
	.finish = dtls_finish,
	.lingers = dtls_lingers,
	.message = dtls_message,
	.close = dtls_close,
};
