// SPDX-License-Identifier: GPL-2.0
/*
 * Workers, with the kernel's side faked: handshakes at once, peers that
 * stall, and how long it all takes ("test_worker bench [SECONDS]").
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../handshake/tls.h"
#include "../log.h"
#include "../objects.h"
#include "../sandbox.h"
#include "../sessions.h"
#include "../tickets.h"
#include "../worker.h"
#include "fake_kernel.h"
#include "peer.h"
#include "pki.h"
#include "tap.h"

#define AT_ONCE 100
#define POOL (2 * AT_ONCE + 20)

static struct cert ca, cert;
static struct tsec_handshake_info client, server;

static void make_infos(uint16_t version, uint8_t session_cache)
{
	struct peer peer;

	peer_init(&peer, TSEC_ROLE_CLIENT, -1);
	client = peer.info;
	strcpy(client.peer_name, "a.example");
	peer_blob(&client.trust, ca.cert_pem);
	peer_init(&peer, TSEC_ROLE_SERVER, -1);
	server = peer.info;
	peer_blob(&server.cert, cert.cert_pem);
	peer_blob(&server.privkey, cert.key_pem);
	client.settings.version_max = server.settings.version_max = version;
	client.settings.session_cache = session_cache;
	server.settings.session_cache = session_cache;
}

static void open_pair(int fd[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		       fd) < 0)
		err(1, "socketpair");
}

/* Made before the sandbox: it lets nobody make sockets of this kind. */
static int pool[POOL][2];
static unsigned int n_pool;
static int dgram_pair[2];

static void fill_pool(void)
{
	while (n_pool < POOL)
		open_pair(pool[n_pool++]);
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		       dgram_pair) < 0)
		err(1, "socketpair");
}

static void make_pair(int fd[2])
{
	if (n_pool)
		memcpy(fd, pool[--n_pool], sizeof(pool[0]));
	else
		open_pair(fd);
}

static void drain_pool(void)
{
	while (n_pool--) {
		close(pool[n_pool][0]);
		close(pool[n_pool][1]);
	}
}

/* Both ends of one connection become pending. */
static uint32_t pend_pair(void)
{
	int fd[2];

	make_pair(fd);
	client.fd = fd[0];
	server.fd = fd[1];
	fake_pend(&client);
	return fake_pend(&server);
}

static bool is_good(uint32_t session)
{
	const struct fake_session *result = fake_wait(session, 20000);

	if (result && result->status)
		printf("# %s\n", result->error);
	return result && !result->status && result->keys == 3;
}

static void test_many(void)
{
	uint32_t last[AT_ONCE];
	unsigned int n = 0;

	make_infos(TSEC_VERSION_TLS_1_3, 1);
	for (int i = 0; i < AT_ONCE; i++)
		last[i] = pend_pair();
	for (int i = 0; i < AT_ONCE; i++)
		n += is_good(last[i]) && is_good(last[i] - 1);
	ok(n == AT_ONCE, "%u of %u connections at once", n, AT_ONCE);
	fake_reset();
}

static void test_stall(void)
{
	uint32_t stalled[AT_ONCE];
	unsigned int late = 0;
	int fd[AT_ONCE][2];
	bool good;

	make_infos(TSEC_VERSION_TLS_1_3, 2);
	server.timeout = 1000;
	for (int i = 0; i < AT_ONCE; i++) {
		make_pair(fd[i]);
		server.fd = fd[i][1];
		stalled[i] = fake_pend(&server);
	}
	good = is_good(pend_pair());
	ok(good && !fake_wait(stalled[0], 0),
	   "peers that stall delay no other");
	for (int i = 0; i < AT_ONCE; i++) {
		const struct fake_session *session =
			fake_wait(stalled[i], 5000);

		late += session && session->status == ETIMEDOUT;
		close(fd[i][0]);
	}
	ok(late == AT_ONCE, "%u of %u of them time out", late, AT_ONCE);
	fake_reset();
}

static void test_failures(void)
{
	const struct fake_session *session;
	uint32_t id;

	make_infos(TSEC_VERSION_TLS_1_3, 2);
	server.cert.data = server.privkey.data = NULL;
	id = pend_pair();
	session = fake_wait(id, 5000);
	ok(session && session->status == ENOKEY && !session->keys,
	   "a failure is told: %s", session ? session->error : "");
	session = fake_wait(id - 1, 5000);
	ok(session && session->status && !session->keys,
	   "and so it is at the other end: %s", session ? session->error : "");
	make_infos(TSEC_VERSION_TLS_1_3, 2);
	client.protocol = 99;
	id = pend_pair();
	session = fake_wait(id - 1, 5000);
	ok(session && session->status == EPROTONOSUPPORT,
	   "an unknown protocol: %s", session ? session->error : "");
	fake_wait(id, 5000);
	fake_reset();
}

/* Over datagrams, a peer that does not answer is asked again. */
static void test_repeat(void)
{
	const struct fake_session *session;
	unsigned int asked = 0;
	char datagram[2048];
	uint32_t id;

	make_infos(TSEC_VERSION_TLS_1_3, 2);
	client.protocol = TSEC_PROTO_DTLS;
	client.fd = dgram_pair[0];
	client.timeout = 4000;
	id = fake_pend(&client);
	session = fake_wait(id, 10000);
	while (recv(dgram_pair[1], datagram, sizeof(datagram), 0) > 0)
		asked++;
	close(dgram_pair[1]);
	/* After 1 and 3 seconds, on a machine that has the time. */
	ok(asked == 2 || asked == 3, "a silent peer is asked %u times", asked);
	ok(session && session->status == ETIMEDOUT, "... and given up: %s",
	   session ? session->error : "");
	fake_reset();
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Pairs one after the other in a window: both ends cost time here. */
static void bench_one(const char *what, uint16_t version, uint8_t cache,
		      double seconds)
{
	unsigned int n = 0, resumed = 0;
	double begin = now();

	make_infos(version, cache);
	while (now() < begin + seconds) {
		uint32_t last[16];

		for (int i = 0; i < 16; i++)
			last[i] = pend_pair();
		for (int i = 0; i < 16; i++, n++) {
			if (!is_good(last[i]))
				errx(1, "a handshake failed");
			resumed += fake_wait(last[i], 0)->resumed;
		}
		fake_reset();
	}
	printf("%s: %.0f handshakes/s (client and server), %u%% resumed\n",
	       what, n / (now() - begin), n ? 100 * resumed / n : 0);
}

static void bench(double seconds)
{
	bench_one("TLS 1.3 full", TSEC_VERSION_TLS_1_3, 2, seconds);
	bench_one("TLS 1.2 full", TSEC_VERSION_TLS_1_2, 2, seconds);
	bench_one("TLS 1.2 resumed", TSEC_VERSION_TLS_1_2, 1, seconds);
}

static void make_certs(void)
{
	cert_make(&ca, &(struct cert_order){ .cn = "Test CA",
					     .authority = 1,
					     .days_from = -1,
					     .days_to = 2 });
	cert_make(&cert, &(struct cert_order){ .cn = "x",
					       .dns = "a.example",
					       .by = &ca,
					       .days_from = -1,
					       .days_to = 2 });
}

static void test(void)
{
	fill_pool();
#ifndef TSECD_SANITIZED
	ok(!sandbox_filter(), "the filter of system calls is on");
#endif
	test_many();
	test_stall();
	test_failures();
	test_repeat();
	drain_pool();
}

int main(int argc, char **argv)
{
	int status = 0;

	log_set_level(LOG_ERR);
	make_certs();
	ticket_keys_renew();
	sandbox_raise_limits();
	if (workers_start(2))
		return 1;
	if (argc > 1 && !strcmp(argv[1], "bench"))
		bench(argc > 2 ? atof(argv[2]) : 3);
	else
		test();
	workers_stop();
	if (argc == 1)
		status = done_testing();
	objects_flush();
	sessions_flush();
	tls_global_free();
	cert_free(&ca);
	cert_free(&cert);
	return status;
}
