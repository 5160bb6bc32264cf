// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of settings.c.
 */
#include <linux/slab.h>

#include "../settings.h"
#include "kunit.h"

#define V12	TSEC_VERSION_TLS_1_2
#define V13	TSEC_VERSION_TLS_1_3
#define CLIENT	TSEC_ROLE_CLIENT
#define SERVER	TSEC_ROLE_SERVER
#define ANY	TSEC_ROLE_ANY

/**
 * struct bench - what each test starts with
 * @profile: default settings
 * @app: a program that has set nothing
 * @effective: what narrowing gives
 */
struct bench {
	struct tsec_settings profile;
	struct tsec_overrides app;
	struct tsec_settings effective;
};

static int bench_setup(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	tsec_settings_init(&b->profile);
	tsec_overrides_init(&b->app);
	test->priv = b;
	return 0;
}

static void bench_teardown(struct kunit *test)
{
	struct bench *b = test->priv;

	if (!b)
		return;
	tsec_settings_free(&b->profile);
	tsec_settings_free(&b->effective);
	tsec_overrides_free(&b->app);
}

static int narrow(struct bench *b, int role)
{
	tsec_settings_free(&b->effective);
	return tsec_settings_narrow(&b->effective, &b->profile, &b->app, role);
}

static void version_valid(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, tsec_version_valid(V12));
	KUNIT_EXPECT_TRUE(test, tsec_version_valid(V13));
	KUNIT_EXPECT_FALSE(test, tsec_version_valid(0));
	KUNIT_EXPECT_FALSE(test, tsec_version_valid(V12 - 1));
	KUNIT_EXPECT_FALSE(test, tsec_version_valid(V13 + 1));
}

static void string_set(struct kunit *test)
{
	char *slot = NULL;

	KUNIT_EXPECT_EQ(test, tsec_string_set(&slot, "a"), 0);
	KUNIT_EXPECT_STREQ(test, slot, "a");
	KUNIT_EXPECT_EQ(test, tsec_string_set(&slot, "bc"), 0);
	KUNIT_EXPECT_STREQ(test, slot, "bc");
	KUNIT_EXPECT_EQ(test, tsec_string_set(&slot, ""), 0);
	KUNIT_EXPECT_NULL(test, slot);
	KUNIT_EXPECT_EQ(test, tsec_string_set(&slot, "d"), 0);
	KUNIT_EXPECT_EQ(test, tsec_string_set(&slot, NULL), 0);
	KUNIT_EXPECT_NULL(test, slot);
}

static void settings_init(struct kunit *test)
{
	struct bench *b = test->priv;
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, b->profile.version_min, V12);
	KUNIT_EXPECT_EQ(test, b->profile.version_max, V13);
	KUNIT_EXPECT_EQ(test, b->profile.cipher_count, 4);
	KUNIT_EXPECT_EQ(test, b->profile.ciphers[0], TSEC_CIPHER_AES_256_GCM);
	KUNIT_EXPECT_EQ(test, b->profile.ciphers[1], TSEC_CIPHER_AES_128_GCM);
	KUNIT_EXPECT_EQ(test, b->profile.ciphers[2],
			TSEC_CIPHER_CHACHA20_POLY1305);
	KUNIT_EXPECT_EQ(test, b->profile.ciphers[3],
			TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80);
	KUNIT_EXPECT_TRUE(test, b->profile.session_cache);
	KUNIT_EXPECT_EQ(test, b->profile.cid_len, 0);
	KUNIT_EXPECT_FALSE(test, b->profile.manual);
	KUNIT_EXPECT_EQ(test, tsec_settings_validate(&b->profile, &why), 0);
}

static void settings_copy(struct kunit *test)
{
	struct bench *b = test->priv;

	b->profile.manual = true;
	b->profile.limits.hard_bytes = 77;
	tsec_string_set(&b->profile.alpn, "h2");
	tsec_string_set(&b->profile.cert, "/c");
	tsec_string_set(&b->profile.privkey, "/k");
	tsec_string_set(&b->profile.trust, "/t");
	tsec_string_set(&b->profile.crl, "/r");
	tsec_string_set(&b->profile.psk, "/p");
	tsec_string_set(&b->profile.psk_identity, "id");
	KUNIT_ASSERT_EQ(test, tsec_settings_copy(&b->effective, &b->profile),
			0);
	tsec_settings_free(&b->profile);
	KUNIT_EXPECT_TRUE(test, b->effective.manual);
	KUNIT_EXPECT_EQ(test, b->effective.limits.hard_bytes, 77);
	KUNIT_EXPECT_STREQ(test, b->effective.alpn, "h2");
	KUNIT_EXPECT_STREQ(test, b->effective.cert, "/c");
	KUNIT_EXPECT_STREQ(test, b->effective.privkey, "/k");
	KUNIT_EXPECT_STREQ(test, b->effective.trust, "/t");
	KUNIT_EXPECT_STREQ(test, b->effective.crl, "/r");
	KUNIT_EXPECT_STREQ(test, b->effective.psk, "/p");
	KUNIT_EXPECT_STREQ(test, b->effective.psk_identity, "id");
}

static void settings_ciphers_set(struct kunit *test)
{
	static const u16 two[] = { 3, 1 }, twice[] = { 1, 1 };
	static const u16 unknown[] = { 1, 99 }, many[] = { 1, 2, 3, 1 };
	static const u16 srtp[] = { TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32 };
	struct bench *b = test->priv;
	struct tsec_settings *s = &b->profile;

	KUNIT_EXPECT_EQ(test, tsec_settings_ciphers_set(s, two, 2), 0);
	KUNIT_EXPECT_EQ(test, s->cipher_count, 2);
	KUNIT_EXPECT_EQ(test, s->ciphers[0], 3);
	KUNIT_EXPECT_EQ(test, s->ciphers[1], 1);
	KUNIT_EXPECT_EQ(test, tsec_settings_ciphers_set(s, twice, 2),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsec_settings_ciphers_set(s, unknown, 2),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsec_settings_ciphers_set(s, many, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, s->cipher_count, 2);
	KUNIT_EXPECT_EQ(test, tsec_settings_ciphers_set(s, srtp, 1), 0);
	KUNIT_EXPECT_EQ(test, tsec_settings_ciphers_set(s, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, s->cipher_count, 4);
}

static void expect_fault(struct kunit *test, const char *fault)
{
	struct bench *b = test->priv;
	const char *why = "";

	KUNIT_EXPECT_EQ(test, tsec_settings_validate(&b->profile, &why),
			-EINVAL);
	KUNIT_EXPECT_STREQ(test, why, fault);
	tsec_settings_init(&b->profile);
}

static void settings_validate(struct kunit *test)
{
	struct bench *b = test->priv;

	b->profile.version_min = 0x0302;
	expect_fault(test, "unknown protocol version");
	b->profile.version_max = 0x0305;
	expect_fault(test, "unknown protocol version");
	b->profile.version_min = V13;
	b->profile.version_max = V12;
	expect_fault(test, "lowest version is above the highest");
	b->profile.cipher_count = 0;
	expect_fault(test, "no cipher");
	b->profile.ciphers[1] = b->profile.ciphers[0];
	expect_fault(test, "a cipher is unknown or given twice");
	b->profile.verify = TSEC_VERIFY_REQUIRE + 1;
	expect_fault(test, "unknown value of verify");
	b->profile.limits.soft_seconds = 2;
	b->profile.limits.hard_seconds = 1;
	expect_fault(test, "a soft limit is beyond its hard limit");
}

static void narrow__nothing_set(struct kunit *test)
{
	struct bench *b = test->priv;

	tsec_string_set(&b->profile.alpn, "h2");
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_EQ(test, b->effective.version_min, V12);
	KUNIT_EXPECT_EQ(test, b->effective.version_max, V13);
	KUNIT_EXPECT_EQ(test, b->effective.cipher_count, 4);
	KUNIT_EXPECT_EQ(test, b->effective.verify, TSEC_VERIFY_DEFAULT);
	KUNIT_EXPECT_TRUE(test, b->effective.session_cache);
	KUNIT_EXPECT_STREQ(test, b->effective.alpn, "h2");
}

static void narrow__versions(struct kunit *test)
{
	struct bench *b = test->priv;

	b->app.version_min = V13;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_EQ(test, b->effective.version_min, V13);
	b->app.version_max = V12;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), -EPROTONOSUPPORT);
	b->app.version_min = 0;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_EQ(test, b->effective.version_max, V12);
	/* A ceiling above the profile's weakens nothing. */
	b->profile.version_max = V12;
	b->app.version_max = V13;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_EQ(test, b->effective.version_max, V12);
}

static void narrow__version_weaker(struct kunit *test)
{
	struct bench *b = test->priv;

	b->profile.version_min = V13;
	b->app.version_min = V12;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), -EPERM);
	KUNIT_EXPECT_EQ(test, narrow(b, ANY), -EPERM);
	b->app.version_min = 0;
	b->app.version_max = V12;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), -EPROTONOSUPPORT);
}

static void narrow__ciphers(struct kunit *test)
{
	static const u16 profile[] = { 2, 1 }, app[] = { 3, 1, 2 };
	struct bench *b = test->priv;

	tsec_settings_ciphers_set(&b->profile, profile, 2);
	tsec_overrides_ciphers_set(&b->app, app, 3);
	KUNIT_EXPECT_EQ(test, narrow(b, SERVER), 0);
	KUNIT_EXPECT_EQ(test, b->effective.cipher_count, 2);
	KUNIT_EXPECT_EQ(test, b->effective.ciphers[0], 1);
	KUNIT_EXPECT_EQ(test, b->effective.ciphers[1], 2);
	tsec_overrides_ciphers_set(&b->app, app, 1);
	KUNIT_EXPECT_EQ(test, narrow(b, SERVER), -EPROTONOSUPPORT);
	EXPECT_ZEROS(test, &b->effective, sizeof(b->effective));
}

static void narrow__verify(struct kunit *test)
{
	struct bench *b = test->priv;

	b->profile.verify = TSEC_VERIFY_REQUEST;
	b->app.verify = TSEC_VERIFY_REQUIRE;
	KUNIT_EXPECT_EQ(test, narrow(b, SERVER), 0);
	KUNIT_EXPECT_EQ(test, b->effective.verify, TSEC_VERIFY_REQUIRE);
	b->app.verify = TSEC_VERIFY_NONE;
	KUNIT_EXPECT_EQ(test, narrow(b, SERVER), -EPERM);
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), -EPERM);
	KUNIT_EXPECT_EQ(test, narrow(b, ANY), -EPERM);
	b->app.verify = TSEC_VERIFY_DEFAULT;
	KUNIT_EXPECT_EQ(test, narrow(b, SERVER), 0);
	KUNIT_EXPECT_EQ(test, b->effective.verify, TSEC_VERIFY_REQUEST);
}

/* The default is the strongest for a client, the weakest for a server. */
static void narrow__verify_default(struct kunit *test)
{
	struct bench *b = test->priv;
	u8 verify;

	for (verify = TSEC_VERIFY_NONE; verify <= TSEC_VERIFY_REQUEST;
	     verify++) {
		b->app.verify = verify;
		KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), -EPERM);
		KUNIT_EXPECT_EQ(test, narrow(b, ANY), 0);
		KUNIT_EXPECT_EQ(test, narrow(b, SERVER), 0);
		KUNIT_EXPECT_EQ(test, b->effective.verify, verify);
	}
	b->app.verify = TSEC_VERIFY_REQUIRE;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_EQ(test, b->effective.verify, TSEC_VERIFY_REQUIRE);
	/* What an administrator allows, a program may do. */
	b->profile.verify = TSEC_VERIFY_NONE;
	b->app.verify = TSEC_VERIFY_NONE;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
}

static void narrow__session_cache(struct kunit *test)
{
	struct bench *b = test->priv;

	b->app.session_cache = TSEC_CACHE_OFF;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_FALSE(test, b->effective.session_cache);
	b->app.session_cache = TSEC_CACHE_ON;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_TRUE(test, b->effective.session_cache);
	b->profile.session_cache = false;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), -EPERM);
	b->app.session_cache = TSEC_CACHE_DEFAULT;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_FALSE(test, b->effective.session_cache);
}

/* It is no matter of strength: the program's word counts. */
static void narrow__cid_len(struct kunit *test)
{
	struct bench *b = test->priv;

	b->profile.cid_len = 8;
	b->app.cid_len = 4;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_EQ(test, b->effective.cid_len, 8);
	b->app.has_cid_len = true;
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_EQ(test, b->effective.cid_len, 4);
	b->app.cid_len = 0;
	KUNIT_EXPECT_EQ(test, narrow(b, SERVER), 0);
	KUNIT_EXPECT_EQ(test, b->effective.cid_len, 0);
}

static void narrow__trust(struct kunit *test)
{
	struct bench *b = test->priv;

	b->app.trust = tsec_blob_alloc(4);
	KUNIT_ASSERT_NOT_NULL(test, b->app.trust);
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	tsec_string_set(&b->profile.trust, "/etc/ssl/ca.pem");
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), -EPERM);
	KUNIT_EXPECT_EQ(test, narrow(b, ANY), -EPERM);
}

static void narrow__alpn(struct kunit *test)
{
	struct bench *b = test->priv;

	tsec_string_set(&b->profile.alpn, "http/1.1");
	tsec_string_set(&b->app.alpn, "h2,http/1.1");
	KUNIT_EXPECT_EQ(test, narrow(b, CLIENT), 0);
	KUNIT_EXPECT_STREQ(test, b->effective.alpn, "h2,http/1.1");
	KUNIT_EXPECT_STREQ(test, b->profile.alpn, "http/1.1");
}

static void blob__references(struct kunit *test)
{
	struct tsec_blob *blob = tsec_blob_alloc(TSEC_PEM_MAX), *slot = NULL;

	KUNIT_ASSERT_NOT_NULL(test, blob);
	KUNIT_EXPECT_EQ(test, blob->len, TSEC_PEM_MAX);
	EXPECT_ZEROS(test, blob->data, blob->len);
	KUNIT_EXPECT_PTR_EQ(test, tsec_blob_get(blob), blob);
	KUNIT_EXPECT_EQ(test, refcount_read(&blob->refs), 2);
	tsec_blob_replace(&slot, blob);
	KUNIT_EXPECT_PTR_EQ(test, slot, blob);
	tsec_blob_replace(&slot, NULL);
	KUNIT_EXPECT_NULL(test, slot);
	KUNIT_EXPECT_EQ(test, refcount_read(&blob->refs), 1);
	tsec_blob_put(blob);
	tsec_blob_put(NULL);
	KUNIT_EXPECT_NULL(test, tsec_blob_get(NULL));
}

static void overrides_copy(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_overrides copy;

	tsec_string_set(&b->app.profile, "web");
	tsec_string_set(&b->app.peer_name, "example.org");
	b->app.version_min = V13;
	b->app.privkey = tsec_blob_alloc(3);
	KUNIT_ASSERT_NOT_NULL(test, b->app.privkey);
	memcpy(b->app.privkey->data, "key", 3);
	KUNIT_ASSERT_EQ(test, tsec_overrides_copy(&copy, &b->app), 0);
	tsec_overrides_free(&b->app);
	EXPECT_ZEROS(test, &b->app, sizeof(b->app));
	KUNIT_EXPECT_STREQ(test, copy.profile, "web");
	KUNIT_EXPECT_STREQ(test, copy.peer_name, "example.org");
	KUNIT_EXPECT_EQ(test, copy.version_min, V13);
	KUNIT_EXPECT_NULL(test, copy.alpn);
	KUNIT_EXPECT_EQ(test, refcount_read(&copy.privkey->refs), 1);
	EXPECT_BYTES(test, copy.privkey->data, "key", 3);
	tsec_overrides_free(&copy);
}

static void overrides_ciphers_set(struct kunit *test)
{
	static const u16 two[] = { 3, 1 }, twice[] = { 2, 2 };
	struct bench *b = test->priv;

	KUNIT_EXPECT_EQ(test, tsec_overrides_ciphers_set(&b->app, two, 2), 0);
	KUNIT_EXPECT_EQ(test, b->app.cipher_count, 2);
	KUNIT_EXPECT_EQ(test, tsec_overrides_ciphers_set(&b->app, twice, 2),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, b->app.cipher_count, 2);
	KUNIT_EXPECT_EQ(test, tsec_overrides_ciphers_set(&b->app, two, 0), 0);
	KUNIT_EXPECT_EQ(test, b->app.cipher_count, 0);
}

static struct kunit_case settings_cases[] = {
	KUNIT_CASE(version_valid),
	KUNIT_CASE(string_set),
	KUNIT_CASE(settings_init),
	KUNIT_CASE(settings_copy),
	KUNIT_CASE(settings_ciphers_set),
	KUNIT_CASE(settings_validate),
	KUNIT_CASE(narrow__nothing_set),
	KUNIT_CASE(narrow__versions),
	KUNIT_CASE(narrow__version_weaker),
	KUNIT_CASE(narrow__ciphers),
	KUNIT_CASE(narrow__verify),
	KUNIT_CASE(narrow__verify_default),
	KUNIT_CASE(narrow__session_cache),
	KUNIT_CASE(narrow__cid_len),
	KUNIT_CASE(narrow__trust),
	KUNIT_CASE(narrow__alpn),
	KUNIT_CASE(blob__references),
	KUNIT_CASE(overrides_copy),
	KUNIT_CASE(overrides_ciphers_set),
	{}
};

static struct kunit_suite settings_suite = {
	.name		= "tsec_settings",
	.init		= bench_setup,
	.exit		= bench_teardown,
	.test_cases	= settings_cases,
};

kunit_test_suites(&settings_suite);
