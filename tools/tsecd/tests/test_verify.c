// SPDX-License-Identifier: GPL-2.0
/* What is refused, with which errno, and in which words. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../handshake/tls.h"
#include "../objects.h"
#include "../tickets.h"
#include "peer.h"
#include "pki.h"
#include "tap.h"

static struct cert ca, other_ca, good, expired, early, self, nameless, client;
static struct cert longest, too_long; /* exponents of RSA keys */
static char *crl;
static struct peer c, s;

static void begin(const struct cert *cert)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) < 0)
		err(1, "socketpair");
	peer_init(&c, TSEC_ROLE_CLIENT, fd[0]);
	peer_init(&s, TSEC_ROLE_SERVER, fd[1]);
	c.info.settings.session_cache = s.info.settings.session_cache = 2;
	strcpy(c.info.peer_name, "a.example");
	peer_blob(&c.info.trust, ca.cert_pem);
	if (cert)
		peer_show(&s, cert);
}

static void end(void)
{
	peer_free(&c);
	peer_free(&s);
}

/* Both ends run; one ends with that errno and words like these. */
static void expect(struct peer *peer, int status, const char *text,
		   const char *what)
{
	const struct reason *reason = &peer->handshake.reason;
	bool good;

	peers_run(&c, &s);
	good = peer->result == -status && reason->status == status &&
	       strstr(reason->text, text);
	ok(good, "%s", what);
	if (!good)
		printf("# got %d: %s\n", peer->result, reason->text);
}

static void expect_good(const char *what)
{
	peers_run(&c, &s);
	ok(c.over && s.over && !c.result && !s.result, "%s", what);
	if (c.result || s.result)
		printf("# client: %s, server: %s\n", c.handshake.reason.text,
		       s.handshake.reason.text);
	end();
}

static void test_certificates(void)
{
	begin(&expired);
	expect(&c, EKEYEXPIRED, "certificate of a.example expired 20",
	       "an expired certificate");
	ok(s.handshake.reason.status == EKEYEXPIRED &&
		   strstr(s.handshake.reason.text, "Certificate is expired"),
	   "and the server hears so: %s", s.handshake.reason.text);
	end();
	begin(&early);
	expect(&c, EKEYREJECTED, "certificate of a.example is not valid before",
	       "a certificate that is not valid yet");
	end();
	begin(&self);
	expect(&c, EKEYREJECTED, "self-signed", "a self-signed certificate");
	ok(s.handshake.reason.status == EKEYREJECTED,
	   "and the server hears: %s", s.handshake.reason.text);
	end();
	begin(&good);
	peer_blob(&c.info.trust, other_ca.cert_pem);
	expect(&c, EKEYREJECTED, "its issuer 'CN=Test CA' is unknown",
	       "an unknown issuer");
	end();
	begin(&good);
	strcpy(c.info.peer_name, "b.example");
	expect(&c, EKEYREJECTED,
	       "certificate is for a.example, not for b.example",
	       "another name");
	end();
	begin(&good);
	strcpy(c.info.settings.crl, test_file("crl", crl));
	expect(&c, EKEYREVOKED, "certificate of a.example has been revoked",
	       "a revoked certificate");
	end();
	begin(&good);
	strcpy(c.info.settings.crl, test_file("crl", crl));
	peer_blob(&c.info.trust, other_ca.cert_pem);
	expect(&c, ENOKEY, "not signed by an authority",
	       "a revocation list of somebody else");
	end();
}

static void test_names(void)
{
	begin(&good);
	strcpy(c.info.peer_name, "127.0.0.1");
	expect_good("an address as name");
	begin(&good);
	c.info.peer_name[0] = '\0';
	expect_good("without a name, the address of the peer");
	begin(&good);
	strcpy(c.info.peer_name, "127.0.0.2");
	expect(&c, EKEYREJECTED, "not for 127.0.0.2", "another address");
	end();
	begin(&good);
	strcpy(c.info.peer_name, "A.Example.");
	expect_good("case and a final dot do not matter");
	begin(&nameless);
	expect(&c, EKEYREJECTED, "not for a.example",
	       "a certificate with only a common name of another host");
	end();
	begin(&self);
	c.info.settings.verify = TSEC_VERIFY_NONE;
	peers_run(&c, &s);
	ok(!c.result && !tsec_has(&c.outcome.done, HANDSHAKE_PEER_ID) &&
		   c.outcome.done.peer_cert.len,
	   "without verification: a certificate but no identity");
	end();
}

static void test_clients(void)
{
	static const uint16_t versions[] = { TSEC_VERSION_TLS_1_2,
					     TSEC_VERSION_TLS_1_3 };

	for (int i = 0; i < 2; i++) {
		begin(&good);
		c.info.settings.version_max = versions[i];
		s.info.settings.verify = TSEC_VERIFY_REQUIRE;
		peer_blob(&s.info.trust, ca.cert_pem);
		expect(&s, EKEYREJECTED, "shown no certificate",
		       "a client without a certificate where one is required");
		end();
		begin(&good);
		c.info.settings.version_max = versions[i];
		s.info.settings.verify = TSEC_VERIFY_REQUEST;
		peer_blob(&s.info.trust, ca.cert_pem);
		expect_good("and where one is only asked for");
		begin(&good);
		c.info.settings.version_max = versions[i];
		s.info.settings.verify = TSEC_VERIFY_REQUEST;
		peer_blob(&s.info.trust, other_ca.cert_pem);
		peer_show(&c, &client);
		expect(&s, EKEYREJECTED, "certificate of CN=the client is not",
		       "a client's bad certificate where one is asked for");
		end();
	}
	begin(&good);
	s.info.settings.verify = TSEC_VERIFY_REQUIRE;
	expect(&s, ENOKEY, "has no trust file",
	       "a server that verifies clients without a trust file");
	end();
}

/* By a longer key a signature takes hours to verify. */
static void test_long_keys(uint16_t version)
{
	begin(&longest);
	c.info.settings.version_max = version;
	expect_good("a server's RSA key with an exponent of 64 bits");
	begin(&too_long);
	c.info.settings.version_max = version;
	expect(&c, EKEYREJECTED, "its exponent than 64", "... of 65");
	end();
	begin(&good);
	c.info.settings.version_max = version;
	s.info.settings.verify = TSEC_VERIFY_REQUEST;
	peer_blob(&s.info.trust, ca.cert_pem);
	peer_blob(&c.info.cert, too_long.cert_pem);
	peer_blob(&c.info.privkey, too_long.key_pem);
	expect(&s, EKEYREJECTED, "its exponent than 64", "... a client's");
	end();
}

static void test_credentials(void)
{
	begin(NULL);
	expect(&s, ENOKEY, "neither a certificate nor a PSK",
	       "a server without credentials");
	end();
	begin(&good);
	peer_blob(&s.info.privkey, client.key_pem);
	expect(&s, ENOKEY, "does not belong to",
	       "a key of another certificate");
	end();
	begin(&good);
	s.info.privkey.data = NULL;
	expect(&s, ENOKEY, "without its private key",
	       "a certificate without its key");
	end();
	begin(NULL);
	strcpy(s.info.settings.cert, "/nonexistent/cert.pem");
	strcpy(s.info.settings.privkey, "/nonexistent/key.pem");
	expect(&s, ENOKEY, "cannot read certificate file /nonexistent/cert.pem",
	       "a file that is not there");
	end();
	begin(&good);
	peer_blob(&c.info.trust, "this is no certificate");
	expect(&c, ENOKEY, "the program's trust", "a trust blob that is none");
	end();
}

static void test_agreement(void)
{
	begin(&good);
	c.info.settings.version_max = TSEC_VERSION_TLS_1_2;
	s.info.settings.version_min = TSEC_VERSION_TLS_1_3;
	expect(&s, EPROTONOSUPPORT, "no version", "no common version");
	ok(c.handshake.reason.status == EPROTONOSUPPORT,
	   "and the client hears: %s", c.handshake.reason.text);
	end();
	begin(&good);
	c.info.settings.n_ciphers = 1;
	s.info.settings.n_ciphers = 1;
	s.info.settings.ciphers[0] = TSEC_CIPHER_CHACHA20_POLY1305;
	expect(&s, EPROTONOSUPPORT, "cipher", "no common cipher");
	end();
	begin(&good);
	strcpy(c.info.settings.alpn, "one");
	strcpy(s.info.settings.alpn, "two");
	expect(&s, EPROTONOSUPPORT, "application protocol", "no common ALPN");
	ok(c.handshake.reason.status == EPROTONOSUPPORT,
	   "and the client hears: %s", c.handshake.reason.text);
	end();
}

static void give_psk(struct peer *peer, const char *identity, const char *key)
{
	peer->info.trust.data = NULL;
	peer_blob(&peer->info.psk_identity, identity);
	peer_blob(&peer->info.psk_key, key);
}

static void test_psk(uint16_t version)
{
	begin(NULL);
	c.info.settings.version_max = version;
	give_psk(&c, "someone", "0123456789abcdef");
	give_psk(&s, "someone", "0123456789abcdeX");
	expect(&s, EKEYREJECTED, "another PSK", "a wrong PSK");
	ok(c.handshake.reason.status == EKEYREJECTED,
	   "and the client hears: %s", c.handshake.reason.text);
	end();
	begin(NULL);
	c.info.settings.version_max = version;
	give_psk(&c, "nobody", "0123456789abcdef");
	give_psk(&s, "someone", "0123456789abcdef");
	expect(&s, EKEYREJECTED, "\"nobody\" is not known", "an unknown PSK");
	ok(c.handshake.reason.status == EKEYREJECTED,
	   "and the client hears: %s", c.handshake.reason.text);
	end();
	begin(&good);
	c.info.settings.version_max = version;
	give_psk(&c, "someone", "0123456789abcdef");
	if (version == TSEC_VERSION_TLS_1_3)
		expect(&c, EKEYREJECTED, "not the PSK",
		       "a client with a PSK takes no certificate for it");
	else
		expect(&s, EPROTONOSUPPORT, "cipher",
		       "a client with a PSK takes no certificate for it");
	end();
}

static void test_garbage(void)
{
	begin(&good);
	if (send(c.info.fd, "GET / HTTP/1.1\r\n\r\n", 18, 0) != 18)
		err(1, "send");
	for (int i = 0; i < 3; i++)
		peer_step(&s);
	ok(s.over && s.handshake.reason.status == EPROTO, "no TLS at all: %s",
	   s.handshake.reason.text);
	end();
	begin(&good);
	shutdown(c.info.fd, SHUT_WR);
	for (int i = 0; i < 3; i++)
		peer_step(&s);
	ok(s.over && s.handshake.reason.status == ECONNRESET,
	   "a peer that goes away: %s", s.handshake.reason.text);
	end();
}

static void make_certs(void)
{
	struct cert_order order = {
		.cn = "Test CA", .authority = 1, .days_from = -30, .days_to = 30
	};

	cert_make(&ca, &order);
	order.cn = "Other CA";
	cert_make(&other_ca, &order);
	order = (struct cert_order){ .cn = "x",
				     .dns = "a.example",
				     .ip = "127.0.0.1",
				     .by = &ca,
				     .days_from = -20,
				     .days_to = 5 };
	cert_make(&good, &order);
	order.exponent = 64;
	cert_make(&longest, &order);
	order.exponent = 65;
	cert_make(&too_long, &order);
	order.exponent = 0;
	order.days_to = -2;
	cert_make(&expired, &order);
	order.days_from = 2;
	order.days_to = 5;
	cert_make(&early, &order);
	order.days_from = -2;
	order.by = NULL;
	cert_make(&self, &order);
	order = (struct cert_order){
		.cn = "the client", .by = &ca, .days_from = -2, .days_to = 5
	};
	cert_make(&client, &order);
	order.cn = "host.example";
	cert_make(&nameless, &order);
	crl = crl_make(&ca, &good);
}

static void free_certs(void)
{
	struct cert *all[] = { &ca,	  &other_ca, &good,    &expired,
			       &early,	  &self,     &nameless, &client,
			       &longest, &too_long };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		cert_free(all[i]);
	free(crl);
}

int main(void)
{
	make_certs();
	ticket_keys_renew();
	test_certificates();
	test_names();
	test_clients();
	test_long_keys(TSEC_VERSION_TLS_1_3);
	test_long_keys(TSEC_VERSION_TLS_1_2);
	test_credentials();
	test_agreement();
	test_psk(TSEC_VERSION_TLS_1_3);
	test_psk(TSEC_VERSION_TLS_1_2);
	test_garbage();
	objects_flush();
	tls_global_free();
	free_certs();
	test_files_remove();
	return done_testing();
}
