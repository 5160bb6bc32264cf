/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counts of references, for the kernel's code in user space, where nobody else
 * runs.
 */
#ifndef TSEC_FUZZ_LINUX_REFCOUNT_H
#define TSEC_FUZZ_LINUX_REFCOUNT_H

#include <linux/types.h>

typedef struct {
	unsigned int refs;
} refcount_t;

static inline void refcount_set(refcount_t *r, unsigned int n)
{
	r->refs = n;
}

static inline void refcount_inc(refcount_t *r)
{
	r->refs++;
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	return !--r->refs;
}

#endif /* TSEC_FUZZ_LINUX_REFCOUNT_H */
