// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's commands: registration, claiming a handshake, its outcome.
 */
#include <linux/file.h>
#include <linux/slab.h>

#include "channel.h"
#include "compat.h"
#include "daemon.h"
#include "dgram.h"
#include "handshake.h"
#include "netlink.h"
#include "packet.h"
#include "session.h"

enum netlink_room {
	ROOM_DAEMON	= 256,		/* bytes of attributes */
	ROOM_ACCEPT	= 12 * 1024,	/* paths, names, without blobs */
};

const struct nla_policy tsec_policy_daemon[TSEC_A_DAEMON_MAX + 1] = {
	[TSEC_A_DAEMON_VERSION]		= { .type = NLA_NUL_STRING,
					    .len = TSEC_DAEMON_VERSION_MAX },
};

const struct nla_policy
tsec_policy_handshake_accept[TSEC_A_HANDSHAKE_MAX + 1] = {
	[TSEC_A_HANDSHAKE_SESSION]	= { .type = NLA_U32 },
};

const struct nla_policy
tsec_policy_handshake_done[TSEC_A_HANDSHAKE_MAX + 1] = {
	[TSEC_A_HANDSHAKE_SESSION]	= { .type = NLA_U32 },
	[TSEC_A_HANDSHAKE_STATUS]	= NLA_POLICY_MAX(NLA_U32, MAX_ERRNO),
	[TSEC_A_HANDSHAKE_ERROR]	= { .type = NLA_NUL_STRING,
					    .len = TSEC_ERROR_MAX },
	[TSEC_A_HANDSHAKE_VERSION]	= { .type = NLA_U16 },
	[TSEC_A_HANDSHAKE_CIPHER]	= { .type = NLA_U16 },
	[TSEC_A_HANDSHAKE_ALPN]		= { .type = NLA_NUL_STRING,
					    .len = TSEC_ALPN_MAX },
	[TSEC_A_HANDSHAKE_PEER_NAME]	= { .type = NLA_NUL_STRING,
					    .len = TSEC_PEER_NAME_MAX },
	[TSEC_A_HANDSHAKE_PEER_ID]	= { .type = NLA_NUL_STRING,
					    .len = TSEC_PEER_ID_MAX },
	[TSEC_A_HANDSHAKE_PEER_CERT]	= { .type = NLA_BINARY,
					    .len = TSEC_PEER_CERT_MAX },
	[TSEC_A_HANDSHAKE_EXPORTER]	= { .type = NLA_BINARY,
					    .len = TSEC_SECRET_MAX },
	[TSEC_A_HANDSHAKE_RESUMED]	= { .type = NLA_FLAG },
	[TSEC_A_HANDSHAKE_FAREWELL]	= { .type = NLA_BINARY,
					    .len = TSEC_FAREWELL_MAX },
	[TSEC_A_HANDSHAKE_RRC]		= { .type = NLA_FLAG },
};

/**
 * tsec_nl_daemon_register() - daemon-register
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -EBUSY, -EINVAL.
 */
int tsec_nl_daemon_register(struct sk_buff *skb, struct genl_info *info)
{
	struct tsec_net *tn = tsec_net_get(genl_info_net(info));
	struct nlattr *tb[TSEC_A_DAEMON_MAX + 1];
	int err;

	err = tsec_nl_parse(info, TSEC_A_DAEMON, tb, TSEC_A_DAEMON_MAX,
			    tsec_policy_daemon);
	if (err)
		return err;
	err = tsec_daemon_register(tn, info->snd_portid,
				   tb[TSEC_A_DAEMON_VERSION] ?
				   nla_data(tb[TSEC_A_DAEMON_VERSION]) : "");
	if (err)
		return tsec_nl_refuse(info, err,
				      "another daemon is registered here");
	return 0;
}

static int daemon_fields_put(struct sk_buff *skb, struct tsec_net *tn)
{
	struct tsec_daemon daemon;
	int running, pending;

	spin_lock_bh(&tn->lock);
	daemon = tn->daemon;
	spin_unlock_bh(&tn->lock);
	if (nla_put_u32(skb, TSEC_A_DAEMON_FAMILY, tsec_family))
		return -EMSGSIZE;
	if (!daemon.port)
		return 0;
	running = atomic_read(&tn->running);
	pending = max(0, atomic_read(&tn->handshakes) - running);
	if (nla_put_u32(skb, TSEC_A_DAEMON_PORT, daemon.port) ||
	    nla_put_string(skb, TSEC_A_DAEMON_VERSION, daemon.version) ||
	    nla_put_u64_64bit(skb, TSEC_A_DAEMON_SINCE,
			      ktime_get_boottime_seconds() - daemon.since,
			      TSEC_A_DAEMON_PAD) ||
	    nla_put_u32(skb, TSEC_A_DAEMON_PENDING, pending) ||
	    nla_put_u32(skb, TSEC_A_DAEMON_RUNNING, running))
		return -EMSGSIZE;
	return 0;
}

/**
 * tsec_nl_daemon_put() - write what there is to know about the daemon
 * @skb: the message
 * @tn: the network namespace's state
 *
 * Return: 0 or -EMSGSIZE.
 */
int tsec_nl_daemon_put(struct sk_buff *skb, struct tsec_net *tn)
{
	struct nlattr *nest = nla_nest_start(skb, TSEC_A_DAEMON);

	if (!nest || daemon_fields_put(skb, tn))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * tsec_nl_daemon_get() - daemon-get
 * @skb: unused
 * @info: the request
 *
 * Return: 0 or -ENOMEM.
 */
int tsec_nl_daemon_get(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *hdr;

	reply = tsec_nl_reply(info, ROOM_DAEMON, &hdr);
	if (!reply)
		return -ENOMEM;
	if (tsec_nl_daemon_put(reply, tsec_net_get(genl_info_net(info)))) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

static int string_put(struct sk_buff *skb, int attr, const char *value)
{
	return value ? nla_put_string(skb, attr, value) : 0;
}

static int settings_put(struct sk_buff *skb, struct tsec_session *session)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, TSEC_A_HANDSHAKE_SETTINGS);
	if (!nest ||
	    tsec_nl_settings_put(skb, session->profile->name,
				 &session->settings))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Of protocols whose peers are known by what their records bear. */
static int cid_put(struct sk_buff *skb, const struct tsec_session *session)
{
	const struct tsec_endpoint_id *id;

	if (!session->dgram)
		return 0;
	id = &session->dgram->peer.chosen.id;
	return id->len ? nla_put(skb, TSEC_A_HANDSHAKE_CID, id->len,
				 id->bytes) : 0;
}

static int addresses_put(struct sk_buff *skb,
			 const struct tsec_session *session)
{
	union tsec_address local, remote;

	tsec_session_address(session, false, &local);
	tsec_session_address(session, true, &remote);
	return tsec_nl_address_put(skb, TSEC_A_HANDSHAKE_LOCAL, &local) ?:
	       tsec_nl_address_put(skb, TSEC_A_HANDSHAKE_REMOTE, &remote);
}

static int listener_put(struct sk_buff *skb, const struct tsec_session *session)
{
	if (!session->dgram || !session->dgram->peer.endpoint)
		return 0;
	return nla_put_u32(skb, TSEC_A_HANDSHAKE_LISTENER,
			   session->dgram->peer.endpoint->number);
}

/* Where handshakes go on: what has come of those before. */
static int open_put(struct sk_buff *skb, const struct tsec_session *session)
{
	struct tsec_key_view view;

	if (tsec_session_busy(session))
		return 0;
	rcu_read_lock();
	tsec_key_view(tsec_half_key(&session->tx), &view);
	rcu_read_unlock();
	return nla_put_u32(skb, TSEC_A_HANDSHAKE_AGE,
			   min_t(u64, view.age, U32_MAX)) ?:
	       string_put(skb, TSEC_A_HANDSHAKE_PEER_ID, session->peer.id);
}

static int accept_put(struct sk_buff *skb, struct tsec_session *session,
		      int fd)
{
	struct nlattr *nest = nla_nest_start(skb, TSEC_A_HANDSHAKE);

	if (!nest ||
	    nla_put_u32(skb, TSEC_A_HANDSHAKE_SESSION, session->id) ||
	    nla_put_u32(skb, TSEC_A_HANDSHAKE_FD, fd) ||
	    nla_put_u8(skb, TSEC_A_HANDSHAKE_PROTOCOL, session->protocol) ||
	    nla_put_u8(skb, TSEC_A_HANDSHAKE_ROLE, session->role) ||
	    nla_put_u32(skb, TSEC_A_HANDSHAKE_TIMEOUT,
			tsec_handshake_time_left(session)) ||
	    addresses_put(skb, session) || listener_put(skb, session) ||
	    open_put(skb, session) ||
	    string_put(skb, TSEC_A_HANDSHAKE_PEER_NAME,
		       session->app.peer_name) ||
	    cid_put(skb, session) ||
	    settings_put(skb, session))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * An attribute's length has 16 bits, a nest's as well: each blob travels in a
 * nest of its own.
 */
static int blob_put(struct sk_buff *skb, int attr, const struct tsec_blob *blob)
{
	struct nlattr *nest;

	if (!blob)
		return 0;
	nest = nla_nest_start(skb, TSEC_A_HANDSHAKE);
	if (!nest || nla_put(skb, attr, blob->len, blob->data))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static size_t blob_room(const struct tsec_blob *blob)
{
	return blob ? nla_total_size(nla_total_size(blob->len)) : 0;
}

static size_t accept_room(const struct tsec_overrides *app)
{
	return ROOM_ACCEPT + blob_room(app->cert) + blob_room(app->privkey) +
	       blob_room(app->trust) + blob_room(app->psk_identity) +
	       blob_room(app->psk_key);
}

static int blobs_put(struct sk_buff *skb, const struct tsec_overrides *app)
{
	if (blob_put(skb, TSEC_A_HANDSHAKE_CERT, app->cert) ||
	    blob_put(skb, TSEC_A_HANDSHAKE_PRIVKEY, app->privkey) ||
	    blob_put(skb, TSEC_A_HANDSHAKE_TRUST, app->trust) ||
	    blob_put(skb, TSEC_A_HANDSHAKE_PSK_IDENTITY, app->psk_identity) ||
	    blob_put(skb, TSEC_A_HANDSHAKE_PSK_KEY, app->psk_key))
		return -EMSGSIZE;
	return 0;
}

/* The state tells whether its settings are there, and it has its socket. */
static bool is_claimed(const struct tsec_session *session)
{
	return tsec_session_state(session) == TSEC_STATE_HANDSHAKE ||
	       (tsec_session_stays(session) && tsec_session_open(session) &&
		session->inner);
}

/*
 * The settings are freed when the handshake ends, which another process can
 * bring about: tx.lock keeps them.
 */
static int accept_reply(struct genl_info *info, struct tsec_session *session,
			int fd)
{
	struct sk_buff *reply = NULL;
	int err = -ENOMEM;
	void *hdr;

	mutex_lock(&session->tx.lock);
	reply = tsec_nl_reply(info, accept_room(&session->app), &hdr);
	if (reply && !is_claimed(session))
		err = -ESTALE;
	else if (reply)
		err = accept_put(reply, session, fd) ?:
		      blobs_put(reply, &session->app);
	mutex_unlock(&session->tx.lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

static int channel_give(struct genl_info *info, struct tsec_session *session)
{
	struct file *file;
	int fd, err;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		tsec_handshake_abandon(session);
		return tsec_nl_refuse(info, fd, "no descriptor is free");
	}
	file = tsec_channel_new(session);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	err = accept_reply(info, session, fd);
	if (err) {
		put_unused_fd(fd);
		fput(file);
		return tsec_nl_refuse(info, err, "the handshake has ended");
	}
	fd_install(fd, file);
	/* It was asked for new keys when nobody was there. */
	if (tsec_session_needs_keys(session))
		tsec_channel_ask(session);
	return 0;
}

/**
 * tsec_nl_handshake_accept() - handshake-accept
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -ENOENT if no handshake waits, or another negative errno.
 */
int tsec_nl_handshake_accept(struct sk_buff *skb, struct genl_info *info)
{
	struct tsec_net *tn = tsec_net_get(genl_info_net(info));
	struct nlattr *tb[TSEC_A_HANDSHAKE_MAX + 1];
	struct tsec_session *session;
	u32 id = 0;
	int err;

	if (info->attrs[TSEC_A_HANDSHAKE]) {
		err = tsec_nl_parse(info, TSEC_A_HANDSHAKE, tb,
				    TSEC_A_HANDSHAKE_MAX,
				    tsec_policy_handshake_accept);
		if (err)
			return err;
		if (tb[TSEC_A_HANDSHAKE_SESSION])
			id = nla_get_u32(tb[TSEC_A_HANDSHAKE_SESSION]);
	}
	session = tsec_daemon_claim(tn, id);
	if (!session)
		return tsec_nl_refuse(info, -ENOENT,
				      "no handshake is waiting");
	err = channel_give(info, session);
	tsec_session_put(session);
	return err;
}

static int string_take(char **slot, struct nlattr *attr)
{
	return attr ? tsec_string_set(slot, nla_data(attr)) : 0;
}

static int cert_take(struct tsec_peer *peer, struct nlattr *attr)
{
	if (!attr || !nla_len(attr))
		return 0;
	kvfree(peer->cert);
	peer->cert_len = 0;
	peer->cert = kvmalloc(nla_len(attr), GFP_KERNEL_ACCOUNT);
	if (!peer->cert)
		return -ENOMEM;
	peer->cert_len = nla_len(attr);
	memcpy(peer->cert, nla_data(attr), peer->cert_len);
	return 0;
}

static int peer_take(struct tsec_peer *peer, struct nlattr **tb)
{
	struct nlattr *exporter = tb[TSEC_A_HANDSHAKE_EXPORTER];

	if (string_take(&peer->name, tb[TSEC_A_HANDSHAKE_PEER_NAME]) ||
	    string_take(&peer->id, tb[TSEC_A_HANDSHAKE_PEER_ID]) ||
	    string_take(&peer->alpn, tb[TSEC_A_HANDSHAKE_ALPN]) ||
	    cert_take(peer, tb[TSEC_A_HANDSHAKE_PEER_CERT]))
		return -ENOMEM;
	if (exporter) {
		peer->exporter_len = nla_len(exporter);
		memcpy(peer->exporter, nla_data(exporter),
		       peer->exporter_len);
	}
	return 0;
}

static const char *farewell_wrong(const struct tsec_session *session,
				  const struct nlattr *attr)
{
	if (attr && (!session->dgram || session->record->build_close))
		return "the end of this protocol is not the daemon's to tell";
	return NULL;
}

static void farewell_take(struct tsec_session *session,
			  const struct nlattr *attr)
{
	struct tsec_dgram *dgram = session->dgram;

	if (!attr)
		return;
	dgram->farewell_len = nla_len(attr);
	memcpy(dgram->farewell, nla_data(attr), dgram->farewell_len);
}

static const char *rrc_wrong(const struct tsec_session *session,
			     const struct nlattr *attr)
{
	if (attr && (!session->dgram || session->record->packet->mobility !=
					TSEC_MOBILITY_CHECKED))
		return "addresses are not checked in this protocol";
	return NULL;
}

/* What the daemon says must be what its keys are for. */
static const char *outcome_wrong(const struct tsec_session *session,
				 struct nlattr **tb)
{
	const struct tsec_key *tx = &session->tx.key, *rx = &session->rx.key;

	if (!tx->cipher || !rx->cipher)
		return "a key is missing: key-new comes first, for tx and rx";
	if (tx->cipher != rx->cipher || tx->version != rx->version)
		return "the keys of the two directions do not match";
	if (tb[TSEC_A_HANDSHAKE_VERSION] &&
	    nla_get_u16(tb[TSEC_A_HANDSHAKE_VERSION]) != tx->version)
		return "the keys are of another version";
	if (tb[TSEC_A_HANDSHAKE_CIPHER] &&
	    nla_get_u16(tb[TSEC_A_HANDSHAKE_CIPHER]) != tx->cipher)
		return "the keys are of another cipher";
	return NULL;
}

/* rx.lock: the session does not open, nor its peer change, meanwhile. */
static int outcome_take(struct genl_info *info, struct tsec_session *session,
			struct nlattr **tb)
{
	const char *why;
	int err = 0;

	mutex_lock(&session->rx.lock);
	why = outcome_wrong(session, tb) ?:
	      farewell_wrong(session, tb[TSEC_A_HANDSHAKE_FAREWELL]) ?:
	      rrc_wrong(session, tb[TSEC_A_HANDSHAKE_RRC]);
	if (tsec_session_state(session) != TSEC_STATE_HANDSHAKE)
		why = "no handshake of that session is under way";
	if (!why && session->app.peer_name && !tb[TSEC_A_HANDSHAKE_PEER_NAME])
		err = tsec_string_set(&session->peer.name,
				      session->app.peer_name);
	if (!why && !err)
		err = peer_take(&session->peer, tb);
	if (!why && !err)
		farewell_take(session, tb[TSEC_A_HANDSHAKE_FAREWELL]);
	if (!why && !err && tb[TSEC_A_HANDSHAKE_RRC])
		session->dgram->checks = true;
	mutex_unlock(&session->rx.lock);
	return why ? tsec_nl_refuse(info, -EINVAL, why) : err;
}

static int done_well(struct genl_info *info, struct tsec_session *session,
		     struct nlattr **tb)
{
	const char *why;
	int err;

	err = outcome_take(info, session, tb);
	if (err)
		return err;
	if (tb[TSEC_A_HANDSHAKE_RESUMED])
		set_bit(TSEC_SESSION_RESUMED, &session->flags);
	err = tsec_handshake_open(session, &why);
	if (!err) {
		TSEC_INC_STATS(session->tn, TSEC_STAT_HANDSHAKES_DONE);
		if (tb[TSEC_A_HANDSHAKE_RESUMED])
			TSEC_INC_STATS(session->tn,
				       TSEC_STAT_HANDSHAKES_RESUMED);
		return 0;
	}
	tsec_session_fail(session, -err, "%s", why);
	return tsec_nl_refuse(info, err, why);
}

static int done_badly(struct genl_info *info, struct tsec_session *session,
		      u32 status, struct nlattr *error)
{
	if (tsec_session_state(session) != TSEC_STATE_HANDSHAKE)
		return tsec_nl_refuse(info, -EINVAL,
				      "no handshake of that session is under way");
	tsec_session_give_up(session, status, "%s", error ?
			     (char *)nla_data(error) : "the handshake failed");
	return 0;
}

/**
 * tsec_nl_handshake_done() - handshake-done
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -ENOENT, -EINVAL, or what kTLS has against the keys.
 */
int tsec_nl_handshake_done(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[TSEC_A_HANDSHAKE_MAX + 1];
	struct tsec_session *session;
	u32 status;
	int err;

	err = tsec_nl_parse(info, TSEC_A_HANDSHAKE, tb, TSEC_A_HANDSHAKE_MAX,
			    tsec_policy_handshake_done);
	if (err)
		return err;
	if (!tb[TSEC_A_HANDSHAKE_STATUS])
		return tsec_nl_refuse(info, -EINVAL,
				      "the request has no status");
	session = tsec_nl_session_find(info, tb[TSEC_A_HANDSHAKE_SESSION]);
	if (IS_ERR(session))
		return PTR_ERR(session);
	status = nla_get_u32(tb[TSEC_A_HANDSHAKE_STATUS]);
	if (status)
		err = done_badly(info, session, status,
				 tb[TSEC_A_HANDSHAKE_ERROR]);
	else
		err = done_well(info, session, tb);
	tsec_session_put(session);
	return err;
}
