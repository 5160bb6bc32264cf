// SPDX-License-Identifier: GPL-2.0
/*
 * Two ends of the DTLS engine with each other, over a network of the test's
 * own that loses, repeats and reorders datagrams as it is told.  As the kernel
 * does, it has the client prove its address before the server hears of it.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <gnutls/dtls.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../handshake/dtls.h"
#include "../handshake/tls.h"
#include "../objects.h"
#include "../tickets.h"
#include "peer.h"
#include "pki.h"
#include "tap.h"

#define DATAGRAM_MAX 2048
#define BAD_NETWORKS 5
#define BAD_SECONDS 300 /* as a rule, it takes 20 */

enum { CLIENT, SERVER };

static struct cert ca, server_cert;
static gnutls_datum_t cookie_key;

/* A client and a server, with the test between them. */
struct network {
	struct peer client, server;
	int fd[2]; /* the test's ends: towards the client, the server */
	unsigned int seed; /* 0: a good network */
	bool proven; /* the client has sent its cookie back */
	struct {
		uint8_t data[DATAGRAM_MAX];
		ssize_t len; /* 0: none */
	} late[2]; /* held back, to be overtaken */
};

static void pair(int fd[2])
{
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd) < 0)
		err(1, "socketpair");
}

static void begin(struct network *net)
{
	int client[2], server[2];

	memset(net, 0, sizeof(*net));
	pair(client);
	pair(server);
	peer_init(&net->client, TSEC_ROLE_CLIENT, client[0]);
	peer_init(&net->server, TSEC_ROLE_SERVER, server[0]);
	net->fd[0] = client[1];
	net->fd[1] = server[1];
	net->client.info.protocol = net->server.info.protocol = TSEC_PROTO_DTLS;
	strcpy(net->client.info.peer_name, "a.example");
	peer_blob(&net->client.info.trust, ca.cert_pem);
	peer_blob(&net->server.info.cert, server_cert.cert_pem);
	peer_blob(&net->server.info.privkey, server_cert.key_pem);
}

static void end(struct network *net)
{
	peer_free(&net->client);
	peer_free(&net->server);
	close(net->fd[0]);
	close(net->fd[1]);
}

/* The network ************************************************************ */

static bool chance(struct network *net, int percent)
{
	return net->seed && rand_r(&net->seed) % 100 < percent;
}

static ssize_t push_to_client(gnutls_transport_ptr_t net, const void *data,
			      size_t len)
{
	return send(((struct network *)net)->fd[CLIENT], data, len, 0);
}

static bool prove(struct network *net, void *data, size_t len)
{
	gnutls_dtls_prestate_st state = { .record_seq = 0 };

	net->proven = !gnutls_dtls_cookie_verify(&cookie_key, "client", 6,
						 data, len, &state);
	if (!net->proven)
		gnutls_dtls_cookie_send(&cookie_key, "client", 6, &state, net,
					push_to_client);
	return net->proven;
}

static void forward(struct network *net, int from, void *data, size_t len)
{
	if (chance(net, 30))
		return;
	if (from == CLIENT && !net->proven && !prove(net, data, len))
		return;
	send(net->fd[!from], data, len, 0);
	if (chance(net, 10))
		send(net->fd[!from], data, len, 0);
	if (net->late[from].len) {
		send(net->fd[!from], net->late[from].data, net->late[from].len,
		     0);
		net->late[from].len = 0;
	}
}

static unsigned int carry(struct network *net, int from)
{
	uint8_t data[DATAGRAM_MAX];
	unsigned int n = 0;
	ssize_t len;

	while ((len = recv(net->fd[from], data, sizeof(data), 0)) > 0) {
		n++;
		if (!net->late[from].len && chance(net, 20)) {
			memcpy(net->late[from].data, data, len);
			net->late[from].len = len;
			continue;
		}
		forward(net, from, data, len);
	}
	return n;
}

/* Everything that is under way from one end is lost; how much that was. */
static unsigned int lose(struct network *net, int from)
{
	uint8_t data[DATAGRAM_MAX];
	unsigned int n = 0;

	while (recv(net->fd[from], data, sizeof(data), 0) > 0)
		n++;
	return n;
}

static bool server_step(struct network *net)
{
	return net->proven && peer_step(&net->server);
}

/* One step of each end; true once both are over. */
static bool turn(struct network *net)
{
	bool over = peer_step(&net->client);

	carry(net, CLIENT);
	over = server_step(net) && over;
	carry(net, SERVER);
	return over;
}

static void run(struct network *net)
{
	for (int i = 0; i < 50; i++)
		if (turn(net))
			return;
}

static bool both_over(const struct network *net)
{
	const struct peer *client = &net->client, *server = &net->server;

	if (client->result)
		printf("# client: %d %s\n", client->result,
		       client->handshake.reason.text);
	if (server->result)
		printf("# server: %d %s\n", server->result,
		       server->handshake.reason.text);
	return client->over && server->over && !client->result &&
	       !server->result;
}

/* Results **************************************************************** */

static bool same(const struct tsec_blob *a, const struct tsec_blob *b)
{
	return a->len && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static bool keys_fit(const struct peer *from, const struct peer *to)
{
	const struct tsec_key_info *tx = &from->outcome.key[TSEC_DIR_TX];
	const struct tsec_key_info *rx = &to->outcome.key[TSEC_DIR_RX];

	/* Number 0 was that of the message Finished. */
	return same(&tx->key, &rx->key) && same(&tx->iv, &rx->iv) &&
	       tx->cipher == rx->cipher && tx->seq >= 1 && tx->seq < 10 &&
	       rx->seq == 0 && tx->version == TSEC_VERSION_DTLS_1_2;
}

static bool is_good(const struct network *net)
{
	return both_over(net) && keys_fit(&net->client, &net->server) &&
	       keys_fit(&net->server, &net->client) &&
	       !same(&net->client.outcome.key[TSEC_DIR_TX].key,
		     &net->client.outcome.key[TSEC_DIR_RX].key);
}

static unsigned int lingers(struct peer *peer)
{
	return peer->handshake.ops->lingers(&peer->handshake);
}

static void test_ciphers(void)
{
	for (uint16_t c = 1; c <= TSEC_CIPHER_CHACHA20_POLY1305; c++) {
		struct network net;

		begin(&net);
		net.client.info.settings.ciphers[0] = c;
		net.client.info.settings.n_ciphers = 1;
		run(&net);
		ok(is_good(&net) && net.client.outcome.done.cipher == c &&
			   net.client.outcome.done.version ==
				   TSEC_VERSION_DTLS_1_2,
		   "DTLS 1.2 with %s", tsec_name_of(tsec_cipher_names, c));
		ok(!strcmp(net.client.outcome.done.peer_id, "a.example") &&
			   !strcmp(net.server.outcome.done.peer_name,
				   "a.example"),
		   "... each knows what it should of the other");
		end(&net);
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

		begin(&net);
		if (!i)
			net.server.info.settings.version_max =
				TSEC_VERSION_TLS_1_2;
		run(&net);
		ok(is_good(&net) && is_marked(&net, first[i]) == !!i,
		   "a server that %s speak 1.3 %s", i ? "would" : "does not",
		   i ? "says so" : "says nothing of it");
		end(&net);
	}
	ok(memcmp(first[1], first[2], 4), "... and the rest is random");
}

static void test_psk(void)
{
	struct network net;

	begin(&net);
	peer_psk(&net.client, "someone", "0123456789abcdef");
	peer_psk(&net.server, "someone", "0123456789abcdef");
	run(&net);
	ok(is_good(&net) && !strcmp(net.server.outcome.done.peer_id, "someone"),
	   "DTLS 1.2 with a PSK");
	end(&net);
}

static void test_failures(void)
{
	struct network net;

	begin(&net);
	strcpy(net.client.info.peer_name, "b.example");
	run(&net);
	ok(net.client.result == -EKEYREJECTED &&
		   net.server.result == -EKEYREJECTED,
	   "a wrong name is refused, and the server told");
	end(&net);
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

	begin(&net);
	close(net.client.info.fd);
	net.client.info.fd = fd;
	for (int i = 0; i < 50 && !peer_step(&net.client); i++)
		usleep(10000);
	ok(net.client.result == -ECONNREFUSED,
	   "a port where nobody is: %s", net.client.handshake.reason.text);
	peer_step(&net.server);
	end(&net);
}

/* Flights **************************************************************** */

static void wait_for_timer(struct peer *peer)
{
	usleep(1000 * peer->handshake.ops->timer(&peer->handshake) + 1000);
}

static void test_first_lost(void)
{
	struct network net;
	unsigned int ms;

	begin(&net);
	peer_step(&net.client);
	ok(lose(&net, CLIENT) == 1, "the first flight is one datagram");
	ms = net.client.handshake.ops->timer(&net.client.handshake);
	ok(ms <= 1000, "it is repeated within a second");
	peer_step(&net.client);
	ok(!ms || lose(&net, CLIENT) == 0, "... but not before");
	wait_for_timer(&net.client);
	run(&net);
	ok(is_good(&net), "... and the handshake goes on");
	end(&net);
}

/* Hands an end what has come for it after its handshake was over. */
static unsigned int give_late(struct peer *peer, bool *more)
{
	uint8_t data[DATAGRAM_MAX];
	unsigned int n = 0;
	ssize_t len;

	while ((len = recv(peer->info.fd, data, sizeof(data), 0)) > 0) {
		*more = peer->handshake.ops->message(&peer->handshake, data,
						     len);
		n++;
	}
	return n;
}

/* Until one end is over, whose last flight then is lost. */
static void run_without_last(struct network *net, struct peer *last, int from)
{
	for (int i = 0; i < 50 && !last->over; i++) {
		peer_step(&net->client);
		if (last->over)
			break;
		carry(net, CLIENT);
		server_step(net);
		if (!last->over)
			carry(net, SERVER);
	}
	ok(last->over && lose(net, from) >= 1, "the last flight is lost");
}

static void test_last_lost(bool resumed)
{
	const char *name = resumed ? "resumed" : "full";
	struct network net;
	struct peer *last, *first;
	bool more = false;
	int from;

	begin(&net);
	from = resumed ? CLIENT : SERVER;
	last = resumed ? &net.client : &net.server;
	first = resumed ? &net.server : &net.client;
	run_without_last(&net, last, from);
	ok(!first->over && !!last->outcome.done.resumed == resumed &&
		   lingers(last),
	   "%s: the end that sent it stays", name);
	wait_for_timer(first);
	peer_step(first);
	carry(&net, !from);
	ok(give_late(last, &more) >= 1 && more, "%s: the other asks for it",
	   name);
	run(&net);
	ok(is_good(&net), "%s: ... and gets it", name);
	ok(!lingers(first), "%s: that end need not stay", name);
	end(&net);
}

static bool message(struct peer *peer, const void *data, size_t len)
{
	return peer->handshake.ops->message(&peer->handshake, data, len);
}

/* A ServerHello's headers; the rest does not matter. */
static void make_repeat(uint8_t data[32])
{
	memset(data, 0, 32);
	memcpy(data, (uint8_t[]){ 22, 254, 253 }, 3);
	data[12] = 32 - 13;
	data[13] = GNUTLS_HANDSHAKE_SERVER_HELLO;
}

static void test_repeats(void)
{
	struct network net;
	uint8_t data[32];
	int answered = 0;

	begin(&net);
	run(&net); /* resumes what was kept by the one before */
	ok(is_good(&net) && net.client.outcome.done.resumed, "resumed");
	carry(&net, CLIENT);

	make_repeat(data);
	data[0] = 23;
	ok(message(&net.client, data, 32) && !lose(&net, CLIENT),
	   "data in the clear is no reason to repeat a flight");
	make_repeat(data);
	data[4] = 1;
	ok(message(&net.client, data, 32) && !lose(&net, CLIENT),
	   "nor is a message of a later epoch");
	make_repeat(data);
	data[13] = GNUTLS_HANDSHAKE_HELLO_REQUEST;
	ok(message(&net.client, data, 32) && !lose(&net, CLIENT),
	   "nor a HelloRequest");
	make_repeat(data);
	ok(message(&net.client, data, 20) && !lose(&net, CLIENT),
	   "nor a message cut short");
	while (answered < 100 && message(&net.client, data, 32)) {
		answered++;
		lose(&net, CLIENT);
	}
	ok(answered >= 5 && answered < 20,
	   "a flight is repeated no more than %d times", answered);
	end(&net);
}

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* What the worker does for an end that is over and stays. */
static void stay(struct peer *peer)
{
	bool more;

	if (peer->over && !peer->result)
		give_late(peer, &more);
}

static void test_bad_networks(void)
{
	static struct network nets[BAD_NETWORKS];
	time_t until = now() + BAD_SECONDS;
	int n_over = 0, n_good = 0;

	sessions_flush();
	for (int i = 0; i < BAD_NETWORKS; i++) {
		begin(&nets[i]);
		nets[i].seed = i + 1;
	}
	while (n_over < BAD_NETWORKS && now() < until) {
		n_over = 0;
		for (int i = 0; i < BAD_NETWORKS; i++) {
			n_over += turn(&nets[i]);
			stay(&nets[i].client);
			stay(&nets[i].server);
		}
		usleep(10000);
	}
	for (int i = 0; i < BAD_NETWORKS; i++) {
		n_good += is_good(&nets[i]);
		end(&nets[i]);
	}
	ok(n_good == BAD_NETWORKS,
	   "%d of %d handshakes over networks that lose 30 %%, repeat and reorder",
	   n_good, BAD_NETWORKS);
}

static void make_certs(void)
{
	cert_make(&ca, &(struct cert_order){ .cn = "Test CA",
					     .authority = 1,
					     .days_from = -10,
					     .days_to = 10 });
	cert_make(&server_cert, &(struct cert_order){ .cn = "server",
						      .dns = "a.example",
						      .by = &ca,
						      .days_from = -1,
						      .days_to = 5 });
}

static void test_no_hello(void)
{
	struct network net;

	begin(&net);
	ok(peer_step(&net.server) && net.server.result == -EPROTO,
	   "a server without a first message: %s",
	   net.server.handshake.reason.text);
	end(&net);
}

int main(void)
{
	make_certs();
	gnutls_key_generate(&cookie_key, GNUTLS_COOKIE_KEY_SIZE);
	ticket_keys_renew();
	sessions_set_limit(100);
	test_ciphers();
	test_downgrade_mark();
	test_psk();
	test_failures();
	test_refused();
	test_no_hello();
	sessions_flush();
	test_first_lost();
	sessions_flush();
	test_last_lost(false);
	test_last_lost(true);
	test_repeats();
	test_bad_networks();
	objects_flush();
	sessions_flush();
	tls_global_free();
	cert_free(&ca);
	cert_free(&server_cert);
	gnutls_free(cookie_key.data);
	test_files_remove();
	return done_testing();
}
