/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sealing and opening of linear buffers, in softirq and process context.
 */
#ifndef TSEC_AEAD_H
#define TSEC_AEAD_H

#include <linux/types.h>

struct tsec_aead;

enum tsec_aead_limits {
	TSEC_AEAD_NONCE_LEN	= 12,
	TSEC_AEAD_AAD_MAX	= 64,
	TSEC_AEAD_TAG_LEN	= 16,
};

int tsec_aead_init(void);
void tsec_aead_exit(void);
struct tsec_aead *tsec_aead_new(const char *alg, const u8 *key, u8 key_len);
void tsec_aead_free(struct tsec_aead *aead);
bool tsec_aead_usable(void);
int tsec_aead_seal(struct tsec_aead *aead, const u8 *nonce, const u8 *aad,
		   u8 aad_len, u8 *data, u32 len);
int tsec_aead_seal_behind(struct tsec_aead *aead, const u8 *nonce,
			  u32 aad_len, u8 *data, u32 len);
int tsec_aead_open(struct tsec_aead *aead, const u8 *nonce, const u8 *aad,
		   u8 aad_len, u8 *data, u32 len);
int tsec_aead_open_behind(struct tsec_aead *aead, const u8 *nonce,
			  u32 aad_len, u8 *data, u32 len);

#endif /* TSEC_AEAD_H */
