// SPDX-License-Identifier: GPL-2.0
/*
 * Every command with what is missing, too much, too short, too long or
 * unknown: each must be refused with an errno and a sentence, and the kernel
 * must not complain (which the test machine sees to).  What is refused for its
 * meaning is in refuse_values.c.
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
	test_random(argc > 1 ? (unsigned int)atoi(argv[1]) :
			       (unsigned int)time(NULL));
	if (!geteuid())
		test_rights();
	tsec_nl_close(nl);
	return done_testing();
}
