/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of record protocols over datagrams share.
 *
 * Each record is opened in memory that has just its size, so that a
 * sanitizer sees its ends.
 */
#ifndef TSEC_TESTS_PACKETS_H
#define TSEC_TESTS_PACKETS_H

#include <linux/err.h>
#include <linux/slab.h>

#include "../key.h"
#include "../packet.h"
#include "kunit.h"

enum packets_limits {
	PACKETS_ROOM	= 512,		/* bytes of a vector */
};

/**
 * struct expected - what a record holds
 * @seq: its number
 * @kind: what it carries
 * @content: the protocol's own type
 * @payload: its payload in hexadecimal
 */
struct expected {
	u64 seq;
	enum tsec_packet_kind kind;
	u8 content;
	const char *payload;
};

/* A key's bytes from hexadecimal. */
static inline void key_bytes(struct kunit *test, struct tsec_key *key,
			     const char *bytes, const char *iv)
{
	key->key_len = unhex(test, key->key, sizeof(key->key), bytes);
	key->iv_len = unhex(test, key->iv, sizeof(key->iv), iv);
}

static inline struct tsec_packet_key *
packet_key(struct kunit *test, const struct tsec_packet_ops *ops,
	   const struct tsec_key *key, const struct tsec_packet_params *as)
{
	struct tsec_packet_key *pkey;
	const char *why = NULL;

	pkey = ops->key_new(key, as, &why);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(pkey), "%s", why);
	return pkey;
}

static inline void expect_refused(struct kunit *test,
				  const struct tsec_packet_ops *ops,
				  const struct tsec_key *key,
				  const struct tsec_packet_params *as)
{
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, PTR_ERR(ops->key_new(key, as, &why)), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, why);
}

/* The outside of a datagram. */
static inline int peek_hex(struct kunit *test,
			   const struct tsec_packet_ops *ops, const char *hex,
			   u8 cid_len, struct tsec_packet_header *header)
{
	size_t len = strlen(hex) / 2;
	u8 *data = kunit_kzalloc(test, len ?: 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	unhex(test, data, len, hex);
	return ops->peek(data, len, cid_len, header);
}

/* Room for a record, the payload in its place; kfree() what it returns. */
static inline u8 *packet_put(struct kunit *test,
			     const struct tsec_packet_ops *ops,
			     struct tsec_packet *packet, const u8 *payload,
			     u32 len)
{
	u8 *buf = kmalloc(ops->header_room + len + ops->trailer_room,
			  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	packet->data = buf + ops->header_room;
	packet->len = len;
	memcpy(packet->data, payload, len);
	return buf;
}

/* Seals what a record is to hold, and copies the record. */
static inline u32 seal_copy(struct kunit *test,
			    const struct tsec_packet_ops *ops,
			    struct tsec_packet_key *pkey,
			    const struct expected *in, u8 *out)
{
	struct tsec_packet packet = {
		.seq		= in->seq,
		.kind		= in->kind,
		.content	= in->content,
	};
	u8 payload[PACKETS_ROOM], *buf;
	u32 len = unhex(test, payload, sizeof(payload), in->payload);

	buf = packet_put(test, ops, &packet, payload, len);
	KUNIT_EXPECT_EQ(test, ops->seal(pkey, &packet), 0);
	KUNIT_ASSERT_LE(test, packet.len, PACKETS_ROOM);
	KUNIT_EXPECT_TRUE(test, packet.data >= buf);
	KUNIT_EXPECT_LE(test, packet.len,
			ops->header_room + len + ops->trailer_room);
	len = packet.len;
	memcpy(out, packet.data, len);
	kfree(buf);
	return len;
}

static inline void expect_seals(struct kunit *test,
				const struct tsec_packet_ops *ops,
				struct tsec_packet_key *pkey,
				const struct expected *in, const char *record)
{
	u8 got[PACKETS_ROOM], want[PACKETS_ROOM];
	u32 len = unhex(test, want, sizeof(want), record);

	KUNIT_EXPECT_EQ(test, seal_copy(test, ops, pkey, in, got), len);
	EXPECT_BYTES(test, got, want, len);
}

/* Tries to seal some zeros. */
static inline int seal_zeros(struct kunit *test,
			     const struct tsec_packet_ops *ops,
			     struct tsec_packet_key *pkey, u64 seq, u32 len)
{
	struct tsec_packet packet = { .seq = seq, .len = len };
	u8 *buf = kzalloc(ops->header_room + len + ops->trailer_room,
			  GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	packet.data = buf + ops->header_room;
	err = ops->seal(pkey, &packet);
	kfree(buf);
	return err;
}

/*
 * What fits into a record of @len bytes makes none that is longer, and one
 * byte more would.
 */
static inline void expect_fits(struct kunit *test,
			       const struct tsec_packet_ops *ops,
			       struct tsec_packet_key *pkey, u64 *seq,
			       const struct tsec_packet *as, u32 len)
{
	u32 most = ops->fit(pkey, len), more;

	for (more = 0; more < 2; more++) {
		struct tsec_packet packet = *as;
		u8 *buf = kzalloc(PACKETS_ROOM, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, buf);
		packet.data = buf + ops->header_room;
		packet.len = most + more;
		packet.seq = (*seq)++;
		KUNIT_EXPECT_EQ(test, ops->seal(pkey, &packet), 0);
		KUNIT_EXPECT_EQ_MSG(test, packet.len > len, more,
				    "%u in %u", most + more, len);
		kfree(buf);
	}
}

/* Into records of @none bytes nothing fits, into those from @some on it does. */
static inline void expect_fit_lengths(struct kunit *test,
				      const struct tsec_packet_ops *ops,
				      struct tsec_packet_key *pkey, u32 none,
				      u32 some)
{
	struct tsec_packet packet = { };
	u64 seq = 1;
	u32 len;

	for (len = some; len < 200; len++)
		expect_fits(test, ops, pkey, &seq, &packet, len);
	KUNIT_EXPECT_EQ(test, ops->fit(pkey, 0), 0);
	KUNIT_EXPECT_EQ(test, ops->fit(pkey, none), 0);
	KUNIT_EXPECT_EQ(test, ops->fit(pkey, U32_MAX), ops->payload_max);
}

/* Opens a copy; what comes out is left in @packet, its bytes in @out. */
static inline int open_copy(struct kunit *test,
			    const struct tsec_packet_ops *ops,
			    struct tsec_packet_key *pkey, const u8 *record,
			    u32 len, struct tsec_packet *packet, u8 *out)
{
	u8 *buf = kmalloc(len ?: 1, GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(buf, record, len);
	*packet = (struct tsec_packet){ .data = buf, .len = len };
	err = ops->open(pkey, packet);
	if (!err && out) {
		KUNIT_ASSERT_LE(test, packet->len, PACKETS_ROOM);
		memcpy(out, packet->data, packet->len);
	}
	kfree(buf);
	return err;
}

static inline int open_bytes(struct kunit *test,
			     const struct tsec_packet_ops *ops,
			     struct tsec_packet_key *pkey, const u8 *record,
			     u32 len)
{
	struct tsec_packet packet;

	return open_copy(test, ops, pkey, record, len, &packet, NULL);
}

static inline int open_hex(struct kunit *test,
			   const struct tsec_packet_ops *ops,
			   struct tsec_packet_key *pkey, const char *record)
{
	u8 bytes[PACKETS_ROOM];
	u32 len = unhex(test, bytes, sizeof(bytes), record);

	return open_bytes(test, ops, pkey, bytes, len);
}

static inline void expect_opens_bytes(struct kunit *test,
				      const struct tsec_packet_ops *ops,
				      struct tsec_packet_key *pkey,
				      const u8 *record, u32 len,
				      const struct expected *want)
{
	u8 got[PACKETS_ROOM], payload[PACKETS_ROOM];
	u32 payload_len = unhex(test, payload, sizeof(payload), want->payload);
	struct tsec_packet packet;

	KUNIT_EXPECT_EQ(test, open_copy(test, ops, pkey, record, len, &packet,
					got), 0);
	KUNIT_EXPECT_EQ(test, packet.seq, want->seq);
	KUNIT_EXPECT_EQ(test, (int)packet.kind, (int)want->kind);
	KUNIT_EXPECT_EQ(test, packet.content, want->content);
	KUNIT_ASSERT_EQ(test, packet.len, payload_len);
	EXPECT_BYTES(test, got, payload, payload_len);
}

static inline void expect_opens(struct kunit *test,
				const struct tsec_packet_ops *ops,
				struct tsec_packet_key *pkey,
				const char *record,
				const struct expected *want)
{
	u8 bytes[PACKETS_ROOM];
	u32 len = unhex(test, bytes, sizeof(bytes), record);

	expect_opens_bytes(test, ops, pkey, bytes, len, want);
}

/* Malformed or not authentic, but never taken nor thought to be replayed. */
static inline bool refused(int err)
{
	return err == -EINVAL || err == -EBADMSG || err == -ESTALE;
}

/* No part of a record opens, and none is read beyond its end. */
static inline void expect_parts_fail(struct kunit *test,
				     const struct tsec_packet_ops *ops,
				     struct tsec_packet_key *pkey,
				     const u8 *record, u32 len)
{
	u32 part;

	for (part = 0; part < len; part++)
		KUNIT_EXPECT_TRUE_MSG(test,
				      refused(open_bytes(test, ops, pkey,
							 record, part)),
				      "%u of %u bytes", part, len);
}

/* No record opens that has one bit changed, whichever. */
static inline void expect_changes_fail(struct kunit *test,
				       const struct tsec_packet_ops *ops,
				       struct tsec_packet_key *pkey,
				       u8 *record, u32 len)
{
	u32 bit;

	for (bit = 0; bit < 8 * len; bit++) {
		record[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_TRUE_MSG(test,
				      refused(open_bytes(test, ops, pkey,
							 record, len)),
				      "bit %u of byte %u", bit % 8, bit / 8);
		record[bit / 8] ^= 1 << bit % 8;
	}
}

/*
 * A record in parts, with changes, whole, and again.  What was refused has
 * changed no state, or the whole one would not open.
 */
static inline void expect_guarded(struct kunit *test,
				  const struct tsec_packet_ops *ops,
				  struct tsec_packet_key *pkey,
				  const char *record)
{
	u8 bytes[PACKETS_ROOM];
	u32 len = unhex(test, bytes, sizeof(bytes), record);

	expect_parts_fail(test, ops, pkey, bytes, len);
	expect_changes_fail(test, ops, pkey, bytes, len);
	KUNIT_EXPECT_EQ(test, open_bytes(test, ops, pkey, bytes, len), 0);
	KUNIT_EXPECT_EQ(test, open_bytes(test, ops, pkey, bytes, len),
			-EALREADY);
}

#endif /* TSEC_TESTS_PACKETS_H */
