// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/dtls12.c.  No RFC has vectors of these records: the
 * ones here were computed with another implementation.
 */
#include <linux/err.h>

#include "../compat.h"
#include "../key.h"
#include "../record/dtls12.h"
#include "../record/rrc.h"
#include "../record/tls.h"
#include "kunit.h"

#define OPS	(&tsec_packet_dtls12_ops)

enum test_limits {
	BUF_LEN		= TSEC_DTLS12_HEADER_ROOM + TSEC_DTLS12_PAYLOAD_MAX +
			  TSEC_DTLS12_TRAILER_ROOM + 64,
	AT_EPOCH	= 3,
	AT_LENGTH	= 11,
};

static const char hello[] = "hello dtls12";

/**
 * struct vector - "hello dtls12" under one key, epoch 1, number 1
 * @cipher: enum tsec_cipher
 * @cid: with the connection ID c1d2
 * @sealed: the record
 */
struct vector {
	u16 cipher;
	bool cid;
	const char *sealed[2];
};

static const struct vector vectors[] = {
	{ TSEC_CIPHER_AES_128_GCM, false,
	  { "17fefd00010000000000010024000100000000000176b68c16a1addd6a",
	    "6d97c7ab562f8daa52ed93fedc6e39415394625a" } },
	{ TSEC_CIPHER_AES_128_GCM, true,
	  { "19fefd0001000000000001c1d20025000100000000000176b68c16a1ad",
	    "dd6a6d97c7ab10d49599232eefa1af1c31cc76b9926c65" } },
	{ TSEC_CIPHER_AES_256_GCM, false,
	  { "17fefd0001000000000001002400010000000000013a0bed7987dc7809",
	    "f16dfa1957bfb7f4e43f0321b1cfae31d4583631" } },
	{ TSEC_CIPHER_AES_256_GCM, true,
	  { "19fefd0001000000000001c1d2002500010000000000013a0bed7987dc",
	    "7809f16dfa191b308719599dda80c1478eb054a0367358" } },
	{ TSEC_CIPHER_CHACHA20_POLY1305, false,
	  { "17fefd0001000000000001001cd3959d6298097b7fdfd3fe6ca5431879",
	    "fdcb3e1844a1e29c3c6eb117" } },
	{ TSEC_CIPHER_CHACHA20_POLY1305, true,
	  { "19fefd0001000000000001c1d2001dd3959d6298097b7fdfd3fe6c3e18",
	    "47e50bea7f529aaee307ec0c555aaf" } },
};

/* The first two, as they are opened most. */
#define PLAIN	(&vectors[0])
#define CID	(&vectors[1])

static int buffer_setup(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, BUF_LEN, GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static void key_fill(struct tsec_key *key, u16 cipher)
{
	const struct tsec_cipher_desc *desc = tsec_cipher_find(cipher);
	int i;

	memset(key, 0, sizeof(*key));
	key->version = TSEC_VERSION_DTLS_1_2;
	key->cipher = cipher;
	key->key_len = desc->key_len;
	key->iv_len = desc->salt_len ?: desc->iv_len;
	for (i = 0; i < key->key_len; i++)
		key->key[i] = i;
	for (i = 0; i < key->iv_len; i++)
		key->iv[i] = (desc->salt_len ? 0xa0 : 0xc0) + i;
}

static struct tsec_packet_key *key_of(struct kunit *test,
				      const struct vector *v, bool sending)
{
	struct tsec_packet_params as = {
		.key_id		= 1,
		.sending	= sending,
		.window		= 64,
		.cid		= { 0xc1, 0xd2 },
		.cid_len	= v->cid ? 2 : 0,
	};
	struct tsec_packet_key *pkey;
	struct tsec_key key;
	const char *why = "";

	key_fill(&key, v->cipher);
	pkey = OPS->key_new(&key, &as, &why);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(pkey), "%s", why);
	return pkey;
}

/* A record of hexadecimal digits, in the buffer. */
static struct tsec_packet record(struct kunit *test, const char *const hex[2])
{
	u8 *buf = test->priv;
	size_t len = unhex(test, buf, 128, hex[0]);

	if (hex[1])
		len += unhex(test, buf + len, 128, hex[1]);
	return (struct tsec_packet){ .data = buf, .len = len };
}

/* Content to be sealed, with the room that it takes. */
static struct tsec_packet content(struct kunit *test, u64 seq,
				  const void *data, u32 len)
{
	u8 *buf = test->priv;

	memset(buf, 0x5a, BUF_LEN);
	memcpy(buf + OPS->header_room, data, len);
	return (struct tsec_packet){
		.data	= buf + OPS->header_room,
		.len	= len,
		.seq	= seq,
	};
}

static void expect_hello(struct kunit *test, const struct tsec_packet *packet)
{
	KUNIT_EXPECT_EQ(test, packet->len, strlen(hello));
	EXPECT_BYTES(test, packet->data, hello, strlen(hello));
	KUNIT_EXPECT_EQ(test, packet->kind, TSEC_PACKET_DATA);
	KUNIT_EXPECT_EQ(test, packet->content, TSEC_TLS_RECORD_DATA);
}

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

static struct kunit_suite dtls12_suite = {
	.name		= "tsec_dtls12",
	.init		= buffer_setup,
	.test_cases	= dtls12_cases,
};

kunit_test_suites(&dtls12_suite);
