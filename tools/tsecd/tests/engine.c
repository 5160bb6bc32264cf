// SPDX-License-Identifier: GPL-2.0
/*
 * The TLS engine on a TCP connection, with records made of the keys that it
 * exports: for handshakes with other implementations.
 *
 *	engine client PORT [SETTING=VALUE]...
 *	engine server PORT [SETTING=VALUE]...
 *
 * A client sends "hello" and prints the answer; a server answers every line
 * in capitals.  Settings: cert, privkey, trust, psk, identity, alpn, name,
 * version (hexadecimal), cipher, verify (numbers), count (connections).
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../handshake/tls.h"
#include "../tickets.h"
#include "peer.h"
#include "record.h"

static uint8_t role;
static struct tsec_handshake_info wanted;
static unsigned int count = 1;

#define SET(member, value) \
	tsec_copy(wanted.member, sizeof(wanted.member), value)

static void set(const char *name, const char *value)
{
	if (!strcmp(name, "cert"))
		SET(settings.cert, value);
	else if (!strcmp(name, "privkey"))
		SET(settings.privkey, value);
	else if (!strcmp(name, "trust"))
		SET(settings.trust, value);
	else if (!strcmp(name, "psk"))
		SET(settings.psk, value);
	else if (!strcmp(name, "identity"))
		SET(settings.psk_identity, value);
	else if (!strcmp(name, "alpn"))
		SET(settings.alpn, value);
	else if (!strcmp(name, "name"))
		SET(peer_name, value);
	else if (!strcmp(name, "version"))
		wanted.settings.version_min = wanted.settings.version_max =
			strtoul(value, NULL, 16);
	else if (!strcmp(name, "cipher"))
		wanted.settings.ciphers[0] = atoi(value),
		wanted.settings.n_ciphers = 1;
	else if (!strcmp(name, "verify"))
		wanted.settings.verify = atoi(value);
	else if (!strcmp(name, "count"))
		count = atoi(value);
	else
		errx(2, "unknown setting %s", name);
}

static void wait_for(const struct peer *peer)
{
	struct pollfd poll_fd = {
		.fd = peer->info.fd,
		.events = peer->result == HANDSHAKE_WANT_WRITE ? POLLOUT :
								 POLLIN,
	};

	if (poll(&poll_fd, 1, 10000) <= 0)
		errx(1, "timeout");
}

static void answer(struct record_key *tx, struct record_key *rx, int fd)
{
	char text[16384];
	uint8_t type;
	ssize_t len;

	for (;;) {
		len = record_receive(rx, fd, &type, text, sizeof(text));
		if (len < 0 || type == RECORD_ALERT)
			return;
		for (ssize_t i = 0; i < len; i++)
			text[i] = toupper((unsigned char)text[i]);
		if (type == RECORD_DATA)
			record_send(tx, fd, RECORD_DATA, text, len);
	}
}

static void ask(struct peer *peer, struct record_key *tx, struct record_key *rx,
		int fd)
{
	struct handshake *handshake = &peer->handshake;
	bool more = handshake->ops->lingers(handshake);
	char text[16385] = "";
	uint8_t type;
	ssize_t len;

	record_send(tx, fd, RECORD_DATA, "hello\n", 6);
	for (;;) {
		len = record_receive(rx, fd, &type, text, sizeof(text) - 1);
		if (len >= 0 && type == RECORD_HANDSHAKE) {
			if (more)
				more = handshake->ops->message(handshake, text,
							       len);
			continue;
		}
		break;
	}
	text[len < 0 ? 0 : len] = '\0';
	printf("answer %s", *text ? text : "(none)\n");
	record_send(tx, fd, RECORD_ALERT, "\1\0", 2);
}

static void talk(struct peer *peer)
{
	struct record_key tx, rx;
	const struct tsec_handshake_info *done = &peer->outcome.done;

	printf("%s %s %s peer=%s alpn=%s\n",
	       tsec_name_of(tsec_version_names, done->version),
	       tsec_name_of(tsec_cipher_names, done->cipher),
	       done->resumed ? "resumed" : "full", done->peer_id, done->alpn);
	record_key_init(&tx, &peer->outcome.key[TSEC_DIR_TX]);
	record_key_init(&rx, &peer->outcome.key[TSEC_DIR_RX]);
	if (role == TSEC_ROLE_CLIENT)
		ask(peer, &tx, &rx, peer->info.fd);
	else
		answer(&tx, &rx, peer->info.fd);
	record_key_free(&tx);
	record_key_free(&rx);
}

/* The socket blocks; recv() that must not gets MSG_DONTWAIT by polling. */
static void serve(int fd)
{
	struct tsec_handshake_info info = wanted;
	struct peer peer;

	peer_init(&peer, role, fd);
	if (!info.settings.version_min) {
		info.settings.version_min = peer.info.settings.version_min;
		info.settings.version_max = peer.info.settings.version_max;
	}
	if (!info.settings.n_ciphers) {
		info.settings.n_ciphers = peer.info.settings.n_ciphers;
		memcpy(info.settings.ciphers, peer.info.settings.ciphers,
		       sizeof(info.settings.ciphers));
	}
	info.session = peer.info.session;
	info.role = role;
	info.protocol = peer.info.protocol;
	info.fd = fd;
	info.remote = peer.info.remote;
	peer.info = info;
	while (!peer_step(&peer))
		wait_for(&peer);
	if (peer.result)
		printf("failed %d: %s\n", peer.handshake.reason.status,
		       peer.handshake.reason.text);
	else
		talk(&peer);
	fflush(stdout);
	peer_free(&peer);
}

static int open_socket(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (role == TSEC_ROLE_SERVER) {
		if (bind(fd, (void *)&addr, sizeof(addr)) || listen(fd, 16))
			err(1, "port %u", port);
		return fd;
	}
	if (connect(fd, (void *)&addr, sizeof(addr)))
		err(1, "port %u", port);
	return fd;
}

int main(int argc, char **argv)
{
	uint16_t port;
	int listener = -1;

	if (argc < 3)
		errx(2, "usage: engine client|server PORT [SETTING=VALUE]...");
	role = strcmp(argv[1], "server") ? TSEC_ROLE_CLIENT : TSEC_ROLE_SERVER;
	port = atoi(argv[2]);
	wanted.settings.session_cache = 1;
	strcpy(wanted.settings.name, "default");
	for (int i = 3; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			errx(2, "%s has no value", argv[i]);
		*value = '\0';
		set(argv[i], value + 1);
	}
	ticket_keys_renew();
	if (role == TSEC_ROLE_SERVER)
		listener = open_socket(port);
	while (count--)
		serve(listener < 0 ? open_socket(port) :
				     accept(listener, NULL, NULL));
	return 0;
}
