// SPDX-License-Identifier: GPL-2.0
/*
 * A raw peer: TLS records sealed and opened by hand (RFC 5246, RFC 5288,
 * RFC 7905, RFC 8446).
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "raw.h"
#include "util.h"

enum { HEADER = 5, EXPLICIT = 8, TAG = 16, NONCE = 12, KEY_UPDATE = 24 };

static const struct {
	gnutls_cipher_algorithm_t cipher;
	gnutls_mac_algorithm_t hash;
} algorithms[] = {
	[TSEC_CIPHER_AES_128_GCM] = {
		GNUTLS_CIPHER_AES_128_GCM, GNUTLS_MAC_SHA256 },
	[TSEC_CIPHER_AES_256_GCM] = {
		GNUTLS_CIPHER_AES_256_GCM, GNUTLS_MAC_SHA384 },
	[TSEC_CIPHER_CHACHA20_POLY1305] = {
		GNUTLS_CIPHER_CHACHA20_POLY1305, GNUTLS_MAC_SHA256 },
};

static bool is_tls13(const struct kind *kind)
{
	return kind->version == TSEC_VERSION_TLS_1_3;
}

static bool has_explicit(const struct kind *kind)
{
	return !is_tls13(kind) &&
	       kind->cipher != TSEC_CIPHER_CHACHA20_POLY1305;
}

/* HKDF-Expand-Label with an empty context (RFC 8446 section 7.1). */
static void expand(const struct kind *kind, const uint8_t *secret,
		   const char *label, uint8_t *out, size_t len)
{
	gnutls_datum_t key = {
		(uint8_t *)secret, tsec_cipher_secret_len(kind->cipher)
	};
	uint8_t text[64] = { len >> 8, len, strlen("tls13 ") + strlen(label) };
	gnutls_datum_t info = { text, 3 + text[2] + 1 };

	memcpy(text + 3, "tls13 ", 6);
	memcpy(text + 9, label, strlen(label));
	ASSERT_EQ(gnutls_hkdf_expand(algorithms[kind->cipher].hash, &key,
				     &info, out, len), 0);
}

static void derive(const struct kind *kind, struct key *key)
{
	if (!is_tls13(kind))
		return;
	expand(kind, key->secret, "key", key->key,
	       tsec_cipher_key_len(kind->cipher));
	expand(kind, key->secret, "iv", key->iv,
	       tsec_cipher_iv_len(kind->cipher, kind->version));
}

static void renew(const struct kind *kind, struct key *key)
{
	uint8_t next[TSEC_SECRET_MAX];

	expand(kind, key->secret, "traffic upd", next,
	       tsec_cipher_secret_len(kind->cipher));
	memcpy(key->secret, next, sizeof(next));
	key->seq = 0;
	derive(kind, key);
}

static void put_be64(uint8_t *p, uint64_t value)
{
	int i;

	for (i = 7; i >= 0; i--, value >>= 8)
		p[i] = value;
}

static void nonce_make(const struct kind *kind, const struct key *key,
		       const uint8_t *explicit_part, uint8_t *nonce)
{
	uint8_t seq[8];
	int i;

	memcpy(nonce, key->iv, NONCE);
	if (has_explicit(kind)) {
		memcpy(nonce + 4, explicit_part, EXPLICIT);
		return;
	}
	put_be64(seq, key->seq);
	for (i = 0; i < 8; i++)
		nonce[4 + i] ^= seq[i];
}

static size_t aad_make(const struct kind *kind, const struct key *key,
		       const uint8_t *header, size_t len, uint8_t *aad)
{
	if (is_tls13(kind)) {
		memcpy(aad, header, HEADER);
		return HEADER;
	}
	put_be64(aad, key->seq);
	memcpy(aad + 8, header, 3);
	aad[11] = len >> 8;
	aad[12] = len;
	return 13;
}

static gnutls_aead_cipher_hd_t aead(const struct kind *kind,
				    const struct key *key)
{
	gnutls_datum_t datum = {
		(uint8_t *)key->key, tsec_cipher_key_len(kind->cipher)
	};
	gnutls_aead_cipher_hd_t hd;

	ASSERT_EQ(gnutls_aead_cipher_init(&hd, algorithms[kind->cipher].cipher,
					  &datum), 0);
	return hd;
}

size_t raw_seal(struct raw *raw, uint8_t *out, int type, const void *data,
		size_t len, size_t pad)
{
	const struct kind *kind = &raw->kind;
	size_t skip = has_explicit(kind) ? EXPLICIT : 0, body = len, room;
	uint8_t *plain = calloc(1, len + pad + 1), nonce[NONCE], aad[16];
	gnutls_aead_cipher_hd_t hd = aead(kind, &raw->tx);
	size_t aad_len;

	ASSERT_TRUE(plain);
	if (len)
		memcpy(plain, data, len);
	if (is_tls13(kind)) {
		plain[len] = type;
		body += 1 + pad;
		type = RAW_DATA;
	}
	room = body + TAG;
	out[0] = type;
	out[1] = 3;
	out[2] = 3;
	out[3] = (skip + room) >> 8;
	out[4] = skip + room;
	put_be64(out + HEADER, raw->tx.seq);
	nonce_make(kind, &raw->tx, out + HEADER, nonce);
	aad_len = aad_make(kind, &raw->tx, out, body, aad);
	ASSERT_EQ(gnutls_aead_cipher_encrypt(hd, nonce, NONCE, aad, aad_len,
					     TAG, plain, body,
					     out + HEADER + skip, &room), 0);
	gnutls_aead_cipher_deinit(hd);
	free(plain);
	raw->tx.seq++;
	return HEADER + skip + room;
}

void raw_write(struct raw *raw, const void *data, size_t len)
{
	send_all(raw->fd, data, len);
}

void raw_send(struct raw *raw, int type, const void *data, size_t len)
{
	uint8_t *out = malloc(len + RAW_OVERHEAD);

	ASSERT_TRUE(out);
	raw_write(raw, out, raw_seal(raw, out, type, data, len, 0));
	free(out);
}

void raw_alert(struct raw *raw, int level, int description)
{
	uint8_t alert[] = { level, description };

	raw_send(raw, RAW_ALERT, alert, sizeof(alert));
}

void raw_renew_tx(struct raw *raw)
{
	renew(&raw->kind, &raw->tx);
}

void raw_update(struct raw *raw, int request)
{
	uint8_t message[] = { KEY_UPDATE, 0, 0, 1, request };

	raw_send(raw, RAW_HANDSHAKE, message, sizeof(message));
	raw_renew_tx(raw);
}

/* 1, or what ended the stream. */
static int read_exactly(int fd, uint8_t *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = recv(fd, buf + done, len - done, 0);
		if (n < 0 && (errno == ECONNRESET || errno == EPIPE))
			return RAW_RESET;
		ASSERT_GE(n, 0);
		if (!n) {
			/* The end never comes inside a record. */
			ASSERT_EQ(done, 0);
			return RAW_END;
		}
		done += n;
	}
	return 1;
}

/* TLS 1.3: the type is the last byte that is not padding. */
static void inner_type(struct raw *raw)
{
	while (raw->len && !raw->data[raw->len - 1])
		raw->len--;
	ASSERT_GT(raw->len, 0);
	raw->type = raw->data[--raw->len];
}

static void open_record(struct raw *raw, const uint8_t *header,
			const uint8_t *body, size_t len)
{
	const struct kind *kind = &raw->kind;
	size_t skip = has_explicit(kind) ? EXPLICIT : 0;
	gnutls_aead_cipher_hd_t hd = aead(kind, &raw->rx);
	uint8_t nonce[NONCE], aad[16];
	size_t aad_len;

	ASSERT_GE(len, skip + TAG);
	raw->len = sizeof(raw->data);
	nonce_make(kind, &raw->rx, body, nonce);
	aad_len = aad_make(kind, &raw->rx, header, len - skip - TAG, aad);
	ASSERT_EQ(gnutls_aead_cipher_decrypt(hd, nonce, NONCE, aad, aad_len,
					     TAG, body + skip, len - skip,
					     raw->data, &raw->len), 0);
	gnutls_aead_cipher_deinit(hd);
	raw->rx.seq++;
	raw->type = header[0];
	if (is_tls13(kind)) {
		ASSERT_EQ(header[0], RAW_DATA);
		inner_type(raw);
	}
}

int raw_recv(struct raw *raw)
{
	static uint8_t body[RAW_ROOM];
	uint8_t header[HEADER];
	size_t len;
	int ret;

	ret = read_exactly(raw->fd, header, HEADER);
	if (ret <= 0)
		return ret;
	ASSERT_EQ(header[1] << 8 | header[2], 0x0303);
	len = header[3] << 8 | header[4];
	ASSERT_LE(len, RECORD_MAX + RAW_OVERHEAD - HEADER);
	ret = read_exactly(raw->fd, body, len);
	if (ret <= 0)
		return ret;
	open_record(raw, header, body, len);
	return raw->type;
}

void raw_expect_alert(struct raw *raw, int level, int description)
{
	ASSERT_EQ(raw_recv(raw), RAW_ALERT);
	ASSERT_EQ(raw->len, 2);
	ASSERT_EQ(raw->data[0], level);
	ASSERT_EQ(raw->data[1], description);
}

void raw_expect_update(struct raw *raw, int request)
{
	ASSERT_EQ(raw_recv(raw), RAW_HANDSHAKE);
	ASSERT_EQ(raw->len, 5);
	ASSERT_EQ(raw->data[0], KEY_UPDATE);
	ASSERT_EQ(raw->data[4], request);
	renew(&raw->kind, &raw->rx);
}

struct raw *raw_new(void)
{
	struct raw *raw = calloc(1, sizeof(*raw));

	ASSERT_NE(raw, NULL);
	raw->fd = -1;
	return raw;
}

void raw_free(struct raw *raw)
{
	close(raw->fd);
	free(raw);
}

void raw_reset(struct raw *raw)
{
	struct linger linger = { .l_onoff = 1 };

	ASSERT_EQ(setsockopt(raw->fd, SOL_SOCKET, SO_LINGER, &linger,
			     sizeof(linger)), 0);
	close(raw->fd);
	raw->fd = -1;
}

static int pair_as_server(struct raw *raw, struct link *link)
{
	union tsec_addr addr;
	int listener, fd;

	listener = tsec_listen(link, &addr, 1);
	raw->fd = socket(link->kind.family, SOCK_STREAM, 0);
	ASSERT_GE(raw->fd, 0);
	ASSERT_EQ(connect(raw->fd, &addr.sa, addr_len(&addr)), 0);
	fd = accept(listener, NULL, NULL);
	ASSERT_GE(fd, 0);
	close(listener);
	return fd;
}

static int pair_as_client(struct raw *raw, struct link *link)
{
	union tsec_addr addr;
	int listener, fd;

	listener = socket(link->kind.family, SOCK_STREAM, 0);
	ASSERT_GE(listener, 0);
	addr_listen(listener, link->kind.family, &addr);
	fd = tsec_socket(link->client, 0);
	ASSERT_EQ(tsec_connect(fd, &addr), 0);
	raw->fd = accept(listener, NULL, NULL);
	ASSERT_GE(raw->fd, 0);
	close(listener);
	return fd;
}

int raw_pair(struct raw *raw, struct link *link, int role)
{
	bool server = role == TSEC_ROLE_SERVER;
	int one = 1, fd;

	link_keys(link);
	raw->kind = link->kind;
	raw->tx = server ? link->to_server : link->to_client;
	raw->rx = server ? link->to_client : link->to_server;
	if (!link->plain) {
		derive(&raw->kind, &raw->tx);
		derive(&raw->kind, &raw->rx);
	}
	fd = server ? pair_as_server(raw, link) : pair_as_client(raw, link);
	ASSERT_EQ(setsockopt(raw->fd, IPPROTO_TCP, TCP_NODELAY, &one,
			     sizeof(one)), 0);
	return fd;
}
