// SPDX-License-Identifier: GPL-2.0
/*
 * A program may watch a socket before it connects it.  Closing the socket
 * ends that, and so the watches are read from /proc before it is replaced, and
 * made again on what replaces it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "preload.h"

#define EPOLL_FDS	65536	/* instances with higher numbers are missed */

static _Atomic uint64_t noted[EPOLL_FDS / 64];

void epoll_note(int epfd)
{
	if (epfd >= 0 && epfd < EPOLL_FDS)
		atomic_fetch_or(&noted[epfd / 64], 1ULL << (epfd % 64));
}

/* One line: "tfd:        5 events:       19 data:                5  pos:..." */
static bool parse_line(const char *line, int fd, struct watch *watch)
{
	unsigned long long data;
	unsigned int events;
	int target;

	if (sscanf(line, "tfd: %d events: %x data: %llx", &target, &events,
		   &data) != 3 || target != fd)
		return false;
	watch->events = events;
	watch->data = data;
	return true;
}

/* Feed the lines of a file that may be larger than the buffer. */
static bool find_in(int info, int fd, struct watch *watch)
{
	char buf[4096];
	size_t len = 0;
	ssize_t n;
	char *end, *line;

	while ((n = read(info, buf + len, sizeof(buf) - 1 - len)) > 0) {
		len += n;
		buf[len] = '\0';
		for (line = buf; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			if (parse_line(line, fd, watch))
				return true;
		}
		len -= line - buf;
		memmove(buf, line, len);
		if (len == sizeof(buf) - 1)
			len = 0;	/* no line is that long */
	}
	return false;
}

static bool find_watch(int epfd, int fd, struct watch *watch)
{
	char path[48];
	bool found;
	int info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", epfd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return false;
	found = find_in(info, fd, watch);
	close(info);
	watch->epfd = epfd;
	return found;
}

unsigned int epoll_watches(int fd, struct watch watches[WATCHES_MAX])
{
	unsigned int n = 0;
	uint64_t bits;

	for (int i = 0; i < EPOLL_FDS / 64; i++) {
		bits = atomic_load_explicit(&noted[i], memory_order_relaxed);
		for (; bits && n < WATCHES_MAX; bits &= bits - 1)
			n += find_watch(i * 64 + __builtin_ctzll(bits), fd,
					&watches[n]);
	}
	return n;
}

void epoll_restore(int fd, const struct watch *watches, unsigned int n)
{
	struct epoll_event event;

	for (unsigned int i = 0; i < n; i++) {
		event.events = watches[i].events;
		event.data.u64 = watches[i].data;
		if (epoll_ctl(watches[i].epfd, EPOLL_CTL_ADD, fd, &event) &&
		    errno != EEXIST)
			say("fd %d: epoll %d no longer watches it: %s", fd,
			    watches[i].epfd, strerror(errno));
	}
}
