// SPDX-License-Identifier: GPL-2.0
/*
 * listen() and accept().
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys.h"
#include "raw.h"
#include "util.h"

FIXTURE(acc) {
	struct link link;
	union tsec_addr addr;
	int listener;
};
KIND_VARIANT(acc);
KINDS_ADD_IN_TURN(acc);

FIXTURE_SETUP(acc)
{
	link_make(&self->link, &variant->kind);
	self->listener = tsec_listen(&self->link, &self->addr, 8);
}

FIXTURE_TEARDOWN(acc)
{
	close(self->listener);
	link_end(&self->link);
}

/* A client whose session waits at the listener. */
static int client(struct link *link, const union tsec_addr *addr)
{
	uint64_t opened = stat_of("SessionsOpened");
	int fd = tsec_socket(link->client, 0);

	link_keys(link);
	ASSERT_EQ(tsec_connect(fd, addr), 0);
	stat_reaches("SessionsOpened", opened + 2);
	return fd;
}

TEST_F(acc, nonblocking)
{
	int a, b;

	nonblocking(self->listener, 1);
	EXPECT_ERR(accept(self->listener, NULL, NULL), EAGAIN);
	a = client(&self->link, &self->addr);
	ASSERT_EQ(poll_for(self->listener, POLLIN, SOON), POLLIN);
	b = accept(self->listener, NULL, NULL);
	ASSERT_GE(b, 0);
	/* Only the listener does not wait. */
	EXPECT_FALSE(fcntl(b, F_GETFL) & O_NONBLOCK);
	EXPECT_ERR(accept(self->listener, NULL, NULL), EAGAIN);
	talk_both(a, b);
}

TEST_F(acc, rcvtimeo)
{
	struct timeval tv = { 0, 200000 };
	uint64_t start = now_ms();

	ASSERT_EQ(setsockopt(self->listener, SOL_SOCKET, SO_RCVTIMEO, &tv,
			     sizeof(tv)), 0);
	EXPECT_ERR(accept(self->listener, NULL, NULL), EAGAIN);
	EXPECT_GE(now_ms() - start, 100);
	EXPECT_LT(now_ms() - start, SOON);
}

TEST_F(acc, interrupted)
{
	ticks();
	EXPECT_ERR(accept(self->listener, NULL, NULL), EINTR);
}

TEST_F(acc, flags)
{
	int fd;

	client(&self->link, &self->addr);
	fd = accept4(self->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	ASSERT_GE(fd, 0);
	EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	EXPECT_ERR(accept4(self->listener, NULL, NULL, 1), EINVAL);
}

TEST_F(acc, address)
{
	union tsec_addr name, peer;
	socklen_t len = sizeof(peer);
	int a = client(&self->link, &self->addr);

	ASSERT_GE(accept(self->listener, &peer.sa, &len), 0);
	addr_of(&name, a);
	EXPECT_EQ(len, addr_len(&name));
	EXPECT_MEMEQ(&name, &peer, len);
}

TEST_F(acc, address_cut_short)
{
	char room[4] = { 0, 0, 'x', 'x' };
	socklen_t len = 2;

	client(&self->link, &self->addr);
	ASSERT_GE(accept(self->listener, (void *)room, &len), 0);
	EXPECT_GT(len, 2);
	EXPECT_EQ(room[2], 'x');
}

TEST_F(acc, session)
{
	char name[64] = "";
	socklen_t len = sizeof(name);
	struct tsec_info info;
	int fd;

	client(&self->link, &self->addr);
	fd = accept(self->listener, NULL, NULL);
	info_of(fd, &info);
	EXPECT_EQ(info.role, TSEC_ROLE_SERVER);
	EXPECT_EQ(info.state, TSEC_STATE_ESTABLISHED);
	EXPECT_EQ(info.version, variant->kind.version);
	EXPECT_EQ(info.cipher, variant->kind.cipher);
	ASSERT_EQ(getsockopt(fd, SOL_TSEC, TSEC_PROFILE, name, &len), 0);
	EXPECT_STREQ(name, self->link.server);
	EXPECT_EQ(len, strlen(name) + 1);
	EXPECT_ERR(setsockopt(fd, SOL_TSEC, TSEC_PROFILE, name, strlen(name)),
		   EISCONN);
	EXPECT_ERR(accept(fd, NULL, NULL), EINVAL);
	EXPECT_ERR(listen(fd, 1), EINVAL);
	EXPECT_EQ(option_int(fd, SOL_SOCKET, SO_DOMAIN), AF_TSEC);
	EXPECT_EQ(option_int(fd, SOL_SOCKET, SO_PROTOCOL), TSEC_PROTO_TLS);
}

TEST_F(acc, in_order)
{
	int a[5], b[5], i;

	for (i = 0; i < 5; i++)
		a[i] = client(&self->link, &self->addr);
	for (i = 0; i < 5; i++)
		b[i] = accept(self->listener, NULL, NULL);
	for (i = 0; i < 5; i++)
		talk_both(a[i], b[i]);
}

/* What was sent before accept() is there after it. */
TEST_F(acc, data_comes_early)
{
	int a = client(&self->link, &self->addr), b;
	char buf[10];

	ASSERT_EQ(send(a, "early", 5, 0), 5);
	ASSERT_EQ(shutdown(a, SHUT_WR), 0);
	b = accept(self->listener, NULL, NULL);
	ASSERT_GE(b, 0);
	ASSERT_EQ(recv(b, buf, 10, MSG_WAITALL), 5);
	EXPECT_MEMEQ(buf, "early", 5);
	EXPECT_EQ(recv(b, buf, 10, 0), 0);
}

TEST_F(acc, client_gone_before_accept)
{
	int a = client(&self->link, &self->addr), b;
	char byte;

	close(a);
	b = accept(self->listener, NULL, NULL);
	ASSERT_GE(b, 0);
	EXPECT_EQ(recv(b, &byte, 1, 0), 0);
}

/* Each connection wakes one who waits. */
TEST_F(acc, several_accepters)
{
	int i, fd, status;
	char byte;

	for (i = 0; i < 3; i++) {
		if (fork())
			continue;
		fd = accept(self->listener, NULL, NULL);
		_exit(fd < 0 || send(fd, "hello", 5, 0) != 5 ||
		      recv(fd, &byte, 1, 0));
	}
	for (i = 0; i < 3; i++) {
		char buf[5];

		fd = client(&self->link, &self->addr);
		recv_all(fd, buf, 5);
		close(fd);
		ASSERT_GT(wait(&status), 0);
		EXPECT_EQ(status, 0);
	}
}

/* Backlog 1: two wait at the socket, others further out; none is lost. */
TEST_F(acc, backlog)
{
	uint64_t opened;
	int a[4], b, i;

	ASSERT_EQ(listen(self->listener, 1), 0);
	for (i = 0; i < 2; i++)
		a[i] = client(&self->link, &self->addr);
	for (; i < 4; i++) {
		opened = stat_of("SessionsOpened");
		link_keys(&self->link);
		a[i] = tsec_socket(self->link.client, 0);
		ASSERT_EQ(tsec_connect(a[i], &self->addr), 0);
		b = accept(self->listener, NULL, NULL);
		ASSERT_GE(b, 0);
		talk_both(a[i - 2], b);
		stat_reaches("SessionsOpened", opened + 2);
	}
	for (i = 2; i < 4; i++) {
		b = accept(self->listener, NULL, NULL);
		ASSERT_GE(b, 0);
		talk_both(a[i], b);
	}
}

TEST_F(acc, inherited)
{
	struct linger linger = { 1, 7 };
	socklen_t len = sizeof(linger);
	struct timeval tv = { 3, 0 };
	int fd, listener = self->listener;

	option_set_int(listener, SOL_SOCKET, SO_RCVBUF, 20000);
	option_set_int(listener, SOL_SOCKET, SO_SNDBUF, 30000);
	option_set_int(listener, SOL_SOCKET, SO_KEEPALIVE, 1);
	option_set_int(listener, SOL_SOCKET, SO_MARK, 42);
	option_set_int(listener, SOL_SOCKET, SO_RCVLOWAT, 2);
	option_set_int(listener, IPPROTO_TCP, TCP_NODELAY, 1);
	option_set_int(listener, IPPROTO_TCP, TCP_KEEPIDLE, 77);
	ASSERT_EQ(setsockopt(listener, SOL_SOCKET, SO_LINGER, &linger,
			     sizeof(linger)), 0);
	ASSERT_EQ(setsockopt(listener, SOL_SOCKET, SO_SNDTIMEO, &tv,
			     sizeof(tv)), 0);

	client(&self->link, &self->addr);
	fd = accept(listener, NULL, NULL);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(option_int(fd, SOL_SOCKET, SO_RCVBUF), 40000);
	EXPECT_EQ(option_int(fd, SOL_SOCKET, SO_SNDBUF), 60000);
	EXPECT_EQ(option_int(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
	EXPECT_EQ(option_int(fd, SOL_SOCKET, SO_MARK), 42);
	EXPECT_EQ(option_int(fd, SOL_SOCKET, SO_RCVLOWAT), 2);
	EXPECT_EQ(option_int(fd, IPPROTO_TCP, TCP_NODELAY), 1);
	EXPECT_EQ(option_int(fd, IPPROTO_TCP, TCP_KEEPIDLE), 77);
	memset(&linger, 0, sizeof(linger));
	ASSERT_EQ(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len), 0);
	EXPECT_EQ(linger.l_onoff, 1);
	EXPECT_EQ(linger.l_linger, 7);
	len = sizeof(tv);
	memset(&tv, 0, sizeof(tv));
	ASSERT_EQ(getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, &len), 0);
	EXPECT_EQ(tv.tv_sec, 3);
}

/* Sessions that nobody took end in good order, not by a timeout. */
TEST_F(acc, listener_closed_with_sessions_waiting)
{
	uint64_t before = stat_of("CurrSessions");
	int a[3], i;

	for (i = 0; i < 3; i++)
		a[i] = client(&self->link, &self->addr);
	close(self->listener);
	self->listener = -1;
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(drain(a[i]), 0);
		close(a[i]);
	}
	ASSERT_SOON(stat_of("CurrSessions") <= before);
}

/* A client that has connected and not sent anything yet has no keys either. */
TEST_F(acc, listener_closed_with_tcp_waiting)
{
	int fd = socket(variant->kind.family, SOCK_STREAM, 0);
	char byte;

	link_keys(&self->link);
	ASSERT_EQ(tsec_key_del(self->link.nl, self->link.server, -1), 0);
	ASSERT_EQ(connect(fd, &self->addr.sa, addr_len(&self->addr)), 0);
	close(self->listener);
	self->listener = -1;
	EXPECT_LE(recv(fd, &byte, 1, 0), 0);
	close(fd);
}

/* The common way to end a thread that waits in accept(). */
TEST_F(acc, shutdown_wakes_accept)
{
	pid_t pid = fork();

	if (!pid) {
		usleep(30000);
		_exit(shutdown(self->listener, SHUT_RDWR) ? 1 : 0);
	}
	EXPECT_ERR(accept(self->listener, NULL, NULL), EINVAL);
	child_ok(pid);
}

TEST_F(acc, shutdown_ends_listening)
{
	int fd = tsec_socket(self->link.client, 0);

	ASSERT_EQ(shutdown(self->listener, SHUT_RD), 0);
	EXPECT_ERR(accept(self->listener, NULL, NULL), EINVAL);
	link_keys(&self->link);
	EXPECT_ERR(tsec_connect(fd, &self->addr), ECONNREFUSED);
	/* And it can listen again, as with TCP at a port of the kernel's. */
	ASSERT_EQ(listen(self->listener, 1), 0);
	addr_of(&self->addr, self->listener);
	addr_loopback(&self->addr, variant->kind.family,
		      ntohs(self->addr.in.sin_port));
	ASSERT_EQ(tsec_connect(fd, &self->addr), 0);
	EXPECT_GE(accept(self->listener, NULL, NULL), 0);
}

TEST_F(acc, profile_gone)
{
	int fd = tsec_socket(self->link.client, 0);
	char byte;

	link_keys(&self->link);
	ASSERT_EQ(tsec_profile_del(self->link.nl, self->link.server), 0);
	if (!tsec_connect(fd, &self->addr))
		EXPECT_EQ(recv(fd, &byte, 1, 0), -1);
	nonblocking(self->listener, 1);
	EXPECT_ERR(accept(self->listener, NULL, NULL), EAGAIN);
}

TEST_F(acc, many)
{
	int a, b, i;

	for (i = 0; i < 30; i++) {
		a = client(&self->link, &self->addr);
		b = accept(self->listener, NULL, NULL);
		ASSERT_GE(b, 0);
		talk(a, b, "hello");
		close(i & 1 ? a : b);
		close(i & 1 ? b : a);
	}
}
