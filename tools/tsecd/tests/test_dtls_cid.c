// SPDX-License-Identifier: GPL-2.0
/*
 * Connection IDs in handshakes of DTLS 1.2 between two ends of our own: who
 * gets which, and that records have them from the first protected one on.
 */
#include <gnutls/crypto.h>
#include <string.h>
#include <sys/socket.h>

#include "../handshake/dtls12_record.h"
#include "../handshake/tls.h"
#include "../sessions.h"
#include "network.h"
#include "tap.h"

enum {
	AT_EPOCH = 3,
	AT_CID = 11,
	TYPE_CCS = 20,
	TYPE_CID = 25,
};

static const uint8_t bytes[] = "0123456789abcdefghijklmnopqrstuv";

static struct tsec_blob client_cid, server_cid;

/* What was under way in one direction. */
struct seen {
	unsigned int named, wrong; /* of the epoch that is protected */
	struct tsec_blob cid; /* what they should bear */
};

static struct seen seen[2];

static void watch(struct network *net, int from, uint8_t *data, size_t len)
{
	struct seen *to = &seen[from];

	(void)net;
	if (!data[AT_EPOCH + 1])
		return;
	if (data[0] == TYPE_CID && len > AT_CID + to->cid.len && to->cid.len &&
	    !memcmp(data + AT_CID, to->cid.data, to->cid.len))
		to->named++;
	else
		to->wrong++;
}

/* So many bytes of connection ID are what each end is to ask for. */
static void begin(struct network *net, size_t client, size_t server)
{
	network_begin(net);
	client_cid = (struct tsec_blob){ bytes, client };
	server_cid = (struct tsec_blob){ bytes + 10, server };
	seen[CLIENT] = (struct seen){ .cid = server_cid };
	seen[SERVER] = (struct seen){ .cid = client_cid };
	net->client.info.cid = client_cid;
	net->server.info.cid = server_cid;
	net->watch = watch;
}

static bool is_named(const struct network *net)
{
	const struct peer *client = &net->client, *server = &net->server;

	return client->outcome.done.rrc && server->outcome.done.rrc &&
	       peer_has_cid(client, TSEC_DIR_RX, &client_cid) &&
	       peer_has_cid(client, TSEC_DIR_TX, &server_cid) &&
	       peer_has_cid(server, TSEC_DIR_RX, &server_cid) &&
	       peer_has_cid(server, TSEC_DIR_TX, &client_cid);
}

static bool is_unnamed(const struct network *net)
{
	return !net->client.outcome.done.rrc && !net->server.outcome.done.rrc &&
	       peer_has_cid(&net->client, TSEC_DIR_RX, NULL) &&
	       peer_has_cid(&net->client, TSEC_DIR_TX, NULL) &&
	       peer_has_cid(&net->server, TSEC_DIR_RX, NULL) &&
	       peer_has_cid(&net->server, TSEC_DIR_TX, NULL);
}

static bool is_right(void)
{
	return seen[CLIENT].named && seen[SERVER].named &&
	       !seen[CLIENT].wrong && !seen[SERVER].wrong;
}

static void test_ciphers(void)
{
	for (uint16_t c = 1; c <= TSEC_CIPHER_CHACHA20_POLY1305; c++) {
		struct network net;

		begin(&net, 8, 3);
		net.client.info.settings.ciphers[0] = c;
		net.client.info.settings.n_ciphers = 1;
		network_run(&net);
		ok(network_is_good(&net) && is_named(&net),
		   "%s: both keys have the connection ID that is meant",
		   tsec_name_of(tsec_cipher_names, c));
		ok(is_right(), "... and so has every record under them");
		network_end(&net);
	}
}

static void test_lengths(void)
{
	static const uint8_t lengths[][2] = {
		{ 1, 1 }, { TSEC_CID_MAX, TSEC_CID_MAX }, { 1, TSEC_CID_MAX },
	};

	for (int i = 0; i < 3; i++) {
		struct network net;

		sessions_flush();
		begin(&net, lengths[i][CLIENT], lengths[i][SERVER]);
		network_run(&net);
		ok(network_is_good(&net) && is_named(&net) && is_right(),
		   "connection IDs of %d and %d bytes", lengths[i][CLIENT],
		   lengths[i][SERVER]);
		network_end(&net);
	}
}

static void test_without(void)
{
	static const char *const who[] = { "nobody", "only the server",
					   "only the client" };

	for (int i = 0; i < 3; i++) {
		struct network net;

		sessions_flush();
		begin(&net, i == 2 ? 8 : 0, i == 1 ? 8 : 0);
		network_run(&net);
		ok(network_is_good(&net) && is_unnamed(&net) &&
			   !seen[CLIENT].named && !seen[SERVER].named,
		   "%s wants connection IDs: there are none", who[i]);
		network_end(&net);
	}
}

static void test_resumed(void)
{
	struct network net;

	sessions_flush();
	begin(&net, 4, 4);
	network_run(&net);
	ok(network_is_good(&net) && !net.client.outcome.done.resumed,
	   "a first session");
	network_end(&net);
	begin(&net, 5, 6);
	network_run(&net);
	ok(network_is_good(&net) && net.client.outcome.done.resumed &&
		   is_named(&net) && is_right(),
	   "one that resumes it has connection IDs of its own");
	network_end(&net);
	begin(&net, 0, 0);
	network_run(&net);
	ok(network_is_good(&net) && net.client.outcome.done.resumed &&
		   is_unnamed(&net),
	   "one that wants none has none");
	network_end(&net);
}

static void test_packed(void)
{
	struct network net;

	sessions_flush();
	for (int i = 0; i < 2; i++) {
		begin(&net, 8, 8);
		net.packs = true;
		net.watch = NULL;
		network_run(&net);
		ok(network_is_good(&net) && is_named(&net) &&
			   net.client.outcome.done.resumed == i,
		   "each flight in one datagram, %s", i ? "resumed" : "full");
		network_end(&net);
		if (!i)
			continue;
		begin(&net, 0, 0);
		net.packs = true;
		network_run(&net);
		ok(network_is_good(&net) && is_unnamed(&net),
		   "... and without connection IDs");
		network_end(&net);
	}
}

/* The first protected record of each end is another's. */
static void spoil(struct network *net, int from, uint8_t *data, size_t len)
{
	bool *done = net->watcher;

	(void)len;
	if (data[0] != TYPE_CID || done[from])
		return;
	data[AT_CID] ^= 1;
	done[from] = true;
}

static void test_spoilt(void)
{
	bool done[2] = { false, false };
	struct network net;

	sessions_flush();
	begin(&net, 8, 8);
	net.watch = spoil;
	net.watcher = done;
	network_run(&net);
	ok(!net.client.over && !net.server.over && done[CLIENT],
	   "Finished with another connection ID is not heard");
	for (int i = 0; i < 20 && !network_turn(&net); i++) {
		if (net.server.over) {
			bool more;

			wait_for_timer(&net.client);
			peer_step(&net.client);
			network_carry(&net, CLIENT);
			network_give_late(&net.server, &more);
			network_carry(&net, SERVER);
		} else {
			wait_for_timer(&net.client);
		}
	}
	ok(network_is_good(&net) && done[SERVER], "... and comes once more");
	network_end(&net);
}

/* An alert under the keys that have just been made. */
static void test_alert(void)
{
	struct network net;

	begin(&net, 8, 8);
	network_run(&net);
	seen[CLIENT].named = 0;
	net.client.handshake.ops->abort(&net.client.handshake);
	network_carry(&net, CLIENT);
	ok(seen[CLIENT].named == 1 && is_right(),
	   "an alert has the connection ID as well");
	network_end(&net);
}

static void test_last_lost(void)
{
	struct network net;
	bool more;

	sessions_flush();
	begin(&net, 8, 8);
	for (int i = 0; i < 50 && !net.server.over; i++) {
		peer_step(&net.client);
		network_carry(&net, CLIENT);
		network_server_step(&net);
		if (!net.server.over)
			network_carry(&net, SERVER);
	}
	ok(net.server.over && network_lose(&net, SERVER) &&
		   !seen[SERVER].named,
	   "the last flight is lost");
	wait_for_timer(&net.client);
	peer_step(&net.client);
	network_carry(&net, CLIENT);
	network_give_late(&net.server, &more);
	network_carry(&net, SERVER);
	ok(seen[SERVER].named == 1, "... and repeated as it was");
	network_run(&net);
	ok(network_is_good(&net) && is_named(&net) && is_right(),
	   "... which is good for the client");
	network_end(&net);
}

/* A record of the client's, number 1, under the keys that it has got. */
static int data_seal(const struct peer *client, uint8_t *out, size_t size)
{
	const struct tsec_key_info *info = &client->outcome.key[TSEC_DIR_TX];
	struct dtls12_key key = {
		.cipher = GNUTLS_CIPHER_AES_256_GCM,
		.key = { (void *)info->key.data, info->key.len },
		.iv = { (void *)info->iv.data, info->iv.len },
		.cid = { (void *)info->cid.data, info->cid.len },
	};
	uint8_t record[] = { 23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 1,
			     0, 8 + 2 + 16, 0, 1, 0, 0, 0, 0, 0, 1, [38] = 0 };
	uint8_t nonce[12], aad[13];
	gnutls_aead_cipher_hd_t aead;
	size_t room = 2 + 16;

	memcpy(nonce, info->iv.data, 4);
	memcpy(nonce + 4, record + AT_EPOCH, 8);
	memcpy(aad, record + AT_EPOCH, 8);
	memcpy(aad + 8, record, 3);
	aad[11] = 0;
	aad[12] = 2;
	gnutls_aead_cipher_init(&aead, key.cipher, &key.key);
	gnutls_aead_cipher_encrypt(aead, nonce, sizeof(nonce), aad,
				   sizeof(aad), 16, "hi", 2, record + 21,
				   &room);
	gnutls_aead_cipher_deinit(aead);
	return dtls12_record_name(&key, record, sizeof(record), out, size);
}

/* The kernel cannot tell it from Finished, which it has overtaken. */
static void test_data(void)
{
	uint8_t ccs[64], finished[128], data[128];
	ssize_t ccs_len, finished_len, data_len;
	const struct tls *tls;
	struct network net;

	sessions_flush();
	begin(&net, 8, 8);
	network_run(&net);
	network_end(&net);
	begin(&net, 8, 8);
	for (int i = 0; i < 50 && !peer_step(&net.client); i++) {
		network_carry(&net, CLIENT);
		network_server_step(&net);
		network_carry(&net, SERVER);
	}
	ccs_len = recv(net.fd[CLIENT], ccs, sizeof(ccs), 0);
	finished_len = recv(net.fd[CLIENT], finished, sizeof(finished), 0);
	data_len = data_seal(&net.client, data, sizeof(data));
	ok(net.client.outcome.done.resumed && ccs_len > 0 &&
		   finished_len > 0 && data_len > 0 && ccs[0] == TYPE_CCS &&
		   finished[0] == TYPE_CID && data[0] == TYPE_CID,
	   "a client that is over, and sends data");
	send(net.fd[SERVER], ccs, ccs_len, 0);
	send(net.fd[SERVER], data, data_len, 0);
	ok(!peer_step(&net.server), "data before Finished ends nothing");
	tls = net.server.handshake.state;
	ok(!gnutls_record_check_pending(tls->session),
	   "... and is not for the library");
	send(net.fd[SERVER], finished, finished_len, 0);
	peer_step(&net.server);
	ok(network_is_good(&net), "... and Finished ends the handshake");
	network_end(&net);
}

int main(void)
{
	network_setup();
	test_ciphers();
	test_lengths();
	test_without();
	test_resumed();
	test_packed();
	test_spoilt();
	test_alert();
	test_last_lost();
	test_data();
	network_cleanup();
	return done_testing();
}
