// SPDX-License-Identifier: GPL-2.0
/*
 * Flags of send() and recv(), and what makes the calls wait or stop waiting.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys.h"
#include "util.h"

#ifndef SOL_TLS
#define SOL_TLS 282
#endif

FIXTURE(flags) {
	struct pair pair;
	int a, b;
};
KIND_VARIANT(flags);
KINDS_ADD_IN_TURN(flags);

FIXTURE_SETUP(flags)
{
	pair_make(&self->pair, &variant->kind);
	self->a = self->pair.a;
	self->b = self->pair.b;
}

FIXTURE_TEARDOWN(flags)
{
	pair_end(&self->pair);
}

static uint8_t out[100000], in[100000];

TEST_F(flags, waitall)
{
	pid_t pid;

	fill_pattern(out, 50000, 0);
	pid = fork();
	if (!pid) {
		send_all(self->a, out, 10000);
		send_all(self->a, out + 10000, 40000);
		_exit(0);
	}
	ASSERT_EQ(recv(self->b, in, 50000, MSG_WAITALL), 50000);
	check_pattern(in, 50000, 0);
	child_ok(pid);
}

TEST_F(flags, waitall_ends_with_the_stream)
{
	ASSERT_EQ(send(self->a, "short", 5, 0), 5);
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	ASSERT_EQ(recv(self->b, in, 100, MSG_WAITALL), 5);
	EXPECT_EQ(recv(self->b, in, 100, MSG_WAITALL), 0);
}

TEST_F(flags, waitall_dontwait)
{
	ASSERT_EQ(send(self->a, "short", 5, 0), 5);
	ASSERT_NE(poll_for(self->b, POLLIN, SOON), 0);
	EXPECT_EQ(recv(self->b, in, 100, MSG_WAITALL | MSG_DONTWAIT), 5);
	EXPECT_ERR(recv(self->b, in, 100, MSG_WAITALL | MSG_DONTWAIT), EAGAIN);
}

TEST_F(flags, trunc_discards)
{
	fill_pattern(out, 20000, 0);
	send_all(self->a, out, 20000);
	ASSERT_EQ(recv(self->b, NULL, 9000, MSG_TRUNC), 9000);
	recv_all(self->b, in, 11000);
	check_pattern(in, 11000, 9000);
	EXPECT_ERR(recv(self->b, NULL, 10, MSG_TRUNC | MSG_DONTWAIT), EAGAIN);
	talk(self->a, self->b, "after");
}

TEST_F(flags, oob_refused)
{
	EXPECT_ERR(send(self->a, "x", 1, MSG_OOB), EOPNOTSUPP);
	EXPECT_ERR(recv(self->b, in, 1, MSG_OOB), EINVAL);
	EXPECT_ERR(send(self->a, "x", 1, MSG_FASTOPEN), EOPNOTSUPP);
	talk(self->a, self->b, "after");
}

TEST_F(flags, errqueue_empty)
{
	EXPECT_ERR(recv(self->b, in, 10, MSG_ERRQUEUE), EAGAIN);
}

TEST_F(flags, zerocopy_copies)
{
	option_set_int(self->a, SOL_SOCKET, SO_KEEPALIVE, 1);
	ASSERT_EQ(send(self->a, "zero", 4, MSG_ZEROCOPY), 4);
	ASSERT_EQ(recv(self->b, in, 10, 0), 4);
}

/* A program must not be able to say what type of record its bytes are. */
TEST_F(flags, cmsg_ignored)
{
	char control[CMSG_SPACE(1)] = { 0 };
	struct iovec vec = { "\1\0", 2 };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_TLS;
	cmsg->cmsg_type = 1;			/* TLS_SET_RECORD_TYPE */
	cmsg->cmsg_len = CMSG_LEN(1);
	*CMSG_DATA(cmsg) = 21;			/* alert */
	ASSERT_EQ(sendmsg(self->a, &msg, 0), 2);
	ASSERT_EQ(recv(self->b, in, 10, 0), 2);
	EXPECT_MEMEQ(in, "\1\0", 2);
	talk_both(self->a, self->b);
}

TEST_F(flags, no_cmsg_received)
{
	char control[64];
	struct iovec vec = { in, 10 };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	ASSERT_EQ(recvmsg(self->b, &msg, 0), 4);
	EXPECT_EQ(msg.msg_controllen, 0);
	EXPECT_EQ(msg.msg_flags, 0);
}

TEST_F(flags, recvfrom_names_nobody)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	ASSERT_EQ(recvfrom(self->b, in, 10, 0, (void *)&addr, &len), 4);
	EXPECT_EQ(len, 0);
}

TEST_F(flags, sendto_ignores_the_address)
{
	ASSERT_EQ(sendto(self->a, "data", 4, 0, &self->pair.addr.sa,
			 addr_len(&self->pair.addr)), 4);
	ASSERT_EQ(recv(self->b, in, 10, 0), 4);
}

/* A page that cannot be written: the data must not be lost by the attempt. */
TEST_F(flags, recv_efault)
{
	char *bad = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);

	ASSERT_TRUE(bad != MAP_FAILED);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	ASSERT_NE(poll_for(self->b, POLLIN, SOON), 0);
	EXPECT_ERR(recv(self->b, bad, 4, 0), EFAULT);
	EXPECT_EQ(recv(self->b, in, 10, MSG_DONTWAIT), 4);
	EXPECT_MEMEQ(in, "data", 4);
}

TEST_F(flags, send_efault)
{
	char *bad = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);

	ASSERT_TRUE(bad != MAP_FAILED);
	EXPECT_ERR(send(self->a, bad, 4, 0), EFAULT);
	talk_both(self->a, self->b);
}

TEST_F(flags, blocking_send_waits_for_room)
{
	size_t filled = fill_send(self->a);
	pid_t pid = fork();

	if (!pid) {
		send_all(self->a, out, 100000);
		shutdown(self->a, SHUT_WR);
		_exit(0);
	}
	EXPECT_EQ(drain(self->b), filled + 100000);
	child_ok(pid);
}

/* TCP may still find room for a little: it comes to an end all the same. */
TEST_F(flags, dontwait_when_full)
{
	fill_send(self->a);
	while (send(self->a, out, 1, MSG_DONTWAIT) == 1)
		;
	EXPECT_EQ(errno, EAGAIN);
	nonblocking(self->a, 1);
	while (send(self->a, out, 1, 0) == 1)
		;
	EXPECT_EQ(errno, EAGAIN);
	while (write(self->a, out, 1) == 1)
		;
	EXPECT_EQ(errno, EAGAIN);
}

TEST_F(flags, recv_interrupted)
{
	ticks();
	EXPECT_ERR(recv(self->b, in, 10, 0), EINTR);
	EXPECT_ERR(recv(self->b, in, 10, MSG_PEEK), EINTR);
	EXPECT_ERR(recv(self->b, in, 10, MSG_WAITALL), EINTR);
}

TEST_F(flags, recv_waitall_interrupted_keeps_data)
{
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	ASSERT_NE(poll_for(self->b, POLLIN, SOON), 0);
	ticks();
	EXPECT_EQ(recv(self->b, in, 10, MSG_WAITALL), 4);
}

TEST_F(flags, send_interrupted)
{
	fill_send(self->a);
	ticks();
	while (send(self->a, out, 10, 0) > 0)
		;
	EXPECT_EQ(errno, EINTR);
}

TEST_F(flags, rcvtimeo)
{
	struct timeval tv = { 0, 200000 };
	uint64_t start = now_ms();

	ASSERT_EQ(setsockopt(self->b, SOL_SOCKET, SO_RCVTIMEO, &tv,
			     sizeof(tv)), 0);
	EXPECT_ERR(recv(self->b, in, 10, 0), EAGAIN);
	EXPECT_GE(now_ms() - start, 100);
	EXPECT_LT(now_ms() - start, SOON);
	talk(self->a, self->b, "after");
}

TEST_F(flags, sndtimeo)
{
	struct timeval tv = { 0, 200000 };
	uint64_t start;

	fill_send(self->a);
	ASSERT_EQ(setsockopt(self->a, SOL_SOCKET, SO_SNDTIMEO, &tv,
			     sizeof(tv)), 0);
	do {
		start = now_ms();
	} while (send(self->a, out, 10, 0) > 0);
	EXPECT_EQ(errno, EAGAIN);
	EXPECT_GE(now_ms() - start, 100);
	EXPECT_LT(now_ms() - start, SOON);
}
