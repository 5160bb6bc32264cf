// SPDX-License-Identifier: GPL-2.0
/*
 * The keys of a session over datagrams, which come and go while it is open.
 *
 * Datagrams overtake each other, so that the peer's last key goes on opening
 * what it has sealed, and its next one is there before the peer uses it:
 * several keys receive at a time, told apart by their IDs.  Each lies in the
 * same place for all its life, so that whoever looks for it under RCU finds
 * it.  One key sends.
 *
 * Whoever answers in a handshake must not use the new key before the other
 * end has shown that it has it (WireGuard): such a key waits for the first
 * packet under its partner.
 */
#include <linux/err.h>

#include "compat.h"
#include "dgram.h"
#include "net.h"
#include "packet.h"
#include "session.h"

/* The numbers of the protocol end as well. */
static void limit_numbers(struct tsec_key *key,
			  const struct tsec_packet_ops *ops)
{
	struct tsec_limits numbers = { .hard_records = ops->seq_max + 1 };

	tsec_limits_merge(&key->limits, &numbers);
}

/* What records call a key. */
static u32 key_id(const struct tsec_session *session, u32 id)
{
	const struct tsec_packet_ops *ops = session->dgram->ops;

	if (!id)
		id = ops->key_id ?: session->record->key_id;
	return ops->id_mask ? id & ops->id_mask : id;
}

/*
 * The key that the next one has to go on from.  Nobody else replaces it
 * meanwhile: those keys never wait for a packet that confirms them.
 */
static const struct tsec_packet_key *
key_before(const struct tsec_packet_ops *ops, const struct tsec_half *half)
{
	const struct tsec_dgram_key *slot;

	if (!ops->matches)
		return NULL;
	slot = rcu_dereference_protected(half->slot, true);
	return slot ? slot->key : NULL;
}

/* The key's own bytes are wiped, whatever comes of it. */
static struct tsec_dgram_key *slot_make(struct tsec_session *session,
					enum tsec_direction direction,
					struct tsec_key *key, const char **why)
{
	const struct tsec_packet_ops *ops = session->dgram->ops;
	const struct tsec_half *half = tsec_session_half(session, direction);
	struct tsec_packet_params as = {
		.key_id		= key_id(session, key->id),
		.sending	= direction == TSEC_DIR_TX,
		.cid_len	= key->cid_len,
		.after		= key_before(ops, half),
	};
	struct tsec_dgram_key *slot;

	memcpy(as.cid, key->cid, key->cid_len);
	key->seq = max(key->seq, ops->seq_min);
	if (!key->id)
		key->id = ops->key_id;
	limit_numbers(key, ops);
	key->born = ktime_get_boottime_seconds();
	slot = tsec_dgram_key_new(ops, key, &as, atomic64_read(&half->bytes),
				  why);
	tsec_key_forget(key);
	return slot;
}

static struct tsec_dgram_key *rx_slot(const struct tsec_session *session,
				      unsigned int i)
{
	return rcu_dereference_protected(session->dgram->rx_keys[i],
					 lockdep_is_held(&session->rx.lock));
}

/* What the peer's records name the session by, under a key; its length. */
static u8 name_of(const struct tsec_dgram_key *slot, u8 *name)
{
	if (slot->ops->name)
		return slot->ops->name(slot->id, name);
	memcpy(name, slot->about.cid, slot->about.cid_len);
	return slot->about.cid_len;
}

/* Brings a session what comes under a key, wherever that comes in. */
static int rx_join(struct tsec_dgram *dgram, struct tsec_dgram_key *slot,
		   const char **why)
{
	u8 name[TSEC_PACKET_CID_MAX];

	return tsec_encap_join(dgram, &slot->member, slot->id, why) ?:
	       tsec_endpoint_name(dgram, &slot->name, name,
				  name_of(slot, name), why);
}

static void rx_retire(struct tsec_dgram *dgram, struct tsec_dgram_key *slot)
{
	if (!slot)
		return;
	tsec_encap_leave(dgram, &slot->member);
	tsec_endpoint_unname(dgram, &slot->name);
	tsec_dgram_key_retire(slot);
}

/* Has it opened anything? */
static bool is_used(const struct tsec_dgram_key *slot)
{
	return atomic64_read(&slot->next) != slot->about.seq;
}

/*
 * The oldest one gives way, but for the newest, if its peer had to confirm it
 * and did not: handshakes that come to nothing, however many, leave alone the
 * keys that are in use.
 */
static unsigned int rx_place(const struct tsec_session *session)
{
	const struct tsec_dgram *dgram = session->dgram;
	const struct tsec_dgram_key *newest;

	newest = rx_slot(session, dgram->rx_newest);
	if (newest && newest->confirms && !is_used(newest))
		return dgram->rx_newest;
	return (dgram->rx_newest + 1) % TSEC_DGRAM_RX_KEYS;
}

/* One that is refused is retired. */
static int rx_install(struct tsec_session *session,
		      struct tsec_dgram_key *slot, const char **why)
{
	struct tsec_dgram *dgram = session->dgram;
	unsigned int i = rx_place(session);
	struct tsec_dgram_key *old = rx_slot(session, i);
	int err = rx_join(dgram, slot, why);

	if (err) {
		rx_retire(dgram, slot);
		return err;
	}
	dgram->rx_newest = i;
	rcu_assign_pointer(dgram->rx_keys[i], slot);
	rcu_assign_pointer(session->rx.slot, slot);
	rx_retire(dgram, old);
	return 0;
}

/* Under keys_lock. */
static void tx_install(struct tsec_session *session,
		       struct tsec_dgram_key *slot)
{
	struct tsec_dgram_key *old;

	old = rcu_dereference_protected(session->tx.slot, true);
	rcu_assign_pointer(session->tx.slot, slot);
	tsec_dgram_key_retire(old);
}

/* None but the newest receiving key speaks for the sending key that waits. */
static void unconfirm(struct tsec_session *session)
{
	struct tsec_dgram_key *slot;
	unsigned int i;

	for (i = 0; i < TSEC_DGRAM_RX_KEYS; i++) {
		slot = rx_slot(session, i);
		if (slot)
			WRITE_ONCE(slot->confirms, false);
	}
	tsec_dgram_key_retire(session->dgram->tx_waits);
	session->dgram->tx_waits = NULL;
}

static void tx_wait(struct tsec_session *session, struct tsec_dgram_key *slot)
{
	struct tsec_dgram_key *partner;

	partner = rx_slot(session, session->dgram->rx_newest);
	session->dgram->tx_waits = slot;
	WRITE_ONCE(partner->confirms, true);
	/* Pairs with the one of the atomic operation in record_open(). */
	smp_mb();
}

/**
 * tsec_dgram_rekey_confirmed() - the peer has used its new key
 * @session: an open session
 * @slot: the key, which confirms the sending key that waits
 *
 * Context: Any, under RCU or with rx.lock held.
 */
void tsec_dgram_rekey_confirmed(struct tsec_session *session,
				struct tsec_dgram_key *slot)
{
	struct tsec_dgram *dgram = session->dgram;

	spin_lock_bh(&dgram->keys_lock);
	if (slot->confirms && dgram->tx_waits) {
		tx_install(session, dgram->tx_waits);
		dgram->tx_waits = NULL;
		/* Meanwhile the one before it was told of once more. */
		clear_bit(TSEC_SESSION_TX_SOFT_TOLD, &session->flags);
	}
	WRITE_ONCE(slot->confirms, false);
	spin_unlock_bh(&dgram->keys_lock);
}

static void tx_replace(struct tsec_session *session,
		       struct tsec_dgram_key *slot, bool confirm)
{
	struct tsec_dgram *dgram = session->dgram;
	struct tsec_dgram_key *partner = rx_slot(session, dgram->rx_newest);

	spin_lock_bh(&dgram->keys_lock);
	unconfirm(session);
	if (confirm)
		tx_wait(session, slot);
	else
		tx_install(session, slot);
	spin_unlock_bh(&dgram->keys_lock);
	if (confirm && is_used(partner))
		tsec_dgram_rekey_confirmed(session, partner);
}

/* Would records not tell the two apart? */
static bool is_same(const struct tsec_dgram_key *slot, u32 id,
		    const struct tsec_key *key)
{
	return slot->id == id &&
	       (!slot->ops->matches ||
		!memcmp(slot->about.cid, key->cid, key->cid_len));
}

static bool rx_has(const struct tsec_session *session, u32 id,
		   const struct tsec_key *key)
{
	const struct tsec_dgram_key *slot;
	unsigned int i;

	for (i = 0; i < TSEC_DGRAM_RX_KEYS; i++) {
		slot = rx_slot(session, i);
		if (slot && is_same(slot, id, key))
			return true;
	}
	return false;
}

static bool tx_has(const struct tsec_session *session, u32 id,
		   const struct tsec_key *key)
{
	const struct tsec_dgram_key *slot;
	bool has;

	rcu_read_lock();
	slot = rcu_dereference(session->tx.slot);
	has = slot && is_same(slot, id, key);
	rcu_read_unlock();
	return has;
}

/* Packets of one call have one length, and of one session one form. */
static const char *mismatch(const struct tsec_session *session,
			    const struct tsec_half *half,
			    const struct tsec_key *key, bool confirm)
{
	if (session->dgram->ops->matches && !key->cid_len)
		return "without an MKI nothing tells the next key from the first";
	/* See key_before(). */
	if (session->dgram->ops->matches && confirm)
		return "keys of this protocol wait for nobody";
	if (key->version != session->version ||
	    key->cipher != session->cipher)
		return "the session has another version or cipher";
	if (tsec_key_renewable(&half->key))
		return "the session's keys renew themselves";
	if (key->cid_len != half->key.cid_len)
		return session->dgram->ops->matches ?
		       "the session's MKIs have another length" :
		       "the session's connection ID has another length";
	return NULL;
}

static int replaceable(struct tsec_session *session,
		       enum tsec_direction direction,
		       const struct tsec_key *key, bool confirm,
		       const char **why)
{
	const struct tsec_half *half = tsec_session_half(session, direction);
	u32 id = key_id(session, key->id);
	bool taken;

	*why = mismatch(session, half, key, confirm);
	if (*why)
		return -EINVAL;
	if (direction == TSEC_DIR_RX)
		taken = rx_has(session, id, key);
	else
		taken = tx_has(session, id, key);
	*why = session->dgram->ops->matches ?
	       "the session has a key of that MKI" :
	       "the session has a key of that ID";
	return taken ? -EEXIST : 0;
}

/* Puts one more key to work. */
static int slot_install(struct tsec_session *session,
			enum tsec_direction direction,
			struct tsec_dgram_key *slot, bool confirm,
			const char **why)
{
	int err = 0;

	if (direction == TSEC_DIR_RX)
		err = rx_install(session, slot, why);
	else
		tx_replace(session, slot, confirm);
	if (err)
		return err;
	clear_bit(tsec_session_soft_told(direction), &session->flags);
	clear_bit(TSEC_SESSION_OFFERED, &session->flags);
	return 0;
}

/**
 * tsec_dgram_rekey() - give an open session another key
 * @session: an open session
 * @direction: which way it protects
 * @key: the key; its bytes are wiped
 * @confirm: a sending key waits until the peer uses the receiving key that
 *	came last
 * @why: set to the reason of a failure
 *
 * A receiving key opens packets beside those that were there, the last
 * TSEC_DGRAM_RX_KEYS of them.
 *
 * Context: process context; the caller holds tx.lock and rx.lock.
 * Return: 0, -EINVAL if it does not fit the session, -EEXIST if its ID is in
 * use, or as the protocol's key_new(), tsec_encap_join() or
 * tsec_endpoint_name().
 */
int tsec_dgram_rekey(struct tsec_session *session,
		     enum tsec_direction direction, struct tsec_key *key,
		     bool confirm, const char **why)
{
	const struct tsec_half *half;
	struct tsec_dgram_key *slot;
	int err;

	err = replaceable(session, direction, key, confirm, why);
	if (err)
		return err;
	rcu_read_lock();
	half = tsec_session_half(session, direction);
	key->epoch = tsec_half_key(half)->epoch + 1;
	rcu_read_unlock();
	slot = slot_make(session, direction, key, why);
	if (IS_ERR(slot))
		return PTR_ERR(slot);
	return slot_install(session, direction, slot, confirm, why);
}

/**
 * tsec_dgram_rekey_renewed() - put a key to work that has renewed itself
 * @session: an open session
 * @direction: which key of it; its secret is the next one already
 * @why: set to the reason of a failure
 *
 * Context: process context; the caller holds tx.lock and rx.lock.
 * Return: 0, or as the protocol's key_new().
 */
int tsec_dgram_rekey_renewed(struct tsec_session *session,
			     enum tsec_direction direction, const char **why)
{
	struct tsec_half *half = tsec_session_half(session, direction);
	struct tsec_dgram_key *slot;

	slot = slot_make(session, direction, &half->key, why);
	if (IS_ERR(slot))
		return PTR_ERR(slot);
	return slot_install(session, direction, slot, false, why);
}

/**
 * tsec_dgram_rekey_first() - put the keys that a session begins with to work
 * @session: a session about to open
 * @why: set to the reason of a failure
 *
 * Context: process context; the caller holds tx.lock and rx.lock.
 * Return: 0, or as the protocol's key_new(), tsec_encap_join() or
 * tsec_endpoint_name().
 */
int tsec_dgram_rekey_first(struct tsec_session *session, const char **why)
{
	struct tsec_dgram_key *tx, *rx;

	tx = slot_make(session, TSEC_DIR_TX, &session->tx.key, why);
	if (IS_ERR(tx))
		return PTR_ERR(tx);
	rcu_assign_pointer(session->tx.slot, tx);
	session->dgram->update.message_seq = session->tx.key.message_seq;
	rx = slot_make(session, TSEC_DIR_RX, &session->rx.key, why);
	if (IS_ERR(rx))
		return PTR_ERR(rx);
	return rx_install(session, rx, why);
}

/* Of IDs that are shown in part, 0 is one as any other. */
static bool is_for_all(const struct tsec_dgram_key *slot)
{
	return !slot->id && !slot->ops->id_mask;
}

/**
 * tsec_dgram_rx_key() - find a receiving key
 * @dgram: the session
 * @id: what the record calls it
 *
 * Context: under RCU.
 * Return: the key, or NULL.
 */
struct tsec_dgram_key *tsec_dgram_rx_key(const struct tsec_dgram *dgram,
					 u32 id)
{
	struct tsec_dgram_key *slot;
	unsigned int i;

	for (i = 0; i < TSEC_DGRAM_RX_KEYS; i++) {
		slot = rcu_dereference(dgram->rx_keys[i]);
		if (slot && (slot->id == id || is_for_all(slot)))
			return slot;
	}
	return NULL;
}

/**
 * tsec_dgram_rx_match() - find a receiving key by more than an ID
 * @dgram: the session, of a protocol with matches()
 * @packet: the record
 *
 * Context: under RCU.
 * Return: the key, or NULL.
 */
struct tsec_dgram_key *tsec_dgram_rx_match(const struct tsec_dgram *dgram,
					   const struct tsec_packet *packet)
{
	struct tsec_dgram_key *slot;
	unsigned int i;

	for (i = 0; i < TSEC_DGRAM_RX_KEYS; i++) {
		slot = rcu_dereference(dgram->rx_keys[i]);
		if (slot && slot->ops->matches(slot->key, packet->data,
					       packet->len))
			return slot;
	}
	return NULL;
}

/**
 * tsec_dgram_rekey_leave() - no key brings records from a shared port any more
 * @session: a session that ends
 *
 * Softirqs may be at work for it up to the end of a grace period.
 *
 * Context: process context; takes rx.lock.
 */
void tsec_dgram_rekey_leave(struct tsec_session *session)
{
	struct tsec_dgram_key *slot;
	unsigned int i;

	mutex_lock(&session->rx.lock);
	for (i = 0; i < TSEC_DGRAM_RX_KEYS; i++) {
		slot = rx_slot(session, i);
		if (slot)
			tsec_encap_leave(session->dgram, &slot->member);
	}
	mutex_unlock(&session->rx.lock);
}

/**
 * tsec_dgram_rekey_stop() - no key begins to send any more
 * @session: a session that has ended
 *
 * Softirqs may still be opening what has come for it.
 *
 * Context: process context.
 */
void tsec_dgram_rekey_stop(struct tsec_session *session)
{
	struct tsec_dgram *dgram = session->dgram;

	spin_lock_bh(&dgram->keys_lock);
	tsec_dgram_key_retire(dgram->tx_waits);
	dgram->tx_waits = NULL;
	dgram->tx = rcu_dereference_protected(session->tx.slot, true);
	spin_unlock_bh(&dgram->keys_lock);
}

/**
 * tsec_dgram_rekey_end() - free all keys of a session
 * @dgram: the session, which nobody sees any more
 *
 * Context: process context.
 */
void tsec_dgram_rekey_end(struct tsec_dgram *dgram)
{
	unsigned int i;

	for (i = 0; i < TSEC_DGRAM_RX_KEYS; i++)
		tsec_dgram_key_free(rcu_dereference_protected(dgram->rx_keys[i],
							      true));
	tsec_dgram_key_free(dgram->tx);
}
