// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of hash.c.
 */
#include "../hash.h"
#include "kunit.h"

/* Older kernels run suites before the module's own init. */
static int hash_setup(struct kunit *test)
{
	tsec_hash_init();
	return 0;
}

/* FIPS 180-2: "abc", in two pieces. */
static void hash_two__abc(struct kunit *test)
{
	u8 out[TSEC_HASH_SIZE_MAX];

	KUNIT_ASSERT_EQ(test, tsec_hash_two(TSEC_HASH_SHA256, "a", 1, "bc", 2,
					    out), 0);
	EXPECT_HEX(test, out,
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	KUNIT_ASSERT_EQ(test, tsec_hash_two(TSEC_HASH_SHA384, "ab", 2, "c", 1,
					    out), 0);
	EXPECT_HEX(test, out,
		   "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163",
		   "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
}

static void hash_two__empty(struct kunit *test)
{
	u8 out[TSEC_HASH_SIZE_MAX];

	KUNIT_ASSERT_EQ(test, tsec_hash_two(TSEC_HASH_SHA256, "", 0, "", 0,
					    out), 0);
	EXPECT_HEX(test, out,
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static struct kunit_case hash_cases[] = {
	KUNIT_CASE(hash_two__abc),
	KUNIT_CASE(hash_two__empty),
	{}
};

static struct kunit_suite hash_suite = {
	.name		= "tsec_hash",
	.init		= hash_setup,
	.test_cases	= hash_cases,
};

kunit_test_suite(hash_suite);
