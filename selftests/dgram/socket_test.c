// SPDX-License-Identifier: GPL-2.0
/*
 * The socket itself: what it is, its names, connect() and its failures, ends.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "pair.h"
#include "util.h"
#include "wire.h"

FIXTURE(sock) {
	struct link link;
	union tsec_addr addr;		/* of a UDP socket that is there */
	int udp;
	int fd;
};
KIND_VARIANT(sock);
DTLS_FAMILIES_ADD(sock);

static char buf[100];

FIXTURE_SETUP(sock)
{
	link_make(&self->link, &variant->kind);
	self->udp = wire_socket(variant->kind.family, &self->addr);
	self->fd = dgram_socket(self->link.client, 0);
}

FIXTURE_TEARDOWN(sock)
{
	close(self->fd);
	close(self->udp);
	link_end(&self->link);
}

TEST_F(sock, protocols)
{
	static const int others[] = { TSEC_PROTO_TLS, 255, 65536, -1 };
	size_t i;
	int fd;

	fd = socket(AF_TSEC, SOCK_DGRAM, TSEC_PROTO_DTLS);
	EXPECT_GE(fd, 0);
	close(fd);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		EXPECT_EQ(socket(AF_TSEC, SOCK_DGRAM, others[i]), -1);
	EXPECT_ERR(socket(AF_TSEC, SOCK_DGRAM, TSEC_PROTO_TLS),
		   EPROTONOSUPPORT);
	EXPECT_ERR(socket(AF_TSEC, SOCK_STREAM, TSEC_PROTO_DTLS),
		   EPROTONOSUPPORT);
}

TEST_F(sock, says_what_it_is)
{
	struct tsec_info info;

	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_DOMAIN), AF_TSEC);
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_PROTOCOL),
		  TSEC_PROTO_DTLS);
	link_keys(&self->link);
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	info_of(self->fd, &info);
	EXPECT_EQ(info.protocol, TSEC_PROTO_DTLS);
	EXPECT_EQ(info.version, TSEC_VERSION_DTLS_1_2);
	EXPECT_EQ(info.cipher, variant->kind.cipher);
	EXPECT_EQ(info.state, TSEC_STATE_ESTABLISHED);
	EXPECT_EQ(info.flags, TSEC_INFO_MANUAL);
}

TEST_F(sock, flags)
{
	int fd = dgram_socket(NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
	close(fd);
}

TEST_F(sock, unconnected)
{
	socklen_t len = sizeof(self->addr);
	union tsec_addr addr;
	int n = -1;

	EXPECT_ERR(send(self->fd, "x", 1, 0), EDESTADDRREQ);
	EXPECT_ERR(recv(self->fd, buf, 1, MSG_DONTWAIT), ENOTCONN);
	EXPECT_ERR(shutdown(self->fd, SHUT_RDWR), ENOTCONN);
	EXPECT_ERR(getpeername(self->fd, &addr.sa, &len), ENOTCONN);
	ASSERT_EQ(ioctl(self->fd, SIOCINQ, &n), 0);
	EXPECT_EQ(n, 0);
	ASSERT_EQ(ioctl(self->fd, SIOCOUTQ, &n), 0);
	EXPECT_EQ(n, 0);
}

static int cid_len_set(int fd, int len)
{
	return setsockopt(fd, SOL_TSEC, TSEC_CONNECTION_ID, &len, sizeof(len));
}

TEST_F(sock, connection_id_option)
{
	int len;

	EXPECT_EQ(option_int(self->fd, SOL_TSEC, TSEC_CONNECTION_ID), -1);
	for (len = TSEC_CID_MAX; len >= -1; len--) {
		ASSERT_EQ(cid_len_set(self->fd, len), 0);
		EXPECT_EQ(option_int(self->fd, SOL_TSEC, TSEC_CONNECTION_ID),
			  len);
	}
	EXPECT_ERR(cid_len_set(self->fd, -2), EINVAL);
	EXPECT_ERR(cid_len_set(self->fd, TSEC_CID_MAX + 1), EINVAL);
}

TEST_F(sock, no_socketpair)
{
	int fds[2];

	EXPECT_ERR(socketpair(AF_TSEC, SOCK_DGRAM, 0, fds), EOPNOTSUPP);
}

TEST_F(sock, names)
{
	socklen_t len = sizeof(self->addr);
	union tsec_addr addr, own;

	link_keys(&self->link);
	addr_loopback(&own, variant->kind.family, 0);
	ASSERT_EQ(bind(self->fd, &own.sa, addr_len(&own)), 0);
	addr_of(&own, self->fd);
	EXPECT_NE(own.in.sin_port, 0);
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	addr_of(&addr, self->fd);
	EXPECT_MEMEQ(&addr, &own, addr_len(&own));
	ASSERT_EQ(getpeername(self->fd, &addr.sa, &len), 0);
	EXPECT_EQ(len, addr_len(&self->addr));
	EXPECT_MEMEQ(&addr, &self->addr, len);
}

TEST_F(sock, bind_failures)
{
	EXPECT_ERR(bind(self->fd, &self->addr.sa, addr_len(&self->addr)),
		   EADDRINUSE);
	EXPECT_ERR(bind(self->fd, &self->addr.sa, 1), EINVAL);
	self->addr.sa.sa_family = AF_UNIX;
	EXPECT_ERR(bind(self->fd, &self->addr.sa, sizeof(self->addr)),
		   EAFNOSUPPORT);
}

TEST_F(sock, connect_without_keys)
{
	EXPECT_ERR(tsec_connect(self->fd, &self->addr), ENOKEY);
	if (!strstr(error_of(self->fd), "no manual key"))
		EXPECT_STREQ(error_of(self->fd), "no manual key");
	/* It can be tried again. */
	link_keys(&self->link);
	EXPECT_EQ(tsec_connect(self->fd, &self->addr), 0);
	EXPECT_ERR(tsec_connect(self->fd, &self->addr), EISCONN);
}

TEST_F(sock, connect_without_daemon)
{
	int fd = dgram_socket(NULL, 0);

	EXPECT_ERR(tsec_connect(fd, &self->addr), EUNATCH);
	EXPECT_STREQ(error_of(fd), "no daemon is registered");
	close(fd);
}

TEST_F(sock, connect_failures)
{
	link_keys(&self->link);
	EXPECT_ERR(connect(self->fd, &self->addr.sa, 1), EINVAL);
	EXPECT_ERR(connect(self->fd,
			   &(struct sockaddr){ .sa_family = AF_UNIX },
			   sizeof(self->addr)), EAFNOSUPPORT);
}

/* Keys of streams stay where they are. */
TEST_F(sock, keys_of_another_protocol)
{
	int fd;

	self->link.kind.version = TSEC_VERSION_TLS_1_3;
	link_keys(&self->link);
	EXPECT_ERR(tsec_connect(self->fd, &self->addr), ENOKEY);
	if (!strstr(error_of(self->fd), "another protocol"))
		EXPECT_STREQ(error_of(self->fd), "another protocol");

	self->link.kind.version = TSEC_VERSION_DTLS_1_2;
	link_keys(&self->link);
	fd = tsec_listen(&self->link, &self->addr, 1);
	close(fd);
	fd = dgram_socket(self->link.server, 0);
	addr_of(&self->addr, self->udp);
	EXPECT_EQ(tsec_connect(fd, &self->addr), 0);
	close(fd);
}

/* Each key is for one session. */
TEST_F(sock, keys_are_used_once)
{
	int fd = dgram_socket(self->link.client, 0);

	link_keys(&self->link);
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	EXPECT_ERR(tsec_connect(fd, &self->addr), ENOKEY);
	close(fd);
}

TEST_F(sock, no_key_update)
{
	int on = 1;

	link_keys(&self->link);
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	EXPECT_ERR(setsockopt(self->fd, SOL_TSEC, TSEC_KEY_UPDATE, &on,
			      sizeof(on)), EOPNOTSUPP);
}

/* Nobody is there: the program learns it as from a UDP socket. */
TEST_F(sock, refused)
{
	link_keys(&self->link);
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	close(self->udp);
	ASSERT_EQ(send(self->fd, "x", 1, 0), 1);
	EXPECT_EQ(poll_for(self->fd, POLLIN, SOON) & POLLERR, POLLERR);
	EXPECT_ERR(recv(self->fd, buf, 1, 0), ECONNREFUSED);
	EXPECT_ERR(recv(self->fd, buf, 1, MSG_DONTWAIT), EAGAIN);
	ASSERT_EQ(send(self->fd, "x", 1, 0), 1);
	ASSERT_EQ(poll_for(self->fd, POLLIN, SOON) & POLLERR, POLLERR);
	EXPECT_ERR(send(self->fd, "x", 1, 0), ECONNREFUSED);
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_ERROR), 0);
	self->udp = -1;
}

TEST_F(sock, shutdown_read)
{
	link_keys(&self->link);
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	EXPECT_ERR(shutdown(self->fd, 3), EINVAL);
	ASSERT_EQ(shutdown(self->fd, SHUT_RD), 0);
	EXPECT_EQ(recv(self->fd, buf, 1, 0), 0);
	EXPECT_EQ(send(self->fd, "x", 1, 0), 1);
	EXPECT_EQ(poll_for(self->fd, POLLIN, 0), POLLIN);
	ASSERT_EQ(shutdown(self->fd, SHUT_RDWR), 0);
	EXPECT_EQ(poll_for(self->fd, POLLIN, 0), POLLIN | POLLHUP);
}

/* The administrator ends it. */
TEST_F(sock, killed)
{
	struct tsec_info info;

	link_keys(&self->link);
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	info_of(self->fd, &info);
	ASSERT_EQ(tsec_session_del(self->link.nl, info.id), 0);
	EXPECT_ERR(recv(self->fd, buf, 1, 0), ECONNABORTED);
	EXPECT_ERR(send(self->fd, "x", 1, 0), ECONNABORTED);
	EXPECT_EQ(poll_for(self->fd, POLLIN, 0) & POLLHUP, POLLHUP);
}

enum { RECEIVERS = 3 };

struct receiver {
	int fd;
	int err;
	pid_t tid;
	pthread_t thread;
};

static void *receive_one(void *arg)
{
	struct receiver *receiver = arg;

	__atomic_store_n(&receiver->tid, gettid(), __ATOMIC_RELEASE);
	receiver->err = recv(receiver->fd, buf, 1, 0) < 0 ? errno : 0;
	return NULL;
}

/* All who wait hear of it, not only the first. */
TEST_F(sock, killed_under_receivers)
{
	struct timeval limit = { .tv_sec = 20 };
	struct receiver receivers[RECEIVERS];
	struct tsec_info info;
	int i;

	link_keys(&self->link);
	ASSERT_EQ(tsec_connect(self->fd, &self->addr), 0);
	ASSERT_EQ(setsockopt(self->fd, SOL_SOCKET, SO_RCVTIMEO, &limit,
			     sizeof(limit)), 0);
	info_of(self->fd, &info);
	for (i = 0; i < RECEIVERS; i++) {
		receivers[i] = (struct receiver){ .fd = self->fd };
		ASSERT_EQ(pthread_create(&receivers[i].thread, NULL,
					 receive_one, &receivers[i]), 0);
		ASSERT_SOON(thread_waits(__atomic_load_n(&receivers[i].tid,
							 __ATOMIC_ACQUIRE)));
	}
	ASSERT_EQ(tsec_session_del(self->link.nl, info.id), 0);
	for (i = 0; i < RECEIVERS; i++) {
		ASSERT_EQ(pthread_join(receivers[i].thread, NULL), 0);
		EXPECT_EQ(receivers[i].err, ECONNABORTED);
	}
}

/* What comes before the keys is for nobody. */
TEST_F(sock, before_connect)
{
	uint64_t before = stat_of("PacketsNoSession");
	union tsec_addr addr;

	addr_loopback(&addr, variant->kind.family, 0);
	ASSERT_EQ(bind(self->fd, &addr.sa, addr_len(&addr)), 0);
	addr_of(&addr, self->fd);
	ASSERT_EQ(sendto(self->udp, "x", 1, 0, &addr.sa, addr_len(&addr)), 1);
	stat_reaches("PacketsNoSession", before + 1);
}

/* An IPv6 socket may have an IPv4 peer. */
TEST_F(sock, mapped)
{
	union tsec_addr mapped = { .in6.sin6_family = AF_INET6 };
	char got[64];

	if (variant->kind.family != AF_INET)
		NOT_HERE("the peer is IPv6");
	link_keys(&self->link);
	mapped.in6.sin6_port = self->addr.in.sin_port;
	mapped.in6.sin6_addr.s6_addr[10] = 0xff;
	mapped.in6.sin6_addr.s6_addr[11] = 0xff;
	memcpy(&mapped.in6.sin6_addr.s6_addr[12], &self->addr.in.sin_addr, 4);
	ASSERT_EQ(tsec_connect(self->fd, &mapped), 0);
	ASSERT_EQ(send(self->fd, "x", 1, 0), 1);
	EXPECT_EQ(recv(self->udp, got, sizeof(got), 0), 13 + 8 + 1 + 16);
}
