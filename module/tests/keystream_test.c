// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of keystream.c.  Vectors: NIST SP 800-38A F.5.1 and F.1.1,
 * RFC 3711 B.2, RFC 8439 section 2.3.2.
 */
#include <linux/err.h>

#include "../keystream.h"
#include "kunit.h"

static const char aes_key[] = "2b7e151628aed2a6abf7158809cf4f3c";

/* Makes a key of hexadecimal. */
static struct tsec_keystream *stream_of(struct kunit *test, const char *alg,
					const char *hex)
{
	struct tsec_keystream *stream;
	u8 key[32];

	stream = tsec_keystream_new(alg, key,
				    unhex(test, key, sizeof(key), hex));
	KUNIT_ASSERT_FALSE(test, IS_ERR(stream));
	return stream;
}

static void expect_xor(struct kunit *test, struct tsec_keystream *stream,
		       const char *iv_hex, const char *in, const char *want)
{
	u8 iv[TSEC_KEYSTREAM_IV_LEN], *buf;
	size_t len;

	buf = kunit_kzalloc(test, 128, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	unhex(test, iv, sizeof(iv), iv_hex);
	len = unhex(test, buf, 128, in);
	KUNIT_EXPECT_EQ(test, tsec_keystream_xor(stream, iv, buf, len), 0);
	EXPECT_HEX(test, buf, want);
	KUNIT_EXPECT_EQ(test, tsec_keystream_xor(stream, iv, buf, len), 0);
	EXPECT_HEX(test, buf, in);
	EXPECT_ZEROS(test, buf + len, 128 - len);
}

static void keystream_new__refused(struct kunit *test)
{
	static const u8 key[32];

	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_keystream_new("none(such)", key,
							 16)), -ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_keystream_new("ctr(aes)", key, 15)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_keystream_new("chacha20", key, 16)),
			-EINVAL);
	/* No IV at all. */
	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_keystream_new("ecb(aes)", key, 16)),
			-EINVAL);
	tsec_keystream_free(NULL);
}

static void keystream_xor__sp800_38a(struct kunit *test)
{
	struct tsec_keystream *s = stream_of(test, "ctr(aes)", aes_key);

	expect_xor(test, s, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
		   "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
		   "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff");
	tsec_keystream_free(s);
}

/* The first block is the encryption of the IV. */
static void keystream_xor__one_block(struct kunit *test)
{
	struct tsec_keystream *s = stream_of(test, "ctr(aes)", aes_key);

	expect_xor(test, s, "6bc1bee22e409f96e93d7e117393172a",
		   "00000000000000000000000000000000",
		   "3ad77bb40d7a3660a89ecaf32466ef97");
	expect_xor(test, s, "6bc1bee22e409f96e93d7e117393172a", "0000",
		   "3ad7");
	expect_xor(test, s, "6bc1bee22e409f96e93d7e117393172a", "", "");
	tsec_keystream_free(s);
}

static void keystream_xor__rfc3711_b2(struct kunit *test)
{
	struct tsec_keystream *s = stream_of(test, "ctr(aes)", aes_key);

	expect_xor(test, s, "f0f1f2f3f4f5f6f7f8f9fafbfcfd0000",
		   "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
		   "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0");
	tsec_keystream_free(s);
}

static void keystream_xor__rfc8439(struct kunit *test)
{
	struct tsec_keystream *s;

	s = stream_of(test, "chacha20",
		      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	expect_xor(test, s, "01000000000000090000004a00000000",
		   "0000000000000000000000000000000000000000000000000000000000000000",
		   "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e");
	expect_xor(test, s, "01000000000000090000004a00000000", "0000",
		   "10f1");
	tsec_keystream_free(s);
}

static struct kunit_case keystream_cases[] = {
	KUNIT_CASE(keystream_new__refused),
	KUNIT_CASE(keystream_xor__sp800_38a),
	KUNIT_CASE(keystream_xor__one_block),
	KUNIT_CASE(keystream_xor__rfc3711_b2),
	KUNIT_CASE(keystream_xor__rfc8439),
	{}
};

static struct kunit_suite keystream_suite = {
	.name		= "tsec_keystream",
	.test_cases	= keystream_cases,
};

kunit_test_suites(&keystream_suite);
