// SPDX-License-Identifier: GPL-2.0
/*
 * Records of DTLS 1.2 for packet_fuzz.c.
 */
#include "packet_fuzz.h"
#include "record/dtls12.h"

static void key(u8 choice, struct tsec_key *key, struct tsec_packet_params *as)
{
	key->version = TSEC_VERSION_DTLS_1_2;
	key->cipher = choice & 1 ? TSEC_CIPHER_CHACHA20_POLY1305 :
				   TSEC_CIPHER_AES_128_GCM;
	key->key_len = choice & 1 ? 32 : 16;
	key->iv_len = choice & 1 ? 12 : 4;
	key->seq = choice & 128 ? TSEC_DTLS12_SEQ_MAX - 4 : 0;
	as->key_id = 1 + (choice >> 1);
}

const struct protocol protocol = {
	.ops		= &tsec_packet_dtls12_ops,
	.with_cid	= true,
	.key		= key,
};
