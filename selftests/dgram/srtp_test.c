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

#include "pair.h"
#include "util.h"
#include "wire.h"

enum {
	RTP_HEADER	= 12,
	RTCP_HEADER	= 8,
	SSRC		= 0x5ec0de,
	WIRE_MAX	= 2048,
};

FIXTURE(srtp) {
	struct link link;
	int a;
	int b;
	int relay;
	union tsec_addr addr_a;
	union tsec_addr addr_b;
};
KIND_VARIANT(srtp);
SRTP_KINDS_ADD(srtp);

static uint8_t buf[65536], got[65536];

/* Each end is connected to the relay. */
static void relayed(struct srtp_data *self)
{
	union tsec_addr addr;

	link_keys(&self->link);
	self->a = link_bound(&self->link, self->link.client, &self->addr_a);
	self->b = link_bound(&self->link, self->link.server, &self->addr_b);
	self->relay = wire_socket(self->link.kind.family, &addr);
	ASSERT_EQ(tsec_connect(self->a, &addr), 0);
	ASSERT_EQ(tsec_connect(self->b, &addr), 0);
}

FIXTURE_SETUP(srtp)
{
	link_make(&self->link, &variant->kind);
	self->a = self->b = self->relay = -1;
}

FIXTURE_TEARDOWN(srtp)
{
	close(self->a);
	close(self->b);
	close(self->relay);
	link_end(&self->link);
}

/* The next packet that is on the wire; its length. */
static size_t wire_take(struct srtp_data *self, uint8_t *packet)
{
	return wire_recv(self->relay, packet, WIRE_MAX, NULL);
}

static void wire_give(struct srtp_data *self, const union tsec_addr *to,
		      const uint8_t *packet, size_t len)
{
	wire_send(self->relay, to, packet, len);
}

/* A packet of RTP with so many bytes behind its header; its length. */
static size_t rtp_make(uint8_t *out, uint16_t seq, uint32_t ssrc, size_t len)
{
	memset(out, 0, RTP_HEADER);
	out[0] = 0x80;
	out[1] = 96;
	out[2] = seq >> 8;
	out[3] = seq;
	for (int i = 0; i < 4; i++)
		out[8 + i] = ssrc >> (24 - 8 * i);
	fill_pattern(out + RTP_HEADER, len, seq);
	return RTP_HEADER + len;
}

/* A sender report. */
static size_t rtcp_make(uint8_t *out, uint32_t ssrc, size_t len)
{
	memset(out, 0, RTCP_HEADER);
	out[0] = 0x80;
	out[1] = 200;
	for (int i = 0; i < 4; i++)
		out[4 + i] = ssrc >> (24 - 8 * i);
	fill_pattern(out + RTCP_HEADER, len, len);
	return RTCP_HEADER + len;
}

static void rtp_send(int fd, uint16_t seq, size_t len)
{
	size_t size = rtp_make(buf, seq, SSRC, len);

	ASSERT_EQ(send(fd, buf, size, 0), size);
}

static void rtp_expect(int fd, uint16_t seq, size_t len)
{
	expect_datagram(fd, buf, rtp_make(buf, seq, SSRC, len));
}

/* From a to b, seen on its way. */
static void pass(struct srtp_data *self)
{
	uint8_t packet[WIRE_MAX];

	wire_give(self, &self->addr_b, packet, wire_take(self, packet));
}

static size_t tag_len(uint16_t cipher)
{
	switch (cipher) {
	case TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80:
	case TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80:
		return 10;
	case TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32:
	case TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32:
		return 4;
	default:
		return 16;
	}
}

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
		len = rtcp_make(buf, SSRC, 20 + 4 * i);
		ASSERT_EQ(send(ends.a, buf, len, 0), len);
		rtp_expect(ends.b, i, 100);
		len = rtcp_make(buf, SSRC, 20 + 4 * i);
		expect_datagram(ends.b, buf, len);
	}
	ends_close(&ends);
}

/* RFC 3711 section 3.1: the header is there to be read, nothing else is. */
TEST_F(srtp, on_the_wire)
{
	uint8_t packet[WIRE_MAX];
	size_t len;

	relayed(self);
	rtp_send(self->a, 7, 100);
	len = wire_take(self, packet);
	EXPECT_EQ(len, RTP_HEADER + 100 + tag_len(variant->kind.cipher));
	EXPECT_MEMEQ(packet, buf, RTP_HEADER);
	EXPECT_NE(memcmp(packet + RTP_HEADER, buf + RTP_HEADER, 100), 0);
	wire_give(self, &self->addr_b, packet, len);
	rtp_expect(self->b, 7, 100);
}

TEST_F(srtp, refuses_what_is_no_packet)
{
	size_t len;

	relayed(self);
	EXPECT_ERR(send(self->a, "x", 1, 0), EINVAL);
	EXPECT_ERR(send(self->a, "", 0, 0), EINVAL);
	len = rtp_make(buf, 1, SSRC, 50);
	buf[0] = 0x40;
	EXPECT_ERR(send(self->a, buf, len, 0), EINVAL);
	buf[0] = 0x8f;
	EXPECT_ERR(send(self->a, buf, RTP_HEADER + 59, 0), EINVAL);
	expect_nothing(self->relay);
	rtp_send(self->a, 1, 50);
	pass(self);
	rtp_expect(self->b, 1, 50);
}

/* Two packets under one number would be encrypted alike. */
TEST_F(srtp, takes_each_number_once)
{
	size_t len;

	relayed(self);
	rtp_send(self->a, 5000, 50);
	rtp_send(self->a, 5001, 50);
	len = rtp_make(buf, 5000, SSRC, 60);
	EXPECT_ERR(send(self->a, buf, len, 0), EALREADY);
	rtp_send(self->a, 4999, 50);
	len = rtp_make(buf, 10, SSRC, 50);
	EXPECT_ERR(send(self->a, buf, len, 0), ESTALE);
	/* Another source has numbers of its own. */
	len = rtp_make(buf, 5000, SSRC + 1, 50);
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
	relayed(self);
	rtp_send(self->a, 9, 20);
	pass(self);
	rtp_expect(self->b, 9, 20);
	EXPECT_EQ(stat_of("BadRecords"), before);
}

TEST_F(srtp, replayed)
{
	uint64_t before = stat_of("PacketsReplayed");
	uint8_t packet[WIRE_MAX];
	size_t len;

	relayed(self);
	rtp_send(self->a, 1, 20);
	len = wire_take(self, packet);
	wire_give(self, &self->addr_b, packet, len);
	wire_give(self, &self->addr_b, packet, len);
	stat_reaches("PacketsReplayed", before + 1);
	len = rtcp_make(buf, SSRC, 20);
	ASSERT_EQ(send(self->a, buf, len, 0), len);
	len = wire_take(self, packet);
	wire_give(self, &self->addr_b, packet, len);
	wire_give(self, &self->addr_b, packet, len);
	stat_reaches("PacketsReplayed", before + 2);
	rtp_expect(self->b, 1, 20);
	expect_datagram(self->b, buf, rtcp_make(buf, SSRC, 20));
	expect_nothing(self->b);
}

TEST_F(srtp, overtaken)
{
	uint8_t packets[5][WIRE_MAX];
	size_t len = 0;
	int i;

	relayed(self);
	for (i = 0; i < 5; i++) {
		rtp_send(self->a, 65533 + i, 30);
		len = wire_take(self, packets[i]);
	}
	wire_give(self, &self->addr_b, packets[0], len);
	rtp_expect(self->b, 65533, 30);
	for (i = 4; i > 0; i--) {
		wire_give(self, &self->addr_b, packets[i], len);
		rtp_expect(self->b, 65533 + i, 30);
	}
}

TEST_F(srtp, late)
{
	uint64_t before = stat_of("PacketsLate");
	uint8_t packet[WIRE_MAX];
	size_t len;
	int i;

	relayed(self);
	rtp_send(self->a, 1, 10);
	len = wire_take(self, packet);
	for (i = 2; i < 1200; i++) {
		rtp_send(self->a, i, 10);
		pass(self);
		rtp_expect(self->b, i, 10);
	}
	wire_give(self, &self->addr_b, packet, len);
	stat_reaches("PacketsLate", before + 1);
	expect_nothing(self->b);
}

TEST_F(srtp, forged)
{
	uint64_t bad = stat_of("BadRecords");
	uint64_t malformed = stat_of("PacketsMalformed");
	uint8_t packet[WIRE_MAX], forged[WIRE_MAX];
	size_t len;

	relayed(self);
	rtp_send(self->a, 1, 40);
	len = wire_take(self, packet);
	memcpy(forged, packet, len);
	forged[1] ^= 1;			/* the payload's type */
	wire_give(self, &self->addr_b, forged, len);
	memcpy(forged, packet, len);
	forged[len - 1] ^= 0x80;
	wire_give(self, &self->addr_b, forged, len);
	stat_reaches("BadRecords", bad + 2);
	wire_give(self, &self->addr_b, packet, RTP_HEADER - 1);
	wire_give(self, &self->addr_b, packet, RTP_HEADER + 3);
	stat_reaches("PacketsMalformed", malformed + 2);
	wire_give(self, &self->addr_b, packet, len);
	rtp_expect(self->b, 1, 40);
	expect_nothing(self->b);
}

TEST_F(srtp, master_key_identifier)
{
	uint64_t before = stat_of("PacketsNoKey");
	size_t tag = tag_len(variant->kind.cipher), len;
	struct key *key = &self->link.to_server;
	uint8_t packet[WIRE_MAX];

	key->cid_len = 4;
	memcpy(key->cid, "mki1", 4);
	relayed(self);
	rtp_send(self->a, 1, 40);
	len = wire_take(self, packet);
	EXPECT_EQ(len, RTP_HEADER + 40 + 4 + tag);
	wire_give(self, &self->addr_b, packet, len);
	rtp_expect(self->b, 1, 40);
	/* AES-GCM has its tag before it, the others behind it. */
	packet[len - (tag == 16 ? 1 : tag + 1)] ^= 1;
	packet[3]++;
	wire_give(self, &self->addr_b, packet, len);
	stat_reaches("PacketsNoKey", before + 1);
}

static void mki_set(struct key *key, char number)
{
	key->cid_len = 4;
	memcpy(key->cid, "mki", 3);
	key->cid[3] = number;
}

/* Another master key for a session: 0 or a negative errno. */
static int next_give(struct link *link, int fd, int direction,
		     const struct key *key)
{
	struct tsec_info info;

	info_of(fd, &info);
	return session_key_give(link, info.id, direction, key, false);
}

static void next_make(struct key *key, char number)
{
	memset(key, 0, sizeof(*key));
	key_make(key);
	key->seq = 0;
	mki_set(key, number);
}

/* The numbers go on, and so does what was under way. */
TEST_F(srtp, next_master_key)
{
	struct link *link = &self->link;
	uint8_t old[WIRE_MAX], packet[WIRE_MAX];
	uint64_t replayed = stat_of("PacketsReplayed");
	size_t old_len, len;
	struct key next;

	mki_set(&link->to_server, '1');
	mki_set(&link->to_client, '1');
	relayed(self);
	rtp_send(self->a, 65534, 40);
	pass(self);
	rtp_expect(self->b, 65534, 40);
	rtp_send(self->a, 65535, 40);
	old_len = wire_take(self, old);
	next_make(&next, '2');
	ASSERT_EQ(next_give(link, self->b, TSEC_DIR_RX, &next), 0);
	ASSERT_EQ(next_give(link, self->a, TSEC_DIR_TX, &next), 0);
	rtp_send(self->a, 0, 40);
	len = wire_take(self, packet);
	EXPECT_EQ(memmem(packet, len, "mki1", 4), NULL);
	EXPECT_NE(memmem(packet, len, "mki2", 4), NULL);
	wire_give(self, &self->addr_b, packet, len);
	rtp_expect(self->b, 0, 40);
	wire_give(self, &self->addr_b, old, old_len);
	rtp_expect(self->b, 65535, 40);
	wire_give(self, &self->addr_b, packet, len);
	wire_give(self, &self->addr_b, old, old_len);
	stat_reaches("PacketsReplayed", replayed + 2);
	/* No number was free for another packet. */
	len = rtp_make(buf, 65535, SSRC, 30);
	EXPECT_ERR(send(self->a, buf, len, 0), EALREADY);
	expect_nothing(self->b);
}

/* Three at a time: the first one has to go. */
TEST_F(srtp, master_keys_go)
{
	uint64_t before = stat_of("PacketsNoKey");
	struct link *link = &self->link;
	uint8_t old[WIRE_MAX];
	struct key next;
	size_t len;
	char i;

	mki_set(&link->to_server, '0');
	relayed(self);
	rtp_send(self->a, 1, 40);
	len = wire_take(self, old);
	for (i = 1; i <= 3; i++) {
		next_make(&next, '0' + i);
		ASSERT_EQ(next_give(link, self->b, TSEC_DIR_RX, &next), 0);
		ASSERT_EQ(next_give(link, self->a, TSEC_DIR_TX, &next), 0);
		rtp_send(self->a, 1 + i, 40);
		pass(self);
		rtp_expect(self->b, 1 + i, 40);
	}
	wire_give(self, &self->addr_b, old, len);
	stat_reaches("PacketsNoKey", before + 1);
	expect_nothing(self->b);
}

static void next_refused(struct srtp_data *self, int direction,
			 const struct key *key, int err, const char *why)
{
	EXPECT_EQ(next_give(&self->link, self->a, direction, key), -err);
	EXPECT_STREQ(tsec_nl_error(self->link.nl), why);
}

TEST_F(srtp, next_master_key_refused)
{
	struct tsec_info info;
	struct key next;

	mki_set(&self->link.to_server, '1');
	mki_set(&self->link.to_client, '1');
	relayed(self);
	next_make(&next, '1');
	next_refused(self, TSEC_DIR_TX, &next, EEXIST,
		     "the session has a key of that MKI");
	next_refused(self, TSEC_DIR_RX, &next, EEXIST,
		     "the session has a key of that MKI");
	next.cid_len = 3;
	next_refused(self, TSEC_DIR_TX, &next, EINVAL,
		     "the session's MKIs have another length");
	next.cid_len = 0;
	next_refused(self, TSEC_DIR_RX, &next, EINVAL,
		     "without an MKI nothing tells the next key from the first");
	mki_set(&next, '2');
	next.seq = 1 << 16;
	next_refused(self, TSEC_DIR_RX, &next, EINVAL,
		     "the numbers of SRTP go on under the next key");
	next.seq = 0;
	info_of(self->a, &info);
	EXPECT_EQ(session_key_give(&self->link, info.id, TSEC_DIR_TX, &next,
				   true), -EINVAL);
	EXPECT_STREQ(tsec_nl_error(self->link.nl),
		     "keys of this protocol wait for nobody");
	rtp_send(self->a, 1, 40);
	pass(self);
	rtp_expect(self->b, 1, 40);
}

enum { DATAGRAMS = 2000, REKEYS = 20 };

/* New keys all the time, the receiver's first, and packets meanwhile. */
TEST_F(srtp, next_master_keys_under_load)
{
	struct numbers numbers;
	struct key next;
	struct ends ends;
	uint32_t want;
	char mki = 'a';

	link_make(&ends.link, &variant->kind);
	mki_set(&ends.link.to_server, mki);
	mki_set(&ends.link.to_client, mki);
	ends_connect(&ends);
	numbers_begin(&numbers, ends.a, DATAGRAMS);
	for (want = 0; want < DATAGRAMS; want++) {
		numbers_expect(&numbers, ends.b, want);
		if (want % (DATAGRAMS / REKEYS))
			continue;
		next_make(&next, ++mki);
		ASSERT_EQ(next_give(&ends.link, ends.b, TSEC_DIR_RX, &next), 0);
		ASSERT_EQ(next_give(&ends.link, ends.a, TSEC_DIR_TX, &next), 0);
	}
	numbers_end(&numbers);
	ends_close(&ends);
}

TEST_F(srtp, wrong_key)
{
	uint64_t before = stat_of("BadRecords");
	struct link other;
	union tsec_addr addr;
	int fd;

	relayed(self);
	link_make(&other, &variant->kind);
	link_keys(&other);
	fd = link_bound(&other, other.client, &addr);
	addr_of(&addr, self->relay);
	ASSERT_EQ(tsec_connect(fd, &addr), 0);
	rtp_send(fd, 1, 40);
	pass(self);
	stat_reaches("BadRecords", before + 1);
	expect_nothing(self->b);
	close(fd);
	link_end(&other);
}

/* Nothing tells the peer of an end. */
TEST_F(srtp, has_no_end)
{
	relayed(self);
	rtp_send(self->a, 1, 10);
	pass(self);
	rtp_expect(self->b, 1, 10);
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	EXPECT_ERR(send(self->a, buf, RTP_HEADER, MSG_NOSIGNAL), EPIPE);
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
		len += rtp_make(buf + len, i, SSRC, 188);
	len += rtp_make(buf + len, i, SSRC, 50);
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
		len += i & 1 ? rtcp_make(buf + len, SSRC, size - RTCP_HEADER) :
			       rtp_make(buf + len, i, SSRC, 188);
	while (sent < len) {
		n = send(ends.a, buf + sent, len - sent, 0);
		ASSERT_GT(n, 0);
		ASSERT_EQ(n % size, 0);
		sent += n;
	}
	for (i = 0; i < 6; i++) {
		ASSERT_EQ(recv(ends.b, got, sizeof(got), 0), size);
		EXPECT_EQ(got[1], i & 1 ? 200 : 96);
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
	rtp_make(buf, 2, SSRC, mtu - RTP_HEADER + 1);
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
