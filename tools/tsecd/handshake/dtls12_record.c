// SPDX-License-Identifier: GPL-2.0
#include <gnutls/crypto.h>
#include <string.h>

#include "dtls12_record.h"
#include "wire.h"

enum record_layout {
	AT_VERSION = 1,
	AT_NUMBER = 3, /* epoch and sequence number */
	NUMBER_LEN = 8,
	EPOCH_LEN = 2,
	AT_CID = 11, /* in front of the length */
	HEADER_LEN = 13,
	NONCE_LEN = 12,
	TAG_LEN = 16,
	INNER_MAX = 16384 + 1,
	AAD_MAX = 23 + UINT8_MAX,
};

/* What was in a record, and what it was called. */
struct content {
	uint8_t type;
	uint8_t number[NUMBER_LEN];
	uint8_t version[AT_NUMBER - AT_VERSION];
	uint8_t data[INNER_MAX];
	size_t len;
};

static bool has_cid(const uint8_t *record)
{
	return record[0] == DTLS12_CID;
}

size_t dtls12_record_len(const uint8_t *data, size_t len, size_t cid_len)
{
	struct wire_reader reader = wire_reader(data, len);

	wire_get_data(&reader, AT_CID);
	if (len && has_cid(data))
		wire_get_data(&reader, cid_len);
	wire_get_vector(&reader, 2);
	return reader.bad ? len : len - reader.left;
}

uint16_t dtls12_record_epoch(const uint8_t *data, size_t len)
{
	struct wire_reader reader = wire_reader(data, len);

	wire_get_data(&reader, AT_NUMBER);
	return wire_get(&reader, EPOCH_LEN);
}

uint64_t dtls12_record_number(const uint8_t *data, size_t len)
{
	struct wire_reader reader = wire_reader(data, len);

	wire_get_data(&reader, AT_NUMBER + EPOCH_LEN);
	return wire_get(&reader, NUMBER_LEN - EPOCH_LEN);
}

/* Nonce and additional data ********************************************** */

/* GCM: the last eight bytes of the nonce travel (RFC 5288 section 3). */
static size_t explicit_len(const struct dtls12_key *key)
{
	return key->iv.size < NONCE_LEN ? NONCE_LEN - key->iv.size : 0;
}

static void nonce_make(const struct dtls12_key *key, const uint8_t *number,
		       const uint8_t *explicit, uint8_t nonce[NONCE_LEN])
{
	uint8_t *last = nonce + NONCE_LEN - NUMBER_LEN;

	memcpy(nonce, key->iv.data, key->iv.size);
	if (explicit_len(key)) {
		memcpy(last, explicit, NUMBER_LEN);
		return;
	}
	for (int i = 0; i < NUMBER_LEN; i++)
		last[i] ^= number[i];
}

/* @len: of what is encrypted, here and below */
static void aad_plain(const uint8_t *header, size_t len,
		      struct wire_writer *aad)
{
	wire_put_data(aad, header + AT_NUMBER, NUMBER_LEN);
	wire_put_data(aad, header, AT_NUMBER);
	wire_put(aad, len, 2);
}

/* RFC 9146 section 5.3. */
static void aad_named(const struct dtls12_key *key, const uint8_t *header,
		      size_t len, struct wire_writer *aad)
{
	wire_put(aad, UINT64_MAX, 8);
	wire_put(aad, DTLS12_CID, 1);
	wire_put(aad, key->cid.size, 1);
	wire_put_data(aad, header, AT_CID + key->cid.size);
	wire_put(aad, len, 2);
}

static size_t aad_make(const struct dtls12_key *key, const uint8_t *header,
		       size_t len, uint8_t room[AAD_MAX])
{
	struct wire_writer aad = wire_writer(room, AAD_MAX);

	if (has_cid(header))
		aad_named(key, header, len, &aad);
	else
		aad_plain(header, len, &aad);
	return aad.len;
}

/* One record ************************************************************* */

static bool decrypt(gnutls_aead_cipher_hd_t aead, const struct dtls12_key *key,
		    const uint8_t *header, struct wire_reader sealed,
		    struct content *content)
{
	const uint8_t *explicit = wire_get_data(&sealed, explicit_len(key));
	uint8_t nonce[NONCE_LEN], aad[AAD_MAX];
	size_t aad_len;

	content->len = sizeof(content->data);
	if (sealed.bad || sealed.left < TAG_LEN ||
	    sealed.left - TAG_LEN > content->len)
		return false;
	nonce_make(key, header + AT_NUMBER, explicit, nonce);
	aad_len = aad_make(key, header, sealed.left - TAG_LEN, aad);
	return gnutls_aead_cipher_decrypt(aead, nonce, sizeof(nonce), aad,
					  aad_len, TAG_LEN, sealed.at,
					  sealed.left, content->data,
					  &content->len) >= 0;
}

/* The type is the last byte that is not zero, and not that of what it is in. */
static bool inner_take(struct content *content)
{
	while (content->len && !content->data[content->len - 1])
		content->len--;
	if (!content->len)
		return false;
	content->type = content->data[--content->len];
	return content->type != DTLS12_CID;
}

static bool record_open(gnutls_aead_cipher_hd_t aead,
			const struct dtls12_key *key, const uint8_t *data,
			size_t len, struct content *content)
{
	struct wire_reader reader = wire_reader(data, len), sealed;
	const uint8_t *cid;

	content->type = wire_get(&reader, 1);
	wire_get_data(&reader, AT_CID - 1);
	if (content->type == DTLS12_CID) {
		cid = wire_get_data(&reader, key->cid.size);
		if (!cid || memcmp(cid, key->cid.data, key->cid.size))
			return false;
	}
	sealed = wire_get_vector(&reader, 2);
	if (!wire_is_read(&reader))
		return false;
	memcpy(content->version, data + AT_VERSION, sizeof(content->version));
	memcpy(content->number, data + AT_NUMBER, NUMBER_LEN);
	return decrypt(aead, key, data, sealed, content) &&
	       (content->type != DTLS12_CID || inner_take(content));
}

static bool encrypt(gnutls_aead_cipher_hd_t aead, const struct dtls12_key *key,
		    const uint8_t *header, const struct content *content,
		    struct wire_writer *writer)
{
	size_t room = writer->size - writer->len, aad_len;
	uint8_t nonce[NONCE_LEN], aad[AAD_MAX];

	nonce_make(key, content->number, content->number, nonce);
	aad_len = aad_make(key, header, content->len, aad);
	if (writer->full ||
	    gnutls_aead_cipher_encrypt(aead, nonce, sizeof(nonce), aad,
				       aad_len, TAG_LEN, content->data,
				       content->len,
				       writer->data + writer->len, &room) < 0)
		return false;
	writer->len += room;
	return true;
}

/* Its length, or -1. */
static int record_seal(gnutls_aead_cipher_hd_t aead,
		       const struct dtls12_key *key, bool named,
		       struct content *content, uint8_t *out, size_t size)
{
	struct wire_writer writer = wire_writer(out, size);

	if (named && content->len == INNER_MAX)
		return -1;
	if (named)
		content->data[content->len++] = content->type;
	wire_put(&writer, named ? DTLS12_CID : content->type, 1);
	wire_put_data(&writer, content->version, sizeof(content->version));
	wire_put_data(&writer, content->number, NUMBER_LEN);
	if (named)
		wire_put_data(&writer, key->cid.data, key->cid.size);
	wire_put(&writer, explicit_len(key) + content->len + TAG_LEN, 2);
	wire_put_data(&writer, content->number, explicit_len(key));
	return encrypt(aead, key, out, content, &writer) ? (int)writer.len : -1;
}

/* The epoch stays. */
static void number_put(uint8_t *number, uint64_t value)
{
	struct wire_writer writer = wire_writer(number + EPOCH_LEN,
						NUMBER_LEN - EPOCH_LEN);

	wire_put(&writer, value, NUMBER_LEN - EPOCH_LEN);
}

/* @number: NULL to keep it */
static int remake(const struct dtls12_key *key, bool named,
		  const uint64_t *number, const uint8_t *data, size_t len,
		  uint8_t *out, size_t size)
{
	gnutls_aead_cipher_hd_t aead;
	struct content content;
	int ret = -1;

	if (key->cid.size > UINT8_MAX ||
	    gnutls_aead_cipher_init(&aead, key->cipher, &key->key) < 0)
		return -1;
	if (record_open(aead, key, data, len, &content)) {
		if (number)
			number_put(content.number, *number);
		ret = record_seal(aead, key, named, &content, out, size);
	}
	gnutls_aead_cipher_deinit(aead);
	explicit_bzero(&content, sizeof(content));
	return ret;
}

int dtls12_record_name(const struct dtls12_key *key, const uint8_t *data,
		       size_t len, uint8_t *out, size_t size)
{
	if (!len || has_cid(data))
		return -1;
	return remake(key, true, NULL, data, len, out, size);
}

int dtls12_record_unname(const struct dtls12_key *key, const uint8_t *data,
			 size_t len, uint8_t *out, size_t size)
{
	if (!len || !has_cid(data))
		return -1;
	return remake(key, false, NULL, data, len, out, size);
}

int dtls12_record_renumber(const struct dtls12_key *key, uint64_t number,
			   const uint8_t *data, size_t len, uint8_t *out,
			   size_t size)
{
	if (len < HEADER_LEN || len > size)
		return -1;
	if (dtls12_record_epoch(data, len))
		return remake(key, has_cid(data), &number, data, len, out,
			      size);
	memcpy(out, data, len);
	number_put(out + AT_NUMBER, number);
	return len;
}
