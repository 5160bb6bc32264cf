// SPDX-License-Identifier: GPL-2.0
/* Records: the vectors that the kernel's tests have, and what is malformed. */
#include <string.h>

#include "../handshake/dtls13_record.h"
#include "hex.h"
#include "tap.h"

struct vector {
	const char *name;
	uint16_t suite, epoch;
	uint64_t seq;
	const char *record;
};

/* All hold "hello dtls13", under a secret of the bytes 0, 1, 2, ... */
static const struct vector vectors[] = {
	{ "AES-128-GCM", 0x1301, 3, 0,
	  "2f8575001db3ea09f90b7f71fa24710661e57d60ee2074799696c548538364f6"
	  "ac5a" },
	{ "AES-256-GCM", 0x1302, 2, 7,
	  "2ebc79001da2f04a2f0b72814e7e54e1a7433f9dbad3c4c1c1aabedb3a48bf95"
	  "a839" },
	{ "ChaCha20-Poly1305", 0x1303, 3, 0x12345,
	  "2f8856001dc6e7a12873caf5494794c52bcac0ab479cc6463b338e44edb8285e"
	  "1b0d" },
};

static const char no_length[] =
	"2b9dcf8941ab03f9e0f64a3a1e3db6750c101e467cb5e2718dfa60f44ca1af17";
/* Number 0x105, of which 8 bits travel. */
static const char short_number[] =
	"270c001d31e6c9ea3535a31e19fb129f84db25bec79a9b09c97991609aca8e5a07";
static const char with_cid[] =
	"3fc1d220ea001d4bac4a65d0ce8ab0d06ab4e3685badb131779f257515c74185"
	"a1b71339";

static void keys_make(struct dtls13_keys *keys, uint16_t suite,
		      uint16_t epoch, uint64_t seq)
{
	uint8_t secret[DTLS13_HASH_MAX];

	for (unsigned int i = 0; i < sizeof(secret); i++)
		secret[i] = i;
	memset(keys, 0, sizeof(*keys));
	ok(!dtls13_keys_init(keys, dtls13_suite_find(suite), secret, epoch),
	   "keys of suite %04x", suite);
	keys->seq = seq;
}

/* What becomes of the first record of a datagram that is to have that ID. */
static enum dtls13_verdict take_named(struct dtls13_keys *keys,
				      const struct dtls13_cid *cid,
				      uint8_t *data, size_t *len,
				      struct dtls13_record *record)
{
	struct dtls13_keys *const list[] = { keys };

	return dtls13_record_take(list, 1, cid, &data, len, record);
}

static enum dtls13_verdict take(struct dtls13_keys *keys, uint8_t *data,
				size_t *len, struct dtls13_record *record)
{
	static const struct dtls13_cid none;

	return take_named(keys, &none, data, len, record);
}

static bool is_hello(const struct dtls13_record *record, uint64_t seq)
{
	return record->type == DTLS13_DATA && record->seq == seq &&
	       record->len == 12 && !memcmp(record->data, "hello dtls13", 12);
}

static void test_vector(const struct vector *vector)
{
	struct dtls13_keys keys;
	struct dtls13_record record;
	uint8_t room[256];
	struct wire_writer writer = wire_writer(room, sizeof(room));
	size_t len;

	keys_make(&keys, vector->suite, vector->epoch, vector->seq);
	ok(!dtls13_record_seal(&keys, DTLS13_DATA, "hello dtls13", 12,
			       &writer) &&
		   is_hex(room, writer.len, vector->record) &&
		   keys.seq == vector->seq + 1,
	   "%s: sealed", vector->name);
	len = writer.len;
	keys.seq = vector->seq;
	ok(take(&keys, room, &len, &record) == DTLS13_TAKEN && !len &&
		   is_hello(&record, vector->seq) &&
		   record.epoch == vector->epoch,
	   "... and opened");
	dtls13_keys_free(&keys);
}

static void test_forms(void)
{
	struct dtls13_record record;
	struct dtls13_keys keys;
	uint8_t data[256];
	size_t len;

	keys_make(&keys, 0x1301, 3, 0);
	len = unhex(no_length, data, sizeof(data));
	ok(take(&keys, data, &len, &record) == DTLS13_TAKEN &&
		   is_hello(&record, 2),
	   "a record without a length ends with the datagram");
	keys.seq = 0x100;
	len = unhex(short_number, data, sizeof(data));
	ok(take(&keys, data, &len, &record) == DTLS13_TAKEN &&
		   is_hello(&record, 0x105),
	   "a number of 8 bits");
	len = unhex(with_cid, data, sizeof(data));
	ok(take(&keys, data, &len, &record) == DTLS13_AT_END,
	   "a connection ID that was not agreed on");
	keys.epoch = 2;
	len = unhex(vectors[0].record, data, sizeof(data));
	ok(take(&keys, data, &len, &record) == DTLS13_NO_KEYS && !len,
	   "an epoch without keys");
	dtls13_keys_free(&keys);
}

static void test_cid(void)
{
	struct dtls13_cid cid = { { 0xc1, 0xd2 }, 2 };
	struct dtls13_record record;
	struct dtls13_keys keys;
	uint8_t data[256];
	struct wire_writer writer = wire_writer(data, sizeof(data));
	size_t len;

	keys_make(&keys, 0x1301, 3, 1);
	keys.cid = cid;
	ok(!dtls13_record_seal(&keys, DTLS13_DATA, "hello dtls13", 12,
			       &writer) && is_hex(data, writer.len, with_cid),
	   "a record with a connection ID is sealed");
	keys.seq = 1;
	len = writer.len;
	ok(take_named(&keys, &cid, data, &len, &record) == DTLS13_TAKEN &&
		   !len && is_hello(&record, 1), "... and opened");
	cid.bytes[1] ^= 1;
	len = unhex(with_cid, data, sizeof(data));
	ok(take_named(&keys, &cid, data, &len, &record) == DTLS13_REFUSED &&
		   !len, "... not if it is another's");
	len = unhex(vectors[0].record, data, sizeof(data));
	ok(take_named(&keys, &cid, data, &len, &record) == DTLS13_REFUSED &&
		   !len, "a record without the one that was agreed on");
	keys.epoch = 2;
	len = unhex(with_cid, data, sizeof(data));
	ok(take_named(&keys, &cid, data, &len, &record) == DTLS13_NO_KEYS &&
		   !len, "one of an epoch without keys, as long as it says");
	for (len = 1; len < 4; len++) {
		size_t left = len;

		unhex(with_cid, data, sizeof(data));
		ok(take_named(&keys, &cid, data, &left, &record) ==
			   DTLS13_AT_END, "one of %zu bytes", len);
	}
	dtls13_keys_free(&keys);
}

/* Each byte spoilt, each length: nothing of it is ever taken. */
static void test_malformed(void)
{
	struct dtls13_record record;
	struct dtls13_keys keys;
	unsigned int taken = 0;
	uint8_t data[256];
	size_t whole = unhex(vectors[0].record, data, sizeof(data)), len;

	keys_make(&keys, 0x1301, 3, 0);
	for (size_t i = 0; i < whole; i++) {
		len = unhex(vectors[0].record, data, sizeof(data));
		data[i] ^= 0x80;
		taken += take(&keys, data, &len, &record) == DTLS13_TAKEN;
		len = i;
		unhex(vectors[0].record, data, sizeof(data));
		taken += take(&keys, data, &len, &record) == DTLS13_TAKEN;
	}
	ok(!taken && !keys.seq, "spoilt and cut off ones are refused");
	dtls13_keys_free(&keys);
}

static void test_plain(void)
{
	struct dtls13_keys none = { .suite = NULL };
	struct dtls13_record record;
	uint8_t room[64];
	struct wire_writer writer = wire_writer(room, sizeof(room));
	size_t len;

	ok(!dtls13_record_plain(0x123, DTLS13_ALERT, "\2\x28", 2, &writer) &&
		   is_hex(room, writer.len,
			  "15fefd000000000000012300020228"),
	   "a record in the clear");
	len = writer.len;
	ok(take(&none, room, &len, &record) == DTLS13_TAKEN && !len &&
		   record.type == DTLS13_ALERT && record.seq == 0x123 &&
		   record.len == 2 && !record.epoch,
	   "... is read");
	len = writer.len - 1;
	ok(take(&none, room, &len, &record) == DTLS13_AT_END,
	   "... not if it is cut off");
	room[0] = DTLS13_DATA;
	len = writer.len;
	ok(take(&none, room, &len, &record) == DTLS13_REFUSED && !len,
	   "... nor if it holds data");
	room[0] = DTLS13_ALERT;
	room[4] = 1;
	len = writer.len;
	ok(take(&none, room, &len, &record) == DTLS13_REFUSED,
	   "... nor if it says that it is encrypted");
	writer.size = writer.len + 14;
	ok(dtls13_record_plain(1, DTLS13_ALERT, "\2\x28", 2, &writer) == -1,
	   "... and is not written where there is no room");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		test_vector(&vectors[i]);
	test_forms();
	test_cid();
	test_malformed();
	test_plain();
	return done_testing();
}
