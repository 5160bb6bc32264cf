/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The transports of datagrams that are compared: as in transport.h, but both
 * ends are bound and connected to each other, and there is no listener.
 */
#ifndef BENCH_DATAGRAM_H
#define BENCH_DATAGRAM_H

#include "transport.h"

enum {
	DATAGRAM_BATCH	= 16,		/* in one call, where that works */
	DATAGRAM_MTU	= 1472,		/* UDP payload of an Ethernet packet */
};

extern const struct transport datagram_udp;
extern const struct transport datagram_tsec;
extern const struct transport datagram_tsec_batch;
extern const struct transport datagram_openssl;
extern const struct transport datagram_gnutls;
extern const struct transport datagram_srtp;
extern const struct transport datagram_libsrtp;
extern const struct transport datagram_xfrm;
extern const struct transport datagram_esp;
extern const struct transport datagram_wireguard;
extern const struct transport datagram_wireguard_batch;
extern const struct transport datagram_tsec_wireguard;
extern const struct transport datagram_tsec_wireguard_batch;

/* Find it by name and open it. */
const struct transport *datagram_open(const struct bench_options *options);
/* Both ends, in this process; keys in where they are set by hand. */
void datagram_pair_make(struct pair *pair, const struct transport *t);
/* How many datagrams one call of end_send() makes of options->size. */
unsigned int datagram_batch(const struct transport *t);
/* Let a call send that many, and receive some (UDP_SEGMENT, UDP_GRO). */
void datagram_batch_begin(struct pair *pair);

int socket_udp(enum side side);

#endif /* BENCH_DATAGRAM_H */
