// SPDX-License-Identifier: GPL-2.0
#include <gnutls/gnutls.h>
#include <string.h>

#include "dtls13_auth.h"
#include "dtls13_hello.h"
#include "dtls13_record.h"
#include "dtls13_schedule.h"

enum hello_numbers {
	NULL_COMPRESSION = 0,
	HOST_NAME = 0,
	PSK_DHE_KE = 1,
	SESSION_ID_MAX = 32,
};

/* RFC 8446 section 4.1.3: SHA-256 of "HelloRetryRequest". */
static const uint8_t retry_random[DTLS13_RANDOM_LEN] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
	0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
	0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

/* ClientHello: reading *************************************************** */

/* The whole of an extension: one vector, which may have to hold something. */
static int vector_read(struct wire_reader value, unsigned int length_bytes,
		       bool filled, struct wire_reader *vector)
{
	*vector = wire_get_vector(&value, length_bytes);
	if (!wire_is_read(&value) || (filled && !vector->left))
		return GNUTLS_A_DECODE_ERROR;
	return 0;
}

static int list_read(struct wire_reader value, struct wire_reader *list)
{
	int alert = vector_read(value, 2, true, list);

	return !alert && list->left % 2 ? GNUTLS_A_DECODE_ERROR : alert;
}

/* Of several names only one may be a host's (RFC 6066 section 3). */
static int server_name_read(struct wire_reader value, struct wire_reader *name)
{
	struct wire_reader list;
	int alert = vector_read(value, 2, true, &list);

	while (!alert && list.left && !list.bad) {
		uint8_t type = wire_get(&list, 1);
		struct wire_reader text = wire_get_vector(&list, 2);

		if (list.bad || !text.left)
			return GNUTLS_A_DECODE_ERROR;
		if (type != HOST_NAME)
			continue;
		if (name->left)
			return GNUTLS_A_ILLEGAL_PARAMETER;
		*name = text;
	}
	return list.bad ? GNUTLS_A_DECODE_ERROR : alert;
}

static int alpn_read(struct wire_reader value, struct wire_reader *names)
{
	int alert = vector_read(value, 2, true, names);
	struct wire_reader list = *names;

	while (!alert && list.left && !list.bad)
		if (!wire_get_vector(&list, 1).left)
			return GNUTLS_A_DECODE_ERROR;
	return list.bad ? GNUTLS_A_DECODE_ERROR : alert;
}

static int versions_read(struct wire_reader value, bool *offers_13)
{
	struct wire_reader list;

	if (vector_read(value, 1, true, &list) || list.left % 2)
		return GNUTLS_A_DECODE_ERROR;
	*offers_13 = wire_has_u16(list, DTLS13_VERSION);
	return 0;
}

static int modes_read(struct wire_reader value, bool *psk_dhe)
{
	struct wire_reader list;

	if (vector_read(value, 1, true, &list))
		return GNUTLS_A_DECODE_ERROR;
	*psk_dhe = memchr(list.at, PSK_DHE_KE, list.left);
	return 0;
}

/* RFC 9853 section 3: it says all by being there. */
static int rrc_read(struct wire_reader value, bool *rrc)
{
	*rrc = true;
	return value.left ? GNUTLS_A_DECODE_ERROR : 0;
}

/* Is there a share of the same group before that place? */
static bool share_repeated(struct wire_reader shares, const uint8_t *place,
			   uint16_t group)
{
	while (shares.at < place) {
		if (wire_get(&shares, 2) == group)
			return true;
		wire_get_vector(&shares, 2);
	}
	return false;
}

/*
 * One share for each group, of groups that it knows: to be looked at only of
 * groups that mean something here, or a long list would take long.
 */
static int shares_read(struct wire_reader value, struct wire_reader groups,
		       struct wire_reader *shares)
{
	int alert = vector_read(value, 2, false, shares);
	struct wire_reader list = *shares;

	while (!alert && list.left && !list.bad) {
		const uint8_t *place = list.at;
		uint16_t group = wire_get(&list, 2);

		if (!wire_get_vector(&list, 2).left)
			return GNUTLS_A_DECODE_ERROR;
		if (dtls13_group_known(group) &&
		    (!wire_has_u16(groups, group) ||
		     share_repeated(*shares, place, group)))
			return GNUTLS_A_ILLEGAL_PARAMETER;
	}
	return list.bad ? GNUTLS_A_DECODE_ERROR : alert;
}

static unsigned int count_psks(struct wire_reader identities)
{
	unsigned int n = 0;

	while (identities.left && !identities.bad) {
		if (!wire_get_vector(&identities, 2).left)
			return 0;
		wire_get(&identities, 4); /* its age: of tickets */
		n++;
	}
	return identities.bad ? 0 : n;
}

static unsigned int count_binders(struct wire_reader binders)
{
	unsigned int n = 0;

	while (binders.left && !binders.bad) {
		if (wire_get_vector(&binders, 1).left < 32)
			return 0;
		n++;
	}
	return binders.bad ? 0 : n;
}

static int psks_read(struct wire_reader value, const uint8_t *body,
		     struct dtls13_client_hello *hello)
{
	unsigned int n;

	hello->psk_identities = wire_get_vector(&value, 2);
	hello->binders_at = value.at - body;
	hello->psk_binders = wire_get_vector(&value, 2);
	n = count_psks(hello->psk_identities);
	if (!wire_is_read(&value) || !n)
		return GNUTLS_A_DECODE_ERROR;
	return count_binders(hello->psk_binders) == n ?
		       0 : GNUTLS_A_ILLEGAL_PARAMETER;
}

/* RFC 8446 section 4.2.11: it is the last one, and has the modes with it. */
static int psk_placed(const struct dtls13_extensions *extensions)
{
	if (!extensions->last_known ||
	    extensions->last != DTLS13_PRE_SHARED_KEY)
		return GNUTLS_A_ILLEGAL_PARAMETER;
	return dtls13_has(extensions, DTLS13_PSK_MODES) ?
		       0 : GNUTLS_A_MISSING_EXTENSION;
}

static int client_extensions_read(struct dtls13_client_hello *hello,
				  const uint8_t *body)
{
	const struct dtls13_extensions *ext = &hello->extensions;
	int alert = 0;

	if (dtls13_has(ext, DTLS13_SUPPORTED_VERSIONS))
		alert = versions_read(ext->value[DTLS13_SUPPORTED_VERSIONS],
				      &hello->offers_13);
	if (!alert && dtls13_has(ext, DTLS13_SUPPORTED_GROUPS))
		alert = list_read(ext->value[DTLS13_SUPPORTED_GROUPS],
				  &hello->groups);
	if (!alert && dtls13_has(ext, DTLS13_SIGNATURE_ALGORITHMS))
		alert = list_read(ext->value[DTLS13_SIGNATURE_ALGORITHMS],
				  &hello->schemes);
	if (!alert && dtls13_has(ext, DTLS13_COOKIE))
		alert = vector_read(ext->value[DTLS13_COOKIE], 2, true,
				    &hello->cookie);
	if (!alert && dtls13_has(ext, DTLS13_ALPN))
		alert = alpn_read(ext->value[DTLS13_ALPN], &hello->alpn);
	if (!alert && dtls13_has(ext, DTLS13_SERVER_NAME))
		alert = server_name_read(ext->value[DTLS13_SERVER_NAME],
					 &hello->server_name);
	if (!alert && dtls13_has(ext, DTLS13_PSK_MODES))
		alert = modes_read(ext->value[DTLS13_PSK_MODES],
				   &hello->psk_dhe);
	if (!alert && dtls13_has(ext, DTLS13_CONNECTION_ID))
		alert = vector_read(ext->value[DTLS13_CONNECTION_ID], 1, false,
				    &hello->cid);
	if (!alert && dtls13_has(ext, DTLS13_RRC))
		alert = rrc_read(ext->value[DTLS13_RRC], &hello->rrc);
	if (!alert && dtls13_has(ext, DTLS13_KEY_SHARE))
		alert = shares_read(ext->value[DTLS13_KEY_SHARE],
				    hello->groups, &hello->shares);
	if (!alert && dtls13_has(ext, DTLS13_PRE_SHARED_KEY))
		alert = psk_placed(ext);
	if (!alert && dtls13_has(ext, DTLS13_PRE_SHARED_KEY))
		alert = psks_read(ext->value[DTLS13_PRE_SHARED_KEY], body,
				  hello);
	return alert;
}

static int client_fixed_read(struct wire_reader *reader,
			     struct dtls13_client_hello *hello)
{
	struct wire_reader session_id, cookie, compression;
	uint16_t version = wire_get(reader, 2);

	hello->random = wire_get_data(reader, DTLS13_RANDOM_LEN);
	session_id = wire_get_vector(reader, 1);
	cookie = wire_get_vector(reader, 1);
	hello->suites = wire_get_vector(reader, 2);
	compression = wire_get_vector(reader, 1);
	hello->old_cookie = cookie.left;
	if (reader->bad || session_id.left > SESSION_ID_MAX ||
	    !hello->suites.left || hello->suites.left % 2 || !compression.left)
		return GNUTLS_A_DECODE_ERROR;
	hello->compresses = compression.left != 1 ||
			    *compression.at != NULL_COMPRESSION;
	if (version != DTLS12_VERSION)
		return GNUTLS_A_PROTOCOL_VERSION;
	return 0;
}

int dtls13_client_hello_read(const void *body, size_t len,
			     struct dtls13_client_hello *hello)
{
	struct wire_reader reader = wire_reader(body, len);
	int alert;

	memset(hello, 0, sizeof(*hello));
	alert = client_fixed_read(&reader, hello);
	if (alert)
		return alert;
	/* Before TLS 1.3 there may be none at all. */
	if (!reader.left)
		return 0;
	alert = dtls13_extensions_read(&reader, &hello->extensions);
	if (!alert && !wire_is_read(&reader))
		alert = GNUTLS_A_DECODE_ERROR;
	return alert ? alert : client_extensions_read(hello, body);
}

bool dtls13_client_hello_share(const struct dtls13_client_hello *hello,
			       uint16_t group, struct wire_reader *share)
{
	struct wire_reader list = hello->shares;

	while (list.left) {
		uint16_t found = wire_get(&list, 2);

		*share = wire_get_vector(&list, 2);
		if (found == group)
			return true;
	}
	return false;
}

bool dtls13_client_hello_psk(struct dtls13_client_hello *hello,
			     struct wire_reader *identity,
			     struct wire_reader *binder)
{
	if (!hello->psk_identities.left)
		return false;
	*identity = wire_get_vector(&hello->psk_identities, 2);
	wire_get(&hello->psk_identities, 4);
	*binder = wire_get_vector(&hello->psk_binders, 1);
	return true;
}

/* ClientHello: writing *************************************************** */

static void suites_write(const struct dtls13_offer *offer,
			 struct wire_writer *writer)
{
	size_t begun = wire_begin(writer, 2);

	for (unsigned int i = 0; i < offer->n_ciphers; i++) {
		const struct dtls13_suite *suite =
			dtls13_suite_of(offer->ciphers[i]);

		if (suite)
			wire_put(writer, suite->id, 2);
	}
	wire_end(writer, begun, 2);
}

static void name_write(const char *name, struct wire_writer *writer)
{
	size_t extension, list, text;

	if (!name || !*name)
		return;
	extension = dtls13_extension_begin(writer, DTLS13_SERVER_NAME);
	list = wire_begin(writer, 2);
	wire_put(writer, HOST_NAME, 1);
	text = wire_begin(writer, 2);
	wire_put_data(writer, name, strlen(name));
	wire_end(writer, text, 2);
	wire_end(writer, list, 2);
	wire_end(writer, extension, 2);
}

static void alpn_write(const char *names, struct wire_writer *writer)
{
	size_t extension, list;

	if (!names || !*names)
		return;
	extension = dtls13_extension_begin(writer, DTLS13_ALPN);
	list = wire_begin(writer, 2);
	while (*names) {
		size_t len = strcspn(names, ",");

		if (len) {
			wire_put(writer, len, 1);
			wire_put_data(writer, names, len);
		}
		names += len + (names[len] == ',');
	}
	wire_end(writer, list, 2);
	wire_end(writer, extension, 2);
}

static void groups_write(struct wire_writer *writer)
{
	size_t extension =
		dtls13_extension_begin(writer, DTLS13_SUPPORTED_GROUPS);
	size_t list = wire_begin(writer, 2);

	for (const uint16_t *group = dtls13_groups; *group; group++)
		wire_put(writer, *group, 2);
	wire_end(writer, list, 2);
	wire_end(writer, extension, 2);
}

static void schemes_write(struct wire_writer *writer)
{
	size_t extension =
		dtls13_extension_begin(writer, DTLS13_SIGNATURE_ALGORITHMS);
	size_t list = wire_begin(writer, 2);

	dtls13_auth_schemes(writer);
	wire_end(writer, list, 2);
	wire_end(writer, extension, 2);
}

static void share_entry_write(const struct dtls13_share *share,
			      struct wire_writer *writer)
{
	wire_put(writer, share->group, 2);
	wire_put(writer, share->public_len, 2);
	wire_put_data(writer, share->public, share->public_len);
}

static void shares_write(const struct dtls13_share *share,
			 struct wire_writer *writer)
{
	size_t extension = dtls13_extension_begin(writer, DTLS13_KEY_SHARE);
	size_t list = wire_begin(writer, 2);

	share_entry_write(share, writer);
	wire_end(writer, list, 2);
	wire_end(writer, extension, 2);
}

static void cookie_write(struct wire_reader cookie, struct wire_writer *writer)
{
	size_t extension;

	if (!cookie.left)
		return;
	extension = dtls13_extension_begin(writer, DTLS13_COOKIE);
	wire_put(writer, cookie.left, 2);
	wire_put_data(writer, cookie.at, cookie.left);
	wire_end(writer, extension, 2);
}

static void cid_write(const struct dtls13_cid *cid, struct wire_writer *writer)
{
	size_t extension = dtls13_extension_begin(writer, DTLS13_CONNECTION_ID);

	wire_put(writer, cid->len, 1);
	wire_put_data(writer, cid->bytes, cid->len);
	wire_end(writer, extension, 2);
}

static void rrc_write(struct wire_writer *writer)
{
	wire_end(writer, dtls13_extension_begin(writer, DTLS13_RRC), 2);
}

static void modes_write(struct wire_writer *writer)
{
	size_t extension = dtls13_extension_begin(writer, DTLS13_PSK_MODES);

	wire_put(writer, 1, 1);
	wire_put(writer, PSK_DHE_KE, 1);
	wire_end(writer, extension, 2);
}

static void psk_write(const struct dtls13_offer *offer,
		      struct wire_writer *writer)
{
	static const uint8_t zeros[DTLS13_HASH_MAX];
	size_t extension, list;

	if (!offer->psk.left)
		return;
	extension = dtls13_extension_begin(writer, DTLS13_PRE_SHARED_KEY);
	list = wire_begin(writer, 2);
	wire_put(writer, offer->psk.left, 2);
	wire_put_data(writer, offer->psk.at, offer->psk.left);
	wire_put(writer, offer->psk_age, 4);
	wire_end(writer, list, 2);
	list = wire_begin(writer, 2);
	wire_put(writer, offer->binder_len, 1);
	wire_put_data(writer, zeros, offer->binder_len);
	wire_end(writer, list, 2);
	wire_end(writer, extension, 2);
}

static void versions_write(struct wire_writer *writer)
{
	size_t extension =
		dtls13_extension_begin(writer, DTLS13_SUPPORTED_VERSIONS);

	wire_put(writer, 2, 1);
	wire_put(writer, DTLS13_VERSION, 2);
	wire_end(writer, extension, 2);
}

void dtls13_client_hello_write(const struct dtls13_offer *offer,
			       struct wire_writer *writer)
{
	size_t extensions;

	wire_put(writer, DTLS12_VERSION, 2);
	wire_put_data(writer, offer->random, DTLS13_RANDOM_LEN);
	wire_put(writer, 0, 1); /* no session of DTLS 1.2 */
	wire_put(writer, 0, 1); /* and no cookie of its */
	suites_write(offer, writer);
	wire_put(writer, 1, 1);
	wire_put(writer, NULL_COMPRESSION, 1);
	extensions = wire_begin(writer, 2);
	versions_write(writer);
	name_write(offer->server_name, writer);
	groups_write(writer);
	schemes_write(writer);
	alpn_write(offer->alpn, writer);
	shares_write(offer->share, writer);
	if (offer->cid) {
		cid_write(offer->cid, writer);
		rrc_write(writer);
	}
	cookie_write(offer->cookie, writer);
	if (offer->tickets)
		modes_write(writer);
	psk_write(offer, writer);
	wire_end(writer, extensions, 2);
}

/* ServerHello, HelloRetryRequest ***************************************** */

static int retry_extensions_read(const struct dtls13_extensions *ext,
				 struct dtls13_server_hello *hello)
{
	struct wire_reader value = ext->value[DTLS13_KEY_SHARE];
	int alert = dtls13_extensions_within(
		ext, DTLS13_BIT(DTLS13_SUPPORTED_VERSIONS) |
			     DTLS13_BIT(DTLS13_KEY_SHARE) |
			     DTLS13_BIT(DTLS13_COOKIE));

	if (!alert && dtls13_has(ext, DTLS13_KEY_SHARE)) {
		hello->group = wire_get(&value, 2);
		if (!wire_is_read(&value))
			alert = GNUTLS_A_DECODE_ERROR;
	}
	if (!alert && dtls13_has(ext, DTLS13_COOKIE))
		alert = vector_read(ext->value[DTLS13_COOKIE], 2, true,
				    &hello->cookie);
	return alert;
}

static int answer_cid_read(const struct dtls13_extensions *ext,
			   struct dtls13_server_hello *hello)
{
	int alert = 0;

	hello->has_cid = dtls13_has(ext, DTLS13_CONNECTION_ID);
	if (hello->has_cid)
		alert = vector_read(ext->value[DTLS13_CONNECTION_ID], 1, false,
				    &hello->cid);
	if (!alert && dtls13_has(ext, DTLS13_RRC))
		alert = rrc_read(ext->value[DTLS13_RRC], &hello->rrc);
	return alert;
}

static int answer_extensions_read(const struct dtls13_extensions *ext,
				  struct dtls13_server_hello *hello)
{
	struct wire_reader share = ext->value[DTLS13_KEY_SHARE];
	struct wire_reader psk = ext->value[DTLS13_PRE_SHARED_KEY];
	int alert = dtls13_extensions_within(
		ext, DTLS13_BIT(DTLS13_SUPPORTED_VERSIONS) |
			     DTLS13_BIT(DTLS13_KEY_SHARE) |
			     DTLS13_BIT(DTLS13_CONNECTION_ID) |
			     DTLS13_BIT(DTLS13_RRC) |
			     DTLS13_BIT(DTLS13_PRE_SHARED_KEY));

	if (!alert)
		alert = answer_cid_read(ext, hello);
	if (alert)
		return alert;
	if (!dtls13_has(ext, DTLS13_KEY_SHARE))
		return GNUTLS_A_MISSING_EXTENSION;
	hello->group = wire_get(&share, 2);
	hello->share = wire_get_vector(&share, 2);
	if (!wire_is_read(&share) || !hello->share.left)
		return GNUTLS_A_DECODE_ERROR;
	hello->psk = dtls13_has(ext, DTLS13_PRE_SHARED_KEY);
	if (!hello->psk)
		return 0;
	hello->psk_index = wire_get(&psk, 2);
	return wire_is_read(&psk) ? 0 : GNUTLS_A_DECODE_ERROR;
}

/* Without the extension, it chooses a version from before TLS 1.3. */
static int version_read(const struct dtls13_extensions *ext, uint16_t *version)
{
	struct wire_reader value = ext->value[DTLS13_SUPPORTED_VERSIONS];

	if (!dtls13_has(ext, DTLS13_SUPPORTED_VERSIONS))
		return GNUTLS_A_PROTOCOL_VERSION;
	*version = wire_get(&value, 2);
	if (!wire_is_read(&value))
		return GNUTLS_A_DECODE_ERROR;
	return *version == DTLS13_VERSION ? 0 : GNUTLS_A_ILLEGAL_PARAMETER;
}

int dtls13_server_hello_read(const void *body, size_t len,
			     struct dtls13_server_hello *hello)
{
	struct wire_reader reader = wire_reader(body, len), session_id;
	struct dtls13_extensions ext = { .seen = 0 };
	const uint8_t *random;
	uint8_t compression;
	int alert;

	memset(hello, 0, sizeof(*hello));
	hello->version = wire_get(&reader, 2);
	random = wire_get_data(&reader, DTLS13_RANDOM_LEN);
	session_id = wire_get_vector(&reader, 1);
	hello->suite = wire_get(&reader, 2);
	compression = wire_get(&reader, 1);
	if (reader.bad)
		return GNUTLS_A_DECODE_ERROR;
	if (reader.left) {
		alert = dtls13_extensions_read(&reader, &ext);
		if (alert)
			return alert;
	}
	if (!wire_is_read(&reader))
		return GNUTLS_A_DECODE_ERROR;
	alert = version_read(&ext, &hello->version);
	if (alert)
		return alert;
	if (session_id.left || compression != NULL_COMPRESSION)
		return GNUTLS_A_ILLEGAL_PARAMETER;
	hello->retry = !memcmp(random, retry_random, DTLS13_RANDOM_LEN);
	return hello->retry ? retry_extensions_read(&ext, hello) :
			      answer_extensions_read(&ext, hello);
}

static size_t server_begin(const uint8_t *random, uint16_t suite,
			   struct wire_writer *writer)
{
	size_t extensions, begun;

	wire_put(writer, DTLS12_VERSION, 2);
	wire_put_data(writer, random, DTLS13_RANDOM_LEN);
	wire_put(writer, 0, 1); /* a session ID is not repeated */
	wire_put(writer, suite, 2);
	wire_put(writer, NULL_COMPRESSION, 1);
	extensions = wire_begin(writer, 2);
	begun = dtls13_extension_begin(writer, DTLS13_SUPPORTED_VERSIONS);
	wire_put(writer, DTLS13_VERSION, 2);
	wire_end(writer, begun, 2);
	return extensions;
}

void dtls13_server_hello_write(const struct dtls13_answer *answer,
			       struct wire_writer *writer)
{
	size_t extensions = server_begin(answer->random, answer->suite, writer);
	size_t begun = dtls13_extension_begin(writer, DTLS13_KEY_SHARE);

	share_entry_write(answer->share, writer);
	wire_end(writer, begun, 2);
	if (answer->cid)
		cid_write(answer->cid, writer);
	if (answer->rrc)
		rrc_write(writer);
	if (answer->psk_index >= 0) {
		begun = dtls13_extension_begin(writer, DTLS13_PRE_SHARED_KEY);
		wire_put(writer, answer->psk_index, 2);
		wire_end(writer, begun, 2);
	}
	wire_end(writer, extensions, 2);
}

void dtls13_retry_write(uint16_t suite, uint16_t group,
			struct wire_reader cookie, struct wire_writer *writer)
{
	size_t extensions = server_begin(retry_random, suite, writer), begun;

	if (group != DTLS13_NO_GROUP) {
		begun = dtls13_extension_begin(writer, DTLS13_KEY_SHARE);
		wire_put(writer, group, 2);
		wire_end(writer, begun, 2);
	}
	cookie_write(cookie, writer);
	wire_end(writer, extensions, 2);
}
