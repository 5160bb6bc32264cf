// SPDX-License-Identifier: GPL-2.0
/*
 * Alerts of TLS 1.2 and 1.3: their names, what a program is told of them, and
 * how they are written.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "tls.h"

/**
 * struct alert - an alert that has a name
 * @description: its number
 * @name: its name
 * @err: positive errno for the program that receives it
 */
struct alert {
	u8 description;
	const char *name;
	int err;
};

static const struct alert unknown_alert = {
	.name	= "unknown alert",
	.err	= EPROTO,
};

static const struct alert alerts[] = {
	{ TSEC_TLS_ALERT_CLOSE_NOTIFY, "close_notify", ECONNABORTED },
	{ TSEC_TLS_ALERT_UNEXPECTED_MESSAGE, "unexpected_message", EPROTO },
	{ TSEC_TLS_ALERT_BAD_RECORD_MAC, "bad_record_mac", EBADMSG },
	{ TSEC_TLS_ALERT_DECRYPTION_FAILED, "decryption_failed", EBADMSG },
	{ TSEC_TLS_ALERT_RECORD_OVERFLOW, "record_overflow", EPROTO },
	{ TSEC_TLS_ALERT_HANDSHAKE_FAILURE, "handshake_failure",
	  EPROTONOSUPPORT },
	{ TSEC_TLS_ALERT_BAD_CERTIFICATE, "bad_certificate", EKEYREJECTED },
	{ TSEC_TLS_ALERT_UNSUPPORTED_CERTIFICATE, "unsupported_certificate",
	  EKEYREJECTED },
	{ TSEC_TLS_ALERT_CERTIFICATE_REVOKED, "certificate_revoked",
	  EKEYREVOKED },
	{ TSEC_TLS_ALERT_CERTIFICATE_EXPIRED, "certificate_expired",
	  EKEYEXPIRED },
	{ TSEC_TLS_ALERT_CERTIFICATE_UNKNOWN, "certificate_unknown",
	  EKEYREJECTED },
	{ TSEC_TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter", EPROTO },
	{ TSEC_TLS_ALERT_UNKNOWN_CA, "unknown_ca", EKEYREJECTED },
	{ TSEC_TLS_ALERT_ACCESS_DENIED, "access_denied", EKEYREJECTED },
	{ TSEC_TLS_ALERT_DECODE_ERROR, "decode_error", EPROTO },
	{ TSEC_TLS_ALERT_DECRYPT_ERROR, "decrypt_error", EKEYREJECTED },
	{ TSEC_TLS_ALERT_PROTOCOL_VERSION, "protocol_version",
	  EPROTONOSUPPORT },
	{ TSEC_TLS_ALERT_INSUFFICIENT_SECURITY, "insufficient_security",
	  EPROTONOSUPPORT },
	{ TSEC_TLS_ALERT_INTERNAL_ERROR, "internal_error", EPROTO },
	{ TSEC_TLS_ALERT_INAPPROPRIATE_FALLBACK, "inappropriate_fallback",
	  EPROTONOSUPPORT },
	{ TSEC_TLS_ALERT_USER_CANCELED, "user_canceled", ECONNABORTED },
	{ TSEC_TLS_ALERT_NO_RENEGOTIATION, "no_renegotiation", EPROTO },
	{ TSEC_TLS_ALERT_MISSING_EXTENSION, "missing_extension", EPROTO },
	{ TSEC_TLS_ALERT_UNSUPPORTED_EXTENSION, "unsupported_extension",
	  EPROTO },
	{ TSEC_TLS_ALERT_UNRECOGNIZED_NAME, "unrecognized_name", EPROTO },
	{ TSEC_TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE,
	  "bad_certificate_status_response", EKEYREJECTED },
	{ TSEC_TLS_ALERT_UNKNOWN_PSK_IDENTITY, "unknown_psk_identity",
	  ENOKEY },
	{ TSEC_TLS_ALERT_CERTIFICATE_REQUIRED, "certificate_required",
	  EKEYREJECTED },
	{ TSEC_TLS_ALERT_NO_APPLICATION_PROTOCOL, "no_application_protocol",
	  EPROTONOSUPPORT },
};

static const struct alert *alert_find(u8 description)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(alerts); i++)
		if (alerts[i].description == description)
			return &alerts[i];
	return &unknown_alert;
}

/**
 * tsec_tls_alert_errno() - what a program is told of an alert
 * @description: the alert that the peer sent
 *
 * Context: Any.
 * Return: a positive errno, EPROTO if the alert is unknown.
 */
int tsec_tls_alert_errno(u8 description)
{
	return alert_find(description)->err;
}

/**
 * tsec_tls_alert_name() - what people call an alert
 * @description: the alert
 *
 * Context: Any.
 * Return: its name as in RFC 8446 section 6, "unknown alert" if it has none.
 */
const char *tsec_tls_alert_name(u8 description)
{
	return alert_find(description)->name;
}

static bool is_warning(u8 description)
{
	return description == TSEC_TLS_ALERT_CLOSE_NOTIFY ||
	       description == TSEC_TLS_ALERT_USER_CANCELED ||
	       description == TSEC_TLS_ALERT_NO_RENEGOTIATION;
}

/**
 * tsec_tls_build_alert() - write an alert
 * @buf: TSEC_TLS_ALERT_LEN bytes
 * @description: the alert
 *
 * Context: Any.
 * Return: its length.
 */
size_t tsec_tls_build_alert(u8 *buf, u8 description)
{
	buf[0] = is_warning(description) ? TSEC_TLS_ALERT_WARNING :
					   TSEC_TLS_ALERT_FATAL;
	buf[1] = description;
	return TSEC_TLS_ALERT_LEN;
}
