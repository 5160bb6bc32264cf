// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/dtls13.c: the numbers of records, of which only some
 * bits travel, and which of them may come when.
 */
#include "dtls13_records.h"

static int pass(struct kunit *test, struct tsec_packet_key *tx,
		struct tsec_packet_key *rx, u64 seq)
{
	struct expected in = hello(seq);
	u8 record[PACKETS_ROOM];
	u32 len;

	len = seal_copy(test, OPS, tx, &in, record);
	return open_bytes(test, OPS, rx, record, len);
}

static void open__window(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, &aes_128, true);
	struct tsec_packet_key *rx = key_of(test, &aes_128, false);

	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1000), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1000 - 63), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1000 - 63), -EALREADY);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1000 - 64), -ESTALE);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static void open__number_wraps(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, &aes_128, true);
	struct tsec_packet_key *rx = key_of(test, &aes_128, false);

	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0xfff0), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0x10003), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0xffff), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0xffff), -EALREADY);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0x10000), 0);
	/* A step of more than half the numbers is one back. */
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0x18004), -ESTALE);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0x18003), 0);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static bool opens_newest(struct kunit *test, struct tsec_packet_key *tx,
			 struct tsec_packet_key *rx, u64 seq)
{
	struct expected in = hello(seq);
	struct tsec_packet packet;
	u8 record[PACKETS_ROOM];
	u32 len = seal_copy(test, OPS, tx, &in, record);

	KUNIT_EXPECT_EQ(test, open_copy(test, OPS, rx, record, len, &packet,
					NULL), 0);
	return packet.newest;
}

/* Only such a record may come from a new address, and only with a name. */
static void open__newest(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, &aes_128_cid, true);
	struct tsec_packet_key *rx = key_of(test, &aes_128_cid, false);

	KUNIT_EXPECT_TRUE(test, opens_newest(test, tx, rx, 7));
	KUNIT_EXPECT_FALSE(test, opens_newest(test, tx, rx, 6));
	KUNIT_EXPECT_TRUE(test, opens_newest(test, tx, rx, 300));
	OPS->key_free(tx);
	OPS->key_free(rx);
	tx = key_of(test, &aes_128, true);
	rx = key_of(test, &aes_128, false);
	KUNIT_EXPECT_FALSE(test, opens_newest(test, tx, rx, 7));
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static struct kunit_case dtls13_numbers_cases[] = {
	KUNIT_CASE(open__window),
	KUNIT_CASE(open__number_wraps),
	KUNIT_CASE(open__newest),
	{}
};

static struct kunit_suite dtls13_numbers_suite = {
	.name		= "tsec_dtls13_numbers",
	.test_cases	= dtls13_numbers_cases,
};

kunit_test_suites(&dtls13_numbers_suite);
