// SPDX-License-Identifier: GPL-2.0
/* Plain UDP, and the machine's IPsec below: ESP in UDP, transport mode. */
#include <arpa/inet.h>
#include <linux/udp.h>
#include <stdio.h>
#include <sys/socket.h>

#include "datagram.h"
#include "network.h"

enum {
	KEY_LEN		= 16,
	SALT_LEN	= 4,
	NATT_PORT	= 4500,
};

/* What each side sends under, both have. */
static void state_add(enum side of, enum side from, const char *key)
{
	network_run(of, "ip xfrm state add src %s dst %s proto esp spi 0x%x "
		    "mode transport replay-window 1024 flag esn "
		    "aead 'rfc4106(gcm(aes))' 0x%s 128 "
		    "encap espinudp %d %d 0.0.0.0", network_name(from),
		    network_name(!from), 0x1000 + from, key, NATT_PORT,
		    NATT_PORT);
	network_run(of, "ip xfrm policy add src %s dst %s proto udp dir %s "
			"priority 2 tmpl src %s dst %s proto esp mode transport",
		    network_name(from), network_name(!from),
		    of == from ? "out" : "in", network_name(from),
		    network_name(!from));
}

static void key_make(char *text)
{
	unsigned char key[KEY_LEN + SALT_LEN];

	random_fill(key, sizeof(key));
	for (size_t i = 0; i < sizeof(key); i++)
		sprintf(text + 2 * i, "%02x", key[i]);
}

/* Takes ESP out of UDP, as a daemon of IKE has the kernel do it. */
static void natt_open(enum side side)
{
	int fd = network_socket(side), type = UDP_ENCAP_ESPINUDP;
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(NATT_PORT),
	};

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)))
		skip("no ESP in UDP");
	/* What is in there is protected, not what is around it. */
	network_run(side, "ip xfrm policy add src %s dst %s proto udp "
			"sport %d dport %d dir in priority 1",
		    network_name(!side), network_name(side), NATT_PORT,
		    NATT_PORT);
}

static void xfrm_open(const struct bench_options *options)
{
	char key[2 * (KEY_LEN + SALT_LEN) + 1];

	(void)options;
	network_make();
	for (int from = CLIENT; from <= SERVER; from++) {
		key_make(key);
		state_add(CLIENT, from, key);
		state_add(SERVER, from, key);
		natt_open(from);
	}
}

const struct transport datagram_xfrm = {
	.name	 = "xfrm",
	.open	 = xfrm_open,
	.socket	 = network_socket,
	.address = network_address,
	.send	 = socket_send,
	.recv	 = socket_recv,
};
