/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keystreams of AES and ChaCha20, in softirq and process context.
 */
#ifndef TSEC_KEYSTREAM_H
#define TSEC_KEYSTREAM_H

#include <linux/types.h>

struct tsec_keystream;

enum tsec_keystream_limits {
	TSEC_KEYSTREAM_IV_LEN	= 16,
};

struct tsec_keystream *tsec_keystream_new(const char *alg, const u8 *key,
					  u8 key_len);
void tsec_keystream_free(struct tsec_keystream *stream);
int tsec_keystream_xor(struct tsec_keystream *stream, const u8 *iv, u8 *data,
		       u32 len);

#endif /* TSEC_KEYSTREAM_H */
