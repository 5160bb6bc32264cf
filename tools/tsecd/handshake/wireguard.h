/* SPDX-License-Identifier: GPL-2.0 */
/* WireGuard over UDP: handshakes, and new keys as long as a session is open. */
#ifndef TSECD_WIREGUARD_H
#define TSECD_WIREGUARD_H

#include "handshake.h"

extern const struct handshake_ops wireguard_handshake_ops;

#endif /* TSECD_WIREGUARD_H */
