// SPDX-License-Identifier: GPL-2.0
/*
 * What a program is told beside the data: options of SOL_SOCKET and of IP.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/net_tstamp.h>

#include "pair.h"
#include "util.h"

FIXTURE(told) {
	struct ends ends;
	int a;
	int b;
};
KIND_VARIANT(told);
DTLS_FAMILIES_ADD(told);

/* The control data of the last message. */
static union {
	struct cmsghdr header;
	char room[512];
} control;
static size_t control_len;
static uint8_t buf[65536];

FIXTURE_SETUP(told)
{
	ends_make(&self->ends, &variant->kind);
	self->a = self->ends.a;
	self->b = self->ends.b;
}

FIXTURE_TEARDOWN(told)
{
	ends_close(&self->ends);
}

static void receive(int fd)
{
	struct iovec vec = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	ASSERT_GE(recvmsg(fd, &msg, 0), 0);
	EXPECT_EQ(msg.msg_flags & MSG_CTRUNC, 0);
	control_len = msg.msg_controllen;
}

/* The control data of a kind, or NULL if there is none. */
static void *told(int level, int type, size_t len)
{
	struct msghdr msg = {
		.msg_control = &control, .msg_controllen = control_len,
	};
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_level != level || cmsg->cmsg_type != type)
			continue;
		EXPECT_EQ(cmsg->cmsg_len, CMSG_LEN(len));
		return CMSG_DATA(cmsg);
	}
	return NULL;
}

TEST_F(told, nothing_that_was_not_asked_for)
{
	talk(self->a, self->b, "hello");
	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	receive(self->b);
	EXPECT_EQ(control_len, 0);
}

static double seconds(const struct timespec *time)
{
	return time->tv_sec + time->tv_nsec / 1e9;
}

TEST_F(told, timestamp)
{
	struct timespec before, after, *told_at;
	struct timeval *told_us;

	option_set_int(self->b, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	clock_gettime(CLOCK_REALTIME, &before);
	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	receive(self->b);
	clock_gettime(CLOCK_REALTIME, &after);
	told_at = told(SOL_SOCKET, SCM_TIMESTAMPNS, sizeof(*told_at));
	ASSERT_TRUE(told_at);
	EXPECT_GE(seconds(told_at), seconds(&before));
	EXPECT_LE(seconds(told_at), seconds(&after));
	option_set_int(self->b, SOL_SOCKET, SO_TIMESTAMPNS, 0);
	option_set_int(self->b, SOL_SOCKET, SO_TIMESTAMP, 1);
	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	receive(self->b);
	told_us = told(SOL_SOCKET, SCM_TIMESTAMP, sizeof(*told_us));
	ASSERT_TRUE(told_us);
	EXPECT_GE(told_us->tv_sec, before.tv_sec);
}

TEST_F(told, timestamping)
{
	uint64_t end = now_ms() + SOON;
	struct timespec(*times)[3];

	option_set_int(self->b, SOL_SOCKET, SO_TIMESTAMPING,
		       SOF_TIMESTAMPING_RX_SOFTWARE |
		       SOF_TIMESTAMPING_SOFTWARE);
	/* Where it is the first socket that asks, it takes a moment. */
	do {
		ASSERT_EQ(send(self->a, "x", 1, 0), 1);
		receive(self->b);
		times = told(SOL_SOCKET, SCM_TIMESTAMPING, sizeof(*times));
	} while (!times && now_ms() < end);
	ASSERT_TRUE(times);
	EXPECT_GT((*times)[0].tv_sec, 0);
}

/* How many the buffer could not take, up to this one. */
TEST_F(told, dropped)
{
	uint64_t before = stat_of("PacketsNoRoom"), lost, sum = 100;
	uint32_t *drops = NULL;
	int i, n;

	option_set_int(self->b, SOL_SOCKET, SO_RXQ_OVFL, 1);
	option_set_int(self->b, SOL_SOCKET, SO_RCVBUF, 10000);
	for (i = 0; i < 100; i++)
		ASSERT_EQ(send(self->a, buf, 1000, 0), 1000);
	stat_reaches("PacketsNoRoom", before + 1);
	/* All are in, or lost. */
	for (n = 0; n < (int)(sum - (stat_of("PacketsNoRoom") - before)); n++)
		receive(self->b);
	lost = stat_of("PacketsNoRoom") - before;
	EXPECT_EQ(n, sum - lost);
	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	receive(self->b);
	drops = told(SOL_SOCKET, SO_RXQ_OVFL, sizeof(*drops));
	ASSERT_TRUE(drops);
	EXPECT_EQ(*drops, lost);
}

TEST_F(told, where_it_came)
{
	int lo = if_nametoindex("lo");
	struct in6_pktinfo *info6;
	struct in_pktinfo *info;

	if (variant->kind.family == AF_INET) {
		option_set_int(self->b, SOL_IP, IP_PKTINFO, 1);
		ASSERT_EQ(send(self->a, "x", 1, 0), 1);
		receive(self->b);
		info = told(SOL_IP, IP_PKTINFO, sizeof(*info));
		ASSERT_TRUE(info);
		EXPECT_EQ(info->ipi_ifindex, lo);
		EXPECT_EQ(info->ipi_addr.s_addr, htonl(INADDR_LOOPBACK));
		EXPECT_EQ(info->ipi_spec_dst.s_addr, htonl(INADDR_LOOPBACK));
		return;
	}
	option_set_int(self->b, SOL_IPV6, IPV6_RECVPKTINFO, 1);
	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	receive(self->b);
	info6 = told(SOL_IPV6, IPV6_PKTINFO, sizeof(*info6));
	ASSERT_TRUE(info6);
	EXPECT_EQ(info6->ipi6_ifindex, lo);
	EXPECT_MEMEQ(&info6->ipi6_addr, &in6addr_loopback,
		     sizeof(in6addr_loopback));
}

/* Several at a time. */
TEST_F(told, all_of_it)
{
	bool v4 = variant->kind.family == AF_INET;
	int level = v4 ? SOL_IP : SOL_IPV6;

	option_set_int(self->b, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	option_set_int(self->b, level, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, 1);
	option_set_int(self->b, level, v4 ? IP_RECVTOS : IPV6_RECVTCLASS, 1);
	option_set_int(self->b, level, v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	receive(self->b);
	EXPECT_TRUE(told(SOL_SOCKET, SCM_TIMESTAMPNS, sizeof(struct timespec)));
	EXPECT_TRUE(told(level, v4 ? IP_PKTINFO : IPV6_PKTINFO,
			 v4 ? sizeof(struct in_pktinfo) :
			      sizeof(struct in6_pktinfo)));
	EXPECT_TRUE(told(level, v4 ? IP_TOS : IPV6_TCLASS, v4 ? 1 : 4));
	EXPECT_TRUE(told(level, v4 ? IP_TTL : IPV6_HOPLIMIT, 4));
}

/* No room for it is told as well. */
TEST_F(told, no_room)
{
	struct iovec vec = { buf, 1 };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = 1,
	};

	option_set_int(self->b, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	ASSERT_EQ(recvmsg(self->b, &msg, 0), 1);
	EXPECT_EQ(msg.msg_flags, MSG_CTRUNC);
}

TEST_F(told, buffer_sizes)
{
	option_set_int(self->b, SOL_SOCKET, SO_RCVBUF, 10000);
	EXPECT_EQ(option_int(self->b, SOL_SOCKET, SO_RCVBUF), 20000);
	option_set_int(self->b, SOL_SOCKET, SO_RCVBUF, 1);
	EXPECT_GT(option_int(self->b, SOL_SOCKET, SO_RCVBUF), 1000);
	/* Even the smallest one takes a datagram if it is empty. */
	option_set_int(self->a, SOL_SOCKET, SO_SNDBUF, 1);
	talk(self->a, self->b, "hello");
	talk(self->a, self->b, "again");
}

/* Not there, and the program is told so. */
TEST_F(told, refused)
{
	bool v4 = variant->kind.family == AF_INET;
	int one = 1;

	EXPECT_ERR(setsockopt(self->b, SOL_SOCKET, SO_PEEK_OFF, &one,
			      sizeof(one)), EOPNOTSUPP);
	EXPECT_ERR(setsockopt(self->b, v4 ? SOL_IP : SOL_IPV6,
			      v4 ? IP_RECVERR : IPV6_RECVERR, &one,
			      sizeof(one)), ENOPROTOOPT);
	EXPECT_EQ(option_int(self->b, v4 ? SOL_IP : SOL_IPV6,
			     v4 ? IP_RECVERR : IPV6_RECVERR), 0);
	EXPECT_ERR(setsockopt(self->b, SOL_SOCKET, SO_ZEROCOPY, &one,
			      sizeof(one)), EOPNOTSUPP);
}
