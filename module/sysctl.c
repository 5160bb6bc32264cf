// SPDX-License-Identifier: GPL-2.0
/*
 * net.tsec.*: limits of handshakes and sessions, for each network namespace.
 */
#include <linux/slab.h>

#include "compat.h"
#include "net.h"

enum sysctl_limits {
	TIMEOUT_MS_MIN		= 100,
	TIMEOUT_MS_DEFAULT	= 30 * 1000,
	TIMEOUT_MS_MAX		= 3600 * 1000,
	HANDSHAKES_MIN		= 1,
	HANDSHAKES_DEFAULT	= 4096,
	HANDSHAKES_LISTENER	= 1024,
	HANDSHAKES_MAX		= 1 << 20,
	SESSIONS_MIN		= 1,
	SESSIONS_LISTENER	= 4096,
	SESSIONS_MAX		= 1 << 20,
};

static const unsigned int timeout_min = TIMEOUT_MS_MIN;
static const unsigned int timeout_max = TIMEOUT_MS_MAX;
static const unsigned int handshakes_min = HANDSHAKES_MIN;
static const unsigned int handshakes_max = HANDSHAKES_MAX;
static const unsigned int sessions_min = SESSIONS_MIN;
static const unsigned int sessions_max = SESSIONS_MAX;

/* The members of struct tsec_net are bound in when a copy is registered. */
static const struct ctl_table template[] = {
	{
		.procname	= "handshake_timeout_ms",
		.data		= (void *)offsetof(struct tsec_net,
						   handshake_timeout_ms),
		.maxlen		= sizeof(unsigned int),
		.mode		= 0644,
		.proc_handler	= proc_douintvec_minmax,
		.extra1		= (void *)&timeout_min,
		.extra2		= (void *)&timeout_max,
	},
	{
		.procname	= "max_handshakes",
		.data		= (void *)offsetof(struct tsec_net,
						   max_handshakes),
		.maxlen		= sizeof(unsigned int),
		.mode		= 0644,
		.proc_handler	= proc_douintvec_minmax,
		.extra1		= (void *)&handshakes_min,
		.extra2		= (void *)&handshakes_max,
	},
	{
		.procname	= "max_handshakes_listener",
		.data		= (void *)offsetof(struct tsec_net,
						   max_handshakes_listener),
		.maxlen		= sizeof(unsigned int),
		.mode		= 0644,
		.proc_handler	= proc_douintvec_minmax,
		.extra1		= (void *)&handshakes_min,
		.extra2		= (void *)&handshakes_max,
	},
	{
		.procname	= "max_sessions_listener",
		.data		= (void *)offsetof(struct tsec_net,
						   max_sessions_listener),
		.maxlen		= sizeof(unsigned int),
		.mode		= 0644,
		.proc_handler	= proc_douintvec_minmax,
		.extra1		= (void *)&sessions_min,
		.extra2		= (void *)&sessions_max,
	},
	TSEC_CTL_SENTINEL
};

/* The size is told apart from the pointer on kernels without a sentinel. */
static struct ctl_table_header *table_register(struct net *net,
					       struct ctl_table *table)
{
#ifdef TSEC_HAVE_NET_SYSCTL_SZ
	return register_net_sysctl_sz(net, "net/tsec", table,
				      ARRAY_SIZE(template));
#else
	return register_net_sysctl(net, "net/tsec", table);
#endif
}

/**
 * tsec_sysctl_init() - set the limits to their defaults and show them
 * @tn: the namespace's state
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int tsec_sysctl_init(struct tsec_net *tn)
{
	struct ctl_table *entry;

	tn->handshake_timeout_ms = TIMEOUT_MS_DEFAULT;
	tn->max_handshakes = HANDSHAKES_DEFAULT;
	tn->max_handshakes_listener = HANDSHAKES_LISTENER;
	tn->max_sessions_listener = SESSIONS_LISTENER;

	tn->sysctl_table = kmemdup(template, sizeof(template), GFP_KERNEL);
	if (!tn->sysctl_table)
		return -ENOMEM;
	for (entry = tn->sysctl_table;
	     entry < tn->sysctl_table + ARRAY_SIZE(template); entry++)
		if (entry->procname)
			entry->data = (void *)tn + (unsigned long)entry->data;

	tn->sysctl = table_register(tn->net, tn->sysctl_table);
	if (tn->sysctl)
		return 0;
	kfree(tn->sysctl_table);
	return -ENOMEM;
}

/**
 * tsec_sysctl_exit() - undo tsec_sysctl_init()
 * @tn: the namespace's state
 *
 * Context: process context.
 */
void tsec_sysctl_exit(struct tsec_net *tn)
{
	unregister_net_sysctl_table(tn->sysctl);
	kfree(tn->sysctl_table);
}
