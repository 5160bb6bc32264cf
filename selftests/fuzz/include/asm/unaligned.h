/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers at any address, for the kernel's code in user space.
 */
#ifndef TSEC_FUZZ_ASM_UNALIGNED_H
#define TSEC_FUZZ_ASM_UNALIGNED_H

#include <endian.h>
#include <linux/types.h>
#include <string.h>

#define FUZZ_UNALIGNED(bits, order)					\
static inline u##bits get_unaligned_##order##bits(const void *p)	\
{									\
	u##bits value;							\
									\
	memcpy(&value, p, sizeof(value));				\
	return order##bits##toh(value);					\
}									\
									\
static inline void put_unaligned_##order##bits(u##bits value, void *p)	\
{									\
	value = hto##order##bits(value);				\
	memcpy(p, &value, sizeof(value));				\
}

FUZZ_UNALIGNED(16, be)
FUZZ_UNALIGNED(32, be)
FUZZ_UNALIGNED(64, be)
FUZZ_UNALIGNED(32, le)
FUZZ_UNALIGNED(64, le)

static inline u32 get_unaligned_be24(const u8 *p)
{
	return p[0] << 16 | p[1] << 8 | p[2];
}

static inline void put_unaligned_be24(u32 value, u8 *p)
{
	p[0] = value >> 16;
	p[1] = value >> 8;
	p[2] = value;
}

#endif /* TSEC_FUZZ_ASM_UNALIGNED_H */
