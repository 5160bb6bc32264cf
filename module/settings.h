/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a profile holds and what a program may narrow.
 */
#ifndef TSEC_SETTINGS_H
#define TSEC_SETTINGS_H

#include <linux/refcount.h>
#include <linux/string.h>
#include <linux/types.h>
#include <uapi/linux/tsec.h>

#include "key.h"
#include "packet.h"
#include "tunnel.h"

/* The role of a session while it may still connect or listen. */
#define TSEC_ROLE_ANY	(-1)

/**
 * enum tsec_cache - TSEC_A_PROFILE_SESSION_CACHE
 * @TSEC_CACHE_DEFAULT: not set, which is on
 * @TSEC_CACHE_ON: sessions are resumed
 * @TSEC_CACHE_OFF: each session begins with a full handshake
 */
enum tsec_cache {
	TSEC_CACHE_DEFAULT	= 0,
	TSEC_CACHE_ON		= 1,
	TSEC_CACHE_OFF		= 2,
};

/**
 * struct tsec_settings - how handshakes are made and keys are limited
 * @limits: what a key may protect, tighter than the cipher's own; 0: unset
 * @version_min: lowest version
 * @version_max: highest version
 * @ciphers: enum tsec_cipher, in order of preference
 * @cipher_count: how many @ciphers there are, at least one
 * @verify: enum tsec_verify
 * @session_cache: sessions may be resumed
 * @cid_len: bytes of the connection IDs that this end hands out, 0 if none are
 *	negotiated
 * @manual: keys come from the administrator, there are no handshakes
 * @tunnel: who speaks inside of the records
 * @pubkey: WireGuard: the public key of @privkey; zeros if it is not known
 * @alpn: comma-separated names of application protocols
 * @cert: path of the certificate chain
 * @privkey: path of the certificate's private key
 * @trust: path of the certificates to trust
 * @crl: path of the revocation lists
 * @psk: path of the pre-shared keys
 * @psk_identity: the pre-shared key that a client uses
 *
 * A string that is not set is NULL.  Ends with tsec_settings_free().
 */
struct tsec_settings {
	struct tsec_limits limits;
	u16 version_min;
	u16 version_max;
	u16 ciphers[TSEC_CIPHER_MAX];
	u8 cipher_count;
	u8 verify;
	bool session_cache;
	u8 cid_len;
	bool manual;
	struct tsec_tunnel_ends tunnel;
	u8 pubkey[TSEC_PUBKEY_LEN];
	char *alpn;
	char *cert;
	char *privkey;
	char *trust;
	char *crl;
	char *psk;
	char *psk_identity;
};

/**
 * struct tsec_blob - immutable bytes with a reference count
 * @refs: reference count
 * @len: bytes of @data
 * @data: the bytes, wiped at the end
 */
struct tsec_blob {
	refcount_t refs;
	u32 len;
	u8 data[];
};

/**
 * struct tsec_overrides - what a program set by socket options
 * @profile: name of the profile, NULL for the default one
 * @peer_name: name to send and to verify, or NULL
 * @alpn: comma-separated names, NULL for the profile's
 * @version_min: lowest version, 0 for the profile's
 * @version_max: highest version, 0 for the profile's
 * @ciphers: enum tsec_cipher, in order of preference
 * @cipher_count: how many @ciphers there are, 0 for the profile's
 * @verify: enum tsec_verify, TSEC_VERIFY_DEFAULT for the profile's
 * @session_cache: enum tsec_cache, TSEC_CACHE_DEFAULT for the profile's
 * @has_cid_len: @cid_len counts, else the profile's
 * @cid_len: as in struct tsec_settings
 * @tunnel: who speaks inside of the records, a family of 0 for the profile's
 * @cert: PEM, own certificate chain, or NULL
 * @privkey: PEM, its private key, or NULL
 * @trust: PEM, certificates to trust, or NULL
 * @psk_identity: identity of @psk_key, or NULL
 * @psk_key: pre-shared key, or NULL
 *
 * Guarded by the socket's lock.  Blobs are shared with the sessions that a
 * listener accepts.
 */
struct tsec_overrides {
	char *profile;
	char *peer_name;
	char *alpn;
	u16 version_min;
	u16 version_max;
	u16 ciphers[TSEC_CIPHER_MAX];
	u8 cipher_count;
	u8 verify;
	u8 session_cache;
	bool has_cid_len;
	u8 cid_len;
	struct tsec_tunnel_ends tunnel;
	struct tsec_blob *cert;
	struct tsec_blob *privkey;
	struct tsec_blob *trust;
	struct tsec_blob *psk_identity;
	struct tsec_blob *psk_key;
};

/**
 * tsec_settings_has_pubkey() - whether the public key is known
 * @settings: the settings
 *
 * Return: false if it is all zeros, which is none.
 */
static inline bool
tsec_settings_has_pubkey(const struct tsec_settings *settings)
{
	return memchr_inv(settings->pubkey, 0, sizeof(settings->pubkey));
}

bool tsec_version_valid(u16 version);
int tsec_string_set(char **slot, const char *value);

void tsec_settings_init(struct tsec_settings *settings);
void tsec_settings_free(struct tsec_settings *settings);
int tsec_settings_copy(struct tsec_settings *to,
		       const struct tsec_settings *from);
int tsec_settings_ciphers_set(struct tsec_settings *settings,
			      const u16 *ciphers, size_t count);
int tsec_settings_validate(const struct tsec_settings *settings,
			   const char **why);
int tsec_settings_narrow(struct tsec_settings *effective,
			 const struct tsec_settings *profile,
			 const struct tsec_overrides *app, int role);

bool tsec_settings_terms(const struct tsec_settings *profile,
			 const struct tsec_overrides *app,
			 struct tsec_greeting_terms *terms);

struct tsec_blob *tsec_blob_alloc(size_t len);
struct tsec_blob *tsec_blob_get(struct tsec_blob *blob);
void tsec_blob_put(struct tsec_blob *blob);
void tsec_blob_replace(struct tsec_blob **slot, struct tsec_blob *blob);

void tsec_overrides_init(struct tsec_overrides *app);
void tsec_overrides_free(struct tsec_overrides *app);
int tsec_overrides_copy(struct tsec_overrides *to,
			const struct tsec_overrides *from);
int tsec_overrides_ciphers_set(struct tsec_overrides *app,
			       const u16 *ciphers, size_t count);

#endif /* TSEC_SETTINGS_H */
