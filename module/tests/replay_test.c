// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of replay.c.
 */
#include "../replay.h"
#include "kunit.h"

enum test_limits {
	WINDOW = TSEC_REPLAY_MIN,
};

static int replay_setup(struct kunit *test)
{
	struct tsec_replay *replay;

	replay = kunit_kzalloc(test, sizeof(*replay), GFP_KERNEL);
	if (!replay || tsec_replay_init(replay, WINDOW))
		return -ENOMEM;
	test->priv = replay;
	return 0;
}

static void replay_teardown(struct kunit *test)
{
	tsec_replay_free(test->priv);
}

/* What check() says, commit() has to say as well. */
static int come(struct kunit *test, u64 seq)
{
	int checked = tsec_replay_check(test->priv, seq);
	int err = tsec_replay_commit(test->priv, seq);

	KUNIT_EXPECT_EQ(test, checked, err);
	return err;
}

static void expect_window(struct kunit *test, u32 asked, u32 want)
{
	struct tsec_replay replay;

	KUNIT_ASSERT_EQ(test, tsec_replay_init(&replay, asked), 0);
	KUNIT_EXPECT_EQ(test, replay.window, want);
	KUNIT_EXPECT_EQ(test, tsec_replay_commit(&replay, want), 0);
	KUNIT_EXPECT_EQ(test, tsec_replay_commit(&replay, 1), 0);
	KUNIT_EXPECT_EQ(test, tsec_replay_commit(&replay, 0), -ESTALE);
	tsec_replay_free(&replay);
}

static void replay_init__windows(struct kunit *test)
{
	expect_window(test, 0, TSEC_REPLAY_DEFAULT);
	expect_window(test, 1, TSEC_REPLAY_MIN);
	expect_window(test, 64, 64);
	expect_window(test, 65, 128);
	expect_window(test, 1024, 1024);
	expect_window(test, U32_MAX, TSEC_REPLAY_MAX);
}

static void replay_skip__before(struct kunit *test)
{
	static const u64 firsts[] = { 1, 63, 64, 65, 1000, BIT_ULL(48) };
	struct tsec_replay replay;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(firsts); i++) {
		KUNIT_ASSERT_EQ(test, tsec_replay_init(&replay, WINDOW), 0);
		tsec_replay_skip(&replay, firsts[i]);
		KUNIT_EXPECT_EQ(test, tsec_replay_commit(&replay,
							 firsts[i] - 1),
				-EALREADY);
		KUNIT_EXPECT_EQ(test, tsec_replay_commit(&replay,
							 firsts[i] + 70), 0);
		KUNIT_EXPECT_EQ(test, tsec_replay_commit(&replay,
							 firsts[i] + 7), 0);
		tsec_replay_free(&replay);
	}
}

static void replay_skip__nothing(struct kunit *test)
{
	tsec_replay_skip(test->priv, 0);
	KUNIT_EXPECT_EQ(test, come(test, 0), 0);
}

static void replay_expand__empty(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, tsec_replay_expand(test->priv, 0, 16, 0x8000),
			0);
	KUNIT_EXPECT_EQ(test, tsec_replay_expand(test->priv, 0xffff, 16,
						 0x8000), 0xffff);
}

static void replay_expand__around(struct kunit *test)
{
	struct tsec_replay *replay = test->priv;

	KUNIT_ASSERT_EQ(test, come(test, 0x1fffe), 0);
	KUNIT_EXPECT_EQ(test, tsec_replay_expand(replay, 0xffff, 16, 0x8000),
			0x1ffff);
	KUNIT_EXPECT_EQ(test, tsec_replay_expand(replay, 0xfffd, 16, 0x8000),
			0x1fffd);
	KUNIT_EXPECT_EQ(test, tsec_replay_expand(replay, 0, 16, 0x8000),
			0x20000);
	KUNIT_EXPECT_EQ(test, tsec_replay_expand(replay, 0x7fff, 16, 0x8000),
			0x17fff);
	KUNIT_EXPECT_EQ(test, tsec_replay_expand(replay, 0x7ffe, 16, 0x8000),
			0x27ffe);
	KUNIT_EXPECT_EQ(test, tsec_replay_expand(replay, 0x80, 8, 0x80),
			0x20080 - 0x100);
	KUNIT_EXPECT_EQ(test, tsec_replay_expand(replay, 0x1fffe, 32, WINDOW),
			0x1fffe);
	KUNIT_EXPECT_EQ(test, tsec_replay_expand(replay, 0x1ff, 32, WINDOW),
			0x1000001ff);
}

static void replay_commit__in_order(struct kunit *test)
{
	u64 seq;

	for (seq = 0; seq < 5 * WINDOW; seq++) {
		KUNIT_EXPECT_EQ(test, come(test, seq), 0);
		KUNIT_EXPECT_EQ(test, come(test, seq), -EALREADY);
	}
}

static void replay_commit__backwards(struct kunit *test)
{
	u64 seq = 10 * WINDOW, last = seq - WINDOW + 1;

	for (; seq >= last; seq--)
		KUNIT_EXPECT_EQ(test, come(test, seq), 0);
	KUNIT_EXPECT_EQ(test, come(test, last - 1), -ESTALE);
	for (seq = last; seq <= 10 * WINDOW; seq++)
		KUNIT_EXPECT_EQ(test, come(test, seq), -EALREADY);
}

/* The window ends at any bit of a word. */
static void replay_commit__edge(struct kunit *test)
{
	u64 top;

	for (top = 1000; top < 1000 + 2 * WINDOW; top++) {
		KUNIT_EXPECT_EQ(test, come(test, top), 0);
		KUNIT_EXPECT_EQ(test, come(test, top - WINDOW), -ESTALE);
		KUNIT_EXPECT_EQ(test, come(test, top - WINDOW + 1),
				top < 1000 + WINDOW - 1 ? 0 : -EALREADY);
	}
}

static void replay_commit__first(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, come(test, 0), 0);
	KUNIT_EXPECT_EQ(test, come(test, 0), -EALREADY);
	KUNIT_EXPECT_EQ(test, come(test, WINDOW), 0);
	KUNIT_EXPECT_EQ(test, come(test, 0), -ESTALE);
	KUNIT_EXPECT_EQ(test, come(test, 1), 0);
}

/* What was there a turn of the ring ago must not be taken for a replay. */
static void leap(struct kunit *test, u64 step)
{
	struct tsec_replay *replay = test->priv;
	u64 seq = replay->top + step, i;

	KUNIT_EXPECT_EQ(test, come(test, seq), 0);
	for (i = 1; i < WINDOW && i < step; i++)
		KUNIT_EXPECT_EQ_MSG(test, come(test, seq - i), 0,
				    "step %llu, %llu back", step, i);
	KUNIT_EXPECT_EQ(test, come(test, seq), -EALREADY);
}

static void replay_commit__leaps(struct kunit *test)
{
	u64 step;

	for (step = 1; step < 4 * WINDOW; step++)
		leap(test, step);
	leap(test, 1ULL << 32);
	leap(test, 1ULL << 47);
}

static void replay_commit__end(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, come(test, U64_MAX), -ESTALE);
	KUNIT_EXPECT_EQ(test, come(test, U64_MAX - 1), 0);
	KUNIT_EXPECT_EQ(test, come(test, U64_MAX - 1), -EALREADY);
	KUNIT_EXPECT_EQ(test, come(test, U64_MAX), -ESTALE);
	KUNIT_EXPECT_EQ(test, come(test, U64_MAX - WINDOW), 0);
	KUNIT_EXPECT_EQ(test, come(test, U64_MAX - WINDOW - 1), -ESTALE);
}

/* Looking takes nothing: a forged packet cannot move the window. */
static void replay_check__no_trace(struct kunit *test)
{
	struct tsec_replay *replay = test->priv;

	KUNIT_EXPECT_EQ(test, come(test, 7), 0);
	KUNIT_EXPECT_EQ(test, tsec_replay_check(replay, 1ULL << 40), 0);
	KUNIT_EXPECT_EQ(test, tsec_replay_check(replay, 1ULL << 40), 0);
	KUNIT_EXPECT_EQ(test, tsec_replay_check(replay, 6), 0);
	KUNIT_EXPECT_EQ(test, replay->top, 8);
	KUNIT_EXPECT_EQ(test, come(test, 6), 0);
}

/* Two copies of a packet were opened at once: the second to commit loses. */
static void replay_commit__race(struct kunit *test)
{
	struct tsec_replay *replay = test->priv;

	KUNIT_EXPECT_EQ(test, tsec_replay_check(replay, 9), 0);
	KUNIT_EXPECT_EQ(test, tsec_replay_check(replay, 9), 0);
	KUNIT_EXPECT_EQ(test, tsec_replay_commit(replay, 9), 0);
	KUNIT_EXPECT_EQ(test, tsec_replay_commit(replay, 9), -EALREADY);
}

static void replay_newest(struct kunit *test)
{
	struct tsec_replay *replay = test->priv;

	KUNIT_EXPECT_FALSE(test, tsec_replay_newest(replay, 0));
	KUNIT_EXPECT_EQ(test, come(test, 5), 0);
	KUNIT_EXPECT_TRUE(test, tsec_replay_newest(replay, 5));
	KUNIT_EXPECT_EQ(test, come(test, 4), 0);
	KUNIT_EXPECT_FALSE(test, tsec_replay_newest(replay, 4));
	KUNIT_EXPECT_TRUE(test, tsec_replay_newest(replay, 5));
	KUNIT_EXPECT_EQ(test, come(test, 9), 0);
	KUNIT_EXPECT_FALSE(test, tsec_replay_newest(replay, 5));
	KUNIT_EXPECT_TRUE(test, tsec_replay_newest(replay, 9));
}

static struct kunit_case replay_cases[] = {
	KUNIT_CASE(replay_init__windows),
	KUNIT_CASE(replay_skip__before),
	KUNIT_CASE(replay_skip__nothing),
	KUNIT_CASE(replay_expand__empty),
	KUNIT_CASE(replay_expand__around),
	KUNIT_CASE(replay_check__no_trace),
	KUNIT_CASE(replay_commit__in_order),
	KUNIT_CASE(replay_commit__backwards),
	KUNIT_CASE(replay_commit__edge),
	KUNIT_CASE(replay_commit__first),
	KUNIT_CASE(replay_commit__leaps),
	KUNIT_CASE(replay_commit__end),
	KUNIT_CASE(replay_commit__race),
	KUNIT_CASE(replay_newest),
	{}
};

static struct kunit_suite replay_suite = {
	.name		= "tsec_replay",
	.init		= replay_setup,
	.exit		= replay_teardown,
	.test_cases	= replay_cases,
};

kunit_test_suites(&replay_suite);
