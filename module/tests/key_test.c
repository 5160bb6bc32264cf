// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of key.c.  Vectors: RFC 8448 section 3; the others were
 * computed with another implementation.
 */
#include <linux/ktime.h>

#include "../key.h"
#include "keys.h"
#include "kunit.h"

static void cipher_find__known(struct kunit *test)
{
	const struct tsec_cipher_desc *desc;
	u16 id;

	for (id = 1; id <= TSEC_CIPHER_MAX; id++) {
		desc = tsec_cipher_find(id);
		KUNIT_ASSERT_NOT_NULL(test, desc);
		KUNIT_EXPECT_EQ(test, desc->id, id);
		KUNIT_EXPECT_LE(test, desc->key_len, TSEC_KEY_MAX);
		KUNIT_EXPECT_LE(test, desc->iv_len, TSEC_IV_MAX);
		KUNIT_EXPECT_LT(test, desc->soft_records, desc->hard_records);
	}
}

static void cipher_find__unknown(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, tsec_cipher_find(TSEC_CIPHER_UNSPEC));
	KUNIT_EXPECT_NULL(test, tsec_cipher_find(TSEC_CIPHER_MAX + 1));
	KUNIT_EXPECT_NULL(test, tsec_cipher_find(U16_MAX));
}

static void limits_default__gcm(struct kunit *test)
{
	struct tsec_limits limits;

	tsec_limits_default(&limits, TSEC_VERSION_TLS_1_3,
			    TSEC_CIPHER_AES_256_GCM);
	KUNIT_EXPECT_EQ(test, limits.soft_records, 1ULL << 23);
	KUNIT_EXPECT_EQ(test, limits.hard_records, 23726566);
	KUNIT_EXPECT_EQ(test, limits.hard_bytes, 0);
	KUNIT_EXPECT_EQ(test, limits.hard_seconds, 0);
	/* 2^24.5, rounded down: the square is 2^49. */
	KUNIT_EXPECT_LE(test, limits.hard_records * limits.hard_records,
			1ULL << 49);
	limits.hard_records++;
	KUNIT_EXPECT_GT(test, limits.hard_records * limits.hard_records,
			1ULL << 49);
}

struct esp_limits_row {
	u16 version;
	u16 cipher;
	u64 soft;
	u64 hard;
};

static void limits_default__esp(struct kunit *test)
{
	static const struct esp_limits_row rows[] = {
		{ TSEC_VERSION_ESP, TSEC_CIPHER_AES_128_GCM,
		  3ULL << 30, 1ULL << 32 },
		{ TSEC_VERSION_ESP, TSEC_CIPHER_CHACHA20_POLY1305,
		  3ULL << 30, 1ULL << 32 },
		{ TSEC_VERSION_ESP_ESN, TSEC_CIPHER_AES_256_GCM,
		  3ULL << 34, 1ULL << 36 },
		{ TSEC_VERSION_ESP_ESN, TSEC_CIPHER_CHACHA20_POLY1305,
		  1ULL << 60, 1ULL << 62 },
	};
	struct tsec_limits limits;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		tsec_limits_default(&limits, rows[i].version, rows[i].cipher);
		KUNIT_EXPECT_EQ(test, limits.soft_records, rows[i].soft);
		KUNIT_EXPECT_EQ(test, limits.hard_records, rows[i].hard);
	}
}

static void limits_default__unknown(struct kunit *test)
{
	struct tsec_limits limits;

	memset(&limits, 0xff, sizeof(limits));
	tsec_limits_default(&limits, TSEC_VERSION_TLS_1_3,
			    TSEC_CIPHER_UNSPEC);
	EXPECT_ZEROS(test, &limits, sizeof(limits));
}

static void limits_merge__tightens(struct kunit *test)
{
	struct tsec_limits limits, with = {
		.soft_records	= 100,
		.hard_records	= 200,
		.soft_bytes	= 1000,
		.hard_bytes	= 2000,
		.soft_seconds	= 60,
		.hard_seconds	= 120,
		.idle_seconds	= 30,
	};

	tsec_limits_default(&limits, TSEC_VERSION_TLS_1_3,
			    TSEC_CIPHER_AES_128_GCM);
	tsec_limits_merge(&limits, &with);
	KUNIT_EXPECT_EQ(test, limits.soft_records, 100);
	KUNIT_EXPECT_EQ(test, limits.hard_records, 200);
	KUNIT_EXPECT_EQ(test, limits.soft_bytes, 1000);
	KUNIT_EXPECT_EQ(test, limits.hard_bytes, 2000);
	KUNIT_EXPECT_EQ(test, limits.soft_seconds, 60);
	KUNIT_EXPECT_EQ(test, limits.hard_seconds, 120);
	KUNIT_EXPECT_EQ(test, limits.idle_seconds, 30);
}

static void limits_merge__never_widens(struct kunit *test)
{
	struct tsec_limits limits, with = {
		.soft_records	= U64_MAX - 1,
		.hard_records	= U64_MAX,
	};

	tsec_limits_default(&limits, TSEC_VERSION_TLS_1_3,
			    TSEC_CIPHER_AES_128_GCM);
	tsec_limits_merge(&limits, &with);
	KUNIT_EXPECT_EQ(test, limits.soft_records, 1ULL << 23);
	KUNIT_EXPECT_EQ(test, limits.hard_records, 23726566);

	memset(&with, 0, sizeof(with));
	tsec_limits_merge(&limits, &with);
	KUNIT_EXPECT_EQ(test, limits.soft_records, 1ULL << 23);
	KUNIT_EXPECT_EQ(test, limits.hard_records, 23726566);
}

static void limits_merge__soft_before_hard(struct kunit *test)
{
	struct tsec_limits limits, with = {
		.hard_records	= 1000,
		.hard_bytes	= 2,
		.soft_seconds	= 8,
		.hard_seconds	= 8,
	};

	tsec_limits_default(&limits, TSEC_VERSION_TLS_1_3,
			    TSEC_CIPHER_AES_128_GCM);
	tsec_limits_merge(&limits, &with);
	KUNIT_EXPECT_EQ(test, limits.soft_records, 750);
	KUNIT_EXPECT_EQ(test, limits.soft_bytes, 1);
	KUNIT_EXPECT_EQ(test, limits.soft_seconds, 6);

	with.hard_records = 1;
	tsec_limits_merge(&limits, &with);
	KUNIT_EXPECT_EQ(test, limits.soft_records, 0);
	KUNIT_EXPECT_EQ(test, limits.hard_records, 1);
}

static void limits_valid(struct kunit *test)
{
	struct tsec_limits limits = { };

	KUNIT_EXPECT_TRUE(test, tsec_limits_valid(&limits));
	limits.soft_records = 5;
	KUNIT_EXPECT_TRUE(test, tsec_limits_valid(&limits));
	limits.hard_records = 5;
	KUNIT_EXPECT_TRUE(test, tsec_limits_valid(&limits));
	limits.hard_records = 4;
	KUNIT_EXPECT_FALSE(test, tsec_limits_valid(&limits));
	limits = (struct tsec_limits){ .soft_bytes = 2, .hard_bytes = 1 };
	KUNIT_EXPECT_FALSE(test, tsec_limits_valid(&limits));
	limits = (struct tsec_limits){ .soft_seconds = 2, .hard_seconds = 1 };
	KUNIT_EXPECT_FALSE(test, tsec_limits_valid(&limits));
}

static void version_protocol(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, tsec_version_protocol(TSEC_VERSION_WIREGUARD),
			TSEC_PROTO_WIREGUARD);
	KUNIT_EXPECT_EQ(test, tsec_version_protocol(TSEC_VERSION_SRTP),
			TSEC_PROTO_SRTP);
	KUNIT_EXPECT_EQ(test, tsec_version_protocol(TSEC_VERSION_TLS_1_2),
			TSEC_PROTO_TLS);
	KUNIT_EXPECT_EQ(test, tsec_version_protocol(TSEC_VERSION_TLS_1_3),
			TSEC_PROTO_TLS);
	KUNIT_EXPECT_EQ(test, tsec_version_protocol(TSEC_VERSION_DTLS_1_2),
			TSEC_PROTO_DTLS);
	KUNIT_EXPECT_EQ(test, tsec_version_protocol(TSEC_VERSION_DTLS_1_3),
			TSEC_PROTO_DTLS);
	KUNIT_EXPECT_EQ(test, tsec_version_protocol(TSEC_VERSION_ESP),
			TSEC_PROTO_ESP);
	KUNIT_EXPECT_EQ(test, tsec_version_protocol(TSEC_VERSION_ESP_ESN),
			TSEC_PROTO_ESP);
	KUNIT_EXPECT_EQ(test, tsec_version_protocol(0), TSEC_PROTO_DEFAULT);
	KUNIT_EXPECT_EQ(test, tsec_version_protocol(0x0302),
			TSEC_PROTO_DEFAULT);
}

static void key_derive__rfc8448(struct kunit *test)
{
	struct tsec_key key = secret_key(test);

	KUNIT_ASSERT_EQ(test, tsec_key_derive(&key), 0);
	KUNIT_EXPECT_EQ(test, key.key_len, 16);
	KUNIT_EXPECT_EQ(test, key.iv_len, 12);
	EXPECT_HEX(test, key.key, "17422dda596ed5d9acd890e3c63f5051");
	EXPECT_HEX(test, key.iv, "5b78923dee08579033e523d9");
	EXPECT_HEX(test, key.secret, c_ap_traffic);
}

static void key_derive__other_ciphers(struct kunit *test)
{
	struct tsec_key key = secret_key(test);
	u8 i;

	for (i = 0; i < TSEC_SECRET_MAX; i++)
		key.secret[i] = i + 1;
	key.cipher = TSEC_CIPHER_CHACHA20_POLY1305;
	KUNIT_ASSERT_EQ(test, tsec_key_derive(&key), 0);
	EXPECT_HEX(test, key.key, "db41e1e1dfca2c286e8b260708507ec4",
		   "43640314513151be46574cdf061fb816");
	EXPECT_HEX(test, key.iv, "fc73b522c6809e028f922c68");

	key.cipher = TSEC_CIPHER_AES_256_GCM;
	key.secret_len = 48;
	KUNIT_ASSERT_EQ(test, tsec_key_derive(&key), 0);
	EXPECT_HEX(test, key.key, "ab56e7ea07eaef99986a0f0accb58f3a",
		   "c7db5ce322196d9667722ed2a63d8a64");
	EXPECT_HEX(test, key.iv, "fc4dc87e05fa4337db00ad3d");
}

static void key_derive__refused(struct kunit *test)
{
	struct tsec_key key = plain_key(TSEC_VERSION_TLS_1_3,
					TSEC_CIPHER_AES_128_GCM, 16, 12);

	KUNIT_EXPECT_EQ(test, tsec_key_derive(&key), -EOPNOTSUPP);
	key = secret_key(test);
	key.cipher = TSEC_CIPHER_AES_256_GCM;
	KUNIT_EXPECT_EQ(test, tsec_key_derive(&key), -EINVAL);
	key.cipher = TSEC_CIPHER_UNSPEC;
	KUNIT_EXPECT_EQ(test, tsec_key_derive(&key), -EINVAL);
	EXPECT_ZEROS(test, key.key, sizeof(key.key));
	KUNIT_EXPECT_EQ(test, key.key_len, 0);
}

static void key_renew__next_epoch(struct kunit *test)
{
	struct tsec_key key = secret_key(test);
	time64_t before = ktime_get_boottime_seconds();

	key.seq = 7;
	key.limits.soft_records = 9;
	KUNIT_ASSERT_EQ(test, tsec_key_derive(&key), 0);
	KUNIT_ASSERT_EQ(test, tsec_key_renew(&key), 0);
	EXPECT_HEX(test, key.secret, "fcdfcc72725aaee48bf64e4fd8b749cd",
		   "bdbab39d90da0b26e2245ca6ea167207");
	EXPECT_HEX(test, key.key, "3879d82f5f14056e623f2ce5bfc66fce");
	EXPECT_HEX(test, key.iv, "5dfb2c5938c3379b6cc5d1f2");
	KUNIT_EXPECT_EQ(test, key.seq, 0);
	KUNIT_EXPECT_EQ(test, key.epoch, 1);
	KUNIT_EXPECT_GE(test, key.born, before);
	KUNIT_EXPECT_EQ(test, key.limits.soft_records, 9);
}

static void key_renew__sha384(struct kunit *test)
{
	struct tsec_key key = secret_key(test);
	u8 i;

	for (i = 0; i < TSEC_SECRET_MAX; i++)
		key.secret[i] = i + 1;
	key.cipher = TSEC_CIPHER_AES_256_GCM;
	key.secret_len = 48;
	KUNIT_ASSERT_EQ(test, tsec_key_renew(&key), 0);
	EXPECT_HEX(test, key.secret, "9e4bc452eeb9e7499109414487d6da7c",
		   "e8db5b1aa75c7ef63008edb44e0dfbe3",
		   "f7e1d8689e00d4e5859bb784f637fb74");
}

/* The record layer has the key: the secret alone is enough to go on. */
static void key_renew__forgotten(struct kunit *test)
{
	struct tsec_key key = secret_key(test), twice = secret_key(test);

	tsec_key_forget(&key);
	KUNIT_ASSERT_EQ(test, tsec_key_renew(&key), 0);
	tsec_key_forget(&key);
	KUNIT_ASSERT_EQ(test, tsec_key_renew(&key), 0);
	KUNIT_ASSERT_EQ(test, tsec_key_renew(&twice), 0);
	KUNIT_ASSERT_EQ(test, tsec_key_renew(&twice), 0);
	EXPECT_BYTES(test, key.key, twice.key, sizeof(key.key));
	EXPECT_BYTES(test, key.iv, twice.iv, sizeof(key.iv));
	KUNIT_EXPECT_EQ(test, key.epoch, 2);
}

static void key_renew__refused(struct kunit *test)
{
	struct tsec_key key = plain_key(TSEC_VERSION_TLS_1_3,
					TSEC_CIPHER_AES_128_GCM, 16, 12);
	struct tsec_key before = key;

	KUNIT_EXPECT_EQ(test, tsec_key_renew(&key), -EOPNOTSUPP);
	EXPECT_BYTES(test, &key, &before, sizeof(key));
	key = secret_key(test);
	key.epoch = U32_MAX;
	before = key;
	KUNIT_EXPECT_EQ(test, tsec_key_renew(&key), -EOVERFLOW);
	EXPECT_BYTES(test, &key, &before, sizeof(key));
	key.epoch = 0;
	key.cipher = TSEC_CIPHER_AES_256_GCM;
	before = key;
	KUNIT_EXPECT_EQ(test, tsec_key_renew(&key), -EINVAL);
	EXPECT_BYTES(test, &key, &before, sizeof(key));
}

static void key_forget(struct kunit *test)
{
	struct tsec_key key = secret_key(test);

	KUNIT_ASSERT_EQ(test, tsec_key_derive(&key), 0);
	tsec_key_forget(&key);
	EXPECT_ZEROS(test, key.key, sizeof(key.key));
	EXPECT_ZEROS(test, key.iv, sizeof(key.iv));
	KUNIT_EXPECT_EQ(test, key.key_len, 0);
	KUNIT_EXPECT_EQ(test, key.iv_len, 0);
	EXPECT_HEX(test, key.secret, c_ap_traffic);
	KUNIT_EXPECT_TRUE(test, tsec_key_renewable(&key));
}

static void key_wipe(struct kunit *test)
{
	struct tsec_key key = secret_key(test);

	KUNIT_ASSERT_EQ(test, tsec_key_derive(&key), 0);
	tsec_key_wipe(&key);
	EXPECT_ZEROS(test, &key, sizeof(key));
	KUNIT_EXPECT_FALSE(test, tsec_key_renewable(&key));
}

static void key_check__records(struct kunit *test)
{
	struct tsec_key key = { .limits = { .soft_records = 10,
					    .hard_records = 20 } };

	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 9, 0, 0, 0), TSEC_KEY_OK);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 10, 0, 0, 0),
			TSEC_KEY_SOFT);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 19, 0, 0, 0),
			TSEC_KEY_SOFT);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 20, 0, 0, 0),
			TSEC_KEY_HARD);
	/* What the handshake used counts. */
	key.seq = 5;
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 4, 0, 0, 0), TSEC_KEY_OK);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 5, 0, 0, 0),
			TSEC_KEY_SOFT);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 15, 0, 0, 0),
			TSEC_KEY_HARD);
}

static void key_check__no_limits(struct kunit *test)
{
	struct tsec_key key = { };

	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, U64_MAX - 1, U64_MAX,
					     U32_MAX, 0), TSEC_KEY_OK);
	/* The sequence numbers end all the same. */
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, U64_MAX, 0, 0, 0),
			TSEC_KEY_HARD);
	key.seq = 2;
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, U64_MAX - 1, 0, 0, 0),
			TSEC_KEY_HARD);
}

static void key_check__bytes(struct kunit *test)
{
	struct tsec_key key = { .limits = { .soft_bytes = 100,
					    .hard_bytes = 200 } };

	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 0, 99, 0, 0), TSEC_KEY_OK);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 0, 100, 0, 0),
			TSEC_KEY_SOFT);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 0, 200, 0, 0),
			TSEC_KEY_HARD);
}

static void key_check__seconds(struct kunit *test)
{
	struct tsec_key key = { .born = 1000,
				.limits = { .soft_seconds = 60,
					    .hard_seconds = 120 } };

	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 0, 0, 999, 0),
			TSEC_KEY_OK);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 0, 0, 1059, 0),
			TSEC_KEY_OK);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 0, 0, 1060, 0),
			TSEC_KEY_SOFT);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 0, 0, 1120, 0),
			TSEC_KEY_HARD);
}

static void key_check__idle(struct kunit *test)
{
	struct tsec_key key = { .limits = { .idle_seconds = 30 } };

	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 0, 0, 529, 500),
			TSEC_KEY_OK);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 0, 0, 530, 500),
			TSEC_KEY_HARD);
	KUNIT_EXPECT_EQ(test, tsec_key_check(&key, 0, 0, 400, 500),
			TSEC_KEY_OK);
}

static void watch_begin(struct kunit *test)
{
	struct tsec_limits limits = { };
	struct tsec_watch watch;

	tsec_watch_begin(&watch, &limits, 7);
	KUNIT_EXPECT_EQ(test, watch.records, U64_MAX);
	KUNIT_EXPECT_FALSE(test, watch.timed);
	KUNIT_EXPECT_EQ(test, watch.bytes_before, 7ULL);
	limits.hard_records = 9;
	tsec_watch_begin(&watch, &limits, 0);
	KUNIT_EXPECT_EQ(test, watch.records, 9ULL);
	limits.soft_records = 3;
	limits.idle_seconds = 1;
	tsec_watch_begin(&watch, &limits, 0);
	KUNIT_EXPECT_EQ(test, watch.records, 3ULL);
	KUNIT_EXPECT_TRUE(test, watch.timed);
}

/* What the session had before the key is not the key's. */
static void watch_check(struct kunit *test)
{
	const struct tsec_key key = {
		.born = ktime_get_boottime_seconds(),
		.limits = { .soft_bytes = 10, .hard_bytes = 20,
			    .idle_seconds = 5 },
	};
	struct tsec_watch watch;

	tsec_watch_begin(&watch, &key.limits, 1000);
	KUNIT_EXPECT_EQ(test, tsec_watch_check(&watch, &key, 0, 1009),
			TSEC_KEY_OK);
	KUNIT_EXPECT_EQ(test, tsec_watch_check(&watch, &key, 0, 1010),
			TSEC_KEY_SOFT);
	KUNIT_EXPECT_EQ(test, tsec_watch_check(&watch, &key, 0, 1020),
			TSEC_KEY_HARD);
	watch.used -= 5;
	KUNIT_EXPECT_EQ(test, tsec_watch_check(&watch, &key, 0, 1000),
			TSEC_KEY_HARD);
}

static void key_view(struct kunit *test)
{
	struct tsec_key key = plain_key(TSEC_VERSION_DTLS_1_2,
					TSEC_CIPHER_AES_128_GCM, 16, 4);
	struct tsec_key_view view;

	key.id = 3;
	key.seq = 4;
	key.cid_len = 1;
	key.cid[0] = 5;
	tsec_key_view(&key, &view);
	KUNIT_EXPECT_EQ(test, view.version, TSEC_VERSION_DTLS_1_2);
	KUNIT_EXPECT_EQ(test, view.cipher, TSEC_CIPHER_AES_128_GCM);
	KUNIT_EXPECT_EQ(test, view.id, 3);
	KUNIT_EXPECT_EQ(test, view.seq, 4ULL);
	KUNIT_EXPECT_EQ(test, view.cid_len, 1);
	KUNIT_EXPECT_EQ(test, view.cid[0], 5);
	KUNIT_EXPECT_FALSE(test, view.renewable);
	KUNIT_EXPECT_FALSE(test, view.used);
}

static void key_budget__renewable(struct kunit *test)
{
	struct tsec_key key = { .secret_len = 32,
				.limits = { .soft_records = 10,
					    .hard_records = 20 } };

	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, 0), 10);
	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, 9), 1);
	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, 10), 0);
	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, 15), 0);
	key.seq = 3;
	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, 0), 7);
	key.limits.soft_records = 0;
	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, 0), 17);
}

static void key_budget__not_renewable(struct kunit *test)
{
	struct tsec_key key = { .limits = { .soft_records = 10,
					    .hard_records = 20 } };

	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, 0), 20);
	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, 19), 1);
	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, 20), 0);
	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, U64_MAX), 0);
	key.limits.hard_records = 0;
	KUNIT_EXPECT_EQ(test, tsec_key_budget(&key, 5), U64_MAX - 5);
}

static struct kunit_case key_cases[] = {
	KUNIT_CASE(cipher_find__known),
	KUNIT_CASE(cipher_find__unknown),
	KUNIT_CASE(limits_default__gcm),
	KUNIT_CASE(limits_default__esp),
	KUNIT_CASE(limits_default__unknown),
	KUNIT_CASE(limits_merge__tightens),
	KUNIT_CASE(limits_merge__never_widens),
	KUNIT_CASE(limits_merge__soft_before_hard),
	KUNIT_CASE(limits_valid),
	KUNIT_CASE(version_protocol),
	KUNIT_CASE(key_derive__rfc8448),
	KUNIT_CASE(key_derive__other_ciphers),
	KUNIT_CASE(key_derive__refused),
	KUNIT_CASE(key_renew__next_epoch),
	KUNIT_CASE(key_renew__sha384),
	KUNIT_CASE(key_renew__forgotten),
	KUNIT_CASE(key_renew__refused),
	KUNIT_CASE(key_forget),
	KUNIT_CASE(key_wipe),
	KUNIT_CASE(key_check__records),
	KUNIT_CASE(key_check__no_limits),
	KUNIT_CASE(key_check__bytes),
	KUNIT_CASE(key_check__seconds),
	KUNIT_CASE(key_check__idle),
	KUNIT_CASE(watch_begin),
	KUNIT_CASE(watch_check),
	KUNIT_CASE(key_view),
	KUNIT_CASE(key_budget__renewable),
	KUNIT_CASE(key_budget__not_renewable),
	{}
};

static struct kunit_suite key_suite = {
	.name		= "tsec_key",
	.test_cases	= key_cases,
};

kunit_test_suites(&key_suite);
