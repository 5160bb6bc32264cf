// SPDX-License-Identifier: GPL-2.0
/*
 * A peer of another make: DTLS 1.3 records sealed and opened by hand (RFC 9147
 * sections 4 and 5.9).
 */
#include <stdio.h>

#include "aead.h"
#include "peer13.h"

enum {
	FIXED		= 0x20,
	WITH_CID	= 0x10,
	WITH_NUMBER_16	= 0x08,
	WITH_LENGTH	= 0x04,
	EPOCH_BITS	= 0x03,
	HEADER		= 5,		/* without a connection ID */
	SAMPLE		= 16,
};

/* What comes of a traffic secret. */
struct made {
	struct key key;			/* for aead_make() */
	uint8_t mask[TSEC_KEY_MAX];
};

/* HKDF-Expand-Label, without a context. */
static void expand(const struct kind *kind, const struct key *key,
		   const char *label, uint8_t *out, size_t len)
{
	size_t secret_len = tsec_cipher_secret_len(kind->cipher), n = 0;
	gnutls_mac_algorithm_t mac = secret_len == 48 ? GNUTLS_MAC_SHA384 :
							GNUTLS_MAC_SHA256;
	gnutls_datum_t secret = { (uint8_t *)key->secret, secret_len };
	uint8_t info[64];
	gnutls_datum_t datum = { info, 0 };

	put_be(info, len, 2);
	n = snprintf((char *)info + 3, sizeof(info) - 3, "dtls13%s", label);
	info[2] = n;
	info[3 + n] = 0;
	datum.size = 3 + n + 1;
	ASSERT_EQ(gnutls_hkdf_expand(mac, &secret, &datum, out, len), 0);
}

static void make(const struct kind *kind, const struct key *key,
		 struct made *made)
{
	size_t len = tsec_cipher_key_len(kind->cipher);

	expand(kind, key, "key", made->key.key, len);
	expand(kind, key, "iv", made->key.iv, AEAD_NONCE);
	expand(kind, key, "sn", made->mask, len);
}

static void nonce_make(const struct made *made, uint64_t seq, uint8_t *nonce)
{
	uint8_t number[8];
	int i;

	put_be(number, seq, 8);
	memcpy(nonce, made->key.iv, AEAD_NONCE);
	for (i = 0; i < 8; i++)
		nonce[4 + i] ^= number[i];
}

/* RFC 9147 section 4.2.3. */
static void number_mask(const struct kind *kind, const struct made *made,
			const uint8_t *sample, uint8_t *number)
{
	bool chacha = kind->cipher == TSEC_CIPHER_CHACHA20_POLY1305;
	gnutls_datum_t key = { (uint8_t *)made->mask,
			       tsec_cipher_key_len(kind->cipher) };
	static const uint8_t zeros[SAMPLE];
	gnutls_datum_t iv = { (uint8_t *)(chacha ? sample : zeros), SAMPLE };
	gnutls_cipher_algorithm_t alg = chacha ? GNUTLS_CIPHER_CHACHA20_32 :
		key.size == 16 ? GNUTLS_CIPHER_AES_128_CBC :
				 GNUTLS_CIPHER_AES_256_CBC;
	gnutls_cipher_hd_t hd;
	uint8_t mask[SAMPLE];

	ASSERT_EQ(gnutls_cipher_init(&hd, alg, &key, &iv), 0);
	ASSERT_EQ(gnutls_cipher_encrypt2(hd, chacha ? zeros : sample, SAMPLE,
					 mask, SAMPLE), 0);
	gnutls_cipher_deinit(hd);
	number[0] ^= mask[0];
	number[1] ^= mask[1];
}

static uint8_t first_byte(const struct key *key, uint16_t epoch)
{
	return FIXED | (key->cid_len ? WITH_CID : 0) | WITH_NUMBER_16 |
	       WITH_LENGTH | (epoch & EPOCH_BITS);
}

size_t peer13_seal(struct peer *peer, uint8_t *out, int type, const void *data,
		   size_t len)
{
	struct key *key = &peer->tx;
	size_t header = HEADER + key->cid_len, room = len + 1 + AEAD_TAG;
	static uint8_t plain[PEER_ROOM];
	uint8_t nonce[AEAD_NONCE];
	gnutls_aead_cipher_hd_t hd;
	struct made made;

	make(&peer->kind, key, &made);
	memcpy(plain, data, len);
	plain[len] = type;
	out[0] = first_byte(key, peer->epoch);
	memcpy(out + 1, key->cid, key->cid_len);
	put_be(out + header - 4, key->seq & 0xffff, 2);
	put_be(out + header - 2, room, 2);
	nonce_make(&made, key->seq++, nonce);
	hd = aead_make(&peer->kind, &made.key);
	ASSERT_EQ(gnutls_aead_cipher_encrypt(hd, nonce, AEAD_NONCE, out,
					     header, AEAD_TAG, plain, len + 1,
					     out + header, &room), 0);
	gnutls_aead_cipher_deinit(hd);
	number_mask(&peer->kind, &made, out + header, out + header - 4);
	return header + room;
}

void peer13_open(struct peer *peer, uint8_t *record, size_t len)
{
	const struct key *key = &peer->rx;
	size_t header = HEADER + key->cid_len;
	uint8_t nonce[AEAD_NONCE];
	gnutls_aead_cipher_hd_t hd;
	struct made made;

	ASSERT_GE(len, header + SAMPLE);
	ASSERT_EQ(record[0], first_byte(key, peer->rx_epoch));
	ASSERT_MEMEQ(record + 1, key->cid, key->cid_len);
	ASSERT_EQ(get_be(record + header - 2, 2), len - header);
	make(&peer->kind, key, &made);
	number_mask(&peer->kind, &made, record + header, record + header - 4);
	peer->seq = get_be(record + header - 4, 2);
	nonce_make(&made, peer->seq, nonce);
	peer->len = sizeof(peer->data);
	hd = aead_make(&peer->kind, &made.key);
	ASSERT_EQ(gnutls_aead_cipher_decrypt(hd, nonce, AEAD_NONCE, record,
					     header, AEAD_TAG, record + header,
					     len - header, peer->data,
					     &peer->len), 0);
	gnutls_aead_cipher_deinit(hd);
	peer->type = peer->data[--peer->len];
}

void peer13_next(const struct kind *kind, struct key *key)
{
	uint8_t next[TSEC_SECRET_MAX];
	size_t len = tsec_cipher_secret_len(kind->cipher);

	expand(kind, key, "traffic upd", next, len);
	memcpy(key->secret, next, len);
	key->seq = 0;
}
