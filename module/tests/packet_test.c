// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of packet.c.
 */
#include "../key.h"
#include "../packet.h"
#include "kunit.h"

static void key_fault__none(struct kunit *test)
{
	const struct tsec_key key = {
		.key = { [15] = 1 }, .key_len = 16, .iv_len = 4,
	};

	KUNIT_EXPECT_NULL(test, tsec_packet_key_fault(&key, 16, 4));
}

static void key_fault__lengths(struct kunit *test)
{
	const struct tsec_key key = {
		.key = { 1 }, .key_len = 16, .iv_len = 4,
	};

	KUNIT_EXPECT_STREQ(test, tsec_packet_key_fault(&key, 32, 4),
			   "wrong length of the key for this cipher");
	KUNIT_EXPECT_STREQ(test, tsec_packet_key_fault(&key, 16, 12),
			   "wrong length of the salt for this protocol and cipher");
}

/* What lies behind the end of the key does not make it a good one. */
static void key_fault__zeros(struct kunit *test)
{
	const struct tsec_key key = {
		.key = { [16] = 1 }, .key_len = 16, .iv_len = 4,
	};

	KUNIT_EXPECT_STREQ(test, tsec_packet_key_fault(&key, 16, 4),
			   "the key is all zeros");
}

static struct kunit_case packet_cases[] = {
	KUNIT_CASE(key_fault__none),
	KUNIT_CASE(key_fault__lengths),
	KUNIT_CASE(key_fault__zeros),
	{ }
};

static struct kunit_suite packet_suite = {
	.name = "tsec_packet",
	.test_cases = packet_cases,
};

kunit_test_suites(&packet_suite);
