// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/srtp_kdf.c.  Vectors: RFC 3711 B.3, RFC 6188 7.2, and
 * for 12-byte salts, where the RFC leaves a gap, what libsrtp makes of them.
 */
#include <linux/err.h>

#include "../keystream.h"
#include "../record/srtp_kdf.h"
#include "kunit.h"

/* RFC 3711 B.3. */
static const char key_128[] = "e1f97a0d3e018be0d64fa32c06de4139";
static const char salt_128[] = "0ec675ad498afeebb6960b3aabe6";

/* RFC 6188 7.2. */
static const char key_256[] =
	"f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6";
static const char salt_256[] = "3b04803de51ee7c96423ab5b78d2";

static void cipher_find__all(struct kunit *test)
{
	const struct tsec_srtp_cipher *c;
	u16 id;

	for (id = TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80;
	     id <= TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32; id++) {
		c = tsec_srtp_cipher_find(id);
		KUNIT_ASSERT_NOT_NULL(test, c);
		KUNIT_EXPECT_EQ(test, c->id, id);
		KUNIT_EXPECT_FALSE(test, c->aead);
		KUNIT_EXPECT_EQ(test, c->salt_len, 14);
		KUNIT_EXPECT_EQ(test, c->rtcp_tag, 10);
	}
	c = tsec_srtp_cipher_find(TSEC_CIPHER_AES_256_GCM);
	KUNIT_ASSERT_NOT_NULL(test, c);
	KUNIT_EXPECT_EQ(test, c->key_len, 32);
	KUNIT_EXPECT_TRUE(test, c->aead);
	KUNIT_EXPECT_NULL(test, tsec_srtp_cipher_find(TSEC_CIPHER_UNSPEC));
	KUNIT_EXPECT_NULL(test,
			  tsec_srtp_cipher_find(TSEC_CIPHER_CHACHA20_POLY1305));
}

static void derives(struct kunit *test, struct tsec_keystream *prf,
		    const char *salt_hex, u8 label, const char *want)
{
	u8 salt[TSEC_SRTP_SALT_MAX], out[94];

	unhex(test, salt, sizeof(salt), salt_hex);
	KUNIT_ASSERT_EQ(test, tsec_srtp_derive(prf, salt, label, out,
					       strlen(want) / 2), 0);
	EXPECT_HEX(test, out, want);
}

static struct tsec_keystream *prf_of(struct kunit *test, const char *hex)
{
	struct tsec_keystream *prf;
	u8 key[32];

	prf = tsec_keystream_new("ctr(aes)", key,
				 unhex(test, key, sizeof(key), hex));
	KUNIT_ASSERT_FALSE(test, IS_ERR(prf));
	return prf;
}

static void derive__rfc3711_b3(struct kunit *test)
{
	struct tsec_keystream *prf = prf_of(test, key_128);

	derives(test, prf, salt_128, TSEC_SRTP_LABEL_ENCRYPTION,
		"c61e7a93744f39ee10734afe3ff7a087");
	derives(test, prf, salt_128, TSEC_SRTP_LABEL_SALT,
		"30cbbc08863d8c85d49db34a9ae1");
	derives(test, prf, salt_128, TSEC_SRTP_LABEL_AUTH,
		HEX("cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbce",
		    "e049646c43d9327ad175578ef72270986371c10c9a369ac2f94a8c5fbcdddc25",
		    "6d6e919a48b610ef17c2041e474035766b68642c59bbfc2f34db60dbdfb2"));
	tsec_keystream_free(prf);
}

static void derive__rfc6188_7_2(struct kunit *test)
{
	struct tsec_keystream *prf = prf_of(test, key_256);

	derives(test, prf, salt_256, TSEC_SRTP_LABEL_ENCRYPTION,
		"5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4");
	derives(test, prf, salt_256, TSEC_SRTP_LABEL_SALT,
		"fa31791685ca444a9e07c6c64e93");
	derives(test, prf, salt_256, TSEC_SRTP_LABEL_AUTH,
		"fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
	tsec_keystream_free(prf);
}

static void derive_keys(struct kunit *test, u16 cipher, const char *key_hex,
			const char *salt_hex, bool rtcp,
			struct tsec_srtp_keys *keys)
{
	u8 key[32], salt[TSEC_SRTP_SALT_MAX];

	unhex(test, key, sizeof(key), key_hex);
	unhex(test, salt, sizeof(salt), salt_hex);
	KUNIT_ASSERT_EQ(test,
			tsec_srtp_keys_derive(tsec_srtp_cipher_find(cipher),
					      key, salt, rtcp, keys), 0);
}

static void keys_derive__counter_mode(struct kunit *test)
{
	struct tsec_srtp_keys keys, rtcp;

	derive_keys(test, TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80, key_128,
		    salt_128, false, &keys);
	EXPECT_HEX(test, keys.key, "c61e7a93744f39ee10734afe3ff7a087");
	EXPECT_HEX(test, keys.auth, "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
	EXPECT_HEX(test, keys.salt, "30cbbc08863d8c85d49db34a9ae1");
	derive_keys(test, TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80, key_128,
		    salt_128, true, &rtcp);
	KUNIT_EXPECT_NE(test, memcmp(keys.key, rtcp.key, 16), 0);
	KUNIT_EXPECT_NE(test, memcmp(keys.auth, rtcp.auth, 20), 0);
	KUNIT_EXPECT_NE(test, memcmp(keys.salt, rtcp.salt, 14), 0);
}

static void keys_derive__gcm(struct kunit *test)
{
	struct tsec_srtp_keys keys;

	derive_keys(test, TSEC_CIPHER_AES_128_GCM,
		    "000102030405060708090a0b0c0d0e0f",
		    "a0a1a2a3a4a5a6a7a8a9aaab", false, &keys);
	EXPECT_HEX(test, keys.key, "077c6143cb221bc355ff23d5f984a16e");
	EXPECT_HEX(test, keys.salt, "9af3e95364ebac9c99c5a7c4");
	EXPECT_ZEROS(test, keys.auth, sizeof(keys.auth));
	EXPECT_ZEROS(test, keys.salt + 12, 2);
}

static struct kunit_case srtp_kdf_cases[] = {
	KUNIT_CASE(cipher_find__all),
	KUNIT_CASE(derive__rfc3711_b3),
	KUNIT_CASE(derive__rfc6188_7_2),
	KUNIT_CASE(keys_derive__counter_mode),
	KUNIT_CASE(keys_derive__gcm),
	{}
};

static struct kunit_suite srtp_kdf_suite = {
	.name		= "tsec_srtp_kdf",
	.test_cases	= srtp_kdf_cases,
};

kunit_test_suites(&srtp_kdf_suite);
