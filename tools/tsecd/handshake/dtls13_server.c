// SPDX-License-Identifier: GPL-2.0
/*
 * The server of DTLS 1.3: from a client that has proven its address to its
 * Finished.
 *
 * The kernel has answered the first ClientHello with a HelloRetryRequest
 * (module/record/dtls13_cookie.c).  What that has chosen, and the hash of the
 * first ClientHello, come back in the cookie, whose authenticity the kernel
 * has seen to.
 */
#include <errno.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "dtls13.h"
#include "dtls13_auth.h"

enum cookie_layout {
	COOKIE_PROOF = 16, /* the kernel's own business */
	COOKIE_FIXED = COOKIE_PROOF + 2 + 2, /* and suite, and group */
};

/* What is agreed on ****************************************************** */

/* A PSK goes with one hash, which is as long as its binder. */
static bool has_binder(struct wire_reader binders, size_t len)
{
	while (binders.left)
		if (wire_get_vector(&binders, 1).left == len)
			return true;
	return false;
}

/* As the kernel does for its HelloRetryRequest. */
static const struct dtls13_suite *
suite_choose(const struct dtls13 *dtls, const struct dtls13_client_hello *hello,
	     bool for_psk)
{
	for (unsigned int i = 0; i < dtls->n_ciphers; i++) {
		const struct dtls13_suite *suite =
			dtls13_suite_of(dtls->ciphers[i]);

		if (suite && wire_has_u16(hello->suites, suite->id) &&
		    (!for_psk ||
		     has_binder(hello->psk_binders, suite->hash_len)))
			return suite;
	}
	return NULL;
}

/* Does the profile allow it, and has the client offered it? */
static bool suite_is_possible(const struct dtls13 *dtls, uint16_t id,
			      struct wire_reader suites)
{
	const struct dtls13_suite *suite = dtls13_suite_find(id);

	for (unsigned int i = 0; suite && i < dtls->n_ciphers; i++)
		if (dtls->ciphers[i] == suite->cipher)
			return wire_has_u16(suites, id);
	return false;
}

/* Goes on where the kernel's HelloRetryRequest left off. */
static int cookie_take(struct dtls13 *dtls, struct wire_reader cookie,
		       struct wire_reader suites)
{
	struct wire_reader reader = cookie;
	const struct dtls13_suite *suite;
	uint8_t body[DTLS13_HELLO_MAX];
	struct wire_writer writer = wire_writer(body, sizeof(body));
	uint16_t id, group;

	wire_get_data(&reader, COOKIE_PROOF);
	id = wire_get(&reader, 2);
	group = wire_get(&reader, 2);
	suite = dtls13_suite_find(id);
	if (reader.bad || !suite_is_possible(dtls, id, suites) ||
	    reader.left != suite->hash_len)
		return dtls13_malformed(dtls, GNUTLS_A_ILLEGAL_PARAMETER,
					"cookie");
	dtls->schedule.suite = suite;
	dtls->share.group = group;
	dtls13_retry_write(id, group, cookie, &writer);
	if (writer.full ||
	    dtls13_transcript_restart(&dtls->transcript, suite, reader.at) ||
	    dtls13_transcript_add(&dtls->transcript, DTLS13_SERVER_HELLO, body,
				  writer.len))
		return dtls13_broken(dtls);
	return 0;
}

static int suite_agree(struct dtls13 *dtls,
		       const struct dtls13_client_hello *hello)
{
	const struct dtls13_suite *suite;

	if (hello->cookie.left)
		return cookie_take(dtls, hello->cookie, hello->suites);
	suite = suite_choose(dtls, hello, true);
	if (!suite)
		suite = suite_choose(dtls, hello, false);
	if (!suite)
		return dtls13_refuse(dtls, GNUTLS_A_HANDSHAKE_FAILURE,
				     EPROTONOSUPPORT,
				     "no cipher is common with the peer");
	dtls->schedule.suite = suite;
	return 0;
}

/* After a HelloRetryRequest that named a group, no other is possible. */
static int share_agree(struct dtls13 *dtls,
		       const struct dtls13_client_hello *hello,
		       struct wire_reader *share)
{
	uint16_t asked = dtls->share.group;

	if (!dtls13_has(&hello->extensions, DTLS13_KEY_SHARE) ||
	    !dtls13_has(&hello->extensions, DTLS13_SUPPORTED_GROUPS))
		return dtls13_malformed(dtls, GNUTLS_A_MISSING_EXTENSION,
					"ClientHello");
	for (const uint16_t *group = dtls13_groups; *group; group++) {
		if ((asked != DTLS13_NO_GROUP && asked != *group) ||
		    !dtls13_client_hello_share(hello, *group, share))
			continue;
		if (dtls13_share_make(&dtls->share, *group))
			return dtls13_broken(dtls);
		return 0;
	}
	return dtls13_refuse(dtls, asked ? GNUTLS_A_ILLEGAL_PARAMETER :
					   GNUTLS_A_HANDSHAKE_FAILURE,
			     EPROTONOSUPPORT,
			     "no key exchange group is common with the peer");
}

/* The first of the own names that the client knows (RFC 7301). */
static int alpn_agree(struct dtls13 *dtls, struct wire_reader offered)
{
	const char *names = dtls->alpn_wanted;

	if (!offered.left || !*names)
		return 0;
	while (*names) {
		struct wire_reader list = offered;
		size_t len = strcspn(names, ",");

		while (list.left) {
			struct wire_reader name = wire_get_vector(&list, 1);

			if (name.left != len || memcmp(name.at, names, len))
				continue;
			memcpy(dtls->alpn, names, len);
			return 0;
		}
		names += len + (names[len] == ',');
	}
	return dtls13_refuse(dtls, GNUTLS_A_NO_APPLICATION_PROTOCOL,
			     EPROTONOSUPPORT,
			     "no application protocol (ALPN) is common with "
			     "the peer");
}

static void name_take(struct dtls13 *dtls, struct wire_reader name)
{
	if (!name.left || name.left >= sizeof(dtls->server_name) ||
	    memchr(name.at, '\0', name.left))
		return;
	memcpy(dtls->server_name, name.at, name.left);
	tsec_printable(dtls->server_name);
}

/* An ID that does not fit into this end's records is declined. */
static void cids_choose(struct dtls13 *dtls,
			const struct dtls13_client_hello *hello)
{
	if (!dtls->cid.len ||
	    !dtls13_has(&hello->extensions, DTLS13_CONNECTION_ID) ||
	    !dtls13_cids_agree(dtls, hello->cid, hello->rrc))
		dtls13_cids_decline(dtls);
}

/* Whom to believe ******************************************************** */

static bool binder_is_good(struct dtls13 *dtls, const struct dtls13_psk *psk,
			   size_t binders_len, struct wire_reader binder)
{
	const struct dtls13_suite *suite = dtls->schedule.suite;
	uint8_t expected[DTLS13_HASH_MAX];

	return binder.left == suite->hash_len &&
	       !dtls13_schedule_begin(&dtls->schedule, suite, psk->key.at,
				      psk->key.left) &&
	       !dtls13_binder_make(dtls, psk->resumption, binders_len,
				   expected) &&
	       !gnutls_memcmp(expected, binder.at, suite->hash_len);
}

/* An external PSK that is known here, or a ticket. */
static bool psk_find(struct dtls13 *dtls, struct wire_reader identity,
		     struct dtls13_psk *psk)
{
	const struct psk *known =
		tls_psk_find(dtls->tls, identity.at, identity.left);

	if (!known)
		return dtls13_resume_find(dtls, identity, psk);
	*psk = (struct dtls13_psk){
		.suite = dtls13_suite_for_psk(dtls->ciphers, dtls->n_ciphers),
		.identity = wire_reader(known->identity, known->identity_len),
		.key = wire_reader(known->key, known->key_len),
	};
	return true;
}

static int psk_take(struct dtls13 *dtls, const struct dtls13_psk *psk)
{
	char text[TSEC_PSK_IDENTITY_MAX + 1];

	dtls->by_psk = true;
	dtls->resumed = psk->resumption;
	if (dtls->resumed)
		return 0;
	memcpy(text, psk->identity.at, psk->identity.left);
	text[psk->identity.left] = '\0';
	return tls_verify_psk(dtls->tls, text);
}

/* The first that is known here and goes with the suite; -1: none. */
static int psk_choose(struct dtls13 *dtls, struct dtls13_client_hello *hello,
		      size_t binders_len, int *index)
{
	struct wire_reader identity, binder;
	struct dtls13_psk psk;

	for (int i = 0; dtls13_client_hello_psk(hello, &identity, &binder);
	     i++) {
		if (!psk_find(dtls, identity, &psk) ||
		    psk.suite->digest != dtls->schedule.suite->digest)
			continue;
		if (!binder_is_good(dtls, &psk, binders_len, binder))
			return dtls13_refuse(dtls, GNUTLS_A_DECRYPT_ERROR,
					     EKEYREJECTED,
					     "the peer has another PSK");
		*index = i;
		return psk_take(dtls, &psk);
	}
	return 0;
}

/* Without a PSK in common, by certificate. */
static int proof_agree(struct dtls13 *dtls, struct dtls13_client_hello *hello,
		       size_t len, int *psk_index)
{
	int err;

	*psk_index = -1;
	dtls->takes_tickets = hello->psk_dhe;
	if (hello->psk_dhe) {
		err = psk_choose(dtls, hello, len - hello->binders_at,
				 psk_index);
		if (err || *psk_index >= 0)
			return err;
	}
	if (!dtls->tls->identity->has_cert)
		return dtls13_refuse(dtls, GNUTLS_A_UNKNOWN_PSK_IDENTITY,
				     EKEYREJECTED,
				     "the peer offers no PSK that is known, "
				     "and there is no certificate");
	if (!hello->schemes.left)
		return dtls13_malformed(dtls, GNUTLS_A_MISSING_EXTENSION,
					"ClientHello");
	dtls->scheme = dtls13_auth_choose(dtls->tls->identity->cred,
					  hello->schemes);
	if (dtls->scheme)
		return 0;
	return dtls13_refuse(dtls, GNUTLS_A_HANDSHAKE_FAILURE,
			     EPROTONOSUPPORT,
			     "no signature algorithm is common with the peer");
}

/* The answer ************************************************************* */

static int hello_say(struct dtls13 *dtls, int psk_index)
{
	uint8_t body[DTLS13_HELLO_MAX];
	struct wire_writer writer = wire_writer(body, sizeof(body));
	struct dtls13_answer answer = {
		.random = dtls->random,
		.suite = dtls->schedule.suite->id,
		.share = &dtls->share,
		.cid = dtls->cids ? &dtls->cid : NULL,
		.rrc = dtls->rrc,
		.psk_index = psk_index,
	};

	dtls13_server_hello_write(&answer, &writer);
	return dtls13_say(dtls, DTLS13_EPOCH_PLAIN, DTLS13_SERVER_HELLO,
			  &writer);
}

static int keys_make(struct dtls13 *dtls, struct wire_reader share)
{
	struct dtls13_schedule *schedule = &dtls->schedule;
	uint8_t shared[DTLS13_SHARED_LEN], hash[DTLS13_HASH_MAX];
	int err = 0;

	if (dtls13_share_derive(&dtls->share, share.at, share.left, shared))
		return dtls13_malformed(dtls, GNUTLS_A_ILLEGAL_PARAMETER,
					"key share");
	if ((!dtls->by_psk &&
	     dtls13_schedule_begin(schedule, schedule->suite, NULL, 0)) ||
	    dtls13_hash(dtls, hash) ||
	    dtls13_schedule_handshake(schedule, shared, sizeof(shared), hash))
		err = dtls13_broken(dtls);
	explicit_bzero(shared, sizeof(shared));
	return err ? err : dtls13_handshake_keys(dtls);
}

static int extensions_say(struct dtls13 *dtls)
{
	uint8_t body[2 + 4 + 4 + 3 + TSEC_ALPN_MAX];
	struct wire_writer writer = wire_writer(body, sizeof(body));

	dtls13_encrypted_extensions_write(*dtls->server_name,
					  wire_reader(dtls->alpn,
						      strlen(dtls->alpn)),
					  &writer);
	return dtls13_say(dtls, DTLS13_EPOCH_HANDSHAKE,
			  DTLS13_ENCRYPTED_EXTENSIONS, &writer);
}

static int request_say(struct dtls13 *dtls)
{
	uint8_t body[256];
	struct wire_writer writer = wire_writer(body, sizeof(body));

	dtls->cert_asked = dtls->tls->trust;
	if (!dtls->cert_asked)
		return 0;
	dtls13_certificate_request_write(&writer);
	return dtls13_say(dtls, DTLS13_EPOCH_HANDSHAKE,
			  DTLS13_CERTIFICATE_REQUEST, &writer);
}

static int certificate_say(struct dtls13 *dtls)
{
	int err;

	if (dtls->by_psk)
		return 0;
	err = request_say(dtls);
	if (!err)
		err = dtls13_certificate_say(dtls, false);
	return err ? err : dtls13_certificate_verify_say(dtls);
}

static int flight_say(struct dtls13 *dtls)
{
	uint8_t hash[DTLS13_HASH_MAX];
	int err = extensions_say(dtls);

	if (!err)
		err = certificate_say(dtls);
	if (!err)
		err = dtls13_finished_say(dtls);
	if (err)
		return err;
	if (dtls13_hash(dtls, hash) ||
	    dtls13_schedule_application(&dtls->schedule, hash))
		return dtls13_broken(dtls);
	dtls13_send(dtls);
	dtls->state = dtls->cert_asked ? DTLS13_WAIT_CERTIFICATE :
					 DTLS13_WAIT_FINISHED;
	return 0;
}

static int hello_check(struct dtls13 *dtls, int alert,
		       const struct dtls13_client_hello *hello)
{
	if (alert)
		return dtls13_malformed(dtls, alert, "ClientHello");
	if (!hello->offers_13)
		return dtls13_refuse(dtls, GNUTLS_A_PROTOCOL_VERSION,
				     EPROTONOSUPPORT,
				     "the peer does not know DTLS 1.3");
	if (hello->compresses || hello->old_cookie)
		return dtls13_malformed(dtls, GNUTLS_A_ILLEGAL_PARAMETER,
					"ClientHello");
	return 0;
}

static int client_hello_take(struct dtls13 *dtls,
			     const struct dtls13_message *message)
{
	struct dtls13_client_hello hello;
	struct wire_reader share;
	int alert = dtls13_client_hello_read(message->body, message->len,
					     &hello);
	int err = hello_check(dtls, alert, &hello), psk_index;

	if (!err)
		err = suite_agree(dtls, &hello);
	if (err)
		return err;
	if (dtls13_transcript_add(&dtls->transcript, message->type,
				  message->body, message->len))
		return dtls13_broken(dtls);
	name_take(dtls, hello.server_name);
	cids_choose(dtls, &hello);
	err = share_agree(dtls, &hello, &share);
	if (!err)
		err = alpn_agree(dtls, hello.alpn);
	if (!err)
		err = proof_agree(dtls, &hello, message->len, &psk_index);
	if (err)
		return err;
	err = hello_say(dtls, psk_index);
	if (!err)
		err = keys_make(dtls, share);
	return err ? err : flight_say(dtls);
}

/* The client's answer **************************************************** */

/* Nobody answers it, but for the acknowledgement. */
static int client_finished_take(struct dtls13 *dtls,
				const struct dtls13_message *message)
{
	int err = dtls13_finished_take(dtls, message);

	if (err)
		return err;
	dtls13_flight_clear(&dtls->flight);
	dtls->state = DTLS13_OVER;
	return 0;
}

static int encrypted_take(struct dtls13 *dtls,
			  const struct dtls13_message *message)
{
	if (dtls->state == DTLS13_WAIT_CERTIFICATE &&
	    message->type == DTLS13_CERTIFICATE)
		return dtls13_certificate_take(dtls, message);
	if (dtls->state == DTLS13_WAIT_CERTIFICATE_VERIFY &&
	    message->type == DTLS13_CERTIFICATE_VERIFY)
		return dtls13_certificate_verify_take(dtls, message);
	if (dtls->state == DTLS13_WAIT_FINISHED &&
	    message->type == DTLS13_FINISHED)
		return client_finished_take(dtls, message);
	return dtls13_refuse(dtls, GNUTLS_A_UNEXPECTED_MESSAGE, EPROTO,
			     "the client sent message %u out of turn",
			     message->type);
}

int dtls13_server_take(struct dtls13 *dtls,
		       const struct dtls13_message *message)
{
	bool plain = message->epoch == DTLS13_EPOCH_PLAIN;
	int err;

	if (dtls->state == DTLS13_WAIT_CLIENT_HELLO && plain &&
	    message->type == DTLS13_CLIENT_HELLO)
		return client_hello_take(dtls, message);
	if (plain || dtls->state == DTLS13_WAIT_CLIENT_HELLO)
		return dtls13_refuse(dtls, GNUTLS_A_UNEXPECTED_MESSAGE, EPROTO,
				     "the client sent message %u out of turn",
				     message->type);
	err = encrypted_take(dtls, message);
	if (!err && dtls13_transcript_add(&dtls->transcript, message->type,
					  message->body, message->len))
		err = dtls13_broken(dtls);
	return err;
}
