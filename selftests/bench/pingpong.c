// SPDX-License-Identifier: GPL-2.0
/*
 * A message there and back, again and again; prints seconds a round trip.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "transport.h"
#include "window.h"

static char *buffer_new(size_t size)
{
	char *buffer = calloc(1, size);

	if (!buffer)
		die("no memory");
	return buffer;
}

static void must_send(struct end *end, const char *buffer, size_t size)
{
	ssize_t n = end_send(end, buffer, size);

	if (n != (ssize_t)size)
		die("%s: sent %zd of %zu", end->transport->name, n, size);
}

__attribute__((noreturn))
static void echo(struct end *end, const struct bench_options *options)
{
	char *buffer = buffer_new(options->size);

	pin(options->cpus[1]);
	if (end_begin(end))
		die("cannot start");
	for (;;) {
		end_recv_all(end, buffer, options->size);
		must_send(end, buffer, options->size);
	}
}

static double ping(struct end *end, const struct bench_options *options)
{
	char *buffer = buffer_new(options->size);
	struct window window;

	pin(options->cpus[0]);
	if (end_begin(end))
		die("cannot start");
	window_start(&window, options->warm, options->seconds);
	do {
		must_send(end, buffer, options->size);
		end_recv_all(end, buffer, options->size);
	} while (window_add(&window, 1));
	free(buffer);
	return window_seconds(&window) / window_count(&window);
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct pair pair;
	pid_t pid;

	options_parse(&options, argc, argv);
	pair_alone(&pair, &options);
	pid = end_start();
	if (!pid) {
		close(pair.ends[CLIENT].fd);
		echo(&pair.ends[SERVER], &options);
	}
	close(pair.ends[SERVER].fd);
	printf("%.9f\n", ping(&pair.ends[CLIENT], &options));
	end_stop(pid);
	return 0;
}
