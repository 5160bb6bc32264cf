// SPDX-License-Identifier: GPL-2.0
/*
 * A peer of another make: DTLS 1.2 records sealed and opened by hand
 * (RFC 6347, RFC 5288, RFC 7905, RFC 9146), and others by peer13.c.
 */
#include <unistd.h>

#include "aead.h"
#include "peer13.h"
#include "util.h"
#include "wire.h"

enum { EXPLICIT = 8, AAD_MAX = 23 + TSEC_CID_MAX };

static bool is_13(const struct peer *peer)
{
	return peer->kind.version == TSEC_VERSION_DTLS_1_3;
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

	memcpy(nonce, key->iv, AEAD_NONCE);
	for (i = 0; i < 8; i++)
		nonce[4 + i] = explicit_len(peer) ? number[i] :
						    nonce[4 + i] ^ number[i];
}

static size_t aad_make(const struct key *key, const uint8_t *header, size_t len,
		       uint8_t *aad)
{
	if (!key->cid_len) {
		memcpy(aad, header + 3, 8);
		memcpy(aad + 8, header, 3);
		put_be(aad + 11, len, 2);
		return 13;
	}
	memset(aad, 0xff, 8);
	aad[8] = TYPE_CID;
	aad[9] = key->cid_len;
	memcpy(aad + 10, header, 11 + key->cid_len);
	put_be(aad + 21 + key->cid_len, len, 2);
	return 23 + key->cid_len;
}

static size_t peer12_seal(struct peer *peer, uint8_t *out, int type,
			  const void *data, size_t len)
{
	struct key *key = &peer->tx;
	size_t skip = explicit_len(peer), inner = len + !!key->cid_len;
	size_t header = PEER_HEADER + key->cid_len, room = inner + AEAD_TAG;
	gnutls_aead_cipher_hd_t hd = aead_make(&peer->kind, key);
	static uint8_t plain[PEER_ROOM];
	uint8_t nonce[AEAD_NONCE], aad[AAD_MAX];
	size_t aad_len;

	memcpy(plain, data, len);
	plain[len] = type;
	out[0] = key->cid_len ? TYPE_CID : type;
	put_be(out + 1, 0xfefd, 2);
	put_be(out + 3, (uint64_t)peer->epoch << 48 | key->seq++, 8);
	memcpy(out + 11, key->cid, key->cid_len);
	put_be(out + header - 2, skip + inner + AEAD_TAG, 2);
	memcpy(out + header, out + 3, skip);
	nonce_make(peer, key, out + 3, nonce);
	aad_len = aad_make(key, out, inner, aad);
	ASSERT_EQ(gnutls_aead_cipher_encrypt(hd, nonce, AEAD_NONCE, aad,
					     aad_len, AEAD_TAG, plain, inner,
					     out + header + skip, &room), 0);
	gnutls_aead_cipher_deinit(hd);
	return header + skip + room;
}

size_t peer_seal(struct peer *peer, uint8_t *out, int type, const void *data,
		 size_t len)
{
	return is_13(peer) ? peer13_seal(peer, out, type, data, len) :
			     peer12_seal(peer, out, type, data, len);
}

void peer_write(struct peer *peer, const void *data, size_t len)
{
	ASSERT_EQ(send(peer->fd, data, len, 0), len);
}

void peer_expect_dropped(struct peer *peer, const void *data, size_t len,
			 const char *counter)
{
	uint64_t before = stat_of(counter);
	uint8_t byte;

	peer_write(peer, data, len);
	stat_reaches(counter, before + 1);
	EXPECT_EQ(stat_of(counter), before + 1);
	EXPECT_ERR(recv(peer->sock, &byte, 1, MSG_DONTWAIT), EAGAIN);
}

void peer_send(struct peer *peer, int type, const void *data, size_t len)
{
	static uint8_t record[PEER_ROOM];

	peer_write(peer, record, peer_seal(peer, record, type, data, len));
}

static void record_open(struct peer *peer, const uint8_t *record, size_t len)
{
	const struct key *key = &peer->rx;
	const uint8_t *body = record + PEER_HEADER + key->cid_len;
	size_t skip = explicit_len(peer), aad_len;
	size_t inner = record + len - body - skip - AEAD_TAG;
	gnutls_aead_cipher_hd_t hd = aead_make(&peer->kind, key);
	uint8_t nonce[AEAD_NONCE], aad[AAD_MAX];

	nonce_make(peer, key, skip ? body : record + 3, nonce);
	aad_len = aad_make(key, record, inner, aad);
	peer->len = sizeof(peer->data);
	ASSERT_EQ(gnutls_aead_cipher_decrypt(hd, nonce, AEAD_NONCE, aad,
					     aad_len, AEAD_TAG, body + skip,
					     inner + AEAD_TAG, peer->data,
					     &peer->len), 0);
	gnutls_aead_cipher_deinit(hd);
	peer->type = record[0];
	if (key->cid_len)
		peer->type = peer->data[--peer->len];
}

static void peer12_open(struct peer *peer, const uint8_t *record, ssize_t len)
{
	size_t header = PEER_HEADER + peer->rx.cid_len;

	ASSERT_GE(len, header + AEAD_TAG);
	ASSERT_EQ(record[0] == TYPE_CID, peer->rx.cid_len > 0);
	ASSERT_MEMEQ(record + 11, peer->rx.cid, peer->rx.cid_len);
	ASSERT_EQ(get_be(record + 1, 2), 0xfefd);
	ASSERT_EQ(get_be(record + 3, 2), peer->rx_epoch);
	ASSERT_EQ(get_be(record + header - 2, 2), len - header);
	peer->seq = get_be(record + 5, 6);
	record_open(peer, record, len);
}

void peer_recv(struct peer *peer)
{
	static uint8_t record[PEER_ROOM];
	ssize_t len = recv(peer->fd, record, sizeof(record), 0);

	ASSERT_GE(len, 0);
	if (is_13(peer))
		peer13_open(peer, record, len);
	else
		peer12_open(peer, record, len);
}

void peer_begin(struct peer *peer)
{
	peer->epoch = is_13(peer) ? PEER13_EPOCH : 1;
	peer->rx_epoch = peer->epoch;
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
	peer_begin(peer);
	peer->fd = wire_socket(link->kind.family, &other);
	peer->sock = dgram_bound(link->client, link->kind.family, &own);
	ASSERT_EQ(tsec_connect(peer->sock, &other), 0);
	ASSERT_EQ(tsec_connect(peer->fd, &own), 0);
}

void cid_set(struct key *key, const char *cid)
{
	key->cid_len = strlen(cid);
	memcpy(key->cid, cid, key->cid_len);
}

void peer_close(struct peer *peer)
{
	close(peer->sock);
	close(peer->fd);
}
