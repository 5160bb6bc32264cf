/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions that outlive the addresses of their ends.
 */
#ifndef TSEC_DGRAM_MOVE_H
#define TSEC_DGRAM_MOVE_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "record/rrc.h"
#include "udp_peer.h"

struct sk_buff;
struct tsec_dgram;
struct tsec_packet_ops;
struct tsec_session;
struct tsec_udp_ask;
struct tsec_udp_route;

enum tsec_dgram_move_limits {
	TSEC_DGRAM_MOVE_TRIES	= 3,	/* challenges to one address */
};

/**
 * enum tsec_dgram_move_state - whether the peer is at another address
 * @TSEC_DGRAM_STAYS: not that we know
 * @TSEC_DGRAM_SEEN: a record came from there
 * @TSEC_DGRAM_CHALLENGED: it is asked to prove it
 * @TSEC_DGRAM_PROVEN: it is
 */
enum tsec_dgram_move_state {
	TSEC_DGRAM_STAYS,
	TSEC_DGRAM_SEEN,
	TSEC_DGRAM_CHALLENGED,
	TSEC_DGRAM_PROVEN,
};

/**
 * struct tsec_dgram_move - a peer on its way to another address
 * @lock: protects the rest; bottom halves off
 * @state: enum tsec_dgram_move_state; may be looked at without the lock
 * @epoch: of the newest key that the peer has used; without the lock
 * @to: where it seems to be
 * @cookies: what it was challenged with
 * @tries: how many of those there are
 * @received: bytes of datagrams from there
 * @sent: bytes of datagrams to there, at most three times as many
 * @stopped: the session has ended
 * @timer: ends a challenge; holds a reference on the session
 */
struct tsec_dgram_move {
	spinlock_t lock;	/* one move at a time */
	u8 state;
	u32 epoch;
	struct tsec_udp_ends to;
	u8 cookies[TSEC_DGRAM_MOVE_TRIES][TSEC_RRC_COOKIE_LEN];
	u8 tries;
	u32 received;
	u32 sent;
	bool stopped;
	struct delayed_work timer;
};

void tsec_dgram_move_init(struct tsec_dgram *dgram);
void tsec_dgram_move_open(struct tsec_dgram *dgram);
void tsec_dgram_move_stop(struct tsec_dgram *dgram);
bool tsec_dgram_move_newest(struct tsec_dgram *dgram, u32 epoch);
bool tsec_dgram_move_seen(struct tsec_dgram *dgram, const struct sk_buff *skb,
			  u32 len, bool elsewhere);
void tsec_dgram_move_work(struct tsec_dgram *dgram);
bool tsec_dgram_move_control(struct tsec_dgram *dgram,
			     const struct sk_buff *skb, u8 content);
int tsec_dgram_route(struct tsec_session *session,
		     const struct tsec_udp_ask *ask,
		     struct tsec_udp_route *route);

#endif /* TSEC_DGRAM_MOVE_H */
