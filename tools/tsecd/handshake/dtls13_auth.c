// SPDX-License-Identifier: GPL-2.0
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

#include "dtls13_auth.h"
#include "dtls13_schedule.h"
#include "pubkey.h"

struct scheme {
	uint16_t id; /* RFC 8446 section 4.2.3 */
	gnutls_sign_algorithm_t sign;
	gnutls_pk_algorithm_t pk;
	gnutls_ecc_curve_t curve; /* INVALID: the key's kind tells enough */
};

static const struct scheme schemes[] = {
	{ 0x0807, GNUTLS_SIGN_EDDSA_ED25519, GNUTLS_PK_EDDSA_ED25519,
	  GNUTLS_ECC_CURVE_INVALID },
	{ 0x0403, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, GNUTLS_PK_ECDSA,
	  GNUTLS_ECC_CURVE_SECP256R1 },
	{ 0x0503, GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, GNUTLS_PK_ECDSA,
	  GNUTLS_ECC_CURVE_SECP384R1 },
	{ 0x0804, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, GNUTLS_PK_RSA,
	  GNUTLS_ECC_CURVE_INVALID },
	{ 0x0805, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, GNUTLS_PK_RSA,
	  GNUTLS_ECC_CURVE_INVALID },
	{ 0x0806, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, GNUTLS_PK_RSA,
	  GNUTLS_ECC_CURVE_INVALID },
};

#define N_SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

static const char server_text[] = "TLS 1.3, server CertificateVerify";
static const char client_text[] = "TLS 1.3, client CertificateVerify";

enum signed_layout {
	PADDING_LEN = 64,
	TEXT_LEN = sizeof(server_text), /* with the zero behind it */
	SIGNED_MAX = PADDING_LEN + TEXT_LEN + DTLS13_HASH_MAX,
};

/* RSA with the padding of PKCS #1: only authorities may sign so. */
static const uint16_t cert_schemes[] = { 0x0401, 0x0501, 0x0601 };

void dtls13_auth_schemes(struct wire_writer *writer)
{
	for (size_t i = 0; i < N_SCHEMES; i++)
		wire_put(writer, schemes[i].id, 2);
	for (size_t i = 0; i < sizeof(cert_schemes) / sizeof(uint16_t); i++)
		wire_put(writer, cert_schemes[i], 2);
}

static const struct scheme *scheme_find(uint16_t id)
{
	for (size_t i = 0; i < N_SCHEMES; i++)
		if (schemes[i].id == id)
			return &schemes[i];
	return NULL;
}

static bool fits(gnutls_pubkey_t pubkey, const struct scheme *scheme)
{
	gnutls_ecc_curve_t curve;

	if (gnutls_pubkey_get_pk_algorithm(pubkey, NULL) != (int)scheme->pk)
		return false;
	if (scheme->curve == GNUTLS_ECC_CURVE_INVALID)
		return true;
	return gnutls_pubkey_export_ecc_raw2(pubkey, &curve, NULL, NULL, 0) >=
		       0 && curve == scheme->curve;
}

/* RFC 8446 section 4.4.2.2: a certificate that says what for has to say so. */
static bool may_sign(gnutls_pubkey_t pubkey)
{
	unsigned int usage = 0;

	gnutls_pubkey_get_key_usage(pubkey, &usage);
	return !usage || (usage & GNUTLS_KEY_DIGITAL_SIGNATURE);
}

uint16_t dtls13_auth_choose(gnutls_certificate_credentials_t cred,
			    struct wire_reader peer_schemes)
{
	gnutls_pubkey_t pubkey;
	gnutls_datum_t der;
	uint16_t id = 0;

	if (gnutls_certificate_get_crt_raw(cred, 0, 0, &der) < 0 ||
	    pubkey_of(&der, &pubkey) < 0)
		return 0;
	for (size_t i = 0; i < N_SCHEMES && !id; i++)
		if (fits(pubkey, &schemes[i]) &&
		    wire_has_u16(peer_schemes, schemes[i].id))
			id = schemes[i].id;
	gnutls_pubkey_deinit(pubkey);
	return id;
}

static size_t signed_make(bool server, const uint8_t *hash, size_t hash_len,
			  uint8_t data[SIGNED_MAX])
{
	struct wire_writer writer = wire_writer(data, SIGNED_MAX);

	memset(data, ' ', PADDING_LEN);
	writer.len = PADDING_LEN;
	wire_put_data(&writer, server ? server_text : client_text, TEXT_LEN);
	wire_put_data(&writer, hash, hash_len);
	return writer.len;
}

static int privkey_of(gnutls_certificate_credentials_t cred,
		      gnutls_privkey_t *privkey)
{
	gnutls_x509_privkey_t x509;
	int ret = gnutls_certificate_get_x509_key(cred, 0, &x509);

	if (ret < 0)
		return ret;
	ret = gnutls_privkey_init(privkey);
	if (ret >= 0) {
		ret = gnutls_privkey_import_x509(*privkey, x509,
						 GNUTLS_PRIVKEY_IMPORT_COPY);
		if (ret < 0)
			gnutls_privkey_deinit(*privkey);
	}
	gnutls_x509_privkey_deinit(x509);
	return ret;
}

int dtls13_auth_sign(gnutls_certificate_credentials_t cred, uint16_t scheme,
		     bool server, const uint8_t *hash, size_t hash_len,
		     gnutls_datum_t *signature)
{
	const struct scheme *found = scheme_find(scheme);
	uint8_t data[SIGNED_MAX];
	gnutls_datum_t datum = { data, signed_make(server, hash, hash_len,
						   data) };
	gnutls_privkey_t privkey;
	int ret;

	if (!found)
		return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
	ret = privkey_of(cred, &privkey);
	if (ret < 0)
		return ret;
	ret = gnutls_privkey_sign_data2(privkey, found->sign, 0, &datum,
					signature);
	gnutls_privkey_deinit(privkey);
	return ret < 0 ? ret : 0;
}

int dtls13_auth_verify(const gnutls_datum_t *cert, uint16_t scheme,
		       bool server, const uint8_t *hash, size_t hash_len,
		       const gnutls_datum_t *signature)
{
	const struct scheme *found = scheme_find(scheme);
	uint8_t data[SIGNED_MAX];
	gnutls_datum_t datum = { data, signed_make(server, hash, hash_len,
						   data) };
	gnutls_pubkey_t pubkey;
	int ret;

	if (!found)
		return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
	ret = pubkey_of(cert, &pubkey);
	if (ret < 0)
		return ret;
	if (!may_sign(pubkey))
		ret = GNUTLS_E_KEY_USAGE_VIOLATION;
	else if (!fits(pubkey, found))
		ret = GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
	else
		ret = gnutls_pubkey_verify_data2(pubkey, found->sign, 0, &datum,
						 signature);
	gnutls_pubkey_deinit(pubkey);
	return ret < 0 ? ret : 0;
}
