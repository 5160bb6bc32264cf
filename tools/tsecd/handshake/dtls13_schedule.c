// SPDX-License-Identifier: GPL-2.0
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include <tsec.h>

#include "dtls13_schedule.h"
#include "wire.h"

#define MESSAGE_HASH 254 /* RFC 8446 section 4.4.1 */

/* The block cipher alone is what the library's CBC does with one block. */
static const struct dtls13_suite suites[] = {
	{
		.id = 0x1301,
		.cipher = TSEC_CIPHER_AES_128_GCM,
		.aead = GNUTLS_CIPHER_AES_128_GCM,
		.mask = GNUTLS_CIPHER_AES_128_CBC,
		.digest = GNUTLS_DIG_SHA256,
		.mac = GNUTLS_MAC_SHA256,
		.hash_len = 32,
		.key_len = 16,
	}, {
		.id = 0x1302,
		.cipher = TSEC_CIPHER_AES_256_GCM,
		.aead = GNUTLS_CIPHER_AES_256_GCM,
		.mask = GNUTLS_CIPHER_AES_256_CBC,
		.digest = GNUTLS_DIG_SHA384,
		.mac = GNUTLS_MAC_SHA384,
		.hash_len = 48,
		.key_len = 32,
	}, {
		.id = 0x1303,
		.cipher = TSEC_CIPHER_CHACHA20_POLY1305,
		.aead = GNUTLS_CIPHER_CHACHA20_POLY1305,
		.mask = GNUTLS_CIPHER_CHACHA20_32,
		.digest = GNUTLS_DIG_SHA256,
		.mac = GNUTLS_MAC_SHA256,
		.hash_len = 32,
		.key_len = 32,
	},
};

#define N_SUITES (sizeof(suites) / sizeof(suites[0]))

const struct dtls13_suite *dtls13_suite_find(uint16_t id)
{
	for (size_t i = 0; i < N_SUITES; i++)
		if (suites[i].id == id)
			return &suites[i];
	return NULL;
}

const struct dtls13_suite *dtls13_suite_of(uint16_t cipher)
{
	for (size_t i = 0; i < N_SUITES; i++)
		if (suites[i].cipher == cipher)
			return &suites[i];
	return NULL;
}

const struct dtls13_suite *dtls13_suite_for_psk(const uint16_t *ciphers,
						unsigned int n)
{
	const struct dtls13_suite *first = NULL;

	for (unsigned int i = 0; i < n; i++) {
		const struct dtls13_suite *suite = dtls13_suite_of(ciphers[i]);

		if (suite && suite->digest == GNUTLS_DIG_SHA256)
			return suite;
		if (!first)
			first = suite;
	}
	return first;
}

/* Transcript ************************************************************* */

static int append(struct dtls13_transcript *transcript, const void *data,
		  size_t len)
{
	uint8_t *more;

	if (len > DTLS13_TRANSCRIPT_MAX - transcript->len)
		return -1;
	more = realloc(transcript->data, transcript->len + len);
	if (!more)
		return -1;
	transcript->data = more;
	if (len)
		memcpy(more + transcript->len, data, len);
	transcript->len += len;
	return 0;
}

int dtls13_transcript_add(struct dtls13_transcript *transcript, uint8_t type,
			  const void *body, size_t len)
{
	uint8_t header[4] = { type, len >> 16, len >> 8, len };

	if (append(transcript, header, sizeof(header)))
		return -1;
	return len ? append(transcript, body, len) : 0;
}

int dtls13_transcript_hash(const struct dtls13_transcript *transcript,
			   const struct dtls13_suite *suite, uint8_t *hash)
{
	return gnutls_hash_fast(suite->digest, transcript->data,
				transcript->len, hash) < 0 ? -1 : 0;
}

int dtls13_transcript_restart(struct dtls13_transcript *transcript,
			      const struct dtls13_suite *suite,
			      const uint8_t *hash)
{
	transcript->len = 0;
	return dtls13_transcript_add(transcript, MESSAGE_HASH, hash,
				     suite->hash_len);
}

void dtls13_transcript_free(struct dtls13_transcript *transcript)
{
	free(transcript->data);
	memset(transcript, 0, sizeof(*transcript));
}

/* Derivation ************************************************************* */

int dtls13_expand_label(const struct dtls13_suite *suite,
			const uint8_t *secret, const char *label,
			const uint8_t *context, size_t context_len,
			uint8_t *out, size_t len)
{
	static const char prefix[] = "dtls13";
	uint8_t info[2 + 1 + 255 + 1 + 255];
	struct wire_writer writer = wire_writer(info, sizeof(info));
	gnutls_datum_t key = { (void *)secret, suite->hash_len }, datum;
	size_t begun;

	wire_put(&writer, len, 2);
	begun = wire_begin(&writer, 1);
	wire_put_data(&writer, prefix, strlen(prefix));
	wire_put_data(&writer, label, strlen(label));
	wire_end(&writer, begun, 1);
	begun = wire_begin(&writer, 1);
	wire_put_data(&writer, context, context_len);
	wire_end(&writer, begun, 1);
	if (writer.full)
		return -1;
	datum = (gnutls_datum_t){ info, writer.len };
	return gnutls_hkdf_expand(suite->mac, &key, &datum, out, len) < 0 ? -1 :
									    0;
}

static int derive(const struct dtls13_suite *suite, const uint8_t *secret,
		  const char *label, const uint8_t *hash, uint8_t *out)
{
	return dtls13_expand_label(suite, secret, label, hash, suite->hash_len,
				   out, suite->hash_len);
}

static int hash_of_nothing(const struct dtls13_suite *suite, uint8_t *hash)
{
	return gnutls_hash_fast(suite->digest, "", 0, hash) < 0 ? -1 : 0;
}

static int extract(const struct dtls13_suite *suite, const uint8_t *salt,
		   const uint8_t *ikm, size_t len, uint8_t *out)
{
	static const uint8_t zeros[DTLS13_HASH_MAX];
	gnutls_datum_t key = { (void *)(ikm ? ikm : zeros),
			       ikm ? len : suite->hash_len };
	gnutls_datum_t salt_datum = { (void *)(salt ? salt : zeros),
				      suite->hash_len };

	return gnutls_hkdf_extract(suite->mac, &key, &salt_datum, out) < 0 ?
		       -1 : 0;
}

/* From one stage to the next (RFC 8446 section 7.1). */
static int stage_next(struct dtls13_schedule *schedule, const uint8_t *ikm,
		      size_t len)
{
	const struct dtls13_suite *suite = schedule->suite;
	uint8_t hash[DTLS13_HASH_MAX], salt[DTLS13_HASH_MAX];
	int ret = -1;

	if (!hash_of_nothing(suite, hash) &&
	    !derive(suite, schedule->stage, "derived", hash, salt))
		ret = extract(suite, salt, ikm, len, schedule->stage);
	explicit_bzero(salt, sizeof(salt));
	return ret;
}

int dtls13_schedule_begin(struct dtls13_schedule *schedule,
			  const struct dtls13_suite *suite, const uint8_t *psk,
			  size_t psk_len)
{
	schedule->suite = suite;
	return extract(suite, NULL, psk, psk_len, schedule->stage);
}

int dtls13_schedule_binder(const struct dtls13_schedule *schedule,
			   bool resumption, const uint8_t *hash,
			   uint8_t *binder)
{
	const char *label = resumption ? "res binder" : "ext binder";
	const struct dtls13_suite *suite = schedule->suite;
	uint8_t nothing[DTLS13_HASH_MAX], key[DTLS13_HASH_MAX];
	int ret = -1;

	if (!hash_of_nothing(suite, nothing) &&
	    !derive(suite, schedule->stage, label, nothing, key))
		ret = dtls13_schedule_finished(suite, key, hash, binder);
	explicit_bzero(key, sizeof(key));
	return ret;
}

int dtls13_schedule_handshake(struct dtls13_schedule *schedule,
			      const uint8_t *shared, size_t len,
			      const uint8_t *hash)
{
	const struct dtls13_suite *suite = schedule->suite;

	if (stage_next(schedule, shared, len) ||
	    derive(suite, schedule->stage, "c hs traffic", hash,
		   schedule->client))
		return -1;
	return derive(suite, schedule->stage, "s hs traffic", hash,
		      schedule->server);
}

int dtls13_schedule_application(struct dtls13_schedule *schedule,
				const uint8_t *hash)
{
	const struct dtls13_suite *suite = schedule->suite;

	if (stage_next(schedule, NULL, 0) ||
	    derive(suite, schedule->stage, "c ap traffic", hash,
		   schedule->client_data) ||
	    derive(suite, schedule->stage, "s ap traffic", hash,
		   schedule->server_data))
		return -1;
	return derive(suite, schedule->stage, "exp master", hash,
		      schedule->exporter);
}

int dtls13_schedule_resumption(struct dtls13_schedule *schedule,
			       const uint8_t *hash)
{
	return derive(schedule->suite, schedule->stage, "res master", hash,
		      schedule->resumption);
}

int dtls13_schedule_psk(const struct dtls13_schedule *schedule,
			const uint8_t *nonce, size_t nonce_len, uint8_t *psk)
{
	return dtls13_expand_label(schedule->suite, schedule->resumption,
				   "resumption", nonce, nonce_len, psk,
				   schedule->suite->hash_len);
}

int dtls13_schedule_finished(const struct dtls13_suite *suite,
			     const uint8_t *secret, const uint8_t *hash,
			     uint8_t *verify_data)
{
	uint8_t key[DTLS13_HASH_MAX];
	int ret = -1;

	if (!dtls13_expand_label(suite, secret, "finished", NULL, 0, key,
				 suite->hash_len))
		ret = gnutls_hmac_fast(suite->mac, key, suite->hash_len, hash,
				       suite->hash_len, verify_data);
	explicit_bzero(key, sizeof(key));
	return ret < 0 ? -1 : 0;
}
