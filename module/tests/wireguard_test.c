// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/wireguard.c.  The keys are those of the handshake of
 * Noise's published test vector; the messages under them were computed with
 * another implementation.
 */
#include <uapi/linux/tsec.h>

#include "../record/wireguard.h"
#include "packets.h"

#define OPS	(&tsec_packet_wireguard_ops)

static const char initiator_key[] =
	"7a74d0adaa1882492a8eddc15272b5a5a230e111d86d430a5988596f2c4238ae";
static const char responder_key[] =
	"4dd78ec86daaa1034639ed326df9afecc3c47a881689e2a9f37a5e55a8131a2d";

static const char data_record[] =
	HEX("04000000222222220000000000000000af1886b5729c747ae8c28d157ca064e3",
	    "0702d4b5143eb903ec1e37979d8029c1");
static const char keepalive_record[] =
	"04000000111111110000000000000000e8a8e161b09cb570dd2b4bdf7af6f045";

/* "hello", and the same padded. */
static const struct expected hello = {
	.kind		= TSEC_PACKET_DATA,
	.payload	= "68656c6c6f",
};

static const struct expected hello_padded = {
	.kind		= TSEC_PACKET_DATA,
	.payload	= "68656c6c6f0000000000000000000000",
};

static const struct expected keepalive = {
	.kind		= TSEC_PACKET_CONTROL,
	.payload	= "",
};

static struct tsec_packet_key *key_of(struct kunit *test, const char *hex,
				      u32 index, bool sending, u64 seq)
{
	struct tsec_packet_params as = {
		.key_id		= index,
		.sending	= sending,
	};
	struct tsec_key key = {
		.version	= TSEC_VERSION_WIREGUARD,
		.cipher		= TSEC_CIPHER_CHACHA20_POLY1305,
		.seq		= seq,
	};

	key_bytes(test, &key, hex, "");
	return packet_key(test, OPS, &key, &as);
}

static struct tsec_packet_key *sender(struct kunit *test)
{
	return key_of(test, initiator_key, 0x22222222, true, 0);
}

static struct tsec_packet_key *receiver(struct kunit *test)
{
	return key_of(test, initiator_key, 0x22222222, false, 0);
}

static int peek_type(u8 type, size_t len, struct tsec_packet_header *header)
{
	u8 data[256] = { type, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8 };

	return OPS->peek(data, len, 0, header);
}

static void peek__handshake(struct kunit *test)
{
	struct tsec_packet_header header;

	KUNIT_EXPECT_EQ(test, peek_type(1, 148, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 148);
	KUNIT_EXPECT_EQ(test, header.key_id, 0);
	KUNIT_EXPECT_NULL(test, header.cid);
	KUNIT_EXPECT_FALSE(test, header.sealed);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_HANDSHAKE);
	KUNIT_EXPECT_EQ(test, peek_type(2, 92, &header), 0);
	KUNIT_EXPECT_EQ(test, header.key_id, 0x08070605);
	KUNIT_EXPECT_EQ(test, peek_type(3, 64, &header), 0);
	KUNIT_EXPECT_EQ(test, header.key_id, 0x04030201);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_HANDSHAKE);
}

static void peek__data(struct kunit *test)
{
	struct tsec_packet_header header;

	KUNIT_EXPECT_EQ(test, peek_type(4, 48, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 48);
	KUNIT_EXPECT_EQ(test, header.key_id, 0x04030201);
	KUNIT_EXPECT_TRUE(test, header.sealed);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_DATA);
	KUNIT_EXPECT_EQ(test, peek_type(4, 32, &header), 0);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_CONTROL);
}

/* What names a session in a message is what a key says of itself. */
static void peek__name(struct kunit *test)
{
	struct tsec_packet_header header;
	u8 name[TSEC_PACKET_CID_MAX];

	KUNIT_ASSERT_EQ(test, peek_type(4, 48, &header), 0);
	KUNIT_EXPECT_EQ(test, header.cid_len, 4);
	KUNIT_EXPECT_EQ(test, OPS->name(0x04030201, name), 4);
	EXPECT_HEX(test, name, "01020304");
}

static void peek__malformed(struct kunit *test)
{
	static const u8 reserved[48] = { 4, 0, 0, 1 };
	struct tsec_packet_header header;
	size_t len;

	for (len = 0; len < 32; len++)
		KUNIT_EXPECT_EQ(test, peek_type(4, len, &header), -EINVAL);
	for (len = 0; len < 256; len++) {
		KUNIT_EXPECT_EQ(test, peek_type(1, len, &header),
				len == 148 ? 0 : -EINVAL);
		KUNIT_EXPECT_EQ(test, peek_type(2, len, &header),
				len == 92 ? 0 : -EINVAL);
		KUNIT_EXPECT_EQ(test, peek_type(3, len, &header),
				len == 64 ? 0 : -EINVAL);
		KUNIT_EXPECT_EQ(test, peek_type(0, len, &header), -EINVAL);
		KUNIT_EXPECT_EQ(test, peek_type(5, len, &header), -EINVAL);
	}
	KUNIT_EXPECT_EQ(test, OPS->peek(reserved, sizeof(reserved), 0,
					&header), -EINVAL);
}

static void key_new__refused(struct kunit *test)
{
	struct tsec_packet_params as = { .key_id = 1 };
	struct tsec_key good = {
		.version	= TSEC_VERSION_WIREGUARD,
		.cipher		= TSEC_CIPHER_CHACHA20_POLY1305,
	}, key;

	key_bytes(test, &good, initiator_key, "");
	key = good;
	key.version = TSEC_VERSION_TLS_1_3;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.cipher = TSEC_CIPHER_AES_256_GCM;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.key_len = 16;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.iv_len = 12;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.seq = TSEC_WIREGUARD_REJECT_AFTER;
	expect_refused(test, OPS, &key, &as);
	key = good;
	memset(key.key, 0, sizeof(key.key));
	expect_refused(test, OPS, &key, &as);
	as.cid_len = 1;
	expect_refused(test, OPS, &good, &as);
}

static void fit__lengths(struct kunit *test)
{
	struct tsec_packet_key *key = sender(test);

	expect_fit_lengths(test, OPS, key, 32, 48);
	OPS->key_free(key);
}

static void seal__vectors(struct kunit *test)
{
	struct tsec_packet_key *key = sender(test);

	expect_seals(test, OPS, key, &hello, data_record);
	expect_seals(test, OPS, key, &hello_padded, data_record);
	OPS->key_free(key);
	key = key_of(test, responder_key, 0x11111111, true, 0);
	expect_seals(test, OPS, key, &keepalive, keepalive_record);
	OPS->key_free(key);
}

static void seal__limits(struct kunit *test)
{
	struct tsec_packet_key *key = sender(test);
	u64 last = OPS->seq_max;

	KUNIT_EXPECT_EQ(test, last, ~0ULL - (1 << 13) - 1);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, last, 1), 0);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, last + 1, 1),
			-EKEYEXPIRED);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, U64_MAX, 1),
			-EKEYEXPIRED);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, 0,
					 OPS->payload_max), 0);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, 0,
					 OPS->payload_max + 1), -EMSGSIZE);
	OPS->key_free(key);
}

static void open__vectors(struct kunit *test)
{
	struct tsec_packet_key *key = receiver(test);

	expect_opens(test, OPS, key, data_record, &hello_padded);
	OPS->key_free(key);
	key = key_of(test, responder_key, 0x11111111, false, 0);
	expect_opens(test, OPS, key, keepalive_record, &keepalive);
	OPS->key_free(key);
}

static void open__guarded(struct kunit *test)
{
	struct tsec_packet_key *key = receiver(test);

	expect_guarded(test, OPS, key, data_record);
	OPS->key_free(key);
	key = key_of(test, responder_key, 0x11111111, false, 0);
	expect_guarded(test, OPS, key, keepalive_record);
	OPS->key_free(key);
}

/* A counter that is part of the nonce, and the bytes that it stands in. */
static void open__counter(struct kunit *test)
{
	struct tsec_packet_key *tx = sender(test), *rx = receiver(test);
	struct expected in = hello_padded;
	u8 record[PACKETS_ROOM];
	u32 len;

	in.seq = 0x0102030405060708;
	len = seal_copy(test, OPS, tx, &in, record);
	EXPECT_HEX(test, record, "04000000222222220807060504030201");
	expect_opens_bytes(test, OPS, rx, record, len, &in);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static int pass(struct kunit *test, struct tsec_packet_key *tx,
		struct tsec_packet_key *rx, u64 seq)
{
	struct expected in = hello;
	u8 record[PACKETS_ROOM];
	u32 len;

	in.seq = seq;
	len = seal_copy(test, OPS, tx, &in, record);
	return open_bytes(test, OPS, rx, record, len);
}

static void open__window(struct kunit *test)
{
	struct tsec_packet_key *tx = sender(test), *rx = receiver(test);

	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 10000), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 10000 - 8191), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 10000 - 8191), -EALREADY);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 10000 - 8192), -ESTALE);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, OPS->seq_max), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 10001), -ESTALE);
	OPS->key_free(rx);
	rx = key_of(test, initiator_key, 0x22222222, false, 5);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 4), -EALREADY);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 5), 0);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static bool opens_newest(struct kunit *test, struct tsec_packet_key *tx,
			 struct tsec_packet_key *rx, u64 seq)
{
	struct expected in = hello;
	u8 record[PACKETS_ROOM];
	struct tsec_packet packet = { .data = record };

	in.seq = seq;
	packet.len = seal_copy(test, OPS, tx, &in, record);
	KUNIT_EXPECT_EQ(test, OPS->open(rx, &packet), 0);
	return packet.newest;
}

/* None but such a message tells where the peer is. */
static void open__newest(struct kunit *test)
{
	struct tsec_packet_key *tx = sender(test), *rx = receiver(test);

	KUNIT_EXPECT_TRUE(test, opens_newest(test, tx, rx, 7));
	KUNIT_EXPECT_FALSE(test, opens_newest(test, tx, rx, 6));
	KUNIT_EXPECT_TRUE(test, opens_newest(test, tx, rx, 8));
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static void open__not_for_it(struct kunit *test)
{
	struct tsec_packet_key *rx = receiver(test);
	u8 record[148] = { 1 };

	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, rx, keepalive_record),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record,
					 sizeof(record)), -EINVAL);
	unhex(test, record, sizeof(record), data_record);
	memset(record + 8, 0xff, 8);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, 48), -EINVAL);
	OPS->key_free(rx);
}

static void open__too_long(struct kunit *test)
{
	struct tsec_packet_key *rx = receiver(test);
	u32 len = 32 + OPS->payload_max;
	u8 *record = kunit_kzalloc(test, len + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, record);
	unhex(test, record, len, data_record);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len + 1),
			-EMSGSIZE);
	OPS->key_free(rx);
}

static struct kunit_case wireguard_cases[] = {
	KUNIT_CASE(peek__handshake),
	KUNIT_CASE(peek__data),
	KUNIT_CASE(peek__name),
	KUNIT_CASE(peek__malformed),
	KUNIT_CASE(key_new__refused),
	KUNIT_CASE(fit__lengths),
	KUNIT_CASE(seal__vectors),
	KUNIT_CASE(seal__limits),
	KUNIT_CASE(open__vectors),
	KUNIT_CASE(open__guarded),
	KUNIT_CASE(open__counter),
	KUNIT_CASE(open__window),
	KUNIT_CASE(open__newest),
	KUNIT_CASE(open__not_for_it),
	KUNIT_CASE(open__too_long),
	{}
};

static struct kunit_suite wireguard_suite = {
	.name		= "tsec_wireguard",
	.test_cases	= wireguard_cases,
};

kunit_test_suites(&wireguard_suite);
