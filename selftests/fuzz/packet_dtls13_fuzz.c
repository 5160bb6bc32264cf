// SPDX-License-Identifier: GPL-2.0
/*
 * Records of DTLS 1.3 for packet_fuzz.c.
 */
#include "packet_fuzz.h"
#include "record/dtls13.h"

static void key(u8 choice, struct tsec_key *key, struct tsec_packet_params *as)
{
	key->version = TSEC_VERSION_DTLS_1_3;
	key->cipher = choice & 4 ? TSEC_CIPHER_CHACHA20_POLY1305 :
				   TSEC_CIPHER_AES_128_GCM;
	key->secret_len = 32;
	if (choice & 8)
		key->seq = 0xfff8;
	else if (choice & 16)
		key->seq = TSEC_DTLS13_SEQ_MAX - 4;
	as->key_id = choice & 3;
}

const struct protocol protocol = {
	.ops		= &tsec_packet_dtls13_ops,
	.with_cid	= true,
	.greet		= tsec_dtls13_greet,
	.key		= key,
};
