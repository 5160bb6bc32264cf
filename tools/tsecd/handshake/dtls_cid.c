// SPDX-License-Identifier: GPL-2.0
/*
 * An extension of both hellos says what each end wants in the records that it
 * gets.  From the first protected record on, Finished, it is there.
 *
 * The library makes and takes records without, and leaves their keys to be
 * seen as soon as it has begun to use them: in the midst of the handshake.
 */
#include <errno.h>
#include <string.h>

#include "dtls_cid.h"
#include "wire.h"

enum extension {
	CONNECTION_ID = 54, /* RFC 9146 section 3 */
	RRC = 61, /* RFC 9853 section 3 */
};

/* Negotiation ************************************************************ */

static struct dtls_cid *cid_of(gnutls_session_t session)
{
	gnutls_ext_priv_data_t cid;

	gnutls_ext_get_data(session, CONNECTION_ID, &cid);
	return cid;
}

static int refuse_malformed(struct dtls_cid *cid, const char *extension)
{
	cid->tls->alert = GNUTLS_A_DECODE_ERROR;
	reason_set(&cid->tls->handshake->reason, EPROTO,
		   "the peer's extension %s is malformed", extension);
	return GNUTLS_E_UNWANTED_ALGORITHM;
}

static int refuse_long(struct dtls_cid *cid, size_t len)
{
	cid->tls->alert = GNUTLS_A_HANDSHAKE_FAILURE;
	reason_set(&cid->tls->handshake->reason, EPROTONOSUPPORT,
		   "the peer wants a connection ID of %zu bytes, of which "
		   "there can be %d", len, TSEC_CID_MAX);
	return GNUTLS_E_UNWANTED_ALGORITHM;
}

/* A server goes on without one that is too long for the kernel. */
static int take_name(gnutls_session_t session, const unsigned char *data,
		     size_t len)
{
	struct dtls_cid *cid = cid_of(session);
	struct wire_reader reader = wire_reader(data, len);
	struct wire_reader name = wire_get_vector(&reader, 1);

	if (!wire_is_read(&reader))
		return refuse_malformed(cid, "connection_id");
	if (name.left > sizeof(cid->peer.data))
		return tls_is_client(cid->tls) ? refuse_long(cid, name.left) :
						 0;
	memcpy(cid->peer.data, name.at, name.left);
	cid->peer.len = name.left;
	cid->agreed = true;
	return 0;
}

static int give_name(gnutls_session_t session, gnutls_buffer_t buffer)
{
	const struct dtls_cid *cid = cid_of(session);
	int ret;

	if (!tls_is_client(cid->tls) && !cid->agreed)
		return 0;
	ret = gnutls_buffer_append_data(buffer, &cid->own.len, 1);
	return ret < 0 ? ret : gnutls_buffer_append_data(buffer, cid->own.data,
							 cid->own.len);
}

static int take_checks(gnutls_session_t session, const unsigned char *data,
		       size_t len)
{
	struct dtls_cid *cid = cid_of(session);

	(void)data;
	if (len)
		return refuse_malformed(cid, "rrc");
	cid->checks = true;
	return 0;
}

static int give_checks(gnutls_session_t session, gnutls_buffer_t buffer)
{
	const struct dtls_cid *cid = cid_of(session);

	(void)buffer;
	if (!tls_is_client(cid->tls) && !cid->agreed)
		return 0;
	return GNUTLS_E_INT_RET_0; /* there, and empty */
}

int dtls_cid_offer(struct dtls_cid *cid, struct tls *tls,
		   const struct tsec_handshake_info *info)
{
	gnutls_session_t session = tls->session;

	if (!info->cid.len || info->cid.len > sizeof(cid->own.data))
		return 0;
	if (gnutls_session_ext_register(session, "connection_id",
					CONNECTION_ID, GNUTLS_EXT_MANDATORY,
					take_name, give_name, NULL, NULL, NULL,
					0) < 0 ||
	    gnutls_session_ext_register(session, "rrc", RRC,
					GNUTLS_EXT_MANDATORY, take_checks,
					give_checks, NULL, NULL, NULL, 0) < 0)
		return reason_set(&tls->handshake->reason, ENOMEM,
				  "out of memory");
	gnutls_ext_set_data(session, CONNECTION_ID, cid);
	cid->tls = tls;
	memcpy(cid->own.data, info->cid.data, info->cid.len);
	cid->own.len = info->cid.len;
	return 0;
}

/* Records **************************************************************** */

unsigned int dtls_cid_room(const struct dtls_cid *cid)
{
	return cid->tls ? DTLS12_CID_ROOM(TSEC_CID_MAX) : 0;
}

/*
 * The library tells no cipher before it uses it in both directions, but key
 * and nonce are each of another length in those that it may choose from.
 */
static gnutls_cipher_algorithm_t cipher_of(const struct dtls12_key *key)
{
	if (key->iv.size == 12)
		return GNUTLS_CIPHER_CHACHA20_POLY1305;
	return key->key.size == 16 ? GNUTLS_CIPHER_AES_128_GCM :
				     GNUTLS_CIPHER_AES_256_GCM;
}

bool dtls_cid_key(const struct dtls_cid *cid, gnutls_session_t session,
		  bool receiving, struct dtls12_key *key)
{
	const struct dtls_cid_name *name = receiving ? &cid->own : &cid->peer;

	if (gnutls_record_get_state(session, receiving, NULL, &key->iv,
				    &key->key, NULL) < 0 ||
	    !key->key.size)
		return false;
	key->cipher = cipher_of(key);
	key->cid.data = (void *)name->data;
	key->cid.size = name->len;
	return true;
}

const void *dtls_cid_seal(const struct dtls_cid *cid, const void *record,
			  size_t *len, uint8_t *out, size_t size)
{
	struct dtls12_key key;
	int ret = -1;

	if (!cid->agreed || !cid->peer.len ||
	    !dtls12_record_epoch(record, *len))
		return record;
	if (dtls_cid_key(cid, cid->tls->session, false, &key))
		ret = dtls12_record_name(&key, record, *len, out, size);
	if (ret < 0) {
		reason_set(&cid->tls->handshake->reason, EPROTO,
			   "a record of the TLS library could not be given the "
			   "peer's connection ID");
		return NULL;
	}
	*len = ret;
	return out;
}

/* Whoever is to name its records and does not is not heard. */
size_t dtls_cid_open(const struct dtls_cid *cid, uint8_t *record, size_t len,
		     size_t size)
{
	struct dtls12_key key;
	int ret;

	if (!cid->agreed || !cid->own.len || !dtls12_record_epoch(record, len))
		return len;
	if (!dtls_cid_key(cid, cid->tls->session, true, &key))
		return 0;
	ret = dtls12_record_unname(&key, record, len, record, size);
	return ret < 0 ? 0 : ret;
}

void dtls_cid_put(const struct dtls_cid *cid, struct outcome *outcome)
{
	if (!cid->agreed)
		return;
	outcome_put_cid(outcome, TSEC_DIR_TX, cid->peer.data, cid->peer.len);
	outcome_put_cid(outcome, TSEC_DIR_RX, cid->own.data, cid->own.len);
	if (cid->checks)
		tsec_set(&outcome->done, HANDSHAKE_RRC, rrc, 1);
}
