/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's types, for its code in user space.
 */
#ifndef TSEC_FUZZ_LINUX_TYPES_H
#define TSEC_FUZZ_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define U16_MAX		UINT16_MAX
#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX

typedef unsigned int gfp_t;

#endif /* TSEC_FUZZ_LINUX_TYPES_H */
