/* SPDX-License-Identifier: GPL-2.0 */
/* Records of DTLS 1.3, for peer.c. */
#ifndef TSEC_SELFTEST_PEER13_H
#define TSEC_SELFTEST_PEER13_H

#include "peer.h"

enum { PEER13_EPOCH = 3 };		/* the first one of data */

/* As peer_seal(), and what peer_recv() does with a datagram. */
size_t peer13_seal(struct peer *peer, uint8_t *out, int type, const void *data,
		   size_t len);
void peer13_open(struct peer *peer, uint8_t *record, size_t len);

/* The key of the next epoch (RFC 8446 section 7.2). */
void peer13_next(const struct kind *kind, struct key *key);

#endif /* TSEC_SELFTEST_PEER13_H */
