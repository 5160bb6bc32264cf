// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications by netlink multicast.
 */
#include "compat.h"
#include "event.h"
#include "netlink.h"
#include "session.h"

enum event_limits {
	EVENT_ROOM = 8192,		/* bytes of attributes in one */
};

struct event {
	struct sk_buff *skb;
	void *hdr;
};

static bool event_begin(struct event *event, struct net *net,
			enum tsec_mcgrp group, enum tsec_cmd cmd)
{
	if (!genl_has_listeners(&tsec_genl_family, net, group))
		return false;
	event->skb = genlmsg_new(EVENT_ROOM, GFP_KERNEL);
	if (!event->skb)
		return false;
	event->hdr = genlmsg_put(event->skb, 0, 0, &tsec_genl_family, 0, cmd);
	if (event->hdr)
		return true;
	nlmsg_free(event->skb);
	return false;
}

static void event_end(struct event *event, struct net *net,
		      enum tsec_mcgrp group, int err)
{
	if (err) {
		nlmsg_free(event->skb);
		return;
	}
	genlmsg_end(event->skb, event->hdr);
	genlmsg_multicast_netns(&tsec_genl_family, net, event->skb, 0, group,
				GFP_KERNEL);
}

static int handshake_put(struct sk_buff *skb, struct tsec_session *session)
{
	struct nlattr *nest = nla_nest_start(skb, TSEC_A_HANDSHAKE);

	if (!nest ||
	    nla_put_u32(skb, TSEC_A_HANDSHAKE_SESSION, session->id) ||
	    nla_put_u8(skb, TSEC_A_HANDSHAKE_PROTOCOL, session->protocol) ||
	    nla_put_u8(skb, TSEC_A_HANDSHAKE_ROLE, session->role))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * tsec_event_handshake() - tell the daemon of a handshake (handshake-ready)
 * @session: a session in state PENDING
 *
 * Context: process context.
 */
void tsec_event_handshake(struct tsec_session *session)
{
	struct net *net = session->tn->net;
	struct event event;

	if (event_begin(&event, net, TSEC_GROUP_HANDSHAKE,
			TSEC_CMD_HANDSHAKE_READY))
		event_end(&event, net, TSEC_GROUP_HANDSHAKE,
			  handshake_put(event.skb, session));
}

/**
 * tsec_event_session() - tell of a session's beginning, end or new address
 * @session: the session
 * @cmd: TSEC_CMD_SESSION_NEW_NTF, TSEC_CMD_SESSION_DEL_NTF or
 *	TSEC_CMD_SESSION_MOVE_NTF
 *
 * Context: process context.
 */
void tsec_event_session(struct tsec_session *session, enum tsec_cmd cmd)
{
	struct net *net = session->tn->net;
	struct event event;

	if (event_begin(&event, net, TSEC_GROUP_EVENTS, cmd))
		event_end(&event, net, TSEC_GROUP_EVENTS,
			  tsec_nl_session_put(event.skb, session));
}

static int key_event_put(struct sk_buff *skb, struct tsec_session *session,
			 enum tsec_direction direction,
			 enum tsec_key_reason reason)
{
	const struct tsec_half *half = tsec_session_half(session, direction);
	struct nlattr *nest = nla_nest_start(skb, TSEC_A_KEY);
	u32 epoch;

	rcu_read_lock();
	epoch = tsec_half_key(half)->epoch;
	rcu_read_unlock();
	if (!nest || nla_put_u32(skb, TSEC_A_KEY_SESSION, session->id) ||
	    nla_put_u8(skb, TSEC_A_KEY_DIRECTION, direction) ||
	    nla_put_u32(skb, TSEC_A_KEY_EPOCH, epoch) ||
	    nla_put_u8(skb, TSEC_A_KEY_REASON, reason))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * tsec_event_key() - tell of a key's renewal or end
 * @session: the session
 * @direction: which key
 * @reason: why
 *
 * Context: process context.
 */
void tsec_event_key(struct tsec_session *session,
		    enum tsec_direction direction, enum tsec_key_reason reason)
{
	struct net *net = session->tn->net;
	struct event event;

	if (event_begin(&event, net, TSEC_GROUP_EVENTS, TSEC_CMD_KEY_NTF))
		event_end(&event, net, TSEC_GROUP_EVENTS,
			  key_event_put(event.skb, session, direction, reason));
}

/**
 * tsec_event_daemon() - tell that a daemon has come or gone
 * @tn: the network namespace's state
 *
 * Context: process context.
 */
void tsec_event_daemon(struct tsec_net *tn)
{
	struct event event;

	if (event_begin(&event, tn->net, TSEC_GROUP_EVENTS,
			TSEC_CMD_DAEMON_NTF))
		event_end(&event, tn->net, TSEC_GROUP_EVENTS,
			  tsec_nl_daemon_put(event.skb, tn));
}

static int profile_put(struct sk_buff *skb, const char *name,
		       const struct tsec_profile *profile)
{
	struct nlattr *nest = nla_nest_start(skb, TSEC_A_PROFILE);
	int err;

	if (!nest)
		return -EMSGSIZE;
	if (profile)
		err = tsec_nl_settings_put(skb, name, &profile->settings);
	else
		err = nla_put_string(skb, TSEC_A_PROFILE_NAME, name);
	nla_nest_end(skb, nest);
	return err;
}

/**
 * tsec_event_profile() - tell that a profile has changed
 * @tn: the network namespace's state
 * @name: its name
 * @profile: what it is now, NULL if it was deleted
 *
 * Context: process context.
 */
void tsec_event_profile(struct tsec_net *tn, const char *name,
			const struct tsec_profile *profile)
{
	struct event event;

	if (event_begin(&event, tn->net, TSEC_GROUP_EVENTS,
			TSEC_CMD_PROFILE_NTF))
		event_end(&event, tn->net, TSEC_GROUP_EVENTS,
			  profile_put(event.skb, name, profile));
}
