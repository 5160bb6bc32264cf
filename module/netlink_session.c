// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions and counters by netlink.
 */
#include <linux/slab.h>

#include "compat.h"
#include "listener.h"
#include "netlink.h"
#include "session.h"

enum netlink_room {
	ROOM_SESSION	= 4096,		/* bytes of attributes */
	ROOM_COUNTER	= 64,		/* bytes for one counter */
};

const struct nla_policy tsec_policy_session[TSEC_A_SESSION_MAX + 1] = {
	[TSEC_A_SESSION_ID]	= { .type = NLA_U32 },
};

static int string_put(struct sk_buff *skb, int attr, const char *value)
{
	return value ? nla_put_string(skb, attr, value) : 0;
}

static int half_put(struct sk_buff *skb, int attr, const struct tsec_half *half)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || tsec_nl_half_put(skb, half))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int identity_put(struct sk_buff *skb, struct tsec_session *session)
{
	union tsec_address local, remote;

	tsec_session_address(session, false, &local);
	tsec_session_address(session, true, &remote);
	if (nla_put_u32(skb, TSEC_A_SESSION_ID, session->id) ||
	    nla_put_u8(skb, TSEC_A_SESSION_PROTOCOL, session->protocol) ||
	    nla_put_u8(skb, TSEC_A_SESSION_ROLE, session->role) ||
	    nla_put_u8(skb, TSEC_A_SESSION_STATE,
		       tsec_session_state(session)) ||
	    tsec_nl_address_put(skb, TSEC_A_SESSION_LOCAL, &local) ||
	    tsec_nl_address_put(skb, TSEC_A_SESSION_REMOTE, &remote) ||
	    nla_put_string(skb, TSEC_A_SESSION_PROFILE,
			   session->profile->name) ||
	    nla_put_u64_64bit(skb, TSEC_A_SESSION_AGE,
			      ktime_ms_delta(ktime_get(), session->born),
			      TSEC_A_SESSION_PAD) ||
	    nla_put_u32(skb, TSEC_A_SESSION_UID,
			from_kuid_munged(&init_user_ns, session->uid)))
		return -EMSGSIZE;
	return 0;
}

static u64 socket_inode(struct tsec_session *session)
{
	u64 inode = 0;

	spin_lock_bh(&session->lock);
	if (session->sk && session->sk->sk_socket)
		inode = SOCK_INODE(session->sk->sk_socket)->i_ino;
	else
		inode = tsec_listener_inode(session);
	spin_unlock_bh(&session->lock);
	return inode;
}

/* Written before the session opened, and not changed since. */
static int outcome_put(struct sk_buff *skb, struct tsec_session *session)
{
	struct tsec_info info;

	if (!test_bit(TSEC_SESSION_OPENED, &session->flags))
		return 0;
	tsec_session_info(session, &info);
	if (string_put(skb, TSEC_A_SESSION_PEER_NAME, session->peer.name) ||
	    string_put(skb, TSEC_A_SESSION_PEER_ID, session->peer.id) ||
	    string_put(skb, TSEC_A_SESSION_ALPN, session->peer.alpn) ||
	    nla_put_u16(skb, TSEC_A_SESSION_VERSION, info.version) ||
	    nla_put_u16(skb, TSEC_A_SESSION_CIPHER, info.cipher) ||
	    nla_put_u32(skb, TSEC_A_SESSION_FLAGS, info.flags) ||
	    nla_put_u32(skb, TSEC_A_SESSION_HANDSHAKE_US,
			info.handshake_us) ||
	    half_put(skb, TSEC_A_SESSION_TX, &session->tx) ||
	    half_put(skb, TSEC_A_SESSION_RX, &session->rx) ||
	    nla_put_u64_64bit(skb, TSEC_A_SESSION_TX_BYTES, info.tx.bytes,
			      TSEC_A_SESSION_PAD) ||
	    nla_put_u64_64bit(skb, TSEC_A_SESSION_RX_BYTES, info.rx.bytes,
			      TSEC_A_SESSION_PAD))
		return -EMSGSIZE;
	return 0;
}

static int failure_put(struct sk_buff *skb, struct tsec_session *session)
{
	if (tsec_session_state(session) != TSEC_STATE_FAILED)
		return 0;
	if (nla_put_u32(skb, TSEC_A_SESSION_STATUS, session->status) ||
	    string_put(skb, TSEC_A_SESSION_ERROR, session->error))
		return -EMSGSIZE;
	return 0;
}

/**
 * tsec_nl_session_put() - write what there is to know about a session
 * @skb: the message
 * @session: the session
 *
 * Return: 0 or -EMSGSIZE.
 */
int tsec_nl_session_put(struct sk_buff *skb, struct tsec_session *session)
{
	struct nlattr *nest = nla_nest_start(skb, TSEC_A_SESSION);

	if (!nest || identity_put(skb, session) ||
	    nla_put_u64_64bit(skb, TSEC_A_SESSION_INODE,
			      socket_inode(session), TSEC_A_SESSION_PAD) ||
	    outcome_put(skb, session) || failure_put(skb, session))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static struct tsec_session *session_named(struct genl_info *info)
{
	struct nlattr *tb[TSEC_A_SESSION_MAX + 1];
	int err;

	err = tsec_nl_parse(info, TSEC_A_SESSION, tb, TSEC_A_SESSION_MAX,
			    tsec_policy_session);
	if (err)
		return ERR_PTR(err);
	return tsec_nl_session_find(info, tb[TSEC_A_SESSION_ID]);
}

/**
 * tsec_nl_session_get() - session-get
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -ENOENT, -EINVAL, -ENOMEM.
 */
int tsec_nl_session_get(struct sk_buff *skb, struct genl_info *info)
{
	struct tsec_session *session = session_named(info);
	struct sk_buff *reply;
	void *hdr;
	int err;

	if (IS_ERR(session))
		return PTR_ERR(session);
	reply = tsec_nl_reply(info, ROOM_SESSION, &hdr);
	err = reply ? tsec_nl_session_put(reply, session) : -ENOMEM;
	tsec_session_put(session);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct tsec_session *session)
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &tsec_genl_family, NLM_F_MULTI,
			  TSEC_CMD_SESSION_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (tsec_nl_session_put(skb, session)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * tsec_nl_session_dump() - session-get, dump
 * @skb: the message to fill
 * @cb: the dump; args[0] is the next session's number
 *
 * Return: bytes filled, 0 at the end, -EMSGSIZE if not even one fits.
 */
int tsec_nl_session_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct tsec_net *tn = tsec_net_get(sock_net(skb->sk));
	unsigned long id = cb->args[0];
	struct tsec_session *session;
	int err = 0;

	while (!err && (session = tsec_session_next(tn, &id))) {
		err = dump_one(skb, cb, session);
		tsec_session_put(session);
		if (!err)
			id++;
	}
	cb->args[0] = id;
	return err && !skb->len ? err : skb->len;
}

/**
 * tsec_nl_session_del() - session-del
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -ENOENT, -EINVAL.
 */
int tsec_nl_session_del(struct sk_buff *skb, struct genl_info *info)
{
	struct tsec_session *session = session_named(info);

	if (IS_ERR(session))
		return PTR_ERR(session);
	tsec_session_abort(session, ECONNABORTED, "ended by the administrator");
	tsec_session_put(session);
	return 0;
}

static int counter_put(struct sk_buff *skb, const char *name, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, TSEC_A_STATS);

	if (!nest || nla_put_string(skb, TSEC_A_STATS_NAME, name) ||
	    nla_put_u64_64bit(skb, TSEC_A_STATS_VALUE, value,
			      TSEC_A_STATS_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * tsec_nl_stats_get() - stats-get
 * @skb: unused
 * @info: the request
 *
 * Return: 0 or -ENOMEM.
 */
int tsec_nl_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	struct tsec_net *tn = tsec_net_get(genl_info_net(info));
	struct sk_buff *reply;
	unsigned int pos = 0;
	const char *name;
	u64 value;
	void *hdr;

	reply = tsec_nl_reply(info, ROOM_COUNTER * __TSEC_STAT_MAX, &hdr);
	if (!reply)
		return -ENOMEM;
	while (tsec_stats_next(tn->stats, &pos, &name, &value))
		if (counter_put(reply, name, value))
			goto too_long;
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);

too_long:
	nlmsg_free(reply);
	return -EMSGSIZE;
}
