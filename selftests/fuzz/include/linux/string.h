/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Strings and memory, for the kernel's code in user space.
 */
#ifndef TSEC_FUZZ_LINUX_STRING_H
#define TSEC_FUZZ_LINUX_STRING_H

#include <string.h>

static inline void memzero_explicit(void *p, size_t len)
{
	memset(p, 0, len);
}

/* The first byte that is another, or NULL. */
static inline const void *memchr_inv(const void *p, int byte, size_t len)
{
	const unsigned char *at = p;

	for (; len; at++, len--)
		if (*at != byte)
			return at;
	return NULL;
}

#endif /* TSEC_FUZZ_LINUX_STRING_H */
