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

/* RFC 9147 section 9: which of the new IDs is to be used at once. */
static void message_read__new_ids(struct kunit *test)
{
	static const struct {
		u8 body[12];
		u8 len;
		int err;
		u8 at;		/* of the one chosen, in the body; 0: none */
		u8 id_len;
	} cases[] = {
		{ { 0, 3, 2, 7, 8, 0 }, 6, 0, 3, 2 },
		{ { 0, 3, 2, 7, 8, 1 }, 6, 0 },
		{ { 0, 6, 0, 2, 7, 8, 1, 9, 0 }, 9, 0, 4, 2 },
		{ { 0, 0, 0 }, 3, 0 },
		{ { 0, 0, 1 }, 3, 0 },
		{ { 0, 0, 2 }, 3, -EINVAL },
		{ { 0, 0 }, 2, -EINVAL },
		{ { 0 }, 1, -EINVAL },
		{ { 0 }, 0, -EINVAL },
		{ { 0, 3, 3, 7, 8, 0 }, 6, -EINVAL },
		{ { 0, 4, 2, 7, 8, 0 }, 6, -EINVAL },
		{ { 0, 2, 2, 7, 8, 0 }, 6, -EINVAL },
	};
	u8 bytes[TSEC_DTLS13_MESSAGE_HEADER + sizeof(cases[0].body)];
	u8 *body = bytes + TSEC_DTLS13_MESSAGE_HEADER;
	struct tsec_dtls13_message message;
	const u8 *id;
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(bytes, 0, sizeof(bytes));
		bytes[0] = TSEC_DTLS13_NEW_IDS;
		bytes[3] = cases[i].len;
		bytes[11] = cases[i].len;
		memcpy(body, cases[i].body, cases[i].len);
		err = tsec_dtls13_message_read(bytes, body - bytes +
					       cases[i].len, &message);
		KUNIT_EXPECT_EQ_MSG(test, err, cases[i].err, "case %zu", i);
		if (err)
			continue;
		id = NULL;
		if (cases[i].at)
			id = body + cases[i].at;
		KUNIT_EXPECT_PTR_EQ_MSG(test, message.id, id, "case %zu", i);
		if (id)
			KUNIT_EXPECT_EQ(test, message.id_len, cases[i].id_len);
	}
}

/* One that is too long for this end's records is passed over. */
static void message_read__long_id(struct kunit *test)
{
	u8 bytes[TSEC_DTLS13_MESSAGE_HEADER + 2 + 22 + 3 + 1] = {
		[0] = TSEC_DTLS13_NEW_IDS, [3] = 28, [11] = 28,
		[13] = 25, [14] = 21, [36] = 2, [37] = 0xab, 0xcd,
	};
	struct tsec_dtls13_message message;

	KUNIT_ASSERT_EQ(test, tsec_dtls13_message_read(bytes, sizeof(bytes),
						       &message), 0);
	KUNIT_EXPECT_PTR_EQ(test, message.id, (const u8 *)bytes + 37);
	KUNIT_EXPECT_EQ(test, message.id_len, 2);
	/* Half of the list says nothing yet. */
	bytes[11] = 20;
	KUNIT_ASSERT_EQ(test, tsec_dtls13_message_read(bytes, 32, &message),
			0);
	KUNIT_EXPECT_NULL(test, message.id);
}

static void message_read__request_ids(struct kunit *test)
{
	u8 bytes[TSEC_DTLS13_MESSAGE_HEADER + 2] = {
		[0] = TSEC_DTLS13_REQUEST_IDS, [3] = 1, [5] = 9, [11] = 1, 4,
	};
	struct tsec_dtls13_message message;

	KUNIT_EXPECT_EQ(test, tsec_dtls13_message_read(bytes,
						       sizeof(bytes) - 1,
						       &message), 0);
	KUNIT_EXPECT_EQ(test, message.type, TSEC_DTLS13_REQUEST_IDS);
	KUNIT_EXPECT_EQ(test, message.seq, 9);
	bytes[3] = 2;
	bytes[11] = 2;
	KUNIT_EXPECT_EQ(test, tsec_dtls13_message_read(bytes, sizeof(bytes),
						       &message), -EINVAL);
}

static void new_ids_build__read(struct kunit *test)
{
	u8 bytes[TSEC_DTLS13_NEW_IDS_LEN];
	struct tsec_dtls13_message message;

	tsec_dtls13_new_ids_build(bytes, 0x304);
	KUNIT_EXPECT_EQ(test, tsec_dtls13_message_read(bytes, sizeof(bytes),
						       &message), 0);
	KUNIT_EXPECT_EQ(test, message.type, TSEC_DTLS13_NEW_IDS);
	KUNIT_EXPECT_EQ(test, message.seq, 0x304);
	KUNIT_EXPECT_NULL(test, message.id);
}

static void message_build__numbered(struct kunit *test)
{
	static const u8 plain[] = { 4, 0, 0, 2, 0xaa, 0xbb };
	static const u8 wanted[] = {
		4, 0, 0, 2, 1, 2, 0, 0, 0, 0, 0, 2, 0xaa, 0xbb,
	};
	u8 bytes[sizeof(wanted)];
	size_t i;

	memset(bytes, 0xff, sizeof(bytes));
	KUNIT_ASSERT_EQ(test, tsec_dtls13_message_build(bytes, plain,
							sizeof(plain)), 0);
	tsec_dtls13_message_number(bytes, 0x102);
	KUNIT_EXPECT_EQ(test, memcmp(bytes, wanted, sizeof(wanted)), 0);
	for (i = 0; i < sizeof(plain); i++)
		KUNIT_EXPECT_EQ(test, tsec_dtls13_message_build(bytes, plain,
								i), -EINVAL);
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
	KUNIT_CASE(message_read__new_ids),
	KUNIT_CASE(message_read__long_id),
	KUNIT_CASE(message_read__request_ids),
	KUNIT_CASE(message_build__numbered),
	KUNIT_CASE(key_update_build__read),
	KUNIT_CASE(new_ids_build__read),
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
