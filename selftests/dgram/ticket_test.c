// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of DTLS 1.3 (tickets) that the daemon, played by hand, has for the
 * peer's while the session is open, over a network that loses them.
 */
#include <poll.h>
#include <unistd.h>

#include "daemon.h"
#include "util.h"
#include "wire.h"

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

static uint8_t buf[65536];

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
	ASSERT_EQ(tsec_daemon_register(self->nl, "ticket_test"), 0);
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
	key_update(self->a.sock, 0);
	wire_pass(self->a.way, self->b.way, 1);
	wire_pass(self->b.way, self->a.way, 1);
	ASSERT_SOON(tx_epoch(self->a.sock) == 1);
	EXPECT_EQ(rx_epoch(self->b.sock), 1);
}

TEST_F(ticket, passes)
{
	say(&self->a);
	wire_pass(self->a.way, self->b.way, 1);
	expect_message(&self->b);
	wire_pass(self->b.way, self->a.way, 1);
	goes_on(self);
}

TEST_F(ticket, lost)
{
	say(&self->a);
	wire_lose(self->a.way);
	/* Again after a second. */
	wire_pass(self->a.way, self->b.way, 1);
	expect_message(&self->b);
	wire_pass(self->b.way, self->a.way, 1);
	goes_on(self);
}

/* The peer's daemon may hear of it twice, and knows it by its number. */
TEST_F(ticket, ack_lost)
{
	say(&self->a);
	wire_pass(self->a.way, self->b.way, 1);
	expect_message(&self->b);
	wire_lose(self->b.way);
	wire_pass(self->a.way, self->b.way, 1);
	expect_message(&self->b);
	wire_pass(self->b.way, self->a.way, 1);
	goes_on(self);
}

/* Messages are numbered, so that the next one waits for its turn. */
TEST_F(ticket, key_update_waits)
{
	say(&self->a);
	wire_lose(self->a.way);
	key_update(self->a.sock, 0);
	wire_pass(self->a.way, self->b.way, 1);
	expect_message(&self->b);
	wire_pass(self->b.way, self->a.way, 1);
	wire_pass(self->a.way, self->b.way, 1);
	wire_pass(self->b.way, self->a.way, 1);
	ASSERT_SOON(tx_epoch(self->a.sock) == 1);
	EXPECT_EQ(rx_epoch(self->b.sock), 1);
}

TEST_F(ticket, waits_for_a_key_update)
{
	size_t len;

	key_update(self->a.sock, 0);
	len = wire_recv(self->a.way, buf, sizeof(buf), NULL);
	say(&self->a);
	ASSERT_EQ(send(self->b.way, buf, len, 0), len);
	wire_pass(self->b.way, self->a.way, 1);
	ASSERT_SOON(tx_epoch(self->a.sock) == 1);
	wire_pass(self->a.way, self->b.way, 1);
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
	wire_pass(self->a.way, self->b.way, 1);
	wire_pass(self->b.way, self->a.way, 1);
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
	ASSERT_EQ(wire_recv(self->a.way, buf, sizeof(buf), NULL),
		  sizeof(flight));
	EXPECT_EQ(memcmp(buf, flight, sizeof(flight)), 0);
}
