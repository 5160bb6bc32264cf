// SPDX-License-Identifier: GPL-2.0
/* tsec-run(8): run an unmodified program over secure sockets. */
#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload.h"
#include "program.h"
#include "tsec.h"

/* Exit codes, those of env(1) and nohup(1). */
enum {
	EXIT_USAGE	= 125,
	EXIT_REFUSED	= 126,
	EXIT_MISSING	= 127,
};

static const char usage[] =
	"Usage: tsec run [ OPTIONS ] [ -- ] PROGRAM [ ARGUMENT ]...\n"
	"  --profile NAME   use this profile, not \"default\"\n"
	"  --ports LIST     secure these ports: 443,8000-8999 or all; without\n"
	"                   this option, all but 53\n"
	"  --no-ports LIST  leave these ports alone\n"
	"  --name HOST      verify every peer as this host\n"
	"  --listen         secure what the program listens on, too\n"
	"  --loopback       secure connections inside this machine, too\n"
	"  --datagrams      secure UDP, too\n"
	"  --debug          tell on standard error what is done\n"
	"  --help           this text\n";

enum {
	OPT_PROFILE = 1, OPT_PORTS, OPT_NO_PORTS, OPT_NAME, OPT_LISTEN,
	OPT_LOOPBACK, OPT_DATAGRAMS, OPT_DEBUG, OPT_HELP,
};

static const struct option long_options[] = {
	{ "profile",	required_argument,	NULL,	OPT_PROFILE },
	{ "ports",	required_argument,	NULL,	OPT_PORTS },
	{ "no-ports",	required_argument,	NULL,	OPT_NO_PORTS },
	{ "name",	required_argument,	NULL,	OPT_NAME },
	{ "listen",	no_argument,		NULL,	OPT_LISTEN },
	{ "loopback",	no_argument,		NULL,	OPT_LOOPBACK },
	{ "datagrams",	no_argument,		NULL,	OPT_DATAGRAMS },
	{ "debug",	no_argument,		NULL,	OPT_DEBUG },
	{ "help",	no_argument,		NULL,	OPT_HELP },
	{ }
};

static void set(const char *name, const char *value)
{
	if (setenv(name, value, 1)) {
		perror("tsec run");
		exit(EXIT_USAGE);
	}
}

static void set_text(const char *name, const char *value, size_t max)
{
	if (!*value || strlen(value) > max) {
		fprintf(stderr, "tsec run: a name has 1 to %zu bytes\n", max);
		exit(EXIT_USAGE);
	}
	set(name, value);
}

static void set_ports(const char *name, const char *value)
{
	static struct ports ports;

	if (!ports_parse(&ports, value)) {
		fprintf(stderr, "tsec run: \"%s\" is not a list of ports\n",
			value);
		exit(EXIT_USAGE);
	}
	set(name, value);
}

static void take_option(int option)
{
	switch (option) {
	case OPT_PROFILE:
		return set_text(ENV_PROFILE, optarg, TSEC_PROFILE_NAME_MAX);
	case OPT_PORTS:
		return set_ports(ENV_PORTS, optarg);
	case OPT_NO_PORTS:
		return set_ports(ENV_NO_PORTS, optarg);
	case OPT_NAME:
		return set_text(ENV_NAME, optarg, TSEC_PEER_NAME_MAX);
	case OPT_LISTEN:
		return set(ENV_LISTEN, "1");
	case OPT_LOOPBACK:
		return set(ENV_LOOPBACK, "1");
	case OPT_DATAGRAMS:
		return set(ENV_DATAGRAMS, "1");
	case OPT_DEBUG:
		return set(ENV_DEBUG, "1");
	case OPT_HELP:
		fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	}
	fputs(usage, stderr);
	exit(EXIT_USAGE);
}

/* What a tsec run around this one has set is not inherited. */
static void clear_environment(void)
{
	static const char *const names[] = {
		ENV_PROFILE, ENV_PORTS, ENV_NO_PORTS, ENV_NAME, ENV_LISTEN,
		ENV_LOOPBACK, ENV_DATAGRAMS, ENV_DEBUG,
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
}

/* Ask the kernel for the number of the family; without one, go no further. */
static void find_family(void)
{
	struct tsec_daemon_info info;
	struct tsec_nl *nl;
	char text[12];

	if (getenv(ENV_FAMILY))
		return;
	if (tsec_nl_open(&nl) || tsec_daemon_get(nl, &info)) {
		fputs("tsec run: the kernel has no tsec: is the module "
		      "loaded?\n", stderr);
		exit(EXIT_REFUSED);
	}
	tsec_nl_close(nl);
	if (getenv(ENV_DEBUG) && !info.port)
		fputs("tsec run: no daemon is here: connections will fail\n",
		      stderr);
	snprintf(text, sizeof(text), "%u", info.family);
	set(ENV_FAMILY, text);
}

/*
 * The loader only warns of a library that it cannot load, and goes on with the
 * program in the clear.  So it is loaded here first.
 */
static void preload(void)
{
	const char *library = getenv("TSEC_RUN_LIBRARY");
	const char *others = getenv("LD_PRELOAD");
	static char value[2 * PATH_MAX];

	if (!library)
		library = RUN_LIBRARY;
	if (*library != '/' || strpbrk(library, ": ") ||
	    !dlopen(library, RTLD_NOW | RTLD_LOCAL)) {
		fprintf(stderr, "tsec run: cannot load %s\n", library);
		exit(EXIT_REFUSED);
	}
	if (snprintf(value, sizeof(value), "%s%s%s", library,
		     others ? ":" : "", others ? others : "") >=
	    (int)sizeof(value)) {
		fputs("tsec run: LD_PRELOAD is too long\n", stderr);
		exit(EXIT_REFUSED);
	}
	set("LD_PRELOAD", value);
}

static void find_program(const char *name, char path[PATH_MAX])
{
	int err = program_find(name, path, PATH_MAX);
	const char *why;

	if (err) {
		fprintf(stderr, "tsec run: %s: %s\n", name, strerror(-err));
		exit(err == -ENOENT ? EXIT_MISSING : EXIT_REFUSED);
	}
	why = program_refusal(path);
	if (why) {
		fprintf(stderr, "tsec run: %s cannot be carried: %s\n", path,
			why);
		exit(EXIT_REFUSED);
	}
}

int main(int argc, char **argv)
{
	char path[PATH_MAX];
	int option;

	clear_environment();
	while ((option = getopt_long(argc, argv, "+h", long_options, NULL)) !=
	       -1)
		take_option(option == 'h' ? OPT_HELP : option);
	if (optind == argc)
		take_option('?');
	find_program(argv[optind], path);
	find_family();
	preload();
	execv(path, argv + optind);
	fprintf(stderr, "tsec run: %s: %s\n", path, strerror(errno));
	return EXIT_REFUSED;
}
