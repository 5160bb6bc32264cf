// SPDX-License-Identifier: GPL-2.0
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "sessions.h"

#define BUCKETS 1024 /* a power of two */

struct entry {
	uint8_t name[SESSION_NAME_SIZE];
	struct saved_session saved;
	LIST_ENTRY(entry) bucket; /* newest first */
	TAILQ_ENTRY(entry) age; /* newest first */
};

LIST_HEAD(bucket, entry);
TAILQ_HEAD(ages, entry);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct bucket buckets[BUCKETS];
static struct ages ages = TAILQ_HEAD_INITIALIZER(ages);
static unsigned int n_entries, max_entries = 4096;

/* A name is a digest: any of its bytes are as good as a hash. */
static struct bucket *bucket_of(const uint8_t *name)
{
	return &buckets[(name[0] | name[1] << 8) & (BUCKETS - 1)];
}

static bool has_name(const struct entry *entry, const uint8_t *name)
{
	return !memcmp(entry->name, name, SESSION_NAME_SIZE);
}

void saved_session_free(struct saved_session *saved)
{
	if (saved->data.data) {
		explicit_bzero(saved->data.data, saved->data.size);
		free(saved->data.data);
	}
	explicit_bzero(saved, sizeof(*saved));
}

static bool saved_session_copy(struct saved_session *to,
			       const struct saved_session *from)
{
	*to = *from;
	to->data.data = malloc(from->data.size);
	if (!to->data.data)
		return false;
	memcpy(to->data.data, from->data.data, from->data.size);
	return true;
}

static void unlink_locked(struct entry *entry)
{
	LIST_REMOVE(entry, bucket);
	TAILQ_REMOVE(&ages, entry, age);
	n_entries--;
}

static void forget_locked(struct entry *entry)
{
	unlink_locked(entry);
	saved_session_free(&entry->saved);
	free(entry);
}

static void shrink_locked(unsigned int limit)
{
	while (n_entries > limit)
		forget_locked(TAILQ_LAST(&ages, ages));
}

/* Forgets all of a name but the @keep newest. */
static void trim_locked(const uint8_t *name, unsigned int keep)
{
	struct entry *entry, *next;

	for (entry = LIST_FIRST(bucket_of(name)); entry; entry = next) {
		next = LIST_NEXT(entry, bucket);
		if (!has_name(entry, name))
			continue;
		if (keep)
			keep--;
		else
			forget_locked(entry);
	}
}

void sessions_set_limit(unsigned int limit)
{
	pthread_mutex_lock(&lock);
	max_entries = limit;
	shrink_locked(limit);
	pthread_mutex_unlock(&lock);
}

void sessions_put(const uint8_t name[SESSION_NAME_SIZE],
		  const struct saved_session *saved)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return; /* the next handshake is a full one: no harm */
	memcpy(entry->name, name, SESSION_NAME_SIZE);
	if (!saved_session_copy(&entry->saved, saved)) {
		free(entry);
		return;
	}
	pthread_mutex_lock(&lock);
	/* A session that may be used again replaces all there were. */
	trim_locked(name, saved->once ? SESSIONS_PER_NAME - 1 : 0);
	LIST_INSERT_HEAD(bucket_of(name), entry, bucket);
	TAILQ_INSERT_HEAD(&ages, entry, age);
	n_entries++;
	shrink_locked(max_entries);
	pthread_mutex_unlock(&lock);
}

static struct entry *find_locked(const uint8_t *name)
{
	struct entry *entry;

	LIST_FOREACH(entry, bucket_of(name), bucket)
		if (has_name(entry, name))
			return entry;
	return NULL;
}

static bool take_locked(struct entry *entry, struct saved_session *saved)
{
	if (!entry->saved.once) {
		TAILQ_REMOVE(&ages, entry, age);
		TAILQ_INSERT_HEAD(&ages, entry, age);
		return saved_session_copy(saved, &entry->saved);
	}
	unlink_locked(entry);
	*saved = entry->saved;
	explicit_bzero(entry, sizeof(*entry));
	free(entry);
	return true;
}

bool sessions_take(const uint8_t name[SESSION_NAME_SIZE],
		   struct saved_session *saved)
{
	struct entry *entry;
	bool found = false;

	pthread_mutex_lock(&lock);
	entry = find_locked(name);
	if (entry && entry->saved.until <= time(NULL))
		trim_locked(name, 0); /* the newest is over: so are all */
	else if (entry)
		found = take_locked(entry, saved);
	pthread_mutex_unlock(&lock);
	return found;
}

unsigned int sessions_count(const uint8_t name[SESSION_NAME_SIZE])
{
	struct entry *entry;
	unsigned int n = 0;

	pthread_mutex_lock(&lock);
	LIST_FOREACH(entry, bucket_of(name), bucket)
		n += has_name(entry, name);
	pthread_mutex_unlock(&lock);
	return n;
}

void sessions_drop(const uint8_t name[SESSION_NAME_SIZE])
{
	pthread_mutex_lock(&lock);
	trim_locked(name, 0);
	pthread_mutex_unlock(&lock);
}

void sessions_expire(time_t now)
{
	struct entry *entry, *next;

	pthread_mutex_lock(&lock);
	for (entry = TAILQ_FIRST(&ages); entry; entry = next) {
		next = TAILQ_NEXT(entry, age);
		if (entry->saved.until <= now)
			forget_locked(entry);
	}
	pthread_mutex_unlock(&lock);
}

void sessions_flush(void)
{
	pthread_mutex_lock(&lock);
	shrink_locked(0);
	pthread_mutex_unlock(&lock);
}
