/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors in pointers, for the kernel's code in user space.
 */
#ifndef TSEC_FUZZ_LINUX_ERR_H
#define TSEC_FUZZ_LINUX_ERR_H

#include <linux/errno.h>
#include <linux/types.h>

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *p)
{
	return (long)p;
}

static inline bool IS_ERR(const void *p)
{
	return (unsigned long)p >= -4095UL;
}

#endif /* TSEC_FUZZ_LINUX_ERR_H */
