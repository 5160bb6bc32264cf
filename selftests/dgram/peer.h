/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A peer of another make: a plain UDP socket and the same keys, so that it can
 * send any record at all, good or bad, and sees each datagram that comes.
 */
#ifndef TSEC_SELFTEST_PEER_H
#define TSEC_SELFTEST_PEER_H

#include "pair.h"

enum {
	TYPE_CCS	= 20,
	TYPE_ALERT	= 21,
	TYPE_HANDSHAKE	= 22,
	TYPE_DATA	= 23,
	TYPE_CID	= 25,
};

enum {
	PEER_HEADER	= 13,
	PEER_OVERHEAD	= PEER_HEADER + TSEC_CID_MAX + 8 + 1 + 16,
	PEER_ROOM	= 65536,
};

struct peer {
	int fd;				/* the UDP socket */
	int sock;			/* the tsec socket it talks to */
	struct kind kind;
	struct key tx;
	struct key rx;
	uint16_t epoch;			/* of what it seals */
	uint16_t rx_epoch;		/* of what it opens */
	/* The last record that came. */
	int type;
	uint64_t seq;
	size_t len;
	uint8_t data[PEER_ROOM];
};

/* A tsec socket with the link's keys, and a peer for it. */
void peer_make(struct peer *peer, struct link *link);
/* Both its epochs are the first ones. */
void peer_begin(struct peer *peer);
void peer_close(struct peer *peer);

/* The connection ID that is in each record under a key. */
void cid_set(struct key *key, const char *cid);

/* Make a record in out (room for len + PEER_OVERHEAD); its length. */
size_t peer_seal(struct peer *peer, uint8_t *out, int type, const void *data,
		 size_t len);
/* A datagram as it is. */
void peer_write(struct peer *peer, const void *data, size_t len);
/* ... which is dropped, for this reason, and nothing else changes. */
void peer_expect_dropped(struct peer *peer, const void *data, size_t len,
			 const char *counter);
/* A datagram with one record. */
void peer_send(struct peer *peer, int type, const void *data, size_t len);
/* Wait for a datagram that holds one record, and open it. */
void peer_recv(struct peer *peer);
/* The next one holds this data, under this number. */
void peer_expect(struct peer *peer, const void *data, size_t len,
		 uint64_t seq);

#endif /* TSEC_SELFTEST_PEER_H */
