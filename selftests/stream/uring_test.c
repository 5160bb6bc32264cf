// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring, by system calls: every operation that means something to a
 * stream.
 */
#include <linux/io_uring.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keys.h"
#include "util.h"

struct ring {
	int fd;
	char *sq, *cq;
	size_t sq_len, cq_len;
	struct io_uring_sqe *sqes;
	struct io_uring_params p;
};

FIXTURE(uring) {
	struct pair pair;
	struct ring ring;
	int a, b;
};
KIND_VARIANT(uring);
KINDS_ADD_IN_TURN(uring);

enum { ENTRIES = 8 };

static void *map(struct ring *ring, size_t len, off_t offset)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_POPULATE, ring->fd, offset);

	ASSERT_TRUE(p != MAP_FAILED);
	return p;
}

static void ring_make(struct ring *ring)
{
	ring->fd = syscall(SYS_io_uring_setup, ENTRIES, &ring->p);
	if (ring->fd < 0 && (errno == ENOSYS || errno == EPERM))
		SKIP("this kernel has no io_uring");
	ASSERT_GE(ring->fd, 0);
	ring->sq_len = ring->p.sq_off.array + ENTRIES * sizeof(uint32_t);
	ring->cq_len = ring->p.cq_off.cqes +
		       ring->p.cq_entries * sizeof(struct io_uring_cqe);
	ring->sq = map(ring, ring->sq_len, IORING_OFF_SQ_RING);
	ring->cq = map(ring, ring->cq_len, IORING_OFF_CQ_RING);
	ring->sqes = map(ring, ENTRIES * sizeof(*ring->sqes), IORING_OFF_SQES);
}

FIXTURE_SETUP(uring)
{
	ring_make(&self->ring);
	pair_make(&self->pair, &variant->kind);
	self->a = self->pair.a;
	self->b = self->pair.b;
}

FIXTURE_TEARDOWN(uring)
{
	pair_end(&self->pair);
	close(self->ring.fd);
}

static uint32_t *word(char *ring, uint32_t offset)
{
	return (uint32_t *)(ring + offset);
}

/* The next entry, cleared; submit() hands it over. */
static struct io_uring_sqe *entry(struct ring *ring, int op, int fd)
{
	uint32_t tail = *word(ring->sq, ring->p.sq_off.tail);
	struct io_uring_sqe *sqe = &ring->sqes[tail % ENTRIES];

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = op;
	sqe->fd = fd;
	return sqe;
}

static void submit(struct ring *ring)
{
	uint32_t *tail = word(ring->sq, ring->p.sq_off.tail);

	word(ring->sq, ring->p.sq_off.array)[*tail % ENTRIES] =
		*tail % ENTRIES;
	atomic_thread_fence(memory_order_release);
	++*tail;
	ASSERT_EQ(syscall(SYS_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0), 1);
}

/* Wait for the result of one. */
static int result(struct ring *ring)
{
	uint32_t *head = word(ring->cq, ring->p.cq_off.head);
	uint32_t *tail = word(ring->cq, ring->p.cq_off.tail);
	struct io_uring_cqe *cqes = (void *)(ring->cq + ring->p.cq_off.cqes);
	int res;

	while (*(volatile uint32_t *)tail == *head)
		syscall(SYS_io_uring_enter, ring->fd, 0, 1,
			IORING_ENTER_GETEVENTS, NULL, 0);
	atomic_thread_fence(memory_order_acquire);
	res = cqes[*head % ring->p.cq_entries].res;
	++*head;
	return res;
}

static bool waiting(struct ring *ring)
{
	return *(volatile uint32_t *)word(ring->cq, ring->p.cq_off.tail) ==
	       *word(ring->cq, ring->p.cq_off.head);
}

static void data_op(struct ring *ring, int op, int fd, void *buf, size_t len,
		    int flags)
{
	struct io_uring_sqe *sqe = entry(ring, op, fd);

	sqe->addr = (uintptr_t)buf;
	sqe->len = len;
	sqe->msg_flags = flags;
	submit(ring);
}

static char buf[50000];

TEST_F(uring, send_recv)
{
	data_op(&self->ring, IORING_OP_SEND, self->a, "data", 4, 0);
	EXPECT_EQ(result(&self->ring), 4);
	data_op(&self->ring, IORING_OP_RECV, self->b, buf, 10, 0);
	EXPECT_EQ(result(&self->ring), 4);
	EXPECT_MEMEQ(buf, "data", 4);
}

/* The receive is there before the data. */
TEST_F(uring, recv_waits)
{
	data_op(&self->ring, IORING_OP_RECV, self->b, buf, 10, 0);
	EXPECT_TRUE(waiting(&self->ring));
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	EXPECT_EQ(result(&self->ring), 4);
}

TEST_F(uring, recv_waits_for_the_end)
{
	data_op(&self->ring, IORING_OP_RECV, self->b, buf, 10, 0);
	ASSERT_EQ(shutdown(self->a, SHUT_WR), 0);
	EXPECT_EQ(result(&self->ring), 0);
}

TEST_F(uring, recv_waitall)
{
	fill_pattern(buf, sizeof(buf), 0);
	data_op(&self->ring, IORING_OP_RECV, self->b, buf, 40000,
		MSG_WAITALL);
	send_all(self->a, buf, 20000);
	send_all(self->a, buf + 20000, 20000);
	EXPECT_EQ(result(&self->ring), 40000);
	check_pattern(buf, 40000, 0);
}

TEST_F(uring, recv_cancelled_by_close)
{
	struct io_uring_sqe *sqe;

	data_op(&self->ring, IORING_OP_RECV, self->b, buf, 10, 0);
	sqe = entry(&self->ring, IORING_OP_ASYNC_CANCEL, -1);
	sqe->addr = 0;
	submit(&self->ring);
	result(&self->ring);
	result(&self->ring);
	talk_both(self->a, self->b);
}

TEST_F(uring, read_write)
{
	data_op(&self->ring, IORING_OP_WRITE, self->a, "data", 4, 0);
	EXPECT_EQ(result(&self->ring), 4);
	data_op(&self->ring, IORING_OP_READ, self->b, buf, 10, 0);
	EXPECT_EQ(result(&self->ring), 4);
}

TEST_F(uring, sendmsg_recvmsg)
{
	struct iovec vec[2] = { { "ab", 2 }, { "cd", 2 } };
	struct msghdr msg = { .msg_iov = vec, .msg_iovlen = 2 };
	struct iovec to = { buf, 10 };

	data_op(&self->ring, IORING_OP_SENDMSG, self->a, &msg, 1, 0);
	EXPECT_EQ(result(&self->ring), 4);
	msg = (struct msghdr){ .msg_iov = &to, .msg_iovlen = 1 };
	data_op(&self->ring, IORING_OP_RECVMSG, self->b, &msg, 1, 0);
	EXPECT_EQ(result(&self->ring), 4);
	EXPECT_MEMEQ(buf, "abcd", 4);
}

TEST_F(uring, send_waits_for_room)
{
	static char more[100000];
	size_t filled = fill_send(self->a), got = 0;
	ssize_t n;

	data_op(&self->ring, IORING_OP_SEND, self->a, more, sizeof(more),
		MSG_WAITALL);
	while (got < filled + sizeof(more)) {
		n = recv(self->b, buf, sizeof(buf), 0);
		ASSERT_GT(n, 0);
		got += n;
		if (!waiting(&self->ring) && got >= filled)
			break;
	}
	n = result(&self->ring);
	EXPECT_GT(n, 0);
	EXPECT_LE(n, sizeof(more));
}

TEST_F(uring, poll)
{
	struct io_uring_sqe *sqe = entry(&self->ring, IORING_OP_POLL_ADD,
					 self->b);

	sqe->poll32_events = POLLIN;
	submit(&self->ring);
	EXPECT_TRUE(waiting(&self->ring));
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	EXPECT_TRUE(result(&self->ring) & POLLIN);
}

TEST_F(uring, connect_accept)
{
	struct pair *pair = &self->pair;
	struct io_uring_sqe *sqe;
	int fd = tsec_socket(pair->link.client, 0), peer, first;

	link_keys(&pair->link);
	sqe = entry(&self->ring, IORING_OP_ACCEPT, pair->listener);
	submit(&self->ring);
	EXPECT_TRUE(waiting(&self->ring));
	sqe = entry(&self->ring, IORING_OP_CONNECT, fd);
	sqe->addr = (uintptr_t)&pair->addr;
	sqe->off = addr_len(&pair->addr);
	submit(&self->ring);
	/* In either order: 0 and a descriptor. */
	first = result(&self->ring);
	peer = result(&self->ring);
	if (first > 0) {
		EXPECT_EQ(peer, 0);
		peer = first;
	}
	ASSERT_GT(peer, 0);
	talk_both(fd, peer);
	close(fd);
	close(peer);
}

TEST_F(uring, connect_refused)
{
	int fd = tsec_socket(self->pair.link.client, 0);
	struct io_uring_sqe *sqe;
	union tsec_addr addr;
	int closed = addr_closed(&addr, variant->kind.family);

	link_keys(&self->pair.link);
	sqe = entry(&self->ring, IORING_OP_CONNECT, fd);
	sqe->addr = (uintptr_t)&addr;
	sqe->off = addr_len(&addr);
	submit(&self->ring);
	EXPECT_EQ(result(&self->ring), -ECONNREFUSED);
	close(fd);
	close(closed);
}

TEST_F(uring, shutdown)
{
	struct io_uring_sqe *sqe = entry(&self->ring, IORING_OP_SHUTDOWN,
					 self->a);

	sqe->len = SHUT_WR;
	submit(&self->ring);
	EXPECT_EQ(result(&self->ring), 0);
	EXPECT_EQ(recv(self->b, buf, 1, 0), 0);
}

/* With a key update in the middle of it all. */
TEST_F(uring, over_a_key_update)
{
	if (variant->kind.version != TSEC_VERSION_TLS_1_3)
		NOT_HERE("TLS 1.2 has no key updates");
	data_op(&self->ring, IORING_OP_RECV, self->b, buf, 10, 0);
	key_update(self->a, 0);
	EXPECT_TRUE(waiting(&self->ring));
	ASSERT_EQ(send(self->a, "data", 4, 0), 4);
	EXPECT_EQ(result(&self->ring), 4);
}
