// SPDX-License-Identifier: GPL-2.0
/*
 * Is the peer whom it should be?
 *
 * The chain must lead to a trusted authority, be in force, not be revoked,
 * be meant for the peer's role and, of a server, bear the name (or the
 * address) that was asked for.  A refusal names its cause.
 *
 * The identity given to programs is the first name of the certificate's
 * subjectAltName (DNS, then mail, URI, IP address), since authorities verify
 * those; only without any it is the subject's distinguished name.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../verified.h"
#include "pubkey.h"
#include "tls.h"

#define CHAIN_MAX 16

/* 112 bits of security, as OpenSSL's level 2 asks for. */
#define VERIFY_FLAGS GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM)

struct chain {
	gnutls_x509_crt_t crt[CHAIN_MAX];
	unsigned int n;
};

/* What the peer must be called: an address or a DNS name. */
struct wanted {
	char text[TSEC_PEER_NAME_MAX + 1];
	uint8_t address[16];
	size_t address_len; /* 0: it is a DNS name */
};

static void chain_free(struct chain *chain)
{
	while (chain->n)
		gnutls_x509_crt_deinit(chain->crt[--chain->n]);
}

static int chain_import(struct tls *tls, struct chain *chain)
{
	unsigned int n = 0;
	const gnutls_datum_t *der;
	int ret = 0;

	der = tls_peer_chain(tls, &n);
	if (n > CHAIN_MAX)
		n = CHAIN_MAX;
	for (chain->n = 0; chain->n < n && ret >= 0;) {
		ret = gnutls_x509_crt_init(&chain->crt[chain->n]);
		if (ret < 0)
			break;
		ret = gnutls_x509_crt_import(chain->crt[chain->n],
					     &der[chain->n],
					     GNUTLS_X509_FMT_DER);
		chain->n++;
	}
	if (ret >= 0)
		return 0;
	chain_free(chain);
	return reason_set(&tls->handshake->reason, EKEYREJECTED,
			  "the peer's certificate cannot be read: %s",
			  gnutls_strerror(ret));
}

/* Names ****************************************************************** */

static void wanted_by_address(struct wanted *wanted,
			      const union tsec_addr *addr)
{
	const struct in6_addr *in6 = &addr->in6.sin6_addr;

	if (addr->sa.sa_family == AF_INET) {
		wanted->address_len = 4;
		memcpy(wanted->address, &addr->in.sin_addr, 4);
		inet_ntop(AF_INET, wanted->address, wanted->text,
			  sizeof(wanted->text));
	} else if (addr->sa.sa_family == AF_INET6 &&
		   IN6_IS_ADDR_V4MAPPED(in6)) {
		wanted->address_len = 4;
		memcpy(wanted->address, &in6->s6_addr[12], 4);
		inet_ntop(AF_INET, wanted->address, wanted->text,
			  sizeof(wanted->text));
	} else if (addr->sa.sa_family == AF_INET6) {
		wanted->address_len = 16;
		memcpy(wanted->address, in6, 16);
		inet_ntop(AF_INET6, wanted->address, wanted->text,
			  sizeof(wanted->text));
	}
}

static void wanted_by_name(struct wanted *wanted, const char *name)
{
	size_t len;

	tsec_copy(wanted->text, sizeof(wanted->text), name);
	if (inet_pton(AF_INET, name, wanted->address) == 1)
		wanted->address_len = 4;
	else if (inet_pton(AF_INET6, name, wanted->address) == 1)
		wanted->address_len = 16;
	len = strlen(wanted->text);
	if (len && wanted->text[len - 1] == '.')
		wanted->text[len - 1] = '\0';
}

static void wanted_of(const struct tls *tls, struct wanted *wanted)
{
	memset(wanted, 0, sizeof(*wanted));
	if (*tls->handshake->peer_name)
		wanted_by_name(wanted, tls->handshake->peer_name);
	else
		wanted_by_address(wanted, &tls->handshake->remote);
}

static void dn_text(gnutls_x509_crt_t crt, bool issuer, char *text, size_t size)
{
	gnutls_datum_t dn = { NULL, 0 };
	int ret = issuer ? gnutls_x509_crt_get_issuer_dn3(crt, &dn, 0) :
			   gnutls_x509_crt_get_dn3(crt, &dn, 0);

	tsec_copy(text, size, ret < 0 ? "" : (const char *)dn.data);
	gnutls_free(dn.data);
}

static bool address_text(const char *raw, size_t len, char *text, size_t size)
{
	if (len != 4 && len != 16)
		return false;
	return inet_ntop(len == 4 ? AF_INET : AF_INET6, raw, text, size);
}

static bool alt_name(gnutls_x509_crt_t crt, unsigned int wanted, char *text,
		     size_t size)
{
	char raw[TSEC_PEER_ID_MAX + 1];

	for (unsigned int i = 0;; i++) {
		size_t len = sizeof(raw) - 1;
		unsigned int type, critical;
		int ret = gnutls_x509_crt_get_subject_alt_name2(
			crt, i, raw, &len, &type, &critical);

		if (ret == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return false;
		if (ret < 0 || type != wanted)
			continue;
		if (type == GNUTLS_SAN_IPADDRESS)
			return address_text(raw, len, text, size);
		raw[len] = '\0';
		/* A zero inside would make it look like another name. */
		if (len && strlen(raw) == len && tsec_copy(text, size, raw))
			return true;
	}
}

static void identity_text(gnutls_x509_crt_t crt, char *text, size_t size)
{
	static const unsigned int types[] = {
		GNUTLS_SAN_DNSNAME,
		GNUTLS_SAN_RFC822NAME,
		GNUTLS_SAN_URI,
		GNUTLS_SAN_IPADDRESS,
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (alt_name(crt, types[i], text, size)) {
			tsec_printable(text);
			return;
		}
	dn_text(crt, false, text, size);
	tsec_printable(text);
}

/* Causes ***************************************************************** */

static void date_text(time_t when, char text[32])
{
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(text, 32, "%Y-%m-%d", &tm);
}

static int refuse_unknown(struct tls *tls, const struct chain *chain,
			  const char *peer)
{
	gnutls_x509_crt_t last = chain->crt[chain->n - 1];
	char issuer[256];

	if (chain->n == 1 && gnutls_x509_crt_check_issuer(last, last))
		return reason_set(&tls->handshake->reason, EKEYREJECTED,
				  "certificate of %s is not trusted: it is "
				  "self-signed and not among those trusted",
				  peer);
	dn_text(last, true, issuer, sizeof(issuer));
	return reason_set(&tls->handshake->reason, EKEYREJECTED,
			  "certificate of %s is not trusted: its issuer '%s' "
			  "is unknown",
			  peer, issuer);
}

/* Of a chain, the certificate whose time is over may be an issuer's. */
static int refuse_by_time(struct tls *tls, const struct chain *chain,
			  const char *peer, bool expired)
{
	time_t now = time(NULL);
	char date[32], dn[256];

	for (unsigned int i = 0; i < chain->n; i++) {
		time_t end = gnutls_x509_crt_get_expiration_time(chain->crt[i]);
		time_t begin =
			gnutls_x509_crt_get_activation_time(chain->crt[i]);

		if (expired ? end >= now : begin <= now)
			continue;
		date_text(expired ? end : begin, date);
		dn_text(chain->crt[i], false, dn, sizeof(dn));
		return reason_set(&tls->handshake->reason,
				  expired ? EKEYEXPIRED : EKEYREJECTED,
				  "%s%s%scertificate of %s %s %s",
				  i ? "issuer '" : "", i ? dn : "",
				  i ? "' of " : "", peer,
				  expired ? "expired" : "is not valid before",
				  date);
	}
	return reason_set(&tls->handshake->reason,
			  expired ? EKEYEXPIRED : EKEYREJECTED,
			  "an authority's certificate that certificate of %s "
			  "leads to %s",
			  peer, expired ? "has expired" : "is not valid yet");
}

static int refuse_otherwise(struct tls *tls, const char *peer,
			    unsigned int status)
{
	gnutls_datum_t text = { NULL, 0 };
	int err;

	gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509,
						     &text, 0);
	err = reason_set(&tls->handshake->reason, EKEYREJECTED,
			 "certificate of %s is not accepted: %s", peer,
			 text.data ? (char *)text.data : "no reason is known");
	gnutls_free(text.data);
	return err;
}

static int alert_for(unsigned int status)
{
	if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
		return GNUTLS_A_UNKNOWN_CA;
	if (status & GNUTLS_CERT_REVOKED)
		return GNUTLS_A_CERTIFICATE_REVOKED;
	if (status & GNUTLS_CERT_EXPIRED)
		return GNUTLS_A_CERTIFICATE_EXPIRED;
	return GNUTLS_A_BAD_CERTIFICATE;
}

static int refuse(struct tls *tls, const struct chain *chain,
		  const struct wanted *wanted, unsigned int status)
{
	const char *peer = tls_is_client(tls) ? wanted->text : tls->peer_id;

	tls->alert = alert_for(status);
	if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
		return refuse_unknown(tls, chain, peer);
	if (status & GNUTLS_CERT_REVOKED)
		return reason_set(&tls->handshake->reason, EKEYREVOKED,
				  "certificate of %s has been revoked", peer);
	if (status & GNUTLS_CERT_EXPIRED)
		return refuse_by_time(tls, chain, peer, true);
	if (status & GNUTLS_CERT_NOT_ACTIVATED)
		return refuse_by_time(tls, chain, peer, false);
	if (status & GNUTLS_CERT_UNEXPECTED_OWNER)
		return reason_set(&tls->handshake->reason, EKEYREJECTED,
				  "certificate is for %s, not for %s",
				  tls->peer_id, wanted->text);
	return refuse_otherwise(tls, peer, status);
}

/* Verification *********************************************************** */

static unsigned int purpose_and_name(const struct tls *tls,
				     const struct wanted *wanted,
				     gnutls_typed_vdata_st data[2])
{
	const char *purpose = tls_is_client(tls) ? GNUTLS_KP_TLS_WWW_SERVER :
						   GNUTLS_KP_TLS_WWW_CLIENT;

	memset(data, 0, 2 * sizeof(*data));
	data[0].type = GNUTLS_DT_KEY_PURPOSE_OID;
	data[0].data = (void *)purpose;
	if (!tls_is_client(tls))
		return 1;
	data[1].type = GNUTLS_DT_DNS_HOSTNAME;
	data[1].data = (void *)wanted->text;
	if (wanted->address_len) {
		data[1].type = GNUTLS_DT_IP_ADDRESS;
		data[1].data = (void *)wanted->address;
		data[1].size = wanted->address_len;
	}
	return 2;
}

/* All that the verdict on a chain depends on. */
static bool verdict_name(const struct tls *tls, const struct wanted *wanted,
			 uint8_t name[VERIFIED_NAME_SIZE])
{
	uint64_t trust = tls->trust->object.generation;
	const gnutls_datum_t *der;
	gnutls_hash_hd_t hash;
	unsigned int n = 0;

	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0)
		return false;
	gnutls_hash(hash, &trust, sizeof(trust));
	gnutls_hash(hash, &tls->handshake->role, sizeof(uint8_t));
	if (tls_is_client(tls))
		gnutls_hash(hash, wanted->text, strlen(wanted->text) + 1);
	der = tls_peer_chain(tls, &n);
	for (unsigned int i = 0; i < n; i++) {
		gnutls_hash(hash, &der[i].size, sizeof(der[i].size));
		gnutls_hash(hash, der[i].data, der[i].size);
	}
	gnutls_hash_deinit(hash, name);
	return true;
}

static int verify_anew(struct tls *tls, struct chain *chain,
		       const struct wanted *wanted)
{
	gnutls_typed_vdata_st data[2];
	unsigned int status, n;
	int ret;

	n = purpose_and_name(tls, wanted, data);
	ret = gnutls_x509_trust_list_verify_crt2(tls->trust->list, chain->crt,
						 chain->n, data, n,
						 VERIFY_FLAGS, &status, NULL);
	if (ret < 0)
		return reason_set(&tls->handshake->reason, EKEYREJECTED,
				  "the peer's certificate cannot be "
				  "verified: %s",
				  gnutls_strerror(ret));
	return status ? refuse(tls, chain, wanted, status) : 0;
}

static int verify_chain(struct tls *tls, struct chain *chain)
{
	uint8_t name[VERIFIED_NAME_SIZE];
	time_t now = time(NULL);
	struct wanted wanted;
	bool named;
	int err;

	wanted_of(tls, &wanted);
	named = verdict_name(tls, &wanted, name);
	if (named && verified_find(name, now))
		return 0;
	err = verify_anew(tls, chain, &wanted);
	if (!err && named)
		verified_put(name, now, tls->peer_until);
	return err;
}

static time_t chain_until(const struct chain *chain)
{
	time_t until = gnutls_x509_crt_get_expiration_time(chain->crt[0]);

	for (unsigned int i = 1; i < chain->n; i++) {
		time_t end = gnutls_x509_crt_get_expiration_time(chain->crt[i]);

		if (end < until)
			until = end;
	}
	return until;
}

int tls_verify_cert(struct tls *tls)
{
	struct chain chain = { .n = 0 };
	int err;

	if (!tls->trust)
		return 0;
	err = chain_import(tls, &chain);
	if (err)
		return err;
	if (chain.n) {
		identity_text(chain.crt[0], tls->peer_id, sizeof(tls->peer_id));
		tls->peer_until = chain_until(&chain);
		err = verify_chain(tls, &chain);
	} else if (tls->verify != TSEC_VERIFY_REQUEST) {
		tls->alert = GNUTLS_A_CERTIFICATE_REQUIRED;
		err = reason_set(&tls->handshake->reason, EKEYREJECTED,
				 "the peer has shown no certificate");
	}
	chain_free(&chain);
	if (err)
		tls->peer_id[0] = '\0';
	return err;
}

/* A session that is resumed may have begun with a key that has gone since. */
int tls_verify_psk(struct tls *tls, const char *identity)
{
	if (!tls_psk_find(tls, identity, strlen(identity)))
		return reason_set(&tls->handshake->reason, EKEYREJECTED,
				  "the peer's PSK identity \"%s\" is not known",
				  identity);
	tsec_copy(tls->peer_id, sizeof(tls->peer_id), identity);
	tsec_printable(tls->peer_id);
	return 0;
}

int tls_verify_peer(struct tls *tls)
{
	const char *identity;

	/* A client that has a PSK offers no other key exchange. */
	if (tls_is_client(tls) && tls->has_psk)
		return tls_verify_psk(tls, tls->psk.identity);
	identity = tls_is_client(tls) ?
			   NULL :
			   gnutls_psk_server_get_username(tls->session);
	if (identity)
		return tls_verify_psk(tls, identity);
	return tls_verify_cert(tls);
}

int tls_verify_callback(gnutls_session_t session)
{
	struct tls *tls = gnutls_session_get_ptr(session);

	return tls_verify_peer(tls) ? GNUTLS_E_CERTIFICATE_ERROR : 0;
}

int tls_refuse_key(struct tls *tls)
{
	tls->alert = GNUTLS_A_UNSUPPORTED_CERTIFICATE;
	return reason_set(&tls->handshake->reason, EKEYREJECTED,
			  "the key of the peer's certificate is no good one, "
			  "or longer than %d bits, its exponent than %d",
			  PUBKEY_RSA_BITS_MAX, PUBKEY_RSA_EXPONENT_BITS_MAX);
}

int tls_check_key(struct tls *tls)
{
	gnutls_pubkey_t pubkey;
	unsigned int n = 0;
	const gnutls_datum_t *der = tls_peer_chain(tls, &n);
	int ret;

	if (!der || !n)
		return 0;
	ret = pubkey_of(der, &pubkey);
	if (ret >= 0)
		gnutls_pubkey_deinit(pubkey);
	return ret == GNUTLS_E_PK_INVALID_PUBKEY ? tls_refuse_key(tls) : 0;
}
