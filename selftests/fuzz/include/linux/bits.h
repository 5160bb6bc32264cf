/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bits, for the kernel's code in user space.
 */
#ifndef TSEC_FUZZ_LINUX_BITS_H
#define TSEC_FUZZ_LINUX_BITS_H

#define BITS_PER_LONG	(8 * (int)sizeof(long))
#define BIT(n)		(1UL << (n))
#define BIT_ULL(n)	(1ULL << (n))

#endif /* TSEC_FUZZ_LINUX_BITS_H */
