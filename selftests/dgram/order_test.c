// SPDX-License-Identifier: GPL-2.0
/*
 * Several processors: every datagram arrives, and those of one sender in the
 * order in which they were sent, wherever they are opened.
 */
#include <linux/if_alg.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pair.h"
#include "util.h"

enum {
	SENDERS	= 2,
	EACH	= 4000,			/* datagrams of each sender */
	AHEAD	= 100,			/* of them, not yet received */
	LIMIT	= 60,			/* seconds */
};

struct message {
	uint32_t sender;
	uint32_t number;
};

FIXTURE(order) {
	struct ends ends;
	volatile uint32_t *received;	/* of each sender, for it to see */
};
KIND_VARIANT(order);
DTLS_FAMILIES_ADD(order);

FIXTURE_SETUP(order)
{
	ends_make(&self->ends, &variant->kind);
	option_set_int(self->ends.b, SOL_SOCKET, SO_RCVBUFFORCE, 4000000);
	self->received = mmap(NULL, SENDERS * sizeof(uint32_t),
			      PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE((void *)self->received, MAP_FAILED);
}

FIXTURE_TEARDOWN(order)
{
	ends_close(&self->ends);
}

static int processors(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % processors(), &set);
	ASSERT_EQ(sched_setaffinity(0, sizeof(set), &set), 0);
}

/* Never so far ahead that a queue overflows: what is lost is a mistake. */
static void sender_run(int fd, uint32_t sender,
		       volatile const uint32_t *received)
{
	struct message message = { .sender = sender };

	for (; message.number < EACH; message.number++) {
		while (message.number - *received > AHEAD)
			sched_yield();
		ASSERT_EQ(send(fd, &message, sizeof(message), 0),
			  sizeof(message));
	}
}

static pid_t sender_start(int fd, uint32_t sender, int cpu,
			  volatile const uint32_t *received)
{
	pid_t pid = fork();

	ASSERT_GE(pid, 0);
	if (pid)
		return pid;
	pin(cpu);
	sender_run(fd, sender, received);
	_exit(0);
}

/* Each sender's next one, and no other. */
static void receive_all(int fd, uint32_t senders, volatile uint32_t *received)
{
	struct message message;
	uint32_t n;

	for (n = 0; n < senders * EACH; n++) {
		ASSERT_EQ(recv(fd, &message, sizeof(message), 0),
			  sizeof(message));
		ASSERT_LT(message.sender, senders);
		ASSERT_EQ(message.number, received[message.sender]);
		received[message.sender]++;
	}
}

TEST_F_TIMEOUT(order, two_senders, LIMIT)
{
	struct tsec_info info;
	pid_t pids[SENDERS];
	uint32_t i;

	for (i = 0; i < SENDERS; i++)
		pids[i] = sender_start(self->ends.a, i, i, &self->received[i]);
	receive_all(self->ends.b, SENDERS, self->received);
	for (i = 0; i < SENDERS; i++)
		child_ok(pids[i]);
	info_of(self->ends.a, &info);
	EXPECT_EQ(info.tx.records, SENDERS * EACH);
	EXPECT_EQ(stat_of("PacketsReplayed"), 0);
	EXPECT_EQ(stat_of("BadRecords"), 0);
}

/* --- softirqs that cannot open what they bring */

/* Let another processor take what comes in, in an interrupt. */
static void steer(int cpu)
{
	char dir[] = "/tmp/sysfs.XXXXXX", path[64];
	FILE *f;

	ASSERT_TRUE(mkdtemp(dir));
	ASSERT_EQ(unshare(CLONE_NEWNS), 0);
	ASSERT_EQ(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ASSERT_EQ(mount("sysfs", dir, "sysfs", 0, NULL), 0);
	snprintf(path, sizeof(path), "%s/class/net/lo/queues/rx-0/rps_cpus",
		 dir);
	f = fopen(path, "w");
	ASSERT_TRUE(f);
	fprintf(f, "%x\n", 1 << cpu);
	ASSERT_EQ(fclose(f), 0);
	ASSERT_EQ(umount2(dir, MNT_DETACH), 0);
	rmdir(dir);
}

static int cipher_open(void)
{
	static const struct sockaddr_alg addr = {
		.salg_family = AF_ALG, .salg_type = "skcipher",
		.salg_name = "cbc(aes)",
	};
	static const uint8_t key[16] = { 1 };
	int listener = socket(AF_ALG, SOCK_SEQPACKET, 0), fd;

	if (listener < 0 ||
	    bind(listener, (const struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(listener, SOL_ALG, ALG_SET_KEY, key, sizeof(key)))
		return -1;
	fd = accept(listener, NULL, NULL);
	close(listener);
	return fd;
}

static void cipher_call(int fd)
{
	static uint8_t data[65536];
	struct {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(uint32_t)) -
			  sizeof(struct cmsghdr)];
	} control = { .header = {
		.cmsg_level = SOL_ALG, .cmsg_type = ALG_SET_OP,
		.cmsg_len = CMSG_LEN(sizeof(uint32_t)),
	} };
	struct iovec vec = { data, sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	*(uint32_t *)CMSG_DATA(&control.header) = ALG_OP_ENCRYPT;
	if (sendmsg(fd, &msg, 0) == sizeof(data))
		ASSERT_EQ(read(fd, data, sizeof(data)), sizeof(data));
}

/* Somebody who keeps a processor's vector unit busy. */
static pid_t hog_start(int cpu)
{
	int fd = cipher_open();
	pid_t pid;

	ASSERT_GE(fd, 0);
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		pin(cpu);
		for (;;)
			cipher_call(fd);
	}
	close(fd);
	return pid;
}

/* Some are opened at once, others left to a task: none overtakes another. */
TEST_F_TIMEOUT(order, opened_here_and_there, LIMIT)
{
	pid_t hog, sender;

	if (processors() < 2)
		NOT_HERE("there is one processor");
	steer(1);
	hog = hog_start(1);
	sender = sender_start(self->ends.a, 0, 0, &self->received[0]);
	pin(0);
	receive_all(self->ends.b, 1, self->received);
	child_ok(sender);
	kill(hog, SIGKILL);
	ASSERT_EQ(waitpid(hog, NULL, 0), hog);
	EXPECT_EQ(stat_of("PacketsNoRoom"), 0);
}
