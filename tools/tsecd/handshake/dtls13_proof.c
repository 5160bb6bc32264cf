// SPDX-License-Identifier: GPL-2.0
/*
 * How each end proves who it is, and that both have seen the same handshake
 * (RFC 8446 section 4.4).
 */
#include <errno.h>
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "dtls13.h"
#include "dtls13_auth.h"

/* Certificates of a chain that is worth sending. */
#define CERTIFICATE_MAX (48 << 10)

static bool is_server(const struct dtls13 *dtls)
{
	return !tls_is_client(dtls->tls);
}

/* Own ******************************************************************** */

int dtls13_certificate_say(struct dtls13 *dtls, bool empty)
{
	uint8_t *body = malloc(CERTIFICATE_MAX);
	struct wire_writer writer = wire_writer(body, CERTIFICATE_MAX);
	int err;

	if (!body)
		return dtls13_broken(dtls);
	dtls13_certificate_write(empty ? NULL : dtls->tls->identity->cred,
				 &writer);
	if (writer.full)
		err = dtls13_refuse(dtls, GNUTLS_A_INTERNAL_ERROR, ENOKEY,
				    "the certificate chain is too long");
	else
		err = dtls13_say(dtls, DTLS13_EPOCH_HANDSHAKE,
				 DTLS13_CERTIFICATE, &writer);
	free(body);
	return err;
}

int dtls13_certificate_verify_say(struct dtls13 *dtls)
{
	uint8_t hash[DTLS13_HASH_MAX], body[2 + 2 + 1024];
	struct wire_writer writer = wire_writer(body, sizeof(body));
	gnutls_datum_t signature;

	if (dtls13_hash(dtls, hash))
		return dtls13_broken(dtls);
	if (dtls13_auth_sign(dtls->tls->identity->cred, dtls->scheme,
			     is_server(dtls), hash,
			     dtls->schedule.suite->hash_len, &signature))
		return dtls13_refuse(dtls, GNUTLS_A_INTERNAL_ERROR, ENOKEY,
				     "the private key cannot sign");
	dtls13_certificate_verify_write(dtls->scheme, &signature, &writer);
	gnutls_free(signature.data);
	if (writer.full)
		return dtls13_broken(dtls);
	return dtls13_say(dtls, DTLS13_EPOCH_HANDSHAKE,
			  DTLS13_CERTIFICATE_VERIFY, &writer);
}

static int finished_make(struct dtls13 *dtls, bool of_server, uint8_t *data)
{
	const struct dtls13_schedule *schedule = &dtls->schedule;
	uint8_t hash[DTLS13_HASH_MAX];

	if (dtls13_hash(dtls, hash))
		return -1;
	return dtls13_schedule_finished(schedule->suite,
					of_server ? schedule->server :
						    schedule->client,
					hash, data);
}

int dtls13_finished_say(struct dtls13 *dtls)
{
	uint8_t data[DTLS13_HASH_MAX];
	struct wire_writer writer = wire_writer(data, sizeof(data));

	if (finished_make(dtls, is_server(dtls), data))
		return dtls13_broken(dtls);
	writer.len = dtls->schedule.suite->hash_len;
	return dtls13_say(dtls, DTLS13_EPOCH_HANDSHAKE, DTLS13_FINISHED,
			  &writer);
}

/* The peer's ************************************************************* */

int dtls13_certificate_take(struct dtls13 *dtls,
			    const struct dtls13_message *message)
{
	struct dtls13_message *kept = &dtls->certificate;
	int alert;

	/* The chain points into it up to the end. */
	kept->body = malloc(message->len + 1);
	if (!kept->body)
		return dtls13_broken(dtls);
	memcpy(kept->body, message->body, message->len);
	kept->len = message->len;
	alert = dtls13_certificate_read(kept->body, kept->len, &dtls->chain);
	if (alert)
		return dtls13_malformed(dtls, alert, "Certificate");
	dtls->tls->chain = dtls->chain.der;
	dtls->tls->n_chain = dtls->chain.n;
	if (dtls->chain.n) {
		dtls->state = DTLS13_WAIT_CERTIFICATE_VERIFY;
		return 0;
	}
	if (tls_is_client(dtls->tls))
		return dtls13_refuse(dtls, GNUTLS_A_DECODE_ERROR, EKEYREJECTED,
				     "the peer has shown no certificate");
	dtls->state = DTLS13_WAIT_FINISHED;
	return tls_verify_cert(dtls->tls);
}

int dtls13_certificate_verify_take(struct dtls13 *dtls,
				   const struct dtls13_message *message)
{
	uint8_t hash[DTLS13_HASH_MAX];
	struct wire_reader reader;
	gnutls_datum_t signature;
	uint16_t scheme;
	int ret = dtls13_certificate_verify_read(message->body, message->len,
						 &scheme, &reader);

	if (ret)
		return dtls13_malformed(dtls, ret, "CertificateVerify");
	if (dtls13_hash(dtls, hash))
		return dtls13_broken(dtls);
	signature = (gnutls_datum_t){ (void *)reader.at, reader.left };
	ret = dtls13_auth_verify(dtls->chain.der, scheme, !is_server(dtls),
				 hash, dtls->schedule.suite->hash_len,
				 &signature);
	if (ret == GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM)
		return dtls13_malformed(dtls, GNUTLS_A_ILLEGAL_PARAMETER,
					"CertificateVerify");
	if (ret == GNUTLS_E_PK_INVALID_PUBKEY)
		return tls_refuse_key(dtls->tls);
	if (ret == GNUTLS_E_KEY_USAGE_VIOLATION)
		return dtls13_refuse(dtls, GNUTLS_A_UNSUPPORTED_CERTIFICATE,
				     EKEYREJECTED,
				     "the peer's certificate is not meant for "
				     "signatures, of which DTLS 1.3 needs one");
	if (ret)
		return dtls13_refuse(dtls, GNUTLS_A_DECRYPT_ERROR,
				     EKEYREJECTED,
				     "the peer cannot prove that its "
				     "certificate is its own");
	dtls->state = DTLS13_WAIT_FINISHED;
	return tls_verify_cert(dtls->tls);
}

int dtls13_finished_take(struct dtls13 *dtls,
			 const struct dtls13_message *message)
{
	size_t len = dtls->schedule.suite->hash_len;
	uint8_t data[DTLS13_HASH_MAX];

	if (finished_make(dtls, !is_server(dtls), data))
		return dtls13_broken(dtls);
	if (message->len != len)
		return dtls13_malformed(dtls, GNUTLS_A_DECODE_ERROR,
					"Finished");
	if (gnutls_memcmp(message->body, data, len))
		return dtls13_refuse(dtls, GNUTLS_A_DECRYPT_ERROR, EPROTO,
				     "the peer has seen another handshake");
	return 0;
}

/*
 * What binds the PSK is the hash up to the list of binders, which is the end
 * of the ClientHello that was noted last.
 */
int dtls13_binder_make(struct dtls13 *dtls, bool resumption,
		       size_t binders_len, uint8_t *binder)
{
	struct dtls13_transcript partial = dtls->transcript;
	uint8_t hash[DTLS13_HASH_MAX];

	partial.len -= binders_len;
	if (dtls13_transcript_hash(&partial, dtls->schedule.suite, hash))
		return -1;
	return dtls13_schedule_binder(&dtls->schedule, resumption, hash,
				      binder);
}
