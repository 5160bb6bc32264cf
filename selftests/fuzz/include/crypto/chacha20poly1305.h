/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The library of ChaCha20-Poly1305; packet_crypto.c has what takes its place.
 */
#ifndef TSEC_FUZZ_CRYPTO_CHACHA20POLY1305_H
#define TSEC_FUZZ_CRYPTO_CHACHA20POLY1305_H

#include <linux/types.h>

enum {
	CHACHA20POLY1305_KEY_SIZE	= 32,
	CHACHA20POLY1305_AUTHTAG_SIZE	= 16,
	XCHACHA20POLY1305_NONCE_SIZE	= 24,
};

void xchacha20poly1305_encrypt(u8 *dst, const u8 *src, size_t len,
			       const u8 *ad, size_t ad_len, const u8 *nonce,
			       const u8 *key);

void chacha20poly1305_encrypt(u8 *dst, const u8 *src, size_t len,
			      const u8 *ad, size_t ad_len, u64 nonce,
			      const u8 *key);
bool chacha20poly1305_decrypt(u8 *dst, const u8 *src, size_t len,
			      const u8 *ad, size_t ad_len, u64 nonce,
			      const u8 *key);

#endif /* TSEC_FUZZ_CRYPTO_CHACHA20POLY1305_H */
