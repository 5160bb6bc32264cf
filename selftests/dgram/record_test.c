// SPDX-License-Identifier: GPL-2.0
/*
 * Records on the wire: what another implementation sends and sees, and what
 * becomes of anything that is not a good record.
 */
#include <poll.h>
#include <unistd.h>

#include "peer.h"
#include "util.h"

FIXTURE(record) {
	struct link link;
	struct peer peer;
	int sock;
};
KIND_VARIANT(record);
DTLS_KINDS_ADD(record);

static uint8_t wire[65536], buf[65536];

FIXTURE_SETUP(record)
{
	link_make(&self->link, &variant->kind);
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
}

FIXTURE_TEARDOWN(record)
{
	peer_close(&self->peer);
	link_end(&self->link);
}

/* The session goes on as if nothing had been. */
static void goes_on(struct peer *peer)
{
	peer_send(peer, TYPE_DATA, "still here", 10);
	expect_datagram(peer->sock, "still here", 10);
}

TEST_F(record, sent)
{
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(send(self->sock, "hello", 5, 0), 5);
		peer_expect(&self->peer, "hello", 5, i);
	}
	ASSERT_EQ(send(self->sock, "", 0, 0), 0);
	peer_expect(&self->peer, "", 0, 3);
}

TEST_F(record, received)
{
	peer_send(&self->peer, TYPE_DATA, "hello", 5);
	expect_datagram(self->sock, "hello", 5);
	peer_send(&self->peer, TYPE_DATA, "", 0);
	expect_datagram(self->sock, "", 0);
	fill_pattern(buf, RECORD_MAX, 0);
	peer_send(&self->peer, TYPE_DATA, buf, RECORD_MAX);
	ASSERT_EQ(recv(self->sock, buf, sizeof(buf), 0), RECORD_MAX);
	check_pattern(buf, RECORD_MAX, 0);
}

/* Several records in one datagram are several datagrams for the program. */
TEST_F(record, several)
{
	size_t len = 0;

	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "one", 3);
	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "", 0);
	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "three", 5);
	peer_write(&self->peer, wire, len);
	expect_datagram(self->sock, "one", 3);
	expect_datagram(self->sock, "", 0);
	expect_datagram(self->sock, "three", 5);
}

/* A bad record takes none of its neighbours with it. */
TEST_F(record, several_one_bad)
{
	uint64_t before = stat_of("BadRecords");
	size_t len, second;

	len = peer_seal(&self->peer, wire, TYPE_DATA, "one", 3);
	second = len;
	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "two", 3);
	wire[len - 1] ^= 1;
	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "three", 5);
	ASSERT_GT(len, second);
	peer_write(&self->peer, wire, len);
	expect_datagram(self->sock, "one", 3);
	expect_datagram(self->sock, "three", 5);
	EXPECT_EQ(stat_of("BadRecords"), before + 1);
}

/* What follows the last record and is none does not harm it. */
TEST_F(record, several_and_garbage)
{
	uint64_t before = stat_of("PacketsMalformed");
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "one", 3);

	memset(wire + len, 0xee, 5);
	peer_write(&self->peer, wire, len + 5);
	expect_datagram(self->sock, "one", 3);
	stat_reaches("PacketsMalformed", before + 1);
	goes_on(&self->peer);
}

TEST_F(record, changed)
{
	size_t len, i;

	len = peer_seal(&self->peer, wire, TYPE_DATA, "hello", 5);
	/* The number, the nonce, the content, the tag. */
	for (i = 5; i < len; i++) {
		if (i == 11 || i == 12)
			continue;
		wire[i] ^= 1;
		peer_expect_dropped(&self->peer, wire, len, "BadRecords");
		wire[i] ^= 1;
	}
	wire[0] = TYPE_ALERT;
	peer_expect_dropped(&self->peer, wire, len, "BadRecords");
	wire[0] = TYPE_DATA;
	peer_write(&self->peer, wire, len);
	expect_datagram(self->sock, "hello", 5);
}

TEST_F(record, replayed)
{
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "once", 4);

	peer_write(&self->peer, wire, len);
	expect_datagram(self->sock, "once", 4);
	peer_expect_dropped(&self->peer, wire, len, "PacketsReplayed");
	goes_on(&self->peer);
	peer_expect_dropped(&self->peer, wire, len, "PacketsReplayed");
}

TEST_F(record, out_of_order)
{
	static const uint64_t numbers[] = { 5, 3, 9, 1, 1000, 4 };
	uint8_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		self->peer.tx.seq = numbers[i];
		peer_send(&self->peer, TYPE_DATA, &i, 1);
		expect_datagram(self->sock, &i, 1);
	}
}

TEST_F(record, late)
{
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "late", 4);

	self->peer.tx.seq = 1024;
	goes_on(&self->peer);
	peer_expect_dropped(&self->peer, wire, len, "PacketsLate");
	self->peer.tx.seq = 1;
	goes_on(&self->peer);
}

TEST_F(record, no_record)
{
	peer_expect_dropped(&self->peer, "hello", 5, "PacketsMalformed");
	peer_expect_dropped(&self->peer, "", 0, "PacketsMalformed");
	memset(wire, TYPE_DATA, 100);
	peer_expect_dropped(&self->peer, wire, 100, "PacketsMalformed");
	goes_on(&self->peer);
}

TEST_F(record, truncated)
{
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "hello", 5), i;

	for (i = 0; i < len; i++)
		peer_expect_dropped(&self->peer, wire, i, "PacketsMalformed");
	peer_write(&self->peer, wire, len);
	expect_datagram(self->sock, "hello", 5);
}

/* As short as its header says, and too short for what a record has. */
TEST_F(record, too_short)
{
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "", 0);

	wire[12]--;
	peer_expect_dropped(&self->peer, wire, len - 1, "PacketsMalformed");
	wire[12] = 0;
	peer_expect_dropped(&self->peer, wire, PEER_HEADER, "PacketsMalformed");
}

TEST_F(record, too_long)
{
	size_t len;

	memset(buf, 'x', RECORD_MAX + 1);
	len = peer_seal(&self->peer, wire, TYPE_DATA, buf, RECORD_MAX + 1);
	peer_expect_dropped(&self->peer, wire, len, "PacketsTooLong");
	goes_on(&self->peer);
}

TEST_F(record, unprotected)
{
	static const uint8_t data[] = {
		TYPE_DATA, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 'h', 'i'
	};
	static const uint8_t hello[] = {
		TYPE_HANDSHAKE, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1
	};
	static const uint8_t alert[] = {
		TYPE_ALERT, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 40
	};

	peer_expect_dropped(&self->peer, data, sizeof(data),
			    "PacketsUnprotected");
	peer_expect_dropped(&self->peer, hello, sizeof(hello),
			    "PacketsUnprotected");
	peer_expect_dropped(&self->peer, alert, sizeof(alert),
			    "PacketsUnprotected");
	goes_on(&self->peer);
}

TEST_F(record, unknown_epoch)
{
	size_t len;

	self->peer.epoch = 2;
	len = peer_seal(&self->peer, wire, TYPE_DATA, "hello", 5);
	peer_expect_dropped(&self->peer, wire, len, "PacketsNoKey");
	self->peer.epoch = 1;
	goes_on(&self->peer);
}

/* A record with a connection ID, of which none was agreed on. */
TEST_F(record, connection_id)
{
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "hello", 5);

	wire[0] = TYPE_CID;
	peer_expect_dropped(&self->peer, wire, len, "PacketsMalformed");
}

TEST_F(record, close_notify_received)
{
	uint64_t before = stat_of("CloseNotifyReceived");
	struct tsec_info info;

	peer_send(&self->peer, TYPE_DATA, "last", 4);
	peer_send(&self->peer, TYPE_ALERT, "\1\0", 2);
	expect_datagram(self->sock, "last", 4);
	EXPECT_EQ(recv(self->sock, buf, 1, 0), 0);
	EXPECT_EQ(recv(self->sock, buf, 1, 0), 0);
	EXPECT_EQ(stat_of("CloseNotifyReceived"), before + 1);
	info_of(self->sock, &info);
	EXPECT_TRUE(info.flags & TSEC_INFO_PEER_CLOSED);
	EXPECT_EQ(poll_for(self->sock, POLLIN | POLLRDHUP, SOON),
		  POLLIN | POLLRDHUP);
	/* This end may still send. */
	ASSERT_EQ(send(self->sock, "bye", 3, 0), 3);
	peer_expect(&self->peer, "bye", 3, 0);
}

TEST_F(record, close_notify_sent)
{
	uint64_t before = stat_of("CloseNotifySent");

	ASSERT_EQ(send(self->sock, "last", 4, 0), 4);
	close(self->sock);
	self->peer.sock = -1;
	peer_expect(&self->peer, "last", 4, 0);
	peer_recv(&self->peer);
	EXPECT_EQ(self->peer.type, TYPE_ALERT);
	EXPECT_EQ(self->peer.seq, 1);
	EXPECT_EQ(self->peer.len, 2);
	EXPECT_MEMEQ(self->peer.data, "\1\0", 2);
	EXPECT_EQ(stat_of("CloseNotifySent"), before + 1);
}

TEST_F(record, shutdown_sends_close_notify_once)
{
	ASSERT_EQ(shutdown(self->sock, SHUT_WR), 0);
	peer_recv(&self->peer);
	EXPECT_EQ(self->peer.type, TYPE_ALERT);
	EXPECT_ERR(send(self->sock, "x", 1, 0), EPIPE);
	ASSERT_EQ(shutdown(self->sock, SHUT_WR), 0);
	goes_on(&self->peer);
	close(self->sock);
	self->peer.sock = -1;
	EXPECT_ERR(recv(self->peer.fd, buf, 1, MSG_DONTWAIT), EAGAIN);
}

TEST_F(record, fatal_alert)
{
	uint64_t before = stat_of("AlertsReceived");

	peer_send(&self->peer, TYPE_ALERT, "\2\24", 2);
	EXPECT_ERR(recv(self->sock, buf, 1, 0), EBADMSG);
	EXPECT_ERR(send(self->sock, "x", 1, 0), EBADMSG);
	EXPECT_STREQ(error_of(self->sock),
		     "the peer sent the alert bad_record_mac");
	EXPECT_EQ(stat_of("AlertsReceived"), before + 1);
	/* What comes for a session that has failed is counted as such. */
	before = stat_of("PacketsEnded");
	peer_send(&self->peer, TYPE_DATA, "x", 1);
	stat_reaches("PacketsEnded", before + 1);
}

TEST_F(record, warning_alert)
{
	uint64_t before = stat_of("AlertsReceived");

	peer_send(&self->peer, TYPE_ALERT, "\1\132", 2);
	stat_reaches("AlertsReceived", before + 1);
	goes_on(&self->peer);
}

TEST_F(record, bad_alert)
{
	uint64_t before = stat_of("ProtocolErrors");

	peer_send(&self->peer, TYPE_ALERT, "\3\0", 2);
	stat_reaches("ProtocolErrors", before + 1);
	peer_send(&self->peer, TYPE_ALERT, "\1", 1);
	stat_reaches("ProtocolErrors", before + 2);
	goes_on(&self->peer);
}

/* Handshake messages have no one to take them. */
TEST_F(record, handshake_message)
{
	uint64_t before = stat_of("TicketsDropped");

	peer_send(&self->peer, TYPE_HANDSHAKE, "\0\0\0\0", 4);
	stat_reaches("TicketsDropped", before + 1);
	goes_on(&self->peer);
}

/* What a stranger sends does not even reach the session. */
TEST_F(record, another_sender)
{
	int fd = socket(variant->kind.family, SOCK_DGRAM, 0);
	union tsec_addr addr;
	size_t len;

	ASSERT_GE(fd, 0);
	addr_of(&addr, self->sock);
	len = peer_seal(&self->peer, wire, TYPE_DATA, "hello", 5);
	ASSERT_EQ(sendto(fd, wire, len, 0, &addr.sa, addr_len(&addr)), len);
	usleep(20000);
	EXPECT_ERR(recv(self->sock, buf, 1, MSG_DONTWAIT), EAGAIN);
	peer_write(&self->peer, wire, len);
	expect_datagram(self->sock, "hello", 5);
	close(fd);
}
