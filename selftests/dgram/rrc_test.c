// SPDX-License-Identifier: GPL-2.0
/*
 * The checks that a peer which has changed its address has to pass: what is
 * a proof, and what is none (RFC 9853).
 */
#include <poll.h>
#include <unistd.h>

#include "mobility.h"
#include "util.h"

enum {
	WAIT	= 1000,		/* ms for an answer to a challenge */
	TRIES	= 3,
};

MOBILITY_FIXTURE;

static uint8_t wire[65536], buf[65536];

/* Only the challenge goes to an address that nothing is known of. */
TEST_F(mobility, sends_nothing_else_before_the_proof)
{
	uint8_t cookie[COOKIE];

	peer_goes(self, 1);
	peer_says(self, "data all the same");
	expect_said(self, "data all the same");
	expect_told(self, 0);
	expect_challenge(self, 1, cookie);
	expect_told(self, 0);
	expect_quiet(self->fds[1]);
	rrc_send(self, 1, RESPONSE, cookie);
	stat_reaches("PeersMoved", self->moved + 1);
	expect_at(self, 1);
	if (variant->end == UNCONNECTED)
		EXPECT_ERR(sendto(self->sock, "x", 1, 0, &self->at[0].sa,
				  addr_len(&self->at[0])), ENOTCONN);
}

TEST_F(mobility, a_wrong_proof_is_none)
{
	uint64_t forged = stat_of("PathsForged");
	uint8_t cookie[COOKIE];

	peer_goes(self, 1);
	peer_says(self, "here");
	expect_said(self, "here");
	expect_challenge(self, 1, cookie);
	cookie[0] ^= 1;
	rrc_send(self, 1, RESPONSE, cookie);
	stat_reaches("PathsForged", forged + 1);
	cookie[0] ^= 1;
	/* Nor is the right one that says that the path is used no longer. */
	rrc_send(self, 1, DROP, cookie);
	expect_told(self, 0);
	rrc_send(self, 1, RESPONSE, cookie);
	stat_reaches("PeersMoved", self->moved + 1);
	EXPECT_EQ(stat_of("PathsForged"), forged + 1);
	expect_at(self, 1);
}

/* The proof has to come by the way that it is to prove. */
TEST_F(mobility, a_proof_from_elsewhere_is_none)
{
	uint64_t forged = stat_of("PathsForged");
	uint8_t cookie[COOKIE], other[COOKIE];

	peer_goes(self, 1);
	peer_says(self, "here");
	expect_said(self, "here");
	expect_challenge(self, 1, cookie);
	rrc_send(self, 2, RESPONSE, cookie);
	stat_reaches("PathsForged", forged + 1);
	/* As the newest record it asks for a proof of its own. */
	expect_challenge(self, 2, other);
	EXPECT_NE(memcmp(cookie, other, COOKIE), 0);
	rrc_send(self, 1, RESPONSE, cookie);
	stat_reaches("PathsForged", forged + 2);
	expect_told(self, 0);
}

TEST_F(mobility, nobody_asked_for_a_proof)
{
	uint64_t forged = stat_of("PathsForged");
	uint8_t cookie[COOKIE] = { 0 };

	rrc_send(self, 0, RESPONSE, cookie);
	stat_reaches("PathsForged", forged + 1);
	expect_quiet(self->fds[0]);
	expect_at(self, 0);
}

/* It is asked a few times, gets little, and then nobody waits any more. */
TEST_F(mobility, a_late_proof_is_none)
{
	uint64_t unproven = stat_of("PathsUnproven");
	uint64_t forged = stat_of("PathsForged"), start = now_ms();
	uint8_t cookies[TRIES][COOKIE];
	size_t sent, got = 0;
	ssize_t len;
	int i;

	peer_goes(self, 1);
	sent = peer_seal(&self->peer, wire, TYPE_DATA, buf, 0);
	peer_write(&self->peer, wire, sent);
	for (i = 0; i < TRIES; i++) {
		len = 0;
		if (poll_for(self->fds[1], POLLIN, 2 * WAIT))
			len = recv(self->fds[1], wire, sizeof(wire), MSG_PEEK);
		if (!len)
			break;
		got += len;
		expect_challenge(self, 1, cookies[i]);
	}
	EXPECT_GE(i, 1);
	EXPECT_LE(got, 3 * sent);
	stat_reaches("PathsUnproven", unproven + 1);
	EXPECT_GE(now_ms() - start + 50, i * WAIT);
	rrc_send(self, 1, RESPONSE, cookies[0]);
	stat_reaches("PathsForged", forged + 1);
	EXPECT_EQ(stat_of("PeersMoved"), self->moved);
	recv(self->sock, buf, sizeof(buf), 0);
	expect_told(self, 0);
}

/* A longer stay is asked more often, each time for another cookie. */
TEST_F(mobility, asks_again)
{
	uint8_t first[COOKIE], second[COOKIE];

	memset(buf, 'x', 1000);
	peer_goes(self, 1);
	peer_send(&self->peer, TYPE_DATA, buf, 1000);
	expect_challenge(self, 1, first);
	expect_challenge(self, 1, second);
	EXPECT_NE(memcmp(first, second, COOKIE), 0);
	/* The network may have lost either of them, or kept one for long. */
	rrc_send(self, 1, RESPONSE, first);
	stat_reaches("PeersMoved", self->moved + 1);
	recv(self->sock, buf, sizeof(buf), 0);
	expect_at(self, 1);
}

/* Who is back before it has proven anything has not been away. */
TEST_F(mobility, flapping)
{
	uint64_t forged = stat_of("PathsForged");
	uint8_t cookie[COOKIE], other[COOKIE];
	int i;

	for (i = 0; i < 5; i++) {
		peer_goes(self, 1);
		peer_says(self, "there");
		expect_said(self, "there");
		expect_challenge(self, 1, cookie);
		peer_goes(self, 0);
		peer_says(self, "back");
		expect_said(self, "back");
		expect_told(self, 0);
	}
	rrc_send(self, 1, RESPONSE, cookie);
	stat_reaches("PathsForged", forged + 1);
	/* That one was a newest record again. */
	expect_challenge(self, 1, cookie);
	peer_goes(self, 2);
	peer_says(self, "elsewhere");
	expect_said(self, "elsewhere");
	expect_challenge(self, 2, other);
	rrc_send(self, 2, RESPONSE, other);
	stat_reaches("PeersMoved", self->moved + 1);
	expect_at(self, 2);
}

static void responds(struct mobility_data *self, int n, const uint8_t *cookie)
{
	ASSERT_EQ(poll_for(self->fds[n], POLLIN, SOON), POLLIN);
	peer_goes(self, n);
	peer_recv(&self->peer);
	ASSERT_EQ(self->peer.type, TYPE_RRC);
	ASSERT_EQ(self->peer.len, RRC_LEN);
	EXPECT_EQ(self->peer.data[0], RESPONSE);
	EXPECT_MEMEQ(self->peer.data + 1, cookie, COOKIE);
}

TEST_F(mobility, answers_challenges)
{
	uint8_t cookie[COOKIE] = "c00kie!", own[COOKIE];

	rrc_send(self, 0, CHALLENGE, cookie);
	responds(self, 0, cookie);
	/* Each one, and where it came from. */
	rrc_send(self, 0, CHALLENGE, cookie);
	responds(self, 0, cookie);
	rrc_send(self, 1, CHALLENGE, cookie);
	ASSERT_EQ(poll_for(self->fds[1], POLLIN, SOON), POLLIN);
	peer_recv(&self->peer);
	ASSERT_EQ(self->peer.type, TYPE_RRC);
	if (self->peer.data[0] == RESPONSE) {
		EXPECT_MEMEQ(self->peer.data + 1, cookie, COOKIE);
		expect_challenge(self, 1, own);
	} else {
		responds(self, 1, cookie);
	}
	expect_told(self, 0);
}

/* Types that are still to come, and what is none. */
TEST_F(mobility, ignores_unknown_messages)
{
	uint64_t errors = stat_of("ProtocolErrors");
	uint8_t cookie[COOKIE + 1] = { 0 };

	rrc_send(self, 0, 3, cookie);
	rrc_send(self, 0, 255, cookie);
	peer_send(&self->peer, TYPE_RRC, cookie, COOKIE);
	peer_send(&self->peer, TYPE_RRC, buf, 0);
	peer_send(&self->peer, TYPE_RRC, buf, RRC_LEN + 1);
	expect_quiet(self->fds[0]);
	EXPECT_EQ(stat_of("ProtocolErrors"), errors);
	expect_told(self, 0);
}

/* The end of the session is the end of the check. */
TEST_F(mobility, ends_in_the_midst)
{
	uint64_t sessions = stat_of("CurrSessions");
	uint8_t cookie[COOKIE];

	peer_goes(self, 1);
	peer_says(self, "here");
	expect_said(self, "here");
	expect_challenge(self, 1, cookie);
	close(self->sock);
	close(self->listener);
	expect_sessions(sessions - 1);
	self->sock = socket(AF_INET, SOCK_DGRAM, 0);
	self->listener = -1;
}
