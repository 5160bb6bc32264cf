// SPDX-License-Identifier: GPL-2.0
/*
 * socket(), bind(), names and calls on sockets without a connection.  There
 * are no keys here, so only the address family is varied.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "keys.h"
#include "util.h"

FIXTURE(sock) {
	int fd;
	union tsec_addr addr;
};
KIND_VARIANT(sock);
KIND_ADD(sock, v4, 1_3, AES_128_GCM, AF_INET);
KIND_ADD(sock, v6, 1_3, AES_128_GCM, AF_INET6);

FIXTURE_SETUP(sock)
{
	signal(SIGPIPE, SIG_IGN);
	self->fd = tsec_socket(NULL, 0);
	addr_loopback(&self->addr, variant->kind.family, 0);
}

FIXTURE_TEARDOWN(sock)
{
	close(self->fd);
}

static int bind_to(int fd, const union tsec_addr *addr)
{
	return bind(fd, &addr->sa, addr_len(addr));
}

TEST_F(sock, types)
{
	static const int others[] = { SOCK_RAW, SOCK_SEQPACKET, SOCK_RDM };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		EXPECT_ERR(socket(AF_TSEC, others[i], 0), ESOCKTNOSUPPORT);
	EXPECT_ERR(socket(AF_TSEC, 0, 0), ESOCKTNOSUPPORT);
	EXPECT_ERR(socket(AF_TSEC, 11, 0), EINVAL);
}

TEST_F(sock, protocols)
{
	static const int others[] = { 2, IPPROTO_TCP, 255, 65536 };
	size_t i;
	int fd;

	fd = socket(AF_TSEC, SOCK_STREAM, TSEC_PROTO_TLS);
	EXPECT_GE(fd, 0);
	close(fd);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		EXPECT_ERR(socket(AF_TSEC, SOCK_STREAM, others[i]),
			   EPROTONOSUPPORT);
	EXPECT_EQ(socket(AF_TSEC, SOCK_STREAM, -1), -1);
}

TEST_F(sock, flags)
{
	int fd = tsec_socket(NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
	EXPECT_EQ(fcntl(self->fd, F_GETFD), 0);
	EXPECT_FALSE(fcntl(self->fd, F_GETFL) & O_NONBLOCK);
	close(fd);
}

TEST_F(sock, says_what_it_is)
{
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_DOMAIN), AF_TSEC);
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_PROTOCOL),
		  TSEC_PROTO_TLS);
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_ACCEPTCONN), 0);
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_ERROR), 0);
}

TEST_F(sock, no_socketpair)
{
	int fds[2];

	EXPECT_ERR(socketpair(AF_TSEC, SOCK_STREAM, 0, fds), EOPNOTSUPP);
}

TEST_F(sock, bind_gives_a_port)
{
	union tsec_addr addr;

	ASSERT_EQ(bind_to(self->fd, &self->addr), 0);
	addr_of(&addr, self->fd);
	EXPECT_EQ(addr.sa.sa_family, variant->kind.family);
	EXPECT_NE(addr.in.sin_port, 0);
}

TEST_F(sock, bind_any)
{
	union tsec_addr addr = { .sa.sa_family = variant->kind.family };

	ASSERT_EQ(bind_to(self->fd, &addr), 0);
	addr_of(&addr, self->fd);
	EXPECT_NE(addr.in.sin_port, 0);
}

TEST_F(sock, bind_in_use)
{
	int fd = tsec_socket(NULL, 0);

	ASSERT_EQ(bind_to(self->fd, &self->addr), 0);
	addr_of(&self->addr, self->fd);
	EXPECT_ERR(bind_to(fd, &self->addr), EADDRINUSE);
	/* The attempt leaves the socket as it was. */
	addr_loopback(&self->addr, variant->kind.family, 0);
	EXPECT_EQ(bind_to(fd, &self->addr), 0);
	close(fd);
}

TEST_F(sock, bind_in_use_by_tcp)
{
	int fd = addr_closed(&self->addr, variant->kind.family);

	EXPECT_ERR(bind_to(self->fd, &self->addr), EADDRINUSE);
	close(fd);
}

TEST_F(sock, bind_twice)
{
	ASSERT_EQ(bind_to(self->fd, &self->addr), 0);
	EXPECT_ERR(bind_to(self->fd, &self->addr), EINVAL);
}

TEST_F(sock, bind_short)
{
	EXPECT_ERR(bind(self->fd, &self->addr.sa, 1), EINVAL);
	EXPECT_ERR(bind(self->fd, &self->addr.sa, sizeof(sa_family_t)),
		   EINVAL);
	EXPECT_ERR(bind(self->fd, &self->addr.sa,
			sizeof(struct sockaddr_in) - 1), EINVAL);
	EXPECT_ERR(bind(self->fd, NULL, sizeof(self->addr)), EFAULT);
	EXPECT_EQ(bind_to(self->fd, &self->addr), 0);
}

TEST_F(sock, bind_wrong_family)
{
	self->addr.sa.sa_family = AF_UNIX;
	EXPECT_ERR(bind_to(self->fd, &self->addr), EAFNOSUPPORT);
	self->addr.sa.sa_family = AF_TSEC;
	EXPECT_ERR(bind_to(self->fd, &self->addr), EAFNOSUPPORT);
}

TEST_F(sock, bind_not_ours)
{
	if (variant->kind.family == AF_INET)
		self->addr.in.sin_addr.s_addr = htonl(0xc0000201);
	else
		self->addr.in6.sin6_addr.s6_addr[0] = 0x20;
	EXPECT_ERR(bind_to(self->fd, &self->addr), EADDRNOTAVAIL);
}

TEST_F(sock, bind_then_other_family)
{
	union tsec_addr other;
	bool v4 = variant->kind.family == AF_INET;

	ASSERT_EQ(bind_to(self->fd, &self->addr), 0);
	addr_loopback(&other, v4 ? AF_INET6 : AF_INET, 9);
	EXPECT_ERR(tsec_connect(self->fd, &other), EAFNOSUPPORT);
}

TEST_F(sock, names_of_an_unbound)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);

	ASSERT_EQ(getsockname(self->fd, (void *)&name, &len), 0);
	EXPECT_EQ(name.ss_family, AF_UNSPEC);
	len = sizeof(name);
	EXPECT_ERR(getpeername(self->fd, (void *)&name, &len), ENOTCONN);
}

TEST_F(sock, names_of_a_listener)
{
	union tsec_addr addr;
	socklen_t len = sizeof(addr);

	addr_listen(self->fd, variant->kind.family, &addr);
	EXPECT_EQ(addr.sa.sa_family, variant->kind.family);
	EXPECT_NE(addr.in.sin_port, 0);
	EXPECT_ERR(getpeername(self->fd, &addr.sa, &len), ENOTCONN);
}

TEST_F(sock, listen_unbound)
{
	union tsec_addr addr;

	ASSERT_EQ(listen(self->fd, 1), 0);
	addr_of(&addr, self->fd);
	EXPECT_EQ(addr.sa.sa_family, AF_INET);
	EXPECT_NE(addr.in.sin_port, 0);
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
}

TEST_F(sock, listen_again_changes_the_backlog)
{
	addr_listen(self->fd, variant->kind.family, &self->addr);
	EXPECT_EQ(listen(self->fd, 100), 0);
	EXPECT_EQ(listen(self->fd, -1), 0);
}

TEST_F(sock, listener_does_nothing_else)
{
	char byte;
	int n;

	addr_listen(self->fd, variant->kind.family, &self->addr);
	EXPECT_ERR(tsec_connect(self->fd, &self->addr), EISCONN);
	EXPECT_ERR(bind_to(self->fd, &self->addr), EINVAL);
	EXPECT_ERR(send(self->fd, "x", 1, 0), EPIPE);
	EXPECT_ERR(recv(self->fd, &byte, 1, 0), ENOTCONN);
	EXPECT_ERR(ioctl(self->fd, SIOCINQ, &n), EINVAL);
	EXPECT_ERR(ioctl(self->fd, SIOCOUTQ, &n), EINVAL);
}

TEST_F(sock, accept_without_listen)
{
	EXPECT_ERR(accept(self->fd, NULL, NULL), EINVAL);
}

TEST_F(sock, data_calls_unconnected)
{
	char byte;

	EXPECT_ERR(send(self->fd, "x", 1, 0), EPIPE);
	EXPECT_ERR(write(self->fd, "x", 1), EPIPE);
	EXPECT_ERR(recv(self->fd, &byte, 1, 0), ENOTCONN);
	EXPECT_ERR(read(self->fd, &byte, 1), ENOTCONN);
	EXPECT_ERR(shutdown(self->fd, SHUT_RDWR), ENOTCONN);
	EXPECT_ERR(shutdown(self->fd, SHUT_WR), ENOTCONN);
	EXPECT_ERR(shutdown(self->fd, 3), EINVAL);
}

static volatile sig_atomic_t pipes;

static void broken(int signal)
{
	(void)signal;
	pipes++;
}

TEST_F(sock, sigpipe_unconnected)
{
	signal(SIGPIPE, broken);
	EXPECT_ERR(send(self->fd, "x", 1, 0), EPIPE);
	EXPECT_EQ(pipes, 1);
	EXPECT_ERR(send(self->fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	EXPECT_EQ(pipes, 1);
}

TEST_F(sock, no_mmap)
{
	EXPECT_TRUE(mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->fd, 0) ==
		    MAP_FAILED);
}

TEST_F(sock, unknown_ioctl)
{
	int n;

	EXPECT_ERR(ioctl(self->fd, 0x54ff, &n), ENOTTY);
}

TEST_F(sock, reuseaddr)
{
	int fd = tsec_socket(NULL, 0);

	option_set_int(self->fd, SOL_SOCKET, SO_REUSEADDR, 1);
	option_set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	ASSERT_EQ(bind_to(self->fd, &self->addr), 0);
	addr_of(&self->addr, self->fd);
	EXPECT_EQ(bind_to(fd, &self->addr), 0);
	/* But only one may listen. */
	ASSERT_EQ(listen(self->fd, 1), 0);
	EXPECT_ERR(listen(fd, 1), EADDRINUSE);
	close(fd);
}

TEST_F(sock, reuseport)
{
	int fd = tsec_socket(NULL, 0), one = 1;

	if (setsockopt(self->fd, SOL_SOCKET, SO_REUSEPORT, &one,
		       sizeof(one)) && errno == EOPNOTSUPP)
		NOT_HERE("this kernel keeps SO_REUSEPORT for its own families");
	EXPECT_EQ(option_int(self->fd, SOL_SOCKET, SO_REUSEPORT), 1);
	option_set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	ASSERT_EQ(bind_to(self->fd, &self->addr), 0);
	addr_of(&self->addr, self->fd);
	ASSERT_EQ(bind_to(fd, &self->addr), 0);
	EXPECT_EQ(listen(self->fd, 1), 0);
	EXPECT_EQ(listen(fd, 1), 0);
	close(fd);
}

TEST_F(sock, port_free_after_close)
{
	addr_listen(self->fd, variant->kind.family, &self->addr);
	close(self->fd);
	self->fd = tsec_socket(NULL, 0);
	EXPECT_EQ(bind_to(self->fd, &self->addr), 0);
}

TEST_F(sock, bindtodevice)
{
	char name[16] = "";
	socklen_t len = sizeof(name);

	ASSERT_EQ(setsockopt(self->fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3),
		  0);
	ASSERT_EQ(bind_to(self->fd, &self->addr), 0);
	ASSERT_EQ(getsockopt(self->fd, SOL_SOCKET, SO_BINDTODEVICE, name,
			     &len), 0);
	EXPECT_STREQ(name, "lo");
	EXPECT_ERR(setsockopt(self->fd, SOL_SOCKET, SO_BINDTODEVICE, "none",
			      5), ENODEV);
}
