// SPDX-License-Identifier: GPL-2.0
/*
 * Transport data messages of WireGuard ("WireGuard: Next Generation Kernel
 * Network Tunnel", section 5.4.6).
 *
 *	type (32 bits) | receiver's index | counter | content and padding | tag
 *
 * All numbers are little-endian.  Nothing tells the padding from the content:
 * the packet within knows its own length.  A message without content keeps a
 * session alive.
 *
 * The kernel's library of ChaCha20-Poly1305, which its own WireGuard uses as
 * well, takes just this nonce, and is faster than the crypto API's AEAD: that
 * makes several requests of one.
 */
#include <crypto/chacha20poly1305.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsec.h>

#include "../compat.h"
#include "../key.h"
#include "../replay.h"
#include "wireguard.h"

enum wireguard_layout {
	AT_INDEX	= 4,	/* the receiver's; of others the sender's */
	AT_RESPONSE_INDEX = 8,	/* the receiver's, in a response */
	AT_COUNTER	= 8,
};

enum {
	INDEX_LEN	= 4,
	OVERHEAD	= TSEC_WIREGUARD_HEADER + TSEC_WIREGUARD_TAG,
};

static_assert((int)TSEC_WIREGUARD_TAG == (int)CHACHA20POLY1305_AUTHTAG_SIZE);
static_assert((int)TSEC_WIREGUARD_WINDOW <= (int)TSEC_REPLAY_MAX);

/**
 * struct tsec_packet_key - one direction of one keypair
 * @replay: what has come, of a receiving key
 * @index: the receiver's name for it
 * @key: the key
 */
struct tsec_packet_key {
	struct tsec_replay replay;
	u32 index;
	u8 key[CHACHA20POLY1305_KEY_SIZE];
};

static enum tsec_packet_kind kind_of(u32 content_len)
{
	return content_len ? TSEC_PACKET_DATA : TSEC_PACKET_CONTROL;
}

/* Messages of the handshake have one length each. */
static size_t handshake_len(u32 type)
{
	switch (type) {
	case TSEC_WIREGUARD_INITIATION:
		return TSEC_WIREGUARD_INITIATION_LEN;
	case TSEC_WIREGUARD_RESPONSE:
		return TSEC_WIREGUARD_RESPONSE_LEN;
	case TSEC_WIREGUARD_COOKIE:
		return TSEC_WIREGUARD_COOKIE_LEN;
	default:
		return 0;
	}
}

/* An initiation names no receiver. */
static u32 handshake_index(const u8 *data, u32 type)
{
	switch (type) {
	case TSEC_WIREGUARD_RESPONSE:
		return get_unaligned_le32(data + AT_RESPONSE_INDEX);
	case TSEC_WIREGUARD_COOKIE:
		return get_unaligned_le32(data + AT_INDEX);
	default:
		return 0;
	}
}

static int peek_handshake(const u8 *data, size_t len, u32 type,
			  struct tsec_packet_header *header)
{
	if (len != handshake_len(type))
		return -EINVAL;
	header->key_id = handshake_index(data, type);
	header->sealed = false;
	header->kind = TSEC_PACKET_HANDSHAKE;
	return 0;
}

static int peek(const u8 *data, size_t len, u8 cid_len,
		struct tsec_packet_header *header)
{
	u32 type;

	if (len < OVERHEAD)
		return -EINVAL;
	/* The type's other three bytes are reserved, and zero. */
	type = get_unaligned_le32(data);
	header->len = len;
	header->cid = NULL;
	header->cid_len = 0;
	if (type != TSEC_WIREGUARD_DATA)
		return peek_handshake(data, len, type, header);
	header->key_id = get_unaligned_le32(data + AT_INDEX);
	header->cid = data + AT_INDEX;
	header->cid_len = INDEX_LEN;
	header->sealed = true;
	header->kind = kind_of(len - OVERHEAD);
	return 0;
}

static const char *key_fault(const struct tsec_key *key,
			     const struct tsec_packet_params *as)
{
	if (key->version != TSEC_VERSION_WIREGUARD)
		return "the key is not for WireGuard";
	if (key->cipher != TSEC_CIPHER_CHACHA20_POLY1305)
		return "WireGuard knows no cipher but chacha20-poly1305";
	if (key->seq >= TSEC_WIREGUARD_REJECT_AFTER)
		return "counter beyond the limit of WireGuard";
	if (as->cid_len)
		return "WireGuard has no connection IDs";
	return tsec_packet_key_fault(key, CHACHA20POLY1305_KEY_SIZE, 0);
}

static void key_free(struct tsec_packet_key *pkey)
{
	tsec_replay_free(&pkey->replay);
	kfree_sensitive(pkey);
}

static struct tsec_packet_key *key_new(const struct tsec_key *key,
				       const struct tsec_packet_params *as,
				       const char **why)
{
	struct tsec_packet_key *pkey;

	*why = key_fault(key, as);
	if (*why)
		return ERR_PTR(-EINVAL);
	*why = "no memory for the key";
	pkey = kzalloc(sizeof(*pkey), GFP_KERNEL_ACCOUNT);
	if (!pkey)
		return ERR_PTR(-ENOMEM);
	pkey->index = as->key_id;
	memcpy(pkey->key, key->key, sizeof(pkey->key));
	if (as->sending)
		return pkey;
	if (tsec_replay_begin(&pkey->replay,
			      as->window ?: TSEC_WIREGUARD_WINDOW, key->seq)) {
		key_free(pkey);
		return ERR_PTR(-ENOMEM);
	}
	return pkey;
}

static u32 fit(const struct tsec_packet_key *pkey, u32 len)
{
	if (len <= OVERHEAD)
		return 0;
	return min_t(u32, round_down(len - OVERHEAD, TSEC_WIREGUARD_PADDING),
		     TSEC_WIREGUARD_PAYLOAD_MAX);
}

static void header_write(const struct tsec_packet_key *pkey, u8 *header,
			 u64 counter)
{
	put_unaligned_le32(TSEC_WIREGUARD_DATA, header);
	put_unaligned_le32(pkey->index, header + AT_INDEX);
	put_unaligned_le64(counter, header + AT_COUNTER);
}

static int seal(struct tsec_packet_key *pkey, struct tsec_packet *packet)
{
	u8 *content = packet->data;
	u32 len = ALIGN(packet->len, TSEC_WIREGUARD_PADDING);

	if (packet->len > TSEC_WIREGUARD_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (packet->seq >= TSEC_WIREGUARD_REJECT_AFTER)
		return -EKEYEXPIRED;
	memset(content + packet->len, 0, len - packet->len);
	chacha20poly1305_encrypt(content, content, len, NULL, 0, packet->seq,
				 pkey->key);
	packet->data = content - TSEC_WIREGUARD_HEADER;
	packet->len = OVERHEAD + len;
	header_write(pkey, packet->data, packet->seq);
	return 0;
}

/* The outside of a message: is it for this key, and whole? */
static int outside_check(const struct tsec_packet_key *pkey,
			 const struct tsec_packet *packet)
{
	struct tsec_packet_header header;

	if (peek(packet->data, packet->len, 0, &header) || !header.sealed ||
	    header.key_id != pkey->index)
		return -EINVAL;
	if (packet->len > OVERHEAD + TSEC_WIREGUARD_PAYLOAD_MAX)
		return -EMSGSIZE;
	return 0;
}

static int open(struct tsec_packet_key *pkey, struct tsec_packet *packet)
{
	u8 *content = packet->data + TSEC_WIREGUARD_HEADER;
	int err = outside_check(pkey, packet);

	if (err)
		return err;
	packet->seq = get_unaligned_le64(packet->data + AT_COUNTER);
	if (packet->seq >= TSEC_WIREGUARD_REJECT_AFTER)
		return -EINVAL;
	err = tsec_replay_check(&pkey->replay, packet->seq);
	if (err)
		return err;
	if (!chacha20poly1305_decrypt(content, content,
				      packet->len - TSEC_WIREGUARD_HEADER,
				      NULL, 0, packet->seq, pkey->key))
		return -EBADMSG;
	err = tsec_replay_commit(&pkey->replay, packet->seq);
	if (err)
		return err;
	packet->data = content;
	packet->len -= OVERHEAD;
	packet->content = 0;
	packet->kind = kind_of(packet->len);
	packet->newest = tsec_replay_newest(&pkey->replay, packet->seq);
	return 0;
}

static u8 name_write(u32 key_id, u8 *name)
{
	put_unaligned_le32(key_id, name);
	return INDEX_LEN;
}

const struct tsec_packet_ops tsec_packet_wireguard_ops = {
	.header_room	= TSEC_WIREGUARD_HEADER,
	.trailer_room	= TSEC_WIREGUARD_TRAILER_ROOM,
	.payload_max	= TSEC_WIREGUARD_PAYLOAD_MAX,
	.seq_max	= TSEC_WIREGUARD_REJECT_AFTER - 1,
	.mobility	= TSEC_MOBILITY_FREE,
	.fit		= fit,
	.peek		= peek,
	.key_new	= key_new,
	.key_free	= key_free,
	.seal		= seal,
	.open		= open,
	.name		= name_write,
	.greet		= tsec_wireguard_greet,
};

/* Nothing tells of an end, and messages without content ask for nothing. */
const struct tsec_record_ops tsec_record_wireguard_ops = {
	.name		= "wireguard",
	.protocol	= TSEC_PROTO_WIREGUARD,
	.version_min	= TSEC_VERSION_WIREGUARD,
	.version_max	= TSEC_VERSION_WIREGUARD,
	.header_room	= TSEC_WIREGUARD_HEADER,
	.trailer_room	= TSEC_WIREGUARD_TRAILER_ROOM,
	.payload_max	= TSEC_WIREGUARD_PAYLOAD_MAX,
	.packet		= &tsec_packet_wireguard_ops,
	.encap		= TSEC_ENCAP_IP,
	.handshake	= true,
	.stays		= true,
	.pubkey		= true,
	.keepalive	= TSEC_WIREGUARD_KEEPALIVE_TIMEOUT,
};
