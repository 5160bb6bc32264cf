// SPDX-License-Identifier: GPL-2.0
/*
 * Encryption and authentication of SRTP and of SRTCP: AES in counter mode with
 * HMAC-SHA1 (RFC 3711 section 4), or AES-GCM (RFC 7714).
 */
#include <crypto/algapi.h>
#include <crypto/hash.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/string.h>

#include "../aead.h"
#include "../compat.h"
#include "../keystream.h"
#include "srtp_crypt.h"

enum crypt_layout {
	SHA1_LEN	= 20,
	RTCP_HEADER	= 8,
	WORD_LEN	= 4,		/* SRTCP's number and its flag */
	/* Counted from the ends of an IV without its block counter. */
	SSRC_FROM_END	= 10,
	INDEX_FROM_END	= 6,
};

static_assert((int)TSEC_SRTP_TAG_MAX == (int)TSEC_AEAD_TAG_LEN);

static int aead_init(struct tsec_srtp_crypt *crypt,
		     const struct tsec_srtp_cipher *cipher,
		     const struct tsec_srtp_keys *keys)
{
	struct tsec_aead *aead;

	aead = tsec_aead_new("gcm(aes)", keys->key, cipher->key_len);
	if (IS_ERR(aead))
		return PTR_ERR(aead);
	crypt->aead = aead;
	return 0;
}

static int stream_init(struct tsec_srtp_crypt *crypt,
		       const struct tsec_srtp_cipher *cipher,
		       const struct tsec_srtp_keys *keys)
{
	struct tsec_keystream *stream;

	stream = tsec_keystream_new("ctr(aes)", keys->key, cipher->key_len);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	crypt->stream = stream;
	return 0;
}

static int mac_init(struct tsec_srtp_crypt *crypt,
		    const struct tsec_srtp_keys *keys)
{
	struct crypto_shash *mac = crypto_alloc_shash("hmac(sha1)", 0, 0);

	if (IS_ERR(mac))
		return PTR_ERR(mac);
	crypt->mac = mac;
	return crypto_shash_setkey(mac, keys->auth, sizeof(keys->auth));
}

/**
 * tsec_srtp_crypt_init() - make session keys ready for use
 * @crypt: set
 * @cipher: the cipher
 * @keys: the session keys, which the caller wipes
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOENT if the kernel lacks an algorithm, -ENOMEM, or another
 * errno of the crypto API; after a failure there is nothing to free.
 */
int tsec_srtp_crypt_init(struct tsec_srtp_crypt *crypt,
			 const struct tsec_srtp_cipher *cipher,
			 const struct tsec_srtp_keys *keys)
{
	int err;

	memset(crypt, 0, sizeof(*crypt));
	crypt->salt_len = cipher->salt_len;
	memcpy(crypt->salt, keys->salt, cipher->salt_len);
	if (cipher->aead)
		err = aead_init(crypt, cipher, keys);
	else
		err = stream_init(crypt, cipher, keys) ?:
		      mac_init(crypt, keys);
	if (err)
		tsec_srtp_crypt_free(crypt);
	return err;
}

/**
 * tsec_srtp_crypt_free() - end session keys; nothing of them is left
 * @crypt: the keys, or zeros; nobody uses them any more
 *
 * Context: Process context.
 */
void tsec_srtp_crypt_free(struct tsec_srtp_crypt *crypt)
{
	tsec_aead_free(crypt->aead);
	tsec_keystream_free(crypt->stream);
	if (crypt->mac)
		crypto_free_shash(crypt->mac);
	memzero_explicit(crypt, sizeof(*crypt));
}

/* RFC 3711 section 4.1.1, RFC 7714 sections 8.1 and 9.1; only lengths differ. */
static void iv_make(const struct tsec_srtp_crypt *crypt,
		    const struct tsec_srtp_unit *unit, u8 *iv)
{
	u8 *ssrc = iv + crypt->salt_len - SSRC_FROM_END;
	u8 *index = iv + crypt->salt_len - INDEX_FROM_END;

	memcpy(iv, crypt->salt, crypt->salt_len);
	put_unaligned_be32(get_unaligned_be32(ssrc) ^ unit->ssrc, ssrc);
	put_unaligned_be16(get_unaligned_be16(index) ^ unit->index >> 32,
			   index);
	put_unaligned_be32(get_unaligned_be32(index + 2) ^ unit->index,
			   index + 2);
}

static int stream_xor(struct tsec_srtp_crypt *crypt,
		      const struct tsec_srtp_unit *unit)
{
	u8 iv[TSEC_KEYSTREAM_IV_LEN] = { };

	iv_make(crypt, unit, iv);
	return tsec_keystream_xor(crypt->stream, iv,
				  unit->header + unit->header_len, unit->len);
}

/* Behind SRTP goes the rollover counter; SRTCP has its number in the packet. */
static int mac_make(struct tsec_srtp_crypt *crypt,
		    const struct tsec_srtp_unit *unit, u8 *mac)
{
	SHASH_DESC_ON_STACK(desc, crypt->mac);
	u32 len = unit->header_len + unit->len;
	u8 roc[4];
	int err;

	desc->tfm = crypt->mac;
	put_unaligned_be32(unit->index >> 16, roc);
	if (unit->word)
		err = crypto_shash_digest(desc, unit->header, len + WORD_LEN,
					  mac);
	else
		err = crypto_shash_init(desc) ?:
		      crypto_shash_update(desc, unit->header, len) ?:
		      crypto_shash_finup(desc, roc, sizeof(roc), mac);
	shash_desc_zero(desc);
	return err;
}

static int mac_check(struct tsec_srtp_crypt *crypt,
		     const struct tsec_srtp_unit *unit)
{
	u8 mac[SHA1_LEN];
	int err;

	err = mac_make(crypt, unit, mac);
	if (!err && crypto_memneq(mac, unit->tag, unit->tag_len))
		err = -EBADMSG;
	/* The right tag of a forged packet would make it a good one. */
	memzero_explicit(mac, sizeof(mac));
	return err;
}

/* SRTCP's number is authenticated as well, and stands elsewhere. */
static void rtcp_aad(const struct tsec_srtp_unit *unit, u8 *aad)
{
	memcpy(aad, unit->header, RTCP_HEADER);
	memcpy(aad + RTCP_HEADER, unit->word, WORD_LEN);
}

static int aead_seal(struct tsec_srtp_crypt *crypt,
		     const struct tsec_srtp_unit *unit)
{
	u8 iv[TSEC_AEAD_NONCE_LEN], aad[RTCP_HEADER + WORD_LEN];
	u8 *data = unit->header + unit->header_len;

	iv_make(crypt, unit, iv);
	if (!unit->word)
		return tsec_aead_seal_behind(crypt->aead, iv, unit->header_len,
					     data, unit->len);
	rtcp_aad(unit, aad);
	return tsec_aead_seal(crypt->aead, iv, aad, sizeof(aad), data,
			      unit->len);
}

static int aead_open(struct tsec_srtp_crypt *crypt,
		     const struct tsec_srtp_unit *unit)
{
	u8 iv[TSEC_AEAD_NONCE_LEN], aad[RTCP_HEADER + WORD_LEN];
	u8 *data = unit->header + unit->header_len;

	iv_make(crypt, unit, iv);
	if (!unit->word)
		return tsec_aead_open_behind(crypt->aead, iv, unit->header_len,
					     data, unit->len);
	rtcp_aad(unit, aad);
	return tsec_aead_open(crypt->aead, iv, aad, sizeof(aad), data,
			      unit->len);
}

/**
 * tsec_srtp_crypt_seal() - encrypt a packet in place and write its tag
 * @crypt: the keys
 * @unit: the packet; its index was never used before for its SSRC
 *
 * Context: Any but hard interrupts, where tsec_aead_usable().
 * Return: 0; a negative errno means that the crypto API failed.
 */
int tsec_srtp_crypt_seal(struct tsec_srtp_crypt *crypt,
			 const struct tsec_srtp_unit *unit)
{
	u8 mac[SHA1_LEN];
	int err;

	if (crypt->aead)
		return aead_seal(crypt, unit);
	err = stream_xor(crypt, unit) ?: mac_make(crypt, unit, mac);
	if (!err)
		memcpy(unit->tag, mac, unit->tag_len);
	return err;
}

/**
 * tsec_srtp_crypt_open() - check a packet's tag and decrypt it in place
 * @crypt: the keys
 * @unit: the packet
 *
 * Context: Any but hard interrupts, where tsec_aead_usable().
 * Return: 0; -EBADMSG if it is not authentic, and then its content means
 * nothing.
 */
int tsec_srtp_crypt_open(struct tsec_srtp_crypt *crypt,
			 const struct tsec_srtp_unit *unit)
{
	if (crypt->aead)
		return aead_open(crypt, unit);
	return mac_check(crypt, unit) ?: stream_xor(crypt, unit);
}
