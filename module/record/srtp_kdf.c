// SPDX-License-Identifier: GPL-2.0
/*
 * Ciphers of SRTP, and session keys derived from a master key (RFC 3711
 * section 4.3, RFC 6188 section 3).
 *
 * The key derivation rate is always zero: nobody uses another one, and
 * DTLS-SRTP cannot even name it.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../keystream.h"
#include "srtp_kdf.h"

enum kdf_layout {
	AT_LABEL	= 7,	/* in the salt: the index is behind it, zero */
};

/* SRTCP is never protected by the short tag (RFC 3711 section 5.2). */
static const struct tsec_srtp_cipher ciphers[] = {
	{
		.id		= TSEC_CIPHER_AES_128_GCM,
		.key_len	= 16,
		.salt_len	= 12,
		.aead		= true,
		.rtp_tag	= 16,
		.rtcp_tag	= 16,
	}, {
		.id		= TSEC_CIPHER_AES_256_GCM,
		.key_len	= 32,
		.salt_len	= 12,
		.aead		= true,
		.rtp_tag	= 16,
		.rtcp_tag	= 16,
	}, {
		.id		= TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
		.key_len	= 16,
		.salt_len	= 14,
		.rtp_tag	= 10,
		.rtcp_tag	= 10,
	}, {
		.id		= TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32,
		.key_len	= 16,
		.salt_len	= 14,
		.rtp_tag	= 4,
		.rtcp_tag	= 10,
	}, {
		.id		= TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80,
		.key_len	= 32,
		.salt_len	= 14,
		.rtp_tag	= 10,
		.rtcp_tag	= 10,
	}, {
		.id		= TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32,
		.key_len	= 32,
		.salt_len	= 14,
		.rtp_tag	= 4,
		.rtcp_tag	= 10,
	},
};

/**
 * tsec_srtp_cipher_find() - look a cipher up
 * @id: enum tsec_cipher
 *
 * Context: Any.
 * Return: what SRTP has to know about it, or NULL if it has no such cipher.
 */
const struct tsec_srtp_cipher *tsec_srtp_cipher_find(u16 id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ciphers); i++)
		if (ciphers[i].id == id)
			return &ciphers[i];
	return NULL;
}

/**
 * tsec_srtp_derive() - make one session key
 * @prf: AES in counter mode with the master key
 * @salt: the master salt, TSEC_SRTP_SALT_MAX bytes
 * @label: enum tsec_srtp_label
 * @out: set on success
 * @len: bytes of @out
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or another errno of the crypto API.
 */
int tsec_srtp_derive(struct tsec_keystream *prf, const u8 *salt, u8 label,
		     u8 *out, u8 len)
{
	u8 iv[TSEC_KEYSTREAM_IV_LEN] = { }, *buf;
	int err;

	/* The keystream goes to linear memory, which a stack need not be. */
	buf = kzalloc(len, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	memcpy(iv, salt, TSEC_SRTP_SALT_MAX);
	iv[AT_LABEL] ^= label;
	err = tsec_keystream_xor(prf, iv, buf, len);
	if (!err)
		memcpy(out, buf, len);
	kfree_sensitive(buf);
	return err;
}

static int derive_all(struct tsec_keystream *prf,
		      const struct tsec_srtp_cipher *cipher, const u8 *salt,
		      u8 first, struct tsec_srtp_keys *keys)
{
	int err;

	err = tsec_srtp_derive(prf, salt, first + TSEC_SRTP_LABEL_ENCRYPTION,
			       keys->key, cipher->key_len);
	if (!err)
		err = tsec_srtp_derive(prf, salt,
				       first + TSEC_SRTP_LABEL_SALT,
				       keys->salt, cipher->salt_len);
	if (!err && !cipher->aead)
		err = tsec_srtp_derive(prf, salt,
				       first + TSEC_SRTP_LABEL_AUTH,
				       keys->auth, sizeof(keys->auth));
	return err;
}

/**
 * tsec_srtp_keys_derive() - make the session keys of SRTP or SRTCP
 * @cipher: the cipher
 * @key: the master key
 * @salt: the master salt
 * @rtcp: those of SRTCP
 * @keys: set on success, wiped on failure
 *
 * RFC 7714 does not say how a master salt of 12 bytes gets the 14 of the key
 * derivation.  Zeros behind it is what libsrtp does, and so everybody else.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOENT if the kernel has no AES in counter mode, -ENOMEM, or
 * another errno of the crypto API.
 */
int tsec_srtp_keys_derive(const struct tsec_srtp_cipher *cipher,
			  const u8 *key, const u8 *salt, bool rtcp,
			  struct tsec_srtp_keys *keys)
{
	u8 padded[TSEC_SRTP_SALT_MAX] = { };
	struct tsec_keystream *prf;
	int err;

	prf = tsec_keystream_new("ctr(aes)", key, cipher->key_len);
	if (IS_ERR(prf))
		return PTR_ERR(prf);
	memset(keys, 0, sizeof(*keys));
	memcpy(padded, salt, cipher->salt_len);
	err = derive_all(prf, cipher, padded, rtcp ? TSEC_SRTP_LABEL_RTCP : 0,
			 keys);
	if (err)
		memzero_explicit(keys, sizeof(*keys));
	tsec_keystream_free(prf);
	return err;
}
