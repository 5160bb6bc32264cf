/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The public key of a peer's certificate.
 *
 * What a peer signs is verified before anybody has asked whether its
 * certificate is to be trusted, so that its key may be anything.  One whose
 * numbers are long enough would keep a worker busy for hours.
 */
#ifndef TSECD_PUBKEY_H
#define TSECD_PUBKEY_H

#include <gnutls/abstract.h>

enum pubkey_limits {
	PUBKEY_RSA_BITS_MAX = 16384,
	PUBKEY_RSA_EXPONENT_BITS_MAX = 64, /* in use are 17 */
};

/*
 * 0 with the key, which gnutls_pubkey_deinit() frees, or the library's code:
 * GNUTLS_E_PK_INVALID_PUBKEY for one that is beyond these limits.
 */
int pubkey_of(const gnutls_datum_t *der, gnutls_pubkey_t *pubkey);

#endif /* TSECD_PUBKEY_H */
