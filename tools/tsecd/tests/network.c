// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <gnutls/dtls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../handshake/dtls13_message.h"
#include "../handshake/tls.h"
#include "../objects.h"
#include "../sessions.h"
#include "../tickets.h"
#include "../verified.h"
#include "clock.h"
#include "network.h"
#include "pki.h"

#define BAD_SECONDS 300 /* as a rule, it takes 20 */

static struct cert ca, server_cert, client_cert;
static gnutls_datum_t cookie_key;

void network_setup(void)
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
	cert_make(&client_cert, &(struct cert_order){ .cn = "client",
						      .dns = "c.example",
						      .by = &ca,
						      .days_from = -1,
						      .days_to = 5 });
	gnutls_key_generate(&cookie_key, GNUTLS_COOKIE_KEY_SIZE);
	ticket_keys_renew();
	sessions_set_limit(100);
}

void network_cleanup(void)
{
	objects_flush();
	sessions_flush();
	verified_flush();
	tls_global_free();
	cert_free(&ca);
	cert_free(&server_cert);
	cert_free(&client_cert);
	gnutls_free(cookie_key.data);
	test_files_remove();
}

static void pair(int fd[2])
{
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd) < 0)
		err(1, "socketpair");
}

void network_begin_version(struct network *net,
			   const struct network_version *version)
{
	memset(net, 0, sizeof(*net));
	net->version = version;
	for (int i = CLIENT; i <= SERVER; i++) {
		int fd[2];

		pair(fd);
		peer_init(&net->peer[i],
			  i == CLIENT ? TSEC_ROLE_CLIENT : TSEC_ROLE_SERVER,
			  fd[0]);
		net->fd[i] = fd[1];
		net->peer[i].info.protocol = TSEC_PROTO_DTLS;
	}
	strcpy(net->client.info.peer_name, "a.example");
	peer_blob(&net->client.info.trust, ca.cert_pem);
	peer_show(&net->server, &server_cert);
}

void network_end(struct network *net)
{
	for (int i = CLIENT; i <= SERVER; i++) {
		peer_free(&net->peer[i]);
		close(net->fd[i]);
	}
}

void network_ask_client(struct network *net, bool has_one)
{
	net->server.info.settings.verify = TSEC_VERIFY_REQUIRE;
	peer_blob(&net->server.info.trust, ca.cert_pem);
	if (has_one)
		peer_show(&net->client, &client_cert);
}

/* Datagrams ************************************************************** */

static bool chance(struct network *net, int percent)
{
	return net->seed && rand_r(&net->seed) % 100 < percent;
}

static void spoil(struct network *net, uint8_t *data, size_t *len)
{
	data[rand_r(&net->seed) % *len] ^= 1 << rand_r(&net->seed) % 8;
	if (chance(net, 20))
		*len = 1 + rand_r(&net->seed) % *len;
}

static void forward(struct network *net, int from, uint8_t *data, size_t len)
{
	if (chance(net, net->lost))
		return;
	if (chance(net, net->spoilt))
		spoil(net, data, &len);
	if (from == CLIENT && !net->version->prove(net, data, len))
		return;
	if (net->watch)
		net->watch(net, from, data, len);
	send(net->fd[!from], data, len, 0);
	if (chance(net, net->repeated))
		send(net->fd[!from], data, len, 0);
	if (net->held[from].len) {
		send(net->fd[!from], net->held[from].data, net->held[from].len,
		     0);
		net->held[from].len = 0;
	}
}

/* Not what begins it: that has not passed prove() yet. */
static bool hold(struct network *net, int from, const void *data, size_t len)
{
	if (!net->proven || net->held[from].len || !chance(net, net->late))
		return false;
	memcpy(net->held[from].data, data, len);
	net->held[from].len = len;
	return true;
}

/* What is the kernel's business, and begins as no record does. */
static bool is_ticket(const uint8_t *data)
{
	return data[0] == DTLS13_NEW_SESSION_TICKET;
}

/* As many datagrams in one as there are; the length of it. */
static ssize_t receive(struct network *net, int from, uint8_t *data)
{
	ssize_t len = recv(net->fd[from], data, DATAGRAM_MAX, 0), more;

	while (net->packs && len > 0) {
		more = recv(net->fd[from], data + len, DATAGRAM_MAX - len, 0);
		if (more <= 0)
			break;
		len += more;
	}
	return len;
}

unsigned int network_carry(struct network *net, int from)
{
	uint8_t data[DATAGRAM_MAX];
	unsigned int n = 0;
	ssize_t len;

	while ((len = receive(net, from, data)) > 0) {
		n++;
		if (from == SERVER && is_ticket(data))
			net->version->ticket(net, data, len);
		else if (!hold(net, from, data, len))
			forward(net, from, data, len);
	}
	return n;
}

unsigned int network_lose(struct network *net, int from)
{
	uint8_t data[DATAGRAM_MAX];
	unsigned int n = 0;

	while (recv(net->fd[from], data, sizeof(data), 0) > 0)
		n += !is_ticket(data);
	return n;
}

/* Both ends ************************************************************** */

/* An end that is over, and stays, does as the workers have it. */
static void stay(struct peer *peer)
{
	struct handshake *handshake = &peer->handshake;
	bool more;

	if (peer->over && !peer->result && handshake->ops->lingers(handshake))
		network_give_late(peer, &more);
}

bool network_client_step(struct network *net)
{
	peer_step(&net->client);
	stay(&net->client);
	return net->client.over;
}

bool network_server_step(struct network *net)
{
	if (!net->proven)
		return false;
	peer_step(&net->server);
	stay(&net->server);
	return net->server.over;
}

bool network_turn(struct network *net)
{
	unsigned int n;

	network_client_step(net);
	n = network_carry(net, CLIENT);
	network_server_step(net);
	n += network_carry(net, SERVER);
	/* Nothing is under way: the next thing to happen is a timer's. */
	if (!n)
		test_clock_ms += 50;
	return net->client.over && (net->server.over || !net->proven);
}

void network_run(struct network *net)
{
	for (unsigned int i = 0; i < net->version->turns; i++)
		if (network_turn(net))
			return;
}

bool network_is_over(const struct network *net)
{
	return net->client.over && net->server.over && !net->client.result &&
	       !net->server.result;
}

void network_explain(const struct network *net)
{
	for (int i = CLIENT; i <= SERVER; i++)
		printf("# %s: %s, %d %s\n", i == CLIENT ? "client" : "server",
		       net->peer[i].over ? "over" : "not over",
		       net->peer[i].result,
		       net->peer[i].handshake.reason.text);
}

bool network_is_good(const struct network *net)
{
	const struct peer *client = &net->client, *server = &net->server;
	bool good = network_is_over(net) &&
		    net->version->keys_fit(client, server) &&
		    net->version->keys_fit(server, client);

	if (!good)
		network_explain(net);
	return good;
}

bool network_names_known(const struct network *net)
{
	const struct tsec_handshake_info *client = &net->client.outcome.done;
	const struct tsec_handshake_info *server = &net->server.outcome.done;

	return !strcmp(client->peer_id, "a.example") &&
	       client->peer_cert.len && !strcmp(server->peer_name, "a.example");
}

bool blob_is(const struct tsec_blob *a, const struct tsec_blob *b)
{
	return a->len && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

bool peer_has_cid(const struct peer *peer, int direction,
		  const struct tsec_blob *cid)
{
	const struct tsec_key_info *key = &peer->outcome.key[direction];

	if (!cid)
		return !(key->have & TSEC_HAS(KEY_CID));
	return (key->have & TSEC_HAS(KEY_CID)) && blob_is(&key->cid, cid);
}

unsigned int network_give_late(struct peer *peer, bool *more)
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

void wait_for_timer(struct peer *peer)
{
	usleep(1000 * peer->handshake.ops->timer(&peer->handshake) + 1000);
}

/* DTLS 1.2 *************************************************************** */

static ssize_t push_to_client(gnutls_transport_ptr_t net, const void *data,
			      size_t len)
{
	return send(((struct network *)net)->fd[CLIENT], data, len, 0);
}

static bool prove(struct network *net, uint8_t *data, size_t len)
{
	gnutls_dtls_prestate_st state = { .record_seq = 0 };

	if (net->proven)
		return true;
	net->proven = !gnutls_dtls_cookie_verify(&cookie_key, "client", 6,
						 data, len, &state);
	if (!net->proven)
		gnutls_dtls_cookie_send(&cookie_key, "client", 6, &state, net,
					push_to_client);
	return net->proven;
}

static bool keys_fit(const struct peer *from, const struct peer *to)
{
	const struct tsec_key_info *tx = &from->outcome.key[TSEC_DIR_TX];
	const struct tsec_key_info *rx = &to->outcome.key[TSEC_DIR_RX];
	const struct tsec_key_info *other = &to->outcome.key[TSEC_DIR_TX];

	/* Finished had number 0, and may get some more when it is repeated. */
	return blob_is(&tx->key, &rx->key) && blob_is(&tx->iv, &rx->iv) &&
	       !blob_is(&tx->key, &other->key) && tx->cipher == rx->cipher &&
	       tx->seq >= 1 && tx->seq < 30 && rx->seq == 0 &&
	       tx->version == TSEC_VERSION_DTLS_1_2;
}

/* Its tickets are handshake messages among others. */
static const struct network_version version12 = {
	.turns = 50,
	.prove = prove,
	.keys_fit = keys_fit,
};

void network_begin(struct network *net)
{
	network_begin_version(net, &version12);
}

/* Bad networks *********************************************************** */

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static unsigned int turn_all(struct network *nets, unsigned int n)
{
	unsigned int n_over = 0;

	for (unsigned int i = 0; i < n; i++)
		n_over += network_turn(&nets[i]);
	return n_over;
}

unsigned int network_bad_run(struct network *nets, unsigned int n,
			     void (*ready)(struct network *net))
{
	time_t until = now() + BAD_SECONDS;
	unsigned int n_good = 0;

	for (unsigned int i = 0; i < n; i++) {
		network_begin(&nets[i]);
		nets[i].seed = i + 1;
		nets[i].lost = 30;
		nets[i].repeated = 10;
		nets[i].late = 20;
		if (ready)
			ready(&nets[i]);
	}
	while (turn_all(nets, n) < n && now() < until)
		usleep(10000);
	for (unsigned int i = 0; i < n; i++) {
		n_good += network_is_good(&nets[i]);
		network_end(&nets[i]);
	}
	return n_good;
}
