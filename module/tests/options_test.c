// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of options.c: which options of TCP and IP a program may reach.
 */
#include <linux/in.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "../compat.h"
#include "../options.h"
#include "kunit.h"

static bool allowed(int level, int name, bool set)
{
	return tsec_option_allowed(SOCK_STREAM, level, name, set);
}

static bool dgram_allowed(int level, int name, bool set)
{
	return tsec_option_allowed(SOCK_DGRAM, level, name, set);
}

/* Each of these reads or writes around the record layer. */
static void option_allowed__bypasses_are_refused(struct kunit *test)
{
	static const int names[] = {
		TCP_ULP, TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ,
		TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_ZEROCOPY_RECEIVE,
		TCP_INQ,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_EXPECT_FALSE(test, allowed(SOL_TCP, names[i], true));
		KUNIT_EXPECT_FALSE(test, allowed(SOL_TCP, names[i], false));
	}
}

static void option_allowed__keys_of_ktls_are_out_of_reach(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, allowed(SOL_TLS, 1, true));
	KUNIT_EXPECT_FALSE(test, allowed(SOL_TLS, 1, false));
}

static void option_allowed__tcp_tuning_passes(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, allowed(SOL_TCP, TCP_NODELAY, true));
	KUNIT_EXPECT_TRUE(test, allowed(SOL_TCP, TCP_KEEPIDLE, false));
	KUNIT_EXPECT_TRUE(test, allowed(SOL_IP, IP_TOS, true));
	KUNIT_EXPECT_TRUE(test, allowed(SOL_IPV6, 67, true));
}

static void option_allowed__info_is_only_read(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, allowed(SOL_TCP, TCP_INFO, false));
	KUNIT_EXPECT_FALSE(test, allowed(SOL_TCP, TCP_INFO, true));
}

static void option_allowed__of_udp(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, dgram_allowed(SOL_UDP, UDP_SEGMENT, true));
	KUNIT_EXPECT_TRUE(test, dgram_allowed(SOL_UDP, UDP_SEGMENT, false));
	KUNIT_EXPECT_EQ(test, dgram_allowed(SOL_UDP, UDP_GRO, true),
			TSEC_UDP_GRO_SPLITS);
	/* Another hook, and what leaves the record layer without a checksum. */
	KUNIT_EXPECT_FALSE(test, dgram_allowed(SOL_UDP, UDP_ENCAP, true));
	KUNIT_EXPECT_FALSE(test, dgram_allowed(SOL_UDP, UDP_CORK, true));
	KUNIT_EXPECT_FALSE(test, dgram_allowed(SOL_UDP, UDP_NO_CHECK6_RX,
					       true));
}

static void option_allowed__no_queue_of_errors(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, dgram_allowed(SOL_IP, IP_RECVERR, true));
	KUNIT_EXPECT_FALSE(test, dgram_allowed(SOL_IPV6, IPV6_RECVERR, true));
	KUNIT_EXPECT_TRUE(test, dgram_allowed(SOL_IP, IP_RECVERR, false));
	/* The same number means another option there. */
	KUNIT_EXPECT_TRUE(test, dgram_allowed(SOL_IPV6, IP_RECVERR, true));
	KUNIT_EXPECT_TRUE(test, allowed(SOL_IP, IP_RECVERR, true));
}

static struct kunit_case options_cases[] = {
	KUNIT_CASE(option_allowed__bypasses_are_refused),
	KUNIT_CASE(option_allowed__keys_of_ktls_are_out_of_reach),
	KUNIT_CASE(option_allowed__tcp_tuning_passes),
	KUNIT_CASE(option_allowed__info_is_only_read),
	KUNIT_CASE(option_allowed__of_udp),
	KUNIT_CASE(option_allowed__no_queue_of_errors),
	{ }
};

static struct kunit_suite options_suite = {
	.name = "tsec_options",
	.test_cases = options_cases,
};

kunit_test_suites(&options_suite);
