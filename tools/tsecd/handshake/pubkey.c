// SPDX-License-Identifier: GPL-2.0
#include <gnutls/x509.h>
#include <stdbool.h>

#include "pubkey.h"

static bool is_rsa(gnutls_pubkey_t pubkey, unsigned int *bits)
{
	int pk = gnutls_pubkey_get_pk_algorithm(pubkey, bits);

	return pk == GNUTLS_PK_RSA || pk == GNUTLS_PK_RSA_PSS;
}

static bool is_moderate(gnutls_pubkey_t pubkey)
{
	gnutls_datum_t modulus, exponent;
	unsigned int bits = 0;
	bool moderate;

	if (!is_rsa(pubkey, &bits))
		return true;
	if (bits > PUBKEY_RSA_BITS_MAX ||
	    gnutls_pubkey_export_rsa_raw2(pubkey, &modulus, &exponent,
					  GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
		return false;
	moderate = exponent.size <= PUBKEY_RSA_EXPONENT_BITS_MAX / 8;
	gnutls_free(modulus.data);
	gnutls_free(exponent.data);
	return moderate;
}

static int pubkey_import(gnutls_x509_crt_t crt, gnutls_pubkey_t *pubkey)
{
	int ret = gnutls_pubkey_init(pubkey);

	if (ret < 0)
		return ret;
	ret = gnutls_pubkey_import_x509(*pubkey, crt, 0);
	if (ret >= 0 && !is_moderate(*pubkey))
		ret = GNUTLS_E_PK_INVALID_PUBKEY;
	if (ret < 0)
		gnutls_pubkey_deinit(*pubkey);
	return ret;
}

int pubkey_of(const gnutls_datum_t *der, gnutls_pubkey_t *pubkey)
{
	gnutls_x509_crt_t crt;
	int ret = gnutls_x509_crt_init(&crt);

	if (ret < 0)
		return ret;
	ret = gnutls_x509_crt_import(crt, der, GNUTLS_X509_FMT_DER);
	if (ret >= 0)
		ret = pubkey_import(crt, pubkey);
	gnutls_x509_crt_deinit(crt);
	return ret;
}
