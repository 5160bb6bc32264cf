// SPDX-License-Identifier: GPL-2.0
/*
 * A secure socket in the place of a TCP or UDP socket, with all that was set on
 * it.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#include "preload.h"

/* Values as the kernel hands them out: an int, a struct, or a name. */
union option_value {
	int number;
	char bytes[64];
};

struct option {
	int level;
	int name;
};

#ifndef UDP_SEGMENT
#define UDP_SEGMENT		103
#endif
#ifndef UDP_GRO
#define UDP_GRO			104
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE	51
#endif

static const struct option options[] = {
	{ SOL_SOCKET,	SO_REUSEADDR },
	{ SOL_SOCKET,	SO_REUSEPORT },
	{ SOL_SOCKET,	SO_KEEPALIVE },
	{ SOL_SOCKET,	SO_LINGER },
	{ SOL_SOCKET,	SO_OOBINLINE },
	{ SOL_SOCKET,	SO_RCVTIMEO },
	{ SOL_SOCKET,	SO_SNDTIMEO },
	{ SOL_SOCKET,	SO_RCVLOWAT },
	{ SOL_SOCKET,	SO_SNDBUF },
	{ SOL_SOCKET,	SO_RCVBUF },
	{ SOL_SOCKET,	SO_PRIORITY },
	{ SOL_SOCKET,	SO_MARK },
	{ SOL_SOCKET,	SO_BINDTODEVICE },
	{ SOL_SOCKET,	SO_DONTROUTE },
	{ SOL_SOCKET,	SO_BUSY_POLL },
	{ SOL_SOCKET,	SO_MAX_PACING_RATE },
	{ IPPROTO_TCP,	TCP_NODELAY },
	{ IPPROTO_TCP,	TCP_CORK },
	{ IPPROTO_TCP,	TCP_MAXSEG },
	{ IPPROTO_TCP,	TCP_KEEPIDLE },
	{ IPPROTO_TCP,	TCP_KEEPINTVL },
	{ IPPROTO_TCP,	TCP_KEEPCNT },
	{ IPPROTO_TCP,	TCP_SYNCNT },
	{ IPPROTO_TCP,	TCP_LINGER2 },
	{ IPPROTO_TCP,	TCP_DEFER_ACCEPT },
	{ IPPROTO_TCP,	TCP_WINDOW_CLAMP },
	{ IPPROTO_TCP,	TCP_QUICKACK },
	{ IPPROTO_TCP,	TCP_CONGESTION },
	{ IPPROTO_TCP,	TCP_USER_TIMEOUT },
	{ IPPROTO_TCP,	TCP_NOTSENT_LOWAT },
	{ SOL_SOCKET,	SO_TIMESTAMP },
	{ SOL_SOCKET,	SO_TIMESTAMPNS },
	{ SOL_SOCKET,	SO_RXQ_OVFL },
	{ IPPROTO_UDP,	UDP_SEGMENT },
	{ IPPROTO_UDP,	UDP_GRO },
	{ IPPROTO_IP,	IP_PKTINFO },
	{ IPPROTO_IP,	IP_RECVTTL },
	{ IPPROTO_IP,	IP_RECVTOS },
	{ IPPROTO_IP,	IP_TOS },
	{ IPPROTO_IP,	IP_TTL },
	{ IPPROTO_IP,	IP_MTU_DISCOVER },
	{ IPPROTO_IP,	IP_FREEBIND },
	{ IPPROTO_IP,	IP_TRANSPARENT },
	{ IPPROTO_IP,	IP_BIND_ADDRESS_NO_PORT },
	{ IPPROTO_IP,	IP_LOCAL_PORT_RANGE },
	{ IPPROTO_IPV6,	IPV6_V6ONLY },
	{ IPPROTO_IPV6,	IPV6_RECVPKTINFO },
	{ IPPROTO_IPV6,	IPV6_RECVHOPLIMIT },
	{ IPPROTO_IPV6,	IPV6_RECVTCLASS },
	{ IPPROTO_IPV6,	IPV6_TCLASS },
	{ IPPROTO_IPV6,	IPV6_UNICAST_HOPS },
	{ IPPROTO_IPV6,	IPV6_MTU_DISCOVER },
	{ IPPROTO_IPV6,	IPV6_FREEBIND },
	{ IPPROTO_IPV6,	IPV6_TRANSPARENT },
};

static bool get(int fd, const struct option *option, union option_value *value,
		socklen_t *len)
{
	memset(value, 0, sizeof(*value));
	*len = sizeof(*value);
	return !getsockopt(fd, option->level, option->name, value, len);
}

/* The kernel doubles the size of a buffer when it is set. */
static void undouble(const struct option *option, union option_value *value)
{
	if (option->level == SOL_SOCKET && (option->name == SO_SNDBUF ||
					    option->name == SO_RCVBUF))
		value->number /= 2;
}

/*
 * Only what differs from a fresh socket was set by the program; setting the
 * rest would, for one, end the tuning of the buffers.
 */
static void copy_option(int from, int fresh, int to,
			const struct option *option)
{
	union option_value value, usual;
	socklen_t len, usual_len;

	if (!get(from, option, &value, &len) || !len)
		return;
	if (get(fresh, option, &usual, &usual_len) && len == usual_len &&
	    !memcmp(&value, &usual, len))
		return;
	undouble(option, &value);
	if (setsockopt(to, option->level, option->name, &value, len))
		say("option %d of level %d is not carried over: %s",
		    option->name, option->level, strerror(errno));
}

static int copy_options(int from, int to, int domain, int type)
{
	int fresh = socket(domain, type | SOCK_CLOEXEC, 0);

	if (fresh < 0)
		return -1;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].level != IPPROTO_IPV6 || domain == AF_INET6)
			copy_option(from, fresh, to, &options[i]);
	close(fresh);
	return 0;
}

static int copy_flags(int from, int to)
{
	int flags = fcntl(from, F_GETFL);
	int owner = fcntl(from, F_GETOWN);

	if (flags < 0)
		return -1;
	if (owner)
		fcntl(to, F_SETOWN, owner);
	return fcntl(to, F_SETFL, flags);
}

/* Return: 1 when it is bound, 0 when not, -1 and errno. */
static int bound_to(int fd, struct sockaddr_storage *local, socklen_t *len)
{
	struct address address;
	uint16_t port;

	*len = sizeof(*local);
	if (getsockname(fd, (struct sockaddr *)local, len))
		return -1;
	if (!address_of((struct sockaddr *)local, *len, &address, &port))
		return 0;
	return port || !address_is_any(&address);
}

/* Everything that can fail for another reason than the address goes first. */
static int prepare(int fd, int secure, int domain, int type, const char *name)
{
	if (copy_options(fd, secure, domain, type) || copy_flags(fd, secure))
		return -1;
	return family_configure(secure, config.profile, name);
}

/*
 * The old socket holds its address until it is closed, which dup3() does
 * unless the program has made duplicates of it: then bind() fails.
 */
static int take_place(int fd, int secure, const struct sockaddr_storage *local,
		      socklen_t len, bool bound)
{
	struct watch watches[WATCHES_MAX];
	unsigned int n = epoll_watches(fd, watches);
	int cloexec = fcntl(fd, F_GETFD);

	if (cloexec < 0 ||
	    dup3(secure, fd, cloexec & FD_CLOEXEC ? O_CLOEXEC : 0) < 0)
		return -1;
	epoll_restore(fd, watches, n);
	return bound ? bind(fd, (const struct sockaddr *)local, len) : 0;
}

int replace_socket(int fd, int type, const char *name)
{
	struct sockaddr_storage local;
	socklen_t len;
	int bound = bound_to(fd, &local, &len);
	int secure, err = 0;

	if (bound < 0)
		return -errno;
	secure = family_socket(local.ss_family, type);
	if (secure < 0)
		return -errno;
	if (prepare(fd, secure, local.ss_family, type, name) ||
	    take_place(fd, secure, &local, len, bound))
		err = -errno;
	close(secure);
	return err;
}
