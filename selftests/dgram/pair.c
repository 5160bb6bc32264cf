// SPDX-License-Identifier: GPL-2.0
/*
 * Two datagram sockets with the keys of one session.
 */
#include <signal.h>
#include <unistd.h>

#include "pair.h"
#include "util.h"

int dgram_socket(const char *profile, int flags)
{
	int fd = socket(AF_TSEC, SOCK_DGRAM | flags, 0);

	ASSERT_GE(fd, 0);
	if (profile)
		ASSERT_EQ(setsockopt(fd, SOL_TSEC, TSEC_PROFILE, profile,
				     strlen(profile)), 0);
	return fd;
}

int dgram_bound(const char *profile, sa_family_t family,
		union tsec_addr *addr)
{
	int fd = dgram_socket(profile, 0);

	addr_loopback(addr, family, 0);
	ASSERT_EQ(bind(fd, &addr->sa, addr_len(addr)), 0);
	addr_of(addr, fd);
	return fd;
}

void ends_connect(struct ends *ends)
{
	struct link *link = &ends->link;
	sa_family_t family = link->kind.family;

	signal(SIGPIPE, SIG_IGN);
	link_keys(link);
	ends->a = dgram_bound(link->client, family, &ends->addr_a);
	ends->b = dgram_bound(link->server, family, &ends->addr_b);
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

void expect_datagram(int fd, const void *data, size_t len)
{
	static uint8_t buf[65536];

	ASSERT_EQ(recv(fd, buf, sizeof(buf), 0), len);
	ASSERT_MEMEQ(buf, data, len);
}

void wait_records(int fd, uint64_t records)
{
	uint64_t end = now_ms() + SOON;
	struct tsec_info info;

	do {
		info_of(fd, &info);
	} while (info.rx.records < records && now_ms() < end);
	ASSERT_GE(info.rx.records, records);
}
