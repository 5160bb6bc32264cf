/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The other messages of a handshake (RFC 8446 sections 4.3 and 4.4), without
 * their headers: read strictly, and written.
 *
 * The functions that read return 0, or the alert that the message deserves.
 * What they find points into the message.
 */
#ifndef TSECD_DTLS13_MESSAGE_H
#define TSECD_DTLS13_MESSAGE_H

#include <gnutls/gnutls.h>

#include "dtls13_extension.h"

enum dtls13_message_type {
	DTLS13_CLIENT_HELLO = 1,
	DTLS13_SERVER_HELLO = 2,
	DTLS13_HELLO_VERIFY_REQUEST = 3, /* of DTLS 1.2 */
	DTLS13_NEW_SESSION_TICKET = 4,
	DTLS13_ENCRYPTED_EXTENSIONS = 8,
	DTLS13_CERTIFICATE = 11,
	DTLS13_CERTIFICATE_REQUEST = 13,
	DTLS13_CERTIFICATE_VERIFY = 15,
	DTLS13_FINISHED = 20,
};

#define DTLS13_CHAIN_MAX 16

/* @offered: DTLS13_BIT() of what the client has sent */
int dtls13_encrypted_extensions_read(const void *body, size_t len,
				     uint32_t offered,
				     struct wire_reader *alpn);
/* @alpn: the name agreed on, may be empty */
void dtls13_encrypted_extensions_write(bool name_known,
				       struct wire_reader alpn,
				       struct wire_writer *writer);

int dtls13_certificate_request_read(const void *body, size_t len,
				    struct wire_reader *schemes);
void dtls13_certificate_request_write(struct wire_writer *writer);

struct dtls13_chain {
	gnutls_datum_t der[DTLS13_CHAIN_MAX];
	unsigned int n;
};

int dtls13_certificate_read(const void *body, size_t len,
			    struct dtls13_chain *chain);
/* @cred: NULL for an empty list */
void dtls13_certificate_write(gnutls_certificate_credentials_t cred,
			      struct wire_writer *writer);

int dtls13_certificate_verify_read(const void *body, size_t len,
				   uint16_t *scheme,
				   struct wire_reader *signature);
void dtls13_certificate_verify_write(uint16_t scheme,
				     const gnutls_datum_t *signature,
				     struct wire_writer *writer);

#endif /* TSECD_DTLS13_MESSAGE_H */
