/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Certificate chains that were found good.
 *
 * To verify the signatures of a chain takes a good part of a handshake, and
 * the same chain comes again and again.  A verdict is kept for a short time,
 * under the digest of everything that it depends on; only good ones are.
 */
#ifndef TSECD_VERIFIED_H
#define TSECD_VERIFIED_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define VERIFIED_NAME_SIZE 32 /* a digest */
#define VERIFIED_SECONDS 300 /* how long a verdict holds at most */

/* Was it found good, not long before @now? */
bool verified_find(const uint8_t name[VERIFIED_NAME_SIZE], time_t now);

/* It was found good at @now, and may not be beyond @until. */
void verified_put(const uint8_t name[VERIFIED_NAME_SIZE], time_t now,
		  time_t until);

/* Forgets them all. */
void verified_flush(void);

#endif /* TSECD_VERIFIED_H */
