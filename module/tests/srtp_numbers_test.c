// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/srtp.c: the numbers of packets, which no packet says
 * in full, each source's own, across rollovers and from key to key.
 */
#include "srtp_packets.h"

/* Where numbers begin is no matter of the next key. */
static void key_new__numbers_go_on(struct kunit *test)
{
	struct tsec_packet_params as = { };
	struct tsec_key key = {
		.version	= TSEC_VERSION_SRTP,
		.cipher		= TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
		.seq		= 0x10000,
	};
	struct tsec_packet_key *first = key_of(test, &cm80_mki, false);

	key_bytes(test, &key, KEY_128, SALT_128);
	as.after = first;
	expect_refused(test, OPS, &key, &as);
	OPS->key_free(first);
}

/* The first that libsrtp sends has number 1. */
static void seal__rtcp_numbers(struct kunit *test)
{
	struct tsec_packet_key *key = key_of(test, &cm80, true);
	u8 record[PACKETS_ROOM];

	seal_copy(test, OPS, key, &rtcp, record);
	expect_seals(test, OPS, key, &rtcp,
		     HEX(RTCP "7128035be487b9bdbef89041f977a5a880000001",
			 "993e08cd54d6c1230798"));
	OPS->key_free(key);
}

/* The program's numbers: none may be used for two packets. */
static void seal__numbers(struct kunit *test)
{
	struct tsec_packet_key *key = key_of(test, &cm80, true);

	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "800f1234decafbadcafebabe"),
			0);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "800f1234decafbadcafebabe01"),
			-EALREADY);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "800f1234decafbadcafebabf"),
			0);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "800f1233decafbadcafebabe"),
			0);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "800f1135decafbadcafebabe"),
			-ESTALE);
	OPS->key_free(key);
}

static void seal__limits(struct kunit *test)
{
	struct master last = cm80;
	struct tsec_packet_key *key;
	u8 *buf;

	last.first = TSEC_SRTP_INDEX_MAX;
	key = key_of(test, &last, true);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "800fffffdecafbadcafebabe"),
			0);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "800f0000decafbadcafebabe"),
			-EKEYEXPIRED);
	buf = kunit_kzalloc(test, OPS->payload_max + OPS->trailer_room + 1,
			    GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	buf[0] = 0x80;
	KUNIT_EXPECT_EQ(test, OPS->seal(key, &(struct tsec_packet){
					.data = buf,
					.len = OPS->payload_max + 1 }),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, OPS->seal(key, &(struct tsec_packet){
					.data = buf,
					.len = OPS->payload_max }), 0);
	OPS->key_free(key);
}

/* A rollover counter that was told beforehand. */
static void open__first_index(struct kunit *test)
{
	static const char record[] =
		RTP "179265c8bf303e4c24e7279f739bb5a6f8b3916fd670057bf1dc";
	struct master later = cm80;
	struct expected want = rtp;
	struct tsec_packet_key *key;

	later.first = 0x10000;
	want.seq = 0x11234;
	key = key_of(test, &later, true);
	expect_seals(test, OPS, key, &rtp, record);
	OPS->key_free(key);
	key = key_of(test, &later, false);
	expect_opens(test, OPS, key, record, &want);
	OPS->key_free(key);
	key = key_of(test, &cm80, false);
	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, key, record), -EBADMSG);
	OPS->key_free(key);
}

/* Seals a packet with such a number. */
static u32 seal_number(struct kunit *test, struct tsec_packet_key *tx,
		       u32 ssrc, u16 seq, u8 *record)
{
	char hex[2 * 16 + 1];
	struct expected in = { .payload = hex };

	scnprintf(hex, sizeof(hex), "800f%04xdecafbad%08xabababab", seq, ssrc);
	return seal_copy(test, OPS, tx, &in, record);
}

static int pass(struct kunit *test, struct tsec_packet_key *tx,
		struct tsec_packet_key *rx, u32 ssrc, u16 seq)
{
	u8 record[PACKETS_ROOM];
	u32 len = seal_number(test, tx, ssrc, seq, record);

	return open_bytes(test, OPS, rx, record, len);
}

/* Late, replayed, stale; each source for itself, and all across rollovers. */
static void open__window(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, &cm80, true);
	struct tsec_packet_key *rx = key_of(test, &cm80, false);
	u8 late[PACKETS_ROOM], stale[PACKETS_ROOM], other[PACKETS_ROOM];
	u32 len;

	seal_number(test, tx, 1, 0xffd0, stale);
	len = seal_number(test, tx, 1, 0xfffe, late);
	seal_number(test, tx, 2, 0xffd0, other);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1, 0xffff), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1, 0x0010), 0);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, late, len), 0);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, late, len),
			-EALREADY);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, stale, len),
			-ESTALE);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, other, len), 0);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, other, len),
			-EALREADY);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

/* Every number of three rollovers, by large steps. */
static void open__rollovers(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, &gcm_128, true);
	struct tsec_packet_key *rx = key_of(test, &gcm_128, false);
	u32 index;

	for (index = 0xff00; index < 0x34000; index += 0x7fff)
		KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1, index), 0);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

/* Under the next key: rollover counter, replay windows, SRTCP's numbers. */
static void open__next_key(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, &cm80_mki, true), *next_tx;
	struct tsec_packet_key *rx = key_of(test, &cm80_mki, false), *next_rx;
	u8 late[PACKETS_ROOM], record[PACKETS_ROOM];
	u32 len;

	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1, 0xfffe), 0);
	len = seal_copy(test, OPS, tx, &rtcp, record);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len), 0);
	len = seal_number(test, tx, 1, 0xffff, late);
	next_tx = next_of(test, &cm80_mki, KEY_GCM_128, "01", tx, true);
	next_rx = next_of(test, &cm80_mki, KEY_GCM_128, "01", rx, false);
	OPS->key_free(tx);
	KUNIT_EXPECT_EQ(test, seal_hex(test, next_tx,
				       "800ffffedecafbad00000001"), -EALREADY);
	KUNIT_EXPECT_EQ(test, pass(test, next_tx, next_rx, 1, 3), 0);
	/* The old one goes on opening what it has sealed, once. */
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, late, len), 0);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, late, len), -EALREADY);
	OPS->key_free(rx);
	KUNIT_EXPECT_EQ(test, pass(test, next_tx, next_rx, 1, 4), 0);
	len = seal_copy(test, OPS, next_tx, &rtcp, record);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(record + len - 10 - 1 - 4),
			0x80000001);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, next_rx, record, len), 0);
	OPS->key_free(next_tx);
	OPS->key_free(next_rx);
}

static void open__sources(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, &cm80, true), *more;
	struct tsec_packet_key *rx = key_of(test, &cm80, false);
	u8 record[PACKETS_ROOM];
	u32 ssrc, len;

	more = key_of(test, &cm80, true);
	for (ssrc = 1; ssrc <= TSEC_SRTP_STREAMS_MAX; ssrc++) {
		len = seal_number(test, more, ssrc, 5, record);
		/* What is forged makes no source. */
		record[len - 1] ^= 1;
		KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len),
				-EBADMSG);
		KUNIT_EXPECT_EQ(test, pass(test, tx, rx, ssrc, 5), 0);
	}
	len = seal_number(test, more, 1, 6, record);
	OPS->key_free(more);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len), 0);
	more = key_of(test, &cm80, true);
	KUNIT_EXPECT_EQ(test, pass(test, more, rx, ssrc, 5), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, seal_hex(test, tx, "800f0001decafbad00ffffff"),
			-ENOBUFS);
	OPS->key_free(more);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static struct kunit_case srtp_numbers_cases[] = {
	KUNIT_CASE(key_new__numbers_go_on),
	KUNIT_CASE(seal__rtcp_numbers),
	KUNIT_CASE(seal__numbers),
	KUNIT_CASE(seal__limits),
	KUNIT_CASE(open__first_index),
	KUNIT_CASE(open__window),
	KUNIT_CASE(open__rollovers),
	KUNIT_CASE(open__next_key),
	KUNIT_CASE(open__sources),
	{}
};

static struct kunit_suite srtp_numbers_suite = {
	.name		= "tsec_srtp_numbers",
	.test_cases	= srtp_numbers_cases,
};

kunit_test_suites(&srtp_numbers_suite);
