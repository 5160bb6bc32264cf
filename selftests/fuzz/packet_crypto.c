// SPDX-License-Identifier: GPL-2.0
/*
 * What takes the place of cryptography where records of datagrams are fuzzed.
 *
 * Nothing is encrypted, and a tag is right if all its bytes are TAG, so that
 * the fuzzer gets behind it.  Everything that would be read or written is.
 */
#include <crypto/blake2s.h>
#include <crypto/chacha20poly1305.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "aead.h"
#include "fuzz.h"
#include "key.h"
#include "keystream.h"
#include "packet_fuzz.h"
#include "record/srtp_crypt.h"

struct tsec_aead {
	u8 key_len;
};

struct tsec_keystream {
	u8 key_len;
};

static int tag_check(const u8 *tag, size_t len)
{
	return memchr_inv(tag, PACKET_TAG, len) ? -EBADMSG : 0;
}

struct tsec_aead *tsec_aead_new(const char *alg, const u8 *key, u8 key_len)
{
	struct tsec_aead *aead = kzalloc(sizeof(*aead), GFP_KERNEL);

	touch(alg, strlen(alg));
	touch(key, key_len);
	return aead ?: ERR_PTR(-ENOMEM);
}

void tsec_aead_free(struct tsec_aead *aead)
{
	kfree(aead);
}

int tsec_aead_seal(struct tsec_aead *aead, const u8 *nonce, const u8 *aad,
		   u8 aad_len, u8 *data, u32 len)
{
	(void)aead;
	touch(nonce, TSEC_AEAD_NONCE_LEN);
	touch(aad, aad_len);
	touch(data, len);
	memset(data + len, PACKET_TAG, TSEC_AEAD_TAG_LEN);
	return 0;
}

int tsec_aead_seal_behind(struct tsec_aead *aead, const u8 *nonce,
			  u32 aad_len, u8 *data, u32 len)
{
	touch(data - aad_len, aad_len);
	return tsec_aead_seal(aead, nonce, data, 0, data, len);
}

int tsec_aead_open(struct tsec_aead *aead, const u8 *nonce, const u8 *aad,
		   u8 aad_len, u8 *data, u32 len)
{
	(void)aead;
	touch(nonce, TSEC_AEAD_NONCE_LEN);
	touch(aad, aad_len);
	touch(data, len);
	return tag_check(data + len, TSEC_AEAD_TAG_LEN);
}

int tsec_aead_open_behind(struct tsec_aead *aead, const u8 *nonce,
			  u32 aad_len, u8 *data, u32 len)
{
	touch(data - aad_len, aad_len);
	return tsec_aead_open(aead, nonce, data, 0, data, len);
}

struct tsec_keystream *tsec_keystream_new(const char *alg, const u8 *key,
					  u8 key_len)
{
	struct tsec_keystream *stream = kzalloc(sizeof(*stream), GFP_KERNEL);

	touch(alg, strlen(alg));
	touch(key, key_len);
	return stream ?: ERR_PTR(-ENOMEM);
}

void tsec_keystream_free(struct tsec_keystream *stream)
{
	kfree(stream);
}

int tsec_keystream_xor(struct tsec_keystream *stream, const u8 *iv, u8 *data,
		       u32 len)
{
	(void)stream;
	touch(iv, TSEC_KEYSTREAM_IV_LEN);
	touch(data, len);
	return 0;
}

void chacha20poly1305_encrypt(u8 *dst, const u8 *src, size_t len,
			      const u8 *ad, size_t ad_len, u64 nonce,
			      const u8 *key)
{
	(void)nonce;
	touch(key, CHACHA20POLY1305_KEY_SIZE);
	touch(ad, ad_len);
	memmove(dst, src, len);
	memset(dst + len, PACKET_TAG, CHACHA20POLY1305_AUTHTAG_SIZE);
}

void xchacha20poly1305_encrypt(u8 *dst, const u8 *src, size_t len,
			       const u8 *ad, size_t ad_len, const u8 *nonce,
			       const u8 *key)
{
	touch(nonce, XCHACHA20POLY1305_NONCE_SIZE);
	chacha20poly1305_encrypt(dst, src, len, ad, ad_len, 0, key);
}

bool chacha20poly1305_decrypt(u8 *dst, const u8 *src, size_t len,
			      const u8 *ad, size_t ad_len, u64 nonce,
			      const u8 *key)
{
	size_t content = len - CHACHA20POLY1305_AUTHTAG_SIZE;

	(void)nonce;
	touch(key, CHACHA20POLY1305_KEY_SIZE);
	touch(ad, ad_len);
	memmove(dst, src, content);
	return !tag_check(src + content, CHACHA20POLY1305_AUTHTAG_SIZE);
}

int tsec_srtp_crypt_init(struct tsec_srtp_crypt *crypt,
			 const struct tsec_srtp_cipher *cipher,
			 const struct tsec_srtp_keys *keys)
{
	memset(crypt, 0, sizeof(*crypt));
	touch(keys->key, cipher->key_len);
	return 0;
}

void tsec_srtp_crypt_free(struct tsec_srtp_crypt *crypt)
{
	memset(crypt, 0, sizeof(*crypt));
}

static void touch_unit(const struct tsec_srtp_unit *unit)
{
	touch(unit->header, unit->header_len + unit->len);
	if (unit->word)
		touch(unit->word, 4);
}

int tsec_srtp_crypt_seal(struct tsec_srtp_crypt *crypt,
			 const struct tsec_srtp_unit *unit)
{
	(void)crypt;
	touch_unit(unit);
	memset(unit->tag, PACKET_TAG, unit->tag_len);
	return 0;
}

int tsec_srtp_crypt_open(struct tsec_srtp_crypt *crypt,
			 const struct tsec_srtp_unit *unit)
{
	(void)crypt;
	touch_unit(unit);
	return tag_check(unit->tag, unit->tag_len);
}

unsigned int tsec_hash_size(enum tsec_hash hash)
{
	return hash == TSEC_HASH_SHA384 ? 48 : 32;
}

int tsec_hash_two(enum tsec_hash hash, const void *a, size_t a_len,
		  const void *b, size_t b_len, u8 *out)
{
	touch(a, a_len);
	touch(b, b_len);
	memset(out, PACKET_HASH, tsec_hash_size(hash));
	return 0;
}

int tsec_hkdf_expand_label_dtls(enum tsec_hash hash, const u8 *secret,
				const char *label, const u8 *context,
				u8 context_len, u8 *out, u16 out_len)
{
	touch(context, context_len);
	touch(secret, tsec_hash_size(hash));
	touch(label, strlen(label));
	memset(out, 1, out_len);
	return 0;
}

const struct tsec_cipher_desc *tsec_cipher_find(u16 id)
{
	static const struct tsec_cipher_desc chacha = {
		.id		= TSEC_CIPHER_CHACHA20_POLY1305,
		.alg		= "rfc7539(chacha20,poly1305)",
		.key_len	= 32,
	}, gcm = {
		.id		= TSEC_CIPHER_AES_128_GCM,
		.alg		= "gcm(aes)",
		.key_len	= 16,
		.salt_len	= 4,
	};

	return id == TSEC_CIPHER_CHACHA20_POLY1305 ? &chacha :
	       id == TSEC_CIPHER_AES_128_GCM	   ? &gcm :
						     NULL;
}

/* In a table of DTLS 1.2; the keys here are good. */
int tsec_key_validate(const struct tsec_key *key, const char **why)
{
	(void)key;
	*why = NULL;
	return 0;
}

void blake2s_init(struct blake2s_state *state, size_t outlen)
{
	state->outlen = outlen;
}

void blake2s_init_key(struct blake2s_state *state, size_t outlen,
		      const void *key, size_t keylen)
{
	state->outlen = outlen;
	touch(key, keylen);
}

void blake2s_update(struct blake2s_state *state, const u8 *in, size_t inlen)
{
	(void)state;
	touch(in, inlen);
}

void blake2s_final(struct blake2s_state *state, u8 *out)
{
	memset(out, PACKET_HASH, state->outlen);
}
