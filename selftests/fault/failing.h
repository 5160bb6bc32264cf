/* SPDX-License-Identifier: GPL-2.0 */
/* Calls of the interface that are made to run out of memory. */
#ifndef FAILING_H
#define FAILING_H

#include <stdbool.h>

/*
 * One call. Before comes what it needs, after it what takes its effect back;
 * neither runs out of memory.  The call itself returns 0 or a negative errno.
 * Whatever it was, what goes_on does must then work.  Each but the call may be
 * NULL.
 */
struct call {
	const char *name;
	bool (*before)(void);
	int (*call)(void);
	void (*after)(void);
	bool (*goes_on)(void);
};

extern const struct call calls[];
extern const struct call datagram_calls[];

/* What the calls need all the time: a daemon's handle, a listener, ... */
bool calls_prepare(void);
bool datagram_calls_prepare(void);

#endif /* FAILING_H */
