// SPDX-License-Identifier: GPL-2.0
/*
 * Requests in good form that are refused for what they mean: for what is not
 * there, or there already, and values that do not go together.
 */
#include <errno.h>
#include <stdlib.h>

#include "tap.h"
#include "tsec.h"

static struct tsec_nl *nl;

static void expect(int err, int want, const char *what)
{
	ok(err == -want, "%s", what);
	printf("#   %s\n", err ? tsec_nl_error(nl) : "was accepted");
}

static int event_unwanted(const struct tsec_event *event, void *arg)
{
	(void)event;
	(void)arg;
	return 0;
}

static void test_absent(void)
{
	struct tsec_handshake_info handshake = {
		.have = TSEC_HAS(HANDSHAKE_SESSION) |
			TSEC_HAS(HANDSHAKE_STATUS),
		.session = 4000000000u, .status = ECONNABORTED,
	};
	struct tsec_session_info session;
	struct tsec_profile_info profile = { .have = 0 };

	expect(tsec_session_get(nl, 4000000000u, &session), ENOENT,
	       "a session that is not there is not shown");
	expect(tsec_session_del(nl, 4000000000u), ENOENT, "nor ended");
	expect(tsec_key_update(nl, 4000000000u, false), ENOENT, "nor renewed");
	expect(tsec_handshake_accept(nl, 4000000000u, &handshake), ENOENT,
	       "nor is its handshake claimed");
	expect(tsec_handshake_accept(nl, 0, &handshake), ENOENT,
	       "nor any other");
	handshake.have = TSEC_HAS(HANDSHAKE_SESSION) |
			 TSEC_HAS(HANDSHAKE_STATUS);
	handshake.session = 4000000000u;
	expect(tsec_handshake_done(nl, &handshake), ENOENT, "nor done");
	expect(tsec_profile_get(nl, "nobody", &profile), ENOENT,
	       "a profile that is not there is not shown");
	expect(tsec_profile_del(nl, "nobody"), ENOENT, "nor deleted");
	profile.have = 0;
	tsec_set_str(&profile, PROFILE_NAME, name, "nobody");
	expect(tsec_profile_set(nl, &profile), ENOENT, "nor changed");
	expect(tsec_profile_del(nl, "default"), EBUSY, "the default one stays");
	expect(tsec_key_del(nl, "nobody", -1), ENOENT,
	       "keys of no profile are not deleted");
}

static int make_profile(const char *name, bool manual)
{
	struct tsec_profile_info profile = { .have = 0 };

	tsec_set_str(&profile, PROFILE_NAME, name, name);
	if (manual)
		tsec_set(&profile, PROFILE_MANUAL, manual, 1);
	return tsec_profile_new(nl, &profile);
}

static void test_profiles(void)
{
	struct tsec_profile_info profile = { .have = 0 };

	expect(make_profile("refuse", false), 0, "a profile");
	expect(make_profile("refuse", false), EEXIST, "not twice");
	tsec_set_str(&profile, PROFILE_NAME, name, "refuse");
	tsec_set(&profile, PROFILE_VERSION_MIN, version_min, 0x0302);
	expect(tsec_profile_set(nl, &profile), EINVAL, "TLS 1.1");
	profile.version_min = TSEC_VERSION_TLS_1_3;
	tsec_set(&profile, PROFILE_VERSION_MAX, version_max,
		 TSEC_VERSION_TLS_1_2);
	expect(tsec_profile_set(nl, &profile), EINVAL, "versions upside down");
	profile.have = TSEC_HAS(PROFILE_NAME) | TSEC_HAS(PROFILE_CIPHERS);
	profile.n_ciphers = 2;
	profile.ciphers[0] = profile.ciphers[1] = 1;
	expect(tsec_profile_set(nl, &profile), EINVAL, "a cipher twice");
	profile.ciphers[1] = 99;
	expect(tsec_profile_set(nl, &profile), EINVAL, "an unknown cipher");
	profile.have = TSEC_HAS(PROFILE_NAME) | TSEC_HAS(PROFILE_TUNNEL_LOCAL);
	profile.tunnel_local.in = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000001) };
	expect(tsec_profile_set(nl, &profile), EINVAL,
	       "a tunnel with one end");
	tsec_set(&profile, PROFILE_TUNNEL_REMOTE, tunnel_remote,
		 ((union tsec_addr){ .in6.sin6_family = AF_INET6 }));
	expect(tsec_profile_set(nl, &profile), EINVAL,
	       "a tunnel whose ends are of two families");
	profile.have = TSEC_HAS(PROFILE_NAME);
	tsec_set(&profile, PROFILE_CONNECTION_ID, connection_id,
		 TSEC_CID_MAX + 1);
	expect(tsec_profile_set(nl, &profile), ERANGE,
	       "connection IDs of 21 bytes");
	profile.have = TSEC_HAS(PROFILE_NAME);
	profile.name[0] = '\0';
	expect(tsec_profile_new(nl, &profile), EINVAL, "a profile of no name");
}

static struct tsec_key_info good_key(void)
{
	static const uint8_t bytes[32] = { 1, 2, 3 };

	return (struct tsec_key_info) {
		.have = TSEC_HAS(KEY_PROFILE) | TSEC_HAS(KEY_DIRECTION) |
			TSEC_HAS(KEY_VERSION) | TSEC_HAS(KEY_CIPHER) |
			TSEC_HAS(KEY_KEY) | TSEC_HAS(KEY_IV),
		.profile = "refuse-manual",
		.version = TSEC_VERSION_TLS_1_3,
		.cipher = TSEC_CIPHER_AES_128_GCM,
		.key = { bytes, 16 },
		.iv = { bytes, 12 },
		.secret = { bytes, 32 },
	};
}

static void bad_key(void (*spoil)(struct tsec_key_info *key), int want,
		    const char *what)
{
	struct tsec_key_info key = good_key();

	spoil(&key);
	expect(tsec_key_new(nl, &key), want, what);
}

static void no_key(struct tsec_key_info *key)
{
	key->have &= ~TSEC_HAS(KEY_KEY);
}

static void no_iv(struct tsec_key_info *key)
{
	key->have &= ~TSEC_HAS(KEY_IV);
}

static void both(struct tsec_key_info *key)
{
	key->have |= TSEC_HAS(KEY_SECRET);
}

static void neither(struct tsec_key_info *key)
{
	key->have &= ~(TSEC_HAS(KEY_KEY) | TSEC_HAS(KEY_IV));
}

static void short_key(struct tsec_key_info *key)
{
	key->key.len = 15;
}

static void long_key(struct tsec_key_info *key)
{
	key->key.len = 32;
}

static void short_iv(struct tsec_key_info *key)
{
	key->iv.len = 11;
}

static void long_salt(struct tsec_key_info *key)
{
	key->version = TSEC_VERSION_TLS_1_2;
}

static void secret_of_12(struct tsec_key_info *key)
{
	neither(key);
	key->have |= TSEC_HAS(KEY_SECRET);
	key->version = TSEC_VERSION_TLS_1_2;
}

static void short_secret(struct tsec_key_info *key)
{
	neither(key);
	key->have |= TSEC_HAS(KEY_SECRET);
	key->cipher = TSEC_CIPHER_AES_256_GCM;
}

static void odd_version(struct tsec_key_info *key)
{
	key->version = 0x0302;
}

static void no_version(struct tsec_key_info *key)
{
	key->have &= ~TSEC_HAS(KEY_VERSION);
}

static void no_cipher(struct tsec_key_info *key)
{
	key->have &= ~TSEC_HAS(KEY_CIPHER);
}

static void no_direction(struct tsec_key_info *key)
{
	key->have &= ~TSEC_HAS(KEY_DIRECTION);
}

static void no_owner(struct tsec_key_info *key)
{
	key->have &= ~TSEC_HAS(KEY_PROFILE);
}

static void two_owners(struct tsec_key_info *key)
{
	tsec_set(key, KEY_SESSION, session, 1);
}

static void no_such_session(struct tsec_key_info *key)
{
	no_owner(key);
	tsec_set(key, KEY_SESSION, session, 4000000000u);
}

static void no_such_profile(struct tsec_key_info *key)
{
	tsec_set_str(key, KEY_PROFILE, profile, "nobody");
}

static void not_manual(struct tsec_key_info *key)
{
	tsec_set_str(key, KEY_PROFILE, profile, "refuse");
}

static void last_seq(struct tsec_key_info *key)
{
	tsec_set(key, KEY_SEQ, seq, UINT64_MAX);
}

static void id_of_tls(struct tsec_key_info *key)
{
	tsec_set(key, KEY_ID, id, 1);
}

static void no_id(struct tsec_key_info *key)
{
	tsec_set(key, KEY_VERSION, version, TSEC_VERSION_DTLS_1_2);
	tsec_set(key, KEY_ID, id, 0);
}

static void esp(struct tsec_key_info *key)
{
	tsec_set(key, KEY_VERSION, version, TSEC_VERSION_ESP);
	tsec_set(key, KEY_ID, id, TSEC_ESP_SPI_MIN);
	key->iv.len = TSEC_ESP_SALT;
}

static void no_spi(struct tsec_key_info *key)
{
	esp(key);
	key->have &= ~TSEC_HAS(KEY_ID);
}

static void reserved_spi(struct tsec_key_info *key)
{
	esp(key);
	key->id--;
}

static void iv_for_salt(struct tsec_key_info *key)
{
	esp(key);
	key->iv.len = 12;
}

static void cipher_of_srtp(struct tsec_key_info *key)
{
	esp(key);
	key->cipher = TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80;
}

static void number_of_33_bits(struct tsec_key_info *key)
{
	esp(key);
	tsec_set(key, KEY_SEQ, seq, 1ULL << 32);
}

static void message_of_tls(struct tsec_key_info *key)
{
	tsec_set(key, KEY_MESSAGE_SEQ, message_seq, 1);
}

static void test_keys(void)
{
	expect(make_profile("refuse-manual", true), 0, "one for manual keys");
	bad_key(no_key, EINVAL, "a key without its bytes");
	bad_key(no_iv, EINVAL, "a key without an IV");
	bad_key(both, EINVAL, "a key and a secret");
	bad_key(neither, EINVAL, "neither");
	bad_key(short_key, EINVAL, "a key too short");
	bad_key(long_key, EINVAL, "a key too long for its cipher");
	bad_key(short_iv, EINVAL, "an IV too short");
	bad_key(long_salt, EINVAL, "a TLS 1.2 salt too long");
	bad_key(secret_of_12, EINVAL, "a secret for TLS 1.2");
	bad_key(short_secret, EINVAL, "a secret too short for its cipher");
	bad_key(odd_version, EINVAL, "a key for TLS 1.1");
	bad_key(no_version, EINVAL, "a key for no version");
	bad_key(no_cipher, EINVAL, "a key for no cipher");
	bad_key(no_direction, EINVAL, "a key for no direction");
	bad_key(no_owner, EINVAL, "a key of nobody");
	bad_key(two_owners, EINVAL, "a key of two");
	bad_key(no_such_session, ENOENT, "a key of no session");
	bad_key(no_such_profile, ENOENT, "a key of no profile");
	bad_key(not_manual, EINVAL, "a key of a profile without manual keys");
	bad_key(last_seq, EINVAL, "a key without sequence numbers left");
	bad_key(id_of_tls, EINVAL, "a key with an ID where records have none");
	bad_key(no_id, ERANGE, "a key with the ID 0");
	bad_key(message_of_tls, EINVAL,
		"a key with messages where none follow the handshake");
	bad_key(esp, 0, "a key of ESP is taken");
	bad_key(no_spi, EINVAL, "one without an SPI");
	bad_key(reserved_spi, EINVAL, "one with an SPI that is reserved");
	bad_key(iv_for_salt, EINVAL, "one with a nonce for a salt");
	bad_key(cipher_of_srtp, EINVAL, "one for a cipher of SRTP");
	bad_key(number_of_33_bits, EINVAL, "one beyond 32 bits of numbers");
}

static void test_daemon(void)
{
	struct tsec_daemon_info info;
	struct tsec_nl *other;
	uint32_t port;

	if (tsec_nl_open(&other))
		exit(1);
	ok(!tsec_daemon_register(other, "a daemon"), "a daemon");
	expect(tsec_daemon_register(nl, "another"), EBUSY, "not two");
	tsec_daemon_get(nl, &info);
	port = info.port;
	is_str(info.version, "a daemon", "what it calls itself");
	is_int(info.family, AF_TSEC, "the number of the family");
	tsec_nl_close(other);
	tsec_daemon_get(nl, &info);
	ok(port && !info.port, "it ends with its handle");
}

static void test_groups(void)
{
	struct tsec_nl *other;

	if (tsec_nl_open(&other))
		exit(1);
	is_int(tsec_nl_join(other, "nothing"), -ENOENT, "no such group");
	is_int(tsec_nl_join(other, TSEC_MCGRP_HANDSHAKE), 0, "handshake");
	is_int(tsec_nl_join(other, TSEC_MCGRP_EVENTS), 0, "events");
	is_int(tsec_session_del(other, 1), -EBUSY,
	       "a handle with groups only receives");
	is_int(tsec_nl_receive(other, event_unwanted, NULL), 0,
	       "and there is nothing yet");
	tsec_nl_close(other);
}

int main(void)
{
	int err = tsec_nl_open(&nl);

	if (err) {
		printf("1..0 # SKIP no tsec: %s\n", strerror(-err));
		return 0;
	}
	test_absent();
	test_profiles();
	test_keys();
	test_daemon();
	test_groups();
	expect(tsec_profile_del(nl, "refuse"), 0, "a profile goes");
	expect(tsec_profile_del(nl, "refuse-manual"), 0, "and another");
	tsec_nl_close(nl);
	return done_testing();
}
