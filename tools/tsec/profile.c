// SPDX-License-Identifier: GPL-2.0
/* tsec profile */
#include <errno.h>
#include <string.h>

#include "cli.h"
#include "restore.h"

static const char usage[] =
	"Usage: tsec profile [ show ] [ NAME ]\n"
	"       tsec profile { add | set } NAME [ SETTING ]...\n"
	"       tsec profile del NAME\n"
	"       tsec profile save [ NAME ]\n"
	"       tsec profile restore [ FILE ]\n"
	"SETTING := { cert FILE | privkey FILE | trust FILE | crl FILE |\n"
	"             psk FILE | psk-identity NAME | alpn NAME[,NAME]... |\n"
	"             version-min VERSION | version-max VERSION |\n"
	"             ciphers CIPHER[,CIPHER]... | verify VERIFY |\n"
	"             session-cache { on | off } | manual { on | off } |\n"
	"             connection-id BYTES |\n"
	"             soft-records N | hard-records N | soft-bytes N |\n"
	"             hard-bytes N | soft-seconds N | hard-seconds N |\n"
	"             idle-seconds N | tunnel-local ADDRESS[:PORT] |\n"
	"             tunnel-remote ADDRESS[:PORT] | pubkey KEY }\n"
	"VERSION := { 1.2 | 1.3 }\n"
	"CIPHER := { aes-128-gcm | aes-256-gcm | chacha20-poly1305 |\n"
	"            aes-128-cm-hmac-sha1-80 | aes-128-cm-hmac-sha1-32 }\n"
	"VERIFY := { none | request | require }\n"
	"\"\" gives a name or file its default, \"default\" anything else.\n";

static int take_name(struct args *args, char **name)
{
	*name = next_arg(args);
	if (!*name || !**name)
		return bad_usage("which profile? give its name");
	if (strlen(*name) > TSEC_PROFILE_NAME_MAX)
		return bad_usage("a profile's name has %d bytes at most",
				 TSEC_PROFILE_NAME_MAX);
	return 0;
}

static int no_more(struct args *args)
{
	const char *word = next_arg(args);

	if (word)
		return bad_usage("unexpected \"%s\", see \"tsec profile help\"",
				 word);
	return 0;
}

static int show_one(const struct tsec_profile_info *info, void *arg)
{
	json_t *list = arg;

	if (list)
		json_array_append_new(list,
				      to_json(&tsec_profile_layout, info));
	else
		print_profile(info);
	return 0;
}

static int fetch(struct cli *cli, const char *name, json_t *list)
{
	struct tsec_profile_info info;
	int err;

	if (!name)
		return tsec_profile_dump(cli->nl, show_one, list);
	err = tsec_profile_get(cli->nl, name, &info);
	return err ? err : show_one(&info, list);
}

static int show(struct cli *cli, struct args *args, bool json)
{
	json_t *list = NULL;
	char *name = NULL;
	int code = 0;

	if (args->n)
		code = take_name(args, &name);
	if (!code)
		code = no_more(args);
	if (!code)
		code = cli_open(cli);
	if (code)
		return code;
	if (json)
		list = json_array();
	code = finish(cli, fetch(cli, name, list));
	if (list && !code)
		return print_json(cli, list);
	json_decref(list);
	return code;
}

static int profile_show(struct cli *cli, struct args *args)
{
	return show(cli, args, cli->json);
}

/* What restore reads: JSON, and laid out for people, who edit it. */
static int profile_save(struct cli *cli, struct args *args)
{
	cli->pretty = true;
	return show(cli, args, true);
}

typedef int change_fn(struct tsec_nl *nl, const struct tsec_profile_info *info);

static int change(struct cli *cli, struct args *args, change_fn *fn)
{
	struct tsec_profile_info info = { .have = 0 };
	char *name;
	int code = take_name(args, &name);

	if (!code)
		code = parse_settings(args, &info);
	if (!code)
		code = cli_open(cli);
	if (code)
		return code;
	tsec_set_str(&info, PROFILE_NAME, name, name);
	return finish(cli, fn(cli->nl, &info));
}

static int profile_add(struct cli *cli, struct args *args)
{
	return change(cli, args, tsec_profile_new);
}

static int profile_set(struct cli *cli, struct args *args)
{
	return change(cli, args, tsec_profile_set);
}

static int profile_del(struct cli *cli, struct args *args)
{
	char *name;
	int code = take_name(args, &name);

	if (!code)
		code = no_more(args);
	if (!code)
		code = cli_open(cli);
	return code ? code : finish(cli, tsec_profile_del(cli->nl, name));
}

static int restore_one(const struct tsec_profile_info *info, void *arg)
{
	struct tsec_profile_info whole;
	struct cli *cli = arg;
	int err = tsec_profile_new(cli->nl, info);

	if (err != -EEXIST)
		return err;
	complete_profile(&whole, info);
	return tsec_profile_set(cli->nl, &whole);
}

static int restore_all(struct cli *cli, const struct saved *saved)
{
	for (size_t i = 0; i < saved->n; i++) {
		if (!restore_one(&saved->profiles[i], cli))
			continue;
		fprintf(stderr, "tsec: profile \"%s\": %s\n",
			saved->profiles[i].name, tsec_nl_error(cli->nl));
		return CLI_REFUSED;
	}
	return CLI_OK;
}

static int profile_restore(struct cli *cli, struct args *args)
{
	const char *file = next_arg(args);
	struct saved saved;
	int code = no_more(args);

	if (!code)
		code = read_saved(file ? file : "-", &saved);
	if (code)
		return code;
	code = cli_open(cli);
	if (!code)
		code = restore_all(cli, &saved);
	free_saved(&saved);
	return code;
}

static const struct verb verbs[] = {
	{ "show",	profile_show },
	{ "list",	profile_show },
	{ "add",	profile_add },
	{ "set",	profile_set },
	{ "del",	profile_del },
	{ "delete",	profile_del },
	{ "save",	profile_save },
	{ "restore",	profile_restore },
	{ }
};

const struct object profile_object = {
	.name	= "profile",
	.usage	= usage,
	.verbs	= verbs,
};
