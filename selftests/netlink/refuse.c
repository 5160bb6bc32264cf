// SPDX-License-Identifier: GPL-2.0
/*
 * Every command with what is missing, too much, too short, too long or
 * unknown: each must be refused with an errno and a sentence, and the kernel
 * must not complain (which the test machine sees to).
 *
 *   refuse [SEED]	the seed of the random messages at the end
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "tap.h"

#define RANDOM_MESSAGES	20000
#define UNKNOWN_ATTR	200
#define NOBODY		65534

#define COMMAND(text, nest, number, ...) { \
	.name = (text), .object = (nest), .cmd = TSEC_CMD_##number, \
	__VA_ARGS__ \
}

static const struct command {
	const char *name;
	const struct layout *object;	/* what a request has; NULL: nothing */
	uint8_t cmd;
	bool admin;
	bool optional;			/* the object may be left out */
	bool dump;			/* and in a dump it must be */
} commands[] = {
	COMMAND("daemon-register", &tsec_daemon_layout, DAEMON_REGISTER,
		.admin = true),
	COMMAND("daemon-get", NULL, DAEMON_GET),
	COMMAND("handshake-accept", &tsec_handshake_layout, HANDSHAKE_ACCEPT,
		.admin = true, .optional = true),
	COMMAND("handshake-done", &tsec_handshake_layout, HANDSHAKE_DONE,
		.admin = true),
	COMMAND("key-new", &tsec_key_layout, KEY_NEW, .admin = true),
	COMMAND("key-del", &tsec_key_layout, KEY_DEL, .admin = true),
	COMMAND("key-get", NULL, KEY_GET, .dump = true),
	COMMAND("key-update", &tsec_key_layout, KEY_UPDATE, .admin = true),
	COMMAND("session-get", &tsec_session_layout, SESSION_GET),
	COMMAND("session-del", &tsec_session_layout, SESSION_DEL,
		.admin = true),
	COMMAND("profile-new", &tsec_profile_layout, PROFILE_NEW,
		.admin = true),
	COMMAND("profile-set", &tsec_profile_layout, PROFILE_SET,
		.admin = true),
	COMMAND("profile-del", &tsec_profile_layout, PROFILE_DEL,
		.admin = true),
	COMMAND("profile-get", &tsec_profile_layout, PROFILE_GET),
	COMMAND("stats-get", NULL, STATS_GET),
};

#define N_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static struct tsec_nl *nl;

static struct nlmsghdr *begin(const struct command *command)
{
	return tsec_nl_start(nl, command->cmd, command->dump ? NLM_F_DUMP : 0);
}

/* Send it: @want is an errno, or 0 for any. */
static void refused(struct nlmsghdr *nlh, int want, const char *name,
		    const char *what)
{
	int err = tsec_nl_talk(nl, nlh, NULL, NULL);
	bool worded = strcmp(tsec_nl_error(nl), strerror(-err));

	ok(err < 0 && (!want || err == -want) && worded, "%s: %s", name, what);
	if (err >= 0)
		printf("#   was accepted\n");
	else
		printf("#   %s%s%s\n", strerrorname_np(-err) ?: "?",
		       worded ? ": " : ", without a word",
		       worded ? tsec_nl_error(nl) : "");
}

static void test_object(const struct command *command)
{
	const struct layout *object = command->object;
	struct nlmsghdr *nlh = begin(command);
	struct nlattr *nest;

	if (!command->optional)
		refused(nlh, EINVAL, command->name, "without its object");
	if (command->cmd != TSEC_CMD_DAEMON_REGISTER && !command->optional) {
		nlh = begin(command);
		nest = mnl_attr_nest_start(nlh, object->attr);
		mnl_attr_nest_end(nlh, nest);
		refused(nlh, EINVAL, command->name, "with an empty object");
	}
	nlh = begin(command);
	mnl_attr_put(nlh, object->attr, 4, "abcd");
	refused(nlh, EINVAL, command->name, "with an object that is no nest");
	nlh = begin(command);
	nest = mnl_attr_nest_start(nlh, object->attr);
	mnl_attr_put_u32(nlh, UNKNOWN_ATTR, 1);
	mnl_attr_nest_end(nlh, nest);
	refused(nlh, EINVAL, command->name, "with an attribute of no number");
}

static void test_other_object(const struct command *command)
{
	struct nlmsghdr *nlh = begin(command);
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, TSEC_A_STATS);
	mnl_attr_nest_end(nlh, nest);
	refused(nlh, EINVAL, command->name, "with another object");
	nlh = begin(command);
	mnl_attr_put_u32(nlh, UNKNOWN_ATTR, 1);
	refused(nlh, EINVAL, command->name, "with an object of no number");
}

/* Lengths that lie, of the nest and of what is in it. */
static void test_lengths(const struct command *command)
{
	struct nlmsghdr *nlh = begin(command);
	struct nlattr *nest, *inner;

	nest = mnl_attr_nest_start(nlh, command->object->attr);
	mnl_attr_nest_end(nlh, nest);
	nest->nla_len += 8;
	refused(nlh, EINVAL, command->name, "with an object past the end");
	nlh = begin(command);
	nest = mnl_attr_nest_start(nlh, command->object->attr);
	mnl_attr_nest_end(nlh, nest);
	nest->nla_len = 3;
	refused(nlh, EINVAL, command->name, "with an object too short to be");
	nlh = begin(command);
	nest = mnl_attr_nest_start(nlh, command->object->attr);
	inner = mnl_nlmsg_get_payload_tail(nlh);
	mnl_attr_put_u32(nlh, command->object->fields->attr, 1);
	mnl_attr_nest_end(nlh, nest);
	inner->nla_len += 4;
	refused(nlh, 0, command->name, "with an attribute past the nest");
}

static void one_field(const struct command *command, const struct field *field,
		      const void *data, size_t len, const char *how)
{
	struct nlmsghdr *nlh = begin(command);
	struct nlattr *nest = mnl_attr_nest_start(nlh, command->object->attr);
	char what[64];

	mnl_attr_put(nlh, field->attr, len, data);
	mnl_attr_nest_end(nlh, nest);
	snprintf(what, sizeof(what), "%s %s", field->name, how);
	refused(nlh, 0, command->name, what);
}

static void test_field(const struct command *command, const struct field *field)
{
	static char data[65000];

	memset(data, 'a', sizeof(data));
	switch (field->kind) {
	case FIELD_STRING:
		one_field(command, field, data, 8, "without its end");
		one_field(command, field, data, 0, "without anything");
		data[field->size] = '\0';
		one_field(command, field, data, field->size + 1, "too long");
		break;
	case FIELD_FLAG:
		one_field(command, field, data, 4, "with a value");
		break;
	case FIELD_NEST:
		one_field(command, field, data, 4, "that is no nest");
		break;
	case FIELD_BLOB:
	case FIELD_ADDR:
	case FIELD_CIPHERS:
		one_field(command, field, data, 64000, "too long");
		break;
	default:
		one_field(command, field, data, field->size - 1, "too short");
		one_field(command, field, data, field->size + 4, "too long");
	}
}

static void test_command(const struct command *command)
{
	const struct layout *object = command->object;

	test_other_object(command);
	if (!object)
		return;
	test_object(command);
	test_lengths(command);
	for (unsigned int i = 0; i < object->n_fields; i++)
		test_field(command, &object->fields[i]);
}

/* Meaning, not form ******************************************************* */

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

/* Noise ******************************************************************* */

static void random_attrs(struct nlmsghdr *nlh, int depth)
{
	int n = rand() % 4;
	struct nlattr *nest;
	uint8_t data[80];
	size_t len;

	while (n--) {
		if (depth && rand() % 8 == 0) {
			nest = mnl_attr_nest_start(nlh, rand() % 40);
			random_attrs(nlh, depth - 1);
			mnl_attr_nest_end(nlh, nest);
			continue;
		}
		len = rand() % (rand() % 4 ? 9 : (int)sizeof(data));
		for (size_t i = 0; i < len; i++)
			data[i] = rand() % 4 ? rand() % 4 : rand();
		mnl_attr_put(nlh, rand() % 28, len, data);
	}
}

static void random_message(void)
{
	const struct command *command = &commands[rand() % N_COMMANDS];
	struct nlmsghdr *nlh = begin(command);
	char *payload = mnl_nlmsg_get_payload_offset(nlh, 4);
	struct nlattr *nest = NULL;

	if (command->object && rand() % 16)
		nest = mnl_attr_nest_start(nlh, command->object->attr);
	random_attrs(nlh, 2);
	if (nest)
		mnl_attr_nest_end(nlh, nest);
	if (rand() % 4 == 0 && nlh->nlmsg_len > 24)
		payload[rand() % (nlh->nlmsg_len - 20)] ^= 1 << rand() % 8;
	tsec_nl_talk(nl, nlh, NULL, NULL);
}

static void test_random(unsigned int seed)
{
	struct tsec_daemon_info info;

	printf("# seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < RANDOM_MESSAGES; i++)
		random_message();
	is_int(tsec_daemon_get(nl, &info), 0, "random messages");
}

/* Rights ****************************************************************** */

static void test_rights(void)
{
	struct tsec_nl *other;

	if (tsec_nl_open(&other) || setresuid(NOBODY, NOBODY, NOBODY))
		exit(1);
	tsec_nl_close(nl);
	if (tsec_nl_open(&nl))
		exit(1);
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (commands[i].admin)
			is_int(tsec_nl_talk(nl, begin(&commands[i]), NULL,
					    NULL), -EPERM, commands[i].name);
		else if (!commands[i].object)
			is_int(tsec_nl_talk(nl, begin(&commands[i]), NULL,
					    NULL), 0, commands[i].name);
	is_int(tsec_nl_join(other, TSEC_MCGRP_HANDSHAKE), -EPERM,
	       "handshakes are not for everybody");
	is_int(tsec_nl_join(other, TSEC_MCGRP_EVENTS), 0, "events are");
	tsec_nl_close(other);
}

int main(int argc, char **argv)
{
	int err = tsec_nl_open(&nl);

	if (err) {
		printf("1..0 # SKIP no tsec: %s\n", strerror(-err));
		return 0;
	}
	for (size_t i = 0; i < N_COMMANDS; i++)
		test_command(&commands[i]);
	test_absent();
	test_profiles();
	test_keys();
	test_daemon();
	test_groups();
	expect(tsec_profile_del(nl, "refuse"), 0, "a profile goes");
	expect(tsec_profile_del(nl, "refuse-manual"), 0, "and another");
	test_random(argc > 1 ? (unsigned int)atoi(argv[1]) :
			       (unsigned int)time(NULL));
	if (!geteuid())
		test_rights();
	tsec_nl_close(nl);
	return done_testing();
}
