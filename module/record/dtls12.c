// SPDX-License-Identifier: GPL-2.0
/*
 * Records of DTLS 1.2 (RFC 6347) with AES-GCM (RFC 5288) or
 * ChaCha20-Poly1305 (RFC 7905), with and without connection IDs (RFC 9146).
 *
 *	type | version | epoch and number | [connection ID] | length |
 *	[nonce] | content | tag
 *
 * With a connection ID the type says no more than that: the content's own
 * type follows it under the protection, and zeros may follow that.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsec.h>

#include "../aead.h"
#include "../compat.h"
#include "../key.h"
#include "../replay.h"
#include "dtls12.h"
#include "rrc.h"
#include "tls.h"

enum dtls12_layout {
	AT_VERSION	= 1,
	AT_NUMBER	= 3,	/* epoch (16 bits) and number (48 bits) */
	AT_LENGTH	= 11,	/* without a connection ID, else behind it */
	AAD_LEN		= 13,
	CID_AAD_LEN	= 23,	/* and the connection ID */
};

#define VERSION_DTLS_1_0	0xfeff	/* on the first flights */
#define SEQ_BITS		48

static_assert(CID_AAD_LEN + TSEC_PACKET_CID_MAX <= TSEC_AEAD_AAD_MAX);

/**
 * struct tsec_packet_key - one direction of one epoch
 * @aead: the key
 * @replay: what has come, of a receiving key
 * @epoch: the epoch that it is for
 * @sending: it seals
 * @salted: the nonce is a salt and a part that travels (GCM); else it is
 *	@iv, mixed with the number
 * @iv: the salt, or the whole IV
 * @cid: the connection ID in each record
 * @cid_len: bytes of @cid, 0 for records without
 */
struct tsec_packet_key {
	struct tsec_aead *aead;
	struct tsec_replay replay;
	u16 epoch;
	bool sending;
	bool salted;
	u8 iv[TSEC_AEAD_NONCE_LEN];
	u8 cid[TSEC_PACKET_CID_MAX];
	u8 cid_len;
};

/* A type that may stand at the front of a record, or inside of it. */
static bool is_content(u8 type)
{
	return (type >= TSEC_TLS_RECORD_CCS && type <= TSEC_TLS_RECORD_DATA) ||
	       type == TSEC_RRC_CONTENT;
}

static enum tsec_packet_kind kind_of(u8 content)
{
	switch (content) {
	case TSEC_TLS_RECORD_ALERT:
	case TSEC_RRC_CONTENT:
		return TSEC_PACKET_CONTROL;
	case TSEC_TLS_RECORD_CCS:
	case TSEC_TLS_RECORD_HANDSHAKE:
		return TSEC_PACKET_HANDSHAKE;
	default:
		return TSEC_PACKET_DATA;
	}
}

/*
 * A connection ID hides what comes with it, but for the first record that a
 * handshake protects: that is Finished.
 */
static enum tsec_packet_kind kind_outside(const u8 *header)
{
	u64 number = get_unaligned_be64(header + AT_NUMBER);

	if (header[0] != TSEC_DTLS12_CID)
		return kind_of(header[0]);
	return number == (u64)TSEC_DTLS12_EPOCH << SEQ_BITS ?
	       TSEC_PACKET_HANDSHAKE : TSEC_PACKET_HIDDEN;
}

static bool version_fits(u16 version, u16 epoch)
{
	return version == TSEC_VERSION_DTLS_1_2 ||
	       (version == VERSION_DTLS_1_0 && !epoch);
}

static int peek(const u8 *data, size_t len, u8 cid_len,
		struct tsec_packet_header *header)
{
	bool with_cid = len && data[0] == TSEC_DTLS12_CID && cid_len;
	size_t outside = TSEC_DTLS12_HEADER + (with_cid ? cid_len : 0);

	if (len < outside || (!with_cid && !is_content(data[0])))
		return -EINVAL;
	header->key_id = get_unaligned_be16(data + AT_NUMBER);
	if (!version_fits(get_unaligned_be16(data + AT_VERSION),
			  header->key_id))
		return -EINVAL;
	header->len = outside + get_unaligned_be16(data + outside - 2);
	if (header->len > len)
		return -EINVAL;
	header->sealed = header->key_id;
	header->kind = kind_outside(data);
	header->cid = with_cid ? data + AT_LENGTH : NULL;
	header->cid_len = with_cid ? cid_len : 0;
	return 0;
}

static const char *key_fault(const struct tsec_key *key,
			     const struct tsec_packet_params *as)
{
	if (key->version != TSEC_VERSION_DTLS_1_2)
		return "the key is not for DTLS 1.2";
	if (!as->key_id || as->key_id > U16_MAX)
		return "no keys are for this epoch";
	if (as->cid_len > TSEC_PACKET_CID_MAX)
		return "the connection ID is too long";
	return NULL;
}

static void key_fill(struct tsec_packet_key *pkey, const struct tsec_key *key,
		     const struct tsec_packet_params *as,
		     const struct tsec_cipher_desc *desc)
{
	pkey->epoch = as->key_id;
	pkey->sending = as->sending;
	pkey->salted = desc->salt_len;
	memcpy(pkey->iv, key->iv, sizeof(pkey->iv));
	memcpy(pkey->cid, as->cid, as->cid_len);
	pkey->cid_len = as->cid_len;
}

static void key_free(struct tsec_packet_key *pkey)
{
	tsec_aead_free(pkey->aead);
	tsec_replay_free(&pkey->replay);
	kfree_sensitive(pkey);
}

static struct tsec_packet_key *key_new(const struct tsec_key *key,
				       const struct tsec_packet_params *as,
				       const char **why)
{
	const struct tsec_cipher_desc *desc = tsec_cipher_find(key->cipher);
	struct tsec_packet_key *pkey;
	int err;

	if (tsec_key_validate(key, why))
		return ERR_PTR(-EINVAL);
	*why = key_fault(key, as);
	if (*why)
		return ERR_PTR(-EINVAL);
	*why = "no memory for the key";
	pkey = kzalloc(sizeof(*pkey), GFP_KERNEL_ACCOUNT);
	if (!pkey)
		return ERR_PTR(-ENOMEM);
	key_fill(pkey, key, as, desc);
	err = as->sending ? 0 : tsec_replay_init(&pkey->replay, as->window);
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

static u64 number_of(const struct tsec_packet_key *pkey, u64 seq)
{
	return (u64)pkey->epoch << SEQ_BITS | seq;
}

/* @explicit: the part that travels, for ciphers that send one. */
static void nonce_make(const struct tsec_packet_key *pkey, u64 number,
		       const u8 *explicit, u8 *nonce)
{
	u8 *last = nonce + TSEC_AEAD_NONCE_LEN - sizeof(number);

	memcpy(nonce, pkey->iv, TSEC_AEAD_NONCE_LEN);
	if (pkey->salted)
		memcpy(last, explicit, sizeof(number));
	else
		put_unaligned_be64(get_unaligned_be64(last) ^ number, last);
}

/* RFC 5246 section 6.2.3.3, with the epoch in the number. */
static u8 aad_plain(const u8 *header, u32 len, u8 *aad)
{
	memcpy(aad, header + AT_NUMBER, 8);
	memcpy(aad + 8, header, 3);
	put_unaligned_be16(len, aad + 11);
	return AAD_LEN;
}

/* RFC 9146 section 5.3. */
static u8 aad_with_cid(const struct tsec_packet_key *pkey, const u8 *header,
		       u32 len, u8 *aad)
{
	u8 *p = aad;

	memset(p, 0xff, 8);
	p[8] = TSEC_DTLS12_CID;
	p[9] = pkey->cid_len;
	memcpy(p + 10, header, TSEC_DTLS12_HEADER - 2 + pkey->cid_len);
	p += 10 + TSEC_DTLS12_HEADER - 2 + pkey->cid_len;
	put_unaligned_be16(len, p);
	return CID_AAD_LEN + pkey->cid_len;
}

/* @len: of what is encrypted */
static u8 aad_make(const struct tsec_packet_key *pkey, const u8 *header,
		   u32 len, u8 *aad)
{
	if (pkey->cid_len)
		return aad_with_cid(pkey, header, len, aad);
	return aad_plain(header, len, aad);
}

static u32 header_len(const struct tsec_packet_key *pkey)
{
	return TSEC_DTLS12_HEADER + pkey->cid_len;
}

static u32 nonce_len(const struct tsec_packet_key *pkey)
{
	return pkey->salted ? TSEC_DTLS12_NONCE : 0;
}

static u32 fit(const struct tsec_packet_key *pkey, u32 len)
{
	u32 around = header_len(pkey) + nonce_len(pkey) + !!pkey->cid_len +
		     TSEC_AEAD_TAG_LEN;

	if (len <= around)
		return 0;
	return min_t(u32, len - around, TSEC_DTLS12_PAYLOAD_MAX);
}

/* @len: of what follows the header */
static void header_write(const struct tsec_packet_key *pkey, u8 *header,
			 u8 type, u64 number, u32 len)
{
	header[0] = pkey->cid_len ? TSEC_DTLS12_CID : type;
	put_unaligned_be16(TSEC_VERSION_DTLS_1_2, header + AT_VERSION);
	put_unaligned_be64(number, header + AT_NUMBER);
	memcpy(header + AT_LENGTH, pkey->cid, pkey->cid_len);
	put_unaligned_be16(len, header + AT_LENGTH + pkey->cid_len);
}

static int seal(struct tsec_packet_key *pkey, struct tsec_packet *packet)
{
	u64 number = number_of(pkey, packet->seq);
	u8 nonce[TSEC_AEAD_NONCE_LEN], aad[TSEC_AEAD_AAD_MAX];
	u8 *content = packet->data, *header, aad_len;
	u8 type = packet->kind == TSEC_PACKET_DATA ? TSEC_TLS_RECORD_DATA :
						     packet->content;
	u32 len = packet->len, room;
	int err;

	if (len > TSEC_DTLS12_PAYLOAD_MAX || packet->seq > TSEC_DTLS12_SEQ_MAX)
		return -EMSGSIZE;
	if (pkey->cid_len)
		content[len++] = type;
	room = nonce_len(pkey) + len + TSEC_AEAD_TAG_LEN;
	header = content - nonce_len(pkey) - header_len(pkey);
	header_write(pkey, header, type, number, room);
	if (pkey->salted)
		put_unaligned_be64(number, content - TSEC_DTLS12_NONCE);
	nonce_make(pkey, number, content - nonce_len(pkey), nonce);
	aad_len = aad_make(pkey, header, len, aad);
	err = tsec_aead_seal(pkey->aead, nonce, aad, aad_len, content, len);
	packet->data = header;
	packet->len = header_len(pkey) + room;
	return err;
}

/* The outside of a record: is it for this key, and whole? */
static int outside_check(const struct tsec_packet_key *pkey,
			 const struct tsec_packet *packet)
{
	const u8 *data = packet->data;
	struct tsec_packet_header header;

	if (peek(data, packet->len, pkey->cid_len, &header) ||
	    header.len != packet->len || header.key_id != pkey->epoch ||
	    header.cid_len != pkey->cid_len ||
	    memcmp(data + AT_LENGTH, pkey->cid, pkey->cid_len))
		return -EINVAL;
	if (packet->len < header_len(pkey) + nonce_len(pkey) +
			  TSEC_AEAD_TAG_LEN)
		return -EINVAL;
	return 0;
}

static int decrypt(struct tsec_packet_key *pkey, const u8 *header, u8 *content,
		   u32 len)
{
	u8 nonce[TSEC_AEAD_NONCE_LEN], aad[TSEC_AEAD_AAD_MAX], aad_len;

	nonce_make(pkey, get_unaligned_be64(header + AT_NUMBER),
		   content - nonce_len(pkey), nonce);
	aad_len = aad_make(pkey, header, len, aad);
	return tsec_aead_open(pkey->aead, nonce, aad, aad_len, content, len);
}

/* Finds the content's type behind it: the last byte that is not zero. */
static int inner_type(struct tsec_packet *packet)
{
	while (packet->len && !packet->data[packet->len - 1])
		packet->len--;
	if (!packet->len)
		return -EINVAL;
	packet->content = packet->data[--packet->len];
	return is_content(packet->content) ? 0 : -EINVAL;
}

/* The content of an authentic record, out of what was encrypted. */
static int content_find(const struct tsec_packet_key *pkey, u8 type,
			struct tsec_packet *packet)
{
	packet->content = type;
	if (pkey->cid_len && inner_type(packet))
		return -EINVAL;
	packet->kind = kind_of(packet->content);
	return packet->len > TSEC_DTLS12_PAYLOAD_MAX ? -EMSGSIZE : 0;
}

static int open(struct tsec_packet_key *pkey, struct tsec_packet *packet)
{
	u8 *header = packet->data, *content;
	u32 len;
	int err;

	err = outside_check(pkey, packet);
	if (err)
		return err;
	content = header + header_len(pkey) + nonce_len(pkey);
	len = header + packet->len - content - TSEC_AEAD_TAG_LEN;
	/* With a connection ID the type comes on top. */
	if (len > TSEC_DTLS12_PAYLOAD_MAX + !!pkey->cid_len)
		return -EMSGSIZE;
	packet->seq = get_unaligned_be64(header + AT_NUMBER) &
		      TSEC_DTLS12_SEQ_MAX;
	err = tsec_replay_check(&pkey->replay, packet->seq) ?:
	      decrypt(pkey, header, content, len);
	if (err)
		return err;
	packet->data = content;
	packet->len = len;
	err = content_find(pkey, header[0], packet) ?:
	      tsec_replay_commit(&pkey->replay, packet->seq);
	packet->newest = !err && pkey->cid_len &&
			 tsec_replay_newest(&pkey->replay, packet->seq);
	return err;
}

const struct tsec_packet_ops tsec_packet_dtls12_ops = {
	.header_room	= TSEC_DTLS12_HEADER_ROOM,
	.trailer_room	= TSEC_DTLS12_TRAILER_ROOM,
	.payload_max	= TSEC_DTLS12_PAYLOAD_MAX,
	.seq_max	= TSEC_DTLS12_SEQ_MAX,
	.mobility	= TSEC_MOBILITY_CHECKED,
	.fit		= fit,
	.peek		= peek,
	.key_new	= key_new,
	.key_free	= key_free,
	.seal		= seal,
	.open		= open,
	.greet		= tsec_dtls12_greet,
};
