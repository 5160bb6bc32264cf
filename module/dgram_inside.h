/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands inside of a session's records beside the program's data.
 */
#ifndef TSEC_DGRAM_INSIDE_H
#define TSEC_DGRAM_INSIDE_H

#include <linux/skbuff.h>
#include <linux/types.h>

#include "encap_header.h"
#include "record.h"
#include "tunnel.h"

struct tsec_packet;
struct tsec_session;

/**
 * struct tsec_dgram_inside - the plain headers inside of a session's records
 * @kind: what they are
 * @room: bytes of them before each payload
 * @header: TSEC_ENCAP_UDP
 * @tunnel: TSEC_ENCAP_IP
 */
struct tsec_dgram_inside {
	enum tsec_encap_kind kind;
	u8 room;
	union {
		struct tsec_encap_header header;
		struct tsec_tunnel_state tunnel;
	};
};

void tsec_dgram_inside_init(struct tsec_session *session);
int tsec_dgram_inside_push(struct tsec_dgram_inside *inside,
			   struct tsec_packet *packet);
int tsec_dgram_inside_pull(struct tsec_dgram_inside *inside,
			   struct tsec_packet *packet);
u8 tsec_dgram_inside_tos(const struct tsec_dgram_inside *inside,
			 const struct sk_buff *skb);

#endif /* TSEC_DGRAM_INSIDE_H */
