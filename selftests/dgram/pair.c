// SPDX-License-Identifier: GPL-2.0
/*
 * Two datagram sockets with the keys of one session.
 */
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "pair.h"
#include "util.h"

static int socket_of(int protocol, const char *profile, int flags)
{
	int fd = socket(AF_TSEC, SOCK_DGRAM | flags, protocol);

	ASSERT_GE(fd, 0);
	if (profile)
		ASSERT_EQ(setsockopt(fd, SOL_TSEC, TSEC_PROFILE, profile,
				     strlen(profile)), 0);
	return fd;
}

int dgram_socket(const char *profile, int flags)
{
	return socket_of(TSEC_PROTO_DEFAULT, profile, flags);
}

static int loopback_bind(int fd, sa_family_t family, union tsec_addr *addr)
{
	addr_loopback(addr, family, 0);
	ASSERT_EQ(bind(fd, &addr->sa, addr_len(addr)), 0);
	addr_of(addr, fd);
	return fd;
}

int dgram_bound(const char *profile, sa_family_t family,
		union tsec_addr *addr)
{
	return loopback_bind(dgram_socket(profile, 0), family, addr);
}

int link_socket(const struct link *link, const char *profile)
{
	switch (link->kind.version) {
	case TSEC_VERSION_SRTP:
		return socket_of(TSEC_PROTO_SRTP, profile, 0);
	case TSEC_VERSION_ESP:
	case TSEC_VERSION_ESP_ESN:
		return socket_of(TSEC_PROTO_ESP, profile, 0);
	case TSEC_VERSION_WIREGUARD:
		return socket_of(TSEC_PROTO_WIREGUARD, profile, 0);
	default:
		return socket_of(TSEC_PROTO_DTLS, profile, 0);
	}
}

int link_bound(const struct link *link, const char *profile,
	       union tsec_addr *addr)
{
	return loopback_bind(link_socket(link, profile), link->kind.family,
			     addr);
}

int rekey(struct link *link, int fd, int direction, const struct key *key)
{
	struct tsec_info info;

	info_of(fd, &info);
	return session_key_give(link, info.id, direction, key, false);
}

void ends_connect(struct ends *ends)
{
	struct link *link = &ends->link;

	signal(SIGPIPE, SIG_IGN);
	link_keys(link);
	ends->a = link_bound(link, link->client, &ends->addr_a);
	ends->b = link_bound(link, link->server, &ends->addr_b);
	ASSERT_EQ(tsec_connect(ends->a, &ends->addr_b), 0);
	ASSERT_EQ(tsec_connect(ends->b, &ends->addr_a), 0);
}

void ends_make(struct ends *ends, const struct kind *kind)
{
	link_make(&ends->link, kind);
	ends_connect(ends);
}

void ends_close(struct ends *ends)
{
	close(ends->a);
	close(ends->b);
	link_end(&ends->link);
}

void expect_no_key(const struct kind *kind)
{
	struct kind dtls = { TSEC_VERSION_DTLS_1_2, TSEC_CIPHER_AES_128_GCM,
			     kind->family };
	union tsec_addr addr;
	struct link link;
	int fd;

	link_make(&link, &dtls);
	link_keys(&link);
	link.kind = *kind;
	fd = link_bound(&link, link.client, &addr);
	EXPECT_ERR(tsec_connect(fd, &addr), ENOKEY);
	close(fd);
	link_end(&link);
}

void expect_datagram(int fd, const void *data, size_t len)
{
	static uint8_t buf[65536];

	ASSERT_EQ(recv(fd, buf, sizeof(buf), 0), len);
	ASSERT_MEMEQ(buf, data, len);
}

int word_received(int fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct msghdr msg = {
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;

	ASSERT_GE(recvmsg(fd, &msg, 0), 0);
	cmsg = CMSG_FIRSTHDR(&msg);
	ASSERT_TRUE(cmsg);
	return *(uint8_t *)CMSG_DATA(cmsg);
}

void wait_records(int fd, uint64_t records)
{
	struct tsec_info info;

	ASSERT_SOON((info_of(fd, &info), info.rx.records >= records));
}

/* In the form that SRTP asks for, and that others do not look at. */
struct numbered {
	uint8_t rtp[12];
	uint32_t number;
};

/* The sequence number wraps on the way. */
static void numbered_make(struct numbered *numbered, uint32_t number)
{
	uint16_t seq = htons(number + 65000);

	*numbered = (struct numbered){ .rtp = { 0x80, 96 }, .number = number };
	memcpy(numbered->rtp + 2, &seq, sizeof(seq));
}

/* Never more on their way than fit the other end's buffer. */
static void *numbers_send(void *arg)
{
	enum { WINDOW = 64 };
	struct numbers *numbers = arg;
	struct numbered numbered;
	uint32_t number = 0;

	while (number < numbers->count) {
		if (number - numbers->received >= WINDOW) {
			sched_yield();
			continue;
		}
		numbered_make(&numbered, number);
		if (send(numbers->fd, &numbered, sizeof(numbered), 0) !=
		    sizeof(numbered))
			break;
		number++;
	}
	return NULL;
}

void numbers_begin(struct numbers *numbers, int fd, uint32_t count)
{
	numbers->fd = fd;
	numbers->count = count;
	numbers->received = 0;
	ASSERT_EQ(pthread_create(&numbers->thread, NULL, numbers_send,
				 numbers), 0);
}

void numbers_expect(struct numbers *numbers, int fd, uint32_t want)
{
	struct numbered numbered;

	ASSERT_EQ(recv(fd, &numbered, sizeof(numbered), 0), sizeof(numbered));
	ASSERT_EQ(numbered.number, want);
	numbers->received++;
}

void numbers_end(struct numbers *numbers)
{
	ASSERT_EQ(pthread_join(numbers->thread, NULL), 0);
}
