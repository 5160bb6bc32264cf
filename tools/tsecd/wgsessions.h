/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The open sessions of WireGuard's servers.  A peer is who its key says,
 * wherever it is: with one listener it has one session, and what it begins
 * from another address is to give that new keys.
 */
#ifndef TSECD_WGSESSIONS_H
#define TSECD_WGSESSIONS_H

#include "handshake/wireguard_message.h"

/* Whose it is: what tells it from all others. */
struct wgsession_name {
	uint8_t self[WIREGUARD_KEY_LEN], peer[WIREGUARD_KEY_LEN];
	uint32_t listener; /* as the kernel counts them */
};

/* @session is open; one that was there before is not found any more. */
void wgsessions_put(const struct wgsession_name *name, uint32_t session);

/* @session has ended; nothing happens unless it is the one of that name. */
void wgsessions_drop(const struct wgsession_name *name, uint32_t session);

/* The session of that name, 0 if there is none. */
uint32_t wgsessions_find(const struct wgsession_name *name);

/* The session of that name has got keys by a handshake of another one. */
void wgsessions_renew(const struct wgsession_name *name);

/* When that was, as wgclock_ms() has it; 0 for never. */
uint64_t wgsessions_renewed(const struct wgsession_name *name);

#endif /* TSECD_WGSESSIONS_H */
