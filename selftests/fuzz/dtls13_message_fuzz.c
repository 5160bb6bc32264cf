// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: what DTLS 1.3 has after the handshake, as
 * module/record/dtls13_message.c reads it.
 *
 * The first byte of the input chooses: a message, or an acknowledgment of the
 * record whose epoch and number come first.  The rest stands in memory of just
 * its size.
 */
#include <linux/errno.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "packet.h"
#include "record/dtls13_message.h"
#include "record/tls.h"

static void message(const u8 *data, size_t len)
{
	struct tsec_dtls13_message message;

	memset(&message, 0xff, sizeof(message));
	if (tsec_dtls13_message_read(data, len, &message))
		return;
	if (message.request && message.type != TSEC_TLS_KEY_UPDATE)
		abort();
	if (!message.id)
		return;
	if (message.type != TSEC_DTLS13_NEW_IDS || !message.id_len ||
	    message.id_len > TSEC_PACKET_CID_MAX ||
	    message.id < data + TSEC_DTLS13_MESSAGE_HEADER ||
	    message.id + message.id_len > data + len)
		abort();
}

/* Once more, as this end would have said it. */
static void ack(const u8 *data, size_t len)
{
	u8 own[TSEC_DTLS13_ACK_LEN];
	u64 number[2];

	if (len < sizeof(number))
		return;
	memcpy(number, data, sizeof(number));
	data += sizeof(number);
	len -= sizeof(number);
	tsec_dtls13_ack_build(own, number[0], number[1]);
	if (!tsec_dtls13_ack_has(own, sizeof(own), number[0], number[1]))
		abort();
	if (tsec_dtls13_ack_has(data, len, number[0], number[1]) &&
	    (len < sizeof(own) || (len - 2) % 16))
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	u8 *copy;

	if (!len)
		return 0;
	copy = copy_of(data + 1, len - 1);
	if (*data & 1)
		message(copy, len - 1);
	else
		ack(copy, len - 1);
	free(copy);
	return 0;
}
