// SPDX-License-Identifier: GPL-2.0
/*
 * One socket for all peers: how its sessions end, each for itself and all with
 * the socket.
 */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "unconnected.h"
#include "util.h"

FIXTURE(unconnected);
KIND_VARIANT(unconnected);
DTLS_FAMILIES_ADD(unconnected);

static uint8_t buf[65536];

FIXTURE_SETUP(unconnected)
{
	unconnected_make(self, variant->kind.family);
}

FIXTURE_TEARDOWN(unconnected)
{
	unconnected_end(self);
}

/* A peer that says that it sends no more may still be answered. */
TEST_F(unconnected, ends_with_the_peer)
{
	uint64_t closed = stat_of("SessionsClosed"), end;

	wait_first(self->server);
	peers_begin(self, &variant->kind, 2);
	peer_send(&self->peers[0], TYPE_DATA, "question", 8);
	peer_send(&self->peers[0], TYPE_ALERT, "\1\0", 2);
	expect_from(self->server, "question", 8, &self->from[0]);
	ASSERT_EQ(send_to(self->server, "answer", 6, &self->from[0]), 6);
	peer_hears(&self->peers[0], "answer", 6);
	end = now_ms() + LINGER;
	stat_reaches("SessionsClosed", closed);
	expect_sessions(1);
	EXPECT_GE(now_ms() + 100, end);
	EXPECT_EQ(stat_of("SessionsClosed"), closed + 1);
	peer_recv(&self->peers[0]);
	EXPECT_EQ(self->peers[0].type, TYPE_ALERT);
	EXPECT_ERR(send_to(self->server, "x", 1, &self->from[0]), ENOTCONN);
	ASSERT_EQ(send_to(self->server, "x", 1, &self->from[1]), 1);
	peer_hears(&self->peers[1], "x", 1);
	/* And it may come again. */
	self->peers[0].tx.seq = 0;
	prove(&self->peers[0], 2);
}

TEST_F(unconnected, ends_by_a_fatal_alert)
{
	wait_first(self->server);
	peers_begin(self, &variant->kind, 2);
	peer_send(&self->peers[0], TYPE_ALERT, "\2\50", 2);
	expect_sessions(1);
	EXPECT_ERR(send_to(self->server, "x", 1, &self->from[0]), ENOTCONN);
	/* Nobody else's error. */
	EXPECT_EQ(poll_for(self->server, POLLIN | POLLOUT, 0), POLLOUT);
	ASSERT_EQ(send_to(self->server, "x", 1, &self->from[1]), 1);
	peer_hears(&self->peers[1], "x", 1);
}

/* Of one peer that is not there any more, the others hear nothing. */
TEST_F(unconnected, icmp_is_no_error)
{
	int i;

	wait_first(self->server);
	peers_begin(self, &variant->kind, 2);
	close(self->peers[0].fd);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(send_to(self->server, "x", 1, &self->from[0]), 1);
	EXPECT_EQ(poll_for(self->server, POLLIN | POLLOUT, QUIET), POLLOUT);
	EXPECT_EQ(option_int(self->server, SOL_SOCKET, SO_ERROR), 0);
	ASSERT_EQ(send_to(self->server, "x", 1, &self->from[1]), 1);
	peer_hears(&self->peers[1], "x", 1);
}

TEST_F(unconnected, begins_anew_with_a_peer)
{
	struct shake shake;

	wait_first(self->server);
	peers_begin(self, &variant->kind, 1);
	prove(&self->peers[0], 2);
	shake_claim(&shake, self->nl, TSEC_ROLE_SERVER);
	self->peers[0].tx.seq = 0;
	shake_finish(&shake, &self->peers[0]);
	expect_sessions(1);
	peer_send(&self->peers[0], TYPE_DATA, "anew", 4);
	echo(self->server);
	peer_hears(&self->peers[0], "anew", 4);
	close(shake.channel);
}

TEST_F(unconnected, ends_idle_sessions)
{
	uint64_t idle = stat_of("SessionsIdle");
	int i;

	ASSERT_EQ(system("tsec profile set default idle-seconds 3"), 0);
	wait_first(self->server);
	peers_begin(self, &variant->kind, 2);
	for (i = 0; i < 100 && stat_of("SessionsIdle") == idle; i++) {
		usleep(100 * 1000);
		peer_send(&self->peers[1], TYPE_DATA, "busy", 4);
		expect_from(self->server, "busy", 4, &self->from[1]);
	}
	expect_sessions(1);
	EXPECT_EQ(stat_of("SessionsIdle"), idle + 1);
	EXPECT_ERR(send_to(self->server, "x", 1, &self->from[0]), ENOTCONN);
	/* The key may not even be used to say so. */
	EXPECT_EQ(poll_for(self->peers[0].fd, POLLIN, 0), 0);
	expect_sessions(0);
	EXPECT_EQ(stat_of("SessionsIdle"), idle + 2);
	EXPECT_ERR(send_to(self->server, "x", 1, &self->from[1]), ENOTCONN);
}

/* A new peer takes the place of who has been silent for longest. */
TEST_F(unconnected, bounds_their_number)
{
	uint64_t evicted = stat_of("SessionsEvicted");

	ASSERT_EQ(system("sysctl -qw net.tsec.max_sessions_listener=3"), 0);
	wait_first(self->server);
	peers_begin(self, &variant->kind, 3);
	usleep(20000);
	peer_send(&self->peers[0], TYPE_DATA, "x", 1);
	peer_send(&self->peers[2], TYPE_DATA, "x", 1);
	expect_from(self->server, "x", 1, &self->from[0]);
	expect_from(self->server, "x", 1, &self->from[2]);
	peers_begin(self, &variant->kind, 1);
	expect_sessions(3);
	EXPECT_EQ(stat_of("SessionsEvicted"), evicted + 1);
	EXPECT_ERR(send_to(self->server, "x", 1, &self->from[1]), ENOTCONN);
	EXPECT_EQ(send_to(self->server, "x", 1, &self->from[0]), 1);
	EXPECT_EQ(send_to(self->server, "x", 1, &self->from[3]), 1);
}

/* The same of those that have waited, whoever of them has ended by then. */
TEST_F(unconnected, bounds_the_number_that_waited)
{
	uint64_t closed = stat_of("CloseNotifyReceived");
	uint64_t evicted = stat_of("SessionsEvicted");

	ASSERT_EQ(system("sysctl -qw net.tsec.max_sessions_listener=1"), 0);
	ASSERT_EQ(listen(self->server, PEERS), 0);
	peers_begin(self, &variant->kind, 4);
	peer_send(&self->peers[1], TYPE_ALERT, "\1\0", 2);
	stat_reaches("CloseNotifyReceived", closed + 1);
	wait_first(self->server);
	expect_sessions(1);
	EXPECT_EQ(stat_of("SessionsEvicted"), evicted + 3);
	peers_begin(self, &variant->kind, 1);
	expect_sessions(1);
	peer_send(&self->peers[4], TYPE_DATA, "x", 1);
	echo(self->server);
	peer_hears(&self->peers[4], "x", 1);
}

/* The end of the socket is the end of its sessions, and each peer is told. */
TEST_F(unconnected, close_ends_them_all)
{
	int i;

	wait_first(self->server);
	peers_begin(self, &variant->kind, PEERS);
	peer_send(&self->peers[0], TYPE_DATA, "unread", 6);
	close(self->server);
	for (i = 0; i < PEERS; i++) {
		peer_recv(&self->peers[i]);
		EXPECT_EQ(self->peers[i].type, TYPE_ALERT);
	}
	expect_sessions(0);
	self->server = socket(variant->kind.family, SOCK_DGRAM, 0);
	/* The name is free again. */
	EXPECT_EQ(bind(self->server, &self->addr.sa, addr_len(&self->addr)),
		  0);
}

static void *shutdown_soon(void *arg)
{
	usleep(QUIET * 1000);
	shutdown(*(int *)arg, SHUT_RDWR);
	return NULL;
}

TEST_F(unconnected, shutdown_wakes_and_ends)
{
	pthread_t thread;

	nonblocking(self->server, 0);
	ASSERT_EQ(poll_for(self->server, POLLIN, 0), 0);
	peers_begin(self, &variant->kind, 1);
	ASSERT_EQ(pthread_create(&thread, NULL, shutdown_soon, &self->server),
		  0);
	EXPECT_EQ(recv(self->server, buf, sizeof(buf), 0), 0);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	expect_sessions(0);
	EXPECT_ERR(sendto(self->server, "x", 1, MSG_NOSIGNAL,
			  &self->from[0].sa, addr_len(&self->from[0])), EPIPE);
}

enum { THREADS = 4, ROUNDS = 200 };

static void *talk_much(void *arg)
{
	struct unconnected_data *self = arg;
	int i;

	for (i = 0; i < ROUNDS; i++)
		send_to(self->server, &i, sizeof(i), &self->from[i % PEERS]);
	return NULL;
}

/* Sessions end while others send to them and to their like. */
TEST_F(unconnected, ends_while_it_sends)
{
	pthread_t threads[THREADS];
	int i;

	wait_first(self->server);
	peers_begin(self, &variant->kind, PEERS);
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(pthread_create(&threads[i], NULL, talk_much, self),
			  0);
	for (i = 0; i < PEERS / 2; i++)
		peer_send(&self->peers[i], TYPE_ALERT, "\2\50", 2);
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(pthread_join(threads[i], NULL), 0);
	expect_sessions(PEERS / 2);
}
