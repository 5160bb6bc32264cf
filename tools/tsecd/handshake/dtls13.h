/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DTLS 1.3 over UDP (RFC 9147): the handshake, in both roles; shared by the
 * dtls13*.c files.  The library has none, so that messages, records, flights
 * and the key schedule are here, made of its ciphers, hashes and signatures.
 *
 * There is no early data: what anybody can replay is not worth a round trip.
 */
#ifndef TSECD_DTLS13_H
#define TSECD_DTLS13_H

#include "dtls13_flight.h"
#include "dtls13_hello.h"
#include "dtls13_inbox.h"
#include "dtls13_message.h"
#include "dtls13_ticket.h"
#include "tls.h"

extern const struct handshake_ops dtls13_handshake_ops;

/* Is a handshake that is about to begin one of DTLS 1.3?  See dtls.c. */
bool dtls13_is_for(struct handshake *handshake,
		   const struct tsec_handshake_info *info);

/* The message that is awaited, or what else. */
enum dtls13_state {
	DTLS13_WAIT_CLIENT_HELLO,
	DTLS13_WAIT_SERVER_HELLO,
	DTLS13_WAIT_ENCRYPTED_EXTENSIONS,
	DTLS13_WAIT_CERTIFICATE, /* or, before it, a CertificateRequest */
	DTLS13_WAIT_CERTIFICATE_VERIFY,
	DTLS13_WAIT_FINISHED,
	DTLS13_WAIT_ACK, /* of a client's Finished */
	DTLS13_OVER,
};

/* A PSK: an external one, or a ticket's. */
struct dtls13_psk {
	const struct dtls13_suite *suite; /* any with the hash it goes with */
	struct wire_reader identity;
	uint32_t age; /* as it is sent */
	struct wire_reader key;
	bool resumption;
};

struct dtls13 {
	struct tls *tls; /* credentials, and what to say of the peer */
	enum dtls13_state state;

	/* What is wished for */
	uint16_t ciphers[TSEC_CIPHERS_MAX];
	unsigned int n_ciphers;
	char alpn_wanted[TSEC_ALPN_MAX + 1];
	char name_wanted[TSEC_PEER_NAME_MAX + 1];
	struct dtls13_cid cid; /* that the peer is asked to use */

	/* Records and messages */
	struct dtls13_sender sender;
	struct dtls13_keys receive; /* of epoch 2 */
	struct dtls13_keys data; /* a client's, of epoch 3 */
	struct dtls13_flight flight;
	struct dtls13_inbox inbox;
	struct dtls13_acks acks;
	uint64_t ack_at; /* when to tell what has come so far; 0: not */
	bool missed; /* records came for which there were no keys yet */
	bool asked_again; /* the peer has repeated what was answered */
	bool hurried; /* something new was acknowledged, but not all */

	/* The handshake */
	struct dtls13_transcript transcript;
	struct dtls13_schedule schedule;
	struct dtls13_share share;
	uint8_t random[DTLS13_RANDOM_LEN];
	bool retried; /* there was a HelloRetryRequest */
	uint16_t retry_suite; /* which it has chosen */
	uint8_t *cookie; /* to be sent back */
	size_t cookie_len;
	uint32_t offered; /* extensions of the ClientHello */
	struct dtls13_psk psk; /* that a client offers; no key: none */
	bool by_psk;
	bool resumed; /* by a ticket, which is a PSK */
	bool cert_asked; /* of a client */
	uint16_t scheme; /* of the own CertificateVerify; 0: none fits */
	struct dtls13_message certificate; /* the peer's, kept for its chain */
	struct dtls13_chain chain;

	/* A server's tickets */
	uint8_t ticket_key[TICKET_KEY_SIZE];
	struct dtls13_ticket ticket; /* taken, then given */
	bool takes_tickets; /* the client */

	/* Agreed on */
	char alpn[TSEC_ALPN_MAX + 1];
	char server_name[TSEC_PEER_NAME_MAX + 1];
	bool cids; /* @cid, and the other one; else @cid is empty */
	struct dtls13_cid peer_cid; /* that the peer asks for; may be empty */
	bool rrc; /* return routability checks are answered */
};

/* Sets the reason and the alert; returns -@status. */
int dtls13_refuse(struct dtls13 *dtls, int alert, int status,
		  const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The peer's message deserves an alert. */
int dtls13_malformed(struct dtls13 *dtls, int alert, const char *message);
/* Memory, or the library, has failed. */
int dtls13_broken(struct dtls13 *dtls);

/* Adds a message to flight and transcript; 0 or a negative errno. */
int dtls13_say(struct dtls13 *dtls, uint16_t epoch, uint8_t type,
	       const struct wire_writer *body);
/* Sends the flight that was made; what came before it is answered so. */
void dtls13_send(struct dtls13 *dtls);
/*
 * The peer has said which connection ID it wants, if any; false if that is one
 * that this end cannot use.
 */
bool dtls13_cids_agree(struct dtls13 *dtls, struct wire_reader cid, bool rrc);
/* No connection IDs are in the records. */
void dtls13_cids_decline(struct dtls13 *dtls);
/* Keys of epoch 2, for both directions. */
int dtls13_handshake_keys(struct dtls13 *dtls);

/* Take one message, whole and in its turn; 0 or a negative errno. */
int dtls13_client_take(struct dtls13 *dtls,
		       const struct dtls13_message *message);
int dtls13_server_take(struct dtls13 *dtls,
		       const struct dtls13_message *message);
/* Begins: sends the first flight. */
int dtls13_client_start(struct dtls13 *dtls);

/* dtls13_proof.c: Certificate, CertificateVerify and Finished */
int dtls13_certificate_say(struct dtls13 *dtls, bool empty);
int dtls13_certificate_verify_say(struct dtls13 *dtls);
int dtls13_finished_say(struct dtls13 *dtls);
int dtls13_certificate_take(struct dtls13 *dtls,
			    const struct dtls13_message *message);
int dtls13_certificate_verify_take(struct dtls13 *dtls,
				   const struct dtls13_message *message);
int dtls13_finished_take(struct dtls13 *dtls,
			 const struct dtls13_message *message);
/* The proof of a PSK; binders are as long as hashes. */
int dtls13_binder_make(struct dtls13 *dtls, bool resumption,
		       size_t binders_len, uint8_t *binder);

/* dtls13_resume.c: tickets, given and taken */
/* A client offers what it has; a server is made ready. */
int dtls13_resume_setup(struct dtls13 *dtls,
			const struct tsec_handshake_info *info);
/* Is it a ticket that is good here? */
bool dtls13_resume_find(struct dtls13 *dtls, struct wire_reader identity,
			struct dtls13_psk *psk);
/* The server has taken the client's ticket. */
int dtls13_resume_peer(struct dtls13 *dtls);
/* The handshake is over, and nothing will be added to its transcript. */
int dtls13_resume_secret(struct dtls13 *dtls);
/* A server's ticket, to the kernel. */
void dtls13_resume_say(struct dtls13 *dtls);
/* What came late; false once nothing more is expected. */
bool dtls13_resume_message(struct dtls13 *dtls, const void *data, size_t len);

/* The hash of all messages so far. */
static inline int dtls13_hash(const struct dtls13 *dtls, uint8_t *hash)
{
	return dtls13_transcript_hash(&dtls->transcript, dtls->schedule.suite,
				      hash);
}

#endif /* TSECD_DTLS13_H */
