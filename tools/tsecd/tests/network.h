/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two ends of the DTLS 1.2 engine, and a network of the test's own that loses,
 * repeats and reorders datagrams as it is told.  As the kernel does, it has
 * the client prove its address before the server hears of it.
 */
#ifndef TSECD_TESTS_NETWORK_H
#define TSECD_TESTS_NETWORK_H

#include <sys/types.h>

#include "peer.h"

#define DATAGRAM_MAX 2048

enum { CLIENT, SERVER };

struct network {
	struct peer client, server;
	int fd[2]; /* the test's ends: towards the client, the server */
	unsigned int seed; /* 0: a good network */
	bool proven; /* the client has sent its cookie back */
	bool packs; /* what is under way at a time becomes one datagram */
	struct {
		uint8_t data[DATAGRAM_MAX];
		ssize_t len; /* 0: none */
	} late[2]; /* held back, to be overtaken */
	/* Sees each datagram, and may change it, if there is one. */
	void (*watch)(struct network *net, int from, uint8_t *data, size_t len);
	void *watcher; /* the test's own */
};

/* What all networks share: certificates, the secret of the cookies. */
void network_setup(void);
void network_cleanup(void);

/* Two ends that have not begun yet. */
void network_begin(struct network *net);
void network_end(struct network *net);

/* Carries what one end has sent; how many datagrams that was. */
unsigned int network_carry(struct network *net, int from);

/* All that is under way from one end is lost; how many datagrams that was. */
unsigned int network_lose(struct network *net, int from);

/* The server goes on, once it has heard of the client. */
bool network_server_step(struct network *net);

/* One step of each end; true once both are over. */
bool network_turn(struct network *net);

/* So many of them that no good network needs more. */
void network_run(struct network *net);

/* Both are over, and have the same keys. */
bool network_is_good(const struct network *net);

/* Are they the same bytes, and at least one? */
bool blob_is(const struct tsec_blob *a, const struct tsec_blob *b);

/* Hands an end what has come for it after its handshake was over. */
unsigned int network_give_late(struct peer *peer, bool *more);

void wait_for_timer(struct peer *peer);

/*
 * Many ends at once, over networks that lose 30 %, repeat and reorder; how
 * many come through.  @ready: called of each before it begins, or NULL.
 */
unsigned int network_bad_run(struct network *nets, unsigned int n,
			     void (*ready)(struct network *net));

#endif /* TSECD_TESTS_NETWORK_H */
