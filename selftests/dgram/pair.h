/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests vary, and two datagram sockets with the keys of one session.
 *
 * All functions fail the test (ASSERT) instead of returning an error.
 */
#ifndef TSEC_SELFTEST_PAIR_H
#define TSEC_SELFTEST_PAIR_H

#include <pthread.h>
#include <stdatomic.h>

#include "keys.h"

#define DTLS_VALUE(ciph, fam) { \
	.kind = { TSEC_VERSION_DTLS_1_2, TSEC_CIPHER_##ciph, fam } \
}

#define DTLS_ADD(f, v, ciph, fam) \
	FIXTURE_VARIANT_ADD(f, v) = DTLS_VALUE(ciph, fam)

#define DTLS_ADD_EXTRA(f, v, ciph, fam) \
	FIXTURE_VARIANT_ADD_EXTRA(f, v) = DTLS_VALUE(ciph, fam)

/* Each cipher, the families in turn; with -a, with each family. */
#define DTLS_KINDS_ADD(f) \
	DTLS_ADD(f, dtls12_aes128_v4, AES_128_GCM, AF_INET); \
	DTLS_ADD_EXTRA(f, dtls12_aes128_v6, AES_128_GCM, AF_INET6); \
	DTLS_ADD_EXTRA(f, dtls12_aes256_v4, AES_256_GCM, AF_INET); \
	DTLS_ADD(f, dtls12_aes256_v6, AES_256_GCM, AF_INET6); \
	DTLS_ADD(f, dtls12_chacha_v4, CHACHA20_POLY1305, AF_INET); \
	DTLS_ADD_EXTRA(f, dtls12_chacha_v6, CHACHA20_POLY1305, AF_INET6)

#define DTLS13_ADD(f, v, ciph, fam) \
	FIXTURE_VARIANT_ADD(f, v) = { \
		.kind = { TSEC_VERSION_DTLS_1_3, TSEC_CIPHER_##ciph, fam } \
	}

/* The same of DTLS 1.3, the families in turn. */
#define DTLS13_KINDS_ADD(f) \
	DTLS13_ADD(f, dtls13_aes128_v4, AES_128_GCM, AF_INET); \
	DTLS13_ADD(f, dtls13_aes256_v6, AES_256_GCM, AF_INET6); \
	DTLS13_ADD(f, dtls13_chacha_v4, CHACHA20_POLY1305, AF_INET)

/* For tests that are about sockets rather than records. */
#define DTLS_FAMILIES_ADD(f) \
	DTLS_ADD(f, dtls12_aes128_v4, AES_128_GCM, AF_INET); \
	DTLS_ADD(f, dtls12_chacha_v6, CHACHA20_POLY1305, AF_INET6)

#define SRTP_ADD(f, v, ciph, fam) \
	FIXTURE_VARIANT_ADD(f, v) = { \
		.kind = { TSEC_VERSION_SRTP, TSEC_CIPHER_##ciph, fam } \
	}

/* Each cipher, the families in turn. */
#define SRTP_KINDS_ADD(f) \
	SRTP_ADD(f, srtp_gcm128_v4, AES_128_GCM, AF_INET); \
	SRTP_ADD(f, srtp_gcm256_v6, AES_256_GCM, AF_INET6); \
	SRTP_ADD(f, srtp_cm128_80_v4, AES_128_CM_HMAC_SHA1_80, AF_INET); \
	SRTP_ADD(f, srtp_cm128_32_v6, AES_128_CM_HMAC_SHA1_32, AF_INET6); \
	SRTP_ADD(f, srtp_cm256_80_v6, AES_256_CM_HMAC_SHA1_80, AF_INET6); \
	SRTP_ADD(f, srtp_cm256_32_v4, AES_256_CM_HMAC_SHA1_32, AF_INET)

#define ESP_ADD(f, v, ver, ciph, fam) \
	FIXTURE_VARIANT_ADD(f, v) = { \
		.kind = { TSEC_VERSION_##ver, TSEC_CIPHER_##ciph, fam } \
	}

/* Each cipher with both kinds of numbers, the families in turn. */
#define ESP_KINDS_ADD(f) \
	ESP_ADD(f, esp_gcm128_v4, ESP, AES_128_GCM, AF_INET); \
	ESP_ADD(f, esp_gcm256_v6, ESP, AES_256_GCM, AF_INET6); \
	ESP_ADD(f, esp_chacha_v4, ESP, CHACHA20_POLY1305, AF_INET); \
	ESP_ADD(f, esn_gcm128_v6, ESP_ESN, AES_128_GCM, AF_INET6); \
	ESP_ADD(f, esn_gcm256_v4, ESP_ESN, AES_256_GCM, AF_INET); \
	ESP_ADD(f, esn_chacha_v6, ESP_ESN, CHACHA20_POLY1305, AF_INET6)

/* Two sockets that are connected to each other. */
struct ends {
	struct link link;
	union tsec_addr addr_a;
	union tsec_addr addr_b;
	int a;
	int b;
};

/* A socket of DTLS with a profile; flags: SOCK_NONBLOCK, SOCK_CLOEXEC. */
int dgram_socket(const char *profile, int flags);
/* The same, bound to a free port of the loopback address. */
int dgram_bound(const char *profile, sa_family_t family,
		union tsec_addr *addr);

/* The same, of the link's protocol. */
int link_socket(const struct link *link, const char *profile);
int link_bound(const struct link *link, const char *profile,
	       union tsec_addr *addr);

/* Another key for the session of a socket; 0 or a negative errno. */
int rekey(struct link *link, int fd, int direction, const struct key *key);

/* A thread that sends numbers in order, as many as are wanted. */
struct numbers {
	int fd;
	uint32_t count;
	atomic_uint received;
	pthread_t thread;
};

void numbers_begin(struct numbers *numbers, int fd, uint32_t count);
/* The next one, at the other end, is this one. */
void numbers_expect(struct numbers *numbers, int fd, uint32_t want);
void numbers_end(struct numbers *numbers);

void ends_make(struct ends *ends, const struct kind *kind);
/* As ends_make(), for a link whose limits were chosen. */
void ends_connect(struct ends *ends);
void ends_close(struct ends *ends);

/* A socket of that kind whose profile has keys of DTLS: it cannot begin. */
void expect_no_key(const struct kind *kind);
/* The next datagram is this one. */
void expect_datagram(int fd, const void *data, size_t len);
/* The word of control data that comes with it, a small one. */
int word_received(int fd);
/* So many have been opened; by another task, that may take a moment. */
void wait_records(int fd, uint64_t records);

#endif /* TSEC_SELFTEST_PAIR_H */
