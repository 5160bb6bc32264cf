// SPDX-License-Identifier: GPL-2.0
/*
 * The program's queue of datagrams, and UDP_GRO: several in one call.
 *
 * The kernel hands datagrams over one at a time, however they came.  Those
 * that wait for the program anyway are put together here, if it has asked for
 * that: so it makes fewer calls just when it lags behind, and waits for none.
 */
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/sock.h>

#include "compat.h"
#include "dgram.h"
#include "packet.h"
#include "socket.h"

enum dgram_queue_limits {
	JOINED_MAX = 64,		/* in one, as UDP has it */
};

/**
 * struct queued_cb - what a datagram in the queue has become
 * @last: the last one that joined it, or NULL
 * @size: bytes of each, the last one excepted
 * @count: how many there are
 * @full: the last one was shorter: no other may follow it
 */
struct queued_cb {
	struct sk_buff *last;
	u16 size;
	u8 count;
	bool full;
};

static struct queued_cb *queued_cb(const struct sk_buff *skb)
{
	sock_skb_cb_check_size(sizeof(struct queued_cb));
	return (struct queued_cb *)skb->cb;
}

/* Whether control data would tell the same of both. */
static bool same_way(const struct sk_buff *a, const struct sk_buff *b)
{
	if (a->mark != b->mark || a->skb_iif != b->skb_iif ||
	    ip_hdr(a)->version != ip_hdr(b)->version)
		return false;
	if (ip_hdr(a)->version == 4)
		return ip_hdr(a)->tos == ip_hdr(b)->tos &&
		       ip_hdr(a)->ttl == ip_hdr(b)->ttl;
	return ipv6_get_dsfield(ipv6_hdr(a)) == ipv6_get_dsfield(ipv6_hdr(b)) &&
	       ipv6_hdr(a)->hop_limit == ipv6_hdr(b)->hop_limit;
}

/* One that is being peeked at, or whose memory is another's too, stays. */
static bool may_join(const struct sk_buff *head, const struct sk_buff *skb)
{
	const struct queued_cb *cb = queued_cb(head);

	return cb->count < JOINED_MAX && !cb->full &&
	       skb->len && skb->len <= cb->size &&
	       head->len + skb->len <= TSEC_PACKET_DATAGRAM_MAX &&
	       !skb_shared(head) && !skb_cloned(head) && same_way(head, skb);
}

/* Each stays charged to the socket for itself. */
static void join(struct sk_buff *head, struct sk_buff *skb)
{
	struct queued_cb *cb = queued_cb(head);

	/* A packet that was taken apart leaves its pieces on a list. */
	skb_mark_not_on_list(skb);
	if (cb->last)
		cb->last->next = skb;
	else
		skb_shinfo(head)->frag_list = skb;
	cb->last = skb;
	cb->count++;
	cb->full = skb->len < cb->size;
	head->len += skb->len;
	head->data_len += skb->len;
}

/* Whether there is news for the program. */
static bool put(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff_head *list = &sk->sk_receive_queue;
	struct sk_buff *tail;
	bool joined;

	spin_lock_bh(&list->lock);
	tail = skb_peek_tail(list);
	joined = tail && may_join(tail, skb);
	if (joined) {
		join(tail, skb);
	} else {
		sock_skb_set_dropcount(sk, skb);
		__skb_queue_tail(list, skb);
	}
	spin_unlock_bh(&list->lock);
	return !joined;
}

/* As sock_queue_rcv_skb() does it, which knows nothing of joining. */
static int queue_joined(struct sock *sk, struct sk_buff *skb)
{
	int err = sk_filter(sk, skb);

	if (err)
		return err;
	if (atomic_read(&sk->sk_rmem_alloc) >= READ_ONCE(sk->sk_rcvbuf)) {
		atomic_inc(&sk->sk_drops);
		return -ENOMEM;
	}
	if (!sk_rmem_schedule(sk, skb, skb->truesize)) {
		atomic_inc(&sk->sk_drops);
		return -ENOBUFS;
	}
	skb->dev = NULL;
	skb_set_owner_r(skb, sk);
	if (put(sk, skb) && !sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
	return 0;
}

/**
 * tsec_dgram_queue() - queue a datagram to the program's socket
 * @sk: the program's socket
 * @skb: what was in a record, in linear memory
 *
 * Context: Any but hard interrupts.
 * Return: 0, and @skb is the queue's; -ENOMEM or -ENOBUFS if there is no
 * room, or another negative errno if the program's filter does not want it.
 */
int tsec_dgram_queue(struct sock *sk, struct sk_buff *skb)
{
	*queued_cb(skb) = (struct queued_cb){ .size = skb->len, .count = 1 };
	return READ_ONCE(tsec_sk(sk)->gro) ? queue_joined(sk, skb) :
					     sock_queue_rcv_skb(sk, skb);
}

/**
 * tsec_dgram_queue_tell() - give a program the size of those in one
 * @sk: the program's socket
 * @msg: the program's message
 * @skb: what it receives, from its queue
 *
 * Context: process context.
 */
void tsec_dgram_queue_tell(const struct sock *sk, struct msghdr *msg,
			   const struct sk_buff *skb)
{
	int size = queued_cb(skb)->size;

	if (queued_cb(skb)->count > 1 && READ_ONCE(tsec_sk(sk)->gro))
		put_cmsg(msg, SOL_UDP, UDP_GRO, sizeof(size), &size);
}
