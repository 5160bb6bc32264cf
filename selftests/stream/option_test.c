// SPDX-License-Identifier: GPL-2.0
/*
 * Options of sockets, TCP and IP: set before there is a connection and after,
 * and what they do.
 */
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "raw.h"
#include "util.h"

#ifndef SOL_TLS
#define SOL_TLS 282
#endif
#ifndef TCP_ULP
#define TCP_ULP 31
#endif

FIXTURE(opt) {
	struct pair pair;
	int a, b;
	int fd;				/* not connected yet */
};
KIND_VARIANT(opt);
KINDS_ADD_IN_TURN(opt);

FIXTURE_SETUP(opt)
{
	pair_make(&self->pair, &variant->kind);
	self->a = self->pair.a;
	self->b = self->pair.b;
	self->fd = tsec_socket(self->pair.link.client, 0);
}

FIXTURE_TEARDOWN(opt)
{
	close(self->fd);
	pair_end(&self->pair);
}

/* Connect the fresh socket; its peer. */
static int connected(struct pair *pair, int fd)
{
	int peer;

	link_keys(&pair->link);
	ASSERT_EQ(tsec_connect(fd, &pair->addr), 0);
	peer = accept(pair->listener, NULL, NULL);
	ASSERT_GE(peer, 0);
	return peer;
}

struct option {
	int level;
	int name;
	int value;
	int seen;			/* what getsockopt() says then */
};

static const struct option options[] = {
	{ SOL_SOCKET, SO_SNDBUF, 30000, 60000 },
	{ SOL_SOCKET, SO_RCVBUF, 20000, 40000 },
	{ SOL_SOCKET, SO_KEEPALIVE, 1, 1 },
	{ SOL_SOCKET, SO_PRIORITY, 5, 5 },
	{ SOL_SOCKET, SO_MARK, 77, 77 },
	{ SOL_SOCKET, SO_RCVLOWAT, 3, 3 },
	{ SOL_SOCKET, SO_REUSEADDR, 1, 1 },
	{ SOL_SOCKET, SO_OOBINLINE, 1, 1 },
	{ SOL_SOCKET, SO_DONTROUTE, 1, 1 },
	{ IPPROTO_TCP, TCP_NODELAY, 1, 1 },
	{ IPPROTO_TCP, TCP_CORK, 0, 0 },
	{ IPPROTO_TCP, TCP_KEEPIDLE, 33, 33 },
	{ IPPROTO_TCP, TCP_KEEPINTVL, 11, 11 },
	{ IPPROTO_TCP, TCP_KEEPCNT, 4, 4 },
	{ IPPROTO_TCP, TCP_SYNCNT, 3, 3 },
	{ IPPROTO_TCP, TCP_LINGER2, 9, 9 },
	{ IPPROTO_TCP, TCP_USER_TIMEOUT, 5000, 5000 },
	{ IPPROTO_TCP, TCP_NOTSENT_LOWAT, 16384, 16384 },
	{ IPPROTO_TCP, TCP_QUICKACK, 1, 1 },
};

static void set_and_check(int fd, const struct option *o)
{
	option_set_int(fd, o->level, o->name, o->value);
	if (option_int(fd, o->level, o->name) != o->seen)
		harness_note("level %d option %d", o->level, o->name);
	EXPECT_EQ(option_int(fd, o->level, o->name), o->seen);
}

TEST_F(opt, before)
{
	size_t i;
	int peer;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		set_and_check(self->fd, &options[i]);
	peer = connected(&self->pair, self->fd);
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		int now = option_int(self->fd, options[i].level,
				     options[i].name);

		if (now != options[i].seen)
			harness_note("level %d option %d", options[i].level,
				     options[i].name);
		EXPECT_EQ(now, options[i].seen);
	}
	talk(self->fd, peer, "works");
	close(peer);
}

TEST_F(opt, after)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		set_and_check(self->a, &options[i]);
	talk(self->a, self->b, "works");
}

TEST_F(opt, of_ip)
{
	bool v4 = variant->kind.family == AF_INET;
	int peer;

	/* Set before the family is known: the inner socket is provisional. */
	option_set_int(self->fd, IPPROTO_IP, IP_TOS, 0x10);
	option_set_int(self->fd, IPPROTO_IP, IP_TTL, 33);
	EXPECT_EQ(option_int(self->fd, IPPROTO_IP, IP_TTL), 33);
	peer = connected(&self->pair, self->fd);
	EXPECT_EQ(option_int(self->fd, IPPROTO_IP, IP_TOS), 0x10);
	EXPECT_EQ(option_int(self->fd, IPPROTO_IP, IP_TTL), 33);
	if (!v4) {
		option_set_int(self->fd, IPPROTO_IPV6, IPV6_TCLASS, 0x20);
		EXPECT_EQ(option_int(self->fd, IPPROTO_IPV6, IPV6_TCLASS),
			  0x20);
		option_set_int(self->fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
		EXPECT_EQ(option_int(self->fd, IPPROTO_IPV6,
				     IPV6_UNICAST_HOPS), 9);
	}
	talk_both(self->fd, peer);
	close(peer);
}

TEST_F(opt, tclass_before)
{
	int peer;

	option_set_int(self->fd, IPPROTO_IPV6, IPV6_TCLASS, 0x20);
	peer = connected(&self->pair, self->fd);
	if (variant->kind.family == AF_INET6)
		EXPECT_EQ(option_int(self->fd, IPPROTO_IPV6, IPV6_TCLASS),
			  0x20);
	talk_both(self->fd, peer);
	close(peer);
}

TEST_F(opt, maxseg)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int peer;

	option_set_int(self->fd, IPPROTO_TCP, TCP_MAXSEG, 600);
	peer = connected(&self->pair, self->fd);
	talk_both(self->fd, peer);
	ASSERT_EQ(getsockopt(self->fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	EXPECT_LE(info.tcpi_snd_mss, 600);
	close(peer);
}

TEST_F(opt, congestion)
{
	char name[16] = "";
	socklen_t len = sizeof(name);
	int peer;

	ASSERT_EQ(setsockopt(self->fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4),
		  0);
	peer = connected(&self->pair, self->fd);
	ASSERT_EQ(getsockopt(self->fd, IPPROTO_TCP, TCP_CONGESTION, name,
			     &len), 0);
	EXPECT_STREQ(name, "reno");
	EXPECT_ERR(setsockopt(self->fd, IPPROTO_TCP, TCP_CONGESTION, "none",
			      4), ENOENT);
	close(peer);
}

TEST_F(opt, tcp_info)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	talk_both(self->a, self->b);
	ASSERT_EQ(getsockopt(self->a, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	EXPECT_EQ(info.tcpi_state, TCP_ESTABLISHED);
	EXPECT_GT(info.tcpi_snd_mss, 0);
	len = sizeof(info);
	memset(&info, 0xff, sizeof(info));
	ASSERT_EQ(getsockopt(self->fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	EXPECT_EQ(info.tcpi_state, TCP_CLOSE);
}

/* These would send or read around the records. */
TEST_F(opt, refused)
{
	static const int names[] = { TCP_ULP, TCP_REPAIR, TCP_FASTOPEN,
		TCP_FASTOPEN_CONNECT, 35 /* TCP_ZEROCOPY_RECEIVE */,
		TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, 9999 };
	char value[64] = "tls";
	socklen_t len;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_ERR(setsockopt(self->a, IPPROTO_TCP, names[i], value,
				      sizeof(value)), ENOPROTOOPT);
		EXPECT_ERR(setsockopt(self->fd, IPPROTO_TCP, names[i], value,
				      sizeof(value)), ENOPROTOOPT);
		len = sizeof(value);
		EXPECT_ERR(getsockopt(self->a, IPPROTO_TCP, names[i], value,
				      &len), ENOPROTOOPT);
	}
	for (i = 1; i <= 5; i++) {
		EXPECT_ERR(setsockopt(self->a, SOL_TLS, i, value,
				      sizeof(value)), ENOPROTOOPT);
		len = sizeof(value);
		EXPECT_ERR(getsockopt(self->a, SOL_TLS, i, value, &len),
			   ENOPROTOOPT);
	}
	EXPECT_ERR(setsockopt(self->a, IPPROTO_UDP, 1, value, 4), ENOPROTOOPT);
	EXPECT_ERR(setsockopt(self->a, IPPROTO_TCP, TCP_INFO, value, 64),
		   ENOPROTOOPT);
	talk_both(self->a, self->b);
}

TEST_F(opt, bad_values)
{
	int zero = 0;

	EXPECT_ERR(setsockopt(self->a, IPPROTO_TCP, TCP_NODELAY, &zero, 1),
		   EINVAL);
	EXPECT_ERR(setsockopt(self->a, IPPROTO_TCP, TCP_NODELAY, NULL, 4),
		   EFAULT);
	EXPECT_ERR(setsockopt(self->fd, IPPROTO_TCP, TCP_NODELAY, NULL, 4),
		   EFAULT);
	EXPECT_ERR(setsockopt(self->fd, IPPROTO_TCP, TCP_KEEPIDLE, &zero, 4),
		   EINVAL);
}

/* The timer that TCP runs for a connection; 2 is keepalive's. */
static int timer_of(int fd, sa_family_t family)
{
	unsigned int port, timer, mine;
	union tsec_addr addr;
	int found = -1;
	char line[300];
	FILE *f;

	addr_of(&addr, fd);
	mine = ntohs(addr.in.sin_port);
	f = fopen(family == AF_INET ? "/proc/self/net/tcp" :
				      "/proc/self/net/tcp6", "r");
	ASSERT_TRUE(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %*x "
			   "%*x:%*x %x:", &port, &timer) == 2 && port == mine)
			found = timer;
	fclose(f);
	return found;
}

static void timer_is(int fd, sa_family_t family, int timer)
{
	/* Retransmission has the same column until the last ACK has come. */
	ASSERT_SOON(timer_of(fd, family) == timer);
}

TEST_F(opt, keepalive_runs)
{
	sa_family_t family = variant->kind.family;

	talk_both(self->a, self->b);
	timer_is(self->a, family, 0);
	option_set_int(self->a, SOL_SOCKET, SO_KEEPALIVE, 1);
	talk_both(self->a, self->b);
	timer_is(self->a, family, 2);
	option_set_int(self->a, SOL_SOCKET, SO_KEEPALIVE, 0);
	talk_both(self->a, self->b);
	timer_is(self->a, family, 0);
}

TEST_F(opt, keepalive_runs_from_the_beginning)
{
	int peer;

	option_set_int(self->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	peer = connected(&self->pair, self->fd);
	talk_both(self->fd, peer);
	timer_is(self->fd, variant->kind.family, 2);
	close(peer);
}

/* Not only when the program next sends or receives something. */
TEST_F(opt, keepalive_of_an_idle_socket)
{
	talk_both(self->a, self->b);
	option_set_int(self->a, SOL_SOCKET, SO_KEEPALIVE, 1);
	poll_for(self->a, POLLIN, 0);
	timer_is(self->a, variant->kind.family, 2);
}

/* The bigger the buffer of the sender, the more goes in. */
TEST_F(opt, sndbuf_has_effect)
{
	size_t small, large;
	int a, b;

	option_set_int(self->a, SOL_SOCKET, SO_SNDBUF, 8192);
	small = fill_send(self->a);
	pair_more(&self->pair, &a, &b);
	option_set_int(a, SOL_SOCKET, SO_SNDBUF, 200000);
	large = fill_send(a);
	EXPECT_GT(large, small + 50000);
	close(a);
	close(b);
}

TEST_F(opt, rcvbuf_has_effect)
{
	size_t filled;
	int peer;

	option_set_int(self->fd, SOL_SOCKET, SO_RCVBUF, 4096);
	peer = connected(&self->pair, self->fd);
	option_set_int(peer, SOL_SOCKET, SO_SNDBUF, 8192);
	filled = fill_send(peer);
	EXPECT_LT(filled, 150000);
	close(peer);
}

TEST_F(opt, timeouts)
{
	struct timeval tv = { 1, 500000 }, got = { 0, 0 };
	socklen_t len = sizeof(got);

	ASSERT_EQ(setsockopt(self->a, SOL_SOCKET, SO_RCVTIMEO, &tv,
			     sizeof(tv)), 0);
	ASSERT_EQ(getsockopt(self->a, SOL_SOCKET, SO_RCVTIMEO, &got, &len), 0);
	EXPECT_EQ(got.tv_sec, 1);
	EXPECT_GE(got.tv_usec, 490000);
	tv.tv_usec = 1000000;
	EXPECT_ERR(setsockopt(self->a, SOL_SOCKET, SO_RCVTIMEO, &tv,
			      sizeof(tv)), EDOM);
}

TEST_F(opt, cork)
{
	char buf[20];

	option_set_int(self->a, IPPROTO_TCP, TCP_CORK, 1);
	ASSERT_EQ(send(self->a, "one", 3, 0), 3);
	ASSERT_EQ(send(self->a, "two", 3, 0), 3);
	EXPECT_EQ(poll_for(self->b, POLLIN, 20), 0);
	option_set_int(self->a, IPPROTO_TCP, TCP_CORK, 0);
	ASSERT_EQ(recv(self->b, buf, 6, MSG_WAITALL), 6);
	EXPECT_MEMEQ(buf, "onetwo", 6);
}

TEST_F(opt, siocinq)
{
	char buf[100] = { 0 };
	int n = -1;

	ASSERT_EQ(ioctl(self->b, SIOCINQ, &n), 0);
	EXPECT_EQ(n, 0);
	ASSERT_EQ(send(self->a, buf, 100, 0), 100);
	ASSERT_NE(poll_for(self->b, POLLIN, SOON), 0);
	ASSERT_EQ(ioctl(self->b, SIOCINQ, &n), 0);
	EXPECT_EQ(n, 100);
	ASSERT_EQ(recv(self->b, buf, 30, 0), 30);
	ASSERT_EQ(ioctl(self->b, SIOCINQ, &n), 0);
	EXPECT_EQ(n, 70);
	ASSERT_EQ(recv(self->b, buf, 100, 0), 70);
	ASSERT_EQ(ioctl(self->b, SIOCINQ, &n), 0);
	EXPECT_EQ(n, 0);
	close(self->a);
	poll_for(self->b, POLLIN, SOON);
	ASSERT_EQ(ioctl(self->b, SIOCINQ, &n), 0);
	EXPECT_EQ(n, 0);
}

TEST_F(opt, siocoutq)
{
	int n = -1;

	fill_send(self->a);
	ASSERT_EQ(ioctl(self->a, SIOCOUTQ, &n), 0);
	EXPECT_GT(n, 0);
	ASSERT_EQ(ioctl(self->a, SIOCOUTQNSD, &n), 0);
	EXPECT_GE(n, 0);
	ASSERT_EQ(ioctl(self->fd, SIOCOUTQ, &n), 0);
	EXPECT_EQ(n, 0);
	ASSERT_EQ(ioctl(self->fd, SIOCINQ, &n), 0);
	EXPECT_EQ(n, 0);
	EXPECT_ERR(ioctl(self->a, SIOCOUTQ, NULL), EFAULT);
}

/* A socket bound to a device that does not lead to the peer. */
TEST_F(opt, bindtodevice_has_effect)
{
	struct timeval tv = { 0, 100000 };

	if (system("ip link add tsecdummy type dummy 2>/dev/null; "
		   "ip link set tsecdummy up 2>/dev/null"))
		SKIP("cannot make a dummy device");
	ASSERT_EQ(setsockopt(self->fd, SOL_SOCKET, SO_BINDTODEVICE,
			     "tsecdummy", 9), 0);
	ASSERT_EQ(setsockopt(self->fd, SOL_SOCKET, SO_SNDTIMEO, &tv,
			     sizeof(tv)), 0);
	link_keys(&self->pair.link);
	EXPECT_EQ(tsec_connect(self->fd, &self->pair.addr), -1);
	EXPECT_NE(system("ip link del tsecdummy"), -1);
}
