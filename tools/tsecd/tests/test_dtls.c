// SPDX-License-Identifier: GPL-2.0
/* Two ends of the DTLS engine with each other. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../handshake/dtls.h"
#include "../handshake/dtls12_record.h"
#include "../handshake/tls.h"
#include "network.h"
#include "tap.h"

#define BAD_NETWORKS 8

static unsigned int lingers(struct peer *peer)
{
	return peer->handshake.ops->lingers(&peer->handshake);
}

static void test_ciphers(void)
{
	for (uint16_t c = 1; c <= TSEC_CIPHER_CHACHA20_POLY1305; c++) {
		struct network net;

		network_begin(&net);
		net.client.info.settings.ciphers[0] = c;
		net.client.info.settings.n_ciphers = 1;
		network_run(&net);
		ok(network_is_good(&net) &&
			   net.client.outcome.done.cipher == c &&
			   net.client.outcome.done.version ==
				   TSEC_VERSION_DTLS_1_2,
		   "DTLS 1.2 with %s", tsec_name_of(tsec_cipher_names, c));
		ok(!strcmp(net.client.outcome.done.peer_id, "a.example") &&
			   !strcmp(net.server.outcome.done.peer_name,
				   "a.example"),
		   "... each knows what it should of the other");
		network_end(&net);
	}
}

/* RFC 8446 section 4.1.3 */
static bool is_marked(const struct network *net, uint8_t first[4])
{
	const struct tls *tls = net->client.handshake.state;
	gnutls_datum_t client, server;

	gnutls_session_get_random(tls->session, &client, &server);
	memcpy(first, server.data, 4);
	return server.size == 32 && !memcmp(server.data + 24, "DOWNGRD\1", 8);
}

static void test_downgrade_mark(void)
{
	uint8_t first[3][4];

	for (int i = 0; i < 3; i++) {
		struct network net;

		network_begin(&net);
		if (!i)
			net.server.info.settings.version_max =
				TSEC_VERSION_TLS_1_2;
		network_run(&net);
		ok(network_is_good(&net) && is_marked(&net, first[i]) == !!i,
		   "a server that %s speak 1.3 %s", i ? "would" : "does not",
		   i ? "says so" : "says nothing of it");
		network_end(&net);
	}
	ok(memcmp(first[1], first[2], 4), "... and the rest is random");
}

static void test_psk(void)
{
	struct network net;

	network_begin(&net);
	peer_psk(&net.client, "someone", "0123456789abcdef");
	peer_psk(&net.server, "someone", "0123456789abcdef");
	network_run(&net);
	ok(network_is_good(&net) &&
		   !strcmp(net.server.outcome.done.peer_id, "someone"),
	   "DTLS 1.2 with a PSK");
	network_end(&net);
}

static void test_failures(void)
{
	struct network net;

	network_begin(&net);
	strcpy(net.client.info.peer_name, "b.example");
	network_run(&net);
	ok(net.client.result == -EKEYREJECTED &&
		   net.server.result == -EKEYREJECTED,
	   "a wrong name is refused, and the server told");
	network_end(&net);
}

static void test_refused(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	socklen_t len = sizeof(addr);
	struct network net;

	/* A port that was just free: its own, bound and let go. */
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    getsockname(fd, (struct sockaddr *)&addr, &len))
		err(1, "bind");
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "connect");

	network_begin(&net);
	close(net.client.info.fd);
	net.client.info.fd = fd;
	for (int i = 0; i < 50 && !peer_step(&net.client); i++)
		usleep(10000);
	ok(net.client.result == -ECONNREFUSED,
	   "a port where nobody is: %s", net.client.handshake.reason.text);
	peer_step(&net.server);
	network_end(&net);
}

/* Flights **************************************************************** */

static void test_first_lost(void)
{
	struct network net;
	unsigned int ms;

	network_begin(&net);
	peer_step(&net.client);
	ok(network_lose(&net, CLIENT) == 1, "the first flight is one datagram");
	ms = net.client.handshake.ops->timer(&net.client.handshake);
	ok(ms <= 1000, "it is repeated within a second");
	peer_step(&net.client);
	ok(!ms || network_lose(&net, CLIENT) == 0, "... but not before");
	wait_for_timer(&net.client);
	network_run(&net);
	ok(network_is_good(&net), "... and the handshake goes on");
	network_end(&net);
}

/* Until one end is over, whose last flight then is lost. */
static void run_without_last(struct network *net, struct peer *last, int from)
{
	for (int i = 0; i < 50 && !last->over; i++) {
		peer_step(&net->client);
		if (last->over)
			break;
		network_carry(net, CLIENT);
		network_server_step(net);
		if (!last->over)
			network_carry(net, SERVER);
	}
	ok(last->over && network_lose(net, from) >= 1, "the last flight is lost");
}

static void test_last_lost(bool resumed)
{
	const char *name = resumed ? "resumed" : "full";
	struct network net;
	struct peer *last, *first;
	bool more = false;
	int from;

	network_begin(&net);
	from = resumed ? CLIENT : SERVER;
	last = resumed ? &net.client : &net.server;
	first = resumed ? &net.server : &net.client;
	run_without_last(&net, last, from);
	ok(!first->over && !!last->outcome.done.resumed == resumed &&
		   lingers(last),
	   "%s: the end that sent it stays", name);
	wait_for_timer(first);
	peer_step(first);
	network_carry(&net, !from);
	ok(network_give_late(last, &more) >= 1 && more, "%s: the other asks for it",
	   name);
	network_run(&net);
	ok(network_is_good(&net), "%s: ... and gets it", name);
	ok(!lingers(first), "%s: that end need not stay", name);
	network_end(&net);
}

static bool message(struct peer *peer, const void *data, size_t len)
{
	return peer->handshake.ops->message(&peer->handshake, data, len);
}

/* The headers of a message; the rest does not matter. */
static void make_repeat(uint8_t data[32], uint8_t type)
{
	memset(data, 0, 32);
	memcpy(data, (uint8_t[]){ 22, 254, 253 }, 3);
	data[12] = 32 - 13;
	data[13] = type;
}

static void test_repeats(void)
{
	struct network net;
	uint8_t data[32];
	int answered = 0;

	network_begin(&net);
	network_run(&net); /* resumes what was kept by the one before */
	ok(network_is_good(&net) && net.client.outcome.done.resumed, "resumed");
	network_carry(&net, CLIENT);

	make_repeat(data, GNUTLS_HANDSHAKE_SERVER_HELLO);
	data[0] = 23;
	ok(message(&net.client, data, 32) && !network_lose(&net, CLIENT),
	   "data in the clear is no reason to repeat a flight");
	make_repeat(data, GNUTLS_HANDSHAKE_SERVER_HELLO);
	data[4] = 1;
	ok(message(&net.client, data, 32) && !network_lose(&net, CLIENT),
	   "nor is a message of a later epoch");
	make_repeat(data, GNUTLS_HANDSHAKE_HELLO_REQUEST);
	ok(message(&net.client, data, 32) && !network_lose(&net, CLIENT),
	   "nor a HelloRequest");
	make_repeat(data, GNUTLS_HANDSHAKE_SERVER_HELLO);
	ok(message(&net.client, data, 20) && !network_lose(&net, CLIENT),
	   "nor a message cut short");
	while (answered < 100 && message(&net.client, data, 32)) {
		answered++;
		network_lose(&net, CLIENT);
	}
	ok(answered >= 5 && answered < 20,
	   "a flight is repeated no more than %d times", answered);
	network_end(&net);
}

/* The numbers that records have had, of each epoch. */
struct numbers {
	uint64_t next[2]; /* those before have been used, or left out */
	unsigned int n; /* records */
	bool twice; /* one has had a number that was used before */
};

/* Of all that is under way from one end, which is lost. */
static void numbers_take(struct network *net, int from, struct numbers *numbers)
{
	uint8_t data[DATAGRAM_MAX];
	ssize_t len;

	while ((len = recv(net->fd[from], data, sizeof(data), 0)) > 0) {
		uint64_t *next = &numbers->next[dtls12_record_epoch(data, len)];
		uint64_t number = dtls12_record_number(data, len);

		numbers->twice |= number < *next;
		*next = number + 1;
		numbers->n++;
	}
}

/* The peer may have seen records of which it has not taken the messages. */
static void test_numbers(bool resumed)
{
	const char *name = resumed ? "resumed" : "full";
	struct numbers numbers = { .n = 0 };
	struct network net;
	struct peer *last;
	uint8_t data[32];
	unsigned int n;
	int from;

	network_begin(&net);
	from = resumed ? CLIENT : SERVER;
	last = resumed ? &net.client : &net.server;
	for (int i = 0; i < 50 && !last->over; i++) {
		peer_step(&net.client);
		if (!net.client.over)
			network_carry(&net, CLIENT);
		network_server_step(&net);
		if (!net.server.over)
			network_carry(&net, SERVER);
	}
	numbers_take(&net, from, &numbers);
	n = numbers.n;
	make_repeat(data, resumed ? GNUTLS_HANDSHAKE_SERVER_HELLO :
				    GNUTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE);
	while (message(last, data, sizeof(data)))
		numbers_take(&net, from, &numbers);
	ok(n >= 2 && numbers.n > 5 * n && !numbers.twice,
	   "%s: a flight that is repeated has new numbers (%u records)", name,
	   numbers.n);
	ok(numbers.next[1] == last->outcome.key[TSEC_DIR_TX].seq,
	   "%s: ... and the kernel has those behind them", name);
	network_end(&net);
}

/* What comes as soon as an end has looked at its socket, and found nothing. */
static struct {
	int fd;
	uint8_t data[DATAGRAM_MAX];
	ssize_t len; /* 0: nothing does */
} sudden;

/* In place of the C library's; the engine never waits here. */
int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct timespec time = { .tv_sec = timeout / 1000 };
	int ready = ppoll(fds, n, &time, NULL);

	if (!ready && sudden.len) {
		send(sudden.fd, sudden.data, sudden.len, 0);
		sudden.len = 0;
	}
	return ready;
}

/* The client gets all that is under way but the last datagram: it is sudden. */
static void carry_but_last(struct network *net)
{
	uint8_t data[DATAGRAM_MAX];
	ssize_t len;

	sudden.fd = net->fd[CLIENT];
	while ((len = recv(net->fd[SERVER], data, sizeof(data), 0)) > 0) {
		if (sudden.len)
			send(net->fd[CLIENT], sudden.data, sudden.len, 0);
		memcpy(sudden.data, data, len);
		sudden.len = len;
	}
}

static void test_sudden(void)
{
	struct network net;

	network_begin(&net);
	while (!network_server_step(&net) && !net.client.over) {
		network_carry(&net, SERVER);
		peer_step(&net.client);
		network_carry(&net, CLIENT);
	}
	peer_step(&net.client);
	ok(net.server.over && net.client.result == HANDSHAKE_WANT_READ,
	   "an end whose flight has been sent waits for the answer alone");
	carry_but_last(&net);
	peer_step(&net.client);
	ok(!sudden.len, "the answer comes just when nobody looks");
	for (int i = 0; i < 3; i++)
		peer_step(&net.client);
	ok(network_is_good(&net), "... and is not missed");
	network_end(&net);
}

/* Of what is under way to the client, the first record gets there. */
static void carry_first_record(struct network *net)
{
	uint8_t data[DATAGRAM_MAX];

	if (recv(net->fd[SERVER], data, sizeof(data), 0) > 13)
		send(net->fd[CLIENT], data, 13 + data[11] * 256 + data[12], 0);
	network_lose(net, SERVER);
}

static void test_part(void)
{
	struct network net;

	network_begin(&net);
	peer_step(&net.client);
	network_carry(&net, CLIENT); /* and a cookie comes back */
	peer_step(&net.client);
	network_carry(&net, CLIENT);
	network_server_step(&net);
	carry_first_record(&net);
	peer_step(&net.client);
	wait_for_timer(&net.client);
	peer_step(&net.client);
	ok(!net.client.over &&
		   net.client.handshake.ops->timer(&net.client.handshake),
	   "nothing is done all the time while the rest of a flight is missing");
	wait_for_timer(&net.server);
	network_run(&net);
	ok(network_is_good(&net), "... which the peer repeats");
	network_end(&net);
}

static void test_no_room(void)
{
	struct network net;

	network_begin(&net);
	while (send(net.client.info.fd, "", 1, MSG_DONTWAIT) > 0)
		;
	peer_step(&net.client);
	ok(net.client.result == HANDSHAKE_WANT_READ,
	   "what cannot be sent is lost, as on any network");
	network_lose(&net, CLIENT);
	wait_for_timer(&net.client);
	network_run(&net);
	ok(network_is_good(&net), "... and repeated");
	network_end(&net);
}

/* Every second one has connection IDs. */
static void name_some(struct network *net)
{
	if (net->seed % 2)
		return;
	net->client.info.cid = (struct tsec_blob){ "client", 6 };
	net->server.info.cid = (struct tsec_blob){ "server", 6 };
}

static void test_bad_networks(void)
{
	static struct network nets[BAD_NETWORKS];
	unsigned int n_good;

	sessions_flush();
	n_good = network_bad_run(nets, BAD_NETWORKS, name_some);
	ok(n_good == BAD_NETWORKS,
	   "%u of %d handshakes over networks that lose 30 %%, repeat and reorder",
	   n_good, BAD_NETWORKS);
}

static void test_no_hello(void)
{
	struct network net;

	network_begin(&net);
	ok(peer_step(&net.server) && net.server.result == -EPROTO,
	   "a server without a first message: %s",
	   net.server.handshake.reason.text);
	network_end(&net);
}

int main(void)
{
	network_setup();
	test_ciphers();
	test_downgrade_mark();
	test_psk();
	test_failures();
	test_refused();
	test_no_hello();
	sessions_flush();
	test_first_lost();
	sessions_flush();
	test_no_room();
	sessions_flush();
	test_part();
	sessions_flush();
	test_sudden();
	sessions_flush();
	test_last_lost(false);
	test_last_lost(true);
	test_repeats();
	test_numbers(true);
	sessions_flush();
	test_numbers(false);
	test_bad_networks();
	network_cleanup();
	return done_testing();
}
