// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/tsec.h>

#include "control.h"
#include "datagram.h"

static const struct transport *const transports[] = {
	&datagram_udp,
	&datagram_tsec,
	&datagram_tsec_batch,
	&datagram_openssl,
	&datagram_gnutls,
	NULL,
};

const struct transport *datagram_open(const struct bench_options *options)
{
	return transport_find(transports, options);
}

/* What a reader lags behind must not get lost: see packets.c. */
static void set_options(int fd)
{
	int room = 4 << 20;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		die("cannot set the size of buffers");
}

static int bound(const struct transport *t, enum side side,
		 struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd = t->socket(side);

	if (fd < 0)
		skip("no %s socket", t->name);
	set_options(fd);
	*addr = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (bind(fd, (struct sockaddr *)addr, len) ||
	    getsockname(fd, (struct sockaddr *)addr, &len))
		die("%s: cannot bind", t->name);
	return fd;
}

void datagram_pair_make(struct pair *pair, const struct transport *t,
			const struct bench_options *options)
{
	struct sockaddr_in addrs[2];

	if (t->keys)
		t->keys();
	for (int side = CLIENT; side <= SERVER; side++)
		pair->ends[side] = (struct end){
			.transport = t, .side = side,
			.fd = bound(t, side, &addrs[side]),
		};
	for (int side = CLIENT; side <= SERVER; side++)
		if (connect(pair->ends[side].fd,
			    (struct sockaddr *)&addrs[!side], sizeof(*addrs)))
			die("%s: cannot connect", t->name);
	if (datagram_batch(t) > 1) {
		int size = options->size;

		if (setsockopt(pair->ends[CLIENT].fd, IPPROTO_UDP, UDP_SEGMENT,
			       &size, sizeof(size)))
			die("UDP_SEGMENT");
	}
}

unsigned int datagram_batch(const struct transport *t)
{
	return t == &datagram_tsec_batch ? DATAGRAM_BATCH : 1;
}

int socket_udp(enum side side)
{
	(void)side;
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
}

static void tsec_open(const struct bench_options *options)
{
	control_open();
	control_profiles_manual(options->cipher);
}

static int tsec_socket(enum side side)
{
	return socket_tsec(side, SOCK_DGRAM);
}

static int tsec_socket_batch(enum side side)
{
	int fd = tsec_socket(side), one = 1;

	if (fd >= 0 && setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)))
		die("UDP_GRO");
	return fd;
}

const struct transport datagram_udp = {
	.name	= "udp",
	.socket	= socket_udp,
	.send	= socket_send,
	.recv	= socket_recv,
};

const struct transport datagram_tsec = {
	.name	= "tsec",
	.open	= tsec_open,
	.socket	= tsec_socket,
	.keys	= control_keys_datagram,
	.send	= socket_send,
	.recv	= socket_recv,
};

const struct transport datagram_tsec_batch = {
	.name	= "tsec-batch",
	.open	= tsec_open,
	.socket	= tsec_socket_batch,
	.keys	= control_keys_datagram,
	.send	= socket_send,
	.recv	= socket_recv,
};
