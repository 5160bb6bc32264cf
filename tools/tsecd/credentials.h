/* SPDX-License-Identifier: GPL-2.0 */
/* Who this end is: its certificate chain and private key. */
#ifndef TSECD_CREDENTIALS_H
#define TSECD_CREDENTIALS_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "objects.h"

struct identity {
	struct object object;
	gnutls_certificate_credentials_t cred;
	bool has_cert;
};

/* Parts: 0 the certificate chain, 1 the private key; neither: anonymous. */
struct identity *identity_get(const struct source *source,
			      struct reason *reason);

static inline void identity_put(struct identity *identity)
{
	object_put(identity ? &identity->object : NULL);
}

#endif /* TSECD_CREDENTIALS_H */
