// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of stats.c.
 */
#include <linux/seq_file.h>

#include "../stats.h"
#include "kunit.h"

static int stats_setup(struct kunit *test)
{
	test->priv = (void __force *)tsec_stats_alloc();
	return test->priv ? 0 : -ENOMEM;
}

static struct tsec_stats __percpu *stats_of(struct kunit *test)
{
	return (struct tsec_stats __percpu __force *)test->priv;
}

static void stats_teardown(struct kunit *test)
{
	tsec_stats_free(stats_of(test));
}

static void stats_add(struct kunit *test)
{
	struct tsec_stats __percpu *stats = stats_of(test);

	tsec_stats_inc(stats, TSEC_STAT_TRUNCATED);
	tsec_stats_inc(stats, TSEC_STAT_TRUNCATED);
	tsec_stats_add(stats, TSEC_STAT_TX_BYTES, 16384);
	KUNIT_EXPECT_EQ(test, tsec_stats_fold(stats, TSEC_STAT_TRUNCATED), 2);
	KUNIT_EXPECT_EQ(test, tsec_stats_fold(stats, TSEC_STAT_TX_BYTES),
			16384);
	KUNIT_EXPECT_EQ(test, tsec_stats_fold(stats, TSEC_STAT_RX_BYTES), 0);
}

static void stats_name__unique(struct kunit *test)
{
	unsigned int i, j;

	for (i = 0; i < __TSEC_STAT_MAX; i++) {
		KUNIT_ASSERT_NOT_NULL(test, tsec_stats_name(i));
		KUNIT_EXPECT_LE(test, strlen(tsec_stats_name(i)), 32);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, tsec_stats_name(i),
					    tsec_stats_name(j));
	}
}

/* Up on one CPU, down on another. */
static void stats_fold__gauge(struct kunit *test)
{
	struct tsec_stats __percpu *stats = stats_of(test);
	int cpu = cpumask_first(cpu_possible_mask);

	per_cpu_ptr(stats, cpu)->count[TSEC_STAT_CURR_SESSIONS] = 3;
	cpu = cpumask_last(cpu_possible_mask);
	per_cpu_ptr(stats, cpu)->count[TSEC_STAT_CURR_SESSIONS] -= 2;
	KUNIT_EXPECT_EQ(test, tsec_stats_fold(stats, TSEC_STAT_CURR_SESSIONS),
			1);
	tsec_stats_dec(stats, TSEC_STAT_CURR_SESSIONS);
	KUNIT_EXPECT_EQ(test, tsec_stats_fold(stats, TSEC_STAT_CURR_SESSIONS),
			0);
}

static void stats_next__all(struct kunit *test)
{
	struct tsec_stats __percpu *stats = stats_of(test);
	unsigned int pos = 0, count = 0;
	const char *name;
	u64 value;

	tsec_stats_add(stats, __TSEC_STAT_MAX - 1, 9);
	while (tsec_stats_next(stats, &pos, &name, &value)) {
		KUNIT_EXPECT_STREQ(test, name, tsec_stats_name(count));
		KUNIT_EXPECT_EQ(test, value,
				count == __TSEC_STAT_MAX - 1 ? 9 : 0);
		count++;
	}
	KUNIT_EXPECT_EQ(test, count, __TSEC_STAT_MAX);
	KUNIT_EXPECT_FALSE(test, tsec_stats_next(stats, &pos, &name, &value));
}

static void stats_show__lines(struct kunit *test)
{
	struct tsec_stats __percpu *stats = stats_of(test);
	struct seq_file seq = { .size = PAGE_SIZE };
	unsigned int i, lines = 0;

	seq.buf = kunit_kzalloc(test, seq.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seq.buf);
	tsec_stats_add(stats, TSEC_STAT_CURR_SESSIONS, 12);
	KUNIT_EXPECT_EQ(test, tsec_stats_show(&seq, stats), 0);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&seq));
	for (i = 0; i < seq.count; i++)
		lines += seq.buf[i] == '\n';
	KUNIT_EXPECT_EQ(test, lines, __TSEC_STAT_MAX);
	KUNIT_EXPECT_NOT_NULL(test, strstr(seq.buf, "CurrSessions"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(seq.buf, "\t12\n"));
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(stats_add),
	KUNIT_CASE(stats_name__unique),
	KUNIT_CASE(stats_fold__gauge),
	KUNIT_CASE(stats_next__all),
	KUNIT_CASE(stats_show__lines),
	{}
};

static struct kunit_suite stats_suite = {
	.name		= "tsec_stats",
	.init		= stats_setup,
	.exit		= stats_teardown,
	.test_cases	= stats_cases,
};

kunit_test_suites(&stats_suite);
