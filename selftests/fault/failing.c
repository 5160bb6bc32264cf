// SPDX-License-Identifier: GPL-2.0
/*
 * Each call of the interface is repeated, with its first allocation failing,
 * then its second, and so on until none is left to fail.  Whatever happens, it
 * must return cleanly, and the next one with enough memory must succeed.
 *
 * Needs a kernel with CONFIG_FAULT_INJECTION and CONFIG_FAILSLAB.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failing.h"

#define DEBUGFS "/sys/kernel/debug/failslab/"
#define MANY 400	/* a call that has more allocations never ends */

static int fail_nth = -1;

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

/* Allocations that could wait for memory are to fail, too. */
static bool injection_prepare(void)
{
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return fail_nth >= 0 &&
	       write_file(DEBUGFS "ignore-gfp-wait", "N") &&
	       write_file(DEBUGFS "verbose", "0");
}

static void injection_set(int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", nth);

	if (pwrite(fail_nth, text, len, 0) != len) {
		perror("fail-nth");
		exit(2);
	}
}

/* Did the allocation that was to fail come to pass? */
static bool injection_happened(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) < 0) {
		perror("fail-nth");
		exit(2);
	}
	return !atoi(text);
}

struct outcome {
	int failed;	/* times that the call told of it */
	const char *wrong;
	int error;
};

/* Errors that say "no memory", or that netlink and TCP make of it. */
static bool is_clean(int error)
{
	return error == -ENOMEM || error == -ENOBUFS || error == -EAGAIN ||
	       error == -ETIMEDOUT || error == -EMSGSIZE ||
	       error == -ECONNABORTED || error == -EUSERS ||
	       error == -ENFILE || error == -EADDRINUSE ||
	       error == -EADDRNOTAVAIL;
}

static bool attempt(const struct call *c, int nth, struct outcome *o)
{
	bool happened;
	int error;

	if (c->before && !c->before()) {
		o->wrong = "cannot be prepared";
		return false;
	}
	injection_set(nth);
	error = c->call();
	happened = injection_happened();
	injection_set(0);
	if (c->goes_on && !c->goes_on())
		o->wrong = "what follows does not work";
	if (c->after)
		c->after();
	o->failed += happened && error < 0;
	o->error = error;
	if (error < 0 && !happened)
		o->wrong = "fails for no reason";
	else if (error < 0 && !is_clean(error))
		o->wrong = "an unclear error";
	return happened && !o->wrong;
}

static bool run(const char *of, const struct call *c, int number)
{
	struct outcome o = { 0 };
	int nth = 1;

	while (nth < MANY && attempt(c, nth, &o))
		nth++;
	if (!o.wrong && nth == MANY)
		o.wrong = "there is always one more allocation";
	printf("%sok %d - %s: %s: %d allocations, %d errors\n",
	       o.wrong ? "not " : "", number, of, c->name, nth - 1, o.failed);
	if (o.wrong)
		printf("#   allocation %d: %s (%s)\n", nth, o.wrong,
		       strerror(-o.error));
	fflush(stdout);
	return !o.wrong;
}

static bool run_all(const char *of, const struct call *c, int *number)
{
	bool good = true;

	for (; c->name; c++)
		good &= run(of, c, ++*number);
	return good;
}

static bool run_datagrams(int *number)
{
	bool good = true;
	const char *of;
	int i;

	for (i = 0; (of = datagram_kind_choose(i)); i++)
		good &= run_all(of, datagram_calls, number);
	return good;
}

int main(void)
{
	int number = 0;
	bool good;

	signal(SIGPIPE, SIG_IGN);
	if (!injection_prepare()) {
		puts("1..0 # SKIP this kernel cannot make allocations fail");
		return 0;
	}
	if (!calls_prepare() || !datagram_calls_prepare()) {
		puts("Bail out! the calls cannot be prepared");
		return 1;
	}
	good = run_all("TLS", calls, &number);
	good &= run_datagrams(&number);
	printf("1..%d\n", number);
	return !good;
}
