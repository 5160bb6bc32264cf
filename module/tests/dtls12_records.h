/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of DTLS 1.2 for the tests.  No RFC has vectors of them: the ones
 * here were computed with another implementation.
 */
#ifndef TSEC_TESTS_DTLS12_RECORDS_H
#define TSEC_TESTS_DTLS12_RECORDS_H

#include <linux/err.h>

#include "../compat.h"
#include "../key.h"
#include "../record/dtls12.h"
#include "../record/rrc.h"
#include "../record/tls.h"
#include "kunit.h"

#define OPS	(&tsec_packet_dtls12_ops)

enum test_limits {
	BUF_LEN		= TSEC_DTLS12_HEADER_ROOM + TSEC_DTLS12_PAYLOAD_MAX +
			  TSEC_DTLS12_TRAILER_ROOM + 64,
	AT_EPOCH	= 3,
	AT_LENGTH	= 11,
};

static const char hello[] = "hello dtls12";

/**
 * struct vector - "hello dtls12" under one key, epoch 1, number 1
 * @cipher: enum tsec_cipher
 * @cid: with the connection ID c1d2
 * @sealed: the record
 */
struct vector {
	u16 cipher;
	bool cid;
	const char *sealed[2];
};

static const struct vector vectors[] = {
	{ TSEC_CIPHER_AES_128_GCM, false,
	  { "17fefd00010000000000010024000100000000000176b68c16a1addd6a",
	    "6d97c7ab562f8daa52ed93fedc6e39415394625a" } },
	{ TSEC_CIPHER_AES_128_GCM, true,
	  { "19fefd0001000000000001c1d20025000100000000000176b68c16a1ad",
	    "dd6a6d97c7ab10d49599232eefa1af1c31cc76b9926c65" } },
	{ TSEC_CIPHER_AES_256_GCM, false,
	  { "17fefd0001000000000001002400010000000000013a0bed7987dc7809",
	    "f16dfa1957bfb7f4e43f0321b1cfae31d4583631" } },
	{ TSEC_CIPHER_AES_256_GCM, true,
	  { "19fefd0001000000000001c1d2002500010000000000013a0bed7987dc",
	    "7809f16dfa191b308719599dda80c1478eb054a0367358" } },
	{ TSEC_CIPHER_CHACHA20_POLY1305, false,
	  { "17fefd0001000000000001001cd3959d6298097b7fdfd3fe6ca5431879",
	    "fdcb3e1844a1e29c3c6eb117" } },
	{ TSEC_CIPHER_CHACHA20_POLY1305, true,
	  { "19fefd0001000000000001c1d2001dd3959d6298097b7fdfd3fe6c3e18",
	    "47e50bea7f529aaee307ec0c555aaf" } },
};

/* The first two, as they are opened most. */
#define PLAIN	(&vectors[0])
#define CID	(&vectors[1])

static inline int buffer_setup(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, BUF_LEN, GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static inline void key_fill(struct tsec_key *key, u16 cipher)
{
	const struct tsec_cipher_desc *desc = tsec_cipher_find(cipher);
	int i;

	memset(key, 0, sizeof(*key));
	key->version = TSEC_VERSION_DTLS_1_2;
	key->cipher = cipher;
	key->key_len = desc->key_len;
	key->iv_len = desc->salt_len ?: desc->iv_len;
	for (i = 0; i < key->key_len; i++)
		key->key[i] = i;
	for (i = 0; i < key->iv_len; i++)
		key->iv[i] = (desc->salt_len ? 0xa0 : 0xc0) + i;
}

static inline struct tsec_packet_key *
key_of(struct kunit *test, const struct vector *v, bool sending)
{
	struct tsec_packet_params as = {
		.key_id		= 1,
		.sending	= sending,
		.window		= 64,
		.cid		= { 0xc1, 0xd2 },
		.cid_len	= v->cid ? 2 : 0,
	};
	struct tsec_packet_key *pkey;
	struct tsec_key key;
	const char *why = "";

	key_fill(&key, v->cipher);
	pkey = OPS->key_new(&key, &as, &why);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(pkey), "%s", why);
	return pkey;
}

/* A record of hexadecimal digits, in the buffer. */
static inline struct tsec_packet record(struct kunit *test,
					const char *const hex[2])
{
	u8 *buf = test->priv;
	size_t len = unhex(test, buf, 128, hex[0]);

	if (hex[1])
		len += unhex(test, buf + len, 128, hex[1]);
	return (struct tsec_packet){ .data = buf, .len = len };
}

/* Content to be sealed, with the room that it takes. */
static inline struct tsec_packet content(struct kunit *test, u64 seq,
					 const void *data, u32 len)
{
	u8 *buf = test->priv;

	memset(buf, 0x5a, BUF_LEN);
	memcpy(buf + OPS->header_room, data, len);
	return (struct tsec_packet){
		.data	= buf + OPS->header_room,
		.len	= len,
		.seq	= seq,
	};
}

static inline void expect_hello(struct kunit *test,
				const struct tsec_packet *packet)
{
	KUNIT_EXPECT_EQ(test, packet->len, strlen(hello));
	EXPECT_BYTES(test, packet->data, hello, strlen(hello));
	KUNIT_EXPECT_EQ(test, packet->kind, TSEC_PACKET_DATA);
	KUNIT_EXPECT_EQ(test, packet->content, TSEC_TLS_RECORD_DATA);
}

#endif /* TSEC_TESTS_DTLS12_RECORDS_H */
