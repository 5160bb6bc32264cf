/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The workers: threads with an event loop and a netlink handle each.  A
 * handshake stays on the worker that claimed it from the kernel, so nothing
 * of it is shared, and one that stalls costs the others nothing.
 */
#ifndef TSECD_WORKER_H
#define TSECD_WORKER_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/queue.h>

#include <tsec.h>

#define WORKERS_MAX 256

/* A handshake message has a length of 24 bits; tickets stay far below. */
#define MESSAGE_MAX (68 << 10)

struct job;
TAILQ_HEAD(job_list, job);

struct worker {
	pthread_t thread;
	struct event_base *base;
	struct tsec_nl *nl;
	int wake_fd;
	struct event wake, retry, deadline;
	atomic_uint claims; /* handshakes that may be claimed */
	atomic_uint running; /* read by others to see who has least to do */
	struct job_list jobs, lingering;
	struct job_list staying; /* of open sessions, which get new keys */
	unsigned int n_lingering;
	bool leaving; /* claims nothing more, ends after its last job */
	uint8_t message[MESSAGE_MAX];
};

/* Starts @n workers; 0 or a negative errno, with what went wrong logged. */
int workers_start(unsigned int n);

/* A handshake is pending: one worker is to claim it. */
void workers_ready(void);

/* Nobody knows how many are pending: every worker is to claim what it gets. */
void workers_ready_all(void);

/* Lets handshakes that run come to an end, for a while, then ends. */
void workers_stop(void);

/* For jobs: one has ended, on its worker's thread. */
void worker_job_ended(struct worker *worker);

#endif /* TSECD_WORKER_H */
