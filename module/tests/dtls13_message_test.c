// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/dtls13_message.c.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "../record/dtls13_message.h"
#include "../record/tls.h"
#include "kunit.h"

/* KeyUpdate(update_requested), number 0x102, in one piece. */
static const u8 update[] = {
	24, 0, 0, 1, 1, 2, 0, 0, 0, 0, 0, 1, 1,
};

static const u8 ack[] = {
	0, 32,
	0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 1, 2,
	0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9,
};

static void message_read__key_update(struct kunit *test)
{
	struct tsec_dtls13_message message;
	u8 bytes[sizeof(update)];

	KUNIT_EXPECT_EQ(test, tsec_dtls13_message_read(update, sizeof(update),
						       &message), 0);
	KUNIT_EXPECT_EQ(test, message.type, TSEC_TLS_KEY_UPDATE);
	KUNIT_EXPECT_EQ(test, message.seq, 0x102);
	KUNIT_EXPECT_TRUE(test, message.request);
	memcpy(bytes, update, sizeof(bytes));
	bytes[12] = 0;
	KUNIT_EXPECT_EQ(test, tsec_dtls13_message_read(bytes, sizeof(bytes),
						       &message), 0);
	KUNIT_EXPECT_FALSE(test, message.request);
}

static void message_read__ticket(struct kunit *test)
{
	/* Two bytes of 300, from the tenth. */
	static const u8 piece[] = {
		4, 0, 1, 44, 0, 5, 0, 0, 10, 0, 0, 2, 0xaa, 0xbb,
	};
	struct tsec_dtls13_message message;

	KUNIT_EXPECT_EQ(test, tsec_dtls13_message_read(piece, sizeof(piece),
						       &message), 0);
	KUNIT_EXPECT_EQ(test, message.type, TSEC_TLS_NEW_SESSION_TICKET);
	KUNIT_EXPECT_EQ(test, message.seq, 5);
}

static void message_read__malformed(struct kunit *test)
{
	/* A place in the KeyUpdate, and what makes it a bad one. */
	static const struct {
		u8 at;
		u8 value;
	} spoilt[] = {
		{ 3, 0 }, { 3, 2 }, { 8, 1 }, { 11, 0 }, { 11, 2 }, { 12, 2 },
	};
	struct tsec_dtls13_message message;
	u8 bytes[sizeof(update) + 1] = { };
	size_t i;

	for (i = 0; i < sizeof(update); i++)
		KUNIT_EXPECT_EQ(test, tsec_dtls13_message_read(update, i,
							       &message),
				-EINVAL);
	for (i = 0; i < ARRAY_SIZE(spoilt); i++) {
		memcpy(bytes, update, sizeof(update));
		bytes[spoilt[i].at] = spoilt[i].value;
		KUNIT_EXPECT_EQ_MSG(test,
				    tsec_dtls13_message_read(bytes,
							     sizeof(update),
							     &message),
				    -EINVAL, "byte %u", spoilt[i].at);
	}
	memcpy(bytes, update, sizeof(update));
	KUNIT_EXPECT_EQ(test, tsec_dtls13_message_read(bytes, sizeof(bytes),
						       &message), -EINVAL);
}

static void key_update_build__read(struct kunit *test)
{
	u8 bytes[TSEC_DTLS13_KEY_UPDATE_LEN];

	tsec_dtls13_key_update_build(bytes, 0x102, true);
	KUNIT_EXPECT_EQ(test, memcmp(bytes, update, sizeof(update)), 0);
}

static void ack_has__each(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, tsec_dtls13_ack_has(ack, sizeof(ack), 3,
						    0x102));
	KUNIT_EXPECT_TRUE(test, tsec_dtls13_ack_has(ack, sizeof(ack), 4, 9));
	KUNIT_EXPECT_FALSE(test, tsec_dtls13_ack_has(ack, sizeof(ack), 3, 9));
	KUNIT_EXPECT_FALSE(test, tsec_dtls13_ack_has(ack, sizeof(ack), 4,
						     0x102));
}

static void ack_has__malformed(struct kunit *test)
{
	u8 bytes[sizeof(ack) + 1] = { };
	size_t i;

	memcpy(bytes, ack, sizeof(ack));
	for (i = 0; i <= sizeof(bytes); i++) {
		if (i == sizeof(ack))
			continue;
		KUNIT_EXPECT_FALSE(test, tsec_dtls13_ack_has(bytes, i, 3,
							     0x102));
	}
	bytes[1] = 33;
	KUNIT_EXPECT_FALSE(test, tsec_dtls13_ack_has(bytes, sizeof(bytes), 3,
						     0x102));
}

static void ack_build__has(struct kunit *test)
{
	u8 bytes[TSEC_DTLS13_ACK_LEN];

	tsec_dtls13_ack_build(bytes, 5, 0x123456789aULL);
	KUNIT_EXPECT_TRUE(test, tsec_dtls13_ack_has(bytes, sizeof(bytes), 5,
						    0x123456789aULL));
}

static struct kunit_case dtls13_message_cases[] = {
	KUNIT_CASE(message_read__key_update),
	KUNIT_CASE(message_read__ticket),
	KUNIT_CASE(message_read__malformed),
	KUNIT_CASE(key_update_build__read),
	KUNIT_CASE(ack_has__each),
	KUNIT_CASE(ack_has__malformed),
	KUNIT_CASE(ack_build__has),
	{}
};

static struct kunit_suite dtls13_message_suite = {
	.name		= "tsec_dtls13_message",
	.test_cases	= dtls13_message_cases,
};

kunit_test_suite(dtls13_message_suite);
