// SPDX-License-Identifier: GPL-2.0
/* The one place where numbers of the interface get their names. */
#include <errno.h>
#include <string.h>

#include "tsec.h"

const struct tsec_name tsec_cipher_names[] = {
	{ TSEC_CIPHER_AES_128_GCM,		"aes-128-gcm" },
	{ TSEC_CIPHER_AES_256_GCM,		"aes-256-gcm" },
	{ TSEC_CIPHER_CHACHA20_POLY1305,	"chacha20-poly1305" },
	{ TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80,	"aes-128-cm-hmac-sha1-80" },
	{ TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32,	"aes-128-cm-hmac-sha1-32" },
	{ TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80,	"aes-256-cm-hmac-sha1-80" },
	{ TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32,	"aes-256-cm-hmac-sha1-32" },
	{ }
};

const struct tsec_name tsec_version_names[] = {
	{ TSEC_VERSION_TLS_1_2,	"TLSv1.2" },
	{ TSEC_VERSION_TLS_1_3,	"TLSv1.3" },
	{ TSEC_VERSION_DTLS_1_2, "DTLSv1.2" },
	{ TSEC_VERSION_DTLS_1_3, "DTLSv1.3" },
	{ TSEC_VERSION_SRTP,	"srtp" },
	{ TSEC_VERSION_ESP,	"esp" },
	{ TSEC_VERSION_ESP_ESN,	"esp-esn" },
	{ TSEC_VERSION_WIREGUARD, "wireguard" },
	{ TSEC_VERSION_TLS_1_2,	"1.2" },
	{ TSEC_VERSION_TLS_1_3,	"1.3" },
	{ }
};

/* Those of profiles: for datagrams they stand for those of DTLS. */
const struct tsec_name tsec_profile_version_names[] = {
	{ TSEC_VERSION_TLS_1_2,	"TLSv1.2" },
	{ TSEC_VERSION_TLS_1_3,	"TLSv1.3" },
	{ TSEC_VERSION_TLS_1_2,	"1.2" },
	{ TSEC_VERSION_TLS_1_3,	"1.3" },
	{ }
};

const struct tsec_name tsec_protocol_names[] = {
	{ TSEC_PROTO_TLS,	"tls" },
	{ TSEC_PROTO_DTLS,	"dtls" },
	{ TSEC_PROTO_SRTP,	"srtp" },
	{ TSEC_PROTO_ESP,	"esp" },
	{ TSEC_PROTO_WIREGUARD,	"wireguard" },
	{ }
};

const struct tsec_name tsec_verify_names[] = {
	{ TSEC_VERIFY_DEFAULT,	"default" },
	{ TSEC_VERIFY_NONE,	"none" },
	{ TSEC_VERIFY_REQUEST,	"request" },
	{ TSEC_VERIFY_REQUIRE,	"require" },
	{ }
};

const struct tsec_name tsec_role_names[] = {
	{ TSEC_ROLE_CLIENT,	"client" },
	{ TSEC_ROLE_SERVER,	"server" },
	{ }
};

const struct tsec_name tsec_state_names[] = {
	{ TSEC_STATE_CONNECTING,	"connecting" },
	{ TSEC_STATE_PENDING,		"pending" },
	{ TSEC_STATE_HANDSHAKE,		"handshake" },
	{ TSEC_STATE_ESTABLISHED,	"established" },
	{ TSEC_STATE_CLOSING,		"closing" },
	{ TSEC_STATE_FAILED,		"failed" },
	{ }
};

const struct tsec_name tsec_direction_names[] = {
	{ TSEC_DIR_TX,	"tx" },
	{ TSEC_DIR_RX,	"rx" },
	{ }
};

const struct tsec_name tsec_reason_names[] = {
	{ TSEC_KEY_RENEWED_LOCAL,	"renewed" },
	{ TSEC_KEY_RENEWED_PEER,	"renewed-by-peer" },
	{ TSEC_KEY_REKEY_NEEDED,	"rekey-needed" },
	{ TSEC_KEY_EXPIRED,		"expired" },
	{ }
};

const struct tsec_name tsec_flag_names[] = {
	{ TSEC_INFO_RESUMED,		"resumed" },
	{ TSEC_INFO_MANUAL,		"manual" },
	{ TSEC_INFO_PEER_CLOSED,	"peer-closed" },
	{ TSEC_INFO_RENEWABLE,		"renewable" },
	{ }
};

/* The session cache: in a profile 0 stands for the default, so off is 2. */
const struct tsec_name tsec_cache_names[] = {
	{ 1,	"on" },
	{ 2,	"off" },
	{ }
};

const struct tsec_name tsec_switch_names[] = {
	{ 1,	"on" },
	{ 0,	"off" },
	{ }
};

/* Sizes in bytes; the secret is as long as the hash of the TLS 1.3 suite. */
static const struct {
	uint8_t key;
	uint8_t secret;
	uint8_t salt;		/* fixed part of the nonce in TLS 1.2 */
	uint8_t iv;		/* nonce, or master salt of SRTP */
} cipher_sizes[] = {
	[TSEC_CIPHER_AES_128_GCM]	= { 16, 32, 4, 12 },
	[TSEC_CIPHER_AES_256_GCM]	= { 32, 48, 4, 12 },
	[TSEC_CIPHER_CHACHA20_POLY1305]	= { 32, 32, 12, 12 },
	[TSEC_CIPHER_AES_128_CM_HMAC_SHA1_80] = { .key = 16, .iv = 14 },
	[TSEC_CIPHER_AES_128_CM_HMAC_SHA1_32] = { .key = 16, .iv = 14 },
	[TSEC_CIPHER_AES_256_CM_HMAC_SHA1_80] = { .key = 32, .iv = 14 },
	[TSEC_CIPHER_AES_256_CM_HMAC_SHA1_32] = { .key = 32, .iv = 14 },
};

const char *tsec_name_of(const struct tsec_name *table, unsigned int value)
{
	for (; table->name; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}

int tsec_value_of(const struct tsec_name *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table->value;
	return -EINVAL;
}

static bool is_in(const uint16_t *list, unsigned int n, uint16_t value)
{
	while (n--)
		if (list[n] == value)
			return true;
	return false;
}

int tsec_parse_ciphers(const char *text, uint16_t *ciphers, unsigned int max)
{
	unsigned int n = 0;
	char name[32];
	size_t len;
	int value;

	do {
		len = strcspn(text, ",");
		if (len >= sizeof(name) || n == max)
			return -EINVAL;
		memcpy(name, text, len);
		name[len] = '\0';
		value = tsec_value_of(tsec_cipher_names, name);
		if (value < 0 || is_in(ciphers, n, value))
			return -EINVAL;
		ciphers[n++] = value;
		text += len;
	} while (*text++);
	return n;
}

bool tsec_version_has_spi(unsigned int version)
{
	return version == TSEC_VERSION_ESP || version == TSEC_VERSION_ESP_ESN;
}

bool tsec_version_has_cipher(unsigned int version, unsigned int cipher)
{
	if (cipher > TSEC_CIPHER_MAX || !cipher_sizes[cipher].key)
		return false;
	switch (version) {
	case TSEC_VERSION_SRTP:
		return cipher != TSEC_CIPHER_CHACHA20_POLY1305;
	case TSEC_VERSION_WIREGUARD:
		return cipher == TSEC_CIPHER_CHACHA20_POLY1305;
	default:
		/* What has no suite in TLS 1.3 is SRTP's alone. */
		return cipher_sizes[cipher].secret;
	}
}

unsigned int tsec_cipher_key_len(unsigned int cipher)
{
	return cipher <= TSEC_CIPHER_MAX ? cipher_sizes[cipher].key : 0;
}

unsigned int tsec_cipher_secret_len(unsigned int cipher)
{
	return cipher <= TSEC_CIPHER_MAX ? cipher_sizes[cipher].secret : 0;
}

unsigned int tsec_cipher_iv_len(unsigned int cipher, unsigned int version)
{
	if (cipher > TSEC_CIPHER_MAX || !cipher_sizes[cipher].key ||
	    version == TSEC_VERSION_WIREGUARD)
		return 0;
	if (tsec_version_has_spi(version))
		return cipher_sizes[cipher].salt ? TSEC_ESP_SALT : 0;
	if (version == TSEC_VERSION_TLS_1_2 || version == TSEC_VERSION_DTLS_1_2)
		return cipher_sizes[cipher].salt;
	return cipher_sizes[cipher].iv;
}
