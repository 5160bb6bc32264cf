/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cipher suites, transcript and key schedule of DTLS 1.3 (RFC 9147 sections
 * 5.2 and 5.9, RFC 8446 sections 4.4.1 and 7).
 */
#ifndef TSECD_DTLS13_SCHEDULE_H
#define TSECD_DTLS13_SCHEDULE_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTLS13_HASH_MAX 48

/* The messages of one handshake, certificates included. */
#define DTLS13_TRANSCRIPT_MAX (256 << 10)

struct dtls13_suite {
	uint16_t id; /* on the wire */
	uint16_t cipher; /* enum tsec_cipher */
	gnutls_cipher_algorithm_t aead;
	gnutls_cipher_algorithm_t mask; /* of sequence numbers */
	gnutls_digest_algorithm_t digest;
	gnutls_mac_algorithm_t mac;
	uint8_t hash_len, key_len;
};

/* NULL when there is none. */
const struct dtls13_suite *dtls13_suite_find(uint16_t id);
const struct dtls13_suite *dtls13_suite_of(uint16_t cipher);

/*
 * A suite with the hash that external PSKs go with.  Nobody says which that is:
 * SHA-256 (RFC 8446 section 4.2.11), unless no cipher that is allowed has it.
 * NULL: there is no suite at all.
 */
const struct dtls13_suite *dtls13_suite_for_psk(const uint16_t *ciphers,
						unsigned int n);

/* HKDF-Expand-Label, with the prefix of DTLS; 0 or -1. */
int dtls13_expand_label(const struct dtls13_suite *suite,
			const uint8_t *secret, const char *label,
			const uint8_t *context, size_t context_len,
			uint8_t *out, size_t len);

/*
 * All messages in their order, each with the header that TLS gives it: what
 * DTLS puts in there is no part of it.  The hash is known only after the
 * ServerHello, so the messages themselves are kept.
 */
struct dtls13_transcript {
	uint8_t *data;
	size_t len;
};

int dtls13_transcript_add(struct dtls13_transcript *transcript, uint8_t type,
			  const void *body, size_t len);
int dtls13_transcript_hash(const struct dtls13_transcript *transcript,
			   const struct dtls13_suite *suite, uint8_t *hash);
/* After a HelloRetryRequest the hash of the first ClientHello stands for it. */
int dtls13_transcript_restart(struct dtls13_transcript *transcript,
			      const struct dtls13_suite *suite,
			      const uint8_t *hash);
void dtls13_transcript_free(struct dtls13_transcript *transcript);

/* Holds secrets: to be wiped. */
struct dtls13_schedule {
	const struct dtls13_suite *suite;
	uint8_t stage[DTLS13_HASH_MAX]; /* early, handshake, master secret */
	/* Of the handshake, then of application data */
	uint8_t client[DTLS13_HASH_MAX], server[DTLS13_HASH_MAX];
	uint8_t client_data[DTLS13_HASH_MAX], server_data[DTLS13_HASH_MAX];
	uint8_t exporter[DTLS13_HASH_MAX];
	uint8_t resumption[DTLS13_HASH_MAX];
};

/* Without a PSK, @psk is NULL; these return 0 or -1. */
int dtls13_schedule_begin(struct dtls13_schedule *schedule,
			  const struct dtls13_suite *suite, const uint8_t *psk,
			  size_t psk_len);
/* Proves the possession of a PSK: an external one, or a ticket's. */
int dtls13_schedule_binder(const struct dtls13_schedule *schedule,
			   bool resumption, const uint8_t *hash,
			   uint8_t *binder);
/* @hash: up to the ServerHello */
int dtls13_schedule_handshake(struct dtls13_schedule *schedule,
			      const uint8_t *shared, size_t len,
			      const uint8_t *hash);
/* @hash: up to the server's Finished */
int dtls13_schedule_application(struct dtls13_schedule *schedule,
				const uint8_t *hash);
/* @hash: up to the client's Finished */
int dtls13_schedule_resumption(struct dtls13_schedule *schedule,
			       const uint8_t *hash);
/* The PSK of a ticket, after that. */
int dtls13_schedule_psk(const struct dtls13_schedule *schedule,
			const uint8_t *nonce, size_t nonce_len, uint8_t *psk);
/* What the message Finished has in it. */
int dtls13_schedule_finished(const struct dtls13_suite *suite,
			     const uint8_t *secret, const uint8_t *hash,
			     uint8_t *verify_data);

#endif /* TSECD_DTLS13_SCHEDULE_H */
