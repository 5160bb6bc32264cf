// SPDX-License-Identifier: GPL-2.0
/*
 * A daemon made of libtsec alone: what a program sets reaches it whole, at its
 * largest, and what it says of the handshake reaches the program.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"
#include "tsec.h"

static struct tsec_nl *nl, *events;
static struct sockaddr_in peer = { .sin_family = AF_INET };
static char cert[TSEC_PEM_MAX], privkey[TSEC_PEM_MAX], trust[TSEC_PEM_MAX];
static uint32_t ready;			/* session of the last notification */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int listen_tcp(void)
{
	socklen_t len = sizeof(peer);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (void *)&peer, len) || listen(fd, 5) ||
	    getsockname(fd, (void *)&peer, &len))
		die("listen");
	return fd;
}

static void set(int fd, int option, const void *value, size_t len)
{
	if (setsockopt(fd, SOL_TSEC, option, value, len))
		die("setsockopt");
}

/* A program that sets all that can be set, as long as can be. */
static int program(void)
{
	static char name[TSEC_PEER_NAME_MAX];
	char psk[sizeof(struct tsec_psk) + TSEC_PSK_IDENTITY_MAX +
		 TSEC_PSK_KEY_MAX];
	struct tsec_psk head = { TSEC_PSK_IDENTITY_MAX, TSEC_PSK_KEY_MAX };
	int fd = socket(AF_TSEC, SOCK_STREAM | SOCK_NONBLOCK, 0);

	memset(cert, 'c', sizeof(cert));
	memset(privkey, 'p', sizeof(privkey));
	memset(trust, 't', sizeof(trust));
	memset(name, 'n', sizeof(name));
	memset(psk, 'i', sizeof(psk));
	memset(psk + sizeof(psk) - TSEC_PSK_KEY_MAX, 'k', TSEC_PSK_KEY_MAX);
	memcpy(psk, &head, sizeof(head));
	set(fd, TSEC_CERT, cert, sizeof(cert));
	set(fd, TSEC_PRIVKEY, privkey, sizeof(privkey));
	set(fd, TSEC_TRUST, trust, sizeof(trust));
	set(fd, TSEC_PEER_NAME, name, sizeof(name));
	set(fd, TSEC_PSK, psk, sizeof(psk));
	if (!connect(fd, (void *)&peer, sizeof(peer)) || errno != EINPROGRESS)
		die("connect");
	return fd;
}

static int take_ready(const struct tsec_event *event, void *arg)
{
	(void)arg;
	if (event->cmd == TSEC_CMD_HANDSHAKE_READY)
		ready = event->handshake.session;
	return 0;
}

static bool wait_for(int fd, short what)
{
	struct pollfd poll_fd = { .fd = fd, .events = what };

	return poll(&poll_fd, 1, 5000) == 1;
}

static bool all(const struct tsec_blob *blob, size_t len, char c)
{
	const char *data = blob->data;

	if (blob->len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (data[i] != c)
			return false;
	return true;
}

/* Claim a handshake and look at what came with it; the blobs are its own. */
static struct tsec_handshake_info *claim(bool look)
{
	static struct tsec_handshake_info info;
	int err;

	ok(wait_for(tsec_nl_fd(events), POLLIN) &&
	   tsec_nl_receive(events, take_ready, NULL) > 0, "a notification");
	err = tsec_handshake_accept(nl, ready, &info);
	is_int(err, 0, "the handshake is claimed");
	if (err) {
		printf("#   %s\n", tsec_nl_error(nl));
		exit(1);
	}
	if (!look)
		return &info;
	is_int(info.session, ready, "of the session that was told");
	is_int(info.role, TSEC_ROLE_CLIENT, "role");
	is_int(info.remote.in.sin_port, peer.sin_port, "remote address");
	is_int(strlen(info.peer_name), TSEC_PEER_NAME_MAX, "name");
	is_str(info.settings.name, "default", "profile");
	ok(all(&info.cert, TSEC_PEM_MAX, 'c'), "certificate");
	ok(all(&info.privkey, TSEC_PEM_MAX, 'p'), "private key");
	ok(all(&info.trust, TSEC_PEM_MAX, 't'), "trust");
	ok(all(&info.psk_identity, TSEC_PSK_IDENTITY_MAX, 'i'), "identity");
	ok(all(&info.psk_key, TSEC_PSK_KEY_MAX, 'k'), "pre-shared key");
	return &info;
}

static void test_failure(void)
{
	struct tsec_handshake_info done = { .have = 0 };
	struct tsec_handshake_info *info;
	char text[TSEC_ERROR_MAX + 1] = "";
	int program_fd = program();
	socklen_t len = sizeof(int);
	int err;

	info = claim(true);
	tsec_set(&done, HANDSHAKE_SESSION, session, info->session);
	tsec_set(&done, HANDSHAKE_STATUS, status, EKEYREVOKED);
	tsec_set_str(&done, HANDSHAKE_ERROR, error, "it was revoked");
	is_int(tsec_handshake_done(nl, &done), 0, "done, with a failure");
	ok(wait_for(program_fd, POLLOUT), "the program hears of it");
	getsockopt(program_fd, SOL_SOCKET, SO_ERROR, &err, &len);
	is_int(err, EKEYREVOKED, "by its errno");
	len = TSEC_ERROR_MAX;
	getsockopt(program_fd, SOL_TSEC, TSEC_ERROR, text, &len);
	is_str(text, "it was revoked", "and in words");
	ok(tsec_handshake_done(nl, &done) < 0, "not twice");
	close(info->fd);
	close(program_fd);
}

static void fill_key(struct tsec_key_info *key, uint32_t session,
		     int direction)
{
	static const uint8_t secret[32] = { 1, 2, 3 };

	*key = (struct tsec_key_info) {
		.have = TSEC_HAS(KEY_SESSION) | TSEC_HAS(KEY_DIRECTION) |
			TSEC_HAS(KEY_VERSION) | TSEC_HAS(KEY_CIPHER) |
			TSEC_HAS(KEY_SECRET) | TSEC_HAS(KEY_SEQ),
		.session = session,
		.direction = direction,
		.version = TSEC_VERSION_TLS_1_3,
		.cipher = TSEC_CIPHER_AES_128_GCM,
		.secret = { secret, sizeof(secret) },
	};
}

static void fill(struct tsec_handshake_info *done, uint32_t session)
{
	static char chain[TSEC_PEER_CERT_MAX];

	memset(chain, 'x', sizeof(chain));
	memset(done->peer_id, 'y', TSEC_PEER_ID_MAX);
	done->have |= TSEC_HAS(HANDSHAKE_PEER_ID);
	done->peer_cert = (struct tsec_blob) { chain, sizeof(chain) };
	done->have |= TSEC_HAS(HANDSHAKE_PEER_CERT);
	tsec_set(done, HANDSHAKE_SESSION, session, session);
	tsec_set(done, HANDSHAKE_STATUS, status, 0);
	tsec_set(done, HANDSHAKE_VERSION, version, TSEC_VERSION_TLS_1_3);
	tsec_set(done, HANDSHAKE_CIPHER, cipher, TSEC_CIPHER_AES_128_GCM);
	tsec_set(done, HANDSHAKE_RESUMED, resumed, 1);
}

static void test_success(void)
{
	static char got[TSEC_PEER_CERT_MAX + 1];
	struct tsec_handshake_info done = { .have = 0 };
	struct tsec_handshake_info *info;
	struct tsec_key_info keys[__TSEC_DIR_MAX];
	struct tsec_session_info session;
	socklen_t len = sizeof(got);
	int program_fd = program();

	info = claim(false);
	tsec_nl_wipe(nl);
	fill(&done, info->session);
	is_int(tsec_handshake_done(nl, &done), -EINVAL, "not without keys");
	fill_key(&keys[0], info->session, TSEC_DIR_TX);
	fill_key(&keys[1], info->session, TSEC_DIR_RX);
	keys[0].secret.len--;
	is_int(tsec_handshake_finish(nl, keys, &done), -EINVAL,
	       "nor with a bad one");
	ok(strstr(tsec_nl_error(nl), "secret"), "the first refusal counts");
	keys[0].secret.len++;
	is_int(tsec_key_new(nl, &keys[0]), 0, "a key can come alone");
	is_int(tsec_handshake_finish(nl, keys, &done), 0,
	       "done, with all there is");
	ok(wait_for(program_fd, POLLOUT), "the program is connected");
	is_int(getsockopt(program_fd, SOL_TSEC, TSEC_PEER_CERT, got, &len), 0,
	       "it has the peer's certificates");
	is_int(len, TSEC_PEER_CERT_MAX, "whole");
	is_int(tsec_key_new(nl, &keys[0]), -EINVAL, "a stream has its keys");
	is_int(tsec_session_get(nl, info->session, &session), 0, "session-get");
	is_int(strlen(session.peer_id), TSEC_PEER_ID_MAX, "the peer's name");
	ok(session.flags & TSEC_INFO_RESUMED, "flags");
	ok(tsec_has(&session, SESSION_TX) &&
	   tsec_has(&session.tx, KEY_RENEWABLE), "its key");
	close(info->fd);
	close(program_fd);
}

static int listen_tsec(struct sockaddr_in *addr)
{
	int fd = socket(AF_TSEC, SOCK_STREAM, 0);
	socklen_t len = sizeof(*addr);

	*addr = (struct sockaddr_in) { .sin_family = AF_INET };
	addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (void *)addr, len) || listen(fd, 5) ||
	    getsockname(fd, (void *)addr, &len))
		die("listen");
	return fd;
}

/* A session that waits for accept() has no more to do with its channel. */
static void test_unaccepted(void)
{
	int client = socket(AF_INET, SOCK_STREAM, 0), listener, fd;
	struct tsec_handshake_info done = { .have = 0 };
	struct tsec_key_info keys[__TSEC_DIR_MAX];
	struct tsec_handshake_info *info;
	struct sockaddr_in addr;
	/* A whole record, so that kTLS wakes who waits for one. */
	char record[5 + 17] = { 0x17, 3, 3, 0, 17 }, byte = 0;

	listener = listen_tsec(&addr);
	if (connect(client, (void *)&addr, sizeof(addr)) ||
	    send(client, "x", 1, 0) != 1)
		die("connect");
	info = claim(false);
	ok(recv(info->fd, &byte, 1, 0) == 1 && byte == 'x',
	   "the channel has the client's bytes");
	fill(&done, info->session);
	fill_key(&keys[0], info->session, TSEC_DIR_TX);
	fill_key(&keys[1], info->session, TSEC_DIR_RX);
	is_int(tsec_handshake_finish(nl, keys, &done), 0, "done");
	ok(wait_for(listener, POLLIN), "it can be accepted");
	close(info->fd);
	/* The channel is freed after a grace period; then data comes. */
	usleep(300 * 1000);
	if (send(client, record, sizeof(record), 0) != sizeof(record))
		die("send");
	fd = accept(listener, NULL, NULL);
	ok(fd >= 0, "and is, without its channel");
	close(fd);
	close(client);
	close(listener);
}

/* A channel that is closed, or a daemon that goes, is an end of its own. */
static void test_gone(void)
{
	int first = program(), second, err = 0;
	struct tsec_daemon_info daemon;
	socklen_t len = sizeof(err);

	close(claim(false)->fd);
	ok(wait_for(first, POLLOUT), "a closed channel ends the handshake");
	getsockopt(first, SOL_SOCKET, SO_ERROR, &err, &len);
	ok(err, "with an error: %s", strerror(err));
	tsec_nl_close(nl);
	second = socket(AF_TSEC, SOCK_STREAM | SOCK_NONBLOCK, 0);
	is_int(connect(second, (void *)&peer, sizeof(peer)), -1,
	       "without a daemon there are no connections");
	is_int(errno, EUNATCH, "which the errno says at once");
	if (tsec_nl_open(&nl))
		die("open");
	is_int(tsec_daemon_get(nl, &daemon), 0, "daemon-get");
	is_int(daemon.port, 0, "and daemon-get, too");
	tsec_nl_close(nl);
	close(first);
	close(second);
}

int main(void)
{
	if (tsec_nl_open(&nl) || tsec_nl_open(&events)) {
		puts("1..0 # SKIP no tsec");
		return 0;
	}
	listen_tcp();
	is_int(tsec_nl_join(events, TSEC_MCGRP_HANDSHAKE), 0, "join");
	is_int(tsec_daemon_register(nl, "accept"), 0, "register");
	test_failure();
	test_success();
	test_unaccepted();
	test_gone();
	tsec_nl_close(events);
	return done_testing();
}
