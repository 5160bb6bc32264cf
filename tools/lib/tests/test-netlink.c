// SPDX-License-Identifier: GPL-2.0
/* Replies as the kernel sends them, made by hand and given to the reader. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "internal.h"
#include "tap.h"

#define SEQ	5

static struct tsec_nl *nl;
static struct nl_talk talk;

static struct nlmsghdr *append(size_t at, uint16_t type, uint16_t flags,
			       uint32_t seq)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->rx + at);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = seq;
	return nlh;
}

static size_t ack(size_t at, uint16_t type, int err, const char *text)
{
	struct nlmsghdr *nlh;
	struct nlmsgerr *error;

	nlh = append(at, type, NLM_F_CAPPED | (text ? NLM_F_ACK_TLVS : 0), SEQ);
	if (type == NLMSG_DONE) {
		*(int *)mnl_nlmsg_put_extra_header(nlh, sizeof(int)) = err;
	} else {
		error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error));
		error->error = err;
		error->msg.nlmsg_len = 4000;	/* capped: not there */
	}
	if (text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	return at + nlh->nlmsg_len;
}

static size_t data(size_t at, uint32_t seq, uint16_t flags)
{
	struct nlmsghdr *nlh = append(at, 33, flags, seq);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	return at + nlh->nlmsg_len;
}

static int count(struct tsec_nl *handle, const struct nlmsghdr *nlh, void *arg)
{
	(void)handle;
	(void)nlh;
	++*(int *)arg;
	return 0;
}

static int refuse(struct tsec_nl *handle, const struct nlmsghdr *nlh, void *arg)
{
	(void)handle;
	(void)nlh;
	++*(int *)arg;
	return -ECANCELED;
}

static int digest(size_t len, nl_reply_fn *fn, int *n)
{
	*n = 0;
	talk = (struct nl_talk) { .seq = SEQ, .fn = fn, .arg = n };
	nl->error[0] = '\0';
	return tsec_nl_digest(nl, &talk, len);
}

static void test_acks(void)
{
	struct nlmsghdr *nlh;
	int n;

	is_int(digest(ack(0, NLMSG_ERROR, 0, NULL), NULL, &n), 0, "an ack");
	is_int(digest(ack(0, NLMSG_ERROR, -EBUSY, "there is a daemon"), NULL,
		      &n), -EBUSY, "a refusal");
	is_str(tsec_nl_error(nl), "there is a daemon", "and its words");
	is_int(digest(ack(0, NLMSG_ERROR, -EPERM, NULL), NULL, &n), -EPERM,
	       "a refusal without words");
	is_str(tsec_nl_error(nl), "Operation not permitted", "gets some");
	is_int(digest(ack(0, NLMSG_ERROR, 5, NULL), NULL, &n), -EBADMSG,
	       "a positive status is nonsense");
	is_int(digest(ack(0, NLMSG_DONE, -EINVAL, "bad filter"), NULL, &n),
	       -EINVAL, "a dump that failed at its end");
	is_str(tsec_nl_error(nl), "bad filter", "with words");
	nlh = append(0, NLMSG_ERROR, NLM_F_ACK_TLVS, SEQ);
	is_int(digest(nlh->nlmsg_len, NULL, &n), -EBADMSG,
	       "an ack without a status");
}

static void test_data(void)
{
	size_t len;
	int n;

	len = data(0, SEQ, NLM_F_MULTI);
	len = data(len, SEQ - 1, NLM_F_MULTI);
	is_int(digest(len, count, &n), 1, "a dump that goes on");
	is_int(n, 1, "another request's message is skipped");
	len = ack(data(0, SEQ, NLM_F_MULTI | NLM_F_DUMP_INTR), NLMSG_DONE, 0,
		  NULL);
	is_int(digest(len, count, &n), -EINTR, "a dump that changed meanwhile");
	len = ack(data(data(0, SEQ, 0), SEQ, 0), NLMSG_DONE, 0, NULL);
	is_int(digest(len, refuse, &n), -ECANCELED, "a callback that gives up");
	is_int(n, 1, "is not called again");
	len = data(0, SEQ, 0);
	is_int(digest(len - 1, count, &n), 1, "a truncated message");
	is_int(n, 0, "is not looked at");
}

static void test_events(void)
{
	struct tsec_event event;
	struct nlmsghdr *nlh = append(0, 33, 0, 0);
	struct genlmsghdr *genl;
	struct tsec_profile_info info = { .have = 0 };

	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = TSEC_CMD_PROFILE_NTF;
	tsec_set_str(&info, PROFILE_NAME, name, "web");
	tsec_build(nlh, sizeof(nl->rx), &tsec_profile_layout, &info);
	is_int(tsec_parse_event(nlh, &event), 0, "a notification");
	ok(event.cmd == TSEC_CMD_PROFILE_NTF &&
	   event.profile.have == TSEC_HAS(PROFILE_NAME), "of a profile gone");
	genl->cmd = TSEC_CMD_SESSION_GET;
	is_int(tsec_parse_event(nlh, &event), -ENODATA, "not a notification");
	genl->cmd = 255;
	is_int(tsec_parse_event(nlh, &event), -ENODATA, "nor a known command");
}

/* Have a pair of sockets in place of netlink; returns the kernel's end. */
static int be_kernel(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds))
		exit(1);
	nl->socket = mnl_socket_fdopen(fds[0]);
	nl->fd = fds[0];
	return fds[1];
}

/* What the next request is answered with. */
static void answer(int kernel, int err, const char *text)
{
	nl->seq = SEQ - 1;
	send(kernel, nl->rx, ack(0, NLMSG_ERROR, err, text), 0);
}

/*
 * A whole call over a pair of sockets: the reply and its acknowledgement are
 * two datagrams, and the blobs of the one must outlive the other.
 */
static void test_call(void)
{
	struct tsec_handshake_info reply = {
		.have = TSEC_HAS(HANDSHAKE_SESSION) | TSEC_HAS(HANDSHAKE_FD) |
			TSEC_HAS(HANDSHAKE_PSK_KEY),
		.session = 7, .fd = 99, .psk_key = { "0123456789abcdef", 16 },
	}, got;
	struct tsec_key_info key = {
		.have = TSEC_HAS(KEY_SECRET), .secret = { "secret", 6 },
	};
	struct nlmsghdr *nlh;
	int kernel = be_kernel();
	char buf[4096];
	size_t at;

	at = data(0, SEQ, 0);
	nlh = (void *)nl->rx;
	tsec_build(nlh, sizeof(nl->rx), &tsec_handshake_layout, &reply);
	at = nlh->nlmsg_len;
	send(kernel, nl->rx, at, 0);
	answer(kernel, 0, NULL);
	is_int(tsec_handshake_accept(nl, 0, &got), 0, "a call with a reply");
	ok(got.session == 7 && got.psk_key.len == 16 &&
	   !memcmp(got.psk_key.data, "0123456789abcdef", 16),
	   "its blobs are there after the acknowledgement");
	tsec_nl_wipe(nl);
	ok(!memmem(nl->rx, sizeof(nl->rx), "0123456789abcdef", 16),
	   "and are wiped when told");
	answer(kernel, -EINVAL, "no");
	recv(kernel, buf, sizeof(buf), 0);
	is_int(tsec_key_new(nl, &key), -EINVAL, "a call that is refused");
	is_str(tsec_nl_error(nl), "no", "with words");
	ok(recv(kernel, buf, sizeof(buf), 0) > 0 &&
	   memmem(buf, sizeof(buf), "secret", 6), "the secret was sent");
	ok(!memmem(nl->tx, sizeof(nl->tx), "secret", 6), "and wiped");
	close(kernel);
	is_int(tsec_session_del(nl, 1), -EPIPE, "nobody is there");
	mnl_socket_close(nl->socket);
}

/* Keys and outcome go together; only the last message asks for an answer. */
static void test_finish(void)
{
	static const uint8_t cmds[] = {
		TSEC_CMD_KEY_NEW, TSEC_CMD_KEY_NEW, TSEC_CMD_HANDSHAKE_DONE,
	};
	struct tsec_key_info keys[__TSEC_DIR_MAX] = {
		{ .have = TSEC_HAS(KEY_SECRET), .secret = { "secret", 6 } },
		{ .have = TSEC_HAS(KEY_SECRET), .secret = { "seven", 5 } },
	};
	struct tsec_handshake_info done = { .have = 0 };
	struct nlmsghdr *nlh;
	int kernel = be_kernel();
	char buf[4096] __attribute__((aligned(8)));
	unsigned int n = 0;
	bool right = true;
	int left;

	answer(kernel, -EINVAL, "the first");
	answer(kernel, -ENOENT, "the last");
	is_int(tsec_handshake_finish(nl, keys, &done), -EINVAL, "a refusal");
	is_str(tsec_nl_error(nl), "the first", "the first one counts");
	left = recv(kernel, buf, sizeof(buf), 0);
	for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, left) && n < 3; n++) {
		struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

		right &= genl->cmd == cmds[n] && nlh->nlmsg_seq == SEQ &&
			 !(nlh->nlmsg_flags & NLM_F_ACK) == (n < 2);
		nlh = mnl_nlmsg_next(nlh, &left);
	}
	ok(n == 3 && right && !left, "three messages in one datagram");
	ok(!memmem(nl->tx, sizeof(nl->tx), "se", 2), "all of it is wiped");
	close(kernel);
	mnl_socket_close(nl->socket);
}

int main(void)
{
	nl = calloc(1, sizeof(*nl));
	signal(SIGPIPE, SIG_IGN);
	test_acks();
	test_data();
	test_events();
	test_call();
	test_finish();
	free(nl);
	return done_testing();
}
