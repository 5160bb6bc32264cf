// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/dtls12_cookie.c: hellos made by hand.
 */
#include "../record/dtls12.h"
#include "hellos.h"

enum test_layout {
	AT_HELLO_RANDOM	= AT_BODY + 2,
	AT_SESSION_ID	= AT_HELLO_RANDOM + 32,
	TAIL_LEN	= 8,		/* suites and compression */
	REPLY_LEN	= 44,
	AT_COOKIE	= 28,		/* in the reply */
	COOKIE_LEN	= 16,
};

static void hello_make(struct hello *hello, u8 id_len, const u8 *cookie,
		       u8 cookie_len)
{
	u8 *p = hello->data + AT_SESSION_ID;

	memset(hello, 0, sizeof(*hello));
	*p++ = id_len;
	memset(p, 0x1d, id_len);
	p += id_len;
	*p++ = cookie_len;
	memcpy(p, cookie, cookie_len);
	hello_headers(hello, p + cookie_len + TAIL_LEN, 0xfeff);
	put_unaligned_be16(TSEC_VERSION_DTLS_1_2, hello->data + AT_BODY);
	memset(hello->data + AT_HELLO_RANDOM, 0x5a, 32);
}

static enum tsec_greeting_verdict greet(const struct hello *hello,
					struct tsec_greeting *greeting)
{
	return tsec_dtls12_greet(greeting_of(greeting, hello));
}

/* A hello with the cookie that the first one is answered with. */
static void second_hello(struct kunit *test, struct tsec_greeting *greeting,
			 struct hello *hello)
{
	greeting_begin(greeting);
	hello_make(hello, 0, NULL, 0);
	KUNIT_ASSERT_EQ(test, greet(hello, greeting), TSEC_GREETING_ANSWERED);
	hello_make(hello, 0, greeting->reply + AT_COOKIE, COOKIE_LEN);
}

static void greet__answer(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct hello hello;

	greeting_begin(&greeting);
	hello_make(&hello, 0, NULL, 0);
	hello.data[AT_NUMBER] = 9;
	KUNIT_ASSERT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	/* RFC 6347: record, message and HelloVerifyRequest. */
	KUNIT_ASSERT_EQ(test, greeting.reply_len, REPLY_LEN);
	EXPECT_HEX(test, greeting.reply, "16feff0000000000000009001f",
		   "030000130000000000000013", "feff10");
	KUNIT_EXPECT_LT(test, greeting.reply_len, hello.len);
}

static void greet__proven(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct hello hello;

	second_hello(test, &greeting, &hello);
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting), TSEC_GREETING_PROVEN);
	KUNIT_EXPECT_PTR_EQ(test, greeting.proof,
			    (const u8 *)hello.data + AT_SESSION_ID + 2);
}

/* A session ID is part of what is proven. */
static void greet__proven_with_id(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct hello hello;

	greeting_begin(&greeting);
	hello_make(&hello, 32, NULL, 0);
	KUNIT_ASSERT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	hello_make(&hello, 32, greeting.reply + AT_COOKIE, COOKIE_LEN);
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting), TSEC_GREETING_PROVEN);
	hello.data[AT_SESSION_ID + 1] ^= 1;
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
}

static void greet__too_old(struct kunit *test)
{
	struct tsec_greeting greeting;
	struct hello hello;

	second_hello(test, &greeting, &hello);
	expect_too_old(test, greeting_of(&greeting, &hello), tsec_dtls12_greet);
}

/* Whatever the proof is about: with another one it proves nothing. */
static void greet__of_others(struct kunit *test)
{
	static const u8 elsewhere[] = "here and ther!";
	static const u8 other_secret[TSEC_GREETING_SECRET_LEN] = { 1, 2, 4 };
	struct tsec_greeting greeting;
	struct hello hello;

	second_hello(test, &greeting, &hello);
	greeting.peer = elsewhere;
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	greeting.peer = peer;
	greeting.secret = other_secret;
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	greeting.secret = secret;
	hello.data[AT_HELLO_RANDOM + 31] ^= 0x80;
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	hello.data[AT_HELLO_RANDOM + 31] ^= 0x80;
	hello.data[AT_SESSION_ID + 2 + COOKIE_LEN - 1] ^= 1;
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
}

/* A cookie that is too short or too long is none. */
static void greet__cookie_length(struct kunit *test)
{
	struct tsec_greeting greeting;
	u8 cookie[COOKIE_LEN + 1] = { };
	struct hello hello;

	second_hello(test, &greeting, &hello);
	memcpy(cookie, greeting.reply + AT_COOKIE, COOKIE_LEN);
	hello_make(&hello, 0, cookie, COOKIE_LEN - 1);
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
	hello_make(&hello, 0, cookie, COOKIE_LEN + 1);
	KUNIT_EXPECT_EQ(test, greet(&hello, &greeting),
			TSEC_GREETING_ANSWERED);
}

/* Nothing that is no first fragment of a ClientHello is answered. */
static void greet__no_hello(struct kunit *test)
{
	static const struct {
		u8 at;
		u8 value;
	} rows[] = {
		{ 0, TSEC_TLS_RECORD_DATA },
		{ AT_VERSION, 0x03 },
		{ AT_VERSION + 1, 0xfc },
		{ AT_EPOCH + 1, 1 },
		{ AT_MESSAGE, 2 },
		{ AT_MESSAGE, 16 },
		{ AT_FRAGMENT + 2, 1 },
		{ AT_LENGTH + 1, 11 },		/* no whole header */
		{ AT_FRAGMENT_LEN + 2, 34 },	/* no session ID */
		{ AT_SESSION_ID, 33 },
	};
	struct tsec_greeting greeting;
	struct hello hello;
	int i;

	greeting_begin(&greeting);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		hello_make(&hello, 0, NULL, 0);
		hello.data[rows[i].at] = rows[i].value;
		KUNIT_EXPECT_EQ_MSG(test, greet(&hello, &greeting),
				    TSEC_GREETING_NONE, "byte %u", rows[i].at);
	}
}

/* Up to the cookie a hello has to be there; KASAN watches the rest. */
static void greet__truncated(struct kunit *test)
{
	struct tsec_greeting greeting;
	size_t whole = AT_SESSION_ID + 2 + COOKIE_LEN, len;
	struct hello hello;
	u8 *copy;

	second_hello(test, &greeting, &hello);
	for (len = 0; len < whole; len++) {
		copy = kmemdup(hello.data, len, GFP_KERNEL);
		greeting.data = copy;
		greeting.len = len;
		KUNIT_EXPECT_EQ(test, tsec_dtls12_greet(&greeting),
				TSEC_GREETING_NONE);
		kfree(copy);
	}
}

static struct kunit_case dtls12_cookie_cases[] = {
	KUNIT_CASE(greet__answer),
	KUNIT_CASE(greet__proven),
	KUNIT_CASE(greet__proven_with_id),
	KUNIT_CASE(greet__too_old),
	KUNIT_CASE(greet__of_others),
	KUNIT_CASE(greet__cookie_length),
	KUNIT_CASE(greet__no_hello),
	KUNIT_CASE(greet__truncated),
	{ }
};

static struct kunit_suite dtls12_cookie_suite = {
	.name		= "tsec_dtls12_cookie",
	.test_cases	= dtls12_cookie_cases,
};

kunit_test_suites(&dtls12_cookie_suite);
