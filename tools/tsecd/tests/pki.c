// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <err.h>
#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pki.h"

#define DAY (24 * 3600)

static unsigned int serial_number;

static void must(int ret, const char *what)
{
	if (ret < 0)
		errx(1, "%s: %s", what, gnutls_strerror(ret));
}

static void add_names(gnutls_x509_crt_t crt, const struct cert_order *order)
{
	uint8_t raw[4];

	if (order->cn)
		must(gnutls_x509_crt_set_dn_by_oid(
			     crt, GNUTLS_OID_X520_COMMON_NAME, 0, order->cn,
			     strlen(order->cn)),
		     "subject");
	if (order->dns)
		must(gnutls_x509_crt_set_subject_alt_name(
			     crt, GNUTLS_SAN_DNSNAME, order->dns,
			     strlen(order->dns), 0),
		     "DNS name");
	if (order->ip && inet_pton(AF_INET, order->ip, raw) == 1)
		must(gnutls_x509_crt_set_subject_alt_name(
			     crt, GNUTLS_SAN_IPADDRESS, raw, 4,
			     GNUTLS_FSAN_APPEND),
		     "address");
}

static void sign(struct cert *cert, const struct cert_order *order)
{
	const struct cert *by = order->by ? order->by : cert;
	unsigned char serial[4];
	uint32_t n = htonl(++serial_number);
	time_t now = time(NULL);

	memcpy(serial, &n, sizeof(serial));
	must(gnutls_x509_crt_set_version(cert->crt, 3), "version");
	must(gnutls_x509_crt_set_serial(cert->crt, serial, sizeof(serial)),
	     "serial number");
	must(gnutls_x509_crt_set_activation_time(
		     cert->crt, now + (time_t)order->days_from * DAY),
	     "begin");
	must(gnutls_x509_crt_set_expiration_time(
		     cert->crt, now + (time_t)order->days_to * DAY),
	     "end");
	must(gnutls_x509_crt_set_basic_constraints(cert->crt, order->authority,
						   -1),
	     "constraints");
	if (order->authority)
		must(gnutls_x509_crt_set_key_usage(cert->crt,
						   GNUTLS_KEY_KEY_CERT_SIGN |
							   GNUTLS_KEY_CRL_SIGN),
		     "usage");
	must(gnutls_x509_crt_sign2(cert->crt, by->crt, by->key,
				   GNUTLS_DIG_SHA256, 0),
	     "signature");
}

static char *text_of(gnutls_datum_t *datum)
{
	char *text = strndup((char *)datum->data, datum->size);

	gnutls_free(datum->data);
	return text;
}

/* Keys ******************************************************************* */

static void number_read(mpz_t number, gnutls_datum_t *datum)
{
	mpz_init(number);
	mpz_import(number, datum->size, 1, 1, 1, 0, datum->data);
	gnutls_free(datum->data);
}

static gnutls_datum_t number_write(mpz_t number)
{
	gnutls_datum_t datum = { NULL, 0 };
	size_t size = 0;

	datum.data = mpz_export(NULL, &size, 1, 1, 1, 0, number);
	datum.size = size;
	return datum;
}

/* The primes of @made with another exponent, of so many bits. */
static void rsa_remake(gnutls_x509_privkey_t made, unsigned int bits,
		       gnutls_x509_privkey_t key)
{
	gnutls_datum_t part[6], raw[3];
	mpz_t n[6], phi;

	must(gnutls_x509_privkey_export_rsa_raw(made, &part[0], &part[1],
						&part[2], &part[3], &part[4],
						&part[5]),
	     "RSA key");
	for (int i = 0; i < 6; i++)
		number_read(n[i], &part[i]);
	mpz_init_set_ui(phi, 1);
	mpz_sub_ui(n[3], n[3], 1);
	mpz_sub_ui(n[4], n[4], 1);
	mpz_mul(phi, n[3], n[4]);
	mpz_set_ui(n[1], 1);
	mpz_mul_2exp(n[1], n[1], bits - 1);
	do
		mpz_add_ui(n[1], n[1], 1);
	while (!mpz_invert(n[2], n[1], phi));
	mpz_add_ui(n[3], n[3], 1);
	mpz_add_ui(n[4], n[4], 1);
	for (int i = 0; i < 3; i++)
		raw[i] = number_write(n[i]);
	part[3] = number_write(n[3]);
	part[4] = number_write(n[4]);
	must(gnutls_x509_privkey_import_rsa_raw2(key, &raw[0], &raw[1], &raw[2],
						 &part[3], &part[4], NULL, NULL,
						 NULL),
	     "RSA key with another exponent");
	for (int i = 0; i < 3; i++)
		free(raw[i].data);
	free(part[3].data);
	free(part[4].data);
	for (int i = 0; i < 6; i++)
		mpz_clear(n[i]);
	mpz_clear(phi);
}

static void key_make(struct cert *cert, unsigned int exponent)
{
	gnutls_x509_privkey_t made;

	must(gnutls_x509_privkey_init(&cert->key), "key");
	if (!exponent) {
		must(gnutls_x509_privkey_generate(
			     cert->key, GNUTLS_PK_ECDSA,
			     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
			     0),
		     "key");
		return;
	}
	must(gnutls_x509_privkey_init(&made), "key");
	must(gnutls_x509_privkey_generate(made, GNUTLS_PK_RSA, 2048, 0), "key");
	rsa_remake(made, exponent, cert->key);
	gnutls_x509_privkey_deinit(made);
}

void cert_make(struct cert *cert, const struct cert_order *order)
{
	gnutls_datum_t pem;

	key_make(cert, order->exponent);
	must(gnutls_x509_crt_init(&cert->crt), "certificate");
	must(gnutls_x509_crt_set_key(cert->crt, cert->key), "public key");
	add_names(cert->crt, order);
	sign(cert, order);
	must(gnutls_x509_crt_export2(cert->crt, GNUTLS_X509_FMT_PEM, &pem),
	     "PEM");
	cert->cert_pem = text_of(&pem);
	must(gnutls_x509_privkey_export2_pkcs8(cert->key, GNUTLS_X509_FMT_PEM,
					       NULL, GNUTLS_PKCS_PLAIN, &pem),
	     "PEM");
	cert->key_pem = text_of(&pem);
}

void cert_free(struct cert *cert)
{
	gnutls_x509_crt_deinit(cert->crt);
	gnutls_x509_privkey_deinit(cert->key);
	free(cert->cert_pem);
	free(cert->key_pem);
}

char *crl_make(const struct cert *by, const struct cert *revoked)
{
	gnutls_x509_crl_t crl;
	gnutls_datum_t pem;
	time_t now = time(NULL);

	must(gnutls_x509_crl_init(&crl), "CRL");
	must(gnutls_x509_crl_set_version(crl, 2), "CRL version");
	must(gnutls_x509_crl_set_this_update(crl, now - DAY), "CRL begin");
	must(gnutls_x509_crl_set_next_update(crl, now + DAY), "CRL end");
	must(gnutls_x509_crl_set_crt(crl, revoked->crt, now - DAY), "revoke");
	must(gnutls_x509_crl_sign2(crl, by->crt, by->key, GNUTLS_DIG_SHA256, 0),
	     "CRL signature");
	must(gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_PEM, &pem), "PEM");
	gnutls_x509_crl_deinit(crl);
	return text_of(&pem);
}

/* Files ****************************************************************** */

static char folder[64];

const char *test_file(const char *name, const char *text)
{
	static char path[4][160];
	static unsigned int turn;
	char *to = path[turn++ % 4];
	FILE *file;

	if (!*folder) {
		strcpy(folder, "/tmp/tsecd-test-XXXXXX");
		if (!mkdtemp(folder))
			err(1, "%s", folder);
	}
	snprintf(to, sizeof(path[0]), "%s/%s", folder, name);
	file = fopen(to, "w");
	if (!file || fputs(text, file) < 0 || fclose(file))
		err(1, "%s", to);
	return to;
}

void test_files_remove(void)
{
	char command[128];

	if (!*folder)
		return;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command))
		warnx("cannot remove %s", folder);
	*folder = '\0';
}
