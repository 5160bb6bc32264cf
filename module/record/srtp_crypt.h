/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Encryption and authentication of SRTP and of SRTCP.
 */
#ifndef TSEC_RECORD_SRTP_CRYPT_H
#define TSEC_RECORD_SRTP_CRYPT_H

#include <linux/types.h>

#include "srtp_kdf.h"

struct crypto_shash;
struct tsec_aead;

/**
 * struct tsec_srtp_crypt - the session keys of SRTP or SRTCP, ready for use
 * @aead: AES-GCM, or NULL
 * @stream: else AES in counter mode
 * @mac: and HMAC-SHA1
 * @salt_len: bytes of @salt
 * @salt: the salting key
 */
struct tsec_srtp_crypt {
	struct tsec_aead *aead;
	struct tsec_keystream *stream;
	struct crypto_shash *mac;
	u8 salt_len;
	u8 salt[TSEC_SRTP_SALT_MAX];
};

/**
 * struct tsec_srtp_unit - a packet with everything in its place
 * @header: what is authenticated only
 * @header_len: bytes of @header
 * @len: bytes behind it that are encrypted
 * @ssrc: whose packet it is
 * @index: SRTP: rollover counter and number; SRTCP: its own number
 * @word: SRTCP: where its number is, with the flag; else NULL
 * @tag: where the tag is; with AES-GCM, behind what is encrypted
 * @tag_len: bytes of @tag
 */
struct tsec_srtp_unit {
	u8 *header;
	u32 header_len;
	u32 len;
	u32 ssrc;
	u64 index;
	u8 *word;
	u8 *tag;
	u8 tag_len;
};

int tsec_srtp_crypt_init(struct tsec_srtp_crypt *crypt,
			 const struct tsec_srtp_cipher *cipher,
			 const struct tsec_srtp_keys *keys);
void tsec_srtp_crypt_free(struct tsec_srtp_crypt *crypt);
int tsec_srtp_crypt_seal(struct tsec_srtp_crypt *crypt,
			 const struct tsec_srtp_unit *unit);
int tsec_srtp_crypt_open(struct tsec_srtp_crypt *crypt,
			 const struct tsec_srtp_unit *unit);

#endif /* TSEC_RECORD_SRTP_CRYPT_H */
