// SPDX-License-Identifier: GPL-2.0
/*
 * Settings: what a profile holds, and how a program may narrow it.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "settings.h"

/*
 * AES-256 first: its suite also has the larger hash.  The last one is SRTP's,
 * which every implementation of that has.
 */
static const u16 default_ciphers[] = {
	TSEC_CIPHER_AES_256_GCM,
	TSEC_CIPHER_AES_128_GCM,
	TSEC_CIPHER_CHACHA20_POLY1305,
	TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
};

/**
 * tsec_version_valid() - is this a version that sessions can have?
 * @version: the number on the wire
 *
 * Context: Any.
 * Return: true if it is.
 */
bool tsec_version_valid(u16 version)
{
	return version == TSEC_VERSION_TLS_1_2 ||
	       version == TSEC_VERSION_TLS_1_3;
}

/**
 * tsec_string_set() - replace an allocated string by a copy of another
 * @slot: where the string is kept, NULL if there is none; not changed on
 *	failure
 * @value: the new one; NULL or empty for none
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int tsec_string_set(char **slot, const char *value)
{
	char *copy = NULL;

	if (value && *value) {
		copy = kstrdup(value, GFP_KERNEL_ACCOUNT);
		if (!copy)
			return -ENOMEM;
	}
	kfree(*slot);
	*slot = copy;
	return 0;
}

/**
 * tsec_settings_init() - the settings of a profile that sets nothing
 * @settings: set
 *
 * Context: Any.
 */
void tsec_settings_init(struct tsec_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->version_min = TSEC_VERSION_TLS_1_2;
	settings->version_max = TSEC_VERSION_TLS_1_3;
	settings->verify = TSEC_VERIFY_DEFAULT;
	settings->session_cache = true;
	memcpy(settings->ciphers, default_ciphers, sizeof(default_ciphers));
	settings->cipher_count = ARRAY_SIZE(default_ciphers);
}

/**
 * tsec_settings_free() - free what settings hold
 * @settings: the settings, initialised or all zeros; all zeros afterwards
 *
 * Context: Any.
 */
void tsec_settings_free(struct tsec_settings *settings)
{
	kfree(settings->alpn);
	kfree(settings->cert);
	kfree(settings->privkey);
	kfree(settings->trust);
	kfree(settings->crl);
	kfree(settings->psk);
	kfree(settings->psk_identity);
	memset(settings, 0, sizeof(*settings));
}

static void strings_forget(struct tsec_settings *settings)
{
	settings->alpn = NULL;
	settings->cert = NULL;
	settings->privkey = NULL;
	settings->trust = NULL;
	settings->crl = NULL;
	settings->psk = NULL;
	settings->psk_identity = NULL;
}

/**
 * tsec_settings_copy() - copy settings
 * @to: set to a copy; what it held before is not freed
 * @from: the settings
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM, and then @to is all zeros.
 */
int tsec_settings_copy(struct tsec_settings *to,
		       const struct tsec_settings *from)
{
	int err;

	*to = *from;
	strings_forget(to);
	err = tsec_string_set(&to->alpn, from->alpn) ?:
	      tsec_string_set(&to->cert, from->cert) ?:
	      tsec_string_set(&to->privkey, from->privkey) ?:
	      tsec_string_set(&to->trust, from->trust) ?:
	      tsec_string_set(&to->crl, from->crl) ?:
	      tsec_string_set(&to->psk, from->psk) ?:
	      tsec_string_set(&to->psk_identity, from->psk_identity);
	if (err)
		tsec_settings_free(to);
	return err;
}

static bool contains(const u16 *ciphers, size_t count, u16 cipher)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (ciphers[i] == cipher)
			return true;
	return false;
}

/*
 * Known ciphers, none twice; hence never more than there are.  A handshake
 * uses those of them that its protocol has.
 */
static bool ciphers_valid(const u16 *ciphers, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!tsec_cipher_find(ciphers[i]) ||
		    contains(ciphers, i, ciphers[i]))
			return false;
	return true;
}

/**
 * tsec_settings_ciphers_set() - choose the ciphers of settings
 * @settings: the settings, unchanged on failure
 * @ciphers: enum tsec_cipher, in order of preference
 * @count: how many; 0 for the default ones
 *
 * Context: Any.
 * Return: 0, or -EINVAL if one is unknown or given twice.
 */
int tsec_settings_ciphers_set(struct tsec_settings *settings,
			      const u16 *ciphers, size_t count)
{
	if (!count) {
		ciphers = default_ciphers;
		count = ARRAY_SIZE(default_ciphers);
	}
	if (!ciphers_valid(ciphers, count))
		return -EINVAL;
	memcpy(settings->ciphers, ciphers, count * sizeof(*ciphers));
	settings->cipher_count = count;
	return 0;
}

static const char *settings_fault(const struct tsec_settings *settings)
{
	if (!tsec_version_valid(settings->version_min) ||
	    !tsec_version_valid(settings->version_max))
		return "unknown protocol version";
	if (settings->version_min > settings->version_max)
		return "lowest version is above the highest";
	if (!settings->cipher_count)
		return "no cipher";
	if (!ciphers_valid(settings->ciphers, settings->cipher_count))
		return "a cipher is unknown or given twice";
	if (settings->verify > TSEC_VERIFY_REQUIRE)
		return "unknown value of verify";
	if (settings->cid_len > TSEC_CID_MAX)
		return "a connection ID is too long";
	if (!tsec_limits_valid(&settings->limits))
		return "a soft limit is beyond its hard limit";
	return tsec_tunnel_fault(&settings->tunnel);
}

/**
 * tsec_settings_validate() - are these settings that a profile may have?
 * @settings: the settings
 * @why: set on failure: what is wrong with them, in words for people
 *
 * Context: Any.
 * Return: 0, or -EINVAL.
 */
int tsec_settings_validate(const struct tsec_settings *settings,
			   const char **why)
{
	const char *fault = settings_fault(settings);

	if (!fault)
		return 0;
	*why = fault;
	return -EINVAL;
}

/*
 * What TSEC_VERIFY_DEFAULT stands for depends on the role.  While that is
 * open, the weaker of the two is what a value is measured against: a program
 * that then connects is measured once more.
 */
static u8 verify_floor(u8 verify, int role)
{
	if (verify != TSEC_VERIFY_DEFAULT)
		return verify;
	return role == TSEC_ROLE_CLIENT ? TSEC_VERIFY_REQUIRE :
					  TSEC_VERIFY_NONE;
}

static bool verify_weakens(const struct tsec_settings *profile,
			   const struct tsec_overrides *app, int role)
{
	return app->verify != TSEC_VERIFY_DEFAULT &&
	       app->verify < verify_floor(profile->verify, role);
}

static bool weakens(const struct tsec_settings *profile,
		    const struct tsec_overrides *app, int role)
{
	return (app->version_min && app->version_min < profile->version_min) ||
	       verify_weakens(profile, app, role) ||
	       (app->session_cache == TSEC_CACHE_ON &&
		!profile->session_cache) ||
	       (app->trust && profile->trust);
}

static int narrow_versions(struct tsec_settings *effective,
			   const struct tsec_overrides *app)
{
	if (app->version_min)
		effective->version_min = max(effective->version_min,
					     app->version_min);
	if (app->version_max)
		effective->version_max = min(effective->version_max,
					     app->version_max);
	if (effective->version_min > effective->version_max)
		return -EPROTONOSUPPORT;
	return 0;
}

/* What both have, in the order that the program likes. */
static int narrow_ciphers(struct tsec_settings *effective,
			  const struct tsec_settings *profile,
			  const struct tsec_overrides *app)
{
	u8 count = 0;
	size_t i;

	if (!app->cipher_count)
		return 0;
	for (i = 0; i < app->cipher_count; i++)
		if (contains(profile->ciphers, profile->cipher_count,
			     app->ciphers[i]))
			effective->ciphers[count++] = app->ciphers[i];
	effective->cipher_count = count;
	return count ? 0 : -EPROTONOSUPPORT;
}

static int narrow(struct tsec_settings *effective,
		  const struct tsec_settings *profile,
		  const struct tsec_overrides *app)
{
	int err;

	err = narrow_versions(effective, app) ?:
	      narrow_ciphers(effective, profile, app);
	if (err)
		return err;
	if (app->verify != TSEC_VERIFY_DEFAULT)
		effective->verify = app->verify;
	if (app->session_cache == TSEC_CACHE_OFF)
		effective->session_cache = false;
	if (app->has_cid_len)
		effective->cid_len = app->cid_len;
	if (app->tunnel.local.sa.sa_family)
		effective->tunnel = app->tunnel;
	return app->alpn ? tsec_string_set(&effective->alpn, app->alpn) : 0;
}

/**
 * tsec_settings_narrow() - what a session gets of its profile
 * @effective: set to the settings of the session; all zeros on failure.  What
 *	it held before is not freed
 * @profile: the settings of the profile
 * @app: what the program set
 * @role: enum tsec_role, or TSEC_ROLE_ANY while the program may still
 *	connect or listen: then only what is wrong in both roles is refused
 *
 * A program may strengthen its profile, never weaken it.  The application
 * protocols, connection IDs, and the ends inside of a tunnel, are no matter of
 * strength: there the program's word counts.
 *
 * Context: Process context, may sleep.
 * Return: 0, -EPERM if something the program set is weaker than the profile,
 * -EPROTONOSUPPORT if no version or no cipher is left, -ENOMEM.
 */
int tsec_settings_narrow(struct tsec_settings *effective,
			 const struct tsec_settings *profile,
			 const struct tsec_overrides *app, int role)
{
	int err;

	memset(effective, 0, sizeof(*effective));
	if (weakens(profile, app, role))
		return -EPERM;
	err = tsec_settings_copy(effective, profile);
	if (err)
		return err;
	err = narrow(effective, profile, app);
	if (err)
		tsec_settings_free(effective);
	return err;
}

/**
 * tsec_settings_terms() - versions and ciphers that a session may have
 * @profile: the settings of the profile
 * @app: what the program set
 * @terms: set on success
 *
 * Context: Any.
 * Return: false if no version or no cipher is left.
 */
bool tsec_settings_terms(const struct tsec_settings *profile,
			 const struct tsec_overrides *app,
			 struct tsec_greeting_terms *terms)
{
	/* Its strings stay the profile's. */
	struct tsec_settings effective = *profile;

	if (narrow_versions(&effective, app) ||
	    narrow_ciphers(&effective, profile, app))
		return false;
	terms->version_max = effective.version_max;
	terms->cipher_count = effective.cipher_count;
	memcpy(terms->ciphers, effective.ciphers, sizeof(terms->ciphers));
	return true;
}

/**
 * tsec_blob_alloc() - room for bytes that a program gives
 * @len: how many
 *
 * The caller fills in @data before it shares the blob with anybody.
 *
 * Context: Process context, may sleep.
 * Return: the blob with one reference, or NULL without memory.
 */
struct tsec_blob *tsec_blob_alloc(size_t len)
{
	struct tsec_blob *blob;

	blob = kvzalloc(struct_size(blob, data, len), GFP_KERNEL_ACCOUNT);
	if (!blob)
		return NULL;
	refcount_set(&blob->refs, 1);
	blob->len = len;
	return blob;
}

/**
 * tsec_blob_get() - take a reference on a blob
 * @blob: the blob, or NULL
 *
 * Context: Any.
 * Return: @blob.
 */
struct tsec_blob *tsec_blob_get(struct tsec_blob *blob)
{
	if (blob)
		refcount_inc(&blob->refs);
	return blob;
}

/**
 * tsec_blob_put() - let go of a blob; the last one wipes and frees it
 * @blob: the blob, or NULL
 *
 * Context: Process context, may sleep.
 */
void tsec_blob_put(struct tsec_blob *blob)
{
	if (blob && refcount_dec_and_test(&blob->refs))
		kvfree_sensitive(blob, struct_size(blob, data, blob->len));
}

/**
 * tsec_blob_replace() - replace a blob by another
 * @slot: where the blob is kept, NULL if there is none
 * @blob: the new one, whose reference is taken over; NULL for none
 *
 * Context: Process context, may sleep.
 */
void tsec_blob_replace(struct tsec_blob **slot, struct tsec_blob *blob)
{
	tsec_blob_put(*slot);
	*slot = blob;
}

/**
 * tsec_overrides_init() - a program that has set nothing
 * @app: set
 *
 * Context: Any.
 */
void tsec_overrides_init(struct tsec_overrides *app)
{
	memset(app, 0, sizeof(*app));
}

/**
 * tsec_overrides_free() - free what a program has set
 * @app: all zeros afterwards
 *
 * Context: Process context, may sleep.
 */
void tsec_overrides_free(struct tsec_overrides *app)
{
	kfree(app->profile);
	kfree(app->peer_name);
	kfree(app->alpn);
	tsec_blob_put(app->cert);
	tsec_blob_put(app->privkey);
	tsec_blob_put(app->trust);
	tsec_blob_put(app->psk_identity);
	tsec_blob_put(app->psk_key);
	memset(app, 0, sizeof(*app));
}

/**
 * tsec_overrides_copy() - pass what a program has set on to a session
 * @to: set to a copy that shares the blobs; what it held before is not freed
 * @from: what the program has set
 *
 * Context: Process context, may sleep; the caller guards @from.
 * Return: 0, or -ENOMEM, and then @to is all zeros.
 */
int tsec_overrides_copy(struct tsec_overrides *to,
			const struct tsec_overrides *from)
{
	int err;

	*to = *from;
	to->profile = NULL;
	to->peer_name = NULL;
	to->alpn = NULL;
	tsec_blob_get(to->cert);
	tsec_blob_get(to->privkey);
	tsec_blob_get(to->trust);
	tsec_blob_get(to->psk_identity);
	tsec_blob_get(to->psk_key);
	err = tsec_string_set(&to->profile, from->profile) ?:
	      tsec_string_set(&to->peer_name, from->peer_name) ?:
	      tsec_string_set(&to->alpn, from->alpn);
	if (err)
		tsec_overrides_free(to);
	return err;
}

/**
 * tsec_overrides_ciphers_set() - note the ciphers that a program wants
 * @app: what it has set, unchanged on failure
 * @ciphers: enum tsec_cipher, in order of preference
 * @count: how many; 0 for the profile's
 *
 * Context: Any; the caller guards @app.
 * Return: 0, or -EINVAL if one is unknown or given twice.
 */
int tsec_overrides_ciphers_set(struct tsec_overrides *app,
			       const u16 *ciphers, size_t count)
{
	if (!ciphers_valid(ciphers, count))
		return -EINVAL;
	memcpy(app->ciphers, ciphers, count * sizeof(*ciphers));
	app->cipher_count = count;
	return 0;
}
