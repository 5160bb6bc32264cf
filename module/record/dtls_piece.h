/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DTLS: a first message that takes more than one datagram.
 */
#ifndef TSEC_RECORD_DTLS_PIECE_H
#define TSEC_RECORD_DTLS_PIECE_H

#include "../packet.h"

bool tsec_dtls_piece_read(const u8 *data, size_t len,
			  struct tsec_packet_piece *piece);
void tsec_dtls_piece_whole(u8 *data, size_t len);

#endif /* TSEC_RECORD_DTLS_PIECE_H */
