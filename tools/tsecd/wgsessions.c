// SPDX-License-Identifier: GPL-2.0
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "wgclock.h"
#include "wgsessions.h"

#define BUCKETS 256 /* a power of two */

struct entry {
	struct wgsession_name name;
	uint32_t session;
	uint64_t renewed;
	LIST_ENTRY(entry) bucket;
};

LIST_HEAD(bucket, entry);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct bucket buckets[BUCKETS];

/* Any byte of a public key is as good as a hash. */
static struct bucket *bucket_of(const struct wgsession_name *name)
{
	return &buckets[name->peer[0] & (BUCKETS - 1)];
}

static bool is_same(const struct wgsession_name *a,
		    const struct wgsession_name *b)
{
	return a->listener == b->listener &&
	       !memcmp(a->peer, b->peer, WIREGUARD_KEY_LEN) &&
	       !memcmp(a->self, b->self, WIREGUARD_KEY_LEN);
}

static struct entry *find_locked(const struct wgsession_name *name)
{
	struct entry *entry;

	LIST_FOREACH(entry, bucket_of(name), bucket)
		if (is_same(&entry->name, name))
			return entry;
	return NULL;
}

/* Without memory a peer that moves begins a new session. */
static struct entry *make_locked(const struct wgsession_name *name)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->name = *name;
	LIST_INSERT_HEAD(bucket_of(name), entry, bucket);
	return entry;
}

void wgsessions_put(const struct wgsession_name *name, uint32_t session)
{
	struct entry *entry;

	pthread_mutex_lock(&lock);
	entry = find_locked(name);
	if (!entry)
		entry = make_locked(name);
	if (entry) {
		entry->session = session;
		entry->renewed = 0;
	}
	pthread_mutex_unlock(&lock);
}

void wgsessions_drop(const struct wgsession_name *name, uint32_t session)
{
	struct entry *entry;

	pthread_mutex_lock(&lock);
	entry = find_locked(name);
	if (entry && entry->session == session) {
		LIST_REMOVE(entry, bucket);
		free(entry);
	}
	pthread_mutex_unlock(&lock);
}

/* As it is now; all zeros if there is none. */
static struct entry look(const struct wgsession_name *name)
{
	struct entry found = { .session = 0 };
	struct entry *entry;

	pthread_mutex_lock(&lock);
	entry = find_locked(name);
	if (entry)
		found = *entry;
	pthread_mutex_unlock(&lock);
	return found;
}

uint32_t wgsessions_find(const struct wgsession_name *name)
{
	return look(name).session;
}

void wgsessions_renew(const struct wgsession_name *name)
{
	struct entry *entry;

	pthread_mutex_lock(&lock);
	entry = find_locked(name);
	if (entry)
		entry->renewed = wgclock_ms();
	pthread_mutex_unlock(&lock);
}

uint64_t wgsessions_renewed(const struct wgsession_name *name)
{
	return look(name).renewed;
}
