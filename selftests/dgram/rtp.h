/* SPDX-License-Identifier: GPL-2.0 */
/* Packets of RTP and RTCP (RFC 3550), all of one source. */
#ifndef TSEC_SELFTEST_RTP_H
#define TSEC_SELFTEST_RTP_H

#include <stddef.h>
#include <stdint.h>

enum {
	RTP_HEADER	= 12,
	RTCP_HEADER	= 8,
	RTP_TYPE	= 96,		/* a payload's */
	RTCP_TYPE	= 200,		/* a sender report */
};

/* One with so many bytes behind its header; its length. */
size_t rtp_make(uint8_t *out, uint16_t seq, size_t len);
/* The same of RTCP; the bytes are those of fill_pattern(). */
size_t rtcp_make(uint8_t *out, uint32_t start, size_t len);

#endif /* TSEC_SELFTEST_RTP_H */
