// SPDX-License-Identifier: GPL-2.0
/*
 * Two ends of the WireGuard engine with each other, and the test between them:
 * it sees each datagram, and forges, repeats and withholds what it likes.
 */
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../handshake/wireguard.h"
#include "../objects.h"
#include "../wgclock.h"
#include "../wgkeys.h"
#include "peer.h"
#include "tap.h"

enum { CLIENT, SERVER, CONFIRM_LEN = 32, DATAGRAM_MAX = 2048 };

/* After its last initiation nobody begins another sooner. */
#define PAUSE_US (100 * 1000)

/* What each end has in its files. */
static char client_key[WGKEY_TEXT], server_key[WGKEY_TEXT];
static char client_pub[WGKEY_TEXT], server_pub[WGKEY_TEXT];
static char psk[WGKEY_TEXT], other_psk[WGKEY_TEXT];

struct network {
	struct peer end[2];
	int fd[2]; /* the test's ends */
	char peers[2][256]; /* the files that tell of the other */
};

static void make_keys(void)
{
	struct wireguard_identity identity;
	uint8_t shared[WIREGUARD_KEY_LEN];

	randombytes_buf(identity.privkey, sizeof(identity.privkey));
	crypto_scalarmult_base(identity.pubkey, identity.privkey);
	wgkey_text(identity.privkey, client_key);
	wgkey_text(identity.pubkey, client_pub);
	randombytes_buf(identity.privkey, sizeof(identity.privkey));
	crypto_scalarmult_base(identity.pubkey, identity.privkey);
	wgkey_text(identity.privkey, server_key);
	wgkey_text(identity.pubkey, server_pub);
	randombytes_buf(shared, sizeof(shared));
	wgkey_text(shared, psk);
	randombytes_buf(shared, sizeof(shared));
	wgkey_text(shared, other_psk);
}

static void end_begin(struct network *net, int i, const char *key,
		      const char *peer, const char *shared)
{
	struct peer *end = &net->end[i];
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd) < 0)
		err(1, "socketpair");
	peer_init(end, i == CLIENT ? TSEC_ROLE_CLIENT : TSEC_ROLE_SERVER,
		  fd[0]);
	net->fd[i] = fd[1];
	end->info.protocol = TSEC_PROTO_WIREGUARD;
	snprintf(net->peers[i], sizeof(net->peers[i]), "%s %s\n", peer,
		 shared);
	peer_blob(&end->info.privkey, key);
	peer_blob(&end->info.trust, net->peers[i]);
}

static void begin(struct network *net, const char *client_psk,
		  const char *server_psk)
{
	memset(net, 0, sizeof(*net));
	end_begin(net, CLIENT, client_key, server_pub, client_psk);
	end_begin(net, SERVER, server_key, client_pub, server_psk);
}

static void end(struct network *net)
{
	for (int i = 0; i < 2; i++) {
		peer_free(&net->end[i]);
		close(net->fd[i]);
	}
	usleep(25 * 1000); /* a peer begins no more than so often */
}

/* What an end has sent; 0 if nothing. */
static size_t take(struct network *net, int from, uint8_t *data)
{
	ssize_t len = recv(net->fd[from], data, DATAGRAM_MAX, MSG_DONTWAIT);

	return len > 0 ? len : 0;
}

static void give(struct network *net, int to, const uint8_t *data, size_t len)
{
	if (send(net->fd[to], data, len, 0) < 0)
		err(1, "send");
}

/* One datagram, from one end to the other; its length. */
static size_t pass(struct network *net, int from)
{
	uint8_t data[DATAGRAM_MAX];
	size_t len = take(net, from, data);

	if (len)
		give(net, !from, data, len);
	return len;
}

static bool same_key(const struct peer *tx, const struct peer *rx)
{
	const struct tsec_key_info *a = &tx->outcome.key[TSEC_DIR_TX];
	const struct tsec_key_info *b = &rx->outcome.key[TSEC_DIR_RX];

	return a->key.len == WIREGUARD_KEY_LEN && a->id && a->id == b->id &&
	       !memcmp(a->key.data, b->key.data, a->key.len);
}

/* Both have come to the same keys. */
static bool agree(const struct network *net)
{
	const struct peer *client = &net->end[CLIENT];
	const struct peer *server = &net->end[SERVER];

	return client->over && server->over && !client->result &&
	       !server->result && same_key(client, server) &&
	       same_key(server, client);
}

/* Up to the client's keys, and what they are confirmed by on its way. */
static void run_client(struct network *net)
{
	peer_step(&net->end[CLIENT]);
	pass(net, CLIENT);
	peer_step(&net->end[SERVER]);
	pass(net, SERVER);
	peer_step(&net->end[CLIENT]);
}

static void run(struct network *net)
{
	run_client(net);
	pass(net, CLIENT);
	peer_step(&net->end[SERVER]);
}

static void test_agree(const char *shared, const char *name)
{
	const struct tsec_key_info *key;
	struct network net;
	uint8_t data[64];

	begin(&net, shared, shared);
	run_client(&net);
	ok(net.end[CLIENT].over && !net.end[SERVER].over,
	   "a server waits until its client uses the keys (%s)", name);
	ok(pass(&net, CLIENT) == CONFIRM_LEN, "which the client does");
	peer_step(&net.end[SERVER]);
	ok(agree(&net), "both have the same keys: %s%s",
	   net.end[CLIENT].handshake.reason.text,
	   net.end[SERVER].handshake.reason.text);
	ok(!strcmp(net.end[CLIENT].outcome.done.peer_id, server_pub) &&
		   !strcmp(net.end[SERVER].outcome.done.peer_id, client_pub),
	   "each knows the other's public key");
	key = net.end[CLIENT].outcome.key;
	ok(key[TSEC_DIR_TX].seq == 1 && !key[TSEC_DIR_RX].seq &&
		   key[TSEC_DIR_TX].hard_seconds == 180,
	   "numbers go on after the confirmation, and time is limited");
	ok(recv(net.end[SERVER].info.fd, data, sizeof(data), MSG_DONTWAIT) ==
		   CONFIRM_LEN,
	   "the kernel gets the confirmation as well: it may have content");
	end(&net);
}

static void test_strangers(void)
{
	struct network net;

	begin(&net, psk, other_psk);
	run(&net);
	ok(!net.end[CLIENT].over && !net.end[SERVER].over,
	   "another preshared key: nobody has keys");
	end(&net);

	begin(&net, "-", "-");
	snprintf(net.peers[SERVER], sizeof(net.peers[SERVER]), "%s\n",
		 server_pub);
	peer_blob(&net.end[SERVER].info.trust, net.peers[SERVER]);
	peer_step(&net.end[CLIENT]);
	pass(&net, CLIENT);
	peer_step(&net.end[SERVER]);
	ok(!pass(&net, SERVER), "a stranger is not answered");
	end(&net);
}

static void test_no_peer(void)
{
	struct network net;

	begin(&net, "-", "-");
	strcpy(net.end[CLIENT].info.peer_name, "nobody");
	peer_step(&net.end[CLIENT]);
	ok(net.end[CLIENT].result == -ENOKEY &&
		   strstr(net.end[CLIENT].handshake.reason.text, "nobody"),
	   "a peer that is not in the file: %s",
	   net.end[CLIENT].handshake.reason.text);
	end(&net);
}

static void test_replay(void)
{
	uint8_t first[DATAGRAM_MAX];
	struct network net, later;
	size_t len;

	begin(&net, "-", "-");
	peer_step(&net.end[CLIENT]);
	len = take(&net, CLIENT, first);
	give(&net, SERVER, first, len);
	peer_step(&net.end[SERVER]);
	ok(len == WIREGUARD_INITIATION_LEN &&
		   take(&net, SERVER, first + len) == WIREGUARD_RESPONSE_LEN,
	   "an initiation is answered");
	usleep(25 * 1000);
	begin(&later, "-", "-");
	peer_step(&later.end[SERVER]);
	give(&later, SERVER, first, len);
	peer_step(&later.end[SERVER]);
	ok(!take(&later, SERVER, first + len), "the same once more is not");
	end(&later);
	end(&net);
}

static void test_wrong_mac(void)
{
	uint8_t data[DATAGRAM_MAX];
	struct network net;
	size_t len;

	begin(&net, "-", "-");
	peer_step(&net.end[CLIENT]);
	len = take(&net, CLIENT, data);
	data[len - 32] ^= 1;
	give(&net, SERVER, data, len);
	peer_step(&net.end[SERVER]);
	ok(!pass(&net, SERVER) && net.end[SERVER].result == -EKEYREJECTED,
	   "a wrong mac1 is not answered, and the server's session ends: %s",
	   net.end[SERVER].handshake.reason.text);
	end(&net);
}

static void test_forged(void)
{
	uint8_t data[DATAGRAM_MAX];
	struct network net;
	size_t len;

	begin(&net, "-", "-");
	peer_step(&net.end[CLIENT]);
	pass(&net, CLIENT);
	peer_step(&net.end[SERVER]);
	len = take(&net, SERVER, data);
	data[20] ^= 1;
	give(&net, CLIENT, data, len);
	peer_step(&net.end[CLIENT]);
	ok(!net.end[CLIENT].over, "a changed response is no response");
	data[20] ^= 1;
	give(&net, CLIENT, data, len);
	peer_step(&net.end[CLIENT]);
	ok(net.end[CLIENT].over, "the true one still is");
	len = take(&net, CLIENT, data);
	data[len - 1] ^= 1;
	give(&net, SERVER, data, len);
	peer_step(&net.end[SERVER]);
	ok(!net.end[SERVER].over, "a changed confirmation confirms nothing");
	data[len - 1] ^= 1;
	give(&net, SERVER, data, len);
	peer_step(&net.end[SERVER]);
	ok(agree(&net), "the true one still does");
	end(&net);
}

/* As the kernel does it for a server under load. */
static void cookie_send(struct network *net, const uint8_t *initiation,
			const uint8_t cookie[WIREGUARD_MAC_LEN])
{
	uint8_t key[NOISE_LEN], pub[NOISE_LEN], data[WIREGUARD_COOKIE_LEN];

	sodium_base642bin(pub, sizeof(pub), server_pub, strlen(server_pub),
			  NULL, NULL, NULL, sodium_base64_VARIANT_ORIGINAL);
	memset(data, 0, sizeof(data));
	data[0] = WIREGUARD_COOKIE;
	memcpy(data + 4, initiation + 4, 4);
	noise_hash(key, "cookie--", 8, pub, sizeof(pub));
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		data + 32, NULL, cookie, WIREGUARD_MAC_LEN,
		wireguard_mac1_of(initiation, WIREGUARD_INITIATION_LEN),
		WIREGUARD_MAC_LEN, NULL, data + 8, key);
	give(net, CLIENT, data, sizeof(data));
}

static void test_cookie(void)
{
	uint8_t data[DATAGRAM_MAX], mac2[WIREGUARD_MAC_LEN];
	const uint8_t cookie[WIREGUARD_MAC_LEN] = "sixteen of bytes";
	struct peer *client;
	struct network net;
	unsigned int ms;

	begin(&net, "-", "-");
	client = &net.end[CLIENT];
	peer_step(client);
	take(&net, CLIENT, data);
	cookie_send(&net, data, cookie);
	peer_step(client);
	ok(!take(&net, CLIENT, data), "a cookie is kept for the next time");
	ms = client->handshake.ops->timer(&client->handshake);
	ok(ms > 4000 && ms < 5400, "which is in %u ms", ms);
	usleep(ms * 1000 + 10000);
	peer_step(client);
	ok(take(&net, CLIENT, data) == WIREGUARD_INITIATION_LEN &&
		   noise_mac(mac2, sizeof(mac2), cookie, sizeof(cookie), data,
			     WIREGUARD_INITIATION_LEN - 16) &&
		   !memcmp(mac2, data + WIREGUARD_INITIATION_LEN - 16, 16),
	   "then an initiation shows it");
	give(&net, SERVER, data, WIREGUARD_INITIATION_LEN);
	peer_step(&net.end[SERVER]);
	pass(&net, SERVER);
	peer_step(client);
	ok(client->over && !client->result, "and the handshake goes on");
	end(&net);
}

/* What the kernel does with them is not seen here: the test takes them. */
static int go_on(struct peer *peer)
{
	struct handshake *handshake = &peer->handshake;
	int want = handshake->ops->step(handshake);

	if (want == HANDSHAKE_OVER) {
		outcome_wipe(&peer->outcome);
		handshake->ops->finish(handshake, &peer->outcome);
		handshake->ops->handed_over(handshake);
	}
	return want;
}

static void renew(struct network *net, int from, const char *name)
{
	uint32_t id = net->end[from].outcome.key[TSEC_DIR_TX].id;
	struct peer *began = &net->end[from], *other = &net->end[!from];
	bool over;

	ok(pass(net, from) == WIREGUARD_INITIATION_LEN, "%s", name);
	over = go_on(other) == HANDSHAKE_OVER;
	ok(over && other->outcome.key[TSEC_DIR_TX].confirm &&
		   !other->outcome.key[TSEC_DIR_TX].seq,
	   "the other's new key waits to be confirmed");
	ok(pass(net, !from) == WIREGUARD_RESPONSE_LEN &&
		   go_on(began) == HANDSHAKE_OVER && agree(net) &&
		   !began->outcome.key[TSEC_DIR_TX].confirm &&
		   began->outcome.key[TSEC_DIR_TX].id != id,
	   "both have the same new keys");
	ok(pass(net, from) == CONFIRM_LEN, "and they are confirmed");
}

/* The kernel keeps what confirms: the channel has only the handshake. */
static void drain(struct network *net)
{
	uint8_t data[DATAGRAM_MAX];

	for (int i = 0; i < 2; i++)
		while (recv(net->end[i].info.fd, data, sizeof(data),
			    MSG_DONTWAIT) > 0)
			;
}

/* Two sockets that hold more than a few datagrams. */
static void udp_pair(int fd[2])
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd[0] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	fd[1] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (bind(fd[0], (void *)&addr, len) ||
	    getsockname(fd[0], (void *)&addr, &len) ||
	    connect(fd[1], (void *)&addr, len) ||
	    getsockname(fd[1], (void *)&addr, &len) ||
	    connect(fd[0], (void *)&addr, len))
		err(1, "sockets of UDP");
}

static void begin_over_udp(struct network *net, int i)
{
	int fd[2];

	begin(net, "-", "-");
	udp_pair(fd);
	dup2(fd[0], net->end[i].info.fd);
	dup2(fd[1], net->fd[i]);
	close(fd[0]);
	close(fd[1]);
}

static unsigned int left_of(int fd)
{
	uint8_t data[DATAGRAM_MAX];
	unsigned int n = 0;

	while (recv(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		n++;
	return n;
}

/* Who floods one handshake does not stop the others of its worker. */
static void test_flood(void)
{
	enum { FLOOD = 100 };
	uint8_t data[DATAGRAM_MAX];
	unsigned int left, steps;
	struct network net;
	struct peer *client = &net.end[CLIENT];

	begin_over_udp(&net, CLIENT);
	peer_step(client);
	for (int i = 0; i < FLOOD; i++)
		give(&net, CLIENT, (const uint8_t *)"nothing", 7);
	peer_step(client);
	left = left_of(client->info.fd);
	ok(left && left < FLOOD, "a step leaves %u of %d datagrams to the next",
	   left, FLOOD);
	for (int i = 0; i < FLOOD; i++)
		give(&net, CLIENT, (const uint8_t *)"nothing", 7);
	pass(&net, CLIENT);
	peer_step(&net.end[SERVER]);
	pass(&net, SERVER);
	for (steps = 0; !client->over && steps < FLOOD; steps++)
		peer_step(client);
	ok(client->over && !client->result && steps < FLOOD / 2,
	   "what is behind a flood is met in %u steps", steps);
	end(&net);

	begin_over_udp(&net, CLIENT);
	run(&net);
	drain(&net);
	memset(data, 0, sizeof(data));
	data[0] = WIREGUARD_INITIATION;
	for (int i = 0; i < FLOOD; i++)
		give(&net, CLIENT, data, WIREGUARD_INITIATION_LEN);
	go_on(client);
	left = left_of(client->info.fd);
	ok(left && left < FLOOD, "nor does one of an open session: %u of %d",
	   left, FLOOD);
	end(&net);
}

static void test_renew(void)
{
	const uint8_t asked = 0;
	struct network net;

	begin(&net, psk, psk);
	net.end[CLIENT].info.settings.soft_seconds = 1;
	run(&net);
	drain(&net);
	ok(agree(&net) && go_on(&net.end[CLIENT]) == HANDSHAKE_WANT_READ &&
		   !pass(&net, CLIENT),
	   "an open session has nothing to do at first");
	usleep(1400 * 1000);
	go_on(&net.end[CLIENT]);
	renew(&net, CLIENT, "after its time a client begins anew");
	drain(&net);
	give(&net, SERVER, &asked, sizeof(asked));
	go_on(&net.end[SERVER]);
	renew(&net, SERVER, "a server does so as well, if the kernel asks");
	end(&net);
}

/* A peer takes who begins twice in a moment for a flood, and says nothing. */
static void test_pause(void)
{
	const uint8_t asked = 0;
	struct network net;
	struct peer *client = &net.end[CLIENT];
	unsigned int ms;

	begin(&net, "-", "-");
	run(&net);
	drain(&net);
	give(&net, CLIENT, &asked, sizeof(asked));
	go_on(client);
	ms = client->handshake.ops->timer(&client->handshake);
	ok(!pass(&net, CLIENT) && ms * 1000 <= PAUSE_US,
	   "asked for new keys too soon, an end waits for %u ms", ms);
	usleep(ms * 1000 + 1000);
	go_on(client);
	renew(&net, CLIENT, "then it begins");
	end(&net);
}

/* Who has begun itself takes an initiation, too. */
static void test_both_begin(void)
{
	const uint8_t asked = 0;
	uint8_t data[DATAGRAM_MAX];
	struct network net;

	begin(&net, "-", "-");
	run(&net);
	drain(&net);
	usleep(PAUSE_US);
	give(&net, CLIENT, &asked, sizeof(asked));
	go_on(&net.end[CLIENT]);
	give(&net, SERVER, &asked, sizeof(asked));
	go_on(&net.end[SERVER]);
	take(&net, SERVER, data); /* lost */
	ok(pass(&net, CLIENT) == WIREGUARD_INITIATION_LEN &&
		   go_on(&net.end[SERVER]) == HANDSHAKE_OVER &&
		   pass(&net, SERVER) == WIREGUARD_RESPONSE_LEN &&
		   go_on(&net.end[CLIENT]) == HANDSHAKE_OVER && agree(&net),
	   "both begin, and one of them gets through");
	end(&net);
}

/* What a peer sends that begins anew, as the kernel asks it to. */
static void begin_anew(struct network *net, uint8_t *data)
{
	const uint8_t asked = 0;

	drain(net);
	while (take(net, CLIENT, data))
		;
	usleep(PAUSE_US);
	give(net, CLIENT, &asked, sizeof(asked));
	go_on(&net->end[CLIENT]);
	if (take(net, CLIENT, data) != WIREGUARD_INITIATION_LEN)
		errx(1, "no initiation");
}

/* A server that hears of @data first, as number @session of @listener. */
static int elsewhere(struct network *net, struct peer *server, int *fd,
		     uint32_t session, uint32_t listener, const uint8_t *data)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) < 0)
		err(1, "socketpair");
	peer_init(server, TSEC_ROLE_SERVER, pair[0]);
	*fd = pair[1];
	server->info = net->end[SERVER].info;
	server->info.fd = server->handshake.fd = pair[0];
	server->info.session = session;
	server->info.listener = listener;
	if (send(*fd, data, WIREGUARD_INITIATION_LEN, 0) < 0)
		err(1, "send");
	if (handshake_open(&server->handshake, &server->info))
		errx(1, "handshake_open");
	return server->handshake.ops->step(&server->handshake);
}

static void elsewhere_end(struct peer *server, int fd)
{
	peer_free(server);
	close(fd);
}

static bool is_silent(int fd)
{
	uint8_t byte;

	return recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) < 0;
}

static void test_elsewhere(void)
{
	uint8_t data[DATAGRAM_MAX];
	const struct tsec_key_info *key;
	struct peer server;
	struct network net;
	unsigned int ms;
	int fd, want;
	ssize_t len;

	begin(&net, psk, psk);
	net.end[SERVER].info.listener = 7;
	net.end[SERVER].info.session = 21;
	net.end[SERVER].info.settings.hard_seconds = 60;
	run(&net);
	usleep(1000 * 1000);
	begin_anew(&net, data);
	want = elsewhere(&net, &server, &fd, 22, 7, data);
	ok(want == HANDSHAKE_JOINS && is_silent(fd),
	   "a peer with a session begins elsewhere: nothing is said yet");
	server.handshake.ops->finish(&server.handshake, &server.outcome);
	key = server.outcome.key;
	ok(key[TSEC_DIR_TX].session == 21 && key[TSEC_DIR_RX].session == 21 &&
		   key[TSEC_DIR_TX].confirm && !key[TSEC_DIR_RX].confirm,
	   "the keys are for that session, and wait for their confirmation");
	server.handshake.ops->handed_over(&server.handshake);
	len = recv(fd, data, sizeof(data), MSG_DONTWAIT);
	ok(len == WIREGUARD_RESPONSE_LEN, "then the answer goes to where it is");
	give(&net, CLIENT, data, len);
	ok(go_on(&net.end[CLIENT]) == HANDSHAKE_OVER &&
		   same_key(&net.end[CLIENT], &server) &&
		   same_key(&server, &net.end[CLIENT]),
	   "both have the same keys");
	ok(go_on(&net.end[SERVER]) == HANDSHAKE_WANT_READ,
	   "the session itself has nothing to do");
	ms = net.end[SERVER].handshake.ops->timer(&net.end[SERVER].handshake);
	ok(ms > 54500, "up to %u ms after these keys", ms);
	elsewhere_end(&server, fd);

	begin_anew(&net, data);
	want = elsewhere(&net, &server, &fd, 23, 8, data);
	len = recv(fd, data, sizeof(data), MSG_DONTWAIT);
	ok(want == HANDSHAKE_WANT_READ && len == WIREGUARD_RESPONSE_LEN,
	   "with another listener it begins a session of its own");
	give(&net, CLIENT, data, len);
	go_on(&net.end[CLIENT]);
	elsewhere_end(&server, fd);

	begin_anew(&net, data);
	handshake_close(&net.end[SERVER].handshake);
	want = elsewhere(&net, &server, &fd, 24, 7, data);
	ok(want == HANDSHAKE_WANT_READ && !is_silent(fd),
	   "and so it does once its session has ended");
	elsewhere_end(&server, fd);
	end(&net);
}

/* As the kernel offers a session to the daemon that comes next. */
static void take_up(struct peer *end, const char *peer, uint32_t age)
{
	handshake_close(&end->handshake);
	tsec_set(&end->info, HANDSHAKE_AGE, age, age);
	tsec_set_str(&end->info, HANDSHAKE_PEER_ID, peer_id, peer);
	handshake_open(&end->handshake, &end->info);
}

static void test_taken_up(void)
{
	struct network net;
	unsigned int ms;

	begin(&net, psk, psk);
	run(&net);
	drain(&net);
	take_up(&net.end[SERVER], client_pub, 10);
	ms = net.end[SERVER].handshake.ops->timer(&net.end[SERVER].handshake);
	ok(ms > 154000 && ms < 156000,
	   "a server's session is taken up, for %u ms at first", ms);
	take_up(&net.end[CLIENT], server_pub, 119);
	ms = net.end[CLIENT].handshake.ops->timer(&net.end[CLIENT].handshake);
	ok(ms > 500 && ms < 1500, "and a client's, for %u ms", ms);
	usleep(ms * 1000 + 10000);
	go_on(&net.end[CLIENT]);
	renew(&net, CLIENT, "which begins a handshake then");
	take_up(&net.end[CLIENT], client_pub, 0);
	ok(net.end[CLIENT].handshake.reason.status == ENOKEY,
	   "not one whose peer is not in the file any more: %s",
	   net.end[CLIENT].handshake.reason.text);
	end(&net);
}

static void test_ended(void)
{
	struct network net;
	int fd[2];

	begin(&net, "-", "-");
	run(&net);
	drain(&net);
	/* A channel whose session has ended reads 0. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) < 0)
		err(1, "socketpair");
	close(fd[1]);
	net.end[CLIENT].handshake.fd = fd[0];
	ok(go_on(&net.end[CLIENT]) == -ECONNABORTED,
	   "the end of a session is the end of its handshakes");
	close(fd[0]);
	end(&net);
}

int main(void)
{
	ok(sodium_init() >= 0, "libsodium");
	make_keys();
	test_agree("-", "no preshared key");
	test_agree(psk, "a preshared key");
	test_strangers();
	test_no_peer();
	test_replay();
	test_wrong_mac();
	test_forged();
	test_cookie();
	test_flood();
	test_renew();
	test_pause();
	test_both_begin();
	test_elsewhere();
	test_taken_up();
	test_ended();
	objects_flush();
	wgclock_flush();
	return done_testing();
}
