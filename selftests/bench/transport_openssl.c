// SPDX-License-Identifier: GPL-2.0
/*
 * OpenSSL in the program, as most programs have it: its defaults, TLS 1.3.
 */
#include <openssl/err.h>
#include <pthread.h>
#include <string.h>

#include "control.h"
#include "credentials.h"
#include "openssl.h"

#define SESSIONS_MAX 256

static SSL_CTX *ctx[2];
static bool resume;

/* Sessions to resume; TLS 1.3 uses each but once. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static SSL_SESSION *sessions[SESSIONS_MAX];
static unsigned int n_sessions;

static int session_put(SSL *ssl, SSL_SESSION *session)
{
	int taken = 0;

	(void)ssl;
	pthread_mutex_lock(&lock);
	if (n_sessions < SESSIONS_MAX) {
		sessions[n_sessions++] = session;
		taken = 1;
	}
	pthread_mutex_unlock(&lock);
	return taken;
}

static SSL_SESSION *session_take(void)
{
	SSL_SESSION *session = NULL;

	pthread_mutex_lock(&lock);
	if (n_sessions)
		session = sessions[--n_sessions];
	pthread_mutex_unlock(&lock);
	return session;
}

static SSL_CTX *ctx_new(const SSL_METHOD *method)
{
	SSL_CTX *new = SSL_CTX_new(method);

	if (!new || !SSL_CTX_set_min_proto_version(new, TLS1_3_VERSION))
		openssl_complain("make a context");
	if (!resume) {
		SSL_CTX_set_options(new, SSL_OP_NO_TICKET);
		SSL_CTX_set_num_tickets(new, 0);
		SSL_CTX_set_session_cache_mode(new, SSL_SESS_CACHE_OFF);
	}
	return new;
}

static void server_open(const char *dir)
{
	ctx[SERVER] = ctx_new(TLS_server_method());
	openssl_identify(ctx[SERVER], dir);
	SSL_CTX_set_session_id_context(ctx[SERVER], (const void *)"bench", 5);
}

static void client_open(const char *dir)
{
	SSL_CTX *client = ctx_new(TLS_client_method());

	openssl_trust(client, dir);
	if (resume) {
		SSL_CTX_set_session_cache_mode(client, SSL_SESS_CACHE_CLIENT |
					       SSL_SESS_CACHE_NO_INTERNAL);
		SSL_CTX_sess_set_new_cb(client, session_put);
	}
	ctx[CLIENT] = client;
}

static const char *suite_of(const char *cipher)
{
	if (!strcmp(cipher, "aes-128-gcm"))
		return "TLS_AES_128_GCM_SHA256";
	if (!strcmp(cipher, "chacha20-poly1305"))
		return "TLS_CHACHA20_POLY1305_SHA256";
	return "TLS_AES_256_GCM_SHA384";
}

static void openssl_open(const struct bench_options *options)
{
	resume = options->resume;
	server_open(options->dir);
	client_open(options->dir);
	if (!SSL_CTX_set_ciphersuites(ctx[CLIENT], suite_of(options->cipher)))
		openssl_complain("choose a cipher");
}

static int handshake(struct end *end, SSL *ssl)
{
	SSL_SESSION *session;

	if (end->side == SERVER)
		return SSL_accept(ssl);
	SSL_set_tlsext_host_name(ssl, SERVER_NAME);
	SSL_set1_host(ssl, SERVER_NAME);
	session = resume ? session_take() : NULL;
	if (session) {
		SSL_set_session(ssl, session);
		SSL_SESSION_free(session);
	}
	return SSL_connect(ssl);
}

static int openssl_start(struct end *end)
{
	SSL *ssl = SSL_new(ctx[end->side]);

	if (!ssl || !SSL_set_fd(ssl, end->fd))
		openssl_complain("make a connection");
	return openssl_started(end, ssl, handshake(end, ssl));
}

static void openssl_finish(struct end *end)
{
	if (!end->state)
		return;
	SSL_shutdown(end->state);
	SSL_free(end->state);
	ERR_clear_error();
	end->state = NULL;
}

const struct transport transport_openssl = {
	.name	= "openssl",
	.open	= openssl_open,
	.socket	= socket_tcp,
	.start	= openssl_start,
	.send	= openssl_send,
	.recv	= openssl_recv,
	.finish	= openssl_finish,
};

bool openssl_resumed(const struct end *end)
{
	return SSL_session_reused(end->state);
}
