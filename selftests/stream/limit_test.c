// SPDX-License-Identifier: GPL-2.0
/*
 * Limits of a key's use: at the soft one it is renewed, at the hard one the
 * session ends.
 */
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keys.h"
#include "util.h"

FIXTURE(limit) {
	struct pair pair;
	bool tls13;
};
KIND_VARIANT(limit);
KINDS_ADD_IN_TURN(limit);

static void begin(struct pair *pair, const struct kind *kind)
{
	signal(SIGPIPE, SIG_IGN);
	link_make(&pair->link, kind);
	pair->a = -1;
	pair->b = -1;
	pair->listener = -1;
}

FIXTURE_SETUP(limit)
{
	begin(&self->pair, &variant->kind);
	self->tls13 = variant->kind.version == TSEC_VERSION_TLS_1_3;
}

FIXTURE_TEARDOWN(limit)
{
	pair_end(&self->pair);
}

#define LIMIT(pair, NAME, member, value) \
	tsec_set(&(pair)->link.limits, KEY_##NAME, member, value)

static uint8_t buf[100000];

/* Send one record after the other until it is refused; how many went. */
static int send_until(int fd, int len, int err)
{
	int n = 0;

	while (send(fd, buf, len, MSG_NOSIGNAL) == len && n < 1000)
		n++;
	EXPECT_EQ(errno, err);
	return n;
}

static void expired(int fd, const char *which)
{
	EXPECT_ERR(send(fd, buf, 1, MSG_NOSIGNAL), EKEYEXPIRED);
	EXPECT_ERR(recv(fd, buf, 1, 0), EKEYEXPIRED);
	if (!strstr(error_of(fd), which))
		EXPECT_STREQ(error_of(fd), which);
}

TEST_F(limit, soft_records_renew)
{
	uint64_t before = stat_of("KeyLimitSoft");
	int i;

	if (!self->tls13)
		NOT_HERE("TLS 1.2 does not renew keys");
	LIMIT(&self->pair, SOFT_RECORDS, soft_records, 4);
	pair_connect(&self->pair);
	option_set_int(self->pair.a, IPPROTO_TCP, TCP_NODELAY, 1);
	for (i = 0; i < 40; i++)
		talk(self->pair.a, self->pair.b, "hello");
	EXPECT_GE(tx_epoch(self->pair.a), 8);
	EXPECT_LE(tx_epoch(self->pair.a), 20);
	EXPECT_GT(stat_of("KeyLimitSoft"), before);
}

TEST_F(limit, soft_records_renew_large_send)
{
	if (!self->tls13)
		NOT_HERE("TLS 1.2 does not renew keys");
	LIMIT(&self->pair, SOFT_RECORDS, soft_records, 3);
	LIMIT(&self->pair, HARD_RECORDS, hard_records, 6);
	pair_connect(&self->pair);
	fill_pattern(buf, sizeof(buf), 0);
	if (!fork()) {
		int i;

		for (i = 0; i < 5; i++)
			send_all(self->pair.a, buf, sizeof(buf));
		_exit(0);
	}
	for (int i = 0; i < 5; i++) {
		memset(buf, 0, sizeof(buf));
		recv_all(self->pair.b, buf, sizeof(buf));
		check_pattern(buf, sizeof(buf), 0);
	}
	EXPECT_GE(tx_epoch(self->pair.a), 5 * 6 / 3 - 3);
}

TEST_F(limit, soft_bytes_renew)
{
	int i;

	if (!self->tls13)
		NOT_HERE("TLS 1.2 does not renew keys");
	LIMIT(&self->pair, SOFT_BYTES, soft_bytes, 1000);
	pair_connect(&self->pair);
	option_set_int(self->pair.a, IPPROTO_TCP, TCP_NODELAY, 1);
	fill_pattern(buf, 500, 0);
	for (i = 0; i < 20; i++) {
		send_all(self->pair.a, buf, 500);
		recv_all(self->pair.b, buf + 1000, 500);
		check_pattern(buf + 1000, 500, 0);
	}
	EXPECT_GE(tx_epoch(self->pair.a), 7);
	EXPECT_LE(tx_epoch(self->pair.a), 20);
}

/* The receiver's limit asks the sender to renew. */
TEST_F(limit, soft_receiver_asks)
{
	struct tsec_info info;
	int i;

	if (!self->tls13)
		NOT_HERE("TLS 1.2 does not renew keys");
	LIMIT(&self->pair, SOFT_RECORDS, soft_records, 4);
	pair_connect(&self->pair);
	option_set_int(self->pair.a, IPPROTO_TCP, TCP_NODELAY, 1);
	option_set_int(self->pair.b, IPPROTO_TCP, TCP_NODELAY, 1);
	for (i = 0; i < 40; i++)
		talk_both(self->pair.a, self->pair.b);
	info_of(self->pair.a, &info);
	EXPECT_GE(info.rx.epoch, 5);
	EXPECT_GE(info.tx.epoch, 5);
}

/* For a long time: its requests come without data between them. */
TEST_F(limit, soft_receiver_only_listens)
{
	struct tsec_profile_info info = { .have = 0 };
	struct tsec_info session;
	int i;

	if (!self->tls13)
		NOT_HERE("TLS 1.2 does not renew keys");
	tsec_set_str(&info, PROFILE_NAME, name, self->pair.link.client);
	tsec_set(&info, PROFILE_SOFT_RECORDS, soft_records, 2);
	ASSERT_EQ(tsec_profile_set(self->pair.link.nl, &info), 0);
	pair_connect(&self->pair);
	option_set_int(self->pair.b, IPPROTO_TCP, TCP_NODELAY, 1);
	for (i = 0; i < 200; i++) {
		talk(self->pair.b, self->pair.a, "news");
		/* The sender is a program that waits for an answer. */
		ASSERT_ERR(recv(self->pair.b, buf, 1, MSG_DONTWAIT), EAGAIN);
	}
	info_of(self->pair.a, &session);
	EXPECT_GE(session.rx.epoch, 40);
}

TEST_F(limit, soft_without_a_secret_goes_on)
{
	uint64_t before = stat_of("KeyLimitSoft");
	int i;

	self->pair.link.plain = true;
	LIMIT(&self->pair, SOFT_RECORDS, soft_records, 4);
	pair_connect(&self->pair);
	for (i = 0; i < 20; i++)
		talk_both(self->pair.a, self->pair.b);
	EXPECT_EQ(tx_epoch(self->pair.a), 0);
	EXPECT_GT(stat_of("KeyLimitSoft"), before);
}

/* TLS 1.2, and 1.3 without a secret: nothing but the hard limit helps. */
TEST_F(limit, hard_records)
{
	uint64_t before = stat_of("KeyLimitHard");
	int n;

	self->pair.link.plain = true;
	LIMIT(&self->pair, HARD_RECORDS, hard_records, 10);
	pair_connect(&self->pair);
	n = send_until(self->pair.a, 10, EKEYEXPIRED);
	EXPECT_GE(n, 8);
	EXPECT_LE(n, 10);
	expired(self->pair.a, "sending key");
	EXPECT_GE(stat_of("KeyLimitHard"), before + 1);
	/* What was sealed before is good. */
	recv_all(self->pair.b, buf, n * 10 - 20);
}

TEST_F(limit, hard_records_large_send)
{
	ssize_t n;

	self->pair.link.plain = true;
	LIMIT(&self->pair, HARD_RECORDS, hard_records, 4);
	pair_connect(&self->pair);
	n = send(self->pair.a, buf, sizeof(buf), MSG_NOSIGNAL);
	EXPECT_GT(n, 0);
	EXPECT_LE(n, 4 * RECORD_MAX);
	EXPECT_ERR(send(self->pair.a, buf, 1, MSG_NOSIGNAL), EKEYEXPIRED);
}

TEST_F(limit, hard_records_receiver)
{
	int i, n = 0;

	self->pair.link.plain = true;
	LIMIT(&self->pair, HARD_RECORDS, hard_records, 10);
	pair_connect(&self->pair);
	/* A sender that does not know the limit: its profile has none. */
	for (i = 0; i < 10; i++)
		if (send(self->pair.a, buf, 1, MSG_NOSIGNAL) != 1)
			break;
	while (n < i && recv(self->pair.b, buf, 1, 0) == 1)
		n++;
	EXPECT_GE(n, 8);
	EXPECT_LE(n, 10);
}

TEST_F(limit, hard_bytes)
{
	int n;

	self->pair.link.plain = true;
	LIMIT(&self->pair, HARD_BYTES, hard_bytes, 1000);
	pair_connect(&self->pair);
	n = send_until(self->pair.a, 100, EKEYEXPIRED);
	EXPECT_EQ(n, 10);
	expired(self->pair.a, "sending key");
}

TEST_F(limit, hard_bytes_cuts_a_send)
{
	self->pair.link.plain = true;
	LIMIT(&self->pair, HARD_BYTES, hard_bytes, 1000);
	pair_connect(&self->pair);
	EXPECT_EQ(send(self->pair.a, buf, 3000, MSG_NOSIGNAL), 1000);
	expired(self->pair.a, "sending key");
}

/* Renewal comes before the hard limit, so that is never met. */
TEST_F(limit, hard_never_met_by_renewal)
{
	int i;

	if (!self->tls13)
		NOT_HERE("TLS 1.2 does not renew keys");
	LIMIT(&self->pair, HARD_RECORDS, hard_records, 8);
	pair_connect(&self->pair);
	option_set_int(self->pair.a, IPPROTO_TCP, TCP_NODELAY, 1);
	option_set_int(self->pair.b, IPPROTO_TCP, TCP_NODELAY, 1);
	for (i = 0; i < 50; i++)
		talk_both(self->pair.a, self->pair.b);
	EXPECT_GE(tx_epoch(self->pair.a), 5);
}

TEST_F(limit, of_the_profile)
{
	struct tsec_profile_info info = { .have = 0 };
	int n;

	tsec_set_str(&info, PROFILE_NAME, name, self->pair.link.client);
	tsec_set(&info, PROFILE_HARD_RECORDS, hard_records, 5);
	ASSERT_EQ(tsec_profile_set(self->pair.link.nl, &info), 0);
	self->pair.link.plain = true;
	pair_connect(&self->pair);
	n = send_until(self->pair.a, 10, EKEYEXPIRED);
	EXPECT_GE(n, 3);
	EXPECT_LE(n, 5);
}

/* The close of an expired session needs a key: there is no end then. */
TEST_F(limit, no_false_end_after_expiry)
{
	self->pair.link.plain = true;
	LIMIT(&self->pair, HARD_BYTES, hard_bytes, 100);
	pair_connect(&self->pair);
	send_until(self->pair.a, 10, EKEYEXPIRED);
	close(self->pair.a);
	self->pair.a = -1;
	EXPECT_EQ(drain(self->pair.b), -1);
}

/* Seconds pass whatever the cipher is, so two variants are enough. */
FIXTURE(time) {
	struct pair pair;
	bool tls13;
};
KIND_VARIANT(time);
KIND_ADD(time, tls13_aes128_v4, 1_3, AES_128_GCM, AF_INET);
KIND_ADD(time, tls12_chacha_v6, 1_2, CHACHA20_POLY1305, AF_INET6);

FIXTURE_SETUP(time)
{
	begin(&self->pair, &variant->kind);
	self->tls13 = variant->kind.version == TSEC_VERSION_TLS_1_3;
}

FIXTURE_TEARDOWN(time)
{
	pair_end(&self->pair);
}

TEST_F(time, soft_seconds_renew)
{
	if (!self->tls13)
		NOT_HERE("TLS 1.2 does not renew keys");
	LIMIT(&self->pair, SOFT_SECONDS, soft_seconds, 1);
	LIMIT(&self->pair, HARD_SECONDS, hard_seconds, 100);
	pair_connect(&self->pair);
	usleep(1100000);
	talk(self->pair.a, self->pair.b, "hello");
	EXPECT_EQ(tx_epoch(self->pair.a), 1);
}

TEST_F(time, hard_seconds)
{
	self->pair.link.plain = true;
	LIMIT(&self->pair, HARD_SECONDS, hard_seconds, 1);
	pair_connect(&self->pair);
	usleep(1100000);
	expired(self->pair.a, "key");
	EXPECT_ERR(recv(self->pair.b, buf, 1, 0), EKEYEXPIRED);
	expired(self->pair.b, "receiving key");
}

TEST_F(time, idle_seconds)
{
	LIMIT(&self->pair, IDLE_SECONDS, idle_seconds, 2);
	pair_connect(&self->pair);
	talk_both(self->pair.a, self->pair.b);
	usleep(3100000);
	expired(self->pair.a, "key");
}
