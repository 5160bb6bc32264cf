// SPDX-License-Identifier: GPL-2.0
/*
 * Hashes and the HMAC-based key derivation of RFC 5869.
 *
 * Keys are derived a few times in a session's life, so that each call makes
 * and ends its own transform instead of keeping one around with a key in it.
 */
#include <crypto/hash.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hkdf.h"

enum hkdf_limits {
	BLOCKS_MAX	= 255,		/* the counter is one byte */
	INFO_MAX	= 2 + 1 + 255 + 1 + 255, /* struct HkdfLabel */
};

static const struct {
	const char *digest;
	const char *hmac;
	unsigned int size;
} algs[] = {
	[TSEC_HASH_SHA256] = { "sha256", "hmac(sha256)", 32 },
	[TSEC_HASH_SHA384] = { "sha384", "hmac(sha384)", 48 },
};

/* What HKDF-Extract takes for a salt that was not given. */
static const u8 no_salt[TSEC_HASH_SIZE_MAX];

/**
 * tsec_hash_size() - the length of a hash
 * @hash: the hash
 *
 * Context: Any.
 * Return: bytes of its output, at most TSEC_HASH_SIZE_MAX.
 */
unsigned int tsec_hash_size(enum tsec_hash hash)
{
	return algs[hash].size;
}

/**
 * tsec_hash_digest() - hash some bytes
 * @hash: the hash
 * @data: the bytes
 * @len: how many
 * @out: tsec_hash_size() bytes, set on success
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOENT if the kernel lacks the hash, or another errno of the
 * crypto API.
 */
int tsec_hash_digest(enum tsec_hash hash, const void *data, size_t len,
		     u8 *out)
{
	struct crypto_shash *tfm;
	int err;

	tfm = crypto_alloc_shash(algs[hash].digest, 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = crypto_shash_tfm_digest(tfm, data, len, out);
	crypto_free_shash(tfm);
	return err;
}

static struct crypto_shash *hmac_alloc(enum tsec_hash hash, const u8 *key,
				       size_t len)
{
	struct crypto_shash *tfm;
	int err;

	tfm = crypto_alloc_shash(algs[hash].hmac, 0, 0);
	if (IS_ERR(tfm))
		return tfm;
	err = crypto_shash_setkey(tfm, key, len);
	if (!err)
		return tfm;
	crypto_free_shash(tfm);
	return ERR_PTR(err);
}

/**
 * tsec_hkdf_extract() - HKDF-Extract (RFC 5869 section 2.2)
 * @hash: the hash
 * @salt: the salt
 * @salt_len: bytes of @salt; 0 for none, which stands for zeros
 * @ikm: input keying material
 * @ikm_len: bytes of @ikm
 * @prk: tsec_hash_size() bytes, set on success
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOENT if the kernel lacks the hash, or another errno of the
 * crypto API.
 */
int tsec_hkdf_extract(enum tsec_hash hash, const u8 *salt, size_t salt_len,
		      const u8 *ikm, size_t ikm_len, u8 *prk)
{
	struct crypto_shash *tfm;
	int err;

	if (!salt_len) {
		salt = no_salt;
		salt_len = tsec_hash_size(hash);
	}
	tfm = hmac_alloc(hash, salt, salt_len);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = crypto_shash_tfm_digest(tfm, ikm, ikm_len, prk);
	crypto_free_shash(tfm);
	return err;
}

/* T(n) = HMAC(PRK, T(n - 1) | info | n); T(0) is empty. */
static int expand_block(struct shash_desc *desc, u8 *block,
			size_t block_len, const u8 *info, size_t info_len,
			u8 n)
{
	int err;

	err = crypto_shash_init(desc);
	if (!err && n > 1)
		err = crypto_shash_update(desc, block, block_len);
	if (!err)
		err = crypto_shash_update(desc, info, info_len);
	if (!err)
		err = crypto_shash_finup(desc, &n, 1, block);
	return err;
}

static int expand(struct crypto_shash *tfm, const u8 *info, size_t info_len,
		  u8 *okm, size_t okm_len)
{
	size_t size = crypto_shash_digestsize(tfm);
	SHASH_DESC_ON_STACK(desc, tfm);
	u8 block[TSEC_HASH_SIZE_MAX];
	int err = 0;
	size_t done;

	desc->tfm = tfm;
	for (done = 0; done < okm_len && !err; done += size) {
		err = expand_block(desc, block, size, info, info_len,
				   done / size + 1);
		if (!err)
			memcpy(okm + done, block, min(size, okm_len - done));
	}
	if (err)
		memzero_explicit(okm, okm_len);
	memzero_explicit(block, sizeof(block));
	shash_desc_zero(desc);
	return err;
}

/**
 * tsec_hkdf_expand() - HKDF-Expand (RFC 5869 section 2.3)
 * @hash: the hash
 * @prk: pseudorandom key, tsec_hash_size() bytes
 * @info: what the output is for
 * @info_len: bytes of @info
 * @okm: output keying material, set on success, wiped on failure
 * @okm_len: bytes of @okm, at most 255 times tsec_hash_size()
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL if @okm_len is too long, -ENOENT if the kernel lacks the
 * hash, or another errno of the crypto API.
 */
int tsec_hkdf_expand(enum tsec_hash hash, const u8 *prk, const u8 *info,
		     size_t info_len, u8 *okm, size_t okm_len)
{
	struct crypto_shash *tfm;
	int err;

	if (okm_len > BLOCKS_MAX * tsec_hash_size(hash))
		return -EINVAL;
	tfm = hmac_alloc(hash, prk, tsec_hash_size(hash));
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = expand(tfm, info, info_len, okm, okm_len);
	crypto_free_shash(tfm);
	return err;
}

/* One opaque vector with a length of one byte. */
static u8 *put_vector(u8 *p, const char *prefix, const void *data, u8 len)
{
	size_t prefix_len = strlen(prefix);

	*p++ = prefix_len + len;
	memcpy(p, prefix, prefix_len);
	memcpy(p + prefix_len, data, len);
	return p + prefix_len + len;
}

static int expand_label(enum tsec_hash hash, const u8 *secret,
			const char *prefix, const char *label,
			const u8 *context, u8 context_len, u8 *out,
			u16 out_len)
{
	size_t label_len = strlen(label);
	u8 info[INFO_MAX];
	u8 *p = info;

	if (label_len > TSEC_HKDF_LABEL_MAX)
		return -EINVAL;
	*p++ = out_len >> 8;
	*p++ = out_len;
	p = put_vector(p, prefix, label, label_len);
	p = put_vector(p, "", context ?: info, context_len);
	return tsec_hkdf_expand(hash, secret, info, p - info, out, out_len);
}

/**
 * tsec_hkdf_expand_label() - HKDF-Expand-Label (RFC 8446 section 7.1)
 * @hash: the hash
 * @secret: the secret, tsec_hash_size() bytes
 * @label: the label without "tls13 ", at most TSEC_HKDF_LABEL_MAX bytes
 * @context: the context, usually a hash; may be NULL if there is none
 * @context_len: bytes of @context
 * @out: set on success, wiped on failure
 * @out_len: bytes of @out
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL if @label or @out_len is too long, -ENOENT if the kernel
 * lacks the hash, or another errno of the crypto API.
 */
int tsec_hkdf_expand_label(enum tsec_hash hash, const u8 *secret,
			   const char *label, const u8 *context,
			   u8 context_len, u8 *out, u16 out_len)
{
	return expand_label(hash, secret, "tls13 ", label, context,
			    context_len, out, out_len);
}

/**
 * tsec_hkdf_expand_label_dtls() - HKDF-Expand-Label of DTLS 1.3
 * @hash: the hash
 * @secret: the secret, tsec_hash_size() bytes
 * @label: the label without "dtls13" (RFC 9147 section 5.9), at most
 *	TSEC_HKDF_LABEL_MAX bytes
 * @context: the context; may be NULL if there is none, as in all labels of
 *	the record layer
 * @context_len: bytes of @context
 * @out: set on success, wiped on failure
 * @out_len: bytes of @out
 *
 * Context: Process context, may sleep.
 * Return: as tsec_hkdf_expand_label().
 */
int tsec_hkdf_expand_label_dtls(enum tsec_hash hash, const u8 *secret,
				const char *label, const u8 *context,
				u8 context_len, u8 *out, u16 out_len)
{
	return expand_label(hash, secret, "dtls13", label, context,
			    context_len, out, out_len);
}
