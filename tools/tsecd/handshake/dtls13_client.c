// SPDX-License-Identifier: GPL-2.0
/* The client of DTLS 1.3: from the first hello to the last acknowledgement. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dtls13.h"
#include "dtls13_auth.h"

/* Hello ****************************************************************** */

static bool has_psk(const struct dtls13 *dtls)
{
	return dtls->psk.key.left;
}

static bool psk_fits(const struct dtls13 *dtls,
		     const struct dtls13_suite *suite)
{
	return suite->digest == dtls->psk.suite->digest;
}

/* Where a ticket is of no use, there are certificates. */
static bool psk_only(const struct dtls13 *dtls)
{
	return has_psk(dtls) && !dtls->psk.resumption;
}

static void psk_offer(struct dtls13 *dtls)
{
	const struct psk *psk = &dtls->tls->psk;
	const struct dtls13_suite *suite =
		dtls13_suite_for_psk(dtls->ciphers, dtls->n_ciphers);

	if (!dtls->tls->has_psk || !suite)
		return;
	dtls->psk = (struct dtls13_psk){
		.suite = suite,
		.identity = wire_reader(psk->identity, psk->identity_len),
		.key = wire_reader(psk->key, psk->key_len),
	};
}

/* The suites that are offered; how many. */
static unsigned int ciphers_offered(const struct dtls13 *dtls,
				    uint16_t ciphers[TSEC_CIPHERS_MAX])
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < dtls->n_ciphers; i++) {
		const struct dtls13_suite *suite =
			dtls13_suite_of(dtls->ciphers[i]);

		if (suite && (!psk_only(dtls) || psk_fits(dtls, suite)))
			ciphers[n++] = dtls->ciphers[i];
	}
	return n;
}

static bool suite_offered(const struct dtls13 *dtls,
			  const struct dtls13_suite *suite)
{
	uint16_t ciphers[TSEC_CIPHERS_MAX];
	unsigned int n = ciphers_offered(dtls, ciphers);

	for (unsigned int i = 0; suite && i < n; i++)
		if (ciphers[i] == suite->cipher)
			return true;
	return false;
}

static int psk_begin(struct dtls13 *dtls)
{
	const struct dtls13_psk *psk = &dtls->psk;

	if (!has_psk(dtls))
		return 0;
	return dtls13_schedule_begin(&dtls->schedule, psk->suite, psk->key.at,
				     psk->key.left);
}

/* Puts the binder where zeros hold its place, there and in the transcript. */
static int binder_put(struct dtls13 *dtls, uint8_t *end)
{
	size_t len = dtls->schedule.suite->hash_len;
	struct dtls13_transcript *transcript = &dtls->transcript;
	uint8_t binder[DTLS13_HASH_MAX];

	if (dtls13_binder_make(dtls, dtls->psk.resumption, 2 + 1 + len,
			       binder))
		return -1;
	memcpy(end - len, binder, len);
	memcpy(transcript->data + transcript->len - len, binder, len);
	return 0;
}

static int hello_say(struct dtls13 *dtls)
{
	struct tls *tls = dtls->tls;
	uint16_t ciphers[TSEC_CIPHERS_MAX];
	uint8_t body[DTLS13_HELLO_MAX];
	struct wire_writer writer = wire_writer(body, sizeof(body));
	struct dtls13_offer offer = {
		.random = dtls->random,
		.ciphers = ciphers,
		.n_ciphers = ciphers_offered(dtls, ciphers),
		.share = &dtls->share,
		.cookie = wire_reader(dtls->cookie, dtls->cookie_len),
		.server_name = dtls->name_wanted,
		.alpn = dtls->alpn_wanted,
		.cid = dtls->cid.len ? &dtls->cid : NULL,
		.tickets = tls->resume || has_psk(dtls),
		.psk = dtls->psk.identity,
		.psk_age = dtls->psk.age,
		.binder_len = has_psk(dtls) ? dtls->psk.suite->hash_len : 0,
	};

	dtls13_client_hello_write(&offer, &writer);
	if (writer.full)
		return dtls13_refuse(dtls, GNUTLS_A_HANDSHAKE_FAILURE,
				     EPROTONOSUPPORT,
				     "the peer wants a cookie of %zu bytes "
				     "back, which is too long for a hello",
				     dtls->cookie_len);
	if (dtls13_transcript_add(&dtls->transcript, DTLS13_CLIENT_HELLO, body,
				  writer.len) ||
	    (has_psk(dtls) && binder_put(dtls, body + writer.len)) ||
	    dtls13_flight_add(&dtls->flight, DTLS13_EPOCH_PLAIN,
			      DTLS13_CLIENT_HELLO, body, writer.len))
		return dtls13_broken(dtls);
	dtls13_send(dtls);
	return 0;
}

int dtls13_client_start(struct dtls13 *dtls)
{
	uint16_t ciphers[TSEC_CIPHERS_MAX];

	psk_offer(dtls);
	if (!ciphers_offered(dtls, ciphers))
		return dtls13_refuse(dtls, GNUTLS_A_INTERNAL_ERROR,
				     EPROTONOSUPPORT,
				     "the profile leaves no cipher to use");
	if (psk_begin(dtls) ||
	    dtls13_share_make(&dtls->share, dtls13_groups[0]))
		return dtls13_broken(dtls);
	dtls->offered = DTLS13_BIT(DTLS13_SUPPORTED_GROUPS);
	if (*dtls->name_wanted)
		dtls->offered |= DTLS13_BIT(DTLS13_SERVER_NAME);
	if (*dtls->alpn_wanted)
		dtls->offered |= DTLS13_BIT(DTLS13_ALPN);
	dtls->state = DTLS13_WAIT_SERVER_HELLO;
	return hello_say(dtls);
}

/* ServerHello ************************************************************ */

static int suite_check(struct dtls13 *dtls,
		       const struct dtls13_server_hello *hello)
{
	const struct dtls13_suite *suite = dtls13_suite_find(hello->suite);

	if (!suite_offered(dtls, suite) ||
	    (dtls->retried && dtls->retry_suite != hello->suite))
		return dtls13_malformed(dtls, GNUTLS_A_ILLEGAL_PARAMETER,
					"ServerHello");
	return 0;
}

static int cookie_keep(struct dtls13 *dtls, struct wire_reader cookie)
{
	if (!cookie.left)
		return 0;
	dtls->cookie = malloc(cookie.left);
	if (!dtls->cookie)
		return -1;
	memcpy(dtls->cookie, cookie.at, cookie.left);
	dtls->cookie_len = cookie.left;
	return 0;
}

/* Of a HelloRetryRequest something must follow, and not the same again. */
static bool retry_makes_sense(const struct dtls13 *dtls,
			      const struct dtls13_server_hello *hello)
{
	if (hello->group == DTLS13_NO_GROUP)
		return hello->cookie.left;
	return dtls13_group_known(hello->group) &&
	       hello->group != dtls->share.group;
}

static int retry_take(struct dtls13 *dtls,
		      const struct dtls13_server_hello *hello,
		      const struct dtls13_message *message)
{
	const struct dtls13_suite *suite = dtls13_suite_find(hello->suite);
	uint8_t hash[DTLS13_HASH_MAX];

	if (dtls->retried)
		return dtls13_malformed(dtls, GNUTLS_A_UNEXPECTED_MESSAGE,
					"HelloRetryRequest");
	if (!retry_makes_sense(dtls, hello))
		return dtls13_malformed(dtls, GNUTLS_A_ILLEGAL_PARAMETER,
					"HelloRetryRequest");
	dtls->retried = true;
	dtls->retry_suite = hello->suite;
	if (dtls13_transcript_hash(&dtls->transcript, suite, hash) ||
	    dtls13_transcript_restart(&dtls->transcript, suite, hash) ||
	    dtls13_transcript_add(&dtls->transcript, DTLS13_SERVER_HELLO,
				  message->body, message->len) ||
	    cookie_keep(dtls, hello->cookie))
		return dtls13_broken(dtls);
	if (hello->group != DTLS13_NO_GROUP &&
	    dtls13_share_make(&dtls->share, hello->group))
		return dtls13_broken(dtls);
	dtls13_flight_clear(&dtls->flight);
	/* The answer will have another hash than the ticket goes with. */
	if (has_psk(dtls) && !psk_fits(dtls, suite))
		dtls->psk = (struct dtls13_psk){ .suite = NULL };
	return hello_say(dtls);
}

static int psk_check(struct dtls13 *dtls,
		     const struct dtls13_server_hello *hello)
{
	const struct dtls13_suite *suite = dtls13_suite_find(hello->suite);

	if (!has_psk(dtls) && hello->psk)
		return dtls13_malformed(dtls, GNUTLS_A_UNSUPPORTED_EXTENSION,
					"ServerHello");
	if (hello->psk && (hello->psk_index || !psk_fits(dtls, suite)))
		return dtls13_malformed(dtls, GNUTLS_A_ILLEGAL_PARAMETER,
					"ServerHello");
	if (psk_only(dtls) && !hello->psk)
		return dtls13_refuse(dtls, GNUTLS_A_HANDSHAKE_FAILURE,
				     EKEYREJECTED,
				     "the peer wants a certificate, not the "
				     "PSK");
	dtls->by_psk = hello->psk;
	dtls->resumed = hello->psk && dtls->psk.resumption;
	return dtls->resumed ? dtls13_resume_peer(dtls) : 0;
}

static int keys_make(struct dtls13 *dtls,
		     const struct dtls13_server_hello *hello)
{
	const struct dtls13_suite *suite = dtls13_suite_find(hello->suite);
	uint8_t shared[DTLS13_SHARED_LEN], hash[DTLS13_HASH_MAX];
	int err = 0;

	if (hello->group != dtls->share.group ||
	    dtls13_share_derive(&dtls->share, hello->share.at,
				hello->share.left, shared))
		return dtls13_malformed(dtls, GNUTLS_A_ILLEGAL_PARAMETER,
					"ServerHello");
	if (dtls->by_psk)
		dtls->schedule.suite = suite;
	else if (dtls13_schedule_begin(&dtls->schedule, suite, NULL, 0))
		err = dtls13_broken(dtls);
	if (!err && (dtls13_hash(dtls, hash) ||
		     dtls13_schedule_handshake(&dtls->schedule, shared,
					       sizeof(shared), hash)))
		err = dtls13_broken(dtls);
	explicit_bzero(shared, sizeof(shared));
	return err ? err : dtls13_handshake_keys(dtls);
}

/* Records have IDs in them from the ServerHello on (RFC 9147 section 9). */
static int cids_take(struct dtls13 *dtls,
		     const struct dtls13_server_hello *hello)
{
	if ((hello->has_cid || hello->rrc) && !dtls->cid.len)
		return dtls13_malformed(dtls, GNUTLS_A_UNSUPPORTED_EXTENSION,
					"ServerHello");
	if (!hello->has_cid) {
		dtls13_cids_decline(dtls);
		return 0;
	}
	if (dtls13_cids_agree(dtls, hello->cid, hello->rrc))
		return 0;
	return dtls13_refuse(dtls, GNUTLS_A_HANDSHAKE_FAILURE, EPROTONOSUPPORT,
			     "the peer wants a connection ID of %zu bytes, of "
			     "which there can be %d", hello->cid.left,
			     TSEC_CID_MAX);
}

static int refuse_version(struct dtls13 *dtls)
{
	return dtls13_refuse(dtls, GNUTLS_A_PROTOCOL_VERSION, EPROTONOSUPPORT,
			     "the peer does not know DTLS 1.3");
}

static int server_hello_take(struct dtls13 *dtls,
			     const struct dtls13_message *message)
{
	struct dtls13_server_hello hello;
	int alert = dtls13_server_hello_read(message->body, message->len,
					     &hello);
	int err;

	if (alert == GNUTLS_A_PROTOCOL_VERSION)
		return refuse_version(dtls);
	if (alert)
		return dtls13_malformed(dtls, alert, "ServerHello");
	err = suite_check(dtls, &hello);
	if (err)
		return err;
	if (hello.retry)
		return retry_take(dtls, &hello, message);
	if (dtls13_transcript_add(&dtls->transcript, message->type,
				  message->body, message->len))
		return dtls13_broken(dtls);
	err = psk_check(dtls, &hello);
	if (!err)
		err = cids_take(dtls, &hello);
	if (!err)
		err = keys_make(dtls, &hello);
	if (err)
		return err;
	dtls13_flight_clear(&dtls->flight);
	dtls->state = DTLS13_WAIT_ENCRYPTED_EXTENSIONS;
	return 0;
}

/* What the server says of itself ***************************************** */

/* Is a name one of those that were asked for? */
static bool alpn_wanted(const char *names, struct wire_reader name)
{
	while (*names) {
		size_t len = strcspn(names, ",");

		if (len == name.left && !memcmp(names, name.at, len))
			return true;
		names += len + (names[len] == ',');
	}
	return false;
}

static int extensions_take(struct dtls13 *dtls,
			   const struct dtls13_message *message)
{
	struct wire_reader alpn;
	int alert = dtls13_encrypted_extensions_read(
		message->body, message->len, dtls->offered, &alpn);

	if (!alert && alpn.left && !alpn_wanted(dtls->alpn_wanted, alpn))
		alert = GNUTLS_A_ILLEGAL_PARAMETER;
	if (alert)
		return dtls13_malformed(dtls, alert, "EncryptedExtensions");
	if (alpn.left)
		memcpy(dtls->alpn, alpn.at, alpn.left);
	dtls->state = dtls->by_psk ? DTLS13_WAIT_FINISHED :
				     DTLS13_WAIT_CERTIFICATE;
	return 0;
}

static int request_take(struct dtls13 *dtls,
			const struct dtls13_message *message)
{
	struct wire_reader schemes;
	int alert = GNUTLS_A_UNEXPECTED_MESSAGE;

	if (!dtls->cert_asked)
		alert = dtls13_certificate_request_read(
			message->body, message->len, &schemes);
	if (alert)
		return dtls13_malformed(dtls, alert, "CertificateRequest");
	dtls->cert_asked = true;
	if (dtls->tls->identity->has_cert)
		dtls->scheme = dtls13_auth_choose(dtls->tls->identity->cred,
						  schemes);
	return 0;
}

/* The last flight ******************************************************** */

static int proof_say(struct dtls13 *dtls)
{
	bool none = !dtls->scheme;
	int err = 0;

	if (dtls->cert_asked)
		err = dtls13_certificate_say(dtls, none);
	if (!err && dtls->cert_asked && !none)
		err = dtls13_certificate_verify_say(dtls);
	if (!err)
		err = dtls13_finished_say(dtls);
	if (!err)
		dtls13_send(dtls);
	return err;
}

static int server_finished_take(struct dtls13 *dtls,
				const struct dtls13_message *message)
{
	struct dtls13_schedule *schedule = &dtls->schedule;
	uint8_t hash[DTLS13_HASH_MAX];
	int err = dtls13_finished_take(dtls, message);

	if (!err && dtls->by_psk && !dtls->resumed)
		err = tls_verify_psk(dtls->tls, dtls->tls->psk.identity);
	if (err)
		return err;
	if (dtls13_transcript_add(&dtls->transcript, message->type,
				  message->body, message->len) ||
	    dtls13_hash(dtls, hash) ||
	    dtls13_schedule_application(schedule, hash) ||
	    dtls13_keys_init(&dtls->data, schedule->suite,
			     schedule->server_data, DTLS13_EPOCH_DATA))
		return dtls13_broken(dtls);
	err = proof_say(dtls);
	if (!err)
		dtls->state = DTLS13_WAIT_ACK;
	return err;
}

static bool awaited(const struct dtls13 *dtls, uint8_t type)
{
	switch (dtls->state) {
	case DTLS13_WAIT_ENCRYPTED_EXTENSIONS:
		return type == DTLS13_ENCRYPTED_EXTENSIONS;
	case DTLS13_WAIT_CERTIFICATE:
		return type == DTLS13_CERTIFICATE ||
		       type == DTLS13_CERTIFICATE_REQUEST;
	case DTLS13_WAIT_CERTIFICATE_VERIFY:
		return type == DTLS13_CERTIFICATE_VERIFY;
	case DTLS13_WAIT_FINISHED:
		return type == DTLS13_FINISHED;
	default:
		return false;
	}
}

static int encrypted_take(struct dtls13 *dtls,
			  const struct dtls13_message *message)
{
	switch (message->type) {
	case DTLS13_ENCRYPTED_EXTENSIONS:
		return extensions_take(dtls, message);
	case DTLS13_CERTIFICATE_REQUEST:
		return request_take(dtls, message);
	case DTLS13_CERTIFICATE:
		return dtls13_certificate_take(dtls, message);
	default:
		return dtls13_certificate_verify_take(dtls, message);
	}
}

int dtls13_client_take(struct dtls13 *dtls,
		       const struct dtls13_message *message)
{
	bool plain = message->epoch == DTLS13_EPOCH_PLAIN;
	int err;

	if (dtls->state == DTLS13_WAIT_SERVER_HELLO && plain) {
		if (message->type == DTLS13_SERVER_HELLO)
			return server_hello_take(dtls, message);
		if (message->type == DTLS13_HELLO_VERIFY_REQUEST)
			return refuse_version(dtls);
	}
	if (plain || !awaited(dtls, message->type))
		return dtls13_refuse(dtls, GNUTLS_A_UNEXPECTED_MESSAGE, EPROTO,
				     "the server sent message %u out of turn",
				     message->type);
	if (message->type == DTLS13_FINISHED)
		return server_finished_take(dtls, message);
	err = encrypted_take(dtls, message);
	if (!err && dtls13_transcript_add(&dtls->transcript, message->type,
					  message->body, message->len))
		err = dtls13_broken(dtls);
	return err;
}
