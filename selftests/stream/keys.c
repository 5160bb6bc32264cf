// SPDX-License-Identifier: GPL-2.0
/*
 * Common set-up: manual keys, addresses, connected pairs.
 */
#include <net/if.h>
#include <stdio.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "keys.h"

/* A network namespace of the program's own: nobody else counts in it. */
void harness_prepare(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd;

	if (unshare(CLONE_NEWNET)) {
		perror("# unshare");
		exit(HARNESS_FAIL);
	}
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr)) {
		perror("# lo");
		exit(HARNESS_FAIL);
	}
	close(fd);
}

void key_make(struct key *key)
{
	ASSERT_EQ(getrandom(key, offsetof(struct key, seq), 0),
		  offsetof(struct key, seq));
}

/* A key of ESP has an SPI, which no other session may receive by. */
static void spi_make(const struct link *link, struct key *key)
{
	if (key->id || (link->kind.version != TSEC_VERSION_ESP &&
			link->kind.version != TSEC_VERSION_ESP_ESN))
		return;
	ASSERT_EQ(getrandom(&key->id, sizeof(key->id), 0), sizeof(key->id));
	key->id |= TSEC_ESP_SPI_MIN;
}

static void key_fill(const struct link *link, const struct key *key,
		     struct tsec_key_info *info)
{
	const struct kind *kind = &link->kind;

	tsec_set(info, KEY_VERSION, version, kind->version);
	tsec_set(info, KEY_CIPHER, cipher, kind->cipher);
	tsec_set(info, KEY_SEQ, seq, key->seq);
	if (key->id)
		tsec_set(info, KEY_ID, id, key->id);
	if (key->cid_len) {
		info->cid.data = key->cid;
		info->cid.len = key->cid_len;
		info->have |= TSEC_HAS(KEY_CID);
	}
	if ((kind->version == TSEC_VERSION_TLS_1_3 && !link->plain) ||
	    kind->version == TSEC_VERSION_DTLS_1_3) {
		info->secret.data = key->secret;
		info->secret.len = tsec_cipher_secret_len(kind->cipher);
		info->have |= TSEC_HAS(KEY_SECRET);
	} else {
		info->key.data = key->key;
		info->key.len = tsec_cipher_key_len(kind->cipher);
		info->iv.data = key->iv;
		info->iv.len = tsec_cipher_iv_len(kind->cipher, kind->version);
		info->have |= TSEC_HAS(KEY_KEY);
		if (info->iv.len)
			info->have |= TSEC_HAS(KEY_IV);
	}
}

static void key_install(struct link *link, const char *profile, int direction,
			const struct key *key)
{
	struct tsec_key_info info = link->limits;
	int err;

	tsec_set_str(&info, KEY_PROFILE, profile, profile);
	tsec_set(&info, KEY_DIRECTION, direction, direction);
	key_fill(link, key, &info);
	err = tsec_key_new(link->nl, &info);
	if (err)
		harness_note("key-new: %s", tsec_nl_error(link->nl));
	ASSERT_EQ(err, 0);
}

int session_key_give(struct link *link, uint32_t session, int direction,
		     const struct key *key, bool confirm)
{
	struct tsec_key_info info = link->limits;

	tsec_set(&info, KEY_SESSION, session, session);
	tsec_set(&info, KEY_DIRECTION, direction, direction);
	if (confirm)
		tsec_set(&info, KEY_CONFIRM, confirm, 1);
	key_fill(link, key, &info);
	return tsec_key_new(link->nl, &info);
}

void link_keys(struct link *link)
{
	key_make(&link->to_server);
	key_make(&link->to_client);
	spi_make(link, &link->to_server);
	spi_make(link, &link->to_client);
	key_install(link, link->client, TSEC_DIR_TX, &link->to_server);
	key_install(link, link->client, TSEC_DIR_RX, &link->to_client);
	key_install(link, link->server, TSEC_DIR_TX, &link->to_client);
	key_install(link, link->server, TSEC_DIR_RX, &link->to_server);
}

static void profile_make(struct tsec_nl *nl, const char *name)
{
	struct tsec_profile_info info = { .have = 0 };
	int err;

	tsec_set_str(&info, PROFILE_NAME, name, name);
	tsec_set(&info, PROFILE_MANUAL, manual, 1);
	err = tsec_profile_new(nl, &info);
	if (err)
		harness_note("profile-new: %s", tsec_nl_error(nl));
	ASSERT_EQ(err, 0);
}

void link_make(struct link *link, const struct kind *kind)
{
	static int number;

	link->kind = *kind;
	link->plain = false;
	memset(&link->to_server, 0, sizeof(link->to_server));
	memset(&link->to_client, 0, sizeof(link->to_client));
	memset(&link->limits, 0, sizeof(link->limits));
	/* The handshake of TLS 1.2 uses number 0 for its Finished. */
	link->to_server.seq = kind->version == TSEC_VERSION_TLS_1_2;
	link->to_client.seq = link->to_server.seq;
	snprintf(link->client, sizeof(link->client), "c%d.%d", getpid(),
		 ++number);
	snprintf(link->server, sizeof(link->server), "s%d.%d", getpid(),
		 number);
	ASSERT_EQ(tsec_nl_open(&link->nl), 0);
	profile_make(link->nl, link->client);
	profile_make(link->nl, link->server);
}

void link_end(struct link *link)
{
	if (!link->nl)
		return;
	tsec_profile_del(link->nl, link->client);
	tsec_profile_del(link->nl, link->server);
	tsec_nl_close(link->nl);
	link->nl = NULL;
}

int tsec_socket(const char *profile, int flags)
{
	int fd = socket(AF_TSEC, SOCK_STREAM | flags, 0);

	ASSERT_GE(fd, 0);
	if (profile)
		ASSERT_EQ(setsockopt(fd, SOL_TSEC, TSEC_PROFILE, profile,
				     strlen(profile)), 0);
	return fd;
}

socklen_t addr_len(const union tsec_addr *addr)
{
	return addr->sa.sa_family == AF_INET ? sizeof(addr->in) :
					       sizeof(addr->in6);
}

void addr_loopback(union tsec_addr *addr, sa_family_t family, int port)
{
	memset(addr, 0, sizeof(*addr));
	addr->sa.sa_family = family;
	if (family == AF_INET) {
		addr->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		addr->in.sin_port = htons(port);
	} else {
		addr->in6.sin6_addr = in6addr_loopback;
		addr->in6.sin6_port = htons(port);
	}
}

void addr_of(union tsec_addr *addr, int fd)
{
	socklen_t len = sizeof(*addr);

	ASSERT_EQ(getsockname(fd, &addr->sa, &len), 0);
	ASSERT_EQ(len, addr_len(addr));
}

void addr_listen(int fd, sa_family_t family, union tsec_addr *addr)
{
	addr_loopback(addr, family, 0);
	ASSERT_EQ(bind(fd, &addr->sa, addr_len(addr)), 0);
	ASSERT_EQ(listen(fd, 16), 0);
	addr_of(addr, fd);
}

int addr_closed(union tsec_addr *addr, sa_family_t family)
{
	int fd = socket(family, SOCK_STREAM, 0);

	ASSERT_GE(fd, 0);
	addr_loopback(addr, family, 0);
	ASSERT_EQ(bind(fd, &addr->sa, addr_len(addr)), 0);
	addr_of(addr, fd);
	return fd;
}

int tsec_listen(struct link *link, union tsec_addr *addr, int backlog)
{
	int fd = tsec_socket(link->server, 0);

	addr_loopback(addr, link->kind.family, 0);
	ASSERT_EQ(bind(fd, &addr->sa, addr_len(addr)), 0);
	ASSERT_EQ(listen(fd, backlog), 0);
	addr_of(addr, fd);
	return fd;
}

int tsec_connect(int fd, const union tsec_addr *addr)
{
	return connect(fd, &addr->sa, addr_len(addr));
}

void pair_more(struct pair *pair, int *a, int *b)
{
	link_keys(&pair->link);
	*a = tsec_socket(pair->link.client, 0);
	ASSERT_EQ(tsec_connect(*a, &pair->addr), 0);
	*b = accept(pair->listener, NULL, NULL);
	ASSERT_GE(*b, 0);
}

void pair_connect(struct pair *pair)
{
	pair->listener = tsec_listen(&pair->link, &pair->addr, 16);
	pair_more(pair, &pair->a, &pair->b);
}

void pair_make(struct pair *pair, const struct kind *kind)
{
	link_make(&pair->link, kind);
	pair_connect(pair);
}

void pair_end(struct pair *pair)
{
	close(pair->a);
	close(pair->b);
	close(pair->listener);
	link_end(&pair->link);
}
