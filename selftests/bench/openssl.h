/* SPDX-License-Identifier: GPL-2.0 */
/* OpenSSL in the program: what streams and datagrams have in common. */
#ifndef BENCH_OPENSSL_H
#define BENCH_OPENSSL_H

#include <openssl/ssl.h>

#include "transport.h"

/* End with what OpenSSL says. */
__attribute__((noreturn)) void openssl_complain(const char *what);

/* The certificates of that directory: a server's own, whom a client trusts. */
void openssl_identify(SSL_CTX *server, const char *dir);
void openssl_trust(SSL_CTX *client, const char *dir);

/* After SSL_accept() or SSL_connect(), which returned done: as start(). */
int openssl_started(struct end *end, SSL *ssl, int done);

ssize_t openssl_send(struct end *end, const void *buf, size_t len);
ssize_t openssl_recv(struct end *end, void *buf, size_t len);

#endif /* BENCH_OPENSSL_H */
