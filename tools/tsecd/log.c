// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <paths.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

static const struct {
	const char *name;
	int level;
} levels[] = {
	{ "error", LOG_ERR },	  { "warning", LOG_WARNING },
	{ "notice", LOG_NOTICE }, { "info", LOG_INFO },
	{ "debug", LOG_DEBUG },
};

/* Set before there are threads, but for the level: an int is atomic enough. */
static struct {
	int level;
	bool to_syslog;
	bool to_journal; /* standard error is the journal: it reads "<N>" */
	int emergency; /* datagram socket to syslog, or -1 */
} log_state = { LOG_NOTICE, false, false, -1 };

static int emergency_socket(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX,
				  .sun_path = _PATH_LOG };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void log_open(bool foreground)
{
	log_state.to_syslog = !foreground;
	log_state.to_journal = foreground && getenv("JOURNAL_STREAM");
	if (foreground)
		return;
	openlog("tsecd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	log_state.emergency = emergency_socket();
}

void log_set_level(int level)
{
	log_state.level = level;
}

bool log_enabled(int priority)
{
	return priority <= log_state.level;
}

int log_level_of(const char *name)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (!strcmp(levels[i].name, name))
			return levels[i].level;
	return -EINVAL;
}

/* What a peer sent may be in a line: it must not look like another one. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

static void to_stderr(int priority, const char *text)
{
	if (log_state.to_journal)
		fprintf(stderr, "<%d>%s\n", priority, text);
	else
		fprintf(stderr, "tsecd: %s\n", text);
}

void log_message(int priority, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (!log_enabled(priority))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	make_printable(text);
	if (log_state.to_syslog)
		syslog(priority, "%s", text);
	else
		to_stderr(priority, text);
}

void log_emergency(const char *text, size_t len)
{
	ssize_t done;

	if (log_state.emergency >= 0)
		done = send(log_state.emergency, text, len, MSG_NOSIGNAL);
	else
		done = write(STDERR_FILENO, text, len);
	(void)done; /* there is nobody left to tell */
}
