// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams in bad weather: a network that loses, doubles, delays and changes
 * them.  A session takes each good one once, and counts each of the others.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drops.h"
#include "pair.h"
#include "util.h"

enum {
	MESSAGES	= 6000,		/* through the bad network */
	BATCH		= 32,		/* of them at a time */
	HELD		= 200,		/* at most, for a while */
};

static uint8_t wire[65536], buf[65536];

static bool happens(uint32_t percent)
{
	return random_below(100) < percent;
}

struct held {
	uint8_t data[1600];
	size_t len;
	uint32_t number;
};

/* Two sockets with a network between them. */
struct network {
	struct link link;
	int a, b;			/* tsec sockets */
	int in, out;			/* the network's side of each */
	struct held held[HELD];
	size_t n_held;
	uint8_t intact[MESSAGES];	/* has left the network, unchanged */
	uint8_t arrived[MESSAGES];	/* how often it was received */
	uint64_t written, received;
};

FIXTURE(network) {
	struct network *net;
};
KIND_VARIANT(network);
DTLS_FAMILIES_ADD(network);

static void side_make(const char *profile, sa_family_t family, int *sock,
		      int *fd)
{
	union tsec_addr own, other;

	*sock = dgram_bound(profile, family, &own);
	*fd = plain_socket(family, &other);
	option_set_int(*sock, SOL_SOCKET, SO_RCVBUF, 1000000);
	ASSERT_EQ(tsec_connect(*sock, &other), 0);
	ASSERT_EQ(tsec_connect(*fd, &own), 0);
}

FIXTURE_SETUP(network)
{
	struct network *net = calloc(1, sizeof(*net));

	ASSERT_TRUE(net);
	self->net = net;
	link_make(&net->link, &variant->kind);
	link_keys(&net->link);
	side_make(net->link.client, variant->kind.family, &net->a, &net->in);
	side_make(net->link.server, variant->kind.family, &net->b, &net->out);
}

FIXTURE_TEARDOWN(network)
{
	struct network *net = self->net;

	close(net->a);
	close(net->b);
	close(net->in);
	close(net->out);
	link_end(&net->link);
	free(net);
}

static void write_out(struct network *net, const uint8_t *data, size_t len)
{
	ASSERT_EQ(send(net->out, data, len, 0), len);
	net->written++;
}

static void pass(struct network *net, const uint8_t *data, size_t len,
		 uint32_t number)
{
	net->intact[number] = 1;
	write_out(net, data, len);
}

/*
 * A bit of it, but none of the record's length: what remained would count as
 * a second one.
 */
static void pass_changed(struct network *net, uint8_t *data, size_t len)
{
	size_t i = random_below(len - 2);

	data[i < 11 ? i : i + 2] ^= 1 << random_below(8);
	write_out(net, data, len);
}

static void hold(struct network *net, const uint8_t *data, size_t len,
		 uint32_t number)
{
	struct held *held = &net->held[net->n_held++];

	memcpy(held->data, data, len);
	held->len = len;
	held->number = number;
}

static void release_one(struct network *net)
{
	size_t i = random_below(net->n_held);
	struct held *held = &net->held[i];

	pass(net, held->data, held->len, held->number);
	*held = net->held[--net->n_held];
}

static void weather(struct network *net, uint8_t *data, size_t len)
{
	/* The sender's numbers begin with 0: so do ours. */
	uint32_t number = data[8] << 16 | data[9] << 8 | data[10];

	ASSERT_LT(number, MESSAGES);
	if (happens(30))
		return;
	if (happens(20) && net->n_held < HELD)
		hold(net, data, len, number);
	else
		pass(net, data, len, number);
	if (happens(15))
		pass(net, data, len, number);
	if (happens(10))
		pass_changed(net, data, len);
	if (happens(5))
		write_out(net, data, random_below(len));
	if (net->n_held == HELD || (net->n_held && happens(30)))
		release_one(net);
}

static void messages_send(struct network *net, uint32_t first, uint32_t n)
{
	size_t len;

	for (; n--; first++) {
		len = sizeof(first) + first % 1400;
		memcpy(buf, &first, sizeof(first));
		fill_pattern(buf + sizeof(first), first % 1400, first);
		ASSERT_EQ(send(net->a, buf, len, 0), len);
	}
}

static void messages_receive(struct network *net)
{
	uint32_t number;
	ssize_t len;

	while ((len = recv(net->b, buf, sizeof(buf), MSG_DONTWAIT)) >= 0) {
		memcpy(&number, buf, sizeof(number));
		ASSERT_LT(number, MESSAGES);
		ASSERT_EQ(len, sizeof(number) + number % 1400);
		check_pattern(buf + sizeof(number), number % 1400, number);
		net->arrived[number]++;
		net->received++;
	}
	ASSERT_EQ(errno, EAGAIN);
}

static void network_run(struct network *net)
{
	uint32_t first;
	ssize_t len;

	for (first = 0; first < MESSAGES; first += BATCH) {
		messages_send(net, first, BATCH < MESSAGES - first ?
			      BATCH : MESSAGES - first);
		while ((len = recv(net->in, wire, sizeof(wire),
				   MSG_DONTWAIT)) >= 0)
			weather(net, wire, len);
		messages_receive(net);
	}
	while (net->n_held)
		release_one(net);
}

/* All that was written has been received, or dropped and counted. */
static void network_settle(struct network *net, uint64_t before)
{
	ASSERT_SOON((messages_receive(net),
		     net->received + dropped() - before >= net->written));
	EXPECT_EQ(net->received + dropped() - before, net->written);
}

TEST_F_TIMEOUT(network, each_that_arrives_intact_is_delivered_once, 60)
{
	uint64_t replayed = stat_of("PacketsReplayed");
	uint64_t bad = stat_of("BadRecords"), before = dropped();
	struct network *net = self->net;
	uint32_t i, intact = 0;

	random_seed(1 + variant->kind.family);
	network_run(net);
	network_settle(net, before);
	for (i = 0; i < MESSAGES; i++) {
		intact += net->intact[i];
		if (net->arrived[i] != net->intact[i])
			harness_note("number %u", i);
		ASSERT_EQ(net->arrived[i], net->intact[i]);
	}
	EXPECT_GT(intact, MESSAGES / 2);
	EXPECT_LT(intact, MESSAGES);
	EXPECT_GT(stat_of("PacketsReplayed"), replayed);
	EXPECT_GT(stat_of("BadRecords"), bad);
	talk(net->b, net->a, "");
}
