// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "datagram.h"
#include "network.h"

static int namespaces[2];

static int namespace_new(void)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		skip("no namespace");
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("the namespace");
	return fd;
}

void network_enter(enum side side)
{
	if (setns(namespaces[side], CLONE_NEWNET))
		die("cannot enter a namespace");
}

void network_run(enum side side, const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	if (vsnprintf(command, sizeof(command), format, args) >=
	    (int)sizeof(command))
		die("a command is too long");
	va_end(args);
	network_enter(side);
	errno = 0;
	if (system(command))
		skip("failed: %s", command);
}

void network_make(void)
{
	for (int side = CLIENT; side <= SERVER; side++)
		namespaces[side] = namespace_new();
	network_run(CLIENT, "ip link add bench type veth peer name bench "
		    "netns /proc/%d/fd/%d", getpid(), namespaces[SERVER]);
	for (int side = CLIENT; side <= SERVER; side++)
		network_run(side, "ip addr add %s/24 dev bench && "
				"ip link set bench up && ip link set lo up",
			    network_name(side));
}

void network_make_tsec(const char *cipher)
{
	network_make();
	for (int side = CLIENT; side <= SERVER; side++) {
		network_enter(side);
		control_open_side(side);
	}
	control_profiles_manual(cipher);
}

const char *network_name(enum side side)
{
	return side == CLIENT ? NETWORK_CLIENT : NETWORK_SERVER;
}

in_addr_t network_address(enum side side)
{
	return inet_addr(network_name(side));
}

const char *network_inner_name(enum side side)
{
	return side == CLIENT ? NETWORK_INNER_CLIENT : NETWORK_INNER_SERVER;
}

in_addr_t network_inner_address(enum side side)
{
	return inet_addr(network_inner_name(side));
}

int network_socket(enum side side)
{
	network_enter(side);
	return socket_udp(side);
}

int network_socket_tsec(enum side side, int protocol)
{
	network_enter(side);
	return socket_tsec(side, SOCK_DGRAM, protocol);
}
