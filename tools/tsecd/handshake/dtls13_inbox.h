/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages that come in: put together of fragments, in whatever order those
 * arrive, and handed on in the order of their numbers (RFC 9147 section 5.5).
 */
#ifndef TSECD_DTLS13_INBOX_H
#define TSECD_DTLS13_INBOX_H

#include "wire.h"

#define DTLS13_MESSAGE_HEADER 12
#define DTLS13_MESSAGE_MAX (64 << 10)

enum inbox_limits {
	INBOX_AHEAD = 8, /* messages after the one that is awaited */
	INBOX_BYTES = 96 << 10, /* of all that are not complete yet */
};

struct dtls13_message {
	uint8_t type;
	uint16_t seq;
	uint16_t epoch; /* of the records that brought it */
	size_t len;
	uint8_t *body; /* to be freed */
};

struct dtls13_inbox {
	uint16_t next; /* the number of the message awaited */
	uint16_t epoch; /* none of an older one is taken any more */
	size_t held; /* bytes of all bodies */
	struct inbox_slot {
		bool used;
		struct dtls13_message message;
		uint8_t *have; /* a bit for each byte that is there */
		size_t missing;
	} slot[INBOX_AHEAD];
};

enum inbox_verdict {
	INBOX_TAKEN,
	INBOX_AGAIN, /* of a message that was handed on before */
	INBOX_NO_ROOM, /* dropped: too far ahead, or too much */
	INBOX_BAD, /* it makes no sense, or not with what came before */
};

/* Takes the next fragment out of a record. */
enum inbox_verdict dtls13_inbox_put(struct dtls13_inbox *inbox, uint16_t epoch,
				    struct wire_reader *record);

/* The awaited message, once it is whole; the next one is then awaited. */
bool dtls13_inbox_take(struct dtls13_inbox *inbox,
		       struct dtls13_message *message);

/* Has anything of a later message come before the one that is awaited? */
bool dtls13_inbox_gap(const struct dtls13_inbox *inbox);

/* From now on, only what records of that epoch bring. */
void dtls13_inbox_raise(struct dtls13_inbox *inbox, uint16_t epoch);

void dtls13_inbox_free(struct dtls13_inbox *inbox);

#endif /* TSECD_DTLS13_INBOX_H */
