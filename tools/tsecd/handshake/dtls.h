/* SPDX-License-Identifier: GPL-2.0 */
/* DTLS 1.2 over UDP (RFC 6347), by GnuTLS: tls.c with datagrams. */
#ifndef TSECD_DTLS_H
#define TSECD_DTLS_H

#include "handshake.h"

extern const struct handshake_ops dtls_handshake_ops;

#endif /* TSECD_DTLS_H */
