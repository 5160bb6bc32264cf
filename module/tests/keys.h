/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys as they come by netlink.
 */
#ifndef TSEC_TESTS_KEYS_H
#define TSEC_TESTS_KEYS_H

#include "../key.h"
#include "kunit.h"

static const char c_ap_traffic[] =
	"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5";

/* The traffic secret of RFC 8448. */
static inline struct tsec_key secret_key(struct kunit *test)
{
	struct tsec_key key = {
		.version	= TSEC_VERSION_TLS_1_3,
		.cipher		= TSEC_CIPHER_AES_128_GCM,
	};

	key.secret_len = unhex(test, key.secret, sizeof(key.secret),
			       c_ap_traffic);
	return key;
}

/* One that is no secret. */
static inline struct tsec_key plain_key(u16 version, u16 cipher, u8 key_len,
					u8 iv_len)
{
	struct tsec_key key = {
		.version	= version,
		.cipher		= cipher,
		.key_len	= key_len,
		.iv_len		= iv_len,
	};

	memset(key.key, 0x11, key_len);
	memset(key.iv, 0x22, iv_len);
	return key;
}

#endif /* TSEC_TESTS_KEYS_H */
