/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session whose records name it by a connection ID, and its peer, by hand,
 * which has several addresses and changes between them (RFC 9146, RFC 9853).
 *
 * All functions fail the test (ASSERT) instead of returning an error.
 */
#ifndef TSEC_SELFTEST_MOBILITY_H
#define TSEC_SELFTEST_MOBILITY_H

#include "hello.h"

enum {
	TYPE_RRC	= 27,
	CHALLENGE	= 0,
	RESPONSE	= 1,
	DROP		= 2,
	COOKIE		= 8,
	RRC_LEN		= 1 + COOKIE,
	FDS		= 3,		/* addresses of the peer */
};

/*
 * Sessions that connect() has made, and those of a listening socket, whose
 * program accepts them, or has one socket for all peers.
 */
enum end { CONNECTED, ACCEPTED, UNCONNECTED };

/* The data of MOBILITY_FIXTURE. */
struct mobility_data {
	struct link link;
	struct tsec_nl *nl;
	struct peer peer;
	enum end end;
	int fds[FDS];			/* the peer's */
	union tsec_addr at[FDS];	/* their addresses */
	int listener;
	int sock;			/* the session's */
	uint64_t moved;			/* PeersMoved before the test */
};

struct mobility_variant {
	struct kind kind;
	enum end end;
};

#define MOBILITY_ADD(v, ver, ciph, fam, e) \
	FIXTURE_VARIANT_ADD(mobility, v) = { \
		.kind = { TSEC_VERSION_DTLS_##ver, TSEC_CIPHER_##ciph, fam }, \
		.end = e, \
	}

/* Each end of both versions, the ciphers and the families in turn. */
#define MOBILITY_KINDS_ADD \
	MOBILITY_ADD(connected_v4, 1_2, AES_128_GCM, AF_INET, CONNECTED); \
	MOBILITY_ADD(connected_v6, 1_2, CHACHA20_POLY1305, AF_INET6, \
		     CONNECTED); \
	MOBILITY_ADD(accepted_v4, 1_2, CHACHA20_POLY1305, AF_INET, ACCEPTED); \
	MOBILITY_ADD(accepted_v6, 1_2, AES_256_GCM, AF_INET6, ACCEPTED); \
	MOBILITY_ADD(unconnected_v4, 1_2, AES_128_GCM, AF_INET, UNCONNECTED); \
	MOBILITY_ADD(unconnected_v6, 1_2, AES_128_GCM, AF_INET6, UNCONNECTED); \
	MOBILITY_ADD(dtls13_connected_v6, 1_3, AES_256_GCM, AF_INET6, \
		     CONNECTED); \
	MOBILITY_ADD(dtls13_accepted_v4, 1_3, AES_128_GCM, AF_INET, ACCEPTED); \
	MOBILITY_ADD(dtls13_unconnected_v6, 1_3, CHACHA20_POLY1305, AF_INET6, \
		     UNCONNECTED)

/* A session, and its peer at the first of its addresses. */
void mobility_make(struct mobility_data *self, const struct kind *kind,
		   enum end end);
void mobility_end(struct mobility_data *self);

/* What a file needs for its TEST_F(mobility, ...). */
#define MOBILITY_FIXTURE \
	FIXTURE_SETUP(mobility) \
	{ \
		mobility_make(self, &variant->kind, variant->end); \
	} \
	FIXTURE_TEARDOWN(mobility) \
	{ \
		mobility_end(self); \
	} \
	FIXTURE(mobility); \
	MOBILITY_KINDS_ADD

/* A client whose keys, and the ID in what it sends, come from the daemon. */
void client_begin_named(struct mobility_data *self, struct peer *peer,
			const char *cid, bool rrc);

/* The peer is at its nth address. */
void peer_goes(struct mobility_data *self, int n);
void peer_says(struct mobility_data *self, const char *text);
/* The session has that from its peer. */
void expect_said(struct mobility_data *self, const char *text);
/* The session sends to where it thinks that the peer is: there. */
void expect_told(struct mobility_data *self, int n);
/* ... and tells everywhere that the peer is there. */
void expect_at(struct mobility_data *self, int n);
void expect_quiet(int fd);

/* The peer gets a challenge at its nth address. */
void expect_challenge(struct mobility_data *self, int n, uint8_t *cookie);
/* The peer sends a message of a check from there. */
void rrc_send(struct mobility_data *self, int n, uint8_t type,
	      const uint8_t *cookie);

#endif /* TSEC_SELFTEST_MOBILITY_H */
