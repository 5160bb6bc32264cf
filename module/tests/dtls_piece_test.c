// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/dtls_piece.c.
 */
#include "../record/dtls_piece.h"
#include "kunit.h"

/* Bytes 10 to 12 of 300 of a ClientHello, number 1, in record 9. */
static const char *const hex = HEX("16fefd0000000000000009000f",
				   "0100012c000100000a000003aabbcc");

enum { LEN = 13 + 12 + 3 };

static void piece_read__fields(struct kunit *test)
{
	struct tsec_packet_piece piece;
	u8 data[LEN];

	unhex(test, data, sizeof(data), hex);
	KUNIT_ASSERT_TRUE(test, tsec_dtls_piece_read(data, LEN, &piece));
	KUNIT_EXPECT_EQ(test, piece.header, 25);
	KUNIT_EXPECT_EQ(test, piece.seq, 1);
	KUNIT_EXPECT_EQ(test, piece.total, 300);
	KUNIT_EXPECT_EQ(test, piece.offset, 10);
	KUNIT_EXPECT_EQ(test, piece.len, 3);
}

static void piece_read__none(struct kunit *test)
{
	/* Another content, epoch or message; lengths that do not fit. */
	static const struct {
		u8 at;
		u8 value;
	} spoilt[] = {
		{ 0, 23 }, { 4, 1 }, { 13, 2 }, { 12, 14 }, { 12, 16 },
		{ 24, 2 }, { 24, 4 }, { 20, 2 },
	};
	struct tsec_packet_piece piece;
	u8 data[LEN];
	size_t i;

	unhex(test, data, sizeof(data), hex);
	for (i = 0; i < LEN; i++)
		KUNIT_EXPECT_FALSE(test, tsec_dtls_piece_read(data, i, &piece));
	for (i = 0; i < ARRAY_SIZE(spoilt); i++) {
		unhex(test, data, sizeof(data), hex);
		data[spoilt[i].at] = spoilt[i].value;
		KUNIT_EXPECT_FALSE_MSG(test,
				       tsec_dtls_piece_read(data, LEN, &piece),
				       "byte %u", spoilt[i].at);
	}
}

/* A message in one piece is none; neither is what reaches beyond its end. */
static void piece_read__bounds(struct kunit *test)
{
	struct tsec_packet_piece piece;
	u8 data[LEN];

	unhex(test, data, sizeof(data), hex);
	data[15] = 0;
	data[16] = 13;
	KUNIT_EXPECT_TRUE(test, tsec_dtls_piece_read(data, LEN, &piece));
	data[16] = 12;
	KUNIT_EXPECT_FALSE(test, tsec_dtls_piece_read(data, LEN, &piece));
	data[16] = 3;
	data[21] = 0;
	KUNIT_EXPECT_FALSE(test, tsec_dtls_piece_read(data, LEN, &piece));
}

static void piece_whole__lengths(struct kunit *test)
{
	struct tsec_packet_piece piece;
	u8 data[25 + 300] = { };

	unhex(test, data, sizeof(data), hex);
	data[21] = 0;
	tsec_dtls_piece_whole(data, sizeof(data));
	EXPECT_HEX(test, data, "16fefd00000000000000090138",
		   "0100012c000100000000012c");
	KUNIT_EXPECT_FALSE(test, tsec_dtls_piece_read(data, sizeof(data),
						      &piece));
}

static struct kunit_case dtls_piece_cases[] = {
	KUNIT_CASE(piece_read__fields),
	KUNIT_CASE(piece_read__none),
	KUNIT_CASE(piece_read__bounds),
	KUNIT_CASE(piece_whole__lengths),
	{}
};

static struct kunit_suite dtls_piece_suite = {
	.name		= "tsec_dtls_piece",
	.test_cases	= dtls_piece_cases,
};

kunit_test_suite(dtls_piece_suite);
