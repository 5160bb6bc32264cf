// SPDX-License-Identifier: GPL-2.0
/*
 * UDP_GRO: datagrams that wait are received several in one call.
 */
#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "peer.h"
#include "util.h"
#include "wire.h"

FIXTURE(gro) {
	struct link link;
	struct peer peer;
	int sock;
};
KIND_VARIANT(gro);
DTLS_FAMILIES_ADD(gro);

static uint8_t buf[2 * 65536], got[65536], wire[65536];

FIXTURE_SETUP(gro)
{
	link_make(&self->link, &variant->kind);
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
	option_set_int(self->sock, IPPROTO_UDP, UDP_GRO, 1);
	fill_pattern(buf, sizeof(buf), 0);
}

FIXTURE_TEARDOWN(gro)
{
	peer_close(&self->peer);
	link_end(&self->link);
}

/* Records of these sizes, the pattern running through them. */
static void arrive(struct peer *peer, const size_t *sizes, size_t n)
{
	struct tsec_info info;
	size_t i, done = 0;

	info_of(peer->sock, &info);
	for (i = 0; i < n; i++) {
		peer_send(peer, TYPE_DATA, buf + done, sizes[i]);
		done += sizes[i];
	}
	wait_records(peer->sock, info.rx.records + n);
}

#define ARRIVE(peer, ...) do { \
	static const size_t sizes_[] = { __VA_ARGS__ }; \
	arrive(peer, sizes_, ARRAY_SIZE(sizes_)); \
} while (0)

/* What comes of one call; *size: as control data has it, 0 for none. */
static ssize_t receive(int fd, int flags, int *size)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec vec = { got, sizeof(got) };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(fd, &msg, flags | MSG_DONTWAIT);
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	*size = 0;
	if (len < 0 || !msg.msg_controllen)
		return len;
	ASSERT_TRUE(cmsg);
	EXPECT_EQ(cmsg->cmsg_level, IPPROTO_UDP);
	EXPECT_EQ(cmsg->cmsg_type, UDP_GRO);
	EXPECT_EQ(cmsg->cmsg_len, CMSG_LEN(sizeof(int)));
	memcpy(size, CMSG_DATA(cmsg), sizeof(*size));
	return len;
}

/* One call brings so many bytes of the pattern, in datagrams of that size. */
static void expect_joined(int fd, size_t from, size_t len, int size)
{
	int told;

	ASSERT_EQ(receive(fd, 0, &told), len);
	EXPECT_EQ(told, size);
	check_pattern(got, len, from);
}

static void expect_empty(int fd)
{
	EXPECT_ERR(recv(fd, got, 1, MSG_DONTWAIT), EAGAIN);
}

TEST_F(gro, option)
{
	int fd = dgram_socket(self->link.client, 0);

	EXPECT_EQ(option_int(fd, IPPROTO_UDP, UDP_GRO), 0);
	option_set_int(fd, IPPROTO_UDP, UDP_GRO, 1);
	EXPECT_EQ(option_int(fd, IPPROTO_UDP, UDP_GRO), 1);
	close(fd);
	fd = tsec_socket(self->link.client, 0);
	EXPECT_ERR(setsockopt(fd, IPPROTO_UDP, UDP_GRO, &(int){ 1 },
			      sizeof(int)), ENOPROTOOPT);
	close(fd);
}

TEST_F(gro, one_size)
{
	ARRIVE(&self->peer, 100, 100, 100, 100, 100);
	expect_joined(self->sock, 0, 500, 100);
	expect_empty(self->sock);
}

/* One alone is no news. */
TEST_F(gro, alone)
{
	ARRIVE(&self->peer, 100);
	expect_joined(self->sock, 0, 100, 0);
	ARRIVE(&self->peer, 100);
	expect_joined(self->sock, 0, 100, 0);
}

TEST_F(gro, shorter_is_the_last)
{
	ARRIVE(&self->peer, 100, 100, 50, 50, 100);
	expect_joined(self->sock, 0, 250, 100);
	expect_joined(self->sock, 250, 50, 0);
	expect_joined(self->sock, 300, 100, 0);
	expect_empty(self->sock);
}

TEST_F(gro, longer_begins_anew)
{
	ARRIVE(&self->peer, 100, 200, 200);
	expect_joined(self->sock, 0, 100, 0);
	expect_joined(self->sock, 100, 400, 200);
	expect_empty(self->sock);
}

TEST_F(gro, empty_ones_stay_alone)
{
	ARRIVE(&self->peer, 0, 0, 100, 0, 100);
	expect_joined(self->sock, 0, 0, 0);
	expect_joined(self->sock, 0, 0, 0);
	expect_joined(self->sock, 0, 100, 0);
	expect_joined(self->sock, 0, 0, 0);
	expect_joined(self->sock, 100, 100, 0);
	expect_empty(self->sock);
}

/* A filter may cut them off: they are as long as what is left. */
TEST_F(gro, cut_off)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, 40) };
	struct sock_fprog program = { ARRAY_SIZE(code), code };
	int told;

	ASSERT_EQ(setsockopt(self->sock, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			     sizeof(program)), 0);
	ARRIVE(&self->peer, 100, 100, 30);
	ASSERT_EQ(receive(self->sock, 0, &told), 110);
	EXPECT_EQ(told, 40);
	check_pattern(got, 40, 0);
	check_pattern(got + 40, 40, 100);
	check_pattern(got + 80, 30, 200);
}

TEST_F(gro, as_many_as_udp_has_it)
{
	size_t sizes[65], i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		sizes[i] = 10;
	arrive(&self->peer, sizes, ARRAY_SIZE(sizes));
	expect_joined(self->sock, 0, 640, 10);
	expect_joined(self->sock, 640, 10, 0);
}

TEST_F(gro, as_long_as_udp_has_it)
{
	option_set_int(self->sock, SOL_SOCKET, SO_RCVBUF, 1000000);
	ARRIVE(&self->peer, 16384, 16384, 16384, 16375, 16384, 16384, 16384,
	       16376);
	expect_joined(self->sock, 0, 65527, 16384);
	expect_joined(self->sock, 65527, 3 * 16384, 16384);
	expect_joined(self->sock, 65527 + 3 * 16384, 16376, 0);
	expect_empty(self->sock);
}

/* What one call of the other end sends, one call of this end receives. */
TEST_F(gro, sent_in_one_call)
{
	struct ends ends;

	ends_make(&ends, &variant->kind);
	option_set_int(ends.b, IPPROTO_UDP, UDP_GRO, 1);
	option_set_int(ends.a, IPPROTO_UDP, UDP_SEGMENT, 1000);
	ASSERT_EQ(send(ends.a, buf, 12345, 0), 12345);
	wait_records(ends.b, 13);
	expect_joined(ends.b, 0, 12345, 1000);
	ends_close(&ends);
}

/* What has come in one packet is not parted: the next begins anew. */
TEST_F(gro, sent_in_many_calls)
{
	enum { SIZE = 100, EACH = 15, CALLS = 8, FIT = 64 / EACH * EACH };
	struct ends ends;
	int i;

	ends_make(&ends, &variant->kind);
	option_set_int(ends.a, IPPROTO_UDP, UDP_SEGMENT, SIZE);
	option_set_int(ends.b, IPPROTO_UDP, UDP_GRO, 1);
	/* The first one may be. */
	ASSERT_EQ(send(ends.a, buf, 2 * SIZE, 0), 2 * SIZE);
	wait_records(ends.b, 2);
	expect_joined(ends.b, 0, 2 * SIZE, SIZE);
	for (i = 0; i < CALLS; i++)
		ASSERT_EQ(send(ends.a, buf + i * EACH * SIZE, EACH * SIZE, 0),
			  EACH * SIZE);
	wait_records(ends.b, 2 + CALLS * EACH);
	for (i = 0; i < CALLS * EACH / FIT; i++)
		expect_joined(ends.b, i * FIT * SIZE, FIT * SIZE, SIZE);
	expect_empty(ends.b);
	ends_close(&ends);
}

/* Control data tells of all of them or of none. */
TEST_F(gro, another_class_stays_apart)
{
	bool v4 = variant->kind.family == AF_INET;
	int level = v4 ? SOL_IP : SOL_IPV6;

	ARRIVE(&self->peer, 100, 100);
	option_set_int(self->peer.fd, level, v4 ? IP_TOS : IPV6_TCLASS, 8);
	ARRIVE(&self->peer, 100, 100);
	option_set_int(self->peer.fd, level, v4 ? IP_TTL : IPV6_UNICAST_HOPS,
		       9);
	ARRIVE(&self->peer, 100, 100);
	expect_joined(self->sock, 0, 200, 100);
	expect_joined(self->sock, 0, 200, 100);
	expect_joined(self->sock, 0, 200, 100);
	expect_empty(self->sock);
}

/* What is peeked at is not changed, and joined by others later. */
TEST_F(gro, peeked)
{
	int size;

	ARRIVE(&self->peer, 100, 100);
	ASSERT_EQ(receive(self->sock, MSG_PEEK, &size), 200);
	EXPECT_EQ(size, 100);
	ARRIVE(&self->peer, 100);
	ASSERT_EQ(receive(self->sock, MSG_PEEK | MSG_TRUNC, &size), 300);
	ASSERT_EQ(ioctl(self->sock, SIOCINQ, &size), 0);
	EXPECT_EQ(size, 300);
	ASSERT_EQ(receive(self->sock, 0, &size), 300);
	check_pattern(got, 200, 0);
	check_pattern(got + 200, 100, 0);
}

/* Neither bad ones nor those that came before get in. */
TEST_F(gro, bad_ones_leave_no_trace)
{
	uint64_t replayed = stat_of("PacketsReplayed");
	uint64_t bad = stat_of("BadRecords");
	size_t len;

	len = peer_seal(&self->peer, wire, TYPE_DATA, buf, 100);
	peer_write(&self->peer, wire, len);
	peer_write(&self->peer, wire, len);
	len = peer_seal(&self->peer, wire, TYPE_DATA, buf + 100, 100);
	wire[len - 1] ^= 1;
	peer_write(&self->peer, wire, len);
	wire[len - 1] ^= 1;
	peer_write(&self->peer, wire, len);
	wait_records(self->sock, 2);
	expect_joined(self->sock, 0, 200, 100);
	EXPECT_EQ(stat_of("PacketsReplayed"), replayed + 1);
	EXPECT_EQ(stat_of("BadRecords"), bad + 1);
}

/* Several records of one datagram share its memory. */
TEST_F(gro, records_of_one_datagram)
{
	size_t len = 0, left = 300, n;
	int size, i;

	for (i = 0; i < 3; i++)
		len += peer_seal(&self->peer, wire + len, TYPE_DATA,
				 buf + 100 * i, 100);
	peer_write(&self->peer, wire, len);
	ARRIVE(&self->peer, 100);
	wait_records(self->sock, 4);
	while (left) {
		n = receive(self->sock, 0, &size);
		ASSERT_EQ(n % 100, 0);
		n = n < left ? n : left;
		ASSERT_GT(n, 0);
		check_pattern(got, n, 300 - left);
		left -= n;
	}
}

/* A limit of the key holds in the midst of them. */
TEST_F(gro, key_limit)
{
	struct peer peer;
	int size, i;

	tsec_set(&self->link.limits, KEY_HARD_RECORDS, hard_records, 3);
	peer_make(&peer, &self->link);
	option_set_int(peer.sock, IPPROTO_UDP, UDP_GRO, 1);
	for (i = 0; i < 3; i++)
		peer_send(&peer, TYPE_DATA, buf + 100 * i, 100);
	wait_records(peer.sock, 3);
	expect_joined(peer.sock, 0, 300, 100);
	peer_send(&peer, TYPE_DATA, buf, 100);
	poll_for(peer.sock, 0, SOON);
	EXPECT_ERR(receive(peer.sock, 0, &size), EKEYEXPIRED);
	peer_close(&peer);
}

/* Each is charged for itself: the buffer is no larger than without. */
TEST_F(gro, buffer_full)
{
	uint64_t before = stat_of("PacketsNoRoom");
	size_t sizes[60], i;
	int size, lost;
	ssize_t n;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		sizes[i] = 1000;
	option_set_int(self->sock, SOL_SOCKET, SO_RCVBUF, 20000);
	arrive(&self->peer, sizes, ARRAY_SIZE(sizes));
	lost = stat_of("PacketsNoRoom") - before;
	EXPECT_GT(lost, 0);
	EXPECT_LT(lost, 60);
	n = receive(self->sock, 0, &size);
	EXPECT_EQ(n, 1000 * (60 - lost));
	EXPECT_EQ(size, 1000);
	/* All of what it took is free again. */
	arrive(&self->peer, sizes, 60 - lost);
	EXPECT_EQ(stat_of("PacketsNoRoom") - before, lost);
	EXPECT_EQ(receive(self->sock, 0, &size), n);
}

TEST_F(gro, truncated)
{
	struct iovec vec = { got, 150 };
	struct msghdr msg = { .msg_iov = &vec, .msg_iovlen = 1 };

	ARRIVE(&self->peer, 100, 100, 1);
	ASSERT_EQ(recvmsg(self->sock, &msg, 0), 150);
	/* There was no room for their size either. */
	EXPECT_EQ(msg.msg_flags, MSG_TRUNC | MSG_CTRUNC);
	check_pattern(got, 150, 0);
	expect_empty(self->sock);
}

/* Without the option each comes alone, whoever had it on before. */
TEST_F(gro, off)
{
	option_set_int(self->sock, IPPROTO_UDP, UDP_GRO, 0);
	ARRIVE(&self->peer, 100, 100);
	expect_joined(self->sock, 0, 100, 0);
	option_set_int(self->sock, IPPROTO_UDP, UDP_GRO, 1);
	peer_send(&self->peer, TYPE_DATA, buf + 200, 100);
	wait_records(self->sock, 3);
	expect_joined(self->sock, 100, 200, 100);
	expect_empty(self->sock);
}

/* Set before there is a session, whatever its address family will be. */
TEST_F(gro, before_connect)
{
	struct peer peer = { };
	union tsec_addr own, other;

	link_keys(&self->link);
	peer.kind = variant->kind;
	peer.tx = self->link.to_client;
	peer.rx = self->link.to_server;
	peer.epoch = 1;
	peer.sock = dgram_socket(self->link.client, 0);
	option_set_int(peer.sock, IPPROTO_UDP, UDP_GRO, 1);
	peer.fd = wire_socket(variant->kind.family, &other);
	ASSERT_EQ(tsec_connect(peer.sock, &other), 0);
	addr_of(&own, peer.sock);
	ASSERT_EQ(tsec_connect(peer.fd, &own), 0);
	EXPECT_EQ(option_int(peer.sock, IPPROTO_UDP, UDP_GRO), 1);
	ARRIVE(&peer, 100, 100);
	expect_joined(peer.sock, 0, 200, 100);
	peer_close(&peer);
}
