/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Atomic numbers, for the kernel's code in user space, where nobody else runs.
 */
#ifndef TSEC_FUZZ_LINUX_ATOMIC_H
#define TSEC_FUZZ_LINUX_ATOMIC_H

#include <linux/types.h>

#define smp_load_acquire(p)		(*(p))
#define smp_store_release(p, value)	(*(p) = (value))

typedef struct {
	int64_t value;
} atomic64_t;

static inline int64_t atomic64_fetch_inc(atomic64_t *number)
{
	return number->value++;
}

#endif /* TSEC_FUZZ_LINUX_ATOMIC_H */
