// SPDX-License-Identifier: GPL-2.0
/*
 * Records of DTLS 1.3 (RFC 9147) with AES-GCM or ChaCha20-Poly1305, with and
 * without connection IDs.
 *
 *	first byte | [connection ID] | number | [length] | content | type |
 *	zeros | tag
 *
 * The first byte tells what else the header has, and the low bits of the
 * epoch; the number's low bits follow, masked with what a second key makes of
 * the first bytes that are encrypted.  All three keys come of the traffic
 * secret, so that a key of this protocol is a secret.
 */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <uapi/linux/tsec.h>

#include "../aead.h"
#include "../compat.h"
#include "../key.h"
#include "../keystream.h"
#include "../replay.h"
#include "dtls13.h"
#include "rrc.h"
#include "tls.h"

/* The unified header's first byte (RFC 9147 section 4). */
enum first_byte {
	FIXED_BITS	= 0x20,		/* 001 in the three high bits */
	FIXED_MASK	= 0xe0,
	WITH_CID	= 0x10,
	WITH_SEQ_16	= 0x08,		/* else 8 bits of the number */
	WITH_LENGTH	= 0x04,		/* else to the datagram's end */
};

enum dtls13_layout {
	PLAIN_AT_VERSION = 1,		/* of unprotected records */
	PLAIN_AT_EPOCH	= 3,
	PLAIN_AT_LENGTH	= 11,
	SAMPLE_LEN	= TSEC_KEYSTREAM_IV_LEN,
	INNER_MAX	= TSEC_DTLS13_PAYLOAD_MAX + 1,
	CONTENT_MIN	= 1 + TSEC_DTLS13_TAG,
};

#define VERSION_DTLS_1_0	0xfeff	/* on a first ClientHello */

static_assert((int)TSEC_DTLS13_TAG == (int)TSEC_AEAD_TAG_LEN);
static_assert((int)CONTENT_MIN >= (int)SAMPLE_LEN);

/**
 * struct tsec_packet_key - one direction of one epoch
 * @aead: the key
 * @mask: the key of sequence number encryption
 * @replay: what has come, of a receiving key
 * @epoch: the low bits of the epoch that it is for
 * @iv: mixed with the number, this makes the nonce
 * @cid: the connection ID in each record
 * @cid_len: bytes of @cid, 0 for records without
 */
struct tsec_packet_key {
	struct tsec_aead *aead;
	struct tsec_keystream *mask;
	struct tsec_replay replay;
	u8 epoch;
	u8 iv[TSEC_AEAD_NONCE_LEN];
	u8 cid[TSEC_PACKET_CID_MAX];
	u8 cid_len;
};

/**
 * struct outside - where things are in a protected record
 * @header_len: bytes before what is encrypted
 * @len: bytes that are encrypted, and the tag
 * @seq_at: where the number is
 * @seq_len: bytes of the number
 */
struct outside {
	u32 header_len;
	u32 len;
	u8 seq_at;
	u8 seq_len;
};

/* What no key protects belongs to the handshake, but for alerts. */
static int peek_plain(const u8 *data, size_t len,
		      struct tsec_packet_header *header)
{
	u16 version;

	if (len < TSEC_DTLS13_PLAIN_HEADER ||
	    (data[0] != TSEC_TLS_RECORD_ALERT &&
	     data[0] != TSEC_TLS_RECORD_HANDSHAKE &&
	     data[0] != TSEC_DTLS13_ACK))
		return -EINVAL;
	version = get_unaligned_be16(data + PLAIN_AT_VERSION);
	if ((version != TSEC_VERSION_DTLS_1_2 && version != VERSION_DTLS_1_0) ||
	    get_unaligned_be16(data + PLAIN_AT_EPOCH))
		return -EINVAL;
	header->len = TSEC_DTLS13_PLAIN_HEADER +
		      get_unaligned_be16(data + PLAIN_AT_LENGTH);
	header->key_id = 0;
	header->sealed = false;
	header->kind = data[0] == TSEC_TLS_RECORD_ALERT ?
		       TSEC_PACKET_CONTROL : TSEC_PACKET_HANDSHAKE;
	return header->len > len ? -EINVAL : 0;
}

static bool is_protected(const u8 *data, size_t len)
{
	return len && (data[0] & FIXED_MASK) == FIXED_BITS;
}

/* @cid_len: what to expect if there is a connection ID */
static int outside_parse(const u8 *data, size_t len, u8 cid_len,
			 struct outside *outside)
{
	bool with_length = data[0] & WITH_LENGTH;

	/* Without any agreed on, nobody could tell its end. */
	if ((data[0] & WITH_CID) && !cid_len)
		return -EINVAL;
	outside->seq_at = 1 + (data[0] & WITH_CID ? cid_len : 0);
	outside->seq_len = data[0] & WITH_SEQ_16 ? 2 : 1;
	outside->header_len = outside->seq_at + outside->seq_len +
			      (with_length ? 2 : 0);
	if (len < outside->header_len)
		return -EINVAL;
	outside->len = len - outside->header_len;
	if (with_length)
		outside->len = get_unaligned_be16(data + outside->header_len -
						  2);
	if (outside->len > len - outside->header_len ||
	    outside->len < CONTENT_MIN)
		return -EINVAL;
	return 0;
}

static int peek(const u8 *data, size_t len, u8 cid_len,
		struct tsec_packet_header *header)
{
	struct outside outside;
	bool with_cid;
	int err;

	header->cid = NULL;
	header->cid_len = 0;
	if (!is_protected(data, len))
		return peek_plain(data, len, header);
	err = outside_parse(data, len, cid_len, &outside);
	if (err)
		return err;
	with_cid = data[0] & WITH_CID;
	header->len = outside.header_len + outside.len;
	header->key_id = data[0] & TSEC_DTLS13_EPOCH_MASK;
	header->sealed = true;
	header->kind = TSEC_PACKET_DATA;
	header->cid = with_cid ? data + 1 : NULL;
	header->cid_len = with_cid ? cid_len : 0;
	return 0;
}

static const char *secret_fault(const struct tsec_key *key,
				const struct tsec_cipher_desc *desc)
{
	if (!desc)
		return "unknown cipher";
	if (!key->secret_len)
		return "a secret is needed: more than one key comes of it";
	if (key->secret_len != tsec_hash_size(desc->hash))
		return "wrong length of the secret for this cipher";
	if (!memchr_inv(key->secret, 0, key->secret_len))
		return "the secret is all zeros";
	return NULL;
}

static const char *key_fault(const struct tsec_key *key,
			     const struct tsec_cipher_desc *desc,
			     const struct tsec_packet_params *as)
{
	if (key->version != TSEC_VERSION_DTLS_1_3)
		return "the key is not for DTLS 1.3";
	if (as->key_id > TSEC_DTLS13_EPOCH_MASK)
		return "only the low bits of an epoch can be told";
	if (as->cid_len > TSEC_PACKET_CID_MAX)
		return "the connection ID is too long";
	return secret_fault(key, desc);
}

/* RFC 8446 section 7.3, with the label's own prefix. */
static int aead_derive(struct tsec_packet_key *pkey,
		       const struct tsec_key *key,
		       const struct tsec_cipher_desc *desc)
{
	u8 bytes[TSEC_KEY_MAX];
	int err;

	err = tsec_hkdf_expand_label_dtls(desc->hash, key->secret, "iv",
					  NULL, 0, pkey->iv,
					  sizeof(pkey->iv)) ?:
	      tsec_hkdf_expand_label_dtls(desc->hash, key->secret, "key",
					  NULL, 0, bytes, desc->key_len);
	if (err)
		return err;
	pkey->aead = tsec_aead_new(desc->alg, bytes, desc->key_len);
	memzero_explicit(bytes, sizeof(bytes));
	if (!IS_ERR(pkey->aead))
		return 0;
	err = PTR_ERR(pkey->aead);
	pkey->aead = NULL;
	return err;
}

/* RFC 9147 section 4.2.3. */
static int mask_derive(struct tsec_packet_key *pkey,
		       const struct tsec_key *key,
		       const struct tsec_cipher_desc *desc)
{
	const char *alg = desc->id == TSEC_CIPHER_CHACHA20_POLY1305 ?
			  "chacha20" : "ctr(aes)";
	u8 bytes[TSEC_KEY_MAX];
	int err;

	err = tsec_hkdf_expand_label_dtls(desc->hash, key->secret, "sn",
					  NULL, 0, bytes, desc->key_len);
	if (err)
		return err;
	pkey->mask = tsec_keystream_new(alg, bytes, desc->key_len);
	memzero_explicit(bytes, sizeof(bytes));
	if (!IS_ERR(pkey->mask))
		return 0;
	err = PTR_ERR(pkey->mask);
	pkey->mask = NULL;
	return err;
}

static void key_free(struct tsec_packet_key *pkey)
{
	tsec_aead_free(pkey->aead);
	tsec_keystream_free(pkey->mask);
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

	*why = key_fault(key, desc, as);
	if (*why)
		return ERR_PTR(-EINVAL);
	*why = "no memory for the key";
	pkey = kzalloc(sizeof(*pkey), GFP_KERNEL_ACCOUNT);
	if (!pkey)
		return ERR_PTR(-ENOMEM);
	pkey->epoch = as->key_id;
	memcpy(pkey->cid, as->cid, as->cid_len);
	pkey->cid_len = as->cid_len;
	err = as->sending ? 0 : tsec_replay_begin(&pkey->replay, as->window,
						  key->seq);
	if (err)
		goto free_key;
	*why = "the kernel does not take the key";
	err = aead_derive(pkey, key, desc) ?: mask_derive(pkey, key, desc);
	if (!err)
		return pkey;
free_key:
	key_free(pkey);
	return ERR_PTR(err);
}

static u32 fit(const struct tsec_packet_key *pkey, u32 len)
{
	u32 around = TSEC_DTLS13_HEADER + pkey->cid_len +
		     TSEC_DTLS13_TRAILER_ROOM;

	if (len <= around)
		return 0;
	return min_t(u32, len - around, TSEC_DTLS13_PAYLOAD_MAX);
}

/* The epoch is no part of it: each has a key of its own. */
static void nonce_make(const struct tsec_packet_key *pkey, u64 seq, u8 *nonce)
{
	u8 *last = nonce + TSEC_AEAD_NONCE_LEN - sizeof(seq);

	memcpy(nonce, pkey->iv, TSEC_AEAD_NONCE_LEN);
	put_unaligned_be64(get_unaligned_be64(last) ^ seq, last);
}

/* @len: bytes that are encrypted, and the tag */
static void header_write(const struct tsec_packet_key *pkey, u8 *header,
			 u64 seq, u32 len)
{
	u8 *p = header;

	*p++ = FIXED_BITS | (pkey->cid_len ? WITH_CID : 0) | WITH_SEQ_16 |
	       WITH_LENGTH | pkey->epoch;
	memcpy(p, pkey->cid, pkey->cid_len);
	p += pkey->cid_len;
	put_unaligned_be16(seq, p);
	put_unaligned_be16(len, p + 2);
}

static int seal(struct tsec_packet_key *pkey, struct tsec_packet *packet)
{
	u32 header_len = TSEC_DTLS13_HEADER + pkey->cid_len;
	u8 *content = packet->data, *header = content - header_len;
	u8 nonce[TSEC_AEAD_NONCE_LEN];
	u32 len = packet->len;
	int err;

	if (len > TSEC_DTLS13_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (packet->seq > TSEC_DTLS13_SEQ_MAX)
		return -EKEYEXPIRED;
	content[len++] = packet->kind == TSEC_PACKET_DATA ?
			 TSEC_TLS_RECORD_DATA : packet->content;
	packet->data = header;
	packet->len = header_len + len + TSEC_DTLS13_TAG;
	header_write(pkey, header, packet->seq, len + TSEC_DTLS13_TAG);
	nonce_make(pkey, packet->seq, nonce);
	err = tsec_aead_seal_behind(pkey->aead, nonce, header_len, content,
				    len);
	if (err)
		return err;
	return tsec_keystream_xor(pkey->mask, content,
				  header + 1 + pkey->cid_len, 2);
}

/* Is a record for this key, and whole? */
static int outside_check(const struct tsec_packet_key *pkey,
			 const struct tsec_packet *packet,
			 struct outside *outside)
{
	const u8 *data = packet->data;

	if (!is_protected(data, packet->len) ||
	    outside_parse(data, packet->len, pkey->cid_len, outside) ||
	    outside->header_len + outside->len != packet->len ||
	    (data[0] & TSEC_DTLS13_EPOCH_MASK) != pkey->epoch ||
	    !(data[0] & WITH_CID) != !pkey->cid_len ||
	    memcmp(data + 1, pkey->cid, pkey->cid_len))
		return -EINVAL;
	if (outside->len - TSEC_DTLS13_TAG > INNER_MAX)
		return -EMSGSIZE;
	return 0;
}

/* RFC 9147 section 4.2.2: nearest to the one after the highest so far. */
static u64 seq_reconstruct(struct tsec_packet_key *pkey, const u8 *number,
			   u8 len)
{
	u32 low = len == 2 ? get_unaligned_be16(number) : *number;

	return tsec_replay_expand(&pkey->replay, low, 8 * len,
				  1 << (8 * len - 1));
}

static int decrypt(struct tsec_packet_key *pkey, u64 seq, u8 *content,
		   const struct outside *outside)
{
	u8 nonce[TSEC_AEAD_NONCE_LEN];

	nonce_make(pkey, seq, nonce);
	return tsec_aead_open_behind(pkey->aead, nonce, outside->header_len,
				     content, outside->len - TSEC_DTLS13_TAG);
}

/* An ACK or a KeyUpdate is nothing that the daemon has to know. */
static int kind_find(struct tsec_packet *packet)
{
	switch (packet->content) {
	case TSEC_TLS_RECORD_DATA:
		packet->kind = TSEC_PACKET_DATA;
		return 0;
	case TSEC_TLS_RECORD_ALERT:
	case TSEC_DTLS13_ACK:
	case TSEC_RRC_CONTENT:
		packet->kind = TSEC_PACKET_CONTROL;
		break;
	case TSEC_TLS_RECORD_HANDSHAKE:
		packet->kind = packet->data[0] == TSEC_TLS_KEY_UPDATE ?
			       TSEC_PACKET_CONTROL : TSEC_PACKET_HANDSHAKE;
		break;
	default:
		return -EINVAL;
	}
	/* RFC 8446 section 5.4: only data may be empty. */
	return packet->len ? 0 : -EINVAL;
}

/* Finds the content's type behind it: the last byte that is not zero. */
static int inner_take(struct tsec_packet *packet)
{
	while (packet->len && !packet->data[packet->len - 1])
		packet->len--;
	if (!packet->len)
		return -EINVAL;
	packet->content = packet->data[--packet->len];
	return kind_find(packet);
}

static int open(struct tsec_packet_key *pkey, struct tsec_packet *packet)
{
	struct outside outside;
	u8 *number, *content;
	int err;

	err = outside_check(pkey, packet, &outside);
	if (err)
		return err;
	number = packet->data + outside.seq_at;
	content = packet->data + outside.header_len;
	err = tsec_keystream_xor(pkey->mask, content, number, outside.seq_len);
	if (err)
		return err;
	packet->seq = seq_reconstruct(pkey, number, outside.seq_len);
	err = tsec_replay_check(&pkey->replay, packet->seq) ?:
	      decrypt(pkey, packet->seq, content, &outside);
	if (err)
		return err;
	packet->data = content;
	packet->len = outside.len - TSEC_DTLS13_TAG;
	err = inner_take(packet) ?:
	      tsec_replay_commit(&pkey->replay, packet->seq);
	packet->newest = !err && pkey->cid_len &&
			 tsec_replay_newest(&pkey->replay, packet->seq);
	return err;
}

const struct tsec_packet_ops tsec_packet_dtls13_ops = {
	.header_room	= TSEC_DTLS13_HEADER_ROOM,
	.trailer_room	= TSEC_DTLS13_TRAILER_ROOM,
	.payload_max	= TSEC_DTLS13_PAYLOAD_MAX,
	.seq_max	= TSEC_DTLS13_SEQ_MAX,
	.key_id		= TSEC_DTLS13_EPOCH,
	.id_mask	= TSEC_DTLS13_EPOCH_MASK,
	.handshake_id	= TSEC_DTLS13_EPOCH_HANDSHAKE,
	.messages	= true,
	.mobility	= TSEC_MOBILITY_CHECKED,
	.fit		= fit,
	.peek		= peek,
	.key_new	= key_new,
	.key_free	= key_free,
	.seal		= seal,
	.open		= open,
};

static int secret_renew(struct tsec_key *key, const char **why)
{
	const struct tsec_cipher_desc *desc = tsec_cipher_find(key->cipher);
	u8 next[TSEC_SECRET_MAX];
	int err;

	*why = secret_fault(key, desc);
	if (*why)
		return -EINVAL;
	err = tsec_hkdf_expand_label_dtls(desc->hash, key->secret,
					  "traffic upd", NULL, 0, next,
					  key->secret_len);
	if (!err)
		memcpy(key->secret, next, key->secret_len);
	memzero_explicit(next, sizeof(next));
	return err;
}

/**
 * tsec_dtls13_renew() - turn a key into the one of the next epoch
 * @key: the key (RFC 9147 section 8, RFC 8446 section 7.2); unchanged on
 *	failure
 *
 * Sequence numbers start anew, which is safe because the key is a new one.
 *
 * Context: Process context, may sleep; the caller guards @key.
 * Return: 0, -EOPNOTSUPP if it has no secret, -EINVAL if its cipher or the
 * length of its secret is wrong, -EOVERFLOW after 2^32 - 1 renewals, or an
 * errno of the crypto API.
 */
int tsec_dtls13_renew(struct tsec_key *key)
{
	const char *why;
	u32 epoch;
	int err;

	if (!tsec_key_renewable(key))
		return -EOPNOTSUPP;
	if (check_add_overflow(key->epoch, 1U, &epoch))
		return -EOVERFLOW;
	err = secret_renew(key, &why);
	if (err)
		return err;
	key->epoch = epoch;
	key->seq = 0;
	key->born = ktime_get_boottime_seconds();
	return 0;
}
