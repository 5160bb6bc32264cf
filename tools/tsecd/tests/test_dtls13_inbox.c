// SPDX-License-Identifier: GPL-2.0
/* Messages out of fragments. */
#include <stdlib.h>
#include <string.h>

#include "../handshake/dtls13_inbox.h"
#include "tap.h"

#define LEN 5000

static uint8_t body[LEN];

static enum inbox_verdict put_as(struct dtls13_inbox *inbox, uint16_t epoch,
				 uint16_t seq, size_t whole, size_t offset,
				 size_t len)
{
	static uint8_t room[DTLS13_MESSAGE_HEADER + LEN];
	struct wire_writer writer = wire_writer(room, sizeof(room));
	struct wire_reader reader;

	wire_put(&writer, 11, 1);
	wire_put(&writer, whole, 3);
	wire_put(&writer, seq, 2);
	wire_put(&writer, offset, 3);
	wire_put(&writer, len, 3);
	wire_put_data(&writer, body + offset, len);
	reader = wire_reader(room, writer.len);
	return dtls13_inbox_put(inbox, epoch, &reader);
}

static enum inbox_verdict put(struct dtls13_inbox *inbox, uint16_t seq,
			      size_t offset, size_t len)
{
	return put_as(inbox, 2, seq, LEN, offset, len);
}

static bool took(struct dtls13_inbox *inbox, uint16_t seq, size_t len)
{
	struct dtls13_message message;
	bool good;

	if (!dtls13_inbox_take(inbox, &message))
		return false;
	good = message.seq == seq && message.len == len &&
	       message.type == 11 && !memcmp(message.body, body, len);
	free(message.body);
	return good;
}

static void test_order(void)
{
	struct dtls13_inbox inbox = { .next = 7 };

	ok(put(&inbox, 7, 3000, 2000) == INBOX_TAKEN && !took(&inbox, 7, LEN),
	   "the end of a message is not all of it");
	ok(put(&inbox, 7, 0, 1500) == INBOX_TAKEN &&
		   put(&inbox, 7, 1000, 2500) == INBOX_TAKEN,
	   "fragments may overlap");
	ok(put(&inbox, 8, 0, LEN) == INBOX_TAKEN && dtls13_inbox_gap(&inbox),
	   "a later one is kept");
	ok(took(&inbox, 7, LEN) && took(&inbox, 8, LEN),
	   "both are whole, in their order");
	ok(!dtls13_inbox_gap(&inbox) && !inbox.held, "nothing is left");
	ok(put(&inbox, 7, 0, 100) == INBOX_AGAIN, "a repeat is known as one");
	dtls13_inbox_free(&inbox);
}

static void test_empty(void)
{
	struct dtls13_inbox inbox = { .next = 0 };

	ok(put_as(&inbox, 2, 0, 0, 0, 0) == INBOX_TAKEN && took(&inbox, 0, 0),
	   "a message may be empty");
	dtls13_inbox_free(&inbox);
}

static void test_limits(void)
{
	struct dtls13_inbox inbox = { .next = 0 };

	ok(put(&inbox, INBOX_AHEAD, 0, 10) == INBOX_NO_ROOM,
	   "too far ahead");
	ok(put_as(&inbox, 2, 0, DTLS13_MESSAGE_MAX, 0, 10) == INBOX_TAKEN &&
		   put_as(&inbox, 2, 1, DTLS13_MESSAGE_MAX, 0, 10) ==
			   INBOX_NO_ROOM,
	   "more than all messages together may be");
	ok(put_as(&inbox, 2, 2, DTLS13_MESSAGE_MAX + 1, 0, 10) == INBOX_BAD,
	   "a message that is too long");
	dtls13_inbox_free(&inbox);
}

static void test_malformed(void)
{
	struct dtls13_inbox inbox = { .next = 0 };
	uint8_t data[DTLS13_MESSAGE_HEADER + 4] = {
		11, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4,
	};
	struct wire_reader reader;
	unsigned int bad = 0;

	for (size_t len = 0; len < sizeof(data); len++) {
		reader = wire_reader(data, len);
		bad += dtls13_inbox_put(&inbox, 0, &reader) == INBOX_BAD;
	}
	ok(bad == sizeof(data), "a fragment that is cut off");
	data[8] = 1;
	reader = wire_reader(data, sizeof(data));
	ok(dtls13_inbox_put(&inbox, 0, &reader) == INBOX_BAD,
	   "one that goes beyond its message");
	ok(put_as(&inbox, 2, 0, 100, 0, 10) == INBOX_TAKEN &&
		   put_as(&inbox, 2, 0, 101, 0, 10) == INBOX_BAD,
	   "one of a message of another length");
	dtls13_inbox_free(&inbox);
}

static void test_epochs(void)
{
	struct dtls13_inbox inbox = { .next = 0 };

	ok(put_as(&inbox, 0, 1, 100, 0, 10) == INBOX_TAKEN,
	   "in the clear, anybody may send a fragment");
	dtls13_inbox_raise(&inbox, 2);
	ok(put_as(&inbox, 0, 1, 100, 0, 100) == INBOX_NO_ROOM &&
		   put_as(&inbox, 2, 0, 100, 0, 100) == INBOX_TAKEN &&
		   put_as(&inbox, 2, 1, 100, 0, 100) == INBOX_TAKEN &&
		   took(&inbox, 0, 100) && took(&inbox, 1, 100),
	   "once there are keys, it keeps no place");
	dtls13_inbox_free(&inbox);
}

int main(void)
{
	for (int i = 0; i < LEN; i++)
		body[i] = i * 7 + i / 256;
	test_order();
	test_empty();
	test_limits();
	test_malformed();
	test_epochs();
	return done_testing();
}
