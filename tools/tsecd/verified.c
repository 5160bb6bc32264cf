// SPDX-License-Identifier: GPL-2.0
#include <pthread.h>
#include <string.h>

#include "verified.h"

#define PLACES 1024 /* a power of two */

struct verdict {
	uint8_t name[VERIFIED_NAME_SIZE];
	time_t from, until;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct verdict verdicts[PLACES];

/* One place for each name: who comes later takes it. */
static struct verdict *place_of(const uint8_t *name)
{
	return &verdicts[(name[0] | name[1] << 8) & (PLACES - 1)];
}

bool verified_find(const uint8_t name[VERIFIED_NAME_SIZE], time_t now)
{
	struct verdict *verdict = place_of(name);
	bool found;

	pthread_mutex_lock(&lock);
	/* Not before @from either: the clock may have been set back. */
	found = now >= verdict->from && now < verdict->until &&
		!memcmp(verdict->name, name, VERIFIED_NAME_SIZE);
	pthread_mutex_unlock(&lock);
	return found;
}

void verified_put(const uint8_t name[VERIFIED_NAME_SIZE], time_t now,
		  time_t until)
{
	struct verdict *verdict = place_of(name);

	if (until > now + VERIFIED_SECONDS)
		until = now + VERIFIED_SECONDS;
	pthread_mutex_lock(&lock);
	memcpy(verdict->name, name, VERIFIED_NAME_SIZE);
	verdict->from = now;
	verdict->until = until;
	pthread_mutex_unlock(&lock);
}

void verified_flush(void)
{
	pthread_mutex_lock(&lock);
	memset(verdicts, 0, sizeof(verdicts));
	pthread_mutex_unlock(&lock);
}
