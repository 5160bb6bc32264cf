/* SPDX-License-Identifier: GPL-2.0 */
/* Certificates for tests, made on the spot. */
#ifndef TSECD_TESTS_PKI_H
#define TSECD_TESTS_PKI_H

#include <gnutls/x509.h>
#include <time.h>

struct cert {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
	char *cert_pem, *key_pem;
};

struct cert_order {
	const char *cn; /* NULL: no subject */
	const char *dns, *ip; /* subjectAltName, NULL: none */
	const struct cert *by; /* who signs; NULL: itself */
	int authority; /* may it sign others? */
	unsigned int exponent; /* bits of that of an RSA key, 0: another key */
	int days_from, days_to; /* validity, relative to now */
};

void cert_make(struct cert *cert, const struct cert_order *order);
void cert_free(struct cert *cert);

/* A PEM revocation list of @by with @revoked in it; free() it. */
char *crl_make(const struct cert *by, const struct cert *revoked);

/* Writes text to a file in the tests' own folder; its path, static. */
const char *test_file(const char *name, const char *text);

/* Removes that folder. */
void test_files_remove(void);

#endif /* TSECD_TESTS_PKI_H */
