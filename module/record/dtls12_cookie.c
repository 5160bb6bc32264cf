// SPDX-License-Identifier: GPL-2.0
/*
 * The cookie exchange of DTLS 1.2 (RFC 6347 section 4.2.1).
 *
 * A client that has not shown that it gets what is sent to its address is
 * answered with a HelloVerifyRequest and forgotten.  The cookie in there is
 * all that is kept, by the client: whoever brings it back is there.
 */
#include <crypto/algapi.h>
#include <crypto/blake2s.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <uapi/linux/tsec.h>

#include "../compat.h"
#include "../packet.h"
#include "dtls12.h"
#include "tls.h"

enum hello_layout {
	AT_VERSION	= 1,
	AT_NUMBER	= 3,		/* epoch (16 bits) and number (48 bits) */
	AT_LENGTH	= 11,
	AT_MESSAGE	= TSEC_DTLS12_HEADER,	/* its type, of 1 byte */
	AT_FRAGMENT	= AT_MESSAGE + 6,	/* offset, of 3 bytes */
	AT_FRAGMENT_LEN	= AT_MESSAGE + 9,	/* of 3 bytes */
	AT_BODY		= AT_MESSAGE + 12,
	VERSION_LEN	= 2,
	RANDOM_LEN	= 32,
	SESSION_ID_MAX	= 32,
	COOKIE_LEN	= TSEC_GREETING_PROOF_LEN,
	VERIFY_LEN	= VERSION_LEN + 1 + COOKIE_LEN,
	REPLY_LEN	= AT_BODY + VERIFY_LEN,
};

enum hello_message {
	CLIENT_HELLO		= 1,
	HELLO_VERIFY_REQUEST	= 3,
};

/* Servers say so whatever version will be used (section 4.2.1). */
#define VERSION_DTLS_1_0	0xfeff

static_assert((int)REPLY_LEN <= (int)TSEC_GREETING_REPLY_MAX);

/**
 * struct hello - what of a ClientHello the exchange is about
 * @fixed: version, random, session ID: the same in both of a client's hellos
 * @fixed_len: bytes of @fixed
 * @cookie: what the client brings back
 * @cookie_len: bytes of @cookie, 0 in the first hello
 */
struct hello {
	const u8 *fixed;
	size_t fixed_len;
	const u8 *cookie;
	u8 cookie_len;
};

static bool is_hello(const u8 *data, size_t len)
{
	u16 version;

	if (len < AT_BODY)
		return false;
	version = get_unaligned_be16(data + AT_VERSION);
	return data[0] == TSEC_TLS_RECORD_HANDSHAKE &&
	       (version == VERSION_DTLS_1_0 ||
		version == TSEC_VERSION_DTLS_1_2) &&
	       !get_unaligned_be16(data + AT_NUMBER) &&
	       data[AT_MESSAGE] == CLIENT_HELLO &&
	       !get_unaligned_be24(data + AT_FRAGMENT);
}

/* Bytes of the message's first fragment, as far as the datagram has them. */
static size_t body_len(const u8 *data, size_t len)
{
	size_t record = get_unaligned_be16(data + AT_LENGTH);

	record = min(record, len - AT_MESSAGE);
	if (record < AT_BODY - AT_MESSAGE)
		return 0;
	return min_t(size_t, record - (AT_BODY - AT_MESSAGE),
		     get_unaligned_be24(data + AT_FRAGMENT_LEN));
}

static bool hello_read(const u8 *data, size_t len, struct hello *hello)
{
	const u8 *body = data + AT_BODY;
	size_t left, at = VERSION_LEN + RANDOM_LEN;

	if (!is_hello(data, len))
		return false;
	left = body_len(data, len);
	if (left <= at || body[at] > SESSION_ID_MAX)
		return false;
	at += 1 + body[at];
	if (left <= at || left - at - 1 < body[at])
		return false;
	hello->fixed = body;
	hello->fixed_len = at;
	hello->cookie = body + at + 1;
	hello->cookie_len = body[at];
	return true;
}

static void cookie_make(const struct tsec_greeting *greeting, u32 period,
			const struct hello *hello, u8 *cookie)
{
	struct blake2s_state state;

	blake2s_init_key(&state, COOKIE_LEN, greeting->secret,
			 TSEC_GREETING_SECRET_LEN);
	blake2s_update(&state, (const u8 *)&period, sizeof(period));
	blake2s_update(&state, greeting->peer, greeting->peer_len);
	blake2s_update(&state, hello->fixed, hello->fixed_len);
	blake2s_final(&state, cookie);
}

static bool cookie_is_good(const struct tsec_greeting *greeting,
			   const struct hello *hello)
{
	u8 cookie[COOKIE_LEN];
	u32 age;

	if (hello->cookie_len != COOKIE_LEN)
		return false;
	for (age = 0; age <= 1; age++) {
		cookie_make(greeting, greeting->period - age, hello, cookie);
		if (!crypto_memneq(cookie, hello->cookie, COOKIE_LEN))
			return true;
	}
	return false;
}

/* The record has the number of the one that it answers. */
static void reply_build(struct tsec_greeting *greeting,
			const struct hello *hello)
{
	u8 *reply = greeting->reply;

	memset(reply, 0, REPLY_LEN);
	reply[0] = TSEC_TLS_RECORD_HANDSHAKE;
	put_unaligned_be16(VERSION_DTLS_1_0, reply + AT_VERSION);
	memcpy(reply + AT_NUMBER, greeting->data + AT_NUMBER,
	       AT_LENGTH - AT_NUMBER);
	put_unaligned_be16(REPLY_LEN - AT_MESSAGE, reply + AT_LENGTH);
	reply[AT_MESSAGE] = HELLO_VERIFY_REQUEST;
	put_unaligned_be24(VERIFY_LEN, reply + AT_MESSAGE + 1);
	put_unaligned_be24(VERIFY_LEN, reply + AT_FRAGMENT_LEN);
	put_unaligned_be16(VERSION_DTLS_1_0, reply + AT_BODY);
	reply[AT_BODY + VERSION_LEN] = COOKIE_LEN;
	cookie_make(greeting, greeting->period, hello,
		    reply + AT_BODY + VERSION_LEN + 1);
	greeting->reply_len = REPLY_LEN;
}

/**
 * tsec_dtls12_greet() - meet a client that may not be where it says it is
 * @greeting: its datagram; gets the reply
 *
 * Context: Any but hard interrupts.
 * Return: enum tsec_greeting_verdict.
 */
enum tsec_greeting_verdict tsec_dtls12_greet(struct tsec_greeting *greeting)
{
	struct hello hello;

	if (!hello_read(greeting->data, greeting->len, &hello))
		return TSEC_GREETING_NONE;
	if (cookie_is_good(greeting, &hello)) {
		greeting->proof = hello.cookie;
		return TSEC_GREETING_PROVEN;
	}
	reply_build(greeting, &hello);
	return TSEC_GREETING_ANSWERED;
}
