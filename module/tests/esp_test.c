// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/esp.c.  Vectors: RFC 7634 appendix A.  Those of
 * AES-GCM were computed with another implementation, and whole packets are
 * held against the templates of the crypto API that the kernel's own ESP uses.
 */
#include <crypto/aead.h>
#include <linux/scatterlist.h>
#include <uapi/linux/tsec.h>

#include "../aead.h"
#include "../record/esp.h"
#include "packets.h"

#define OPS	(&tsec_packet_esp_ops)
#define ESN	TSEC_VERSION_ESP_ESN
#define NO_ESN	TSEC_VERSION_ESP

enum {
	WINDOW = 64,
};

/**
 * struct association - one direction of a security association
 * @version: of 32 or of 64 bits
 * @cipher: enum tsec_cipher
 * @spi: its SPI
 * @seq: its first number
 * @key: the key in hexadecimal
 * @iv: the salt, maybe with an IV
 */
struct association {
	u16 version;
	u16 cipher;
	u32 spi;
	u64 seq;
	const char *key;
	const char *iv;
};

/* RFC 7634 appendix A; the IV of packet 5 is 10..17. */
static const struct association chacha = {
	.version	= NO_ESN,
	.cipher		= TSEC_CIPHER_CHACHA20_POLY1305,
	.spi		= 0x01020304,
	.key		= HEX("808182838485868788898a8b8c8d8e8f",
			      "909192939495969798999a9b9c9d9e9f"),
	.iv		= "a0a1a2a31011121314151612",
};

static const char chacha_record[] =
	HEX("0102030400000005101112131415161724039428b97f417e3c13753a4f05087b",
	    "67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f7",
	    "2aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da",
	    "9165b82829f641e076aaa8266b7fb0f7b11b369907e1ad43");

static const struct expected chacha_packet = {
	.seq		= 5,
	.kind		= TSEC_PACKET_DATA,
	.content	= 4,
	.payload	= HEX("45000054a6f200004001e778c6336405c0000205",
			      "08005b7a3a080000553bec100007362708090a0b",
			      "0c0d0e0f101112131415161718191a1b1c1d1e1f",
			      "202122232425262728292a2b2c2d2e2f30313233",
			      "34353637"),
};

static const struct association gcm = {
	.version	= NO_ESN,
	.cipher		= TSEC_CIPHER_AES_128_GCM,
	.spi		= 0x1000,
	.key		= "000102030405060708090a0b0c0d0e0f",
	.iv		= "deadbeef",
};

static const char gcm_record[] =
	HEX("00001000000000010000000000000001aa6e523e42ed6c7989a38b8547740975",
	    "1256587e9e33549442113646ad84caece9a1089d");

/* "tsec-esp-payload" */
static const struct expected gcm_packet = {
	.seq		= 1,
	.kind		= TSEC_PACKET_DATA,
	.content	= 17,
	.payload	= "747365632d6573702d7061796c6f6164",
};

static const struct association gcm_esn = {
	.version	= ESN,
	.cipher		= TSEC_CIPHER_AES_128_GCM,
	.spi		= 0x1000,
	.seq		= 0xffffff00,
	.key		= "000102030405060708090a0b0c0d0e0f",
	.iv		= "deadbeef",
};

/* The number is 0x100000001. */
static const char gcm_esn_record[] =
	HEX("0000100000000001000000010000000119dbfa9af8a45a1988a264c63e186046",
	    "6b8eb186314d28c4655d631da274821cedb24511");

static struct tsec_packet_key *key_of(struct kunit *test,
				      const struct association *sa,
				      bool sending)
{
	struct tsec_packet_params as = {
		.key_id		= sa->spi,
		.sending	= sending,
		.window		= WINDOW,
	};
	struct tsec_key key = {
		.version	= sa->version,
		.cipher		= sa->cipher,
		.seq		= sa->seq,
	};

	key_bytes(test, &key, sa->key, sa->iv);
	return packet_key(test, OPS, &key, &as);
}

static void peek__packet(struct kunit *test)
{
	struct tsec_packet_header header;
	u8 data[64] = { 1, 2, 3, 4 };
	size_t len;

	for (len = 2; len <= sizeof(data); len++)
		KUNIT_EXPECT_EQ_MSG(test, OPS->peek(data, len, 0, &header),
				    len < 36 || len % 4 ? -EINVAL : 0,
				    "%zu bytes", len);
	KUNIT_EXPECT_EQ(test, header.len, sizeof(data));
	KUNIT_EXPECT_EQ(test, header.key_id, 0x01020304);
	KUNIT_EXPECT_TRUE(test, header.sealed);
	KUNIT_EXPECT_NULL(test, header.cid);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_DATA);
}

static void peek__spi(struct kunit *test)
{
	struct tsec_packet_header header;
	u8 data[36] = { };

	data[3] = 1;
	KUNIT_EXPECT_EQ(test, OPS->peek(data, 36, 0, &header), -EINVAL);
	data[3] = 255;
	KUNIT_EXPECT_EQ(test, OPS->peek(data, 36, 0, &header), -EINVAL);
	data[2] = 1;
	data[3] = 0;
	KUNIT_EXPECT_EQ(test, OPS->peek(data, 36, 0, &header), 0);
	KUNIT_EXPECT_EQ(test, header.key_id, 256);
}

static void peek__ike(struct kunit *test)
{
	struct tsec_packet_header header;
	u8 data[64] = { };

	data[4] = 1;
	KUNIT_EXPECT_EQ(test, OPS->peek(data, 61, 0, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 61);
	KUNIT_EXPECT_FALSE(test, header.sealed);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_HANDSHAKE);
	KUNIT_EXPECT_EQ(test, OPS->peek(data, 32, 0, &header), 0);
	KUNIT_EXPECT_EQ(test, OPS->peek(data, 31, 0, &header), -EINVAL);
	KUNIT_EXPECT_EQ(test, OPS->peek(data, 3, 0, &header), -EINVAL);
	KUNIT_EXPECT_EQ(test, OPS->peek(data, 0, 0, &header), -EINVAL);
}

static void peek__keepalive(struct kunit *test)
{
	struct tsec_packet_header header;
	u8 data[2] = { 0xff, 0xff };

	KUNIT_EXPECT_EQ(test, OPS->peek(data, 1, 0, &header), 0);
	KUNIT_EXPECT_EQ(test, header.len, 1);
	KUNIT_EXPECT_FALSE(test, header.sealed);
	KUNIT_EXPECT_EQ(test, (int)header.kind, (int)TSEC_PACKET_CONTROL);
	KUNIT_EXPECT_EQ(test, OPS->peek(data, 2, 0, &header), -EINVAL);
	data[0] = 0xfe;
	KUNIT_EXPECT_EQ(test, OPS->peek(data, 1, 0, &header), -EINVAL);
}

static void key_new__refused(struct kunit *test)
{
	struct tsec_packet_params as = { .key_id = 256 };
	struct tsec_key good = {
		.version	= NO_ESN,
		.cipher		= TSEC_CIPHER_AES_128_GCM,
	}, key;

	key_bytes(test, &good, gcm.key, gcm.iv);
	key = good;
	key.version = TSEC_VERSION_TLS_1_3;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.cipher = TSEC_CIPHER_UNSPEC;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.cipher = TSEC_CIPHER_AES_256_GCM;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.iv_len = 8;
	expect_refused(test, OPS, &key, &as);
	key = good;
	key.seq = BIT_ULL(32);
	expect_refused(test, OPS, &key, &as);
	key = good;
	memset(key.key, 0, sizeof(key.key));
	expect_refused(test, OPS, &key, &as);
	as.key_id = 255;
	expect_refused(test, OPS, &good, &as);
	as.key_id = 256;
	as.cid_len = 1;
	expect_refused(test, OPS, &good, &as);
}

static void seals(struct kunit *test, const struct association *sa,
		  const struct expected *in, const char *record)
{
	struct tsec_packet_key *key = key_of(test, sa, true);

	expect_seals(test, OPS, key, in, record);
	OPS->key_free(key);
}

static void fit__lengths(struct kunit *test)
{
	struct tsec_packet_key *key = key_of(test, &gcm, true);

	expect_fit_lengths(test, OPS, key, 35, 40);
	OPS->key_free(key);
}

static void seal__vectors(struct kunit *test)
{
	struct expected esn = gcm_packet;

	seals(test, &chacha, &chacha_packet, chacha_record);
	seals(test, &gcm, &gcm_packet, gcm_record);
	esn.seq = 0x100000001;
	seals(test, &gcm_esn, &esn, gcm_esn_record);
}

static void seal__limits(struct kunit *test)
{
	struct tsec_packet_key *key = key_of(test, &gcm, true);

	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, 0, 1), -EKEYEXPIRED);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, U32_MAX, 1), 0);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, BIT_ULL(32), 1),
			-EKEYEXPIRED);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, 1, OPS->payload_max),
			0);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, 1,
					 OPS->payload_max + 1), -EMSGSIZE);
	OPS->key_free(key);
	key = key_of(test, &gcm_esn, true);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, BIT_ULL(32), 1), 0);
	KUNIT_EXPECT_EQ(test, seal_zeros(test, OPS, key, U64_MAX, 1),
			-EKEYEXPIRED);
	OPS->key_free(key);
}

/* Payloads of all lengths end where the next 32-bit word ends. */
static void seal__padding(struct kunit *test)
{
	static const char *const payloads[] = {
		"", "01", "0102", "010203", "01020304", "0102030405",
	};
	static const u8 lens[] = { 36, 36, 36, 40, 40, 40 };
	struct tsec_packet_key *tx = key_of(test, &gcm, true);
	struct tsec_packet_key *rx = key_of(test, &gcm, false);
	u8 record[PACKETS_ROOM];
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(payloads); i++) {
		struct expected in = {
			.seq		= i + 1,
			.kind		= TSEC_PACKET_DATA,
			.content	= 1,
			.payload	= payloads[i],
		};

		len = seal_copy(test, OPS, tx, &in, record);
		KUNIT_EXPECT_EQ(test, len, lens[i]);
		expect_opens_bytes(test, OPS, rx, record, len, &in);
	}
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static void seal__next_header(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, &gcm, true);
	struct tsec_packet_key *rx = key_of(test, &gcm, false);
	struct expected dummy = {
		.seq		= 1,
		.kind		= TSEC_PACKET_CONTROL,
		.payload	= "00",
	}, data = {
		.seq		= 2,
		.kind		= TSEC_PACKET_DATA,
		.payload	= "00",
	};
	u8 record[PACKETS_ROOM];
	u32 len;

	len = seal_copy(test, OPS, tx, &dummy, record);
	dummy.content = TSEC_ESP_NEXT_NONE;
	expect_opens_bytes(test, OPS, rx, record, len, &dummy);
	len = seal_copy(test, OPS, tx, &data, record);
	data.content = TSEC_ESP_NEXT_LOCAL;
	expect_opens_bytes(test, OPS, rx, record, len, &data);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

static int aead_wait(struct crypto_aead *tfm, u8 *buf, u32 aad_len, u32 len,
		     u8 *iv)
{
	struct aead_request *req = aead_request_alloc(tfm, GFP_KERNEL);
	DECLARE_CRYPTO_WAIT(wait);
	struct scatterlist sg;
	int err;

	if (!req)
		return -ENOMEM;
	sg_init_one(&sg, buf, aad_len + len);
	aead_request_set_callback(req, CRYPTO_TFM_REQ_MAY_SLEEP,
				  crypto_req_done, &wait);
	aead_request_set_ad(req, aad_len);
	aead_request_set_crypt(req, &sg, &sg, len, iv);
	err = crypto_wait_req(crypto_aead_decrypt(req), &wait);
	aead_request_free(req);
	return err;
}

/* Opens a packet in @buf as the kernel's own ESP does. */
static void kernel_opens(struct kunit *test, const char *alg,
			 const struct association *sa, u8 *buf, u32 len)
{
	u32 aad_len = sa->version == ESN ? 20 : 16;
	struct crypto_aead *tfm = crypto_alloc_aead(alg, 0, 0);
	u8 key[36], iv[8], salt[12];
	size_t key_len;

	KUNIT_ASSERT_FALSE(test, IS_ERR(tfm));
	key_len = unhex(test, key, 32, sa->key);
	unhex(test, salt, sizeof(salt), sa->iv);
	memcpy(key + key_len, salt, 4);
	memcpy(iv, buf + aad_len - 8, 8);
	KUNIT_EXPECT_EQ(test, crypto_aead_setkey(tfm, key, key_len + 4), 0);
	KUNIT_EXPECT_EQ(test, crypto_aead_setauthsize(tfm, 16), 0);
	KUNIT_EXPECT_EQ(test, aead_wait(tfm, buf, aad_len, len - aad_len, iv),
			0);
	crypto_free_aead(tfm);
}

/* Seals, puts the high half of the number where the kernel has it, opens. */
static void crosses(struct kunit *test, const char *alg,
		    const struct association *sa, const struct expected *in)
{
	struct tsec_packet_key *tx = key_of(test, sa, true);
	u32 at = sa->version == ESN ? 20 : 16, len, payload_len;
	u8 *buf = kunit_kzalloc(test, PACKETS_ROOM + 4, GFP_KERNEL);
	u8 payload[PACKETS_ROOM];

	KUNIT_ASSERT_NOT_NULL(test, buf);
	payload_len = unhex(test, payload, sizeof(payload), in->payload);
	len = seal_copy(test, OPS, tx, in, buf);
	if (sa->version == ESN) {
		memmove(buf + 8, buf + 4, len - 4);
		*(__be32 *)(buf + 4) = cpu_to_be32(in->seq >> 32);
		len += 4;
	}
	kernel_opens(test, alg, sa, buf, len);
	EXPECT_BYTES(test, buf + at, payload, payload_len);
	KUNIT_EXPECT_EQ(test, buf[len - 17], in->content);
	OPS->key_free(tx);
}

static void seal__kernel_opens(struct kunit *test)
{
	struct association sa = chacha;
	struct expected in = gcm_packet;

	crosses(test, "rfc4106(gcm(aes))", &gcm, &gcm_packet);
	crosses(test, "rfc4106(gcm(aes))", &gcm, &chacha_packet);
	crosses(test, "rfc7539esp(chacha20,poly1305)", &chacha, &gcm_packet);
	in.seq = 0x123456789abcdef0;
	crosses(test, "rfc4106(gcm(aes))", &gcm_esn, &in);
	sa.version = ESN;
	crosses(test, "rfc7539esp(chacha20,poly1305)", &sa, &in);
	sa.cipher = TSEC_CIPHER_AES_256_GCM;
	crosses(test, "rfc4106(gcm(aes))", &sa, &in);
}

static void opens(struct kunit *test, const struct association *sa,
		  const struct expected *want, const char *record)
{
	struct tsec_packet_key *key = key_of(test, sa, false);

	expect_opens(test, OPS, key, record, want);
	OPS->key_free(key);
}

static void open__vectors(struct kunit *test)
{
	struct expected esn = gcm_packet;

	opens(test, &chacha, &chacha_packet, chacha_record);
	opens(test, &gcm, &gcm_packet, gcm_record);
	esn.seq = 0x100000001;
	opens(test, &gcm_esn, &esn, gcm_esn_record);
}

static void guarded(struct kunit *test, const struct association *sa,
		    const char *record)
{
	struct tsec_packet_key *key = key_of(test, sa, false);

	expect_guarded(test, OPS, key, record);
	OPS->key_free(key);
}

static void open__guarded(struct kunit *test)
{
	guarded(test, &chacha, chacha_record);
	guarded(test, &gcm, gcm_record);
	guarded(test, &gcm_esn, gcm_esn_record);
}

static int pass(struct kunit *test, struct tsec_packet_key *tx,
		struct tsec_packet_key *rx, u64 seq)
{
	struct expected in = gcm_packet;
	u8 record[PACKETS_ROOM];
	u32 len;

	in.seq = seq;
	len = seal_copy(test, OPS, tx, &in, record);
	return open_bytes(test, OPS, rx, record, len);
}

static void open__window(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, &gcm, true);
	struct tsec_packet_key *rx = key_of(test, &gcm, false);

	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1000), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1000 - 63), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1000 - 63), -EALREADY);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1000 - 64), -ESTALE);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, U32_MAX), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 1001), -ESTALE);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

/* The window lies in two subspaces: RFC 4303 appendix A2.2, case B. */
static void open__esn_wraps(struct kunit *test)
{
	struct tsec_packet_key *tx = key_of(test, &gcm_esn, true);
	struct tsec_packet_key *rx = key_of(test, &gcm_esn, false);

	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0xffffff00), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0x100000005), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0xffffffff), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0xffffffff), -EALREADY);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0x100000000), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0x100000005), -EALREADY);
	/* What is older is taken for the far future, and refuted. */
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0xffffffc5), -EBADMSG);
	/* So is a step of more than a subspace. */
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0x1ffffffc6), -EBADMSG);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0x1ffffffc5), 0);
	KUNIT_EXPECT_EQ(test, pass(test, tx, rx, 0x2ffffff84), 0);
	OPS->key_free(tx);
	OPS->key_free(rx);
}

/* An authentic packet whose inside is @hex. */
static int open_inside(struct kunit *test, const char *hex)
{
	struct tsec_packet_key *rx = key_of(test, &gcm, false);
	u8 record[PACKETS_ROOM] = { 0, 0, 0x10, 0, 0, 0, 0, 1 };
	struct tsec_aead *aead;
	u8 nonce[12] = { 0xde, 0xad, 0xbe, 0xef }, key[16], *buf;
	u32 len = unhex(test, record + 16, sizeof(record) - 16, hex);
	int err;

	unhex(test, key, sizeof(key), gcm.key);
	buf = kunit_kzalloc(test, PACKETS_ROOM, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(buf, record, PACKETS_ROOM);
	aead = tsec_aead_new("gcm(aes)", key, sizeof(key));
	KUNIT_ASSERT_FALSE(test, IS_ERR(aead));
	KUNIT_EXPECT_EQ(test, tsec_aead_seal(aead, nonce, buf, 8, buf + 16,
					     len), 0);
	tsec_aead_free(aead);
	err = open_bytes(test, OPS, rx, buf, 16 + len + 16);
	/* What was refused has changed no state. */
	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, rx, gcm_record),
			err ? 0 : -EALREADY);
	OPS->key_free(rx);
	return err;
}

static void open__padding(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, open_inside(test, "01020211"), 0);
	KUNIT_EXPECT_EQ(test, open_inside(test, "0102030405060611"), 0);
	KUNIT_EXPECT_EQ(test, open_inside(test, "ffff0011"), 0);
	KUNIT_EXPECT_EQ(test, open_inside(test, "01020311"), -EINVAL);
	KUNIT_EXPECT_EQ(test, open_inside(test, "0102ff11"), -EINVAL);
	KUNIT_EXPECT_EQ(test, open_inside(test, "02020211"), -EINVAL);
	KUNIT_EXPECT_EQ(test, open_inside(test, "01010211"), -EINVAL);
	KUNIT_EXPECT_EQ(test, open_inside(test, "00000211"), -EINVAL);
	/* Not at the end of a word. */
	KUNIT_EXPECT_EQ(test, open_inside(test, "0011"), -EINVAL);
	KUNIT_EXPECT_EQ(test, open_inside(test, "0000000011"), -EINVAL);
}

static void open__not_for_it(struct kunit *test)
{
	struct tsec_packet_key *rx = key_of(test, &gcm, false);
	u8 ike[64] = { 0, 0, 0, 0, 1 }, keepalive = 0xff;

	KUNIT_EXPECT_EQ(test, open_hex(test, OPS, rx, chacha_record),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, ike, sizeof(ike)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, &keepalive, 1),
			-EINVAL);
	OPS->key_free(rx);
}

static void open__first_number(struct kunit *test)
{
	struct tsec_packet_key *rx = key_of(test, &gcm, false);
	u8 record[PACKETS_ROOM];
	u32 len = unhex(test, record, sizeof(record), gcm_record);

	record[7] = 0;
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len),
			-EINVAL);
	OPS->key_free(rx);
}

static void open__too_long(struct kunit *test)
{
	struct tsec_packet_key *rx = key_of(test, &gcm, false);
	u32 len = 16 + OPS->payload_max + 2 + 16;
	u8 *record = kunit_kzalloc(test, len + 4, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, record);
	unhex(test, record, len, gcm_record);
	KUNIT_EXPECT_EQ(test, len % 4, 0);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, open_bytes(test, OPS, rx, record, len + 4),
			-EMSGSIZE);
	OPS->key_free(rx);
}

static struct kunit_case esp_cases[] = {
	KUNIT_CASE(peek__packet),
	KUNIT_CASE(peek__spi),
	KUNIT_CASE(peek__ike),
	KUNIT_CASE(peek__keepalive),
	KUNIT_CASE(key_new__refused),
	KUNIT_CASE(fit__lengths),
	KUNIT_CASE(seal__vectors),
	KUNIT_CASE(seal__limits),
	KUNIT_CASE(seal__padding),
	KUNIT_CASE(seal__next_header),
	KUNIT_CASE(seal__kernel_opens),
	KUNIT_CASE(open__vectors),
	KUNIT_CASE(open__guarded),
	KUNIT_CASE(open__window),
	KUNIT_CASE(open__esn_wraps),
	KUNIT_CASE(open__padding),
	KUNIT_CASE(open__not_for_it),
	KUNIT_CASE(open__first_number),
	KUNIT_CASE(open__too_long),
	{}
};

static struct kunit_suite esp_suite = {
	.name		= "tsec_esp",
	.test_cases	= esp_cases,
};

kunit_test_suites(&esp_suite);
