/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What peers of another make need of GnuTLS.
 */
#ifndef TSEC_SELFTEST_AEAD_H
#define TSEC_SELFTEST_AEAD_H

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "keys.h"

enum { AEAD_TAG = 16, AEAD_NONCE = 12 };

/* Numbers on the wire. */
void put_be(uint8_t *p, uint64_t value, int bytes);
uint64_t get_be(const uint8_t *p, int bytes);

/* gnutls_aead_cipher_deinit() ends it. */
gnutls_aead_cipher_hd_t aead_make(const struct kind *kind,
				  const struct key *key);

#endif /* TSEC_SELFTEST_AEAD_H */
