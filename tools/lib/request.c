// SPDX-License-Identifier: GPL-2.0
/* One function for each command of the interface. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Where a reply goes that is one object. */
struct one {
	const struct layout *layout;
	void *info;
	bool found;
};

static int take_one(struct tsec_nl *nl, const struct nlmsghdr *nlh, void *arg)
{
	struct one *one = arg;
	int err = tsec_parse(nlh, one->layout, one->info);

	(void)nl;
	if (!err)
		one->found = true;
	return err;
}

static int too_long(struct tsec_nl *nl)
{
	explicit_bzero(nl->tx, sizeof(nl->tx));
	return tsec_nl_fail(nl, -EMSGSIZE, "the request is too long");
}

/* Ask with @ask (may be NULL), and if @info is given, get one object back. */
static int call(struct tsec_nl *nl, uint8_t cmd, const struct layout *layout,
		const void *ask, void *info)
{
	struct nlmsghdr *nlh = tsec_nl_start(nl, cmd, 0);
	struct one one = { .layout = layout, .info = info };
	int err = ask ? tsec_build(nlh, tsec_nl_room(nl, nlh), layout, ask) : 0;

	if (err)
		return too_long(nl);
	err = tsec_nl_talk(nl, nlh, info ? take_one : NULL, &one);
	if (!err && info && !one.found)
		return tsec_nl_fail(nl, -EBADMSG, "the reply is empty");
	return err;
}

/* Daemon ****************************************************************** */

int tsec_daemon_register(struct tsec_nl *nl, const char *version)
{
	struct tsec_daemon_info ask = { .have = 0 };

	tsec_set_str(&ask, DAEMON_VERSION, version, version);
	return call(nl, TSEC_CMD_DAEMON_REGISTER, &tsec_daemon_layout, &ask,
		    NULL);
}

int tsec_daemon_get(struct tsec_nl *nl, struct tsec_daemon_info *info)
{
	return call(nl, TSEC_CMD_DAEMON_GET, &tsec_daemon_layout, NULL, info);
}

/* Handshakes ************************************************************** */

int tsec_handshake_accept(struct tsec_nl *nl, uint32_t session,
			  struct tsec_handshake_info *info)
{
	struct tsec_handshake_info ask = {
		.have = TSEC_HAS(HANDSHAKE_SESSION),
		.session = session,
	};
	int err;

	info->have = 0;
	err = call(nl, TSEC_CMD_HANDSHAKE_ACCEPT, &tsec_handshake_layout,
		   session ? &ask : NULL, info);
	if (!err && (~info->have & (TSEC_HAS(HANDSHAKE_SESSION) |
				    TSEC_HAS(HANDSHAKE_FD))))
		err = tsec_nl_fail(nl, -EBADMSG, "the reply has no channel");
	if (err && tsec_has(info, HANDSHAKE_FD))
		close(info->fd);
	if (err)
		info->fd = -1;
	return err;
}

int tsec_handshake_done(struct tsec_nl *nl,
			const struct tsec_handshake_info *info)
{
	return call(nl, TSEC_CMD_HANDSHAKE_DONE, &tsec_handshake_layout, info,
		    NULL);
}

/* One more request of the same datagram, behind *@nlh if there is one. */
static int add(struct tsec_nl *nl, struct nlmsghdr **nlh, uint8_t cmd,
	       const struct layout *layout, const void *ask)
{
	*nlh = *nlh ? tsec_nl_append(nl, *nlh, cmd) : tsec_nl_start(nl, cmd, 0);
	return tsec_build(*nlh, tsec_nl_room(nl, *nlh), layout, ask);
}

int tsec_handshake_finish(struct tsec_nl *nl,
			  const struct tsec_key_info keys[__TSEC_DIR_MAX],
			  const struct tsec_handshake_info *info)
{
	struct nlmsghdr *nlh = NULL;
	int err = 0;

	for (int i = 0; i < __TSEC_DIR_MAX && !err; i++)
		err = add(nl, &nlh, TSEC_CMD_KEY_NEW, &tsec_key_layout,
			  &keys[i]);
	if (!err)
		err = add(nl, &nlh, TSEC_CMD_HANDSHAKE_DONE,
			  &tsec_handshake_layout, info);
	return err ? too_long(nl) : tsec_nl_talk(nl, nlh, NULL, NULL);
}

/* Keys ******************************************************************** */

int tsec_key_new(struct tsec_nl *nl, const struct tsec_key_info *key)
{
	return call(nl, TSEC_CMD_KEY_NEW, &tsec_key_layout, key, NULL);
}

int tsec_key_del(struct tsec_nl *nl, const char *profile, int direction)
{
	struct tsec_key_info ask = { .have = 0 };

	if (!tsec_set_str(&ask, KEY_PROFILE, profile, profile))
		return tsec_nl_fail(nl, -EINVAL, "profile name is too long");
	if (direction >= 0)
		tsec_set(&ask, KEY_DIRECTION, direction, direction);
	return call(nl, TSEC_CMD_KEY_DEL, &tsec_key_layout, &ask, NULL);
}

int tsec_key_update(struct tsec_nl *nl, uint32_t session, bool request)
{
	struct tsec_key_info ask = { .have = 0 };

	tsec_set(&ask, KEY_SESSION, session, session);
	if (request)
		tsec_set(&ask, KEY_REQUEST, request, 1);
	return call(nl, TSEC_CMD_KEY_UPDATE, &tsec_key_layout, &ask, NULL);
}

struct key_dump {
	tsec_key_fn *fn;
	void *arg;
};

static int take_key(struct tsec_nl *nl, const struct nlmsghdr *nlh, void *arg)
{
	const struct key_dump *dump = arg;
	struct tsec_key_info info;
	int err = tsec_parse(nlh, &tsec_key_layout, &info);

	(void)nl;
	return err ? err : dump->fn(&info, dump->arg);
}

int tsec_key_dump(struct tsec_nl *nl, tsec_key_fn *fn, void *arg)
{
	struct key_dump dump = { fn, arg };

	return tsec_nl_talk(nl, tsec_nl_start(nl, TSEC_CMD_KEY_GET, NLM_F_DUMP),
			    take_key, &dump);
}

/* Sessions **************************************************************** */

int tsec_session_get(struct tsec_nl *nl, uint32_t id,
		     struct tsec_session_info *info)
{
	struct tsec_session_info ask = {
		.have = TSEC_HAS(SESSION_ID),
		.id = id,
	};

	return call(nl, TSEC_CMD_SESSION_GET, &tsec_session_layout, &ask, info);
}

int tsec_session_del(struct tsec_nl *nl, uint32_t id)
{
	struct tsec_session_info ask = {
		.have = TSEC_HAS(SESSION_ID),
		.id = id,
	};

	return call(nl, TSEC_CMD_SESSION_DEL, &tsec_session_layout, &ask, NULL);
}

struct session_dump {
	tsec_session_fn *fn;
	void *arg;
};

static int take_session(struct tsec_nl *nl, const struct nlmsghdr *nlh,
			void *arg)
{
	const struct session_dump *dump = arg;
	struct tsec_session_info info;
	int err = tsec_parse(nlh, &tsec_session_layout, &info);

	(void)nl;
	return err ? err : dump->fn(&info, dump->arg);
}

int tsec_session_dump(struct tsec_nl *nl, tsec_session_fn *fn, void *arg)
{
	struct session_dump dump = { fn, arg };
	struct nlmsghdr *nlh;

	nlh = tsec_nl_start(nl, TSEC_CMD_SESSION_GET, NLM_F_DUMP);
	return tsec_nl_talk(nl, nlh, take_session, &dump);
}

/* Profiles **************************************************************** */

int tsec_profile_new(struct tsec_nl *nl, const struct tsec_profile_info *info)
{
	return call(nl, TSEC_CMD_PROFILE_NEW, &tsec_profile_layout, info, NULL);
}

int tsec_profile_set(struct tsec_nl *nl, const struct tsec_profile_info *info)
{
	return call(nl, TSEC_CMD_PROFILE_SET, &tsec_profile_layout, info, NULL);
}

static int by_name(struct tsec_nl *nl, uint8_t cmd, const char *name,
		   struct tsec_profile_info *info)
{
	struct tsec_profile_info ask = { .have = 0 };

	if (!tsec_set_str(&ask, PROFILE_NAME, name, name))
		return tsec_nl_fail(nl, -EINVAL, "profile name is too long");
	return call(nl, cmd, &tsec_profile_layout, &ask, info);
}

int tsec_profile_del(struct tsec_nl *nl, const char *name)
{
	return by_name(nl, TSEC_CMD_PROFILE_DEL, name, NULL);
}

int tsec_profile_get(struct tsec_nl *nl, const char *name,
		     struct tsec_profile_info *info)
{
	return by_name(nl, TSEC_CMD_PROFILE_GET, name, info);
}

struct profile_dump {
	tsec_profile_fn *fn;
	void *arg;
};

static int take_profile(struct tsec_nl *nl, const struct nlmsghdr *nlh,
			void *arg)
{
	const struct profile_dump *dump = arg;
	struct tsec_profile_info info;
	int err = tsec_parse(nlh, &tsec_profile_layout, &info);

	(void)nl;
	return err ? err : dump->fn(&info, dump->arg);
}

int tsec_profile_dump(struct tsec_nl *nl, tsec_profile_fn *fn, void *arg)
{
	struct profile_dump dump = { fn, arg };
	struct nlmsghdr *nlh;

	nlh = tsec_nl_start(nl, TSEC_CMD_PROFILE_GET, NLM_F_DUMP);
	return tsec_nl_talk(nl, nlh, take_profile, &dump);
}

/* Statistics ************************************************************** */

struct stats_dump {
	tsec_stat_fn *fn;
	void *arg;
};

/* One message with a nest for each counter. */
static int take_stats(struct tsec_nl *nl, const struct nlmsghdr *nlh, void *arg)
{
	const struct stats_dump *dump = arg;
	const struct nlattr *attr;
	struct tsec_stat stat;
	int err;

	(void)nl;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != TSEC_A_STATS)
			continue;
		memset(&stat, 0, sizeof(stat));
		err = tsec_parse_nest(attr, &tsec_stats_layout, &stat);
		if (!err)
			err = dump->fn(&stat, dump->arg);
		if (err)
			return err;
	}
	return 0;
}

int tsec_stats_get(struct tsec_nl *nl, tsec_stat_fn *fn, void *arg)
{
	struct stats_dump dump = { fn, arg };

	return tsec_nl_talk(nl, tsec_nl_start(nl, TSEC_CMD_STATS_GET, 0),
			    take_stats, &dump);
}
