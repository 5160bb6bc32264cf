/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLS 1.2 and 1.3 over TCP, by GnuTLS; shared by the tls*.c files, and by
 * dtls.c and srtp.c, which have the same handshake.
 */
#ifndef TSECD_TLS_H
#define TSECD_TLS_H

#include <gnutls/gnutls.h>
#include <time.h>

#include "../credentials.h"
#include "../pskfile.h"
#include "../sessions.h"
#include "../tickets.h"
#include "../trust.h"
#include "handshake.h"

struct tls_secret {
	uint8_t data[TSEC_SECRET_MAX];
	size_t len;
};

struct tls {
	struct handshake *handshake;
	gnutls_session_t session;
	struct identity *identity;
	struct trust *trust; /* NULL: the peer is not verified */
	struct psk_table *psks; /* a profile's keys; NULL: none */
	struct psk psk; /* the one key: a program's, or a client's */
	bool has_psk;
	bool datagrams; /* DTLS */
	void *carrier; /* dtls.c's own */
	void *media; /* srtp.c's own, and how it looks at a ClientHello */
	int (*hello)(struct tls *tls, const gnutls_datum_t *message);
	uint8_t verify; /* enum tsec_verify, the default resolved */
	bool resume; /* tickets are given or taken */
	bool over; /* nothing more can be said to the peer */
	int alert; /* the fitting one for the reason; -1: by its errno */

	/* The peer's certificates, where no session of the library has them */
	const gnutls_datum_t *chain;
	unsigned int n_chain;

	/* What the handshake has brought */
	struct tls_secret client, server, exporter;
	char peer_id[TSEC_PEER_ID_MAX + 1];
	time_t peer_until; /* when the first of its certificates ends */

	/* A client's cached session */
	uint8_t name[SESSION_NAME_SIZE];
	struct saved_session saved;
	unsigned int tickets; /* that came after the handshake */
};

extern const struct handshake_ops tls_handshake_ops;

/* tls.c: as in struct handshake_ops */
int tls_open(struct handshake *handshake,
	     const struct tsec_handshake_info *info);
int tls_step(struct handshake *handshake);
void tls_abort(struct handshake *handshake);
int tls_finish(struct handshake *handshake, struct outcome *outcome);
void tls_close(struct handshake *handshake);

/* What there is to tell beside the keys; those have been exported. */
int tls_tell(struct tls *tls, struct outcome *outcome);

/* The peer's certificates, leaf first; NULL if it has shown none. */
const gnutls_datum_t *tls_peer_chain(const struct tls *tls, unsigned int *n);
/* The same into the outcome. */
int tls_put_peer_cert(struct tls *tls, struct outcome *outcome);

/* Frees what the library keeps for all handshakes; at the daemon's end. */
void tls_global_free(void);

/* tls_setup.c: a session made of what the kernel asks for */
int tls_setup(struct tls *tls, const struct tsec_handshake_info *info);
/* The part of it that needs no session: what to prove and to verify with. */
int tls_setup_credentials(struct tls *tls,
			  const struct tsec_handshake_info *info);
/* An address is no name to ask a server for (RFC 6066, section 3). */
bool tls_is_address(const char *name);

/* tls_priority.c: which versions, ciphers and key exchanges are allowed */
struct tls_choice {
	uint16_t version_min, version_max;
	uint16_t ciphers[TSEC_CIPHERS_MAX]; /* in order of preference */
	unsigned int n_ciphers;
	bool server, datagrams, cert, psk;
};

/* Kept until tls_priority_flush(): callers do not free it. */
int tls_priority_get(const struct tls_choice *choice,
		     gnutls_priority_t *priority, struct reason *reason);
void tls_priority_flush(void);

/* tls_psk.c: pre-shared keys */
const struct psk *tls_psk_find(const struct tls *tls, const void *identity,
			       size_t len);
int tls_psk_setup(struct tls *tls, const struct tsec_handshake_info *info);
int tls_psk_attach(struct tls *tls);
void tls_psk_flush(void);

/* tls_verify.c: who the peer is; sets the reason when it is nobody good */
int tls_verify_peer(struct tls *tls);
/* The same, of one way to prove it. */
int tls_verify_cert(struct tls *tls);
int tls_verify_psk(struct tls *tls, const char *identity);
/* The library's callback in the midst of the handshake. */
int tls_verify_callback(gnutls_session_t session);
/*
 * Of a signature that is about to be verified: is the peer's key one that may
 * be used?  What cannot be read is the library's to refuse.
 */
int tls_check_key(struct tls *tls);
/* The key of the peer's certificate is beyond what pubkey.h allows. */
int tls_refuse_key(struct tls *tls);

/* tls_keys.c: secrets out of the library, into the outcome */
void tls_keys_listen(struct tls *tls);
int tls_keys_export(struct tls *tls, struct outcome *outcome);
/* The number of the next record in that direction, without its epoch. */
uint64_t tls_keys_sequence(const struct tls *tls, int direction);

/* tls_error.c: what the library says, as errno and sentence */
int tls_error(struct tls *tls, int ret);
/* The peer has sent a fatal alert. */
int tls_error_alert(struct tls *tls, unsigned int alert);
gnutls_alert_description_t tls_alert_of(const struct tls *tls);

/* tls_resume.c: tickets, given and taken */
int tls_resume_setup(struct tls *tls, const struct tsec_handshake_info *info);
/* A client's session: kept for the next time if it can be resumed. */
void tls_resume_save(struct tls *tls);
bool tls_resume_message(struct tls *tls, const void *data, size_t len);
/* The same where no session of the library is: what a client has kept, */
int tls_resume_find(struct tls *tls, const struct tsec_handshake_info *info);
/* what it keeps, of which @data is copied, */
void tls_resume_keep(struct tls *tls, const gnutls_datum_t *data, time_t until,
		     bool once);
/* and a server's key; -ENOKEY: there is none */
int tls_resume_key(const struct tls *tls, uint8_t key[TICKET_KEY_SIZE]);

static inline bool tls_is_client(const struct tls *tls)
{
	return tls->handshake->role == TSEC_ROLE_CLIENT;
}

#endif /* TSECD_TLS_H */
