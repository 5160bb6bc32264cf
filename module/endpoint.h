/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bound UDP socket that many sessions share.
 */
#ifndef TSEC_ENDPOINT_H
#define TSEC_ENDPOINT_H

#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "packet.h"
#include "pieces.h"
#include "udp_peer.h"

struct tsec_dgram;
struct tsec_endpoint;
struct tsec_record_ops;
struct tsec_session;

/**
 * struct tsec_endpoint_id - an identifier in the records of a session's peer
 * @len: bytes of @bytes, the rest is zero
 * @bytes: a connection ID, or whatever else the protocol's peek() finds there
 */
struct tsec_endpoint_id {
	u8 len;
	u8 bytes[TSEC_PACKET_CID_MAX];
};

/**
 * struct tsec_endpoint_name - a session's entry by one of its receiving keys
 * @node: in the endpoint's table
 * @id: the key in there
 * @dgram: whose it is
 * @more: in the session's list, as long as it is in the table
 */
struct tsec_endpoint_name {
	struct rhlist_head node;
	struct tsec_endpoint_id id;
	struct tsec_dgram *dgram;
	struct hlist_node more;
};

/**
 * struct tsec_endpoint_peer - what a session is known by where it comes in
 * @endpoint: the socket that brings its datagrams, with a reference; NULL
 *	for a session that has a socket to itself
 * @node: in the endpoint's table
 * @by_remote: in the endpoint's table of those that share its socket
 * @ends: the key in the one, and a part of it the key in the other
 * @names: of struct tsec_endpoint_name: the identifiers that it has
 * @chosen: the one that its peer is asked to use, from before there are keys;
 *	without bytes if there is none
 * @shared: it is in the table by its peer
 * @left: it is in none of the tables, and comes into none any more
 * @proof: what its client has proven its address with
 */
struct tsec_endpoint_peer {
	struct tsec_endpoint *endpoint;
	struct rhash_head node;
	struct rhlist_head by_remote;
	struct tsec_udp_ends ends;
	struct hlist_head names;
	struct tsec_endpoint_name chosen;
	bool shared;
	bool left;
	u8 proof[TSEC_GREETING_PROOF_LEN];
};

/**
 * struct tsec_endpoint - a bound UDP socket that many sessions share
 * @refs: its listener, and each of its sessions
 * @number: the daemon tells it from others by that
 * @sock: the socket
 * @isk: its other half, which softirqs may use up to the end
 * @tn: its network namespace
 * @record: the protocol of what comes in
 * @greet: meets the clients, as struct tsec_packet_ops has it
 * @pieces: first messages that are not complete yet
 * @listener: who wants the clients, NULL once it has stopped
 * @lock: taken to change the tables, bottom halves off, inside of the
 *	listener's
 * @sessions: of struct tsec_dgram, by the two ends
 * @remotes: those of them that share the listener's socket, by their peer
 * @names: of struct tsec_endpoint_name, by their identifiers
 * @id_lens: bit n is set once one has had n bytes
 * @hellos: datagrams of clients that have proven their address
 * @secret: what proofs are made with
 * @pubkey: the listener's public key, of protocols that need it
 * @end: frees what is here once no softirq can see it
 */
struct tsec_endpoint {
	refcount_t refs;
	u32 number;
	struct socket *sock;
	struct sock *isk;
	struct tsec_net *tn;
	const struct tsec_record_ops *record;
	enum tsec_greeting_verdict (*greet)(struct tsec_greeting *greeting);
	struct tsec_pieces pieces;
	struct tsec_listener __rcu *listener;
	spinlock_t lock;	/* keys do not change in a table */
	struct rhashtable sessions;
	struct rhltable remotes;
	struct rhltable names;
	unsigned long id_lens;
	struct sk_buff_head hellos;
	u8 secret[TSEC_GREETING_SECRET_LEN];
	u8 pubkey[TSEC_PUBKEY_LEN];
	struct rcu_work end;
};

struct tsec_endpoint *tsec_endpoint_get(struct tsec_endpoint *endpoint);
struct socket *tsec_endpoint_socket(const struct tsec_endpoint *endpoint);
void tsec_endpoint_put(struct tsec_endpoint *endpoint);

int tsec_endpoint_tables_init(struct tsec_endpoint *endpoint);
void tsec_endpoint_tables_destroy(struct tsec_endpoint *endpoint);
struct tsec_dgram *tsec_endpoint_at(struct tsec_endpoint *endpoint,
				    const struct tsec_udp_ends *ends);
struct tsec_dgram *tsec_endpoint_named(struct tsec_endpoint *endpoint,
				       const struct sk_buff *skb);
struct tsec_session *tsec_endpoint_find(struct tsec_endpoint *endpoint,
					const struct tsec_udp_ends *ends);
int tsec_endpoint_join(struct tsec_dgram *dgram);
bool tsec_endpoint_share(struct tsec_dgram *dgram);
int tsec_endpoint_name(struct tsec_dgram *dgram,
		       struct tsec_endpoint_name *name, const u8 *bytes, u8 len,
		       const char **why);
void tsec_endpoint_choose(struct tsec_dgram *dgram, u8 len);
void tsec_endpoint_unname(struct tsec_dgram *dgram,
			  struct tsec_endpoint_name *name);
void tsec_endpoint_moved(struct tsec_dgram *dgram,
			 const struct tsec_udp_ends *to);
void tsec_endpoint_leave(struct tsec_dgram *dgram);

#endif /* TSEC_ENDPOINT_H */
