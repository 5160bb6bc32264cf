/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One socket for all peers, and the peers by hand.
 */
#ifndef TSEC_SELFTEST_UNCONNECTED_H
#define TSEC_SELFTEST_UNCONNECTED_H

#include "hello.h"

enum {
	PEERS	= 8,
	LINGER	= 2000,		/* ms in which a peer that closed is answered */
};

/* The data of fixtures of that name: FIXTURE(unconnected); */
struct unconnected_data {
	struct tsec_nl *nl;
	int server;
	union tsec_addr addr;		/* the server's */
	struct peer peers[PEERS];
	union tsec_addr from[PEERS];	/* theirs */
	int count;
};

/* A socket that is bound and does not wait, and a daemon. */
void unconnected_make(struct unconnected_data *self, sa_family_t family);
void unconnected_end(struct unconnected_data *self);

/* As a server does that waits for its first datagram. */
void wait_first(int fd);
/* So many more peers, each with a session. */
void peers_begin(struct unconnected_data *self, const struct kind *kind,
		 int n);
bool addr_same(const union tsec_addr *a, const union tsec_addr *b);
/* The next datagram is this one, of that peer. */
void expect_from(int fd, const void *data, size_t len,
		 const union tsec_addr *from);
ssize_t send_to(int fd, const void *data, size_t len,
		const union tsec_addr *to);
/* What is there comes back to whom it came from. */
void echo(int fd);
void peer_hears(struct peer *peer, const void *data, size_t len);

#endif /* TSEC_SELFTEST_UNCONNECTED_H */
