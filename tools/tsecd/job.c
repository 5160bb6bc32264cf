// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "handshake/handshake.h"
#include "job.h"
#include "log.h"

/* Channels that are open for what may still come: the oldest goes first. */
#define LINGERING_MAX 256

/* The daemon gives up a little before the kernel does: it knows more. */
#define TIMEOUT_MARGIN_MS 100

struct job {
	struct handshake handshake;
	struct worker *worker;
	struct event io, timer, resend;
	struct job_list *list; /* of its worker */
	TAILQ_ENTRY(job) entry;
};

static void job_unlist(struct job *job)
{
	struct worker *worker = job->worker;

	TAILQ_REMOVE(job->list, job, entry);
	if (job->list == &worker->lingering)
		worker->n_lingering--;
	if (job->list == &worker->jobs)
		atomic_fetch_sub_explicit(&worker->running, 1,
					  memory_order_relaxed);
}

static void job_list(struct job *job, struct job_list *list)
{
	struct worker *worker = job->worker;

	TAILQ_INSERT_TAIL(list, job, entry);
	job->list = list;
	if (list == &worker->lingering)
		worker->n_lingering++;
	if (list == &worker->jobs)
		atomic_fetch_add_explicit(&worker->running, 1,
					  memory_order_relaxed);
}

static void job_free(struct job *job)
{
	struct worker *worker = job->worker;

	event_del(&job->io);
	event_del(&job->timer);
	event_del(&job->resend);
	job_unlist(job);
	handshake_close(&job->handshake);
	close(job->handshake.fd);
	free(job);
	worker_job_ended(worker);
}

/* Telling **************************************************************** */

static const char *role_of_peer(const struct handshake *handshake)
{
	return handshake->role == TSEC_ROLE_CLIENT ? "server" : "client";
}

static void log_failure(const struct handshake *handshake)
{
	/* What clients out there do wrong must not fill the log. */
	int priority = handshake->role == TSEC_ROLE_CLIENT ? LOG_NOTICE :
							     LOG_INFO;
	char remote[TSEC_ADDR_TEXT];

	if (!log_enabled(priority))
		return;
	log_message(priority, "session %u: handshake with %s %s failed: %s",
		    handshake->session, role_of_peer(handshake),
		    tsec_addr_text(&handshake->remote, remote),
		    handshake->reason.text);
}

static void log_success(const struct handshake *handshake,
			const struct tsec_handshake_info *done)
{
	char remote[TSEC_ADDR_TEXT];

	if (!log_enabled(LOG_INFO))
		return;
	log_info("session %u: %s handshake with %s %s (%s), %s%s",
		 handshake->session,
		 tsec_name_of(tsec_version_names, done->version),
		 role_of_peer(handshake),
		 tsec_addr_text(&handshake->remote, remote),
		 *done->peer_id ? done->peer_id : "not authenticated",
		 tsec_name_of(tsec_cipher_names, done->cipher),
		 done->resumed ? ", resumed" : "");
}

/* -ENOENT: the program has gone meanwhile, which is its right. */
static int complain(struct job *job, const char *what, int err)
{
	if (err && err != -ENOENT)
		log_error("session %u: the kernel refused %s: %s",
			  job->handshake.session, what,
			  tsec_nl_error(job->worker->nl));
	return err;
}

static void tell_failure(struct job *job)
{
	struct tsec_handshake_info done;

	memset(&done, 0, sizeof(done));
	tsec_set(&done, HANDSHAKE_SESSION, session, job->handshake.session);
	tsec_set(&done, HANDSHAKE_STATUS, status, job->handshake.reason.status);
	tsec_set_str(&done, HANDSHAKE_ERROR, error, job->handshake.reason.text);
	complain(job, "the failure of a handshake",
		 tsec_handshake_done(job->worker->nl, &done));
}

static void job_fail(struct job *job)
{
	log_failure(&job->handshake);
	if (job->handshake.ops)
		job->handshake.ops->abort(&job->handshake);
	tell_failure(job);
	job_free(job);
}

static int hand_over(struct job *job, struct outcome *outcome)
{
	struct tsec_nl *nl = job->worker->nl;
	int err = tsec_handshake_finish(nl, outcome->key, &outcome->done);

	if (complain(job, "a finished handshake", err) && err != -ENOENT)
		reason_set(&job->handshake.reason, -err,
			   "the kernel refused the keys: %s",
			   tsec_nl_error(nl));
	return err;
}

/* Afterwards ************************************************************* */

static void on_message(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;
	uint8_t *message = job->worker->message;
	ssize_t len = recv(fd, message, MESSAGE_MAX, 0);

	(void)what;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0 ||
	    !job->handshake.ops->message(&job->handshake, message, len))
		job_free(job);
}

static void on_linger_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	job_free(arg);
}

static void job_linger(struct job *job, unsigned int seconds)
{
	struct timeval time = { .tv_sec = seconds };
	struct worker *worker = job->worker;

	event_del(&job->io);
	event_del(&job->timer);
	event_del(&job->resend);
	job_unlist(job);
	job_list(job, &worker->lingering);
	if (worker->n_lingering > LINGERING_MAX)
		job_free(TAILQ_FIRST(&worker->lingering));
	event_assign(&job->io, worker->base, job->handshake.fd,
		     EV_READ | EV_PERSIST, on_message, job);
	evtimer_assign(&job->timer, worker->base, on_linger_end, job);
	if (seconds != HANDSHAKE_STAYS)
		event_add(&job->timer, &time);
	event_add(&job->io, NULL);
	worker_job_ended(worker);
}

static void on_io(evutil_socket_t fd, short what, void *arg);
static void wait_for(struct job *job, short what);
static void wait_to_resend(struct job *job);

/* The session is open, and its handshakes go on. */
static void job_stay(struct job *job)
{
	struct worker *worker = job->worker;

	event_del(&job->timer);
	job_unlist(job);
	job_list(job, &worker->staying);
	wait_to_resend(job);
	wait_for(job, EV_READ);
	worker_job_ended(worker);
}

static void job_finish(struct job *job)
{
	struct handshake *handshake = &job->handshake;
	unsigned int seconds = 0;
	struct outcome outcome;
	int err;

	memset(&outcome, 0, sizeof(outcome));
	tsec_set(&outcome.done, HANDSHAKE_SESSION, session, handshake->session);
	tsec_set(&outcome.done, HANDSHAKE_STATUS, status, 0);
	err = handshake->ops->finish(handshake, &outcome);
	if (!err)
		err = hand_over(job, &outcome);
	if (!err)
		log_success(handshake, &outcome.done);
	if (!err && handshake->ops->handed_over)
		handshake->ops->handed_over(handshake);
	outcome_wipe(&outcome);
	if (!err && !job->worker->leaving && handshake->ops->lingers)
		seconds = handshake->ops->lingers(handshake);
	if (handshake->reason.status)
		job_fail(job);
	else if (!err && !job->worker->leaving && handshake->ops->stays)
		job_stay(job);
	else if (seconds)
		job_linger(job, seconds);
	else
		job_free(job);
}

/* The handshake ********************************************************** */

static void wait_for(struct job *job, short what)
{
	if (event_pending(&job->io, what, NULL))
		return;
	event_del(&job->io);
	event_assign(&job->io, job->worker->base, job->handshake.fd,
		     what | EV_PERSIST, on_io, job);
	if (!event_add(&job->io, NULL))
		return;
	reason_set(&job->handshake.reason, ENOMEM, "out of memory");
	job_fail(job);
}

/* A protocol over datagrams repeats what is not answered. */
static void wait_to_resend(struct job *job)
{
	const struct handshake_ops *ops = job->handshake.ops;
	struct timeval time;
	unsigned int ms;

	if (!ops->timer)
		return;
	ms = ops->timer(&job->handshake);
	time = (struct timeval){ ms / 1000, ms % 1000 * 1000 };
	event_add(&job->resend, &time);
}

/* Without new keys, the session ends with those that it has. */
static void renewal_failed(struct job *job)
{
	const struct handshake *handshake = &job->handshake;
	char remote[TSEC_ADDR_TEXT];

	if (handshake->reason.status != ECONNABORTED)
		log_notice("session %u: no new keys with %s: %s",
			   handshake->session,
			   tsec_addr_text(&handshake->remote, remote),
			   handshake->reason.text);
	job_free(job);
}

/*
 * The receiving key first: the peer may use it as soon as it can.  No other
 * key of the session may come between the two: the one confirms the other.
 */
static int pair_install(struct tsec_nl *nl, const struct tsec_key_info *key)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int err;

	pthread_mutex_lock(&lock);
	err = tsec_key_new(nl, &key[TSEC_DIR_RX]);
	if (!err)
		err = tsec_key_new(nl, &key[TSEC_DIR_TX]);
	pthread_mutex_unlock(&lock);
	return err;
}

static int keys_renew(struct job *job)
{
	struct handshake *handshake = &job->handshake;
	struct outcome outcome;
	int err;

	memset(&outcome, 0, sizeof(outcome));
	err = handshake->ops->finish(handshake, &outcome);
	if (!err)
		err = pair_install(job->worker->nl, outcome.key);
	outcome_wipe(&outcome);
	if (!err && handshake->ops->handed_over)
		handshake->ops->handed_over(handshake);
	if (complain(job, "new keys", err))
		reason_set(&handshake->reason,
			   err == -ENOENT ? ECONNABORTED : -err,
			   "the kernel refused the keys");
	return err;
}

/* Its peer is that of an open session, which has got the keys. */
static void job_join(struct job *job)
{
	struct handshake *handshake = &job->handshake;
	char remote[TSEC_ADDR_TEXT];

	if (keys_renew(job)) {
		job_fail(job);
		return;
	}
	reason_set(&handshake->reason, EALREADY,
		   "the peer goes on in the session that it has");
	if (log_enabled(LOG_INFO))
		log_info("session %u: client %s: %s", handshake->session,
			 tsec_addr_text(&handshake->remote, remote),
			 handshake->reason.text);
	tell_failure(job);
	job_free(job);
}

static void job_renew(struct job *job)
{
	int want = job->handshake.ops->step(&job->handshake);

	if (want == HANDSHAKE_OVER)
		want = keys_renew(job);
	if (want < 0) {
		renewal_failed(job);
		return;
	}
	wait_to_resend(job);
	wait_for(job, EV_READ);
}

static void job_step(struct job *job)
{
	if (job->list == &job->worker->staying) {
		job_renew(job);
		return;
	}
	switch (job->handshake.ops->step(&job->handshake)) {
	case HANDSHAKE_OVER:
		job_finish(job);
		break;
	case HANDSHAKE_JOINS:
		job_join(job);
		break;
	case HANDSHAKE_WANT_READ:
		wait_to_resend(job);
		wait_for(job, EV_READ);
		break;
	case HANDSHAKE_WANT_WRITE:
		wait_for(job, EV_WRITE);
		break;
	default:
		job_fail(job);
	}
}

static void on_io(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	job_step(arg);
}

static void on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;

	(void)fd;
	(void)what;
	reason_set(&job->handshake.reason, ETIMEDOUT,
		   "the peer did not finish the handshake in time");
	job_fail(job);
}

static void start_timer(struct job *job, uint32_t ms)
{
	struct timeval time;

	if (ms > 2 * TIMEOUT_MARGIN_MS)
		ms -= TIMEOUT_MARGIN_MS;
	time = (struct timeval){ ms / 1000, ms % 1000 * 1000 };
	event_add(&job->timer, &time);
}

static struct job *job_new(struct worker *worker, int fd)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->worker = worker;
	job->handshake.fd = fd;
	event_assign(&job->io, worker->base, fd, EV_READ | EV_PERSIST, on_io,
		     job);
	evtimer_assign(&job->timer, worker->base, on_timeout, job);
	evtimer_assign(&job->resend, worker->base, on_io, job);
	job_list(job, &worker->jobs);
	return job;
}

/* The session is open already: another daemon has made it. */
static void job_take_up(struct job *job, const struct tsec_handshake_info *info)
{
	if (handshake_open(&job->handshake, info))
		renewal_failed(job);
	else
		job_stay(job);
}

void job_start(struct worker *worker, const struct tsec_handshake_info *info)
{
	struct job *job = job_new(worker, info->fd);

	if (!job) {
		close(info->fd); /* which fails the handshake */
		return;
	}
	if (tsec_has(info, HANDSHAKE_AGE)) {
		job_take_up(job, info);
		return;
	}
	if (handshake_open(&job->handshake, info)) {
		job_fail(job);
		return;
	}
	start_timer(job, info->timeout);
	job_step(job);
}

void jobs_stop_open(struct worker *worker)
{
	while (!TAILQ_EMPTY(&worker->lingering))
		job_free(TAILQ_FIRST(&worker->lingering));
	while (!TAILQ_EMPTY(&worker->staying))
		job_free(TAILQ_FIRST(&worker->staying));
}

void jobs_stop_all(struct worker *worker)
{
	jobs_stop_open(worker);
	while (!TAILQ_EMPTY(&worker->jobs))
		job_free(TAILQ_FIRST(&worker->jobs));
}
