// SPDX-License-Identifier: GPL-2.0
/* Signatures by each kind of key that certificates have. */
#include <gnutls/x509.h>
#include <string.h>

#include "../handshake/dtls13_auth.h"
#include "pki.h"
#include "tap.h"

static const uint8_t hash[32] = { 1, 2, 3 };

struct kind {
	const char *name;
	gnutls_pk_algorithm_t pk;
	unsigned int bits;
	uint16_t scheme;
};

static const struct kind kinds[] = {
	{ "ECDSA P-256", GNUTLS_PK_ECDSA,
	  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0x0403 },
	{ "ECDSA P-384", GNUTLS_PK_ECDSA,
	  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1), 0x0503 },
	{ "Ed25519", GNUTLS_PK_EDDSA_ED25519, 256, 0x0807 },
	{ "RSA", GNUTLS_PK_RSA, 2048, 0x0804 },
};

/* @usage: of the key, 0: it does not say */
static gnutls_certificate_credentials_t cred_make(const struct kind *kind,
						  unsigned int usage)
{
	gnutls_certificate_credentials_t cred;
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;

	gnutls_x509_privkey_init(&key);
	gnutls_x509_privkey_generate(key, kind->pk, kind->bits, 0);
	gnutls_x509_crt_init(&crt);
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, "\1", 1);
	gnutls_x509_crt_set_activation_time(crt, time(NULL));
	gnutls_x509_crt_set_expiration_time(crt, time(NULL) + 3600);
	gnutls_x509_crt_set_key(crt, key);
	if (usage)
		gnutls_x509_crt_set_key_usage(crt, usage);
	gnutls_x509_crt_sign2(crt, crt, key,
			      kind->pk == GNUTLS_PK_EDDSA_ED25519 ?
				      GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256,
			      0);
	gnutls_certificate_allocate_credentials(&cred);
	gnutls_certificate_set_x509_key(cred, &crt, 1, key);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	return cred;
}

static int verify(const gnutls_datum_t *der, uint16_t scheme, bool server,
		  const gnutls_datum_t *signature)
{
	return dtls13_auth_verify(der, scheme, server, hash, sizeof(hash),
				  signature);
}

static void test_kind(const struct kind *kind)
{
	gnutls_certificate_credentials_t cred = cred_make(kind, 0);
	gnutls_datum_t der = { NULL, 0 }, signature = { NULL, 0 };
	uint8_t list[64];
	struct wire_writer writer = wire_writer(list, sizeof(list));

	gnutls_certificate_get_crt_raw(cred, 0, 0, &der);
	dtls13_auth_schemes(&writer);
	ok(dtls13_auth_choose(cred, wire_reader(list, writer.len)) ==
		   kind->scheme, "%s: its scheme", kind->name);
	ok(!dtls13_auth_choose(cred, wire_reader("\x04\x01", 2)),
	   "... none that the peer does not know");
	ok(!dtls13_auth_sign(cred, kind->scheme, true, hash, sizeof(hash),
			     &signature) &&
		   !verify(&der, kind->scheme, true, &signature),
	   "... signed and verified");
	ok(verify(&der, kind->scheme, false, &signature),
	   "... not as the other end's");
	ok(verify(&der, 0x0401, true, &signature) ==
			   GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM &&
		   verify(&der, kind->scheme == 0x0403 ? 0x0503 : 0x0403,
			  true, &signature),
	   "... not by another scheme");
	signature.data[signature.size / 2] ^= 1;
	ok(verify(&der, kind->scheme, true, &signature), "... nor spoilt");
	gnutls_free(signature.data);
	gnutls_certificate_free_credentials(cred);
}

static int usage_verify(unsigned int usage)
{
	const struct kind *kind = &kinds[0];
	gnutls_certificate_credentials_t cred = cred_make(kind, usage);
	gnutls_datum_t der = { NULL, 0 }, signature = { NULL, 0 };
	int ret;

	gnutls_certificate_get_crt_raw(cred, 0, 0, &der);
	dtls13_auth_sign(cred, kind->scheme, true, hash, sizeof(hash),
			 &signature);
	ret = verify(&der, kind->scheme, true, &signature);
	gnutls_free(signature.data);
	gnutls_certificate_free_credentials(cred);
	return ret;
}

static void test_usage(void)
{
	ok(!usage_verify(GNUTLS_KEY_DIGITAL_SIGNATURE |
			 GNUTLS_KEY_KEY_AGREEMENT),
	   "a certificate for signatures, among other things");
	ok(usage_verify(GNUTLS_KEY_KEY_AGREEMENT) ==
		   GNUTLS_E_KEY_USAGE_VIOLATION,
	   "... one for other things alone");
}

/* By a longer key it takes hours. */
static int exponent_verify(unsigned int bits)
{
	struct cert cert;
	gnutls_datum_t der, signature = { (void *)hash, sizeof(hash) };
	int ret;

	cert_make(&cert, &(struct cert_order){ .cn = "x", .exponent = bits,
					       .days_from = -1, .days_to = 1 });
	gnutls_x509_crt_export2(cert.crt, GNUTLS_X509_FMT_DER, &der);
	ret = verify(&der, 0x0804, true, &signature);
	gnutls_free(der.data);
	cert_free(&cert);
	return ret;
}

static void test_exponents(void)
{
	ok(exponent_verify(64) == GNUTLS_E_PK_SIG_VERIFY_FAILED,
	   "a signature by an RSA key is looked at");
	ok(exponent_verify(65) == GNUTLS_E_PK_INVALID_PUBKEY,
	   "... not if its exponent is too long");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		test_kind(&kinds[i]);
	test_usage();
	test_exponents();
	return done_testing();
}
