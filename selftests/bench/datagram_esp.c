// SPDX-License-Identifier: GPL-2.0
/* tsec sockets with ESP and manual keys: ESP in UDP, as datagram_xfrm.c's. */
#include <linux/tsec.h>

#include "control.h"
#include "datagram.h"
#include "network.h"

static void esp_open(const struct bench_options *options)
{
	network_make_tsec(options->cipher);
}

static int esp_socket(enum side side)
{
	return network_socket_tsec(side, TSEC_PROTO_ESP);
}

static void esp_keys(void)
{
	control_keys_datagram(TSEC_VERSION_ESP_ESN);
}

const struct transport datagram_esp = {
	.name	 = "esp",
	.open	 = esp_open,
	.socket	 = esp_socket,
	.address = network_address,
	.keys	 = esp_keys,
	.send	 = socket_send,
	.recv	 = socket_recv,
};
