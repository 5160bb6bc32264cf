// SPDX-License-Identifier: GPL-2.0
/* Two ends of the TLS engine with each other, over a pair of sockets. */
#include <err.h>
#include <stdio.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../handshake/tls.h"
#include "../objects.h"
#include "../tickets.h"
#include "../trust.h"
#include "peer.h"
#include "pki.h"
#include "record.h"
#include "tap.h"

static struct cert ca, server_cert, client_cert;

static struct peer client, server;

static void begin(void)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) < 0)
		err(1, "socketpair");
	peer_init(&client, TSEC_ROLE_CLIENT, fd[0]);
	peer_init(&server, TSEC_ROLE_SERVER, fd[1]);
	strcpy(client.info.peer_name, "a.example");
	peer_blob(&client.info.trust, ca.cert_pem);
	peer_show(&server, &server_cert);
}

static void end(void)
{
	peer_free(&client);
	peer_free(&server);
}

static bool both_over(void)
{
	if (client.result)
		printf("# client: %d %s\n", client.result,
		       client.handshake.reason.text);
	if (server.result)
		printf("# server: %d %s\n", server.result,
		       server.handshake.reason.text);
	return client.over && server.over && !client.result && !server.result;
}

/* What one end seals, the other opens: in both directions, twice. */
static bool one_way(struct peer *from, struct peer *to)
{
	struct record_key tx, rx;
	uint8_t type = 0;
	char text[4096] = "";
	bool good = true;

	record_key_init(&tx, &from->outcome.key[TSEC_DIR_TX]);
	record_key_init(&rx, &to->outcome.key[TSEC_DIR_RX]);
	for (int i = 0; i < 2; i++) {
		ssize_t len;

		record_send(&tx, from->info.fd, RECORD_DATA, "hello", 5);
		do
			len = record_receive(&rx, to->info.fd, &type, text,
					     sizeof(text));
		while (len >= 0 && type == RECORD_HANDSHAKE);
		good = good && len == 5 && type == RECORD_DATA &&
		       !memcmp(text, "hello", 5);
	}
	record_key_free(&tx);
	record_key_free(&rx);
	return good;
}

static void set_blocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

/*
 * A client's channel gives the tickets, as plain messages; the records that
 * they come in are opened here as the kernel would.
 */
static unsigned int give_tickets(void)
{
	struct record_key rx;
	uint8_t type, message[4096];
	unsigned int n = 0;
	bool more = client.handshake.ops->lingers(&client.handshake);
	ssize_t len;

	record_key_init(&rx, &client.outcome.key[TSEC_DIR_RX]);
	while (more) {
		len = record_receive(&rx, client.info.fd, &type, message,
				     sizeof(message));
		if (len < 0 || type != RECORD_HANDSHAKE)
			break;
		more = client.handshake.ops->message(&client.handshake, message,
						     len);
		n++;
	}
	client.outcome.key[TSEC_DIR_RX].seq = rx.seq;
	record_key_free(&rx);
	return n;
}

static bool data_flows(void)
{
	set_blocking(client.info.fd);
	set_blocking(server.info.fd);
	return one_way(&server, &client) && one_way(&client, &server);
}

static void restrict_to(uint16_t version, uint16_t cipher)
{
	struct peer *peers[] = { &client, &server };

	for (int i = 0; i < 2; i++) {
		struct tsec_profile_info *settings = &peers[i]->info.settings;

		if (version)
			settings->version_min = settings->version_max = version;
		if (cipher) {
			settings->ciphers[0] = cipher;
			settings->n_ciphers = 1;
		}
	}
}

static void test_ciphers(void)
{
	static const uint16_t versions[] = { TSEC_VERSION_TLS_1_2,
					     TSEC_VERSION_TLS_1_3 };

	for (int v = 0; v < 2; v++)
		for (uint16_t c = 1; c <= TSEC_CIPHER_CHACHA20_POLY1305; c++) {
			begin();
			client.info.settings.session_cache = 2;
			server.info.settings.session_cache = 2;
			restrict_to(versions[v], c);
			peers_run(&client, &server);
			ok(both_over() && data_flows() &&
				   client.outcome.done.version == versions[v] &&
				   client.outcome.done.cipher == c,
			   "%s with %s",
			   tsec_name_of(tsec_version_names, versions[v]),
			   tsec_name_of(tsec_cipher_names, c));
			end();
		}
}

static void test_default(void)
{
	begin();
	strcpy(server.info.settings.alpn, "h2,http/1.1");
	strcpy(client.info.settings.alpn, "http/1.1,h2");
	peers_run(&client, &server);
	ok(both_over(), "TLS with defaults");
	ok(client.outcome.done.version == TSEC_VERSION_TLS_1_3,
	   "the highest version is chosen");
	ok(client.outcome.done.cipher == TSEC_CIPHER_AES_256_GCM,
	   "the most preferred cipher is chosen");
	ok(!strcmp(client.outcome.done.alpn, "h2") &&
		   !strcmp(server.outcome.done.alpn, "h2"),
	   "the server chooses ALPN");
	ok(!strcmp(server.outcome.done.peer_name, "a.example"),
	   "the server learns the name asked for");
	ok(!strcmp(client.outcome.done.peer_id, "a.example"),
	   "the client learns who the server is");
	ok(!tsec_has(&server.outcome.done, HANDSHAKE_PEER_ID),
	   "the client is nobody known");
	ok(client.outcome.done.peer_cert.len > 100,
	   "the client has the server's certificate");
	ok(client.outcome.done.exporter.len == 48 &&
		   !memcmp(client.outcome.done.exporter.data,
			   server.outcome.done.exporter.data, 48),
	   "both have the same exporter secret");
	ok(give_tickets() >= 1 && data_flows(), "tickets come, data flows");
	end();
}

/* A first handshake that gives tickets, and a second with them. */
static void resume(uint16_t version, bool *first, bool *second)
{
	begin();
	restrict_to(version, 0);
	strcpy(client.info.peer_name, "a.example");
	peers_run(&client, &server);
	*first = both_over() && !client.outcome.done.resumed;
	set_blocking(client.info.fd);
	give_tickets();
	end();
	begin();
	restrict_to(version, 0);
	peers_run(&client, &server);
	*second = both_over() && client.outcome.done.resumed &&
		  server.outcome.done.resumed &&
		  !strcmp(client.outcome.done.peer_id, "a.example") &&
		  client.outcome.done.peer_cert.len;
}

static void test_resumption(uint16_t version)
{
	const char *name = tsec_name_of(tsec_version_names, version);
	bool first, second;

	sessions_flush();
	resume(version, &first, &second);
	ok(first, "%s: a first session is a full handshake", name);
	ok(second, "%s: the second is resumed", name);
	ok(data_flows(), "%s: data flows in a resumed session", name);
	end();
	begin();
	restrict_to(version, 0);
	ticket_keys_renew();
	peers_run(&client, &server);
	ok(both_over() && !client.outcome.done.resumed,
	   "%s: a ticket of an old key makes a full handshake", name);
	end();
	begin();
	restrict_to(version, 0);
	strcpy(server.info.settings.name, "other");
	peers_run(&client, &server);
	ok(both_over() && !client.outcome.done.resumed,
	   "%s: another profile's ticket is of no use", name);
	end();
	begin();
	restrict_to(version, 0);
	client.info.settings.session_cache = 2;
	peers_run(&client, &server);
	ok(both_over() && !client.outcome.done.resumed &&
		   !client.handshake.ops->lingers(&client.handshake),
	   "%s: nothing is resumed without a session cache", name);
	end();
}

static void test_mutual(uint16_t version)
{
	const char *name = tsec_name_of(tsec_version_names, version);

	begin();
	restrict_to(version, 0);
	server.info.settings.verify = TSEC_VERIFY_REQUIRE;
	peer_blob(&server.info.trust, ca.cert_pem);
	peer_show(&client, &client_cert);
	peers_run(&client, &server);
	ok(both_over() && !strcmp(server.outcome.done.peer_id, "CN=the client"),
	   "%s: the server knows the client by its certificate", name);
	ok(server.outcome.done.peer_cert.len > 100,
	   "%s: and has that certificate", name);
	end();
}

static void give_psk(struct peer *peer, const char *identity, const char *key)
{
	peer->info.cert.data = peer->info.privkey.data = NULL;
	peer->info.trust.data = NULL;
	peer_blob(&peer->info.psk_identity, identity);
	peer_blob(&peer->info.psk_key, key);
}

static void test_psk(uint16_t version)
{
	const char *name = tsec_name_of(tsec_version_names, version);

	begin();
	restrict_to(version, 0);
	give_psk(&client, "someone", "0123456789abcdef");
	give_psk(&server, "someone", "0123456789abcdef");
	peers_run(&client, &server);
	ok(both_over() && data_flows() &&
		   !strcmp(server.outcome.done.peer_id, "someone") &&
		   !client.outcome.done.peer_cert.len,
	   "%s with a PSK", name);
	end();
	begin();
	restrict_to(version, 0);
	give_psk(&client, "someone", "0123456789abcdef");
	strcpy(server.info.settings.psk,
	       test_file("psk",
			 "# keys\n\nother:00112233445566778899aabbccddeeff\n"
			 "someone:30313233343536373839616263646566\n"));
	peers_run(&client, &server);
	ok(both_over() && !strcmp(server.outcome.done.peer_id, "someone"),
	   "%s: a server with certificate and PSK file takes the PSK", name);
	end();
}

static void make_certs(void)
{
	cert_make(&ca, &(struct cert_order){ .cn = "Test CA",
					     .authority = 1,
					     .days_from = -10,
					     .days_to = 10 });
	cert_make(&server_cert, &(struct cert_order){ .cn = "server",
						      .dns = "a.example",
						      .ip = "127.0.0.1",
						      .by = &ca,
						      .days_from = -1,
						      .days_to = 5 });
	cert_make(&client_cert, &(struct cert_order){ .cn = "the client",
						      .by = &ca,
						      .days_from = -1,
						      .days_to = 5 });
}

int main(void)
{
	make_certs();
	ticket_keys_renew();
	test_ciphers();
	test_default();
	test_resumption(TSEC_VERSION_TLS_1_3);
	test_resumption(TSEC_VERSION_TLS_1_2);
	test_mutual(TSEC_VERSION_TLS_1_3);
	test_mutual(TSEC_VERSION_TLS_1_2);
	test_psk(TSEC_VERSION_TLS_1_3);
	test_psk(TSEC_VERSION_TLS_1_2);
	objects_flush();
	sessions_flush();
	tls_global_free();
	cert_free(&ca);
	cert_free(&server_cert);
	cert_free(&client_cert);
	test_files_remove();
	return done_testing();
}
