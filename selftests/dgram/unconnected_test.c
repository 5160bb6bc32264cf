// SPDX-License-Identifier: GPL-2.0
/*
 * One socket for all peers: a program that knows nothing but UDP binds,
 * receives and answers, and each of its peers has a session.
 */
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "relay.h"
#include "unconnected.h"
#include "util.h"
#include "wire.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT	103
#endif
#ifndef UDP_GRO
#define UDP_GRO		104
#endif

FIXTURE(unconnected);
KIND_VARIANT(unconnected);
DTLS_FAMILIES_ADD(unconnected);

static uint8_t buf[65536];

FIXTURE_SETUP(unconnected)
{
	unconnected_make(self, variant->kind.family);
}

FIXTURE_TEARDOWN(unconnected)
{
	unconnected_end(self);
}

TEST_F(unconnected, answers_each_peer)
{
	int i;

	wait_first(self->server);
	peers_begin(self, &variant->kind, PEERS);
	expect_sessions(PEERS);
	for (i = 0; i < PEERS; i++)
		peer_send(&self->peers[i], TYPE_DATA, &i, sizeof(i));
	for (i = 0; i < PEERS; i++)
		echo(self->server);
	for (i = PEERS; i-- > 0;)
		peer_hears(&self->peers[i], &i, sizeof(i));
	for (i = 0; i < PEERS; i++) {
		peer_send(&self->peers[i], TYPE_DATA, "again", 5);
		expect_from(self->server, "again", 5, &self->from[i]);
		ASSERT_EQ(send_to(self->server, "so it is", 8,
				  &self->from[i]), 8);
		peer_hears(&self->peers[i], "so it is", 8);
	}
}

/* A program may also wait first, in each of the ways there are. */
TEST_F(unconnected, begins_with_poll)
{
	EXPECT_EQ(poll_for(self->server, POLLIN | POLLOUT, 0), POLLOUT);
	peers_begin(self, &variant->kind, 1);
	EXPECT_EQ(poll_for(self->server, POLLIN, QUIET), 0);
	peer_send(&self->peers[0], TYPE_DATA, "x", 1);
	expect_from(self->server, "x", 1, &self->from[0]);
}

TEST_F(unconnected, begins_with_epoll)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epfd = epoll_create1(0);

	ASSERT_EQ(epoll_ctl(epfd, EPOLL_CTL_ADD, self->server, &event), 0);
	peers_begin(self, &variant->kind, 1);
	ASSERT_EQ(epoll_wait(epfd, &event, 1, QUIET), 0);
	peer_send(&self->peers[0], TYPE_DATA, "x", 1);
	ASSERT_EQ(epoll_wait(epfd, &event, 1, SOON), 1);
	EXPECT_EQ(event.events, EPOLLIN);
	expect_from(self->server, "x", 1, &self->from[0]);
	close(epfd);
}

static void *receive_one(void *arg)
{
	static union tsec_addr from;
	socklen_t len = sizeof(from);

	if (recvfrom(*(int *)arg, buf, sizeof(buf), 0, &from.sa, &len) != 4)
		return NULL;
	return &from;
}

TEST_F(unconnected, begins_with_a_receiver_that_waits)
{
	pthread_t thread;
	void *from;

	nonblocking(self->server, 0);
	ASSERT_EQ(pthread_create(&thread, NULL, receive_one, &self->server),
		  0);
	/* Up to there nobody listens. */
	usleep(QUIET * 1000);
	peers_begin(self, &variant->kind, 1);
	peer_send(&self->peers[0], TYPE_DATA, "wake", 4);
	ASSERT_EQ(pthread_join(thread, &from), 0);
	ASSERT_NE(from, NULL);
	EXPECT_TRUE(addr_same(from, &self->from[0]));
}

/* Each of them once, with its number, in whatever order: they have none. */
static void expect_numbers(struct unconnected_data *self, const int *numbers,
			   const union tsec_addr *from)
{
	unsigned int seen = 0;
	int i;

	for (i = 0; i < PEERS; i++) {
		ASSERT_TRUE(numbers[i] >= 0 && numbers[i] < PEERS);
		EXPECT_TRUE(addr_same(&from[i], &self->from[numbers[i]]));
		seen |= 1U << numbers[i];
	}
	EXPECT_EQ(seen, (1U << PEERS) - 1);
}

/* Not by poll(), which also tells of clients whose data is still to come. */
static int number_recv(int fd, union tsec_addr *from)
{
	socklen_t len = sizeof(*from);
	int number = -1;

	ASSERT_SOON(recvfrom(fd, &number, sizeof(number), 0, &from->sa,
			     &len) == sizeof(number));
	return number;
}

/* listen() says no more than that: what is called next decides. */
TEST_F(unconnected, takes_what_waited_for_accept)
{
	union tsec_addr from[PEERS];
	int i, numbers[PEERS];

	ASSERT_EQ(listen(self->server, PEERS), 0);
	peers_begin(self, &variant->kind, PEERS);
	for (i = 0; i < PEERS; i++)
		peer_send(&self->peers[i], TYPE_DATA, &i, sizeof(i));
	stat_reaches("HandshakesDone", PEERS);
	for (i = 0; i < PEERS; i++)
		numbers[i] = number_recv(self->server, &from[i]);
	expect_numbers(self, numbers, from);
	EXPECT_ERR(accept(self->server, NULL, NULL), EINVAL);
	ASSERT_EQ(send_to(self->server, "x", 1, &self->from[3]), 1);
	peer_hears(&self->peers[3], "x", 1);
}

/* A filter that lets pass what has come by a device, if that is still there. */
static void filter_device(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 SKF_AD_OFF + SKF_AD_IFINDEX),
		BPF_STMT(BPF_RET | BPF_K, 65535),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	ASSERT_EQ(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			     sizeof(program)), 0);
}

TEST_F(unconnected, filters_what_waited_for_accept)
{
	ASSERT_EQ(listen(self->server, PEERS), 0);
	peers_begin(self, &variant->kind, 1);
	peer_send(&self->peers[0], TYPE_DATA, "x", 1);
	usleep(QUIET * 1000);
	filter_device(self->server);
	expect_from(self->server, "x", 1, &self->from[0]);
}

/* Its device has gone meanwhile. */
TEST_F(unconnected, filters_what_waited_for_too_long)
{
	uint64_t filtered = stat_of("PacketsFiltered");
	struct peer *peer = &self->peers[0];
	union tsec_addr addr, from;
	struct relay relay;
	struct shake shake;
	int server;

	relay_make(&relay);
	relay_addr(&addr, variant->kind.family, HOST_A, 0);
	server = dgram_socket(NULL, SOCK_NONBLOCK);
	ASSERT_EQ(bind(server, &addr.sa, addr_len(&addr)), 0);
	ASSERT_EQ(listen(server, PEERS), 0);
	addr_of(&addr, server);
	peer_toward(peer, &variant->kind, &addr);
	close(peer->fd);
	relay_addr(&from, variant->kind.family, HOST_RELAY, 0);
	peer->fd = relay_socket(&relay, &from);
	ASSERT_EQ(connect(peer->fd, &addr.sa, addr_len(&addr)), 0);
	client_begin(self->nl, peer, &shake);
	close(shake.channel);
	peer_send(peer, TYPE_DATA, "x", 1);
	usleep(QUIET * 1000);
	relay_end(&relay);
	filter_device(server);
	EXPECT_ERR(recv(server, buf, 1, 0), EAGAIN);
	EXPECT_EQ(stat_of("PacketsFiltered"), filtered + 1);
	close(server);
}

TEST_F(unconnected, leaves_accept_alone)
{
	int fd;

	ASSERT_EQ(listen(self->server, PEERS), 0);
	EXPECT_ERR(accept(self->server, NULL, NULL), EAGAIN);
	peers_begin(self, &variant->kind, 1);
	EXPECT_ERR(recv(self->server, buf, 1, 0), ENOTCONN);
	EXPECT_ERR(send_to(self->server, "x", 1, &self->from[0]), ENOTCONN);
	ASSERT_EQ(poll_for(self->server, POLLIN, SOON), POLLIN);
	fd = accept(self->server, NULL, NULL);
	ASSERT_GE(fd, 0);
	peer_send(&self->peers[0], TYPE_DATA, "x", 1);
	expect_datagram(fd, "x", 1);
	close(fd);
}

/* Nobody is sent anything without a session. */
TEST_F(unconnected, sends_to_nobody_else)
{
	union tsec_addr other;
	int fd = wire_socket(variant->kind.family, &other);

	EXPECT_ERR(send_to(self->server, "x", 1, &other), ENOTCONN);
	EXPECT_STREQ(error_of(self->server),
		     "no session is established with this address");
	peers_begin(self, &variant->kind, 1);
	EXPECT_ERR(send_to(self->server, "x", 1, &other), ENOTCONN);
	EXPECT_ERR(send(self->server, "x", 1, 0), EDESTADDRREQ);
	EXPECT_ERR(sendto(self->server, "x", 1, 0, &other.sa, 3), EINVAL);
	other.sa.sa_family = AF_UNIX;
	EXPECT_ERR(send_to(self->server, "x", 1, &other), EAFNOSUPPORT);
	EXPECT_EQ(poll_for(fd, POLLIN, QUIET), 0);
	ASSERT_EQ(send_to(self->server, "x", 1, &self->from[0]), 1);
	peer_hears(&self->peers[0], "x", 1);
	close(fd);
}

/* A socket that has no name yet has no peers either. */
TEST_F(unconnected, needs_a_name)
{
	int fd = dgram_socket(NULL, SOCK_NONBLOCK);

	EXPECT_ERR(recv(fd, buf, 1, 0), ENOTCONN);
	EXPECT_ERR(send_to(fd, "x", 1, &self->addr), ENOTCONN);
	EXPECT_EQ(poll_for(fd, POLLIN, 0), 0);
	close(fd);
}

/* The keys would not tell who is who. */
TEST_F(unconnected, has_no_manual_keys)
{
	union tsec_addr addr;
	struct link link;
	int fd;

	link_make(&link, &variant->kind);
	link_keys(&link);
	fd = dgram_bound(link.server, variant->kind.family, &addr);
	EXPECT_ERR(recv(fd, buf, 1, 0), ENOTCONN);
	EXPECT_EQ(poll_for(fd, POLLIN, 0), 0);
	close(fd);
	link_end(&link);
}

TEST_F(unconnected, is_no_session_itself)
{
	struct tsec_info info;
	socklen_t len = sizeof(info), size = sizeof(self->addr);
	union tsec_addr addr;

	wait_first(self->server);
	EXPECT_ERR(getsockopt(self->server, SOL_TSEC, TSEC_INFO, &info, &len),
		   EOPNOTSUPP);
	EXPECT_STREQ(error_of(self->server),
		     "the socket is one for all peers: it has many sessions");
	EXPECT_ERR(getpeername(self->server, &addr.sa, &size), ENOTCONN);
	EXPECT_ERR(tsec_connect(self->server, &self->addr), EISCONN);
	EXPECT_ERR(listen(self->server, 1) ?:
		   accept(self->server, NULL, NULL), EINVAL);
	addr_of(&addr, self->server);
	EXPECT_TRUE(addr_same(&addr, &self->addr));
}

TEST_F(unconnected, peeks_and_truncates)
{
	union tsec_addr from;
	socklen_t len = sizeof(from);
	int size;

	wait_first(self->server);
	peers_begin(self, &variant->kind, 1);
	peer_send(&self->peers[0], TYPE_DATA, "datagram", 8);
	ASSERT_EQ(poll_for(self->server, POLLIN, SOON), POLLIN);
	ASSERT_EQ(ioctl(self->server, SIOCINQ, &size), 0);
	EXPECT_EQ(size, 8);
	EXPECT_EQ(recvfrom(self->server, buf, 3, MSG_PEEK | MSG_TRUNC,
			   &from.sa, &len), 8);
	EXPECT_TRUE(addr_same(&from, &self->from[0]));
	EXPECT_EQ(recv(self->server, buf, 3, MSG_TRUNC), 8);
	EXPECT_MEMEQ(buf, "dat", 3);
	EXPECT_ERR(recv(self->server, buf, 3, MSG_DONTWAIT), EAGAIN);
	EXPECT_ERR(recv(self->server, buf, 3, MSG_OOB), EOPNOTSUPP);
	EXPECT_ERR(recv(self->server, buf, 3, MSG_ERRQUEUE), EAGAIN);
}

TEST_F(unconnected, many_with_one_call)
{
	struct mmsghdr msgs[PEERS] = { 0 };
	union tsec_addr from[PEERS];
	struct iovec iov[PEERS];
	int i, numbers[PEERS];

	wait_first(self->server);
	peers_begin(self, &variant->kind, PEERS);
	for (i = 0; i < PEERS; i++) {
		peer_send(&self->peers[i], TYPE_DATA, &i, sizeof(i));
		iov[i] = (struct iovec){ &numbers[i], sizeof(numbers[i]) };
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name	= &from[i],
			.msg_namelen	= sizeof(from[i]),
			.msg_iov	= &iov[i],
			.msg_iovlen	= 1,
		};
	}
	nonblocking(self->server, 0);
	ASSERT_EQ(recvmmsg(self->server, msgs, PEERS, 0, NULL), PEERS);
	expect_numbers(self, numbers, from);
	ASSERT_EQ(sendmmsg(self->server, msgs, PEERS, 0), PEERS);
	for (i = 0; i < PEERS; i++)
		peer_hears(&self->peers[i], &i, sizeof(i));
}

TEST_F(unconnected, segments_to_one_peer)
{
	char control[CMSG_SPACE(sizeof(uint16_t))] = { 0 };
	struct iovec iov = { buf, 1000 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int i;

	wait_first(self->server);
	peers_begin(self, &variant->kind, 2);
	cmsg->cmsg_level = SOL_UDP;
	cmsg->cmsg_type = UDP_SEGMENT;
	cmsg->cmsg_len = CMSG_LEN(sizeof(uint16_t));
	*(uint16_t *)CMSG_DATA(cmsg) = 300;
	msg.msg_name = &self->from[1];
	msg.msg_namelen = addr_len(&self->from[1]);
	fill_pattern(buf, 1000, 7);
	ASSERT_EQ(sendmsg(self->server, &msg, 0), 1000);
	for (i = 0; i < 4; i++) {
		peer_recv(&self->peers[1]);
		ASSERT_EQ(self->peers[1].len, i < 3 ? 300 : 100);
		EXPECT_MEMEQ(self->peers[1].data, buf + i * 300,
			     self->peers[1].len);
	}
	EXPECT_EQ(poll_for(self->peers[0].fd, POLLIN, QUIET), 0);
}

/* The memory of what waits there. */
static unsigned int waiting(int fd)
{
	uint32_t mem[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(mem);

	getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len);
	return mem[SK_MEMINFO_RMEM_ALLOC];
}

/* What is of two peers is never joined. */
TEST_F(unconnected, joins_by_peer)
{
	char control[CMSG_SPACE(sizeof(int))];
	static const int of[] = { 0, 0, 0, 1, 1, 0 };
	static const int joined[] = { 3, 2, 1 };
	static const int first[] = { 0, 1, 0 };
	union tsec_addr from;
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_name = &from };
	unsigned int i, one = 0;

	wait_first(self->server);
	if (setsockopt(self->server, SOL_UDP, UDP_GRO, &(int){ 1 },
		       sizeof(int)))
		NOT_HERE("a kernel that does not take GRO apart");
	peers_begin(self, &variant->kind, 2);
	/* One after the other: what two peers send has no order. */
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		peer_send(&self->peers[of[i]], TYPE_DATA, "0123456789", 10);
		if (!i)
			ASSERT_SOON((one = waiting(self->server)));
		ASSERT_SOON(waiting(self->server) == one * (i + 1));
	}
	for (i = 0; i < ARRAY_SIZE(joined); i++) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		msg.msg_namelen = sizeof(from);
		ASSERT_EQ(recvmsg(self->server, &msg, 0), 10 * joined[i]);
		EXPECT_EQ(!!CMSG_FIRSTHDR(&msg), joined[i] > 1);
		EXPECT_TRUE(addr_same(&from, &self->from[first[i]]));
	}
}

/* All that waits is the socket's, whoever it is of. */
TEST_F(unconnected, charges_the_socket)
{
	uint64_t before = stat_of("PacketsNoRoom");
	unsigned int one = 0;
	int i, n = 0;

	option_set_int(self->server, SOL_SOCKET, SO_RCVBUF, 4096);
	wait_first(self->server);
	peers_begin(self, &variant->kind, 2);
	for (i = 0; i < 100; i++) {
		peer_send(&self->peers[i % 2], TYPE_DATA, buf, 500);
		if (!i)
			ASSERT_SOON((one = waiting(self->server)));
	}
	ASSERT_SOON(waiting(self->server) / one + stat_of("PacketsNoRoom") ==
		    before + 100);
	while (recv(self->server, buf, sizeof(buf), 0) > 0)
		n++;
	EXPECT_GT(n, 0);
	EXPECT_LT(n, 50);
	EXPECT_EQ(stat_of("PacketsNoRoom"), before + 100 - n);
	peer_send(&self->peers[0], TYPE_DATA, "room", 4);
	expect_from(self->server, "room", 4, &self->from[0]);
}

struct seen {
	uint64_t inode;
	int count;
};

static int see(const struct tsec_session_info *info, void *arg)
{
	struct seen *seen = arg;

	seen->count += info->inode == seen->inode;
	return 0;
}

/* "tsec session show" knows whose they are. */
TEST_F(unconnected, shows_its_sessions)
{
	struct seen seen = { 0 };
	struct stat stat;

	wait_first(self->server);
	peers_begin(self, &variant->kind, 2);
	ASSERT_EQ(fstat(self->server, &stat), 0);
	seen.inode = stat.st_ino;
	ASSERT_EQ(tsec_session_dump(self->nl, see, &seen), 0);
	EXPECT_EQ(seen.count, 2);
}

/* Addresses of this end are told apart, and asked for, as UDP has it. */
TEST_F(unconnected, has_one_session_for_each_address_of_its_own)
{
	char control[CMSG_SPACE(sizeof(struct in_pktinfo))] = { 0 };
	union tsec_addr any = { .in = { .sin_family = AF_INET } }, at, from;
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_name = &from, .msg_iov = &iov,
			      .msg_iovlen = 1 };
	struct shake shake;
	struct in_pktinfo *info;
	int i, client;

	if (variant->kind.family != AF_INET)
		NOT_HERE("IPv6 has one address of the loopback device");
	close(self->server);
	self->server = dgram_socket(NULL, SOCK_NONBLOCK);
	ASSERT_EQ(bind(self->server, &any.sa, sizeof(any.in)), 0);
	option_set_int(self->server, IPPROTO_IP, IP_PKTINFO, 1);
	wait_first(self->server);
	addr_of(&at, self->server);
	client = socket(AF_INET, SOCK_DGRAM, 0);
	addr_loopback(&from, AF_INET, 0);
	ASSERT_EQ(bind(client, &from.sa, sizeof(from.in)), 0);
	for (i = 0; i < 2; i++) {
		peer_alone(&self->peers[i], &variant->kind);
		close(self->peers[i].fd);
		self->peers[i].fd = client;
		at.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i);
		ASSERT_EQ(connect(client, &at.sa, sizeof(at.in)), 0);
		client_begin(self->nl, &self->peers[i], &shake);
		close(shake.channel);
		peer_send(&self->peers[i], TYPE_DATA, &i, sizeof(i));
	}
	for (i = 0; i < 2; i++) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		msg.msg_namelen = sizeof(from);
		iov.iov_len = sizeof(buf);
		ASSERT_EQ(poll_for(self->server, POLLIN, SOON) & POLLIN,
			  POLLIN);
		ASSERT_EQ(recvmsg(self->server, &msg, 0), sizeof(i));
		ASSERT_NE(CMSG_FIRSTHDR(&msg), NULL);
		info = (void *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
		EXPECT_EQ(ntohl(info->ipi_addr.s_addr), INADDR_LOOPBACK + i);
		EXPECT_EQ(ntohl(info->ipi_spec_dst.s_addr),
			  INADDR_LOOPBACK + i);
		/* With what came, the answer finds its way. */
		at.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i);
		ASSERT_EQ(connect(client, &at.sa, sizeof(at.in)), 0);
		iov.iov_len = sizeof(i);
		ASSERT_EQ(sendmsg(self->server, &msg, 0), sizeof(i));
		peer_hears(&self->peers[i], &i, sizeof(i));
	}
	close(client);
}
