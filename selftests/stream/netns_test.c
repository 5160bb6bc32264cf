// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces: nothing is seen from another one, and one that goes
 * leaves nothing behind.
 */
#include <net/if.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys.h"
#include "util.h"

FIXTURE(netns) {
	struct pair pair;
	int home;
};
KIND_VARIANT(netns);
KINDS_ADD_IN_TURN(netns);

FIXTURE_SETUP(netns)
{
	signal(SIGPIPE, SIG_IGN);
	self->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_GE(self->home, 0);
	pair_make(&self->pair, &variant->kind);
}

FIXTURE_TEARDOWN(netns)
{
	setns(self->home, CLONE_NEWNET);
	pair_end(&self->pair);
	close(self->home);
}

static void other_namespace(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd;

	ASSERT_EQ(unshare(CLONE_NEWNET), 0);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	ASSERT_EQ(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

TEST_F(netns, profile_is_not_seen)
{
	int fd;

	other_namespace();
	fd = tsec_socket(NULL, 0);
	EXPECT_ERR(setsockopt(fd, SOL_TSEC, TSEC_PROFILE,
			      self->pair.link.client,
			      strlen(self->pair.link.client)), ENOKEY);
	close(fd);
}

static int count_profile(const struct tsec_profile_info *info, void *arg)
{
	(void)info;
	++*(int *)arg;
	return 0;
}

static int count_key(const struct tsec_key_info *info, void *arg)
{
	(void)info;
	++*(int *)arg;
	return 0;
}

static int count_session(const struct tsec_session_info *info, void *arg)
{
	(void)info;
	++*(int *)arg;
	return 0;
}

TEST_F(netns, dumps_are_empty)
{
	int profiles = 0, keys = 0, sessions = 0;
	struct tsec_session_info info;
	struct tsec_info mine;
	struct tsec_nl *nl;

	info_of(self->pair.a, &mine);
	other_namespace();
	ASSERT_EQ(tsec_nl_open(&nl), 0);
	EXPECT_EQ(tsec_profile_dump(nl, count_profile, &profiles), 0);
	EXPECT_EQ(tsec_key_dump(nl, count_key, &keys), 0);
	EXPECT_EQ(tsec_session_dump(nl, count_session, &sessions), 0);
	EXPECT_EQ(profiles, 1);			/* the default one */
	EXPECT_EQ(keys, 0);
	EXPECT_EQ(sessions, 0);
	EXPECT_EQ(tsec_session_get(nl, mine.id, &info), -ENOENT);
	EXPECT_EQ(tsec_session_del(nl, mine.id), -ENOENT);
	EXPECT_EQ(tsec_key_update(nl, mine.id, false), -ENOENT);
	EXPECT_EQ(tsec_key_del(nl, self->pair.link.client, -1), -ENOENT);
	tsec_nl_close(nl);
	talk_both(self->pair.a, self->pair.b);
}

TEST_F(netns, counters_are_their_own)
{
	EXPECT_EQ(stat_of("CurrSessions") >= 2, 1);
	other_namespace();
	EXPECT_EQ(stat_of("CurrSessions"), 0);
	EXPECT_EQ(stat_of("SessionsOpened"), 0);
}

/* A socket stays in the namespace in which it was made. */
TEST_F(netns, socket_belongs_to_its_namespace)
{
	int fd = tsec_socket(self->pair.link.client, 0), peer;

	link_keys(&self->pair.link);
	other_namespace();
	ASSERT_EQ(tsec_connect(fd, &self->pair.addr), 0);
	peer = accept(self->pair.listener, NULL, NULL);
	ASSERT_GE(peer, 0);
	talk_both(fd, peer);
	close(fd);
	close(peer);
}

TEST_F(netns, same_names_and_ports)
{
	struct pair other;
	int port = ntohs(self->pair.addr.in.sin_port), fd;

	other_namespace();
	pair_make(&other, &variant->kind);
	talk_both(other.a, other.b);
	/* The same address is another one here. */
	fd = tsec_socket(other.link.client, 0);
	addr_loopback(&other.addr, variant->kind.family, port);
	link_keys(&other.link);
	EXPECT_ERR(tsec_connect(fd, &other.addr), ECONNREFUSED);
	close(fd);
	pair_end(&other);
	ASSERT_EQ(setns(self->home, CLONE_NEWNET), 0);
	talk_both(self->pair.a, self->pair.b);
}

TEST_F(netns, not_without_the_capability)
{
	struct tsec_profile_info info = { .have = 0 };
	pid_t pid = fork();
	struct tsec_nl *nl;

	if (!pid) {
		if (setuid(65534) || tsec_nl_open(&nl))
			_exit(2);
		tsec_set_str(&info, PROFILE_NAME, name, "mine");
		tsec_set(&info, PROFILE_MANUAL, manual, 1);
		_exit(tsec_profile_new(nl, &info) != -EPERM ||
		      tsec_key_del(nl, self->pair.link.client, -1) != -EPERM ||
		      tsec_daemon_register(nl, "test") != -EPERM ||
		      tsec_profile_del(nl, self->pair.link.client) != -EPERM);
	}
	child_ok(pid);
}

/* How many sockets, of whatever namespace, hold the module. */
static int module_users(void)
{
	FILE *f = fopen("/sys/module/tsec/refcnt", "r");
	int users = -1;

	if (!f)
		return 0;			/* built in, or no unloading */
	ASSERT_EQ(fscanf(f, "%d", &users), 1);
	fclose(f);
	return users;
}

/* The process has ended, and then nobody holds what it held. */
static void gone(pid_t pid, int users)
{
	int status;

	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	ASSERT_TRUE(WIFSIGNALED(status) || !WEXITSTATUS(status));
	ASSERT_SOON(module_users() <= users);
}

static void traffic(const struct kind *kind)
{
	static char buf[20000];
	struct pair pair;

	other_namespace();
	pair_make(&pair, kind);
	if (!fork())
		for (;;)
			send_all(pair.a, buf, sizeof(buf));
	if (!fork())
		for (;;)
			send_all(pair.b, buf, sizeof(buf));
	for (;;) {
		recv_all(pair.a, buf, 1000);
		recv_all(pair.b, buf, 1000);
	}
}

/* All its processes are killed while data flows. */
TEST_F(netns, deleted_under_traffic)
{
	int users = module_users();
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		traffic(&variant->kind);
	}
	usleep(100000);
	kill(-pid, SIGKILL);
	gone(pid, users);
}

TEST_F(netns, deleted_while_listening_and_connecting)
{
	int users = module_users();
	pid_t pid = fork();

	if (!pid) {
		struct pair pair;
		int fd, i;

		other_namespace();
		pair_make(&pair, &variant->kind);
		for (i = 0; i < 3; i++) {
			link_keys(&pair.link);
			fd = tsec_socket(pair.link.client, SOCK_NONBLOCK);
			tsec_connect(fd, &pair.addr);
		}
		kill(getpid(), SIGKILL);
	}
	gone(pid, users);
}

/* The socket keeps its namespace, as any socket does. */
TEST_F(netns, outlived_by_a_socket)
{
	struct pair other;

	other_namespace();
	pair_make(&other, &variant->kind);
	ASSERT_EQ(setns(self->home, CLONE_NEWNET), 0);
	talk_both(other.a, other.b);
	close(other.a);
	EXPECT_EQ(drain(other.b), 0);
	close(other.b);
	close(other.listener);
	tsec_nl_close(other.link.nl);
}

TEST_F(netns, ten_namespaces)
{
	struct pair other;
	int i;

	for (i = 0; i < 10; i++) {
		other_namespace();
		pair_make(&other, &variant->kind);
		talk(other.a, other.b, "hello");
		pair_end(&other);
	}
}
