/* SPDX-License-Identifier: GPL-2.0 */
/* Keys of SRTP by DTLS (RFC 5764): dtls.c with another outcome. */
#ifndef TSECD_SRTP_H
#define TSECD_SRTP_H

#include "handshake.h"

extern const struct handshake_ops srtp_handshake_ops;

#endif /* TSECD_SRTP_H */
