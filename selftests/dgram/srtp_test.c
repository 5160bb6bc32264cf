// SPDX-License-Identifier: GPL-2.0
/*
 * SRTP and SRTCP: what a program sends and gets are whole packets of RTP and
 * RTCP, and numbers are its own.  A relay between the two ends sees what goes
 * over the wire, and does to it what networks do.
 */
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "srtp.h"
#include "util.h"
#include "wire.h"

SRTP_FIXTURE;

static uint8_t buf[65536], got[65536];

TEST_F(srtp, rtp_both_ways)
{
	static const size_t sizes[] = { 0, 1, 160, 1000, 1400 };
	struct ends ends;
	size_t i;

	ends_make(&ends, &variant->kind);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		rtp_send(ends.a, i, sizes[i]);
		rtp_expect(ends.b, i, sizes[i]);
		rtp_send(ends.b, 1000 + i, sizes[i]);
		rtp_expect(ends.a, 1000 + i, sizes[i]);
	}
	ends_close(&ends);
}

TEST_F(srtp, rtcp_beside_rtp)
{
	struct ends ends;
	size_t len;
	int i;

	ends_make(&ends, &variant->kind);
	for (i = 0; i < 5; i++) {
		rtp_send(ends.a, i, 100);
		len = rtcp_make(buf, i, 20 + 4 * i);
		ASSERT_EQ(send(ends.a, buf, len, 0), len);
		rtp_expect(ends.b, i, 100);
		len = rtcp_make(buf, i, 20 + 4 * i);
		expect_datagram(ends.b, buf, len);
	}
	ends_close(&ends);
}

/* RFC 3711 section 3.1: the header is there to be read, nothing else is. */
TEST_F(srtp, on_the_wire)
{
	uint8_t packet[WIRE_MAX];
	size_t len;

	srtp_relayed(self);
	rtp_send(self->a, 7, 100);
	len = srtp_take(self, packet);
	EXPECT_EQ(len, RTP_HEADER + 100 + srtp_tag_len(variant->kind.cipher));
	rtp_make(buf, 7, 100);
	EXPECT_MEMEQ(packet, buf, RTP_HEADER);
	EXPECT_NE(memcmp(packet + RTP_HEADER, buf + RTP_HEADER, 100), 0);
	srtp_give(self, &self->addr_b, packet, len);
	rtp_expect(self->b, 7, 100);
}

TEST_F(srtp, refuses_what_is_no_packet)
{
	size_t len;

	srtp_relayed(self);
	EXPECT_ERR(send(self->a, "x", 1, 0), EINVAL);
	EXPECT_ERR(send(self->a, "", 0, 0), EINVAL);
	len = rtp_make(buf, 1, 50);
	buf[0] = 0x40;
	EXPECT_ERR(send(self->a, buf, len, 0), EINVAL);
	buf[0] = 0x8f;
	EXPECT_ERR(send(self->a, buf, RTP_HEADER + 59, 0), EINVAL);
	expect_nothing(self->relay);
	rtp_send(self->a, 1, 50);
	srtp_pass(self);
	rtp_expect(self->b, 1, 50);
}

/* Two packets under one number would be encrypted alike. */
TEST_F(srtp, takes_each_number_once)
{
	size_t len;

	srtp_relayed(self);
	rtp_send(self->a, 5000, 50);
	rtp_send(self->a, 5001, 50);
	len = rtp_make(buf, 5000, 60);
	EXPECT_ERR(send(self->a, buf, len, 0), EALREADY);
	rtp_send(self->a, 4999, 50);
	len = rtp_make(buf, 10, 50);
	EXPECT_ERR(send(self->a, buf, len, 0), ESTALE);
	/* Another source has numbers of its own. */
	len = rtp_make(buf, 5000, 50);
	buf[RTP_HEADER - 1] ^= 1;
	EXPECT_EQ(send(self->a, buf, len, 0), len);
}

TEST_F(srtp, numbers_wrap)
{
	struct ends ends;
	int i;

	ends_make(&ends, &variant->kind);
	for (i = 65500; i < 65600; i++) {
		rtp_send(ends.a, i, 20);
		rtp_expect(ends.b, i, 20);
	}
	ends_close(&ends);
}

/* The other end has the same idea of how often they have wrapped. */
TEST_F(srtp, begins_in_the_midst)
{
	uint64_t before = stat_of("BadRecords");

	self->link.to_server.seq = 3 << 16;
	srtp_relayed(self);
	rtp_send(self->a, 9, 20);
	srtp_pass(self);
	rtp_expect(self->b, 9, 20);
	EXPECT_EQ(stat_of("BadRecords"), before);
}

TEST_F(srtp, replayed)
{
	uint64_t before = stat_of("PacketsReplayed");
	uint8_t packet[WIRE_MAX];
	size_t len;

	srtp_relayed(self);
	rtp_send(self->a, 1, 20);
	len = srtp_take(self, packet);
	srtp_give(self, &self->addr_b, packet, len);
	srtp_give(self, &self->addr_b, packet, len);
	stat_reaches("PacketsReplayed", before + 1);
	len = rtcp_make(buf, 0, 20);
	ASSERT_EQ(send(self->a, buf, len, 0), len);
	len = srtp_take(self, packet);
	srtp_give(self, &self->addr_b, packet, len);
	srtp_give(self, &self->addr_b, packet, len);
	stat_reaches("PacketsReplayed", before + 2);
	rtp_expect(self->b, 1, 20);
	expect_datagram(self->b, buf, rtcp_make(buf, 0, 20));
	expect_nothing(self->b);
}

TEST_F(srtp, overtaken)
{
	uint8_t packets[5][WIRE_MAX];
	size_t len = 0;
	int i;

	srtp_relayed(self);
	for (i = 0; i < 5; i++) {
		rtp_send(self->a, 65533 + i, 30);
		len = srtp_take(self, packets[i]);
	}
	srtp_give(self, &self->addr_b, packets[0], len);
	rtp_expect(self->b, 65533, 30);
	for (i = 4; i > 0; i--) {
		srtp_give(self, &self->addr_b, packets[i], len);
		rtp_expect(self->b, 65533 + i, 30);
	}
}

TEST_F(srtp, late)
{
	uint64_t before = stat_of("PacketsLate");
	uint8_t packet[WIRE_MAX];
	size_t len;
	int i;

	srtp_relayed(self);
	rtp_send(self->a, 1, 10);
	len = srtp_take(self, packet);
	for (i = 2; i < 1200; i++) {
		rtp_send(self->a, i, 10);
		srtp_pass(self);
		rtp_expect(self->b, i, 10);
	}
	srtp_give(self, &self->addr_b, packet, len);
	stat_reaches("PacketsLate", before + 1);
	expect_nothing(self->b);
}

TEST_F(srtp, forged)
{
	uint64_t bad = stat_of("BadRecords");
	uint64_t malformed = stat_of("PacketsMalformed");
	uint8_t packet[WIRE_MAX], forged[WIRE_MAX];
	size_t len;

	srtp_relayed(self);
	rtp_send(self->a, 1, 40);
	len = srtp_take(self, packet);
	memcpy(forged, packet, len);
	forged[1] ^= 1;			/* the payload's type */
	srtp_give(self, &self->addr_b, forged, len);
	memcpy(forged, packet, len);
	forged[len - 1] ^= 0x80;
	srtp_give(self, &self->addr_b, forged, len);
	stat_reaches("BadRecords", bad + 2);
	srtp_give(self, &self->addr_b, packet, RTP_HEADER - 1);
	srtp_give(self, &self->addr_b, packet, RTP_HEADER + 3);
	stat_reaches("PacketsMalformed", malformed + 2);
	srtp_give(self, &self->addr_b, packet, len);
	rtp_expect(self->b, 1, 40);
	expect_nothing(self->b);
}

TEST_F(srtp, wrong_key)
{
	uint64_t before = stat_of("BadRecords");
	struct link other;
	union tsec_addr addr;
	int fd;

	srtp_relayed(self);
	link_make(&other, &variant->kind);
	link_keys(&other);
	fd = link_bound(&other, other.client, &addr);
	addr_of(&addr, self->relay);
	ASSERT_EQ(tsec_connect(fd, &addr), 0);
	rtp_send(fd, 1, 40);
	srtp_pass(self);
	stat_reaches("BadRecords", before + 1);
	expect_nothing(self->b);
	close(fd);
	link_end(&other);
}

/* Nothing tells the peer of an end. */
TEST_F(srtp, has_no_end)
{
	size_t len;

	srtp_relayed(self);
	rtp_send(self->a, 1, 10);
	srtp_pass(self);
	rtp_expect(self->b, 1, 10);
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	len = rtp_make(buf, 2, 10);
	EXPECT_ERR(send(self->a, buf, len, MSG_NOSIGNAL), EPIPE);
	close(self->a);
	self->a = -1;
	expect_nothing(self->relay);
	expect_nothing(self->b);
}

TEST_F(srtp, several_in_one_call)
{
	struct ends ends;
	size_t len = 0;
	int i;

	ends_make(&ends, &variant->kind);
	option_set_int(ends.a, IPPROTO_UDP, UDP_SEGMENT, RTP_HEADER + 188);
	for (i = 0; i < 8; i++)
		len += rtp_make(buf + len, i, 188);
	len += rtp_make(buf + len, i, 50);
	ASSERT_EQ(send(ends.a, buf, len, 0), len);
	for (i = 0; i < 8; i++)
		rtp_expect(ends.b, i, 188);
	rtp_expect(ends.b, i, 50);
	ends_close(&ends);
}

/* Those of SRTCP are longer: they cannot share a packet with the others. */
TEST_F(srtp, several_of_both_kinds_in_one_call)
{
	struct ends ends;
	size_t len = 0, sent = 0, size = RTP_HEADER + 188;
	ssize_t n;
	int i;

	ends_make(&ends, &variant->kind);
	option_set_int(ends.a, IPPROTO_UDP, UDP_SEGMENT, size);
	for (i = 0; i < 6; i++)
		len += i & 1 ? rtcp_make(buf + len, i, size - RTCP_HEADER) :
			       rtp_make(buf + len, i, 188);
	while (sent < len) {
		n = send(ends.a, buf + sent, len - sent, 0);
		ASSERT_GT(n, 0);
		ASSERT_EQ(n % size, 0);
		sent += n;
	}
	for (i = 0; i < 6; i++) {
		ASSERT_EQ(recv(ends.b, got, sizeof(got), 0), size);
		EXPECT_EQ(got[1], i & 1 ? RTCP_TYPE : RTP_TYPE);
	}
	expect_nothing(ends.b);
	ends_close(&ends);
}

TEST_F(srtp, says_what_it_is)
{
	struct tsec_info info;
	struct ends ends;

	ends_make(&ends, &variant->kind);
	info_of(ends.a, &info);
	EXPECT_EQ(info.protocol, TSEC_PROTO_SRTP);
	EXPECT_EQ(info.version, TSEC_VERSION_SRTP);
	EXPECT_EQ(info.cipher, variant->kind.cipher);
	ends_close(&ends);
}

TEST_F(srtp, tells_how_much_fits)
{
	struct ends ends;
	int mtu;

	ends_make(&ends, &variant->kind);
	mtu = option_int(ends.a, SOL_TSEC, TSEC_MTU);
	rtp_send(ends.a, 1, mtu - RTP_HEADER);
	rtp_expect(ends.b, 1, mtu - RTP_HEADER);
	rtp_make(buf, 2, mtu - RTP_HEADER + 1);
	EXPECT_ERR(send(ends.a, buf, mtu + 1, 0), EMSGSIZE);
	ends_close(&ends);
}

/* No datagram tells which client has the manual keys. */
TEST_F(srtp, has_no_clients_to_accept)
{
	union tsec_addr addr;
	int fd = link_bound(&self->link, self->link.client, &addr);

	EXPECT_ERR(listen(fd, 1), EOPNOTSUPP);
	close(fd);
	EXPECT_ERR(socket(AF_TSEC, SOCK_STREAM, TSEC_PROTO_SRTP),
		   EPROTONOSUPPORT);
}

TEST_F(srtp, needs_keys_of_its_own)
{
	expect_no_key(&variant->kind);
}
