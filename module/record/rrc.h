/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Return routability checks of DTLS (RFC 9853).
 */
#ifndef TSEC_RECORD_RRC_H
#define TSEC_RECORD_RRC_H

#include <linux/types.h>

enum tsec_rrc_layout {
	TSEC_RRC_CONTENT	= 27,	/* the content type of its records */
	TSEC_RRC_COOKIE_LEN	= 8,
	TSEC_RRC_LEN		= 1 + TSEC_RRC_COOKIE_LEN,
};

/**
 * enum tsec_rrc_type - what a message says
 * @TSEC_RRC_CHALLENGE: who gets this gives the cookie back
 * @TSEC_RRC_RESPONSE: this is the cookie
 * @TSEC_RRC_DROP: this is the cookie, but the path is used no longer
 */
enum tsec_rrc_type {
	TSEC_RRC_CHALLENGE	= 0,
	TSEC_RRC_RESPONSE	= 1,
	TSEC_RRC_DROP		= 2,
};

void tsec_rrc_build(u8 *buf, enum tsec_rrc_type type, const u8 *cookie);
const u8 *tsec_rrc_parse(const u8 *data, size_t len, enum tsec_rrc_type *type);

#endif /* TSEC_RECORD_RRC_H */
