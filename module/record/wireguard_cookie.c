// SPDX-License-Identifier: GPL-2.0
/*
 * Who may begin a handshake of WireGuard ("WireGuard: Next Generation Kernel
 * Network Tunnel", sections 5.3 and 5.4.7).
 *
 * An initiation shows by its first MAC that whoever sent it knows the public
 * key of this end; without that, nothing answers.  Under load that is not
 * enough: the sender is given a cookie, sealed, and forgotten.  One that
 * brings it back, as the key of the second MAC, is where it says it is.
 */
#include <crypto/algapi.h>
#include <crypto/blake2s.h>
#include <crypto/chacha20poly1305.h>
#include <linux/build_bug.h>
#include <linux/random.h>
#include <linux/string.h>
#include <uapi/linux/tsec.h>

#include "../compat.h"
#include "wireguard.h"

enum cookie_layout {
	COOKIE_LEN	= 16,
	MAC_LEN		= 16,
	LABEL_LEN	= 8,
	INDEX_LEN	= 4,
	AT_MAC1		= TSEC_WIREGUARD_INITIATION_LEN - 2 * MAC_LEN,
	AT_MAC2		= TSEC_WIREGUARD_INITIATION_LEN - MAC_LEN,
	AT_INDEX	= 4,
	AT_NONCE	= AT_INDEX + INDEX_LEN,
	AT_COOKIE	= AT_NONCE + XCHACHA20POLY1305_NONCE_SIZE,
	REPLY_LEN	= AT_COOKIE + COOKIE_LEN +
			  CHACHA20POLY1305_AUTHTAG_SIZE,
};

static_assert((int)REPLY_LEN == (int)TSEC_WIREGUARD_COOKIE_LEN);
static_assert((int)REPLY_LEN <= (int)TSEC_GREETING_REPLY_MAX);
static_assert((int)MAC_LEN == (int)TSEC_GREETING_PROOF_LEN);

static bool is_initiation(const u8 *data, size_t len)
{
	return len == TSEC_WIREGUARD_INITIATION_LEN &&
	       get_unaligned_le32(data) == TSEC_WIREGUARD_INITIATION;
}

static void mac(u8 *out, const u8 *key, size_t key_len, const u8 *data,
		size_t len)
{
	struct blake2s_state state;

	blake2s_init_key(&state, MAC_LEN, key, key_len);
	blake2s_update(&state, data, len);
	blake2s_final(&state, out);
}

/* What this end is known by, for one purpose. */
static void label_key(u8 *key, const char *label, const u8 *pubkey)
{
	struct blake2s_state state;

	blake2s_init(&state, BLAKE2S_HASH_SIZE);
	blake2s_update(&state, (const u8 *)label, LABEL_LEN);
	blake2s_update(&state, pubkey, TSEC_PUBKEY_LEN);
	blake2s_final(&state, key);
}

static bool mac1_is_good(const struct tsec_greeting *greeting)
{
	u8 key[BLAKE2S_HASH_SIZE], good[MAC_LEN];

	label_key(key, "mac1----", greeting->pubkey);
	mac(good, key, sizeof(key), greeting->data, AT_MAC1);
	return !crypto_memneq(good, greeting->data + AT_MAC1, MAC_LEN);
}

static void cookie_make(const struct tsec_greeting *greeting, u32 period,
			u8 *cookie)
{
	struct blake2s_state state;

	blake2s_init_key(&state, COOKIE_LEN, greeting->secret,
			 TSEC_GREETING_SECRET_LEN);
	blake2s_update(&state, (const u8 *)&period, sizeof(period));
	blake2s_update(&state, greeting->peer, greeting->peer_len);
	blake2s_final(&state, cookie);
}

static bool mac2_is_good(const struct tsec_greeting *greeting)
{
	u8 cookie[COOKIE_LEN], good[MAC_LEN];
	u32 age;

	for (age = 0; age <= 1; age++) {
		cookie_make(greeting, greeting->period - age, cookie);
		mac(good, cookie, sizeof(cookie), greeting->data, AT_MAC2);
		if (!crypto_memneq(good, greeting->data + AT_MAC2, MAC_LEN))
			return true;
	}
	return false;
}

static void reply_build(struct tsec_greeting *greeting)
{
	u8 *reply = greeting->reply;
	u8 key[BLAKE2S_HASH_SIZE];

	put_unaligned_le32(TSEC_WIREGUARD_COOKIE, reply);
	memcpy(reply + AT_INDEX, greeting->data + AT_INDEX, INDEX_LEN);
	get_random_bytes(reply + AT_NONCE, XCHACHA20POLY1305_NONCE_SIZE);
	cookie_make(greeting, greeting->period, reply + AT_COOKIE);
	label_key(key, "cookie--", greeting->pubkey);
	xchacha20poly1305_encrypt(reply + AT_COOKIE, reply + AT_COOKIE,
				  COOKIE_LEN, greeting->data + AT_MAC1, MAC_LEN,
				  reply + AT_NONCE, key);
	greeting->reply_len = REPLY_LEN;
}

/**
 * tsec_wireguard_greet() - meet somebody who begins a handshake
 * @greeting: its datagram; gets the reply
 *
 * Context: Any but hard interrupts.
 * Return: enum tsec_greeting_verdict.
 */
enum tsec_greeting_verdict tsec_wireguard_greet(struct tsec_greeting *greeting)
{
	if (!is_initiation(greeting->data, greeting->len) ||
	    !mac1_is_good(greeting))
		return TSEC_GREETING_NONE;
	greeting->proof = greeting->data + AT_MAC1;
	if (!greeting->loaded || mac2_is_good(greeting))
		return TSEC_GREETING_PROVEN;
	reply_build(greeting);
	return TSEC_GREETING_ANSWERED;
}
