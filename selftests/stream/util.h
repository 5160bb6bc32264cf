/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small helpers that the tests share.
 */
#ifndef TSEC_SELFTEST_UTIL_H
#define TSEC_SELFTEST_UTIL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <linux/tsec.h>

#include "harness.h"

enum {
	RECORD_MAX = 16384,		/* payload of one record */
	SOON = 10000,			/* ms within which an event must come */
	QUIET = 50,			/* ms in which nothing may come */
};

/* What others do, and what takes them a moment, comes true. */
#define ASSERT_SOON(condition) do { \
	uint64_t _end = now_ms() + SOON; \
	bool _true; \
	while (!(_true = (condition)) && now_ms() < _end) \
		pause_briefly(); \
	if (!_true) \
		harness_failed(__FILE__, __LINE__, #condition ", soon", \
			       0, 1, true); \
} while (0)

/* The same bytes for the same start, none like its neighbours. */
void fill_pattern(void *buf, size_t len, uint32_t start);
void check_pattern(const void *buf, size_t len, uint32_t start);

/* Send or receive exactly so many bytes. */
void send_all(int fd, const void *buf, size_t len);
void recv_all(int fd, void *buf, size_t len);
/* A short message one way, checked at the other end. */
void talk(int from, int to, const char *text);
/* Both ways. */
void talk_both(int a, int b);

/* poll() one descriptor; the result's revents, 0 after the timeout. */
short poll_for(int fd, short events, int timeout);
/* Send without waiting until there is no room; how much went. */
size_t fill_send(int fd);
/* Receive and throw away until the end or an error; how much came. */
ssize_t drain(int fd);

int option_int(int fd, int level, int name);
void option_set_int(int fd, int level, int name, int value);
void info_of(int fd, struct tsec_info *info);
/* How often a direction's key was renewed. */
uint32_t tx_epoch(int fd);
uint32_t rx_epoch(int fd);
/* Renews the sending key; request: and asks the peer for the same. */
void key_update(int fd, int request);
/* TSEC_ERROR, in a static buffer. */
const char *error_of(int fd);
void nonblocking(int fd, int on);
/* A counter of /proc/net/tsec_stat. */
uint64_t stat_of(const char *name);
/* Wait until a counter has at least this value. */
void stat_reaches(const char *name, uint64_t value);
/* A thread of this process, by gettid(), waits for something. */
bool thread_waits(pid_t tid);
/* A child ended, and with status 0. */
void child_ok(pid_t pid);
/* An unlinked file of so many bytes of the pattern. */
int pattern_file(size_t len);
uint64_t now_ms(void);
void pause_briefly(void);
/* SIGALRM again and again, so that one meets whatever wait comes. */
void ticks(void);

#endif /* TSEC_SELFTEST_UTIL_H */
