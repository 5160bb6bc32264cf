/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ciphers of SRTP, and session keys derived from a master key.
 */
#ifndef TSEC_RECORD_SRTP_KDF_H
#define TSEC_RECORD_SRTP_KDF_H

#include <linux/types.h>
#include <uapi/linux/tsec.h>

struct tsec_keystream;

enum tsec_srtp_key_limits {
	TSEC_SRTP_SALT_MAX	= 14,
	TSEC_SRTP_AUTH_KEY	= 20,
	TSEC_SRTP_TAG_MAX	= 16,
};

/* What a session key is for (RFC 3711 section 4.3.1). */
enum tsec_srtp_label {
	TSEC_SRTP_LABEL_ENCRYPTION	= 0,
	TSEC_SRTP_LABEL_AUTH		= 1,
	TSEC_SRTP_LABEL_SALT		= 2,
	TSEC_SRTP_LABEL_RTCP		= 3,	/* on top of those */
};

/**
 * struct tsec_srtp_cipher - how packets are protected
 * @id: enum tsec_cipher
 * @key_len: bytes of the master key, and of the session key
 * @salt_len: bytes of the master salt, and of the session salt
 * @aead: AES-GCM (RFC 7714); else AES in counter mode and HMAC-SHA1
 * @rtp_tag: bytes of a tag of SRTP
 * @rtcp_tag: bytes of a tag of SRTCP
 */
struct tsec_srtp_cipher {
	u16 id;
	u8 key_len;
	u8 salt_len;
	bool aead;
	u8 rtp_tag;
	u8 rtcp_tag;
};

/**
 * struct tsec_srtp_keys - the session keys of SRTP or SRTCP
 * @key: the encryption key
 * @auth: the authentication key
 * @salt: the salting key
 */
struct tsec_srtp_keys {
	u8 key[TSEC_KEY_MAX];
	u8 auth[TSEC_SRTP_AUTH_KEY];
	u8 salt[TSEC_SRTP_SALT_MAX];
};

const struct tsec_srtp_cipher *tsec_srtp_cipher_find(u16 id);
int tsec_srtp_derive(struct tsec_keystream *prf, const u8 *salt, u8 label,
		     u8 *out, u8 len);
int tsec_srtp_keys_derive(const struct tsec_srtp_cipher *cipher,
			  const u8 *key, const u8 *salt, bool rtcp,
			  struct tsec_srtp_keys *keys);

#endif /* TSEC_RECORD_SRTP_KDF_H */
