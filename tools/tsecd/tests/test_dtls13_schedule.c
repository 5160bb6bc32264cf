// SPDX-License-Identifier: GPL-2.0
/*
 * The key schedule: what RFC 8448 and RFC 9147 leave of vectors, and values
 * computed by another implementation (Python's hmac) from the inputs here.
 */
#include <gnutls/crypto.h>
#include <string.h>
#include <tsec.h>

#include "../handshake/dtls13_schedule.h"
#include "hex.h"
#include "tap.h"

struct expected {
	uint16_t suite;
	const char *early, *client, *server, *client_data, *server_data;
	const char *exporter, *finished, *binder, *resumed_binder;
	const char *resumption, *psk;
};

static const struct expected table[] = {
	{
		.suite = 0x1301,
		/* RFC 8448 section 3: no label has a part in it */
		.early = "33ad0a1c607ec03b09e6cd9893680ce2"
			 "10adf300aa1f2660e1b22e10f170f92a",
		.client = "0f48c377518af984d633664acdd5e6cf"
			  "3f798aade00a53bcbea67a89e393f9f5",
		.server = "f4ef11733cc382aa109a86945093ea8e"
			  "220bc9af7a53e55303b53df84c6d0d00",
		.client_data = "f503a340a37e16ac35600b4bded22428"
			       "e49956faea637acf53574edea7594004",
		.server_data = "581582defc9d63b4fa474f734a1742f2"
			       "0cda366338c9414860d8c02241f3902a",
		.exporter = "0c836ca615b4a42851e3d0fa4a6e28b1"
			    "3c00055c81de1918332ba7afd244120e",
		.finished = "c264bcc7d8c4c59dd5aaf61c2d69e00c"
			    "28a9a1f2590b3d8abfaee2f5e504e803",
		.binder = "66f3fb4e1c989b1cba351526aba4d841"
			  "b713a261b513c9388b0778349e84c0d0",
		.resumed_binder = "5a621f6e553db422bac022d448d15da6"
				  "3abb426bca5bc32a57f1d933dadbbcac",
		.resumption = "1813eb55ac1b57f717acc40107022520"
			      "054d3b0561bfd2986f16fd15d9008b4e",
		.psk = "91d2f5bf49e3fa52b864c696cadba668"
		       "fde8df07b7460730c5b17ef7208eb614",
	}, {
		.suite = 0x1302,
		.early = "7ee8206f5570023e6dc7519eb1073bc4e791ad37b5c382aa"
			 "10ba18e2357e716971f9362f2c2fe2a76bfd78dfec4ea9b5",
		.client = "85fde3426c36b9335a26c9d2c4e9d81e1b26839b91c43031"
			  "2c121bba646c1d8c5cb7d9e4d2cddd61335047db9492398c",
		.server = "7bf5bce8c44ba0264b147c72854937de33e26277786241a6"
			  "665e04a4de6541f5c3641a92a842974ee579db2b86c0eba9",
		.client_data = "7932c3a9ed7c8dbedd02115bcb9c10b4ea3f34853132"
			       "a35d78a28458da85f39165acccdd6795b2ef0b6a75fa"
			       "b9b8f701",
		.server_data = "a1ca8d3dd3a92b95476f9fe52d6e8fff292e22622754"
			       "32fa5ebbfa52c453677fdf2c4cb816ec4df79619f9ec"
			       "69d90564",
		.exporter = "5f72e7cb7b842afbc78837ad16d7ff43101926a36a76654c"
			    "3e772bae5df7695e634d779be323a92e746c8ea2151fa2ad",
		.finished = "12db591e6915fc00d41dcd2f58ed787d3b8a90257bc0364b"
			    "6ab2b1eeb46658894fe910ec353a7046c04bf8a958984fd2",
		.binder = "027e590350444d735bd8f2b62ce819733020364a5fddfbd4"
			  "cec6ec16ad0aad4741e256b632325f24570305bcfe529356",
		.resumed_binder = "b22426477df82dc77e7f55d792e325a7f578a8568af9"
				  "dc8d800306aad62586aed4e7bc7e0ab1d7410a75ce09"
				  "e43dba0d",
		.resumption = "3e2c958fec75a3cdafeacd46a261ac3f82320659d67a76"
			      "2f1d0a14b4d97d3152d94ce9622aeab3897919915daa19"
			      "3a7f",
		.psk = "1fd07e7e3ddd64b203cde5f356a38ad7785c13373e40ef56e7c7"
		       "d900c874cc2e0d472c5b6332f3bc874a97c8a130433a",
	},
};

/* RFC 8448 section 3 */
static const char shared_secret[] =
	"8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d";

static void hash_of(const struct dtls13_suite *suite, const char *text,
		    uint8_t *hash)
{
	gnutls_hash_fast(suite->digest, text, strlen(text), hash);
}

static void test_schedule(const struct expected *row)
{
	const struct dtls13_suite *suite = dtls13_suite_find(row->suite);
	uint8_t hellos[DTLS13_HASH_MAX], whole[DTLS13_HASH_MAX];
	uint8_t last[DTLS13_HASH_MAX];
	uint8_t shared[32], out[DTLS13_HASH_MAX];
	struct dtls13_schedule schedule;
	size_t len = suite->hash_len;

	unhex(shared_secret, shared, sizeof(shared));
	hash_of(suite, "hellos", hellos);
	hash_of(suite, "up to Finished", whole);
	hash_of(suite, "to the end", last);
	ok(!dtls13_schedule_begin(&schedule, suite, NULL, 0) &&
		   is_hex(schedule.stage, len, row->early),
	   "suite %04x: the early secret", row->suite);
	ok(!dtls13_schedule_handshake(&schedule, shared, sizeof(shared),
				      hellos) &&
		   is_hex(schedule.client, len, row->client) &&
		   is_hex(schedule.server, len, row->server),
	   "... secrets of the handshake");
	ok(!dtls13_schedule_application(&schedule, whole) &&
		   is_hex(schedule.client_data, len, row->client_data) &&
		   is_hex(schedule.server_data, len, row->server_data) &&
		   is_hex(schedule.exporter, len, row->exporter),
	   "... of data, and for exporters");
	ok(!dtls13_schedule_finished(suite, schedule.server, whole, out) &&
		   is_hex(out, len, row->finished),
	   "... the Finished message");
	ok(!dtls13_schedule_resumption(&schedule, last) &&
		   is_hex(schedule.resumption, len, row->resumption) &&
		   !dtls13_schedule_psk(&schedule, (const uint8_t *)"\0\1", 2,
					out) &&
		   is_hex(out, len, row->psk),
	   "... the PSK of a ticket");
	ok(!dtls13_schedule_begin(&schedule, suite,
				  (const uint8_t *)"0123456789abcdef", 16) &&
		   !dtls13_schedule_binder(&schedule, false, hellos, out) &&
		   is_hex(out, len, row->binder),
	   "... the binder of a PSK");
	ok(!dtls13_schedule_binder(&schedule, true, hellos, out) &&
		   is_hex(out, len, row->resumed_binder),
	   "... and of a ticket's");
}

static void test_labels(void)
{
	const struct dtls13_suite *suite = dtls13_suite_find(0x1301);
	uint8_t secret[32], out[32];

	for (int i = 0; i < 32; i++)
		secret[i] = i;
	ok(!dtls13_expand_label(suite, secret, "key", NULL, 0, out, 16) &&
		   is_hex(out, 16, "cc95abc258d309424ddbf7cba68bd77e"),
	   "the label key");
	ok(!dtls13_expand_label(suite, secret, "iv", NULL, 0, out, 12) &&
		   is_hex(out, 12, "6d3299305dd209fc865cf8f1"),
	   "the label iv");
	ok(!dtls13_expand_label(suite, secret, "sn", NULL, 0, out, 16) &&
		   is_hex(out, 16, "c5b1a0649ea4fdafbe7e256665068222"),
	   "the label sn");
}

static void test_transcript(void)
{
	const struct dtls13_suite *suite = dtls13_suite_find(0x1303);
	struct dtls13_transcript transcript = { .len = 0 };
	uint8_t hash[DTLS13_HASH_MAX];
	uint8_t *big = NULL;

	dtls13_transcript_add(&transcript, 1, "hello", 5);
	ok(transcript.len == 9 &&
		   !memcmp(transcript.data, "\1\0\0\5hello", 9),
	   "a message has the header of TLS");
	dtls13_transcript_hash(&transcript, suite, hash);
	ok(!dtls13_transcript_restart(&transcript, suite, hash) &&
		   transcript.len == 4 + 32 &&
		   !memcmp(transcript.data, "\xfe\0\0\x20", 4) &&
		   !memcmp(transcript.data + 4, hash, 32),
	   "its hash can stand for it");
	ok(dtls13_transcript_add(&transcript, 1, big,
				 DTLS13_TRANSCRIPT_MAX) == -1,
	   "what is too long is refused");
	dtls13_transcript_free(&transcript);
}

static void test_suites(void)
{
	static const uint16_t sha384[] = { TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,
					   TSEC_CIPHER_AES_256_GCM };
	static const uint16_t both[] = { TSEC_CIPHER_AES_256_GCM,
					 TSEC_CIPHER_CHACHA20_POLY1305 };

	ok(!dtls13_suite_find(0x1304) && !dtls13_suite_of(TSEC_CIPHER_UNSPEC),
	   "there is no other suite");
	ok(dtls13_suite_for_psk(both, 2)->id == 0x1303 &&
		   dtls13_suite_for_psk(sha384, 2)->id == 0x1302 &&
		   !dtls13_suite_for_psk(sha384, 1),
	   "PSKs go with SHA-256, but where no cipher has it");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		test_schedule(&table[i]);
	test_labels();
	test_transcript();
	test_suites();
	return done_testing();
}
