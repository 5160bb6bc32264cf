// SPDX-License-Identifier: GPL-2.0
/*
 * BLAKE2s, and HKDF with it, are libcrypto's; all else is libsodium's, whose
 * X25519 refuses points of small order.
 */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "noise.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *blake2s;
static EVP_MAC *blake2s_mac;
static EVP_KDF *hkdf;

/* Without its configuration file, which the sandbox may keep from it. */
static void library_begin(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	blake2s = EVP_MD_fetch(NULL, "BLAKE2S-256", NULL);
	blake2s_mac = EVP_MAC_fetch(NULL, "BLAKE2SMAC", NULL);
	hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
}

static bool library_is_good(void)
{
	pthread_once(&once, library_begin);
	return sodium_init() >= 0 && blake2s && blake2s_mac && hkdf;
}

/* BLAKE2s **************************************************************** */

bool noise_hash(uint8_t out[NOISE_LEN], const void *a, size_t a_len,
		const void *b, size_t b_len)
{
	EVP_MD_CTX *ctx = library_is_good() ? EVP_MD_CTX_new() : NULL;
	bool good = ctx && EVP_DigestInit_ex2(ctx, blake2s, NULL) &&
		    EVP_DigestUpdate(ctx, a, a_len) &&
		    EVP_DigestUpdate(ctx, b, b_len) &&
		    EVP_DigestFinal_ex(ctx, out, NULL);

	EVP_MD_CTX_free(ctx);
	return good;
}

bool noise_mac(uint8_t *out, size_t out_len, const void *key, size_t key_len,
	       const void *data, size_t len)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &out_len),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_CTX *ctx = NULL;
	size_t size = out_len;
	bool good;

	if (library_is_good())
		ctx = EVP_MAC_CTX_new(blake2s_mac);
	good = ctx && EVP_MAC_init(ctx, key, key_len, params) &&
	       EVP_MAC_update(ctx, data, len) &&
	       EVP_MAC_final(ctx, out, &size, out_len);
	EVP_MAC_CTX_free(ctx);
	return good;
}

/*
 * Noise's own HKDF (section 4.3) is that of RFC 5869: the chaining key is the
 * salt, and there is no information.
 */
static bool derive(const uint8_t ck[NOISE_LEN], const void *input, size_t len,
		   uint8_t *out, size_t out_len)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
						 (char *)"BLAKE2S-256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
						  (void *)ck, NOISE_LEN),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
						  (void *)input, len),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF_CTX *ctx = library_is_good() ? EVP_KDF_CTX_new(hkdf) : NULL;
	bool good = ctx && EVP_KDF_derive(ctx, out, out_len, params) > 0;

	EVP_KDF_CTX_free(ctx);
	return good;
}

/* The symmetric state **************************************************** */

void noise_begin(struct noise *noise, const char *name)
{
	memset(noise, 0, sizeof(*noise));
	noise->failed = !noise_hash(noise->h, name, strlen(name), NULL, 0);
	memcpy(noise->ck, noise->h, NOISE_LEN);
}

void noise_mix_hash(struct noise *noise, const void *data, size_t len)
{
	if (!noise_hash(noise->h, noise->h, NOISE_LEN, data, len))
		noise->failed = true;
}

void noise_mix_key(struct noise *noise, const void *input, size_t len)
{
	uint8_t out[2 * NOISE_LEN];

	if (!derive(noise->ck, input, len, out, sizeof(out)))
		noise->failed = true;
	memcpy(noise->ck, out, NOISE_LEN);
	memcpy(noise->k, out + NOISE_LEN, NOISE_LEN);
	sodium_memzero(out, sizeof(out));
}

void noise_mix_psk(struct noise *noise, const uint8_t psk[NOISE_LEN])
{
	uint8_t out[3 * NOISE_LEN];

	if (!derive(noise->ck, psk, NOISE_LEN, out, sizeof(out)))
		noise->failed = true;
	memcpy(noise->ck, out, NOISE_LEN);
	noise_mix_hash(noise, out + NOISE_LEN, NOISE_LEN);
	memcpy(noise->k, out + 2 * NOISE_LEN, NOISE_LEN);
	sodium_memzero(out, sizeof(out));
}

bool noise_dh(struct noise *noise, const uint8_t privkey[NOISE_LEN],
	      const uint8_t pubkey[NOISE_LEN])
{
	uint8_t shared[NOISE_LEN];

	if (!library_is_good() || crypto_scalarmult(shared, privkey, pubkey))
		noise->failed = true;
	else
		noise_mix_key(noise, shared, sizeof(shared));
	sodium_memzero(shared, sizeof(shared));
	return !noise->failed;
}

static const uint8_t number[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

void noise_seal(struct noise *noise, uint8_t *out, const void *data,
		size_t len)
{
	crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, data, len,
						  noise->h, NOISE_LEN, NULL,
						  number, noise->k);
	noise_mix_hash(noise, out, len + NOISE_TAG);
}

bool noise_open(struct noise *noise, void *out, const uint8_t *data,
		size_t len)
{
	if (noise->failed ||
	    crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, data,
						      len + NOISE_TAG, noise->h,
						      NOISE_LEN, number,
						      noise->k))
		return false;
	noise_mix_hash(noise, data, len + NOISE_TAG);
	return !noise->failed;
}

bool noise_split(const struct noise *noise, uint8_t first[NOISE_LEN],
		 uint8_t second[NOISE_LEN])
{
	uint8_t out[2 * NOISE_LEN];
	bool good = !noise->failed &&
		    derive(noise->ck, "", 0, out, sizeof(out));

	if (good) {
		memcpy(first, out, NOISE_LEN);
		memcpy(second, out + NOISE_LEN, NOISE_LEN);
	}
	sodium_memzero(out, sizeof(out));
	return good;
}

void noise_wipe(struct noise *noise)
{
	sodium_memzero(noise, sizeof(*noise));
}
