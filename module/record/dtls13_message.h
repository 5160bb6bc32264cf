/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What DTLS 1.3 has after the handshake: KeyUpdates, and acknowledgements.
 */
#ifndef TSEC_RECORD_DTLS13_MESSAGE_H
#define TSEC_RECORD_DTLS13_MESSAGE_H

#include <linux/types.h>

enum tsec_dtls13_message_limits {
	TSEC_DTLS13_MESSAGE_HEADER = 12,
	TSEC_DTLS13_KEY_UPDATE_LEN = TSEC_DTLS13_MESSAGE_HEADER + 1,
	TSEC_DTLS13_ACK_LEN	= 2 + 16,	/* of one record */
};

/**
 * struct tsec_dtls13_message - a handshake message that came in one piece, or
 *	the beginning of a fragment of it
 * @type: its type (RFC 8446 section 4)
 * @seq: its number
 * @request: of a KeyUpdate: the peer asks this end to renew its key as well
 */
struct tsec_dtls13_message {
	u8 type;
	u16 seq;
	bool request;
};

int tsec_dtls13_message_read(const u8 *data, size_t len,
			     struct tsec_dtls13_message *message);
void tsec_dtls13_key_update_build(u8 *buf, u16 seq, bool request);
void tsec_dtls13_ack_build(u8 *buf, u64 epoch, u64 seq);
bool tsec_dtls13_ack_has(const u8 *data, size_t len, u64 epoch, u64 seq);

#endif /* TSEC_RECORD_DTLS13_MESSAGE_H */
