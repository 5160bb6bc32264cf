/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration file, tsecd.conf(5), read by libConfuse. */
#ifndef TSECD_CONFIG_H
#define TSECD_CONFIG_H

#include <stdbool.h>

#include <tsec.h>

#define CONFIG_PATH TSECD_SYSCONFDIR "/tsec/tsecd.conf"

struct config {
	unsigned int workers; /* 0: one for each processor */
	int log_level;
	char user[64];
	char trust[TSEC_PATH_MAX + 1]; /* "": the system's */
	bool sandbox;
	unsigned int ticket_lifetime; /* seconds, as the next */
	unsigned int ticket_key_lifetime;
	unsigned int session_cache; /* sessions of clients */
	struct tsec_profile_info *profiles;
	unsigned int n_profiles;
};

/*
 * Reads a file; a missing one is as good as an empty one unless @must_exist.
 * A negative errno, with file, line and cause logged, when it is not right.
 */
int config_read(const char *path, bool must_exist, struct config *config);
void config_free(struct config *config);

#endif /* TSECD_CONFIG_H */
