// SPDX-License-Identifier: GPL-2.0
/* Tickets: their seal, their message, and what clients keep of them. */
#include <gnutls/gnutls.h>
#include <string.h>

#include "../handshake/dtls13_ticket.h"
#include "tap.h"

enum { ROOM = 512 };

static const uint8_t key[TICKET_KEY_SIZE] = { 1, 2, 3 };
static const uint8_t other_key[TICKET_KEY_SIZE] = { 1, 2, 4 };

static size_t seal(uint16_t suite, uint8_t data[ROOM])
{
	struct wire_writer writer = wire_writer(data, ROOM);
	struct dtls13_ticket ticket = {
		.suite = dtls13_suite_find(suite),
		.until = 0x123456789a,
		.psk = "a secret of a session",
	};

	return dtls13_ticket_seal(key, &ticket, &writer) ? 0 : writer.len;
}

static bool opens(const uint8_t *with, const uint8_t *data, size_t len,
		  struct dtls13_ticket *ticket)
{
	return !dtls13_ticket_open(with, wire_reader(data, len), ticket);
}

static void test_seal(uint16_t suite)
{
	struct dtls13_ticket ticket;
	uint8_t data[ROOM], again[ROOM];
	size_t len = seal(suite, data);
	unsigned int opened = 0;

	ok(len && len <= DTLS13_SEALED_MAX && opens(key, data, len, &ticket) &&
		   ticket.suite->id == suite &&
		   ticket.until == 0x123456789a &&
		   !strcmp((char *)ticket.psk, "a secret of a session"),
	   "suite %04x: a ticket is opened as it was sealed", suite);
	ok(!opens(other_key, data, len, &ticket), "... not with another key");
	ok(seal(suite, again) == len && memcmp(data, again, len),
	   "... and sealed again, it is another");
	for (size_t i = 0; i < len; i++) {
		opened += opens(key, data, i, &ticket);
		data[i] ^= 8;
		opened += opens(key, data, len, &ticket);
		data[i] ^= 8;
	}
	opened += opens(key, data, len + 1, &ticket);
	ok(!opened, "... nor with any bit changed, or a byte more or less");
}

static void test_message(void)
{
	uint8_t data[ROOM];
	struct wire_writer writer = wire_writer(data, sizeof(data));
	struct dtls13_new_ticket ticket = {
		.lifetime = 3600,
		.age_add = 0xfedcba98,
		.nonce = wire_reader("nonce", 5),
		.ticket = wire_reader("a ticket", 8),
	};
	unsigned int read = 0;
	struct dtls13_new_ticket got;

	dtls13_new_ticket_write(&ticket, &writer);
	ok(!dtls13_new_ticket_read(data, writer.len, &got) &&
		   got.lifetime == 3600 && got.age_add == 0xfedcba98 &&
		   got.nonce.left == 5 && !memcmp(got.nonce.at, "nonce", 5) &&
		   got.ticket.left == 8 &&
		   !memcmp(got.ticket.at, "a ticket", 8),
	   "a NewSessionTicket is read as it was written");
	for (size_t i = 0; i < writer.len; i++)
		read += !dtls13_new_ticket_read(data, i, &got);
	data[writer.len] = 0;
	read += !dtls13_new_ticket_read(data, writer.len + 1, &got);
	ok(!read, "... not with bytes missing, or one more");
	/* early_data, in place of no extensions */
	memcpy(data + writer.len - 2, "\0\10\0\52\0\4\0\0\100\0", 10);
	ok(!dtls13_new_ticket_read(data, writer.len + 8, &got),
	   "... but with extensions that mean nothing here");
	writer = wire_writer(data, sizeof(data));
	ticket.ticket.left = 0;
	dtls13_new_ticket_write(&ticket, &writer);
	ok(dtls13_new_ticket_read(data, writer.len, &got) ==
		   GNUTLS_A_DECODE_ERROR,
	   "... and an empty ticket is none");
}

static void test_saved(void)
{
	uint8_t data[ROOM];
	struct wire_writer writer = wire_writer(data, sizeof(data));
	struct dtls13_saved saved = {
		.suite = dtls13_suite_find(0x1301),
		.came_at = 12345,
		.age_add = 7,
		.psk = wire_reader("0123456789abcdef0123456789abcdef", 32),
		.ticket = wire_reader("a ticket", 8),
		.certificate = wire_reader("a message", 9),
	};
	struct dtls13_saved got;
	unsigned int read = 0;

	dtls13_saved_write(&saved, &writer);
	ok(!dtls13_saved_read(data, writer.len, &got) &&
		   got.suite == saved.suite && got.came_at == 12345 &&
		   got.age_add == 7 && got.psk.left == 32 &&
		   !memcmp(got.psk.at, saved.psk.at, 32) &&
		   got.ticket.left == 8 && got.certificate.left == 9 &&
		   !memcmp(got.certificate.at, "a message", 9),
	   "what a client keeps is read as it was written");
	for (size_t i = 0; i < writer.len - 9; i++)
		read += !dtls13_saved_read(data, i, &got);
	ok(!read, "... and not without all of it");
}

int main(void)
{
	test_seal(0x1301);
	test_seal(0x1302);
	test_message();
	test_saved();
	return done_testing();
}
