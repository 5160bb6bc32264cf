// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of key.c: which keys are good, and what is said of the others.
 */
#include "../key.h"
#include "keys.h"
#include "kunit.h"

static void expect_valid(struct kunit *test, struct tsec_key key)
{
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	KUNIT_EXPECT_NULL(test, why);
}

static void expect_fault(struct kunit *test, const struct tsec_key *key,
			 const char *fault)
{
	const char *why = "";

	KUNIT_EXPECT_EQ(test, tsec_key_validate(key, &why), -EINVAL);
	KUNIT_EXPECT_STREQ(test, why, fault);
}

static void key_validate__good(struct kunit *test)
{
	const u16 v12 = TSEC_VERSION_TLS_1_2, v13 = TSEC_VERSION_TLS_1_3;
	struct tsec_key key = secret_key(test);

	expect_valid(test, key);
	expect_valid(test, plain_key(v12, TSEC_CIPHER_AES_128_GCM, 16, 4));
	expect_valid(test, plain_key(v12, TSEC_CIPHER_AES_256_GCM, 32, 4));
	expect_valid(test, plain_key(v12, TSEC_CIPHER_CHACHA20_POLY1305, 32,
				     12));
	expect_valid(test, plain_key(v13, TSEC_CIPHER_AES_128_GCM, 16, 12));
	expect_valid(test, plain_key(v13, TSEC_CIPHER_AES_256_GCM, 32, 12));
	expect_valid(test, plain_key(v13, TSEC_CIPHER_CHACHA20_POLY1305, 32,
				     12));
}

static void key_validate__common(struct kunit *test)
{
	struct tsec_key key = secret_key(test);

	key.cipher = TSEC_CIPHER_MAX + 1;
	expect_fault(test, &key, "unknown cipher");
	key = secret_key(test);
	key.version = 0x0302;
	expect_fault(test, &key, "unknown protocol version");
	key = secret_key(test);
	key.seq = 23726566;
	expect_fault(test, &key,
		     "sequence number beyond the limit of the cipher");
	key = secret_key(test);
	key.limits.soft_bytes = 2;
	key.limits.hard_bytes = 1;
	expect_fault(test, &key, "a soft limit is beyond its hard limit");
}

static void key_validate__secret(struct kunit *test)
{
	struct tsec_key key = secret_key(test);

	key.version = TSEC_VERSION_TLS_1_2;
	expect_fault(test, &key, "only (D)TLS 1.3 makes keys of a secret");
	key = secret_key(test);
	key.key_len = 16;
	expect_fault(test, &key, "either a secret, or a key and an IV");
	key = secret_key(test);
	key.cipher = TSEC_CIPHER_AES_256_GCM;
	expect_fault(test, &key,
		     "wrong length of the secret for this cipher");
	key = secret_key(test);
	memset(key.secret, 0, sizeof(key.secret));
	expect_fault(test, &key, "the secret is all zeros");
}

static void key_validate__plain(struct kunit *test)
{
	const u16 v12 = TSEC_VERSION_TLS_1_2, v13 = TSEC_VERSION_TLS_1_3;
	const char *iv = "wrong length of the IV for this cipher and version";
	struct tsec_key key;

	key = plain_key(v13, TSEC_CIPHER_AES_128_GCM, 0, 12);
	expect_fault(test, &key,
		     "a key and an IV are needed, or a secret");
	key = plain_key(v13, TSEC_CIPHER_AES_128_GCM, 32, 12);
	expect_fault(test, &key, "wrong length of the key for this cipher");
	key = plain_key(v13, TSEC_CIPHER_AES_128_GCM, 16, 4);
	expect_fault(test, &key, iv);
	key = plain_key(v12, TSEC_CIPHER_AES_256_GCM, 32, 12);
	expect_fault(test, &key, iv);
	key = plain_key(v12, TSEC_CIPHER_CHACHA20_POLY1305, 32, 4);
	expect_fault(test, &key, iv);
	key = plain_key(v13, TSEC_CIPHER_AES_128_GCM, 16, 12);
	memset(key.key, 0, sizeof(key.key));
	expect_fault(test, &key, "the key is all zeros");
}

/* DTLS 1.2 has the keys of TLS 1.2. */
static void key_validate__dtls(struct kunit *test)
{
	const u16 v12 = TSEC_VERSION_DTLS_1_2;
	const char *iv = "wrong length of the IV for this cipher and version";
	struct tsec_key key;
	const char *why = "";

	key = plain_key(v12, TSEC_CIPHER_AES_128_GCM, 16, 4);
	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	key = plain_key(v12, TSEC_CIPHER_CHACHA20_POLY1305, 32, 12);
	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	key = plain_key(v12, TSEC_CIPHER_AES_256_GCM, 32, 12);
	expect_fault(test, &key, iv);
	key = plain_key(v12, TSEC_CIPHER_CHACHA20_POLY1305, 32, 4);
	expect_fault(test, &key, iv);
	key = secret_key(test);
	key.version = v12;
	expect_fault(test, &key, "only (D)TLS 1.3 makes keys of a secret");
	key = plain_key(v12, TSEC_CIPHER_AES_128_GCM, 16, 4);
	key.cid_len = 2;
	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	key.version = TSEC_VERSION_TLS_1_2;
	expect_fault(test, &key, "only DTLS and SRTP have connection IDs");
}

/* The epoch of DTLS 1.2; records of TLS and SRTP name no key. */
static void key_validate__id(struct kunit *test)
{
	struct tsec_key key;

	key = plain_key(TSEC_VERSION_DTLS_1_2, TSEC_CIPHER_AES_128_GCM, 16, 4);
	key.id = U16_MAX;
	expect_valid(test, key);
	key.id++;
	expect_fault(test, &key, "an epoch of DTLS 1.2 has 16 bits");
	key = secret_key(test);
	key.id = 1;
	expect_fault(test, &key, "keys of this protocol have no ID");
	key = plain_key(TSEC_VERSION_SRTP, TSEC_CIPHER_AES_128_GCM, 16, 12);
	key.id = 1;
	expect_fault(test, &key, "keys of this protocol have no ID");
}

/* Secrets alone, with epochs from that of the first data. */
static void key_validate__dtls13(struct kunit *test)
{
	struct tsec_key key = secret_key(test);

	key.version = TSEC_VERSION_DTLS_1_3;
	key.cid_len = 2;
	expect_valid(test, key);
	key.id = 3;
	key.message_seq = 4;
	expect_valid(test, key);
	key.id = 2;
	expect_fault(test, &key, "the first epoch of data in DTLS 1.3 is 3");
	key = plain_key(TSEC_VERSION_DTLS_1_3, TSEC_CIPHER_AES_128_GCM, 16, 12);
	expect_fault(test, &key,
		     "a secret is needed: more than one key comes of it");
	key = secret_key(test);
	key.message_seq = 1;
	expect_fault(test, &key,
		     "only DTLS 1.3 has messages after the handshake");
}

/* A master key and a master salt; ciphers of its own, and not all others. */
static void key_validate__srtp(struct kunit *test)
{
	const u16 srtp = TSEC_VERSION_SRTP;
	const u16 cm = TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80;
	struct tsec_key key;
	const char *why = "";

	key = plain_key(srtp, TSEC_CIPHER_AES_256_GCM, 32, 12);
	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	key = plain_key(srtp, cm, 16, 14);
	key.cid_len = 4;
	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	key = plain_key(srtp, TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32, 32, 14);
	key.seq = BIT_ULL(48) - 1;
	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	key.seq++;
	expect_fault(test, &key,
		     "sequence number beyond the limit of the cipher");
	key = plain_key(srtp, cm, 16, 12);
	expect_fault(test, &key,
		     "wrong length of the IV for this cipher and version");
	key = plain_key(srtp, TSEC_CIPHER_CHACHA20_POLY1305, 32, 12);
	expect_fault(test, &key, "SRTP has no such cipher");
	key = plain_key(TSEC_VERSION_DTLS_1_2, cm, 16, 14);
	expect_fault(test, &key, "only SRTP has this cipher");
}

/* A key and a salt; AEADs alone. */
static void key_validate__esp(struct kunit *test)
{
	const u16 esp = TSEC_VERSION_ESP, esn = TSEC_VERSION_ESP_ESN;
	struct tsec_key key;
	const char *why = "";

	key = plain_key(esp, TSEC_CIPHER_AES_128_GCM, 16, 4);
	key.id = TSEC_ESP_SPI_MIN;
	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	key.seq = U32_MAX;
	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	key.seq++;
	expect_fault(test, &key,
		     "sequence number beyond the limit of the cipher");
	key.version = esn;
	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	key = plain_key(esn, TSEC_CIPHER_CHACHA20_POLY1305, 32, 4);
	key.id = U32_MAX;
	KUNIT_EXPECT_EQ(test, tsec_key_validate(&key, &why), 0);
	key.iv_len = 12;
	expect_fault(test, &key,
		     "wrong length of the IV for this cipher and version");
	key = plain_key(esp, TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80, 16, 14);
	expect_fault(test, &key, "only SRTP has this cipher");
	key = plain_key(esp, TSEC_CIPHER_AES_128_GCM, 16, 4);
	key.id = TSEC_ESP_SPI_MIN;
	key.cid_len = 2;
	expect_fault(test, &key, "only DTLS and SRTP have connection IDs");
}

/* It has no IV, and one cipher. */
static void key_validate__wireguard(struct kunit *test)
{
	struct tsec_key key;

	key = plain_key(TSEC_VERSION_WIREGUARD, TSEC_CIPHER_CHACHA20_POLY1305,
			32, 0);
	key.id = U32_MAX;
	expect_valid(test, key);
	key.iv_len = 12;
	expect_fault(test, &key,
		     "wrong length of the IV for this cipher and version");
	key = plain_key(TSEC_VERSION_WIREGUARD, TSEC_CIPHER_AES_256_GCM, 32, 0);
	expect_fault(test, &key,
		     "WireGuard knows no cipher but chacha20-poly1305");
}

static struct kunit_case key_validate_cases[] = {
	KUNIT_CASE(key_validate__good),
	KUNIT_CASE(key_validate__common),
	KUNIT_CASE(key_validate__secret),
	KUNIT_CASE(key_validate__plain),
	KUNIT_CASE(key_validate__dtls),
	KUNIT_CASE(key_validate__id),
	KUNIT_CASE(key_validate__dtls13),
	KUNIT_CASE(key_validate__srtp),
	KUNIT_CASE(key_validate__esp),
	KUNIT_CASE(key_validate__wireguard),
	{}
};

static struct kunit_suite key_validate_suite = {
	.name		= "tsec_key_validate",
	.test_cases	= key_validate_cases,
};

kunit_test_suites(&key_validate_suite);
