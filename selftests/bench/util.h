/* SPDX-License-Identifier: GPL-2.0 */
/* What all the workers need: failing, the time, processors, options. */
#ifndef BENCH_UTIL_H
#define BENCH_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NS_PER_SEC	1000000000LL
#define EXIT_SKIP	4		/* cannot be measured here */

struct bench_options {
	const char *transport;
	const char *cipher;
	const char *dir;		/* certificate and key */
	size_t size;			/* of a write or a message */
	double seconds;			/* measured */
	double warm;			/* before that */
	double settle;			/* idle; 0: as long as it takes */
	int buffer;			/* SO_SNDBUF, SO_RCVBUF; 0: automatic */
	int cpus[2];			/* of the two ends; -1: any */
	unsigned int concurrency;
	unsigned int sessions;
	unsigned int flows;		/* one after the other */
	unsigned int workers;		/* for each end; 0: see @cpus */
	pid_t daemon;
	bool resume;
};

/* Parse what every worker understands; ends the program if that fails. */
void options_parse(struct bench_options *options, int argc, char **argv);

int64_t now_ns(void);

/* Have that many open files, or end with EXIT_SKIP. */
void files_allow(unsigned int n);

/* Run on that processor from now on; -1 or one that is not there: any. */
void pin(int cpu);

/* Start the other end; it dies with this process, by end_stop() or alone. */
pid_t end_start(void);
void end_stop(pid_t pid);

/* Fill with random bytes. */
void random_fill(void *buf, size_t len);

/* Complain with the reason in errno, and end with EXIT_FAILURE. */
__attribute__((noreturn, format(printf, 1, 2)))
void die(const char *format, ...);
/* Say why this cannot be measured here, and end with EXIT_SKIP. */
__attribute__((noreturn, format(printf, 1, 2)))
void skip(const char *format, ...);

#endif /* BENCH_UTIL_H */
