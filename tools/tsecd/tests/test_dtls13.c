// SPDX-License-Identifier: GPL-2.0
/* Two ends of the DTLS 1.3 engine with each other: what they agree on. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "../sessions.h"
#include "network13.h"
#include "tap.h"

/* How both ends have ended. */
static bool fail_with(const struct network *net, int client, int server)
{
	bool so = net->client.result == client &&
		  net->server.result == server;

	if (!so)
		network_explain(net);
	return so;
}

static void test_cipher(uint16_t cipher, bool cookies)
{
	struct network net;

	network13_begin(&net);
	net.trusting = !cookies;
	net.client.info.settings.ciphers[0] = cipher;
	net.client.info.settings.n_ciphers = 1;
	network_run(&net);
	ok(network_is_good(&net) && net.client.outcome.done.cipher == cipher,
	   "DTLS 1.3 with %s%s", tsec_name_of(tsec_cipher_names, cipher),
	   cookies ? ", after a HelloRetryRequest" : "");
	ok(network_names_known(&net), "... each knows what it should of the other");
	network_end(&net);
}

static void test_ciphers(void)
{
	for (uint16_t c = 1; c <= TSEC_CIPHER_CHACHA20_POLY1305; c++) {
		test_cipher(c, false);
		test_cipher(c, true);
	}
}

static void test_groups(void)
{
	struct network net;

	network13_begin(&net);
	net.retry_group = DTLS13_SECP256R1;
	network_run(&net);
	ok(network_is_good(&net), "the HelloRetryRequest may ask for P-256");
	network_end(&net);

	network13_begin(&net);
	net.retry_group = DTLS13_X25519;
	network_run(&net);
	ok(fail_with(&net, -EPROTO, 0) && !net.server.over,
	   "... but not for what the client has sent: %s",
	   net.client.handshake.reason.text);
	network_end(&net);
}

static void test_client_certificates(void)
{
	struct network net;

	network13_begin(&net);
	network_ask_client(&net, true);
	network_run(&net);
	ok(network_is_good(&net) &&
		   !strcmp(net.server.outcome.done.peer_id, "c.example"),
	   "a client shows its certificate");
	network_end(&net);

	network13_begin(&net);
	network_ask_client(&net, false);
	network_run(&net);
	ok(fail_with(&net, -EKEYREJECTED, -EKEYREJECTED),
	   "a client without one is refused, and told: %s",
	   net.client.handshake.reason.text);
	network_end(&net);

	network13_begin(&net);
	network_ask_client(&net, false);
	net.server.info.settings.verify = TSEC_VERIFY_REQUEST;
	network_run(&net);
	ok(network_is_good(&net) && !*net.server.outcome.done.peer_id,
	   "... unless it is only asked for");
	network_end(&net);
}

static void test_psk(void)
{
	struct network net;

	for (int cookies = 0; cookies < 2; cookies++) {
		network13_begin(&net);
		net.trusting = !cookies;
		peer_psk(&net.client, "someone", "0123456789abcdef");
		peer_psk(&net.server, "someone", "0123456789abcdef");
		network_run(&net);
		ok(network_is_good(&net) &&
			   !strcmp(net.server.outcome.done.peer_id,
				   "someone"),
		   "a PSK%s", cookies ? " after a HelloRetryRequest" : "");
		network_end(&net);
	}
	network13_begin(&net);
	peer_psk(&net.client, "someone", "0123456789abcdef");
	peer_psk(&net.server, "someone", "fedcba9876543210");
	network_run(&net);
	ok(fail_with(&net, -EKEYREJECTED, -EKEYREJECTED), "a wrong PSK: %s",
	   net.server.handshake.reason.text);
	network_end(&net);

	network13_begin(&net);
	peer_psk(&net.client, "someone", "0123456789abcdef");
	peer_psk(&net.server, "another", "0123456789abcdef");
	network_run(&net);
	ok(fail_with(&net, -EKEYREJECTED, -EKEYREJECTED),
	   "an unknown PSK: %s", net.server.handshake.reason.text);
	network_end(&net);

	network13_begin(&net);
	peer_psk(&net.client, "someone", "0123456789abcdef");
	network_run(&net);
	ok(net.client.result == -EKEYREJECTED,
	   "a PSK where the server has a certificate: %s",
	   net.client.handshake.reason.text);
	network_end(&net);
}

/* A profile without SHA-256: its PSKs are for SHA-384. */
static void test_psk_sha384(void)
{
	struct network net;

	for (int all = 0; all < 2; all++) {
		network13_begin(&net);
		peer_psk(&net.client, "someone", "0123456789abcdef");
		peer_psk(&net.server, "someone", "0123456789abcdef");
		net.client.info.settings.ciphers[0] =
			TSEC_CIPHER_AES_256_GCM;
		net.client.info.settings.n_ciphers = 1;
		if (!all)
			net.server.info.settings.n_ciphers = 1;
		network_run(&net);
		ok(all ? fail_with(&net, -EKEYREJECTED, -EKEYREJECTED) :
			 network_is_good(&net) &&
				 net.server.outcome.done.cipher ==
					 TSEC_CIPHER_AES_256_GCM,
		   "a PSK for SHA-384%s",
		   all ? " where the server's are for SHA-256" : "");
		network_end(&net);
	}
}

static void test_alpn(void)
{
	struct network net;

	network13_begin(&net);
	strcpy(net.client.info.settings.alpn, "one,two");
	strcpy(net.server.info.settings.alpn, "three,two");
	network_run(&net);
	ok(network_is_good(&net) &&
		   !strcmp(net.client.outcome.done.alpn, "two") &&
		   !strcmp(net.server.outcome.done.alpn, "two"),
	   "an application protocol in common");
	network_end(&net);

	network13_begin(&net);
	strcpy(net.client.info.settings.alpn, "one");
	strcpy(net.server.info.settings.alpn, "three,two");
	network_run(&net);
	ok(fail_with(&net, -EPROTONOSUPPORT, -EPROTONOSUPPORT),
	   "none in common: %s", net.client.handshake.reason.text);
	network_end(&net);
}

static void test_refusals(void)
{
	struct network net;

	network13_begin(&net);
	strcpy(net.client.info.peer_name, "b.example");
	network_run(&net);
	ok(fail_with(&net, -EKEYREJECTED, -EKEYREJECTED),
	   "a wrong name is refused, and the server told: %s",
	   net.server.handshake.reason.text);
	network_end(&net);

	network13_begin(&net);
	net.trusting = true;
	net.client.info.settings.ciphers[0] = TSEC_CIPHER_AES_128_GCM;
	net.client.info.settings.n_ciphers = 1;
	net.server.info.settings.n_ciphers = 1;
	network_run(&net);
	ok(fail_with(&net, -EPROTONOSUPPORT, -EPROTONOSUPPORT),
	   "no common cipher: %s", net.server.handshake.reason.text);
	network_end(&net);
}

/* Which engine *********************************************************** */

static void test_cookies(void)
{
	static const uint8_t cookie[5000];
	struct network net;

	for (int long_one = 0; long_one < 2; long_one++) {
		network13_begin(&net);
		peer_step(&net.client);
		network_lose(&net, CLIENT);
		network13_retry(&net, 0x1302,
				wire_reader(cookie, long_one ? 5000 : 2000));
		peer_step(&net.client);
		ok(long_one ? net.client.result == -EPROTONOSUPPORT :
			      !net.client.over &&
				      network_lose(&net, CLIENT) > 1,
		   "a%s long cookie: %s", long_one ? " very" : "",
		   net.client.handshake.reason.text);
		network_end(&net);
	}
}

static void test_versions(void)
{
	/* A warning: that the user has canceled something. */
	static const uint8_t alert[] = { DTLS13_ALERT, 0xfe, 0xfd, 0, 0, 0, 0,
					 0, 0, 0, 9, 0, 2, 1, 90 };
	uint8_t data[DATAGRAM_MAX];
	struct network net;
	ssize_t len;

	network13_begin(&net);
	net.server.info.settings.version_min = TSEC_VERSION_TLS_1_2;
	network_run(&net);
	ok(network_is_good(&net), "a server of both versions takes a client of 1.3");
	network_end(&net);

	network13_begin(&net);
	net.trusting = true;
	net.server.info.settings.version_min = TSEC_VERSION_TLS_1_2;
	peer_step(&net.client);
	len = recv(net.fd[CLIENT], data, sizeof(data), 0);
	memcpy(data + len, alert, sizeof(alert));
	send(net.fd[SERVER], data, len + sizeof(alert), 0);
	net.proven = true;
	network_run(&net);
	ok(network_is_good(&net),
	   "... also if its hello is not alone in the datagram");
	network_end(&net);

	network13_begin(&net);
	net.trusting = true;
	net.client.info.settings.version_min = TSEC_VERSION_TLS_1_2;
	network_run(&net);
	ok(fail_with(&net, -EPROTONOSUPPORT, -EPROTONOSUPPORT),
	   "a server of 1.3 refuses a client of 1.2: %s",
	   net.client.handshake.reason.text);
	network_end(&net);

	network13_begin(&net);
	net.trusting = true;
	net.server.info.settings.version_min = TSEC_VERSION_TLS_1_2;
	net.server.info.settings.version_max = TSEC_VERSION_TLS_1_2;
	network_run(&net);
	ok(fail_with(&net, -EPROTONOSUPPORT, -EPROTONOSUPPORT),
	   "a server of 1.2 refuses a client of 1.3: %s",
	   net.client.handshake.reason.text);
	network_end(&net);
}

int main(void)
{
	network_setup();
	sessions_set_limit(0); /* each handshake is a full one */
	test_ciphers();
	test_groups();
	test_client_certificates();
	test_psk();
	test_psk_sha384();
	test_alpn();
	test_refusals();
	test_cookies();
	test_versions();
	network_cleanup();
	return done_testing();
}
