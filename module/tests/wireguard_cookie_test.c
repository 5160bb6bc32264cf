// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/wireguard_cookie.c: an initiation with the keys of a
 * vector of Noise, and what its sender does with the reply.
 */
#include <crypto/blake2s.h>
#include <crypto/chacha20poly1305.h>

#include "../record/wireguard.h"
#include "kunit.h"

enum test_layout {
	AT_MAC1		= 116,
	AT_MAC2		= 132,
	MAC_LEN		= 16,
	AT_NONCE	= 8,		/* in the reply */
	AT_COOKIE	= 32,
	PERIOD		= 7,
};

#define PUBKEY "31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62"
#define INITIATION HEX( \
	"0100000011111111ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f", \
	"879f8e3afa4c7944001e21de9f98ddd8e2ad57527207feb56253c9c94a9e4967", \
	"82ecfcb2a75fbcaf752d6cf9956f6a4cc1a138d6de1e87238cbd2c461633e53d", \
	"84c8361980503d9139f971a173d6e2e94614e9ea42fa0aeb189abc1a12f79698", \
	"72e1020400000000000000000000000000000000")

static const u8 secret[TSEC_GREETING_SECRET_LEN] = { 1, 2, 3 };
static const u8 here[] = "here and there";
static const u8 elsewhere[] = "here and where";

/**
 * struct meeting - what each test starts with
 * @data: the initiation
 * @pubkey: of whom it is for
 * @greeting: both
 */
struct meeting {
	u8 data[TSEC_WIREGUARD_INITIATION_LEN];
	u8 pubkey[TSEC_PUBKEY_LEN];
	struct tsec_greeting greeting;
};

static int meeting_setup(struct kunit *test)
{
	struct meeting *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	unhex(test, m->data, sizeof(m->data), INITIATION);
	unhex(test, m->pubkey, sizeof(m->pubkey), PUBKEY);
	m->greeting = (struct tsec_greeting){
		.data		= m->data,
		.len		= sizeof(m->data),
		.peer		= here,
		.peer_len	= sizeof(here),
		.period		= PERIOD,
		.secret		= secret,
		.pubkey		= m->pubkey,
	};
	test->priv = m;
	return 0;
}

static void expect_verdict(struct kunit *test,
			   enum tsec_greeting_verdict verdict)
{
	struct meeting *m = test->priv;

	KUNIT_EXPECT_EQ(test, tsec_wireguard_greet(&m->greeting), verdict);
}

/* As the sender does: opens the cookie, and shows it. */
static void cookie_show(struct kunit *test)
{
	struct meeting *m = test->priv;
	u8 key[BLAKE2S_HASH_SIZE], cookie[MAC_LEN], label[8 + TSEC_PUBKEY_LEN];
	const u8 *reply = m->greeting.reply;
	const u8 *mac1 = m->data + AT_MAC1;
	bool opened;

	memcpy(label, "cookie--", 8);
	memcpy(label + 8, m->pubkey, TSEC_PUBKEY_LEN);
	blake2s(key, label, NULL, sizeof(key), sizeof(label), 0);
	opened = xchacha20poly1305_decrypt(cookie, reply + AT_COOKIE,
					   MAC_LEN +
					   CHACHA20POLY1305_AUTHTAG_SIZE,
					   mac1, MAC_LEN, reply + AT_NONCE,
					   key);
	KUNIT_ASSERT_TRUE(test, opened);
	blake2s(m->data + AT_MAC2, m->data, cookie, MAC_LEN, AT_MAC2,
		sizeof(cookie));
}

static void greet__taken_at_its_word(struct kunit *test)
{
	struct meeting *m = test->priv;

	expect_verdict(test, TSEC_GREETING_PROVEN);
	KUNIT_EXPECT_PTR_EQ(test, m->greeting.proof,
			    (const u8 *)m->data + AT_MAC1);
}

/* Any byte that the first MAC protects, and the MAC itself. */
static void greet__not_for_us(struct kunit *test)
{
	struct meeting *m = test->priv;
	size_t i;

	for (i = 0; i < AT_MAC2; i++) {
		m->data[i] ^= 1;
		expect_verdict(test, TSEC_GREETING_NONE);
		m->data[i] ^= 1;
	}
	m->pubkey[0] ^= 1;
	expect_verdict(test, TSEC_GREETING_NONE);
}

static void greet__no_initiation(struct kunit *test)
{
	struct meeting *m = test->priv;

	for (m->greeting.len = 0; m->greeting.len < sizeof(m->data);
	     m->greeting.len++)
		expect_verdict(test, TSEC_GREETING_NONE);
	m->greeting.len = sizeof(m->data);
	m->data[0] = TSEC_WIREGUARD_RESPONSE;
	expect_verdict(test, TSEC_GREETING_NONE);
}

static void greet__cookie(struct kunit *test)
{
	struct meeting *m = test->priv;

	m->greeting.loaded = true;
	expect_verdict(test, TSEC_GREETING_ANSWERED);
	KUNIT_EXPECT_EQ(test, m->greeting.reply_len, 64);
	/* the type, and whom it is for */
	EXPECT_HEX(test, m->greeting.reply, "0300000011111111");
	cookie_show(test);
	expect_verdict(test, TSEC_GREETING_PROVEN);
}

static void greet__cookie_of_somebody_else(struct kunit *test)
{
	struct meeting *m = test->priv;

	m->greeting.loaded = true;
	expect_verdict(test, TSEC_GREETING_ANSWERED);
	cookie_show(test);
	m->greeting.peer = elsewhere;
	expect_verdict(test, TSEC_GREETING_ANSWERED);
	m->greeting.peer = here;
	m->data[AT_MAC2] ^= 1;
	expect_verdict(test, TSEC_GREETING_ANSWERED);
}

static void greet__old_cookie(struct kunit *test)
{
	struct meeting *m = test->priv;

	m->greeting.loaded = true;
	expect_verdict(test, TSEC_GREETING_ANSWERED);
	cookie_show(test);
	m->greeting.period++;
	expect_verdict(test, TSEC_GREETING_PROVEN);
	m->greeting.period++;
	expect_verdict(test, TSEC_GREETING_ANSWERED);
}

static struct kunit_case wireguard_cookie_cases[] = {
	KUNIT_CASE(greet__taken_at_its_word),
	KUNIT_CASE(greet__not_for_us),
	KUNIT_CASE(greet__no_initiation),
	KUNIT_CASE(greet__cookie),
	KUNIT_CASE(greet__cookie_of_somebody_else),
	KUNIT_CASE(greet__old_cookie),
	{}
};

static struct kunit_suite wireguard_cookie_suite = {
	.name		= "tsec_wireguard_cookie",
	.init		= meeting_setup,
	.test_cases	= wireguard_cookie_cases,
};

kunit_test_suites(&wireguard_cookie_suite);
