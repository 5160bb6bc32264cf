// SPDX-License-Identifier: GPL-2.0
/*
 * How datagrams are sent: many in one call, their size, marks on the packet
 * and what is told of those that come.
 */
#include <net/if.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "peer.h"
#include "util.h"

FIXTURE(segment) {
	struct link link;
	struct peer peer;
	int sock;
};
KIND_VARIANT(segment);
DTLS_KINDS_ADD(segment);

static uint8_t buf[65536];

FIXTURE_SETUP(segment)
{
	link_make(&self->link, &variant->kind);
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
	fill_pattern(buf, sizeof(buf), 0);
}

FIXTURE_TEARDOWN(segment)
{
	peer_close(&self->peer);
	link_end(&self->link);
}

/* Send with a word of control data. */
static ssize_t send_with(int fd, size_t len, int level, int type,
			 const void *value, size_t size)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { };
	struct iovec vec = { buf, len };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = CMSG_SPACE(size),
	};

	control.header.cmsg_level = level;
	control.header.cmsg_type = type;
	control.header.cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(&control.header), value, size);
	return sendmsg(fd, &msg, 0);
}

static ssize_t send_segments(int fd, size_t len, uint16_t segment)
{
	return send_with(fd, len, IPPROTO_UDP, UDP_SEGMENT, &segment,
			 sizeof(segment));
}

/* So many bytes come in datagrams of one size, under numbers from first. */
static void expect_segments(struct peer *peer, size_t len, size_t segment,
			    uint64_t first)
{
	size_t done, chunk;

	for (done = 0; done < len; done += chunk) {
		chunk = len - done < segment ? len - done : segment;
		peer_expect(peer, buf + done, chunk, first++);
	}
}

TEST_F(segment, by_control_data)
{
	ASSERT_EQ(send_segments(self->sock, 5000, 1000), 5000);
	expect_segments(&self->peer, 5000, 1000, 0);
	ASSERT_EQ(send_segments(self->sock, 5001, 1000), 5001);
	expect_segments(&self->peer, 5001, 1000, 5);
	/* No more than one needs. */
	ASSERT_EQ(send_segments(self->sock, 1000, 1000), 1000);
	ASSERT_EQ(send_segments(self->sock, 10, 1000), 10);
	expect_segments(&self->peer, 1000, 1000, 11);
	expect_segments(&self->peer, 10, 1000, 12);
}

/* Packets that the loopback device has sent. */
static long packets_sent(void)
{
	FILE *f = fopen("/proc/self/net/dev", "r");
	long sent = -1;
	char line[256];

	ASSERT_TRUE(f);
	while (sent < 0 && fgets(line, sizeof(line), f))
		if (strstr(line, " lo:"))
			sscanf(strchr(line, ':') + 1,
			       "%*s %*s %*s %*s %*s %*s %*s %*s %*s %ld",
			       &sent);
	fclose(f);
	ASSERT_GE(sent, 0);
	return sent;
}

TEST_F(segment, goes_down_as_one)
{
	long before = packets_sent();

	ASSERT_EQ(send_segments(self->sock, 10000, 1000), 10000);
	EXPECT_EQ(packets_sent(), before + 1);
	expect_segments(&self->peer, 10000, 1000, 0);
}

TEST_F(segment, by_option)
{
	option_set_int(self->sock, IPPROTO_UDP, UDP_SEGMENT, 700);
	EXPECT_EQ(option_int(self->sock, IPPROTO_UDP, UDP_SEGMENT), 700);
	ASSERT_EQ(send(self->sock, buf, 1500, 0), 1500);
	expect_segments(&self->peer, 1500, 700, 0);
	/* A call may ask for less, and for none. */
	ASSERT_EQ(send_segments(self->sock, 1500, 500), 1500);
	expect_segments(&self->peer, 1500, 500, 3);
	ASSERT_EQ(send_segments(self->sock, 1500, 0), 1500);
	expect_segments(&self->peer, 1500, 1500, 6);
}

/* More than go into one packet of the kernel's. */
TEST_F(segment, most)
{
	ASSERT_EQ(send_segments(self->sock, 64 * 100, 100), 64 * 100);
	expect_segments(&self->peer, 64 * 100, 100, 0);
	EXPECT_ERR(send_segments(self->sock, 60000, 100), EINVAL);
	ASSERT_EQ(send_segments(self->sock, 1, 100), 1);
	expect_segments(&self->peer, 1, 100, 64);
}

TEST_F(segment, large)
{
	option_set_int(self->peer.fd, SOL_SOCKET, SO_RCVBUF, 1000000);
	ASSERT_EQ(send_segments(self->sock, 60000, 16000), 60000);
	expect_segments(&self->peer, 60000, 16000, 0);
}

TEST_F(segment, to_another_socket)
{
	struct ends ends;
	int i;

	ends_make(&ends, &variant->kind);
	ASSERT_EQ(send_segments(ends.a, 4500, 1000), 4500);
	for (i = 0; i < 4; i++)
		expect_datagram(ends.b, buf + i * 1000, 1000);
	expect_datagram(ends.b, buf + 4000, 500);
	ends_close(&ends);
}

TEST_F(segment, bad_memory)
{
	struct iovec vec = { (void *)1, 5000 };
	struct msghdr msg = { .msg_iov = &vec, .msg_iovlen = 1 };

	option_set_int(self->sock, IPPROTO_UDP, UDP_SEGMENT, 1000);
	EXPECT_ERR(sendmsg(self->sock, &msg, 0), EFAULT);
	ASSERT_EQ(send(self->sock, buf, 10, 0), 10);
	expect_segments(&self->peer, 10, 1000, 0);
}

TEST_F(segment, key_limit)
{
	struct peer peer;
	int i;

	tsec_set(&self->link.limits, KEY_HARD_RECORDS, hard_records, 3);
	peer_make(&peer, &self->link);
	/* What was sealed goes out, the rest does not. */
	EXPECT_EQ(send_segments(peer.sock, 500, 100), 300);
	for (i = 0; i < 3; i++)
		peer_expect(&peer, buf + 100 * i, 100, i);
	EXPECT_ERR(send_segments(peer.sock, 500, 100), EKEYEXPIRED);
	peer_close(&peer);
}

TEST_F(segment, refused)
{
	uint32_t word = 100;

	EXPECT_ERR(send_with(self->sock, 500, IPPROTO_UDP, UDP_SEGMENT, &word,
			     sizeof(word)), EINVAL);
	EXPECT_ERR(send_with(self->sock, 500, IPPROTO_UDP, 99, &word,
			     sizeof(word)), EINVAL);
	EXPECT_ERR(send_with(self->sock, 500, SOL_IP, IP_TTL, &word,
			     sizeof(word)), EINVAL);
	word = 256;
	EXPECT_ERR(send_with(self->sock, 500, SOL_IP, IP_TOS, &word,
			     sizeof(word)), EINVAL);
	EXPECT_ERR(setsockopt(self->sock, IPPROTO_UDP, UDP_CORK, &word,
			      sizeof(word)), ENOPROTOOPT);
	EXPECT_ERR(setsockopt(self->sock, IPPROTO_UDP, UDP_ENCAP, &word,
			      sizeof(word)), ENOPROTOOPT);
}

static void mtu_set(int mtu)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ifr.ifr_mtu = mtu;
	ASSERT_EQ(ioctl(fd, SIOCSIFMTU, &ifr), 0);
	close(fd);
}

TEST_F(segment, mtu)
{
	bool v4 = variant->kind.family == AF_INET;
	bool gcm = variant->kind.cipher != TSEC_CIPHER_CHACHA20_POLY1305;
	int want = 1500 - (v4 ? 28 : 48) - 13 - (gcm ? 8 : 0) - 16;

	EXPECT_EQ(option_int(self->sock, SOL_TSEC, TSEC_MTU), RECORD_MAX);
	mtu_set(1500);
	EXPECT_EQ(option_int(self->sock, SOL_TSEC, TSEC_MTU), want);
	ASSERT_EQ(send(self->sock, buf, want, 0), want);
	peer_expect(&self->peer, buf, want, 0);
	EXPECT_ERR(send(self->sock, buf, want + 1, 0), EMSGSIZE);
	EXPECT_ERR(send_segments(self->sock, 5000, want + 1), EMSGSIZE);
	ASSERT_EQ(send_segments(self->sock, 5000, want), 5000);
	/* What was refused has used no number. */
	expect_segments(&self->peer, 5000, want, 1);
	mtu_set(65536);
}

TEST_F(segment, mtu_refused)
{
	socklen_t len = sizeof(int);
	int value, fd;

	fd = dgram_socket(NULL, 0);
	EXPECT_ERR(getsockopt(fd, SOL_TSEC, TSEC_MTU, &value, &len), ENOTCONN);
	EXPECT_ERR(setsockopt(fd, SOL_TSEC, TSEC_MTU, &value, len),
		   ENOPROTOOPT);
	close(fd);
	fd = tsec_socket(NULL, 0);
	EXPECT_ERR(getsockopt(fd, SOL_TSEC, TSEC_MTU, &value, &len),
		   ENOPROTOOPT);
	close(fd);
}

TEST_F(segment, tos)
{
	bool v4 = variant->kind.family == AF_INET;
	int level = v4 ? SOL_IP : SOL_IPV6;
	int type = v4 ? IP_TOS : IPV6_TCLASS, value;

	option_set_int(self->peer.fd, level,
		       v4 ? IP_RECVTOS : IPV6_RECVTCLASS, 1);
	ASSERT_EQ(send(self->sock, "x", 1, 0), 1);
	EXPECT_EQ(word_received(self->peer.fd), 0);
	option_set_int(self->sock, level, type, 0xb8);
	ASSERT_EQ(send(self->sock, "x", 1, 0), 1);
	EXPECT_EQ(word_received(self->peer.fd), 0xb8);
	/* One datagram, ECN and all. */
	value = 0x2b;
	ASSERT_EQ(send_with(self->sock, 1, level, type, &value,
			    sizeof(value)), 1);
	EXPECT_EQ(word_received(self->peer.fd), 0x2b);
	ASSERT_EQ(send(self->sock, "x", 1, 0), 1);
	EXPECT_EQ(word_received(self->peer.fd), 0xb8);
	/* Each of many. */
	value = 2;
	option_set_int(self->sock, IPPROTO_UDP, UDP_SEGMENT, 100);
	ASSERT_EQ(send_with(self->sock, 300, level, type, &value,
			    sizeof(value)), 300);
	EXPECT_EQ(word_received(self->peer.fd), 2);
	EXPECT_EQ(word_received(self->peer.fd), 2);
	EXPECT_EQ(word_received(self->peer.fd), 2);
}

TEST_F(segment, tos_received)
{
	bool v4 = variant->kind.family == AF_INET;
	int level = v4 ? SOL_IP : SOL_IPV6;
	uint8_t wire[200];
	size_t len = 0;

	option_set_int(self->sock, level, v4 ? IP_RECVTOS : IPV6_RECVTCLASS, 1);
	option_set_int(self->peer.fd, level, v4 ? IP_TOS : IPV6_TCLASS, 0x2b);
	/* Each record of a datagram knows what came with it. */
	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "one", 3);
	len += peer_seal(&self->peer, wire + len, TYPE_DATA, "two", 3);
	peer_write(&self->peer, wire, len);
	EXPECT_EQ(word_received(self->sock), 0x2b);
	EXPECT_EQ(word_received(self->sock), 0x2b);
	option_set_int(self->sock, level, v4 ? IP_RECVTOS : IPV6_RECVTCLASS, 0);
	option_set_int(self->sock, level,
		       v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
	option_set_int(self->peer.fd, level,
		       v4 ? IP_TTL : IPV6_UNICAST_HOPS, 33);
	peer_send(&self->peer, TYPE_DATA, "x", 1);
	EXPECT_EQ(word_received(self->sock), 33);
}

TEST_F(segment, ttl)
{
	bool v4 = variant->kind.family == AF_INET;
	int level = v4 ? SOL_IP : SOL_IPV6;

	option_set_int(self->peer.fd, level,
		       v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
	ASSERT_EQ(send(self->sock, "x", 1, 0), 1);
	EXPECT_EQ(word_received(self->peer.fd), 64);
	option_set_int(self->sock, level,
		       v4 ? IP_TTL : IPV6_UNICAST_HOPS, 33);
	ASSERT_EQ(send(self->sock, "x", 1, 0), 1);
	EXPECT_EQ(word_received(self->peer.fd), 33);
}

TEST_F(segment, mark)
{
	uint32_t mark = 7;

	option_set_int(self->peer.fd, SOL_SOCKET, SO_RCVMARK, 1);
	option_set_int(self->sock, SOL_SOCKET, SO_MARK, 9);
	ASSERT_EQ(send(self->sock, "x", 1, 0), 1);
	EXPECT_EQ(word_received(self->peer.fd), 9);
	ASSERT_EQ(send_with(self->sock, 1, SOL_SOCKET, SO_MARK, &mark,
			    sizeof(mark)), 1);
	EXPECT_EQ(word_received(self->peer.fd), 7);
	option_set_int(self->sock, SOL_SOCKET, SO_MARK, 0);
	ASSERT_EQ(send(self->sock, "x", 1, 0), 1);
	EXPECT_EQ(word_received(self->peer.fd), 0);
}

/* Without the right to set one on a socket, none on a datagram either. */
TEST_F(segment, mark_unprivileged)
{
	uint32_t mark = 7;

	ASSERT_EQ(setresuid(65534, 65534, 65534), 0);
	EXPECT_ERR(send_with(self->sock, 1, SOL_SOCKET, SO_MARK, &mark,
			     sizeof(mark)), EPERM);
	EXPECT_EQ(send(self->sock, "x", 1, 0), 1);
}

TEST_F(segment, bound_device)
{
	union tsec_addr addr;
	int fd;

	link_keys(&self->link);
	fd = dgram_socket(self->link.client, 0);
	ASSERT_EQ(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3), 0);
	addr_of(&addr, self->peer.fd);
	ASSERT_EQ(tsec_connect(fd, &addr), 0);
	EXPECT_EQ(send(fd, "x", 1, 0), 1);
	close(fd);
}
