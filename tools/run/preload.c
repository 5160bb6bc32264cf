// SPDX-License-Identifier: GPL-2.0
/*
 * libtsec-run.so: the calls of a program that become secure ones.
 *
 * A program makes TCP sockets as ever.  When it says where one is to connect
 * or that it is to listen, the rules decide, and a secure socket takes the
 * place of the TCP socket, under the same number.  So it is with UDP, if that
 * is asked for: there a server is who binds to a port that it has chosen.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>

#include "preload.h"

#define EXPORT	__attribute__((visibility("default")))

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

/* The C library's functions, or those of the next library preloaded. */
static struct {
	__typeof__(bind) *bind;
	__typeof__(connect) *connect;
	__typeof__(listen) *listen;
	__typeof__(getsockopt) *getsockopt;
	__typeof__(sendto) *sendto;
	__typeof__(sendmsg) *sendmsg;
	__typeof__(sendmmsg) *sendmmsg;
	__typeof__(epoll_create) *epoll_create;
	__typeof__(epoll_create1) *epoll_create1;
	__typeof__(getaddrinfo) *getaddrinfo;
	__typeof__(gethostbyname) *gethostbyname;
	__typeof__(gethostbyname2) *gethostbyname2;
	__typeof__(gethostbyname_r) *gethostbyname_r;
	__typeof__(gethostbyname2_r) *gethostbyname2_r;
} real;

/*
 * Other libraries' constructors may call before this one's has run.  Several
 * threads that do this at once all find the same.
 */
static __attribute__((constructor)) void start(void)
{
	static bool done;

	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		return;
#define FIND(name) real.name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
	FIND(bind);
	FIND(connect);
	FIND(listen);
	FIND(getsockopt);
	FIND(sendto);
	FIND(sendmsg);
	FIND(sendmmsg);
	FIND(epoll_create);
	FIND(epoll_create1);
	FIND(getaddrinfo);
	FIND(gethostbyname);
	FIND(gethostbyname2);
	FIND(gethostbyname_r);
	FIND(gethostbyname2_r);
#undef FIND
	config_read();
	__atomic_store_n(&done, true, __ATOMIC_RELEASE);
}

/* Deciding **************************************************************** */

static int option_of(int fd, int option)
{
	socklen_t len = sizeof(int);
	int value;

	return real.getsockopt(fd, SOL_SOCKET, option, &value, &len) ? -1 :
								       value;
}

/* Something else's, or already on its way: not to be touched. */
static bool is_fresh_tcp(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int domain = option_of(fd, SO_DOMAIN);
	int protocol = option_of(fd, SO_PROTOCOL);

	if ((domain != AF_INET && domain != AF_INET6) ||
	    option_of(fd, SO_TYPE) != SOCK_STREAM)
		return false;
	if (protocol == IPPROTO_MPTCP)
		return !family_is(fd);
	if (protocol != IPPROTO_TCP || family_is(fd))
		return false;
	return real.getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ||
	       info.tcpi_state == TCP_CLOSE;
}

static bool is_fresh_udp(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	int domain;

	if (!config.datagrams || option_of(fd, SO_TYPE) != SOCK_DGRAM ||
	    family_is(fd))
		return false;
	domain = option_of(fd, SO_DOMAIN);
	return (domain == AF_INET || domain == AF_INET6) &&
	       option_of(fd, SO_PROTOCOL) == IPPROTO_UDP &&
	       getpeername(fd, (struct sockaddr *)&peer, &len);
}

/* The type of a socket that can be replaced, or 0. */
static int fresh_type(int fd)
{
	if (is_fresh_tcp(fd))
		return SOCK_STREAM;
	return is_fresh_udp(fd) ? SOCK_DGRAM : 0;
}

/* Do the rules want it secured? */
static bool is_ruled(const struct address *address, uint16_t port)
{
	if (address_is_loopback(address) && !config.loopback)
		return false;
	return ports_has(&config.ports, port);
}

static void peer_name(const struct address *address, char name[256])
{
	if (config.name[0])
		memcpy(name, config.name, sizeof(config.name));
	else
		memory_find(address, name);
}

/* Return: 1 secured, 0 left alone, or a negative errno. */
static int secure_connect(int fd, const struct sockaddr *sa, socklen_t len)
{
	struct address address;
	char name[256];
	uint16_t port;
	int type, err;

	if (!address_of(sa, len, &address, &port))
		return 0;
	if (!is_ruled(&address, port)) {
		say("fd %d: connect to port %u is left alone", fd, port);
		return 0;
	}
	type = fresh_type(fd);
	if (!type)
		return 0;
	peer_name(&address, name);
	err = replace_socket(fd, type, name);
	if (err)
		say("fd %d: connect to %s port %u is refused: %s", fd, name,
		    port, strerror(-err));
	else
		say("fd %d: connect to %s port %u is secured", fd, name, port);
	return err ? err : 1;
}

/* The wildcard address stands for all of this machine's. */
static bool is_ruled_here(const struct sockaddr *sa, socklen_t len,
			  uint16_t *port)
{
	struct address address;

	return address_of(sa, len, &address, port) &&
	       ports_has(&config.ports, *port) &&
	       (address_is_any(&address) || is_ruled(&address, *port));
}

static int secure_server(int fd, int type, const char *what, uint16_t port,
			 bool ruled)
{
	int err;

	if (!ruled) {
		say("fd %d: %s port %u is left alone", fd, what, port);
		return 0;
	}
	err = replace_socket(fd, type, NULL);
	if (err)
		say("fd %d: %s port %u is refused: %s", fd, what, port,
		    strerror(-err));
	else
		say("fd %d: %s port %u is secured", fd, what, port);
	return err ? err : 1;
}

static int secure_listen(int fd)
{
	struct sockaddr_storage local;
	socklen_t len = sizeof(local);
	uint16_t port = 0;
	bool ruled;

	if (!config.listen || !is_fresh_tcp(fd))
		return 0;
	if (getsockname(fd, (struct sockaddr *)&local, &len))
		return -errno;
	ruled = is_ruled_here((struct sockaddr *)&local, len, &port);
	return secure_server(fd, SOCK_STREAM, "listen on", port, ruled);
}

/* Clients bind as well, but let the kernel choose the port. */
static int secure_bind(int fd, const struct sockaddr *sa, socklen_t len)
{
	uint16_t port = 0;
	bool ruled;

	if (!config.listen || !is_fresh_udp(fd))
		return 0;
	ruled = is_ruled_here(sa, len, &port);
	return port ? secure_server(fd, SOCK_DGRAM, "bind to", port, ruled) : 0;
}

/* Tell in words what the errno is too short for. */
static void explain(int fd, int err)
{
	char text[256];
	int saved = errno;

	if (config.debug && err != EINPROGRESS && err != EALREADY &&
	    err != EINTR && family_is(fd)) {
		family_error(fd, text);
		say("fd %d: %s%s%s", fd, strerror(err), *text ? ": " : "",
		    text);
	}
	errno = saved;
}

EXPORT int connect(int fd, const struct sockaddr *sa, socklen_t len)
{
	int saved = errno;
	int ret;

	start();
	ret = secure_connect(fd, sa, len);
	errno = ret < 0 ? -ret : saved;
	if (ret < 0)
		return -1;
	ret = real.connect(fd, sa, len);
	if (ret)
		explain(fd, errno);
	return ret;
}

EXPORT int bind(int fd, const struct sockaddr *sa, socklen_t len)
{
	int saved = errno;
	int ret;

	start();
	ret = secure_bind(fd, sa, len);
	errno = ret < 0 ? -ret : saved;
	return ret < 0 ? -1 : real.bind(fd, sa, len);
}

EXPORT int listen(int fd, int backlog)
{
	int saved = errno;
	int ret;

	start();
	ret = secure_listen(fd);
	errno = ret < 0 ? -ret : saved;
	return ret < 0 ? -1 : real.listen(fd, backlog);
}

/*
 * TCP Fast Open sends before it connects, in the clear.  Programs that use it
 * go on with connect() when it is not there.
 */
static bool is_fast_open(int fd, int flags, const void *sa, socklen_t len)
{
	struct address address;
	uint16_t port;

	if (!(flags & MSG_FASTOPEN) || !address_of(sa, len, &address, &port) ||
	    !is_ruled(&address, port) || !is_fresh_tcp(fd))
		return false;
	say("fd %d: TCP Fast Open to port %u is refused", fd, port);
	errno = EOPNOTSUPP;
	return true;
}

EXPORT ssize_t sendto(int fd, const void *data, size_t size, int flags,
		      const struct sockaddr *sa, socklen_t len)
{
	start();
	if (flags & MSG_FASTOPEN && is_fast_open(fd, flags, sa, len))
		return -1;
	return real.sendto(fd, data, size, flags, sa, len);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	start();
	if (flags & MSG_FASTOPEN && msg &&
	    is_fast_open(fd, flags, msg->msg_name, msg->msg_namelen))
		return -1;
	return real.sendmsg(fd, msg, flags);
}

EXPORT int sendmmsg(int fd, struct mmsghdr *msgs, unsigned int n, int flags)
{
	start();
	if (flags & MSG_FASTOPEN && n &&
	    is_fast_open(fd, flags, msgs->msg_hdr.msg_name,
			 msgs->msg_hdr.msg_namelen))
		return -1;
	return real.sendmmsg(fd, msgs, n, flags);
}

/* Seeming ***************************************************************** */

static int address_family(int fd)
{
	struct sockaddr_storage local = { .ss_family = AF_INET };
	socklen_t len = sizeof(local);

	getsockname(fd, (struct sockaddr *)&local, &len);
	return local.ss_family == AF_INET6 ? AF_INET6 : AF_INET;
}

/* A program that asks its socket what it is gets the answer it expects. */
static void seem_plain(int fd, int option, int *value)
{
	if (!family_is(fd))
		return;
	if (option == SO_DOMAIN)
		*value = address_family(fd);
	else
		*value = option_of(fd, SO_TYPE) == SOCK_DGRAM ? IPPROTO_UDP :
								IPPROTO_TCP;
}

EXPORT int getsockopt(int fd, int level, int option, void *value,
		      socklen_t *len)
{
	int saved = errno;
	int ret;

	start();
	ret = real.getsockopt(fd, level, option, value, len);
	if (ret || level != SOL_SOCKET || *len != sizeof(int))
		return ret;
	if (option == SO_DOMAIN || option == SO_PROTOCOL)
		seem_plain(fd, option, value);
	if (option == SO_ERROR && *(int *)value)
		explain(fd, *(int *)value);
	errno = saved;
	return ret;
}

EXPORT int epoll_create(int size)
{
	int epfd;

	start();
	epfd = real.epoll_create(size);
	epoll_note(epfd);
	return epfd;
}

EXPORT int epoll_create1(int flags)
{
	int epfd;

	start();
	epfd = real.epoll_create1(flags);
	epoll_note(epfd);
	return epfd;
}

/* Names ******************************************************************* */

/* As certificates have it: without a final dot, or a scope. */
static void clean_name(const char *node, char name[256])
{
	size_t len;

	name[0] = '\0';
	len = strcspn(node, "%");
	if (len > 255)
		return;
	memcpy(name, node, len);
	if (len && name[len - 1] == '.')
		len--;
	name[len] = '\0';
}

EXPORT int getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **list)
{
	struct address address;
	char name[256];
	uint16_t port;
	int ret;

	start();
	ret = real.getaddrinfo(node, service, hints, list);
	if (ret || !node)
		return ret;
	clean_name(node, name);
	for (const struct addrinfo *ai = *list; ai; ai = ai->ai_next)
		if (address_of(ai->ai_addr, ai->ai_addrlen, &address, &port))
			memory_add(&address, name);
	return 0;
}

static void remember_host(const char *node, const struct hostent *host)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	bool v6 = host->h_addrtype == AF_INET6;
	struct address address;
	char name[256];
	uint16_t port;

	clean_name(node, name);
	for (char **at = host->h_addr_list; *at; at++) {
		if (v6)
			memcpy(&in6.sin6_addr, *at, sizeof(in6.sin6_addr));
		else
			memcpy(&in.sin_addr, *at, sizeof(in.sin_addr));
		if (address_of(v6 ? (void *)&in6 : (void *)&in,
			       v6 ? sizeof(in6) : sizeof(in), &address, &port))
			memory_add(&address, name);
	}
}

EXPORT struct hostent *gethostbyname(const char *node)
{
	struct hostent *host;

	start();
	host = real.gethostbyname(node);
	if (host)
		remember_host(node, host);
	return host;
}

EXPORT struct hostent *gethostbyname2(const char *node, int family)
{
	struct hostent *host;

	start();
	host = real.gethostbyname2(node, family);
	if (host)
		remember_host(node, host);
	return host;
}

EXPORT int gethostbyname_r(const char *node, struct hostent *host, char *buf,
			   size_t size, struct hostent **result, int *h_err)
{
	int ret;

	start();
	ret = real.gethostbyname_r(node, host, buf, size, result, h_err);
	if (!ret && *result)
		remember_host(node, *result);
	return ret;
}

EXPORT int gethostbyname2_r(const char *node, int family, struct hostent *host,
			    char *buf, size_t size, struct hostent **result,
			    int *h_err)
{
	int ret;

	start();
	ret = real.gethostbyname2_r(node, family, host, buf, size, result,
				    h_err);
	if (!ret && *result)
		remember_host(node, *result);
	return ret;
}
