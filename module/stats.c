// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of a network namespace.
 */
#include <linux/kernel.h>
#include <linux/seq_file.h>

#include "stats.h"

static const char *const names[] = {
	[TSEC_STAT_CURR_SESSIONS]	= "CurrSessions",
	[TSEC_STAT_SESSIONS_OPENED]	= "SessionsOpened",
	[TSEC_STAT_SESSIONS_CLOSED]	= "SessionsClosed",
	[TSEC_STAT_SESSIONS_ABORTED]	= "SessionsAborted",
	[TSEC_STAT_SESSIONS_IDLE]	= "SessionsIdle",
	[TSEC_STAT_SESSIONS_EVICTED]	= "SessionsEvicted",
	[TSEC_STAT_HANDSHAKES_STARTED]	= "HandshakesStarted",
	[TSEC_STAT_HANDSHAKES_DONE]	= "HandshakesDone",
	[TSEC_STAT_HANDSHAKES_RESUMED]	= "HandshakesResumed",
	[TSEC_STAT_HANDSHAKES_FAILED]	= "HandshakesFailed",
	[TSEC_STAT_HANDSHAKES_TIMED_OUT] = "HandshakesTimedOut",
	[TSEC_STAT_HANDSHAKES_CANCELED]	= "HandshakesCanceled",
	[TSEC_STAT_HANDSHAKES_JOINED]	= "HandshakesJoined",
	[TSEC_STAT_HANDSHAKES_NO_DAEMON] = "HandshakesNoDaemon",
	[TSEC_STAT_HANDSHAKES_EVICTED]	= "HandshakesEvicted",
	[TSEC_STAT_HANDSHAKES_REFUSED]	= "HandshakesRefused",
	[TSEC_STAT_DAEMON_LOST]		= "DaemonLost",
	[TSEC_STAT_TX_BYTES]		= "TxBytes",
	[TSEC_STAT_RX_BYTES]		= "RxBytes",
	[TSEC_STAT_KEYS_INSTALLED]	= "KeysInstalled",
	[TSEC_STAT_KEY_UPDATES_SENT]	= "KeyUpdatesSent",
	[TSEC_STAT_KEY_UPDATES_RECEIVED] = "KeyUpdatesReceived",
	[TSEC_STAT_KEY_UPDATES_FAILED]	= "KeyUpdatesFailed",
	[TSEC_STAT_KEY_LIMIT_SOFT]	= "KeyLimitSoft",
	[TSEC_STAT_KEY_LIMIT_HARD]	= "KeyLimitHard",
	[TSEC_STAT_ALERTS_SENT]		= "AlertsSent",
	[TSEC_STAT_ALERTS_RECEIVED]	= "AlertsReceived",
	[TSEC_STAT_CLOSE_NOTIFY_SENT]	= "CloseNotifySent",
	[TSEC_STAT_CLOSE_NOTIFY_RECEIVED] = "CloseNotifyReceived",
	[TSEC_STAT_TRUNCATED]		= "Truncated",
	[TSEC_STAT_BAD_RECORDS]		= "BadRecords",
	[TSEC_STAT_PROTOCOL_ERRORS]	= "ProtocolErrors",
	[TSEC_STAT_CONTROL_RECORDS]	= "ControlRecords",
	[TSEC_STAT_KEEPALIVES_SENT]	= "KeepalivesSent",
	[TSEC_STAT_TICKETS_PASSED]	= "TicketsPassed",
	[TSEC_STAT_TICKETS_DROPPED]	= "TicketsDropped",
	[TSEC_STAT_HELLOS_ANSWERED]	= "HellosAnswered",
	[TSEC_STAT_HELLOS_PROVEN]	= "HellosProven",
	[TSEC_STAT_PEERS_MOVED]		= "PeersMoved",
	[TSEC_STAT_OWN_MOVES]		= "OwnMoves",
	[TSEC_STAT_PATHS_CHALLENGED]	= "PathsChallenged",
	[TSEC_STAT_PATHS_UNPROVEN]	= "PathsUnproven",
	[TSEC_STAT_PATHS_FORGED]	= "PathsForged",
	[TSEC_STAT_PACKETS_ELSEWHERE]	= "PacketsElsewhere",
	[TSEC_STAT_PACKETS_NO_SESSION]	= "PacketsNoSession",
	[TSEC_STAT_PACKETS_ENDED]	= "PacketsEnded",
	[TSEC_STAT_PACKETS_FILTERED]	= "PacketsFiltered",
	[TSEC_STAT_PACKETS_MALFORMED]	= "PacketsMalformed",
	[TSEC_STAT_PACKETS_UNPROTECTED]	= "PacketsUnprotected",
	[TSEC_STAT_PACKETS_NO_KEY]	= "PacketsNoKey",
	[TSEC_STAT_PACKETS_MISADDRESSED] = "PacketsMisaddressed",
	[TSEC_STAT_PACKETS_REPLAYED]	= "PacketsReplayed",
	[TSEC_STAT_PACKETS_LATE]	= "PacketsLate",
	[TSEC_STAT_PACKETS_TOO_LONG]	= "PacketsTooLong",
	[TSEC_STAT_PACKETS_NO_ROOM]	= "PacketsNoRoom",
	[TSEC_STAT_PACKETS_NO_MEMORY]	= "PacketsNoMemory",
};

static_assert(ARRAY_SIZE(names) == __TSEC_STAT_MAX);

/**
 * tsec_stats_alloc() - counters for a new network namespace
 *
 * Context: Process context, may sleep.
 * Return: the counters, all zero, or NULL without memory.
 */
struct tsec_stats __percpu *tsec_stats_alloc(void)
{
	return alloc_percpu(struct tsec_stats);
}

/**
 * tsec_stats_free() - free counters
 * @stats: the counters, or NULL; nobody counts any more
 *
 * Context: Any.
 */
void tsec_stats_free(struct tsec_stats __percpu *stats)
{
	free_percpu(stats);
}

/**
 * tsec_stats_name() - what a counter is called
 * @id: the counter
 *
 * Context: Any.
 * Return: its name, as in /proc/net/tsec_stat.
 */
const char *tsec_stats_name(enum tsec_stat id)
{
	return names[id];
}

/**
 * tsec_stats_fold() - read a counter
 * @stats: the counters of the network namespace
 * @id: which one
 *
 * A gauge may go up on one CPU and down on another: only the sum means
 * something.
 *
 * Context: Any.
 * Return: the sum over all CPUs.
 */
u64 tsec_stats_fold(const struct tsec_stats __percpu *stats,
		    enum tsec_stat id)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(stats, cpu)->count[id]);
	return sum;
}

/**
 * tsec_stats_next() - walk the counters
 * @stats: the counters of the network namespace
 * @pos: where the walk stands; 0 at first
 * @name: set to the counter's name
 * @value: set to its value
 *
 * Context: Any.
 * Return: false, with nothing set, at the end.
 */
bool tsec_stats_next(const struct tsec_stats __percpu *stats,
		     unsigned int *pos, const char **name, u64 *value)
{
	if (*pos >= __TSEC_STAT_MAX)
		return false;
	*name = tsec_stats_name(*pos);
	*value = tsec_stats_fold(stats, *pos);
	++*pos;
	return true;
}

/**
 * tsec_stats_show() - print all counters
 * @seq: where to
 * @stats: the counters of the network namespace
 *
 * Context: Process context, may sleep.
 * Return: 0.
 */
int tsec_stats_show(struct seq_file *seq,
		    const struct tsec_stats __percpu *stats)
{
	unsigned int pos = 0;
	const char *name;
	u64 value;

	while (tsec_stats_next(stats, &pos, &name, &value))
		seq_printf(seq, "%-32s\t%llu\n", name, value);
	return 0;
}
