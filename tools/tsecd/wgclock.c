// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "wgclock.h"

/* Of seconds of TAI since 1970, as the labels of TAI64 count them. */
#define TAI64_BASE 0x400000000000000aULL

/* A clock that is finer tells the world about this machine. */
#define TICK_NS (1 << 24)

/* A peer begins no more than 50 times a second. */
#define PAUSE_MS 20

struct heard {
	uint8_t self[WIREGUARD_KEY_LEN];
	uint8_t peer[WIREGUARD_KEY_LEN];
	uint8_t timestamp[WIREGUARD_TIMESTAMP_LEN];
	uint64_t ms; /* when it came */
	LIST_ENTRY(heard) entry;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(, heard) peers = LIST_HEAD_INITIALIZER(peers);
static struct timespec last;

uint64_t wgclock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static bool is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec > b->tv_sec ||
	       (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

static void later_than_last(struct timespec *now)
{
	clock_gettime(CLOCK_REALTIME, now);
	now->tv_nsec -= now->tv_nsec % TICK_NS;
	if (!is_later(now, &last)) {
		*now = last;
		now->tv_nsec += TICK_NS;
		now->tv_sec += now->tv_nsec / 1000000000;
		now->tv_nsec %= 1000000000;
	}
	last = *now;
}

void wgclock_now(uint8_t timestamp[WIREGUARD_TIMESTAMP_LEN])
{
	struct timespec now;
	uint64_t seconds;
	uint32_t ns;

	pthread_mutex_lock(&lock);
	later_than_last(&now);
	pthread_mutex_unlock(&lock);
	seconds = htobe64(TAI64_BASE + now.tv_sec);
	ns = htobe32(now.tv_nsec);
	memcpy(timestamp, &seconds, sizeof(seconds));
	memcpy(timestamp + sizeof(seconds), &ns, sizeof(ns));
}

/* A peer that was not heard yet has no time, and no keys of zeros. */
static struct heard *heard_of(const uint8_t *self, const uint8_t *peer)
{
	struct heard *heard;

	LIST_FOREACH(heard, &peers, entry)
		if (!memcmp(heard->self, self, WIREGUARD_KEY_LEN) &&
		    !memcmp(heard->peer, peer, WIREGUARD_KEY_LEN))
			return heard;
	heard = calloc(1, sizeof(*heard));
	if (!heard)
		return NULL;
	memcpy(heard->self, self, WIREGUARD_KEY_LEN);
	memcpy(heard->peer, peer, WIREGUARD_KEY_LEN);
	LIST_INSERT_HEAD(&peers, heard, entry);
	return heard;
}

bool wgclock_take(const uint8_t self[WIREGUARD_KEY_LEN],
		  const uint8_t peer[WIREGUARD_KEY_LEN],
		  const uint8_t timestamp[WIREGUARD_TIMESTAMP_LEN])
{
	uint64_t now = wgclock_ms();
	struct heard *heard;
	bool taken;

	pthread_mutex_lock(&lock);
	heard = heard_of(self, peer);
	taken = heard &&
		memcmp(timestamp, heard->timestamp, WIREGUARD_TIMESTAMP_LEN) >
			0 &&
		(!heard->ms || now >= heard->ms + PAUSE_MS);
	if (taken) {
		memcpy(heard->timestamp, timestamp, WIREGUARD_TIMESTAMP_LEN);
		heard->ms = now;
	}
	pthread_mutex_unlock(&lock);
	return taken;
}

void wgclock_flush(void)
{
	struct heard *heard;

	pthread_mutex_lock(&lock);
	while ((heard = LIST_FIRST(&peers))) {
		LIST_REMOVE(heard, entry);
		free(heard);
	}
	pthread_mutex_unlock(&lock);
}
