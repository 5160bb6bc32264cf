// SPDX-License-Identifier: GPL-2.0
/*
 * Profiles by netlink.
 */
#include <linux/slab.h>

#include "compat.h"
#include "event.h"
#include "netlink.h"
#include "settings.h"

enum netlink_room {
	ROOM_PROFILE	= 8192,		/* bytes of attributes */
};

#define PATH_POLICY	{ .type = NLA_NUL_STRING, .len = TSEC_PATH_MAX }
#define ADDRESS_POLICY	{ .type = NLA_BINARY, \
			  .len = sizeof(struct sockaddr_in6) }
#define SECONDS_POLICY	NLA_POLICY_FULL_RANGE(NLA_U64, &tsec_range_u32)

const struct nla_policy tsec_policy_profile[TSEC_A_PROFILE_MAX + 1] = {
	[TSEC_A_PROFILE_NAME]		= { .type = NLA_NUL_STRING,
					    .len = TSEC_PROFILE_NAME_MAX },
	[TSEC_A_PROFILE_CERT]		= PATH_POLICY,
	[TSEC_A_PROFILE_PRIVKEY]	= PATH_POLICY,
	[TSEC_A_PROFILE_TRUST]		= PATH_POLICY,
	[TSEC_A_PROFILE_CRL]		= PATH_POLICY,
	[TSEC_A_PROFILE_PSK]		= PATH_POLICY,
	[TSEC_A_PROFILE_PSK_IDENTITY]	= { .type = NLA_NUL_STRING,
					    .len = TSEC_PSK_IDENTITY_MAX },
	[TSEC_A_PROFILE_ALPN]		= { .type = NLA_NUL_STRING,
					    .len = TSEC_ALPN_MAX },
	[TSEC_A_PROFILE_VERSION_MIN]	= { .type = NLA_U16 },
	[TSEC_A_PROFILE_VERSION_MAX]	= { .type = NLA_U16 },
	[TSEC_A_PROFILE_CIPHERS]	= { .type = NLA_BINARY,
					    .len = TSEC_CIPHER_MAX *
						   sizeof(u16) },
	[TSEC_A_PROFILE_VERIFY]		= NLA_POLICY_MAX(NLA_U8,
						TSEC_VERIFY_REQUIRE),
	[TSEC_A_PROFILE_SESSION_CACHE]	= NLA_POLICY_MAX(NLA_U8,
						TSEC_CACHE_OFF),
	[TSEC_A_PROFILE_MANUAL]		= NLA_POLICY_MAX(NLA_U8, 1),
	[TSEC_A_PROFILE_SOFT_RECORDS]	= { .type = NLA_U64 },
	[TSEC_A_PROFILE_HARD_RECORDS]	= { .type = NLA_U64 },
	[TSEC_A_PROFILE_SOFT_BYTES]	= { .type = NLA_U64 },
	[TSEC_A_PROFILE_HARD_BYTES]	= { .type = NLA_U64 },
	[TSEC_A_PROFILE_SOFT_SECONDS]	= SECONDS_POLICY,
	[TSEC_A_PROFILE_HARD_SECONDS]	= SECONDS_POLICY,
	[TSEC_A_PROFILE_IDLE_SECONDS]	= SECONDS_POLICY,
	[TSEC_A_PROFILE_TUNNEL_LOCAL]	= ADDRESS_POLICY,
	[TSEC_A_PROFILE_TUNNEL_REMOTE]	= ADDRESS_POLICY,
	[TSEC_A_PROFILE_PUBKEY]		=
		NLA_POLICY_EXACT_LEN(TSEC_PUBKEY_LEN),
	[TSEC_A_PROFILE_CONNECTION_ID]	= NLA_POLICY_MAX(NLA_U8, TSEC_CID_MAX),
};

const struct nla_policy tsec_policy_profile_ref[TSEC_A_PROFILE_MAX + 1] = {
	[TSEC_A_PROFILE_NAME]		= { .type = NLA_NUL_STRING,
					    .len = TSEC_PROFILE_NAME_MAX },
};

/* The strings of a profile, each by its attribute. */
static const struct {
	u16 attr;
	u16 offset;
} strings[] = {
	{ TSEC_A_PROFILE_CERT, offsetof(struct tsec_settings, cert) },
	{ TSEC_A_PROFILE_PRIVKEY, offsetof(struct tsec_settings, privkey) },
	{ TSEC_A_PROFILE_TRUST, offsetof(struct tsec_settings, trust) },
	{ TSEC_A_PROFILE_CRL, offsetof(struct tsec_settings, crl) },
	{ TSEC_A_PROFILE_PSK, offsetof(struct tsec_settings, psk) },
	{ TSEC_A_PROFILE_PSK_IDENTITY,
	  offsetof(struct tsec_settings, psk_identity) },
	{ TSEC_A_PROFILE_ALPN, offsetof(struct tsec_settings, alpn) },
};

static char **string_slot(const struct tsec_settings *settings, int i)
{
	return (void *)settings + strings[i].offset;
}

static int strings_take(struct tsec_settings *settings, struct nlattr **tb)
{
	struct nlattr *attr;
	int i;

	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		attr = tb[strings[i].attr];
		if (attr && tsec_string_set(string_slot(settings, i),
					    nla_data(attr)))
			return -ENOMEM;
	}
	return 0;
}

static int ciphers_take(struct tsec_settings *settings, struct nlattr *attr)
{
	u16 ciphers[TSEC_CIPHER_MAX];

	if (!attr)
		return 0;
	if (nla_len(attr) % sizeof(ciphers[0]))
		return -EINVAL;
	nla_memcpy(ciphers, attr, sizeof(ciphers));
	return tsec_settings_ciphers_set(settings, ciphers,
					 nla_len(attr) / sizeof(ciphers[0]));
}

/* An empty one, and one of family 0, is none. */
static int address_take(union tsec_address *address, struct nlattr *attr)
{
	int len;

	if (!attr)
		return 0;
	len = nla_len(attr);
	memset(address, 0, sizeof(*address));
	memcpy(address, nla_data(attr), len);
	if (!address->sa.sa_family) {
		memset(address, 0, sizeof(*address));
		return 0;
	}
	return len < tsec_address_len(address) ? -EINVAL : 0;
}

/* 0 returns a value to its default. */
static u16 version_take(struct nlattr *attr, u16 now, u16 standard)
{
	if (!attr)
		return now;
	return nla_get_u16(attr) ?: standard;
}

static void values_take(struct tsec_settings *settings, struct nlattr **tb)
{
	settings->version_min = version_take(tb[TSEC_A_PROFILE_VERSION_MIN],
					     settings->version_min,
					     TSEC_VERSION_TLS_1_2);
	settings->version_max = version_take(tb[TSEC_A_PROFILE_VERSION_MAX],
					     settings->version_max,
					     TSEC_VERSION_TLS_1_3);
	if (tb[TSEC_A_PROFILE_VERIFY])
		settings->verify = nla_get_u8(tb[TSEC_A_PROFILE_VERIFY]);
	if (tb[TSEC_A_PROFILE_SESSION_CACHE])
		settings->session_cache =
			nla_get_u8(tb[TSEC_A_PROFILE_SESSION_CACHE]) !=
			TSEC_CACHE_OFF;
	if (tb[TSEC_A_PROFILE_MANUAL])
		settings->manual = nla_get_u8(tb[TSEC_A_PROFILE_MANUAL]);
	if (tb[TSEC_A_PROFILE_PUBKEY])
		memcpy(settings->pubkey, nla_data(tb[TSEC_A_PROFILE_PUBKEY]),
		       sizeof(settings->pubkey));
	if (tb[TSEC_A_PROFILE_CONNECTION_ID])
		settings->cid_len =
			nla_get_u8(tb[TSEC_A_PROFILE_CONNECTION_ID]);
	tsec_nl_limits_get(tb, TSEC_A_PROFILE_SOFT_RECORDS, &settings->limits);
}

static int settings_take(struct tsec_settings *settings, struct nlattr **tb,
			 const char **why)
{
	*why = "out of memory";
	if (strings_take(settings, tb))
		return -ENOMEM;
	*why = "a cipher is unknown or named twice";
	if (ciphers_take(settings, tb[TSEC_A_PROFILE_CIPHERS]))
		return -EINVAL;
	*why = "an address of the tunnel is cut short";
	if (address_take(&settings->tunnel.local,
			 tb[TSEC_A_PROFILE_TUNNEL_LOCAL]) ||
	    address_take(&settings->tunnel.remote,
			 tb[TSEC_A_PROFILE_TUNNEL_REMOTE]))
		return -EINVAL;
	values_take(settings, tb);
	return tsec_settings_validate(settings, why);
}

/* Parse the request and check that it names a profile. */
static int request_parse(struct genl_info *info, struct nlattr **tb,
			 const struct nla_policy *policy)
{
	int err;

	err = tsec_nl_parse(info, TSEC_A_PROFILE, tb, TSEC_A_PROFILE_MAX,
			    policy);
	if (!err && !tb[TSEC_A_PROFILE_NAME])
		err = tsec_nl_refuse(info, -EINVAL,
				     "the request names no profile");
	return err;
}

static int refuse(struct genl_info *info, int err, const char *why)
{
	switch (err) {
	case 0:
		return 0;
	case -EEXIST:
		return tsec_nl_refuse(info, err,
				      "there is a profile of that name");
	case -ENOENT:
		return tsec_nl_refuse(info, err,
				      "there is no profile of that name");
	case -EBUSY:
		return tsec_nl_refuse(info, err,
				      "the default profile always exists");
	default:
		return tsec_nl_refuse(info, err, why);
	}
}

static void tell(struct tsec_net *tn, const char *name)
{
	struct tsec_profile *profile = tsec_profile_find(&tn->profiles, name);

	tsec_event_profile(tn, name, profile);
	if (profile)
		tsec_profile_put(profile);
}

/**
 * tsec_nl_profile_new() - profile-new
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -EEXIST, -EINVAL, -ENOMEM.
 */
int tsec_nl_profile_new(struct sk_buff *skb, struct genl_info *info)
{
	struct tsec_net *tn = tsec_net_get(genl_info_net(info));
	struct nlattr *tb[TSEC_A_PROFILE_MAX + 1];
	struct tsec_settings settings;
	const char *name, *why;
	int err;

	err = request_parse(info, tb, tsec_policy_profile);
	if (err)
		return err;
	name = nla_data(tb[TSEC_A_PROFILE_NAME]);
	tsec_settings_init(&settings);
	err = settings_take(&settings, tb, &why);
	if (!err) {
		why = "a name has 1 to 63 letters, digits, dots, dashes and underscores";
		err = tsec_profile_add(&tn->profiles, name, &settings);
	}
	tsec_settings_free(&settings);
	if (!err)
		tell(tn, name);
	return refuse(info, err, why);
}

/**
 * tsec_nl_profile_set() - profile-set
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -ENOENT, -EINVAL, -ENOMEM.
 */
int tsec_nl_profile_set(struct sk_buff *skb, struct genl_info *info)
{
	struct tsec_net *tn = tsec_net_get(genl_info_net(info));
	struct nlattr *tb[TSEC_A_PROFILE_MAX + 1];
	struct tsec_settings settings;
	struct tsec_profile *profile;
	const char *name, *why;
	int err;

	err = request_parse(info, tb, tsec_policy_profile);
	if (err)
		return err;
	name = nla_data(tb[TSEC_A_PROFILE_NAME]);
	profile = tsec_profile_find(&tn->profiles, name);
	if (!profile)
		return refuse(info, -ENOENT, NULL);
	why = "out of memory";
	err = tsec_settings_copy(&settings, &profile->settings);
	if (!err)
		err = settings_take(&settings, tb, &why);
	if (!err)
		err = tsec_profile_update(&tn->profiles, name, &settings);
	tsec_settings_free(&settings);
	tsec_profile_put(profile);
	if (!err)
		tell(tn, name);
	return refuse(info, err, why);
}

/**
 * tsec_nl_profile_del() - profile-del
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -ENOENT, -EBUSY, -EINVAL.
 */
int tsec_nl_profile_del(struct sk_buff *skb, struct genl_info *info)
{
	struct tsec_net *tn = tsec_net_get(genl_info_net(info));
	struct nlattr *tb[TSEC_A_PROFILE_MAX + 1];
	const char *name;
	int err;

	err = request_parse(info, tb, tsec_policy_profile_ref);
	if (err)
		return err;
	name = nla_data(tb[TSEC_A_PROFILE_NAME]);
	err = tsec_profile_del(&tn->profiles, name);
	if (!err)
		tsec_event_profile(tn, name, NULL);
	return refuse(info, err, NULL);
}

static int strings_put(struct sk_buff *skb,
		       const struct tsec_settings *settings)
{
	const char *value;
	int i;

	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		value = *string_slot(settings, i);
		if (value && nla_put_string(skb, strings[i].attr, value))
			return -EMSGSIZE;
	}
	return 0;
}

/**
 * tsec_nl_settings_put() - write a profile's attributes
 * @skb: the message, in the nest they belong to
 * @name: the profile's name
 * @settings: its settings
 *
 * Return: 0 or -EMSGSIZE.
 */
int tsec_nl_settings_put(struct sk_buff *skb, const char *name,
			 const struct tsec_settings *settings)
{
	if (nla_put_string(skb, TSEC_A_PROFILE_NAME, name) ||
	    strings_put(skb, settings) ||
	    nla_put_u16(skb, TSEC_A_PROFILE_VERSION_MIN,
			settings->version_min) ||
	    nla_put_u16(skb, TSEC_A_PROFILE_VERSION_MAX,
			settings->version_max) ||
	    nla_put(skb, TSEC_A_PROFILE_CIPHERS,
		    settings->cipher_count * sizeof(settings->ciphers[0]),
		    settings->ciphers) ||
	    nla_put_u8(skb, TSEC_A_PROFILE_VERIFY, settings->verify) ||
	    nla_put_u8(skb, TSEC_A_PROFILE_SESSION_CACHE,
		       settings->session_cache ? TSEC_CACHE_ON :
						 TSEC_CACHE_OFF) ||
	    (settings->manual &&
	     nla_put_u8(skb, TSEC_A_PROFILE_MANUAL, 1)) ||
	    tsec_nl_address_put(skb, TSEC_A_PROFILE_TUNNEL_LOCAL,
				&settings->tunnel.local) ||
	    tsec_nl_address_put(skb, TSEC_A_PROFILE_TUNNEL_REMOTE,
				&settings->tunnel.remote) ||
	    (tsec_settings_has_pubkey(settings) &&
	     nla_put(skb, TSEC_A_PROFILE_PUBKEY, sizeof(settings->pubkey),
		     settings->pubkey)) ||
	    (settings->cid_len &&
	     nla_put_u8(skb, TSEC_A_PROFILE_CONNECTION_ID, settings->cid_len)))
		return -EMSGSIZE;
	return tsec_nl_limits_put(skb, TSEC_A_PROFILE_SOFT_RECORDS,
				  TSEC_A_PROFILE_PAD, &settings->limits);
}

static int profile_put(struct sk_buff *skb, const struct tsec_profile *profile)
{
	struct nlattr *nest = nla_nest_start(skb, TSEC_A_PROFILE);

	if (!nest ||
	    tsec_nl_settings_put(skb, profile->name, &profile->settings))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * tsec_nl_profile_get() - profile-get
 * @skb: unused
 * @info: the request
 *
 * Return: 0, -ENOENT, -EINVAL, -ENOMEM.
 */
int tsec_nl_profile_get(struct sk_buff *skb, struct genl_info *info)
{
	struct tsec_net *tn = tsec_net_get(genl_info_net(info));
	struct nlattr *tb[TSEC_A_PROFILE_MAX + 1];
	struct tsec_profile *profile;
	struct sk_buff *reply;
	void *hdr;
	int err;

	err = request_parse(info, tb, tsec_policy_profile_ref);
	if (err)
		return err;
	profile = tsec_profile_find(&tn->profiles,
				    nla_data(tb[TSEC_A_PROFILE_NAME]));
	if (!profile)
		return refuse(info, -ENOENT, NULL);
	reply = tsec_nl_reply(info, ROOM_PROFILE, &hdr);
	err = reply ? profile_put(reply, profile) : -ENOMEM;
	tsec_profile_put(profile);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct tsec_profile *profile)
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &tsec_genl_family, NLM_F_MULTI,
			  TSEC_CMD_PROFILE_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (profile_put(skb, profile)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * tsec_nl_profile_dump() - profile-get, dump
 * @skb: the message to fill
 * @cb: the dump; args[0] counts the profiles done
 *
 * A change in the list meanwhile marks the dump as interrupted.
 *
 * Return: bytes filled, 0 at the end, -EMSGSIZE if not even one fits.
 */
int tsec_nl_profile_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct tsec_net *tn = tsec_net_get(sock_net(skb->sk));
	struct tsec_profile *profile;
	int err = 0;

	cb->seq = READ_ONCE(tn->profiles.generation) + 1;
	while (!err &&
	       (profile = tsec_profile_nth(&tn->profiles, cb->args[0]))) {
		err = dump_one(skb, cb, profile);
		tsec_profile_put(profile);
		if (!err)
			cb->args[0]++;
	}
	if (skb->len)
		nl_dump_check_consistent(cb, nlmsg_hdr(skb));
	return err && !skb->len ? err : skb->len;
}
