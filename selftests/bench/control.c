// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "credentials.h"
#include "tsec.h"

static const char *const names[] = { PROFILE_CLIENT, PROFILE_SERVER };

static struct tsec_nl *nls[2];		/* of the sides' namespaces */
static uint16_t cipher;

void control_open_side(enum side side)
{
	int error = tsec_nl_open(&nls[side]);

	errno = -error;
	if (error)
		skip("tsec is not there");
}

void control_open(void)
{
	for (int side = CLIENT; side <= SERVER; side++)
		control_open_side(side);
}

static void profile_put(struct tsec_profile_info *profile, enum side side)
{
	struct tsec_nl *nl = nls[side];
	int error;

	tsec_set_str(profile, PROFILE_NAME, name, names[side]);
	error = tsec_profile_del(nl, names[side]);
	if (error && error != -ENOENT)
		errx(EXIT_FAILURE, "profile: %s", tsec_nl_error(nl));
	error = tsec_profile_new(nl, profile);
	if (error)
		errx(EXIT_FAILURE, "profile: %s", tsec_nl_error(nl));
}

void control_profiles_manual(const char *name)
{
	cipher = tsec_value_of(tsec_cipher_names, name);
	for (int side = CLIENT; side <= SERVER; side++) {
		struct tsec_profile_info profile = { 0 };

		tsec_set(&profile, PROFILE_MANUAL, manual, 1);
		profile_put(&profile, side);
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
	profile_put(&client, CLIENT);

	tsec_set(&server, PROFILE_SESSION_CACHE, session_cache, cache);
	set_path(&server, PROFILE_CERT, cert, dir, CREDENTIALS_CERT);
	set_path(&server, PROFILE_PRIVKEY, privkey, dir, CREDENTIALS_KEY);
	profile_put(&server, SERVER);
}

static void key_put(struct tsec_key_info *key, enum side side, int direction)
{
	tsec_set_str(key, KEY_PROFILE, profile, names[side]);
	tsec_set(key, KEY_DIRECTION, direction, direction);
	tsec_set(key, KEY_CIPHER, cipher, cipher);
	tsec_set(key, KEY_SEQ, seq, 0);
	if (tsec_key_new(nls[side], key))
		errx(EXIT_FAILURE, "key: %s", tsec_nl_error(nls[side]));
}

static void one_way(enum side from)
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
	key_put(&key, !from, TSEC_DIR_RX);
	explicit_bzero(secret, sizeof(secret));
}

/* What another session of ESP receives by is no SPI of this one's. */
static void spi_set(struct tsec_key_info *key)
{
	static uint32_t spi = TSEC_ESP_SPI_MIN;

	tsec_set(key, KEY_ID, id, spi++);
}

static void one_way_datagram(enum side from, uint16_t version)
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
	key.have |= TSEC_HAS(KEY_KEY);
	if (key.iv.len)
		key.have |= TSEC_HAS(KEY_IV);
	if (tsec_version_has_spi(version))
		spi_set(&key);
	key_put(&key, from, TSEC_DIR_TX);
	key_put(&key, !from, TSEC_DIR_RX);
	explicit_bzero(secret, sizeof(secret));
}

void control_keys(void)
{
	one_way(CLIENT);
	one_way(SERVER);
}

void control_keys_datagram(uint16_t version)
{
	one_way_datagram(CLIENT, version);
	one_way_datagram(SERVER, version);
}
