/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keys that seal the session tickets that servers here give out.
 *
 * One random master key for the daemon, replaced every so often; from it a
 * key of its own for every context, so that a ticket is good only for a
 * server with the same profile, credentials and demands as the one that gave
 * it.  All are gone when the daemon ends: then clients handshake in full.
 */
#ifndef TSECD_TICKETS_H
#define TSECD_TICKETS_H

#include <stddef.h>
#include <stdint.h>

#define TICKET_KEY_SIZE 64 /* what gnutls_session_ticket_enable_server wants */

/* A new master key; the one before is wiped. */
int ticket_keys_renew(void);

/* Wipes the master key; no ticket is given out or taken afterwards. */
void ticket_keys_wipe(void);

/* How long a ticket is good, in seconds. */
void ticket_set_lifetime(unsigned int seconds);
unsigned int ticket_lifetime(void);

/* The key of a context; -ENOKEY when there is no master key. */
int ticket_key_derive(const void *context, size_t len,
		      uint8_t key[TICKET_KEY_SIZE]);

#endif /* TSECD_TICKETS_H */
