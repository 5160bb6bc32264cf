// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a stream: close_notify and nothing else is an end; shutdown(),
 * close(), SO_LINGER.
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "raw.h"
#include "util.h"

FIXTURE(end) {
	struct pair pair;
	struct raw *raw;
	int a, b;
};
KIND_VARIANT(end);
KINDS_ADD_IN_TURN(end);

FIXTURE_SETUP(end)
{
	signal(SIGPIPE, SIG_IGN);
	pair_make(&self->pair, &variant->kind);
	self->a = self->pair.a;
	self->b = self->pair.b;
	self->raw = raw_new();
}

FIXTURE_TEARDOWN(end)
{
	pair_end(&self->pair);
	raw_free(self->raw);
}

/* From here on the other end is a raw one. */
static int with_raw(struct pair *pair, struct raw *raw)
{
	return raw_pair(raw, &pair->link, TSEC_ROLE_SERVER);
}

TEST_F(end, shutdown_write)
{
	char buf[10];

	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	EXPECT_EQ(recv(self->b, buf, 10, 0), 0);
	EXPECT_EQ(recv(self->b, buf, 10, 0), 0);
	EXPECT_EQ(recv(self->b, buf, 10, MSG_PEEK), 0);
	EXPECT_EQ(shutdown(self->a, SHUT_WR), 0);
	EXPECT_ERR(send(self->a, "x", 1, 0), EPIPE);
	/* The other way is still open. */
	talk(self->b, self->a, "half open");
	ASSERT_EQ(shutdown(self->b, SHUT_WR), 0);
	EXPECT_EQ(recv(self->a, buf, 10, 0), 0);
}

static volatile sig_atomic_t pipes;

static void broken(int signal)
{
	(void)signal;
	pipes++;
}

TEST_F(end, sigpipe)
{
	signal(SIGPIPE, broken);
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	EXPECT_ERR(send(self->a, "x", 1, MSG_NOSIGNAL), EPIPE);
	EXPECT_EQ(pipes, 0);
	EXPECT_ERR(send(self->a, "x", 1, 0), EPIPE);
	EXPECT_EQ(pipes, 1);
	EXPECT_ERR(write(self->a, "x", 1), EPIPE);
	EXPECT_EQ(pipes, 2);
}

TEST_F(end, half_close_bulk)
{
	static uint8_t buf[100000];
	pid_t pid;
	int i;

	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	pid = fork();
	if (!pid) {
		for (i = 0; i < 5; i++)
			send_all(self->b, buf, sizeof(buf));
		_exit(shutdown(self->b, SHUT_WR) != 0);
	}
	EXPECT_EQ(drain(self->a), 500000);
	child_ok(pid);
}

TEST_F(end, shutdown_read)
{
	char buf[10];

	ASSERT_EQ(shutdown(self->b, SHUT_RD), 0);
	EXPECT_EQ(recv(self->b, buf, 10, 0), 0);
	/* As with TCP, what comes all the same can be read. */
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	talk(self->b, self->a, "other way");
	EXPECT_EQ(recv(self->b, buf, 10, 0), 4);
	EXPECT_EQ(recv(self->b, buf, 10, 0), 0);
}

TEST_F(end, shutdown_read_wakes)
{
	pid_t pid = fork();
	char buf[10];

	if (!pid) {
		usleep(30000);
		_exit(shutdown(self->b, SHUT_RD) != 0);
	}
	EXPECT_EQ(recv(self->b, buf, 10, 0), 0);
	child_ok(pid);
}

TEST_F(end, shutdown_both)
{
	char buf[10];

	ASSERT_EQ(shutdown(self->a, SHUT_RDWR), 0);
	EXPECT_EQ(recv(self->a, buf, 10, 0), 0);
	EXPECT_ERR(send(self->a, "x", 1, 0), EPIPE);
	EXPECT_EQ(recv(self->b, buf, 10, 0), 0);
}

TEST_F(end, shutdown_unsent)
{
	char buf[10];

	ASSERT_EQ(send(self->a, "data", 4, MSG_MORE), 4);
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	ASSERT_EQ(recv(self->b, buf, 10, 0), 4);
	EXPECT_EQ(recv(self->b, buf, 10, 0), 0);
}

/* The port can be taken again, and other sessions are not touched. */
TEST_F(end, shutdown_reuse)
{
	int a, b;

	ASSERT_EQ(shutdown(self->a, SHUT_RDWR), 0);
	ASSERT_EQ(shutdown(self->b, SHUT_RDWR), 0);
	pair_more(&self->pair, &a, &b);
	talk_both(a, b);
	close(a);
	close(b);
}

TEST_F(end, flag_in_info)
{
	struct tsec_info info;
	char buf[10];

	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	EXPECT_EQ(recv(self->b, buf, 10, 0), 0);
	info_of(self->b, &info);
	EXPECT_TRUE(info.flags & TSEC_INFO_PEER_CLOSED);
	info_of(self->a, &info);
	EXPECT_FALSE(info.flags & TSEC_INFO_PEER_CLOSED);
	EXPECT_EQ(info.state, TSEC_STATE_CLOSING);
}

TEST_F(end, counters)
{
	uint64_t sent = stat_of("CloseNotifySent");
	uint64_t received = stat_of("CloseNotifyReceived");
	uint64_t closed = stat_of("SessionsClosed");
	char buf[10];

	close(self->a);
	EXPECT_EQ(recv(self->b, buf, 10, 0), 0);
	EXPECT_EQ(stat_of("CloseNotifySent"), sent + 1);
	EXPECT_EQ(stat_of("CloseNotifyReceived"), received + 1);
	close(self->b);
	EXPECT_EQ(stat_of("CloseNotifySent"), sent + 2);
	EXPECT_EQ(stat_of("SessionsClosed"), closed + 2);
}

TEST_F(end, close_notify_on_the_wire)
{
	int fd = with_raw(&self->pair, self->raw);

	ASSERT_EQ(send(fd, "data", 4, 0), 4);
	close(fd);
	ASSERT_EQ(raw_recv(self->raw), RAW_DATA);
	raw_expect_alert(self->raw, RAW_WARNING, ALERT_CLOSE_NOTIFY);
	EXPECT_EQ(raw_recv(self->raw), RAW_END);
}

TEST_F(end, close_notify_once)
{
	int fd = with_raw(&self->pair, self->raw);

	ASSERT_EQ(shutdown(fd, SHUT_WR), 0);
	ASSERT_EQ(shutdown(fd, SHUT_RDWR), 0);
	close(fd);
	raw_expect_alert(self->raw, RAW_WARNING, ALERT_CLOSE_NOTIFY);
	EXPECT_EQ(raw_recv(self->raw), RAW_END);
}

/* However full the buffers are, all data comes, and then close_notify. */
static void full_then_close(struct raw *raw, int fd, bool shut)
{
	size_t sum = 0, filled;

	filled = fill_send(fd);
	if (shut)
		ASSERT_EQ(shutdown(fd, SHUT_WR), 0);
	else
		close(fd);
	while (raw_recv(raw) == RAW_DATA)
		sum += raw->len;
	EXPECT_EQ(sum, filled);
	ASSERT_EQ(raw->type, RAW_ALERT);
	EXPECT_EQ(raw->data[1], ALERT_CLOSE_NOTIFY);
	EXPECT_EQ(raw_recv(raw), RAW_END);
}

TEST_F(end, close_with_full_buffer)
{
	int fd = with_raw(&self->pair, self->raw);

	full_then_close(self->raw, fd, false);
}

TEST_F(end, shutdown_with_full_buffer)
{
	int fd = with_raw(&self->pair, self->raw);

	full_then_close(self->raw, fd, true);
}

TEST_F(end, close_with_full_small_buffer)
{
	int fd = with_raw(&self->pair, self->raw);

	option_set_int(fd, SOL_SOCKET, SO_SNDBUF, 4096);
	option_set_int(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 1);
	full_then_close(self->raw, fd, false);
}

TEST_F(end, close_nonblocking_full)
{
	int fd = with_raw(&self->pair, self->raw);

	nonblocking(fd, 1);
	full_then_close(self->raw, fd, false);
}

TEST_F(end, fin_alone_is_no_end)
{
	uint64_t before = stat_of("Truncated");
	int fd = with_raw(&self->pair, self->raw);
	char buf[10];

	raw_send(self->raw, RAW_DATA, "data", 4);
	ASSERT_EQ(shutdown(self->raw->fd, SHUT_WR), 0);
	ASSERT_EQ(recv(fd, buf, 10, 0), 4);
	EXPECT_ERR(recv(fd, buf, 10, 0), ECONNABORTED);
	EXPECT_ERR(recv(fd, buf, 10, 0), ECONNABORTED);
	EXPECT_TRUE(strstr(error_of(fd), "close_notify"));
	EXPECT_EQ(stat_of("Truncated"), before + 1);
	close(fd);
}

TEST_F(end, fin_alone_waitall)
{
	int fd = with_raw(&self->pair, self->raw);
	char buf[10];

	raw_send(self->raw, RAW_DATA, "data", 4);
	ASSERT_EQ(shutdown(self->raw->fd, SHUT_WR), 0);
	ASSERT_EQ(recv(fd, buf, 10, MSG_WAITALL), 4);
	EXPECT_ERR(recv(fd, buf, 10, MSG_WAITALL), ECONNABORTED);
	close(fd);
}

TEST_F(end, fin_inside_a_record)
{
	int fd = with_raw(&self->pair, self->raw);
	uint8_t record[100];
	size_t len = raw_seal(self->raw, record, RAW_DATA, "data", 4, 0);
	char buf[10];

	raw_write(self->raw, record, len - 1);
	ASSERT_EQ(shutdown(self->raw->fd, SHUT_WR), 0);
	EXPECT_ERR(recv(fd, buf, 10, 0), ECONNABORTED);
	EXPECT_NE(poll_for(fd, POLLIN, 0) & POLLIN, 0);
	close(fd);
}

TEST_F(end, reset)
{
	int fd = with_raw(&self->pair, self->raw), ret;
	char buf[10];

	raw_reset(self->raw);
	ret = recv(fd, buf, 10, 0);
	EXPECT_EQ(ret, -1);
	EXPECT_TRUE(errno == ECONNRESET || errno == ECONNABORTED);
	/* Never an end of file afterwards. */
	EXPECT_EQ(recv(fd, buf, 10, 0), -1);
	EXPECT_EQ(recv(fd, buf, 10, 0), -1);
	EXPECT_EQ(send(fd, "x", 1, 0), -1);
	EXPECT_NE(error_of(fd)[0], '\0');
	close(fd);
}

TEST_F(end, reset_after_close_notify)
{
	int fd = with_raw(&self->pair, self->raw);
	char buf[10];

	raw_send(self->raw, RAW_DATA, "data", 4);
	raw_alert(self->raw, RAW_WARNING, ALERT_CLOSE_NOTIFY);
	ASSERT_EQ(recv(fd, buf, 10, 0), 4);
	EXPECT_EQ(recv(fd, buf, 10, 0), 0);
	raw_reset(self->raw);
	EXPECT_EQ(recv(fd, buf, 10, 0), 0);
	close(fd);
}

TEST_F(end, after_close_notify_nothing_is_read)
{
	int fd = with_raw(&self->pair, self->raw);
	char buf[10];

	raw_alert(self->raw, RAW_WARNING, ALERT_CLOSE_NOTIFY);
	raw_send(self->raw, RAW_DATA, "late", 4);
	EXPECT_EQ(recv(fd, buf, 10, 0), 0);
	EXPECT_EQ(recv(fd, buf, 10, 0), 0);
	EXPECT_EQ(recv(fd, buf, 10, MSG_DONTWAIT), 0);
	/* Sending goes on: the ends of the directions are independent. */
	ASSERT_EQ(send(fd, "data", 4, 0), 4);
	EXPECT_EQ(raw_recv(self->raw), RAW_DATA);
	close(fd);
}

TEST_F(end, linger_zero_resets)
{
	struct linger linger = { .l_onoff = 1 };
	char buf[10];

	ASSERT_EQ(setsockopt(self->a, SOL_SOCKET, SO_LINGER, &linger,
			     sizeof(linger)), 0);
	close(self->a);
	EXPECT_EQ(recv(self->b, buf, 10, 0), -1);
	EXPECT_TRUE(errno == ECONNRESET || errno == ECONNABORTED);
	EXPECT_EQ(recv(self->b, buf, 10, 0), -1);
}

TEST_F(end, linger_waits)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 5 };
	int fd = with_raw(&self->pair, self->raw);
	pid_t pid;

	ASSERT_EQ(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger,
			     sizeof(linger)), 0);
	ASSERT_EQ(send(fd, "data", 4, 0), 4);
	pid = fork();
	if (!pid) {
		close(fd);
		while (raw_recv(self->raw) > 0)
			;
		close(self->raw->fd);
		_exit(0);
	}
	close(fd);
	child_ok(pid);
}

/* TCP would reset here, and cost the peer what was sent to it before. */
TEST_F(end, close_with_unread_data)
{
	char buf[10];

	ASSERT_EQ(send(self->b, "unread", 6, 0), 6);
	ASSERT_NE(poll_for(self->a, POLLIN, SOON), 0);
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	close(self->a);
	/* Either all of it, or an error: never an end before the data. */
	errno = 0;
	if (recv(self->b, buf, 10, 0) == 4)
		EXPECT_LE(recv(self->b, buf, 10, 0), 0);
	else
		EXPECT_TRUE(errno == ECONNRESET || errno == ECONNABORTED);
}

TEST_F(end, close_with_unread_control_record)
{
	int fd = with_raw(&self->pair, self->raw);

	raw_alert(self->raw, RAW_WARNING, ALERT_CLOSE_NOTIFY);
	while (!poll_for(fd, POLLIN, 10))
		;
	ASSERT_EQ(send(fd, "data", 4, 0), 4);
	close(fd);
	ASSERT_EQ(raw_recv(self->raw), RAW_DATA);
	raw_expect_alert(self->raw, RAW_WARNING, ALERT_CLOSE_NOTIFY);
	EXPECT_EQ(raw_recv(self->raw), RAW_END);
}

TEST_F(end, both_close_at_once)
{
	uint64_t aborted = stat_of("SessionsAborted");

	close(self->a);
	close(self->b);
	EXPECT_EQ(stat_of("SessionsAborted"), aborted);
}

TEST_F(end, killed_by_the_administrator)
{
	struct tsec_info info;
	char buf[10];

	info_of(self->b, &info);
	ASSERT_EQ(tsec_session_del(self->pair.link.nl, info.id), 0);
	EXPECT_ERR(recv(self->b, buf, 10, 0), ECONNABORTED);
	EXPECT_ERR(send(self->b, buf, 10, 0), ECONNABORTED);
	EXPECT_STREQ(error_of(self->b), "ended by the administrator");
	EXPECT_EQ(recv(self->a, buf, 10, 0), -1);
	EXPECT_TRUE(errno == ECONNRESET || errno == ECONNABORTED);
}

TEST_F(end, kill_wakes_reader)
{
	struct tsec_info info;
	char buf[10];
	pid_t pid;

	info_of(self->b, &info);
	pid = fork();
	if (!pid) {
		usleep(30000);
		_exit(tsec_session_del(self->pair.link.nl, info.id) != 0);
	}
	EXPECT_ERR(recv(self->b, buf, 10, 0), ECONNABORTED);
	child_ok(pid);
}

TEST_F(end, fin_wakes_reader)
{
	int fd = with_raw(&self->pair, self->raw);
	pid_t pid = fork();
	char buf[10];

	if (!pid) {
		usleep(30000);
		_exit(shutdown(self->raw->fd, SHUT_WR) != 0);
	}
	EXPECT_ERR(recv(fd, buf, 10, 0), ECONNABORTED);
	child_ok(pid);
	close(fd);
}

TEST_F(end, peer_gone_while_sender_waits)
{
	int fd = with_raw(&self->pair, self->raw);
	static uint8_t buf[65536];
	pid_t pid;
	int ret;

	/* Left to itself, TCP makes room for megabytes. */
	option_set_int(fd, SOL_SOCKET, SO_SNDBUF, 1 << 16);
	fill_send(fd);
	pid = fork();
	if (!pid) {
		close(fd);
		usleep(30000);
		raw_reset(self->raw);
		_exit(0);
	}
	close(self->raw->fd);
	self->raw->fd = -1;
	/* TCP may still make room for some; then the sender waits. */
	do
		ret = send(fd, buf, sizeof(buf), MSG_NOSIGNAL);
	while (ret > 0);
	EXPECT_EQ(ret, -1);
	EXPECT_TRUE(errno == ECONNRESET || errno == EPIPE ||
		    errno == ECONNABORTED);
	child_ok(pid);
	close(fd);
}
