// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of encap_header.c.  The checksums were computed with another
 * implementation.
 */
#include <linux/in.h>
#include <linux/inet.h>

#include "../encap_header.h"
#include "../packet.h"
#include "kunit.h"

enum encap_header_test_limits {
	LOCAL_PORT	= 5000,
	REMOTE_PORT	= 6000,
	HEADER		= 8,
	ROOM		= 64,
};

static struct tsec_encap_header header_of(const char *local,
					  const char *remote)
{
	struct tsec_udp_ends ends = { .port = htons(REMOTE_PORT) };
	struct tsec_encap_header header;

	in6_pton(local, -1, ends.local.s6_addr, -1, NULL);
	in6_pton(remote, -1, ends.remote.s6_addr, -1, NULL);
	tsec_encap_header_init(&header, htons(LOCAL_PORT), &ends);
	return header;
}

static struct tsec_encap_header header4(void)
{
	return header_of("::ffff:192.0.2.1", "::ffff:192.0.2.2");
}

static struct tsec_encap_header header6(void)
{
	return header_of("2001:db8::1", "2001:db8::2");
}

/* At an odd address, as the payloads of a page may lie. */
static void expect_pushes(struct kunit *test,
			  const struct tsec_encap_header *header,
			  const char *payload, u32 len, const char *want)
{
	u8 buf[1 + ROOM] = { };
	struct tsec_packet packet = { .data = buf + 1 + HEADER, .len = len };

	memcpy(packet.data, payload, len);
	tsec_encap_header_push(header, &packet);
	KUNIT_EXPECT_PTR_EQ(test, packet.data, buf + 1);
	KUNIT_EXPECT_EQ(test, packet.len, HEADER + len);
	KUNIT_EXPECT_EQ(test, packet.content, IPPROTO_UDP);
	EXPECT_HEX(test, packet.data, want);
	EXPECT_BYTES(test, packet.data + HEADER, payload, len);
}

static void push__v4(struct kunit *test)
{
	struct tsec_encap_header header = header4();

	expect_pushes(test, &header, "hello", 5, "13881770000d0000");
	expect_pushes(test, &header, "", 0, "1388177000080000");
}

static void push__v6(struct kunit *test)
{
	struct tsec_encap_header header = header6();

	expect_pushes(test, &header, "hello", 5, "13881770000d3595");
}

/* A sum of zero would mean that there is none. */
static void push__sum_of_zero(struct kunit *test)
{
	struct tsec_encap_header header = header6();

	expect_pushes(test, &header, "ym", 2, "13881770000affff");
}

static int pull(struct kunit *test, const struct tsec_encap_header *header,
		const char *hex, u8 content, struct tsec_packet *packet)
{
	static u8 buf[ROOM];

	packet->len = unhex(test, buf, sizeof(buf), hex);
	packet->data = buf;
	packet->content = content;
	packet->kind = TSEC_PACKET_DATA;
	return tsec_encap_header_pull(header, packet);
}

static void pull__payload(struct kunit *test)
{
	struct tsec_encap_header header = header4();
	struct tsec_packet packet;

	KUNIT_EXPECT_EQ(test, pull(test, &header, "17701388000b0000616263",
				   IPPROTO_UDP, &packet), 0);
	KUNIT_EXPECT_EQ(test, packet.len, 3);
	EXPECT_BYTES(test, packet.data, "abc", 3);
	KUNIT_EXPECT_EQ(test, pull(test, &header, "1770138800080000",
				   IPPROTO_UDP, &packet), 0);
	KUNIT_EXPECT_EQ(test, packet.len, 0);
}

/* RFC 4303 section 2.7; the checksum is not looked at. */
static void pull__padding(struct kunit *test)
{
	struct tsec_encap_header header = header4();
	struct tsec_packet packet;

	KUNIT_EXPECT_EQ(test, pull(test, &header,
				   "17701388000bbad0616263000000000000",
				   IPPROTO_UDP, &packet), 0);
	KUNIT_EXPECT_EQ(test, packet.len, 3);
	EXPECT_BYTES(test, packet.data, "abc", 3);
}

struct pull_row {
	const char *hex;
	u8 content;
	int err;
};

static void pull__refused(struct kunit *test)
{
	static const struct pull_row rows[] = {
		{ "", IPPROTO_UDP, -EINVAL },
		{ "17701388000800", IPPROTO_UDP, -EINVAL },
		{ "1770138800000000", IPPROTO_UDP, -EINVAL },
		{ "1770138800070000", IPPROTO_UDP, -EINVAL },
		{ "1770138800090000", IPPROTO_UDP, -EINVAL },
		{ "17701388ffff0000", IPPROTO_UDP, -EINVAL },
		{ "1771138800080000", IPPROTO_UDP, -EADDRNOTAVAIL },
		{ "1770138900080000", IPPROTO_UDP, -EADDRNOTAVAIL },
		{ "1388177000080000", IPPROTO_UDP, -EADDRNOTAVAIL },
		{ "1770138800080000", IPPROTO_TCP, -EADDRNOTAVAIL },
		{ "1770138800080000", IPPROTO_IPIP, -EADDRNOTAVAIL },
		{ "1770138800080000", 0, -EADDRNOTAVAIL },
	};
	struct tsec_encap_header header = header4();
	struct tsec_packet packet;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, pull(test, &header, rows[i].hex,
					       rows[i].content, &packet),
				    rows[i].err, "%s", rows[i].hex);
}

static struct kunit_case encap_header_cases[] = {
	KUNIT_CASE(push__v4),
	KUNIT_CASE(push__v6),
	KUNIT_CASE(push__sum_of_zero),
	KUNIT_CASE(pull__payload),
	KUNIT_CASE(pull__padding),
	KUNIT_CASE(pull__refused),
	{ }
};

static struct kunit_suite encap_header_suite = {
	.name		= "tsec_encap_header",
	.test_cases	= encap_header_cases,
};

kunit_test_suites(&encap_header_suite);
