/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's little helpers, for its code in user space.
 */
#ifndef TSEC_FUZZ_LINUX_KERNEL_H
#define TSEC_FUZZ_LINUX_KERNEL_H

#include <linux/types.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define READ_ONCE(x)		(*(volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

#endif /* TSEC_FUZZ_LINUX_KERNEL_H */
