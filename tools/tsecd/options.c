// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "log.h"
#include "options.h"
#include "version.h"
#include "worker.h"

#define EXIT_USAGE 2

static const char usage[] =
	"Usage: tsecd [OPTION]...\n"
	"Runs the handshakes of tsec sockets in this network namespace.\n"
	"\n"
	"  -f, --foreground       stay in the foreground, log to standard error\n"
	"  -c, --config FILE      configuration (" CONFIG_PATH ")\n"
	"  -l, --log-level LEVEL  error, warning, notice, info or debug\n"
	"  -w, --workers N        threads that run handshakes, 0: one for each\n"
	"                         processor\n"
	"  -V, --version          show the version\n"
	"  -h, --help             show this help\n";

static const struct option longs[] = {
	{ "foreground", no_argument, NULL, 'f' },
	{ "config", required_argument, NULL, 'c' },
	{ "log-level", required_argument, NULL, 'l' },
	{ "workers", required_argument, NULL, 'w' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int parse_level(const char *text)
{
	int level = log_level_of(text);

	if (level < 0)
		errx(EXIT_USAGE, "\"%s\" is not a log level", text);
	return level;
}

static int parse_workers(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 0 || n > WORKERS_MAX)
		errx(EXIT_USAGE, "the number of workers is 0 to %d, not \"%s\"",
		     WORKERS_MAX, text);
	return n;
}

static void print_and_exit(const char *text)
{
	fputs(text, stdout);
	exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void take(int c, struct options *options)
{
	switch (c) {
	case 'f':
		options->foreground = true;
		break;
	case 'c':
		/* In the background the present directory is another one. */
		options->config = realpath(optarg, NULL);
		if (!options->config)
			err(EXIT_FAILURE, "%s", optarg);
		break;
	case 'l':
		options->log_level = parse_level(optarg);
		break;
	case 'w':
		options->workers = parse_workers(optarg);
		break;
	case 'V':
		print_and_exit("tsecd " TSECD_VERSION "\n");
		break;
	case 'h':
		print_and_exit(usage);
		break;
	default:
		fputs("Try 'tsecd --help'.\n", stderr);
		exit(EXIT_USAGE);
	}
}

void options_parse(int argc, char **argv, struct options *options)
{
	int c;

	*options = (struct options){ .log_level = -1, .workers = -1 };
	while ((c = getopt_long(argc, argv, "fc:l:w:Vh", longs, NULL)) >= 0)
		take(c, options);
	if (optind < argc)
		errx(EXIT_USAGE, "there is an argument too many: \"%s\"",
		     argv[optind]);
}
