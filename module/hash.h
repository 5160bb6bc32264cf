/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hashes for those who may not sleep.
 */
#ifndef TSEC_HASH_H
#define TSEC_HASH_H

#include "hkdf.h"

void tsec_hash_init(void);
void tsec_hash_exit(void);
int tsec_hash_two(enum tsec_hash hash, const void *a, size_t a_len,
		  const void *b, size_t b_len, u8 *out);

#endif /* TSEC_HASH_H */
