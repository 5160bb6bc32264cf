// SPDX-License-Identifier: GPL-2.0
/*
 * The handshake channel of a datagram socket, with the daemon played by hand:
 * what passes through before there are keys, what is kept for them, and how
 * late flights find their way.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon.h"
#include "util.h"
#include "wire.h"

FIXTURE(client) {
	struct tsec_nl *nl;
	union tsec_addr addr;		/* the peer's */
	struct peer peer;
	int sock;			/* the program's, connecting */
	struct shake shake;
};
KIND_VARIANT(client);
DTLS_KINDS_ADD(client);

static uint8_t buf[65536];

FIXTURE_SETUP(client)
{
	struct peer *peer = &self->peer;

	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
	ASSERT_EQ(tsec_daemon_register(self->nl, "handshake_test"), 0);
	peer_alone(peer, &variant->kind);
	addr_of(&self->addr, peer->fd);

	self->sock = dgram_socket(NULL, SOCK_NONBLOCK);
	ASSERT_ERR(tsec_connect(self->sock, &self->addr), EINPROGRESS);
	peer_meet(peer, self->sock);
	shake_claim(&self->shake, self->nl, TSEC_ROLE_CLIENT);
}

FIXTURE_TEARDOWN(client)
{
	close(self->shake.channel);
	close(self->sock);
	close(self->peer.fd);
	tsec_nl_close(self->nl);
}

static void finish(struct client_data *self)
{
	shake_finish(&self->shake, &self->peer);
	ASSERT_EQ(poll_for(self->sock, POLLOUT, SOON), POLLOUT);
	ASSERT_EQ(option_int(self->sock, SOL_SOCKET, SO_ERROR), 0);
	nonblocking(self->sock, 0);
}

/* A handshake message of that type in a record of that epoch; its length. */
static size_t message_make(uint8_t *out, int content, int epoch, int type)
{
	memset(out, 0, 38);
	memcpy(out, (uint8_t[]){ content, 254, 253, 0, epoch }, 5);
	out[12] = 25;
	out[13] = type;
	return 38;
}

TEST_F(client, passes_datagrams)
{
	uint8_t big[1200], small[64];
	size_t len = message_make(small, TYPE_HANDSHAKE, 0, 2);

	EXPECT_EQ(poll_for(self->shake.channel, POLLIN | POLLOUT, SOON),
		  POLLOUT);
	ASSERT_EQ(send(self->shake.channel, "hello", 5, 0), 5);
	expect_raw(self->peer.fd, "hello", 5);
	fill_pattern(big, sizeof(big), 7);
	memcpy(big, small, len);
	peer_write(&self->peer, big, sizeof(big));
	peer_write(&self->peer, small, len);
	expect_raw(self->shake.channel, big, sizeof(big));
	expect_raw(self->shake.channel, small, len);
	EXPECT_ERR(recv(self->shake.channel, buf, 1, 0), EAGAIN);
	/* The program sees nothing of it. */
	EXPECT_EQ(poll_for(self->sock, POLLIN | POLLOUT, 0), 0);
	EXPECT_ERR(send(self->sock, "x", 1, 0), EAGAIN);
	EXPECT_ERR(tsec_connect(self->sock, &self->addr), EALREADY);
}

TEST_F(client, passes_the_handshake_alone)
{
	uint64_t malformed = stat_of("PacketsMalformed");
	uint64_t unprotected = stat_of("PacketsUnprotected");
	uint8_t record[64];
	size_t len = message_make(record, TYPE_DATA, 0, 2);

	peer_write(&self->peer, "no record", 9);
	stat_reaches("PacketsMalformed", malformed + 1);
	peer_write(&self->peer, record, len);
	stat_reaches("PacketsUnprotected", unprotected + 1);
	peer_send(&self->peer, TYPE_DATA, "early", 5);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, 0), 0);
	len = message_make(record, TYPE_ALERT, 0, 2);
	peer_write(&self->peer, record, len);
	expect_raw(self->shake.channel, record, len);
}

TEST_F(client, opens)
{
	struct tsec_info info;

	EXPECT_EQ(self->shake.protocol, TSEC_PROTO_DTLS);
	finish(self);
	info_of(self->sock, &info);
	EXPECT_EQ(info.version, TSEC_VERSION_DTLS_1_2);
	EXPECT_EQ(info.cipher, variant->kind.cipher);
	EXPECT_EQ(info.role, TSEC_ROLE_CLIENT);
	ASSERT_EQ(send(self->sock, "hello", 5, 0), 5);
	peer_expect(&self->peer, "hello", 5, 0);
	peer_send(&self->peer, TYPE_DATA, "and back", 8);
	expect_datagram(self->sock, "and back", 8);
}

/* Another one, whose program asks for a connection ID: the peer uses it. */
static void ask_for_cid(struct client_data *self, int len)
{
	close(self->shake.channel);
	close(self->sock);
	self->sock = dgram_socket(NULL, SOCK_NONBLOCK);
	option_set_int(self->sock, SOL_TSEC, TSEC_CONNECTION_ID, len);
	ASSERT_ERR(tsec_connect(self->sock, &self->addr), EINPROGRESS);
	peer_meet(&self->peer, self->sock);
	shake_claim(&self->shake, self->nl, TSEC_ROLE_CLIENT);
	self->peer.tx.cid_len = self->shake.cid_len;
	memcpy(self->peer.tx.cid, self->shake.cid, self->shake.cid_len);
}

TEST_F(client, gets_a_connection_id_when_asked_for)
{
	EXPECT_EQ(self->shake.cid_len, 0);
	ask_for_cid(self, 9);
	EXPECT_EQ(self->shake.cid_len, 9);
	EXPECT_NE(memcmp(self->shake.cid, (uint8_t[9]){ 0 }, 9), 0);
}

/* With a connection ID, nothing but the first record shows what it is. */
TEST_F(client, is_shown_what_may_be_its_own)
{
	uint64_t dropped = stat_of("TicketsDropped");
	uint64_t replayed = stat_of("PacketsReplayed");
	uint8_t wire[PEER_OVERHEAD + 16];
	size_t len;

	ask_for_cid(self, 9);
	len = peer_seal(&self->peer, wire, TYPE_HANDSHAKE, "Finished", 8);
	ASSERT_EQ(wire[0], TYPE_CID);
	peer_write(&self->peer, wire, len);
	expect_raw(self->shake.channel, wire, len);
	len = peer_seal(&self->peer, wire, TYPE_DATA, "seen", 4);
	peer_write(&self->peer, wire, len);
	expect_raw(self->shake.channel, wire, len);
	peer_send(&self->peer, TYPE_DATA, "not yet", 7);
	finish(self);
	expect_datagram(self->sock, "seen", 4);
	expect_datagram(self->sock, "not yet", 7);
	peer_send(&self->peer, TYPE_DATA, "late", 4);
	expect_datagram(self->sock, "late", 4);
	/* Each of them was opened once, and Finished not at all. */
	EXPECT_EQ(stat_of("PacketsReplayed"), replayed);
	EXPECT_EQ(stat_of("TicketsDropped"), dropped);
}

TEST_F(client, keeps_what_came_early)
{
	uint8_t flight[64];
	size_t len = message_make(flight, TYPE_HANDSHAKE, 0, 2);

	peer_send(&self->peer, TYPE_DATA, "first", 5);
	peer_write(&self->peer, flight, len);
	peer_send(&self->peer, TYPE_DATA, "second", 6);
	finish(self);
	expect_datagram(self->sock, "first", 5);
	expect_datagram(self->sock, "second", 6);
	expect_raw(self->shake.channel, flight, len);
	peer_send(&self->peer, TYPE_DATA, "third", 5);
	expect_datagram(self->sock, "third", 5);
}

/* The daemon gets all of it, and the program its data, whichever is first. */
TEST_F(client, shares_a_datagram_that_came_early)
{
	uint8_t both[2][256];
	size_t len[2];

	len[0] = message_make(both[0], TYPE_HANDSHAKE, 0, 2);
	len[0] += peer_seal(&self->peer, both[0] + len[0], TYPE_DATA,
			    "behind", 6);
	len[1] = peer_seal(&self->peer, both[1], TYPE_DATA, "before", 6);
	len[1] += message_make(both[1] + len[1], TYPE_HANDSHAKE, 0, 2);
	peer_write(&self->peer, both[0], len[0]);
	peer_write(&self->peer, both[1], len[1]);
	expect_raw(self->shake.channel, both[0], len[0]);
	expect_raw(self->shake.channel, both[1], len[1]);
	finish(self);
	expect_datagram(self->sock, "behind", 6);
	expect_datagram(self->sock, "before", 6);
}

/* What is behind one that is cut off is nobody's. */
TEST_F(client, takes_records_up_to_one_cut_off)
{
	uint64_t before = stat_of("PacketsMalformed");
	uint8_t wire[256];
	size_t len;

	len = peer_seal(&self->peer, wire, TYPE_DATA, "whole", 5);
	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "cut off", 7);
	peer_write(&self->peer, wire, len - 1);
	finish(self);
	expect_datagram(self->sock, "whole", 5);
	stat_reaches("PacketsMalformed", before + 1);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, 0), 0);
}

TEST_F(client, shares_a_late_datagram)
{
	size_t flight_len, len;
	uint8_t flight[64], wire[256];

	finish(self);
	flight_len = message_make(flight, TYPE_HANDSHAKE, 0, 2);
	len = peer_seal(&self->peer, wire, TYPE_DATA, "before", 6);
	memcpy(wire + len, flight, flight_len);
	len += flight_len;
	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "behind", 6);
	peer_write(&self->peer, wire, len);
	expect_datagram(self->sock, "before", 6);
	expect_datagram(self->sock, "behind", 6);
	expect_raw(self->shake.channel, flight, flight_len);
}

TEST_F(client, takes_and_sends_late_flights)
{
	uint8_t flight[64];
	size_t len = message_make(flight, TYPE_HANDSHAKE, 0, 2);

	finish(self);
	peer_write(&self->peer, flight, len);
	expect_raw(self->shake.channel, flight, len);
	ASSERT_EQ(send(self->shake.channel, "again", 5, 0), 5);
	expect_raw(self->peer.fd, "again", 5);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, 0), 0);
	peer_send(&self->peer, TYPE_DATA, "on", 2);
	expect_datagram(self->sock, "on", 2);
}

TEST_F(client, takes_no_other_record_for_a_flight)
{
	uint64_t before = stat_of("PacketsUnprotected");
	uint8_t record[64];
	size_t len;

	finish(self);
	len = message_make(record, TYPE_DATA, 0, 2);
	peer_write(&self->peer, record, len);
	stat_reaches("PacketsUnprotected", before + 1);
	len = message_make(record, TYPE_ALERT, 0, 2);
	peer_write(&self->peer, record, len);
	stat_reaches("PacketsUnprotected", before + 2);
	before = stat_of("BadRecords");
	len = message_make(record, TYPE_HANDSHAKE, 1, 2);
	peer_write(&self->peer, record, len);
	stat_reaches("BadRecords", before + 1);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, 0), 0);
}

TEST_F(client, has_nobody_for_flights_without_a_channel)
{
	uint64_t before = stat_of("PacketsUnprotected");
	uint8_t flight[64];
	size_t len = message_make(flight, TYPE_HANDSHAKE, 0, 2);

	finish(self);
	close(self->shake.channel);
	peer_write(&self->peer, flight, len);
	stat_reaches("PacketsUnprotected", before + 1);
	peer_send(&self->peer, TYPE_DATA, "on", 2);
	expect_datagram(self->sock, "on", 2);
	self->shake.channel = dup(self->sock);
}

TEST_F(client, flood_of_flights_leaves_memory_flat)
{
	uint8_t flight[64];
	size_t len = message_make(flight, TYPE_HANDSHAKE, 0, 2);
	int i, n = 0;

	finish(self);
	for (i = 0; i < 1000; i++)
		peer_write(&self->peer, flight, len);
	peer_send(&self->peer, TYPE_DATA, "on", 2);
	expect_datagram(self->sock, "on", 2);
	while (recv(self->shake.channel, buf, sizeof(buf), 0) > 0)
		n++;
	EXPECT_GE(n, 1);
	EXPECT_LE(n, 64);
}

TEST_F(client, ends_with_the_session)
{
	finish(self);
	close(self->sock);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, SOON) & POLLHUP,
		  POLLHUP);
	EXPECT_EQ(recv(self->shake.channel, buf, sizeof(buf), 0), 0);
	EXPECT_ERR(send(self->shake.channel, "again", 5, MSG_NOSIGNAL), EPIPE);
	self->sock = dup(self->shake.channel);
}

/* The kernel has the keys to do so itself. */
TEST_F(client, leaves_the_end_to_the_kernel)
{
	self->shake.farewell = (struct tsec_blob){ "farewell", 8 };
	EXPECT_EQ(shake_try_finish(&self->shake, &self->peer), -EINVAL);
	self->shake.farewell.len = 0;
	finish(self);
	EXPECT_ERR(shutdown(self->shake.channel, SHUT_RD), EOPNOTSUPP);
	peer_send(&self->peer, TYPE_DATA, "on", 2);
	expect_datagram(self->sock, "on", 2);
}

TEST_F(client, daemon_goes)
{
	close(self->shake.channel);
	EXPECT_EQ(poll_for(self->sock, POLLOUT, SOON) & POLLERR, POLLERR);
	EXPECT_EQ(option_int(self->sock, SOL_SOCKET, SO_ERROR), EUNATCH);
	EXPECT_STREQ(error_of(self->sock),
		     "the daemon went away during the handshake");
	self->shake.channel = dup(self->sock);
}

TEST_F(client, daemon_refuses)
{
	struct tsec_handshake_info done = { .have = 0 };

	tsec_set(&done, HANDSHAKE_SESSION, session, self->shake.session);
	tsec_set(&done, HANDSHAKE_STATUS, status, EKEYREJECTED);
	tsec_set_str(&done, HANDSHAKE_ERROR, error, "not this one");
	ASSERT_EQ(tsec_handshake_done(self->nl, &done), 0);
	EXPECT_EQ(poll_for(self->sock, POLLOUT, SOON) & POLLERR, POLLERR);
	EXPECT_ERR(tsec_connect(self->sock, &self->addr), EKEYREJECTED);
	EXPECT_STREQ(error_of(self->sock), "not this one");
	/* And once more from the start. */
	close(self->shake.channel);
	EXPECT_ERR(tsec_connect(self->sock, &self->addr), EINPROGRESS);
	peer_meet(&self->peer, self->sock);
	shake_claim(&self->shake, self->nl, TSEC_ROLE_CLIENT);
	finish(self);
	ASSERT_EQ(send(self->sock, "hello", 5, 0), 5);
	peer_expect(&self->peer, "hello", 5, 0);
}

TEST_F(client, program_gives_up)
{
	close(self->sock);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, SOON) & POLLHUP,
		  POLLHUP);
	EXPECT_ERR(send(self->shake.channel, "hello", 5, MSG_NOSIGNAL), EPIPE);
	self->sock = dup(self->shake.channel);
}

TEST_F(client, nobody_is_there)
{
	close(self->peer.fd);
	ASSERT_EQ(send(self->shake.channel, "hello", 5, 0), 5);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, SOON) & POLLERR,
		  POLLERR);
	EXPECT_ERR(recv(self->shake.channel, buf, sizeof(buf), 0),
		   ECONNREFUSED);
	/* What becomes of it is the daemon's decision. */
	EXPECT_EQ(poll_for(self->sock, POLLOUT, 0), 0);
	self->peer.fd = dup(self->shake.channel);
}
