// SPDX-License-Identifier: GPL-2.0
/*
 * Which session is meant: by both addresses, as datagrams come; by the peer's
 * alone, as programs send; by what the peer's records bear.
 *
 * Look-ups are under RCU.  A key that changes is in no table meanwhile.
 */
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <net/ipv6.h>

#include "dgram.h"
#include "endpoint.h"
#include "packet.h"
#include "session.h"

enum tables_limits {
	CHOICES_MAX	= 16,	/* identifiers tried until one is free */
};

static const struct rhashtable_params sessions_params = {
	.key_len	= sizeof(struct tsec_udp_ends),
	.key_offset	= offsetof(struct tsec_dgram, peer.ends),
	.head_offset	= offsetof(struct tsec_dgram, peer.node),
	.automatic_shrinking = true,
};

/* A program names the peer, and seldom its own address. */
enum { AT_REMOTE = offsetof(struct tsec_udp_ends, remote) };

static const struct rhashtable_params remotes_params = {
	.key_len	= sizeof(struct tsec_udp_ends) - AT_REMOTE,
	.key_offset	= offsetof(struct tsec_dgram, peer.ends.remote),
	.head_offset	= offsetof(struct tsec_dgram, peer.by_remote),
	.automatic_shrinking = true,
};

/* Keys of one session may have one identifier. */
static const struct rhashtable_params names_params = {
	.key_len	= sizeof(struct tsec_endpoint_id),
	.key_offset	= offsetof(struct tsec_endpoint_name, id),
	.head_offset	= offsetof(struct tsec_endpoint_name, node),
	.automatic_shrinking = true,
};

/**
 * tsec_endpoint_tables_init() - prepare the tables
 * @endpoint: the endpoint
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int tsec_endpoint_tables_init(struct tsec_endpoint *endpoint)
{
	spin_lock_init(&endpoint->lock);
	if (rhashtable_init(&endpoint->sessions, &sessions_params))
		return -ENOMEM;
	if (rhltable_init(&endpoint->remotes, &remotes_params))
		goto destroy_sessions;
	if (rhltable_init(&endpoint->names, &names_params))
		goto destroy_remotes;
	return 0;

destroy_remotes:
	rhltable_destroy(&endpoint->remotes);
destroy_sessions:
	rhashtable_destroy(&endpoint->sessions);
	return -ENOMEM;
}

/**
 * tsec_endpoint_tables_destroy() - undo tsec_endpoint_tables_init()
 * @endpoint: the endpoint, without sessions
 *
 * Context: process context.
 */
void tsec_endpoint_tables_destroy(struct tsec_endpoint *endpoint)
{
	rhltable_destroy(&endpoint->names);
	rhltable_destroy(&endpoint->remotes);
	rhashtable_destroy(&endpoint->sessions);
}

static bool is_any(const struct in6_addr *addr)
{
	return ipv6_addr_any(addr) ||
	       (ipv6_addr_v4mapped(addr) && !addr->s6_addr32[3]);
}

/**
 * tsec_endpoint_at() - the session with a peer at an address
 * @endpoint: the endpoint
 * @ends: the peer, and where it has sent to
 *
 * Context: under RCU.
 * Return: the session, or NULL.
 */
struct tsec_dgram *tsec_endpoint_at(struct tsec_endpoint *endpoint,
				    const struct tsec_udp_ends *ends)
{
	return rhashtable_lookup(&endpoint->sessions, ends, sessions_params);
}

static struct tsec_dgram *named(struct tsec_endpoint *endpoint,
				const struct tsec_endpoint_id *id)
{
	struct rhlist_head *first;

	first = rhltable_lookup(&endpoint->names, id, names_params);
	return first ? container_of(first, struct tsec_endpoint_name,
				    node)->dgram : NULL;
}

/**
 * tsec_endpoint_named() - the session that a datagram's first record names
 * @endpoint: the endpoint
 * @skb: the datagram, wherever it comes from
 *
 * Context: under RCU.
 * Return: the session, or NULL.
 */
struct tsec_dgram *tsec_endpoint_named(struct tsec_endpoint *endpoint,
				       const struct sk_buff *skb)
{
	unsigned long lens = READ_ONCE(endpoint->id_lens);
	struct tsec_packet_header header;
	struct tsec_dgram *dgram;
	unsigned int len;

	for_each_set_bit(len, &lens, TSEC_PACKET_CID_MAX + 1) {
		struct tsec_endpoint_id id = { .len = len };

		if (!tsec_record_peek(endpoint->record, skb->data, skb->len,
				      len, &header) || header.cid_len != len)
			continue;
		memcpy(id.bytes, header.cid, len);
		dgram = named(endpoint, &id);
		if (dgram)
			return dgram;
	}
	return NULL;
}

/* Whoever moves while lists are walked leads from one list into another. */
static bool is_meant(const struct tsec_dgram *dgram,
		     const struct tsec_udp_ends *ends)
{
	const struct tsec_udp_ends *has = &dgram->peer.ends;

	return !memcmp(&has->remote, &ends->remote, remotes_params.key_len) &&
	       (is_any(&ends->local) ||
		ipv6_addr_equal(&ends->local, &has->local));
}

/**
 * tsec_endpoint_find() - the session of a peer
 * @endpoint: the endpoint, whose socket its sessions share
 * @ends: the peer, and the address of this end, if the program cares
 *
 * Context: process context.
 * Return: the session with a reference, or NULL.
 */
struct tsec_session *tsec_endpoint_find(struct tsec_endpoint *endpoint,
					const struct tsec_udp_ends *ends)
{
	struct tsec_session *session = NULL;
	struct rhlist_head *list, *at;
	struct tsec_dgram *dgram;

	rcu_read_lock();
	list = rhltable_lookup(&endpoint->remotes, &ends->remote,
			       remotes_params);
	rhl_for_each_entry_rcu(dgram, at, list, peer.by_remote) {
		if (is_meant(dgram, ends) &&
		    tsec_session_open(dgram->session) &&
		    refcount_inc_not_zero(&dgram->session->refs)) {
			session = dgram->session;
			break;
		}
	}
	rcu_read_unlock();
	return session;
}

/**
 * tsec_endpoint_join() - bring a session its datagrams
 * @dgram: the session, new, with its endpoint and its ends
 *
 * Context: process context.
 * Return: 0, -EEXIST if another session is there, or -ENOMEM.
 */
int tsec_endpoint_join(struct tsec_dgram *dgram)
{
	return rhashtable_lookup_insert_fast(&dgram->peer.endpoint->sessions,
					     &dgram->peer.node,
					     sessions_params);
}

/* Under the endpoint's lock. */
static bool remote_insert(struct tsec_dgram *dgram)
{
	struct tsec_endpoint_peer *peer = &dgram->peer;

	peer->shared = !rhltable_insert(&peer->endpoint->remotes,
					&peer->by_remote, remotes_params);
	return peer->shared;
}

static void remote_remove(struct tsec_dgram *dgram)
{
	struct tsec_endpoint_peer *peer = &dgram->peer;

	if (peer->shared)
		rhltable_remove(&peer->endpoint->remotes, &peer->by_remote,
				remotes_params);
	peer->shared = false;
}

/**
 * tsec_endpoint_share() - find a session by its peer's address
 * @dgram: the session, which shares the socket of its endpoint
 *
 * Context: bottom halves off.
 * Return: false if it has left, or without memory.
 */
bool tsec_endpoint_share(struct tsec_dgram *dgram)
{
	struct tsec_endpoint *endpoint = dgram->peer.endpoint;
	bool shared;

	spin_lock(&endpoint->lock);
	shared = !dgram->peer.left && remote_insert(dgram);
	spin_unlock(&endpoint->lock);
	return shared;
}

/* All of these under the endpoint's lock. */
static void ends_remove(struct tsec_dgram *dgram)
{
	rhashtable_remove_fast(&dgram->peer.endpoint->sessions,
			       &dgram->peer.node, sessions_params);
	remote_remove(dgram);
}

static void ends_insert(struct tsec_dgram *dgram, bool shared)
{
	struct tsec_endpoint *endpoint = dgram->peer.endpoint;
	struct tsec_dgram *other;

	/* Who was at this address before is there no longer. */
	rcu_read_lock();
	other = tsec_endpoint_at(endpoint, &dgram->peer.ends);
	if (other)
		ends_remove(other);
	rcu_read_unlock();
	rhashtable_insert_fast(&endpoint->sessions, &dgram->peer.node,
			       sessions_params);
	if (shared)
		remote_insert(dgram);
}

static void name_remove(struct tsec_endpoint *endpoint,
			struct tsec_endpoint_name *name)
{
	rhltable_remove(&endpoint->names, &name->node, names_params);
	hlist_del_init(&name->more);
}

static int name_insert(struct tsec_dgram *dgram,
		       struct tsec_endpoint_name *name, const char **why)
{
	struct tsec_endpoint *endpoint = dgram->peer.endpoint;
	struct tsec_dgram *other;
	int err;

	rcu_read_lock();
	other = named(endpoint, &name->id);
	rcu_read_unlock();
	*why = "another session has this identifier";
	if (other && other != dgram)
		return -EADDRINUSE;
	*why = "no memory for the identifier";
	err = rhltable_insert(&endpoint->names, &name->node, names_params);
	if (err)
		return err;
	hlist_add_head(&name->more, &dgram->peer.names);
	set_bit(name->id.len, &endpoint->id_lens);
	return 0;
}

/**
 * tsec_endpoint_name() - find a session by what its peer's records bear
 * @dgram: the session; nobody has to find it if it shares no endpoint
 * @name: that of a receiving key, or the one chosen; in no table
 * @bytes: the identifier, which this end has chosen
 * @len: bytes of it, 0 for none
 * @why: set to the reason of a failure
 *
 * Context: process context.
 * Return: 0, -EADDRINUSE if another session has it, or -ENOMEM.
 */
int tsec_endpoint_name(struct tsec_dgram *dgram,
		       struct tsec_endpoint_name *name, const u8 *bytes, u8 len,
		       const char **why)
{
	struct tsec_endpoint *endpoint = dgram->peer.endpoint;
	int err = 0;

	if (!len)
		return 0;
	name->dgram = dgram;
	name->id.len = len;
	memcpy(name->id.bytes, bytes, len);
	if (!endpoint || !endpoint->record->packet->mobility)
		return 0;
	spin_lock_bh(&endpoint->lock);
	if (!dgram->peer.left)
		err = name_insert(dgram, name, why);
	spin_unlock_bh(&endpoint->lock);
	return err;
}

/**
 * tsec_endpoint_choose() - choose what the peer's records are to bear
 * @dgram: a session without keys
 * @len: bytes of the identifier
 *
 * No other session of the endpoint has it, from now to the session's end.
 * Where short ones are all taken, and without memory, the session has none.
 *
 * Context: process context.
 */
void tsec_endpoint_choose(struct tsec_dgram *dgram, u8 len)
{
	struct tsec_endpoint_name *chosen = &dgram->peer.chosen;
	u8 bytes[TSEC_PACKET_CID_MAX];
	int tries = CHOICES_MAX;
	const char *why;

	do {
		get_random_bytes(bytes, len);
		if (!tsec_endpoint_name(dgram, chosen, bytes, len, &why))
			return;
	} while (--tries);
	memset(&chosen->id, 0, sizeof(chosen->id));
}

/**
 * tsec_endpoint_unname() - a key's identifier finds the session no more
 * @dgram: the session
 * @name: the key's; it may have none, or have lost it with the session's end
 *
 * Softirqs may be at work for it up to the end of a grace period.
 *
 * Context: process context.
 */
void tsec_endpoint_unname(struct tsec_dgram *dgram,
			  struct tsec_endpoint_name *name)
{
	struct tsec_endpoint *endpoint = dgram->peer.endpoint;

	if (!endpoint)
		return;
	spin_lock_bh(&endpoint->lock);
	if (!hlist_unhashed(&name->more))
		name_remove(endpoint, name);
	spin_unlock_bh(&endpoint->lock);
}

/**
 * tsec_endpoint_moved() - find a session by its peer's new address
 * @dgram: the session; nothing happens if it shares no endpoint
 * @to: where its peer is now
 *
 * Without memory for that it is found by its identifiers alone.
 *
 * Context: process context.
 */
void tsec_endpoint_moved(struct tsec_dgram *dgram,
			 const struct tsec_udp_ends *to)
{
	struct tsec_endpoint *endpoint = dgram->peer.endpoint;
	bool shared;

	if (!endpoint)
		return;
	spin_lock_bh(&endpoint->lock);
	if (!dgram->peer.left) {
		shared = dgram->peer.shared;
		ends_remove(dgram);
		dgram->peer.ends = *to;
		ends_insert(dgram, shared);
	}
	spin_unlock_bh(&endpoint->lock);
}

/**
 * tsec_endpoint_leave() - bring a session no more datagrams
 * @dgram: the session; nothing happens if it shares no endpoint, or has left
 *
 * Softirqs may be at work for it up to the end of a grace period.
 *
 * Context: process context.
 */
void tsec_endpoint_leave(struct tsec_dgram *dgram)
{
	struct tsec_endpoint *endpoint = dgram->peer.endpoint;
	struct tsec_endpoint_name *name;
	struct hlist_node *next;

	if (!endpoint)
		return;
	spin_lock_bh(&endpoint->lock);
	if (!dgram->peer.left) {
		ends_remove(dgram);
		hlist_for_each_entry_safe(name, next, &dgram->peer.names, more)
			name_remove(endpoint, name);
		dgram->peer.left = true;
	}
	spin_unlock_bh(&endpoint->lock);
}
