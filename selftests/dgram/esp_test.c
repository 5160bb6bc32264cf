// SPDX-License-Identifier: GPL-2.0
/*
 * ESP in UDP: programs have ports of their own, and all packets go by port
 * 4500.  A relay between the two ends sees what goes over the wire, and does
 * to it what networks do.
 */
#include <netinet/udp.h>
#include <unistd.h>

#include "aead.h"
#include "esp.h"
#include "pair.h"
#include "relay.h"
#include "util.h"
#include "wire.h"

enum {
	NEXT_NONE	= 59,		/* dummy: RFC 4303 section 2.6 */
};

FIXTURE(esp) {
	struct link link;
	struct relay relay;
	int a;
	int b;
	int wire;
	union tsec_addr addr_a;
	union tsec_addr addr_b;
};
KIND_VARIANT(esp);
ESP_KINDS_ADD(esp);

static uint8_t buf[65536], got[65536];

FIXTURE_SETUP(esp)
{
	link_make(&self->link, &variant->kind);
	self->a = self->b = self->wire = self->relay.away = -1;
	fill_pattern(buf, sizeof(buf), 0);
}

FIXTURE_TEARDOWN(esp)
{
	close(self->a);
	close(self->b);
	close(self->wire);
	relay_end(&self->relay);
	link_end(&self->link);
}

static int bound_at(struct esp_data *self, const char *profile,
		    enum relay_host host, union tsec_addr *addr)
{
	int fd = link_socket(&self->link, profile);

	relay_addr(addr, self->link.kind.family, host, 0);
	ASSERT_EQ(bind(fd, &addr->sa, addr_len(addr)), 0);
	addr_of(addr, fd);
	return fd;
}

static int port_of(const union tsec_addr *addr)
{
	return ntohs(addr->sa.sa_family == AF_INET ? addr->in.sin_port :
						     addr->in6.sin6_port);
}

static void port_set(union tsec_addr *addr, int port)
{
	if (addr->sa.sa_family == AF_INET)
		addr->in.sin_port = htons(port);
	else
		addr->in6.sin6_port = htons(port);
}

/* A relay's socket; each end is to have the other one's port there. */
static int wire_at(struct esp_data *self, enum relay_host host, int port)
{
	union tsec_addr addr;

	relay_addr(&addr, self->link.kind.family, host, port);
	return relay_socket(&self->relay, &addr);
}

static void relayed(struct esp_data *self)
{
	sa_family_t family = self->link.kind.family;
	union tsec_addr addr;

	relay_make(&self->relay);
	self->wire = wire_at(self, HOST_RELAY, ESP_PORT);
	link_keys(&self->link);
	self->a = bound_at(self, self->link.client, HOST_A, &self->addr_a);
	self->b = bound_at(self, self->link.server, HOST_B, &self->addr_b);
	relay_addr(&addr, family, HOST_RELAY, port_of(&self->addr_b));
	ASSERT_EQ(tsec_connect(self->a, &addr), 0);
	relay_addr(&addr, family, HOST_RELAY, port_of(&self->addr_a));
	ASSERT_EQ(tsec_connect(self->b, &addr), 0);
}

/* The next packet that is on the wire; its length. */
static size_t wire_take(struct esp_data *self, uint8_t *packet)
{
	union tsec_addr from;
	size_t len;

	len = wire_recv(self->wire, packet, ESP_ROOM, &from);
	EXPECT_EQ(port_of(&from), ESP_PORT);
	return len;
}

/* To b, from whichever socket over there. */
static void give(struct esp_data *self, int wire, const void *packet,
		 size_t len)
{
	union tsec_addr to = self->addr_b;

	port_set(&to, ESP_PORT);
	wire_send(wire, &to, packet, len);
}

static void wire_give(struct esp_data *self, const void *packet, size_t len)
{
	give(self, self->wire, packet, len);
}

/* From a to b, seen on its way. */
static void pass(struct esp_data *self)
{
	uint8_t packet[ESP_ROOM];

	wire_give(self, packet, wire_take(self, packet));
}

/* A packet of a's; its length. */
static size_t sent(struct esp_data *self, size_t len, uint8_t *packet)
{
	ASSERT_EQ(send(self->a, buf, len, 0), len);
	return wire_take(self, packet);
}

static bool is_esn(const struct kind *kind)
{
	return kind->version == TSEC_VERSION_ESP_ESN;
}

TEST_F(esp, both_ways)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 4, 100, 1400, 9000, 60000 };
	struct ends ends;
	size_t i;

	ends_make(&ends, &variant->kind);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ASSERT_EQ(send(ends.a, buf, sizes[i], 0), sizes[i]);
		expect_datagram(ends.b, buf, sizes[i]);
		ASSERT_EQ(send(ends.b, buf + 1, sizes[i], 0), sizes[i]);
		expect_datagram(ends.a, buf + 1, sizes[i]);
	}
	ends_close(&ends);
}

static void expect_on_wire(struct esp_data *self, const uint8_t *packet,
			   size_t size, uint64_t seq, size_t len)
{
	struct esp_content content = { .seq = seq };
	uint16_t check;

	EXPECT_EQ(size, esp_packet_len(len));
	esp_open(&self->link.kind, &self->link.to_server, packet, size,
		 &content);
	EXPECT_EQ(content.seq, seq);
	EXPECT_EQ(content.next, IPPROTO_UDP);
	ASSERT_EQ(content.len, ESP_UDP_HEADER + len);
	EXPECT_EQ(get_be(content.data, 2), port_of(&self->addr_a));
	EXPECT_EQ(get_be(content.data + 2, 2), port_of(&self->addr_b));
	EXPECT_EQ(get_be(content.data + 4, 2), content.len);
	check = get_be(content.data + 6, 2);
	EXPECT_EQ(check != 0, self->link.kind.family == AF_INET6);
	EXPECT_MEMEQ(content.data + ESP_UDP_HEADER, buf, len);
}

/* RFC 4303 section 2, with the program's own ports inside. */
TEST_F(esp, on_the_wire)
{
	uint8_t packet[ESP_ROOM];
	size_t len, size;

	relayed(self);
	for (len = 0; len < 9; len++) {
		size = sent(self, len, packet);
		EXPECT_EQ(get_be(packet + 4, 4), 1 + len);
		expect_on_wire(self, packet, size, 1 + len, len);
		wire_give(self, packet, size);
		expect_datagram(self->b, buf, len);
	}
}

static uint32_t sum_of(uint32_t sum, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? data[i] : data[i] << 8;
	return sum;
}

/* RFC 8200 section 8.1: the addresses are part of it. */
TEST_F(esp, checksum_inside)
{
	struct esp_content content = { .seq = 1 };
	uint8_t packet[ESP_ROOM], tail[4] = { 0, 0, 0, IPPROTO_UDP };
	union tsec_addr relay;
	uint32_t sum;
	size_t size;

	if (variant->kind.family == AF_INET)
		NOT_HERE("IPv4 does without");
	relayed(self);
	size = sent(self, 333, packet);
	esp_open(&variant->kind, &self->link.to_server, packet, size, &content);
	relay_addr(&relay, AF_INET6, HOST_RELAY, 0);
	sum = sum_of(content.len, self->addr_a.in6.sin6_addr.s6_addr, 16);
	sum = sum_of(sum, relay.in6.sin6_addr.s6_addr, 16);
	sum = sum_of(sum, tail, sizeof(tail));
	sum = sum_of(sum, content.data, content.len);
	sum = (sum >> 16) + (sum & 0xffff);
	EXPECT_EQ((sum >> 16) + (sum & 0xffff), 0xffff);
}

TEST_F(esp, names_are_the_programs_own)
{
	union tsec_addr addr, other;
	socklen_t len = sizeof(addr);
	struct ends ends;
	int fd;

	ends_make(&ends, &variant->kind);
	addr_of(&addr, ends.a);
	EXPECT_NE(port_of(&addr), ESP_PORT);
	EXPECT_EQ(port_of(&addr), port_of(&ends.addr_a));
	ASSERT_EQ(getpeername(ends.a, &addr.sa, &len), 0);
	EXPECT_EQ(port_of(&addr), port_of(&ends.addr_b));
	ASSERT_EQ(send(ends.a, "x", 1, 0), 1);
	ASSERT_EQ(recvfrom(ends.b, got, sizeof(got), 0, &addr.sa, &len), 1);
	EXPECT_EQ(port_of(&addr), port_of(&ends.addr_a));
	/* As the port is taken, it cannot be taken by others. */
	fd = link_socket(&ends.link, ends.link.client);
	other = ends.addr_a;
	EXPECT_ERR(bind(fd, &other.sa, addr_len(&other)), EADDRINUSE);
	close(fd);
	ends_close(&ends);
}

TEST_F(esp, replayed)
{
	uint64_t before = stat_of("PacketsReplayed");
	uint8_t packet[ESP_ROOM];
	size_t len;

	relayed(self);
	len = sent(self, 20, packet);
	wire_give(self, packet, len);
	wire_give(self, packet, len);
	stat_reaches("PacketsReplayed", before + 1);
	expect_datagram(self->b, buf, 20);
	expect_nothing(self->b);
}

TEST_F(esp, overtaken)
{
	uint8_t packets[5][ESP_ROOM];
	size_t len = 0;
	int i;

	relayed(self);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(send(self->a, buf + i, 30, 0), 30);
		len = wire_take(self, packets[i]);
	}
	for (i = 4; i >= 0; i--) {
		wire_give(self, packets[i], len);
		expect_datagram(self->b, buf + i, 30);
	}
}

TEST_F(esp, late)
{
	uint64_t before = stat_of("PacketsLate");
	uint64_t bad = stat_of("BadRecords");
	uint8_t packet[ESP_ROOM];
	size_t len;
	int i;

	relayed(self);
	len = sent(self, 10, packet);
	for (i = 0; i < 1200; i++) {
		ASSERT_EQ(send(self->a, buf, 10, 0), 10);
		pass(self);
		expect_datagram(self->b, buf, 10);
	}
	wire_give(self, packet, len);
	/* Of extended numbers it is taken for one that is yet to come. */
	if (is_esn(&variant->kind))
		stat_reaches("BadRecords", bad + 1);
	else
		stat_reaches("PacketsLate", before + 1);
	expect_nothing(self->b);
}

TEST_F(esp, forged)
{
	static const size_t places[] = { 4, 7, 8, 15, 16, 30, 60, 83 };
	uint64_t bad = stat_of("BadRecords");
	uint8_t packet[ESP_ROOM], forged[ESP_ROOM];
	size_t len, i, n = ARRAY_SIZE(places);

	relayed(self);
	len = sent(self, 40, packet);
	ASSERT_EQ(len, places[n - 1] + 1);
	for (i = 0; i < n; i++) {
		memcpy(forged, packet, len);
		forged[places[i]] ^= 0x80;
		wire_give(self, forged, len);
	}
	stat_reaches("BadRecords", bad + n);
	expect_nothing(self->b);
	wire_give(self, packet, len);
	expect_datagram(self->b, buf, 40);
}

TEST_F(esp, truncated)
{
	uint64_t before = stat_of("PacketsMalformed");
	uint64_t bad = stat_of("BadRecords");
	uint8_t packet[ESP_ROOM];
	size_t len;

	relayed(self);
	len = sent(self, 40, packet);
	wire_give(self, packet, 3);
	wire_give(self, packet, 8);
	wire_give(self, packet, 35);
	wire_give(self, packet, len - 1);
	wire_give(self, "", 0);
	stat_reaches("PacketsMalformed", before + 5);
	wire_give(self, packet, len - 4);
	stat_reaches("BadRecords", bad + 1);
	wire_give(self, packet, len);
	expect_datagram(self->b, buf, 40);
	expect_nothing(self->b);
}

/* A keepalive, and a message of IKE behind its marker (RFC 3948 section 2). */
TEST_F(esp, others_on_the_port)
{
	uint64_t before = stat_of("PacketsUnprotected");
	static const uint8_t ike[4 + 28];

	relayed(self);
	wire_give(self, "\xff", 1);
	wire_give(self, ike, sizeof(ike));
	stat_reaches("PacketsUnprotected", before + 2);
	expect_nothing(self->b);
}

/* The port that the program knows is none for what nothing protects. */
TEST_F(esp, in_the_clear)
{
	uint64_t before = stat_of("PacketsUnprotected");
	int fd;

	relayed(self);
	fd = wire_at(self, HOST_RELAY, port_of(&self->addr_a));
	ASSERT_EQ(sendto(fd, "clear", 5, 0, &self->addr_b.sa,
			 addr_len(&self->addr_b)), 5);
	stat_reaches("PacketsUnprotected", before + 1);
	expect_nothing(self->b);
	close(fd);
}

TEST_F(esp, unknown_spi)
{
	uint64_t before = stat_of("PacketsNoKey");
	uint8_t packet[ESP_ROOM];
	size_t len;

	relayed(self);
	len = sent(self, 40, packet);
	packet[3] ^= 1;
	wire_give(self, packet, len);
	stat_reaches("PacketsNoKey", before + 1);
	packet[3] ^= 1;
	wire_give(self, packet, len);
	expect_datagram(self->b, buf, 40);
}

/* Only the peer may use its key; its port may be any. */
TEST_F(esp, from_elsewhere)
{
	uint64_t before = stat_of("PacketsNoSession");
	uint8_t packet[ESP_ROOM];
	int stranger, other;
	size_t len;

	relayed(self);
	stranger = wire_at(self, HOST_STRANGER, ESP_PORT);
	other = wire_at(self, HOST_RELAY, 0);
	len = sent(self, 40, packet);
	give(self, stranger, packet, len);
	stat_reaches("PacketsNoSession", before + 1);
	expect_nothing(self->b);
	give(self, other, packet, len);
	expect_datagram(self->b, buf, 40);
	close(stranger);
	close(other);
}

static void content_give(struct esp_data *self,
			 const struct esp_content *content)
{
	uint8_t packet[ESP_ROOM];

	wire_give(self, packet, esp_seal(&self->link.kind,
					 &self->link.to_server, content,
					 packet));
}

/* With the key one may lie, but not about who is meant. */
TEST_F(esp, other_ports_inside)
{
	uint64_t before = stat_of("PacketsMisaddressed");
	struct esp_content content = { .seq = 0 };
	int a, b;

	relayed(self);
	a = port_of(&self->addr_a);
	b = port_of(&self->addr_b);
	content.seq++;
	esp_udp_make(&content, a + 1, b, buf, 10);
	content_give(self, &content);
	content.seq++;
	esp_udp_make(&content, a, b ^ 1, buf, 10);
	content_give(self, &content);
	content.seq++;
	esp_udp_make(&content, a, b, buf, 10);
	content.next = IPPROTO_TCP;
	content_give(self, &content);
	stat_reaches("PacketsMisaddressed", before + 3);
	expect_nothing(self->b);
	content.seq++;
	content.next = IPPROTO_UDP;
	content_give(self, &content);
	expect_datagram(self->b, buf, 10);
}

TEST_F(esp, broken_header_inside)
{
	uint64_t before = stat_of("PacketsMalformed");
	struct esp_content content = { .seq = 1 };

	relayed(self);
	esp_udp_make(&content, port_of(&self->addr_a), port_of(&self->addr_b),
		     buf, 10);
	content.data[5]++;
	content_give(self, &content);
	content.seq++;
	content.data[5] = ESP_UDP_HEADER - 1;
	content_give(self, &content);
	content.seq++;
	content.len = ESP_UDP_HEADER - 1;
	content_give(self, &content);
	content.seq++;
	content.len = 0;
	content_give(self, &content);
	stat_reaches("PacketsMalformed", before + 4);
	expect_nothing(self->b);
}

/* Traffic flow confidentiality: RFC 4303 sections 2.6 and 2.7. */
TEST_F(esp, padded_and_dummy_packets)
{
	uint64_t before = stat_of("ControlRecords");
	struct esp_content content = { .seq = 1 };

	relayed(self);
	esp_udp_make(&content, port_of(&self->addr_a), port_of(&self->addr_b),
		     buf, 10);
	content.len += 555;
	content_give(self, &content);
	expect_datagram(self->b, buf, 10);
	content.seq++;
	content.next = NEXT_NONE;
	content_give(self, &content);
	stat_reaches("ControlRecords", before + 1);
	expect_nothing(self->b);
}

/* 2^32 is where numbers of 32 bits end, and extended ones go on. */
TEST_F(esp, numbers_end)
{
	self->link.to_server.seq = UINT32_MAX - 1;
	relayed(self);
	ASSERT_EQ(send(self->a, buf, 10, 0), 10);
	ASSERT_EQ(send(self->a, buf, 11, 0), 11);
	if (is_esn(&variant->kind)) {
		ASSERT_EQ(send(self->a, buf, 12, 0), 12);
		ASSERT_EQ(send(self->a, buf, 13, 0), 13);
	} else {
		EXPECT_ERR(send(self->a, buf, 12, 0), EKEYEXPIRED);
	}
	pass(self);
	expect_datagram(self->b, buf, 10);
	pass(self);
	expect_datagram(self->b, buf, 11);
	if (!is_esn(&variant->kind))
		return;
	pass(self);
	expect_datagram(self->b, buf, 12);
	pass(self);
	expect_datagram(self->b, buf, 13);
}

TEST_F(esp, wrong_key)
{
	uint64_t before = stat_of("BadRecords");
	struct esp_content content = { .seq = 1 };

	relayed(self);
	esp_udp_make(&content, port_of(&self->addr_a), port_of(&self->addr_b),
		     buf, 10);
	self->link.to_server.key[0] ^= 1;
	content_give(self, &content);
	self->link.to_server.key[0] ^= 1;
	self->link.to_server.iv[0] ^= 1;
	content_give(self, &content);
	stat_reaches("BadRecords", before + 2);
	expect_nothing(self->b);
}

static void next_key(struct key *key, uint32_t id)
{
	key_make(key);
	key->id = id;
	key->seq = 0;
}

/* Both SPIs bring packets to the session while the sender changes. */
TEST_F(esp, keys_are_replaced)
{
	struct key *key = &self->link.to_server;
	uint8_t old[ESP_ROOM], packet[ESP_ROOM];
	uint32_t first;
	size_t len, old_len;

	relayed(self);
	first = key->id;
	old_len = sent(self, 20, old);
	next_key(key, first ^ 1);
	ASSERT_EQ(rekey(&self->link, self->b, TSEC_DIR_RX, key), 0);
	ASSERT_EQ(rekey(&self->link, self->a, TSEC_DIR_TX, key), 0);
	len = sent(self, 30, packet);
	EXPECT_EQ(get_be(packet, 4), first ^ 1);
	expect_on_wire(self, packet, len, 1, 30);
	wire_give(self, packet, len);
	expect_datagram(self->b, buf, 30);
	wire_give(self, old, old_len);
	expect_datagram(self->b, buf, 20);
}

/* An SPI that is in use no more may be another's. */
TEST_F(esp, the_oldest_key_gives_way)
{
	uint64_t before = stat_of("PacketsNoKey");
	struct key *key = &self->link.to_server;
	uint8_t old[ESP_ROOM];
	size_t len, i;

	relayed(self);
	len = sent(self, 20, old);
	for (i = 1; i <= 3; i++) {
		next_key(key, key->id + 1);
		ASSERT_EQ(rekey(&self->link, self->b, TSEC_DIR_RX, key), 0);
	}
	wire_give(self, old, len);
	stat_reaches("PacketsNoKey", before + 1);
	next_key(key, key->id - 3);
	ASSERT_EQ(rekey(&self->link, self->a, TSEC_DIR_RX, key), 0);
	/* As long as that one has it, it is nobody else's. */
	EXPECT_EQ(rekey(&self->link, self->b, TSEC_DIR_RX, key), -EEXIST);
	next_key(key, key->id + 3);
	EXPECT_EQ(rekey(&self->link, self->b, TSEC_DIR_RX, key), -EEXIST);
	expect_nothing(self->b);
}

/* Each receives by an SPI of its own, or packets would go to the wrong one. */
TEST_F(esp, one_spi_twice)
{
	struct link other;
	union tsec_addr addr;
	struct ends ends;
	int fd;

	ends_make(&ends, &variant->kind);
	link_make(&other, &variant->kind);
	other.to_client.id = ends.link.to_client.id;
	link_keys(&other);
	fd = link_bound(&other, other.client, &addr);
	EXPECT_ERR(tsec_connect(fd, &ends.addr_b), EEXIST);
	EXPECT_STREQ(error_of(fd), "another session receives by the same SPI");
	/* Once the first has gone, its SPI is free, and these keys are new. */
	close(ends.a);
	ends.a = -1;
	EXPECT_EQ(tsec_connect(fd, &ends.addr_b), 0);
	close(fd);
	link_end(&other);
	ends_close(&ends);
}

TEST_F(esp, several_in_one_call)
{
	uint8_t packet[ESP_ROOM];
	size_t i, size;

	relayed(self);
	option_set_int(self->a, IPPROTO_UDP, UDP_SEGMENT, 202);
	ASSERT_EQ(send(self->a, buf, 10 * 202 + 201, 0), 10 * 202 + 201);
	for (i = 0; i < 11; i++) {
		size = wire_take(self, packet);
		EXPECT_EQ(size, esp_packet_len(i < 10 ? 202 : 201));
		wire_give(self, packet, size);
		expect_datagram(self->b, buf + 202 * i, i < 10 ? 202 : 201);
	}
}

TEST_F(esp, tells_how_much_fits)
{
	uint8_t packet[ESP_ROOM];
	int mtu, ip;

	relayed(self);
	ip = variant->kind.family == AF_INET ? 20 : 40;
	mtu = option_int(self->a, SOL_TSEC, TSEC_MTU);
	EXPECT_LE(ip + 8 + esp_packet_len(mtu), 1500);
	EXPECT_GT(ip + 8 + esp_packet_len(mtu + 1), 1500);
	ASSERT_EQ(send(self->a, buf, mtu, 0), mtu);
	wire_give(self, packet, wire_take(self, packet));
	expect_datagram(self->b, buf, mtu);
	EXPECT_ERR(send(self->a, buf, mtu + 1, 0), EMSGSIZE);
}

/* Nothing tells the peer of an end. */
TEST_F(esp, has_no_end)
{
	relayed(self);
	ASSERT_EQ(send(self->a, buf, 10, 0), 10);
	pass(self);
	expect_datagram(self->b, buf, 10);
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	EXPECT_ERR(send(self->a, buf, 10, MSG_NOSIGNAL), EPIPE);
	close(self->a);
	self->a = -1;
	expect_nothing(self->wire);
	expect_nothing(self->b);
}
