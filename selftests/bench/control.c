// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "credentials.h"
#include "tsec.h"

static struct tsec_nl *nl;
static uint16_t cipher;

void control_open(void)
{
	int error = tsec_nl_open(&nl);

	errno = -error;
	if (error)
		skip("tsec is not there");
}

static void profile_put(struct tsec_profile_info *profile, const char *name)
{
	int error;

	tsec_set_str(profile, PROFILE_NAME, name, name);
	error = tsec_profile_del(nl, name);
	if (error && error != -ENOENT)
		errx(EXIT_FAILURE, "profile: %s", tsec_nl_error(nl));
	error = tsec_profile_new(nl, profile);
	if (error)
		errx(EXIT_FAILURE, "profile: %s", tsec_nl_error(nl));
}

void control_profiles_manual(const char *name)
{
	static const char *const names[] = { PROFILE_CLIENT, PROFILE_SERVER };

	cipher = tsec_value_of(tsec_cipher_names, name);
	for (int i = 0; i < 2; i++) {
		struct tsec_profile_info profile = { 0 };

		tsec_set(&profile, PROFILE_MANUAL, manual, 1);
		profile_put(&profile, names[i]);
	}
}

static void path_set(char *to, size_t size, const char *dir, const char *file)
{
	snprintf(to, size, "%s/%s", dir, file);
}

/* Each of these is a path in @dir. */
#define set_path(info, attr, member, dir, file) \
	((info)->have |= TSEC_HAS(attr), \
	 path_set((info)->member, sizeof((info)->member), (dir), (file)))

void control_profiles_daemon(const char *dir, bool resume)
{
	struct tsec_profile_info client = { 0 }, server = { 0 };
	uint8_t cache = resume ? 1 : 2;

	tsec_set(&client, PROFILE_SESSION_CACHE, session_cache, cache);
	set_path(&client, PROFILE_TRUST, trust, dir, CREDENTIALS_CA);
	profile_put(&client, PROFILE_CLIENT);

	tsec_set(&server, PROFILE_SESSION_CACHE, session_cache, cache);
	set_path(&server, PROFILE_CERT, cert, dir, CREDENTIALS_CERT);
	set_path(&server, PROFILE_PRIVKEY, privkey, dir, CREDENTIALS_KEY);
	profile_put(&server, PROFILE_SERVER);
}

static void key_put(struct tsec_key_info *key, const char *profile,
		    int direction)
{
	tsec_set_str(key, KEY_PROFILE, profile, profile);
	tsec_set(key, KEY_DIRECTION, direction, direction);
	tsec_set(key, KEY_CIPHER, cipher, cipher);
	tsec_set(key, KEY_SEQ, seq, 0);
	if (tsec_key_new(nl, key))
		errx(EXIT_FAILURE, "key: %s", tsec_nl_error(nl));
}

static void one_way(const char *from, const char *to)
{
	struct tsec_key_info key = { 0 };
	uint8_t secret[TSEC_SECRET_MAX];

	random_fill(secret, sizeof(secret));
	tsec_set(&key, KEY_VERSION, version, TSEC_VERSION_TLS_1_3);
	key.secret = (struct tsec_blob){
		secret, tsec_cipher_secret_len(cipher)
	};
	key.have |= TSEC_HAS(KEY_SECRET);
	key_put(&key, from, TSEC_DIR_TX);
	key_put(&key, to, TSEC_DIR_RX);
	explicit_bzero(secret, sizeof(secret));
}

static void one_way_datagram(const char *from, const char *to,
			     uint16_t version)
{
	uint8_t secret[TSEC_KEY_MAX], salt[TSEC_IV_MAX];
	struct tsec_key_info key = { 0 };

	random_fill(secret, sizeof(secret));
	random_fill(salt, sizeof(salt));
	tsec_set(&key, KEY_VERSION, version, version);
	key.key = (struct tsec_blob){ secret, tsec_cipher_key_len(cipher) };
	key.iv = (struct tsec_blob){
		salt, tsec_cipher_iv_len(cipher, version)
	};
	key.have |= TSEC_HAS(KEY_KEY) | TSEC_HAS(KEY_IV);
	key_put(&key, from, TSEC_DIR_TX);
	key_put(&key, to, TSEC_DIR_RX);
	explicit_bzero(secret, sizeof(secret));
}

void control_keys(void)
{
	one_way(PROFILE_CLIENT, PROFILE_SERVER);
	one_way(PROFILE_SERVER, PROFILE_CLIENT);
}

void control_keys_datagram(uint16_t version)
{
	one_way_datagram(PROFILE_CLIENT, PROFILE_SERVER, version);
	one_way_datagram(PROFILE_SERVER, PROFILE_CLIENT, version);
}
