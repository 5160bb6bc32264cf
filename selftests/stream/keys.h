/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Common set-up: what the tests vary, manual keys, and connected pairs.
 *
 * All functions fail the test (ASSERT) instead of returning an error.
 */
#ifndef TSEC_SELFTEST_KEYS_H
#define TSEC_SELFTEST_KEYS_H

#include <sys/socket.h>
#include <tsec.h>

#include "harness.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* What is varied. */
struct kind {
	uint16_t version;
	uint16_t cipher;
	sa_family_t family;
};

#define KIND_VARIANT(f) FIXTURE_VARIANT(f) { struct kind kind; }

#define KIND_VALUE(ver, ciph, fam) { \
	.kind = { TSEC_VERSION_TLS_##ver, TSEC_CIPHER_##ciph, fam } \
}

#define KIND_ADD(f, v, ver, ciph, fam) \
	FIXTURE_VARIANT_ADD(f, v) = KIND_VALUE(ver, ciph, fam)

#define KIND_ADD_EXTRA(f, v, ver, ciph, fam) \
	FIXTURE_VARIANT_ADD_EXTRA(f, v) = KIND_VALUE(ver, ciph, fam)

/* Each version with each cipher and each family. */
#define KINDS_ADD_TLS_1_3(f) \
	KIND_ADD(f, tls13_aes128_v4, 1_3, AES_128_GCM, AF_INET); \
	KIND_ADD(f, tls13_aes128_v6, 1_3, AES_128_GCM, AF_INET6); \
	KIND_ADD(f, tls13_aes256_v4, 1_3, AES_256_GCM, AF_INET); \
	KIND_ADD(f, tls13_aes256_v6, 1_3, AES_256_GCM, AF_INET6); \
	KIND_ADD(f, tls13_chacha_v4, 1_3, CHACHA20_POLY1305, AF_INET); \
	KIND_ADD(f, tls13_chacha_v6, 1_3, CHACHA20_POLY1305, AF_INET6)

#define KINDS_ADD(f) \
	KINDS_ADD_TLS_1_3(f); \
	KIND_ADD(f, tls12_aes128_v4, 1_2, AES_128_GCM, AF_INET); \
	KIND_ADD(f, tls12_aes128_v6, 1_2, AES_128_GCM, AF_INET6); \
	KIND_ADD(f, tls12_aes256_v4, 1_2, AES_256_GCM, AF_INET); \
	KIND_ADD(f, tls12_aes256_v6, 1_2, AES_256_GCM, AF_INET6); \
	KIND_ADD(f, tls12_chacha_v4, 1_2, CHACHA20_POLY1305, AF_INET); \
	KIND_ADD(f, tls12_chacha_v6, 1_2, CHACHA20_POLY1305, AF_INET6)

/* Each version with each cipher, the families in turn; the others are extra:
 * for tests that are about sockets rather than records.
 */
#define KINDS_ADD_IN_TURN(f) \
	KIND_ADD(f, tls13_aes128_v4, 1_3, AES_128_GCM, AF_INET); \
	KIND_ADD_EXTRA(f, tls13_aes128_v6, 1_3, AES_128_GCM, AF_INET6); \
	KIND_ADD_EXTRA(f, tls13_aes256_v4, 1_3, AES_256_GCM, AF_INET); \
	KIND_ADD(f, tls13_aes256_v6, 1_3, AES_256_GCM, AF_INET6); \
	KIND_ADD(f, tls13_chacha_v4, 1_3, CHACHA20_POLY1305, AF_INET); \
	KIND_ADD_EXTRA(f, tls13_chacha_v6, 1_3, CHACHA20_POLY1305, AF_INET6); \
	KIND_ADD_EXTRA(f, tls12_aes128_v4, 1_2, AES_128_GCM, AF_INET); \
	KIND_ADD(f, tls12_aes128_v6, 1_2, AES_128_GCM, AF_INET6); \
	KIND_ADD(f, tls12_aes256_v4, 1_2, AES_256_GCM, AF_INET); \
	KIND_ADD_EXTRA(f, tls12_aes256_v6, 1_2, AES_256_GCM, AF_INET6); \
	KIND_ADD_EXTRA(f, tls12_chacha_v4, 1_2, CHACHA20_POLY1305, AF_INET); \
	KIND_ADD(f, tls12_chacha_v6, 1_2, CHACHA20_POLY1305, AF_INET6)

/* One direction: (D)TLS 1.3 have a secret, others a key and an IV. */
struct key {
	uint8_t secret[TSEC_SECRET_MAX];
	uint8_t key[TSEC_KEY_MAX];
	uint8_t iv[TSEC_IV_MAX];
	uint64_t seq;
	uint8_t cid[TSEC_CID_MAX];	/* DTLS: in each record */
	uint8_t cid_len;
	uint32_t id;			/* DTLS: the epoch, 0 for the first;
					 * ESP: the SPI, 0 for any
					 */
};

/* A profile for each end, with the keys of one session between them. */
struct link {
	struct kind kind;
	struct tsec_nl *nl;
	char client[32];
	char server[32];
	struct key to_server;
	struct key to_client;
	/* Only the limits are looked at; set them before link_keys(). */
	struct tsec_key_info limits;
	bool plain;			/* no secret: not renewable */
};

/* Two connected sockets. */
struct pair {
	struct link link;
	union tsec_addr addr;		/* the listener's */
	int listener;
	int a;				/* connected */
	int b;				/* accepted */
};

void link_make(struct link *link, const struct kind *kind);
/* New keys for one more session. */
void link_keys(struct link *link);
/* One more key for an open session: 0 or a negative errno. */
int session_key_give(struct link *link, uint32_t session, int direction,
		     const struct key *key, bool confirm);
void key_make(struct key *key);
void link_end(struct link *link);

/* A socket with a profile; flags: SOCK_NONBLOCK, SOCK_CLOEXEC. */
int tsec_socket(const char *profile, int flags);
socklen_t addr_len(const union tsec_addr *addr);
/* The loopback address of a family. */
void addr_loopback(union tsec_addr *addr, sa_family_t family, int port);
/* The same address at the port that the socket is bound to. */
void addr_of(union tsec_addr *addr, int fd);
/* Bind to a port of the loopback address that is free, and listen. */
int tsec_listen(struct link *link, union tsec_addr *addr, int backlog);
void addr_listen(int fd, sa_family_t family, union tsec_addr *addr);
/* A port on which nobody listens: nor will as long as the socket is open. */
int addr_closed(union tsec_addr *addr, sa_family_t family);
int tsec_connect(int fd, const union tsec_addr *addr);

void pair_make(struct pair *pair, const struct kind *kind);
/* As pair_make(), for a link whose limits or kind of keys were chosen. */
void pair_connect(struct pair *pair);
/* One more connection to the listener of a pair. */
void pair_more(struct pair *pair, int *a, int *b);
void pair_end(struct pair *pair);

#endif /* TSEC_SELFTEST_KEYS_H */
