// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/tls_alert.c.
 */
#include "../record/tls.h"
#include "kunit.h"

static void alert_errno(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(10), EPROTO);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(20), EBADMSG);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(40), EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(42), EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(44), EKEYREVOKED);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(45), EKEYEXPIRED);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(48), EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(70), EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(115), ENOKEY);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(116), EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(120), EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, tsec_tls_alert_errno(255), EPROTO);
}

static void alert_name(struct kunit *test)
{
	int d;

	KUNIT_EXPECT_STREQ(test, tsec_tls_alert_name(0), "close_notify");
	KUNIT_EXPECT_STREQ(test, tsec_tls_alert_name(45),
			   "certificate_expired");
	KUNIT_EXPECT_STREQ(test, tsec_tls_alert_name(120),
			   "no_application_protocol");
	KUNIT_EXPECT_STREQ(test, tsec_tls_alert_name(255), "unknown alert");
	for (d = 0; d < 256; d++) {
		KUNIT_EXPECT_NOT_NULL(test, tsec_tls_alert_name(d));
		KUNIT_EXPECT_GT(test, tsec_tls_alert_errno(d), 0);
	}
}

static void build_alert(struct kunit *test)
{
	u8 buf[TSEC_RECORD_CONTROL_MAX];

	KUNIT_EXPECT_EQ(test, tsec_tls_build_alert(buf, 0), 2);
	EXPECT_BYTES(test, buf, "\x01\x00", 2);
	KUNIT_EXPECT_EQ(test, tsec_tls_build_alert(buf, 100), 2);
	EXPECT_BYTES(test, buf, "\x01\x64", 2);
	KUNIT_EXPECT_EQ(test, tsec_tls_build_alert(buf, 90), 2);
	EXPECT_BYTES(test, buf, "\x01\x5a", 2);
	KUNIT_EXPECT_EQ(test, tsec_tls_build_alert(buf, 50), 2);
	EXPECT_BYTES(test, buf, "\x02\x32", 2);
}

static struct kunit_case tls_alert_cases[] = {
	KUNIT_CASE(alert_errno),
	KUNIT_CASE(alert_name),
	KUNIT_CASE(build_alert),
	{}
};

static struct kunit_suite tls_alert_suite = {
	.name		= "tsec_tls_alert",
	.test_cases	= tls_alert_cases,
};

kunit_test_suites(&tls_alert_suite);
