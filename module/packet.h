/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Record protocols over datagrams: one packet, one key, in place.
 */
#ifndef TSEC_PACKET_H
#define TSEC_PACKET_H

#include <linux/types.h>
#include <uapi/linux/tsec.h>

struct tsec_key;
struct tsec_packet_key;

enum tsec_packet_limits {
	TSEC_PACKET_CID_MAX	= TSEC_CID_MAX,	/* longest connection ID */
	TSEC_PACKET_DATAGRAM_MAX = 65527, /* what a UDP header can tell of */
	TSEC_GREETING_SECRET_LEN = 32,
	TSEC_GREETING_PROOF_LEN	= 16,
	TSEC_GREETING_REPLY_MAX	= 160,	/* about as long as what it answers */
};

/**
 * enum tsec_packet_kind - who a packet is for
 * @TSEC_PACKET_DATA: the program
 * @TSEC_PACKET_CONTROL: the record protocol: alerts, acknowledgements,
 *	key updates, keepalives
 * @TSEC_PACKET_HANDSHAKE: the daemon
 * @TSEC_PACKET_HIDDEN: any of them: that shows only once it is open
 */
enum tsec_packet_kind {
	TSEC_PACKET_DATA,
	TSEC_PACKET_CONTROL,
	TSEC_PACKET_HANDSHAKE,
	TSEC_PACKET_HIDDEN,
};

/**
 * struct tsec_packet_header - what a datagram shows without any key
 * @len: bytes of its first record; others may follow it
 * @key_id: which key opens it: the epoch's low bits (DTLS), the SPI (ESP),
 *	the receiver's index (WireGuard), the SSRC (SRTP)
 * @sealed: false for a record that no key protects
 * @kind: who it is for, as far as the outside shows it
 * @cid: what this end has chosen for the session to be found by, wherever a
 *	record comes from: a connection ID (DTLS), the receiver's index
 *	(WireGuard); NULL if there is none
 * @cid_len: bytes of @cid
 */
struct tsec_packet_header {
	u32 len;
	u32 key_id;
	bool sealed;
	enum tsec_packet_kind kind;
	const u8 *cid;
	u8 cid_len;
};

/**
 * struct tsec_packet - a record on its way to or from the wire
 * @data: seal() expects the payload here, and finds header_room writable
 *	bytes before it and trailer_room behind it; open() expects the whole
 *	record.  Each leaves its result here, in the same buffer
 * @len: bytes of @data
 * @seq: seal(): the number to use, never used before with this key, but
 *	for SRTP, which finds it in the payload and leaves it here;
 *	open(): the number found
 * @newest: open(): no higher number had come so far, where @mobility asks
 * @kind: seal(): what it carries; open(): what it carried
 * @tos: of IP packets inside: seal(): the DS field that they get; open(): the
 *	one of the packet around them
 * @content: the protocol's own type: of content (DTLS), 0 RTP or 1 RTCP
 *	(SRTP), the next header (ESP), 0 (WireGuard)
 *
 * The buffer is linear and comes from kmalloc() or a page: the crypto API
 * reads and writes it in place.
 */
struct tsec_packet {
	u8 *data;
	u32 len;
	u64 seq;
	bool newest;
	enum tsec_packet_kind kind;
	u8 tos;
	u8 content;
};

/**
 * struct tsec_packet_params - what a key is for, beside its own bytes
 * @key_id: as in struct tsec_packet_header; 0 for all sources (SRTP)
 * @sending: seals; else opens
 * @window: packets that a receiver's replay window spans, 0 for the
 *	protocol's default
 * @cid: the connection ID, or the MKI (SRTP), that travels in each record
 * @cid_len: bytes of @cid, 0 for none
 * @after: the key before it, in the same direction of a session, which lives
 *	up to the end of key_new(); NULL for the first
 */
struct tsec_packet_params {
	u32 key_id;
	bool sending;
	u32 window;
	u8 cid[TSEC_PACKET_CID_MAX];
	u8 cid_len;
	const struct tsec_packet_key *after;
};

/**
 * enum tsec_greeting_verdict - what a listener does about a datagram
 * @TSEC_GREETING_NONE: no session begins so: it is dropped
 * @TSEC_GREETING_ANSWERED: it is answered, and nothing of it is kept
 * @TSEC_GREETING_PROVEN: whoever sent it gets what is sent to its address, or
 *	may be taken at its word: a session may begin with it
 */
enum tsec_greeting_verdict {
	TSEC_GREETING_NONE,
	TSEC_GREETING_ANSWERED,
	TSEC_GREETING_PROVEN,
};

/**
 * struct tsec_greeting_terms - what a listener allows
 * @version_max: the highest version, as profiles call it
 * @ciphers: enum tsec_cipher, in order of preference
 * @cipher_count: how many
 */
struct tsec_greeting_terms {
	u16 version_max;
	u16 ciphers[TSEC_CIPHER_MAX];
	u8 cipher_count;
};

/**
 * struct tsec_greeting - a datagram of a peer that a listener does not know
 * @data: the datagram
 * @len: bytes of @data
 * @peer: what stands for both addresses, the same each time
 * @peer_len: bytes of @peer
 * @period: counts up; what was answered in this or the last one is valid
 * @secret: the listener's own, of TSEC_GREETING_SECRET_LEN bytes
 * @pubkey: the listener's public key, of TSEC_PUBKEY_LEN bytes, where the
 *	protocol needs one
 * @loaded: there are many who want to begin: none is taken at its word
 * @owner: whoever brings it, for @terms
 * @terms: tells what the listener allows, when that matters; false if it
 *	takes nobody
 * @proof: PROVEN: what tells attempts of the same peer apart,
 *	TSEC_GREETING_PROOF_LEN bytes in @data: what has proven its address
 * @reply: ANSWERED: the answer
 * @reply_len: bytes of @reply
 */
struct tsec_greeting {
	const u8 *data;
	size_t len;
	const u8 *peer;
	size_t peer_len;
	u32 period;
	const u8 *secret;
	const u8 *pubkey;
	bool loaded;
	const void *owner;
	bool (*terms)(const struct tsec_greeting *greeting,
		      struct tsec_greeting_terms *terms);
	const u8 *proof;
	u8 reply[TSEC_GREETING_REPLY_MAX];
	u8 reply_len;
};

/**
 * struct tsec_packet_piece - a datagram with a part of a peer's first message
 * @header: bytes before the part
 * @seq: the message's number
 * @total: bytes of the message
 * @offset: where in there the part belongs
 * @len: bytes of the part
 */
struct tsec_packet_piece {
	u32 header;
	u16 seq;
	u32 total;
	u32 offset;
	u32 len;
};

/**
 * enum tsec_mobility - what it takes for a peer to change its address
 * @TSEC_MOBILITY_NONE: it cannot
 * @TSEC_MOBILITY_CHECKED: its newest record, with a connection ID, and a proof
 *	that it gets what is sent there
 * @TSEC_MOBILITY_FREE: its newest record
 */
enum tsec_mobility {
	TSEC_MOBILITY_NONE,
	TSEC_MOBILITY_CHECKED,
	TSEC_MOBILITY_FREE,
};

/**
 * struct tsec_packet_ops - a record protocol over datagrams
 * @header_room: most bytes before the payload of a record
 * @trailer_room: most bytes after the payload of a record, padding included
 * @payload_max: most payload bytes in a record, whatever the path
 * @seq_min: the first number that may be used
 * @seq_max: the last number that may be used
 * @key_id: the ID of keys that come without one; 0 for what the protocol has
 * @id_mask: as much of a key's ID as records show; 0 for all of it
 * @handshake_id: the ID of keys that are the daemon's own; 0 for none
 * @messages: handshake messages go on in open sessions; else they are
 *	dropped: in DTLS 1.2 they would be renegotiation, which nobody here
 *	does
 * @mobility: whether peers may change their addresses
 * @fit: most payload bytes of a record of so many bytes, 0 if none fits;
 *	NULL where each record takes header_room and trailer_room in full
 * @sealed_len: bytes of the record that a payload becomes; NULL where payloads
 *	of one length become records of one length
 * @peek: reads the outside of a datagram's first record.  @cid_len is the
 *	length of the connection IDs that this end hands out.  Returns 0, or
 *	-EINVAL if it is no record of the protocol
 * @key_new: makes a key ready for use of the bytes in @key, which the caller
 *	wipes; returns an ERR_PTR, with the reason in @why, if they do not fit
 *	(-EINVAL) or memory or the cipher are missing (-ENOMEM, -ENOENT)
 * @key_free: frees and wipes; nobody uses the key any more
 * @matches: whether a record is one under this key, by what it bears beside an
 *	ID (the MKI): all keys of a session have the same one; NULL where IDs
 *	tell keys apart
 * @seal: turns the payload into a record; returns 0, or
 *	-EMSGSIZE: longer than the protocol allows
 *	-EKEYEXPIRED: the number is none that this key may use
 *	and of protocols whose numbers are the program's own (SRTP)
 *	-EINVAL: no packet of the protocol
 *	-EALREADY: its number was used before
 *	-ESTALE: its number is too old to tell
 *	-ENOBUFS: more sources than one key may have
 * @open: turns the record into its payload; returns 0, or
 *	-EINVAL: malformed or truncated, also what a key proved to be wrong
 *	-EALREADY: replayed
 *	-ESTALE: older than the replay window
 *	-EBADMSG: not authentic
 *	-EMSGSIZE: longer than the protocol allows
 *	-ENOBUFS: more sources than one key may have (SRTP)
 * @name: writes what @peek finds as @cid in records under a receiving key, at
 *	most TSEC_PACKET_CID_MAX bytes, and returns its length; NULL where it is
 *	the key's connection ID
 * @greet: meets a peer that has no session yet, by enum
 *	tsec_greeting_verdict; NULL if the protocol has no listeners
 *
 * Beside these, the crypto API may run out of memory (-ENOMEM).
 * seal() and open() run at the same time on several CPUs for one key, with
 * bottom halves disabled or in a softirq, and never sleep.  A packet that
 * open() refuses has changed no state.
 */
struct tsec_packet_ops {
	u16 header_room;
	u16 trailer_room;
	u32 payload_max;
	u64 seq_min;
	u64 seq_max;
	u32 key_id;
	u32 id_mask;
	u32 handshake_id;
	bool messages;
	enum tsec_mobility mobility;
	u32 (*fit)(const struct tsec_packet_key *key, u32 len);
	u32 (*sealed_len)(const struct tsec_packet_key *key, const u8 *data,
			  u32 len);
	int (*peek)(const u8 *data, size_t len, u8 cid_len,
		    struct tsec_packet_header *header);
	struct tsec_packet_key *(*key_new)(const struct tsec_key *key,
					   const struct tsec_packet_params *as,
					   const char **why);
	void (*key_free)(struct tsec_packet_key *key);
	bool (*matches)(const struct tsec_packet_key *key, const u8 *data,
			u32 len);
	int (*seal)(struct tsec_packet_key *key, struct tsec_packet *packet);
	int (*open)(struct tsec_packet_key *key, struct tsec_packet *packet);
	u8 (*name)(u32 key_id, u8 *name);
	enum tsec_greeting_verdict (*greet)(struct tsec_greeting *greeting);
};

/**
 * tsec_packet_is_handshake() - is a record under a key that is the daemon's own
 * @ops: the record protocol
 * @header: what the record shows
 *
 * Context: Any.
 * Return: true if it is, as far as its ID shows.
 */
static inline bool
tsec_packet_is_handshake(const struct tsec_packet_ops *ops,
			 const struct tsec_packet_header *header)
{
	return ops->handshake_id && header->sealed &&
	       header->key_id == ops->handshake_id;
}

const char *tsec_packet_key_fault(const struct tsec_key *key, u8 key_len,
				  u8 iv_len);

#endif /* TSEC_PACKET_H */
