// SPDX-License-Identifier: GPL-2.0
/*
 * WireGuard with manual keys: UDP in a tunnel, and whole packets.  A relay
 * between the two ends sees what goes over the wire, and does to it what
 * networks do.
 */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "pair.h"
#include "util.h"
#include "wire.h"

enum {
	HEADER		= 16,
	TAG		= 16,
	PADDING		= 16,
	UDP_HEADER	= 8,
	PORT_A		= 1111,		/* inside */
	PORT_B		= 2222,
	WIRE_MAX	= 2048,
	KEEPALIVE	= 10000,	/* ms after which one is due */
	INDEX		= 76,		/* each receiver's */
};

FIXTURE(wireguard) {
	struct link link;
	int a;
	int b;
	int relay;
	int elsewhere;			/* another address of the relay */
	union tsec_addr addr_a;
	union tsec_addr addr_b;
	union tsec_addr at[2];		/* those of relay and elsewhere */
};

FIXTURE_VARIANT(wireguard) {
	struct kind kind;
	sa_family_t inside;
};

#define WIREGUARD_ADD(v, outside, within) \
	FIXTURE_VARIANT_ADD(wireguard, v) = { \
		.kind = { TSEC_VERSION_WIREGUARD, \
			  TSEC_CIPHER_CHACHA20_POLY1305, outside }, \
		.inside = within, \
	}

WIREGUARD_ADD(v4_in_v4, AF_INET, AF_INET);
WIREGUARD_ADD(v6_in_v4, AF_INET, AF_INET6);
WIREGUARD_ADD(v4_in_v6, AF_INET6, AF_INET);
WIREGUARD_ADD(v6_in_v6, AF_INET6, AF_INET6);

static uint8_t buf[65536], got[65536];

static void inside(union tsec_addr *addr, sa_family_t family, int host,
		   int port)
{
	char text[32];

	snprintf(text, sizeof(text), family == AF_INET ? "10.9.0.%d" :
							 "fd09::%d", host);
	ASSERT_EQ(tsec_parse_addr(text, addr), 0);
	addr->in.sin_port = htons(port);
}

static int tunnel_set(int fd, const union tsec_addr *local,
		      const union tsec_addr *remote)
{
	struct tsec_tunnel tunnel = { 0 };

	memcpy(&tunnel.local, local, sizeof(*local));
	memcpy(&tunnel.remote, remote, sizeof(*remote));
	return setsockopt(fd, SOL_TSEC, TSEC_TUNNEL, &tunnel, sizeof(tunnel));
}

/* Each end is connected to the relay. */
static void relayed(struct wireguard_data *self)
{
	sa_family_t family = self->link.kind.family;

	self->relay = wire_socket(family, &self->at[0]);
	self->elsewhere = wire_socket(family, &self->at[1]);
	ASSERT_EQ(tsec_connect(self->a, &self->at[0]), 0);
	ASSERT_EQ(tsec_connect(self->b, &self->at[0]), 0);
}

static void ends_up(struct wireguard_data *self, const struct kind *kind)
{
	link_make(&self->link, kind);
	self->link.to_server.id = INDEX;
	self->link.to_client.id = INDEX;
	link_keys(&self->link);
	self->a = link_bound(&self->link, self->link.client, &self->addr_a);
	self->b = link_bound(&self->link, self->link.server, &self->addr_b);
	self->relay = -1;
	self->elsewhere = -1;
}

FIXTURE_SETUP(wireguard)
{
	ends_up(self, &variant->kind);
}

static void ends_down(struct wireguard_data *self)
{
	close(self->a);
	close(self->b);
	close(self->relay);
	close(self->elsewhere);
	link_end(&self->link);
}

FIXTURE_TEARDOWN(wireguard)
{
	ends_down(self);
}

static void tunnelled(struct wireguard_data *self, sa_family_t family)
{
	union tsec_addr a, b;

	inside(&a, family, 1, PORT_A);
	inside(&b, family, 2, PORT_B);
	ASSERT_EQ(tunnel_set(self->a, &a, &b), 0);
	ASSERT_EQ(tunnel_set(self->b, &b, &a), 0);
	relayed(self);
}

static size_t wire_take(struct wireguard_data *self, uint8_t *packet)
{
	return wire_recv(self->relay, packet, WIRE_MAX, NULL);
}

static void wire_give(struct wireguard_data *self, const union tsec_addr *to,
		      const uint8_t *packet, size_t len)
{
	wire_send(self->relay, to, packet, len);
}

/* From one end to the other, seen on its way. */
static void pass(struct wireguard_data *self, int from, int to, size_t len)
{
	uint8_t packet[WIRE_MAX];

	fill_pattern(buf, len, len);
	ASSERT_EQ(send(from, buf, len, 0), len);
	wire_give(self, to == self->a ? &self->addr_a : &self->addr_b, packet,
		  wire_take(self, packet));
	expect_datagram(to, buf, len);
}

static size_t ip_len(sa_family_t family)
{
	return family == AF_INET ? sizeof(struct iphdr) :
				   sizeof(struct ip6_hdr);
}

TEST_F(wireguard, both_ways)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 100, 1200 };

	tunnelled(self, variant->inside);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		pass(self, self->a, self->b, sizes[i]);
		pass(self, self->b, self->a, sizes[i]);
	}
}

TEST_F(wireguard, on_the_wire)
{
	size_t inner = ip_len(variant->inside) + UDP_HEADER + 5, len;
	uint8_t packet[WIRE_MAX];

	tunnelled(self, variant->inside);
	for (uint8_t seq = 0; seq < 3; seq++) {
		ASSERT_EQ(send(self->a, "hello", 5, 0), 5);
		len = wire_take(self, packet);
		inner = (inner + PADDING - 1) / PADDING * PADDING;
		EXPECT_EQ(len, HEADER + inner + TAG);
		EXPECT_EQ(packet[0], 4);
		EXPECT_EQ(packet[1] | packet[2] | packet[3], 0);
		EXPECT_EQ(packet[8], seq);
		EXPECT_EQ(memmem(packet, len, "hello", 5), NULL);
	}
}

TEST_F(wireguard, longest_datagram)
{
	size_t mtu;

	tunnelled(self, variant->inside);
	mtu = option_int(self->a, SOL_TSEC, TSEC_MTU);
	ASSERT_GT(mtu, 60000);
	ASSERT_LT(mtu, 65536);
	fill_pattern(buf, mtu, 1);
	ASSERT_EQ(send(self->a, buf, mtu, 0), mtu);
	ASSERT_GT(recv(self->relay, got, sizeof(got), 0), mtu);
	ASSERT_ERR(send(self->a, buf, mtu + 1, 0), EMSGSIZE);
}

TEST_F(wireguard, replayed)
{
	uint64_t before = stat_of("PacketsReplayed");
	uint8_t packet[WIRE_MAX];
	size_t len;

	tunnelled(self, variant->inside);
	ASSERT_EQ(send(self->a, "once", 4, 0), 4);
	len = wire_take(self, packet);
	for (int i = 0; i < 3; i++)
		wire_give(self, &self->addr_b, packet, len);
	expect_datagram(self->b, "once", 4);
	expect_nothing(self->b);
	EXPECT_EQ(stat_of("PacketsReplayed"), before + 2);
}

TEST_F(wireguard, reordered)
{
	uint8_t packet[3][WIRE_MAX];
	size_t len[3];

	tunnelled(self, variant->inside);
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(send(self->a, &"abc"[i], 1, 0), 1);
		len[i] = wire_take(self, packet[i]);
	}
	for (int i = 2; i >= 0; i--) {
		wire_give(self, &self->addr_b, packet[i], len[i]);
		expect_datagram(self->b, &"abc"[i], 1);
	}
}

TEST_F(wireguard, forged)
{
	uint64_t before = stat_of("BadRecords");
	uint8_t packet[WIRE_MAX];
	size_t len;

	tunnelled(self, variant->inside);
	ASSERT_EQ(send(self->a, "true", 4, 0), 4);
	len = wire_take(self, packet);
	for (size_t at = HEADER; at < len; at++) {
		packet[at] ^= 1;
		wire_give(self, &self->addr_b, packet, len);
		packet[at] ^= 1;
	}
	expect_nothing(self->b);
	EXPECT_EQ(stat_of("BadRecords"), before + len - HEADER);
	wire_give(self, &self->addr_b, packet, len);
	expect_datagram(self->b, "true", 4);
}

TEST_F(wireguard, malformed)
{
	uint64_t before = stat_of("PacketsMalformed");
	uint8_t packet[WIRE_MAX];
	size_t len;

	tunnelled(self, variant->inside);
	ASSERT_EQ(send(self->a, "true", 4, 0), 4);
	len = wire_take(self, packet);
	/* not even a tag, another type, bytes that are reserved */
	wire_give(self, &self->addr_b, packet, HEADER + TAG - 1);
	packet[0] = 5;
	wire_give(self, &self->addr_b, packet, len);
	packet[0] = 4;
	packet[2] = 1;
	wire_give(self, &self->addr_b, packet, len);
	packet[2] = 0;
	expect_nothing(self->b);
	EXPECT_EQ(stat_of("PacketsMalformed"), before + 3);
	/* another receiver's */
	before = stat_of("PacketsNoKey") + stat_of("PacketsMalformed");
	packet[4] ^= 1;
	wire_give(self, &self->addr_b, packet, len);
	expect_nothing(self->b);
	EXPECT_EQ(stat_of("PacketsNoKey") + stat_of("PacketsMalformed"),
		  before + 1);
}

TEST_F(wireguard, other_ends_inside)
{
	uint64_t before = stat_of("PacketsMisaddressed");
	union tsec_addr a, b, wrong;
	uint8_t packet[WIRE_MAX];

	inside(&a, variant->inside, 1, PORT_A);
	inside(&b, variant->inside, 2, PORT_B);
	inside(&wrong, variant->inside, 3, PORT_A);
	ASSERT_EQ(tunnel_set(self->a, &wrong, &b), 0);
	ASSERT_EQ(tunnel_set(self->b, &b, &a), 0);
	relayed(self);
	ASSERT_EQ(send(self->a, "who?", 4, 0), 4);
	wire_give(self, &self->addr_b, packet, wire_take(self, packet));
	expect_nothing(self->b);
	EXPECT_EQ(stat_of("PacketsMisaddressed"), before + 1);
}

/* Who does not know its peer's end answers whoever was heard. */
TEST_F(wireguard, any_end_inside)
{
	union tsec_addr a, b, any;
	struct tsec_tunnel tunnel;
	socklen_t len = sizeof(tunnel);

	inside(&a, variant->inside, 1, PORT_A);
	inside(&b, variant->inside, 2, PORT_B);
	memset(&any, 0, sizeof(any));
	any.sa.sa_family = variant->inside;
	ASSERT_EQ(tunnel_set(self->a, &a, &b), 0);
	ASSERT_EQ(tunnel_set(self->b, &b, &any), 0);
	relayed(self);
	ASSERT_ERR(send(self->b, "too early", 9, 0), EDESTADDRREQ);
	pass(self, self->a, self->b, 10);
	pass(self, self->b, self->a, 10);
	ASSERT_EQ(getsockopt(self->b, SOL_TSEC, TSEC_TUNNEL, &tunnel, &len), 0);
	ASSERT_EQ(len, sizeof(tunnel));
	EXPECT_MEMEQ(&tunnel.remote, &a, addr_len(&a));
}

/* The port of the socket is that inside as well, if no other is asked for. */
TEST_F(wireguard, port_of_the_socket)
{
	union tsec_addr a, b;
	struct tsec_tunnel tunnel;
	socklen_t len = sizeof(tunnel);

	inside(&a, variant->inside, 1, 0);
	inside(&b, variant->inside, 2, PORT_B);
	ASSERT_EQ(tunnel_set(self->a, &a, &b), 0);
	ASSERT_EQ(tunnel_set(self->b, &b, &a), 0);
	relayed(self);
	pass(self, self->a, self->b, 10);
	ASSERT_EQ(getsockopt(self->a, SOL_TSEC, TSEC_TUNNEL, &tunnel, &len), 0);
	memcpy(&a, &tunnel.local, sizeof(a));
	EXPECT_EQ(a.in.sin_port, self->addr_a.in.sin_port);
}

TEST_F(wireguard, bad_ends)
{
	union tsec_addr a, b, none = { .sa.sa_family = AF_UNSPEC };
	int fd = dgram_socket(NULL, 0);

	inside(&a, AF_INET, 1, PORT_A);
	inside(&b, AF_INET6, 2, PORT_B);
	EXPECT_ERR(tunnel_set(self->a, &a, &b), EINVAL);
	EXPECT_ERR(tunnel_set(self->a, &a, &none), EINVAL);
	EXPECT_ERR(setsockopt(self->a, SOL_TSEC, TSEC_TUNNEL, &a, sizeof(a)),
		     EINVAL);
	b.sa.sa_family = AF_UNIX;
	EXPECT_ERR(tunnel_set(self->a, &b, &b), EAFNOSUPPORT);
	inside(&b, AF_INET, 2, PORT_B);
	EXPECT_ERR(tunnel_set(fd, &a, &b), ENOPROTOOPT);
	close(fd);
	tunnelled(self, variant->inside);
	EXPECT_ERR(tunnel_set(self->a, &a, &b), EISCONN);
}

TEST_F(wireguard, of_the_profile)
{
	struct tsec_profile_info info = { .have = 0 };
	union tsec_addr a, b;

	inside(&a, variant->inside, 1, PORT_A);
	inside(&b, variant->inside, 2, PORT_B);
	tsec_set_str(&info, PROFILE_NAME, name, self->link.client);
	tsec_set(&info, PROFILE_TUNNEL_LOCAL, tunnel_local, a);
	tsec_set(&info, PROFILE_TUNNEL_REMOTE, tunnel_remote, b);
	ASSERT_EQ(tsec_profile_set(self->link.nl, &info), 0);
	ASSERT_EQ(tunnel_set(self->b, &b, &a), 0);
	relayed(self);
	pass(self, self->a, self->b, 10);
	pass(self, self->b, self->a, 10);
	info.tunnel_local = b;
	info.tunnel_remote = a;
	info.tunnel_remote.sa.sa_family = AF_UNSPEC;
	EXPECT_EQ(tsec_profile_set(self->link.nl, &info), -EINVAL);
}

/* A whole packet, of no protocol that anybody knows; its length. */
static size_t whole_packet(uint8_t *packet, sa_family_t family, size_t len)
{
	struct ip6_hdr v6 = { .ip6_nxt = 253, .ip6_plen = htons(len) };
	struct iphdr v4 = { .version = 4, .ihl = 5, .protocol = 253,
			    .ttl = 1, .tot_len = htons(sizeof(v4) + len) };
	size_t header = ip_len(family);
	uint32_t sum = 0;

	v6.ip6_vfc = 0x60;
	for (int i = 0; i < 10; i++)
		sum += ((uint16_t *)&v4)[i];
	sum = (sum & 0xffff) + (sum >> 16);
	v4.check = ~((sum & 0xffff) + (sum >> 16));
	memcpy(packet, family == AF_INET ? (void *)&v4 : (void *)&v6, header);
	fill_pattern(packet + header, len, len);
	return header + len;
}

TEST_F(wireguard, whole_packets)
{
	uint8_t packet[WIRE_MAX];
	size_t len;

	relayed(self);
	for (size_t more = 0; more < 40; more++) {
		len = whole_packet(buf, variant->inside, more);
		/* What follows the packet is none of it. */
		ASSERT_EQ(send(self->a, buf, len + more % 3, 0),
			  len + more % 3);
		wire_give(self, &self->addr_b, packet, wire_take(self, packet));
		expect_datagram(self->b, buf, len);
	}
	ASSERT_ERR(send(self->a, buf, len - 1, 0), EINVAL);
	ASSERT_ERR(send(self->a, "hello", 5, 0), EINVAL);
	ASSERT_ERR(send(self->a, "", 0, 0), EINVAL);
}

/* In one call, with headers inside of each. */
TEST_F(wireguard, segments)
{
	enum { SIZE = 500, COUNT = 7, LAST = 100 };
	size_t len = SIZE * COUNT + LAST;
	uint8_t packet[WIRE_MAX];

	tunnelled(self, variant->inside);
	option_set_int(self->a, SOL_UDP, UDP_SEGMENT, SIZE);
	fill_pattern(buf, len, 1);
	ASSERT_EQ(send(self->a, buf, len, 0), len);
	for (size_t at = 0; at < len; at += SIZE) {
		wire_give(self, &self->addr_b, packet, wire_take(self, packet));
		expect_datagram(self->b, buf + at, at < SIZE * COUNT ? SIZE :
								      LAST);
	}
}

/* Where b takes its peer to be, and sends to. */
static void is_at(struct wireguard_data *self, int n)
{
	int fds[] = { self->relay, self->elsewhere };
	uint8_t packet[WIRE_MAX];
	union tsec_addr addr;
	socklen_t len = sizeof(addr);

	memset(&addr, 0, sizeof(addr));
	ASSERT_EQ(getpeername(self->b, &addr.sa, &len), 0);
	EXPECT_MEMEQ(&addr, &self->at[n], addr_len(&self->at[n]));
	ASSERT_EQ(send(self->b, "back", 4, 0), 4);
	wire_give(self, &self->addr_a, packet,
		  wire_recv(fds[n], packet, WIRE_MAX, NULL));
	expect_datagram(self->a, "back", 4);
	expect_nothing(fds[!n]);
}

TEST_F(wireguard, follows_the_peer)
{
	uint64_t moved = stat_of("PeersMoved");
	uint8_t packet[WIRE_MAX];
	size_t len;

	tunnelled(self, variant->inside);
	pass(self, self->a, self->b, 10);
	is_at(self, 0);
	for (int i = 0; i < 4; i++) {
		ASSERT_EQ(send(self->a, "here", 4, 0), 4);
		len = wire_take(self, packet);
		wire_send(i % 2 ? self->relay : self->elsewhere, &self->addr_b,
			  packet, len);
		expect_datagram(self->b, "here", 4);
		stat_reaches("PeersMoved", moved + i + 1);
		is_at(self, !(i % 2));
	}
}

/* Of what somebody else can send, or has seen and sends again, nothing. */
TEST_F(wireguard, follows_nobody_else)
{
	uint64_t moved = stat_of("PeersMoved");
	uint64_t elsewhere = stat_of("PacketsElsewhere");
	uint8_t packet[3][WIRE_MAX], initiation[148] = { 1 };
	size_t len[3];

	tunnelled(self, variant->inside);
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(send(self->a, &"abc"[i], 1, 0), 1);
		len[i] = wire_take(self, packet[i]);
	}
	wire_give(self, &self->addr_b, packet[1], len[1]);
	expect_datagram(self->b, "b", 1);
	/* again, late, not authentic, and without any key */
	wire_send(self->elsewhere, &self->addr_b, packet[1], len[1]);
	wire_send(self->elsewhere, &self->addr_b, packet[0], len[0]);
	expect_datagram(self->b, "a", 1);
	packet[2][HEADER] ^= 1;
	wire_send(self->elsewhere, &self->addr_b, packet[2], len[2]);
	wire_send(self->elsewhere, &self->addr_b, initiation,
		  sizeof(initiation));
	expect_nothing(self->b);
	EXPECT_EQ(stat_of("PacketsElsewhere"), elsewhere + 1);
	EXPECT_EQ(stat_of("PeersMoved"), moved);
	is_at(self, 0);
}

/* Nothing under a key is newer than what came under the next one. */
TEST_F(wireguard, follows_the_newest_key)
{
	uint64_t moved = stat_of("PeersMoved");
	struct key key = self->link.to_server;
	uint8_t packet[2][WIRE_MAX];
	size_t len[2];

	tunnelled(self, variant->inside);
	key_make(&key);
	key.id = INDEX + 1;
	ASSERT_EQ(send(self->a, "old", 3, 0), 3);
	len[0] = wire_take(self, packet[0]);
	ASSERT_EQ(rekey(&self->link, self->b, TSEC_DIR_RX, &key), 0);
	ASSERT_EQ(rekey(&self->link, self->a, TSEC_DIR_TX, &key), 0);
	ASSERT_EQ(send(self->a, "new", 3, 0), 3);
	len[1] = wire_take(self, packet[1]);
	wire_give(self, &self->addr_b, packet[1], len[1]);
	expect_datagram(self->b, "new", 3);
	wire_send(self->elsewhere, &self->addr_b, packet[0], len[0]);
	expect_datagram(self->b, "old", 3);
	is_at(self, 0);
	EXPECT_EQ(stat_of("PeersMoved"), moved);
}

FIXTURE(keepalive) {
	struct wireguard_data silent;	/* b only receives */
	struct wireguard_data lively;	/* b answers */
};

FIXTURE_VARIANT(keepalive) {
	struct kind kind;
};

FIXTURE_VARIANT_ADD(keepalive, v4) = {
	.kind = { TSEC_VERSION_WIREGUARD, TSEC_CIPHER_CHACHA20_POLY1305,
		  AF_INET },
};

FIXTURE_SETUP(keepalive)
{
	ends_up(&self->silent, &variant->kind);
	ends_up(&self->lively, &variant->kind);
	tunnelled(&self->silent, AF_INET);
	tunnelled(&self->lively, AF_INET6);
}

FIXTURE_TEARDOWN(keepalive)
{
	ends_down(&self->silent);
	ends_down(&self->lively);
}

/* The one wait is for all that has to do with the time. */
TEST_F(keepalive, of_who_only_receives)
{
	uint64_t sent = stat_of("KeepalivesSent"), first = now_ms();
	uint64_t control = stat_of("ControlRecords");
	struct wireguard_data *silent = &self->silent;
	struct wireguard_data *lively = &self->lively;
	uint8_t packet[WIRE_MAX];
	size_t len;

	pass(silent, silent->a, silent->b, 10);
	pass(lively, lively->a, lively->b, 10);
	/* More data does not put it off, and an answer makes it needless. */
	EXPECT_EQ(poll_for(silent->relay, POLLIN, KEEPALIVE / 2), 0);
	pass(silent, silent->a, silent->b, 20);
	pass(lively, lively->b, lively->a, 20);
	ASSERT_EQ(poll_for(silent->relay, POLLIN, KEEPALIVE), POLLIN);
	EXPECT_GE(now_ms() - first + QUIET, KEEPALIVE);
	EXPECT_LE(now_ms() - first, KEEPALIVE + SOON);
	len = wire_take(silent, packet);
	EXPECT_EQ(len, HEADER + TAG);
	EXPECT_EQ(packet[0], 4);
	wire_give(silent, &silent->addr_a, packet, len);
	expect_nothing(silent->a);
	EXPECT_EQ(stat_of("ControlRecords"), control + 1);
	EXPECT_EQ(poll_for(silent->relay, POLLIN, QUIET), 0);
	EXPECT_EQ(poll_for(lively->relay, POLLIN, 0), 0);
	EXPECT_EQ(stat_of("KeepalivesSent"), sent + 1);
}
