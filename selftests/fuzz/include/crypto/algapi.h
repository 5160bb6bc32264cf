/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Comparing secrets, for the kernel's code in user space.
 */
#ifndef TSEC_FUZZ_CRYPTO_ALGAPI_H
#define TSEC_FUZZ_CRYPTO_ALGAPI_H

#include <string.h>

static inline unsigned long crypto_memneq(const void *a, const void *b,
					  size_t size)
{
	return memcmp(a, b, size);
}

#endif /* TSEC_FUZZ_CRYPTO_ALGAPI_H */
