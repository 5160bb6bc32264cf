// SPDX-License-Identifier: GPL-2.0
/* Connection IDs in handshakes of DTLS 1.3: who gets which, what bears them. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "../sessions.h"
#include "network13.h"
#include "tap.h"

/* The protected records of each end, with a connection ID and without. */
static struct {
	unsigned int named, unnamed;
} seen[2];

/* Of each datagram, the last record: what comes first may be in the clear. */
static void watch(struct network *net, int from, uint8_t *data, size_t len)
{
	size_t skip;

	(void)net;
	while (len > DTLS13_PLAIN_HEADER && data[0] < 32) {
		skip = DTLS13_PLAIN_HEADER + data[11] * 256 + data[12];
		if (skip > len)
			return;
		data += skip;
		len -= skip;
	}
	if (!len || data[0] >> 5 != 1)
		return;
	if (data[0] & 0x10)
		seen[from].named++;
	else
		seen[from].unnamed++;
}

static void begin(struct network *net)
{
	network13_begin(net);
	net->watch = watch;
	memset(seen, 0, sizeof(seen));
}

/* Of the one message in a datagram. */
static size_t message_len(const uint8_t *data)
{
	return data[DTLS13_PLAIN_HEADER + 2] << 8 |
	       data[DTLS13_PLAIN_HEADER + 3];
}

static void put_at(uint8_t *at, size_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

/* The lengths of everything that a message in one datagram is in. */
static void lengths_set(uint8_t *data, size_t body)
{
	put_at(data + DTLS13_PLAIN_HEADER + 2, body);
	put_at(data + DTLS13_PLAIN_HEADER + 10, body);
	put_at(data + DTLS13_PLAIN_HEADER - 2, DTLS13_MESSAGE_HEADER + body);
}

static void cid_extension(struct wire_writer *writer, const char *cid,
			  size_t len, bool rrc)
{
	wire_put(writer, 54, 2);
	wire_put(writer, 1 + len, 2);
	wire_put(writer, len, 1);
	wire_put_data(writer, cid, len);
	if (rrc)
		wire_put(writer, 61 << 16, 4);
}

/* Appends extensions to a ClientHello; how long the datagram is then. */
static size_t hello_extend(uint8_t *data, size_t len, const char *cid,
			   bool rrc)
{
	struct wire_writer writer = wire_writer(data, DATAGRAM_MAX);
	struct wire_reader reader = wire_reader(data + AT_BODY, len - AT_BODY);
	uint8_t *extensions;

	wire_get_data(&reader, 2 + DTLS13_RANDOM_LEN + 2);
	wire_get_vector(&reader, 2);
	wire_get_vector(&reader, 1);
	extensions = (uint8_t *)reader.at;
	writer.len = len;
	cid_extension(&writer, cid, strlen(cid), rrc);
	put_at(extensions, data + writer.len - extensions - 2);
	lengths_set(data, writer.len - AT_BODY);
	return writer.len;
}

/* The answer to a client's first flight, with an ID of so many bytes. */
static size_t server_hello_make(uint8_t *data, size_t cid_len)
{
	static const char cid[64];
	struct wire_writer writer = wire_writer(data, DATAGRAM_MAX);
	size_t extensions;

	wire_put(&writer, DTLS13_HANDSHAKE, 1);
	wire_put(&writer, DTLS12_VERSION, 2);
	wire_put(&writer, 0, 8);
	wire_put(&writer, 0, 2);
	wire_put(&writer, DTLS13_SERVER_HELLO, 1);
	wire_put(&writer, 0, 8);
	wire_put(&writer, 0, 3);
	wire_put(&writer, DTLS12_VERSION, 2);
	wire_put_data(&writer, "a server's random number, indeed", 32);
	wire_put(&writer, 0, 1);
	wire_put(&writer, 0x1302, 2);
	wire_put(&writer, 0, 1);
	extensions = wire_begin(&writer, 2);
	wire_put(&writer, 43, 2);
	wire_put(&writer, 2, 2);
	wire_put(&writer, DTLS13_VERSION, 2);
	wire_put(&writer, 51, 2);
	wire_put(&writer, 4 + 32, 2);
	wire_put(&writer, DTLS13_X25519, 2);
	wire_put(&writer, 32, 2);
	wire_put_data(&writer, "no share that anybody has made..", 32);
	cid_extension(&writer, cid, cid_len, false);
	wire_end(&writer, extensions, 2);
	lengths_set(data, writer.len - AT_BODY);
	return writer.len;
}

static bool is_cid(const struct tsec_blob *cid, const char *want)
{
	return cid->len == strlen(want) &&
	       (!cid->len || !memcmp(cid->data, want, cid->len));
}

/* What an end says to the kernel of the IDs that it sends and receives. */
static bool cids_are(const struct peer *peer, const char *tx, const char *rx,
		     bool rrc)
{
	const struct outcome *outcome = &peer->outcome;

	return is_cid(&outcome->key[TSEC_DIR_TX].cid, tx) &&
	       is_cid(&outcome->key[TSEC_DIR_RX].cid, rx) &&
	       tsec_has(&outcome->done, HANDSHAKE_RRC) == rrc;
}

static void test_cids(void)
{
	struct network net;

	for (int cookies = 0; cookies < 2; cookies++) {
		begin(&net);
		net.trusting = !cookies;
		net.retry_group = cookies ? DTLS13_SECP256R1 : 0;
		network_ask_client(&net, true);
		peer_blob(&net.client.info.cid, "to the client");
		peer_blob(&net.server.info.cid, "server");
		network_run(&net);
		ok(network_is_good(&net) &&
			   cids_are(&net.client, "server",
				    "to the client", true) &&
			   cids_are(&net.server, "to the client",
				    "server", true),
		   "each end has a connection ID%s",
		   cookies ? ", after a HelloRetryRequest as well" : "");
		ok(seen[CLIENT].named && seen[SERVER].named &&
			   !seen[CLIENT].unnamed && !seen[SERVER].unnamed,
		   "... and each record under the handshake's keys");
		network_end(&net);
	}
}

static void test_one_sided_cids(void)
{
	struct network net;

	for (int i = CLIENT; i <= SERVER; i++) {
		begin(&net);
		peer_blob(&net.peer[i].info.cid, "alone");
		network_run(&net);
		ok(network_is_good(&net) &&
			   cids_are(&net.client, "", "", false) &&
			   cids_are(&net.server, "", "", false) &&
			   !seen[CLIENT].named && !seen[SERVER].named,
		   "none if the %s does not know of any",
		   i == CLIENT ? "server" : "client");
		network_end(&net);
	}
}

/*
 * The client's first hello as another client would have made it, and the
 * server's answer; the rest of that handshake does not matter.
 */
static void test_other_clients(void)
{
	static const struct {
		const char *what, *cid;
		bool rrc, answered;
	} rows[] = {
		{ "that wants none itself", "", true, true },
		{ "that answers no checks", "abc", false, true },
		{ "whose ID is too long", "123456789012345678901", true,
		  false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dtls13_server_hello hello = { .version = 0 };
		struct network net;
		uint8_t data[DATAGRAM_MAX];
		ssize_t len;

		begin(&net);
		net.trusting = true;
		peer_blob(&net.server.info.cid, "server");
		peer_step(&net.client);
		len = recv(net.fd[CLIENT], data, sizeof(data), 0);
		len = hello_extend(data, len, rows[i].cid, rows[i].rrc);
		send(net.fd[SERVER], data, len, 0);
		peer_step(&net.server);
		len = recv(net.fd[SERVER], data, sizeof(data), 0);
		if (len > AT_BODY)
			dtls13_server_hello_read(data + AT_BODY,
						 message_len(data), &hello);
		ok(hello.version == DTLS13_VERSION &&
			   hello.has_cid == rows[i].answered &&
			   hello.rrc == (rows[i].answered && rows[i].rrc),
		   "a client %s", rows[i].what);
		watch(&net, SERVER, data, len);
		ok((seen[SERVER].named > 0) ==
			   (rows[i].answered && *rows[i].cid),
		   "... and the server's records fit that");
		network_end(&net);
	}
}

/* A server's hello that the client cannot go on with. */
static void test_other_servers(void)
{
	static const struct {
		const char *what, *own;
		size_t len;
		int result;
	} rows[] = {
		{ "a connection ID that was not asked for", "", 4, -EPROTO },
		{ "one that is too long", "own", 21, -EPROTONOSUPPORT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct network net;
		uint8_t data[DATAGRAM_MAX];
		size_t len;

		begin(&net);
		peer_blob(&net.client.info.cid, rows[i].own);
		peer_step(&net.client);
		network_lose(&net, CLIENT);
		len = server_hello_make(data, rows[i].len);
		send(net.fd[CLIENT], data, len, 0);
		peer_step(&net.client);
		ok(net.client.result == rows[i].result,
		   "a server has %s: %s", rows[i].what,
		   net.client.handshake.reason.text);
		network_end(&net);
	}
}

int main(void)
{
	network_setup();
	sessions_set_limit(0); /* each handshake is a full one */
	test_cids();
	test_one_sided_cids();
	test_other_clients();
	test_other_servers();
	network_cleanup();
	return done_testing();
}
