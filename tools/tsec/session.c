// SPDX-License-Identifier: GPL-2.0
/* tsec session */
#include <string.h>

#include "cli.h"

static const char usage[] =
	"Usage: tsec session [ show ] [ id N ] [ state STATE ]\n"
	"                    [ profile NAME ] [ role ROLE ]\n"
	"       tsec session del id N\n"
	"       tsec session rekey id N [ request ]\n"
	"STATE := { connecting | pending | handshake | established |\n"
	"           closing | failed }\n"
	"ROLE := { client | server }\n";

struct filter {
	uint64_t id;
	int state;		/* -1: any */
	int role;		/* -1: any */
	const char *profile;
};

struct show {
	struct cli *cli;
	struct filter filter;
	json_t *list;
};

static int parse_id(const char *word, uint64_t *id)
{
	if (!word || !parse_number(word, UINT32_MAX, id) || !*id)
		return bad_usage("id needs the number of a session");
	return 0;
}

static int parse_name(const struct tsec_name *names, const char *what,
		      const char *word, int *value)
{
	if (!word)
		return bad_usage("%s needs a value, see \"tsec session help\"",
				 what);
	*value = tsec_value_of(names, word);
	if (*value < 0)
		return bad_usage("\"%s\" is not a %s, see \"tsec session "
				 "help\"", word, what);
	return 0;
}

static int parse_profile(const char *value, const char **profile)
{
	if (!value)
		return bad_usage("profile needs a name");
	*profile = value;
	return 0;
}

static int given_twice(const char *word)
{
	return bad_usage("%s is given twice", word);
}

static int parse_condition(const char *word, const char *value,
			   struct filter *filter)
{
	if (!strcmp(word, "id"))
		return filter->id ? given_twice(word) :
				    parse_id(value, &filter->id);
	if (!strcmp(word, "state"))
		return filter->state >= 0 ? given_twice(word) :
		       parse_name(tsec_state_names, "state", value,
				  &filter->state);
	if (!strcmp(word, "role"))
		return filter->role >= 0 ? given_twice(word) :
		       parse_name(tsec_role_names, "role", value,
				  &filter->role);
	if (!strcmp(word, "profile"))
		return filter->profile ? given_twice(word) :
					 parse_profile(value, &filter->profile);
	return bad_usage("unknown condition \"%s\", see \"tsec session help\"",
			 word);
}

static bool wanted(const struct filter *filter,
		   const struct tsec_session_info *info)
{
	return (filter->state < 0 || filter->state == info->state) &&
	       (filter->role < 0 || filter->role == info->role) &&
	       (!filter->profile || !strcmp(filter->profile, info->profile));
}

static int show_one(const struct tsec_session_info *info, void *arg)
{
	struct show *show = arg;

	if (!wanted(&show->filter, info))
		return 0;
	if (show->list)
		json_array_append_new(show->list,
				      to_json(&tsec_session_layout, info));
	else
		print_session(info, show->cli->stats);
	return 0;
}

static int fetch(struct cli *cli, struct show *show)
{
	struct tsec_session_info info;
	int err;

	if (!show->filter.id)
		return tsec_session_dump(cli->nl, show_one, show);
	err = tsec_session_get(cli->nl, show->filter.id, &info);
	return err ? err : show_one(&info, show);
}

static int session_show(struct cli *cli, struct args *args)
{
	struct show show = { cli, { .state = -1, .role = -1 }, NULL };
	const char *word;
	int code;

	while ((word = next_arg(args))) {
		code = parse_condition(word, next_arg(args), &show.filter);
		if (code)
			return code;
	}
	code = cli_open(cli);
	if (code)
		return code;
	if (cli->json)
		show.list = json_array();
	code = finish_list(cli, fetch(cli, &show));
	if (cli->json && !code)
		return print_json(cli, show.list);
	json_decref(show.list);
	return code;
}

/* "id N", then nothing but the optional word; 0, or an exit code. */
static int parse_target(struct args *args, uint64_t *id, const char *option,
			bool *given)
{
	const char *word = next_arg(args);
	int code;

	if (!word || strcmp(word, "id"))
		return bad_usage("which session? say \"id N\"");
	code = parse_id(next_arg(args), id);
	if (code)
		return code;
	word = next_arg(args);
	if (word && option && !strcmp(word, option)) {
		*given = true;
		word = next_arg(args);
	}
	if (word)
		return bad_usage("unexpected \"%s\", see \"tsec session help\"",
				 word);
	return 0;
}

static int session_del(struct cli *cli, struct args *args)
{
	uint64_t id;
	int code = parse_target(args, &id, NULL, NULL);

	if (!code)
		code = cli_open(cli);
	return code ? code : finish(cli, tsec_session_del(cli->nl, id));
}

static int session_rekey(struct cli *cli, struct args *args)
{
	bool request = false;
	uint64_t id;
	int code = parse_target(args, &id, "request", &request);

	if (!code)
		code = cli_open(cli);
	if (code)
		return code;
	return finish(cli, tsec_key_update(cli->nl, id, request));
}

static const struct verb verbs[] = {
	{ "show",	session_show },
	{ "list",	session_show },
	{ "del",	session_del },
	{ "delete",	session_del },
	{ "kill",	session_del },
	{ "rekey",	session_rekey },
	{ }
};

const struct object session_object = {
	.name	= "session",
	.usage	= usage,
	.verbs	= verbs,
};
