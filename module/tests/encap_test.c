// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of encap.c, over the loopback device.
 */
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

#include "../dgram.h"
#include "../encap.h"
#include "../net.h"
#include "../record/esp.h"
#include "../session.h"
#include "kunit.h"
#include "net.h"

enum encap_test_limits {
	SPI		= 0x1001,
	SESSIONS	= 3,
	WAIT_MS		= 5000,
};

/**
 * struct bench - sessions that have failed, so that nothing is opened
 * @tn: the state of a namespace, as far as there is one before the module is
 *	at work
 * @own_wq: the same with its workqueue
 * @sessions: they
 * @dgrams: what they have for datagrams
 * @members: a key of each
 * @isk: a socket that is bound to nothing
 */
struct bench {
	struct tsec_net tn;
	bool own_wq;
	struct tsec_session sessions[SESSIONS];
	struct tsec_dgram dgrams[SESSIONS];
	struct tsec_encap_member members[SESSIONS];
	struct socket *isk;
};

static void session_init(struct bench *b, int i, bool by_v6)
{
	struct tsec_udp_ends ends = {
		.local	= IN6ADDR_LOOPBACK_INIT,
		.remote	= IN6ADDR_LOOPBACK_INIT,
	};

	if (!by_v6) {
		ipv6_addr_set_v4mapped(htonl(INADDR_LOOPBACK), &ends.local);
		ends.remote = ends.local;
	}
	b->sessions[i].tn = &b->tn;
	b->sessions[i].record = &tsec_record_esp_ops;
	b->sessions[i].state = TSEC_STATE_FAILED;
	b->dgrams[i].session = &b->sessions[i];
	b->dgrams[i].isk = b->isk->sk;
	tsec_encap_header_init(&b->dgrams[i].inside.header, 0, &ends);
}

static int bench_setup(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);
	int err, i;

	test->priv = b;
	if (!b || net_make(&b->tn, &b->own_wq))
		return -ENOMEM;
	err = sock_create_kern(&init_net, AF_INET, SOCK_DGRAM, IPPROTO_UDP,
			       &b->isk);
	if (err)
		return err;
	for (i = 0; i < SESSIONS; i++)
		session_init(b, i, false);
	return 0;
}

static void leave(struct bench *b, int i)
{
	struct tsec_dgram *dgram = &b->dgrams[i];

	tsec_encap_leave(dgram, &b->members[i]);
	if (dgram->encap)
		tsec_encap_put(dgram->encap);
	dgram->encap = NULL;
}

static void bench_teardown(struct kunit *test)
{
	struct bench *b = test->priv;
	int i;

	for (i = 0; i < SESSIONS; i++)
		leave(b, i);
	/* Softirqs may have been at work for them. */
	rcu_barrier();
	flush_workqueue(tsec_wq);
	sock_release(b->isk);
	net_end(&b->tn, b->own_wq);
}

static int join(struct bench *b, int i, u32 spi, const char **why)
{
	struct tsec_dgram *dgram = &b->dgrams[i];

	return tsec_encap_open(dgram, why) ?:
	       tsec_encap_join(dgram, &b->members[i], spi, why);
}

/* What bind() says to whoever wants the port. */
static int port_bind(sa_family_t family, struct socket **sock)
{
	struct sockaddr_in6 any = {
		.sin6_family	= family,
		.sin6_port	= htons(TSEC_ESP_PORT),
	};
	int err;

	err = sock_create_kern(&init_net, family, SOCK_DGRAM, IPPROTO_UDP,
			       sock);
	if (err)
		return err;
	if (family == AF_INET6)
		ip6_sock_set_v6only((*sock)->sk);
	err = kernel_bind(*sock, (struct sockaddr *)&any,
			  family == AF_INET ? sizeof(struct sockaddr_in) :
					      sizeof(any));
	if (err)
		sock_release(*sock);
	return err;
}

static int port_try(sa_family_t family)
{
	struct socket *sock;
	int err = port_bind(family, &sock);

	if (!err)
		sock_release(sock);
	return err;
}

static void join__holds_the_port(struct kunit *test)
{
	struct bench *b = test->priv;
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, join(b, 0, SPI, &why), 0);
	KUNIT_EXPECT_EQ(test, join(b, 1, SPI + 1, &why), 0);
	KUNIT_EXPECT_PTR_EQ(test, b->dgrams[0].encap,
			    b->dgrams[1].encap);
	KUNIT_EXPECT_EQ(test, port_try(AF_INET), -EADDRINUSE);
	leave(b, 0);
	KUNIT_EXPECT_EQ(test, port_try(AF_INET), -EADDRINUSE);
	leave(b, 1);
	KUNIT_EXPECT_EQ(test, port_try(AF_INET), 0);
	KUNIT_EXPECT_NULL(test, b->tn.encaps[0]);
}

static void join__each_family(struct kunit *test)
{
	struct bench *b = test->priv;
	const char *why = NULL;

	session_init(b, 1, true);
	KUNIT_EXPECT_EQ(test, join(b, 0, SPI, &why), 0);
	KUNIT_EXPECT_EQ(test, port_try(AF_INET6), 0);
	KUNIT_EXPECT_EQ(test, join(b, 1, SPI, &why), 0);
	KUNIT_EXPECT_EQ(test, port_try(AF_INET6), -EADDRINUSE);
	KUNIT_EXPECT_PTR_NE(test, b->dgrams[0].encap,
			    b->dgrams[1].encap);
}

static void join__taken_spi(struct kunit *test)
{
	struct bench *b = test->priv;
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, join(b, 0, SPI, &why), 0);
	KUNIT_EXPECT_EQ(test, join(b, 1, SPI, &why), -EEXIST);
	KUNIT_EXPECT_NOT_NULL(test, why);
	/* The one that did not get in leaves the other one there. */
	leave(b, 1);
	KUNIT_EXPECT_EQ(test, join(b, 2, SPI, &why), -EEXIST);
	leave(b, 2);
	leave(b, 0);
	KUNIT_EXPECT_EQ(test, join(b, 1, SPI, &why), 0);
}

static void join__taken_port(struct kunit *test)
{
	struct bench *b = test->priv;
	const char *why = NULL;
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, port_bind(AF_INET, &sock), 0);
	KUNIT_EXPECT_EQ(test, join(b, 0, SPI, &why), -EADDRINUSE);
	KUNIT_EXPECT_NOT_NULL(test, why);
	KUNIT_EXPECT_NULL(test, b->dgrams[0].encap);
	sock_release(sock);
	KUNIT_EXPECT_EQ(test, join(b, 0, SPI, &why), 0);
}

/* Leaving twice, or without having joined, is nothing. */
static void leave__twice(struct kunit *test)
{
	struct bench *b = test->priv;
	const char *why = NULL;

	tsec_encap_leave(&b->dgrams[0], &b->members[0]);
	KUNIT_EXPECT_EQ(test, join(b, 0, SPI, &why), 0);
	tsec_encap_leave(&b->dgrams[0], &b->members[0]);
	KUNIT_EXPECT_EQ(test, join(b, 1, SPI, &why), 0);
	tsec_encap_leave(&b->dgrams[0], &b->members[0]);
	KUNIT_EXPECT_EQ(test, join(b, 2, SPI, &why), -EEXIST);
}

static u64 count(const struct bench *b, enum tsec_stat id)
{
	return tsec_stats_fold(b->tn.stats, id);
}

/* To the port, from an address of the loopback device. */
static void datagram_send(struct kunit *test, u32 from, const u8 *data,
			  size_t len)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(from),
	};
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(TSEC_ESP_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to) };
	struct kvec vec = { (u8 *)data, len };
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_DGRAM,
					       IPPROTO_UDP, &sock), 0);
	KUNIT_EXPECT_EQ(test, kernel_bind(sock, (struct sockaddr *)&own,
					  sizeof(own)), 0);
	KUNIT_EXPECT_EQ(test, kernel_sendmsg(sock, &msg, &vec, 1, len), len);
	sock_release(sock);
}

/* What was sent is counted so, once. */
static void expect_counted(struct kunit *test, u32 from, const u8 *data,
			   size_t len, enum tsec_stat id)
{
	struct bench *b = test->priv;
	u64 before = count(b, id);
	int i;

	datagram_send(test, from, data, len);
	for (i = 0; i < WAIT_MS && count(b, id) == before; i++)
		usleep_range(500, 1000);
	KUNIT_EXPECT_EQ_MSG(test, count(b, id), before + 1, "%s",
			    tsec_stats_name(id));
}

static void receive__by_spi(struct kunit *test)
{
	u8 packet[40] = { [2] = SPI >> 8, [3] = SPI & 0xff };
	struct bench *b = test->priv;
	const char *why = NULL;

	KUNIT_ASSERT_EQ(test, join(b, 0, SPI, &why), 0);
	/* It gets to the session, which has failed. */
	expect_counted(test, INADDR_LOOPBACK, packet, sizeof(packet),
		       TSEC_STAT_PACKETS_ENDED);
	packet[3]++;
	expect_counted(test, INADDR_LOOPBACK, packet, sizeof(packet),
		       TSEC_STAT_PACKETS_NO_KEY);
	KUNIT_EXPECT_EQ(test, join(b, 1, SPI + 1, &why), 0);
	expect_counted(test, INADDR_LOOPBACK, packet, sizeof(packet),
		       TSEC_STAT_PACKETS_ENDED);
	tsec_encap_leave(&b->dgrams[1], &b->members[1]);
	expect_counted(test, INADDR_LOOPBACK, packet, sizeof(packet),
		       TSEC_STAT_PACKETS_NO_KEY);
}

static void receive__from_elsewhere(struct kunit *test)
{
	u8 packet[40] = { [2] = SPI >> 8, [3] = SPI & 0xff };
	struct bench *b = test->priv;
	const char *why = NULL;

	KUNIT_ASSERT_EQ(test, join(b, 0, SPI, &why), 0);
	expect_counted(test, INADDR_LOOPBACK + 1, packet, sizeof(packet),
		       TSEC_STAT_PACKETS_NO_SESSION);
	/* A session that is bound to a device gets nothing from others. */
	b->isk->sk->sk_bound_dev_if = init_net.loopback_dev->ifindex + 1;
	expect_counted(test, INADDR_LOOPBACK, packet, sizeof(packet),
		       TSEC_STAT_PACKETS_NO_SESSION);
	b->isk->sk->sk_bound_dev_if = init_net.loopback_dev->ifindex;
	expect_counted(test, INADDR_LOOPBACK, packet, sizeof(packet),
		       TSEC_STAT_PACKETS_ENDED);
	b->isk->sk->sk_bound_dev_if = 0;
}

static void receive__no_records(struct kunit *test)
{
	static const u8 keepalive[] = { 0xff };
	static const u8 ike[32], reserved[40] = { [3] = 0xff };
	struct bench *b = test->priv;
	const char *why = NULL;

	KUNIT_ASSERT_EQ(test, join(b, 0, SPI, &why), 0);
	expect_counted(test, INADDR_LOOPBACK, keepalive, sizeof(keepalive),
		       TSEC_STAT_PACKETS_UNPROTECTED);
	expect_counted(test, INADDR_LOOPBACK, ike, sizeof(ike),
		       TSEC_STAT_PACKETS_UNPROTECTED);
	expect_counted(test, INADDR_LOOPBACK, ike, sizeof(ike) - 1,
		       TSEC_STAT_PACKETS_MALFORMED);
	expect_counted(test, INADDR_LOOPBACK, reserved, sizeof(reserved),
		       TSEC_STAT_PACKETS_MALFORMED);
	expect_counted(test, INADDR_LOOPBACK, keepalive, 0,
		       TSEC_STAT_PACKETS_MALFORMED);
}

static struct kunit_case encap_cases[] = {
	KUNIT_CASE(join__holds_the_port),
	KUNIT_CASE(join__each_family),
	KUNIT_CASE(join__taken_spi),
	KUNIT_CASE(join__taken_port),
	KUNIT_CASE(leave__twice),
	KUNIT_CASE(receive__by_spi),
	KUNIT_CASE(receive__from_elsewhere),
	KUNIT_CASE(receive__no_records),
	{ }
};

static struct kunit_suite encap_suite = {
	.name		= "tsec_encap",
	.init		= bench_setup,
	.exit		= bench_teardown,
	.test_cases	= encap_cases,
};

kunit_test_suites(&encap_suite);
