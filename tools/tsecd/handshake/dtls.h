/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DTLS 1.2 over UDP (RFC 6347), by GnuTLS: tls.c with datagrams; shared with
 * srtp.c, which has the same handshake.
 */
#ifndef TSECD_DTLS_H
#define TSECD_DTLS_H

#include "handshake.h"

extern const struct handshake_ops dtls_handshake_ops;

/* As in struct handshake_ops. */
int dtls_open(struct handshake *handshake,
	      const struct tsec_handshake_info *info);
int dtls_step(struct handshake *handshake);
unsigned int dtls_timer(struct handshake *handshake);
bool dtls_message(struct handshake *handshake, const void *data, size_t len);
void dtls_close(struct handshake *handshake);

/* Where the keys of DTLS stay here, so does the end of the association. */

/* The datagram that tells the peer of it, once; its length. */
size_t dtls_farewell(struct handshake *handshake, void *data, size_t size);

/* Does a late datagram tell of it? */
bool dtls_is_over(struct handshake *handshake, const void *data, size_t len);

#endif /* TSECD_DTLS_H */
