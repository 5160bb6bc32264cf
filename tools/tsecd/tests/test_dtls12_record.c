// SPDX-License-Identifier: GPL-2.0
/*
 * Records with and without connection IDs: the vectors that the kernel's tests
 * have, one made of the other, and what is malformed.
 */
#include <gnutls/crypto.h>
#include <string.h>

#include "../handshake/dtls12_record.h"
#include "hex.h"
#include "tap.h"

enum {
	AT_EPOCH = 3,
	HEADER_LEN = 13,
	ROOM = 17000,
};

/* Key bytes 0, 1, 2, ...; "hello dtls12", epoch 1, number 1, ID c1d2. */
static const struct vector {
	const char *name;
	gnutls_cipher_algorithm_t cipher;
	unsigned int key_len, iv_len;
	const char *plain, *named;
} vectors[] = {
	{ "AES-128-GCM", GNUTLS_CIPHER_AES_128_GCM, 16, 4,
	  "17fefd00010000000000010024000100000000000176b68c16a1addd6a"
	  "6d97c7ab562f8daa52ed93fedc6e39415394625a",
	  "19fefd0001000000000001c1d20025000100000000000176b68c16a1ad"
	  "dd6a6d97c7ab10d49599232eefa1af1c31cc76b9926c65" },
	{ "AES-256-GCM", GNUTLS_CIPHER_AES_256_GCM, 32, 4,
	  "17fefd0001000000000001002400010000000000013a0bed7987dc7809"
	  "f16dfa1957bfb7f4e43f0321b1cfae31d4583631",
	  "19fefd0001000000000001c1d2002500010000000000013a0bed7987dc"
	  "7809f16dfa191b308719599dda80c1478eb054a0367358" },
	{ "ChaCha20-Poly1305", GNUTLS_CIPHER_CHACHA20_POLY1305, 32, 12,
	  "17fefd0001000000000001001cd3959d6298097b7fdfd3fe6ca5431879"
	  "fdcb3e1844a1e29c3c6eb117",
	  "19fefd0001000000000001c1d2001dd3959d6298097b7fdfd3fe6c3e18"
	  "47e50bea7f529aaee307ec0c555aaf" },
};

static uint8_t key_bytes[32], iv_bytes[12], cid[] = { 0xc1, 0xd2 };

static struct dtls12_key key_of(const struct vector *vector)
{
	for (unsigned int i = 0; i < sizeof(key_bytes); i++)
		key_bytes[i] = i;
	for (unsigned int i = 0; i < sizeof(iv_bytes); i++)
		iv_bytes[i] = (vector->iv_len == 4 ? 0xa0 : 0xc0) + i;
	return (struct dtls12_key){
		.cipher = vector->cipher,
		.key = { key_bytes, vector->key_len },
		.iv = { iv_bytes, vector->iv_len },
		.cid = { cid, sizeof(cid) },
	};
}

static void test_vector(const struct vector *vector)
{
	struct dtls12_key key = key_of(vector);
	uint8_t data[128], out[128];
	size_t len = unhex(vector->plain, data, sizeof(data));
	int ret = dtls12_record_name(&key, data, len, out, sizeof(out));

	ok(ret > 0 && is_hex(out, ret, vector->named), "%s: named",
	   vector->name);
	len = unhex(vector->named, data, sizeof(data));
	ret = dtls12_record_unname(&key, data, len, out, sizeof(out));
	ok(ret > 0 && is_hex(out, ret, vector->plain), "%s: unnamed",
	   vector->name);
	ret = dtls12_record_unname(&key, data, len, data, sizeof(data));
	ok(ret > 0 && is_hex(data, ret, vector->plain), "%s: ... in place",
	   vector->name);
}

/* A record's next life: only what depends on the number is other. */
static void test_renumber(const struct vector *vector, bool named)
{
	const char *text = named ? vector->named : vector->plain;
	const char *how = named ? "with an ID" : "without";
	struct dtls12_key key = key_of(vector);
	uint8_t data[128], out[128];
	size_t len = unhex(text, data, sizeof(data));
	int ret = dtls12_record_renumber(&key, 0xa1b2c3d4e5f6, data, len, out,
					 sizeof(out));

	ok(ret == (int)len && dtls12_record_epoch(out, ret) == 1 &&
		   dtls12_record_number(out, ret) == 0xa1b2c3d4e5f6 &&
		   memcmp(out + len - 13, data + len - 13, 13),
	   "%s, %s: another number", vector->name, how);
	ret = dtls12_record_renumber(&key, 1, out, ret, data, sizeof(data));
	ok(ret == (int)len && is_hex(data, ret, text),
	   "%s, %s: ... and back again", vector->name, how);
	ok(dtls12_record_renumber(&key, 1, data, len - 1, out, sizeof(out)) <
			   0 &&
		   dtls12_record_renumber(&key, 1, data, len, out, len - 1) < 0,
	   "%s, %s: cut short, or without room", vector->name, how);
	data[len - 1] ^= 1;
	ok(dtls12_record_renumber(&key, 2, data, len, out, sizeof(out)) < 0,
	   "%s, %s: forged", vector->name, how);
}

static void test_renumber_plain(void)
{
	uint8_t data[HEADER_LEN + 1] = { 20, 254, 253 }, out[sizeof(data)];

	data[HEADER_LEN - 1] = data[HEADER_LEN] = 1;
	ok(dtls12_record_renumber(NULL, 7, data, sizeof(data), out,
				  sizeof(out)) == sizeof(data) &&
		   is_hex(out, sizeof(data), "14fefd0000000000000007000101"),
	   "a record of epoch 0 needs no key for another number");
	ok(dtls12_record_renumber(NULL, 7, data, HEADER_LEN - 1, out,
				  sizeof(out)) < 0 &&
		   dtls12_record_renumber(NULL, 7, data, sizeof(data), out,
					  sizeof(data) - 1) < 0,
	   "... but to be whole, and room");
}

/* Every byte of a record counts. */
static void test_forged(const struct vector *vector)
{
	struct dtls12_key key = key_of(vector);
	uint8_t data[128], out[128];
	size_t len = unhex(vector->named, data, sizeof(data));
	unsigned int taken = 0;

	for (size_t i = 0; i < len; i++) {
		data[i] ^= 1;
		taken += dtls12_record_unname(&key, data, len, out,
					      sizeof(out)) >= 0;
		data[i] ^= 1;
	}
	ok(!taken, "%s: no byte of one with an ID can be changed",
	   vector->name);
	len = unhex(vector->plain, data, sizeof(data));
	for (size_t i = 0; i < len; i++) {
		data[i] ^= 1;
		taken += dtls12_record_name(&key, data, len, out,
					    sizeof(out)) >= 0;
		data[i] ^= 1;
	}
	ok(!taken, "%s: nor of one without", vector->name);
}

static void test_truncated(const struct vector *vector)
{
	struct dtls12_key key = key_of(vector);
	uint8_t data[128], out[128];
	size_t len = unhex(vector->named, data, sizeof(data));
	unsigned int taken = 0;

	for (size_t i = 0; i < len; i++) {
		taken += dtls12_record_unname(&key, data, i, out,
					      sizeof(out)) >= 0;
		/* The same, and its length says so. */
		if (i < HEADER_LEN + sizeof(cid))
			continue;
		data[HEADER_LEN + sizeof(cid) - 1] = i - HEADER_LEN -
						     sizeof(cid);
		taken += dtls12_record_unname(&key, data, i, out,
					      sizeof(out)) >= 0;
		unhex(vector->named, data, sizeof(data));
	}
	ok(!taken, "%s: none that is cut short is taken", vector->name);
	data[len] = 0;
	ok(dtls12_record_unname(&key, data, len + 1, out, sizeof(out)) < 0,
	   "%s: nor one with something behind it", vector->name);
}

static void test_other_form(void)
{
	struct dtls12_key key = key_of(&vectors[0]);
	uint8_t data[128], out[128];
	size_t len = unhex(vectors[0].plain, data, sizeof(data));

	ok(dtls12_record_unname(&key, data, len, out, sizeof(out)) < 0,
	   "one that has no ID is not rid of it");
	for (size_t i = 0; i < len + sizeof(cid) + 1; i++)
		if (dtls12_record_name(&key, data, len, out, i) >= 0)
			len = 0;
	ok(len, "one that does not fit is not written");
	len = unhex(vectors[0].named, data, sizeof(data));
	ok(dtls12_record_name(&key, data, len, out, sizeof(out)) < 0,
	   "one that has an ID gets no other");
	cid[1]++;
	ok(dtls12_record_unname(&key, data, len, out, sizeof(out)) < 0,
	   "another ID is refused");
	cid[1]--;
	key.cid.size = 1;
	ok(dtls12_record_unname(&key, data, len, out, sizeof(out)) < 0,
	   "so is a shorter one");
	ok(dtls12_record_name(&key, data, 0, out, sizeof(out)) < 0 &&
		   dtls12_record_unname(&key, data, 0, out, sizeof(out)) < 0,
	   "nothing is no record");
}

/* The inner plaintext that a peer may make, sealed by "naming" it. */
static int seal_inner(const struct dtls12_key *key, const uint8_t *inner,
		      size_t len, uint8_t *out)
{
	gnutls_aead_cipher_hd_t aead;
	uint8_t aad[64], nonce[12];
	size_t aad_len, room = ROOM;
	uint8_t header[] = { 25, 254, 253, 0, 1, 0, 0, 0, 0, 0, 9, 0xc1, 0xd2,
			     (len + 16) >> 8, len + 16 };

	memset(aad, 0xff, 8);
	aad[8] = 25;
	aad[9] = sizeof(cid);
	memcpy(aad + 10, header, 13);
	aad[23] = len >> 8;
	aad[24] = len;
	aad_len = 25;
	memcpy(nonce, iv_bytes, sizeof(nonce));
	nonce[5] ^= 1;
	nonce[11] ^= 9;
	memcpy(out, header, sizeof(header));
	gnutls_aead_cipher_init(&aead, key->cipher, &key->key);
	gnutls_aead_cipher_encrypt(aead, nonce, sizeof(nonce), aad, aad_len, 16,
				   inner, len, out + sizeof(header), &room);
	gnutls_aead_cipher_deinit(aead);
	return sizeof(header) + room;
}

static void test_inner(void)
{
	struct dtls12_key key = key_of(&vectors[2]);
	static uint8_t inner[ROOM], data[ROOM + 64], out[ROOM + 64];
	int len;

	memcpy(inner, "\1\2\3\26\0\0\0\0", 8);
	len = seal_inner(&key, inner, 8, data);
	len = dtls12_record_unname(&key, data, len, out, sizeof(out));
	ok(len == HEADER_LEN + 3 + 16 && out[0] == 22, "padding is left away");
	memset(inner, 0, 8);
	len = seal_inner(&key, inner, 8, data);
	ok(dtls12_record_unname(&key, data, len, out, sizeof(out)) < 0,
	   "what has no type is refused");
	len = seal_inner(&key, inner, 0, data);
	ok(dtls12_record_unname(&key, data, len, out, sizeof(out)) < 0,
	   "so is what has nothing");
	inner[0] = 22;
	len = seal_inner(&key, inner, 1, data);
	len = dtls12_record_unname(&key, data, len, out, sizeof(out));
	ok(len == HEADER_LEN + 16 && out[0] == 22, "a type alone is not");
	inner[0] = DTLS12_CID;
	len = seal_inner(&key, inner, 1, data);
	ok(dtls12_record_unname(&key, data, len, out, sizeof(out)) < 0,
	   "one within another is refused");
	memset(inner, 22, ROOM);
	len = seal_inner(&key, inner, 16385, data);
	ok(dtls12_record_unname(&key, data, len, out, sizeof(out)) ==
		   HEADER_LEN + 16384 + 16,
	   "the longest record is taken");
	len = seal_inner(&key, inner, 16386, data);
	ok(dtls12_record_unname(&key, data, len, out, sizeof(out)) < 0,
	   "and none that is longer");
}

static void test_datagrams(void)
{
	uint8_t data[256];
	size_t one = unhex(vectors[0].named, data, sizeof(data));
	size_t two = unhex(vectors[0].plain, data + one, sizeof(data) - one);

	ok(dtls12_record_len(data, one + two, sizeof(cid)) == one,
	   "the first record, with an ID, ends where it should");
	ok(dtls12_record_len(data + one, two, sizeof(cid)) == two,
	   "... and the last one, without");
	ok(dtls12_record_len(data, one - 1, sizeof(cid)) == one - 1,
	   "one that is cut short is all there is");
	ok(dtls12_record_len(data, 12, sizeof(cid)) == 12 &&
		   !dtls12_record_len(data, 0, sizeof(cid)),
	   "so is half a header, and nothing");
	ok(dtls12_record_epoch(data, one) == 1 &&
		   dtls12_record_number(data, one) == 1,
	   "the epoch, and the number");
	data[AT_EPOCH] = 2;
	ok(dtls12_record_epoch(data, one) == 0x201, "... of 16 bits");
	ok(!dtls12_record_epoch(data, 4), "... if it is there");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		test_vector(&vectors[i]);
		test_renumber(&vectors[i], false);
		test_renumber(&vectors[i], true);
		test_forged(&vectors[i]);
		test_truncated(&vectors[i]);
	}
	test_renumber_plain();
	test_other_form();
	test_inner();
	test_datagrams();
	return done_testing();
}
