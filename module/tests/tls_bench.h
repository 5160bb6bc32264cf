/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of record/tls.c share: a receiver, and a log of its events.
 */
#ifndef TSEC_TESTS_TLS_BENCH_H
#define TSEC_TESTS_TLS_BENCH_H

#include <uapi/linux/tsec.h>

#include "../record/tls.h"
#include "kunit.h"

#define V12	TSEC_VERSION_TLS_1_2
#define V13	TSEC_VERSION_TLS_1_3
#define CLIENT	TSEC_ROLE_CLIENT
#define SERVER	TSEC_ROLE_SERVER

#define ALERT		TSEC_TLS_RECORD_ALERT
#define HANDSHAKE	TSEC_TLS_RECORD_HANDSHAKE

enum {
	EVENTS_MAX	= 64,
	BYTES_MAX	= TSEC_TLS_MESSAGE_MAX,
};

/**
 * struct log - what came out of the receiver
 * @count: events
 * @events: the events
 * @last: the event of the call that ended, for @alert and @why of an error
 * @len: bytes of handshake messages
 * @bytes: the messages, one after the other
 */
struct log {
	unsigned int count;
	struct tsec_record_event events[EVENTS_MAX];
	struct tsec_record_event last;
	size_t len;
	u8 bytes[BYTES_MAX];
};

/**
 * struct bench - a receiver and its log
 * @rx: the receiver
 * @log: what came out of it
 */
struct bench {
	struct tsec_tls_rx rx;
	struct log log;
};

static const u8 update[] = { 24, 0, 0, 1, 0 };
static const u8 update_asked[] = { 24, 0, 0, 1, 1 };
static const u8 ticket[] = {
	4, 0, 0, 22,
	0x00, 0x01, 0x51, 0x80, 0xde, 0xad, 0xbe, 0xef, 1, 0,
	0, 8, 't', 'i', 'c', 'k', 'e', 't', '0', '1', 0, 0,
};

static const u8 close_notify[] = { 1, 0 };
static const u8 no_renegotiation[] = { 1, 100 };
static const u8 client_hello[] = { 1, 0, 0, 2, 3, 3 };

static inline int bench_setup(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	test->priv = b;
	return b ? 0 : -ENOMEM;
}

static inline void bench_teardown(struct kunit *test)
{
	struct bench *b = test->priv;

	if (b)
		tsec_tls_rx_free(&b->rx);
}

static inline struct bench *fresh(struct kunit *test, u16 version, u8 role)
{
	struct bench *b = test->priv;

	tsec_tls_rx_free(&b->rx);
	tsec_tls_rx_init(&b->rx, version, role);
	b->log.count = 0;
	b->log.len = 0;
	return b;
}

static inline void log_event(struct log *log,
			     const struct tsec_record_event *ev)
{
	if (log->count < EVENTS_MAX)
		log->events[log->count] = *ev;
	log->count++;
	if (ev->type != TSEC_RECORD_HANDSHAKE)
		return;
	if (log->len + ev->len <= BYTES_MAX)
		memcpy(log->bytes + log->len, ev->data, ev->len);
	log->len += ev->len;
}

/* One record; it is freed afterwards, so that nothing may point into it. */
static inline int feed(struct kunit *test, struct bench *b, u8 type,
		       const void *data, size_t len)
{
	struct tsec_record_input in = { .type = type, .len = len };
	u8 *copy = kmalloc(len ?: 1, GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, data, len);
	in.data = copy;
	while ((ret = tsec_tls_control(&b->rx, &in, &b->log.last)) > 0)
		log_event(&b->log, &b->log.last);
	kfree(copy);
	return ret;
}

static inline int data(struct bench *b)
{
	return tsec_tls_data(&b->rx, &b->log.last);
}

static inline void expect_violation(struct kunit *test, struct bench *b,
				    u8 type, const void *bytes, size_t len,
				    u8 alert)
{
	b->log.count = 0;
	KUNIT_EXPECT_EQ(test, feed(test, b, type, bytes, len), -EPROTO);
	KUNIT_EXPECT_EQ(test, b->log.last.alert, alert);
	KUNIT_EXPECT_NOT_NULL(test, b->log.last.why);
	KUNIT_EXPECT_EQ(test, b->log.count, 0);
	KUNIT_EXPECT_NULL(test, b->rx.buf);
}

static inline void expect_event(struct kunit *test, struct bench *b, u8 type,
				const void *bytes, size_t len,
				enum tsec_record_event_type event)
{
	b->log.count = 0;
	b->log.len = 0;
	KUNIT_EXPECT_EQ(test, feed(test, b, type, bytes, len), 0);
	KUNIT_EXPECT_EQ(test, b->log.count, 1);
	KUNIT_EXPECT_EQ(test, b->log.events[0].type, event);
}

#endif /* TSEC_TESTS_TLS_BENCH_H */
