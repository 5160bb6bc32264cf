// SPDX-License-Identifier: GPL-2.0
/*
 * Return routability checks of DTLS (RFC 9853): a peer shows that it gets what
 * is sent to its new address.
 *
 *	type | cookie
 */
#include <linux/string.h>

#include "rrc.h"

/**
 * tsec_rrc_build() - write a message
 * @buf: TSEC_RRC_LEN bytes
 * @type: what it says
 * @cookie: TSEC_RRC_COOKIE_LEN bytes
 */
void tsec_rrc_build(u8 *buf, enum tsec_rrc_type type, const u8 *cookie)
{
	buf[0] = type;
	memcpy(buf + 1, cookie, TSEC_RRC_COOKIE_LEN);
}

/**
 * tsec_rrc_parse() - read a message
 * @data: the content of a record of type TSEC_RRC_CONTENT
 * @len: bytes of @data
 * @type: set to what it says
 *
 * Return: its cookie, in @data; NULL for what is no message, or one of a type
 * that is still to come, which is to be ignored.
 */
const u8 *tsec_rrc_parse(const u8 *data, size_t len, enum tsec_rrc_type *type)
{
	if (len != TSEC_RRC_LEN || data[0] > TSEC_RRC_DROP)
		return NULL;
	*type = data[0];
	return data + 1;
}
