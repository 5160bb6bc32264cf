// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/srtp.c: packets and keys; srtp_numbers_test.c has
 * their numbers.  Vectors: those that libsrtp tests itself with.  The others
 * were computed with another implementation, which got the same for those of
 * libsrtp.
 */
#include "srtp_packets.h"

/* The first message of a client of DTLS, up to its empty cookie. */
#define HELLO	HEX("16feff00000000000000000030",		\
		    "010000240000000000000024fefd",		\
		    "01010101010101010101010101010101",		\
		    "01010101010101010101010101010101", "0000")

#define KEY_256		"f0f04914b513f2763a1b1fa130f10e29" \
			"98f6f6e43e4309d1e622a0e332b9f1b6"
#define SALT_256	"3b04803de51ee7c96423ab5b78d2"
#define KEY_GCM_256	KEY_GCM_128 "101112131415161718191a1b1c1d1e1f"

static const struct master cm32 = {
	.cipher	= TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32,
	.key	= KEY_128,
	.salt	= SALT_128,
};

static const struct master cm80_256 = {
	.cipher	= TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80,
	.key	= KEY_256,
	.salt	= SALT_256,
};

static const struct master cm32_256 = {
	.cipher	= TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32,
	.key	= KEY_256,
	.salt	= SALT_256,
};

static const struct master gcm_128_mki = {
	.cipher	= TSEC_CIPHER_AES_128_GCM,
	.key	= KEY_GCM_128,
	.salt	= SALT_GCM,
	.mki	= MKI,
};

static const struct master gcm_256 = {
	.cipher	= TSEC_CIPHER_AES_256_GCM,
	.key	= KEY_GCM_256,
	.salt	= SALT_GCM,
};

/**
 * struct vector - the two packets above under a master key
 * @master: the key
 * @rtp: the packet of SRTP
 * @rtcp: the packet of SRTCP, which is the first
 */
struct vector {
	const struct master *master;
	const char *rtp;
	const char *rtcp;
};

static const struct vector vectors[] = {
	{ &cm80,
	  RTP "4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb",
	  HEX(RTCP "b19c219a086b6c7ae61d8e0bfeb4be3f80000000",
	      "5631d6cfc906cdb30f41") },
	{ &cm80_mki,
	  RTP "4e55dc4ce79978d88ca4d215949d2402" MKI "b78d6acc99ea179b8dbb",
	  HEX(RTCP "b19c219a086b6c7ae61d8e0bfeb4be3f80000000" MKI,
	      "5631d6cfc906cdb30f41") },
	{ &cm32,
	  RTP "4e55dc4ce79978d88ca4d215949d2402b78d6acc",
	  HEX(RTCP "b19c219a086b6c7ae61d8e0bfeb4be3f80000000",
	      "5631d6cfc906cdb30f41") },
	{ &cm80_256,
	  RTP "f1d9de17ff251ff1aa007774b0b4b40da08d9d9a5b3a55d8873b",
	  HEX(RTCP "62cd2f74ee0d2fc84ee42d02735ce5be80000000",
	      "aaf2b43e4c241a355569") },
	{ &cm32_256,
	  RTP "f1d9de17ff251ff1aa007774b0b4b40da08d9d9a",
	  HEX(RTCP "62cd2f74ee0d2fc84ee42d02735ce5be80000000",
	      "aaf2b43e4c241a355569") },
	{ &gcm_128,
	  RTP "c5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392",
	  HEX(RTCP "1f3587a6415de2b37bb8f19d9f2dccbc75daad556903988d1e02a288b06e865c",
	      "80000000") },
	{ &gcm_128_mki,
	  HEX(RTP "c5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392",
	      MKI),
	  HEX(RTCP "1f3587a6415de2b37bb8f19d9f2dccbc75daad556903988d1e02a288b06e865c",
	      "80000000" MKI) },
	{ &gcm_256,
	  RTP "0af7f21e8a90bdad7a425c9c31ed4bb1d90238917e7390a2793500e1681acaea",
	  HEX(RTCP "d0b104667a4019bf878dd9a20a6f326b1d87bb8a0df0f9a0167623fc48f37894",
	      "80000000") },
};

static void peek__packets(struct kunit *test)
{
	struct tsec_packet_header header;

	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS, rtp.payload, 0, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 28);
	KUNIT_EXPECT_EQ(test, header.key_id, 0xcafebabe);
	KUNIT_EXPECT_TRUE(test, header.sealed);
	KUNIT_EXPECT_NULL(test, header.cid);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_DATA);
	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS, "81c8000bcafebabf", 0,
				       &header), 0);
	KUNIT_EXPECT_EQ(test, header.key_id, 0xcafebabf);
}

/* RFC 7983: everything else that may come to the same port. */
static void peek__others(struct kunit *test)
{
	struct tsec_packet_header header;
	u8 data[32] = { };
	int first;

	for (first = 0; first < 256; first++) {
		bool dtls = first >= 20 && first < 64;
		bool srtp = first >= 128 && first < 192;

		data[0] = first;
		KUNIT_EXPECT_EQ_MSG(test, OPS->peek(data, 12, 0, &header),
				    first == 128 || first == 160 ? 0 : -EINVAL,
				    "first byte %d", first);
		KUNIT_EXPECT_EQ(test, OPS->peek(data, 13, 0, &header),
				dtls || first == 128 || first == 160 ? 0 :
				-EINVAL);
		if (dtls) {
			KUNIT_EXPECT_FALSE(test, header.sealed);
			KUNIT_EXPECT_EQ(test, header.len, 13);
			KUNIT_EXPECT_EQ(test, (int)header.kind, first <= 22 ?
					(int)TSEC_PACKET_HANDSHAKE :
					(int)TSEC_PACKET_DATA);
		}
		data[1] = 192;
		KUNIT_EXPECT_EQ(test, OPS->peek(data, 8, 0, &header),
				srtp ? 0 : -EINVAL);
		data[1] = 0;
	}
}

/* CSRCs and an extension that the packet is too short for. */
static void peek__cut_off(struct kunit *test)
{
	static const char whole[] = HEX("920f1234decafbadcafebabe",
					"1111111122222222bede0001aabbccdd");
	struct tsec_packet_header header;
	char cut[sizeof(whole)];
	size_t len;

	KUNIT_EXPECT_EQ(test, peek_hex(test, OPS, whole, 0, &header), 0);
	for (len = 0; len < sizeof(whole) - 1; len += 2) {
		memcpy(cut, whole, sizeof(whole));
		cut[len] = 0;
		KUNIT_EXPECT_EQ_MSG(test, peek_hex(test, OPS, cut, 0, &header),
				    -EINVAL, "%zu bytes", len / 2);
	}
}

/* A listener meets strangers as one of DTLS does, and no others. */
static void greet(struct kunit *test)
{
	static const u8 secret[TSEC_GREETING_SECRET_LEN] = { 1, 2, 3 };
	struct tsec_greeting greeting = {
		.peer		= secret,
		.peer_len	= 8,
		.secret		= secret,
	};
	u8 data[64];

	greeting.data = data;
	greeting.len = unhex(test, data, sizeof(data), rtp.payload);
	KUNIT_EXPECT_EQ(test, (int)OPS->greet(&greeting),
			(int)TSEC_GREETING_NONE);
	greeting.len = unhex(test, data, sizeof(data), HELLO);
	KUNIT_EXPECT_EQ(test, (int)OPS->greet(&greeting),
			(int)TSEC_GREETING_ANSWERED);
	KUNIT_EXPECT_EQ(test, greeting.reply[0], 22);
	KUNIT_EXPECT_LE(test, (size_t)greeting.reply_len, greeting.len);
	greeting.len--;
	data[12]--;
	KUNIT_EXPECT_EQ(test, (int)OPS->greet(&greeting),
			(int)TSEC_GREETING_NONE);
}

static void key_new__refused(struct kunit *test)
{
	struct tsec_packet_params as = { };
	struct tsec_key good = {
		.version	= TSEC_VERSION_SRTP,
		.cipher		= TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
	}, key;

	key_bytes(test, &good, KEY_128, SALT_128);
	key = good;
	key.version = TSEC_VERSION_TLS_1_3;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.cipher = TSEC_CIPHER_CHACHA20_POLY1305;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.cipher = TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.cipher = TSEC_CIPHER_AES_128_GCM;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.iv_len = 12;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.seq = BIT_ULL(48);
	expect_refused(test, OPS, &key, &as);
	key = good;
	memset(key.key, 0, sizeof(key.key));
	expect_refused(test, OPS, &key, &as);
	as.cid_len = TSEC_PACKET_CID_MAX + 1;
	expect_refused(test, OPS, &good, &as);
}

static bool matches_hex(struct kunit *test, const struct tsec_packet_key *key,
			const char *hex)
{
	u8 data[PACKETS_ROOM];

	return OPS->matches(key, data, unhex(test, data, sizeof(data), hex));
}

/* Each key its own packets, of both kinds; what is cut off, any. */
static void matches__each(struct kunit *test)
{
	struct tsec_packet_key *key, *other;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct master *master = vectors[i].master;

		if (!master->mki)
			continue;
		key = key_of(test, master, false);
		other = next_of(test, master, KEY_GCM_128, "e1f97a0e", key,
				false);
		KUNIT_EXPECT_TRUE(test, matches_hex(test, key, vectors[i].rtp));
		KUNIT_EXPECT_TRUE(test,
				  matches_hex(test, key, vectors[i].rtcp));
		KUNIT_EXPECT_FALSE(test,
				   matches_hex(test, other, vectors[i].rtp));
		KUNIT_EXPECT_FALSE(test,
				   matches_hex(test, other, vectors[i].rtcp));
		KUNIT_EXPECT_TRUE(test, matches_hex(test, other, ""));
		KUNIT_EXPECT_TRUE(test, matches_hex(test, other, "800f12"));
		OPS->key_free(other);
		OPS->key_free(key);
	}
	key = key_of(test, &cm80, false);
	KUNIT_EXPECT_TRUE(test, matches_hex(test, key, vectors[0].rtp));
	OPS->key_free(key);
}

/* As long as for SRTCP: a number and four bytes of MKI. */
static void fit__lengths(struct kunit *test)
{
	struct tsec_packet_key *key = key_of(test, &cm80_mki, true);

	KUNIT_EXPECT_EQ(test, OPS->fit(key, 0), 0);
	KUNIT_EXPECT_EQ(test, OPS->fit(key, 18), 0);
	KUNIT_EXPECT_EQ(test, OPS->fit(key, 19), 1);
	KUNIT_EXPECT_EQ(test, OPS->fit(key, 1472), 1454);
	KUNIT_EXPECT_EQ(test, OPS->fit(key, U32_MAX), OPS->payload_max);
	OPS->key_free(key);
}

static void seal__vectors(struct kunit *test)
{
	struct tsec_packet_key *key;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		key = key_of(test, vectors[i].master, true);
		expect_seals(test, OPS, key, &rtp, vectors[i].rtp);
		expect_seals(test, OPS, key, &rtcp, vectors[i].rtcp);
		OPS->key_free(key);
	}
}

static void seal__malformed(struct kunit *test)
{
	struct tsec_packet_key *key = key_of(test, &cm80, true);

	KUNIT_EXPECT_EQ(test, seal_hex(test, key, ""), -EINVAL);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "800f1234decafbadcafeba"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "400f1234decafbadcafebabe"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "810f1234decafbadcafebabe"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "900f1234decafbadcafebabe"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "81c8000bcafeba"), -EINVAL);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, RTP), 0);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, RTCP), 0);
	OPS->key_free(key);
}

static void seal__one_source(struct kunit *test)
{
	struct master one = cm80;
	struct tsec_packet_key *key;

	one.ssrc = 0xcafebabe;
	key = key_of(test, &one, true);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, RTP), 0);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "800f1234decafbadcafebabf"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, seal_hex(test, key, "81c8000bcafebabf"),
			-EINVAL);
	OPS->key_free(key);
}

static void open__vectors(struct kunit *test)
{
	struct tsec_packet_key *key;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		key = key_of(test, vectors[i].master, false);
		expect_opens(test, OPS, key, vectors[i].rtp, &rtp);
		expect_opens(test, OPS, key, vectors[i].rtcp, &rtcp);
		OPS->key_free(key);
	}
}

static void open__guarded(struct kunit *test)
{
	struct tsec_packet_key *key;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		key = key_of(test, vectors[i].master, false);
		expect_guarded(test, OPS, key, vectors[i].rtp);
		expect_guarded(test, OPS, key, vectors[i].rtcp);
		OPS->key_free(key);
	}
}

/* CSRCs and an extension are not encrypted. */
static void open__long_header(struct kunit *test)
{
	static const struct expected want = {
		.seq		= 0x1234,
		.kind		= TSEC_PACKET_DATA,
		.payload	= HEX("920f1234decafbadcafebabe1111111122222222",
				      "bede00020011223344556677abababababababab"),
	};
	static const char record[] =
		HEX("920f1234decafbadcafebabe1111111122222222bede00020011223344556677",
		    "c5002ede04cfdd2e8f94f37aaca82bb8ea3bd7116a924c72");
	struct tsec_packet_key *key = key_of(test, &gcm_128, true);

	expect_seals(test, OPS, key, &want, record);
	OPS->key_free(key);
	key = key_of(test, &gcm_128, false);
	expect_guarded(test, OPS, key, record);
	OPS->key_free(key);
	key = key_of(test, &gcm_128, false);
	expect_opens(test, OPS, key, record, &want);
	OPS->key_free(key);
}

static void open__not_for_it(struct kunit *test)
{
	struct master one = cm80;
	struct tsec_packet_key *key;

	one.ssrc = 0xcafebabf;
	key = key_of(test, &one, false);
	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, key, vectors[0].rtp),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, key, vectors[0].rtcp),
			-EINVAL);
	OPS->key_free(key);
	key = key_of(test, &cm80_mki, false);
	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, key, vectors[0].rtp),
			-EINVAL);
	OPS->key_free(key);
	key = key_of(test, &cm80, false);
	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, key,
				       "16fefd000100000000000000020102"),
			-EINVAL);
	OPS->key_free(key);
}

/* SRTCP that says that it is not encrypted. */
static void open__rtcp_in_the_clear(struct kunit *test)
{
	struct tsec_packet_key *key = key_of(test, &cm80, false);
	u8 record[PACKETS_ROOM];
	u32 len = unhex(test, record, sizeof(record), vectors[0].rtcp);

	record[24] &= 0x7f;
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, key, record, len),
			-EINVAL);
	OPS->key_free(key);
}

static void open__too_long(struct kunit *test)
{
	struct tsec_packet_key *key = key_of(test, &cm80, false);
	u32 len = OPS->payload_max + 10;
	u8 *record = kunit_kzalloc(test, len + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, record);
	unhex(test, record, len, RTP);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, key, record, len),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, key, record, len + 1),
			-EMSGSIZE);
	OPS->key_free(key);
}

static struct kunit_case srtp_cases[] = {
	KUNIT_CASE(peek__packets),
	KUNIT_CASE(peek__others),
	KUNIT_CASE(peek__cut_off),
	KUNIT_CASE(greet),
	KUNIT_CASE(key_new__refused),
	KUNIT_CASE(matches__each),
	KUNIT_CASE(fit__lengths),
	KUNIT_CASE(seal__vectors),
	KUNIT_CASE(seal__malformed),
	KUNIT_CASE(seal__one_source),
	KUNIT_CASE(open__vectors),
	KUNIT_CASE(open__guarded),
	KUNIT_CASE(open__long_header),
	KUNIT_CASE(open__not_for_it),
	KUNIT_CASE(open__rtcp_in_the_clear),
	KUNIT_CASE(open__too_long),
	{}
};

static struct kunit_suite srtp_suite = {
	.name		= "tsec_srtp",
	.test_cases	= srtp_cases,
};

kunit_test_suites(&srtp_suite);
