// SPDX-License-Identifier: GPL-2.0
/*
 * Profiles: named settings, per network namespace.
 *
 * A profile's settings never change.  An update puts a new version in its
 * place, so that whoever holds the old one reads it without a lock.  Manual
 * keys belong to all versions together: see profile_keys.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "profile.h"
#include "profile_keys.h"

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
	tsec_profile_keys_put(profile->keys);
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
	keys = tsec_profile_keys_new();
	if (!keys)
		return -ENOMEM;
	profile = profile_new(name, settings, keys);
	if (!profile) {
		tsec_profile_keys_put(keys);
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
	tsec_profile_keys_get(old->keys);
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
