/* SPDX-License-Identifier: GPL-2.0 */
/* What "tsec profile save" wrote, read back. */
#ifndef TSEC_RESTORE_H
#define TSEC_RESTORE_H

#include "tsec.h"

struct saved {
	struct tsec_profile_info *profiles;
	size_t n;
};

/**
 * read_saved() - read all of a file, so that nothing is done if it is bad
 * @file: its name, "-" for standard input
 * @saved: where to put it; to be freed with free_saved()
 *
 * Return: 0, or an exit code after a complaint.
 */
int read_saved(const char *file, struct saved *saved);
void free_saved(struct saved *saved);

/*
 * A profile that is there already must become what was saved: settings that
 * were not are given their default.
 */
void complete_profile(struct tsec_profile_info *whole,
		      const struct tsec_profile_info *info);

#endif /* TSEC_RESTORE_H */
