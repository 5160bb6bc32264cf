// SPDX-License-Identifier: GPL-2.0
/* The handle: a generic netlink socket, its buffers, requests and replies. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "internal.h"

int tsec_nl_fail(struct tsec_nl *nl, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(nl->error, sizeof(nl->error), format, args);
	va_end(args);
	return err;
}

const char *tsec_nl_error(const struct tsec_nl *nl)
{
	return nl->error;
}

int tsec_nl_fd(const struct tsec_nl *nl)
{
	return nl->fd;
}

void tsec_nl_wipe(struct tsec_nl *nl)
{
	explicit_bzero(nl->rx, nl->rx_len);
	nl->rx_at = 0;
	nl->rx_len = 0;
}

/* Starting, asking ******************************************************** */

static struct nlmsghdr *put_header(struct tsec_nl *nl, void *at,
				   uint16_t family, uint8_t cmd,
				   uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(at);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

struct nlmsghdr *tsec_nl_start(struct tsec_nl *nl, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh;

	nl->seq++;
	nlh = put_header(nl, nl->tx, nl->family, cmd, TSEC_FAMILY_VERSION);
	nlh->nlmsg_flags |= flags;
	return nlh;
}

struct nlmsghdr *tsec_nl_append(struct tsec_nl *nl,
				const struct nlmsghdr *last, uint8_t cmd)
{
	return put_header(nl, mnl_nlmsg_get_payload_tail(last), nl->family,
			  cmd, TSEC_FAMILY_VERSION);
}

size_t tsec_nl_room(const struct tsec_nl *nl, const struct nlmsghdr *nlh)
{
	return nl->tx + sizeof(nl->tx) - (const char *)nlh;
}

/*
 * The next datagram goes after those that are there, which tsec_nl_wipe()
 * ends.  Only the kernel is heard; a message must have come as a whole.
 */
static ssize_t receive(struct tsec_nl *nl, int flags)
{
	size_t at = MNL_ALIGN(nl->rx_len);
	struct iovec iov = { nl->rx + at, sizeof(nl->rx) - at };
	struct sockaddr_nl from = { 0 };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t len;

	do {
		len = recvmsg(nl->fd, &msg, flags);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errno == EAGAIN && !flags ? -ETIMEDOUT : -errno;
		nl->rx_at = at;
		nl->rx_len = at + len;
	} while (len < 0 || from.nl_pid);
	return msg.msg_flags & MSG_TRUNC ? -EMSGSIZE : len;
}

/* Name the attribute that the kernel pointed at, if it gave no sentence. */
static const char *missing_text(const struct nlattr *attr, char text[48])
{
	snprintf(text, 48, "attribute %u is missing", mnl_attr_get_u32(attr));
	return text;
}

/*
 * Where the extended acknowledgement begins: after the status that ends a
 * dump, or after the error and the echoed request, unless that was capped.
 */
static size_t ack_offset(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == NLMSG_DONE)
		return sizeof(error->error);
	if (nlh->nlmsg_flags & NLM_F_CAPPED ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*error))
		return sizeof(*error);
	return sizeof(*error) + MNL_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
}

static const char *ack_text(const struct nlmsghdr *nlh, char buf[48])
{
	size_t offset = ack_offset(nlh);
	const char *text = NULL;
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    offset > mnl_nlmsg_get_payload_len(nlh))
		return NULL;
	mnl_attr_for_each(attr, nlh, offset) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			return mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MISS_TYPE &&
		    !mnl_attr_validate(attr, MNL_TYPE_U32))
			text = missing_text(attr, buf);
	}
	return text;
}

/* The end of a reply: 0 or the kernel's errno. */
static int digest_ack(struct tsec_nl *nl, const struct nlmsghdr *nlh)
{
	const int *status = mnl_nlmsg_get_payload(nlh);
	const char *text;
	char buf[48];

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*status))
		return tsec_nl_fail(nl, -EBADMSG, "short acknowledgement");
	if (!*status)
		return 0;
	if (*status > 0 || *status < -4095)
		return tsec_nl_fail(nl, -EBADMSG, "bad acknowledgement");
	text = ack_text(nlh, buf);
	return tsec_nl_fail(nl, *status, "%s",
			    text && *text ? text : strerror(-*status));
}

static void digest_data(struct tsec_nl *nl, const struct nlmsghdr *nlh,
			struct nl_talk *talk)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		talk->interrupted = true;
	if (!talk->fn || talk->err)
		return;
	talk->err = talk->fn(nl, nlh, talk->arg);
	if (talk->err == -EBADMSG || talk->err == -ENODATA)
		tsec_nl_fail(nl, talk->err, "unintelligible reply");
}

static int digest_end(struct tsec_nl *nl, const struct nl_talk *talk, int err)
{
	if (err)
		return err;
	if (talk->err)
		return talk->err;
	if (talk->interrupted)
		return tsec_nl_fail(nl, -EINTR, "the list changed meanwhile");
	return 0;
}

int tsec_nl_digest(struct tsec_nl *nl, struct nl_talk *talk, size_t len)
{
	const struct nlmsghdr *nlh = (void *)(nl->rx + nl->rx_at);
	int left = len;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_seq != talk->seq)
			continue;
		switch (nlh->nlmsg_type) {
		case NLMSG_NOOP:
			break;
		case NLMSG_OVERRUN:
			return tsec_nl_fail(nl, -ENOBUFS, "reply lost");
		case NLMSG_DONE:
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				talk->interrupted = true;
			/* fall through */
		case NLMSG_ERROR:
			return digest_end(nl, talk, digest_ack(nl, nlh));
		default:
			digest_data(nl, nlh, talk);
		}
	}
	return 1;
}

/*
 * Short of memory, the kernel tells so in place of an acknowledgement.  The
 * reply may be there all the same, and a descriptor in it.
 */
static ssize_t receive_rest(struct tsec_nl *nl, struct nl_talk *talk,
			    ssize_t len)
{
	ssize_t rest = len == -ENOBUFS ? receive(nl, MSG_DONTWAIT) : len;

	for (; rest >= 0; rest = receive(nl, MSG_DONTWAIT))
		tsec_nl_digest(nl, talk, rest);
	return tsec_nl_fail(nl, len, "netlink: %s", strerror(-len));
}

int tsec_nl_talk(struct tsec_nl *nl, struct nlmsghdr *nlh, nl_reply_fn *fn,
		 void *arg)
{
	struct nl_talk talk = { .seq = nlh->nlmsg_seq, .fn = fn, .arg = arg };
	bool dump = nlh->nlmsg_flags & NLM_F_DUMP;
	size_t size = (char *)mnl_nlmsg_get_payload_tail(nlh) - nl->tx;
	ssize_t len;
	int err;

	if (nl->joined) {
		explicit_bzero(nl->tx, size);
		return tsec_nl_fail(nl, -EBUSY, "this handle only receives");
	}
	if (!dump)
		nlh->nlmsg_flags |= NLM_F_ACK;
	len = mnl_socket_sendto(nl->socket, nl->tx, size);
	err = -errno;
	explicit_bzero(nl->tx, size);
	if (len < 0)
		return tsec_nl_fail(nl, err, "netlink: %s", strerror(-err));
	tsec_nl_wipe(nl);
	do {
		/* What a reply has stays until the next call; see tsec.h. */
		if (dump)
			tsec_nl_wipe(nl);
		len = receive(nl, 0);
		if (len < 0)
			return receive_rest(nl, &talk, len);
		err = tsec_nl_digest(nl, &talk, len);
	} while (err > 0);
	return err;
}

/* Opening, closing ******************************************************** */

static int set_option(struct tsec_nl *nl, int level, int option,
		      const void *value, socklen_t len)
{
	return setsockopt(nl->fd, level, option, value, len) ? -errno : 0;
}

/*
 * A reply and its acknowledgement must be in the queue together, or the latter
 * is dropped, and events come in bursts.  Without CAP_NET_ADMIN the system's
 * limit holds, which is enough for the former.
 */
static void enlarge_queue(struct tsec_nl *nl)
{
	const int size = 4 * NL_RX_SIZE;

	if (set_option(nl, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		set_option(nl, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static int open_socket(struct tsec_nl *nl)
{
	/* CAP_ACK: an error must not echo a request that had a key in it. */
	static const int options[] = {
		NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK,
	};
	struct timeval timeout = { .tv_sec = NL_TIMEOUT_S };
	const int on = 1;
	int err = 0;

	nl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->socket)
		return -errno;
	nl->fd = mnl_socket_get_fd(nl->socket);
	enlarge_queue(nl);
	for (size_t i = 0; !err && i < MNL_ARRAY_SIZE(options); i++)
		err = set_option(nl, SOL_NETLINK, options[i], &on, sizeof(on));
	if (!err)
		err = set_option(nl, SOL_SOCKET, SO_RCVTIMEO, &timeout,
				 sizeof(timeout));
	if (!err && mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		err = -errno;
	return err;
}

static int group_attr(const struct nlattr *attr, void *arg)
{
	const struct nlattr **found = arg;

	if (mnl_attr_get_type(attr) <= CTRL_ATTR_MCAST_GRP_MAX)
		found[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static int one_group(const struct nlattr *nest, void *arg)
{
	const struct nlattr *found[CTRL_ATTR_MCAST_GRP_MAX + 1] = { 0 };
	const struct nlattr *name, *id;
	struct tsec_nl *nl = arg;

	mnl_attr_parse_nested(nest, group_attr, found);
	name = found[CTRL_ATTR_MCAST_GRP_NAME];
	id = found[CTRL_ATTR_MCAST_GRP_ID];
	if (!name || mnl_attr_validate(name, MNL_TYPE_NUL_STRING) ||
	    !id || mnl_attr_validate(id, MNL_TYPE_U32) ||
	    nl->n_groups == MNL_ARRAY_SIZE(nl->groups))
		return MNL_CB_OK;
	tsec_copy(nl->groups[nl->n_groups].name,
		  sizeof(nl->groups[0].name), mnl_attr_get_str(name));
	nl->groups[nl->n_groups++].id = mnl_attr_get_u32(id);
	return MNL_CB_OK;
}

/* What the controller says of the family. */
static int family_reply(struct tsec_nl *nl, const struct nlmsghdr *nlh,
			void *arg)
{
	uint32_t *version = arg;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U16))
				return -EBADMSG;
			nl->family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_VERSION:
			if (mnl_attr_validate(attr, MNL_TYPE_U32))
				return -EBADMSG;
			*version = mnl_attr_get_u32(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_parse_nested(attr, one_group, nl);
			break;
		}
	}
	return 0;
}

static int resolve(struct tsec_nl *nl)
{
	struct nlmsghdr *nlh;
	uint32_t version = 0;
	int err;

	nl->seq++;
	nlh = put_header(nl, nl->tx, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, TSEC_FAMILY_NAME);
	err = tsec_nl_talk(nl, nlh, family_reply, &version);
	if (!err && version != TSEC_FAMILY_VERSION)
		return -EPROTO;
	return err;
}

int tsec_nl_open(struct tsec_nl **nlp)
{
	struct tsec_nl *nl = calloc(1, sizeof(*nl));
	int err;

	*nlp = NULL;
	if (!nl)
		return -ENOMEM;
	nl->fd = -1;
	err = open_socket(nl);
	if (!err)
		err = resolve(nl);
	if (err) {
		tsec_nl_close(nl);
		return err;
	}
	nl->error[0] = '\0';
	*nlp = nl;
	return 0;
}

void tsec_nl_close(struct tsec_nl *nl)
{
	if (!nl)
		return;
	if (nl->socket)
		mnl_socket_close(nl->socket);
	tsec_nl_wipe(nl);
	free(nl);
}

/* Notifications *********************************************************** */

static int find_group(const struct tsec_nl *nl, const char *name)
{
	for (unsigned int i = 0; i < nl->n_groups; i++)
		if (!strcmp(nl->groups[i].name, name))
			return nl->groups[i].id;
	return -ENOENT;
}

int tsec_nl_join(struct tsec_nl *nl, const char *group)
{
	int id = find_group(nl, group);
	int err;

	if (id < 0)
		return tsec_nl_fail(nl, id, "no multicast group %s", group);
	err = set_option(nl, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id,
			 sizeof(id));
	if (err)
		return tsec_nl_fail(nl, err, "cannot join %s: %s", group,
				    strerror(-err));
	nl->joined = true;
	return 0;
}

static const struct {
	const struct layout *layout;
	size_t offset;
} event_layouts[] = {
#define EVENT(object) { &tsec_##object##_layout, \
			offsetof(struct tsec_event, object) }
	[TSEC_CMD_DAEMON_NTF]		= EVENT(daemon),
	[TSEC_CMD_HANDSHAKE_READY]	= EVENT(handshake),
	[TSEC_CMD_KEY_NTF]		= EVENT(key),
	[TSEC_CMD_SESSION_NEW_NTF]	= EVENT(session),
	[TSEC_CMD_SESSION_DEL_NTF]	= EVENT(session),
	[TSEC_CMD_SESSION_MOVE_NTF]	= EVENT(session),
	[TSEC_CMD_PROFILE_NTF]		= EVENT(profile),
};

int tsec_parse_event(const struct nlmsghdr *nlh, struct tsec_event *event)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return -EBADMSG;
	event->cmd = genl->cmd;
	if (genl->cmd >= MNL_ARRAY_SIZE(event_layouts) ||
	    !event_layouts[genl->cmd].layout)
		return -ENODATA;
	return tsec_parse(nlh, event_layouts[genl->cmd].layout,
			  (char *)event + event_layouts[genl->cmd].offset);
}

/* One datagram; returns how many notifications were in it. */
static int digest_events(struct tsec_nl *nl, size_t len, tsec_event_fn *fn,
			 void *arg)
{
	const struct nlmsghdr *nlh = (void *)nl->rx;
	struct tsec_event event;
	int left = len;
	int n = 0;
	int err;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_type != nl->family)
			continue;
		err = tsec_parse_event(nlh, &event);
		if (err == -ENODATA)
			continue;
		if (err)
			return tsec_nl_fail(nl, err, "unintelligible event");
		err = fn(&event, arg);
		if (err)
			return err;
		n++;
	}
	return n;
}

int tsec_nl_receive(struct tsec_nl *nl, tsec_event_fn *fn, void *arg)
{
	int n, total = 0;
	ssize_t len;

	for (;;) {
		tsec_nl_wipe(nl);
		len = receive(nl, MSG_DONTWAIT);
		if (len == -EAGAIN)
			return total;
		if (len < 0)
			return tsec_nl_fail(nl, len, "netlink: %s",
					    strerror(-len));
		n = digest_events(nl, len, fn, arg);
		if (n < 0)
			return n;
		total += n;
	}
}
