/* SPDX-License-Identifier: GPL-2.0 */
/* Whom this end believes: authorities, and what they have revoked. */
#ifndef TSECD_TRUST_H
#define TSECD_TRUST_H

#include <gnutls/x509.h>
#include <stdbool.h>

#include "objects.h"

struct trust {
	struct object object;
	gnutls_x509_trust_list_t list;
};

/* Parts: 0 PEM certificates, 1 PEM revocation lists (may be absent). */
struct trust *trust_get(const struct source *source, struct reason *reason);

static inline void trust_put(struct trust *trust)
{
	object_put(trust ? &trust->object : NULL);
}

/*
 * The file used when neither profile nor program names one.  NULL: the
 * system's own, which is right for a client but never for a server: anybody
 * can get a certificate from one of those authorities.
 */
void trust_set_default(const char *path);

/* Copies the default of a role; false when it has none. */
bool trust_default(uint8_t role, char path[TSEC_PATH_MAX + 1]);

#endif /* TSECD_TRUST_H */
