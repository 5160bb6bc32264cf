// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams between two sockets: what goes in comes out, one for one.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "pair.h"
#include "util.h"

FIXTURE(data) {
	struct ends ends;
	int a;
	int b;
};
KIND_VARIANT(data);
DTLS_KINDS_ADD(data);
DTLS13_KINDS_ADD(data);

static uint8_t buf[65536], got[65536];

FIXTURE_SETUP(data)
{
	ends_make(&self->ends, &variant->kind);
	self->a = self->ends.a;
	self->b = self->ends.b;
}

FIXTURE_TEARDOWN(data)
{
	ends_close(&self->ends);
}

TEST_F(data, both_ways)
{
	talk_both(self->a, self->b);
	talk_both(self->b, self->a);
}

TEST_F(data, boundaries)
{
	ASSERT_EQ(send(self->a, "one", 3, 0), 3);
	ASSERT_EQ(send(self->a, "", 0, 0), 0);
	ASSERT_EQ(send(self->a, "three", 5, 0), 5);
	expect_datagram(self->b, "one", 3);
	expect_datagram(self->b, "", 0);
	expect_datagram(self->b, "three", 5);
}

TEST_F(data, sizes)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 1000, 1400, 4096,
					16383, 16384 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fill_pattern(buf, sizes[i], i);
		ASSERT_EQ(send(self->a, buf, sizes[i], 0), sizes[i]);
		ASSERT_EQ(recv(self->b, got, sizeof(got), 0), sizes[i]);
		check_pattern(got, sizes[i], i);
	}
}

TEST_F(data, too_long)
{
	EXPECT_ERR(send(self->a, buf, RECORD_MAX + 1, 0), EMSGSIZE);
	EXPECT_ERR(send(self->a, buf, sizeof(buf), 0), EMSGSIZE);
	talk_both(self->a, self->b);
}

TEST_F(data, in_order)
{
	uint32_t i, n;

	for (i = 0; i < 200; i++)
		ASSERT_EQ(send(self->a, &i, sizeof(i), 0), sizeof(i));
	for (i = 0; i < 200; i++) {
		ASSERT_EQ(recv(self->b, &n, sizeof(n), 0), sizeof(n));
		ASSERT_EQ(n, i);
	}
}

TEST_F(data, truncated)
{
	struct iovec vec = { got, 4 };
	struct msghdr msg = { .msg_iov = &vec, .msg_iovlen = 1 };

	fill_pattern(buf, 100, 0);
	ASSERT_EQ(send(self->a, buf, 100, 0), 100);
	ASSERT_EQ(send(self->a, buf, 100, 0), 100);
	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	ASSERT_EQ(recvmsg(self->b, &msg, 0), 4);
	EXPECT_EQ(msg.msg_flags, MSG_TRUNC);
	ASSERT_EQ(recvmsg(self->b, &msg, MSG_TRUNC), 100);
	EXPECT_EQ(msg.msg_flags, MSG_TRUNC);
	check_pattern(got, 4, 0);
	ASSERT_EQ(recvmsg(self->b, &msg, 0), 1);
	EXPECT_EQ(msg.msg_flags, 0);
}

TEST_F(data, peek)
{
	ASSERT_EQ(send(self->a, "hello", 5, 0), 5);
	ASSERT_EQ(recv(self->b, got, 2, MSG_PEEK), 2);
	ASSERT_EQ(recv(self->b, got, 2, MSG_PEEK | MSG_TRUNC), 5);
	expect_datagram(self->b, "hello", 5);
	EXPECT_ERR(recv(self->b, got, 1, MSG_PEEK | MSG_DONTWAIT), EAGAIN);
}

TEST_F(data, scattered)
{
	struct iovec out[] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
	struct iovec in[] = { { got, 1 }, { got + 1, 100 } };

	ASSERT_EQ(writev(self->a, out, 3), 5);
	ASSERT_EQ(readv(self->b, in, 2), 5);
	EXPECT_MEMEQ(got, "abcde", 5);
}

TEST_F(data, bad_memory)
{
	uint64_t seq;
	struct tsec_info info;

	info_of(self->a, &info);
	seq = info.tx.records;
	EXPECT_ERR(send(self->a, (void *)1, 10, 0), EFAULT);
	info_of(self->a, &info);
	EXPECT_EQ(info.tx.records, seq);
	ASSERT_EQ(send(self->a, "lost", 4, 0), 4);
	EXPECT_ERR(recv(self->b, (void *)1, 10, 0), EFAULT);
	talk_both(self->a, self->b);
}

TEST_F(data, no_wait)
{
	EXPECT_ERR(recv(self->b, got, 1, MSG_DONTWAIT), EAGAIN);
	nonblocking(self->b, 1);
	EXPECT_ERR(recv(self->b, got, 1, 0), EAGAIN);
}

TEST_F(data, receive_timeout)
{
	struct timeval tv = { 0, 200000 };
	uint64_t start = now_ms();

	ASSERT_EQ(setsockopt(self->b, SOL_SOCKET, SO_RCVTIMEO, &tv,
			     sizeof(tv)), 0);
	EXPECT_ERR(recv(self->b, got, 1, 0), EAGAIN);
	EXPECT_GE(now_ms() - start, 100);
}

TEST_F(data, receiver_waits)
{
	pid_t pid = fork();

	if (!pid) {
		usleep(50000);
		_exit(send(self->a, "late", 4, 0) != 4);
	}
	expect_datagram(self->b, "late", 4);
	child_ok(pid);
}

TEST_F(data, many_messages)
{
	struct mmsghdr out[8] = { }, in[8] = { };
	struct iovec vec[8], room[8];
	int i;

	fill_pattern(buf, 800, 0);
	for (i = 0; i < 8; i++) {
		vec[i] = (struct iovec){ buf + 100 * i, 100 };
		room[i] = (struct iovec){ got + 100 * i, 100 };
		out[i].msg_hdr.msg_iov = &vec[i];
		out[i].msg_hdr.msg_iovlen = 1;
		in[i].msg_hdr.msg_iov = &room[i];
		in[i].msg_hdr.msg_iovlen = 1;
	}
	ASSERT_EQ(sendmmsg(self->a, out, 8, 0), 8);
	ASSERT_EQ(recvmmsg(self->b, in, 8, 0, NULL), 8);
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(out[i].msg_len, 100);
		EXPECT_EQ(in[i].msg_len, 100);
	}
	check_pattern(got, 800, 0);
}

TEST_F(data, sender_is_told)
{
	union tsec_addr addr;
	socklen_t len = sizeof(addr);

	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	ASSERT_EQ(recvfrom(self->b, got, 1, 0, &addr.sa, &len), 1);
	EXPECT_EQ(len, addr_len(&self->ends.addr_a));
	EXPECT_MEMEQ(&addr, &self->ends.addr_a, addr_len(&addr));
}

TEST_F(data, bytes_waiting)
{
	int n = -1;

	ASSERT_EQ(ioctl(self->b, SIOCINQ, &n), 0);
	EXPECT_EQ(n, 0);
	ASSERT_EQ(send(self->a, "12345", 5, 0), 5);
	ASSERT_EQ(send(self->a, "678", 3, 0), 3);
	ASSERT_EQ(poll_for(self->b, POLLIN, SOON), POLLIN);
	ASSERT_EQ(ioctl(self->b, SIOCINQ, &n), 0);
	EXPECT_EQ(n, 5);
	expect_datagram(self->b, "12345", 5);
	while (!ioctl(self->b, SIOCINQ, &n) && !n)
		usleep(1000);
	EXPECT_EQ(n, 3);
	expect_datagram(self->b, "678", 3);
	ASSERT_EQ(ioctl(self->a, SIOCOUTQ, &n), 0);
	EXPECT_EQ(n, 0);
}

TEST_F(data, poll_events)
{
	EXPECT_EQ(poll_for(self->b, POLLIN | POLLOUT, 0), POLLOUT);
	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	EXPECT_EQ(poll_for(self->b, POLLIN, SOON), POLLIN);
	expect_datagram(self->b, "x", 1);
	EXPECT_EQ(poll_for(self->b, POLLIN, 0), 0);
}

static int take_all(int fd)
{
	int n = 0;

	while (recv(fd, got, sizeof(got), MSG_DONTWAIT) == 1000)
		n++;
	return n;
}

/* What the receive buffer cannot take is lost, and counted. */
TEST_F(data, buffer_full)
{
	uint64_t before = stat_of("PacketsNoRoom");
	int i, n = 0;

	option_set_int(self->b, SOL_SOCKET, SO_RCVBUF, 4096);
	for (i = 0; i < 100; i++)
		ASSERT_EQ(send(self->a, buf, 1000, 0), 1000);
	wait_records(self->b, 100);
	ASSERT_SOON((n += take_all(self->b)) +
		    stat_of("PacketsNoRoom") - before == 100);
	EXPECT_GE(n, 1);
	talk_both(self->a, self->b);
}

TEST_F(data, counted)
{
	struct tsec_info a, b;
	uint64_t tx = stat_of("TxBytes"), rx = stat_of("RxBytes");

	talk(self->a, self->b, "12345");
	talk(self->a, self->b, "678");
	talk(self->b, self->a, "9");
	info_of(self->a, &a);
	info_of(self->b, &b);
	EXPECT_EQ(a.tx.records, 2);
	EXPECT_EQ(a.tx.bytes, 8);
	EXPECT_EQ(a.rx.records, 1);
	EXPECT_EQ(a.rx.bytes, 1);
	EXPECT_EQ(b.rx.records, 2);
	EXPECT_EQ(b.rx.bytes, 8);
	EXPECT_EQ(stat_of("TxBytes") - tx, 9);
	EXPECT_EQ(stat_of("RxBytes") - rx, 9);
}

/* A filter of the program sees what was in the record. */
TEST_F(data, filter)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'y', 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 65535),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };
	uint64_t before = stat_of("PacketsFiltered");

	ASSERT_EQ(setsockopt(self->b, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			     sizeof(program)), 0);
	ASSERT_EQ(send(self->a, "no", 2, 0), 2);
	ASSERT_EQ(send(self->a, "yes", 3, 0), 3);
	expect_datagram(self->b, "yes", 3);
	EXPECT_EQ(stat_of("PacketsFiltered"), before + 1);
}

TEST_F(data, refused_flags)
{
	struct msghdr msg = {
		.msg_name = &self->ends.addr_b,
		.msg_namelen = addr_len(&self->ends.addr_b),
	};

	EXPECT_ERR(send(self->a, "x", 1, MSG_OOB), EOPNOTSUPP);
	EXPECT_ERR(send(self->a, "x", 1, MSG_MORE), EOPNOTSUPP);
	EXPECT_ERR(sendmsg(self->a, &msg, 0), EISCONN);
	EXPECT_ERR(recv(self->a, got, 1, MSG_OOB), EOPNOTSUPP);
	EXPECT_ERR(recv(self->a, got, 1, MSG_ERRQUEUE), EAGAIN);
}

/* Several senders on one socket: each datagram arrives, once and whole. */
TEST_F(data, many_senders)
{
	uint8_t seen[4][25] = { };
	uint8_t word[2];
	pid_t pids[4];
	int i, j;

	for (i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		for (j = 0; j < 25; j++) {
			word[0] = i;
			word[1] = j;
			if (send(self->a, word, 2, 0) != 2)
				_exit(1);
		}
		_exit(0);
	}
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(recv(self->b, word, 2, 0), 2);
		seen[word[0]][word[1]]++;
	}
	for (i = 0; i < 4; i++) {
		child_ok(pids[i]);
		for (j = 0; j < 25; j++)
			EXPECT_EQ(seen[i][j], 1);
	}
}
