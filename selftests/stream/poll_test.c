// SPDX-License-Identifier: GPL-2.0
/*
 * poll() and epoll in every state of a socket.
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "raw.h"
#include "util.h"

FIXTURE(poll) {
	struct pair pair;
	struct raw *raw;
	int a, b, ep;
};
KIND_VARIANT(poll);
KINDS_ADD_IN_TURN(poll);

FIXTURE_SETUP(poll)
{
	signal(SIGPIPE, SIG_IGN);
	pair_make(&self->pair, &variant->kind);
	self->a = self->pair.a;
	self->b = self->pair.b;
	self->raw = raw_new();
	self->ep = epoll_create1(0);
}

FIXTURE_TEARDOWN(poll)
{
	pair_end(&self->pair);
	close(self->ep);
	raw_free(self->raw);
}

static const short all = POLLIN | POLLOUT | POLLRDHUP | POLLPRI;

static void watch(int ep, int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.fd = fd };

	ASSERT_EQ(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), 0);
}

/* The events of one epoll_wait(), 0 if there were none. */
static uint32_t next(int ep, int timeout)
{
	struct epoll_event ev = { .events = 0 };
	int n = epoll_wait(ep, &ev, 1, timeout);

	ASSERT_GE(n, 0);
	return n ? ev.events : 0;
}

/* The next event with one of these; of others there is always another. */
static uint32_t next_with(int ep, uint32_t events)
{
	uint64_t end = now_ms() + SOON;
	uint32_t got;

	do {
		got = next(ep, SOON);
	} while (!(got & events) && now_ms() < end);
	return got;
}

TEST_F(poll, unconnected)
{
	int fd = tsec_socket(NULL, 0);

	EXPECT_EQ(poll_for(fd, all, 0), POLLOUT | POLLHUP);
	close(fd);
}

TEST_F(poll, listener)
{
	int fd = self->pair.listener, a;

	EXPECT_EQ(poll_for(fd, all, 0), 0);
	watch(self->ep, fd, EPOLLIN);
	EXPECT_EQ(next(self->ep, 0), 0);
	link_keys(&self->pair.link);
	a = tsec_socket(self->pair.link.client, 0);
	ASSERT_EQ(tsec_connect(a, &self->pair.addr), 0);
	EXPECT_EQ(next(self->ep, SOON), EPOLLIN);
	EXPECT_EQ(poll_for(fd, all, 0), POLLIN);
	close(accept(fd, NULL, NULL));
	EXPECT_EQ(next(self->ep, 0), 0);
	EXPECT_EQ(poll_for(fd, all, 0), 0);
	close(a);
}

TEST_F(poll, idle)
{
	EXPECT_EQ(poll_for(self->a, all, 0), POLLOUT);
	EXPECT_EQ(poll_for(self->b, all, 0), POLLOUT);
	EXPECT_EQ(poll_for(self->b, POLLIN, QUIET), 0);
}

TEST_F(poll, readable)
{
	char buf[10];

	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	EXPECT_EQ(poll_for(self->b, POLLIN, SOON), POLLIN);
	EXPECT_EQ(poll_for(self->b, all, 0), POLLIN | POLLOUT);
	ASSERT_EQ(recv(self->b, buf, 2, 0), 2);
	EXPECT_EQ(poll_for(self->b, POLLIN, 0), POLLIN);
	ASSERT_EQ(recv(self->b, buf, 10, 0), 2);
	EXPECT_EQ(poll_for(self->b, POLLIN, 0), 0);
}

TEST_F(poll, wait)
{
	pid_t pid = fork();
	char buf[10];

	if (!pid) {
		usleep(20000);
		_exit(send(self->a, "data", 4, 0) != 4);
	}
	EXPECT_EQ(poll_for(self->b, POLLIN, SOON), POLLIN);
	EXPECT_EQ(recv(self->b, buf, 10, MSG_DONTWAIT), 4);
	child_ok(pid);
}

/* One big record comes in many segments: readable only when it is whole. */
TEST_F(poll, partial_record)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER);
	uint8_t record[1000 + RAW_OVERHEAD], data[1000];
	size_t len, i;

	fill_pattern(data, 1000, 0);
	len = raw_seal(self->raw, record, RAW_DATA, data, 1000, 0);
	for (i = 0; i < len; i += 300) {
		EXPECT_EQ(poll_for(fd, POLLIN, 0), 0);
		raw_write(self->raw, record + i, len - i < 300 ? len - i : 300);
	}
	EXPECT_EQ(poll_for(fd, POLLIN, SOON), POLLIN);
	EXPECT_EQ(recv(fd, data, 1000, MSG_DONTWAIT), 1000);
	check_pattern(data, 1000, 0);
	close(fd);
}

static void epoll_partial(int ep, struct raw *raw, int fd, uint32_t edge)
{
	uint8_t record[100], data[20];
	size_t len = raw_seal(raw, record, RAW_DATA, "data", 4, 0);

	watch(ep, fd, EPOLLIN | edge);
	EXPECT_EQ(next(ep, 0), 0);
	raw_write(raw, record, len - 1);
	EXPECT_EQ(next(ep, QUIET), 0);
	raw_write(raw, record + len - 1, 1);
	EXPECT_EQ(next(ep, SOON), EPOLLIN);
	EXPECT_EQ(recv(fd, data, 20, MSG_DONTWAIT), 4);
	EXPECT_EQ(next(ep, 0), 0);
}

TEST_F(poll, epoll_partial_record)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER);

	epoll_partial(self->ep, self->raw, fd, 0);
	close(fd);
}

TEST_F(poll, epoll_partial_record_edge)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER);

	epoll_partial(self->ep, self->raw, fd, EPOLLET);
	close(fd);
}

TEST_F(poll, writable_again)
{
	size_t filled = fill_send(self->a), got = 0;
	static char buf[65536];
	ssize_t n;

	EXPECT_EQ(poll_for(self->a, all, 0), 0);
	while (!poll_for(self->a, POLLOUT, 0) && got < filled) {
		n = recv(self->b, buf, sizeof(buf), 0);
		ASSERT_GT(n, 0);
		got += n;
	}
	EXPECT_EQ(poll_for(self->a, POLLOUT, SOON), POLLOUT);
	EXPECT_GT(send(self->a, buf, 100, MSG_DONTWAIT), 0);
}

TEST_F(poll, epoll_writable_edge)
{
	size_t filled, got = 0;
	static char buf[65536];

	watch(self->ep, self->a, EPOLLOUT | EPOLLET);
	EXPECT_EQ(next(self->ep, 0), EPOLLOUT);
	filled = fill_send(self->a);
	EXPECT_EQ(next(self->ep, 0), 0);
	while (got < filled)
		got += recv(self->b, buf, sizeof(buf), 0);
	EXPECT_EQ(next(self->ep, SOON), EPOLLOUT);
}

TEST_F(poll, epoll_level)
{
	char buf[10];

	watch(self->ep, self->b, EPOLLIN);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	EXPECT_EQ(next(self->ep, SOON), EPOLLIN);
	EXPECT_EQ(next(self->ep, 0), EPOLLIN);
	ASSERT_EQ(recv(self->b, buf, 10, 0), 4);
	EXPECT_EQ(next(self->ep, 0), 0);
}

TEST_F(poll, epoll_edge)
{
	char buf[20];

	watch(self->ep, self->b, EPOLLIN | EPOLLET);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	EXPECT_EQ(next(self->ep, SOON), EPOLLIN);
	EXPECT_EQ(next(self->ep, QUIET), 0);
	ASSERT_EQ(send(self->a, "more", 4, 0), 4);
	EXPECT_EQ(next(self->ep, SOON), EPOLLIN);
	ASSERT_EQ(recv(self->b, buf, 20, MSG_WAITALL | MSG_DONTWAIT), 8);
	EXPECT_EQ(next(self->ep, QUIET), 0);
}

TEST_F(poll, epoll_oneshot)
{
	struct epoll_event ev = {
		.events = EPOLLIN | EPOLLONESHOT, .data.fd = self->b,
	};

	watch(self->ep, self->b, EPOLLIN | EPOLLONESHOT);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	EXPECT_EQ(next(self->ep, SOON), EPOLLIN);
	EXPECT_EQ(next(self->ep, 0), 0);
	ASSERT_EQ(epoll_ctl(self->ep, EPOLL_CTL_MOD, self->b, &ev), 0);
	EXPECT_EQ(next(self->ep, 0), EPOLLIN);
}

/* Registered before there is a session, or even an inner socket. */
static void before_connect(int ep, struct pair *pair, uint32_t edge)
{
	int fd = tsec_socket(pair->link.client, SOCK_NONBLOCK), peer, i;
	char buf[10];

	watch(ep, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | edge);
	link_keys(&pair->link);
	ASSERT_ERR(tsec_connect(fd, &pair->addr), EINPROGRESS);
	/* An event of the unconnected state may still come first. */
	for (i = 0; i < 2; i++) {
		if (next(ep, SOON) == EPOLLOUT)
			break;
	}
	EXPECT_EQ(option_int(fd, SOL_SOCKET, SO_ERROR), 0);
	peer = accept(pair->listener, NULL, NULL);
	ASSERT_EQ(send(fd, "x", 1, 0), 1);
	ASSERT_EQ(send(peer, "data", 4, 0), 4);
	EXPECT_EQ(next_with(ep, EPOLLIN), EPOLLIN | EPOLLOUT);
	ASSERT_EQ(recv(fd, buf, 10, 0), 4);
	close(peer);
	EXPECT_EQ(next_with(ep, EPOLLRDHUP) & (EPOLLIN | EPOLLRDHUP),
		  EPOLLIN | EPOLLRDHUP);
	EXPECT_EQ(recv(fd, buf, 10, 0), 0);
	close(fd);
}

TEST_F(poll, epoll_before_connect)
{
	before_connect(self->ep, &self->pair, 0);
}

TEST_F(poll, epoll_before_connect_edge)
{
	before_connect(self->ep, &self->pair, EPOLLET);
}

TEST_F(poll, epoll_before_listen)
{
	int fd = tsec_socket(self->pair.link.server, 0), a;
	union tsec_addr addr;

	watch(self->ep, fd, EPOLLIN | EPOLLET);
	next(self->ep, 0);
	addr_listen(fd, variant->kind.family, &addr);
	link_keys(&self->pair.link);
	a = tsec_socket(self->pair.link.client, 0);
	ASSERT_EQ(tsec_connect(a, &addr), 0);
	EXPECT_EQ(next(self->ep, SOON), EPOLLIN);
	close(a);
	close(fd);
}

TEST_F(poll, epoll_refused)
{
	int fd = tsec_socket(self->pair.link.client, SOCK_NONBLOCK);
	union tsec_addr addr;
	int closed = addr_closed(&addr, variant->kind.family), i;
	uint32_t got = 0;

	link_keys(&self->pair.link);
	watch(self->ep, fd, EPOLLIN | EPOLLOUT | EPOLLET);
	ASSERT_EQ(tsec_connect(fd, &addr), -1);
	if (errno == EINPROGRESS) {
		for (i = 0; i < 2 && !(got & EPOLLERR); i++)
			got = next(self->ep, SOON);
		EXPECT_EQ(got & (EPOLLERR | EPOLLHUP), EPOLLERR | EPOLLHUP);
		EXPECT_EQ(option_int(fd, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
	}
	close(fd);
	close(closed);
}

TEST_F(poll, peer_half_closed)
{
	char buf[10];

	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	ASSERT_EQ(poll_for(self->b, POLLIN, SOON), POLLIN);
	EXPECT_EQ(poll_for(self->b, all, 0), POLLIN | POLLOUT | POLLRDHUP);
	EXPECT_EQ(recv(self->b, buf, 10, 0), 0);
	EXPECT_EQ(poll_for(self->b, all, 0), POLLIN | POLLOUT | POLLRDHUP);
	/* The one that has ended its half can still read. */
	EXPECT_EQ(poll_for(self->a, all, 0), POLLOUT);
}

TEST_F(poll, both_closed)
{
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	ASSERT_EQ(shutdown(self->b, SHUT_WR), 0);
	while (!(poll_for(self->a, all, SOON) & POLLHUP))
		;
	EXPECT_EQ(poll_for(self->a, all, 0),
		  POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
}

TEST_F(poll, shutdown_read)
{
	ASSERT_EQ(shutdown(self->a, SHUT_RD), 0);
	EXPECT_EQ(poll_for(self->a, all, 0), POLLIN | POLLOUT | POLLRDHUP);
}

TEST_F(poll, reset)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER);
	short got;

	watch(self->ep, fd, EPOLLIN | EPOLLET);
	raw_reset(self->raw);
	EXPECT_EQ(next(self->ep, SOON) & (EPOLLIN | EPOLLHUP | EPOLLERR),
		  EPOLLIN | EPOLLHUP | EPOLLERR);
	got = poll_for(fd, all, 0);
	EXPECT_EQ(got & (POLLERR | POLLHUP | POLLIN),
		  POLLERR | POLLHUP | POLLIN);
	EXPECT_NE(option_int(fd, SOL_SOCKET, SO_ERROR), 0);
	close(fd);
}

TEST_F(poll, cut_off)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER);
	char byte;

	ASSERT_EQ(shutdown(self->raw->fd, SHUT_WR), 0);
	EXPECT_NE(poll_for(fd, POLLIN, SOON) & POLLIN, 0);
	EXPECT_ERR(recv(fd, &byte, 1, 0), ECONNABORTED);
	/* A failed session does not let a program wait. */
	EXPECT_EQ(poll_for(fd, all, 0) & (POLLIN | POLLOUT | POLLHUP),
		  POLLIN | POLLOUT | POLLHUP);
	close(fd);
}

TEST_F(poll, bad_record)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER);
	uint8_t record[100];
	size_t len = raw_seal(self->raw, record, RAW_DATA, "data", 4, 0);

	record[len - 1] ^= 1;
	raw_write(self->raw, record, len);
	EXPECT_NE(poll_for(fd, POLLIN, SOON) & POLLIN, 0);
	EXPECT_ERR(recv(fd, record, 10, MSG_DONTWAIT), EBADMSG);
	close(fd);
}

/* Nothing to read in these: poll() must not say so. */
TEST_F(poll, control_records_are_not_readable)
{
	static const uint8_t ticket[] = { 4, 0, 0, 2, 0, 0 };
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_CLIENT);
	uint64_t before = stat_of("ControlRecords");
	char buf[10];

	watch(self->ep, fd, EPOLLIN);
	if (variant->kind.version == TSEC_VERSION_TLS_1_3) {
		raw_send(self->raw, RAW_HANDSHAKE, ticket, sizeof(ticket));
		EXPECT_EQ(poll_for(fd, POLLIN, QUIET), 0);
		raw_update(self->raw, 0);
		EXPECT_EQ(poll_for(fd, POLLIN, QUIET), 0);
		EXPECT_EQ(next(self->ep, QUIET), 0);
		EXPECT_GE(stat_of("ControlRecords"), before + 2);
		raw_alert(self->raw, RAW_WARNING, ALERT_USER_CANCELED);
	} else {
		raw_alert(self->raw, RAW_WARNING, ALERT_NO_RENEGOTIATION);
	}
	EXPECT_EQ(poll_for(fd, POLLIN, QUIET), 0);
	EXPECT_EQ(next(self->ep, QUIET), 0);
	EXPECT_ERR(recv(fd, buf, 10, MSG_DONTWAIT), EAGAIN);
	raw_send(self->raw, RAW_DATA, "data", 4);
	EXPECT_EQ(next(self->ep, SOON), EPOLLIN);
	EXPECT_EQ(recv(fd, buf, 10, MSG_DONTWAIT), 4);
	close(fd);
}

TEST_F(poll, empty_records_are_not_readable)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER), i;
	char buf[10];

	for (i = 0; i < 5; i++)
		raw_send(self->raw, RAW_DATA, NULL, 0);
	EXPECT_EQ(poll_for(fd, POLLIN, QUIET), 0);
	EXPECT_ERR(recv(fd, buf, 10, MSG_DONTWAIT), EAGAIN);
	raw_send(self->raw, RAW_DATA, "data", 4);
	EXPECT_EQ(poll_for(fd, POLLIN, SOON), POLLIN);
	EXPECT_EQ(recv(fd, buf, 10, MSG_DONTWAIT), 4);
	close(fd);
}

TEST_F(poll, rcvlowat)
{
	char buf[20];

	option_set_int(self->b, SOL_SOCKET, SO_RCVLOWAT, 8);
	ASSERT_EQ(send(self->a, "0123456789", 10, 0), 10);
	EXPECT_EQ(poll_for(self->b, POLLIN, SOON), POLLIN);
	EXPECT_EQ(recv(self->b, buf, 20, 0), 10);
}

TEST_F(poll, select)
{
	struct timeval tv = { SOON / 1000, 0 };
	fd_set r, w;

	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_SET(self->b, &r);
	FD_SET(self->a, &w);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	ASSERT_GE(select(self->b + 1, &r, &w, NULL, &tv), 1);
	EXPECT_TRUE(FD_ISSET(self->a, &w));
	tv.tv_sec = SOON / 1000;
	FD_SET(self->b, &r);
	ASSERT_EQ(select(self->b + 1, &r, NULL, NULL, &tv), 1);
}

TEST_F(poll, epoll_removed_by_close)
{
	watch(self->ep, self->b, EPOLLIN);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	EXPECT_EQ(next(self->ep, SOON), EPOLLIN);
	close(self->b);
	EXPECT_EQ(next(self->ep, 0), 0);
	self->pair.b = -1;
}

TEST_F(poll, killed_session)
{
	struct tsec_info info;

	watch(self->ep, self->b, EPOLLIN | EPOLLET);
	info_of(self->b, &info);
	ASSERT_EQ(tsec_session_del(self->pair.link.nl, info.id), 0);
	EXPECT_EQ(next(self->ep, SOON) & (EPOLLERR | EPOLLHUP | EPOLLIN),
		  EPOLLERR | EPOLLHUP | EPOLLIN);
	EXPECT_EQ(option_int(self->b, SOL_SOCKET, SO_ERROR), ECONNABORTED);
}
