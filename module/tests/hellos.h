/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the cookies of DTLS share: datagrams with a ClientHello.
 */
#ifndef TSEC_TESTS_HELLOS_H
#define TSEC_TESTS_HELLOS_H

#include "../compat.h"
#include "../packet.h"
#include "../record/tls.h"
#include "kunit.h"

enum hello_layout {
	AT_VERSION	= 1,
	AT_EPOCH	= 3,
	AT_NUMBER	= 10,		/* its last byte */
	AT_LENGTH	= 11,
	AT_MESSAGE	= 13,
	AT_MESSAGE_LEN	= 14,
	AT_FRAGMENT	= 19,
	AT_FRAGMENT_LEN	= 22,
	AT_BODY		= 25,
	HELLO_MAX	= 512,
};

static const u8 secret[TSEC_GREETING_SECRET_LEN] = { 1, 2, 3 };
static const u8 peer[] = "here and there";

/**
 * struct hello - a datagram with a ClientHello
 * @data: the datagram
 * @len: bytes of it
 */
struct hello {
	u8 data[HELLO_MAX];
	size_t len;
};

/* The headers of a hello whose body ends here. */
static inline void hello_headers(struct hello *hello, const u8 *end,
				 u16 version)
{
	u32 body = end - hello->data - AT_BODY;

	hello->len = end - hello->data;
	hello->data[0] = TSEC_TLS_RECORD_HANDSHAKE;
	put_unaligned_be16(version, hello->data + AT_VERSION);
	put_unaligned_be16(hello->len - AT_MESSAGE, hello->data + AT_LENGTH);
	hello->data[AT_MESSAGE] = 1;
	put_unaligned_be24(body, hello->data + AT_MESSAGE_LEN);
	put_unaligned_be24(body, hello->data + AT_FRAGMENT_LEN);
}

static inline void greeting_begin(struct tsec_greeting *greeting)
{
	memset(greeting, 0, sizeof(*greeting));
	greeting->peer = peer;
	greeting->peer_len = sizeof(peer);
	greeting->period = 7;
	greeting->secret = secret;
}

static inline struct tsec_greeting *greeting_of(struct tsec_greeting *greeting,
						const struct hello *hello)
{
	greeting->data = hello->data;
	greeting->len = hello->len;
	return greeting;
}

/* The proof in a second hello is good for this period and for the next one. */
static inline void
expect_too_old(struct kunit *test, struct tsec_greeting *greeting,
	       enum tsec_greeting_verdict greet(struct tsec_greeting *greeting))
{
	greeting->period++;
	KUNIT_EXPECT_EQ(test, greet(greeting), TSEC_GREETING_PROVEN);
	greeting->period++;
	KUNIT_EXPECT_EQ(test, greet(greeting), TSEC_GREETING_ANSWERED);
}

#endif /* TSEC_TESTS_HELLOS_H */
