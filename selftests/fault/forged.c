// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that people forge, and good ones that find no memory.  A session
 * counts each of them, needs no more memory for it, and goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/sock_diag.h>

#include "drops.h"
#include "peer.h"
#include "util.h"

enum {
	FLOOD		= 10000,	/* forged records */
	BETWEEN		= 500,		/* forged ones between two good ones */
	SLACK		= 1024,		/* KiB that others may have taken */
	SLACK_DEBUG	= 40960,	/* KASAN keeps what was freed */
	STARVED		= 1000,		/* datagrams without memory for all */
	RECORDS		= 3,		/* in each of those */
	STRANGERS	= 40,
};

static uint8_t wire[65536], buf[65536];

static void dropped_reaches(uint64_t value)
{
	ASSERT_SOON(dropped() >= value);
	EXPECT_EQ(dropped(), value);
}

static void random_fill(uint8_t *data, size_t len)
{
	while (len--)
		*data++ = random_below(256);
}

FIXTURE(forged) {
	struct link link;
	struct peer peer;
	int sock;
};
KIND_VARIANT(forged);
DTLS_FAMILIES_ADD(forged);

FIXTURE_SETUP(forged)
{
	link_make(&self->link, &variant->kind);
	peer_make(&self->peer, &self->link);
	self->sock = self->peer.sock;
	random_seed(1);
}

FIXTURE_TEARDOWN(forged)
{
	peer_close(&self->peer);
	link_end(&self->link);
}

static void goes_on(struct peer *peer)
{
	peer_send(peer, TYPE_DATA, "still here", 10);
	expect_datagram(peer->sock, "still here", 10);
	ASSERT_EQ(send(peer->sock, "so am I", 7, 0), 7);
	peer_recv(peer);
	ASSERT_EQ(peer->len, 7);
}

/* KiB of the kernel's memory that it cannot get back. */
static long slab_kib(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = -1;

	ASSERT_TRUE(f);
	while (kib < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "SUnreclaim: %ld", &kib);
	fclose(f);
	ASSERT_GE(kib, 0);
	return kib;
}

static long slack_kib(void)
{
	return access("/proc/self/fail-nth", F_OK) ? SLACK : SLACK_DEBUG;
}

/* Bytes charged to the receive buffer. */
static uint32_t charged(int fd)
{
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t len = sizeof(info);

	ASSERT_EQ(getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len), 0);
	return info[SK_MEMINFO_RMEM_ALLOC];
}

/* Makes a datagram that is to be dropped; its length. */
typedef size_t (*forge_fn)(struct peer *peer, uint32_t i);

static void flood(struct peer *peer, forge_fn forge, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		size_t len = forge(peer, i);

		ASSERT_EQ(send(peer->fd, wire, len, 0), len);
		if (i % BETWEEN == 0)
			goes_on(peer);
	}
	goes_on(peer);
}

/* Each is dropped for this reason (NULL: for any), and leaves nothing. */
static void expect_flat(struct peer *peer, forge_fn forge, uint32_t n,
			const char *reason, uint32_t each)
{
	uint64_t before = dropped(), counted = reason ? stat_of(reason) : 0;
	long kib;

	flood(peer, forge, BETWEEN);
	kib = slab_kib();
	flood(peer, forge, n);
	dropped_reaches(before + (n + BETWEEN) * each);
	if (reason)
		EXPECT_EQ(stat_of(reason), counted + (n + BETWEEN) * each);
	EXPECT_LE(slab_kib(), kib + slack_kib());
	EXPECT_EQ(charged(peer->sock), 0);
	EXPECT_ERR(recv(peer->sock, buf, 1, MSG_DONTWAIT), EAGAIN);
}

static size_t forge_random(struct peer *peer, uint32_t i)
{
	size_t len = random_below(1400);

	(void)peer;
	(void)i;
	random_fill(wire, len);
	return len;
}

TEST_F_TIMEOUT(forged, random_bytes, 60)
{
	expect_flat(&self->peer, forge_random, FLOOD, NULL, 1);
}

static void header_put(uint8_t *record, int type, uint16_t epoch,
		       uint64_t number, size_t len)
{
	int i;

	record[0] = type;
	record[1] = 0xfe;
	record[2] = 0xfd;
	record[3] = epoch >> 8;
	record[4] = epoch;
	for (i = 0; i < 6; i++)
		record[5 + i] = number >> (40 - 8 * i);
	record[11] = len >> 8;
	record[12] = len;
}

/* Far ahead, where a window that followed would lose the good ones. */
static size_t forge_tag(struct peer *peer, uint32_t i)
{
	static const int types[] = { TYPE_DATA, TYPE_ALERT, TYPE_HANDSHAKE };
	size_t len = 24 + random_below(200);

	(void)peer;
	header_put(wire, types[i % 3], 1, (1ULL << 40) + i, len);
	random_fill(wire + PEER_HEADER, len);
	return PEER_HEADER + len;
}

TEST_F_TIMEOUT(forged, wrong_tags, 60)
{
	expect_flat(&self->peer, forge_tag, FLOOD, "BadRecords", 1);
}

static size_t forge_many(struct peer *peer, uint32_t i)
{
	size_t one = PEER_HEADER + 24, k;

	(void)peer;
	for (k = 0; k < 30; k++) {
		header_put(wire + k * one, TYPE_DATA, 1, (1ULL << 40) + i, 24);
		random_fill(wire + k * one + PEER_HEADER, 24);
	}
	return 30 * one;
}

TEST_F_TIMEOUT(forged, many_in_one, 60)
{
	expect_flat(&self->peer, forge_many, FLOOD / 20, "BadRecords", 30);
}

static uint8_t old[256];
static size_t old_len;

static size_t forge_replay(struct peer *peer, uint32_t i)
{
	(void)peer;
	(void)i;
	memcpy(wire, old, old_len);
	return old_len;
}

TEST_F_TIMEOUT(forged, replays, 60)
{
	old_len = peer_seal(&self->peer, old, TYPE_DATA, "once", 4);
	peer_write(&self->peer, old, old_len);
	expect_datagram(self->sock, "once", 4);
	expect_flat(&self->peer, forge_replay, FLOOD, "PacketsReplayed", 1);
}

/* A good one, held back until it is too late for it. */
TEST_F_TIMEOUT(forged, late_ones, 60)
{
	old_len = peer_seal(&self->peer, old, TYPE_DATA, "late", 4);
	self->peer.tx.seq = 5000;
	goes_on(&self->peer);
	expect_flat(&self->peer, forge_replay, FLOOD, "PacketsLate", 1);
}

static size_t forge_epoch_0(struct peer *peer, uint32_t i)
{
	(void)peer;
	header_put(wire, i % 2 ? TYPE_HANDSHAKE : TYPE_DATA, 0, i, 60);
	return PEER_HEADER + 60;
}

TEST_F_TIMEOUT(forged, epoch_0, 60)
{
	expect_flat(&self->peer, forge_epoch_0, FLOOD, "PacketsUnprotected", 1);
}

static size_t forge_epoch(struct peer *peer, uint32_t i)
{
	(void)peer;
	header_put(wire, TYPE_DATA, 2 + i % 65534, i, 60);
	return PEER_HEADER + 60;
}

TEST_F_TIMEOUT(forged, other_epochs, 60)
{
	expect_flat(&self->peer, forge_epoch, FLOOD, "PacketsNoKey", 1);
}

static size_t forge_short(struct peer *peer, uint32_t i)
{
	size_t len = peer_seal(peer, wire, TYPE_DATA, "hello", 5);

	peer->tx.seq--;
	return i % len;
}

TEST_F_TIMEOUT(forged, truncated, 60)
{
	expect_flat(&self->peer, forge_short, FLOOD, "PacketsMalformed", 1);
}

static size_t forge_long(struct peer *peer, uint32_t i)
{
	size_t len = RECORD_MAX + 1 + 40 + i % 40000;

	(void)peer;
	header_put(wire, TYPE_DATA, 1, (1ULL << 40) + i, len);
	return PEER_HEADER + len;
}

TEST_F_TIMEOUT(forged, oversized, 60)
{
	expect_flat(&self->peer, forge_long, FLOOD / 10, "PacketsTooLong", 1);
}

/* From other addresses, and with what would be good from the right one. */
TEST_F_TIMEOUT(forged, from_strangers, 60)
{
	uint64_t before = dropped();
	union tsec_addr addr, own;
	int fds[STRANGERS], i, n;
	size_t len;

	for (i = 0; i < STRANGERS; i++)
		fds[i] = plain_socket(variant->kind.family, &own);
	addr_of(&addr, self->sock);
	for (n = 0; n < FLOOD / STRANGERS; n++) {
		len = peer_seal(&self->peer, wire, TYPE_DATA, "stolen", 6);
		for (i = 0; i < STRANGERS; i++)
			sendto(fds[i], wire, len, 0, &addr.sa, addr_len(&addr));
		if (n % 10 == 0)
			goes_on(&self->peer);
	}
	goes_on(&self->peer);
	EXPECT_EQ(dropped(), before);
	EXPECT_EQ(charged(self->sock), 0);
	for (i = 0; i < STRANGERS; i++)
		close(fds[i]);
}

/* --- softirqs that get no memory */

#define FAILSLAB "/sys/kernel/debug/failslab/"

static void failslab_set(const char *name, const char *value)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), FAILSLAB "%s", name);
	f = fopen(path, "w");
	ASSERT_TRUE(f);
	ASSERT_GE(fputs(value, f), 0);
	ASSERT_EQ(fclose(f), 0);
}

/* Whoever has chosen the caches may make allocations fail. */
static bool failslab_ready(void)
{
	FILE *f = fopen(FAILSLAB "cache-filter", "r");
	int c = f ? fgetc(f) : 'N';

	if (f)
		fclose(f);
	return c == 'Y';
}

/* Allocations that cannot wait fail, one in three. */
static void failslab_begin(void)
{
	failslab_set("ignore-gfp-wait", "Y");
	failslab_set("verbose", "0");
	failslab_set("interval", "1");
	failslab_set("times", "-1");
	failslab_set("probability", "30");
}

static void failslab_end(void)
{
	failslab_set("probability", "0");
	failslab_set("ignore-gfp-wait", "N");
}

/* Records that share a datagram need memory each: what is lost is counted. */
TEST_F_TIMEOUT(forged, without_memory, 60)
{
	uint64_t before = stat_of("PacketsNoMemory"), came = 0;
	size_t len, i, k;

	if (!failslab_ready())
		NOT_HERE("this kernel cannot make allocations fail");
	failslab_begin();
	for (i = 0; i < STARVED; i++) {
		for (len = 0, k = 0; k < RECORDS; k++)
			len += peer_seal(&self->peer, wire + len, TYPE_DATA,
					 "hello", 5);
		ASSERT_EQ(send(self->peer.fd, wire, len, 0), len);
		while (recv(self->sock, buf, sizeof(buf), MSG_DONTWAIT) == 5)
			came++;
	}
	failslab_end();
	stat_reaches("PacketsNoMemory", before + RECORDS * STARVED - came);
	EXPECT_EQ(came + stat_of("PacketsNoMemory") - before,
		  RECORDS * STARVED);
	EXPECT_GT(stat_of("PacketsNoMemory"), before + STARVED / 4);
	EXPECT_GT(came, STARVED);
	goes_on(&self->peer);
}
