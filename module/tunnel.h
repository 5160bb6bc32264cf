/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IP packets inside of records.
 */
#ifndef TSEC_TUNNEL_H
#define TSEC_TUNNEL_H

#include <linux/seqlock.h>
#include <linux/types.h>

#include "address.h"

struct tsec_packet;

enum tsec_tunnel_limits {
	TSEC_TUNNEL_HEADER_MAX	= 48,	/* of IPv6 and UDP */
};

/**
 * struct tsec_tunnel_ends - who speaks inside of the records
 * @local: this end; a port of 0: that of the socket
 * @remote: the peer; an address or a port of zeros: whoever was heard last
 *
 * Both are of one family, which is 0 if programs send and get whole packets.
 */
struct tsec_tunnel_ends {
	union tsec_address local;
	union tsec_address remote;
};

/**
 * struct tsec_tunnel_state - the packets inside of a session's records
 * @ends: what their headers say; does not change
 * @header_len: bytes of the headers, 0 if they are the program's
 * @any_address: any address of a peer is taken
 * @any_port: any port of a peer is taken
 * @lock: written by those who receive, when @heard changes
 * @heard: who is answered: as @ends.remote, or who was heard last
 */
struct tsec_tunnel_state {
	struct tsec_tunnel_ends ends;
	u8 header_len;
	bool any_address;
	bool any_port;
	seqlock_t lock;		/* writers and readers of @heard */
	union tsec_address heard;
};

const char *tsec_tunnel_fault(const struct tsec_tunnel_ends *ends);
void tsec_tunnel_init(struct tsec_tunnel_state *tunnel,
		      const struct tsec_tunnel_ends *ends, __be16 port);
int tsec_tunnel_push(struct tsec_tunnel_state *tunnel,
		     struct tsec_packet *packet);
int tsec_tunnel_pull(struct tsec_tunnel_state *tunnel,
		     struct tsec_packet *packet);
void tsec_tunnel_now(struct tsec_tunnel_state *tunnel,
		     struct tsec_tunnel_ends *ends);

#endif /* TSEC_TUNNEL_H */
