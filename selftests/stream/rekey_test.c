// SPDX-License-Identifier: GPL-2.0
/*
 * Key updates (TLS 1.3).
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "raw.h"
#include "util.h"

FIXTURE(rekey) {
	struct pair pair;
	struct raw *raw;
	int a, b;
};
KIND_VARIANT(rekey);
KINDS_ADD_TLS_1_3(rekey);

FIXTURE_SETUP(rekey)
{
	pair_make(&self->pair, &variant->kind);
	self->a = self->pair.a;
	self->b = self->pair.b;
	self->raw = raw_new();
}

FIXTURE_TEARDOWN(rekey)
{
	pair_end(&self->pair);
	raw_free(self->raw);
}

static void epochs(int fd, uint32_t tx, uint32_t rx)
{
	EXPECT_EQ(tx_epoch(fd), tx);
	EXPECT_EQ(rx_epoch(fd), rx);
}

TEST_F(rekey, one_way)
{
	key_update(self->a, 0);
	talk_both(self->a, self->b);
	epochs(self->a, 1, 0);
	epochs(self->b, 0, 1);
	key_update(self->b, 0);
	talk_both(self->a, self->b);
	epochs(self->a, 1, 1);
	epochs(self->b, 1, 1);
}

TEST_F(rekey, requested)
{
	key_update(self->a, 1);
	talk_both(self->a, self->b);
	epochs(self->a, 1, 1);
	epochs(self->b, 1, 1);
}

TEST_F(rekey, counters)
{
	uint64_t sent = stat_of("KeyUpdatesSent");
	uint64_t received = stat_of("KeyUpdatesReceived");
	struct tsec_info info;

	talk(self->a, self->b, "one record");
	key_update(self->a, 1);
	talk_both(self->a, self->b);
	EXPECT_EQ(stat_of("KeyUpdatesSent"), sent + 2);
	EXPECT_EQ(stat_of("KeyUpdatesReceived"), received + 2);
	/* Records count under the present key, bytes from the beginning. */
	info_of(self->a, &info);
	EXPECT_EQ(info.tx.records, 1);
	EXPECT_EQ(info.tx.bytes, strlen("one record") + strlen("one way"));
}

TEST_F(rekey, bad_values)
{
	int value = 2;

	EXPECT_ERR(setsockopt(self->a, SOL_TSEC, TSEC_KEY_UPDATE, &value,
			      sizeof(value)), EINVAL);
	value = -1;
	EXPECT_ERR(setsockopt(self->a, SOL_TSEC, TSEC_KEY_UPDATE, &value,
			      sizeof(value)), EINVAL);
	EXPECT_ERR(setsockopt(self->a, SOL_TSEC, TSEC_KEY_UPDATE, &value, 1),
		   EINVAL);
	epochs(self->a, 0, 0);
}

TEST_F(rekey, hundreds)
{
	int i;

	option_set_int(self->a, IPPROTO_TCP, TCP_NODELAY, 1);
	option_set_int(self->b, IPPROTO_TCP, TCP_NODELAY, 1);
	for (i = 1; i <= 300; i++) {
		key_update(i & 1 ? self->a : self->b, 0);
		talk_both(self->a, self->b);
	}
	epochs(self->a, 150, 150);
	epochs(self->b, 150, 150);
}

TEST_F(rekey, hundreds_requested)
{
	int i;

	for (i = 1; i <= 100; i++) {
		key_update(self->a, 1);
		talk_both(self->a, self->b);
	}
	epochs(self->a, 100, 100);
}

/* Two updates with nothing between them. */
TEST_F(rekey, twice_in_a_row)
{
	key_update(self->a, 0);
	key_update(self->a, 0);
	talk_both(self->a, self->b);
	epochs(self->b, 0, 2);
}

TEST_F(rekey, both_at_once)
{
	key_update(self->a, 1);
	key_update(self->b, 1);
	talk_both(self->a, self->b);
	talk_both(self->a, self->b);
	epochs(self->a, 2, 2);
	epochs(self->b, 2, 2);
}

TEST_F(rekey, pending_data_before_and_after)
{
	char buf[20];

	ASSERT_EQ(send(self->a, "before", 6, 0), 6);
	key_update(self->a, 0);
	ASSERT_EQ(send(self->a, "after!", 6, 0), 6);
	ASSERT_EQ(recv(self->b, buf, 6, 0), 6);
	EXPECT_MEMEQ(buf, "before", 6);
	ASSERT_EQ(recv(self->b, buf, 6, 0), 6);
	EXPECT_MEMEQ(buf, "after!", 6);
}

TEST_F(rekey, waitall_over_the_update)
{
	char buf[20];

	ASSERT_EQ(send(self->a, "before", 6, 0), 6);
	key_update(self->a, 0);
	ASSERT_EQ(send(self->a, "after!", 6, 0), 6);
	ASSERT_EQ(recv(self->b, buf, 12, MSG_WAITALL), 12);
	EXPECT_MEMEQ(buf, "beforeafter!", 12);
}

TEST_F(rekey, trunc_over_the_update)
{
	char buf[20];

	ASSERT_EQ(send(self->a, "before", 6, 0), 6);
	key_update(self->a, 0);
	ASSERT_EQ(send(self->a, "after!", 6, 0), 6);
	ASSERT_EQ(recv(self->b, NULL, 9, MSG_TRUNC), 9);
	ASSERT_EQ(recv(self->b, buf, 20, 0), 3);
	EXPECT_MEMEQ(buf, "er!", 3);
}

TEST_F(rekey, peek)
{
	char buf[20];

	key_update(self->a, 0);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	ASSERT_EQ(recv(self->b, buf, 20, MSG_PEEK), 4);
	ASSERT_EQ(recv(self->b, buf, 20, MSG_PEEK), 4);
	EXPECT_MEMEQ(buf, "data", 4);
	ASSERT_EQ(recv(self->b, buf, 20, 0), 4);
}

TEST_F(rekey, peek_before_the_update)
{
	char buf[20];

	ASSERT_EQ(send(self->a, "before", 6, 0), 6);
	ASSERT_EQ(recv(self->b, buf, 20, MSG_PEEK), 6);
	key_update(self->a, 0);
	ASSERT_EQ(send(self->a, "after!", 6, 0), 6);
	ASSERT_EQ(recv(self->b, buf, 20, MSG_PEEK), 6);
	EXPECT_MEMEQ(buf, "before", 6);
	ASSERT_EQ(recv(self->b, buf, 12, MSG_WAITALL), 12);
	EXPECT_MEMEQ(buf, "beforeafter!", 12);
	key_update(self->a, 0);
	talk_both(self->a, self->b);
}

TEST_F(rekey, msg_more_before_the_update)
{
	char buf[20];

	ASSERT_EQ(send(self->a, "open", 4, MSG_MORE), 4);
	key_update(self->a, 0);
	ASSERT_EQ(send(self->a, "next", 4, 0), 4);
	ASSERT_EQ(recv(self->b, buf, 8, MSG_WAITALL), 8);
	EXPECT_MEMEQ(buf, "opennext", 8);
	talk_both(self->a, self->b);
}

TEST_F(rekey, splice)
{
	char buf[20];
	int p[2], i;

	ASSERT_EQ(pipe(p), 0);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(send(self->a, "before", 6, 0), 6);
		key_update(self->a, 0);
		ASSERT_EQ(send(self->a, "after!", 6, 0), 6);
		ASSERT_EQ(splice(self->b, NULL, p[1], NULL, 100, 0), 6);
		ASSERT_EQ(splice(self->b, NULL, p[1], NULL, 100, 0), 6);
		ASSERT_EQ(read(p[0], buf, 12), 12);
		EXPECT_MEMEQ(buf, "beforeafter!", 12);
	}
}

TEST_F(rekey, splice_into)
{
	int p[2], i;
	char buf[20];

	ASSERT_EQ(pipe(p), 0);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(write(p[1], "piped", 5), 5);
		key_update(self->a, i & 1);
		ASSERT_EQ(splice(p[0], NULL, self->a, NULL, 5, 0), 5);
		ASSERT_EQ(recv(self->b, buf, 20, 0), 5);
		EXPECT_MEMEQ(buf, "piped", 5);
	}
}

TEST_F(rekey, poll_pending)
{
	char buf[20];

	key_update(self->a, 0);
	EXPECT_EQ(poll_for(self->b, POLLIN, 30), 0);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	EXPECT_EQ(poll_for(self->b, POLLIN, SOON), POLLIN);
	EXPECT_EQ(recv(self->b, buf, 20, MSG_DONTWAIT), 4);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	key_update(self->a, 0);
	EXPECT_EQ(poll_for(self->b, POLLIN, SOON), POLLIN);
	EXPECT_EQ(recv(self->b, buf, 20, MSG_DONTWAIT), 4);
	EXPECT_EQ(poll_for(self->b, POLLIN, 30), 0);
	EXPECT_ERR(recv(self->b, buf, 20, MSG_DONTWAIT), EAGAIN);
}

/* A request is answered although the program only waits in poll(). */
TEST_F(rekey, answered_from_poll)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER);

	raw_update(self->raw, 1);
	EXPECT_EQ(poll_for(fd, POLLIN, 30), 0);
	raw_expect_update(self->raw, 0);
	ASSERT_EQ(send(fd, "data", 4, 0), 4);
	ASSERT_EQ(raw_recv(self->raw), RAW_DATA);
	EXPECT_MEMEQ(self->raw->data, "data", 4);
	close(fd);
}

TEST_F(rekey, on_the_wire)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_CLIENT);
	char buf[10];

	key_update(fd, 1);
	raw_expect_update(self->raw, 1);
	raw_update(self->raw, 0);
	raw_send(self->raw, RAW_DATA, "data", 4);
	ASSERT_EQ(recv(fd, buf, 10, 0), 4);
	ASSERT_EQ(send(fd, "data", 4, 0), 4);
	ASSERT_EQ(raw_recv(self->raw), RAW_DATA);
	epochs(fd, 1, 1);
	close(fd);
	raw_expect_alert(self->raw, RAW_WARNING, ALERT_CLOSE_NOTIFY);
}

/* The update comes in one segment with data of the next key behind it. */
TEST_F(rekey, data_right_behind)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER), i;
	static const uint8_t message[] = { 24, 0, 0, 1, 0 };
	char buf[10];

	for (i = 0; i < 20; i++) {
		uint8_t records[200];
		struct raw *raw = self->raw;
		size_t len;

		len = raw_seal(raw, records, RAW_DATA, "1", 1, 0);
		len += raw_seal(raw, records + len, RAW_HANDSHAKE, message,
				sizeof(message), 0);
		raw_renew_tx(raw);
		len += raw_seal(raw, records + len, RAW_DATA, "2", 1, 0);
		raw_write(raw, records, len);
		ASSERT_EQ(recv(fd, buf, 2, MSG_WAITALL), 2);
		ASSERT_MEMEQ(buf, "12", 2);
	}
	epochs(fd, 0, 20);
	close(fd);
}

TEST_F(rekey, old_key_after_the_update)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER);
	uint8_t record[100];
	struct key old = self->raw->tx;
	size_t len;
	char buf[10];

	raw_update(self->raw, 0);
	old.seq++;
	self->raw->tx = old;
	len = raw_seal(self->raw, record, RAW_DATA, "data", 4, 0);
	raw_write(self->raw, record, len);
	EXPECT_ERR(recv(fd, buf, 10, 0), EBADMSG);
	close(fd);
}

/* What one end sends under is what the other receives under. */
static void in_step(int a, int b)
{
	struct tsec_info ia, ib;

	talk_both(a, b);
	talk_both(a, b);
	info_of(a, &ia);
	info_of(b, &ib);
	EXPECT_GT(ia.tx.epoch, 0);
	EXPECT_EQ(ia.tx.epoch, ib.rx.epoch);
	EXPECT_EQ(ia.rx.epoch, ib.tx.epoch);
}

/* Senders and receivers at work in both directions all the time. */
static void pump(int fd, int updates, int times)
{
	static uint8_t buf[20000];
	int i;

	for (i = 0; i < times; i++) {
		fill_pattern(buf, sizeof(buf), i);
		send_all(fd, buf, sizeof(buf));
		if (updates)
			key_update(fd, i & 1);
	}
	_exit(0);
}

static void take(int fd, int times)
{
	static uint8_t buf[20000];
	int i;

	for (i = 0; i < times; i++) {
		recv_all(fd, buf, sizeof(buf));
		check_pattern(buf, sizeof(buf), i);
	}
}

static void reap_ok(int children)
{
	int status;

	while (children--) {
		ASSERT_GT(wait(&status), 0);
		EXPECT_EQ(status, 0);
	}
}

TEST_F(rekey, under_load)
{
	if (!fork())
		pump(self->a, 1, 40);
	take(self->b, 40);
	reap_ok(1);
	in_step(self->a, self->b);
}

TEST_F(rekey, under_load_both_ways)
{
	if (!fork())
		pump(self->a, 1, 30);
	if (!fork())
		pump(self->b, 1, 30);
	if (!fork()) {
		take(self->a, 30);
		_exit(0);
	}
	take(self->b, 30);
	reap_ok(3);
	in_step(self->a, self->b);
}

/* Another thread of control updates while this one sends. */
TEST_F(rekey, from_outside)
{
	int i;

	if (!fork())
		pump(self->a, 0, 40);
	if (!fork()) {
		for (i = 0; i < 40; i++)
			key_update(self->a, 0);
		_exit(0);
	}
	take(self->b, 40);
	reap_ok(2);
	in_step(self->a, self->b);
}

/* The send buffer is full: nobody waits for it to tell a key update. */
TEST_F(rekey, with_a_full_buffer)
{
	size_t filled = fill_send(self->a);
	static uint8_t buf[65536];
	size_t got = 0;

	key_update(self->a, 1);
	while (got < filled) {
		ssize_t n = recv(self->b, buf, sizeof(buf), 0);

		ASSERT_GT(n, 0);
		got += n;
	}
	talk_both(self->a, self->b);
	epochs(self->a, 1, 1);
}

TEST_F(rekey, while_a_sender_waits)
{
	static uint8_t buf[1000000];
	size_t filled = fill_send(self->a);

	/* Far more than the buffers can take. */
	if (!fork()) {
		send_all(self->a, buf, sizeof(buf));
		shutdown(self->a, SHUT_WR);
		_exit(0);
	}
	usleep(20000);
	key_update(self->a, 0);
	EXPECT_EQ(drain(self->b), filled + sizeof(buf));
	reap_ok(1);
	epochs(self->b, 0, 1);
}

TEST_F(rekey, after_shutdown)
{
	int zero = 0;

	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	/* There is no key left to renew; what it says is of no matter. */
	setsockopt(self->a, SOL_TSEC, TSEC_KEY_UPDATE, &zero, sizeof(zero));
	EXPECT_EQ(drain(self->b), 0);
	key_update(self->b, 1);
	talk(self->b, self->a, "half open");
	epochs(self->a, 0, 1);
}

TEST_F(rekey, by_netlink)
{
	struct tsec_info info;

	info_of(self->a, &info);
	ASSERT_EQ(tsec_key_update(self->pair.link.nl, info.id, false), 0);
	ASSERT_EQ(tsec_key_update(self->pair.link.nl, info.id, true), 0);
	talk_both(self->a, self->b);
	epochs(self->a, 2, 1);
}

TEST_F(rekey, not_without_a_secret)
{
	int zero = 0, a, b;

	self->pair.link.plain = true;
	pair_more(&self->pair, &a, &b);
	EXPECT_ERR(setsockopt(a, SOL_TSEC, TSEC_KEY_UPDATE, &zero,
			      sizeof(zero)), EOPNOTSUPP);
	talk_both(a, b);
	close(a);
	close(b);
}

/* The program may ask as often as it likes; the peer is not flooded. */
TEST_F(rekey, own_flood)
{
	int i;

	for (i = 0; i < 100; i++)
		key_update(self->a, i & 1);
	in_step(self->a, self->b);
}

/* A peer that does nothing but update costs what it costs, and no more. */
TEST_F(rekey, flood)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER), i;
	char buf[10];

	for (i = 0; i < 40; i++)
		raw_update(self->raw, 0);
	EXPECT_ERR(recv(fd, buf, 10, 0), EPROTO);
	EXPECT_TRUE(strstr(error_of(fd), "too many key updates"));
	close(fd);
}

TEST_F(rekey, flood_with_data_between)
{
	int fd = raw_pair(self->raw, &self->pair.link, TSEC_ROLE_SERVER), i;
	char buf[10];

	for (i = 0; i < 100; i++) {
		raw_update(self->raw, 0);
		raw_send(self->raw, RAW_DATA, "data", 4);
		ASSERT_EQ(recv(fd, buf, 10, 0), 4);
	}
	close(fd);
}
