// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <gnutls/dtls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../handshake/tls.h"
#include "../objects.h"
#include "../sessions.h"
#include "../tickets.h"
#include "network.h"
#include "pki.h"

#define BAD_SECONDS 300 /* as a rule, it takes 20 */

static struct cert ca, server_cert;
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
	gnutls_key_generate(&cookie_key, GNUTLS_COOKIE_KEY_SIZE);
	ticket_keys_renew();
	sessions_set_limit(100);
}

void network_cleanup(void)
{
	objects_flush();
	sessions_flush();
	tls_global_free();
	cert_free(&ca);
	cert_free(&server_cert);
	gnutls_free(cookie_key.data);
	test_files_remove();
}

static void pair(int fd[2])
{
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd) < 0)
		err(1, "socketpair");
}

void network_begin(struct network *net)
{
	int client[2], server[2];

	memset(net, 0, sizeof(*net));
	pair(client);
	pair(server);
	peer_init(&net->client, TSEC_ROLE_CLIENT, client[0]);
	peer_init(&net->server, TSEC_ROLE_SERVER, server[0]);
	net->fd[CLIENT] = client[1];
	net->fd[SERVER] = server[1];
	net->client.info.protocol = net->server.info.protocol = TSEC_PROTO_DTLS;
	strcpy(net->client.info.peer_name, "a.example");
	peer_blob(&net->client.info.trust, ca.cert_pem);
	peer_blob(&net->server.info.cert, server_cert.cert_pem);
	peer_blob(&net->server.info.privkey, server_cert.key_pem);
}

void network_end(struct network *net)
{
	peer_free(&net->client);
	peer_free(&net->server);
	close(net->fd[CLIENT]);
	close(net->fd[SERVER]);
}

/* Datagrams ************************************************************** */

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
	if (net->watch)
		net->watch(net, from, data, len);
	send(net->fd[!from], data, len, 0);
	if (chance(net, 10))
		send(net->fd[!from], data, len, 0);
	if (net->late[from].len) {
		send(net->fd[!from], net->late[from].data, net->late[from].len,
		     0);
		net->late[from].len = 0;
	}
}

static bool hold(struct network *net, int from, const void *data, size_t len)
{
	if (net->late[from].len || !chance(net, 20))
		return false;
	memcpy(net->late[from].data, data, len);
	net->late[from].len = len;
	return true;
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
		if (!hold(net, from, data, len))
			forward(net, from, data, len);
	}
	return n;
}

unsigned int network_lose(struct network *net, int from)
{
	uint8_t data[DATAGRAM_MAX];
	unsigned int n = 0;

	while (recv(net->fd[from], data, sizeof(data), 0) > 0)
		n++;
	return n;
}

/* Both ends ************************************************************** */

bool network_server_step(struct network *net)
{
	return net->proven && peer_step(&net->server);
}

bool network_turn(struct network *net)
{
	bool over = peer_step(&net->client);

	network_carry(net, CLIENT);
	over = network_server_step(net) && over;
	network_carry(net, SERVER);
	return over;
}

void network_run(struct network *net)
{
	for (int i = 0; i < 50; i++)
		if (network_turn(net))
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

bool blob_is(const struct tsec_blob *a, const struct tsec_blob *b)
{
	return a->len && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static bool keys_fit(const struct peer *from, const struct peer *to)
{
	const struct tsec_key_info *tx = &from->outcome.key[TSEC_DIR_TX];
	const struct tsec_key_info *rx = &to->outcome.key[TSEC_DIR_RX];

	/* Finished had number 0, and may get some more when it is repeated. */
	return blob_is(&tx->key, &rx->key) && blob_is(&tx->iv, &rx->iv) &&
	       tx->cipher == rx->cipher && tx->seq >= 1 && tx->seq < 30 &&
	       rx->seq == 0 && tx->version == TSEC_VERSION_DTLS_1_2;
}

bool network_is_good(const struct network *net)
{
	return both_over(net) && keys_fit(&net->client, &net->server) &&
	       keys_fit(&net->server, &net->client) &&
	       !blob_is(&net->client.outcome.key[TSEC_DIR_TX].key,
			&net->client.outcome.key[TSEC_DIR_RX].key);
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

/* Bad networks *********************************************************** */

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
		network_give_late(peer, &more);
}

static unsigned int turn_all(struct network *nets, unsigned int n)
{
	unsigned int n_over = 0;

	for (unsigned int i = 0; i < n; i++) {
		n_over += network_turn(&nets[i]);
		stay(&nets[i].client);
		stay(&nets[i].server);
	}
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
