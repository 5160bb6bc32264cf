/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Locks, for the kernel's code in user space, where nobody else runs.
 */
#ifndef TSEC_FUZZ_LINUX_SPINLOCK_H
#define TSEC_FUZZ_LINUX_SPINLOCK_H

#include <stdlib.h>

typedef struct {
	int held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = 0;
}

static inline void spin_lock_bh(spinlock_t *lock)
{
	if (lock->held++)
		abort();
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	if (--lock->held)
		abort();
}

#endif /* TSEC_FUZZ_LINUX_SPINLOCK_H */
