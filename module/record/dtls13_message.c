// SPDX-License-Identifier: GPL-2.0
/*
 * What DTLS 1.3 has after the handshake: KeyUpdates (RFC 9147 section 8, RFC
 * 8446 section 4.6.3), new connection IDs (RFC 9147 section 9), and
 * acknowledgments (RFC 9147 section 7).
 *
 * The records come decrypted and authenticated.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../compat.h"
#include "../packet.h"
#include "dtls13_message.h"
#include "tls.h"

enum message_layout {
	AT_LENGTH	= 1,	/* of the whole message */
	AT_SEQ		= 4,
	AT_FRAGMENT	= 6,	/* its offset */
	AT_FRAGMENT_LEN	= 9,
	AT_BODY		= TSEC_DTLS13_MESSAGE_HEADER,
	NUMBER_LEN	= 16,	/* epoch and number of a record */
};

enum id_usage {
	AT_ONCE		= 0,	/* cid_immediate */
	SPARE		= 1,	/* cid_spare */
};

static bool is_whole(const u8 *data, size_t len)
{
	return !get_unaligned_be24(data + AT_FRAGMENT) &&
	       get_unaligned_be24(data + AT_FRAGMENT_LEN) == len - AT_BODY &&
	       get_unaligned_be24(data + AT_LENGTH) == len - AT_BODY;
}

static int update_read(const u8 *data, size_t len,
		       struct tsec_dtls13_message *message)
{
	if (len != TSEC_DTLS13_KEY_UPDATE_LEN || !is_whole(data, len) ||
	    data[AT_BODY] > 1)
		return -EINVAL;
	message->request = data[AT_BODY];
	return 0;
}

/* The first one in the list that fits; false if the list is malformed. */
static bool id_choose(const u8 *list, size_t len,
		      struct tsec_dtls13_message *message)
{
	const u8 *end = list + len;

	while (list < end) {
		if (*list > end - list - 1)
			return false;
		if (!message->id && *list && *list <= TSEC_PACKET_CID_MAX) {
			message->id = list + 1;
			message->id_len = *list;
		}
		list += 1 + *list;
	}
	return true;
}

/* A list in pieces is longer than there is use for: it may as well be spare. */
static int new_ids_read(const u8 *data, size_t len,
			struct tsec_dtls13_message *message)
{
	size_t list_len;

	if (!is_whole(data, len))
		return 0;
	if (len < TSEC_DTLS13_NEW_IDS_LEN)
		return -EINVAL;
	list_len = get_unaligned_be16(data + AT_BODY);
	if (list_len != len - TSEC_DTLS13_NEW_IDS_LEN ||
	    data[len - 1] > SPARE ||
	    !id_choose(data + AT_BODY + 2, list_len, message))
		return -EINVAL;
	if (data[len - 1] == SPARE)
		message->id = NULL;
	return 0;
}

/* It says how many are wished for. */
static int request_read(const u8 *data, size_t len)
{
	return is_whole(data, len) && len != AT_BODY + 1 ? -EINVAL : 0;
}

/**
 * tsec_dtls13_message_read() - read a record with handshake messages
 * @data: the record's content
 * @len: bytes of @data
 * @message: set to its first message
 *
 * Context: Any.
 * Return: 0, or -EINVAL if it is malformed: cut off, or a KeyUpdate that is
 * not one record.
 */
int tsec_dtls13_message_read(const u8 *data, size_t len,
			     struct tsec_dtls13_message *message)
{
	size_t piece;

	if (len < AT_BODY)
		return -EINVAL;
	piece = get_unaligned_be24(data + AT_FRAGMENT_LEN);
	if (piece > len - AT_BODY ||
	    get_unaligned_be24(data + AT_FRAGMENT) + piece >
	    get_unaligned_be24(data + AT_LENGTH))
		return -EINVAL;
	message->type = data[0];
	message->seq = get_unaligned_be16(data + AT_SEQ);
	message->request = false;
	message->id = NULL;
	message->id_len = 0;
	switch (message->type) {
	case TSEC_TLS_KEY_UPDATE:
		return update_read(data, len, message);
	case TSEC_DTLS13_NEW_IDS:
		return new_ids_read(data, len, message);
	case TSEC_DTLS13_REQUEST_IDS:
		return request_read(data, len);
	default:
		return 0;
	}
}

/**
 * tsec_dtls13_message_build() - give a message the header of DTLS
 * @buf: gets TSEC_DTLS13_MESSAGE_HEADER bytes, and @len without the header
 * @message: the message, with the header that TLS gives it
 * @len: bytes of @message
 *
 * Its number is for tsec_dtls13_message_number() to set.
 *
 * Context: Any.
 * Return: 0, or -EINVAL if @len is not what the header says.
 */
int tsec_dtls13_message_build(u8 *buf, const u8 *message, size_t len)
{
	if (len < TSEC_TLS_MESSAGE_HEADER ||
	    get_unaligned_be24(message + AT_LENGTH) !=
	    len - TSEC_TLS_MESSAGE_HEADER)
		return -EINVAL;
	len -= TSEC_TLS_MESSAGE_HEADER;
	memset(buf, 0, AT_BODY);
	memcpy(buf, message, TSEC_TLS_MESSAGE_HEADER);
	put_unaligned_be24(len, buf + AT_FRAGMENT_LEN);
	memcpy(buf + AT_BODY, message + TSEC_TLS_MESSAGE_HEADER, len);
	return 0;
}

/**
 * tsec_dtls13_message_number() - set the number of a message
 * @buf: the message
 * @seq: its number
 *
 * Context: Any.
 */
void tsec_dtls13_message_number(u8 *buf, u16 seq)
{
	put_unaligned_be16(seq, buf + AT_SEQ);
}

/**
 * tsec_dtls13_key_update_build() - write a KeyUpdate
 * @buf: gets TSEC_DTLS13_KEY_UPDATE_LEN bytes
 * @seq: the message's number
 * @request: ask the peer to renew its key as well
 *
 * Context: Any.
 */
void tsec_dtls13_key_update_build(u8 *buf, u16 seq, bool request)
{
	memset(buf, 0, TSEC_DTLS13_KEY_UPDATE_LEN);
	buf[0] = TSEC_TLS_KEY_UPDATE;
	put_unaligned_be24(1, buf + AT_LENGTH);
	put_unaligned_be16(seq, buf + AT_SEQ);
	put_unaligned_be24(1, buf + AT_FRAGMENT_LEN);
	buf[AT_BODY] = request;
}

/**
 * tsec_dtls13_new_ids_build() - write a NewConnectionId that brings none
 * @buf: gets TSEC_DTLS13_NEW_IDS_LEN bytes
 * @seq: the message's number
 *
 * Context: Any.
 */
void tsec_dtls13_new_ids_build(u8 *buf, u16 seq)
{
	memset(buf, 0, TSEC_DTLS13_NEW_IDS_LEN);
	buf[0] = TSEC_DTLS13_NEW_IDS;
	put_unaligned_be24(TSEC_DTLS13_NEW_IDS_LEN - AT_BODY, buf + AT_LENGTH);
	put_unaligned_be16(seq, buf + AT_SEQ);
	put_unaligned_be24(TSEC_DTLS13_NEW_IDS_LEN - AT_BODY,
			   buf + AT_FRAGMENT_LEN);
	buf[TSEC_DTLS13_NEW_IDS_LEN - 1] = SPARE;
}

/**
 * tsec_dtls13_ack_build() - write the acknowledgment of a record
 * @buf: gets TSEC_DTLS13_ACK_LEN bytes
 * @epoch: the record's epoch
 * @seq: its number
 *
 * Context: Any.
 */
void tsec_dtls13_ack_build(u8 *buf, u64 epoch, u64 seq)
{
	put_unaligned_be16(NUMBER_LEN, buf);
	put_unaligned_be64(epoch, buf + 2);
	put_unaligned_be64(seq, buf + 2 + sizeof(epoch));
}

/**
 * tsec_dtls13_ack_has() - does an acknowledgment tell of a record?
 * @data: the acknowledgment
 * @len: bytes of @data
 * @epoch: the record's epoch
 * @seq: its number
 *
 * Context: Any.
 * Return: true if it does; false also if it is malformed.
 */
bool tsec_dtls13_ack_has(const u8 *data, size_t len, u64 epoch, u64 seq)
{
	const u8 *p;

	if (len < 2 || get_unaligned_be16(data) != len - 2 ||
	    (len - 2) % NUMBER_LEN)
		return false;
	for (p = data + 2; p < data + len; p += NUMBER_LEN)
		if (get_unaligned_be64(p) == epoch &&
		    get_unaligned_be64(p + sizeof(epoch)) == seq)
			return true;
	return false;
}
