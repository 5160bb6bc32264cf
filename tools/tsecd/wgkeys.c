// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "wgkeys.h"

/* A key in base64 has just this length. */
static bool parse_key(const char *text, size_t len, uint8_t *key)
{
	size_t bytes;

	return len == WGKEY_TEXT - 1 &&
	       !sodium_base642bin(key, WIREGUARD_KEY_LEN, text, len, NULL,
				  &bytes, NULL,
				  sodium_base64_VARIANT_ORIGINAL) &&
	       bytes == WIREGUARD_KEY_LEN;
}

void wgkey_text(const uint8_t key[WIREGUARD_KEY_LEN], char text[WGKEY_TEXT])
{
	sodium_bin2base64(text, WGKEY_TEXT, key, WIREGUARD_KEY_LEN,
			  sodium_base64_VARIANT_ORIGINAL);
}

/* The own key ************************************************************ */

static int load_privkey(struct wgkeys *keys, const struct content *content,
			struct reason *reason)
{
	const char *text = content->data.data;
	size_t len = content->data.len;

	if (!text)
		return reason_set(reason, ENOKEY,
				  "WireGuard needs a private key: the profile "
				  "has none");
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (!parse_key(text, len, keys->self.privkey))
		return reason_set(reason, ENOKEY,
				  "%s is no private key of WireGuard, which "
				  "\"wg genkey\" makes", content->name);
	if (crypto_scalarmult_base(keys->self.pubkey, keys->self.privkey))
		return reason_set(reason, ENOKEY, "%s has no public key",
				  content->name);
	return 0;
}

/* Peers ****************************************************************** */

/* The next word of a line, which it moves past; NULL at the end. */
static const char *next_word(const char **at, const char *end, size_t *len)
{
	const char *word;

	while (*at < end && isspace((unsigned char)**at))
		++*at;
	word = *at;
	while (*at < end && !isspace((unsigned char)**at))
		++*at;
	*len = *at - word;
	return *len ? word : NULL;
}

static bool parse_peer(struct wgpeer *peer, const char *line, const char *end)
{
	const char *word;
	size_t len;

	word = next_word(&line, end, &len);
	if (!word || !parse_key(word, len, peer->pubkey))
		return false;
	word = next_word(&line, end, &len);
	if (word && !(len == 1 && *word == '-') &&
	    !parse_key(word, len, peer->psk))
		return false;
	word = next_word(&line, end, &len);
	if (!word)
		return true;
	if (len > WGPEER_NAME_MAX)
		return false;
	memcpy(peer->name, word, len);
	return !next_word(&line, end, &len);
}

static bool is_blank(const char *line, const char *end)
{
	size_t len;

	return *line == '#' || !next_word(&line, end, &len);
}

/* The number of the first bad line, 0 when all are good. */
static size_t parse_peers(struct wgkeys *keys, const char *text, size_t len)
{
	const char *end = text + len;
	size_t number = 0;

	while (text < end) {
		const char *stop = memchr(text, '\n', end - text);

		stop = stop ? stop : end;
		number++;
		if (!is_blank(text, stop) &&
		    !parse_peer(&keys->peers[keys->n++], text, stop))
			return number;
		text = stop + 1;
	}
	return 0;
}

static const struct wgpeer *find_twice(const struct wgkeys *keys)
{
	for (size_t i = 1; i < keys->n; i++)
		if (wgkeys_find(keys, keys->peers[i].pubkey) !=
		    &keys->peers[i])
			return &keys->peers[i];
	return NULL;
}

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 1;

	while (len--)
		n += *text++ == '\n';
	return n;
}

static int load_peers(struct wgkeys *keys, const struct content *content,
		      struct reason *reason)
{
	const char *text = content->data.data;
	size_t len = content->data.len, bad;
	const struct wgpeer *twice;
	char key[WGKEY_TEXT];

	if (!text)
		return reason_set(reason, ENOKEY,
				  "WireGuard needs to know its peers: the "
				  "profile names no file of them (trust)");
	keys->room = count_lines(text, len);
	keys->peers = calloc(keys->room, sizeof(*keys->peers));
	if (!keys->peers)
		return reason_set(reason, ENOMEM, "out of memory");
	bad = parse_peers(keys, text, len);
	if (bad)
		return reason_set(reason, ENOKEY,
				  "line %zu of %s is not \"PUBLIC-KEY "
				  "[ PRESHARED-KEY | - ] [ NAME ]\"", bad,
				  content->name);
	twice = find_twice(keys);
	if (!twice)
		return 0;
	wgkey_text(twice->pubkey, key);
	return reason_set(reason, ENOKEY, "%s has peer %s twice",
			  content->name, key);
}

static int wgkeys_load(struct object *object, const struct content *content,
		       struct reason *reason)
{
	struct wgkeys *keys = (struct wgkeys *)object;
	int err;

	if (sodium_init() < 0)
		return reason_set(reason, ENOTSUP, "libsodium does not start");
	err = load_privkey(keys, &content[0], reason);
	return err ? err : load_peers(keys, &content[1], reason);
}

static void wgkeys_unload(struct object *object)
{
	struct wgkeys *keys = (struct wgkeys *)object;

	if (keys->peers)
		explicit_bzero(keys->peers, keys->room * sizeof(*keys->peers));
	free(keys->peers);
}

static const struct object_type wgkeys_type = {
	.name = "wireguard",
	.part = { "private key", "peers" },
	.size = sizeof(struct wgkeys),
	.load = wgkeys_load,
	.unload = wgkeys_unload,
};

struct wgkeys *wgkeys_get(const struct source *source, struct reason *reason)
{
	return (struct wgkeys *)object_get(&wgkeys_type, source, reason);
}

const struct wgpeer *wgkeys_find(const struct wgkeys *keys,
				 const uint8_t pubkey[WIREGUARD_KEY_LEN])
{
	for (size_t i = 0; i < keys->n; i++)
		if (!memcmp(keys->peers[i].pubkey, pubkey, WIREGUARD_KEY_LEN))
			return &keys->peers[i];
	return NULL;
}

const struct wgpeer *wgkeys_named(const struct wgkeys *keys, const char *name)
{
	uint8_t pubkey[WIREGUARD_KEY_LEN];

	if (!*name)
		return keys->n == 1 ? keys->peers : NULL;
	for (size_t i = 0; i < keys->n; i++)
		if (!strcmp(keys->peers[i].name, name))
			return &keys->peers[i];
	if (!parse_key(name, strlen(name), pubkey))
		return NULL;
	return wgkeys_find(keys, pubkey);
}
