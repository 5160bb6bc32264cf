// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gnutls/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "tickets.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static uint8_t master[TICKET_KEY_SIZE];
static bool have_master;
static atomic_uint lifetime = 6 * 3600;

int ticket_keys_renew(void)
{
	int ret;

	pthread_rwlock_wrlock(&lock);
	ret = gnutls_rnd(GNUTLS_RND_KEY, master, sizeof(master));
	have_master = ret >= 0;
	pthread_rwlock_unlock(&lock);
	return ret < 0 ? -EIO : 0;
}

void ticket_keys_wipe(void)
{
	pthread_rwlock_wrlock(&lock);
	explicit_bzero(master, sizeof(master));
	have_master = false;
	pthread_rwlock_unlock(&lock);
}

void ticket_set_lifetime(unsigned int seconds)
{
	atomic_store(&lifetime, seconds);
}

unsigned int ticket_lifetime(void)
{
	return atomic_load(&lifetime);
}

int ticket_key_derive(const void *context, size_t len,
		      uint8_t key[TICKET_KEY_SIZE])
{
	gnutls_datum_t secret = { master, sizeof(master) };
	gnutls_datum_t info = { (void *)context, len };
	int ret = GNUTLS_E_INVALID_REQUEST;

	pthread_rwlock_rdlock(&lock);
	if (have_master)
		ret = gnutls_hkdf_expand(GNUTLS_MAC_SHA512, &secret, &info, key,
					 TICKET_KEY_SIZE);
	pthread_rwlock_unlock(&lock);
	return ret < 0 ? -ENOKEY : 0;
}
