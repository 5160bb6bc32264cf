// SPDX-License-Identifier: GPL-2.0
/*
 * Priority strings, parsed once for each choice that occurs: there are few,
 * and parsing one costs as much as a good part of a resumed handshake.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tls.h"

#define PRIORITIES_MAX 64
#define TEXT_MAX 512

struct cached {
	char text[TEXT_MAX];
	gnutls_priority_t priority;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct cached cache[PRIORITIES_MAX];
static unsigned int n_cached;

/* The cheap curve first: a client sends a share of the first group alone. */
static const char base[] =
	"NORMAL:-VERS-ALL:-CIPHER-ALL:-MAC-ALL:+AEAD:-KX-ALL:-GROUP-ALL:"
	"+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1:"
	"+GROUP-X448:+GROUP-FFDHE2048:+GROUP-FFDHE3072:+GROUP-FFDHE4096";

static const char *cipher_text(unsigned int cipher)
{
	switch (cipher) {
	case TSEC_CIPHER_AES_128_GCM:
		return ":+AES-128-GCM";
	case TSEC_CIPHER_AES_256_GCM:
		return ":+AES-256-GCM";
	case TSEC_CIPHER_CHACHA20_POLY1305:
		return ":+CHACHA20-POLY1305";
	default:
		return "";
	}
}

static bool has_version(const struct tls_choice *choice, uint16_t version)
{
	return version >= choice->version_min && version <= choice->version_max;
}

/* Everything fits: there are no more than TSEC_CIPHERS_MAX ciphers. */
static void choice_text(const struct tls_choice *choice, char text[TEXT_MAX])
{
	char *end = stpcpy(text, base);

	/* The library has no DTLS 1.3: that is dtls13.c's. */
	if (choice->datagrams)
		end = stpcpy(end, ":+VERS-DTLS1.2");
	else if (has_version(choice, TSEC_VERSION_TLS_1_3))
		end = stpcpy(end, ":+VERS-TLS1.3");
	if (!choice->datagrams && has_version(choice, TSEC_VERSION_TLS_1_2))
		end = stpcpy(end, ":+VERS-TLS1.2");
	for (unsigned int i = 0; i < choice->n_ciphers; i++)
		end = stpcpy(end, cipher_text(choice->ciphers[i]));
	if (choice->psk)
		end = stpcpy(end, ":+ECDHE-PSK:+DHE-PSK");
	if (choice->cert)
		end = stpcpy(end, ":+ECDHE-ECDSA:+ECDHE-RSA");
	if (choice->server)
		stpcpy(end, ":%SERVER_PRECEDENCE");
}

static int parse_locked(const char *text, gnutls_priority_t *priority)
{
	struct cached *new;
	int ret;

	for (unsigned int i = 0; i < n_cached; i++)
		if (!strcmp(cache[i].text, text)) {
			*priority = cache[i].priority;
			return 0;
		}
	if (n_cached == PRIORITIES_MAX)
		return GNUTLS_E_SHORT_MEMORY_BUFFER;
	new = &cache[n_cached];
	ret = gnutls_priority_init2(&new->priority, text, NULL, 0);
	if (ret < 0)
		return ret;
	strcpy(new->text, text);
	*priority = new->priority;
	n_cached++;
	return 0;
}

static unsigned int known_ciphers(const struct tls_choice *choice)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < choice->n_ciphers; i++)
		n += *cipher_text(choice->ciphers[i]) != '\0';
	return n;
}

int tls_priority_get(const struct tls_choice *choice,
		     gnutls_priority_t *priority, struct reason *reason)
{
	char text[TEXT_MAX];
	int ret;

	/* A profile's 1.2 is DTLS 1.2 as well; the library has no other. */
	if (choice->datagrams && !has_version(choice, TSEC_VERSION_TLS_1_2))
		return reason_set(reason, EPROTONOSUPPORT,
				  "the profile does not allow DTLS 1.2, and "
				  "there is no other here");
	if (!has_version(choice, TSEC_VERSION_TLS_1_2) &&
	    !has_version(choice, TSEC_VERSION_TLS_1_3))
		return reason_set(reason, EPROTONOSUPPORT,
				  "the profile leaves no TLS version to use");
	if (!known_ciphers(choice))
		return reason_set(reason, EPROTONOSUPPORT,
				  "the profile leaves no cipher to use");
	choice_text(choice, text);
	pthread_mutex_lock(&lock);
	ret = parse_locked(text, priority);
	pthread_mutex_unlock(&lock);
	if (ret >= 0)
		return 0;
	return reason_set(reason, EPROTONOSUPPORT,
			  "the TLS library refuses what the profile allows: %s",
			  gnutls_strerror(ret));
}

void tls_priority_flush(void)
{
	pthread_mutex_lock(&lock);
	while (n_cached)
		gnutls_priority_deinit(cache[--n_cached].priority);
	pthread_mutex_unlock(&lock);
}
