// SPDX-License-Identifier: GPL-2.0
/*
 * The calls: of programs by sockets, of administrators by netlink.
 *
 * Sessions have manual keys, so that no daemon's allocations get mixed in.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tsec.h>

#include "failing.h"
#include "tsec.h"

#define PORT 5099

static struct tsec_nl *nl;
static int listener = -1, client = -1, server = -1;

static int socket_with_profile(const char *profile)
{
	struct timeval tv = { .tv_sec = 5 };
	int fd = socket(AF_TSEC, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (!setsockopt(fd, SOL_TSEC, TSEC_PROFILE, profile, strlen(profile)))
		return fd;
	close(fd);
	return -1;
}

/* --- profiles and keys */

static struct tsec_profile_info profile_info(const char *name)
{
	struct tsec_profile_info info = {
		.have = TSEC_HAS(PROFILE_NAME) | TSEC_HAS(PROFILE_MANUAL) |
			TSEC_HAS(PROFILE_ALPN),
		.manual = 1,
		.alpn = "h2,http/1.1",
	};

	tsec_copy(info.name, sizeof(info.name), name);
	return info;
}

static int profile_new(void)
{
	struct tsec_profile_info info = profile_info("failing");

	return tsec_profile_new(nl, &info);
}

static bool profile_there(void)
{
	int err = profile_new();

	return !err || err == -EEXIST;
}

static int profile_set(void)
{
	struct tsec_profile_info info = profile_info("failing");

	return tsec_profile_set(nl, &info);
}

static int profile_del(void)
{
	return tsec_profile_del(nl, "failing");
}

static void profile_away(void)
{
	tsec_profile_del(nl, "failing");
}

static int ignore_profile(const struct tsec_profile_info *info, void *arg)
{
	(void)info;
	(void)arg;
	return 0;
}

static int profile_dump(void)
{
	return tsec_profile_dump(nl, ignore_profile, NULL);
}

static int ignore_stat(const struct tsec_stat *stat, void *arg)
{
	(void)stat;
	(void)arg;
	return 0;
}

static int stats_get(void)
{
	return tsec_stats_get(nl, ignore_stat, NULL);
}

static int key_add(const char *profile, int direction, char of)
{
	char secret[32];
	struct tsec_key_info info = {
		.have = TSEC_HAS(KEY_PROFILE) | TSEC_HAS(KEY_DIRECTION) |
			TSEC_HAS(KEY_VERSION) | TSEC_HAS(KEY_CIPHER) |
			TSEC_HAS(KEY_SECRET) | TSEC_HAS(KEY_SEQ),
		.direction = direction,
		.version = TSEC_VERSION_TLS_1_3,
		.cipher = TSEC_CIPHER_AES_128_GCM,
		.secret = { secret, sizeof(secret) },
	};

	memset(secret, of, sizeof(secret));
	tsec_copy(info.profile, sizeof(info.profile), profile);
	return tsec_key_new(nl, &info);
}

static int key_new(void)
{
	return key_add("failing", TSEC_DIR_TX, 'x');
}

static void keys_away(void)
{
	tsec_key_del(nl, "failing", -1);
}

/* --- sessions: each uses its keys up */

static bool keys_fresh(void)
{
	tsec_key_del(nl, "left", -1);
	tsec_key_del(nl, "right", -1);
	return !key_add("left", TSEC_DIR_TX, 'a') &&
	       !key_add("left", TSEC_DIR_RX, 'b') &&
	       !key_add("right", TSEC_DIR_TX, 'b') &&
	       !key_add("right", TSEC_DIR_RX, 'a');
}

static bool listener_make(void)
{
	struct sockaddr_in addr = address(PORT);
	int one = 1;

	listener = socket_with_profile("right");
	return listener >= 0 &&
	       !setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one,
			   sizeof(one)) &&
	       !bind(listener, (struct sockaddr *)&addr, sizeof(addr)) &&
	       !listen(listener, 16);
}

static int connect_client(void)
{
	struct sockaddr_in addr = address(PORT);

	return result(connect(client, (struct sockaddr *)&addr, sizeof(addr)));
}

static bool client_fresh(void)
{
	forget(&client);
	forget(&server);
	client = socket_with_profile("left");
	return client >= 0 && keys_fresh();
}

static bool client_connected(void)
{
	return client_fresh() && !connect_client();
}

static bool pair_fresh(void)
{
	if (!client_connected())
		return false;
	server = accept(listener, NULL, NULL);
	return server >= 0;
}

static bool pair_with_data(void)
{
	return pair_fresh() && write(server, "data", 4) == 4;
}

/* What failed attempts have left in the queue. */
static void drain(void)
{
	int fd;

	forget(&client);
	forget(&server);
	fcntl(listener, F_SETFL, O_NONBLOCK);
	while ((fd = accept(listener, NULL, NULL)) >= 0)
		close(fd);
	forget(&listener);
	listener_make();
}

static int accept_server(void)
{
	server = accept(listener, NULL, NULL);
	return result(server);
}

static int socket_call(void)
{
	client = socket(AF_TSEC, SOCK_STREAM, 0);
	return result(client);
}

static void client_away(void)
{
	forget(&client);
}

static bool socket_fresh(void)
{
	forget(&client);
	client = socket(AF_TSEC, SOCK_STREAM, 0);
	return client >= 0;
}

static int bind_listen(void)
{
	struct sockaddr_in addr = address(PORT);
	int ret;

	addr.sin_port = 0;
	ret = bind(client, (struct sockaddr *)&addr, sizeof(addr));
	return result(ret ? ret : listen(client, 4));
}

static int send_call(void)
{
	static char bytes[70000];

	return result(send(client, bytes, sizeof(bytes), MSG_DONTWAIT));
}

static int recv_call(void)
{
	char bytes[16];

	return result(recv(client, bytes, sizeof(bytes), 0));
}

static int update_call(void)
{
	int one = 1;

	return result(setsockopt(client, SOL_TSEC, TSEC_KEY_UPDATE, &one,
				 sizeof(one)));
}

static int shutdown_call(void)
{
	return result(shutdown(client, SHUT_WR));
}

static int set(int name, const void *value, socklen_t len)
{
	return result(setsockopt(client, SOL_TSEC, name, value, len));
}

static int option_name(void)
{
	return set(TSEC_PEER_NAME, "example.org", 11);
}

static int option_profile(void)
{
	return set(TSEC_PROFILE, "left", 4);
}

static int option_alpn(void)
{
	return set(TSEC_ALPN, "h2,http/1.1", 11);
}

static int option_blob(void)
{
	static const char pem[] = "-----BEGIN CERTIFICATE-----\n";

	return set(TSEC_TRUST, pem, sizeof(pem) - 1);
}

static int option_psk(void)
{
	char bytes[4 + 2 + 16] = { 2, 0, 16, 0, 'm', 'e' };

	return set(TSEC_PSK, bytes, sizeof(bytes));
}

static int ignore_session(const struct tsec_session_info *info, void *arg)
{
	(void)info;
	(void)arg;
	return 0;
}

static int session_dump(void)
{
	return tsec_session_dump(nl, ignore_session, NULL);
}

/* --- a daemon */

static struct tsec_nl *other;

static bool other_open(void)
{
	return !tsec_nl_open(&other);
}

static int daemon_register(void)
{
	return tsec_daemon_register(other, "failing");
}

static void other_close(void)
{
	tsec_nl_close(other);
	other = NULL;
}

const struct call calls[] = {
	{ "profile-new", NULL, profile_new, profile_away, NULL },
	{ "profile-set", profile_there, profile_set, NULL, NULL },
	{ "profile-get", profile_there, profile_dump, NULL, NULL },
	{ "key-new", profile_there, key_new, keys_away, NULL },
	{ "profile-del", profile_there, profile_del, NULL, NULL },
	{ "stats-get", NULL, stats_get, NULL, NULL },
	{ "daemon-register", other_open, daemon_register, other_close, NULL },
	{ "socket", NULL, socket_call, client_away, NULL },
	{ "TSEC_PEER_NAME", socket_fresh, option_name, client_away, NULL },
	{ "TSEC_PROFILE", socket_fresh, option_profile, client_away, NULL },
	{ "TSEC_ALPN", socket_fresh, option_alpn, client_away, NULL },
	{ "TSEC_TRUST", socket_fresh, option_blob, client_away, NULL },
	{ "TSEC_PSK", socket_fresh, option_psk, client_away, NULL },
	{ "bind and listen", socket_fresh, bind_listen, client_away, NULL },
	{ "connect", client_fresh, connect_client, drain, NULL },
	{ "accept", client_connected, accept_server, drain, NULL },
	{ "send", pair_fresh, send_call, drain, NULL },
	{ "recv", pair_with_data, recv_call, drain, NULL },
	{ "TSEC_KEY_UPDATE", pair_fresh, update_call, drain, NULL },
	{ "shutdown", pair_fresh, shutdown_call, drain, NULL },
	{ "session-get", pair_fresh, session_dump, drain, NULL },
	{ NULL, NULL, NULL, NULL, NULL }
};

bool calls_prepare(void)
{
	struct tsec_profile_info left = profile_info("left");
	struct tsec_profile_info right = profile_info("right");

	return !tsec_nl_open(&nl) && profile_made(nl, &left) &&
	       profile_made(nl, &right) && listener_make();
}
