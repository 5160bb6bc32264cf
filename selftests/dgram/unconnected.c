// SPDX-License-Identifier: GPL-2.0
/*
 * One socket for all peers, and the peers by hand.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "unconnected.h"
#include "util.h"

static uint8_t buf[65536];

void unconnected_make(struct unconnected_data *self, sa_family_t family)
{
	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
	ASSERT_EQ(tsec_daemon_register(self->nl, "unconnected"), 0);
	self->server = dgram_bound(NULL, family, &self->addr);
	nonblocking(self->server, 1);
}

void unconnected_end(struct unconnected_data *self)
{
	close(self->server);
	tsec_nl_close(self->nl);
	ASSERT_EQ(system("sysctl -qw net.tsec.max_sessions_listener=4096 &&"
			 "tsec profile set default idle-seconds 0"), 0);
}

void wait_first(int fd)
{
	ASSERT_ERR(recv(fd, buf, sizeof(buf), 0), EAGAIN);
}

void peers_begin(struct unconnected_data *self,
			const struct kind *kind, int n)
{
	struct shake shake;
	struct peer *peer;

	for (; n--; self->count++) {
		peer = &self->peers[self->count];
		peer_toward(peer, kind, &self->addr);
		addr_of(&self->from[self->count], peer->fd);
		client_begin(self->nl, peer, &shake);
		close(shake.channel);
	}
}

bool addr_same(const union tsec_addr *a, const union tsec_addr *b)
{
	return a->sa.sa_family == b->sa.sa_family &&
	       !memcmp(a, b, addr_len(b));
}

void expect_from(int fd, const void *data, size_t len,
			const union tsec_addr *from)
{
	union tsec_addr addr;
	socklen_t addr_size = sizeof(addr);

	memset(&addr, 0, sizeof(addr));
	ASSERT_EQ(poll_for(fd, POLLIN, SOON) & POLLIN, POLLIN);
	ASSERT_EQ(recvfrom(fd, buf, sizeof(buf), 0, &addr.sa, &addr_size),
		  len);
	ASSERT_MEMEQ(buf, data, len);
	ASSERT_EQ(addr_size, addr_len(from));
	ASSERT_TRUE(addr_same(&addr, from));
}

ssize_t send_to(int fd, const void *data, size_t len,
		       const union tsec_addr *to)
{
	return sendto(fd, data, len, 0, &to->sa, addr_len(to));
}

void echo(int fd)
{
	union tsec_addr addr;
	socklen_t size = sizeof(addr);
	ssize_t len;

	ASSERT_EQ(poll_for(fd, POLLIN, SOON) & POLLIN, POLLIN);
	len = recvfrom(fd, buf, sizeof(buf), 0, &addr.sa, &size);
	ASSERT_GE(len, 0);
	ASSERT_EQ(sendto(fd, buf, len, 0, &addr.sa, size), len);
}

void peer_hears(struct peer *peer, const void *data, size_t len)
{
	ASSERT_EQ(poll_for(peer->fd, POLLIN, SOON), POLLIN);
	peer_recv(peer);
	ASSERT_EQ(peer->type, TYPE_DATA);
	ASSERT_EQ(peer->len, len);
	ASSERT_MEMEQ(peer->data, data, len);
}
