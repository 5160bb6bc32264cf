// SPDX-License-Identifier: GPL-2.0
/*
 * Resumption.  A server's tickets are sealed with a key of its own context;
 * a client's sessions are cached under a name made of all that must not
 * differ, the generation of what it trusts included: a certificate that was
 * good stays good for as long as that and its own dates allow.
 */
#include <errno.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "tls.h"

/* Servers give two tickets as a rule; none needs more kept. */
#define TICKETS_WANTED 2

static void hash_text(gnutls_hash_hd_t hash, const char *text)
{
	gnutls_hash(hash, text, strlen(text) + 1);
}

static void hash_object(gnutls_hash_hd_t hash, const struct object *object,
			bool loaded)
{
	static const uint8_t none[32];
	uint64_t generation = object && loaded ? object->generation : 0;

	gnutls_hash(hash, object ? object->id : none, sizeof(none));
	gnutls_hash(hash, &generation, sizeof(generation));
}

static struct object *object_of(void *holder)
{
	return holder; /* the object is each holder's first member */
}

/* Credentials and demands, by name only or as they were loaded. */
static void hash_common(const struct tls *tls, gnutls_hash_hd_t hash,
			bool loaded)
{
	hash_text(hash, tls->handshake->ops->name);
	hash_text(hash, tls->handshake->profile);
	gnutls_hash(hash, &tls->handshake->role, sizeof(uint8_t));
	gnutls_hash(hash, &tls->verify, sizeof(tls->verify));
	hash_object(hash, object_of(tls->identity), loaded);
	hash_object(hash, object_of(tls->trust), loaded);
	hash_object(hash, object_of(tls->psks), loaded);
	if (!tls->has_psk)
		return;
	gnutls_hash(hash, tls->psk.identity, tls->psk.identity_len);
	gnutls_hash(hash, tls->psk.key, tls->psk.key_len);
}

static void hash_demands(gnutls_hash_hd_t hash,
			 const struct tsec_profile_info *settings)
{
	uint16_t numbers[2] = { settings->version_min, settings->version_max };

	gnutls_hash(hash, numbers, sizeof(numbers));
	gnutls_hash(hash, settings->ciphers,
		    settings->n_ciphers * sizeof(settings->ciphers[0]));
	hash_text(hash, settings->alpn);
}

/* What a client resumes only with the very same of. */
static int make_name(struct tls *tls, const struct tsec_handshake_info *info)
{
	char remote[TSEC_ADDR_TEXT];
	gnutls_hash_hd_t hash;

	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0)
		return -ENOMEM;
	hash_common(tls, hash, true);
	hash_text(hash, tls->handshake->peer_name);
	hash_text(hash, tsec_addr_text(&tls->handshake->remote, remote));
	hash_demands(hash, &info->settings);
	gnutls_hash_deinit(hash, tls->name);
	return 0;
}

/* A ticket outlives the reading of a renewed certificate: "by name only". */
int tls_resume_key(const struct tls *tls, uint8_t key[TICKET_KEY_SIZE])
{
	gnutls_hash_hd_t hash;
	uint8_t context[32];

	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0)
		return -ENOMEM;
	hash_common(tls, hash, false);
	gnutls_hash_deinit(hash, context);
	return ticket_key_derive(context, sizeof(context), key);
}

static int setup_server(struct tls *tls)
{
	uint8_t key[TICKET_KEY_SIZE];
	gnutls_datum_t datum = { key, sizeof(key) };
	int ret = tls_resume_key(tls, key);

	if (ret)
		return ret == -ENOKEY ? 0 : ret; /* no tickets, then */
	ret = gnutls_session_ticket_enable_server(tls->session, &datum);
	gnutls_db_set_cache_expiration(tls->session, ticket_lifetime());
	explicit_bzero(key, sizeof(key));
	return ret < 0 ? -ENOMEM : 0;
}

int tls_resume_find(struct tls *tls, const struct tsec_handshake_info *info)
{
	int err = make_name(tls, info);

	if (!err)
		sessions_take(tls->name, &tls->saved);
	return err;
}

static int setup_client(struct tls *tls, const struct tsec_handshake_info *info)
{
	int err = tls_resume_find(tls, info);

	/* What the library cannot read makes a full handshake of it. */
	if (!err && tls->saved.data.data)
		gnutls_session_set_data(tls->session, tls->saved.data.data,
					tls->saved.data.size);
	return err;
}

int tls_resume_setup(struct tls *tls, const struct tsec_handshake_info *info)
{
	int err = 0;

	if (tls->resume)
		err = tls_is_client(tls) ? setup_client(tls, info) :
					   setup_server(tls);
	if (err)
		return reason_set(&tls->handshake->reason, -err,
				  "out of memory");
	return 0;
}

void tls_resume_keep(struct tls *tls, const gnutls_datum_t *data, time_t until,
		     bool once)
{
	struct saved_session saved = {
		.data = *data,
		.until = until,
		.once = once,
	};

	if (tls->peer_until && tls->peer_until < until)
		saved.until = tls->peer_until;
	tsec_copy(saved.peer_id, sizeof(saved.peer_id), tls->peer_id);
	sessions_put(tls->name, &saved);
}

void tls_resume_save(struct tls *tls)
{
	gnutls_datum_t data = { NULL, 0 };

	if (!tls->resume || gnutls_session_get_data2(tls->session, &data) < 0)
		return;
	tls_resume_keep(tls, &data, time(NULL) + ticket_lifetime(),
			gnutls_protocol_get_version(tls->session) ==
				GNUTLS_TLS1_3);
	gnutls_memset(data.data, 0, data.size);
	gnutls_free(data.data);
}

/*
 * The library takes a message for one that a QUIC transport has read if it
 * has a function that would carry its own the other way; it sends none here.
 */
static int discard_output(gnutls_session_t session,
			  gnutls_record_encryption_level_t level,
			  gnutls_handshake_description_t type, const void *data,
			  size_t len)
{
	(void)session;
	(void)level;
	(void)type;
	(void)data;
	(void)len;
	return GNUTLS_E_INVALID_REQUEST;
}

bool tls_resume_message(struct tls *tls, const void *data, size_t len)
{
	const uint8_t *message = data;

	if (len < 4 || message[0] != GNUTLS_HANDSHAKE_NEW_SESSION_TICKET)
		return true; /* nothing for us, and no harm */
	gnutls_handshake_set_read_function(tls->session, discard_output);
	if (gnutls_handshake_write(tls->session,
				   GNUTLS_ENCRYPTION_LEVEL_APPLICATION, data,
				   len) < 0)
		return false;
	tls_resume_save(tls);
	return ++tls->tickets < TICKETS_WANTED;
}
