/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ClientHello, ServerHello and HelloRetryRequest of DTLS 1.3 (RFC 9147
 * sections 5.3 and 5.4, RFC 8446 section 4.1), without their headers.
 *
 * The functions that read return 0, or the alert that the message deserves.
 * What they find points into the message.
 */
#ifndef TSECD_DTLS13_HELLO_H
#define TSECD_DTLS13_HELLO_H

#include "dtls13_extension.h"
#include "dtls13_record.h"
#include "dtls13_share.h"

#define DTLS13_RANDOM_LEN 32
#define DTLS13_HELLO_MAX 4096 /* that this end builds */

/* Both kinds of hello begin with the number of TLS 1.2. */
struct dtls13_client_hello {
	const uint8_t *random;
	bool old_cookie; /* of DTLS 1.2, which is another exchange */
	bool offers_13;
	bool compresses; /* which nobody may since TLS 1.3 */
	bool psk_dhe; /* knows psk_dhe_ke */
	bool rrc; /* answers return routability checks */
	struct wire_reader suites;
	struct dtls13_extensions extensions;
	/* Empty if they are not there */
	struct wire_reader groups, schemes, shares, cookie, alpn, server_name;
	struct wire_reader cid; /* empty also of one that wants none itself */
	struct wire_reader psk_identities, psk_binders;
	size_t binders_at; /* where the message goes on after what they bind */
};

int dtls13_client_hello_read(const void *body, size_t len,
			     struct dtls13_client_hello *hello);

/* A client's share of a group; false if it has none. */
bool dtls13_client_hello_share(const struct dtls13_client_hello *hello,
			       uint16_t group, struct wire_reader *share);

/* The next PSK that is offered, and its binder; false after the last. */
bool dtls13_client_hello_psk(struct dtls13_client_hello *hello,
			     struct wire_reader *identity,
			     struct wire_reader *binder);

/* What a ClientHello is made of; pointers may be NULL, texts empty. */
struct dtls13_offer {
	const uint8_t *random;
	const uint16_t *ciphers; /* enum tsec_cipher */
	unsigned int n_ciphers;
	const struct dtls13_share *share;
	struct wire_reader cookie;
	const char *server_name;
	const char *alpn; /* names, separated by commas */
	const struct dtls13_cid *cid; /* that the server is asked to use */
	bool tickets; /* are of use, or a PSK is offered */
	struct wire_reader psk; /* its identity; empty: none */
	uint32_t psk_age;
	size_t binder_len; /* with @psk: left zero, at the message's end */
};

void dtls13_client_hello_write(const struct dtls13_offer *offer,
			       struct wire_writer *writer);

struct dtls13_server_hello {
	bool retry; /* it is a HelloRetryRequest */
	uint16_t version, suite;
	uint16_t group; /* of @share; HelloRetryRequest: the one wanted */
	struct wire_reader share, cookie, cid;
	bool psk;
	bool has_cid; /* @cid may be empty all the same */
	bool rrc;
	uint16_t psk_index;
};

int dtls13_server_hello_read(const void *body, size_t len,
			     struct dtls13_server_hello *hello);

/* What a ServerHello is made of. */
struct dtls13_answer {
	const uint8_t *random;
	uint16_t suite;
	const struct dtls13_share *share;
	const struct dtls13_cid *cid; /* that the client is asked to use */
	bool rrc;
	int psk_index; /* -1 without a PSK */
};

void dtls13_server_hello_write(const struct dtls13_answer *answer,
			       struct wire_writer *writer);

/* @group: DTLS13_NO_GROUP to leave the client's own choice */
void dtls13_retry_write(uint16_t suite, uint16_t group,
			struct wire_reader cookie, struct wire_writer *writer);

#endif /* TSECD_DTLS13_HELLO_H */
