// SPDX-License-Identifier: GPL-2.0
/* What the library and the peer complain about, as errno and sentence. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "tls.h"

struct mapping {
	int code; /* of the library, or an alert */
	int status;
	const char *text; /* NULL: the library's own */
};

static const struct mapping errors[] = {
	{ GNUTLS_E_NO_CIPHER_SUITES, EPROTONOSUPPORT,
	  "no version, cipher or key exchange is common with the peer" },
	{ GNUTLS_E_UNSUPPORTED_VERSION_PACKET, EPROTONOSUPPORT,
	  "no TLS version is common with the peer" },
	{ GNUTLS_E_NO_COMMON_KEY_SHARE, EPROTONOSUPPORT,
	  "no key exchange group is common with the peer" },
	{ GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM, EPROTONOSUPPORT,
	  "no signature algorithm is common with the peer" },
	{ GNUTLS_E_NO_APPLICATION_PROTOCOL, EPROTONOSUPPORT,
	  "no application protocol (ALPN) is common with the peer" },
	{ GNUTLS_E_INAPPROPRIATE_FALLBACK, EPROTONOSUPPORT,
	  "the peer fell back to a lower TLS version than it could" },
	{ GNUTLS_E_NO_CERTIFICATE_FOUND, EKEYREJECTED,
	  "the peer has shown no certificate" },
	{ GNUTLS_E_CERTIFICATE_REQUIRED, EKEYREJECTED,
	  "the peer has shown no certificate" },
	{ GNUTLS_E_CERTIFICATE_ERROR, EKEYREJECTED, NULL },
	{ GNUTLS_E_PK_SIG_VERIFY_FAILED, EKEYREJECTED,
	  "the peer cannot prove that its certificate is its own" },
	{ GNUTLS_E_INSUFFICIENT_CREDENTIALS, ENOKEY,
	  "there is no certificate or key of the kind that the peer wants" },
	{ GNUTLS_E_PREMATURE_TERMINATION, ECONNRESET,
	  "the peer closed the connection in the midst of the handshake" },
	{ GNUTLS_E_PULL_ERROR, ECONNRESET,
	  "the connection broke in the midst of the handshake" },
	{ GNUTLS_E_PUSH_ERROR, ECONNRESET,
	  "the connection broke in the midst of the handshake" },
	{ GNUTLS_E_UNEXPECTED_PACKET_LENGTH, EPROTO,
	  "the peer does not speak TLS" },
	{ GNUTLS_E_DECRYPTION_FAILED, EPROTO,
	  "the peer's message cannot be decrypted; it may be a refusal of our "
	  "certificate, sent in the clear" },
	{ GNUTLS_E_TIMEDOUT, ETIMEDOUT, "the handshake took too long" },
	{ GNUTLS_E_MEMORY_ERROR, ENOMEM, "out of memory" },
};

static const struct mapping alerts[] = {
	{ GNUTLS_A_BAD_CERTIFICATE, EKEYREJECTED, NULL },
	{ GNUTLS_A_UNSUPPORTED_CERTIFICATE, EKEYREJECTED, NULL },
	{ GNUTLS_A_CERTIFICATE_REVOKED, EKEYREVOKED, NULL },
	{ GNUTLS_A_CERTIFICATE_EXPIRED, EKEYEXPIRED, NULL },
	{ GNUTLS_A_CERTIFICATE_UNKNOWN, EKEYREJECTED, NULL },
	{ GNUTLS_A_UNKNOWN_CA, EKEYREJECTED, NULL },
	{ GNUTLS_A_ACCESS_DENIED, EKEYREJECTED, NULL },
	{ GNUTLS_A_DECRYPT_ERROR, EKEYREJECTED, NULL },
	{ GNUTLS_A_UNKNOWN_PSK_IDENTITY, EKEYREJECTED, NULL },
	{ GNUTLS_A_CERTIFICATE_REQUIRED, EKEYREJECTED, NULL },
	{ GNUTLS_A_PROTOCOL_VERSION, EPROTONOSUPPORT, NULL },
	{ GNUTLS_A_INSUFFICIENT_SECURITY, EPROTONOSUPPORT, NULL },
	{ GNUTLS_A_HANDSHAKE_FAILURE, EPROTONOSUPPORT, NULL },
	{ GNUTLS_A_NO_APPLICATION_PROTOCOL, EPROTONOSUPPORT, NULL },
};

#define FIND(table, code) find(table, sizeof(table) / sizeof(table[0]), code)

static const struct mapping *find(const struct mapping *table, size_t n,
				  int code)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].code == code)
			return &table[i];
	return NULL;
}

int tls_error_alert(struct tls *tls, unsigned int alert)
{
	const struct mapping *known = FIND(alerts, (int)alert);
	const char *name = gnutls_alert_get_name(alert);

	tls->over = true;
	return reason_set(&tls->handshake->reason,
			  known ? known->status : EPROTO,
			  "the peer refused the handshake: alert %d (%s)",
			  (int)alert, name ? name : "unknown");
}

static bool peer_is_gone(int ret)
{
	return ret == GNUTLS_E_FATAL_ALERT_RECEIVED ||
	       ret == GNUTLS_E_PREMATURE_TERMINATION ||
	       ret == GNUTLS_E_PULL_ERROR || ret == GNUTLS_E_PUSH_ERROR;
}

/* To the library, a message that is cut off is one of wrong length. */
static bool is_cut_off(const struct tls *tls, int ret)
{
	char byte;

	return ret == GNUTLS_E_UNEXPECTED_PACKET_LENGTH &&
	       recv(tls->handshake->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* With a PSK, what is malformed to the library is a proof that is wrong. */
static bool is_wrong_psk(const struct tls *tls, int ret)
{
	return (tls->psks || tls->has_psk) &&
	       (ret == GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER ||
		ret == GNUTLS_E_DECRYPTION_FAILED ||
		ret == GNUTLS_E_ERROR_IN_FINISHED_PACKET);
}

int tls_error(struct tls *tls, int ret)
{
	struct reason *reason = &tls->handshake->reason;
	const struct mapping *known;

	if (is_cut_off(tls, ret))
		ret = GNUTLS_E_PREMATURE_TERMINATION;
	known = FIND(errors, ret);
	tls->over = peer_is_gone(ret);
	if (ret == GNUTLS_E_FATAL_ALERT_RECEIVED)
		return tls_error_alert(tls, gnutls_alert_get(tls->session));
	if (!reason->status && tls->alert < 0)
		tls->alert = gnutls_error_to_alert(ret, NULL);
	if (is_wrong_psk(tls, ret)) {
		tls->alert = GNUTLS_A_DECRYPT_ERROR;
		return reason_set(reason, EKEYREJECTED,
				  "the peer has another PSK");
	}
	if (ret == GNUTLS_E_INSUFFICIENT_CREDENTIALS && tls->has_psk)
		return reason_set(reason, EKEYREJECTED,
				  "the peer wants a certificate, not the PSK");
	if (known && known->text)
		return reason_set(reason, known->status, "%s", known->text);
	return reason_set(reason, known ? known->status : EPROTO,
			  "the handshake failed: %s", gnutls_strerror(ret));
}

gnutls_alert_description_t tls_alert_of(const struct tls *tls)
{
	if (tls->alert >= 0)
		return tls->alert;
	switch (tls->handshake->reason.status) {
	case EKEYREJECTED:
		return GNUTLS_A_BAD_CERTIFICATE;
	case EPROTONOSUPPORT:
		return GNUTLS_A_HANDSHAKE_FAILURE;
	default:
		return GNUTLS_A_INTERNAL_ERROR;
	}
}
