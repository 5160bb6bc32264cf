// SPDX-License-Identifier: GPL-2.0
/*
 * What takes the place of the libraries' cryptography where the daemon is
 * fuzzed: functions of the program go before those of a library.
 *
 * Nothing is encrypted, and whatever proves something is right if all its
 * bytes are FUZZ_TAG, so that the fuzzer gets behind it.
 */
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <nettle/curve25519.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "daemon_fuzz.h"
#include "fuzz.h"

const char fuzz_private_key[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIF8GfIIfkJ28okP5wU37xcEZgOKLjMWm/nHcUrUkKItF\n"
	"-----END PRIVATE KEY-----\n";

const char fuzz_certificate[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBPDCB76ADAgECAgEBMAUGAytlcDAMMQowCAYDVQQDEwFhMCAXDTAwMDEwMTAw\n"
	"MDAwMFoYDzk5OTkxMjMxMjM1OTU5WjAMMQowCAYDVQQDEwFhMCowBQYDK2VwAyEA\n"
	"8K/ZL7fhRUvsYIHV+73oMb6RAoaLo/JHZ3jenHZqI6GjdDByMAwGA1UdEwEB/wQC\n"
	"MAAwHQYDVR0lBBYwFAYIKwYBBQUHAwIGCCsGAQUFBwMBMBQGA1UdEQQNMAuCCWEu\n"
	"ZXhhbXBsZTAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFEyoalyo3OvsXw9bg1CO\n"
	"fbzsQo8iMAUGAytlcANBAGVVgN+diuZhawpnaGw7QyBeU6eRKShXNrdlm2OlPWTj\n"
	"yR9dy+zqk+rpWhpZbvbRJl959/nFAu5BDc/1witxWQE=\n"
	"-----END CERTIFICATE-----\n";

static bool is_proof(const void *data, size_t len)
{
	const uint8_t *at = data;

	for (size_t i = 0; i < len; i++)
		if (at[i] != FUZZ_TAG)
			return false;
	return true;
}

int gnutls_rnd(gnutls_rnd_level_t level, void *data, size_t len)
{
	(void)level;
	memset(data, 1, len);
	return 0;
}

int gnutls_memcmp(const void *a, const void *b, size_t len)
{
	touch(a, len);
	touch(b, len);
	return !is_proof(a, len) && !is_proof(b, len);
}

/* Records, tickets ******************************************************* */

int gnutls_aead_cipher_init(gnutls_aead_cipher_hd_t *handle,
			    gnutls_cipher_algorithm_t cipher,
			    const gnutls_datum_t *key)
{
	static char cookie;

	(void)cipher;
	touch(key->data, key->size);
	*handle = (void *)&cookie;
	return 0;
}

void gnutls_aead_cipher_deinit(gnutls_aead_cipher_hd_t handle)
{
	(void)handle;
}

int gnutls_aead_cipher_encrypt(gnutls_aead_cipher_hd_t handle,
			       const void *nonce, size_t nonce_len,
			       const void *aad, size_t aad_len, size_t tag_len,
			       const void *plain, size_t len, void *sealed,
			       size_t *sealed_len)
{
	(void)handle;
	touch(nonce, nonce_len);
	touch(aad, aad_len);
	if (*sealed_len < len + tag_len)
		return GNUTLS_E_SHORT_MEMORY_BUFFER;
	memmove(sealed, plain, len);
	memset((uint8_t *)sealed + len, FUZZ_TAG, tag_len);
	*sealed_len = len + tag_len;
	return 0;
}

int gnutls_aead_cipher_decrypt(gnutls_aead_cipher_hd_t handle,
			       const void *nonce, size_t nonce_len,
			       const void *aad, size_t aad_len, size_t tag_len,
			       const void *sealed, size_t len, void *plain,
			       size_t *plain_len)
{
	(void)handle;
	touch(nonce, nonce_len);
	touch(aad, aad_len);
	if (len < tag_len || *plain_len < len - tag_len)
		return GNUTLS_E_DECRYPTION_FAILED;
	*plain_len = len - tag_len;
	memmove(plain, sealed, *plain_len);
	return is_proof((const uint8_t *)sealed + *plain_len, tag_len) ?
		       0 : GNUTLS_E_DECRYPTION_FAILED;
}

/* Record numbers are in the clear. */
int gnutls_cipher_init(gnutls_cipher_hd_t *handle,
		       gnutls_cipher_algorithm_t cipher,
		       const gnutls_datum_t *key, const gnutls_datum_t *iv)
{
	static char cookie;

	(void)cipher;
	touch(key->data, key->size);
	touch(iv->data, iv->size);
	*handle = (void *)&cookie;
	return 0;
}

void gnutls_cipher_deinit(gnutls_cipher_hd_t handle)
{
	(void)handle;
}

int gnutls_cipher_encrypt2(gnutls_cipher_hd_t handle, const void *plain,
			   size_t len, void *sealed, size_t sealed_len)
{
	(void)handle;
	touch(plain, len);
	memset(sealed, 0, sealed_len);
	return 0;
}

/* Keys ******************************************************************* */

int gnutls_privkey_sign_data2(gnutls_privkey_t key,
			      gnutls_sign_algorithm_t algorithm,
			      unsigned int flags, const gnutls_datum_t *data,
			      gnutls_datum_t *signature)
{
	(void)key;
	(void)algorithm;
	(void)flags;
	touch(data->data, data->size);
	signature->size = 64;
	signature->data = gnutls_malloc(signature->size);
	if (!signature->data)
		return GNUTLS_E_MEMORY_ERROR;
	memset(signature->data, FUZZ_TAG, signature->size);
	return 0;
}

int gnutls_pubkey_verify_data2(gnutls_pubkey_t key,
			       gnutls_sign_algorithm_t algorithm,
			       unsigned int flags, const gnutls_datum_t *data,
			       const gnutls_datum_t *signature)
{
	(void)key;
	(void)algorithm;
	(void)flags;
	touch(data->data, data->size);
	return is_proof(signature->data, signature->size) ?
		       0 : GNUTLS_E_PK_SIG_VERIFY_FAILED;
}

void curve25519_mul_g(uint8_t *public, const uint8_t *secret)
{
	memcpy(public, secret, CURVE25519_SIZE);
}

void curve25519_mul(uint8_t *shared, const uint8_t *secret,
		    const uint8_t *public)
{
	touch(secret, CURVE25519_SIZE);
	memcpy(shared, public, CURVE25519_SIZE);
}
