/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The UDP header that the payloads of a session begin with, inside its
 * records.
 */
#ifndef TSEC_ENCAP_HEADER_H
#define TSEC_ENCAP_HEADER_H

#include <linux/types.h>

#include "udp_peer.h"

struct tsec_packet;

/**
 * struct tsec_encap_header - the UDP header of a session's payloads
 * @local_port: this end's port
 * @ends: the addresses, and the peer's port
 *
 * It does not change once it is set.
 */
struct tsec_encap_header {
	__be16 local_port;
	struct tsec_udp_ends ends;
};

void tsec_encap_header_init(struct tsec_encap_header *header,
			    __be16 local_port,
			    const struct tsec_udp_ends *ends);
void tsec_encap_header_push(const struct tsec_encap_header *header,
			    struct tsec_packet *packet);
int tsec_encap_header_pull(const struct tsec_encap_header *header,
			   struct tsec_packet *packet);

#endif /* TSEC_ENCAP_HEADER_H */
