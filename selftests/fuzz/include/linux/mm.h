/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory for the kernel's code in user space; it can run out at will.
 */
#ifndef TSEC_FUZZ_LINUX_MM_H
#define TSEC_FUZZ_LINUX_MM_H

#include <linux/types.h>
#include <stdlib.h>
#include <string.h>

#define GFP_KERNEL		0
#define GFP_KERNEL_ACCOUNT	0
#define GFP_ATOMIC		0
#define __GFP_NOWARN		0
#define __GFP_ACCOUNT		0

extern bool fuzz_no_memory;

static inline void *kvmalloc(size_t size, int flags)
{
	(void)flags;
	return fuzz_no_memory ? NULL : malloc(size);
}

static inline void kvfree_sensitive(const void *p, size_t size)
{
	/* The whole of it must be there to be wiped. */
	memset((void *)p, 0, size);
	free((void *)p);
}

#endif /* TSEC_FUZZ_LINUX_MM_H */
