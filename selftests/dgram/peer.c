// SPDX-License-Identifier: GPL-2.0
/*
 * A peer of another make: DTLS 1.2 records sealed and opened by hand
 * (RFC 6347, RFC 5288, RFC 7905).
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <unistd.h>

#include "peer.h"

enum { EXPLICIT = 8, TAG = 16, NONCE = 12, AAD = 13 };

static const gnutls_cipher_algorithm_t algorithms[] = {
	[TSEC_CIPHER_AES_128_GCM]	= GNUTLS_CIPHER_AES_128_GCM,
	[TSEC_CIPHER_AES_256_GCM]	= GNUTLS_CIPHER_AES_256_GCM,
	[TSEC_CIPHER_CHACHA20_POLY1305]	= GNUTLS_CIPHER_CHACHA20_POLY1305,
};

static void put_be(uint8_t *p, uint64_t value, int bytes)
{
	while (bytes--) {
		p[bytes] = value;
		value >>= 8;
	}
}

static uint64_t get_be(const uint8_t *p, int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *p++;
	return value;
}

static size_t explicit_len(const struct peer *peer)
{
	return peer->kind.cipher == TSEC_CIPHER_CHACHA20_POLY1305 ? 0 :
								    EXPLICIT;
}

static void nonce_make(const struct peer *peer, const struct key *key,
		       const uint8_t *number, uint8_t *nonce)
{
	int i;

	memcpy(nonce, key->iv, NONCE);
	for (i = 0; i < 8; i++)
		nonce[4 + i] = explicit_len(peer) ? number[i] :
						    nonce[4 + i] ^ number[i];
}

static void aad_make(const uint8_t *header, size_t len, uint8_t *aad)
{
	memcpy(aad, header + 3, 8);
	memcpy(aad + 8, header, 3);
	put_be(aad + 11, len, 2);
}

static gnutls_aead_cipher_hd_t aead(const struct peer *peer,
				    const struct key *key)
{
	gnutls_datum_t datum = {
		(uint8_t *)key->key, tsec_cipher_key_len(peer->kind.cipher)
	};
	gnutls_aead_cipher_hd_t hd;

	ASSERT_EQ(gnutls_aead_cipher_init(&hd, algorithms[peer->kind.cipher],
					  &datum), 0);
	return hd;
}

size_t peer_seal(struct peer *peer, uint8_t *out, int type, const void *data,
		 size_t len)
{
	size_t skip = explicit_len(peer), room = len + TAG;
	gnutls_aead_cipher_hd_t hd = aead(peer, &peer->tx);
	uint8_t nonce[NONCE], aad[AAD];

	out[0] = type;
	put_be(out + 1, 0xfefd, 2);
	put_be(out + 3, (uint64_t)peer->epoch << 48 | peer->tx.seq++, 8);
	put_be(out + 11, skip + len + TAG, 2);
	memcpy(out + PEER_HEADER, out + 3, skip);
	nonce_make(peer, &peer->tx, out + 3, nonce);
	aad_make(out, len, aad);
	ASSERT_EQ(gnutls_aead_cipher_encrypt(hd, nonce, NONCE, aad, AAD, TAG,
					     data, len,
					     out + PEER_HEADER + skip, &room),
		  0);
	gnutls_aead_cipher_deinit(hd);
	return PEER_HEADER + skip + room;
}

void peer_write(struct peer *peer, const void *data, size_t len)
{
	ASSERT_EQ(send(peer->fd, data, len, 0), len);
}

void peer_send(struct peer *peer, int type, const void *data, size_t len)
{
	static uint8_t record[PEER_ROOM];

	peer_write(peer, record, peer_seal(peer, record, type, data, len));
}

static void record_open(struct peer *peer, const uint8_t *record, size_t len)
{
	size_t skip = explicit_len(peer), body = len - PEER_HEADER - skip;
	gnutls_aead_cipher_hd_t hd = aead(peer, &peer->rx);
	uint8_t nonce[NONCE], aad[AAD];

	nonce_make(peer, &peer->rx, skip ? record + PEER_HEADER : record + 3,
		   nonce);
	aad_make(record, body - TAG, aad);
	peer->len = sizeof(peer->data);
	ASSERT_EQ(gnutls_aead_cipher_decrypt(hd, nonce, NONCE, aad, AAD, TAG,
					     record + PEER_HEADER + skip, body,
					     peer->data, &peer->len), 0);
	gnutls_aead_cipher_deinit(hd);
}

void peer_recv(struct peer *peer)
{
	static uint8_t record[PEER_ROOM];
	ssize_t len = recv(peer->fd, record, sizeof(record), 0);

	ASSERT_GE(len, PEER_HEADER + TAG);
	ASSERT_EQ(get_be(record + 1, 2), 0xfefd);
	ASSERT_EQ(get_be(record + 3, 2), 1);
	ASSERT_EQ(get_be(record + 11, 2), len - PEER_HEADER);
	peer->type = record[0];
	peer->seq = get_be(record + 5, 6);
	record_open(peer, record, len);
}

void peer_expect(struct peer *peer, const void *data, size_t len, uint64_t seq)
{
	peer_recv(peer);
	ASSERT_EQ(peer->type, TYPE_DATA);
	ASSERT_EQ(peer->seq, seq);
	ASSERT_EQ(peer->len, len);
	ASSERT_MEMEQ(peer->data, data, len);
}

void peer_make(struct peer *peer, struct link *link)
{
	union tsec_addr own, other;

	link_keys(link);
	peer->kind = link->kind;
	peer->tx = link->to_client;
	peer->rx = link->to_server;
	peer->epoch = 1;
	peer->fd = socket(link->kind.family, SOCK_DGRAM, 0);
	ASSERT_GE(peer->fd, 0);
	addr_loopback(&other, link->kind.family, 0);
	ASSERT_EQ(bind(peer->fd, &other.sa, addr_len(&other)), 0);
	addr_of(&other, peer->fd);
	peer->sock = dgram_bound(link->client, link->kind.family, &own);
	ASSERT_EQ(tsec_connect(peer->sock, &other), 0);
	ASSERT_EQ(tsec_connect(peer->fd, &own), 0);
}

void peer_close(struct peer *peer)
{
	close(peer->sock);
	close(peer->fd);
}
