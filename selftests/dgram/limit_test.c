// SPDX-License-Identifier: GPL-2.0
/*
 * Limits of a key's use: nothing renews it, and at the hard one the session
 * ends.
 */
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer.h"
#include "util.h"

FIXTURE(limit) {
	struct ends ends;
};
KIND_VARIANT(limit);
DTLS_KINDS_ADD(limit);

static void ends_prepare(struct ends *ends, const struct kind *kind)
{
	link_make(&ends->link, kind);
	ends->a = -1;
	ends->b = -1;
}

FIXTURE_SETUP(limit)
{
	ends_prepare(&self->ends, &variant->kind);
}

FIXTURE_TEARDOWN(limit)
{
	ends_close(&self->ends);
}

/* Time passes for all of them alike, and slowly. */
FIXTURE(age) {
	struct ends ends;
};
KIND_VARIANT(age);
DTLS_ADD(age, dtls12_aes128_v4, AES_128_GCM, AF_INET);

FIXTURE_SETUP(age)
{
	ends_prepare(&self->ends, &variant->kind);
}

FIXTURE_TEARDOWN(age)
{
	ends_close(&self->ends);
}

#define LIMIT(ends, NAME, member, value) \
	tsec_set(&(ends)->link.limits, KEY_##NAME, member, value)

static uint8_t buf[1000];

static void expired(int fd, const char *which)
{
	EXPECT_ERR(send(fd, buf, 1, 0), EKEYEXPIRED);
	EXPECT_ERR(recv(fd, buf, 1, 0), EKEYEXPIRED);
	if (!strstr(error_of(fd), which))
		EXPECT_STREQ(error_of(fd), which);
}

static int send_until(int fd, size_t len, int err)
{
	int n = 0;

	while (send(fd, buf, len, 0) == (ssize_t)len && n < 1000)
		n++;
	EXPECT_EQ(errno, err);
	return n;
}

TEST_F(limit, hard_records)
{
	uint64_t before = stat_of("KeyLimitHard");

	LIMIT(&self->ends, HARD_RECORDS, hard_records, 5);
	ends_connect(&self->ends);
	EXPECT_EQ(send_until(self->ends.a, 10, EKEYEXPIRED), 5);
	expired(self->ends.a, "the sending key has reached its hard limit");
	EXPECT_EQ(stat_of("KeyLimitHard"), before + 1);
}

TEST_F(limit, hard_bytes)
{
	LIMIT(&self->ends, HARD_BYTES, hard_bytes, 1000);
	ends_connect(&self->ends);
	EXPECT_EQ(send_until(self->ends.a, 100, EKEYEXPIRED), 10);
	expired(self->ends.a, "the sending key has reached its hard limit");
}

TEST_F(age, hard_seconds)
{
	LIMIT(&self->ends, HARD_SECONDS, hard_seconds, 3);
	ends_connect(&self->ends);
	talk(self->ends.a, self->ends.b, "young");
	sleep(4);
	expired(self->ends.a, "the sending key has reached its hard limit");
}

/* Told once, and the session goes on. */
TEST_F(limit, soft_records)
{
	uint64_t before = stat_of("KeyLimitSoft");
	int i;

	LIMIT(&self->ends, SOFT_RECORDS, soft_records, 2);
	ends_connect(&self->ends);
	for (i = 0; i < 10; i++)
		talk(self->ends.a, self->ends.b, "hello");
	/* One for each end: it sends, and the other receives. */
	stat_reaches("KeyLimitSoft", before + 2);
	EXPECT_EQ(stat_of("KeyLimitSoft"), before + 2);
}

/* Each direction for itself. */
TEST_F(limit, soft_records_both_ways)
{
	uint64_t before = stat_of("KeyLimitSoft");
	int i;

	LIMIT(&self->ends, SOFT_RECORDS, soft_records, 2);
	ends_connect(&self->ends);
	for (i = 0; i < 10; i++) {
		talk(self->ends.a, self->ends.b, "hello");
		talk(self->ends.b, self->ends.a, "hello");
	}
	stat_reaches("KeyLimitSoft", before + 4);
	EXPECT_EQ(stat_of("KeyLimitSoft"), before + 4);
}

/* The receiver has limits of its own. */
TEST_F(limit, received_records)
{
	struct peer peer;
	int i;

	LIMIT(&self->ends, HARD_RECORDS, hard_records, 4);
	peer_make(&peer, &self->ends.link);
	for (i = 0; i < 4; i++) {
		peer_send(&peer, TYPE_DATA, "hello", 5);
		expect_datagram(peer.sock, "hello", 5);
	}
	peer_send(&peer, TYPE_DATA, "one more", 8);
	EXPECT_ERR(recv(peer.sock, buf, 1, 0), EKEYEXPIRED);
	expired(peer.sock, "the receiving key has reached its hard limit");
	peer_close(&peer);
}

/* However many send at once, no number beyond the limit is used. */
TEST_F(limit, many_senders)
{
	struct peer peer;
	uint64_t seen = 0;
	pid_t pids[4];
	int i;

	LIMIT(&self->ends, HARD_RECORDS, hard_records, 40);
	peer_make(&peer, &self->ends.link);
	for (i = 0; i < 4; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			send_until(peer.sock, 10, EKEYEXPIRED);
			_exit(0);
		}
	}
	for (i = 0; i < 4; i++)
		child_ok(pids[i]);
	for (i = 0; i < 40; i++) {
		peer_recv(&peer);
		EXPECT_LT(peer.seq, 40);
		EXPECT_FALSE(seen & 1ULL << peer.seq);
		seen |= 1ULL << peer.seq;
	}
	EXPECT_ERR(recv(peer.fd, buf, 1, MSG_DONTWAIT), EAGAIN);
	peer_close(&peer);
}

/* A program that waits is woken by the end. */
TEST_F(limit, poll_sees_it)
{
	LIMIT(&self->ends, HARD_RECORDS, hard_records, 1);
	ends_connect(&self->ends);
	ASSERT_EQ(send(self->ends.a, "x", 1, 0), 1);
	EXPECT_ERR(send(self->ends.a, "x", 1, 0), EKEYEXPIRED);
	EXPECT_EQ(poll_for(self->ends.a, POLLIN, 0) & (POLLIN | POLLHUP),
		  POLLIN | POLLHUP);
}
