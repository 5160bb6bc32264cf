/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client by hand: it proves its address, and gets its keys by a daemon that
 * is played as well.
 */
#ifndef TSEC_SELFTEST_HELLO_H
#define TSEC_SELFTEST_HELLO_H

#include "daemon.h"

enum {
	HELLO_ROOM	= 128,
	COOKIE_LEN	= 16,
};

/* A client of whoever has that address. */
void peer_toward(struct peer *peer, const struct kind *kind,
		 const union tsec_addr *addr);

/* A ClientHello (RFC 6347 section 4.2.1); its length. */
size_t hello_make(uint8_t *out, uint8_t attempt, const uint8_t *cookie);
void hello_send(struct peer *peer, uint8_t attempt, const uint8_t *cookie);
/* The answer to a hello: asks for this cookie. */
void verify_recv(struct peer *peer, uint8_t *cookie);
/* Both hellos, as a client sends them. */
void prove(struct peer *peer, uint8_t attempt);
/* Up to the end of the handshake. */
void client_begin(struct tsec_nl *nl, struct peer *peer, struct shake *shake);

/* So many sessions; one that has ended may be held for a moment still. */
void expect_sessions(uint64_t n);

#endif /* TSEC_SELFTEST_HELLO_H */
