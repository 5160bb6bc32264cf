// SPDX-License-Identifier: GPL-2.0
/*
 * One end of a session over AF_TSEC, for scripts.
 *
 *	peer client [OPTION]... HOST PORT [ACTION]...
 *	peer server [OPTION]... HOST PORT [ACTION]...
 *	peer pattern MEGABYTES		the stream of "bulk", to stdout
 *	peer check MEGABYTES		is standard input that stream?
 *
 * It prints a line for each thing that happens and ends with 0 if all went
 * well, 1 if not, 2 if it was called wrongly.  HOST is an address.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer.h"

/* Whoever kills a peer means all of it. */
void die_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have been killed just before. */
	if (getppid() != parent)
		_exit(1);
}

static int run_client(const struct options *options, char **actions)
{
	int bad = 0;

	for (int i = 0; i < options->count && !bad; i++) {
		int fd = peer_connect(options);

		if (fd < 0)
			return 1;
		bad = actions_run(fd, options, actions);
		close(fd);
	}
	return bad;
}

/* A child for each: how it went is in what the child says. */
static int run_child(int listener, int fd, const struct options *options,
		     char **actions)
{
	pid_t parent = getpid();
	int bad;

	if (fork())
		return 0;
	die_with_parent(parent);
	close(listener);
	bad = actions_run(fd, options, actions);
	close(fd);
	_exit(bad);
}

static int reap(void)
{
	int status, bad = 0;

	while (wait(&status) > 0)
		bad |= status != 0;
	return bad;
}

static int run_server(const struct options *options, char **actions)
{
	int listener = peer_listen(options), bad = 0;

	if (listener < 0)
		return 1;
	/* What goes wrong with one connection is not the next one's affair. */
	for (int i = 0; i < options->count; i++) {
		int fd = peer_accept(listener, options);

		if (fd < 0)
			return 1;
		if (options->fork)
			bad |= run_child(listener, fd, options, actions);
		else
			bad |= actions_run(fd, options, actions);
		close(fd);
	}
	close(listener);
	return bad | reap();
}

int main(int argc, char **argv)
{
	struct options options;
	int used;

	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && !strcmp(argv[1], "pattern")) {
		options = (struct options){ .write_size = LINE_MAX_LEN };
		return bulk_send(STDOUT_FILENO, &options, atoi(argv[2]));
	}
	if (argc == 3 && !strcmp(argv[1], "check"))
		return bulk_check(STDIN_FILENO, atoi(argv[2]));

	used = options_parse(argc, argv, &options);
	if (options.server)
		return run_server(&options, argv + used);
	return run_client(&options, argv + used);
}
