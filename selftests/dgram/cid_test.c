// SPDX-License-Identifier: GPL-2.0
/*
 * Connection IDs: each direction may have its own, or none.
 */
#include <unistd.h>

#include "peer.h"
#include "util.h"

FIXTURE(cid) {
	struct link link;
	struct peer peer;
	int sock;
};
KIND_VARIANT(cid);
DTLS_KINDS_ADD(cid);

static uint8_t wire[65536], buf[65536];

/* To the server "id", to the client the longest there is. */
FIXTURE_SETUP(cid)
{
	link_make(&self->link, &variant->kind);
	cid_set(&self->link.to_server, "id");
	cid_set(&self->link.to_client, "12345678901234567890");
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
}

FIXTURE_TEARDOWN(cid)
{
	peer_close(&self->peer);
	link_end(&self->link);
}

TEST_F(cid, both_ways)
{
	ASSERT_EQ(send(self->sock, "hello", 5, 0), 5);
	peer_expect(&self->peer, "hello", 5, 0);
	peer_send(&self->peer, TYPE_DATA, "and back", 8);
	expect_datagram(self->sock, "and back", 8);
}

TEST_F(cid, one_way_only)
{
	struct peer peer;

	self->link.to_client.cid_len = 0;
	peer_make(&peer, &self->link);
	ASSERT_EQ(send(peer.sock, "hello", 5, 0), 5);
	peer_expect(&peer, "hello", 5, 0);
	peer_send(&peer, TYPE_DATA, "and back", 8);
	expect_datagram(peer.sock, "and back", 8);
	peer_close(&peer);
}

TEST_F(cid, several_records)
{
	size_t len = 0;

	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "one", 3);
	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "two", 3);
	peer_write(&self->peer, wire, len);
	expect_datagram(self->sock, "one", 3);
	expect_datagram(self->sock, "two", 3);
}

TEST_F(cid, wrong)
{
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "hello", 5);

	wire[11] ^= 1;
	peer_expect_dropped(&self->peer, wire, len, "PacketsMalformed");
	wire[11] ^= 1;
	peer_write(&self->peer, wire, len);
	expect_datagram(self->sock, "hello", 5);
}

/* Who agreed on one must use it. */
TEST_F(cid, missing)
{
	uint8_t len = self->peer.tx.cid_len;
	size_t size;

	self->peer.tx.cid_len = 0;
	size = peer_seal(&self->peer, wire, TYPE_DATA, "hello", 5);
	peer_expect_dropped(&self->peer, wire, size, "PacketsMalformed");
	self->peer.tx.cid_len = len;
	peer_send(&self->peer, TYPE_DATA, "hello", 5);
	expect_datagram(self->sock, "hello", 5);
}

TEST_F(cid, close_notify)
{
	peer_send(&self->peer, TYPE_ALERT, "\1\0", 2);
	EXPECT_EQ(recv(self->sock, buf, 1, 0), 0);
	close(self->sock);
	self->peer.sock = -1;
	peer_recv(&self->peer);
	EXPECT_EQ(self->peer.type, TYPE_ALERT);
	EXPECT_MEMEQ(self->peer.data, "\1\0", 2);
}

struct shown {
	const struct link *link;
	int count;
};

static int show(const struct tsec_key_info *key, void *arg)
{
	struct shown *shown = arg;
	const struct key *want;

	if (!tsec_has(key, KEY_PROFILE) ||
	    strcmp(key->profile, shown->link->client))
		return 0;
	want = key->direction == TSEC_DIR_TX ? &shown->link->to_server :
					       &shown->link->to_client;
	EXPECT_EQ(key->cid.len, want->cid_len);
	EXPECT_MEMEQ(key->cid.data, want->cid, want->cid_len);
	shown->count++;
	return 0;
}

TEST_F(cid, shown)
{
	struct shown shown = { .link = &self->link };

	ASSERT_EQ(tsec_key_dump(self->link.nl, show, &shown), 0);
	EXPECT_EQ(shown.count, 2);
}
