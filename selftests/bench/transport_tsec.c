// SPDX-License-Identifier: GPL-2.0
/* tsec sockets: with manual keys, or with handshakes by tsecd. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/tsec.h>

#include "control.h"
#include "transport.h"

static void manual_open(const struct bench_options *options)
{
	control_open();
	control_profiles_manual(options->cipher);
}

static void daemon_open(const struct bench_options *options)
{
	control_open();
	control_profiles_daemon(options->dir, options->resume);
}

static void option_set(int fd, int name, const char *value)
{
	if (setsockopt(fd, SOL_TSEC, name, value, strlen(value)))
		die("tsec: cannot set option %d to %s", name, value);
}

int socket_tsec(enum side side, int type, int protocol)
{
	int fd = socket(AF_TSEC, type | SOCK_CLOEXEC, protocol);

	if (fd >= 0)
		option_set(fd, TSEC_PROFILE,
			   side == CLIENT ? PROFILE_CLIENT : PROFILE_SERVER);
	return fd;
}

static int manual_socket(enum side side)
{
	return socket_tsec(side, SOCK_STREAM, TSEC_PROTO_TLS);
}

static int daemon_socket(enum side side)
{
	int fd = manual_socket(side);

	if (fd >= 0 && side == CLIENT)
		option_set(fd, TSEC_PEER_NAME, SERVER_NAME);
	return fd;
}

const struct transport transport_tsec = {
	.name	= "tsec",
	.open	= manual_open,
	.socket	= manual_socket,
	.keys	= control_keys,
	.send	= socket_send,
	.recv	= socket_recv,
};

const struct transport transport_tsecd = {
	.name	= "tsecd",
	.open	= daemon_open,
	.socket	= daemon_socket,
	.send	= socket_send,
	.recv	= socket_recv,
};
