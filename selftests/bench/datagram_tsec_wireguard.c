// SPDX-License-Identifier: GPL-2.0
/*
 * tsec sockets with WireGuard and manual keys: UDP inside, as in a tunnel of
 * datagram_wireguard.c; a datagram a call, or many.
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/tsec.h>

#include "control.h"
#include "datagram.h"
#include "network.h"

enum {
	INNER_PORT	= 5000,
};

static void tunnel_open(const struct bench_options *options)
{
	network_make_tsec(options->cipher);
}

static void inner_address(struct __kernel_sockaddr_storage *to, enum side side)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(INNER_PORT),
		.sin_addr.s_addr = network_inner_address(side),
	};

	memcpy(to, &addr, sizeof(addr));
}

static int tunnel_socket(enum side side)
{
	int fd = network_socket_tsec(side, TSEC_PROTO_WIREGUARD);
	struct tsec_tunnel tunnel = { 0 };

	inner_address(&tunnel.local, side);
	inner_address(&tunnel.remote, !side);
	if (fd >= 0 && setsockopt(fd, SOL_TSEC, TSEC_TUNNEL, &tunnel,
				  sizeof(tunnel)))
		die("TSEC_TUNNEL");
	return fd;
}

static void tunnel_keys(void)
{
	control_keys_datagram(TSEC_VERSION_WIREGUARD);
}

const struct transport datagram_tsec_wireguard = {
	.name	 = "tsec-wireguard",
	.open	 = tunnel_open,
	.socket	 = tunnel_socket,
	.address = network_address,
	.keys	 = tunnel_keys,
	.send	 = socket_send,
	.recv	 = socket_recv,
};

const struct transport datagram_tsec_wireguard_batch = {
	.name	 = "tsec-wireguard-batch",
	.batch	 = DATAGRAM_BATCH,
	.open	 = tunnel_open,
	.socket	 = tunnel_socket,
	.address = network_address,
	.keys	 = tunnel_keys,
	.begin	 = datagram_batch_begin,
	.send	 = socket_send,
	.recv	 = socket_recv,
};
