// SPDX-License-Identifier: GPL-2.0
/*
 * TLS 1.2 and 1.3 over TCP, by GnuTLS.
 *
 * GnuTLS reads from the channel only the bytes of the record that it needs
 * next, so what comes after the handshake is still in the socket when the
 * kernel takes over.
 */
#include <errno.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "tls.h"

#define WARNINGS_MAX 4 /* alerts that a peer may send and still go on */

/*
 * Tickets come within a round trip, or with the server's first data.  Those
 * that take longer are not waited for: an idle session costs nothing here.
 */
#define TICKETS_SECONDS 5

/* One netlink attribute holds no more than 64 KiB, names included. */
#define PEER_CERT_MAX (60 << 10)

int tls_open(struct handshake *handshake,
	     const struct tsec_handshake_info *info)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	if (!tls)
		return reason_set(&handshake->reason, ENOMEM, "out of memory");
	handshake->state = tls;
	tls->handshake = handshake;
	tls->alert = -1;
	tls->datagrams = handshake->ops->protocol != TSEC_PROTO_TLS;
	return tls_setup(tls, info);
}

static int refuse_weak(struct tls *tls)
{
	tls->alert = GNUTLS_A_HANDSHAKE_FAILURE;
	return reason_set(&tls->handshake->reason, EPROTONOSUPPORT,
			  "the peer does not know the extended master secret "
			  "(RFC 7627), which TLS 1.2 is not safe without");
}

/*
 * What a resumed session took over from the one before is asked again: of a
 * client, a certificate or a PSK may have been revoked meanwhile.  A client's
 * own cache forgets sessions when what it trusts has changed.
 */
static int check_resumed(struct tls *tls)
{
	if (!tls_is_client(tls))
		return tls_verify_peer(tls);
	tsec_copy(tls->peer_id, sizeof(tls->peer_id), tls->saved.peer_id);
	/* What comes of a resumed session ends when the first one does. */
	tls->peer_until = tls->saved.until;
	return 0;
}

static int check_result(struct tls *tls)
{
	bool is_13 = gnutls_protocol_get_version(tls->session) == GNUTLS_TLS1_3;
	int err = 0;

	if (!is_13 && !gnutls_session_ext_master_secret_status(tls->session))
		return refuse_weak(tls);
	if (!tls->datagrams && gnutls_record_check_pending(tls->session) > 0)
		return reason_set(&tls->handshake->reason, EPROTO,
				  "the peer sent data before the handshake "
				  "was over");
	if (gnutls_session_is_resumed(tls->session))
		err = check_resumed(tls);
	else if (!tls->peer_id[0])
		err = tls_verify_peer(tls);
	return err ? err : HANDSHAKE_OVER;
}

int tls_step(struct handshake *handshake)
{
	struct tls *tls = handshake->state;
	int ret;

	for (int i = 0; i < WARNINGS_MAX; i++) {
		ret = gnutls_handshake(tls->session);
		if (ret == GNUTLS_E_AGAIN)
			return gnutls_record_get_direction(tls->session) ?
				       HANDSHAKE_WANT_WRITE :
				       HANDSHAKE_WANT_READ;
		if (ret == GNUTLS_E_SUCCESS)
			return check_result(tls);
		if (gnutls_error_is_fatal(ret))
			break;
	}
	return tls_error(tls, ret);
}

void tls_abort(struct handshake *handshake)
{
	struct tls *tls = handshake->state;

	/* A session that was refused is not tried again. */
	if (tls && tls->saved.data.data)
		sessions_drop(tls->name);
	if (!tls || !tls->session || tls->over ||
	    handshake->reason.status == ETIMEDOUT)
		return;
	gnutls_alert_send(tls->session, GNUTLS_AL_FATAL, tls_alert_of(tls));
}

/* Outcome **************************************************************** */

static void put_alpn(struct tls *tls, struct tsec_handshake_info *done)
{
	gnutls_datum_t alpn;

	if (gnutls_alpn_get_selected_protocol(tls->session, &alpn) < 0 ||
	    alpn.size >= sizeof(done->alpn))
		return;
	memcpy(done->alpn, alpn.data, alpn.size);
	done->alpn[alpn.size] = '\0';
	done->have |= TSEC_HAS(HANDSHAKE_ALPN);
}

/* What the client asked for, which a server's program wants to know. */
static void put_server_name(struct tls *tls, struct tsec_handshake_info *done)
{
	size_t len = sizeof(done->peer_name);
	unsigned int type;

	if (tls_is_client(tls))
		return;
	if (gnutls_server_name_get(tls->session, done->peer_name, &len, &type,
				   0) < 0 ||
	    !*done->peer_name) {
		done->peer_name[0] = '\0';
		return;
	}
	done->have |= TSEC_HAS(HANDSHAKE_PEER_NAME);
}

static size_t chain_size(const gnutls_datum_t *der, unsigned int *n)
{
	size_t size = 0;

	for (unsigned int i = 0; i < *n; i++) {
		if (size + der[i].size > PEER_CERT_MAX) {
			*n = i;
			break;
		}
		size += der[i].size;
	}
	return size;
}

const gnutls_datum_t *tls_peer_chain(const struct tls *tls, unsigned int *n)
{
	*n = tls->n_chain;
	return tls->session ? gnutls_certificate_get_peers(tls->session, n) :
			      tls->chain;
}

int tls_put_peer_cert(struct tls *tls, struct outcome *outcome)
{
	unsigned int n = 0;
	const gnutls_datum_t *der = tls_peer_chain(tls, &n);
	size_t size = der ? chain_size(der, &n) : 0, used = 0;

	if (!size)
		return 0;
	outcome->peer_cert = malloc(size);
	if (!outcome->peer_cert)
		return reason_set(&tls->handshake->reason, ENOMEM,
				  "out of memory");
	for (unsigned int i = 0; i < n; i++) {
		memcpy(outcome->peer_cert + used, der[i].data, der[i].size);
		used += der[i].size;
	}
	tsec_set(&outcome->done, HANDSHAKE_PEER_CERT, peer_cert,
		 ((struct tsec_blob){ outcome->peer_cert, size }));
	return 0;
}

int tls_tell(struct tls *tls, struct outcome *outcome)
{
	struct tsec_handshake_info *done = &outcome->done;
	int err = 0;

	if (gnutls_auth_get_type(tls->session) == GNUTLS_CRD_CERTIFICATE)
		err = tls_put_peer_cert(tls, outcome);
	if (err)
		return err;
	put_alpn(tls, done);
	put_server_name(tls, done);
	if (*tls->peer_id)
		tsec_set_str(done, HANDSHAKE_PEER_ID, peer_id, tls->peer_id);
	if (gnutls_session_is_resumed(tls->session))
		tsec_set(done, HANDSHAKE_RESUMED, resumed, 1);
	/* A session of 1.2 is complete now; tickets of TLS 1.3 come later. */
	if (tls_is_client(tls) && done->version != TSEC_VERSION_TLS_1_3 &&
	    !done->resumed)
		tls_resume_save(tls);
	return 0;
}

int tls_finish(struct handshake *handshake, struct outcome *outcome)
{
	int err = tls_keys_export(handshake->state, outcome);

	return err ? err : tls_tell(handshake->state, outcome);
}

/* Afterwards ************************************************************* */

static unsigned int tls_lingers(struct handshake *handshake)
{
	struct tls *tls = handshake->state;
	bool wanted = tls_is_client(tls) && tls->resume &&
		      gnutls_protocol_get_version(tls->session) ==
			      GNUTLS_TLS1_3 &&
		      sessions_count(tls->name) < SESSIONS_PER_NAME;

	return wanted ? TICKETS_SECONDS : 0;
}

static bool tls_message(struct handshake *handshake, const void *data,
			size_t len)
{
	return tls_resume_message(handshake->state, data, len);
}

void tls_close(struct handshake *handshake)
{
	struct tls *tls = handshake->state;

	if (!tls)
		return;
	if (tls->session)
		gnutls_deinit(tls->session);
	identity_put(tls->identity);
	trust_put(tls->trust);
	psk_table_put(tls->psks);
	saved_session_free(&tls->saved);
	explicit_bzero(tls, sizeof(*tls));
	free(tls);
	handshake->state = NULL;
}

void tls_global_free(void)
{
	tls_priority_flush();
	tls_psk_flush();
}

const struct handshake_ops tls_handshake_ops = {
	.protocol = TSEC_PROTO_TLS,
	.name = "TLS",
	.open = tls_open,
	.step = tls_step,
	.abort = tls_abort,
	.finish = tls_finish,
	.lingers = tls_lingers,
	.message = tls_message,
	.close = tls_close,
};
