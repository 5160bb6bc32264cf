// SPDX-License-Identifier: GPL-2.0
#include "dtls13_auth.h"
#include "dtls13_message.h"

/* EncryptedExtensions **************************************************** */

/* Of the names that were asked for, one. */
static int alpn_read(struct wire_reader value, struct wire_reader *alpn)
{
	struct wire_reader list = wire_get_vector(&value, 2);

	*alpn = wire_get_vector(&list, 1);
	return wire_is_read(&value) && wire_is_read(&list) && alpn->left ?
		       0 : GNUTLS_A_DECODE_ERROR;
}

int dtls13_encrypted_extensions_read(const void *body, size_t len,
				     uint32_t offered,
				     struct wire_reader *alpn)
{
	const uint32_t possible = DTLS13_BIT(DTLS13_SERVER_NAME) |
				  DTLS13_BIT(DTLS13_SUPPORTED_GROUPS) |
				  DTLS13_BIT(DTLS13_ALPN);
	struct wire_reader reader = wire_reader(body, len);
	struct dtls13_extensions ext;
	int alert = dtls13_extensions_read(&reader, &ext);

	*alpn = wire_reader(NULL, 0);
	if (!alert && !wire_is_read(&reader))
		alert = GNUTLS_A_DECODE_ERROR;
	if (!alert)
		alert = dtls13_extensions_within(&ext, offered & possible);
	if (!alert && dtls13_has(&ext, DTLS13_ALPN))
		alert = alpn_read(ext.value[DTLS13_ALPN], alpn);
	return alert;
}

void dtls13_encrypted_extensions_write(bool name_known,
				       struct wire_reader alpn,
				       struct wire_writer *writer)
{
	size_t extensions = wire_begin(writer, 2), begun;

	if (name_known) {
		begun = dtls13_extension_begin(writer, DTLS13_SERVER_NAME);
		wire_end(writer, begun, 2);
	}
	if (alpn.left) {
		begun = dtls13_extension_begin(writer, DTLS13_ALPN);
		wire_put(writer, alpn.left + 1, 2);
		wire_put(writer, alpn.left, 1);
		wire_put_data(writer, alpn.at, alpn.left);
		wire_end(writer, begun, 2);
	}
	wire_end(writer, extensions, 2);
}

/* CertificateRequest ***************************************************** */

/* A context is for requests after the handshake. */
int dtls13_certificate_request_read(const void *body, size_t len,
				    struct wire_reader *schemes)
{
	struct wire_reader reader = wire_reader(body, len), value;
	size_t context_len = wire_get_vector(&reader, 1).left;
	struct dtls13_extensions ext;
	int alert = dtls13_extensions_read(&reader, &ext);

	if (!alert && !wire_is_read(&reader))
		alert = GNUTLS_A_DECODE_ERROR;
	if (alert)
		return alert;
	if (context_len)
		return GNUTLS_A_ILLEGAL_PARAMETER;
	if (!dtls13_has(&ext, DTLS13_SIGNATURE_ALGORITHMS))
		return GNUTLS_A_MISSING_EXTENSION;
	value = ext.value[DTLS13_SIGNATURE_ALGORITHMS];
	*schemes = wire_get_vector(&value, 2);
	return wire_is_read(&value) && schemes->left && schemes->left % 2 == 0 ?
		       0 : GNUTLS_A_DECODE_ERROR;
}

void dtls13_certificate_request_write(struct wire_writer *writer)
{
	size_t extensions, begun, list;

	wire_put(writer, 0, 1);
	extensions = wire_begin(writer, 2);
	begun = dtls13_extension_begin(writer, DTLS13_SIGNATURE_ALGORITHMS);
	list = wire_begin(writer, 2);
	dtls13_auth_schemes(writer);
	wire_end(writer, list, 2);
	wire_end(writer, begun, 2);
	wire_end(writer, extensions, 2);
}

/* Certificate ************************************************************ */

/* Nothing was asked for that an entry could answer by an extension. */
static int entry_read(struct wire_reader *list, struct dtls13_chain *chain)
{
	struct wire_reader der = wire_get_vector(list, 3);
	struct dtls13_extensions ext;
	int alert = dtls13_extensions_read(list, &ext);

	if (alert)
		return alert;
	if (!der.left)
		return GNUTLS_A_DECODE_ERROR;
	if (chain->n == DTLS13_CHAIN_MAX)
		return GNUTLS_A_BAD_CERTIFICATE;
	chain->der[chain->n++] = (gnutls_datum_t){ (void *)der.at, der.left };
	return dtls13_extensions_within(&ext, 0);
}

int dtls13_certificate_read(const void *body, size_t len,
			    struct dtls13_chain *chain)
{
	struct wire_reader reader = wire_reader(body, len), list;
	size_t context_len = wire_get_vector(&reader, 1).left;
	int alert = 0;

	list = wire_get_vector(&reader, 3);
	chain->n = 0;
	if (!wire_is_read(&reader))
		return GNUTLS_A_DECODE_ERROR;
	if (context_len)
		return GNUTLS_A_ILLEGAL_PARAMETER;
	while (!alert && list.left)
		alert = entry_read(&list, chain);
	return alert;
}

void dtls13_certificate_write(gnutls_certificate_credentials_t cred,
			      struct wire_writer *writer)
{
	size_t list;
	gnutls_datum_t der;

	wire_put(writer, 0, 1);
	list = wire_begin(writer, 3);
	for (unsigned int i = 0;
	     cred && gnutls_certificate_get_crt_raw(cred, 0, i, &der) >= 0;
	     i++) {
		wire_put(writer, der.size, 3);
		wire_put_data(writer, der.data, der.size);
		wire_put(writer, 0, 2);
	}
	wire_end(writer, list, 3);
}

/* CertificateVerify ****************************************************** */

int dtls13_certificate_verify_read(const void *body, size_t len,
				   uint16_t *scheme,
				   struct wire_reader *signature)
{
	struct wire_reader reader = wire_reader(body, len);

	*scheme = wire_get(&reader, 2);
	*signature = wire_get_vector(&reader, 2);
	return wire_is_read(&reader) && signature->left ?
		       0 : GNUTLS_A_DECODE_ERROR;
}

void dtls13_certificate_verify_write(uint16_t scheme,
				     const gnutls_datum_t *signature,
				     struct wire_writer *writer)
{
	wire_put(writer, scheme, 2);
	wire_put(writer, signature->size, 2);
	wire_put_data(writer, signature->data, signature->size);
}
