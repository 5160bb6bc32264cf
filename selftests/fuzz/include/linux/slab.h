/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small memory for the kernel's code in user space; it can run out at will.
 */
#ifndef TSEC_FUZZ_LINUX_SLAB_H
#define TSEC_FUZZ_LINUX_SLAB_H

#include <linux/errno.h>
#include <linux/mm.h>

static inline void *kcalloc(size_t count, size_t size, gfp_t flags)
{
	(void)flags;
	return fuzz_no_memory ? NULL : calloc(count, size);
}

static inline void *kzalloc(size_t size, gfp_t flags)
{
	return kcalloc(1, size, flags);
}

static inline void kfree(const void *p)
{
	free((void *)p);
}

static inline void kfree_sensitive(const void *p)
{
	kfree(p);
}

#endif /* TSEC_FUZZ_LINUX_SLAB_H */
