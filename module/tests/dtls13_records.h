/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DTLS 1.3 for the tests: epochs, and what is sent in them.
 */
#ifndef TSEC_TESTS_DTLS13_RECORDS_H
#define TSEC_TESTS_DTLS13_RECORDS_H

#include <uapi/linux/tsec.h>

#include "../record/dtls13.h"
#include "../record/tls.h"
#include "packets.h"

#define OPS	(&tsec_packet_dtls13_ops)

enum {
	WINDOW = 64,
};

/**
 * struct epoch - one direction of one epoch
 * @cipher: enum tsec_cipher
 * @epoch: the low bits of its number
 * @seq: its first number
 * @secret: the traffic secret in hexadecimal; NULL for bytes from 0 up
 * @cid: the connection ID in hexadecimal, or NULL
 */
struct epoch {
	u16 cipher;
	u8 epoch;
	u64 seq;
	const char *secret;
	const char *cid;
};

static const struct epoch aes_128 = {
	.cipher	= TSEC_CIPHER_AES_128_GCM,
	.epoch	= 3,
};

static const struct epoch aes_128_cid = {
	.cipher	= TSEC_CIPHER_AES_128_GCM,
	.epoch	= 3,
	.cid	= "c1d2",
};

/* "hello dtls13" */
static inline struct expected hello(u64 seq)
{
	return (struct expected){
		.seq		= seq,
		.kind		= TSEC_PACKET_DATA,
		.content	= TSEC_TLS_RECORD_DATA,
		.payload	= "68656c6c6f2064746c733133",
	};
}

static inline void secret_bytes(struct kunit *test, const struct epoch *epoch,
				struct tsec_key *key)
{
	u8 i;

	key->secret_len = epoch->cipher == TSEC_CIPHER_AES_256_GCM ? 48 : 32;
	for (i = 0; i < key->secret_len; i++)
		key->secret[i] = i;
	if (epoch->secret)
		unhex(test, key->secret, sizeof(key->secret), epoch->secret);
}

static inline struct tsec_packet_key *
key_of(struct kunit *test, const struct epoch *epoch, bool sending)
{
	struct tsec_packet_params as = {
		.key_id		= epoch->epoch,
		.sending	= sending,
		.window		= WINDOW,
	};
	struct tsec_key key = {
		.version	= TSEC_VERSION_DTLS_1_3,
		.cipher		= epoch->cipher,
		.seq		= epoch->seq,
	};

	secret_bytes(test, epoch, &key);
	if (epoch->cid)
		as.cid_len = unhex(test, as.cid, sizeof(as.cid), epoch->cid);
	return packet_key(test, OPS, &key, &as);
}

#endif /* TSEC_TESTS_DTLS13_RECORDS_H */
