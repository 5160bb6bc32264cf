/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Named settings, per network namespace.
 */
#ifndef TSEC_PROFILE_H
#define TSEC_PROFILE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <uapi/linux/tsec.h>

#include "settings.h"

#define TSEC_PROFILE_DEFAULT	"default"

struct tsec_profile_keys;

/**
 * struct tsec_profiles - the profiles of a network namespace
 * @list: struct tsec_profile, read under RCU
 * @lock: serialises changes
 * @generation: grows with each change, for dumps
 */
struct tsec_profiles {
	struct list_head list;
	struct mutex lock;	/* serialises changes */
	u32 generation;
};

/**
 * struct tsec_profile - settings with a name
 * @list: in struct tsec_profiles
 * @rcu: for lookups that still see it
 * @refs: reference count; the list holds one
 * @keys: its manual keys, shared by all versions of this profile
 * @settings: never change; an update makes a new version of the profile
 * @name: its name
 */
struct tsec_profile {
	struct list_head list;
	struct rcu_head rcu;
	refcount_t refs;
	struct tsec_profile_keys *keys;
	struct tsec_settings settings;
	char name[TSEC_PROFILE_NAME_MAX + 1];
};

/**
 * tsec_profile_get() - take another reference
 * @profile: the profile, of which the caller holds one
 *
 * Context: Any.
 * Return: @profile.
 */
static inline struct tsec_profile *
tsec_profile_get(struct tsec_profile *profile)
{
	refcount_inc(&profile->refs);
	return profile;
}

int tsec_profiles_init(struct tsec_profiles *profiles);
void tsec_profiles_exit(struct tsec_profiles *profiles);

bool tsec_profile_name_valid(const char *name);
struct tsec_profile *tsec_profile_find(struct tsec_profiles *profiles,
				       const char *name);
bool tsec_profile_terms(struct tsec_profiles *profiles,
			const struct tsec_overrides *app,
			struct tsec_greeting_terms *terms);
struct tsec_profile *tsec_profile_nth(struct tsec_profiles *profiles,
				      unsigned int n);
void tsec_profile_put(struct tsec_profile *profile);
int tsec_profile_add(struct tsec_profiles *profiles, const char *name,
		     const struct tsec_settings *settings);
int tsec_profile_update(struct tsec_profiles *profiles, const char *name,
			const struct tsec_settings *settings);
int tsec_profile_del(struct tsec_profiles *profiles, const char *name);

#endif /* TSEC_PROFILE_H */
