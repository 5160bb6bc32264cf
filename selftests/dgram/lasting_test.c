// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes that go on while the session is open, with whoever is there: the
 * daemon, played by hand, hears of what the peer begins, and of keys that near
 * their end.
 */
#include <netinet/ip.h>
#include <poll.h>
#include <unistd.h>

#include "daemon.h"
#include "util.h"
#include "wire.h"

static uint8_t buf[1];

FIXTURE(lasting) {
	struct tsec_nl *nl;
	struct peer peer;
	int sock;
	struct shake shake;
};
FIXTURE_VARIANT(lasting) {
	struct kind kind;
};
FIXTURE_VARIANT_ADD(lasting, wireguard_v4) = {
	.kind = { TSEC_VERSION_WIREGUARD, TSEC_CIPHER_CHACHA20_POLY1305,
		  AF_INET },
};

static void register_anew(struct lasting_data *self)
{
	tsec_nl_close(self->nl);
	ASSERT_EQ(tsec_nl_open(&self->nl), 0);
	ASSERT_EQ(tsec_daemon_register(self->nl, "the next one"), 0);
}

FIXTURE_SETUP(lasting)
{
	union tsec_addr addr;
	struct link link = { .kind = variant->kind };

	self->nl = NULL;
	register_anew(self);
	peer_alone(&self->peer, &variant->kind);
	self->peer.tx.id = 21;
	self->peer.rx.id = 22;
	addr_of(&addr, self->peer.fd);
	self->sock = link_socket(&link, NULL);
	nonblocking(self->sock, 1);
	ASSERT_ERR(tsec_connect(self->sock, &addr), EINPROGRESS);
	peer_meet(&self->peer, self->sock);
	shake_claim(&self->shake, self->nl, TSEC_ROLE_CLIENT);
	shake_finish(&self->shake, &self->peer);
	ASSERT_EQ(poll_for(self->sock, POLLOUT, SOON), POLLOUT);
}

FIXTURE_TEARDOWN(lasting)
{
	close(self->shake.channel);
	close(self->sock);
	close(self->peer.fd);
	tsec_nl_close(self->nl);
}

/* The one session that waits is this one, open; its channel is the next. */
static void taken_up(struct lasting_data *self)
{
	uint32_t session = self->shake.session;
	struct tsec_handshake_info info;

	ASSERT_EQ(tsec_handshake_accept(self->nl, 0, &info), 0);
	EXPECT_EQ(info.session, session);
	EXPECT_EQ(info.role, TSEC_ROLE_CLIENT);
	EXPECT_TRUE(tsec_has(&info, HANDSHAKE_AGE));
	EXPECT_LE(info.age, 10);
	self->shake.channel = info.fd;
	tsec_nl_wipe(self->nl);
	shake_none(self->nl);
}

static void initiate(struct lasting_data *self)
{
	uint8_t initiation[148] = { 1 };

	peer_write(&self->peer, initiation, sizeof(initiation));
}

static void not_answered(struct lasting_data *self)
{
	uint64_t before = stat_of("PacketsUnprotected");

	initiate(self);
	stat_reaches("PacketsUnprotected", before + 1);
}

static void heard(struct lasting_data *self)
{
	uint8_t initiation[148] = { 1 };

	initiate(self);
	expect_raw(self->shake.channel, initiation, sizeof(initiation));
}

TEST_F(lasting, next_daemon_takes_up)
{
	heard(self);
	shake_none(self->nl);
	close(self->shake.channel);
	register_anew(self);
	taken_up(self);
	heard(self);
}

/* A key beside the first one, which ends soon if it may protect few records. */
static void next_key(struct lasting_data *self, int direction, uint32_t id,
		     uint64_t records)
{
	struct tsec_key_info key = { .have = 0 };

	tsec_set(&key, KEY_SESSION, session, self->shake.session);
	tsec_set(&key, KEY_DIRECTION, direction, direction);
	tsec_set(&key, KEY_VERSION, version, TSEC_VERSION_WIREGUARD);
	tsec_set(&key, KEY_CIPHER, cipher, TSEC_CIPHER_CHACHA20_POLY1305);
	tsec_set(&key, KEY_ID, id, id);
	tsec_set(&key, KEY_KEY, key,
		 ((struct tsec_blob){ self->peer.tx.key, 32 }));
	if (records)
		tsec_set(&key, KEY_SOFT_RECORDS, soft_records, records);
	ASSERT_EQ(tsec_key_new(self->nl, &key), 0);
}

/* The peer begins, and nobody is there: the daemon is asked once. */
TEST_F(lasting, daemon_takes_up_again)
{
	close(self->shake.channel);
	shake_none(self->nl);
	not_answered(self);
	taken_up(self);
	heard(self);
	close(self->shake.channel);
	not_answered(self);
	shake_none(self->nl);
	/* A key is something new. */
	next_key(self, TSEC_DIR_RX, 23, 0);
	not_answered(self);
	taken_up(self);
}

/* This end's key nears its end; whole packets are what there is to send. */
static void ask_for_keys(struct lasting_data *self, uint32_t id)
{
	struct iphdr packet = { .version = 4, .ihl = 5, .protocol = 253,
				.tot_len = htons(sizeof(packet)) };

	next_key(self, TSEC_DIR_TX, id, 1);
	for (int i = 0; i < 2; i++)
		ASSERT_EQ(send(self->sock, &packet, sizeof(packet), 0),
			  sizeof(packet));
}

static void asked(struct lasting_data *self)
{
	expect_raw(self->shake.channel, "", 1);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, 0), 0);
}

TEST_F(lasting, daemon_is_asked)
{
	ask_for_keys(self, 23);
	asked(self);
	/* It knows, whatever it does about it. */
	close(self->shake.channel);
	shake_none(self->nl);
	register_anew(self);
	taken_up(self);
	asked(self);
}

/* The next key is the answer, whether or not the question was heard. */
TEST_F(lasting, daemon_is_not_asked_for_what_has_come)
{
	ask_for_keys(self, 23);
	next_key(self, TSEC_DIR_TX, 24, 1);
	EXPECT_EQ(poll_for(self->shake.channel, POLLIN, 0), 0);
	EXPECT_ERR(recv(self->shake.channel, buf, sizeof(buf), 0), EAGAIN);
	ask_for_keys(self, 25);
	asked(self);
	/* Nor is another daemon. */
	ask_for_keys(self, 26);
	next_key(self, TSEC_DIR_TX, 27, 0);
	close(self->shake.channel);
	shake_none(self->nl);
	self->shake.channel = dup(self->peer.fd);
}

/* It goes just as it is asked for new keys, and has not heard that. */
TEST_F(lasting, daemon_is_asked_too_late)
{
	ask_for_keys(self, 23);
	close(self->shake.channel);
	taken_up(self);
	asked(self);
	/* Nor does it then: enough of that key. */
	ask_for_keys(self, 24);
	close(self->shake.channel);
	taken_up(self);
	close(self->shake.channel);
	shake_none(self->nl);
	self->shake.channel = dup(self->peer.fd);
}

/* However many others wait there that it has not read. */
TEST_F(lasting, daemon_is_asked_in_a_flood)
{
	uint64_t before = stat_of("PacketsUnprotected");

	do
		initiate(self);
	while (stat_of("PacketsUnprotected") == before);
	ask_for_keys(self, 23);
	expect_raw(self->shake.channel, "", 1);
}

/* The one before has not let go of the session yet. */
TEST_F(lasting, next_daemon_takes_up_late)
{
	register_anew(self);
	shake_none(self->nl);
	close(self->shake.channel);
	taken_up(self);
	heard(self);
}

TEST_F(lasting, nobody_takes_up_what_has_ended)
{
	close(self->shake.channel);
	not_answered(self);
	close(self->sock);
	shake_none(self->nl);
	register_anew(self);
	shake_none(self->nl);
	self->sock = dup(self->peer.fd);
	self->shake.channel = dup(self->peer.fd);
}

/* Without a daemon it goes on with the keys that it has. */
TEST_F(lasting, outlives_the_daemon)
{
	struct tsec_info info;

	close(self->shake.channel);
	tsec_nl_close(self->nl);
	self->nl = NULL;
	not_answered(self);
	info_of(self->sock, &info);
	EXPECT_EQ(info.state, TSEC_STATE_ESTABLISHED);
	register_anew(self);
	taken_up(self);
}
