// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "dtls13_record.h"

/* The first byte of a protected record (RFC 9147 section 4). */
enum first_byte {
	FIXED_BITS = 0x20,
	FIXED_MASK = 0xe0,
	WITH_CID = 0x10,
	WITH_SEQ_16 = 0x08,
	WITH_LENGTH = 0x04,
	EPOCH_MASK = 0x03,
};

enum record_layout {
	NONCE_LEN = 12,
	TAG_LEN = 16,
	SAMPLE_LEN = 16,
	HEADER_LEN = 5, /* of what is sent, without a connection ID */
	INNER_MAX = 16384 + 1,
};

#define SEQ_MAX ((UINT64_C(1) << 48) - 1)

/* Keys ******************************************************************* */

static int derive_all(struct dtls13_keys *keys,
		      const struct dtls13_suite *suite, const uint8_t *secret)
{
	uint8_t key[32];
	gnutls_datum_t datum = { key, suite->key_len };
	int ret = -1;

	if (!dtls13_expand_label(suite, secret, "key", NULL, 0, key,
				 suite->key_len) &&
	    !dtls13_expand_label(suite, secret, "iv", NULL, 0, keys->iv,
				 sizeof(keys->iv)) &&
	    !dtls13_expand_label(suite, secret, "sn", NULL, 0, keys->mask,
				 suite->key_len))
		ret = gnutls_aead_cipher_init(&keys->aead, suite->aead, &datum);
	explicit_bzero(key, sizeof(key));
	return ret < 0 ? -1 : 0;
}

int dtls13_keys_init(struct dtls13_keys *keys,
		     const struct dtls13_suite *suite, const uint8_t *secret,
		     uint16_t epoch)
{
	dtls13_keys_free(keys);
	if (derive_all(keys, suite, secret)) {
		explicit_bzero(keys, sizeof(*keys));
		return -1;
	}
	keys->suite = suite;
	keys->epoch = epoch;
	return 0;
}

void dtls13_keys_free(struct dtls13_keys *keys)
{
	if (keys->suite)
		gnutls_aead_cipher_deinit(keys->aead);
	explicit_bzero(keys, sizeof(*keys));
}

static void nonce_make(const struct dtls13_keys *keys, uint64_t seq,
		       uint8_t nonce[NONCE_LEN])
{
	memcpy(nonce, keys->iv, NONCE_LEN);
	for (int i = 0; i < 8; i++)
		nonce[NONCE_LEN - 1 - i] ^= seq >> 8 * i;
}

/*
 * RFC 9147 section 4.2.3: of AES, the encrypted sample; of ChaCha20, the key
 * stream that the sample selects, as counter and nonce.
 */
static int mask_make(const struct dtls13_keys *keys, const uint8_t *sample,
		     uint8_t mask[SAMPLE_LEN])
{
	bool chacha = keys->suite->mask == GNUTLS_CIPHER_CHACHA20_32;
	static const uint8_t zeros[SAMPLE_LEN];
	gnutls_datum_t key = { (void *)keys->mask, keys->suite->key_len };
	gnutls_datum_t iv = { (void *)(chacha ? sample : zeros), SAMPLE_LEN };
	gnutls_cipher_hd_t cipher;
	int ret;

	if (gnutls_cipher_init(&cipher, keys->suite->mask, &key, &iv) < 0)
		return -1;
	ret = gnutls_cipher_encrypt2(cipher, chacha ? zeros : sample,
				     SAMPLE_LEN, mask, SAMPLE_LEN);
	gnutls_cipher_deinit(cipher);
	return ret < 0 ? -1 : 0;
}

static int number_mask(const struct dtls13_keys *keys, const uint8_t *sample,
		       uint8_t *number, size_t len)
{
	uint8_t mask[SAMPLE_LEN];

	if (mask_make(keys, sample, mask))
		return -1;
	for (size_t i = 0; i < len; i++)
		number[i] ^= mask[i];
	return 0;
}

/* Sending **************************************************************** */

static int encrypt(struct dtls13_keys *keys, uint8_t type, const void *data,
		   size_t len, uint8_t *header)
{
	uint8_t nonce[NONCE_LEN];
	size_t header_len = HEADER_LEN + keys->cid.len;
	size_t room = len + 1 + TAG_LEN;
	uint8_t inner[INNER_MAX];
	int ret;

	memcpy(inner, data, len);
	inner[len] = type;
	nonce_make(keys, keys->seq, nonce);
	ret = gnutls_aead_cipher_encrypt(keys->aead, nonce, NONCE_LEN, header,
					 header_len, TAG_LEN, inner, len + 1,
					 header + header_len, &room);
	explicit_bzero(inner, len + 1);
	return ret < 0 || room != len + 1 + TAG_LEN ? -1 : 0;
}

int dtls13_record_seal(struct dtls13_keys *keys, uint8_t type,
		       const void *data, size_t len,
		       struct wire_writer *datagram)
{
	uint8_t *header = datagram->data + datagram->len;
	size_t header_len = HEADER_LEN + keys->cid.len;
	size_t whole = header_len + len + 1 + TAG_LEN;

	if (datagram->full || whole > datagram->size - datagram->len ||
	    len > INNER_MAX - 1 || keys->seq > SEQ_MAX)
		return -1;
	wire_put(datagram, FIXED_BITS | (keys->cid.len ? WITH_CID : 0) |
				   WITH_SEQ_16 | WITH_LENGTH |
				   (keys->epoch & EPOCH_MASK), 1);
	wire_put_data(datagram, keys->cid.bytes, keys->cid.len);
	wire_put(datagram, keys->seq & 0xffff, 2);
	wire_put(datagram, len + 1 + TAG_LEN, 2);
	if (encrypt(keys, type, data, len, header) ||
	    number_mask(keys, header + header_len,
			header + 1 + keys->cid.len, 2)) {
		datagram->len -= header_len;
		return -1;
	}
	datagram->len += len + 1 + TAG_LEN;
	keys->seq++;
	return 0;
}

int dtls13_record_plain(uint64_t seq, uint8_t type, const void *data,
			size_t len, struct wire_writer *datagram)
{
	if (datagram->full || seq > SEQ_MAX ||
	    DTLS13_PLAIN_HEADER + len > datagram->size - datagram->len)
		return -1;
	wire_put(datagram, type, 1);
	wire_put(datagram, DTLS12_VERSION, 2);
	wire_put(datagram, DTLS13_EPOCH_PLAIN, 2);
	wire_put(datagram, seq, 6);
	wire_put(datagram, len, 2);
	wire_put_data(datagram, data, len);
	return 0;
}

/* Receiving ************************************************************** */

static enum dtls13_verdict take_plain(struct wire_reader *reader,
				      struct dtls13_record *record)
{
	uint16_t version, epoch;
	struct wire_reader content;

	record->type = wire_get(reader, 1);
	version = wire_get(reader, 2);
	epoch = wire_get(reader, 2);
	record->seq = wire_get(reader, 6);
	content = wire_get_vector(reader, 2);
	if (reader->bad)
		return DTLS13_AT_END;
	record->epoch = DTLS13_EPOCH_PLAIN;
	record->data = (uint8_t *)content.at;
	record->len = content.left;
	if (epoch || !content.left ||
	    (version != DTLS12_VERSION && version != DTLS10_VERSION))
		return DTLS13_REFUSED;
	return record->type == DTLS13_ALERT ||
			       record->type == DTLS13_HANDSHAKE ||
			       record->type == DTLS13_ACK ?
		       DTLS13_TAKEN : DTLS13_REFUSED;
}

static struct dtls13_keys *keys_of(struct dtls13_keys *const keys[],
				   unsigned int n, uint8_t epoch_bits)
{
	for (unsigned int i = 0; i < n; i++)
		if (keys[i]->suite && (keys[i]->epoch & EPOCH_MASK) ==
					      epoch_bits)
			return keys[i];
	return NULL;
}

/* RFC 9147 section 4.2.2: nearest to the one that is expected next. */
static uint64_t seq_expand(uint64_t next, uint64_t low, unsigned int bits)
{
	uint64_t span = UINT64_C(1) << bits;
	uint64_t seq = (next & ~(span - 1)) | low;

	if (seq > next + span / 2 && seq >= span)
		return seq - span;
	if (seq + span / 2 < next)
		return seq + span;
	return seq;
}

/* Finds the content's type behind it: the last byte that is not zero. */
static bool inner_take(struct dtls13_record *record)
{
	while (record->len && !record->data[record->len - 1])
		record->len--;
	if (!record->len)
		return false;
	record->type = record->data[--record->len];
	return record->len || record->type == DTLS13_DATA;
}

static bool decrypt(struct dtls13_keys *keys, uint8_t *header,
		    size_t header_len, size_t len,
		    struct dtls13_record *record)
{
	uint8_t nonce[NONCE_LEN], plain[INNER_MAX];
	size_t room = sizeof(plain);

	nonce_make(keys, record->seq, nonce);
	if (gnutls_aead_cipher_decrypt(keys->aead, nonce, NONCE_LEN, header,
				       header_len, TAG_LEN,
				       header + header_len, len, plain,
				       &room) < 0)
		return false;
	memcpy(header + header_len, plain, room);
	explicit_bzero(plain, room);
	record->data = header + header_len;
	record->len = room;
	return true;
}

static bool open_record(struct dtls13_keys *keys, uint8_t *header,
			size_t seq_at, size_t header_len, size_t len,
			struct dtls13_record *record)
{
	unsigned int seq_len = *header & WITH_SEQ_16 ? 2 : 1;
	struct wire_reader number;

	if (len < 1 + TAG_LEN || len > INNER_MAX + TAG_LEN ||
	    number_mask(keys, header + header_len, header + seq_at, seq_len))
		return false;
	number = wire_reader(header + seq_at, seq_len);
	record->epoch = keys->epoch;
	record->seq = seq_expand(keys->seq, wire_get(&number, seq_len),
				 8 * seq_len);
	if (!decrypt(keys, header, header_len, len, record))
		return false;
	if (record->seq >= keys->seq)
		keys->seq = record->seq + 1;
	return inner_take(record);
}

/* Has it the connection ID that it is to have? */
static bool is_named(const uint8_t *header, const struct dtls13_cid *cid)
{
	if (!(*header & WITH_CID))
		return !cid->len;
	return cid->len && !memcmp(header + 1, cid->bytes, cid->len);
}

static enum dtls13_verdict take_sealed(struct dtls13_keys *const keys[],
				       unsigned int n,
				       const struct dtls13_cid *cid,
				       struct wire_reader *reader,
				       struct dtls13_record *record)
{
	uint8_t *header = (uint8_t *)reader->at;
	uint8_t first = wire_get(reader, 1);
	struct dtls13_keys *key = keys_of(keys, n, first & EPOCH_MASK);
	struct wire_reader content;
	size_t seq_at, header_len;

	/* Of one that was not agreed on, nobody knows the end. */
	if ((first & WITH_CID) && !cid->len)
		return DTLS13_AT_END;
	if (first & WITH_CID)
		wire_get_data(reader, cid->len);
	seq_at = reader->at - header;
	wire_get(reader, first & WITH_SEQ_16 ? 2 : 1);
	if (first & WITH_LENGTH) {
		content = wire_get_vector(reader, 2);
	} else {
		content = *reader;
		wire_get_data(reader, reader->left);
	}
	if (reader->bad)
		return DTLS13_AT_END;
	if (!key)
		return DTLS13_NO_KEYS;
	header_len = content.at - header;
	return is_named(header, cid) &&
			       open_record(key, header, seq_at, header_len,
					   content.left, record) ?
		       DTLS13_TAKEN : DTLS13_REFUSED;
}

enum dtls13_verdict dtls13_record_take(struct dtls13_keys *const keys[],
				       unsigned int n,
				       const struct dtls13_cid *cid,
				       uint8_t **datagram, size_t *left,
				       struct dtls13_record *record)
{
	struct wire_reader reader = wire_reader(*datagram, *left);
	enum dtls13_verdict verdict;

	memset(record, 0, sizeof(*record));
	if (!*left)
		return DTLS13_AT_END;
	if ((**datagram & FIXED_MASK) == FIXED_BITS)
		verdict = take_sealed(keys, n, cid, &reader, record);
	else
		verdict = take_plain(&reader, record);
	*datagram += *left - reader.left;
	*left = reader.left;
	return verdict;
}
