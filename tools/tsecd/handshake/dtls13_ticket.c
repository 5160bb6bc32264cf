// SPDX-License-Identifier: GPL-2.0
#include <gnutls/crypto.h>
#include <string.h>

#include "dtls13_extension.h"
#include "dtls13_ticket.h"

enum sealed_layout {
	NONCE_LEN = 12,
	TAG_LEN = 16,
	KEY_LEN = 32, /* of the ticket key */
	FIXED_LEN = 2 + 8, /* suite, until */
	PLAIN_MAX = FIXED_LEN + DTLS13_HASH_MAX,
};

/* A server's own ******************************************************** */

static int aead_init(const uint8_t key[TICKET_KEY_SIZE],
		     gnutls_aead_cipher_hd_t *aead)
{
	gnutls_datum_t datum = { (void *)key, KEY_LEN };

	return gnutls_aead_cipher_init(aead, GNUTLS_CIPHER_AES_256_GCM, &datum);
}

/* nonce | sealed: suite | until | PSK */
int dtls13_ticket_seal(const uint8_t key[TICKET_KEY_SIZE],
		       const struct dtls13_ticket *ticket,
		       struct wire_writer *writer)
{
	uint8_t plain[PLAIN_MAX], sealed[PLAIN_MAX + TAG_LEN];
	struct wire_writer content = wire_writer(plain, sizeof(plain));
	size_t sealed_len = sizeof(sealed);
	gnutls_aead_cipher_hd_t aead;
	uint8_t nonce[NONCE_LEN];
	int ret;

	wire_put(&content, ticket->suite->id, 2);
	wire_put(&content, ticket->until, 8);
	wire_put_data(&content, ticket->psk, ticket->suite->hash_len);
	ret = gnutls_rnd(GNUTLS_RND_NONCE, nonce, sizeof(nonce));
	if (ret >= 0)
		ret = aead_init(key, &aead);
	if (ret >= 0) {
		ret = gnutls_aead_cipher_encrypt(aead, nonce, sizeof(nonce),
						 NULL, 0, TAG_LEN, plain,
						 content.len, sealed,
						 &sealed_len);
		gnutls_aead_cipher_deinit(aead);
	}
	explicit_bzero(plain, sizeof(plain));
	if (ret < 0)
		return -1;
	wire_put_data(writer, nonce, sizeof(nonce));
	wire_put_data(writer, sealed, sealed_len);
	return writer->full ? -1 : 0;
}

static int content_read(struct wire_reader reader,
			struct dtls13_ticket *ticket)
{
	const struct dtls13_suite *suite =
		dtls13_suite_find(wire_get(&reader, 2));

	ticket->suite = suite;
	ticket->until = wire_get(&reader, 8);
	if (!suite || reader.bad || reader.left != suite->hash_len)
		return -1;
	memcpy(ticket->psk, reader.at, reader.left);
	return 0;
}

int dtls13_ticket_open(const uint8_t key[TICKET_KEY_SIZE],
		       struct wire_reader sealed,
		       struct dtls13_ticket *ticket)
{
	const uint8_t *nonce = wire_get_data(&sealed, NONCE_LEN);
	uint8_t plain[PLAIN_MAX];
	size_t len = sizeof(plain);
	gnutls_aead_cipher_hd_t aead;
	int ret = -1;

	if (!nonce || sealed.left < FIXED_LEN + TAG_LEN ||
	    sealed.left > sizeof(plain) + TAG_LEN ||
	    aead_init(key, &aead) < 0)
		return -1;
	if (gnutls_aead_cipher_decrypt(aead, nonce, NONCE_LEN, NULL, 0,
				       TAG_LEN, sealed.at, sealed.left, plain,
				       &len) >= 0)
		ret = content_read(wire_reader(plain, len), ticket);
	gnutls_aead_cipher_deinit(aead);
	explicit_bzero(plain, sizeof(plain));
	return ret;
}

/* NewSessionTicket ****************************************************** */

int dtls13_new_ticket_read(const void *body, size_t len,
			   struct dtls13_new_ticket *ticket)
{
	struct wire_reader reader = wire_reader(body, len);
	struct dtls13_extensions ext;
	int alert;

	ticket->lifetime = wire_get(&reader, 4);
	ticket->age_add = wire_get(&reader, 4);
	ticket->nonce = wire_get_vector(&reader, 1);
	ticket->ticket = wire_get_vector(&reader, 2);
	/* Those that nobody here knows are ignored. */
	alert = dtls13_extensions_read(&reader, &ext);
	if (!alert && (!wire_is_read(&reader) || !ticket->ticket.left))
		alert = GNUTLS_A_DECODE_ERROR;
	return alert;
}

void dtls13_new_ticket_write(const struct dtls13_new_ticket *ticket,
			     struct wire_writer *writer)
{
	wire_put(writer, ticket->lifetime, 4);
	wire_put(writer, ticket->age_add, 4);
	wire_put(writer, ticket->nonce.left, 1);
	wire_put_data(writer, ticket->nonce.at, ticket->nonce.left);
	wire_put(writer, ticket->ticket.left, 2);
	wire_put_data(writer, ticket->ticket.at, ticket->ticket.left);
	wire_put(writer, 0, 2);
}

/* A client's own ******************************************************** */

void dtls13_saved_write(const struct dtls13_saved *saved,
			struct wire_writer *writer)
{
	wire_put(writer, saved->suite->id, 2);
	wire_put(writer, saved->came_at, 8);
	wire_put(writer, saved->age_add, 4);
	wire_put(writer, saved->psk.left, 1);
	wire_put_data(writer, saved->psk.at, saved->psk.left);
	wire_put(writer, saved->ticket.left, 2);
	wire_put_data(writer, saved->ticket.at, saved->ticket.left);
	wire_put_data(writer, saved->certificate.at, saved->certificate.left);
}

int dtls13_saved_read(const void *data, size_t len,
		      struct dtls13_saved *saved)
{
	struct wire_reader reader = wire_reader(data, len);

	saved->suite = dtls13_suite_find(wire_get(&reader, 2));
	saved->came_at = wire_get(&reader, 8);
	saved->age_add = wire_get(&reader, 4);
	saved->psk = wire_get_vector(&reader, 1);
	saved->ticket = wire_get_vector(&reader, 2);
	saved->certificate = reader;
	return reader.bad || !saved->suite ||
			       saved->psk.left != saved->suite->hash_len ?
		       -1 : 0;
}
