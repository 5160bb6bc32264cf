/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time in initiations of WireGuard: each that this end sends has a later
 * one, and of each peer only later ones are taken, which ends replays.
 */
#ifndef TSECD_WGCLOCK_H
#define TSECD_WGCLOCK_H

#include <stdbool.h>

#include "handshake/wireguard_message.h"

/* The time as TAI64N, later than any before. */
void wgclock_now(uint8_t timestamp[WIREGUARD_TIMESTAMP_LEN]);

/*
 * Is @timestamp of @peer later than all that were taken, and the last one long
 * enough ago?  It is taken then.  @self is whom it was sent to.
 */
bool wgclock_take(const uint8_t self[WIREGUARD_KEY_LEN],
		  const uint8_t peer[WIREGUARD_KEY_LEN],
		  const uint8_t timestamp[WIREGUARD_TIMESTAMP_LEN]);

/* Forgets what was taken, at the daemon's end. */
void wgclock_flush(void);

/* Milliseconds since some time in the past. */
uint64_t wgclock_ms(void);

#endif /* TSECD_WGCLOCK_H */
