// SPDX-License-Identifier: GPL-2.0
/*
 * Packets as they are on the wire.
 */
#include <poll.h>

#include "util.h"
#include "wire.h"

int wire_socket(sa_family_t family, union tsec_addr *addr)
{
	int fd = socket(family, SOCK_DGRAM, 0);

	ASSERT_GE(fd, 0);
	addr_loopback(addr, family, 0);
	ASSERT_EQ(bind(fd, &addr->sa, addr_len(addr)), 0);
	addr_of(addr, fd);
	return fd;
}

size_t wire_recv(int fd, void *packet, size_t size, union tsec_addr *from)
{
	socklen_t from_len = sizeof(*from);
	ssize_t len;

	ASSERT_EQ(poll_for(fd, POLLIN, SOON), POLLIN);
	len = recvfrom(fd, packet, size, 0, from ? &from->sa : NULL,
		       from ? &from_len : NULL);
	ASSERT_GT(len, 0);
	return len;
}

void wire_send(int fd, const union tsec_addr *to, const void *packet,
	       size_t len)
{
	ASSERT_EQ(sendto(fd, packet, len, 0, &to->sa, addr_len(to)), len);
}

void wire_pass(int from, int to, int times)
{
	uint8_t packet[2048];
	size_t len = wire_recv(from, packet, sizeof(packet), NULL);

	while (times--)
		ASSERT_EQ(send(to, packet, len, 0), len);
}

void wire_lose(int from)
{
	wire_pass(from, -1, 0);
}

void expect_raw(int fd, const void *packet, size_t len)
{
	static uint8_t buf[65536];

	ASSERT_EQ(poll_for(fd, POLLIN, SOON), POLLIN);
	ASSERT_EQ(recv(fd, buf, sizeof(buf), 0), len);
	ASSERT_MEMEQ(buf, packet, len);
}

void expect_nothing(int fd)
{
	ASSERT_EQ(poll_for(fd, POLLIN, QUIET), 0);
}
