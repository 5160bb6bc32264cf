/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hashes and the HMAC-based key derivation of RFC 5869.
 */
#ifndef TSEC_HKDF_H
#define TSEC_HKDF_H

#include <linux/types.h>

/**
 * enum tsec_hash - hash of a cipher suite
 * @TSEC_HASH_SHA256: SHA-256, 32 bytes
 * @TSEC_HASH_SHA384: SHA-384, 48 bytes
 */
enum tsec_hash {
	TSEC_HASH_SHA256	= 0,
	TSEC_HASH_SHA384	= 1,
};

enum tsec_hash_limits {
	TSEC_HASH_SIZE_MAX	= 48,	/* the largest of enum tsec_hash */
	TSEC_HKDF_LABEL_MAX	= 249,	/* 255 less a prefix as "tls13 " */
};

unsigned int tsec_hash_size(enum tsec_hash hash);
int tsec_hash_digest(enum tsec_hash hash, const void *data, size_t len,
		     u8 *out);
int tsec_hkdf_extract(enum tsec_hash hash, const u8 *salt, size_t salt_len,
		      const u8 *ikm, size_t ikm_len, u8 *prk);
int tsec_hkdf_expand(enum tsec_hash hash, const u8 *prk, const u8 *info,
		     size_t info_len, u8 *okm, size_t okm_len);
int tsec_hkdf_expand_label(enum tsec_hash hash, const u8 *secret,
			   const char *label, const u8 *context,
			   u8 context_len, u8 *out, u16 out_len);
int tsec_hkdf_expand_label_dtls(enum tsec_hash hash, const u8 *secret,
				const char *label, const u8 *context,
				u8 context_len, u8 *out, u16 out_len);

#endif /* TSEC_HKDF_H */
