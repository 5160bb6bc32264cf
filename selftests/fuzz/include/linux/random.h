/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Chance, for the kernel's code in user space: a run must be repeatable.
 */
#ifndef TSEC_FUZZ_LINUX_RANDOM_H
#define TSEC_FUZZ_LINUX_RANDOM_H

#include <string.h>

static inline void get_random_bytes(void *buf, size_t len)
{
	memset(buf, 0x5a, len);
}

#endif /* TSEC_FUZZ_LINUX_RANDOM_H */
