// SPDX-License-Identifier: GPL-2.0
/*
 * What a peer of DTLS 1.3 may say of connection IDs after the handshake (RFC
 * 9147 section 9), and what becomes of it.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "aead.h"
#include "peer13.h"
#include "util.h"

enum {
	TYPE_ACK	= 26,
	REQUEST		= 9,		/* RequestConnectionId */
	NEW		= 10,		/* NewConnectionId */
	KEY_UPDATE	= 24,
	AT_ONCE		= 0,
	SPARE		= 1,
	HEADER		= 12,
	UNEXPECTED_MESSAGE = 10,
};

FIXTURE(ids) {
	struct link link;
	struct peer peer;
	int sock;
};
KIND_VARIANT(ids);
DTLS13_KINDS_ADD(ids);

static uint8_t buf[65536];

FIXTURE_SETUP(ids)
{
	link_make(&self->link, &variant->kind);
	cid_set(&self->link.to_server, "peer");
	cid_set(&self->link.to_client, "own");
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
}

FIXTURE_TEARDOWN(ids)
{
	peer_close(&self->peer);
	link_end(&self->link);
}

/* A message in one piece; the number of its record. */
static uint64_t message(struct peer *peer, uint8_t type, uint16_t seq,
			const void *body, size_t len)
{
	uint8_t data[256] = { type };
	uint64_t number = peer->tx.seq;

	put_be(data + 1, len, 3);
	put_be(data + 4, seq, 2);
	put_be(data + 9, len, 3);
	memcpy(data + HEADER, body, len);
	peer_send(peer, TYPE_HANDSHAKE, data, HEADER + len);
	return number;
}

static uint64_t new_id(struct peer *peer, uint16_t seq, const char *cid,
		       uint8_t usage)
{
	uint8_t body[64];
	size_t len = strlen(cid);

	put_be(body, 1 + len, 2);
	body[2] = len;
	memcpy(body + 3, cid, len);
	body[3 + len] = usage;
	return message(peer, NEW, seq, body, 3 + len + 1);
}

static void next(struct peer *peer, int type)
{
	ASSERT_EQ(poll_for(peer->fd, POLLIN, SOON), POLLIN);
	peer_recv(peer);
	ASSERT_EQ(peer->type, type);
}

static void acked(struct peer *peer, uint64_t number)
{
	next(peer, TYPE_ACK);
	ASSERT_EQ(peer->len, 18);
	EXPECT_EQ(get_be(peer->data, 2), 16);
	EXPECT_EQ(get_be(peer->data + 2, 8), PEER13_EPOCH);
	EXPECT_EQ(get_be(peer->data + 10, 8), number);
}

/* The peer has got the record of that number. */
static void ack(struct peer *peer, uint64_t number)
{
	uint8_t data[18] = { 0, 16 };

	put_be(data + 2, peer->rx_epoch, 8);
	put_be(data + 10, number, 8);
	peer_send(peer, TYPE_ACK, data, sizeof(data));
}

static void quiet(struct peer *peer)
{
	EXPECT_EQ(poll_for(peer->fd, POLLIN, QUIET), 0);
}

static void talk_on(struct ids_data *self)
{
	ASSERT_EQ(send(self->sock, "hello", 5, 0), 5);
	next(&self->peer, TYPE_DATA);
	EXPECT_MEMEQ(self->peer.data, "hello", 5);
	peer_send(&self->peer, TYPE_DATA, "and back", 8);
	expect_datagram(self->sock, "and back", 8);
}

/* None: a session has one ID; the number of the record that says so. */
static uint64_t answered(struct peer *peer, uint16_t seq)
{
	static const uint8_t none[] = { 0, 0, SPARE };

	next(peer, TYPE_HANDSHAKE);
	ASSERT_EQ(peer->len, HEADER + sizeof(none));
	EXPECT_EQ(peer->data[0], NEW);
	EXPECT_EQ(get_be(peer->data + 4, 2), seq);
	EXPECT_MEMEQ(peer->data + HEADER, none, sizeof(none));
	return peer->seq;
}

/* The session announces its next key, which it uses once that is known. */
static void renewed(struct peer *peer, uint16_t seq)
{
	next(peer, TYPE_HANDSHAKE);
	EXPECT_EQ(peer->data[0], KEY_UPDATE);
	EXPECT_EQ(get_be(peer->data + 4, 2), seq);
	ack(peer, peer->seq);
	peer13_next(&peer->kind, &peer->rx);
	peer->rx_epoch++;
}

TEST_F(ids, requests_are_answered)
{
	struct peer *peer = &self->peer;
	uint8_t count = 3;

	acked(peer, message(peer, REQUEST, 0, &count, 1));
	answered(peer, 0);
	/* Up to the acknowledgment, and no longer. */
	ack(peer, answered(peer, 0));
	EXPECT_EQ(poll_for(peer->fd, POLLIN, 2500), 0);
	talk_on(self);
	/* Once each. */
	acked(peer, message(peer, REQUEST, 0, &count, 1));
	quiet(peer);
	acked(peer, message(peer, REQUEST, 1, &count, 1));
	ack(peer, answered(peer, 1));
	talk_on(self);
}

TEST_F(ids, a_new_one_is_used)
{
	uint64_t sent = stat_of("KeyUpdatesSent");
	struct peer *peer = &self->peer;

	acked(peer, new_id(peer, 0, "another one", AT_ONCE));
	renewed(peer, 0);
	cid_set(&peer->rx, "another one");
	stat_reaches("KeyUpdatesSent", sent + 1);
	talk_on(self);
	/* What comes once more says nothing new. */
	message(peer, NEW, 0, "\0\2\1x\0", 5);
	next(peer, TYPE_ACK);
	quiet(peer);
	talk_on(self);
}

TEST_F(ids, a_spare_one_is_not_needed)
{
	struct peer *peer = &self->peer;

	acked(peer, new_id(peer, 0, "spare", SPARE));
	quiet(peer);
	talk_on(self);
}

/* One message waits for the other. */
TEST_F(ids, both_at_once)
{
	uint64_t sent = stat_of("KeyUpdatesSent");
	struct peer *peer = &self->peer;
	uint8_t count = 1;
	uint64_t number;

	acked(peer, message(peer, REQUEST, 0, &count, 1));
	number = answered(peer, 0);
	acked(peer, new_id(peer, 1, "new", AT_ONCE));
	quiet(peer);
	ack(peer, number);
	renewed(peer, 1);
	cid_set(&peer->rx, "new");
	stat_reaches("KeyUpdatesSent", sent + 1);
	talk_on(self);
}

TEST_F(ids, malformed_ones_are_counted)
{
	uint64_t errors = stat_of("ProtocolErrors");
	struct peer *peer = &self->peer;

	message(peer, REQUEST, 0, "\1\1", 2);
	message(peer, NEW, 0, "\0\2\2x\0", 5);
	message(peer, NEW, 0, "\0\2\1x\2", 5);
	message(peer, NEW, 0, "", 0);
	stat_reaches("ProtocolErrors", errors + 4);
	quiet(peer);
	talk_on(self);
}

static void refused(struct ids_data *self, uint8_t type, const void *body,
		    size_t len)
{
	struct peer *peer = &self->peer;

	message(peer, type, 0, body, len);
	next(peer, TYPE_ALERT);
	ASSERT_EQ(peer->len, 2);
	EXPECT_EQ(peer->data[1], UNEXPECTED_MESSAGE);
	EXPECT_EQ(poll_for(self->sock, POLLIN, SOON) & POLLERR, POLLERR);
	EXPECT_ERR(recv(self->sock, buf, sizeof(buf), 0), EPROTO);
}

static void again(struct ids_data *self, const char *own, const char *other)
{
	peer_close(&self->peer);
	cid_set(&self->link.to_server, other);
	cid_set(&self->link.to_client, own);
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
}

/* Who has none, or does not know of any, must not speak of them. */
TEST_F(ids, out_of_turn)
{
	again(self, "own", "");
	refused(self, NEW, "\0\2\1x\0", 5);
	again(self, "", "peer");
	refused(self, REQUEST, "\1", 1);
	again(self, "", "");
	refused(self, REQUEST, "\1", 1);
}
