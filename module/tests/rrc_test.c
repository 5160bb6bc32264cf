// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/rrc.c.
 */
#include "../record/rrc.h"
#include "kunit.h"

static const u8 cookie[TSEC_RRC_COOKIE_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8 };

/* RFC 9853 section 5. */
static void rrc_build(struct kunit *test)
{
	static const u8 challenge[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
	static const u8 drop[] = { 2, 1, 2, 3, 4, 5, 6, 7, 8 };
	u8 buf[TSEC_RRC_LEN + 1] = { [TSEC_RRC_LEN] = 0xa5 };

	tsec_rrc_build(buf, TSEC_RRC_CHALLENGE, cookie);
	EXPECT_BYTES(test, buf, challenge, sizeof(challenge));
	tsec_rrc_build(buf, TSEC_RRC_DROP, cookie);
	EXPECT_BYTES(test, buf, drop, sizeof(drop));
	KUNIT_EXPECT_EQ(test, buf[TSEC_RRC_LEN], 0xa5);
}

static void rrc_parse(struct kunit *test)
{
	enum tsec_rrc_type type, found;
	u8 buf[TSEC_RRC_LEN];
	const u8 *got;

	for (type = TSEC_RRC_CHALLENGE; type <= TSEC_RRC_DROP; type++) {
		tsec_rrc_build(buf, type, cookie);
		got = tsec_rrc_parse(buf, sizeof(buf), &found);
		KUNIT_ASSERT_PTR_EQ(test, got, (const u8 *)buf + 1);
		KUNIT_EXPECT_EQ(test, found, type);
	}
}

/* Also of a type that some day may have another length. */
static void rrc_parse__no_message(struct kunit *test)
{
	u8 buf[TSEC_RRC_LEN + 1] = { };
	enum tsec_rrc_type type;
	size_t len;
	int i;

	for (len = 0; len <= sizeof(buf); len++)
		KUNIT_EXPECT_EQ(test, !tsec_rrc_parse(buf, len, &type),
				len != TSEC_RRC_LEN);
	for (i = TSEC_RRC_DROP + 1; i <= U8_MAX; i++) {
		buf[0] = i;
		KUNIT_EXPECT_NULL(test, tsec_rrc_parse(buf, TSEC_RRC_LEN,
						       &type));
	}
}

static struct kunit_case rrc_cases[] = {
	KUNIT_CASE(rrc_build),
	KUNIT_CASE(rrc_parse),
	KUNIT_CASE(rrc_parse__no_message),
	{ }
};

static struct kunit_suite rrc_suite = {
	.name		= "tsec_rrc",
	.test_cases	= rrc_cases,
};

kunit_test_suites(&rrc_suite);
