// SPDX-License-Identifier: GPL-2.0
/*
 * The module goes as soon as the last socket has, while commands of netlink are
 * under way that have found the last sessions just before: on a busy machine,
 * and by threads that have to stand back for all others, so that some stand
 * still right there.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pair.h"
#include "util.h"
#include "wire.h"

enum {
	ROUNDS		= 8,
	SESSIONS	= 6,		/* open ones; as many are pending */
	THREADS		= 4,
	LATER_US	= 500,		/* until the next attempt, or look */
	ATTEMPTS	= 20000,
};

static atomic_bool over;
static atomic_bool busy;
static atomic_ulong found;		/* sessions that commands were about */

static void handshake_end(struct tsec_nl *nl, uint32_t id)
{
	struct tsec_handshake_info info;

	if (tsec_handshake_accept(nl, id, &info))
		return;
	atomic_fetch_add(&found, 1);
	tsec_nl_wipe(nl);
	close(info.fd);
}

/* Numbers of sessions begin anew with the module. */
static void commands(struct tsec_nl *nl)
{
	struct tsec_session_info info;
	uint32_t id;

	for (id = 1; id <= 2 * SESSIONS; id++) {
		if (!tsec_session_get(nl, id, &info))
			atomic_fetch_add(&found, 1);
		tsec_key_update(nl, id, true);
		if (id % 3 == 0)
			handshake_end(nl, id);
		if (id % 4 == 0 && !tsec_session_del(nl, id))
			atomic_fetch_add(&found, 1);
	}
}

/* The family has another number each time that the module comes. */
static void *command_thread(void *arg)
{
	struct sched_param none = { 0 };
	struct tsec_nl *nl;

	(void)arg;
	sched_setscheduler(0, SCHED_IDLE, &none);
	while (!atomic_load(&over)) {
		if (tsec_nl_open(&nl))
			continue;
		commands(nl);
		tsec_nl_close(nl);
	}
	return NULL;
}

static void *busy_thread(void *arg)
{
	(void)arg;
	while (!atomic_load(&over))
		if (!atomic_load(&busy))
			usleep(LATER_US);
	return NULL;
}

FIXTURE(unload) {
	pthread_t commands[THREADS];
	pthread_t busy;
};
FIXTURE_VARIANT(unload) {
	struct kind kind;
};
FIXTURE_VARIANT_ADD(unload, dtls) = {
	.kind = { TSEC_VERSION_DTLS_1_3, TSEC_CIPHER_AES_128_GCM, AF_INET },
};
FIXTURE_VARIANT_ADD(unload, esp) = {
	.kind = { TSEC_VERSION_ESP, TSEC_CIPHER_AES_128_GCM, AF_INET },
};
FIXTURE_VARIANT_ADD(unload, wireguard) = {
	.kind = { TSEC_VERSION_WIREGUARD, TSEC_CIPHER_CHACHA20_POLY1305,
		  AF_INET },
};

FIXTURE_SETUP(unload)
{
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(pthread_create(&self->commands[i], NULL,
					 command_thread, NULL), 0);
	ASSERT_EQ(pthread_create(&self->busy, NULL, busy_thread, NULL), 0);
}

FIXTURE_TEARDOWN(unload)
{
	atomic_store(&over, true);
	for (int i = 0; i < THREADS; i++)
		pthread_join(self->commands[i], NULL);
	pthread_join(self->busy, NULL);
}

/* Looking for the family may have loaded it already. */
static void module_load(void)
{
	const char *file = getenv("TSEC_MODULE");
	char command[512] = "modprobe tsec";

	if (file)
		snprintf(command, sizeof(command),
			 "modprobe tls; insmod %s 2>/dev/null", file);
	(void)!system(command);
}

/* Those of commands that were under way still had it for a moment. */
static void module_unload(void)
{
	int i, err = -1;

	for (i = 0; err && i < ATTEMPTS; i++) {
		err = syscall(SYS_delete_module, "tsec", O_NONBLOCK);
		if (err)
			usleep(LATER_US);
	}
	ASSERT_EQ(err, 0);
}

static int session_begin(struct link *link, const char *profile,
			 const union tsec_addr *addr)
{
	int fd = link_socket(link, profile);

	nonblocking(fd, 1);
	tsec_connect(fd, addr);
	return fd;
}

/* Until they find sessions. */
static void commands_wait(void)
{
	unsigned long before = atomic_load(&found);

	for (int i = 0; i < ATTEMPTS; i++) {
		if (atomic_load(&found) != before)
			return;
		usleep(LATER_US);
	}
	ASSERT_NE(atomic_load(&found), before);
}

static void sessions_come_and_go(const struct kind *kind,
				 const union tsec_addr *addr)
{
	int open[SESSIONS], waiting[SESSIONS], i;
	struct link link;

	link_make(&link, kind);
	ASSERT_EQ(tsec_daemon_register(link.nl, "unload"), 0);
	for (i = 0; i < SESSIONS; i++) {
		link_keys(&link);
		open[i] = session_begin(&link, link.client, addr);
		waiting[i] = session_begin(&link, NULL, addr);
	}
	commands_wait();
	atomic_store(&busy, true);
	for (i = 0; i < SESSIONS; i++) {
		close(open[i]);
		close(waiting[i]);
	}
	link_end(&link);
}

TEST_F_TIMEOUT(unload, under_commands, 200)
{
	union tsec_addr addr;
	int peer = wire_socket(AF_INET, &addr);

	for (int i = 0; i < ROUNDS; i++) {
		module_load();
		sessions_come_and_go(&variant->kind, &addr);
		module_unload();
		atomic_store(&busy, false);
	}
	close(peer);
	module_load();
}
