/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The signature that proves a certificate to be its bearer's own (RFC 8446
 * section 4.4.3).
 */
#ifndef TSECD_DTLS13_AUTH_H
#define TSECD_DTLS13_AUTH_H

#include <gnutls/gnutls.h>

#include "wire.h"

/* The schemes that this end verifies, as a list on the wire. */
void dtls13_auth_schemes(struct wire_writer *writer);

/* The first of its own schemes that a key fits and the peer knows; 0: none. */
uint16_t dtls13_auth_choose(gnutls_certificate_credentials_t cred,
			    struct wire_reader peer_schemes);

/* 0 with the signature, to be freed by gnutls_free(), or the library's code. */
int dtls13_auth_sign(gnutls_certificate_credentials_t cred, uint16_t scheme,
		     bool server, const uint8_t *hash, size_t hash_len,
		     gnutls_datum_t *signature);

/* 0 if it is good; else the library's code. */
int dtls13_auth_verify(const gnutls_datum_t *cert, uint16_t scheme,
		       bool server, const uint8_t *hash, size_t hash_len,
		       const gnutls_datum_t *signature);

#endif /* TSECD_DTLS13_AUTH_H */
