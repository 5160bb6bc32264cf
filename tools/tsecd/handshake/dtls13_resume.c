// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions of DTLS 1.3 that are resumed, by tickets.
 *
 * A server gives one ticket for each session, once the kernel has the keys: the
 * kernel sends it, until it is acknowledged.  Who has shown a certificate gets
 * none, for that would have to be verified again; and who has a PSK of another
 * kind gains nothing by it.
 */
#include <errno.h>
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "clock.h"
#include "dtls13.h"

#define TICKETS_WANTED 2 /* as of TLS */

/* The only ticket of its session: one nonce will do. */
static const uint8_t the_nonce[] = { 0 };

enum new_ticket_limits {
	NEW_TICKET_MAX = 4 + 4 + 4 + 1 + sizeof(the_nonce) + 2 +
			 DTLS13_SEALED_MAX + 2,
};

/* Beginning ************************************************************* */

static int certificate_put(struct dtls13 *dtls, struct wire_reader message)
{
	struct dtls13_message *kept = &dtls->certificate;

	kept->body = malloc(message.left + 1);
	if (!kept->body)
		return -1;
	memcpy(kept->body, message.at, message.left);
	kept->len = message.left;
	return dtls13_certificate_read(kept->body, kept->len, &dtls->chain) ?
		       -1 : 0;
}

/* What cannot be read makes a full handshake of it. */
static void offer_make(struct dtls13 *dtls)
{
	const gnutls_datum_t *data = &dtls->tls->saved.data;
	struct dtls13_saved saved;

	if (!data->data || dtls13_saved_read(data->data, data->size, &saved))
		return;
	dtls->psk = (struct dtls13_psk){
		.suite = saved.suite,
		.identity = saved.ticket,
		.age = clock_ms() - saved.came_at + saved.age_add,
		.key = saved.psk,
		.resumption = true,
	};
}

static int setup_client(struct dtls13 *dtls,
			const struct tsec_handshake_info *info)
{
	struct tls *tls = dtls->tls;
	int err;

	tls->resume &= !tls->has_psk;
	if (!tls->resume)
		return 0;
	err = tls_resume_find(tls, info);
	if (!err)
		offer_make(dtls);
	return err;
}

static int setup_server(struct dtls13 *dtls)
{
	struct tls *tls = dtls->tls;
	int err = 0;

	tls->resume &= !tls->trust;
	if (tls->resume)
		err = tls_resume_key(tls, dtls->ticket_key);
	/* Without a key there are no tickets. */
	tls->resume &= !err;
	return err == -ENOKEY ? 0 : err;
}

int dtls13_resume_setup(struct dtls13 *dtls,
			const struct tsec_handshake_info *info)
{
	int err;

	dtls->tls->resume = info->settings.session_cache != 2;
	err = tls_is_client(dtls->tls) ? setup_client(dtls, info) :
					 setup_server(dtls);
	return err ? dtls13_broken(dtls) : 0;
}

/* Resumed *************************************************************** */

bool dtls13_resume_find(struct dtls13 *dtls, struct wire_reader identity,
			struct dtls13_psk *psk)
{
	struct dtls13_ticket *ticket = &dtls->ticket;

	if (!dtls->tls->resume ||
	    dtls13_ticket_open(dtls->ticket_key, identity, ticket) ||
	    ticket->until <= (uint64_t)time(NULL))
		return false;
	*psk = (struct dtls13_psk){
		.suite = ticket->suite,
		.key = wire_reader(ticket->psk, ticket->suite->hash_len),
		.resumption = true,
	};
	return true;
}

/* Who the server is, a client knows from the first session. */
int dtls13_resume_peer(struct dtls13 *dtls)
{
	const gnutls_datum_t *data = &dtls->tls->saved.data;
	struct dtls13_saved saved;
	struct tls *tls = dtls->tls;

	if (dtls13_saved_read(data->data, data->size, &saved) ||
	    certificate_put(dtls, saved.certificate))
		return dtls13_broken(dtls);
	tls->chain = dtls->chain.der;
	tls->n_chain = dtls->chain.n;
	tsec_copy(tls->peer_id, sizeof(tls->peer_id), tls->saved.peer_id);
	/* What comes of a resumed session ends when the first one does. */
	tls->peer_until = tls->saved.until;
	return 0;
}

int dtls13_resume_secret(struct dtls13 *dtls)
{
	uint8_t hash[DTLS13_HASH_MAX];

	if (!dtls->tls->resume)
		return 0;
	return dtls13_hash(dtls, hash) ||
			       dtls13_schedule_resumption(&dtls->schedule,
							  hash) ?
		       dtls13_broken(dtls) : 0;
}

/* The server's ticket *************************************************** */

static int ticket_write(struct dtls13 *dtls, uint64_t now,
			struct wire_writer *writer)
{
	uint8_t sealed[DTLS13_SEALED_MAX];
	struct wire_writer room = wire_writer(sealed, sizeof(sealed));
	struct dtls13_ticket *ticket = &dtls->ticket;
	struct dtls13_new_ticket message = {
		.nonce = wire_reader(the_nonce, sizeof(the_nonce)),
	};

	/* However often it is resumed, it ends when the first one does. */
	if (!dtls->resumed)
		ticket->until = now + ticket_lifetime();
	ticket->suite = dtls->schedule.suite;
	if (ticket->until <= now ||
	    dtls13_schedule_psk(&dtls->schedule, the_nonce, sizeof(the_nonce),
				ticket->psk) ||
	    dtls13_ticket_seal(dtls->ticket_key, ticket, &room) ||
	    gnutls_rnd(GNUTLS_RND_NONCE, &message.age_add,
		       sizeof(message.age_add)) < 0)
		return -1;
	message.lifetime = ticket->until - now;
	message.ticket = wire_reader(sealed, room.len);
	dtls13_new_ticket_write(&message, writer);
	return writer->full ? -1 : 0;
}

/* Without one, the next handshake is a full one: no harm. */
void dtls13_resume_say(struct dtls13 *dtls)
{
	uint8_t data[NEW_TICKET_MAX];
	struct wire_writer writer = wire_writer(data, sizeof(data));
	size_t body;

	if (!dtls->tls->resume || !dtls->takes_tickets ||
	    (dtls->by_psk && !dtls->resumed))
		return;
	wire_put(&writer, DTLS13_NEW_SESSION_TICKET, 1);
	body = wire_begin(&writer, 3);
	if (ticket_write(dtls, time(NULL), &writer))
		return;
	wire_end(&writer, body, 3);
	send(dtls->tls->handshake->fd, data, writer.len,
	     MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The client's ********************************************************** */

static void ticket_keep(struct dtls13 *dtls,
			const struct dtls13_new_ticket *ticket)
{
	size_t room = 128 + ticket->ticket.left + dtls->certificate.len;
	uint32_t seconds = ticket->lifetime;
	uint8_t psk[DTLS13_HASH_MAX];
	struct dtls13_saved saved = {
		.suite = dtls->schedule.suite,
		.came_at = clock_ms(),
		.age_add = ticket->age_add,
		.psk = wire_reader(psk, dtls->schedule.suite->hash_len),
		.ticket = ticket->ticket,
		.certificate = wire_reader(dtls->certificate.body,
					   dtls->certificate.len),
	};
	uint8_t *data = malloc(room);
	struct wire_writer writer = wire_writer(data, room);
	gnutls_datum_t kept;

	if (seconds > ticket_lifetime())
		seconds = ticket_lifetime();
	if (data &&
	    !dtls13_schedule_psk(&dtls->schedule, ticket->nonce.at,
				 ticket->nonce.left, psk)) {
		dtls13_saved_write(&saved, &writer);
		kept = (gnutls_datum_t){ data, writer.len };
		tls_resume_keep(dtls->tls, &kept, time(NULL) + seconds, true);
		explicit_bzero(data, room);
	}
	explicit_bzero(psk, sizeof(psk));
	free(data);
}

static void message_take(struct dtls13 *dtls,
			 const struct dtls13_message *message)
{
	struct dtls13_new_ticket ticket;

	if (message->type != DTLS13_NEW_SESSION_TICKET ||
	    dtls13_new_ticket_read(message->body, message->len, &ticket))
		return;
	dtls->tls->tickets++;
	if (ticket.lifetime && ticket.lifetime <= DTLS13_TICKET_SECONDS_MAX &&
	    ticket.ticket.left <= DTLS13_TICKET_MAX)
		ticket_keep(dtls, &ticket);
}

/* The kernel passes on what records held, and has acknowledged it. */
bool dtls13_resume_message(struct dtls13 *dtls, const void *data, size_t len)
{
	struct wire_reader record = wire_reader(data, len);
	struct dtls13_message message;

	while (record.left)
		if (dtls13_inbox_put(&dtls->inbox, DTLS13_EPOCH_DATA,
				     &record) == INBOX_BAD)
			break;
	while (dtls13_inbox_take(&dtls->inbox, &message)) {
		message_take(dtls, &message);
		free(message.body);
	}
	return dtls->tls->tickets < TICKETS_WANTED;
}
