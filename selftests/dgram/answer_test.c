// SPDX-License-Identifier: GPL-2.0
/*
 * What goes out for a socket that listens before there is anything to accept:
 * the answers to clients that nobody knows yet, and the flights of handshakes.
 * It goes as the program's own datagrams would.
 */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hello.h"
#include "util.h"

enum {
	MARK	= 9,
	TOS	= 0xb8,
	TTL	= 33,
};

FIXTURE(answer) {
	struct tsec_nl *nl;
	int listener;
	int level;
	bool v4;
	struct peer peer;
};
KIND_VARIANT(answer);
DTLS_FAMILIES_ADD(answer);

FIXTURE_SETUP(answer)
{
	union tsec_addr addr;

	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
	ASSERT_EQ(tsec_daemon_register(self->nl, "answer_test"), 0);
	self->v4 = variant->kind.family == AF_INET;
	self->level = self->v4 ? SOL_IP : SOL_IPV6;
	self->listener = dgram_bound(NULL, variant->kind.family, &addr);
	peer_toward(&self->peer, &variant->kind, &addr);
}

FIXTURE_TEARDOWN(answer)
{
	close(self->listener);
	close(self->peer.fd);
	tsec_nl_close(self->nl);
}

/* What comes with the answer to a first hello. */
static int word_answered(struct answer_data *self)
{
	hello_send(&self->peer, 1, NULL);
	return word_received(self->peer.fd);
}

/* What comes with a flight of the handshake that follows. */
static int word_of_flight(struct answer_data *self)
{
	struct shake shake;
	int word;

	prove(&self->peer, 1);
	shake_claim(&shake, self->nl, TSEC_ROLE_SERVER);
	ASSERT_EQ(send(shake.channel, "flight", 6, 0), 6);
	word = word_received(self->peer.fd);
	close(shake.channel);
	return word;
}

TEST_F(answer, mark)
{
	option_set_int(self->peer.fd, SOL_SOCKET, SO_RCVMARK, 1);
	option_set_int(self->listener, SOL_SOCKET, SO_MARK, MARK);
	ASSERT_EQ(listen(self->listener, 1), 0);
	EXPECT_EQ(word_answered(self), MARK);
	EXPECT_EQ(word_of_flight(self), MARK);
}

TEST_F(answer, no_mark)
{
	option_set_int(self->peer.fd, SOL_SOCKET, SO_RCVMARK, 1);
	ASSERT_EQ(listen(self->listener, 1), 0);
	EXPECT_EQ(word_answered(self), 0);
	EXPECT_EQ(word_of_flight(self), 0);
}

/* A program that waits in accept() looks there. */
TEST_F(answer, mark_changed)
{
	option_set_int(self->peer.fd, SOL_SOCKET, SO_RCVMARK, 1);
	ASSERT_EQ(listen(self->listener, 1), 0);
	option_set_int(self->listener, SOL_SOCKET, SO_MARK, MARK);
	nonblocking(self->listener, 1);
	EXPECT_ERR(accept(self->listener, NULL, NULL), EAGAIN);
	EXPECT_EQ(word_answered(self), MARK);
	EXPECT_EQ(word_of_flight(self), MARK);
}

TEST_F(answer, tos)
{
	option_set_int(self->peer.fd, self->level,
		       self->v4 ? IP_RECVTOS : IPV6_RECVTCLASS, 1);
	option_set_int(self->listener, self->level,
		       self->v4 ? IP_TOS : IPV6_TCLASS, TOS);
	ASSERT_EQ(listen(self->listener, 1), 0);
	EXPECT_EQ(word_answered(self), TOS);
	EXPECT_EQ(word_of_flight(self), TOS);
}

TEST_F(answer, ttl)
{
	option_set_int(self->peer.fd, self->level,
		       self->v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
	option_set_int(self->listener, self->level,
		       self->v4 ? IP_TTL : IPV6_UNICAST_HOPS, TTL);
	ASSERT_EQ(listen(self->listener, 1), 0);
	EXPECT_EQ(word_answered(self), TTL);
	EXPECT_EQ(word_of_flight(self), TTL);
}
