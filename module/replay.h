/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The replay window of a receiver, as in RFC 6479.
 */
#ifndef TSEC_REPLAY_H
#define TSEC_REPLAY_H

#include <linux/spinlock.h>
#include <linux/types.h>

enum tsec_replay_limits {
	TSEC_REPLAY_MIN		= 64,		/* packets; powers of two */
	TSEC_REPLAY_DEFAULT	= 1024,
	TSEC_REPLAY_MAX		= 8192,
};

/**
 * struct tsec_replay - which numbers have come
 * @lock: protects the rest; bottom halves off
 * @words: words of @map
 * @window: how many numbers before @top can be told apart
 * @top: the highest number that came, plus one; 0 before the first
 * @map: a ring of bits, one for each number of the window and some more
 */
struct tsec_replay {
	spinlock_t lock;	/* order of the numbers */
	u32 words;
	u32 window;
	u64 top;
	unsigned long *map;
};

int tsec_replay_init(struct tsec_replay *replay, u32 window);
int tsec_replay_init_gfp(struct tsec_replay *replay, u32 window, gfp_t gfp);
void tsec_replay_free(struct tsec_replay *replay);
int tsec_replay_begin(struct tsec_replay *replay, u32 window, u64 first);
void tsec_replay_skip(struct tsec_replay *replay, u64 first);
u64 tsec_replay_expand(struct tsec_replay *replay, u32 low, u8 bits,
		       u32 behind);
int tsec_replay_check(struct tsec_replay *replay, u64 seq);
int tsec_replay_commit(struct tsec_replay *replay, u64 seq);
bool tsec_replay_newest(struct tsec_replay *replay, u64 seq);

#endif /* TSEC_REPLAY_H */
