// SPDX-License-Identifier: GPL-2.0
/* tsec sockets with SRTP and manual keys. */
#include <sys/socket.h>
#include <linux/tsec.h>

#include "control.h"
#include "datagram.h"
#include "rtp.h"

static size_t size;

static void srtp_open(const struct bench_options *options)
{
	size = options->size;
	control_open();
	control_profiles_manual(options->cipher);
}

static int srtp_socket(enum side side)
{
	return socket_tsec(side, SOCK_DGRAM, TSEC_PROTO_SRTP);
}

static void srtp_keys(void)
{
	control_keys_datagram(TSEC_VERSION_SRTP);
}

static int srtp_start(struct end *end)
{
	end->state = rtp_new();
	return 0;
}

/* The content is the program's own. */
static ssize_t srtp_send(struct end *end, const void *buf, size_t len)
{
	(void)buf;
	rtp_make(end->state, size);
	return rtp_send(end->fd, end->state) ? -1 : (ssize_t)len;
}

static ssize_t srtp_recv(struct end *end, void *buf, size_t len)
{
	(void)buf;
	(void)len;
	return rtp_recv(end->fd, end->state) ? -1 : rtp_bytes(end->state);
}

const struct transport datagram_srtp = {
	.name	= "srtp",
	.batch	= DATAGRAM_BATCH,
	.open	= srtp_open,
	.socket	= srtp_socket,
	.keys	= srtp_keys,
	.start	= srtp_start,
	.send	= srtp_send,
	.recv	= srtp_recv,
};
