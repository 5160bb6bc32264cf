// SPDX-License-Identifier: GPL-2.0
/* tsec(8): options, then an object and a command, as ip(8) has them. */
#include <string.h>

#include "cli.h"

static const char usage[] =
	"Usage: tsec [ OPTIONS ] OBJECT { COMMAND | help }\n"
	"where  OBJECT := { session | profile | key | stats | monitor |\n"
	"                   daemon | run }\n"
	"       OPTIONS := { -j[son] | -p[retty] | -s[tatistics] |\n"
	"                    -t[imestamp] | -n[etns] NAME | -V[ersion] |\n"
	"                    -h[elp] }\n";

static const struct object *const objects[] = {
	&session_object, &profile_object, &key_object, &stats_object,
	&monitor_object, &daemon_object, &run_object,
};

#define N_OBJECTS	(sizeof(objects) / sizeof(objects[0]))

static const char *const option_names[] = {
	"json", "pretty", "statistics", "timestamp", "netns", "Version", "help",
	NULL
};

enum option {
	OPT_JSON, OPT_PRETTY, OPT_STATS, OPT_TIMESTAMP, OPT_NETNS, OPT_VERSION,
	OPT_HELP,
};

static int help(FILE *to, int code)
{
	fputs(usage, to);
	return code;
}

static int take_netns(struct args *args)
{
	const char *name = next_arg(args);

	if (!name)
		return bad_usage("-netns needs the name of a namespace");
	return enter_netns(name);
}

/* One option; -1 goes on, anything else is the exit code. */
static int take_option(struct cli *cli, const char *word, struct args *args)
{
	int code;

	word += word[1] == '-' ? 2 : 1;
	switch (find_word(option_names, sizeof(*option_names), word)) {
	case OPT_JSON:
		cli->json = true;
		return -1;
	case OPT_PRETTY:
		cli->pretty = true;
		return -1;
	case OPT_STATS:
		cli->stats = true;
		return -1;
	case OPT_TIMESTAMP:
		cli->timestamp = true;
		return -1;
	case OPT_NETNS:
		code = take_netns(args);
		return code ? code : -1;
	case OPT_VERSION:
		puts("tsec utility, tsec-" VERSION);
		return CLI_OK;
	case OPT_HELP:
		return help(stdout, CLI_OK);
	}
	return bad_usage("unknown option \"-%s\", see \"tsec help\"", word);
}

static int take_object(struct cli *cli, const char *word, struct args *args)
{
	const char *names[N_OBJECTS + 1] = { NULL };
	int i;

	if (!strcmp(word, "help"))
		return help(stdout, CLI_OK);
	for (size_t k = 0; k < N_OBJECTS; k++)
		names[k] = objects[k]->name;
	i = find_word(names, sizeof(*names), word);
	if (i < 0)
		return bad_usage("%s object \"%s\", see \"tsec help\"",
				 i == -2 ? "ambiguous" : "unknown", word);
	return run_object_verb(cli, objects[i], args);
}

int main(int argc, char **argv)
{
	struct args args = { argc - 1, argv + 1 };
	struct cli cli = { .json = false };
	const char *word;
	int code;

	/* Lines leave as they are made, for whoever reads a monitor's. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((word = next_arg(&args)) && word[0] == '-' && word[1]) {
		code = take_option(&cli, word, &args);
		if (code >= 0)
			return code;
	}
	if (!word)
		return help(stderr, CLI_USAGE);
	code = take_object(&cli, word, &args);
	tsec_nl_close(cli.nl);
	if (fflush(stdout) || ferror(stdout))
		return code ? code : CLI_REFUSED;
	return code;
}
