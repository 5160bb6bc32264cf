// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../worker.h"
#include "fake_kernel.h"

struct tsec_nl {
	char unused;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct fake_session *sessions[FAKE_SESSIONS_MAX];
static uint32_t n_sessions, n_claimed;

uint32_t fake_pend(const struct tsec_handshake_info *info)
{
	struct fake_session *session = calloc(1, sizeof(*session));
	uint32_t id;

	session->info = *info;
	pthread_mutex_lock(&lock);
	id = n_sessions + 1;
	session->info.session = id;
	sessions[n_sessions++] = session;
	pthread_mutex_unlock(&lock);
	workers_ready();
	return id;
}

const struct fake_session *fake_wait(uint32_t id, unsigned int ms)
{
	struct fake_session *session = sessions[id - 1];
	struct timespec until;
	int err = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&lock);
	while (!session->finished && !err)
		err = pthread_cond_timedwait(&changed, &lock, &until);
	pthread_mutex_unlock(&lock);
	return err ? NULL : session;
}

void fake_reset(void)
{
	while (n_sessions)
		free(sessions[--n_sessions]);
	n_claimed = 0;
}

/* What workers and jobs call ********************************************* */

int tsec_nl_open(struct tsec_nl **nl)
{
	*nl = calloc(1, sizeof(**nl));
	return *nl ? 0 : -ENOMEM;
}

void tsec_nl_close(struct tsec_nl *nl)
{
	free(nl);
}

void tsec_nl_wipe(struct tsec_nl *nl)
{
	(void)nl;
}

const char *tsec_nl_error(const struct tsec_nl *nl)
{
	(void)nl;
	return "the fake kernel says no";
}

int tsec_handshake_accept(struct tsec_nl *nl, uint32_t session,
			  struct tsec_handshake_info *info)
{
	int err = -ENOENT;

	(void)nl;
	(void)session;
	pthread_mutex_lock(&lock);
	if (n_claimed < n_sessions) {
		*info = sessions[n_claimed++]->info;
		err = 0;
	}
	pthread_mutex_unlock(&lock);
	return err;
}

static int take_key(const struct tsec_key_info *key)
{
	if (key->secret.len < 32 && (!key->key.len || !key->iv.len))
		return -EINVAL;
	pthread_mutex_lock(&lock);
	sessions[key->session - 1]->keys |= 1U << key->direction;
	pthread_mutex_unlock(&lock);
	return 0;
}

int tsec_key_new(struct tsec_nl *nl, const struct tsec_key_info *key)
{
	(void)nl;
	return take_key(key);
}

int tsec_handshake_done(struct tsec_nl *nl,
			const struct tsec_handshake_info *done)
{
	struct fake_session *session;

	(void)nl;
	pthread_mutex_lock(&lock);
	session = sessions[done->session - 1];
	session->status = done->status;
	session->resumed = done->resumed;
	strcpy(session->error, done->error);
	session->finished = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return 0;
}

int tsec_handshake_finish(struct tsec_nl *nl,
			  const struct tsec_key_info keys[__TSEC_DIR_MAX],
			  const struct tsec_handshake_info *done)
{
	for (int i = 0; i < __TSEC_DIR_MAX; i++)
		if (take_key(&keys[i]))
			return -EINVAL;
	return tsec_handshake_done(nl, done);
}
