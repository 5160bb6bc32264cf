// SPDX-License-Identifier: GPL-2.0
/*
 * The calls of datagram sockets, between two that have manual keys.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tsec.h>

#include "failing.h"
#include "tsec.h"

#define PORT_A 5097
#define PORT_B 5098

static struct tsec_nl *nl;
static int a = -1, b = -1;

static void both_away(void)
{
	forget(&a);
	forget(&b);
}

static int key_add(const char *profile, int direction, char of)
{
	static const char iv[4] = "salt";
	char key[16];
	struct tsec_key_info info = {
		.have = TSEC_HAS(KEY_PROFILE) | TSEC_HAS(KEY_DIRECTION) |
			TSEC_HAS(KEY_VERSION) | TSEC_HAS(KEY_CIPHER) |
			TSEC_HAS(KEY_KEY) | TSEC_HAS(KEY_IV) |
			TSEC_HAS(KEY_SEQ),
		.direction = direction,
		.version = TSEC_VERSION_DTLS_1_2,
		.cipher = TSEC_CIPHER_AES_128_GCM,
		.key = { key, sizeof(key) },
		.iv = { iv, sizeof(iv) },
	};

	memset(key, of, sizeof(key));
	tsec_copy(info.profile, sizeof(info.profile), profile);
	return tsec_key_new(nl, &info);
}

static bool keys_fresh(void)
{
	tsec_key_del(nl, "datagram-a", -1);
	tsec_key_del(nl, "datagram-b", -1);
	return !key_add("datagram-a", TSEC_DIR_TX, 'a') &&
	       !key_add("datagram-a", TSEC_DIR_RX, 'b') &&
	       !key_add("datagram-b", TSEC_DIR_TX, 'b') &&
	       !key_add("datagram-b", TSEC_DIR_RX, 'a');
}

static void keys_away(void)
{
	tsec_key_del(nl, "datagram-a", -1);
}

static int key_call(void)
{
	return key_add("datagram-a", TSEC_DIR_TX, 'x');
}

static int socket_call(void)
{
	a = socket(AF_TSEC, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return result(a);
}

static bool socket_make(int *fd, const char *profile)
{
	*fd = socket(AF_TSEC, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return *fd >= 0 && !setsockopt(*fd, SOL_TSEC, TSEC_PROFILE, profile,
				       strlen(profile));
}

static bool socket_fresh(void)
{
	both_away();
	return keys_fresh() && socket_make(&a, "datagram-a");
}

static int bind_call(void)
{
	struct sockaddr_in addr = address(PORT_A);

	return result(bind(a, (struct sockaddr *)&addr, sizeof(addr)));
}

static bool socket_bound(void)
{
	return socket_fresh() && !bind_call();
}

static int connect_call(void)
{
	struct sockaddr_in addr = address(PORT_B);

	return result(connect(a, (struct sockaddr *)&addr, sizeof(addr)));
}

static bool pair_fresh(void)
{
	struct sockaddr_in addr = address(PORT_B), other = address(PORT_A);
	struct timeval tv = { .tv_sec = 5 };
	int big = 1000000;

	return socket_bound() && socket_make(&b, "datagram-b") &&
	       !setsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) &&
	       !setsockopt(b, SOL_SOCKET, SO_RCVBUF, &big, sizeof(big)) &&
	       !bind(b, (struct sockaddr *)&addr, sizeof(addr)) &&
	       !connect(b, (struct sockaddr *)&other, sizeof(other)) &&
	       !connect_call();
}

static int send_call(void)
{
	static char bytes[1200];

	return result(send(a, bytes, sizeof(bytes), MSG_DONTWAIT));
}

static int send_all(size_t len)
{
	static char bytes[60000];

	return result(send(a, bytes, len, MSG_DONTWAIT));
}

/* Longer than what comes from the caches of small things. */
static int send_long(void)
{
	return send_all(16000);
}

static bool pair_with_segments(void)
{
	int segment = 1000;

	return pair_fresh() && !setsockopt(a, IPPROTO_UDP, UDP_SEGMENT,
					   &segment, sizeof(segment));
}

/* More of them than one packet takes. */
static int send_segments(void)
{
	return send_all(40000);
}

/* Whatever became of one datagram, the next one arrives. */
static bool goes_on(void)
{
	char byte;

	while (recv(b, &byte, 1, MSG_DONTWAIT) >= 0)
		;
	return send(a, "x", 1, 0) == 1 && recv(b, &byte, 1, 0) == 1 &&
	       byte == 'x';
}

static bool pair_with_datagrams(void)
{
	int one = 1;

	return pair_fresh() &&
	       !setsockopt(b, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)) &&
	       send(a, "one", 3, 0) == 3 && send(a, "two", 3, 0) == 3;
}

static int recv_call(void)
{
	char control[64], bytes[16];
	struct iovec vec = { bytes, sizeof(bytes) };
	struct msghdr msg = {
		.msg_iov = &vec, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	return result(recvmsg(b, &msg, 0));
}

static int poll_call(void)
{
	struct pollfd pfd = { .fd = b, .events = POLLIN };

	return result(poll(&pfd, 1, 5000));
}

static int option_gro(void)
{
	int one = 1;

	return result(setsockopt(a, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)));
}

static int option_mtu(void)
{
	socklen_t len = sizeof(int);
	int mtu;

	return result(getsockopt(a, SOL_TSEC, TSEC_MTU, &mtu, &len));
}

static int shutdown_call(void)
{
	return result(shutdown(a, SHUT_RDWR));
}

static int close_call(void)
{
	forget(&a);
	return 0;
}

static bool server_bound(void)
{
	forget(&a);
	a = socket(AF_TSEC, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return a >= 0 && !bind_call();
}

static int listen_call(void)
{
	return result(listen(a, 4));
}

const struct call datagram_calls[] = {
	{ "datagrams: key-new", NULL, key_call, keys_away, NULL },
	{ "datagrams: socket", NULL, socket_call, both_away, NULL },
	{ "datagrams: bind", socket_fresh, bind_call, both_away, NULL },
	{ "datagrams: UDP_GRO", socket_fresh, option_gro, both_away, NULL },
	{ "datagrams: connect", socket_bound, connect_call, both_away, NULL },
	{ "datagrams: connect, not bound", socket_fresh, connect_call,
	  both_away, NULL },
	{ "datagrams: listen", server_bound, listen_call, both_away, NULL },
	{ "datagrams: send", pair_fresh, send_call, both_away, goes_on },
	{ "datagrams: send of 16000 bytes", pair_fresh, send_long, both_away,
	  goes_on },
	{ "datagrams: send in segments", pair_with_segments, send_segments,
	  both_away, goes_on },
	{ "datagrams: recv", pair_with_datagrams, recv_call, both_away, NULL },
	{ "datagrams: poll", pair_with_datagrams, poll_call, both_away, NULL },
	{ "datagrams: TSEC_MTU", pair_fresh, option_mtu, both_away, NULL },
	{ "datagrams: shutdown", pair_fresh, shutdown_call, both_away, NULL },
	{ "datagrams: close", pair_fresh, close_call, both_away, NULL },
	{ NULL, NULL, NULL, NULL, NULL }
};

static bool manual_profile(const char *name)
{
	struct tsec_profile_info info = {
		.have = TSEC_HAS(PROFILE_NAME) | TSEC_HAS(PROFILE_MANUAL),
		.manual = 1,
	};

	tsec_copy(info.name, sizeof(info.name), name);
	return profile_made(nl, &info);
}

bool datagram_calls_prepare(void)
{
	return !tsec_nl_open(&nl) && manual_profile("datagram-a") &&
	       manual_profile("datagram-b");
}
