// SPDX-License-Identifier: GPL-2.0
/*
 * Master keys of SRTP: their identifiers, and how one takes the place of
 * another while packets are under way.
 */
#include <string.h>

#include "srtp.h"
#include "util.h"
#include "wire.h"

SRTP_FIXTURE;

static uint8_t buf[65536];

TEST_F(srtp, master_key_identifier)
{
	uint64_t before = stat_of("PacketsNoKey");
	size_t tag = srtp_tag_len(variant->kind.cipher), len;
	struct key *key = &self->link.to_server;
	uint8_t packet[WIRE_MAX];

	key->cid_len = 4;
	memcpy(key->cid, "mki1", 4);
	srtp_relayed(self);
	rtp_send(self->a, 1, 40);
	len = srtp_take(self, packet);
	EXPECT_EQ(len, RTP_HEADER + 40 + 4 + tag);
	srtp_give(self, &self->addr_b, packet, len);
	rtp_expect(self->b, 1, 40);
	/* AES-GCM has its tag before it, the others behind it. */
	packet[len - (tag == 16 ? 1 : tag + 1)] ^= 1;
	packet[3]++;
	srtp_give(self, &self->addr_b, packet, len);
	stat_reaches("PacketsNoKey", before + 1);
}

static void mki_set(struct key *key, char number)
{
	key->cid_len = 4;
	memcpy(key->cid, "mki", 3);
	key->cid[3] = number;
}

static void next_make(struct key *key, char number)
{
	memset(key, 0, sizeof(*key));
	key_make(key);
	key->seq = 0;
	mki_set(key, number);
}

/* The numbers go on, and so does what was under way. */
TEST_F(srtp, next_master_key)
{
	struct link *link = &self->link;
	uint8_t old[WIRE_MAX], packet[WIRE_MAX];
	uint64_t replayed = stat_of("PacketsReplayed");
	size_t old_len, len;
	struct key next;

	mki_set(&link->to_server, '1');
	mki_set(&link->to_client, '1');
	srtp_relayed(self);
	rtp_send(self->a, 65534, 40);
	srtp_pass(self);
	rtp_expect(self->b, 65534, 40);
	rtp_send(self->a, 65535, 40);
	old_len = srtp_take(self, old);
	next_make(&next, '2');
	ASSERT_EQ(rekey(link, self->b, TSEC_DIR_RX, &next), 0);
	ASSERT_EQ(rekey(link, self->a, TSEC_DIR_TX, &next), 0);
	rtp_send(self->a, 0, 40);
	len = srtp_take(self, packet);
	EXPECT_EQ(memmem(packet, len, "mki1", 4), NULL);
	EXPECT_NE(memmem(packet, len, "mki2", 4), NULL);
	srtp_give(self, &self->addr_b, packet, len);
	rtp_expect(self->b, 0, 40);
	srtp_give(self, &self->addr_b, old, old_len);
	rtp_expect(self->b, 65535, 40);
	srtp_give(self, &self->addr_b, packet, len);
	srtp_give(self, &self->addr_b, old, old_len);
	stat_reaches("PacketsReplayed", replayed + 2);
	/* No number was free for another packet. */
	len = rtp_make(buf, 65535, 30);
	EXPECT_ERR(send(self->a, buf, len, 0), EALREADY);
	expect_nothing(self->b);
}

/* Three at a time: the first one has to go. */
TEST_F(srtp, master_keys_go)
{
	uint64_t before = stat_of("PacketsNoKey");
	struct link *link = &self->link;
	uint8_t old[WIRE_MAX];
	struct key next;
	size_t len;
	char i;

	mki_set(&link->to_server, '0');
	srtp_relayed(self);
	rtp_send(self->a, 1, 40);
	len = srtp_take(self, old);
	for (i = 1; i <= 3; i++) {
		next_make(&next, '0' + i);
		ASSERT_EQ(rekey(link, self->b, TSEC_DIR_RX, &next), 0);
		ASSERT_EQ(rekey(link, self->a, TSEC_DIR_TX, &next), 0);
		rtp_send(self->a, 1 + i, 40);
		srtp_pass(self);
		rtp_expect(self->b, 1 + i, 40);
	}
	srtp_give(self, &self->addr_b, old, len);
	stat_reaches("PacketsNoKey", before + 1);
	expect_nothing(self->b);
}

static void next_refused(struct srtp_data *self, int direction,
			 const struct key *key, int err, const char *why)
{
	EXPECT_EQ(rekey(&self->link, self->a, direction, key), -err);
	EXPECT_STREQ(tsec_nl_error(self->link.nl), why);
}

TEST_F(srtp, next_master_key_refused)
{
	struct tsec_info info;
	struct key next;

	mki_set(&self->link.to_server, '1');
	mki_set(&self->link.to_client, '1');
	srtp_relayed(self);
	next_make(&next, '1');
	next_refused(self, TSEC_DIR_TX, &next, EEXIST,
		     "the session has a key of that MKI");
	next_refused(self, TSEC_DIR_RX, &next, EEXIST,
		     "the session has a key of that MKI");
	next.cid_len = 3;
	next_refused(self, TSEC_DIR_TX, &next, EINVAL,
		     "the session's MKIs have another length");
	next.cid_len = 0;
	next_refused(self, TSEC_DIR_RX, &next, EINVAL,
		     "without an MKI nothing tells the next key from the first");
	mki_set(&next, '2');
	next.seq = 1 << 16;
	next_refused(self, TSEC_DIR_RX, &next, EINVAL,
		     "the numbers of SRTP go on under the next key");
	next.seq = 0;
	info_of(self->a, &info);
	EXPECT_EQ(session_key_give(&self->link, info.id, TSEC_DIR_TX, &next,
				   true), -EINVAL);
	EXPECT_STREQ(tsec_nl_error(self->link.nl),
		     "keys of this protocol wait for nobody");
	rtp_send(self->a, 1, 40);
	srtp_pass(self);
	rtp_expect(self->b, 1, 40);
}

enum { DATAGRAMS = 2000, REKEYS = 20 };

/* New keys all the time, the receiver's first, and packets meanwhile. */
TEST_F(srtp, next_master_keys_under_load)
{
	struct numbers numbers;
	struct key next;
	struct ends ends;
	uint32_t want;
	char mki = 'a';

	link_make(&ends.link, &variant->kind);
	mki_set(&ends.link.to_server, mki);
	mki_set(&ends.link.to_client, mki);
	ends_connect(&ends);
	numbers_begin(&numbers, ends.a, DATAGRAMS);
	for (want = 0; want < DATAGRAMS; want++) {
		numbers_expect(&numbers, ends.b, want);
		if (want % (DATAGRAMS / REKEYS))
			continue;
		next_make(&next, ++mki);
		ASSERT_EQ(rekey(&ends.link, ends.b, TSEC_DIR_RX, &next), 0);
		ASSERT_EQ(rekey(&ends.link, ends.a, TSEC_DIR_TX, &next), 0);
	}
	numbers_end(&numbers);
	ends_close(&ends);
}
