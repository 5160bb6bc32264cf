// SPDX-License-Identifier: GPL-2.0
/*
 * Hashes for those who may not sleep: of what softirqs answer.  Each kind has
 * one transform for all, which holds no key.
 */
#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/errno.h>

#include "hash.h"

static struct crypto_shash *transforms[] = {
	[TSEC_HASH_SHA256] = NULL,
	[TSEC_HASH_SHA384] = NULL,
};

static const char *const names[] = {
	[TSEC_HASH_SHA256] = "sha256",
	[TSEC_HASH_SHA384] = "sha384",
};

/**
 * tsec_hash_init() - get the hashes ready
 *
 * One that the kernel lacks is missed where it is used.  Those that are there
 * stay as they are.
 *
 * Context: process context, may sleep.
 */
void tsec_hash_init(void)
{
	struct crypto_shash *tfm;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(transforms); i++) {
		if (transforms[i])
			continue;
		tfm = crypto_alloc_shash(names[i], 0, 0);
		transforms[i] = IS_ERR(tfm) ? NULL : tfm;
	}
}

/**
 * tsec_hash_exit() - undo tsec_hash_init()
 */
void tsec_hash_exit(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(transforms); i++) {
		if (transforms[i])
			crypto_free_shash(transforms[i]);
		transforms[i] = NULL;
	}
}

static int two(struct crypto_shash *tfm, const void *a, size_t a_len,
	       const void *b, size_t b_len, u8 *out)
{
	SHASH_DESC_ON_STACK(desc, tfm);

	desc->tfm = tfm;
	return crypto_shash_init(desc) ?: crypto_shash_update(desc, a, a_len) ?:
	       crypto_shash_finup(desc, b, b_len, out);
}

/**
 * tsec_hash_two() - hash two pieces, one after the other
 * @hash: the hash
 * @a: the first piece
 * @a_len: bytes of @a
 * @b: the second piece
 * @b_len: bytes of @b
 * @out: tsec_hash_size() bytes, set on success
 *
 * Context: Any but hard interrupts.
 * Return: 0, -ENOENT if the kernel lacks the hash, or another errno of the
 * crypto API.
 */
int tsec_hash_two(enum tsec_hash hash, const void *a, size_t a_len,
		  const void *b, size_t b_len, u8 *out)
{
	struct crypto_shash *tfm = transforms[hash];

	return tfm ? two(tfm, a, a_len, b, b_len, out) : -ENOENT;
}
