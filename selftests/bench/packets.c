// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams one way over loopback: one process sends, one receives; prints
 * datagrams a second, counted where they arrive.
 *
 * None may get lost, or the ratio of two contenders would be one of their
 * losses: the receiver hands out credit, and the sender waits for it.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "datagram.h"
#include "window.h"

enum {
	CREDIT	= 256,			/* datagrams for a byte of credit */
	AHEAD	= 2,			/* bytes of credit to begin with */
	ROOM	= 65536,
};

static int credit[2];			/* a pipe */

static char *buffer_new(void)
{
	char *buffer = malloc(ROOM);

	if (!buffer)
		die("no memory");
	random_fill(buffer, ROOM);
	return buffer;
}

static void credit_give(void)
{
	if (write(credit[1], "", 1) != 1)
		die("credit");
}

static void credit_take(void)
{
	char byte;

	if (read(credit[0], &byte, 1) != 1)
		_exit(EXIT_FAILURE);
}

__attribute__((noreturn))
static void sender(struct end *end, const struct bench_options *options)
{
	unsigned int batch = datagram_batch(end->transport), left = 0;
	size_t len = options->size * batch;
	char *buffer = buffer_new();

	pin(options->cpus[0]);
	if (end_begin(end))
		die("cannot start");
	for (;;) {
		if (!left) {
			credit_take();
			left = CREDIT;
		}
		if (end_send(end, buffer, len) != (ssize_t)len)
			die("%s: cannot send", options->transport);
		left -= batch;
	}
}

static double receiver(struct end *end, const struct bench_options *options)
{
	char *buffer = buffer_new();
	struct window window;
	unsigned int owed = 0;
	ssize_t n;

	pin(options->cpus[1]);
	if (end_begin(end))
		die("cannot start");
	for (int i = 0; i < AHEAD; i++)
		credit_give();
	window_start(&window, options->warm, options->seconds);
	do {
		n = end_recv(end, buffer, ROOM);
		if (n <= 0)
			die("%s: received %zd", options->transport, n);
		n /= options->size;
		owed += n;
		if (owed >= CREDIT) {
			credit_give();
			owed -= CREDIT;
		}
	} while (window_add(&window, n));
	free(buffer);
	return window_count(&window) / window_seconds(&window);
}

int main(int argc, char **argv)
{
	const struct transport *transport;
	struct bench_options options;
	struct pair pair;
	pid_t pid;

	options_parse(&options, argc, argv);
	if (options.size > ROOM / DATAGRAM_BATCH)
		errx(EXIT_FAILURE, "--size is at most %d",
		     ROOM / DATAGRAM_BATCH);
	transport = datagram_open(&options);
	datagram_pair_make(&pair, transport, &options);
	if (pipe(credit))
		die("cannot make a pipe");
	pid = end_start();
	if (!pid) {
		close(pair.ends[SERVER].fd);
		sender(&pair.ends[CLIENT], &options);
	}
	close(pair.ends[CLIENT].fd);
	close(credit[0]);
	printf("%.0f\n", receiver(&pair.ends[SERVER], &options));
	end_stop(pid);
	return 0;
}
