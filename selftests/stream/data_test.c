// SPDX-License-Identifier: GPL-2.0
/*
 * Sending and receiving: sizes and borders of records.
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

FIXTURE(data) {
	struct pair pair;
	int a, b;
};
KIND_VARIANT(data);
KINDS_ADD(data);

FIXTURE_SETUP(data)
{
	pair_make(&self->pair, &variant->kind);
	self->a = self->pair.a;
	self->b = self->pair.b;
}

FIXTURE_TEARDOWN(data)
{
	pair_end(&self->pair);
}

static uint8_t out[300000], in[300000];

TEST_F(data, both_ways)
{
	talk_both(self->a, self->b);
	talk_both(self->b, self->a);
}

TEST_F(data, recv_max)
{
	fill_pattern(out, RECORD_MAX, 1);
	ASSERT_EQ(send(self->a, out, RECORD_MAX, 0), RECORD_MAX);
	ASSERT_EQ(recv(self->b, in, sizeof(in), 0), RECORD_MAX);
	check_pattern(in, RECORD_MAX, 1);
}

TEST_F(data, recv_small)
{
	ASSERT_EQ(send(self->a, "0123456789", 10, 0), 10);
	ASSERT_EQ(recv(self->b, in, sizeof(in), 0), 10);
	EXPECT_MEMEQ(in, "0123456789", 10);
}

TEST_F(data, sizes_around_a_record)
{
	static const int sizes[] = { 1, 2, 15, 16, 17, 4095, 4096, 4097,
		RECORD_MAX - 1, RECORD_MAX, RECORD_MAX + 1, 2 * RECORD_MAX,
		65535, 65536, 65537 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fill_pattern(out, sizes[i], i);
		memset(in, 0, sizes[i]);
		send_all(self->a, out, sizes[i]);
		recv_all(self->b, in, sizes[i]);
		check_pattern(in, sizes[i], i);
	}
}

TEST_F(data, byte_by_byte)
{
	int i;

	fill_pattern(out, 500, 7);
	for (i = 0; i < 500; i++)
		ASSERT_EQ(send(self->a, out + i, 1, 0), 1);
	for (i = 0; i < 500; i++)
		ASSERT_EQ(recv(self->b, in + i, 1, 0), 1);
	check_pattern(in, 500, 7);
}

TEST_F(data, sendmsg_single)
{
	struct iovec vec = { "a message", 10 };
	struct msghdr msg = { .msg_iov = &vec, .msg_iovlen = 1 };

	ASSERT_EQ(sendmsg(self->a, &msg, 0), 10);
	ASSERT_EQ(recv(self->b, in, sizeof(in), 0), 10);
	EXPECT_STREQ((char *)in, "a message");
}

TEST_F(data, sendmsg_fragmented)
{
	struct iovec vec[5];
	struct msghdr msg = { .msg_iov = vec, .msg_iovlen = 5 };
	int i;

	fill_pattern(out, 25000, 0);
	for (i = 0; i < 5; i++)
		vec[i] = (struct iovec){ out + i * 5000, 5000 };
	ASSERT_EQ(sendmsg(self->a, &msg, 0), 25000);
	recv_all(self->b, in, 25000);
	check_pattern(in, 25000, 0);
}

/* More than all buffers hold, so both ends have to work. */
static void big_transfer(int from, int to, size_t piece, int times)
{
	pid_t pid = fork();
	int i;

	if (!pid) {
		for (i = 0; i < times; i++) {
			fill_pattern(out, piece, i);
			send_all(from, out, piece);
		}
		_exit(0);
	}
	for (i = 0; i < times; i++) {
		recv_all(to, in, piece);
		check_pattern(in, piece, i);
	}
	child_ok(pid);
}

TEST_F(data, sendmsg_large)
{
	big_transfer(self->a, self->b, sizeof(out), 4);
}

TEST_F(data, sendmsg_large_other_way)
{
	big_transfer(self->b, self->a, sizeof(out), 4);
}

TEST_F(data, sendmsg_multiple)
{
	struct iovec vec[5];
	struct msghdr msg = { .msg_iov = vec, .msg_iovlen = 5 };
	int i;

	fill_pattern(out, 50, 3);
	for (i = 0; i < 5; i++)
		vec[i] = (struct iovec){ out + i * 10, 10 };
	for (i = 0; i < 3; i++)
		ASSERT_EQ(sendmsg(self->a, &msg, 0), 50);
	for (i = 0; i < 3; i++) {
		recv_all(self->b, in, 50);
		check_pattern(in, 50, 3);
	}
}

TEST_F(data, sendmsg_stress)
{
	struct iovec vec[1024];
	struct msghdr msg = { .msg_iov = vec, .msg_iovlen = 1024 };
	int i;

	fill_pattern(out, 1024, 9);
	for (i = 0; i < 1024; i++)
		vec[i] = (struct iovec){ out + i, 1 };
	ASSERT_EQ(sendmsg(self->a, &msg, 0), 1024);
	recv_all(self->b, in, 1024);
	check_pattern(in, 1024, 9);
}

TEST_F(data, writev_readv)
{
	struct iovec w[3] = { { "one", 3 }, { "", 0 }, { "three", 5 } };
	char x[4], y[4];
	struct iovec r[2] = { { x, 4 }, { y, 4 } };

	ASSERT_EQ(writev(self->a, w, 3), 8);
	ASSERT_EQ(readv(self->b, r, 2), 8);
	EXPECT_MEMEQ(x, "onet", 4);
	EXPECT_MEMEQ(y, "hree", 4);
}

TEST_F(data, write_read)
{
	ASSERT_EQ(write(self->a, "text", 4), 4);
	ASSERT_EQ(read(self->b, in, 100), 4);
	EXPECT_MEMEQ(in, "text", 4);
	EXPECT_ERR(lseek(self->a, 0, SEEK_SET), ESPIPE);
	EXPECT_ERR(pwrite(self->a, "x", 1, 0), ESPIPE);
}

TEST_F(data, sendmmsg_recvmmsg)
{
	struct iovec vec[4];
	struct mmsghdr msg[4];
	int i;

	memset(msg, 0, sizeof(msg));
	fill_pattern(out, 400, 0);
	for (i = 0; i < 4; i++) {
		vec[i] = (struct iovec){ out + i * 100, 100 };
		msg[i].msg_hdr.msg_iov = &vec[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	ASSERT_EQ(sendmmsg(self->a, msg, 4, 0), 4);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(msg[i].msg_len, 100);
		vec[i].iov_base = in + i * 100;
	}
	ASSERT_EQ(recvmmsg(self->b, msg, 4, MSG_WAITALL, NULL), 4);
	check_pattern(in, 400, 0);
}

TEST_F(data, msg_more)
{
	ASSERT_EQ(send(self->a, "ab", 2, MSG_MORE), 2);
	EXPECT_ERR(recv(self->b, in, 10, MSG_DONTWAIT), EAGAIN);
	ASSERT_EQ(send(self->a, "cd", 2, 0), 2);
	/* One record: one recv() has it all. */
	ASSERT_EQ(recv(self->b, in, 10, 0), 4);
	EXPECT_MEMEQ(in, "abcd", 4);
}

TEST_F(data, msg_more_unsent)
{
	ASSERT_EQ(send(self->a, "ab", 2, MSG_MORE), 2);
	EXPECT_EQ(poll_for(self->b, POLLIN, 0), 0);
	EXPECT_ERR(recv(self->b, in, 10, MSG_DONTWAIT), EAGAIN);
}

TEST_F(data, msg_more_then_close)
{
	ASSERT_EQ(send(self->a, "ab", 2, MSG_MORE), 2);
	close(self->a);
	ASSERT_EQ(recv(self->b, in, 10, 0), 2);
	EXPECT_EQ(recv(self->b, in, 10, 0), 0);
}

TEST_F(data, msg_more_full_record)
{
	fill_pattern(out, RECORD_MAX + 100, 0);
	ASSERT_EQ(send(self->a, out, RECORD_MAX + 100, MSG_MORE),
		  RECORD_MAX + 100);
	ASSERT_EQ(recv(self->b, in, sizeof(in), 0), RECORD_MAX);
	ASSERT_EQ(send(self->a, out, 0, 0), 0);
	close(self->a);
	ASSERT_EQ(recv(self->b, in + RECORD_MAX, 1000, 0), 100);
	check_pattern(in, RECORD_MAX + 100, 0);
}

TEST_F(data, msg_eor)
{
	ASSERT_EQ(send(self->a, "ab", 2, MSG_MORE | MSG_EOR), 2);
	EXPECT_NE(poll_for(self->b, POLLIN, SOON), 0);
	EXPECT_EQ(recv(self->b, in, 10, 0), 2);
}

TEST_F(data, zero_len)
{
	struct msghdr msg = { .msg_iov = NULL };

	EXPECT_EQ(send(self->a, "", 0, 0), 0);
	EXPECT_EQ(send(self->a, NULL, 0, 0), 0);
	EXPECT_EQ(sendmsg(self->a, &msg, 0), 0);
	EXPECT_EQ(recv(self->b, in, 0, 0), 0);
	EXPECT_ERR(recv(self->b, in, 10, MSG_DONTWAIT), EAGAIN);
	talk(self->a, self->b, "still alive");
}

TEST_F(data, recv_partial)
{
	memset(in, 0, 32);
	ASSERT_EQ(send(self->a, "firstsecond", 11, 0), 11);
	ASSERT_EQ(recv(self->b, in, 5, 0), 5);
	EXPECT_MEMEQ(in, "first", 5);
	ASSERT_EQ(recv(self->b, in, 100, 0), 6);
	EXPECT_MEMEQ(in, "second", 6);
}

TEST_F(data, recv_nonblock)
{
	EXPECT_ERR(recv(self->b, in, 10, MSG_DONTWAIT), EAGAIN);
	nonblocking(self->b, 1);
	EXPECT_ERR(recv(self->b, in, 10, 0), EAGAIN);
	EXPECT_ERR(read(self->b, in, 10), EAGAIN);
}

TEST_F(data, single_send_multiple_recv)
{
	int i;

	fill_pattern(out, 5000, 0);
	ASSERT_EQ(send(self->a, out, 5000, 0), 5000);
	for (i = 0; i < 5000; i += 500)
		ASSERT_EQ(recv(self->b, in + i, 500, 0), 500);
	check_pattern(in, 5000, 0);
}

TEST_F(data, single_send_multiple_recv_unaligned)
{
	int got = 0, n;

	fill_pattern(out, 40000, 0);
	send_all(self->a, out, 40000);
	while (got < 40000) {
		n = recv(self->b, in + got, 313, 0);
		ASSERT_GT(n, 0);
		got += n;
	}
	check_pattern(in, 40000, 0);
}

TEST_F(data, multiple_send_single_recv)
{
	int i;

	fill_pattern(out, 1000, 0);
	for (i = 0; i < 10; i++)
		ASSERT_EQ(send(self->a, out + i * 100, 100, 0), 100);
	ASSERT_EQ(recv(self->b, in, 1000, MSG_WAITALL), 1000);
	check_pattern(in, 1000, 0);
}

TEST_F(data, recv_peek)
{
	ASSERT_EQ(send(self->a, "test", 4, 0), 4);
	ASSERT_EQ(recv(self->b, in, 100, MSG_PEEK), 4);
	EXPECT_MEMEQ(in, "test", 4);
	memset(in, 0, 4);
	ASSERT_EQ(recv(self->b, in, 100, 0), 4);
	EXPECT_MEMEQ(in, "test", 4);
	EXPECT_ERR(recv(self->b, in, 100, MSG_PEEK | MSG_DONTWAIT), EAGAIN);
}

TEST_F(data, recv_peek_multiple)
{
	int i;

	ASSERT_EQ(send(self->a, "test", 4, 0), 4);
	for (i = 0; i < 100; i++) {
		memset(in, 0, 4);
		ASSERT_EQ(recv(self->b, in, 100, MSG_PEEK), 4);
		ASSERT_MEMEQ(in, "test", 4);
	}
	ASSERT_EQ(recv(self->b, in, 2, MSG_PEEK), 2);
	ASSERT_EQ(recv(self->b, in, 100, 0), 4);
}

TEST_F(data, recv_peek_multiple_records)
{
	ASSERT_EQ(send(self->a, "first", 5, 0), 5);
	ASSERT_EQ(send(self->a, "second", 6, 0), 6);
	ASSERT_EQ(recv(self->b, in, 11, MSG_PEEK | MSG_WAITALL), 11);
	EXPECT_MEMEQ(in, "firstsecond", 11);
	ASSERT_EQ(recv(self->b, in, 5, 0), 5);
	EXPECT_MEMEQ(in, "first", 5);
	ASSERT_GE(recv(self->b, in, 100, MSG_PEEK), 6);
	ASSERT_EQ(recv(self->b, in, 100, 0), 6);
	EXPECT_MEMEQ(in, "second", 6);
}

TEST_F(data, recv_peek_large_buffer)
{
	int i;

	for (i = 0; i < 20; i++)
		ASSERT_EQ(send(self->a, "0123456789", 10, 0), 10);
	ASSERT_EQ(recv(self->b, in, 200, MSG_PEEK | MSG_WAITALL), 200);
	EXPECT_MEMEQ(in + 190, "0123456789", 10);
	ASSERT_EQ(recv(self->b, in, 200, MSG_WAITALL), 200);
}

TEST_F(data, recv_lowat)
{
	option_set_int(self->b, SOL_SOCKET, SO_RCVLOWAT, 8);
	EXPECT_EQ(option_int(self->b, SOL_SOCKET, SO_RCVLOWAT), 8);
	ASSERT_EQ(send(self->a, "0123456789", 10, 0), 10);
	ASSERT_EQ(recv(self->b, in, 6, MSG_WAITALL), 6);
	ASSERT_EQ(send(self->a, "0123456789", 10, 0), 10);
	ASSERT_EQ(recv(self->b, in, 10, MSG_WAITALL), 10);
	EXPECT_MEMEQ(in, "6789012345", 10);
}

TEST_F(data, bidir)
{
	big_transfer(self->a, self->b, 100000, 3);
	big_transfer(self->b, self->a, 100000, 3);
	talk_both(self->a, self->b);
}

static void child_sends(int fd)
{
	int i;

	if (fork())
		return;
	for (i = 0; i < 4; i++)
		send_all(fd, out, 100000);
	_exit(0);
}

static void receive_some(int fd)
{
	int i;

	for (i = 0; i < 4; i++) {
		recv_all(fd, in, 100000);
		check_pattern(in, 100000, 0);
	}
}

TEST_F(data, bidir_at_once)
{
	int i, status;

	fill_pattern(out, 100000, 0);
	child_sends(self->a);
	child_sends(self->b);
	if (!fork()) {
		receive_some(self->a);
		_exit(0);
	}
	receive_some(self->b);
	for (i = 0; i < 3; i++) {
		ASSERT_GT(wait(&status), 0);
		EXPECT_EQ(status, 0);
	}
}

TEST_F(data, counters_of_info)
{
	struct tsec_info a, b;

	fill_pattern(out, 40000, 0);
	send_all(self->a, out, 40000);
	recv_all(self->b, in, 40000);
	info_of(self->a, &a);
	info_of(self->b, &b);
	EXPECT_EQ(a.tx.bytes, 40000);
	EXPECT_EQ(b.rx.bytes, 40000);
	EXPECT_EQ(a.tx.records, 3);
	EXPECT_EQ(b.rx.records, 3);
	EXPECT_EQ(a.rx.bytes, 0);
	EXPECT_EQ(b.tx.records, 0);
}
