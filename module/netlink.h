/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control plane: what the files of netlink*.c share.
 */
#ifndef TSEC_NETLINK_H
#define TSEC_NETLINK_H

#include <net/genetlink.h>
#include <uapi/linux/tsec.h>

#include "key.h"
#include "net.h"

struct tsec_half;
struct tsec_session;
struct tsec_settings;
union tsec_address;

enum tsec_mcgrp {
	TSEC_GROUP_HANDSHAKE,
	TSEC_GROUP_EVENTS,
};

extern struct genl_family tsec_genl_family;
extern struct netlink_range_validation tsec_range_u32;

extern const struct nla_policy tsec_policy_daemon[TSEC_A_DAEMON_MAX + 1];
extern const struct nla_policy tsec_policy_handshake_accept[TSEC_A_HANDSHAKE_MAX + 1];
extern const struct nla_policy tsec_policy_handshake_done[TSEC_A_HANDSHAKE_MAX + 1];
extern const struct nla_policy tsec_policy_key_new[TSEC_A_KEY_MAX + 1];
extern const struct nla_policy tsec_policy_key_del[TSEC_A_KEY_MAX + 1];
extern const struct nla_policy tsec_policy_key_update[TSEC_A_KEY_MAX + 1];
extern const struct nla_policy tsec_policy_session[TSEC_A_SESSION_MAX + 1];
extern const struct nla_policy tsec_policy_profile[TSEC_A_PROFILE_MAX + 1];
extern const struct nla_policy tsec_policy_profile_ref[TSEC_A_PROFILE_MAX + 1];

int tsec_netlink_register(void);
void tsec_netlink_unregister(void);

int tsec_nl_parse(struct genl_info *info, int nest, struct nlattr **tb,
		  int max, const struct nla_policy *policy);
struct sk_buff *tsec_nl_reply(struct genl_info *info, size_t room, void **hdr);
int tsec_nl_refuse(struct genl_info *info, int err, const char *why);
void tsec_nl_limits_get(struct nlattr **tb, int first,
			struct tsec_limits *limits);
int tsec_nl_limits_put(struct sk_buff *skb, int first, int pad,
		       const struct tsec_limits *limits);
int tsec_nl_address_put(struct sk_buff *skb, int attr,
			const union tsec_address *address);
int tsec_nl_session_put(struct sk_buff *skb, struct tsec_session *session);
int tsec_nl_settings_put(struct sk_buff *skb, const char *name,
			 const struct tsec_settings *settings);
int tsec_nl_half_put(struct sk_buff *skb, const struct tsec_half *half);
int tsec_nl_daemon_put(struct sk_buff *skb, struct tsec_net *tn);
struct tsec_session *tsec_nl_session_find(struct genl_info *info,
					  struct nlattr *id);

int tsec_nl_daemon_register(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_daemon_get(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_handshake_accept(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_handshake_done(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_key_new(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_key_del(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_key_dump(struct sk_buff *skb, struct netlink_callback *cb);
int tsec_nl_key_update(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_session_get(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_session_dump(struct sk_buff *skb, struct netlink_callback *cb);
int tsec_nl_session_del(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_profile_new(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_profile_set(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_profile_del(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_profile_get(struct sk_buff *skb, struct genl_info *info);
int tsec_nl_profile_dump(struct sk_buff *skb, struct netlink_callback *cb);
int tsec_nl_stats_get(struct sk_buff *skb, struct genl_info *info);

#endif /* TSEC_NETLINK_H */
