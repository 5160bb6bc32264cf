// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <err.h>
#include <string.h>
#include <sys/socket.h>

#include "record.h"

#define HEADER 5
#define TAG 16
#define RECORD_MAX (16384 + 256)

static gnutls_cipher_algorithm_t algorithm_of(uint16_t cipher)
{
	switch (cipher) {
	case TSEC_CIPHER_AES_128_GCM:
		return GNUTLS_CIPHER_AES_128_GCM;
	case TSEC_CIPHER_AES_256_GCM:
		return GNUTLS_CIPHER_AES_256_GCM;
	default:
		return GNUTLS_CIPHER_CHACHA20_POLY1305;
	}
}

/* HKDF-Expand-Label of RFC 8446 with an empty context. */
static void expand_label(const struct tsec_blob *secret, const char *label,
			 uint8_t *out, size_t len)
{
	uint8_t text[64] = { 0, len, 6 + strlen(label) };
	gnutls_datum_t key = { (void *)secret->data, secret->len }, info;

	memcpy(text + 3, "tls13 ", 6);
	memcpy(text + 9, label, strlen(label));
	info = (gnutls_datum_t){ text, 9 + strlen(label) + 1 };
	gnutls_hkdf_expand(secret->len == 48 ? GNUTLS_MAC_SHA384 :
					       GNUTLS_MAC_SHA256,
			   &key, &info, out, len);
}

void record_key_init(struct record_key *key, const struct tsec_key_info *info)
{
	unsigned int key_len = tsec_cipher_key_len(info->cipher);
	uint8_t raw[TSEC_KEY_MAX];
	gnutls_datum_t datum = { raw, key_len };

	memset(key, 0, sizeof(*key));
	key->version = info->version;
	key->cipher = info->cipher;
	key->seq = info->seq;
	if (info->secret.data) {
		expand_label(&info->secret, "key", raw, key_len);
		expand_label(&info->secret, "iv", key->iv, 12);
	} else {
		memcpy(raw, info->key.data, info->key.len);
		memcpy(key->iv, info->iv.data, info->iv.len);
	}
	if (gnutls_aead_cipher_init(&key->aead, algorithm_of(info->cipher),
				    &datum) < 0)
		errx(1, "cannot make a cipher");
}

void record_key_free(struct record_key *key)
{
	gnutls_aead_cipher_deinit(key->aead);
}

static bool has_explicit_nonce(const struct record_key *key)
{
	return key->version == TSEC_VERSION_TLS_1_2 &&
	       key->cipher != TSEC_CIPHER_CHACHA20_POLY1305;
}

static void make_nonce(const struct record_key *key, const uint8_t *explicit,
		       uint8_t nonce[12])
{
	uint64_t seq = htobe64(key->seq);
	const uint8_t *p = (const uint8_t *)&seq;

	memcpy(nonce, key->iv, 12);
	if (has_explicit_nonce(key)) {
		memcpy(nonce + 4, explicit, 8);
		return;
	}
	for (int i = 0; i < 8; i++)
		nonce[4 + i] ^= p[i];
}

static size_t make_aad(const struct record_key *key, const uint8_t *header,
		       size_t plain_len, uint8_t aad[13])
{
	uint64_t seq = htobe64(key->seq);

	if (key->version == TSEC_VERSION_TLS_1_3) {
		memcpy(aad, header, HEADER);
		return HEADER;
	}
	memcpy(aad, &seq, 8);
	memcpy(aad + 8, header, 3);
	aad[11] = plain_len >> 8;
	aad[12] = plain_len;
	return 13;
}

int record_send(struct record_key *key, int fd, uint8_t type, const void *data,
		size_t len)
{
	bool is_13 = key->version == TSEC_VERSION_TLS_1_3;
	size_t explicit = has_explicit_nonce(key) ? 8 : 0;
	uint8_t record[HEADER + 8 + RECORD_MAX] = { 0 }, plain[RECORD_MAX];
	uint8_t nonce[12], aad[13];
	uint64_t seq = htobe64(key->seq);
	size_t total, out = RECORD_MAX, aad_len;

	memcpy(plain, data, len);
	plain[len] = type;
	len += is_13;
	total = explicit + len + TAG;
	memcpy(record,
	       (uint8_t[]){ is_13 ? RECORD_DATA : type, 3, 3, total >> 8,
			    total },
	       HEADER);
	memcpy(record + HEADER, &seq, explicit);
	make_nonce(key, record + HEADER, nonce);
	aad_len = make_aad(key, record, len, aad);
	if (gnutls_aead_cipher_encrypt(key->aead, nonce, 12, aad, aad_len, TAG,
				       plain, len, record + HEADER + explicit,
				       &out) < 0)
		return -1;
	key->seq++;
	total += HEADER;
	return send(fd, record, total, MSG_NOSIGNAL) == (ssize_t)total ? 0 : -1;
}

static ssize_t open_record(struct record_key *key, const uint8_t *record,
			   size_t len, uint8_t *type, uint8_t *plain)
{
	size_t explicit = has_explicit_nonce(key) ? 8 : 0, out = RECORD_MAX;
	uint8_t nonce[12], aad[13];
	size_t aad_len;

	if (len < explicit + TAG)
		return -1;
	make_nonce(key, record + HEADER, nonce);
	aad_len = make_aad(key, record, len - explicit - TAG, aad);
	if (gnutls_aead_cipher_decrypt(key->aead, nonce, 12, aad, aad_len, TAG,
				       record + HEADER + explicit,
				       len - explicit, plain, &out) < 0)
		return -1;
	key->seq++;
	*type = record[0];
	if (key->version == TSEC_VERSION_TLS_1_2)
		return out;
	while (out && !plain[out - 1])
		out--;
	if (!out)
		return -1;
	*type = plain[--out];
	return out;
}

ssize_t record_receive(struct record_key *key, int fd, uint8_t *type,
		       void *data, size_t size)
{
	uint8_t record[HEADER + RECORD_MAX], plain[RECORD_MAX];
	ssize_t len;

	if (recv(fd, record, HEADER, MSG_WAITALL) != HEADER)
		return -1;
	len = record[3] << 8 | record[4];
	if (len > RECORD_MAX ||
	    recv(fd, record + HEADER, len, MSG_WAITALL) != len)
		return -1;
	len = open_record(key, record, len, type, plain);
	if (len < 0 || (size_t)len > size)
		return -1;
	memcpy(data, plain, len);
	return len;
}
