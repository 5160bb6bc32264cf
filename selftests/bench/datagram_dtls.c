// SPDX-License-Identifier: GPL-2.0
/* tsec sockets with DTLS 1.2 and manual keys: a datagram a call, or many. */
#include <sys/socket.h>
#include <linux/tsec.h>

#include "control.h"
#include "datagram.h"

static void tsec_open(const struct bench_options *options)
{
	control_open();
	control_profiles_manual(options->cipher);
}

static int tsec_socket(enum side side)
{
	return socket_tsec(side, SOCK_DGRAM, TSEC_PROTO_DTLS);
}

static void tsec_keys(void)
{
	control_keys_datagram(TSEC_VERSION_DTLS_1_2);
}

const struct transport datagram_tsec = {
	.name	= "tsec",
	.open	= tsec_open,
	.socket	= tsec_socket,
	.keys	= tsec_keys,
	.send	= socket_send,
	.recv	= socket_recv,
};

const struct transport datagram_tsec_batch = {
	.name	= "tsec-batch",
	.batch	= DATAGRAM_BATCH,
	.open	= tsec_open,
	.socket	= tsec_socket,
	.keys	= tsec_keys,
	.begin	= datagram_batch_begin,
	.send	= socket_send,
	.recv	= socket_recv,
};
