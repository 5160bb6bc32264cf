/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control records of TLS 1.2 and 1.3.
 */
#ifndef TSEC_RECORD_TLS_H
#define TSEC_RECORD_TLS_H

#include <linux/types.h>

#include "../record.h"

enum tsec_tls_limits {
	TSEC_TLS_HEADER_ROOM	= 5 + 8,	/* with GCM's nonce of 1.2 */
	TSEC_TLS_TRAILER_ROOM	= 1 + 16,	/* inner type and tag */
	TSEC_TLS_PAYLOAD_MAX	= 16384,	/* RFC 8446 section 5.1 */
	TSEC_TLS_MESSAGE_HEADER	= 4,		/* type and u24 length */
	TSEC_TLS_MESSAGE_MAX	= 65536,	/* longest handshake message */
	TSEC_TLS_ALERT_LEN	= 2,
	TSEC_TLS_KEY_UPDATE_LEN	= TSEC_TLS_MESSAGE_HEADER + 1,
	TSEC_TLS_UPDATES_MAX	= 32,		/* unasked, no data between */
	TSEC_TLS_WARNINGS_MAX	= 16,		/* no data between */
};

enum tsec_tls_record_type {
	TSEC_TLS_RECORD_CCS		= 20,
	TSEC_TLS_RECORD_ALERT		= 21,
	TSEC_TLS_RECORD_HANDSHAKE	= 22,
	TSEC_TLS_RECORD_DATA		= 23,
};

enum tsec_tls_message {
	TSEC_TLS_HELLO_REQUEST		= 0,
	TSEC_TLS_CLIENT_HELLO		= 1,
	TSEC_TLS_NEW_SESSION_TICKET	= 4,
	TSEC_TLS_CERTIFICATE_REQUEST	= 13,
	TSEC_TLS_KEY_UPDATE		= 24,
};

enum tsec_tls_alert_level {
	TSEC_TLS_ALERT_WARNING	= 1,
	TSEC_TLS_ALERT_FATAL	= 2,
};

/* The registry of alerts; the ones in use here have names. */
enum tsec_tls_alert {
	TSEC_TLS_ALERT_CLOSE_NOTIFY			= 0,
	TSEC_TLS_ALERT_UNEXPECTED_MESSAGE		= 10,
	TSEC_TLS_ALERT_BAD_RECORD_MAC			= 20,
	TSEC_TLS_ALERT_DECRYPTION_FAILED		= 21,
	TSEC_TLS_ALERT_RECORD_OVERFLOW			= 22,
	TSEC_TLS_ALERT_HANDSHAKE_FAILURE		= 40,
	TSEC_TLS_ALERT_BAD_CERTIFICATE			= 42,
	TSEC_TLS_ALERT_UNSUPPORTED_CERTIFICATE		= 43,
	TSEC_TLS_ALERT_CERTIFICATE_REVOKED		= 44,
	TSEC_TLS_ALERT_CERTIFICATE_EXPIRED		= 45,
	TSEC_TLS_ALERT_CERTIFICATE_UNKNOWN		= 46,
	TSEC_TLS_ALERT_ILLEGAL_PARAMETER		= 47,
	TSEC_TLS_ALERT_UNKNOWN_CA			= 48,
	TSEC_TLS_ALERT_ACCESS_DENIED			= 49,
	TSEC_TLS_ALERT_DECODE_ERROR			= 50,
	TSEC_TLS_ALERT_DECRYPT_ERROR			= 51,
	TSEC_TLS_ALERT_PROTOCOL_VERSION			= 70,
	TSEC_TLS_ALERT_INSUFFICIENT_SECURITY		= 71,
	TSEC_TLS_ALERT_INTERNAL_ERROR			= 80,
	TSEC_TLS_ALERT_INAPPROPRIATE_FALLBACK		= 86,
	TSEC_TLS_ALERT_USER_CANCELED			= 90,
	TSEC_TLS_ALERT_NO_RENEGOTIATION			= 100,
	TSEC_TLS_ALERT_MISSING_EXTENSION		= 109,
	TSEC_TLS_ALERT_UNSUPPORTED_EXTENSION		= 110,
	TSEC_TLS_ALERT_UNRECOGNIZED_NAME		= 112,
	TSEC_TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE	= 113,
	TSEC_TLS_ALERT_UNKNOWN_PSK_IDENTITY		= 115,
	TSEC_TLS_ALERT_CERTIFICATE_REQUIRED		= 116,
	TSEC_TLS_ALERT_NO_APPLICATION_PROTOCOL		= 120,
};

/**
 * struct tsec_tls_rx - receiver of the control records of one session
 * @buf: a handshake message that came in part, NULL if there is none
 * @have: bytes in @buf
 * @room: bytes that @buf can hold
 * @version: TSEC_VERSION_TLS_1_2 or TSEC_VERSION_TLS_1_3
 * @role: enum tsec_role of this end
 * @updates: KeyUpdates that nobody asked for since data last went either way
 * @warnings: warnings since the last data
 * @update_due: this end has asked for a KeyUpdate
 * @ended: close_notify or a fatal alert came: what follows is ignored
 * @failed: the alert of a violation: what follows is refused
 *
 * The caller serialises all calls for one receiver, tsec_tls_update_asked()
 * excepted.
 */
struct tsec_tls_rx {
	u8 *buf;
	u32 have;
	u32 room;
	u16 version;
	u8 role;
	u8 updates;
	u8 warnings;
	u8 failed;
	bool update_due;
	bool ended;
};

extern const struct tsec_record_ops tsec_record_tls_ops;

void tsec_tls_rx_init(struct tsec_tls_rx *rx, u16 version, u8 role);
void tsec_tls_rx_free(struct tsec_tls_rx *rx);
int tsec_tls_control(struct tsec_tls_rx *rx, struct tsec_record_input *in,
		     struct tsec_record_event *ev);
int tsec_tls_data(struct tsec_tls_rx *rx, struct tsec_record_event *ev);
void tsec_tls_update_asked(struct tsec_tls_rx *rx);
void tsec_tls_data_sent(struct tsec_tls_rx *rx);

int tsec_tls_alert_errno(u8 description);
const char *tsec_tls_alert_name(u8 description);
size_t tsec_tls_build_alert(u8 *buf, u8 description);
size_t tsec_tls_build_key_update(u8 *buf, bool request);

#endif /* TSEC_RECORD_TLS_H */
