// SPDX-License-Identifier: GPL-2.0
/*
 * Profiles: named settings and manual keys, per network namespace.
 *
 * A profile's settings never change.  An update puts a new version in its
 * place, so that whoever holds the old one reads it without a lock.  Manual
 * keys belong to all versions together: each key is there once.
 */
#include <crypto/algapi.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "profile.h"

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

static struct tsec_profile_keys *keys_new(void)
{
	struct tsec_profile_keys *keys;

	keys = kzalloc(sizeof(*keys), GFP_KERNEL_ACCOUNT);
	if (!keys)
		return NULL;
	refcount_set(&keys->refs, 1);
	spin_lock_init(&keys->lock);
	return keys;
}

static void keys_put(struct tsec_profile_keys *keys)
{
	if (!refcount_dec_and_test(&keys->refs))
		return;
	kfree_sensitive(keys->slots[TSEC_DIR_TX].key);
	kfree_sensitive(keys->slots[TSEC_DIR_RX].key);
	kfree(keys);
}

static struct tsec_profile *find_locked(struct tsec_profiles *profiles,
					const char *name)
{
	struct tsec_profile *profile;

	lockdep_assert_held(&profiles->lock);
	list_for_each_entry(profile, &profiles->list, list)
		if (!strcmp(profile->name, name))
			return profile;
	return NULL;
}

/* Takes over the caller's reference on @keys on success. */
static struct tsec_profile *profile_new(const char *name,
					const struct tsec_settings *settings,
					struct tsec_profile_keys *keys)
{
	struct tsec_profile *profile;

	profile = kzalloc(sizeof(*profile), GFP_KERNEL_ACCOUNT);
	if (!profile)
		return NULL;
	if (tsec_settings_copy(&profile->settings, settings)) {
		kfree(profile);
		return NULL;
	}
	refcount_set(&profile->refs, 1);
	strscpy(profile->name, name, sizeof(profile->name));
	profile->keys = keys;
	return profile;
}

/**
 * tsec_profiles_init() - the profiles of a new network namespace
 * @profiles: set; the profile "default" is there
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int tsec_profiles_init(struct tsec_profiles *profiles)
{
	struct tsec_settings settings;

	INIT_LIST_HEAD(&profiles->list);
	mutex_init(&profiles->lock);
	profiles->generation = 1;
	tsec_settings_init(&settings);
	return tsec_profile_add(profiles, TSEC_PROFILE_DEFAULT, &settings);
}

/**
 * tsec_profiles_exit() - end the profiles of a network namespace
 * @profiles: the profiles; nobody looks them up any more
 *
 * Profiles that sessions hold live as long as those.
 *
 * Context: Process context, may sleep.
 */
void tsec_profiles_exit(struct tsec_profiles *profiles)
{
	struct tsec_profile *profile, *next;

	list_for_each_entry_safe(profile, next, &profiles->list, list) {
		list_del_rcu(&profile->list);
		tsec_profile_put(profile);
	}
	mutex_destroy(&profiles->lock);
}

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/**
 * tsec_profile_name_valid() - may a profile have this name?
 * @name: the name
 *
 * Context: Any.
 * Return: true for 1 to TSEC_PROFILE_NAME_MAX letters, digits, dots,
 * underscores and hyphens.
 */
bool tsec_profile_name_valid(const char *name)
{
	size_t len = 0;

	while (name_char(name[len]))
		if (++len > TSEC_PROFILE_NAME_MAX)
			return false;
	return len && !name[len];
}

static struct tsec_profile *version_find(struct tsec_profiles *profiles,
					 const char *name)
{
	struct tsec_profile *profile;

	list_for_each_entry_rcu(profile, &profiles->list, list)
		if (!strcmp(profile->name, name))
			return profile;
	return NULL;
}

/**
 * tsec_profile_find() - look a profile up
 * @profiles: the profiles of the network namespace
 * @name: its name, NULL for the default one
 *
 * Context: Any.
 * Return: its present version with a reference, or NULL if there is none.
 */
struct tsec_profile *tsec_profile_find(struct tsec_profiles *profiles,
				       const char *name)
{
	struct tsec_profile *profile;

	if (!name)
		name = TSEC_PROFILE_DEFAULT;
	rcu_read_lock();
	/* A version that lost its last user was replaced: look again. */
	do
		profile = version_find(profiles, name);
	while (profile && !refcount_inc_not_zero(&profile->refs));
	rcu_read_unlock();
	return profile;
}

/**
 * tsec_profile_terms() - what a listener allows its clients now
 * @profiles: the profiles of the network namespace
 * @app: what the listener's program has set
 * @terms: set on success
 *
 * Context: Any.
 * Return: false if there is no such profile, or nothing that both allow.
 */
bool tsec_profile_terms(struct tsec_profiles *profiles,
			const struct tsec_overrides *app,
			struct tsec_greeting_terms *terms)
{
	struct tsec_profile *profile = tsec_profile_find(profiles,
							 app->profile);
	bool any;

	any = profile && tsec_settings_terms(&profile->settings, app, terms);
	tsec_profile_put(profile);
	return any;
}

/**
 * tsec_profile_nth() - walk the profiles
 * @profiles: the profiles of the network namespace
 * @n: how many to skip
 *
 * A dump that is continued compares @generation to see whether the profiles
 * have changed in the meantime.
 *
 * Context: Process context, may sleep.
 * Return: the profile with a reference, or NULL at the end.
 */
struct tsec_profile *tsec_profile_nth(struct tsec_profiles *profiles,
				      unsigned int n)
{
	struct tsec_profile *profile, *found = NULL;

	mutex_lock(&profiles->lock);
	list_for_each_entry(profile, &profiles->list, list) {
		if (n--)
			continue;
		found = tsec_profile_get(profile);
		break;
	}
	mutex_unlock(&profiles->lock);
	return found;
}

/**
 * tsec_profile_put() - let go of a profile
 * @profile: the profile, or NULL
 *
 * Context: Any.
 */
void tsec_profile_put(struct tsec_profile *profile)
{
	if (!profile || !refcount_dec_and_test(&profile->refs))
		return;
	keys_put(profile->keys);
	tsec_settings_free(&profile->settings);
	/* Lookups read no more than the name of a profile that has ended. */
	kfree_rcu(profile, rcu);
}

static int add_locked(struct tsec_profiles *profiles, const char *name,
		      const struct tsec_settings *settings)
{
	struct tsec_profile_keys *keys;
	struct tsec_profile *profile;

	if (find_locked(profiles, name))
		return -EEXIST;
	keys = keys_new();
	if (!keys)
		return -ENOMEM;
	profile = profile_new(name, settings, keys);
	if (!profile) {
		keys_put(keys);
		return -ENOMEM;
	}
	list_add_tail_rcu(&profile->list, &profiles->list);
	profiles->generation++;
	return 0;
}

/**
 * tsec_profile_add() - make a profile
 * @profiles: the profiles of the network namespace
 * @name: its name
 * @settings: its settings, valid; they are copied
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL if the name is not a good one, -EEXIST if it is taken,
 * -ENOMEM.
 */
int tsec_profile_add(struct tsec_profiles *profiles, const char *name,
		     const struct tsec_settings *settings)
{
	int err;

	if (!tsec_profile_name_valid(name))
		return -EINVAL;
	mutex_lock(&profiles->lock);
	err = add_locked(profiles, name, settings);
	mutex_unlock(&profiles->lock);
	return err;
}

static int update_locked(struct tsec_profiles *profiles, const char *name,
			 const struct tsec_settings *settings)
{
	struct tsec_profile *old, *new;

	old = find_locked(profiles, name);
	if (!old)
		return -ENOENT;
	new = profile_new(name, settings, old->keys);
	if (!new)
		return -ENOMEM;
	refcount_inc(&old->keys->refs);
	list_replace_rcu(&old->list, &new->list);
	profiles->generation++;
	tsec_profile_put(old);
	return 0;
}

/**
 * tsec_profile_update() - give a profile other settings
 * @profiles: the profiles of the network namespace
 * @name: its name
 * @settings: the settings, valid; they are copied
 *
 * Sessions that hold the profile keep its former settings.  Manual keys stay.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOENT if there is no such profile, -ENOMEM.
 */
int tsec_profile_update(struct tsec_profiles *profiles, const char *name,
			const struct tsec_settings *settings)
{
	int err;

	mutex_lock(&profiles->lock);
	err = update_locked(profiles, name, settings);
	mutex_unlock(&profiles->lock);
	return err;
}

/**
 * tsec_profile_del() - remove a profile
 * @profiles: the profiles of the network namespace
 * @name: its name
 *
 * Sessions that hold it keep it.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOENT if there is no such profile, -EBUSY for "default".
 */
int tsec_profile_del(struct tsec_profiles *profiles, const char *name)
{
	struct tsec_profile *profile;

	if (!strcmp(name, TSEC_PROFILE_DEFAULT))
		return -EBUSY;
	mutex_lock(&profiles->lock);
	profile = find_locked(profiles, name);
	if (profile) {
		list_del_rcu(&profile->list);
		profiles->generation++;
	}
	mutex_unlock(&profiles->lock);
	if (!profile)
		return -ENOENT;
	tsec_profile_put(profile);
	return 0;
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
