// SPDX-License-Identifier: GPL-2.0
/*
 * SRTP with a peer of another make: a plain UDP socket, and libsrtp.
 */
#include <string.h>
#include <unistd.h>

#include "media.h"
#include "rtp.h"
#include "util.h"
#include "wire.h"

enum {
	ROOM		= 2048,
	REPORT		= 20,		/* bytes in packets of RTCP */
};

FIXTURE(libsrtp) {
	struct link link;
	int sock;			/* of tsec */
	int fd;				/* of UDP */
	srtp_t tx;			/* what fd sends */
	srtp_t rx;
};
KIND_VARIANT(libsrtp);
SRTP_KINDS_ADD(libsrtp);

static uint8_t buf[ROOM], got[ROOM];

FIXTURE_SETUP(libsrtp)
{
	struct link *link = &self->link;
	union tsec_addr own, other;

	link_make(link, &variant->kind);
	link_keys(link);
	self->tx = media_context(&link->kind, &link->to_client,
				 ssrc_any_outbound);
	self->rx = media_context(&link->kind, &link->to_server,
				 ssrc_any_inbound);
	self->fd = wire_socket(link->kind.family, &other);
	self->sock = link_bound(link, link->client, &own);
	ASSERT_EQ(tsec_connect(self->sock, &other), 0);
	ASSERT_EQ(tsec_connect(self->fd, &own), 0);
}

FIXTURE_TEARDOWN(libsrtp)
{
	srtp_dealloc(self->tx);
	srtp_dealloc(self->rx);
	close(self->sock);
	close(self->fd);
	link_end(&self->link);
}

static void rtp_both(struct libsrtp_data *self, uint16_t seq, size_t len)
{
	int size = rtp_make(buf, seq, len), left = sizeof(got);

	ASSERT_EQ(send(self->sock, buf, size, 0), size);
	left = recv(self->fd, got, sizeof(got), 0);
	ASSERT_GT(left, size);
	ASSERT_EQ(srtp_unprotect(self->rx, got, &left), srtp_err_status_ok);
	ASSERT_EQ(left, size);
	ASSERT_MEMEQ(got, buf, size);

	left = size;
	memcpy(got, buf, size);
	ASSERT_EQ(srtp_protect(self->tx, got, &left), srtp_err_status_ok);
	ASSERT_EQ(send(self->fd, got, left, 0), left);
	expect_datagram(self->sock, buf, size);
}

static void rtcp_both(struct libsrtp_data *self, uint32_t start)
{
	int size = rtcp_make(buf, start, REPORT), left;

	ASSERT_EQ(send(self->sock, buf, size, 0), size);
	left = recv(self->fd, got, sizeof(got), 0);
	ASSERT_GT(left, size);
	ASSERT_EQ(srtp_unprotect_rtcp(self->rx, got, &left),
		  srtp_err_status_ok);
	ASSERT_EQ(left, size);
	ASSERT_MEMEQ(got, buf, size);

	left = size;
	memcpy(got, buf, size);
	ASSERT_EQ(srtp_protect_rtcp(self->tx, got, &left),
		  srtp_err_status_ok);
	ASSERT_EQ(send(self->fd, got, left, 0), left);
	expect_datagram(self->sock, buf, size);
}

TEST_F(libsrtp, rtp)
{
	static const size_t sizes[] = { 1, 20, 160, 1200 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		rtp_both(self, 100 + i, sizes[i]);
}

TEST_F(libsrtp, rtcp)
{
	int i;

	for (i = 0; i < 4; i++)
		rtcp_both(self, i);
}

TEST_F(libsrtp, numbers_wrap)
{
	int i;

	for (i = 65530; i < 65550; i++) {
		rtp_both(self, i, 40);
		if (i % 5 == 0)
			rtcp_both(self, i);
	}
}

/* With a header extension and two contributing sources (RFC 3550). */
TEST_F(libsrtp, long_headers)
{
	int size = RTP_HEADER + 8 + 8 + 30, left;

	rtp_make(buf, 9, size - RTP_HEADER);
	buf[0] = 0x80 | 0x10 | 2;
	memcpy(buf + RTP_HEADER + 8, (uint8_t[]){ 0xbe, 0xde, 0, 1 }, 4);
	ASSERT_EQ(send(self->sock, buf, size, 0), size);
	left = recv(self->fd, got, sizeof(got), 0);
	ASSERT_EQ(srtp_unprotect(self->rx, got, &left), srtp_err_status_ok);
	ASSERT_EQ(left, size);
	EXPECT_MEMEQ(got, buf, size);
}
