// SPDX-License-Identifier: GPL-2.0
/* OpenSSL in the program, as most programs have it: its defaults, DTLS 1.2. */
#include <string.h>
#include <sys/socket.h>

#include "control.h"
#include "credentials.h"
#include "datagram.h"
#include "openssl.h"

static SSL_CTX *ctx[2];

static const char *suite_of(const char *cipher)
{
	if (!strcmp(cipher, "aes-128-gcm"))
		return "ECDHE-ECDSA-AES128-GCM-SHA256";
	if (!strcmp(cipher, "chacha20-poly1305"))
		return "ECDHE-ECDSA-CHACHA20-POLY1305";
	return "ECDHE-ECDSA-AES256-GCM-SHA384";
}

static SSL_CTX *ctx_new(const SSL_METHOD *method, const char *cipher)
{
	SSL_CTX *new = SSL_CTX_new(method);

	if (!new || !SSL_CTX_set_min_proto_version(new, DTLS1_2_VERSION) ||
	    !SSL_CTX_set_cipher_list(new, suite_of(cipher)))
		openssl_complain("make a context");
	SSL_CTX_set_options(new, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET);
	return new;
}

static void openssl_open(const struct bench_options *options)
{
	ctx[SERVER] = ctx_new(DTLS_server_method(), options->cipher);
	ctx[CLIENT] = ctx_new(DTLS_client_method(), options->cipher);
	openssl_identify(ctx[SERVER], options->dir);
	openssl_trust(ctx[CLIENT], options->dir);
}

static BIO *bio_new(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	BIO *bio = BIO_new_dgram(fd, BIO_NOCLOSE);

	if (!bio || getpeername(fd, (struct sockaddr *)&addr, &len))
		openssl_complain("use a socket");
	BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &addr);
	return bio;
}

static int openssl_start(struct end *end)
{
	SSL *ssl = SSL_new(ctx[end->side]);
	BIO *bio = bio_new(end->fd);
	int done;

	if (!ssl)
		openssl_complain("make a connection");
	SSL_set_bio(ssl, bio, bio);
	SSL_set_mtu(ssl, DATAGRAM_MTU);
	if (end->side == CLIENT)
		SSL_set1_host(ssl, SERVER_NAME);
	done = end->side == SERVER ? SSL_accept(ssl) : SSL_connect(ssl);
	return openssl_started(end, ssl, done);
}

const struct transport datagram_openssl = {
	.name	= "openssl",
	.open	= openssl_open,
	.socket	= socket_udp,
	.start	= openssl_start,
	.send	= openssl_send,
	.recv	= openssl_recv,
};
