// SPDX-License-Identifier: GPL-2.0
/*
 * tsec: secure transport sockets.
 */
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "aead.h"
#include "channel.h"
#include "hash.h"
#include "net.h"
#include "netlink.h"
#include "session.h"
#include "socket.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

int tsec_family = AF_TSEC;
module_param_named(family, tsec_family, int, 0444);
MODULE_PARM_DESC(family, "number of the address family (default 14)");

unsigned int tsec_net_id;
struct workqueue_struct *tsec_wq;

static int stat_show(struct seq_file *seq, void *unused)
{
	struct tsec_net *tn = tsec_net_get(seq->private);

	return tsec_stats_show(seq, tn->stats);
}

static int __net_init net_init(struct net *net)
{
	struct tsec_net *tn = tsec_net_get(net);
	int err;

	tn->net = net;
	xa_init_flags(&tn->sessions, XA_FLAGS_ALLOC1);
	spin_lock_init(&tn->lock);
	mutex_init(&tn->encap_lock);
	INIT_LIST_HEAD(&tn->pending);

	err = tsec_profiles_init(&tn->profiles);
	if (err)
		return err;
	err = -ENOMEM;
	tn->stats = tsec_stats_alloc();
	if (!tn->stats)
		goto profiles_exit;
	if (!proc_create_net_single("tsec_stat", 0444, net->proc_net,
				    stat_show, NULL))
		goto stats_free;
	err = tsec_sysctl_init(tn);
	if (err)
		goto proc_remove;
	return 0;

proc_remove:
	remove_proc_entry("tsec_stat", net->proc_net);
stats_free:
	tsec_stats_free(tn->stats);
profiles_exit:
	tsec_profiles_exit(&tn->profiles);
	return err;
}

/* Sockets pin their namespace, so no session is left here. */
static void __net_exit net_exit(struct net *net)
{
	struct tsec_net *tn = tsec_net_get(net);

	tsec_sysctl_exit(tn);
	remove_proc_entry("tsec_stat", net->proc_net);
	tsec_stats_free(tn->stats);
	tsec_profiles_exit(&tn->profiles);
	xa_destroy(&tn->sessions);
}

static struct pernet_operations net_ops = {
	.init	= net_init,
	.exit	= net_exit,
	.id	= &tsec_net_id,
	.size	= sizeof(struct tsec_net),
};

static int __init tsec_init(void)
{
	int err = tsec_sessions_init();

	if (err)
		return err;
	err = -ENOMEM;
	tsec_wq = alloc_workqueue("tsec", 0, 0);
	if (!tsec_wq)
		goto sessions_exit;
	err = tsec_aead_init();
	if (err)
		goto destroy_wq;
	tsec_hash_init();
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto exit_aead;
	err = tsec_channel_register();
	if (err)
		goto unregister_net;
	err = tsec_netlink_register();
	if (err)
		goto unregister_channel;
	err = tsec_socket_register();
	if (err)
		goto unregister_netlink;
	return 0;

unregister_netlink:
	tsec_netlink_unregister();
unregister_channel:
	tsec_channel_unregister();
unregister_net:
	unregister_pernet_subsys(&net_ops);
exit_aead:
	tsec_hash_exit();
	tsec_aead_exit();
destroy_wq:
	destroy_workqueue(tsec_wq);
sessions_exit:
	tsec_sessions_exit();
	return err;
}

static void __exit tsec_exit(void)
{
	tsec_socket_unregister();
	/*
	 * Sockets, channels and dumps keep the module; works do not, nor do
	 * commands of netlink: the last sessions may be on their way out by
	 * one of them ...
	 */
	tsec_sessions_wait();
	flush_workqueue(tsec_wq);
	/* ... and what datagrams had comes back after a grace period. */
	rcu_barrier();
	flush_workqueue(tsec_wq);
	tsec_netlink_unregister();
	tsec_channel_unregister();
	unregister_pernet_subsys(&net_ops);
	tsec_hash_exit();
	tsec_aead_exit();
	destroy_workqueue(tsec_wq);
	tsec_sessions_exit();
}

module_init(tsec_init);
module_exit(tsec_exit);

MODULE_DESCRIPTION("Secure transport sockets");
MODULE_LICENSE("GPL");
MODULE_ALIAS_NETPROTO(AF_TSEC);
MODULE_ALIAS_GENL_FAMILY(TSEC_FAMILY_NAME);
MODULE_SOFTDEP("pre: tls");
