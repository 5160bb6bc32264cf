// SPDX-License-Identifier: GPL-2.0
/*
 * Small helpers that the tests share.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "util.h"

static uint8_t pattern_byte(uint32_t n)
{
	n *= 2654435761U;
	return n >> 24;
}

void fill_pattern(void *buf, size_t len, uint32_t start)
{
	uint8_t *p = buf;
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = pattern_byte(start + i);
}

void check_pattern(const void *buf, size_t len, uint32_t start)
{
	const uint8_t *p = buf;
	size_t i;

	for (i = 0; i < len; i++) {
		if (p[i] == pattern_byte(start + i))
			continue;
		harness_note("wrong byte at %zu of %zu", i, len);
		ASSERT_EQ(p[i], pattern_byte(start + i));
	}
}

void send_all(int fd, const void *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = send(fd, (const char *)buf + done, len - done, 0);
		ASSERT_GT(n, 0);
		done += n;
	}
}

void recv_all(int fd, void *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = recv(fd, (char *)buf + done, len - done, 0);
		ASSERT_GT(n, 0);
		done += n;
	}
}

void talk(int from, int to, const char *text)
{
	size_t len = strlen(text);
	char buf[256];

	ASSERT_EQ(send(from, text, len, 0), len);
	recv_all(to, buf, len);
	ASSERT_MEMEQ(buf, text, len);
}

void talk_both(int a, int b)
{
	talk(a, b, "one way");
	talk(b, a, "and back");
}

short poll_for(int fd, short events, int timeout)
{
	struct pollfd p = { .fd = fd, .events = events };

	ASSERT_GE(poll(&p, 1, timeout), 0);
	return p.revents;
}

static size_t fill_once(int fd)
{
	static uint8_t buf[RECORD_MAX];
	size_t sum = 0;
	ssize_t n;

	while ((n = send(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		sum += n;
	ASSERT_EQ(errno, EAGAIN);
	return sum;
}

/* TCP moves on behind our back: full is what stays full. */
size_t fill_send(int fd)
{
	size_t sum = 0, n;
	int quiet = 0;

	while (quiet < 2) {
		n = fill_once(fd);
		quiet = n ? 0 : quiet + 1;
		sum += n;
		usleep(5000);
	}
	return sum;
}

ssize_t drain(int fd)
{
	static uint8_t buf[65536];
	ssize_t n, sum = 0;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		sum += n;
	return n < 0 ? -1 : sum;
}

int option_int(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int value = -1;

	ASSERT_EQ(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

void option_set_int(int fd, int level, int name, int value)
{
	ASSERT_EQ(setsockopt(fd, level, name, &value, sizeof(value)), 0);
}

void info_of(int fd, struct tsec_info *info)
{
	socklen_t len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	ASSERT_EQ(getsockopt(fd, SOL_TSEC, TSEC_INFO, info, &len), 0);
	ASSERT_EQ(len, sizeof(*info));
}

uint32_t tx_epoch(int fd)
{
	struct tsec_info info;

	info_of(fd, &info);
	return info.tx.epoch;
}

uint32_t rx_epoch(int fd)
{
	struct tsec_info info;

	info_of(fd, &info);
	return info.rx.epoch;
}

void key_update(int fd, int request)
{
	option_set_int(fd, SOL_TSEC, TSEC_KEY_UPDATE, request);
}

const char *error_of(int fd)
{
	static char text[TSEC_ERROR_MAX + 1];
	socklen_t len = sizeof(text);

	ASSERT_EQ(getsockopt(fd, SOL_TSEC, TSEC_ERROR, text, &len), 0);
	ASSERT_GT(len, 0);
	ASSERT_EQ(text[len - 1], '\0');
	return text;
}

void nonblocking(int fd, int on)
{
	int flags = fcntl(fd, F_GETFL);

	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	ASSERT_EQ(fcntl(fd, F_SETFL, flags), 0);
}

uint64_t stat_of(const char *name)
{
	uint64_t value = 0, got;
	char line[128], word[64];
	bool found = false;
	FILE *f = fopen("/proc/self/net/tsec_stat", "r");

	ASSERT_TRUE(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %" SCNu64, word, &got) == 2 &&
		    !strcmp(word, name)) {
			found = true;
			value = got;
		}
	}
	fclose(f);
	ASSERT_TRUE(found);
	return value;
}

void stat_reaches(const char *name, uint64_t value)
{
	ASSERT_SOON(stat_of(name) >= value);
}

bool thread_waits(pid_t tid)
{
	char path[64], state = 0;
	FILE *f;

	if (!tid)
		return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	f = fopen(path, "r");
	ASSERT_TRUE(f);
	ASSERT_EQ(fscanf(f, "%*d (%*[^)]) %c", &state), 1);
	fclose(f);
	return state == 'S';
}

void child_ok(pid_t pid)
{
	int status;

	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	ASSERT_EQ(status, 0);
}

int pattern_file(size_t len)
{
	int fd = memfd_create("pattern", MFD_CLOEXEC);
	uint8_t *buf = malloc(len);

	ASSERT_GE(fd, 0);
	ASSERT_TRUE(buf);
	fill_pattern(buf, len, 0);
	ASSERT_EQ(write(fd, buf, len), len);
	ASSERT_EQ(lseek(fd, 0, SEEK_SET), 0);
	free(buf);
	return fd;
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

void pause_briefly(void)
{
	usleep(1000);
}

static void nothing(int signal)
{
	(void)signal;
}

void ticks(void)
{
	struct sigaction action = { .sa_handler = nothing };
	struct itimerval often = { { 0, 20000 }, { 0, 20000 } };

	ASSERT_EQ(sigaction(SIGALRM, &action, NULL), 0);
	ASSERT_EQ(setitimer(ITIMER_REAL, &often, NULL), 0);
}
