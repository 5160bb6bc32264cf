// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets of SRTP whose keys come by DTLS (RFC 5764), with the daemon played
 * by hand and a peer of another make: what is whose on the one port, what is
 * kept for the keys, how a session ends, what a listener does about strangers.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "hello.h"
#include "media.h"
#include "rtp.h"
#include "util.h"

enum {
	ROOM		= 2048,
	FLOOD		= 5000,
	LEN		= 160,		/* bytes in packets of RTP */
	REPORT		= 20,		/* and of RTCP */
};

static uint8_t buf[ROOM], got[ROOM];

/* A peer: a UDP socket, keys that the daemon will agree on, and libsrtp. */
struct stock {
	struct peer peer;
	srtp_t tx;
	srtp_t rx;
};

static void stock_make(struct stock *stock, const struct kind *kind)
{
	peer_alone(&stock->peer, kind);
	stock->tx = media_context(kind, &stock->peer.tx, ssrc_any_outbound);
	stock->rx = media_context(kind, &stock->peer.rx, ssrc_any_inbound);
}

static void stock_end(struct stock *stock)
{
	srtp_dealloc(stock->tx);
	srtp_dealloc(stock->rx);
	close(stock->peer.fd);
}

static int srtp_bound(const struct kind *kind, union tsec_addr *addr)
{
	int fd = link_bound(&(struct link){ .kind = *kind }, NULL, addr);

	nonblocking(fd, 1);
	return fd;
}

static void stock_rtp(struct stock *stock, uint16_t seq)
{
	int len = rtp_make(buf, seq, LEN);

	ASSERT_EQ(srtp_protect(stock->tx, buf, &len), srtp_err_status_ok);
	peer_write(&stock->peer, buf, len);
}

static void stock_rtcp(struct stock *stock, uint32_t start)
{
	int len = rtcp_make(buf, start, REPORT);

	ASSERT_EQ(srtp_protect_rtcp(stock->tx, buf, &len), srtp_err_status_ok);
	peer_write(&stock->peer, buf, len);
}

static void expect_rtp(int fd, uint16_t seq)
{
	expect_datagram(fd, buf, rtp_make(buf, seq, LEN));
}

static void expect_rtcp(int fd, uint32_t start)
{
	expect_datagram(fd, buf, rtcp_make(buf, start, REPORT));
}

/* Both ways. */
static void talk_rtp(struct stock *stock, int fd, uint16_t seq)
{
	int len, size = rtp_make(buf, seq, LEN);

	ASSERT_EQ(send(fd, buf, size, 0), size);
	len = recv(stock->peer.fd, got, sizeof(got), 0);
	ASSERT_GT(len, size);
	ASSERT_EQ(srtp_unprotect(stock->rx, got, &len), srtp_err_status_ok);
	ASSERT_EQ(len, size);
	ASSERT_MEMEQ(got, buf, size);
	stock_rtp(stock, seq);
	expect_rtp(fd, seq);
}

static void expect_raw(int fd, const void *data, size_t len)
{
	ASSERT_EQ(poll_for(fd, POLLIN, SOON), POLLIN);
	ASSERT_EQ(recv(fd, got, sizeof(got), 0), len);
	ASSERT_MEMEQ(got, data, len);
}

/* A record of DTLS of that type and epoch; its length. */
static size_t dtls_make(uint8_t *out, int type, int epoch)
{
	memset(out, 7, 40);
	memcpy(out, (uint8_t[]){ type, 254, 253, 0, epoch }, 5);
	memcpy(out + 11, (uint8_t[]){ 0, 27 }, 2);
	return 40;
}

FIXTURE(dtls_srtp) {
	struct tsec_nl *nl;
	struct stock stock;
	union tsec_addr addr;		/* the peer's */
	int sock;			/* the program's, connecting */
	struct shake shake;
};
KIND_VARIANT(dtls_srtp);
SRTP_ADD(dtls_srtp, srtp_gcm128_v4, AES_128_GCM, AF_INET);
SRTP_ADD(dtls_srtp, srtp_gcm256_v6, AES_256_GCM, AF_INET6);
SRTP_ADD(dtls_srtp, srtp_cm128_80_v4, AES_128_CM_HMAC_SHA1_80, AF_INET);
SRTP_ADD(dtls_srtp, srtp_cm128_32_v6, AES_128_CM_HMAC_SHA1_32, AF_INET6);

FIXTURE_SETUP(dtls_srtp)
{
	struct peer *peer = &self->stock.peer;
	union tsec_addr own;

	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
	ASSERT_EQ(tsec_daemon_register(self->nl, "dtls_srtp_test"), 0);
	stock_make(&self->stock, &variant->kind);
	addr_of(&self->addr, peer->fd);
	self->sock = srtp_bound(&variant->kind, &own);
	ASSERT_ERR(tsec_connect(self->sock, &self->addr), EINPROGRESS);
	ASSERT_EQ(connect(peer->fd, &own.sa, addr_len(&own)), 0);
	shake_claim(&self->shake, self->nl, TSEC_ROLE_CLIENT);
	ASSERT_EQ(self->shake.protocol, TSEC_PROTO_SRTP);
}

FIXTURE_TEARDOWN(dtls_srtp)
{
	close(self->shake.channel);
	close(self->sock);
	stock_end(&self->stock);
	tsec_nl_close(self->nl);
}

static void finish(struct dtls_srtp_data *self)
{
	shake_finish(&self->shake, &self->stock.peer);
	ASSERT_EQ(poll_for(self->sock, POLLOUT, SOON), POLLOUT);
	ASSERT_EQ(option_int(self->sock, SOL_SOCKET, SO_ERROR), 0);
	nonblocking(self->sock, 0);
}

TEST_F(dtls_srtp, opens)
{
	struct tsec_info info;

	finish(self);
	info_of(self->sock, &info);
	EXPECT_EQ(info.version, TSEC_VERSION_SRTP);
	EXPECT_EQ(info.cipher, variant->kind.cipher);
	EXPECT_EQ(info.role, TSEC_ROLE_CLIENT);
	EXPECT_FALSE(info.flags & TSEC_INFO_MANUAL);
	talk_rtp(&self->stock, self->sock, 1);
}

/* RFC 7983: by its first byte, each datagram has one that it is for. */
TEST_F(dtls_srtp, shares_the_port)
{
	uint64_t malformed = stat_of("PacketsMalformed");
	uint64_t unprotected = stat_of("PacketsUnprotected");
	static const uint8_t others[] = {
		0, 1, 3, 4, 16, 19, 64, 79, 80, 127, 192,
	};
	uint8_t record[64];
	size_t i, len;

	for (i = 0; i < sizeof(others); i++) {
		memset(record, others[i], sizeof(record));
		peer_write(&self->stock.peer, record, sizeof(record));
	}
	stat_reaches("PacketsMalformed", malformed + sizeof(others));
	len = dtls_make(record, TYPE_DATA, 1);
	peer_write(&self->stock.peer, record, len);
	len = dtls_make(record, 63, 0);
	peer_write(&self->stock.peer, record, len);
	stat_reaches("PacketsUnprotected", unprotected + 2);
	stock_rtp(&self->stock, 1);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, QUIET), 0);
	for (i = TYPE_CCS; i <= TYPE_HANDSHAKE; i++) {
		len = dtls_make(record, i, i & 1);
		peer_write(&self->stock.peer, record, len);
		expect_raw(self->shake.channel, record, len);
	}
	EXPECT_EQ(poll_for(self->sock, POLLIN | POLLOUT, 0), 0);
}

TEST_F(dtls_srtp, keeps_packets_that_came_early)
{
	uint8_t flight[64];
	size_t len = dtls_make(flight, TYPE_HANDSHAKE, 1);

	stock_rtp(&self->stock, 1);
	stock_rtcp(&self->stock, 2);
	peer_write(&self->stock.peer, flight, len);
	stock_rtp(&self->stock, 2);
	expect_raw(self->shake.channel, flight, len);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, QUIET), 0);
	finish(self);
	expect_rtp(self->sock, 1);
	expect_rtcp(self->sock, 2);
	expect_rtp(self->sock, 2);
	talk_rtp(&self->stock, self->sock, 3);
}

TEST_F(dtls_srtp, early_flood_leaves_memory_flat)
{
	uint64_t before = stat_of("PacketsNoRoom");
	uint8_t flight[64];
	size_t len = dtls_make(flight, TYPE_HANDSHAKE, 0);
	int i;

	for (i = 0; i < FLOOD; i++)
		stock_rtp(&self->stock, i);
	EXPECT_GT(stat_of("PacketsNoRoom"), before + FLOOD / 2);
	/* The handshake does not suffer from it. */
	peer_write(&self->stock.peer, flight, len);
	expect_raw(self->shake.channel, flight, len);
	finish(self);
	expect_rtp(self->sock, 0);
	expect_rtp(self->sock, 1);
}

TEST_F(dtls_srtp, takes_late_dtls)
{
	uint64_t unprotected = stat_of("PacketsUnprotected");
	uint8_t record[64];
	size_t len = dtls_make(record, TYPE_HANDSHAKE, 0);

	finish(self);
	peer_write(&self->stock.peer, record, len);
	expect_raw(self->shake.channel, record, len);
	ASSERT_EQ(send(self->shake.channel, "again", 5, 0), 5);
	expect_raw(self->stock.peer.fd, "again", 5);
	len = dtls_make(record, TYPE_ALERT, 1);
	peer_write(&self->stock.peer, record, len);
	expect_raw(self->shake.channel, record, len);
	len = dtls_make(record, TYPE_DATA, 1);
	peer_write(&self->stock.peer, record, len);
	stat_reaches("PacketsUnprotected", unprotected + 1);
	close(self->shake.channel);
	len = dtls_make(record, TYPE_ALERT, 1);
	peer_write(&self->stock.peer, record, len);
	stat_reaches("PacketsUnprotected", unprotected + 2);
	talk_rtp(&self->stock, self->sock, 1);
	self->shake.channel = dup(self->sock);
}

TEST_F(dtls_srtp, daemon_tells_of_the_end)
{
	uint64_t before = stat_of("CloseNotifyReceived");
	struct tsec_info info;

	EXPECT_ERR(shutdown(self->shake.channel, SHUT_RD), ENOTCONN);
	finish(self);
	EXPECT_ERR(shutdown(self->shake.channel, SHUT_WR), EOPNOTSUPP);
	EXPECT_ERR(shutdown(self->shake.channel, SHUT_RDWR), EOPNOTSUPP);
	stock_rtp(&self->stock, 1);
	stat_reaches("CurrSessions", 1);
	expect_rtp(self->sock, 1);
	ASSERT_EQ(shutdown(self->shake.channel, SHUT_RD), 0);
	EXPECT_EQ(recv(self->sock, got, sizeof(got), 0), 0);
	EXPECT_EQ(poll_for(self->sock, POLLIN | POLLRDHUP, SOON),
		  POLLIN | POLLRDHUP);
	info_of(self->sock, &info);
	EXPECT_TRUE(info.flags & TSEC_INFO_PEER_CLOSED);
	EXPECT_EQ(stat_of("CloseNotifyReceived"), before + 1);
	/* This end may still send. */
	EXPECT_EQ(send(self->sock, buf, rtp_make(buf, 2, LEN), 0),
		  RTP_HEADER + LEN);
}

TEST_F(dtls_srtp, sends_the_farewell)
{
	uint64_t before = stat_of("CloseNotifySent");

	self->shake.farewell = (struct tsec_blob){ "farewell", 8 };
	finish(self);
	talk_rtp(&self->stock, self->sock, 1);
	ASSERT_EQ(shutdown(self->sock, SHUT_WR), 0);
	expect_raw(self->stock.peer.fd, "farewell", 8);
	EXPECT_ERR(send(self->sock, buf, rtp_make(buf, 2, LEN), MSG_NOSIGNAL),
		   EPIPE);
	close(self->sock);
	EXPECT_EQ(poll_for(self->stock.peer.fd, POLLIN, QUIET), 0);
	EXPECT_EQ(stat_of("CloseNotifySent"), before + 1);
	self->sock = dup(self->shake.channel);
}

TEST_F(dtls_srtp, sends_no_farewell_that_it_has_not)
{
	finish(self);
	close(self->sock);
	EXPECT_EQ(poll_for(self->stock.peer.fd, POLLIN, QUIET), 0);
	self->sock = dup(self->shake.channel);
}

FIXTURE(srtp_listen) {
	struct tsec_nl *nl;
	struct stock stock;
	union tsec_addr addr;
	int listener;
};
KIND_VARIANT(srtp_listen);
SRTP_ADD(srtp_listen, srtp_gcm128_v6, AES_128_GCM, AF_INET6);
SRTP_ADD(srtp_listen, srtp_cm128_80_v4, AES_128_CM_HMAC_SHA1_80, AF_INET);

FIXTURE_SETUP(srtp_listen)
{
	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
	ASSERT_EQ(tsec_daemon_register(self->nl, "dtls_srtp_test"), 0);
	self->listener = srtp_bound(&variant->kind, &self->addr);
	ASSERT_EQ(listen(self->listener, 10), 0);
	stock_make(&self->stock, &variant->kind);
	ASSERT_EQ(connect(self->stock.peer.fd, &self->addr.sa,
			  addr_len(&self->addr)), 0);
}

FIXTURE_TEARDOWN(srtp_listen)
{
	close(self->listener);
	stock_end(&self->stock);
	tsec_nl_close(self->nl);
}

TEST_F(srtp_listen, accepts_who_has_proven_its_address)
{
	struct shake shake;
	int fd;

	prove(&self->stock.peer, 1);
	shake_claim(&shake, self->nl, TSEC_ROLE_SERVER);
	ASSERT_EQ(shake.protocol, TSEC_PROTO_SRTP);
	/* The hello itself is the daemon's, what comes early the program's. */
	ASSERT_EQ(poll_for(shake.channel, POLLIN, SOON), POLLIN);
	ASSERT_GT(recv(shake.channel, got, sizeof(got), 0), 25);
	EXPECT_EQ(got[0], TYPE_HANDSHAKE);
	stock_rtp(&self->stock, 1);
	EXPECT_EQ(poll_for(shake.channel, POLLIN, QUIET), 0);
	shake_finish(&shake, &self->stock.peer);
	stock_rtp(&self->stock, 2);
	ASSERT_EQ(poll_for(self->listener, POLLIN, SOON), POLLIN);
	fd = accept(self->listener, NULL, NULL);
	ASSERT_GE(fd, 0);
	expect_rtp(fd, 1);
	expect_rtp(fd, 2);
	talk_rtp(&self->stock, fd, 3);
	close(fd);
	close(shake.channel);
}

TEST_F(srtp_listen, drops_packets_of_strangers)
{
	uint64_t before = stat_of("PacketsNoSession");

	stock_rtp(&self->stock, 1);
	stock_rtcp(&self->stock, 1);
	peer_write(&self->stock.peer, "\0\1", 2);
	stat_reaches("PacketsNoSession", before + 3);
	EXPECT_EQ(poll_for(self->stock.peer.fd, POLLIN, QUIET), 0);
	EXPECT_EQ(stat_of("CurrSessions"), 0);
	shake_none(self->nl);
}

TEST_F(srtp_listen, flood_of_hellos_leaves_nothing)
{
	uint64_t answered = stat_of("HellosAnswered");
	uint8_t hello[HELLO_ROOM], cookie[COOKIE_LEN];
	struct shake shake;
	int i;

	for (i = 0; i < FLOOD; i++) {
		memset(cookie, i, sizeof(cookie));
		peer_write(&self->stock.peer, hello,
			   hello_make(hello, i, i & 1 ? cookie : NULL));
		/* Its answers are not waited for. */
		while (recv(self->stock.peer.fd, got, sizeof(got),
			    MSG_DONTWAIT) > 0)
			;
	}
	stat_reaches("HellosAnswered", answered + FLOOD);
	EXPECT_EQ(stat_of("CurrSessions"), 0);
	shake_none(self->nl);
	while (recv(self->stock.peer.fd, got, sizeof(got), MSG_DONTWAIT) > 0)
		;
	prove(&self->stock.peer, 1);
	shake_claim(&shake, self->nl, TSEC_ROLE_SERVER);
	close(shake.channel);
}
