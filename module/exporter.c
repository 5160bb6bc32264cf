// SPDX-License-Identifier: GPL-2.0
/*
 * Exporters of TLS 1.3 and DTLS 1.3 (RFC 8446 section 7.5): the daemon gives
 * the session's exporter secret, and programs derive of it.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "exporter.h"
#include "hash.h"
#include "hkdf.h"
#include "session.h"

/* The labels of DTLS have a prefix of their own. */
static int derive_label(const struct tsec_session *session, const u8 *secret,
			const char *label, const u8 *context, u8 *out,
			size_t len)
{
	enum tsec_hash hash = tsec_cipher_find(session->cipher)->hash;
	unsigned int size = tsec_hash_size(hash);

	if (session->version == TSEC_VERSION_DTLS_1_3)
		return tsec_hkdf_expand_label_dtls(hash, secret, label,
						   context, size, out, len);
	return tsec_hkdf_expand_label(hash, secret, label, context, size, out,
				      len);
}

static bool has_exporter(const struct tsec_session *session, unsigned int size)
{
	return (session->version == TSEC_VERSION_TLS_1_3 ||
		session->version == TSEC_VERSION_DTLS_1_3) &&
	       session->peer.exporter_len == size;
}

/**
 * tsec_exporter_derive() - keying material for the program's own use
 * @session: the session
 * @request: label and context that the program asks with
 * @len: bytes of @request, with what it announces
 * @out: the material; the caller wipes it
 * @out_len: bytes of it
 *
 * RFC 8446 section 7.5: one secret a label, then one use a context.
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL if the request is malformed, -EOPNOTSUPP if the protocol
 * has no exporter or the daemon gave no secret for it, or an error of the hash.
 */
int tsec_exporter_derive(const struct tsec_session *session,
			 const struct tsec_export *request, size_t len,
			 u8 *out, size_t out_len)
{
	enum tsec_hash kind = tsec_cipher_find(session->cipher)->hash;
	unsigned int size = tsec_hash_size(kind);
	u8 hash[TSEC_SECRET_MAX], secret[TSEC_SECRET_MAX];
	char label[TSEC_EXPORT_LABEL_MAX + 1];
	int err;

	if (!request->label_len || request->label_len > TSEC_EXPORT_LABEL_MAX ||
	    len < sizeof(*request) + request->label_len + request->context_len)
		return -EINVAL;
	if (!has_exporter(session, size))
		return -EOPNOTSUPP;
	memcpy(label, request->data, request->label_len);
	label[request->label_len] = '\0';

	err = tsec_hash_digest(kind, NULL, 0, hash);
	if (!err)
		err = derive_label(session, session->peer.exporter, label, hash,
				   secret, size);
	if (!err)
		err = tsec_hash_digest(kind,
				       request->data + request->label_len,
				       request->context_len, hash);
	if (!err)
		err = derive_label(session, secret, "exporter", hash, out,
				   out_len);
	memzero_explicit(secret, sizeof(secret));
	return err;
}
