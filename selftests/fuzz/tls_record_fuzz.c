// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: control records of TLS, as module/record/tls.c takes them.
 *
 * The first byte of the input chooses version and role.  Then come steps: an
 * opcode, and for a record its length in two bytes and its content.  Beside
 * the receiver runs a model that only strings the handshake records together:
 * every message that comes out must be the next one of that string.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "fuzz.h"
#include "key.h"
#include "record/tls.h"

enum {
	STREAM_MAX	= 1 << 20,
	ROOM_MAX	= 2 * TSEC_TLS_MESSAGE_MAX,
};

enum step {
	STEP_HANDSHAKE,		/* u16 length, content */
	STEP_ALERT,		/* u16 length, content */
	STEP_OTHER,		/* content type, u16 length, content */
	STEP_DATA,		/* application data came */
	STEP_ASKED,		/* this end asked for a key update */
	STEP_NO_MEMORY,		/* the next record finds no memory at first */
	STEP_MAX,
};

/**
 * struct bench - a receiver and the model beside it
 * @rx: the receiver
 * @stream: content of all handshake records
 * @have: bytes of @stream
 * @pos: bytes of @stream that have come out, or were left out on purpose
 * @failed: alert of the violation, 0 before
 * @no_memory: the next record finds no memory at first
 */
struct bench {
	struct tsec_tls_rx rx;
	u8 *stream;
	size_t have;
	size_t pos;
	u8 failed;
	bool no_memory;
};

bool fuzz_no_memory;

/* In the table of the receiver, called by nobody here. */
int tsec_key_renew(struct tsec_key *key)
{
	(void)key;
	abort();
}

/* A copy of its own for each record, so that the sanitizer sees its end. */
static u8 *take_record(struct input *in, size_t *len)
{
	u8 *copy;

	*len = take_byte(in) << 8;
	*len |= take_byte(in);
	*len = min(*len, in->len);
	*len = min_t(size_t, *len, TSEC_TLS_PAYLOAD_MAX);
	copy = copy_of(in->data, *len);
	in->data += *len;
	in->len -= *len;
	return copy;
}

static size_t message_len(const u8 *message)
{
	return 4 + (message[1] << 16 | message[2] << 8 | message[3]);
}

/* Messages that the receiver has to swallow without a word. */
static void skip_ignored(struct bench *b)
{
	while (b->rx.version == TSEC_VERSION_TLS_1_2 && b->have - b->pos >= 4 &&
	       b->stream[b->pos] == TSEC_TLS_HELLO_REQUEST)
		b->pos += message_len(b->stream + b->pos);
}

static void expect_message(struct bench *b, u8 type)
{
	skip_ignored(b);
	must(b->have - b->pos >= 4, "an event without a message");
	must(b->stream[b->pos] == type, "an event of another type");
	must(message_len(b->stream + b->pos) <= b->have - b->pos,
	     "an event before its message was whole");
	b->pos += message_len(b->stream + b->pos);
}

static void check_handshake(struct bench *b, const struct tsec_record_event *ev)
{
	const u8 *want;

	must(b->rx.version == TSEC_VERSION_TLS_1_3 &&
	     b->rx.role == TSEC_ROLE_CLIENT, "a ticket for a server");
	expect_message(b, TSEC_TLS_NEW_SESSION_TICKET);
	want = b->stream + b->pos - ev->len;
	must(ev->len == message_len(ev->data), "length of a message");
	must(ev->len <= b->pos && !memcmp(ev->data, want, ev->len),
	     "content of a message");
}

static void check_update(struct bench *b, const struct tsec_record_event *ev)
{
	must(b->rx.version == TSEC_VERSION_TLS_1_3, "key update in TLS 1.2");
	expect_message(b, TSEC_TLS_KEY_UPDATE);
	must(b->pos == b->have, "a key update that is not the last");
	must(b->stream[b->pos - 1] == ev->requested, "request of a key update");
}

static void check_event(struct bench *b, const struct tsec_record_event *ev)
{
	must(!b->failed, "an event after a violation");
	switch (ev->type) {
	case TSEC_RECORD_HANDSHAKE:
		check_handshake(b, ev);
		break;
	case TSEC_RECORD_KEY_UPDATE:
		check_update(b, ev);
		break;
	case TSEC_RECORD_REPLY:
		must(ev->alert == TSEC_TLS_ALERT_NO_RENEGOTIATION, "reply");
		expect_message(b, TSEC_TLS_CLIENT_HELLO);
		break;
	case TSEC_RECORD_CLOSE:
		must(ev->alert == TSEC_TLS_ALERT_CLOSE_NOTIFY, "close");
		must(b->rx.ended, "a close that does not end");
		break;
	case TSEC_RECORD_ALERT:
		must(ev->fatal == b->rx.ended, "a fatal alert ends");
		must(tsec_tls_alert_errno(ev->alert) > 0, "errno of an alert");
		must(tsec_tls_alert_name(ev->alert), "name of an alert");
		break;
	}
}

static void check_violation(struct bench *b, const struct tsec_record_event *ev)
{
	must(ev->alert && ev->why, "a violation without alert and reason");
	must(!b->failed || b->failed == ev->alert, "another alert later on");
	must(!b->rx.buf, "a buffer after a violation");
	b->failed = ev->alert;
}

static void check_rest(struct bench *b)
{
	const struct tsec_tls_rx *rx = &b->rx;

	must(rx->have <= rx->room && rx->room <= ROOM_MAX, "size of the buffer");
	must(!rx->buf == !rx->have, "an empty buffer is kept");
	if (b->failed || rx->ended)
		return;
	skip_ignored(b);
	must(b->have - b->pos == rx->have, "bytes between two messages");
	must(!rx->have || !memcmp(rx->buf, b->stream + b->pos, rx->have),
	     "content of the buffer");
}

/* Memory that is not there must leave everything as it was. */
static void try_without_memory(struct bench *b,
			       const struct tsec_record_input *in)
{
	struct tsec_record_input again = *in;
	struct tsec_tls_rx before = b->rx;
	struct tsec_record_event ev;

	fuzz_no_memory = true;
	must(tsec_tls_control(&b->rx, &again, &ev) == -ENOMEM, "no memory");
	fuzz_no_memory = false;
	must(ev.alert && ev.why, "no memory without alert and reason");
	must(!memcmp(&before, &b->rx, sizeof(before)), "a changed receiver");
	must(!memcmp(&again, in, sizeof(again)), "a changed input");
}

static bool needs_memory(const struct bench *b,
			 const struct tsec_record_input *in)
{
	const u8 *p = in->data;
	size_t len = in->len;

	if (in->type != TSEC_TLS_RECORD_HANDSHAKE || !len || b->failed ||
	    b->rx.ended)
		return false;
	if (b->rx.have)
		return b->rx.have + len > b->rx.room;
	while (len >= 4 && len >= message_len(p)) {
		len -= message_len(p);
		p += message_len(p);
	}
	return len;
}

static void feed(struct bench *b, u8 type, const u8 *data, size_t len)
{
	struct tsec_record_input in = {
		.data = data,
		.len = len,
		.type = type,
	};
	struct tsec_record_event ev;
	int ret;

	if (b->no_memory && needs_memory(b, &in))
		try_without_memory(b, &in);
	b->no_memory = false;

	if (type == TSEC_TLS_RECORD_HANDSHAKE && b->have + len <= STREAM_MAX) {
		memcpy(b->stream + b->have, data, len);
		b->have += len;
	}
	while ((ret = tsec_tls_control(&b->rx, &in, &ev)) > 0)
		check_event(b, &ev);
	must(ret == 0 || ret == -EPROTO, "return value");
	if (ret)
		check_violation(b, &ev);
	else
		must(!b->failed, "a record taken after a violation");
	check_rest(b);
}

static void note_data(struct bench *b)
{
	struct tsec_record_event ev;
	int ret = tsec_tls_data(&b->rx, &ev);

	must(ret == 0 || ret == -EPROTO, "return value for data");
	if (ret)
		check_violation(b, &ev);
}

static void step(struct bench *b, struct input *in)
{
	u8 op = take_byte(in) % STEP_MAX;
	u8 type = 0;
	size_t len;
	u8 *record;

	switch (op) {
	case STEP_DATA:
		note_data(b);
		return;
	case STEP_ASKED:
		tsec_tls_update_asked(&b->rx);
		return;
	case STEP_NO_MEMORY:
		b->no_memory = true;
		return;
	case STEP_HANDSHAKE:
		type = TSEC_TLS_RECORD_HANDSHAKE;
		break;
	case STEP_ALERT:
		type = TSEC_TLS_RECORD_ALERT;
		break;
	default:
		type = take_byte(in);
	}
	record = take_record(in, &len);
	feed(b, type, record, len);
	free(record);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u8 stream[STREAM_MAX];
	struct input in = { .data = data, .len = size };
	struct bench b = { .stream = stream };
	u8 first = take_byte(&in);

	if (size > STREAM_MAX)
		return -1;
	tsec_tls_rx_init(&b.rx, first & 1 ? TSEC_VERSION_TLS_1_3 :
					    TSEC_VERSION_TLS_1_2,
			 first & 2 ? TSEC_ROLE_SERVER : TSEC_ROLE_CLIENT);
	while (in.len)
		step(&b, &in);
	tsec_tls_rx_free(&b.rx);
	return 0;
}
