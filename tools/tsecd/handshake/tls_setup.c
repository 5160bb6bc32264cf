// SPDX-License-Identifier: GPL-2.0
/* From what the kernel asks for to a session of the TLS library. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "tls.h"

#define ALPN_NAMES_MAX 32

static struct reason *reason_of(struct tls *tls)
{
	return &tls->handshake->reason;
}

static uint8_t resolve_verify(const struct tls *tls, uint8_t verify)
{
	if (verify == TSEC_VERIFY_DEFAULT)
		return tls_is_client(tls) ? TSEC_VERIFY_REQUIRE :
					    TSEC_VERIFY_NONE;
	return verify;
}

static int get_identity(struct tls *tls, const struct tsec_handshake_info *info)
{
	struct source source = {
		.part[0] = { info->settings.cert, info->cert },
		.part[1] = { info->settings.privkey, info->privkey },
	};

	/* A program's certificate goes with its own key, not a profile's. */
	if (info->cert.data || info->privkey.data)
		source.part[0].path = source.part[1].path = NULL;
	tls->identity = identity_get(&source, reason_of(tls));
	return tls->identity ? 0 : -reason_of(tls)->status;
}

static int get_trust(struct tls *tls, const struct tsec_handshake_info *info)
{
	char fallback[TSEC_PATH_MAX + 1];
	struct source source = {
		.part[0] = { info->settings.trust, info->trust },
		.part[1] = { .path = info->settings.crl },
	};

	if (tls->verify == TSEC_VERIFY_NONE ||
	    (tls_is_client(tls) && tls->has_psk))
		return 0;
	/* A server with PSKs alone never sees a certificate. */
	if (!tls_is_client(tls) && !tls->identity->has_cert)
		return 0;
	if (!info->trust.data && !*info->settings.trust) {
		if (!trust_default(tls->handshake->role, fallback))
			return reason_set(reason_of(tls), ENOKEY,
					  "profile \"%s\" asks clients for a "
					  "certificate but has no trust file "
					  "to verify it",
					  info->settings.name);
		source.part[0].path = fallback;
	}
	tls->trust = trust_get(&source, reason_of(tls));
	return tls->trust ? 0 : -reason_of(tls)->status;
}

static int get_credentials(struct tls *tls,
			   const struct tsec_handshake_info *info)
{
	int err = get_identity(tls, info);

	if (!err)
		err = tls_psk_setup(tls, info);
	if (!err)
		err = get_trust(tls, info);
	if (err || tls_is_client(tls))
		return err;
	if (tls->identity->has_cert || tls->psks || tls->has_psk)
		return 0;
	return reason_set(reason_of(tls), ENOKEY,
			  "profile \"%s\" has neither a certificate nor a PSK, "
			  "which a server needs",
			  info->settings.name);
}

static unsigned int session_flags(const struct tls *tls)
{
	unsigned int flags = GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL;

	if (tls->datagrams)
		flags |= GNUTLS_DATAGRAM;
	if (!tls->resume)
		flags |= GNUTLS_NO_TICKETS;
	if (!tls_is_client(tls))
		return flags | GNUTLS_SERVER;
	/* One certificate is configured: that is the one to show. */
	return flags | GNUTLS_CLIENT | GNUTLS_KEY_SHARE_TOP |
	       GNUTLS_FORCE_CLIENT_CERT;
}

static void choice_of(const struct tls *tls,
		      const struct tsec_profile_info *settings,
		      struct tls_choice *choice)
{
	memset(choice, 0, sizeof(*choice));
	choice->version_min = settings->version_min;
	choice->version_max = settings->version_max;
	memcpy(choice->ciphers, settings->ciphers, sizeof(choice->ciphers));
	choice->n_ciphers = settings->n_ciphers;
	choice->server = !tls_is_client(tls);
	choice->datagrams = tls->datagrams;
	choice->psk = tls->psks || tls->has_psk;
	/* A client with a PSK wants its peer to prove that it has it too. */
	choice->cert = choice->server ? tls->identity->has_cert : !choice->psk;
}

/* Sees each message before the library does, which takes one hook alone. */
static int watch(gnutls_session_t session, unsigned int type, unsigned int when,
		 unsigned int incoming, const gnutls_datum_t *message)
{
	struct tls *tls = gnutls_session_get_ptr(session);

	(void)when;
	if (!incoming)
		return 0;
	switch (type) {
	case GNUTLS_HANDSHAKE_CLIENT_HELLO:
		return tls->hello ? tls->hello(tls, message) : 0;
	case GNUTLS_HANDSHAKE_SERVER_KEY_EXCHANGE:
	case GNUTLS_HANDSHAKE_CERTIFICATE_VERIFY:
		return tls_check_key(tls) ? GNUTLS_E_CERTIFICATE_ERROR : 0;
	default:
		return 0;
	}
}

static int attach_credentials(struct tls *tls, const struct tls_choice *choice)
{
	gnutls_certificate_request_t request = GNUTLS_CERT_IGNORE;

	if (choice->psk && tls_psk_attach(tls))
		return -reason_of(tls)->status;
	if (!choice->cert)
		return 0;
	if (gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE,
				   tls->identity->cred) < 0)
		return reason_set(reason_of(tls), ENOMEM, "out of memory");
	gnutls_session_set_verify_function(tls->session, tls_verify_callback);
	if (tls_is_client(tls))
		return 0;
	if (tls->verify == TSEC_VERIFY_REQUEST)
		request = GNUTLS_CERT_REQUEST;
	else if (tls->verify == TSEC_VERIFY_REQUIRE)
		request = GNUTLS_CERT_REQUIRE;
	gnutls_certificate_server_set_request(tls->session, request);
	return 0;
}

static unsigned int split_alpn(char *text, gnutls_datum_t *names)
{
	unsigned int n = 0;
	char *rest = NULL, *name;

	for (name = strtok_r(text, ",", &rest); name && n < ALPN_NAMES_MAX;
	     name = strtok_r(NULL, ",", &rest))
		names[n++] = (gnutls_datum_t){ (void *)name, strlen(name) };
	return n;
}

static int set_alpn(struct tls *tls, const char *alpn)
{
	gnutls_datum_t names[ALPN_NAMES_MAX];
	unsigned int n, flags = GNUTLS_ALPN_MANDATORY;
	char text[TSEC_ALPN_MAX + 1];
	int ret;

	tsec_copy(text, sizeof(text), alpn);
	n = split_alpn(text, names);
	if (!n)
		return 0;
	if (!tls_is_client(tls))
		flags |= GNUTLS_ALPN_SERVER_PRECEDENCE;
	ret = gnutls_alpn_set_protocols(tls->session, names, n, flags);
	if (ret >= 0)
		return 0;
	return reason_set(reason_of(tls), EPROTONOSUPPORT,
			  "the application protocols \"%s\" cannot be asked "
			  "for: %s",
			  alpn, gnutls_strerror(ret));
}

bool tls_is_address(const char *name)
{
	uint8_t raw[16];

	return inet_pton(AF_INET, name, raw) == 1 ||
	       inet_pton(AF_INET6, name, raw) == 1;
}

static int set_server_name(struct tls *tls)
{
	const char *name = tls->handshake->peer_name;
	size_t len = strlen(name);
	int ret;

	if (!tls_is_client(tls) || !len || tls_is_address(name))
		return 0;
	if (name[len - 1] == '.')
		len--;
	ret = gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, name, len);
	if (ret >= 0)
		return 0;
	return reason_set(reason_of(tls), EINVAL,
			  "\"%s\" is not the name of a host", name);
}

static int make_session(struct tls *tls, const struct tls_choice *choice)
{
	gnutls_priority_t priority;
	int err = tls_priority_get(choice, &priority, reason_of(tls));

	if (err)
		return err;
	if (gnutls_init(&tls->session, session_flags(tls)) < 0 ||
	    gnutls_priority_set(tls->session, priority) < 0)
		return reason_set(reason_of(tls), ENOMEM, "out of memory");
	gnutls_session_set_ptr(tls->session, tls);
	if (!tls->datagrams)
		gnutls_transport_set_int(tls->session, tls->handshake->fd);
	gnutls_handshake_set_timeout(tls->session, GNUTLS_INDEFINITE_TIMEOUT);
	gnutls_handshake_set_hook_function(tls->session, GNUTLS_HANDSHAKE_ANY,
					   GNUTLS_HOOK_PRE, watch);
	tls_keys_listen(tls);
	return attach_credentials(tls, choice);
}

int tls_setup_credentials(struct tls *tls,
			  const struct tsec_handshake_info *info)
{
	tls->verify = resolve_verify(tls, info->settings.verify);
	return get_credentials(tls, info);
}

int tls_setup(struct tls *tls, const struct tsec_handshake_info *info)
{
	struct tls_choice choice;
	int err;

	tls->resume = info->settings.session_cache != 2;
	err = tls_setup_credentials(tls, info);
	if (err)
		return err;
	choice_of(tls, &info->settings, &choice);
	err = make_session(tls, &choice);
	if (!err)
		err = set_alpn(tls, info->settings.alpn);
	if (!err)
		err = set_server_name(tls);
	if (!err)
		err = tls_resume_setup(tls, info);
	return err;
}
