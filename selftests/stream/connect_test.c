// SPDX-License-Identifier: GPL-2.0
/*
 * connect(): all the ways it can go.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys.h"
#include "util.h"

FIXTURE(conn) {
	struct link link;
	union tsec_addr addr;
	int listener;
	int fd;
};
KIND_VARIANT(conn);
KINDS_ADD_IN_TURN(conn);

FIXTURE_SETUP(conn)
{
	link_make(&self->link, &variant->kind);
	link_keys(&self->link);
	self->listener = tsec_listen(&self->link, &self->addr, 4);
	self->fd = tsec_socket(self->link.client, 0);
}

FIXTURE_TEARDOWN(conn)
{
	close(self->fd);
	close(self->listener);
	link_end(&self->link);
}

static void accept_and_talk(int fd, int listener)
{
	int peer = accept(listener, NULL, NULL);

	ASSERT_GE(peer, 0);
	talk_both(fd, peer);
	close(peer);
}

TEST_F(conn, blocking)
{
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	accept_and_talk(self->fd, self->listener);
}

TEST_F(conn, nonblocking)
{
	nonblocking(self->fd, 1);
	ASSERT_ERR(tsec_connect(self->fd, &self->addr), EINPROGRESS);
	ASSERT_EQ(poll_for(self->fd, POLLOUT, SOON), POLLOUT);
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_ERROR), 0);
	nonblocking(self->fd, 0);
	accept_and_talk(self->fd, self->listener);
}

TEST_F(conn, connected_already)
{
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	EXPECT_ERR(tsec_connect(self->fd, &self->addr), EISCONN);
	EXPECT_ERR(bind(self->fd, &self->addr.sa, addr_len(&self->addr)),
		   EINVAL);
	EXPECT_ERR(listen(self->fd, 1), EINVAL);
	EXPECT_ERR(accept(self->fd, NULL, NULL), EINVAL);
	accept_and_talk(self->fd, self->listener);
}

TEST_F(conn, nonblocking_then_again)
{
	int ret;

	nonblocking(self->fd, 1);
	ASSERT_ERR(tsec_connect(self->fd, &self->addr), EINPROGRESS);
	ASSERT_EQ(poll_for(self->fd, POLLOUT, SOON), POLLOUT);
	/* TCP returns 0 once and then EISCONN; POSIX knows EISCONN only. */
	ret = tsec_connect(self->fd, &self->addr);
	EXPECT_TRUE(!ret || errno == EISCONN);
	EXPECT_ERR(tsec_connect(self->fd, &self->addr), EISCONN);
}

TEST_F(conn, names)
{
	union tsec_addr name, peer;
	socklen_t len = sizeof(peer);
	int fd;

	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	fd = accept(self->listener, NULL, NULL);
	addr_of(&name, self->fd);
	ASSERT_EQ(getpeername(fd, &peer.sa, &len), 0);
	EXPECT_EQ(len, addr_len(&name));
	EXPECT_MEMEQ(&name, &peer, len);
	addr_of(&name, fd);
	EXPECT_MEMEQ(&name, &self->addr, len);
	ASSERT_EQ(getpeername(self->fd, &peer.sa, &len), 0);
	EXPECT_MEMEQ(&peer, &self->addr, len);
	close(fd);
	/* The name of the peer stays after its end. */
	EXPECT_EQ(drain(self->fd), 0);
	EXPECT_EQ(getpeername(self->fd, &peer.sa, &len), 0);
}

TEST_F(conn, bound)
{
	union tsec_addr mine, name;

	addr_loopback(&mine, variant->kind.family, 0);
	ASSERT_EQ(bind(self->fd, &mine.sa, addr_len(&mine)), 0);
	addr_of(&mine, self->fd);
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	addr_of(&name, self->fd);
	EXPECT_MEMEQ(&name, &mine, addr_len(&mine));
	accept_and_talk(self->fd, self->listener);
}

TEST_F(conn, info)
{
	struct tsec_info info;
	socklen_t len = sizeof(info);

	EXPECT_ERR(getsockopt(self->fd, SOL_TSEC, TSEC_INFO, &info, &len),
		   ENOTCONN);
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	info_of(self->fd, &info);
	EXPECT_NE(info.id, 0);
	EXPECT_EQ(info.version, variant->kind.version);
	EXPECT_EQ(info.cipher, variant->kind.cipher);
	EXPECT_EQ(info.protocol, TSEC_PROTO_TLS);
	EXPECT_EQ(info.role, TSEC_ROLE_CLIENT);
	EXPECT_EQ(info.state, TSEC_STATE_ESTABLISHED);
	EXPECT_EQ(info.flags, TSEC_INFO_MANUAL |
		  (variant->kind.version == TSEC_VERSION_TLS_1_3 ?
		   TSEC_INFO_RENEWABLE : 0));
	EXPECT_EQ(info.tx.epoch, 0);
}

TEST_F(conn, bad_addresses)
{
	union tsec_addr addr = self->addr;

	EXPECT_ERR(connect(self->fd, &addr.sa, 1), EINVAL);
	EXPECT_ERR(connect(self->fd, &addr.sa, 8), EINVAL);
	EXPECT_ERR(connect(self->fd, NULL, sizeof(addr)), EFAULT);
	addr.sa.sa_family = AF_UNIX;
	EXPECT_ERR(tsec_connect(self->fd, &addr), EAFNOSUPPORT);
	/* None of this has any effect on the next attempt. */
	EXPECT_EQ(tsec_connect(self->fd, &self->addr), 0);
	accept_and_talk(self->fd, self->listener);
}

TEST_F(conn, refused)
{
	union tsec_addr addr;
	int closed = addr_closed(&addr, variant->kind.family);

	EXPECT_ERR(tsec_connect(self->fd, &addr), ECONNREFUSED);
	EXPECT_STREQ(error_of(self->fd), "cannot connect to the peer");
	EXPECT_ERR(send(self->fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	EXPECT_ERR(tsec_connect(self->fd, &addr), ECONNREFUSED);
	/* The keys are still there: nothing was sealed with them. */
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	EXPECT_STREQ(error_of(self->fd), "");
	accept_and_talk(self->fd, self->listener);
	close(closed);
}

TEST_F(conn, refused_nonblocking)
{
	union tsec_addr addr;
	int closed = addr_closed(&addr, variant->kind.family);
	short got;

	nonblocking(self->fd, 1);
	if (tsec_connect(self->fd, &addr) < 0 && errno == EINPROGRESS) {
		got = poll_for(self->fd, POLLIN | POLLOUT, SOON);
		EXPECT_EQ(got & (POLLERR | POLLHUP), POLLERR | POLLHUP);
		EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_ERROR),
			  ECONNREFUSED);
		EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_ERROR), 0);
		EXPECT_STREQ(error_of(self->fd), "cannot connect to the peer");
	}
	close(closed);
}

TEST_F(conn, again_after_so_error)
{
	union tsec_addr addr;
	int closed = addr_closed(&addr, variant->kind.family);

	nonblocking(self->fd, 1);
	EXPECT_EQ(tsec_connect(self->fd, &addr), -1);
	poll_for(self->fd, POLLOUT, SOON);
	option_int(self->fd, SOL_SOCKET, SO_ERROR);
	/* As with TCP, the failure may be told once more. */
	nonblocking(self->fd, 0);
	if (tsec_connect(self->fd, &self->addr))
		ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	accept_and_talk(self->fd, self->listener);
	close(closed);
}

TEST_F(conn, no_daemon)
{
	uint64_t before = stat_of("HandshakesNoDaemon");
	int fd = tsec_socket(NULL, 0);

	EXPECT_ERR(tsec_connect(fd, &self->addr), EUNATCH);
	EXPECT_STREQ(error_of(fd), "no daemon is registered");
	EXPECT_EQ(stat_of("HandshakesNoDaemon"), before + 1);
	nonblocking(fd, 1);
	EXPECT_ERR(tsec_connect(fd, &self->addr), EUNATCH);
	nonblocking(fd, 0);
	/* The socket is as good as new. */
	ASSERT_EQ(setsockopt(fd, SOL_TSEC, TSEC_PROFILE, self->link.client,
			     strlen(self->link.client)), 0);
	ASSERT_EQ(tsec_connect(fd, &self->addr), 0);
	close(fd);
}

TEST_F(conn, unknown_profile)
{
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_PROFILE, "unknown", 7),
		   ENOKEY);
	ASSERT_EQ(tsec_profile_del(self->link.nl, self->link.client), 0);
	EXPECT_ERR(tsec_connect(self->fd, &self->addr), ENOKEY);
	EXPECT_STREQ(error_of(self->fd), "there is no profile of that name");
}

TEST_F(conn, no_key)
{
	ASSERT_EQ(tsec_key_del(self->link.nl, self->link.client, -1), 0);
	EXPECT_ERR(tsec_connect(self->fd, &self->addr), ENOKEY);
	EXPECT_NE(error_of(self->fd)[0], '\0');
}

TEST_F(conn, only_one_direction)
{
	ASSERT_EQ(tsec_key_del(self->link.nl, self->link.client, TSEC_DIR_RX),
		  0);
	EXPECT_ERR(tsec_connect(self->fd, &self->addr), ENOKEY);
}

TEST_F(conn, key_used_twice)
{
	int fd = tsec_socket(self->link.client, 0);

	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	EXPECT_ERR(tsec_connect(fd, &self->addr), ENOKEY);
	accept_and_talk(self->fd, self->listener);
	close(fd);
}

TEST_F(conn, server_has_no_key)
{
	char byte;

	ASSERT_EQ(tsec_key_del(self->link.nl, self->link.server, -1), 0);
	/* Manual keys have no handshake in which to learn that. */
	if (tsec_connect(self->fd, &self->addr)) {
		EXPECT_TRUE(errno == ECONNRESET || errno == ECONNABORTED);
		return;
	}
	EXPECT_EQ(recv(self->fd, &byte, 1, 0), -1);
	EXPECT_TRUE(errno == ECONNRESET || errno == ECONNABORTED);
}

TEST_F(conn, other_keys)
{
	struct link other;
	char buf[10];
	int fd, peer;

	link_make(&other, &variant->kind);
	link_keys(&other);
	fd = tsec_socket(other.client, 0);
	ASSERT_EQ(tsec_connect(fd, &self->addr), 0);
	peer = accept(self->listener, NULL, NULL);
	ASSERT_EQ(send(fd, "data", 4, 0), 4);
	EXPECT_ERR(recv(peer, buf, 10, 0), EBADMSG);
	EXPECT_ERR(recv(peer, buf, 10, 0), EBADMSG);
	EXPECT_ERR(send(peer, buf, 10, MSG_NOSIGNAL), EBADMSG);
	close(fd);
	close(peer);
	link_end(&other);
}

/*
 * An address that answers nothing: a listener whose queue of one is full.  That
 * it is once it has seen the end of the handshake, later than the client.
 */
static void silent_make(union tsec_addr *addr, sa_family_t family)
{
	int fd = socket(family, SOCK_STREAM, 0);
	int first = socket(family, SOCK_STREAM, 0);

	addr_loopback(addr, family, 0);
	ASSERT_EQ(bind(fd, &addr->sa, addr_len(addr)), 0);
	ASSERT_EQ(listen(fd, 0), 0);
	addr_of(addr, fd);
	ASSERT_EQ(connect(first, &addr->sa, addr_len(addr)), 0);
	ASSERT_EQ(poll_for(fd, POLLIN, SOON), POLLIN);
}

TEST_F(conn, in_progress)
{
	union tsec_addr addr;
	socklen_t len = sizeof(addr);
	struct tsec_info info;
	char byte;

	silent_make(&addr, variant->kind.family);
	nonblocking(self->fd, 1);
	ASSERT_ERR(tsec_connect(self->fd, &addr), EINPROGRESS);
	EXPECT_ERR(tsec_connect(self->fd, &addr), EALREADY);
	EXPECT_EQ(poll_for(self->fd, POLLIN | POLLOUT, 0), 0);
	EXPECT_ERR(send(self->fd, "x", 1, 0), EAGAIN);
	EXPECT_ERR(recv(self->fd, &byte, 1, 0), EAGAIN);
	EXPECT_ERR(getpeername(self->fd, &addr.sa, &len), ENOTCONN);
	EXPECT_ERR(listen(self->fd, 1), EINVAL);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_PEER_NAME, "a", 1),
		   EISCONN);
	info_of(self->fd, &info);
	EXPECT_EQ(info.state, TSEC_STATE_CONNECTING);
	EXPECT_EQ(info.version, 0);
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_ERROR), 0);
}

TEST_F(conn, interrupted)
{
	union tsec_addr addr;

	silent_make(&addr, variant->kind.family);
	ticks();
	EXPECT_ERR(tsec_connect(self->fd, &addr), EINTR);
	/* The attempt goes on. */
	nonblocking(self->fd, 1);
	EXPECT_ERR(tsec_connect(self->fd, &addr), EALREADY);
	nonblocking(self->fd, 0);
	EXPECT_ERR(tsec_connect(self->fd, &addr), EINTR);
}

TEST_F(conn, sndtimeo)
{
	struct timeval tv = { 0, 200000 };
	union tsec_addr addr;
	uint64_t start;

	silent_make(&addr, variant->kind.family);
	ASSERT_EQ(setsockopt(self->fd, SOL_SOCKET, SO_SNDTIMEO, &tv,
			     sizeof(tv)), 0);
	start = now_ms();
	EXPECT_ERR(tsec_connect(self->fd, &addr), EINPROGRESS);
	/* The ticks that it is counted by may have been late before. */
	EXPECT_GE(now_ms() - start, 100);
	EXPECT_LT(now_ms() - start, SOON);
	EXPECT_EQ(tsec_connect(self->fd, &addr), -1);
	EXPECT_TRUE(errno == EALREADY || errno == EINPROGRESS);
}

TEST_F(conn, shutdown_while_connecting)
{
	union tsec_addr addr;

	silent_make(&addr, variant->kind.family);
	nonblocking(self->fd, 1);
	ASSERT_ERR(tsec_connect(self->fd, &addr), EINPROGRESS);
	EXPECT_EQ(shutdown(self->fd, SHUT_RDWR), 0);
	nonblocking(self->fd, 0);
	/* It can be connected anew. */
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	accept_and_talk(self->fd, self->listener);
}

TEST_F(conn, shutdown_wakes_connect)
{
	union tsec_addr addr;
	pid_t pid;

	silent_make(&addr, variant->kind.family);
	nonblocking(self->fd, 1);
	ASSERT_ERR(tsec_connect(self->fd, &addr), EINPROGRESS);
	nonblocking(self->fd, 0);
	pid = fork();
	/* More than once: the first may come before there is what to wake. */
	while (!pid) {
		usleep(30000);
		shutdown(self->fd, SHUT_RDWR);
	}
	EXPECT_EQ(tsec_connect(self->fd, &addr), -1);
	EXPECT_NE(errno, EINTR);
	ASSERT_EQ(kill(pid, SIGKILL), 0);
	ASSERT_EQ(waitpid(pid, NULL, 0), pid);
}

TEST_F(conn, closed_while_connecting)
{
	union tsec_addr addr;
	uint64_t before = stat_of("CurrSessions");

	silent_make(&addr, variant->kind.family);
	nonblocking(self->fd, 1);
	ASSERT_ERR(tsec_connect(self->fd, &addr), EINPROGRESS);
	EXPECT_EQ(stat_of("CurrSessions"), before + 1);
	close(self->fd);
	self->fd = -1;
	ASSERT_SOON(stat_of("CurrSessions") <= before);
}

/* Both kinds of address reach an IPv6 listener on "::". */
TEST_F(conn, dual_stack)
{
	union tsec_addr any = { .sa.sa_family = AF_INET6 }, to;
	socklen_t len = sizeof(to);
	int listener = tsec_socket(self->link.server, 0), fd;

	ASSERT_EQ(bind(listener, &any.sa, sizeof(any.in6)), 0);
	ASSERT_EQ(listen(listener, 1), 0);
	addr_of(&any, listener);
	addr_loopback(&to, variant->kind.family, ntohs(any.in6.sin6_port));
	ASSERT_EQ(tsec_connect(self->fd, &to), 0);
	fd = accept(listener, &to.sa, &len);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(to.sa.sa_family, AF_INET6);
	EXPECT_EQ(len, sizeof(to.in6));
	EXPECT_EQ(!!IN6_IS_ADDR_V4MAPPED(&to.in6.sin6_addr),
		  variant->kind.family == AF_INET);
	talk_both(self->fd, fd);
	close(fd);
	close(listener);
}

TEST_F(conn, v6only)
{
	union tsec_addr any = { .sa.sa_family = AF_INET6 }, to;
	int listener = tsec_socket(self->link.server, 0);

	/* The option is set before the address tells the family. */
	option_set_int(listener, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	ASSERT_EQ(bind(listener, &any.sa, sizeof(any.in6)), 0);
	EXPECT_EQ(option_int(listener, IPPROTO_IPV6, IPV6_V6ONLY), 1);
	ASSERT_EQ(listen(listener, 1), 0);
	addr_of(&any, listener);
	addr_loopback(&to, variant->kind.family, ntohs(any.in6.sin6_port));
	if (variant->kind.family == AF_INET)
		EXPECT_ERR(tsec_connect(self->fd, &to), ECONNREFUSED);
	else
		EXPECT_EQ(tsec_connect(self->fd, &to), 0);
	close(listener);
}

TEST_F(conn, itself)
{
	union tsec_addr addr;

	/* TCP's simultaneous open: two clients are no session. */
	addr_loopback(&addr, variant->kind.family, 0);
	ASSERT_EQ(bind(self->fd, &addr.sa, addr_len(&addr)), 0);
	addr_of(&addr, self->fd);
	if (!tsec_connect(self->fd, &addr)) {
		ASSERT_EQ(send(self->fd, "x", 1, MSG_NOSIGNAL), 1);
		EXPECT_EQ(drain(self->fd), -1);
	}
}
