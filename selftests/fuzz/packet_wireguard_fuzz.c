// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of WireGuard for packet_fuzz.c.
 */
#include "packet_fuzz.h"
#include "record/wireguard.h"

static void key(u8 choice, struct tsec_key *key, struct tsec_packet_params *as)
{
	key->version = TSEC_VERSION_WIREGUARD;
	key->cipher = TSEC_CIPHER_CHACHA20_POLY1305;
	key->key_len = 32;
	key->seq = choice & 1 ? TSEC_WIREGUARD_REJECT_AFTER - 4 : 0;
	as->key_id = choice;
}

const struct protocol protocol = {
	.ops	= &tsec_packet_wireguard_ops,
	.pads	= true,
	.key	= key,
};
