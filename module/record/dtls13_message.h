/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What DTLS 1.3 has after the handshake: KeyUpdates, tickets, and
 * acknowledgements.
 */
#ifndef TSEC_RECORD_DTLS13_MESSAGE_H
#define TSEC_RECORD_DTLS13_MESSAGE_H

#include <linux/types.h>

enum tsec_dtls13_message_limits {
	TSEC_DTLS13_MESSAGE_HEADER = 12,
	TSEC_DTLS13_KEY_UPDATE_LEN = TSEC_DTLS13_MESSAGE_HEADER + 1,
	TSEC_DTLS13_ACK_LEN	= 2 + 16,	/* of one record */
	/* Without any. */
	TSEC_DTLS13_NEW_IDS_LEN = TSEC_DTLS13_MESSAGE_HEADER + 2 + 1,
};

/* Types of messages are those of TLS, and these (RFC 9147 section 9). */
enum tsec_dtls13_message_type {
	TSEC_DTLS13_REQUEST_IDS	= 9,	/* RequestConnectionId */
	TSEC_DTLS13_NEW_IDS	= 10,	/* NewConnectionId */
};

/**
 * struct tsec_dtls13_message - a handshake message that came in one piece, or
 *	the beginning of a fragment of it
 * @type: its type (RFC 8446 section 4)
 * @seq: its number
 * @request: of a KeyUpdate: the peer asks this end to renew its key as well
 * @id: of a NewConnectionId: the connection ID to use at once, in the record's
 *	content; NULL if the old one will do, or none of the new ones fits
 * @id_len: bytes of @id
 */
struct tsec_dtls13_message {
	u8 type;
	u16 seq;
	bool request;
	const u8 *id;
	u8 id_len;
};

int tsec_dtls13_message_read(const u8 *data, size_t len,
			     struct tsec_dtls13_message *message);
int tsec_dtls13_message_build(u8 *buf, const u8 *message, size_t len);
void tsec_dtls13_message_number(u8 *buf, u16 seq);
void tsec_dtls13_key_update_build(u8 *buf, u16 seq, bool request);
void tsec_dtls13_new_ids_build(u8 *buf, u16 seq);
void tsec_dtls13_ack_build(u8 *buf, u64 epoch, u64 seq);
bool tsec_dtls13_ack_has(const u8 *data, size_t len, u64 epoch, u64 seq);

#endif /* TSEC_RECORD_DTLS13_MESSAGE_H */
