// SPDX-License-Identifier: GPL-2.0
/*
 * The control plane: the generic netlink family and what its commands share.
 * Documentation/netlink/specs/tsec.yaml describes it; a test holds the two
 * together.
 */
#include <linux/netlink.h>

#include "daemon.h"
#include "netlink.h"
#include "session.h"

/* Seconds are kept in 32 bits; more would be cut to something else. */
struct netlink_range_validation tsec_range_u32 = { .max = U32_MAX };

static const struct nla_policy top_daemon[] = {
	[TSEC_A_DAEMON]		= NLA_POLICY_NESTED(tsec_policy_daemon),
};

static const struct nla_policy top_handshake_accept[] = {
	[TSEC_A_HANDSHAKE]	= NLA_POLICY_NESTED(tsec_policy_handshake_accept),
};

static const struct nla_policy top_handshake_done[] = {
	[TSEC_A_HANDSHAKE]	= NLA_POLICY_NESTED(tsec_policy_handshake_done),
};

static const struct nla_policy top_key_new[] = {
	[TSEC_A_KEY]		= NLA_POLICY_NESTED(tsec_policy_key_new),
};

static const struct nla_policy top_key_del[] = {
	[TSEC_A_KEY]		= NLA_POLICY_NESTED(tsec_policy_key_del),
};

static const struct nla_policy top_key_update[] = {
	[TSEC_A_KEY]		= NLA_POLICY_NESTED(tsec_policy_key_update),
};

static const struct nla_policy top_session[] = {
	[TSEC_A_SESSION]	= NLA_POLICY_NESTED(tsec_policy_session),
};

static const struct nla_policy top_profile[] = {
	[TSEC_A_PROFILE]	= NLA_POLICY_NESTED(tsec_policy_profile),
};

static const struct nla_policy top_profile_ref[] = {
	[TSEC_A_PROFILE]	= NLA_POLICY_NESTED(tsec_policy_profile_ref),
};

/* GENL_UNS_ADMIN_PERM: CAP_NET_ADMIN in the namespace's own user namespace. */
static const struct genl_ops ops[] = {
	{
		.cmd		= TSEC_CMD_DAEMON_REGISTER,
		.flags		= GENL_UNS_ADMIN_PERM,
		.policy		= top_daemon,
		.maxattr	= ARRAY_SIZE(top_daemon) - 1,
		.doit		= tsec_nl_daemon_register,
	},
	{
		.cmd		= TSEC_CMD_DAEMON_GET,
		.doit		= tsec_nl_daemon_get,
	},
	{
		.cmd		= TSEC_CMD_HANDSHAKE_ACCEPT,
		.flags		= GENL_UNS_ADMIN_PERM,
		.policy		= top_handshake_accept,
		.maxattr	= ARRAY_SIZE(top_handshake_accept) - 1,
		.doit		= tsec_nl_handshake_accept,
	},
	{
		.cmd		= TSEC_CMD_HANDSHAKE_DONE,
		.flags		= GENL_UNS_ADMIN_PERM,
		.policy		= top_handshake_done,
		.maxattr	= ARRAY_SIZE(top_handshake_done) - 1,
		.doit		= tsec_nl_handshake_done,
	},
	{
		.cmd		= TSEC_CMD_KEY_NEW,
		.flags		= GENL_UNS_ADMIN_PERM,
		.policy		= top_key_new,
		.maxattr	= ARRAY_SIZE(top_key_new) - 1,
		.doit		= tsec_nl_key_new,
	},
	{
		.cmd		= TSEC_CMD_KEY_DEL,
		.flags		= GENL_UNS_ADMIN_PERM,
		.policy		= top_key_del,
		.maxattr	= ARRAY_SIZE(top_key_del) - 1,
		.doit		= tsec_nl_key_del,
	},
	{
		.cmd		= TSEC_CMD_KEY_GET,
		.dumpit		= tsec_nl_key_dump,
	},
	{
		.cmd		= TSEC_CMD_KEY_UPDATE,
		.flags		= GENL_UNS_ADMIN_PERM,
		.policy		= top_key_update,
		.maxattr	= ARRAY_SIZE(top_key_update) - 1,
		.doit		= tsec_nl_key_update,
	},
	{
		.cmd		= TSEC_CMD_SESSION_GET,
		.policy		= top_session,
		.maxattr	= ARRAY_SIZE(top_session) - 1,
		.doit		= tsec_nl_session_get,
		.dumpit		= tsec_nl_session_dump,
	},
	{
		.cmd		= TSEC_CMD_SESSION_DEL,
		.flags		= GENL_UNS_ADMIN_PERM,
		.policy		= top_session,
		.maxattr	= ARRAY_SIZE(top_session) - 1,
		.doit		= tsec_nl_session_del,
	},
	{
		.cmd		= TSEC_CMD_PROFILE_NEW,
		.flags		= GENL_UNS_ADMIN_PERM,
		.policy		= top_profile,
		.maxattr	= ARRAY_SIZE(top_profile) - 1,
		.doit		= tsec_nl_profile_new,
	},
	{
		.cmd		= TSEC_CMD_PROFILE_SET,
		.flags		= GENL_UNS_ADMIN_PERM,
		.policy		= top_profile,
		.maxattr	= ARRAY_SIZE(top_profile) - 1,
		.doit		= tsec_nl_profile_set,
	},
	{
		.cmd		= TSEC_CMD_PROFILE_DEL,
		.flags		= GENL_UNS_ADMIN_PERM,
		.policy		= top_profile_ref,
		.maxattr	= ARRAY_SIZE(top_profile_ref) - 1,
		.doit		= tsec_nl_profile_del,
	},
	{
		.cmd		= TSEC_CMD_PROFILE_GET,
		.policy		= top_profile_ref,
		.maxattr	= ARRAY_SIZE(top_profile_ref) - 1,
		.doit		= tsec_nl_profile_get,
		.dumpit		= tsec_nl_profile_dump,
	},
	{
		.cmd		= TSEC_CMD_STATS_GET,
		.doit		= tsec_nl_stats_get,
	},
};

static const struct genl_multicast_group groups[] = {
	[TSEC_GROUP_HANDSHAKE]	= {
		.name	= TSEC_MCGRP_HANDSHAKE,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
	[TSEC_GROUP_EVENTS]	= { .name = TSEC_MCGRP_EVENTS },
};

struct genl_family tsec_genl_family __ro_after_init = {
	.name		= TSEC_FAMILY_NAME,
	.version	= TSEC_FAMILY_VERSION,
	.netnsok	= true,
	/* Each object has its own lock; one slow request delays no other. */
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= ops,
	.n_ops		= ARRAY_SIZE(ops),
	.mcgrps		= groups,
	.n_mcgrps	= ARRAY_SIZE(groups),
};

/* A daemon lives as long as the socket that registered it. */
static int socket_closed(struct notifier_block *nb, unsigned long event,
			 void *data)
{
	struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		tsec_daemon_unregister(tsec_net_get(notify->net),
				       notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_closed,
};

/**
 * tsec_netlink_register() - register the family
 *
 * Return: 0 or a negative errno.
 */
int __init tsec_netlink_register(void)
{
	int err;

	err = netlink_register_notifier(&socket_notifier);
	if (err)
		return err;
	err = genl_register_family(&tsec_genl_family);
	if (err)
		netlink_unregister_notifier(&socket_notifier);
	return err;
}

/**
 * tsec_netlink_unregister() - undo tsec_netlink_register()
 *
 * Context: process context; waits for commands that are under way.
 */
void tsec_netlink_unregister(void)
{
	genl_unregister_family(&tsec_genl_family);
	netlink_unregister_notifier(&socket_notifier);
}

/**
 * tsec_nl_refuse() - refuse a request with a reason
 * @info: the request
 * @err: negative errno
 * @why: the reason in words, a constant string
 *
 * Return: @err.
 */
int tsec_nl_refuse(struct genl_info *info, int err, const char *why)
{
	if (info->extack)
		info->extack->_msg = why;
	return err;
}

/**
 * tsec_nl_parse() - take the request's nest apart
 * @info: the request
 * @nest: which top-level attribute
 * @tb: filled with its attributes
 * @max: highest attribute number, @tb has one more
 * @policy: the nest's policy
 *
 * Return: 0, -EINVAL with a reason.
 */
int tsec_nl_parse(struct genl_info *info, int nest, struct nlattr **tb,
		  int max, const struct nla_policy *policy)
{
	if (!info->attrs || !info->attrs[nest])
		return tsec_nl_refuse(info, -EINVAL,
				      "the request names no object");
	return nla_parse_nested(tb, max, info->attrs[nest], policy,
				info->extack);
}

/**
 * tsec_nl_reply() - begin a reply
 * @info: the request
 * @room: bytes of room for attributes
 * @hdr: set to the reply's header
 *
 * Return: the reply, or NULL without memory.
 */
struct sk_buff *tsec_nl_reply(struct genl_info *info, size_t room, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(room, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &tsec_genl_family, 0,
				 info->genlhdr->cmd);
	if (*hdr)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/**
 * tsec_nl_limits_get() - read the limits of a key
 * @tb: the attributes
 * @first: number of the first of the seven (soft records)
 * @limits: members whose attribute is there are set
 */
void tsec_nl_limits_get(struct nlattr **tb, int first,
			struct tsec_limits *limits)
{
	if (tb[first])
		limits->soft_records = nla_get_u64(tb[first]);
	if (tb[first + 1])
		limits->hard_records = nla_get_u64(tb[first + 1]);
	if (tb[first + 2])
		limits->soft_bytes = nla_get_u64(tb[first + 2]);
	if (tb[first + 3])
		limits->hard_bytes = nla_get_u64(tb[first + 3]);
	if (tb[first + 4])
		limits->soft_seconds = nla_get_u64(tb[first + 4]);
	if (tb[first + 5])
		limits->hard_seconds = nla_get_u64(tb[first + 5]);
	if (tb[first + 6])
		limits->idle_seconds = nla_get_u64(tb[first + 6]);
}

/**
 * tsec_nl_limits_put() - write the limits of a key
 * @skb: the message
 * @first: number of the first of the seven attributes
 * @pad: number of the padding attribute
 * @limits: the limits; those that are 0 are left out
 *
 * Return: 0 or -EMSGSIZE.
 */
int tsec_nl_limits_put(struct sk_buff *skb, int first, int pad,
		       const struct tsec_limits *limits)
{
	const u64 values[] = {
		limits->soft_records, limits->hard_records,
		limits->soft_bytes, limits->hard_bytes,
		limits->soft_seconds, limits->hard_seconds,
		limits->idle_seconds,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(values); i++)
		if (values[i] &&
		    nla_put_u64_64bit(skb, first + i, values[i], pad))
			return -EMSGSIZE;
	return 0;
}

/**
 * tsec_nl_address_put() - write an address
 * @skb: the message
 * @attr: number of the attribute
 * @address: the address; left out while it is unknown
 *
 * Return: 0 or -EMSGSIZE.
 */
int tsec_nl_address_put(struct sk_buff *skb, int attr,
			const union tsec_address *address)
{
	switch (address->sa.sa_family) {
	case AF_INET:
		return nla_put(skb, attr, sizeof(address->in), &address->in);
	case AF_INET6:
		return nla_put(skb, attr, sizeof(address->in6), &address->in6);
	default:
		return 0;
	}
}

/**
 * tsec_nl_session_find() - the session that a request names
 * @info: the request
 * @id: its attribute, may be NULL
 *
 * Return: the session with a reference; -EINVAL, -ENOENT with a reason.
 */
struct tsec_session *tsec_nl_session_find(struct genl_info *info,
					  struct nlattr *id)
{
	struct tsec_net *tn = tsec_net_get(genl_info_net(info));
	struct tsec_session *session;

	if (!id)
		return ERR_PTR(tsec_nl_refuse(info, -EINVAL,
					      "the request names no session"));
	session = tsec_session_find(tn, nla_get_u32(id));
	if (!session)
		return ERR_PTR(tsec_nl_refuse(info, -ENOENT,
					      "there is no session of that number"));
	return session;
}
