/* SPDX-License-Identifier: GPL-2.0 */
/* Key shares: X25519 and the NIST curve P-256 (RFC 8446 section 4.2.8). */
#ifndef TSECD_DTLS13_SHARE_H
#define TSECD_DTLS13_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dtls13_group {
	DTLS13_NO_GROUP = 0,
	DTLS13_SECP256R1 = 0x0017,
	DTLS13_X25519 = 0x001d,
};

#define DTLS13_SHARED_LEN 32 /* bytes of the secret, in both groups */
#define DTLS13_PUBLIC_MAX 65

/* Holds a secret: to be wiped. */
struct dtls13_share {
	uint16_t group;
	uint8_t secret[32];
	uint8_t public[DTLS13_PUBLIC_MAX];
	size_t public_len;
};

/* In order of preference, closed by DTLS13_NO_GROUP. */
extern const uint16_t dtls13_groups[];

bool dtls13_group_known(uint16_t group);

/* A new pair of keys; 0 or -1. */
int dtls13_share_make(struct dtls13_share *share, uint16_t group);

/* 0, or -1 if the peer's is no good: of another length, or not on the curve */
int dtls13_share_derive(const struct dtls13_share *share, const uint8_t *peer,
			size_t len, uint8_t shared[DTLS13_SHARED_LEN]);

#endif /* TSECD_DTLS13_SHARE_H */
