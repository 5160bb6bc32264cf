// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/srtp_crypt.c.  Vectors: RFC 7714 sections 16 and 17,
 * which give session keys, not master keys.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "../record/srtp_crypt.h"
#include "kunit.h"

enum {
	ROOM	= 128,
	TAG	= 16,
};

/**
 * struct vector - one packet, whose keys are bytes from 0 up
 * @cipher: enum tsec_cipher
 * @rtcp: a packet of SRTCP
 * @header_len: bytes that are not encrypted
 * @ssrc: its source
 * @index: its index
 * @plain: the packet of RTP or RTCP
 * @sealed: the packet of SRTP or SRTCP
 */
struct vector {
	u16 cipher;
	bool rtcp;
	u8 header_len;
	u32 ssrc;
	u64 index;
	const char *plain;
	const char *sealed;
};

/* "Gallia est omnis divisa in partes tres" */
#define GALLIA	"8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e697320646976" \
		"69736120696e207061727465732074726573"
#define REPORT	"81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61" \
		"deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"

static const struct vector vectors[] = {
	{
		.cipher		= TSEC_CIPHER_AES_128_GCM,
		.header_len	= 12,
		.ssrc		= 0x5501a0b2,
		.index		= 0xf17b,
		.plain		= GALLIA,
		.sealed		= HEX("8040f17b8041f8d35501a0b2f24de3a3fb34de6c",
				      "acba861c9d7e4bcabe633bd50d294e6f42a5f47a",
				      "51c7d19b36de3adf8833899d7f27beb16a9152cf",
				      "765ee4390cce"),
	}, {
		.cipher		= TSEC_CIPHER_AES_256_GCM,
		.header_len	= 12,
		.ssrc		= 0x5501a0b2,
		.index		= 0xf17b,
		.plain		= GALLIA,
		.sealed		= HEX("8040f17b8041f8d35501a0b232b1de78a822fe12",
				      "ef9f78fa332e33aab18012389a58e2f3b50b2a02",
				      "76ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb",
				      "7878d7a76c13"),
	}, {
		.cipher		= TSEC_CIPHER_AES_128_GCM,
		.rtcp		= true,
		.header_len	= 8,
		.ssrc		= 0x4d617273,
		.index		= 0x5d4,
		.plain		= REPORT,
		.sealed		= HEX("81c8000d4d61727363e94885dcdab67ca727d766",
				      "2f6b7e997ff5c0f76c06f32dc676a5f1730d6fda",
				      "4ce09b4686303ded0bb9275bc84aa45896cf4d2f",
				      "c5abf87245d9eade800005d4"),
	}, {
		.cipher		= TSEC_CIPHER_AES_256_GCM,
		.rtcp		= true,
		.header_len	= 8,
		.ssrc		= 0x4d617273,
		.index		= 0x5d4,
		.plain		= REPORT,
		.sealed		= HEX("81c8000d4d617273d50ae4d1f5ce5d304ba297e4",
				      "7d470c282c3ece5dbffe0a50a2eaa5c1110555be",
				      "8415f658c61de0476f1b6fad1d1eb30c4446839f",
				      "57ff6f6cb26ac3be800005d4"),
	},
};

/* "Quid pro quo" */
static void crypt_of(struct kunit *test, u16 id, struct tsec_srtp_crypt *crypt)
{
	struct tsec_srtp_keys keys = { };
	u8 i;

	for (i = 0; i < sizeof(keys.key); i++)
		keys.key[i] = i;
	memcpy(keys.salt, "Quid pro quo", 12);
	KUNIT_ASSERT_EQ(test, tsec_srtp_crypt_init(crypt,
						   tsec_srtp_cipher_find(id),
						   &keys), 0);
}

static struct tsec_srtp_unit unit_of(const struct vector *v, u8 *buf)
{
	struct tsec_srtp_unit unit = {
		.header		= buf,
		.header_len	= v->header_len,
		.len		= strlen(v->plain) / 2 - v->header_len,
		.ssrc		= v->ssrc,
		.index		= v->index,
		.tag_len	= TAG,
	};

	unit.tag = buf + unit.header_len + unit.len;
	if (v->rtcp)
		unit.word = unit.tag + TAG;
	return unit;
}

static void both_ways(struct kunit *test, const struct vector *v)
{
	u8 *buf = kunit_kzalloc(test, ROOM, GFP_KERNEL), want[ROOM];
	struct tsec_srtp_crypt crypt;
	struct tsec_srtp_unit unit;
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	crypt_of(test, v->cipher, &crypt);
	len = unhex(test, want, sizeof(want), v->sealed);
	unhex(test, buf, ROOM, v->plain);
	unit = unit_of(v, buf);
	if (unit.word)
		unhex(test, unit.word, 4, "800005d4");
	KUNIT_EXPECT_EQ(test, tsec_srtp_crypt_seal(&crypt, &unit), 0);
	EXPECT_BYTES(test, buf, want, len);
	KUNIT_EXPECT_EQ(test, tsec_srtp_crypt_open(&crypt, &unit), 0);
	EXPECT_HEX(test, buf, v->plain);
	tsec_srtp_crypt_free(&crypt);
}

static void crypt_seal__rfc7714(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		both_ways(test, &vectors[i]);
}

/* Everything that is not in the packet has to be right as well. */
static void crypt_open__elsewhere(struct kunit *test)
{
	u8 *buf = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	struct tsec_srtp_crypt crypt;
	struct tsec_srtp_unit unit;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	crypt_of(test, vectors[0].cipher, &crypt);
	unit = unit_of(&vectors[0], buf);
	unhex(test, buf, ROOM, vectors[0].sealed);
	unit.index += 1 << 16;
	KUNIT_EXPECT_EQ(test, tsec_srtp_crypt_open(&crypt, &unit), -EBADMSG);
	unhex(test, buf, ROOM, vectors[0].sealed);
	unit.index = vectors[0].index | BIT_ULL(47);
	KUNIT_EXPECT_EQ(test, tsec_srtp_crypt_open(&crypt, &unit), -EBADMSG);
	unhex(test, buf, ROOM, vectors[0].sealed);
	unit.index = vectors[0].index;
	unit.ssrc++;
	KUNIT_EXPECT_EQ(test, tsec_srtp_crypt_open(&crypt, &unit), -EBADMSG);
	tsec_srtp_crypt_free(&crypt);
}

static void crypt_free__nothing(struct kunit *test)
{
	struct tsec_srtp_crypt crypt = { };

	tsec_srtp_crypt_free(&crypt);
	KUNIT_EXPECT_NULL(test, crypt.mac);
}

static struct kunit_case srtp_crypt_cases[] = {
	KUNIT_CASE(crypt_seal__rfc7714),
	KUNIT_CASE(crypt_open__elsewhere),
	KUNIT_CASE(crypt_free__nothing),
	{}
};

static struct kunit_suite srtp_crypt_suite = {
	.name		= "tsec_srtp_crypt",
	.test_cases	= srtp_crypt_cases,
};

kunit_test_suites(&srtp_crypt_suite);
