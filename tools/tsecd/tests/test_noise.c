// SPDX-License-Identifier: GPL-2.0
/*
 * The symmetric state of Noise, with the vector of cacophony for
 * Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s.
 */
#include <sodium.h>
#include <string.h>

#include "../handshake/noise.h"
#include "hex.h"
#include "tap.h"

static const char psk_hex[] =
	"54686973206973206d7920417573747269616e20706572737065637469766521";
static const char prologue[] = "John Galt";
static const char first_payload[] = "Ludwig von Mises";
static const char second_payload[] = "Murray Rothbard";

/* One end: its private keys, and what it knows of the other. */
struct end {
	struct noise noise;
	uint8_t fixed[NOISE_LEN], ephemeral[NOISE_LEN];
	uint8_t fixed_pub[NOISE_LEN], ephemeral_pub[NOISE_LEN];
};

static void end_begin(struct end *end, const char *fixed, const char *ephemeral)
{
	hex_read(end->fixed, fixed, NOISE_LEN);
	hex_read(end->ephemeral, ephemeral, NOISE_LEN);
	crypto_scalarmult_base(end->fixed_pub, end->fixed);
	crypto_scalarmult_base(end->ephemeral_pub, end->ephemeral);
	noise_begin(&end->noise, "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s");
	noise_mix_hash(&end->noise, prologue, sizeof(prologue) - 1);
}

static void mix_ephemeral(struct noise *noise, const uint8_t *key)
{
	noise_mix_hash(noise, key, NOISE_LEN);
	noise_mix_key(noise, key, NOISE_LEN);
}

static void test_first(struct end *init, struct end *resp)
{
	uint8_t out[2 * NOISE_LEN + 2 * NOISE_TAG + sizeof(first_payload) - 1];
	uint8_t key[NOISE_LEN], text[sizeof(first_payload) - 1];
	struct noise *noise = &init->noise;

	noise_mix_hash(noise, resp->fixed_pub, NOISE_LEN);
	memcpy(out, init->ephemeral_pub, NOISE_LEN);
	mix_ephemeral(noise, out);
	noise_dh(noise, init->ephemeral, resp->fixed_pub);
	noise_seal(noise, out + NOISE_LEN, init->fixed_pub, NOISE_LEN);
	noise_dh(noise, init->fixed, resp->fixed_pub);
	noise_seal(noise, out + 2 * NOISE_LEN + NOISE_TAG, first_payload,
		   sizeof(first_payload) - 1);
	ok(is_hex(out, sizeof(out),
		  "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c"
		  "7944001e21de9f98ddd8e2ad57527207feb56253c9c94a9e496782ecfcb2"
		  "a75fbcaf1b52948cc48daefe660c62119ab5000980c84831215f2441eba6"
		  "16548e832985464cf17e51ee93109008399a21f7e13f"),
	   "the first message");

	noise = &resp->noise;
	noise_mix_hash(noise, resp->fixed_pub, NOISE_LEN);
	mix_ephemeral(noise, out);
	noise_dh(noise, resp->fixed, out);
	ok(noise_open(noise, key, out + NOISE_LEN, NOISE_LEN) &&
		   !memcmp(key, init->fixed_pub, NOISE_LEN),
	   "the initiator's key is read");
	noise_dh(noise, resp->fixed, key);
	ok(noise_open(noise, text, out + 2 * NOISE_LEN + NOISE_TAG,
		      sizeof(text)) &&
		   !memcmp(text, first_payload, sizeof(text)),
	   "the first payload is read");
}

static void test_second(struct end *init, struct end *resp)
{
	uint8_t out[NOISE_LEN + NOISE_TAG + sizeof(second_payload) - 1];
	uint8_t psk[NOISE_LEN], text[sizeof(second_payload) - 1];
	struct noise *noise = &resp->noise;

	hex_read(psk, psk_hex, sizeof(psk));
	memcpy(out, resp->ephemeral_pub, NOISE_LEN);
	mix_ephemeral(noise, out);
	noise_dh(noise, resp->ephemeral, init->ephemeral_pub);
	noise_dh(noise, resp->ephemeral, init->fixed_pub);
	noise_mix_psk(noise, psk);
	noise_seal(noise, out + NOISE_LEN, second_payload,
		   sizeof(second_payload) - 1);
	ok(is_hex(out, sizeof(out),
		  "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480"
		  "8843cb765f2caef0751b8f007572dab0322217755c0632f365717edbf34d"
		  "33e87a"),
	   "the second message");

	noise = &init->noise;
	mix_ephemeral(noise, out);
	noise_dh(noise, init->ephemeral, out);
	noise_dh(noise, init->fixed, out);
	noise_mix_psk(noise, psk);
	out[NOISE_LEN] ^= 1;
	ok(!noise_open(noise, text, out + NOISE_LEN, sizeof(text)),
	   "a changed payload is not read");
	out[NOISE_LEN] ^= 1;
	ok(noise_open(noise, text, out + NOISE_LEN, sizeof(text)) &&
		   !memcmp(text, second_payload, sizeof(text)),
	   "the second payload is read");
}

static void test_split(const struct end *end, const char *who)
{
	uint8_t first[NOISE_LEN], second[NOISE_LEN];

	ok(is_hex(end->noise.h, NOISE_LEN,
		  "f5191b875290abcd41347ac3622d9679688a7e980229cb937ef748336cfd"
		  "e0e5"),
	   "the hash of the handshake (%s)", who);
	ok(noise_split(&end->noise, first, second) &&
		   is_hex(first, NOISE_LEN,
			  "7a74d0adaa1882492a8eddc15272b5a5a230e111d86d430a5988"
			  "596f2c4238ae") &&
		   is_hex(second, NOISE_LEN,
			  "4dd78ec86daaa1034639ed326df9afecc3c47a881689e2a9f37a"
			  "5e55a8131a2d"),
	   "the keys (%s)", who);
}

/* A point of small order would make a secret that everybody knows. */
static void test_small_order(struct end *end)
{
	static const uint8_t zero[NOISE_LEN];
	uint8_t first[NOISE_LEN], second[NOISE_LEN];

	ok(!noise_dh(&end->noise, end->fixed, zero), "a point of small order");
	ok(!noise_split(&end->noise, first, second),
	   "there are no keys after a failure");
}

int main(void)
{
	struct end init, resp;

	ok(sodium_init() >= 0, "libsodium");
	end_begin(&init,
		  "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed5422"
		  "14d1",
		  "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c"
		  "464a");
	end_begin(&resp,
		  "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e"
		  "4893",
		  "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b"
		  "375b");
	test_first(&init, &resp);
	test_second(&init, &resp);
	test_split(&init, "initiator");
	test_split(&resp, "responder");
	test_small_order(&init);
	noise_wipe(&init.noise);
	noise_wipe(&resp.noise);
	return done_testing();
}
