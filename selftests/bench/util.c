// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

static const struct option longs[] = {
	{ "transport", required_argument, NULL, 't' },
	{ "cipher", required_argument, NULL, 'c' },
	{ "dir", required_argument, NULL, 'd' },
	{ "size", required_argument, NULL, 's' },
	{ "seconds", required_argument, NULL, 'S' },
	{ "warm", required_argument, NULL, 'w' },
	{ "settle", required_argument, NULL, 'e' },
	{ "buffer", required_argument, NULL, 'b' },
	{ "cpus", required_argument, NULL, 'p' },
	{ "concurrency", required_argument, NULL, 'n' },
	{ "sessions", required_argument, NULL, 'N' },
	{ "flows", required_argument, NULL, 'f' },
	{ "workers", required_argument, NULL, 'W' },
	{ "daemon", required_argument, NULL, 'D' },
	{ "resume", no_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

static void parse_cpus(struct bench_options *options, const char *text)
{
	if (sscanf(text, "%d,%d", &options->cpus[0], &options->cpus[1]) != 2)
		errx(EXIT_FAILURE, "--cpus wants two numbers, not \"%s\"",
		     text);
}

static long parse_number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < 0)
		errx(EXIT_FAILURE, "\"%s\" is not a number", text);
	return value;
}

static double parse_seconds(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0 && value < 3600))
		errx(EXIT_FAILURE, "\"%s\" is not a time in seconds", text);
	return value;
}

static void take(struct bench_options *options, int c)
{
	switch (c) {
	case 't':
		options->transport = optarg;
		break;
	case 'c':
		options->cipher = optarg;
		break;
	case 'd':
		options->dir = optarg;
		break;
	case 's':
		options->size = parse_number(optarg);
		break;
	case 'S':
		options->seconds = parse_seconds(optarg);
		break;
	case 'w':
		options->warm = parse_seconds(optarg);
		break;
	case 'e':
		options->settle = parse_seconds(optarg);
		break;
	case 'b':
		options->buffer = parse_number(optarg);
		break;
	case 'p':
		parse_cpus(options, optarg);
		break;
	case 'n':
		options->concurrency = parse_number(optarg);
		break;
	case 'N':
		options->sessions = parse_number(optarg);
		break;
	case 'f':
		options->flows = parse_number(optarg);
		break;
	case 'W':
		options->workers = parse_number(optarg);
		break;
	case 'D':
		options->daemon = parse_number(optarg);
		break;
	case 'r':
		options->resume = true;
		break;
	default:
		exit(EXIT_FAILURE);
	}
}

void options_parse(struct bench_options *options, int argc, char **argv)
{
	int c;

	*options = (struct bench_options){
		.transport = "tcp", .cipher = "aes-128-gcm", .dir = ".",
		.size = 16384, .seconds = 1, .warm = 0.2, .cpus = { -1, -1 },
		.concurrency = 1, .sessions = 10000, .flows = 1,
	};
	while ((c = getopt_long(argc, argv, "", longs, NULL)) >= 0)
		take(options, c);
	if (!options->size || !options->concurrency || !options->flows)
		errx(EXIT_FAILURE,
		     "--size, --concurrency and --flows are at least 1");
	/* A peer that has gone is an error of the call, not the end of all. */
	signal(SIGPIPE, SIG_IGN);
}

int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

void files_allow(unsigned int n)
{
	struct rlimit limit = { .rlim_cur = n, .rlim_max = n };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		skip("cannot have %u open files", n);
}

void pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0 || cpu >= sysconf(_SC_NPROCESSORS_ONLN))
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on processor %d", cpu);
}

pid_t end_start(void)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		die("cannot make a process");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	return 0;
}

void end_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void random_fill(void *buf, size_t len)
{
	if (getrandom(buf, len, 0) != (ssize_t)len)
		die("no random bytes");
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	verr(EXIT_FAILURE, format, args);
}

void skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	verr(EXIT_SKIP, format, args);
}
