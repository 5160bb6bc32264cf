/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of DTLS 1.3 up to the end of a handshake (RFC 9147 section 4): in
 * the clear (epoch 0), and under the keys of the handshake (epoch 2).
 */
#ifndef TSECD_DTLS13_RECORD_H
#define TSECD_DTLS13_RECORD_H

#include <gnutls/crypto.h>
#include <linux/tsec.h>

#include "dtls13_schedule.h"
#include "wire.h"

#define DTLS13_VERSION 0xfefc
#define DTLS12_VERSION 0xfefd /* which records and hellos claim */
#define DTLS10_VERSION 0xfeff

enum dtls13_content {
	DTLS13_ALERT = 21,
	DTLS13_HANDSHAKE = 22,
	DTLS13_DATA = 23,
	DTLS13_ACK = 26,
};

enum dtls13_epoch {
	DTLS13_EPOCH_PLAIN = 0,
	DTLS13_EPOCH_HANDSHAKE = 2,
	DTLS13_EPOCH_DATA = 3,
};

/* Most bytes around the content of a record that is sent. */
#define DTLS13_RECORD_OVERHEAD (5 + TSEC_CID_MAX + 1 + 16)
#define DTLS13_PLAIN_HEADER 13

/* A connection ID: what one end puts into its records for the other. */
struct dtls13_cid {
	uint8_t bytes[TSEC_CID_MAX];
	uint8_t len; /* 0: none */
};

/* One direction of one epoch. */
struct dtls13_keys {
	const struct dtls13_suite *suite; /* NULL: there are none yet */
	gnutls_aead_cipher_hd_t aead;
	uint8_t iv[12];
	uint8_t mask[32]; /* the key of sequence number encryption */
	uint16_t epoch;
	uint64_t seq; /* sending: the next; receiving: after the highest */
	struct dtls13_cid cid; /* sending: in each record */
};

/* What a datagram has in it. */
struct dtls13_record {
	uint8_t type;
	uint16_t epoch;
	uint64_t seq;
	uint8_t *data;
	size_t len;
};

/* What dtls13_record_take() says of a record. */
enum dtls13_verdict {
	DTLS13_TAKEN,
	DTLS13_REFUSED, /* dropped; others may follow in the datagram */
	DTLS13_NO_KEYS, /* the same: it is of an epoch that has none here */
	DTLS13_AT_END, /* nothing (more) in there that makes sense */
};

/* 0 or -1. */
int dtls13_keys_init(struct dtls13_keys *keys,
		     const struct dtls13_suite *suite, const uint8_t *secret,
		     uint16_t epoch);
void dtls13_keys_free(struct dtls13_keys *keys);

/* Writes a record; 0, or -1 if it does not fit or cannot be encrypted. */
int dtls13_record_seal(struct dtls13_keys *keys, uint8_t type,
		       const void *data, size_t len,
		       struct wire_writer *datagram);
int dtls13_record_plain(uint64_t seq, uint8_t type, const void *data,
			size_t len, struct wire_writer *datagram);

/*
 * Takes the next record out of a datagram, opening it in place if it has to:
 * by whichever of @keys is of its epoch.  Those under keys have @cid in them.
 */
enum dtls13_verdict dtls13_record_take(struct dtls13_keys *const keys[],
				       unsigned int n,
				       const struct dtls13_cid *cid,
				       uint8_t **datagram, size_t *left,
				       struct dtls13_record *record);

#endif /* TSECD_DTLS13_RECORD_H */
