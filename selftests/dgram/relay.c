// SPDX-License-Identifier: GPL-2.0
/*
 * A relay on another host: a network namespace with a link to this one.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "relay.h"

/* In the namespace that the caller is in. */
static __attribute__((format(printf, 1, 2))) void ip(const char *commands, ...)
{
	FILE *f = popen("ip -batch -", "w");
	va_list args;

	ASSERT_TRUE(f);
	va_start(args, commands);
	vfprintf(f, commands, args);
	va_end(args);
	ASSERT_EQ(pclose(f), 0);
}

static int namespace_open(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	ASSERT_GE(fd, 0);
	return fd;
}

void relay_make(struct relay *relay)
{
	snprintf(relay->link, sizeof(relay->link), "home%d", getpid());
	relay->home = namespace_open();
	ASSERT_EQ(unshare(CLONE_NEWNET), 0);
	relay->away = namespace_open();
	/* The program that runs the tests stays at home. */
	ip("link add away type veth peer name %s netns %d\n"
	   "addr add 192.0.2.9/24 dev away\n"
	   "addr add 192.0.2.10/24 dev away\n"
	   "addr add 2001:db8::9/64 dev away nodad\n"
	   "addr add 2001:db8::a/64 dev away nodad\n"
	   "link set away up\n", relay->link, getppid());
	ASSERT_EQ(setns(relay->home, CLONE_NEWNET), 0);
	ip("addr add 192.0.2.1/24 dev %1$s\n"
	   "addr add 192.0.2.2/24 dev %1$s\n"
	   "addr add 2001:db8::1/64 dev %1$s nodad\n"
	   "addr add 2001:db8::2/64 dev %1$s nodad\n"
	   "link set %1$s up\n", relay->link);
}

void relay_end(struct relay *relay)
{
	if (relay->away < 0)
		return;
	/* At once: it would hold its addresses until the namespace has gone. */
	ip("link del %s\n", relay->link);
	close(relay->away);
	close(relay->home);
}

void relay_addr(union tsec_addr *addr, sa_family_t family,
		enum relay_host host, int port)
{
	static const struct in6_addr net6 = {
		.s6_addr = { 0x20, 0x01, 0x0d, 0xb8 },
	};

	memset(addr, 0, sizeof(*addr));
	addr->sa.sa_family = family;
	if (family == AF_INET) {
		addr->in.sin_addr.s_addr = htonl(0xc0000200 | host);
		addr->in.sin_port = htons(port);
	} else {
		addr->in6.sin6_addr = net6;
		addr->in6.sin6_addr.s6_addr[15] = host;
		addr->in6.sin6_port = htons(port);
	}
}

int relay_socket(const struct relay *relay, const union tsec_addr *addr)
{
	int fd;

	ASSERT_EQ(setns(relay->away, CLONE_NEWNET), 0);
	fd = socket(addr->sa.sa_family, SOCK_DGRAM, 0);
	ASSERT_EQ(setns(relay->home, CLONE_NEWNET), 0);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(bind(fd, &addr->sa, addr_len(addr)), 0);
	return fd;
}
