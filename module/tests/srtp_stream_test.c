// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of record/srtp_stream.c.
 */
#include <linux/err.h>

#include "../record/srtp_stream.h"
#include "kunit.h"

static int streams_setup(struct kunit *test)
{
	test->priv = tsec_srtp_streams_new(0, 0);
	return test->priv ? 0 : -ENOMEM;
}

static void streams_teardown(struct kunit *test)
{
	tsec_srtp_streams_put(test->priv);
}

static struct tsec_srtp_stream *get(struct kunit *test, u32 ssrc)
{
	struct tsec_srtp_stream *stream;

	stream = tsec_srtp_stream_get(test->priv, ssrc);
	KUNIT_ASSERT_FALSE(test, IS_ERR(stream));
	return stream;
}

static void stream_find__each(struct kunit *test)
{
	struct tsec_srtp_streams *streams = test->priv;
	struct tsec_srtp_stream *a, *b;

	KUNIT_EXPECT_NULL(test, tsec_srtp_stream_find(streams, 0));
	a = get(test, 0);
	b = get(test, 7);
	KUNIT_EXPECT_PTR_NE(test, a, b);
	KUNIT_EXPECT_PTR_EQ(test, tsec_srtp_stream_find(streams, 0), a);
	KUNIT_EXPECT_PTR_EQ(test, tsec_srtp_stream_find(streams, 7), b);
	KUNIT_EXPECT_NULL(test, tsec_srtp_stream_find(streams, 8));
	KUNIT_EXPECT_PTR_EQ(test, get(test, 7), b);
	KUNIT_EXPECT_EQ(test, streams->count, 2);
}

/* Whoever goes first: the sources are there up to the last. */
static void streams_get__shared(struct kunit *test)
{
	struct tsec_srtp_streams *streams = test->priv;
	struct tsec_srtp_stream *stream = get(test, 7);

	KUNIT_EXPECT_PTR_EQ(test, tsec_srtp_streams_get(streams), streams);
	tsec_srtp_streams_put(streams);
	KUNIT_EXPECT_PTR_EQ(test, tsec_srtp_stream_find(streams, 7), stream);
	tsec_srtp_streams_put(NULL);
}

static void stream_get__full(struct kunit *test)
{
	struct tsec_srtp_streams *streams = test->priv;
	u32 ssrc;

	for (ssrc = 1; ssrc <= TSEC_SRTP_STREAMS_MAX; ssrc++) {
		KUNIT_EXPECT_FALSE(test, tsec_srtp_streams_full(streams));
		get(test, ssrc);
	}
	KUNIT_EXPECT_TRUE(test, tsec_srtp_streams_full(streams));
	KUNIT_EXPECT_EQ(test, PTR_ERR(tsec_srtp_stream_get(streams, ssrc)),
			-ENOBUFS);
	get(test, 1);
	get(test, TSEC_SRTP_STREAMS_MAX);
}

static u64 index_of(struct kunit *test, struct tsec_srtp_stream *stream,
		    u16 seq)
{
	return tsec_srtp_stream_index(test->priv, stream, seq);
}

static void stream_index__first(struct kunit *test)
{
	struct tsec_srtp_streams *streams = test->priv;
	struct tsec_srtp_stream *stream;

	streams->roc = 5;
	KUNIT_EXPECT_EQ(test, index_of(test, NULL, 0xfffe), 0x5fffe);
	stream = get(test, 1);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 0xfffe), 0x5fffe);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 2), 0x50002);
	KUNIT_EXPECT_EQ(test, tsec_srtp_stream_commit(stream, 0x50002), 0);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 3), 0x50003);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 0xfffe), 0x4fffe);
	/* Before the first rollover counter: nobody ever sent that. */
	KUNIT_EXPECT_EQ(test, tsec_srtp_stream_commit(stream, 0x4fffe),
			-EALREADY);
}

/* RFC 3711 appendix A. */
static void stream_index__rollover(struct kunit *test)
{
	struct tsec_srtp_stream *stream = get(test, 1);

	KUNIT_EXPECT_EQ(test, tsec_srtp_stream_commit(stream, 0xfffe), 0);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 0xffff), 0xffff);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 1), 0x10001);
	KUNIT_EXPECT_EQ(test, tsec_srtp_stream_commit(stream, 0x10001), 0);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 0xffff), 0xffff);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 0x8001), 0x18001);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 0x8002), 0x8002);
	KUNIT_EXPECT_EQ(test, tsec_srtp_stream_commit(stream, 0xffff), 0);
	KUNIT_EXPECT_EQ(test, tsec_srtp_stream_commit(stream, 0xffff),
			-EALREADY);
	KUNIT_EXPECT_EQ(test, tsec_srtp_stream_commit(stream, 0x10001 - 1024),
			-ESTALE);
}

/* Without a rollover to go back to. */
static void stream_index__no_less(struct kunit *test)
{
	struct tsec_srtp_stream *stream = get(test, 1);

	KUNIT_EXPECT_EQ(test, tsec_srtp_stream_commit(stream, 3), 0);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 0xffff), 0xffff);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 1), 1);
}

/* What comes of SRTCP says nothing of SRTP. */
static void stream_index__rtcp_first(struct kunit *test)
{
	struct tsec_srtp_streams *streams = test->priv;
	struct tsec_srtp_stream *stream;

	streams->roc = 1;
	stream = get(test, 1);
	KUNIT_EXPECT_EQ(test, tsec_replay_commit(&stream->rtcp, 0), 0);
	KUNIT_EXPECT_EQ(test, index_of(test, stream, 0xf000), 0x1f000);
	KUNIT_EXPECT_EQ(test, tsec_srtp_stream_commit(stream, 0x1f000), 0);
}

static struct kunit_case srtp_stream_cases[] = {
	KUNIT_CASE(streams_get__shared),
	KUNIT_CASE(stream_find__each),
	KUNIT_CASE(stream_get__full),
	KUNIT_CASE(stream_index__first),
	KUNIT_CASE(stream_index__rollover),
	KUNIT_CASE(stream_index__no_less),
	KUNIT_CASE(stream_index__rtcp_first),
	{}
};

static struct kunit_suite srtp_stream_suite = {
	.name		= "tsec_srtp_stream",
	.init		= streams_setup,
	.exit		= streams_teardown,
	.test_cases	= srtp_stream_cases,
};

kunit_test_suites(&srtp_stream_suite);
