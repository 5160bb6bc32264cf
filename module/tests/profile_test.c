// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of profile.c.
 */
#include <linux/ctype.h>
#include <linux/slab.h>

#include "../profile.h"
#include "../profile_keys.h"
#include "kunit.h"

/**
 * struct bench - what each test starts with
 * @profiles: the profiles of a new network namespace
 * @settings: default settings
 * @manual: the same for manual keys
 * @tx: a manual key for sending
 * @rx: another one for receiving
 */
struct bench {
	struct tsec_profiles profiles;
	struct tsec_settings settings;
	struct tsec_settings manual;
	struct tsec_key tx;
	struct tsec_key rx;
};

static void key_fill(struct tsec_key *key, u8 byte)
{
	key->version = TSEC_VERSION_TLS_1_3;
	key->cipher = TSEC_CIPHER_AES_128_GCM;
	key->key_len = 16;
	key->iv_len = 12;
	memset(key->key, byte, key->key_len);
	memset(key->iv, byte, key->iv_len);
}

static int bench_setup(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	if (!b || tsec_profiles_init(&b->profiles))
		return -ENOMEM;
	tsec_settings_init(&b->settings);
	tsec_settings_init(&b->manual);
	b->manual.manual = true;
	key_fill(&b->tx, 0x11);
	key_fill(&b->rx, 0x22);
	test->priv = b;
	return 0;
}

static void bench_teardown(struct kunit *test)
{
	struct bench *b = test->priv;

	if (b)
		tsec_profiles_exit(&b->profiles);
}

/* The profile "m", for manual keys. */
static struct tsec_profile *manual(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile;

	KUNIT_ASSERT_EQ(test, tsec_profile_add(&b->profiles, "m", &b->manual),
			0);
	profile = tsec_profile_find(&b->profiles, "m");
	KUNIT_ASSERT_NOT_NULL(test, profile);
	return profile;
}

static void keys_set(struct kunit *test, struct tsec_profile *profile)
{
	struct bench *b = test->priv;
	const char *why = NULL;

	KUNIT_ASSERT_EQ(test, tsec_profile_key_set(profile, TSEC_DIR_TX,
						   &b->tx, &why), 0);
	KUNIT_ASSERT_EQ(test, tsec_profile_key_set(profile, TSEC_DIR_RX,
						   &b->rx, &why), 0);
	KUNIT_EXPECT_NULL(test, why);
}

/* Returns what goes with returning them. */
static u32 expect_take(struct kunit *test, struct tsec_profile *profile)
{
	struct bench *b = test->priv;
	struct tsec_key tx, rx;
	const char *why;
	u32 serial = 0;

	KUNIT_EXPECT_EQ(test, tsec_profile_keys_check(profile, TSEC_PROTO_TLS,
						      &why), 0);
	KUNIT_EXPECT_EQ(test, tsec_profile_keys_take(profile, TSEC_PROTO_TLS,
						     &tx, &rx, &serial, &why),
			0);
	EXPECT_BYTES(test, &tx, &b->tx, sizeof(tx));
	EXPECT_BYTES(test, &rx, &b->rx, sizeof(rx));
	return serial;
}

static void expect_no_take(struct kunit *test, struct tsec_profile *profile,
			   const char *fault)
{
	struct tsec_key tx = { }, rx = { };
	const char *why = "";
	u32 serial;

	KUNIT_EXPECT_EQ(test, tsec_profile_keys_check(profile, TSEC_PROTO_TLS,
						      &why), -ENOKEY);
	KUNIT_EXPECT_STREQ(test, why, fault);
	why = "";
	KUNIT_EXPECT_EQ(test, tsec_profile_keys_take(profile, TSEC_PROTO_TLS,
						     &tx, &rx, &serial, &why),
			-ENOKEY);
	KUNIT_EXPECT_STREQ(test, why, fault);
	EXPECT_ZEROS(test, &tx, sizeof(tx));
	EXPECT_ZEROS(test, &rx, sizeof(rx));
}

static void profiles_init(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile;

	profile = tsec_profile_find(&b->profiles, "default");
	KUNIT_ASSERT_NOT_NULL(test, profile);
	KUNIT_EXPECT_STREQ(test, profile->name, "default");
	KUNIT_EXPECT_EQ(test, profile->settings.cipher_count, 4);
	tsec_profile_put(profile);
}

/* A session may outlive what its profile was found in. */
static void profiles_exit__held(struct kunit *test)
{
	struct tsec_profiles profiles;
	struct tsec_profile *profile;

	KUNIT_ASSERT_EQ(test, tsec_profiles_init(&profiles), 0);
	profile = tsec_profile_find(&profiles, "default");
	tsec_profiles_exit(&profiles);
	KUNIT_EXPECT_STREQ(test, profile->name, "default");
	tsec_profile_put(profile);
}

static void profile_name_valid(struct kunit *test)
{
	char name[TSEC_PROFILE_NAME_MAX + 2] = { };
	int c;

	KUNIT_EXPECT_TRUE(test, tsec_profile_name_valid("aZ09._-"));
	KUNIT_EXPECT_FALSE(test, tsec_profile_name_valid(""));
	memset(name, 'x', TSEC_PROFILE_NAME_MAX);
	KUNIT_EXPECT_TRUE(test, tsec_profile_name_valid(name));
	name[TSEC_PROFILE_NAME_MAX] = 'x';
	KUNIT_EXPECT_FALSE(test, tsec_profile_name_valid(name));
	memset(name, 0, sizeof(name));
	for (c = 1; c < 256; c++) {
		name[0] = c;
		KUNIT_EXPECT_EQ(test, tsec_profile_name_valid(name),
				(c < 128 && isalnum(c)) ||
				strchr("._-", c));
	}
}

static void profile_find__default(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile;

	profile = tsec_profile_find(&b->profiles, NULL);
	KUNIT_ASSERT_NOT_NULL(test, profile);
	KUNIT_EXPECT_STREQ(test, profile->name, "default");
	tsec_profile_put(profile);
}

static void profile_find__unknown(struct kunit *test)
{
	struct bench *b = test->priv;

	KUNIT_EXPECT_NULL(test, tsec_profile_find(&b->profiles, "nobody"));
	KUNIT_EXPECT_NULL(test, tsec_profile_find(&b->profiles, ""));
}

static void profile_nth(struct kunit *test)
{
	static const char *const names[] = { "default", "b", "a" };
	struct bench *b = test->priv;
	struct tsec_profile *profile;
	unsigned int i;

	tsec_profile_add(&b->profiles, "b", &b->settings);
	tsec_profile_add(&b->profiles, "a", &b->settings);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		profile = tsec_profile_nth(&b->profiles, i);
		KUNIT_ASSERT_NOT_NULL(test, profile);
		KUNIT_EXPECT_STREQ(test, profile->name, names[i]);
		tsec_profile_put(profile);
	}
	KUNIT_EXPECT_NULL(test, tsec_profile_nth(&b->profiles, i));
}

static void profile_add(struct kunit *test)
{
	struct bench *b = test->priv;
	u32 generation = b->profiles.generation;

	KUNIT_EXPECT_EQ(test, tsec_profile_add(&b->profiles, "web",
					       &b->settings), 0);
	KUNIT_EXPECT_NE(test, b->profiles.generation, generation);
	KUNIT_EXPECT_EQ(test, tsec_profile_add(&b->profiles, "web",
					       &b->settings), -EEXIST);
	KUNIT_EXPECT_EQ(test, tsec_profile_add(&b->profiles, "default",
					       &b->settings), -EEXIST);
	KUNIT_EXPECT_EQ(test, tsec_profile_add(&b->profiles, "a b",
					       &b->settings), -EINVAL);
}

/* Who holds a profile reads its old settings, who looks it up the new. */
static void profile_update__versions(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *old, *new;

	old = tsec_profile_find(&b->profiles, "default");
	b->settings.version_min = TSEC_VERSION_TLS_1_3;
	KUNIT_EXPECT_EQ(test, tsec_profile_update(&b->profiles, "default",
						  &b->settings), 0);
	new = tsec_profile_find(&b->profiles, "default");
	KUNIT_EXPECT_PTR_NE(test, old, new);
	KUNIT_EXPECT_EQ(test, old->settings.version_min,
			TSEC_VERSION_TLS_1_2);
	KUNIT_EXPECT_EQ(test, new->settings.version_min,
			TSEC_VERSION_TLS_1_3);
	tsec_profile_put(old);
	tsec_profile_put(new);
	KUNIT_EXPECT_EQ(test, tsec_profile_update(&b->profiles, "nobody",
						  &b->settings), -ENOENT);
}

static void profile_update__keeps_keys(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *old = manual(test), *new;

	keys_set(test, old);
	KUNIT_EXPECT_EQ(test, tsec_profile_update(&b->profiles, "m",
						  &b->manual), 0);
	new = tsec_profile_find(&b->profiles, "m");
	expect_take(test, new);
	/* The old version must not give them out a second time. */
	expect_no_take(test, old,
		       "another session has used the manual key for sending");
	tsec_profile_put(old);
	tsec_profile_put(new);
}

static void profile_del(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile = manual(test);
	u32 generation = b->profiles.generation;

	KUNIT_EXPECT_EQ(test, tsec_profile_del(&b->profiles, "default"),
			-EBUSY);
	KUNIT_EXPECT_EQ(test, tsec_profile_del(&b->profiles, "nobody"),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, b->profiles.generation, generation);
	KUNIT_EXPECT_EQ(test, tsec_profile_del(&b->profiles, "m"), 0);
	KUNIT_EXPECT_NE(test, b->profiles.generation, generation);
	KUNIT_EXPECT_NULL(test, tsec_profile_find(&b->profiles, "m"));
	KUNIT_EXPECT_STREQ(test, profile->name, "m");
	tsec_profile_put(profile);
}

static void key_set__not_manual(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile;
	const char *why = "";

	profile = tsec_profile_find(&b->profiles, "default");
	KUNIT_EXPECT_EQ(test, tsec_profile_key_set(profile, TSEC_DIR_TX,
						   &b->tx, &why), -EINVAL);
	KUNIT_EXPECT_STREQ(test, why, "the profile is not for manual keys");
	tsec_profile_put(profile);
}

static void key_set__same_key(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile = manual(test);
	struct tsec_key_view view;
	const char *why = "";

	keys_set(test, profile);
	KUNIT_EXPECT_EQ(test, tsec_profile_key_set(profile, TSEC_DIR_RX,
						   &b->tx, &why), -EINVAL);
	KUNIT_EXPECT_STREQ(test, why, "the other direction has this key");
	/* The one that was there stays. */
	KUNIT_EXPECT_EQ(test, tsec_profile_key_view(profile, TSEC_DIR_RX,
						    &view), 0);
	expect_take(test, profile);
	tsec_profile_put(profile);
}

static void key_set__replaces(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile = manual(test);
	const char *why;

	keys_set(test, profile);
	expect_take(test, profile);
	key_fill(&b->tx, 0x33);
	KUNIT_EXPECT_EQ(test, tsec_profile_key_set(profile, TSEC_DIR_TX,
						   &b->tx, &why), 0);
	expect_no_take(test, profile,
		       "another session has used the manual key for receiving");
	key_fill(&b->rx, 0x44);
	KUNIT_EXPECT_EQ(test, tsec_profile_key_set(profile, TSEC_DIR_RX,
						   &b->rx, &why), 0);
	expect_take(test, profile);
	tsec_profile_put(profile);
}

static void key_del(struct kunit *test)
{
	struct tsec_profile *profile = manual(test);
	struct tsec_key_view view;

	keys_set(test, profile);
	KUNIT_EXPECT_EQ(test, tsec_profile_key_del(profile, TSEC_DIR_RX), 0);
	KUNIT_EXPECT_EQ(test, tsec_profile_key_del(profile, TSEC_DIR_RX),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, tsec_profile_key_view(profile, TSEC_DIR_RX,
						    &view), -ENOENT);
	KUNIT_EXPECT_EQ(test, tsec_profile_key_view(profile, TSEC_DIR_TX,
						    &view), 0);
	tsec_profile_put(profile);
}

static void key_view(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile = manual(test);
	struct tsec_key_view view;

	b->tx.seq = 9;
	b->tx.limits.hard_bytes = 5;
	b->rx.key_len = 0;
	b->rx.secret_len = 32;
	memset(b->rx.secret, 0x55, 32);
	keys_set(test, profile);
	KUNIT_EXPECT_EQ(test, tsec_profile_key_view(profile, TSEC_DIR_TX,
						    &view), 0);
	KUNIT_EXPECT_EQ(test, view.version, TSEC_VERSION_TLS_1_3);
	KUNIT_EXPECT_EQ(test, view.cipher, TSEC_CIPHER_AES_128_GCM);
	KUNIT_EXPECT_EQ(test, view.seq, 9);
	KUNIT_EXPECT_EQ(test, view.limits.hard_bytes, 5);
	KUNIT_EXPECT_FALSE(test, view.renewable);
	KUNIT_EXPECT_FALSE(test, view.used);
	expect_take(test, profile);
	KUNIT_EXPECT_EQ(test, tsec_profile_key_view(profile, TSEC_DIR_RX,
						    &view), 0);
	KUNIT_EXPECT_TRUE(test, view.renewable);
	KUNIT_EXPECT_TRUE(test, view.used);
	tsec_profile_put(profile);
}

static void keys_take__once(struct kunit *test)
{
	struct tsec_profile *profile = manual(test);

	expect_no_take(test, profile,
		       "the profile has no manual key for sending");
	keys_set(test, profile);
	expect_take(test, profile);
	expect_no_take(test, profile,
		       "another session has used the manual key for sending");
	tsec_profile_put(profile);
}

/* Both or none: a key that stands alone is not lost. */
static void keys_take__both(struct kunit *test)
{
	struct tsec_profile *profile = manual(test);
	struct tsec_key_view view;

	keys_set(test, profile);
	tsec_profile_key_del(profile, TSEC_DIR_RX);
	expect_no_take(test, profile,
		       "the profile has no manual key for receiving");
	KUNIT_EXPECT_EQ(test, tsec_profile_key_view(profile, TSEC_DIR_TX,
						    &view), 0);
	KUNIT_EXPECT_FALSE(test, view.used);
	keys_set(test, profile);
	expect_take(test, profile);
	tsec_profile_put(profile);
}

static void keys_take__differ(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile = manual(test);

	b->rx.version = TSEC_VERSION_TLS_1_2;
	keys_set(test, profile);
	expect_no_take(test, profile,
		       "the manual keys differ in version or cipher");
	tsec_profile_put(profile);
}

/* A session of another protocol leaves them where they are. */
static void keys_take__protocol(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile = manual(test);

	b->tx.version = TSEC_VERSION_DTLS_1_2;
	b->rx.version = TSEC_VERSION_DTLS_1_2;
	keys_set(test, profile);
	expect_no_take(test, profile,
		       "the manual keys are for another protocol");
	b->tx.version = TSEC_VERSION_TLS_1_3;
	b->rx.version = TSEC_VERSION_TLS_1_3;
	keys_set(test, profile);
	expect_take(test, profile);
	tsec_profile_put(profile);
}

static void keys_return__once_more(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile = manual(test);
	u32 serial;

	keys_set(test, profile);
	serial = expect_take(test, profile);
	tsec_profile_keys_return(profile, &b->tx, &b->rx, serial);
	expect_take(test, profile);
	expect_no_take(test, profile,
		       "another session has used the manual key for sending");
	tsec_profile_put(profile);
}

/* Keys that have come since stay as they are. */
static void keys_return__late(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_profile *profile = manual(test);
	struct tsec_key tx, rx;
	u32 serial;

	keys_set(test, profile);
	tx = b->tx;
	rx = b->rx;
	serial = expect_take(test, profile);
	b->tx.secret[0]++;
	keys_set(test, profile);
	tsec_profile_keys_return(profile, &tx, &rx, serial);
	serial = expect_take(test, profile);
	tsec_profile_key_del(profile, TSEC_DIR_TX);
	tsec_profile_keys_return(profile, &tx, &rx, serial);
	expect_no_take(test, profile,
		       "the profile has no manual key for sending");
	tsec_profile_put(profile);
}

static struct kunit_case profile_cases[] = {
	KUNIT_CASE(profiles_init),
	KUNIT_CASE(profiles_exit__held),
	KUNIT_CASE(profile_name_valid),
	KUNIT_CASE(profile_find__default),
	KUNIT_CASE(profile_find__unknown),
	KUNIT_CASE(profile_nth),
	KUNIT_CASE(profile_add),
	KUNIT_CASE(profile_update__versions),
	KUNIT_CASE(profile_update__keeps_keys),
	KUNIT_CASE(profile_del),
	KUNIT_CASE(key_set__not_manual),
	KUNIT_CASE(key_set__same_key),
	KUNIT_CASE(key_set__replaces),
	KUNIT_CASE(key_del),
	KUNIT_CASE(key_view),
	KUNIT_CASE(keys_take__once),
	KUNIT_CASE(keys_take__both),
	KUNIT_CASE(keys_take__differ),
	KUNIT_CASE(keys_take__protocol),
	KUNIT_CASE(keys_return__once_more),
	KUNIT_CASE(keys_return__late),
	{}
};

static struct kunit_suite profile_suite = {
	.name		= "tsec_profile",
	.init		= bench_setup,
	.exit		= bench_teardown,
	.test_cases	= profile_cases,
};

kunit_test_suites(&profile_suite);
