/* SPDX-License-Identifier: GPL-2.0 */
/* Packets of RTP and RTCP, and libsrtp for a peer of another make. */
#ifndef TSEC_SELFTEST_MEDIA_H
#define TSEC_SELFTEST_MEDIA_H

#include <srtp2/srtp.h>

#include "pair.h"

enum {
	RTP_HEADER	= 12,
	RTCP_LEN	= 28,
};

/* For packets of all sources, under this master key. */
srtp_t media_context(const struct kind *kind, const struct key *key,
		     srtp_ssrc_type_t type);

/* Packets of one source, with len bytes or a report in them; their length. */
size_t media_rtp(uint8_t *out, uint16_t seq, size_t len);
size_t media_rtcp(uint8_t *out, uint32_t start);

#endif /* TSEC_SELFTEST_MEDIA_H */
