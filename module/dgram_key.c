// SPDX-License-Identifier: GPL-2.0
/*
 * Keys of datagrams at work: numbers and limits, without a lock.
 *
 * Each sender takes a number of its own with one atomic operation and looks
 * at the limits with that number in hand: one beyond the limit stays unused,
 * however many senders there are.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "dgram.h"
#include "net.h"
#include "packet.h"
#include "session.h"

/* RFC 9147 section 4.5.3, of AES-GCM and of ChaCha20-Poly1305. */
#define FORGERIES_MAX	BIT_ULL(36)

/**
 * tsec_dgram_key_new() - put a key to work
 * @ops: the record protocol
 * @key: the key
 * @as: what it is for
 * @bytes: payload of the session in this direction up to now
 * @why: set to the reason of a failure
 *
 * Context: process context.
 * Return: the key at work, or an ERR_PTR as from @ops->key_new().
 */
struct tsec_dgram_key *tsec_dgram_key_new(const struct tsec_packet_ops *ops,
					  const struct tsec_key *key,
					  const struct tsec_packet_params *as,
					  u64 bytes, const char **why)
{
	struct tsec_dgram_key *slot;
	struct tsec_packet_key *pkey;

	slot = kzalloc(sizeof(*slot), GFP_KERNEL_ACCOUNT);
	*why = "no memory for the key";
	if (!slot)
		return ERR_PTR(-ENOMEM);
	pkey = ops->key_new(key, as, why);
	if (IS_ERR(pkey)) {
		kfree(slot);
		return ERR_CAST(pkey);
	}
	slot->ops = ops;
	slot->key = pkey;
	slot->id = as->key_id;
	atomic64_set(&slot->next, key->seq);
	slot->about = *key;
	tsec_key_forget(&slot->about);
	memzero_explicit(slot->about.secret, sizeof(slot->about.secret));
	tsec_watch_begin(&slot->watch, &key->limits, bytes);
	return slot;
}

/**
 * tsec_dgram_key_free() - end a key
 * @slot: the key, or NULL; nobody uses it any more
 *
 * Context: process context.
 */
void tsec_dgram_key_free(struct tsec_dgram_key *slot)
{
	if (!slot)
		return;
	slot->ops->key_free(slot->key);
	kfree(slot);
}

static void end_work(struct work_struct *work)
{
	tsec_dgram_key_free(container_of(to_rcu_work(work),
					 struct tsec_dgram_key, end));
}

/**
 * tsec_dgram_key_retire() - end a key that others may be using right now
 * @slot: the key, or NULL; nobody finds it any more
 *
 * Context: Any.
 */
void tsec_dgram_key_retire(struct tsec_dgram_key *slot)
{
	if (!slot)
		return;
	INIT_RCU_WORK(&slot->end, end_work);
	queue_rcu_work(tsec_wq, &slot->end);
}

static enum tsec_key_verdict verdict(struct tsec_dgram_key *slot,
				     const struct tsec_half *half, u64 next)
{
	if (likely(!slot->watch.timed && next < slot->watch.records))
		return TSEC_KEY_OK;
	return tsec_watch_check(&slot->watch, &slot->about,
				next - slot->about.seq,
				atomic64_read(&half->bytes));
}

/**
 * tsec_dgram_key_take() - take the number of a packet to send
 * @slot: the key
 * @tx: its direction
 * @seq: set to the number; nobody else gets it
 *
 * Context: Any.
 * Return: TSEC_KEY_HARD if the number must not be used.
 */
enum tsec_key_verdict tsec_dgram_key_take(struct tsec_dgram_key *slot,
					  const struct tsec_half *tx, u64 *seq)
{
	*seq = atomic64_fetch_inc(&slot->next);
	return verdict(slot, tx, *seq);
}

/**
 * tsec_dgram_key_look() - may a key open one more packet?
 * @slot: the key
 * @rx: its direction
 *
 * Context: Any.
 * Return: TSEC_KEY_HARD if it must not.
 */
enum tsec_key_verdict tsec_dgram_key_look(struct tsec_dgram_key *slot,
					  const struct tsec_half *rx)
{
	return verdict(slot, rx, atomic64_read(&slot->next));
}

/**
 * tsec_dgram_key_forgery() - a packet was not authentic
 * @slot: the key
 *
 * Whoever may try often enough will forge one in the end.
 *
 * Context: Any.
 * Return: true if there were too many for the key to be used any more.
 */
bool tsec_dgram_key_forgery(struct tsec_dgram_key *slot)
{
	return atomic64_inc_return(&slot->forged) >= FORGERIES_MAX;
}
