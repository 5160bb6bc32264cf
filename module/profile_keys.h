/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The manual keys of profiles.
 */
#ifndef TSEC_PROFILE_KEYS_H
#define TSEC_PROFILE_KEYS_H

#include <linux/types.h>
#include <uapi/linux/tsec.h>

#include "key.h"

struct tsec_profile;
struct tsec_profile_keys;

struct tsec_profile_keys *tsec_profile_keys_new(void);
void tsec_profile_keys_get(struct tsec_profile_keys *keys);
void tsec_profile_keys_put(struct tsec_profile_keys *keys);

int tsec_profile_key_set(struct tsec_profile *profile,
			 enum tsec_direction direction,
			 const struct tsec_key *key, const char **why);
int tsec_profile_key_del(struct tsec_profile *profile,
			 enum tsec_direction direction);
int tsec_profile_key_view(struct tsec_profile *profile,
			  enum tsec_direction direction,
			  struct tsec_key_view *view);
int tsec_profile_keys_check(struct tsec_profile *profile, u8 protocol,
			    const char **why);
int tsec_profile_keys_take(struct tsec_profile *profile, u8 protocol,
			   struct tsec_key *tx, struct tsec_key *rx,
			   u32 *serial, const char **why);
void tsec_profile_keys_return(struct tsec_profile *profile,
			      const struct tsec_key *tx,
			      const struct tsec_key *rx, u32 serial);

#endif /* TSEC_PROFILE_KEYS_H */
