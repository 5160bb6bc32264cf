/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two ends of SRTP, and between them a relay that sees what goes over the wire.
 *
 * All functions fail the test (ASSERT) instead of returning an error.
 */
#ifndef TSEC_SELFTEST_SRTP_H
#define TSEC_SELFTEST_SRTP_H

#include "pair.h"
#include "rtp.h"

enum { WIRE_MAX = 2048 };

/* The data of SRTP_FIXTURE. */
struct srtp_data {
	struct link link;
	int a;
	int b;
	int relay;
	union tsec_addr addr_a;
	union tsec_addr addr_b;
};

struct srtp_variant {
	struct kind kind;
};

/* A link whose ends do not exist yet. */
void srtp_make(struct srtp_data *self, const struct kind *kind);
void srtp_end(struct srtp_data *self);

/* What a file needs for its TEST_F(srtp, ...). */
#define SRTP_FIXTURE \
	FIXTURE_SETUP(srtp) \
	{ \
		srtp_make(self, &variant->kind); \
	} \
	FIXTURE_TEARDOWN(srtp) \
	{ \
		srtp_end(self); \
	} \
	FIXTURE(srtp); \
	SRTP_KINDS_ADD(srtp)

/* Each end is connected to the relay. */
void srtp_relayed(struct srtp_data *self);
/* The next packet that is on the wire; its length. */
size_t srtp_take(struct srtp_data *self, uint8_t *packet);
void srtp_give(struct srtp_data *self, const union tsec_addr *to,
	       const uint8_t *packet, size_t len);
/* From a to b, seen on its way. */
void srtp_pass(struct srtp_data *self);

/* What a packet of RTP becomes longer by it. */
size_t srtp_tag_len(uint16_t cipher);

void rtp_send(int fd, uint16_t seq, size_t len);
void rtp_expect(int fd, uint16_t seq, size_t len);

#endif /* TSEC_SELFTEST_SRTP_H */
