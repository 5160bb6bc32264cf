/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trains: many datagrams of one peer that have come as one packet.
 */
#ifndef TSEC_UDP_TRAIN_H
#define TSEC_UDP_TRAIN_H

#include <linux/skbuff.h>
#include <net/sock.h>
#include <net/udp_tunnel.h>

/**
 * struct tsec_udp_train - the trains of an inner socket
 * @busy: bit 0: somebody takes what is in the socket's queue, or changes what
 *	comes there
 * @met: the hook was off, under @busy
 * @unhooked: the hook is off
 * @coming: the hook is getting the datagrams of a train, one after another
 * @singles: packets since the last train, as far as they came by the queue
 */
struct tsec_udp_train {
	unsigned long busy;
	bool met;
	bool unhooked;
	bool coming;
	unsigned int singles;
};

void tsec_udp_train_expect(struct tsec_udp_train *train, struct sock *isk,
			   const struct sk_buff *skb,
			   void (*ready)(struct sock *isk));
void tsec_udp_train_over(struct tsec_udp_train *train, struct sock *isk,
			 udp_tunnel_encap_rcv_t receive);
bool tsec_udp_train_hold(struct tsec_udp_train *train);
bool tsec_udp_train_begin(struct tsec_udp_train *train, struct sock *isk);
void tsec_udp_train_end(struct tsec_udp_train *train);
struct sk_buff *tsec_udp_train_next(struct sock *isk);
bool tsec_udp_train_intact(struct sk_buff *skb);
void tsec_udp_train_split(struct sock *isk, struct sk_buff *skb,
			  udp_tunnel_encap_rcv_t receive);

#endif /* TSEC_UDP_TRAIN_H */
