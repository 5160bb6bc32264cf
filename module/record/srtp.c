// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of SRTP and SRTCP (RFC 3711), which share a port (RFC 5761).
 *
 *	header | payload | [tag of AES-GCM] | [SRTCP: flag and index] |
 *	[MKI] | [tag of HMAC-SHA1]
 *
 * The program writes and reads whole packets of RTP and RTCP, so that numbers
 * of SRTP are the program's own: one that it gives to two packets is refused,
 * for both would be encrypted alike.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../compat.h"
#include "../key.h"
#include "dtls12.h"
#include "srtp.h"
#include "srtp_crypt.h"

enum rtp_layout {
	VERSION_2	= 0x80,		/* in the two high bits */
	VERSION_MASK	= 0xc0,
	WITH_EXTENSION	= 0x10,
	CSRC_MASK	= 0x0f,
	AT_TYPE		= 1,
	AT_SEQ		= 2,
	AT_SSRC		= 8,
	RTP_HEADER	= 12,		/* without CSRCs and extension */
	CSRC_LEN	= 4,
	EXTENSION_HEADER = 4,
	RTCP_AT_SSRC	= 4,
	RTCP_HEADER	= 8,
};

/* RFC 5761 section 4: no packet of RTP has these where RTCP has its type. */
enum rtcp_type {
	RTCP_FIRST	= 192,
	RTCP_LAST	= 223,
};

/* RFC 7983: what else shares the port. */
enum dtls_type {
	DTLS_FIRST	= 20,
	DTLS_HANDSHAKE	= 22,		/* the last type that one needs */
	DTLS_LAST	= 63,
};

#define ENCRYPTED	BIT(31)		/* SRTCP's flag, beside its index */

/**
 * struct tsec_packet_key - a master key in one direction
 * @cipher: how packets are protected
 * @rtp: the session keys of SRTP
 * @rtcp: the session keys of SRTCP
 * @streams: what is kept of each source, with a reference
 * @ssrc: the only source that it is for, 0 for all
 * @mki_len: bytes of @mki, 0 for packets without
 * @mki: the master key identifier in each packet
 */
struct tsec_packet_key {
	const struct tsec_srtp_cipher *cipher;
	struct tsec_srtp_crypt rtp;
	struct tsec_srtp_crypt rtcp;
	struct tsec_srtp_streams *streams;
	u32 ssrc;
	u8 mki_len;
	u8 mki[TSEC_PACKET_CID_MAX];
};

static bool is_rtcp(const u8 *data)
{
	return data[AT_TYPE] >= RTCP_FIRST && data[AT_TYPE] <= RTCP_LAST;
}

/* Returns 0 if it is no packet, or one that is cut off. */
static u32 rtp_header_len(const u8 *data, u32 len)
{
	u32 header_len = RTP_HEADER + (data[0] & CSRC_MASK) * CSRC_LEN;

	if (len < header_len)
		return 0;
	if (!(data[0] & WITH_EXTENSION))
		return header_len;
	if (len < header_len + EXTENSION_HEADER)
		return 0;
	header_len += EXTENSION_HEADER +
		      4 * get_unaligned_be16(data + header_len + 2);
	return len < header_len ? 0 : header_len;
}

/* What is not encrypted; 0 if it is no packet, or one that is cut off. */
static u32 header_len(const u8 *data, u32 len)
{
	if (len < RTCP_HEADER || (data[0] & VERSION_MASK) != VERSION_2)
		return 0;
	return is_rtcp(data) ? RTCP_HEADER : rtp_header_len(data, len);
}

static u32 ssrc_of(const u8 *data)
{
	return get_unaligned_be32(data + (is_rtcp(data) ? RTCP_AT_SSRC :
							  AT_SSRC));
}

static bool is_dtls(const u8 *data, size_t len)
{
	return len >= TSEC_DTLS12_HEADER && data[0] >= DTLS_FIRST &&
	       data[0] <= DTLS_LAST;
}

/*
 * The keys of DTLS are the daemon's, which gets all but what it has no use
 * for: data and heartbeats.
 */
static enum tsec_packet_kind dtls_kind(const u8 *data)
{
	return data[0] <= DTLS_HANDSHAKE ? TSEC_PACKET_HANDSHAKE :
					   TSEC_PACKET_DATA;
}

static int peek(const u8 *data, size_t len, u8 cid_len,
		struct tsec_packet_header *header)
{
	header->len = len;
	header->key_id = 0;
	header->sealed = false;
	header->cid = NULL;
	header->cid_len = 0;
	if (is_dtls(data, len)) {
		header->kind = dtls_kind(data);
		return 0;
	}
	if (!header_len(data, len))
		return -EINVAL;
	header->key_id = ssrc_of(data);
	header->sealed = true;
	header->kind = TSEC_PACKET_DATA;
	return 0;
}

static const char *key_fault(const struct tsec_key *key,
			     const struct tsec_srtp_cipher *cipher,
			     const struct tsec_packet_params *as)
{
	if (key->version != TSEC_VERSION_SRTP)
		return "the key is not for SRTP";
	if (!cipher)
		return "SRTP has no such cipher";
	if (key->seq > TSEC_SRTP_INDEX_MAX)
		return "index beyond the limit of SRTP";
	if (as->cid_len > TSEC_PACKET_CID_MAX)
		return "the MKI is too long";
	if (as->after && key->seq)
		return "the numbers of SRTP go on under the next key";
	return tsec_packet_key_fault(key, cipher->key_len, cipher->salt_len);
}

static int crypt_derive(struct tsec_srtp_crypt *crypt,
			const struct tsec_srtp_cipher *cipher,
			const struct tsec_key *key, bool rtcp)
{
	struct tsec_srtp_keys keys;
	int err;

	err = tsec_srtp_keys_derive(cipher, key->key, key->iv, rtcp, &keys);
	if (err)
		return err;
	err = tsec_srtp_crypt_init(crypt, cipher, &keys);
	memzero_explicit(&keys, sizeof(keys));
	return err;
}

static void key_free(struct tsec_packet_key *pkey)
{
	tsec_srtp_crypt_free(&pkey->rtp);
	tsec_srtp_crypt_free(&pkey->rtcp);
	tsec_srtp_streams_put(pkey->streams);
	kfree_sensitive(pkey);
}

/*
 * The first index tells the rollover counter that sources begin with.  The
 * next key finds them as they are.
 */
static bool streams_take(struct tsec_packet_key *pkey,
			 const struct tsec_key *key,
			 const struct tsec_packet_params *as)
{
	if (as->after)
		pkey->streams = tsec_srtp_streams_get(as->after->streams);
	else
		pkey->streams = tsec_srtp_streams_new(key->seq >> 16,
						      as->window);
	return pkey->streams;
}

static struct tsec_packet_key *key_new(const struct tsec_key *key,
				       const struct tsec_packet_params *as,
				       const char **why)
{
	const struct tsec_srtp_cipher *cipher;
	struct tsec_packet_key *pkey;
	int err;

	cipher = tsec_srtp_cipher_find(key->cipher);
	*why = key_fault(key, cipher, as);
	if (*why)
		return ERR_PTR(-EINVAL);
	*why = "no memory for the key";
	pkey = kzalloc(sizeof(*pkey), GFP_KERNEL_ACCOUNT);
	if (!pkey)
		return ERR_PTR(-ENOMEM);
	pkey->cipher = cipher;
	pkey->ssrc = as->key_id;
	pkey->mki_len = as->cid_len;
	memcpy(pkey->mki, as->cid, as->cid_len);
	err = -ENOMEM;
	if (!streams_take(pkey, key, as))
		goto free;
	*why = "the kernel does not take the key";
	err = crypt_derive(&pkey->rtp, cipher, key, false) ?:
	      crypt_derive(&pkey->rtcp, cipher, key, true);
	if (!err)
		return pkey;
free:
	key_free(pkey);
	return ERR_PTR(err);
}

static struct tsec_srtp_crypt *crypt_of(struct tsec_packet_key *pkey,
					bool rtcp)
{
	return rtcp ? &pkey->rtcp : &pkey->rtp;
}

/* Bytes that follow the payload. */
static u32 trailer_len(const struct tsec_packet_key *pkey, bool rtcp)
{
	return rtcp ? TSEC_SRTP_WORD + pkey->mki_len + pkey->cipher->rtcp_tag :
		      pkey->mki_len + pkey->cipher->rtp_tag;
}

/* Packets of SRTCP have the longer trailers. */
static u32 fit(const struct tsec_packet_key *pkey, u32 len)
{
	u32 trailer = trailer_len(pkey, true);

	if (len <= trailer)
		return 0;
	return min_t(u32, len - trailer, TSEC_SRTP_PAYLOAD_MAX);
}

static u32 sealed_len(const struct tsec_packet_key *pkey, const u8 *data,
		      u32 len)
{
	return len + trailer_len(pkey, len > AT_TYPE && is_rtcp(data));
}

/* Finds the places of what follows the payload; returns the end of it all. */
static u8 *trailer_place(const struct tsec_packet_key *pkey, bool rtcp,
			 struct tsec_srtp_unit *unit)
{
	u8 *p = unit->header + unit->header_len + unit->len;

	unit->tag_len = rtcp ? pkey->cipher->rtcp_tag : pkey->cipher->rtp_tag;
	if (pkey->cipher->aead) {
		unit->tag = p;
		p += unit->tag_len;
	}
	if (rtcp) {
		unit->word = p;
		p += TSEC_SRTP_WORD;
	}
	p += pkey->mki_len;
	if (!pkey->cipher->aead) {
		unit->tag = p;
		p += unit->tag_len;
	}
	return p;
}

static u8 *mki_place(const struct tsec_packet_key *pkey, u8 *end,
		     const struct tsec_srtp_unit *unit)
{
	return end - pkey->mki_len - (pkey->cipher->aead ? 0 : unit->tag_len);
}

/* The program's packet, and whose it is. */
static int plain_parse(const struct tsec_packet_key *pkey,
		       const struct tsec_packet *packet,
		       struct tsec_srtp_unit *unit)
{
	unit->header = packet->data;
	unit->header_len = header_len(packet->data, packet->len);
	if (!unit->header_len)
		return -EINVAL;
	unit->len = packet->len - unit->header_len;
	unit->ssrc = ssrc_of(packet->data);
	return pkey->ssrc && unit->ssrc != pkey->ssrc ? -EINVAL : 0;
}

/* Whoever takes an index uses it: it is gone, whatever becomes of it. */
static int rtp_index_take(struct tsec_packet_key *pkey,
			  struct tsec_srtp_stream *stream,
			  struct tsec_srtp_unit *unit)
{
	u16 seq = get_unaligned_be16(unit->header + AT_SEQ);

	unit->index = tsec_srtp_stream_index(pkey->streams, stream, seq);
	if (unit->index > TSEC_SRTP_INDEX_MAX)
		return -EKEYEXPIRED;
	return tsec_srtp_stream_commit(stream, unit->index);
}

static int rtcp_index_take(struct tsec_srtp_stream *stream,
			   struct tsec_srtp_unit *unit)
{
	unit->index = atomic64_fetch_inc(&stream->rtcp_next);
	return unit->index > TSEC_SRTCP_INDEX_MAX ? -EKEYEXPIRED : 0;
}

static int index_take(struct tsec_packet_key *pkey, bool rtcp,
		      struct tsec_srtp_unit *unit)
{
	struct tsec_srtp_stream *stream;

	stream = tsec_srtp_stream_get(pkey->streams, unit->ssrc);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	return rtcp ? rtcp_index_take(stream, unit) :
		      rtp_index_take(pkey, stream, unit);
}

static int seal(struct tsec_packet_key *pkey, struct tsec_packet *packet)
{
	struct tsec_srtp_unit unit = { };
	bool rtcp;
	u8 *end;
	int err;

	if (packet->len > TSEC_SRTP_PAYLOAD_MAX)
		return -EMSGSIZE;
	err = plain_parse(pkey, packet, &unit);
	if (err)
		return err;
	rtcp = is_rtcp(packet->data);
	err = index_take(pkey, rtcp, &unit);
	if (err)
		return err;
	end = trailer_place(pkey, rtcp, &unit);
	if (rtcp)
		put_unaligned_be32(ENCRYPTED | unit.index, unit.word);
	memcpy(mki_place(pkey, end, &unit), pkey->mki, pkey->mki_len);
	packet->len = end - packet->data;
	packet->seq = unit.index;
	packet->content = rtcp ? TSEC_SRTP_RTCP : TSEC_SRTP_RTP;
	return tsec_srtp_crypt_seal(crypt_of(pkey, rtcp), &unit);
}

/* A packet as it came: is it for this key, and whole? */
static int sealed_parse(const struct tsec_packet_key *pkey,
			const struct tsec_packet *packet, bool rtcp,
			struct tsec_srtp_unit *unit)
{
	u32 trailer = trailer_len(pkey, rtcp);
	u8 *end;

	unit->header = packet->data;
	unit->header_len = header_len(packet->data, packet->len);
	if (!unit->header_len || packet->len - unit->header_len < trailer)
		return -EINVAL;
	if (packet->len - trailer > TSEC_SRTP_PAYLOAD_MAX)
		return -EMSGSIZE;
	unit->len = packet->len - unit->header_len - trailer;
	unit->ssrc = ssrc_of(packet->data);
	end = trailer_place(pkey, rtcp, unit);
	if ((pkey->ssrc && unit->ssrc != pkey->ssrc) ||
	    memcmp(mki_place(pkey, end, unit), pkey->mki, pkey->mki_len))
		return -EINVAL;
	return 0;
}

/* What is too short to tell is left to open(). */
static bool matches(const struct tsec_packet_key *pkey, const u8 *data,
		    u32 len)
{
	const struct tsec_srtp_cipher *cipher = pkey->cipher;
	u32 behind = pkey->mki_len;

	if (!cipher->aead)
		behind += len > AT_TYPE && is_rtcp(data) ? cipher->rtcp_tag :
							   cipher->rtp_tag;
	return len < behind ||
	       !memcmp(data + len - behind, pkey->mki, pkey->mki_len);
}

/* Which index has the packet, and has it come before? */
static int index_check(struct tsec_packet_key *pkey,
		       struct tsec_srtp_stream *stream,
		       struct tsec_srtp_unit *unit)
{
	u32 word;

	if (!unit->word) {
		u16 seq = get_unaligned_be16(unit->header + AT_SEQ);

		unit->index = tsec_srtp_stream_index(pkey->streams, stream,
						     seq);
		if (unit->index > TSEC_SRTP_INDEX_MAX)
			return -EINVAL;
		return stream ? tsec_replay_check(&stream->rtp, unit->index) :
				0;
	}
	word = get_unaligned_be32(unit->word);
	/* Authentic, but open to everybody: that was never agreed on. */
	if (!(word & ENCRYPTED))
		return -EINVAL;
	unit->index = word & ~ENCRYPTED;
	return stream ? tsec_replay_check(&stream->rtcp, unit->index) : 0;
}

/* The packet is authentic, and its source may be new. */
static int index_commit(struct tsec_packet_key *pkey,
			const struct tsec_srtp_unit *unit)
{
	struct tsec_srtp_stream *stream;

	stream = tsec_srtp_stream_get(pkey->streams, unit->ssrc);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	if (unit->word)
		return tsec_replay_commit(&stream->rtcp, unit->index);
	return tsec_srtp_stream_commit(stream, unit->index);
}

static int open(struct tsec_packet_key *pkey, struct tsec_packet *packet)
{
	bool rtcp = packet->len > AT_TYPE && is_rtcp(packet->data);
	struct tsec_srtp_unit unit = { };
	struct tsec_srtp_stream *stream;
	int err;

	err = sealed_parse(pkey, packet, rtcp, &unit);
	if (err)
		return err;
	stream = tsec_srtp_stream_find(pkey->streams, unit.ssrc);
	if (!stream && tsec_srtp_streams_full(pkey->streams))
		return -ENOBUFS;
	err = index_check(pkey, stream, &unit) ?:
	      tsec_srtp_crypt_open(crypt_of(pkey, rtcp), &unit) ?:
	      index_commit(pkey, &unit);
	if (err)
		return err;
	packet->len = unit.header_len + unit.len;
	packet->seq = unit.index;
	packet->kind = TSEC_PACKET_DATA;
	packet->content = rtcp ? TSEC_SRTP_RTCP : TSEC_SRTP_RTP;
	return 0;
}

const struct tsec_packet_ops tsec_packet_srtp_ops = {
	.trailer_room	= TSEC_SRTP_TRAILER_ROOM,
	.payload_max	= TSEC_SRTP_PAYLOAD_MAX,
	.seq_max	= TSEC_SRTP_INDEX_MAX,
	.fit		= fit,
	.sealed_len	= sealed_len,
	.peek		= peek,
	.key_new	= key_new,
	.key_free	= key_free,
	.matches	= matches,
	.seal		= seal,
	.open		= open,
	.greet		= tsec_dtls12_greet,
};

/*
 * Nothing in it is for the protocol itself: an end comes by the DTLS whose
 * handshake has made the keys (RFC 5764), if any has.
 */
const struct tsec_record_ops tsec_record_srtp_ops = {
	.name		= "srtp",
	.protocol	= TSEC_PROTO_SRTP,
	.version_min	= TSEC_VERSION_SRTP,
	.version_max	= TSEC_VERSION_SRTP,
	.trailer_room	= TSEC_SRTP_TRAILER_ROOM,
	.payload_max	= TSEC_SRTP_PAYLOAD_MAX,
	.packet		= &tsec_packet_srtp_ops,
	.handshake	= true,
};
