// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/dtls12.c: keys, and records that are made of them;
 * dtls12_open_test.c has those that come.
 */
#include "dtls12_records.h"

static void seal__vectors(struct kunit *test)
{
	struct tsec_packet_key *pkey;
	struct tsec_packet packet;
	u8 want[128];
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		pkey = key_of(test, &vectors[i], true);
		packet = content(test, 1, hello, strlen(hello));
		KUNIT_EXPECT_EQ(test, OPS->seal(pkey, &packet), 0);
		len = unhex(test, want, 128, vectors[i].sealed[0]);
		len += unhex(test, want + len, 128 - len,
			     vectors[i].sealed[1]);
		KUNIT_EXPECT_EQ(test, packet.len, len);
		EXPECT_BYTES(test, packet.data, want, len);
		/* Nothing beyond the record was written. */
		KUNIT_EXPECT_EQ(test, packet.data[-1], 0x5a);
		KUNIT_EXPECT_EQ(test, packet.data[len], 0x5a);
		OPS->key_free(pkey);
	}
}

static void seal__alert(struct kunit *test)
{
	struct tsec_packet_key *pkey = key_of(test, PLAIN, true);
	static const u8 close_notify[] = { 1, 0 };
	struct tsec_packet packet = content(test, 2, close_notify, 2);

	packet.kind = TSEC_PACKET_CONTROL;
	packet.content = TSEC_TLS_RECORD_ALERT;
	KUNIT_EXPECT_EQ(test, OPS->seal(pkey, &packet), 0);
	EXPECT_HEX(test, packet.data, "15fefd0001000000000002001a0001000000",
		   "0000021051477bd66394b6fc44e62971401f59d104");
	OPS->key_free(pkey);
}

/* The last number of the last epoch, every bit of the nonce in use. */
static void seal__last(struct kunit *test)
{
	struct tsec_packet_params as = { .key_id = U16_MAX, .sending = true };
	struct tsec_packet_key *pkey;
	struct tsec_packet packet;
	struct tsec_key key;
	const char *why;

	key_fill(&key, TSEC_CIPHER_CHACHA20_POLY1305);
	pkey = OPS->key_new(&key, &as, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pkey));
	packet = content(test, TSEC_DTLS12_SEQ_MAX, hello, strlen(hello));
	KUNIT_EXPECT_EQ(test, OPS->seal(pkey, &packet), 0);
	EXPECT_HEX(test, packet.data, "17fefdffffffffffffffff001c02fed14d2406",
		   "a32fa9b71473c6826fc36cf8a469ba4e03d7fefe264a");
	packet = content(test, TSEC_DTLS12_SEQ_MAX + 1, hello, strlen(hello));
	KUNIT_EXPECT_EQ(test, OPS->seal(pkey, &packet), -EMSGSIZE);
	OPS->key_free(pkey);
}

static void long_both_ways(struct kunit *test, const struct vector *v, u32 len,
			   int want)
{
	struct tsec_packet_key *tx = key_of(test, v, true);
	struct tsec_packet_key *rx = key_of(test, v, false);
	struct tsec_packet packet = content(test, 0, "", 0);

	packet.len = len;
	KUNIT_EXPECT_EQ(test, OPS->seal(tx, &packet), want);
	if (!want) {
		KUNIT_EXPECT_EQ(test, OPS->open(rx, &packet), 0);
		KUNIT_EXPECT_EQ(test, packet.len, len);
		KUNIT_EXPECT_EQ(test, len ? packet.data[len - 1] : 0x5a, 0x5a);
	}
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static void seal__lengths(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		long_both_ways(test, &vectors[i], 0, 0);
		long_both_ways(test, &vectors[i], 1, 0);
		long_both_ways(test, &vectors[i], TSEC_DTLS12_PAYLOAD_MAX, 0);
		long_both_ways(test, &vectors[i], TSEC_DTLS12_PAYLOAD_MAX + 1,
			       -EMSGSIZE);
	}
}

/* What fits is neither more nor less than what seal() makes of it. */
static void fit__exact(struct kunit *test)
{
	struct tsec_packet_key *pkey;
	struct tsec_packet packet;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		pkey = key_of(test, &vectors[i], true);
		packet = content(test, 0, hello, strlen(hello));
		KUNIT_EXPECT_EQ(test, OPS->seal(pkey, &packet), 0);
		KUNIT_EXPECT_EQ(test, OPS->fit(pkey, packet.len),
				strlen(hello));
		KUNIT_EXPECT_EQ(test, OPS->fit(pkey, packet.len - 1),
				strlen(hello) - 1);
		KUNIT_EXPECT_EQ(test, OPS->fit(pkey, 0), 0);
		KUNIT_EXPECT_EQ(test, OPS->fit(pkey, 20), 0);
		KUNIT_EXPECT_EQ(test, OPS->fit(pkey, U16_MAX),
				TSEC_DTLS12_PAYLOAD_MAX);
		OPS->key_free(pkey);
	}
}

static void peek__plain(struct kunit *test)
{
	struct tsec_packet packet = record(test, PLAIN->sealed);
	struct tsec_packet_header header;

	/* Another record follows. */
	KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, packet.len + 9, 0,
					&header), 0);
	KUNIT_EXPECT_EQ(test, header.len, packet.len);
	KUNIT_EXPECT_EQ(test, header.key_id, 1);
	KUNIT_EXPECT_TRUE(test, header.sealed);
	KUNIT_EXPECT_EQ(test, header.kind, TSEC_PACKET_DATA);
	KUNIT_EXPECT_NULL(test, header.cid);
	KUNIT_EXPECT_EQ(test, header.cid_len, 0);
}

static void peek__cid(struct kunit *test)
{
	struct tsec_packet packet = record(test, CID->sealed);
	struct tsec_packet_header header;

	KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, packet.len, 2, &header),
			0);
	KUNIT_EXPECT_EQ(test, header.len, packet.len);
	KUNIT_EXPECT_EQ(test, header.cid_len, 2);
	KUNIT_EXPECT_PTR_EQ(test, header.cid,
			    (const u8 *)packet.data + AT_LENGTH);
	KUNIT_EXPECT_EQ(test, header.kind, TSEC_PACKET_HIDDEN);
	KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, packet.len, 0, &header),
			-EINVAL);
}

/* The first record of a handshake's keys, and one without keys. */
static void peek__finished(struct kunit *test)
{
	struct tsec_packet packet = record(test, CID->sealed);
	struct tsec_packet_header header;

	packet.data[AT_EPOCH + 7] = 0;
	KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, packet.len, 2, &header),
			0);
	KUNIT_EXPECT_TRUE(test, header.sealed);
	KUNIT_EXPECT_EQ(test, header.kind, TSEC_PACKET_HANDSHAKE);
	packet.data[AT_EPOCH + 1] = 2;
	KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, packet.len, 2, &header),
			0);
	KUNIT_EXPECT_EQ(test, header.kind, TSEC_PACKET_HIDDEN);
	packet.data[AT_EPOCH + 1] = 0;
	KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, packet.len, 2, &header),
			0);
	KUNIT_EXPECT_FALSE(test, header.sealed);
	KUNIT_EXPECT_EQ(test, header.kind, TSEC_PACKET_HIDDEN);
}

static void peek__handshake(struct kunit *test)
{
	static const char *const hex[2] = {
		"16feff00000000000000000003010203"
	};
	struct tsec_packet packet = record(test, hex);
	struct tsec_packet_header header;

	KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, packet.len, 0, &header),
			0);
	KUNIT_EXPECT_FALSE(test, header.sealed);
	KUNIT_EXPECT_EQ(test, header.kind, TSEC_PACKET_HANDSHAKE);
	/* The old version is for the first flights only. */
	packet.data[AT_EPOCH + 1] = 1;
	KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, packet.len, 0, &header),
			-EINVAL);
}

static void peek__no_record(struct kunit *test)
{
	struct tsec_packet packet;
	struct tsec_packet_header header;
	unsigned int type, len;

	for (type = 0; type < 256; type++) {
		packet = record(test, PLAIN->sealed);
		packet.data[0] = type;
		KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, packet.len, 0,
						&header),
				(type >= 20 && type <= 23) ||
				type == TSEC_RRC_CONTENT ? 0 : -EINVAL);
	}
	packet = record(test, PLAIN->sealed);
	for (len = 0; len < packet.len; len++)
		KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, len, 0, &header),
				-EINVAL);
	packet.data[1] = 3;
	KUNIT_EXPECT_EQ(test, OPS->peek(packet.data, packet.len, 0, &header),
			-EINVAL);
}

static void refuse(struct kunit *test, const struct tsec_key *key,
		   const struct tsec_packet_params *as, const char *want)
{
	const char *why = "";

	KUNIT_EXPECT_EQ(test, PTR_ERR(OPS->key_new(key, as, &why)), -EINVAL);
	KUNIT_EXPECT_STREQ(test, why, want);
}

static void key_new__refused(struct kunit *test)
{
	struct tsec_packet_params as = { .key_id = 1 };
	struct tsec_key key;

	key_fill(&key, TSEC_CIPHER_AES_128_GCM);
	as.key_id = 0;
	refuse(test, &key, &as, "no keys are for this epoch");
	as.key_id = U16_MAX + 1;
	refuse(test, &key, &as, "no keys are for this epoch");
	as.key_id = 1;
	as.cid_len = TSEC_PACKET_CID_MAX + 1;
	refuse(test, &key, &as, "the connection ID is too long");
	as.cid_len = 0;
	key.version = TSEC_VERSION_TLS_1_2;
	refuse(test, &key, &as, "the key is not for DTLS 1.2");
	key.version = TSEC_VERSION_DTLS_1_2;
	key.iv_len = 12;
	refuse(test, &key, &as,
	       "wrong length of the IV for this cipher and version");
}

static struct kunit_case dtls12_cases[] = {
	KUNIT_CASE(peek__plain),
	KUNIT_CASE(peek__cid),
	KUNIT_CASE(peek__finished),
	KUNIT_CASE(peek__handshake),
	KUNIT_CASE(peek__no_record),
	KUNIT_CASE(key_new__refused),
	KUNIT_CASE(seal__vectors),
	KUNIT_CASE(seal__alert),
	KUNIT_CASE(seal__last),
	KUNIT_CASE(seal__lengths),
	KUNIT_CASE(fit__exact),
	{}
};

static struct kunit_suite dtls12_suite = {
	.name		= "tsec_dtls12",
	.init		= buffer_setup,
	.test_cases	= dtls12_cases,
};

kunit_test_suites(&dtls12_suite);
