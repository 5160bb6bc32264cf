// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of ESP (RFC 4303) in UDP (RFC 3948), with AES-GCM (RFC 4106) or
 * ChaCha20-Poly1305 (RFC 7634).
 *
 *	SPI | number | IV | payload | padding | pad length | next header | ICV
 *
 * Of extended sequence numbers only the low half travels.  The receiver infers
 * the high half, and the ICV proves it.
 */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsec.h>

#include "../aead.h"
#include "../compat.h"
#include "../key.h"
#include "../replay.h"
#include "esp.h"

enum esp_layout {
	AT_SEQ		= 4,
	AT_IV		= TSEC_ESP_HEADER,
	AAD_LEN		= 8,
	ESN_AAD_LEN	= 12,
	PACKET_MIN	= TSEC_ESP_HEADER_ROOM + TSEC_ESP_ALIGN + TSEC_ESP_ICV,
	PACKET_MAX	= TSEC_ESP_HEADER_ROOM + TSEC_ESP_PAYLOAD_MAX +
			  TSEC_ESP_TRAILER + TSEC_ESP_ICV,
	MARKER_LEN	= 4,		/* zeros before a message of IKE */
	IKE_HEADER	= 28,
	NAT_KEEPALIVE	= 0xff,		/* one such byte */
};

static_assert((int)TSEC_ESP_ICV == (int)TSEC_AEAD_TAG_LEN);
static_assert(TSEC_ESP_SALT + TSEC_ESP_IV == (int)TSEC_AEAD_NONCE_LEN);

/**
 * struct tsec_packet_key - one direction of a security association
 * @aead: the key
 * @replay: what has come, of a receiving key
 * @spi: the receiver's name for it
 * @esn: its numbers have 64 bits
 * @nonce: the salt, and what numbers are mixed with to make IVs
 */
struct tsec_packet_key {
	struct tsec_aead *aead;
	struct tsec_replay replay;
	u32 spi;
	bool esn;
	u8 nonce[TSEC_AEAD_NONCE_LEN];
};

/* What shares the port with ESP (RFC 3948 section 2). */
static int peek_other(const u8 *data, size_t len,
		      struct tsec_packet_header *header)
{
	header->key_id = 0;
	header->sealed = false;
	if (len == 1 && data[0] == NAT_KEEPALIVE) {
		header->kind = TSEC_PACKET_CONTROL;
		return 0;
	}
	if (len < MARKER_LEN + IKE_HEADER || get_unaligned_be32(data))
		return -EINVAL;
	header->kind = TSEC_PACKET_HANDSHAKE;
	return 0;
}

static int peek(const u8 *data, size_t len, u8 cid_len,
		struct tsec_packet_header *header)
{
	u32 spi = len < TSEC_ESP_HEADER ? 0 : get_unaligned_be32(data);

	header->len = len;
	header->cid = NULL;
	header->cid_len = 0;
	if (!spi)
		return peek_other(data, len, header);
	if (spi < TSEC_ESP_SPI_MIN || len < PACKET_MIN || len % TSEC_ESP_ALIGN)
		return -EINVAL;
	header->key_id = spi;
	header->sealed = true;
	header->kind = TSEC_PACKET_DATA;
	return 0;
}

static u64 seq_max(bool esn)
{
	return esn ? U64_MAX - 1 : U32_MAX;
}

static const char *key_fault(const struct tsec_key *key,
			     const struct tsec_cipher_desc *desc,
			     const struct tsec_packet_params *as)
{
	bool esn = key->version == TSEC_VERSION_ESP_ESN;

	if (!esn && key->version != TSEC_VERSION_ESP)
		return "the key is not for ESP";
	if (!desc)
		return "unknown cipher";
	if (as->key_id < TSEC_ESP_SPI_MIN)
		return "no key has such an SPI";
	if (key->seq > seq_max(esn))
		return "sequence number beyond the limit of ESP";
	if (as->cid_len)
		return "ESP has no connection IDs";
	if (key->iv_len == TSEC_AEAD_NONCE_LEN)
		return tsec_packet_key_fault(key, desc->key_len,
					     TSEC_AEAD_NONCE_LEN);
	return tsec_packet_key_fault(key, desc->key_len, TSEC_ESP_SALT);
}

static void key_free(struct tsec_packet_key *pkey)
{
	tsec_aead_free(pkey->aead);
	tsec_replay_free(&pkey->replay);
	kfree_sensitive(pkey);
}

/* With an IV, not only a salt, several senders share a key (RFC 6054). */
static struct tsec_packet_key *key_new(const struct tsec_key *key,
				       const struct tsec_packet_params *as,
				       const char **why)
{
	const struct tsec_cipher_desc *desc = tsec_cipher_find(key->cipher);
	struct tsec_packet_key *pkey;
	int err;

	*why = key_fault(key, desc, as);
	if (*why)
		return ERR_PTR(-EINVAL);
	*why = "no memory for the key";
	pkey = kzalloc(sizeof(*pkey), GFP_KERNEL_ACCOUNT);
	if (!pkey)
		return ERR_PTR(-ENOMEM);
	pkey->spi = as->key_id;
	pkey->esn = key->version == TSEC_VERSION_ESP_ESN;
	memcpy(pkey->nonce, key->iv, key->iv_len);
	err = as->sending ? 0 : tsec_replay_begin(&pkey->replay, as->window,
						  key->seq);
	if (err)
		goto free_key;
	*why = "the kernel does not take the key";
	pkey->aead = tsec_aead_new(desc->alg, key->key, key->key_len);
	if (!IS_ERR(pkey->aead))
		return pkey;
	err = PTR_ERR(pkey->aead);
	pkey->aead = NULL;
free_key:
	key_free(pkey);
	return ERR_PTR(err);
}

static u32 fit(const struct tsec_packet_key *pkey, u32 len)
{
	if (len < PACKET_MIN)
		return 0;
	len = round_down(len - TSEC_ESP_HEADER_ROOM - TSEC_ESP_ICV,
			 TSEC_ESP_ALIGN) - TSEC_ESP_TRAILER;
	return min_t(u32, len, TSEC_ESP_PAYLOAD_MAX);
}

static void nonce_make(const struct tsec_packet_key *pkey, const u8 *iv,
		       u8 *nonce)
{
	memcpy(nonce, pkey->nonce, TSEC_ESP_SALT);
	memcpy(nonce + TSEC_ESP_SALT, iv, TSEC_ESP_IV);
}

/* RFC 4106 section 5. */
static u8 aad_make(const struct tsec_packet_key *pkey, u64 seq, u8 *aad)
{
	put_unaligned_be32(pkey->spi, aad);
	if (pkey->esn) {
		put_unaligned_be64(seq, aad + AT_SEQ);
		return ESN_AAD_LEN;
	}
	put_unaligned_be32(seq, aad + AT_SEQ);
	return AAD_LEN;
}

static void header_write(const struct tsec_packet_key *pkey, u8 *header,
			 u64 seq)
{
	u64 mix = get_unaligned_be64(pkey->nonce + TSEC_ESP_SALT);

	put_unaligned_be32(pkey->spi, header);
	put_unaligned_be32(seq, header + AT_SEQ);
	put_unaligned_be64(mix ^ seq, header + AT_IV);
}

/* A payload that is dummy says so; of others somebody knows what they are. */
static u8 next_header(const struct tsec_packet *packet)
{
	if (packet->kind != TSEC_PACKET_DATA)
		return TSEC_ESP_NEXT_NONE;
	return packet->content ?: TSEC_ESP_NEXT_LOCAL;
}

/* Returns the length of payload and trailer. */
static u32 trailer_write(u8 *payload, u32 len, u8 next)
{
	u8 i, pad = -(len + TSEC_ESP_TRAILER) % TSEC_ESP_ALIGN;
	u8 *p = payload + len;

	for (i = 1; i <= pad; i++)
		*p++ = i;
	*p++ = pad;
	*p = next;
	return len + pad + TSEC_ESP_TRAILER;
}

static int seal(struct tsec_packet_key *pkey, struct tsec_packet *packet)
{
	u8 nonce[TSEC_AEAD_NONCE_LEN], aad[ESN_AAD_LEN], aad_len;
	u8 *payload = packet->data;
	u8 *header = payload - TSEC_ESP_HEADER_ROOM;
	u32 len;

	if (packet->len > TSEC_ESP_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (!packet->seq || packet->seq > seq_max(pkey->esn))
		return -EKEYEXPIRED;
	len = trailer_write(payload, packet->len, next_header(packet));
	header_write(pkey, header, packet->seq);
	nonce_make(pkey, header + AT_IV, nonce);
	aad_len = aad_make(pkey, packet->seq, aad);
	packet->data = header;
	packet->len = TSEC_ESP_HEADER_ROOM + len + TSEC_ESP_ICV;
	return tsec_aead_seal(pkey->aead, nonce, aad, aad_len, payload, len);
}

/* The outside of a packet: is it for this key, and whole? */
static int outside_check(const struct tsec_packet_key *pkey,
			 const struct tsec_packet *packet)
{
	struct tsec_packet_header header;

	if (peek(packet->data, packet->len, 0, &header) || !header.sealed ||
	    header.key_id != pkey->spi)
		return -EINVAL;
	return packet->len > PACKET_MAX ? -EMSGSIZE : 0;
}

/* RFC 4303 appendix A2.2: in the window, or after it. */
static u64 seq_infer(struct tsec_packet_key *pkey, const u8 *header)
{
	u32 low = get_unaligned_be32(header + AT_SEQ);

	if (!pkey->esn)
		return low;
	return tsec_replay_expand(&pkey->replay, low, 32,
				  pkey->replay.window);
}

static int decrypt(struct tsec_packet_key *pkey, const u8 *header, u64 seq,
		   u8 *payload, u32 len)
{
	u8 nonce[TSEC_AEAD_NONCE_LEN], aad[ESN_AAD_LEN], aad_len;

	nonce_make(pkey, header + AT_IV, nonce);
	aad_len = aad_make(pkey, seq, aad);
	return tsec_aead_open(pkey->aead, nonce, aad, aad_len, payload, len);
}

/* Takes off what follows the payload of an authentic packet. */
static int trailer_take(struct tsec_packet *packet)
{
	const u8 *trailer = packet->data + packet->len - TSEC_ESP_TRAILER;
	u8 pad = trailer[0];

	if (pad > packet->len - TSEC_ESP_TRAILER)
		return -EINVAL;
	packet->content = trailer[1];
	packet->kind = packet->content == TSEC_ESP_NEXT_NONE ?
		       TSEC_PACKET_CONTROL : TSEC_PACKET_DATA;
	packet->len -= TSEC_ESP_TRAILER + pad;
	for (; pad; pad--)
		if (*--trailer != pad)
			return -EINVAL;
	return 0;
}

static int open(struct tsec_packet_key *pkey, struct tsec_packet *packet)
{
	const u8 *header = packet->data;
	int err = outside_check(pkey, packet);

	if (err)
		return err;
	packet->seq = seq_infer(pkey, header);
	/* The first packet has number 1 (RFC 4303 section 3.3.3). */
	if (!packet->seq)
		return -EINVAL;
	packet->data += TSEC_ESP_HEADER_ROOM;
	packet->len -= TSEC_ESP_HEADER_ROOM + TSEC_ESP_ICV;
	return tsec_replay_check(&pkey->replay, packet->seq) ?:
	       decrypt(pkey, header, packet->seq, packet->data, packet->len) ?:
	       trailer_take(packet) ?:
	       tsec_replay_commit(&pkey->replay, packet->seq);
}

const struct tsec_packet_ops tsec_packet_esp_ops = {
	.header_room	= TSEC_ESP_HEADER_ROOM,
	.trailer_room	= TSEC_ESP_TRAILER_ROOM,
	.payload_max	= TSEC_ESP_PAYLOAD_MAX,
	.seq_min	= 1,
	.seq_max	= U64_MAX - 1,
	.fit		= fit,
	.peek		= peek,
	.key_new	= key_new,
	.key_free	= key_free,
	.seal		= seal,
	.open		= open,
};

/* Nothing in it is for the protocol itself, not even an end. */
const struct tsec_record_ops tsec_record_esp_ops = {
	.name		= "esp",
	.protocol	= TSEC_PROTO_ESP,
	.version_min	= TSEC_VERSION_ESP,
	.version_max	= TSEC_VERSION_ESP_ESN,
	.header_room	= TSEC_ESP_HEADER_ROOM,
	.trailer_room	= TSEC_ESP_TRAILER_ROOM,
	.payload_max	= TSEC_ESP_PAYLOAD_MAX,
	.packet		= &tsec_packet_esp_ops,
	.port		= TSEC_ESP_PORT,
	.encap		= TSEC_ENCAP_UDP,
};
