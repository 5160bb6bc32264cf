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
struct tsec_session;

/**
 * struct tsec_endpoint_peer - what a session is known by where it comes in
 * @endpoint: the socket that brings its datagrams, with a reference; NULL
 *	for a session that has a socket to itself
 * @node: in the endpoint's table
 * @by_remote: in the endpoint's table of those that share its socket
 * @ends: the key in the one, and a part of it the key in the other
 * @proof: what its client has proven its address with
 */
struct tsec_endpoint_peer {
	struct tsec_endpoint *endpoint;
	struct rhash_head node;
	struct rhlist_head by_remote;
	struct tsec_udp_ends ends;
	u8 proof[TSEC_GREETING_PROOF_LEN];
};

struct tsec_endpoint *tsec_endpoint_get(struct tsec_endpoint *endpoint);
struct socket *tsec_endpoint_socket(const struct tsec_endpoint *endpoint);
struct tsec_session *tsec_endpoint_find(struct tsec_endpoint *endpoint,
					const struct tsec_udp_ends *ends);
void tsec_endpoint_leave(struct tsec_dgram *dgram);
void tsec_endpoint_put(struct tsec_endpoint *endpoint);

#endif /* TSEC_ENDPOINT_H */
