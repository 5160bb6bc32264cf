// SPDX-License-Identifier: GPL-2.0
/*
 * A peer of another make: packets of ESP sealed and opened by hand (RFC 4303,
 * RFC 4106, RFC 7634).
 */
#include <netinet/in.h>

#include "aead.h"
#include "esp.h"

enum { SALT = 4, TRAILER = 2, AAD_MAX = 12 };

static size_t padded(size_t len)
{
	return (len + TRAILER + ESP_ALIGN - 1) / ESP_ALIGN * ESP_ALIGN;
}

size_t esp_packet_len(size_t len)
{
	return ESP_HEADER + padded(ESP_UDP_HEADER + len) + AEAD_TAG;
}

void esp_udp_make(struct esp_content *content, uint16_t source, uint16_t dest,
		  const void *data, size_t len)
{
	content->next = IPPROTO_UDP;
	content->len = ESP_UDP_HEADER + len;
	put_be(content->data, source, 2);
	put_be(content->data + 2, dest, 2);
	put_be(content->data + 4, content->len, 2);
	put_be(content->data + 6, 0, 2);
	memcpy(content->data + ESP_UDP_HEADER, data, len);
}

static size_t aad_make(const struct kind *kind, const struct key *key,
		       uint64_t seq, uint8_t *aad)
{
	bool esn = kind->version == TSEC_VERSION_ESP_ESN;

	put_be(aad, key->id, 4);
	put_be(aad + 4, seq, esn ? 8 : 4);
	return esn ? 12 : 8;
}

static void nonce_make(const struct key *key, const uint8_t *packet,
		       uint8_t *nonce)
{
	memcpy(nonce, key->iv, SALT);
	memcpy(nonce + SALT, packet + 8, AEAD_NONCE - SALT);
}

size_t esp_seal(const struct kind *kind, const struct key *key,
		const struct esp_content *content, uint8_t *packet)
{
	size_t len = padded(content->len), room = len + AEAD_TAG, i, aad_len;
	uint8_t plain[ESP_ROOM], nonce[AEAD_NONCE], aad[AAD_MAX];
	gnutls_aead_cipher_hd_t hd = aead_make(kind, key);

	memcpy(plain, content->data, content->len);
	for (i = content->len; i < len - TRAILER; i++)
		plain[i] = i - content->len + 1;
	plain[i++] = len - TRAILER - content->len;
	plain[i] = content->next;
	put_be(packet, key->id, 4);
	put_be(packet + 4, content->seq, 4);
	/* Any that does not come twice will do. */
	put_be(packet + 8, ~content->seq, 8);
	nonce_make(key, packet, nonce);
	aad_len = aad_make(kind, key, content->seq, aad);
	ASSERT_EQ(gnutls_aead_cipher_encrypt(hd, nonce, AEAD_NONCE, aad,
					     aad_len, AEAD_TAG, plain, len,
					     packet + ESP_HEADER, &room), 0);
	gnutls_aead_cipher_deinit(hd);
	return ESP_HEADER + room;
}

/* Padding counts up from 1 (RFC 4303 section 2.4). */
static void trailer_take(struct esp_content *content)
{
	const uint8_t *end = content->data + content->len;
	int pad = end[-TRAILER], i;

	content->next = end[-1];
	ASSERT_LE((size_t)pad + TRAILER, content->len);
	content->len -= pad + TRAILER;
	for (i = 0; i < pad; i++)
		EXPECT_EQ(content->data[content->len + i], i + 1);
}

void esp_open(const struct kind *kind, const struct key *key,
	      const uint8_t *packet, size_t len, struct esp_content *content)
{
	gnutls_aead_cipher_hd_t hd = aead_make(kind, key);
	uint8_t nonce[AEAD_NONCE], aad[AAD_MAX];
	size_t aad_len;

	ASSERT_EQ(get_be(packet, 4), key->id);
	content->seq = content->seq >> 32 << 32 | get_be(packet + 4, 4);
	content->len = sizeof(content->data);
	nonce_make(key, packet, nonce);
	aad_len = aad_make(kind, key, content->seq, aad);
	ASSERT_EQ(gnutls_aead_cipher_decrypt(hd, nonce, AEAD_NONCE, aad,
					     aad_len, AEAD_TAG,
					     packet + ESP_HEADER,
					     len - ESP_HEADER, content->data,
					     &content->len), 0);
	gnutls_aead_cipher_deinit(hd);
	trailer_take(content);
}
