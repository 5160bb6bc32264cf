// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/dtls.c.
 */
#include <linux/errno.h>
#include <uapi/linux/tsec.h>

#include "../record/dtls.h"
#include "../record/dtls12.h"
#include "../record/dtls13.h"
#include "../record/tls.h"
#include "kunit.h"

static int control(u8 type, const u8 *data, size_t len,
		   struct tsec_record_event *ev)
{
	struct tsec_record_input in = {
		.data = data, .len = len, .type = type,
	};
	int ret = tsec_record_dtls_ops.control(NULL, &in, ev);
	struct tsec_record_event none;

	if (ret != 1)
		return ret;
	/* One event is all there is. */
	return tsec_record_dtls_ops.control(NULL, &in, &none) ?: 1;
}

static void control__alerts(struct kunit *test)
{
	static const u8 close[] = { 1, 0 }, fatal[] = { 2, 40 };
	static const u8 warning[] = { 1, 90 };
	struct tsec_record_event ev;

	KUNIT_EXPECT_EQ(test, control(21, close, 2, &ev), 1);
	KUNIT_EXPECT_EQ(test, ev.type, TSEC_RECORD_CLOSE);
	KUNIT_EXPECT_EQ(test, control(21, fatal, 2, &ev), 1);
	KUNIT_EXPECT_EQ(test, ev.type, TSEC_RECORD_ALERT);
	KUNIT_EXPECT_EQ(test, ev.alert, TSEC_TLS_ALERT_HANDSHAKE_FAILURE);
	KUNIT_EXPECT_TRUE(test, ev.fatal);
	KUNIT_EXPECT_EQ(test, control(21, warning, 2, &ev), 1);
	KUNIT_EXPECT_EQ(test, ev.type, TSEC_RECORD_ALERT);
	KUNIT_EXPECT_FALSE(test, ev.fatal);
}

static void control__refused(struct kunit *test)
{
	static const u8 bytes[] = { 1, 0, 0 }, level[] = { 3, 0 };
	struct tsec_record_event ev;

	KUNIT_EXPECT_EQ(test, control(21, bytes, 0, &ev), -EPROTO);
	KUNIT_EXPECT_EQ(test, control(21, bytes, 1, &ev), -EPROTO);
	KUNIT_EXPECT_EQ(test, control(21, bytes, 3, &ev), -EPROTO);
	KUNIT_EXPECT_EQ(test, control(21, level, 2, &ev), -EPROTO);
	KUNIT_EXPECT_EQ(test, control(22, bytes, 2, &ev), -EPROTO);
	KUNIT_EXPECT_NOT_NULL(test, ev.why);
}

static void build_close(struct kunit *test)
{
	u8 message[TSEC_RECORD_CONTROL_MAX], type;

	KUNIT_EXPECT_EQ(test, tsec_record_dtls_ops.build_close(message, &type),
			2);
	KUNIT_EXPECT_EQ(test, type, TSEC_TLS_RECORD_ALERT);
	KUNIT_EXPECT_EQ(test, message[0], 1);
	KUNIT_EXPECT_EQ(test, message[1], 0);
}

static void packet_of__version(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test,
			    tsec_record_dtls_ops.packet_of(TSEC_VERSION_DTLS_1_2),
			    &tsec_packet_dtls12_ops);
	KUNIT_EXPECT_PTR_EQ(test,
			    tsec_record_dtls_ops.packet_of(TSEC_VERSION_DTLS_1_3),
			    &tsec_packet_dtls13_ops);
}

static struct kunit_case dtls_cases[] = {
	KUNIT_CASE(control__alerts),
	KUNIT_CASE(control__refused),
	KUNIT_CASE(build_close),
	KUNIT_CASE(packet_of__version),
	{}
};

static struct kunit_suite dtls_suite = {
	.name		= "tsec_dtls",
	.test_cases	= dtls_cases,
};

kunit_test_suite(dtls_suite);
