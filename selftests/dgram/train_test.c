// SPDX-License-Identifier: GPL-2.0
/*
 * Trains: many datagrams that come as one packet, for a program that has
 * asked for UDP_GRO.
 */
#include <linux/filter.h>
#include <netinet/udp.h>
#include <unistd.h>

#include "peer.h"
#include "util.h"

enum {
	WAGONS	= 5,			/* of most trains */
	SIZE	= 100,			/* of data in each */
	ROOM	= 65536,
};

/* Datagrams of one size, the last one excepted. */
struct train {
	uint8_t data[ROOM];
	size_t len;
	size_t first;			/* bytes of the first one */
};

FIXTURE(train) {
	struct link link;
	struct peer peer;
	int sock;
};
KIND_VARIANT(train);
DTLS_FAMILIES_ADD(train);

static uint8_t buf[4 * ROOM], got[ROOM];
static struct train train;

static void begin(void)
{
	train.len = 0;
	train.first = 0;
}

/* Another datagram; where it begins. */
static uint8_t *add(struct peer *peer, int type, const void *data, size_t len)
{
	uint8_t *at = train.data + train.len;

	train.len += peer_seal(peer, at, type, data, len);
	if (!train.first)
		train.first = train.len;
	return at;
}

static void leave(struct peer *peer)
{
	option_set_int(peer->fd, IPPROTO_UDP, UDP_SEGMENT, train.first);
	peer_write(peer, train.data, train.len);
	option_set_int(peer->fd, IPPROTO_UDP, UDP_SEGMENT, 0);
}

/* A train of the pattern from there. */
static void pass(struct peer *peer, size_t from, int wagons)
{
	int i;

	begin();
	for (i = 0; i < wagons; i++)
		add(peer, TYPE_DATA, buf + from + i * SIZE, SIZE);
	leave(peer);
}

/* What comes of one call; *size: as control data has it, 0 for none. */
static ssize_t receive(int fd, int *size)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec vec = { got, sizeof(got) };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(fd, &msg, MSG_DONTWAIT);

	*size = 0;
	if (len >= 0 && msg.msg_controllen)
		memcpy(size, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(*size));
	return len;
}

/* One call brings so many bytes of the pattern, in datagrams of that size. */
static void expect_joined(int fd, size_t from, size_t len, int size)
{
	int told;

	ASSERT_EQ(receive(fd, &told), len);
	EXPECT_EQ(told, size);
	check_pattern(got, len, from);
}

static void expect_empty(int fd)
{
	EXPECT_ERR(recv(fd, got, 1, MSG_DONTWAIT), EAGAIN);
}

/* So many records have been opened, and all of them been received. */
static void settle(struct peer *peer, uint64_t records)
{
	wait_records(peer->sock, records);
	while (recv(peer->sock, got, sizeof(got), MSG_DONTWAIT) > 0)
		;
}

/* From the second one on they are taken as they come. */
static void warm_up(struct peer *peer)
{
	option_set_int(peer->sock, IPPROTO_UDP, UDP_GRO, 1);
	pass(peer, 0, 2);
	settle(peer, 2);
}

FIXTURE_SETUP(train)
{
	link_make(&self->link, &variant->kind);
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
	fill_pattern(buf, sizeof(buf), 0);
	warm_up(&self->peer);
}

FIXTURE_TEARDOWN(train)
{
	peer_close(&self->peer);
	link_end(&self->link);
}

/* Datagrams that UDP's hook has got, which a train that stays whole is not. */
static long hooked(const struct kind *kind)
{
	bool v4 = kind->family == AF_INET;
	FILE *f = fopen(v4 ? "/proc/net/snmp" : "/proc/net/snmp6", "r");
	const char *format = v4 ? "Udp: %ld" : "Udp6InDatagrams %ld";
	char line[256];
	long n = -1;

	ASSERT_TRUE(f);
	while (n < 0 && fgets(line, sizeof(line), f))
		sscanf(line, format, &n);
	fclose(f);
	ASSERT_GE(n, 0);
	return n;
}

TEST_F(train, stays_whole)
{
	long before = hooked(&variant->kind);

	pass(&self->peer, 0, WAGONS);
	wait_records(self->sock, 2 + WAGONS);
	EXPECT_EQ(hooked(&variant->kind), before);
	expect_joined(self->sock, 0, WAGONS * SIZE, SIZE);
	expect_empty(self->sock);
}

/* Where no trains come, datagrams need not go by the socket's queue. */
TEST_F(train, no_more_come)
{
	long before = hooked(&variant->kind);
	int i;

	for (i = 0; i < 20; i++)
		peer_send(&self->peer, TYPE_DATA, buf + i * SIZE, SIZE);
	wait_records(self->sock, 2 + 20);
	expect_joined(self->sock, 0, 20 * SIZE, SIZE);
	EXPECT_GT(hooked(&variant->kind), before);
	pass(&self->peer, 0, WAGONS);
	pass(&self->peer, WAGONS * SIZE, WAGONS);
	wait_records(self->sock, 2 + 20 + 2 * WAGONS);
	expect_joined(self->sock, 0, 2 * WAGONS * SIZE, SIZE);
}

TEST_F(train, shorter_is_the_last)
{
	begin();
	add(&self->peer, TYPE_DATA, buf, SIZE);
	add(&self->peer, TYPE_DATA, buf + SIZE, SIZE);
	add(&self->peer, TYPE_DATA, buf + 2 * SIZE, 1);
	leave(&self->peer);
	peer_send(&self->peer, TYPE_DATA, buf + 2 * SIZE + 1, 1);
	wait_records(self->sock, 2 + 4);
	expect_joined(self->sock, 0, 2 * SIZE + 1, SIZE);
	expect_joined(self->sock, 2 * SIZE + 1, 1, 0);
	expect_empty(self->sock);
}

/* Trains that wait are put together, and so are those that follow them. */
TEST_F(train, joined)
{
	pass(&self->peer, 0, WAGONS);
	pass(&self->peer, WAGONS * SIZE, WAGONS);
	peer_send(&self->peer, TYPE_DATA, buf + 2 * WAGONS * SIZE, SIZE);
	begin();
	add(&self->peer, TYPE_DATA, buf, 50);
	add(&self->peer, TYPE_DATA, buf + 50, 50);
	leave(&self->peer);
	wait_records(self->sock, 2 + 2 * WAGONS + 3);
	expect_joined(self->sock, 0, (2 * WAGONS + 1) * SIZE, SIZE);
	expect_joined(self->sock, 0, 100, 50);
	expect_empty(self->sock);
}

/* Each is judged for itself. */
TEST_F(train, bad_ones_among_good)
{
	uint64_t replayed = stat_of("PacketsReplayed");
	uint64_t malformed = stat_of("PacketsMalformed");
	uint64_t bad = stat_of("BadRecords");
	uint8_t *first, *at;

	begin();
	first = add(&self->peer, TYPE_DATA, buf, SIZE);
	at = add(&self->peer, TYPE_DATA, "forged", SIZE);
	at[train.first - 1] ^= 1;
	add(&self->peer, TYPE_DATA, buf + SIZE, SIZE);
	memcpy(train.data + train.len, first, train.first);
	train.len += train.first;
	add(&self->peer, TYPE_DATA, buf + 2 * SIZE, SIZE);
	memset(train.data + train.len, 'x', train.first);
	train.len += train.first;
	add(&self->peer, TYPE_DATA, buf + 3 * SIZE, SIZE);
	leave(&self->peer);
	wait_records(self->sock, 2 + 4);
	/* What is no record at all parts them. */
	expect_joined(self->sock, 0, 3 * SIZE, SIZE);
	expect_joined(self->sock, 3 * SIZE, SIZE, 0);
	expect_empty(self->sock);
	EXPECT_EQ(stat_of("PacketsReplayed"), replayed + 1);
	EXPECT_EQ(stat_of("PacketsMalformed"), malformed + 1);
	EXPECT_EQ(stat_of("BadRecords"), bad + 1);
}

TEST_F(train, all_bad)
{
	uint64_t bad = stat_of("BadRecords");
	int i;

	begin();
	for (i = 0; i < WAGONS; i++)
		add(&self->peer, TYPE_DATA, "forged", 6)[train.first - 1] ^= 1;
	leave(&self->peer);
	stat_reaches("BadRecords", bad + WAGONS);
	EXPECT_EQ(stat_of("BadRecords"), bad + WAGONS);
	expect_empty(self->sock);
}

/* Alerts and handshake messages go elsewhere, what is left keeps its order. */
TEST_F(train, not_only_data)
{
	uint64_t alerts = stat_of("AlertsReceived");
	uint64_t messages = stat_of("TicketsDropped");
	int i;

	begin();
	add(&self->peer, TYPE_DATA, buf, 2);
	add(&self->peer, TYPE_ALERT, "\1\144", 2);	/* no renegotiation */
	add(&self->peer, TYPE_DATA, buf + 2, 2);
	add(&self->peer, TYPE_HANDSHAKE, "\0\0", 2);
	add(&self->peer, TYPE_DATA, buf + 4, 2);
	leave(&self->peer);
	stat_reaches("AlertsReceived", alerts + 1);
	stat_reaches("TicketsDropped", messages + 1);
	wait_records(self->sock, 2 + 5);
	for (i = 0; i < 3; i++)
		expect_joined(self->sock, 2 * i, 2, 0);
	expect_empty(self->sock);
}

TEST_F(train, close_notify)
{
	begin();
	add(&self->peer, TYPE_DATA, buf, 2);
	add(&self->peer, TYPE_DATA, buf + 2, 2);
	add(&self->peer, TYPE_ALERT, "\1\0", 2);
	leave(&self->peer);
	wait_records(self->sock, 2 + 3);
	expect_joined(self->sock, 0, 4, 2);
	EXPECT_EQ(recv(self->sock, got, 1, 0), 0);
}

/* Datagrams of one size may have records of many. */
TEST_F(train, records_of_one_datagram)
{
	size_t at = 0;
	int i;

	begin();
	for (i = 0; i < 3; i++) {
		train.first = 0;
		add(&self->peer, TYPE_DATA, buf + at, 10 + i);
		at += 10 + i;
		add(&self->peer, TYPE_DATA, buf + at, 20 - i);
		at += 20 - i;
	}
	train.first = train.len / 3;
	leave(&self->peer);
	wait_records(self->sock, 2 + 6);
	for (i = 0; i < 3; i++) {
		expect_joined(self->sock, i * 30, 10 + i, 0);
		expect_joined(self->sock, i * 30 + 10 + i, 20 - i, 0);
	}
	expect_empty(self->sock);
}

TEST_F(train, empty_ones_stay_alone)
{
	int size, i;

	begin();
	for (i = 0; i < 3; i++)
		add(&self->peer, TYPE_DATA, "", 0);
	leave(&self->peer);
	wait_records(self->sock, 2 + 3);
	for (i = 0; i < 3; i++)
		EXPECT_EQ(receive(self->sock, &size), 0);
	expect_empty(self->sock);
}

/* A limit of the key holds in the midst of one. */
TEST_F(train, key_limit)
{
	struct peer peer;
	int size;

	tsec_set(&self->link.limits, KEY_HARD_RECORDS, hard_records, 2 + 3);
	peer_make(&peer, &self->link);
	warm_up(&peer);
	pass(&peer, 0, 3);
	wait_records(peer.sock, 2 + 3);
	expect_joined(peer.sock, 0, 3 * SIZE, SIZE);
	pass(&peer, 0, WAGONS);
	poll_for(peer.sock, 0, SOON);
	EXPECT_ERR(receive(peer.sock, &size), EKEYEXPIRED);
	peer_close(&peer);
}

/* As of datagrams, one more is let in as long as the buffer is not full. */
TEST_F(train, larger_than_the_buffer)
{
	enum { MANY = 60 };
	uint64_t before = stat_of("PacketsNoRoom");
	int i;

	option_set_int(self->sock, SOL_SOCKET, SO_RCVBUF, 1);
	for (i = 0; i < 3; i++) {
		pass(&self->peer, 0, MANY);
		pass(&self->peer, 0, MANY);
		wait_records(self->sock, 2 + 2 * MANY * (i + 1));
		expect_joined(self->sock, 0, MANY * SIZE, SIZE);
		expect_empty(self->sock);
		/* Each that is lost is counted. */
		EXPECT_EQ(stat_of("PacketsNoRoom"), before + MANY * (i + 1));
	}
}

/* Without the option each comes alone, whoever had it on before. */
TEST_F(train, option_off)
{
	int i;

	option_set_int(self->sock, IPPROTO_UDP, UDP_GRO, 0);
	pass(&self->peer, 0, WAGONS);
	wait_records(self->sock, 2 + WAGONS);
	for (i = 0; i < WAGONS; i++)
		expect_joined(self->sock, i * SIZE, SIZE, 0);
	expect_empty(self->sock);
}

/* A filter sees each for itself. */
TEST_F(train, filter)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, '-', 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, ~0U),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };
	uint64_t before = stat_of("PacketsFiltered");
	int size;

	ASSERT_EQ(setsockopt(self->sock, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			     sizeof(program)), 0);
	begin();
	add(&self->peer, TYPE_DATA, "abc", 3);
	add(&self->peer, TYPE_DATA, "-bc", 3);
	add(&self->peer, TYPE_DATA, "def", 3);
	leave(&self->peer);
	wait_records(self->sock, 2 + 3);
	ASSERT_EQ(receive(self->sock, &size), 6);
	EXPECT_EQ(size, 3);
	EXPECT_MEMEQ(got, "abcdef", 6);
	EXPECT_EQ(stat_of("PacketsFiltered"), before + 1);
}

/* Records of other sessions do not get in among those of this one. */
TEST_F(train, of_other_sessions)
{
	uint64_t before = stat_of("PacketsMalformed");
	struct peer peer;

	self->link.to_client.cid_len = 2;
	memcpy(self->link.to_client.cid, "id", 2);
	peer_make(&peer, &self->link);
	warm_up(&peer);
	begin();
	add(&peer, TYPE_DATA, buf, SIZE);
	peer.tx.cid[0] = 'x';
	add(&peer, TYPE_DATA, buf, SIZE);
	peer.tx.cid[0] = 'i';
	add(&peer, TYPE_DATA, buf + SIZE, SIZE);
	leave(&peer);
	wait_records(peer.sock, 2 + 2);
	expect_joined(peer.sock, 0, 2 * SIZE, SIZE);
	expect_empty(peer.sock);
	EXPECT_EQ(stat_of("PacketsMalformed"), before + 1);
	peer_close(&peer);
}

/* However they come, they stay in order. */
TEST_F(train, in_order)
{
	enum { ROUNDS = 25 };
	size_t sent = 0, received = 0;
	uint64_t records = 2;
	int i, j, size;
	ssize_t n;

	option_set_int(self->sock, SOL_SOCKET, SO_RCVBUF, 1000000);
	for (i = 0; i < ROUNDS; i++) {
		pass(&self->peer, sent, 1 + i % 7);
		sent += (1 + i % 7) * SIZE;
		for (j = 0; j < i % 13; j++, sent += SIZE)
			peer_send(&self->peer, TYPE_DATA, buf + sent, SIZE);
	}
	records += sent / SIZE;
	wait_records(self->sock, records);
	for (; received < sent; received += n) {
		n = receive(self->sock, &size);
		ASSERT_GT(n, 0);
		check_pattern(got, n, received);
	}
	expect_empty(self->sock);
}
