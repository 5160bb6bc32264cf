// SPDX-License-Identifier: GPL-2.0
/* Keys of WireGuard out of files, and the time in its initiations. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../objects.h"
#include "../wgclock.h"
#include "../wgkeys.h"
#include "hex.h"
#include "pki.h"
#include "tap.h"

/* Those of the Noise vector; B is another one. */
#define KEY "5h75kZzeRd1fghZkBL0I44vOtd/f3tCjTI337VQiFNE="
#define PEER_A "MeAwP9ZBjS+MDni5HyLoyu0Pvkhlbc9HZ+SDT3Abj2I="
#define PEER_B "VGhpcyBpcyBteSBBdXN0cmlhbiBwZXJzcGVjdGl2ZSE="

static struct reason reason;

static struct wgkeys *keys_of(const char *key, const char *peers)
{
	struct source source = { .part[0].path = NULL };

	memset(&reason, 0, sizeof(reason));
	if (key)
		source.part[0].blob = (struct tsec_blob){ key, strlen(key) };
	if (peers)
		source.part[1].blob =
			(struct tsec_blob){ peers, strlen(peers) };
	return wgkeys_get(&source, &reason);
}

static void test_good(void)
{
	struct wgkeys *keys = keys_of(KEY "\n", "# comment\n\n" PEER_A
						"\t-  box\r\n" PEER_B " "
						PEER_A "\n");
	const struct wgpeer *peer = keys ? wgkeys_named(keys, "box") : NULL;
	char text[WGKEY_TEXT];

	ok(keys && keys->n == 2, "a key and peers: %s", reason.text);
	ok(peer && sodium_is_zero(peer->psk, sizeof(peer->psk)) &&
		   peer == wgkeys_named(keys, PEER_A) &&
		   peer == wgkeys_find(keys, peer->pubkey),
	   "a peer by its name, and by its key");
	wgkey_text(peer->pubkey, text);
	ok(!strcmp(text, PEER_A), "a key as text");
	peer = wgkeys_named(keys, PEER_B);
	ok(peer && !sodium_is_zero(peer->psk, sizeof(peer->psk)),
	   "a preshared key");
	ok(!wgkeys_named(keys, "") && !wgkeys_named(keys, "x") &&
		   !wgkeys_named(keys, KEY),
	   "none of several, and no other");
	wgkeys_put(keys);
	keys = keys_of(KEY, PEER_A);
	ok(keys && wgkeys_named(keys, ""), "the only one");
	wgkeys_put(keys);
}

static void expect_bad(const char *key, const char *peers, const char *why)
{
	struct wgkeys *keys = keys_of(key, peers);

	ok(!keys && reason.status == ENOKEY && strstr(reason.text, why),
	   "%s: %s", why, reason.text);
	wgkeys_put(keys);
}

static void test_bad(void)
{
	expect_bad(NULL, PEER_A, "has none");
	expect_bad(KEY, NULL, "names no file");
	expect_bad("", PEER_A, "no private key");
	expect_bad("A" KEY, PEER_A, "no private key");
	/* bits that belong to no byte */
	expect_bad("5h75kZzeRd1fghZkBL0I44vOtd/f3tCjTI337VQiFNF=", PEER_A,
		   "no private key");
	expect_bad(KEY, PEER_A "\n" PEER_A "\n", "twice");
	expect_bad(KEY, PEER_A "\n\nx\n", "line 3");
	expect_bad(KEY, PEER_A " x\n", "line 1");
	expect_bad(KEY, PEER_A " - a b\n", "line 1");
	expect_bad(KEY, PEER_A " - 1234567890123456789012345678901234567890123"
			       "456789012345678901234\n", "line 1");
	ok(!strstr(reason.text, "5h75"), "no key in a sentence");
}

static void test_clock(void)
{
	uint8_t first[WIREGUARD_TIMESTAMP_LEN], next[WIREGUARD_TIMESTAMP_LEN];
	uint8_t self[WIREGUARD_KEY_LEN] = { 1 };
	uint8_t peer[WIREGUARD_KEY_LEN] = { 2 };
	bool later = true;

	wgclock_now(first);
	ok(first[0] == 0x40 && !(first[9] | first[10] | first[11]),
	   "TAI64N, and not too exact");
	for (int i = 0; i < 200; i++) {
		wgclock_now(next);
		later = later && memcmp(next, first, sizeof(next)) > 0;
		memcpy(first, next, sizeof(first));
	}
	ok(later, "each is later than the one before");
	ok(wgclock_take(self, peer, next), "a time is taken");
	usleep(30 * 1000);
	ok(!wgclock_take(self, peer, next), "but once");
	wgclock_now(next);
	ok(wgclock_take(self, peer, next), "then a later one");
	wgclock_now(next);
	ok(!wgclock_take(self, peer, next), "but not at once");
	peer[0]++;
	ok(wgclock_take(self, peer, first), "another peer has its own time");
	self[0]++;
	ok(wgclock_take(self, peer, first), "and so has each key of this end");
	wgclock_flush();
}

int main(void)
{
	ok(sodium_init() >= 0, "libsodium");
	test_good();
	test_bad();
	test_clock();
	objects_flush();
	return done_testing();
}
