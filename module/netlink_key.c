// SPDX-License-Identifier: GPL-2.0
/*
 * Keys by netlink: in, away, renewed; what a dump shows holds no secret.
 */
#include "compat.h"
#include "dgram.h"
#include "control.h"
#include "event.h"
#include "netlink.h"
#include "profile_keys.h"
#include "session.h"
#include "stream.h"

#define PROFILE_NAME_POLICY	{ .type = NLA_NUL_STRING, \
				  .len = TSEC_PROFILE_NAME_MAX }

const struct nla_policy tsec_policy_key_new[TSEC_A_KEY_MAX + 1] = {
	[TSEC_A_KEY_SESSION]		= { .type = NLA_U32 },
	[TSEC_A_KEY_PROFILE]		= PROFILE_NAME_POLICY,
	[TSEC_A_KEY_DIRECTION]		= NLA_POLICY_MAX(NLA_U8, TSEC_DIR_RX),
	[TSEC_A_KEY_VERSION]		= { .type = NLA_U16 },
	[TSEC_A_KEY_CIPHER]		= NLA_POLICY_RANGE(NLA_U16, 1,
							   TSEC_CIPHER_MAX),
	[TSEC_A_KEY_KEY]		= { .type = NLA_BINARY,
					    .len = TSEC_KEY_MAX },
	[TSEC_A_KEY_IV]			= { .type = NLA_BINARY,
					    .len = TSEC_IV_MAX },
	[TSEC_A_KEY_SECRET]		= { .type = NLA_BINARY,
					    .len = TSEC_SECRET_MAX },
	[TSEC_A_KEY_SEQ]		= { .type = NLA_U64 },
	[TSEC_A_KEY_SOFT_RECORDS]	= { .type = NLA_U64 },
	[TSEC_A_KEY_HARD_RECORDS]	= { .type = NLA_U64 },
	[TSEC_A_KEY_SOFT_BYTES]		= { .type = NLA_U64 },
	[TSEC_A_KEY_HARD_BYTES]		= { .type = NLA_U64 },
	[TSEC_A_KEY_SOFT_SECONDS]	= NLA_POLICY_FULL_RANGE(NLA_U64,
								&tsec_range_u32),
	[TSEC_A_KEY_HARD_SECONDS]	= NLA_POLICY_FULL_RANGE(NLA_U64,
								&tsec_range_u32),
	[TSEC_A_KEY_IDLE_SECONDS]	= NLA_POLICY_FULL_RANGE(NLA_U64,
								&tsec_range_u32),
	[TSEC_A_KEY_CID]		= { .type = NLA_BINARY,
					    .len = TSEC_CID_MAX },
	[TSEC_A_KEY_ID]			= NLA_POLICY_MIN(NLA_U32, 1),
	[TSEC_A_KEY_CONFIRM]		= { .type = NLA_FLAG },
	[TSEC_A_KEY_MESSAGE_SEQ]	= { .type = NLA_U16 },
};

const struct nla_policy tsec_policy_key_del[TSEC_A_KEY_MAX + 1] = {
	[TSEC_A_KEY_PROFILE]		= PROFILE_NAME_POLICY,
	[TSEC_A_KEY_DIRECTION]		= NLA_POLICY_MAX(NLA_U8, TSEC_DIR_RX),
};

const struct nla_policy tsec_policy_key_update[TSEC_A_KEY_MAX + 1] = {
	[TSEC_A_KEY_SESSION]		= { .type = NLA_U32 },
	[TSEC_A_KEY_REQUEST]		= { .type = NLA_FLAG },
};

static u8 bytes_take(u8 *to, struct nlattr *attr)
{
	if (!attr)
		return 0;
	memcpy(to, nla_data(attr), nla_len(attr));
	return nla_len(attr);
}

static void key_parse(struct tsec_key *key, struct nlattr **tb)
{
	memset(key, 0, sizeof(*key));
	if (tb[TSEC_A_KEY_VERSION])
		key->version = nla_get_u16(tb[TSEC_A_KEY_VERSION]);
	if (tb[TSEC_A_KEY_CIPHER])
		key->cipher = nla_get_u16(tb[TSEC_A_KEY_CIPHER]);
	if (tb[TSEC_A_KEY_SEQ])
		key->seq = nla_get_u64(tb[TSEC_A_KEY_SEQ]);
	if (tb[TSEC_A_KEY_ID])
		key->id = nla_get_u32(tb[TSEC_A_KEY_ID]);
	if (tb[TSEC_A_KEY_MESSAGE_SEQ])
		key->message_seq = nla_get_u16(tb[TSEC_A_KEY_MESSAGE_SEQ]);
	key->key_len = bytes_take(key->key, tb[TSEC_A_KEY_KEY]);
	key->iv_len = bytes_take(key->iv, tb[TSEC_A_KEY_IV]);
	key->secret_len = bytes_take(key->secret, tb[TSEC_A_KEY_SECRET]);
	key->cid_len = bytes_take(key->cid, tb[TSEC_A_KEY_CID]);
}

/* The tightest of the cipher's own limits, the profile's and the request's. */
static int key_limit(struct tsec_key *key, struct nlattr **tb,
		     const struct tsec_limits *profile, const char **why)
{
	struct tsec_limits asked = { };

	tsec_nl_limits_get(tb, TSEC_A_KEY_SOFT_RECORDS, &asked);
	*why = "a soft limit is above its hard limit";
	if (!tsec_limits_valid(&asked))
		return -EINVAL;
	tsec_limits_default(&key->limits, key->version, key->cipher);
	tsec_limits_merge(&key->limits, profile);
	tsec_limits_merge(&key->limits, &asked);
	return 0;
}

static int key_make(struct tsec_key *key, struct nlattr **tb,
		    const struct tsec_limits *profile, const char **why)
{
	int err;

	err = key_limit(key, tb, profile, why) ?: tsec_key_validate(key, why);
	if (err)
		return err;
	key->born = ktime_get_boottime_seconds();
	*why = "the key cannot be derived";
	return key->version == TSEC_VERSION_TLS_1_3 && key->secret_len ?
	       tsec_key_derive(key) : 0;
}

/* A key to begin with: it waits for its partner and for handshake-done. */
static int first_key_take(struct tsec_session *session, struct nlattr **tb,
			  enum tsec_direction direction, struct tsec_key *key,
			  const char **why)
{
	struct tsec_half *half = tsec_session_half(session, direction);
	int err;

	err = key_make(key, tb, &session->settings.limits, why);
	if (err)
		return err;
	*why = "the key is for another protocol";
	if (tsec_version_protocol(key->version) != session->protocol)
		return -EINVAL;
	tsec_key_wipe(&half->key);
	half->key = *key;
	return 0;
}

/* One more key, at work at once. */
static int next_key_take(struct tsec_session *session, struct nlattr **tb,
			 enum tsec_direction direction, struct tsec_key *key,
			 const char **why)
{
	int err;

	err = key_make(key, tb, &session->profile->settings.limits, why);
	return err ?: tsec_dgram_rekey(session, direction, key,
				       tb[TSEC_A_KEY_CONFIRM], why);
}

static int session_key_take(struct tsec_session *session, struct nlattr **tb,
			    enum tsec_direction direction,
			    struct tsec_key *key, const char **why)
{
	if (tsec_session_state(session) == TSEC_STATE_HANDSHAKE)
		return first_key_take(session, tb, direction, key, why);
	*why = "no handshake of that session is under way";
	if (!tsec_session_open(session) || !session->dgram)
		return -EINVAL;
	return next_key_take(session, tb, direction, key, why);
}

static int session_key_set(struct genl_info *info, struct nlattr **tb,
			   enum tsec_direction direction, struct tsec_key *key)
{
	struct tsec_session *session;
	const char *why = NULL;
	int err;

	session = tsec_nl_session_find(info, tb[TSEC_A_KEY_SESSION]);
	if (IS_ERR(session))
		return PTR_ERR(session);
	/* The session cannot open, and so not free its settings, meanwhile. */
	mutex_lock(&session->tx.lock);
	mutex_lock(&session->rx.lock);
	err = session_key_take(session, tb, direction, key, &why);
	mutex_unlock(&session->rx.lock);
	tsec_control_tx_unlock(session);
	if (!err) {
		TSEC_INC_STATS(session->tn, TSEC_STAT_KEYS_INSTALLED);
		if (tsec_session_open(session))
			tsec_event_key(session, direction,
				       TSEC_KEY_RENEWED_LOCAL);
	}
	tsec_session_put(session);
	return err ? tsec_nl_refuse(info, err, why) : 0;
}

static struct tsec_profile *profile_of(struct genl_info *info,
				       struct nlattr **tb)
{
	struct tsec_net *tn = tsec_net_get(genl_info_net(info));
	struct tsec_profile *profile;
	int err;

	if (!tb[TSEC_A_KEY_PROFILE]) {
		err = tsec_nl_refuse(info, -EINVAL,
				     "the request names no profile");
		return ERR_PTR(err);
	}
	profile = tsec_profile_find(&tn->profiles,
				    nla_data(tb[TSEC_A_KEY_PROFILE]));
	if (profile)
		return profile;
	err = tsec_nl_refuse(info, -ENOENT,
			     "there is no profile of that name");
	return ERR_PTR(err);
}

static int profile_key_set(struct genl_info *info, struct nlattr **tb,
			   enum tsec_direction direction, struct tsec_key *key)
{
	struct tsec_profile *profile = profile_of(info, tb);
	const char *why = NULL;
	int err;

	if (IS_ERR(profile))
		return PTR_ERR(profile);
	err = key_make(key, tb, &profile->settings.limits, &why);
	if (!err)
		err = tsec_profile_key_set(profile, direction, key, &why);
	tsec_profile_put(profile);
	if (err)
		return tsec_nl_refuse(info, err, why);
	TSEC_INC_STATS(tsec_net_get(genl_info_net(info)),
		       TSEC_STAT_KEYS_INSTALLED);
	return 0;
}

/* The request holds a copy of the key until the buffer is used anew. */
static void request_wipe(struct nlattr **tb)
{
	static const int secrets[] = {
		TSEC_A_KEY_KEY, TSEC_A_KEY_IV, TSEC_A_KEY_SECRET,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(secrets); i++)
		if (tb[secrets[i]])
			memzero_explicit(nla_data(tb[secrets[i]]),
					 nla_len(tb[secrets[i]]));
}

/**
 * tsec_nl_key_new() - key-new
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -EINVAL, -ENOENT, -ENOMEM, always with a reason.
 */
int tsec_nl_key_new(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[TSEC_A_KEY_MAX + 1];
	enum tsec_direction direction;
	struct tsec_key key;
	int err;

	err = tsec_nl_parse(info, TSEC_A_KEY, tb, TSEC_A_KEY_MAX,
			    tsec_policy_key_new);
	if (err)
		return err;
	if (!tb[TSEC_A_KEY_DIRECTION]) {
		err = tsec_nl_refuse(info, -EINVAL,
				     "the request has no direction");
		goto wipe;
	}
	if (!tb[TSEC_A_KEY_SESSION] == !tb[TSEC_A_KEY_PROFILE]) {
		err = tsec_nl_refuse(info, -EINVAL,
				     "a key is for a session or for a profile");
		goto wipe;
	}
	direction = nla_get_u8(tb[TSEC_A_KEY_DIRECTION]);
	key_parse(&key, tb);
	if (tb[TSEC_A_KEY_SESSION])
		err = session_key_set(info, tb, direction, &key);
	else
		err = profile_key_set(info, tb, direction, &key);
	tsec_key_wipe(&key);
wipe:
	request_wipe(tb);
	return err;
}

/**
 * tsec_nl_key_del() - key-del
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -ENOENT if there was no key, -EINVAL.
 */
int tsec_nl_key_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[TSEC_A_KEY_MAX + 1], *direction;
	struct tsec_profile *profile;
	int err;

	err = tsec_nl_parse(info, TSEC_A_KEY, tb, TSEC_A_KEY_MAX,
			    tsec_policy_key_del);
	if (err)
		return err;
	profile = profile_of(info, tb);
	if (IS_ERR(profile))
		return PTR_ERR(profile);
	direction = tb[TSEC_A_KEY_DIRECTION];
	if (direction) {
		err = tsec_profile_key_del(profile, nla_get_u8(direction));
	} else {
		err = tsec_profile_key_del(profile, TSEC_DIR_TX);
		if (!tsec_profile_key_del(profile, TSEC_DIR_RX))
			err = 0;
	}
	tsec_profile_put(profile);
	return err ? tsec_nl_refuse(info, -ENOENT,
				    "the profile has no such key") : 0;
}

/**
 * tsec_nl_key_update() - key-update
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -ENOENT, -ENOTCONN, -EOPNOTSUPP, -EINVAL.
 */
int tsec_nl_key_update(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[TSEC_A_KEY_MAX + 1];
	struct tsec_session *session;
	int err;

	err = tsec_nl_parse(info, TSEC_A_KEY, tb, TSEC_A_KEY_MAX,
			    tsec_policy_key_update);
	if (err)
		return err;
	session = tsec_nl_session_find(info, tb[TSEC_A_KEY_SESSION]);
	if (IS_ERR(session))
		return PTR_ERR(session);
	err = session->transport->key_update(session, tb[TSEC_A_KEY_REQUEST]);
	tsec_session_put(session);
	if (err == -EOPNOTSUPP)
		tsec_nl_refuse(info, err,
			       "this session's keys cannot renew themselves");
	else if (err)
		tsec_nl_refuse(info, err, "the session is not open");
	return err;
}

static int key_fields_put(struct sk_buff *skb, const struct tsec_key_view *view)
{
	if (nla_put_u16(skb, TSEC_A_KEY_VERSION, view->version) ||
	    nla_put_u16(skb, TSEC_A_KEY_CIPHER, view->cipher) ||
	    nla_put_u64_64bit(skb, TSEC_A_KEY_SEQ, view->seq,
			      TSEC_A_KEY_PAD) ||
	    nla_put_u32(skb, TSEC_A_KEY_EPOCH, view->epoch) ||
	    nla_put_u64_64bit(skb, TSEC_A_KEY_AGE, view->age,
			      TSEC_A_KEY_PAD) ||
	    (view->renewable && nla_put_flag(skb, TSEC_A_KEY_RENEWABLE)) ||
	    (view->used && nla_put_flag(skb, TSEC_A_KEY_USED)) ||
	    (view->cid_len &&
	     nla_put(skb, TSEC_A_KEY_CID, view->cid_len, view->cid)) ||
	    (view->id && nla_put_u32(skb, TSEC_A_KEY_ID, view->id)))
		return -EMSGSIZE;
	return tsec_nl_limits_put(skb, TSEC_A_KEY_SOFT_RECORDS, TSEC_A_KEY_PAD,
				  &view->limits);
}

/**
 * tsec_nl_half_put() - write what there is to know about a session's key
 * @skb: the message
 * @half: the direction
 *
 * Return: 0 or -EMSGSIZE.
 */
int tsec_nl_half_put(struct sk_buff *skb, const struct tsec_half *half)
{
	struct tsec_key_view view;
	u64 records;

	rcu_read_lock();
	tsec_key_view(tsec_half_key(half), &view);
	records = tsec_half_next(half) - view.seq;
	rcu_read_unlock();
	view.seq += records;
	if (key_fields_put(skb, &view) ||
	    nla_put_u64_64bit(skb, TSEC_A_KEY_RECORDS, records,
			      TSEC_A_KEY_PAD) ||
	    nla_put_u64_64bit(skb, TSEC_A_KEY_BYTES, tsec_half_bytes(half),
			      TSEC_A_KEY_PAD))
		return -EMSGSIZE;
	return 0;
}

static int session_key_put(struct sk_buff *skb, struct tsec_session *session,
			   enum tsec_direction direction)
{
	if (nla_put_u32(skb, TSEC_A_KEY_SESSION, session->id) ||
	    nla_put_u8(skb, TSEC_A_KEY_DIRECTION, direction))
		return -EMSGSIZE;
	return tsec_nl_half_put(skb, tsec_session_half(session, direction));
}

static int profile_key_put(struct sk_buff *skb, struct tsec_profile *profile,
			   enum tsec_direction direction,
			   const struct tsec_key_view *view)
{
	if (nla_put_string(skb, TSEC_A_KEY_PROFILE, profile->name) ||
	    nla_put_u8(skb, TSEC_A_KEY_DIRECTION, direction))
		return -EMSGSIZE;
	return key_fields_put(skb, view);
}

/* One message of a dump; the caller fills the nest. */
static void *dump_begin(struct sk_buff *skb, struct netlink_callback *cb,
			struct nlattr **nest)
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &tsec_genl_family, NLM_F_MULTI, TSEC_CMD_KEY_GET);
	if (!hdr)
		return NULL;
	*nest = nla_nest_start(skb, TSEC_A_KEY);
	if (*nest)
		return hdr;
	genlmsg_cancel(skb, hdr);
	return NULL;
}

static int dump_end(struct sk_buff *skb, void *hdr, struct nlattr *nest,
		    int err)
{
	if (err) {
		genlmsg_cancel(skb, hdr);
		return err;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int dump_profile_key(struct sk_buff *skb, struct netlink_callback *cb,
			    struct tsec_profile *profile,
			    enum tsec_direction direction)
{
	struct tsec_key_view view;
	struct nlattr *nest;
	void *hdr;

	if (tsec_profile_key_view(profile, direction, &view))
		return 0;
	hdr = dump_begin(skb, cb, &nest);
	if (!hdr)
		return -EMSGSIZE;
	return dump_end(skb, hdr, nest,
			profile_key_put(skb, profile, direction, &view));
}

static int dump_session_key(struct sk_buff *skb, struct netlink_callback *cb,
			    struct tsec_session *session,
			    enum tsec_direction direction)
{
	struct nlattr *nest;
	void *hdr;

	if (!test_bit(TSEC_SESSION_OPENED, &session->flags))
		return 0;
	hdr = dump_begin(skb, cb, &nest);
	if (!hdr)
		return -EMSGSIZE;
	return dump_end(skb, hdr, nest,
			session_key_put(skb, session, direction));
}

/* args[0]: profiles done times two; args[1]: next session; args[2]: direction. */
static int dump_profiles(struct sk_buff *skb, struct netlink_callback *cb,
			 struct tsec_net *tn)
{
	struct tsec_profile *profile;
	int err;

	while ((profile = tsec_profile_nth(&tn->profiles, cb->args[0] / 2))) {
		err = dump_profile_key(skb, cb, profile, cb->args[0] % 2);
		tsec_profile_put(profile);
		if (err)
			return err;
		cb->args[0]++;
	}
	return 0;
}

static int dump_sessions(struct sk_buff *skb, struct netlink_callback *cb,
			 struct tsec_net *tn)
{
	unsigned long id = cb->args[1];
	struct tsec_session *session;
	int err = 0;

	while (!err && (session = tsec_session_next(tn, &id))) {
		if (id != cb->args[1])
			cb->args[2] = TSEC_DIR_TX;
		cb->args[1] = id;
		for (; !err && cb->args[2] < __TSEC_DIR_MAX; cb->args[2]++) {
			err = dump_session_key(skb, cb, session, cb->args[2]);
			if (err)
				break;
		}
		tsec_session_put(session);
		id++;
	}
	return err;
}

/**
 * tsec_nl_key_dump() - key-get, dump
 * @skb: the message to fill
 * @cb: the dump
 *
 * Return: bytes filled, 0 at the end, -EMSGSIZE if not even one fits.
 */
int tsec_nl_key_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct tsec_net *tn = tsec_net_get(sock_net(skb->sk));
	int err;

	err = dump_profiles(skb, cb, tn) ?: dump_sessions(skb, cb, tn);
	return err && !skb->len ? err : skb->len;
}
