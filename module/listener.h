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

struct tsec_endpoint;
struct tsec_listener;
struct tsec_net;
struct tsec_overrides;
struct tsec_recorded;
struct tsec_session;

/**
 * struct tsec_listener_ops - how a transport finds its clients
 * @start: begins to find them; returns 0, or what listen(2) returns, with
 *	nothing begun
 * @listen: changes the backlog; NULL if the transport need not know
 * @accept: takes those that there are, as long as tsec_listener_may_accept()
 * @adopt: has data of a finished session come to the listening socket itself,
 *	and lets it be found by its peer's address; under @lock of the
 *	listener.  Returns false without memory for that; NULL if each
 *	session has a socket of its own
 * @stop: finds no more; returns the inner socket if it keeps its name, or
 *	NULL if it is gone with the listener
 *
 * All in process context.
 */
struct tsec_listener_ops {
	int (*start)(struct tsec_listener *listener);
	int (*listen)(struct tsec_listener *listener);
	void (*accept)(struct tsec_listener *listener);
	bool (*adopt)(struct tsec_listener *listener,
		      struct tsec_session *session);
	struct socket *(*stop)(struct tsec_listener *listener);
};

/**
 * struct tsec_listener - what a listening socket adds
 * @rcu: for poll(), which looks without the socket's lock
 * @refs: the socket, each session that waits here, queued work
 * @sk: the program's socket, NULL once it is closed; under @lock
 * @ops: its transport
 * @inner: the listening TCP socket, or the UDP socket of @endpoint
 * @endpoint: datagrams: where the clients come in
 * @protocol: enum tsec_protocol of the sessions
 * @app: what the program set by socket options, for its sessions; not
 *	changed any more
 * @recorded: the same of other levels
 * @lock: protects the lists and what follows; taken with bottom halves off,
 *	inside session->lock
 * @open: sessions on their way to a finished handshake, oldest first
 * @ready: sessions to accept, or those that share the socket, oldest first
 * @ended: sessions that have shared the socket and are to be closed
 * @open_count: length of @open
 * @ready_count: length of @ready
 * @shared: there is no accept(): @ready share the socket
 * @backlog: bound of @ready_count
 * @work: accepts, and closes what has @ended
 * @idle: finds those of @ready whose time is over
 * @idle_at: jiffies when it runs, if it is to
 * @saved_data_ready: TCP: callback that @inner's children get back
 * @uid: owner of the socket
 */
struct tsec_listener {
	struct rcu_head rcu;
	refcount_t refs;
	struct sock *sk;
	const struct tsec_listener_ops *ops;
	struct socket *inner;
	struct tsec_endpoint *endpoint;
	u8 protocol;
	const struct tsec_overrides *app;
	const struct tsec_recorded *recorded;
	spinlock_t lock;	/* the lists */
	struct list_head open;
	struct list_head ready;
	struct list_head ended;
	unsigned int open_count;
	unsigned int ready_count;
	unsigned int backlog;
	bool shared;
	struct work_struct work;
	struct delayed_work idle;
	unsigned long idle_at;
	void (*saved_data_ready)(struct sock *sk);
	kuid_t uid;
};

extern const struct tsec_listener_ops tsec_listener_stream_ops;
extern const struct tsec_listener_ops tsec_listener_dgram_ops;

struct tsec_listener *tsec_listener_new(struct sock *sk, struct socket *inner,
					const struct tsec_overrides *app,
					const struct tsec_recorded *recorded,
					int backlog);
int tsec_listener_listen(struct tsec_listener *listener, int backlog);
struct socket *tsec_listener_stop(struct tsec_listener *listener);
bool tsec_listener_kick(struct tsec_listener *listener);
bool tsec_listener_is_loaded(const struct tsec_listener *listener,
			     struct tsec_net *tn);
bool tsec_listener_may_accept(const struct tsec_listener *listener);
struct tsec_session *tsec_listener_session(struct tsec_listener *listener,
					   struct socket *child);
void tsec_listener_admit(struct tsec_listener *listener,
			 struct tsec_session *session);
void tsec_listener_ready(struct tsec_session *session);
void tsec_listener_forget(struct tsec_session *session);
struct tsec_listener *tsec_listener_of(struct tsec_session *session);
void tsec_listener_put(struct tsec_listener *listener);
struct tsec_session *tsec_listener_take(struct tsec_listener *listener);

void tsec_listener_shared_init(struct tsec_listener *listener);
void tsec_listener_share(struct tsec_listener *listener);
void tsec_listener_adopt(struct tsec_listener *listener,
			 struct tsec_session *session);
void tsec_listener_ended(struct tsec_session *session);
u64 tsec_listener_inode(const struct tsec_session *session);

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
