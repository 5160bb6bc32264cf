// SPDX-License-Identifier: GPL-2.0
/*
 * The cookie exchange of DTLS 1.3 (RFC 9147 section 5.1).
 *
 * A client that has not shown that it gets what is sent to its address is
 * answered with a HelloRetryRequest and forgotten, as in dtls12_cookie.c.  But
 * what was said so far is part of this handshake: the answer chooses a cipher
 * suite and, if the client has brought no share of a group that serves, a
 * group.  So the cookie has in it
 *
 *	proof | suite | group, or 0 | hash of the first ClientHello
 *
 * of which the daemon makes the transcript (RFC 8446 section 4.4.1), and the
 * proof is a MAC of the rest and of the client's address.  Whoever comes back
 * with it may change what RFC 8446 section 4.1.2 allows; the transcript sees
 * to anything else.
 */
#include <crypto/algapi.h>
#include <crypto/blake2s.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <uapi/linux/tsec.h>

#include "../compat.h"
#include "../hash.h"
#include "../key.h"
#include "../packet.h"
#include "dtls13.h"
#include "tls.h"

enum hello_layout {
	AT_VERSION	= 1,
	AT_NUMBER	= 3,		/* epoch (16 bits), number (48 bits) */
	AT_LENGTH	= 11,
	AT_MESSAGE	= TSEC_DTLS13_PLAIN_HEADER,
	AT_SEQ		= AT_MESSAGE + 4,
	AT_FRAGMENT	= AT_MESSAGE + 6,
	AT_FRAGMENT_LEN	= AT_MESSAGE + 9,
	AT_BODY		= AT_MESSAGE + 12,
	TLS_HEADER	= 4,		/* as much of it as TLS has */
	VERSION_LEN	= 2,
	RANDOM_LEN	= 32,
	ALERT_LEN	= AT_MESSAGE + 2,
};

enum cookie_layout {
	AT_SUITE	= TSEC_GREETING_PROOF_LEN,
	AT_GROUP	= AT_SUITE + 2,
	AT_HASH		= AT_GROUP + 2,
	COOKIE_MAX	= AT_HASH + TSEC_HASH_SIZE_MAX,
};

enum hello_numbers {
	CLIENT_HELLO		= 1,
	SERVER_HELLO		= 2,
	SUPPORTED_GROUPS	= 10,
	PRE_SHARED_KEY		= 41,
	SUPPORTED_VERSIONS	= 43,
	COOKIE			= 44,
	KEY_SHARE		= 51,
	NO_GROUP		= 0,
	SECP256R1		= 0x0017,
	X25519			= 0x001d,
};

/* Groups that the daemon knows, the cheaper one first. */
static const u16 groups[] = { X25519, SECP256R1 };

/* RFC 8446 section 4.1.3: SHA-256 of "HelloRetryRequest". */
static const u8 retry_random[RANDOM_LEN] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
	0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
	0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static const struct {
	u16 id;
	u16 cipher;
} suites[] = {
	{ 0x1301, TSEC_CIPHER_AES_128_GCM },
	{ 0x1302, TSEC_CIPHER_AES_256_GCM },
	{ 0x1303, TSEC_CIPHER_CHACHA20_POLY1305 },
};

/* All that a reply has room for. */
static_assert(AT_BODY + VERSION_LEN + RANDOM_LEN + 1 + 2 + 1 + 2 + 6 + 6 + 6 +
	      COOKIE_MAX <= TSEC_GREETING_REPLY_MAX);

/**
 * struct piece - what is left of some bytes
 * @at: where they are
 * @len: how many
 */
struct piece {
	const u8 *at;
	size_t len;
};

/**
 * struct hello - what of a ClientHello the exchange is about
 * @message: the header that TLS gives it
 * @body: the message itself
 * @suites: cipher suites that it offers
 * @versions: of supported_versions
 * @groups: of supported_groups
 * @shares: of key_share
 * @cookie: what the client brings back
 * @binders: of pre_shared_key
 */
struct hello {
	const u8 *message;
	struct piece body;
	struct piece suites;
	struct piece versions;
	struct piece groups;
	struct piece shares;
	struct piece cookie;
	struct piece binders;
};

static bool take(struct piece *from, size_t len, struct piece *out)
{
	if (len > from->len)
		return false;
	out->at = from->at;
	out->len = len;
	from->at += len;
	from->len -= len;
	return true;
}

static bool take_u16(struct piece *from, u16 *value)
{
	struct piece bytes;

	if (!take(from, 2, &bytes))
		return false;
	*value = get_unaligned_be16(bytes.at);
	return true;
}

/* A vector, after its length of one or two bytes. */
static bool take_vector(struct piece *from, u8 length_len, struct piece *out)
{
	struct piece length;

	if (!take(from, length_len, &length))
		return false;
	return take(from, length_len == 1 ? *length.at :
			  get_unaligned_be16(length.at), out);
}

/* The one vector that an extension consists of. */
static bool vector_of(struct piece value, u8 length_len, struct piece *out)
{
	return take_vector(&value, length_len, out) && !value.len;
}

static bool binders_of(struct piece value, struct piece *out)
{
	struct piece identities;

	return take_vector(&value, 2, &identities) && vector_of(value, 2, out);
}

static bool extension_take(u16 number, struct piece value, struct hello *hello)
{
	switch (number) {
	case PRE_SHARED_KEY:
		return binders_of(value, &hello->binders);
	case SUPPORTED_VERSIONS:
		return vector_of(value, 1, &hello->versions);
	case SUPPORTED_GROUPS:
		return vector_of(value, 2, &hello->groups);
	case KEY_SHARE:
		return vector_of(value, 2, &hello->shares);
	case COOKIE:
		return vector_of(value, 2, &hello->cookie);
	default:
		return true;
	}
}

static bool extensions_take(struct piece list, struct hello *hello)
{
	struct piece value;
	u16 number;

	while (list.len)
		if (!take_u16(&list, &number) ||
		    !take_vector(&list, 2, &value) ||
		    !extension_take(number, value, hello))
			return false;
	return true;
}

static bool body_read(struct piece body, struct hello *hello)
{
	struct piece skip, extensions;

	return take(&body, VERSION_LEN + RANDOM_LEN, &skip) &&
	       take_vector(&body, 1, &skip) && take_vector(&body, 1, &skip) &&
	       take_vector(&body, 2, &hello->suites) &&
	       take_vector(&body, 1, &skip) &&
	       take_vector(&body, 2, &extensions) && !body.len &&
	       extensions_take(extensions, hello);
}

/* In one record, for who is not known gets nothing put together. */
static bool is_whole(const u8 *data, size_t len)
{
	u32 body;

	if (len < AT_BODY || data[0] != TSEC_TLS_RECORD_HANDSHAKE ||
	    data[AT_MESSAGE] != CLIENT_HELLO ||
	    get_unaligned_be16(data + AT_NUMBER))
		return false;
	body = get_unaligned_be24(data + AT_MESSAGE + 1);
	return body <= len - AT_BODY &&
	       get_unaligned_be16(data + AT_LENGTH) ==
	       AT_BODY - AT_MESSAGE + body &&
	       !get_unaligned_be24(data + AT_FRAGMENT) &&
	       get_unaligned_be24(data + AT_FRAGMENT_LEN) == body;
}

static bool has_u16(struct piece list, u16 wanted)
{
	u16 value;

	while (take_u16(&list, &value))
		if (value == wanted)
			return true;
	return false;
}

static bool hello_read(const u8 *data, size_t len, struct hello *hello)
{
	memset(hello, 0, sizeof(*hello));
	if (!is_whole(data, len))
		return false;
	hello->message = data + AT_MESSAGE;
	hello->body.at = data + AT_BODY;
	hello->body.len = get_unaligned_be24(data + AT_MESSAGE + 1);
	return body_read(hello->body, hello) &&
	       has_u16(hello->versions, TSEC_VERSION_DTLS_1_3);
}

/* The proof of what follows it in the cookie. */
static void proof_make(const struct tsec_greeting *greeting, u32 period,
		       const u8 *cookie, size_t len, u8 *proof)
{
	struct blake2s_state state;

	blake2s_init_key(&state, TSEC_GREETING_PROOF_LEN, greeting->secret,
			 TSEC_GREETING_SECRET_LEN);
	blake2s_update(&state, (const u8 *)&period, sizeof(period));
	blake2s_update(&state, greeting->peer, greeting->peer_len);
	blake2s_update(&state, cookie + AT_SUITE, len - AT_SUITE);
	blake2s_final(&state, proof);
}

static bool cookie_is_good(const struct tsec_greeting *greeting,
			   const struct piece *cookie)
{
	u8 proof[TSEC_GREETING_PROOF_LEN];
	u32 age;

	if (cookie->len <= AT_HASH || cookie->len > COOKIE_MAX)
		return false;
	for (age = 0; age <= 1; age++) {
		proof_make(greeting, greeting->period - age, cookie->at,
			   cookie->len, proof);
		if (!crypto_memneq(proof, cookie->at, sizeof(proof)))
			return true;
	}
	return false;
}

static u16 suite_of(u16 cipher)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(suites); i++)
		if (suites[i].cipher == cipher)
			return suites[i].id;
	return 0;
}

/* A PSK goes with one hash, which is as long as its binder (RFC 8446, 4.2.11). */
static bool has_binder(struct piece binders, size_t len)
{
	struct piece binder;

	while (take_vector(&binders, 1, &binder))
		if (binder.len == len)
			return true;
	return false;
}

static bool cipher_serves(u16 cipher, const struct hello *hello, bool for_psk)
{
	if (!suite_of(cipher) || !has_u16(hello->suites, suite_of(cipher)))
		return false;
	return !for_psk ||
	       has_binder(hello->binders,
			  tsec_hash_size(tsec_cipher_find(cipher)->hash));
}

static u16 cipher_find(const struct tsec_greeting_terms *terms,
		       const struct hello *hello, bool for_psk)
{
	u8 i;

	for (i = 0; i < terms->cipher_count; i++)
		if (cipher_serves(terms->ciphers[i], hello, for_psk))
			return terms->ciphers[i];
	return 0;
}

/*
 * The first cipher of the listener's that the client knows, 0 without any.  Of
 * a client with PSKs, rather one that those may be used with: whether they are
 * known here, the daemon will see.
 */
static u16 cipher_choose(const struct tsec_greeting_terms *terms,
			 const struct hello *hello)
{
	u16 cipher = cipher_find(terms, hello, true);

	return cipher ?: cipher_find(terms, hello, false);
}

static bool has_share(struct piece shares, u16 group)
{
	struct piece share;
	u16 of;

	while (take_u16(&shares, &of) && take_vector(&shares, 2, &share))
		if (of == group)
			return true;
	return false;
}

/* Its own choice if that serves, else one that it knows; false without any. */
static bool group_choose(const struct hello *hello, u16 *group)
{
	size_t i;

	*group = NO_GROUP;
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (has_share(hello->shares, groups[i]))
			return true;
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (!has_u16(hello->groups, groups[i]))
			continue;
		*group = groups[i];
		return true;
	}
	return false;
}

/* Returns its length, or 0 if there is no such hash. */
static size_t cookie_make(const struct tsec_greeting *greeting,
			  const struct hello *hello, u16 cipher, u16 group,
			  u8 *cookie)
{
	enum tsec_hash hash = tsec_cipher_find(cipher)->hash;
	size_t len = AT_HASH + tsec_hash_size(hash);

	put_unaligned_be16(suite_of(cipher), cookie + AT_SUITE);
	put_unaligned_be16(group, cookie + AT_GROUP);
	if (tsec_hash_two(hash, hello->message, TLS_HEADER, hello->body.at,
			  hello->body.len, cookie + AT_HASH))
		return 0;
	proof_make(greeting, greeting->period, cookie, len, cookie);
	return len;
}

/* The record has the number of the one that it answers. */
static void record_begin(struct tsec_greeting *greeting, u8 type)
{
	u8 *reply = greeting->reply;

	memset(reply, 0, AT_BODY);
	reply[0] = type;
	put_unaligned_be16(TSEC_VERSION_DTLS_1_2, reply + AT_VERSION);
	memcpy(reply + AT_NUMBER, greeting->data + AT_NUMBER,
	       AT_LENGTH - AT_NUMBER);
}

static u8 *put_extension(u8 *p, u16 number, u16 len)
{
	put_unaligned_be16(number, p);
	put_unaligned_be16(len, p + 2);
	return p + 4;
}

static u8 *put_u16(u8 *p, u16 value)
{
	put_unaligned_be16(value, p);
	return p + 2;
}

/* The daemon writes the same once more: dtls13_retry_write() in tsecd. */
static u8 *body_write(u8 *p, u16 suite, u16 group, const u8 *cookie, u8 len)
{
	u8 *extensions;

	p = put_u16(p, TSEC_VERSION_DTLS_1_2);
	memcpy(p, retry_random, RANDOM_LEN);
	p += RANDOM_LEN;
	*p++ = 0;			/* no session ID */
	p = put_u16(p, suite);
	*p++ = 0;			/* no compression */
	extensions = p;
	p = put_u16(put_extension(p + 2, SUPPORTED_VERSIONS, 2),
		    TSEC_VERSION_DTLS_1_3);
	if (group != NO_GROUP)
		p = put_u16(put_extension(p, KEY_SHARE, 2), group);
	p = put_u16(put_extension(p, COOKIE, 2 + len), len);
	memcpy(p, cookie, len);
	p += len;
	put_u16(extensions, p - extensions - 2);
	return p;
}

static void retry_write(struct tsec_greeting *greeting, u16 suite, u16 group,
			const u8 *cookie, u8 len)
{
	u8 *reply = greeting->reply, *end;
	u32 body;

	record_begin(greeting, TSEC_TLS_RECORD_HANDSHAKE);
	end = body_write(reply + AT_BODY, suite, group, cookie, len);
	body = end - reply - AT_BODY;
	reply[AT_MESSAGE] = SERVER_HELLO;
	put_unaligned_be24(body, reply + AT_MESSAGE + 1);
	put_unaligned_be24(body, reply + AT_FRAGMENT_LEN);
	put_unaligned_be16(end - reply - AT_MESSAGE, reply + AT_LENGTH);
	greeting->reply_len = end - reply;
}

/* Nothing in common: a person wants to know. */
static void alert_write(struct tsec_greeting *greeting)
{
	u8 *reply = greeting->reply;

	record_begin(greeting, TSEC_TLS_RECORD_ALERT);
	put_unaligned_be16(TSEC_TLS_ALERT_LEN, reply + AT_LENGTH);
	tsec_tls_build_alert(reply + AT_MESSAGE,
			     TSEC_TLS_ALERT_HANDSHAKE_FAILURE);
	greeting->reply_len = ALERT_LEN;
}

static void answer(struct tsec_greeting *greeting, const struct hello *hello,
		   const struct tsec_greeting_terms *terms)
{
	u16 cipher = cipher_choose(terms, hello), group;
	u8 cookie[COOKIE_MAX];
	size_t len = 0;

	if (cipher && group_choose(hello, &group))
		len = cookie_make(greeting, hello, cipher, group, cookie);
	if (len)
		retry_write(greeting, suite_of(cipher), group, cookie, len);
	else
		alert_write(greeting);
}

/**
 * tsec_dtls13_greet() - meet a client that may not be where it says it is
 * @greeting: its datagram; gets the reply
 *
 * Context: Any but hard interrupts.
 * Return: enum tsec_greeting_verdict; TSEC_GREETING_NONE also if it is a
 * client of another version, or the listener does not allow this one.
 */
enum tsec_greeting_verdict tsec_dtls13_greet(struct tsec_greeting *greeting)
{
	struct tsec_greeting_terms terms;
	struct hello hello;

	if (!hello_read(greeting->data, greeting->len, &hello) ||
	    !greeting->terms(greeting, &terms) ||
	    terms.version_max < TSEC_VERSION_TLS_1_3)
		return TSEC_GREETING_NONE;
	if (cookie_is_good(greeting, &hello.cookie)) {
		greeting->proof = hello.cookie.at;
		return TSEC_GREETING_PROVEN;
	}
	answer(greeting, &hello, &terms);
	return TSEC_GREETING_ANSWERED;
}
