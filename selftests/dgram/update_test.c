// SPDX-License-Identifier: GPL-2.0
/*
 * Keys of DTLS 1.3 that renew themselves: by command, at their limits, and over
 * a network that loses, repeats and reorders what announces the next one.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "pair.h"
#include "util.h"
#include "wire.h"

static uint8_t buf[65536];

static bool agreed(int a, int b)
{
	return tx_epoch(a) == rx_epoch(b) && tx_epoch(b) == rx_epoch(a);
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
	key_update(self->a, 0);
	ASSERT_SOON(tx_epoch(self->a) == 1);
	EXPECT_EQ(rx_epoch(self->b), 1);
	EXPECT_EQ(tx_epoch(self->b), 0);
	EXPECT_EQ(rx_epoch(self->a), 0);
	talk_both(self->a, self->b);
}

TEST_F(update, both_directions)
{
	open_ends(self);
	key_update(self->a, 1);
	ASSERT_SOON(tx_epoch(self->a) == 1);
	ASSERT_SOON(rx_epoch(self->a) == 1);
	ASSERT_SOON(tx_epoch(self->b) == 1);
	talk_both(self->a, self->b);
}

TEST_F(update, by_netlink)
{
	struct tsec_info info;

	open_ends(self);
	info_of(self->a, &info);
	ASSERT_EQ(tsec_key_update(self->ends.link.nl, info.id, true), 0);
	ASSERT_SOON(tx_epoch(self->a) == 1);
	ASSERT_SOON(rx_epoch(self->a) == 1);
	talk_both(self->a, self->b);
}

/* Of the epoch, two bits travel. */
TEST_F(update, many)
{
	unsigned int i;

	open_ends(self);
	for (i = 1; i <= 12; i++) {
		key_update(self->a, 0);
		ASSERT_SOON(tx_epoch(self->a) == i);
		talk(self->a, self->b, "hello");
		key_update(self->b, 0);
		ASSERT_SOON(tx_epoch(self->b) == i);
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
	key_update(a, 0);
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
		key_update(self->a, i % 2);
		key_update(self->b, 0);
	}
	ASSERT_SOON(tx_epoch(self->a) >= 2 && agreed(self->a, self->b));
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
		ASSERT_SOON(tx_epoch(self->a) > epoch);
		epoch = tx_epoch(self->a);
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
	key_update(self->a, 1);
	ASSERT_SOON(rx_epoch(self->a) == 1);
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
			key_update(self->a, 1);
	}
	numbers_end(&numbers);
	EXPECT_GE(tx_epoch(self->a), 5);
	EXPECT_GE(rx_epoch(self->a), 5);
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

static void talk_over(struct way_data *self)
{
	ASSERT_EQ(send(self->a, "there", 5, 0), 5);
	wire_pass(self->to_a, self->to_b, 1);
	expect_datagram(self->b, "there", 5);
	ASSERT_EQ(send(self->b, "back", 4, 0), 4);
	wire_pass(self->to_b, self->to_a, 1);
	expect_datagram(self->a, "back", 4);
}

/* The next key is not used before the peer has said that it has it. */
TEST_F(way, waits_for_the_ack)
{
	talk_over(self);
	key_update(self->a, 0);
	wire_pass(self->to_a, self->to_b, 1);
	wire_lose(self->to_b);
	EXPECT_EQ(tx_epoch(self->a), 0);
	EXPECT_EQ(rx_epoch(self->b), 1);
	talk_over(self);
	EXPECT_EQ(tx_epoch(self->a), 0);
}

TEST_F(way, update_lost)
{
	key_update(self->a, 0);
	wire_lose(self->to_a);
	talk_over(self);
	/* Again after a second. */
	wire_pass(self->to_a, self->to_b, 1);
	wire_pass(self->to_b, self->to_a, 1);
	ASSERT_SOON(tx_epoch(self->a) == 1);
	talk_over(self);
}

TEST_F(way, ack_lost)
{
	key_update(self->a, 0);
	wire_pass(self->to_a, self->to_b, 1);
	wire_lose(self->to_b);
	wire_pass(self->to_a, self->to_b, 1);
	wire_pass(self->to_b, self->to_a, 1);
	ASSERT_SOON(tx_epoch(self->a) == 1);
	EXPECT_EQ(rx_epoch(self->b), 1);
	talk_over(self);
}

/* The acknowledgement of either sending will do. */
TEST_F(way, ack_late)
{
	size_t len;
	uint8_t *first;

	key_update(self->a, 0);
	wire_pass(self->to_a, self->to_b, 1);
	len = wire_recv(self->to_b, buf, sizeof(buf), NULL);
	first = malloc(len);
	memcpy(first, buf, len);
	wire_lose(self->to_a);
	ASSERT_EQ(send(self->to_a, first, len, 0), len);
	free(first);
	ASSERT_SOON(tx_epoch(self->a) == 1);
	talk_over(self);
}

TEST_F(way, repeated)
{
	uint64_t before = stat_of("PacketsReplayed");

	key_update(self->a, 0);
	wire_pass(self->to_a, self->to_b, 3);
	wire_pass(self->to_b, self->to_a, 2);
	ASSERT_SOON(tx_epoch(self->a) == 1);
	stat_reaches("PacketsReplayed", before + 3);
	EXPECT_EQ(rx_epoch(self->b), 1);
	talk_over(self);
}

/* What was under way under the old key arrives after the new one. */
TEST_F(way, overtaken)
{
	uint8_t *old;
	size_t len;

	ASSERT_EQ(send(self->a, "old", 3, 0), 3);
	len = wire_recv(self->to_a, buf, sizeof(buf), NULL);
	old = malloc(len);
	memcpy(old, buf, len);
	key_update(self->a, 0);
	wire_pass(self->to_a, self->to_b, 1);
	wire_pass(self->to_b, self->to_a, 1);
	ASSERT_SOON(tx_epoch(self->a) == 1);
	talk_over(self);
	ASSERT_EQ(send(self->to_b, old, len, 0), len);
	free(old);
	expect_datagram(self->b, "old", 3);
}

/* Nobody answers: it is said again, and the session goes on. */
TEST_F(way, no_answer)
{
	key_update(self->a, 0);
	wire_lose(self->to_a);
	wire_lose(self->to_a);
	talk_over(self);
	EXPECT_EQ(tx_epoch(self->a), 0);
}
