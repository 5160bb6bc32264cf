// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of dgram_key.c.
 */
#include <linux/err.h>
#include <linux/ktime.h>

#include "../dgram.h"
#include "../packet.h"
#include "../session.h"
#include "kunit.h"

/**
 * struct bench - one key at work, of a protocol that does nothing
 * @half: its direction
 * @slot: the key
 */
struct bench {
	struct tsec_half half;
	struct tsec_dgram_key *slot;
};

/* All that is known of the protocol's part is whether it is there. */
static int made;

static struct tsec_packet_key *null_key_new(const struct tsec_key *key,
					    const struct tsec_packet_params *as,
					    const char **why)
{
	if (!as->key_id) {
		*why = "no number";
		return ERR_PTR(-EINVAL);
	}
	made++;
	return (struct tsec_packet_key *)&made;
}

static void null_key_free(struct tsec_packet_key *key)
{
	made--;
}

static const struct tsec_packet_ops null_ops = {
	.key_new	= null_key_new,
	.key_free	= null_key_free,
};

static void put_to_work(struct kunit *test, u64 seq,
			const struct tsec_limits *limits)
{
	const struct tsec_packet_params as = { .key_id = 7 };
	struct bench *b = test->priv;
	const char *why;

	memset(b->half.key.key, 1, sizeof(b->half.key.key));
	memset(b->half.key.secret, 1, sizeof(b->half.key.secret));
	b->half.key.seq = seq;
	b->half.key.limits = *limits;
	b->half.key.born = ktime_get_boottime_seconds();
	b->slot = tsec_dgram_key_new(&null_ops, &b->half.key, &as, 0, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(b->slot));
}

static int bench_setup(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct bench), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static void bench_teardown(struct kunit *test)
{
	struct bench *b = test->priv;

	tsec_dgram_key_free(b->slot);
	KUNIT_EXPECT_EQ(test, made, 0);
}

static void expect_take(struct kunit *test, u64 want_seq,
			enum tsec_key_verdict want)
{
	struct bench *b = test->priv;
	u64 seq;

	KUNIT_EXPECT_EQ(test, tsec_dgram_key_take(b->slot, &b->half, &seq),
			want);
	KUNIT_EXPECT_EQ(test, seq, want_seq);
}

static void key_new(struct kunit *test)
{
	const struct tsec_limits none = { };
	struct bench *b = test->priv;

	put_to_work(test, 5, &none);
	KUNIT_EXPECT_EQ(test, b->slot->id, 7);
	KUNIT_EXPECT_EQ(test, made, 1);
	KUNIT_EXPECT_NULL(test, memchr(b->slot->about.key, 1, TSEC_KEY_MAX));
	KUNIT_EXPECT_NULL(test, memchr(b->slot->about.secret, 1,
				       TSEC_SECRET_MAX));
	expect_take(test, 5, TSEC_KEY_OK);
	expect_take(test, 6, TSEC_KEY_OK);
}

static void key_new__refused(struct kunit *test)
{
	const struct tsec_packet_params as = { };
	const struct tsec_key key = { };
	const char *why;

	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_dgram_key_new(&null_ops, &key, &as,
							 0, &why)), -EINVAL);
	KUNIT_EXPECT_STREQ(test, why, "no number");
}

static void key_take__records(struct kunit *test)
{
	const struct tsec_limits limits = {
		.soft_records = 3, .hard_records = 5,
	};

	/* The numbers before the first one count as well. */
	put_to_work(test, 2, &limits);
	expect_take(test, 2, TSEC_KEY_OK);
	expect_take(test, 3, TSEC_KEY_SOFT);
	expect_take(test, 4, TSEC_KEY_SOFT);
	expect_take(test, 5, TSEC_KEY_HARD);
	expect_take(test, 6, TSEC_KEY_HARD);
}

static void key_take__bytes(struct kunit *test)
{
	const struct tsec_limits limits = {
		.soft_bytes = 10, .hard_bytes = 20,
	};
	struct bench *b = test->priv;

	put_to_work(test, 0, &limits);
	expect_take(test, 0, TSEC_KEY_OK);
	atomic64_add(10, &b->half.bytes);
	expect_take(test, 1, TSEC_KEY_SOFT);
	atomic64_add(10, &b->half.bytes);
	expect_take(test, 2, TSEC_KEY_HARD);
}

static void key_take__age(struct kunit *test)
{
	const struct tsec_limits limits = {
		.soft_seconds = 10, .hard_seconds = 20,
	};
	struct bench *b = test->priv;

	put_to_work(test, 0, &limits);
	expect_take(test, 0, TSEC_KEY_OK);
	b->slot->about.born -= 10;
	expect_take(test, 1, TSEC_KEY_SOFT);
	b->slot->about.born -= 10;
	expect_take(test, 2, TSEC_KEY_HARD);
}

static void key_look__takes_nothing(struct kunit *test)
{
	const struct tsec_limits limits = {
		.soft_records = 1, .hard_records = 2,
	};
	struct bench *b = test->priv;

	put_to_work(test, 0, &limits);
	KUNIT_EXPECT_EQ(test, tsec_dgram_key_look(b->slot, &b->half),
			TSEC_KEY_OK);
	KUNIT_EXPECT_EQ(test, tsec_dgram_key_look(b->slot, &b->half),
			TSEC_KEY_OK);
	atomic64_inc(&b->slot->next);
	KUNIT_EXPECT_EQ(test, tsec_dgram_key_look(b->slot, &b->half),
			TSEC_KEY_SOFT);
	atomic64_inc(&b->slot->next);
	KUNIT_EXPECT_EQ(test, tsec_dgram_key_look(b->slot, &b->half),
			TSEC_KEY_HARD);
}

static void key_forgery__limit(struct kunit *test)
{
	const struct tsec_limits none = { };
	struct bench *b = test->priv;

	put_to_work(test, 0, &none);
	KUNIT_EXPECT_FALSE(test, tsec_dgram_key_forgery(b->slot));
	atomic64_set(&b->slot->forged, (1LL << 36) - 2);
	KUNIT_EXPECT_FALSE(test, tsec_dgram_key_forgery(b->slot));
	KUNIT_EXPECT_TRUE(test, tsec_dgram_key_forgery(b->slot));
	KUNIT_EXPECT_TRUE(test, tsec_dgram_key_forgery(b->slot));
}

static struct kunit_case dgram_key_cases[] = {
	KUNIT_CASE(key_new),
	KUNIT_CASE(key_new__refused),
	KUNIT_CASE(key_take__records),
	KUNIT_CASE(key_take__bytes),
	KUNIT_CASE(key_take__age),
	KUNIT_CASE(key_look__takes_nothing),
	KUNIT_CASE(key_forgery__limit),
	{}
};

static struct kunit_suite dgram_key_suite = {
	.name		= "tsec_dgram_key",
	.init		= bench_setup,
	.exit		= bench_teardown,
	.test_cases	= dgram_key_cases,
};

kunit_test_suites(&dgram_key_suite);
