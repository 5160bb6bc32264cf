// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: records of DTLS 1.2 that the daemon gives a connection ID,
 * or takes it from.
 *
 * The first byte of the input chooses a cipher, the second the length of the
 * ID.  The rest is a record, in memory of just its size.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon_fuzz.h"
#include "fuzz.h"
#include "handshake/dtls12_record.h"
#include "handshake/wire.h"

enum { CID_MAX = 20, ROOM = 8192 };

static uint8_t secret[32], cid[CID_MAX];

static struct dtls12_key key_choose(struct wire_reader *input)
{
	static const struct dtls12_key keys[] = {
		{ .cipher = GNUTLS_CIPHER_AES_128_GCM,
		  .key = { secret, 16 },
		  .iv = { secret, 4 } },
		{ .cipher = GNUTLS_CIPHER_AES_256_GCM,
		  .key = { secret, 32 },
		  .iv = { secret, 4 } },
		{ .cipher = GNUTLS_CIPHER_CHACHA20_POLY1305,
		  .key = { secret, 32 },
		  .iv = { secret, 12 } },
	};
	struct dtls12_key key = keys[wire_get(input, 1) % 3];

	key.cid = (gnutls_datum_t){ cid, wire_get(input, 1) % (CID_MAX + 1) };
	return key;
}

/* There and back again it is the same record. */
static void again(const struct dtls12_key *key, const uint8_t *record,
		  size_t len)
{
	uint8_t named[ROOM], plain[ROOM];
	int ret = dtls12_record_name(key, record, len, named, sizeof(named));

	must(ret > 0 && named[0] == DTLS12_CID &&
	     dtls12_record_len(named, ret, key->cid.size) == (size_t)ret &&
	     dtls12_record_epoch(named, ret) ==
		     dtls12_record_epoch(record, len),
	     "a record that was given a connection ID");
	ret = dtls12_record_unname(key, named, ret, plain, sizeof(plain));
	must(ret == (int)len && !memcmp(plain, record, len),
	     "a record that did not come back");
}

static void take(const struct dtls12_key *key, const uint8_t *data, size_t len)
{
	size_t record_len = dtls12_record_len(data, len, key->cid.size);
	uint8_t out[ROOM];
	int ret;

	must(record_len <= len, "length of a record");
	dtls12_record_epoch(data, len);
	touch(data, record_len);
	dtls12_record_name(key, data, record_len, out, sizeof(out));
	ret = dtls12_record_unname(key, data, record_len, out, sizeof(out));
	if (ret >= 0)
		again(key, out, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader input = wire_reader(data, size);
	struct dtls12_key key = key_choose(&input);
	uint8_t *copy = copy_of(input.at, input.left);

	take(&key, copy, input.left);
	free(copy);
	return 0;
}
