// SPDX-License-Identifier: GPL-2.0
/*
 * The manual keys of profiles.
 *
 * They belong to all versions of a profile together, so that each key is there
 * once, and goes to one session.
 */
#include <crypto/algapi.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "profile.h"
#include "profile_keys.h"

/**
 * struct slot - a manual key
 * @key: the key, NULL if there is none; a used one has lost its secrets
 * @used: a session has taken it
 */
struct slot {
	struct tsec_key *key;
	bool used;
};

/**
 * struct tsec_profile_keys - the manual keys of all versions of a profile
 * @refs: one for each version
 * @lock: protects what follows
 * @serial: counts the keys that have come and gone
 * @slots: indexed by enum tsec_direction
 */
struct tsec_profile_keys {
	refcount_t refs;
	spinlock_t lock;	/* protects what follows */
	u32 serial;
	struct slot slots[__TSEC_DIR_MAX];
};

/**
 * tsec_profile_keys_new() - no keys yet
 *
 * Context: Process context, may sleep.
 * Return: what the first version of a profile holds, or NULL without memory.
 */
struct tsec_profile_keys *tsec_profile_keys_new(void)
{
	struct tsec_profile_keys *keys;

	keys = kzalloc(sizeof(*keys), GFP_KERNEL_ACCOUNT);
	if (!keys)
		return NULL;
	refcount_set(&keys->refs, 1);
	spin_lock_init(&keys->lock);
	return keys;
}

/**
 * tsec_profile_keys_get() - for another version of the profile
 * @keys: the keys, which a version holds
 *
 * Context: Any.
 */
void tsec_profile_keys_get(struct tsec_profile_keys *keys)
{
	refcount_inc(&keys->refs);
}

/**
 * tsec_profile_keys_put() - a version is gone; the last one wipes the keys
 * @keys: what it has held
 *
 * Context: Any.
 */
void tsec_profile_keys_put(struct tsec_profile_keys *keys)
{
	if (!refcount_dec_and_test(&keys->refs))
		return;
	kfree_sensitive(keys->slots[TSEC_DIR_TX].key);
	kfree_sensitive(keys->slots[TSEC_DIR_RX].key);
	kfree(keys);
}

/* Two directions under one key would use each nonce twice. */
static bool same_key(const struct tsec_key *a, const struct tsec_key *b)
{
	return a->key_len == b->key_len && a->secret_len == b->secret_len &&
	       !crypto_memneq(a->key, b->key, a->key_len) &&
	       !crypto_memneq(a->secret, b->secret, a->secret_len);
}

/* Puts *key into the slot and what was there into *key, or fails. */
static int slot_swap(struct tsec_profile_keys *keys,
		     enum tsec_direction direction, struct tsec_key **key)
{
	struct slot *slot = &keys->slots[direction];
	struct slot *other = &keys->slots[!direction];
	int err = -EINVAL;

	spin_lock(&keys->lock);
	if (!other->key || !same_key(other->key, *key)) {
		swap(slot->key, *key);
		slot->used = false;
		keys->serial++;
		err = 0;
	}
	spin_unlock(&keys->lock);
	return err;
}

/**
 * tsec_profile_key_set() - give a profile a manual key
 * @profile: the profile
 * @direction: which way the key protects
 * @key: the key, valid; it is copied.  One that was there is replaced
 * @why: set on failure: the reason, in words for people
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL if the profile is not for manual keys or the other
 * direction has this key, -ENOMEM.
 */
int tsec_profile_key_set(struct tsec_profile *profile,
			 enum tsec_direction direction,
			 const struct tsec_key *key, const char **why)
{
	struct tsec_key *copy;
	int err;

	if (!profile->settings.manual) {
		*why = "the profile is not for manual keys";
		return -EINVAL;
	}
	copy = kmemdup(key, sizeof(*key), GFP_KERNEL_ACCOUNT);
	if (!copy) {
		*why = "no memory for the key";
		return -ENOMEM;
	}
	err = slot_swap(profile->keys, direction, &copy);
	if (err)
		*why = "the other direction has this key";
	kfree_sensitive(copy);
	return err;
}

/**
 * tsec_profile_key_del() - remove a manual key, used or not
 * @profile: the profile
 * @direction: which way it protects
 *
 * Context: Process context.
 * Return: 0, or -ENOENT if there is none.
 */
int tsec_profile_key_del(struct tsec_profile *profile,
			 enum tsec_direction direction)
{
	struct tsec_profile_keys *keys = profile->keys;
	struct tsec_key *key;

	spin_lock(&keys->lock);
	key = keys->slots[direction].key;
	keys->slots[direction].key = NULL;
	keys->slots[direction].used = false;
	keys->serial++;
	spin_unlock(&keys->lock);
	if (!key)
		return -ENOENT;
	kfree_sensitive(key);
	return 0;
}

/**
 * tsec_profile_key_view() - look at a manual key
 * @profile: the profile
 * @direction: which way it protects
 * @view: set on success; there are no secrets in it
 *
 * Context: Process context.
 * Return: 0, or -ENOENT if there is none.
 */
int tsec_profile_key_view(struct tsec_profile *profile,
			  enum tsec_direction direction,
			  struct tsec_key_view *view)
{
	struct tsec_profile_keys *keys = profile->keys;
	int err = -ENOENT;

	memset(view, 0, sizeof(*view));
	spin_lock(&keys->lock);
	if (keys->slots[direction].key) {
		tsec_key_view(keys->slots[direction].key, view);
		view->used = keys->slots[direction].used;
		err = 0;
	}
	spin_unlock(&keys->lock);
	return err;
}

static const char *slots_fault(const struct slot *tx, const struct slot *rx,
			       u8 protocol)
{
	if (!tx->key)
		return "the profile has no manual key for sending";
	if (!rx->key)
		return "the profile has no manual key for receiving";
	if (tx->used)
		return "another session has used the manual key for sending";
	if (rx->used)
		return "another session has used the manual key for receiving";
	if (tx->key->version != rx->key->version ||
	    tx->key->cipher != rx->key->cipher)
		return "the manual keys differ in version or cipher";
	if (tsec_version_protocol(tx->key->version) != protocol)
		return "the manual keys are for another protocol";
	return NULL;
}

/**
 * tsec_profile_keys_check() - whether there are manual keys for a session
 * @profile: the profile
 * @protocol: enum tsec_protocol of the session
 * @why: set on failure: the reason, in words for people
 *
 * Another session may still be quicker to take them.
 *
 * Context: Process context.
 * Return: 0, or -ENOKEY.
 */
int tsec_profile_keys_check(struct tsec_profile *profile, u8 protocol,
			    const char **why)
{
	struct tsec_profile_keys *keys = profile->keys;
	const char *fault;

	spin_lock(&keys->lock);
	fault = slots_fault(&keys->slots[TSEC_DIR_TX],
			    &keys->slots[TSEC_DIR_RX], protocol);
	spin_unlock(&keys->lock);
	if (!fault)
		return 0;
	*why = fault;
	return -ENOKEY;
}

/* Its lengths stay, for tsec_profile_key_view(). */
static void slot_take(struct slot *slot, struct tsec_key *out)
{
	struct tsec_key *key = slot->key;

	*out = *key;
	slot->used = true;
	memzero_explicit(key->key, sizeof(key->key));
	memzero_explicit(key->iv, sizeof(key->iv));
	memzero_explicit(key->secret, sizeof(key->secret));
}

/**
 * tsec_profile_keys_take() - take the manual keys for a session
 * @profile: the profile
 * @protocol: enum tsec_protocol of the session
 * @tx: set to the key for sending on success; the caller wipes it
 * @rx: set to the key for receiving on success; the caller wipes it
 * @serial: set on success, for tsec_profile_keys_return()
 * @why: set on failure: the reason, in words for people
 *
 * Each key goes to one session, so that no two streams share a nonce; both go
 * together, so that none is lost on a session that lacks the other.
 *
 * Context: Process context.
 * Return: 0, or -ENOKEY.
 */
int tsec_profile_keys_take(struct tsec_profile *profile, u8 protocol,
			   struct tsec_key *tx, struct tsec_key *rx,
			   u32 *serial, const char **why)
{
	struct tsec_profile_keys *keys = profile->keys;
	const char *fault;

	spin_lock(&keys->lock);
	fault = slots_fault(&keys->slots[TSEC_DIR_TX],
			    &keys->slots[TSEC_DIR_RX], protocol);
	if (!fault) {
		slot_take(&keys->slots[TSEC_DIR_TX], tx);
		slot_take(&keys->slots[TSEC_DIR_RX], rx);
		*serial = keys->serial;
	}
	spin_unlock(&keys->lock);
	if (!fault)
		return 0;
	*why = fault;
	return -ENOKEY;
}

static void slot_return(struct slot *slot, const struct tsec_key *key)
{
	*slot->key = *key;
	slot->used = false;
}

/**
 * tsec_profile_keys_return() - a session has not used its keys after all
 * @profile: the profile that it has taken them from
 * @tx: the key for sending, which has sealed nothing
 * @rx: the key for receiving
 * @serial: as tsec_profile_keys_take() has set it
 *
 * Nothing happens if the profile has got or lost a key meanwhile.
 *
 * Context: Process context.
 */
void tsec_profile_keys_return(struct tsec_profile *profile,
			      const struct tsec_key *tx,
			      const struct tsec_key *rx, u32 serial)
{
	struct tsec_profile_keys *keys = profile->keys;

	spin_lock(&keys->lock);
	if (keys->serial == serial) {
		slot_return(&keys->slots[TSEC_DIR_TX], tx);
		slot_return(&keys->slots[TSEC_DIR_RX], rx);
	}
	spin_unlock(&keys->lock);
}
