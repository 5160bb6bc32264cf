// SPDX-License-Identifier: GPL-2.0
/*
 * What SRTP keeps of each source: the rollover counter, and which packets have
 * come or were sent (RFC 3711 sections 3.2.3 and 3.3).  All of it goes on
 * under the next master key, and so do the numbers of SRTCP (sections 3.3.1
 * and 3.4).
 *
 * The rollover counter is the high part of the highest index, so that the
 * replay window holds it.  Sources are looked up without a lock.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "srtp_stream.h"

enum stream_limits {
	SEQ_BITS	= 16,
	SEQ_BEHIND	= 1 << (SEQ_BITS - 1),	/* half of the numbers */
};

/**
 * tsec_srtp_streams_new() - begin without a source
 * @roc: the rollover counter that each source begins with
 * @window: packets that a replay window spans, 0 for the default
 *
 * Context: process context.
 * Return: the sources with one reference, or NULL without memory.
 */
struct tsec_srtp_streams *tsec_srtp_streams_new(u32 roc, u32 window)
{
	struct tsec_srtp_streams *streams;

	streams = kzalloc(sizeof(*streams), GFP_KERNEL_ACCOUNT);
	if (!streams)
		return NULL;
	refcount_set(&streams->refs, 1);
	spin_lock_init(&streams->lock);
	streams->roc = roc;
	streams->window = window;
	return streams;
}

/**
 * tsec_srtp_streams_get() - have another master key protect the same sources
 * @streams: the sources, held by somebody else
 *
 * Context: Any.
 * Return: @streams.
 */
struct tsec_srtp_streams *
tsec_srtp_streams_get(struct tsec_srtp_streams *streams)
{
	refcount_inc(&streams->refs);
	return streams;
}

static void stream_free(struct tsec_srtp_stream *stream)
{
	tsec_replay_free(&stream->rtp);
	tsec_replay_free(&stream->rtcp);
	kfree(stream);
}

/**
 * tsec_srtp_streams_put() - a master key protects the sources no more
 * @streams: the sources, or NULL; the last one to go forgets them all
 *
 * Context: Any.
 */
void tsec_srtp_streams_put(struct tsec_srtp_streams *streams)
{
	if (!streams || !refcount_dec_and_test(&streams->refs))
		return;
	while (streams->count)
		stream_free(streams->stream[--streams->count]);
	kfree(streams);
}

/**
 * tsec_srtp_stream_find() - look a source up
 * @streams: the sources
 * @ssrc: its name
 *
 * Context: Any but hard interrupts.
 * Return: what is kept of it, or NULL.
 */
struct tsec_srtp_stream *
tsec_srtp_stream_find(struct tsec_srtp_streams *streams, u32 ssrc)
{
	/* Pairs with the release in stream_add(). */
	u32 i, count = smp_load_acquire(&streams->count);

	for (i = 0; i < count; i++)
		if (streams->ssrc[i] == ssrc)
			return streams->stream[i];
	return NULL;
}

static struct tsec_srtp_stream *
stream_new(const struct tsec_srtp_streams *streams)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT;
	struct tsec_srtp_stream *stream = kzalloc(sizeof(*stream), gfp);

	if (!stream)
		return NULL;
	if (!tsec_replay_init_gfp(&stream->rtp, streams->window, gfp) &&
	    !tsec_replay_init_gfp(&stream->rtcp, streams->window, gfp)) {
		tsec_replay_skip(&stream->rtp,
				 (u64)streams->roc << SEQ_BITS);
		return stream;
	}
	stream_free(stream);
	return NULL;
}

static struct tsec_srtp_stream *
stream_add(struct tsec_srtp_streams *streams, u32 ssrc)
{
	u32 at = streams->count;
	struct tsec_srtp_stream *stream;

	if (at == TSEC_SRTP_STREAMS_MAX)
		return ERR_PTR(-ENOBUFS);
	stream = stream_new(streams);
	if (!stream)
		return ERR_PTR(-ENOMEM);
	streams->ssrc[at] = ssrc;
	streams->stream[at] = stream;
	/* Whoever sees the count sees the source. */
	smp_store_release(&streams->count, at + 1);
	return stream;
}

/**
 * tsec_srtp_stream_get() - look a source up, or add it
 * @streams: the sources
 * @ssrc: its name, which is authentic
 *
 * Context: Any but hard interrupts.
 * Return: what is kept of it; -ENOBUFS if there are too many, -ENOMEM.
 */
struct tsec_srtp_stream *
tsec_srtp_stream_get(struct tsec_srtp_streams *streams, u32 ssrc)
{
	struct tsec_srtp_stream *stream;

	stream = tsec_srtp_stream_find(streams, ssrc);
	if (stream)
		return stream;
	spin_lock_bh(&streams->lock);
	/* Another CPU may have been faster. */
	stream = tsec_srtp_stream_find(streams, ssrc) ?:
		 stream_add(streams, ssrc);
	spin_unlock_bh(&streams->lock);
	return stream;
}

/**
 * tsec_srtp_streams_full() - is there no room for another source?
 * @streams: the sources
 *
 * Spares the work of opening what would have to be dropped.
 *
 * Context: Any.
 * Return: true if there is none.
 */
bool tsec_srtp_streams_full(struct tsec_srtp_streams *streams)
{
	return READ_ONCE(streams->count) == TSEC_SRTP_STREAMS_MAX;
}

/**
 * tsec_srtp_stream_index() - estimate the index of a packet of SRTP
 * @streams: the sources
 * @stream: the packet's, NULL if it is new
 * @seq: its sequence number
 *
 * RFC 3711 section 3.3.1: nearest to the highest one so far.  The first
 * packet of a source has the rollover counter to begin with.
 *
 * Context: Any but hard interrupts.
 * Return: the index, not authenticated yet.
 */
u64 tsec_srtp_stream_index(struct tsec_srtp_streams *streams,
			   struct tsec_srtp_stream *stream, u16 seq)
{
	if (!stream || !READ_ONCE(stream->started))
		return (u64)streams->roc << SEQ_BITS | seq;
	return tsec_replay_expand(&stream->rtp, seq, SEQ_BITS, SEQ_BEHIND);
}

/**
 * tsec_srtp_stream_commit() - a packet of SRTP has come, or is to be sent
 * @stream: its source
 * @index: its index, authenticated
 *
 * Context: Any but hard interrupts.
 * Return: as tsec_replay_commit().
 */
int tsec_srtp_stream_commit(struct tsec_srtp_stream *stream, u64 index)
{
	int err = tsec_replay_commit(&stream->rtp, index);

	if (!err)
		WRITE_ONCE(stream->started, true);
	return err;
}
