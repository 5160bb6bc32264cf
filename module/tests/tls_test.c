// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/tls.c: what control records ask for.
 */
#include "tls_bench.h"

static const u8 user_canceled[] = { 1, 90 };
static const u8 hello_request[] = { 0, 0, 0, 0 };

static void rx_init(struct kunit *test)
{
	struct tsec_tls_rx rx;

	memset(&rx, 0xff, sizeof(rx));
	tsec_tls_rx_init(&rx, V13, SERVER);
	KUNIT_EXPECT_EQ(test, rx.version, V13);
	KUNIT_EXPECT_EQ(test, rx.role, SERVER);
	KUNIT_EXPECT_NULL(test, rx.buf);
	KUNIT_EXPECT_EQ(test, rx.failed, 0);
}

static void rx_free(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);

	KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, ticket, 9), 0);
	KUNIT_EXPECT_NOT_NULL(test, b->rx.buf);
	tsec_tls_rx_free(&b->rx);
	KUNIT_EXPECT_NULL(test, b->rx.buf);
	tsec_tls_rx_free(&b->rx);
}

static void control__close(struct kunit *test)
{
	static const u8 fatal_close[] = { 2, 0 };
	struct bench *b = fresh(test, V13, CLIENT);

	expect_event(test, b, ALERT, close_notify, 2, TSEC_RECORD_CLOSE);
	KUNIT_EXPECT_FALSE(test, b->log.events[0].fatal);
	b = fresh(test, V12, SERVER);
	expect_event(test, b, ALERT, close_notify, 2, TSEC_RECORD_CLOSE);
	b = fresh(test, V12, SERVER);
	expect_event(test, b, ALERT, fatal_close, 2, TSEC_RECORD_CLOSE);
}

static void control__after_close(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);

	expect_event(test, b, ALERT, close_notify, 2, TSEC_RECORD_CLOSE);
	KUNIT_EXPECT_EQ(test, feed(test, b, ALERT, close_notify, 2), 0);
	KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, ticket, 3), 0);
	KUNIT_EXPECT_EQ(test, feed(test, b, TSEC_TLS_RECORD_CCS, "\1", 1), 0);
	KUNIT_EXPECT_EQ(test, b->log.count, 1);
	KUNIT_EXPECT_NULL(test, b->rx.buf);
}

/* TLS 1.3: what is fatal depends on the description alone. */
static void control__alert_1_3(struct kunit *test)
{
	static const u8 levels[] = { 0, 1, 2, 77 };
	struct bench *b;
	size_t i;
	int d;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		for (d = 1; d < 256; d++) {
			u8 alert[] = { levels[i], d };

			b = fresh(test, V13, SERVER);
			expect_event(test, b, ALERT, alert, 2,
				     TSEC_RECORD_ALERT);
			KUNIT_EXPECT_EQ(test, b->log.events[0].alert, d);
			KUNIT_EXPECT_EQ(test, b->log.events[0].level,
					levels[i]);
			KUNIT_EXPECT_EQ(test, b->log.events[0].fatal, d != 90);
			KUNIT_EXPECT_EQ(test, b->rx.ended, d != 90);
		}
	}
}

static void control__alert_1_2(struct kunit *test)
{
	static const u8 fatal[] = { 2, 40 };
	struct bench *b = fresh(test, V12, CLIENT);

	expect_event(test, b, ALERT, no_renegotiation, 2, TSEC_RECORD_ALERT);
	KUNIT_EXPECT_FALSE(test, b->log.events[0].fatal);
	expect_event(test, b, ALERT, user_canceled, 2, TSEC_RECORD_ALERT);
	KUNIT_EXPECT_FALSE(test, b->log.events[0].fatal);
	expect_event(test, b, ALERT, fatal, 2, TSEC_RECORD_ALERT);
	KUNIT_EXPECT_TRUE(test, b->log.events[0].fatal);
}

static void control__alert_level_unknown(struct kunit *test)
{
	static const u8 none[] = { 0, 40 }, three[] = { 3, 0 };

	expect_violation(test, fresh(test, V12, CLIENT), ALERT, none, 2,
			 TSEC_TLS_ALERT_ILLEGAL_PARAMETER);
	expect_violation(test, fresh(test, V12, CLIENT), ALERT, three, 2,
			 TSEC_TLS_ALERT_ILLEGAL_PARAMETER);
}

static void control__alert_length(struct kunit *test)
{
	static const u8 many[] = { 1, 90, 1, 0 };

	expect_violation(test, fresh(test, V13, CLIENT), ALERT, many, 1,
			 TSEC_TLS_ALERT_DECODE_ERROR);
	expect_violation(test, fresh(test, V13, CLIENT), ALERT, many, 3,
			 TSEC_TLS_ALERT_DECODE_ERROR);
	expect_violation(test, fresh(test, V12, CLIENT), ALERT, many, 4,
			 TSEC_TLS_ALERT_DECODE_ERROR);
}

static void warnings(struct kunit *test, struct bench *b, const u8 *alert)
{
	int i;

	for (i = 0; i < TSEC_TLS_WARNINGS_MAX; i++)
		expect_event(test, b, ALERT, alert, 2, TSEC_RECORD_ALERT);
}

static void control__warning_flood(struct kunit *test)
{
	struct bench *b = fresh(test, V12, CLIENT);

	warnings(test, b, no_renegotiation);
	KUNIT_EXPECT_EQ(test, data(b), 0);
	warnings(test, b, no_renegotiation);
	expect_violation(test, b, ALERT, no_renegotiation, 2,
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	b = fresh(test, V13, CLIENT);
	warnings(test, b, user_canceled);
	expect_violation(test, b, ALERT, user_canceled, 2,
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
}

static void control__key_update(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);

	expect_event(test, b, HANDSHAKE, update, sizeof(update),
		     TSEC_RECORD_KEY_UPDATE);
	KUNIT_EXPECT_FALSE(test, b->log.events[0].requested);
	b = fresh(test, V13, SERVER);
	expect_event(test, b, HANDSHAKE, update_asked, sizeof(update_asked),
		     TSEC_RECORD_KEY_UPDATE);
	KUNIT_EXPECT_TRUE(test, b->log.events[0].requested);
}

static void control__key_update_malformed(struct kunit *test)
{
	static const u8 two[] = { 24, 0, 0, 1, 2 };
	static const u8 empty[] = { 24, 0, 0, 0 };
	static const u8 longer[] = { 24, 0, 0, 2, 0, 0 };

	expect_violation(test, fresh(test, V13, CLIENT), HANDSHAKE, two, 5,
			 TSEC_TLS_ALERT_ILLEGAL_PARAMETER);
	expect_violation(test, fresh(test, V13, CLIENT), HANDSHAKE, empty, 4,
			 TSEC_TLS_ALERT_DECODE_ERROR);
	expect_violation(test, fresh(test, V13, CLIENT), HANDSHAKE, longer, 6,
			 TSEC_TLS_ALERT_DECODE_ERROR);
	/* Known by its header, before the rest is waited for. */
	expect_violation(test, fresh(test, V13, CLIENT), HANDSHAKE, longer, 4,
			 TSEC_TLS_ALERT_DECODE_ERROR);
	expect_violation(test, fresh(test, V12, CLIENT), HANDSHAKE, update, 5,
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
}

static void control__key_update_not_last(struct kunit *test)
{
	u8 bytes[sizeof(update) + sizeof(update)];

	memcpy(bytes, update, sizeof(update));
	memcpy(bytes + sizeof(update), update, sizeof(update));
	expect_violation(test, fresh(test, V13, SERVER), HANDSHAKE, bytes,
			 sizeof(bytes), TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	expect_violation(test, fresh(test, V13, SERVER), HANDSHAKE, bytes,
			 sizeof(update) + 1,
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
}

static void updates(struct kunit *test, struct bench *b)
{
	int i;

	for (i = 0; i < TSEC_TLS_UPDATES_MAX; i++)
		expect_event(test, b, HANDSHAKE, update, sizeof(update),
			     TSEC_RECORD_KEY_UPDATE);
}

static void control__key_update_flood(struct kunit *test)
{
	struct bench *b = fresh(test, V13, SERVER);

	updates(test, b);
	KUNIT_EXPECT_EQ(test, data(b), 0);
	updates(test, b);
	expect_violation(test, b, HANDSHAKE, update, sizeof(update),
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
}

static void control__empty(struct kunit *test)
{
	expect_violation(test, fresh(test, V13, CLIENT), HANDSHAKE, "", 0,
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	expect_violation(test, fresh(test, V13, CLIENT), ALERT, "", 0,
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	expect_violation(test, fresh(test, V12, SERVER), HANDSHAKE, "", 0,
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
}

static void control__record_types(struct kunit *test)
{
	int type;

	for (type = 0; type < 256; type++) {
		if (type == ALERT || type == HANDSHAKE)
			continue;
		expect_violation(test, fresh(test, V13, CLIENT), type, "\1", 1,
				 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
		expect_violation(test, fresh(test, V12, SERVER), type, "\1", 1,
				 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	}
}

static void unexpected(struct kunit *test, u16 version, u8 role,
		       const u8 *allowed)
{
	int type;

	for (type = 0; type < 256; type++) {
		u8 message[] = { type, 0, 0, 1, 0 };

		if (memchr(allowed, type, 2))
			continue;
		expect_violation(test, fresh(test, version, role), HANDSHAKE,
				 message, sizeof(message),
				 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	}
}

static void control__message_types(struct kunit *test)
{
	static const u8 client13[] = { TSEC_TLS_NEW_SESSION_TICKET,
				       TSEC_TLS_KEY_UPDATE };
	static const u8 server13[] = { TSEC_TLS_KEY_UPDATE,
				       TSEC_TLS_KEY_UPDATE };
	static const u8 client12[] = { TSEC_TLS_HELLO_REQUEST,
				       TSEC_TLS_HELLO_REQUEST };
	static const u8 server12[] = { TSEC_TLS_CLIENT_HELLO,
				       TSEC_TLS_CLIENT_HELLO };

	unexpected(test, V13, CLIENT, client13);
	unexpected(test, V13, SERVER, server13);
	unexpected(test, V12, CLIENT, client12);
	unexpected(test, V12, SERVER, server12);
}

static void control__hello_request(struct kunit *test)
{
	static const u8 with_body[] = { 0, 0, 0, 1, 0 };
	struct bench *b = fresh(test, V12, CLIENT);
	int i;

	for (i = 0; i < TSEC_TLS_WARNINGS_MAX; i++)
		KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, hello_request,
					   sizeof(hello_request)), 0);
	KUNIT_EXPECT_EQ(test, b->log.count, 0);
	expect_violation(test, b, HANDSHAKE, hello_request,
			 sizeof(hello_request),
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	/* Nothing stays of one that came in parts. */
	b = fresh(test, V12, CLIENT);
	KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, hello_request, 1), 0);
	KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, hello_request, 3), 0);
	KUNIT_EXPECT_NULL(test, b->rx.buf);
	expect_violation(test, fresh(test, V12, CLIENT), HANDSHAKE, with_body,
			 sizeof(with_body), TSEC_TLS_ALERT_DECODE_ERROR);
}

static void control__renegotiation(struct kunit *test)
{
	struct bench *b = fresh(test, V12, SERVER);
	int i;

	for (i = 0; i < TSEC_TLS_WARNINGS_MAX; i++) {
		expect_event(test, b, HANDSHAKE, client_hello,
			     sizeof(client_hello), TSEC_RECORD_REPLY);
		KUNIT_EXPECT_EQ(test, b->log.events[0].alert,
				TSEC_TLS_ALERT_NO_RENEGOTIATION);
	}
	expect_violation(test, b, HANDSHAKE, client_hello,
			 sizeof(client_hello),
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
}

/* A violation is for ever. */
static void control__after_violation(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);

	expect_violation(test, b, ALERT, "\1", 1,
			 TSEC_TLS_ALERT_DECODE_ERROR);
	expect_violation(test, b, ALERT, close_notify, 2,
			 TSEC_TLS_ALERT_DECODE_ERROR);
	KUNIT_EXPECT_EQ(test, data(b), -EPROTO);
	KUNIT_EXPECT_EQ(test, b->log.last.alert, TSEC_TLS_ALERT_DECODE_ERROR);
}

static void data__between(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);

	KUNIT_EXPECT_EQ(test, data(b), 0);
	expect_event(test, b, HANDSHAKE, ticket, sizeof(ticket),
		     TSEC_RECORD_HANDSHAKE);
	KUNIT_EXPECT_EQ(test, data(b), 0);
	KUNIT_EXPECT_EQ(test, feed(test, b, HANDSHAKE, ticket, 2), 0);
	KUNIT_EXPECT_EQ(test, data(b), -EPROTO);
	KUNIT_EXPECT_EQ(test, b->log.last.alert,
			TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
	KUNIT_EXPECT_NULL(test, b->rx.buf);
}

/* A peer that only listens answers one request after the other. */
static void update_asked__many(struct kunit *test)
{
	struct bench *b = fresh(test, V13, CLIENT);
	int i;

	for (i = 0; i < 3 * TSEC_TLS_UPDATES_MAX; i++) {
		tsec_tls_update_asked(&b->rx);
		expect_event(test, b, HANDSHAKE, update, sizeof(update),
			     TSEC_RECORD_KEY_UPDATE);
	}
	updates(test, b);
	expect_violation(test, b, HANDSHAKE, update, sizeof(update),
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
}

/* A peer that only receives has no data to put between its updates. */
static void data_sent__many(struct kunit *test)
{
	struct bench *b = fresh(test, V13, SERVER);
	int i;

	for (i = 0; i < 3; i++) {
		updates(test, b);
		tsec_tls_data_sent(&b->rx);
	}
	updates(test, b);
	expect_violation(test, b, HANDSHAKE, update, sizeof(update),
			 TSEC_TLS_ALERT_UNEXPECTED_MESSAGE);
}

static void build_key_update(struct kunit *test)
{
	u8 buf[TSEC_RECORD_CONTROL_MAX];

	KUNIT_EXPECT_EQ(test, tsec_tls_build_key_update(buf, false), 5);
	EXPECT_BYTES(test, buf, update, sizeof(update));
	KUNIT_EXPECT_EQ(test, tsec_tls_build_key_update(buf, true), 5);
	EXPECT_BYTES(test, buf, update_asked, sizeof(update_asked));
}

/* What one end builds the other understands. */
static void ops__round_trip(struct kunit *test)
{
	const struct tsec_record_ops *ops = &tsec_record_tls_ops;
	struct bench *b = fresh(test, V13, SERVER);
	u8 buf[TSEC_RECORD_CONTROL_MAX], type;
	size_t len;

	len = ops->build_key_update(buf, &type, true);
	KUNIT_ASSERT_LE(test, len, sizeof(buf));
	expect_event(test, b, type, buf, len, TSEC_RECORD_KEY_UPDATE);
	KUNIT_EXPECT_TRUE(test, b->log.events[0].requested);
	len = ops->build_close(buf, &type);
	KUNIT_ASSERT_LE(test, len, sizeof(buf));
	expect_event(test, b, type, buf, len, TSEC_RECORD_CLOSE);
}

static struct kunit_case tls_cases[] = {
	KUNIT_CASE(rx_init),
	KUNIT_CASE(rx_free),
	KUNIT_CASE(control__close),
	KUNIT_CASE(control__after_close),
	KUNIT_CASE(control__alert_1_3),
	KUNIT_CASE(control__alert_1_2),
	KUNIT_CASE(control__alert_level_unknown),
	KUNIT_CASE(control__alert_length),
	KUNIT_CASE(control__warning_flood),
	KUNIT_CASE(control__key_update),
	KUNIT_CASE(control__key_update_malformed),
	KUNIT_CASE(control__key_update_not_last),
	KUNIT_CASE(control__key_update_flood),
	KUNIT_CASE(control__empty),
	KUNIT_CASE(control__record_types),
	KUNIT_CASE(control__message_types),
	KUNIT_CASE(control__hello_request),
	KUNIT_CASE(control__renegotiation),
	KUNIT_CASE(control__after_violation),
	KUNIT_CASE(data__between),
	KUNIT_CASE(update_asked__many),
	KUNIT_CASE(data_sent__many),
	KUNIT_CASE(build_key_update),
	KUNIT_CASE(ops__round_trip),
	{}
};

static struct kunit_suite tls_suite = {
	.name		= "tsec_tls",
	.init		= bench_setup,
	.exit		= bench_teardown,
	.test_cases	= tls_cases,
};

kunit_test_suites(&tls_suite);
