// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams one way over loopback: one process sends, one receives; prints
 * datagrams a second, counted where they arrive.
 *
 * None may get lost, or the ratio of two contenders would be one of their
 * losses: the receiver hands out credit, and the sender waits for it.  When the
 * time begins and ends it hands out none until nothing is on its way, so that
 * the work done in that time is the work of what is counted.
 *
 * With --flows there are that many pairs of sockets, a datagram for each in
 * turn; with --workers that many of both processes, on a processor each, share
 * one pair, and nobody knows what is on its way to whom.
 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "datagram.h"
#include "window.h"

enum {
	CREDIT	= 256,			/* datagrams for a byte of credit */
	AHEAD	= 2,			/* bytes of credit that may be out */
	ROOM	= 65536,
	FILES	= 64,			/* beside those of the flows */
	WORKERS_MAX = 16,
};

static const struct transport *transport;
static struct bench_options options;
static struct pair *pairs;
static unsigned int flows;
static int credit[2], rates[2];		/* pipes */

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

/*
 * Where both ends share a processor they take turns when credit has run out,
 * not at each datagram: it is not the scheduler that is measured.
 */
static void ends_begin(enum side side)
{
	struct sched_param none = { 0 };

	if (sched_setscheduler(0, SCHED_BATCH, &none))
		die("SCHED_BATCH");
	for (unsigned int i = 0; i < flows; i++)
		if (end_begin(&pairs[i].ends[side]))
			die("cannot start");
}

/* Both ends go through the flows in the same order. */
static struct end *end_next(enum side side, unsigned int *at)
{
	struct end *end = &pairs[*at].ends[side];

	*at = *at + 1 < flows ? *at + 1 : 0;
	return end;
}

__attribute__((noreturn))
static void sender(int cpu)
{
	unsigned int batch = datagram_batch(transport), left = 0, at = 0;
	size_t len = options.size * batch;
	char *buffer = buffer_new();

	pin(cpu);
	ends_begin(CLIENT);
	for (;;) {
		if (!left) {
			credit_take();
			left = CREDIT;
		}
		if (end_send(end_next(CLIENT, &at), buffer, len) !=
		    (ssize_t)len)
			die("%s: cannot send", options.transport);
		left -= batch;
	}
}

/* False once the time is over; *@ahead: what was allowed and has not come. */
static bool credit_go_on(struct window *window, int *ahead)
{
	if (window_due(window)) {
		if (*ahead > 0 && !options.workers)
			return true;
		if (!window_turn(window))
			return false;
	}
	for (; *ahead <= (AHEAD - 1) * CREDIT; *ahead += CREDIT)
		credit_give();
	return true;
}

static double receiver(int cpu)
{
	char *buffer = buffer_new();
	struct window window;
	unsigned int at = 0;
	int ahead = 0;
	ssize_t n;

	pin(cpu);
	ends_begin(SERVER);
	window_start(&window, options.warm, options.seconds);
	while (credit_go_on(&window, &ahead)) {
		n = end_recv(end_next(SERVER, &at), buffer, ROOM);
		if (n <= 0)
			die("%s: received %zd", options.transport, n);
		n /= options.size;
		window.count += n;
		ahead -= n;
	}
	free(buffer);
	return window_count(&window) / window_seconds(&window);
}

static pid_t sender_start(int cpu)
{
	pid_t pid = end_start();

	if (!pid)
		sender(cpu);
	return pid;
}

static double one_of_each(void)
{
	pid_t pid = sender_start(options.cpus[0]);
	double rate = receiver(options.cpus[1]);

	end_stop(pid);
	return rate;
}

__attribute__((noreturn))
static void worker(int cpu)
{
	double rate;

	sender_start(cpu);
	rate = receiver(cpu);
	if (write(rates[1], &rate, sizeof(rate)) != sizeof(rate))
		die("cannot tell");
	/* The others may need what its sender still sends. */
	for (;;)
		pause();
}

static double workers_run(void)
{
	double sum = 0, rate;
	pid_t pids[WORKERS_MAX];

	if (pipe(rates))
		die("cannot make a pipe");
	for (unsigned int i = 0; i < options.workers; i++) {
		pids[i] = end_start();
		if (!pids[i])
			worker(i);
	}
	close(rates[1]);
	for (unsigned int i = 0; i < options.workers; i++) {
		if (read(rates[0], &rate, sizeof(rate)) != sizeof(rate))
			errx(EXIT_FAILURE, "a worker has ended");
		sum += rate;
	}
	for (unsigned int i = 0; i < options.workers; i++)
		end_stop(pids[i]);
	return sum;
}

static void options_check(void)
{
	if (options.size > ROOM / DATAGRAM_BATCH)
		errx(EXIT_FAILURE, "--size is at most %d",
		     ROOM / DATAGRAM_BATCH);
	if (options.workers > WORKERS_MAX)
		errx(EXIT_FAILURE, "--workers is at most %d", WORKERS_MAX);
	if (options.workers > sysconf(_SC_NPROCESSORS_ONLN))
		skip("there are not so many processors");
}

static void flows_make(void)
{
	/* No more than the caller has the patience for. */
	flows = options.flows < options.sessions ? options.flows :
						   options.sessions;
	files_allow(2 * flows + FILES);
	pairs = calloc(flows, sizeof(*pairs));
	if (!pairs)
		die("no memory");
	transport = datagram_open(&options);
	for (unsigned int i = 0; i < flows; i++)
		datagram_pair_make(&pairs[i], transport);
}

int main(int argc, char **argv)
{
	options_parse(&options, argc, argv);
	options_check();
	flows_make();
	if (pipe(credit))
		die("cannot make a pipe");
	printf("%.0f\n", options.workers ? workers_run() : one_of_each());
	return 0;
}
