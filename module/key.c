// SPDX-License-Identifier: GPL-2.0
/*
 * Keys: what is a good one, and how it is renewed.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "key.h"
#include "record/dtls13.h"

/*
 * The limits of AES-GCM: RFC 8446 section 5.5 allows 2^24.5 full-size records
 * for a margin of 2^-57.  Renewal at 2^23 leaves nearly two thirds of them
 * for a peer or a daemon that is slow.
 *
 * Of ChaCha20-Poly1305: the same section finds no limit short of the end of
 * the sequence numbers.  2^62 is the bound that RFC 9001 section 6.6 reasons
 * with, and keeps the sum of a sequence number and a count within 64 bits.
 * 2^60 lies beyond what any stream lives to see, three quarters in reserve.
 *
 * Of AES in counter mode with HMAC-SHA1: RFC 3711 section 9.2 allows all 2^48
 * numbers that there are.
 *
 * ESP has limits of its own, see key_limits.c.
 */
static const struct tsec_cipher_desc ciphers[] = {
	{
		.id		= TSEC_CIPHER_AES_128_GCM,
		.name		= "aes-128-gcm",
		.alg		= "gcm(aes)",
		.key_len	= 16,
		.iv_len		= 12,
		.salt_len	= 4,
		.tag_len	= 16,
		.srtp		= true,
		.hash		= TSEC_HASH_SHA256,
		.soft_records	= BIT_ULL(23),
		.hard_records	= 23726566,
	}, {
		.id		= TSEC_CIPHER_AES_256_GCM,
		.name		= "aes-256-gcm",
		.alg		= "gcm(aes)",
		.key_len	= 32,
		.iv_len		= 12,
		.salt_len	= 4,
		.tag_len	= 16,
		.srtp		= true,
		.hash		= TSEC_HASH_SHA384,
		.soft_records	= BIT_ULL(23),
		.hard_records	= 23726566,
	}, {
		.id		= TSEC_CIPHER_CHACHA20_POLY1305,
		.name		= "chacha20-poly1305",
		.alg		= "rfc7539(chacha20,poly1305)",
		.key_len	= 32,
		.iv_len		= 12,
		.salt_len	= 0,
		.tag_len	= 16,
		.hash		= TSEC_HASH_SHA256,
		.soft_records	= BIT_ULL(60),
		.hard_records	= BIT_ULL(62),
	}, {
		.id		= TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
		.name		= "aes-128-cm-hmac-sha1-80",
		.key_len	= 16,
		.iv_len		= 14,
		.tag_len	= 10,
		.srtp		= true,
		.soft_records	= BIT_ULL(47),
		.hard_records	= BIT_ULL(48),
	}, {
		.id		= TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32,
		.name		= "aes-128-cm-hmac-sha1-32",
		.key_len	= 16,
		.iv_len		= 14,
		.tag_len	= 4,
		.srtp		= true,
		.soft_records	= BIT_ULL(47),
		.hard_records	= BIT_ULL(48),
	}, {
		.id		= TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80,
		.name		= "aes-256-cm-hmac-sha1-80",
		.key_len	= 32,
		.iv_len		= 14,
		.tag_len	= 10,
		.srtp		= true,
		.soft_records	= BIT_ULL(47),
		.hard_records	= BIT_ULL(48),
	}, {
		.id		= TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32,
		.name		= "aes-256-cm-hmac-sha1-32",
		.key_len	= 32,
		.iv_len		= 14,
		.tag_len	= 4,
		.srtp		= true,
		.soft_records	= BIT_ULL(47),
		.hard_records	= BIT_ULL(48),
	},
};

/**
 * tsec_cipher_find() - look a cipher up
 * @id: enum tsec_cipher
 *
 * Context: Any.
 * Return: what is to know about it, or NULL if it is unknown.
 */
const struct tsec_cipher_desc *tsec_cipher_find(u16 id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ciphers); i++)
		if (ciphers[i].id == id)
			return &ciphers[i];
	return NULL;
}

static bool all_zero(const u8 *data, size_t len)
{
	return !memchr_inv(data, 0, len);
}

static bool is_1_3(u16 version)
{
	return version == TSEC_VERSION_TLS_1_3 ||
	       version == TSEC_VERSION_DTLS_1_3;
}

static const char *secret_fault(const struct tsec_key *key,
				const struct tsec_cipher_desc *desc)
{
	if (!is_1_3(key->version))
		return "only (D)TLS 1.3 makes keys of a secret";
	if (key->key_len || key->iv_len)
		return "either a secret, or a key and an IV";
	if (key->secret_len != tsec_hash_size(desc->hash))
		return "wrong length of the secret for this cipher";
	if (all_zero(key->secret, key->secret_len))
		return "the secret is all zeros";
	return NULL;
}

/**
 * tsec_version_protocol() - whose version is this?
 * @version: the number on the wire
 *
 * Context: Any.
 * Return: enum tsec_protocol, TSEC_PROTO_DEFAULT for a version that no
 * protocol has.
 */
u8 tsec_version_protocol(u16 version)
{
	switch (version) {
	case TSEC_VERSION_TLS_1_2:
	case TSEC_VERSION_TLS_1_3:
		return TSEC_PROTO_TLS;
	case TSEC_VERSION_DTLS_1_2:
	case TSEC_VERSION_DTLS_1_3:
		return TSEC_PROTO_DTLS;
	case TSEC_VERSION_SRTP:
		return TSEC_PROTO_SRTP;
	case TSEC_VERSION_ESP:
	case TSEC_VERSION_ESP_ESN:
		return TSEC_PROTO_ESP;
	case TSEC_VERSION_WIREGUARD:
		return TSEC_PROTO_WIREGUARD;
	default:
		return TSEC_PROTO_DEFAULT;
	}
}

static bool is_1_2(u16 version)
{
	return version == TSEC_VERSION_TLS_1_2 ||
	       version == TSEC_VERSION_DTLS_1_2;
}

/*
 * (D)TLS 1.2 and ESP take from the handshake what they do not send in each
 * record, and WireGuard nothing at all.
 */
static u8 iv_length(const struct tsec_key *key,
		    const struct tsec_cipher_desc *desc)
{
	if (tsec_version_protocol(key->version) == TSEC_PROTO_ESP)
		return TSEC_ESP_SALT;
	if (key->version == TSEC_VERSION_WIREGUARD)
		return 0;
	if (is_1_2(key->version) && desc->salt_len)
		return desc->salt_len;
	return desc->iv_len;
}

static const char *plain_fault(const struct tsec_key *key,
			       const struct tsec_cipher_desc *desc)
{
	if (key->version == TSEC_VERSION_DTLS_1_3)
		return "a secret is needed: more than one key comes of it";
	if (!key->key_len)
		return "a key and an IV are needed, or a secret";
	if (key->key_len != desc->key_len)
		return "wrong length of the key for this cipher";
	if (key->iv_len != iv_length(key, desc))
		return "wrong length of the IV for this cipher and version";
	if (all_zero(key->key, key->key_len))
		return "the key is all zeros";
	return NULL;
}

static bool has_cid(u16 version)
{
	return tsec_version_protocol(version) == TSEC_PROTO_DTLS ||
	       version == TSEC_VERSION_SRTP;
}

static const char *id_fault(const struct tsec_key *key)
{
	switch (key->version) {
	case TSEC_VERSION_DTLS_1_2:
		return key->id <= U16_MAX ? NULL :
		       "an epoch of DTLS 1.2 has 16 bits";
	case TSEC_VERSION_DTLS_1_3:
		return !key->id || key->id >= TSEC_DTLS13_EPOCH ? NULL :
		       "the first epoch of data in DTLS 1.3 is 3";
	case TSEC_VERSION_ESP:
	case TSEC_VERSION_ESP_ESN:
		return key->id >= TSEC_ESP_SPI_MIN ? NULL :
		       "a key of ESP has an SPI of 256 or more";
	case TSEC_VERSION_WIREGUARD:
		return NULL;
	default:
		return key->id ? "keys of this protocol have no ID" : NULL;
	}
}

static const char *cipher_fault(const struct tsec_key *key,
				const struct tsec_cipher_desc *desc)
{
	if (!desc)
		return "unknown cipher";
	if (key->version == TSEC_VERSION_SRTP)
		return desc->srtp ? NULL : "SRTP has no such cipher";
	if (key->version == TSEC_VERSION_WIREGUARD &&
	    key->cipher != TSEC_CIPHER_CHACHA20_POLY1305)
		return "WireGuard knows no cipher but chacha20-poly1305";
	return desc->alg ? NULL : "only SRTP has this cipher";
}

static const char *key_fault(const struct tsec_key *key)
{
	const struct tsec_cipher_desc *desc = tsec_cipher_find(key->cipher);
	const char *fault = cipher_fault(key, desc) ?: id_fault(key);
	struct tsec_limits limits;

	if (fault)
		return fault;
	if (tsec_version_protocol(key->version) == TSEC_PROTO_DEFAULT)
		return "unknown protocol version";
	if (key->cid_len && !has_cid(key->version))
		return "only DTLS and SRTP have connection IDs";
	tsec_limits_default(&limits, key->version, key->cipher);
	if (key->seq >= limits.hard_records)
		return "sequence number beyond the limit of the cipher";
	if (key->message_seq && key->version != TSEC_VERSION_DTLS_1_3)
		return "only DTLS 1.3 has messages after the handshake";
	if (!tsec_limits_valid(&key->limits))
		return "a soft limit is beyond its hard limit";
	if (key->secret_len)
		return secret_fault(key, desc);
	return plain_fault(key, desc);
}

/**
 * tsec_key_view() - show what of a key may be seen
 * @key: the key
 * @view: set; nobody is said to have used the key
 *
 * Context: Any; the caller guards @key.
 */
void tsec_key_view(const struct tsec_key *key, struct tsec_key_view *view)
{
	*view = (struct tsec_key_view){
		.limits		= key->limits,
		.seq		= key->seq,
		.age		= tsec_elapsed(key->born,
					  ktime_get_boottime_seconds()),
		.epoch		= key->epoch,
		.id		= key->id,
		.version	= key->version,
		.cipher		= key->cipher,
		.renewable	= tsec_key_renewable(key),
		.cid_len	= key->cid_len,
	};
	memcpy(view->cid, key->cid, key->cid_len);
}

/**
 * tsec_key_validate() - is this a key that may be installed?
 * @key: the key as it was given: key and IV, or a secret
 * @why: set on failure: what is wrong with it, in words for people
 *
 * Context: Any.
 * Return: 0, or -EINVAL.
 */
int tsec_key_validate(const struct tsec_key *key, const char **why)
{
	const char *fault = key_fault(key);

	if (!fault)
		return 0;
	*why = fault;
	return -EINVAL;
}

/**
 * tsec_key_derive() - make key and IV of the traffic secret
 * @key: the key, with version, cipher and secret (RFC 8446 section 7.3)
 *
 * Context: Process context, may sleep.
 * Return: 0, -EOPNOTSUPP if there is no secret, -EINVAL if its cipher is
 * unknown or its secret has the wrong length, or an errno of the crypto API;
 * after a failure there is no key and no IV.
 */
int tsec_key_derive(struct tsec_key *key)
{
	const struct tsec_cipher_desc *desc = tsec_cipher_find(key->cipher);
	int err;

	tsec_key_forget(key);
	if (!tsec_key_renewable(key))
		return -EOPNOTSUPP;
	if (!desc || key->secret_len != tsec_hash_size(desc->hash))
		return -EINVAL;

	err = tsec_hkdf_expand_label(desc->hash, key->secret, "key", NULL, 0,
				     key->key, desc->key_len);
	if (!err)
		err = tsec_hkdf_expand_label(desc->hash, key->secret, "iv",
					     NULL, 0, key->iv, desc->iv_len);
	if (err) {
		tsec_key_forget(key);
		return err;
	}
	key->key_len = desc->key_len;
	key->iv_len = desc->iv_len;
	return 0;
}

static int next_secret(struct tsec_key *next, const struct tsec_key *key)
{
	const struct tsec_cipher_desc *desc = tsec_cipher_find(key->cipher);

	if (!desc || key->secret_len != tsec_hash_size(desc->hash))
		return -EINVAL;
	return tsec_hkdf_expand_label(desc->hash, key->secret, "traffic upd",
				      NULL, 0, next->secret, key->secret_len);
}

/**
 * tsec_key_renew() - turn a key into the one of the next epoch
 * @key: the key (RFC 8446 section 7.2); unchanged on failure
 *
 * Sequence numbers start anew, which is safe because the key is a new one.
 *
 * Context: Process context, may sleep; the caller guards @key.
 * Return: 0, -EOPNOTSUPP if it has no secret, -EOVERFLOW after 2^32 - 1
 * renewals, -EINVAL or an errno of the crypto API as tsec_key_derive().
 */
int tsec_key_renew(struct tsec_key *key)
{
	struct tsec_key next = *key;
	int err = -EOPNOTSUPP;

	if (!tsec_key_renewable(key))
		goto out;
	err = -EOVERFLOW;
	if (check_add_overflow(key->epoch, 1U, &next.epoch))
		goto out;
	err = next_secret(&next, key);
	if (!err)
		err = tsec_key_derive(&next);
	if (err)
		goto out;
	next.seq = 0;
	next.born = ktime_get_boottime_seconds();
	*key = next;
out:
	tsec_key_wipe(&next);
	return err;
}

/**
 * tsec_key_forget() - wipe key and IV once the record layer has them
 * @key: the key; its secret stays for renewals
 *
 * Context: Any; the caller guards @key.
 */
void tsec_key_forget(struct tsec_key *key)
{
	memzero_explicit(key->key, sizeof(key->key));
	memzero_explicit(key->iv, sizeof(key->iv));
	key->key_len = 0;
	key->iv_len = 0;
}

/**
 * tsec_key_wipe() - end a key
 * @key: the key; nothing of it is left
 *
 * Context: Any; the caller guards @key.
 */
void tsec_key_wipe(struct tsec_key *key)
{
	memzero_explicit(key, sizeof(*key));
}
