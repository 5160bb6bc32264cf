// SPDX-License-Identifier: GPL-2.0
/*
 * The messages of WireGuard's handshake: with the keys of the Noise vector,
 * byte for byte; and each of them changed, for the wrong end, cut short.
 */
#include <sodium.h>
#include <string.h>

#include "../handshake/wireguard_message.h"
#include "hex.h"
#include "tap.h"

static const char initiation_hex[] =
	"0100000011111111ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f"
	"879f8e3afa4c7944001e21de9f98ddd8e2ad57527207feb56253c9c94a9e4967"
	"82ecfcb2a75fbcaf752d6cf9956f6a4cc1a138d6de1e87238cbd2c461633e53d"
	"84c8361980503d9139f971a173d6e2e94614e9ea42fa0aeb189abc1a12f79698"
	"72e1020400000000000000000000000000000000";
static const char response_hex[] =
	"02000000222222221111111195ebc60d2b1fa672c1f46a8aa265ef51bfe38e7c"
	"cb39ec5be34069f144808843c34720469b511377385c5645710994be2cd6f0cb"
	"e20b124a4784fed2b95e40c600000000000000000000000000000000";
static const char first_hex[] =
	"7a74d0adaa1882492a8eddc15272b5a5a230e111d86d430a5988596f2c4238ae";
static const char second_hex[] =
	"4dd78ec86daaa1034639ed326df9afecc3c47a881689e2a9f37a5e55a8131a2d";

static struct wireguard_identity client, server;
static struct wireguard_exchange ours, theirs;
static uint8_t psk[WIREGUARD_KEY_LEN];
static uint8_t initiation[WIREGUARD_INITIATION_LEN];
static uint8_t response[WIREGUARD_RESPONSE_LEN];

static void identity_read(struct wireguard_identity *identity, const char *hex)
{
	hex_read(identity->privkey, hex, WIREGUARD_KEY_LEN);
	crypto_scalarmult_base(identity->pubkey, identity->privkey);
}

static void begin(void)
{
	identity_read(&client, "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0"
			       "a34c8df7ed542214d1");
	identity_read(&server, "4a3acbfdb163dec651dfa3194dece676d437029c62a408"
			       "b4c5ea9114246e4893");
	hex_read(psk, "54686973206973206d7920417573747269616e2070657273706563"
		      "7469766521", sizeof(psk));
	hex_read(ours.privkey, "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a443"
			       "9a6b0569da977c464a", WIREGUARD_KEY_LEN);
	hex_read(theirs.privkey, "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65d"
				 "c7b7793d5e63da6b375b", WIREGUARD_KEY_LEN);
	hex_read(ours.timestamp, "400000005e0be10a00000000",
		 WIREGUARD_TIMESTAMP_LEN);
	memcpy(ours.peer, server.pubkey, WIREGUARD_KEY_LEN);
	ours.local_index = 0x11111111;
	theirs.local_index = 0x22222222;
}

static void test_initiation(void)
{
	ok(wireguard_initiation_make(&ours, &client, initiation) &&
		   wireguard_macs_put(initiation, sizeof(initiation),
				      server.pubkey, NULL) &&
		   is_hex(initiation, sizeof(initiation), initiation_hex),
	   "an initiation");
	ok(wireguard_mac1_is_good(initiation, sizeof(initiation),
				  server.pubkey) &&
		   !wireguard_mac1_is_good(initiation, sizeof(initiation),
					   client.pubkey),
	   "its mac1 says whom it is for");
	ok(wireguard_initiation_open(&theirs, &server, initiation) &&
		   !memcmp(theirs.peer, client.pubkey, WIREGUARD_KEY_LEN) &&
		   !memcmp(theirs.timestamp, ours.timestamp,
			   WIREGUARD_TIMESTAMP_LEN) &&
		   theirs.peer_index == 0x11111111,
	   "it is read");
}

static void test_bad_initiations(void)
{
	/* One byte of each part that is authentic: key, static, timestamp */
	static const unsigned int at[] = { 8, 39, 40, 87, 88, 115 };
	struct wireguard_exchange other;
	unsigned int bad = 0;

	for (unsigned int i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		memset(&other, 0, sizeof(other));
		initiation[at[i]] ^= 1;
		bad += wireguard_initiation_open(&other, &server, initiation);
		initiation[at[i]] ^= 1;
	}
	ok(!bad, "a changed initiation is not read");
	memset(&other, 0, sizeof(other));
	ok(!wireguard_initiation_open(&other, &client, initiation),
	   "an initiation for somebody else is not read");
	memset(initiation + 8, 0, WIREGUARD_KEY_LEN);
	ok(!wireguard_initiation_open(&other, &server, initiation),
	   "an ephemeral key of small order is refused");
	hex_read(initiation, initiation_hex, sizeof(initiation));
}

static void test_response(void)
{
	ok(wireguard_response_make(&theirs, psk, response) &&
		   wireguard_macs_put(response, sizeof(response),
				      client.pubkey, NULL) &&
		   is_hex(response, sizeof(response), response_hex),
	   "a response");
	ok(wireguard_receiver_of(response) == 0x11111111, "whom it is for");
	response[50] ^= 1;
	ok(!wireguard_response_open(&ours, &client, psk, response),
	   "a changed response is not read");
	response[50] ^= 1;
	psk[0] ^= 1;
	ok(!wireguard_response_open(&ours, &client, psk, response),
	   "nor one under another preshared key");
	psk[0] ^= 1;
	ok(wireguard_response_open(&ours, &client, psk, response) &&
		   ours.peer_index == 0x22222222,
	   "the true one is read, even after those");
}

static void test_keys(void)
{
	uint8_t tx[WIREGUARD_KEY_LEN], rx[WIREGUARD_KEY_LEN];
	static const uint8_t zero[WIREGUARD_KEY_LEN];

	ok(wireguard_keys(&ours, tx, rx) &&
		   is_hex(tx, sizeof(tx), first_hex) &&
		   is_hex(rx, sizeof(rx), second_hex),
	   "the initiator's keys");
	ok(wireguard_keys(&theirs, tx, rx) &&
		   is_hex(rx, sizeof(rx), first_hex) &&
		   is_hex(tx, sizeof(tx), second_hex),
	   "the responder's are the same, the other way round");
	ok(!memcmp(ours.privkey, zero, sizeof(zero)) &&
		   !memcmp(ours.noise.ck, zero, sizeof(zero)),
	   "and nothing is left to make them again");
}

static const char confirmation_hex[] =
	"04000000222222220000000000000000"
	"7b10d7058fd6195d3ef4f80e0a625b8b";

static void test_confirmation(void)
{
	uint8_t data[WIREGUARD_CONFIRMATION_LEN + 16], key[WIREGUARD_KEY_LEN];
	uint8_t kept[sizeof(data)], number[12] = { [4] = 7 };
	const size_t len = WIREGUARD_CONFIRMATION_LEN;
	const uint32_t index = 0x22222222;
	unsigned int bad = 0;

	hex_read(key, first_hex, sizeof(key));
	wireguard_confirmation_make(index, key, kept);
	ok(is_hex(kept, len, confirmation_hex), "a confirmation");
	for (size_t i = 0; i < len; i++) {
		memcpy(data, kept, len);
		data[i] ^= 1;
		bad += wireguard_confirms(index, key, data, len);
	}
	ok(!bad, "a changed one confirms nothing");
	for (size_t i = 0; i < len; i++) {
		memcpy(data, kept, len);
		bad += wireguard_confirms(index, key, data, i);
	}
	ok(!bad, "nor one cut short");
	memcpy(data, kept, len);
	ok(wireguard_confirms(index, key, data, len), "the true one does");
	memcpy(data, kept, 16);
	data[8] = 7;
	crypto_aead_chacha20poly1305_ietf_encrypt(data + 16, NULL, kept, 16,
						  NULL, 0, NULL, number, key);
	ok(wireguard_confirms(index, key, data, sizeof(data)),
	   "and so does one with content, under a later number");
	key[0] ^= 1;
	memcpy(data, kept, len);
	ok(!wireguard_confirms(index, key, data, len), "but under no other key");
}

/* As a responder under load makes it. */
static void cookie_reply(uint8_t reply[WIREGUARD_COOKIE_LEN],
			 const uint8_t *message, size_t len,
			 const uint8_t cookie[WIREGUARD_MAC_LEN])
{
	uint8_t key[NOISE_LEN];

	memset(reply, 0, WIREGUARD_COOKIE_LEN);
	reply[0] = WIREGUARD_COOKIE;
	memcpy(reply + 4, message + 4, 4);
	memset(reply + 8, 7, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
	noise_hash(key, "cookie--", 8, server.pubkey, WIREGUARD_KEY_LEN);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		reply + 32, NULL, cookie, WIREGUARD_MAC_LEN,
		wireguard_mac1_of(message, len), WIREGUARD_MAC_LEN, NULL,
		reply + 8, key);
}

static void test_cookie(void)
{
	uint8_t reply[WIREGUARD_COOKIE_LEN], mac2[WIREGUARD_MAC_LEN];
	uint8_t cookie[WIREGUARD_MAC_LEN] = "a cookie's bytes", got[16];
	const size_t len = sizeof(initiation);
	const uint8_t *mac1 = wireguard_mac1_of(initiation, len);

	cookie_reply(reply, initiation, len, cookie);
	ok(wireguard_cookie_open(reply, server.pubkey, mac1, got) &&
		   !memcmp(got, cookie, sizeof(got)),
	   "a cookie is read");
	ok(!wireguard_cookie_open(reply, server.pubkey, mac1 + 1, got),
	   "one for another message is not");
	ok(!wireguard_cookie_open(reply, client.pubkey, mac1, got),
	   "nor one of somebody else");
	ok(wireguard_macs_put(initiation, len, server.pubkey, cookie) &&
		   noise_mac(mac2, sizeof(mac2), cookie, sizeof(cookie),
			     initiation, len - WIREGUARD_MAC_LEN) &&
		   !memcmp(mac2, initiation + len - WIREGUARD_MAC_LEN,
			   sizeof(mac2)),
	   "the next message shows it");
}

static void test_types(void)
{
	uint8_t data[WIREGUARD_MESSAGE_MAX + 1] = { WIREGUARD_INITIATION };

	ok(wireguard_type_of(initiation, sizeof(initiation)) ==
			   WIREGUARD_INITIATION &&
		   wireguard_type_of(response, sizeof(response)) ==
			   WIREGUARD_RESPONSE,
	   "types of messages");
	ok(!wireguard_type_of(data, sizeof(data)) &&
		   !wireguard_type_of(data, WIREGUARD_INITIATION_LEN - 1) &&
		   !wireguard_type_of(data, 3) && !wireguard_type_of(data, 0),
	   "lengths that do not go with the type");
	data[1] = 1;
	ok(!wireguard_type_of(data, WIREGUARD_INITIATION_LEN),
	   "reserved bytes that are not zero");
	data[1] = 0;
	data[0] = 4;
	ok(!wireguard_type_of(data, WIREGUARD_INITIATION_LEN),
	   "what is no message of the handshake");
}

int main(void)
{
	ok(sodium_init() >= 0, "libsodium");
	begin();
	test_initiation();
	test_bad_initiations();
	test_response();
	test_keys();
	test_confirmation();
	test_types();
	test_cookie();
	return done_testing();
}
