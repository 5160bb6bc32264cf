/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Protected records of DTLS 1.2, made of others: with and without a connection
 * ID (RFC 9146), or the same once more (RFC 6347 section 4.2.2).
 */
#ifndef TSECD_DTLS12_RECORD_H
#define TSECD_DTLS12_RECORD_H

#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdint.h>

/* The type of one with a connection ID: its own is inside. */
#define DTLS12_CID 25

/* Most bytes that it makes a record longer: itself, and the inner type. */
#define DTLS12_CID_ROOM(cid_len) ((cid_len) + 1)

/* One direction of an epoch; all of it is somebody else's. */
struct dtls12_key {
	gnutls_cipher_algorithm_t cipher;
	gnutls_datum_t key, iv; /* as the library keeps them: a salt, of GCM */
	gnutls_datum_t cid;
};

/*
 * The length of the first record in @data, which may be one with a connection
 * ID of @cid_len bytes; all of it if it is none, or not whole.
 */
size_t dtls12_record_len(const uint8_t *data, size_t len, size_t cid_len);

/* Which epoch it is of, and its number there; 0 also for what is no record. */
uint16_t dtls12_record_epoch(const uint8_t *data, size_t len);
uint64_t dtls12_record_number(const uint8_t *data, size_t len);

/*
 * Makes the one of the other.  @data: a whole record, and nothing else.
 * Returns the length of what is in @out then; -1 if it is not authentic, does
 * not fit, or has another connection ID.
 *
 * Nobody but this process may ever see the one that another was made of: both
 * have the same number, and so the same nonce.
 */
int dtls12_record_name(const struct dtls12_key *key, const uint8_t *data,
		       size_t len, uint8_t *out, size_t size);
int dtls12_record_unname(const struct dtls12_key *key, const uint8_t *data,
			 size_t len, uint8_t *out, size_t size);

/*
 * The same again, which is another record: with a number that has not been
 * used yet, of 48 bits.  @key: not looked at in epoch 0.
 */
int dtls12_record_renumber(const struct dtls12_key *key, uint64_t number,
			   const uint8_t *data, size_t len, uint8_t *out,
			   size_t size);

#endif /* TSECD_DTLS12_RECORD_H */
