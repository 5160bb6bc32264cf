// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <sodium.h>
#include <string.h>

#include "wireguard_message.h"

static const char construction[] = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
static const char identifier[] = "WireGuard v1 zx2c4 Jason@zx2c4.com";
static const char label_mac1[] = "mac1----";
static const char label_cookie[] = "cookie--";

enum { LABEL_LEN = 8 };

/* A type of one byte, three reserved ones, then the sender's index. */
enum {
	AT_SENDER = 4,
	INITIATION_EPHEMERAL = 8,
	INITIATION_STATIC = INITIATION_EPHEMERAL + NOISE_LEN,
	INITIATION_TIMESTAMP = INITIATION_STATIC + NOISE_LEN + NOISE_TAG,
	RESPONSE_RECEIVER = 8,
	RESPONSE_EPHEMERAL = 12,
	RESPONSE_NOTHING = RESPONSE_EPHEMERAL + NOISE_LEN,
	COOKIE_RECEIVER = 4,
	COOKIE_NONCE = 8,
	COOKIE_SEALED = COOKIE_NONCE +
			crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	MACS_LEN = 2 * WIREGUARD_MAC_LEN,
	/* A message with data: then comes the content. */
	DATA_RECEIVER = 4,
	DATA_COUNTER = 8,
	DATA_HEADER = 16,
};

_Static_assert(INITIATION_TIMESTAMP + WIREGUARD_TIMESTAMP_LEN + NOISE_TAG +
			       MACS_LEN == WIREGUARD_INITIATION_LEN,
	       "layout of the initiation");
_Static_assert(RESPONSE_NOTHING + NOISE_TAG + MACS_LEN ==
		       WIREGUARD_RESPONSE_LEN,
	       "layout of the response");
_Static_assert(COOKIE_SEALED + WIREGUARD_MAC_LEN + NOISE_TAG ==
		       WIREGUARD_COOKIE_LEN,
	       "layout of the reply with a cookie");
_Static_assert(DATA_HEADER + NOISE_TAG == WIREGUARD_CONFIRMATION_LEN,
	       "layout of a message with data");

static void put_u32(uint8_t *to, uint32_t value)
{
	value = htole32(value);
	memcpy(to, &value, sizeof(value));
}

static uint32_t get_u32(const uint8_t *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return le32toh(value);
}

uint8_t wireguard_type_of(const uint8_t *data, size_t len)
{
	static const size_t lengths[] = {
		[WIREGUARD_INITIATION] = WIREGUARD_INITIATION_LEN,
		[WIREGUARD_RESPONSE] = WIREGUARD_RESPONSE_LEN,
		[WIREGUARD_COOKIE] = WIREGUARD_COOKIE_LEN,
	};
	uint32_t type = len < AT_SENDER ? 0 : get_u32(data);

	if (type < WIREGUARD_INITIATION || type > WIREGUARD_COOKIE)
		return 0;
	return lengths[type] == len ? type : 0;
}

uint32_t wireguard_receiver_of(const uint8_t *data)
{
	return get_u32(data + (data[0] == WIREGUARD_RESPONSE ?
				       RESPONSE_RECEIVER : COOKIE_RECEIVER));
}

/* The handshake ********************************************************** */

/* What both know before the first message: whom it is for. */
static void begin(struct noise *noise,
		  const uint8_t responder[WIREGUARD_KEY_LEN])
{
	noise_begin(noise, construction);
	noise_mix_hash(noise, identifier, sizeof(identifier) - 1);
	noise_mix_hash(noise, responder, WIREGUARD_KEY_LEN);
}

/* Where there is a preshared key, ephemeral keys are mixed in as well. */
static void mix_ephemeral(struct noise *noise, const uint8_t *key)
{
	noise_mix_hash(noise, key, WIREGUARD_KEY_LEN);
	noise_mix_key(noise, key, WIREGUARD_KEY_LEN);
}

bool wireguard_initiation_make(struct wireguard_exchange *exchange,
			       const struct wireguard_identity *self,
			       uint8_t data[WIREGUARD_INITIATION_LEN])
{
	struct noise *noise = &exchange->noise;

	memset(data, 0, WIREGUARD_INITIATION_LEN);
	exchange->initiator = true;
	put_u32(data, WIREGUARD_INITIATION);
	put_u32(data + AT_SENDER, exchange->local_index);
	begin(noise, exchange->peer);
	crypto_scalarmult_base(data + INITIATION_EPHEMERAL, exchange->privkey);
	mix_ephemeral(noise, data + INITIATION_EPHEMERAL);
	noise_dh(noise, exchange->privkey, exchange->peer);
	noise_seal(noise, data + INITIATION_STATIC, self->pubkey,
		   WIREGUARD_KEY_LEN);
	noise_dh(noise, self->privkey, exchange->peer);
	noise_seal(noise, data + INITIATION_TIMESTAMP, exchange->timestamp,
		   WIREGUARD_TIMESTAMP_LEN);
	return !noise->failed;
}

bool wireguard_initiation_open(struct wireguard_exchange *exchange,
			       const struct wireguard_identity *self,
			       const uint8_t data[WIREGUARD_INITIATION_LEN])
{
	struct noise *noise = &exchange->noise;

	exchange->initiator = false;
	exchange->peer_index = get_u32(data + AT_SENDER);
	memcpy(exchange->peer_ephemeral, data + INITIATION_EPHEMERAL,
	       WIREGUARD_KEY_LEN);
	begin(noise, self->pubkey);
	mix_ephemeral(noise, exchange->peer_ephemeral);
	return noise_dh(noise, self->privkey, exchange->peer_ephemeral) &&
	       noise_open(noise, exchange->peer, data + INITIATION_STATIC,
			  WIREGUARD_KEY_LEN) &&
	       noise_dh(noise, self->privkey, exchange->peer) &&
	       noise_open(noise, exchange->timestamp,
			  data + INITIATION_TIMESTAMP,
			  WIREGUARD_TIMESTAMP_LEN);
}

bool wireguard_response_make(struct wireguard_exchange *exchange,
			     const uint8_t psk[WIREGUARD_KEY_LEN],
			     uint8_t data[WIREGUARD_RESPONSE_LEN])
{
	struct noise *noise = &exchange->noise;

	memset(data, 0, WIREGUARD_RESPONSE_LEN);
	put_u32(data, WIREGUARD_RESPONSE);
	put_u32(data + AT_SENDER, exchange->local_index);
	put_u32(data + RESPONSE_RECEIVER, exchange->peer_index);
	crypto_scalarmult_base(data + RESPONSE_EPHEMERAL, exchange->privkey);
	mix_ephemeral(noise, data + RESPONSE_EPHEMERAL);
	noise_dh(noise, exchange->privkey, exchange->peer_ephemeral);
	noise_dh(noise, exchange->privkey, exchange->peer);
	noise_mix_psk(noise, psk);
	noise_seal(noise, data + RESPONSE_NOTHING, NULL, 0);
	return !noise->failed;
}

/* Opens it in a copy: one that is forged must not spoil the exchange. */
bool wireguard_response_open(struct wireguard_exchange *exchange,
			     const struct wireguard_identity *self,
			     const uint8_t psk[WIREGUARD_KEY_LEN],
			     const uint8_t data[WIREGUARD_RESPONSE_LEN])
{
	const uint8_t *ephemeral = data + RESPONSE_EPHEMERAL;
	struct noise noise = exchange->noise;
	uint8_t nothing[1];
	bool good;

	mix_ephemeral(&noise, ephemeral);
	good = noise_dh(&noise, exchange->privkey, ephemeral) &&
	       noise_dh(&noise, self->privkey, ephemeral);
	if (good) {
		noise_mix_psk(&noise, psk);
		good = noise_open(&noise, nothing, data + RESPONSE_NOTHING, 0);
	}
	if (good) {
		exchange->noise = noise;
		exchange->peer_index = get_u32(data + AT_SENDER);
	}
	noise_wipe(&noise);
	return good;
}

bool wireguard_keys(struct wireguard_exchange *exchange,
		    uint8_t tx[WIREGUARD_KEY_LEN],
		    uint8_t rx[WIREGUARD_KEY_LEN])
{
	bool good = exchange->initiator ?
			    noise_split(&exchange->noise, tx, rx) :
			    noise_split(&exchange->noise, rx, tx);

	noise_wipe(&exchange->noise);
	sodium_memzero(exchange->privkey, sizeof(exchange->privkey));
	return good;
}

void wireguard_exchange_wipe(struct wireguard_exchange *exchange)
{
	sodium_memzero(exchange, sizeof(*exchange));
}

/* Confirmations ********************************************************** */

enum { DATA_NUMBER = crypto_aead_chacha20poly1305_ietf_NPUBBYTES };

/* The counter's bytes as the message has them, behind four that are zero. */
static void number_make(uint8_t number[DATA_NUMBER], const uint8_t *data)
{
	memset(number, 0, 4);
	memcpy(number + 4, data + DATA_COUNTER, DATA_NUMBER - 4);
}

void wireguard_confirmation_make(uint32_t index,
				 const uint8_t key[WIREGUARD_KEY_LEN],
				 uint8_t data[WIREGUARD_CONFIRMATION_LEN])
{
	uint8_t number[DATA_NUMBER];

	memset(data, 0, DATA_HEADER);
	data[0] = WIREGUARD_DATA;
	put_u32(data + DATA_RECEIVER, index);
	number_make(number, data);
	crypto_aead_chacha20poly1305_ietf_encrypt(data + DATA_HEADER, NULL,
						  NULL, 0, NULL, 0, NULL,
						  number, key);
}

bool wireguard_confirms(uint32_t index, const uint8_t key[WIREGUARD_KEY_LEN],
			uint8_t *data, size_t len)
{
	uint8_t number[DATA_NUMBER];

	if (len < WIREGUARD_CONFIRMATION_LEN ||
	    get_u32(data) != WIREGUARD_DATA ||
	    get_u32(data + DATA_RECEIVER) != index)
		return false;
	number_make(number, data);
	return !crypto_aead_chacha20poly1305_ietf_decrypt(
		       data + DATA_HEADER, NULL, NULL, data + DATA_HEADER,
		       len - DATA_HEADER, NULL, 0, number, key);
}

/* Macs and cookies ******************************************************* */

const uint8_t *wireguard_mac1_of(const uint8_t *data, size_t len)
{
	return data + len - MACS_LEN;
}

static bool mac1_make(uint8_t *mac, const uint8_t *data, size_t len,
		      const uint8_t receiver[WIREGUARD_KEY_LEN])
{
	uint8_t key[NOISE_LEN];

	return noise_hash(key, label_mac1, LABEL_LEN, receiver,
			  WIREGUARD_KEY_LEN) &&
	       noise_mac(mac, WIREGUARD_MAC_LEN, key, sizeof(key), data,
			 len - MACS_LEN);
}

bool wireguard_macs_put(uint8_t *data, size_t len,
			const uint8_t receiver[WIREGUARD_KEY_LEN],
			const uint8_t *cookie)
{
	uint8_t *mac1 = data + len - MACS_LEN;
	uint8_t *mac2 = mac1 + WIREGUARD_MAC_LEN;

	if (!mac1_make(mac1, data, len, receiver))
		return false;
	return !cookie || noise_mac(mac2, WIREGUARD_MAC_LEN, cookie,
				    WIREGUARD_MAC_LEN, data,
				    len - WIREGUARD_MAC_LEN);
}

bool wireguard_mac1_is_good(const uint8_t *data, size_t len,
			    const uint8_t receiver[WIREGUARD_KEY_LEN])
{
	uint8_t mac[WIREGUARD_MAC_LEN];

	return mac1_make(mac, data, len, receiver) &&
	       !sodium_memcmp(mac, wireguard_mac1_of(data, len), sizeof(mac));
}

bool wireguard_cookie_open(const uint8_t data[WIREGUARD_COOKIE_LEN],
			   const uint8_t peer[WIREGUARD_KEY_LEN],
			   const uint8_t mac1[WIREGUARD_MAC_LEN],
			   uint8_t cookie[WIREGUARD_MAC_LEN])
{
	uint8_t key[NOISE_LEN];

	return noise_hash(key, label_cookie, LABEL_LEN, peer,
			  WIREGUARD_KEY_LEN) &&
	       !crypto_aead_xchacha20poly1305_ietf_decrypt(
		       cookie, NULL, NULL, data + COOKIE_SEALED,
		       WIREGUARD_MAC_LEN + NOISE_TAG, mac1, WIREGUARD_MAC_LEN,
		       data + COOKIE_NONCE, key);
}
