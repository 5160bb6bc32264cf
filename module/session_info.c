// SPDX-License-Identifier: GPL-2.0
/*
 * What is seen of a session by those who only look: its addresses, how far
 * its directions have come, and what TSEC_INFO returns.
 */
#include "dgram.h"
#include "session.h"

static void address_get(struct socket *inner, union tsec_address *address,
			int peer)
{
	struct sockaddr_storage storage;
	int len;

	len = inner->ops->getname(inner, (struct sockaddr *)&storage, peer);
	if (len > 0 && len <= sizeof(*address))
		memcpy(address, &storage, len);
}

/**
 * tsec_session_addresses() - note the addresses of both ends
 * @session: the session; its transport is connected
 *
 * They are kept, so that a look at the session never touches its transport.
 */
void tsec_session_addresses(struct tsec_session *session)
{
	address_get(session->inner, &session->local, 0);
	address_get(session->inner, &session->remote, 1);
}

/**
 * tsec_session_address() - the address of an end
 * @session: the session
 * @peer: the peer's, not the own
 * @address: set to what it is now: of datagrams it may change
 *
 * Context: Any.
 */
void tsec_session_address(const struct tsec_session *session, bool peer,
			  union tsec_address *address)
{
	const struct tsec_dgram *dgram = READ_ONCE(session->dgram);
	unsigned int seq = 0;

	do {
		if (dgram)
			seq = read_seqbegin(&dgram->path.lock);
		*address = peer ? session->remote : session->local;
	} while (dgram && read_seqretry(&dgram->path.lock, seq));
}

/**
 * tsec_half_next() - how far a direction has come
 * @half: the direction
 *
 * Context: Any.
 * Return: the next sequence number; of datagrams received: the first number
 * and as many as have come.
 */
u64 tsec_half_next(const struct tsec_half *half)
{
	const struct tsec_dgram_key *slot;
	u64 next;

	rcu_read_lock();
	slot = rcu_dereference(half->slot);
	next = slot ? atomic64_read(&slot->next) : READ_ONCE(half->next);
	rcu_read_unlock();
	return next;
}

/**
 * tsec_half_key() - the key of a direction, for those who only look
 * @half: the direction
 *
 * Context: under RCU, as long as the result is used.
 * Return: the key; there may be no more of it than what can be shown.
 */
const struct tsec_key *tsec_half_key(const struct tsec_half *half)
{
	const struct tsec_dgram_key *slot = rcu_dereference(half->slot);

	return slot ? &slot->about : &half->key;
}

/**
 * tsec_half_bytes() - how much the key of a direction has protected
 * @half: the direction
 *
 * Context: Any.
 * Return: payload bytes since the key came.
 */
u64 tsec_half_bytes(const struct tsec_half *half)
{
	const struct tsec_dgram_key *slot;
	u64 before;

	rcu_read_lock();
	slot = rcu_dereference(half->slot);
	before = slot ? slot->watch.bytes_before : half->watch.bytes_before;
	rcu_read_unlock();
	return atomic64_read(&half->bytes) - before;
}

static void info_half(const struct tsec_half *half, struct tsec_info_dir *dir)
{
	const struct tsec_key *key;

	rcu_read_lock();
	key = tsec_half_key(half);
	dir->records = tsec_half_next(half) - key->seq;
	dir->bytes = atomic64_read(&half->bytes);
	dir->epoch = key->epoch;
	rcu_read_unlock();
}

/**
 * tsec_session_info() - fill in what TSEC_INFO returns
 * @session: the session
 * @info: filled in whole
 */
void tsec_session_info(struct tsec_session *session, struct tsec_info *info)
{
	memset(info, 0, sizeof(*info));
	info->id = session->id;
	info->protocol = session->protocol;
	info->role = session->role;
	info->state = tsec_session_state(session);
	info->version = session->version;
	info->cipher = session->cipher;
	info->handshake_us = session->handshake_us;
	if (test_bit(TSEC_SESSION_RESUMED, &session->flags))
		info->flags |= TSEC_INFO_RESUMED;
	if (test_bit(TSEC_SESSION_MANUAL, &session->flags))
		info->flags |= TSEC_INFO_MANUAL;
	if (test_bit(TSEC_SESSION_PEER_CLOSED, &session->flags))
		info->flags |= TSEC_INFO_PEER_CLOSED;
	if (session->tx.key.secret_len)
		info->flags |= TSEC_INFO_RENEWABLE;
	info_half(&session->tx, &info->tx);
	info_half(&session->rx, &info->rx);
}
