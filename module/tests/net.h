/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests need of a network namespace's state, and of the module's, before
 * the module is at work.
 */
#ifndef TSEC_TESTS_NET_H
#define TSEC_TESTS_NET_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "../net.h"

/* Zeroed before; *@own_wq: there was no workqueue.  Returns 0 or -ENOMEM. */
static inline int net_make(struct tsec_net *tn, bool *own_wq)
{
	tn->net = &init_net;
	spin_lock_init(&tn->lock);
	mutex_init(&tn->encap_lock);
	INIT_LIST_HEAD(&tn->pending);
	tn->stats = tsec_stats_alloc();
	*own_wq = !tsec_wq;
	if (*own_wq)
		tsec_wq = alloc_workqueue("tsec_test", 0, 0);
	return tn->stats && tsec_wq ? 0 : -ENOMEM;
}

static inline void net_end(struct tsec_net *tn, bool own_wq)
{
	tsec_stats_free(tn->stats);
	if (!own_wq)
		return;
	destroy_workqueue(tsec_wq);
	tsec_wq = NULL;
}

#endif /* TSEC_TESTS_NET_H */
