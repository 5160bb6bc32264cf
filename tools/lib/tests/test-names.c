// SPDX-License-Identifier: GPL-2.0
/* Names and numbers, addresses, strings. */
#include <arpa/inet.h>
#include <errno.h>

#include "tsec.h"
#include "tap.h"

static void test_tables(void)
{
	is_str(tsec_name_of(tsec_version_names, TSEC_VERSION_TLS_1_3),
	       "TLSv1.3", "the first name of a version is shown");
	is_int(tsec_value_of(tsec_version_names, "1.2"), TSEC_VERSION_TLS_1_2,
	       "the short name of a version is understood");
	is_int(tsec_value_of(tsec_version_names, "1.1"), -EINVAL,
	       "TLS 1.1 has no number");
	is_int(tsec_value_of(tsec_cipher_names, "aes-128"), -EINVAL,
	       "a cipher is not found by a prefix");
	ok(!tsec_name_of(tsec_cipher_names, TSEC_CIPHER_UNSPEC),
	   "no cipher has no name");
	for (unsigned int i = 1; i <= TSEC_CIPHER_MAX; i++)
		is_int(tsec_value_of(tsec_cipher_names,
				     tsec_name_of(tsec_cipher_names, i)),
		       i, "a cipher's name gives its number");
	for (unsigned int i = 0; i <= TSEC_STATE_FAILED; i++)
		ok(tsec_name_of(tsec_state_names, i), "state %u has a name", i);
	for (unsigned int i = 0; i <= TSEC_VERIFY_REQUIRE; i++)
		ok(tsec_name_of(tsec_verify_names, i), "verify %u has a name",
		   i);
}

static void test_pubkey(void)
{
	static const char text[] =
		"MeAwP9ZBjS+MDni5HyLoyu0Pvkhlbc9HZ+SDT3Abj2I=";
	uint8_t key[TSEC_PUBKEY_LEN];
	char again[TSEC_PUBKEY_TEXT];

	is_int(tsec_parse_pubkey(text, key), 0, "a public key");
	is_int(key[0] << 8 | key[31], 0x3162, "its first byte, and its last");
	tsec_pubkey_text(key, again);
	is_str(again, text, "is the same again");
	is_int(tsec_parse_pubkey("MeAwP9ZBjS+MDni5HyLoyu0Pvkhlbc9HZ+SDT3Abj2J=",
				 key), -EINVAL, "bits that belong to no byte");
	is_int(tsec_parse_pubkey("MeAwP9ZBjS-MDni5HyLoyu0Pvkhlbc9HZ+SDT3Abj2I=",
				 key), -EINVAL, "another alphabet");
	is_int(tsec_parse_pubkey(text + 1, key), -EINVAL, "too short");
	is_int(tsec_parse_pubkey("", key), -EINVAL, "nothing");
}

static void expect_addr(const char *text, const char *want)
{
	char got[TSEC_ADDR_TEXT];
	union tsec_addr addr;
	int err = tsec_parse_addr(text, &addr);

	is_str(err ? "none" : tsec_addr_text(&addr, got), want, text);
}

static void test_parse_addr(void)
{
	expect_addr("192.0.2.1", "192.0.2.1:0");
	expect_addr("192.0.2.1:65535", "192.0.2.1:65535");
	expect_addr("2001:db8::1", "[2001:db8::1]:0");
	expect_addr("[2001:db8::1]", "[2001:db8::1]:0");
	expect_addr("[::]:53", "[::]:53");
	expect_addr("192.0.2.1:65536", "none");
	expect_addr("192.0.2.1:", "none");
	expect_addr("192.0.2.1:5x", "none");
	expect_addr("[192.0.2.1]:5", "none");
	expect_addr("[::1", "none");
	expect_addr("::1]", "none");
	expect_addr("[::1]5", "none");
	expect_addr("host", "none");
	expect_addr("", "none");
}

static void test_ciphers(void)
{
	uint16_t list[TSEC_CIPHERS_MAX];

	is_int(tsec_parse_ciphers("chacha20-poly1305,aes-128-gcm", list, 8), 2,
	       "two ciphers");
	is_int(list[0], TSEC_CIPHER_CHACHA20_POLY1305, "the order is kept");
	is_int(list[1], TSEC_CIPHER_AES_128_GCM, "to the last");
	is_int(tsec_parse_ciphers("aes-128-gcm,aes-128-gcm", list, 8), -EINVAL,
	       "a cipher given twice is refused");
	is_int(tsec_parse_ciphers("aes-128-gcm,", list, 8), -EINVAL,
	       "an empty name is refused");
	is_int(tsec_parse_ciphers("", list, 8), -EINVAL, "and so is nothing");
	is_int(tsec_parse_ciphers("aes-128-gcm,aes-256-gcm", list, 1), -EINVAL,
	       "more than there is room for is refused");
	is_int(tsec_cipher_key_len(TSEC_CIPHER_AES_256_GCM), 32, "key length");
	is_int(tsec_cipher_secret_len(TSEC_CIPHER_AES_256_GCM), 48,
	       "secret length");
	is_int(tsec_cipher_key_len(99), 0, "an unknown cipher has none");
	is_int(tsec_cipher_iv_len(TSEC_CIPHER_AES_128_GCM,
				  TSEC_VERSION_TLS_1_2), 4, "TLS 1.2 GCM salt");
	is_int(tsec_cipher_iv_len(TSEC_CIPHER_CHACHA20_POLY1305,
				  TSEC_VERSION_TLS_1_2), 12, "ChaCha20 IV");
	is_int(tsec_cipher_iv_len(TSEC_CIPHER_AES_128_GCM,
				  TSEC_VERSION_TLS_1_3), 12, "TLS 1.3 IV");
	is_int(tsec_cipher_iv_len(TSEC_CIPHER_AES_256_GCM,
				  TSEC_VERSION_DTLS_1_2), 4,
	       "DTLS 1.2 GCM salt");
	is_int(tsec_cipher_iv_len(TSEC_CIPHER_AES_128_GCM,
				  TSEC_VERSION_SRTP), 12, "SRTP GCM salt");
	is_int(tsec_cipher_iv_len(TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32,
				  TSEC_VERSION_SRTP), 14, "SRTP AES-CM salt");
	is_int(tsec_cipher_iv_len(TSEC_CIPHER_AES_256_GCM, TSEC_VERSION_ESP),
	       4, "ESP GCM salt");
	is_int(tsec_cipher_iv_len(TSEC_CIPHER_CHACHA20_POLY1305,
				  TSEC_VERSION_ESP_ESN), 4, "ESP ChaCha20 salt");
	is_int(tsec_cipher_iv_len(TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32,
				  TSEC_VERSION_ESP), 0,
	       "a cipher that ESP does not have");
	ok(tsec_version_has_cipher(TSEC_VERSION_TLS_1_3,
				   TSEC_CIPHER_CHACHA20_POLY1305),
	   "a cipher of TLS 1.3");
	ok(!tsec_version_has_cipher(TSEC_VERSION_DTLS_1_2,
				    TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80),
	   "DTLS has none of AES-CM");
	ok(tsec_version_has_cipher(TSEC_VERSION_SRTP,
				   TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32),
	   "SRTP has");
	ok(!tsec_version_has_cipher(TSEC_VERSION_SRTP,
				    TSEC_CIPHER_CHACHA20_POLY1305),
	   "but not ChaCha20");
	ok(!tsec_version_has_cipher(TSEC_VERSION_WIREGUARD,
				    TSEC_CIPHER_AES_256_GCM),
	   "WireGuard has ChaCha20 alone");
	ok(!tsec_version_has_cipher(TSEC_VERSION_TLS_1_2, 99),
	   "nobody has an unknown cipher");
	ok(tsec_version_has_spi(TSEC_VERSION_ESP), "ESP has SPIs");
	ok(tsec_version_has_spi(TSEC_VERSION_ESP_ESN),
	   "with extended numbers, too");
	ok(!tsec_version_has_spi(TSEC_VERSION_DTLS_1_2), "DTLS has none");
	is_str(tsec_name_of(tsec_protocol_names, TSEC_PROTO_ESP), "esp",
	       "name of ESP");
	is_int(tsec_value_of(tsec_version_names, "esp-esn"),
	       TSEC_VERSION_ESP_ESN, "number of a version of ESP");
	is_int(tsec_cipher_key_len(TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80), 32,
	       "SRTP AES-CM key");
	is_str(tsec_name_of(tsec_protocol_names, TSEC_PROTO_SRTP), "srtp",
	       "name of SRTP");
	is_str(tsec_name_of(tsec_version_names, TSEC_VERSION_DTLS_1_2),
	       "DTLSv1.2", "name of a DTLS version");
	is_str(tsec_name_of(tsec_protocol_names, TSEC_PROTO_DTLS), "dtls",
	       "name of a protocol");
}

static void test_addr(void)
{
	union tsec_addr addr = { .in = { .sin_family = AF_INET,
					 .sin_port = htons(443) } };
	char text[TSEC_ADDR_TEXT];

	inet_pton(AF_INET, "192.0.2.1", &addr.in.sin_addr);
	is_str(tsec_addr_text(&addr, text), "192.0.2.1:443", "IPv4");
	memset(&addr, 0, sizeof(addr));
	is_str(tsec_addr_text(&addr, text), "*", "none");
	addr.in6.sin6_family = AF_INET6;
	addr.in6.sin6_port = htons(65535);
	inet_pton(AF_INET6, "fe80::1", &addr.in6.sin6_addr);
	addr.in6.sin6_scope_id = 4294967295;
	is_str(tsec_addr_text(&addr, text), "[fe80::1%4294967295]:65535",
	       "IPv6 with a scope");
}

static void test_copy(void)
{
	char to[6];

	ok(tsec_copy(to, sizeof(to), "abcde"), "what fits is copied");
	ok(!tsec_copy(to, sizeof(to), "abcdef"), "what does not is told");
	is_str(to, "abcde", "and cut off");
	tsec_copy(to, sizeof(to), "abcd\xc3\xa9");
	is_str(to, "abcd", "but not inside a character");
	strcpy(to, "a\x1b\nb");
	is_str(tsec_printable(to), "a??b", "control characters are masked");
}

int main(void)
{
	test_tables();
	test_pubkey();
	test_parse_addr();
	test_ciphers();
	test_addr();
	test_copy();
	return done_testing();
}
