/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLS records made of exported keys alone, as the kernel makes them: what
 * shows that secrets, keys and sequence numbers are right.
 */
#ifndef TSECD_TESTS_RECORD_H
#define TSECD_TESTS_RECORD_H

#include <gnutls/crypto.h>
#include <tsec.h>

#define RECORD_ALERT 21
#define RECORD_HANDSHAKE 22
#define RECORD_DATA 23

struct record_key {
	gnutls_aead_cipher_hd_t aead;
	uint16_t version, cipher;
	uint8_t iv[TSEC_IV_MAX];
	uint64_t seq;
};

void record_key_init(struct record_key *key, const struct tsec_key_info *info);
void record_key_free(struct record_key *key);

/* Seals and sends one record of a blocking socket; 0 or -1. */
int record_send(struct record_key *key, int fd, uint8_t type, const void *data,
		size_t len);

/* Receives and opens one; its length, or -1; *type is its content type. */
ssize_t record_receive(struct record_key *key, int fd, uint8_t *type,
		       void *data, size_t size);

#endif /* TSECD_TESTS_RECORD_H */
