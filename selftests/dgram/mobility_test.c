// SPDX-License-Identifier: GPL-2.0
/*
 * Peers that change their address: who is followed, and who is not (RFC 9146
 * section 6, RFC 9853).
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hello.h"
#include "util.h"

enum {
	TYPE_RRC	= 27,
	CHALLENGE	= 0,
	RESPONSE	= 1,
	DROP		= 2,
	COOKIE		= 8,
	RRC_LEN		= 1 + COOKIE,
	WAIT		= 1000,		/* ms for an answer to a challenge */
	TRIES		= 3,
	FDS		= 3,		/* addresses of the peer */
};

/*
 * Sessions that connect() has made, and those of a listening socket, whose
 * program accepts them, or has one socket for all peers.
 */
enum end { CONNECTED, ACCEPTED, UNCONNECTED };

FIXTURE(mobility) {
	struct link link;
	struct tsec_nl *nl;
	struct peer peer;
	int fds[FDS];			/* the peer's */
	union tsec_addr at[FDS];	/* their addresses */
	int listener;
	int sock;			/* the session's */
	uint64_t moved;			/* PeersMoved before the test */
};

FIXTURE_VARIANT(mobility) {
	struct kind kind;
	enum end end;
};

#define MOBILITY_ADD_OF(v, ver, ciph, fam, e) \
	FIXTURE_VARIANT_ADD(mobility, v) = { \
		.kind = { TSEC_VERSION_DTLS_##ver, TSEC_CIPHER_##ciph, fam }, \
		.end = e, \
	}
#define MOBILITY_ADD(v, ciph, fam, e) MOBILITY_ADD_OF(v, 1_2, ciph, fam, e)
#define MOBILITY13_ADD(v, ciph, fam, e) MOBILITY_ADD_OF(v, 1_3, ciph, fam, e)

MOBILITY_ADD(connected_v4, AES_128_GCM, AF_INET, CONNECTED);
MOBILITY_ADD(connected_v6, CHACHA20_POLY1305, AF_INET6, CONNECTED);
MOBILITY_ADD(accepted_v4, CHACHA20_POLY1305, AF_INET, ACCEPTED);
MOBILITY_ADD(accepted_v6, AES_256_GCM, AF_INET6, ACCEPTED);
MOBILITY_ADD(unconnected_v4, AES_128_GCM, AF_INET, UNCONNECTED);
MOBILITY_ADD(unconnected_v6, AES_128_GCM, AF_INET6, UNCONNECTED);
MOBILITY13_ADD(dtls13_connected_v6, AES_256_GCM, AF_INET6, CONNECTED);
MOBILITY13_ADD(dtls13_accepted_v4, AES_128_GCM, AF_INET, ACCEPTED);
MOBILITY13_ADD(dtls13_unconnected_v6, CHACHA20_POLY1305, AF_INET6,
	       UNCONNECTED);

static uint8_t wire[65536], buf[65536];

static void connected_make(struct mobility_data *self,
			   const struct kind *kind)
{
	link_make(&self->link, kind);
	cid_set(&self->link.to_server, "server");
	cid_set(&self->link.to_client, "client");
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
}

/* Keys with connection IDs come from the daemon. */
static void client_begin_named(struct mobility_data *self, struct peer *peer,
			       const char *cid, bool rrc)
{
	struct shake shake;

	cid_set(&peer->tx, cid);
	cid_set(&peer->rx, "to the client");
	prove(peer, 1);
	shake_claim(&shake, self->nl, TSEC_ROLE_SERVER);
	shake.rrc = rrc;
	shake_finish(&shake, peer);
	close(shake.channel);
}

static void listener_make(struct mobility_data *self, const struct kind *kind,
			  enum end end)
{
	union tsec_addr addr;

	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
	ASSERT_EQ(tsec_daemon_register(self->nl, "mobility_test"), 0);
	self->listener = dgram_bound(NULL, kind->family, &addr);
	if (end == ACCEPTED)
		ASSERT_EQ(listen(self->listener, 5), 0);
	else
		ASSERT_EQ(poll_for(self->listener, POLLIN, 0), 0);
	peer_toward(&self->peer, kind, &addr);
	client_begin_named(self, &self->peer, "one", true);
	if (end == ACCEPTED)
		ASSERT_GE(self->sock = accept(self->listener, NULL, NULL), 0);
	else
		ASSERT_GE(self->sock = dup(self->listener), 0);
}

/* The same peer at one more address. */
static int fd_more(struct mobility_data *self, const struct kind *kind,
		   union tsec_addr *at)
{
	union tsec_addr to;
	socklen_t len = sizeof(to);
	int fd = socket(kind->family, SOCK_DGRAM, 0);

	ASSERT_EQ(getpeername(self->fds[0], &to.sa, &len), 0);
	addr_loopback(at, kind->family, 0);
	ASSERT_EQ(bind(fd, &at->sa, addr_len(at)), 0);
	ASSERT_EQ(connect(fd, &to.sa, len), 0);
	addr_of(at, fd);
	return fd;
}

FIXTURE_SETUP(mobility)
{
	int i;

	self->listener = -1;
	self->moved = stat_of("PeersMoved");
	if (variant->end == CONNECTED)
		connected_make(self, &variant->kind);
	else
		listener_make(self, &variant->kind, variant->end);
	self->fds[0] = self->peer.fd;
	addr_of(&self->at[0], self->peer.fd);
	for (i = 1; i < FDS; i++)
		self->fds[i] = fd_more(self, &variant->kind, &self->at[i]);
	nonblocking(self->sock, 1);
}

FIXTURE_TEARDOWN(mobility)
{
	int i;

	for (i = 0; i < FDS; i++)
		close(self->fds[i]);
	close(self->sock);
	close(self->listener);
	if (variant->end == CONNECTED)
		link_end(&self->link);
	else
		tsec_nl_close(self->nl);
}

/* The peer is at its nth address. */
static void go(struct mobility_data *self, int n)
{
	self->peer.fd = self->fds[n];
}

static void say(struct mobility_data *self, const char *text)
{
	peer_send(&self->peer, TYPE_DATA, text, strlen(text));
}

static void expect(struct mobility_data *self, const char *text)
{
	ASSERT_EQ(poll_for(self->sock, POLLIN, SOON) & POLLIN, POLLIN);
	expect_datagram(self->sock, text, strlen(text));
}

/* The session sends to where it thinks that the peer is. */
static void tell(struct mobility_data *self, enum end end, int n)
{
	struct sockaddr *to = end == UNCONNECTED ? &self->at[n].sa : NULL;

	ASSERT_EQ(sendto(self->sock, "told", 4, 0, to,
			 to ? addr_len(&self->at[n]) : 0), 4);
	ASSERT_EQ(poll_for(self->fds[n], POLLIN, SOON), POLLIN);
	go(self, n);
	peer_recv(&self->peer);
	ASSERT_EQ(self->peer.type, TYPE_DATA);
	ASSERT_MEMEQ(self->peer.data, "told", 4);
}

static void quiet(int fd)
{
	EXPECT_EQ(poll_for(fd, POLLIN, QUIET), 0);
}

/* The peer gets a challenge at its nth address. */
static void challenged(struct mobility_data *self, int n, uint8_t *cookie)
{
	ASSERT_EQ(poll_for(self->fds[n], POLLIN, SOON), POLLIN);
	go(self, n);
	peer_recv(&self->peer);
	ASSERT_EQ(self->peer.type, TYPE_RRC);
	ASSERT_EQ(self->peer.len, RRC_LEN);
	ASSERT_EQ(self->peer.data[0], CHALLENGE);
	memcpy(cookie, self->peer.data + 1, COOKIE);
}

static void rrc_send(struct mobility_data *self, int n, uint8_t type,
		     const uint8_t *cookie)
{
	uint8_t message[RRC_LEN] = { type };

	memcpy(message + 1, cookie, COOKIE);
	go(self, n);
	peer_send(&self->peer, TYPE_RRC, message, sizeof(message));
}

/* From one address to another, as it should be. */
static void move(struct mobility_data *self, int n)
{
	uint64_t moved = stat_of("PeersMoved");
	uint8_t cookie[COOKIE];

	go(self, n);
	say(self, "from here");
	expect(self, "from here");
	challenged(self, n, cookie);
	rrc_send(self, n, RESPONSE, cookie);
	stat_reaches("PeersMoved", moved + 1);
}

static int remote_is(const struct tsec_session_info *info, void *arg)
{
	const union tsec_addr *want = arg;

	EXPECT_EQ(memcmp(&info->remote, want, addr_len(want)), 0);
	return 0;
}

/* Everywhere that tells where the peer is. */
static void is_at(struct mobility_data *self, enum end end, int n)
{
	struct tsec_nl *nl = self->nl ?: self->link.nl;
	union tsec_addr addr;
	socklen_t len = sizeof(addr);

	memset(&addr, 0, sizeof(addr));
	tell(self, end, n);
	say(self, "address");
	ASSERT_EQ(poll_for(self->sock, POLLIN, SOON), POLLIN);
	ASSERT_EQ(recvfrom(self->sock, buf, sizeof(buf), 0, &addr.sa, &len),
		  7);
	EXPECT_MEMEQ(&addr, &self->at[n], addr_len(&self->at[n]));
	ASSERT_EQ(tsec_session_dump(nl, remote_is, &self->at[n]), 0);
	if (end == UNCONNECTED)
		return;
	memset(&addr, 0, sizeof(addr));
	ASSERT_EQ(getpeername(self->sock, &addr.sa, &len), 0);
	EXPECT_MEMEQ(&addr, &self->at[n], addr_len(&self->at[n]));
}

TEST_F(mobility, follows_the_peer)
{
	say(self, "first");
	expect(self, "first");
	is_at(self, variant->end, 0);
	move(self, 1);
	is_at(self, variant->end, 1);
	quiet(self->fds[0]);
	move(self, 2);
	is_at(self, variant->end, 2);
	move(self, 0);
	is_at(self, variant->end, 0);
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

/* Only the challenge goes to an address that nothing is known of. */
TEST_F(mobility, sends_nothing_else_before_the_proof)
{
	uint8_t cookie[COOKIE];

	go(self, 1);
	say(self, "data all the same");
	expect(self, "data all the same");
	tell(self, variant->end, 0);
	challenged(self, 1, cookie);
	tell(self, variant->end, 0);
	quiet(self->fds[1]);
	rrc_send(self, 1, RESPONSE, cookie);
	stat_reaches("PeersMoved", self->moved + 1);
	is_at(self, variant->end, 1);
	if (variant->end == UNCONNECTED)
		EXPECT_ERR(sendto(self->sock, "x", 1, 0, &self->at[0].sa,
				  addr_len(&self->at[0])), ENOTCONN);
}

/* Who has a record, but not the newest, has it from a slow network. */
TEST_F(mobility, a_late_record_moves_nothing)
{
	uint64_t before = stat_of("PathsChallenged");
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "late", 4);

	say(self, "newer");
	expect(self, "newer");
	go(self, 1);
	peer_write(&self->peer, wire, len);
	expect(self, "late");
	quiet(self->fds[1]);
	EXPECT_EQ(stat_of("PathsChallenged"), before);
	is_at(self, variant->end, 0);
}

TEST_F(mobility, a_replayed_record_moves_nothing)
{
	uint64_t before = stat_of("PacketsReplayed");
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "once", 4);
	int i;

	peer_write(&self->peer, wire, len);
	expect(self, "once");
	go(self, 1);
	for (i = 0; i < 5; i++)
		peer_write(&self->peer, wire, len);
	stat_reaches("PacketsReplayed", before + 5);
	quiet(self->fds[1]);
	is_at(self, variant->end, 0);
}

TEST_F(mobility, a_forged_record_moves_nothing)
{
	uint64_t before = stat_of("BadRecords");
	size_t len = peer_seal(&self->peer, wire, TYPE_DATA, "forged", 6);

	wire[len - 1] ^= 1;
	go(self, 1);
	peer_write(&self->peer, wire, len);
	stat_reaches("BadRecords", before + 1);
	quiet(self->fds[1]);
	is_at(self, variant->end, 0);
}

/* From elsewhere, and without a connection ID. */
TEST_F(mobility, who_says_no_name_is_nobody)
{
	const char *counter = variant->end == CONNECTED ? "PacketsElsewhere" :
							  "PacketsNoSession";
	uint64_t before = stat_of(counter);
	uint8_t cid_len = self->peer.tx.cid_len;

	go(self, 1);
	self->peer.tx.cid_len = 0;
	say(self, "unnamed");
	peer_write(&self->peer, "not even a record", 17);
	self->peer.tx.cid_len = cid_len;
	self->peer.tx.cid[0] ^= 1;
	say(self, "another name");
	self->peer.tx.cid[0] ^= 1;
	if (variant->end == CONNECTED)
		stat_reaches(counter, before + 1);
	else
		stat_reaches(counter, before + 3);
	quiet(self->fds[1]);
	EXPECT_ERR(recv(self->sock, buf, 1, 0), EAGAIN);
	is_at(self, variant->end, 0);
}

TEST_F(mobility, a_wrong_proof_is_none)
{
	uint64_t forged = stat_of("PathsForged");
	uint8_t cookie[COOKIE];

	go(self, 1);
	say(self, "here");
	expect(self, "here");
	challenged(self, 1, cookie);
	cookie[0] ^= 1;
	rrc_send(self, 1, RESPONSE, cookie);
	stat_reaches("PathsForged", forged + 1);
	cookie[0] ^= 1;
	/* Nor is the right one that says that the path is used no longer. */
	rrc_send(self, 1, DROP, cookie);
	tell(self, variant->end, 0);
	rrc_send(self, 1, RESPONSE, cookie);
	stat_reaches("PeersMoved", self->moved + 1);
	EXPECT_EQ(stat_of("PathsForged"), forged + 1);
	is_at(self, variant->end, 1);
}

/* The proof has to come by the way that it is to prove. */
TEST_F(mobility, a_proof_from_elsewhere_is_none)
{
	uint64_t forged = stat_of("PathsForged");
	uint8_t cookie[COOKIE], other[COOKIE];

	go(self, 1);
	say(self, "here");
	expect(self, "here");
	challenged(self, 1, cookie);
	rrc_send(self, 2, RESPONSE, cookie);
	stat_reaches("PathsForged", forged + 1);
	/* As the newest record it asks for a proof of its own. */
	challenged(self, 2, other);
	EXPECT_NE(memcmp(cookie, other, COOKIE), 0);
	rrc_send(self, 1, RESPONSE, cookie);
	stat_reaches("PathsForged", forged + 2);
	tell(self, variant->end, 0);
}

TEST_F(mobility, nobody_asked_for_a_proof)
{
	uint64_t forged = stat_of("PathsForged");
	uint8_t cookie[COOKIE] = { 0 };

	rrc_send(self, 0, RESPONSE, cookie);
	stat_reaches("PathsForged", forged + 1);
	quiet(self->fds[0]);
	is_at(self, variant->end, 0);
}

/* It is asked a few times, gets little, and then nobody waits any more. */
TEST_F(mobility, a_late_proof_is_none)
{
	uint64_t unproven = stat_of("PathsUnproven");
	uint64_t forged = stat_of("PathsForged"), start = now_ms();
	uint8_t cookies[TRIES][COOKIE];
	size_t sent, got = 0;
	ssize_t len;
	int i;

	go(self, 1);
	sent = peer_seal(&self->peer, wire, TYPE_DATA, buf, 0);
	peer_write(&self->peer, wire, sent);
	for (i = 0; i < TRIES; i++) {
		len = 0;
		if (poll_for(self->fds[1], POLLIN, 2 * WAIT))
			len = recv(self->fds[1], wire, sizeof(wire), MSG_PEEK);
		if (!len)
			break;
		got += len;
		challenged(self, 1, cookies[i]);
	}
	EXPECT_GE(i, 1);
	EXPECT_LE(got, 3 * sent);
	stat_reaches("PathsUnproven", unproven + 1);
	EXPECT_GE(now_ms() - start + 50, i * WAIT);
	rrc_send(self, 1, RESPONSE, cookies[0]);
	stat_reaches("PathsForged", forged + 1);
	EXPECT_EQ(stat_of("PeersMoved"), self->moved);
	recv(self->sock, buf, sizeof(buf), 0);
	tell(self, variant->end, 0);
}

/* A longer stay is asked more often, each time for another cookie. */
TEST_F(mobility, asks_again)
{
	uint8_t first[COOKIE], second[COOKIE];

	memset(buf, 'x', 1000);
	go(self, 1);
	peer_send(&self->peer, TYPE_DATA, buf, 1000);
	challenged(self, 1, first);
	challenged(self, 1, second);
	EXPECT_NE(memcmp(first, second, COOKIE), 0);
	/* The network may have lost either of them, or kept one for long. */
	rrc_send(self, 1, RESPONSE, first);
	stat_reaches("PeersMoved", self->moved + 1);
	recv(self->sock, buf, sizeof(buf), 0);
	is_at(self, variant->end, 1);
}

/* Who is back before it has proven anything has not been away. */
TEST_F(mobility, flapping)
{
	uint64_t forged = stat_of("PathsForged");
	uint8_t cookie[COOKIE], other[COOKIE];
	int i;

	for (i = 0; i < 5; i++) {
		go(self, 1);
		say(self, "there");
		expect(self, "there");
		challenged(self, 1, cookie);
		go(self, 0);
		say(self, "back");
		expect(self, "back");
		tell(self, variant->end, 0);
	}
	rrc_send(self, 1, RESPONSE, cookie);
	stat_reaches("PathsForged", forged + 1);
	/* That one was a newest record again. */
	challenged(self, 1, cookie);
	go(self, 2);
	say(self, "elsewhere");
	expect(self, "elsewhere");
	challenged(self, 2, other);
	rrc_send(self, 2, RESPONSE, other);
	stat_reaches("PeersMoved", self->moved + 1);
	is_at(self, variant->end, 2);
}

static void responds(struct mobility_data *self, int n, const uint8_t *cookie)
{
	ASSERT_EQ(poll_for(self->fds[n], POLLIN, SOON), POLLIN);
	go(self, n);
	peer_recv(&self->peer);
	ASSERT_EQ(self->peer.type, TYPE_RRC);
	ASSERT_EQ(self->peer.len, RRC_LEN);
	EXPECT_EQ(self->peer.data[0], RESPONSE);
	EXPECT_MEMEQ(self->peer.data + 1, cookie, COOKIE);
}

TEST_F(mobility, answers_challenges)
{
	uint8_t cookie[COOKIE] = "c00kie!", own[COOKIE];

	rrc_send(self, 0, CHALLENGE, cookie);
	responds(self, 0, cookie);
	/* Each one, and where it came from. */
	rrc_send(self, 0, CHALLENGE, cookie);
	responds(self, 0, cookie);
	rrc_send(self, 1, CHALLENGE, cookie);
	ASSERT_EQ(poll_for(self->fds[1], POLLIN, SOON), POLLIN);
	peer_recv(&self->peer);
	ASSERT_EQ(self->peer.type, TYPE_RRC);
	if (self->peer.data[0] == RESPONSE) {
		EXPECT_MEMEQ(self->peer.data + 1, cookie, COOKIE);
		challenged(self, 1, own);
	} else {
		responds(self, 1, cookie);
	}
	tell(self, variant->end, 0);
}

/* Types that are still to come, and what is none. */
TEST_F(mobility, ignores_unknown_messages)
{
	uint64_t errors = stat_of("ProtocolErrors");
	uint8_t cookie[COOKIE + 1] = { 0 };

	rrc_send(self, 0, 3, cookie);
	rrc_send(self, 0, 255, cookie);
	peer_send(&self->peer, TYPE_RRC, cookie, COOKIE);
	peer_send(&self->peer, TYPE_RRC, buf, 0);
	peer_send(&self->peer, TYPE_RRC, buf, RRC_LEN + 1);
	quiet(self->fds[0]);
	EXPECT_EQ(stat_of("ProtocolErrors"), errors);
	tell(self, variant->end, 0);
}

/* The end of the session is the end of the check. */
TEST_F(mobility, ends_in_the_midst)
{
	uint64_t sessions = stat_of("CurrSessions");
	uint8_t cookie[COOKIE];

	go(self, 1);
	say(self, "here");
	expect(self, "here");
	challenged(self, 1, cookie);
	close(self->sock);
	close(self->listener);
	expect_sessions(sessions - 1);
	self->sock = socket(AF_INET, SOCK_DGRAM, 0);
	self->listener = -1;
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
	go(self, 2);
	say(self, "mine now");
	expect(self, "mine now");
	challenged(self, 2, cookie);
	rrc_send(self, 2, RESPONSE, cookie);
	stat_reaches("PeersMoved", self->moved + 1);
	tell(self, variant->end, 2);
	say(self, "still mine");
	expect(self, "still mine");
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
	tell(self, variant->end, 0);
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
	expect(self, "elsewhere");
	quiet(elsewhere);
	errors = stat_of("ProtocolErrors");
	peer_send(other, TYPE_RRC, cookie, sizeof(cookie));
	stat_reaches("ProtocolErrors", errors + 1);
	quiet(elsewhere);
	ASSERT_EQ(send(self->sock, "told", 4, 0), 4);
	other->fd = self->fds[1];
	peer_expect(other, "told", 4, 0);
	self->fds[2] = elsewhere;
	EXPECT_EQ(stat_of("PeersMoved"), self->moved);
	free(other);
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
	option_set_int(self->a, SOL_TSEC, TSEC_KEY_UPDATE, 1);
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
	int old = self->peer.fd, fd = socket(variant->kind.family, SOCK_DGRAM,
					     0);
	uint8_t message[RRC_LEN] = { 0 };

	ASSERT_EQ(getpeername(old, &to.sa, &len), 0);
	addr_loopback(&at, variant->kind.family, 0);
	ASSERT_EQ(bind(fd, &at.sa, addr_len(&at)), 0);
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
