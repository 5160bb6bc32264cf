// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of tunnel.c.  The packets in hexadecimal were written by another
 * implementation.
 */
#include <linux/inet.h>
#include <linux/slab.h>

#include "../packet.h"
#include "../tunnel.h"
#include "kunit.h"

enum {
	ROOM = 128,		/* of a packet */
	HELLO = 5,		/* bytes of "hello" */
	V4_AT = TSEC_TUNNEL_HEADER_MAX - 28,
};

/* UDP from 10.0.0.1:1000 to 10.0.0.2:2000, ECT(0), "hello". */
#define V4_IP		"4502002100004000401126c80a0000010a000002"
#define V4_UDP		"03e807d0000d9c47"
#define HELLO_HEX	"68656c6c6f"
/* The same from fd00::1 to fd00::2. */
#define V6_IP		"60200000000d1140"
#define V6_FROM		"fd000000000000000000000000000001"
#define V6_TO		"fd000000000000000000000000000002"
#define V6_UDP		"03e807d0000db645"

#define V4_HELLO	HEX(V4_IP, V4_UDP, HELLO_HEX)
#define V6_HELLO	HEX(V6_IP, V6_FROM, V6_TO, V6_UDP, HELLO_HEX)

/**
 * struct bench - what each test starts with
 * @ends: from 10.0.0.1:1000 to 10.0.0.2:2000
 * @ends6: from fd00::1 to fd00::2, of the same ports
 * @tunnel: of either
 * @packet: a packet in @data
 * @data: memory around it
 */
struct bench {
	struct tsec_tunnel_ends ends;
	struct tsec_tunnel_ends ends6;
	struct tsec_tunnel_state tunnel;
	struct tsec_packet packet;
	u8 data[ROOM];
};

static void end4(union tsec_address *end, const char *address, u16 port)
{
	end->in.sin_family = AF_INET;
	end->in.sin_addr.s_addr = in_aton(address);
	end->in.sin_port = htons(port);
}

static void end6(union tsec_address *end, const char *address, u16 port)
{
	end->in6.sin6_family = AF_INET6;
	in6_pton(address, -1, end->in6.sin6_addr.s6_addr, -1, NULL);
	end->in6.sin6_port = htons(port);
}

static int bench_setup(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	end4(&b->ends.local, "10.0.0.1", 1000);
	end4(&b->ends.remote, "10.0.0.2", 2000);
	end6(&b->ends6.local, "fd00::1", 1000);
	end6(&b->ends6.remote, "fd00::2", 2000);
	test->priv = b;
	return 0;
}

/* The other end of the tunnel. */
static void begin_there(struct bench *b, const struct tsec_tunnel_ends *ends)
{
	struct tsec_tunnel_ends there = {
		.local	= ends->remote,
		.remote	= ends->local,
	};

	tsec_tunnel_init(&b->tunnel, &there, 0);
}

static void hello_put(struct bench *b)
{
	b->packet = (struct tsec_packet){
		.data	= b->data + TSEC_TUNNEL_HEADER_MAX,
		.len	= HELLO,
		.kind	= TSEC_PACKET_DATA,
		.tos	= 2,
	};
	memcpy(b->packet.data, "hello", HELLO);
}

static void packet_put(struct kunit *test, const char *hex, u8 tos)
{
	struct bench *b = test->priv;

	b->packet = (struct tsec_packet){
		.data	= b->data,
		.len	= unhex(test, b->data, ROOM, hex),
		.kind	= TSEC_PACKET_DATA,
		.tos	= tos,
	};
}

static void tunnel_fault__good(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_tunnel_ends none = { };

	KUNIT_EXPECT_NULL(test, tsec_tunnel_fault(&none));
	KUNIT_EXPECT_NULL(test, tsec_tunnel_fault(&b->ends));
	KUNIT_EXPECT_NULL(test, tsec_tunnel_fault(&b->ends6));
	end4(&b->ends.local, "10.0.0.1", 0);
	end4(&b->ends.remote, "0.0.0.0", 0);
	KUNIT_EXPECT_NULL(test, tsec_tunnel_fault(&b->ends));
}

static void tunnel_fault__bad(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_tunnel_ends ends = b->ends;

	ends.remote = b->ends6.remote;
	KUNIT_EXPECT_NOT_NULL(test, tsec_tunnel_fault(&ends));
	ends.remote.sa.sa_family = AF_UNSPEC;
	KUNIT_EXPECT_NOT_NULL(test, tsec_tunnel_fault(&ends));
	ends = b->ends;
	ends.local.sa.sa_family = AF_UNSPEC;
	KUNIT_EXPECT_NOT_NULL(test, tsec_tunnel_fault(&ends));
	ends.local.sa.sa_family = AF_UNIX;
	ends.remote.sa.sa_family = AF_UNIX;
	KUNIT_EXPECT_NOT_NULL(test, tsec_tunnel_fault(&ends));
	ends = b->ends;
	end4(&ends.local, "0.0.0.0", 1);
	KUNIT_EXPECT_NOT_NULL(test, tsec_tunnel_fault(&ends));
	ends = b->ends;
	end4(&ends.remote, "224.0.0.1", 1);
	KUNIT_EXPECT_NOT_NULL(test, tsec_tunnel_fault(&ends));
}

static void tunnel_init__port(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_tunnel_ends now;

	end4(&b->ends.local, "10.0.0.1", 0);
	tsec_tunnel_init(&b->tunnel, &b->ends, htons(77));
	tsec_tunnel_now(&b->tunnel, &now);
	KUNIT_EXPECT_EQ(test, ntohs(now.local.in.sin_port), 77);
	KUNIT_EXPECT_EQ(test, ntohs(now.remote.in.sin_port), 2000);
}

static void tunnel_push__v4(struct kunit *test)
{
	struct bench *b = test->priv;

	tsec_tunnel_init(&b->tunnel, &b->ends, 0);
	hello_put(b);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_push(&b->tunnel, &b->packet), 0);
	KUNIT_EXPECT_EQ(test, b->packet.len, 28 + HELLO);
	KUNIT_EXPECT_PTR_EQ(test, b->packet.data, b->data + V4_AT);
	EXPECT_HEX(test, b->packet.data, V4_HELLO);
}

static void tunnel_push__v6(struct kunit *test)
{
	struct bench *b = test->priv;

	tsec_tunnel_init(&b->tunnel, &b->ends6, 0);
	hello_put(b);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_push(&b->tunnel, &b->packet), 0);
	KUNIT_EXPECT_EQ(test, b->packet.len, 48 + HELLO);
	KUNIT_EXPECT_PTR_EQ(test, b->packet.data, (u8 *)b->data);
	EXPECT_HEX(test, b->packet.data, V6_HELLO);
}

/* Nobody was heard, then somebody, then somebody else. */
static void tunnel_push__heard(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_tunnel_ends now, any = {
		.local	= b->ends.remote,
	};

	end4(&any.remote, "0.0.0.0", 0);
	tsec_tunnel_init(&b->tunnel, &any, 0);
	hello_put(b);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_push(&b->tunnel, &b->packet),
			-EDESTADDRREQ);
	packet_put(test, V4_HELLO, 0);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_pull(&b->tunnel, &b->packet), 0);
	tsec_tunnel_now(&b->tunnel, &now);
	KUNIT_EXPECT_EQ(test, now.remote.in.sin_addr.s_addr,
			in_aton("10.0.0.1"));
	KUNIT_EXPECT_EQ(test, ntohs(now.remote.in.sin_port), 1000);
	hello_put(b);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_push(&b->tunnel, &b->packet), 0);
	EXPECT_HEX(test, b->packet.data + 12, "0a0000020a000001",
		   "07d003e8");
}

/* A program's own packets are whole ones; what follows them is left out. */
static void tunnel_push__whole(struct kunit *test)
{
	static const char *const bad[] = {
		"", "45", "4600", "68656c6c6f68656c6c6f68656c6c6f68656c6c6f",
		/* one byte less than its header says */
		"4500001500004000401126c80a0000010a000002",
		/* a header length of 16, and one beyond the packet */
		"4400001400004000401126c80a0000010a000002",
		"4f00001400004000401126c80a0000010a000002",
		/* IPv6, one byte short */
		HEX("6000000000011140", V6_FROM, V6_TO),
	};
	struct bench *b = test->priv;
	struct tsec_tunnel_ends none = { };
	size_t i;

	tsec_tunnel_init(&b->tunnel, &none, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		packet_put(test, bad[i], 0);
		KUNIT_EXPECT_EQ_MSG(test, tsec_tunnel_push(&b->tunnel,
							   &b->packet),
				    -EINVAL, "%s", bad[i]);
	}
	packet_put(test, HEX(V4_IP, V4_UDP, HELLO_HEX, "0000"), 0);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_push(&b->tunnel, &b->packet), 0);
	KUNIT_EXPECT_EQ(test, b->packet.len, 28 + HELLO);
	packet_put(test, HEX(V6_IP, V6_FROM, V6_TO, V6_UDP, HELLO_HEX, "00"),
		   0);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_push(&b->tunnel, &b->packet), 0);
	KUNIT_EXPECT_EQ(test, b->packet.len, 48 + HELLO);
}

static void expect_hello(struct kunit *test,
			 const struct tsec_tunnel_ends *ends, const char *hex)
{
	struct bench *b = test->priv;

	begin_there(b, ends);
	packet_put(test, hex, 0);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_pull(&b->tunnel, &b->packet), 0);
	KUNIT_ASSERT_EQ(test, b->packet.len, HELLO);
	EXPECT_BYTES(test, b->packet.data, "hello", HELLO);
}

/* With padding and without; IPv4 may do without a checksum. */
static void tunnel_pull__good(struct kunit *test)
{
	struct bench *b = test->priv;

	expect_hello(test, &b->ends, V4_HELLO);
	expect_hello(test, &b->ends, HEX(V4_IP, V4_UDP, HELLO_HEX,
					 "0000000000000000"));
	expect_hello(test, &b->ends,
		     HEX(V4_IP, "03e807d0000d0000", HELLO_HEX));
	expect_hello(test, &b->ends6, V6_HELLO);
	expect_hello(test, &b->ends6, HEX(V6_IP, V6_FROM, V6_TO, V6_UDP,
					  HELLO_HEX, "000000"));
}

static void expect_refused(struct kunit *test, const char *hex, int err)
{
	struct bench *b = test->priv;

	packet_put(test, hex, 0);
	KUNIT_EXPECT_EQ_MSG(test, tsec_tunnel_pull(&b->tunnel, &b->packet), err,
			    "%s", hex);
}

static void tunnel_pull__malformed(struct kunit *test)
{
	struct bench *b = test->priv;

	begin_there(b, &b->ends);
	/* cut short, in the header and behind it */
	expect_refused(test, "45020021000040004011", -EINVAL);
	expect_refused(test, HEX(V4_IP, V4_UDP, "68656c6c"), -EINVAL);
	/* checksums of IP and of UDP */
	expect_refused(test, HEX("4502002100004000401126c90a0000010a000002",
				 V4_UDP, HELLO_HEX), -EINVAL);
	expect_refused(test, HEX(V4_IP, "03e807d0000d9c48", HELLO_HEX),
		       -EINVAL);
	/* UDP lengths of 7 and of one more than there is */
	expect_refused(test, HEX(V4_IP, "03e807d000070000", HELLO_HEX),
		       -EINVAL);
	expect_refused(test, HEX(V4_IP, "03e807d0000e0000", HELLO_HEX),
		       -EINVAL);
	/* no room for a UDP header */
	expect_refused(test, HEX("4500001b00004000401126d00a0000010a000002",
				 "03e807d0000d00"), -EINVAL);
	/* of IPv6, a UDP checksum is a must */
	begin_there(b, &b->ends6);
	expect_refused(test, HEX(V6_IP, V6_FROM, V6_TO, "03e807d0000d0000",
				 HELLO_HEX), -EINVAL);
}

static void tunnel_pull__misaddressed(struct kunit *test)
{
	struct bench *b = test->priv;

	/* another port, another address, on either side */
	begin_there(b, &b->ends);
	b->tunnel.ends.local.in.sin_port = htons(1);
	expect_refused(test, V4_HELLO, -EADDRNOTAVAIL);
	begin_there(b, &b->ends);
	b->tunnel.ends.remote.in.sin_port = htons(1);
	expect_refused(test, V4_HELLO, -EADDRNOTAVAIL);
	begin_there(b, &b->ends);
	b->tunnel.ends.local.in.sin_addr.s_addr = in_aton("10.0.0.3");
	expect_refused(test, V4_HELLO, -EADDRNOTAVAIL);
	begin_there(b, &b->ends6);
	b->tunnel.ends.remote.in6.sin6_addr.s6_addr[15] = 3;
	expect_refused(test, V6_HELLO, -EADDRNOTAVAIL);
	/* the other family */
	expect_refused(test, V4_HELLO, -EADDRNOTAVAIL);
	/* TCP, and the first fragment of UDP */
	begin_there(b, &b->ends);
	expect_refused(test, HEX("4502002100004000400626d30a0000010a000002",
				 V4_UDP, HELLO_HEX), -EADDRNOTAVAIL);
	expect_refused(test, HEX("4502002100002000401146c80a0000010a000002",
				 V4_UDP, HELLO_HEX), -EADDRNOTAVAIL);
}

/* RFC 6040: a mark outside becomes one inside, where that can tell. */
static void tunnel_pull__ecn(struct kunit *test)
{
	struct bench *b = test->priv;
	struct tsec_tunnel_ends none = { };

	tsec_tunnel_init(&b->tunnel, &none, 0);
	packet_put(test, V4_HELLO, 3);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_pull(&b->tunnel, &b->packet), 0);
	EXPECT_HEX(test, b->packet.data,
		   "4503002100004000401126c70a0000010a000002");
	packet_put(test, V6_HELLO, 3);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_pull(&b->tunnel, &b->packet), 0);
	EXPECT_HEX(test, b->packet.data, "60300000");
	/* not capable of it */
	packet_put(test, HEX("4500002100004000401126ca0a0000010a000002",
			     V4_UDP, HELLO_HEX), 3);
	KUNIT_EXPECT_EQ(test, tsec_tunnel_pull(&b->tunnel, &b->packet), 0);
	EXPECT_HEX(test, b->packet.data, "4500");
}

static struct kunit_case tunnel_cases[] = {
	KUNIT_CASE(tunnel_fault__good),
	KUNIT_CASE(tunnel_fault__bad),
	KUNIT_CASE(tunnel_init__port),
	KUNIT_CASE(tunnel_push__v4),
	KUNIT_CASE(tunnel_push__v6),
	KUNIT_CASE(tunnel_push__heard),
	KUNIT_CASE(tunnel_push__whole),
	KUNIT_CASE(tunnel_pull__good),
	KUNIT_CASE(tunnel_pull__malformed),
	KUNIT_CASE(tunnel_pull__misaddressed),
	KUNIT_CASE(tunnel_pull__ecn),
	{}
};

static struct kunit_suite tunnel_suite = {
	.name		= "tsec_tunnel",
	.init		= bench_setup,
	.test_cases	= tunnel_cases,
};

kunit_test_suites(&tunnel_suite);
