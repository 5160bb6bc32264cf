/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bound UDP socket that many sessions share.
 */
#ifndef TSEC_ENDPOINT_H
#define TSEC_ENDPOINT_H

#include <linux/rhashtable-types.h>
#include <linux/types.h>

#include "packet.h"
#include "udp_peer.h"

struct tsec_dgram;
struct tsec_endpoint;

/**
 * struct tsec_endpoint_peer - what a session is known by where it comes in
 * @endpoint: the socket that brings its datagrams, with a reference; NULL
 *	for a session that has a socket to itself
 * @node: in the endpoint's table
 * @ends: the key in there
 * @proof: what its client has proven its address with
 */
struct tsec_endpoint_peer {
	struct tsec_endpoint *endpoint;
	struct rhash_head node;
	struct tsec_udp_ends ends;
	u8 proof[TSEC_GREETING_PROOF_LEN];
};

void tsec_endpoint_leave(struct tsec_dgram *dgram);
void tsec_endpoint_put(struct tsec_endpoint *endpoint);

#endif /* TSEC_ENDPOINT_H */
