// SPDX-License-Identifier: GPL-2.0
/*
 * One socket in several hands: fork, dup, passing by SCM_RIGHTS, exec,
 * threads, signals.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys.h"
#include "util.h"

FIXTURE(share) {
	struct pair pair;
	int a, b;
};
KIND_VARIANT(share);
KINDS_ADD_IN_TURN(share);

FIXTURE_SETUP(share)
{
	signal(SIGPIPE, SIG_IGN);
	pair_make(&self->pair, &variant->kind);
	self->a = self->pair.a;
	self->b = self->pair.b;
}

FIXTURE_TEARDOWN(share)
{
	pair_end(&self->pair);
}

static char buf[100000];

TEST_F(share, fork_both_send)
{
	char got[8];
	pid_t pid = fork();

	if (!pid)
		_exit(send(self->a, "from", 4, 0) != 4);
	child_ok(pid);
	ASSERT_EQ(send(self->a, "both", 4, 0), 4);
	ASSERT_EQ(recv(self->b, got, 8, MSG_WAITALL), 8);
	EXPECT_MEMEQ(got, "fromboth", 8);
}

/* The end comes with the last one who has it. */
TEST_F(share, fork_then_close)
{
	pid_t pid = fork();

	if (!pid) {
		close(self->a);
		_exit(0);
	}
	child_ok(pid);
	talk_both(self->a, self->b);
	close(self->a);
	EXPECT_EQ(recv(self->b, buf, 1, 0), 0);
}

TEST_F(share, fork_shutdown_is_for_all)
{
	pid_t pid = fork();

	if (!pid)
		_exit(shutdown(self->a, SHUT_WR) != 0);
	child_ok(pid);
	EXPECT_ERR(send(self->a, "x", 1, 0), EPIPE);
	EXPECT_EQ(recv(self->b, buf, 1, 0), 0);
}

TEST_F(share, exit_ends_in_good_order)
{
	int a, b;
	pid_t pid;

	pair_more(&self->pair, &a, &b);
	pid = fork();
	if (!pid) {
		send_all(a, buf, sizeof(buf));
		_exit(0);
	}
	close(a);
	EXPECT_EQ(drain(b), sizeof(buf));
	child_ok(pid);
	close(b);
}

TEST_F(share, kill_ends_in_good_order)
{
	int a, b, status;
	pid_t pid;

	pair_more(&self->pair, &a, &b);
	pid = fork();
	if (!pid) {
		send_all(a, "data", 4);
		pause();
	}
	close(a);
	ASSERT_EQ(recv(b, buf, 10, 0), 4);
	kill(pid, SIGKILL);
	EXPECT_EQ(recv(b, buf, 10, 0), 0);
	waitpid(pid, &status, 0);
	close(b);
}

TEST_F(share, dup)
{
	int copy = dup(self->a), second = fcntl(self->a, F_DUPFD, 100);

	talk_both(copy, self->b);
	talk_both(second, self->b);
	close(self->a);
	talk_both(copy, self->b);
	close(copy);
	talk_both(second, self->b);
	close(second);
	EXPECT_EQ(recv(self->b, buf, 1, 0), 0);
	self->pair.a = -1;
}

TEST_F(share, dup2_closes)
{
	int null = open("/dev/null", O_RDWR);

	ASSERT_EQ(dup2(null, self->a), self->a);
	EXPECT_EQ(recv(self->b, buf, 1, 0), 0);
	close(null);
}

static void fd_send(int to, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec vec = { "f", 1 };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	ASSERT_EQ(sendmsg(to, &msg, 0), 1);
}

static int fd_recv(int from)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec vec = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int fd;

	ASSERT_EQ(recvmsg(from, &msg, 0), 1);
	ASSERT_TRUE(CMSG_FIRSTHDR(&msg));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

TEST_F(share, passed)
{
	int way[2], fd;

	ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, way), 0);
	fd_send(way[0], self->a);
	close(self->a);
	self->pair.a = -1;
	fd = fd_recv(way[1]);
	talk_both(fd, self->b);
	close(fd);
	EXPECT_EQ(recv(self->b, buf, 1, 0), 0);
}

/* Nobody ever takes it out: the queue's end is the socket's end. */
TEST_F(share, passed_and_lost)
{
	int way[2];

	ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, way), 0);
	fd_send(way[0], self->a);
	close(self->a);
	self->pair.a = -1;
	close(way[0]);
	close(way[1]);
	EXPECT_EQ(recv(self->b, buf, 1, 0), 0);
}

TEST_F(share, listener_passed)
{
	int way[2], fd, a, b;

	ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, way), 0);
	fd_send(way[0], self->pair.listener);
	close(self->pair.listener);
	fd = fd_recv(way[1]);
	self->pair.listener = fd;
	pair_more(&self->pair, &a, &b);
	talk_both(a, b);
	close(a);
	close(b);
}

/* Descriptors cannot be passed through a session. */
TEST_F(share, nothing_passes_through)
{
	fd_send(self->a, self->b);
	ASSERT_EQ(recv(self->b, buf, 10, 0), 1);
	EXPECT_EQ(buf[0], 'f');
}

static int run_cat(int fd)
{
	pid_t pid = fork();
	char path[32];
	int status;

	if (!pid) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		execl("/bin/sh", "sh", "-c", "test -e \"$1\"", "sh", path,
		      NULL);
		_exit(9);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

TEST_F(share, close_on_exec)
{
	EXPECT_EQ(run_cat(self->a), 0);
	ASSERT_EQ(fcntl(self->a, F_SETFD, FD_CLOEXEC), 0);
	EXPECT_EQ(run_cat(self->a), 1);
	talk_both(self->a, self->b);
}

TEST_F(share, stdio)
{
	FILE *out = fdopen(dup(self->a), "w"), *in = fdopen(dup(self->b), "r");
	char line[64] = "";

	ASSERT_TRUE(out && in);
	fprintf(out, "line %d\n", 42);
	fflush(out);
	ASSERT_TRUE(fgets(line, sizeof(line), in));
	EXPECT_STREQ(line, "line 42\n");
	fclose(out);
	fclose(in);
}

struct thread {
	pthread_t id;
	atomic_int tid;
	int fd;
	ssize_t result;
	int err;
};

static void *thread_recv(void *arg)
{
	struct thread *thread = arg;
	char byte;

	thread->tid = gettid();
	thread->result = recv(thread->fd, &byte, 1, 0);
	thread->err = errno;
	return NULL;
}

static void thread_start(struct thread *thread, int fd, void *fn(void *))
{
	thread->fd = fd;
	thread->tid = 0;
	ASSERT_EQ(pthread_create(&thread->id, NULL, fn, thread), 0);
}

/* As with TCP: the reader holds the file, so close() ends nothing. */
TEST_F(share, close_under_a_reader)
{
	struct thread thread;

	thread_start(&thread, self->b, thread_recv);
	ASSERT_SOON(thread_waits(thread.tid));
	close(self->b);
	self->pair.b = -1;
	ASSERT_EQ(send(self->a, "x", 1, 0), 1);
	pthread_join(thread.id, NULL);
	EXPECT_EQ(thread.result, 1);
	/* Now it is closed. */
	EXPECT_EQ(recv(self->a, buf, 1, 0), 0);
}

TEST_F(share, shutdown_under_a_reader)
{
	struct thread thread;

	thread_start(&thread, self->b, thread_recv);
	ASSERT_SOON(thread_waits(thread.tid));
	ASSERT_EQ(shutdown(self->b, SHUT_RDWR), 0);
	pthread_join(thread.id, NULL);
	EXPECT_EQ(thread.result, 0);
}

static void *thread_send(void *arg)
{
	struct thread *thread = arg;
	size_t done = 0;
	ssize_t n = 1;

	while (done < 20 * sizeof(buf) && n > 0) {
		n = send(thread->fd, buf, sizeof(buf), MSG_NOSIGNAL);
		done += n > 0 ? n : 0;
	}
	thread->result = n < 0 ? n : (ssize_t)done;
	thread->err = errno;
	return NULL;
}

TEST_F(share, shutdown_under_a_sender)
{
	struct thread thread;

	thread_start(&thread, self->a, thread_send);
	usleep(20000);
	ASSERT_EQ(shutdown(self->a, SHUT_RDWR), 0);
	/* Whatever went is followed by an authenticated end. */
	EXPECT_GE(drain(self->b), 0);
	pthread_join(thread.id, NULL);
}

TEST_F(share, many_readers_all_see_the_end)
{
	struct thread thread[4];
	int i;

	for (i = 0; i < 4; i++)
		thread_start(&thread[i], self->b, thread_recv);
	for (i = 0; i < 4; i++)
		ASSERT_SOON(thread_waits(thread[i].tid));
	close(self->a);
	self->pair.a = -1;
	for (i = 0; i < 4; i++) {
		pthread_join(thread[i].id, NULL);
		EXPECT_EQ(thread[i].result, 0);
	}
}

TEST_F(share, sender_and_receiver_threads)
{
	struct thread thread;
	size_t got = 0;
	ssize_t n;

	thread_start(&thread, self->a, thread_send);
	while (got < 20 * sizeof(buf)) {
		static char room[65536];

		n = recv(self->b, room, sizeof(room), 0);
		ASSERT_GT(n, 0);
		got += n;
		if (got % 7 == 0)
			talk(self->b, self->a, "meanwhile");
	}
	pthread_join(thread.id, NULL);
	EXPECT_EQ(thread.result, 20 * sizeof(buf));
}

static void fd_own(int fd)
{
	ASSERT_EQ(fcntl(fd, F_SETOWN, getpid()), 0);
	ASSERT_EQ(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC), 0);
}

/* Wait for SIGIO, which is blocked. */
static bool sigio(int ms)
{
	struct timespec limit = { ms / 1000, ms % 1000 * 1000000 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	return sigtimedwait(&set, NULL, &limit) == SIGIO;
}

static void sigio_block(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

TEST_F(share, sigio)
{
	sigio_block();
	fd_own(self->b);
	while (sigio(0))
		;
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	EXPECT_TRUE(sigio(SOON));
	ASSERT_EQ(recv(self->b, buf, 10, 0), 4);
	while (sigio(0))
		;
	close(self->a);
	EXPECT_TRUE(sigio(SOON));
}

TEST_F(share, sigio_listener)
{
	int fd;

	sigio_block();
	fd_own(self->pair.listener);
	while (sigio(0))
		;
	link_keys(&self->pair.link);
	fd = tsec_socket(self->pair.link.client, 0);
	ASSERT_EQ(tsec_connect(fd, &self->pair.addr), 0);
	EXPECT_TRUE(sigio(SOON));
	close(fd);
}

TEST_F(share, sigio_before_connect)
{
	int fd = tsec_socket(self->pair.link.client, SOCK_NONBLOCK), peer;

	sigio_block();
	fd_own(fd);
	link_keys(&self->pair.link);
	ASSERT_ERR(tsec_connect(fd, &self->pair.addr), EINPROGRESS);
	EXPECT_TRUE(sigio(SOON));
	peer = accept(self->pair.listener, NULL, NULL);
	while (sigio(0))
		;
	ASSERT_EQ(send(peer, "x", 1, 0), 1);
	EXPECT_TRUE(sigio(SOON));
	close(fd);
	close(peer);
}

TEST_F(share, fioasync_and_fionbio)
{
	int one = 1, pid = getpid(), got = 0;

	sigio_block();
	ASSERT_EQ(ioctl(self->b, FIONBIO, &one), 0);
	EXPECT_ERR(recv(self->b, buf, 1, 0), EAGAIN);
	ASSERT_EQ(ioctl(self->b, FIOSETOWN, &pid), 0);
	ASSERT_EQ(ioctl(self->b, FIOGETOWN, &got), 0);
	EXPECT_EQ(got, pid);
	ASSERT_EQ(ioctl(self->b, FIOASYNC, &one), 0);
	EXPECT_TRUE(fcntl(self->b, F_GETFL) & O_ASYNC);
}
