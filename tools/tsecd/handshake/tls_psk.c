// SPDX-License-Identifier: GPL-2.0
/*
 * Pre-shared keys.  The library's credentials only say "ask me": one pair of
 * them serves all handshakes, and the answer is in each handshake's state.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "tls.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static gnutls_psk_server_credentials_t server_cred;
static gnutls_psk_client_credentials_t client_cred;

static int copy_datum(gnutls_datum_t *to, const void *data, size_t len)
{
	to->data = gnutls_malloc(len);
	if (!to->data)
		return -1;
	memcpy(to->data, data, len);
	to->size = len;
	return 0;
}

const struct psk *tls_psk_find(const struct tls *tls, const void *identity,
			       size_t len)
{
	if (tls->psks)
		return psk_table_find(tls->psks, identity, len);
	if (tls->has_psk && len == tls->psk.identity_len &&
	    !memcmp(identity, tls->psk.identity, len))
		return &tls->psk;
	return NULL;
}

/* The library wipes and frees the copies that it gets. */
static int answer_server(gnutls_session_t session,
			 const gnutls_datum_t *identity, gnutls_datum_t *key)
{
	struct tls *tls = gnutls_session_get_ptr(session);
	const struct psk *psk =
		tls_psk_find(tls, identity->data, identity->size);

	if (psk)
		return copy_datum(key, psk->key, psk->key_len);
	reason_set(&tls->handshake->reason, EKEYREJECTED,
		   "the peer's PSK identity \"%.*s\" is not known",
		   (int)identity->size, (const char *)identity->data);
	/*
	 * The library goes on with a random key and fails as it does for a
	 * wrong one: the peer does not learn which identities there are.
	 */
	return 1;
}

static int answer_client(gnutls_session_t session, gnutls_datum_t *identity,
			 gnutls_datum_t *key)
{
	struct tls *tls = gnutls_session_get_ptr(session);

	if (copy_datum(identity, tls->psk.identity, tls->psk.identity_len) < 0)
		return -1;
	return copy_datum(key, tls->psk.key, tls->psk.key_len);
}

static void make_credentials(void)
{
	if (gnutls_psk_allocate_server_credentials(&server_cred) >= 0) {
		gnutls_psk_set_server_credentials_function2(server_cred,
							    answer_server);
		gnutls_psk_set_server_known_dh_params(server_cred,
						      GNUTLS_SEC_PARAM_MEDIUM);
	}
	if (gnutls_psk_allocate_client_credentials(&client_cred) >= 0)
		gnutls_psk_set_client_credentials_function2(client_cred,
							    answer_client);
}

void tls_psk_flush(void)
{
	if (server_cred)
		gnutls_psk_free_server_credentials(server_cred);
	if (client_cred)
		gnutls_psk_free_client_credentials(client_cred);
	server_cred = NULL;
	client_cred = NULL;
}

static int take_program_psk(struct tls *tls,
			    const struct tsec_handshake_info *info)
{
	struct psk *psk = &tls->psk;

	if (!info->psk_identity.len ||
	    info->psk_identity.len > TSEC_PSK_IDENTITY_MAX ||
	    !info->psk_key.len || info->psk_key.len > TSEC_PSK_KEY_MAX)
		return reason_set(&tls->handshake->reason, ENOKEY,
				  "the program's PSK is not complete");
	memcpy(psk->identity, info->psk_identity.data, info->psk_identity.len);
	psk->identity_len = info->psk_identity.len;
	memcpy(psk->key, info->psk_key.data, info->psk_key.len);
	psk->key_len = info->psk_key.len;
	tls->has_psk = true;
	return 0;
}

/* Of a file, a client takes the identity it is told, or the only one. */
static int choose_client_psk(struct tls *tls,
			     const struct tsec_profile_info *settings)
{
	const char *name = settings->psk_identity;
	const struct psk *psk = NULL;

	if (*name)
		psk = psk_table_find(tls->psks, name, strlen(name));
	else if (tls->psks->n == 1)
		psk = tls->psks->sorted[0];
	if (psk) {
		tls->psk = *psk;
		tls->has_psk = true;
		return 0;
	}
	if (*name)
		return reason_set(&tls->handshake->reason, ENOKEY,
				  "PSK file %s has no identity \"%s\"",
				  settings->psk, name);
	return reason_set(&tls->handshake->reason, ENOKEY,
			  "PSK file %s has not exactly one identity, and "
			  "profile \"%s\" does not say which to use",
			  settings->psk, settings->name);
}

int tls_psk_setup(struct tls *tls, const struct tsec_handshake_info *info)
{
	struct source source = { .part[0].path = info->settings.psk };

	if (info->psk_key.data)
		return take_program_psk(tls, info);
	if (!*info->settings.psk)
		return 0;
	tls->psks = psk_table_get(&source, &tls->handshake->reason);
	if (!tls->psks)
		return -tls->handshake->reason.status;
	return tls_is_client(tls) ? choose_client_psk(tls, &info->settings) : 0;
}

int tls_psk_attach(struct tls *tls)
{
	void *cred;

	pthread_once(&once, make_credentials);
	cred = tls_is_client(tls) ? (void *)client_cred : (void *)server_cred;
	if (!cred ||
	    gnutls_credentials_set(tls->session, GNUTLS_CRD_PSK, cred) < 0)
		return reason_set(&tls->handshake->reason, ENOMEM,
				  "out of memory");
	return 0;
}
