// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gnutls/x509.h>

#include "credentials.h"
#include "log.h"

static gnutls_datum_t datum_of(const struct content *content)
{
	return (gnutls_datum_t){ (void *)content->data.data,
				 content->data.len };
}

static int refuse_pair(int ret, const struct content *content,
		       struct reason *reason)
{
	const char *cert = content[0].name, *key = content[1].name;

	if (ret == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		return reason_set(reason, ENOKEY,
				  "private key %s does not belong to "
				  "certificate %s",
				  key, cert);
	if (ret == GNUTLS_E_DECRYPTION_FAILED)
		return reason_set(reason, ENOKEY,
				  "private key %s is encrypted; tsecd needs it "
				  "without a passphrase",
				  key);
	return reason_set(reason, ENOKEY,
			  "cannot use certificate %s with private key %s: %s",
			  cert, key, gnutls_strerror(ret));
}

/* An own certificate that has expired is the commonest of failures. */
static void warn_if_expired(struct identity *identity, const char *name)
{
	gnutls_datum_t der;
	gnutls_x509_crt_t crt;
	time_t end;

	if (gnutls_certificate_get_crt_raw(identity->cred, 0, 0, &der) < 0)
		return;
	if (gnutls_x509_crt_init(&crt) < 0)
		return;
	if (!gnutls_x509_crt_import(crt, &der, GNUTLS_X509_FMT_DER)) {
		end = gnutls_x509_crt_get_expiration_time(crt);
		if (end != (time_t)-1 && end < time(NULL))
			log_warn("certificate %s has expired", name);
	}
	gnutls_x509_crt_deinit(crt);
}

static int load_pair(struct identity *identity, const struct content *content,
		     struct reason *reason)
{
	gnutls_datum_t cert = datum_of(&content[0]);
	gnutls_datum_t key = datum_of(&content[1]);
	int ret;

	if (!cert.data || !key.data)
		return reason_set(reason, ENOKEY, "%s is given without its %s",
				  cert.data ? content[0].name : content[1].name,
				  cert.data ? "private key" : "certificate");
	ret = gnutls_certificate_set_x509_key_mem2(
		identity->cred, &cert, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (ret < 0)
		return refuse_pair(ret, content, reason);
	identity->has_cert = true;
	warn_if_expired(identity, content[0].name);
	return 0;
}

static int identity_load(struct object *object, const struct content *content,
			 struct reason *reason)
{
	struct identity *identity = (struct identity *)object;

	if (gnutls_certificate_allocate_credentials(&identity->cred) < 0)
		return reason_set(reason, ENOMEM, "out of memory");
	if (!content[0].data.data && !content[1].data.data)
		return 0;
	return load_pair(identity, content, reason);
}

static void identity_unload(struct object *object)
{
	struct identity *identity = (struct identity *)object;

	if (identity->cred)
		gnutls_certificate_free_credentials(identity->cred);
}

static const struct object_type identity_type = {
	.name = "identity",
	.part = { "certificate", "private key" },
	.size = sizeof(struct identity),
	.load = identity_load,
	.unload = identity_unload,
};

struct identity *identity_get(const struct source *source,
			      struct reason *reason)
{
	return (struct identity *)object_get(&identity_type, source, reason);
}
