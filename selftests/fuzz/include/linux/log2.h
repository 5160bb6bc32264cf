/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Powers of two, for the kernel's code in user space.
 */
#ifndef TSEC_FUZZ_LINUX_LOG2_H
#define TSEC_FUZZ_LINUX_LOG2_H

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	unsigned long power = 1;

	while (power < n)
		power <<= 1;
	return power;
}

#endif /* TSEC_FUZZ_LINUX_LOG2_H */
