/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tsec keeps for each network namespace.
 */
#ifndef TSEC_NET_H
#define TSEC_NET_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/sysctl.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "profile.h"
#include "stats.h"

struct tsec_encap;

enum tsec_net_limits {
	TSEC_DAEMON_VERSION_MAX = 63,	/* bytes of the daemon's own name */
};

/**
 * struct tsec_daemon - the daemon of a network namespace
 * @port: its netlink port id, 0 while there is none
 * @since: when it registered, ktime_get_boottime_seconds()
 * @version: what it calls itself
 */
struct tsec_daemon {
	u32 port;
	time64_t since;
	char version[TSEC_DAEMON_VERSION_MAX + 1];
};

/**
 * struct tsec_net - the state of tsec in one network namespace
 * @net: back pointer; the namespace outlives this struct
 * @profiles: named configuration
 * @stats: counters, one set for each CPU
 * @sessions: every session by its number
 * @next_session: where the search for a free number goes on
 * @lock: protects @pending and @daemon; taken with bottom halves off
 * @pending: sessions whose handshake waits for the daemon, oldest first
 * @daemon: who runs the handshakes
 * @handshakes: sessions between transport connect and handshake end
 * @running: of these, how many the daemon has claimed
 * @handshake_timeout_ms: sysctl, how long a handshake may take
 * @max_handshakes: sysctl, bound of @handshakes
 * @max_handshakes_listener: sysctl, the same for each listening socket
 * @max_sessions_listener: sysctl, bound of the sessions that share one
 * @encap_lock: protects @encaps and who takes the first reference there
 * @encaps: the ports that sessions share, by IPv4 and by IPv6; NULL while
 *	there are none
 * @sysctl: handle of the four
 * @sysctl_table: the table registered, a copy for this namespace
 */
struct tsec_net {
	struct net *net;
	struct tsec_profiles profiles;
	struct tsec_stats __percpu *stats;
	struct xarray sessions;
	u32 next_session;
	spinlock_t lock;	/* pending handshakes and the daemon */
	struct list_head pending;
	struct tsec_daemon daemon;
	atomic_t handshakes;
	atomic_t running;
	unsigned int handshake_timeout_ms;
	unsigned int max_handshakes;
	unsigned int max_handshakes_listener;
	unsigned int max_sessions_listener;
	struct mutex encap_lock;	/* ports that sessions share */
	struct tsec_encap *encaps[2];
	struct ctl_table_header *sysctl;
	struct ctl_table *sysctl_table;
};

struct workqueue_struct;

extern struct workqueue_struct *tsec_wq;
extern unsigned int tsec_net_id;
extern int tsec_family;

/**
 * tsec_net_get() - the state of tsec in a network namespace
 * @net: the namespace
 *
 * Return: never NULL while the module is loaded.
 */
static inline struct tsec_net *tsec_net_get(const struct net *net)
{
	return net_generic(net, tsec_net_id);
}

#define TSEC_INC_STATS(tn, id)	tsec_stats_inc((tn)->stats, id)

/**
 * tsec_drop() - drop what came in, and say why
 * @tn: the network namespace's state
 * @skb: the datagram; used up
 * @why: the counter of its like
 *
 * Context: Any but hard interrupts.
 */
static inline void tsec_drop(struct tsec_net *tn, struct sk_buff *skb,
			     enum tsec_stat why)
{
	TSEC_INC_STATS(tn, why);
	kfree_skb(skb);
}

int tsec_sysctl_init(struct tsec_net *tn);
void tsec_sysctl_exit(struct tsec_net *tn);

#endif /* TSEC_NET_H */
