// SPDX-License-Identifier: GPL-2.0
/*
 * The replay window of a receiver, as in RFC 6479.
 *
 * The bits stand in a ring, so that the window moves by clearing words and
 * never by shifting them.  The ring is at least a word longer than the
 * window, which therefore need not begin at a word.
 */
#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "replay.h"

/**
 * tsec_replay_init() - begin a window; nothing has come
 * @replay: set
 * @window: how many numbers it spans, rounded up to a power of two from
 *	TSEC_REPLAY_MIN to TSEC_REPLAY_MAX; 0 for TSEC_REPLAY_DEFAULT
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int tsec_replay_init(struct tsec_replay *replay, u32 window)
{
	return tsec_replay_init_gfp(replay, window, GFP_KERNEL_ACCOUNT);
}

/**
 * tsec_replay_init_gfp() - begin a window where one may not sleep
 * @replay: set
 * @window: as for tsec_replay_init()
 * @gfp: how to get memory
 *
 * Context: Any that @gfp fits.
 * Return: 0, or -ENOMEM.
 */
int tsec_replay_init_gfp(struct tsec_replay *replay, u32 window, gfp_t gfp)
{
	window = clamp_t(u32, window ?: TSEC_REPLAY_DEFAULT, TSEC_REPLAY_MIN,
			 TSEC_REPLAY_MAX);
	spin_lock_init(&replay->lock);
	replay->top = 0;
	replay->window = roundup_pow_of_two(window);
	replay->words = roundup_pow_of_two(replay->window / BITS_PER_LONG + 1);
	replay->map = kcalloc(replay->words, sizeof(*replay->map), gfp);
	return replay->map ? 0 : -ENOMEM;
}

/**
 * tsec_replay_free() - end a window
 * @replay: the window; nobody uses it any more
 *
 * Context: Any.
 */
void tsec_replay_free(struct tsec_replay *replay)
{
	kfree(replay->map);
}

static u64 word_of(u64 seq)
{
	return seq / BITS_PER_LONG;
}

static unsigned long *slot_of(const struct tsec_replay *replay, u64 word)
{
	return &replay->map[word & (replay->words - 1)];
}

/**
 * tsec_replay_skip() - begin with a later number than 0
 * @replay: the window; nothing has come
 * @first: the first number that may come: those before it have been used
 *
 * Context: Any but hard interrupts.
 */
void tsec_replay_skip(struct tsec_replay *replay, u64 first)
{
	if (!first)
		return;
	spin_lock_bh(&replay->lock);
	memset(replay->map, 0xff, replay->words * sizeof(*replay->map));
	*slot_of(replay, word_of(first)) = BIT(first % BITS_PER_LONG) - 1;
	replay->top = first;
	spin_unlock_bh(&replay->lock);
}

/**
 * tsec_replay_begin() - begin a window with a later number than 0
 * @replay: set
 * @window: as for tsec_replay_init()
 * @first: as for tsec_replay_skip()
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int tsec_replay_begin(struct tsec_replay *replay, u32 window, u64 first)
{
	int err = tsec_replay_init(replay, window);

	if (!err)
		tsec_replay_skip(replay, first);
	return err;
}

/**
 * tsec_replay_expand() - which number do these low bits belong to?
 * @replay: the window
 * @low: the low bits of a number
 * @bits: how many, 32 at most
 * @behind: how far before the next number it may lie
 *
 * Of the 2^@bits numbers that begin @behind before the next one, exactly one
 * ends with @low.
 *
 * Context: Any but hard interrupts.
 * Return: the number, not authenticated yet.
 */
u64 tsec_replay_expand(struct tsec_replay *replay, u32 low, u8 bits,
		       u32 behind)
{
	u64 first;

	spin_lock_bh(&replay->lock);
	first = replay->top > behind ? replay->top - behind : 0;
	spin_unlock_bh(&replay->lock);
	return first + ((low - first) & (BIT_ULL(bits) - 1));
}

static int verdict(const struct tsec_replay *replay, u64 seq)
{
	/* The number after the last one could not be told. */
	if (seq == U64_MAX)
		return -ESTALE;
	if (seq >= replay->top)
		return 0;
	if (replay->top - seq > replay->window)
		return -ESTALE;
	if (*slot_of(replay, word_of(seq)) & BIT(seq % BITS_PER_LONG))
		return -EALREADY;
	return 0;
}

/* Clear the words that the window moves on to. */
static void advance(struct tsec_replay *replay, u64 seq)
{
	u64 word = replay->top ? word_of(replay->top - 1) : 0;
	u64 count = min_t(u64, word_of(seq) - word, replay->words);

	while (count--)
		*slot_of(replay, ++word) = 0;
	replay->top = seq + 1;
}

/**
 * tsec_replay_check() - may this number still come?
 * @replay: the window
 * @seq: the number, not authenticated yet
 *
 * Spares the work of opening what would be refused anyway.
 *
 * Context: Any but hard interrupts.
 * Return: 0, -EALREADY if it has come before, -ESTALE if it lies before the
 * window.
 */
int tsec_replay_check(struct tsec_replay *replay, u64 seq)
{
	int err;

	spin_lock_bh(&replay->lock);
	err = verdict(replay, seq);
	spin_unlock_bh(&replay->lock);
	return err;
}

/**
 * tsec_replay_commit() - this number has come
 * @replay: the window
 * @seq: the number, authenticated
 *
 * Looks once more: the same packet may be open on another CPU.
 *
 * Context: Any but hard interrupts.
 * Return: as tsec_replay_check(); unless it is 0, nothing is changed.
 */
int tsec_replay_commit(struct tsec_replay *replay, u64 seq)
{
	int err;

	spin_lock_bh(&replay->lock);
	err = verdict(replay, seq);
	if (!err) {
		if (seq >= replay->top)
			advance(replay, seq);
		*slot_of(replay, word_of(seq)) |= BIT(seq % BITS_PER_LONG);
	}
	spin_unlock_bh(&replay->lock);
	return err;
}

/**
 * tsec_replay_newest() - has no higher number come?
 * @replay: the window
 * @seq: a number that has come
 *
 * Context: Any but hard interrupts.
 * Return: true if @seq is the highest one so far.
 */
bool tsec_replay_newest(struct tsec_replay *replay, u64 seq)
{
	bool newest;

	spin_lock_bh(&replay->lock);
	newest = replay->top == seq + 1;
	spin_unlock_bh(&replay->lock);
	return newest;
}
