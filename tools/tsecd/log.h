/* SPDX-License-Identifier: GPL-2.0 */
/* Where tsecd says what it does: standard error, the journal or syslog. */
#ifndef TSECD_LOG_H
#define TSECD_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

/* Priorities are syslog's; at first everything up to LOG_NOTICE is told. */
void log_open(bool foreground);
void log_set_level(int level);
bool log_enabled(int priority);

/* The number of a level's name, e.g. "info"; -EINVAL when there is none. */
int log_level_of(const char *name);

void log_message(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* One line from a signal handler: nothing but write(2) and send(2). */
void log_emergency(const char *text, size_t len);

#define log_error(...) log_message(LOG_ERR, __VA_ARGS__)
#define log_warn(...) log_message(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_message(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_message(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_message(LOG_DEBUG, __VA_ARGS__)

#endif /* TSECD_LOG_H */
