// SPDX-License-Identifier: GPL-2.0
/*
 * First messages of clients that take more than one datagram, as those with the
 * share of a post-quantum group do.
 *
 * The answer to a ClientHello has to have the hash of all of it, so this is what
 * is kept of clients that have proven nothing yet: a fixed number of messages,
 * with room for few bytes each.  Pieces of one message come close together, and
 * so the newest one may have the room of any other; who wants to hinder somebody
 * else has to get between them.  They have to come in order: a client that gets
 * no answer sends them once more.
 */
#include <linux/jhash.h>
#include <linux/random.h>

#include "dgram.h"
#include "packet.h"
#include "pieces.h"

/**
 * tsec_pieces_init() - no message is under way
 * @pieces: any bytes
 */
void tsec_pieces_init(struct tsec_pieces *pieces)
{
	memset(pieces, 0, sizeof(*pieces));
	spin_lock_init(&pieces->lock);
	pieces->seed = get_random_u32();
}

/**
 * tsec_pieces_free() - undo tsec_pieces_init()
 * @pieces: nobody looks at it any more
 */
void tsec_pieces_free(struct tsec_pieces *pieces)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pieces->slot); i++)
		kfree_skb(pieces->slot[i].skb);
}

/* The datagram, with room for the rest of the message. */
static struct sk_buff *message_begin(const struct sk_buff *skb,
				     const struct tsec_packet_piece *piece)
{
	struct sk_buff *message;

	message = skb_copy_expand(skb, skb_headroom(skb),
				  piece->total - piece->len, GFP_ATOMIC);
	if (message)
		tsec_dgram_set_aside(message);
	return message;
}

/* True if it goes on where the others have ended. */
static bool message_add(struct sk_buff *message, const struct sk_buff *skb,
			const struct tsec_packet_piece *piece)
{
	if (message->len != piece->header + piece->offset ||
	    skb_tailroom(message) < (int)(piece->total - piece->offset))
		return false;
	skb_put_data(message, skb->data + piece->header, piece->len);
	return true;
}

static struct sk_buff *take_locked(struct tsec_pieces *pieces,
				   const struct tsec_udp_ends *ends,
				   const struct sk_buff *skb,
				   const struct tsec_packet_piece *piece)
{
	u32 i = jhash(ends, sizeof(*ends), pieces->seed) % TSEC_PIECES_SLOTS;
	struct tsec_pieces_slot *slot = &pieces->slot[i];
	struct sk_buff *whole;

	if (!piece->offset) {
		kfree_skb(slot->skb);
		slot->skb = message_begin(skb, piece);
		slot->ends = *ends;
		slot->seq = piece->seq;
		return NULL;
	}
	if (!slot->skb || slot->seq != piece->seq ||
	    memcmp(&slot->ends, ends, sizeof(*ends)) ||
	    !message_add(slot->skb, skb, piece) ||
	    slot->skb->len < piece->header + piece->total)
		return NULL;
	whole = slot->skb;
	slot->skb = NULL;
	return whole;
}

/**
 * tsec_pieces_take() - a piece of a message has come
 * @pieces: the messages that are under way
 * @ends: from where to where
 * @skb: the datagram
 * @piece: what it says of itself; of TSEC_PIECES_MAX bytes at most
 *
 * Context: softirq or bottom halves off.
 * Return: NULL, or the message, for it is complete: a datagram with the first
 * one's headers.
 */
struct sk_buff *tsec_pieces_take(struct tsec_pieces *pieces,
				 const struct tsec_udp_ends *ends,
				 const struct sk_buff *skb,
				 const struct tsec_packet_piece *piece)
{
	struct sk_buff *whole;

	spin_lock(&pieces->lock);
	whole = take_locked(pieces, ends, skb, piece);
	spin_unlock(&pieces->lock);
	return whole;
}
