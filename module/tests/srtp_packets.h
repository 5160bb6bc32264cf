/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SRTP for the tests: master keys, and packets to seal and to open.
 */
#ifndef TSEC_TESTS_SRTP_PACKETS_H
#define TSEC_TESTS_SRTP_PACKETS_H

#include "../compat.h"
#include "../record/srtp.h"
#include "packets.h"

#define OPS	(&tsec_packet_srtp_ops)

enum {
	WINDOW = 64,
};

/**
 * struct master - a master key
 * @cipher: enum tsec_cipher
 * @ssrc: the only source, 0 for all
 * @first: the first index
 * @key: the key in hexadecimal
 * @salt: the salt
 * @mki: the master key identifier, or NULL
 */
struct master {
	u16 cipher;
	u32 ssrc;
	u64 first;
	const char *key;
	const char *salt;
	const char *mki;
};

#define KEY_128		"e1f97a0d3e018be0d64fa32c06de4139"
#define SALT_128	"0ec675ad498afeebb6960b3aabe6"
#define KEY_GCM_128	"000102030405060708090a0b0c0d0e0f"
#define SALT_GCM	"a0a1a2a3a4a5a6a7a8a9aaab"
#define MKI		"e1f97a0d"

static const struct master cm80 = {
	.cipher	= TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
	.key	= KEY_128,
	.salt	= SALT_128,
};

static const struct master cm80_mki = {
	.cipher	= TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
	.key	= KEY_128,
	.salt	= SALT_128,
	.mki	= MKI,
};

static const struct master gcm_128 = {
	.cipher	= TSEC_CIPHER_AES_128_GCM,
	.key	= KEY_GCM_128,
	.salt	= SALT_GCM,
};

#define RTP	"800f1234decafbadcafebabe"
#define RTCP	"81c8000bcafebabe"

static const struct expected rtp = {
	.seq		= 0x1234,
	.kind		= TSEC_PACKET_DATA,
	.content	= TSEC_SRTP_RTP,
	.payload	= RTP "abababababababababababababababab",
};

static const struct expected rtcp = {
	.seq		= 0,
	.kind		= TSEC_PACKET_DATA,
	.content	= TSEC_SRTP_RTCP,
	.payload	= RTCP "abababababababababababababababab",
};

static inline struct tsec_packet_key *
key_of(struct kunit *test, const struct master *master, bool sending)
{
	struct tsec_packet_params as = {
		.key_id		= master->ssrc,
		.sending	= sending,
		.window		= WINDOW,
	};
	struct tsec_key key = {
		.version	= TSEC_VERSION_SRTP,
		.cipher		= master->cipher,
		.seq		= master->first,
	};

	key_bytes(test, &key, master->key, master->salt);
	if (master->mki)
		as.cid_len = unhex(test, as.cid, sizeof(as.cid), master->mki);
	return packet_key(test, OPS, &key, &as);
}

/* The next master key after one, of the same length, with its own MKI. */
static inline struct tsec_packet_key *
next_of(struct kunit *test, const struct master *master, const char *key_hex,
	const char *mki, const struct tsec_packet_key *after, bool sending)
{
	struct tsec_packet_params as = {
		.sending	= sending,
		.window		= WINDOW,
		.after		= after,
	};
	struct tsec_key key = {
		.version	= TSEC_VERSION_SRTP,
		.cipher		= master->cipher,
	};

	key_bytes(test, &key, key_hex, master->salt);
	as.cid_len = unhex(test, as.cid, sizeof(as.cid), mki);
	return packet_key(test, OPS, &key, &as);
}

/* Tries to seal a packet from hexadecimal. */
static inline int seal_hex(struct kunit *test, struct tsec_packet_key *key,
			   const char *hex)
{
	struct tsec_packet packet = { };
	u8 payload[PACKETS_ROOM], *buf;
	int err;

	buf = packet_put(test, OPS, &packet, payload,
			 unhex(test, payload, sizeof(payload), hex));
	err = OPS->seal(key, &packet);
	kfree(buf);
	return err;
}

#endif /* TSEC_TESTS_SRTP_PACKETS_H */
