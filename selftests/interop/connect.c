// SPDX-License-Identifier: GPL-2.0
/* Sockets: made, connected, listened on. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "peer.h"

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t address_of(const struct options *o, union address *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, o->host, &addr->in.sin_addr) == 1) {
		addr->in.sin_family = AF_INET;
		addr->in.sin_port = htons(atoi(o->port));
		return sizeof(addr->in);
	}
	if (inet_pton(AF_INET6, o->host, &addr->in6.sin6_addr) != 1)
		die("%s is not an address", o->host);
	addr->in6.sin6_family = AF_INET6;
	addr->in6.sin6_port = htons(atoi(o->port));
	return sizeof(addr->in6);
}

static int socket_make(const struct options *o)
{
	int type = o->datagrams ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(AF_TSEC, type | SOCK_CLOEXEC, o->protocol);

	if (fd < 0)
		die("socket: %s", strerror(errno));
	options_apply(fd, o);
	return fd;
}

/* So that nothing here waits for ever. */
static void set_timeouts(int fd, const struct options *o)
{
	struct timeval tv = { .tv_sec = o->timeout };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)))
		die("SO_RCVTIMEO: %s", strerror(errno));
}

static int failed(int fd, const char *what)
{
	report_failure(fd, what, errno);
	close(fd);
	return -1;
}

/* What a program with an event loop does. */
static int connect_deferred(int fd, const union address *addr, socklen_t len)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	int flags = fcntl(fd, F_GETFL), error = 0;
	socklen_t size = sizeof(error);

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	if (!connect(fd, &addr->sa, len) || errno != EINPROGRESS) {
		say("NOT-DEFERRED");
		return -1;
	}
	while (poll(&pfd, 1, -1) < 0 && errno == EINTR)
		;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
		return -1;
	fcntl(fd, F_SETFL, flags);
	errno = error;
	return error ? -1 : 0;
}

/* At the address where the peer is: the loopback one. */
static int bind_port(int fd, const struct options *o)
{
	union address addr;
	socklen_t len = address_of(o, &addr);

	addr.in.sin_port = htons(o->from);
	return bind(fd, &addr.sa, len);
}

int peer_connect(const struct options *o)
{
	union address addr;
	socklen_t len = address_of(o, &addr);
	int fd = socket_make(o), ret;

	set_timeouts(fd, o);
	if (o->from && bind_port(fd, o))
		return failed(fd, "bind");
	ret = o->defer ? connect_deferred(fd, &addr, len) :
			 connect(fd, &addr.sa, len);
	if (ret)
		return failed(fd, "connect");
	say("CONNECTED");
	return fd;
}

int peer_listen(const struct options *o)
{
	union address addr;
	socklen_t len = address_of(o, &addr);
	int fd = socket_make(o), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &addr.sa, len))
		return failed(fd, "bind");
	if (listen(fd, o->backlog))
		return failed(fd, "listen");
	if (getsockname(fd, &addr.sa, &len))
		return failed(fd, "getsockname");
	say("LISTENING %d", ntohs(addr.in.sin_port));
	return fd;
}

int peer_accept(int listener, const struct options *o)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0) {
		report_failure(listener, "accept", errno);
		return -1;
	}
	set_timeouts(fd, o);
	say("ACCEPTED");
	return fd;
}
