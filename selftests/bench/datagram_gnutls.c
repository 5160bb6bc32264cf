// SPDX-License-Identifier: GPL-2.0
/* GnuTLS in the program: its defaults, DTLS 1.2. */
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>

#include "control.h"
#include "credentials.h"
#include "datagram.h"

static gnutls_certificate_credentials_t credentials[2];
static gnutls_priority_t priority;

static void check(int error, const char *what)
{
	if (error < 0)
		errx(EXIT_FAILURE, "GnuTLS: cannot %s: %s", what,
		     gnutls_strerror(error));
}

static const char *name_of(const char *cipher)
{
	if (!strcmp(cipher, "aes-128-gcm"))
		return "AES-128-GCM";
	if (!strcmp(cipher, "chacha20-poly1305"))
		return "CHACHA20-POLY1305";
	return "AES-256-GCM";
}

static void gnutls_open(const struct bench_options *options)
{
	char cert[PATH_MAX], key[PATH_MAX], ca[PATH_MAX], words[128];

	snprintf(cert, sizeof(cert), "%s/%s", options->dir, CREDENTIALS_CERT);
	snprintf(key, sizeof(key), "%s/%s", options->dir, CREDENTIALS_KEY);
	snprintf(ca, sizeof(ca), "%s/%s", options->dir, CREDENTIALS_CA);
	snprintf(words, sizeof(words),
		 "NORMAL:-VERS-ALL:+VERS-DTLS1.2:-CIPHER-ALL:+%s",
		 name_of(options->cipher));
	check(gnutls_priority_init(&priority, words, NULL), "choose a cipher");
	for (int side = CLIENT; side <= SERVER; side++)
		check(gnutls_certificate_allocate_credentials
		      (&credentials[side]), "have credentials");
	check(gnutls_certificate_set_x509_key_file(credentials[SERVER], cert,
						   key, GNUTLS_X509_FMT_PEM),
	      "load the server's certificate");
	check(gnutls_certificate_set_x509_trust_file(credentials[CLIENT], ca,
						     GNUTLS_X509_FMT_PEM),
	      "load the authority's certificate");
}

static int gnutls_start(struct end *end)
{
	gnutls_session_t session;
	int error;

	check(gnutls_init(&session, GNUTLS_DATAGRAM |
			  (end->side == SERVER ? GNUTLS_SERVER :
						 GNUTLS_CLIENT)),
	      "make a connection");
	check(gnutls_priority_set(session, priority), "choose a cipher");
	check(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
				     credentials[end->side]),
	      "set credentials");
	if (end->side == CLIENT)
		gnutls_session_set_verify_cert(session, SERVER_NAME, 0);
	gnutls_dtls_set_mtu(session, DATAGRAM_MTU);
	gnutls_transport_set_int(session, end->fd);
	do {
		error = gnutls_handshake(session);
	} while (error < 0 && !gnutls_error_is_fatal(error));
	check(error, "shake hands");
	end->state = session;
	return 0;
}

static ssize_t gnutls_send(struct end *end, const void *buf, size_t len)
{
	return gnutls_record_send(end->state, buf, len);
}

static ssize_t gnutls_recv(struct end *end, void *buf, size_t len)
{
	return gnutls_record_recv(end->state, buf, len);
}

const struct transport datagram_gnutls = {
	.name	= "gnutls",
	.open	= gnutls_open,
	.socket	= socket_udp,
	.start	= gnutls_start,
	.send	= gnutls_send,
	.recv	= gnutls_recv,
};
