/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's little helpers, for its code in user space.
 */
#ifndef TSEC_FUZZ_LINUX_KERNEL_H
#define TSEC_FUZZ_LINUX_KERNEL_H

#include <linux/build_bug.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define clamp_t(type, v, a, b)	min_t(type, max_t(type, v, a), b)
#define ALIGN(n, a)		(((n) + (a) - 1) & ~((__typeof__(n))(a) - 1))
#define round_down(n, a)	((n) & ~((__typeof__(n))(a) - 1))
#define READ_ONCE(x)		(*(volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

#endif /* TSEC_FUZZ_LINUX_KERNEL_H */
