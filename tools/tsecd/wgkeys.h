/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys of WireGuard: the own private key, as "wg genkey" writes it, and a file
 * of peers, one a line:
 *
 *	PUBLIC-KEY [ PRESHARED-KEY | - ] [ NAME ]
 *
 * All keys are in base64.
 */
#ifndef TSECD_WGKEYS_H
#define TSECD_WGKEYS_H

#include "handshake/wireguard_message.h"
#include "objects.h"

#define WGKEY_TEXT 45 /* a key in base64, terminated */
#define WGPEER_NAME_MAX 63

struct wgpeer {
	uint8_t pubkey[WIREGUARD_KEY_LEN];
	uint8_t psk[WIREGUARD_KEY_LEN]; /* zeros: none */
	char name[WGPEER_NAME_MAX + 1];
};

struct wgkeys {
	struct object object;
	struct wireguard_identity self;
	struct wgpeer *peers; /* as they are in the file */
	size_t n, room;
};

/* Part 0 is the private key, part 1 the peers. */
struct wgkeys *wgkeys_get(const struct source *source, struct reason *reason);

static inline void wgkeys_put(struct wgkeys *keys)
{
	object_put(keys ? &keys->object : NULL);
}

const struct wgpeer *wgkeys_find(const struct wgkeys *keys,
				 const uint8_t pubkey[WIREGUARD_KEY_LEN]);
/* By public key in base64, or by name; "": the only one.  NULL: none. */
const struct wgpeer *wgkeys_named(const struct wgkeys *keys, const char *name);

void wgkey_text(const uint8_t key[WIREGUARD_KEY_LEN], char text[WGKEY_TEXT]);

#endif /* TSECD_WGKEYS_H */
