// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of SRTP and SRTCP for packet_fuzz.c.
 */
#include "packet_fuzz.h"
#include "record/srtp.h"

static const u16 ciphers[] = {
	TSEC_CIPHER_AES_128_GCM,
	TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
	TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32,
	TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80,
};

static void key(u8 choice, struct tsec_key *key, struct tsec_packet_params *as)
{
	const struct tsec_srtp_cipher *cipher;

	key->version = TSEC_VERSION_SRTP;
	key->cipher = ciphers[choice & 3];
	cipher = tsec_srtp_cipher_find(key->cipher);
	key->key_len = cipher->key_len;
	key->iv_len = cipher->salt_len;
	key->seq = choice & 4 ? TSEC_SRTP_INDEX_MAX : 0;
	as->key_id = choice & 8 ? 0x01010101 : 0;
}

const struct protocol protocol = {
	.ops		= &tsec_packet_srtp_ops,
	.with_cid	= true,
	.own_seq	= true,
	.key		= key,
};
