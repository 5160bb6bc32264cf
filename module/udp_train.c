// SPDX-License-Identifier: GPL-2.0
/*
 * Trains: many datagrams of one peer that have come as one packet.
 *
 * Senders on this machine make them (UDP_SEGMENT), and GRO does of what comes
 * by a network.  Before a hook gets a train the kernel takes it apart, which
 * costs more for each datagram than UDP itself.  A socket that has asked for
 * UDP_GRO, but has no hook, gets it whole in its queue.  So the hook is taken
 * off where trains come, and put back where they do not: it spares the queue.
 * Which way a packet comes makes no other difference.
 */
#include <linux/udp.h>
#include <net/udp.h>

#include "compat.h"
#include "udp_train.h"

enum train_limits {
	SINGLES_MAX = 8,	/* in a row, then the hook is back */
};

/**
 * tsec_udp_train_expect() - take the hook off if that pays
 * @train: of the socket
 * @isk: the inner socket
 * @skb: what its hook has got; behind it are the others of its train
 * @ready: from now on nobody else looks at the socket's queue: is called in
 *	softirq for what comes there
 *
 * The rest of a train that the kernel has taken apart still goes to the hook.
 *
 * Context: softirq.
 */
void tsec_udp_train_expect(struct tsec_udp_train *train, struct sock *isk,
			   const struct sk_buff *skb,
			   void (*ready)(struct sock *isk))
{
	bool coming = skb->next;

	if (likely(coming == READ_ONCE(train->coming)))
		return;
	WRITE_ONCE(train->coming, coming);
	if (coming || !tsec_udp_gro(isk) || test_and_set_bit(0, &train->busy))
		return;
	train->met = true;
	WRITE_ONCE(isk->sk_data_ready, ready);
	WRITE_ONCE(train->unhooked, true);
	/* Whoever finds no hook, and queues, finds whom to tell of it. */
	smp_store_release(&udp_sk(isk)->encap_rcv, NULL);
	tsec_udp_train_end(train);
	/* Who has come meanwhile found somebody at it. */
	ready(isk);
}

/**
 * tsec_udp_train_hold() - see to it that no trains come
 * @train: of the socket
 *
 * Up to tsec_udp_train_end().
 *
 * Context: bottom halves off.
 * Return: false if some have come, or another CPU takes what is in the queue.
 */
bool tsec_udp_train_hold(struct tsec_udp_train *train)
{
	if (test_and_set_bit(0, &train->busy))
		return false;
	if (!train->met)
		return true;
	tsec_udp_train_end(train);
	return false;
}

/**
 * tsec_udp_train_over() - put the hook back if no more trains come
 * @train: of the socket, which the caller has begun to take from
 * @isk: the inner socket, whose queue has just brought a single datagram
 * @receive: the hook
 *
 * Context: softirq.
 */
void tsec_udp_train_over(struct tsec_udp_train *train, struct sock *isk,
			 udp_tunnel_encap_rcv_t receive)
{
	if (!READ_ONCE(train->unhooked) || ++train->singles <= SINGLES_MAX)
		return;
	WRITE_ONCE(train->unhooked, false);
	WRITE_ONCE(udp_sk(isk)->encap_rcv, receive);
}

static bool queues_empty(const struct sock *isk)
{
	return skb_queue_empty_lockless(&isk->sk_receive_queue) &&
	       skb_queue_empty_lockless(&udp_sk(isk)->reader_queue);
}

/**
 * tsec_udp_train_begin() - whether to take what is in the queue
 * @train: of the socket
 * @isk: the inner socket
 *
 * One CPU does it at a time, so that what it takes stays in order.  It has to
 * ask once more after tsec_udp_train_end().
 *
 * Context: softirq.
 * Return: false if there is nothing, or another CPU is at it.
 */
bool tsec_udp_train_begin(struct tsec_udp_train *train, struct sock *isk)
{
	return !queues_empty(isk) && !test_and_set_bit(0, &train->busy);
}

/**
 * tsec_udp_train_end() - another CPU may take what comes
 * @train: of the socket, after tsec_udp_train_begin()
 *
 * Context: softirq.
 */
void tsec_udp_train_end(struct tsec_udp_train *train)
{
	clear_bit_unlock(0, &train->busy);
	/* Whoever found it set has queued before the caller looks again. */
	smp_mb__after_atomic();
}

/**
 * tsec_udp_train_next() - take a packet from the queue
 * @isk: the inner socket
 *
 * What __skb_recv_udp() does, which would also take the socket's error.
 *
 * Context: softirq.
 * Return: the packet without its UDP header, or NULL.
 */
struct sk_buff *tsec_udp_train_next(struct sock *isk)
{
	struct sk_buff_head *readers = &udp_sk(isk)->reader_queue;
	struct sk_buff *skb;

	spin_lock(&readers->lock);
	skb = __skb_dequeue(readers);
	if (!skb) {
		spin_lock(&isk->sk_receive_queue.lock);
		skb_queue_splice_tail_init(&isk->sk_receive_queue, readers);
		spin_unlock(&isk->sk_receive_queue.lock);
		skb = __skb_dequeue(readers);
	}
	if (skb) {
		udp_skb_destructor(isk, skb);
		/* UDP has kept notes of its own there. */
		skb->dev = NULL;
	}
	spin_unlock(&readers->lock);
	return skb;
}

/**
 * tsec_udp_train_intact() - make a datagram one as the hook gets it
 * @skb: from tsec_udp_train_next(), no train; left with its UDP header
 *
 * Context: softirq.
 * Return: false if its checksum is wrong.
 */
bool tsec_udp_train_intact(struct sk_buff *skb)
{
	if (udp_lib_checksum_complete(skb))
		return false;
	__skb_push(skb, sizeof(struct udphdr));
	return true;
}

/**
 * tsec_udp_train_split() - hand over the datagrams of a train one by one
 * @isk: the inner socket
 * @skb: the train, from tsec_udp_train_next(); used up
 * @receive: gets each of them with its UDP header
 *
 * UDP counts what it cannot take apart.
 *
 * Context: softirq, under RCU.
 */
void tsec_udp_train_split(struct sock *isk, struct sk_buff *skb,
			  udp_tunnel_encap_rcv_t receive)
{
	bool v4 = skb->protocol == htons(ETH_P_IP);
	struct sk_buff *segs, *next;

	__skb_push(skb, -skb_mac_offset(skb));
	/* As it was before UDP took its header off. */
	if (skb->ip_summed == CHECKSUM_NONE)
		skb->ip_summed = CHECKSUM_PARTIAL;
	segs = udp_rcv_segment(isk, skb, v4);
	skb_list_walk_safe(segs, skb, next) {
		__skb_pull(skb, skb_transport_offset(skb));
		receive(isk, skb);
	}
}
