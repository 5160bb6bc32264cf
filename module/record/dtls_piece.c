// SPDX-License-Identifier: GPL-2.0
/*
 * DTLS: a first message that takes more than one datagram (RFC 9147 section
 * 5.5, RFC 6347 section 4.2.3).
 *
 * The record is in the clear.  A piece begins with the headers of record and
 * message, and so does what becomes of all of them.
 */
#include <linux/kernel.h>
#include <uapi/linux/tsec.h>

#include "../compat.h"
#include "dtls_piece.h"
#include "tls.h"

enum piece_layout {
	AT_EPOCH	= 3,
	AT_RECORD_LEN	= 11,
	AT_MESSAGE	= 13,
	AT_LEN		= AT_MESSAGE + 1,
	AT_SEQ		= AT_MESSAGE + 4,
	AT_OFFSET	= AT_MESSAGE + 6,
	AT_PIECE_LEN	= AT_MESSAGE + 9,
	AT_BODY		= AT_MESSAGE + 12,
	CLIENT_HELLO	= 1,
};

/* Of a ClientHello, in a record that fills the datagram. */
static bool is_hello(const u8 *data, size_t len)
{
	return len > AT_BODY && data[0] == TSEC_TLS_RECORD_HANDSHAKE &&
	       data[AT_MESSAGE] == CLIENT_HELLO &&
	       !get_unaligned_be16(data + AT_EPOCH) &&
	       get_unaligned_be16(data + AT_RECORD_LEN) == len - AT_MESSAGE &&
	       get_unaligned_be24(data + AT_PIECE_LEN) == len - AT_BODY;
}

/**
 * tsec_dtls_piece_read() - is a datagram a piece of a first message?
 * @data: the datagram
 * @len: bytes of @data
 * @piece: set to what it tells of itself
 *
 * Context: Any.
 * Return: false if it is anything else, the whole message included.
 */
bool tsec_dtls_piece_read(const u8 *data, size_t len,
			  struct tsec_packet_piece *piece)
{
	if (!is_hello(data, len))
		return false;
	piece->header = AT_BODY;
	piece->seq = get_unaligned_be16(data + AT_SEQ);
	piece->total = get_unaligned_be24(data + AT_LEN);
	piece->offset = get_unaligned_be24(data + AT_OFFSET);
	piece->len = len - AT_BODY;
	return piece->len < piece->total &&
	       piece->offset <= piece->total - piece->len;
}

/**
 * tsec_dtls_piece_whole() - make one record of all the pieces
 * @data: the headers of the first one, and the message
 * @len: bytes of @data
 *
 * Context: Any.
 */
void tsec_dtls_piece_whole(u8 *data, size_t len)
{
	put_unaligned_be16(len - AT_MESSAGE, data + AT_RECORD_LEN);
	put_unaligned_be24(len - AT_BODY, data + AT_PIECE_LEN);
}
