// SPDX-License-Identifier: GPL-2.0
/*
 * A program with TCP sockets, run under the library with fake sockets by
 * run.sh: what it set on a socket is there after connect() and listen().
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static struct sockaddr_in server;
static int server_fd;

static ino_t inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

static int tcp(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int connect_to(int fd, const struct sockaddr_in *to)
{
	return connect(fd, (const struct sockaddr *)to, sizeof(*to));
}

static int get_int(int fd, int level, int option)
{
	socklen_t len = sizeof(int);
	int value = -1;

	getsockopt(fd, level, option, &value, &len);
	return value;
}

static void set_int(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

static void test_listen(void)
{
	socklen_t len = sizeof(server);
	in_port_t port;
	ino_t before;

	server_fd = tcp();
	before = inode(server_fd);
	server.sin_family = AF_INET;
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	set_int(server_fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(server_fd, (void *)&server, len) ||
	    getsockname(server_fd, (void *)&server, &len))
		exit(1);
	port = server.sin_port;
	is_int(listen(server_fd, 5), 0, "listen");
	ok(inode(server_fd) != before, "replaces the socket");
	getsockname(server_fd, (void *)&server, &len);
	is_int(server.sin_port, port, "it has the port it was bound to");
	is_int(get_int(server_fd, SOL_SOCKET, SO_REUSEADDR), 1,
	       "and SO_REUSEADDR");
	is_int(listen(server_fd, 9), 0, "a second listen");
	ok(fcntl(server_fd, F_GETFD) & FD_CLOEXEC, "close-on-exec is kept");
}

static void test_options(void)
{
	struct timeval timeout = { 5, 0 }, got = { 0 };
	socklen_t len = sizeof(got);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int fresh = tcp();
	ino_t before = inode(fd);
	int err;

	set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, 77);
	set_int(fd, SOL_SOCKET, SO_RCVBUF, 20000);
	set_int(fd, IPPROTO_IP, IP_TOS, 0x10);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	err = connect_to(fd, &server);
	ok(!err || errno == EINPROGRESS, "a non-blocking connect");
	ok(inode(fd) != before, "replaces the socket");
	ok(fcntl(fd, F_GETFL) & O_NONBLOCK, "it does not block");
	ok(!(fcntl(fd, F_GETFD) & FD_CLOEXEC), "nor close on exec");
	is_int(get_int(fd, IPPROTO_TCP, TCP_NODELAY), 1, "TCP_NODELAY");
	is_int(get_int(fd, IPPROTO_TCP, TCP_KEEPIDLE), 77, "TCP_KEEPIDLE");
	is_int(get_int(fd, SOL_SOCKET, SO_RCVBUF), 40000, "SO_RCVBUF");
	is_int(get_int(fd, IPPROTO_IP, IP_TOS), 0x10, "IP_TOS");
	getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &got, &len);
	is_int(got.tv_sec, 5, "SO_SNDTIMEO");
	is_int(get_int(fd, IPPROTO_TCP, TCP_KEEPCNT),
	       get_int(fresh, IPPROTO_TCP, TCP_KEEPCNT), "not set, not copied");
	is_int(get_int(fd, SOL_SOCKET, SO_DOMAIN), AF_INET, "SO_DOMAIN");
	is_int(get_int(fd, SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP,
	       "SO_PROTOCOL");
	before = inode(fd);
	connect_to(fd, &server);
	ok(inode(fd) == before, "a second connect leaves it");
	close(fresh);
	close(fd);
}

static void test_bound(void)
{
	struct sockaddr_in local = { .sin_family = AF_INET };
	socklen_t len = sizeof(local);
	in_port_t port;
	int fd = tcp();

	local.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	if (bind(fd, (void *)&local, len))
		exit(1);
	getsockname(fd, (void *)&local, &len);
	port = local.sin_port;
	is_int(connect_to(fd, &server), 0, "connect after bind");
	getsockname(fd, (void *)&local, &len);
	is_int(ntohl(local.sin_addr.s_addr), INADDR_LOOPBACK + 1,
	       "the local address is kept");
	is_int(local.sin_port, port, "and the port");
	close(fd);
}

/* Watched before it is connected, as nginx and others do. */
static void test_epoll(void)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET,
				     .data.u64 = 0x123456789abcdef0 };
	int first = epoll_create1(EPOLL_CLOEXEC), second = epoll_create(1);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct epoll_event got = { 0 };

	epoll_ctl(first, EPOLL_CTL_ADD, fd, &event);
	event.events = EPOLLIN | EPOLLOUT;
	event.data.fd = fd;
	epoll_ctl(second, EPOLL_CTL_ADD, fd, &event);
	connect_to(fd, &server);
	is_int(epoll_wait(first, &got, 1, 2000), 1, "the first instance sees");
	ok(got.data.u64 == 0x123456789abcdef0, "with its data");
	is_int(epoll_wait(first, &got, 1, 0), 0, "once: edge-triggered");
	is_int(epoll_wait(second, &got, 1, 2000), 1, "so does the second");
	is_int(epoll_wait(second, &got, 1, 2000), 1, "again and again");
	close(fd);
	close(first);
	close(second);
}

static void test_untouched(void)
{
	struct sockaddr_in dns = server;
	int udp = socket(AF_INET, SOCK_DGRAM, 0), fd = tcp();
	ino_t before = inode(udp);

	dns.sin_port = htons(53);
	connect_to(udp, &server);
	ok(inode(udp) == before, "UDP is left alone");
	before = inode(fd);
	connect_to(fd, &dns);
	ok(inode(fd) == before, "port 53 is left alone");
	errno = 0;
	is_int(connect(fd, (void *)&dns, 3), -1, "a short address");
	is_int(errno, EINVAL, "is the kernel's to refuse");
	is_int(connect(-1, (void *)&server, sizeof(server)), -1, "no socket");
	is_int(errno, EBADF, "is EBADF");
	close(udp);
	close(fd);
}

static void test_fast_open(void)
{
	int fd = tcp();

	is_int(sendto(fd, "x", 1, MSG_FASTOPEN, (void *)&server,
		      sizeof(server)), -1, "TCP Fast Open");
	is_int(errno, EOPNOTSUPP, "is not supported");
	errno = 0;
	is_int(connect_to(fd, &server), 0, "connect still works");
	is_int(errno, 0, "and leaves errno alone");
	is_int(sendto(fd, "x", 1, 0, NULL, 0), 1, "and so does sendto");
	close(fd);
}

static void test_names(void)
{
	struct addrinfo hints = { .ai_family = AF_INET,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	struct sockaddr_in to;
	int fd = tcp();

	if (!ok(!getaddrinfo("localhost", NULL, &hints, &list), "localhost"))
		return;
	memcpy(&to, list->ai_addr, sizeof(to));
	freeaddrinfo(list);
	to.sin_port = server.sin_port;
	is_int(connect_to(fd, &to), 0, "connect by name");
	close(fd);
	ok(gethostbyname("localhost") != NULL, "gethostbyname");
}

static void *many(void *arg)
{
	long bad = 0;
	int fd;

	(void)arg;
	for (int i = 0; i < 100; i++) {
		fd = tcp();
		bad += connect_to(fd, &server) != 0;
		close(fd);
	}
	return (void *)bad;
}

static void *drain(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(server_fd, NULL, NULL)) >= 0)
		close(fd);
	return NULL;
}

static void test_threads(void)
{
	pthread_t threads[4];
	void *result;
	long bad = 0;

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, many, NULL);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &result);
		bad += (long)result;
	}
	is_int(bad, 0, "four threads that connect");
}

static void test_refused(void)
{
	struct sockaddr_in nobody = server;
	int fd = tcp();

	nobody.sin_port = htons(1);
	is_int(connect_to(fd, &nobody), -1, "nobody listens");
	is_int(errno, ECONNREFUSED, "the errno comes through");
	close(fd);
}

int main(void)
{
	pthread_t drainer;

	test_listen();
	pthread_create(&drainer, NULL, drain, NULL);
	test_options();
	test_bound();
	test_epoll();
	test_untouched();
	test_fast_open();
	test_names();
	test_threads();
	test_refused();
	return done_testing();
}
