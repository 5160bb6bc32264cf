// SPDX-License-Identifier: GPL-2.0
/*
 * The table of record protocols.
 */
#include <linux/kernel.h>

#include "packet.h"
#include "record.h"
#include "record/dtls.h"
#include "record/esp.h"
#include "record/srtp.h"
#include "record/tls.h"
#include "record/wireguard.h"

static const struct tsec_record_ops *const protocols[] = {
	&tsec_record_tls_ops,
	&tsec_record_dtls_ops,
	&tsec_record_srtp_ops,
	&tsec_record_esp_ops,
	&tsec_record_wireguard_ops,
};

/**
 * tsec_record_ops_find() - look a record protocol up
 * @protocol: enum tsec_protocol, other than TSEC_PROTO_DEFAULT
 *
 * Context: Any.
 * Return: the protocol, or NULL if it is unknown.
 */
const struct tsec_record_ops *tsec_record_ops_find(u8 protocol)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i]->protocol == protocol)
			return protocols[i];
	return NULL;
}

/**
 * tsec_record_peek() - read the outside of a datagram of any version
 * @record: a protocol over datagrams
 * @data: the datagram
 * @len: bytes of it
 * @cid_len: bytes of the connection IDs that this end hands out
 * @header: set to what its first record shows
 *
 * No record looks like one of another version.
 *
 * Context: Any.
 * Return: whose record it is, or NULL if it is none of the protocol.
 */
const struct tsec_packet_ops *
tsec_record_peek(const struct tsec_record_ops *record, const u8 *data,
		 size_t len, u8 cid_len, struct tsec_packet_header *header)
{
	const struct tsec_packet_ops *ops = record->packet;

	if (!ops->peek(data, len, cid_len, header))
		return ops;
	if (!record->packet_of)
		return NULL;
	ops = record->packet_of(record->version_max);
	return ops->peek(data, len, cid_len, header) ? NULL : ops;
}
