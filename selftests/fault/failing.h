/* SPDX-License-Identifier: GPL-2.0 */
/* Calls of the interface that are made to run out of memory. */
#ifndef FAILING_H
#define FAILING_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "tsec.h"

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

/* Of which kind of sockets the calls of datagrams are now; NULL: no more. */
const char *datagram_kind_choose(unsigned int number);

/* What they are made of: a loopback address, what a call came to, close(). */
static inline struct sockaddr_in address(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static inline int result(int ret)
{
	return ret < 0 ? -errno : 0;
}

/* It is there, made now or before. */
static inline bool profile_made(struct tsec_nl *nl,
				const struct tsec_profile_info *info)
{
	int err = tsec_profile_new(nl, info);

	return !err || err == -EEXIST;
}

static inline void forget(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

#endif /* FAILING_H */
