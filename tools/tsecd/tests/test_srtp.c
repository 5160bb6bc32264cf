// SPDX-License-Identifier: GPL-2.0
/*
 * Two ends of the DTLS-SRTP engine with each other, and with ends that do not
 * speak it: what they agree on, which keys come of it, how it ends.  How
 * flights get through bad networks is tested in test_dtls.c.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "../handshake/srtp.h"
#include "../handshake/tls.h"
#include "network.h"
#include "pki.h"
#include "tap.h"

#define TYPE_ALERT 21

static struct cert alone_cert, other_cert, long_cert;

static void ciphers(struct peer *peer, unsigned int n, const uint16_t *list)
{
	memcpy(peer->info.settings.ciphers, list, n * sizeof(*list));
	peer->info.settings.n_ciphers = n;
}

#define CIPHERS(peer, ...) \
	ciphers(peer, sizeof((uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t), \
		(uint16_t[]){ __VA_ARGS__ })

static unsigned int alerts; /* that have been under way */

static void watch(struct network *net, int from, uint8_t *data, size_t len)
{
	(void)net;
	(void)from;
	alerts += len && data[0] == TYPE_ALERT;
}

static void begin(struct network *net)
{
	network_begin(net);
	net->watch = watch;
	alerts = 0;
	net->client.info.protocol = TSEC_PROTO_SRTP;
	net->server.info.protocol = TSEC_PROTO_SRTP;
}

static gnutls_session_t session_of(const struct peer *peer)
{
	return ((struct tls *)peer->handshake.state)->session;
}

/* Results **************************************************************** */

static bool keys_fit(const struct peer *from, const struct peer *to,
		     uint16_t cipher)
{
	const struct tsec_key_info *tx = &from->outcome.key[TSEC_DIR_TX];
	const struct tsec_key_info *rx = &to->outcome.key[TSEC_DIR_RX];

	return blob_is(&tx->key, &rx->key) && blob_is(&tx->iv, &rx->iv) &&
	       tx->key.len == tsec_cipher_key_len(cipher) &&
	       tx->iv.len == tsec_cipher_iv_len(cipher, TSEC_VERSION_SRTP) &&
	       tx->cipher == cipher && rx->cipher == cipher &&
	       tx->version == TSEC_VERSION_SRTP && !tx->seq && !rx->seq;
}

static bool is_good(const struct network *net, uint16_t cipher)
{
	const struct peer *client = &net->client, *server = &net->server;

	if (!network_is_over(net)) {
		network_explain(net);
		return false;
	}
	return keys_fit(client, server, cipher) &&
	       keys_fit(server, client, cipher) &&
	       !blob_is(&client->outcome.key[TSEC_DIR_TX].key,
			&client->outcome.key[TSEC_DIR_RX].key) &&
	       !blob_is(&client->outcome.key[TSEC_DIR_TX].iv,
			&client->outcome.key[TSEC_DIR_RX].iv) &&
	       client->outcome.done.version == TSEC_VERSION_SRTP &&
	       client->outcome.done.cipher == cipher;
}

static bool equals(const struct tsec_blob *blob, const gnutls_datum_t *datum)
{
	return blob->len == datum->size &&
	       !memcmp(blob->data, datum->data, blob->len);
}

/* The library knows where the keys of these are; so whose are they? */
static bool keys_are_the_library_s(const struct peer *client)
{
	const struct tsec_key_info *key = client->outcome.key;
	gnutls_datum_t out, out_salt, in, in_salt;
	uint8_t material[256];

	return gnutls_srtp_get_keys(session_of(client), material,
				    sizeof(material), &out, &out_salt, &in,
				    &in_salt) >= 0 &&
	       equals(&key[TSEC_DIR_TX].key, &out) &&
	       equals(&key[TSEC_DIR_TX].iv, &out_salt) &&
	       equals(&key[TSEC_DIR_RX].key, &in) &&
	       equals(&key[TSEC_DIR_RX].iv, &in_salt);
}

static void test_ciphers(void)
{
	static const uint16_t all[] = {
		TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
		TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32,
		TSEC_CIPHER_AES_128_GCM,
		TSEC_CIPHER_AES_256_GCM,
	};

	for (int i = 0; i < 4; i++) {
		const char *name = tsec_name_of(tsec_cipher_names, all[i]);
		struct network net;

		begin(&net);
		CIPHERS(&net.client, all[i]);
		ciphers(&net.server, 4, all);
		network_run(&net);
		ok(is_good(&net, all[i]), "SRTP with %s", name);
		ok(network_names_known(&net),
		   "%s: each knows what it should of the other", name);
		if (i < 2)
			ok(keys_are_the_library_s(&net.client),
			   "%s: the keys of RFC 5764, each its own way", name);
		network_end(&net);
	}
}

static void test_preference(void)
{
	struct network net;

	begin(&net);
	CIPHERS(&net.client, TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
		TSEC_CIPHER_AES_256_GCM, TSEC_CIPHER_AES_128_GCM);
	CIPHERS(&net.server, TSEC_CIPHER_CHACHA20_POLY1305,
		TSEC_CIPHER_AES_128_GCM, TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80);
	network_run(&net);
	ok(is_good(&net, TSEC_CIPHER_AES_128_GCM),
	   "the server's order counts, among what both have");
	network_end(&net);
}

static void expect(const struct peer *peer, int err, const char *text,
		   const char *what)
{
	ok(peer->result == -err && strstr(peer->handshake.reason.text, text),
	   "%s: %d %s", what, peer->result, peer->handshake.reason.text);
}

static void test_no_common_cipher(void)
{
	struct network net;

	begin(&net);
	CIPHERS(&net.client, TSEC_CIPHER_AES_256_GCM);
	CIPHERS(&net.server, TSEC_CIPHER_AES_128_GCM);
	network_run(&net);
	expect(&net.server, EPROTONOSUPPORT, "no cipher of SRTP",
	       "a server that has none of the client's ciphers");
	expect(&net.client, EPROTONOSUPPORT, "alert 40", "... and its client");
	network_end(&net);

	begin(&net);
	CIPHERS(&net.client, TSEC_CIPHER_CHACHA20_POLY1305,
		TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80);
	network_run(&net);
	expect(&net.client, EPROTONOSUPPORT, "leaves no cipher",
	       "ciphers that DTLS-SRTP does not have");
	network_end(&net);
}

static void test_without_srtp(void)
{
	struct network net;

	begin(&net);
	net.server.info.protocol = TSEC_PROTO_DTLS;
	network_run(&net);
	expect(&net.client, EPROTONOSUPPORT, "without SRTP",
	       "a server that speaks DTLS alone");
	network_end(&net);

	begin(&net);
	net.client.info.protocol = TSEC_PROTO_DTLS;
	network_run(&net);
	expect(&net.server, EPROTONOSUPPORT, "without SRTP",
	       "a client that speaks DTLS alone");
	expect(&net.client, EPROTONOSUPPORT, "alert 40",
	       "... which is told before anything is agreed on");
	network_end(&net);
}

/* Authentication ********************************************************* */

static void test_mutual(void)
{
	struct network net;

	begin(&net);
	network_ask_client(&net, true);
	network_run(&net);
	ok(is_good(&net, TSEC_CIPHER_AES_256_GCM) &&
		   !strcmp(net.server.outcome.done.peer_id, "c.example"),
	   "a client with a certificate");
	network_end(&net);

	begin(&net);
	network_ask_client(&net, false);
	network_run(&net);
	expect(&net.server, EKEYREJECTED, "certificate", "... and without");
	network_end(&net);
}

/* A server of SRTP looks at the first message, and at a key all the same. */
static void test_long_key(void)
{
	struct network net;

	begin(&net);
	network_ask_client(&net, true);
	peer_show(&net.client, &long_cert);
	peer_blob(&net.server.info.trust, long_cert.cert_pem);
	network_run(&net);
	expect(&net.server, EKEYREJECTED, "its exponent than 64",
	       "a client's RSA key with an exponent of 65 bits");
	network_end(&net);
}

/* The certificate itself is the trust. */
static void test_self_signed(const struct cert *shown, bool good)
{
	struct network net;

	begin(&net);
	peer_show(&net.server, &alone_cert);
	peer_show(&net.client, shown);
	peer_blob(&net.client.info.trust, alone_cert.cert_pem);
	net.server.info.settings.verify = TSEC_VERIFY_REQUIRE;
	peer_blob(&net.server.info.trust, alone_cert.cert_pem);
	network_run(&net);
	ok(good ? is_good(&net, TSEC_CIPHER_AES_256_GCM) :
		  net.server.result == -EKEYREJECTED,
	   "self-signed certificates, %s one that is trusted: %s",
	   good ? "the" : "not the", net.server.handshake.reason.text);
	network_end(&net);
}

static void test_psk(void)
{
	struct network net;

	begin(&net);
	peer_psk(&net.client, "someone", "0123456789abcdef");
	peer_psk(&net.server, "someone", "0123456789abcdef");
	network_run(&net);
	ok(is_good(&net, TSEC_CIPHER_AES_256_GCM) &&
		   !strcmp(net.server.outcome.done.peer_id, "someone"),
	   "with a PSK");
	network_end(&net);
}

static void test_no_resumption(void)
{
	struct network net;

	for (int i = 0; i < 2; i++) {
		begin(&net);
		network_run(&net);
		ok(is_good(&net, TSEC_CIPHER_AES_256_GCM) &&
			   !net.client.outcome.done.resumed,
		   "handshake %d is a full one", i + 1);
		network_end(&net);
	}
}

/* Master key identifiers ************************************************* */

/* The client asks for so many bytes of one, without the engine's knowing. */
static void mki_set(struct network *net, size_t len)
{
	static uint8_t mki[64] = "identifier of a master key";
	struct peer *client = &net->client;

	client->handshake.fd = client->info.fd;
	if (handshake_open(&client->handshake, &client->info))
		errx(1, "%s", client->handshake.reason.text);
	gnutls_srtp_set_mki(session_of(client),
			    &(gnutls_datum_t){ mki, len });
}

static void run_with_mki(struct network *net, size_t len)
{
	begin(net);
	mki_set(net, len);
	network_run(net);
}

static void test_mki(void)
{
	struct network net;

	run_with_mki(&net, 5);
	ok(net.server.over && !net.server.result, "a client's MKI");
	for (int i = 0; i < __TSEC_DIR_MAX; i++) {
		const struct tsec_key_info *key = &net.server.outcome.key[i];

		ok(key->cid.len == 5 && !memcmp(key->cid.data, "ident", 5) &&
			   key->have & TSEC_HAS(KEY_CID),
		   "... goes with the key of direction %d", i);
	}
	expect(&net.client, EPROTO, "not asked for",
	       "one that the engine has not asked for");
	network_end(&net);

	run_with_mki(&net, TSEC_CID_MAX + 1);
	expect(&net.server, EPROTONOSUPPORT, "21 bytes",
	       "an MKI that is too long");
	network_end(&net);
}

/*
 * The library's own list has room for four.  One of a client with more, the
 * last of them the one that the server has: what the client has really said,
 * two and an identifier, is as long.
 */
static void test_many_offered(void)
{
	static const uint8_t said[] = { 0, 14, 0, 15, 0, 4, 0, 7, 0, 8, 8 };
	static const uint8_t many[] = { 0, 14, 0, 15, 0, 12, 0, 9, 0, 10, 0,
					5, 0, 6, 0, 2, 0, 7, 0 };
	static const uint8_t chosen[] = { 0, 14, 0, 5, 0, 2, 0, 7, 0 };
	uint8_t data[DATAGRAM_MAX], *at;
	struct network net;
	ssize_t len;

	begin(&net);
	CIPHERS(&net.client, TSEC_CIPHER_AES_128_GCM, TSEC_CIPHER_AES_256_GCM);
	CIPHERS(&net.server, TSEC_CIPHER_AES_128_GCM);
	mki_set(&net, 8);
	peer_step(&net.client);
	network_carry(&net, CLIENT); /* and a cookie comes back */
	peer_step(&net.client);
	len = recv(net.fd[CLIENT], data, sizeof(data), 0);
	at = len > 0 ? memmem(data, len, said, sizeof(said)) : NULL;
	if (!at)
		errx(1, "no hello with two profiles");
	memcpy(at, many, sizeof(many));
	if (send(net.fd[SERVER], data, len, 0) != len)
		err(1, "send");
	peer_step(&net.server);
	len = recv(net.fd[SERVER], data, sizeof(data), 0);
	ok(len > 0 && memmem(data, len, chosen, sizeof(chosen)),
	   "the last of six profiles is found: %s",
	   net.server.handshake.reason.text);
	network_end(&net);
}

/* Afterwards ************************************************************* */

static bool message(struct peer *peer, const void *data, size_t len)
{
	return peer->handshake.ops->message(&peer->handshake, data, len);
}

/* The word of one end that it is over, as the kernel would send it. */
static size_t farewell(struct network *net, int from, uint8_t *data)
{
	const struct tsec_blob *blob = &net->peer[from].outcome.done.farewell;

	ok(blob->len && blob->len < DATAGRAM_MAX && !alerts &&
		   !network_lose(net, from),
	   "the end of the session is there, and not sent");
	memcpy(data, blob->data, blob->len);
	return blob->len;
}

static bool is_shut(struct peer *peer)
{
	struct pollfd poll_fd = { .fd = peer->info.fd, .events = POLLRDHUP };

	return poll(&poll_fd, 1, 0) == 1;
}

static void test_end(int whose)
{
	uint8_t data[DATAGRAM_MAX], forged[64] = { TYPE_ALERT, 254, 253, 0, 1 };
	const char *name = whose == CLIENT ? "the client ends" :
					     "the server ends";
	struct network net;
	struct peer *from = &net.peer[whose], *to = &net.peer[!whose];
	size_t len;

	begin(&net);
	network_run(&net);
	len = farewell(&net, whose, data);
	ok(from->handshake.ops->lingers(&from->handshake) == HANDSHAKE_STAYS,
	   "%s: the association stays", name);
	forged[12] = sizeof(forged) - 13;
	ok(message(to, forged, sizeof(forged)) && !is_shut(to),
	   "%s: an end that is forged is none", name);
	ok(message(to, "\x15\xfe\xfd", 3) && message(to, "", 0) && !is_shut(to),
	   "%s: nor is one cut short", name);
	data[len - 1] ^= 1;
	ok(message(to, data, len) && !is_shut(to),
	   "%s: nor one that was changed", name);
	data[len - 1] ^= 1;
	ok(!message(to, data, len) && is_shut(to),
	   "%s: the peer's own is, and the kernel hears of it", name);
	network_end(&net);
}

static void test_repeats(void)
{
	uint8_t again[32] = { 22, 254, 253 }, data[DATAGRAM_MAX];
	unsigned int answered = 0, stays = 0;
	struct network net;
	size_t len;

	begin(&net);
	network_run(&net);
	again[12] = sizeof(again) - 13;
	again[13] = GNUTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE;
	for (int i = 0; i < 100; i++) {
		stays += message(&net.server, again, sizeof(again));
		answered += !!network_lose(&net, SERVER);
	}
	ok(answered == 16, "the last flight is repeated %u times", answered);
	ok(stays == 100, "... and the association stays");
	len = farewell(&net, CLIENT, data);
	ok(!message(&net.server, data, len), "... and the end still heard");
	network_end(&net);
}

static void make_certs(void)
{
	cert_make(&alone_cert, &(struct cert_order){ .cn = "WebRTC",
						     .dns = "a.example",
						     .days_from = -1,
						     .days_to = 5 });
	cert_make(&other_cert, &(struct cert_order){ .cn = "WebRTC",
						     .dns = "a.example",
						     .days_from = -1,
						     .days_to = 5 });
	cert_make(&long_cert, &(struct cert_order){ .cn = "x",
						    .exponent = 65,
						    .days_from = -1,
						    .days_to = 5 });
}

int main(void)
{
	network_setup();
	make_certs();
	test_ciphers();
	test_preference();
	test_no_common_cipher();
	test_without_srtp();
	test_mutual();
	test_long_key();
	test_self_signed(&alone_cert, true);
	test_self_signed(&other_cert, false);
	test_psk();
	test_no_resumption();
	test_mki();
	test_many_offered();
	test_end(CLIENT);
	test_end(SERVER);
	test_repeats();
	cert_free(&alone_cert);
	cert_free(&other_cert);
	cert_free(&long_cert);
	network_cleanup();
	return done_testing();
}
