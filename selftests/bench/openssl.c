// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

#include "credentials.h"
#include "openssl.h"

void openssl_complain(const char *what)
{
	ERR_print_errors_fp(stderr);
	errx(EXIT_FAILURE, "OpenSSL: cannot %s", what);
}

static const char *path_in(char path[PATH_MAX], const char *dir,
			   const char *file)
{
	snprintf(path, PATH_MAX, "%s/%s", dir, file);
	return path;
}

void openssl_identify(SSL_CTX *server, const char *dir)
{
	char cert[PATH_MAX], key[PATH_MAX];

	path_in(cert, dir, CREDENTIALS_CERT);
	path_in(key, dir, CREDENTIALS_KEY);
	if (!SSL_CTX_use_certificate_chain_file(server, cert) ||
	    !SSL_CTX_use_PrivateKey_file(server, key, SSL_FILETYPE_PEM))
		openssl_complain("load the server's certificate");
}

void openssl_trust(SSL_CTX *client, const char *dir)
{
	char path[PATH_MAX];

	if (!SSL_CTX_load_verify_file(client,
				      path_in(path, dir, CREDENTIALS_CA)))
		openssl_complain("load the authority's certificate");
	SSL_CTX_set_verify(client, SSL_VERIFY_PEER, NULL);
}

int openssl_started(struct end *end, SSL *ssl, int done)
{
	if (done != 1) {
		ERR_print_errors_fp(stderr);
		SSL_free(ssl);
		errno = EPROTO;
		return -1;
	}
	end->state = ssl;
	return 0;
}

ssize_t openssl_send(struct end *end, const void *buf, size_t len)
{
	return SSL_write(end->state, buf, len);
}

ssize_t openssl_recv(struct end *end, void *buf, size_t len)
{
	return SSL_read(end->state, buf, len);
}
