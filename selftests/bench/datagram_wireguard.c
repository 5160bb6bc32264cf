// SPDX-License-Identifier: GPL-2.0
/* Plain UDP, and the machine's WireGuard below; a datagram a call, or many. */
#include "datagram.h"
#include "network.h"

enum {
	TUNNEL_MTU	= 1440,		/* of 1500, by IPv4 */
	TUNNEL_PORT	= 51820,
};

static void device_make(enum side side, const char *dir)
{
	network_run(side, "umask 077; wg genkey >%s/wg-%d && "
		    "wg pubkey <%s/wg-%d >%s/wg-%d.pub", dir, side, dir, side,
		    dir, side);
	network_run(side, "ip link add wg type wireguard && "
			"wg set wg listen-port %d private-key %s/wg-%d && "
			"ip addr add %s/24 dev wg && ip link set wg mtu %d up",
		    TUNNEL_PORT, dir, side, network_inner_name(side),
		    TUNNEL_MTU);
}

static void peer_add(enum side side, const char *dir)
{
	network_run(side, "wg set wg peer $(cat %s/wg-%d.pub) "
		    "allowed-ips %s/32 endpoint %s:%d", dir, !side,
		    network_inner_name(!side), network_name(!side),
		    TUNNEL_PORT);
}

static void wireguard_open(const struct bench_options *options)
{
	network_make();
	for (int side = CLIENT; side <= SERVER; side++)
		device_make(side, options->dir);
	for (int side = CLIENT; side <= SERVER; side++)
		peer_add(side, options->dir);
}

/* Until the handshake is done, no more than a few datagrams may wait for it. */
static void wireguard_begin(struct pair *pair)
{
	char byte = 0;

	if (socket_send(&pair->ends[CLIENT], &byte, 1) != 1 ||
	    socket_recv(&pair->ends[SERVER], &byte, 1) != 1)
		die("WireGuard");
}

static void wireguard_batch_begin(struct pair *pair)
{
	wireguard_begin(pair);
	datagram_batch_begin(pair);
}

const struct transport datagram_wireguard = {
	.name	 = "wireguard",
	.open	 = wireguard_open,
	.socket	 = network_socket,
	.address = network_inner_address,
	.begin	 = wireguard_begin,
	.send	 = socket_send,
	.recv	 = socket_recv,
};

const struct transport datagram_wireguard_batch = {
	.name	 = "wireguard-batch",
	.batch	 = DATAGRAM_BATCH,
	.open	 = wireguard_open,
	.socket	 = network_socket,
	.address = network_inner_address,
	.begin	 = wireguard_batch_begin,
	.send	 = socket_send,
	.recv	 = socket_recv,
};
