// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "preload.h"

/* One write() a line: no buffer that a fork or a signal could see twice. */
void say(const char *format, ...)
{
	int saved = errno;
	char line[512];
	va_list args;
	int len;

	if (!config.debug)
		return;
	len = snprintf(line, sizeof(line), "tsec run[%d]: ", getpid());
	va_start(args, format);
	len += vsnprintf(line + len, sizeof(line) - len, format, args);
	va_end(args);
	if (len > (int)sizeof(line) - 1)
		len = sizeof(line) - 1;
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		errno = saved;		/* nobody is there to read it */
	errno = saved;
}
