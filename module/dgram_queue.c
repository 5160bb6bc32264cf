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
#include "net.h"
#include "packet.h"
#include "session.h"
#include "socket.h"

enum dgram_queue_limits {
	JOINED_MAX = 64,		/* in one, as UDP has it */
};

/**
 * struct queued_cb - what a datagram in the queue has become
 * @last: the last one that joined it, or NULL
 * @from: who has sent it
 * @size: bytes of each, the last one excepted
 * @count: how many there are
 * @full: the last one was shorter: no other may follow it
 */
struct queued_cb {
	struct sk_buff *last;
	union tsec_address from;
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

/* Whether one or many of their size may follow what there is. */
static bool sizes_fit(const struct queued_cb *cb, const struct queued_cb *more)
{
	return !cb->full && cb->count + more->count <= JOINED_MAX &&
	       more->size && (more->size == cb->size ||
			      (more->count == 1 && more->size < cb->size));
}

/* One that is being peeked at, or whose memory is another's too, stays. */
static bool may_join(const struct sk_buff *head, const struct sk_buff *skb)
{
	const struct queued_cb *cb = queued_cb(head);
	const union tsec_address *from = &queued_cb(skb)->from;

	return sizes_fit(cb, queued_cb(skb)) &&
	       head->len + skb->len <= TSEC_PACKET_DATAGRAM_MAX &&
	       !skb_shared(head) && !skb_cloned(head) && same_way(head, skb) &&
	       !memcmp(&cb->from, from, sizeof(*from));
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
	cb->count += queued_cb(skb)->count;
	cb->full = skb->len % cb->size;
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
	/* A filter may have cut it off. */
	if (queued_cb(skb)->count == 1)
		queued_cb(skb)->size = skb->len;
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
 * @skb: what was in a record, in linear memory; in many, if the program has
 *	asked for that
 * @size: bytes of each, the last one excepted
 * @from: who has sent it
 *
 * Context: Any but hard interrupts.
 * Return: 0, and @skb is the queue's; -ENOMEM or -ENOBUFS if there is no
 * room, or another negative errno if the program's filter does not want it.
 */
int tsec_dgram_queue(struct sock *sk, struct sk_buff *skb, unsigned int size,
		     const union tsec_address *from)
{
	struct queued_cb *cb = queued_cb(skb);

	cb->last = NULL;
	cb->from = *from;
	cb->size = size;
	cb->count = skb->len > size ? DIV_ROUND_UP(skb->len, size) : 1;
	cb->full = cb->count > 1 && skb->len % size;
	return READ_ONCE(tsec_sk(sk)->gro) ? queue_joined(sk, skb) :
					     sock_queue_rcv_skb(sk, skb);
}

/* The size of those that have come in one. */
static void size_put(const struct sock *sk, struct msghdr *msg,
		     const struct sk_buff *skb)
{
	int size = queued_cb(skb)->size;

	if (queued_cb(skb)->count > 1 && READ_ONCE(tsec_sk(sk)->gro))
		put_cmsg(msg, SOL_UDP, UDP_GRO, sizeof(size), &size);
}

/* Most are in one piece, which spares the search for others. */
static int payload_copy(const struct sk_buff *skb, struct msghdr *msg,
			size_t len)
{
	if (unlikely(skb_is_nonlinear(skb)))
		return skb_copy_datagram_msg(skb, 0, msg, len);
	return copy_to_iter(skb->data, len, &msg->msg_iter) == len ? 0 :
								     -EFAULT;
}

static int datagram_copy(struct sock *sk, struct sock *isk,
			 struct sk_buff *skb, struct msghdr *msg, size_t len,
			 int flags)
{
	size_t copied = min_t(size_t, len, skb->len);
	int err;

	err = payload_copy(skb, msg, copied);
	if (err)
		return err;
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	sock_recv_cmsgs(msg, sk, skb);
	tsec_udp_tell(isk, msg, skb);
	size_put(sk, msg, skb);
	if (msg->msg_name)
		msg->msg_namelen = tsec_address_copy(msg->msg_name,
						     &queued_cb(skb)->from);
	if (!(flags & MSG_PEEK))
		tsec_stats_add(tsec_net_get(sock_net(sk))->stats,
			       TSEC_STAT_RX_BYTES, skb->len);
	return flags & MSG_TRUNC ? skb->len : copied;
}

/**
 * tsec_dgram_queue_recv() - receive a datagram
 * @sk: the program's socket
 * @isk: its inner socket, which knows of the control data asked for
 * @msg: the program's message; gets the sender and the control data
 * @len: bytes of room
 * @flags: MSG_PEEK, MSG_DONTWAIT, MSG_TRUNC
 *
 * Context: process context.
 * Return: bytes, the datagram's whole length with MSG_TRUNC; 0 also if
 * nothing more comes; or a negative errno as for UDP.
 */
int tsec_dgram_queue_recv(struct sock *sk, struct sock *isk,
			  struct msghdr *msg, size_t len, int flags)
{
	struct sk_buff *skb;
	int ret;

	if (unlikely(flags & (MSG_OOB | MSG_ERRQUEUE)))
		return flags & MSG_OOB ? -EOPNOTSUPP : -EAGAIN;
	skb = skb_recv_datagram(sk, flags, &ret);
	if (!skb)
		return ret;
	ret = datagram_copy(sk, isk, skb, msg, len, flags);
	skb_free_datagram(sk, skb);
	return ret;
}

/**
 * tsec_dgram_queue_next() - bytes of the next datagram (SIOCINQ)
 * @sk: the program's socket
 *
 * Return: bytes, 0 if there is none.
 */
int tsec_dgram_queue_next(struct sock *sk)
{
	struct sk_buff *skb;
	int len = 0;

	spin_lock_bh(&sk->sk_receive_queue.lock);
	skb = skb_peek(&sk->sk_receive_queue);
	if (skb)
		len = skb->len;
	spin_unlock_bh(&sk->sk_receive_queue.lock);
	return len;
}
