/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A flight: messages that are sent together, in fragments, and again until
 * the peer has acknowledged each of those or answered (RFC 9147 sections 5.8
 * and 7).
 */
#ifndef TSECD_DTLS13_FLIGHT_H
#define TSECD_DTLS13_FLIGHT_H

#include "dtls13_record.h"

enum flight_limits {
	DTLS13_DATAGRAM = 1200, /* gets through IPv6 everywhere, and tunnels */
	DTLS13_RESEND_MS = 1000, /* RFC 9147 section 5.8.2, doubled each time */
	DTLS13_RESEND_MAX_MS = 60000,
	DTLS13_AGAIN_MS = 200, /* not more often when a peer asks for it */
	FLIGHT_FRAGMENTS = 128,
	FLIGHT_TIMES = 8, /* sendings of a fragment that can be acknowledged */
	ACK_NUMBERS = 32, /* records that one ACK tells of */
};

/* How and where records go out; both directions' keys belong to the owner. */
struct dtls13_sender {
	int fd;
	uint64_t plain_seq; /* the next number of epoch 0 */
	struct dtls13_keys keys; /* of epoch 2, once there are */
	int err; /* what the socket said; 0: nothing */
};

struct dtls13_number {
	uint64_t epoch, seq;
};

/* Numbers of records that came and are to be acknowledged. */
struct dtls13_acks {
	struct dtls13_number number[ACK_NUMBERS];
	unsigned int n;
};

struct dtls13_flight {
	struct flight_fragment {
		uint16_t epoch;
		bool acked;
		uint8_t *data; /* with its header */
		size_t len;
		struct dtls13_number sent[FLIGHT_TIMES];
		unsigned int n_sent;
	} fragment[FLIGHT_FRAGMENTS];
	unsigned int n;
	uint16_t next; /* number of the next message of all flights */
	uint64_t sent_at; /* when it was sent last, by clock_ms() */
	unsigned int wait; /* ms from then on */
};

/* Appends a message; 0, or -1 without memory or if it is too long. */
int dtls13_flight_add(struct dtls13_flight *flight, uint16_t epoch,
		      uint8_t type, const void *body, size_t len);

/* Sends what has not been acknowledged; the first time, all of it. */
void dtls13_flight_send(struct dtls13_flight *flight,
			struct dtls13_sender *sender);

/* The peer has got these; true if any of it was not known yet. */
bool dtls13_flight_acked(struct dtls13_flight *flight, const void *ack,
			 size_t len);

/* Nothing (more) waits for the peer. */
bool dtls13_flight_is_done(const struct dtls13_flight *flight);

/* The peer has answered, or a new flight begins: numbers go on. */
void dtls13_flight_clear(struct dtls13_flight *flight);

/* In how many ms to send again, 0: now; and waits longer from then on. */
unsigned int dtls13_flight_due(const struct dtls13_flight *flight);
void dtls13_flight_back_off(struct dtls13_flight *flight);

/* One record in a datagram of its own, under the newest keys there are. */
void dtls13_send_record(struct dtls13_sender *sender, uint8_t type,
			const void *data, size_t len);

/* Notes a record that came, and tells the peer of all that were noted. */
void dtls13_acks_note(struct dtls13_acks *acks,
		      const struct dtls13_record *record);
void dtls13_acks_send(const struct dtls13_acks *acks,
		      struct dtls13_sender *sender);

#endif /* TSECD_DTLS13_FLIGHT_H */
