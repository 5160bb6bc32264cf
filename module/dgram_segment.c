// SPDX-License-Identifier: GPL-2.0
/*
 * One call, many datagrams: UDP_SEGMENT.
 *
 * Each record is sealed in a piece of a page, and the pieces go down as one
 * packet of many segments: the way through IP, and often the driver, is gone
 * once for all of them.
 */
#include <linux/sched.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/xfrm.h>

#include "compat.h"
#include "dgram.h"
#include "packet.h"
#include "session.h"

/* IPsec takes packets apart before it protects them: one at a time there. */
static int segments_max(const struct tsec_udp_route *route)
{
	if (dst_xfrm(route->dst))
		return 1;
	return min_t(int, MAX_SKB_FRAGS, UDP_MAX_SEGMENTS);
}

/* Adds a sealed record, which owns the next @size bytes of the page. */
static void piece_add(struct sock *isk, struct sk_buff *skb,
		      struct page_frag *pfrag, size_t size,
		      const struct tsec_packet *packet)
{
	struct skb_shared_info *info = skb_shinfo(skb);

	get_page(pfrag->page);
	skb_fill_page_desc(skb, info->nr_frags, pfrag->page,
			   packet->data - (u8 *)page_address(pfrag->page),
			   packet->len);
	pfrag->offset += size;
	skb->len += packet->len;
	skb->data_len += packet->len;
	skb->truesize += size;
	refcount_add(size, &isk->sk_wmem_alloc);
}

/* All segments of one packet have one length, but for a shorter last one. */
static bool segment_joins(struct tsec_session *session, struct sk_buff *skb,
			  const struct tsec_packet *packet)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	u32 len = tsec_dgram_sealed_len(session, packet);

	return !info->nr_frags || len <= skb_frag_size(&info->frags[0]);
}

static bool segment_is_last(const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);

	return skb_frag_size(&info->frags[info->nr_frags - 1]) <
	       skb_frag_size(&info->frags[0]);
}

/*
 * The task's own page: nobody else writes to it meanwhile, as in TCP, for
 * those who send while a page fault is dealt with have pages of their own.
 */
static int segment_add(struct tsec_session *session, struct sk_buff *skb,
		       struct msghdr *msg, size_t len, u8 tos)
{
	u32 room = tsec_dgram_header_room(session);
	size_t size = room + len + session->dgram->ops->trailer_room;
	struct page_frag *pfrag = &current->task_frag;
	struct sock *isk = session->dgram->out;
	struct tsec_packet packet = { .len = len, .tos = tos };
	int err;

	if (!skb_page_frag_refill(size, pfrag, isk->sk_allocation) ||
	    pfrag->size - pfrag->offset < size)
		return -ENOBUFS;
	packet.data = page_address(pfrag->page) + pfrag->offset + room;
	if (!copy_from_iter_full(packet.data, len, &msg->msg_iter))
		return -EFAULT;
	err = -EMSGSIZE;
	if (segment_joins(session, skb, &packet))
		err = tsec_dgram_tx_broken(session) ?:
		      tsec_dgram_seal(session, &packet);
	if (err)
		iov_iter_revert(&msg->msg_iter, len);
	else
		piece_add(isk, skb, pfrag, size, &packet);
	return err;
}

/* Payload bytes that went into @skb, or why none did. */
static int segments_fill(struct tsec_session *session, struct sk_buff *skb,
			 struct msghdr *msg, size_t len, size_t segment,
			 const struct tsec_udp_route *route)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	int err = 0, most = segments_max(route);
	size_t done = 0, chunk;

	while (done < len && info->nr_frags < most) {
		chunk = min(segment, len - done);
		/* All of it must fit the length of one packet. */
		if (done && skb->len + skb_frag_size(&info->frags[0]) >
			    IP_MAX_MTU - SZ_1K)
			break;
		err = segment_add(session, skb, msg, chunk, route->tos);
		if (err)
			break;
		done += chunk;
		if (segment_is_last(skb))
			break;
	}
	if (info->nr_frags > 1) {
		info->gso_size = skb_frag_size(&info->frags[0]);
		info->gso_segs = info->nr_frags;
	}
	return done ?: err;
}

/* As many segments as go into one packet; how much payload that was. */
static int batch_send(struct tsec_session *session,
		      const struct tsec_udp_ask *ask, struct msghdr *msg,
		      size_t len)
{
	struct sock *isk = session->dgram->out;
	struct tsec_udp_route route;
	struct sk_buff *skb;
	int ret;

	ret = tsec_dgram_route(session, ask, &route);
	if (ret)
		return ret;
	ret = -EMSGSIZE;
	if (min_t(size_t, ask->segment, len) >
	    tsec_dgram_fit(session, route.mtu))
		goto put_route;
	skb = sock_alloc_send_skb(isk, tsec_udp_headroom(&route),
				  msg->msg_flags & MSG_DONTWAIT, &ret);
	if (!skb)
		goto put_route;
	skb_reserve(skb, tsec_udp_headroom(&route));
	ret = segments_fill(session, skb, msg, len, ask->segment, &route);
	if (ret < 0)
		goto free_skb;
	tsec_udp_send(isk, &route, skb);
	return ret;

free_skb:
	kfree_skb(skb);
put_route:
	tsec_udp_route_put(&route);
	return ret;
}

/**
 * tsec_dgram_send_segments() - send datagrams of one size, the last excepted
 * @session: an open session
 * @ask: how they are to be sent, and their size
 * @msg: the program's message
 * @len: bytes, more than one datagram
 *
 * Context: process context.
 * Return: bytes sent, less than @len if what follows them failed; or a
 * negative errno: -EINVAL for more than UDP_MAX_SEGMENTS, -ENOBUFS, others as
 * from tsec_dgram_sendmsg().
 */
int tsec_dgram_send_segments(struct tsec_session *session,
			     const struct tsec_udp_ask *ask,
			     struct msghdr *msg, size_t len)
{
	size_t done = 0;
	int ret;

	if (len > (size_t)ask->segment * UDP_MAX_SEGMENTS)
		return -EINVAL;
	do {
		ret = batch_send(session, ask, msg, len - done);
		if (ret < 0)
			break;
		done += ret;
	} while (done < len);
	return done ?: ret;
}
