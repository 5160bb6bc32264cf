// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "rtp.h"

static uint16_t next_number;

struct rtp_batch *rtp_new(void)
{
	struct rtp_batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		die("no memory");
	random_fill(batch->packets, sizeof(batch->packets));
	return batch;
}

static void header_make(char *packet, uint16_t number)
{
	const uint8_t header[RTP_HEADER] = {
		0x80, 96, number >> 8, number, 0, 0, 0, 0,
		RTP_SSRC >> 24, RTP_SSRC >> 16 & 0xff, RTP_SSRC >> 8 & 0xff,
		RTP_SSRC & 0xff,
	};

	memcpy(packet, header, sizeof(header));
}

void rtp_make(struct rtp_batch *batch, size_t len)
{
	for (batch->count = 0; batch->count < DATAGRAM_BATCH; batch->count++) {
		header_make(batch->packets[batch->count], next_number++);
		batch->lens[batch->count] = len;
	}
}

/* The kernel writes lengths here, so they are set anew for each call. */
static struct mmsghdr *messages(struct rtp_batch *batch, size_t room)
{
	static struct mmsghdr headers[DATAGRAM_BATCH];
	static struct iovec vecs[DATAGRAM_BATCH];

	for (int i = 0; i < DATAGRAM_BATCH; i++) {
		vecs[i].iov_base = batch->packets[i];
		vecs[i].iov_len = room ? room : batch->lens[i];
		headers[i].msg_hdr = (struct msghdr){
			.msg_iov = &vecs[i], .msg_iovlen = 1,
		};
	}
	return headers;
}

int rtp_send(int fd, struct rtp_batch *batch)
{
	int n = sendmmsg(fd, messages(batch, 0), batch->count, 0);

	return n == batch->count ? 0 : -1;
}

int rtp_recv(int fd, struct rtp_batch *batch)
{
	struct mmsghdr *headers = messages(batch, RTP_ROOM);
	int n = recvmmsg(fd, headers, DATAGRAM_BATCH, MSG_WAITFORONE, NULL);

	if (n < 0)
		return -1;
	batch->count = n;
	for (int i = 0; i < n; i++)
		batch->lens[i] = headers[i].msg_len;
	return 0;
}

ssize_t rtp_bytes(const struct rtp_batch *batch)
{
	ssize_t sum = 0;

	for (int i = 0; i < batch->count; i++)
		sum += batch->lens[i];
	return sum;
}
