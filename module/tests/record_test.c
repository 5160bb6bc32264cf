// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record.c.
 */
#include <uapi/linux/tsec.h>

#include "../packet.h"
#include "../record.h"
#include "kunit.h"

static void record_ops_find__tls(struct kunit *test)
{
	const struct tsec_record_ops *ops;

	ops = tsec_record_ops_find(TSEC_PROTO_TLS);
	KUNIT_ASSERT_NOT_NULL(test, ops);
	KUNIT_EXPECT_STREQ(test, ops->name, "tls");
	KUNIT_EXPECT_EQ(test, ops->protocol, TSEC_PROTO_TLS);
	KUNIT_EXPECT_NULL(test, ops->packet);
	KUNIT_EXPECT_LE(test, ops->version_min, ops->version_max);
}

static void record_ops_find__dtls(struct kunit *test)
{
	const struct tsec_record_ops *ops;

	ops = tsec_record_ops_find(TSEC_PROTO_DTLS);
	KUNIT_ASSERT_NOT_NULL(test, ops);
	KUNIT_EXPECT_STREQ(test, ops->name, "dtls");
	KUNIT_EXPECT_NOT_NULL(test, ops->packet);
	KUNIT_EXPECT_EQ(test, ops->version_min, TSEC_VERSION_DTLS_1_2);
}

/* It has no end and no control records. */
static void record_ops_find__srtp(struct kunit *test)
{
	const struct tsec_record_ops *ops;

	ops = tsec_record_ops_find(TSEC_PROTO_SRTP);
	KUNIT_ASSERT_NOT_NULL(test, ops);
	KUNIT_EXPECT_STREQ(test, ops->name, "srtp");
	KUNIT_EXPECT_NOT_NULL(test, ops->packet);
	KUNIT_EXPECT_NULL(test, ops->build_close);
	KUNIT_EXPECT_NULL(test, ops->control);
	KUNIT_EXPECT_EQ(test, ops->version_min, TSEC_VERSION_SRTP);
}

/* Its records go by a port that the program does not see. */
static void record_ops_find__esp(struct kunit *test)
{
	const struct tsec_record_ops *ops;

	ops = tsec_record_ops_find(TSEC_PROTO_ESP);
	KUNIT_ASSERT_NOT_NULL(test, ops);
	KUNIT_EXPECT_STREQ(test, ops->name, "esp");
	KUNIT_EXPECT_NOT_NULL(test, ops->packet);
	KUNIT_EXPECT_NULL(test, ops->build_close);
	KUNIT_EXPECT_EQ(test, ops->version_min, TSEC_VERSION_ESP);
	KUNIT_EXPECT_EQ(test, ops->version_max, TSEC_VERSION_ESP_ESN);
	KUNIT_EXPECT_EQ(test, ops->port, 4500);
	KUNIT_EXPECT_EQ(test, (int)ops->encap, (int)TSEC_ENCAP_UDP);
}

/* Daemons give its sessions new keys; what it carries are IP packets. */
static void record_ops_find__wireguard(struct kunit *test)
{
	const struct tsec_record_ops *ops;

	ops = tsec_record_ops_find(TSEC_PROTO_WIREGUARD);
	KUNIT_ASSERT_NOT_NULL(test, ops);
	KUNIT_EXPECT_STREQ(test, ops->name, "wireguard");
	KUNIT_EXPECT_NOT_NULL(test, ops->packet);
	KUNIT_EXPECT_NULL(test, ops->build_close);
	KUNIT_EXPECT_NULL(test, ops->control);
	KUNIT_EXPECT_EQ(test, (int)ops->encap, (int)TSEC_ENCAP_IP);
	KUNIT_EXPECT_TRUE(test, ops->stays && ops->pubkey);
	KUNIT_EXPECT_EQ(test, ops->version_min, TSEC_VERSION_WIREGUARD);
}

static void record_ops_find__unknown(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, tsec_record_ops_find(TSEC_PROTO_DEFAULT));
	KUNIT_EXPECT_NULL(test, tsec_record_ops_find(U8_MAX));
}

/* A listener does not know the version of a record that names a session. */
static void record_peek__versions(struct kunit *test)
{
	static const u8 dtls12[40] = { 25, 0xfe, 0xfd, 0, 1, [11] = 0xc1, 0xd2,
				       0, 25 };
	static const u8 dtls13[40] = { 0x3f, 0xc1, 0xd2, 0, 0, 0, 33 };
	const struct tsec_record_ops *dtls, *srtp;
	const struct tsec_packet_ops *ops;
	struct tsec_packet_header header;

	dtls = tsec_record_ops_find(TSEC_PROTO_DTLS);
	ops = tsec_record_peek(dtls, dtls12, sizeof(dtls12), 2, &header);
	KUNIT_ASSERT_PTR_EQ(test, ops, dtls->packet);
	KUNIT_EXPECT_PTR_EQ(test, header.cid, dtls12 + 11);
	ops = tsec_record_peek(dtls, dtls13, sizeof(dtls13), 2, &header);
	KUNIT_ASSERT_PTR_EQ(test, ops,
			    dtls->packet_of(TSEC_VERSION_DTLS_1_3));
	KUNIT_EXPECT_PTR_EQ(test, header.cid, dtls13 + 1);
	KUNIT_EXPECT_EQ(test, header.cid_len, 2);
	KUNIT_EXPECT_NULL(test, tsec_record_peek(dtls, (u8 *)"no record", 9, 2,
						 &header));
	/* A protocol of one version. */
	srtp = tsec_record_ops_find(TSEC_PROTO_SRTP);
	KUNIT_EXPECT_NULL(test, tsec_record_peek(srtp, dtls13, 1, 2, &header));
}

static struct kunit_case record_cases[] = {
	KUNIT_CASE(record_ops_find__tls),
	KUNIT_CASE(record_ops_find__dtls),
	KUNIT_CASE(record_ops_find__srtp),
	KUNIT_CASE(record_ops_find__esp),
	KUNIT_CASE(record_ops_find__wireguard),
	KUNIT_CASE(record_ops_find__unknown),
	KUNIT_CASE(record_peek__versions),
	{}
};

static struct kunit_suite record_suite = {
	.name		= "tsec_record",
	.test_cases	= record_cases,
};

kunit_test_suites(&record_suite);
