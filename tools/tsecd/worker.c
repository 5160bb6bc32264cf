// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "job.h"
#include "log.h"
#include "worker.h"

#define CLAIM_ALL (1U << 20)
#define LEAVE_SECONDS 2 /* for handshakes that run when the daemon ends */

static const struct timeval retry_after = { .tv_usec = 100 * 1000 };
static const struct timeval leave_after = { .tv_sec = LEAVE_SECONDS };

static struct worker *workers;
static unsigned int n_workers;
static atomic_bool stopping;

/* Waking ***************************************************************** */

static void wake(struct worker *worker)
{
	uint64_t one = 1;

	/* It fails only when the counter is full: then it is awake. */
	if (write(worker->wake_fd, &one, sizeof(one)) < 0)
		log_debug("cannot wake a worker: %s", strerror(errno));
}

static unsigned int load_of(struct worker *worker)
{
	return atomic_load_explicit(&worker->claims, memory_order_relaxed) +
	       atomic_load_explicit(&worker->running, memory_order_relaxed);
}

static void offer(struct worker *worker, unsigned int n)
{
	if (!atomic_fetch_add(&worker->claims, n))
		wake(worker);
}

void workers_ready(void)
{
	static unsigned int turn; /* of the main thread alone */
	struct worker *best = &workers[turn++ % n_workers];

	for (unsigned int i = 0; i < n_workers; i++)
		if (load_of(&workers[i]) < load_of(best))
			best = &workers[i];
	offer(best, 1);
}

void workers_ready_all(void)
{
	for (unsigned int i = 0; i < n_workers; i++)
		offer(&workers[i], CLAIM_ALL);
}

/* Claiming *************************************************************** */

/*
 * Out of descriptors or memory: what is pending waits in the kernel until
 * some handshake that runs has ended.
 */
static void claim_later(struct worker *worker, unsigned int n, int err)
{
	log_warn("cannot claim a handshake: %s", tsec_nl_error(worker->nl));
	if (err == -EMFILE || err == -ENFILE || err == -ENOMEM ||
	    err == -ENOBUFS) {
		atomic_fetch_add(&worker->claims, n);
		event_add(&worker->retry, &retry_after);
	}
}

static void claim(struct worker *worker)
{
	unsigned int n = atomic_exchange(&worker->claims, 0);
	struct tsec_handshake_info info;

	for (; n && !worker->leaving; n--) {
		int err = tsec_handshake_accept(worker->nl, 0, &info);

		if (err == -ENOENT)
			return;
		if (err) {
			claim_later(worker, n, err);
			return;
		}
		job_start(worker, &info);
		tsec_nl_wipe(worker->nl);
	}
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	claim(arg);
}

/* Leaving **************************************************************** */

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = arg;

	(void)fd;
	(void)what;
	event_base_loopbreak(worker->base);
}

static void leave(struct worker *worker)
{
	worker->leaving = true;
	jobs_stop_open(worker);
	if (TAILQ_EMPTY(&worker->jobs))
		event_base_loopbreak(worker->base);
	else
		event_add(&worker->deadline, &leave_after);
}

void worker_job_ended(struct worker *worker)
{
	if (worker->leaving && TAILQ_EMPTY(&worker->jobs))
		event_base_loopbreak(worker->base);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = arg;
	uint64_t n;

	(void)what;
	if (read(fd, &n, sizeof(n)) < 0)
		return;
	if (atomic_load(&stopping) && !worker->leaving)
		leave(worker);
	else
		claim(worker);
}

/* Life ******************************************************************* */

static void *run(void *arg)
{
	struct worker *worker = arg;

	event_base_dispatch(worker->base);
	jobs_stop_all(worker);
	return NULL;
}

static struct event_base *make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (!config)
		return NULL;
	/* No other thread touches it: wake_fd is the only way in. */
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK |
					      EVENT_BASE_FLAG_IGNORE_ENV);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

static int open_worker(struct worker *worker)
{
	int err;

	TAILQ_INIT(&worker->jobs);
	TAILQ_INIT(&worker->lingering);
	TAILQ_INIT(&worker->staying);
	err = tsec_nl_open(&worker->nl);
	if (err)
		return err;
	worker->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->wake_fd < 0)
		return -errno;
	worker->base = make_base();
	if (!worker->base)
		return -ENOMEM;
	event_assign(&worker->wake, worker->base, worker->wake_fd,
		     EV_READ | EV_PERSIST, on_wake, worker);
	evtimer_assign(&worker->retry, worker->base, on_retry, worker);
	evtimer_assign(&worker->deadline, worker->base, on_deadline, worker);
	return event_add(&worker->wake, NULL) ? -ENOMEM : 0;
}

/* Signals are for the main thread. */
static int start_thread(struct worker *worker)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	sigdelset(&all, SIGSYS); /* the sandbox's: it ends any thread */
	pthread_sigmask(SIG_BLOCK, &all, &before);
	err = pthread_create(&worker->thread, NULL, run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static void close_worker(struct worker *worker)
{
	if (worker->base) {
		event_del(&worker->wake);
		event_del(&worker->retry);
		event_del(&worker->deadline);
		event_base_free(worker->base);
	}
	if (worker->wake_fd >= 0)
		close(worker->wake_fd);
	tsec_nl_close(worker->nl);
}

int workers_start(unsigned int n)
{
	workers = calloc(n, sizeof(*workers));
	if (!workers)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		int err;

		workers[i].wake_fd = -1;
		err = open_worker(&workers[i]);
		if (!err)
			err = start_thread(&workers[i]);
		if (err) {
			log_error("cannot start worker %u: %s", i,
				  strerror(-err));
			close_worker(&workers[i]);
			workers_stop();
			return err;
		}
		n_workers++;
	}
	return 0;
}

void workers_stop(void)
{
	atomic_store(&stopping, true);
	for (unsigned int i = 0; i < n_workers; i++)
		wake(&workers[i]);
	for (unsigned int i = 0; i < n_workers; i++) {
		pthread_join(workers[i].thread, NULL);
		close_worker(&workers[i]);
	}
	n_workers = 0;
	free(workers);
	workers = NULL;
}
