/* SPDX-License-Identifier: GPL-2.0 */
/* One end of a handshake, as the kernel would ask for it. */
#ifndef TSECD_TESTS_PEER_H
#define TSECD_TESTS_PEER_H

#include "../handshake/handshake.h"
#include "pki.h"

struct peer {
	struct tsec_handshake_info info;
	struct handshake handshake;
	struct outcome outcome;
	int result; /* HANDSHAKE_* or a negative errno */
	bool over;
};

/* An end with the default settings, as the kernel fills them in. */
void peer_init(struct peer *peer, uint8_t role, int fd);

/* Texts of the profile: give certificate and key as the program would. */
void peer_blob(struct tsec_blob *blob, const char *text);

/* Has a certificate of its own. */
void peer_show(struct peer *peer, const struct cert *cert);

/* Has a PSK in place of certificates. */
void peer_psk(struct peer *peer, const char *identity, const char *key);

/* Takes one end as far as it goes; true once it is over. */
bool peer_step(struct peer *peer);

/* Both ends until they are over; the fds are a connected pair. */
void peers_run(struct peer *a, struct peer *b);

void peer_free(struct peer *peer);

#endif /* TSECD_TESTS_PEER_H */
