// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: records of datagrams, as module/record/ takes them.
 *
 * Which protocol, the file says that this one is linked with.  The first byte
 * of the input chooses a key, the second its replay window, the third the
 * length of connection IDs.  Then come steps: an opcode, and mostly a length
 * in two bytes and so many bytes.  The opcode's highest bit says that many
 * want to begin.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "fuzz.h"
#include "packet_fuzz.h"

enum step {
	STEP_PEEK,		/* a datagram: only its outside */
	STEP_OPEN,		/* a record */
	STEP_SEAL,		/* a payload: seal it, and open it again */
	STEP_JUMP,		/* a byte: leave out 256 numbers so often */
	STEP_GREET,		/* a datagram of a client that nobody knows */
	STEP_MAX,
};

enum {
	CHOICE_LOADED	= 0x80,
	PEER_LEN	= 12,	/* two addresses of IPv4, and their ports */
};

/**
 * struct bench - a key for each direction
 * @tx: it seals
 * @rx: it opens
 * @cid_len: bytes of connection IDs
 * @seq: the next number to seal with
 */
struct bench {
	struct tsec_packet_key *tx;
	struct tsec_packet_key *rx;
	u8 cid_len;
	u64 seq;
};

bool fuzz_no_memory;

/* The rest of a step; @len is set. */
static const u8 *take_bytes(struct input *in, u32 *len)
{
	const u8 *bytes;

	*len = take_byte(in) << 8;
	*len |= take_byte(in);
	*len = min(*len, in->len);
	bytes = in->data;
	in->data += *len;
	in->len -= *len;
	return bytes;
}

static void check_header(const struct tsec_packet_header *header,
			 const u8 *data, u32 len)
{
	must(header->len && header->len <= len, "length of a record");
	must(header->kind <= TSEC_PACKET_HIDDEN, "kind of a record");
	must(!header->cid == !header->cid_len, "connection ID without bytes");
	if (header->cid)
		must(header->cid >= data &&
		     header->cid + header->cid_len <= data + header->len,
		     "connection ID outside of the record");
}

static int peek(struct bench *b, const u8 *bytes, u32 len,
		struct tsec_packet_header *header)
{
	u8 *copy = copy_of(bytes, len);
	int err;

	memset(header, 0xff, sizeof(*header));
	err = protocol.ops->peek(copy, len, b->cid_len, header);
	must(!err || err == -EINVAL, "error of peek");
	if (!err)
		check_header(header, copy, len);
	free(copy);
	return err;
}

static bool is_refusal(int err)
{
	return err == -EINVAL || err == -EALREADY || err == -ESTALE ||
	       err == -EBADMSG || err == -EMSGSIZE || err == -ENOBUFS;
}

/* Opens a copy, and compares what comes out with @want, if there is such. */
static int open_copy(struct bench *b, const u8 *bytes, u32 len,
		     const u8 *want, u32 want_len)
{
	u8 *copy = copy_of(bytes, len);
	struct tsec_packet packet = { .data = copy, .len = len };
	int err = protocol.ops->open(b->rx, &packet);

	must(!err || is_refusal(err), "error of open");
	if (!err) {
		must(packet.data >= copy && packet.len <= len &&
		     packet.data + packet.len <= copy + len,
		     "a payload outside of the record");
		must(packet.len <= protocol.ops->payload_max,
		     "a payload that is too long");
		must(packet.kind <= TSEC_PACKET_HANDSHAKE, "kind of a payload");
	}
	if (!err && want)
		must((protocol.pads ? packet.len >= want_len :
				      packet.len == want_len) &&
		     !memcmp(packet.data, want, want_len),
		     "a payload that did not come back");
	free(copy);
	return err;
}

/* What has come once does not come again. */
static int open_twice(struct bench *b, const u8 *bytes, u32 len,
		      const u8 *want, u32 want_len)
{
	int err = open_copy(b, bytes, len, want, want_len);

	if (!err)
		must(open_copy(b, bytes, len, NULL, 0) == -EALREADY,
		     "a replay");
	return err;
}

static void step_open(struct bench *b, const u8 *bytes, u32 len)
{
	struct tsec_packet_header header;
	int err = peek(b, bytes, len, &header);
	int opened = open_twice(b, bytes, len, NULL, 0);

	if (err || !header.sealed || header.len != len)
		must(opened == -EINVAL, "a record that is none was opened");
}

static bool is_sealing_refusal(int err)
{
	return err == -EMSGSIZE || err == -EKEYEXPIRED ||
	       (protocol.own_seq &&
		(err == -EINVAL || err == -EALREADY || err == -ESTALE ||
		 err == -ENOBUFS));
}

static void check_fit(struct bench *b, u32 payload_len, u32 len)
{
	u32 fits = protocol.ops->fit(b->tx, len);

	must(protocol.own_seq || fits >= payload_len,
	     "less fits than what was sealed");
	must(fits <= protocol.ops->payload_max, "more fits than there may be");
}

static void check_sealed(struct bench *b, const u8 *payload, u32 len,
			 const struct tsec_packet *packet)
{
	struct tsec_packet_header header;
	int err;

	must(!peek(b, packet->data, packet->len, &header),
	     "a record that is none was sealed");
	must(header.sealed && header.len == packet->len, "its outside");
	check_fit(b, len, packet->len);
	err = open_twice(b, packet->data, packet->len, payload, len);
	/* Forged records that were opened may have moved the window away. */
	must(!err || err == -EALREADY || err == -ESTALE ||
	     (protocol.own_seq && (err == -EINVAL || err == -ENOBUFS)),
	     "a sealed record does not open");
}

static void step_seal(struct bench *b, const u8 *bytes, u32 len)
{
	const struct tsec_packet_ops *ops = protocol.ops;
	u32 room = ops->header_room + len + ops->trailer_room;
	struct tsec_packet packet = {
		.len	= len,
		.seq	= b->seq++,
		.kind	= TSEC_PACKET_DATA,
	};
	u8 *buf = malloc(room);
	int err;

	must(buf, "memory of the fuzzer");
	packet.data = buf + ops->header_room;
	memcpy(packet.data, bytes, len);
	err = ops->seal(b->tx, &packet);
	must(!err || is_sealing_refusal(err), "error of seal");
	if (!err) {
		must(packet.data >= buf &&
		     packet.data + packet.len <= buf + room,
		     "a record outside of its room");
		check_sealed(b, bytes, len, &packet);
	}
	free(buf);
}

static bool terms(const struct tsec_greeting *greeting,
		  struct tsec_greeting_terms *terms)
{
	*terms = (struct tsec_greeting_terms){
		.version_max	= TSEC_VERSION_TLS_1_3,
		.ciphers	= { TSEC_CIPHER_CHACHA20_POLY1305,
				    TSEC_CIPHER_AES_128_GCM },
		.cipher_count	= 2,
	};
	return true;
}

/*
 * Nothing gets much more than it has sent (RFC 9147 section 5.1 says three
 * times), and a proof is what was sent.
 */
static void step_greet(enum tsec_greeting_verdict
		       (*greet)(struct tsec_greeting *greeting),
		       const u8 *bytes, u32 len, bool loaded)
{
	static const u8 peer[PEER_LEN], secret[TSEC_GREETING_SECRET_LEN];
	static const u8 pubkey[TSEC_PUBKEY_LEN];
	u8 *copy = copy_of(bytes, len);
	struct tsec_greeting greeting = {
		.data		= copy,
		.len		= len,
		.peer		= peer,
		.peer_len	= sizeof(peer),
		.secret		= secret,
		.pubkey		= pubkey,
		.loaded		= loaded,
		.terms		= terms,
	};

	switch (greet(&greeting)) {
	case TSEC_GREETING_NONE:
		break;
	case TSEC_GREETING_ANSWERED:
		must(greeting.reply_len &&
		     greeting.reply_len <= sizeof(greeting.reply) &&
		     greeting.reply_len < 2 * len, "length of an answer");
		break;
	case TSEC_GREETING_PROVEN:
		must(greeting.proof >= copy &&
		     greeting.proof + TSEC_GREETING_PROOF_LEN <= copy + len,
		     "a proof outside of the datagram");
		break;
	default:
		must(false, "verdict on a client");
	}
	free(copy);
}

static void step(struct bench *b, struct input *in)
{
	u8 choice = take_byte(in), op = (choice & ~CHOICE_LOADED) % STEP_MAX;
	struct tsec_packet_header header;
	const u8 *bytes;
	u32 len;

	if (op == STEP_JUMP) {
		b->seq += take_byte(in) << 8;
		return;
	}
	bytes = take_bytes(in, &len);
	switch (op) {
	case STEP_PEEK:
		peek(b, bytes, len, &header);
		break;
	case STEP_OPEN:
		step_open(b, bytes, len);
		break;
	case STEP_SEAL:
		step_seal(b, bytes, len);
		break;
	case STEP_GREET:
		if (protocol.greet ?: protocol.ops->greet)
			step_greet(protocol.greet ?: protocol.ops->greet,
				   bytes, len, choice & CHOICE_LOADED);
		break;
	}
}

static struct tsec_packet_key *key_new(struct input *in, bool sending,
				       u8 *cid_len, u64 *seq)
{
	struct tsec_packet_params as = { .sending = sending };
	struct tsec_packet_key *pkey;
	struct tsec_key key = { };
	const char *why;

	memset(key.key, 1, sizeof(key.key));
	memset(key.secret, 1, sizeof(key.secret));
	protocol.key(take_byte(in), &key, &as);
	as.window = take_byte(in) * 8;
	as.cid_len = take_byte(in) % (TSEC_PACKET_CID_MAX + 1);
	if (!protocol.with_cid)
		as.cid_len = 0;
	memset(as.cid, 0xc1, as.cid_len);
	pkey = protocol.ops->key_new(&key, &as, &why);
	must(!IS_ERR(pkey), why);
	*cid_len = as.cid_len;
	*seq = max(key.seq, protocol.ops->seq_min);
	return pkey;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { .data = data, .len = size }, again = in;
	struct bench b = { };

	b.tx = key_new(&again, true, &b.cid_len, &b.seq);
	b.rx = key_new(&in, false, &b.cid_len, &b.seq);
	while (in.len)
		step(&b, &in);
	protocol.ops->key_free(b.tx);
	protocol.ops->key_free(b.rx);
	return 0;
}
