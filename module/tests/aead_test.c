// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of aead.c.  Vectors: the GCM specification's test case 4,
 * RFC 8439 section 2.8.2.
 */
#include <linux/err.h>

#include "../aead.h"
#include "kunit.h"

enum test_limits {
	BUF_LEN = 256,
	PARTS = 5,		/* of a long number */
};

/**
 * struct vector - one record
 * @alg: the AEAD
 * @key: in hexadecimal, like the rest; the long ones in parts
 * @nonce: never used for another record
 * @aad: additional data
 * @plain: the plaintext
 * @sealed: the ciphertext
 * @tag: the tag
 */
struct vector {
	const char *alg;
	const char *key[PARTS];
	const char *nonce;
	const char *aad;
	const char *plain[PARTS];
	const char *sealed[PARTS];
	const char *tag;
};

static const struct vector gcm = {
	.alg	= "gcm(aes)",
	.key	= { "feffe9928665731c6d6a8f9467308308" },
	.nonce	= "cafebabefacedbaddecaf888",
	.aad	= "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	.plain	= { "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da",
		    "2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525",
		    "b16aedf5aa0de657ba637b39" },
	.sealed	= { "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e0",
		    "35c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05",
		    "1ba30b396a0aac973d58e091" },
	.tag	= "5bc94fbc3221a5db94fae95ae7121a47",
};

/* "Ladies and Gentlemen of the class of '99: ..." */
static const struct vector chacha = {
	.alg	= "rfc7539(chacha20,poly1305)",
	.key	= { "808182838485868788898a8b8c8d8e8f9091929394959697",
		    "98999a9b9c9d9e9f" },
	.nonce	= "070000004041424344454647",
	.aad	= "50515253c0c1c2c3c4c5c6c7",
	.plain	= { "4c616469657320616e642047656e746c656d656e206f6620",
		    "74686520636c617373206f66202739393a20496620492063",
		    "6f756c64206f6666657220796f75206f6e6c79206f6e6520",
		    "74697020666f7220746865206675747572652c2073756e73",
		    "637265656e20776f756c642062652069742e" },
	.sealed	= { "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fe",
		    "a9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b",
		    "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c",
		    "9803aee328091b58fab324e4fad675945585808b4831d7bc",
		    "3ff4def08e4b7a9de576d26586cec64b6116" },
	.tag	= "1ae10b594f09e26a7e902ecbd0600691",
};

/**
 * struct record - a vector in bytes, and a buffer to work in
 * @aead: its key
 * @nonce: its nonce
 * @aad: its additional data
 * @aad_len: bytes of @aad
 * @plain: its plaintext
 * @sealed: its ciphertext and tag
 * @len: bytes of plaintext
 * @buf: room for @sealed, from kmalloc()
 */
struct record {
	struct tsec_aead *aead;
	u8 nonce[TSEC_AEAD_NONCE_LEN];
	u8 aad[TSEC_AEAD_AAD_MAX];
	u8 aad_len;
	u8 plain[BUF_LEN];
	u8 sealed[BUF_LEN];
	u32 len;
	u8 *buf;
};

static size_t unhex_parts(struct kunit *test, u8 *out,
			  const char *const parts[PARTS])
{
	size_t len = 0;
	int i;

	for (i = 0; i < PARTS && parts[i]; i++)
		len += unhex(test, out + len, BUF_LEN - len, parts[i]);
	return len;
}

static struct record *record_of(struct kunit *test, const struct vector *v)
{
	struct record *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	u8 key[BUF_LEN];
	size_t key_len;

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->buf = kunit_kzalloc(test, BUF_LEN, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r->buf);
	key_len = unhex_parts(test, key, v->key);
	unhex(test, r->nonce, sizeof(r->nonce), v->nonce);
	r->aad_len = unhex(test, r->aad, sizeof(r->aad), v->aad);
	r->len = unhex_parts(test, r->plain, v->plain);
	unhex_parts(test, r->sealed, v->sealed);
	unhex(test, r->sealed + r->len, TSEC_AEAD_TAG_LEN, v->tag);
	r->aead = tsec_aead_new(v->alg, key, key_len);
	KUNIT_ASSERT_FALSE(test, IS_ERR(r->aead));
	return r;
}

static int open_record(struct record *r)
{
	return tsec_aead_open(r->aead, r->nonce, r->aad, r->aad_len, r->buf,
			      r->len);
}

static void both_ways(struct kunit *test, const struct vector *v)
{
	struct record *r = record_of(test, v);

	memcpy(r->buf, r->plain, r->len);
	KUNIT_EXPECT_EQ(test, tsec_aead_seal(r->aead, r->nonce, r->aad,
					     r->aad_len, r->buf, r->len), 0);
	EXPECT_BYTES(test, r->buf, r->sealed, r->len + TSEC_AEAD_TAG_LEN);
	EXPECT_ZEROS(test, r->buf + r->len + TSEC_AEAD_TAG_LEN,
		     BUF_LEN - r->len - TSEC_AEAD_TAG_LEN);
	KUNIT_EXPECT_EQ(test, open_record(r), 0);
	EXPECT_BYTES(test, r->buf, r->plain, r->len);
	tsec_aead_free(r->aead);
}

static void aead_seal__vectors(struct kunit *test)
{
	both_ways(test, &gcm);
	both_ways(test, &chacha);
}

/* The same record, its additional data right before it. */
static void both_ways_behind(struct kunit *test, const struct vector *v)
{
	struct record *r = record_of(test, v);
	u8 *data = r->buf + r->aad_len;

	memcpy(r->buf, r->aad, r->aad_len);
	memcpy(data, r->plain, r->len);
	KUNIT_EXPECT_EQ(test, tsec_aead_seal_behind(r->aead, r->nonce,
						    r->aad_len, data, r->len),
			0);
	EXPECT_BYTES(test, r->buf, r->aad, r->aad_len);
	EXPECT_BYTES(test, data, r->sealed, r->len + TSEC_AEAD_TAG_LEN);
	KUNIT_EXPECT_EQ(test, tsec_aead_open_behind(r->aead, r->nonce,
						    r->aad_len, data, r->len),
			0);
	EXPECT_BYTES(test, data, r->plain, r->len);
	r->buf[0] ^= 1;
	KUNIT_EXPECT_EQ(test, tsec_aead_open_behind(r->aead, r->nonce,
						    r->aad_len, data, r->len),
			-EBADMSG);
	tsec_aead_free(r->aead);
}

static void aead_seal_behind__vectors(struct kunit *test)
{
	both_ways_behind(test, &gcm);
	both_ways_behind(test, &chacha);
}

/* Any bit that changes, anywhere: the record, its nonce, what goes with it. */
static void bits_changed(struct kunit *test, struct record *r, u8 *where,
			 size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		memcpy(r->buf, r->sealed, r->len + TSEC_AEAD_TAG_LEN);
		where[i] ^= 1 << (i % 8);
		KUNIT_EXPECT_EQ(test, open_record(r), -EBADMSG);
		if (where != r->buf)
			where[i] ^= 1 << (i % 8);
	}
}

static void all_bits_changed(struct kunit *test, const struct vector *v)
{
	struct record *r = record_of(test, v);

	bits_changed(test, r, r->buf, r->len + TSEC_AEAD_TAG_LEN);
	bits_changed(test, r, r->nonce, sizeof(r->nonce));
	bits_changed(test, r, r->aad, r->aad_len);
	memcpy(r->buf, r->sealed, r->len + TSEC_AEAD_TAG_LEN);
	KUNIT_EXPECT_EQ(test, open_record(r), 0);
	tsec_aead_free(r->aead);
}

static void aead_open__changed(struct kunit *test)
{
	all_bits_changed(test, &gcm);
	all_bits_changed(test, &chacha);
}

static void aead_open__shortened(struct kunit *test)
{
	struct record *r = record_of(test, &gcm);

	memcpy(r->buf, r->sealed, r->len + TSEC_AEAD_TAG_LEN);
	r->len--;
	KUNIT_EXPECT_EQ(test, open_record(r), -EBADMSG);
	memcpy(r->buf, r->sealed, r->len + 1 + TSEC_AEAD_TAG_LEN);
	r->len++;
	r->aad_len--;
	KUNIT_EXPECT_EQ(test, open_record(r), -EBADMSG);
	tsec_aead_free(r->aead);
}

/* No plaintext: a tag alone, with the longest additional data. */
static void aead_seal__empty(struct kunit *test)
{
	struct record *r = record_of(test, &chacha);

	r->len = 0;
	r->aad_len = TSEC_AEAD_AAD_MAX;
	KUNIT_EXPECT_EQ(test, tsec_aead_seal(r->aead, r->nonce, r->aad,
					     r->aad_len, r->buf, 0), 0);
	KUNIT_EXPECT_EQ(test, open_record(r), 0);
	r->buf[0] ^= 1;
	KUNIT_EXPECT_EQ(test, open_record(r), -EBADMSG);
	tsec_aead_free(r->aead);
}

/* One key's state does not show through in what another makes. */
static void aead_seal__alternate(struct kunit *test)
{
	struct record *a = record_of(test, &gcm), *b;
	int i;

	b = record_of(test, &chacha);
	for (i = 0; i < 4; i++) {
		memcpy(a->buf, a->sealed, a->len + TSEC_AEAD_TAG_LEN);
		memcpy(b->buf, b->sealed, b->len + TSEC_AEAD_TAG_LEN);
		KUNIT_EXPECT_EQ(test, open_record(a), 0);
		KUNIT_EXPECT_EQ(test, open_record(b), 0);
		EXPECT_BYTES(test, a->buf, a->plain, a->len);
		EXPECT_BYTES(test, b->buf, b->plain, b->len);
	}
	tsec_aead_free(a->aead);
	tsec_aead_free(b->aead);
}

static void aead_new__refused(struct kunit *test)
{
	static const u8 key[33] = { 1 };

	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_aead_new("none(such)", key, 16)),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_aead_new("gcm(aes)", key, 15)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_aead_new("gcm(aes)", key, 33)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_aead_new("rfc7539(chacha20,poly1305)",
						    key, 16)), -EINVAL);
	/* The nonce has eight bytes. */
	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_aead_new("rfc4106(gcm(aes))", key,
						    20)), -EINVAL);
	tsec_aead_free(NULL);
}

static void aead_usable__process(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, tsec_aead_usable());
}

static struct kunit_case aead_cases[] = {
	KUNIT_CASE(aead_seal__vectors),
	KUNIT_CASE(aead_seal__empty),
	KUNIT_CASE(aead_seal__alternate),
	KUNIT_CASE(aead_seal_behind__vectors),
	KUNIT_CASE(aead_open__changed),
	KUNIT_CASE(aead_open__shortened),
	KUNIT_CASE(aead_new__refused),
	KUNIT_CASE(aead_usable__process),
	{}
};

static struct kunit_suite aead_suite = {
	.name		= "tsec_aead",
	.test_cases	= aead_cases,
};

kunit_test_suites(&aead_suite);
