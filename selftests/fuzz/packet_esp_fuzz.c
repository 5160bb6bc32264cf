// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of ESP for packet_fuzz.c.
 */
#include "packet_fuzz.h"
#include "record/esp.h"

static void key(u8 choice, struct tsec_key *key, struct tsec_packet_params *as)
{
	bool esn = choice & 1;

	key->version = esn ? TSEC_VERSION_ESP_ESN : TSEC_VERSION_ESP;
	key->cipher = TSEC_CIPHER_AES_128_GCM;
	key->key_len = 16;
	key->iv_len = choice & 2 ? 12 : 4;
	key->seq = choice & 4 ? 0xfffffff0 : choice & 8 && esn ? 3ULL << 32 : 0;
	as->key_id = 0x1000;
}

const struct protocol protocol = {
	.ops	= &tsec_packet_esp_ops,
	.key	= key,
};
