/* SPDX-License-Identifier: GPL-2.0 */
/* Calls of the interface that are made to run out of memory. */
#ifndef FAILING_H
#define FAILING_H

#include <stdbool.h>

/*
 * One call. Before comes what it needs, after it what takes its effect back;
 * neither runs out of memory.  The call itself returns 0 or a negative errno.
 */
struct call {
	const char *name;
	bool (*before)(void);
	int (*call)(void);
	void (*after)(void);
};

extern const struct call calls[];

/* What the calls need all the time: a daemon's handle, a listener, ... */
bool calls_prepare(void);

#endif /* FAILING_H */
