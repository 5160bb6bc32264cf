// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "trust.h"

static const char *const system_files[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine */
	"/etc/pki/tls/certs/ca-bundle.crt", /* Fedora */
	"/var/lib/ca-certificates/ca-bundle.pem", /* openSUSE */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char chosen[TSEC_PATH_MAX + 1];

void trust_set_default(const char *path)
{
	pthread_mutex_lock(&lock);
	tsec_copy(chosen, sizeof(chosen), path ? path : "");
	pthread_mutex_unlock(&lock);
}

static const char *system_file(void)
{
	size_t last = sizeof(system_files) / sizeof(system_files[0]) - 1;

	for (size_t i = 0; i < last; i++)
		if (!access(system_files[i], R_OK))
			return system_files[i];
	return system_files[last];
}

bool trust_default(uint8_t role, char path[TSEC_PATH_MAX + 1])
{
	static const char *system;

	pthread_mutex_lock(&lock);
	tsec_copy(path, TSEC_PATH_MAX + 1, chosen);
	if (!*path && role == TSEC_ROLE_CLIENT) {
		if (!system)
			system = system_file();
		tsec_copy(path, TSEC_PATH_MAX + 1, system);
	}
	pthread_mutex_unlock(&lock);
	return *path;
}

static int add_certificates(struct trust *trust, const struct content *content,
			    struct reason *reason)
{
	gnutls_datum_t pem = { (void *)content->data.data, content->data.len };
	int n = gnutls_x509_trust_list_add_trust_mem(trust->list, &pem, NULL,
						     GNUTLS_X509_FMT_PEM, 0, 0);

	if (n < 0)
		return reason_set(reason, ENOKEY, "cannot use %s: %s",
				  content->name, gnutls_strerror(n));
	if (!n)
		return reason_set(reason, ENOKEY,
				  "there is no certificate to trust in %s",
				  content->name);
	return 0;
}

/*
 * Each list must be signed by an authority that is trusted: whoever could
 * write another would decide who is revoked.
 */
static int add_crl(struct trust *trust, gnutls_x509_crl_t crl, const char *name,
		   struct reason *reason)
{
	time_t next = gnutls_x509_crl_get_next_update(crl);
	int n = gnutls_x509_trust_list_add_crls(trust->list, &crl, 1,
						GNUTLS_TL_VERIFY_CRL, 0);

	if (n == 1)
		return 0;
	gnutls_x509_crl_deinit(crl);
	if (next != (time_t)-1 && next < time(NULL))
		return reason_set(reason, ENOKEY,
				  "revocation list %s is out of date", name);
	return reason_set(reason, ENOKEY,
			  "revocation list %s is not signed by an authority "
			  "that is trusted",
			  name);
}

static int add_crls(struct trust *trust, const struct content *content,
		    struct reason *reason)
{
	gnutls_datum_t pem = { (void *)content->data.data, content->data.len };
	gnutls_x509_crl_t *crls;
	unsigned int n;
	int ret;

	ret = gnutls_x509_crl_list_import2(&crls, &n, &pem, GNUTLS_X509_FMT_PEM,
					   0);
	if (ret < 0)
		return reason_set(reason, ENOKEY,
				  "cannot use revocation list %s: %s",
				  content->name, gnutls_strerror(ret));
	ret = 0;
	for (unsigned int i = 0; i < n; i++)
		if (ret)
			gnutls_x509_crl_deinit(crls[i]);
		else
			ret = add_crl(trust, crls[i], content->name, reason);
	gnutls_free(crls);
	return ret;
}

static int trust_load(struct object *object, const struct content *content,
		      struct reason *reason)
{
	struct trust *trust = (struct trust *)object;
	int err;

	if (gnutls_x509_trust_list_init(&trust->list, 0) < 0)
		return reason_set(reason, ENOMEM, "out of memory");
	if (!content[0].data.data)
		return reason_set(reason, ENOKEY,
				  "no certificates to trust are configured");
	err = add_certificates(trust, &content[0], reason);
	if (!err && content[1].data.data)
		err = add_crls(trust, &content[1], reason);
	return err;
}

static void trust_unload(struct object *object)
{
	struct trust *trust = (struct trust *)object;

	if (trust->list)
		gnutls_x509_trust_list_deinit(trust->list, 1);
}

static const struct object_type trust_type = {
	.name = "trust",
	.part = { "trust", "revocation list" },
	.size = sizeof(struct trust),
	.load = trust_load,
	.unload = trust_unload,
};

struct trust *trust_get(const struct source *source, struct reason *reason)
{
	return (struct trust *)object_get(&trust_type, source, reason);
}
