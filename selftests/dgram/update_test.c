// SPDX-License-Identifier: GPL-2.0
/*
 * What DTLS 1.3 has to say in open sessions.  Keys renew themselves: by
 * command, at their limits, and over a network that loses, repeats and reorders
 * what announces the next one.  The daemon, played by hand, has messages
 * (tickets) for the peer's.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon.h"
#include "util.h"
#include "wire.h"

enum { TX, RX };

static uint8_t buf[65536];

static unsigned int epoch_of(int fd, int direction)
{
	struct tsec_info info;

	info_of(fd, &info);
	return direction == TX ? info.tx.epoch : info.rx.epoch;
}

static bool agreed(int a, int b)
{
	return epoch_of(a, TX) == epoch_of(b, RX) &&
	       epoch_of(b, TX) == epoch_of(a, RX);
}

/* A KeyUpdate and its acknowledgement take a moment. */
static void epoch_reaches(int fd, int direction, unsigned int epoch)
{
	ASSERT_SOON(epoch_of(fd, direction) >= epoch);
	ASSERT_EQ(epoch_of(fd, direction), epoch);
}

static void update(int fd, int request)
{
	ASSERT_EQ(setsockopt(fd, SOL_TSEC, TSEC_KEY_UPDATE, &request,
			     sizeof(request)), 0);
}

/* Two ends of the same network ******************************************* */

FIXTURE(update) {
	struct ends ends;
	int a;
	int b;
};
KIND_VARIANT(update);
DTLS13_KINDS_ADD(update);

FIXTURE_SETUP(update)
{
	link_make(&self->ends.link, &variant->kind);
}

FIXTURE_TEARDOWN(update)
{
	ends_close(&self->ends);
}

static void open_ends(struct update_data *self)
{
	ends_connect(&self->ends);
	self->a = self->ends.a;
	self->b = self->ends.b;
}

TEST_F(update, one_direction)
{
	open_ends(self);
	talk_both(self->a, self->b);
	update(self->a, 0);
	epoch_reaches(self->a, TX, 1);
	EXPECT_EQ(epoch_of(self->b, RX), 1);
	EXPECT_EQ(epoch_of(self->b, TX), 0);
	EXPECT_EQ(epoch_of(self->a, RX), 0);
	talk_both(self->a, self->b);
}

TEST_F(update, both_directions)
{
	open_ends(self);
	update(self->a, 1);
	epoch_reaches(self->a, TX, 1);
	epoch_reaches(self->a, RX, 1);
	epoch_reaches(self->b, TX, 1);
	talk_both(self->a, self->b);
}

TEST_F(update, by_netlink)
{
	struct tsec_info info;

	open_ends(self);
	info_of(self->a, &info);
	ASSERT_EQ(tsec_key_update(self->ends.link.nl, info.id, true), 0);
	epoch_reaches(self->a, TX, 1);
	epoch_reaches(self->a, RX, 1);
	talk_both(self->a, self->b);
}

/* Of the epoch, two bits travel. */
TEST_F(update, many)
{
	unsigned int i;

	open_ends(self);
	for (i = 1; i <= 12; i++) {
		update(self->a, 0);
		epoch_reaches(self->a, TX, i);
		talk(self->a, self->b, "hello");
		update(self->b, 0);
		epoch_reaches(self->b, TX, i);
		talk(self->b, self->a, "hello");
	}
}

/* There is no number for another one: data would be lost without a word. */
TEST_F(update, last_epoch)
{
	int a, b;

	self->ends.link.to_server.id = UINT32_MAX;
	open_ends(self);
	a = self->a;
	b = self->b;
	talk_both(a, b);
	update(a, 0);
	ASSERT_EQ(poll_for(b, POLLERR, SOON), POLLERR | POLLHUP);
	EXPECT_ERR(recv(b, buf, sizeof(buf), 0), EKEYEXPIRED);
	EXPECT_STREQ(error_of(b),
		     "cannot renew the receiving key: it was the one of the last epoch");
}

/* While one is under way, another wish waits for it. */
TEST_F(update, at_once)
{
	int i;

	open_ends(self);
	for (i = 0; i < 5; i++) {
		update(self->a, i % 2);
		update(self->b, 0);
	}
	ASSERT_SOON(epoch_of(self->a, TX) >= 2 && agreed(self->a, self->b));
	talk_both(self->a, self->b);
}

TEST_F(update, after_the_end)
{
	int no = 0;

	open_ends(self);
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	EXPECT_ERR(setsockopt(self->a, SOL_TSEC, TSEC_KEY_UPDATE, &no,
			      sizeof(no)), EPIPE);
}

/* The sender renews its key by itself; the receiver asks for it. */
TEST_F(update, soft_limit)
{
	uint64_t sent = stat_of("KeyUpdatesSent");
	unsigned int i, epoch = 0;

	tsec_set(&self->ends.link.limits, KEY_SOFT_RECORDS, soft_records, 20);
	tsec_set(&self->ends.link.limits, KEY_HARD_RECORDS, hard_records, 300);
	open_ends(self);
	for (i = 0; i < 500; i++) {
		ASSERT_EQ(send(self->a, &i, sizeof(i), 0), sizeof(i));
		expect_datagram(self->b, &i, sizeof(i));
		if (i % 100 != 99)
			continue;
		/* The hard limit does not wait for who is late. */
		ASSERT_SOON(epoch_of(self->a, TX) > epoch);
		epoch = epoch_of(self->a, TX);
	}
	EXPECT_GE(stat_of("KeyUpdatesSent"), sent + 5);
}

TEST_F(update, connection_ids)
{
	/* cid_test has keys with IDs; here the header has one. */
	memcpy(self->ends.link.to_server.cid, "abc", 3);
	self->ends.link.to_server.cid_len = 3;
	open_ends(self);
	talk_both(self->a, self->b);
	update(self->a, 1);
	epoch_reaches(self->a, RX, 1);
	talk_both(self->a, self->b);
}

/* Under load ************************************************************* */

enum { DATAGRAMS = 4000, UPDATES = 20 };

TEST_F(update, nothing_is_lost)
{
	struct numbers numbers;
	uint32_t want;

	open_ends(self);
	numbers_begin(&numbers, self->a, DATAGRAMS);
	for (want = 0; want < DATAGRAMS; want++) {
		numbers_expect(&numbers, self->b, want);
		if (want % (DATAGRAMS / UPDATES) == 0)
			update(self->a, 1);
	}
	numbers_end(&numbers);
	EXPECT_GE(epoch_of(self->a, TX), 5);
	EXPECT_GE(epoch_of(self->a, RX), 5);
}

/* A network in between *************************************************** */

/* Two ends that know only the test, which passes on what it likes. */
FIXTURE(way) {
	struct link link;
	int a;
	int b;
	int to_a;			/* the test's: what it has from a */
	int to_b;
};
KIND_VARIANT(way);
DTLS13_KINDS_ADD(way);

static int way_open(struct link *link, const char *profile, int *fd)
{
	union tsec_addr here, there;
	int way = wire_socket(link->kind.family, &there);

	*fd = link_bound(link, profile, &here);
	ASSERT_EQ(connect(way, &here.sa, addr_len(&here)), 0);
	ASSERT_EQ(tsec_connect(*fd, &there), 0);
	return way;
}

FIXTURE_SETUP(way)
{
	link_make(&self->link, &variant->kind);
	link_keys(&self->link);
	self->to_a = way_open(&self->link, self->link.client, &self->a);
	self->to_b = way_open(&self->link, self->link.server, &self->b);
}

FIXTURE_TEARDOWN(way)
{
	close(self->a);
	close(self->b);
	close(self->to_a);
	close(self->to_b);
	link_end(&self->link);
}

/* Takes the next datagram from one end. */
static size_t take(int from)
{
	ssize_t len;

	ASSERT_EQ(poll_for(from, POLLIN, SOON), POLLIN);
	len = recv(from, buf, sizeof(buf), 0);
	ASSERT_GT(len, 0);
	return len;
}

static void pass(int from, int to, int times)
{
	size_t len = take(from);

	while (times--)
		ASSERT_EQ(send(to, buf, len, 0), len);
}

static void talk_over(struct way_data *self)
{
	ASSERT_EQ(send(self->a, "there", 5, 0), 5);
	pass(self->to_a, self->to_b, 1);
	expect_datagram(self->b, "there", 5);
	ASSERT_EQ(send(self->b, "back", 4, 0), 4);
	pass(self->to_b, self->to_a, 1);
	expect_datagram(self->a, "back", 4);
}

/* The next key is not used before the peer has said that it has it. */
TEST_F(way, waits_for_the_ack)
{
	talk_over(self);
	update(self->a, 0);
	pass(self->to_a, self->to_b, 1);
	take(self->to_b);
	EXPECT_EQ(epoch_of(self->a, TX), 0);
	EXPECT_EQ(epoch_of(self->b, RX), 1);
	talk_over(self);
	EXPECT_EQ(epoch_of(self->a, TX), 0);
}

TEST_F(way, update_lost)
{
	update(self->a, 0);
	take(self->to_a);
	talk_over(self);
	/* Again after a second. */
	pass(self->to_a, self->to_b, 1);
	pass(self->to_b, self->to_a, 1);
	epoch_reaches(self->a, TX, 1);
	talk_over(self);
}

TEST_F(way, ack_lost)
{
	update(self->a, 0);
	pass(self->to_a, self->to_b, 1);
	take(self->to_b);
	pass(self->to_a, self->to_b, 1);
	pass(self->to_b, self->to_a, 1);
	epoch_reaches(self->a, TX, 1);
	EXPECT_EQ(epoch_of(self->b, RX), 1);
	talk_over(self);
}

/* The acknowledgement of either sending will do. */
TEST_F(way, ack_late)
{
	size_t len;
	uint8_t *first;

	update(self->a, 0);
	pass(self->to_a, self->to_b, 1);
	len = take(self->to_b);
	first = malloc(len);
	memcpy(first, buf, len);
	take(self->to_a);
	ASSERT_EQ(send(self->to_a, first, len, 0), len);
	free(first);
	epoch_reaches(self->a, TX, 1);
	talk_over(self);
}

TEST_F(way, repeated)
{
	uint64_t before = stat_of("PacketsReplayed");

	update(self->a, 0);
	pass(self->to_a, self->to_b, 3);
	pass(self->to_b, self->to_a, 2);
	epoch_reaches(self->a, TX, 1);
	stat_reaches("PacketsReplayed", before + 3);
	EXPECT_EQ(epoch_of(self->b, RX), 1);
	talk_over(self);
}

/* What was under way under the old key arrives after the new one. */
TEST_F(way, overtaken)
{
	uint8_t *old;
	size_t len;

	ASSERT_EQ(send(self->a, "old", 3, 0), 3);
	len = take(self->to_a);
	old = malloc(len);
	memcpy(old, buf, len);
	update(self->a, 0);
	pass(self->to_a, self->to_b, 1);
	pass(self->to_b, self->to_a, 1);
	epoch_reaches(self->a, TX, 1);
	talk_over(self);
	ASSERT_EQ(send(self->to_b, old, len, 0), len);
	free(old);
	expect_datagram(self->b, "old", 3);
}

/* Nobody answers: it is said again, and the session goes on. */
TEST_F(way, no_answer)
{
	update(self->a, 0);
	take(self->to_a);
	take(self->to_a);
	talk_over(self);
	EXPECT_EQ(epoch_of(self->a, TX), 0);
}

/* Messages of the daemon's *********************************************** */

enum { FIRST_SEQ = 7, TICKET_LEN = 4 + 5, MESSAGE_LEN = 12 + 5 };

/* NewSessionTicket, as TLS has it; and as it comes out at the other end. */
static const uint8_t ticket[] = "\4\0\0\5hello";
static const uint8_t message[] =
	"\4\0\0\5\0\7\0\0\0\0\0\5hello";

/* Two ends of handshakes that the test ends, and the way between them. */
FIXTURE(ticket) {
	struct tsec_nl *nl;
	struct shake_end {
		struct shake shake;
		int sock;
		int way;		/* the test's: what it has from there */
	} a, b;
};
KIND_VARIANT(ticket);
DTLS13_ADD(ticket, dtls13_aes128_v4, AES_128_GCM, AF_INET);
DTLS13_ADD(ticket, dtls13_chacha_v6, CHACHA20_POLY1305, AF_INET6);

static void end_key(struct shake_end *end, const struct kind *kind,
		    int direction, const char *secret,
		    struct tsec_key_info *key)
{
	memset(key, 0, sizeof(*key));
	tsec_set(key, KEY_SESSION, session, end->shake.session);
	tsec_set(key, KEY_DIRECTION, direction, direction);
	tsec_set(key, KEY_VERSION, version, kind->version);
	tsec_set(key, KEY_CIPHER, cipher, kind->cipher);
	if (direction == TSEC_DIR_TX)
		tsec_set(key, KEY_MESSAGE_SEQ, message_seq, FIRST_SEQ);
	tsec_set(key, KEY_SECRET, secret,
		 ((struct tsec_blob){ (void *)secret,
				      tsec_cipher_secret_len(kind->cipher) }));
}

static void end_finish(struct shake_end *end, const struct kind *kind,
		       const char *tx, const char *rx)
{
	struct tsec_handshake_info done = { .have = 0 };
	struct tsec_key_info keys[__TSEC_DIR_MAX];

	end_key(end, kind, TSEC_DIR_TX, tx, &keys[0]);
	end_key(end, kind, TSEC_DIR_RX, rx, &keys[1]);
	tsec_set(&done, HANDSHAKE_SESSION, session, end->shake.session);
	tsec_set(&done, HANDSHAKE_STATUS, status, 0);
	tsec_set(&done, HANDSHAKE_VERSION, version, kind->version);
	tsec_set(&done, HANDSHAKE_CIPHER, cipher, kind->cipher);
	ASSERT_EQ(tsec_handshake_finish(end->shake.nl, keys, &done), 0);
	ASSERT_EQ(poll_for(end->sock, POLLOUT, SOON), POLLOUT);
	nonblocking(end->sock, 0);
}

static void end_begin(struct shake_end *end, struct tsec_nl *nl,
		      const struct kind *kind)
{
	union tsec_addr here, there;

	end->way = wire_socket(kind->family, &there);
	end->sock = dgram_socket(NULL, SOCK_NONBLOCK);
	ASSERT_ERR(tsec_connect(end->sock, &there), EINPROGRESS);
	addr_of(&here, end->sock);
	ASSERT_EQ(connect(end->way, &here.sa, addr_len(&here)), 0);
	shake_claim(&end->shake, nl, TSEC_ROLE_CLIENT);
}

FIXTURE_SETUP(ticket)
{
	static const char one[] = "0123456789abcdef0123456789ABCDEF";
	static const char other[] = "fedcba9876543210FEDCBA9876543210";

	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
	ASSERT_EQ(tsec_daemon_register(self->nl, "update_test"), 0);
	end_begin(&self->a, self->nl, &variant->kind);
	end_begin(&self->b, self->nl, &variant->kind);
	end_finish(&self->a, &variant->kind, one, other);
	end_finish(&self->b, &variant->kind, other, one);
}

static void end_close(struct shake_end *end)
{
	close(end->shake.channel);
	close(end->sock);
	close(end->way);
}

FIXTURE_TEARDOWN(ticket)
{
	end_close(&self->a);
	end_close(&self->b);
	tsec_nl_close(self->nl);
}

static void say(const struct shake_end *end)
{
	ASSERT_EQ(send(end->shake.channel, ticket, TICKET_LEN, 0), TICKET_LEN);
}

static void expect_message(const struct shake_end *end)
{
	ASSERT_EQ(poll_for(end->shake.channel, POLLIN, SOON), POLLIN);
	ASSERT_EQ(recv(end->shake.channel, buf, sizeof(buf), 0), MESSAGE_LEN);
	ASSERT_MEMEQ(buf, message, MESSAGE_LEN);
}

/* What comes next from a is not the ticket once more: that was acknowledged. */
static void goes_on(struct ticket_data *self)
{
	update(self->a.sock, 0);
	pass(self->a.way, self->b.way, 1);
	pass(self->b.way, self->a.way, 1);
	epoch_reaches(self->a.sock, TX, 1);
	EXPECT_EQ(epoch_of(self->b.sock, RX), 1);
}

TEST_F(ticket, passes)
{
	say(&self->a);
	pass(self->a.way, self->b.way, 1);
	expect_message(&self->b);
	pass(self->b.way, self->a.way, 1);
	goes_on(self);
}

TEST_F(ticket, lost)
{
	say(&self->a);
	take(self->a.way);
	/* Again after a second. */
	pass(self->a.way, self->b.way, 1);
	expect_message(&self->b);
	pass(self->b.way, self->a.way, 1);
	goes_on(self);
}

/* The peer's daemon may hear of it twice, and knows it by its number. */
TEST_F(ticket, ack_lost)
{
	say(&self->a);
	pass(self->a.way, self->b.way, 1);
	expect_message(&self->b);
	take(self->b.way);
	pass(self->a.way, self->b.way, 1);
	expect_message(&self->b);
	pass(self->b.way, self->a.way, 1);
	goes_on(self);
}

/* Messages are numbered, so that the next one waits for its turn. */
TEST_F(ticket, key_update_waits)
{
	say(&self->a);
	take(self->a.way);
	update(self->a.sock, 0);
	pass(self->a.way, self->b.way, 1);
	expect_message(&self->b);
	pass(self->b.way, self->a.way, 1);
	pass(self->a.way, self->b.way, 1);
	pass(self->b.way, self->a.way, 1);
	epoch_reaches(self->a.sock, TX, 1);
	EXPECT_EQ(epoch_of(self->b.sock, RX), 1);
}

TEST_F(ticket, waits_for_a_key_update)
{
	size_t len;

	update(self->a.sock, 0);
	len = take(self->a.way);
	say(&self->a);
	ASSERT_EQ(send(self->b.way, buf, len, 0), len);
	pass(self->b.way, self->a.way, 1);
	epoch_reaches(self->a.sock, TX, 1);
	pass(self->a.way, self->b.way, 1);
	ASSERT_EQ(poll_for(self->b.shake.channel, POLLIN, SOON), POLLIN);
	ASSERT_EQ(recv(self->b.shake.channel, buf, sizeof(buf), 0),
		  MESSAGE_LEN);
	EXPECT_EQ(buf[5], FIRST_SEQ + 1);
}

TEST_F(ticket, nobody_there)
{
	uint64_t dropped = stat_of("TicketsDropped");

	close(self->b.shake.channel);
	self->b.shake.channel = -1;
	say(&self->a);
	pass(self->a.way, self->b.way, 1);
	pass(self->b.way, self->a.way, 1);
	stat_reaches("TicketsDropped", dropped + 1);
	goes_on(self);
}

TEST_F(ticket, refused)
{
	static uint8_t big[1025] = { 4, 0, 3, 0xfd };
	int channel = self->a.shake.channel;

	EXPECT_ERR(send(channel, ticket, TICKET_LEN - 1, 0), EINVAL);
	EXPECT_ERR(send(channel, ticket, 3, 0), EINVAL);
	EXPECT_ERR(send(channel, big, sizeof(big), 0), EMSGSIZE);
	say(&self->a);
	EXPECT_ERR(send(channel, ticket, TICKET_LEN, 0), EBUSY);
	ASSERT_EQ(shutdown(self->a.sock, SHUT_WR), 0);
	EXPECT_ERR(send(channel, ticket, TICKET_LEN, 0), EPIPE);
}

/* A flight of the handshake is a datagram, and goes as it is. */
TEST_F(ticket, not_a_datagram)
{
	static const char flight[] = "\26\376\375 as it is";

	ASSERT_EQ(send(self->a.shake.channel, flight, sizeof(flight), 0),
		  sizeof(flight));
	ASSERT_EQ(take(self->a.way), sizeof(flight));
	EXPECT_EQ(memcmp(buf, flight, sizeof(flight)), 0);
}
