// SPDX-License-Identifier: GPL-2.0
/* Packets of RTP (RFC 3550) and RTCP, asked with and answered. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "peer.h"

enum {
	RTP_SSRC	= 8,		/* where it stands */
	RTCP_SSRC	= 4,
	RTCP_TYPE	= 200,		/* a sender's report */
	SSRC_FLIP	= 0xff,		/* an answer has another source */
	LEN		= 172,
};

static bool is_rtcp(const uint8_t *packet)
{
	return packet[1] == RTCP_TYPE;
}

static uint8_t *ssrc_of(uint8_t *packet)
{
	return packet + (is_rtcp(packet) ? RTCP_SSRC : RTP_SSRC);
}

static void make(uint8_t packet[LEN], int number, bool rtcp)
{
	for (int i = 0; i < LEN; i++)
		packet[i] = number + i;
	packet[0] = 0x80;
	packet[1] = rtcp ? RTCP_TYPE : 111;
	packet[2] = rtcp ? 0 : number >> 8;
	packet[3] = rtcp ? LEN / 4 - 1 : number;
	memset(ssrc_of(packet), 0x5a, 4);
}

static int ask(int fd, int number, bool rtcp, uint8_t flip)
{
	uint8_t packet[LEN], answer[2048];
	ssize_t len;

	make(packet, number, rtcp);
	if (send(fd, packet, LEN, 0) != LEN) {
		report_failure(fd, "send", errno);
		return 1;
	}
	len = recv(fd, answer, sizeof(answer), 0);
	if (len < 0)
		report_failure(fd, "recv", errno);
	if (len != LEN)
		return 1;
	*ssrc_of(answer) ^= flip;
	if (!memcmp(answer, packet, LEN))
		return 0;
	say("WRONG %d", number);
	return 1;
}

int rtp_ask(int fd, int n, bool mirror)
{
	uint8_t flip = mirror ? 0 : SSRC_FLIP;

	for (int i = 0; i < n; i++)
		if (ask(fd, i, false, flip) || ask(fd, i, true, flip))
			return 1;
	say("RTP %d", n);
	return 0;
}

int rtp_answer(int fd)
{
	uint8_t packet[2048];
	ssize_t len;
	int n = 0;

	while ((len = recv(fd, packet, sizeof(packet), 0)) > 0) {
		*ssrc_of(packet) ^= SSRC_FLIP;
		if (send(fd, packet, len, 0) != len)
			break;
		n++;
	}
	if (len) {
		report_failure(fd, "answer", errno);
		return 1;
	}
	say("ANSWERED %d", n);
	say("END");
	return 0;
}
