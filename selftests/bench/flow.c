// SPDX-License-Identifier: GPL-2.0
/*
 * One flow over loopback: one process writes, one reads; prints bytes a
 * second, counted where they arrive.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "transport.h"
#include "window.h"

static char *buffer_new(size_t size)
{
	char *buffer = malloc(size);

	if (!buffer)
		die("no memory");
	random_fill(buffer, 1);
	for (size_t i = 1; i < size; i++)
		buffer[i] = buffer[i - 1] * 5 + 7;
	return buffer;
}

__attribute__((noreturn))
static void writer(struct end *end, const struct bench_options *options)
{
	char *buffer = buffer_new(options->size);

	pin(options->cpus[0]);
	if (end_begin(end))
		die("cannot start");
	while (end_send(end, buffer, options->size) > 0)
		;
	_exit(EXIT_FAILURE);
}

static double reader(struct end *end, const struct bench_options *options)
{
	char *buffer = buffer_new(options->size);
	struct window window;
	ssize_t n;

	pin(options->cpus[1]);
	if (end_begin(end))
		die("cannot start");
	window_start(&window, options->warm, options->seconds);
	do {
		n = end_recv(end, buffer, options->size);
		if (n <= 0)
			die("%s: received %zd", options->transport, n);
	} while (window_add(&window, n));
	free(buffer);
	return window_count(&window) / window_seconds(&window);
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
		close(pair.ends[SERVER].fd);
		writer(&pair.ends[CLIENT], &options);
	}
	close(pair.ends[CLIENT].fd);
	printf("%.0f\n", reader(&pair.ends[SERVER], &options));
	end_stop(pid);
	return 0;
}
