// SPDX-License-Identifier: GPL-2.0
/*
 * sendfile() and splice(), alone and next to other calls; several processes
 * at both ends.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys.h"
#include "util.h"

FIXTURE(splice) {
	struct pair pair;
	int a, b;
	int p[2];
};
KIND_VARIANT(splice);
KINDS_ADD_IN_TURN(splice);

FIXTURE_SETUP(splice)
{
	pair_make(&self->pair, &variant->kind);
	self->a = self->pair.a;
	self->b = self->pair.b;
	ASSERT_EQ(pipe(self->p), 0);
}

FIXTURE_TEARDOWN(splice)
{
	close(self->p[0]);
	close(self->p[1]);
	pair_end(&self->pair);
}

static uint8_t out[200000], in[200000];

/* From a process of its own: a sender waits for room in the end. */
static pid_t sends_file(int to, int file, off_t offset, size_t len)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	while (len) {
		ssize_t n = sendfile(to, file, &offset, len);

		if (n <= 0)
			_exit(1);
		len -= n;
	}
	_exit(0);
}

TEST_F(splice, sendfile)
{
	int file = pattern_file(150000);
	pid_t pid = sends_file(self->a, file, 0, 150000);

	recv_all(self->b, in, 150000);
	check_pattern(in, 150000, 0);
	child_ok(pid);
	close(file);
}

TEST_F(splice, sendfile_offset)
{
	int file = pattern_file(50000);
	pid_t pid = sends_file(self->a, file, 12345, 30001);

	recv_all(self->b, in, 30001);
	check_pattern(in, 30001, 12345);
	child_ok(pid);
	close(file);
}

TEST_F(splice, sendfile_short_file)
{
	int file = pattern_file(1000);

	ASSERT_EQ(sendfile(self->a, file, NULL, 5000), 1000);
	EXPECT_EQ(sendfile(self->a, file, NULL, 5000), 0);
	/* All of it came, although more was announced. */
	recv_all(self->b, in, 1000);
	check_pattern(in, 1000, 0);
	close(file);
}

TEST_F(splice, send_then_sendfile)
{
	int file = pattern_file(40000);
	pid_t pid;

	ASSERT_EQ(send(self->a, "header", 6, 0), 6);
	pid = sends_file(self->a, file, 0, 40000);
	recv_all(self->b, in, 6);
	EXPECT_MEMEQ(in, "header", 6);
	recv_all(self->b, in, 40000);
	check_pattern(in, 40000, 0);
	child_ok(pid);
	close(file);
}

TEST_F(splice, more_then_sendfile)
{
	int file = pattern_file(4000);
	pid_t pid;

	ASSERT_EQ(send(self->a, "header", 6, MSG_MORE), 6);
	pid = sends_file(self->a, file, 0, 4000);
	recv_all(self->b, in, 4006);
	EXPECT_MEMEQ(in, "header", 6);
	check_pattern(in + 6, 4000, 0);
	child_ok(pid);
	close(file);
}

TEST_F(splice, multi_chunk_sendfile)
{
	static const int sizes[] = { 1, 4095, 4096, 4097, 16383, 16384, 16385,
				     40000, 70000 };
	int file = pattern_file(70000);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		pid_t pid = sends_file(self->a, file, 0, sizes[i]);

		memset(in, 0, sizes[i]);
		recv_all(self->b, in, sizes[i]);
		check_pattern(in, sizes[i], 0);
		child_ok(pid);
	}
	close(file);
}

TEST_F(splice, sendfile_then_close)
{
	int file = pattern_file(10000);

	ASSERT_EQ(sendfile(self->a, file, NULL, 10000), 10000);
	close(self->a);
	recv_all(self->b, in, 10000);
	check_pattern(in, 10000, 0);
	EXPECT_EQ(recv(self->b, in, 1, 0), 0);
	close(file);
}

TEST_F(splice, sendfile_nonblocking)
{
	int file = pattern_file(100000);
	off_t offset = 0;
	size_t got = 0;

	nonblocking(self->a, 1);
	nonblocking(self->b, 1);
	while (got < 100000) {
		ssize_t n;

		if (offset < 100000) {
			n = sendfile(self->a, file, &offset, 100000 - offset);
			ASSERT_TRUE(n > 0 || errno == EAGAIN);
		}
		poll_for(self->b, POLLIN, 5);
		n = recv(self->b, in + got, sizeof(in) - got, 0);
		ASSERT_TRUE(n > 0 || errno == EAGAIN);
		if (n > 0)
			got += n;
	}
	check_pattern(in, 100000, 0);
	close(file);
}

TEST_F(splice, from_pipe)
{
	fill_pattern(out, 20000, 0);
	ASSERT_EQ(write(self->p[1], out, 20000), 20000);
	ASSERT_EQ(splice(self->p[0], NULL, self->a, NULL, 20000, 0), 20000);
	recv_all(self->b, in, 20000);
	check_pattern(in, 20000, 0);
}

TEST_F(splice, from_pipe_more)
{
	int i;

	fill_pattern(out, 6000, 0);
	for (i = 0; i < 6; i++) {
		ASSERT_EQ(write(self->p[1], out + i * 1000, 1000), 1000);
		ASSERT_EQ(splice(self->p[0], NULL, self->a, NULL, 1000,
				 i < 5 ? SPLICE_F_MORE : 0), 1000);
	}
	recv_all(self->b, in, 6000);
	check_pattern(in, 6000, 0);
}

TEST_F(splice, from_pipe_twice)
{
	fill_pattern(out, 16000, 0);
	ASSERT_EQ(write(self->p[1], out, 8000), 8000);
	ASSERT_EQ(splice(self->p[0], NULL, self->a, NULL, 8000, 0), 8000);
	ASSERT_EQ(write(self->p[1], out + 8000, 8000), 8000);
	ASSERT_EQ(splice(self->p[0], NULL, self->a, NULL, 8000, 0), 8000);
	recv_all(self->b, in, 16000);
	check_pattern(in, 16000, 0);
}

TEST_F(splice, send_and_splice)
{
	fill_pattern(out, 9000, 0);
	ASSERT_EQ(send(self->a, out, 1000, 0), 1000);
	ASSERT_EQ(write(self->p[1], out + 1000, 8000), 8000);
	ASSERT_EQ(splice(self->p[0], NULL, self->a, NULL, 8000, 0), 8000);
	recv_all(self->b, in, 9000);
	check_pattern(in, 9000, 0);
}

TEST_F(splice, vmsplice)
{
	struct iovec vec = { out, 8192 };

	fill_pattern(out, 8192, 0);
	ASSERT_EQ(vmsplice(self->p[1], &vec, 1, 0), 8192);
	ASSERT_EQ(splice(self->p[0], NULL, self->a, NULL, 8192, 0), 8192);
	recv_all(self->b, in, 8192);
	check_pattern(in, 8192, 0);
}

TEST_F(splice, to_pipe)
{
	size_t got = 0;

	fill_pattern(out, 40000, 0);
	send_all(self->a, out, 40000);
	while (got < 40000) {
		ssize_t n = splice(self->b, NULL, self->p[1], NULL,
				   40000 - got, 0);

		ASSERT_GT(n, 0);
		ASSERT_EQ(read(self->p[0], in + got, n), n);
		got += n;
	}
	check_pattern(in, 40000, 0);
}

TEST_F(splice, to_pipe_nonblocking)
{
	EXPECT_ERR(splice(self->b, NULL, self->p[1], NULL, 100,
			  SPLICE_F_NONBLOCK), EAGAIN);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	ASSERT_NE(poll_for(self->b, POLLIN, SOON), 0);
	EXPECT_EQ(splice(self->b, NULL, self->p[1], NULL, 100,
			 SPLICE_F_NONBLOCK), 4);
}

TEST_F(splice, to_pipe_until_the_end)
{
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	EXPECT_EQ(splice(self->b, NULL, self->p[1], NULL, 100, 0), 4);
	EXPECT_EQ(splice(self->b, NULL, self->p[1], NULL, 100, 0), 0);
}

TEST_F(splice, recv_and_splice)
{
	fill_pattern(out, 8000, 0);
	ASSERT_EQ(send(self->a, out, 8000, 0), 8000);
	recv_all(self->b, in, 3000);
	ASSERT_EQ(splice(self->b, NULL, self->p[1], NULL, 5000, 0), 5000);
	ASSERT_EQ(read(self->p[0], in + 3000, 5000), 5000);
	check_pattern(in, 8000, 0);
}

TEST_F(splice, peek_and_splice)
{
	fill_pattern(out, 12000, 0);
	ASSERT_EQ(send(self->a, out, 12000, 0), 12000);
	ASSERT_EQ(recv(self->b, in, 6000, MSG_PEEK), 6000);
	check_pattern(in, 6000, 0);
	ASSERT_EQ(recv(self->b, in, 12000, MSG_PEEK), 12000);
	ASSERT_EQ(splice(self->b, NULL, self->p[1], NULL, 12000, 0), 12000);
	ASSERT_EQ(read(self->p[0], in, 12000), 12000);
	check_pattern(in, 12000, 0);
}

TEST_F(splice, socket_to_socket)
{
	int a, b;

	pair_more(&self->pair, &a, &b);
	fill_pattern(out, 10000, 0);
	ASSERT_EQ(send(self->a, out, 10000, 0), 10000);
	ASSERT_EQ(splice(self->b, NULL, self->p[1], NULL, 10000, 0), 10000);
	ASSERT_EQ(splice(self->p[0], NULL, a, NULL, 10000, 0), 10000);
	recv_all(b, in, 10000);
	check_pattern(in, 10000, 0);
	close(a);
	close(b);
}

TEST_F(splice, counted)
{
	int file = pattern_file(5000);
	struct tsec_info info;

	ASSERT_EQ(sendfile(self->a, file, NULL, 5000), 5000);
	ASSERT_EQ(splice(self->b, NULL, self->p[1], NULL, 5000, 0), 5000);
	info_of(self->a, &info);
	EXPECT_EQ(info.tx.bytes, 5000);
	info_of(self->b, &info);
	EXPECT_EQ(info.rx.bytes, 5000);
	close(file);
}

TEST_F(splice, after_shutdown)
{
	int file = pattern_file(100);

	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	EXPECT_ERR(sendfile(self->a, file, NULL, 100), EPIPE);
	close(file);
}

/*
 * Several processes send and receive the same bytes; what counts is that all
 * of them come and nobody waits for ever.
 */
enum { PIECE = 10000, TURNS = 12 };

static void writer(int fd, bool file, int times)
{
	int from = file ? pattern_file(PIECE) : -1, i;

	if (fork())
		return;
	memset(out, 'x', PIECE);
	for (i = 0; i < times; i++) {
		if (file) {
			off_t offset = 0;

			while (offset < PIECE)
				if (sendfile(fd, from, &offset,
					     PIECE - offset) <= 0)
					_exit(1);
		} else {
			send_all(fd, out, PIECE);
		}
	}
	_exit(0);
}

static void reader(int fd, int times)
{
	int i;

	if (fork())
		return;
	for (i = 0; i < times; i++)
		recv_all(fd, in, PIECE);
	_exit(0);
}

static void processes(int a, int b, int writers, int readers, bool file)
{
	int i, status;

	for (i = 0; i < writers; i++)
		writer(a, file, TURNS / writers);
	for (i = 0; i < readers; i++)
		reader(b, TURNS / readers);
	for (i = 0; i < writers + readers; i++) {
		ASSERT_GT(wait(&status), 0);
		EXPECT_EQ(status, 0);
	}
	talk_both(a, b);
}

TEST_F(splice, processes_even)
{
	processes(self->a, self->b, 3, 3, false);
}

TEST_F(splice, processes_readers)
{
	processes(self->a, self->b, 2, 6, false);
}

TEST_F(splice, processes_writers)
{
	processes(self->a, self->b, 6, 2, false);
}

TEST_F(splice, processes_sendfile_even)
{
	processes(self->a, self->b, 3, 3, true);
}

TEST_F(splice, processes_sendfile_readers)
{
	processes(self->a, self->b, 2, 6, true);
}

TEST_F(splice, processes_sendfile_writers)
{
	processes(self->a, self->b, 6, 2, true);
}
