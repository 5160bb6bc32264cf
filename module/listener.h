/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listening: many handshakes at a time, finished ones to accept().
 */
#ifndef TSEC_LISTENER_H
#define TSEC_LISTENER_H

#include <linux/list.h>
#include <linux/net.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>

struct tsec_overrides;
struct tsec_profile;
struct tsec_session;

/**
 * struct tsec_listener - what a listening socket adds
 * @rcu: for poll(), which looks without the socket's lock
 * @refs: the socket, each session that waits here, queued work
 * @sk: the program's socket, NULL once it is closed; under @lock
 * @inner: the listening TCP socket; tsec_listener_stop() gives it back
 * @app: what the program set by socket options, for its sessions; not
 *	changed any more
 * @lock: protects the lists and what follows; taken with bottom halves off,
 *	inside session->lock
 * @open: sessions on their way to a finished handshake, oldest first
 * @ready: sessions to accept, oldest first
 * @open_count: length of @open
 * @ready_count: length of @ready
 * @backlog: bound of @ready_count
 * @work: accepts from @inner
 * @saved_data_ready: callback that @inner's children get back
 * @uid: owner of the socket
 */
struct tsec_listener {
	struct rcu_head rcu;
	refcount_t refs;
	struct sock *sk;
	struct socket *inner;
	const struct tsec_overrides *app;
	spinlock_t lock;	/* the lists */
	struct list_head open;
	struct list_head ready;
	unsigned int open_count;
	unsigned int ready_count;
	unsigned int backlog;
	struct work_struct work;
	void (*saved_data_ready)(struct sock *sk);
	kuid_t uid;
};

struct tsec_listener *tsec_listener_new(struct sock *sk, struct socket *inner,
					const struct tsec_overrides *app);
int tsec_listener_listen(struct tsec_listener *listener, int backlog);
void tsec_listener_undo(struct tsec_listener *listener);
struct socket *tsec_listener_stop(struct tsec_listener *listener);
void tsec_listener_ready(struct tsec_session *session);
void tsec_listener_forget(struct tsec_session *session);
struct tsec_session *tsec_listener_take(struct tsec_listener *listener);

/**
 * tsec_listener_has_ready() - whether accept() would return a session
 * @listener: the listener
 *
 * Return: a hint; tsec_listener_take() decides.
 */
static inline bool tsec_listener_has_ready(struct tsec_listener *listener)
{
	return READ_ONCE(listener->ready_count);
}

#endif /* TSEC_LISTENER_H */
