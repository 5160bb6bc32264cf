/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a program does that sends and receives media: it makes packets of RTP
 * in place, and hands over many of them in one call.
 */
#ifndef BENCH_RTP_H
#define BENCH_RTP_H

#include <stddef.h>
#include <sys/types.h>

#include "datagram.h"

enum {
	RTP_HEADER	= 12,
	RTP_SSRC	= 0xc0ffee,
	RTP_ROOM	= 2048,		/* for a packet, protected */
};

/* So much of a protected packet is not the program's. */
struct rtp_batch {
	char packets[DATAGRAM_BATCH][RTP_ROOM];
	size_t lens[DATAGRAM_BATCH];
	int count;
};

struct rtp_batch *rtp_new(void);
/* As many packets of that many bytes as there can be, with the next numbers. */
void rtp_make(struct rtp_batch *batch, size_t len);
/* All of them, in one call; -1 with errno. */
int rtp_send(int fd, struct rtp_batch *batch);
/* As many as are there, at least one; -1 with errno. */
int rtp_recv(int fd, struct rtp_batch *batch);
/* Bytes in all packets. */
ssize_t rtp_bytes(const struct rtp_batch *batch);

#endif /* BENCH_RTP_H */
