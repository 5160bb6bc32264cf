/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of a network namespace.
 */
#ifndef TSEC_STATS_H
#define TSEC_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

struct seq_file;

/* Keep in step with the names in stats.c. */
enum tsec_stat {
	TSEC_STAT_CURR_SESSIONS,	/* sessions there are (a gauge) */
	TSEC_STAT_SESSIONS_OPENED,	/* sessions begun */
	TSEC_STAT_SESSIONS_CLOSED,	/* sessions closed by their program */
	TSEC_STAT_SESSIONS_ABORTED,	/* ended by an error or a command */
	TSEC_STAT_SESSIONS_IDLE,	/* shared a socket, idle for too long */
	TSEC_STAT_SESSIONS_EVICTED,	/* shared a socket, gave way to another */
	TSEC_STAT_HANDSHAKES_STARTED,	/* handshakes made pending */
	TSEC_STAT_HANDSHAKES_DONE,	/* daemon reported success */
	TSEC_STAT_HANDSHAKES_RESUMED,	/* of these: resumed a session */
	TSEC_STAT_HANDSHAKES_FAILED,	/* daemon reported an error */
	TSEC_STAT_HANDSHAKES_TIMED_OUT,	/* handshake_timeout_ms went by */
	TSEC_STAT_HANDSHAKES_CANCELED,	/* program closed the socket first */
	TSEC_STAT_HANDSHAKES_JOINED,	/* went on in a session that was open */
	TSEC_STAT_HANDSHAKES_NO_DAEMON,	/* no daemon was registered */
	TSEC_STAT_HANDSHAKES_EVICTED,	/* made room for a newer one */
	TSEC_STAT_HANDSHAKES_REFUSED,	/* max_handshakes was reached */
	TSEC_STAT_DAEMON_LOST,		/* daemon gone with handshakes open */
	TSEC_STAT_TX_BYTES,		/* payload taken from programs */
	TSEC_STAT_RX_BYTES,		/* payload given to programs */
	TSEC_STAT_KEYS_INSTALLED,	/* keys that came by netlink */
	TSEC_STAT_KEY_UPDATES_SENT,	/* own keys renewed */
	TSEC_STAT_KEY_UPDATES_RECEIVED,	/* peers' keys renewed */
	TSEC_STAT_KEY_UPDATES_FAILED,	/* renewal failed, session ended */
	TSEC_STAT_KEY_LIMIT_SOFT,	/* soft limit of a key reached */
	TSEC_STAT_KEY_LIMIT_HARD,	/* hard limit of a key reached */
	TSEC_STAT_ALERTS_SENT,		/* alerts other than close_notify */
	TSEC_STAT_ALERTS_RECEIVED,	/* alerts other than close_notify */
	TSEC_STAT_CLOSE_NOTIFY_SENT,	/* authenticated ends sent */
	TSEC_STAT_CLOSE_NOTIFY_RECEIVED, /* authenticated ends received */
	TSEC_STAT_TRUNCATED,		/* FIN or RST without close_notify */
	TSEC_STAT_BAD_RECORDS,		/* records failed authentication */
	TSEC_STAT_PROTOCOL_ERRORS,	/* peer broke the protocol */
	TSEC_STAT_CONTROL_RECORDS,	/* control records absorbed */
	TSEC_STAT_KEEPALIVES_SENT,	/* data answered by nothing else */
	TSEC_STAT_TICKETS_PASSED,	/* tickets given to the daemon */
	TSEC_STAT_TICKETS_DROPPED,	/* tickets without a channel */
	TSEC_STAT_HELLOS_ANSWERED,	/* clients asked to prove an address */
	TSEC_STAT_HELLOS_PROVEN,	/* clients that have proven theirs */
	TSEC_STAT_PEERS_MOVED,		/* peers at another address now */
	TSEC_STAT_OWN_MOVES,		/* own addresses that changed */
	TSEC_STAT_PATHS_CHALLENGED,	/* proofs of an address asked for */
	TSEC_STAT_PATHS_UNPROVEN,	/* addresses not proven in time */
	TSEC_STAT_PATHS_FORGED,		/* proofs not good, or too late */
	TSEC_STAT_PACKETS_ELSEWHERE,	/* from elsewhere, and unidentified */
	TSEC_STAT_PACKETS_NO_SESSION,	/* datagrams for no session yet */
	TSEC_STAT_PACKETS_ENDED,	/* datagrams for one that has ended */
	TSEC_STAT_PACKETS_FILTERED,	/* a filter did not want them */
	TSEC_STAT_PACKETS_MALFORMED,	/* not a record, or not a whole one */
	TSEC_STAT_PACKETS_UNPROTECTED,	/* records that no key protects */
	TSEC_STAT_PACKETS_NO_KEY,	/* records under an unknown key */
	TSEC_STAT_PACKETS_MISADDRESSED,	/* authentic, but for other ends */
	TSEC_STAT_PACKETS_REPLAYED,	/* records that had come before */
	TSEC_STAT_PACKETS_LATE,		/* records before the replay window */
	TSEC_STAT_PACKETS_TOO_LONG,	/* records beyond the protocol's most */
	TSEC_STAT_PACKETS_NO_ROOM,	/* the receive buffer was full */
	TSEC_STAT_PACKETS_NO_MEMORY,	/* no memory to take them */
	__TSEC_STAT_MAX
};

/**
 * struct tsec_stats - the counters, one of these for each CPU
 * @count: indexed by enum tsec_stat
 */
struct tsec_stats {
	unsigned long count[__TSEC_STAT_MAX];
};

/**
 * tsec_stats_add() - add to a counter
 * @stats: the counters of the network namespace
 * @id: which one
 * @n: how much
 *
 * Context: Any.
 */
static inline void tsec_stats_add(struct tsec_stats __percpu *stats,
				  enum tsec_stat id, unsigned long n)
{
	this_cpu_add(stats->count[id], n);
}

/**
 * tsec_stats_inc() - count one
 * @stats: the counters of the network namespace
 * @id: which one
 *
 * Context: Any.
 */
static inline void tsec_stats_inc(struct tsec_stats __percpu *stats,
				  enum tsec_stat id)
{
	this_cpu_inc(stats->count[id]);
}

/**
 * tsec_stats_dec() - take one from a gauge
 * @stats: the counters of the network namespace
 * @id: which one
 *
 * Context: Any.
 */
static inline void tsec_stats_dec(struct tsec_stats __percpu *stats,
				  enum tsec_stat id)
{
	this_cpu_dec(stats->count[id]);
}

struct tsec_stats __percpu *tsec_stats_alloc(void);
void tsec_stats_free(struct tsec_stats __percpu *stats);
const char *tsec_stats_name(enum tsec_stat id);
u64 tsec_stats_fold(const struct tsec_stats __percpu *stats,
		    enum tsec_stat id);
bool tsec_stats_next(const struct tsec_stats __percpu *stats,
		     unsigned int *pos, const char **name, u64 *value);
int tsec_stats_show(struct seq_file *seq,
		    const struct tsec_stats __percpu *stats);

#endif /* TSEC_STATS_H */
