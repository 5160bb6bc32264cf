/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The plain headers that the payloads of a session begin with, inside its
 * records.
 */
#ifndef TSEC_ENCAP_HEADER_H
#define TSEC_ENCAP_HEADER_H

#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/types.h>

#include "record.h"

struct tsec_packet;

/**
 * struct tsec_encap_header - the plain headers of a session
 * @len: bytes of them before each payload, 0 for none
 * @by_v6: the addresses are none of IPv4
 * @local_port: this end's port
 * @remote_port: the peer's port
 * @local: this end's address; those of IPv4 are mapped ones
 * @remote: the peer's address
 *
 * It does not change once it is set.
 */
struct tsec_encap_header {
	u8 len;
	bool by_v6;
	__be16 local_port;
	__be16 remote_port;
	struct in6_addr local;
	struct in6_addr remote;
};

void tsec_encap_header_init(struct tsec_encap_header *header,
			    enum tsec_encap_kind kind,
			    const struct sockaddr *local,
			    const struct sockaddr *remote);
void tsec_encap_header_push(const struct tsec_encap_header *header,
			    struct tsec_packet *packet);
int tsec_encap_header_pull(const struct tsec_encap_header *header,
			   struct tsec_packet *packet);

#endif /* TSEC_ENCAP_HEADER_H */
