// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "rtp.h"
#include "util.h"

enum { SSRC = 0xc0ffee };

static void ssrc_put(uint8_t *at)
{
	for (int i = 0; i < 4; i++)
		at[i] = SSRC >> (24 - 8 * i);
}

size_t rtp_make(uint8_t *out, uint16_t seq, size_t len)
{
	memset(out, 0, RTP_HEADER);
	out[0] = 0x80;
	out[1] = RTP_TYPE;
	out[2] = seq >> 8;
	out[3] = seq;
	ssrc_put(out + 8);
	fill_pattern(out + RTP_HEADER, len, seq);
	return RTP_HEADER + len;
}

size_t rtcp_make(uint8_t *out, uint32_t start, size_t len)
{
	size_t words = (RTCP_HEADER + len) / 4;

	memset(out, 0, RTCP_HEADER);
	out[0] = 0x80;
	out[1] = RTCP_TYPE;
	out[2] = (words - 1) >> 8;
	out[3] = words - 1;
	ssrc_put(out + 4);
	fill_pattern(out + RTCP_HEADER, len, start);
	return RTCP_HEADER + len;
}
