// SPDX-License-Identifier: GPL-2.0
/* Sessions of DTLS 1.3 that are resumed, and those that must not be. */
#include <string.h>

#include "../sessions.h"
#include "../tickets.h"
#include "network13.h"
#include "tap.h"

static bool is_full(const struct network *net)
{
	return !net->client.outcome.done.resumed &&
	       !net->server.outcome.done.resumed;
}

/* A first session, with its ticket. */
static void make_first(void (*set)(struct network *net))
{
	struct network net;

	ticket_keys_renew();
	sessions_flush();
	network13_begin(&net);
	if (set)
		set(&net);
	network13_run_on(&net);
	ok(network_is_good(&net) && is_full(&net), "a first session is full");
	network_end(&net);
}

static void test_resumption(uint16_t cipher, bool cookies)
{
	struct network net;

	make_first(NULL);
	for (int i = 0; i < 3; i++) {
		network13_begin(&net);
		net.trusting = !cookies;
		net.client.info.settings.ciphers[0] = cipher;
		net.client.info.settings.n_ciphers = 1;
		network13_run_on(&net);
		ok(network_is_good(&net) &&
			   (i ? network13_is_resumed(&net) : is_full(&net)) &&
			   network_names_known(&net) && net.tickets == 1,
		   "session %d with %s%s is %s, and has all names", i,
		   tsec_name_of(tsec_cipher_names, cipher),
		   cookies ? ", after a HelloRetryRequest," : "",
		   i ? "resumed" : "full");
		network_end(&net);
	}
}

static void test_used_once(void)
{
	struct network net;

	make_first(NULL);
	network13_begin(&net);
	net.no_tickets = true;
	network13_run_on(&net);
	ok(network_is_good(&net) && network13_is_resumed(&net), "a ticket is used");
	network_end(&net);
	network13_begin(&net);
	network_run(&net);
	ok(network_is_good(&net) && is_full(&net), "... once");
	network_end(&net);
}

static void expect_full(void (*set)(struct network *net), const char *why)
{
	struct network net;

	network13_begin(&net);
	set(&net);
	network13_run_on(&net);
	ok(network_is_good(&net) && is_full(&net), "no session is resumed %s",
	   why);
	network_end(&net);
}

static void set_new_keys(struct network *net)
{
	(void)net;
	ticket_keys_renew();
}

static void set_client_off(struct network *net)
{
	net->client.info.settings.session_cache = 2;
}

static void set_server_off(struct network *net)
{
	net->server.info.settings.session_cache = 2;
}

static void set_other_hash(struct network *net)
{
	net->server.info.settings.ciphers[0] = TSEC_CIPHER_AES_128_GCM;
	net->server.info.settings.n_ciphers = 1;
}

static void set_other_profile(struct network *net)
{
	strcpy(net->client.info.settings.name, "another");
}

static void set_other_server(struct network *net)
{
	strcpy(net->server.info.settings.name, "another");
}

static void set_asking(struct network *net)
{
	network_ask_client(net, true);
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

int main(void)
{
	network_setup();
	for (uint16_t c = 1; c <= TSEC_CIPHER_CHACHA20_POLY1305; c++) {
		test_resumption(c, false);
		test_resumption(c, true);
	}
	test_used_once();
	test_not_resumed();
	network_cleanup();
	return done_testing();
}
