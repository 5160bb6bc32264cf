/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What SRTP keeps of each source.
 */
#ifndef TSEC_RECORD_SRTP_STREAM_H
#define TSEC_RECORD_SRTP_STREAM_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "../replay.h"

enum tsec_srtp_stream_limits {
	TSEC_SRTP_STREAMS_MAX	= 64,	/* sources in one direction */
};

#define TSEC_SRTP_INDEX_MAX	(BIT_ULL(48) - 1)
#define TSEC_SRTCP_INDEX_MAX	(BIT_ULL(31) - 1)

/**
 * struct tsec_srtp_stream - one source
 * @started: a packet of SRTP has come, or was sent
 * @rtp: indices of SRTP that have come, or were used
 * @rtcp: indices of SRTCP that have come
 * @rtcp_next: the next one to send
 */
struct tsec_srtp_stream {
	bool started;
	struct tsec_replay rtp;
	struct tsec_replay rtcp;
	atomic64_t rtcp_next;
};

/**
 * struct tsec_srtp_streams - the sources of one direction
 * @refs: the master keys that protect them, one after the other
 * @lock: held while one is added
 * @roc: the rollover counter that each begins with
 * @window: packets that a replay window spans, 0 for the default
 * @count: how many there are; readers see what was before it
 * @ssrc: their names
 * @stream: what is kept of them
 *
 * Sources are never removed: one that was forgotten could be replayed.
 */
struct tsec_srtp_streams {
	refcount_t refs;
	spinlock_t lock;	/* one is added */
	u32 roc;
	u32 window;
	u32 count;
	u32 ssrc[TSEC_SRTP_STREAMS_MAX];
	struct tsec_srtp_stream *stream[TSEC_SRTP_STREAMS_MAX];
};

struct tsec_srtp_streams *tsec_srtp_streams_new(u32 roc, u32 window);
struct tsec_srtp_streams *
tsec_srtp_streams_get(struct tsec_srtp_streams *streams);
void tsec_srtp_streams_put(struct tsec_srtp_streams *streams);
struct tsec_srtp_stream *
tsec_srtp_stream_find(struct tsec_srtp_streams *streams, u32 ssrc);
struct tsec_srtp_stream *
tsec_srtp_stream_get(struct tsec_srtp_streams *streams, u32 ssrc);
bool tsec_srtp_streams_full(struct tsec_srtp_streams *streams);
u64 tsec_srtp_stream_index(struct tsec_srtp_streams *streams,
			   struct tsec_srtp_stream *stream, u16 seq);
int tsec_srtp_stream_commit(struct tsec_srtp_stream *stream, u64 index);

#endif /* TSEC_RECORD_SRTP_STREAM_H */
