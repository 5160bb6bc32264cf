/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What fuzz targets of records of datagrams know of their protocols.
 */
#ifndef TSEC_FUZZ_PACKET_FUZZ_H
#define TSEC_FUZZ_PACKET_FUZZ_H

#include "key.h"
#include "packet.h"

enum packet_fuzz_limits {
	PACKET_TAG	= 0xaa,		/* each byte of a good tag */
	PACKET_HASH	= 0xcc,		/* each byte of a hash */
};

/**
 * struct protocol - a record protocol to fuzz
 * @ops: the protocol
 * @with_cid: its records may have a connection ID
 * @pads: what comes out may have zeros behind it that did not go in
 * @own_seq: numbers are the payload's, not the caller's
 * @greet: meets clients, NULL if @ops does or nobody
 * @key: chooses a key and what it is for
 */
struct protocol {
	const struct tsec_packet_ops *ops;
	bool with_cid;
	bool pads;
	bool own_seq;
	enum tsec_greeting_verdict (*greet)(struct tsec_greeting *greeting);
	void (*key)(u8 choice, struct tsec_key *key,
		    struct tsec_packet_params *as);
};

extern const struct protocol protocol;

#endif /* TSEC_FUZZ_PACKET_FUZZ_H */
