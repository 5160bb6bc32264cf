// SPDX-License-Identifier: GPL-2.0
/*
 * Two ends of the DTLS 1.3 engine with each other, over a network of the
 * test's own that loses, repeats, reorders and spoils datagrams as it is told.
 * As the kernel does, it has the client prove its address before the server
 * hears of it.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../handshake/dtls13.h"
#include "../objects.h"
#include "../tickets.h"
#include "../verified.h"
#include "clock.h"
#include "peer.h"
#include "pki.h"
#include "tap.h"

enum limits {
	DATAGRAM_MAX = 2048,
	QUEUE_MAX = 64,
	BAD_NETWORKS = 300,
	SPOILT_NETWORKS = 300,
	TURNS_MAX = 20000,
	AT_BODY = DTLS13_PLAIN_HEADER + DTLS13_MESSAGE_HEADER,
};

enum { CLIENT, SERVER };

static struct cert ca, server_cert, client_cert;

struct network {
	struct peer peer[2];
	int fd[2]; /* the test's ends: towards the client, the server */
	unsigned int seed; /* 0: a good network */
	int lost, repeated, late, spoilt; /* per cent */
	bool cookies; /* the client proves its address */
	bool proven;
	unsigned int tickets; /* given */
	bool no_tickets; /* get to the client */
	uint16_t retry_group; /* that the HelloRetryRequest names */
	unsigned int named[2], unnamed[2]; /* protected records of each */
	struct {
		uint8_t data[DATAGRAM_MAX];
		ssize_t len; /* 0: none */
	} held[2]; /* back, to be overtaken */
};

static void pair(int fd[2])
{
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd) < 0)
		err(1, "socketpair");
}

static void begin(struct network *net)
{
	memset(net, 0, sizeof(*net));
	for (int i = CLIENT; i <= SERVER; i++) {
		struct peer *peer = &net->peer[i];
		int fd[2];

		pair(fd);
		peer_init(peer, i == CLIENT ? TSEC_ROLE_CLIENT :
					      TSEC_ROLE_SERVER, fd[0]);
		net->fd[i] = fd[1];
		peer->info.protocol = TSEC_PROTO_DTLS;
		peer->info.settings.version_min = TSEC_VERSION_TLS_1_3;
	}
	net->cookies = true;
	strcpy(net->peer[CLIENT].info.peer_name, "a.example");
	peer_blob(&net->peer[CLIENT].info.trust, ca.cert_pem);
	peer_blob(&net->peer[SERVER].info.cert, server_cert.cert_pem);
	peer_blob(&net->peer[SERVER].info.privkey, server_cert.key_pem);
}

static void end(struct network *net)
{
	for (int i = CLIENT; i <= SERVER; i++) {
		peer_free(&net->peer[i]);
		close(net->fd[i]);
	}
}

/* The client's address *************************************************** */

/* The kernel's choice: rather one that goes with the first PSK. */
static const struct dtls13_suite *
retry_suite(const struct tsec_profile_info *settings,
	    const struct dtls13_client_hello *hello, bool for_psk)
{
	struct wire_reader binders = hello->psk_binders;
	size_t len = wire_get_vector(&binders, 1).left;

	for (unsigned int i = 0; i < settings->n_ciphers; i++) {
		const struct dtls13_suite *suite =
			dtls13_suite_of(settings->ciphers[i]);

		if (wire_has_u16(hello->suites, suite->id) &&
		    (!for_psk || suite->hash_len == len))
			return suite;
	}
	return NULL;
}

/* The answer that the kernel makes; its proof is not checked here. */
static void retry_send(struct network *net, const uint8_t *data,
		       const struct dtls13_client_hello *hello, size_t len)
{
	const struct tsec_profile_info *settings =
		&net->peer[SERVER].info.settings;
	const struct dtls13_suite *suite = retry_suite(settings, hello, true);
	struct dtls13_transcript transcript = { .len = 0 };
	uint8_t cookie[20 + DTLS13_HASH_MAX], body[512], room[1024];
	uint8_t fragment[DTLS13_MESSAGE_HEADER + sizeof(body)];
	struct wire_writer writer = wire_writer(cookie, sizeof(cookie));
	struct wire_writer message = wire_writer(body, sizeof(body));
	struct wire_writer datagram = wire_writer(room, sizeof(room));

	if (!suite)
		suite = retry_suite(settings, hello, false);
	if (!suite)
		return;
	memset(cookie, 0, sizeof(cookie));
	writer.len = 16;
	wire_put(&writer, suite->id, 2);
	wire_put(&writer, net->retry_group, 2);
	dtls13_transcript_add(&transcript, DTLS13_CLIENT_HELLO, data + AT_BODY,
			      len - AT_BODY);
	dtls13_transcript_hash(&transcript, suite, cookie + writer.len);
	dtls13_transcript_free(&transcript);
	writer.len += suite->hash_len;
	dtls13_retry_write(suite->id, net->retry_group,
			   wire_reader(cookie, writer.len), &message);

	writer = wire_writer(fragment, sizeof(fragment));
	wire_put(&writer, DTLS13_SERVER_HELLO, 1);
	wire_put(&writer, message.len, 3);
	wire_put(&writer, 0, 2 + 3);
	wire_put(&writer, message.len, 3);
	wire_put_data(&writer, body, message.len);
	dtls13_record_plain(0, DTLS13_HANDSHAKE, fragment, writer.len,
			    &datagram);
	send(net->fd[CLIENT], room, datagram.len, 0);
}

/* True for what the server may see. */
static bool prove(struct network *net, const uint8_t *data, size_t len)
{
	struct dtls13_client_hello hello;

	if (!net->cookies)
		return net->proven = true;
	if (len < AT_BODY || data[0] != DTLS13_HANDSHAKE ||
	    data[DTLS13_PLAIN_HEADER] != DTLS13_CLIENT_HELLO ||
	    dtls13_client_hello_read(data + AT_BODY, len - AT_BODY, &hello))
		return net->proven;
	if (hello.cookie.left)
		return net->proven = true;
	retry_send(net, data, &hello, len);
	return false;
}

/* Tickets **************************************************************** */

/* The kernel gives the server's message a header, and passes it up there. */
static bool ticket_carry(struct network *net, const uint8_t *data, size_t len)
{
	const struct outcome *outcome = &net->peer[SERVER].outcome;
	uint8_t room[DATAGRAM_MAX];
	struct wire_writer writer = wire_writer(room, sizeof(room));

	if (data[0] != DTLS13_NEW_SESSION_TICKET)
		return false;
	wire_put_data(&writer, data, 4);
	wire_put(&writer, outcome->key[TSEC_DIR_TX].message_seq, 2);
	wire_put(&writer, 0, 3);
	wire_put(&writer, len - 4, 3);
	wire_put_data(&writer, data + 4, len - 4);
	if (!net->no_tickets)
		send(net->fd[CLIENT], room, writer.len, 0);
	net->tickets++;
	return true;
}

/* The network ************************************************************ */

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

/* Of each datagram, the last record: what comes first may be in the clear. */
static void count_names(struct network *net, int from, const uint8_t *data,
			size_t len)
{
	size_t skip;

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
		net->named[from]++;
	else
		net->unnamed[from]++;
}

static void forward(struct network *net, int from, uint8_t *data, size_t len)
{
	count_names(net, from, data, len);
	if (chance(net, net->lost))
		return;
	if (chance(net, net->spoilt))
		spoil(net, data, &len);
	if (from == CLIENT && !prove(net, data, len))
		return;
	send(net->fd[!from], data, len, 0);
	if (chance(net, net->repeated))
		send(net->fd[!from], data, len, 0);
	if (net->held[from].len) {
		send(net->fd[!from], net->held[from].data,
		     net->held[from].len, 0);
		net->held[from].len = 0;
	}
}

static unsigned int carry(struct network *net, int from)
{
	uint8_t data[DATAGRAM_MAX];
	unsigned int n = 0;
	ssize_t len;

	while ((len = recv(net->fd[from], data, sizeof(data), 0)) > 0) {
		n++;
		if (from == SERVER && ticket_carry(net, data, len))
			continue;
		/* Not what begins it: it has not passed prove() yet. */
		if (net->proven && !net->held[from].len &&
		    chance(net, net->late)) {
			memcpy(net->held[from].data, data, len);
			net->held[from].len = len;
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

	/* A ticket is the kernel's business. */
	while (recv(net->fd[from], data, sizeof(data), 0) > 0)
		n += data[0] != DTLS13_NEW_SESSION_TICKET;
	return n;
}

/* A client whose first hello nobody has heard. */
static void begin_unheard(struct network *net)
{
	begin(net);
	peer_step(&net->peer[CLIENT]);
	lose(net, CLIENT);
}

/* After the end of its handshake an end does as the workers have it. */
static void linger(struct peer *peer)
{
	struct handshake *handshake = &peer->handshake;
	uint8_t data[DATAGRAM_MAX];
	ssize_t len;

	if (peer->result || !handshake->ops->lingers(handshake))
		return;
	while ((len = recv(peer->info.fd, data, sizeof(data), 0)) > 0)
		handshake->ops->message(handshake, data, len);
}

static void step(struct network *net, int end)
{
	if (end == SERVER && !net->proven)
		return;
	if (peer_step(&net->peer[end]))
		linger(&net->peer[end]);
}

/* One step of each end; true once both are over. */
static bool turn(struct network *net)
{
	unsigned int n = 0;

	for (int i = CLIENT; i <= SERVER; i++) {
		step(net, i);
		n += carry(net, i);
	}
	/* Nothing is under way: the next thing to happen is a timer's. */
	if (!n)
		test_clock_ms += 50;
	return net->peer[CLIENT].over &&
	       (net->peer[SERVER].over || !net->proven);
}

static unsigned int run(struct network *net)
{
	unsigned int turns = 0;

	while (turns++ < TURNS_MAX && !turn(net))
		;
	return turns;
}

/* Results **************************************************************** */

static void explain(const struct network *net)
{
	for (int i = CLIENT; i <= SERVER; i++)
		printf("# %s: %s, %d %s\n", i ? "server" : "client",
		       net->peer[i].over ? "over" : "not over",
		       net->peer[i].result,
		       net->peer[i].handshake.reason.text);
}

static bool same(const struct tsec_blob *a, const struct tsec_blob *b)
{
	return a->len && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static bool keys_fit(const struct outcome *from, const struct outcome *to)
{
	const struct tsec_key_info *tx = &from->key[TSEC_DIR_TX];
	const struct tsec_key_info *rx = &to->key[TSEC_DIR_RX];

	return same(&tx->secret, &rx->secret) && tx->cipher == rx->cipher &&
	       tx->cid.len == rx->cid.len &&
	       (!tx->cid.len || same(&tx->cid, &rx->cid)) &&
	       !tx->seq && !rx->seq && tx->version == TSEC_VERSION_DTLS_1_3 &&
	       tx->secret.len == tsec_cipher_secret_len(tx->cipher);
}

static bool is_good(const struct network *net)
{
	const struct outcome *client = &net->peer[CLIENT].outcome;
	const struct outcome *server = &net->peer[SERVER].outcome;
	bool good = net->peer[CLIENT].over && net->peer[SERVER].over &&
		    !net->peer[CLIENT].result && !net->peer[SERVER].result &&
		    keys_fit(client, server) && keys_fit(server, client) &&
		    same(&client->done.exporter, &server->done.exporter) &&
		    !same(&client->key[TSEC_DIR_TX].secret,
			  &client->key[TSEC_DIR_RX].secret);

	if (!good)
		explain(net);
	return good;
}

static bool fail_with(const struct network *net, int client, int server)
{
	bool so = net->peer[CLIENT].result == client &&
		  net->peer[SERVER].result == server;

	if (!so)
		explain(net);
	return so;
}

/* Tests ****************************************************************** */

static bool names_known(const struct network *net)
{
	const struct tsec_handshake_info *client =
		&net->peer[CLIENT].outcome.done;
	const struct tsec_handshake_info *server =
		&net->peer[SERVER].outcome.done;

	return !strcmp(client->peer_id, "a.example") &&
	       client->peer_cert.len && !strcmp(server->peer_name, "a.example");
}

static void test_cipher(uint16_t cipher, bool cookies)
{
	struct network net;

	begin(&net);
	net.cookies = cookies;
	net.peer[CLIENT].info.settings.ciphers[0] = cipher;
	net.peer[CLIENT].info.settings.n_ciphers = 1;
	run(&net);
	ok(is_good(&net) && net.peer[CLIENT].outcome.done.cipher == cipher,
	   "DTLS 1.3 with %s%s", tsec_name_of(tsec_cipher_names, cipher),
	   cookies ? ", after a HelloRetryRequest" : "");
	ok(names_known(&net), "... each knows what it should of the other");
	end(&net);
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

	begin(&net);
	net.retry_group = DTLS13_SECP256R1;
	run(&net);
	ok(is_good(&net), "the HelloRetryRequest may ask for P-256");
	end(&net);

	begin(&net);
	net.retry_group = DTLS13_X25519;
	run(&net);
	ok(fail_with(&net, -EPROTO, 0) && !net.peer[SERVER].over,
	   "... but not for what the client has sent: %s",
	   net.peer[CLIENT].handshake.reason.text);
	end(&net);
}

static void ask_client(struct network *net, const struct cert *cert)
{
	struct tsec_handshake_info *server = &net->peer[SERVER].info;
	struct tsec_handshake_info *client = &net->peer[CLIENT].info;

	server->settings.verify = TSEC_VERIFY_REQUIRE;
	peer_blob(&server->trust, ca.cert_pem);
	if (!cert)
		return;
	peer_blob(&client->cert, cert->cert_pem);
	peer_blob(&client->privkey, cert->key_pem);
}

static void test_client_certificates(void)
{
	struct network net;

	begin(&net);
	ask_client(&net, &client_cert);
	run(&net);
	ok(is_good(&net) &&
		   !strcmp(net.peer[SERVER].outcome.done.peer_id, "c.example"),
	   "a client shows its certificate");
	end(&net);

	begin(&net);
	ask_client(&net, NULL);
	run(&net);
	ok(fail_with(&net, -EKEYREJECTED, -EKEYREJECTED),
	   "a client without one is refused, and told: %s",
	   net.peer[CLIENT].handshake.reason.text);
	end(&net);

	begin(&net);
	ask_client(&net, NULL);
	net.peer[SERVER].info.settings.verify = TSEC_VERIFY_REQUEST;
	run(&net);
	ok(is_good(&net) && !*net.peer[SERVER].outcome.done.peer_id,
	   "... unless it is only asked for");
	end(&net);
}

static void use_psk(struct tsec_handshake_info *info, const char *identity,
		    const char *key)
{
	info->cert.data = info->privkey.data = info->trust.data = NULL;
	peer_blob(&info->psk_identity, identity);
	peer_blob(&info->psk_key, key);
}

static void test_psk(void)
{
	struct network net;

	for (int cookies = 0; cookies < 2; cookies++) {
		begin(&net);
		net.cookies = cookies;
		use_psk(&net.peer[CLIENT].info, "someone", "0123456789abcdef");
		use_psk(&net.peer[SERVER].info, "someone", "0123456789abcdef");
		run(&net);
		ok(is_good(&net) &&
			   !strcmp(net.peer[SERVER].outcome.done.peer_id,
				   "someone"),
		   "a PSK%s", cookies ? " after a HelloRetryRequest" : "");
		end(&net);
	}
	begin(&net);
	use_psk(&net.peer[CLIENT].info, "someone", "0123456789abcdef");
	use_psk(&net.peer[SERVER].info, "someone", "fedcba9876543210");
	run(&net);
	ok(fail_with(&net, -EKEYREJECTED, -EKEYREJECTED), "a wrong PSK: %s",
	   net.peer[SERVER].handshake.reason.text);
	end(&net);

	begin(&net);
	use_psk(&net.peer[CLIENT].info, "someone", "0123456789abcdef");
	use_psk(&net.peer[SERVER].info, "another", "0123456789abcdef");
	run(&net);
	ok(fail_with(&net, -EKEYREJECTED, -EKEYREJECTED),
	   "an unknown PSK: %s", net.peer[SERVER].handshake.reason.text);
	end(&net);

	begin(&net);
	use_psk(&net.peer[CLIENT].info, "someone", "0123456789abcdef");
	run(&net);
	ok(net.peer[CLIENT].result == -EKEYREJECTED,
	   "a PSK where the server has a certificate: %s",
	   net.peer[CLIENT].handshake.reason.text);
	end(&net);
}

/* A profile without SHA-256: its PSKs are for SHA-384. */
static void test_psk_sha384(void)
{
	struct network net;

	for (int all = 0; all < 2; all++) {
		begin(&net);
		use_psk(&net.peer[CLIENT].info, "someone", "0123456789abcdef");
		use_psk(&net.peer[SERVER].info, "someone", "0123456789abcdef");
		net.peer[CLIENT].info.settings.ciphers[0] =
			TSEC_CIPHER_AES_256_GCM;
		net.peer[CLIENT].info.settings.n_ciphers = 1;
		if (!all)
			net.peer[SERVER].info.settings.n_ciphers = 1;
		run(&net);
		ok(all ? fail_with(&net, -EKEYREJECTED, -EKEYREJECTED) :
			 is_good(&net) &&
				 net.peer[SERVER].outcome.done.cipher ==
					 TSEC_CIPHER_AES_256_GCM,
		   "a PSK for SHA-384%s",
		   all ? " where the server's are for SHA-256" : "");
		end(&net);
	}
}

static void test_alpn(void)
{
	struct network net;

	begin(&net);
	strcpy(net.peer[CLIENT].info.settings.alpn, "one,two");
	strcpy(net.peer[SERVER].info.settings.alpn, "three,two");
	run(&net);
	ok(is_good(&net) &&
		   !strcmp(net.peer[CLIENT].outcome.done.alpn, "two") &&
		   !strcmp(net.peer[SERVER].outcome.done.alpn, "two"),
	   "an application protocol in common");
	end(&net);

	begin(&net);
	strcpy(net.peer[CLIENT].info.settings.alpn, "one");
	strcpy(net.peer[SERVER].info.settings.alpn, "three,two");
	run(&net);
	ok(fail_with(&net, -EPROTONOSUPPORT, -EPROTONOSUPPORT),
	   "none in common: %s", net.peer[CLIENT].handshake.reason.text);
	end(&net);
}

static void test_refusals(void)
{
	struct network net;

	begin(&net);
	strcpy(net.peer[CLIENT].info.peer_name, "b.example");
	run(&net);
	ok(fail_with(&net, -EKEYREJECTED, -EKEYREJECTED),
	   "a wrong name is refused, and the server told: %s",
	   net.peer[SERVER].handshake.reason.text);
	end(&net);

	begin(&net);
	net.cookies = false;
	net.peer[CLIENT].info.settings.ciphers[0] = TSEC_CIPHER_AES_128_GCM;
	net.peer[CLIENT].info.settings.n_ciphers = 1;
	net.peer[SERVER].info.settings.n_ciphers = 1;
	run(&net);
	ok(fail_with(&net, -EPROTONOSUPPORT, -EPROTONOSUPPORT),
	   "no common cipher: %s", net.peer[SERVER].handshake.reason.text);
	end(&net);
}

/* Connection IDs ********************************************************* */

/* The kernel's choice of what the peer's records are to bear. */
static void ask_cid(struct peer *peer, const char *cid)
{
	peer_blob(&peer->info.cid, cid);
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
		net.cookies = cookies;
		net.retry_group = cookies ? DTLS13_SECP256R1 : 0;
		ask_client(&net, &client_cert);
		ask_cid(&net.peer[CLIENT], "to the client");
		ask_cid(&net.peer[SERVER], "server");
		run(&net);
		ok(is_good(&net) &&
			   cids_are(&net.peer[CLIENT], "server",
				    "to the client", true) &&
			   cids_are(&net.peer[SERVER], "to the client",
				    "server", true),
		   "each end has a connection ID%s",
		   cookies ? ", after a HelloRetryRequest as well" : "");
		ok(net.named[CLIENT] && net.named[SERVER] &&
			   !net.unnamed[CLIENT] && !net.unnamed[SERVER],
		   "... and each record under the handshake's keys");
		end(&net);
	}
}

static void test_one_sided_cids(void)
{
	struct network net;

	for (int i = CLIENT; i <= SERVER; i++) {
		begin(&net);
		ask_cid(&net.peer[i], "alone");
		run(&net);
		ok(is_good(&net) &&
			   cids_are(&net.peer[CLIENT], "", "", false) &&
			   cids_are(&net.peer[SERVER], "", "", false) &&
			   !net.named[CLIENT] && !net.named[SERVER],
		   "none if the %s does not know of any",
		   i == CLIENT ? "server" : "client");
		end(&net);
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
		net.cookies = false;
		ask_cid(&net.peer[SERVER], "server");
		peer_step(&net.peer[CLIENT]);
		len = recv(net.fd[CLIENT], data, sizeof(data), 0);
		len = hello_extend(data, len, rows[i].cid, rows[i].rrc);
		send(net.fd[SERVER], data, len, 0);
		peer_step(&net.peer[SERVER]);
		len = recv(net.fd[SERVER], data, sizeof(data), 0);
		if (len > AT_BODY)
			dtls13_server_hello_read(data + AT_BODY,
						 message_len(data), &hello);
		ok(hello.version == DTLS13_VERSION &&
			   hello.has_cid == rows[i].answered &&
			   hello.rrc == (rows[i].answered && rows[i].rrc),
		   "a client %s", rows[i].what);
		count_names(&net, SERVER, data, len);
		ok((net.named[SERVER] > 0) ==
			   (rows[i].answered && *rows[i].cid),
		   "... and the server's records fit that");
		end(&net);
	}
}

/* The answer that asks for a cookie of so many bytes. */
static size_t retry_make(uint8_t *data, size_t size, size_t cookie_len)
{
	static const uint8_t cookie[8192];
	struct wire_writer body = wire_writer(data + AT_BODY, size - AT_BODY);
	struct wire_writer writer = wire_writer(data, AT_BODY);

	dtls13_retry_write(0x1302, DTLS13_NO_GROUP,
			   wire_reader(cookie, cookie_len), &body);
	wire_put(&writer, DTLS13_HANDSHAKE, 1);
	wire_put(&writer, DTLS12_VERSION, 2);
	wire_put(&writer, 0, 8);
	wire_put(&writer, 0, 2);
	wire_put(&writer, DTLS13_SERVER_HELLO, 1);
	wire_put(&writer, 0, 8);
	wire_put(&writer, 0, 3);
	lengths_set(data, body.len);
	return AT_BODY + body.len;
}

static void test_cookies(void)
{
	struct network net;
	uint8_t data[8192];
	size_t len;

	for (int long_one = 0; long_one < 2; long_one++) {
		begin_unheard(&net);
		len = retry_make(data, sizeof(data), long_one ? 5000 : 2000);
		send(net.fd[CLIENT], data, len, 0);
		peer_step(&net.peer[CLIENT]);
		ok(long_one ? net.peer[CLIENT].result == -EPROTONOSUPPORT :
			      !net.peer[CLIENT].over && lose(&net, CLIENT) > 1,
		   "a%s long cookie: %s", long_one ? " very" : "",
		   net.peer[CLIENT].handshake.reason.text);
		end(&net);
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
		ask_cid(&net.peer[CLIENT], rows[i].own);
		peer_step(&net.peer[CLIENT]);
		lose(&net, CLIENT);
		len = server_hello_make(data, rows[i].len);
		send(net.fd[CLIENT], data, len, 0);
		peer_step(&net.peer[CLIENT]);
		ok(net.peer[CLIENT].result == rows[i].result,
		   "a server has %s: %s", rows[i].what,
		   net.peer[CLIENT].handshake.reason.text);
		end(&net);
	}
}

/* Resumption ************************************************************* */

/* What a handshake leaves behind has come as well. */
static void run_on(struct network *net)
{
	run(net);
	carry(net, SERVER);
	step(net, CLIENT);
}

static bool is_resumed(const struct network *net)
{
	return net->peer[CLIENT].outcome.done.resumed &&
	       net->peer[SERVER].outcome.done.resumed;
}

static bool is_full(const struct network *net)
{
	return !net->peer[CLIENT].outcome.done.resumed &&
	       !net->peer[SERVER].outcome.done.resumed;
}

/* A first session, with its ticket. */
static void make_first(void (*set)(struct network *net))
{
	struct network net;

	ticket_keys_renew();
	sessions_flush();
	begin(&net);
	if (set)
		set(&net);
	run_on(&net);
	ok(is_good(&net) && is_full(&net), "a first session is full");
	end(&net);
}

static void test_resumption(uint16_t cipher, bool cookies)
{
	struct network net;

	make_first(NULL);
	for (int i = 0; i < 3; i++) {
		begin(&net);
		net.cookies = cookies;
		net.peer[CLIENT].info.settings.ciphers[0] = cipher;
		net.peer[CLIENT].info.settings.n_ciphers = 1;
		run_on(&net);
		ok(is_good(&net) && (i ? is_resumed(&net) : is_full(&net)) &&
			   names_known(&net) && net.tickets == 1,
		   "session %d with %s%s is %s, and has all names", i,
		   tsec_name_of(tsec_cipher_names, cipher),
		   cookies ? ", after a HelloRetryRequest," : "",
		   i ? "resumed" : "full");
		end(&net);
	}
}

static void test_used_once(void)
{
	struct network net;

	make_first(NULL);
	begin(&net);
	net.no_tickets = true;
	run_on(&net);
	ok(is_good(&net) && is_resumed(&net), "a ticket is used");
	end(&net);
	begin(&net);
	run(&net);
	ok(is_good(&net) && is_full(&net), "... once");
	end(&net);
}

static void expect_full(void (*set)(struct network *net), const char *why)
{
	struct network net;

	begin(&net);
	set(&net);
	run_on(&net);
	ok(is_good(&net) && is_full(&net), "no session is resumed %s", why);
	end(&net);
}

static void set_new_keys(struct network *net)
{
	(void)net;
	ticket_keys_renew();
}

static void set_client_off(struct network *net)
{
	net->peer[CLIENT].info.settings.session_cache = 2;
}

static void set_server_off(struct network *net)
{
	net->peer[SERVER].info.settings.session_cache = 2;
}

static void set_other_hash(struct network *net)
{
	net->peer[SERVER].info.settings.ciphers[0] = TSEC_CIPHER_AES_128_GCM;
	net->peer[SERVER].info.settings.n_ciphers = 1;
}

static void set_other_profile(struct network *net)
{
	strcpy(net->peer[CLIENT].info.settings.name, "another");
}

static void set_other_server(struct network *net)
{
	strcpy(net->peer[SERVER].info.settings.name, "another");
}

static void set_asking(struct network *net)
{
	ask_client(net, &client_cert);
}

static void test_not_resumed(void)
{
	make_first(NULL);
	expect_full(set_new_keys, "with the tickets of older keys");
	make_first(NULL);
	expect_full(set_client_off, "by a client that does not want to");
	make_first(NULL);
	expect_full(set_server_off, "by a server that does not want to");
	make_first(NULL);
	expect_full(set_other_hash, "with another hash");
	make_first(NULL);
	expect_full(set_other_profile, "with another profile of the client");
	make_first(NULL);
	expect_full(set_other_server, "with another profile of the server");
	make_first(set_client_off);
	expect_full(set_new_keys, "without a ticket");
	make_first(set_asking);
	expect_full(set_asking, "with the certificate of a client");
	make_first(NULL);
	expect_full(set_asking, "where a client has to show a certificate");
}

/* Which engine *********************************************************** */

static void test_versions(void)
{
	/* A warning: that the user has canceled something. */
	static const uint8_t alert[] = { DTLS13_ALERT, 0xfe, 0xfd, 0, 0, 0, 0,
					 0, 0, 0, 9, 0, 2, 1, 90 };
	uint8_t data[DATAGRAM_MAX];
	struct network net;
	ssize_t len;

	begin(&net);
	net.peer[SERVER].info.settings.version_min = TSEC_VERSION_TLS_1_2;
	run(&net);
	ok(is_good(&net), "a server of both versions takes a client of 1.3");
	end(&net);

	begin(&net);
	net.cookies = false;
	net.peer[SERVER].info.settings.version_min = TSEC_VERSION_TLS_1_2;
	peer_step(&net.peer[CLIENT]);
	len = recv(net.fd[CLIENT], data, sizeof(data), 0);
	memcpy(data + len, alert, sizeof(alert));
	send(net.fd[SERVER], data, len + sizeof(alert), 0);
	net.proven = true;
	run(&net);
	ok(is_good(&net), "... also if its hello is not alone in the datagram");
	end(&net);

	begin(&net);
	net.cookies = false;
	net.peer[CLIENT].info.settings.version_min = TSEC_VERSION_TLS_1_2;
	run(&net);
	ok(fail_with(&net, -EPROTONOSUPPORT, -EPROTONOSUPPORT),
	   "a server of 1.3 refuses a client of 1.2: %s",
	   net.peer[CLIENT].handshake.reason.text);
	end(&net);

	begin(&net);
	net.cookies = false;
	net.peer[SERVER].info.settings.version_min = TSEC_VERSION_TLS_1_2;
	net.peer[SERVER].info.settings.version_max = TSEC_VERSION_TLS_1_2;
	run(&net);
	ok(fail_with(&net, -EPROTONOSUPPORT, -EPROTONOSUPPORT),
	   "a server of 1.2 refuses a client of 1.3: %s",
	   net.peer[CLIENT].handshake.reason.text);
	end(&net);
}

/* Flights **************************************************************** */

static void test_first_lost(void)
{
	struct network net;
	struct handshake *client = &net.peer[CLIENT].handshake;

	begin(&net);
	peer_step(&net.peer[CLIENT]);
	ok(lose(&net, CLIENT) == 1 && client->ops->timer(client) == 1000,
	   "the first flight is one datagram, repeated after a second");
	test_clock_ms += 999;
	peer_step(&net.peer[CLIENT]);
	ok(lose(&net, CLIENT) == 0 && client->ops->timer(client) == 1,
	   "... not before");
	test_clock_ms += 1;
	peer_step(&net.peer[CLIENT]);
	ok(lose(&net, CLIENT) == 1 && client->ops->timer(client) == 2000,
	   "... then after two");
	run(&net);
	ok(is_good(&net), "... and the handshake goes on");
	end(&net);
}

static void test_ack_lost(void)
{
	struct network net;
	unsigned int i = 0;

	begin(&net);
	while (i++ < TURNS_MAX && !net.peer[SERVER].over) {
		step(&net, CLIENT);
		carry(&net, CLIENT);
		step(&net, SERVER);
		if (!net.peer[SERVER].over)
			carry(&net, SERVER);
	}
	ok(!net.peer[CLIENT].over && lose(&net, SERVER) == 1,
	   "the last thing that a server sends is an acknowledgement");
	run(&net);
	ok(is_good(&net), "... which it repeats when the client asks again");
	end(&net);
}

/* A handshake whose server is over, and its acknowledgement lost. */
static void begin_unacked(struct network *net)
{
	begin(net);
	for (int i = 0; i < TURNS_MAX && !net->peer[SERVER].over; i++) {
		step(net, CLIENT);
		carry(net, CLIENT);
		step(net, SERVER);
		if (!net->peer[SERVER].over)
			carry(net, SERVER);
	}
	lose(net, SERVER);
}

/* What a server says under the keys of data. */
static void say_early(struct network *net, uint8_t type, const void *data,
		      size_t len, size_t cut)
{
	const struct tsec_key_info *key =
		&net->peer[SERVER].outcome.key[TSEC_DIR_TX];
	struct dtls13_keys keys = { .suite = NULL };
	uint8_t room[256];
	struct wire_writer datagram = wire_writer(room, sizeof(room));

	if (!dtls13_keys_init(&keys, dtls13_suite_of(key->cipher),
			      key->secret.data, DTLS13_EPOCH_DATA))
		dtls13_record_seal(&keys, type, data, len, &datagram);
	dtls13_keys_free(&keys);
	send(net->fd[CLIENT], room, datagram.len - cut, 0);
	peer_step(&net->peer[CLIENT]);
}

/* Number 0 of epoch 2 is the whole last flight. */
static const uint8_t early_ack[18] = { [1] = 16, [9] = 2 };
/* Number 0 of epoch 0 is a client's first. */
static const uint8_t hello_ack[18] = { [1] = 16 };

/* What anybody can say to an end who knows its address. */
static void say_plain(struct network *net, int end, uint8_t type,
		      const void *data, size_t len)
{
	uint8_t room[256];
	struct wire_writer datagram = wire_writer(room, sizeof(room));

	dtls13_record_plain(9, type, data, len, &datagram);
	send(net->fd[end], room, datagram.len, 0);
	peer_step(&net->peer[end]);
}

static void test_anybodys(void)
{
	struct network net;

	begin_unheard(&net);
	say_plain(&net, CLIENT, DTLS13_ACK, hello_ack, sizeof(hello_ack));
	test_clock_ms += 1000;
	peer_step(&net.peer[CLIENT]);
	ok(lose(&net, CLIENT) == 1,
	   "an acknowledgement in the clear keeps no hello from being repeated");
	end(&net);

	begin_unacked(&net);
	say_plain(&net, CLIENT, DTLS13_ACK, early_ack, sizeof(early_ack));
	ok(!net.peer[CLIENT].over, "... and ends no handshake");
	run(&net);
	ok(is_good(&net), "... which goes on");
	end(&net);
}

/* A piece of the message after the one that is awaited. */
static const uint8_t ahead[] = { DTLS13_FINISHED, 0, 0, 32, 0, 5, 0, 0,
				 0, 0, 0, 1, 7 };

static void test_gap(void)
{
	struct network net;

	begin_unheard(&net);
	say_plain(&net, CLIENT, DTLS13_HANDSHAKE, ahead, sizeof(ahead));
	ok(lose(&net, CLIENT) == 1, "what comes early is acknowledged");
	say_plain(&net, CLIENT, DTLS13_DATA, "nothing", 7);
	ok(!lose(&net, CLIENT), "... not once more for each datagram");
	say_plain(&net, CLIENT, DTLS13_HANDSHAKE, ahead, sizeof(ahead));
	ok(lose(&net, CLIENT) == 1, "... but when it comes again");
	end(&net);
}

static void test_early(void)
{
	struct network net;

	begin_unacked(&net);
	say_early(&net, DTLS13_DATA, "early", 5, 0);
	ok(!net.peer[CLIENT].over, "data is no acknowledgement");
	say_early(&net, DTLS13_ACK, early_ack, sizeof(early_ack), 1);
	ok(!net.peer[CLIENT].over, "... nor is one that is not authentic");
	say_early(&net, DTLS13_ACK, early_ack, sizeof(early_ack), 0);
	ok(is_good(&net), "a server may send it under the keys of data");
	end(&net);

	begin_unacked(&net);
	say_early(&net, DTLS13_ALERT, "\2\x2a", 2, 0);
	ok(net.peer[CLIENT].result == -EKEYREJECTED,
	   "... and a refusal, too: %s",
	   net.peer[CLIENT].handshake.reason.text);
	end(&net);
}

static void test_bad_networks(void)
{
	unsigned int good = 0, resumed = 0, most = 0;

	for (unsigned int seed = 1; seed <= BAD_NETWORKS; seed++) {
		uint64_t from = test_clock_ms;
		struct network net;

		begin(&net);
		net.seed = seed;
		net.lost = 30;
		net.repeated = 20;
		net.late = 30;
		if (seed % 2)
			ask_client(&net, &client_cert);
		net.cookies = seed % 3;
		if (seed % 5 < 2)
			ask_cid(&net.peer[CLIENT], "to the client");
		if (seed % 7 < 5)
			ask_cid(&net.peer[SERVER], "server");
		run_on(&net);
		resumed += is_resumed(&net);
		if (is_good(&net))
			good++;
		else
			printf("# seed %u\n", seed);
		if (test_clock_ms - from > most)
			most = test_clock_ms - from;
		end(&net);
	}
	ok(good == BAD_NETWORKS,
	   "%u of %d networks that lose 30 %%, repeat and reorder; at most "
	   "%u s", good, BAD_NETWORKS, most / 1000);
	ok(resumed > BAD_NETWORKS / 4, "... %u of the sessions are resumed",
	   resumed);
}

/* No memory is touched that should not be, and nobody agrees on two things. */
static void test_spoilt_networks(void)
{
	unsigned int sound = 0, good = 0;

	for (unsigned int seed = 1; seed <= SPOILT_NETWORKS; seed++) {
		struct network net;
		bool both;

		begin(&net);
		net.seed = seed;
		net.spoilt = 15;
		net.lost = 5;
		net.repeated = 5;
		net.late = 5;
		net.cookies = false;
		if (seed % 3)
			ask_client(&net, &client_cert);
		if (seed % 2) {
			ask_cid(&net.peer[CLIENT], "to the client");
			ask_cid(&net.peer[SERVER], "server");
		}
		run_on(&net);
		both = net.peer[CLIENT].over && net.peer[SERVER].over &&
		       !net.peer[CLIENT].result && !net.peer[SERVER].result;
		if (!both || is_good(&net))
			sound++;
		good += both;
		end(&net);
	}
	ok(sound == SPOILT_NETWORKS && good,
	   "%u of %d handshakes with spoilt datagrams succeed, none with "
	   "different keys", good, SPOILT_NETWORKS);
}

int main(void)
{
	cert_make(&ca, &(struct cert_order){ .cn = "Test CA", .authority = 1,
					     .days_from = -1, .days_to = 30 });
	cert_make(&server_cert,
		  &(struct cert_order){ .cn = "a", .dns = "a.example",
					.by = &ca, .days_from = -1,
					.days_to = 30 });
	cert_make(&client_cert,
		  &(struct cert_order){ .cn = "c", .dns = "c.example",
					.by = &ca, .days_from = -1,
					.days_to = 30 });
	test_ciphers();
	test_groups();
	test_client_certificates();
	test_psk();
	test_psk_sha384();
	test_alpn();
	test_refusals();
	test_cids();
	test_one_sided_cids();
	test_other_clients();
	test_other_servers();
	test_cookies();
	test_versions();
	for (uint16_t c = 1; c <= TSEC_CIPHER_CHACHA20_POLY1305; c++) {
		test_resumption(c, false);
		test_resumption(c, true);
	}
	test_used_once();
	test_not_resumed();
	test_first_lost();
	test_ack_lost();
	test_early();
	test_anybodys();
	test_gap();
	test_bad_networks();
	test_spoilt_networks();
	cert_free(&ca);
	cert_free(&server_cert);
	cert_free(&client_cert);
	sessions_flush();
	objects_flush();
	verified_flush();
	tls_global_free();
	return done_testing();
}
