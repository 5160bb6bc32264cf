// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datagram.h"

static const struct transport *const transports[] = {
	&datagram_udp,
	&datagram_tsec,
	&datagram_tsec_batch,
	&datagram_openssl,
	&datagram_gnutls,
	&datagram_srtp,
	&datagram_libsrtp,
	&datagram_esp,
	&datagram_xfrm,
	&datagram_wireguard,
	&datagram_wireguard_batch,
	&datagram_tsec_wireguard,
	&datagram_tsec_wireguard_batch,
	NULL,
};

static int segment;			/* bytes of each datagram */

const struct transport *datagram_open(const struct bench_options *options)
{
	segment = options->size;
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
		.sin_addr.s_addr = t->address ? t->address(side) :
						htonl(INADDR_LOOPBACK),
	};
	if (bind(fd, (struct sockaddr *)addr, len) ||
	    getsockname(fd, (struct sockaddr *)addr, &len))
		die("%s: cannot bind", t->name);
	return fd;
}

void datagram_pair_make(struct pair *pair, const struct transport *t)
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
	if (t->begin)
		t->begin(pair);
}

unsigned int datagram_batch(const struct transport *t)
{
	return t->batch ? t->batch : 1;
}

void datagram_batch_begin(struct pair *pair)
{
	int one = 1;

	if (setsockopt(pair->ends[CLIENT].fd, IPPROTO_UDP, UDP_SEGMENT,
		       &segment, sizeof(segment)))
		die("UDP_SEGMENT");
	if (setsockopt(pair->ends[SERVER].fd, IPPROTO_UDP, UDP_GRO, &one,
		       sizeof(one)))
		die("UDP_GRO");
}

int socket_udp(enum side side)
{
	(void)side;
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
}

const struct transport datagram_udp = {
	.name	= "udp",
	.socket	= socket_udp,
	.send	= socket_send,
	.recv	= socket_recv,
};
