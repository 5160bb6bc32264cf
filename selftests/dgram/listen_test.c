// SPDX-License-Identifier: GPL-2.0
/*
 * Datagram sockets that listen, with the daemon and the clients played by
 * hand: who has to prove its address, what becomes of those that have, and
 * what they may do to each other.
 */
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hello.h"
#include "util.h"

enum {
	CLIENTS		= 20,
	FLOOD		= 5000,
};

FIXTURE(listen) {
	struct tsec_nl *nl;
	int listener;
	union tsec_addr addr;
	struct peer peer;
};
KIND_VARIANT(listen);
DTLS_FAMILIES_ADD(listen);

static uint8_t buf[65536];

static int listener_make(const struct kind *kind, union tsec_addr *addr)
{
	int fd = dgram_bound(NULL, kind->family, addr);

	nonblocking(fd, 1);
	ASSERT_EQ(listen(fd, CLIENTS), 0);
	return fd;
}

FIXTURE_SETUP(listen)
{
	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
	ASSERT_EQ(tsec_daemon_register(self->nl, "listen_test"), 0);
	self->listener = listener_make(&variant->kind, &self->addr);
	peer_toward(&self->peer, &variant->kind, &self->addr);
}

FIXTURE_TEARDOWN(listen)
{
	close(self->listener);
	close(self->peer.fd);
	tsec_nl_close(self->nl);
}

static int client_accept(int listener)
{
	int fd;

	ASSERT_EQ(poll_for(listener, POLLIN, SOON), POLLIN);
	fd = accept(listener, NULL, NULL);
	ASSERT_GE(fd, 0);
	return fd;
}

/* Both ways. */
static void client_talk(struct peer *peer, int fd)
{
	peer_send(peer, TYPE_DATA, "there", 5);
	expect_datagram(fd, "there", 5);
	ASSERT_EQ(send(fd, "back", 4, 0), 4);
	peer_recv(peer);
	ASSERT_EQ(peer->len, 4);
	ASSERT_MEMEQ(peer->data, "back", 4);
}

TEST_F(listen, keeps_nothing_of_a_first_hello)
{
	uint64_t answered = stat_of("HellosAnswered");
	uint8_t cookie[COOKIE_LEN];

	hello_send(&self->peer, 1, NULL);
	verify_recv(&self->peer, cookie);
	EXPECT_EQ(stat_of("HellosAnswered"), answered + 1);
	expect_sessions(0);
	shake_none(self->nl);
}

TEST_F(listen, begins_a_session_with_a_proven_hello)
{
	uint64_t proven = stat_of("HellosProven");
	union tsec_addr local, remote, want;
	socklen_t len = sizeof(remote);
	uint8_t hello[HELLO_ROOM], cookie[COOKIE_LEN];
	struct tsec_info info;
	struct shake shake;
	size_t size;
	int fd;

	hello_send(&self->peer, 1, NULL);
	verify_recv(&self->peer, cookie);
	size = hello_make(hello, 1, cookie);
	peer_write(&self->peer, hello, size);
	shake_claim(&shake, self->nl, TSEC_ROLE_SERVER);
	EXPECT_EQ(stat_of("HellosProven"), proven + 1);
	ASSERT_EQ(poll_for(shake.channel, POLLIN, SOON), POLLIN);
	EXPECT_EQ(recv(shake.channel, buf, sizeof(buf), MSG_PEEK), size);
	ASSERT_EQ(recv(shake.channel, buf, sizeof(buf), 0), size);
	EXPECT_MEMEQ(buf, hello, size);
	ASSERT_EQ(send(shake.channel, "flight", 6, 0), 6);
	ASSERT_EQ(recv(self->peer.fd, buf, sizeof(buf), 0), 6);
	EXPECT_EQ(poll_for(self->listener, POLLIN, QUIET), 0);
	EXPECT_ERR(accept(self->listener, NULL, NULL), EAGAIN);

	shake_finish(&shake, &self->peer);
	ASSERT_EQ(poll_for(self->listener, POLLIN, SOON), POLLIN);
	fd = accept(self->listener, &remote.sa, &len);
	ASSERT_GE(fd, 0);
	addr_of(&want, self->peer.fd);
	EXPECT_MEMEQ(&remote, &want, addr_len(&want));
	addr_of(&local, fd);
	EXPECT_MEMEQ(&local, &self->addr, addr_len(&self->addr));
	info_of(fd, &info);
	EXPECT_EQ(info.role, TSEC_ROLE_SERVER);
	EXPECT_EQ(info.version, TSEC_VERSION_DTLS_1_2);
	client_talk(&self->peer, fd);
	close(fd);
}

/* Up to the end of their sessions, nobody else gets them. */
TEST_F(listen, hands_out_an_id_once)
{
	struct shake shakes[CLIENTS];
	struct peer *peers = calloc(CLIENTS, sizeof(*peers));
	bool seen[256] = { 0 };
	int listener, i;
	union tsec_addr addr;

	listener = dgram_bound(NULL, variant->kind.family, &addr);
	option_set_int(listener, SOL_TSEC, TSEC_CONNECTION_ID, 1);
	ASSERT_EQ(listen(listener, CLIENTS), 0);
	for (i = 0; i < CLIENTS; i++) {
		peer_toward(&peers[i], &variant->kind, &addr);
		prove(&peers[i], 1);
		shake_claim(&shakes[i], self->nl, TSEC_ROLE_SERVER);
		ASSERT_EQ(shakes[i].cid_len, 1);
		EXPECT_FALSE(seen[shakes[i].cid[0]]);
		seen[shakes[i].cid[0]] = true;
	}
	for (i = 0; i < CLIENTS; i++) {
		close(shakes[i].channel);
		close(peers[i].fd);
	}
	close(listener);
	free(peers);
}

TEST_F(listen, asks_again_for_a_cookie_of_its_own)
{
	uint8_t cookie[COOKIE_LEN], other[COOKIE_LEN];
	struct peer *elsewhere = calloc(1, sizeof(*elsewhere));

	hello_send(&self->peer, 1, NULL);
	verify_recv(&self->peer, cookie);
	/* Of another attempt, of another client, of nobody at all. */
	hello_send(&self->peer, 2, cookie);
	verify_recv(&self->peer, other);
	peer_toward(elsewhere, &variant->kind, &self->addr);
	hello_send(elsewhere, 1, cookie);
	verify_recv(elsewhere, other);
	cookie[3] ^= 1;
	hello_send(&self->peer, 1, cookie);
	verify_recv(&self->peer, other);
	expect_sessions(0);
	close(elsewhere->fd);
	free(elsewhere);
}

/* What is no hello is dropped, and counted. */
TEST_F(listen, answers_nothing_else)
{
	uint64_t before = stat_of("PacketsNoSession");
	uint8_t hello[HELLO_ROOM];
	size_t len = hello_make(hello, 1, NULL);

	peer_write(&self->peer, "x", 1);
	peer_write(&self->peer, hello, len - 10);
	hello[0] = TYPE_DATA;
	peer_write(&self->peer, hello, len);
	peer_send(&self->peer, TYPE_DATA, "data", 4);
	stat_reaches("PacketsNoSession", before + 4);
	EXPECT_EQ(poll_for(self->peer.fd, POLLIN, QUIET), 0);
	expect_sessions(0);
}

/* A client that has not heard the answer says the same once more. */
TEST_F(listen, passes_a_repeated_hello_on)
{
	uint8_t cookie[COOKIE_LEN], hello[HELLO_ROOM];
	struct shake shake;
	size_t len;

	hello_send(&self->peer, 1, NULL);
	verify_recv(&self->peer, cookie);
	len = hello_make(hello, 1, cookie);
	peer_write(&self->peer, hello, len);
	shake_claim(&shake, self->nl, TSEC_ROLE_SERVER);
	peer_write(&self->peer, hello, len);
	ASSERT_EQ(poll_for(shake.channel, POLLIN, SOON), POLLIN);
	ASSERT_EQ(recv(shake.channel, buf, sizeof(buf), 0), len);
	ASSERT_EQ(poll_for(shake.channel, POLLIN, SOON), POLLIN);
	ASSERT_EQ(recv(shake.channel, buf, sizeof(buf), 0), len);
	shake_none(self->nl);
	expect_sessions(1);
	close(shake.channel);
}

TEST_F(listen, begins_anew_in_the_midst_of_a_handshake)
{
	struct shake first, second;
	int fd;

	prove(&self->peer, 1);
	shake_claim(&first, self->nl, TSEC_ROLE_SERVER);
	prove(&self->peer, 2);
	shake_claim(&second, self->nl, TSEC_ROLE_SERVER);
	EXPECT_EQ(poll_for(first.channel, POLLIN, SOON) & POLLHUP, POLLHUP);
	close(first.channel);
	shake_finish(&second, &self->peer);
	fd = client_accept(self->listener);
	client_talk(&self->peer, fd);
	close(fd);
}

/* RFC 6347 section 4.2.8: a client that has lost its state. */
TEST_F(listen, begins_anew_after_a_session)
{
	struct shake first, second;
	uint8_t cookie[COOKIE_LEN];
	int old, new;

	client_begin(self->nl, &self->peer, &first);
	old = client_accept(self->listener);
	client_talk(&self->peer, old);
	/* The hello alone, which anybody can forge, does no harm. */
	hello_send(&self->peer, 2, NULL);
	verify_recv(&self->peer, cookie);
	client_talk(&self->peer, old);

	hello_send(&self->peer, 2, cookie);
	shake_claim(&second, self->nl, TSEC_ROLE_SERVER);
	EXPECT_EQ(poll_for(old, POLLIN, SOON) & POLLHUP, POLLHUP);
	EXPECT_ERR(send(old, "x", 1, MSG_NOSIGNAL), ECONNRESET);
	EXPECT_ERR(recv(old, buf, 1, 0), ECONNRESET);
	EXPECT_STREQ(error_of(old), "the client began a new session");
	self->peer.tx.seq = 0;
	shake_finish(&second, &self->peer);
	new = client_accept(self->listener);
	client_talk(&self->peer, new);
	close(old);
	client_talk(&self->peer, new);
	close(new);
}

/* What came before accept() is there after it. */
TEST_F(listen, keeps_data_for_accept)
{
	struct shake shake;
	int fd, i;

	client_begin(self->nl, &self->peer, &shake);
	for (i = 0; i < 10; i++)
		peer_send(&self->peer, TYPE_DATA, &i, sizeof(i));
	fd = client_accept(self->listener);
	for (i = 0; i < 10; i++)
		expect_datagram(fd, &i, sizeof(i));
	client_talk(&self->peer, fd);
	close(fd);
}

TEST_F(listen, keeps_not_too_much_for_accept)
{
	uint64_t before = stat_of("PacketsEnded");
	struct shake shake;
	int fd, i, n = 0;

	client_begin(self->nl, &self->peer, &shake);
	for (i = 0; i < 100; i++)
		peer_send(&self->peer, TYPE_DATA, &i, sizeof(i));
	stat_reaches("PacketsEnded", before + 36);
	fd = client_accept(self->listener);
	nonblocking(fd, 1);
	while (recv(fd, buf, sizeof(buf), 0) > 0)
		n++;
	EXPECT_EQ(n, 64);
	nonblocking(fd, 0);
	client_talk(&self->peer, fd);
	close(fd);
}

/* Late flights get their answer, whether the program has accepted or not. */
TEST_F(listen, passes_flights_before_accept)
{
	uint8_t flight[38] = { TYPE_HANDSHAKE, 254, 253 };
	struct shake shake;

	flight[12] = 25;
	flight[13] = 16;
	prove(&self->peer, 1);
	shake_claim(&shake, self->nl, TSEC_ROLE_SERVER);
	ASSERT_EQ(poll_for(shake.channel, POLLIN, SOON), POLLIN);
	ASSERT_GT(recv(shake.channel, buf, sizeof(buf), 0), 0);
	shake_finish(&shake, &self->peer);
	peer_write(&self->peer, flight, sizeof(flight));
	ASSERT_EQ(poll_for(shake.channel, POLLIN, SOON), POLLIN);
	ASSERT_EQ(recv(shake.channel, buf, sizeof(buf), 0), sizeof(flight));
	EXPECT_MEMEQ(buf, flight, sizeof(flight));
}

TEST_F(listen, tells_of_an_end_before_accept)
{
	uint64_t before = stat_of("CloseNotifyReceived");
	struct shake shake;
	int fd;

	client_begin(self->nl, &self->peer, &shake);
	peer_send(&self->peer, TYPE_DATA, "last", 4);
	peer_send(&self->peer, TYPE_ALERT, "\1\0", 2);
	stat_reaches("CloseNotifyReceived", before + 1);
	fd = client_accept(self->listener);
	expect_datagram(fd, "last", 4);
	EXPECT_EQ(recv(fd, buf, sizeof(buf), 0), 0);
	close(fd);
}

TEST_F(listen, has_many_clients_at_once)
{
	struct peer *peers = calloc(CLIENTS, sizeof(*peers));
	struct shake shakes[CLIENTS];
	int fds[CLIENTS], i, round;

	for (i = 0; i < CLIENTS; i++) {
		peer_toward(&peers[i], &variant->kind, &self->addr);
		prove(&peers[i], i);
		shake_claim(&shakes[i], self->nl, TSEC_ROLE_SERVER);
	}
	expect_sessions(CLIENTS);
	for (i = 0; i < CLIENTS; i++) {
		shake_finish(&shakes[i], &peers[i]);
		fds[i] = client_accept(self->listener);
	}
	for (round = 0; round < 3; round++)
		for (i = CLIENTS; i-- > 0;)
			client_talk(&peers[i], fds[i]);
	for (i = 0; i < CLIENTS; i++) {
		close(fds[i]);
		close(peers[i].fd);
	}
	free(peers);
}

/* Each from an address and with a cookie that were made up. */
TEST_F(listen, flood_of_hellos_leaves_nothing)
{
	uint64_t answered = stat_of("HellosAnswered");
	uint64_t proven = stat_of("HellosProven");
	uint8_t hello[HELLO_ROOM], cookie[COOKIE_LEN] = { 0 };
	struct shake shake;
	int fd, i;

	client_begin(self->nl, &self->peer, &shake);
	fd = client_accept(self->listener);
	for (i = 0; i < FLOOD; i++) {
		memcpy(cookie, &i, sizeof(i));
		peer_write(&self->peer, hello, hello_make(hello, i, cookie));
		if (i % 1000)
			continue;
		while (recv(self->peer.fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
			;
	}
	stat_reaches("HellosAnswered", answered + FLOOD);
	EXPECT_EQ(stat_of("HellosProven"), proven + 1);
	expect_sessions(1);
	while (poll_for(self->peer.fd, POLLIN, QUIET))
		ASSERT_GT(recv(self->peer.fd, buf, sizeof(buf), 0), 0);
	client_talk(&self->peer, fd);
	close(fd);
}

/* Clients that prove their address and go no further. */
TEST_F(listen, half_open_clients_give_way)
{
	uint64_t evicted = stat_of("HandshakesEvicted");
	struct peer *peers = calloc(CLIENTS, sizeof(*peers));
	int i;

	ASSERT_EQ(system("sysctl -qw net.tsec.max_handshakes_listener=5"), 0);
	for (i = 0; i < CLIENTS; i++) {
		peer_toward(&peers[i], &variant->kind, &self->addr);
		prove(&peers[i], i);
	}
	stat_reaches("HandshakesEvicted", evicted + CLIENTS - 5);
	EXPECT_LE(stat_of("CurrSessions"), 6);
	for (i = 0; i < CLIENTS; i++)
		close(peers[i].fd);
	free(peers);
}

TEST_F(listen, needs_a_daemon)
{
	uint64_t before = stat_of("HandshakesNoDaemon");

	tsec_nl_close(self->nl);
	prove(&self->peer, 1);
	stat_reaches("HandshakesNoDaemon", before + 1);
	expect_sessions(0);
	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
}

/* Sessions outlive the socket that accepted them. */
TEST_F(listen, sessions_outlive_the_listener)
{
	uint64_t before = stat_of("PacketsNoSession");
	struct shake shake;
	int fd;

	client_begin(self->nl, &self->peer, &shake);
	fd = client_accept(self->listener);
	close(self->listener);
	client_talk(&self->peer, fd);
	hello_send(&self->peer, 2, NULL);
	client_talk(&self->peer, fd);
	close(fd);
	/* Now the address is nobody's. */
	self->listener = listener_make(&variant->kind, &self->addr);
	EXPECT_EQ(stat_of("PacketsNoSession"), before);
}

/* What is not accepted ends with the listener. */
TEST_F(listen, close_ends_what_was_not_accepted)
{
	struct shake half, whole;
	struct peer *other = calloc(1, sizeof(*other));

	client_begin(self->nl, &self->peer, &whole);
	peer_toward(other, &variant->kind, &self->addr);
	prove(other, 9);
	shake_claim(&half, self->nl, TSEC_ROLE_SERVER);
	close(self->listener);
	EXPECT_EQ(poll_for(half.channel, POLLIN, SOON) & POLLHUP, POLLHUP);
	peer_recv(&self->peer);
	EXPECT_EQ(self->peer.type, TYPE_ALERT);
	close(half.channel);
	close(other->fd);
	free(other);
	self->listener = dup(whole.channel);
	close(whole.channel);
}

TEST_F(listen, shutdown_stops)
{
	ASSERT_EQ(shutdown(self->listener, SHUT_WR), 0);
	ASSERT_ERR(accept(self->listener, NULL, NULL), EAGAIN);
	ASSERT_EQ(shutdown(self->listener, SHUT_RD), 0);
	EXPECT_ERR(accept(self->listener, NULL, NULL), EINVAL);
	/* The name is gone with it, and can be had again. */
	ASSERT_EQ(bind(self->listener, &self->addr.sa, addr_len(&self->addr)),
		  0);
	ASSERT_EQ(listen(self->listener, 1), 0);
	prove(&self->peer, 1);
}

/* ICMP finds the session that it is about. */
TEST_F(listen, tells_when_the_client_is_gone)
{
	struct shake shake;
	int fd;

	client_begin(self->nl, &self->peer, &shake);
	fd = client_accept(self->listener);
	close(self->peer.fd);
	ASSERT_EQ(send(fd, "x", 1, 0), 1);
	EXPECT_EQ(poll_for(fd, POLLIN, SOON) & POLLERR, POLLERR);
	EXPECT_ERR(send(fd, "x", 1, 0), ECONNREFUSED);
	EXPECT_EQ(send(fd, "x", 1, 0), 1);
	close(fd);
	self->peer.fd = dup(self->listener);
}

/* What nobody has accepted takes little memory, however long it is. */
TEST_F(listen, keeps_little_before_accept)
{
	uint64_t ended = stat_of("PacketsEnded");
	struct shake shake;
	int fd, i;

	client_begin(self->nl, &self->peer, &shake);
	for (i = 0; i < 60; i++)
		peer_send(&self->peer, TYPE_DATA, buf, 16000);
	stat_reaches("PacketsEnded", ended + 30);
	fd = client_accept(self->listener);
	EXPECT_EQ(recv(fd, buf, sizeof(buf), 0), 16000);
	close(shake.channel);
	close(fd);
}

TEST_F(listen, hands_options_down)
{
	int fd, listener = dgram_bound(NULL, variant->kind.family,
				       &self->addr);
	bool v6 = variant->kind.family == AF_INET6;
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int name = v6 ? IPV6_TCLASS : IP_TOS;
	struct shake shake;

	option_set_int(listener, SOL_SOCKET, SO_RCVBUF, 30000);
	option_set_int(listener, level, name, 0x20);
	option_set_int(listener, IPPROTO_UDP, UDP_GRO, 1);
	nonblocking(listener, 1);
	ASSERT_EQ(listen(listener, 1), 0);
	close(self->peer.fd);
	peer_toward(&self->peer, &variant->kind, &self->addr);
	client_begin(self->nl, &self->peer, &shake);
	fd = client_accept(listener);
	EXPECT_EQ(option_int(fd, SOL_SOCKET, SO_RCVBUF), 60000);
	EXPECT_EQ(option_int(fd, level, name), 0x20);
	EXPECT_EQ(option_int(fd, IPPROTO_UDP, UDP_GRO), 1);
	close(fd);
	close(listener);
}

/* An IPv6 socket has clients of IPv4 as well. */
TEST_F(listen, takes_both_families)
{
	struct kind kind = { TSEC_VERSION_DTLS_1_2, variant->kind.cipher,
			     AF_INET6 };
	union tsec_addr any = { .in6 = { .sin6_family = AF_INET6 } }, remote;
	int listener = dgram_socket(NULL, SOCK_NONBLOCK), fd;
	socklen_t len = sizeof(remote);
	struct shake shake;

	ASSERT_EQ(bind(listener, &any.sa, sizeof(any.in6)), 0);
	ASSERT_EQ(listen(listener, 5), 0);
	addr_of(&any, listener);
	kind.family = variant->kind.family;
	addr_loopback(&self->addr, kind.family, ntohs(any.in6.sin6_port));
	close(self->peer.fd);
	peer_toward(&self->peer, &kind, &self->addr);
	client_begin(self->nl, &self->peer, &shake);
	ASSERT_EQ(poll_for(listener, POLLIN, SOON), POLLIN);
	fd = accept(listener, &remote.sa, &len);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(remote.sa.sa_family, AF_INET6);
	EXPECT_EQ(!!IN6_IS_ADDR_V4MAPPED(&remote.in6.sin6_addr),
		  kind.family == AF_INET);
	client_talk(&self->peer, fd);
	close(fd);
	close(listener);
}

TEST_F(listen, is_no_session_itself)
{
	EXPECT_ERR(accept(self->listener, NULL, NULL), EAGAIN);
	EXPECT_ERR(send(self->listener, "x", 1, 0), EDESTADDRREQ);
	EXPECT_ERR(recv(self->listener, buf, 1, 0), ENOTCONN);
	EXPECT_ERR(tsec_connect(self->listener, &self->addr), EISCONN);
	EXPECT_ERR(bind(self->listener, &self->addr.sa,
			addr_len(&self->addr)), EINVAL);
	EXPECT_EQ(listen(self->listener, 3), 0);
	EXPECT_EQ(poll_for(self->listener, POLLIN | POLLOUT, 0), 0);
}

TEST_F(listen, needs_no_bind)
{
	int fd = dgram_socket(NULL, 0);
	union tsec_addr addr;

	ASSERT_EQ(listen(fd, 1), 0);
	addr_of(&addr, fd);
	EXPECT_NE(addr.in.sin_port, 0);
	close(fd);
	fd = dgram_socket(NULL, 0);
	EXPECT_ERR(accept(fd, NULL, NULL), EINVAL);
	close(fd);
}

/* No datagram would show which client has the keys. */
TEST_F(listen, refuses_manual_keys)
{
	struct link link;
	int fd;

	link_make(&link, &variant->kind);
	link_keys(&link);
	fd = dgram_socket(link.server, 0);
	EXPECT_ERR(listen(fd, 1), EOPNOTSUPP);
	close(fd);
	link_end(&link);
}
