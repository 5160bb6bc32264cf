// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/dtls13_cookie.c: hellos made by hand.
 */
#include "../hash.h"
#include "../hkdf.h"
#include "../record/dtls13.h"
#include "hellos.h"

enum test_layout {
	COOKIE_FIXED	= 20,
	/* Of a reply without a group */
	AT_COOKIE	= AT_BODY + 40 + 6 + 6,
};

/**
 * struct wish - what a ClientHello offers
 * @version: the only one in supported_versions
 * @suite: the first one
 * @other_suite: another one; 0: none
 * @group: the only one that it knows
 * @share: the group that it has a share of
 * @cookie: the cookie that it brings back
 * @cookie_len: bytes of @cookie
 * @binder_len: bytes of the binder of a PSK; 0: no PSK
 */
struct wish {
	u16 version;
	u16 suite;
	u16 other_suite;
	u16 group;
	u16 share;
	const u8 *cookie;
	size_t cookie_len;
	u8 binder_len;
};

static const struct wish usual = {
	.version	= TSEC_VERSION_DTLS_1_3,
	.suite		= 0x1301,
	.group		= 0x001d,
	.share		= 0x001d,
};

static u8 *put16(u8 *p, u16 value)
{
	put_unaligned_be16(value, p);
	return p + 2;
}

/* One identity of a byte, its age, and the binder. */
static u8 *psk_put(u8 *p, u8 binder_len)
{
	p = put16(put16(p, 41), 2 + 7 + 2 + 1 + binder_len);
	p = put16(put16(p, 7), 1);
	memset(p, 0, 1 + 4);
	p = put16(p + 1 + 4, 1 + binder_len);
	*p++ = binder_len;
	memset(p, 0xbb, binder_len);
	return p + binder_len;
}

static u8 *extensions_put(u8 *p, const struct wish *wish)
{
	p = put16(put16(p, 43), 3);
	*p++ = 2;
	p = put16(p, wish->version);
	p = put16(put16(put16(put16(p, 10), 4), 2), wish->group);
	p = put16(put16(put16(p, 51), 2 + 4 + 8), 4 + 8);
	p = put16(put16(p, wish->share), 8);
	memset(p, 0xaa, 8);
	p += 8;
	if (wish->binder_len)
		p = psk_put(p, wish->binder_len);
	if (!wish->cookie_len)
		return p;
	p = put16(put16(p, 44), 2 + wish->cookie_len);
	p = put16(p, wish->cookie_len);
	memcpy(p, wish->cookie, wish->cookie_len);
	return p + wish->cookie_len;
}

static void hello_make(struct hello *hello, const struct wish *wish)
{
	u8 *p = hello->data + AT_BODY, *extensions;

	memset(hello, 0, sizeof(*hello));
	p = put16(p, TSEC_VERSION_DTLS_1_2);
	memset(p, 0x5a, 32);
	p += 32 + 2;			/* no session ID, no old cookie */
	p = put16(put16(p, wish->other_suite ? 4 : 2), wish->suite);
	if (wish->other_suite)
		p = put16(p, wish->other_suite);
	*p++ = 1;
	*p++ = 0;
	extensions = p;
	p = extensions_put(p + 2, wish);
	put16(extensions, p - extensions - 2);
	hello_headers(hello, p, TSEC_VERSION_DTLS_1_2);
}

static struct tsec_greeting_terms allowed;

static bool terms_tell(const struct tsec_greeting *greeting,
		       struct tsec_greeting_terms *terms)
{
	*terms = allowed;
	return allowed.cipher_count;
}

static int cookie_setup(struct kunit *test)
{
	tsec_hash_init();
	allowed = (struct tsec_greeting_terms){
		.version_max	= TSEC_VERSION_TLS_1_3,
		.ciphers	= { TSEC_CIPHER_AES_256_GCM,
				    TSEC_CIPHER_AES_128_GCM },
		.cipher_count	= 2,
	};
	return 0;
}

static void greeting_init(struct tsec_greeting *greeting)
{
	greeting_begin(greeting);
	greeting->terms = terms_tell;
}

static enum tsec_greeting_verdict greet(const struct hello *hello,
					struct tsec_greeting *greeting)
{
	return tsec_dtls13_greet(greeting_of(greeting, hello));
}

/* A hello with the cookie that the first one is answered with. */
static void second_hello(struct kunit *test, struct tsec_greeting *greeting,
			 struct hello *hello)
{
	struct wish wish = usual;

	greeting_init(greeting);
	hello_make(hello, &wish);
	KUNIT_ASSERT_EQ(test, greet(hello, greeting), TSEC_GREETING_ANSWERED);
	wish.cookie = greeting->reply + AT_COOKIE;
	wish.cookie_len = COOKIE_FIXED + 32;
	hello_make(hello, &wish);
}

static void greet__answer(struct kunit *test)
{
	struct tsec_greeting greeting;
	u8 hash[TSEC_HASH_SIZE_MAX], message[HELLO_MAX];
	struct hello hello;

	greeting_init(&greeting);
	hello_make(&hello, &usual);
	hello.data[AT_NUMBER] = 9;
	KUNIT_ASSERT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	KUNIT_ASSERT_EQ(test, greeting.reply_len,
			AT_COOKIE + COOKIE_FIXED + 32);
	/* Record, message, and HelloRetryRequest to its extensions. */
	EXPECT_HEX(test, greeting.reply, "16fefd00000000000000090074",
		   "020000680000000000000068", "fefd",
		   "cf21ad74e59a6111be1d8c021e65b891",
		   "c2a211167abb8c5e079e09e2c8a8339c", "00130100");
	EXPECT_HEX(test, greeting.reply + AT_BODY + 38, "0040", "002b0002fefc",
		   "002c00360034");
	/* The cookie: suite, no group, and the hash of what TLS would send. */
	EXPECT_HEX(test, greeting.reply + AT_COOKIE + 16, "1301", "0000");
	memcpy(message, hello.data + AT_MESSAGE, 4);
	memcpy(message + 4, hello.data + AT_BODY, hello.len - AT_BODY);
	KUNIT_ASSERT_EQ(test, tsec_hash_digest(TSEC_HASH_SHA256, message,
					       hello.len - AT_BODY + 4, hash),
			0);
	KUNIT_EXPECT_EQ(test, memcmp(greeting.reply + AT_COOKIE + COOKIE_FIXED,
				     hash, 32), 0);
}

static void greet__sha384(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct wish wish = usual;
	struct hello hello;

	greeting_init(&greeting);
	wish.suite = 0x1302;
	hello_make(&hello, &wish);
	KUNIT_ASSERT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	KUNIT_EXPECT_EQ(test, greeting.reply_len,
			AT_COOKIE + COOKIE_FIXED + 48);
	KUNIT_EXPECT_LE(test, greeting.reply_len, TSEC_GREETING_REPLY_MAX);
}

/* A share of another group, but one that serves is known. */
static void greet__group(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct wish wish = usual;
	struct hello hello;

	greeting_init(&greeting);
	wish.share = 0x0018;
	wish.group = 0x0017;
	hello_make(&hello, &wish);
	KUNIT_ASSERT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	EXPECT_HEX(test, greeting.reply + AT_BODY + 40, "002b0002fefc",
		   "003300020017", "002c00360034");
	EXPECT_HEX(test, greeting.reply + AT_COOKIE + 6 + 16, "1301", "0017");
}

static void expect_suite(struct kunit *test, const struct wish *wish,
			 u16 suite)
{
	struct tsec_greeting greeting;
	struct hello hello;

	greeting_init(&greeting);
	hello_make(&hello, wish);
	KUNIT_ASSERT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(greeting.reply + AT_COOKIE +
						 TSEC_GREETING_PROOF_LEN),
			suite);
}

/* The listener likes the suite with SHA-384 better; a PSK has one hash. */
static void greet__psk(struct kunit *test)
{
	struct wish wish = usual;

	wish.other_suite = 0x1302;
	expect_suite(test, &wish, 0x1302);
	wish.binder_len = 32;
	expect_suite(test, &wish, 0x1301);
	wish.binder_len = 48;
	expect_suite(test, &wish, 0x1302);
	/* One that no common suite goes with is nothing to go by. */
	wish.binder_len = 40;
	expect_suite(test, &wish, 0x1302);
	wish = usual;
	wish.binder_len = 48;
	expect_suite(test, &wish, 0x1301);
}

static void alerts(struct kunit *test, const struct wish *wish)
{
	struct tsec_greeting greeting;
	struct hello hello;

	greeting_init(&greeting);
	hello_make(&hello, wish);
	KUNIT_ASSERT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	KUNIT_ASSERT_EQ(test, greeting.reply_len, 15);
	EXPECT_HEX(test, greeting.reply, "15fefd00000000000000000002", "0228");
}

static void greet__nothing_in_common(struct kunit *test)
{
	struct wish wish = usual;

	wish.suite = 0x1303;
	alerts(test, &wish);
	wish = usual;
	wish.group = 0x0018;
	wish.share = 0x0018;
	alerts(test, &wish);
}

static void greet__proven(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct hello hello;

	second_hello(test, &greeting, &hello);
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting), TSEC_GREETING_PROVEN);
	KUNIT_EXPECT_PTR_EQ(test, greeting.proof,
			    (const u8 *)hello.data + hello.len -
			    COOKIE_FIXED - 32);
}

static void greet__too_old(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct hello hello;

	second_hello(test, &greeting, &hello);
	expect_too_old(test, greeting_of(&greeting, &hello), tsec_dtls13_greet);
}

static void greet__another_peer(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct hello hello;

	second_hello(test, &greeting, &hello);
	greeting.peer_len--;
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
}

/* The suite and the hash are as authentic as the proof itself. */
static void greet__any_bit(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct hello hello;
	size_t i;

	second_hello(test, &greeting, &hello);
	for (i = hello.len - COOKIE_FIXED - 32; i < hello.len; i++) {
		hello.data[i] ^= 4;
		KUNIT_EXPECT_EQ_MSG(test, greet(&hello, &greeting),
				    TSEC_GREETING_ANSWERED, "byte %zu", i);
		hello.data[i] ^= 4;
	}
}

static void greet__not_allowed(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct hello hello;

	greeting_init(&greeting);
	hello_make(&hello, &usual);
	allowed.version_max = TSEC_VERSION_TLS_1_2;
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting), TSEC_GREETING_NONE);
	cookie_setup(test);
	allowed.cipher_count = 0;
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting), TSEC_GREETING_NONE);
}

static void greet__another_version(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct wish wish = usual;
	struct hello hello;

	greeting_init(&greeting);
	wish.version = TSEC_VERSION_DTLS_1_2;
	hello_make(&hello, &wish);
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting), TSEC_GREETING_NONE);
}

static void greet__malformed(struct kunit *test)
{
	/* Another type, epoch, message; a fragment; lengths that differ. */
	static const u8 places[] = {
		0, AT_EPOCH, AT_MESSAGE, AT_FRAGMENT + 2, AT_FRAGMENT_LEN + 2,
		AT_LENGTH + 1, AT_MESSAGE + 3,
	};
	struct tsec_greeting greeting;
	struct wish wish = usual;
	struct hello hello;
	size_t i;

	greeting_init(&greeting);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		hello_make(&hello, &usual);
		hello.data[places[i]] ^= 1;
		KUNIT_EXPECT_EQ_MSG(test, greet(&hello, &greeting),
				    TSEC_GREETING_NONE, "byte %u", places[i]);
	}
	wish.binder_len = 32;
	hello_make(&hello, &wish);
	hello.data[hello.len - 32 - 2]++;
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting), TSEC_GREETING_NONE);
	hello_make(&hello, &usual);
	for (i = hello.len; i-- > 0;) {
		struct hello *cut = kunit_kzalloc(test, i ?: 1, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, cut);
		memcpy(cut, hello.data, i);
		greeting.data = (u8 *)cut;
		greeting.len = i;
		KUNIT_EXPECT_EQ_MSG(test, tsec_dtls13_greet(&greeting),
				    TSEC_GREETING_NONE, "%zu bytes", i);
		kunit_kfree(test, cut);
	}
}

static struct kunit_case dtls13_cookie_cases[] = {
	KUNIT_CASE(greet__answer),
	KUNIT_CASE(greet__sha384),
	KUNIT_CASE(greet__group),
	KUNIT_CASE(greet__psk),
	KUNIT_CASE(greet__nothing_in_common),
	KUNIT_CASE(greet__proven),
	KUNIT_CASE(greet__too_old),
	KUNIT_CASE(greet__another_peer),
	KUNIT_CASE(greet__any_bit),
	KUNIT_CASE(greet__not_allowed),
	KUNIT_CASE(greet__another_version),
	KUNIT_CASE(greet__malformed),
	{}
};

static struct kunit_suite dtls13_cookie_suite = {
	.name		= "tsec_dtls13_cookie",
	.init		= cookie_setup,
	.test_cases	= dtls13_cookie_cases,
};

kunit_test_suite(dtls13_cookie_suite);
