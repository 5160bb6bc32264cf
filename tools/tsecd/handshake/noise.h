/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The symmetric state of the Noise Protocol Framework (revision 34, section
 * 5.2) with X25519, ChaCha20-Poly1305 and BLAKE2s: a chaining key, a hash of
 * all that was said, and a key made of both.
 *
 * A failure of the library stays: noise_open(), noise_dh() and noise_split()
 * tell of it in the end.
 */
#ifndef TSECD_NOISE_H
#define TSECD_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOISE_LEN 32 /* of keys, of hashes */
#define NOISE_TAG 16 /* what sealing adds */

struct noise {
	uint8_t ck[NOISE_LEN];
	uint8_t h[NOISE_LEN];
	uint8_t k[NOISE_LEN];
	bool failed;
};

/* Begins with the name of the protocol, which is longer than a hash. */
void noise_begin(struct noise *noise, const char *name);
void noise_mix_hash(struct noise *noise, const void *data, size_t len);

/* Mixes @input into the chaining key; the next noise_seal() uses a new key. */
void noise_mix_key(struct noise *noise, const void *input, size_t len);
void noise_mix_psk(struct noise *noise, const uint8_t psk[NOISE_LEN]);

/* The next key is made of what both private keys agree on. */
bool noise_dh(struct noise *noise, const uint8_t privkey[NOISE_LEN],
	      const uint8_t pubkey[NOISE_LEN]);

/*
 * Seals or opens @len bytes of plaintext, which the hash then includes.  Each
 * key does so once, with the number 0.
 */
void noise_seal(struct noise *noise, uint8_t *out, const void *data,
		size_t len);
bool noise_open(struct noise *noise, void *out, const uint8_t *data,
		size_t len);

/* The keys of both directions: the initiator's first. */
bool noise_split(const struct noise *noise, uint8_t first[NOISE_LEN],
		 uint8_t second[NOISE_LEN]);
void noise_wipe(struct noise *noise);

/* BLAKE2s: a hash of two parts, and a keyed one of @out_len bytes. */
bool noise_hash(uint8_t out[NOISE_LEN], const void *a, size_t a_len,
		const void *b, size_t b_len);
bool noise_mac(uint8_t *out, size_t out_len, const void *key, size_t key_len,
	       const void *data, size_t len);

#endif /* TSECD_NOISE_H */
