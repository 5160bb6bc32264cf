// SPDX-License-Identifier: GPL-2.0
/*
 * Peers that change their address, and ends of our own that do: who is
 * followed, and who is not (RFC 9146 section 6, RFC 9853).
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mobility.h"
#include "util.h"
#include "wire.h"

MOBILITY_FIXTURE;

static uint8_t wire[65536], buf[65536];

/* From one address to another, as it should be. */
static void move(struct mobility_data *self, int n)
{
	uint64_t moved = stat_of("PeersMoved");
	uint8_t cookie[COOKIE];

	peer_goes(self, n);
	peer_says(self, "from here");
	expect_said(self, "from here");
	expect_challenge(self, n, cookie);
	rrc_send(self, n, RESPONSE, cookie);
	stat_reaches("PeersMoved", moved + 1);
}

TEST_F(mobility, follows_the_peer)
{
	peer_says(self, "first");
	expect_said(self, "first");
	expect_at(self, 0);
	move(self, 1);
	expect_at(self, 1);
	expect_quiet(self->fds[0]);
	move(self, 2);
	expect_at(self, 2);
	move(self, 0);
	expect_at(self, 0);
}

/* As the tool prints it. */
static void text_of(const union tsec_addr *at, char *text, size_t size)
{
	char ip[INET6_ADDRSTRLEN];

	if (at->sa.sa_family == AF_INET)
		snprintf(text, size, "-> %s:%u ",
			 inet_ntop(AF_INET, &at->in.sin_addr, ip, sizeof(ip)),
			 ntohs(at->in.sin_port));
	else
		snprintf(text, size, "-> [%s]:%u ",
			 inet_ntop(AF_INET6, &at->in6.sin6_addr, ip,
				   sizeof(ip)),
			 ntohs(at->in6.sin6_port));
}

/* What "tsec monitor" says of it, once it has begun to listen. */
TEST_F(mobility, is_reported)
{
	FILE *monitor = popen("timeout 25 tsec monitor session | head -n 1",
			      "r");
	char line[256] = "", one[64], two[64];
	int i;

	ASSERT_NE(monitor, NULL);
	text_of(&self->at[1], one, sizeof(one));
	text_of(&self->at[2], two, sizeof(two));
	for (i = 0; i < 30; i++) {
		move(self, 1 + i % 2);
		if (poll_for(fileno(monitor), POLLIN, 300))
			break;
	}
	ASSERT_NE(fgets(line, sizeof(line), monitor), NULL);
	EXPECT_EQ(strncmp(line, "session move ", 13), 0);
	EXPECT_TRUE(strstr(line, one) || strstr(line, two));
	/* It ends when its reader goes away. */
	pclose(monitor);
}

/* Who has a record, but not the newest, has it from a slow network. */
TEST_F(mobility, a_late_record_moves_nothing)
{
	uint64_t before = stat_of("PathsChallenged");
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "late", 4);

	peer_says(self, "newer");
	expect_said(self, "newer");
	peer_goes(self, 1);
	peer_write(&self->peer, wire, len);
	expect_said(self, "late");
	expect_quiet(self->fds[1]);
	EXPECT_EQ(stat_of("PathsChallenged"), before);
	expect_at(self, 0);
}

TEST_F(mobility, a_replayed_record_moves_nothing)
{
	uint64_t before = stat_of("PacketsReplayed");
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "once", 4);
	int i;

	peer_write(&self->peer, wire, len);
	expect_said(self, "once");
	peer_goes(self, 1);
	for (i = 0; i < 5; i++)
		peer_write(&self->peer, wire, len);
	stat_reaches("PacketsReplayed", before + 5);
	expect_quiet(self->fds[1]);
	expect_at(self, 0);
}

TEST_F(mobility, a_forged_record_moves_nothing)
{
	uint64_t before = stat_of("BadRecords");
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "forged", 6);

	wire[len - 1] ^= 1;
	peer_goes(self, 1);
	peer_write(&self->peer, wire, len);
	stat_reaches("BadRecords", before + 1);
	expect_quiet(self->fds[1]);
	expect_at(self, 0);
}

/* From elsewhere, and without a connection ID. */
TEST_F(mobility, who_says_no_name_is_nobody)
{
	const char *counter = variant->end == CONNECTED ? "PacketsElsewhere" :
							  "PacketsNoSession";
	uint64_t before = stat_of(counter);
	uint8_t cid_len = self->peer.tx.cid_len;

	peer_goes(self, 1);
	self->peer.tx.cid_len = 0;
	peer_says(self, "unnamed");
	peer_write(&self->peer, "not even a record", 17);
	self->peer.tx.cid_len = cid_len;
	self->peer.tx.cid[0] ^= 1;
	peer_says(self, "another name");
	self->peer.tx.cid[0] ^= 1;
	if (variant->end == CONNECTED)
		stat_reaches(counter, before + 1);
	else
		stat_reaches(counter, before + 3);
	expect_quiet(self->fds[1]);
	EXPECT_ERR(recv(self->sock, buf, 1, 0), EAGAIN);
	expect_at(self, 0);
}

/* A peer at an address that was another's. */
TEST_F(mobility, takes_the_place_of_another)
{
	struct peer *other;
	union tsec_addr to;
	socklen_t len = sizeof(to);
	uint8_t cookie[COOKIE];
	int fd = -1;

	if (variant->end == CONNECTED)
		NOT_HERE("there is one peer");
	other = calloc(1, sizeof(*other));
	ASSERT_EQ(getpeername(self->fds[0], &to.sa, &len), 0);
	peer_toward(other, &variant->kind, &to);
	client_begin_named(self, other, "another", true);
	if (variant->end == ACCEPTED)
		ASSERT_GE(fd = accept(self->listener, NULL, NULL), 0);
	expect_sessions(2);
	close(self->fds[2]);
	self->fds[2] = other->fd;
	addr_of(&self->at[2], other->fd);
	peer_goes(self, 2);
	peer_says(self, "mine now");
	expect_said(self, "mine now");
	expect_challenge(self, 2, cookie);
	rrc_send(self, 2, RESPONSE, cookie);
	stat_reaches("PeersMoved", self->moved + 1);
	expect_told(self, 2);
	peer_says(self, "still mine");
	expect_said(self, "still mine");
	close(fd);
	free(other);
}

/* Two sessions cannot have one name. */
TEST_F(mobility, names_are_unique)
{
	struct peer *other;
	union tsec_addr to;
	socklen_t len = sizeof(to);
	struct shake shake;

	if (variant->end == CONNECTED)
		NOT_HERE("there is one peer");
	other = calloc(1, sizeof(*other));
	ASSERT_EQ(getpeername(self->fds[0], &to.sa, &len), 0);
	peer_toward(other, &variant->kind, &to);
	cid_set(&other->tx, "one");
	prove(other, 1);
	shake_claim(&shake, self->nl, TSEC_ROLE_SERVER);
	EXPECT_EQ(shake_try_finish(&shake, other), -EADDRINUSE);
	close(shake.channel);
	expect_sessions(1);
	expect_told(self, 0);
	close(other->fd);
	free(other);
}

/* Who answers no checks is heard from everywhere, and followed nowhere. */
TEST_F(mobility, nobody_is_followed_unchecked)
{
	uint8_t cookie[COOKIE] = { 0 };
	uint64_t errors;
	int elsewhere;
	struct peer *other;
	union tsec_addr to;
	socklen_t len = sizeof(to);

	if (variant->end != ACCEPTED)
		NOT_HERE("it is the daemon that says so");
	other = calloc(1, sizeof(*other));
	ASSERT_EQ(getpeername(self->fds[0], &to.sa, &len), 0);
	peer_toward(other, &variant->kind, &to);
	client_begin_named(self, other, "unchecked", false);
	close(self->sock);
	ASSERT_GE(self->sock = accept(self->listener, NULL, NULL), 0);
	elsewhere = self->fds[1];
	self->fds[1] = other->fd;
	other->fd = elsewhere;
	peer_send(other, TYPE_DATA, "elsewhere", 9);
	expect_said(self, "elsewhere");
	expect_quiet(elsewhere);
	errors = stat_of("ProtocolErrors");
	peer_send(other, TYPE_RRC, cookie, sizeof(cookie));
	stat_reaches("ProtocolErrors", errors + 1);
	expect_quiet(elsewhere);
	ASSERT_EQ(send(self->sock, "told", 4, 0), 4);
	other->fd = self->fds[1];
	peer_expect(other, "told", 4, 0);
	self->fds[2] = elsewhere;
	EXPECT_EQ(stat_of("PeersMoved"), self->moved);
	free(other);
}

FIXTURE(unnamed) {
	struct link link;
	struct peer peer;
};
KIND_VARIANT(unnamed);
DTLS_FAMILIES_ADD(unnamed);

FIXTURE_SETUP(unnamed)
{
	link_make(&self->link, &variant->kind);
	peer_make(&self->peer, &self->link);
}

FIXTURE_TEARDOWN(unnamed)
{
	peer_close(&self->peer);
	link_end(&self->link);
}

/* Without a connection ID the addresses are the session's name. */
TEST_F(unnamed, stays)
{
	union tsec_addr at, to;
	socklen_t len = sizeof(to);
	int old = self->peer.fd, fd = wire_socket(variant->kind.family, &at);
	uint8_t message[RRC_LEN] = { 0 };

	ASSERT_EQ(getpeername(old, &to.sa, &len), 0);
	ASSERT_EQ(connect(fd, &to.sa, len), 0);
	self->peer.fd = fd;
	peer_send(&self->peer, TYPE_DATA, "elsewhere", 9);
	EXPECT_EQ(poll_for(self->peer.sock, POLLIN, QUIET), 0);
	self->peer.fd = old;
	peer_send(&self->peer, TYPE_DATA, "here", 4);
	expect_datagram(self->peer.sock, "here", 4);
	/* Nor is anything asked, or answered. */
	peer_send(&self->peer, TYPE_RRC, message, RRC_LEN);
	EXPECT_EQ(poll_for(old, POLLIN, QUIET), 0);
	ASSERT_EQ(send(self->peer.sock, "x", 1, 0), 1);
	peer_expect(&self->peer, "x", 1, 0);
	close(fd);
}

FIXTURE(own) {
	struct link link;
	union tsec_addr addr_a;
	union tsec_addr addr_b;
	int a;				/* moves */
	int b;
};

FIXTURE_VARIANT(own) {
	struct kind kind;
	const char *a[3];		/* its addresses */
	const char *b;
};

FIXTURE_VARIANT_ADD(own, v4) = {
	.kind = { TSEC_VERSION_DTLS_1_2, TSEC_CIPHER_AES_128_GCM, AF_INET },
	.a = { "10.9.0.1", "10.9.0.2", "10.9.0.3" },
	.b = "10.9.0.9",
};

FIXTURE_VARIANT_ADD(own, v6) = {
	.kind = { TSEC_VERSION_DTLS_1_2, TSEC_CIPHER_CHACHA20_POLY1305,
		  AF_INET6 },
	.a = { "fd09::1", "fd09::2", "fd09::3" },
	.b = "fd09::9",
};

FIXTURE_VARIANT_ADD(own, dtls13_v4) = {
	.kind = { TSEC_VERSION_DTLS_1_3, TSEC_CIPHER_AES_128_GCM, AF_INET },
	.a = { "10.9.0.1", "10.9.0.2", "10.9.0.3" },
	.b = "10.9.0.9",
};

FIXTURE_VARIANT_ADD(own, dtls13_v6) = {
	.kind = { TSEC_VERSION_DTLS_1_3, TSEC_CIPHER_AES_256_GCM, AF_INET6 },
	.a = { "fd09::1", "fd09::2", "fd09::3" },
	.b = "fd09::9",
};

static void run(const char *fmt, const char *text)
{
	char command[128];

	snprintf(command, sizeof(command), fmt, text);
	ASSERT_EQ(system(command), 0);
}

/* Which address the kernel chooses on the way to the other end. */
static void send_from(const struct own_variant *variant, int n)
{
	char fmt[128];

	snprintf(fmt, sizeof(fmt), "ip route replace local %s dev lo "
		 "table local src %%s", variant->b);
	run(fmt, variant->a[n]);
}

static void name_is(int fd, int (*name)(int, struct sockaddr *, socklen_t *),
		    const char *want)
{
	char text[INET6_ADDRSTRLEN];
	union tsec_addr addr;
	socklen_t len = sizeof(addr);

	ASSERT_EQ(name(fd, &addr.sa, &len), 0);
	if (addr.sa.sa_family == AF_INET)
		inet_ntop(AF_INET, &addr.in.sin_addr, text, sizeof(text));
	else
		inet_ntop(AF_INET6, &addr.in6.sin6_addr, text, sizeof(text));
	EXPECT_STREQ(text, want);
}

static int end_make(struct link *link, const char *profile,
		    union tsec_addr *addr, const char *text)
{
	int fd = dgram_socket(profile, 0);

	memset(addr, 0, sizeof(*addr));
	addr->sa.sa_family = link->kind.family;
	if (link->kind.family == AF_INET)
		inet_pton(AF_INET, text, &addr->in.sin_addr);
	else
		inet_pton(AF_INET6, text, &addr->in6.sin6_addr);
	ASSERT_EQ(bind(fd, &addr->sa, addr_len(addr)), 0);
	addr_of(addr, fd);
	return fd;
}

static void talk_ends(struct own_data *self)
{
	ASSERT_EQ(send(self->a, "there", 5, 0), 5);
	expect_datagram(self->b, "there", 5);
	ASSERT_EQ(send(self->b, "back", 4, 0), 4);
	expect_datagram(self->a, "back", 4);
}

FIXTURE_SETUP(own)
{
	const char *any = variant->kind.family == AF_INET ? "0.0.0.0" : "::";
	const char *add = variant->kind.family == AF_INET ?
			  "ip addr add %s/32 dev lo" :
			  "ip addr add %s/128 dev lo nodad";
	union tsec_addr to;
	int i;

	for (i = 0; i < 3; i++)
		run(add, variant->a[i]);
	run(add, variant->b);
	/* The kernel's own comes first, and leaves no choice. */
	run("while ip -6 route del local %s dev lo table local 2>/dev/null;"
	    "do :; done",
	    variant->kind.family == AF_INET6 ? variant->b : "::");
	send_from(variant, 0);
	link_make(&self->link, &variant->kind);
	cid_set(&self->link.to_server, "server");
	cid_set(&self->link.to_client, "client");
	link_keys(&self->link);
	self->b = end_make(&self->link, self->link.server, &self->addr_b,
			   variant->b);
	self->a = end_make(&self->link, self->link.client, &self->addr_a, any);
	to = self->addr_a;
	if (variant->kind.family == AF_INET)
		inet_pton(AF_INET, variant->a[0], &to.in.sin_addr);
	else
		inet_pton(AF_INET6, variant->a[0], &to.in6.sin6_addr);
	ASSERT_EQ(tsec_connect(self->b, &to), 0);
	ASSERT_EQ(tsec_connect(self->a, &self->addr_b), 0);
}

FIXTURE_TEARDOWN(own)
{
	char del[64];
	int i;

	close(self->a);
	close(self->b);
	link_end(&self->link);
	snprintf(del, sizeof(del), "ip addr del %%s/%d dev lo 2>/dev/null || :",
		 variant->kind.family == AF_INET ? 32 : 128);
	for (i = 0; i < 3; i++)
		run(del, variant->a[i]);
	run(del, variant->b);
}

/* Those that follow go on naming the session. */
static void keys_renew(struct own_data *self, uint16_t version)
{
	uint64_t received = stat_of("KeyUpdatesReceived");

	if (version != TSEC_VERSION_DTLS_1_3)
		return;
	key_update(self->a, 1);
	stat_reaches("KeyUpdatesReceived", received + 2);
}

/* Both ends are ours: one moves, and the other one asks and follows. */
TEST_F(own, address_changes)
{
	uint64_t moved = stat_of("PeersMoved"), own = stat_of("OwnMoves");
	uint64_t unproven = stat_of("PathsUnproven");
	uint64_t forged = stat_of("PathsForged");
	int i;

	talk_ends(self);
	name_is(self->a, getsockname, variant->a[0]);
	for (i = 1; i < 3; i++) {
		keys_renew(self, variant->kind.version);
		send_from(variant, i);
		ASSERT_EQ(send(self->a, "moved", 5, 0), 5);
		expect_datagram(self->b, "moved", 5);
		stat_reaches("PeersMoved", moved + i);
		EXPECT_EQ(stat_of("OwnMoves"), own + i);
		name_is(self->a, getsockname, variant->a[i]);
		name_is(self->a, getpeername, variant->b);
		name_is(self->b, getpeername, variant->a[i]);
		talk_ends(self);
	}
	EXPECT_EQ(stat_of("PathsUnproven"), unproven);
	EXPECT_EQ(stat_of("PathsForged"), forged);
}

/* The address that it had is not there any more. */
TEST_F(own, address_goes_away)
{
	uint64_t moved = stat_of("PeersMoved");
	char del[64];

	talk_ends(self);
	send_from(variant, 1);
	snprintf(del, sizeof(del), "ip addr del %%s/%d dev lo",
		 variant->kind.family == AF_INET ? 32 : 128);
	run(del, variant->a[0]);
	ASSERT_EQ(send(self->a, "moved", 5, 0), 5);
	expect_datagram(self->b, "moved", 5);
	stat_reaches("PeersMoved", moved + 1);
	talk_ends(self);
	name_is(self->b, getpeername, variant->a[1]);
}

/* What its program has bound is the program's to change. */
TEST_F(own, bound_stays)
{
	uint64_t own = stat_of("OwnMoves");
	union tsec_addr to = self->addr_b;

	close(self->a);
	close(self->b);
	link_keys(&self->link);
	self->a = end_make(&self->link, self->link.client, &self->addr_a,
			   variant->a[0]);
	self->b = end_make(&self->link, self->link.server, &self->addr_b,
			   variant->b);
	to = self->addr_b;
	ASSERT_EQ(tsec_connect(self->a, &to), 0);
	ASSERT_EQ(tsec_connect(self->b, &self->addr_a), 0);
	talk_ends(self);
	send_from(variant, 1);
	talk_ends(self);
	name_is(self->a, getsockname, variant->a[0]);
	EXPECT_EQ(stat_of("OwnMoves"), own);
}
