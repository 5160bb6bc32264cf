/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time in which something is counted, after a time in which it gets going.
 * A signal marks both, so that the loop that is measured never asks the clock.
 */
#ifndef BENCH_WINDOW_H
#define BENCH_WINDOW_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct window {
	uint64_t count;			/* added up by whoever measures */
	uint64_t count_begin;
	int64_t begin;
	int64_t end;
	int seen;
};

extern volatile sig_atomic_t window_phase;

void window_start(struct window *window, double warm, double seconds);
bool window_turn(struct window *window);

/* Whether a mark has gone by that window_turn() was not told of. */
static inline bool window_due(const struct window *window)
{
	return __builtin_expect(window_phase != window->seen, 0);
}

/* Count; false once the window is over. */
static inline bool window_add(struct window *window, uint64_t n)
{
	window->count += n;
	return !window_due(window) || window_turn(window);
}

static inline double window_seconds(const struct window *window)
{
	return (window->end - window->begin) / 1e9;
}

static inline double window_count(const struct window *window)
{
	return window->count - window->count_begin;
}

#endif /* BENCH_WINDOW_H */
