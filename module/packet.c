// SPDX-License-Identifier: GPL-2.0
/*
 * What the record protocols over datagrams ask of every key.
 */
#include <linux/string.h>

#include "key.h"
#include "packet.h"

/**
 * tsec_packet_key_fault() - what is wrong with the bytes of a key?
 * @key: the key
 * @key_len: how many bytes its cipher takes
 * @iv_len: how many bytes of IV or salt its protocol takes
 *
 * Context: Any.
 * Return: what is wrong, in words for people, or NULL.
 */
const char *tsec_packet_key_fault(const struct tsec_key *key, u8 key_len,
				  u8 iv_len)
{
	if (key->key_len != key_len)
		return "wrong length of the key for this cipher";
	if (key->iv_len != iv_len)
		return "wrong length of the salt for this protocol and cipher";
	if (!memchr_inv(key->key, 0, key_len))
		return "the key is all zeros";
	return NULL;
}
