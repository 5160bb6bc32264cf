// SPDX-License-Identifier: GPL-2.0
/* The messages after the hellos, read and written. */
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "../handshake/dtls13_message.h"
#include "hex.h"
#include "pki.h"
#include "tap.h"

#define ALL (DTLS13_BIT(DTLS13_ALPN) | DTLS13_BIT(DTLS13_SERVER_NAME) | \
	     DTLS13_BIT(DTLS13_SUPPORTED_GROUPS))

struct piece {
	uint8_t *data;
	size_t len;
};

/* In memory of just its size, for the address sanitizer. */
static struct piece piece(const char *hex)
{
	uint8_t room[1024];
	struct piece piece = { .len = unhex(hex, room, sizeof(room)) };

	piece.data = malloc(piece.len + !piece.len);
	memcpy(piece.data, room, piece.len);
	return piece;
}

static int extensions_alert(const char *hex, uint32_t offered,
			    struct wire_reader *alpn)
{
	struct piece body = piece(hex);
	int alert = dtls13_encrypted_extensions_read(body.data, body.len,
						     offered, alpn);

	free(body.data);
	return alert;
}

static void test_encrypted_extensions(void)
{
	uint8_t room[64];
	struct wire_writer writer = wire_writer(room, sizeof(room));
	struct wire_reader alpn;

	dtls13_encrypted_extensions_write(true, wire_reader("two", 3),
					  &writer);
	ok(!dtls13_encrypted_extensions_read(room, writer.len, ALL, &alpn) &&
		   alpn.left == 3 && !memcmp(alpn.at, "two", 3),
	   "EncryptedExtensions are read as they were written");
	ok(!extensions_alert("0000", 0, &alpn) && !alpn.left,
	   "... there may be none");
	ok(extensions_alert("000400000000", 0, &alpn) ==
		   GNUTLS_A_UNSUPPORTED_EXTENSION,
	   "... but not what was not asked for");
	ok(extensions_alert("0004abcd0000", ALL, &alpn) ==
		   GNUTLS_A_UNSUPPORTED_EXTENSION,
	   "... nor what nobody knows");
	ok(extensions_alert("000400330000", ALL, &alpn) ==
		   GNUTLS_A_UNSUPPORTED_EXTENSION,
	   "... nor what belongs into another message");
	ok(extensions_alert("", ALL, &alpn) == GNUTLS_A_DECODE_ERROR &&
		   extensions_alert("0001", ALL, &alpn) ==
			   GNUTLS_A_DECODE_ERROR &&
		   extensions_alert("000000", ALL, &alpn) ==
			   GNUTLS_A_DECODE_ERROR,
	   "... nor too much or too little");
	ok(extensions_alert("000b00100007" "0005" "0161" "026262", ALL,
			    &alpn) == GNUTLS_A_DECODE_ERROR &&
		   extensions_alert("000600100002" "0000", ALL, &alpn) ==
			   GNUTLS_A_DECODE_ERROR,
	   "... nor two protocols, or none");
}

static int request_alert(const char *hex, struct wire_reader *schemes)
{
	struct piece body = piece(hex);
	int alert = dtls13_certificate_request_read(body.data, body.len,
						    schemes);

	free(body.data);
	return alert;
}

static void test_certificate_request(void)
{
	uint8_t room[64];
	struct wire_writer writer = wire_writer(room, sizeof(room));
	struct wire_reader schemes;

	dtls13_certificate_request_write(&writer);
	ok(!dtls13_certificate_request_read(room, writer.len, &schemes) &&
		   wire_has_u16(schemes, 0x0403) &&
		   wire_has_u16(schemes, 0x0804) &&
		   wire_has_u16(schemes, 0x0807),
	   "a CertificateRequest is read as it was written");
	ok(request_alert("01610000", &schemes) == GNUTLS_A_ILLEGAL_PARAMETER,
	   "... a context is for later requests");
	ok(request_alert("000000", &schemes) == GNUTLS_A_MISSING_EXTENSION,
	   "... it has to say what is verified");
	ok(request_alert("000006000d00020000", &schemes) ==
			   GNUTLS_A_DECODE_ERROR &&
		   request_alert("000007000d0003000104", &schemes) ==
			   GNUTLS_A_DECODE_ERROR &&
		   request_alert("00", &schemes) == GNUTLS_A_DECODE_ERROR &&
		   request_alert("00000000", &schemes) ==
			   GNUTLS_A_DECODE_ERROR,
	   "... and to be whole");
}

static int certificate_alert(const char *hex, struct dtls13_chain *chain)
{
	struct piece body = piece(hex);
	int alert = dtls13_certificate_read(body.data, body.len, chain);

	free(body.data);
	return alert;
}

static void test_certificate(void)
{
	gnutls_certificate_credentials_t cred;
	struct dtls13_chain chain;
	struct cert cert;
	uint8_t room[4096];
	struct wire_writer writer = wire_writer(room, sizeof(room));
	gnutls_datum_t der = { NULL, 0 }, crt, key;

	cert_make(&cert, &(struct cert_order){ .cn = "x", .days_from = -1,
					       .days_to = 1 });
	crt = (gnutls_datum_t){ (void *)cert.cert_pem, strlen(cert.cert_pem) };
	key = (gnutls_datum_t){ (void *)cert.key_pem, strlen(cert.key_pem) };
	gnutls_certificate_allocate_credentials(&cred);
	gnutls_certificate_set_x509_key_mem(cred, &crt, &key,
					    GNUTLS_X509_FMT_PEM);
	dtls13_certificate_write(cred, &writer);
	gnutls_certificate_get_crt_raw(cred, 0, 0, &der);
	ok(!dtls13_certificate_read(room, writer.len, &chain) &&
		   chain.n == 1 && chain.der[0].size == der.size &&
		   !memcmp(chain.der[0].data, der.data, der.size),
	   "a Certificate is read as it was written");
	gnutls_certificate_free_credentials(cred);
	cert_free(&cert);
	writer = wire_writer(room, sizeof(room));
	dtls13_certificate_write(NULL, &writer);
	ok(!dtls13_certificate_read(room, writer.len, &chain) && !chain.n,
	   "... one without any");
	ok(certificate_alert("0161000000", &chain) ==
		   GNUTLS_A_ILLEGAL_PARAMETER, "... not with a context");
	ok(certificate_alert("00000006" "000001aa0000", &chain) == 0 &&
		   certificate_alert("00000005" "0000000000", &chain) ==
			   GNUTLS_A_DECODE_ERROR,
	   "... not with an empty entry");
	ok(certificate_alert("0000000a" "000001aa0004abcd0000", &chain) ==
		   GNUTLS_A_UNSUPPORTED_EXTENSION,
	   "... not with an answer to what nobody asked");
	ok(certificate_alert("", &chain) == GNUTLS_A_DECODE_ERROR &&
		   certificate_alert("00000006" "000001aa00", &chain) ==
			   GNUTLS_A_DECODE_ERROR &&
		   certificate_alert("00000004" "000002aa", &chain) ==
			   GNUTLS_A_DECODE_ERROR &&
		   certificate_alert("0000000000", &chain) ==
			   GNUTLS_A_DECODE_ERROR,
	   "... not cut off, nor with more behind it");
}

static void test_long_chain(void)
{
	char text[16 + 17 * 12 + 1];
	struct dtls13_chain chain;

	strcpy(text, "00000066");
	for (int i = 0; i < 17; i++)
		strcat(text, "000001aa0000");
	ok(certificate_alert(text, &chain) == GNUTLS_A_BAD_CERTIFICATE,
	   "a chain has an end");
}

static void test_certificate_verify(void)
{
	gnutls_datum_t signature = { (void *)"abc", 3 };
	struct wire_reader found;
	uint8_t room[16];
	struct wire_writer writer = wire_writer(room, sizeof(room));
	uint16_t scheme;

	dtls13_certificate_verify_write(0x0403, &signature, &writer);
	ok(!dtls13_certificate_verify_read(room, writer.len, &scheme,
					   &found) &&
		   scheme == 0x0403 && found.left == 3,
	   "a CertificateVerify is read as it was written");
	ok(dtls13_certificate_verify_read(room, writer.len - 1, &scheme,
					  &found) &&
		   dtls13_certificate_verify_read(room, writer.len + 1,
						  &scheme, &found) &&
		   dtls13_certificate_verify_read("\4\3\0\0", 4, &scheme,
						  &found),
	   "... not cut off, nor with more behind it, nor empty");
}

int main(void)
{
	test_encrypted_extensions();
	test_certificate_request();
	test_certificate();
	test_long_chain();
	test_certificate_verify();
	return done_testing();
}
