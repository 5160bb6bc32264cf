// SPDX-License-Identifier: GPL-2.0
/* tsec run: handed over to the wrapper, tsec-run(8) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static int run(struct cli *cli, struct args *args)
{
	const char *program = getenv("TSEC_RUN");
	char **argv = args->v - 1;	/* the word before is "run" */

	(void)cli;
	if (!program)
		program = RUN_PROGRAM;
	argv[0] = (char *)"tsec run";
	execv(program, argv);
	bad_usage("%s: %s", program, strerror(errno));
	return CLI_USAGE;
}

const struct object run_object = {
	.name	= "run",
	.run	= run,
};
