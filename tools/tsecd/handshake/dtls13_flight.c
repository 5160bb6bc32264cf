// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "dtls13_flight.h"
#include "dtls13_inbox.h"

/* What of a message fits into one datagram, whichever record it is in. */
#define FRAGMENT_MAX (DTLS13_DATAGRAM - DTLS13_RECORD_OVERHEAD - \
		      DTLS13_MESSAGE_HEADER)

/* Making **************************************************************** */

static struct flight_fragment *fragment_new(struct dtls13_flight *flight,
					    size_t len)
{
	struct flight_fragment *fragment;

	if (flight->n == FLIGHT_FRAGMENTS)
		return NULL;
	fragment = &flight->fragment[flight->n];
	memset(fragment, 0, sizeof(*fragment));
	fragment->data = malloc(DTLS13_MESSAGE_HEADER + len);
	if (!fragment->data)
		return NULL;
	fragment->len = DTLS13_MESSAGE_HEADER + len;
	flight->n++;
	return fragment;
}

int dtls13_flight_add(struct dtls13_flight *flight, uint16_t epoch,
		      uint8_t type, const void *body, size_t len)
{
	const uint8_t *at = body;
	size_t offset = 0;

	do {
		size_t part = len - offset;
		struct flight_fragment *fragment;
		struct wire_writer writer;

		if (part > FRAGMENT_MAX)
			part = FRAGMENT_MAX;
		fragment = fragment_new(flight, part);
		if (!fragment)
			return -1;
		fragment->epoch = epoch;
		writer = wire_writer(fragment->data, fragment->len);
		wire_put(&writer, type, 1);
		wire_put(&writer, len, 3);
		wire_put(&writer, flight->next, 2);
		wire_put(&writer, offset, 3);
		wire_put(&writer, part, 3);
		wire_put_data(&writer, at + offset, part);
		offset += part;
	} while (offset < len);
	flight->next++;
	return 0;
}

void dtls13_flight_clear(struct dtls13_flight *flight)
{
	uint16_t next = flight->next;

	for (unsigned int i = 0; i < flight->n; i++)
		free(flight->fragment[i].data);
	memset(flight, 0, sizeof(*flight));
	flight->next = next;
}

/* Sending **************************************************************** */

/* What does not get out is lost, as on any network; refusals are noted. */
static void datagram_send(struct dtls13_sender *sender,
			  struct wire_writer *datagram)
{
	if (!datagram->len)
		return;
	if (send(sender->fd, datagram->data, datagram->len,
		 MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
	    errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		sender->err = errno;
	datagram->len = 0;
}

/* Appends a record, and tells its number; -1 if it does not fit. */
static int record_add(struct dtls13_sender *sender, uint16_t epoch,
		      uint8_t type, const void *data, size_t len,
		      struct wire_writer *datagram,
		      struct dtls13_number *number)
{
	number->epoch = epoch;
	if (epoch == DTLS13_EPOCH_PLAIN) {
		number->seq = sender->plain_seq;
		if (dtls13_record_plain(number->seq, type, data, len, datagram))
			return -1;
		sender->plain_seq++;
		return 0;
	}
	if (!sender->keys.suite)
		return -1;
	number->seq = sender->keys.seq;
	return dtls13_record_seal(&sender->keys, type, data, len, datagram);
}

static void fragment_send(struct flight_fragment *fragment,
			  struct dtls13_sender *sender,
			  struct wire_writer *datagram)
{
	struct dtls13_number number;

	if (record_add(sender, fragment->epoch, DTLS13_HANDSHAKE,
		       fragment->data, fragment->len, datagram, &number)) {
		datagram_send(sender, datagram);
		if (record_add(sender, fragment->epoch, DTLS13_HANDSHAKE,
			       fragment->data, fragment->len, datagram,
			       &number))
			return;
	}
	fragment->sent[fragment->n_sent++ % FLIGHT_TIMES] = number;
}

void dtls13_flight_send(struct dtls13_flight *flight,
			struct dtls13_sender *sender)
{
	uint8_t data[DTLS13_DATAGRAM];
	struct wire_writer datagram = wire_writer(data, sizeof(data));

	for (unsigned int i = 0; i < flight->n; i++)
		if (!flight->fragment[i].acked)
			fragment_send(&flight->fragment[i], sender, &datagram);
	datagram_send(sender, &datagram);
	flight->sent_at = clock_ms();
	if (!flight->wait)
		flight->wait = DTLS13_RESEND_MS;
}

unsigned int dtls13_flight_due(const struct dtls13_flight *flight)
{
	uint64_t due = flight->sent_at + flight->wait, now = clock_ms();

	return due > now ? due - now : 0;
}

void dtls13_flight_back_off(struct dtls13_flight *flight)
{
	flight->wait *= 2;
	if (flight->wait > DTLS13_RESEND_MAX_MS)
		flight->wait = DTLS13_RESEND_MAX_MS;
}

void dtls13_send_record(struct dtls13_sender *sender, uint8_t type,
			const void *data, size_t len)
{
	uint16_t epoch = sender->keys.suite ? DTLS13_EPOCH_HANDSHAKE :
					      DTLS13_EPOCH_PLAIN;
	uint8_t room[DTLS13_DATAGRAM];
	struct wire_writer datagram = wire_writer(room, sizeof(room));
	struct dtls13_number number;

	if (!record_add(sender, epoch, type, data, len, &datagram, &number))
		datagram_send(sender, &datagram);
}

/* Acknowledgements ******************************************************* */

static bool number_acked(struct dtls13_flight *flight,
			 const struct dtls13_number *number)
{
	for (unsigned int i = 0; i < flight->n; i++) {
		struct flight_fragment *fragment = &flight->fragment[i];

		for (unsigned int t = 0;
		     t < fragment->n_sent && t < FLIGHT_TIMES; t++) {
			if (fragment->sent[t].epoch != number->epoch ||
			    fragment->sent[t].seq != number->seq)
				continue;
			if (fragment->acked)
				return false;
			fragment->acked = true;
			return true;
		}
	}
	return false;
}

bool dtls13_flight_acked(struct dtls13_flight *flight, const void *ack,
			 size_t len)
{
	struct wire_reader reader = wire_reader(ack, len);
	struct wire_reader list = wire_get_vector(&reader, 2);
	bool any = false;

	if (!wire_is_read(&reader) || list.left % 16)
		return false;
	while (list.left) {
		struct dtls13_number number;

		number.epoch = wire_get(&list, 8);
		number.seq = wire_get(&list, 8);
		any |= number_acked(flight, &number);
	}
	return any;
}

bool dtls13_flight_is_done(const struct dtls13_flight *flight)
{
	for (unsigned int i = 0; i < flight->n; i++)
		if (!flight->fragment[i].acked)
			return false;
	return true;
}

/* The oldest give way: what they brought is known by other records too. */
void dtls13_acks_note(struct dtls13_acks *acks,
		      const struct dtls13_record *record)
{
	struct dtls13_number number = { record->epoch, record->seq };

	for (unsigned int i = 0; i < acks->n; i++)
		if (acks->number[i].epoch == number.epoch &&
		    acks->number[i].seq == number.seq)
			return;
	if (acks->n == ACK_NUMBERS)
		memmove(acks->number, acks->number + 1,
			--acks->n * sizeof(acks->number[0]));
	acks->number[acks->n++] = number;
}

void dtls13_acks_send(const struct dtls13_acks *acks,
		      struct dtls13_sender *sender)
{
	uint8_t data[2 + 16 * ACK_NUMBERS];
	struct wire_writer writer = wire_writer(data, sizeof(data));
	size_t list = wire_begin(&writer, 2);

	for (unsigned int i = 0; i < acks->n; i++) {
		wire_put(&writer, acks->number[i].epoch, 8);
		wire_put(&writer, acks->number[i].seq, 8);
	}
	wire_end(&writer, list, 2);
	dtls13_send_record(sender, DTLS13_ACK, data, writer.len);
}
