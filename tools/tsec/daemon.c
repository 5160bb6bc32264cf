// SPDX-License-Identifier: GPL-2.0
/* tsec daemon */
#include <inttypes.h>

#include "cli.h"

static const char usage[] =
	"Usage: tsec daemon [ show ]\n";

static void print_daemon(struct tsec_daemon_info *info)
{
	if (info->port)
		printf("%s port %u since %" PRIu64 "s pending %u running %u",
		       tsec_printable(info->version), info->port, info->since,
		       info->pending, info->running);
	else
		printf("none");
	printf(" family %u\n", info->family);
}

static int daemon_show(struct cli *cli, struct args *args)
{
	struct tsec_daemon_info info;
	int code;

	if (args->n)
		return bad_usage("unexpected \"%s\", see \"tsec daemon help\"",
				 args->v[0]);
	code = cli_open(cli);
	if (!code)
		code = finish(cli, tsec_daemon_get(cli->nl, &info));
	if (code)
		return code;
	if (cli->json)
		return print_json(cli, to_json(&tsec_daemon_layout, &info));
	print_daemon(&info);
	return CLI_OK;
}

static const struct verb verbs[] = {
	{ "show",	daemon_show },
	{ "list",	daemon_show },
	{ }
};

const struct object daemon_object = {
	.name	= "daemon",
	.usage	= usage,
	.verbs	= verbs,
};
