// SPDX-License-Identifier: GPL-2.0
/* tsec stats */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const char usage[] =
	"Usage: tsec stats [ show ] [ NAME ]...\n"
	"Counters that are zero are shown with -statistics or by name.\n";

struct show {
	struct cli *cli;
	struct args *names;
	bool *seen;		/* of each name */
	json_t *object;
};

static bool wanted(struct show *show, const struct tsec_stat *stat)
{
	if (!show->names->n)
		return stat->value || show->cli->stats;
	for (int i = 0; i < show->names->n; i++)
		if (!strcmp(show->names->v[i], stat->name))
			return show->seen[i] = true;
	return false;
}

static int show_one(const struct tsec_stat *stat, void *arg)
{
	struct show *show = arg;

	if (!wanted(show, stat))
		return 0;
	if (show->object)
		json_object_set_new(show->object, stat->name,
				    json_integer(stat->value));
	else
		printf("%-32s %20" PRIu64 "\n", stat->name, stat->value);
	return 0;
}

static int check_names(const struct show *show)
{
	for (int i = 0; i < show->names->n; i++)
		if (!show->seen[i])
			return bad_usage("there is no counter \"%s\"",
					 show->names->v[i]);
	return 0;
}

static int stats_show(struct cli *cli, struct args *args)
{
	struct show show = { .cli = cli, .names = args };
	int code = cli_open(cli);

	if (code)
		return code;
	show.seen = calloc(args->n + 1, sizeof(*show.seen));
	if (!show.seen)
		return bad_usage("out of memory");
	if (cli->json)
		show.object = json_object();
	code = finish(cli, tsec_stats_get(cli->nl, show_one, &show));
	if (!code)
		code = check_names(&show);
	free(show.seen);
	if (show.object && !code)
		return print_json(cli, show.object);
	json_decref(show.object);
	return code;
}

static const struct verb verbs[] = {
	{ "show",	stats_show },
	{ "list",	stats_show },
	{ }
};

const struct object stats_object = {
	.name	= "stats",
	.usage	= usage,
	.verbs	= verbs,
};
