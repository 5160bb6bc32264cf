/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions that clients here may resume.
 *
 * A name tells everything that must be the same for a session to be resumed:
 * profile, peer, credentials, demands.  A TLS 1.3 ticket is used once, so
 * several are kept for a name; a TLS 1.2 session is used again and again.
 */
#ifndef TSECD_SESSIONS_H
#define TSECD_SESSIONS_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <linux/tsec.h>

#define SESSION_NAME_SIZE 32 /* a digest */
#define SESSIONS_PER_NAME 64

struct saved_session {
	gnutls_datum_t data; /* the library's own form; holds secrets */
	time_t until; /* not used from then on */
	bool once; /* a TLS 1.3 ticket */
	char peer_id[TSEC_PEER_ID_MAX + 1];
};

/* How many are kept at most, the longest unused going first; 0: none. */
void sessions_set_limit(unsigned int limit);

/* Keeps a copy of @saved. */
void sessions_put(const uint8_t name[SESSION_NAME_SIZE],
		  const struct saved_session *saved);

/*
 * The newest session of that name, taken out if it can be used only once.
 * The caller wipes it with saved_session_free().
 */
bool sessions_take(const uint8_t name[SESSION_NAME_SIZE],
		   struct saved_session *saved);

/* How many there are of that name. */
unsigned int sessions_count(const uint8_t name[SESSION_NAME_SIZE]);

/* Forgets all of that name: one of them was refused. */
void sessions_drop(const uint8_t name[SESSION_NAME_SIZE]);

/* Forgets those whose time is over. */
void sessions_expire(time_t now);

/* Forgets them all. */
void sessions_flush(void);

void saved_session_free(struct saved_session *saved);

#endif /* TSECD_SESSIONS_H */
