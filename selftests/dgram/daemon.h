/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon, played by hand: it claims a handshake, and ends it with the keys
 * of a peer.
 */
#ifndef TSEC_SELFTEST_DAEMON_H
#define TSEC_SELFTEST_DAEMON_H

#include "peer.h"

/* A claimed handshake. */
struct shake {
	struct tsec_nl *nl;
	int channel;
	uint32_t session;
	uint8_t protocol;
	uint8_t cid[TSEC_CID_MAX];	/* to ask the peer for */
	uint8_t cid_len;
	bool rrc;			/* no, unless a test says so */
	struct tsec_blob farewell;	/* none, unless a test sets it */
};

/* A socket for a peer, with keys of its own that nobody else has yet. */
void peer_alone(struct peer *peer, const struct kind *kind);
/* Where nobody has keys, an address is all that the two know of each other. */
void peer_meet(struct peer *peer, int sock);

/* The one handshake that waits, of that role. */
void shake_claim(struct shake *shake, struct tsec_nl *nl, int role);
/* No handshake waits. */
void shake_none(struct tsec_nl *nl);
/* What the kernel says to the keys of the peer. */
int shake_try_finish(struct shake *shake, const struct peer *peer);
/* Its session is open, with the peer's keys. */
void shake_finish(struct shake *shake, const struct peer *peer);

#endif /* TSEC_SELFTEST_DAEMON_H */
