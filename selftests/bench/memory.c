// SPDX-License-Identifier: GPL-2.0
/*
 * Idle sessions; prints the kernel's bytes and the daemon's for each. Both
 * ends of a connection are here, and each is a session.
 *
 * The kernel's are what its allocators say they gave out: slab, per-processor
 * memory, vmalloc, and pages of sockets. What is missing from the free memory
 * would be more than that, by whatever the page allocator keeps for later.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

#include "transport.h"

/* These stay: what is made once for all is not of the sessions. */
#define PAIRS_BEFORE 128
/* What was freed comes back, and the daemon waits no more for tickets. */
#define SETTLE_SECONDS 2
#define SETTLE_SECONDS_DAEMON 7

struct amount {
	long long kernel;
	long long daemon;
};

static long long field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoll(at + strlen(name), NULL, 10) * 1024 : 0;
}

static void file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (n < 0)
		die("%s", path);
	text[n] = 0;
	close(fd);
}

static void caches_drop(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	sync();
	if (fd < 0 || write(fd, "3\n", 2) != 2)
		skip("drop_caches");
	close(fd);
}

static void take_kernel(struct amount *amount)
{
	char text[8192];
	const char *mem;

	file_read("/proc/meminfo", text, sizeof(text));
	amount->kernel = field(text, "\nSlab:") + field(text, "\nPercpu:") +
			 field(text, "\nVmallocUsed:");
	file_read("/proc/net/sockstat", text, sizeof(text));
	mem = strstr(text, " mem ");	/* the line of TCP is the first */
	if (mem)
		amount->kernel += atoll(mem + 5) * sysconf(_SC_PAGESIZE);
}

static void take_daemon(struct amount *amount, pid_t daemon)
{
	char path[64], text[8192];

	if (!daemon)
		return;
	snprintf(path, sizeof(path), "/proc/%d/status", daemon);
	file_read(path, text, sizeof(text));
	amount->daemon = field(text, "\nVmRSS:");
}

static double settle_seconds(const struct bench_options *options)
{
	if (options->settle)
		return options->settle;
	return options->daemon ? SETTLE_SECONDS_DAEMON : SETTLE_SECONDS;
}

static struct amount take(const struct bench_options *options)
{
	struct amount amount = { 0 };

	usleep(settle_seconds(options) * 1e6);
	caches_drop();
	take_kernel(&amount);
	take_daemon(&amount, options->daemon);
	return amount;
}

/* With the byte come TLS 1.3's tickets, which an idle session has behind it. */
static void greet(struct pair *pair)
{
	char byte = 0;

	if (end_send(&pair->ends[SERVER], &byte, 1) != 1)
		die("cannot send");
	end_recv_all(&pair->ends[CLIENT], &byte, 1);
}

int main(int argc, char **argv)
{
	const struct transport *transport;
	struct bench_options options;
	struct amount before, after;
	unsigned int n, i;
	uint16_t port;
	int listener;

	options_parse(&options, argc, argv);
	n = options.sessions / 2;
	files_allow(2 * (n + PAIRS_BEFORE) + 64);
	transport = transport_open(&options);
	listener = transport_listen(transport, &options, &port);
	for (i = 0; i < PAIRS_BEFORE + n; i++) {
		struct pair pair;

		if (i == PAIRS_BEFORE)
			before = take(&options);
		pair_make(&pair, transport, &options, listener, port);
		greet(&pair);
	}
	after = take(&options);
	printf("%.1f %.1f\n", (after.kernel - before.kernel) / (2.0 * n),
	       (after.daemon - before.daemon) / (2.0 * n));
	return 0;
}
