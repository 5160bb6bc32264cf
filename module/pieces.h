/* SPDX-License-Identifier: GPL-2.0 */
/*
 * First messages of clients that take more than one datagram.
 */
#ifndef TSEC_PIECES_H
#define TSEC_PIECES_H

#include <linux/skbuff.h>
#include <linux/spinlock.h>

#include "udp_peer.h"

struct tsec_packet_piece;

enum tsec_pieces_limits {
	TSEC_PIECES_SLOTS	= 32,	/* messages that are under way */
	TSEC_PIECES_MAX		= 4096,	/* bytes of one */
};

/**
 * struct tsec_pieces_slot - a message that is not complete yet
 * @ends: whose it is
 * @skb: as much of it as has come, NULL if there is none
 * @seq: its number
 */
struct tsec_pieces_slot {
	struct tsec_udp_ends ends;
	struct sk_buff *skb;
	u16 seq;
};

/**
 * struct tsec_pieces - messages that are not complete yet
 * @lock: softirqs have it
 * @seed: of the hash, so that nobody knows whose messages share a slot
 * @slot: one for each hash of both ends: the newest message
 */
struct tsec_pieces {
	spinlock_t lock;	/* slots, and what is in there */
	u32 seed;
	struct tsec_pieces_slot slot[TSEC_PIECES_SLOTS];
};

void tsec_pieces_init(struct tsec_pieces *pieces);
void tsec_pieces_free(struct tsec_pieces *pieces);
struct sk_buff *tsec_pieces_take(struct tsec_pieces *pieces,
				 const struct tsec_udp_ends *ends,
				 const struct sk_buff *skb,
				 const struct tsec_packet_piece *piece);

#endif /* TSEC_PIECES_H */
