// SPDX-License-Identifier: GPL-2.0
/*
 * The calls of datagram sockets, between two that have manual keys, for one
 * kind of them after the other.
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
#define SEGMENT 1000

/* In what they differ. */
struct kind {
	const char *name;
	int protocol;
	uint16_t version;
	uint16_t cipher;
	uint32_t key_id;	/* that has no default */
	size_t header_len;	/* that messages begin with */
	bool tunnel;
	bool listens;
};

#define RTP_HEADER 12

static const struct kind kinds[] = {
	{ .name = "DTLS 1.2", .protocol = TSEC_PROTO_DTLS,
	  .version = TSEC_VERSION_DTLS_1_2,
	  .cipher = TSEC_CIPHER_AES_128_GCM, .listens = true },
	{ .name = "DTLS 1.3", .protocol = TSEC_PROTO_DTLS,
	  .version = TSEC_VERSION_DTLS_1_3,
	  .cipher = TSEC_CIPHER_AES_128_GCM, .listens = true },
	{ .name = "SRTP", .protocol = TSEC_PROTO_SRTP,
	  .version = TSEC_VERSION_SRTP,
	  .cipher = TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
	  .header_len = RTP_HEADER, .listens = true },
	{ .name = "ESP", .protocol = TSEC_PROTO_ESP,
	  .version = TSEC_VERSION_ESP_ESN,
	  .cipher = TSEC_CIPHER_AES_128_GCM, .key_id = 0x1000 },
	{ .name = "WireGuard", .protocol = TSEC_PROTO_WIREGUARD,
	  .version = TSEC_VERSION_WIREGUARD,
	  .cipher = TSEC_CIPHER_CHACHA20_POLY1305, .key_id = 0x1000,
	  .tunnel = true, .listens = true },
	{ .name = NULL }
};

static const struct kind *kind;
static struct tsec_nl *nl;
static int a = -1, b = -1;
static uint8_t bytes[60000];

static void both_away(void)
{
	forget(&a);
	forget(&b);
}

/* What it is made of, as the kind wants it; secret: of one direction. */
static void key_fill(struct tsec_key_info *info, const char *secret)
{
	if (kind->version == TSEC_VERSION_DTLS_1_3) {
		info->have |= TSEC_HAS(KEY_SECRET);
		info->secret.data = secret;
		info->secret.len = tsec_cipher_secret_len(kind->cipher);
		return;
	}
	info->have |= TSEC_HAS(KEY_KEY);
	info->key.data = secret;
	info->key.len = tsec_cipher_key_len(kind->cipher);
	info->iv.data = secret;
	info->iv.len = tsec_cipher_iv_len(kind->cipher, kind->version);
	if (info->iv.len)
		info->have |= TSEC_HAS(KEY_IV);
}

static int key_add(const char *profile, int direction, char of)
{
	struct tsec_key_info info = {
		.have = TSEC_HAS(KEY_PROFILE) | TSEC_HAS(KEY_DIRECTION) |
			TSEC_HAS(KEY_VERSION) | TSEC_HAS(KEY_CIPHER),
		.direction = direction,
		.version = kind->version,
		.cipher = kind->cipher,
	};
	char secret[TSEC_SECRET_MAX];

	memset(secret, of, sizeof(secret));
	key_fill(&info, secret);
	if (kind->key_id)
		tsec_set(&info, KEY_ID, id, kind->key_id + of);
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
	a = socket(AF_TSEC, SOCK_DGRAM | SOCK_CLOEXEC, kind->protocol);
	return result(a);
}

/* From one end to the other, or back, inside of the records. */
static bool tunnel_set(int fd, uint16_t local, uint16_t remote)
{
	struct sockaddr_in from = address(local), to = address(remote);
	struct tsec_tunnel tunnel = { 0 };

	memcpy(&tunnel.local, &from, sizeof(from));
	memcpy(&tunnel.remote, &to, sizeof(to));
	return !setsockopt(fd, SOL_TSEC, TSEC_TUNNEL, &tunnel, sizeof(tunnel));
}

static bool socket_make(int *fd, const char *profile)
{
	*fd = socket(AF_TSEC, SOCK_DGRAM | SOCK_CLOEXEC, kind->protocol);
	return *fd >= 0 && !setsockopt(*fd, SOL_TSEC, TSEC_PROFILE, profile,
				       strlen(profile));
}

static bool socket_fresh(void)
{
	both_away();
	return keys_fresh() && socket_make(&a, "datagram-a") &&
	       (!kind->tunnel || tunnel_set(a, PORT_A, PORT_B));
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
	       (!kind->tunnel || tunnel_set(b, PORT_B, PORT_A)) &&
	       !setsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) &&
	       !setsockopt(b, SOL_SOCKET, SO_RCVBUF, &big, sizeof(big)) &&
	       !bind(b, (struct sockaddr *)&addr, sizeof(addr)) &&
	       !connect(b, (struct sockaddr *)&other, sizeof(other)) &&
	       !connect_call();
}

/*
 * So many bytes as the kind has them, in messages of that length: none of RTP
 * may have the number of one before it.
 */
static void messages_make(size_t len, size_t each)
{
	static uint16_t number;
	size_t at;

	memset(bytes, 'x', len);
	for (at = 0; kind->header_len && at < len; at += each) {
		memset(bytes + at, 0, kind->header_len);
		bytes[at] = 0x80;
		bytes[at + 2] = ++number >> 8;
		bytes[at + 3] = number;
	}
}

static int send_all(size_t len, size_t each)
{
	messages_make(len, each);
	return result(send(a, bytes, len, MSG_DONTWAIT));
}

static int send_call(void)
{
	return send_all(1200, 1200);
}

/* Longer than what comes from the caches of small things. */
static int send_long(void)
{
	return send_all(16000, 16000);
}

static bool pair_with_segments(void)
{
	int segment = SEGMENT;

	return pair_fresh() && !setsockopt(a, IPPROTO_UDP, UDP_SEGMENT,
					   &segment, sizeof(segment));
}

/* More of them than one packet takes. */
static int send_segments(void)
{
	return send_all(40000, SEGMENT);
}

/* A byte, behind the kind's header. */
static bool send_one(void)
{
	size_t len = kind->header_len + 1;

	messages_make(len, len);
	return send(a, bytes, len, 0) == (ssize_t)len;
}

/* Whatever became of one datagram, the next one arrives. */
static bool goes_on(void)
{
	uint8_t in[RTP_HEADER + 1];

	while (recv(b, in, sizeof(in), MSG_DONTWAIT) >= 0)
		;
	return send_one() &&
	       recv(b, in, sizeof(in), 0) == (ssize_t)kind->header_len + 1 &&
	       !memcmp(in, bytes, kind->header_len + 1);
}

static bool pair_with_datagrams(void)
{
	int one = 1;

	return pair_fresh() &&
	       !setsockopt(b, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)) &&
	       send_one() && send_one();
}

static int recv_call(void)
{
	char control[64], in[16];
	struct iovec vec = { in, sizeof(in) };
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
	return socket_make(&a, "datagram-l") && !bind_call();
}

/* Of some kinds there is no listener, and never is. */
static int listen_call(void)
{
	int err = result(listen(a, 4));

	return err == -EOPNOTSUPP && !kind->listens ? 0 : err;
}

const struct call datagram_calls[] = {
	{ "key-new", NULL, key_call, keys_away, NULL },
	{ "socket", NULL, socket_call, both_away, NULL },
	{ "bind", socket_fresh, bind_call, both_away, NULL },
	{ "UDP_GRO", socket_fresh, option_gro, both_away, NULL },
	{ "connect", socket_bound, connect_call, both_away, NULL },
	{ "connect, not bound", socket_fresh, connect_call,
	  both_away, NULL },
	{ "listen", server_bound, listen_call, both_away, NULL },
	{ "send", pair_fresh, send_call, both_away, goes_on },
	{ "send of 16000 bytes", pair_fresh, send_long, both_away,
	  goes_on },
	{ "send in segments", pair_with_segments, send_segments,
	  both_away, goes_on },
	{ "recv", pair_with_datagrams, recv_call, both_away, NULL },
	{ "poll", pair_with_datagrams, poll_call, both_away, NULL },
	{ "TSEC_MTU", pair_fresh, option_mtu, both_away, NULL },
	{ "shutdown", pair_fresh, shutdown_call, both_away, NULL },
	{ "close", pair_fresh, close_call, both_away, NULL },
	{ NULL, NULL, NULL, NULL, NULL }
};

const char *datagram_kind_choose(unsigned int number)
{
	/* What is left of the one before is none of this one's. */
	tsec_key_del(nl, "datagram-a", -1);
	tsec_key_del(nl, "datagram-b", -1);
	kind = &kinds[number];
	return kind->name;
}

static bool profile_add(const char *name, bool manual)
{
	struct tsec_profile_info info = {
		.have = TSEC_HAS(PROFILE_NAME) | TSEC_HAS(PROFILE_MANUAL) |
			TSEC_HAS(PROFILE_PUBKEY),
		.manual = manual,
		.pubkey = "what listeners of WireGuard are",
	};

	tsec_copy(info.name, sizeof(info.name), name);
	return profile_made(nl, &info);
}

bool datagram_calls_prepare(void)
{
	return !tsec_nl_open(&nl) && profile_add("datagram-a", true) &&
	       profile_add("datagram-b", true) &&
	       profile_add("datagram-l", false);
}
