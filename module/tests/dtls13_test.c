// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/dtls13.c: records and keys; dtls13_numbers_test.c has
 * the numbers.  There are no published vectors: these were computed with
 * another implementation, but for one record that NSS sent.
 */
#include "dtls13_records.h"

static const struct epoch aes_256 = {
	.cipher	= TSEC_CIPHER_AES_256_GCM,
	.epoch	= 2,
};

static const struct epoch chacha = {
	.cipher	= TSEC_CIPHER_CHACHA20_POLY1305,
	.epoch	= 3,
	.seq	= 0x12300,
};

static const char first_record[] =
	HEX("2f8575001db3ea09f90b7f71fa24710661e57d60ee2074799696c548538364f6",
	    "ac5a");
static const char cid_record[] =
	HEX("3fc1d220ea001d4bac4a65d0ce8ab0d06ab4e3685badb131779f257515c74185",
	    "a1b71339");
static const char no_length_record[] =
	"2b9dcf8941ab03f9e0f64a3a1e3db6750c101e467cb5e2718dfa60f44ca1af17";
static const char padded_record[] =
	HEX("2fa21a0022127556150358c2e81a15e001328934c1500cbb678db393aa59630c",
	    "d0a0c2f4a1b62a");
static const char aes_256_record[] =
	HEX("2ebc79001da2f04a2f0b72814e7e54e1a7433f9dbad3c4c1c1aabedb3a48bf95",
	    "a839");
static const char chacha_record[] =
	HEX("2f8856001dc6e7a12873caf5494794c52bcac0ab479cc6463b338e44edb8285e",
	    "1b0d");

/* Number 0x105, of which 8 bits travel. */
static const char short_record[] =
	HEX("270c001d31e6c9ea3535a31e19fb129f84db25bec79a9b09c97991609aca8e5a",
	    "07");

static void peek__protected(struct kunit *test)
{
	struct tsec_packet_header header;

	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS, first_record, 0, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 34);
	KUNIT_EXPECT_EQ(test, header.key_id, 3);
	KUNIT_EXPECT_TRUE(test, header.sealed);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_DATA);
	KUNIT_EXPECT_NULL(test, header.cid);
	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS, aes_256_record, 4, &header),
			0);
	KUNIT_EXPECT_EQ(test, header.key_id, 2);
	KUNIT_EXPECT_EQ(test, header.cid_len, 0);
	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS, short_record, 0, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 33);
	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS, no_length_record, 0, &header),
			0);
	KUNIT_EXPECT_EQ(test, header.len, 32);
}

static void peek__cid(struct kunit *test)
{
	struct tsec_packet_header header;

	KUNIT_ASSERT_EQ(test, peek_hex(test, OPS, cid_record, 2, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 36);
	KUNIT_EXPECT_EQ(test, header.cid_len, 2);
	KUNIT_ASSERT_NOT_NULL(test, header.cid);
	EXPECT_HEX(test, header.cid, "c1d2");
	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS, cid_record, 0, &header),
			-EINVAL);
}

/* Others may follow a record that tells its length. */
static void peek__several(struct kunit *test)
{
	struct tsec_packet_header header;
	char two[256];

	scnprintf(two, sizeof(two), "%s%s", first_record, no_length_record);
	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS, two, 0, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 34);
	scnprintf(two, sizeof(two), "%s%s", no_length_record, first_record);
	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS, two, 0, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 66);
}

static void peek__plain(struct kunit *test)
{
	struct tsec_packet_header header;

	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS,
				       "16fefd0000000000000000000201021603",
				       0, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 15);
	KUNIT_EXPECT_FALSE(test, header.sealed);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_HANDSHAKE);
	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS,
				       "16feff000000000000000000020102",
				       0, &header), 0);
	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS,
				       "1afefd000000000000000000020000",
				       0, &header), 0);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_HANDSHAKE);
	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS,
				       "15fefd000000000000000000020100",
				       0, &header), 0);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_CONTROL);
}

static void peek__malformed(struct kunit *test)
{
	static const char *const bad[] = {
		"", "2f", "16",
		/* Cut off: the header, the length's, what is encrypted. */
		"16fefd0000000000000000", "16fefd0000000000000000000201",
		"2f000000", "2f00000012000102030405060708090a0b0c0d0e0f10",
		/* Too short for a tag and a type. */
		"2f00000010000102030405060708090a0b0c0d0e0f",
		"2b0000000102030405060708090a0b0c0d0e0f",
		/* Another epoch, another version, a type of no such record. */
		"16fefd000100000000000000020102",
		"16fefc000000000000000000020102",
		"17fefd000000000000000000020102",
		"14fefd000000000000000000020102",
		"19fefd000000000000000000020102",
		/* Bits that no record of DTLS begins with. */
		"4f00000012000102030405060708090a0b0c0d0e0f1011",
		"0f00000012000102030405060708090a0b0c0d0e0f1011",
		"af00000012000102030405060708090a0b0c0d0e0f1011",
	};
	struct tsec_packet_header header;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, peek_hex(test, OPS, bad[i], 0,
						   &header),
				    -EINVAL, "%s", bad[i]);
}

static void key_new__refused(struct kunit *test)
{
	struct tsec_packet_params as = { .key_id = 3 };
	struct tsec_key good = {
		.version	= TSEC_VERSION_DTLS_1_3,
		.cipher		= TSEC_CIPHER_AES_128_GCM,
	}, key;

	secret_bytes(test, &aes_128, &good);
	key = good;
	key.version = TSEC_VERSION_DTLS_1_2;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.cipher = TSEC_CIPHER_UNSPEC;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.cipher = TSEC_CIPHER_AES_256_GCM;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.secret_len = 0;
	expect_refused(test, OPS, &key, &as);
	key = good;
	memset(key.secret, 0, sizeof(key.secret));
	expect_refused(test, OPS, &key, &as);
	as.key_id = 4;
	expect_refused(test, OPS, &good, &as);
	as.key_id = 3;
	as.cid_len = TSEC_PACKET_CID_MAX + 1;
	expect_refused(test, OPS, &good, &as);
}

static void seals(struct kunit *test, const struct epoch *epoch, u64 seq,
		  const char *record)
{
	struct tsec_packet_key *key = key_of(test, epoch, true);
	struct expected in = hello(seq);

	expect_seals(test, OPS, key, &in, record);
	OPS->key_free(key);
}

static void fit__lengths(struct kunit *test)
{
	struct tsec_packet_key *key = key_of(test, &aes_128_cid, true);

	expect_fit_lengths(test, OPS, key, 24, 25);
	OPS->key_free(key);
}

static void seal__vectors(struct kunit *test)
{
	seals(test, &aes_128, 0, first_record);
	seals(test, &aes_128_cid, 1, cid_record);
	seals(test, &aes_256, 7, aes_256_record);
	seals(test, &chacha, 0x12345, chacha_record);
}

static void seal__limits(struct kunit *test)
{
	struct tsec_packet_key *key = key_of(test, &aes_128, true);

	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, OPS->seq_max, 1), 0);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, OPS->seq_max + 1, 1),
			-EKEYEXPIRED);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, 1, 16384), 0);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, 1, 16385),
			-EMSGSIZE);
	OPS->key_free(key);
}

static void opens(struct kunit *test, const struct epoch *epoch, u64 seq,
		  const char *record)
{
	struct tsec_packet_key *key = key_of(test, epoch, false);
	struct expected want = hello(seq);

	expect_opens(test, OPS, key, record, &want);
	OPS->key_free(key);
}

static void open__vectors(struct kunit *test)
{
	opens(test, &aes_128, 0, first_record);
	opens(test, &aes_128_cid, 1, cid_record);
	opens(test, &aes_128, 2, no_length_record);
	opens(test, &aes_128, 3, padded_record);
	opens(test, &aes_256, 7, aes_256_record);
	opens(test, &chacha, 0x12345, chacha_record);
}

static void open__short_number(struct kunit *test)
{
	struct epoch epoch = aes_128;

	epoch.seq = 0x100;
	opens(test, &epoch, 0x105, short_record);
	epoch.seq = 0x86;
	opens(test, &epoch, 0x105, short_record);
}

/*
 * NSS before 3.96 mixes the epoch into the nonce as DTLS 1.2 does.  The same
 * nonce belongs to another number of the same low bits; labels, mask, header
 * and additional data are those of the RFC.
 */
static void open__nss(struct kunit *test)
{
	static const struct epoch nss = {
		.cipher	= TSEC_CIPHER_AES_128_GCM,
		.epoch	= 3,
		.seq	= 0x0003000000000000,
		.secret	= HEX("f65cdcf85391b3a98f27082d55ac75e8",
			      "309194380fdf56dfb0d189812b5b3b87"),
	};
	/* "hello-from-client\n" */
	static const struct expected want = {
		.seq		= 0x0003000000000000,
		.kind		= TSEC_PACKET_DATA,
		.content	= TSEC_TLS_RECORD_DATA,
		.payload	= "68656c6c6f2d66726f6d2d636c69656e740a",
	};
	struct tsec_packet_key *key = key_of(test, &nss, false);

	expect_opens(test, OPS, key,
		     HEX("2fe9f30023c3270e0c30f8397498e09b597523b8",
			 "aa8f42c316c1f6a4e1e479b9a6cef44bf9106d42"), &want);
	OPS->key_free(key);
}

static void guarded(struct kunit *test, const struct epoch *epoch,
		    const char *record)
{
	struct tsec_packet_key *key = key_of(test, epoch, false);

	expect_guarded(test, OPS, key, record);
	OPS->key_free(key);
}

static void open__guarded(struct kunit *test)
{
	guarded(test, &aes_128, first_record);
	guarded(test, &aes_128_cid, cid_record);
	guarded(test, &aes_128, no_length_record);
	guarded(test, &aes_128, padded_record);
	guarded(test, &aes_256, aes_256_record);
	guarded(test, &chacha, chacha_record);
}

/* What comes out of a record with such content. */
static int pass_content(struct kunit *test, u8 content, const char *payload,
			enum tsec_packet_kind *kind)
{
	struct tsec_packet_key *tx = key_of(test, &aes_128_cid, true);
	struct tsec_packet_key *rx = key_of(test, &aes_128_cid, false);
	struct expected in = {
		.kind		= TSEC_PACKET_CONTROL,
		.content	= content,
		.payload	= payload,
	};
	struct tsec_packet packet;
	u8 record[PACKETS_ROOM];
	int err;
	u32 len;

	len = seal_copy(test, OPS, tx, &in, record);
	err = open_copy(test, OPS, rx, record, len, &packet, NULL);
	*kind = packet.kind;
	if (!err) {
		KUNIT_EXPECT_EQ(test, packet.content, content);
		KUNIT_EXPECT_EQ(test, packet.len, strlen(payload) / 2);
	}
	OPS->key_free(tx);
	OPS->key_free(rx);
	return err;
}

static void open__contents(struct kunit *test)
{
	static const struct {
		u8 content;
		const char *payload;
		int err;
		enum tsec_packet_kind kind;
	} cases[] = {
		{ 21, "0100", 0, TSEC_PACKET_CONTROL },
		{ 26, "0000", 0, TSEC_PACKET_CONTROL },
		{ 27, "000102030405060708", 0, TSEC_PACKET_CONTROL },
		{ 22, "18000001000000000000000100", 0, TSEC_PACKET_CONTROL },
		{ 22, "04000001000000000000000100", 0, TSEC_PACKET_HANDSHAKE },
		{ 23, "00", 0, TSEC_PACKET_DATA },
		{ 23, "", 0, TSEC_PACKET_DATA },
		{ 21, "", -EINVAL },
		{ 22, "", -EINVAL },
		{ 26, "", -EINVAL },
		{ 27, "", -EINVAL },
		{ 28, "01", -EINVAL },
		{ 20, "01", -EINVAL },
		{ 24, "01", -EINVAL },
		{ 25, "01", -EINVAL },
		{ 0, "0000", -EINVAL },
		{ 0, "", -EINVAL },
		{ 255, "01", -EINVAL },
	};
	enum tsec_packet_kind kind;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test, pass_content(test, cases[i].content,
						       cases[i].payload,
						       &kind),
				    cases[i].err, "case %zu", i);
		if (!cases[i].err)
			KUNIT_EXPECT_EQ(test, (int)kind, (int)cases[i].kind);
	}
}

static void open__not_for_it(struct kunit *test)
{
	struct tsec_packet_key *rx = key_of(test, &aes_128, false);

	/* Another epoch, a connection ID, no protection. */
	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, rx, aes_256_record),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, rx, cid_record), -EINVAL);
	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, rx,
				       "16fefd000000000000000000020102"),
			-EINVAL);
	OPS->key_free(rx);
	rx = key_of(test, &aes_128_cid, false);
	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, rx, first_record), -EINVAL);
	OPS->key_free(rx);
}

/* More bytes than the header tells of. */
static void open__behind_it(struct kunit *test)
{
	struct tsec_packet_key *rx = key_of(test, &aes_128, false);
	u8 record[PACKETS_ROOM] = { };
	u32 len = unhex(test, record, sizeof(record), first_record);

	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len + 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len), 0);
	OPS->key_free(rx);
}

static void open__too_long(struct kunit *test)
{
	struct tsec_packet_key *rx = key_of(test, &aes_128, false);
	u32 len = 3 + 16384 + 1 + 16;
	u8 *record = kunit_kzalloc(test, len + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, record);
	record[0] = 0x2b;
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len + 1),
			-EMSGSIZE);
	OPS->key_free(rx);
}

static void renew__next_secret(struct kunit *test)
{
	struct tsec_key key = {
		.version	= TSEC_VERSION_DTLS_1_3,
		.cipher		= TSEC_CIPHER_AES_128_GCM,
		.epoch		= 3,
		.seq		= 77,
	};

	secret_bytes(test, &aes_128, &key);
	KUNIT_EXPECT_EQ(test, tsec_dtls13_renew(&key), 0);
	EXPECT_HEX(test, key.secret, "ad8aa21a3d874bbebf9fdf442aafe175",
		   "072af91c39af50b6ac26113e54981ae0");
	KUNIT_EXPECT_EQ(test, key.epoch, 4);
	KUNIT_EXPECT_EQ(test, key.seq, 0);
	key.cipher = TSEC_CIPHER_AES_256_GCM;
	secret_bytes(test, &aes_256, &key);
	KUNIT_EXPECT_EQ(test, tsec_dtls13_renew(&key), 0);
	EXPECT_HEX(test, key.secret, "86e8e99fe9f2aabdae282580b8ab4a54",
		   "6eca9c0d948c30e48be72e08a4d816fd",
		   "08cc79f761c5055e83a90420ee1c4857");
}

static void renew__refused(struct kunit *test)
{
	struct tsec_key key = {
		.version	= TSEC_VERSION_DTLS_1_3,
		.cipher		= TSEC_CIPHER_AES_128_GCM,
	}, before;

	KUNIT_EXPECT_EQ(test, tsec_dtls13_renew(&key), -EOPNOTSUPP);
	secret_bytes(test, &aes_256, &key);
	before = key;
	KUNIT_EXPECT_EQ(test, tsec_dtls13_renew(&key), -EINVAL);
	EXPECT_BYTES(test, &key, &before, sizeof(key));
	secret_bytes(test, &aes_128, &key);
	key.epoch = U32_MAX;
	before = key;
	KUNIT_EXPECT_EQ(test, tsec_dtls13_renew(&key), -EOVERFLOW);
	EXPECT_BYTES(test, &key, &before, sizeof(key));
}

static struct kunit_case dtls13_cases[] = {
	KUNIT_CASE(peek__protected),
	KUNIT_CASE(peek__cid),
	KUNIT_CASE(peek__several),
	KUNIT_CASE(peek__plain),
	KUNIT_CASE(peek__malformed),
	KUNIT_CASE(key_new__refused),
	KUNIT_CASE(fit__lengths),
	KUNIT_CASE(seal__vectors),
	KUNIT_CASE(seal__limits),
	KUNIT_CASE(open__vectors),
	KUNIT_CASE(open__short_number),
	KUNIT_CASE(open__nss),
	KUNIT_CASE(open__guarded),
	KUNIT_CASE(open__contents),
	KUNIT_CASE(open__not_for_it),
	KUNIT_CASE(open__behind_it),
	KUNIT_CASE(open__too_long),
	KUNIT_CASE(renew__next_secret),
	KUNIT_CASE(renew__refused),
	{}
};

static struct kunit_suite dtls13_suite = {
	.name		= "tsec_dtls13",
	.test_cases	= dtls13_cases,
};

kunit_test_suites(&dtls13_suite);
