// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes of DTLS 1.3 over networks that lose, repeat, reorder and spoil
 * datagrams.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "clock.h"
#include "network13.h"
#include "tap.h"

enum {
	BAD_NETWORKS = 300,
	SPOILT_NETWORKS = 300,
};

static void test_first_lost(void)
{
	struct network net;
	struct handshake *client = &net.client.handshake;

	network13_begin(&net);
	peer_step(&net.client);
	ok(network_lose(&net, CLIENT) == 1 &&
		   client->ops->timer(client) == 1000,
	   "the first flight is one datagram, repeated after a second");
	test_clock_ms += 999;
	peer_step(&net.client);
	ok(network_lose(&net, CLIENT) == 0 && client->ops->timer(client) == 1,
	   "... not before");
	test_clock_ms += 1;
	peer_step(&net.client);
	ok(network_lose(&net, CLIENT) == 1 &&
		   client->ops->timer(client) == 2000,
	   "... then after two");
	network_run(&net);
	ok(network_is_good(&net), "... and the handshake goes on");
	network_end(&net);
}

static void test_ack_lost(void)
{
	struct network net;

	network13_begin(&net);
	network13_run_server(&net);
	ok(!net.client.over && network_lose(&net, SERVER) == 1,
	   "the last thing that a server sends is an acknowledgement");
	network_run(&net);
	ok(network_is_good(&net), "... which it repeats when the client asks again");
	network_end(&net);
}

/* A handshake whose server is over, and its acknowledgement lost. */
static void begin_unacked(struct network *net)
{
	network13_begin(net);
	network13_run_server(net);
	network_lose(net, SERVER);
}

/* What a server says under the keys of data. */
static void say_early(struct network *net, uint8_t type, const void *data,
		      size_t len, size_t cut)
{
	const struct tsec_key_info *key =
		&net->server.outcome.key[TSEC_DIR_TX];
	struct dtls13_keys keys = { .suite = NULL };
	uint8_t room[256];
	struct wire_writer datagram = wire_writer(room, sizeof(room));

	if (!dtls13_keys_init(&keys, dtls13_suite_of(key->cipher),
			      key->secret.data, DTLS13_EPOCH_DATA))
		dtls13_record_seal(&keys, type, data, len, &datagram);
	dtls13_keys_free(&keys);
	send(net->fd[CLIENT], room, datagram.len - cut, 0);
	peer_step(&net->client);
}

/* Number 0 of epoch 2 is the whole last flight. */
static const uint8_t early_ack[18] = { [1] = 16, [9] = 2 };
/* Number 0 of epoch 0 is a client's first. */
static const uint8_t hello_ack[18] = { [1] = 16 };

/* What anybody can say to an end who knows its address. */
static void say_plain(struct network *net, int end, uint8_t type,
		      const void *data, size_t len)
{
	uint8_t room[256];
	struct wire_writer datagram = wire_writer(room, sizeof(room));

	dtls13_record_plain(9, type, data, len, &datagram);
	send(net->fd[end], room, datagram.len, 0);
	peer_step(&net->peer[end]);
}

static void test_anybodys(void)
{
	struct network net;

	network13_begin(&net);
	peer_step(&net.client);
	network_lose(&net, CLIENT);
	say_plain(&net, CLIENT, DTLS13_ACK, hello_ack, sizeof(hello_ack));
	test_clock_ms += 1000;
	peer_step(&net.client);
	ok(network_lose(&net, CLIENT) == 1,
	   "an acknowledgement in the clear keeps no hello from being repeated");
	network_end(&net);

	begin_unacked(&net);
	say_plain(&net, CLIENT, DTLS13_ACK, early_ack, sizeof(early_ack));
	ok(!net.client.over, "... and ends no handshake");
	network_run(&net);
	ok(network_is_good(&net), "... which goes on");
	network_end(&net);
}

/* A piece of the message after the one that is awaited. */
static const uint8_t ahead[] = { DTLS13_FINISHED, 0, 0, 32, 0, 5, 0, 0,
				 0, 0, 0, 1, 7 };

static void test_gap(void)
{
	struct network net;

	network13_begin(&net);
	peer_step(&net.client);
	network_lose(&net, CLIENT);
	say_plain(&net, CLIENT, DTLS13_HANDSHAKE, ahead, sizeof(ahead));
	ok(network_lose(&net, CLIENT) == 1, "what comes early is acknowledged");
	say_plain(&net, CLIENT, DTLS13_DATA, "nothing", 7);
	ok(!network_lose(&net, CLIENT), "... not once more for each datagram");
	say_plain(&net, CLIENT, DTLS13_HANDSHAKE, ahead, sizeof(ahead));
	ok(network_lose(&net, CLIENT) == 1, "... but when it comes again");
	network_end(&net);
}

static void test_early(void)
{
	struct network net;

	begin_unacked(&net);
	say_early(&net, DTLS13_DATA, "early", 5, 0);
	ok(!net.client.over, "data is no acknowledgement");
	say_early(&net, DTLS13_ACK, early_ack, sizeof(early_ack), 1);
	ok(!net.client.over, "... nor is one that is not authentic");
	say_early(&net, DTLS13_ACK, early_ack, sizeof(early_ack), 0);
	ok(network_is_good(&net), "a server may send it under the keys of data");
	network_end(&net);

	begin_unacked(&net);
	say_early(&net, DTLS13_ALERT, "\2\x2a", 2, 0);
	ok(net.client.result == -EKEYREJECTED,
	   "... and a refusal, too: %s",
	   net.client.handshake.reason.text);
	network_end(&net);
}

static void test_bad_networks(void)
{
	unsigned int good = 0, resumed = 0, most = 0;

	for (unsigned int seed = 1; seed <= BAD_NETWORKS; seed++) {
		uint64_t from = test_clock_ms;
		struct network net;

		network13_begin(&net);
		net.seed = seed;
		net.lost = 30;
		net.repeated = 20;
		net.late = 30;
		if (seed % 2)
			network_ask_client(&net, true);
		net.trusting = seed % 3 == 0;
		if (seed % 5 < 2)
			peer_blob(&net.client.info.cid, "to the client");
		if (seed % 7 < 5)
			peer_blob(&net.server.info.cid, "server");
		network13_run_on(&net);
		resumed += network13_is_resumed(&net);
		if (network_is_good(&net))
			good++;
		else
			printf("# seed %u\n", seed);
		if (test_clock_ms - from > most)
			most = test_clock_ms - from;
		network_end(&net);
	}
	ok(good == BAD_NETWORKS,
	   "%u of %d networks that lose 30 %%, repeat and reorder; at most "
	   "%u s",
	   good, BAD_NETWORKS, most / 1000);
	ok(resumed > BAD_NETWORKS / 4, "... %u of the sessions are resumed",
	   resumed);
}

/* No memory is touched that should not be, and nobody agrees on two things. */
static void test_spoilt_networks(void)
{
	unsigned int sound = 0, good = 0;

	for (unsigned int seed = 1; seed <= SPOILT_NETWORKS; seed++) {
		struct network net;
		bool both;

		network13_begin(&net);
		net.seed = seed;
		net.spoilt = 15;
		net.lost = 5;
		net.repeated = 5;
		net.late = 5;
		net.trusting = true;
		if (seed % 3)
			network_ask_client(&net, true);
		if (seed % 2) {
			peer_blob(&net.client.info.cid, "to the client");
			peer_blob(&net.server.info.cid, "server");
		}
		network13_run_on(&net);
		both = network_is_over(&net);
		if (!both || network_is_good(&net))
			sound++;
		good += both;
		network_end(&net);
	}
	ok(sound == SPOILT_NETWORKS && good,
	   "%u of %d handshakes with spoilt datagrams succeed, none with "
	   "different keys",
	   good, SPOILT_NETWORKS);
}

int main(void)
{
	network_setup();
	test_first_lost();
	test_ack_lost();
	test_early();
	test_anybodys();
	test_gap();
	test_bad_networks();
	test_spoilt_networks();
	network_cleanup();
	return done_testing();
}
