// SPDX-License-Identifier: GPL-2.0
/* Flights: fragments, datagrams, acknowledgements. */
#include <err.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../handshake/dtls13_flight.h"
#include "../handshake/dtls13_inbox.h"
#include "clock.h"
#include "tap.h"

#define LEN 5000

static uint8_t body[LEN];
static int fd[2];

struct seen {
	unsigned int datagrams, records;
	size_t longest;
	struct dtls13_number number[32];
};

/* All that was sent. */
static struct seen look(void)
{
	static const struct dtls13_cid none;
	struct seen seen = { .datagrams = 0 };
	uint8_t data[4096], *at;
	struct dtls13_record record;
	ssize_t len;
	size_t left;

	while ((len = recv(fd[1], data, sizeof(data), MSG_DONTWAIT)) > 0) {
		seen.datagrams++;
		if ((size_t)len > seen.longest)
			seen.longest = len;
		at = data;
		left = len;
		while (dtls13_record_take(NULL, 0, &none, &at, &left,
					  &record) ==
		       DTLS13_TAKEN)
			seen.number[seen.records++] = (struct dtls13_number){
				record.epoch, record.seq };
	}
	return seen;
}

static bool acked(struct dtls13_flight *flight,
		  const struct dtls13_number *numbers, unsigned int n)
{
	uint8_t room[512];
	struct wire_writer writer = wire_writer(room, sizeof(room));
	size_t list = wire_begin(&writer, 2);

	for (unsigned int i = 0; i < n; i++) {
		wire_put(&writer, numbers[i].epoch, 8);
		wire_put(&writer, numbers[i].seq, 8);
	}
	wire_end(&writer, list, 2);
	return dtls13_flight_acked(flight, room, writer.len);
}

static void test_flight(void)
{
	struct dtls13_sender sender = { .fd = fd[0], .plain_seq = 40 };
	static struct dtls13_flight flight;
	struct seen first, second;

	flight.next = 3;
	ok(!dtls13_flight_add(&flight, 0, 1, body, 100) &&
		   !dtls13_flight_add(&flight, 0, 2, body, LEN) &&
		   !dtls13_flight_add(&flight, 0, 3, NULL, 0) &&
		   flight.next == 6 && flight.n == 7,
	   "messages are cut into fragments");
	dtls13_flight_send(&flight, &sender);
	first = look();
	ok(first.records == 7 && first.longest <= DTLS13_DATAGRAM &&
		   first.datagrams < 7 && first.number[0].seq == 40 &&
		   sender.plain_seq == 47,
	   "... which share datagrams that are not too long");
	ok(dtls13_flight_due(&flight) == DTLS13_RESEND_MS,
	   "... and are due again after a second");
	test_clock_ms += DTLS13_RESEND_MS;
	ok(!dtls13_flight_due(&flight), "... not later");
	ok(acked(&flight, first.number + 2, 3) &&
		   !acked(&flight, first.number + 2, 3),
	   "what was acknowledged is news once");
	dtls13_flight_send(&flight, &sender);
	second = look();
	ok(second.records == 4 && second.number[0].seq == 47,
	   "... and is not sent again, the rest with new numbers");
	ok(acked(&flight, first.number, 2) &&
		   acked(&flight, second.number + 2, 2) &&
		   dtls13_flight_is_done(&flight),
	   "either sending may be acknowledged");
	dtls13_flight_clear(&flight);
	ok(flight.next == 6 && !flight.n, "numbers go on in the next flight");
}

static void test_malformed(void)
{
	static struct dtls13_flight flight;
	static const uint8_t zeros[40];
	unsigned int taken = 0;

	dtls13_flight_add(&flight, 0, 1, body, 10);
	for (size_t len = 0; len < sizeof(zeros); len++)
		taken += dtls13_flight_acked(&flight, zeros, len);
	taken += dtls13_flight_acked(&flight, "\0\10abcdefgh", 10);
	taken += dtls13_flight_acked(&flight, "\0\20abcdefgh", 10);
	ok(!taken && !dtls13_flight_is_done(&flight),
	   "an ACK of something else, or malformed, has no effect");
	dtls13_flight_clear(&flight);
}

static void test_acks(void)
{
	struct dtls13_sender sender = { .fd = fd[0] };
	struct dtls13_acks acks = { .n = 0 };
	struct dtls13_record record = { .epoch = 2 };
	uint8_t data[1024];

	for (record.seq = 0; record.seq < ACK_NUMBERS + 5; record.seq++)
		dtls13_acks_note(&acks, &record);
	record.seq = ACK_NUMBERS;
	dtls13_acks_note(&acks, &record);
	ok(acks.n == ACK_NUMBERS && acks.number[0].seq == 5,
	   "the newest records are noted, each once");
	dtls13_acks_send(&acks, &sender);
	ok(recv(fd[1], data, sizeof(data), MSG_DONTWAIT) ==
			   DTLS13_PLAIN_HEADER + 2 + 16 * ACK_NUMBERS &&
		   data[0] == DTLS13_ACK && data[14] == 0 &&
		   data[13] == 2 && data[22] == 2 && data[30] == 5,
	   "... and told of");
}

static void test_back_off(void)
{
	static struct dtls13_flight flight;

	flight.wait = DTLS13_RESEND_MS;
	dtls13_flight_back_off(&flight);
	ok(flight.wait == 2 * DTLS13_RESEND_MS, "the wait is doubled");
	for (int i = 0; i < 40; i++)
		dtls13_flight_back_off(&flight);
	ok(flight.wait == DTLS13_RESEND_MAX_MS, "... up to a minute");
}

int main(void)
{
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fd) < 0)
		err(1, "socketpair");
	for (int i = 0; i < LEN; i++)
		body[i] = i * 7;
	test_flight();
	test_malformed();
	test_acks();
	test_back_off();
	close(fd[0]);
	close(fd[1]);
	return done_testing();
}
