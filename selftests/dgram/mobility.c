// SPDX-License-Identifier: GPL-2.0
/*
 * A session and its peer that changes its address.
 */
#include <poll.h>
#include <unistd.h>

#include "mobility.h"
#include "util.h"
#include "wire.h"

static uint8_t buf[65536];

static void connected_make(struct mobility_data *self,
			   const struct kind *kind)
{
	link_make(&self->link, kind);
	cid_set(&self->link.to_server, "server");
	cid_set(&self->link.to_client, "client");
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
}

void client_begin_named(struct mobility_data *self, struct peer *peer,
			const char *cid, bool rrc)
{
	struct shake shake;

	cid_set(&peer->tx, cid);
	cid_set(&peer->rx, "to the client");
	prove(peer, 1);
	shake_claim(&shake, self->nl, TSEC_ROLE_SERVER);
	shake.rrc = rrc;
	shake_finish(&shake, peer);
	close(shake.channel);
}

static void listener_make(struct mobility_data *self, const struct kind *kind,
			  enum end end)
{
	union tsec_addr addr;

	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
	ASSERT_EQ(tsec_daemon_register(self->nl, "mobility"), 0);
	self->listener = dgram_bound(NULL, kind->family, &addr);
	if (end == ACCEPTED)
		ASSERT_EQ(listen(self->listener, 5), 0);
	else
		ASSERT_EQ(poll_for(self->listener, POLLIN, 0), 0);
	peer_toward(&self->peer, kind, &addr);
	client_begin_named(self, &self->peer, "one", true);
	if (end == ACCEPTED)
		ASSERT_GE(self->sock = accept(self->listener, NULL, NULL), 0);
	else
		ASSERT_GE(self->sock = dup(self->listener), 0);
}

/* The same peer at one more address. */
static int fd_more(struct mobility_data *self, const struct kind *kind,
		   union tsec_addr *at)
{
	union tsec_addr to;
	socklen_t len = sizeof(to);
	int fd = wire_socket(kind->family, at);

	ASSERT_EQ(getpeername(self->fds[0], &to.sa, &len), 0);
	ASSERT_EQ(connect(fd, &to.sa, len), 0);
	return fd;
}

void mobility_make(struct mobility_data *self, const struct kind *kind,
		   enum end end)
{
	int i;

	self->end = end;
	self->listener = -1;
	self->moved = stat_of("PeersMoved");
	if (end == CONNECTED)
		connected_make(self, kind);
	else
		listener_make(self, kind, end);
	self->fds[0] = self->peer.fd;
	addr_of(&self->at[0], self->peer.fd);
	for (i = 1; i < FDS; i++)
		self->fds[i] = fd_more(self, kind, &self->at[i]);
	nonblocking(self->sock, 1);
}

void mobility_end(struct mobility_data *self)
{
	int i;

	for (i = 0; i < FDS; i++)
		close(self->fds[i]);
	close(self->sock);
	close(self->listener);
	if (self->end == CONNECTED)
		link_end(&self->link);
	else
		tsec_nl_close(self->nl);
}

void peer_goes(struct mobility_data *self, int n)
{
	self->peer.fd = self->fds[n];
}

void peer_says(struct mobility_data *self, const char *text)
{
	peer_send(&self->peer, TYPE_DATA, text, strlen(text));
}

void expect_said(struct mobility_data *self, const char *text)
{
	ASSERT_EQ(poll_for(self->sock, POLLIN, SOON) & POLLIN, POLLIN);
	expect_datagram(self->sock, text, strlen(text));
}

void expect_told(struct mobility_data *self, int n)
{
	struct sockaddr *to = self->end == UNCONNECTED ? &self->at[n].sa : NULL;

	ASSERT_EQ(sendto(self->sock, "told", 4, 0, to,
			 to ? addr_len(&self->at[n]) : 0), 4);
	ASSERT_EQ(poll_for(self->fds[n], POLLIN, SOON), POLLIN);
	peer_goes(self, n);
	peer_recv(&self->peer);
	ASSERT_EQ(self->peer.type, TYPE_DATA);
	ASSERT_MEMEQ(self->peer.data, "told", 4);
}

void expect_quiet(int fd)
{
	EXPECT_EQ(poll_for(fd, POLLIN, QUIET), 0);
}

void expect_challenge(struct mobility_data *self, int n, uint8_t *cookie)
{
	ASSERT_EQ(poll_for(self->fds[n], POLLIN, SOON), POLLIN);
	peer_goes(self, n);
	peer_recv(&self->peer);
	ASSERT_EQ(self->peer.type, TYPE_RRC);
	ASSERT_EQ(self->peer.len, RRC_LEN);
	ASSERT_EQ(self->peer.data[0], CHALLENGE);
	memcpy(cookie, self->peer.data + 1, COOKIE);
}

void rrc_send(struct mobility_data *self, int n, uint8_t type,
	      const uint8_t *cookie)
{
	uint8_t message[RRC_LEN] = { type };

	memcpy(message + 1, cookie, COOKIE);
	peer_goes(self, n);
	peer_send(&self->peer, TYPE_RRC, message, sizeof(message));
}

static int remote_is(const struct tsec_session_info *info, void *arg)
{
	const union tsec_addr *want = arg;

	EXPECT_EQ(memcmp(&info->remote, want, addr_len(want)), 0);
	return 0;
}

void expect_at(struct mobility_data *self, int n)
{
	struct tsec_nl *nl = self->nl ?: self->link.nl;
	union tsec_addr addr;
	socklen_t len = sizeof(addr);

	memset(&addr, 0, sizeof(addr));
	expect_told(self, n);
	peer_says(self, "address");
	ASSERT_EQ(poll_for(self->sock, POLLIN, SOON), POLLIN);
	ASSERT_EQ(recvfrom(self->sock, buf, sizeof(buf), 0, &addr.sa, &len),
		  7);
	EXPECT_MEMEQ(&addr, &self->at[n], addr_len(&self->at[n]));
	ASSERT_EQ(tsec_session_dump(nl, remote_is, &self->at[n]), 0);
	if (self->end == UNCONNECTED)
		return;
	memset(&addr, 0, sizeof(addr));
	ASSERT_EQ(getpeername(self->sock, &addr.sa, &len), 0);
	EXPECT_MEMEQ(&addr, &self->at[n], addr_len(&self->at[n]));
}
