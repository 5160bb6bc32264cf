// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets of ESP, whatever their packets look like: the port that they share,
 * and what calls do.
 */
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <unistd.h>

#include "esp.h"
#include "pair.h"
#include "util.h"
#include "wire.h"

FIXTURE(esp) {
	struct link link;
};
KIND_VARIANT(esp);
ESP_KINDS_ADD(esp);

static uint8_t buf[5000], got[5000];

FIXTURE_SETUP(esp)
{
	link_make(&self->link, &variant->kind);
	fill_pattern(buf, sizeof(buf), 0);
}

FIXTURE_TEARDOWN(esp)
{
	link_end(&self->link);
}

static int plain_bind(sa_family_t family, int port)
{
	int fd = socket(family, SOCK_DGRAM, 0), on = 1;
	union tsec_addr addr;

	ASSERT_GE(fd, 0);
	if (family == AF_INET6)
		ASSERT_EQ(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
				     sizeof(on)), 0);
	addr_loopback(&addr, family, port);
	if (!bind(fd, &addr.sa, addr_len(&addr)))
		return fd;
	close(fd);
	return -1;
}

/* It is held by sessions, and by no more than have to. */
TEST_F(esp, who_has_the_port)
{
	sa_family_t family = variant->kind.family;
	struct ends ends;
	int fd;

	ends_make(&ends, &variant->kind);
	EXPECT_ERR(plain_bind(family, ESP_PORT), EADDRINUSE);
	fd = plain_bind(family == AF_INET ? AF_INET6 : AF_INET, ESP_PORT);
	EXPECT_GE(fd, 0);
	close(fd);
	close(ends.a);
	ends.a = -1;
	EXPECT_ERR(plain_bind(family, ESP_PORT), EADDRINUSE);
	close(ends.b);
	ends.b = -1;
	fd = plain_bind(family, ESP_PORT);
	EXPECT_GE(fd, 0);
	close(fd);
	ends_close(&ends);
}

TEST_F(esp, port_is_taken)
{
	int taken = plain_bind(variant->kind.family, ESP_PORT), fd;
	union tsec_addr addr;

	ASSERT_GE(taken, 0);
	link_keys(&self->link);
	fd = link_bound(&self->link, self->link.client, &addr);
	EXPECT_ERR(tsec_connect(fd, &addr), EADDRINUSE);
	EXPECT_STREQ(error_of(fd),
		     "another program has the UDP port of the protocol");
	close(taken);
	/* The keys are as they were, for one session. */
	EXPECT_EQ(tsec_connect(fd, &addr), 0);
	close(fd);
	fd = link_bound(&self->link, self->link.client, &addr);
	EXPECT_ERR(tsec_connect(fd, &addr), ENOKEY);
	close(fd);
}

/* A socket of IPv6 may well have a peer of IPv4. */
TEST_F(esp, mapped_address)
{
	union tsec_addr mapped = { }, addr;
	int six, four;

	link_keys(&self->link);
	self->link.kind.family = AF_INET;
	four = link_bound(&self->link, self->link.server, &addr);
	six = link_socket(&self->link, self->link.client);
	mapped.in6.sin6_family = AF_INET6;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.in6.sin6_addr);
	ASSERT_EQ(bind(six, &mapped.sa, sizeof(mapped.in6)), 0);
	mapped.in6.sin6_port = addr.in.sin_port;
	ASSERT_EQ(tsec_connect(six, &mapped), 0);
	addr_of(&mapped, six);
	addr.in.sin_port = mapped.in6.sin6_port;
	ASSERT_EQ(tsec_connect(four, &addr), 0);
	talk_both(six, four);
	close(six);
	close(four);
}

TEST_F(esp, several_received_in_one_call)
{
	struct ends ends;
	int i;

	ends_make(&ends, &variant->kind);
	option_set_int(ends.b, IPPROTO_UDP, UDP_GRO, 1);
	option_set_int(ends.a, IPPROTO_UDP, UDP_SEGMENT, 100);
	ASSERT_EQ(send(ends.a, buf, 1000, 0), 1000);
	wait_records(ends.b, 10);
	ASSERT_EQ(recv(ends.b, got, sizeof(got), 0), 1000);
	EXPECT_MEMEQ(got, buf, 1000);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(send(ends.a, buf, 5000, 0), 5000);
	expect_nothing(ends.a);
	ends_close(&ends);
}

TEST_F(esp, flags_of_calls)
{
	struct ends ends;
	char text[8];

	ends_make(&ends, &variant->kind);
	EXPECT_ERR(recv(ends.b, text, 8, MSG_DONTWAIT), EAGAIN);
	EXPECT_ERR(send(ends.a, "x", 1, MSG_MORE), EOPNOTSUPP);
	ASSERT_EQ(send(ends.a, "datagram", 8, MSG_DONTWAIT), 8);
	ASSERT_EQ(poll_for(ends.b, POLLIN, SOON), POLLIN);
	EXPECT_EQ(recv(ends.b, text, 4, MSG_PEEK | MSG_TRUNC), 8);
	EXPECT_EQ(recv(ends.b, text, 4, 0), 4);
	EXPECT_MEMEQ(text, "data", 4);
	expect_nothing(ends.b);
	ends_close(&ends);
}

TEST_F(esp, says_what_it_is)
{
	struct tsec_info info;
	struct ends ends;

	ends_make(&ends, &variant->kind);
	ASSERT_EQ(send(ends.a, "x", 1, 0), 1);
	expect_datagram(ends.b, "x", 1);
	info_of(ends.a, &info);
	EXPECT_EQ(info.protocol, TSEC_PROTO_ESP);
	EXPECT_EQ(info.version, variant->kind.version);
	EXPECT_EQ(info.cipher, variant->kind.cipher);
	EXPECT_EQ(info.tx.records, 1);
	EXPECT_EQ(info.tx.bytes, 1);
	info_of(ends.b, &info);
	EXPECT_EQ(info.rx.records, 1);
	EXPECT_EQ(info.rx.bytes, 1);
	ends_close(&ends);
}

TEST_F(esp, has_no_clients_to_accept)
{
	int fd = socket(AF_TSEC, SOCK_DGRAM, TSEC_PROTO_ESP);

	ASSERT_GE(fd, 0);
	EXPECT_ERR(listen(fd, 1), EOPNOTSUPP);
	EXPECT_STREQ(error_of(fd),
		     "no datagram tells which client has manual keys");
	close(fd);
	EXPECT_ERR(socket(AF_TSEC, SOCK_STREAM, TSEC_PROTO_ESP),
		   EPROTONOSUPPORT);
}

TEST_F(esp, needs_keys_of_its_own)
{
	expect_no_key(&variant->kind);
}

/* A daemon would be of no help. */
TEST_F(esp, needs_a_profile_for_manual_keys)
{
	int fd = socket(AF_TSEC, SOCK_DGRAM, TSEC_PROTO_ESP);
	union tsec_addr addr;

	ASSERT_GE(fd, 0);
	addr_loopback(&addr, variant->kind.family, 9);
	EXPECT_ERR(tsec_connect(fd, &addr), ENOKEY);
	EXPECT_STREQ(error_of(fd),
		     "this protocol has manual keys alone, and the profile is not for those");
	close(fd);
}

TEST_F(esp, has_no_options_of_others)
{
	int fd = socket(AF_TSEC, SOCK_DGRAM, TSEC_PROTO_ESP);
	struct tsec_tunnel tunnel = { };
	socklen_t len = sizeof(tunnel);
	int cid_len = 8;

	ASSERT_GE(fd, 0);
	EXPECT_ERR(setsockopt(fd, SOL_TSEC, TSEC_CONNECTION_ID, &cid_len,
			      sizeof(cid_len)), ENOPROTOOPT);
	EXPECT_ERR(setsockopt(fd, SOL_TSEC, TSEC_TUNNEL, &tunnel, len),
		   ENOPROTOOPT);
	EXPECT_ERR(getsockopt(fd, SOL_TSEC, TSEC_CONNECTION_ID, &tunnel, &len),
		   ENOPROTOOPT);
	EXPECT_ERR(getsockopt(fd, SOL_TSEC, TSEC_TUNNEL, &tunnel, &len),
		   ENOPROTOOPT);
	close(fd);
}
