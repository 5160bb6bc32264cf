// SPDX-License-Identifier: GPL-2.0
/* The keys: out of the library, into the form that the kernel wants. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tls.h"

#ifdef TSECD_KEYLOG
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <unistd.h>

/* One write a line, so that lines of several workers do not mix. */
static void keylog_write(gnutls_session_t session, const char *label,
			 const gnutls_datum_t *secret)
{
	const char *path = getenv("SSLKEYLOGFILE");
	gnutls_datum_t random, server;
	char line[512], hex[2 * TSEC_SECRET_MAX + 1], id[65];
	size_t hex_len = sizeof(hex), id_len = sizeof(id);
	int fd, len;

	gnutls_session_get_random(session, &random, &server);
	if (!path || gnutls_hex_encode(secret, hex, &hex_len) < 0 ||
	    gnutls_hex_encode(&random, id, &id_len) < 0)
		return;
	len = snprintf(line, sizeof(line), "%s %s %s\n", label, id, hex);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (write(fd, line, len) != len)
		len = 0; /* a debugging aid: nothing else depends on it */
	close(fd);
}
#else
static void keylog_write(gnutls_session_t session, const char *label,
			 const gnutls_datum_t *secret)
{
	(void)session;
	(void)label;
	(void)secret;
}
#endif

static struct tls_secret *secret_of(struct tls *tls, const char *label)
{
	if (!strcmp(label, "CLIENT_TRAFFIC_SECRET_0"))
		return &tls->client;
	if (!strcmp(label, "SERVER_TRAFFIC_SECRET_0"))
		return &tls->server;
	if (!strcmp(label, "EXPORTER_SECRET"))
		return &tls->exporter;
	return NULL;
}

/*
 * The library's hook for key logs is also where it gives the secrets of
 * TLS 1.3.  Having set it keeps the library from writing a log of its own.
 */
static int take_secret(gnutls_session_t session, const char *label,
		       const gnutls_datum_t *secret)
{
	struct tls *tls = gnutls_session_get_ptr(session);
	struct tls_secret *to = secret_of(tls, label);

	keylog_write(session, label, secret);
	if (to && secret->size <= sizeof(to->data)) {
		memcpy(to->data, secret->data, secret->size);
		to->len = secret->size;
	}
	return 0;
}

void tls_keys_listen(struct tls *tls)
{
	gnutls_session_set_keylog_function(tls->session, take_secret);
}

static uint16_t cipher_of(gnutls_cipher_algorithm_t cipher)
{
	switch (cipher) {
	case GNUTLS_CIPHER_AES_128_GCM:
		return TSEC_CIPHER_AES_128_GCM;
	case GNUTLS_CIPHER_AES_256_GCM:
		return TSEC_CIPHER_AES_256_GCM;
	case GNUTLS_CIPHER_CHACHA20_POLY1305:
		return TSEC_CIPHER_CHACHA20_POLY1305;
	default:
		return TSEC_CIPHER_UNSPEC;
	}
}

static uint16_t version_of(gnutls_protocol_t version)
{
	switch (version) {
	case GNUTLS_TLS1_3:
		return TSEC_VERSION_TLS_1_3;
	case GNUTLS_DTLS1_2:
		return TSEC_VERSION_DTLS_1_2;
	default:
		return TSEC_VERSION_TLS_1_2;
	}
}

/* With datagrams, the epoch stands before it (RFC 6347 section 4.1). */
uint64_t tls_keys_sequence(const struct tls *tls, int direction)
{
	unsigned char seq[8] = { 0 };
	uint64_t value;

	gnutls_record_get_state(tls->session, direction == TSEC_DIR_RX, NULL,
				NULL, NULL, seq);
	memcpy(&value, seq, sizeof(value));
	value = be64toh(value);
	return tls->datagrams ? value & ((UINT64_C(1) << 48) - 1) : value;
}

/* Data in datagrams may have overtaken the end of the handshake. */
static uint64_t first_sequence(const struct tls *tls, int direction)
{
	if (tls->datagrams && direction == TSEC_DIR_RX)
		return 0;
	return tls_keys_sequence(tls, direction);
}

/* TLS 1.3: the secret, of which the kernel makes this key and the next. */
static int put_secret(struct tls *tls, struct outcome *outcome, int direction)
{
	bool own = (direction == TSEC_DIR_TX) == tls_is_client(tls);
	const struct tls_secret *from = own ? &tls->client : &tls->server;
	struct tsec_key_info *key = &outcome->key[direction];

	if (from->len != tsec_cipher_secret_len(key->cipher))
		return reason_set(&tls->handshake->reason, EPROTO,
				  "the TLS library gave no traffic secret");
	memcpy(outcome->secret[direction], from->data, from->len);
	tsec_set(key, KEY_SECRET, secret,
		 ((struct tsec_blob){ outcome->secret[direction], from->len }));
	return 0;
}

/* TLS 1.2: key and fixed part of the nonce. */
static int put_key(struct tls *tls, struct outcome *outcome, int direction,
		   const gnutls_datum_t *key_data, const gnutls_datum_t *iv)
{
	struct tsec_key_info *key = &outcome->key[direction];

	if (key_data->size != tsec_cipher_key_len(key->cipher) ||
	    iv->size != tsec_cipher_iv_len(key->cipher, key->version))
		return reason_set(&tls->handshake->reason, EPROTO,
				  "the TLS library gave no key");
	memcpy(outcome->secret[direction], key_data->data, key_data->size);
	memcpy(outcome->iv[direction], iv->data, iv->size);
	tsec_set(key, KEY_KEY, key,
		 ((struct tsec_blob){ outcome->secret[direction],
				      key_data->size }));
	tsec_set(key, KEY_IV, iv,
		 ((struct tsec_blob){ outcome->iv[direction], iv->size }));
	return 0;
}

static int put_direction(struct tls *tls, struct outcome *outcome,
			 int direction)
{
	struct tsec_key_info *key = &outcome->key[direction];
	gnutls_datum_t iv, data;

	if (gnutls_record_get_state(tls->session, direction == TSEC_DIR_RX,
				    NULL, &iv, &data, NULL) < 0)
		return reason_set(&tls->handshake->reason, EPROTO,
				  "the TLS library gave no record state");
	tsec_set(key, KEY_SESSION, session, tls->handshake->session);
	tsec_set(key, KEY_DIRECTION, direction, direction);
	tsec_set(key, KEY_VERSION, version, outcome->done.version);
	tsec_set(key, KEY_CIPHER, cipher, outcome->done.cipher);
	tsec_set(key, KEY_SEQ, seq, first_sequence(tls, direction));
	if (key->version == TSEC_VERSION_TLS_1_3)
		return put_secret(tls, outcome, direction);
	return put_key(tls, outcome, direction, &data, &iv);
}

static void put_exporter(struct tls *tls, struct outcome *outcome)
{
	const struct tls_secret *from = &tls->exporter;

	if (!from->len)
		return;
	memcpy(outcome->exporter, from->data, from->len);
	tsec_set(&outcome->done, HANDSHAKE_EXPORTER, exporter,
		 ((struct tsec_blob){ outcome->exporter, from->len }));
}

int tls_keys_export(struct tls *tls, struct outcome *outcome)
{
	gnutls_protocol_t version = gnutls_protocol_get_version(tls->session);
	uint16_t cipher = cipher_of(gnutls_cipher_get(tls->session));
	int err;

	tsec_set(&outcome->done, HANDSHAKE_VERSION, version,
		 version_of(version));
	tsec_set(&outcome->done, HANDSHAKE_CIPHER, cipher, cipher);
	err = put_direction(tls, outcome, TSEC_DIR_TX);
	if (!err)
		err = put_direction(tls, outcome, TSEC_DIR_RX);
	put_exporter(tls, outcome);
	return err;
}
