// SPDX-License-Identifier: GPL-2.0
/*
 * Keys that come while a session is open: the ones before them go on opening
 * packets, and the sender changes without a gap.
 */
#include <sched.h>
#include <unistd.h>

#include "peer.h"
#include "util.h"

FIXTURE(rekey) {
	struct link link;
	struct peer peer;
	int sock;
	uint32_t id;
};
KIND_VARIANT(rekey);
DTLS_FAMILIES_ADD(rekey);

static uint8_t wire[65536], buf[65536];

static uint32_t session_of(int fd)
{
	struct tsec_info info = { };
	socklen_t len = sizeof(info);

	ASSERT_EQ(getsockopt(fd, SOL_TSEC, TSEC_INFO, &info, &len), 0);
	return info.id;
}

FIXTURE_SETUP(rekey)
{
	link_make(&self->link, &variant->kind);
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
	self->id = session_of(self->sock);
}

FIXTURE_TEARDOWN(rekey)
{
	peer_close(&self->peer);
	link_end(&self->link);
}

static void next_key(struct key *key, uint32_t id)
{
	key_make(key);
	key->seq = 0;
	key->cid_len = 0;
	key->id = id;
}

/* Gives the session a key of that epoch to receive with. */
static void rx_give(struct rekey_data *self, struct key *key, uint32_t id)
{
	next_key(key, id);
	ASSERT_EQ(session_key_give(&self->link, self->id, TSEC_DIR_RX, key,
				   false), 0);
}

static void tx_give(struct rekey_data *self, struct key *key, uint32_t id,
		    bool confirm)
{
	next_key(key, id);
	ASSERT_EQ(session_key_give(&self->link, self->id, TSEC_DIR_TX, key,
				   confirm), 0);
}

/* The peer seals under this key; the number goes on in there. */
static void send_under(struct rekey_data *self, struct key *key,
		       uint16_t epoch)
{
	struct key kept = self->peer.tx;

	self->peer.tx = *key;
	self->peer.epoch = epoch;
	peer_send(&self->peer, TYPE_DATA, "hello", 5);
	*key = self->peer.tx;
	self->peer.tx = kept;
}

static void opened_under(struct rekey_data *self, struct key *key,
			 uint16_t epoch)
{
	send_under(self, key, epoch);
	expect_datagram(self->sock, "hello", 5);
}

static void unknown_under(struct rekey_data *self, struct key *key,
			  uint16_t epoch)
{
	uint64_t before = stat_of("PacketsNoKey");

	send_under(self, key, epoch);
	stat_reaches("PacketsNoKey", before + 1);
	EXPECT_ERR(recv(self->sock, buf, sizeof(buf), MSG_DONTWAIT), EAGAIN);
}

static void sent_under(struct rekey_data *self, const struct key *key,
		       uint16_t epoch, uint64_t seq)
{
	self->peer.rx = *key;
	self->peer.rx_epoch = epoch;
	ASSERT_EQ(send(self->sock, "from here", 9, 0), 9);
	peer_expect(&self->peer, "from here", 9, seq);
}

TEST_F(rekey, rx_opens_old_and_new)
{
	struct key keys[4] = { self->peer.tx };

	unknown_under(self, &self->peer.tx, 2);
	rx_give(self, &keys[1], 2);
	opened_under(self, &keys[0], 1);
	opened_under(self, &keys[1], 2);
	opened_under(self, &keys[0], 1);
	rx_give(self, &keys[2], 3);
	opened_under(self, &keys[2], 3);
	opened_under(self, &keys[0], 1);
	/* Three at a time: the first one has to go. */
	rx_give(self, &keys[3], 4);
	unknown_under(self, &keys[0], 1);
	opened_under(self, &keys[1], 2);
	opened_under(self, &keys[2], 3);
	opened_under(self, &keys[3], 4);
}

TEST_F(rekey, rx_replay_of_each)
{
	struct key next;
	size_t len;

	len = peer_seal(&self->peer, wire, TYPE_DATA, "hello", 5);
	peer_write(&self->peer, wire, len);
	expect_datagram(self->sock, "hello", 5);
	rx_give(self, &next, 2);
	opened_under(self, &next, 2);
	peer_write(&self->peer, wire, len);
	stat_reaches("PacketsReplayed", 1);
	EXPECT_ERR(recv(self->sock, buf, sizeof(buf), MSG_DONTWAIT), EAGAIN);
}

TEST_F(rekey, tx_changes_at_once)
{
	struct key first = self->peer.rx, next;

	sent_under(self, &first, 1, 0);
	sent_under(self, &first, 1, 1);
	tx_give(self, &next, 2, false);
	sent_under(self, &next, 2, 0);
	sent_under(self, &next, 2, 1);
	next_key(&next, 3);
	next.seq = 7;
	ASSERT_EQ(session_key_give(&self->link, self->id, TSEC_DIR_TX, &next,
				   false), 0);
	sent_under(self, &next, 3, 7);
}

TEST_F(rekey, tx_waits_for_the_peer)
{
	struct key first = self->peer.rx, old = self->peer.tx, rx, tx;

	rx_give(self, &rx, 2);
	tx_give(self, &tx, 2, true);
	sent_under(self, &first, 1, 0);
	opened_under(self, &old, 1);
	sent_under(self, &first, 1, 1);
	opened_under(self, &rx, 2);
	sent_under(self, &tx, 2, 0);
	opened_under(self, &old, 1);
	sent_under(self, &tx, 2, 1);
}

TEST_F(rekey, tx_waits_no_more)
{
	struct key rx, tx;

	rx_give(self, &rx, 2);
	opened_under(self, &rx, 2);
	tx_give(self, &tx, 2, true);
	sent_under(self, &tx, 2, 0);
}

/*
 * Of several handshakes the last one counts.  Those that came to nothing have
 * cost none of the keys that were in use.
 */
TEST_F(rekey, tx_waits_for_the_last)
{
	struct key keys[2] = { self->peer.tx }, first = self->peer.rx;
	struct key rx[4], tx[4];
	int i;

	rx_give(self, &keys[1], 2);
	for (i = 0; i < 4; i++) {
		rx_give(self, &rx[i], 3 + i);
		tx_give(self, &tx[i], 3 + i, true);
	}
	for (i = 0; i < 3; i++)
		unknown_under(self, &rx[i], 3 + i);
	opened_under(self, &keys[0], 1);
	opened_under(self, &keys[1], 2);
	sent_under(self, &first, 1, 0);
	opened_under(self, &rx[3], 6);
	sent_under(self, &tx[3], 6, 0);
}

/* Whoever waits when its session ends is freed with it. */
TEST_F(rekey, ends_while_one_waits)
{
	struct key rx, tx;

	rx_give(self, &rx, 2);
	tx_give(self, &tx, 2, true);
	close(self->sock);
	self->peer.sock = -1;
	send_under(self, &rx, 2);
}

static void refused(struct rekey_data *self, int direction,
		    const struct key *key, int err, const char *why)
{
	EXPECT_EQ(session_key_give(&self->link, self->id, direction, key,
				   false), -err);
	EXPECT_STREQ(tsec_nl_error(self->link.nl), why);
}

TEST_F(rekey, refused)
{
	uint16_t cipher = self->link.kind.cipher;
	struct key key;

	memset(&key, 0, sizeof(key));
	next_key(&key, 1);
	refused(self, TSEC_DIR_RX, &key, EEXIST,
		"the session has a key of that ID");
	refused(self, TSEC_DIR_TX, &key, EEXIST,
		"the session has a key of that ID");
	key.id = 65536;
	refused(self, TSEC_DIR_RX, &key, EINVAL,
		"an epoch of DTLS 1.2 has 16 bits");
	key.id = 2;
	key.cid_len = 1;
	refused(self, TSEC_DIR_TX, &key, EINVAL,
		"the session's connection ID has another length");
	key.cid_len = 0;
	self->link.kind.cipher = TSEC_CIPHER_AES_256_GCM;
	refused(self, TSEC_DIR_RX, &key, EINVAL,
		"the session has another version or cipher");
	self->link.kind.cipher = cipher;
	sent_under(self, &self->peer.rx, 1, 0);
}

struct shown {
	uint32_t session;
	const struct tsec_key_info *want;
	int count;
};

static int show(const struct tsec_key_info *key, void *arg)
{
	struct shown *shown = arg;

	if (key->session != shown->session || key->direction != TSEC_DIR_RX)
		return 0;
	EXPECT_EQ(key->id, shown->want->id);
	EXPECT_EQ(key->epoch, shown->want->epoch);
	EXPECT_EQ(key->records, shown->want->records);
	EXPECT_EQ(key->bytes, shown->want->bytes);
	shown->count++;
	return 0;
}

TEST_F(rekey, shown)
{
	struct tsec_key_info want = { .id = 2, .epoch = 1, .records = 2,
				      .bytes = 10 };
	struct shown shown = { .session = self->id, .want = &want };
	struct key old = self->peer.tx, key;

	opened_under(self, &old, 1);
	rx_give(self, &key, 2);
	opened_under(self, &key, 2);
	opened_under(self, &key, 2);
	wait_records(self->sock, 2);
	ASSERT_EQ(tsec_key_dump(self->link.nl, show, &shown), 0);
	EXPECT_EQ(shown.count, 1);
}

/* A key that has been replaced ends alone. */
TEST_F(rekey, old_key_reaches_its_limit)
{
	struct key old = self->peer.tx, rx;
	uint64_t before;
	int i;

	rx_give(self, &rx, 2);
	before = stat_of("PacketsEnded");
	tsec_set(&self->link.limits, KEY_HARD_RECORDS, hard_records, 2);
	rx_give(self, &old, 3);
	self->link.limits.have = 0;
	rx_give(self, &rx, 4);
	for (i = 0; i < 2; i++)
		opened_under(self, &old, 3);
	send_under(self, &old, 3);
	stat_reaches("PacketsEnded", before + 1);
	opened_under(self, &rx, 4);
	sent_under(self, &self->peer.rx, 1, 0);
}

/* The session's work waits until this process does. */
static void in_a_hurry(bool is)
{
	struct sched_param param = { .sched_priority = is };

	ASSERT_EQ(sched_setscheduler(0, is ? SCHED_FIFO : SCHED_OTHER, &param),
		  0);
}

static void used_up(struct rekey_data *self, struct key *key, uint16_t epoch)
{
	send_under(self, key, epoch);
	send_under(self, key, epoch);
}

/* One that is replaced as its limit is met leaves the next one its own. */
TEST_F(rekey, rx_soft_limit_of_each)
{
	enum { TIMES = 20 };
	struct key key;
	uint64_t before;
	int i;

	tsec_set(&self->link.limits, KEY_SOFT_RECORDS, soft_records, 1);
	for (i = 1; i <= TIMES; i++) {
		rx_give(self, &key, 2 * i);
		in_a_hurry(true);
		used_up(self, &key, 2 * i);
		rx_give(self, &key, 2 * i + 1);
		in_a_hurry(false);
		usleep(2000);
		before = stat_of("KeyLimitSoft");
		used_up(self, &key, 2 * i + 1);
		stat_reaches("KeyLimitSoft", before + 1);
		EXPECT_EQ(stat_of("KeyLimitSoft"), before + 1);
	}
	self->link.limits.have = 0;
}

static void tx_used_up(struct rekey_data *self)
{
	uint64_t before = stat_of("KeyLimitSoft");
	int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(send(self->sock, "from here", 9, 0), 9);
	EXPECT_EQ(stat_of("KeyLimitSoft"), before + 1);
}

/* Nor does one that is in use until the next has been confirmed. */
TEST_F(rekey, tx_soft_limit_of_each)
{
	struct key rx, tx;

	tsec_set(&self->link.limits, KEY_SOFT_RECORDS, soft_records, 1);
	tx_give(self, &tx, 2, false);
	rx_give(self, &rx, 3);
	tx_give(self, &tx, 3, true);
	tx_used_up(self);
	opened_under(self, &rx, 3);
	tx_used_up(self);
	self->link.limits.have = 0;
}

/* Two ends of our own, and new keys all the time. */
FIXTURE(rekey_load) {
	struct ends ends;
};
KIND_VARIANT(rekey_load);
DTLS_FAMILIES_ADD(rekey_load);

FIXTURE_SETUP(rekey_load)
{
	ends_make(&self->ends, &variant->kind);
}

FIXTURE_TEARDOWN(rekey_load)
{
	ends_close(&self->ends);
}

enum { DATAGRAMS = 4000, REKEYS = 40 };

/* The receiver first, as anybody has to do it. */
static void replace(struct link *link, uint32_t from, uint32_t to, uint32_t id)
{
	struct key key;

	next_key(&key, id);
	ASSERT_EQ(session_key_give(link, to, TSEC_DIR_RX, &key, false), 0);
	ASSERT_EQ(session_key_give(link, from, TSEC_DIR_TX, &key, false), 0);
}

TEST_F(rekey_load, nothing_is_lost)
{
	uint32_t a = session_of(self->ends.a), b = session_of(self->ends.b);
	struct numbers numbers;
	uint32_t want, id = 1;

	numbers_begin(&numbers, self->ends.a, DATAGRAMS);
	for (want = 0; want < DATAGRAMS; want++) {
		numbers_expect(&numbers, self->ends.b, want);
		if (want % (DATAGRAMS / REKEYS) == 0)
			replace(&self->ends.link, a, b, ++id);
	}
	numbers_end(&numbers);
}
