// SPDX-License-Identifier: GPL-2.0
/*
 * What peers of another make need of GnuTLS.
 */
#include "aead.h"

static const gnutls_cipher_algorithm_t algorithms[] = {
	[TSEC_CIPHER_AES_128_GCM]	= GNUTLS_CIPHER_AES_128_GCM,
	[TSEC_CIPHER_AES_256_GCM]	= GNUTLS_CIPHER_AES_256_GCM,
	[TSEC_CIPHER_CHACHA20_POLY1305]	= GNUTLS_CIPHER_CHACHA20_POLY1305,
};

void put_be(uint8_t *p, uint64_t value, int bytes)
{
	while (bytes--) {
		p[bytes] = value;
		value >>= 8;
	}
}

uint64_t get_be(const uint8_t *p, int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *p++;
	return value;
}

gnutls_aead_cipher_hd_t aead_make(const struct kind *kind,
				  const struct key *key)
{
	gnutls_datum_t datum = {
		(uint8_t *)key->key, tsec_cipher_key_len(kind->cipher)
	};
	gnutls_aead_cipher_hd_t hd;

	ASSERT_EQ(gnutls_aead_cipher_init(&hd, algorithms[kind->cipher],
					  &datum), 0);
	return hd;
}
