/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two ends of the DTLS engine, and a network of the test's own that loses,
 * repeats, reorders and spoils datagrams as it is told.  As the kernel does,
 * it has the client prove its address before the server hears of it.
 *
 * Here is what both versions of DTLS share, and 1.2; network13.h has 1.3.
 */
#ifndef TSECD_TESTS_NETWORK_H
#define TSECD_TESTS_NETWORK_H

#include <sys/types.h>

#include "peer.h"

#define DATAGRAM_MAX 2048

enum { CLIENT, SERVER };

struct network_version;

struct network {
	union {
		struct {
			struct peer client, server;
		};
		struct peer peer[2];
	};
	int fd[2]; /* the test's ends: towards the client, the server */
	const struct network_version *version;
	unsigned int seed; /* 0: a good network */
	int lost, repeated, late, spoilt; /* per cent, if it is not good */
	bool proven; /* the client has sent its cookie back */
	bool packs; /* what is under way at a time becomes one datagram */
	struct {
		uint8_t data[DATAGRAM_MAX];
		ssize_t len; /* 0: none */
	} held[2]; /* back, to be overtaken */
	/* Sees each datagram, and may change it, if there is one. */
	void (*watch)(struct network *net, int from, uint8_t *data, size_t len);
	void *watcher; /* the test's own */

	/* With DTLS 1.3: */
	bool trusting; /* no client has to prove its address */
	uint16_t retry_group; /* that the HelloRetryRequest names */
	unsigned int tickets; /* given */
	bool no_tickets; /* get to the client */
};

/* What the kernel does in this version, and what comes of a handshake. */
struct network_version {
	unsigned int turns; /* no good network needs more */
	/* May the server see this of a client?  If not, it is answered. */
	bool (*prove)(struct network *net, uint8_t *data, size_t len);
	/* What the server would have the client keep for the next time. */
	void (*ticket)(struct network *net, const uint8_t *data, size_t len);
	/* Are those that one end sends with those that the other awaits? */
	bool (*keys_fit)(const struct peer *from, const struct peer *to);
};

/* What all networks share: certificates, the secret of the cookies. */
void network_setup(void);
void network_cleanup(void);

/* Two ends that have not begun yet. */
void network_begin(struct network *net);
void network_begin_version(struct network *net,
			   const struct network_version *version);
void network_end(struct network *net);

/* The server demands a certificate of the client, which may have one. */
void network_ask_client(struct network *net, bool has_one);

/* Carries what one end has sent; how many datagrams that was. */
unsigned int network_carry(struct network *net, int from);

/* All that is under way from one end is lost; how many datagrams that was. */
unsigned int network_lose(struct network *net, int from);

/* An end goes on, the server once it has heard of the client; true: over. */
bool network_client_step(struct network *net);
bool network_server_step(struct network *net);

/* One step of each end; true once both are over. */
bool network_turn(struct network *net);

/* So many of them that no good network needs more. */
void network_run(struct network *net);

/* Both are over, and neither has failed. */
bool network_is_over(const struct network *net);

/* ... and have the same keys; says why not. */
bool network_is_good(const struct network *net);

/* Each knows what it should of the other. */
bool network_names_known(const struct network *net);

/* How it has ended, as a comment among the results. */
void network_explain(const struct network *net);

/* Are they the same bytes, and at least one? */
bool blob_is(const struct tsec_blob *a, const struct tsec_blob *b);

/* Has an end got that connection ID in that direction?  @cid: NULL for none. */
bool peer_has_cid(const struct peer *peer, int direction,
		  const struct tsec_blob *cid);

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
