// SPDX-License-Identifier: GPL-2.0
/*
 * Two ends of the DTLS-SRTP engine with each other, and with ends that do not
 * speak it: what they agree on, which keys come of it, how it ends.  How
 * flights get through bad networks is tested in test_dtls.c.
 */
#include <err.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/dtls.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../handshake/srtp.h"
#include "../handshake/tls.h"
#include "../objects.h"
#include "../tickets.h"
#include "peer.h"
#include "pki.h"
#include "tap.h"

static struct cert ca, server_cert, client_cert, alone_cert, other_cert;
static gnutls_datum_t cookie_key;

/* A client and a server that hear of each other whatever they send. */
struct ends {
	struct peer client, server;
};

static void ciphers(struct peer *peer, unsigned int n, const uint16_t *list)
{
	memcpy(peer->info.settings.ciphers, list, n * sizeof(*list));
	peer->info.settings.n_ciphers = n;
}

#define CIPHERS(peer, ...) \
	ciphers(peer, sizeof((uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t), \
		(uint16_t[]){ __VA_ARGS__ })

static void show(struct peer *peer, const struct cert *cert)
{
	peer_blob(&peer->info.cert, cert->cert_pem);
	peer_blob(&peer->info.privkey, cert->key_pem);
}

static void begin(struct ends *ends)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd) < 0)
		err(1, "socketpair");
	peer_init(&ends->client, TSEC_ROLE_CLIENT, fd[0]);
	peer_init(&ends->server, TSEC_ROLE_SERVER, fd[1]);
	ends->client.info.protocol = TSEC_PROTO_SRTP;
	ends->server.info.protocol = TSEC_PROTO_SRTP;
	strcpy(ends->client.info.peer_name, "a.example");
	peer_blob(&ends->client.info.trust, ca.cert_pem);
	show(&ends->server, &server_cert);
}

static ssize_t push_to_client(gnutls_transport_ptr_t ends, const void *data,
			      size_t len)
{
	return send(((struct ends *)ends)->server.info.fd, data, len, 0);
}

/* As the kernel does: the daemon gets the hello that has a cookie in it. */
static void prove(struct ends *ends)
{
	gnutls_dtls_prestate_st state = { .record_seq = 0 };
	uint8_t hello[2048];
	ssize_t len;

	peer_step(&ends->client);
	len = recv(ends->server.info.fd, hello, sizeof(hello), 0);
	if (len > 0)
		gnutls_dtls_cookie_verify(&cookie_key, "client", 6, hello, len,
					  &state);
	gnutls_dtls_cookie_send(&cookie_key, "client", 6, &state, ends,
				push_to_client);
	peer_step(&ends->client);
}

static void run(struct ends *ends)
{
	prove(ends);
	peers_run(&ends->client, &ends->server);
}

static void end(struct ends *ends)
{
	peer_free(&ends->client);
	peer_free(&ends->server);
}

static gnutls_session_t session_of(const struct peer *peer)
{
	return ((struct tls *)peer->handshake.state)->session;
}

/* Results **************************************************************** */

static bool same(const struct tsec_blob *a, const struct tsec_blob *b)
{
	return a->len && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static bool keys_fit(const struct peer *from, const struct peer *to,
		     uint16_t cipher)
{
	const struct tsec_key_info *tx = &from->outcome.key[TSEC_DIR_TX];
	const struct tsec_key_info *rx = &to->outcome.key[TSEC_DIR_RX];

	return same(&tx->key, &rx->key) && same(&tx->iv, &rx->iv) &&
	       tx->key.len == tsec_cipher_key_len(cipher) &&
	       tx->iv.len == tsec_cipher_iv_len(cipher, TSEC_VERSION_SRTP) &&
	       tx->cipher == cipher && rx->cipher == cipher &&
	       tx->version == TSEC_VERSION_SRTP && !tx->seq && !rx->seq;
}

static bool is_good(const struct ends *ends, uint16_t cipher)
{
	const struct peer *client = &ends->client, *server = &ends->server;

	if (client->result || server->result) {
		printf("# client: %d %s\n# server: %d %s\n", client->result,
		       client->handshake.reason.text, server->result,
		       server->handshake.reason.text);
		return false;
	}
	return client->over && server->over &&
	       keys_fit(client, server, cipher) &&
	       keys_fit(server, client, cipher) &&
	       !same(&client->outcome.key[TSEC_DIR_TX].key,
		     &client->outcome.key[TSEC_DIR_RX].key) &&
	       !same(&client->outcome.key[TSEC_DIR_TX].iv,
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
		struct ends ends;

		begin(&ends);
		CIPHERS(&ends.client, all[i]);
		ciphers(&ends.server, 4, all);
		run(&ends);
		ok(is_good(&ends, all[i]), "SRTP with %s", name);
		ok(!strcmp(ends.client.outcome.done.peer_id, "a.example") &&
			   !strcmp(ends.server.outcome.done.peer_name,
				   "a.example"),
		   "%s: each knows what it should of the other", name);
		if (i < 2)
			ok(keys_are_the_library_s(&ends.client),
			   "%s: the keys of RFC 5764, each its own way", name);
		end(&ends);
	}
}

static void test_preference(void)
{
	struct ends ends;

	begin(&ends);
	CIPHERS(&ends.client, TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
		TSEC_CIPHER_AES_256_GCM, TSEC_CIPHER_AES_128_GCM);
	CIPHERS(&ends.server, TSEC_CIPHER_CHACHA20_POLY1305,
		TSEC_CIPHER_AES_128_GCM, TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80);
	run(&ends);
	ok(is_good(&ends, TSEC_CIPHER_AES_128_GCM),
	   "the server's order counts, among what both have");
	end(&ends);
}

static void expect(const struct peer *peer, int err, const char *text,
		   const char *what)
{
	ok(peer->result == -err && strstr(peer->handshake.reason.text, text),
	   "%s: %d %s", what, peer->result, peer->handshake.reason.text);
}

static void test_no_common_cipher(void)
{
	struct ends ends;

	begin(&ends);
	CIPHERS(&ends.client, TSEC_CIPHER_AES_256_GCM);
	CIPHERS(&ends.server, TSEC_CIPHER_AES_128_GCM);
	run(&ends);
	expect(&ends.server, EPROTONOSUPPORT, "no cipher of SRTP",
	       "a server that has none of the client's ciphers");
	expect(&ends.client, EPROTONOSUPPORT, "alert 40", "... and its client");
	end(&ends);

	begin(&ends);
	CIPHERS(&ends.client, TSEC_CIPHER_CHACHA20_POLY1305,
		TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80);
	run(&ends);
	expect(&ends.client, EPROTONOSUPPORT, "leaves no cipher",
	       "ciphers that DTLS-SRTP does not have");
	end(&ends);
}

static void test_without_srtp(void)
{
	struct ends ends;

	begin(&ends);
	ends.server.info.protocol = TSEC_PROTO_DTLS;
	run(&ends);
	expect(&ends.client, EPROTONOSUPPORT, "without SRTP",
	       "a server that speaks DTLS alone");
	end(&ends);

	begin(&ends);
	ends.client.info.protocol = TSEC_PROTO_DTLS;
	run(&ends);
	expect(&ends.server, EPROTONOSUPPORT, "without SRTP",
	       "a client that speaks DTLS alone");
	expect(&ends.client, EPROTONOSUPPORT, "alert 40",
	       "... which is told before anything is agreed on");
	end(&ends);
}

/* Authentication ********************************************************* */

static void test_mutual(void)
{
	struct ends ends;

	begin(&ends);
	show(&ends.client, &client_cert);
	ends.server.info.settings.verify = TSEC_VERIFY_REQUIRE;
	peer_blob(&ends.server.info.trust, ca.cert_pem);
	run(&ends);
	ok(is_good(&ends, TSEC_CIPHER_AES_256_GCM) &&
		   !strcmp(ends.server.outcome.done.peer_id, "c.example"),
	   "a client with a certificate");
	end(&ends);

	begin(&ends);
	ends.server.info.settings.verify = TSEC_VERIFY_REQUIRE;
	peer_blob(&ends.server.info.trust, ca.cert_pem);
	run(&ends);
	expect(&ends.server, EKEYREJECTED, "certificate", "... and without");
	end(&ends);
}

/* The certificate itself is the trust. */
static void test_self_signed(const struct cert *shown, bool good)
{
	struct ends ends;

	begin(&ends);
	show(&ends.server, &alone_cert);
	show(&ends.client, shown);
	peer_blob(&ends.client.info.trust, alone_cert.cert_pem);
	ends.server.info.settings.verify = TSEC_VERIFY_REQUIRE;
	peer_blob(&ends.server.info.trust, alone_cert.cert_pem);
	run(&ends);
	ok(good ? is_good(&ends, TSEC_CIPHER_AES_256_GCM) :
		  ends.server.result == -EKEYREJECTED,
	   "self-signed certificates, %s one that is trusted: %s",
	   good ? "the" : "not the", ends.server.handshake.reason.text);
	end(&ends);
}

static void test_psk(void)
{
	struct ends ends;

	begin(&ends);
	peer_psk(&ends.client, "someone", "0123456789abcdef");
	peer_psk(&ends.server, "someone", "0123456789abcdef");
	run(&ends);
	ok(is_good(&ends, TSEC_CIPHER_AES_256_GCM) &&
		   !strcmp(ends.server.outcome.done.peer_id, "someone"),
	   "with a PSK");
	end(&ends);
}

static void test_no_resumption(void)
{
	struct ends ends;

	for (int i = 0; i < 2; i++) {
		begin(&ends);
		run(&ends);
		ok(is_good(&ends, TSEC_CIPHER_AES_256_GCM) &&
			   !ends.client.outcome.done.resumed,
		   "handshake %d is a full one", i + 1);
		end(&ends);
	}
}

/* Master key identifiers ************************************************* */

/* The client asks for so many bytes of one, without the engine's knowing. */
static void mki_set(struct ends *ends, size_t len)
{
	static uint8_t mki[64] = "identifier of a master key";
	struct peer *client = &ends->client;

	client->handshake.fd = client->info.fd;
	if (handshake_open(&client->handshake, &client->info))
		errx(1, "%s", client->handshake.reason.text);
	gnutls_srtp_set_mki(session_of(client),
			    &(gnutls_datum_t){ mki, len });
}

static void run_with_mki(struct ends *ends, size_t len)
{
	begin(ends);
	mki_set(ends, len);
	run(ends);
}

static void test_mki(void)
{
	struct ends ends;

	run_with_mki(&ends, 5);
	ok(ends.server.over && !ends.server.result, "a client's MKI");
	for (int i = 0; i < __TSEC_DIR_MAX; i++) {
		const struct tsec_key_info *key = &ends.server.outcome.key[i];

		ok(key->cid.len == 5 && !memcmp(key->cid.data, "ident", 5) &&
			   key->have & TSEC_HAS(KEY_CID),
		   "... goes with the key of direction %d", i);
	}
	expect(&ends.client, EPROTO, "not asked for",
	       "one that the engine has not asked for");
	end(&ends);

	run_with_mki(&ends, TSEC_CID_MAX + 1);
	expect(&ends.server, EPROTONOSUPPORT, "21 bytes",
	       "an MKI that is too long");
	end(&ends);
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
	uint8_t data[2048], *at;
	struct ends ends;
	ssize_t len;

	begin(&ends);
	CIPHERS(&ends.client, TSEC_CIPHER_AES_128_GCM, TSEC_CIPHER_AES_256_GCM);
	CIPHERS(&ends.server, TSEC_CIPHER_AES_128_GCM);
	mki_set(&ends, 8);
	prove(&ends);
	len = recv(ends.server.info.fd, data, sizeof(data), 0);
	at = len > 0 ? memmem(data, len, said, sizeof(said)) : NULL;
	if (!at)
		errx(1, "no hello with two profiles");
	memcpy(at, many, sizeof(many));
	if (send(ends.client.info.fd, data, len, 0) != len)
		err(1, "send");
	peer_step(&ends.server);
	len = recv(ends.client.info.fd, data, sizeof(data), 0);
	ok(len > 0 && memmem(data, len, chosen, sizeof(chosen)),
	   "the last of six profiles is found: %s",
	   ends.server.handshake.reason.text);
	end(&ends);
}

/* Afterwards ************************************************************* */

static bool message(struct peer *peer, const void *data, size_t len)
{
	return peer->handshake.ops->message(&peer->handshake, data, len);
}

/* How many datagrams have come; the last one stays. */
static unsigned int take_all(struct peer *peer, uint8_t *data, size_t size,
			     ssize_t *len)
{
	unsigned int n = 0;
	ssize_t got;

	while ((got = recv(peer->info.fd, data, size, 0)) > 0) {
		*len = got;
		n++;
	}
	return n;
}

/* A peer's word that it is over, as the kernel would send it. */
static ssize_t farewell(const struct peer *from, struct peer *to, uint8_t *data,
			size_t size)
{
	const struct tsec_blob *blob = &from->outcome.done.farewell;
	ssize_t len;

	ok(blob->len && blob->len < size && !take_all(to, data, size, &len),
	   "the end of the session is there, and not sent");
	memcpy(data, blob->data, blob->len);
	return blob->len;
}

static bool is_shut(struct peer *peer)
{
	struct pollfd poll_fd = { .fd = peer->info.fd, .events = POLLRDHUP };

	return poll(&poll_fd, 1, 0) == 1;
}

static void test_end(struct peer *from, struct peer *to, const char *whose)
{
	uint8_t data[2048], forged[64] = { 21, 254, 253, 0, 1 };
	ssize_t len = farewell(from, to, data, sizeof(data));

	ok(from->handshake.ops->lingers(&from->handshake) == HANDSHAKE_STAYS,
	   "%s: the association stays", whose);
	forged[12] = sizeof(forged) - 13;
	ok(message(to, forged, sizeof(forged)) && !is_shut(to),
	   "%s: an end that is forged is none", whose);
	ok(message(to, "\x15\xfe\xfd", 3) && message(to, "", 0) && !is_shut(to),
	   "%s: nor is one cut short", whose);
	data[len - 1] ^= 1;
	ok(message(to, data, len) && !is_shut(to),
	   "%s: nor one that was changed", whose);
	data[len - 1] ^= 1;
	ok(!message(to, data, len) && is_shut(to),
	   "%s: the peer's own is, and the kernel hears of it", whose);
}

static void test_ends(void)
{
	struct ends ends;

	begin(&ends);
	run(&ends);
	test_end(&ends.client, &ends.server, "the client ends");
	end(&ends);
	begin(&ends);
	run(&ends);
	test_end(&ends.server, &ends.client, "the server ends");
	end(&ends);
}

static void test_repeats(void)
{
	uint8_t again[32] = { 22, 254, 253 }, data[2048];
	unsigned int answered = 0, stays = 0;
	struct ends ends;
	ssize_t len;

	begin(&ends);
	run(&ends);
	again[12] = sizeof(again) - 13;
	again[13] = GNUTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE;
	for (int i = 0; i < 100; i++) {
		stays += message(&ends.server, again, sizeof(again));
		answered += !!take_all(&ends.client, data, sizeof(data), &len);
	}
	ok(answered == 16, "the last flight is repeated %u times", answered);
	ok(stays == 100, "... and the association stays");
	len = farewell(&ends.client, &ends.server, data, sizeof(data));
	ok(!message(&ends.server, data, len), "... and the end still heard");
	end(&ends);
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
	cert_make(&client_cert, &(struct cert_order){ .cn = "client",
						      .dns = "c.example",
						      .by = &ca,
						      .days_from = -1,
						      .days_to = 5 });
	cert_make(&alone_cert, &(struct cert_order){ .cn = "WebRTC",
						     .dns = "a.example",
						     .days_from = -1,
						     .days_to = 5 });
	cert_make(&other_cert, &(struct cert_order){ .cn = "WebRTC",
						     .dns = "a.example",
						     .days_from = -1,
						     .days_to = 5 });
}

int main(void)
{
	make_certs();
	gnutls_key_generate(&cookie_key, GNUTLS_COOKIE_KEY_SIZE);
	ticket_keys_renew();
	sessions_set_limit(100);
	test_ciphers();
	test_preference();
	test_no_common_cipher();
	test_without_srtp();
	test_mutual();
	test_self_signed(&alone_cert, true);
	test_self_signed(&other_cert, false);
	test_psk();
	test_no_resumption();
	test_mki();
	test_many_offered();
	test_ends();
	test_repeats();
	objects_flush();
	sessions_flush();
	tls_global_free();
	cert_free(&ca);
	cert_free(&server_cert);
	cert_free(&client_cert);
	cert_free(&alone_cert);
	cert_free(&other_cert);
	gnutls_free(cookie_key.data);
	test_files_remove();
	return done_testing();
}
