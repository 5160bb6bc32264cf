/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connection IDs (RFC 9146) in handshakes of DTLS 1.2: what the ends agree on,
 * and the records of the library, which knows nothing of them.
 */
#ifndef TSECD_DTLS_CID_H
#define TSECD_DTLS_CID_H

#include <sys/types.h>

#include "dtls12_record.h"
#include "tls.h"

struct dtls_cid {
	struct tls *tls; /* NULL: none are negotiated */
	bool agreed;
	bool checks; /* the peer lets itself be asked where it is (RFC 9853) */
	struct dtls_cid_name {
		uint8_t data[TSEC_CID_MAX];
		uint8_t len;
	} own, peer; /* in the records that come, and in those that go */
};

/* Of a session that has sent and received nothing yet. */
int dtls_cid_offer(struct dtls_cid *cid, struct tls *tls,
		   const struct tsec_handshake_info *info);

/*
 * Most bytes that a record becomes longer by it, which the library has to
 * leave.
 */
unsigned int dtls_cid_room(const struct dtls_cid *cid);

/*
 * The key of the epoch that the library has now, with what is agreed on here;
 * false while that has none.
 */
bool dtls_cid_key(const struct dtls_cid *cid, gnutls_session_t session,
		  bool receiving, struct dtls12_key *key);

/*
 * Turns a record of the library's into what the peer is to get.  It is
 * returned, @len set to its length; NULL if that fails, the reason set.
 * @out: room for one that differs.
 */
const void *dtls_cid_seal(const struct dtls_cid *cid, const void *record,
			  size_t *len, uint8_t *out, size_t size);

/*
 * Turns the peer's record into one for the library, in place; its length, 0
 * for one that is none of its business.
 */
size_t dtls_cid_open(const struct dtls_cid *cid, uint8_t *record, size_t len,
		     size_t size);

/* Into the keys, once they are exported. */
void dtls_cid_put(const struct dtls_cid *cid, struct outcome *outcome);

#endif /* TSECD_DTLS_CID_H */
