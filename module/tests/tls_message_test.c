// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/tls.c: handshake messages that share records, or take
 * several.
 */
#include "tls_bench.h"

static void control__ticket(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);

	expect_event(test, b, HANDSHAKE, ticket, sizeof(ticket),
		     TSEC_RECORD_HANDSHAKE);
	KUNIT_EXPECT_EQ(test, b->log.len, sizeof(ticket));
	EXPECT_BYTES(test, b->log.bytes, ticket, sizeof(ticket));
	/* A whole message needs no buffer. */
	KUNIT_EXPECT_NULL(test, b->rx.buf);
}

/* Two tickets and a key update, as one flight. */
static size_t flight(u8 *bytes)
{
	memcpy(bytes, ticket, sizeof(ticket));
	memcpy(bytes + sizeof(ticket), ticket, sizeof(ticket));
	bytes[2 * sizeof(ticket) - 1] = 0x5a;
	memcpy(bytes + 2 * sizeof(ticket), update_asked, sizeof(update_asked));
	return 2 * sizeof(ticket) + sizeof(update_asked);
}

static void expect_flight(struct kunit *test, struct bench *b,
			  const u8 *bytes)
{
	KUNIT_EXPECT_EQ(test, b->log.count, 3);
	KUNIT_EXPECT_EQ(test, b->log.events[0].len, sizeof(ticket));
	KUNIT_EXPECT_EQ(test, b->log.events[1].len, sizeof(ticket));
	KUNIT_EXPECT_EQ(test, b->log.len, 2 * sizeof(ticket));
	EXPECT_BYTES(test, b->log.bytes, bytes, 2 * sizeof(ticket));
	KUNIT_EXPECT_EQ(test, b->log.events[2].type, TSEC_RECORD_KEY_UPDATE);
	KUNIT_EXPECT_TRUE(test, b->log.events[2].requested);
	KUNIT_EXPECT_NULL(test, b->rx.buf);
	KUNIT_EXPECT_EQ(test, b->rx.have, 0);
}

static void control__coalesced(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);
	u8 bytes[2 * sizeof(ticket) + sizeof(update)];
	size_t len = flight(bytes);

	KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, bytes, len), 0);
	expect_flight(test, b, bytes);
}

/* Cut in three at every two places. */
static void control__fragmented(struct kunit *test)
{
	u8 bytes[2 * sizeof(ticket) + sizeof(update)];
	size_t len = flight(bytes), i, j;
	struct bench *b;

	for (i = 1; i < len - 1; i++) {
		for (j = i + 1; j < len; j++) {
			b = fresh(test, V13, CLIENT);
			KUNIT_ASSERT_EQ(test, feed(test, b, HANDSHAKE, bytes,
						   i), 0);
			KUNIT_ASSERT_EQ(test, feed(test, b, HANDSHAKE,
						   bytes + i, j - i), 0);
			KUNIT_ASSERT_EQ(test, feed(test, b, HANDSHAKE,
						   bytes + j, len - j), 0);
			expect_flight(test, b, bytes);
		}
	}
}

static void control__byte_by_byte(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);
	u8 bytes[2 * sizeof(ticket) + sizeof(update)];
	size_t len = flight(bytes), i;

	for (i = 0; i < len; i++)
		KUNIT_ASSERT_EQ(test, feed(test, b, HANDSHAKE, bytes + i, 1),
				0);
	expect_flight(test, b, bytes);
}

/* The last byte of a split key update must be the last of its record. */
static void control__fragmented_not_last(struct kunit *test)
{
	struct bench *b;
	size_t i;

	for (i = 1; i < sizeof(update); i++) {
		u8 rest[sizeof(update) + 1] = { };

		b = fresh(test, V13, CLIENT);
		KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, update, i), 0);
		memcpy(rest, update + i, sizeof(update) - i);
		expect_violation(test, b, HANDSHAKE, rest,
				 sizeof(update) - i + 1,
				 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	}
}

/* The event's message stays where it is until the next call. */
static void control__message_stays(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);
	struct tsec_record_input in = { .type = HANDSHAKE };
	struct tsec_record_event ev;

	KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, ticket, 10), 0);
	in.data = ticket + 10;
	in.len = sizeof(ticket) - 10;
	KUNIT_ASSERT_EQ(test, tsec_tls_control(&b->rx, &in, &ev), 1);
	KUNIT_EXPECT_EQ(test, ev.len, sizeof(ticket));
	EXPECT_BYTES(test, ev.data, ticket, sizeof(ticket));
	KUNIT_EXPECT_EQ(test, tsec_tls_control(&b->rx, &in, &ev), 0);
	KUNIT_EXPECT_NULL(test, b->rx.buf);
}

/* A header that promises much costs no more than what has come. */
static void control__buffer_bounded(struct kunit *test)
{
	static const u8 head[] = { 4, 0, 0xff, 0xfc, 1, 2, 3 };
	struct bench *b = fresh(test, V13, CLIENT);

	KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, head, sizeof(head)),
			0);
	KUNIT_EXPECT_EQ(test, b->rx.have, sizeof(head));
	KUNIT_EXPECT_LE(test, b->rx.room, 64);
}

static void control__longest_message(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);
	size_t done, step = TSEC_TLS_PAYLOAD_MAX;
	u8 *bytes;

	bytes = kunit_kzalloc(test, TSEC_TLS_MESSAGE_MAX, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	for (done = 0; done < TSEC_TLS_MESSAGE_MAX; done++)
		bytes[done] = done * 7;
	memcpy(bytes, "\4\0\xff\xfc", 4);
	for (done = 0; done < TSEC_TLS_MESSAGE_MAX; done += step)
		KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, bytes + done,
					   step), 0);
	KUNIT_EXPECT_EQ(test, b->log.count, 1);
	KUNIT_EXPECT_EQ(test, b->log.len, TSEC_TLS_MESSAGE_MAX);
	EXPECT_BYTES(test, b->log.bytes, bytes, TSEC_TLS_MESSAGE_MAX);
	KUNIT_EXPECT_NULL(test, b->rx.buf);
}

static void control__too_long(struct kunit *test)
{
	static const u8 head[] = { 4, 0, 0xff, 0xfd };
	static const u8 huge[] = { 4, 0xff, 0xff, 0xff };
	struct bench *b;

	expect_violation(test, fresh(test, V13, CLIENT), HANDSHAKE, head, 4,
			 TSEC_TLS_ALERT_ILLEGAL_PARAMETER);
	b = fresh(test, V13, CLIENT);
	KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, huge, 3), 0);
	expect_violation(test, b, HANDSHAKE, huge + 3, 1,
			 TSEC_TLS_ALERT_ILLEGAL_PARAMETER);
}

static void control__interleaved(struct kunit *test)
{
	struct bench *b;
	size_t i;

	for (i = 1; i < sizeof(ticket); i++) {
		b = fresh(test, V13, CLIENT);
		KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, ticket, i), 0);
		expect_violation(test, b, ALERT, close_notify, 2,
				 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	}
}

/* RFC 5246 has no such rule. */
static void control__interleaved_1_2(struct kunit *test)
{
	struct bench *b = fresh(test, V12, SERVER);

	KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, client_hello, 3), 0);
	expect_event(test, b, ALERT, no_renegotiation, 2, TSEC_RECORD_ALERT);
	KUNIT_EXPECT_EQ(test, data(b), 0);
	expect_event(test, b, HANDSHAKE, client_hello + 3,
		     sizeof(client_hello) - 3, TSEC_RECORD_REPLY);
}

static struct kunit_case tls_message_cases[] = {
	KUNIT_CASE(control__ticket),
	KUNIT_CASE(control__coalesced),
	KUNIT_CASE(control__fragmented),
	KUNIT_CASE(control__byte_by_byte),
	KUNIT_CASE(control__fragmented_not_last),
	KUNIT_CASE(control__message_stays),
	KUNIT_CASE(control__buffer_bounded),
	KUNIT_CASE(control__longest_message),
	KUNIT_CASE(control__too_long),
	KUNIT_CASE(control__interleaved),
	KUNIT_CASE(control__interleaved_1_2),
	{}
};

static struct kunit_suite tls_message_suite = {
	.name		= "tsec_tls_message",
	.init		= bench_setup,
	.exit		= bench_teardown,
	.test_cases	= tls_message_cases,
};

kunit_test_suites(&tls_message_suite);
