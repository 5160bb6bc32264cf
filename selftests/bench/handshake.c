// SPDX-License-Identifier: GPL-2.0
/*
 * Connections made, greeted by one byte, and ended, as many at once as told;
 * prints how many there are a second and which share of them was resumed.
 *
 * The byte stands for the first answer: with it TLS 1.3's tickets are there.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/tsec.h>

#include "transport.h"

static const struct transport *transport;
static struct bench_options options;
static uint16_t port;
static int listener;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	unsigned long connections;
	unsigned long resumed;
	unsigned long n;
	int64_t begin;
	int64_t end;
	double share;
} counted;

static void threads_start(pthread_t *threads, void *(*fn)(void *))
{
	for (unsigned int i = 0; i < options.concurrency; i++) {
		errno = pthread_create(&threads[i], NULL, fn, NULL);
		if (errno)
			die("cannot make a thread");
	}
}

static void threads_join(pthread_t *threads)
{
	for (unsigned int i = 0; i < options.concurrency; i++)
		pthread_join(threads[i], NULL);
}

/* The server *************************************************************** */

static void serve(int fd)
{
	struct end end = {
		.transport = transport, .side = SERVER, .fd = fd,
	};
	char byte = 0;

	if (!end_begin(&end) && end_send(&end, &byte, 1) == 1)
		end_recv(&end, &byte, 1);
	end_close(&end);
}

static void *serve_all(void *arg)
{
	(void)arg;
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			die("%s: cannot accept", transport->name);
		serve(fd);
	}
	return NULL;
}

__attribute__((noreturn)) static void server(void)
{
	pthread_t threads[options.concurrency];

	threads_start(threads, serve_all);
	threads_join(threads);
	_exit(EXIT_FAILURE);
}

/* The clients ************************************************************** */

static bool is_resumed(const struct end *end)
{
	struct tsec_info info = { 0 };
	socklen_t len = sizeof(info);

	if (transport == &transport_openssl)
		return openssl_resumed(end);
	return !getsockopt(end->fd, SOL_TSEC, TSEC_INFO, &info, &len) &&
	       (info.flags & TSEC_INFO_RESUMED);
}

/*
 * The time runs from one connection to another: not before every client has
 * been there twice (the first is never resumed), and over a multiple of their
 * number, for many at once tend to end together.
 */
static void count_locked(bool resumed)
{
	unsigned long n = ++counted.connections;
	unsigned long begin = 2 * options.concurrency;
	int64_t now = now_ns();

	if (n == begin)
		counted.begin = now;
	if (n <= begin || counted.end)
		return;
	counted.resumed += resumed;
	if (n % options.concurrency ||
	    now - counted.begin < options.seconds * NS_PER_SEC)
		return;
	counted.end = now;
	counted.n = n - begin;
	counted.share = (double)counted.resumed / counted.n;
}

static void count(bool resumed)
{
	pthread_mutex_lock(&lock);
	count_locked(resumed);
	pthread_mutex_unlock(&lock);
}

static bool is_over(void)
{
	bool over;

	pthread_mutex_lock(&lock);
	over = counted.end;
	pthread_mutex_unlock(&lock);
	return over;
}

static void visit(void)
{
	struct end end = { .transport = transport, .side = CLIENT };
	char byte;

	end.fd = transport_connect(transport, &options, port);
	if (end.fd < 0 || end_begin(&end))
		die("%s: cannot connect", transport->name);
	end_recv_all(&end, &byte, 1);
	count(is_resumed(&end));
	end_close(&end);
}

static void *visit_all(void *arg)
{
	(void)arg;
	while (!is_over())
		visit();
	return NULL;
}

static void clients(void)
{
	pthread_t threads[options.concurrency];

	threads_start(threads, visit_all);
	threads_join(threads);
	printf("%.3f %.3f\n", counted.n * 1e9 / (counted.end - counted.begin),
	       counted.share);
}

int main(int argc, char **argv)
{
	pid_t pid;

	options_parse(&options, argc, argv);
	transport = transport_open(&options);
	listener = transport_listen(transport, &options, &port);
	pid = end_start();
	if (!pid)
		server();
	close(listener);
	clients();
	end_stop(pid);
	return 0;
}
