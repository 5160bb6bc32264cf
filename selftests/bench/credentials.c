// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "credentials.h"
#include "util.h"

#define SECONDS_PER_DAY 86400

/* OpenSSL's functions fail when memory runs out, or for a mistake here. */
static void *must(void *p, const char *what)
{
	if (!p)
		errx(EXIT_FAILURE, "OpenSSL: cannot %s", what);
	return p;
}

static void must_do(int ok, const char *what)
{
	if (ok <= 0)
		errx(EXIT_FAILURE, "OpenSSL: cannot %s", what);
}

static void extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	extension = must(X509V3_EXT_conf_nid(NULL, &ctx, nid, value),
			 "make an extension");
	must_do(X509_add_ext(cert, extension, -1), "add an extension");
	X509_EXTENSION_free(extension);
}

static X509 *cert_new(EVP_PKEY *key, const char *name, long serial)
{
	X509 *cert = must(X509_new(), "make a certificate");
	X509_NAME *subject = X509_get_subject_name(cert);

	must_do(X509_set_version(cert, X509_VERSION_3), "set a version");
	must_do(ASN1_INTEGER_set(X509_get_serialNumber(cert), serial),
		"set a serial number");
	must_do(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
					   (const unsigned char *)name, -1, -1,
					   0), "set a name");
	/* The machine's clock may be a little behind. */
	must(X509_gmtime_adj(X509_getm_notBefore(cert), -SECONDS_PER_DAY),
	     "set a date");
	must(X509_gmtime_adj(X509_getm_notAfter(cert), 30 * SECONDS_PER_DAY),
	     "set a date");
	must_do(X509_set_pubkey(cert, key), "set a public key");
	return cert;
}

static X509 *ca_make(EVP_PKEY *key)
{
	X509 *ca = cert_new(key, "bench authority", 1);

	X509_set_issuer_name(ca, X509_get_subject_name(ca));
	extend(ca, ca, NID_basic_constraints, "critical,CA:TRUE");
	extend(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign");
	extend(ca, ca, NID_subject_key_identifier, "hash");
	must_do(X509_sign(ca, key, EVP_sha256()), "sign");
	return ca;
}

static X509 *server_make(EVP_PKEY *key, const char *name, X509 *ca,
			 EVP_PKEY *ca_key)
{
	X509 *cert = cert_new(key, name, 2);
	char alternative[300];

	snprintf(alternative, sizeof(alternative), "DNS:%s", name);
	X509_set_issuer_name(cert, X509_get_subject_name(ca));
	extend(cert, ca, NID_basic_constraints, "critical,CA:FALSE");
	extend(cert, ca, NID_key_usage, "critical,digitalSignature");
	extend(cert, ca, NID_ext_key_usage, "serverAuth");
	extend(cert, ca, NID_subject_alt_name, alternative);
	extend(cert, ca, NID_authority_key_identifier, "keyid");
	must_do(X509_sign(cert, ca_key, EVP_sha256()), "sign");
	return cert;
}

static FILE *create(const char *dir, const char *file)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		die("%s", path);
	return fdopen(fd, "w");
}

static void cert_write(X509 *cert, const char *dir, const char *file)
{
	FILE *out = create(dir, file);

	if (!out || !PEM_write_X509(out, cert) || fclose(out))
		die("%s/%s", dir, file);
}

static void key_write(EVP_PKEY *key, const char *dir, const char *file)
{
	FILE *out = create(dir, file);

	if (!out ||
	    !PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) ||
	    fclose(out))
		die("%s/%s", dir, file);
}

void credentials_write(const char *dir, const char *name)
{
	EVP_PKEY *ca_key = must(EVP_EC_gen("P-256"), "make a key");
	EVP_PKEY *key = must(EVP_EC_gen("P-256"), "make a key");
	X509 *ca = ca_make(ca_key);
	X509 *cert = server_make(key, name, ca, ca_key);

	cert_write(ca, dir, CREDENTIALS_CA);
	cert_write(cert, dir, CREDENTIALS_CERT);
	key_write(key, dir, CREDENTIALS_KEY);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
}
