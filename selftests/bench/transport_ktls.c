// SPDX-License-Identifier: GPL-2.0
/*
 * Raw kTLS: a program that sets the keys of its TCP socket by hand.  This is
 * what tsec's data path has to keep up with.
 */
#include <err.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "transport.h"

#ifndef SOL_TLS
#define SOL_TLS 282
#endif

union crypto_info {
	struct tls_crypto_info info;
	struct tls12_crypto_info_aes_gcm_128 aes_gcm_128;
	struct tls12_crypto_info_aes_gcm_256 aes_gcm_256;
	struct tls12_crypto_info_chacha20_poly1305 chacha20_poly1305;
};

struct cipher {
	const char *name;
	uint16_t type;
	socklen_t len;
};

static const struct cipher ciphers[] = {
	{ "aes-128-gcm", TLS_CIPHER_AES_GCM_128,
	  sizeof(struct tls12_crypto_info_aes_gcm_128) },
	{ "aes-256-gcm", TLS_CIPHER_AES_GCM_256,
	  sizeof(struct tls12_crypto_info_aes_gcm_256) },
	{ "chacha20-poly1305", TLS_CIPHER_CHACHA20_POLY1305,
	  sizeof(struct tls12_crypto_info_chacha20_poly1305) },
};

static const struct cipher *cipher;

static void ktls_open(const struct bench_options *options)
{
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(*ciphers); i++)
		if (!strcmp(ciphers[i].name, options->cipher))
			cipher = &ciphers[i];
	if (!cipher)
		errx(EXIT_FAILURE, "no cipher \"%s\"", options->cipher);
}

/* Records are counted from 0, as after a handshake. */
static void seq_clear(union crypto_info *ci)
{
	switch (ci->info.cipher_type) {
	case TLS_CIPHER_AES_GCM_128:
		memset(ci->aes_gcm_128.rec_seq, 0, 8);
		break;
	case TLS_CIPHER_AES_GCM_256:
		memset(ci->aes_gcm_256.rec_seq, 0, 8);
		break;
	default:
		memset(ci->chacha20_poly1305.rec_seq, 0, 8);
	}
}

static void key_set(int fd, int direction, const union crypto_info *ci)
{
	if (setsockopt(fd, SOL_TLS, direction, ci, cipher->len))
		die("ktls: cannot set a key");
}

static void one_way(struct end *from, struct end *to)
{
	union crypto_info ci;

	random_fill(&ci, sizeof(ci));
	ci.info.version = TLS_1_3_VERSION;
	ci.info.cipher_type = cipher->type;
	seq_clear(&ci);
	key_set(from->fd, TLS_TX, &ci);
	key_set(to->fd, TLS_RX, &ci);
	explicit_bzero(&ci, sizeof(ci));
}

static void ktls_begin(struct pair *pair)
{
	for (int i = 0; i < 2; i++)
		if (setsockopt(pair->ends[i].fd, IPPROTO_TCP, TCP_ULP, "tls",
			       sizeof("tls")))
			skip("no kTLS");
	one_way(&pair->ends[CLIENT], &pair->ends[SERVER]);
	one_way(&pair->ends[SERVER], &pair->ends[CLIENT]);
}

const struct transport transport_ktls = {
	.name	= "ktls",
	.open	= ktls_open,
	.socket	= socket_tcp,
	.begin	= ktls_begin,
	.send	= socket_send,
	.recv	= socket_recv,
};
