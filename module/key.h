/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One direction of one epoch: cipher, key, limits, renewal.
 */
#ifndef TSEC_KEY_H
#define TSEC_KEY_H

#include <linux/time64.h>
#include <linux/types.h>
#include <uapi/linux/tsec.h>

#include "hkdf.h"

enum tsec_key_limits {
	TSEC_KEY_IV_MAX	= TSEC_IV_MAX,
};

/**
 * struct tsec_limits - how much one key may protect, 0 for no limit
 * @soft_records: renew the key at this number of records
 * @hard_records: fail closed at this number of records
 * @soft_bytes: renew the key at this many payload bytes
 * @hard_bytes: fail closed at this many payload bytes
 * @soft_seconds: renew the key at this age
 * @hard_seconds: fail closed at this age
 * @idle_seconds: fail closed when unused for so long
 */
struct tsec_limits {
	u64 soft_records;
	u64 hard_records;
	u64 soft_bytes;
	u64 hard_bytes;
	u32 soft_seconds;
	u32 hard_seconds;
	u32 idle_seconds;
};

/**
 * struct tsec_watch - a key's limits, as the data path looks at them
 * @records: sequence number at which the limits want a look; lets the data
 *	path get by with one comparison
 * @timed: a limit in bytes or seconds is set: look at each call
 * @bytes_before: payload of the session before this key came
 * @used: ktime_get_boottime_seconds() of the last use, kept if @timed
 */
struct tsec_watch {
	u64 records;
	bool timed;
	u64 bytes_before;
	time64_t used;
};

/**
 * struct tsec_key - one direction of one epoch
 * @seq: the first sequence number of this epoch that is free; the ones
 *	before it were used by whoever ran the handshake
 * @limits: how much the key may protect
 * @born: when the key came, in ktime_get_boottime_seconds()
 * @epoch: how many times the key was renewed
 * @id: what its records call it: the epoch (DTLS), the SPI (ESP), the
 *	receiver's index (WireGuard); 0 for the protocol's first one, or where
 *	records name no key
 * @message_seq: DTLS 1.3: the number of the next handshake message
 * @version: protocol version, as on the wire
 * @cipher: enum tsec_cipher
 * @key_len: bytes of @key
 * @iv_len: bytes of @iv: the whole nonce, or for AES-GCM in (D)TLS 1.2, and
 *	in ESP, its salt
 * @secret_len: bytes of @secret, 0 for a key that cannot renew itself
 * @cid_len: bytes of @cid, 0 for records without
 * @key: the AEAD's key
 * @iv: what the nonces are made of
 * @secret: the traffic secret of which @key and @iv are made
 * @cid: the connection ID, or the MKI (SRTP), in each record; no secret
 *
 * A plain value without a lock: whoever holds it guards it, and ends it with
 * tsec_key_wipe().
 */
struct tsec_key {
	u64 seq;
	struct tsec_limits limits;
	time64_t born;
	u32 epoch;
	u32 id;
	u16 message_seq;
	u16 version;
	u16 cipher;
	u8 key_len;
	u8 iv_len;
	u8 secret_len;
	u8 cid_len;
	u8 key[TSEC_KEY_MAX];
	u8 iv[TSEC_KEY_IV_MAX];
	u8 secret[TSEC_SECRET_MAX];
	u8 cid[TSEC_CID_MAX];
};

/**
 * struct tsec_key_view - what of a key may be seen
 * @limits: how much it may protect
 * @seq: first sequence number
 * @age: seconds
 * @epoch: how many times it was renewed
 * @id: what its records call it, 0 for the protocol's first one
 * @version: protocol version
 * @cipher: enum tsec_cipher
 * @renewable: it can renew itself
 * @used: a session has taken it
 * @cid_len: bytes of @cid
 * @cid: the connection ID in each record
 */
struct tsec_key_view {
	struct tsec_limits limits;
	u64 seq;
	u64 age;
	u32 epoch;
	u32 id;
	u16 version;
	u16 cipher;
	bool renewable;
	bool used;
	u8 cid_len;
	u8 cid[TSEC_CID_MAX];
};

/**
 * struct tsec_cipher_desc - what is to know about a cipher
 * @id: enum tsec_cipher
 * @name: its name for people, e.g. "aes-128-gcm"
 * @alg: its name in the crypto API; NULL for what is no AEAD and SRTP's alone
 * @key_len: bytes of the key
 * @iv_len: bytes of the nonce
 * @salt_len: leading bytes of the nonce that are fixed in (D)TLS 1.2, where
 *	the others travel in each record; 0 if those send none of it
 * @tag_len: bytes of the authentication tag
 * @srtp: SRTP takes it, with @iv_len bytes of master salt
 * @hash: the hash of its TLS 1.3 cipher suite
 * @soft_records: default soft limit of records
 * @hard_records: the most records that one key may protect
 */
struct tsec_cipher_desc {
	u16 id;
	const char *name;
	const char *alg;
	u8 key_len;
	u8 iv_len;
	u8 salt_len;
	u8 tag_len;
	bool srtp;
	enum tsec_hash hash;
	u64 soft_records;
	u64 hard_records;
};

/**
 * enum tsec_key_verdict - may this key be used once more?
 * @TSEC_KEY_OK: yes
 * @TSEC_KEY_SOFT: yes, but it should be renewed first
 * @TSEC_KEY_HARD: no, never again
 */
enum tsec_key_verdict {
	TSEC_KEY_OK,
	TSEC_KEY_SOFT,
	TSEC_KEY_HARD,
};

const struct tsec_cipher_desc *tsec_cipher_find(u16 id);
u8 tsec_version_protocol(u16 version);

/**
 * tsec_elapsed() - how long ago something was
 * @since: when
 * @now: now, by the same clock
 *
 * Context: Any.
 * Return: seconds, 0 for what is still to come.
 */
static inline u64 tsec_elapsed(time64_t since, time64_t now)
{
	return now > since ? now - since : 0;
}

void tsec_limits_default(struct tsec_limits *limits, u16 version, u16 cipher);
void tsec_limits_merge(struct tsec_limits *limits,
		       const struct tsec_limits *with);
bool tsec_limits_valid(const struct tsec_limits *limits);

void tsec_key_view(const struct tsec_key *key, struct tsec_key_view *view);
int tsec_key_validate(const struct tsec_key *key, const char **why);
int tsec_key_derive(struct tsec_key *key);
int tsec_key_renew(struct tsec_key *key);
void tsec_key_forget(struct tsec_key *key);
void tsec_key_wipe(struct tsec_key *key);
enum tsec_key_verdict tsec_key_check(const struct tsec_key *key, u64 records,
				     u64 bytes, time64_t now,
				     time64_t last_used);
void tsec_watch_begin(struct tsec_watch *watch,
		      const struct tsec_limits *limits, u64 bytes);
enum tsec_key_verdict tsec_watch_check(struct tsec_watch *watch,
				       const struct tsec_key *key, u64 records,
				       u64 bytes);
u64 tsec_key_budget(const struct tsec_key *key, u64 records);

/**
 * tsec_key_renewable() - can this key renew itself?
 * @key: the key
 *
 * Return: true if it has a traffic secret to derive the next one from.
 */
static inline bool tsec_key_renewable(const struct tsec_key *key)
{
	return key->secret_len;
}

#endif /* TSEC_KEY_H */
