/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tickets (RFC 8446 section 4.6.1): the message that brings one, what servers
 * here put into theirs, and what clients here keep of a session.
 *
 * Functions that read return 0 or the alert that a message deserves; -1 where
 * it is no message.  What they find points into what they have read.
 */
#ifndef TSECD_DTLS13_TICKET_H
#define TSECD_DTLS13_TICKET_H

#include "../tickets.h"
#include "dtls13_schedule.h"
#include "wire.h"

enum dtls13_ticket_limits {
	/* A longer one would make a ClientHello of two datagrams. */
	DTLS13_TICKET_MAX = 640,
	DTLS13_TICKET_SECONDS_MAX = 7 * 24 * 3600, /* RFC 8446, 4.6.1 */
	DTLS13_SEALED_MAX = 12 + 2 + 8 + DTLS13_HASH_MAX + 16,
};

/* What a server has to know again.  Holds a secret: to be wiped. */
struct dtls13_ticket {
	const struct dtls13_suite *suite;
	uint64_t until; /* by time() */
	uint8_t psk[DTLS13_HASH_MAX];
};

int dtls13_ticket_seal(const uint8_t key[TICKET_KEY_SIZE],
		       const struct dtls13_ticket *ticket,
		       struct wire_writer *writer);
/* -1: it is no ticket of that key */
int dtls13_ticket_open(const uint8_t key[TICKET_KEY_SIZE],
		       struct wire_reader sealed,
		       struct dtls13_ticket *ticket);

/* NewSessionTicket */
struct dtls13_new_ticket {
	uint32_t lifetime; /* seconds */
	uint32_t age_add;
	struct wire_reader nonce, ticket;
};

int dtls13_new_ticket_read(const void *body, size_t len,
			   struct dtls13_new_ticket *ticket);
void dtls13_new_ticket_write(const struct dtls13_new_ticket *ticket,
			     struct wire_writer *writer);

/* What a client keeps; it holds a secret. */
struct dtls13_saved {
	const struct dtls13_suite *suite;
	uint64_t came_at; /* by clock_ms() */
	uint32_t age_add;
	struct wire_reader psk, ticket;
	struct wire_reader certificate; /* the message */
};

void dtls13_saved_write(const struct dtls13_saved *saved,
			struct wire_writer *writer);
int dtls13_saved_read(const void *data, size_t len,
		      struct dtls13_saved *saved);

#endif /* TSECD_DTLS13_TICKET_H */
