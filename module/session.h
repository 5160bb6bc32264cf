/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session: one protected connection, from the first packet of its
 * transport to the last record.
 */
#ifndef TSEC_SESSION_H
#define TSEC_SESSION_H

#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include <uapi/linux/tsec.h>

#include "address.h"
#include "key.h"
#include "record.h"
#include "record/tls.h"
#include "settings.h"

struct tsec_channel;
struct tsec_dgram;
struct tsec_dgram_key;
struct tsec_listener;
struct tsec_net;
struct tsec_profile;
struct tsec_session;

/**
 * struct tsec_half - one direction of a session
 * @lock: tx: held while a record is sealed, so that a key change has its
 *	place between two records; rx: held while a control record is taken
 * @key: the key in use; once the record layer has it, only the renewal
 *	secret stays here; of datagrams: the first one, see @slot
 * @watch: its limits; of datagrams those of @slot count
 * @bytes: payload since the session began
 * @next: the next sequence number, a copy for those who only look; not kept
 *	where there is a @slot
 * @slot: datagrams: the newest key at work; read under RCU
 */
struct tsec_half {
	struct mutex lock;	/* order of records and key changes */
	struct tsec_key key;
	struct tsec_watch watch;
	atomic64_t bytes;
	u64 next;
	struct tsec_dgram_key __rcu *slot;
};

enum tsec_session_flags {
	TSEC_SESSION_RESUMED,		/* the handshake resumed another */
	TSEC_SESSION_MANUAL,		/* manual keys, no daemon */
	TSEC_SESSION_PEER_CLOSED,	/* authenticated end received */
	TSEC_SESSION_CLOSED,		/* authenticated end sent */
	TSEC_SESSION_UPDATE_OWED,	/* the peer asked for a key update */
	TSEC_SESSION_UPDATE_ASK,	/* ask the peer for one with ours */
	TSEC_SESSION_UPDATE_ASKED,	/* asked, not yet answered */
	TSEC_SESSION_ALERT_OWED,	/* @alert waits for the sender */
	TSEC_SESSION_TX_SOFT_TOLD,	/* rekey-needed sent for this key */
	TSEC_SESSION_RX_SOFT_TOLD,	/* the same of the receiving one */
	TSEC_SESSION_COUNTED,		/* in the count of handshakes */
	TSEC_SESSION_CLAIMED,		/* in the count of claimed ones */
	TSEC_SESSION_HELD,		/* a daemon has its channel, or gets it */
	TSEC_SESSION_OFFERED,		/* to this daemon, since its last key */
	TSEC_SESSION_OWED,		/* to be offered once it is not held */
	TSEC_SESSION_ASKED,		/* for new keys, and no daemon knows */
	TSEC_SESSION_OPENED,		/* has been established */
	TSEC_SESSION_PROMPT,		/* TCP_NODELAY up to the first data */
	TSEC_SESSION_SHARED,		/* its program's socket has many */
};

/**
 * struct tsec_peer - who the peer turned out to be
 * @name: the name asked for (SNI); NULL if none
 * @id: the verified identity; NULL if none
 * @alpn: the application protocol agreed on; NULL if none
 * @cert: certificates in DER, leaf first
 * @cert_len: bytes of @cert
 * @exporter: secret that keying material is exported from
 * @exporter_len: bytes of @exporter, 0 if there is none
 */
struct tsec_peer {
	char *name;
	char *id;
	char *alpn;
	u8 *cert;
	size_t cert_len;
	u8 exporter[TSEC_SECRET_MAX];
	u8 exporter_len;
};

/**
 * struct tsec_transport - what carries the records of a session
 * @connect: begins to connect @session->inner, and has the handshake begin
 *	once that is done; returns 0, -EINPROGRESS or what kept it from it
 * @prepare: the transport is connected: makes it ready for keys; returns 0
 *	or a negative errno, with the reason in @why
 * @open: puts the session's keys to work; the same
 * @opened: the session is open, or has been open and gets its program's
 *	socket: takes what came too early; NULL if the transport keeps that
 *	in order itself
 * @key_update: renews the sending key, and asks the peer to do the same if it
 *	is to; returns 0, -EOPNOTSUPP if it cannot, or a negative errno
 * @close: ends an open session in good order, before @session->inner goes
 * @abort: cuts a failed session off; the caller holds a reference on @isk
 * @free: frees what @prepare made; nobody calls the session any more
 *
 * All in process context.
 */
struct tsec_transport {
	int (*connect)(struct tsec_session *session, struct sockaddr *addr,
		       int len);
	int (*prepare)(struct tsec_session *session, const char **why);
	int (*open)(struct tsec_session *session, const char **why);
	void (*opened)(struct tsec_session *session);
	int (*key_update)(struct tsec_session *session, bool request);
	void (*close)(struct tsec_session *session);
	void (*abort)(struct sock *isk);
	void (*free)(struct tsec_session *session);
};

/**
 * struct tsec_session - one protected connection
 * @refs: holders: the number table (while listed), the socket, the channel,
 *	the listener, armed work
 * @rcu: for readers that found it by number
 * @tn: its network namespace, pinned by @inner
 * @id: its number, unique in the namespace
 * @protocol: enum tsec_protocol
 * @role: enum tsec_role
 * @state: enum tsec_state; written under @lock, read anywhere
 * @flags: bits of enum tsec_session_flags
 * @status: 0, or the positive errno that ended it; set once, under @lock
 * @error: the reason in words, or NULL; set with @status
 * @alert: alert to send when TSEC_SESSION_ALERT_OWED
 * @uid: owner of the socket
 * @inner: the transport socket.  The program's own calls use it as it is;
 *	others check it under @tx.lock or @rx.lock, or take a reference on its
 *	struct sock under @lock.  Released by tsec_session_close() once the
 *	session was open, else with the last reference (the channel may still
 *	be in it)
 * @record: the record protocol
 * @transport: what carries its records
 * @dgram: what datagrams need; NULL for a stream
 * @settings: effective settings, frozen when the handshake starts
 * @app: what the program set by socket options
 * @profile: where settings and manual keys come from
 * @local: address of this end, once connected
 * @remote: address of the peer, once connected
 * @peer: outcome of the handshake
 * @version: protocol version agreed on
 * @cipher: enum tsec_cipher agreed on
 * @tx: sending direction
 * @rx: receiving direction
 * @reader: reassembly of control records, under @rx.lock
 * @tx_updates: key updates sent since the last data, under @tx.lock
 * @tx_seen: @tx.bytes at the last control record, under @rx.lock
 * @rx_seen: @rx.bytes at the last control record, under @rx.lock
 * @lock: protects @state, @status, @error, @sk, @channel, @listener and the
 *	list membership @entry, and of datagrams what has ended in @sk;
 *	bottom halves off
 * @sk: the program's socket, NULL before accept() and after close()
 * @channel: the daemon's end, NULL without
 * @listener: who waits for this session, NULL without
 * @entry: in @listener's lists
 * @pending: in the namespace's list of unclaimed handshakes, those that go on
 *	included
 * @work: goes on when the transport is connected or its first bytes are in
 * @timeout: ends a handshake that takes too long
 * @saved_state_change: callback of @inner while @work waits for it
 * @saved_data_ready: callback of @inner while @work waits for it
 * @born: ktime when it began
 * @deadline: ktime when the handshake must be over
 * @handshake_us: how long the handshake took
 */
struct tsec_session {
	refcount_t refs;
	struct rcu_head rcu;
	struct tsec_net *tn;
	u32 id;
	u8 protocol;
	u8 role;
	u8 state;
	u8 alert;
	u16 version;
	u16 cipher;
	unsigned long flags;
	int status;
	char *error;
	kuid_t uid;
	struct socket *inner;
	const struct tsec_record_ops *record;
	const struct tsec_transport *transport;
	struct tsec_dgram *dgram;
	struct tsec_settings settings;
	struct tsec_overrides app;
	struct tsec_profile *profile;
	union tsec_address local;
	union tsec_address remote;
	struct tsec_peer peer;
	struct tsec_half tx;
	struct tsec_half rx;
	struct tsec_tls_rx reader;
	u64 tx_seen;
	u64 rx_seen;
	unsigned int tx_updates;
	spinlock_t lock;	/* state, and who is attached */
	struct sock *sk;
	struct tsec_channel *channel;
	struct tsec_listener *listener;
	struct list_head entry;
	struct list_head pending;
	struct work_struct work;
	struct delayed_work timeout;
	void (*saved_state_change)(struct sock *sk);
	void (*saved_data_ready)(struct sock *sk);
	ktime_t born;
	ktime_t deadline;
	u32 handshake_us;
};

int tsec_sessions_init(void);
void tsec_sessions_wait(void);
void tsec_sessions_exit(void);
struct tsec_session *tsec_session_new(struct tsec_net *tn, u8 protocol,
				      u8 role, struct socket *inner,
				      struct tsec_profile *profile);
struct tsec_session *tsec_session_find(struct tsec_net *tn, u32 id);
struct tsec_session *tsec_session_next(struct tsec_net *tn,
				       unsigned long *id);
void tsec_session_put(struct tsec_session *session);
void tsec_session_queue(struct tsec_session *session, struct work_struct *work);
void tsec_session_addresses(struct tsec_session *session);
void tsec_session_address(const struct tsec_session *session, bool peer,
			  union tsec_address *address);
bool tsec_session_advance(struct tsec_session *session, u8 from, u8 to);
void tsec_session_attach(struct tsec_session *session, struct sock *sk);
void tsec_session_wake(struct tsec_session *session);
__printf(3, 4) bool tsec_session_fail(struct tsec_session *session, int err,
				      const char *fmt, ...);
__printf(3, 4) void tsec_session_give_up(struct tsec_session *session, int err,
					 const char *fmt, ...);
__printf(3, 4) void tsec_session_abort(struct tsec_session *session, int err,
				       const char *fmt, ...);
void tsec_session_close(struct tsec_session *session);
void tsec_session_info(struct tsec_session *session, struct tsec_info *info);
u64 tsec_half_next(const struct tsec_half *half);
const struct tsec_key *tsec_half_key(const struct tsec_half *half);
u64 tsec_half_bytes(const struct tsec_half *half);

static inline struct tsec_session *
tsec_session_get(struct tsec_session *session)
{
	refcount_inc(&session->refs);
	return session;
}

/**
 * tsec_session_half() - one direction of a session
 * @session: the session
 * @direction: which one
 *
 * Return: the sending or the receiving half.
 */
static inline struct tsec_half *
tsec_session_half(struct tsec_session *session, enum tsec_direction direction)
{
	return direction == TSEC_DIR_TX ? &session->tx : &session->rx;
}

/**
 * tsec_session_soft_told() - where it is noted that a key nears its end
 * @direction: which key
 *
 * Return: one of enum tsec_session_flags.
 */
static inline int tsec_session_soft_told(enum tsec_direction direction)
{
	return direction == TSEC_DIR_TX ? TSEC_SESSION_TX_SOFT_TOLD :
					  TSEC_SESSION_RX_SOFT_TOLD;
}

/**
 * tsec_session_needs_keys() - whether a key at work has been told to near its
 * end
 * @session: the session
 *
 * Return: false also if the next keys have come since.
 */
static inline bool tsec_session_needs_keys(const struct tsec_session *session)
{
	return test_bit(TSEC_SESSION_TX_SOFT_TOLD, &session->flags) ||
	       test_bit(TSEC_SESSION_RX_SOFT_TOLD, &session->flags);
}

/**
 * tsec_session_asks() - whether a daemon is to hear that keys are needed
 * @session: the session
 *
 * Both keys of a pair near their end together, and each asks.  What no daemon
 * has heard before the next pair came is answered by that: heard later, it
 * would be taken for a need of that pair.
 *
 * Return: false if nobody asks any more.
 */
static inline bool tsec_session_asks(const struct tsec_session *session)
{
	return test_bit(TSEC_SESSION_ASKED, &session->flags) &&
	       tsec_session_needs_keys(session);
}

/**
 * tsec_session_state() - where a session stands
 * @session: the session
 *
 * Return: enum tsec_state; who sees a state sees what was written before it.
 */
static inline u8 tsec_session_state(const struct tsec_session *session)
{
	/* Pairs with the release in session.c. */
	return smp_load_acquire(&session->state);
}

/**
 * tsec_session_busy() - whether the handshake is still to come or under way
 * @session: the session
 *
 * Return: true up to the moment when connect() can return.
 */
static inline bool tsec_session_busy(const struct tsec_session *session)
{
	return tsec_session_state(session) < TSEC_STATE_ESTABLISHED;
}

/**
 * tsec_session_open() - whether keys are in and the session has not failed
 * @session: the session
 *
 * Return: true from establishment on, half-closed ones included.
 */
static inline bool tsec_session_open(const struct tsec_session *session)
{
	u8 state = tsec_session_state(session);

	return state == TSEC_STATE_ESTABLISHED || state == TSEC_STATE_CLOSING;
}

/**
 * tsec_session_stays() - whether handshakes go on while a session is open
 * @session: the session
 *
 * Return: true if a daemon gives it new keys again and again.
 */
static inline bool tsec_session_stays(const struct tsec_session *session)
{
	return session->record->stays &&
	       !test_bit(TSEC_SESSION_MANUAL, &session->flags);
}

#endif /* TSEC_SESSION_H */
