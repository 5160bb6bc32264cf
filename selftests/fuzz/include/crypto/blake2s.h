/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The library of BLAKE2s; packet_crypto.c has what takes its place.
 */
#ifndef TSEC_FUZZ_CRYPTO_BLAKE2S_H
#define TSEC_FUZZ_CRYPTO_BLAKE2S_H

#include <linux/types.h>

struct blake2s_state {
	size_t outlen;
};

enum {
	BLAKE2S_HASH_SIZE	= 32,
};

void blake2s_init(struct blake2s_state *state, size_t outlen);
void blake2s_init_key(struct blake2s_state *state, size_t outlen,
		      const void *key, size_t keylen);
void blake2s_update(struct blake2s_state *state, const u8 *in, size_t inlen);
void blake2s_final(struct blake2s_state *state, u8 *out);

#endif /* TSEC_FUZZ_CRYPTO_BLAKE2S_H */
