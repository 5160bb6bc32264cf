// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/dtls12.c: records that come, as they should be, late,
 * replayed, spoilt, and not for this key.
 */
#include "dtls12_records.h"

static void open__vectors(struct kunit *test)
{
	struct tsec_packet_key *pkey;
	struct tsec_packet packet;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		pkey = key_of(test, &vectors[i], false);
		packet = record(test, vectors[i].sealed);
		KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), 0);
		KUNIT_EXPECT_EQ(test, packet.seq, 1);
		expect_hello(test, &packet);
		OPS->key_free(pkey);
	}
}

static void open__alert(struct kunit *test)
{
	static const char *const hex[2] = {
		"15fefd0001000000000002001a0001000000",
		"0000021051477bd66394b6fc44e62971401f59d104",
	};
	struct tsec_packet_key *pkey = key_of(test, PLAIN, false);
	struct tsec_packet packet = record(test, hex);

	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), 0);
	KUNIT_EXPECT_EQ(test, packet.kind, TSEC_PACKET_CONTROL);
	KUNIT_EXPECT_EQ(test, packet.content, TSEC_TLS_RECORD_ALERT);
	KUNIT_EXPECT_EQ(test, packet.len, 2);
	OPS->key_free(pkey);
}

/* Longer than a record may be, and said to be so. */
static void open__too_long(struct kunit *test)
{
	struct tsec_packet_key *pkey = key_of(test, PLAIN, false);
	struct tsec_packet packet = record(test, PLAIN->sealed);
	u32 rest = 8 + TSEC_DTLS12_PAYLOAD_MAX + 1 + 16;

	put_unaligned_be16(rest, packet.data + AT_LENGTH);
	packet.len = TSEC_DTLS12_HEADER + rest;
	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), -EMSGSIZE);
	OPS->key_free(pkey);
}

static void open__replayed(struct kunit *test)
{
	struct tsec_packet_key *pkey = key_of(test, PLAIN, false);
	struct tsec_packet packet = record(test, PLAIN->sealed);

	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), 0);
	packet = record(test, PLAIN->sealed);
	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), -EALREADY);
	OPS->key_free(pkey);
}

static void expect_open(struct kunit *test, struct tsec_packet_key *tx,
			struct tsec_packet_key *rx, u64 seq, int want)
{
	struct tsec_packet packet = content(test, seq, hello, strlen(hello));

	KUNIT_EXPECT_EQ(test, OPS->seal(tx, &packet), 0);
	KUNIT_EXPECT_EQ(test, OPS->open(rx, &packet), want);
}

static void open__late(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, PLAIN, true);
	struct tsec_packet_key *rx = key_of(test, PLAIN, false);

	expect_open(test, tx, rx, 100, 0);
	expect_open(test, tx, rx, 36, -ESTALE);
	expect_open(test, tx, rx, 37, 0);
	expect_open(test, tx, rx, 37, -EALREADY);
	expect_open(test, tx, rx, 99, 0);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static bool opens_newest(struct kunit *test, struct tsec_packet_key *tx,
			 struct tsec_packet_key *rx, u64 seq)
{
	struct tsec_packet packet = content(test, seq, hello, strlen(hello));

	KUNIT_EXPECT_EQ(test, OPS->seal(tx, &packet), 0);
	KUNIT_EXPECT_EQ(test, OPS->open(rx, &packet), 0);
	return packet.newest;
}

/* RFC 9146 section 6: only such a record may come from a new address. */
static void open__newest(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, CID, true);
	struct tsec_packet_key *rx = key_of(test, CID, false);

	KUNIT_EXPECT_TRUE(test, opens_newest(test, tx, rx, 7));
	KUNIT_EXPECT_FALSE(test, opens_newest(test, tx, rx, 6));
	KUNIT_EXPECT_TRUE(test, opens_newest(test, tx, rx, 8));
	OPS->key_free(tx);
	OPS->key_free(rx);
	/* And none that says no name. */
	tx = key_of(test, PLAIN, true);
	rx = key_of(test, PLAIN, false);
	KUNIT_EXPECT_FALSE(test, opens_newest(test, tx, rx, 7));
	OPS->key_free(tx);
	OPS->key_free(rx);
}

/* Of RFC 9853, inside of a record, or outside if that has no name. */
static void open__rrc(struct kunit *test)
{
	static const struct vector *const forms[] = { PLAIN, CID };
	u8 message[TSEC_RRC_LEN] = { TSEC_RRC_CHALLENGE, 1, 2, 3 };
	struct tsec_packet_key *tx, *rx;
	struct tsec_packet packet;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		tx = key_of(test, forms[i], true);
		rx = key_of(test, forms[i], false);
		packet = content(test, 3, message, sizeof(message));
		packet.kind = TSEC_PACKET_CONTROL;
		packet.content = TSEC_RRC_CONTENT;
		KUNIT_EXPECT_EQ(test, OPS->seal(tx, &packet), 0);
		KUNIT_EXPECT_EQ(test, packet.data[0], forms[i]->cid ?
				TSEC_DTLS12_CID : TSEC_RRC_CONTENT);
		KUNIT_EXPECT_EQ(test, OPS->open(rx, &packet), 0);
		KUNIT_EXPECT_EQ(test, packet.kind, TSEC_PACKET_CONTROL);
		KUNIT_EXPECT_EQ(test, packet.content, TSEC_RRC_CONTENT);
		KUNIT_EXPECT_EQ(test, packet.len, sizeof(message));
		EXPECT_BYTES(test, packet.data, message, sizeof(message));
		OPS->key_free(tx);
		OPS->key_free(rx);
	}
}

/* Each bit counts; a record that was refused leaves no trace. */
static void any_bit(struct kunit *test, const struct vector *v)
{
	struct tsec_packet_key *pkey = key_of(test, v, false);
	struct tsec_packet packet = record(test, v->sealed);
	u32 bit, bits = packet.len * 8;
	int err;

	for (bit = 0; bit < bits; bit++) {
		packet = record(test, v->sealed);
		packet.data[bit / 8] ^= 1 << (bit % 8);
		err = OPS->open(pkey, &packet);
		KUNIT_EXPECT_TRUE_MSG(test, err == -EBADMSG || err == -EINVAL,
				      "bit %u: %d", bit, err);
	}
	packet = record(test, v->sealed);
	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), 0);
	expect_hello(test, &packet);
	OPS->key_free(pkey);
}

static void open__any_bit(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		any_bit(test, &vectors[i]);
}

/* Cut off anywhere, whatever its header then says of the length. */
static void truncations(struct kunit *test, const struct vector *v)
{
	struct tsec_packet_key *pkey = key_of(test, v, false);
	u32 whole = record(test, v->sealed).len, len;
	u32 outside = TSEC_DTLS12_HEADER + (v->cid ? 2 : 0);
	struct tsec_packet packet;
	int err;

	for (len = 0; len < whole; len++) {
		packet = record(test, v->sealed);
		packet.len = len;
		KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), -EINVAL);
		if (len < outside)
			continue;
		put_unaligned_be16(len - outside, packet.data + outside - 2);
		err = OPS->open(pkey, &packet);
		KUNIT_EXPECT_TRUE(test, err == -EBADMSG || err == -EINVAL);
	}
	OPS->key_free(pkey);
}

static void open__truncated(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		truncations(test, &vectors[i]);
}

/* More bytes than the record has are no part of it. */
static void open__trailing(struct kunit *test)
{
	struct tsec_packet_key *pkey = key_of(test, PLAIN, false);
	struct tsec_packet packet = record(test, PLAIN->sealed);

	packet.len++;
	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), -EINVAL);
	OPS->key_free(pkey);
}

static void open__other_epoch(struct kunit *test)
{
	struct tsec_packet_key *pkey = key_of(test, PLAIN, false);
	struct tsec_packet packet = record(test, PLAIN->sealed);

	packet.data[AT_EPOCH + 1] = 2;
	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), -EINVAL);
	OPS->key_free(pkey);
}

static void open__cid_padding(struct kunit *test)
{
	static const char *const hex[2] = {
		"19fefd0001000000000001c1d20028000100000000000176b68c16a1addd",
		"6a6d97c7ab10174d4a150c5b5f442a4988e1cfd3df78966800",
	};
	struct tsec_packet_key *pkey = key_of(test, CID, false);
	struct tsec_packet packet = record(test, hex);

	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), 0);
	expect_hello(test, &packet);
	OPS->key_free(pkey);
}

/* Authentic, and yet no record: its number is not used up. */
static void open__cid_no_type(struct kunit *test)
{
	static const char *const zeros[2] = {
		"19fefd0001000000000001c1d2001c00010000000000011ed3e07a8d00d2",
		"8f031af4b9f8eae47cb3155016",
	};
	static const char *const type_99[2] = {
		"19fefd0001000000000001c1d20025000100000000000176b68c16a1addd",
		"6a6d97c7ab6479ed1017738e789cbb2558896918e8bd",
	};
	struct tsec_packet_key *pkey = key_of(test, CID, false);
	struct tsec_packet packet = record(test, zeros);

	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), -EINVAL);
	packet = record(test, type_99);
	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), -EINVAL);
	packet = record(test, CID->sealed);
	KUNIT_EXPECT_EQ(test, OPS->open(pkey, &packet), 0);
	OPS->key_free(pkey);
}

static void open__cid_wrong(struct kunit *test)
{
	struct tsec_packet_key *with = key_of(test, CID, false);
	struct tsec_packet_key *without = key_of(test, PLAIN, false);
	struct tsec_packet packet = record(test, CID->sealed);

	packet.data[AT_LENGTH] ^= 1;
	KUNIT_EXPECT_EQ(test, OPS->open(with, &packet), -EINVAL);
	packet = record(test, PLAIN->sealed);
	KUNIT_EXPECT_EQ(test, OPS->open(with, &packet), -EINVAL);
	packet = record(test, CID->sealed);
	KUNIT_EXPECT_EQ(test, OPS->open(without, &packet), -EINVAL);
	OPS->key_free(with);
	OPS->key_free(without);
}

static struct kunit_case dtls12_open_cases[] = {
	KUNIT_CASE(open__vectors),
	KUNIT_CASE(open__alert),
	KUNIT_CASE(open__any_bit),
	KUNIT_CASE(open__truncated),
	KUNIT_CASE(open__trailing),
	KUNIT_CASE(open__too_long),
	KUNIT_CASE(open__other_epoch),
	KUNIT_CASE(open__replayed),
	KUNIT_CASE(open__late),
	KUNIT_CASE(open__newest),
	KUNIT_CASE(open__rrc),
	KUNIT_CASE(open__cid_padding),
	KUNIT_CASE(open__cid_no_type),
	KUNIT_CASE(open__cid_wrong),
	{}
};

static struct kunit_suite dtls12_open_suite = {
	.name		= "tsec_dtls12_open",
	.init		= buffer_setup,
	.test_cases	= dtls12_open_cases,
};

kunit_test_suites(&dtls12_open_suite);
